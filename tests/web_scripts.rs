//! What people type is text on every page, also where it is a script: fields that no other test tries, and words that
//! come from elsewhere: a backup's place, an app's name for itself.
#![allow(clippy::disallowed_methods)] // real sockets, real time

#[path = "support/browser.rs"]
#[allow(dead_code)] // tests/web.rs uses the rest
mod browser;
#[path = "support/client.rs"]
mod client;
#[path = "support/process.rs"]
#[allow(dead_code)] // tests/process.rs uses the rest
mod process;

use std::path::Path;
use std::time::Duration;
use std::time::Instant;

use browser::Browser;
use browser::Reply;
use client::Client;
use client::Door;
use client::Endpoint;
use process::Folder;
use process::Server;

const PASSWORD: &str = "a good long one";
const PASSPHRASE: &str = "correct horse battery";
/// Out of an attribute and out of a text area.
const EVILS: [&str; 2] = ["\"><script>alert(1)</script>'", "</textarea><img src=x onerror=alert(1)>"];

/// Mira's place, whose name is the script too, and tom.
fn place(folder: &Folder, evil: &str) -> (Server, Browser) {
    let arguments = ["setup", "--domain", "localhost", "--home", "--owner", "mira", "--password-stdin"];
    let done = folder.imera(&arguments, &format!("{PASSWORD}\n"));
    assert_eq!(done.code, 0, "{}", done.stderr);
    let mut server = Server::start(folder, &["serve"]);
    server.read_ready();
    let added = folder.imera(&["account", "add", "tom", "--password-stdin"], &format!("{PASSWORD}\n"));
    assert_eq!(added.code, 0, "{}", added.stderr);
    folder.json(&["settings", "set", "place_name", evil]);
    let browser = Browser::new(&server.address("http").to_string());
    (server, browser)
}

fn sign_in(browser: &Browser, name: &str) -> Browser {
    let mut browser = browser.another();
    let home = if name == "mira" { "/admin" } else { "/me" };
    let reply = browser.post("/sign-in", &[("name", name), ("password", PASSWORD)]);
    assert_eq!(reply.leads_to(), home);
    browser
}

/// No tag of ours begins so.
fn harmless(reply: &Reply, at: &str) {
    let raw = ["<script>", "alert(1)</", "</textarea>", "<img", "x onerror=alert(1)>"];
    for raw in raw {
        assert!(!reply.body.contains(raw), "{at}: {raw}: {}", reply.body);
    }
}

/// The form's own number of one use, where it has one.
fn once(browser: &mut Browser, path: &str) -> Option<String> {
    let page = browser.get(path);
    let (_, rest) = page.body.split_once("name=\"once\" value=\"")?;
    Some(rest.split('"').next().unwrap().to_owned())
}

/// Sends the form, and looks at the answer and at the page that it leads to, or stands on.
fn tried(browser: &mut Browser, path: &str, fields: &[(&str, &str)], status: u16) {
    let reply = browser.post(path, fields);
    assert_eq!(reply.status, status, "{path} {fields:?}: {}", reply.body);
    harmless(&reply, path);
    let next = if status == 303 { reply.leads_to().split('#').next().unwrap().to_owned() } else { path.to_owned() };
    harmless(&browser.get(&next), &next);
}

/// Address, the field that has the script, what goes with it, the answer.
type Try = (&'static str, &'static str, &'static [(&'static str, &'static str)], u16);

const OF_OWNERS: &[Try] = &[
    ("/admin/invites", "other", &[("note", ""), ("uses", "other"), ("lasts", "7"), ("role", "member")], 422),
    ("/admin/invites", "note", &[("uses", "1"), ("other", ""), ("lasts", "7"), ("role", "member")], 303),
    ("/admin/settings/place", "place_name", &[("language", "en")], 303),
    ("/admin/settings/backups", "backup_at", &[("backup_keep", "7d 4w 6m")], 422),
    ("/admin/settings/backups", "backup_keep", &[("backup_at", "03:30")], 422),
    ("/admin/people/requests/1", "answer", &[], 400),
];

const OF_ALL: &[Try] = &[
    ("/me/recovery", "password", &[], 422),
    ("/me/devices/phone", "password", &[], 422),
    ("/me/password", "old", &[("new", "three grey geese")], 422),
    ("/me/password", "new", &[("old", "not right at all")], 422),
];

#[test]
fn a_script_in_any_field_stays_text() {
    for evil in EVILS {
        let folder = Folder::new();
        let (_server, browser) = place(&folder, evil);
        let mut mira = sign_in(&browser, "mira");
        for (path, field, more, status) in OF_OWNERS {
            let once = once(&mut mira, path);
            let mut fields = [&[(*field, evil)], *more].concat();
            fields.extend(once.as_deref().map(|once| ("once", once)));
            tried(&mut mira, path, &fields, *status);
        }
        let mut tom = sign_in(&browser, "tom");
        // Passwords are asked for again after a while.
        let database = rusqlite::Connection::open(folder.file("imera.sqlite")).unwrap();
        database.execute("UPDATE web_session SET proved_at = proved_at - 901000000", []).unwrap();
        for (path, field, more, status) in OF_ALL {
            tried(&mut tom, path, &[&[(*field, evil)], *more].concat(), *status);
        }
        let link = folder.json(&["account", "reset", "tom"])["link"].as_str().unwrap().to_owned();
        let reset = format!("/reset/{}", link.rsplit('/').next().unwrap());
        let mut stranger = browser.another();
        for (password, again) in [(evil, "another one"), ("three grey geese", evil)] {
            let fields = [("password", password), ("password_again", again), ("twice", "yes")];
            tried(&mut stranger, &reset, &fields, 422);
        }
        for page in
            ["/", "/sign-in", "/admin", "/admin/settings", "/admin/log", "/admin/people", "/admin/backups", "/me"]
        {
            harmless(&mira.get(page), page);
        }
    }
}

/// Asks for the page until it leads somewhere or says so; each answer is harmless.
fn wait(browser: &mut Browser, path: &str, said: &str) -> Reply {
    let begun = Instant::now();
    loop {
        let reply = browser.get(path);
        harmless(&reply, path);
        if reply.status == 303 || (!said.is_empty() && reply.body.contains(said)) {
            return reply;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{path}: {}", reply.body);
    }
}

fn checked(browser: &mut Browser) -> Reply {
    let next = wait(browser, "/admin/restore/check", "").leads_to().to_owned();
    let page = browser.get(&next);
    harmless(&page, &next);
    page
}

#[test]
fn a_backup_of_a_place_whose_name_is_a_script_comes_back_as_text() {
    for evil in EVILS {
        let folder = Folder::new();
        let (mut server, browser) = place(&folder, evil);
        let locked = folder.imera(&["backup", "lock", "--passphrase-stdin"], &format!("{PASSPHRASE}\n"));
        assert_eq!(locked.code, 0, "{}", locked.stderr);
        let file = folder.json(&["backup", "create"])["file"].as_str().unwrap().to_owned();
        let name = Path::new(&file).file_name().unwrap().to_str().unwrap().to_owned();
        let mut mira = sign_in(&browser, "mira");
        tried(&mut mira, "/admin/restore/kept", &[("file", evil)], 404);
        assert_eq!(mira.post("/admin/restore/kept", &[("file", &name)]).leads_to(), "/admin/restore/check");
        assert!(checked(&mut mira).body.contains("name=\"passphrase\""));
        tried(&mut mira, "/admin/restore/again", &[("passphrase", evil)], 303);
        assert!(checked(&mut mira).body.contains("That passphrase does not open it"));
        mira.post("/admin/restore/again", &[("passphrase", PASSPHRASE)]);
        let ready = checked(&mut mira).body;
        assert!(ready.contains("Bring it back") && ready.contains("alert(1)"), "{ready}");
        tried(&mut mira, "/admin/restore/ready", &[("place", &evil.replace("alert(1)", "alert(1) "))], 422);
        let mark = mira.post("/admin/restore/ready", &[("place", evil)]).leads_to().to_owned();
        assert!(wait(&mut mira, &mark, "is back.").body.contains("alert(1)"));
        server.read_ready();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_name_that_an_app_has_for_itself_stays_text() {
    for evil in EVILS {
        let folder = Folder::new();
        let (server, browser) = place(&folder, evil);
        let endpoint = Endpoint::new(server.address("c2s_tls"), Door::DirectTls, "localhost");
        let app = Client::login(&endpoint, "tom", PASSWORD, Some(evil)).await.unwrap();
        assert!(app.jid().ends_with(evil), "{}", app.jid());
        for path in ["/admin/people", "/admin/people/2", "/admin"] {
            harmless(&sign_in(&browser, "mira").get(path), path);
        }
        let page = sign_in(&browser, "mira").get("/admin/people/2").body;
        assert!(page.matches("alert(1)").count() >= 2, "the place's name, and the app's: {page}");
        harmless(&sign_in(&browser, "tom").get("/me/devices"), "/me/devices");
    }
}
