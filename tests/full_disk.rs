//! Backups and restores on a disk that is full, or fills in the middle: nothing half done, the server serves on.
//!
//! The disk is a small one of the server's own (`support/small_disk.rs`).
#![allow(clippy::disallowed_methods)] // real processes, real time

#[path = "support/browser.rs"]
#[allow(dead_code)] // tests/web.rs uses the rest
mod browser;
#[path = "support/process.rs"]
#[allow(dead_code)] // tests/process.rs uses the rest
mod process;
#[path = "support/small_disk.rs"]
mod small_disk;

use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

use browser::Browser;
use process::Folder;
use process::Server;

const PASSWORD: &str = "a good password";
/// Of the disk: the server's reserve, and some.
const DISK_MIB: u64 = (imera::limits::STORE_RESERVE_BYTES >> 20) + 60;
/// Bytes of uploaded files, which nothing compresses.
const FILES: usize = 12_000_000;

/// A server on a small disk, the first line that it says, and its folder as seen from here.
fn on_small_disk(outside: &Folder) -> (Server, String, Folder) {
    std::fs::create_dir_all(&outside.path).unwrap();
    let (path, size) = (outside.path.to_str().unwrap(), DISK_MIB.to_string());
    let mut server = Server::wrapped(outside, &small_disk::words(path, &size, "true"));
    let line = server.line();
    let inside = format!("/proc/{}/root{path}", server.pid());
    (server, line, Folder::at(PathBuf::from(inside)))
}

fn set_up(folder: &Folder, server: &mut Server) {
    let arguments =
        ["setup", "--domain", "a.test", "--home", "--owner", "mira", "--name", "Beach House", "--password-stdin"];
    let told = folder.imera(&arguments, &format!("{PASSWORD}\n"));
    assert_eq!(told.code, 0, "{}", told.stderr);
    server.read_ready();
    let mut noise = std::fs::File::open("/dev/urandom").unwrap();
    let mut bytes = vec![0; FILES];
    std::io::Read::read_exact(&mut noise, &mut bytes).unwrap();
    std::fs::create_dir_all(folder.file("files/ab")).unwrap();
    std::fs::write(folder.file("files/ab/cat.png"), bytes).unwrap();
}

/// Names in the folder that begin so.
fn found(folder: &Path, begin: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with(begin)).collect()
}

/// Fills the disk once `begun` says so, `after` that.
fn fill(folder: &Path, begun: impl Fn(&Path) -> bool, after: Duration) {
    let since = Instant::now();
    while !begun(folder) {
        assert!(since.elapsed() < Duration::from_secs(60), "it has not begun");
    }
    std::thread::park_timeout(after);
    let mut ballast = std::fs::File::create(folder.join("ballast")).unwrap();
    while ballast.write_all(&[0; 262_144]).is_ok() {}
}

#[test]
fn a_gigabyte_that_has_no_room_is_refused_and_the_set_up_goes_on() {
    let outside = Folder::new();
    let (_server, line, folder) = on_small_disk(&outside);
    let (host, code) = line.strip_prefix("setup http://").unwrap().split_once("/setup?code=").unwrap();
    let mut browser = Browser::new(host);
    browser.post("/setup", &[("code", code)]);
    browser.post("/setup/start", &[("start", "restore")]);
    let refused = browser.upload_some("/setup/restore", 1_000_000_000, &[b'x'; 100_000]).unwrap();
    assert_eq!(refused.status, 413);
    assert!(refused.body.contains("It needs 1.0 GB, and 0 B are free for it."), "{}", refused.body);
    assert!(found(&folder.file(".imera-upload"), "").is_empty());
    assert_eq!(browser.post("/setup/start", &[("start", "new")]).leads_to(), "/setup/who");
}

#[test]
fn a_disk_that_is_nearly_full_is_told_to_the_owner_by_chat_on_the_pages_and_in_status() {
    let outside = Folder::new();
    let (mut server, _, folder) = on_small_disk(&outside);
    set_up(&folder, &mut server);
    let begun = Instant::now();
    // The message to mira, as it is kept; SQLite itself does not find its way into another process's disk.
    let words = b"Little room is left on the disk";
    let is_told = || {
        let kept =
            ["imera.sqlite", "imera.sqlite-wal"].map(|name| std::fs::read(folder.file(name)).unwrap_or_default());
        kept.iter().any(|bytes| bytes.windows(words.len()).any(|found| found == words))
    };
    while !is_told() {
        assert!(begun.elapsed() < Duration::from_secs(60), "nobody was told");
        std::thread::park_timeout(Duration::from_millis(20));
    }
    let status = folder.json(&["status"]);
    assert_eq!((&status["notices"][0]["key"], &status["notices"][0]["severity"]), (&"disk".into(), &"warning".into()));
    let mut mira = Browser::new(&server.address("http").to_string());
    assert_eq!(mira.post("/sign-in", &[("name", "mira"), ("password", PASSWORD)]).leads_to(), "/admin");
    assert!(mira.get("/admin").body.contains("Little room is left on the disk"));
}

#[test]
fn files_on_a_disk_of_their_own_are_in_the_backup_and_stand_in_the_way_of_a_restore_before_anything_is_touched() {
    let folder = Folder::new();
    let arguments = ["setup", "--domain", "a.test", "--home", "--owner", "mira", "--password-stdin"];
    assert_eq!(folder.imera(&arguments, &format!("{PASSWORD}\n")).code, 0);
    let files = folder.file("files");
    std::fs::create_dir(&files).unwrap();
    let words = small_disk::words(files.to_str().unwrap(), "20", "echo cat > \"$0/cat.txt\"");
    let mut made = Server::wrapped_command(&folder, &words, &["backup", "create", "--json"]);
    let made: serde_json::Value = serde_json::from_str(&made.line()).unwrap();
    assert_eq!((&made["files"], &made["unpacked_bytes"].is_u64()), (&1.into(), &true), "{made}");
    let file = made["file"].as_str().unwrap();
    let mut refused = Server::wrapped_command(&folder, &words, &["restore", file]);
    let told = refused.log_until("imera: ");
    let wanted =
        format!("imera: {} is a disk of its own, so that nothing can take its place: unmount", files.display());
    assert!(told.contains(&wanted), "{told}");
    assert!(found(&folder.path, ".imera").is_empty() && found(&folder.path, "aside").is_empty());
    assert_eq!(folder.json(&["status"])["accounts"], 1);
    assert_eq!(folder.imera(&["restore", file], "").code, 0, "without the disk");
    assert_eq!(std::fs::read_to_string(folder.file("files/cat.txt")).unwrap(), "cat\n");
}

#[test]
fn a_backup_that_would_not_fit_is_not_begun_and_what_there_is_stays() {
    let outside = Folder::new();
    let (mut server, _, folder) = on_small_disk(&outside);
    set_up(&folder, &mut server);
    folder.json(&["backup", "create"]);
    let kept = || {
        let all = found(&folder.file("backups"), "").into_iter();
        let mut all: Vec<(String, Vec<u8>)> = all
            .map(|name| {
                let bytes = std::fs::read(folder.file("backups").join(&name)).unwrap();
                (name, bytes)
            })
            .collect();
        all.sort();
        all
    };
    let before = kept();
    assert_eq!(before.len(), 1);
    // Room for the server to go on, and none for a snapshot and its file.
    std::fs::write(folder.file("ballast"), vec![1; FILES * 2]).unwrap();
    let told = folder.imera(&["backup", "create"], "");
    assert_eq!((told.code, told.stdout.as_str(), told.stderr.lines().count()), (1, "", 1), "{}", told.stderr);
    let (beginning, figures) = told.stderr.split_once(" (").unwrap();
    assert_eq!(beginning, format!("imera: it does not fit on the disk of {}", outside.path.display()));
    let (needs, rest) = figures.split_once(" MB needed, ").unwrap();
    let (free, rest) = rest.split_once(" MB free)").unwrap();
    assert_eq!(rest, ": free some, or use a bigger disk\n");
    let (needs, free): (f64, f64) = (needs.parse().unwrap(), free.parse().unwrap());
    // Twice the files and the reserve; and what is left of the disk.
    assert!(free < needs && (90.0..100.0).contains(&needs), "{}", told.stderr);
    assert!(kept() == before, "older ones are as they were, and nothing is new");
    assert!(found(&folder.path, ".imera-scratch-").is_empty());

    let mut mira = Browser::new(&server.address("http").to_string());
    assert_eq!(mira.post("/sign-in", &[("name", "mira"), ("password", PASSWORD)]).leads_to(), "/admin");
    let page = mira.get("/admin/backups").body;
    let said = format!("It does not fit: it needs {needs:.1} MB, and {free:.1} MB are free in");
    assert!(page.contains("The last backup failed") && page.contains(&said), "{said}: {page}");
    assert_eq!(page.matches(">Download<").count(), 1, "the good one is offered");
    mira.extra = "Accept-Language: de\r\n".to_owned();
    assert!(mira.get("/admin/backups").body.contains("Es passt nicht: Nötig sind"));
    mira.post("/admin/look", &[]);
    let notices = folder.json(&["status"])["notices"].to_string();
    assert!(notices.contains("it does not fit on the disk"), "{notices}");

    std::fs::remove_file(folder.file("ballast")).unwrap();
    folder.json(&["backup", "create"]);
    mira.extra.clear();
    assert!(!mira.get("/admin/backups").body.contains("The last backup failed"));
    assert_eq!(kept().len(), 2);
    assert_eq!(server.stop().0, Some(0));
}

#[test]
fn a_disk_that_fills_while_a_backup_is_made_leaves_a_good_one_or_none() {
    let outside = Folder::new();
    let (mut server, _, folder) = on_small_disk(&outside);
    set_up(&folder, &mut server);
    let (mut good, mut failed) = (0, 0);
    for round in 0..6u64 {
        let path = folder.path.clone();
        let filling = std::thread::spawn(move || {
            fill(&path, |folder| !found(folder, ".imera-scratch-").is_empty(), Duration::from_millis(round * 15));
        });
        let told = folder.imera(&["backup", "create"], "");
        filling.join().unwrap();
        assert!(found(&folder.path, ".imera-scratch-").is_empty(), "{}", told.stderr);
        assert!(found(&folder.file("backups"), ".").is_empty(), "{}", told.stderr);
        std::fs::remove_file(folder.file("ballast")).unwrap();
        match told.code {
            0 => good += 1,
            _ => {
                failed += 1;
                let last = told.stderr.lines().last().unwrap();
                // Found full by the backup, or by the database beside it.
                let said = last.contains("free some") || last.contains("disk is full");
                assert!(last.starts_with("imera: ") && said, "{}", told.stderr);
            }
        }
        let list = folder.json(&["backup", "list"]);
        assert_eq!(list.as_array().unwrap().len(), good, "what failed has no name");
        for entry in list.as_array().unwrap() {
            let file = entry["file"].as_str().unwrap();
            assert_eq!(folder.json(&["backup", "verify", file])["opened"], true);
            // The next round needs its room.
            std::fs::remove_file(file).unwrap();
            good -= 1;
        }
    }
    println!("{failed} of 6 backups failed while the disk filled");
    assert_eq!(folder.json(&["status"])["accounts"], 1);
    assert_eq!(server.stop().0, Some(0));
}

#[test]
fn a_disk_that_fills_while_a_backup_comes_back_keeps_what_is_there() {
    let outside = Folder::new();
    let (mut server, _, folder) = on_small_disk(&outside);
    set_up(&folder, &mut server);
    let file = folder.json(&["backup", "create"])["file"].as_str().unwrap().to_owned();
    let name = Path::new(&file).file_name().unwrap().to_str().unwrap().to_owned();
    let mut mira = Browser::new(&server.address("http").to_string());
    assert_eq!(mira.post("/sign-in", &[("name", "mira"), ("password", PASSWORD)]).leads_to(), "/admin");
    let mut failed = 0;
    for round in 0..6u64 {
        let path = folder.path.clone();
        let filling = std::thread::spawn(move || {
            fill(&path, |folder| folder.join(".imera-restore/new").is_dir(), Duration::from_millis(round * 10));
        });
        assert_eq!(mira.post("/admin/restore/kept", &[("file", &name)]).leads_to(), "/admin/restore/check");
        filling.join().unwrap();
        let begun = Instant::now();
        let next = loop {
            let reply = mira.get("/admin/restore/check");
            if reply.status == 303 {
                break reply.leads_to().to_owned();
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "{}", reply.body);
        };
        let page = mira.get(&next).body;
        if next == "/admin/restore" {
            failed += 1;
            let told = ["The disk is full", "It does not fit", "It could not be checked"];
            assert!(told.iter().any(|told| page.contains(told)), "{page}");
            assert!(found(&folder.path, ".imera-restore").is_empty(), "nothing of it stays");
        } else {
            assert!(page.contains("Bring it back"), "{page}");
        }
        std::fs::remove_file(folder.file("ballast")).unwrap();
        assert_eq!(folder.json(&["status"])["accounts"], 1);
        mira.post("/admin/restore/again", &[("do", "other")]);
    }
    println!("{failed} of 6 checks failed while the disk filled");
    mira.post("/admin/restore/kept", &[("file", &name)]);
    let begun = Instant::now();
    while mira.get("/admin/restore/check").status == 200 {
        assert!(begun.elapsed() < Duration::from_secs(60));
    }
    let mark = mira.post("/admin/restore/ready", &[("place", "Beach House")]).leads_to().to_owned();
    while !mira.get(&mark).body.contains("is back.") {
        assert!(begun.elapsed() < Duration::from_secs(60));
    }
    server.read_ready();
    assert_eq!(std::fs::metadata(folder.file("files/ab/cat.png")).unwrap().len(), FILES as u64);
    assert_eq!(server.stop().0, Some(0));
}

#[test]
fn a_place_comes_up_on_a_disk_that_is_nearly_full_and_says_so() {
    let (made, outside) = (Folder::new(), Folder::new());
    let mut server = Server::with(&made, &["serve"], &[]);
    assert!(server.line().starts_with("setup "));
    set_up(&made, &mut server);
    std::fs::remove_dir_all(made.file("files")).unwrap();
    // Killed: a start after that has the most to write.
    drop(server);
    std::fs::create_dir_all(&outside.path).unwrap();
    let path = outside.path.to_str().unwrap();
    let copy = format!("cp -a {}/. {path}", made.path.display());
    let mut server = Server::wrapped(&outside, &small_disk::words(path, "40", &copy));
    let line = server.line();
    assert!(line.starts_with("ready "), "{line}");
    let inside = Folder::at(PathBuf::from(format!("/proc/{}/root{path}", server.pid())));
    let told = inside.imera(&["check", "disk"], "");
    assert!(told.code == 1 && told.stdout.contains("free"), "{}", told.stdout);
    // The free space is believed for a moment.
    let add = |number| inside.imera(&["account", "add", &format!("nina{number}"), "--password-stdin"], PASSWORD);
    let refused = (0..100).map(add).find(|told| told.code != 0).expect("nothing more is kept");
    assert!(refused.stderr.contains("disk"), "{}", refused.stderr);
}
