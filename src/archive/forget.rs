//! Deleting an archive, in steps that hold up no other write for long.

use rusqlite::Connection;
use rusqlite::params;

use super::Archive;
use crate::limits;
use crate::store::AccountId;
use crate::store::StoreError;

impl Archive {
    /// Deletes all of an account's history, marks and preferences; bodies that nobody else holds
    /// go too. After an error, or a stop of the server, it can be called again.
    pub async fn forget(&self, owner: AccountId) -> Result<(), StoreError> {
        self.0.preferences.forget(owner);
        while self.0.store.write(move |db| step(db, owner)).await? {}
        Ok(())
    }
}

/// True: there is more.
fn step(db: &Connection, owner: AccountId) -> rusqlite::Result<bool> {
    db.execute("DELETE FROM undelivered WHERE owner = ?1", [owner])?;
    db.execute("DELETE FROM archive_preference WHERE account = ?1", [owner])?;
    for table in ["archive_recent", "archive"] {
        let mut select =
            db.prepare_cached(&format!("SELECT seq, message FROM {table} WHERE owner = ?1 ORDER BY seq LIMIT ?2"))?;
        let rows = select.query_map(params![owner, limits::ARCHIVE_DELETE_ROWS as i64], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
        })?;
        let rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
        let mut delete = db.prepare_cached(&format!("DELETE FROM {table} WHERE owner = ?1 AND seq = ?2"))?;
        for (seq, message) in &rows {
            delete.execute(params![owner, seq])?;
            release(db, *message)?;
        }
        if !rows.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// One holder of a body less; the last one takes it along.
pub(super) fn release(db: &Connection, message: i64) -> rusqlite::Result<()> {
    let sql = "DELETE FROM message WHERE id = ?1 AND holders <= 1";
    if db.prepare_cached(sql)?.execute([message])? == 0 {
        db.prepare_cached("UPDATE message SET holders = holders - 1 WHERE id = ?1")?.execute([message])?;
    }
    Ok(())
}
