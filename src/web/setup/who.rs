//! `/setup/who`: for whom, without technical words. Keeps no state.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::draft::Kind;
use super::enter;
use super::garbled;
use super::steps;
use super::steps::StepFrame;
use crate::web::Inner;
use crate::web::ask::Asked;
use crate::web::form::Form;
use crate::web::frame::Errors;
use crate::web::frame::Frame;
use crate::web::frame::page;

#[derive(Template)]
#[template(path = "setup/who.html")]
struct Page {
    f: Frame,
    s: StepFrame,
    kind: Kind,
}

pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked) -> Response {
    let entered = match enter(&site, &asked, &steps::WHO).await {
        Ok(entered) => entered,
        Err(reply) => return reply,
    };
    let (f, s) = steps::frame(&site, &asked, &entered, Errors::default());
    page(StatusCode::OK, &Page { f, s, kind: entered.draft.kind.unwrap_or(Kind::Internet) })
}

pub(super) async fn send(State(site): State<Arc<Inner>>, asked: Asked, fields: Form) -> Response {
    let mut entered = match enter(&site, &asked, &steps::WHO).await {
        Ok(entered) => entered,
        Err(reply) => return reply,
    };
    entered.draft.kind = match fields.text("kind") {
        "internet" => Some(Kind::Internet),
        "web-elsewhere" => Some(Kind::WebElsewhere),
        "home" => Some(Kind::Home),
        _ => return garbled(&site, &asked),
    };
    entered.keep(&site, &asked, None).await
}
