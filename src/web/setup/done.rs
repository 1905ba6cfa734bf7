//! `/setup/done`: what the owner needs now. Shown to the browser that finished, for half an hour.
//!
//! State, in memory: [`Finished`].

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::Method;
use axum::http::StatusCode;
use axum::response::Response;

use super::COOKIE;
use super::Plan;
use super::draft;
use super::draft::Browser;
use super::to;
use crate::accounts::AccountId;
use crate::qr;
use crate::texts::Markup;
use crate::texts::text;
use crate::web::Inner;
use crate::web::ask::Asked;
use crate::web::faults::Fault;
use crate::web::frame::Frame;
use crate::web::frame::page;
use crate::web::phone;
use crate::web::phone::Code;

/// The place that was just made, and who may see this page.
pub struct Finished {
    pub browser: Browser,
    pub until: Duration,
    pub facts: Facts,
}

/// What an app is told, and what the owner passes on.
#[derive(Clone)]
pub struct Facts {
    address: String,
    owner: Option<AccountId>,
    /// The first invitation's link.
    invite: Option<String>,
    /// The machine, where it is not the domain itself.
    host: Option<String>,
    /// Where apps knock, the first choice first.
    ports: String,
    home: bool,
    backup_at: String,
    locked: bool,
}

impl Facts {
    pub fn of(plan: &Plan, ports: &[u16], owner: Option<AccountId>, invite: Option<String>) -> Facts {
        Facts {
            address: format!("{}@{}", plan.owner.name, plan.domain),
            owner,
            invite,
            host: plan.host.clone(),
            ports: ports.iter().map(u16::to_string).collect::<Vec<_>>().join(", "),
            home: plan.home,
            backup_at: plan.backup_at.clone(),
            locked: plan.backup_lock.is_some(),
        }
    }
}

/// The first invitation, to be sent on.
struct Invitation {
    link: Markup,
    qr: Option<Markup>,
}

#[derive(Template)]
#[template(path = "setup/done.html")]
struct Page {
    f: Frame,
    place: String,
    facts: Facts,
    address: Markup,
    phone: Option<Code>,
    invitation: Option<Invitation>,
    /// Nobody vouches for the certificate that is served.
    self_signed: bool,
}

pub(super) async fn show(State(site): State<Arc<Inner>>, method: Method, asked: Asked) -> Response {
    if site.settings.domain().is_none() {
        return to("/setup");
    }
    match facts(&site, &asked) {
        Some(facts) => answer(&site, &asked, &method, facts).await,
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

async fn answer(site: &Inner, asked: &Asked, method: &Method, facts: Facts) -> Response {
    let place = site.place();
    let f = Frame::new(asked, &text("setup-done-title"), Some(place.clone()));
    let phone = match facts.owner {
        // Who asks for the head only sees no code.
        Some(owner) if method != Method::HEAD => phone::code(site, &f, owner, &facts.address).await,
        _ => None,
    };
    let label = f.t.html(&text("setup-done-invite-qr"));
    let invitation = facts.invite.as_ref().map(|link| Invitation {
        link: f.copy("invitation", link, &text("copied-link")),
        qr: qr::svg(link, &label.0).map(Markup),
    });
    let address = f.copy("address", &facts.address, &text("copied-address"));
    let self_signed = site.serving().is_none_or(|serving| serving.facts.self_signed) && !facts.home;
    page(StatusCode::OK, &Page { f, place, facts, address, phone, invitation, self_signed })
}
