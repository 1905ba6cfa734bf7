//! `/admin`: one sentence on how things are, what needs the owner, what is fine, and who is here. Keeps no state.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::Inner;
use super::super::ask::Asked;
use super::super::days;
use super::super::form::Form;
use super::super::frame::Errors;
use super::super::frame::Frame;
use super::super::frame::page;
use super::super::signed::Owner;
use super::Care;
use super::desk;
use super::desk::Desk;
use super::desk::Said;
use super::here;
use super::things;
use super::things::Thing;
use super::things::Weather;
use super::to;
use crate::checks::Looked;
use crate::checks::disk;
use crate::features::Parts;
use crate::limits;
use crate::notices::Severity;
use crate::store::StoreError;
use crate::texts::Book;
use crate::texts::Bytes;
use crate::texts::Markup;
use crate::texts::Text;
use crate::texts::text;
use crate::transfer::Summary;

#[derive(Template)]
#[template(path = "admin/home.html")]
struct Page {
    f: Frame,
    d: Desk,
    heading: Markup,
    looked: Markup,
    looking: bool,
    things: Vec<Told>,
    more: Vec<Told>,
    rows: Vec<Row>,
    here: Vec<Somebody>,
    /// Who is online beyond those shown.
    others: usize,
    of: usize,
}

/// Something that needs the owner.
struct Told {
    sign: &'static str,
    heading: Markup,
    next: Markup,
    since: Option<Markup>,
    said: Option<Said>,
    link: Option<(&'static str, Markup)>,
}

/// Something that is fine.
struct Row {
    /// Where there is more of it.
    path: Option<&'static str>,
    heading: Markup,
    more: Markup,
}

struct Somebody {
    sign: &'static str,
    word: Markup,
    name: String,
}

/// GET `/admin`
pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked, owner: Owner) -> Response {
    let (care, parts) = match site.care(&asked).and_then(|care| Ok((care, site.chat(&asked)?))) {
        Ok(found) => found,
        Err(reply) => return reply,
    };
    let waiting = match site.waiting(parts).await {
        Ok(waiting) => waiting,
        Err(error) => return site.not_kept(&asked, &error),
    };
    let looked = care.latest.get();
    let summary = care.backups.summary().await.ok();
    let mut all = things::all(care.notices.list(), looked.as_ref());
    let trouble = site.store.trouble();
    all.iter_mut().for_each(|thing| thing.explain(summary.as_ref(), trouble.as_ref()));
    let weather = things::weather(&all, looked.as_ref());
    let (heading, orb, sky) = sentence(weather);
    let (f, d) = desk::desk((&site, &asked, &owner), &desk::HOME, &heading, Errors::default());
    let (f, d) = (Frame { sky, ..f }, Desk { orb, ..d });
    let now = site.clock.utc();
    let rows = match &looked {
        Some(looked) => rows((&site, care), &f.t, looked, (summary, now)),
        None => Vec::new(),
    };
    let mut told: Vec<Told> = all.iter().map(|thing| tell(&f.t, thing, now)).collect();
    told.extend(asks(&f.t, waiting));
    let more = told.split_off(told.len().min(limits::NOTICES_OPEN));
    let (here, others) = people(&f.t, parts);
    let looked = f.t.html(&when(looked.as_ref(), now));
    let (looking, of) = (weather == Weather::Looking, parts.accounts.len());
    page(
        StatusCode::OK,
        &Page { heading: f.t.html(&heading), looked, looking, things: told, more, rows, here, others, of, f, d },
    )
}

/// POST `/admin/look`: looks at everything now.
pub(super) async fn look(State(site): State<Arc<Inner>>, asked: Asked, _: Owner, _: Form) -> Response {
    match site.care(&asked) {
        Ok(care) => care.upkeep.look(true).await,
        Err(reply) => return reply,
    }
    to("/admin")
}

impl Inner {
    /// How many wait for an owner's yes.
    async fn waiting(&self, parts: &Parts) -> Result<usize, StoreError> {
        parts.invites.requests().await.map(|requests| requests.len())
    }
}

/// Heading, face and sky.
fn sentence(weather: Weather) -> (Text, &'static str, &'static str) {
    match weather {
        Weather::Looking => (text("admin-looking"), "sun", "at-4"),
        Weather::Fine => (text("admin-fine"), "sun", ""),
        Weather::Wait(count) => (text("admin-can-wait").with("count", count), "sun", ""),
        Weather::Bad(count) => (text("admin-bad").with("count", count), "cloudy", ""),
        Weather::Storm => (text("admin-storm"), "storm", "night"),
    }
}

fn when(looked: Option<&Looked>, now: i64) -> Text {
    match looked {
        None => text("admin-looked-never"),
        Some(looked) => {
            let minutes = usize::try_from((now - looked.at) / 60_000_000).unwrap_or_default();
            text("admin-looked").with("minutes", minutes)
        }
    }
}

fn tell(t: &Book, thing: &Thing, now: i64) -> Told {
    let (heading, next) = thing.words();
    let sign = match thing.severity {
        Severity::Trouble => "bad",
        Severity::Warning => "warn",
        Severity::Info => "info",
    };
    let since = thing.since.map(|since| t.html(&text("admin-since").with("when", days::moment(t, since, now))));
    let said = || Said::new(t, thing.cause.as_ref(), &thing.said);
    let said = (thing.severity > Severity::Info).then(said);
    Told {
        sign,
        heading: t.html(&heading),
        next: t.html(&next),
        since,
        said,
        link: thing.path().map(|(path, words)| (path, t.html(&words))),
    }
}

/// Somebody waits for a yes.
fn asks(t: &Book, waiting: usize) -> Option<Told> {
    let (heading, next) = (text("admin-waiting").with("count", waiting), text("admin-waiting-next"));
    let link = Some(("/admin/people", t.html(&text("admin-waiting-look"))));
    let told = || Told { sign: "info", heading: t.html(&heading), next: t.html(&next), since: None, said: None, link };
    (waiting > 0).then(told)
}

/// What is fine, in figures.
fn rows((site, care): (&Inner, &Care), t: &Book, looked: &Looked, (summary, now): (Option<Summary>, i64)) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut add = |name: &str, heading: Text, more: Option<Text>| {
        if let Some(more) = more.filter(|_| things::is_fine(looked, name)) {
            let path = match name {
                "certificate" => Some("/admin/certificate"),
                "dns" => Some("/admin/records"),
                _ => None,
            };
            rows.push(Row { path, heading: t.html(&heading), more: t.html(&more) });
        }
    };
    add("ports", text("admin-ports-fine"), Some(text("admin-ports-fine-more")));
    let is_made = summary.as_ref().is_some_and(|summary| summary.last_good.is_some());
    let heading = if is_made { text("admin-backup-fine") } else { text("admin-backup-coming") };
    let backup = summary.map(|summary| match (summary.last_good, summary.next_at) {
        (Some((at, bytes)), _) => {
            text("admin-backup-fine-more").with("when", days::moment(t, at, now)).with("size", Bytes(bytes))
        }
        (None, Some(next)) => text("admin-backup-first").with("when", days::moment(t, next, now)),
        (None, None) => text("admin-backup-tonight"),
    });
    add("dns", text("admin-dns-fine"), Some(text("admin-dns-fine-more")));
    add("backup", heading, backup);
    let certificate = site.serving().map(|serving| {
        let day = days::day(t, serving.facts.not_after, now);
        match serving.facts.self_signed {
            true => text("admin-certificate-own").with("day", day),
            false if serving.is_of_strangers() => text("admin-certificate-strangers").with("day", day),
            false => text("admin-certificate-fine-more").with("day", day),
        }
    });
    add("certificate", text("admin-certificate-fine"), certificate);
    let space = disk::space(care.folder());
    let space = space.map(|disk| {
        text("admin-disk-fine-more").with("free", Bytes(disk.free_bytes)).with("of", Bytes(disk.total_bytes))
    });
    add("disk", text("admin-disk-fine"), space);
    add("clock", text("admin-clock-fine"), Some(text("admin-clock-fine-more").with("day", days::day(t, now, now))));
    rows
}

/// Who is here, by name, and how many more.
fn people(t: &Book, parts: &Parts) -> (Vec<Somebody>, usize) {
    let mut all: Vec<(String, here::Presence)> = here::all(parts)
        .into_iter()
        .filter_map(|(account, (presence, _))| Some((parts.accounts.name(account)?.to_string(), presence)))
        .collect();
    all.sort();
    let others = all.len().saturating_sub(limits::PEOPLE_AT_HOME);
    let shown = all.into_iter().take(limits::PEOPLE_AT_HOME);
    let shown = shown.map(|(name, presence)| Somebody { sign: presence.sign(), word: t.html(&presence.word()), name });
    (shown.collect(), others)
}
