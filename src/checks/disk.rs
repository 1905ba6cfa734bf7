//! Is there room for what people write? Keeps no state.

use std::path::Path;

use super::Check;
use super::Found;
use super::Often;
use super::Subject;
use super::size;
use crate::limits;

pub const CHECK: Check = Check { name: "disk", often: Often::EveryMinute, look: |subject, _| Box::pin(look(subject)) };

/// The disk of the data folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    pub free_bytes: u64,
    pub total_bytes: u64,
}

/// Free for this user, and all. `None`: the system does not say.
pub fn space(folder: &Path) -> Option<Space> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    let block = if disk.f_frsize == 0 { disk.f_bsize } else { disk.f_frsize };
    Some(Space { free_bytes: disk.f_bavail.saturating_mul(block), total_bytes: disk.f_blocks.saturating_mul(block) })
}

async fn look(subject: &Subject) -> Found {
    if let Some(trouble) = subject.store.trouble() {
        return Found::failed(trouble.what.text(), trouble.what.next_step());
    }
    match space(&subject.data) {
        None => Found::skipped("the system does not tell how much is free"),
        Some(space) => judge(space, &subject.data),
    }
}

fn judge(space: Space, folder: &Path) -> Found {
    let told = format!("{} of {} free", size(space.free_bytes), size(space.total_bytes));
    let next = || format!("free some on the disk of {}", folder.display());
    match space.free_bytes {
        free if free < limits::STORE_RESERVE_BYTES => {
            Found::failed(format!("{told}: too little to keep messages"), next())
        }
        free if free < limits::DISK_WARN_BYTES => Found::warning(told, next()),
        _ => Found::ok(told),
    }
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    #[test]
    fn little_room_is_told_before_none_is_left() {
        let judged = |free_bytes| judge(Space { free_bytes, total_bytes: 32_000_000_000 }, Path::new("/d"));
        assert_eq!(judged(20_000_000_000), Found::ok("20.0 GB of 32.0 GB free"));
        assert_eq!(judged(limits::DISK_WARN_BYTES - 1).state, State::Warning);
        assert_eq!(judged(1_000_000).state, State::Failed);
        assert!(space(Path::new("/")).is_some_and(|space| space.total_bytes >= space.free_bytes));
    }
}
