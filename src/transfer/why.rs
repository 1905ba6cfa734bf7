//! Why a backup failed, for both readers: a line in English for logs and terminals, and what people read in their own
//! language. What the operating system or a program says stays in its own words.
//!
//! The table `backup` keeps it as the line, and the cause as JSON on the line below; older rows have the line alone.

use std::fmt;
use std::io;
use std::path::Path;

use serde::Deserialize;
use serde::Serialize;

use super::TransferError;
use crate::limits;
use crate::texts::Bytes;
use crate::texts::Text;
use crate::texts::text;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// `WHAT HAPPENED: NEXT STEP`.
    pub line: String,
    /// `None`: nobody kept it.
    cause: Option<Cause>,
}

/// Folders, files and programs as people see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Cause {
    DoesNotFit { folder: String, needs: u64, free: u64 },
    DiskFull { path: String },
    Permission { path: String },
    Gone { path: String },
    ReadOnly { path: String },
    System { path: String, said: String },
    Database,
    NotProved,
    Key,
    Busy,
    BrokeOff,
    NotOurs,
    CutShort { has: u64, of: u64 },
    Damaged,
    Newer { version: String },
    FolderPath { folder: String },
    FolderGone { folder: String },
    NameTaken { name: String },
    CommandQuote,
    CommandRun { program: String, said: String },
    CommandFailed { program: String, said: String },
    CommandSlow { program: String },
}

impl Why {
    pub(super) fn new(line: String, cause: Cause) -> Why {
        Why { line, cause: Some(cause) }
    }

    /// Whole sentences. `None`: only the line is known.
    pub fn text(&self) -> Option<Text> {
        self.cause.as_ref().map(Cause::text)
    }

    /// As the table keeps it.
    pub(super) fn kept(&self) -> String {
        let cause = self.cause.as_ref().and_then(|cause| serde_json::to_string(cause).ok());
        // A line that others had a word in may be none.
        let line = self.line.replace('\n', " ");
        cause.map_or(line.clone(), |cause| format!("{line}\n{cause}"))
    }

    pub(super) fn of_kept(kept: &str) -> Why {
        let (line, cause) = kept.split_once('\n').unwrap_or((kept, ""));
        Why { line: line.to_owned(), cause: serde_json::from_str(cause).ok() }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line)
    }
}

impl From<&TransferError> for Why {
    fn from(error: &TransferError) -> Why {
        let shown = |path: &Path| path.display().to_string();
        let cause = match error {
            TransferError::DoesNotFit { folder, needs, free } => {
                Some(Cause::DoesNotFit { folder: shown(folder), needs: *needs, free: *free })
            }
            TransferError::Io { path, reason } => Some(Cause::of_system(shown(path), reason)),
            TransferError::Store(_) => Some(Cause::Database),
            TransferError::NotProved(_) => Some(Cause::NotProved),
            TransferError::Recipient => Some(Cause::Key),
            TransferError::Busy => Some(Cause::Busy),
            TransferError::BrokeOff => Some(Cause::BrokeOff),
            TransferError::NotOurs(_) => Some(Cause::NotOurs),
            TransferError::CutShort { has, of, .. } => Some(Cause::CutShort { has: *has, of: *of }),
            TransferError::Damaged { .. } => Some(Cause::Damaged),
            TransferError::Newer { made_by, .. } => Some(Cause::Newer { version: made_by.clone() }),
            // What somebody asked for on the machine itself.
            TransferError::PassphraseMissing(_)
            | TransferError::WrongPassphrase(_)
            | TransferError::PassphraseShort { .. }
            | TransferError::Exists(_)
            | TransferError::InDataFolder(_)
            | TransferError::Mounted(_) => None,
        };
        Why { line: error.to_string(), cause }
    }
}

impl Cause {
    pub(super) fn of_system(path: String, reason: &io::Error) -> Cause {
        match reason.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                Cause::DiskFull { path }
            }
            io::ErrorKind::PermissionDenied => Cause::Permission { path },
            io::ErrorKind::NotFound => Cause::Gone { path },
            io::ErrorKind::ReadOnlyFilesystem => Cause::ReadOnly { path },
            _ => Cause::System { path, said: words_of(reason) },
        }
    }

    fn text(&self) -> Text {
        match self {
            Cause::DoesNotFit { folder, needs, free } => {
                let told = text("why-big").with("folder", folder).with("needs", Bytes(*needs));
                told.with("free", Bytes(*free))
            }
            Cause::DiskFull { path } => text("why-full").with("path", path),
            Cause::Permission { path } => text("why-permission").with("path", path),
            Cause::Gone { path } => text("why-gone").with("path", path),
            Cause::ReadOnly { path } => text("why-read-only").with("path", path),
            Cause::System { path, said } => text("why-system").with("path", path).with("said", said),
            Cause::Database => text("why-database"),
            Cause::NotProved => text("why-not-proved"),
            Cause::Key => text("why-key"),
            Cause::Busy => text("why-busy"),
            Cause::BrokeOff => text("why-broke-off"),
            Cause::NotOurs => text("why-not-ours"),
            Cause::CutShort { has, of } => text("why-cut").with("has", Bytes(*has)).with("of", Bytes(*of)),
            Cause::Damaged => text("why-damaged"),
            Cause::Newer { version } => text("why-newer").with("version", version),
            Cause::FolderPath { folder } => text("why-folder-path").with("folder", folder),
            Cause::FolderGone { folder } => text("why-folder-gone").with("folder", folder),
            Cause::NameTaken { name } => text("why-name").with("name", name),
            Cause::CommandQuote => text("why-command-quote"),
            Cause::CommandRun { program, said } => text("why-command-run").with("program", program).with("said", said),
            Cause::CommandFailed { program, said } => {
                text("why-command-failed").with("program", program).with("said", said)
            }
            Cause::CommandSlow { program } => {
                let hours = usize::try_from(limits::BACKUP_COMMAND_MAX_S / 3_600).unwrap_or(usize::MAX);
                text("why-command-slow").with("program", program).with("hours", hours)
            }
        }
    }
}

/// The system's words without its number.
pub(super) fn words_of(reason: &io::Error) -> String {
    let said = reason.to_string();
    said.split_once(" (os error ").map_or(said.as_str(), |(words, _)| words).to_owned()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::texts::Lang;

    #[test]
    fn a_cause_comes_back_from_the_table_and_is_said_in_each_language() {
        let error =
            TransferError::DoesNotFit { folder: PathBuf::from("/data"), needs: 2_100_000_000, free: 40_000_000 };
        let why = Why::from(&error);
        assert_eq!((why.line.as_str(), Why::of_kept(&why.kept())), (&*error.to_string(), why.clone()));
        let said = |lang: Lang| why.text().map(|words| lang.book().plain(&words)).unwrap();
        assert!(said(Lang::En).starts_with("It does not fit: it needs 2.1 GB, and 40.0 MB are free in /data."));
        assert!(said(Lang::De).starts_with("Es passt nicht: Nötig sind 2,1 GB, und frei sind in /data 40,0 MB."));
        // Rows of before have the line alone.
        let old = Why::of_kept("the disk is full: free some");
        assert_eq!((old.line.as_str(), old.text(), old.kept().as_str()), (&*old.kept(), None, &*old.line));
    }

    #[test]
    fn what_the_system_says_keeps_its_own_words() {
        let io = |kind: io::ErrorKind| TransferError::Io { path: PathBuf::from("/x"), reason: io::Error::from(kind) };
        let said = |kind| Lang::De.book().plain(&Why::from(&io(kind)).text().unwrap());
        assert!(said(io::ErrorKind::StorageFull).starts_with("Der Speicher von /x ist voll."));
        assert!(said(io::ErrorKind::BrokenPipe).contains(&io::Error::from(io::ErrorKind::BrokenPipe).to_string()));
    }
}
