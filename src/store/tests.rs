//! The store on real files: durability, failures, refusals.

use std::sync::mpsc;

use super::*;

mod opening;

fn open_with(folder: &Path, clock: &Clock) -> Store {
    let options = OpenOptions { reserve: 0, log_pages: 64, ..OpenOptions::default() };
    Store::open(folder, options, clock.clone()).expect("it opens")
}

fn open(folder: &Path) -> Store {
    open_with(folder, &Clock::system())
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn set(key: &str, value: &str) -> Batch {
    let (key, value) = (key.to_owned(), value.to_owned());
    let mut batch = Batch::new();
    batch.push_again(move |c| c.execute("INSERT INTO setting VALUES (?1, ?2)", (&key, &value)).map(|_| ()));
    batch
}

async fn get(store: &Store, key: &'static str) -> Option<String> {
    let read = store.read(move |c| {
        use rusqlite::OptionalExtension as _;
        c.query_row("SELECT value FROM setting WHERE key = ?1", [key], |row| row.get(0)).optional()
    });
    read.await.expect("it reads")
}

/// Holds the writer up until the sender is dropped.
fn hold_up(store: &Store) -> mpsc::Sender<()> {
    let (release, wait) = mpsc::channel::<()>();
    let (begin, begun) = mpsc::channel::<()>();
    let mut batch = Batch::new();
    batch.push(move |_| {
        let _ = begin.send(());
        let _ = wait.recv();
        Ok(())
    });
    drop(store.submit(batch));
    // Else the writer, woken late, might take it together with some of what comes next.
    begun.recv().expect("it runs");
    release
}

#[tokio::test]
async fn what_was_committed_is_there_after_a_restart() {
    let folder = folder();
    let store = open(folder.path());
    store.submit(set("a", "1")).await.expect("kept");
    assert_eq!(store.write(|c| c.query_row("SELECT 41 + 1", [], |row| row.get::<_, i64>(0))).await.unwrap(), 42);
    store.close().await;
    assert!(matches!(store.submit(set("b", "1")).await, Err(StoreError::Closed)));
    assert!(!folder.path().join("imera.sqlite-wal").exists());
    let store = open(folder.path());
    assert_eq!(get(&store, "a").await.as_deref(), Some("1"));
}

#[tokio::test]
async fn what_waits_when_the_store_is_closed_is_kept() {
    let folder = folder();
    let store = open(folder.path());
    let release = hold_up(&store);
    let commit = store.submit(set("a", "1"));
    store.submit_later(set("lazy", "2"));
    drop(release);
    store.close().await;
    commit.await.expect("kept");
    assert_eq!(get(&open(folder.path()), "lazy").await.as_deref(), Some("2"));
}

#[tokio::test]
async fn all_that_waits_is_committed_together_in_call_order() {
    let folder = folder();
    let store = open(folder.path());
    let release = hold_up(&store);
    let before = store.stats();
    let mut commits = vec![store.submit(set("n", ""))];
    for n in 0..100 {
        let mut batch = Batch::new();
        let sql = "UPDATE setting SET value = value || ?1 WHERE key = 'n'";
        batch.push_again(move |c| c.execute(sql, [n % 10]).map(|_| ()));
        commits.push(store.submit(batch));
    }
    drop(release);
    for commit in commits {
        commit.await.expect("kept");
    }
    assert!(store.stats().commits - before.commits <= 3);
    assert_eq!(get(&store, "n").await, Some("0123456789".repeat(10)));
}

#[tokio::test]
async fn a_job_that_fails_fails_alone() {
    let folder = folder();
    let store = open(folder.path());
    let release = hold_up(&store);
    let generation = store.generation();
    let kept = [store.submit(set("a", "1")), store.submit(set("b", "2"))];
    let fails = store.submit(set("a", "3"));
    let mut half = set("c", "4");
    half.push(|c| c.execute("INSERT INTO setting VALUES ('a', '5')", []).map(|_| ()));
    let half = store.submit(half);
    let mut panics = set("d", "6");
    panics.push_again(|_| panic!("on purpose"));
    let panics = store.submit(panics);
    let after = store.submit(set("e", "7"));
    drop(release);
    for commit in kept {
        commit.await.expect("kept");
    }
    assert!(matches!(fails.await, Err(StoreError::Sql(_))));
    assert!(matches!(half.await, Err(StoreError::Sql(_))));
    assert!(matches!(panics.await, Err(StoreError::Sql(_))));
    after.await.expect("kept");
    let all = store.read(|c| {
        c.query_row("SELECT group_concat(key || value) FROM setting", [], |row| row.get::<_, Option<String>>(0))
    });
    assert_eq!(all.await.unwrap(), Some("a1,b2,e7".to_owned()));
    assert!(store.generation() > generation);
    assert!(store.writable());
}

/// Lets the writer try again until it succeeds.
async fn wait_until_fine(store: &Store, clock: &Clock) {
    while store.trouble().is_some() {
        clock.advance(Duration::from_secs(limits::STORE_PROBE_S));
        tokio::task::yield_now().await;
    }
}

/// A stream's stored count.
async fn h(store: &Store) -> i64 {
    store.read(|c| c.query_row("SELECT h FROM stream", [], |row| row.get(0))).await.expect("a count")
}

async fn open_with_stream(folder: &Path) -> Store {
    let store = open(folder);
    let made = store.write(|c| {
        c.execute("INSERT INTO account (id, name, role, created_at) VALUES (1, 'a', 'owner', 0)", [])?;
        c.execute(
            "INSERT INTO stream (token_hash, account, resource, h, seen_at) VALUES (?1, 1, '', 0, 0)",
            [[1u8; 32]],
        )
    });
    made.await.expect("a stream");
    store
}

#[tokio::test]
async fn xep0198_4_a_count_is_stored_with_what_it_counts() {
    let folder = folder();
    let store = open_with_stream(folder.path()).await;
    let release = hold_up(&store);
    let mut commits = Vec::new();
    for n in 1..=5 {
        let mut batch = set(&n.to_string(), "");
        batch.count([1; 32], n);
        commits.push(store.submit(batch));
    }
    drop(release);
    for commit in commits {
        commit.await.expect("kept");
    }
    assert_eq!(h(&store).await, 5);
}

#[tokio::test]
async fn xep0198_4_after_a_batch_that_failed_nothing_of_its_stream_counts() {
    let folder = folder();
    let store = open_with_stream(folder.path()).await;
    let counted = |key: &str, n| {
        let mut batch = set(key, "");
        batch.count([1; 32], n);
        batch
    };
    store.submit(counted("a", 1)).await.expect("kept");
    let release = hold_up(&store);
    let commits = [store.submit(counted("b", 2)), store.submit(counted("a", 3)), store.submit(counted("c", 4))];
    drop(release);
    let [second, third, fourth] = commits;
    second.await.expect("kept");
    assert!(matches!(third.await, Err(StoreError::Sql(_))));
    assert!(matches!(fourth.await, Err(StoreError::StreamBroken)));
    assert!(matches!(store.submit(counted("d", 5)).await, Err(StoreError::StreamBroken)));
    assert_eq!(h(&store).await, 2);
    assert_eq!(get(&store, "c").await, None);
}

#[tokio::test]
async fn the_queue_is_bounded_and_refuses_at_once() {
    let folder = folder();
    let store = open(folder.path());
    let release = hold_up(&store);
    let mut big = set("big", "");
    big.weigh(limits::STORE_QUEUE_MAX_BYTES);
    assert!(matches!(store.submit(big).await, Err(StoreError::Overloaded)));
    let generation = store.generation();
    let most = limits::STORE_QUEUE_MAX_JOBS + limits::STORE_GROUP_MAX_JOBS;
    let mut commits = Vec::new();
    for _ in 0..=most {
        let mut batch = Batch::new();
        batch.push_again(|_| Ok(()));
        commits.push(store.submit(batch));
    }
    assert!(matches!(commits.pop().expect("many").await, Err(StoreError::Overloaded)));
    assert!(store.generation() > generation, "caches must drop what was refused");
    drop(release);
    commits.remove(0).await.expect("kept");
}

#[tokio::test]
async fn a_lazy_write_goes_with_the_next_commit_or_after_a_while() {
    let folder = folder();
    let clock = Clock::stepped(0);
    let store = open_with(folder.path(), &clock);
    let before = store.stats().commits;
    store.submit_later(set("a", "1"));
    assert_eq!(store.stats().commits, before);
    store.submit(set("b", "2")).await.expect("kept");
    assert_eq!(get(&store, "a").await.as_deref(), Some("1"));
    assert_eq!(store.stats().commits, before + 1);
    store.submit_later(set("c", "3"));
    while get(&store, "c").await.is_none() {
        clock.advance(Duration::from_secs(limits::LAZY_WRITE_MAX_S));
    }
}

#[tokio::test]
async fn a_reading_that_takes_too_long_is_ended() {
    let folder = folder();
    let clock = Clock::stepped(0);
    let store = open_with(folder.path(), &clock);
    let (started, start) = mpsc::channel();
    let endless = store.read(move |c| {
        started.send(()).expect("the test waits");
        let sql = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n";
        c.query_row(sql, [], |row| row.get::<_, i64>(0))
    });
    start.recv().expect("it starts");
    clock.advance(Duration::from_millis(limits::STORE_READ_MAX_MS + 1));
    assert!(matches!(endless.await, Err(StoreError::TimedOut)));
    assert_eq!(get(&store, "a").await, None);
}

#[tokio::test]
async fn a_reading_sees_one_state_and_cannot_write() {
    let folder = folder();
    let store = open(folder.path());
    let written = store.read(|c| c.execute("DELETE FROM setting", []));
    assert!(matches!(written.await, Err(StoreError::Sql(_))));
    let (go_on, wait) = mpsc::channel();
    let (started, start) = mpsc::channel();
    let twice = store.read(move |c| {
        let count = || c.query_row("SELECT count(*) FROM setting", [], |row| row.get::<_, i64>(0));
        let before = count()?;
        started.send(()).expect("the test waits");
        wait.recv().expect("the test goes on");
        Ok((before, count()?))
    });
    start.recv().expect("it starts");
    store.submit(set("a", "1")).await.expect("kept: readers do not block the writer");
    go_on.send(()).expect("it waits");
    assert_eq!(twice.await.unwrap(), (0, 0));
}

#[tokio::test]
async fn without_space_everything_is_refused_until_there_is_some() {
    let folder = folder();
    let clock = Clock::stepped(7);
    let store = open_with(folder.path(), &clock);
    store.set_reserve(u64::MAX);
    clock.advance(Duration::from_secs(1));
    assert!(matches!(store.submit(set("a", "1")).await, Err(StoreError::Unavailable(_))));
    assert!(!store.writable());
    let trouble = store.trouble().expect("a trouble");
    assert_eq!((trouble.what, trouble.since), (Cause::DiskFull, 1_000_007));
    assert!(matches!(store.submit(set("a", "1")).await, Err(StoreError::Unavailable(_))));
    store.submit_later(set("lazy", "1"));
    assert_eq!(get(&store, "a").await, None, "reading goes on");
    store.set_reserve(0);
    wait_until_fine(&store, &clock).await;
    assert!(store.writable());
    store.submit(set("a", "1")).await.expect("kept");
    assert_eq!(get(&store, "lazy").await.as_deref(), Some("1"));
}

#[tokio::test]
async fn a_full_disk_fails_the_whole_commit_and_keeps_what_was_there() {
    let folder = folder();
    let clock = Clock::stepped(0);
    let store = open_with(folder.path(), &clock);
    store.submit(set("a", "1")).await.expect("kept");
    let full = store.write(|c| {
        let pages: i64 = c.pragma_query_value(None, "page_count", |row| row.get(0))?;
        c.pragma_update_and_check(None, "max_page_count", pages, |row| row.get::<_, i64>(0))
    });
    full.await.expect("the database cannot grow");
    let generation = store.generation();
    let release = hold_up(&store);
    let commits = [store.submit(set("b", "2")), store.submit(set("big", &"x".repeat(100_000)))];
    store.submit_later(set("lazy", "3"));
    drop(release);
    for commit in commits {
        assert!(matches!(commit.await, Err(StoreError::Unavailable(_))));
    }
    assert_eq!(store.trouble().map(|trouble| trouble.what), Some(Cause::DiskFull));
    assert!(store.generation() > generation);
    assert_eq!(get(&store, "b").await, None);
    wait_until_fine(&store, &clock).await;
    store.submit(set("c", "4")).await.expect("kept");
    let all =
        store.read(|c| c.query_row("SELECT group_concat(key) FROM setting", [], |row| row.get::<_, Option<String>>(0)));
    assert_eq!(all.await.unwrap(), Some("a,c,lazy".to_owned()));
}

#[tokio::test]
async fn a_database_that_can_only_be_read_refuses_writes() {
    let folder = folder();
    let store = open_with(folder.path(), &Clock::stepped(0));
    store.write(|c| c.pragma_update(None, "query_only", true)).await.expect("as on a read-only disk");
    assert!(matches!(store.submit(set("a", "1")).await, Err(StoreError::Unavailable(_))));
    assert_eq!(store.trouble().map(|trouble| trouble.what), Some(Cause::ReadOnly));
}

#[tokio::test]
async fn the_log_stays_bounded_while_the_writer_never_rests() {
    let folder = folder();
    let store = open(folder.path());
    let log = folder.path().join("imera.sqlite-wal");
    let value = "x".repeat(20_000);
    let mut longest = 0;
    for n in 0..600 {
        store.submit(set(&n.to_string(), &value)).await.expect("kept");
        longest = longest.max(log.metadata().expect("a log").len());
    }
    assert!(longest < (4 * 64 + 32) * 4_120, "{longest} bytes");
    assert_eq!(get(&store, "599").await, Some(value));
}

#[tokio::test]
async fn a_snapshot_is_a_whole_database_and_holds_nobody_up() {
    let folder = folder();
    let store = open(folder.path());
    store.submit(set("a", "1")).await.expect("kept");
    let copy = tempfile::tempdir().expect("a folder");
    let (copied, kept) = tokio::join!(store.snapshot(copy.path().join(FILE)), store.submit(set("b", "2")));
    copied.expect("copied");
    kept.expect("kept");
    assert!(store.snapshot(copy.path().join(FILE)).await.is_err(), "an existing file is not overwritten");
    assert_eq!(get(&open(copy.path()), "a").await.as_deref(), Some("1"));
}
