//! `/setup/restore/ready`: what a checked backup holds, and whether it is to be brought back. Keeps no state.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;

use super::choose;
use super::desk::Stand;
use super::way::Way;
use crate::limits;
use crate::texts::text;
use crate::transfer::Prepared;
use crate::web::Inner;
use crate::web::ask::Asked;
use crate::web::days;
use crate::web::form::Form;
use crate::web::frame::Errors;
use crate::web::frame::Frame;
use crate::web::frame::page;

#[derive(Template)]
#[template(path = "restore/ready.html")]
struct Page {
    f: Frame,
    way: Way,
    errors: Errors,
    /// The place that comes back.
    name: String,
    domain: String,
    made: String,
    by: String,
    accounts: usize,
    messages: usize,
    files: usize,
    /// Days that today's data is kept.
    days: usize,
}

pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked, way: Way) -> Response {
    match site.desk.stand() {
        Stand::Checked(prepared) => ask(&site, &asked, &way, &prepared, Errors::default()),
        Stand::BringingBack { .. } => way.busy(&site),
        Stand::Checking(_) | Stand::Arriving { .. } => way.to("/check"),
        Stand::Empty | Stand::Wrong(_) => way.to(""),
    }
}

fn ask(site: &Inner, asked: &Asked, way: &Way, prepared: &Prepared, errors: Errors) -> Response {
    let (head, manifest) = (&prepared.head, &prepared.manifest);
    let name = manifest.place_name.clone().or(manifest.domain.clone()).unwrap_or_else(|| "imera".to_owned());
    let t = asked.lang.book();
    let made = days::moment(&t, head.made_at, site.clock.utc());
    let mut title = text("restore-ready-title").with("place", &name);
    if !errors.is_empty() {
        title = text("title-errors").with("count", errors.len()).with("page", t.plain(&title));
    }
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let f = Frame { sky: "at-5", ..Frame::new(asked, &title, way.place.clone()) };
    let count = |rows: u64| usize::try_from(rows).unwrap_or(usize::MAX);
    let template = Page {
        f,
        way: way.clone(),
        errors,
        name,
        domain: manifest.domain.clone().unwrap_or_default(),
        made,
        by: manifest.imera.clone(),
        accounts: count(manifest.accounts()),
        messages: count(manifest.messages()),
        files: count(manifest.files),
        days: (limits::ASIDE_KEPT_S / 86_400) as usize,
    };
    page(status, &template)
}

pub(super) async fn send(State(site): State<Arc<Inner>>, asked: Asked, way: Way, fields: Form) -> Response {
    if fields.text("do") == "other" {
        site.desk.forget();
        return way.to("");
    }
    if let (Some(place), Stand::Checked(prepared)) = (&way.place, site.desk.stand())
        && fields.text("place") != place
    {
        let mut errors = Errors::default();
        errors.add("place", text("restore-place-differs"));
        return ask(&site, &asked, &way, &prepared, errors);
    }
    match site.desk.bring_back() {
        Some(Ok(mark)) => {
            let account = way.owner.map(|owner| owner.0);
            tracing::warn!(account, "a backup is brought back: the server begins again");
            Redirect::to(&format!("/restored/{mark}")).into_response()
        }
        Some(Err(wrong)) => choose::refused(&site, &asked, &way, &wrong),
        None => way.to("/check"),
    }
}
