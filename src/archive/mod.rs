//! Message history of an account or a room: the data side of XEP-0313 Message Archive Management,
//! version 1.1.3, and of XEP-0441, version 0.2.0. Complete.
//!
//! State: tables `message`, `archive*`, `undelivered`, `peer`, `archive_preference`; in memory what
//! is on its way to the disk and the preferences. Order is the sequence, never the clock.

mod forget;
mod ids;
mod marks;
mod page;
mod peers;
mod preferences;
mod scan;
mod sequence;
#[cfg(test)]
mod tests;
mod times;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use rusqlite::Connection;
use rusqlite::params;
use smallvec::SmallVec;

pub use ids::ArchiveId;
pub use marks::Backlog;
pub use page::Edge;
pub use page::Page;
pub use page::PageError;
pub use page::Query;
pub use preferences::Preferences;
pub use preferences::Rule;
pub use scan::Row;

use crate::clock;
use crate::clock::Clock;
use crate::clock::UtcMicros;
use crate::limits;
use crate::store::AccountId;
use crate::store::Batch;
use crate::store::Generation;
use crate::store::Store;
use crate::store::StoreError;
use crate::xmpp::jid::Jid;
use crate::xmpp::stanza::MessageType;
use sequence::Claim;
use sequence::Run;
use sequence::Sequence;

/// All archives. Cheap to clone.
#[derive(Clone)]
pub struct Archive(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Clock,
    ids: ids::Ids,
    sequence: Arc<Sequence>,
    peers: Arc<peers::Peers>,
    preferences: preferences::All,
    recent: Arc<Recent>,
}

/// How full `archive_recent` is, about.
#[derive(Default)]
struct Recent {
    rows: AtomicUsize,
    moving: AtomicBool,
}

/// A message as it is to be kept, once for all archives that get it.
#[derive(Clone, Debug)]
pub struct Body {
    /// Full where it has a resource.
    pub sender: Jid,
    pub recipient: Jid,
    pub kind: MessageType,
    /// The id attribute.
    pub id: Option<Box<str>>,
    pub lang: Option<Box<str>>,
    /// The children as XML where `jabber:client` is the default namespace.
    pub content: Arc<str>,
}

/// Where a message stands in one archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    pub seq: u64,
    pub id: ArchiveId,
    pub at: UtcMicros,
}

/// A message on its way into archives: [`Keeping::keep`] for each, then [`Keeping::finish`].
/// Dropped unfinished, it was never there.
#[must_use = "nothing is kept before finish()"]
pub struct Keeping {
    archive: Arc<Inner>,
    body: Body,
    rows: SmallVec<[NewRow; 2]>,
    claim: Claim,
    fresh_run: Option<Run>,
}

#[derive(Clone)]
struct NewRow {
    owner: AccountId,
    seq: u64,
    at: UtcMicros,
    peer: Jid,
    listed: bool,
    undelivered: bool,
}

impl Archive {
    /// Begins a run: one write. `domain`: ours, prepared.
    pub async fn open(store: Store, domain: &str, clock: Clock) -> Result<Archive, StoreError> {
        let now = clock.utc();
        let opened = store.write(move |db| open(db, now)).await?;
        let peers = Arc::new(peers::Peers::new(domain));
        let preferences = preferences::All::open(&store, domain).await?;
        let recent = Arc::new(Recent { rows: AtomicUsize::new(opened.recent), ..Recent::default() });
        let sequence = Sequence::new(opened.runs, opened.last_at);
        let ids = ids::Ids::new(&opened.key);
        Ok(Archive(Arc::new(Inner { store, clock, ids, sequence, peers, preferences, recent })))
    }

    /// Begins to keep a message.
    pub fn message(&self, body: Body) -> Keeping {
        let claim = Claim::new(self.0.sequence.clone());
        Keeping { archive: self.0.clone(), body, rows: SmallVec::new(), claim, fresh_run: None }
    }

    /// Waits until all that was kept so far, in any archive, is durable or given up. Below the
    /// seq it gives nothing appears any more: readings up to it miss nothing.
    pub async fn settled(&self) -> u64 {
        self.0.sequence.settled().await
    }

    /// The seq that comes next: under its lane, an account's archive ends below it.
    pub fn end(&self) -> u64 {
        self.0.sequence.end()
    }

    /// The id clients know a row by.
    pub fn id(&self, seq: u64) -> ArchiveId {
        self.0.ids.id(seq, self.0.sequence.salt(seq))
    }
}

impl Keeping {
    /// Gives the message its place in an archive; under the owner's lane. `peer`: whom the owner
    /// exchanged it with. `listed`: it is history, not only to be delivered. `undelivered`: it is
    /// marked until [`Archive::clear`].
    pub fn keep(&mut self, owner: AccountId, peer: &Jid, listed: bool, undelivered: bool) -> Kept {
        let archive = &self.archive;
        let place = archive.sequence.place(archive.clock.utc(), &mut self.claim);
        self.fresh_run = place.fresh_run;
        let (seq, at) = (place.seq, place.at);
        self.rows.push(NewRow { owner, seq, at, peer: peer.clone(), listed, undelivered });
        Kept { seq, id: archive.ids.id(seq, place.salt), at }
    }

    /// Whether no archive keeps it.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Puts the message with all its rows into a batch.
    pub fn finish(self, batch: &mut Batch) {
        let Keeping { archive, body, rows, claim, fresh_run } = self;
        if rows.is_empty() {
            return;
        }
        if archive.recent.rows.load(Ordering::Relaxed) >= limits::ARCHIVE_RECENT_ROWS
            && !archive.recent.moving.swap(true, Ordering::AcqRel)
        {
            archive.store.submit_later(move_recent(&archive.recent));
        }
        batch.weigh(body.content.len() + 512);
        let (peers, recent, generation) = (archive.peers.clone(), archive.recent.clone(), archive.store.generations());
        batch.push_again(move |db| {
            let _undecided_until_dropped = &claim;
            if let Some(run) = &fresh_run {
                write_run(db, run)?;
            }
            write_message(db, &peers, &generation, &body, &rows)?;
            recent.rows.fetch_add(rows.len(), Ordering::Relaxed);
            Ok(())
        });
    }
}

fn write_message(
    db: &Connection,
    peers: &peers::Peers,
    generation: &Generation,
    body: &Body,
    rows: &[NewRow],
) -> rusqlite::Result<()> {
    let generation = generation.now();
    let message = rows[0].seq as i64;
    let mut insert = db.prepare_cached("INSERT INTO message VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")?;
    insert.execute(params![
        message,
        rows.len() as i64,
        peers.number(db, &body.sender, generation)?,
        body.sender.resource(),
        peers.number(db, &body.recipient, generation)?,
        body.recipient.resource(),
        body.kind.as_str(),
        body.id,
        body.lang,
        body.content,
    ])?;
    let mut insert = db.prepare_cached("INSERT INTO archive_recent VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    for row in rows {
        let peer = peers.number(db, &row.peer, generation)?;
        insert.execute(params![row.owner, row.seq as i64, message, peer, row.at, row.listed])?;
        if row.undelivered {
            let mut mark = db.prepare_cached("INSERT INTO undelivered VALUES (?1, ?2, ?3)")?;
            mark.execute(params![row.owner, row.seq as i64, row.listed])?;
        }
    }
    Ok(())
}

/// The batch that moves all of `archive_recent` to `archive`, in the order of that table.
fn move_recent(recent: &Arc<Recent>) -> Batch {
    let mut batch = Batch::new();
    let moving = Moving(recent.clone());
    batch.push_again(move |db| {
        db.prepare_cached(
            "INSERT INTO archive_moved SELECT 1, max(seq), max(at) FROM archive_recent HAVING count(*) > 0
             ON CONFLICT (id) DO UPDATE SET seq = max(seq, excluded.seq), at = max(at, excluded.at)",
        )?
        .execute([])?;
        // «OR IGNORE», as nothing is ever there: a statement that cannot fail needs no journal of its own.
        db.prepare_cached("INSERT OR IGNORE INTO archive SELECT * FROM archive_recent")?.execute([])?;
        db.prepare_cached("DELETE FROM archive_recent")?.execute([])?;
        moving.0.rows.store(0, Ordering::Relaxed);
        Ok(())
    });
    batch
}

/// Until the batch is decided no other one is made.
struct Moving(Arc<Recent>);

impl Drop for Moving {
    fn drop(&mut self) {
        self.0.moving.store(false, Ordering::Release);
    }
}

fn write_run(db: &Connection, run: &Run) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO archive_run VALUES (?1, ?2, ?3) ON CONFLICT (first_seq)
         DO UPDATE SET salt = excluded.salt, went_back = max(went_back, excluded.went_back)",
    )?
    .execute(params![run.first_seq as i64, run.salt as i64, run.went_back])
    .map(|_| ())
}

/// The latest time of a message; `None`: there is none.
pub fn newest_at(db: &Connection) -> rusqlite::Result<Option<UtcMicros>> {
    let sql = "SELECT max(at) FROM (SELECT at FROM archive_moved UNION ALL SELECT max(at) FROM archive_recent)";
    db.query_row(sql, [], |row| row.get(0))
}

/// What the database knows at the start.
struct Opened {
    runs: Vec<Run>,
    last_at: UtcMicros,
    recent: usize,
    key: [u8; 16],
}

fn open(db: &Connection, now: UtcMicros) -> rusqlite::Result<Opened> {
    let number = |sql| db.query_row(sql, [], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?)));
    let highest = "SELECT (SELECT coalesce(max(seq), 0) FROM archive_moved),
                          (SELECT coalesce(max(seq), 0) FROM archive_recent)";
    let (moved_seq, recent_seq): (i64, _) = number(highest)?;
    let (recent, message): (i64, _) =
        number("SELECT (SELECT count(*) FROM archive_recent), (SELECT coalesce(max(id), 0) FROM message)")?;
    let begun: i64 = db.query_row("SELECT coalesce(max(first_seq), 1) FROM archive_run", [], |row| row.get(0))?;
    let next = (moved_seq.max(recent_seq).max(message) + 1).max(begun);
    let known = newest_at(db)?.unwrap_or(0);
    let went_back = now < known - limits::ARCHIVE_CLOCK_SLACK_MS * 1_000;
    write_run(db, &Run { first_seq: next as u64, salt: u64::from_be_bytes(clock::random()), went_back })?;
    let mut select = db.prepare("SELECT first_seq, salt, went_back FROM archive_run ORDER BY first_seq")?;
    let runs = select.query_map([], |row| {
        let salt = row.get::<_, i64>(1)? as u64;
        Ok(Run { first_seq: row.get::<_, i64>(0)? as u64, salt, went_back: row.get(2)? })
    })?;
    let runs = runs.collect::<rusqlite::Result<Vec<Run>>>()?;
    db.execute("INSERT INTO secret VALUES ('archive-ids', ?1) ON CONFLICT (name) DO NOTHING", [clock::random::<16>()])?;
    let key = db.query_row("SELECT value FROM secret WHERE name = 'archive-ids'", [], |row| row.get(0))?;
    let last_at = if went_back { now } else { known };
    Ok(Opened { runs, last_at, recent: recent as usize, key })
}
