//! Free space on the disk of the data folder: below a reserve nothing is written, so that SQLite
//! seldom meets a full disk.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Inner;
use crate::limits;

/// When the system was last asked.
#[derive(Default)]
pub(super) struct Space {
    checked_at: Option<Duration>,
    commits: u32,
}

impl Space {
    /// As [`shortage_now`], but asks the system a few times a second only.
    pub fn shortage(&mut self, inner: &Inner) -> Option<String> {
        let now = inner.clock.since_start();
        self.commits += 1;
        let due = self.checked_at.is_none_or(|at| now - at >= Duration::from_millis(limits::STORE_RESERVE_CHECK_MS));
        if !due && self.commits < limits::STORE_RESERVE_CHECK_COMMITS {
            return None;
        }
        (self.checked_at, self.commits) = (Some(now), 0);
        shortage_now(inner)
    }
}

/// Says what is free if it is less than the reserve.
pub(super) fn shortage_now(inner: &Inner) -> Option<String> {
    let reserve = inner.reserve.load(Ordering::Acquire);
    let stat = rustix::fs::statvfs(&inner.folder).ok()?;
    let free = stat.f_bavail.saturating_mul(stat.f_frsize);
    (free < reserve).then(|| format!("{free} bytes free, {reserve} are kept in reserve"))
}
