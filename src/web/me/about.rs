//! `/me`: the address to give away, the password, the recovery code.
//!
//! Keeps no state.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Redirect;
use axum::response::Response;
use zeroize::Zeroizing;

use super::Tab;
use super::prove;
use super::tab;
use crate::accounts::ChangeError;
use crate::accounts::passwords;
use crate::accounts::passwords::About;
use crate::qr;
use crate::route::entry;
use crate::texts::Markup;
use crate::texts::Text;
use crate::texts::text;
use crate::web::Inner;
use crate::web::ask::Asked;
use crate::web::days;
use crate::web::form::Form;
use crate::web::frame::Errors;
use crate::web::frame::Frame;
use crate::web::frame::page;
use crate::web::sign_in::with_cookie;
use crate::web::signed;
use crate::web::signed::Signed;

#[derive(Template)]
#[template(path = "me/about.html")]
struct Page {
    f: Frame,
    tab: Tab,
    address: Markup,
    qr: Option<Markup>,
    /// What no password is made of.
    about: String,
    /// When the recovery code that holds was made.
    code_of: Option<String>,
}

#[derive(Template)]
#[template(path = "me/code.html")]
struct CodePage {
    f: Frame,
    tab: Tab,
    code: Markup,
}

/// GET `/me`
pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked, who: Signed) -> Response {
    let notice = match asked.query("n").as_deref() {
        Some("password") => Some(text("me-password-done")),
        Some("stays") => Some(text("me-stays")),
        _ => None,
    };
    answer(&site, &asked, &who, Errors::default(), notice).await
}

async fn answer(site: &Inner, asked: &Asked, who: &Signed, errors: Errors, notice: Option<Text>) -> Response {
    let (parts, code_of) = match (site.chat(asked), site.accounts.recovery_code_made_at(who.account).await) {
        (Ok(parts), Ok(made_at)) => (parts, made_at),
        (Err(reply), _) => return reply,
        (_, Err(error)) => return site.not_kept(asked, &error),
    };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (f, tab) = tab(site, asked, who, ("/me", text("me-title")), errors, notice).await;
    let address = format!("{}@{}", who.name, parts.domain.domain());
    let about = format!("{}|{}", who.name, parts.domain.domain());
    let label = f.t.html(&text("me-qr").with("address", &address));
    let qr = qr::svg(&parts.links.friend(&who.name), &label.0).map(Markup);
    let address = f.copy("address", &address, &text("copied-address"));
    let code_of = code_of.map(|at| days::day(&f.t, at, site.clock.utc()));
    page(status, &Page { f, tab, address, qr, about, code_of })
}

/// POST `/me/password`: a new one, by who knows the old one. All other browsers and devices are signed out, and a copy
/// of this browser's cookie too: it gets another.
pub(super) async fn password(State(site): State<Arc<Inner>>, asked: Asked, who: Signed, fields: Form) -> Response {
    let parts = match site.chat(&asked) {
        Ok(parts) => parts,
        Err(reply) => return reply,
    };
    let (old, new) = (fields.raw("old"), fields.raw("new"));
    let (domain, place) = (parts.domain.domain(), site.place());
    let mut errors = Errors::default();
    // The new one first: a try at the old one counts, and this one needs none.
    if let Err(weak) = passwords::check(new, &About { name: &who.name, domain, place: &place }) {
        errors.add("new", weak.text());
    } else {
        match prove(&site, &asked, &who, old).await {
            Ok(true) => {}
            Ok(false) => errors.add("old", text("me-password-wrong")),
            Err(reply) => return reply,
        }
    }
    if !errors.is_empty() {
        return answer(&site, &asked, &who, errors, None).await;
    }
    match entry::change_password(parts, who.account, new).await {
        Ok(()) => {}
        Err(ChangeError::Store(error)) => return site.not_kept(&asked, &error),
        Err(error) => return site.broken(asked.lang, asked.uri.path(), &error.to_string()),
    }
    tracing::info!(account = who.account.0, "a new password, by its owner");
    match signed::begin(&site, &asked, who.account, None).await {
        Ok(cookie) => with_cookie(Redirect::to("/me?n=password"), cookie),
        Err(reply) => reply,
    }
}

/// POST `/me/recovery`: the one page that ever shows the code. It needs the password: with a code alone somebody at
/// an open browser could take the account.
pub(super) async fn recovery(State(site): State<Arc<Inner>>, asked: Asked, who: Signed, fields: Form) -> Response {
    match prove(&site, &asked, &who, fields.raw("password")).await {
        Ok(true) => {}
        Ok(false) => {
            let mut errors = Errors::default();
            errors.add("password", text("me-password-wrong"));
            return answer(&site, &asked, &who, errors, None).await;
        }
        Err(reply) => return reply,
    }
    let code: Zeroizing<String> = match site.accounts.make_recovery_code(who.account).await {
        Ok(code) => code,
        Err(ChangeError::Store(error)) => return site.not_kept(&asked, &error),
        Err(error) => return site.broken(asked.lang, asked.uri.path(), &error.to_string()),
    };
    let (f, tab) = tab(&site, &asked, &who, ("/me", text("me-code-title")), Errors::default(), None).await;
    let code = f.copy("recovery", &code, &text("me-code-copied"));
    page(StatusCode::OK, &CodePage { f, tab, code })
}
