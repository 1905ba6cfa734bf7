//! `/setup/certificate`: an authority is asked for the names, or later. Goes on whatever comes of it.
//!
//! Keeps no state; see `certs::acme`. Once the domain has its certificate the wizard moves there: a ticket, good once and
//! for a minute, carries the browser's hold of the set-up over ([`Ticket`]).

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::FromRequest as _;
use axum::extract::Request;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;

use super::Entered;
use super::begin;
use super::draft;
use super::draft::Browser;
use super::draft::Certificate;
use super::draft::Draft;
use super::draft::Holder;
use super::draft::Kind;
use super::draft::Name;
use super::enter;
use super::garbled;
use super::steps;
use super::steps::StepFrame;
use super::to;
use crate::certs;
use crate::certs::Pair;
use crate::certs::acme;
use crate::certs::acme::Acme;
use crate::certs::acme::NameState;
use crate::certs::acme::Terms;
use crate::certs::brought;
use crate::clock;
use crate::limits;
use crate::texts::Markup;
use crate::web::Inner;
use crate::web::ask::Asked;
use crate::web::brought as bring;
use crate::web::brought::Brought;
use crate::web::certified;
use crate::web::days;
use crate::web::form::Form;
use crate::web::frame::Errors;
use crate::web::frame::Frame;
use crate::web::frame::page;
use crate::web::names;
use crate::web::names::NameRow;

#[derive(Template)]
#[template(path = "setup/certificate.html")]
struct Page {
    f: Frame,
    s: StepFrame,
    domain: String,
    home: bool,
    /// The authority was asked.
    asked: bool,
    names: Vec<NameRow>,
    failed: bool,
    /// The domain has its certificate, and the wizard is not there yet.
    moves: Option<String>,
    terms: Terms,
    /// Until when the one that was brought along holds, and who vouches for it.
    brought: Option<[String; 2]>,
    /// The fields for one that is brought.
    bring: Markup,
}

/// Lets one browser go on at another address of the same machine.
pub(super) struct Ticket {
    /// Hash of what stands in the address.
    hash: Browser,
    /// Whose hold it carries over.
    of: Browser,
    until: Duration,
}

pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked) -> Response {
    let entered = match enter(&site, &asked, &steps::CERTIFICATE).await {
        Ok(entered) => entered,
        Err(reply) => return reply,
    };
    answer(&site, &asked, &entered, Errors::default())
}

fn answer(site: &Inner, asked: &Asked, entered: &Entered, errors: Errors) -> Response {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let draft = &entered.draft;
    let chosen = draft.certificate.as_ref().filter(|_| steps::is_certified(draft));
    let is_asked = chosen.is_some_and(|chosen| chosen.now);
    let states = if is_asked { wanted(site, draft) } else { Vec::new() };
    let (f, s) = steps::frame(site, asked, entered, errors);
    let now = site.clock.utc();
    let told = |pair: &Pair, domain: &str| {
        let facts = certs::check_brought(pair, domain, now).ok()?;
        Some([days::day(&f.t, facts.not_after, now), facts.issuer])
    };
    let brought = chosen.and_then(|chosen| told(chosen.brought.as_ref()?, &chosen.domain));
    let page_of = Page {
        domain: draft.name.as_ref().map(|name| name.domain.clone()).unwrap_or_default(),
        home: draft.kind == Some(Kind::Home),
        asked: is_asked,
        names: names::rows(&f.t, &states, now),
        failed: names::any_failed(&states),
        moves: moves(site, asked, &states),
        terms: site.acme.get().map(Acme::terms).unwrap_or_default(),
        brought,
        bring: bring::fields(&f, &s.errors),
        f,
        s,
    };
    page(status, &page_of)
}

/// POST `/setup/certificate/bring`: one is brought along, in files or pasted. It is served when the place opens.
pub(super) async fn bring(State(site): State<Arc<Inner>>, asked: Asked, request: Request) -> Response {
    let mut entered = match enter(&site, &asked, &steps::CERTIFICATE).await {
        Ok(entered) => entered,
        Err(reply) => return reply,
    };
    let Some(name) = entered.draft.name.clone() else { return to(steps::first_open(&entered.draft).path) };
    if entered.draft.kind == Some(Kind::Home) {
        // The page has no such form then.
        return garbled(&site, &asked);
    }
    let brought = match Brought::from_request(request, &site).await {
        Ok(brought) => brought,
        Err(reply) => return reply,
    };
    let checked = brought::pair(&brought.0).and_then(|pair| {
        certs::check_brought(&pair, &name.domain, site.clock.utc())?;
        Ok(pair)
    });
    let pair = match checked {
        Ok(pair) => pair,
        Err(error) => {
            let mut errors = Errors::default();
            errors.add("chain", certified::wrong(&error));
            return answer(&site, &asked, &entered, errors);
        }
    };
    let Name { domain, host, .. } = name;
    entered.draft.certificate = Some(Certificate { domain, host, now: false, brought: Some(pair) });
    match draft::keep(&site.store, entered.browser, &entered.draft, site.clock.utc()).await {
        Err(error) => site.not_kept(&asked, &error),
        Ok(_) => to(steps::CERTIFICATE.path),
    }
}

pub(super) async fn send(State(site): State<Arc<Inner>>, asked: Asked, fields: Form) -> Response {
    let mut entered = match enter(&site, &asked, &steps::CERTIFICATE).await {
        Ok(entered) => entered,
        Err(reply) => return reply,
    };
    let Some(name) = entered.draft.name.clone() else { return to(steps::first_open(&entered.draft).path) };
    let home = entered.draft.kind == Some(Kind::Home);
    let now = match fields.text("choice") {
        "now" if !home => true,
        "later" => false,
        "" if home => false,
        // What was brought stays.
        "kept" if steps::is_certified(&entered.draft) => return to(steps::after(&steps::CERTIFICATE, &entered.draft)),
        // The choice stands already: again, or on.
        "" if steps::is_certified(&entered.draft) => {
            return match fields.text("do") {
                "again" => {
                    if let Some(acme) = site.acme.get() {
                        acme.look_again();
                    }
                    to(steps::CERTIFICATE.path)
                }
                _ => to(steps::after(&steps::CERTIFICATE, &entered.draft)),
            };
        }
        _ => return garbled(&site, &asked),
    };
    entered.draft.certificate = Some(Certificate { domain: name.domain, host: name.host, now, brought: None });
    if !now {
        return entered.keep(&site, &asked, None).await;
    }
    match draft::keep(&site.store, entered.browser, &entered.draft, site.clock.utc()).await {
        Err(error) => site.not_kept(&asked, &error),
        Ok(_) => {
            wanted(&site, &entered.draft);
            to(steps::CERTIFICATE.path)
        }
    }
}

/// Asks for the names, or hears how far they are: an order that a restart has cut goes on so.
fn wanted(site: &Inner, draft: &Draft) -> Vec<NameState> {
    let (Some(acme), Some(name)) = (site.acme.get(), &draft.name) else { return Vec::new() };
    let ascii = |name: &str| certs::names_under(name).swap_remove(0);
    let all = std::iter::once(&name.domain).chain(&name.host);
    acme.want(all.map(|name| acme::Name::Dns(ascii(name))).collect(), site.wizard.founding.how());
    acme.state()
}

/// The name under which the wizard goes on; `None`: it is there, or cannot be yet.
fn moves(site: &Inner, asked: &Asked, states: &[NameState]) -> Option<String> {
    site.https_port?;
    let issued = |state: &&NameState| matches!(state.state, acme::State::Issued { .. });
    let host = asked.host().unwrap_or_default();
    let there = |name: &str| asked.visitor.tls && host.eq_ignore_ascii_case(name);
    let names = states.iter().filter(issued).map(|state| state.name.to_string()).collect::<Vec<_>>();
    if names.iter().any(|name| there(name)) {
        return None;
    }
    // The machine's own name before the domain, whose web site may live elsewhere.
    names.into_iter().next_back()
}

/// GET `/setup/move`: to the domain, with a ticket. By a link, as browsers let no form lead to another host.
pub(super) async fn go(State(site): State<Arc<Inner>>, asked: Asked) -> Response {
    let entered = match enter(&site, &asked, &steps::CERTIFICATE).await {
        Ok(entered) => entered,
        Err(reply) => return reply,
    };
    let states = site.acme.get().map(|acme| acme.state()).unwrap_or_default();
    let (Some(name), Some(port)) = (moves(&site, &asked, &states), site.https_port) else {
        return to(steps::CERTIFICATE.path);
    };
    let ticket = clock::token();
    let until = site.clock.since_start() + Duration::from_secs(limits::SETUP_TICKET_MAX_S);
    *site.wizard.ticket() = Some(Ticket { hash: draft::browser(&ticket), of: entered.browser, until });
    let port = if port == 443 { String::new() } else { format!(":{port}") };
    Redirect::to(&format!("https://{name}{port}/setup/hello?ticket={ticket}")).into_response()
}

/// GET `/setup/hello`: takes a ticket, once.
pub(super) async fn hello(State(site): State<Arc<Inner>>, asked: Asked) -> Response {
    let brought = asked.query("ticket").unwrap_or_default();
    let taken = {
        let mut ticket = site.wizard.ticket();
        let now = site.clock.since_start();
        let good = ticket.as_ref().is_some_and(|ticket| ticket.hash == draft::browser(&brought) && now < ticket.until);
        if good && asked.visitor.tls { ticket.take() } else { None }
    };
    let Some(ticket) = taken.filter(|_| site.settings.domain().is_none()) else { return to("/setup") };
    // Whoever took the set-up over meanwhile keeps it.
    match draft::holder(&site.store, ticket.of, site.clock.utc()).await {
        Ok(Holder::This(_)) => {}
        Ok(_) => return to("/setup"),
        Err(error) => return site.not_kept(&asked, &error),
    }
    let from = asked.visitor.peer.ip().to_canonical().to_string();
    let (token, now) = (clock::token(), site.clock.utc());
    let browser = draft::browser(&token);
    let held = match draft::take(&site.store, browser, from, now).await {
        Ok(_) => draft::holder(&site.store, browser, now).await,
        Err(error) => Err(error),
    };
    match held {
        Ok(Holder::This(draft)) => {
            let mut reply = to(&format!("{}?n=moved", steps::goes_on(&draft)));
            let cookie: HeaderValue = begin::cookie(&token, true);
            reply.headers_mut().insert(header::SET_COOKIE, cookie);
            reply
        }
        Ok(_) => to("/setup"),
        Err(error) => site.not_kept(&asked, &error),
    }
}
