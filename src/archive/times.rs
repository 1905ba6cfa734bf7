//! From times to seqs (XEP-0313 §4.1.2), without an index: within a run rows are in the order of
//! their times, so that a bisection finds the first at or after one.

use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use rusqlite::params;

use super::Inner;
use super::scan::Wanted;
use crate::clock::UtcMicros;
use crate::limits;
use crate::store::AccountId;

/// The stretches of `archive` between `lo` and `hi` whose rows are of the wanted time; one, unless
/// the clock went back in between.
pub(super) fn ranges(archive: &Inner, db: &Connection, wanted: &Wanted) -> rusqlite::Result<Vec<(u64, u64)>> {
    let hi = wanted.hi.min(i64::MAX as u64);
    let (lo, filter) = (wanted.lo, &wanted.filter);
    if filter.start.is_none() && filter.end.is_none() {
        return Ok(vec![(lo, hi)]);
    }
    let mut edges = vec![lo];
    edges.extend(archive.sequence.steps_back().into_iter().filter(|seq| lo < *seq && *seq < hi));
    edges.push(hi);
    let mut ranges = Vec::new();
    for edge in edges.windows(2) {
        let (mut lo, mut hi) = (edge[0], edge[1]);
        if let Some(start) = filter.start {
            lo = first_at(db, wanted.owner, lo, hi, start)?;
        }
        if let Some(end) = filter.end {
            hi = first_at(db, wanted.owner, lo, hi, end.saturating_add(1))?;
        }
        if lo < hi {
            ranges.push((lo, hi));
        }
    }
    Ok(ranges)
}

/// The lowest seq in the stretch from which on rows are of `at` or later; `hi` if none is.
fn first_at(db: &Connection, owner: AccountId, lo: u64, hi: u64, at: UtcMicros) -> rusqlite::Result<u64> {
    let mut next = db.prepare_cached(
        "SELECT seq, at FROM archive WHERE owner = ?1 AND seq >= ?2 AND seq < ?3 ORDER BY seq LIMIT 1",
    )?;
    let mut last = db.prepare_cached(
        "SELECT seq FROM archive WHERE owner = ?1 AND seq >= ?2 AND seq < ?3 ORDER BY seq DESC LIMIT 1",
    )?;
    let end: Option<i64> = last.query_row(params![owner, lo as i64, hi as i64], |row| row.get(0)).optional()?;
    let Some(end) = end else { return Ok(hi) };
    // Rows below `early` are too early, those from `late` on are not.
    let (mut early, mut late) = (lo as i64, end + 1);
    let mut probe = early;
    while early < late {
        let row: Option<(i64, UtcMicros)> =
            next.query_row(params![owner, probe, late], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        match row {
            Some((seq, found)) if found < at => early = seq + 1,
            _ => late = probe,
        }
        probe = early + (late - early) / 2;
    }
    Ok(if late == end + 1 { hi } else { late as u64 })
}

/// How many rows match, up to `ARCHIVE_COUNT_MAX`; `None` where each must be compared.
pub(super) fn count(archive: &Inner, db: &Connection, wanted: &Wanted) -> rusqlite::Result<Option<u64>> {
    if wanted.filter.compares() {
        return Ok(None);
    }
    let mut left = limits::ARCHIVE_COUNT_MAX as i64;
    let mut count = |table: &str, lo: u64, hi: u64| -> rusqlite::Result<()> {
        let (index, peer) = match (wanted.filter.peer, table) {
            (Some(_), "archive") => ("INDEXED BY archive_by_peer", "peer = ?4"),
            (Some(_), _) => ("", "peer = ?4"),
            (None, _) => ("", "?4 IS NULL"),
        };
        // In `archive` the stretch is of the wanted time already.
        let time = if table == "archive" { "?5 <= ?6" } else { "at BETWEEN ?5 AND ?6" };
        let mut select = db.prepare_cached(&format!(
            "SELECT count(*) FROM (SELECT 1 FROM {table} {index} WHERE owner = ?1 AND seq >= ?2 AND seq < ?3
             AND listed = 1 AND {peer} AND {time} LIMIT ?7)"
        ))?;
        let filter = &wanted.filter;
        let (start, end) = (filter.start.unwrap_or(i64::MIN), filter.end.unwrap_or(i64::MAX));
        let (lo, hi) = (lo as i64, hi as i64);
        let values = params![wanted.owner, lo, hi, filter.peer, start, end, left];
        left -= select.query_row(values, |row| row.get::<_, i64>(0))?;
        Ok(())
    };
    for (lo, hi) in ranges(archive, db, wanted)? {
        count("archive", lo, hi)?;
    }
    count("archive_recent", wanted.lo, wanted.hi)?;
    Ok(Some(limits::ARCHIVE_COUNT_MAX - left as u64))
}
