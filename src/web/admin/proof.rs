//! `/admin/certificate/record`: the name server that takes proofs by record, for who can open no port.
//!
//! Keeps no state; see `settings::proof`. The secret is taken, and never shown again.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::Inner;
use super::super::ask::Asked;
use super::super::faults::Fault;
use super::super::form::Form;
use super::super::frame::Errors;
use super::super::frame::Frame;
use super::super::frame::page;
use super::super::signed::Owner;
use super::desk;
use super::desk::Desk;
use super::sections;
use super::to;
use crate::certs::acme::Name;
use crate::net::dns::update::Algorithm;
use crate::settings;
use crate::settings::Setting;
use crate::settings::SettingError;
use crate::texts::Text;
use crate::texts::text;

const PATH: &str = "/admin/certificate/record";

/// In the order of the form.
static FIELDS: [&Setting; 5] = [
    &settings::ACME_DNS_SERVER,
    &settings::ACME_DNS_ZONE,
    &settings::ACME_DNS_KEY,
    &settings::ACME_DNS_ALGORITHM,
    &settings::ACME_DNS_SECRET,
];

#[derive(Template)]
#[template(path = "admin/proof.html")]
struct Page {
    f: Frame,
    d: Desk,
    server: String,
    zone: String,
    key: String,
    /// Each with whether it is chosen.
    algorithms: Vec<(&'static str, bool)>,
    /// A secret is kept.
    kept: bool,
    /// All that is needed is there.
    works: bool,
    /// What the domain needs for it: name and target.
    aliases: Vec<(String, String)>,
}

/// GET `/admin/certificate/record`
pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked, owner: Owner) -> Response {
    answer((&site, &asked, &owner), None, Errors::default())
}

/// `sent`: the form that was refused; what was typed stays, but for the secret.
fn answer(who: (&Inner, &Asked, &Owner), sent: Option<&Form>, errors: Errors) -> Response {
    let site = who.0;
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (f, d) = desk::desk(who, &desk::SETTINGS, &text("proof-heading"), errors);
    let value = |setting: &Setting| match sent {
        Some(form) => form.raw(setting.key).chars().take(300).collect(),
        None => site.settings.text(setting).unwrap_or_default(),
    };
    let chosen = value(&settings::ACME_DNS_ALGORITHM);
    let zone = site.settings.text(&settings::ACME_DNS_ZONE);
    let acme = site.acme.get();
    let aliases = zone.iter().flat_map(|zone| {
        let names = acme.map(|acme| acme.state()).unwrap_or_default();
        names.into_iter().filter_map(move |one| match one.name {
            Name::Dns(name) => Some((format!("_acme-challenge.{name}"), format!("{name}.{zone}."))),
            Name::Ip(_) => None,
        })
    });
    let page_of = Page {
        server: value(&settings::ACME_DNS_SERVER),
        zone: value(&settings::ACME_DNS_ZONE),
        key: value(&settings::ACME_DNS_KEY),
        algorithms: Algorithm::NAMES.map(|name| (name, name == chosen)).to_vec(),
        kept: site.settings.text(&settings::ACME_DNS_SECRET).is_some(),
        works: acme.is_some_and(|acme| acme.writes_records()),
        aliases: aliases.collect(),
        f: Frame { path: PATH.to_owned(), ..f },
        d,
    };
    page(status, &page_of)
}

/// POST `/admin/certificate/record`: all of it, and what failed is tried at once. An empty secret stays what it is.
pub(super) async fn save(State(site): State<Arc<Inner>>, asked: Asked, owner: Owner, form: Form) -> Response {
    let (mut wanted, mut errors) = (Vec::new(), Errors::default());
    for setting in FIELDS {
        let value = form.text(setting.key);
        let kept = setting.is_secret() && site.settings.text(setting).is_some();
        let needed = setting.key != settings::ACME_DNS_ZONE.key;
        match settings::check(setting, value) {
            _ if !form.has(setting.key) => return site.fault(&asked, Fault::Garbled),
            _ if value.is_empty() && kept => {}
            _ if value.is_empty() && needed => errors.add(setting.key, empty(setting)),
            Ok(_) => wanted.push((setting, value.to_owned())),
            Err(_) => errors.add(setting.key, sections::wants(setting.kind)),
        }
    }
    if !errors.is_empty() {
        return answer((&site, &asked, &owner), Some(&form), errors);
    }
    keep((&site, &asked, &owner), &wanted, "proof").await
}

fn empty(setting: &Setting) -> Text {
    match setting.key {
        "acme_dns_server" => text("proof-empty-server"),
        "acme_dns_key" => text("proof-empty-key"),
        _ => text("proof-empty-secret"),
    }
}

/// POST `/admin/certificate/record/forget`
pub(super) async fn forget(State(site): State<Arc<Inner>>, asked: Asked, owner: Owner, _: Form) -> Response {
    let none: Vec<_> = FIELDS.into_iter().map(|setting| (setting, String::new())).collect();
    keep((&site, &asked, &owner), &none, "no-proof").await
}

async fn keep(
    (site, asked, owner): (&Inner, &Asked, &Owner),
    wanted: &[(&'static Setting, String)],
    note: &str,
) -> Response {
    match site.settings.set_all(wanted, &owner.by()).await {
        Ok(()) => {}
        Err(SettingError::Store(error)) => return site.not_kept(asked, &error),
        // All was checked before.
        Err(_) => return site.fault(asked, Fault::Garbled),
    }
    if let Some(acme) = site.acme.get() {
        acme.look_again();
    }
    to(&format!("{PATH}?n={note}"))
}

/// What the page says of a change.
pub(super) fn told(note: &str) -> Option<(&'static str, Text)> {
    Some(match note {
        "proof" => ("ok", text("proof-kept")),
        "no-proof" => ("ok", text("proof-forgotten")),
        _ => return None,
    })
}
