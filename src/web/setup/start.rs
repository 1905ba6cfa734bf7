//! `/setup/start`: a new place, or one that comes back. Keeps no state.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::draft::Start;
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
#[template(path = "setup/start.html")]
struct Page {
    f: Frame,
    s: StepFrame,
    start: Start,
}

pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked) -> Response {
    let entered = match enter(&site, &asked, &steps::START).await {
        Ok(entered) => entered,
        Err(reply) => return reply,
    };
    let (f, s) = steps::frame(&site, &asked, &entered, Errors::default());
    page(StatusCode::OK, &Page { f, s, start: entered.draft.start.unwrap_or(Start::New) })
}

pub(super) async fn send(State(site): State<Arc<Inner>>, asked: Asked, fields: Form) -> Response {
    let mut entered = match enter(&site, &asked, &steps::START).await {
        Ok(entered) => entered,
        Err(reply) => return reply,
    };
    entered.draft.start = match fields.text("start") {
        "new" => Some(Start::New),
        "restore" => Some(Start::Restore),
        _ => return garbled(&site, &asked),
    };
    entered.keep(&site, &asked, None).await
}
