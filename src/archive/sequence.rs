//! The order of all archives: numbers given under an account's lane, and which of them are still
//! on their way to the disk.
//!
//! State: the next number, the current run (see the schema), the numbers of undecided batches.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use smallvec::SmallVec;
use tokio::sync::Notify;

use crate::clock;
use crate::clock::UtcMicros;
use crate::limits;

/// A stretch of seqs in which no row is earlier than one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub first_seq: u64,
    pub salt: u64,
    /// The clock stood earlier than before.
    pub went_back: bool,
}

struct State {
    next: u64,
    last_at: UtcMicros,
    /// In order of `first_seq`; never empty.
    runs: Vec<Run>,
    /// The current run began when the clock went back, so that its row must be written.
    fresh_run: bool,
    outstanding: BTreeSet<u64>,
}

pub(super) struct Sequence {
    state: Mutex<State>,
    decided: Notify,
}

/// A number with what belongs to it.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub seq: u64,
    pub salt: u64,
    pub at: UtcMicros,
    /// A run that nobody has written yet.
    pub fresh_run: Option<Run>,
}

impl Sequence {
    /// `runs` ends with this start's run.
    pub fn new(runs: Vec<Run>, last_at: UtcMicros) -> Arc<Sequence> {
        let next = runs.last().expect("the run of this start is there").first_seq;
        let state = State { next, last_at, runs, fresh_run: false, outstanding: BTreeSet::new() };
        Arc::new(Sequence { state: Mutex::new(state), decided: Notify::new() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next number; it counts as undecided until `claim` is dropped.
    pub fn place(&self, now: UtcMicros, claim: &mut Claim) -> Place {
        let mut state = self.state();
        let seq = state.next;
        state.next += 1;
        let at = match now < state.last_at && state.last_at - now <= limits::ARCHIVE_CLOCK_SLACK_MS * 1_000 {
            true => state.last_at,
            false => now,
        };
        if at < state.last_at {
            state.runs.push(Run { first_seq: seq, salt: u64::from_be_bytes(clock::random()), went_back: true });
            state.fresh_run = true;
        }
        state.last_at = at;
        state.outstanding.insert(seq);
        claim.seqs.push(seq);
        let run = *state.runs.last().expect("never empty");
        Place { seq, salt: run.salt, at, fresh_run: state.fresh_run.then_some(run) }
    }

    /// The next number, not given yet.
    pub fn end(&self) -> u64 {
        self.state().next
    }

    /// Waits until all numbers given so far are durable or dropped; the bound below which that is
    /// so.
    pub async fn settled(&self) -> u64 {
        let bound = self.state().next;
        loop {
            let mut decided = std::pin::pin!(self.decided.notified());
            decided.as_mut().enable();
            if self.state().outstanding.first().is_none_or(|first| *first >= bound) {
                return bound;
            }
            decided.await;
        }
    }

    /// The salt that belongs to a number.
    pub fn salt(&self, seq: u64) -> u64 {
        let state = self.state();
        let after = state.runs.partition_point(|run| run.first_seq <= seq);
        after.checked_sub(1).map_or(0, |at| state.runs[at].salt)
    }

    /// The numbers at which the clock went back.
    pub fn steps_back(&self) -> Vec<u64> {
        self.state().runs.iter().filter(|run| run.went_back).map(|run| run.first_seq).collect()
    }
}

/// Numbers on their way to the disk.
pub(super) struct Claim {
    sequence: Arc<Sequence>,
    seqs: SmallVec<[u64; 2]>,
}

impl Claim {
    pub fn new(sequence: Arc<Sequence>) -> Claim {
        Claim { sequence, seqs: SmallVec::new() }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut state = self.sequence.state();
        for seq in &self.seqs {
            state.outstanding.remove(seq);
        }
        drop(state);
        self.sequence.decided.notify_waiters();
    }
}
