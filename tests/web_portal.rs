//! Signing in and everybody's own pages by a browser made by hand, in a real server that was set up.

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
const FIREFOX: &str = "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n";
const EVIL: &str = "\"><script>alert(1)</script>'";

/// The tabs.
const PAGES: [&str; 4] = ["/me", "/me/devices", "/me/devices/phone", "/me/data"];

/// Beach House, with mira who owns it and tom; both have [`PASSWORD`].
fn place(folder: &Folder) -> (Server, Browser) {
    let arguments = ["setup", "--domain", "beach.example", "--owner", "mira", "--name", "Beach House"];
    let done = folder.imera(&[&arguments[..], &["--password-stdin"]].concat(), &format!("{PASSWORD}\n"));
    assert_eq!(done.code, 0, "{}", done.stderr);
    let mut server = Server::start(folder, &["serve"]);
    server.read_ready();
    let added = folder.imera(&["account", "add", "tom", "--password-stdin"], &format!("{PASSWORD}\n"));
    assert_eq!(added.code, 0, "{}", added.stderr);
    let mut browser = Browser::new(&server.address("http").to_string());
    browser.extra = FIREFOX.to_owned();
    (server, browser)
}

fn sign_in(browser: &Browser, name: &str) -> Browser {
    let mut browser = browser.another();
    browser.extra = FIREFOX.to_owned();
    let home = if name == "mira" { "/admin" } else { "/me" };
    assert_eq!(browser.post("/sign-in", &[("name", name), ("password", PASSWORD)]).leads_to(), home);
    browser
}

#[test]
fn people_sign_in_by_name_or_address_and_out_again() {
    let folder = Folder::new();
    let (_server, mut browser) = place(&folder);
    assert!(browser.get("/").body.contains("href=\"/sign-in\""));
    let form = browser.get("/sign-in?to=/me");
    assert!(form.status == 200 && form.body.contains("name=\"to\" value=\"/me\""), "{}", form.body);
    for typed in ["tom", " Tom ", "tom@beach.example", "TOM@Beach.Example"] {
        let mut browser = browser.another();
        let fields = [("name", typed), ("password", PASSWORD), ("to", "/help/me")];
        let reply = browser.post("/sign-in", &fields);
        assert_eq!(reply.leads_to(), "/help/me", "{typed}");
        let cookie = reply.header("set-cookie").unwrap();
        assert!(cookie.starts_with("imera=") && cookie.ends_with("; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax"));
        assert!(browser.get("/").body.contains("signed in as <b>tom</b>"));
        assert_eq!(browser.get("/sign-in?to=/help").leads_to(), "/help", "it is signed in already");
    }
    for other in ["//evil.example", "https://evil.example", "/a?b", "/\\evil.example"] {
        let fields = [("name", "tom"), ("password", PASSWORD), ("to", other)];
        assert_eq!(browser.another().post("/sign-in", &fields).leads_to(), "/me", "{other}");
        assert!(!browser.get(&format!("/sign-in?to={other}")).body.contains("evil"), "{other}");
    }
    let mut tom = sign_in(&browser, "tom");
    let mut thief = browser.another();
    thief.steal(&tom);
    assert!(thief.get("/").body.contains("<b>tom</b>"));
    assert_eq!(tom.get("/sign-out").status, 405, "a link signs nobody out");
    let out = tom.post("/sign-out", &[]);
    assert_eq!(out.leads_to(), "/sign-in?n=out");
    assert!(out.header("set-cookie").unwrap().starts_with("imera=; Path=/; Max-Age=0;"));
    assert!(tom.get("/sign-in?n=out").body.contains("You are signed out"));
    assert!(!thief.get("/").body.contains("<b>tom</b>"), "the cookie itself is void");
    assert_eq!(tom.post("/sign-out", &[]).status, 303, "sent twice");
}

#[test]
fn an_unknown_name_is_answered_as_a_wrong_password_is() {
    let folder = Folder::new();
    let (_server, mut browser) = place(&folder);
    let mut wrong = |name: &str, password: &str| {
        let reply = browser.post("/sign-in", &[("name", name), ("password", password)]);
        assert!(reply.status == 422 && reply.header("set-cookie").is_none(), "{name}");
        assert!(password.is_empty() || !reply.body.contains(password), "passwords never come back");
        reply.body.replace(&format!("value=\"{name}\""), "value=\"NAME\"")
    };
    let known = wrong("tom", "not his at all");
    assert!(known.contains("do not belong together"));
    assert_eq!(known, wrong("nobody", "not his at all"));
    assert_eq!(known, wrong("no body", "not his at all"), "can be no name");
    assert!(wrong("", "not his at all").contains("Please type your chat name."));
    assert!(wrong("tom", "").contains("Please type your password."));
    assert!(wrong("tom@other.example", "x-x-x-x").contains("end in <code>@beach.example</code>"));
    let evil = browser.post("/sign-in", &[("name", EVIL), ("password", EVIL), ("to", EVIL)]);
    assert!(evil.status == 422 && !evil.body.contains("<script>"), "{}", evil.body);
    let long = "x".repeat(20_000);
    let reply = browser.post("/sign-in", &[("name", &long), ("password", "not his at all")]);
    assert!(reply.status == 422 && reply.body.len() < 10_000, "a name comes back shortened");
    assert_eq!(browser.raw_post("/sign-in", "name=tom&name=mira&password=x").status, 400);
    assert_eq!(browser.announce("/sign-in", 1_000_000_000).status, 413);
    browser.extra = "Sec-Fetch-Site: cross-site\r\n".to_owned();
    assert_eq!(browser.post("/sign-in", &[("name", "tom"), ("password", PASSWORD)]).status, 403);
}

#[test]
fn guessing_has_to_wait_as_in_the_streams_and_others_sign_in_meanwhile() {
    let folder = Folder::new();
    let (_server, mut browser) = place(&folder);
    let mut familiar = sign_in(&browser, "mira");
    let mut tries = 0;
    let refused = loop {
        let reply = browser.post("/sign-in", &[("name", "tom"), ("password", "not his at all")]);
        tries += 1;
        match reply.status {
            422 if tries < 100 => {}
            _ => break reply,
        }
    };
    assert_eq!(refused.status, 429, "after {tries}");
    assert!(refused.header("retry-after").is_some() && refused.body.contains("That was fast"), "{}", refused.body);
    assert_eq!(browser.post("/sign-in", &[("name", "tom"), ("password", PASSWORD)]).status, 429, "the right one too");
    familiar.post("/sign-out", &[]);
    assert_eq!(familiar.post("/sign-in", &[("name", "mira"), ("password", PASSWORD)]).status, 303);
}

#[test]
fn a_new_password_a_removal_and_a_restart_do_to_browsers_what_they_do_to_devices() {
    let folder = Folder::new();
    let (mut server, browser) = place(&folder);
    let (mut tom, mut mira) = (sign_in(&browser, "tom"), sign_in(&browser, "mira"));
    let changed = folder.imera(&["account", "reset", "tom", "--password-stdin"], "another long one\n");
    assert_eq!(changed.code, 0, "{}", changed.stderr);
    assert!(!tom.get("/").body.contains("<b>tom</b>"));
    assert!(mira.get("/").body.contains("<b>mira</b>"));
    assert_eq!(server.stop().0, Some(0));
    let mut server = Server::start(&folder, &["serve"]);
    server.read_ready();
    mira.host = server.address("http").to_string();
    assert!(mira.get("/").body.contains("<b>mira</b>"), "she is still signed in");
    tom.host = mira.host.clone();
    assert_eq!(tom.post("/sign-in", &[("name", "tom"), ("password", "another long one")]).status, 303);
    assert_eq!(folder.imera(&["account", "remove", "tom"], "").code, 0);
    assert!(!tom.get("/").body.contains("<b>tom</b>"));
}

#[test]
fn my_page_is_mine_only() {
    let folder = Folder::new();
    let (_server, mut browser) = place(&folder);
    assert_eq!(browser.get("/me").leads_to(), "/sign-in?to=/me");
    assert_eq!(browser.get("/me/data?x=y").leads_to(), "/sign-in?to=/me/data");
    assert_eq!(browser.post("/me/password", &[]).leads_to(), "/sign-in?to=/me");
    let mut tom = sign_in(&browser, "tom");
    let me = tom.get("/me").body;
    for told in ["tom@beach.example", "role=\"img\"", "Good day, <bdi>tom</bdi>", "You have no code yet"] {
        assert!(me.contains(told), "{told}: {me}");
    }
    let data = tom.get("/me/data").body;
    for told in ["No messages yet", "No contacts yet", "after 186 days or so"] {
        assert!(data.contains(told), "{told}: {data}");
    }
    tom.post("/sign-out", &[]);
    let mut thief = browser.another();
    thief.cookie("imera", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    assert_eq!(thief.get("/me").leads_to(), "/sign-in?to=/me&n=again");
    assert!(thief.get("/sign-in?to=/me&n=again").body.contains("Please sign in again"));
}

#[test]
fn a_new_password_signs_all_others_out_and_stolen_cookies_too() {
    let folder = Folder::new();
    let (_server, browser) = place(&folder);
    let (mut tom, mut other) = (sign_in(&browser, "tom"), sign_in(&browser, "tom"));
    let mut thief = browser.another();
    thief.steal(&tom);
    let change = |who: &mut Browser, old: &str, new: &str| who.post("/me/password", &[("old", old), ("new", new)]);
    for (old, new, told) in [
        ("not his at all", "another long one", "That is not your password."),
        ("", "another long one", "That is not your password."),
        (PASSWORD, "short", "This has 5 signs"),
        (PASSWORD, "tom@beach.example", "everybody tries first"),
        (EVIL, "", "This has 0 signs"),
    ] {
        let reply = change(&mut tom, old, new);
        assert!(reply.status == 422 && reply.body.contains(told), "{told}: {}", reply.body);
        assert!(!reply.body.contains("<script>") && !reply.body.contains("another long one"));
    }
    assert_eq!(tom.raw_post("/me/password", "old=a&old=b&new=c").status, 400);
    assert_eq!(tom.announce("/me/password", 1_000_000_000).status, 413);
    assert_eq!(change(&mut tom, PASSWORD, "another long one").leads_to(), "/me?n=password");
    assert!(tom.get("/me?n=password").body.contains("Your new password holds."));
    for out in [&mut other, &mut thief] {
        assert_eq!(out.get("/me").leads_to(), "/sign-in?to=/me&n=again");
    }
    assert_eq!(change(&mut tom, PASSWORD, "another long one").status, 422, "sent twice");
    assert_eq!(tom.get("/me").status, 200);
    let mut later = browser.another();
    assert_eq!(later.post("/sign-in", &[("name", "tom"), ("password", PASSWORD)]).status, 422);
    assert_eq!(later.post("/sign-in", &[("name", "tom"), ("password", "another long one")]).status, 303);
}

#[test]
fn a_recovery_code_is_shown_once_to_who_knows_the_password() {
    let folder = Folder::new();
    let (_server, browser) = place(&folder);
    let mut tom = sign_in(&browser, "tom");
    let code = |reply: &browser::Reply| {
        let rest = reply.body.split("<code id=\"recovery\">").nth(1)?;
        rest.split('<').next().map(str::to_owned)
    };
    let refused = tom.post("/me/recovery", &[("password", "not his at all")]);
    assert!(refused.status == 422 && code(&refused).is_none(), "{}", refused.body);
    assert!(tom.get("/me").body.contains("You have no code yet"));
    let made = tom.post("/me/recovery", &[("password", PASSWORD)]);
    assert_eq!((made.status, made.header("cache-control")), (200, Some("no-store")));
    let first = code(&made).unwrap();
    assert_eq!(first.len(), 19);
    let page = tom.get("/me").body;
    assert!(page.contains("You have a code from") && !page.contains(&first));
    assert_ne!(code(&tom.post("/me/recovery", &[("password", PASSWORD)])), Some(first), "sent twice: another");
    assert_eq!(tom.get("/me/recovery").status, 405, "it has no address of its own");
}

#[test]
fn whoever_leaves_types_the_name_and_may_stay_until_the_grace_is_over() {
    let folder = Folder::new();
    let (mut server, browser) = place(&folder);
    let (mut tom, mut other, mut mira) =
        (sign_in(&browser, "tom"), sign_in(&browser, "tom"), sign_in(&browser, "mira"));
    let leave = |who: &mut Browser, sure: &str, password: &str| {
        who.post("/me/leave", &[("sure", sure), ("password", password)])
    };
    let kept = leave(&mut mira, "mira", PASSWORD);
    assert!(kept.status == 422 && kept.body.contains("A place needs an owner"), "{}", kept.body);
    for (sure, password, told) in [
        ("", PASSWORD, "That is not your chat name."),
        ("mira", PASSWORD, "That is not your chat name."),
        (EVIL, PASSWORD, "That is not your chat name."),
        ("tom", "not his at all", "That is not your password."),
    ] {
        let reply = leave(&mut tom, sure, password);
        assert!(reply.status == 422 && reply.body.contains(told), "{told}: {}", reply.body);
        assert!(reply.body.contains("id=\"leave\" open") && !reply.body.contains("<script>"), "{}", reply.body);
    }
    assert_eq!(leave(&mut tom, "tom", PASSWORD).leads_to(), "/sign-in?n=left");
    assert!(tom.get("/sign-in?n=left").body.contains("For 30 days"));
    assert_eq!(leave(&mut tom, "tom", PASSWORD).leads_to(), "/sign-in?to=/me", "sent twice");
    assert_eq!(other.get("/me").leads_to(), "/sign-in?to=/me&n=again");
    let accounts = folder.json(&["account", "list"]);
    assert!(accounts.to_string().contains("tom"), "nothing is deleted yet: {accounts}");
    let told: i64 = rusqlite::Connection::open(folder.file("imera.sqlite"))
        .unwrap()
        .query_row("SELECT count(*) FROM message WHERE content LIKE '%Beach House: tom has left.%'", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(told, 1, "the owner is told");

    let back = [("name", "tom"), ("password", PASSWORD)];
    assert_eq!(tom.post("/sign-in", &back).leads_to(), "/stay");
    for elsewhere in ["/me", "/me/data"] {
        assert_eq!(tom.get(elsewhere).leads_to(), "/stay");
    }
    assert!(tom.get("/stay").body.contains("on your way out, <bdi>tom</bdi>"));
    assert_eq!(tom.post("/stay", &[]).leads_to(), "/me?n=stays");
    assert!(tom.get("/me?n=stays").body.contains("Good that you stay."));
    assert_eq!(tom.post("/stay", &[]).leads_to(), "/", "sent twice");
    assert_eq!(other.get("/me").leads_to(), "/sign-in?to=/me&n=again", "who was signed out stays so");

    let mut tom = sign_in(&browser, "tom");
    assert_eq!(leave(&mut tom, "tom", PASSWORD).leads_to(), "/sign-in?n=left");
    assert_eq!(server.stop().0, Some(0));
    let db = rusqlite::Connection::open(folder.file("imera.sqlite")).unwrap();
    assert_eq!(db.execute("UPDATE account SET leaves_at = 1 WHERE name = 'tom'", []).unwrap(), 1);
    drop(db);
    let mut server = Server::start(&folder, &["serve"]);
    server.log_until("its time to stay is over");
    assert!(!folder.json(&["account", "list"]).to_string().contains("tom"), "the grace is over");
    assert_eq!(server.stop().0, Some(0));
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

#[test]
fn devices_are_listed_and_signed_out_one_by_one_or_all_others() {
    let folder = Folder::new();
    let (_server, browser) = place(&folder);
    let mut tom = sign_in(&browser, "tom");
    let mut evil = browser.another();
    evil.extra = format!("User-Agent: {EVIL}\r\n");
    let mut second = sign_in(&browser, "tom");
    let mut mira = sign_in(&browser, "mira");
    assert_eq!(evil.post("/sign-in", &[("name", "tom"), ("password", PASSWORD)]).status, 303);
    let page = tom.get("/me/devices").body;
    for told in
        ["No other app is signed in", "Firefox on Linux", "this browser, signed in today at", "last here today at"]
    {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(page.contains("calls itself <bdi>&quot;&gt;&lt;script&gt;") && !page.contains("<script>alert"), "{page}");
    let ids = |page: &str| -> Vec<String> {
        let buttons = page.split("name=\"browser\" value=\"").skip(1);
        buttons.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    let all = ids(&page);
    assert_eq!(all.len(), 3);
    let hers = ids(&mira.get("/me/devices").body).remove(0);
    for nobodys in [hers.as_str(), "999999", "-1", "x", EVIL, ""] {
        assert_eq!(tom.post("/me/devices", &[("browser", nobodys)]).leads_to(), "/me/devices?n=gone", "{nobodys}");
    }
    assert_eq!(mira.get("/me").status, 200);
    assert_eq!(tom.post("/me/devices", &[("app", EVIL)]).leads_to(), "/me/devices?n=gone");
    assert_eq!(tom.post("/me/devices", &[]).leads_to(), "/me/devices?n=gone");
    assert_eq!(tom.raw_post("/me/devices", "browser=1&browser=2").status, 400);
    assert_eq!(evil.get("/me").status, 200);
    assert_eq!(tom.post("/me/devices", &[("browser", &all[0])]).leads_to(), "/me/devices?n=out", "the newest");
    assert_eq!(evil.get("/me").leads_to(), "/sign-in?to=/me&n=again");
    assert_eq!(tom.post("/me/devices", &[("others", "yes")]).leads_to(), "/me/devices?n=others");
    assert_eq!(second.get("/me").status, 303);
    assert_eq!(mira.get("/me").status, 200);
    let own = ids(&tom.get("/me/devices").body).remove(0);
    assert_eq!(tom.post("/me/devices", &[("browser", &own)]).leads_to(), "/sign-in?n=out");
    assert_eq!(tom.get("/me").status, 303);
}

#[test]
fn a_phone_is_added_by_a_code_and_taken_out_again() {
    let folder = Folder::new();
    let (_server, browser) = place(&folder);
    let (mut tom, mut mira) = (sign_in(&browser, "tom"), sign_in(&browser, "mira"));
    let id = |who: &mut Browser| {
        let page = who.get("/me/devices").body;
        page.split("name=\"device\" value=\"").nth(1).map(|rest| rest.split('"').next().unwrap().to_owned())
    };
    let page = tom.get("/me/devices/phone");
    assert!(page.status == 200 && !page.body.contains("name=\"password\""), "it was typed just now: {}", page.body);
    assert_eq!(id(&mut tom), None, "looking makes nothing");
    let code = tom.post("/me/devices/phone", &[]);
    assert_eq!((code.status, code.header("cache-control")), (200, Some("no-store")));
    assert!(code.body.contains("QR code that signs your phone in as tom@beach.example"), "{}", code.body);
    let page = tom.get("/me/devices").body;
    assert!(page.contains("A code nobody has scanned yet") && page.contains(">Take back<"), "{page}");
    let waiting = id(&mut tom).unwrap();
    assert_eq!(mira.post("/me/devices", &[("device", &waiting)]).leads_to(), "/me/devices?n=gone", "it is not hers");
    assert_eq!(tom.post("/me/devices", &[("device", &waiting)]).leads_to(), "/me/devices?n=out");
    assert_eq!(tom.post("/me/devices", &[("device", &waiting)]).leads_to(), "/me/devices?n=gone", "sent twice");
    tom.post("/me/devices/phone", &[]);
    assert_eq!(tom.post("/me/devices", &[("others", "yes")]).leads_to(), "/me/devices?n=others");
    assert_eq!(id(&mut tom), None);

    let database = rusqlite::Connection::open(folder.file("imera.sqlite")).unwrap();
    database.execute("UPDATE web_session SET proved_at = proved_at - 901000000", []).unwrap();
    assert!(tom.get("/me/devices/phone").body.contains("name=\"password\""), "a quarter of an hour ago");
    for wrong in ["", "not his at all"] {
        let refused = tom.post("/me/devices/phone", &[("password", wrong)]);
        assert!(refused.status == 422 && !refused.body.contains("<figure"), "{}", refused.body);
    }
    assert_eq!(id(&mut tom), None);
    assert!(tom.post("/me/devices/phone", &[("password", PASSWORD)]).body.contains("<figure"));
    assert!(tom.post("/me/devices/phone", &[]).body.contains("<figure"), "now it counts again");
}

#[test]
fn everything_of_mine_is_a_file_that_only_my_browser_gets() {
    let folder = Folder::new();
    let (_server, browser) = place(&folder);
    let (mut tom, mut mira) = (sign_in(&browser, "tom"), sign_in(&browser, "mira"));
    assert_eq!(tom.get("/me/data/export").status, 404);
    assert!(tom.get("/me/data").body.contains("Make the file"));
    assert_eq!(tom.post("/me/data/export", &[]).leads_to(), "/me/data#export");
    assert_eq!(tom.post("/me/data/export", &[]).leads_to(), "/me/data#export", "sent twice");
    let ready =
        (0..2_000).find_map(|_| Some(tom.get("/me/data").body).filter(|page| page.contains("Download the file")));
    let ready = ready.unwrap();
    assert!(ready.contains("It lies here until") && ready.contains("You can make a new one today at"), "{ready}");
    assert!(!ready.contains("<button class=\"btn\">Make a new one"), "there is no button that does nothing");
    let files = || std::fs::read_dir(folder.file("exports")).unwrap().count();
    assert_eq!(files(), 1);
    let (head, zip) = tom.download("/me/data/export");
    assert!(head.starts_with("HTTP/1.1 200 OK") && head.contains("attachment; filename=\"imera-"), "{head}");
    assert!(zip.starts_with(b"PK") && head.contains(&format!("content-length: {}\r\n", zip.len())), "{head}");
    let names: Vec<String> = zip::ZipArchive::new(std::io::Cursor::new(zip))
        .unwrap()
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .collect();
    assert_eq!(names, ["account.xml", "messages.jsonl", "index.html"]);
    assert_eq!(mira.get("/me/data/export").status, 404);
    assert_eq!(browser.another().get("/me/data/export").leads_to(), "/sign-in?to=/me/data/export");
    assert_eq!(tom.post("/me/data/export", &[]).leads_to(), "/me/data#export", "there is one from just now");
    assert_eq!(files(), 1);
    let told = (0..2_000).find(|_| {
        let database = rusqlite::Connection::open(folder.file("imera.sqlite")).unwrap();
        let sql = "SELECT count(*) FROM message WHERE content LIKE '%is ready. Fetch it until%/me/data%'";
        database.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap() == 1
    });
    assert!(told.is_some(), "a chat message says so");
}

/// Behind `mark`, up to the next quote.
fn behind<'a>(body: &'a str, mark: &str) -> &'a str {
    let (_, rest) = body.split_once(mark).unwrap_or_else(|| panic!("{mark} is not in {body}"));
    rest.split(['"', '<']).next().unwrap()
}

#[test]
fn members_invite_by_a_page_of_their_own_where_they_may() {
    let folder = Folder::new();
    let (_server, browser) = place(&folder);
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
    for (once, leads_to) in [&*"A".repeat(24), &"B".repeat(24), &"C".repeat(24)].into_iter().zip(leads_to) {
        let fields = [("note", ""), ("lasts", "7"), ("once", once)];
        assert_eq!(tom.post("/me/invite", &fields).leads_to(), leads_to);
    }
    let full = tom.get("/me/invite").body;
    assert!(full.contains("All your invitations are given out.") && !full.contains("name=\"note\""), "{full}");
    let withdraw =
        format!("/me/invite/{}/withdraw", behind(&full, "action=\"/me/invite/").trim_end_matches("/withdraw"));
    let of_mira = folder.json(&["invite", "create"])["id"].to_string();
    assert_eq!(tom.post(&format!("/me/invite/{of_mira}/withdraw"), &[]).leads_to(), "/me/invite?n=over", "not tom's");
    assert_eq!(tom.post(&withdraw, &[]).leads_to(), "/me/invite?n=withdrawn");
    assert!(tom.get("/me/invite").body.contains("now there is one."));
    // Without the right the page is gone and the links let nobody in.
    folder.json(&["settings", "set", "members_invite", "off"]);
    assert_eq!(tom.post(&withdraw, &[]).status, 403);
    let states = folder.json(&["invite", "list"]);
    let states: Vec<_> = states.as_array().unwrap().iter().map(|row| row["state"].as_str().unwrap()).collect();
    assert!(states.contains(&"paused") && states.contains(&"withdrawn") && states.contains(&"used"), "{states:?}");
}

#[test]
fn every_page_is_small_and_speaks_german_too() {
    let folder = Folder::new();
    let (_server, browser) = place(&folder);
    let (mut tom, mut nobody) = (sign_in(&browser, "tom"), browser.another());
    folder.json(&["settings", "set", "members_invite", "on"]);
    for lang in ["en", "de", "ar-XB"] {
        let extra = format!("Accept-Language: {lang}\r\n");
        (tom.extra, nobody.extra) = (extra.clone(), extra);
        let mut pages: Vec<browser::Reply> = PAGES.iter().map(|path| tom.get(path)).collect();
        pages.push(nobody.get("/sign-in?n=left"));
        pages.push(tom.get("/me/invite"));
        for page in pages {
            let mut size = page.body.len();
            for asset in page.assets() {
                size += tom.get(&asset).body.len();
            }
            assert!(page.status == 200 && (1_000..60_000).contains(&size), "{size} bytes: {}", page.body);
            assert!(page.body.contains(&format!("<html lang=\"{lang}\"")), "{lang}");
        }
    }
}
