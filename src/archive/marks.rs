//! Offline marks (XEP-0160): which rows no device of the owner has acknowledged.

use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use rusqlite::params;

use super::Archive;
use super::forget::release;
use super::scan;
use super::scan::Row;
use crate::store::AccountId;
use crate::store::Batch;
use crate::store::StoreError;

/// A stretch of what was not delivered, in order.
#[derive(Clone, Debug, Default)]
pub struct Backlog {
    pub rows: Vec<Row>,
    /// Ask on with the last row's seq.
    pub more: bool,
}

impl Archive {
    /// Takes marks away. What was kept for its delivery only is then deleted.
    pub fn clear(&self, batch: &mut Batch, owner: AccountId, seqs: &[u64]) {
        let seqs: smallvec::SmallVec<[i64; 4]> = seqs.iter().map(|seq| *seq as i64).collect();
        batch.weigh(8 * seqs.len());
        batch.push_again(move |db| {
            let sql = "DELETE FROM undelivered WHERE owner = ?1 AND seq = ?2 AND listed = 1";
            let mut delete = db.prepare_cached(sql)?;
            for seq in &seqs {
                if delete.execute(params![owner, seq])? == 0 {
                    clear_unlisted(db, owner, *seq)?;
                }
            }
            Ok(())
        });
    }

    /// Takes the marks of all history away: its owner reads it there. What was kept for its
    /// delivery only still waits.
    pub fn clear_listed(&self, batch: &mut Batch, owner: AccountId) {
        batch.push_again(move |db| {
            let sql = "DELETE FROM undelivered WHERE owner = ?1 AND listed = 1";
            db.prepare_cached(sql)?.execute([owner]).map(|_| ())
        });
    }

    /// Marked rows with a seq above `after` and under `below`, at most `count` and a page's bytes.
    /// `below`: what [`Archive::settled`] gave.
    pub async fn backlog(&self, owner: AccountId, after: u64, below: u64, count: usize) -> Result<Backlog, StoreError> {
        let inner = self.0.clone();
        let read = self.0.store.read(move |db| scan::marked(&inner, db, owner, after, below, count));
        let scan::Found { mut rows, horizon } = read.await?;
        let more = rows.len() > count || horizon.is_some(); // each table alone may have had fewer than `count`
        rows.truncate(count);
        Ok(Backlog { rows, more })
    }
}

fn clear_unlisted(db: &Connection, owner: AccountId, seq: i64) -> rusqlite::Result<()> {
    let sql = "DELETE FROM undelivered WHERE owner = ?1 AND seq = ?2";
    if db.prepare_cached(sql)?.execute(params![owner, seq])? == 0 {
        return Ok(());
    }
    for table in ["archive_recent", "archive"] {
        let sql = format!("DELETE FROM {table} WHERE owner = ?1 AND seq = ?2 AND listed = 0 RETURNING message");
        let message: Option<i64> =
            db.prepare_cached(&sql)?.query_row(params![owner, seq], |row| row.get(0)).optional()?;
        if let Some(message) = message {
            release(db, message)?;
        }
    }
    Ok(())
}
