//! `/setup/owner`: chat name and password of who runs the place. Keeps no state; the password is never kept.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::enter;
use super::steps;
use super::steps::StepFrame;
use crate::accounts::CreateError;
use crate::accounts::names;
use crate::accounts::passwords;
use crate::accounts::passwords::About;
use crate::accounts::passwords::Strength;
use crate::limits;
use crate::texts::Markup;
use crate::texts::Text;
use crate::texts::text;
use crate::web::Inner;
use crate::web::ask::Asked;
use crate::web::form::Form;
use crate::web::frame::Errors;
use crate::web::frame::Frame;
use crate::web::frame::page;

#[derive(Template)]
#[template(path = "setup/owner.html")]
struct Page {
    f: Frame,
    s: StepFrame,
    name: String,
    shown: String,
    domain: String,
    /// What no password is made of.
    about: String,
    /// A password was given before, so good, and stays unless there is another one.
    kept: Option<Option<Markup>>,
}

pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked) -> Response {
    let entered = match enter(&site, &asked, &steps::OWNER).await {
        Ok(entered) => entered,
        Err(reply) => return reply,
    };
    let place = entered.draft.name.as_ref().map(|name| (name.domain.clone(), name.place.clone()));
    let (domain, place) = place.unwrap_or_default();
    let (f, s) = steps::frame(&site, &asked, &entered, Errors::default());
    let kept = entered.draft.owner.is_some() && asked.query("password").is_none();
    let kept = kept.then(|| said(&f, entered.draft.strength));
    let about = format!("{domain}|{place}");
    let (name, shown) = match entered.draft.owner {
        Some(owner) => (owner.name, owner.display_name.unwrap_or_default()),
        None => Default::default(),
    };
    page(StatusCode::OK, &Page { f, s, name, shown, domain, about, kept })
}

pub(super) async fn send(State(site): State<Arc<Inner>>, asked: Asked, fields: Form) -> Response {
    let mut entered = match enter(&site, &asked, &steps::OWNER).await {
        Ok(entered) => entered,
        Err(reply) => return reply,
    };
    let place = entered.draft.name.as_ref().map(|name| (name.domain.clone(), name.place.clone()));
    let (domain, place) = place.unwrap_or_default();
    let (typed, shown) = (fields.text("name"), fields.text("shown"));
    let mut errors = Errors::default();
    let name = chat_name(typed, &domain).unwrap_or_else(|error| {
        errors.add("name", error);
        String::new()
    });
    if shown.chars().count() > limits::NAME_MAX_SIGNS || shown.chars().any(char::is_control) {
        errors.add("shown", text("setup-owner-shown-long").with("count", shown.chars().count()));
    }
    let (first, second) = (fields.raw("password"), fields.raw("password_again"));
    let kept = entered.draft.owner.take().filter(|_| first.is_empty() && second.is_empty());
    if kept.is_none() {
        match passwords::check(first, &About { name: &name, domain: &domain, place: &place }) {
            Err(weak) => errors.add("password", weak.text()),
            Ok(_) if first != second => errors.add("password_again", text("password-differs")),
            Ok(strength) => entered.draft.strength = Some(strength),
        }
    }
    let display_name = Some(shown).filter(|shown| !shown.is_empty()).map(str::to_owned);
    if errors.is_empty() {
        let owner = match kept.clone() {
            Some(owner) => Ok(owner.renamed(name.clone(), display_name)),
            None => site.accounts.founder(&name, first, display_name).await,
        };
        match owner {
            Ok(owner) => entered.draft.owner = Some(owner),
            Err(CreateError::Store(error)) => return site.not_kept(&asked, &error),
            Err(CreateError::Password(_)) => errors.add("password", text("password-sign")),
            Err(_) => errors.add("name", text("name-odd")),
        }
    }
    if !errors.is_empty() {
        let (f, s) = steps::frame(&site, &asked, &entered, errors);
        let short = |text: &str| text.chars().take(300).collect();
        let kept = kept.is_some().then(|| said(&f, entered.draft.strength));
        let about = format!("{domain}|{place}");
        let page_again = Page { f, s, name: short(typed), shown: short(shown), domain, about, kept };
        return page(StatusCode::UNPROCESSABLE_ENTITY, &page_again);
    }
    let note = typed.chars().any(char::is_uppercase).then_some("small");
    entered.keep(&site, &asked, note).await
}

/// How good a kept password is, where that is known.
fn said(f: &Frame, strength: Option<Strength>) -> Option<Markup> {
    strength.map(|strength| f.t.html(&strength.text()))
}

/// The prepared name, or what the page says of it. Nobody is there yet whose name it could be.
fn chat_name(typed: &str, domain: &str) -> Result<String, Text> {
    let checked = names::check(typed, domain, &|_| names::Taken::No);
    checked.map(|chosen| chosen.name).map_err(|error| error.text())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_name_is_taken_or_told_what_is_wrong() {
        let name = |typed| chat_name(typed, "beach.example");
        assert_eq!(name("Mira").as_deref(), Ok("mira"));
        assert_eq!(name("mira@Beach.Example").as_deref(), Ok("mira"));
        for (typed, error) in [
            ("", text("name-empty")),
            ("mira@other.example", text("name-at").with("domain", "beach.example")),
            ("Mira K", text("name-blank").with("dotted", "mira.k").with("joined", "mirak")),
            ("mi/ra", text("name-sign").with("sign", "/")),
            ("Admin", text("name-kept-or").with("name", "admin").with("one", "admin.b").with("two", "myadmin")),
            ("🦀", text("name-sign").with("sign", "🦀")),
            // Its last letter is Cyrillic.
            ("mirа", text("name-scripts-or").with("one", "mira").with("two", "mira.b")),
        ] {
            assert_eq!(name(typed), Err(error), "{typed}");
        }
        assert_eq!(name(&"x".repeat(1_000)), Err(text("name-long").with("count", 1_000_usize)));
    }
}
