//! `/sign-in`, `/sign-out`, and `/stay` for whoever is leaving.
//!
//! Keeps no state. The password is checked as the streams do: the same verifiers, the same limits on guessing, and
//! neither the answer nor its time tells an unknown name from a wrong password.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;

use super::Inner;
use super::ask::Asked;
use super::ask::is_our_path;
use super::days;
use super::faults::Fault;
use super::form::Form;
use super::frame::Errors;
use super::frame::Frame;
use super::frame::page;
use super::securely::securely;
use super::signed;
use super::signed::Leaving;
use super::signed::Signed;
use crate::accounts::ChangeError;
use crate::accounts::Proof;
use crate::accounts::Role;
use crate::accounts::names;
use crate::accounts::standing::Closed;
use crate::accounts::throttle::Wait;
use crate::limits;
use crate::store::StoreError;
use crate::texts::Markup;
use crate::texts::Text;
use crate::texts::text;
use crate::xmpp::jid::prepare_local;

#[derive(Template)]
#[template(path = "sign-in.html")]
struct Page {
    f: Frame,
    place: String,
    domain: String,
    errors: Errors,
    /// Heading and what follows, above the fields.
    warning: Option<(Markup, Markup)>,
    /// The other way round: all is well.
    out: bool,
    /// Days in which who has just left may come back.
    left: Option<usize>,
    name: String,
    to: String,
}

#[derive(Template)]
#[template(path = "stay.html")]
struct StayPage {
    f: Frame,
    place: String,
    name: String,
    until: String,
}

/// What a password came to.
pub(super) enum Checked {
    Right(Proof),
    /// The name or the password, and never which of them.
    Wrong,
    /// Too many tries.
    Wait(u64),
}

/// Asks whether name and password belong together, within the limits on guessing.
pub(super) async fn check(site: &Inner, from: IpAddr, name: &str, password: &str) -> Result<Checked, StoreError> {
    // What can be no name goes the same way: an empty one is nobody's.
    let name = prepare_local(name).unwrap_or_default();
    let attempt = match site.accounts.throttle().attempt(from, &name, site.clock.since_start()) {
        Ok(attempt) => attempt,
        Err(Wait(wait)) => return Ok(Checked::Wait(wait.as_secs().max(1))),
    };
    if attempt.delay() > Duration::ZERO {
        site.clock.sleep(attempt.delay()).await;
    }
    match site.accounts.prove_password(&name, password).await {
        Ok(Some(proof)) => {
            attempt.succeeded(site.clock.since_start());
            Ok(Checked::Right(proof))
        }
        Ok(None) => {
            tracing::info!(peer = %from, "a sign-in in a browser failed");
            drop(attempt);
            Ok(Checked::Wrong)
        }
        Err(error) => {
            attempt.withdraw();
            Err(error)
        }
    }
}

/// GET `/sign-in`
pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked, signed: Option<Signed>) -> Response {
    if let Err(reply) = site.chat(&asked) {
        return reply;
    }
    let to = asked.query("to").filter(|to| is_our_path(to)).unwrap_or_default();
    if !asked.visitor.may_tell_secrets() {
        let query = if to.is_empty() { String::new() } else { format!("?to={to}") };
        return securely(&site, &asked, &format!("/sign-in{query}"));
    }
    if let Some(who) = signed {
        let to = if to.is_empty() { home(Some(who.role)) } else { &to };
        return Redirect::to(to).into_response();
    }
    let note = asked.query("n").unwrap_or_default();
    let warning = (note == "again").then(|| (text("sign-in-again"), text("sign-in-again-next")));
    let left = (note == "left").then_some((limits::LEAVE_GRACE_S / 86_400) as usize);
    form(&site, &asked, StatusCode::OK, Filled { to, warning, out: note == "out", left, ..Filled::default() })
}

/// POST `/sign-in`
pub(super) async fn send(State(site): State<Arc<Inner>>, asked: Asked, fields: Form) -> Response {
    if let Err(reply) = site.chat(&asked) {
        return reply;
    }
    if !asked.visitor.may_tell_secrets() {
        return securely(&site, &asked, "/sign-in");
    }
    let to = Some(fields.text("to")).filter(|to| is_our_path(to)).unwrap_or_default().to_owned();
    let (typed, password) = (fields.text("name"), fields.raw("password"));
    let shown: String = typed.chars().take(limits::SIGN_IN_NAME_SHOWN_SIGNS).collect();
    let mut filled = Filled { to, name: shown, ..Filled::default() };
    let domain = site.settings.domain().unwrap_or_default();
    let name = match names::own_part(typed, &domain) {
        Ok("") => Err(text("sign-in-name-empty")),
        Ok(name) => Ok(name),
        Err(_) => Err(text("sign-in-name-elsewhere").with("domain", &domain)),
    };
    if let Err(error) = &name {
        filled.errors.add("name", error.clone());
    }
    if password.is_empty() {
        filled.errors.add("password", text("sign-in-password-empty"));
    }
    let Some(name) = name.ok().filter(|_| filled.errors.is_empty()) else {
        return form(&site, &asked, StatusCode::UNPROCESSABLE_ENTITY, filled);
    };
    let proof = match check(&site, asked.visitor.peer.ip(), name, password).await {
        Ok(Checked::Right(proof)) => proof,
        Ok(Checked::Wrong) => {
            filled.errors.add("password", text("sign-in-wrong"));
            return form(&site, &asked, StatusCode::UNPROCESSABLE_ENTITY, filled);
        }
        Ok(Checked::Wait(wait_s)) => return site.fault(&asked, Fault::TooMany(wait_s)),
        Err(error) => return site.not_kept(&asked, &error),
    };
    let account = proof.account;
    // Told to who knows the password only.
    if site.accounts.closed(account) == Some(Closed::Locked) {
        filled.warning = Some((text("sign-in-locked"), text("sign-in-locked-next")));
        return form(&site, &asked, StatusCode::FORBIDDEN, filled);
    }
    let cookie = match signed::begin(&site, &asked, account, Some(&proof)).await {
        Ok(cookie) => cookie,
        Err(reply) => return reply,
    };
    tracing::info!(account = account.0, peer = %asked.visitor.peer.ip(), "signed in in a browser");
    let leaving = site.accounts.closed(account).is_some();
    let to = match filled.to.as_str() {
        _ if leaving => "/stay",
        "" => home(site.accounts.role(account)),
        to => to,
    };
    with_cookie(Redirect::to(to), cookie)
}

/// POST `/sign-out`
pub(super) async fn out(State(site): State<Arc<Inner>>, asked: Asked) -> Response {
    match signed::end(&site, &asked).await {
        Ok(cookie) => with_cookie(Redirect::to("/sign-in?n=out"), cookie),
        Err(reply) => reply,
    }
}

/// GET `/stay`
pub(super) async fn stay_show(State(site): State<Arc<Inner>>, asked: Asked, leaving: Leaving) -> Response {
    let place = site.place();
    let f = Frame { sky: "night", ..Frame::new(&asked, &text("stay-title"), Some(place.clone())) };
    let until = days::day(&f.t, leaving.at, site.clock.utc());
    page(StatusCode::OK, &StayPage { f, place, name: leaving.who.name, until })
}

/// POST `/stay`
pub(super) async fn stay(State(site): State<Arc<Inner>>, asked: Asked, leaving: Leaving) -> Response {
    match site.accounts.stay(leaving.who.account).await {
        Ok(()) => Redirect::to("/me?n=stays").into_response(),
        Err(ChangeError::Store(error)) => site.not_kept(&asked, &error),
        // It was removed a moment ago.
        Err(_) => Redirect::to("/sign-in").into_response(),
    }
}

/// Where somebody goes who named no page.
pub(super) fn home(role: Option<Role>) -> &'static str {
    if role == Some(Role::Owner) { "/admin" } else { "/me" }
}

/// What stands in the form.
#[derive(Default)]
struct Filled {
    errors: Errors,
    warning: Option<(Text, Text)>,
    out: bool,
    left: Option<usize>,
    name: String,
    to: String,
}

fn form(site: &Inner, asked: &Asked, status: StatusCode, filled: Filled) -> Response {
    let Filled { errors, warning, out, left, name, to } = filled;
    let mut title = text("sign-in-title");
    if !errors.is_empty() {
        let page = asked.lang.book().plain(&title);
        title = text("title-errors").with("count", errors.len()).with("page", page);
    }
    let (place, domain) = (site.place(), site.settings.domain().unwrap_or_default());
    let sky = if out || left.is_some() { "night" } else { "" };
    let f = Frame { sky, ..Frame::new(asked, &title, Some(place.clone())) };
    let warning = warning.map(|(heading, next)| (f.t.html(&heading), f.t.html(&next)));
    page(status, &Page { f, place, domain, errors, warning, out, left, name, to })
}

pub(super) fn with_cookie(to: Redirect, cookie: HeaderValue) -> Response {
    let mut reply = to.into_response();
    reply.headers_mut().insert(header::SET_COOKIE, cookie);
    reply
}
