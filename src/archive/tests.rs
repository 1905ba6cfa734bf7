//! XEP-0313 on a real database: what the archive keeps and gives back.

use std::path::Path;
use std::time::Duration;

use super::*;
use crate::store::OpenOptions;
use crate::xmpp::rsm;

mod model;

const START: UtcMicros = 1_700_000_000_000_000;
const JULIET: AccountId = AccountId(1);
const ROMEO: AccountId = AccountId(2);

struct House {
    store: Store,
    archive: Archive,
    clock: Clock,
    folder: tempfile::TempDir,
}

async fn open_at(folder: &Path, clock: &Clock) -> (Store, Archive) {
    let store = Store::open(folder, OpenOptions { reserve: 0, ..OpenOptions::default() }, clock.clone());
    let store = store.expect("it opens");
    let archive = Archive::open(store.clone(), "a.test", clock.clone()).await.expect("it opens");
    (store, archive)
}

async fn house() -> House {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = Clock::stepped(START);
    let (store, archive) = open_at(folder.path(), &clock).await;
    let people =
        "INSERT INTO account (id, name, role, created_at) VALUES (1, 'juliet', 'owner', 0), (2, 'romeo', 'member', 0)";
    store.write(move |db| db.execute(people, [])).await.expect("two accounts");
    House { store, archive, clock, folder }
}

fn jid(text: &str) -> Jid {
    text.parse().expect("an address")
}

fn body(sender: &str, recipient: &str, text: &str) -> Body {
    Body {
        sender: jid(sender),
        recipient: jid(recipient),
        kind: MessageType::Chat,
        id: Some("m1".into()),
        lang: None,
        content: format!("<body>{text}</body>").into(),
    }
}

impl House {
    /// As a message between the two goes: kept in both archives by one batch.
    async fn send(&self, text: &str) -> (Kept, Kept) {
        let mut batch = Batch::new();
        let mut keeping = self.archive.message(body("romeo@a.test/orchard", "juliet@a.test", text));
        let sent = keeping.keep(ROMEO, &jid("juliet@a.test"), true, false);
        let received = keeping.keep(JULIET, &jid("romeo@a.test"), true, true);
        keeping.finish(&mut batch);
        self.store.submit(batch).await.expect("kept");
        (sent, received)
    }

    /// What `archive_recent` has goes to `archive`.
    async fn move_recent(&self) {
        self.archive.0.recent.moving.store(true, Ordering::Release);
        self.store.submit(move_recent(&self.archive.0.recent)).await.expect("moved");
    }

    async fn count(&self, sql: &'static str) -> i64 {
        self.store.read(move |db| db.query_row(sql, [], |row| row.get(0))).await.expect("a number")
    }

    async fn texts(&self, owner: AccountId, query: Query) -> Vec<String> {
        let page = self.archive.page(owner, query).await.expect("a page");
        page.rows.iter().map(text_of).collect()
    }
}

fn text_of(row: &Row) -> String {
    row.content.trim_start_matches("<body>").trim_end_matches("</body>").to_owned()
}

fn last(max: u64) -> rsm::Request {
    rsm::Request { max: Some(max), place: rsm::Place::Last }
}

#[tokio::test]
async fn a_message_is_in_both_archives_and_its_body_is_stored_once() {
    let house = house().await;
    let (sent, received) = house.send("hi").await;
    assert_ne!(sent.id, received.id);
    for (owner, kept) in [(ROMEO, sent), (JULIET, received)] {
        let page = house.archive.page(owner, Query::default()).await.expect("a page");
        let row = &page.rows[0];
        assert_eq!((row.seq, row.id, row.at), (kept.seq, kept.id, START));
        assert_eq!(row.sender, jid("romeo@a.test/orchard"));
        assert_eq!(row.recipient, jid("juliet@a.test"));
        assert_eq!((row.stanza_id.as_deref(), row.lang.as_deref()), (Some("m1"), None));
        assert_eq!(&*row.content, "<body>hi</body>");
        assert!(page.complete);
        assert_eq!((page.index, page.count), (Some(0), Some(1)));
    }
    assert_eq!(house.count("SELECT count(*) FROM message").await, 1);
}

#[tokio::test]
async fn a_page_waits_for_what_was_kept_before_it_was_asked_for() {
    let house = house().await;
    let mut keeping = house.archive.message(body("romeo@a.test", "juliet@a.test", "early"));
    keeping.keep(JULIET, &jid("romeo@a.test"), true, true);
    house.send("late").await;
    let page = house.archive.page(JULIET, Query::default());
    let mut page = std::pin::pin!(page);
    for _ in 0..20 {
        tokio::select! { biased; _ = &mut page => panic!("it did not wait"), () = tokio::task::yield_now() => {} }
    }
    let mut batch = Batch::new();
    keeping.finish(&mut batch);
    house.store.submit(batch).await.expect("kept");
    let texts: Vec<String> = page.await.expect("a page").rows.iter().map(text_of).collect();
    assert_eq!(texts, ["early", "late"]);
}

#[tokio::test]
async fn what_is_given_up_is_waited_for_no_longer() {
    let house = house().await;
    let mut keeping = house.archive.message(body("romeo@a.test", "juliet@a.test", "never"));
    keeping.keep(JULIET, &jid("romeo@a.test"), true, true);
    drop(keeping);
    assert!(house.archive.page(JULIET, Query::default()).await.expect("a page").rows.is_empty());
    assert_eq!(house.archive.metadata(JULIET).await.expect("it reads"), None);
}

#[tokio::test]
async fn xep0313_4_1_3_an_id_that_is_not_in_this_archive_is_not_found() {
    let house = house().await;
    let (sent, received) = house.send("hi").await;
    let unlisted = {
        let mut batch = Batch::new();
        let mut keeping = house.archive.message(body("romeo@a.test", "juliet@a.test", "unlisted"));
        let kept = keeping.keep(JULIET, &jid("romeo@a.test"), false, true);
        keeping.finish(&mut batch);
        house.store.submit(batch).await.expect("kept");
        kept
    };
    let wrong = [sent.id.to_string(), unlisted.id.to_string(), "x".into(), house.archive.id(99).to_string()];
    for id in wrong {
        let by_rsm = rsm::Request { max: None, place: rsm::Place::After(id.clone()) };
        let queries = [
            Query { after_id: Some(id.clone()), ..Query::default() },
            Query { before_id: Some(id.clone()), ..Query::default() },
            Query { ids: vec![received.id.to_string(), id.clone()], ..Query::default() },
            Query { page: by_rsm, ..Query::default() },
        ];
        for query in queries {
            assert!(matches!(house.archive.page(JULIET, query).await, Err(PageError::NotFound)));
        }
    }
    let one = Query { ids: vec![received.id.to_string()], ..Query::default() };
    assert_eq!(house.texts(JULIET, one).await, ["hi"]);
}

#[tokio::test]
async fn xep0313_4_1_1_the_owners_own_address_gives_what_it_wrote_to_itself() {
    let house = house().await;
    house.send("to juliet").await;
    let mut batch = Batch::new();
    let mut keeping = house.archive.message(body("romeo@a.test/orchard", "romeo@a.test", "note"));
    keeping.keep(ROMEO, &jid("romeo@a.test"), true, false);
    keeping.finish(&mut batch);
    house.store.submit(batch).await.expect("kept");
    let with = |text| Query { with: Some(jid(text)), ..Query::default() };
    assert_eq!(house.texts(ROMEO, with("romeo@a.test")).await, ["note"]);
    assert_eq!(house.texts(ROMEO, with("romeo@a.test/orchard")).await, ["to juliet", "note"]);
    assert_eq!(house.texts(ROMEO, with("juliet@a.test")).await, ["to juliet"]);
    assert!(house.texts(ROMEO, with("juliet@a.test/balcony")).await.is_empty());
    assert!(house.texts(ROMEO, with("nobody@b.test")).await.is_empty());
}

#[tokio::test]
async fn a_clock_that_jumps_by_a_year_changes_no_order_and_times_are_still_found() {
    let house = house().await;
    const YEAR: i64 = 365 * 86_400 * 1_000_000;
    for (text, clock) in [("a", START), ("b", START + YEAR), ("c", START + 10), ("d", START - YEAR), ("e", START + 20)]
    {
        house.clock.set_utc(clock);
        house.send(text).await;
    }
    for _ in 0..2 {
        assert_eq!(house.texts(JULIET, Query::default()).await, ["a", "b", "c", "d", "e"]);
        let times = Query { start: Some(START), end: Some(START + 20), ..Query::default() };
        assert_eq!(house.texts(JULIET, times).await, ["a", "c", "e"]);
        let from = Query { start: Some(START + 11), page: last(1), ..Query::default() };
        assert_eq!(house.texts(JULIET, from).await, ["e"]);
        house.move_recent().await;
    }
    let House { store, clock, folder, archive } = house;
    drop(archive);
    store.close().await;
    let (store, archive) = open_at(folder.path(), &clock).await;
    let house = House { store, clock, folder, archive };
    clock_back_after_restart(&house).await;
}

async fn clock_back_after_restart(house: &House) {
    house.send("f").await;
    assert_eq!(house.texts(JULIET, Query::default()).await, ["a", "b", "c", "d", "e", "f"]);
    let late = Query { end: Some(START + 20), start: Some(START + 20), ..Query::default() };
    assert_eq!(house.texts(JULIET, late).await, ["e", "f"]);
}

#[tokio::test]
async fn ids_stay_after_a_restart_and_a_copy_of_old_gives_none_twice() {
    let house = house().await;
    let (_, before) = house.send("before").await;
    house.store.close().await;
    let copy = tempfile::tempdir().expect("a folder");
    let file = |folder: &Path| folder.join(crate::store::FILE);
    std::fs::copy(file(house.folder.path()), file(copy.path())).expect("a copy");
    let clock = house.clock.clone();
    let mut ids = Vec::new();
    for folder in [house.folder.path(), copy.path()] {
        let (store, archive) = open_at(folder, &clock).await;
        let again = House { store, archive, clock: clock.clone(), folder: tempfile::tempdir().expect("a folder") };
        let (_, kept) = again.send("after").await;
        let page = again.archive.page(JULIET, Query::default()).await.expect("a page");
        assert_eq!(page.rows[0].id, before.id);
        ids.push((kept.seq, kept.id));
        again.store.close().await;
    }
    assert_eq!(ids[0].0, ids[1].0);
    assert_ne!(ids[0].1, ids[1].1);
}

#[tokio::test]
async fn xep0160_marks_are_read_in_order_and_cleared() {
    let house = house().await;
    let mut seqs = Vec::new();
    for text in ["a", "b", "c", "d"] {
        seqs.push(house.send(text).await.1.seq);
    }
    let mut batch = Batch::new();
    let mut keeping = house.archive.message(body("romeo@a.test", "juliet@a.test", "unlisted"));
    seqs.push(keeping.keep(JULIET, &jid("romeo@a.test"), false, true).seq);
    keeping.finish(&mut batch);
    house.store.submit(batch).await.expect("kept");
    let below = house.archive.settled().await;
    let texts = |backlog: &Backlog| backlog.rows.iter().map(text_of).collect::<Vec<_>>();
    let all = house.archive.backlog(JULIET, 0, below, 3).await.expect("it reads");
    assert_eq!((texts(&all), all.more), (vec!["a".into(), "b".into(), "c".into()], true));
    let rest = house.archive.backlog(JULIET, seqs[2], below, 3).await.expect("it reads");
    assert_eq!((texts(&rest), rest.more), (vec!["d".into(), "unlisted".into()], false));
    assert_eq!(house.texts(JULIET, Query::default()).await, ["a", "b", "c", "d"]);

    house.move_recent().await;
    let mut batch = Batch::new();
    house.archive.clear(&mut batch, JULIET, &[seqs[1], seqs[4]]);
    house.store.submit(batch).await.expect("cleared");
    let left = house.archive.backlog(JULIET, 0, below, 9).await.expect("it reads");
    assert_eq!((texts(&left), left.more), (vec!["a".into(), "c".into(), "d".into()], false));
    assert_eq!(house.count("SELECT count(*) FROM message").await, 4);
    let mut batch = Batch::new();
    house.archive.clear_listed(&mut batch, JULIET);
    house.store.submit(batch).await.expect("cleared");
    let left = house.archive.backlog(JULIET, 0, below, 9).await.expect("it reads");
    assert!(left.rows.is_empty());
}

#[tokio::test]
async fn xep0160_what_is_not_in_the_history_waits_for_who_reads_the_history_too() {
    let house = house().await;
    let mut batch = Batch::new();
    for (text, listed) in [("history", true), ("only delivered", false)] {
        let mut keeping = house.archive.message(body("x@b.test", "juliet@a.test", text));
        keeping.keep(JULIET, &jid("x@b.test"), listed, true);
        keeping.finish(&mut batch);
    }
    house.archive.clear_listed(&mut batch, JULIET);
    house.store.submit(batch).await.expect("kept");
    let below = house.archive.settled().await;
    let left = house.archive.backlog(JULIET, 0, below, 9).await.expect("it reads");
    assert_eq!(left.rows.iter().map(text_of).collect::<Vec<_>>(), ["only delivered"]);
}

#[tokio::test]
async fn a_forgotten_archive_takes_the_bodies_along_that_nobody_else_holds() {
    let house = house().await;
    house.send("both").await;
    house.move_recent().await;
    house.send("both").await;
    let mut batch = Batch::new();
    let mut keeping = house.archive.message(body("x@b.test", "juliet@a.test", "juliet alone"));
    keeping.keep(JULIET, &jid("x@b.test"), true, true);
    keeping.finish(&mut batch);
    house.store.submit(batch).await.expect("kept");
    house.archive.forget(JULIET).await.expect("forgotten");
    assert!(house.texts(JULIET, Query::default()).await.is_empty());
    assert_eq!(house.texts(ROMEO, Query::default()).await, ["both", "both"]);
    assert_eq!(house.count("SELECT count(*) FROM message").await, 2);
    assert_eq!(house.count("SELECT count(*) FROM undelivered").await, 0);
    house.archive.forget(ROMEO).await.expect("forgotten");
    assert_eq!(house.count("SELECT count(*) FROM message").await, 0);
}

#[tokio::test]
async fn a_page_is_bounded_in_bytes_and_the_next_one_goes_on() {
    let house = house().await;
    let big = "x".repeat(400_000);
    for _ in 0..5 {
        house.send(&big).await;
    }
    let first = house.archive.page(JULIET, Query::default()).await.expect("a page");
    assert_eq!((first.rows.len(), first.complete), (2, false));
    let mut seen = first.rows;
    loop {
        let after = seen.last().expect("rows").id.to_string();
        let page = rsm::Request { max: None, place: rsm::Place::After(after) };
        let page = house.archive.page(JULIET, Query { page, ..Query::default() }).await.expect("a page");
        seen.extend(page.rows);
        if page.complete {
            break;
        }
    }
    assert_eq!(seen.len(), 5);
    assert!(seen.is_sorted_by_key(|row| row.seq));
}

#[tokio::test]
async fn xep0441_2_1_preferences_are_kept() {
    let house = house().await;
    assert_eq!(*house.archive.preferences(JULIET), Preferences::default());
    let wanted = Preferences {
        rule: Rule::Roster,
        always: vec![jid("romeo@a.test")],
        never: vec![jid("x@b.test/y"), jid("z@b.test")],
    };
    house.archive.set_preferences(JULIET, wanted.clone()).await.expect("kept");
    house.store.close().await;
    let (_store, archive) = open_at(house.folder.path(), &house.clock).await;
    assert_eq!(*archive.preferences(JULIET), wanted);
    assert_eq!(*archive.preferences(ROMEO), Preferences::default());
}

#[test]
fn xep0441_2_3_1_a_full_address_is_matched_as_is_and_a_bare_one_by_any_resource() {
    let preferences = Preferences {
        rule: Rule::Roster,
        always: vec![jid("romeo@a.test"), jid("z@b.test/known")],
        never: vec![jid("romeo@a.test/spam"), jid("z@b.test")],
    };
    let keeps = |text| preferences.keeps(&jid(text), || false);
    assert!(keeps("romeo@a.test") && keeps("romeo@a.test/orchard") && keeps("z@b.test/known"));
    assert!(!keeps("romeo@a.test/spam") && !keeps("z@b.test/other") && !keeps("z@b.test"));
    assert!(!keeps("other@b.test") && preferences.keeps(&jid("other@b.test/x"), || true));
}

#[tokio::test]
async fn recent_rows_move_when_there_are_enough() {
    let house = house().await;
    for n in 0..limits::ARCHIVE_RECENT_ROWS / 2 + 10 {
        house.send(&n.to_string()).await;
    }
    house.clock.advance(Duration::from_secs(limits::LAZY_WRITE_MAX_S));
    house.send("last").await;
    assert!(house.count("SELECT count(*) FROM archive").await > 1_000);
    assert!(house.count("SELECT count(*) FROM archive_recent").await < 50);
    let page = house.archive.page(ROMEO, Query { page: last(20), ..Query::default() }).await.expect("a page");
    assert_eq!(text_of(page.rows.last().expect("rows")), "last");
    assert_eq!(text_of(&page.rows[0]), "503");
}
