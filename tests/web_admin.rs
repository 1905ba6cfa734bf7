//! The owner's pages in a real server, by a browser made by hand: what they tell, what they change, whom they refuse.
#![allow(clippy::disallowed_methods)] // real time

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
const EVIL: &str = "\"><script>alert(1)</script>'";

/// Beach House: mira owns it, tom is a member; both have [`PASSWORD`]. Their accounts are 1 and 2.
fn place(folder: &Folder) -> (Server, Browser) {
    let arguments = ["setup", "--domain", "beach.example", "--owner", "mira", "--name", "Beach House"];
    let done = folder.imera(&[&arguments[..], &["--password-stdin"]].concat(), &format!("{PASSWORD}\n"));
    assert_eq!(done.code, 0, "{}", done.stderr);
    let mut server = Server::start(folder, &["serve"]);
    server.read_ready();
    add(folder, "tom", "member");
    let browser = Browser::new(&server.address("http").to_string());
    (server, browser)
}

fn add(folder: &Folder, name: &str, role: &str) {
    let added = folder.imera(&["account", "add", name, "--role", role, "--password-stdin"], &format!("{PASSWORD}\n"));
    assert_eq!(added.code, 0, "{}", added.stderr);
}

fn sign_in(browser: &Browser, name: &str) -> Browser {
    let mut browser = browser.another();
    let reply = browser.post("/sign-in", &[("name", name), ("password", PASSWORD), ("to", "/admin")]);
    assert_eq!(reply.leads_to(), "/admin", "{name}");
    browser
}

/// What stands behind `mark` up to the next quote.
fn behind<'a>(body: &'a str, mark: &str) -> &'a str {
    let rest = body.split_once(mark).unwrap_or_else(|| panic!("{mark}: {body}")).1;
    rest.split(['"', '<']).next().unwrap()
}

/// The token of the link that the page shows.
fn link(body: &str, page: &str) -> String {
    behind(body, &format!("/{page}/")).to_owned()
}

#[test]
fn home_says_how_things_are_and_looks_again() {
    let folder = Folder::new();
    let (_server, browser) = place(&folder);
    let mut mira = sign_in(&browser, "mira");
    assert_eq!(mira.post("/admin/look", &[]).leads_to(), "/admin");
    let home = mira.get("/admin");
    assert_eq!(home.status, 200);
    for told in [
        "Everything ",
        "All doors answer",
        "Backups begin soon",
        "Looked at everything just now",
        "Nobody is online",
        "Signed in as mira",
    ] {
        assert!(home.body.contains(told), "{told}: {}", home.body);
    }
    assert!(home.body.len() < 20_000 && home.header("cache-control") == Some("no-store"));
    mira.extra = "Accept-Language: de\r\n".to_owned();
    assert!(mira.get("/admin").body.contains("Alle Türen antworten"));
}

/// Every address of the owner's pages, and whether it takes forms.
const ADDRESSES: &[(&str, bool)] = &[
    ("/admin", false),
    ("/admin/look", true),
    ("/admin/log", false),
    ("/admin/settings", false),
    ("/admin/settings/place", true),
    ("/admin/people", false),
    ("/admin/people/1", false),
    ("/admin/people/1/role", true),
    ("/admin/people/1/lock", true),
    ("/admin/people/1/open", true),
    ("/admin/people/1/close", true),
    ("/admin/people/1/sign-out", true),
    ("/admin/people/1/link", true),
    ("/admin/people/requests/1", true),
    ("/admin/backups", false),
    ("/admin/backups/work", false),
    ("/admin/backups/make", true),
    ("/admin/backups/imera-x.backup/check", true),
    ("/admin/backups/imera-x.backup/download", true),
    ("/admin/certificate", false),
    ("/admin/certificate", true),
    ("/admin/certificate/automatic", true),
    ("/admin/invites", false),
    ("/admin/invites", true),
    ("/admin/invites/1/withdraw", true),
];

#[test]
fn the_pages_are_for_owners_only() {
    let folder = Folder::new();
    let (_server, mut nobody) = place(&folder);
    let (mut mira, mut tom) = (sign_in(&nobody, "mira"), sign_in(&nobody, "tom"));
    for (path, form) in ADDRESSES {
        let ask = |browser: &mut Browser| if *form { browser.post(path, &[]) } else { browser.get(path) };
        let refused = ask(&mut tom);
        assert!(refused.status == 403 && refused.body.contains("This page is for the owner"), "{path}");
        assert!(ask(&mut nobody).leads_to().starts_with("/sign-in"), "{path}");
        if *form {
            let get = mira.get(path);
            assert!(get.status == 405 || get.status == 404 || get.status == 200, "{path}: {}", get.status);
            mira.extra = "Sec-Fetch-Site: cross-site\r\n".to_owned();
            assert_eq!(mira.post(path, &[]).status, 403, "{path}: from another site");
            mira.extra.clear();
        }
    }
    assert_eq!(folder.json(&["account", "list"])[0]["role"], "owner");
    // Who is no owner any more is none at the next page.
    add(&folder, "zoe", "owner");
    let mut zoe = sign_in(&nobody, "zoe");
    assert_eq!(zoe.post("/admin/people/1/role", &[("role", "member")]).leads_to(), "/admin/people/1?n=role");
    assert_eq!(mira.get("/admin").status, 403);
}

#[test]
fn people_are_found_and_their_numbers_are_checked() {
    let folder = Folder::new();
    let (_server, browser) = place(&folder);
    let mut mira = sign_in(&browser, "mira");
    let all = mira.get("/admin/people").body;
    assert!(all.contains("mira") && all.contains("tom") && all.contains("0 of 2 here now"), "{all}");
    let found = mira.get("/admin/people?q=TO").body;
    assert!(found.contains("tom") && !found.contains("/admin/people/1\""), "{found}");
    let none = mira.get("/admin/people?q=%22%3E%3Cscript%3E&page=99999999999999999999").body;
    assert!(none.contains("Nobody has a name like that") && !none.contains("<script>"), "{none}");
    for number in ["0", "99", "-1", "+1", "x", "1e3", "9223372036854775808", "%3Cscript%3E", "1%00"] {
        assert_eq!(mira.get(&format!("/admin/people/{number}")).status, 404, "{number}");
        for deed in ["role", "lock", "open", "close", "sign-out", "link"] {
            let path = format!("/admin/people/{number}/{deed}");
            assert_eq!(mira.post(&path, &[("role", "owner"), ("sure", "tom")]).status, 404, "{path}");
        }
    }
    let page = mira.get("/admin/people/2").body;
    for told in ["tom@beach.example", "Make a link", "Lock this account", "Close this account"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    let own = mira.get("/admin/people/1").body;
    assert!(own.contains("This is your own account") && !own.contains("/admin/people/1/role"), "{own}");
}

#[test]
fn roles_locks_and_closing_are_undone_again_and_a_place_keeps_its_owner() {
    let folder = Folder::new();
    let (_server, browser) = place(&folder);
    let (mut mira, mut tom) = (sign_in(&browser, "mira"), sign_in(&browser, "tom"));
    let state = || folder.json(&["account", "list"])[1].clone();
    assert_eq!(mira.post("/admin/people/2/role", &[("role", "emperor")]).status, 400);
    assert_eq!(mira.post("/admin/people/2/role", &[]).status, 400);
    for deed in ["role", "lock", "close", "open"] {
        let fields = [("role", "member"), ("sure", "mira")];
        let reply = mira.post(&format!("/admin/people/1/{deed}"), &fields);
        assert_eq!(reply.leads_to(), "/admin/people/1?n=own", "{deed}");
    }
    assert_eq!(mira.post("/admin/people/2/lock", &[]).leads_to(), "/admin/people/2?n=locked");
    assert!(state()["locked_at"].is_string());
    assert!(tom.get("/admin").leads_to().starts_with("/sign-in"), "locked out at once");
    assert!(mira.get("/admin/people/2?n=locked").body.contains("This account is locked"));
    assert_eq!(mira.post("/admin/people/2/open", &[]).leads_to(), "/admin/people/2?n=opened");
    assert!(state()["locked_at"].is_null());
    let wrong = mira.post("/admin/people/2/close", &[("sure", EVIL)]);
    assert!(wrong.status == 422 && wrong.body.contains("That is not the name") && !wrong.body.contains("<script>"));
    assert!(wrong.body.contains("name=\"to\" value=\"/admin/people/2\""), "the language switch leads to a page");
    assert_eq!(mira.post("/admin/people/2/close", &[("sure", "Tom")]).leads_to(), "/admin/people/2?n=closed");
    assert!(state()["leaves_at"].is_string() && state()["locked_at"].is_string());
    assert_eq!(browser.another().post("/sign-in", &[("name", "tom"), ("password", PASSWORD)]).status, 403);
    assert!(mira.get("/admin/people").body.contains("deleted on"));
    mira.post("/admin/people/2/open", &[]);
    assert!(state()["leaves_at"].is_null() && state()["locked_at"].is_null());
    // Both own it: each may close the other out, but not both.
    mira.post("/admin/people/2/role", &[("role", "owner")]);
    let tom = sign_in(&browser, "tom");
    let both = [(mira, "2"), (tom, "1")].map(|(mut browser, other)| {
        std::thread::spawn(move || browser.post(&format!("/admin/people/{other}/role"), &[("role", "limited")]).status)
    });
    let both = both.map(|thread| thread.join().unwrap());
    assert!(both.contains(&303), "{both:?}");
    let people = folder.json(&["account", "list"]);
    let owners = people.as_array().unwrap().iter().filter(|person| person["role"] == "owner").count();
    assert_eq!(owners, 1, "{people}");
}

#[test]
fn a_link_for_a_new_password_is_shown_to_who_made_it_and_everything_is_signed_out() {
    let folder = Folder::new();
    let (_server, browser) = place(&folder);
    let (mut mira, mut tom) = (sign_in(&browser, "mira"), sign_in(&browser, "tom"));
    assert_eq!(mira.post("/admin/people/2/link", &[]).leads_to(), "/admin/people/2#link");
    let page = mira.get("/admin/people/2");
    let first = link(&page.body, "reset");
    assert!(
        first.len() == 24 && page.body.contains("role=\"img\" aria-label=\"QR code of the link\""),
        "{}",
        page.body
    );
    assert!(!mira.get("/admin/people/1").body.contains("/reset/"));
    assert!(!sign_in(&browser, "mira").get("/admin/people/2").body.contains(&first), "another browser");
    mira.post("/admin/people/2/link", &[]);
    let second = link(&mira.get("/admin/people/2").body, "reset");
    assert_ne!(first, second);
    let listed = mira.get("/admin/invites").body;
    assert!(listed.contains("New password for <bdi>tom</bdi>") && listed.contains("Withdrawn"), "{listed}");
    assert!(tom.get("/admin").status == 403);
    assert_eq!(mira.post("/admin/people/2/sign-out", &[]).leads_to(), "/admin/people/2?n=signed-out");
    assert!(tom.get("/admin").leads_to().starts_with("/sign-in"));
    mira.post("/admin/people/1/sign-out", &[]);
    assert_eq!(mira.get("/admin").status, 200, "not the browser that asks");
}

/// A new invitation by the form; what it leads to.
fn invite(browser: &mut Browser, fields: &[(&str, &str)]) -> browser::Reply {
    let form = browser.get("/admin/invites").body;
    let once = behind(&form, "name=\"once\" value=\"").to_owned();
    let given = [("note", ""), ("uses", "1"), ("other", ""), ("lasts", "7"), ("role", "member"), ("once", &*once)];
    let given = given
        .map(|(name, value)| (name, fields.iter().find(|(other, _)| *other == name).map_or(value, |(_, value)| value)));
    let more = fields.iter().filter(|(name, _)| given.iter().all(|(other, _)| other != name)).copied();
    let all: Vec<(&str, &str)> = given.into_iter().chain(more).collect();
    browser.post("/admin/invites", &all)
}

#[test]
fn invitations_are_made_once_shown_once_and_taken_back() {
    let folder = Folder::new();
    let (_server, browser) = place(&folder);
    let mut mira = sign_in(&browser, "mira");
    assert_eq!(
        invite(&mut mira, &[("note", EVIL), ("uses", "other"), ("other", "7")]).leads_to(),
        "/admin/invites#made-now"
    );
    let page = mira.get("/admin/invites").body;
    assert!(!page.contains("<script>") && page.contains("alert(1)") && page.contains("0 of 7"), "{page}");
    let token = link(&page, "invite");
    assert_eq!(token.len(), 24);
    assert!(!sign_in(&browser, "mira").get("/admin/invites").body.contains(&token), "another browser");
    // The same form again makes nothing.
    let once = [("once", "AAAAAAAAAAAAAAAAAAAAAAAA"), ("note", "twice"), ("role", "limited"), ("ask_first", "on")];
    assert_eq!(invite(&mut mira, &once).leads_to(), "/admin/invites#made-now");
    assert_eq!(invite(&mut mira, &once).leads_to(), "/admin/invites?n=twice#made-now");
    let listed = folder.json(&["invite", "list"]);
    assert_eq!(listed.as_array().unwrap().len(), 2, "{listed}");
    let newest = &listed[0];
    assert_eq!((newest["note"].as_str(), newest["role"].as_str()), (Some("twice"), Some("limited")));
    assert_eq!((newest["ask_first"].as_bool(), newest["inviter"].as_str()), (Some(true), Some("mira")));
    for uses in ["0", "-1", "501", "1000000000", "x", ""] {
        let wrong = invite(&mut mira, &[("uses", "other"), ("other", uses), ("note", "kept")]);
        assert!(wrong.status == 422 && wrong.body.contains("value=\"kept\""), "{uses}");
        assert!(wrong.body.contains("A number from 1 to 500"), "{uses}");
    }
    assert_eq!(invite(&mut mira, &[("note", &"x".repeat(201))]).status, 422);
    let garbled: [&[(&str, &str)]; 6] = [
        &[("uses", "0")],
        &[("uses", "1000000000")],
        &[("lasts", "365")],
        &[("role", "owner")],
        &[("once", "")],
        &[("once", EVIL)],
    ];
    for fields in garbled {
        assert_eq!(invite(&mut mira, fields).status, 400, "{fields:?}");
    }
    assert_eq!(folder.json(&["invite", "list"]).as_array().unwrap().len(), 2);
    assert_eq!(mira.post("/admin/invites/1/withdraw", &[]).leads_to(), "/admin/invites?n=withdrawn");
    assert_eq!(mira.post("/admin/invites/1/withdraw", &[]).leads_to(), "/admin/invites?n=over");
    assert_eq!(mira.post("/admin/invites/99/withdraw", &[]).leads_to(), "/admin/invites?n=over");
    assert_eq!(mira.post("/admin/invites/x/withdraw", &[]).status, 404);
    assert!(!mira.get("/admin/invites").body.contains(&token), "a link that is over is not shown");
    for (answer, status) in [("yes", 303), ("no", 303), ("maybe", 400)] {
        assert_eq!(mira.post("/admin/people/requests/7", &[("answer", answer)]).status, status);
    }
}

#[test]
fn who_waits_is_let_in_or_turned_away_and_the_place_is_free_again() {
    let folder = Folder::new();
    let (_server, browser) = place(&folder);
    let mut mira = sign_in(&browser, "mira");
    let more = [("uses", "5"), ("once", "BBBBBBBBBBBBBBBBBBBBBBBB"), ("ask_first", "on")];
    assert_eq!(invite(&mut mira, &more).leads_to(), "/admin/invites#made-now");
    let path = format!("/invite/{}/sign-up", link(&mira.get("/admin/invites").body, "invite"));
    let asks = |name: &str| {
        let mut browser = browser.another();
        let reply = browser.post(&path, &[("name", name), ("password", PASSWORD)]);
        assert!(reply.leads_to().starts_with("/waiting/"), "{name}");
        browser
    };
    let mut nora = asks("nora");
    let mut olaf = asks("olaf");
    assert_eq!(nora.post("/sign-in", &[("name", "nora"), ("password", PASSWORD)]).status, 422, "not yet");
    let answer = |mira: &mut Browser, name: &str, answer: &str| {
        let page = mira.get("/admin/people").body;
        let before = page.split_once(name).unwrap_or_else(|| panic!("{name}: {page}")).1;
        let number = behind(before, "/admin/people/requests/").to_owned();
        mira.post(&format!("/admin/people/requests/{number}"), &[("answer", answer)]).leads_to().to_owned()
    };
    assert_eq!(answer(&mut mira, "nora", "yes"), "/admin/people?n=let-in");
    assert_eq!(answer(&mut mira, "olaf", "no"), "/admin/people?n=refused");
    assert_eq!(nora.post("/sign-in", &[("name", "nora"), ("password", PASSWORD)]).leads_to(), "/me");
    assert_eq!(olaf.post("/sign-in", &[("name", "olaf"), ("password", PASSWORD)]).status, 422);
    assert_eq!(folder.json(&["invite", "list"])[0]["uses"], 1, "who was turned away takes no place");
}

/// Waits at the page of the work until it leads on.
fn worked(browser: &mut Browser) -> String {
    let patience = std::time::Instant::now();
    loop {
        let page = browser.get("/admin/backups/work");
        if page.status == 303 {
            assert_eq!(page.leads_to(), "/admin/backups?n=work");
            return browser.get("/admin/backups?n=work").body;
        }
        assert!(page.status == 200 && page.body.contains("You may close this page"), "{}", page.body);
        assert!(page.body.contains("http-equiv=\"refresh\"") && patience.elapsed().as_secs() < 60);
    }
}

#[test]
fn a_backup_is_made_checked_and_downloaded_whole_and_that_is_remembered() {
    let folder = Folder::new();
    let (_server, browser) = place(&folder);
    let mut mira = sign_in(&browser, "mira");
    assert_eq!(mira.post("/admin/backups/make", &[]).leads_to(), "/admin/backups/work");
    let page = worked(&mut mira);
    for told in [
        "The backup is made",
        "The last backup is good.",
        "All backups are on this machine",
        "Some of these files are not locked",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
    let list = folder.json(&["backup", "list"]);
    let path = std::path::PathBuf::from(list[0]["file"].as_str().unwrap());
    assert_eq!((list[0]["kind"].as_str(), list[0]["fetched_at"].is_null()), (Some("by hand"), true));
    let name = path.file_name().unwrap().to_str().unwrap();
    assert_eq!(mira.post(&format!("/admin/backups/{name}/check"), &[]).leads_to(), "/admin/backups/work");
    assert!(worked(&mut mira).contains("The file is good"));
    let (head, file) = mira.fetch(&format!("/admin/backups/{name}/download"));
    let disposition = format!("content-disposition: attachment; filename=\"{name}\"");
    assert!(head.starts_with("HTTP/1.1 200") && head.contains(&disposition) && head.contains("no-store"), "{head}");
    assert!(file == std::fs::read(&path).unwrap());
    let patience = std::time::Instant::now();
    while folder.json(&["backup", "list"])[0]["fetched_at"].is_null() {
        assert!(patience.elapsed().as_secs() < 30, "it is remembered");
    }
    let page = mira.get("/admin/backups").body;
    assert!(page.contains("Downloaded on") && !page.contains("All backups are on this machine"), "{page}");
    for name in [
        "imera-x.backup",
        "..%2Fimera.sqlite",
        "%2Fetc%2Fpasswd",
        "imera.sqlite",
        "imera-%2F..%2F..%2Fimera.sqlite.backup",
    ] {
        for deed in ["check", "download"] {
            assert_eq!(mira.post(&format!("/admin/backups/{name}/{deed}"), &[]).status, 404, "{name}");
        }
    }
    // One byte changed on the disk.
    let mut bytes = std::fs::read(&path).unwrap();
    let last = bytes.len() - 20;
    bytes[last] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    mira.post(&format!("/admin/backups/{name}/check"), &[]);
    let page = worked(&mut mira);
    assert!(page.contains("This file is not good") && page.contains("Damaged"), "{page}");
}

#[test]
fn why_a_backup_failed_is_told_in_the_readers_language_and_terminals_have_their_line() {
    let folder = Folder::new();
    let (_server, browser) = place(&folder);
    assert_eq!(folder.imera(&["settings", "set", "backup_folder", "/nowhere/at/all"], "").code, 0);
    let mut mira = sign_in(&browser, "mira");
    mira.post("/admin/backups/make", &[]);
    assert!(
        worked(&mut mira).contains("<span>The folder /nowhere/at/all is not there. Plug its disk in, or mount it.")
    );
    let said = "Die Maschine sagt: <span>Den Ordner /nowhere/at/all gibt es nicht. Steck seinen Speicher an";
    let german = |mira: &mut Browser, path: &str| {
        mira.extra = "Accept-Language: de\r\n".to_owned();
        let page = mira.get(path).body;
        mira.extra.clear();
        page
    };
    for path in ["/admin/backups", "/admin"] {
        let page = german(&mut mira, path);
        assert!(page.contains(said) && !page.contains("plug it in"), "{path}: {page}");
    }
    let line = folder.json(&["status"])["backup"]["second_failed"].as_str().unwrap().to_owned();
    assert_eq!(line, "the folder /nowhere/at/all is not there: plug it in or mount it");
    // A file lies where the backups do.
    let list = folder.json(&["backup", "list"]);
    let own = std::path::Path::new(list[0]["file"].as_str().unwrap()).parent().unwrap().to_owned();
    std::fs::remove_dir_all(&own).unwrap();
    std::fs::write(&own, "in the way").unwrap();
    mira.post("/admin/backups/make", &[]);
    let path = own.display();
    assert!(worked(&mut mira).contains(&format!("No backup was made. The machine says: {path} cannot be used;")));
    let page = german(&mut mira, "/admin/backups?n=work");
    let said = format!("{path} lässt sich nicht benutzen; das System sagt: File exists. Sieh nach dem Speicher");
    assert!(page.contains(&format!("Die Maschine sagt: {said}")), "what was just done: {page}");
    assert!(page.contains(&format!("<span>{said}")), "what stands: {page}");
}

#[test]
fn settings_are_saved_a_section_at_a_time_and_wrong_values_stay_in_their_fields() {
    let folder = Folder::new();
    let (_server, browser) = place(&folder);
    let mut mira = sign_in(&browser, "mira");
    let page = mira.get("/admin/settings").body;
    for told in ["Beach House", "Usually: 3:30", "On the machine only", "<code>backup_command</code>"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(!page.contains("name=\"backup_command\"") && !page.contains("name=\"host\""));
    let place = [("place_name", EVIL), ("language", "de")];
    assert_eq!(mira.post("/admin/settings/place", &place).leads_to(), "/admin/settings?n=saved&open=place#place");
    let page = mira.get("/admin/settings?n=saved&open=place").body;
    assert!(page.contains("Saved.") && page.contains("alert(1)") && !page.contains("<script>"), "{page}");
    let people = |invite, quota, ask| [("members_invite", invite), ("invite_quota", quota), ("ask_first", ask)];
    for quota in ["0", "501", "-1", "x", "", "1e1", "99999999999999999999"] {
        let wrong = mira.post("/admin/settings/people", &people("on", quota, "on"));
        assert!(wrong.status == 422 && wrong.body.contains("A number from 1 to 500"), "{quota}");
        assert!(wrong.body.contains(&format!("name=\"invite_quota\" value=\"{quota}\"")), "{quota}: {}", wrong.body);
    }
    assert_eq!(folder.json(&["settings", "get", "members_invite"])["value"], false, "nothing of it was changed");
    mira.post("/admin/settings/people", &people("off", "11", "off"));
    let log = mira.get("/admin/log").body;
    assert!(log.contains("to: <bdi>11</bdi>") && !log.contains("Members may invite"), "only what is another now");
    assert_eq!(mira.post("/admin/settings/people", &people("maybe", "5", "on")).status, 400);
    assert_eq!(mira.post("/admin/settings/people", &[("invite_quota", "5")]).status, 400, "half a form");
    assert_eq!(mira.post("/admin/settings/people", &people("on", "5", "on")).status, 303);
    assert_eq!(folder.json(&["settings", "get", "invite_quota"])["value"], "5");
    for (at, keep, status) in
        [("25:00", "7,4,6", 422), ("4:00", "0,0,0", 422), ("4:00", "7,4", 422), ("4:00", "1,0,0", 303)]
    {
        let fields = [("backup_at", at), ("backup_keep", keep)];
        assert_eq!(mira.post("/admin/settings/backups", &fields).status, status, "{at} {keep}");
    }
    let later = mira.post("/admin/settings/apps", &[("allow_plain", "on")]);
    assert_eq!(later.leads_to(), "/admin/settings?n=later&open=apps#apps");
    let machine = [("backup_command", "cp {} /tmp"), ("host", "evil.example"), ("backup_folder", "/tmp")];
    for section in ["machine", "reach", "backup_command", "..", "%3Cscript%3E"] {
        assert_eq!(mira.post(&format!("/admin/settings/{section}"), &machine).status, 404, "{section}");
    }
    mira.post(
        "/admin/settings/place",
        &[("place_name", "Beach House"), ("language", "en"), ("backup_command", "cp {} /tmp")],
    );
    assert!(folder.json(&["settings", "get", "backup_command"])["value"].is_null());
}

#[test]
fn the_log_tells_who_changed_what_whichever_way() {
    let folder = Folder::new();
    let (_server, browser) = place(&folder);
    let mut mira = sign_in(&browser, "mira");
    mira.post("/admin/people/2/role", &[("role", "limited")]);
    mira.post("/admin/people/2/role", &[("role", "limited")]);
    mira.post("/admin/people/2/lock", &[]);
    mira.post("/admin/people/2/close", &[("sure", "tom")]);
    mira.post("/admin/people/2/open", &[]);
    mira.post("/admin/people/2/link", &[]);
    mira.post("/admin/people/2/sign-out", &[]);
    invite(&mut mira, &[("note", EVIL)]);
    mira.post("/admin/invites/2/withdraw", &[]);
    mira.post("/admin/settings/place", &[("place_name", "Strand"), ("language", "en")]);
    for (command, input) in [
        (&["settings", "set", "ask_first", "on"][..], ""),
        (&["settings", "set", "backup_command", "cp --password hunter2 {}"][..], ""),
        (&["invite", "create", "--note", "by hand"][..], ""),
        (&["account", "reset", "tom", "--password-stdin"][..], "another good one\n"),
        (&["account", "remove", "tom"][..], ""),
    ] {
        let told = folder.imera(command, input);
        assert_eq!(told.code, 0, "{command:?}: {}", told.stderr);
    }
    let page = mira.get("/admin/log");
    assert_eq!(page.status, 200);
    for told in [
        "Added the account <bdi>tom</bdi>.",
        "Changed the role of <bdi>tom</bdi> to: guest.",
        "Locked <bdi>tom</bdi>.",
        "Closed the account <bdi>tom</bdi>, to be deleted on ",
        "Opened <bdi>tom</bdi> again.",
        "Made a link for a new password of <bdi>tom</bdi>.",
        "Signed <bdi>tom</bdi> out everywhere.",
        "Made the invitation <bdi>&quot;&gt;&lt;script&gt;",
        "Took back the link <bdi>",
        "Changed “Name of the place” to: <bdi>Strand</bdi>.",
        "Changed “Ask me before somebody gets in” to: <bdi>Yes</bdi>.",
        "Changed “Second place: a command”.",
        "Made the invitation <bdi>by hand</bdi>, for one person.",
        "Gave <bdi>tom</bdi> a new password.",
        "Deleted the account <bdi>tom</bdi> for good.",
        "The machine",
        "<b><bdi>mira</bdi></b>",
    ] {
        assert!(page.body.contains(told), "{told}: {}", page.body);
    }
    assert_eq!(page.body.matches("Changed the role of").count(), 1, "what changes nothing is not told");
    assert!(!page.body.contains("hunter2") && !page.body.contains("<script>"));
    for before in ["0", "-1", "x", "99999999999999999999", "%3Cscript%3E"] {
        assert_eq!(mira.get(&format!("/admin/log?before={before}")).status, 200, "{before}");
    }
    assert!(mira.get("/admin/log?before=2").body.contains("Added the account"));
    mira.extra = "Accept-Language: de\r\n".to_owned();
    assert!(mira.get("/admin/log").body.contains("Die Rolle von <bdi>tom</bdi> geändert in: Gast."));
}

#[test]
fn the_log_has_pages() {
    let folder = Folder::new();
    let (_server, browser) = place(&folder);
    let mut mira = sign_in(&browser, "mira");
    for number in 0..60 {
        mira.post("/admin/settings/place", &[("place_name", &format!("House {number}")), ("language", "en")]);
    }
    let first = mira.get("/admin/log");
    assert!(first.body.contains("House 59<") && !first.body.contains("House 5<") && first.body.len() < 30_000);
    let before = behind(&first.body, "/admin/log?before=").to_owned();
    let second = mira.get(&format!("/admin/log?before={before}")).body;
    assert!(second.contains("House 5<") && second.contains("Added the account"));
    assert!(!second.contains("href=\"/admin/log?before="), "it is the last one");
}
