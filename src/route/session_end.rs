//! A session ends for good: others learn of it, and what its client never took goes on.

use std::sync::Arc;

use super::presence;
use crate::features::Parts;
use crate::sessions::Item;
use crate::sessions::Kind;
use crate::sessions::Session;
use crate::store::Batch;
use crate::xmpp::error::StanzaError;
use crate::xmpp::jid::Jid;
use crate::xmpp::stanza::Iq;

/// RFC 6121 §4.5.3, XEP-0198 §4. Call once, when no connection serves the session any more.
pub async fn end(parts: &Parts, session: &Arc<Session>) {
    let left = {
        let lane = parts.sessions.lane(session.account()).await;
        parts.sessions.remove(&lane, session);
        let sessions = lane.sessions();
        if let Err(error) = presence::gone(parts, session, &sessions).await {
            tracing::warn!(session = %session.jid(), condition = error.condition.as_str(), "its presence was not taken back");
        }
        let left = session.drain();
        left.into_iter().filter_map(|item| pass_on(session, &sessions, item)).collect::<Vec<_>>()
    };
    for request in left {
        bounce(parts, &request);
    }
    if let Some(token) = session.token() {
        let mut batch = Batch::default();
        batch.push(move |db| {
            db.prepare_cached("DELETE FROM stream WHERE token_hash = ?1")?.execute([token.as_slice()]).map(drop)
        });
        parts.store.submit_later(batch);
    }
}

/// A message that only this session had goes to the account's others, or waits under its mark.
/// Gives back a request that somebody waits for.
fn pass_on(session: &Session, others: &[Arc<Session>], item: Item) -> Option<Arc<Iq>> {
    match &item.kind {
        Kind::Request(iq) => return Some(iq.clone()),
        Kind::Message(Some(delivery)) if delivery.give_up() => {}
        _ => return None,
    }
    let seq = item.delivery().map_or(u64::MAX, |delivery| delivery.seq);
    for other in others.iter().filter(|other| other.jid() != session.jid() && !other.has(seq)) {
        if other.priority().is_some_and(|priority| priority >= 0) {
            other.push(item.clone());
        }
    }
    None
}

/// Who waits for an answer gets one.
fn bounce(parts: &Parts, request: &Iq) {
    let error = request.error(&StanzaError::recipient_unavailable("The recipient has gone."));
    let to = |to: &Jid| {
        let account = parts.accounts.find(to.local()?)?;
        parts.sessions.find(account, to.resource()?)
    };
    if let Some(waiting) = error.head.to.as_ref().and_then(to) {
        waiting.push(Item::iq(&error));
    }
}
