//! The good-order stop and the start after it (house: SIGTERM).
//!
//! First those go that cannot come back, so that the others still learn of it; then the others
//! are saved whole, and at the next start wait to be resumed as if nothing had happened.

use std::sync::Arc;
use std::time::Duration;

use rusqlite::params;

use super::hibernate;
use crate::features::Parts;
use crate::limits;
use crate::sessions::End;
use crate::sessions::Session;
use crate::sessions::saved;
use crate::store::AccountId;
use crate::store::Batch;
use crate::store::StoreError;
use crate::xmpp::jid::Jid;

/// Ends all sessions, and saves those that can be resumed. Bounded by `STOP_SESSIONS_MAX_S`.
pub async fn shutdown(parts: &Arc<Parts>) {
    let (resumable, others): (Vec<_>, Vec<_>) =
        parts.sessions.all().into_iter().partition(|session| session.token().is_some());
    others.iter().for_each(|session| session.end(End::Shutdown));
    let gone = || others.iter().all(|session| parts.sessions.find_same(session).is_none());
    until(parts, gone).await;
    resumable.iter().for_each(|session| session.end(End::Shutdown));
    until(parts, || resumable.iter().all(|session| session.is_parked() || session.ended() != Some(End::Shutdown)))
        .await;
    let mut batch = Batch::default();
    let now = parts.clock.utc();
    let parked = resumable.iter().filter(|session| session.is_parked());
    let saved: Vec<_> = parked.filter_map(|session| saved::save(session)).collect();
    let count = saved.len();
    batch.push(move |db| {
        let mut update =
            db.prepare_cached("UPDATE stream SET h = ?2, saved = ?3, seen_at = ?4 WHERE token_hash = ?1")?;
        for (token, handled, bytes) in &saved {
            update.execute(params![token.as_slice(), handled.0, bytes, now])?;
        }
        Ok(())
    });
    match parts.store.submit(batch).await {
        Ok(()) => tracing::info!(count, "sessions wait for the next start"),
        Err(error) => tracing::error!(%error, "sessions were not saved"),
    }
}

/// Waits until it is so, at most `STOP_SESSIONS_MAX_S`.
async fn until(parts: &Parts, is_so: impl Fn() -> bool) {
    let step = Duration::from_millis(limits::STOP_LOOK_MS);
    let mut left = limits::STOP_SESSIONS_MAX_S * 1_000 / limits::STOP_LOOK_MS;
    while !is_so() && left > 0 {
        parts.clock.sleep(step).await;
        left -= 1;
    }
}

/// Brings back the sessions that were saved. Before the doors open.
pub async fn restore(parts: &Arc<Parts>) -> Result<(), StoreError> {
    let rows = parts
        .store
        .write(move |db| {
            forget_oldest(db)?;
            let mut select =
                db.prepare("SELECT token_hash, account, resource, saved FROM stream WHERE saved NOT NULL")?;
            let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
            let rows = rows.collect::<rusqlite::Result<Vec<([u8; 32], AccountId, String, Vec<u8>)>>>()?;
            // From now on they live here: after a crash only their counts are true.
            db.execute("UPDATE stream SET saved = NULL", [])?;
            Ok(rows)
        })
        .await?;
    for (token, account, resource, bytes) in rows {
        let Some(name) = parts.accounts.name(account) else { continue };
        let Ok(jid) = Jid::from_parts(Some(&name), parts.domain.as_str(), Some(&resource)) else { continue };
        let Some(session) = saved::restore(account, jid, token, &bytes) else {
            tracing::warn!(account = account.0, "a saved session is not understood");
            continue;
        };
        revive(parts, session).await;
    }
    Ok(())
}

/// Counts of streams that ended with a crash stay until newer ones of their account push them out.
/// By number, not by age: a stream may have lived for weeks, and the date may have jumped.
fn forget_oldest(db: &rusqlite::Connection) -> rusqlite::Result<usize> {
    let sql = "DELETE FROM stream WHERE token_hash IN (SELECT token_hash FROM
                   (SELECT token_hash, row_number() OVER (PARTITION BY account ORDER BY seen_at DESC) AS place
                    FROM stream WHERE saved IS NULL)
               WHERE place > ?1)";
    db.execute(sql, [limits::STREAM_COUNTS_PER_ACCOUNT_MAX])
}

async fn revive(parts: &Arc<Parts>, session: Arc<Session>) {
    let lane = parts.sessions.lane(session.account()).await;
    parts.sessions.restore(&lane, &session);
    drop(lane);
    if let Some(attachment) = session.attach() {
        hibernate::begin(parts.clone(), session, attachment);
    }
}
