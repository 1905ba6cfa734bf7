//! `/admin/people/ID`: one account, and what an owner may do with it. Never its messages, contacts or password.
//!
//! Keeps no state. The place keeps an owner: `accounts` refuses what would leave none; and nobody changes their own
//! standing here, which is for another owner, or for one's own pages.

use std::sync::Arc;

use askama::Template;
use axum::extract::FromRequestParts;
use axum::extract::Path;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts as RequestParts;
use axum::response::Response;

use super::super::Inner;
use super::super::ask::Asked;
use super::super::days;
use super::super::faults::Fault;
use super::super::form::Form;
use super::super::frame::Errors;
use super::super::frame::Frame;
use super::super::frame::page;
use super::super::fresh::About;
use super::super::fresh::Link;
use super::super::shown::ShownLink;
use super::super::signed::Owner;
use super::capital;
use super::desk;
use super::desk::Desk;
use super::here;
use super::here::Presence;
use super::number;
use super::people::last_here;
use super::people::role_word;
use super::to;
use crate::accounts::Account;
use crate::accounts::AccountId;
use crate::accounts::ChangeError;
use crate::accounts::Role;
use crate::accounts::invites::OrderError;
use crate::audit;
use crate::audit::Deed;
use crate::features::Parts;
use crate::limits;
use crate::route;
use crate::route::entry;
use crate::texts::Markup;
use crate::texts::Text;
use crate::texts::escape;
use crate::texts::text;
use crate::xmpp::jid::Jid;

#[derive(Template)]
#[template(path = "admin/person.html")]
struct Page {
    f: Frame,
    d: Desk,
    id: i64,
    name: String,
    heading: String,
    address: Markup,
    sign: &'static str,
    word: Markup,
    last: Markup,
    since: Markup,
    role: Markup,
    /// Value, name, chosen.
    roles: Vec<(&'static str, Markup, Markup, bool)>,
    devices: Vec<Device>,
    browsers: usize,
    own: bool,
    locked: bool,
    /// The day of the removal.
    goes: Option<String>,
    until: String,
    link: Option<ShownLink>,
    /// What was typed instead of the chat name.
    sure: String,
}

struct Device {
    sign: &'static str,
    word: Markup,
    name: String,
}

/// The account of an address's number, asked for by an owner: 404 where there is none.
pub(super) struct Person {
    owner: Owner,
    parts: Arc<Parts>,
    account: Account,
}

/// The same for a change of standing: one's own account is refused.
pub(super) struct Another(Person);

impl FromRequestParts<Arc<Inner>> for Person {
    type Rejection = Response;

    async fn from_request_parts(request: &mut RequestParts, site: &Arc<Inner>) -> Result<Person, Response> {
        let owner = Owner::from_request_parts(request, site).await?;
        let asked = Asked::of(request);
        let parts = site.chat(&asked)?.clone();
        let missing = || site.fault(&asked, Fault::NotFound);
        let Path(id) = Path::<String>::from_request_parts(request, site).await.map_err(|_| missing())?;
        let id = number(&id).ok_or_else(missing)?;
        let found = parts.accounts.get(AccountId(id)).await.map_err(|error| site.not_kept(&asked, &error))?;
        let account = found.ok_or_else(missing)?;
        Ok(Person { owner, parts, account })
    }
}

impl FromRequestParts<Arc<Inner>> for Another {
    type Rejection = Response;

    async fn from_request_parts(request: &mut RequestParts, site: &Arc<Inner>) -> Result<Another, Response> {
        let person = Person::from_request_parts(request, site).await?;
        match person.account.id == person.owner.0.account {
            true => Err(to(&format!("/admin/people/{}?n=own", person.account.id.0))),
            false => Ok(Another(person)),
        }
    }
}

/// Back to the page, telling what was done or why not.
fn done(site: &Inner, asked: &Asked, id: AccountId, result: Result<&str, ChangeError>) -> Response {
    let note = match result {
        Ok(note) => note,
        Err(ChangeError::OnlyOwner) => "only-owner",
        Err(ChangeError::Unknown) => return site.fault(asked, Fault::NotFound),
        Err(ChangeError::Store(error)) => return site.not_kept(asked, &error),
        Err(ChangeError::Password(_)) => return site.fault(asked, Fault::Garbled),
    };
    to(&format!("/admin/people/{}?n={note}", id.0))
}

/// GET `/admin/people/{id}`
pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked, person: Person) -> Response {
    answer((&site, &asked), &person, Default::default()).await
}

async fn answer((site, asked): (&Inner, &Asked), person: &Person, (errors, sure): (Errors, String)) -> Response {
    let Person { owner, parts, account } = person;
    let browsers = match site.accounts.browsers(account.id).await {
        Ok(browsers) => browsers.len(),
        Err(error) => return site.not_kept(asked, &error),
    };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let title = text("admin-person").with("name", &*account.name);
    let (f, d) = desk::desk((site, asked, owner), &desk::PEOPLE, &title, errors);
    let f = Frame { path: format!("/admin/people/{}", account.id.0), ..f };
    let (t, now) = (f.t.clone(), site.clock.utc());
    let presence = here::all(parts).get(&account.id).map_or(Presence::Gone, |(presence, _)| *presence);
    let sessions = parts.sessions.of(account.id);
    let devices = sessions.iter().map(|session| {
        let presence = Presence::of(session);
        let name = session.jid().resource().unwrap_or_default().chars().take(limits::DEVICE_NAME_SIGNS).collect();
        Device { sign: presence.sign(), word: t.html(&presence.word()), name }
    });
    let roles = [
        (Role::Member, text("admin-role-member-may")),
        (Role::Limited, text("admin-role-limited-may")),
        (Role::Owner, text("admin-role-owner-may")),
    ];
    let roles = roles.map(|(role, may)| {
        (role.as_str(), Markup(escape(&capital(&t.plain(&role_word(role))))), t.html(&may), role == account.role)
    });
    let address = Jid::of_prepared(Some(&account.name), parts.domain.domain(), None).to_string();
    let link = site.fresh.find(owner.0.session, site.clock.since_start(), |about| about == About::Password(account.id));
    let last = match presence {
        Presence::Gone => last_here(&t, account.last_seen_at, now),
        _ => text("admin-devices-here").with("count", sessions.len()),
    };
    let since = text("admin-since-day").with("day", days::day(&t, account.created_at, now));
    page(
        status,
        &Page {
            id: account.id.0,
            name: account.name.to_string(),
            heading: account.display_name.clone().unwrap_or_else(|| account.name.to_string()),
            address: f.copy("address", &address, &text("copied-address")),
            sign: presence.sign(),
            word: t.html(&presence.word()),
            last: t.html(&last),
            since: t.html(&since),
            role: t.html(&role_word(account.role)),
            roles: roles.into(),
            devices: devices.collect(),
            browsers,
            own: account.id == owner.0.account,
            locked: account.locked_at.is_some(),
            goes: account.leaves_at.map(|at| days::day(&t, at, now)),
            until: days::day(&t, now + limits::LEAVE_GRACE_S as i64 * 1_000_000, now),
            link: link.map(|link| ShownLink::of(&f, &link, now)),
            sure,
            f,
            d,
        },
    )
}

/// POST `/admin/people/{id}/role`
pub(super) async fn role(
    State(site): State<Arc<Inner>>,
    asked: Asked,
    Another(person): Another,
    fields: Form,
) -> Response {
    let Person { owner, parts, account } = person;
    let Ok(role) = fields.text("role").parse::<Role>() else { return site.fault(&asked, Fault::Garbled) };
    let changed = parts.accounts.set_role(account.id, role, &owner.by()).await;
    done(&site, &asked, account.id, changed.map(|()| "role"))
}

/// POST `/admin/people/{id}/lock`
pub(super) async fn lock(State(site): State<Arc<Inner>>, asked: Asked, Another(person): Another, _: Form) -> Response {
    let Person { owner, parts, account } = person;
    done(&site, &asked, account.id, entry::lock(&parts, account.id, &owner.by()).await.map(|()| "locked"))
}

/// POST `/admin/people/{id}/open`: open again, and it stays.
pub(super) async fn open(State(site): State<Arc<Inner>>, asked: Asked, Another(person): Another, _: Form) -> Response {
    let Person { owner, parts, account } = person;
    done(&site, &asked, account.id, parts.accounts.unlock(account.id, &owner.by()).await.map(|()| "opened"))
}

/// POST `/admin/people/{id}/close`: with the chat name typed, closed now and removed later.
pub(super) async fn close(
    State(site): State<Arc<Inner>>,
    asked: Asked,
    Another(person): Another,
    fields: Form,
) -> Response {
    let Person { owner, parts, account } = &person;
    if fields.text("sure").to_lowercase() != *account.name {
        let mut errors = Errors::default();
        errors.add("sure", text("admin-close-other"));
        let typed = fields.text("sure").chars().take(limits::SEARCH_MAX_SIGNS).collect();
        return answer((&site, &asked), &person, (errors, typed)).await;
    }
    done(&site, &asked, account.id, entry::close(parts, account.id, &owner.by()).await.map(|_| "closed"))
}

/// POST `/admin/people/{id}/sign-out`: all apps and browsers, but not the one that asks.
pub(super) async fn sign_out(State(site): State<Arc<Inner>>, asked: Asked, person: Person, _: Form) -> Response {
    let Person { owner, parts, account } = person;
    let deed = Deed::SignedOut { name: account.name.to_string() };
    let ended = async {
        parts.accounts.end_other_browsers(account.id, owner.0.session).await?;
        site.store.write(audit::job(owner.by(), deed, site.clock.utc())).await
    };
    let ended = ended.await;
    route::sign_out(&parts, account.id);
    done(&site, &asked, account.id, ended.map(|()| "signed-out").map_err(ChangeError::Store))
}

/// POST `/admin/people/{id}/link`: a link for a new password.
pub(super) async fn link(State(site): State<Arc<Inner>>, asked: Asked, person: Person, _: Form) -> Response {
    let Person { owner, parts, account } = person;
    let made = match parts.invites.reset_link(account.id, Some(owner.0.account)).await {
        Ok(made) => made,
        Err(OrderError::Store(error)) => return site.not_kept(&asked, &error),
        Err(OrderError::Unknown) => return site.fault(&asked, Fault::NotFound),
        // So many links are open that there may be no more.
        Err(_) => return to(&format!("/admin/people/{}?n=too-many", account.id.0)),
    };
    let about = About::Password(account.id);
    let link = Link { about, address: parts.links.landing(&made), expires_at: made.expires_at };
    site.fresh.put(owner.0.session, link, site.clock.since_start());
    to(&format!("/admin/people/{}#link", account.id.0))
}

/// What the page says of a change.
pub(super) fn told(note: &str) -> Option<(&'static str, Text)> {
    Some(match note {
        "role" => ("ok", text("admin-done-role")),
        "locked" => ("ok", text("admin-done-locked")),
        "opened" => ("ok", text("admin-done-opened")),
        "closed" => ("ok", text("admin-done-closed")),
        "signed-out" => ("ok", text("admin-done-signed-out")),
        "own" => ("warn", text("admin-own")),
        "only-owner" => ("warn", text("admin-only-owner")),
        "too-many" => ("warn", text("admin-too-many")),
        "let-in" => ("ok", text("admin-done-let-in")),
        "refused" => ("ok", text("admin-done-refused")),
        "answered" => ("warn", text("admin-done-answered")),
        _ => return None,
    })
}
