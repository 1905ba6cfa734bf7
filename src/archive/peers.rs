//! Bare addresses as numbers, so that a row and its index stay small.
//!
//! State: table `peer`; bounded caches for the writer and for readers.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::PoisonError;

use rusqlite::Connection;
use rusqlite::OptionalExtension as _;

use crate::limits;
use crate::store::relative;
use crate::xmpp::jid::Jid;

pub(super) struct Peers {
    domain: Box<str>,
    /// By bare address. What the writer has not committed may be rolled back, so it belongs to a
    /// generation.
    numbers: Mutex<(u64, HashMap<Box<str>, i64>)>,
    /// What readers have seen is committed, and never changes.
    names: Mutex<HashMap<i64, Jid>>,
}

impl Peers {
    pub fn new(domain: &str) -> Peers {
        Peers { domain: domain.into(), numbers: Mutex::default(), names: Mutex::default() }
    }

    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The number of a bare address, given now where it has none. On the writer only.
    pub fn number(&self, db: &Connection, jid: &Jid, generation: u64) -> rusqlite::Result<i64> {
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        if numbers.0 != generation || numbers.1.len() >= limits::ARCHIVE_PEERS_CACHED {
            numbers.1.clear();
            numbers.0 = generation;
        }
        if let Some(number) = numbers.1.get(jid.bare_str()) {
            return Ok(*number);
        }
        let stored = relative::relative(&self.domain, &jid.to_bare());
        let number = match self.find(db, &stored)? {
            Some(number) => number,
            None => {
                db.prepare_cached("INSERT INTO peer (jid) VALUES (?1)")?.execute([&stored])?;
                db.last_insert_rowid()
            }
        };
        numbers.1.insert(jid.bare_str().into(), number);
        Ok(number)
    }

    /// The number of a bare address that rows may have.
    pub fn known(&self, db: &Connection, jid: &Jid) -> rusqlite::Result<Option<i64>> {
        self.find(db, &relative::relative(&self.domain, &jid.to_bare()))
    }

    fn find(&self, db: &Connection, stored: &str) -> rusqlite::Result<Option<i64>> {
        db.prepare_cached("SELECT id FROM peer WHERE jid = ?1")?.query_row([stored], |row| row.get(0)).optional()
    }

    /// The address with a number, with a resource. On readers only.
    pub fn jid(&self, db: &Connection, number: i64, resource: Option<&str>) -> rusqlite::Result<Jid> {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if names.len() >= limits::ARCHIVE_PEERS_CACHED {
            names.clear();
        }
        let bare = match names.get(&number) {
            Some(jid) => jid,
            None => {
                let sql = "SELECT jid FROM peer WHERE id = ?1";
                let stored: String = db.prepare_cached(sql)?.query_row([number], |row| row.get(0))?;
                let jid = relative::absolute(&self.domain, &stored).ok_or(rusqlite::Error::InvalidQuery)?;
                names.entry(number).or_insert(jid)
            }
        };
        Ok(match resource {
            None => bare.clone(),
            Some(resource) => Jid::of_prepared(bare.local(), bare.domain(), Some(resource)),
        })
    }
}
