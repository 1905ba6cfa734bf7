//! Restoring by a browser made by hand, in real servers: on an empty machine, and by the owner of a running place.
#![allow(clippy::disallowed_methods)] // real sockets, real time

#[path = "support/browser.rs"]
#[allow(dead_code)] // tests/web.rs uses the rest
mod browser;
#[path = "support/client.rs"]
mod client;
#[path = "support/process.rs"]
#[allow(dead_code)] // tests/process.rs uses the rest
mod process;

use std::io::Write;
use std::net::TcpStream;
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
use rusqlite::Connection;

const PASSWORD: &str = "a good password";
const PASSPHRASE: &str = "correct horse battery";

/// Beach House, with mira who owns it and tom.
fn set_up(folder: &Folder, more: &[&str]) {
    let arguments =
        ["setup", "--domain", "localhost", "--home", "--owner", "mira", "--name", "Beach House", "--password-stdin"];
    let told = folder.imera(&[&arguments[..], more].concat(), &format!("{PASSWORD}\n"));
    assert_eq!(told.code, 0, "{}", told.stderr);
    add(folder, "tom");
}

fn add(folder: &Folder, name: &str) {
    let told = folder.imera(&["account", "add", name, "--password-stdin"], &format!("{PASSWORD}\n"));
    assert_eq!(told.code, 0, "{}", told.stderr);
}

/// A backup of it, as bytes.
fn backup(folder: &Folder) -> Vec<u8> {
    std::fs::read(folder.json(&["backup", "create"])["file"].as_str().unwrap()).unwrap()
}

fn locked_backup() -> Vec<u8> {
    let folder = Folder::new();
    let file = std::env::temp_dir().join(format!("imera-passphrase-{}", std::process::id()));
    std::fs::write(&file, format!("{PASSPHRASE}\n")).unwrap();
    set_up(&folder, &["--backup-passphrase-file", file.to_str().unwrap()]);
    std::fs::remove_file(file).unwrap();
    backup(&folder)
}

/// An empty server with a browser that has entered the code and chosen to restore.
fn empty(folder: &Folder) -> (Server, Browser) {
    let mut server = Server::start(folder, &["serve"]);
    let line = server.line();
    let (host, code) = line.strip_prefix("setup http://").unwrap().split_once("/setup?code=").unwrap();
    let mut browser = Browser::new(host);
    let first = browser.post("/setup", &[("code", code)]).leads_to().to_owned();
    assert!(["/setup/start?n=begun", "/setup/restore?n=here"].contains(&&*first), "{first}");
    assert!(browser.get("/setup/start").body.contains("Is this a new place?"));
    assert_eq!(browser.post("/setup/start", &[("start", "restore")]).leads_to(), "/setup/restore");
    (server, browser)
}

async fn login(server: &Server, name: &str) -> Client {
    let endpoint = Endpoint::new(server.address("c2s_tls"), Door::DirectTls, "localhost");
    Client::login_resumable(&endpoint, name, PASSWORD, None).await.unwrap()
}

/// Asks for a page until it leads somewhere, or says what is waited for.
fn wait(browser: &mut Browser, path: &str, said: &str) -> Reply {
    let begun = Instant::now();
    loop {
        let reply = browser.get(path);
        if reply.status == 303 || (!said.is_empty() && reply.body.contains(said)) {
            return reply;
        }
        assert!(reply.status == 200, "{path}: {} {}", reply.status, reply.body);
        assert!(begun.elapsed() < Duration::from_secs(60), "{path}: {}", reply.body);
    }
}

/// What the check of an upload leads to: the page `base` with what is wrong, or that with the question.
fn checked(browser: &mut Browser, base: &str) -> Reply {
    let next = wait(browser, &format!("{base}/check"), "").leads_to().to_owned();
    browser.get(&next)
}

fn left(folder: &Folder, name: &str) -> usize {
    std::fs::read_dir(folder.file(name)).map_or(0, Iterator::count)
}

fn nothing_left(folder: &Folder) {
    let begun = Instant::now();
    while left(folder, ".imera-upload") + left(folder, ".imera-restore") > 0 {
        assert!(begun.elapsed() < Duration::from_secs(60), "something of an upload stays");
    }
}

/// Every row of what people have, as text. What waits to be moved counts as moved.
fn content(data: &Path) -> Vec<String> {
    let db = Connection::open(data.join("imera.sqlite")).unwrap();
    let archive = "(SELECT * FROM archive UNION ALL SELECT * FROM archive_recent)";
    let mut all = Vec::new();
    for table in ["message", archive, "peer", "undelivered", "account", "verifier", "contact"] {
        let mut select = db.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2")).unwrap();
        let columns = select.column_count();
        let mut rows = select.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let cells = (0..columns).map(|at| format!("{:?}", row.get_ref(at).unwrap()));
            all.push(cells.collect::<Vec<_>>().join("|"));
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_comes_back_by_browser_on_an_empty_machine_row_by_row() {
    let first = Folder::new();
    set_up(&first, &[]);
    let mut server = Server::start(&first, &["serve"]);
    server.read_ready();
    let mira = login(&server, "mira").await;
    for number in 0..50 {
        let text = format!("<message to='tom@localhost' type='chat'><body>hello {number}</body></message>");
        mira.send_tagged(text, number + 1);
    }
    mira.settle().await.unwrap();
    drop(mira);
    let file = backup(&first);
    assert_eq!(server.stop().0, Some(0));

    let second = Folder::new();
    let (mut server, mut browser) = empty(&second);
    let form = browser.get("/setup/restore").body;
    assert!(form.contains("enctype=\"multipart/form-data\"") && form.contains("There is room for"), "{form}");
    let sent = browser.upload("/setup/restore", &[("file", &file), ("passphrase", b"")]);
    assert_eq!(sent.leads_to(), "/setup/restore/check");
    let ready = checked(&mut browser, "/setup/restore");
    for told in ["Bring back <bdi>Beach House</bdi> as it was today at", "2 accounts", "50 messages, no files."] {
        assert!(ready.body.contains(told), "{told}: {}", ready.body);
    }
    assert_eq!(left(&second, ".imera-upload"), 0, "what is unpacked needs its file no more");
    assert!(browser.get("/setup/restore").body.contains("waits for your yes"));
    assert_eq!(browser.another().post("/setup/restore/ready", &[]).leads_to(), "/setup?n=again", "a stranger");
    let waiting = browser.post("/setup/restore/ready", &[]);
    let mark = waiting.leads_to().to_owned();
    assert!(mark.starts_with("/restored/"), "{mark}");
    let back = wait(&mut browser, &mark, "is back.");
    assert!(back.body.contains("<bdi>Beach House</bdi> is back.") && back.body.contains("href=\"/sign-in\""));
    assert!(!back.body.contains("aside-"), "nothing was there before");
    server.read_ready();
    assert_eq!(browser.get("/setup").status, 404, "the wizard is over");
    assert_eq!(browser.get("/restored/0123456789abcdef").leads_to(), "/");
    assert_eq!(browser.get("/restored/../setting").status, 404);
    assert_eq!(server.stop().0, Some(0));
    assert_eq!(left(&second, ".imera-upload") + left(&second, ".imera-restore"), 0);
    assert_eq!(content(&first.path), content(&second.path));
    let mut server = Server::start(&second, &["serve"]);
    server.read_ready();
    login(&server, "tom").await.available();
    assert_eq!(server.stop().0, Some(0));
}

#[test]
fn a_browser_that_holds_the_set_up_is_not_overtaken_by_the_command_line() {
    let (first, second) = (Folder::new(), Folder::new());
    set_up(&first, &[]);
    let file = backup(&first);
    let (mut server, mut browser) = empty(&second);
    let copy = first.file("copy.backup");
    std::fs::write(&copy, &file).unwrap();
    let refused = second.imera(&["setup", "--restore", copy.to_str().unwrap()], "");
    assert_eq!(refused.stderr, "imera: a browser is at the set-up: finish it there, or add --take-over\n");
    browser.upload("/setup/restore", &[("file", &file)]);
    checked(&mut browser, "/setup/restore");
    let mark = browser.post("/setup/restore/ready", &[]).leads_to().to_owned();
    wait(&mut browser, &mark, "is back.");
    server.read_ready();
    assert_eq!(server.stop().0, Some(0));
    assert_eq!(content(&first.path), content(&second.path));
}

#[test]
fn whatever_is_wrong_with_a_file_is_said_and_changes_nothing() {
    let (source, folder) = (Folder::new(), Folder::new());
    set_up(&source, &[]);
    let good = backup(&source);
    let (_server, mut browser) = empty(&folder);
    let mut flipped = good.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    let cut = &good[..good.len() / 3];
    let bomb = [&good[..], &[0; 1_000]].concat();
    for (file, told) in [
        (&b"PK\x03\x04 something else"[..], "This is not an imera backup"),
        (&flipped, "The file is damaged"),
        (cut, "It ends after"),
        (&good[..100], "The file is damaged"),
        (&bomb, "The file is damaged"),
    ] {
        assert_eq!(browser.upload("/setup/restore", &[("file", file)]).leads_to(), "/setup/restore/check");
        let page = checked(&mut browser, "/setup/restore");
        assert!(page.body.contains(told) && page.body.contains("role=\"alert\""), "{told}: {}", page.body);
        nothing_left(&folder);
        assert_eq!(browser.get("/setup/restore/ready").leads_to(), "/setup/restore");
        assert_eq!(browser.post("/setup/restore/ready", &[]).leads_to(), "/setup/restore/check", "there is no yes");
    }
    let empty = browser.upload("/setup/restore", &[("file", b""), ("passphrase", b"x")]);
    assert!(empty.status == 422 && empty.body.contains("Please choose a file."), "{}", empty.body);
    let none = browser.upload("/setup/restore", &[("passphrase", b"x")]);
    assert_eq!(none.status, 422);
    for parts in [&[("file", &b"a"[..]), ("file", b"b")][..], &[("a", b"a"), ("a", b"b")], &[("a", b"\xff")]] {
        assert_eq!(browser.upload("/setup/restore", parts).status, 400, "doubled, or no text");
    }
    assert_eq!(browser.upload("/setup/restore", &[("passphrase", &[b'x'; 5_000])]).status, 413);
    assert_eq!(browser.post("/setup/restore", &[("file", "x")]).status, 400, "not as the page sends it");
    nothing_left(&folder);
    assert_eq!(browser.post("/setup/start", &[("start", "new")]).leads_to(), "/setup/who", "and a new place can begin");
}

#[test]
fn a_locked_backup_opens_with_its_passphrase_and_is_not_sent_twice() {
    let folder = Folder::new();
    let file = locked_backup();
    let (mut server, mut browser) = empty(&folder);
    browser.upload("/setup/restore", &[("file", &file)]);
    let asked = checked(&mut browser, "/setup/restore").body;
    assert!(asked.contains("This backup is locked") && !asked.contains("type=\"file\""), "{asked}");
    browser.post("/setup/restore/again", &[("passphrase", "Correct horse battery")]);
    let wrong = checked(&mut browser, "/setup/restore").body;
    assert!(wrong.contains("That passphrase does not open it"), "{wrong}");
    assert!(!wrong.contains("Correct horse"), "passphrases never come back");
    assert_eq!(browser.post("/setup/restore/again", &[("passphrase", PASSPHRASE)]).leads_to(), "/setup/restore/check");
    let ready = checked(&mut browser, "/setup/restore").body;
    assert!(ready.contains("Bring back <bdi>Beach House</bdi>"), "{ready}");
    let mark = browser.post("/setup/restore/ready", &[]).leads_to().to_owned();
    assert_eq!(browser.post("/setup/restore/ready", &[]).leads_to(), mark, "sent twice");
    wait(&mut browser, &mark, "is back.");
    server.read_ready();
    assert_eq!(folder.json(&["status"])["backup"]["locked"], true, "and backups are locked as before");
}

#[test]
fn an_upload_that_is_cut_off_anywhere_leaves_nothing() {
    let (source, folder) = (Folder::new(), Folder::new());
    set_up(&source, &[]);
    let file = backup(&source);
    let (_server, mut browser) = empty(&folder);
    let head = "--wall\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n";
    let body = [head.as_bytes(), &file, b"\r\n--wall--\r\n"].concat();
    for share in 0..20 {
        let end = body.len() * share / 20;
        let _ = browser.upload_some("/setup/restore", body.len(), &body[..end]);
        nothing_left(&folder);
        let told = wait(&mut browser, "/setup/restore", "The upload broke off at").body;
        assert!(told.contains("Choose the file again."), "{told}");
    }
    let _ = browser.upload_some("/setup/restore", body.len(), &body[..body.len() - 3]);
    nothing_left(&folder);
    browser.upload("/setup/restore", &[("file", &file)]);
    assert!(checked(&mut browser, "/setup/restore").body.contains("Bring it back"));
}

#[test]
fn what_cannot_fit_is_refused_before_it_is_sent() {
    let folder = Folder::new();
    let (_server, mut browser) = empty(&folder);
    let refused = browser.upload_some("/setup/restore", 1 << 50, b"--wall\r\n").unwrap();
    assert_eq!(refused.status, 413);
    assert!(refused.body.contains("It does not fit") && refused.body.contains("1125899.9 GB"), "{}", refused.body);
    let stranger = browser.another().upload_some("/setup/restore", 1 << 50, b"--wall\r\n").unwrap();
    assert_eq!(stranger.leads_to(), "/setup?n=again", "nothing is taken from strangers");
    nothing_left(&folder);
}

#[test]
fn of_two_uploads_the_newer_one_counts() {
    let (source, folder) = (Folder::new(), Folder::new());
    set_up(&source, &[]);
    let file = backup(&source);
    let (_server, mut browser) = empty(&folder);
    let mut first = TcpStream::connect(&browser.host).unwrap();
    let head = browser.upload_head("/setup/restore", 100_000_000);
    first.write_all(head.as_bytes()).unwrap();
    first.write_all(b"--wall\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n").unwrap();
    first.write_all(&vec![7; 1_000_000]).unwrap();
    let begun = Instant::now();
    while left(&folder, ".imera-upload") == 0 {
        assert!(begun.elapsed() < Duration::from_secs(60));
    }
    assert_eq!(browser.upload("/setup/restore", &[("file", &file)]).leads_to(), "/setup/restore/check");
    let ready = checked(&mut browser, "/setup/restore");
    assert!(ready.body.contains("Bring it back"), "{}", ready.body);
    let _ = first.write_all(&vec![7; 2_000_000]);
    drop(first);
    nothing_left_but_what_is_ready(&folder);
    assert!(browser.get("/setup/restore/ready").body.contains("Bring it back"), "the older one changes nothing");
}

fn nothing_left_but_what_is_ready(folder: &Folder) {
    let begun = Instant::now();
    while left(folder, ".imera-upload") > 0 {
        assert!(begun.elapsed() < Duration::from_secs(60), "the older upload stays");
    }
    assert_eq!(left(folder, ".imera-restore"), 1);
}

#[test]
fn a_kill_while_it_arrives_is_checked_or_waits_leaves_an_empty_place_to_begin_again() {
    let (source, folder) = (Folder::new(), Folder::new());
    set_up(&source, &[]);
    let file = backup(&source);
    for stage in 0..3 {
        let (server, mut browser) = empty(&folder);
        match stage {
            0 => {
                let mut upload = TcpStream::connect(&browser.host).unwrap();
                let head = browser.upload_head("/setup/restore", 100_000_000);
                upload.write_all(head.as_bytes()).unwrap();
                upload.write_all(b"--wall\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n").unwrap();
                upload.write_all(&vec![7; 1_000_000]).unwrap();
                let begun = Instant::now();
                while left(&folder, ".imera-upload") == 0 {
                    assert!(begun.elapsed() < Duration::from_secs(60));
                }
            }
            1 => drop(browser.upload("/setup/restore", &[("file", &file)])),
            _ => {
                browser.upload("/setup/restore", &[("file", &file)]);
                assert!(checked(&mut browser, "/setup/restore").body.contains("Bring it back"));
            }
        }
        drop(server);
        let (_server, mut again) = empty(&folder);
        assert_eq!(left(&folder, ".imera-upload") + left(&folder, ".imera-restore"), 0, "{stage}");
        browser.host.clone_from(&again.host);
        assert_eq!(browser.get("/setup/restore").status, 403, "another browser has it now");
        let form = again.get("/setup/restore").body;
        assert!(form.contains("type=\"file\"") && !form.contains("role=\"alert\""), "{stage}: {form}");
    }
}

fn signed_in(server: &Server, name: &str) -> Browser {
    let mut browser = Browser::new(&server.address("http").to_string());
    let home = if name == "mira" { "/admin" } else { "/me" };
    assert_eq!(browser.post("/sign-in", &[("name", name), ("password", PASSWORD)]).leads_to(), home);
    browser
}

#[test]
fn an_owner_goes_back_to_a_backup_of_the_running_place() {
    let folder = Folder::new();
    set_up(&folder, &[]);
    let file = folder.json(&["backup", "create"])["file"].as_str().unwrap().to_owned();
    let name = Path::new(&file).file_name().unwrap().to_str().unwrap().to_owned();
    add(&folder, "ann");
    let mut server = Server::start(&folder, &["serve"]);
    server.read_ready();
    let (mut mira, mut tom) = (signed_in(&server, "mira"), signed_in(&server, "tom"));
    for path in ["/admin/restore", "/admin/restore/check", "/admin/restore/ready"] {
        assert_eq!(tom.get(path).status, 403, "{path}");
        assert_eq!(tom.another().get(path).leads_to(), format!("/sign-in?to={path}"));
    }
    assert_eq!(tom.post("/admin/restore/kept", &[("file", &name)]).status, 403);
    assert_eq!(tom.upload("/admin/restore", &[("file", b"x")]).status, 403);
    for other in ["../imera.sqlite", "imera-1.backup", "", "imera-/../../x.backup"] {
        assert_eq!(mira.post("/admin/restore/kept", &[("file", other)]).status, 404, "{other}");
    }
    let form = mira.get(&format!("/admin/restore?file={name}")).body;
    assert!(form.contains(&format!("value=\"{name}\"")) && form.contains("action=\"/admin/restore/kept\""), "{form}");
    assert_eq!(mira.post("/admin/restore/kept", &[("file", &name)]).leads_to(), "/admin/restore/check");
    let ready = checked(&mut mira, "/admin/restore").body;
    assert!(ready.contains("Type <b>Beach House</b>") && ready.contains("set aside"), "{ready}");
    let wrong = mira.post("/admin/restore/ready", &[("place", "beach")]);
    assert!(wrong.status == 422 && wrong.body.contains("That is not the name. Nothing was changed."), "{}", wrong.body);
    assert_eq!(folder.json(&["status"])["accounts"], 3, "people chat on meanwhile");
    let mark = mira.post("/admin/restore/ready", &[("place", "Beach House")]).leads_to().to_owned();
    let back = wait(&mut mira, &mark, "is back.").body;
    assert!(back.contains("aside-") && back.contains("It is removed on "), "{back}");
    server.read_ready();
    assert_eq!(folder.json(&["status"])["accounts"], 2, "as on that day");
    assert_eq!(mira.get("/admin/restore").leads_to(), "/sign-in?to=/admin/restore&n=again", "nobody is signed in");
    signed_in(&server, "tom");
    let begun = Instant::now();
    while !folder.json(&["status"])["notices"].to_string().contains("what was there before lies in") {
        assert!(begun.elapsed() < Duration::from_secs(60), "the owner is told where yesterday lies");
    }
    assert!(Path::new(&file).exists(), "backups stay");
}

#[test]
fn an_owner_can_bring_a_file_too_and_think_better_of_it() {
    let (source, folder) = (Folder::new(), Folder::new());
    set_up(&source, &[]);
    let file = backup(&source);
    set_up(&folder, &[]);
    let mut server = Server::start(&folder, &["serve"]);
    server.read_ready();
    let mut mira = signed_in(&server, "mira");
    mira.upload("/admin/restore", &[("file", &file)]);
    assert!(checked(&mut mira, "/admin/restore").body.contains("Type <b>Beach House</b>"));
    assert_eq!(mira.post("/admin/restore/ready", &[("do", "other")]).leads_to(), "/admin/restore");
    nothing_left(&folder);
    assert_eq!(mira.get("/admin/restore/ready").leads_to(), "/admin/restore");
    assert_eq!(server.stop().0, Some(0));
}

#[test]
fn what_was_put_aside_goes_after_a_month_once_a_later_backup_is_good() {
    let folder = Folder::new();
    set_up(&folder, &[]);
    for name in ["aside-2026-01-01-033000", "aside-2026-01-01-033000-2", "aside-of-mine"] {
        std::fs::create_dir(folder.file(name)).unwrap();
        std::fs::write(folder.file(name).join("imera.sqlite"), "x").unwrap();
    }
    let told = |folder: &Folder| folder.json(&["status"])["notices"].to_string().contains("aside-2026-01-01");
    let wait_for = |done: &dyn Fn() -> bool| {
        let begun = Instant::now();
        while !done() {
            assert!(begun.elapsed() < Duration::from_secs(60));
        }
    };
    let mut server = Server::start(&folder, &["serve"]);
    server.read_ready();
    wait_for(&|| told(&folder));
    assert!(folder.file("aside-2026-01-01-033000").exists(), "it may be the last of its days");
    folder.json(&["backup", "create"]);
    wait_for(&|| !told(&folder));
    assert!(!folder.file("aside-2026-01-01-033000").exists() && !folder.file("aside-2026-01-01-033000-2").exists());
    assert!(folder.file("aside-of-mine").exists(), "what is not ours stays");
    assert_eq!(server.stop().0, Some(0));
}

#[test]
fn the_wizard_locks_backups_and_keeps_no_passphrase() {
    let folder = Folder::new();
    let (mut server, mut browser) = empty(&folder);
    browser.post("/setup/start", &[("start", "new")]);
    browser.post("/setup/who", &[("kind", "home")]);
    browser.post("/setup/name", &[("name", "Beach House"), ("domain", "beach.internal")]);
    let owner = [("name", "mira"), ("password", "four everyday words"), ("password_again", "four everyday words")];
    assert_eq!(browser.post("/setup/owner", &owner).leads_to(), "/setup/certificate");
    assert_eq!(browser.post("/setup/certificate", &[]).leads_to(), "/setup/backups", "at home there is no choice");
    assert!(browser.get("/setup/backups").body.contains("All of them together are then 1.7 GB"), "17 of 100 MB");
    let mut send = |passphrase: &str, again: &str, written: &str| {
        let fields = [
            ("at", "3:30"),
            ("days", "7"),
            ("weeks", "4"),
            ("months", "6"),
            ("passphrase", passphrase),
            ("passphrase_again", again),
            ("written", written),
        ];
        browser.post("/setup/backups", &fields)
    };
    for (passphrase, again, written, told) in [
        ("too short", "too short", "yes", "A passphrase needs 12 signs; this has 9."),
        (PASSPHRASE, "", "yes", "We kept neither"),
        ("", PASSPHRASE, "yes", "A passphrase needs 12 signs; this has 0."),
        (PASSPHRASE, PASSPHRASE, "", "Please write it down first"),
    ] {
        let reply = send(passphrase, again, written);
        assert!(reply.status == 422 && reply.body.contains(told), "{told}: {}", reply.body);
        assert!(reply.body.contains("<details open>") && !reply.body.contains(PASSPHRASE), "{told}");
    }
    assert_eq!(send(PASSPHRASE, PASSPHRASE, "yes").leads_to(), "/setup/look");
    assert!(browser.get("/setup/look").body.contains("Locked with your passphrase."));
    assert!(browser.get("/setup/backups").body.contains("We have kept no copy of it"));
    assert!(browser.get("/setup/backups?lock=other").body.contains("name=\"passphrase\""));
    let kept = [("at", "4:00"), ("days", "7"), ("weeks", "0"), ("months", "0"), ("lock", "kept")];
    assert_eq!(browser.post("/setup/backups", &kept).leads_to(), "/setup/look");
    assert_eq!(browser.post("/setup/look", &[]).leads_to(), "/setup/done");
    assert!(browser.get("/setup/done").body.contains("open only with your passphrase"));
    server.read_ready();
    assert_eq!(folder.json(&["backup", "create"])["locked"], true);
    assert_eq!(server.stop().0, Some(0));
    for name in ["imera.sqlite", "imera.sqlite-wal"] {
        let bytes = std::fs::read(folder.file(name)).unwrap_or_default();
        assert!(!bytes.windows(PASSPHRASE.len()).any(|window| window == PASSPHRASE.as_bytes()), "{name}");
    }
}
