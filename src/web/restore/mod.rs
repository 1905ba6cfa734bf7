//! Restoring in a browser: `/setup/restore` on an empty machine, `/admin/restore` for the owner of a running place.
//!
//! A file is brought or chosen ([`upload`], [`choose`]), unpacked beside today's data and proved while [`check`] shows
//! how far it is, and takes their place after a yes ([`ready`]); the server begins again meanwhile, and [`back`] is
//! where the browser waits for it. State: [`desk::Desk`].

mod back;
mod check;
mod choose;
pub(super) mod desk;
mod ready;
mod upload;
mod way;
mod wrong;

use std::future::Future;
use std::path::Path;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use axum::routing::post;

use super::Inner;
use crate::transfer::Passphrase;
use crate::transfer::Prepared;
use crate::transfer::Step;
use crate::transfer::TransferError;

/// What restoring needs from the floor above.
pub trait Restoring: Send + Sync {
    fn data(&self) -> &Path;
    /// The file of that name among the place's own backups.
    fn kept(&self, name: &str) -> Option<PathBuf>;
    /// Proves a file and unpacks it beside today's data, which is not touched. What was prepared before is replaced.
    fn prepare<'a>(&'a self, file: &'a Path, passphrase: Option<Passphrase>, step: Step<'a>) -> Preparing<'a>;
    /// Gives up what was prepared.
    fn forget(&self);
    /// The server ends, and begins again as what was prepared, if that has this sum.
    fn bring_back(&self, sum: &str) -> Result<(), TransferError>;
}

pub type Preparing<'a> = Pin<Box<dyn Future<Output = Result<Prepared, TransferError>> + Send + 'a>>;

/// All pages of restoring.
pub(super) fn routes() -> Router<Arc<Inner>> {
    let mut all = Router::new().route("/restored/{mark}", get(back::show));
    for base in [way::SET_UP, way::OWNER] {
        all = all
            .route(base, get(choose::show).post(upload::send))
            .route(&format!("{base}/again"), post(choose::again))
            .route(&format!("{base}/check"), get(check::show))
            .route(&format!("{base}/kept"), post(choose::kept))
            .route(&format!("{base}/ready"), get(ready::show).post(ready::send));
    }
    all
}
