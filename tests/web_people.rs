//! People at the pages, in a real server: members who invite, phones that sign themselves in, who is locked, who leaves.

#[path = "support/browser.rs"]
#[allow(dead_code)] // tests/web.rs uses the rest
mod browser;
#[path = "support/process.rs"]
#[allow(dead_code)] // tests/process.rs uses the rest
mod process;

use browser::Browser;
use process::Folder;
use process::Server;

const PASSWORD: &str = "a good long one";
const ANDROID: &str = "User-Agent: Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/142.0 Mobile\r\n";
const IPHONE: &str = "User-Agent: Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X)\r\n";
const FIREFOX: &str = "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n";
const EVIL: &str = "\"><script>alert(1)</script>'";

/// Beach House of mira.
fn beach(folder: &Folder) -> (Server, Browser) {
    let arguments = ["setup", "--domain", "beach.example", "--owner", "mira", "--name", "Beach House"];
    let done = folder.imera(&[&arguments[..], &["--password-stdin"]].concat(), &format!("{PASSWORD}\n"));
    assert_eq!(done.code, 0, "{}", done.stderr);
    let mut server = Server::start(folder, &["serve"]);
    server.read_ready();
    let browser = Browser::new(&server.address("http").to_string());
    (server, browser)
}

/// With tom, who has [`PASSWORD`] too.
fn place(folder: &Folder) -> (Server, Browser) {
    let (server, browser) = beach(folder);
    let added = folder.imera(&["account", "add", "tom", "--password-stdin"], &format!("{PASSWORD}\n"));
    assert_eq!(added.code, 0, "{}", added.stderr);
    (server, browser)
}

fn sign_in(browser: &Browser, name: &str) -> Browser {
    let mut browser = browser.another();
    let home = if name == "mira" { "/admin" } else { "/me" };
    assert_eq!(browser.post("/sign-in", &[("name", name), ("password", PASSWORD)]).leads_to(), home);
    browser
}

/// Tom comes in by an invitation of mira's.
fn sign_up(folder: &Folder, browser: &mut Browser) {
    let path = format!("/invite/{}/sign-up", token(&folder.json(&["invite", "create"])["link"]));
    assert_eq!(browser.post(&path, &[("name", "tom"), ("password", PASSWORD)]).leads_to(), "/welcome");
}

fn token(link: &serde_json::Value) -> String {
    link.as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

/// Behind `mark`, up to the next quote.
fn behind<'a>(body: &'a str, mark: &str) -> &'a str {
    let (_, rest) = body.split_once(mark).unwrap_or_else(|| panic!("{mark} is not in {body}"));
    rest.split(['"', '<']).next().unwrap()
}

#[test]
fn members_invite_by_a_page_of_their_own_where_they_may() {
    let folder = Folder::new();
    let (mut server, browser) = place(&folder);
    let mut tom = sign_in(&browser, "tom");
    assert!(!tom.get("/me").body.contains("/me/invite"));
    assert_eq!(tom.get("/me/invite").status, 403);
    assert_eq!(tom.post("/me/invite", &[("note", ""), ("lasts", "7"), ("once", &"x".repeat(24))]).status, 403);
    for (key, value) in [("members_invite", "on"), ("invite_quota", "2")] {
        folder.json(&["settings", "set", key, value]);
    }
    assert!(tom.get("/me").body.contains("href=\"/me/invite\""));
    let mut mira = sign_in(&browser, "mira");
    assert!(mira.get("/me").body.contains("href=\"/admin/invites\""));
    assert_eq!(mira.get("/me/invite").leads_to(), "/admin/invites");
    let form = tom.get("/me/invite").body;
    assert!(form.contains("for 2 people at once; now there are none.") && form.contains("No links yet."), "{form}");
    let once = behind(&form, "name=\"once\" value=\"").to_owned();
    let long = tom.post("/me/invite", &[("note", &"n".repeat(201)), ("lasts", "1"), ("once", &once)]);
    assert!(long.status == 422 && long.body.contains("A note is one line of 200 signs at most."));
    assert_eq!(tom.post("/me/invite", &[("note", ""), ("lasts", "365"), ("once", &once)]).status, 400);
    let fields = [("note", EVIL), ("lasts", "28"), ("once", &once)];
    assert_eq!(tom.post("/me/invite", &fields).leads_to(), "/me/invite#made-now");
    assert_eq!(tom.post("/me/invite", &fields).leads_to(), "/me/invite?n=twice#made-now");
    let made = tom.get("/me/invite").body;
    assert!(
        made.contains("figure class=\"qr\"") && made.contains("now there is one.") && !made.contains("<script>alert")
    );
    let link = behind(&made, "<code id=\"made\">").to_owned();
    assert!(!sign_in(&browser, "tom").get("/me/invite").body.contains(&link), "shown to the browser that made it");
    let mut zoe = browser.another();
    let sign_up = format!("/invite/{}/sign-up", link.rsplit('/').next().unwrap());
    let reply = zoe.post(&sign_up, &[("name", "zoe"), ("password", "four grey geese go"), ("twice", "")]);
    assert_eq!(reply.leads_to(), "/welcome");
    let used = tom.get("/me/invite").body;
    assert!(used.contains("<bdi>zoe</bdi>") && used.contains("now there are none."), "{used}");
    // Two more, and then there are no more.
    let leads_to = ["/me/invite#made-now", "/me/invite#made-now", "/me/invite?n=full"];
    let mut links = Vec::new();
    for (once, leads_to) in [&*"A".repeat(24), &"B".repeat(24), &"C".repeat(24)].into_iter().zip(leads_to) {
        let fields = [("note", ""), ("lasts", "7"), ("once", once)];
        assert_eq!(tom.post("/me/invite", &fields).leads_to(), leads_to);
        links.push(behind(&tom.get("/me/invite").body, "<code id=\"made\">").to_owned());
    }
    let full = tom.get("/me/invite").body;
    assert!(full.contains("All your invitations are given out.") && !full.contains("name=\"note\""), "{full}");
    let withdraw =
        format!("/me/invite/{}/withdraw", behind(&full, "action=\"/me/invite/").trim_end_matches("/withdraw"));
    let of_mira = folder.json(&["invite", "create"])["id"].to_string();
    assert_eq!(tom.post(&format!("/me/invite/{of_mira}/withdraw"), &[]).leads_to(), "/me/invite?n=over", "not tom's");
    assert_eq!(tom.post(&withdraw, &[]).leads_to(), "/me/invite?n=withdrawn");
    assert!(tom.get("/me/invite").body.contains("now there is one."));
    // Without the right there is no form, and the links let nobody in.
    folder.json(&["settings", "set", "members_invite", "off"]);
    assert_eq!(tom.post(&withdraw, &[]).leads_to(), "/me/invite?n=over");
    let path = format!("/invite/{}", links[0].rsplit('/').next().unwrap());
    let over = browser.another().get(&path);
    assert!(over.status == 410 && over.body.contains("Ask tom for a new one"), "{}", over.body);
    assert_eq!(browser.another().post(&format!("{path}/ask"), &[("who", "Zoe")]).leads_to(), format!("{path}#asked"));
    let states = folder.json(&["invite", "list"]);
    let states: Vec<_> = states.as_array().unwrap().iter().map(|row| row["state"].as_str().unwrap()).collect();
    assert!(states.contains(&"paused") && states.contains(&"withdrawn") && states.contains(&"used"), "{states:?}");
    assert_eq!(tom.post("/me/invite", &[("note", ""), ("lasts", "7"), ("once", &"D".repeat(24))]).status, 403);
    assert!(tom.get("/me").body.contains("href=\"/me/invite\""), "while there is a link to take back");
    let paused = tom.get("/me/invite");
    assert!(paused.status == 200 && paused.body.contains("You cannot invite anybody now"), "{}", paused.body);
    assert!(!paused.body.contains("name=\"once\"") && paused.body.contains("Paused"), "{}", paused.body);
    let withdraw = behind(&paused.body, "action=\"/me/invite/");
    assert_eq!(tom.post(&format!("/me/invite/{withdraw}"), &[]).leads_to(), "/me/invite?n=withdrawn");
    assert!(tom.get("/me/invite?n=withdrawn").status == 200 && tom.get("/me/invite").status == 403);
    assert!(!tom.get("/me").body.contains("/me/invite"));
    let states = folder.json(&["invite", "list"]);
    assert!(states.as_array().unwrap().iter().all(|row| row["state"] != "paused"), "{states}");
    server.stop();
    let database = rusqlite::Connection::open(folder.file("imera.sqlite")).unwrap();
    let sql = "SELECT count(*) FROM message WHERE content LIKE '%gives the name Zoe. You may not invite now%'";
    assert_eq!(database.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap(), 1, "the inviter is told the truth");
}

#[test]
fn on_the_phone_itself_a_link_signs_its_app_in() {
    let folder = Folder::new();
    let (_server, mut browser) = beach(&folder);
    sign_up(&folder, &mut browser);
    for phone in [ANDROID, IPHONE] {
        browser.extra = phone.to_owned();
        let page = browser.get("/welcome").body;
        let token = behind(&page, "href=\"xmpp:tom@beach.example?register;preauth=").to_owned();
        let password = behind(&page, "<code id=\"device-password\">");
        assert_eq!(token.split_once('-').unwrap().1, password, "{page}");
        assert!(
            page.contains("Sign in the app on this phone") && page.contains("data-copy=\"device-password\""),
            "{page}"
        );
        assert!(!browser.get("/welcome").body.contains(&token), "each page has its own");
    }
    browser.extra = FIREFOX.to_owned();
    assert!(!browser.get("/welcome").body.contains("href=\"xmpp:"), "a computer shows the picture code");
}

#[test]
fn a_locked_person_is_told_so_and_who_is_leaving_is_asked_to_stay() {
    let folder = Folder::new();
    let (_server, mut browser) = beach(&folder);
    sign_up(&folder, &mut browser);
    let page = browser.get("/welcome").body;
    let code = behind(&page, "<code id=\"recovery\">").to_owned();
    let path = format!("/reset/{}", token(&folder.json(&["account", "reset", "tom"])["link"]));
    let mut mira = browser.another();
    assert_eq!(mira.post("/sign-in", &[("name", "mira"), ("password", PASSWORD)]).leads_to(), "/admin");
    assert_eq!(mira.post("/admin/people/2/lock", &[]).status, 303);
    let mut nobody = browser.another();
    let recover = [("name", "tom"), ("code", &code), ("password", "five grey geese")];
    let wrong = nobody.post("/recover", &[("name", "tom"), ("code", "0000"), ("password", "five grey geese")]);
    assert!(wrong.status == 422 && !wrong.body.contains("locked"), "strangers learn nothing");
    let locked =
        [nobody.get(&path), nobody.post(&path, &[("password", "five grey geese")]), nobody.post("/recover", &recover)];
    for page in locked {
        assert!(page.status == 403 && page.body.contains("This account is locked"), "{}", page.body);
        assert!(page.body.contains("Ask the owner why"), "{}", page.body);
    }
    // Neither was used up: open again, the code works, and then the link too.
    assert_eq!(mira.post("/admin/people/2/open", &[]).status, 303);
    let mut tom = browser.another();
    assert_eq!(tom.post("/recover", &recover).leads_to(), "/welcome?n=renewed");
    let leave = [("sure", "tom"), ("password", "five grey geese")];
    assert_eq!(tom.post("/me/leave", &leave).leads_to(), "/sign-in?n=left");
    assert_eq!(nobody.post(&path, &[("password", "six grey geese")]).leads_to(), "/stay");
    assert!(nobody.get("/stay").body.contains("tom") && nobody.post("/stay", &[]).leads_to() == "/me?n=stays");
}

#[test]
fn whoever_goes_and_comes_back_and_goes_is_told_of_once() {
    let folder = Folder::new();
    let (mut server, browser) = place(&folder);
    for _ in 0..3 {
        let mut tom = browser.another();
        let leads_to = tom.post("/sign-in", &[("name", "tom"), ("password", PASSWORD)]).leads_to().to_owned();
        if leads_to == "/stay" {
            assert_eq!(tom.post("/stay", &[]).leads_to(), "/me?n=stays");
        }
        let leave = [("sure", "tom"), ("password", PASSWORD)];
        assert_eq!(tom.post("/me/leave", &leave).leads_to(), "/sign-in?n=left");
    }
    server.stop();
    let database = rusqlite::Connection::open(folder.file("imera.sqlite")).unwrap();
    let sql = "SELECT count(*) FROM message WHERE content LIKE '%tom has left.%'";
    assert_eq!(database.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap(), 1);
}
