//! `/waiting/TOKEN`: whoever needs an owner's yes sees here how that stands.
//!
//! Keeps no state. The page waits by itself, with and without a script.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::accounts::invites::token_in;
use crate::accounts::joining::Standing;
use crate::texts::text;
use crate::web::Inner;
use crate::web::ask::Asked;
use crate::web::days;
use crate::web::frame::Frame;
use crate::web::frame::page;

#[derive(Template)]
#[template(path = "entry/waiting.html")]
struct Page {
    f: Frame,
    place: String,
    /// Who waits, and until when; `None`: there was an answer, or never a question.
    waits: Option<(String, String)>,
}

/// GET `/waiting/TOKEN`
pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked, Path(typed): Path<String>) -> Response {
    let parts = match super::chat(&site, &asked) {
        Ok(parts) => parts,
        Err(reply) => return reply,
    };
    let waits = match parts.invites.request_standing(token_in(&typed)).await {
        Ok(Standing::Waits { name, until }) => {
            Some((name.to_string(), days::day(&asked.lang.book(), until, site.clock.utc())))
        }
        Ok(Standing::Over) => None,
        Err(error) => return site.not_kept(&asked, &error),
    };
    let title = if waits.is_some() { text("waiting-title") } else { text("waiting-over") };
    let (place, sky) = (site.place(), if waits.is_some() { "at-7" } else { "" });
    let f = Frame { sky, ..Frame::new(&asked, &title, Some(place.clone())) };
    page(StatusCode::OK, &Page { f, place, waits })
}
