//! `/admin/records`: the domain's records after set-up, each as it stands at the zone's own name servers.
//!
//! Keeps no state: looks are [`crate::reach::Lookout`]'s, and the table is that of `/setup/records`.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::Inner;
use super::super::ask::Asked;
use super::super::faults::Fault;
use super::super::frame::Errors;
use super::super::frame::Frame;
use super::super::frame::page;
use super::super::setup::records;
use super::super::setup::records::Table;
use super::super::signed::Owner;
use super::desk;
use super::desk::Desk;
use crate::reach::Place;
use crate::reach::own;
use crate::settings;

#[derive(Template)]
#[template(path = "admin/records.html")]
struct Page {
    f: Frame,
    d: Desk,
    table: Table,
}

/// GET `/admin/records`. A place at home has none.
pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked, owner: Owner) -> Response {
    let home = site.settings.is_on(&settings::HOME);
    let Some(domain) = site.settings.domain().filter(|_| !home) else { return site.fault(&asked, Fault::NotFound) };
    let port = site.wizard.chat_ports().first().copied().unwrap_or(5222);
    let host = site.settings.text(&settings::HOST);
    let Some(place) = Place::new(&domain, host.as_deref(), port) else { return site.fault(&asked, Fault::NotFound) };
    let place = place.proving(site.settings.text(&settings::ACME_DNS_ZONE));
    let seen = records::see(&site, &place, &own::addresses()).await;
    let (f, d) = desk::desk((&site, &asked, &owner), &desk::HOME, &seen.title, Errors::default());
    let f = Frame { path: "/admin/records".to_owned(), ..f };
    let table = Table::new(&f, "/admin/records", &place, &seen);
    page(StatusCode::OK, &Page { f, d, table })
}
