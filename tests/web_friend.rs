//! A friend's way in, in a real server: invitations in every state, sign-up, reset, recovery, and what is typed wrong.

#[path = "support/browser.rs"]
#[allow(dead_code)] // tests/web.rs uses the rest
mod browser;
#[path = "support/process.rs"]
#[allow(dead_code)] // tests/process.rs uses the rest
mod process;

use browser::Browser;
use browser::Reply;
use process::Folder;
use process::Server;

const PASSWORD: &str = "a good long one";
const ANDROID: &str = "User-Agent: Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/142.0 Mobile\r\n";
const IPHONE: &str = "User-Agent: Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X)\r\n";
const FIREFOX: &str = "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n";
const EVIL: &str = "\"><script>alert(1)</script>'";

/// Beach House of mira, not running yet.
fn beach(folder: &Folder) {
    let arguments = ["setup", "--domain", "beach.example", "--owner", "mira", "--name", "Beach House"];
    let done = folder.imera(&[&arguments[..], &["--password-stdin"]].concat(), &format!("{PASSWORD}\n"));
    assert_eq!(done.code, 0, "{}", done.stderr);
}

fn serve(folder: &Folder) -> (Server, Browser) {
    let mut server = Server::start(folder, &["serve"]);
    server.read_ready();
    let browser = Browser::new(&server.address("http").to_string());
    (server, browser)
}

/// Mira's invitation: its token.
fn invite(folder: &Folder, more: &[&str]) -> String {
    token(&folder.json(&[&["invite", "create"], more].concat())["link"])
}

fn token(link: &serde_json::Value) -> String {
    link.as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

/// The picture code of a page.
fn drawn(body: &str) -> String {
    between(body, "<figure class=\"qr\">", "</figure>").to_owned()
}

fn change(folder: &Folder, sql: &str) {
    let database = rusqlite::Connection::open(folder.file("imera.sqlite")).unwrap();
    database.execute_batch(sql).unwrap();
}

/// What the place has said to people by chat messages.
fn told(folder: &Folder) -> Vec<String> {
    let database = rusqlite::Connection::open(folder.file("imera.sqlite")).unwrap();
    let mut select = database.prepare("SELECT content FROM message ORDER BY id").unwrap();
    select.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

fn sign_up(browser: &mut Browser, token: &str, name: &str, password: &str) -> Reply {
    browser.post(&format!("/invite/{token}/sign-up"), &[("name", name), ("password", password)])
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let start = text.find(before).unwrap_or_else(|| panic!("{before}: {text}")) + before.len();
    text[start..].split(after).next().unwrap()
}

fn accounts(folder: &Folder) -> u64 {
    folder.json(&["status"])["accounts"].as_u64().unwrap()
}

#[test]
fn xep0401_5_an_invitation_has_one_link_that_apps_take_and_head_is_as_get() {
    let folder = Folder::new();
    beach(&folder);
    let (_server, mut browser) = serve(&folder);
    let token = invite(&folder, &[]);
    let path = format!("/invite/{token}");
    let xmpp = format!("xmpp:mira@beach.example?roster;preauth={token};ibr=y");
    for agent in [ANDROID, IPHONE, FIREFOX, ""] {
        browser.extra = agent.to_owned();
        let (got, head) = (browser.get(&path), browser.head_of(&path));
        for reply in [&got, &head] {
            assert_eq!(reply.status, 200, "{agent}");
            let links: Vec<&str> = reply.headers("link");
            assert_eq!(links, [format!("<{xmpp}>; rel=\"alternate\"")], "{agent}");
            assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
            assert_eq!(reply.header("access-control-expose-headers"), Some("Link"));
            assert_eq!(reply.header("cache-control"), Some("no-store"));
            assert_eq!(reply.header("set-cookie"), None, "nobody is marked before they are in");
        }
        assert_eq!(got.header("content-length"), head.header("content-length"));
        assert!(head.body.is_empty());
        let wanted = match agent {
            ANDROID => "referrer=xmpp%3Amira%40beach.example%3Froster%3Bpreauth%3D",
            IPHONE => "apps.apple.com/app/id317711500",
            FIREFOX => "/sign-up\">",
            _ => {
                assert!(
                    got.body.contains("On iPhone and iPad") && !got.body.contains("btn main"),
                    "all of equal weight"
                );
                continue;
            }
        };
        let first = between(&got.body, "class=\"btn main", "</a>");
        assert!(first.contains(wanted), "{first}");
        for everywhere in ["/sign-up\"", "Gajim", "role=\"img\"", "mira@beach.example</code>", xmpp.as_str()] {
            assert!(got.body.contains(everywhere), "{everywhere}: {}", got.body);
        }
    }
    assert_eq!(browser.get(&format!("{path}/")).status, 308);
    assert_eq!(browser.get(&format!("{path}).")).header("location"), Some(path.as_str()));
}

#[test]
fn every_state_of_a_link_has_its_page_and_its_status() {
    let folder = Folder::new();
    beach(&folder);
    let [open, used, full, out, back, named] = [
        invite(&folder, &[]),
        invite(&folder, &[]),
        invite(&folder, &["--uses", "3"]),
        invite(&folder, &[]),
        invite(&folder, &[]),
        invite(&folder, &[]),
    ];
    change(&folder, "UPDATE invite SET uses = 1 WHERE id = 2; UPDATE invite SET uses = 3 WHERE id = 3");
    change(&folder, "UPDATE invite SET expires_at = 1794500000000000 WHERE id = 4");
    change(&folder, "UPDATE invite SET name = 'lena' WHERE id = 6");
    folder.imera(&["invite", "revoke", "5"], "");
    let (_server, mut browser) = serve(&folder);
    for (token, status, says) in [
        (open.as_str(), 200, "<bdi>mira</bdi> invites you to <bdi>Beach House</bdi>"),
        (&named, 200, "made out to one name: <b>lena</b>"),
        (&used, 410, "This invitation has been used"),
        (&full, 410, "All 3 places are taken"),
        (&out, 410, "It worked until Thursday, 12 November"),
        (&back, 410, "Ask the person who sent it to you."),
        ("AAAAAAAAAAAAAAAAAAAAAAAA", 404, "Nothing lives at this address"),
        (&open[..17], 404, "The link seems cut in half"),
        ("a%20b%3Cscript%3E", 404, "The link seems cut in half"),
        (&"A".repeat(1_000), 404, "Nothing lives at this address"),
    ] {
        for path in [format!("/invite/{token}"), format!("/invite/{token}/sign-up")] {
            let reply = browser.get(&path);
            assert_eq!(reply.status, status, "{path}");
            if status != 200 || !path.ends_with("sign-up") {
                assert!(reply.body.contains(says), "{path} {says}: {}", reply.body);
            }
            assert_eq!(browser.head_of(&path).status, status, "HEAD {path}");
            let links = if status == 200 && !path.ends_with("sign-up") { 1 } else { 0 };
            assert_eq!(reply.headers("link").len(), links, "{path}");
            let names = status == 200 || [&used, &full, &out, &back].contains(&&token.to_owned());
            assert_eq!(reply.body.contains("mira"), names, "{path} tells names only to who was invited by them");
        }
    }
    assert!(
        browser.get(&format!("/invite/{out}")).body.contains("Hi mira, the invitation to Beach House has run out.")
    );
    let form = browser.get(&format!("/invite/{named}/sign-up")).body;
    assert!(form.contains("lena@beach.example") && !form.contains("name=\"name\""), "{form}");
    let reply = sign_up(&mut browser, &named, "admin", PASSWORD);
    assert_eq!(reply.leads_to(), "/welcome", "the name is the invitation's");
    assert!(browser.get("/welcome").body.contains("lena@beach.example"));
}

#[test]
fn too_many_wrong_links_have_to_wait() {
    let folder = Folder::new();
    beach(&folder);
    let (_server, mut browser) = serve(&folder);
    let token = invite(&folder, &[]);
    let statuses: Vec<u16> = (0..32).map(|n| browser.get(&format!("/invite/{n:024}")).status).collect();
    assert!(statuses[..30].iter().all(|status| *status == 404), "{statuses:?}");
    assert_eq!(statuses[31], 429);
    let waits = browser.get(&format!("/invite/{token}"));
    assert!(waits.status == 429 && waits.header("retry-after").is_some(), "whoever guesses waits for right ones too");
}

#[test]
fn before_set_up_a_friend_is_told_to_come_back() {
    let folder = Folder::new();
    let mut server = Server::start(&folder, &["serve"]);
    let line = server.line();
    let host = between(&line, "http://", "/setup");
    let mut browser = Browser::new(host);
    let closed = browser.get("/invite/AAAAAAAAAAAAAAAAAAAAAAAA");
    assert!(closed.status == 503 && closed.body.contains("is not open yet"), "{}", closed.body);
    assert_eq!(browser.get("/recover").status, 503);
}

#[test]
fn a_friend_signs_up_and_is_in_once() {
    let folder = Folder::new();
    beach(&folder);
    let (_server, mut browser) = serve(&folder);
    let token = invite(&folder, &[]);
    let path = format!("/invite/{token}/sign-up");
    let form = browser.get(&path);
    assert!(form.status == 200 && form.body.contains("<noscript>"), "{}", form.body);
    let reply = sign_up(&mut browser, &token, "Tom", PASSWORD);
    assert_eq!(reply.leads_to(), "/welcome");
    assert!(reply.header("set-cookie").unwrap().starts_with("imera="));
    assert_eq!(browser.head_of("/welcome").status, 200, "whoever asks for the head sees no code");
    let page = browser.get("/welcome");
    for told in
        ["Welcome, <bdi>tom</bdi>", "tom@beach.example", "Your recovery code", "mira@beach.example", "role=\"img\""]
    {
        assert!(page.body.contains(told), "{told}: {}", page.body);
    }
    let code = between(&page.body, "<code id=\"recovery\">", "</code>");
    assert_eq!((code.len(), code.matches('-').count()), (19, 3));
    let again = browser.get("/welcome").body;
    assert!(!again.contains("Your recovery code") && !again.contains(code), "the code is shown once");
    assert_ne!(drawn(&page.body), drawn(&again), "each page has a picture code of its own");
    assert_eq!(browser.get(&format!("/invite/{token}")).status, 200, "they are in, and their list has mira");
    assert!(browser.get(&format!("/invite/{token}")).body.contains("<bdi>mira</bdi> is in your list"));
    assert_eq!(browser.another().get(&format!("/invite/{token}")).status, 410);
    // The same form once more, from a browser that did not see the answer.
    let mut twice = browser.another();
    assert_eq!(sign_up(&mut twice, &token, "tom", PASSWORD).leads_to(), "/welcome");
    assert_eq!(sign_up(&mut browser.another(), &token, "tom", "another long one").status, 410);
    let late = sign_up(&mut browser.another(), &token, "tina", PASSWORD);
    assert!(late.status == 410 && late.body.contains("I would like to be called tina."), "{}", late.body);
    assert_eq!(browser.another().get("/welcome").leads_to(), "/sign-in?to=/welcome");
    assert_eq!(accounts(&folder), 2);
}

#[test]
fn a_browser_that_was_left_open_makes_no_more_codes() {
    let folder = Folder::new();
    beach(&folder);
    let (mut server, mut browser) = serve(&folder);
    let token = invite(&folder, &[]);
    sign_up(&mut browser, &token, "tom", PASSWORD);
    assert!(!drawn(&browser.get("/welcome").body).is_empty());
    server.stop();
    change(&folder, "UPDATE web_session SET proved_at = proved_at - 1800000000");
    let (_server, again) = serve(&folder);
    browser.host = again.host;
    let page = browser.get("/welcome");
    assert!(page.status == 200 && !page.body.contains("<figure class=\"qr\">"), "{}", page.body);
    assert!(page.body.contains("There is no picture code now"), "{}", page.body);
}

#[test]
fn many_at_once_for_one_place_make_one_account() {
    let folder = Folder::new();
    beach(&folder);
    let (_server, browser) = serve(&folder);
    let token = invite(&folder, &[]);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let one = |n: usize| {
            let (mut browser, token) = (browser.another(), &token);
            scope.spawn(move || sign_up(&mut browser, token, &format!("friend{n}"), PASSWORD).status)
        };
        let all: Vec<_> = (0..60).map(one).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 410).count(), 59, "{statuses:?}");
    assert_eq!(accounts(&folder), 2);
    assert_eq!(folder.json(&["invite", "list"])[0]["uses"], 1);
}

#[test]
fn what_is_typed_wrong_stands_at_its_field_and_the_invitation_stays() {
    let folder = Folder::new();
    beach(&folder);
    let (_server, mut browser) = serve(&folder);
    let token = invite(&folder, &[]);
    let long = "x".repeat(1_000);
    for (name, password, says) in [
        ("", PASSWORD, "Please choose a chat name."),
        ("mira", PASSWORD, "<b>mira</b> is taken here. Perhaps <b>mira.b</b> or <b>mymira</b>?"),
        ("m.ira", PASSWORD, "looks too much like a name that is taken here"),
        ("mir\u{430}", PASSWORD, "mixes letters of several alphabets"),
        ("🦀", PASSWORD, "cannot have <code>🦀</code> in it"),
        (&long, PASSWORD, "That is 1000 signs long"),
        ("admin", PASSWORD, "is kept for the machine"),
        ("tom b", PASSWORD, "<b>tom.b</b> or <b>tomb</b>"),
        ("tom@else.example", PASSWORD, "Your address ends in"),
        (EVIL, PASSWORD, "A chat name cannot have"),
        ("tom", "", "This has 0 signs"),
        ("tom", "short", "This has 5 signs"),
        ("tommytommy", "Tommytommy", "one of the passwords everybody tries first"),
        ("tom", "beach.example", "one of the passwords everybody tries first"),
        ("tom", &long, "longer than 256 signs"),
        ("tom", "a good\nlong one", "a sign in it that passwords cannot have"),
    ] {
        let reply = sign_up(&mut browser, &token, name, password);
        assert_eq!(reply.status, 422, "{name} {password}");
        assert!(reply.body.contains(says) && reply.body.contains("id=\"errors\""), "{says}: {}", reply.body);
        assert!(
            !reply.body.contains("<script>")
                && (password.is_empty() || !reply.body.contains(&format!("value=\"{password}\""))),
            "{name}"
        );
    }
    let path = format!("/invite/{token}/sign-up");
    assert_eq!(browser.raw_post(&path, "name=tom&name=tina&password=a+good+long+one").status, 400, "doubled");
    assert_eq!(browser.post(&path, &[]).status, 422, "nothing at all");
    let unlike = [("name", "tom"), ("password", PASSWORD), ("password_again", "another one"), ("twice", "yes")];
    assert!(browser.post(&path, &unlike).body.contains("differs from the first"));
    browser.extra = "Sec-Fetch-Site: cross-site\r\n".to_owned();
    assert_eq!(sign_up(&mut browser, &token, "tom", PASSWORD).status, 403, "from another site");
    browser.extra.clear();
    assert_eq!((accounts(&folder), folder.json(&["invite", "list"])[0]["uses"].as_u64()), (1, Some(0)));
    let alike = [("name", "tom"), ("password", PASSWORD), ("password_again", PASSWORD), ("twice", "yes")];
    assert_eq!(browser.post(&path, &alike).leads_to(), "/welcome");
}

#[test]
fn a_link_that_is_over_asks_its_inviter_once_a_day() {
    let folder = Folder::new();
    beach(&folder);
    let [out, back] = [invite(&folder, &["--note", "for Tom"]), invite(&folder, &[])];
    change(&folder, "UPDATE invite SET expires_at = 1794500000000000 WHERE id = 1");
    folder.imera(&["invite", "revoke", "2"], "");
    let (mut server, mut browser) = serve(&folder);
    let path = format!("/invite/{out}");
    let ask = format!("{path}/ask");
    for who in [EVIL, "https://evil.example", &"x".repeat(1_000)] {
        let refused = browser.post(&ask, &[("who", who)]);
        assert!(refused.status == 422 && !refused.body.contains("<script>"), "{}", refused.body);
    }
    assert!(browser.get(&path).body.contains("Ask for a new link"));
    let asked = format!("{path}#asked");
    browser.extra = "Accept-Language: de\r\n".to_owned();
    assert_eq!(browser.post(&ask, &[("who", "Tom B")]).leads_to(), asked);
    assert!(browser.get(&path).body.contains("lang=\"de\""));
    browser.extra.clear();
    assert!(browser.get(&path).body.contains("mira has been asked"));
    assert_eq!(browser.post(&ask, &[]).leads_to(), asked, "and nothing more is sent");
    browser.extra = "Accept-Language: ar-XB\r\n".to_owned();
    browser.post(&format!("/invite/{back}/ask"), &[]);
    browser.post("/invite/AAAAAAAAAAAAAAAAAAAAAAAA/ask", &[]);
    server.stop();
    let told: Vec<String> = told(&folder).into_iter().filter(|body| body.contains("asks for a new one")).collect();
    assert_eq!(told.len(), 2, "one a link that was over, the one taken back too: {told:?}");
    assert!(told.iter().any(|body| body.contains("(“for Tom”)") && body.contains("gives the name Tom B.")), "{told:?}");
    // In the place's language, whatever the stranger's is.
    for body in &told {
        let day = between(body, "Somebody with your invitation of ", " asks").split(" (").next().unwrap();
        assert!(day.is_ascii() && day.contains("day, "), "{body}");
    }
}

#[test]
fn with_an_owners_yes_the_page_waits_and_the_name_is_kept() {
    let folder = Folder::new();
    beach(&folder);
    let (mut server, mut browser) = serve(&folder);
    folder.imera(&["settings", "set", "ask_first", "on"], "");
    let [token, other] = [invite(&folder, &[]), invite(&folder, &[])];
    assert!(browser.get(&format!("/invite/{token}")).body.contains("says yes to each newcomer first"));
    let waiting = sign_up(&mut browser, &token, "tom", PASSWORD).leads_to().to_owned();
    assert!(waiting.starts_with("/waiting/"), "{waiting}");
    let page = browser.get(&waiting);
    assert!(page.status == 200 && page.body.contains("<b>tom</b> is kept for you"), "{}", page.body);
    let taken = sign_up(&mut browser, &other, "tom", PASSWORD);
    assert!(taken.status == 422 && taken.body.contains("Perhaps <b>tom.b</b>"), "{}", taken.body);
    assert_eq!(accounts(&folder), 1);
    assert!(browser.get("/waiting/x").body.contains("There is an answer"));
    server.stop();
    let asked = "tom would like to come in, by an invitation of mira.";
    assert_eq!(told(&folder).iter().filter(|body| body.contains(asked)).count(), 1, "the owner is told");
}

#[test]
fn a_reset_link_gives_a_new_password_once_and_the_person_is_told() {
    let folder = Folder::new();
    beach(&folder);
    assert_eq!(folder.imera(&["account", "add", "tom", "--password-stdin"], "an old long one\n").code, 0);
    let (mut server, mut browser) = serve(&folder);
    let token = token(&folder.json(&["account", "reset", "tom"])["link"]);
    let path = format!("/reset/{token}");
    assert_eq!(browser.get(&format!("/invite/{token}")).leads_to(), path);
    let page = browser.get(&path);
    assert_eq!(page.headers("link"), [format!("<xmpp:tom@beach.example?register;preauth={token}>; rel=\"alternate\"")]);
    assert!(page.body.contains("tom@beach.example") && !page.body.contains("name=\"name\""), "{}", page.body);
    assert!(page.body.contains("data-about=\"tom|beach.example|Beach House\""), "{}", page.body);
    assert_eq!(browser.post(&path, &[("password", "short")]).status, 422);
    let mut old = browser.another();
    assert_eq!(old.post("/sign-in", &[("name", "tom"), ("password", "an old long one")]).leads_to(), "/me");
    assert_eq!(browser.post(&path, &[("password", PASSWORD)]).leads_to(), "/welcome?n=renewed");
    assert!(browser.get("/welcome?n=renewed").body.contains("Your new password is kept"));
    assert_eq!(old.get("/welcome").leads_to(), "/sign-in?to=/welcome&n=again", "the others are signed out");
    assert_eq!(browser.another().post(&path, &[("password", "yet another one")]).status, 410);
    let over = browser.another().get(&path);
    assert!(over.status == 410 && over.body.contains("This link has been used"), "{}", over.body);
    let invitation = invite(&folder, &[]);
    assert_eq!(browser.get(&format!("/reset/{invitation}")).leads_to(), format!("/invite/{invitation}"));
    server.stop();
    assert_eq!(told(&folder).iter().filter(|body| body.contains("Your password was just changed")).count(), 1);
}

#[test]
fn the_recovery_code_gives_a_new_password_and_another_code() {
    let folder = Folder::new();
    beach(&folder);
    let (_server, mut browser) = serve(&folder);
    let token = invite(&folder, &[]);
    sign_up(&mut browser, &token, "tom", PASSWORD);
    let page = browser.get("/welcome").body;
    let code = between(&page, "<code id=\"recovery\">", "</code>").to_owned();
    let mut browser = browser.another();
    assert!(browser.get("/sign-in").body.contains("href=\"/recover\""));
    assert_eq!(browser.get("/recover").status, 200);
    let new = "five grey geese";
    for (name, typed, password) in [
        ("tom", "0000-0000-0000-0000", new),
        ("tina", code.as_str(), new),
        ("tom", "", new),
        ("", &code, new),
        (EVIL, EVIL, new),
        ("tom", &code, "short"),
    ] {
        let reply = browser.post("/recover", &[("name", name), ("code", typed), ("password", password)]);
        assert!(reply.status == 422 && !reply.body.contains("<script>"), "{name} {typed}: {}", reply.body);
        assert!(!reply.body.contains(&code), "codes never come back");
    }
    let right = [("name", "Tom@beach.example"), ("code", &code.to_lowercase()), ("password", new)];
    assert_eq!(browser.post("/recover", &right).leads_to(), "/welcome?n=renewed");
    let page = browser.get("/welcome?n=renewed").body;
    let next = between(&page, "<code id=\"recovery\">", "</code>").to_owned();
    assert_ne!(next, code);
    assert_eq!(browser.post("/recover", &right).status, 422, "it is used up");
    for _ in 0..12 {
        browser.post("/recover", &[("name", "tom"), ("code", "0000"), ("password", new)]);
    }
    let waits = browser.post("/recover", &[("name", "mira"), ("code", "0000"), ("password", new)]);
    assert_eq!(waits.status, 422, "another name may be tried");
}

#[test]
fn who_is_in_already_takes_the_inviter_into_the_list() {
    let folder = Folder::new();
    beach(&folder);
    assert_eq!(folder.imera(&["account", "add", "tom", "--password-stdin"], &format!("{PASSWORD}\n")).code, 0);
    let (_server, browser) = serve(&folder);
    let path = format!("/invite/{}", invite(&folder, &[]));
    let sign_in = |name| {
        let mut browser = browser.another();
        assert_eq!(browser.post("/sign-in", &[("name", name), ("password", PASSWORD)]).status, 303);
        browser
    };
    let own = sign_in("mira").get(&path);
    assert!(own.status == 200 && own.body.contains("This is your own invitation"), "{}", own.body);
    let mut tom = sign_in("tom");
    let offered = tom.get(&path);
    assert!(offered.status == 200 && offered.body.contains("Add <bdi>mira</bdi> to your list?"), "{}", offered.body);
    assert_eq!(offered.headers("link").len(), 1);
    assert_eq!(tom.post(&format!("{path}/add"), &[]).leads_to(), path);
    assert!(tom.get(&path).body.contains("<bdi>mira</bdi> is in your list"));
    assert!(tom.get("/welcome").body.contains("mira@beach.example"));
    let stranger = browser.another().post(&format!("{path}/add"), &[]);
    assert!(stranger.leads_to().starts_with("/sign-in"), "only who is in");
}

#[test]
fn every_page_is_small_and_speaks_german_too() {
    let folder = Folder::new();
    beach(&folder);
    let [open, out] = [invite(&folder, &["--uses", "20"]), invite(&folder, &[])];
    change(&folder, "UPDATE invite SET expires_at = 1794500000000000 WHERE id = 2");
    let (_server, mut browser) = serve(&folder);
    sign_up(&mut browser, &open, "tom", PASSWORD);
    let reset = token(&folder.json(&["account", "reset", "tom"])["link"]);
    let mut stranger = browser.another();
    for lang in ["en", "de", "ar-XB"] {
        browser.extra = format!("Accept-Language: {lang}\r\n");
        stranger.extra = browser.extra.clone();
        let all = [
            browser.get("/welcome"),
            stranger.get(&format!("/invite/{open}")),
            stranger.get(&format!("/invite/{open}/sign-up")),
            stranger.get(&format!("/invite/{out}")),
            stranger.get(&format!("/reset/{reset}")),
            stranger.get("/recover"),
        ];
        for page in all {
            let assets: usize = page.assets().iter().map(|asset| browser.another().get(asset).body.len()).sum();
            let size = page.body.len() + assets;
            assert!((1_000..60_000).contains(&size), "{size} bytes: {}", page.body);
            assert!(page.body.contains(&format!("<html lang=\"{lang}\"")), "{lang}");
        }
    }
}
