//! `/setup/done`: what the owner needs now. Shown to the browser that finished, for half an hour.
//!
//! State, in memory: [`Finished`].

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::COOKIE;
use super::Plan;
use super::draft;
use super::draft::Browser;
use super::to;
use crate::qr;
use crate::texts::Markup;
use crate::texts::text;
use crate::web::Inner;
use crate::web::ask::Asked;
use crate::web::faults::Fault;
use crate::web::frame::Frame;
use crate::web::frame::page;

/// The place that was just made, and who may see this page.
pub struct Finished {
    pub browser: Browser,
    pub until: Duration,
    pub facts: Facts,
}

/// What an app is told.
#[derive(Clone)]
pub struct Facts {
    address: String,
    /// The machine, where it is not the domain itself.
    host: Option<String>,
    /// Where apps knock, the first choice first.
    ports: String,
    home: bool,
    backup_at: String,
}

impl Facts {
    pub fn of(plan: &Plan, ports: &[u16]) -> Facts {
        let ports = ports.iter().map(u16::to_string).collect::<Vec<_>>().join(", ");
        let address = format!("{}@{}", plan.owner.name, plan.domain);
        Facts { address, host: plan.host.clone(), ports, home: plan.home, backup_at: plan.backup_at.clone() }
    }
}

#[derive(Template)]
#[template(path = "setup/done.html")]
struct Page {
    f: Frame,
    place: String,
    facts: Facts,
    address: Markup,
    qr: Option<Markup>,
}

pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked) -> Response {
    if site.settings.domain().is_none() {
        return to("/setup");
    }
    match facts(&site, &asked) {
        Some(facts) => answer(&site, &asked, facts),
        None => site.fault(&asked, Fault::Finished),
    }
}

/// Any other page of set-up, once it is finished.
pub(super) fn after(site: &Inner, asked: &Asked) -> Response {
    match facts(site, asked) {
        Some(_) if !asked.uri.path().ends_with("/setup") => to("/setup/done"),
        _ => site.fault(asked, Fault::Finished),
    }
}

/// For the browser that finished, while it may look.
fn facts(site: &Inner, asked: &Asked) -> Option<Facts> {
    let browser = draft::browser(asked.cookie(COOKIE)?);
    let mut finished = site.wizard.finished();
    if finished.as_ref().is_some_and(|finished| finished.until < site.clock.since_start()) {
        *finished = None;
    }
    let finished = finished.as_ref()?;
    (finished.browser == browser && asked.visitor.may_tell_secrets()).then(|| finished.facts.clone())
}

fn answer(site: &Inner, asked: &Asked, facts: Facts) -> Response {
    let place = site.place();
    let f = Frame::new(asked, &text("setup-done-title"), Some(place.clone()));
    let label = f.t.html(&text("setup-done-qr").with("address", &facts.address));
    let qr = qr::svg(&uri(&facts.address), &label.0).map(Markup);
    let address = f.copy("address", &facts.address, &text("copied-address"));
    page(StatusCode::OK, &Page { f, place, facts, address, qr })
}

/// `xmpp:` (RFC 5122 §2.2): what is not plain in an address is percent-encoded.
fn uri(address: &str) -> String {
    let mut uri = "xmpp:".to_owned();
    for byte in address.bytes() {
        match byte.is_ascii_alphanumeric() || b"@.-_~".contains(&byte) {
            true => uri.push(char::from(byte)),
            false => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    #[test]
    fn rfc5122_2_2_an_address_becomes_a_uri() {
        assert_eq!(super::uri("mira#1@b\u{fc}.example"), "xmpp:mira%231@b%C3%BC.example");
    }
}
