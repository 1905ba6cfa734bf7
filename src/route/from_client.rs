//! A stanza of a bound session (RFC 6120 §10.3, RFC 6121 §8.2 to §8.4).
//!
//! The whole of what a client sends passes [`stanza`]: it is handled in order, stored together with
//! its count, and answered once that is durable.

use std::sync::Arc;

use super::Target;
use super::presence;
use super::removal;
use super::to_account;
use super::to_remote;
use crate::archive::Body;
use crate::archive::Keeping;
use crate::features;
use crate::features::At;
use crate::features::Ctx;
use crate::features::Outbox;
use crate::features::Parts;
use crate::features::blocking;
use crate::features::carbons;
use crate::features::carbons::Direction;
use crate::features::failed;
use crate::features::mam;
use crate::features::offline;
use crate::features::stanza_ids;
use crate::sessions::Delivery;
use crate::sessions::Item;
use crate::sessions::Pending;
use crate::sessions::Session;
use crate::store::AccountId;
use crate::store::Batch;
use crate::texts::Lang;
use crate::xmpp::ack::Handled;
use crate::xmpp::error::StanzaError;
use crate::xmpp::jid::Jid;
use crate::xmpp::parse::Refused;
use crate::xmpp::stanza::Iq;
use crate::xmpp::stanza::Message;
use crate::xmpp::stanza::MessageType;
use crate::xmpp::stanza::Stanza;

/// Handles one stanza, which the session has counted. Its `from` was checked and is stamped here
/// (RFC 6120 §8.1.2.1).
pub async fn stanza(parts: &Parts, session: &Arc<Session>, handled: Option<Handled>, mut stanza: Stanza) {
    stanza.head_mut().from = Some(session.jid().clone());
    let mut out = Outbox::default();
    let answer = match &stanza {
        Stanza::Message(sent) => message(parts, session, sent.clone(), &mut out).await.map(|()| None),
        Stanza::Presence(sent) => presence::from_client(parts, session, sent.clone(), &mut out).await.map(|()| None),
        Stanza::Iq(sent) => iq(parts, session, sent, &mut out).await,
    };
    let answer = answer.unwrap_or_else(|error| stanza.error(&error).map(|error| item(&error)));
    drain(parts, &mut out).await;
    for (account, by) in std::mem::take(&mut out.remove) {
        let Err(error) = removal::remove(parts, account, &by).await else { continue };
        tracing::error!(account = account.0, %error, "an account was not removed");
        let error = StanzaError::internal_server_error("The account was not removed.");
        let reply = stanza.error(&error).map(|error| item(&error)).into_iter().collect();
        session.handled(Pending { handled, commit: None, reply });
        return;
    }
    if let (Some(handled), Some(token)) = (handled, session.token())
        && !out.batch.is_empty()
    {
        out.batch.count(token, handled.0);
    }
    let commit = (!out.batch.is_empty()).then(|| parts.store.submit(out.batch));
    if let Some(delivery) = out.ahead.filter(|delivery| delivery.queued()) {
        clear_mark(parts, &delivery);
    }
    let reply = out.before.into_iter().chain(answer).collect();
    session.handled(Pending { handled, commit, reply });
}

/// Its device acknowledged it before the mark was queued.
pub(super) fn clear_mark(parts: &Parts, delivery: &Delivery) {
    let mut batch = Batch::default();
    parts.archive.clear(&mut batch, delivery.owner, &[delivery.seq]);
    parts.store.submit_later(batch);
}

/// A stanza that breaks a rule of its kind was counted all the same, and is answered.
pub fn refused(session: &Arc<Session>, handled: Option<Handled>, mut refused: Box<Refused>) {
    refused.stanza.head_mut().from = Some(session.jid().clone());
    let reply = refused.answer().map(|answer| item(&answer)).into_iter().collect();
    session.handled(Pending { handled, commit: None, reply });
}

fn item(stanza: &Stanza) -> Item {
    match stanza {
        Stanza::Message(message) => Item::message(message),
        Stanza::Presence(presence) => Item::presence(presence),
        Stanza::Iq(iq) => Item::iq(iq),
    }
}

/// Sends on what features left in the outbox.
async fn drain(parts: &Parts, out: &mut Outbox) {
    for made in std::mem::take(&mut out.presences) {
        presence::send(parts, made, &mut out.batch).await;
    }
}

/// RFC 6121 §8.2, §8.5: in this order. Everything kept goes into one transaction.
async fn message(
    parts: &Parts,
    session: &Arc<Session>,
    mut message: Message,
    out: &mut Outbox,
) -> Result<(), StanzaError> {
    let sender = session.account();
    let to = message.head.to.get_or_insert_with(|| session.jid().to_bare()).clone();
    let own_blocks = parts.blocks.get(sender).await.map_err(failed)?;
    if own_blocks.covers(&to) {
        return Err(blocking::outbound_error());
    }
    let recipient = match Target::of(parts, &to) {
        Target::Account(recipient) => recipient,
        Target::Nobody | Target::Host => return silent_for_headlines(&message),
        Target::Remote => return Err(to_remote::unreachable(&to)),
    };
    stanza_ids::remove_ours(&mut message, parts.domain.domain());
    let kept = Keep { history: mam::is_history(&message), waits: offline::waits(&message) };
    if kept.history || kept.waits {
        features::writable(&parts.store)?;
    }
    let mut keeping = parts.archive.message(body(&message, session.jid(), &to));
    if recipient != sender {
        sent(parts, session, &message, kept, &mut keeping).await?;
    }
    let delivered = to_account::message(parts, recipient, message, kept, &mut keeping).await;
    keeping.finish(&mut out.batch);
    out.ahead = delivered?;
    Ok(())
}

/// What of a message is stored, by its content alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Keep {
    /// Belongs into archives (XEP-0313).
    pub history: bool,
    /// Waits for a recipient who is away (XEP-0160).
    pub waits: bool,
}

/// RFC 6121 §8.5.1 and table 1: nobody is there.
fn silent_for_headlines(message: &Message) -> Result<(), StanzaError> {
    match message.kind {
        MessageType::Headline | MessageType::Error => Ok(()),
        _ => Err(StanzaError::service_unavailable("")),
    }
}

pub(super) fn body(message: &Message, from: &Jid, to: &Jid) -> Body {
    let mut content = String::with_capacity(message.content.size_hint());
    message.content.write(&mut content);
    Body {
        sender: from.clone(),
        recipient: to.clone(),
        kind: message.kind,
        id: message.head.id.clone(),
        lang: message.head.lang.clone(),
        content: content.into(),
    }
}

/// The sender's own side: their archive, then their other devices (XEP-0280 §8).
async fn sent(
    parts: &Parts,
    session: &Arc<Session>,
    message: &Message,
    kept: Keep,
    keeping: &mut Keeping,
) -> Result<(), StanzaError> {
    let account = session.account();
    let to = message.head.to.as_ref().expect("it was set above").to_bare();
    let lane = parts.sessions.lane(account).await;
    let history = kept.history && to_account::wants_history(parts, account, &to).await?;
    let sessions = lane.sessions();
    let mut copy = None;
    if history {
        let kept = keeping.keep(account, &to, true, false);
        let mut stamped = message.clone();
        stanza_ids::add(&mut stamped, session.jid(), kept.id.as_str());
        copy = Some(stamped);
    }
    let skip = |other: &Arc<Session>| Arc::ptr_eq(other, session);
    carbons::copy(copy.as_ref().unwrap_or(message), Direction::Sent, &sessions, None, skip);
    Ok(())
}

/// RFC 6120 §10.3.2, RFC 6121 §8.4: for the account, the host, or somebody's device.
async fn iq(parts: &Parts, session: &Arc<Session>, iq: &Iq, out: &mut Outbox) -> Result<Option<Item>, StanzaError> {
    let own = session.account();
    let Some(to) = &iq.head.to else { return answer(parts, session, Some(own), iq, out).await };
    let target = Target::of(parts, to);
    if let (Target::Account(_) | Target::Nobody, Some(_)) = (target, to.resource()) {
        return forward(parts, session, iq, to, target).await.map(|()| None);
    }
    match target {
        Target::Host if to.is_bare() => answer(parts, session, None, iq, out).await,
        Target::Account(account) => answer(parts, session, Some(account), iq, out).await,
        // Like an account that exists and has never heard of who asks.
        Target::Nobody => answer(parts, session, Some(AccountId(0)), iq, out).await,
        Target::Host => Err(StanzaError::service_unavailable("")),
        Target::Remote => Err(to_remote::unreachable(to)),
    }
}

/// Finds the feature that answers a request.
async fn answer(
    parts: &Parts,
    session: &Arc<Session>,
    account: Option<AccountId>,
    iq: &Iq,
    out: &mut Outbox,
) -> Result<Option<Item>, StanzaError> {
    if !iq.is_request() {
        // The answer to a push of ours.
        return Ok(None);
    }
    let child = iq.content.children().next().ok_or_else(|| StanzaError::bad_request("The request is empty."))?;
    let at = if account.is_some() { At::Account } else { At::Host };
    let route = features::find(at, iq.kind, child.ns(), child.name())
        .ok_or_else(|| StanzaError::service_unavailable("Nobody here understands this request."))?;
    let own = iq.head.lang.as_deref().and_then(Lang::of_tag);
    let cx = Ctx { parts, session, account, lang: own.unwrap_or_else(|| session.lang()) };
    let payload = (route.answer)(&cx, iq, out).await?;
    if out.answered {
        return Ok(None);
    }
    Ok(Some(Item::iq(&features::result(session, iq, payload))))
}

/// From one device to another (RFC 6121 §8.5.3).
async fn forward(parts: &Parts, session: &Arc<Session>, iq: &Iq, to: &Jid, target: Target) -> Result<(), StanzaError> {
    let blocks = parts.blocks.get(session.account()).await.map_err(failed)?;
    if blocks.covers(to) {
        return Err(blocking::outbound_error());
    }
    match target {
        Target::Account(account) => to_account::iq(parts, account, iq, to).await,
        _ => Err(StanzaError::service_unavailable("")),
    }
}
