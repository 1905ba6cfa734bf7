//! `/invite/TOKEN` for somebody who is in already, and links that make a contact only; `/invite/TOKEN/add`.
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

use super::invite::Friend;
use super::invite::friend_of;
use super::over;
use crate::accounts::invites::Kind;
use crate::accounts::invites::Looked;
use crate::accounts::invites::Person;
use crate::accounts::invites::Ticket;
use crate::features::Parts;
use crate::qr;
use crate::route;
use crate::store::StoreError;
use crate::texts::Markup;
use crate::texts::Text;
use crate::texts::text;
use crate::web::Inner;
use crate::web::ask::Asked;
use crate::web::days;
use crate::web::frame::Frame;
use crate::web::frame::page;
use crate::web::signed::Signed;
use crate::xmpp::jid::Jid;

#[derive(Template)]
#[template(path = "entry/contact.html")]
struct Page {
    f: Frame,
    place: String,
    heading: Markup,
    next: Markup,
    /// Where «Add» sends to.
    add: Option<String>,
    friend: Option<Friend>,
    /// One's own link, to pass on.
    link: Option<Markup>,
    qr: Option<Markup>,
    until: Option<String>,
}

/// How an invitation and somebody who is in belong together.
enum Bond {
    /// Their own.
    Own,
    /// Contacts of one another already.
    Friends,
    /// They could be.
    Strangers,
    /// It makes no contact.
    None,
}

fn address(parts: &Parts, name: &str) -> Jid {
    Jid::of_prepared(Some(name), parts.domain.domain(), None)
}

async fn bond(parts: &Parts, ticket: &Ticket, who: &Signed) -> Result<Bond, StoreError> {
    if ticket.inviter.as_ref().is_some_and(|inviter| inviter.account == who.account) {
        return Ok(Bond::Own);
    }
    let Some(inviter) = friend_of(ticket) else { return Ok(Bond::None) };
    Ok(if are_friends(parts, inviter, who).await? { Bond::Friends } else { Bond::Strangers })
}

async fn are_friends(parts: &Parts, inviter: &Person, who: &Signed) -> Result<bool, StoreError> {
    let roster = parts.rosters.get(who.account).await?;
    let state = roster.state(&address(parts, &inviter.name));
    Ok(state.sees_contact() && state.seen_by_contact())
}

/// For somebody who is signed in and came by this link, which is used up now, or could have. `None`: they did not.
pub(super) async fn of_friend(
    site: &Inner,
    asked: &Asked,
    parts: &Parts,
    inviter: &Person,
    who: &Signed,
) -> Result<Option<Response>, StoreError> {
    if !are_friends(parts, inviter, who).await? {
        return Ok(None);
    }
    let heading = text("bond-friends").with("inviter", &inviter.shown);
    let shown = shown(site, asked, None, (&text("bond-in-title"), &heading, &text("bond-friends-next")));
    Ok(Some(page(StatusCode::OK, &shown)))
}

/// For somebody who is signed in.
pub(super) async fn of_signed(
    site: &Inner,
    asked: &Asked,
    parts: &Parts,
    ticket: &Ticket,
    token: &str,
    who: &Signed,
) -> Response {
    let bond = match bond(parts, ticket, who).await {
        Ok(bond) => bond,
        Err(error) => return site.not_kept(asked, &error),
    };
    let inviter = ticket.inviter.as_ref().map(|inviter| inviter.shown.as_str()).unwrap_or_default();
    let (title, heading, next) = match bond {
        Bond::Own => (text("bond-own-title"), text("bond-own"), text("bond-own-next")),
        Bond::Friends => {
            (text("bond-in-title"), text("bond-friends").with("inviter", inviter), text("bond-friends-next"))
        }
        Bond::Strangers => (text("bond-in-title"), text("bond-add").with("inviter", inviter), text("bond-add-next")),
        Bond::None => (text("bond-in-title"), text("bond-in"), text("bond-in-next")),
    };
    let mut shown = shown(site, asked, Some(ticket), (&title, &heading, &next));
    if matches!(bond, Bond::Strangers) {
        shown.add = Some(format!("/invite/{token}/add"));
    } else if !matches!(bond, Bond::Friends) {
        let landing = parts.links.landing_of(ticket.kind, token);
        let label = shown.f.t.html(&text("invite-qr"));
        shown.link = Some(shown.f.copy("link", &landing, &text("copied-link")));
        shown.qr = qr::svg(&landing, &label.0).map(Markup);
    }
    page(StatusCode::OK, &shown)
}

/// A link that makes a contact only, for somebody who is not signed in.
pub(super) fn of_stranger(site: &Inner, asked: &Asked, parts: &Parts, ticket: &Ticket, token: &str) -> Response {
    let inviter = ticket.inviter.as_ref().map(|inviter| inviter.shown.as_str()).unwrap_or_default();
    let title = text("bond-contact-title").with("inviter", inviter);
    let heading = text("bond-contact").with("inviter", inviter);
    let mut shown = shown(site, asked, Some(ticket), (&title, &heading, &text("bond-contact-next")));
    shown.friend = Friend::of(parts, &shown.f, ticket, token);
    let label = shown.f.t.html(&text("invite-qr"));
    shown.qr = qr::svg(&parts.links.landing_of(ticket.kind, token), &label.0).map(Markup);
    page(StatusCode::OK, &shown)
}

fn shown(site: &Inner, asked: &Asked, ticket: Option<&Ticket>, words: (&Text, &Text, &Text)) -> Page {
    let (title, heading, next) = words;
    let place = site.place();
    let f = Frame { sky: "at-5", ..Frame::new(asked, title, Some(place.clone())) };
    let (heading, next) = (f.t.html(heading), f.t.html(next));
    let until = ticket.map(|ticket| days::day(&f.t, ticket.expires_at, site.clock.utc()));
    Page { f, place, heading, next, add: None, friend: None, link: None, qr: None, until }
}

/// POST `/invite/TOKEN/add`: inviter and whoever is signed in become contacts.
pub(super) async fn add(State(site): State<Arc<Inner>>, asked: Asked, typed: Path<String>, who: Signed) -> Response {
    let found = async {
        let parts = super::chat(&site, &asked)?;
        let token = super::token(&site, &asked, &typed)?;
        Ok((parts, token, super::look(&site, &asked, parts, token).await?))
    };
    let (parts, token, looked) = match found.await {
        Ok(found) => found,
        Err(reply) => return reply,
    };
    let ticket = match looked {
        Looked::Valid(ticket) if ticket.kind != Kind::Reset => ticket,
        over => return over::answer(&site, &asked, (parts, token), &over, None).await,
    };
    match befriend(parts, &ticket, token, &who).await {
        Ok(()) => Redirect::to(&format!("/invite/{token}")).into_response(),
        Err(error) => site.not_kept(&asked, &error),
    }
}

/// One place of the invitation is taken for it, as an app would take it.
async fn befriend(parts: &Parts, ticket: &Ticket, token: &str, who: &Signed) -> Result<(), StoreError> {
    let (Bond::Strangers, Some(inviter)) = (bond(parts, ticket, who).await?, friend_of(ticket)) else { return Ok(()) };
    if parts.invites.vouch(token, inviter.account, &address(parts, &who.name), &parts.domain).await? {
        route::befriend(parts, inviter.account, who.account).await?;
    }
    Ok(())
}
