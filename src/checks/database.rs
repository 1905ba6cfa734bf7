//! Is the database whole? Reads all of it, so only by night and when asked; a backup that was proved is as good a look.
//! Keeps no state.

use std::path::Path;
use std::path::PathBuf;

use rusqlite::Connection;
use rusqlite::OpenFlags;
use tokio::sync::mpsc;

use super::Check;
use super::Found;
use super::Often;
use super::Step;
use super::Subject;
use super::size;
use crate::store::FILE;

pub const CHECK: Check =
    Check { name: "database", often: Often::EveryNight, look: |subject, step| Box::pin(look(subject, step)) };

const DAMAGED: &str = "stop imera and restore the last backup";

/// A copy of it, page by page, was just proved whole.
pub fn proved() -> Found {
    Found::ok("whole: the last backup is a copy of it, and was proved")
}

async fn look(subject: &Subject, step: Step<'_>) -> Found {
    let path = subject.data.join(FILE);
    let (tell, mut told) = mpsc::channel(8);
    let reading = tokio::task::spawn_blocking(move || read_all(path, &tell));
    while let Some((done, of)) = told.recv().await {
        step(done, of);
    }
    match reading.await {
        Ok(Ok((None, bytes))) => Found::ok(format!("{}, whole", size(bytes))),
        Ok(Ok((Some(damage), _))) => Found::failed(format!("it is damaged ({damage})"), DAMAGED),
        Ok(Err(error)) => {
            Found::failed(format!("it cannot be read ({error})"), "check the disk, then restore a backup")
        }
        Err(_) => Found::failed("the look at it broke off", "report it"),
    }
}

/// Table by table, with a connection of its own: it may take minutes, and nobody waits for it.
fn read_all(path: PathBuf, tell: &mpsc::Sender<(u64, u64)>) -> rusqlite::Result<(Option<String>, u64)> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&path, flags)?;
    let mut names = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rootpage")?;
    let tables: Vec<String> = names.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let of = tables.len() as u64;
    for (done, table) in (0..).zip(&tables) {
        let _ = tell.blocking_send((done, of));
        let ask = format!("PRAGMA integrity_check(\"{}\")", table.replace('"', "\"\""));
        let verdict: String = connection.query_row(&ask, [], |row| row.get(0))?;
        if verdict != "ok" {
            return Ok((Some(verdict.lines().next().unwrap_or_default().to_owned()), 0));
        }
    }
    let _ = tell.blocking_send((of, of));
    let strays: i64 = connection.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0))?;
    let size = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len());
    let bytes = size(&path) + size(&path.with_extension("sqlite-wal"));
    Ok(((strays > 0).then(|| format!("{strays} rows refer to nothing")), bytes))
}
