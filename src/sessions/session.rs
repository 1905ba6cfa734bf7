//! A bound session: a client's place on the server, which may outlive its connection.
//!
//! One lock, held for moments and never across an await. A connection is *attached*; a newer one
//! takes the session over by attaching itself (XEP-0198 §5).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::task::Context;
use std::task::Poll;
use std::task::Waker;
use std::time::Duration;

use super::Delivery;
use super::Item;
use super::Kind;
use super::Pending;
use super::backlog::Backlog;
use super::mailbox::Mailbox;
use super::sm::Sm;
use super::sm::TokenHash;
use crate::limits;
use crate::store::AccountId;
use crate::store::DeviceId;
use crate::texts::Lang;
use crate::xmpp::ack::Handled;
use crate::xmpp::ack::TooHigh;
use crate::xmpp::jid::Jid;
use crate::xmpp::stanza::Presence;

/// What a client has switched on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// Asked for the roster: gets pushes (RFC 6121 §2.1.6).
    pub interested: bool,
    /// XEP-0280 §4.
    pub carbons: bool,
    /// Asked for the block list: gets pushes (XEP-0191 §3.2).
    pub blocklist: bool,
    /// Read its archive before its first presence: gets no offline messages (XEP-0313 over 0160).
    pub reads_archive: bool,
}

/// Why a session's connection must end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// A newer log-in has its resource (RFC 6120 §4.9.3.3).
    Replaced,
    /// Its mailbox is over its bound.
    Overflow,
    /// What it sent could not be stored.
    NotStored,
    /// Its account was removed.
    AccountGone,
    /// Its account's password was changed elsewhere, or an owner locked it or ended the session.
    SignedOut,
    /// Nobody resumed it in time, or its client closed the stream.
    Expired,
    /// The server stops.
    Shutdown,
}

/// What became of an item that was pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    Queued,
    /// Stays in the store under its offline mark: the session is still reading older ones.
    Held,
    /// The session has ended, or just did because of this item.
    Refused,
}

/// What an attached connection shall do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Items wait.
    Write,
    /// So much waited for the disk that the client was not read from; now it may be again.
    Settled,
    /// Nothing waits, and offline messages are to be read.
    Backlog,
    /// Another connection has taken the session over.
    Detached,
    End(End),
}

/// Another connection has taken the session over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Detached;

/// A bound session.
pub struct Session {
    account: AccountId,
    jid: Jid,
    device: Option<DeviceId>,
    state: Mutex<State>,
}

#[derive(Default)]
pub(super) struct State {
    flags: Flags,
    /// Of its stream (RFC 6120 §4.7.4).
    lang: Lang,
    presence: Option<Arc<Presence>>,
    priority: i8,
    /// Who got directed presence (RFC 6121 §4.6).
    directed: BTreeSet<Jid>,
    pub(super) mailbox: Mailbox,
    pub(super) backlog: Backlog,
    /// Kept messages it was given before it read its offline ones, which hold them too.
    pub(super) early: BTreeSet<u64>,
    pub(super) end: Option<End>,
    /// Raised by each connection that attaches.
    attachment: u64,
    attached: bool,
    /// Left alone, to be saved at a stop.
    parked: bool,
    waker: Option<Waker>,
}

impl Session {
    pub(super) fn new(account: AccountId, jid: Jid, device: Option<DeviceId>) -> Session {
        Session { account, jid, device, state: Mutex::default() }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn account(&self) -> AccountId {
        self.account
    }

    /// The full address.
    pub fn jid(&self) -> &Jid {
        &self.jid
    }

    /// Whose password opened it; `None`: the account's own.
    pub fn device(&self) -> Option<DeviceId> {
        self.device
    }

    pub fn flags(&self) -> Flags {
        self.lock().flags
    }

    pub fn change_flags(&self, change: impl FnOnce(&mut Flags)) {
        change(&mut self.lock().flags);
    }

    /// The language its people read.
    pub fn lang(&self) -> Lang {
        self.lock().lang
    }

    pub fn set_lang(&self, lang: Lang) {
        self.lock().lang = lang;
    }

    /// The available presence it last broadcast; `None` while unavailable.
    pub fn presence(&self) -> Option<Arc<Presence>> {
        self.lock().presence.clone()
    }

    /// Sets or clears the available presence; gives back the one before.
    pub fn set_presence(&self, presence: Option<Arc<Presence>>) -> Option<Arc<Presence>> {
        let mut state = self.lock();
        state.priority = presence.as_ref().map_or(0, |presence| presence.priority());
        std::mem::replace(&mut state.presence, presence)
    }

    /// Its priority while it is available.
    pub fn priority(&self) -> Option<i8> {
        let state = self.lock();
        state.presence.as_ref().map(|_| state.priority)
    }

    /// Remembers whom it told its presence directly. False: over the bound.
    pub fn direct_presence(&self, to: &Jid) -> bool {
        let mut state = self.lock();
        if state.directed.contains(to) {
            return true;
        }
        if state.directed.len() >= limits::DIRECTED_PRESENCE_MAX {
            return false;
        }
        state.directed.insert(to.clone())
    }

    pub fn forget_directed(&self, to: &Jid) {
        self.lock().directed.remove(to);
    }

    pub fn has_directed(&self, to: &Jid) -> bool {
        self.lock().directed.contains(to)
    }

    pub fn take_directed(&self) -> BTreeSet<Jid> {
        std::mem::take(&mut self.lock().directed)
    }

    pub(super) fn directed(&self) -> Vec<Jid> {
        self.lock().directed.iter().cloned().collect()
    }

    /// Puts an item in the mailbox.
    pub fn push(&self, item: Item) -> Accepted {
        let mut state = self.lock();
        // A session that is about to be saved still takes what is sent to it.
        if state.end.is_some_and(|end| end != End::Shutdown) {
            return Accepted::Refused;
        }
        let seq = item.delivery().map(|delivery| delivery.seq);
        if seq.is_some_and(|seq| state.backlog.hold(seq)) {
            return Accepted::Held;
        }
        let seq = seq.unwrap_or(0);
        let taken = match state.backlog.behind() {
            Some(newest) if matches!(item.kind, Kind::Message(_)) => state.mailbox.push_behind(newest, item),
            _ => state.mailbox.push(item),
        };
        let accepted = match taken {
            true => {
                state.gave(seq);
                Accepted::Queued
            }
            false => {
                state.end = Some(End::Overflow);
                Accepted::Refused
            }
        };
        wake(state);
        accepted
    }

    /// Tells the attached connection to end. The first reason counts.
    pub fn end(&self, reason: End) {
        let mut state = self.lock();
        state.end.get_or_insert(reason);
        wake(state);
    }

    pub fn ended(&self) -> Option<End> {
        self.lock().end
    }

    /// A connection takes the session; one that had it before finds itself detached. The number
    /// is for [`Session::poll_work`]. `None`: the session has ended.
    pub fn attach(&self) -> Option<u64> {
        let mut state = self.lock();
        if state.end.is_some() {
            return None;
        }
        state.attachment += 1;
        state.attached = true;
        let number = state.attachment;
        wake(state);
        Some(number)
    }

    /// Ends the session for good unless another connection has it. False: it has, or it had ended.
    pub fn expire(&self, attachment: u64) -> bool {
        let mut state = self.lock();
        let own = state.attachment == attachment && state.end.is_none();
        if own {
            state.end = Some(End::Expired);
        }
        own
    }

    /// Whether no other connection has taken it over.
    pub fn is_held_by(&self, attachment: u64) -> bool {
        self.lock().attachment == attachment
    }

    /// The connection is gone and the session waits for a resumption. False: not its any more.
    pub fn hibernate(&self, attachment: u64) -> bool {
        let mut state = self.lock();
        let own = state.attachment == attachment;
        if own {
            state.attached = false;
        }
        own
    }

    /// Nothing serves it any more, and all it took is durable: it may be saved.
    pub fn park(&self) {
        self.lock().parked = true;
    }

    pub fn is_parked(&self) -> bool {
        self.lock().parked
    }

    /// Whether a connection serves it now.
    pub fn is_attached(&self) -> bool {
        self.lock().attached
    }

    /// What the connection shall do next. Pending while there is nothing. `takes`: whether it takes
    /// items now, or can only be told to part.
    pub fn poll_work(&self, attachment: u64, takes: bool, cx: &mut Context<'_>) -> Poll<Work> {
        let mut state = self.lock();
        if state.attachment != attachment {
            return Poll::Ready(Work::Detached);
        }
        let was_full = state.mailbox.pending_len() >= limits::UNSETTLED_MAX;
        if state.mailbox.poll_settled(cx).is_err() {
            state.end.get_or_insert(End::NotStored);
        }
        if state.mailbox.is_overfull() {
            state.end.get_or_insert(End::Overflow);
        }
        if let Some(end) = state.end {
            return Poll::Ready(Work::End(end));
        }
        if takes && !state.mailbox.is_empty() {
            return Poll::Ready(Work::Write);
        }
        // Where the client acknowledges nothing there is no room for more: its own bytes come first.
        if takes && state.backlog.is_reading() && state.mailbox.is_half_empty() {
            return Poll::Ready(Work::Backlog);
        }
        if was_full && state.mailbox.pending_len() < limits::UNSETTLED_MAX {
            return Poll::Ready(Work::Settled);
        }
        state.waker = Some(cx.waker().clone());
        Poll::Pending
    }

    /// Waits for the commits of what was handled, while no connection is there to do it.
    /// Ready when the session is resumed, ended, or has nothing more to wait for.
    pub fn poll_settled(&self, attachment: u64, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.lock();
        if state.attachment != attachment || state.end.is_some() {
            return Poll::Ready(());
        }
        if state.mailbox.poll_settled(cx).is_err() {
            state.end = Some(End::NotStored);
            return Poll::Ready(());
        }
        state.waker = Some(cx.waker().clone());
        Poll::Pending
    }

    /// Ready once everything handled is durable: what `<resumed/>` may say. Err: something was not
    /// stored, and the session has ended.
    pub fn poll_durable(&self, cx: &mut Context<'_>) -> Poll<Result<(), End>> {
        let mut state = self.lock();
        if state.mailbox.poll_settled(cx).is_err() {
            state.end.get_or_insert(End::NotStored);
        }
        if let Some(end) = state.end.filter(|end| *end != End::Shutdown) {
            return Poll::Ready(Err(end));
        }
        if state.mailbox.is_durable() {
            return Poll::Ready(Ok(()));
        }
        state.waker = Some(cx.waker().clone());
        Poll::Pending
    }

    /// Moves items of about `max_bytes` to `out`; see [`Session::written`].
    pub fn take(&self, out: &mut Vec<u8>, max_bytes: usize, written: &mut Vec<Arc<Delivery>>) {
        self.lock().mailbox.take(out, max_bytes, written);
    }

    /// The client acknowledged all up to `h`: the deliveries whose mark is to be cleared.
    pub fn acked(&self, h: Handled) -> Result<Vec<Arc<Delivery>>, TooHigh> {
        let mut deliveries = self.lock().mailbox.acked(h)?;
        deliveries.retain(|delivery| delivery.acknowledge());
        Ok(deliveries)
    }

    /// Everything it will never acknowledge, oldest first: the session has ended.
    pub fn drain(&self) -> Vec<Item> {
        self.lock().mailbox.drain()
    }

    /// A stanza of the client was taken: its number, once XEP-0198 counts. Err: by a connection that
    /// has the session no more. The client was told a count without it, and sends it again.
    pub fn count(&self, attachment: u64) -> Result<Option<Handled>, Detached> {
        let mut state = self.lock();
        if state.attachment != attachment {
            return Err(Detached);
        }
        Ok(state.mailbox.sm.as_mut().map(|sm| {
            sm.handled = sm.handled.advance(1);
            sm.handled
        }))
    }

    /// A stanza was handled; it is acknowledged and answered when its commit is done.
    pub fn handled(&self, pending: Pending) {
        let mut state = self.lock();
        state.mailbox.handled(pending);
        wake(state);
    }

    /// How many handled stanzas wait for the disk.
    pub fn unsettled(&self) -> usize {
        self.lock().mailbox.pending_len()
    }

    /// XEP-0198 from here on. False: it was on already.
    pub fn enable_sm(&self, resumable: Option<(TokenHash, Duration)>) -> bool {
        let mut state = self.lock();
        let first = state.mailbox.sm.is_none();
        if first {
            state.mailbox.sm = Some(Sm::new(resumable));
        }
        first
    }

    pub fn has_sm(&self) -> bool {
        self.lock().mailbox.sm.is_some()
    }

    /// The hash of its token, where it can be resumed.
    pub fn token(&self) -> Option<TokenHash> {
        self.lock().mailbox.sm.as_ref()?.resumable.map(|(hash, _)| hash)
    }

    /// How long it waits for a resumption.
    pub fn resumable_for(&self) -> Option<Duration> {
        self.lock().mailbox.sm.as_ref()?.resumable.map(|(_, duration)| duration)
    }

    /// Stanzas taken from the client, durable or not: what `<resumed/>` says once settled.
    pub fn handled_count(&self) -> Option<Handled> {
        self.lock().mailbox.sm.as_ref().map(|sm| sm.handled)
    }

    /// What is unacknowledged goes out again, before anything newer.
    pub fn rewind(&self) {
        let mut state = self.lock();
        state.mailbox.rewind();
        wake(state);
    }

    /// The count to store before `<r/>` may be answered, where it is not stored yet.
    pub fn unstored(&self) -> Option<(TokenHash, Handled)> {
        self.lock().mailbox.unstored()
    }

    /// Answers `<r/>`; true: look again at [`Session::ack_deadline`].
    pub fn ack_requested(&self, deadline: Duration) -> bool {
        let mut state = self.lock();
        let watch = state.mailbox.ack_requested(deadline);
        wake(state);
        watch
    }

    pub fn ack_deadline(&self) -> Option<Duration> {
        self.lock().mailbox.ack_deadline()
    }

    pub fn answer_overdue(&self, now: Duration) {
        let mut state = self.lock();
        state.mailbox.answer_overdue(now);
        wake(state);
    }

    pub(super) fn with_mailbox<T>(&self, look: impl FnOnce(&mut Mailbox) -> T) -> T {
        look(&mut self.lock().mailbox)
    }
}

/// Lets go of the lock and wakes the connection.
pub(super) fn wake(mut state: MutexGuard<'_, State>) {
    let waker = state.waker.take();
    drop(state);
    if let Some(waker) = waker {
        waker.wake();
    }
}
