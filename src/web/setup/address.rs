//! `/setup/securely`: a padlock before there is a domain. An authority is asked for the machine's bare address (RFC 8738);
//! where it says no, the way goes on with the machine's own certificate, known by its words.
//!
//! Over plain HTTP from afar, so nothing is asked for or told that is secret. Keeps no state; see `certs::acme`.

use std::net::IpAddr;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::done;
use super::to;
use crate::certs::acme;
use crate::certs::acme::Acme;
use crate::certs::acme::Name;
use crate::certs::acme::NameState;
use crate::limits;
use crate::reach::own;
use crate::reach::own::Way;
use crate::texts::text;
use crate::web::Inner;
use crate::web::ask::Asked;
use crate::web::certified::Known;
use crate::web::form::Form;
use crate::web::frame::Frame;
use crate::web::frame::page;
use crate::web::names;
use crate::web::names::NameRow;
use crate::web::securely::securely;
use crate::web::visitor::is_near;

#[derive(Template)]
#[template(path = "setup/address.html")]
struct Page {
    f: Frame,
    names: Vec<NameRow>,
    failed: bool,
    /// It has come, and is served.
    issued: bool,
    known: Option<Known>,
    /// The set-up under TLS.
    onward: String,
}

/// The machine's address, as the browser called it, where an authority may be asked for it: set-up is not finished, and
/// there are doors for it.
pub(in crate::web) fn bare<'a>(site: &'a Inner, asked: &Asked) -> Option<(&'a Acme, IpAddr)> {
    let host = asked.host()?.trim_start_matches('[').trim_end_matches(']');
    let address: IpAddr = host.parse().ok()?;
    let open = site.settings.domain().is_none() && site.https_port.is_some();
    let acme = site.acme.get().filter(|_| open && can_be_ours(address))?;
    let states = acme.state();
    let asked_for = states.iter().filter(|known| matches!(known.name, Name::Ip(_))).count();
    // Behind a router whoever comes names the address, and may name others' (RFC 8738 §7).
    let has_room =
        states.iter().any(|known| known.name == Name::Ip(address)) || asked_for < limits::SETUP_ADDRESSES_MAX;
    has_room.then_some((acme, address))
}

/// Whether this machine can be at a public address: it is its own, or it knows of none of that kind.
fn can_be_ours(address: IpAddr) -> bool {
    let address = address.to_canonical();
    if is_near(address) || address.is_unspecified() {
        return false;
    }
    let ours = own::addresses();
    let knows = match address {
        IpAddr::V4(_) => matches!(ours.v4, Way::At(_)),
        IpAddr::V6(_) => matches!(ours.v6, Way::At(_)),
    };
    !knows || ours.has(address)
}

/// POST `/setup/securely`
pub(in crate::web) async fn ask(State(site): State<Arc<Inner>>, asked: Asked, _: Form) -> Response {
    let Some((acme, address)) = bare(&site, &asked) else { return to("/setup") };
    let wanted = Name::Ip(address);
    let mut names: Vec<Name> = acme.state().into_iter().map(|known| known.name).collect();
    match names.contains(&wanted) {
        true => acme.look_again(),
        false => {
            names.push(wanted);
            acme.want(names, site.wizard.how());
        }
    }
    to("/setup/securely")
}

/// GET `/setup/securely`
pub(in crate::web) async fn show(State(site): State<Arc<Inner>>, asked: Asked) -> Response {
    if site.settings.domain().is_some() {
        return done::after(&site, &asked);
    }
    let found = bare(&site, &asked).zip(site.https_port);
    let Some(((acme, address), port)) = found.filter(|_| !asked.visitor.tls) else { return to("/setup") };
    let states: Vec<NameState> = acme.state().into_iter().filter(|state| state.name == Name::Ip(address)).collect();
    if states.is_empty() {
        return securely(&site, &asked, "/setup");
    }
    let issued = states.iter().any(|state| matches!(state.state, acme::State::Issued { .. }));
    let port = if port == 443 { String::new() } else { format!(":{port}") };
    let host = asked.host().unwrap_or_default();
    let f = Frame { sky: "at-1", ..Frame::new(&asked, &text("securely-title"), None) };
    let page_of = Page {
        names: names::rows(&f.t, &states, site.clock.utc()),
        failed: names::any_failed(&states),
        issued,
        known: Known::of_serving(site.serving().as_ref()),
        onward: format!("https://{host}{port}/setup"),
        f,
    };
    page(StatusCode::OK, &page_of)
}
