//! `/admin/people`: everybody, found by name; who waits for a yes; who was closed. Keeps no state.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::Inner;
use super::super::ask::Asked;
use super::super::days;
use super::super::faults::Fault;
use super::super::form::Form;
use super::super::frame::Errors;
use super::super::frame::Frame;
use super::super::frame::page;
use super::super::signed::Owner;
use super::desk;
use super::desk::Desk;
use super::here;
use super::here::Presence;
use super::number;
use super::to;
use crate::accounts::Account;
use crate::accounts::AccountId;
use crate::accounts::Role;
use crate::accounts::joining::JoinRequest;
use crate::clock::UtcMicros;
use crate::limits;
use crate::route::entry;
use crate::texts::Book;
use crate::texts::Markup;
use crate::texts::Text;
use crate::texts::text;

#[derive(Template)]
#[template(path = "admin/people.html")]
struct Page {
    f: Frame,
    d: Desk,
    /// What was searched for.
    query: String,
    waiting: Vec<Waiting>,
    open: Vec<Row>,
    closed: Vec<Row>,
    /// Online, and all, of those who get in.
    here: usize,
    of: usize,
    /// Addresses of the pages before and behind this one.
    before: Option<String>,
    behind: Option<String>,
}

struct Waiting {
    id: i64,
    name: String,
    says: Markup,
    note: Option<String>,
}

/// Somebody in the list.
struct Row {
    id: i64,
    name: String,
    shown: Option<String>,
    role: Option<Markup>,
    sign: &'static str,
    word: Markup,
    chip: Option<Markup>,
    says: Markup,
}

/// How a role is called.
pub(super) fn role_word(role: Role) -> Text {
    match role {
        Role::Owner => text("admin-role-owner"),
        Role::Member => text("admin-role-member"),
        Role::Limited => text("admin-role-limited"),
    }
}

/// When somebody was last here.
pub(super) fn last_here(t: &Book, seen: Option<UtcMicros>, now: UtcMicros) -> Text {
    match seen {
        Some(at) => text("admin-last-here").with("when", days::moment(t, at, now)),
        None => text("admin-never-here"),
    }
}

/// GET `/admin/people`
pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked, owner: Owner) -> Response {
    let parts = match site.chat(&asked) {
        Ok(parts) => parts,
        Err(reply) => return reply,
    };
    let (accounts, requests) = match tokio::try_join!(parts.accounts.list(), parts.invites.requests()) {
        Ok(found) => found,
        Err(error) => return site.not_kept(&asked, &error),
    };
    let (f, d) = desk::desk((&site, &asked, &owner), &desk::PEOPLE, &text("admin-people"), Errors::default());
    let (now, online) = (site.clock.utc(), here::all(parts));
    let query: String = asked.query("q").unwrap_or_default().trim().chars().take(limits::SEARCH_MAX_SIGNS).collect();
    let found: Vec<&Account> = accounts.iter().filter(|account| fits(account, &query)).collect();
    let (closed, open): (Vec<&Account>, Vec<&Account>) = found.into_iter().partition(|account| is_closed(account));
    let at = asked.query("page").and_then(|page| page.parse::<usize>().ok()).unwrap_or(1).clamp(1, 1_000_000);
    let address = |page: usize| {
        let query: String = form_urlencoded::byte_serialize(query.as_bytes()).collect();
        format!("/admin/people?q={query}&page={page}")
    };
    let first = (at - 1) * limits::PEOPLE_PAGE;
    let before = (at > 1).then(|| address(at - 1));
    let behind = (open.len().max(closed.len()) > first + limits::PEOPLE_PAGE).then(|| address(at + 1));
    let rows = |some: &[&Account]| -> Vec<Row> {
        let page = some.iter().skip(first).take(limits::PEOPLE_PAGE);
        page.map(|account| row(&f.t, account, &online, now)).collect()
    };
    let all_open: Vec<&Account> = accounts.iter().filter(|account| !is_closed(account)).collect();
    let here = all_open.iter().filter(|account| online.contains_key(&account.id)).count();
    let waiting = requests.iter().take(limits::PEOPLE_PAGE).map(|request| waiting(&f.t, request, now)).collect();
    let (open, closed, of) = (rows(&open), rows(&closed), all_open.len());
    page(StatusCode::OK, &Page { f, d, query, waiting, open, closed, here, of, before, behind })
}

fn is_closed(account: &Account) -> bool {
    account.locked_at.is_some() || account.leaves_at.is_some()
}

fn fits(account: &Account, query: &str) -> bool {
    let query = query.to_lowercase();
    let has = |name: &str| name.to_lowercase().contains(&query);
    has(&account.name) || account.display_name.as_deref().is_some_and(has)
}

fn waiting(t: &Book, request: &JoinRequest, now: UtcMicros) -> Waiting {
    let when = days::moment(t, request.at, now);
    let says = match &request.inviter {
        Some(inviter) => text("admin-asked-through").with("name", &**inviter).with("when", when),
        None => text("admin-asked").with("when", when),
    };
    let note = request.invite.as_ref().and_then(|(_, note)| note.clone());
    Waiting { id: request.id, name: request.name.to_string(), says: t.html(&says), note }
}

fn row(t: &Book, account: &Account, online: &HashMap<AccountId, (Presence, usize)>, now: UtcMicros) -> Row {
    let (presence, devices) = online.get(&account.id).copied().unwrap_or((Presence::Gone, 0));
    let says = match (account.leaves_at, devices) {
        (Some(at), _) => text("admin-goes").with("day", days::day(t, at, now)),
        (None, 0) => last_here(t, account.last_seen_at, now),
        (None, devices) => text("admin-devices-here").with("count", devices),
    };
    let chip = match (account.leaves_at, account.locked_at) {
        (Some(_), _) => Some(text("admin-chip-closed")),
        (None, Some(_)) => Some(text("admin-chip-locked")),
        (None, None) => None,
    };
    Row {
        id: account.id.0,
        name: account.name.to_string(),
        shown: account.display_name.clone(),
        role: (account.role != Role::Member).then(|| t.html(&role_word(account.role))),
        sign: presence.sign(),
        word: t.html(&presence.word()),
        chip: chip.map(|chip| t.html(&chip)),
        says: t.html(&says),
    }
}

/// POST `/admin/people/requests/{id}`: yes or no to somebody who waits.
pub(super) async fn answer(
    State(site): State<Arc<Inner>>,
    asked: Asked,
    owner: Owner,
    Path(id): Path<String>,
    fields: Form,
) -> Response {
    let parts = match site.chat(&asked) {
        Ok(parts) => parts,
        Err(reply) => return reply,
    };
    let Some(id) = number(&id) else { return site.fault(&asked, Fault::NotFound) };
    let by = owner.by();
    let answered = match fields.text("answer") {
        "yes" => entry::approve(parts, id, &by).await.map(|joined| joined.map(|_| "let-in")),
        "no" => parts.invites.refuse(id, &by).await.map(|refused| refused.then_some("refused")),
        _ => return site.fault(&asked, Fault::Garbled),
    };
    match answered {
        Ok(done) => to(&format!("/admin/people?n={}", done.unwrap_or("answered"))),
        Err(error) => site.not_kept(&asked, &error),
    }
}
