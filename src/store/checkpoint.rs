//! Copies the log into the database, on a connection and a thread of its own.
//!
//! A pass over the log goes on beside the writer. As the writer does not stop, a pass never ends
//! at the log's end: what little is left the writer copies itself between two commits, and then
//! begins the log anew. State: whether a pass is wanted, runs, or has just ended.

use std::cell::Cell;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

#[derive(Default)]
struct State {
    wanted: bool,
    running: bool,
    /// A pass has ended: the writer may finish it.
    ended: bool,
    /// A pass comes in a while, whatever happens.
    alarm: bool,
    closed: bool,
}

#[derive(Default)]
pub(super) struct Checkpoints {
    state: Mutex<State>,
    wake: Condvar,
}

impl Checkpoints {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks for a pass, unless one runs.
    pub fn want(&self) {
        let mut state = self.state();
        state.alarm = false;
        if !state.running && !state.wanted {
            state.wanted = true;
            self.wake.notify_all();
        }
    }

    /// Whether an alarm is to be set: one for all commits until it goes off.
    fn needs_alarm(&self) -> bool {
        !std::mem::replace(&mut self.state().alarm, true)
    }

    pub fn close(&self) {
        self.state().closed = true;
        self.wake.notify_all();
    }

    /// Whether a pass has ended since this was last asked.
    fn has_ended(&self) -> bool {
        std::mem::take(&mut self.state().ended)
    }

    fn wait_until_none_runs(&self) {
        let mut state = self.state();
        while state.running {
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The thread: until the store is closed.
    pub fn run(self: Arc<Checkpoints>, connection: Connection) {
        let mut state = self.state();
        loop {
            if state.closed {
                return;
            }
            if !state.wanted {
                state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            (state.wanted, state.running) = (false, true);
            drop(state);
            if let Err(error) = pass(&connection) {
                tracing::error!(%error, "the log was not copied into the database");
            }
            state = self.state();
            (state.running, state.ended) = (false, true);
            self.wake.notify_all();
        }
    }
}

/// Copies what it can without waiting for anybody. Pages of the log, and how many are copied.
fn pass(connection: &Connection) -> rusqlite::Result<(i64, i64)> {
    connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| Ok((row.get(1)?, row.get(2)?)))
}

/// Copies all and cuts the log to nothing: at the end, when nobody else uses the database.
pub(super) fn finish(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

thread_local! {
    static LOG_PAGES: Cell<u32> = const { Cell::new(0) };
}

/// The writer's side.
pub(super) struct Log {
    checkpoints: Arc<Checkpoints>,
    /// Pages at which the next pass is asked for.
    pass_at: u32,
    /// Pages at which the writer waits for it.
    stop_at: u32,
    pages: u32,
    /// The least pages for a pass.
    step: u32,
}

impl Log {
    /// On the writer's own thread.
    pub fn new(connection: &Connection, checkpoints: Arc<Checkpoints>, step: u32) -> Log {
        connection.wal_hook(Some(|_, pages| {
            LOG_PAGES.set(pages as u32);
            Ok(())
        }));
        Log { checkpoints, pass_at: step, stop_at: 4 * step, pages: 0, step }
    }

    /// After each commit. True: a pass is to be asked for in `STORE_LOG_CHECKPOINT_S`.
    pub fn committed(&mut self, connection: &Connection) -> bool {
        let pages = LOG_PAGES.get();
        if pages < self.pages {
            (self.pass_at, self.stop_at) = (self.step, 4 * self.step);
        }
        self.pages = pages;
        if self.checkpoints.has_ended() && pages >= self.step / 4 {
            self.finish_pass(connection, pages);
        } else if pages >= self.stop_at {
            self.checkpoints.wait_until_none_runs();
            self.finish_pass(connection, pages);
        } else if pages >= self.pass_at {
            self.pass_at = pages + self.step;
            self.checkpoints.want();
        }
        self.checkpoints.needs_alarm()
    }

    /// Copies the rest. Where a long reading prevents that, the next try comes later.
    fn finish_pass(&mut self, connection: &Connection, pages: u32) {
        let step = self.step;
        let later = (pages + step, (pages + step).max(4 * step));
        (self.pass_at, self.stop_at) = match pass(connection) {
            Ok((log, copied)) if log >= 0 && log == copied => (step, 4 * step),
            Ok(_) => later,
            Err(error) => {
                tracing::error!(%error, "the log was not copied into the database");
                later
            }
        };
    }
}
