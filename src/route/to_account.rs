//! A stanza arrives at a local account (RFC 6121 §8.5).
//!
//! [`message`], and nothing else, decides in which order the features see a message.

use std::sync::Arc;

use super::from_client::Keep;
use crate::archive::Keeping;
use crate::archive::Rule;
use crate::features::Parts;
use crate::features::carbons;
use crate::features::carbons::Direction;
use crate::features::failed;
use crate::features::stanza_ids;
use crate::sessions::Accepted;
use crate::sessions::Delivery;
use crate::sessions::Item;
use crate::sessions::Kind;
use crate::sessions::Session;
use crate::store::AccountId;
use crate::xmpp::error::StanzaError;
use crate::xmpp::jid::Jid;
use crate::xmpp::stanza::Iq;
use crate::xmpp::stanza::Message;
use crate::xmpp::stanza::MessageType;

/// Who gets a message (RFC 6121 §8.5.4, table 1).
enum Reach {
    /// These sessions.
    Sessions(Vec<Arc<Session>>),
    /// Nobody is there to take it: it waits, if it is of those that do.
    Offline,
    /// An error for the sender.
    Bounce,
    /// Nothing.
    Ignore,
}

/// Delivers a message to an account. Its `to` and `from` are set. Ok: what went out ahead of its
/// mark. Err: to be told the sender.
pub(super) async fn message(
    parts: &Parts,
    account: AccountId,
    mut message: Message,
    keep: Keep,
    keeping: &mut Keeping,
) -> Result<Option<Arc<Delivery>>, StanzaError> {
    let from = message.head.from.clone().expect("the sender's session has stamped it");
    let to = message.head.to.clone().expect("the way here has set it");
    let lane = parts.sessions.lane(account).await; //          archive order is delivery order
    let blocks = parts.blocks.get(account).await.map_err(failed)?;
    if blocks.covers(&from) {
        return blocked(&message).map(|()| None); //            XEP-0191: before anything is kept
    }
    let sessions = lane.sessions();
    let reached = match reach(&sessions, &message, &to) {
        Reach::Sessions(reached) => reached,
        Reach::Offline => Vec::new(),
        Reach::Bounce => return Err(StanzaError::service_unavailable("")),
        Reach::Ignore => return Ok(None),
    };
    let history = keep.history && wants_history(parts, account, &from).await?;
    let mut delivery = None;
    if history || keep.waits {
        let kept = keeping.keep(account, &from, history, keep.waits); // XEP-0313: stamped now, durable later
        delivery = keep.waits.then(|| Delivery::ahead(account, kept.seq));
        if history {
            stanza_ids::add(&mut message, &to, kept.id.as_str()); //     XEP-0359
        }
    }
    let reached = deliver(&message, &reached, delivery.as_ref()); //     RFC 6121 §8.5.2, §8.5.3
    let skip = |other: &Arc<Session>| reached.iter().any(|session| Arc::ptr_eq(session, other));
    carbons::copy(&message, Direction::Received, &sessions, delivery.as_ref(), skip); // XEP-0280: those not reached
    Ok(delivery)
}

/// XEP-0191 §3.3: the account looks like one that is not there.
fn blocked(message: &Message) -> Result<(), StanzaError> {
    match message.kind {
        MessageType::Error | MessageType::Headline => Ok(()),
        _ => Err(StanzaError::service_unavailable("")),
    }
}

/// RFC 6121 §8.5.2 (bare), §8.5.3 (full).
fn reach(sessions: &[Arc<Session>], message: &Message, to: &Jid) -> Reach {
    if let Some(resource) = to.resource() {
        if let Some(session) = sessions.iter().find(|session| session.jid().resource() == Some(resource)) {
            return Reach::Sessions(vec![session.clone()]);
        }
        match message.kind {
            MessageType::Chat => {}
            MessageType::Error => return Reach::Ignore,
            MessageType::Normal | MessageType::Groupchat => return Reach::Bounce,
            MessageType::Headline => return Reach::Ignore,
        }
    }
    let willing: Vec<Arc<Session>> =
        sessions.iter().filter(|session| session.priority().is_some_and(|priority| priority >= 0)).cloned().collect();
    match message.kind {
        MessageType::Groupchat => Reach::Bounce,
        MessageType::Error => Reach::Ignore,
        MessageType::Headline if willing.is_empty() => Reach::Ignore,
        MessageType::Chat | MessageType::Normal if willing.is_empty() => Reach::Offline,
        MessageType::Chat | MessageType::Normal | MessageType::Headline => Reach::Sessions(willing),
    }
}

/// One text for all; gives back who has it, or will read it from the store.
fn deliver(message: &Message, to: &[Arc<Session>], delivery: Option<&Arc<Delivery>>) -> Vec<Arc<Session>> {
    if to.is_empty() {
        return Vec::new();
    }
    let item = Item { xml: message.to_xml().into(), kind: Kind::Message(delivery.cloned()) };
    let taken = |session: &&Arc<Session>| session.push(item.clone()) != Accepted::Refused;
    to.iter().filter(taken).cloned().collect()
}

/// XEP-0441: whether the owner keeps what is exchanged with `peer`.
pub(super) async fn wants_history(parts: &Parts, account: AccountId, peer: &Jid) -> Result<bool, StanzaError> {
    let preferences = parts.archive.preferences(account);
    let in_roster = match preferences.rule {
        Rule::Roster => {
            let roster = parts.rosters.get(account).await.map_err(failed)?;
            roster.contacts.get(&peer.to_bare()).is_some_and(|contact| contact.listed)
        }
        Rule::Always | Rule::Never => false,
    };
    Ok(preferences.keeps(peer, || in_roster))
}

/// An IQ for one device (RFC 6121 §8.5.3.1): requests only from those who may know that it is there.
pub(super) async fn iq(parts: &Parts, account: AccountId, iq: &Iq, to: &Jid) -> Result<(), StanzaError> {
    let from = iq.head.from.as_ref().expect("the sender's session has stamped it");
    let unavailable = || match iq.is_request() {
        true => Err(StanzaError::service_unavailable("")),
        false => Ok(()),
    };
    let blocks = parts.blocks.get(account).await.map_err(failed)?;
    let session = parts.sessions.find(account, to.resource().unwrap_or_default());
    let Some(session) = session.filter(|_| !blocks.covers(from)) else { return unavailable() };
    if iq.is_request() && !may_reach(parts, account, &session, from).await? {
        return unavailable();
    }
    match session.push(Item::iq(iq)) {
        Accepted::Refused => unavailable(),
        Accepted::Queued | Accepted::Held => Ok(()),
    }
}

async fn may_reach(parts: &Parts, account: AccountId, session: &Session, from: &Jid) -> Result<bool, StanzaError> {
    let from_bare = from.to_bare();
    if from_bare == session.jid().to_bare() || session.has_directed(from) || session.has_directed(&from_bare) {
        return Ok(true);
    }
    let roster = parts.rosters.get(account).await.map_err(failed)?;
    Ok(roster.state(&from_bare).seen_by_contact())
}
