//! A batch: what is kept together or not at all, and the promise that it is durable.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use rusqlite::Connection;
use smallvec::SmallVec;
use tokio::sync::oneshot;

use super::error::StoreError;

type Once = Box<dyn FnOnce(&Connection) -> rusqlite::Result<()> + Send>;
type Again = Box<dyn FnMut(&Connection) -> rusqlite::Result<()> + Send>;

/// Writes that are committed in one transaction, in the order they were pushed.
#[derive(Default)]
pub struct Batch {
    pub(super) work: SmallVec<[Work; 4]>,
    pub(super) counts: SmallVec<[Count; 1]>,
    bytes: usize,
    /// Dropped once the batch is decided: see [`super::cache::Cache::put_changed`].
    holds: SmallVec<[Arc<dyn Any + Send + Sync>; 2]>,
}

/// How many stanzas of a resumable stream are handled (XEP-0198 §4), once the batch is durable.
#[derive(Clone, Copy)]
pub(super) struct Count {
    pub token_hash: [u8; 32],
    pub h: u32,
}

pub(super) enum Work {
    Once(Option<Once>),
    Again(Again),
}

impl Batch {
    pub fn new() -> Batch {
        Batch::default()
    }

    /// A write that costs a savepoint, since it cannot be run again when a neighbour fails.
    pub fn push(&mut self, job: impl FnOnce(&Connection) -> rusqlite::Result<()> + Send + 'static) {
        self.work.push(Work::Once(Some(Box::new(job))));
    }

    /// A write that may run twice: what its first run did is then rolled back. Cheaper than
    /// [`Batch::push`], for what every message does.
    pub fn push_again(&mut self, job: impl FnMut(&Connection) -> rusqlite::Result<()> + Send + 'static) {
        self.work.push(Work::Again(Box::new(job)));
    }

    /// The stream's count, stored in the same transaction. Of several the last one stays. A stream
    /// of which one batch failed has none kept after it.
    pub fn count(&mut self, token_hash: [u8; 32], h: u32) {
        match self.counts.iter_mut().find(|count| count.token_hash == token_hash) {
            Some(count) => count.h = h,
            None => self.counts.push(Count { token_hash, h }),
        }
    }

    /// Says how many bytes the jobs hold, for the bound of the queue.
    pub fn weigh(&mut self, bytes: usize) {
        self.bytes += bytes;
    }

    /// Keeps something alive until the batch is on the disk or given up.
    pub fn hold(&mut self, pin: Arc<dyn Any + Send + Sync>) {
        self.holds.push(pin);
    }

    pub fn is_empty(&self) -> bool {
        self.work.is_empty() && self.counts.is_empty()
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes + 256 * (self.work.len() + 1)
    }

    /// Whether it can be run a second time.
    pub(super) fn is_repeatable(&self) -> bool {
        self.work.iter().all(|work| matches!(work, Work::Again(_)))
    }

    pub(super) fn run(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        for work in &mut self.work {
            match work {
                Work::Again(job) => job(connection)?,
                Work::Once(job) => match job.take() {
                    Some(job) => job(connection)?,
                    None => return Err(rusqlite::Error::InvalidQuery),
                },
            }
        }
        Ok(())
    }
}

/// Resolves when the batch is on the disk, or will never be. Dropping it changes nothing.
#[must_use = "what waits for the disk must await this"]
pub struct Commit(State);

enum State {
    Waits(oneshot::Receiver<Result<(), StoreError>>),
    Known(Result<(), StoreError>),
}

impl Commit {
    pub(super) fn waits(answer: oneshot::Receiver<Result<(), StoreError>>) -> Commit {
        Commit(State::Waits(answer))
    }

    /// One that is decided: `Ok` where there was nothing to keep.
    pub fn known(result: Result<(), StoreError>) -> Commit {
        Commit(State::Known(result))
    }
}

impl Future for Commit {
    type Output = Result<(), StoreError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            State::Known(result) => Poll::Ready(result.clone()),
            State::Waits(answer) => {
                let result = match Pin::new(answer).poll(cx) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(Ok(result)) => result,
                    Poll::Ready(Err(_)) => Err(StoreError::Closed),
                };
                self.0 = State::Known(result.clone());
                Poll::Ready(result)
            }
        }
    }
}
