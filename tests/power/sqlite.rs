//! The judge judged: SQLite with `synchronous=FULL` must lose nothing, with `NORMAL` it must lose something.
//!
//! This test binary runs itself as a small writer under the recorder; its acknowledgements are lines.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::client::now_ns;
use crate::disk::{Dice, Journal, Mood};

/// What a writer does: one row a transaction, its number and the time of its commit on standard output.
pub fn write(folder: &Path, synchronous: &str, rows: u32) -> rusqlite::Result<()> {
    let db = rusqlite::Connection::open(folder.join("test.sqlite"))?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", synchronous)?;
    db.pragma_update(None, "wal_autocheckpoint", 20)?;
    db.execute("CREATE TABLE kept (n INTEGER PRIMARY KEY, filling TEXT)", ())?;
    let mut out = std::io::stdout();
    for n in 1..=rows {
        db.execute("INSERT INTO kept VALUES (?1, ?2)", (n, "x".repeat(700)))?;
        let _ = writeln!(out, "{n} {}", now_ns());
    }
    Ok(())
}

/// How many of `cuts` cuts lost an acknowledged row, or had a row torn. Err: the recorder failed.
pub fn losses(library: &Path, scratch: &Path, synchronous: &str, cuts: u32, dice: &mut Dice) -> Result<u32, String> {
    let folder = scratch.join(synchronous);
    let journal = scratch.join(format!("{synchronous}.journal"));
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let began = now_ns();
    let mut child = Command::new(std::env::current_exe().map_err(|error| error.to_string())?)
        .args(["sqlite-writer", synchronous])
        .arg(&folder)
        .env("LD_PRELOAD", library)
        .env("RECORD_FOLDER", folder.canonicalize().map_err(|error| error.to_string())?)
        .env("RECORD_JOURNAL", &journal)
        .env("RECORD_SYNC_US", "500")
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    let read = |line: String| line.split_once(' ').and_then(|(n, at)| Some((n.parse().ok()?, at.parse().ok()?)));
    let acked: Vec<(u32, u64)> = lines.map_while(Result::ok).filter_map(read).collect();
    let status = child.wait().map_err(|error| error.to_string())?;
    if !status.success() || acked.is_empty() {
        return Err(format!("the writer failed: {status}"));
    }
    let journal = Journal::read(&journal)?;
    journal.verify(&folder)?;
    let ended = now_ns();
    let mut lost = 0;
    for cut in 0..cuts {
        let t_ns = began + dice.below(ended - began);
        let disk = scratch.join(format!("{synchronous}-{cut}"));
        journal.rebuild(t_ns, Mood::any(dice), dice, &disk).map_err(|error| error.to_string())?;
        let until = acked.iter().rev().find(|(_, at)| *at <= t_ns).map_or(0, |(n, _)| *n);
        if kept(&disk).is_none_or(|kept| kept < until) {
            lost += 1;
        }
        std::fs::remove_dir_all(&disk).map_err(|error| error.to_string())?;
    }
    Ok(lost)
}

/// How many rows are there without a gap; None where the database is broken.
fn kept(disk: &Path) -> Option<u32> {
    let db = rusqlite::Connection::open(disk.join("test.sqlite")).ok()?;
    let sound: String = db.query_row("PRAGMA integrity_check", (), |row| row.get(0)).ok()?;
    if sound != "ok" {
        return None;
    }
    let counted = "SELECT count(*), coalesce(max(n), 0) FROM kept";
    match db.query_row(counted, (), |row| Ok((row.get::<_, u32>(0)?, row.get::<_, u32>(1)?))) {
        Ok((count, last)) => (count == last).then_some(count),
        Err(_) => Some(0), // no table: nothing had been acknowledged
    }
}
