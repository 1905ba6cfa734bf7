//! `/setup/backups`: the hour, and how many are kept. Keeps no state.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::draft::Backups;
use super::enter;
use super::garbled;
use super::steps;
use super::steps::StepFrame;
use crate::limits;
use crate::settings;
use crate::texts::text;
use crate::web::Inner;
use crate::web::ask::Asked;
use crate::web::form::Form;
use crate::web::frame::Errors;
use crate::web::frame::Frame;
use crate::web::frame::page;

#[derive(Template)]
#[template(path = "setup/backups.html")]
struct Page {
    f: Frame,
    s: StepFrame,
    times: Vec<(String, bool)>,
    keep: [String; 3],
}

/// The names of the three fields.
const KEEP: [&str; 3] = ["days", "weeks", "months"];

pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked) -> Response {
    let entered = match enter(&site, &asked, &steps::BACKUPS).await {
        Ok(entered) => entered,
        Err(reply) => return reply,
    };
    let (f, s) = steps::frame(&asked, &entered, Errors::default());
    let Backups { at, keep } = entered.draft.backups.unwrap_or_else(default);
    page(StatusCode::OK, &Page { f, s, times: times(&at), keep: keep.map(|count| count.to_string()) })
}

/// The settings' defaults.
fn default() -> Backups {
    let at = settings::BACKUP_AT.default.unwrap_or("3:30").to_owned();
    let keep = settings::BACKUP_KEEP.default.unwrap_or("7,4,6");
    let mut counts = keep.split(',').map(|count| count.parse().unwrap_or(1));
    Backups { at, keep: std::array::from_fn(|_| counts.next().unwrap_or(1)) }
}

/// Half hours of a day; the chosen one is marked.
fn times(chosen: &str) -> Vec<(String, bool)> {
    let all = (0..48).map(|half| format!("{}:{:02}", half / 2, half % 2 * 30));
    all.map(|time| (time.clone(), time == chosen)).collect()
}

pub(super) async fn send(State(site): State<Arc<Inner>>, asked: Asked, fields: Form) -> Response {
    let mut entered = match enter(&site, &asked, &steps::BACKUPS).await {
        Ok(entered) => entered,
        Err(reply) => return reply,
    };
    let at = fields.text("at").to_owned();
    if !times(&at).iter().any(|(_, chosen)| *chosen) {
        return garbled(&site, &asked);
    }
    let mut errors = Errors::default();
    let mut keep = [0; 3];
    for (count, name) in keep.iter_mut().zip(KEEP) {
        let typed = fields.text(name);
        let digits = (1..=4).contains(&typed.len()) && typed.bytes().all(|byte| byte.is_ascii_digit());
        match typed.parse().ok().filter(|count| digits && *count <= limits::BACKUPS_KEPT_MAX) {
            Some(number) => *count = number,
            None => errors.add(name, text("setup-backups-number").with("most", limits::BACKUPS_KEPT_MAX)),
        }
    }
    if errors.is_empty() && keep == [0; 3] {
        errors.add("days", text("setup-backups-none"));
    }
    if !errors.is_empty() {
        let (f, s) = steps::frame(&asked, &entered, errors);
        let keep = KEEP.map(|name| fields.text(name).chars().take(20).collect());
        return page(StatusCode::UNPROCESSABLE_ENTITY, &Page { f, s, times: times(&at), keep });
    }
    entered.draft.backups = Some(Backups { at, keep });
    entered.keep(&site, &asked, None).await
}
