//! What is wrong with a backup, as people are told: what happened, and the next step. Keeps no state.

use std::io::ErrorKind;

use axum::http::StatusCode;

use crate::texts::Bytes;
use crate::texts::Text;
use crate::texts::text;
use crate::transfer::TransferError;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    pub heading: Text,
    pub next: Text,
    /// The file stays, and can be tried again.
    pub again: bool,
    pub status: StatusCode,
}

impl Wrong {
    fn new(heading: Text, next: Text) -> Wrong {
        Wrong { heading, next, again: false, status: StatusCode::UNPROCESSABLE_ENTITY }
    }

    pub fn of(error: &TransferError) -> Wrong {
        let version = env!("CARGO_PKG_VERSION");
        match error {
            TransferError::NotOurs(_) => Wrong::new(text("restore-not-ours"), text("restore-not-ours-next")),
            TransferError::CutShort { has, of, .. } => {
                let next = text("restore-cut-next").with("has", Bytes(*has)).with("of", Bytes(*of));
                Wrong::new(text("restore-damaged"), next)
            }
            TransferError::Damaged { .. } => Wrong::new(text("restore-damaged"), text("restore-damaged-next")),
            TransferError::WrongPassphrase(_) => Wrong {
                again: true,
                ..Wrong::new(text("restore-passphrase-wrong"), text("restore-passphrase-wrong-next"))
            },
            TransferError::PassphraseMissing(_) => Wrong {
                again: true,
                ..Wrong::new(text("restore-passphrase-missing"), text("restore-passphrase-missing-next"))
            },
            TransferError::Newer { made_by, .. } => Wrong::new(
                text("restore-newer").with("version", made_by),
                text("restore-newer-next").with("version", version),
            ),
            TransferError::DoesNotFit { needs, free, .. } => Wrong::too_big(*needs, *free),
            TransferError::Io { reason, .. } if is_full(reason.kind()) => {
                Wrong { again: true, ..Wrong::new(text("restore-full"), text("restore-full-next")) }
            }
            TransferError::Busy => Wrong {
                again: true,
                status: StatusCode::CONFLICT,
                ..Wrong::new(text("restore-busy"), text("restore-busy-next"))
            },
            _ => Wrong { again: true, ..Wrong::new(text("restore-failed"), text("restore-failed-next")) },
        }
    }

    /// Bytes that it needs, and those that are free.
    pub fn too_big(needs: u64, free: u64) -> Wrong {
        let next = text("restore-big-next").with("needs", Bytes(needs)).with("free", Bytes(free));
        Wrong { status: StatusCode::PAYLOAD_TOO_LARGE, ..Wrong::new(text("restore-big"), next) }
    }

    /// `None`: nobody knows how long it would have been.
    pub fn broke_off(done: u64, of: Option<u64>) -> Wrong {
        let percent = of.filter(|of| *of > 0).map(|of| (done.saturating_mul(100) / of).min(99) as usize);
        let heading = match percent {
            Some(percent) => text("restore-broke-off").with("percent", percent),
            None => text("restore-broke-off-early"),
        };
        Wrong::new(heading, text("restore-broke-off-next"))
    }
}

fn is_full(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge)
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::path::PathBuf;

    use super::*;
    use crate::texts::Lang;

    #[test]
    fn every_error_has_its_words_and_only_some_are_worth_another_try() {
        let path = || PathBuf::from("/data/upload/x.backup");
        let io = |kind: ErrorKind| TransferError::Io { path: path(), reason: io::Error::from(kind) };
        for (error, heading, again) in [
            (TransferError::NotOurs(path()), "This is not an imera backup", false),
            (TransferError::CutShort { path: path(), has: 96_000_000, of: 214_000_000 }, "The file is damaged", false),
            (TransferError::Damaged { path: path(), detail: String::new() }, "The file is damaged", false),
            (TransferError::PassphraseMissing(path()), "This backup is locked", true),
            (TransferError::WrongPassphrase(path()), "That passphrase does not open it", true),
            (
                TransferError::Newer { path: path(), made_by: "1.2".to_owned() },
                "This backup was made by a newer imera (1.2)",
                false,
            ),
            (TransferError::DoesNotFit { folder: path(), needs: 2, free: 1 }, "It does not fit", false),
            (io(ErrorKind::StorageFull), "The disk is full", true),
            (io(ErrorKind::PermissionDenied), "It could not be checked", true),
            (TransferError::Busy, "Something else is under way", true),
            (TransferError::BrokeOff, "It could not be checked", true),
        ] {
            let wrong = Wrong::of(&error);
            let book = Lang::En.book();
            let next = book.plain(&wrong.next);
            assert_eq!((book.plain(&wrong.heading).as_str(), wrong.again), (heading, again));
            assert!(!next.contains("/data"), "no path of the machine is shown: {next}");
        }
        let cut = Wrong::of(&TransferError::CutShort { path: path(), has: 96_000_000, of: 214_000_000 });
        assert!(Lang::En.book().plain(&cut.next).starts_with("It ends after 96.0 MB of 214.0 MB."));
        assert!(Lang::De.book().plain(&cut.next).starts_with("Sie endet nach 96,0 MB von 214,0 MB."));
        let broke_off = |done, of| Lang::En.book().plain(&Wrong::broke_off(done, of).heading);
        assert_eq!(broke_off(40, Some(100)), "The upload broke off at 40 %");
        assert_eq!(broke_off(100, Some(100)), "The upload broke off at 99 %");
        assert_eq!(broke_off(100, None), "The upload broke off");
    }
}
