//! What stands where a password would be asked for, over plain HTTP from afar: the way to the same page under TLS.
//!
//! Keeps no state.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::Inner;
use super::ask::Asked;
use super::frame::Frame;
use super::frame::page;
use crate::texts::text;

#[derive(Template)]
#[template(path = "securely.html")]
struct Page {
    f: Frame,
    place: String,
    /// `None`: this machine has no door with TLS.
    address: Option<String>,
}

/// Instead of a page that asks for a password or a code. `path`: where that page stands, with its query.
pub(super) fn securely(site: &Inner, asked: &Asked, path: &str) -> Response {
    let host = asked.host();
    let address = site.https_port.zip(host).map(|(port, host)| format!("https://{host}:{port}{path}"));
    let place = site.place();
    let f = Frame { sky: "night", ..Frame::new(asked, &text("securely-title"), Some(place.clone())) };
    page(StatusCode::OK, &Page { f, place, address })
}
