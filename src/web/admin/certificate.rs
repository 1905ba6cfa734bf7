//! `/admin/certificate`: what is served and until when, one brought along, and the way back to what comes by itself.
//!
//! Keeps no state; see `certs`.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::Inner;
use super::super::ask::Asked;
use super::super::brought as bring;
use super::super::brought::Brought;
use super::super::certified;
use super::super::certified::Known;
use super::super::days;
use super::super::faults::Fault;
use super::super::form::Form;
use super::super::frame::Errors;
use super::super::frame::Frame;
use super::super::frame::page;
use super::super::names;
use super::super::names::NameRow;
use super::super::signed::Owner;
use super::desk;
use super::desk::Desk;
use super::to;
use crate::certs::Certs;
use crate::certs::CertsError;
use crate::certs::Facts;
use crate::certs::Serving;
use crate::certs::Source;
use crate::certs::acme::Acme;
use crate::certs::acme::Consent;
use crate::certs::acme::Terms;
use crate::certs::brought;
use crate::clock::UtcMicros;
use crate::config::TlsFiles;
use crate::limits;
use crate::settings;
use crate::settings::SettingError;
use crate::texts::Markup;
use crate::texts::Text;
use crate::texts::text;

#[derive(Template)]
#[template(path = "admin/certificate.html")]
struct Page {
    f: Frame,
    d: Desk,
    heading: Markup,
    lead: Markup,
    rows: Vec<Row>,
    /// An authority is asked: for these.
    asked: bool,
    names: Vec<NameRow>,
    failed: bool,
    /// An authority could be asked, if the owner agrees to its terms.
    offer: bool,
    terms: Terms,
    known: Option<Known>,
    /// Devices at home are asked to trust the machine.
    home: bool,
    /// The machine's options decide: files, by name.
    files: Option<[String; 2]>,
    /// It was brought along here, and can be forgotten.
    back: bool,
    /// The fields for one that is brought.
    bring: Markup,
}

/// A fact of the certificate.
struct Row {
    /// A class of the style sheet, and a sign.
    state: &'static str,
    heading: Markup,
    more: Markup,
}

/// GET `/admin/certificate`
pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked, owner: Owner) -> Response {
    match site.certs() {
        Some(certs) => answer((&site, &asked, &owner), &certs, Errors::default()),
        None => site.busy(&asked),
    }
}

fn answer(who: (&Inner, &Asked, &Owner), certs: &Certs, errors: Errors) -> Response {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (serving, now) = (certs.serving(), who.0.clock.utc());
    let (heading, lead) = state(&serving, now);
    let (f, d) = desk::desk(who, &desk::SETTINGS, &heading, errors);
    let f = Frame { path: "/admin/certificate".to_owned(), ..f };
    let row = |(state, heading, more): (&'static str, Text, Text)| Row {
        state,
        heading: f.t.html(&heading),
        more: f.t.html(&more),
    };
    let until = |at: UtcMicros| days::day(&f.t, at, now);
    let rows = facts(&serving, now, &until).into_iter().map(row).collect();
    let shown = |files: &TlsFiles| [&files.cert, &files.key].map(|path| path.display().to_string());
    // What was brought goes before it.
    let acme = who.0.acme.get().filter(|_| serving.source != Source::Own);
    let consent = acme.map_or(Consent::Never, Acme::consent);
    let asked_for = acme.map(Acme::state).unwrap_or_default();
    let page_of = Page {
        names: names::rows(&f.t, &asked_for, now),
        failed: names::any_failed(&asked_for),
        asked: consent == Consent::Given || !asked_for.is_empty(),
        offer: consent == Consent::Missing,
        terms: acme.map(Acme::terms).unwrap_or_default(),
        bring: bring::fields(&f, &d.errors),
        heading: f.t.html(&heading),
        lead: f.t.html(&lead),
        rows,
        known: Known::of_serving(Some(&serving)),
        home: serving.source == Source::Home,
        files: certs.files().map(shown),
        back: serving.source == Source::Own && certs.files().is_none(),
        f,
        d,
    };
    page(status, &page_of)
}

/// How it stands in one sentence, and what that means.
fn state(serving: &Serving, now: UtcMicros) -> (Text, Text) {
    let facts = &serving.facts;
    match facts.days_left(now) {
        ..0 => (text("certificate-over"), text("certificate-over-more")),
        _ if serving.source == Source::Home => (text("certificate-home"), text("certificate-home-more")),
        _ if facts.self_signed => (text("certificate-self"), text("certificate-self-more")),
        limits::CERTIFICATE_WARN_DAYS.. if serving.is_of_strangers() => {
            (text("certificate-strangers"), text("certificate-strangers-more"))
        }
        0..limits::CERTIFICATE_WARN_DAYS => (text("certificate-soon"), text("certificate-soon-more")),
        _ => (text("certificate-good"), text("certificate-good-more")),
    }
}

fn facts(serving: &Serving, now: UtcMicros, until: &dyn Fn(UtcMicros) -> String) -> Vec<(&'static str, Text, Text)> {
    let Facts { names, issuer, missing, not_after, .. } = &serving.facts;
    let mut rows = Vec::new();
    let listed = |names: &[String]| {
        let shown = names.iter().take(limits::CERTIFICATE_NAMES_SHOWN).map(String::as_str).collect::<Vec<_>>();
        shown.join(", ") + if names.len() > shown.len() { ", …" } else { "" }
    };
    let days = serving.facts.days_left(now);
    let (sign, heading) = match days {
        ..0 => ("bad", text("certificate-until-over").with("day", until(*not_after))),
        0..limits::CERTIFICATE_WARN_DAYS => ("warn", text("certificate-until").with("day", until(*not_after))),
        _ => ("ok", text("certificate-until").with("day", until(*not_after))),
    };
    let next = match serving.source {
        Source::Own => text("certificate-next-own"),
        Source::Home => text("certificate-next-home"),
        Source::Acme => text("certificate-next-acme"),
        Source::SelfSigned => text("certificate-next-self"),
    };
    rows.push((sign, heading, next));
    rows.push(("ok", text("certificate-names"), text("certificate-names-more").with("names", listed(names))));
    if !missing.is_empty() {
        let more = text("certificate-missing-more").with("names", listed(missing));
        rows.push(("warn", text("certificate-missing"), more));
    }
    let vouches = match serving.facts.self_signed {
        true => ("warn", text("certificate-nobody"), text("certificate-nobody-more")),
        false if serving.is_of_strangers() => {
            ("warn", text("certificate-issuer-strange"), text("certificate-issuer-more").with("issuer", issuer))
        }
        false => ("ok", text("certificate-issuer"), text("certificate-issuer-more").with("issuer", issuer)),
    };
    rows.push(vouches);
    if serving.facts.lacks_chain() {
        rows.push(("warn", text("certificate-chain"), text("cert-chain")));
    }
    rows
}

/// POST `/admin/certificate`: one is brought along, in files or pasted.
pub(super) async fn send(State(site): State<Arc<Inner>>, asked: Asked, owner: Owner, brought: Brought) -> Response {
    let Some(certs) = site.certs() else { return site.busy(&asked) };
    if certs.files().is_some() {
        // The page has no such form then.
        return site.fault(&asked, Fault::Garbled);
    }
    let served = match brought::pair(&brought.0) {
        Ok(pair) => certs.bring(pair, owner.by()).await,
        Err(error) => Err(CertsError::from(error)),
    };
    let error = match served {
        Ok(facts) => {
            tracing::info!(names = facts.names.join(" "), by = owner.0.name, "a certificate was brought along");
            return to("/admin/certificate?n=brought");
        }
        Err(error) => error,
    };
    match error {
        CertsError::Certificate(error) => {
            let mut errors = Errors::default();
            errors.add("chain", certified::wrong(&error));
            answer((&site, &asked, &owner), &certs, errors)
        }
        CertsError::Store(error) => site.not_kept(&asked, &error),
    }
}

/// POST `/admin/certificate/automatic`: what was brought along is forgotten.
pub(super) async fn automatic(State(site): State<Arc<Inner>>, asked: Asked, owner: Owner, _: Form) -> Response {
    let Some(certs) = site.certs() else { return site.busy(&asked) };
    match certs.automatic(owner.by()).await {
        Ok(()) => to("/admin/certificate?n=automatic"),
        Err(CertsError::Store(error)) => site.not_kept(&asked, &error),
        Err(error) => site.broken(asked.lang, asked.uri.path(), &error.to_string()),
    }
}

/// POST `/admin/certificate/ask`: the owner agrees to an authority's terms, and from now on it is asked.
pub(super) async fn ask(State(site): State<Arc<Inner>>, asked: Asked, owner: Owner, _: Form) -> Response {
    match site.settings.set(settings::ACME.key, "on", &owner.by()).await {
        Ok(_) => to("/admin/certificate?n=asked#names"),
        Err(SettingError::Store(error)) => site.not_kept(&asked, &error),
        Err(error) => site.broken(asked.lang, asked.uri.path(), &error.to_string()),
    }
}

/// POST `/admin/certificate/again`: names that failed are tried again now.
pub(super) async fn again(State(site): State<Arc<Inner>>, _: Owner, _: Form) -> Response {
    if let Some(acme) = site.acme.get() {
        acme.look_again();
    }
    to("/admin/certificate#names")
}

/// What the page says of a change.
pub(super) fn told(note: &str) -> Option<(&'static str, Text)> {
    Some(match note {
        "asked" => ("ok", text("certificate-asked")),
        "brought" => ("ok", text("certificate-brought")),
        "automatic" => ("ok", text("certificate-automatic")),
        _ => return None,
    })
}
