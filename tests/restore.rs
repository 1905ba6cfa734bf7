//! Restore, killed: at whatever moment the process ends, the folder holds the old server or the new
//! one, whole (issue 4). `IMERA_RESTORE_KILLS` sets how often, 50 by default.

#[allow(dead_code)] // tests/process.rs uses the rest
#[path = "support/process.rs"]
mod process;

use std::path::Path;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use process::Folder;
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
    assert!(restore(&whole.path, &file).status().unwrap().success());
    let takes = begun.elapsed();
    assert!(assert_whole(&whole, "not killed"));
    let mut new = 0;
    for kill in 0..kills {
        let folder = Folder::new();
        copied(&old.path, &folder.path);
        // The end, where the switch is, is looked at as often as all before.
        let share = match kill % 2 {
            0 => f64::from(kill) / f64::from(kills),
            _ => 0.6 + 0.4 * f64::from(kill) / f64::from(kills),
        };
        let wait = takes.mul_f64(share);
        let mut child = restore(&folder.path, &file).spawn().unwrap();
        let begun = Instant::now();
        while begun.elapsed() < wait && child.try_wait().unwrap().is_none() {
            std::thread::park_timeout(Duration::from_micros(200));
        }
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
        new += u32::from(assert_whole(&folder, &format!("killed after {wait:?} of {takes:?}")));
    }
    println!("{kills} kills: {new} times the new server, {} times the old one", kills - new);
}
