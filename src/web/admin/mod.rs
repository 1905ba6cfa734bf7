//! `/admin`: the owner's pages. Home tells how things are, and each of the others has a tab.
//!
//! State: the work on a backup that somebody asked for here ([`work`]), in memory. Every page is for owners only: the
//! extractor [`Owner`](super::signed::Owner) stands in each handler.

mod backups;
mod certificate;
mod desk;
mod download;
mod here;
mod home;
mod invites;
mod log;
mod people;
mod person;
mod proof;
mod records;
mod sections;
mod settings;
mod things;
mod work;

use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;
use axum::routing::get;
use axum::routing::post;

use super::Inner;
use super::ask::Asked;
use super::signed::Owner;
use crate::audit::By;
use crate::checks::Latest;
use crate::notices::Notices;
use crate::transfer::Backups;

pub use work::Work;

/// What the owner's pages need from the floor above.
pub trait Upkeep: Send + Sync {
    /// Makes the checks now, `closely` also those that take a while; [`Care::latest`] has what they found.
    fn look(&self, closely: bool) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
    /// Whether a changed setting counts from the next start on only.
    fn waits_for_restart(&self) -> bool;
}

/// What a running server has beside the parts of chat.
pub struct Care {
    pub notices: Notices,
    pub backups: Backups,
    pub latest: Latest,
    pub upkeep: Box<dyn Upkeep>,
}

impl Care {
    /// The data folder.
    fn folder(&self) -> &Path {
        self.backups.data()
    }
}

/// All pages for owners.
pub(super) fn routes() -> Router<Arc<Inner>> {
    Router::new()
        .route("/admin", get(home::show))
        .route("/admin/look", post(home::look))
        .route("/admin/backups", get(backups::show))
        .route("/admin/backups/make", post(backups::make))
        .route("/admin/backups/work", get(work::show))
        .route("/admin/backups/{name}/check", post(backups::check))
        .route("/admin/backups/{name}/download", post(backups::fetch))
        .route("/admin/certificate", get(certificate::show).post(certificate::send))
        .route("/admin/certificate/again", post(certificate::again))
        .route("/admin/certificate/ask", post(certificate::ask))
        .route("/admin/certificate/automatic", post(certificate::automatic))
        .route("/admin/certificate/record", get(proof::show).post(proof::save))
        .route("/admin/certificate/record/forget", post(proof::forget))
        .route("/admin/invites", get(invites::show).post(invites::make))
        .route("/admin/invites/{id}/withdraw", post(invites::withdraw))
        .route("/admin/log", get(log::show))
        .route("/admin/people", get(people::show))
        .route("/admin/people/requests/{id}", post(people::answer))
        .route("/admin/people/{id}", get(person::show))
        .route("/admin/people/{id}/role", post(person::role))
        .route("/admin/people/{id}/lock", post(person::lock))
        .route("/admin/people/{id}/open", post(person::open))
        .route("/admin/people/{id}/close", post(person::close))
        .route("/admin/people/{id}/sign-out", post(person::sign_out))
        .route("/admin/people/{id}/link", post(person::link))
        .route("/admin/records", get(records::show))
        .route("/admin/settings", get(settings::show))
        .route("/admin/settings/{section}", post(settings::save))
}

impl Inner {
    /// Until the doors are open, 503.
    fn care(&self, asked: &Asked) -> Result<&Care, Response> {
        self.care.get().ok_or_else(|| self.busy(asked))
    }
}

impl Owner {
    /// As the log of changes names them.
    fn by(&self) -> By {
        By::Person(self.0.name.as_str().into())
    }
}

/// A number in an address: digits only, as our pages write it.
fn number(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// A word or a moment that begins what it stands in.
fn capital(text: &str) -> String {
    let mut signs = text.chars();
    let first = signs.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}", signs.as_str())
}

/// 303, so that reloading sends nothing twice.
fn to(path: &str) -> Response {
    Redirect::to(path).into_response()
}
