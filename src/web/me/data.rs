//! `/me/data`: what the place keeps of somebody, for how long, and the way out.
//!
//! Keeps no state.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::Tab;
use super::export;
use super::tab;
use crate::archive::PageError;
use crate::archive::Query;
use crate::limits;
use crate::settings;
use crate::store::StoreError;
use crate::texts::Bytes;
use crate::texts::Text;
use crate::texts::text;
use crate::transfer::export::Standing;
use crate::transfer::keep::Keep;
use crate::web::Inner;
use crate::web::ask::Asked;
use crate::web::days;
use crate::web::frame::Errors;
use crate::web::frame::Frame;
use crate::web::frame::page;
use crate::web::signed::Signed;
use crate::xmpp::rsm;

#[derive(Template)]
#[template(path = "me/data.html")]
struct Page {
    f: Frame,
    tab: Tab,
    kept: Kept,
    /// Days after which the last backup with it is gone.
    oldest: usize,
    export: Export,
    leave: Leave,
}

/// How it stands with the file to take away.
enum Export {
    Nothing,
    Making,
    /// `again`: from when on another one can be made; `None`: now.
    Ready {
        made: String,
        until: String,
        size: String,
        again: Option<String>,
    },
}

/// How much there is.
struct Kept {
    contacts: usize,
    blocked: usize,
    /// How many messages, and the day of the first.
    messages: Option<(usize, String)>,
}

/// The zone at the end.
struct Leave {
    /// A place needs an owner.
    only_owner: bool,
    /// Until when one may come back.
    until: String,
    /// What was typed, when it was wrong.
    sure: Option<String>,
}

/// GET `/me/data`
pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked, who: Signed) -> Response {
    answer(&site, &asked, &who, Errors::default(), None, None).await
}

/// The page. `sure`: what was typed to leave, when it was wrong.
pub(super) async fn answer(
    site: &Inner,
    asked: &Asked,
    who: &Signed,
    errors: Errors,
    notice: Option<Text>,
    sure: Option<String>,
) -> Response {
    let (found, first) = match count(site, asked, who).await {
        Ok(found) => found,
        Err(reply) => return reply,
    };
    let now = site.clock.utc();
    let standing = match site.exports.standing(&site.accounts, who.account, now).await {
        Ok(standing) => standing,
        Err(error) => return site.not_kept(asked, &error),
    };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (f, tab) = tab(site, asked, who, ("/me/data", text("me-data-title")), errors, notice).await;
    let export = match standing {
        Standing::Nothing => Export::Nothing,
        Standing::Making => Export::Making,
        Standing::Ready(ready) => Export::Ready {
            made: days::moment(&f.t, ready.made_at, now),
            until: days::day(&f.t, ready.until(), now),
            size: f.t.size(Bytes(ready.bytes)),
            again: Some(export::again(&ready)).filter(|at| *at > now).map(|at| days::moment(&f.t, at, now)),
        },
    };
    let messages = first.map(|(count, at)| (count, days::day(&f.t, at, now)));
    let kept = Kept { messages, ..found };
    let backups = site.settings.text(&settings::BACKUP_KEEP).and_then(|text| Keep::parse(&text));
    let oldest = backups.map_or(1, |keep| keep.days.max(7 * keep.weeks).max(31 * keep.months));
    let until = days::day(&f.t, now + limits::LEAVE_GRACE_S as i64 * 1_000_000, now);
    let leave = Leave { only_owner: site.accounts.is_only_owner(who.account), until, sure };
    page(status, &Page { f, tab, kept, oldest, export, leave })
}

/// Contacts, and how many messages since when.
async fn count(site: &Inner, asked: &Asked, who: &Signed) -> Result<(Kept, Option<(usize, i64)>), Response> {
    let parts = site.chat(asked)?;
    let account = who.account;
    let found = async {
        let contacts = parts.rosters.get(account).await?.listed().count();
        let blocked = parts.blocks.get(account).await?.0.len();
        let Some((first, _)) = parts.archive.metadata(account).await? else {
            return Ok((Kept { contacts, blocked, messages: None }, None));
        };
        let query = Query { page: rsm::Request { max: Some(0), ..rsm::Request::default() }, ..Query::default() };
        let count = match parts.archive.page(account, query).await {
            Ok(page) => page.count.unwrap_or_default(),
            Err(PageError::Store(error)) => return Err(error),
            Err(_) => 0,
        };
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        Ok::<_, StoreError>((Kept { contacts, blocked, messages: None }, Some((count, first.at))))
    };
    found.await.map_err(|error| site.not_kept(asked, &error))
}
