//! SQLite: one writer with group commit, readers, migrations, snapshots.
//!
//! State: the database's file and its log in the data folder; threads for the writer and the
//! readers. Everything is kept with `synchronous=FULL`: what a [`Commit`] says is kept survives a
//! power cut.

mod batch;
pub mod cache;
mod checkpoint;
mod error;
mod ids;
#[cfg(feature = "mutants")]
mod mutants;
mod open;
mod queue;
mod reader;
pub mod relative;
mod snapshot;
mod space;
#[cfg(test)]
mod tests;
mod writer;

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;
use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};

pub use batch::{Batch, Commit};
pub use error::{Cause, CommitError, OpenError, StoreError, Trouble};
pub use ids::AccountId;
pub use ids::DeviceId;
pub use open::{FILE, OpenOptions, has_our_schema, schema_version};

use crate::clock::Clock;
use crate::clock::UtcMicros;
use crate::limits;

/// The database. Cheap to clone; closed with [`Store::close`] or when the last clone is dropped.
#[derive(Clone)]
pub struct Store(Arc<Handles>);

struct Handles {
    inner: Arc<Inner>,
    /// The thread that ends all others.
    ending: Mutex<Option<JoinHandle<()>>>,
}

/// What the threads share.
struct Inner {
    folder: PathBuf,
    /// Which file the database is.
    file: Option<space::Identity>,
    unclean: bool,
    clock: Clock,
    runtime: Handle,
    queue: queue::Queue,
    readings: Arc<reader::Readings>,
    checkpoints: Arc<checkpoint::Checkpoints>,
    /// Bytes that must stay free on the disk.
    reserve: AtomicU64,
    generation: Generation,
    writable: AtomicBool,
    trouble: watch::Sender<Option<Trouble>>,
    stats: Counters,
}

#[derive(Default)]
struct Counters {
    commits: AtomicU64,
    jobs: AtomicU64,
    largest_group: AtomicU64,
    reruns: AtomicU64,
}

/// See [`Store::generation`].
#[derive(Clone, Default)]
pub struct Generation(Arc<AtomicU64>);

impl Generation {
    pub fn now(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }

    fn raise(&self) {
        self.0.fetch_add(1, Ordering::AcqRel);
    }
}

/// What the writer did since the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stats {
    pub commits: u64,
    pub jobs: u64,
    /// The most jobs that one commit held.
    pub largest_group: u64,
    /// How often a group was run again because a job of it failed.
    pub reruns: u64,
}

impl Store {
    /// Opens the database in the data folder, made where it is missing. Must be called inside a
    /// tokio runtime: timers run there. Blocks for a few ms; longer after an unclean end.
    pub fn open(folder: &Path, options: OpenOptions, clock: Clock) -> Result<Store, OpenError> {
        let (connection, unclean) = open::writer(folder, &options)?;
        let of_sql = |error| OpenError::of_sql(folder.join(FILE), &error);
        let inner = Arc::new(Inner {
            folder: folder.to_owned(),
            file: space::identity(folder),
            unclean,
            clock: clock.clone(),
            runtime: Handle::current(),
            queue: queue::Queue::default(),
            readings: Arc::default(),
            checkpoints: Arc::default(),
            reserve: AtomicU64::new(options.reserve),
            generation: Generation::default(),
            writable: AtomicBool::new(true),
            trouble: watch::Sender::new(None),
            stats: Counters::default(),
        });
        let mut others = Vec::new();
        for _ in 0..limits::STORE_READERS {
            let connection = open::reader(folder).map_err(of_sql)?;
            let (readings, clock) = (inner.readings.clone(), clock.clone());
            others.push(spawn("store-reader", move || reader::run(connection, readings, clock)));
        }
        let (checkpoints, copier) = (inner.checkpoints.clone(), open::copier(folder).map_err(of_sql)?);
        others.push(spawn("store-log", move || checkpoints.run(copier)));
        let shared = inner.clone();
        let ending = spawn("store-writer", move || {
            let connection = writer::Writer::new(connection, shared, options.log_pages).run();
            for thread in others {
                let _ = thread.join();
            }
            if let Err(error) = checkpoint::finish(&connection) {
                tracing::warn!(%error, "the log stays beside the database");
            }
        });
        Ok(Store(Arc::new(Handles { inner, ending: Mutex::new(Some(ending)) })))
    }

    /// Runs `job` on a reader: one state of the database, at most `STORE_READ_MAX_MS`.
    pub fn read<T, F>(&self, job: F) -> impl Future<Output = Result<T, StoreError>> + Send + use<T, F>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let (answer, waits) = oneshot::channel();
        let pushed = self.0.inner.readings.push(Box::new(move |connection| {
            if !answer.is_closed() {
                let _ = answer.send(job(connection));
            }
        }));
        async move {
            pushed?;
            Ok(waits.await.map_err(|_| StoreError::Closed)??)
        }
    }

    /// One job with a value back, once it is durable. It is queued at the call.
    pub fn write<T, F>(&self, job: F) -> impl Future<Output = Result<T, StoreError>> + Send + use<T, F>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let (put, mut value) = oneshot::channel();
        let mut batch = Batch::new();
        batch.push(move |connection| {
            let _ = put.send(job(connection)?);
            Ok(())
        });
        let commit = self.submit(batch);
        async move {
            commit.await?;
            Ok(value.try_recv().expect("a job that succeeded has sent its value"))
        }
    }

    /// Queues a batch behind all before it. Never waits: over the queue's bound the commit fails
    /// with [`StoreError::Overloaded`], while nothing can be written with `Unavailable`.
    pub fn submit(&self, batch: Batch) -> Commit {
        #[cfg(feature = "mutants")]
        if mutants::is("early") && !batch.counts.is_empty() {
            drop(self.0.inner.queue.submit(batch, &self.0.inner.generation));
            return Commit::known(Ok(()));
        }
        match batch.is_empty() {
            true => Commit::known(Ok(())),
            false => self.0.inner.queue.submit(batch, &self.0.inner.generation),
        }
    }

    /// As [`Store::submit`], without a commit of its own: it goes with the next one, or after
    /// `LAZY_WRITE_MAX_S`. A power cut may lose it. Over the queue's bound it is dropped.
    pub fn submit_later(&self, batch: Batch) {
        if !batch.is_empty() && self.0.inner.queue.submit_later(batch, &self.0.inner.generation) {
            self.0.inner.alarm(limits::LAZY_WRITE_MAX_S, |inner| inner.queue.flush());
        }
    }

    /// Waits for the lazy writes that wait, where there are any: for readings that must see them.
    pub async fn flush(&self) -> Result<(), StoreError> {
        match self.0.inner.queue.has_lazy() {
            true => {
                let mut batch = Batch::new();
                batch.push_again(|_| Ok(()));
                self.submit(batch).await
            }
            false => Ok(()),
        }
    }

    /// False: the disk is full or can only be read. What must be kept is to be refused.
    pub fn writable(&self) -> bool {
        self.0.inner.writable()
    }

    /// Raised whenever something that ran was rolled back: caches of rows drop what they hold.
    pub fn generation(&self) -> u64 {
        self.0.inner.generation.now()
    }

    /// [`Store::generation`] for jobs, which must not hold the store itself.
    pub fn generations(&self) -> Generation {
        self.0.inner.generation.clone()
    }

    /// Why nothing can be written.
    pub fn trouble(&self) -> Option<Trouble> {
        self.0.inner.trouble.borrow().clone()
    }

    /// Follows [`Store::trouble`].
    pub fn troubles(&self) -> watch::Receiver<Option<Trouble>> {
        self.0.inner.trouble.subscribe()
    }

    /// Bytes that must stay free on the disk from now on.
    pub fn set_reserve(&self, bytes: u64) {
        self.0.inner.reserve.store(bytes, Ordering::Release);
    }

    /// Writes the state of now, whole and compact, into the new file `to`, durably. Neither
    /// writer nor readers wait for it.
    pub async fn snapshot(&self, to: PathBuf) -> Result<(), StoreError> {
        let store = self.clone();
        let copied = tokio::task::spawn_blocking(move || store.snapshot_here(&to)).await;
        copied.map_err(|_| StoreError::Closed)?
    }

    /// As [`Store::snapshot`], on the caller's thread and at its priority.
    pub fn snapshot_here(&self, to: &Path) -> Result<(), StoreError> {
        snapshot::snapshot(&self.0.inner.folder, to)
    }

    pub fn stats(&self) -> Stats {
        let stats = &self.0.inner.stats;
        Stats {
            commits: stats.commits.load(Ordering::Relaxed),
            jobs: stats.jobs.load(Ordering::Relaxed),
            largest_group: stats.largest_group.load(Ordering::Relaxed),
            reruns: stats.reruns.load(Ordering::Relaxed),
        }
    }

    /// Whether the process before ended without closing the database.
    pub fn was_unclean(&self) -> bool {
        self.0.inner.unclean
    }

    /// The date, by the clock it was opened with.
    pub fn utc(&self) -> UtcMicros {
        self.0.inner.clock.utc()
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        &self.0.inner.folder
    }

    /// Writes what waits, copies the log into the database and ends the threads. Later calls fail
    /// with [`StoreError::Closed`].
    pub async fn close(&self) {
        self.0.inner.close();
        let ending = self.0.ending.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(ending) = ending {
            let _ = tokio::task::spawn_blocking(move || ending.join()).await;
        }
    }
}

impl Drop for Handles {
    fn drop(&mut self) {
        self.inner.close();
    }
}

impl Inner {
    fn close(&self) {
        self.queue.nudge(|nudge| nudge.closed = true);
        self.readings.close();
        self.checkpoints.close();
    }

    fn writable(&self) -> bool {
        self.writable.load(Ordering::Acquire)
    }

    fn set_trouble(&self, what: Cause, detail: Arc<str>) {
        self.writable.store(false, Ordering::Release);
        let now = self.clock.utc();
        self.trouble.send_modify(|trouble| {
            let since = trouble.as_ref().filter(|trouble| trouble.what == what).map_or(now, |trouble| trouble.since);
            *trouble = Some(Trouble { what, detail, since });
        });
    }

    fn clear_trouble(&self) {
        self.writable.store(true, Ordering::Release);
        self.trouble.send_replace(None);
    }

    /// Does something in a while, if the store is still open then.
    fn alarm(self: &Arc<Inner>, after_s: u64, then: fn(&Inner)) {
        let (weak, clock) = (Arc::downgrade(self), self.clock.clone());
        self.runtime.spawn(async move {
            clock.sleep(Duration::from_secs(after_s)).await;
            if let Some(inner) = weak.upgrade() {
                then(&inner);
            }
        });
    }
}

fn spawn<T: Send + 'static>(name: &str, run: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    std::thread::Builder::new().name(name.to_owned()).spawn(run).expect("the system has room for four threads")
}
