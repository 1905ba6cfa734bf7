//! `/me/leave`: the name typed, the password once more, and then time to think it over.
//!
//! Keeps no state.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Redirect;
use axum::response::Response;

use super::data;
use super::prove;
use crate::accounts::ChangeError;
use crate::limits;
use crate::route::entry;
use crate::texts::text;
use crate::web::Inner;
use crate::web::ask::Asked;
use crate::web::form::Form;
use crate::web::frame::Errors;
use crate::web::sign_in::with_cookie;
use crate::web::signed;
use crate::web::signed::Signed;

/// POST `/me/leave`
pub(super) async fn send(State(site): State<Arc<Inner>>, asked: Asked, who: Signed, fields: Form) -> Response {
    let parts = match site.chat(&asked) {
        Ok(parts) => parts,
        Err(reply) => return reply,
    };
    let typed = fields.text("sure");
    let mut errors = Errors::default();
    if site.accounts.is_only_owner(who.account) {
        errors.add("leave", text("me-leave-only-owner"));
    } else if typed != who.name {
        errors.add("sure", text("me-leave-other-name"));
    } else {
        match prove(&site, &asked, &who, fields.raw("password")).await {
            Ok(true) => {}
            Ok(false) => errors.add("password", text("me-password-wrong")),
            Err(reply) => return reply,
        }
    }
    if !errors.is_empty() {
        let typed = typed.chars().take(limits::SIGN_IN_NAME_SHOWN_SIGNS).collect();
        return data::answer(&site, &asked, &who, errors, None, Some(typed)).await;
    }
    let leaves = match entry::leave(parts, who.account).await {
        Ok(leaves) => leaves,
        Err(ChangeError::Store(error)) => return site.not_kept(&asked, &error),
        // Another owner was faster.
        Err(ChangeError::OnlyOwner) => {
            errors.add("leave", text("me-leave-only-owner"));
            return data::answer(&site, &asked, &who, errors, None, None).await;
        }
        Err(error) => return site.broken(asked.lang, asked.uri.path(), &error.to_string()),
    };
    // Whoever goes and comes back all day is told of once.
    if leaves.now && site.entry.leaves_first(who.account, site.clock.since_start()) {
        tracing::info!(account = who.account.0, "an account is leaving");
        let days = (limits::LEAVE_GRACE_S / 86_400) as usize;
        let words = text("me-left-owners").with("name", &who.name).with("place", site.place()).with("days", days);
        entry::tell_owners(parts, Some(who.account), &site.settings.language().book().plain(&words)).await;
    }
    match signed::end(&site, &asked).await {
        Ok(cookie) => with_cookie(Redirect::to("/sign-in?n=left"), cookie),
        Err(reply) => reply,
    }
}
