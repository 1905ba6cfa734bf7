//! `/me/invite`: members invite too, where the owner lets them: a link for one person, and what became of one's own.
//! Who may not any more still takes back what is out.
//!
//! Keeps no state; links just made are [`fresh`](crate::web::fresh). Owners have `/admin/invites`, where this leads them.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;

use super::Tab;
use super::has_open;
use super::may_invite;
use super::tab;
use crate::accounts::Role;
use crate::accounts::invites::InviteId;
use crate::accounts::invites::InviteState;
use crate::accounts::invites::Order;
use crate::accounts::invites::OrderError;
use crate::audit::By;
use crate::clock;
use crate::features::Parts;
use crate::limits;
use crate::settings::ASK_FIRST;
use crate::settings::INVITE_QUOTA;
use crate::texts::Text;
use crate::texts::text;
use crate::web::Inner;
use crate::web::ask::Asked;
use crate::web::faults::Fault;
use crate::web::form::Form;
use crate::web::frame::Errors;
use crate::web::frame::Frame;
use crate::web::frame::page;
use crate::web::fresh::About;
use crate::web::fresh::Link;
use crate::web::invitations;
use crate::web::invitations::Row;
use crate::web::shown::ShownLink;
use crate::web::signed::Signed;

#[derive(Template)]
#[template(path = "me/invite.html")]
struct Page {
    f: Frame,
    tab: Tab,
    /// Whether there is a form.
    may: bool,
    filled: Filled,
    /// Marks the form, so that it makes one link however often it is sent.
    once: String,
    link: Option<ShownLink>,
    /// For how many people there are open invitations, and for how many there may be.
    given: usize,
    quota: u32,
    ask_first: bool,
    rows: Vec<Row>,
    /// Older ones, beyond those.
    more: usize,
}

/// The form as it was sent, or as it begins.
struct Filled {
    note: String,
    lasts: String,
}

impl Default for Filled {
    fn default() -> Filled {
        Filled { note: String::new(), lasts: "7".to_owned() }
    }
}

const PATH: &str = "/me/invite";

/// Whom the page is for.
fn find<'a>(site: &'a Inner, asked: &Asked, who: &Signed) -> Result<&'a Arc<Parts>, Response> {
    let parts = site.chat(asked)?;
    match who.role {
        Role::Owner => Err(Redirect::to("/admin/invites").into_response()),
        _ => Ok(parts),
    }
}

fn may_not(site: &Inner, asked: &Asked) -> Response {
    site.refusal(asked, StatusCode::FORBIDDEN, &text("me-invite-not"), &text("me-invite-not-next"))
}

/// GET
pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked, who: Signed) -> Response {
    let parts = match find(&site, &asked, &who) {
        Ok(parts) => parts,
        Err(reply) => return reply,
    };
    let may = may_invite(&site, &who);
    let notice = match asked.query("n").as_deref() {
        Some("full") => may.then(|| text("me-invite-full")),
        note => note.and_then(invitations::told).map(|(_, words)| words),
    };
    // Taking the last one back is told too.
    if !may && notice.is_none() && !has_open(&site, &who).await {
        return may_not(&site, &asked);
    }
    answer((&site, &asked, &who), parts, Filled::default(), (Errors::default(), notice)).await
}

async fn answer(
    (site, asked, who): (&Inner, &Asked, &Signed),
    parts: &Parts,
    filled: Filled,
    (errors, notice): (Errors, Option<Text>),
) -> Response {
    let own = match parts.invites.list(Some(who.account)).await {
        Ok(own) => own,
        Err(error) => return site.not_kept(asked, &error),
    };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (f, tab) = tab(site, asked, who, (PATH, text("me-invite-title")), errors, notice).await;
    let now = site.clock.utc();
    let fresh = |about| matches!(about, About::Invite(_));
    let link = site.fresh.find(who.session, site.clock.since_start(), fresh);
    let link = link.map(|link| ShownLink::of(&f, &link, now));
    let given = own.iter().filter(|invite| matches!(invite.state(now), InviteState::Open | InviteState::Paused));
    let given = given.map(|invite| (invite.of - invite.uses) as usize).sum();
    let (quota, ask_first) = (site.settings.number(&INVITE_QUOTA), site.settings.is_on(&ASK_FIRST));
    let rows = own.iter().take(limits::INVITES_PAGE).map(|invite| Row::of(&f.t, invite, who.account, now)).collect();
    let more = own.len().saturating_sub(limits::INVITES_PAGE);
    let may = may_invite(site, who);
    page(status, &Page { f, tab, may, filled, once: clock::token(), link, given, quota, ask_first, rows, more })
}

/// POST
pub(super) async fn make(State(site): State<Arc<Inner>>, asked: Asked, who: Signed, fields: Form) -> Response {
    let parts = match find(&site, &asked, &who) {
        Ok(parts) => parts,
        Err(reply) => return reply,
    };
    if !may_invite(&site, &who) {
        return may_not(&site, &asked);
    }
    let (note, once) = (fields.text("note"), fields.text("once"));
    let Some(lasts_s) = invitations::lasts_s(fields.text("lasts")).filter(|_| once.len() == clock::token().len())
    else {
        return site.fault(&asked, Fault::Garbled);
    };
    if let Some(error) = invitations::note_refused(note) {
        let mut errors = Errors::default();
        errors.add("note", error);
        let note = note.chars().take(2 * limits::INVITE_NOTE_MAX_SIGNS).collect();
        let filled = Filled { note, lasts: fields.text("lasts").to_owned() };
        return answer((&site, &asked, &who), parts, filled, (errors, None)).await;
    }
    if !site.fresh.is_first(who.session, once) {
        return Redirect::to("/me/invite?n=twice#made-now").into_response();
    }
    let note = Some(note.to_owned()).filter(|note| !note.is_empty());
    let quota = Some(site.settings.number(&INVITE_QUOTA));
    match parts.invites.create(Order { note, lasts_s, quota, ..Order::account(Some(who.account)) }).await {
        Ok(made) => {
            let about = About::Invite(made.id);
            let link = Link { about, address: parts.links.landing(&made), expires_at: made.expires_at };
            site.fresh.put(who.session, link, site.clock.since_start());
            Redirect::to("/me/invite#made-now").into_response()
        }
        Err(OrderError::Store(error)) => site.not_kept(&asked, &error),
        Err(OrderError::Quota(_)) => Redirect::to("/me/invite?n=full").into_response(),
        // All else was checked above.
        Err(_) => site.fault(&asked, Fault::Garbled),
    }
}

/// POST `/me/invite/{id}/withdraw`: one's own only, whether or not one may invite now.
pub(super) async fn withdraw(
    State(site): State<Arc<Inner>>,
    asked: Asked,
    who: Signed,
    Path(id): Path<String>,
    _: Form,
) -> Response {
    let parts = match find(&site, &asked, &who) {
        Ok(parts) => parts,
        Err(reply) => return reply,
    };
    let Some(id) = id.parse().ok().map(InviteId) else { return site.fault(&asked, Fault::NotFound) };
    let by = By::Person(who.name.as_str().into());
    match parts.invites.revoke(id, Some(who.account), &by).await {
        Ok(true) => {
            site.fresh.forget(About::Invite(id));
            Redirect::to("/me/invite?n=withdrawn").into_response()
        }
        Ok(false) => Redirect::to("/me/invite?n=over").into_response(),
        Err(error) => site.not_kept(&asked, &error),
    }
}
