//! `/recover`: a new password by chat name and recovery code, within the limits of a log-in. All devices are signed out.
//!
//! Keeps no state. Neither the answer nor its time tells an unknown name from a wrong code.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::let_in;
use super::tell;
use crate::accounts::AccountId;
use crate::accounts::names;
use crate::accounts::recovery::RecoverError;
use crate::accounts::throttle::Wait;
use crate::features::Parts;
use crate::limits;
use crate::route::entry;
use crate::texts::text;
use crate::web::Inner;
use crate::web::ask::Asked;
use crate::web::faults::Fault;
use crate::web::form::Form;
use crate::web::frame::Errors;
use crate::web::frame::Frame;
use crate::web::frame::page;
use crate::web::securely::securely;
use crate::xmpp::jid::prepare_local;

#[derive(Template)]
#[template(path = "entry/recover.html")]
struct Page {
    f: Frame,
    errors: Errors,
    domain: String,
    /// What no password is made of.
    about: String,
    /// As typed.
    name: String,
}

/// GET `/recover`
pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked) -> Response {
    match may_ask(&site, &asked) {
        Ok(_) => form(&site, &asked, Errors::default(), ""),
        Err(reply) => reply,
    }
}

fn may_ask<'a>(site: &'a Inner, asked: &Asked) -> Result<&'a Arc<Parts>, Response> {
    let parts = super::chat(site, asked)?;
    match asked.visitor.may_tell_secrets() {
        true => Ok(parts),
        false => Err(securely(site, asked, "/recover")),
    }
}

/// POST `/recover`
pub(super) async fn send(State(site): State<Arc<Inner>>, asked: Asked, fields: Form) -> Response {
    let parts = match may_ask(&site, &asked) {
        Ok(parts) => parts,
        Err(reply) => return reply,
    };
    let typed = fields.text("name");
    let mut errors = Errors::default();
    let name = match names::own_part(typed, parts.domain.domain()) {
        Ok("") => {
            errors.add("name", text("name-empty"));
            String::new()
        }
        // What can be no name goes the same way as one that nobody has.
        Ok(own) => prepare_local(own).unwrap_or_default(),
        Err(error) => {
            errors.add("name", error.text());
            String::new()
        }
    };
    if fields.text("code").is_empty() {
        errors.add("code", text("recover-code-empty"));
    }
    let place = site.place();
    super::check_password(&fields, &name, parts.rules(&place).as_ref(), &mut errors);
    if errors.is_empty() {
        match recover(&site, &asked, parts, (&name, &fields)).await {
            Ok(account) => return let_in(&site, &asked, parts, account, "?n=renewed").await,
            Err(Refused::Wrong) => errors.add("code", text("recover-wrong")),
            Err(Refused::Password) => errors.add("password", text("password-sign")),
            Err(Refused::Page(reply)) => return *reply,
        }
    }
    form(&site, &asked, errors, typed)
}

enum Refused {
    Wrong,
    Password,
    Page(Box<Response>),
}

async fn recover(
    site: &Inner,
    asked: &Asked,
    parts: &Parts,
    (name, fields): (&str, &Form),
) -> Result<AccountId, Refused> {
    let from = asked.visitor.peer.ip();
    let attempt = match site.accounts.throttle().attempt(from, name, site.clock.since_start()) {
        Ok(attempt) => attempt,
        Err(Wait(wait)) => {
            let fault = Fault::TooMany(wait.as_secs().max(1));
            return Err(Refused::Page(Box::new(site.fault(asked, fault))));
        }
    };
    if attempt.delay() > Duration::ZERO {
        site.clock.sleep(attempt.delay()).await;
    }
    match entry::recover(parts, name, fields.raw("code"), fields.raw("password")).await {
        Ok(account) => {
            attempt.succeeded(site.clock.since_start());
            tracing::info!(account = account.0, peer = %from, "a new password by the recovery code");
            tell(parts, account, &asked.lang.book(), &text("recover-tell")).await;
            Ok(account)
        }
        Err(RecoverError::Wrong) => {
            tracing::info!(peer = %from, "a recovery code was wrong");
            Err(Refused::Wrong)
        }
        Err(RecoverError::Locked) => {
            attempt.succeeded(site.clock.since_start());
            Err(Refused::Page(Box::new(super::locked(site, asked))))
        }
        Err(RecoverError::Store(error)) => {
            attempt.withdraw();
            Err(Refused::Page(Box::new(site.not_kept(asked, &error))))
        }
        Err(RecoverError::Password(_) | RecoverError::Impossible(_)) => {
            attempt.withdraw();
            Err(Refused::Password)
        }
    }
}

fn form(site: &Inner, asked: &Asked, errors: Errors, typed: &str) -> Response {
    let title = super::title(asked, text("recover-title"), &errors);
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let f = Frame { sky: "at-3", ..Frame::new(asked, &title, Some(site.place())) };
    let domain = site.settings.domain().unwrap_or_default();
    let (about, name) = (domain.clone(), typed.chars().take(limits::TYPED_SHOWN_SIGNS).collect());
    page(status, &Page { f, errors, domain, about, name })
}
