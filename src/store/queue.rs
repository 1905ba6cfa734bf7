//! What waits for the writer, in call order. Bounded in jobs and bytes; whoever submits never waits.

use std::collections::{HashSet, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use super::Generation;
use super::batch::{Batch, Commit};
use super::error::StoreError;
use crate::limits;

/// A batch and who waits for it; nobody does for a lazy one.
pub(super) struct Job {
    pub batch: Batch,
    pub answer: Option<oneshot::Sender<Result<(), StoreError>>>,
}

impl Job {
    pub fn is_lazy(&self) -> bool {
        self.answer.is_none()
    }
}

/// Wakes the writer for something else than a job.
#[derive(Clone, Copy, Default)]
pub(super) struct Nudge {
    /// The lazy writes have waited long enough.
    pub flush: bool,
    /// Time to try whether writing works again.
    pub probe: bool,
    pub closed: bool,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    bytes: usize,
    lazy: usize,
    /// The writer is at work on jobs it took, lazy ones perhaps among them.
    working: bool,
    /// The last commit had many jobs: the next one waits a moment for as many.
    busy: bool,
    nudge: Nudge,
    /// The lazy writes are going to be flushed, whatever happens.
    alarm: bool,
    /// Set while nothing can be written: the text for those who submit.
    refused: Option<std::sync::Arc<str>>,
    broken: HashSet<[u8; 32]>,
    broken_in_order: VecDeque<[u8; 32]>,
}

impl State {
    fn has_work(&self) -> bool {
        self.jobs.len() > self.lazy || self.nudge.flush || self.nudge.probe || self.nudge.closed
    }

    fn break_streams(&mut self, batch: &Batch) {
        for count in &batch.counts {
            if self.broken.insert(count.token_hash) {
                self.broken_in_order.push_back(count.token_hash);
            }
        }
        while self.broken_in_order.len() > limits::STORE_BROKEN_STREAMS_MAX {
            if let Some(oldest) = self.broken_in_order.pop_front() {
                self.broken.remove(&oldest);
            }
        }
    }

    /// Why a batch is not even queued.
    fn refusal(&self, batch: &Batch) -> Option<StoreError> {
        if self.nudge.closed {
            return Some(StoreError::Closed);
        }
        if let Some(why) = &self.refused {
            return Some(StoreError::Unavailable(why.clone()));
        }
        let full = self.jobs.len() >= limits::STORE_QUEUE_MAX_JOBS
            || self.bytes + batch.bytes() > limits::STORE_QUEUE_MAX_BYTES;
        full.then_some(StoreError::Overloaded)
    }
}

#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    wake: Condvar,
}

impl Queue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn submit(&self, batch: Batch, generation: &Generation) -> Commit {
        let mut state = self.state();
        if let Some(error) = state.refusal(&batch) {
            state.break_streams(&batch);
            generation.raise();
            return Commit::known(Err(error));
        }
        let (answer, waits) = oneshot::channel();
        let sleeps = !state.has_work();
        state.bytes += batch.bytes();
        state.jobs.push_back(Job { batch, answer: Some(answer) });
        drop(state);
        if sleeps {
            self.wake.notify_one();
        }
        Commit::waits(waits)
    }

    /// Whether an alarm is needed: one for all that wait until it goes off.
    pub fn submit_later(&self, batch: Batch, generation: &Generation) -> bool {
        let mut state = self.state();
        let full = state.jobs.len() >= limits::STORE_QUEUE_MAX_JOBS
            || state.bytes + batch.bytes() > limits::STORE_QUEUE_MAX_BYTES;
        if state.nudge.closed || full {
            state.break_streams(&batch);
            generation.raise();
            return false;
        }
        state.bytes += batch.bytes();
        state.jobs.push_back(Job { batch, answer: None });
        state.lazy += 1;
        if state.lazy >= limits::LAZY_WRITE_MAX_JOBS && state.refused.is_none() {
            state.nudge.flush = true;
            self.wake.notify_one();
        }
        !std::mem::replace(&mut state.alarm, true)
    }

    /// The alarm has gone off.
    pub fn flush(&self) {
        let mut state = self.state();
        state.alarm = false;
        if state.lazy > 0 {
            state.nudge.flush = true;
            self.wake.notify_one();
        }
    }

    /// Whether a lazy write is not yet seen by readers.
    pub fn has_lazy(&self) -> bool {
        let state = self.state();
        state.lazy > 0 || state.working
    }

    pub fn nudge(&self, set: impl FnOnce(&mut Nudge)) {
        set(&mut self.state().nudge);
        self.wake.notify_one();
    }

    /// Waits until there is something to do, and takes up to a commit's worth of jobs.
    pub fn take(&self, jobs: &mut VecDeque<Job>) -> Nudge {
        let mut state = self.state();
        state.working = false;
        while !state.has_work() {
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.busy && !state.nudge.closed && state.refused.is_none() {
            state = self.gather(state);
        }
        let nudge = state.nudge;
        state.nudge = Nudge { closed: nudge.closed, ..Nudge::default() };
        if state.refused.is_some() && !nudge.closed {
            return nudge; // lazy writes wait on
        }
        let count = state.jobs.len().min(limits::STORE_GROUP_MAX_JOBS);
        for job in state.jobs.drain(..count) {
            jobs.push_back(job);
        }
        for job in jobs.iter() {
            state.bytes -= job.batch.bytes();
            state.lazy -= usize::from(job.is_lazy());
        }
        state.working = !jobs.is_empty();
        state.busy = jobs.len() >= limits::STORE_GATHER_FROM_JOBS;
        nudge
    }

    /// Lets more jobs come: who submits while there is work wakes nobody.
    fn gather<'a>(&'a self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let moment = Duration::from_micros(limits::STORE_GATHER_US);
        self.wake.wait_timeout(state, moment).unwrap_or_else(PoisonError::into_inner).0
    }

    /// From now on batches are refused with `why`; gives those that wait for an answer back.
    pub fn refuse(&self, why: &std::sync::Arc<str>) -> Vec<Job> {
        let mut state = self.state();
        state.refused = Some(why.clone());
        let (lazy, failed): (VecDeque<Job>, VecDeque<Job>) =
            std::mem::take(&mut state.jobs).into_iter().partition(Job::is_lazy);
        state.jobs = lazy;
        state.bytes = state.jobs.iter().map(|job| job.batch.bytes()).sum();
        for job in &failed {
            state.break_streams(&job.batch);
        }
        failed.into()
    }

    /// Puts lazy writes that failed for the machine's sake back to the front; at the end they are
    /// given up.
    pub fn put_back(&self, lazy: Vec<Job>) {
        let mut state = self.state();
        if state.nudge.closed {
            return;
        }
        state.lazy += lazy.len();
        state.bytes += lazy.iter().map(|job| job.batch.bytes()).sum::<usize>();
        for job in lazy.into_iter().rev() {
            state.jobs.push_front(job);
        }
    }

    pub fn accept_again(&self) {
        let mut state = self.state();
        state.refused = None;
        state.nudge.flush = true;
    }

    pub fn break_streams(&self, batch: &Batch) {
        if !batch.counts.is_empty() {
            self.state().break_streams(batch);
        }
    }

    pub fn has_broken_stream(&self, batch: &Batch) -> bool {
        if batch.counts.is_empty() {
            return false;
        }
        let state = self.state();
        !state.broken.is_empty() && batch.counts.iter().any(|count| state.broken.contains(&count.token_hash))
    }
}
