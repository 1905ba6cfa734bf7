//! `/admin/backups`: how it stands with them, the list, one made now, one looked at again, one taken away.
//!
//! Keeps no state; see `transfer`.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::Inner;
use super::super::ask::Asked;
use super::super::days;
use super::super::faults::Fault;
use super::super::form::Form;
use super::super::frame::Errors;
use super::super::frame::Frame;
use super::super::frame::page;
use super::super::lasting::Lasting;
use super::super::securely::securely;
use super::super::signed::Owner;
use super::Care;
use super::capital;
use super::desk;
use super::desk::Desk;
use super::desk::Said;
use super::download;
use super::work;
use super::work::Ended;
use super::work::Task;
use crate::clock::UtcMicros;
use crate::limits;
use crate::settings::BACKUP_AT;
use crate::settings::BACKUP_KEEP;
use crate::texts::Book;
use crate::texts::Bytes;
use crate::texts::Markup;
use crate::texts::Text;
use crate::texts::text;
use crate::transfer::Entry;
use crate::transfer::Kind;
use crate::transfer::Summary;
use crate::transfer::Why;

#[derive(Template)]
#[template(path = "admin/backups.html")]
struct Page {
    f: Frame,
    d: Desk,
    heading: Markup,
    when: Markup,
    kept: Markup,
    /// The last try failed: what happened.
    failed: Option<Said>,
    /// All of them lie on this machine alone.
    alone: bool,
    /// The second place has not got the last one: why.
    second_failed: Option<Said>,
    /// Not all are locked.
    open: bool,
    runs: bool,
    rows: Vec<Row>,
    place: String,
}

struct Row {
    /// `None`: it lies elsewhere on this machine.
    name: Option<String>,
    when: String,
    kind: Option<Markup>,
    damaged: bool,
    locked: bool,
    fetched: Option<Markup>,
    size: String,
}

/// GET `/admin/backups`
pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked, owner: Owner) -> Response {
    let care = match site.care(&asked) {
        Ok(care) => care,
        Err(reply) => return reply,
    };
    let (summary, list) = match tokio::try_join!(care.backups.summary(), care.backups.list()) {
        Ok(found) => found,
        Err(error) => return site.broken(asked.lang, asked.uri.path(), &error.to_string()),
    };
    let (t, now) = (asked.lang.book(), site.clock.utc());
    let heading = heading(&t, &summary, now);
    let (f, d) = desk::desk((&site, &asked, &owner), &desk::BACKUPS, &heading, Errors::default());
    let ended = asked.query("n").filter(|n| n == "work").and_then(|_| site.work.last());
    let notice = ended.map(|(task, ended)| told(&t, &task, &ended)).or_else(|| d.notice.clone());
    let d = Desk { notice, ..d };
    let said = |why: &Why| Said::new(&t, why.text().as_ref(), &why.line);
    let at = site.settings.text(&BACKUP_AT).unwrap_or_default();
    let fresh = summary.fetched_at.is_some_and(|at| now - at < limits::BACKUP_FETCH_AGAIN_S * 1_000_000);
    page(
        StatusCode::OK,
        &Page {
            heading: t.html(&heading),
            when: t.html(&text("admin-backups-when").with("time", at)),
            kept: t.html(&kept(site.settings.text(&BACKUP_KEEP).as_deref().unwrap_or_default())),
            failed: summary.failure().map(said),
            alone: summary.second.is_none() && !list.is_empty() && !fresh,
            second_failed: summary.second_failed.as_ref().filter(|_| summary.second.is_some()).map(said),
            open: list.iter().any(|entry| !entry.locked),
            runs: site.work.runs() || summary.running,
            rows: list.iter().map(|entry| row(&t, care, entry, now)).collect(),
            place: d.place.clone(),
            f,
            d,
        },
    )
}

/// The state in one sentence.
fn heading(t: &Book, summary: &Summary, now: UtcMicros) -> Text {
    let hours = |at: UtcMicros| usize::try_from((now - at) / 3_600_000_000).unwrap_or_default();
    match (summary.last_good, summary.next_at) {
        (Some((at, _)), _) if hours(at) <= 24 => text("admin-backups-good"),
        (Some((at, _)), _) => text("admin-backups-age").with("days", hours(at).div_ceil(24)),
        (None, _) if summary.last_failure.is_some() => text("admin-backups-none-good"),
        (None, Some(next)) => text("admin-backups-none").with("when", days::moment(t, next, now)),
        (None, None) => text("admin-backups-none-yet"),
    }
}

/// `7,4,6` in words.
fn kept(keep: &str) -> Text {
    let mut counts = keep.split(',').map(|count| count.trim().parse::<u32>().unwrap_or_default());
    let mut next = || counts.next().unwrap_or_default();
    let (days, weeks, months) = (next(), next(), next());
    text("admin-backups-kept").with("days", days).with("weeks", weeks).with("months", months)
}

fn row(t: &Book, care: &Care, entry: &Entry, now: UtcMicros) -> Row {
    let name = entry.path.file_name().and_then(|name| name.to_str()).map(str::to_owned);
    let kind = entry.kind.map(|kind| match kind {
        Kind::Nightly => text("admin-backups-nightly"),
        Kind::ByHand => text("admin-backups-by-hand"),
        Kind::Restored => text("admin-backups-restored"),
    });
    let fetched = entry.fetched_at.map(|at| text("admin-backups-fetched").with("day", days::day(t, at, now)));
    Row {
        name: name.filter(|name| care.backups.path(name).as_ref() == Some(&entry.path)),
        when: capital(&days::moment(t, entry.made_at, now)),
        kind: kind.map(|kind| t.html(&kind)),
        damaged: entry.damaged,
        locked: entry.locked,
        fetched: fetched.map(|fetched| t.html(&fetched)),
        size: t.size(Bytes(entry.size)),
    }
}

/// What the work came to.
fn told(t: &Book, task: &Task, ended: &Ended) -> (&'static str, Markup) {
    let said = |why: &Why| why.text().map_or_else(|| format!("{why}."), |words| t.plain(&words));
    let (kind, words) = match (task, ended) {
        (Task::Make, Ended::Good) => ("ok", text("admin-work-made")),
        (Task::Check { locked: true, .. }, Ended::Good) => ("ok", text("admin-work-compared")),
        (Task::Check { .. }, Ended::Good) => ("ok", text("admin-work-proved")),
        (Task::Make, Ended::Failed(why)) => ("bad", text("admin-work-failed").with("why", said(why))),
        (Task::Check { .. }, Ended::Failed(why)) => ("bad", text("admin-work-damaged").with("why", said(why))),
    };
    (kind, t.html(&words))
}

/// POST `/admin/backups/make`
pub(super) async fn make(State(site): State<Arc<Inner>>, asked: Asked, owner: Owner, _: Form) -> Response {
    match site.care(&asked) {
        Ok(_) => work::begin(&site, Task::Make, owner.by()),
        Err(reply) => reply,
    }
}

/// POST `/admin/backups/{name}/check`
pub(super) async fn check(
    State(site): State<Arc<Inner>>,
    asked: Asked,
    owner: Owner,
    Path(name): Path<String>,
    _: Form,
) -> Response {
    let care = match site.care(&asked) {
        Ok(care) => care,
        Err(reply) => return reply,
    };
    let Some(path) = care.backups.path(&name) else { return site.fault(&asked, Fault::NotFound) };
    let list = match care.backups.list().await {
        Ok(list) => list,
        Err(error) => return site.broken(asked.lang, asked.uri.path(), &error.to_string()),
    };
    let locked = list.iter().any(|entry| entry.path == path && entry.locked);
    work::begin(&site, Task::Check { name, locked }, owner.by())
}

/// POST `/admin/backups/{name}/download`: a form, since it is noted.
pub(super) async fn fetch(
    State(site): State<Arc<Inner>>,
    asked: Asked,
    owner: Owner,
    Path(name): Path<String>,
    Extension(lasting): Extension<Lasting>,
    _: Form,
) -> Response {
    if !asked.visitor.may_tell_secrets() {
        return securely(&site, &asked, "/admin/backups");
    }
    let care = match site.care(&asked) {
        Ok(care) => care,
        Err(reply) => return reply,
    };
    let Some(path) = care.backups.path(&name) else { return site.fault(&asked, Fault::NotFound) };
    match download::answer(&site, path, owner.by(), &lasting) {
        Ok(reply) => reply,
        Err(error) => site.broken(asked.lang, asked.uri.path(), &error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Lang;
    use crate::transfer::TransferError;

    #[test]
    fn the_heading_is_the_state() {
        const HOUR: i64 = 3_600_000_000;
        let t = Lang::En.book();
        let now = 1_795_000_000_000_000;
        let summary = |good: Option<i64>, failed: Option<i64>| Summary {
            last_good: good.map(|hours| (now - hours * HOUR, 5)),
            last_failure: failed.map(|hours| (now - hours * HOUR, Why::from(&TransferError::Busy))),
            since: Some(1),
            next_at: Some(now + HOUR),
            second: None,
            second_failed: None,
            fetched_at: None,
            first_at: None,
            locked: false,
            running: false,
        };
        let said = |good, failed| t.plain(&heading(&t, &summary(good, failed), now));
        assert!(said(None, None).starts_with("No backup yet: the first comes "));
        assert_eq!(said(None, Some(1)), "There is no good backup.");
        assert_eq!(said(Some(3), None), "The last backup is good.");
        assert_eq!(said(Some(47), Some(3)), "The last backup is 2 days old.");
        let german = Lang::De.book();
        let busy = Ended::Failed(Why::from(&TransferError::Busy));
        assert!(
            told(&german, &Task::Make, &busy).1.0.ends_with("Warte, bis das zu Ende ist."),
            "in the reader's language"
        );
        assert_eq!(t.plain(&kept("7,4,1")), "Kept: 7 days, 4 weeks, one month.");
    }
}
