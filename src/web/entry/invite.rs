//! `/invite/TOKEN`: who invites where, and the way in for the device that looks at it.
//!
//! Keeps no state. `HEAD` is answered as `GET`: Conversations asks so and takes the first `<…>` of the last `Link`
//! header, Snikket's app for iPhones what stands before the first blank of it (peers.md §2). So there is one.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::extract::State;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;

use super::contact;
use super::device::Apps;
use super::device::Device;
use super::over;
use super::with_link;
use crate::accounts::invites::Kind;
use crate::accounts::invites::Looked;
use crate::accounts::invites::Person;
use crate::accounts::invites::Ticket;
use crate::features::Parts;
use crate::qr;
use crate::settings::ASK_FIRST;
use crate::texts::Markup;
use crate::texts::text;
use crate::web::Inner;
use crate::web::ask::Asked;
use crate::web::days;
use crate::web::frame::Frame;
use crate::web::frame::page;
use crate::web::signed::Signed;

#[derive(Template)]
#[template(path = "entry/invite.html")]
struct Page {
    f: Frame,
    place: String,
    device: Device,
    apps: Apps,
    /// As friends see the inviter; `None`: the place itself invites.
    inviter: Option<String>,
    /// What apps open.
    xmpp: String,
    sign_up: String,
    friend: Option<Friend>,
    /// The one name it is for.
    name: Option<String>,
    ask_first: bool,
    /// Devices have to trust the machine first, once.
    home: bool,
    qr: Option<Markup>,
    until: String,
    left: u32,
    of: u32,
    people: usize,
}

/// The inviter, for who has an account already.
pub(super) struct Friend {
    pub shown: String,
    /// Adds them as a contact, and they need not be asked (XEP-0379).
    pub xmpp: String,
    pub copy: Markup,
    pub sign_in: String,
}

impl Friend {
    /// `None`: the invitation makes no contact.
    pub fn of(parts: &Parts, f: &Frame, ticket: &Ticket, token: &str) -> Option<Friend> {
        let inviter = friend_of(ticket)?;
        let address = format!("{}@{}", inviter.name, parts.domain);
        Some(Friend {
            shown: inviter.shown.clone(),
            xmpp: parts.links.xmpp_of(Kind::Contact, token, None, Some(&inviter.name)),
            copy: f.copy("friend", &address, &text("copied-address")),
            sign_in: format!("/sign-in?to=/invite/{token}"),
        })
    }
}

/// Whom the link makes a contact of.
pub(super) fn friend_of(ticket: &Ticket) -> Option<&Person> {
    ticket.inviter.as_ref().filter(|_| ticket.befriend || ticket.kind == Kind::Contact)
}

/// What apps open of a link that holds.
pub(super) fn xmpp(parts: &Parts, ticket: &Ticket, token: &str) -> String {
    let friend = friend_of(ticket).map(|inviter| &*inviter.name);
    parts.links.xmpp_of(ticket.kind, token, ticket.name.as_deref(), friend)
}

/// Messages put slashes at the end of addresses, and Snikket's links have one.
pub(super) async fn slash(State(site): State<Arc<Inner>>, asked: Asked, typed: Path<String>) -> Response {
    match super::token(&site, &asked, &typed) {
        Ok(token) => Redirect::permanent(&format!("/invite/{token}")).into_response(),
        Err(reply) => reply,
    }
}

/// GET `/invite/TOKEN`
pub(super) async fn show(
    State(site): State<Arc<Inner>>,
    asked: Asked,
    typed: Path<String>,
    signed: Option<Signed>,
) -> Response {
    let mut reply = answer(&site, &asked, &typed, signed).await;
    // Chat apps that are web pages read the header, with nobody's cookies (Fetch §3.2).
    let any = HeaderValue::from_static("*");
    reply.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, any);
    let exposed = HeaderName::from_static("access-control-expose-headers");
    reply.headers_mut().insert(exposed, HeaderValue::from_static("Link"));
    reply
}

async fn answer(site: &Inner, asked: &Asked, typed: &Path<String>, signed: Option<Signed>) -> Response {
    let found = async {
        let parts = super::chat(site, asked)?;
        let token = super::token(site, asked, typed)?;
        Ok((parts, token, super::look(site, asked, parts, token).await?))
    };
    let (parts, token, looked) = match found.await {
        Ok(found) => found,
        Err(reply) => return reply,
    };
    let ticket = match looked {
        Looked::Valid(ticket) => ticket,
        over => {
            if let (Some(who), Some(inviter)) = (&signed, over::friend_of(&over)) {
                match contact::of_friend(site, asked, parts, inviter, who).await {
                    Ok(Some(reply)) => return reply,
                    Ok(None) => {}
                    Err(error) => return site.not_kept(asked, &error),
                }
            }
            return over::answer(site, asked, (parts, token), &over, None).await;
        }
    };
    if ticket.kind == Kind::Reset {
        return Redirect::to(&format!("/reset/{token}")).into_response();
    }
    let link = xmpp(parts, &ticket, token);
    let reply = match signed {
        Some(who) => contact::of_signed(site, asked, parts, &ticket, token, &who).await,
        None if ticket.kind == Kind::Contact => contact::of_stranger(site, asked, parts, &ticket, token),
        None => invitation(site, asked, parts, &ticket, token),
    };
    with_link(reply, &link)
}

fn invitation(site: &Inner, asked: &Asked, parts: &Parts, ticket: &Ticket, token: &str) -> Response {
    let place = site.place();
    let inviter = ticket.inviter.as_ref().map(|inviter| inviter.shown.clone());
    let title = match &inviter {
        Some(inviter) => text("invite-title").with("inviter", inviter),
        None => text("invite-title-place"),
    };
    let f = Frame { sky: "at-5", ..Frame::new(asked, &title, Some(place.clone())) };
    let label = f.t.html(&text("invite-qr"));
    let landing = parts.links.landing_of(ticket.kind, token);
    let page_of = Page {
        device: Device::of_agent(asked.agent()),
        apps: Apps,
        inviter,
        xmpp: xmpp(parts, ticket, token),
        sign_up: format!("/invite/{token}/sign-up"),
        friend: Friend::of(parts, &f, ticket, token),
        name: ticket.name.as_deref().map(str::to_owned),
        ask_first: ticket.ask_first || site.settings.is_on(&ASK_FIRST),
        home: site.serving().is_some_and(|serving| serving.root.is_some()),
        qr: qr::svg(&landing, &label.0).map(Markup),
        until: days::day(&f.t, ticket.expires_at, site.clock.utc()),
        left: ticket.left,
        of: ticket.of,
        people: parts.accounts.len(),
        place,
        f,
    };
    page(StatusCode::OK, &page_of)
}
