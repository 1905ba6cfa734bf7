//! By which door somebody restores: the set-up's, or the owner's. Keeps no state.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;

use super::desk::Stand;
use crate::accounts::AccountId;
use crate::web::Inner;
use crate::web::ask::Asked;
use crate::web::setup;
use crate::web::signed::Owner;

/// Where the pages of each door stand.
pub const SET_UP: &str = "/setup/restore";
pub const OWNER: &str = "/admin/restore";

/// Who may restore here, and where the pages stand.
#[derive(Clone, Debug)]
pub struct Way {
    /// What the pages' addresses begin with.
    pub base: &'static str,
    /// Where one goes who does not want to.
    pub back: &'static str,
    /// The place that runs; `None`: none does yet.
    pub place: Option<String>,
    /// Its owner who asks.
    pub owner: Option<AccountId>,
}

impl FromRequestParts<Arc<Inner>> for Way {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Inner>) -> Result<Way, Response> {
        let asked = Asked::of(parts);
        if asked.uri.path().starts_with(OWNER) {
            let Owner(owner) = Owner::from_request_parts(parts, site).await?;
            let place = Some(site.place());
            return Ok(Way { base: OWNER, back: "/admin/backups", place, owner: Some(owner.account) });
        }
        setup::may_restore(site, &asked).await?;
        Ok(Way { base: SET_UP, back: "/setup/start", place: None, owner: None })
    }
}

impl Way {
    /// 303 to one of the pages.
    pub fn to(&self, page: &str) -> Response {
        Redirect::to(&format!("{}{page}", self.base)).into_response()
    }

    /// Where to wait for what cannot be given up.
    pub fn busy(&self, site: &Inner) -> Response {
        match site.desk.stand() {
            Stand::BringingBack { mark } => Redirect::to(&format!("/restored/{mark}")).into_response(),
            _ => self.to("/check"),
        }
    }
}
