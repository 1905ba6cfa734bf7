//! `/setup/name`: what the place is called, and its domain. Keeps no state.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::domain;
use super::draft::Kind;
use super::draft::Name;
use super::enter;
use super::steps;
use super::steps::StepFrame;
use crate::web::Inner;
use crate::web::ask::Asked;
use crate::web::form::Form;
use crate::web::frame::Errors;
use crate::web::frame::Frame;
use crate::web::frame::page;

#[derive(Template)]
#[template(path = "setup/name.html")]
struct Page {
    f: Frame,
    s: StepFrame,
    kind: Kind,
    place: String,
    domain: String,
    host: String,
}

pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked) -> Response {
    let entered = match enter(&site, &asked, &steps::NAME).await {
        Ok(entered) => entered,
        Err(reply) => return reply,
    };
    let kind = entered.draft.kind.unwrap_or(Kind::Internet);
    let (f, s) = steps::frame(&site, &asked, &entered, Errors::default());
    let (place, domain, host) = match entered.draft.name {
        Some(name) => (name.place, name.domain, name.host.unwrap_or_default()),
        None => Default::default(),
    };
    page(StatusCode::OK, &Page { f, s, kind, place, domain, host })
}

pub(super) async fn send(State(site): State<Arc<Inner>>, asked: Asked, fields: Form) -> Response {
    let mut entered = match enter(&site, &asked, &steps::NAME).await {
        Ok(entered) => entered,
        Err(reply) => return reply,
    };
    let kind = entered.draft.kind.unwrap_or(Kind::Internet);
    let (place, typed, host) = (fields.text("name"), fields.text("domain"), fields.text("host"));
    let mut errors = Errors::default();
    if let Err(error) = domain::place(place) {
        errors.add("name", error);
    }
    let domain = domain::domain(typed, kind).unwrap_or_else(|error| {
        errors.add("domain", error);
        String::new()
    });
    let machine = match kind {
        Kind::WebElsewhere if !domain.is_empty() => {
            domain::machine(host, &domain).map_err(|error| errors.add("host", error)).ok()
        }
        _ => None,
    };
    if !errors.is_empty() {
        let (f, s) = steps::frame(&site, &asked, &entered, errors);
        let shown = |text: &str| text.chars().take(300).collect();
        let (place, domain, host) = (shown(place), shown(typed), shown(host));
        return page(StatusCode::UNPROCESSABLE_ENTITY, &Page { f, s, kind, place, domain, host });
    }
    let place = if place.is_empty() { domain::default_place(&domain) } else { place.to_owned() };
    let note = (!typed.eq_ignore_ascii_case(&domain) && domain::bare(typed) != typed).then_some("domain");
    let name = Name { place, domain, host: machine, kind };
    let changed = entered.draft.records.as_ref().is_some_and(|records| *records != name.records());
    entered.draft.name = Some(name);
    entered.keep(&site, &asked, note.or(changed.then_some("changed"))).await
}
