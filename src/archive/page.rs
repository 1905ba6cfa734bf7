//! Pages of an archive (XEP-0313 §4), ids and times and addresses as filters, metadata (§5).

use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use rusqlite::params;

use super::Archive;
use super::ArchiveId;
use super::Inner;
use super::scan;
use super::scan::Filter;
use super::scan::Row;
use super::scan::Wanted;
use crate::clock::UtcMicros;
use crate::limits;
use crate::store::AccountId;
use crate::store::StoreError;
use crate::xmpp::jid::Jid;
use crate::xmpp::rsm;

/// What is asked of an archive (§4.1). The default asks for its first page.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// A bare address: exchanged with any of its resources; a full one: with that resource only.
    /// The owner's own bare address: what it wrote to itself (§4.1.1).
    pub with: Option<Jid>,
    /// Not earlier (§4.1.2).
    pub start: Option<UtcMicros>,
    /// Not later.
    pub end: Option<UtcMicros>,
    /// Behind this id (§4.1.3).
    pub after_id: Option<String>,
    pub before_id: Option<String>,
    /// Only these; at most `ARCHIVE_QUERY_MAX_IDS`.
    pub ids: Vec<String>,
    /// `include-groupchat` is false (§4.1.4).
    pub without_groupchat: bool,
    pub page: rsm::Request,
}

/// Rows in the order of the archive, also where the page was asked for backwards.
#[derive(Clone, Debug, Default)]
pub struct Page {
    pub rows: Vec<Row>,
    /// Nothing that matches is left in the direction of the page (§4.3.2).
    pub complete: bool,
    /// Position of the first row among all that match, where it is known.
    pub index: Option<u64>,
    /// How many match, where it is known; more than `ARCHIVE_COUNT_MAX` are said to be as many.
    pub count: Option<u64>,
}

impl Page {
    /// The `<set/>` of the answer.
    pub fn rsm(&self) -> rsm::Page {
        let ends = self.rows.first().zip(self.rows.last());
        let ends = ends.map(|(first, last)| (first.id.to_string(), last.id.to_string()));
        rsm::Page { ends, index: self.index, count: self.count }
    }
}

/// The first or last row of an archive (§5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    pub id: ArchiveId,
    pub at: UtcMicros,
}

/// Why there is no page.
#[derive(Clone, Debug, thiserror::Error)]
pub enum PageError {
    /// An id is not in this archive: `item-not-found`.
    #[error("the archive has no message with one of the ids")]
    NotFound,
    /// A page by its index: `feature-not-implemented` (XEP-0059 §2.6).
    #[error("pages are not found by their index")]
    ByIndex,
    /// More ids than `ARCHIVE_QUERY_MAX_IDS`: `policy-violation`.
    #[error("too many ids in one query")]
    TooManyIds,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for PageError {
    fn from(error: rusqlite::Error) -> PageError {
        PageError::Store(error.into())
    }
}

impl Archive {
    /// One page. Waits for what was kept before, in any archive.
    pub async fn page(&self, owner: AccountId, query: Query) -> Result<Page, PageError> {
        if query.ids.len() > limits::ARCHIVE_QUERY_MAX_IDS {
            return Err(PageError::TooManyIds);
        }
        if matches!(query.page.place, rsm::Place::Index(index) if index > 0) {
            return Err(PageError::ByIndex);
        }
        let bound = self.settled().await;
        let (query, inner) = (Arc::new(query), self.0.clone());
        let asked = query.clone();
        let mut reading = self.reading(move |db| Reading::begin(&inner, db, owner, &asked, bound)).await??;
        // Where rows must be compared one by one, a reading may find less than a page.
        while !reading.is_done() {
            let inner = self.0.clone();
            reading = self.reading(move |db| reading.go_on(&inner, db)).await??;
        }
        Ok(reading.page(&query))
    }

    /// The first and the last message (§5); `None`: there is none.
    pub async fn metadata(&self, owner: AccountId) -> Result<Option<(Edge, Edge)>, StoreError> {
        let bound = self.settled().await;
        let inner = self.0.clone();
        self.0
            .store
            .read(move |db| {
                let edge = |backwards| -> rusqlite::Result<Option<Edge>> {
                    let filter = Filter::default();
                    let found =
                        scan::scan(&inner, db, &Wanted { owner, filter, lo: 0, hi: bound, backwards, rows: 1 })?;
                    Ok(found.rows.first().map(|row| Edge { id: row.id, at: row.at }))
                };
                Ok(edge(false)?.zip(edge(true)?))
            })
            .await
    }

    async fn reading<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, PageError> + Send + 'static,
    ) -> Result<Result<T, PageError>, StoreError> {
        self.0.store.read(move |db| Ok(job(db))).await
    }
}

/// A page in the making.
struct Reading {
    wanted: Wanted,
    limit: usize,
    rows: Vec<Row>,
    bytes: usize,
    /// What is beyond was not looked at.
    more: bool,
    done: bool,
    count: Option<u64>,
}

impl Reading {
    fn begin(
        archive: &Inner,
        db: &Connection,
        owner: AccountId,
        query: &Query,
        bound: u64,
    ) -> Result<Reading, PageError> {
        let limit = query.page.limit(limits::ARCHIVE_PAGE_MAX_ROWS) as usize;
        let (mut lo, mut hi) = (0, bound);
        for after in query.after_id.as_deref().into_iter().chain(query.page.after()) {
            lo = lo.max(find(archive, db, owner, after)? + 1);
        }
        for before in query.before_id.as_deref().into_iter().chain(query.page.before()) {
            hi = hi.min(find(archive, db, owner, before)?);
        }
        let mut seqs = query.ids.iter().map(|id| find(archive, db, owner, id)).collect::<Result<Vec<_>, _>>()?;
        seqs.sort_unstable();
        seqs.dedup();
        let (filter, matchable) = filter_of(archive, db, owner, query)?;
        let hi = if matchable { hi.max(lo) } else { lo };
        let wanted = Wanted { owner, filter, lo, hi, backwards: query.page.backwards(), rows: limit };
        let mut reading = Reading { wanted, limit, rows: Vec::new(), bytes: 0, more: false, done: false, count: None };
        if !query.ids.is_empty() {
            let mut rows = scan::each(archive, db, &reading.wanted, &seqs)?;
            if reading.wanted.backwards {
                rows.reverse();
            }
            (reading.count, reading.done) = (Some(rows.len() as u64), true);
            reading.take(rows);
            return Ok(reading);
        }
        if limit == 0 {
            let count = super::times::count(archive, db, &reading.wanted)?;
            (reading.count, reading.done, reading.more) = (count, true, count != Some(0));
            return Ok(reading);
        }
        reading.go_on(archive, db)
    }

    fn is_done(&self) -> bool {
        self.done
    }

    /// Looks at the next stretch.
    fn go_on(mut self, archive: &Inner, db: &Connection) -> Result<Reading, PageError> {
        let found = scan::scan(archive, db, &self.wanted)?;
        let full = self.take(found.rows);
        match found.horizon {
            Some(horizon) if !full => match self.wanted.backwards {
                true => self.wanted.hi = horizon,
                false => self.wanted.lo = horizon + 1,
            },
            horizon => {
                self.more |= horizon.is_some();
                self.done = true;
            }
        }
        Ok(self)
    }

    /// Adds rows up to the page's bounds; whether there was no room for more.
    fn take(&mut self, rows: Vec<Row>) -> bool {
        for row in rows {
            let size = row.content.len();
            let too_big = self.bytes + size > limits::ARCHIVE_PAGE_MAX_BYTES && !self.rows.is_empty();
            if self.rows.len() == self.limit || too_big {
                self.more = true;
                return true;
            }
            self.bytes += size;
            self.rows.push(row);
        }
        self.bytes >= limits::ARCHIVE_PAGE_MAX_BYTES
    }

    fn page(mut self, query: &Query) -> Page {
        if self.wanted.backwards {
            self.rows.reverse();
        }
        let from_start = match query.page.place {
            rsm::Place::First | rsm::Place::Index(_) => true,
            rsm::Place::Last => !self.more,
            _ => false,
        };
        let index = (from_start && !self.rows.is_empty()).then_some(0);
        let whole = from_start && !self.more;
        let count = self.count.or(whole.then_some(self.rows.len() as u64));
        Page { complete: !self.more, index, count, rows: self.rows }
    }
}

/// The filter of a query; false: nothing can match, as the address was never met.
fn filter_of(archive: &Inner, db: &Connection, owner: AccountId, query: &Query) -> rusqlite::Result<(Filter, bool)> {
    let (start, end) = (query.start, query.end);
    let mut filter = Filter { start, end, without_groupchat: query.without_groupchat, ..Filter::default() };
    let Some(with) = &query.with else { return Ok((filter, true)) };
    let Some(peer) = archive.peers.known(db, with)? else { return Ok((filter, false)) };
    filter.full = with.resource().map(|resource| (peer, resource.into()));
    // A resource of the owner's own wrote to anybody, not only to the owner.
    let own = filter.full.is_some() && is_own(archive, db, owner, with)?;
    filter.peer = (!own).then_some(peer);
    Ok((filter, true))
}

fn is_own(archive: &Inner, db: &Connection, owner: AccountId, with: &Jid) -> rusqlite::Result<bool> {
    if with.domain() != archive.peers.domain() {
        return Ok(false);
    }
    let name: Option<String> =
        db.prepare_cached("SELECT name FROM account WHERE id = ?1")?.query_row([owner], |row| row.get(0)).optional()?;
    Ok(name.as_deref() == with.local())
}

/// The seq of an id, if this archive lists it.
fn find(archive: &Inner, db: &Connection, owner: AccountId, id: &str) -> Result<u64, PageError> {
    let (seq, salt) = archive.ids.read(id).ok_or(PageError::NotFound)?;
    if seq > i64::MAX as u64 || salt != archive.sequence.salt(seq) {
        return Err(PageError::NotFound);
    }
    let mut select = db.prepare_cached(
        "SELECT 1 FROM archive WHERE owner = ?1 AND seq = ?2 AND listed = 1
         UNION ALL SELECT 1 FROM archive_recent WHERE owner = ?1 AND seq = ?2 AND listed = 1",
    )?;
    match select.exists(params![owner, seq as i64])? {
        true => Ok(seq),
        false => Err(PageError::NotFound),
    }
}
