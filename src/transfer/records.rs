//! The table `backup`: what was tried, and what came of it. Keeps no state of its own.

use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use rusqlite::Row;
use rusqlite::params;

use super::why::Why;
use crate::clock::UtcMicros;
use crate::limits;

/// Why a backup was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Nightly,
    ByHand,
    /// None was made: this database came from one.
    Restored,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Nightly => "nightly",
            Kind::ByHand => "by hand",
            Kind::Restored => "restored",
        }
    }

    fn parse(text: &str) -> Kind {
        match text {
            "nightly" => Kind::Nightly,
            "restored" => Kind::Restored,
            _ => Kind::ByHand,
        }
    }
}

/// One try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub kind: Kind,
    pub begun_at: UtcMicros,
    pub ended_at: UtcMicros,
    /// Its path; `None`: none was made.
    pub file: Option<String>,
    pub size: u64,
    pub sha256: Option<String>,
    pub locked: bool,
    /// `None`: good.
    pub failed: Option<Why>,
    /// The second place, and why it has not got the file.
    pub second: Option<String>,
    pub second_failed: Option<Why>,
    pub damaged_at: Option<UtcMicros>,
    pub fetched_at: Option<UtcMicros>,
}

impl Record {
    pub fn new(kind: Kind, begun_at: UtcMicros, ended_at: UtcMicros) -> Record {
        Record {
            kind,
            begun_at,
            ended_at,
            file: None,
            size: 0,
            sha256: None,
            locked: false,
            failed: None,
            second: None,
            second_failed: None,
            damaged_at: None,
            fetched_at: None,
        }
    }

    fn of(row: &Row<'_>) -> rusqlite::Result<Record> {
        let why = |kept: Option<String>| kept.map(|kept| Why::of_kept(&kept));
        Ok(Record {
            kind: Kind::parse(&row.get::<_, String>(0)?),
            begun_at: row.get(1)?,
            ended_at: row.get(2)?,
            file: row.get(3)?,
            size: row.get::<_, Option<i64>>(4)?.unwrap_or(0) as u64,
            sha256: row.get(5)?,
            locked: row.get(6)?,
            failed: why(row.get(7)?),
            second: row.get(8)?,
            second_failed: why(row.get(9)?),
            damaged_at: row.get(10)?,
            fetched_at: row.get(11)?,
        })
    }
}

/// Keeps one, and forgets the oldest beyond the bound.
pub fn insert(db: &Connection, record: &Record) -> rusqlite::Result<()> {
    db.execute(
        "INSERT INTO backup (kind, begun_at, ended_at, file, size, sha256, locked, failed, second, second_failed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            record.kind.as_str(),
            record.begun_at,
            record.ended_at,
            record.file,
            record.size as i64,
            record.sha256,
            record.locked,
            record.failed.as_ref().map(Why::kept),
            record.second,
            record.second_failed.as_ref().map(Why::kept),
        ],
    )?;
    let forget = "DELETE FROM backup WHERE id <= (SELECT max(id) FROM backup) - ?1";
    db.execute(forget, [limits::BACKUP_RECORDS_MAX]).map(drop)
}

/// All, the newest first.
pub fn all(db: &Connection) -> rusqlite::Result<Vec<Record>> {
    let mut select = db.prepare(
        "SELECT kind, begun_at, ended_at, file, size, sha256, locked, failed, second, second_failed, damaged_at, fetched_at
         FROM backup ORDER BY id DESC",
    )?;
    select.query_map([], Record::of)?.collect()
}

/// The restore that made this database, if the file's sum begins so: when the file was made.
pub fn restored(db: &Connection, sum: &str) -> rusqlite::Result<Option<UtcMicros>> {
    let last = "SELECT sha256, begun_at FROM backup WHERE kind = 'restored' ORDER BY id DESC LIMIT 1";
    let last = db.query_row(last, [], |row| Ok((row.get::<_, Option<String>>(0)?, row.get(1)?))).optional()?;
    Ok(last.filter(|(known, _)| known.as_deref().is_some_and(|known| known.starts_with(sum))).map(|(_, at)| at))
}

/// A later look: damaged, or whole (again). A file without a record gets one.
pub fn set_damaged(db: &Connection, file: &str, made_at: UtcMicros, at: Option<UtcMicros>) -> rusqlite::Result<()> {
    know(db, file, made_at)?;
    db.execute("UPDATE backup SET damaged_at = ?2 WHERE file = ?1", params![file, at]).map(drop)
}

/// Somebody has a copy elsewhere. A file without a record gets one.
pub fn set_fetched(db: &Connection, file: &str, made_at: UtcMicros, at: UtcMicros) -> rusqlite::Result<()> {
    know(db, file, made_at)?;
    db.execute("UPDATE backup SET fetched_at = ?2 WHERE file = ?1", params![file, at]).map(drop)
}

fn know(db: &Connection, file: &str, made_at: UtcMicros) -> rusqlite::Result<()> {
    let known = db.query_row("SELECT 1 FROM backup WHERE file = ?1", [file], |_| Ok(())).optional()?;
    if known.is_none() {
        let record = Record { file: Some(file.to_owned()), ..Record::new(Kind::ByHand, made_at, made_at) };
        insert(db, &record)?;
    }
    Ok(())
}
