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
use super::visitor::is_of_the_house;
use crate::certs::Serving;
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

/// `path` of this machine under TLS, by the name the browser knows.
pub(super) fn under_tls(host: &str, port: u16, path: &str) -> String {
    match port {
        443 => format!("https://{host}{path}"),
        port => format!("https://{host}:{port}{path}"),
    }
}

impl Inner {
    /// Where the pages stand for everybody, `https://HOST` without a slash at the end: once somebody outside vouches for
    /// this machine there, nobody needs to come another way. `None` also for who calls it by what only the house knows:
    /// routers need not lead back in.
    pub(super) fn vouched_web(&self, asked: &Asked) -> Option<&str> {
        let serving = self.serving().filter(Serving::is_public)?;
        let links = &self.open.get()?.links;
        let called = asked.host()?;
        let known = called == links.host() || !is_of_the_house(called);
        (known && serving.facts.is_for(links.host())).then(|| links.web())
    }
}

/// Instead of a page that asks for a password or a code. `path`: where that page stands, with its query.
pub(super) fn securely(site: &Inner, asked: &Asked, path: &str) -> Response {
    let address = match site.vouched_web(asked) {
        Some(web) => Some(format!("{web}{path}")),
        None => site.https_port.zip(asked.host()).map(|(port, host)| under_tls(host, port, path)),
    };
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
