//! The one thread that writes: takes what waits, commits it together, then answers.
//!
//! State: the connection and the group in work. A job that fails is undone alone: the group runs
//! without savepoints, and only when one fails is it rolled back and run again with them.

use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rusqlite::Connection;

use super::Inner;
use super::checkpoint::Log;
use super::error::{Cause, StoreError};
use super::queue::{Job, Nudge};
use super::space::Space;
use crate::limits;

pub(super) struct Writer {
    connection: Connection,
    inner: Arc<Inner>,
    space: Space,
    log: Log,
    counts: HashMap<[u8; 32], u32>,
}

/// A job of the group in work, and how it went.
struct Ran {
    job: Job,
    result: Result<(), StoreError>,
}

impl Writer {
    /// On its own thread.
    pub fn new(connection: Connection, inner: Arc<Inner>, log_pages: u32) -> Writer {
        let log = Log::new(&connection, inner.checkpoints.clone(), log_pages);
        Writer { connection, inner, space: Space::default(), log, counts: HashMap::new() }
    }

    /// Until the store is closed and all that waits is written.
    pub fn run(mut self) -> Connection {
        let mut jobs = VecDeque::new();
        loop {
            let Nudge { probe, closed, .. } = self.inner.queue.take(&mut jobs);
            if probe && !self.inner.writable() {
                self.probe();
            }
            if jobs.is_empty() && closed {
                return self.connection;
            }
            while !jobs.is_empty() {
                self.commit_group(&mut jobs);
            }
        }
    }

    fn commit_group(&mut self, jobs: &mut VecDeque<Job>) {
        let mut group = Vec::with_capacity(jobs.len());
        let done = match self.space.shortage(&self.inner) {
            Some(shortage) => Err(shortage),
            None => self.transact(jobs, &mut group).map_err(|error| (cause_of(&error), error.to_string())),
        };
        match done {
            Ok(()) => {
                self.inner.stats.commits.fetch_add(1, Ordering::Relaxed);
                self.inner.stats.jobs.fetch_add(group.len() as u64, Ordering::Relaxed);
                self.inner.stats.largest_group.fetch_max(group.len() as u64, Ordering::Relaxed);
                for Ran { job: Job { batch, answer }, result } in group {
                    drop(batch);
                    if let Some(answer) = answer {
                        let _ = answer.send(result);
                    }
                }
                if self.log.committed(&self.connection) {
                    self.inner.alarm(limits::STORE_LOG_CHECKPOINT_S, |inner| inner.checkpoints.want());
                }
            }
            Err((cause, detail)) => {
                let _ = self.roll_back();
                self.inner.generation.raise();
                let failed = group.into_iter().map(|ran| ran.job).chain(jobs.drain(..)).collect();
                self.fail(failed, cause, detail);
            }
        }
    }

    /// Runs jobs until they are through or a step is over, and commits. An error is the machine's.
    fn transact(&mut self, jobs: &mut VecDeque<Job>, group: &mut Vec<Ran>) -> rusqlite::Result<()> {
        self.execute("BEGIN IMMEDIATE")?;
        let start = self.inner.clock.since_start();
        let mut marks = Marks::default();
        while let Some(job) = jobs.pop_front() {
            let repeatable = job.batch.is_repeatable();
            group.push(Ran { job, result: Ok(()) });
            if repeatable {
                self.run_in_line(group, &mut marks)?;
            } else {
                let last = group.len() - 1;
                self.run_alone(&mut group[last])?;
                marks.from = group.len();
                marks.wanted = true;
            }
            if self.inner.clock.since_start() - start > Duration::from_millis(limits::STORE_STEP_MAX_MS) {
                break;
            }
        }
        #[cfg(feature = "mutants")]
        if super::mutants::is("apart") {
            self.execute("COMMIT")?;
            self.execute("BEGIN IMMEDIATE")?;
        }
        self.write_counts(group)?;
        self.execute("COMMIT")
    }

    /// Runs the group's last job without a savepoint; if it fails, all since the last mark again
    /// with one each.
    fn run_in_line(&mut self, group: &mut [Ran], marks: &mut Marks) -> rusqlite::Result<()> {
        if marks.wanted {
            if marks.set {
                self.execute("RELEASE line")?;
            }
            self.execute("SAVEPOINT line")?;
            (marks.wanted, marks.set) = (false, true);
        }
        let last = group.last_mut().expect("the caller has just pushed it");
        if self.inner.queue.has_broken_stream(&last.job.batch) {
            last.result = Err(StoreError::StreamBroken);
            return Ok(());
        }
        let Err(error) = run(&self.connection, &mut last.job) else { return Ok(()) };
        if Cause::of(&error).is_some() || self.connection.is_autocommit() {
            return Err(error);
        }
        self.inner.stats.reruns.fetch_add(1, Ordering::Relaxed);
        if marks.set {
            self.execute("ROLLBACK TO line")?;
        } else {
            self.roll_back()?;
            self.execute("BEGIN IMMEDIATE")?;
        }
        self.inner.generation.raise();
        for ran in &mut group[marks.from..] {
            if ran.result.is_ok() {
                self.run_alone(ran)?;
            }
        }
        marks.from = group.len();
        marks.wanted = true;
        Ok(())
    }

    /// Runs a job in a savepoint. An error is the machine's.
    fn run_alone(&self, ran: &mut Ran) -> rusqlite::Result<()> {
        if self.inner.queue.has_broken_stream(&ran.job.batch) {
            ran.result = Err(StoreError::StreamBroken);
            return Ok(());
        }
        self.execute("SAVEPOINT job")?;
        if let Err(error) = run(&self.connection, &mut ran.job) {
            if Cause::of(&error).is_some() || self.connection.is_autocommit() {
                return Err(error);
            }
            self.execute("ROLLBACK TO job")?;
            self.inner.generation.raise();
            self.inner.queue.break_streams(&ran.job.batch);
            if ran.job.is_lazy() {
                tracing::error!(%error, "a write that nobody waits for failed");
            }
            ran.result = Err(error.into());
        }
        self.execute("RELEASE job")
    }

    /// The last count of each stream.
    fn write_counts(&mut self, group: &[Ran]) -> rusqlite::Result<()> {
        self.counts.clear();
        for ran in group.iter().filter(|ran| ran.result.is_ok()) {
            for count in &ran.job.batch.counts {
                self.counts.insert(count.token_hash, count.h);
            }
        }
        if self.counts.is_empty() {
            return Ok(());
        }
        let mut update = self.connection.prepare_cached("UPDATE stream SET h = ?2 WHERE token_hash = ?1")?;
        for (token_hash, h) in &self.counts {
            update.execute((token_hash, h))?;
        }
        Ok(())
    }

    /// Answers all with an error and refuses the rest until a probe succeeds.
    fn fail(&mut self, failed: Vec<Job>, cause: Cause, detail: String) {
        let why: Arc<str> = cause.text().into();
        tracing::error!(%detail, jobs = failed.len(), "{}", cause.text());
        self.inner.set_trouble(cause, detail.into());
        let mut lazy = Vec::new();
        for job in &failed {
            self.inner.queue.break_streams(&job.batch);
        }
        let waiting = self.inner.queue.refuse(&why);
        for job in failed.into_iter().chain(waiting) {
            match job {
                Job { batch, answer: Some(answer) } => {
                    drop(batch);
                    let _ = answer.send(Err(StoreError::Unavailable(why.clone())));
                }
                job if job.batch.is_repeatable() => lazy.push(job),
                _ => {}
            }
        }
        self.inner.queue.put_back(lazy);
        self.try_again_later(cause);
    }

    /// A small durable write: whether writing works again.
    fn probe(&mut self) {
        let tried = match super::space::shortage_now(&self.inner) {
            Some(shortage) => Err(shortage),
            None => self.write_nothing().map_err(|error| (cause_of(&error), error.to_string())),
        };
        match tried {
            Ok(()) => {
                tracing::info!("the database can be written again");
                self.inner.queue.accept_again();
                self.inner.clear_trouble();
            }
            Err((cause, detail)) => {
                let _ = self.roll_back();
                self.inner.queue.refuse(&cause.text().into());
                self.inner.set_trouble(cause, detail.into());
                self.try_again_later(cause);
            }
        }
    }

    /// Never, once the database is damaged.
    fn try_again_later(&self, cause: Cause) {
        if cause != Cause::Corrupt {
            self.inner.alarm(limits::STORE_PROBE_S, |inner| inner.queue.nudge(|nudge| nudge.probe = true));
        }
    }

    fn write_nothing(&self) -> rusqlite::Result<()> {
        let version: i64 = self.connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        self.execute("BEGIN IMMEDIATE")?;
        self.connection.pragma_update(None, "user_version", version)?;
        self.execute("COMMIT")
    }

    fn roll_back(&self) -> rusqlite::Result<()> {
        match self.connection.is_autocommit() {
            true => Ok(()),
            false => self.execute("ROLLBACK"),
        }
    }

    fn execute(&self, sql: &str) -> rusqlite::Result<()> {
        self.connection.prepare_cached(sql)?.execute([]).map(|_| ())
    }
}

/// Where the group's jobs can be run again from.
#[derive(Default)]
struct Marks {
    /// Jobs before this one stay as they are.
    from: usize,
    /// The savepoint «line» stands at `from`.
    set: bool,
    /// It must be set before the next job.
    wanted: bool,
}

fn cause_of(error: &rusqlite::Error) -> Cause {
    Cause::of(error).unwrap_or(Cause::Io)
}

fn run(connection: &Connection, job: &mut Job) -> rusqlite::Result<()> {
    catch_unwind(AssertUnwindSafe(|| job.batch.run(connection)))
        .unwrap_or_else(|_| Err(rusqlite::Error::ToSqlConversionFailure("a write panicked".into())))
}
