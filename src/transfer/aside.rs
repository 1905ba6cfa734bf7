//! What a restore has put aside: folders `aside-DATE` in the data folder, kept for a while.
//!
//! State: those folders; their names tell since when.

use std::path::Path;
use std::path::PathBuf;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::TransferError;
use super::restore;
use crate::clock::UtcMicros;
use crate::limits;

const PREFIX: &str = "aside-";
/// Local time, as people look for it.
const FORM: &str = "%Y-%m-%d-%H%M%S";

/// Data that a backup has taken the place of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aside {
    pub path: PathBuf,
    pub since: UtcMicros,
}

impl Aside {
    /// When it may go.
    pub fn until(&self) -> UtcMicros {
        self.since.saturating_add(limits::ASIDE_KEPT_S * 1_000_000)
    }

    /// Removes it with all in it. Takes as long as the disk needs.
    pub fn remove(&self) -> Result<(), TransferError> {
        restore::remove(&self.path)
    }
}

/// The name of one that is made now.
pub(super) fn name(now: UtcMicros) -> String {
    let local = Timestamp::from_microsecond(now).unwrap_or_default().to_zoned(TimeZone::system());
    format!("{PREFIX}{}", local.strftime(FORM))
}

/// All of a data folder, the oldest first. Names that we do not make are nobody's business.
pub fn asides(data: &Path) -> Vec<Aside> {
    let entries = std::fs::read_dir(data).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let known = |entry: std::fs::DirEntry| {
        let since = since(entry.file_name().to_str()?)?;
        Some(Aside { path: entry.path(), since })
    };
    let mut all: Vec<Aside> = folders.filter_map(known).collect();
    all.sort_by(|a, b| (a.since, &a.path).cmp(&(b.since, &b.path)));
    all
}

fn since(name: &str) -> Option<UtcMicros> {
    let date = name.strip_prefix(PREFIX)?;
    let (date, more) = date.split_at_checked(17)?;
    let number = more.strip_prefix('-').is_some_and(|more| more.bytes().all(|byte| byte.is_ascii_digit()));
    let local = DateTime::strptime(FORM, date).ok().filter(|_| more.is_empty() || number)?;
    Some(local.to_zoned(TimeZone::system()).ok()?.timestamp().as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_aside_is_known_by_its_name_alone() {
        let data = tempfile::tempdir().unwrap();
        let now = 1_795_000_000_000_000;
        let first = name(now);
        for folder in [&*first, &format!("{first}-2"), "aside-old", "aside-2026-13-01-000000", "aside-", "backups"] {
            std::fs::create_dir(data.path().join(folder)).unwrap();
        }
        std::fs::write(data.path().join("aside-2026-01-01-000000"), "a file").unwrap();
        std::fs::write(data.path().join(&first).join("imera.sqlite"), "x").unwrap();
        let all = asides(data.path());
        assert_eq!(all.iter().map(|aside| aside.since).collect::<Vec<_>>(), [now, now]);
        assert_eq!(all[0].until(), now + limits::ASIDE_KEPT_S * 1_000_000);
        all[0].remove().unwrap();
        assert_eq!(asides(data.path()).len(), 1);
    }
}
