//! The proof of a database: it opens, it is whole, and every table has the rows it should have.
//!
//! Keeps no state.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::Connection;
use rusqlite::OpenFlags;

use super::manifest::Manifest;
use super::work::Stage;
use super::work::Tell;
use crate::store;

/// What a database's file says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    pub schema: u32,
    pub domain: Option<String>,
    pub place_name: Option<String>,
    pub tables: BTreeMap<String, u64>,
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA cache_size = -2048; PRAGMA mmap_size = 0;")?;
    Ok(connection)
}

fn tables(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut names = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rootpage")?;
    names.query_map([], |row| row.get(0))?.collect()
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Counts the rows of every table.
pub fn count(path: &Path) -> rusqlite::Result<Counted> {
    let connection = open(path)?;
    let mut counts = BTreeMap::new();
    for table in tables(&connection)? {
        let rows: i64 =
            connection.query_row(&format!("SELECT count(*) FROM {}", quoted(&table)), [], |row| row.get(0))?;
        counts.insert(table, rows as u64);
    }
    let setting = |key: &str| -> rusqlite::Result<Option<String>> {
        use rusqlite::OptionalExtension as _;
        let value = connection.query_row("SELECT value FROM setting WHERE key = ?1", [key], |row| row.get(0));
        value.optional()
    };
    let schema: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(Counted {
        schema: schema as u32,
        domain: setting("domain")?,
        place_name: setting("place_name")?,
        tables: counts,
    })
}

/// Err: it is none of ours: another schema, what would act by itself, or rows that hang on none.
fn check_ours(connection: &Connection) -> Result<(), String> {
    let looked = || -> rusqlite::Result<bool> {
        let mut orphans = connection.prepare("PRAGMA foreign_key_check")?;
        Ok(store::has_our_schema(connection)? && !orphans.exists([])?)
    };
    match looked().map_err(|error| format!("its database cannot be read: {error}"))? {
        true => Ok(()),
        false => Err("its database holds what is none of ours".to_owned()),
    }
}

/// Err: why the database at `path` is not the one that the manifest tells of.
pub fn prove(path: &Path, manifest: &Manifest, tell: &Tell) -> Result<(), String> {
    let damaged = |error: rusqlite::Error| format!("its database does not open: {error}");
    let connection = open(path).map_err(damaged)?;
    let tables = tables(&connection).map_err(damaged)?;
    let of = tables.len() as u64;
    for (done, table) in (0..).zip(&tables) {
        tell.step(Stage::Integrity, done, of);
        let ask = format!("PRAGMA integrity_check({})", quoted(table));
        let verdict: String = connection.query_row(&ask, [], |row| row.get(0)).map_err(damaged)?;
        if verdict != "ok" {
            return Err(format!("its database is not whole: {}", verdict.lines().next().unwrap_or_default()));
        }
    }
    check_ours(&connection)?;
    drop(connection);
    let counted = count(path).map_err(damaged)?;
    tell.step(Stage::Integrity, of, of);
    let Manifest { schema, domain, place_name, tables, .. } = manifest.clone();
    match counted == (Counted { schema, domain, place_name, tables }) {
        true => Ok(()),
        false => Err("its database does not hold what the manifest counts".to_owned()),
    }
}
