//! Restore, killed: at whatever moment the process ends, the folder holds the old server or the new
//! one, whole (issue 4). `IMERA_RESTORE_KILLS` sets how often, 50 by default.

#[allow(dead_code)] // tests/process.rs uses the rest
#[path = "support/process.rs"]
mod process;

use std::io::Write;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use process::Folder;
use process::Server;
use rusqlite::Connection;

/// Accounts of the old server and of the new one.
const OLD: usize = 3;
const NEW: usize = 1;

/// The new server's backup has a database of some size and many files, so that each step takes a while.
fn backup_of_the_new(folder: &Folder) -> String {
    let told =
        folder.imera(&["setup", "--domain", "a.test", "--home", "--owner", "mira", "--password-stdin"], "a password\n");
    assert_eq!(told.code, 0, "{}", told.stderr);
    let db = Connection::open(folder.file("imera.sqlite")).unwrap();
    let fill = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
                INSERT INTO secret SELECT 'key ' || i, randomblob(500) FROM n";
    db.execute_batch(fill).unwrap();
    drop(db);
    for number in 0..16u8 {
        let path = folder.file(&format!("files/{:02}", number % 8));
        std::fs::create_dir_all(&path).unwrap();
        std::fs::write(path.join(format!("new{number}")), vec![number; 20_000]).unwrap();
    }
    folder.json(&["backup", "create"])["file"].as_str().unwrap().to_owned()
}

fn make_the_old(folder: &Folder) {
    folder.imera(&["setup", "--domain", "a.test", "--home", "--owner", "old", "--password-stdin"], "a password\n");
    for name in ["tom", "ann"] {
        folder.imera(&["account", "add", name, "--password-stdin"], "a password\n");
    }
    std::fs::create_dir_all(folder.file("files")).unwrap();
    std::fs::write(folder.file("files/old"), "old").unwrap();
}

fn restore(folder: &Path, file: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_imera"));
    command.args(["restore", file, "--data"]).arg(folder);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn copied(from: &Path, to: &Path) {
    assert!(Command::new("cp").args(["-a", "--reflink=auto"]).arg(from).arg(to).status().unwrap().success());
}

/// How many accounts there are after the next command has put the folder in order.
fn accounts(folder: &Folder) -> usize {
    folder.json(&["account", "list"]).as_array().unwrap().len()
}

fn names(folder: &Folder) -> Vec<String> {
    let entries = std::fs::read_dir(&folder.path).unwrap();
    entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

fn assert_whole(folder: &Folder, killed: &str) -> bool {
    let accounts = accounts(folder);
    let names = names(folder);
    let db = Connection::open(folder.file("imera.sqlite")).unwrap();
    let verdict: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    let secrets: i64 = db.query_row("SELECT count(*) FROM secret", [], |row| row.get(0)).unwrap();
    assert_eq!(verdict, "ok", "{killed}");
    assert!(!names.iter().any(|name| name.starts_with(".imera-")), "{killed}: {names:?}");
    let (old, new) = (folder.file("files/old").is_file(), folder.file("files/07/new15").is_file());
    let aside = names.iter().find(|name| name.starts_with("aside-"));
    match accounts {
        OLD => {
            assert!(old && !new && secrets < 100 && aside.is_none(), "{killed}: {names:?}");
            false
        }
        NEW => {
            assert!(!old && new && secrets > 3_000, "{killed}: {names:?}");
            let aside = folder.path.join(aside.unwrap());
            assert!(aside.join("files/old").is_file(), "{killed}");
            let db = Connection::open(aside.join("imera.sqlite")).unwrap();
            let kept: i64 = db.query_row("SELECT count(*) FROM account", [], |row| row.get(0)).unwrap();
            assert_eq!(kept as usize, OLD, "{killed}: what was there is kept");
            true
        }
        other => panic!("{killed}: {other} accounts"),
    }
}

/// How long a restore takes: until it is decided for, and from then on.
struct Takes {
    prepare: Duration,
    switch: Duration,
}

/// Whether what was prepared is decided for: from then on it is the new server.
fn is_decided(folder: &Folder) -> bool {
    folder.file(".imera-restore/switch.json").exists() || names(folder).iter().any(|name| name.starts_with("aside-"))
}

/// Waits until it is `done`. False: `ended` was before.
fn seen(done: impl Fn() -> bool, mut ended: impl FnMut() -> bool) -> bool {
    loop {
        match (done(), ended()) {
            (true, _) => return true,
            (false, true) => return done(),
            _ => std::thread::yield_now(),
        }
    }
}

/// The moment of the `kill`-th of so many: every other one before it is decided, the rest from then on.
fn wait_for_moment(folder: &Folder, (kill, kills): (u32, u32), takes: &Takes, ended: impl FnMut() -> bool) {
    let share = f64::from(kill / 2 * 2) / f64::from(kills);
    if kill % 2 == 0 {
        return std::thread::park_timeout(takes.prepare.mul_f64(share));
    }
    seen(|| is_decided(folder), ended);
    std::thread::park_timeout(takes.switch.mul_f64(share));
}

/// What the kills came to.
#[derive(Debug, Default)]
struct Tally {
    old: u32,
    new: u32,
    /// Of the new ones: in the middle of the switch.
    inside: u32,
}

impl Tally {
    fn add(&mut self, folder: &Folder, (kill, kills): (u32, u32), takes: &mut Takes) {
        self.inside += u32::from(folder.file(".imera-restore/switch.json").exists());
        let is_new = assert_whole(folder, &format!("kill {kill} of {kills}"));
        self.new += u32::from(is_new);
        self.old += u32::from(!is_new);
        // The machine is quicker than it was when it was timed.
        if kill % 2 == 0 && is_new {
            takes.prepare = takes.prepare.mul_f64(0.8);
        }
    }

    /// Both sides of the decision were looked at, and the switch itself.
    fn assert_both(&self, kills: u32) {
        println!("{kills} kills: {self:?}");
        assert!(self.old >= kills / 5 && self.new >= kills / 5 && self.inside >= kills / 10, "{kills} kills: {self:?}");
    }
}

#[test]
#[allow(clippy::disallowed_methods)] // real processes, real time
fn killed_at_any_moment_it_is_the_old_server_or_the_new_one() {
    let kills: u32 = std::env::var("IMERA_RESTORE_KILLS").map_or(50, |count| count.parse().unwrap());
    let (source, old) = (Folder::new(), Folder::new());
    let file = backup_of_the_new(&source);
    make_the_old(&old);
    let whole = Folder::new();
    copied(&old.path, &whole.path);
    let begun = Instant::now();
    let mut child = restore(&whole.path, &file).spawn().unwrap();
    assert!(seen(|| is_decided(&whole), || child.try_wait().unwrap().is_some()));
    let prepare = begun.elapsed();
    assert!(child.wait().unwrap().success());
    let mut takes = Takes { prepare, switch: begun.elapsed() - prepare };
    assert!(assert_whole(&whole, "not killed"));
    let mut tally = Tally::default();
    for kill in 0..kills {
        let folder = Folder::new();
        copied(&old.path, &folder.path);
        let mut child = restore(&folder.path, &file).spawn().unwrap();
        wait_for_moment(&folder, (kill, kills), &takes, || child.try_wait().unwrap().is_some());
        let _ = child.kill();
        child.wait().unwrap();
        // Also the finishing may be cut off.
        if kill % 5 == 0 {
            let mut status = Command::new(env!("CARGO_BIN_EXE_imera"));
            let mut child =
                status.args(["account", "list", "--data"]).arg(&folder.path).stdout(Stdio::null()).spawn().unwrap();
            std::thread::park_timeout(Duration::from_millis(u64::from(kill) / 5));
            let _ = child.kill();
            child.wait().unwrap();
        }
        tally.add(&folder, (kill, kills), &mut takes);
    }
    tally.assert_both(kills);
}

/// Asks a running server for a restore, as its owner does in a browser by a yes.
fn ask_for(folder: &Folder, file: &str) -> UnixStream {
    let mut socket = UnixStream::connect(folder.file("control.sock")).unwrap();
    let question = serde_json::json!({ "ask": "restore", "with": { "file": file } });
    socket.write_all(format!("{question}\n").as_bytes()).unwrap();
    socket
}

#[test]
#[allow(clippy::disallowed_methods)] // real processes, real time
fn a_running_server_killed_at_any_moment_of_its_own_switch_is_the_old_one_or_the_new_one() {
    const KILLS: u32 = 10;
    let (source, old) = (Folder::new(), Folder::new());
    let file = backup_of_the_new(&source);
    make_the_old(&old);
    let started = |folder: &Folder| {
        copied(&old.path, &folder.path);
        let mut server = Server::start(folder, &["serve"]);
        server.read_ready();
        server
    };
    let whole = Folder::new();
    let mut server = started(&whole);
    let begun = Instant::now();
    let _asked = ask_for(&whole, &file);
    assert!(seen(|| is_decided(&whole), || begun.elapsed() > Duration::from_secs(60)));
    let prepare = begun.elapsed();
    server.read_ready();
    let mut takes = Takes { prepare, switch: begun.elapsed() - prepare };
    assert_eq!(server.stop().0, Some(0));
    assert!(assert_whole(&whole, "not killed"));
    let mut tally = Tally::default();
    for kill in 0..KILLS {
        let folder = Folder::new();
        let server = started(&folder);
        let begun = Instant::now();
        let _asked = ask_for(&folder, &file);
        wait_for_moment(&folder, (kill, KILLS), &takes, || begun.elapsed() > Duration::from_secs(60));
        drop(server);
        tally.add(&folder, (kill, KILLS), &mut takes);
    }
    tally.assert_both(KILLS);
}
