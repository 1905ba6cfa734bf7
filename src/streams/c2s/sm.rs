//! XEP-0198 Stream Management, version 1.6.3: its elements on the wire, and resumption.
//!
//! State: counters and queues are in `sessions/`; what is durable of them in table `stream`.

use std::sync::Arc;
use std::time::Duration;

use rusqlite::OptionalExtension;
use rusqlite::params;

use super::bind::Bound;
use super::sasl::LoggedIn;
use super::wire::Gone;
use super::wire::Wire;
use crate::features::Parts;
use crate::limits;
use crate::sessions::Delivery;
use crate::sessions::Pending;
use crate::sessions::Session;
use crate::sessions::TokenHash;
use crate::sessions::token_hash;
use crate::store::AccountId;
use crate::store::Batch;
use crate::xmpp::ack::Handled;
use crate::xmpp::error::Condition;
use crate::xmpp::error::StreamCondition;
use crate::xmpp::error::StreamError;
use crate::xmpp::ns;
use crate::xmpp::xml::Element;
use crate::xmpp::xml::reader::Raw;

/// `<failed/>` (§6), with the count where it is known (§5).
pub fn failed(condition: Condition, h: Option<u32>) -> String {
    Element::new(ns::SM, "failed")
        .attr_some("h", h.map(|h| h.to_string()))
        .child(Element::new(ns::STANZA_ERRORS, condition.as_str()))
        .to_xml(ns::CLIENT)
}

/// `<enable/>` (§3). What was queued before is written first: it does not count, and is the client's
/// once the socket took it.
pub fn enable(parts: &Parts, wire: &mut Wire, session: &Arc<Session>, enable: &Raw, written: &mut Vec<Arc<Delivery>>) {
    session.take(&mut wire.out, usize::MAX, written);
    if session.has_sm() {
        wire.send(&failed(Condition::UnexpectedRequest, None));
        return;
    }
    if !matches!(enable.get("resume"), Some("true" | "1")) {
        session.enable_sm(None);
        wire.send("<enabled xmlns='urn:xmpp:sm:3'/>");
        return;
    }
    let wanted = enable.get("max").and_then(|max| max.parse().ok()).unwrap_or(limits::SM_RESUME_MAX_S);
    let max_s = wanted.clamp(1, limits::SM_RESUME_MAX_S);
    let token = crate::clock::token();
    let hash = token_hash(&token);
    session.enable_sm(Some((hash, Duration::from_secs(max_s))));
    parts.sessions.remember_token(hash, session);
    remember(parts, session, hash);
    let enabled =
        Element::new(ns::SM, "enabled").attr("id", token).attr("resume", "true").attr("max", max_s.to_string());
    wire.send(&enabled.to_xml(ns::CLIENT));
}

/// The row that holds the stream's count. Nothing waits for it: what is counted comes after it.
fn remember(parts: &Parts, session: &Session, hash: TokenHash) {
    let account = session.account();
    let resource = session.jid().resource().unwrap_or_default().to_owned();
    let now = parts.clock.utc();
    let mut batch = Batch::default();
    batch.push_again(move |db| {
        let sql =
            "INSERT OR REPLACE INTO stream (token_hash, account, resource, h, seen_at) VALUES (?1, ?2, ?3, 0, ?4)";
        db.prepare_cached(sql)?.execute(params![hash.as_slice(), account, resource, now]).map(drop)
    });
    parts.store.submit_later(batch);
}

/// Before `<r/>` is answered, and before `<resumed/>`: what is said to be handled must be so after
/// a crash too, for clients count modulo 2^32 and take a smaller `h` for a huge one. While nothing can
/// be written the answer goes out all the same: streams shall outlive a full disk.
pub fn store_count(parts: &Parts, session: &Session) {
    if !parts.store.writable() {
        // What keeps nothing goes on; the count follows when there is room again.
        return;
    }
    let Some((token, handled)) = session.unstored() else { return };
    let mut batch = Batch::default();
    batch.count(token, handled.0);
    let commit = Some(parts.store.submit(batch));
    session.handled(Pending { handled: Some(handled), commit, reply: Vec::new() });
}

/// `<a/>` (§4).
pub fn acked(parts: &Parts, session: &Session, ack: &Raw) -> Result<(), StreamError> {
    let h = ack.get("h").and_then(Handled::parse);
    let h = h.ok_or_else(|| StreamError::new(StreamCondition::PolicyViolation, "<a/> without a count."))?;
    let deliveries = session.acked(h).map_err(|error| error.stream_error())?;
    clear_marks(parts, &deliveries);
    Ok(())
}

/// Messages that a client without XEP-0198 got with the bytes that the socket took.
pub fn acknowledge(parts: &Parts, mut written: Vec<Arc<Delivery>>) {
    written.retain(|delivery| delivery.acknowledge());
    clear_marks(parts, &written);
}

/// A device has them: they do not wait any more.
fn clear_marks(parts: &Parts, deliveries: &[Arc<Delivery>]) {
    let Some(first) = deliveries.first() else { return };
    let seqs: Vec<u64> = deliveries.iter().map(|delivery| delivery.seq).collect();
    let mut batch = Batch::default();
    parts.archive.clear(&mut batch, first.owner, &seqs);
    parts.store.submit_later(batch);
}

/// `<resume/>` (§5). `Ok(None)`: it failed, which the client was told; it may bind. A device finds its
/// own streams only, the account's own password all.
pub async fn resume(parts: &Arc<Parts>, wire: &mut Wire, who: &LoggedIn, resume: &Raw) -> Result<Option<Bound>, Gone> {
    let (account, device) = (who.account, who.by.device());
    let (Some(previd), Some(h)) = (resume.get("previd"), resume.get("h").and_then(Handled::parse)) else {
        wire.send(&failed(Condition::BadRequest, None));
        return Ok(None);
    };
    let hash = token_hash(previd);
    let in_time = parts.accounts.signed_out(account) == who.since;
    let own = |session: &Arc<Session>| {
        in_time && session.account() == account && (device.is_none() || session.device() == device)
    };
    let found = parts.sessions.by_token(&hash).filter(own);
    let Some((session, attachment)) = found.and_then(|session| session.attach().map(|number| (session, number))) else {
        let known = known_count(parts, account, hash).await;
        wire.send(&failed(Condition::ItemNotFound, known));
        return Ok(None);
    };
    let bound = Bound::new(parts, session.clone(), attachment);
    store_count(parts, &session);
    let durable = std::future::poll_fn(|cx| session.poll_durable(cx));
    let settled = parts.clock.timeout(Duration::from_secs(limits::SM_SETTLE_MAX_S), durable).await;
    let Some(Ok(())) = settled else {
        let known = known_count(parts, account, hash).await;
        wire.send(&failed(Condition::ItemNotFound, known));
        return Ok(None);
    };
    let deliveries = session.acked(h).map_err(|error| error.stream_error())?;
    clear_marks(parts, &deliveries);
    let handled = session.handled_count().unwrap_or_default();
    let resumed = Element::new(ns::SM, "resumed").attr("h", handled.to_string()).attr("previd", previd);
    wire.send(&resumed.to_xml(ns::CLIENT));
    session.rewind();
    if let Some(device) = device {
        parts.accounts.device_seen(device);
    }
    Ok(Some(bound))
}

/// What is durable of a stream that cannot be resumed, exact after a crash (§5).
async fn known_count(parts: &Parts, account: AccountId, hash: TokenHash) -> Option<u32> {
    let read = move |db: &rusqlite::Connection| {
        let sql = "SELECT h FROM stream WHERE token_hash = ?1 AND account = ?2";
        db.prepare_cached(sql)?.query_row(params![hash.as_slice(), account], |row| row.get(0)).optional()
    };
    match parts.store.read(read).await {
        Ok(known) => known,
        Err(error) => {
            tracing::warn!(%error, "a stream's count could not be read");
            None
        }
    }
}
