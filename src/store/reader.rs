//! Threads that read. Each reading sees one state of the database and is bounded in time; none ever
//! blocks the writer.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use rusqlite::Connection;

use crate::clock::Clock;
use crate::limits;

pub(super) type Reading = Box<dyn FnOnce(&Connection) + Send>;

#[derive(Default)]
struct State {
    waiting: VecDeque<Reading>,
    closed: bool,
}

#[derive(Default)]
pub(super) struct Readings {
    state: Mutex<State>,
    wake: Condvar,
}

impl Readings {
    /// Err: too many wait, or the store is closed.
    pub fn push(&self, reading: Reading) -> Result<(), super::StoreError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.closed {
            return Err(super::StoreError::Closed);
        }
        if state.waiting.len() >= limits::STORE_READS_MAX_WAITING {
            return Err(super::StoreError::Overloaded);
        }
        state.waiting.push_back(reading);
        drop(state);
        self.wake.notify_one();
        Ok(())
    }

    pub fn close(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.closed = true;
        state.waiting.clear();
        drop(state);
        self.wake.notify_all();
    }

    fn take(&self) -> Option<Reading> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(reading) = state.waiting.pop_front() {
                return Some(reading);
            }
            if state.closed {
                return None;
            }
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// A reader's thread: until the store is closed.
pub(super) fn run(connection: Connection, readings: Arc<Readings>, clock: Clock) {
    let deadline = Arc::new(AtomicU64::new(u64::MAX));
    let watched = (deadline.clone(), clock.clone());
    let too_late = move || watched.1.since_start().as_millis() as u64 > watched.0.load(Ordering::Relaxed);
    if let Err(error) = connection.progress_handler(20_000, Some(too_late)) {
        tracing::error!(%error, "a reader of the database has no time limit");
    }
    while let Some(reading) = readings.take() {
        deadline.store(clock.since_start().as_millis() as u64 + limits::STORE_READ_MAX_MS, Ordering::Relaxed);
        if let Ok(mut begin) = connection.prepare_cached("BEGIN") {
            let _ = begin.execute([]);
        }
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| reading(&connection)));
        deadline.store(u64::MAX, Ordering::Relaxed);
        if !connection.is_autocommit()
            && let Ok(mut end) = connection.prepare_cached("ROLLBACK")
        {
            let _ = end.execute([]);
        }
    }
}
