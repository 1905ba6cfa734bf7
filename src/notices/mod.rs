//! Trouble as data: what, since when, the next step, until when.
//!
//! State: the standing notices, in memory and in the table `notice`, so that "since" survives a
//! restart. Fed by whoever finds trouble; read by `status`, `/healthz`, the owner's pages and the
//! message to the owners.

mod words;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use tokio::sync::broadcast;

use crate::clock::Clock;
use crate::clock::UtcMicros;
use crate::limits;
use crate::store::Batch;
use crate::store::Store;
use crate::store::StoreError;
use crate::texts::Bytes;
use crate::texts::Lang;

pub use words::cause;
pub use words::words;

/// How bad it is, worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Good to know.
    Info,
    /// It works, one thing can wait.
    Warning,
    /// Something people need does not work.
    Trouble,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Trouble => "trouble",
        }
    }
}

/// One trouble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Names the cause, so that the same one stands once: `disk`, `certificate`.
    pub key: Cow<'static, str>,
    pub severity: Severity,
    /// One line without a final stop.
    pub what: String,
    pub since: UtcMicros,
    /// What the owner can do, one line.
    pub next: String,
    /// When it ends or gets worse by itself.
    pub until: Option<UtcMicros>,
}

/// What stands now. Cheap to clone.
#[derive(Clone)]
pub struct Notices(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Clock,
    standing: Mutex<Standing>,
    raised: broadcast::Sender<Notice>,
}

#[derive(Default)]
struct Standing {
    notices: BTreeMap<Cow<'static, str>, Notice>,
    /// Of the run before: since when, until the same trouble is found again or seen to be over.
    earlier: BTreeMap<String, UtcMicros>,
}

impl Notices {
    pub async fn open(store: &Store, clock: Clock) -> Result<Notices, StoreError> {
        let earlier = store
            .read(|c| {
                let mut all = c.prepare("SELECT key, since FROM notice")?;
                all.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
            })
            .await?;
        let standing = Mutex::new(Standing { notices: BTreeMap::new(), earlier });
        let (raised, _) = broadcast::channel(limits::NOTICES_MAX);
        Ok(Notices(Arc::new(Inner { store: store.clone(), clock, standing, raised })))
    }

    /// Puts up a notice, or renews the one of that key: "since" stays. At most [`limits::NOTICES_MAX`] stand.
    pub fn raise(&self, key: impl Into<Cow<'static, str>>, severity: Severity, what: &str, next: &str) {
        self.raise_until(key, severity, what, next, None);
    }

    /// As [`Notices::raise`], with a date.
    pub fn raise_until(
        &self,
        key: impl Into<Cow<'static, str>>,
        severity: Severity,
        what: &str,
        next: &str,
        until: Option<UtcMicros>,
    ) {
        let key = key.into();
        let mut standing = self.standing();
        let known = standing.notices.get(&key);
        let told =
            known.is_some_and(|notice| notice.severity >= Severity::Warning) || standing.earlier.contains_key(&*key);
        if known.is_none() && standing.notices.len() >= limits::NOTICES_MAX {
            return;
        }
        let since = known.map(|notice| notice.since);
        let since = since.or_else(|| standing.earlier.remove(&*key)).unwrap_or_else(|| self.0.clock.utc());
        let notice = Notice { key: key.clone(), severity, what: what.to_owned(), since, next: next.to_owned(), until };
        if standing.notices.get(&key) == Some(&notice) {
            return;
        }
        standing.notices.insert(key.clone(), notice.clone());
        drop(standing);
        if severity >= Severity::Warning && !told {
            // Nobody may listen.
            let _ = self.0.raised.send(notice);
        }
        tracing::warn!(notice = %key, severity = severity.as_str(), next, "{what}");
        let mut batch = Batch::new();
        batch.push(move |c| {
            c.execute("INSERT OR REPLACE INTO notice (key, since) VALUES (?1, ?2)", (&*key, since)).map(drop)
        });
        self.0.store.submit_later(batch);
    }

    /// Hears of each trouble from now on once: a warning or worse that did not stand before, nor
    /// when the last run ended.
    pub fn raised(&self) -> broadcast::Receiver<Notice> {
        self.0.raised.subscribe()
    }

    /// Tells a standing trouble once more, as it has got worse.
    pub fn tell_again(&self, key: &str) {
        if let Some(notice) = self.standing().notices.get(key).cloned() {
            // Nobody may listen.
            let _ = self.0.raised.send(notice);
        }
    }

    /// That trouble is over. Nothing where there was none.
    pub fn clear(&self, key: &str) {
        let mut standing = self.standing();
        let stood = standing.notices.remove(key).is_some();
        let earlier = standing.earlier.remove(key).is_some();
        drop(standing);
        if stood {
            tracing::info!(notice = key, "over");
        }
        if stood || earlier {
            let key = key.to_owned();
            let mut batch = Batch::new();
            batch.push(move |c| c.execute("DELETE FROM notice WHERE key = ?1", [&key]).map(drop));
            self.0.store.submit_later(batch);
        }
    }

    /// The worst first, the oldest first among equals.
    pub fn list(&self) -> Vec<Notice> {
        let mut list: Vec<Notice> = self.standing().notices.values().cloned().collect();
        list.sort_by_key(|notice| (std::cmp::Reverse(notice.severity), notice.since));
        list
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.0.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// «1.4 GB» for logs and terminals, in English; pages have [`Bytes`].
pub fn size(bytes: u64) -> String {
    Lang::En.book().size(Bytes(bytes))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::store::OpenOptions;

    #[tokio::test]
    async fn the_same_trouble_stands_once_and_keeps_its_since_over_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::stepped(1_000);
        {
            let store = Store::open(folder.path(), OpenOptions::default(), clock.clone()).unwrap();
            let notices = Notices::open(&store, clock.clone()).await.unwrap();
            let mut raised = notices.raised();
            notices.raise("certificate", Severity::Warning, "it runs out in 9 days", "get a new one");
            clock.advance(Duration::from_secs(1));
            notices.raise("certificate", Severity::Trouble, "it ran out", "get a new one");
            notices.raise("clock", Severity::Info, "the clock jumped", "look at it");
            notices.clear("clock");
            let told = raised.try_recv().unwrap();
            assert_eq!((&*told.key, told.severity), ("certificate", Severity::Warning));
            assert!(raised.try_recv().is_err(), "each once, and no word of what is only good to know");
            let list = notices.list();
            assert_eq!((list.len(), list[0].since, list[0].what.as_str()), (1, 1_000, "it ran out"));
            store.close().await;
        }
        let store = Store::open(folder.path(), OpenOptions::default(), clock.clone()).unwrap();
        let notices = Notices::open(&store, clock).await.unwrap();
        assert!(notices.list().is_empty(), "nobody has found it in this run");
        let mut raised = notices.raised();
        notices.raise("certificate", Severity::Trouble, "it ran out", "get a new one");
        assert_eq!(notices.list()[0].since, 1_000);
        assert!(raised.try_recv().is_err(), "it was told in the run before");
    }

    #[tokio::test]
    async fn the_worst_comes_first_and_their_number_is_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::stepped(0);
        let store = Store::open(folder.path(), OpenOptions::default(), clock.clone()).unwrap();
        let notices = Notices::open(&store, clock).await.unwrap();
        notices.raise("a", Severity::Info, "a", "a");
        notices.raise("b", Severity::Trouble, "b", "b");
        assert_eq!(notices.list()[0].key, "b");
        for number in 0..2 * limits::NOTICES_MAX {
            notices.raise(format!("n{number}"), Severity::Info, "n", "n");
        }
        assert_eq!(notices.list().len(), limits::NOTICES_MAX);
    }
}
