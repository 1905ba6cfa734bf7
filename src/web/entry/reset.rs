//! `/reset/TOKEN`: a new password by a link of the owner's. All devices are signed out, and the person is told.
//!
//! Keeps no state.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;

use super::invite::xmpp;
use super::let_in;
use super::over;
use super::tell;
use super::with_link;
use crate::accounts::invites::Kind;
use crate::accounts::invites::Looked;
use crate::accounts::invites::Ticket;
use crate::accounts::joining::JoinError;
use crate::accounts::standing::Closed;
use crate::features::Parts;
use crate::route::entry;
use crate::texts::text;
use crate::web::Inner;
use crate::web::ask::Asked;
use crate::web::days;
use crate::web::form::Form;
use crate::web::frame::Errors;
use crate::web::frame::Frame;
use crate::web::frame::page;
use crate::web::securely::securely;

#[derive(Template)]
#[template(path = "entry/reset.html")]
struct Page {
    f: Frame,
    errors: Errors,
    name: String,
    address: String,
    /// What no password is made of.
    about: String,
    /// The same in an app.
    xmpp: String,
    until: String,
}

/// Parts, token and what it comes to. Links for something else have pages of their own.
async fn find<'a>(
    site: &'a Inner,
    asked: &Asked,
    typed: &'a Path<String>,
) -> Result<(&'a Arc<Parts>, &'a str, Box<Ticket>), Response> {
    let parts = super::chat(site, asked)?;
    let token = super::token(site, asked, typed)?;
    let closed = |ticket: &Ticket| ticket.account.and_then(|account| parts.accounts.closed(account));
    match super::look(site, asked, parts, token).await? {
        Looked::Valid(ticket) if ticket.kind == Kind::Reset => match closed(&ticket) {
            Some(Closed::Locked) => Err(super::locked(site, asked)),
            _ => Ok((parts, token, ticket)),
        },
        Looked::Valid(_) => Err(Redirect::to(&format!("/invite/{token}")).into_response()),
        over => Err(over::answer(site, asked, (parts, token), &over, None).await),
    }
}

/// GET `/reset/TOKEN`
pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked, typed: Path<String>) -> Response {
    let (parts, token, ticket) = match find(&site, &asked, &typed).await {
        Ok(found) => found,
        Err(reply) => return reply,
    };
    let link = xmpp(parts, &ticket, token);
    let reply = match asked.visitor.may_tell_secrets() {
        true => form(&site, &asked, (parts, token), &ticket, Errors::default()),
        false => securely(&site, &asked, &format!("/reset/{token}")),
    };
    with_link(reply, &link)
}

/// POST `/reset/TOKEN`
pub(super) async fn send(State(site): State<Arc<Inner>>, asked: Asked, typed: Path<String>, fields: Form) -> Response {
    let (parts, token, ticket) = match find(&site, &asked, &typed).await {
        Ok(found) => found,
        Err(reply) => return reply,
    };
    if !asked.visitor.may_tell_secrets() {
        return securely(&site, &asked, &format!("/reset/{token}"));
    }
    let place = site.place();
    let mut errors = Errors::default();
    super::check_password(
        &fields,
        ticket.name.as_deref().unwrap_or_default(),
        parts.rules(&place).as_ref(),
        &mut errors,
    );
    if errors.is_empty() {
        match entry::reset(parts, &ticket, fields.raw("password")).await {
            Ok(account) => {
                tell(parts, account, &asked.lang.book(), &text("reset-tell")).await;
                return let_in(&site, &asked, parts, account, "?n=renewed").await;
            }
            Err(JoinError::Over(over)) => return over::answer(&site, &asked, (parts, token), &over, None).await,
            Err(JoinError::Store(error)) => return site.not_kept(&asked, &error),
            Err(JoinError::Password(weak)) => errors.add("password", weak.text()),
            Err(_) => errors.add("password", text("password-sign")),
        }
    }
    form(&site, &asked, (parts, token), &ticket, errors)
}

fn form(site: &Inner, asked: &Asked, (parts, token): (&Parts, &str), ticket: &Ticket, errors: Errors) -> Response {
    let title = super::title(asked, text("reset-title"), &errors);
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let f = Frame { sky: "at-6", ..Frame::new(asked, &title, Some(site.place())) };
    let name = ticket.name.as_deref().unwrap_or_default().to_owned();
    let shown = Page {
        until: days::moment(&f.t, ticket.expires_at, site.clock.utc()),
        address: format!("{name}@{}", parts.domain),
        about: format!("{name}|{}", parts.domain),
        xmpp: xmpp(parts, ticket, token),
        name,
        errors,
        f,
    };
    page(status, &shown)
}
