//! Rows of one archive in the order of their seqs, forwards or backwards, out of both tables.

use rusqlite::Connection;
use rusqlite::params;

use super::ArchiveId;
use super::Inner;
use crate::clock::UtcMicros;
use crate::limits;
use crate::store::AccountId;
use crate::xmpp::jid::Jid;
use crate::xmpp::stanza::Content;
use crate::xmpp::stanza::Head;
use crate::xmpp::stanza::Message;
use crate::xmpp::stanza::MessageType;

/// A message as one archive has it: all that its stanza is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub seq: u64,
    pub id: ArchiveId,
    pub at: UtcMicros,
    /// Full where it has a resource.
    pub sender: Jid,
    pub recipient: Jid,
    pub kind: MessageType,
    /// The id attribute.
    pub stanza_id: Option<Box<str>>,
    pub lang: Option<Box<str>>,
    /// The children as XML where `jabber:client` is the default namespace.
    pub content: Box<str>,
    /// Part of the history; else kept for its delivery only, under an id that is not found again.
    pub listed: bool,
}

impl Row {
    /// The message as it was sent.
    pub fn into_message(self) -> Message {
        let head = Head { to: Some(self.recipient), from: Some(self.sender), id: self.stanza_id, lang: self.lang };
        Message { head, kind: self.kind, content: Content::opaque(self.content) }
    }
}

/// Which rows of an archive match, apart from their seq.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    /// Exchanged with this peer.
    pub peer: Option<i64>,
    /// Sent to or by exactly this address.
    pub full: Option<(i64, Box<str>)>,
    pub without_groupchat: bool,
    pub start: Option<UtcMicros>,
    pub end: Option<UtcMicros>,
}

impl Filter {
    /// Whether rows must be looked at one by one.
    pub fn compares(&self) -> bool {
        self.full.is_some() || self.without_groupchat
    }

    fn matches(&self, row: &rusqlite::Row<'_>) -> rusqlite::Result<bool> {
        if self.without_groupchat && row.get_ref(SENDER + 4)?.as_str()? == "groupchat" {
            return Ok(false);
        }
        let Some((peer, resource)) = &self.full else { return Ok(true) };
        let is = |at: usize| -> rusqlite::Result<bool> {
            let full = row.get_ref(at + 1)?.as_str_or_null()?;
            Ok(row.get::<_, i64>(at)? == *peer && full == Some(resource))
        };
        Ok(is(SENDER)? || is(SENDER + 2)?)
    }
}

/// Columns of [`COLUMNS`]: `sender` and what follows it.
const SENDER: usize = 2;

const COLUMNS: &str = "a.seq, a.at, m.sender, m.sender_resource, m.recipient, m.recipient_resource, m.type,
    m.stanza_id, m.lang, m.content, a.listed";

/// What is read: `lo` up to but without `hi`.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub owner: AccountId,
    pub filter: Filter,
    pub lo: u64,
    pub hi: u64,
    pub backwards: bool,
    /// Rows to look for; the scan gives one more if there is one.
    pub rows: usize,
}

/// What a scan found, in the order it was looked for.
#[derive(Default)]
pub(super) struct Found {
    pub rows: Vec<Row>,
    /// The scan stopped here before its end; what is beyond was not looked at.
    pub horizon: Option<u64>,
}

/// One scan is bounded in rows looked at and in bytes.
struct Budget {
    looks: usize,
    bytes: usize,
}

/// Reads both tables and merges what they have.
pub(super) fn scan(archive: &Inner, db: &Connection, wanted: &Wanted) -> rusqlite::Result<Found> {
    let old = old_rows(archive, db, wanted)?;
    let new = new_rows(archive, db, wanted)?;
    let nearer = |a: u64, b: u64| if wanted.backwards { a.max(b) } else { a.min(b) };
    let horizon = match (old.horizon, new.horizon) {
        (Some(a), Some(b)) => Some(nearer(a, b)),
        (a, b) => a.or(b),
    };
    let mut rows = old.rows;
    rows.extend(new.rows);
    if let Some(horizon) = horizon {
        rows.retain(|row| nearer(row.seq, horizon) == row.seq);
    }
    rows.sort_unstable_by_key(|row| if wanted.backwards { u64::MAX - row.seq } else { row.seq });
    Ok(Found { rows, horizon })
}

fn budget(wanted: &Wanted) -> Budget {
    let looks = if wanted.filter.compares() { limits::ARCHIVE_SCAN_ROWS } else { wanted.rows + 1 };
    Budget { looks, bytes: limits::ARCHIVE_PAGE_MAX_BYTES }
}

/// From `archive`, where a time is found by bisection.
fn old_rows(archive: &Inner, db: &Connection, wanted: &Wanted) -> rusqlite::Result<Found> {
    let mut found = Found::default();
    let mut budget = budget(wanted);
    let mut ranges = super::times::ranges(archive, db, wanted)?;
    if wanted.backwards {
        ranges.reverse();
    }
    let sql = sql_of(wanted);
    for (lo, hi) in ranges {
        let mut select = db.prepare_cached(&sql)?;
        let (lo, hi, looks) = (lo as i64, hi as i64, budget.looks as i64);
        let rows = match wanted.filter.peer {
            Some(peer) => select.query(params![wanted.owner, lo, hi, looks, peer])?,
            None => select.query(params![wanted.owner, lo, hi, looks])?,
        };
        collect(archive, db, wanted, rows, &mut budget, &mut found)?;
        if found.horizon.is_some() {
            break;
        }
    }
    Ok(found)
}

fn sql_of(wanted: &Wanted) -> String {
    let order = if wanted.backwards { "DESC" } else { "ASC" };
    let (index, peer) = match wanted.filter.peer {
        Some(_) => ("INDEXED BY archive_by_peer", "AND a.peer = ?5"),
        None => ("", ""),
    };
    format!(
        "SELECT {COLUMNS} FROM archive a {index} CROSS JOIN message m ON m.id = a.message
         WHERE a.owner = ?1 AND a.seq >= ?2 AND a.seq < ?3 AND a.listed = 1 {peer} ORDER BY a.seq {order} LIMIT ?4"
    )
}

/// From `archive_recent`, which is small enough to be looked through.
fn new_rows(archive: &Inner, db: &Connection, wanted: &Wanted) -> rusqlite::Result<Found> {
    let order = if wanted.backwards { "DESC" } else { "ASC" };
    let mut select = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM archive_recent a CROSS JOIN message m ON m.id = a.message
         WHERE a.owner = ?1 AND a.seq >= ?2 AND a.seq < ?3 AND a.listed = 1
           AND (?5 IS NULL OR a.peer = ?5) AND a.at BETWEEN ?6 AND ?7
         ORDER BY a.seq {order} LIMIT ?4"
    ))?;
    let (filter, mut budget, mut found) = (&wanted.filter, budget(wanted), Found::default());
    let rows = select.query(params![
        wanted.owner,
        wanted.lo as i64,
        wanted.hi as i64,
        budget.looks as i64,
        filter.peer,
        filter.start.unwrap_or(i64::MIN),
        filter.end.unwrap_or(i64::MAX),
    ])?;
    collect(archive, db, wanted, rows, &mut budget, &mut found)?;
    Ok(found)
}

/// Takes rows until the budget is used up.
fn collect(
    archive: &Inner,
    db: &Connection,
    wanted: &Wanted,
    mut rows: rusqlite::Rows<'_>,
    budget: &mut Budget,
    found: &mut Found,
) -> rusqlite::Result<()> {
    while let Some(row) = rows.next()? {
        budget.looks -= 1;
        if wanted.filter.matches(row)? {
            let row = read(archive, db, row)?;
            budget.bytes = budget.bytes.saturating_sub(row.content.len());
            found.rows.push(row);
        }
        if budget.looks == 0 || budget.bytes == 0 || found.rows.len() > wanted.rows {
            found.horizon = Some(row.get::<_, i64>(0)? as u64);
            break;
        }
    }
    Ok(())
}

/// A row of a statement with [`COLUMNS`].
fn read(archive: &Inner, db: &Connection, row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    let seq = row.get::<_, i64>(0)? as u64;
    let jid = |at: usize| -> rusqlite::Result<Jid> {
        archive.peers.jid(db, row.get(at)?, row.get_ref(at + 1)?.as_str_or_null()?)
    };
    let text =
        |at: usize| -> rusqlite::Result<Option<Box<str>>> { Ok(row.get_ref(at)?.as_str_or_null()?.map(Box::from)) };
    Ok(Row {
        seq,
        id: archive.ids.id(seq, archive.sequence.salt(seq)),
        at: row.get(1)?,
        sender: jid(SENDER)?,
        recipient: jid(SENDER + 2)?,
        kind: MessageType::parse(Some(row.get_ref(SENDER + 4)?.as_str()?)),
        stanza_id: text(SENDER + 5)?,
        lang: text(SENDER + 6)?,
        content: row.get_ref(SENDER + 7)?.as_str()?.into(),
        listed: row.get(SENDER + 8)?,
    })
}

/// The marked rows between `after` and `below`, up to `count` and a page's bytes.
pub(super) fn marked(
    archive: &Inner,
    db: &Connection,
    owner: AccountId,
    after: u64,
    below: u64,
    count: usize,
) -> rusqlite::Result<Found> {
    let filter = Filter::default();
    let wanted = Wanted { owner, filter, lo: after.saturating_add(1), hi: below, backwards: false, rows: count };
    let mut parts = [Found::default(), Found::default()];
    for (table, found) in ["archive", "archive_recent"].iter().zip(&mut parts) {
        let mut select = db.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM undelivered u CROSS JOIN {table} a ON a.owner = u.owner AND a.seq = u.seq
             CROSS JOIN message m ON m.id = a.message
             WHERE u.owner = ?1 AND u.seq >= ?2 AND u.seq < ?3 ORDER BY u.seq LIMIT ?4"
        ))?;
        let mut budget = budget(&wanted);
        let rows =
            select.query(params![owner, wanted.lo as i64, below.min(i64::MAX as u64) as i64, budget.looks as i64])?;
        collect(archive, db, &wanted, rows, &mut budget, found)?;
    }
    let [mut old, new] = parts;
    let horizon = old.horizon.into_iter().chain(new.horizon).min();
    old.rows.extend(new.rows);
    old.rows.retain(|row| horizon.is_none_or(|horizon| row.seq <= horizon));
    old.rows.sort_unstable_by_key(|row| row.seq);
    Ok(Found { rows: old.rows, horizon })
}

/// The rows with these seqs that match, in order. Both tables are asked for each.
pub(super) fn each(archive: &Inner, db: &Connection, wanted: &Wanted, seqs: &[u64]) -> rusqlite::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for seq in seqs.iter().filter(|seq| (wanted.lo..wanted.hi).contains(seq)) {
        let one = Wanted { lo: *seq, hi: *seq + 1, rows: 1, backwards: false, ..wanted.clone() };
        rows.extend(scan(archive, db, &one)?.rows);
    }
    Ok(rows)
}
