//! `/setup/look`: all of it once more, then the server opens. Keeps no state.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::Response;

use super::Entered;
use super::Plan;
use super::done;
use super::done::Facts;
use super::done::Finished;
use super::draft::Draft;
use super::draft::Kind;
use super::enter;
use super::records;
use super::steps;
use super::steps::StepFrame;
use super::to;
use crate::accounts::AccountId;
use crate::accounts::invites::Invites;
use crate::accounts::invites::Order;
use crate::accounts::invites::links::Links;
use crate::limits;
use crate::texts::Lang;
use crate::texts::Markup;
use crate::web::Inner;
use crate::web::ask::Asked;
use crate::web::form::Form;
use crate::web::frame::Errors;
use crate::web::frame::Frame;
use crate::web::frame::page;
use crate::web::signed;

#[derive(Template)]
#[template(path = "setup/look.html")]
struct Page {
    f: Frame,
    s: StepFrame,
    place: String,
    domain: String,
    /// As the domain's records write it, where that is another way.
    ascii: Option<String>,
    host: Option<String>,
    home: bool,
    /// How many of the domain's records are found.
    records: Option<Markup>,
    owner: String,
    at: String,
    keep: [u32; 3],
    locked: bool,
    /// An authority is asked already.
    asked_for: bool,
    /// One was brought along.
    brought: bool,
}

pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked) -> Response {
    let entered = match enter(&site, &asked, &steps::LOOK).await {
        Ok(entered) => entered,
        Err(reply) => return reply,
    };
    let (f, s) = steps::frame(&site, &asked, &entered, Errors::default());
    let Some((plan, keep)) = plan(&entered.draft, asked.lang) else {
        return to(steps::first_open(&entered.draft).path);
    };
    let ascii = idna::domain_to_ascii(&plan.domain).ok().filter(|ascii| *ascii != plan.domain);
    let locked = plan.backup_lock.is_some();
    let records = if plan.home { None } else { records::summary(&site, &asked, &entered).await };
    let records = records.map(|words| f.t.html(&words));
    let asked_for = entered.draft.certificate.as_ref().is_some_and(|chosen| chosen.now);
    let Plan { domain, host, home, place_name: place, owner, backup_at: at, brought, .. } = plan;
    let (owner, brought) = (owner.name, brought.is_some());
    let page_of = Page { f, s, place, domain, ascii, host, home, records, owner, at, keep, locked, asked_for, brought };
    page(StatusCode::OK, &page_of)
}

/// Of a draft whose steps are all done.
fn plan(draft: &Draft, lang: Lang) -> Option<(Plan, [u32; 3])> {
    let (name, backups) = (draft.name.clone()?, draft.backups.clone()?);
    let [days, weeks, months] = backups.keep;
    let chosen = draft.certificate.as_ref().filter(|_| draft.kind != Some(Kind::Home));
    let plan = Plan {
        domain: name.domain,
        host: name.host,
        home: draft.kind == Some(Kind::Home),
        place_name: name.place,
        // The one for tests is nobody's.
        language: if lang == Lang::De { "de" } else { "en" },
        owner: draft.owner.clone()?,
        backup_at: backups.at,
        backup_keep: format!("{days},{weeks},{months}"),
        backup_lock: backups.lock,
        brought: chosen.and_then(|chosen| chosen.brought.clone()),
        acme: chosen.map(|chosen| chosen.now),
    };
    Some((plan, backups.keep))
}

pub(super) async fn send(State(site): State<Arc<Inner>>, asked: Asked, _: Form) -> Response {
    // Of two that come at once the second one finds it done.
    let _one = site.wizard.finishing.lock().await;
    let entered = match enter(&site, &asked, &steps::LOOK).await {
        Ok(entered) => entered,
        Err(reply) => return reply,
    };
    open(&site, &asked, entered).await
}

async fn open(site: &Inner, asked: &Asked, entered: Entered) -> Response {
    let Some((plan, _)) = plan(&entered.draft, asked.lang) else { return to(steps::first_open(&entered.draft).path) };
    if let Err(error) = site.wizard.founding.found(plan.clone()).await {
        // The command line was faster.
        return match site.settings.domain() {
            Some(_) => done::after(site, asked),
            None => site.not_kept(asked, &error),
        };
    }
    let owner = site.accounts.find(&plan.owner.name);
    let invite = match owner {
        Some(owner) => first_invitation(site, &plan, owner).await,
        None => None,
    };
    let facts = Facts::of(&plan, &site.wizard.chat_ports(), owner, invite);
    let until = site.clock.since_start() + Duration::from_secs(limits::SETUP_DONE_MAX_S);
    *site.wizard.finished() = Some(Finished { browser: entered.browser, until, facts });
    let mut reply = to("/setup/done");
    // Whoever has chosen the password a moment ago need not type it again.
    if let Some(owner) = owner
        && let Ok(cookie) = signed::begin(site, asked, owner, None).await
    {
        reply.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    reply
}

/// For one friend, a week. `None`: it was not kept, and the owner makes one later.
async fn first_invitation(site: &Inner, plan: &Plan, owner: AccountId) -> Option<String> {
    let invites = Invites::new(site.store.clone(), site.clock.clone(), site.accounts.clone());
    match invites.create(Order::account(Some(owner))).await {
        Ok(made) => Some(Links::new(&plan.domain, plan.host.as_deref(), site.https_port).landing(&made)),
        Err(error) => {
            tracing::warn!(%error, "the first invitation was not made");
            None
        }
    }
}
