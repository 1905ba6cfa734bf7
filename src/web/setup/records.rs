//! `/setup/records`: what to type at the domain's provider, each record with how it is. Renewed by script, or by «Check
//! again». Going on is always possible. Keeps no state: looks are [`crate::reach::Lookout`]'s.

use std::hash::DefaultHasher;
use std::hash::Hash;
use std::hash::Hasher as _;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse as _;
use axum::response::Response;

use super::Entered;
use super::draft::Name;
use super::enter;
use super::steps;
use super::steps::StepFrame;
use super::to;
use crate::reach;
use crate::reach::Judged;
use crate::reach::Ours;
use crate::reach::Place;
use crate::reach::Presence;
use crate::reach::Report;
use crate::reach::Trouble;
use crate::reach::Value;
use crate::reach::own;
use crate::reach::wanted;
use crate::reach::words;
use crate::reach::words::Told;
use crate::settings;
use crate::texts::Markup;
use crate::texts::Text;
use crate::texts::text;
use crate::web::Inner;
use crate::web::ask::Asked;
use crate::web::days;
use crate::web::form::Form;
use crate::web::frame::Errors;
use crate::web::frame::Frame;
use crate::web::frame::page;

#[derive(Template)]
#[template(path = "setup/records.html")]
struct Page {
    f: Frame,
    s: StepFrame,
    table: Table,
}

/// What one look found, or that the first one is not over.
pub(in crate::web) struct Seen {
    report: Report,
    for_s: Vec<u64>,
    looked: bool,
    /// Behind a router: nobody here knows the line's address, and it may change.
    changing: bool,
    /// How many are found.
    pub title: Text,
}

/// The records and what is wrong with the domain, as `templates/domain.html` shows them, for set-up and for the owner.
pub(in crate::web) struct Table {
    /// Of the page that it stands on.
    path: &'static str,
    pub domain: String,
    count: usize,
    sum: Markup,
    last: Option<String>,
    /// Class, heading and next step of what is wrong with the domain as a whole.
    troubles: Vec<(&'static str, Markup, Markup)>,
    troubles_now: String,
    changing: bool,
    rows: Vec<Row>,
    enough: bool,
}

/// Looks, if it is time.
pub(in crate::web) async fn see(site: &Inner, place: &Place, ours: &Ours) -> Seen {
    let seen = site.wizard.lookout.see(place, ours).await;
    let looked = seen.report.is_some();
    let report = seen.report.unwrap_or_else(|| Report {
        at: site.clock.utc(),
        rows: reach::look::all(place, ours, &reach::State::Waiting),
        troubles: Vec::new(),
    });
    let (found, of) = report.count();
    let title = match looked {
        true => text("setup-records-found").with("found", found).with("of", of),
        false => text("setup-records-title"),
    };
    Seen { report, for_s: seen.for_s, looked, changing: ours.v4 == own::Way::Unsure, title }
}

#[derive(Template)]
#[template(path = "domain.html")]
struct Drawn<'a> {
    f: &'a Frame,
    table: &'a Table,
}

impl Table {
    pub fn html(&self, f: &Frame) -> Markup {
        let drawn = Drawn { f, table: self };
        Markup(drawn.render().expect("templates write into memory, and their parts do not fail"))
    }

    pub fn new(f: &Frame, path: &'static str, place: &Place, seen: &Seen) -> Table {
        let (report, looked) = (&seen.report, seen.looked);
        let offline = report.troubles.contains(&Trouble::NoInternet);
        let rows = report.rows.iter().zip(seen.for_s.iter().copied().chain(std::iter::repeat(0)));
        let rows = rows.filter(|(row, _)| row.is_told());
        let sum = if looked { seen.title.clone() } else { text("setup-records-looking") };
        Table {
            path,
            domain: place.domain.clone(),
            count: report.count().1,
            sum: f.t.html(&sum),
            last: looked.then(|| days::second(report.at)),
            troubles: report.troubles.iter().map(|trouble| troubled(f, trouble, &place.domain)).collect(),
            troubles_now: digest(&report.troubles.iter().map(|trouble| format!("{trouble:?}")).collect::<Vec<_>>()),
            changing: seen.changing,
            rows: rows.map(|(row, for_s)| shown(f, place, row, (looked, offline), for_s)).collect(),
            enough: report.machine_is_found(),
        }
    }
}

/// One record as it is shown.
struct Row {
    id: String,
    /// A class of the style sheet, which is also a sign of the sprite.
    state: &'static str,
    sign: &'static str,
    /// Changes whenever the row does.
    now: String,
    name: Markup,
    why: Markup,
    chip: Markup,
    /// It is only nice to have.
    nice: bool,
    fields: Vec<Field>,
    /// What was found instead.
    seen: Option<Markup>,
    next: Option<Markup>,
}

/// One field of a provider's form.
struct Field {
    label: Markup,
    value: String,
    /// Of the element to be copied, and what the button and the voice say; `None`: too short to be copied.
    copy: Option<(String, Markup, Markup)>,
    /// Words of ours instead of a value.
    words: Option<Markup>,
}

pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked) -> Response {
    let entered = match enter(&site, &asked, &steps::RECORDS).await {
        Ok(entered) => entered,
        Err(reply) => return reply,
    };
    let Some((place, ours)) = place(&site, &asked, &entered) else {
        return to(steps::NAME.path);
    };
    let seen = see(&site, &place, &ours).await;
    let (f, s) = steps::frame_called(&site, &asked, &entered, Errors::default(), &seen.title);
    let table = Table::new(&f, steps::RECORDS.path, &place, &seen);
    page(StatusCode::OK, &Page { f, s, table })
}

pub(super) async fn send(State(site): State<Arc<Inner>>, asked: Asked, _: Form) -> Response {
    let mut entered = match enter(&site, &asked, &steps::RECORDS).await {
        Ok(entered) => entered,
        Err(reply) => return reply,
    };
    entered.draft.records = entered.draft.name.as_ref().map(Name::records);
    entered.keep(&site, &asked, None).await
}

/// `/setup/records.txt`: the same list for somebody else who looks after the domain.
pub(super) async fn list(State(site): State<Arc<Inner>>, asked: Asked) -> Response {
    let entered = match enter(&site, &asked, &steps::RECORDS).await {
        Ok(entered) => entered,
        Err(reply) => return reply,
    };
    let Some((place, ours)) = place(&site, &asked, &entered) else {
        return to(steps::NAME.path);
    };
    let book = asked.lang.book();
    let mut lines = format!("{}\n\n", book.plain(&text("setup-records-list").with("domain", &place.domain)));
    for record in wanted::records(&place, &ours) {
        let value = match &record.value {
            _ if record.presence == Presence::Spare => continue,
            Value::A(None) | Value::Aaaa(None) => format!("({})", book.plain(&text("record-address-unknown"))),
            value => value.to_string(),
        };
        let why = book.plain(&words::what_for(record.row, &place.domain));
        lines.push_str(&format!("{} {} {value}\n    {why}\n", record.full_name(), record.value.kind()));
    }
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (headers, lines).into_response()
}

/// How many are found, for the last step.
pub(super) async fn summary(site: &Inner, asked: &Asked, entered: &Entered) -> Option<Text> {
    let (place, ours) = place(site, asked, entered)?;
    Some(match site.wizard.lookout.see(&place, &ours).await.report {
        Some(report) => {
            let (found, of) = report.count();
            text("setup-records-found").with("found", found).with("of", of)
        }
        None => text("setup-records-looking"),
    })
}

/// What the records are for, and where we are: by our own addresses, and by the one in the browser's address line.
fn place(site: &Inner, asked: &Asked, entered: &Entered) -> Option<(Place, Ours)> {
    let name = entered.draft.name.as_ref()?;
    let port = site.wizard.chat_ports().first().copied().unwrap_or(5222);
    let ours = own::addresses();
    let host = asked.host().map(|host| host.trim_start_matches('[').trim_end_matches(']'));
    let ours = match host.and_then(|host| host.parse().ok()) {
        Some(ip) => ours.reached_at(ip),
        None => ours,
    };
    let proofs = site.settings.text(&settings::ACME_DNS_ZONE);
    Some((Place::new(&name.domain, name.host.as_deref(), port)?.proving(proofs), ours))
}

fn troubled(f: &Frame, trouble: &Trouble, domain: &str) -> (&'static str, Markup, Markup) {
    let class = match trouble {
        Trouble::NoInternet | Trouble::Signatures => "bad",
        Trouble::NoDomain => "info",
        _ => "warn",
    };
    let (heading, next) = words::trouble(trouble, domain);
    (class, f.t.html(&heading), f.t.html(&next))
}

fn shown(f: &Frame, place: &Place, row: &Judged, (looked, offline): (bool, bool), for_s: u64) -> Row {
    let wanted = &row.wanted;
    let id = format!("r-{}-{}", wanted.value.kind().to_lowercase(), wanted.row as u8);
    let (state, sign) = match &row.state {
        reach::State::Found { .. } => ("ok", "ok"),
        reach::State::Wrong { .. } => ("bad", "bad"),
        reach::State::NotNeeded | reach::State::Later => ("off", "info"),
        reach::State::Waiting | reach::State::FoundOn { .. } | reach::State::CouldNotLook => ("wait", "wait"),
    };
    let chip = if looked { words::chip(&row.state) } else { text("record-looking") };
    let told = match row.state {
        _ if !looked => Told::Nothing,
        // One notice above says it for all.
        reach::State::CouldNotLook if offline => Told::Nothing,
        _ => words::told(row, for_s),
    };
    let html = |text: &Text| f.t.html(text);
    let (seen, next) = match told {
        Told::Nothing => (None, None),
        Told::Next(next) => (None, Some(html(&next))),
        Told::Found(seen, next) => (Some(html(&seen)), Some(html(&next))),
    };
    let fields = fields(f, &id, place, row);
    let words = |markup: &Option<Markup>| markup.as_ref().map(|markup| markup.0.clone());
    let values: Vec<String> = fields.iter().map(|field| field.value.clone()).collect();
    let now = digest(&(html(&chip).0, words(&seen), words(&next), values));
    let nice = wanted.presence == Presence::Nice && !matches!(state, "ok" | "off");
    let (name, why) = (html(&words::name(wanted.row)), html(&words::what_for(wanted.row, &place.domain)));
    Row { id, state, sign, now, name, why, chip: html(&chip), nice, fields, seen, next }
}

/// As providers ask for it: SRV in four fields beside the name.
fn fields(f: &Frame, id: &str, place: &Place, row: &Judged) -> Vec<Field> {
    let html = |key: Text| f.t.html(&key);
    let plain = |label: Text, value: String| Field { label: html(label), value, copy: None, words: None };
    let copied = |label: Text, value: String, which: &str, copy: Text, done: Text| Field {
        label: html(label),
        value,
        copy: Some((format!("{id}-{which}"), html(copy), html(done))),
        words: None,
    };
    let name = |value: &str| {
        let (copy, done) = (text("record-copy-name"), text("record-copied-name"));
        copied(text("record-name"), value.to_owned(), "n", copy, done)
    };
    let value =
        |label: Text, value: String| copied(label, value, "v", text("record-copy-value"), text("record-copied-value"));
    let wanted = &row.wanted;
    if let Value::Redirect { to } = &wanted.value {
        return vec![
            copied(text("record-from"), wanted.name.clone(), "n", text("record-copy-name"), text("record-copied-name")),
            value(text("record-to"), to.clone()),
        ];
    }
    let mut fields =
        vec![plain(text("record-type"), wanted.value.kind().to_owned()), name(wanted.short(&place.domain))];
    match &wanted.value {
        Value::Srv { port, target } => {
            fields.push(plain(text("record-priority"), "0".to_owned()));
            fields.push(plain(text("record-weight"), "5".to_owned()));
            fields.push(plain(text("record-port"), port.to_string()));
            fields.push(value(text("record-target"), format!("{target}.")));
        }
        // What stands there is to be removed.
        Value::Aaaa(None) => {}
        Value::A(None) => {
            let words = Some(html(text("record-address-unknown")));
            fields.push(Field { label: html(text("record-value")), value: String::new(), copy: None, words });
        }
        other => fields.push(value(text("record-value"), other.to_string())),
    }
    fields
}

fn digest(of: &impl Hash) -> String {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    format!("{:x}", hasher.finish())
}
