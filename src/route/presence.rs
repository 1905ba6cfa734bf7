//! Presence and subscriptions (RFC 6121 §3, §4).
//!
//! Presence goes out under the lane of whom it is about, so that it arrives in the order in which
//! it changed. Subscriptions visit one account's lane after the other, never two at once.

use std::collections::VecDeque;
use std::sync::Arc;

use super::Target;
use super::befriend;
use super::to_remote;
use crate::accounts::roster::Contact;
use crate::accounts::roster::Roster;
use crate::features::Outbox;
use crate::features::Parts;
use crate::features::blocking;
use crate::features::failed;
use crate::features::roster;
use crate::features::writable;
use crate::limits;
use crate::sessions::Item;
use crate::sessions::Kind;
use crate::sessions::Session;
use crate::store::AccountId;
use crate::store::Batch;
use crate::xmpp::error::StanzaError;
use crate::xmpp::jid::Jid;
use crate::xmpp::stanza::Presence;
use crate::xmpp::stanza::PresenceType;
use crate::xmpp::subscription;
use crate::xmpp::subscription::Broadcast;
use crate::xmpp::subscription::Subscription;

/// A client's presence.
pub async fn from_client(
    parts: &Parts,
    session: &Arc<Session>,
    mut presence: Presence,
    out: &mut Outbox,
) -> Result<(), StanzaError> {
    let Some(to) = presence.head.to.clone() else {
        return match presence.kind {
            PresenceType::Available | PresenceType::Unavailable => broadcast(parts, session, presence, out).await,
            _ => Err(StanzaError::bad_request("This presence needs an addressee.")),
        };
    };
    let blocks = parts.blocks.get(session.account()).await.map_err(failed)?;
    if blocks.covers(&to) {
        return Err(blocking::outbound_error());
    }
    match presence.kind {
        PresenceType::Available | PresenceType::Unavailable | PresenceType::Error => {
            directed(parts, session, &presence, &to).await
        }
        PresenceType::Probe => match Target::of(parts, &to) {
            Target::Remote => Err(to_remote::unreachable(&to)),
            _ => probe(parts, session, &to, true, &mut out.batch).await,
        },
        PresenceType::Subscribe | PresenceType::Subscribed | PresenceType::Unsubscribe | PresenceType::Unsubscribed => {
            if Target::of(parts, &to) == Target::Remote {
                return Err(to_remote::unreachable(&to));
            }
            presence.head.from = Some(session.jid().to_bare());
            presence.head.to = Some(to.to_bare());
            subscribe(parts, session.account(), presence, out).await
        }
    }
}

/// RFC 6121 §4.2, §4.4, §4.5: to everybody who sees the account, and its own devices.
async fn broadcast(
    parts: &Parts,
    session: &Arc<Session>,
    mut presence: Presence,
    out: &mut Outbox,
) -> Result<(), StanzaError> {
    let account = session.account();
    let me = session.jid().to_bare();
    let available = presence.kind == PresenceType::Available;
    let watched = {
        let lane = parts.sessions.lane(account).await;
        let roster = parts.rosters.get(account).await.map_err(failed)?;
        let sessions = lane.sessions();
        let stored = available.then(|| Arc::new(presence.clone()));
        let before = session.set_presence(stored);
        if before.is_none() && !available {
            // §4.5.2: it was not available, so nobody is told, but those told directly.
            tell_directed(parts, session, &presence, None).await?;
            return Ok(());
        }
        for watcher in roster.watchers() {
            tell(parts, &mut presence, watcher, account).await?;
        }
        presence.head.to = Some(me.clone());
        let item = Item::presence(&presence);
        let others = sessions.iter().filter(|other| other.presence().is_some() || Arc::ptr_eq(other, session));
        others.for_each(|other| push(other, &item));
        if !available {
            tell_directed(parts, session, &presence, Some(&roster)).await?;
        }
        let first = available && before.is_none();
        if first {
            show_own_devices(&sessions, session, &me);
            show_requests(parts, session, &me).await?;
        }
        if available && session.priority().is_some_and(|priority| priority >= 0) {
            open_backlog(parts, session);
        }
        if first { roster.watched().cloned().collect() } else { Vec::new() }
    };
    for contact in watched {
        probe(parts, session, &contact, false, &mut out.batch).await?;
    }
    Ok(())
}

/// Presence that a full mailbox does not take is dropped (house: invariant 7).
fn push(session: &Session, item: &Item) {
    session.push(item.clone());
}

/// §4.2.2: to one watcher, whose own block list has a say.
async fn tell(parts: &Parts, presence: &mut Presence, watcher: &Jid, about: AccountId) -> Result<(), StanzaError> {
    let Target::Account(account) = Target::of(parts, watcher) else { return Ok(()) };
    let sessions = parts.sessions.of(account);
    if sessions.is_empty() || account == about {
        return Ok(());
    }
    let from = presence.head.from.clone().expect("the session has stamped it");
    if parts.blocks.get(account).await.map_err(failed)?.covers(&from)
        || parts.blocks.get(about).await.map_err(failed)?.covers(watcher)
    {
        return Ok(());
    }
    presence.head.to = Some(watcher.clone());
    let item = Item::presence(presence);
    let there = sessions.iter().filter(|session| session.presence().is_some());
    there.for_each(|session| push(session, &item));
    Ok(())
}

/// §4.6.3: who was told directly learns that it is over.
async fn tell_directed(
    parts: &Parts,
    session: &Session,
    presence: &Presence,
    roster: Option<&Roster>,
) -> Result<(), StanzaError> {
    for to in session.take_directed() {
        if roster.is_some_and(|roster| roster.state(&to.to_bare()).seen_by_contact()) {
            // Told as a subscriber already.
            continue;
        }
        let mut presence = presence.clone();
        presence.head.to = Some(to.clone());
        deliver(parts, &presence, &to).await?;
    }
    Ok(())
}

/// §4.2.2: a new device sees the account's others.
fn show_own_devices(sessions: &[Arc<Session>], session: &Arc<Session>, me: &Jid) {
    for other in sessions.iter().filter(|other| !Arc::ptr_eq(other, session)) {
        if let Some(current) = other.presence() {
            let mut presence = Presence::clone(&current);
            presence.head.to = Some(me.clone());
            session.push(Item::presence(&presence));
        }
    }
}

/// §3.1.3: requests that nobody has answered come again at each log-in.
async fn show_requests(parts: &Parts, session: &Session, me: &Jid) -> Result<(), StanzaError> {
    for (from, stored) in parts.rosters.requests(session.account()).await.map_err(failed)? {
        let rest = stored.strip_prefix("<presence").unwrap_or("/>");
        let mut xml = String::from("<presence type='subscribe'");
        crate::xmpp::xml::writer::push_attr(&mut xml, "from", from.as_str());
        crate::xmpp::xml::writer::push_attr(&mut xml, "to", me.as_str());
        xml.push_str(rest);
        session.push(Item { xml: xml.into(), kind: Kind::Presence });
    }
    Ok(())
}

/// XEP-0160: offline messages follow. To a client that reads its archive itself only those that are
/// not in it; the marks of the others fall before the reading, which waits for lazy writes.
fn open_backlog(parts: &Parts, session: &Session) {
    let end = parts.archive.end();
    if session.begin_backlog(end) && session.flags().reads_archive {
        session.has_history_below(end);
        let mut batch = Batch::default();
        parts.archive.clear_listed(&mut batch, session.account());
        parts.store.submit_later(batch);
    }
}

/// §4.3: asks for a contact's presence. `asked`: by the client itself, so that it gets an answer
/// even where there is nothing to see.
async fn probe(
    parts: &Parts,
    session: &Arc<Session>,
    contact: &Jid,
    asked: bool,
    batch: &mut Batch,
) -> Result<(), StanzaError> {
    let me = session.jid().to_bare();
    let account = match Target::of(parts, contact) {
        Target::Account(account) => account,
        Target::Nobody => AccountId(0),
        Target::Host | Target::Remote => return Ok(()),
    };
    {
        let lane = parts.sessions.lane(account).await;
        if parts.blocks.get(account).await.map_err(failed)?.covers(session.jid()) {
            return Ok(());
        }
        let roster = parts.rosters.get(account).await.map_err(failed)?;
        if roster.state(&me).seen_by_contact() || account == session.account() {
            let shown = answer_probe(&lane.sessions(), session, contact, asked);
            if asked && !shown {
                let presence = of(PresenceType::Unavailable, contact, session.jid());
                session.push(Item::presence(&presence));
            }
            return Ok(());
        }
    }
    // §4.3.2 1: not entitled. Told by what ends the subscription it believes to have.
    let unsubscribed = of(PresenceType::Unsubscribed, &contact.to_bare(), &me);
    follow(parts, VecDeque::from([unsubscribed]), batch).await
}

/// §4.3.2 4: the presence of each device; of one that was named only that it is there. False:
/// there is nothing to see.
fn answer_probe(sessions: &[Arc<Session>], asker: &Session, contact: &Jid, asked: bool) -> bool {
    let mut any = false;
    for session in sessions.iter().filter(|session| contact.is_bare() || session.jid() == contact) {
        let Some(current) = session.presence() else { continue };
        let mut presence = match contact.is_bare() {
            true => Presence::clone(&current),
            false => of(PresenceType::Available, contact, asker.jid()),
        };
        presence.head.to = Some(if asked { asker.jid().clone() } else { asker.jid().to_bare() });
        asker.push(Item::presence(&presence));
        any = true;
    }
    any
}

fn of(kind: PresenceType, from: &Jid, to: &Jid) -> Presence {
    let mut presence = Presence::new(kind);
    presence.head.from = Some(from.clone());
    presence.head.to = Some(to.clone());
    presence
}

/// §4.6: to somebody in particular.
async fn directed(parts: &Parts, session: &Session, presence: &Presence, to: &Jid) -> Result<(), StanzaError> {
    if Target::of(parts, to) == Target::Remote {
        return Err(to_remote::unreachable(to));
    }
    match presence.kind {
        PresenceType::Available if !session.direct_presence(to) => {
            return Err(StanzaError::resource_constraint("Too many have this presence already."));
        }
        PresenceType::Unavailable => session.forget_directed(to),
        _ => {}
    }
    deliver(parts, presence, to).await
}

/// Presence for one address: its device, or all that are available (RFC 6121 §8.5.2.1.2, §8.5.3).
pub(super) async fn deliver(parts: &Parts, presence: &Presence, to: &Jid) -> Result<(), StanzaError> {
    let Target::Account(account) = Target::of(parts, to) else { return Ok(()) };
    let from = presence.head.from.as_ref().expect("the session has stamped it");
    if parts.blocks.get(account).await.map_err(failed)?.covers(from) {
        return Ok(());
    }
    let item = Item::presence(presence);
    let sessions = parts.sessions.of(account);
    match to.resource() {
        Some(resource) => {
            let named = sessions.iter().filter(|session| session.jid().resource() == Some(resource));
            named.for_each(|session| push(session, &item));
        }
        None if presence.kind == PresenceType::Error => {}
        None => {
            let there = sessions.iter().filter(|session| session.presence().is_some());
            there.for_each(|session| push(session, &item));
        }
    }
    Ok(())
}

/// What a feature has left in the outbox: presence or the end of a subscription.
pub(super) async fn send(parts: &Parts, presence: Presence, batch: &mut Batch) {
    let Some(to) = presence.head.to.clone() else { return };
    let sent = match Subscription::of(presence.kind) {
        Some(_) => follow(parts, VecDeque::from([presence]), batch).await,
        None => deliver(parts, &presence, &to).await,
    };
    if let Err(error) = sent {
        tracing::warn!(to = %to, condition = error.condition.as_str(), "presence was not delivered");
    }
}

/// The user asks, grants, or ends (RFC 6121 §3, appendix A.2). Both addresses are bare.
async fn subscribe(parts: &Parts, account: AccountId, presence: Presence, out: &mut Outbox) -> Result<(), StanzaError> {
    let contact = presence.head.to.clone().expect("set by the caller");
    let me = presence.head.from.clone().expect("set by the caller");
    let kind = Subscription::of(presence.kind).expect("one of the four");
    if contact == me || contact.local().is_none() {
        // Nothing to subscribe to: one sees oneself, and the host has no presence.
        return Ok(());
    }
    writable(&parts.store)?;
    let mut work = VecDeque::new();
    {
        let lane = parts.sessions.lane(account).await;
        let roster = parts.rosters.get(account).await.map_err(failed)?;
        let mut item = roster.contacts.get(&contact).cloned().unwrap_or_else(|| Contact::new(contact.clone()));
        let step = subscription::outbound(item.state, kind);
        let answered = item.state.pending_in() && !step.state.pending_in();
        if step.broadcast == Some(Broadcast::Unavailable) {
            show(&lane.sessions(), &contact, false, &mut work);
        }
        if step.pass {
            work.push_back(presence);
        }
        if step.broadcast == Some(Broadcast::Current) {
            show(&lane.sessions(), &contact, true, &mut work);
        }
        if step.state != item.state {
            item.state = step.state;
            item.listed |= step.push;
            if !item.listed && roster.contacts.len() >= 2 * limits::ROSTER_MAX_ITEMS {
                return Err(StanzaError::resource_constraint("The roster is full."));
            }
            let roster = parts.rosters.put(&mut out.batch, account, &roster, item, step.push);
            if step.push {
                roster::push(&lane.sessions(), &roster, &contact);
            }
        }
        if answered {
            parts.rosters.drop_request(&mut out.batch, account, &contact);
        }
    }
    follow(parts, work, &mut out.batch).await
}

/// The account's devices as a contact is to see them, or to see them go.
pub(super) fn show(sessions: &[Arc<Session>], contact: &Jid, available: bool, work: &mut VecDeque<Presence>) {
    for session in sessions {
        let Some(current) = session.presence() else { continue };
        let mut presence = match available {
            true => Presence::clone(&current),
            false => Presence::new(PresenceType::Unavailable),
        };
        presence.head.from = Some(session.jid().clone());
        presence.head.to = Some(contact.clone());
        work.push_back(presence);
    }
}

/// Takes each stanza to its account, and what that sets off to the next.
pub(super) async fn follow(parts: &Parts, mut work: VecDeque<Presence>, batch: &mut Batch) -> Result<(), StanzaError> {
    let mut hops = 0;
    while let Some(presence) = work.pop_front() {
        let to = presence.head.to.clone().expect("all work has an addressee");
        match Subscription::of(presence.kind) {
            None => deliver(parts, &presence, &to).await?,
            Some(kind) => {
                hops += 1;
                if hops > limits::SUBSCRIPTION_HOPS_MAX {
                    break;
                }
                if let Target::Account(account) = Target::of(parts, &to) {
                    arrives(parts, account, kind, presence, batch, &mut work).await?;
                }
            }
        }
    }
    Ok(())
}

/// A contact asks, grants, or ends (RFC 6121 §3, appendix A.3).
async fn arrives(
    parts: &Parts,
    account: AccountId,
    kind: Subscription,
    presence: Presence,
    batch: &mut Batch,
    work: &mut VecDeque<Presence>,
) -> Result<(), StanzaError> {
    let from = presence.head.from.clone().expect("all work has a sender").to_bare();
    let me = presence.head.to.clone().expect("all work has an addressee").to_bare();
    let vouched_for = kind == Subscription::Subscribe && befriend::is_vouched_for(parts, account, &presence).await?; // XEP-0379
    let lane = parts.sessions.lane(account).await;
    if parts.blocks.get(account).await.map_err(failed)?.covers(&from) {
        return Ok(());
    }
    let roster = parts.rosters.get(account).await.map_err(failed)?;
    let mut contact = roster.contacts.get(&from).cloned().unwrap_or_else(|| Contact::new(from.clone()));
    let before = contact.state;
    let (step, asks_back) = match vouched_for {
        true => subscription::vouched_for(before),
        false => (subscription::inbound(before, kind), false),
    };
    if step.state.pending_in() && !before.pending_in() {
        if roster.contacts.len() >= 2 * limits::ROSTER_MAX_ITEMS {
            return Ok(());
        }
        parts.rosters.put_request(batch, account, &from, &request(&presence), parts.clock.utc());
    } else if before.pending_in() && !step.state.pending_in() {
        parts.rosters.drop_request(batch, account, &from);
    }
    let sessions = lane.sessions();
    if step.pass {
        let item = Item::presence(&presence);
        let wants = |session: &&Arc<Session>| match kind {
            Subscription::Subscribe => session.presence().is_some(),
            _ => session.flags().interested,
        };
        sessions.iter().filter(wants).for_each(|session| push(session, &item));
    }
    if step.state != before {
        contact.state = step.state;
        contact.listed |= step.push;
        let roster = parts.rosters.put(batch, account, &roster, contact, step.push);
        if step.push {
            roster::push(&sessions, &roster, &from);
        }
    }
    if step.broadcast == Some(Broadcast::Unavailable) {
        show(&sessions, &from, false, work);
    }
    if let Some(reply) = step.reply {
        work.push_back(of(reply.presence_type(), &me, &from));
    }
    if asks_back {
        work.push_back(of(PresenceType::Subscribe, &me, &from));
    }
    if step.broadcast == Some(Broadcast::Current) {
        show(&sessions, &from, true, work);
    }
    Ok(())
}

/// §3.1.3: the whole request but its addresses, which are stored beside it. One beyond the bound
/// is kept without its content.
fn request(presence: &Presence) -> String {
    let mut stored = presence.clone();
    stored.kind = PresenceType::Available;
    stored.head.to = None;
    stored.head.from = None;
    let xml = stored.to_xml();
    match xml.len() <= limits::SUBSCRIPTION_REQUEST_MAX_BYTES {
        true => xml,
        false => "<presence/>".to_owned(),
    }
}

/// A session has gone without a word: its unavailable presence is sent for it (§4.5.3).
pub(super) async fn gone(parts: &Parts, session: &Arc<Session>, sessions: &[Arc<Session>]) -> Result<(), StanzaError> {
    let mut presence = Presence::new(PresenceType::Unavailable);
    presence.head.from = Some(session.jid().clone());
    let mut roster = None;
    if session.set_presence(None).is_some() {
        let told = parts.rosters.get(session.account()).await.map_err(failed)?;
        for watcher in told.watchers() {
            tell(parts, &mut presence, watcher, session.account()).await?;
        }
        presence.head.to = Some(session.jid().to_bare());
        let item = Item::presence(&presence);
        let others = sessions.iter().filter(|other| other.presence().is_some());
        others.for_each(|other| push(other, &item));
        roster = Some(told);
    }
    tell_directed(parts, session, &presence, roster.as_deref()).await
}
