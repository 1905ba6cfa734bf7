//! Why a backup was not made, does not hold what it should, or was not restored.
//!
//! Shown as one line, the next step behind the colon. Keeps no state.

use std::io;
use std::path::Path;
use std::path::PathBuf;

use crate::notices::size;
use crate::store::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    #[error("{} is not an imera backup: name a file called imera-DATE.backup", .0.display())]
    NotOurs(PathBuf),
    #[error("{} ends after {} of {}: copy it again from where it was kept, or take an older one", path.display(), size(*has), size(*of))]
    CutShort { path: PathBuf, has: u64, of: u64 },
    #[error("{} is damaged ({detail}): copy it again from where it was kept, or take an older one", path.display())]
    Damaged { path: PathBuf, detail: String },
    #[error("{} is locked: add --passphrase-stdin and give its passphrase on standard input", .0.display())]
    PassphraseMissing(PathBuf),
    #[error("that passphrase does not open {}: capitals and blanks count, so type it as it was written down", .0.display())]
    WrongPassphrase(PathBuf),
    #[error("{} was made by a newer imera ({made_by}): update this one first", path.display())]
    Newer { path: PathBuf, made_by: String },
    #[error("it does not fit on the disk of {} ({} needed, {} free): free some, or use a bigger disk", folder.display(), size(*needs), size(*free))]
    DoesNotFit { folder: PathBuf, needs: u64, free: u64 },
    #[error("{} is there already: choose another name", .0.display())]
    Exists(PathBuf),
    #[error("{} lies in the data folder, which is for imera alone: name a place elsewhere", .0.display())]
    InDataFolder(PathBuf),
    #[error("{} is a disk of its own, so that nothing can take its place: unmount it, or mount the whole data folder instead", .0.display())]
    Mounted(PathBuf),
    #[error("a backup or a restore is running: wait for its end")]
    Busy,
    #[error("a passphrase needs {needs} signs, this has {has}: add another word")]
    PassphraseShort { needs: usize, has: usize },
    #[error("the key for locking backups cannot be used: set the passphrase again by imera backup lock")]
    Recipient,
    #[error("the new backup did not pass its proof ({0}): run imera check database")]
    NotProved(String),
    #[error("the database cannot be copied ({0}): look at imera status")]
    Store(#[from] StoreError),
    #[error("{} ({reason}): {}", path.display(), next(reason))]
    Io { path: PathBuf, reason: io::Error },
    #[error("the work broke off: look at the log, then try again")]
    BrokeOff,
}

impl TransferError {
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> TransferError {
        move |reason| TransferError::Io { path: path.to_owned(), reason }
    }

    pub(super) fn damaged(path: &Path, detail: impl ToString) -> TransferError {
        TransferError::Damaged { path: path.to_owned(), detail: detail.to_string() }
    }

    /// The two halves: what happened, and the next step.
    pub fn halves(&self) -> (String, String) {
        let line = self.to_string();
        match line.rsplit_once(": ") {
            Some((what, next)) => (what.to_owned(), next.to_owned()),
            None => (line, String::new()),
        }
    }
}

/// What helps against an error of the system.
fn next(reason: &io::Error) -> &'static str {
    match reason.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            "free some of its disk, then try again"
        }
        io::ErrorKind::PermissionDenied => "let the user that runs imera have it",
        io::ErrorKind::NotFound => "look whether the name is right",
        io::ErrorKind::IsADirectory | io::ErrorKind::NotADirectory => "name a file",
        io::ErrorKind::ReadOnlyFilesystem => "mount its disk for writing",
        _ => "check the disk, then try again",
    }
}
