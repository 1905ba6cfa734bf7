//! A lane: the order of everything that happens to one account.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use tokio::sync::OwnedMutexGuard;

use super::Session;

/// One account's sessions and the lock that orders what happens to it.
#[derive(Default)]
pub struct Lane {
    gate: Arc<tokio::sync::Mutex<()>>,
    /// Replaced whole at each change, so that a snapshot is one clone.
    online: Mutex<Arc<[Arc<Session>]>>,
}

impl Lane {
    pub(super) fn sessions(&self) -> Arc<[Arc<Session>]> {
        self.online.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Adds a session; gives back the one that had its resource.
    pub(super) fn insert(&self, session: Arc<Session>) -> Option<Arc<Session>> {
        let mut online = self.online.lock().unwrap_or_else(PoisonError::into_inner);
        let replaced = online.iter().find(|other| other.jid() == session.jid()).cloned();
        let others = online.iter().filter(|other| other.jid() != session.jid()).cloned();
        *online = others.chain([session.clone()]).collect();
        replaced
    }

    pub(super) fn remove(&self, session: &Arc<Session>) {
        let mut online = self.online.lock().unwrap_or_else(PoisonError::into_inner);
        *online = online.iter().filter(|other| !Arc::ptr_eq(other, session)).cloned().collect();
    }
}

/// A lane that is held.
pub struct LaneGuard {
    lane: Arc<Lane>,
    _gate: OwnedMutexGuard<()>,
}

impl LaneGuard {
    pub(super) async fn take(lane: Arc<Lane>) -> LaneGuard {
        let gate = lane.gate.clone().lock_owned().await;
        LaneGuard { lane, _gate: gate }
    }

    /// The account's sessions now.
    pub fn sessions(&self) -> Arc<[Arc<Session>]> {
        self.lane.sessions()
    }
}

impl Deref for LaneGuard {
    type Target = Lane;
    fn deref(&self) -> &Lane {
        &self.lane
    }
}
