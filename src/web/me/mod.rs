//! `/me`: everybody's own pages, three tabs of one window.
//!
//! Keeps no state.

mod about;
mod data;
mod devices;
mod export;
mod invite;
mod leave;
mod names;
mod phone;

use std::sync::Arc;

use axum::Router;
use axum::response::Response;
use axum::routing::get;
use axum::routing::post;

use super::Inner;
use super::ask::Asked;
use super::faults::Fault;
use super::frame::Errors;
use super::frame::Frame;
use super::sign_in;
use super::sign_in::Checked;
use super::signed::Signed;
use crate::accounts::Role;
use crate::accounts::invites::Kind;
use crate::accounts::invites::may_give;
use crate::settings::MEMBERS_INVITE;
use crate::texts::Markup;
use crate::texts::Text;
use crate::texts::text;

/// All pages of somebody's own.
pub(super) fn routes() -> Router<Arc<Inner>> {
    Router::new()
        .route("/me", get(about::show))
        .route("/me/password", post(about::password))
        .route("/me/recovery", post(about::recovery))
        .route("/me/devices", get(devices::show).post(devices::out))
        .route("/me/devices/phone", get(phone::show).post(phone::make))
        .route("/me/invite", get(invite::show).post(invite::make))
        .route("/me/invite/{id}/withdraw", post(invite::withdraw))
        .route("/me/data", get(data::show))
        .route("/me/data/export", get(export::fetch).post(export::make))
        .route("/me/leave", post(leave::send))
}

/// What stands around a tab.
struct Tab {
    place: String,
    /// The chat name.
    name: String,
    owner: bool,
    /// Where one invites; `None`: somebody who may not, and has no link to take back.
    invite: Option<&'static str>,
    errors: Errors,
    /// What was just done.
    notice: Option<Markup>,
}

/// The frame and the tab's own. `path`: where the tab stands, for the language switch.
async fn tab(
    site: &Inner,
    asked: &Asked,
    who: &Signed,
    (path, title): (&str, Text),
    errors: Errors,
    notice: Option<Text>,
) -> (Frame, Tab) {
    let place = site.place();
    let page = asked.lang.book().plain(&title);
    let title = match errors.len() {
        0 => title,
        count => text("title-errors").with("count", count).with("page", page),
    };
    let f = Frame { path: path.to_owned(), ..Frame::new(asked, &title, Some(place.clone())) };
    let notice = notice.map(|notice| f.t.html(&notice));
    let owner = who.role == Role::Owner;
    let invites = may_invite(site, who) || has_open(site, who).await;
    let invite = invites.then_some(if owner { "/admin/invites" } else { "/me/invite" });
    (f, Tab { place, name: who.name.clone(), owner, invite, errors, notice })
}

/// Whether somebody may let people in by a link of theirs.
fn may_invite(site: &Inner, who: &Signed) -> bool {
    may_give(Kind::Account, who.role, site.settings.is_on(&MEMBERS_INVITE))
}

/// Whether somebody has links out. What cannot be read now is not worth more than a tab.
async fn has_open(site: &Inner, who: &Signed) -> bool {
    let Some(parts) = site.open.get() else { return false };
    parts.invites.has_open(who.account).await.unwrap_or_default()
}

/// Asks for the password once more, within the limits on guessing. Ok(false): it is not the right one. Err: the page
/// that says why nothing was asked.
async fn prove(site: &Inner, asked: &Asked, who: &Signed, password: &str) -> Result<bool, Response> {
    if password.is_empty() {
        return Ok(false);
    }
    match sign_in::check(site, asked.visitor.peer.ip(), &who.name, password).await {
        Ok(Checked::Right(proof)) => Ok(proof.account == who.account),
        Ok(Checked::Wrong) => Ok(false),
        Ok(Checked::Wait(wait_s)) => Err(site.fault(asked, Fault::TooMany(wait_s))),
        Err(error) => Err(site.not_kept(asked, &error)),
    }
}
