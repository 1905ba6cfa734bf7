//! The front door: `/`. Says whose place this is; before set-up it leads there. Also the language switch.
//!
//! Keeps no state.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;

use super::Inner;
use super::ask::Asked;
use super::ask::LANGUAGE;
use super::ask::is_our_address;
use super::form::Form;
use super::frame::Frame;
use super::frame::page;
use super::signed::Signed;
use crate::accounts::Role;
use crate::texts::Lang;
use crate::texts::text;

#[derive(Template)]
#[template(path = "front.html")]
struct Page {
    f: Frame,
    place: String,
    domain: String,
    /// Who is signed in.
    who: Option<Signed>,
    owner: bool,
}

/// `/`
pub(super) async fn door(State(site): State<Arc<Inner>>, asked: Asked, who: Option<Signed>) -> Response {
    let Some(domain) = site.settings.domain() else { return Redirect::to("/setup").into_response() };
    let place = site.place();
    let f = Frame::new(&asked, &text("front-title"), Some(place.clone()));
    page(
        StatusCode::OK,
        &Page { f, place, domain, owner: who.as_ref().is_some_and(|who| who.role == Role::Owner), who },
    )
}

/// `/language`: keeps the choice in a cookie and leads back to where it was made.
pub(super) async fn language(form: Form) -> Response {
    let lang = Lang::of_tag(form.text("lang")).unwrap_or(Lang::En);
    let back = Some(form.text("to")).filter(|to| is_our_address(to)).unwrap_or("/");
    let cookie = format!("{LANGUAGE}={}; Path=/; Max-Age=31536000; SameSite=Lax", lang.tag());
    ([(header::SET_COOKIE, cookie)], Redirect::to(back)).into_response()
}
