//! Who is online: one lane an account, one mailbox a session, and what outlives a connection.
//!
//! State: all of it in memory; [`saved`] writes it down at a good-order stop.

mod backlog;
mod item;
mod lane;
mod mailbox;
pub mod saved;
mod session;
mod sm;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::Weak;

use crate::store::AccountId;
use crate::store::DeviceId;
use crate::xmpp::jid::Jid;

pub use item::Delivery;
pub use item::Item;
pub use item::Kind;
pub use lane::Lane;
pub use lane::LaneGuard;
pub use mailbox::Pending;
pub use session::Accepted;
pub use session::Detached;
pub use session::End;
pub use session::Flags;
pub use session::Session;
pub use session::Work;
pub use sm::TokenHash;
pub use sm::token_hash;

/// The registry of lanes. Cheap to clone.
#[derive(Clone, Default)]
pub struct Sessions(Arc<Registry>);

#[derive(Default)]
struct Registry {
    lanes: Mutex<HashMap<AccountId, Arc<Lane>>>,
    /// Resumable sessions by the hash of their token.
    resumable: Mutex<HashMap<TokenHash, Weak<Session>>>,
}

impl Sessions {
    pub fn new() -> Sessions {
        Sessions::default()
    }

    /// The account's lane, taken. Held: what is read, changed and delivered for this account is
    /// in one order. Never wait for a second lane, a mailbox, a socket or a commit under it.
    pub async fn lane(&self, account: AccountId) -> LaneGuard {
        LaneGuard::take(self.lane_of(account)).await
    }

    fn lane_of(&self, account: AccountId) -> Arc<Lane> {
        let mut lanes = self.0.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        lanes.entry(account).or_default().clone()
    }

    /// A snapshot of the account's bound sessions, hibernating ones included.
    pub fn of(&self, account: AccountId) -> Arc<[Arc<Session>]> {
        let lanes = self.0.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        lanes.get(&account).map(|lane| lane.sessions()).unwrap_or_default()
    }

    /// The session bound to this resource.
    pub fn find(&self, account: AccountId, resource: &str) -> Option<Arc<Session>> {
        self.of(account).iter().find(|session| session.jid().resource() == Some(resource)).cloned()
    }

    /// The session itself, while it is bound.
    pub fn find_same(&self, session: &Arc<Session>) -> Option<Arc<Session>> {
        self.of(session.account()).iter().find(|other| Arc::ptr_eq(other, session)).cloned()
    }

    /// Everyone's sessions.
    pub fn all(&self) -> Vec<Arc<Session>> {
        let lanes = self.0.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        lanes.values().flat_map(|lane| lane.sessions().iter().cloned().collect::<Vec<_>>()).collect()
    }

    /// Binds a new session under its lane, attached already: the number is for [`Session::poll_work`]. A
    /// session that held the resource before is told to end (RFC 6120 §7.7.2.2: the newer one wins).
    pub fn bind(
        &self,
        lane: &LaneGuard,
        account: AccountId,
        jid: Jid,
        device: Option<DeviceId>,
    ) -> (Arc<Session>, u64) {
        let session = Arc::new(Session::new(account, jid, device));
        let attachment = session.attach().expect("nobody else knows it yet");
        if let Some(replaced) = lane.insert(session.clone()) {
            replaced.end(End::Replaced);
        }
        (session, attachment)
    }

    /// Forgets a session that has ended. Its lane must be held.
    pub fn remove(&self, lane: &LaneGuard, session: &Arc<Session>) {
        lane.remove(session);
        if let Some(hash) = session.token() {
            self.forget_token(&hash);
        }
    }

    /// Puts back a session that was saved, under its lane.
    pub fn restore(&self, lane: &LaneGuard, session: &Arc<Session>) {
        if let Some(hash) = session.token() {
            self.remember_token(hash, session);
        }
        lane.insert(session.clone());
    }

    /// From now on `token` finds the session.
    pub fn remember_token(&self, token: TokenHash, session: &Arc<Session>) {
        let mut resumable = self.0.resumable.lock().unwrap_or_else(PoisonError::into_inner);
        resumable.insert(token, Arc::downgrade(session));
    }

    fn forget_token(&self, token: &TokenHash) {
        self.0.resumable.lock().unwrap_or_else(PoisonError::into_inner).remove(token);
    }

    /// The session whose token has this hash, if it can still be resumed.
    pub fn by_token(&self, token: &TokenHash) -> Option<Arc<Session>> {
        self.0.resumable.lock().unwrap_or_else(PoisonError::into_inner).get(token).and_then(Weak::upgrade)
    }

    /// How many sessions are bound, hibernating ones included.
    pub fn count(&self) -> usize {
        let lanes = self.0.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        lanes.values().map(|lane| lane.sessions().len()).sum()
    }
}
