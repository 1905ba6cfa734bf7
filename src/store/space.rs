//! Whether the disk will take a write: below a reserve of free space nothing is written, so that
//! SQLite seldom meets a full disk; nor into a file that was moved away or deleted.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Inner;
use super::error::Cause;
use super::open::FILE;
use crate::limits;

/// A file, whatever its name: device and inode.
pub(super) type Identity = (u64, u64);

/// Which file is the database in `folder` now.
pub(super) fn identity(folder: &Path) -> Option<Identity> {
    std::fs::metadata(folder.join(FILE)).ok().map(|file| (file.dev(), file.ino()))
}

/// When the system was last asked.
#[derive(Default)]
pub(super) struct Space {
    checked_at: Option<Duration>,
    commits: u32,
}

impl Space {
    /// As [`shortage_now`], but asks the system a few times a second only.
    pub fn shortage(&mut self, inner: &Inner) -> Option<(Cause, String)> {
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

/// Why nothing is to be written, if so.
pub(super) fn shortage_now(inner: &Inner) -> Option<(Cause, String)> {
    if identity(&inner.folder) != inner.file {
        return Some((Cause::Moved, format!("{} is not the file that is open", inner.folder.join(FILE).display())));
    }
    let reserve = inner.reserve.load(Ordering::Acquire);
    let stat = rustix::fs::statvfs(&inner.folder).ok()?;
    let free = stat.f_bavail.saturating_mul(stat.f_frsize);
    (free < reserve).then(|| (Cause::DiskFull, format!("{free} bytes free, {reserve} are kept in reserve")))
}
