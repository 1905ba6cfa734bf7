//! `/invite/TOKEN/sign-up`: a name and a password in the browser. The place at the table is taken only when the account
//! exists; of two who come at once one gets in, the other is told.
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

use super::let_in;
use super::over;
use super::over::Typed;
use crate::accounts::invites::Kind;
use crate::accounts::invites::Looked;
use crate::accounts::invites::Ticket;
use crate::accounts::joining::JoinError;
use crate::accounts::joining::Joined;
use crate::accounts::names;
use crate::accounts::names::NameError;
use crate::accounts::names::Taken;
use crate::features::Parts;
use crate::limits;
use crate::route::entry;
use crate::settings::ASK_FIRST;
use crate::store::StoreError;
use crate::texts::Text;
use crate::texts::text;
use crate::web::Inner;
use crate::web::ask::Asked;
use crate::web::form::Form;
use crate::web::frame::Errors;
use crate::web::frame::Frame;
use crate::web::frame::page;
use crate::web::securely::securely;
use crate::web::sign_in;
use crate::web::sign_in::Checked;

#[derive(Template)]
#[template(path = "entry/sign-up.html")]
struct Page {
    f: Frame,
    errors: Errors,
    inviter: Option<String>,
    domain: String,
    /// As typed.
    name: String,
    /// The name that the invitation is for: shown, and not a field.
    own_name: Option<String>,
    ask_first: bool,
    back: String,
    /// What no password is made of.
    about: String,
}

/// What a request to these pages comes to first.
type Found<'a> = Result<(&'a Arc<Parts>, &'a str, Looked), Response>;

async fn find<'a>(site: &'a Inner, asked: &Asked, typed: &'a Path<String>) -> Found<'a> {
    let parts = super::chat(site, asked)?;
    let token = super::token(site, asked, typed)?;
    if !asked.visitor.may_tell_secrets() {
        return Err(securely(site, asked, &format!("/invite/{token}/sign-up")));
    }
    Ok((parts, token, super::look(site, asked, parts, token).await?))
}

/// GET `/invite/TOKEN/sign-up`
pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked, typed: Path<String>) -> Response {
    let (parts, token, looked) = match find(&site, &asked, &typed).await {
        Ok(found) => found,
        Err(reply) => return reply,
    };
    match looked {
        Looked::Valid(ticket) if ticket.kind == Kind::Account => {
            form(&site, &asked, (&ticket, token), Errors::default(), "")
        }
        Looked::Valid(_) => Redirect::to(&format!("/invite/{token}")).into_response(),
        over => over::answer(&site, &asked, (parts, token), &over, None).await,
    }
}

/// POST `/invite/TOKEN/sign-up`
pub(super) async fn send(State(site): State<Arc<Inner>>, asked: Asked, typed: Path<String>, fields: Form) -> Response {
    let (parts, token, looked) = match find(&site, &asked, &typed).await {
        Ok(found) => found,
        Err(reply) => return reply,
    };
    let ticket = match looked {
        Looked::Valid(ticket) if ticket.kind == Kind::Account => ticket,
        Looked::Valid(_) => return Redirect::to(&format!("/invite/{token}")).into_response(),
        over => return too_late(&site, &asked, (parts, token), &over, &fields).await,
    };
    let mut errors = Errors::default();
    let name = checked(&site, parts, &ticket, &fields, &mut errors);
    if errors.is_empty() {
        match entry::join(parts, &ticket, &name, fields.raw("password")).await {
            Ok(Joined::In { account, .. }) => return let_in(&site, &asked, parts, account, "").await,
            Ok(Joined::Waits { token, .. }) => return Redirect::to(&format!("/waiting/{token}")).into_response(),
            Err(JoinError::Over(over)) => return too_late(&site, &asked, (parts, token), &over, &fields).await,
            Err(JoinError::Store(error)) => return site.not_kept(&asked, &error),
            Err(error) => {
                let (field, error) = refused(parts, &name, &error);
                errors.add(field, error);
            }
        }
    }
    form(&site, &asked, (&ticket, token), errors, fields.text("name"))
}

/// The name, prepared where the rules hold. What is wrong goes into `errors`.
fn checked(site: &Inner, parts: &Parts, ticket: &Ticket, fields: &Form, errors: &mut Errors) -> String {
    let place = site.place();
    let rules = parts.rules(&place);
    let typed = fields.text("name");
    let name = match (&ticket.name, &rules) {
        (Some(own), _) => own.to_string(),
        (None, Some(rules)) => match parts.accounts.check_name(typed, rules.domain) {
            Ok(chosen) => chosen.name,
            Err(error) => {
                errors.add("name", error.text());
                String::new()
            }
        },
        (None, None) => typed.to_owned(),
    };
    super::check_password(fields, &name, rules.as_ref(), errors);
    name
}

/// Field and text of what the account's making found.
fn refused(parts: &Parts, name: &str, error: &JoinError) -> (&'static str, Text) {
    match error {
        // Somebody was faster, or it is kept for somebody: free ones are looked for once more.
        JoinError::Name(NameError::Taken { name, suggestions }) if suggestions.is_empty() => {
            let taken = |other: &str| if other == name { Taken::Same } else { parts.accounts.taken(other) };
            let told = names::check(name, parts.domain.domain(), &taken).err();
            let error = told.unwrap_or(NameError::Taken { name: name.clone(), suggestions: Vec::new() });
            ("name", error.text())
        }
        JoinError::Name(error) => ("name", error.text()),
        JoinError::Password(weak) => ("password", weak.text()),
        JoinError::TooMany => ("name", text("join-many")),
        _ if name.is_empty() => ("name", text("name-empty")),
        _ => ("password", text("password-sign")),
    }
}

/// The link was used meanwhile. Who sends the form twice has used it, and is let in all the same.
async fn too_late(
    site: &Inner,
    asked: &Asked,
    (parts, token): (&Arc<Parts>, &str),
    over: &Looked,
    fields: &Form,
) -> Response {
    match sent_twice(site, asked, (parts, token), over, fields).await {
        Ok(Some(reply)) => reply,
        Ok(None) => {
            let typed = Typed { name: fields.text("name"), ..Typed::default() };
            over::answer(site, asked, (parts, token), over, Some(typed)).await
        }
        Err(error) => site.not_kept(asked, &error),
    }
}

async fn sent_twice(
    site: &Inner,
    asked: &Asked,
    (parts, token): (&Arc<Parts>, &str),
    over: &Looked,
    fields: &Form,
) -> Result<Option<Response>, StoreError> {
    if !matches!(over, Looked::Used { .. } | Looked::Full { .. }) {
        return Ok(None);
    }
    let Some(invite) = parts.invites.of_token(token).await? else { return Ok(None) };
    let name = match &invite.name {
        Some(own) => own.to_string(),
        None => crate::xmpp::jid::prepare_local(fields.text("name")).unwrap_or_default(),
    };
    if !invite.used_by.iter().any(|(jid, _)| jid.strip_suffix('@') == Some(&name)) {
        return Ok(None);
    }
    let from = asked.visitor.peer.ip();
    Ok(match sign_in::check(site, from, &name, fields.raw("password")).await? {
        Checked::Right(proof) => Some(let_in(site, asked, parts, proof.account, "").await),
        Checked::Wrong | Checked::Wait(_) => None,
    })
}

fn form(site: &Inner, asked: &Asked, (ticket, token): (&Ticket, &str), errors: Errors, typed: &str) -> Response {
    let title = super::title(asked, text("join-title"), &errors);
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shown = Page {
        f: Frame { sky: "at-6", ..Frame::new(asked, &title, Some(site.place())) },
        errors,
        inviter: ticket.inviter.as_ref().map(|inviter| inviter.shown.clone()),
        domain: site.settings.domain().unwrap_or_default(),
        name: typed.chars().take(limits::TYPED_SHOWN_SIGNS).collect(),
        own_name: ticket.name.as_deref().map(str::to_owned),
        ask_first: ticket.ask_first || site.settings.is_on(&ASK_FIRST),
        back: format!("/invite/{token}"),
        about: format!("{}|{}", site.settings.domain().unwrap_or_default(), ticket.name.as_deref().unwrap_or_default()),
    };
    page(status, &shown)
}
