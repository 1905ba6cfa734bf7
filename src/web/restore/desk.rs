//! The one backup that is taken in: how far it is, and its file.
//!
//! State: that, in memory. An upload gives way to a newer one; what is being checked or brought back does not.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use super::Restoring;
use super::wrong::Wrong;
use crate::clock::Clock;
use crate::limits;
use crate::transfer::Arrived;
use crate::transfer::Passphrase;
use crate::transfer::Prepared;
use crate::transfer::Stage;
use crate::transfer::TransferError;
use crate::transfer::head;

/// Cheap to clone.
#[derive(Clone)]
pub struct Desk(Arc<Shared>);

struct Shared {
    above: Box<dyn Restoring>,
    clock: Clock,
    inner: Mutex<Inner>,
}

struct Inner {
    /// Counts what was begun: whatever is told of an earlier one is not heard any more.
    number: u64,
    stand: Stand,
    file: Option<Source>,
}

/// Where the backup is read from.
pub enum Source {
    /// Brought by the browser.
    Brought(Arrived),
    /// One of the place's own.
    Kept(PathBuf),
}

impl Source {
    fn path(&self) -> &Path {
        match self {
            Source::Brought(file) => file.path(),
            Source::Kept(path) => path,
        }
    }
}

/// How it stands.
#[derive(Clone)]
pub enum Stand {
    Empty,
    /// Bytes that are there, of how many.
    Arriving {
        done: u64,
        of: u64,
    },
    Checking(Checking),
    /// Ready to take the place of today's data.
    Checked(Box<Prepared>),
    /// The server is about to begin again.
    BringingBack {
        mark: String,
    },
    Wrong(Wrong),
}

/// How far the check is.
#[derive(Clone, Debug)]
pub struct Checking {
    /// Bytes of the file.
    pub size: u64,
    pub row: Row,
    /// Of the row, 0 to 100.
    pub percent: usize,
}

/// What a check shows, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Row {
    Arrived,
    Unlocked,
    Complete,
    Opens,
    Counted,
}

/// One upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number(u64);

impl Desk {
    pub fn new(above: Box<dyn Restoring>, clock: Clock) -> Desk {
        let inner = Mutex::new(Inner { number: 0, stand: Stand::Empty, file: None });
        Desk(Arc::new(Shared { above, clock, inner }))
    }

    pub fn above(&self) -> &dyn Restoring {
        &*self.0.above
    }

    pub fn stand(&self) -> Stand {
        self.0.inner().stand.clone()
    }

    /// An upload begins, and what stood before is given up. `None`: that cannot be.
    pub fn receive(&self, of: u64) -> Option<Number> {
        let number = self.0.renew(Stand::Arriving { done: 0, of }, None)?;
        self.0.above.forget();
        Some(Number(number))
    }

    /// So much of it is there. False: a newer one has taken its place.
    pub fn arrives(&self, number: Number, done: u64) -> bool {
        let mut inner = self.0.inner();
        let ours = inner.number == number.0;
        match &mut inner.stand {
            Stand::Arriving { done: known, .. } if ours => {
                *known = done;
                true
            }
            _ => false,
        }
    }

    /// It came to nothing.
    pub fn failed(&self, number: Number, wrong: Wrong) {
        self.0.end(number.0, Stand::Wrong(wrong), None);
    }

    /// It came to nothing, and nobody has to be told.
    pub fn dropped(&self, number: Number) {
        self.0.end(number.0, Stand::Empty, None);
    }

    /// It is there, and is checked now. False: a newer one has taken its place.
    pub fn arrived(&self, number: Number, file: Arrived, passphrase: Option<Passphrase>) -> bool {
        let begun = {
            let mut inner = self.0.inner();
            let ours = inner.number == number.0 && matches!(inner.stand, Stand::Arriving { .. });
            ours.then(|| inner.begin(Source::Brought(file)))
        };
        begun.map(|number| self.check(number, passphrase)).is_some()
    }

    /// One of the place's own backups is checked. False: something else is.
    pub fn take(&self, file: PathBuf, passphrase: Option<Passphrase>) -> bool {
        let begun = {
            let mut inner = self.0.inner();
            (!inner.is_busy()).then(|| inner.begin(Source::Kept(file)))
        };
        begun.map(|number| self.check(number, passphrase)).is_some()
    }

    /// The same file with another passphrase. False: there is none any more.
    pub fn again(&self, passphrase: Option<Passphrase>) -> bool {
        let begun = {
            let mut inner = self.0.inner();
            let file = if inner.is_busy() { None } else { inner.file.take() };
            file.map(|file| inner.begin(file))
        };
        begun.map(|number| self.check(number, passphrase)).is_some()
    }

    fn check(&self, number: u64, passphrase: Option<Passphrase>) {
        let shared = self.0.clone();
        tokio::spawn(async move {
            let Some(file) = shared.inner().file.take() else { return };
            let found = shared.prepare(number, file.path(), passphrase).await;
            match found {
                Ok(prepared) => {
                    tracing::info!(made_at = prepared.manifest.made_at, "a backup is checked and can be brought back");
                    if shared.end(number, Stand::Checked(Box::new(prepared)), None) {
                        drop(file); // it is unpacked, and the disk has better use for its room
                        shared.clock.sleep(Duration::from_secs(limits::RESTORE_WAITS_S)).await;
                        if shared.end(number, Stand::Empty, None) {
                            shared.above.forget();
                        }
                    }
                }
                Err(error) => {
                    tracing::warn!("a backup cannot be brought back: {error}");
                    let wrong = Wrong::of(&error);
                    let file = wrong.again.then_some(file);
                    shared.end(number, Stand::Wrong(wrong), file);
                }
            }
        });
    }

    /// The yes. The mark leads to the page that waits; `None`: nothing is ready.
    pub fn bring_back(&self) -> Option<Result<String, Wrong>> {
        let mut inner = self.0.inner();
        let prepared = match &inner.stand {
            Stand::Checked(prepared) => prepared,
            Stand::BringingBack { mark } => return Some(Ok(mark.clone())),
            _ => return None,
        };
        let sum = &prepared.head.sha256;
        Some(match self.0.above.bring_back(sum) {
            Ok(()) => {
                let mark = mark(sum);
                inner.number += 1;
                inner.stand = Stand::BringingBack { mark: mark.clone() };
                Ok(mark)
            }
            // What is prepared stays so.
            Err(error @ TransferError::Busy) => Err(Wrong::of(&error)),
            Err(error) => {
                tracing::error!("a backup was not brought back: {error}");
                let wrong = Wrong { again: false, ..Wrong::of(&error) };
                inner.number += 1;
                inner.stand = Stand::Wrong(wrong.clone());
                Err(wrong)
            }
        })
    }

    /// A mistake was told, or a file is not wanted any more. What is under way stays.
    pub fn forget(&self) {
        if self.0.renew(Stand::Empty, None).is_some() {
            self.0.above.forget();
        }
    }
}

/// Names a restore in an address.
pub fn mark(sum: &str) -> String {
    sum.chars().take(limits::RESTORE_MARK_SIGNS).collect()
}

impl Shared {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `None`: what stands stays.
    fn renew(&self, stand: Stand, file: Option<Source>) -> Option<u64> {
        let mut inner = self.inner();
        if inner.is_busy() {
            return None;
        }
        inner.number += 1;
        (inner.stand, inner.file) = (stand, file);
        Some(inner.number)
    }

    /// False: something newer stands.
    fn end(&self, number: u64, stand: Stand, file: Option<Source>) -> bool {
        let mut inner = self.inner();
        let ours = inner.number == number;
        if ours {
            (inner.stand, inner.file) = (stand, file);
        }
        ours
    }

    async fn prepare(
        &self,
        number: u64,
        file: &Path,
        passphrase: Option<Passphrase>,
    ) -> Result<Prepared, TransferError> {
        let (head, _) = head::open(file)?;
        let locked = head.lock.is_some();
        let tell = |row, percent| {
            let checking = Checking { size: head.size, row, percent };
            self.step(number, checking);
        };
        tell(if locked { Row::Unlocked } else { Row::Complete }, 0);
        let step = move |stage, done: u64, of: u64| {
            let percent = (done.saturating_mul(100) / of.max(1)).min(100) as usize;
            match stage {
                // The sums of the file, and then those of all that is in it.
                Stage::Sums => tell(Row::Complete, percent / 2),
                Stage::Unpack => tell(Row::Complete, 50 + percent / 2),
                Stage::Integrity => tell(Row::Opens, percent),
                _ => {}
            }
        };
        self.above.prepare(file, passphrase.filter(|_| locked), &step).await
    }

    fn step(&self, number: u64, checking: Checking) {
        let mut inner = self.inner();
        if inner.number == number {
            inner.stand = Stand::Checking(checking);
        }
    }
}

impl Inner {
    fn is_busy(&self) -> bool {
        matches!(self.stand, Stand::Checking(_) | Stand::BringingBack { .. })
    }

    fn begin(&mut self, file: Source) -> u64 {
        let size = std::fs::metadata(file.path()).map_or(0, |file| file.len());
        self.number += 1;
        self.stand = Stand::Checking(Checking { size, row: Row::Unlocked, percent: 0 });
        self.file = Some(file);
        self.number
    }
}
