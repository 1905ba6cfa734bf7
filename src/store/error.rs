//! What can go wrong with the database, for the caller and for the owner.

use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::ErrorCode;

use crate::clock::UtcMicros;

/// Why the database was not opened. Each text ends with the next step.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("{0} is not a folder: choose another data folder")]
    NotAFolder(PathBuf),
    #[error("{0} does not exist: run imera setup first, or choose another data folder")]
    Missing(PathBuf),
    #[error("no permission for {0}: run imera as the user the folder belongs to, or give it to this user")]
    Permission(PathBuf),
    #[error("{0} can only be read: mount its disk for writing, or choose another data folder")]
    ReadOnly(PathBuf),
    #[error("no space left for {0}: free some on its disk")]
    DiskFull(PathBuf),
    #[error("{0} is in use by another program: stop it first")]
    Locked(PathBuf),
    #[error("{path} was written by a newer imera (schema {found}, this one knows {known}): install that version again")]
    Newer { path: PathBuf, found: i64, known: i64 },
    #[error("{0} is no database of imera: move it away, or choose another data folder")]
    Foreign(PathBuf),
    #[error("{path} is damaged ({detail}): restore a backup with imera restore")]
    Corrupt { path: PathBuf, detail: String },
    #[error("{path} cannot be read or written ({detail}): check the disk")]
    Io { path: PathBuf, detail: String },
}

impl OpenError {
    pub(super) fn of_sql(path: PathBuf, error: &rusqlite::Error) -> OpenError {
        let detail = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => OpenError::Foreign(path),
            Some(ErrorCode::DatabaseCorrupt) => OpenError::Corrupt { path, detail },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => OpenError::Locked(path),
            Some(ErrorCode::DiskFull) => OpenError::DiskFull(path),
            // SQLite says so where no page fits into its shared memory's file.
            Some(ErrorCode::SystemIoFailure) if is_full(&path) => OpenError::DiskFull(path),
            Some(ErrorCode::ReadOnly) => OpenError::ReadOnly(path),
            Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => OpenError::Permission(path),
            _ => OpenError::Io { path, detail },
        }
    }

    pub(super) fn of_io(path: PathBuf, error: &std::io::Error) -> OpenError {
        use std::io::ErrorKind::*;
        match error.kind() {
            PermissionDenied => OpenError::Permission(path),
            ReadOnlyFilesystem => OpenError::ReadOnly(path),
            StorageFull | QuotaExceeded => OpenError::DiskFull(path),
            NotADirectory | AlreadyExists => OpenError::NotAFolder(path),
            NotFound => OpenError::Missing(path),
            _ => OpenError::Io { path, detail: error.to_string() },
        }
    }
}

/// Whether the disk of a file has no byte left for us.
fn is_full(path: &std::path::Path) -> bool {
    path.parent().and_then(|folder| rustix::fs::statvfs(folder).ok()).is_some_and(|disk| disk.f_bavail == 0)
}

/// Why something was not read or not kept.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// The job itself failed; nothing of its batch was kept.
    #[error("{0}")]
    Sql(Arc<rusqlite::Error>),
    /// Nothing can be written now; see [`super::Store::trouble`].
    #[error("nothing can be kept now: {0}")]
    Unavailable(Arc<str>),
    /// Too much waits already.
    #[error("too much waits for the disk")]
    Overloaded,
    /// An earlier batch that counted for the same stream was not kept, so this one must not be.
    #[error("an earlier write of the same stream was not kept")]
    StreamBroken,
    #[error("the reading took too long")]
    TimedOut,
    #[error("the database is closed")]
    Closed,
}

/// Why a batch was not kept.
pub type CommitError = StoreError;

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> StoreError {
        match error.sqlite_error_code() {
            Some(ErrorCode::OperationInterrupted) => StoreError::TimedOut,
            _ => StoreError::Sql(Arc::new(error)),
        }
    }
}

/// Why nothing can be written, since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub what: Cause,
    /// SQLite's words, for the log.
    pub detail: Arc<str>,
    pub since: UtcMicros,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    DiskFull,
    ReadOnly,
    Io,
    Corrupt,
    Moved,
}

impl Cause {
    /// One line for the owner.
    pub fn text(self) -> &'static str {
        match self {
            Cause::DiskFull => "the disk is full: messages are refused until there is space",
            Cause::ReadOnly => "the data folder can only be read: messages are refused until it can be written",
            Cause::Io => "the disk reports errors: messages are refused until it works",
            Cause::Corrupt => "the database is damaged: messages are refused",
            Cause::Moved => "the data folder was moved or deleted: messages are refused",
        }
    }

    /// What the owner can do.
    pub fn next_step(self) -> &'static str {
        match self {
            Cause::DiskFull => "free space on the disk of the data folder",
            Cause::ReadOnly => "make the data folder writable for imera",
            Cause::Io => "check the disk and its cable, and the system's log",
            Cause::Corrupt => "restore a backup with imera restore",
            Cause::Moved => "put the data folder back where it was, or stop imera and start it on the new place",
        }
    }

    /// The cause in the machine; `None`: the job's own fault.
    pub(super) fn of(error: &rusqlite::Error) -> Option<Cause> {
        Some(match error.sqlite_error_code()? {
            ErrorCode::DiskFull => Cause::DiskFull,
            ErrorCode::ReadOnly | ErrorCode::PermissionDenied => Cause::ReadOnly,
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Cause::Corrupt,
            ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::OutOfMemory
            | ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::FileLockingProtocolFailed => Cause::Io,
            _ => return None,
        })
    }
}
