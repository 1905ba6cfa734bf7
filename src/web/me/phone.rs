//! `/me/devices/phone`: a QR code that signs one more phone in. It needs a password that was right not long ago: what the
//! phone gets outlives this browser.
//!
//! Keeps no state.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::Tab;
use super::prove;
use super::tab;
use crate::limits;
use crate::texts::text;
use crate::web::Inner;
use crate::web::ask::Asked;
use crate::web::form::Form;
use crate::web::frame::Errors;
use crate::web::frame::Frame;
use crate::web::frame::page;
use crate::web::phone;
use crate::web::phone::Code;
use crate::web::signed::Signed;

#[derive(Template)]
#[template(path = "me/phone.html")]
struct Page {
    f: Frame,
    tab: Tab,
    /// Asked for before there is a code.
    password: bool,
    /// `Some(None)`: none can be made now.
    code: Option<Option<Code>>,
}

/// Whether the password was right in this browser not long ago.
fn is_fresh(site: &Inner, who: &Signed) -> bool {
    site.clock.utc() - who.proved_at < limits::PROVED_FRESH_S as i64 * 1_000_000
}

/// GET
pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked, who: Signed) -> Response {
    answer(&site, &asked, &who, Errors::default()).await
}

async fn answer(site: &Inner, asked: &Asked, who: &Signed, errors: Errors) -> Response {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (f, tab) = tab(site, asked, who, (PATH, text("me-phone-title")), errors, None).await;
    page(status, &Page { f, tab, password: !is_fresh(site, who), code: None })
}

const PATH: &str = "/me/devices/phone";

/// POST: the one page that shows the code. Sent again it makes another one.
pub(super) async fn make(State(site): State<Arc<Inner>>, asked: Asked, who: Signed, fields: Form) -> Response {
    let parts = match site.chat(&asked) {
        Ok(parts) => parts,
        Err(reply) => return reply,
    };
    if !is_fresh(&site, &who) {
        match prove(&site, &asked, &who, fields.raw("password")).await {
            Ok(true) => {}
            Ok(false) => {
                let mut errors = Errors::default();
                errors.add("password", text("me-password-wrong"));
                return answer(&site, &asked, &who, errors).await;
            }
            Err(reply) => return reply,
        }
        if let Err(error) = site.accounts.prove_browser(who.session).await {
            return site.not_kept(&asked, &error);
        }
    }
    let (f, tab) = tab(&site, &asked, &who, (PATH, text("me-phone-title")), Errors::default(), None).await;
    let address = format!("{}@{}", who.name, parts.domain.domain());
    let code = phone::code(&site, &f, who.account, &address).await;
    page(StatusCode::OK, &Page { f, tab, password: false, code: Some(code) })
}
