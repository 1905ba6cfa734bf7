//! Links that let nobody in any more, or never did: what happened, whom to ask, and how.
//!
//! Keeps no state.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use crate::accounts::invites::Kind;
use crate::accounts::invites::Looked;
use crate::accounts::invites::Person;
use crate::features::Parts;
use crate::limits;
use crate::texts::Markup;
use crate::texts::Text;
use crate::texts::text;
use crate::web::Inner;
use crate::web::ask::Asked;
use crate::web::days;
use crate::web::faults::Fault;
use crate::web::frame::Errors;
use crate::web::frame::Frame;
use crate::web::frame::page;

#[derive(Template)]
#[template(path = "entry/over.html")]
struct Page {
    f: Frame,
    place: String,
    heading: Markup,
    next: Markup,
    /// Whom to ask; `None`: nobody is named.
    asking: Option<Asking>,
    status: Text,
}

/// How to get a new invitation.
struct Asking {
    inviter: String,
    /// To be sent by hand.
    message: String,
    /// Where «ask for me» sends to.
    to: String,
    /// The inviter was asked from here, a moment ago or earlier today.
    asked: bool,
    who: String,
    errors: Errors,
}

/// What was typed on this page, or on one before it.
#[derive(Default)]
pub(super) struct Typed<'a> {
    /// The chat name that somebody would like to have.
    pub name: &'a str,
    /// Who asks the inviter.
    pub who: &'a str,
    pub errors: Errors,
}

/// Who made a link that was used up.
pub(super) fn friend_of(looked: &Looked) -> Option<&Person> {
    match looked {
        Looked::Used { kind, inviter, .. } | Looked::RanOut { kind, inviter, .. } if *kind != Kind::Reset => {
            inviter.as_ref()
        }
        Looked::Withdrawn { kind, inviter } if *kind != Kind::Reset => inviter.as_ref(),
        Looked::Full { inviter, .. } => inviter.as_ref(),
        _ => None,
    }
}

/// The page of a link that lets nobody in.
pub(super) async fn answer(
    site: &Inner,
    asked: &Asked,
    (parts, token): (&Parts, &str),
    looked: &Looked,
    typed: Option<Typed<'_>>,
) -> Response {
    let of_reset = |kind: &Kind| *kind == Kind::Reset;
    let (title, next) = match looked {
        Looked::TooFast { wait_s } => return site.fault(asked, Fault::TooMany(*wait_s)),
        Looked::Unknown | Looked::Valid(_) => return site.fault(asked, Fault::NotFound),
        Looked::Withdrawn { kind, .. } if of_reset(kind) => (text("over-back"), text("over-reset-out-next")),
        Looked::Withdrawn { .. } => (text("over-back"), text("over-back-next")),
        Looked::Used { kind, .. } if of_reset(kind) => (text("over-reset-used"), text("over-reset-used-next")),
        Looked::RanOut { kind, .. } if of_reset(kind) => (text("over-reset-out"), text("over-reset-out-next")),
        Looked::Used { at, .. } => (text("over-used"), text("over-used-next").with("day", said(site, asked, *at))),
        Looked::RanOut { at, .. } => (text("over-out"), text("over-out-next").with("day", said(site, asked, *at))),
        Looked::Full { of, .. } => (text("over-full").with("of", *of), text("over-full-next")),
    };
    let asking = match friend_of(looked) {
        Some(inviter) => {
            match asking(site, asked, (parts, token), inviter, (looked, typed.unwrap_or_default())).await {
                Ok(asking) => Some(asking),
                Err(reply) => return reply,
            }
        }
        None => None,
    };
    let status = match asking.as_ref().is_some_and(|asking| !asking.errors.is_empty()) {
        true => StatusCode::UNPROCESSABLE_ENTITY,
        false => StatusCode::GONE,
    };
    let place = site.place();
    let f = Frame { sky: "night", ..Frame::new(asked, &title, Some(place.clone())) };
    let (heading, next) = (f.t.html(&title), f.t.html(&next));
    let foot = if matches!(looked, Looked::RanOut { .. }) { text("over-status-out") } else { text("over-status") };
    page(status, &Page { f, place, heading, next, asking, status: foot })
}

fn said(site: &Inner, asked: &Asked, at: crate::clock::UtcMicros) -> String {
    days::day(&asked.lang.book(), at, site.clock.utc())
}

async fn asking(
    site: &Inner,
    asked: &Asked,
    (parts, token): (&Parts, &str),
    inviter: &Person,
    (looked, typed): (&Looked, Typed<'_>),
) -> Result<Asking, Response> {
    let invite = parts.invites.of_token(token).await.map_err(|error| site.not_kept(asked, &error))?;
    let was_asked = invite.is_some_and(|invite| site.entry.asked().has(&invite.id, site.clock.since_start()));
    let message = match looked {
        Looked::RanOut { .. } => text("over-message-out"),
        Looked::Full { .. } => text("over-message-full"),
        Looked::Withdrawn { .. } => text("over-message-back"),
        _ => text("over-message-used"),
    };
    let book = asked.lang.book();
    let mut message = book.plain(&message.with("inviter", &inviter.shown).with("place", site.place()));
    let name: String = typed.name.chars().take(limits::NAME_MAX_SIGNS).collect();
    if !name.is_empty() {
        message = format!("{message} {}", book.plain(&text("over-message-name").with("name", name)));
    }
    Ok(Asking {
        inviter: inviter.shown.clone(),
        message,
        to: format!("/invite/{token}/ask"),
        asked: was_asked,
        who: typed.who.chars().take(2 * limits::NAME_MAX_SIGNS).collect(),
        errors: typed.errors,
    })
}
