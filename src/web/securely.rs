//! What stands where a password would be asked for, over plain HTTP from afar: the way to the same page under TLS.
//!
//! Keeps no state.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::Inner;
use super::ask::Asked;
use super::certified::Known;
use super::frame::Frame;
use super::frame::page;
use super::setup::address;
use crate::texts::Markup;
use crate::texts::text;

#[derive(Template)]
#[template(path = "securely.html")]
struct Page {
    f: Frame,
    bar: String,
    warning: Markup,
    shut: Markup,
    status: Markup,
    /// What the machine's screen shows of it, too.
    known: Option<Known>,
    whose: Markup,
    /// `None`: this machine has no door with TLS.
    address: Option<String>,
    /// An authority can be asked for the machine's bare address first.
    asks: bool,
}

/// Instead of a page that asks for a password or a code. `path`: where that page stands, with its query.
pub(super) fn securely(site: &Inner, asked: &Asked, path: &str) -> Response {
    let address = site.https_port.zip(asked.host()).map(|(port, host)| format!("https://{host}:{port}{path}"));
    let place = site.settings.domain().map(|_| site.place());
    // Before set-up the reader is who owns the machine.
    let (sky, warning, shut, status) = match place {
        Some(_) => ("night", text("securely-warning"), text("securely-shut"), text("securely-status")),
        None => ("at-1", text("setup-securely-warning"), text("setup-securely-shut"), text("setup-code-status")),
    };
    let asks = address::bare(site, asked).is_some();
    let whose = if place.is_some() { text("words-ask") } else { text("words-screen") };
    let known = Known::of_serving(site.serving().as_ref());
    let f = Frame { sky, ..Frame::new(asked, &text("securely-title"), place.clone()) };
    let bar = place.unwrap_or_else(|| f.t.plain(&text("setup-code-bar")));
    let (warning, shut, status, whose) = (f.t.html(&warning), f.t.html(&shut), f.t.html(&status), f.t.html(&whose));
    page(StatusCode::OK, &Page { f, bar, warning, shut, status, known, whose, address, asks })
}
