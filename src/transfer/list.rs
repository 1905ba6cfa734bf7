//! The files there are: which are backups, when they were made, which of them may go.
//!
//! State: a folder's files, and what the table `backup` knows of them.

use std::path::Path;
use std::path::PathBuf;

use jiff::tz::TimeZone;

use super::TransferError;
use super::head;
use super::head::Head;
use super::keep::Keep;
use super::records::Kind;
use super::records::Record;
use crate::clock::UtcMicros;
use crate::limits;
use crate::settings;
use crate::settings::Settings;

/// How a backup's name begins and ends.
pub(super) const PREFIX: &str = "imera-";
pub(super) const SUFFIX: &str = ".backup";

/// A file of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub path: PathBuf,
    pub made_at: UtcMicros,
    pub size: u64,
    pub locked: bool,
    /// `None`: this database knows nothing of it (it was restored from an older one, or the file is another place's).
    pub kind: Option<Kind>,
    /// A later look found it damaged, or it has another length than its head says.
    pub damaged: bool,
    pub fetched_at: Option<UtcMicros>,
}

/// Whether a file is called as ours are.
pub(super) fn is_name(name: &str) -> bool {
    name.strip_prefix(PREFIX).is_some_and(|rest| rest.ends_with(SUFFIX) && rest.len() > SUFFIX.len())
}

/// The backups of a folder, and those that the records name elsewhere; the newest first.
pub(super) fn list(folder: &Path, records: &[Record]) -> Result<Vec<Entry>, TransferError> {
    let mut entries = Vec::new();
    if folder.is_dir() {
        for found in std::fs::read_dir(folder).map_err(TransferError::io(folder))? {
            let path = found.map_err(TransferError::io(folder))?.path();
            let is_ours = path.file_name().and_then(|name| name.to_str()).is_some_and(is_name);
            // Opening a pipe would wait for its other end.
            if is_ours && path.is_file() {
                entries.extend(entry(path, records));
            }
        }
    }
    let elsewhere =
        records.iter().filter(|record| record.kind != Kind::Restored).filter_map(|record| record.file.as_ref());
    for path in elsewhere.map(PathBuf::from).filter(|path| path.parent() != Some(folder)) {
        if path.is_file() && entries.iter().all(|entry: &Entry| entry.path != path) {
            entries.extend(entry(path, records));
        }
    }
    entries.sort_by(|a, b| b.made_at.cmp(&a.made_at).then_with(|| b.path.cmp(&a.path)));
    Ok(entries)
}

/// `None`: neither its head nor a record tells when it was made.
fn entry(path: PathBuf, records: &[Record]) -> Option<Entry> {
    let text = path.to_string_lossy();
    let head = head::open(&path).ok().map(|(head, _)| head);
    let is_of = |record: &&Record| record.kind != Kind::Restored && record.file.as_deref() == Some(&*text);
    let copied = |record: &&Record| {
        record.kind != Kind::Restored
            && record.sha256.is_some()
            && record.sha256 == head.as_ref().map(|head| head.sha256.clone())
    };
    let record = records.iter().find(is_of).or_else(|| records.iter().find(copied));
    let made_at = head.as_ref().map(|head| head.made_at).or(record.map(|record| record.begun_at))?;
    let size = std::fs::metadata(&path).map_or(0, |file| file.len());
    let other = |record: &Record, head: &Head| record.sha256.as_deref().is_some_and(|sum| sum != head.sha256);
    let changed = record.zip(head.as_ref()).is_some_and(|(record, head)| other(record, head));
    Some(Entry {
        made_at,
        size,
        locked: head.as_ref().is_some_and(|head| head.lock.is_some()),
        kind: record.map(|record| record.kind),
        damaged: head.is_none() || changed || record.is_some_and(|record| record.damaged_at.is_some()),
        fetched_at: record.and_then(|record| record.fetched_at),
        path,
    })
}

/// Deletes the older ones of a folder, never `newest`, and only what this place has made and proved: others keep theirs
/// in the same folder. Damaged ones neither count nor go: they are for the owner to look at. Those made by hand in the
/// last days stay.
pub(super) fn forget_old(settings: &Settings, folder: &Path, newest: (&Path, UtcMicros), records: &[Record]) {
    let Some(keep) = settings.text(&settings::BACKUP_KEEP).and_then(|text| Keep::parse(&text)) else { return };
    let Ok(entries) = list(folder, records) else { return };
    let (newest, now) = newest;
    let is_ours = |entry: &&Entry| !entry.damaged && (entry.kind.is_some() || entry.path == newest);
    let good: Vec<&Entry> =
        entries.iter().filter(|entry| entry.path.parent() == Some(folder)).filter(is_ours).collect();
    let made: Vec<UtcMicros> = good.iter().map(|entry| entry.made_at).collect();
    for at in keep.superfluous(&made, &TimeZone::system()) {
        let by_hand = good[at].kind == Some(Kind::ByHand);
        if good[at].path == newest || (by_hand && now - good[at].made_at < limits::BACKUP_BY_HAND_S * 1_000_000) {
            continue;
        }
        match std::fs::remove_file(&good[at].path) {
            Ok(()) => tracing::info!(file = %good[at].path.display(), "an old backup is gone"),
            Err(error) => tracing::warn!(file = %good[at].path.display(), %error, "an old backup stays"),
        }
    }
}
