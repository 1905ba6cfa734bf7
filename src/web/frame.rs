//! What stands around every page: title, sky, window, status line, language switch. The look is `templates/frame.html`.
//!
//! Keeps no state.

use std::sync::Arc;

use askama::Template;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::Html;
use axum::response::IntoResponse;
use axum::response::Response;

use super::ask::Asked;
use super::ask::is_our_address;
use super::assets;
use crate::accounts::passwords::Strength;
use crate::texts::Book;
use crate::texts::Lang;
use crate::texts::Markup;
use crate::texts::Text;
use crate::texts::escape;
use crate::texts::text;

/// The frame of one page, in one language.
pub struct Frame {
    pub t: Arc<Book>,
    /// What the browser's tab shows.
    pub title: String,
    /// Where the language switch leads back to: the page's path, and what its address asks for.
    pub path: String,
    pub query: String,
    /// The place's name once it has one; before that the lettering stands there.
    pub place: Option<String>,
    /// How the sky stands: a class of the style sheet.
    pub sky: &'static str,
    pub version: &'static str,
}

impl Frame {
    pub fn new(asked: &Asked, title: &Text, place: Option<String>) -> Frame {
        let query =
            asked.uri.query().map(|query| format!("?{query}")).filter(|query| is_our_address(&format!("/{query}")));
        let query = query.unwrap_or_default();
        Frame { query, ..Frame::of_book(asked.lang.book(), asked.uri.path(), title, place) }
    }

    pub(super) fn of_book(t: Arc<Book>, path: &str, title: &Text, place: Option<String>) -> Frame {
        let title = t.plain(title);
        let title = match &place {
            Some(place) => format!("{title} · {place}"),
            None => t.plain(&text("title-setup").with("page", title)),
        };
        let path = if path.starts_with("//") { "/" } else { path };
        let (path, query) = (path.to_owned(), String::new());
        Frame { t, title, path, query, place, sky: "", version: env!("CARGO_PKG_VERSION") }
    }

    pub fn tag(&self) -> &'static str {
        self.t.lang().tag()
    }

    pub fn direction(&self) -> &'static str {
        self.t.lang().direction()
    }

    /// The other languages: tag and own name.
    pub fn others(&self) -> Vec<(&'static str, &'static str)> {
        let others = Lang::OFFERED.into_iter().filter(|(lang, _)| *lang != self.t.lang());
        others.map(|(lang, name)| (lang.tag(), name)).collect()
    }

    pub fn style(&self) -> String {
        assets::style()
    }

    pub fn script(&self) -> String {
        assets::script()
    }

    pub fn tab_icon(&self) -> String {
        assets::icon()
    }

    pub fn sprite(&self) -> String {
        assets::sprite()
    }

    /// A sign of the sprite that only decorates.
    pub fn sign(&self, name: &str) -> Markup {
        Markup(format!("<svg aria-hidden=\"true\"><use href=\"{}#{name}\"/></svg>", assets::sprite()))
    }

    /// What is wrong with a field, under it. Nothing where all is well.
    pub fn wrong(&self, errors: &Errors, field: &str) -> Markup {
        match errors.of(field) {
            None => Markup::default(),
            Some(error) => Markup(format!(
                "<p class=\"error\" id=\"{field}-error\">{}<span>{}</span></p>",
                self.sign("bad"),
                self.t.html(error)
            )),
        }
    }

    /// Under a field for a new password: where the script says how good it is, while it is typed. `about`: what it
    /// must not be made of, such as address and place, with `|` between.
    pub fn strength(&self, field: &str, about: &str) -> Markup {
        let words = [("fair", Strength::Fair), ("good", Strength::Good), ("strong", Strength::Strong)];
        let words =
            words.map(|(name, strength)| format!(" data-{name}=\"{}\"", escape(&self.t.plain(&strength.text()))));
        let place = self.place.as_deref().unwrap_or_default();
        Markup(format!(
            "<p class=\"help\" data-strength=\"{field}\" data-about=\"{}|{}\"{} aria-live=\"polite\"></p>",
            escape(about),
            escape(place),
            words.concat()
        ))
    }

    /// An address, a code: copied by script, marked by one tap without.
    pub fn copy(&self, id: &str, words: &str, what: &Text) -> Markup {
        let (sign, done) = (self.sign("copy"), self.t.html(what));
        let label = self.t.html(&text("copy-do"));
        Markup(format!(
            "<div class=\"copy box\"><code id=\"{id}\">{}</code><button class=\"btn slim js-only\" type=\"button\" \
             data-copy=\"{id}\" data-done=\"{done}\">{sign}<span>{label}</span></button></div>",
            escape(words)
        ))
    }
}

/// What is wrong with a form, in the order of its fields.
#[derive(Default)]
pub struct Errors(Vec<(&'static str, Text)>);

impl Errors {
    pub fn add(&mut self, field: &'static str, error: Text) {
        self.0.push((field, error));
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn of(&self, field: &str) -> Option<&Text> {
        self.0.iter().find(|(at, _)| *at == field).map(|(_, error)| error)
    }

    pub fn has(&self, field: &str) -> bool {
        self.of(field).is_some()
    }

    /// For the list on top of the page.
    pub fn all<'a>(&'a self, t: &'a Book) -> impl Iterator<Item = (&'static str, Markup)> + 'a {
        self.0.iter().map(|(field, error)| (*field, t.html(error)))
    }
}

/// A page, in its final words. A template that fails is a mistake of ours, and the guard tells it.
pub fn page(status: StatusCode, template: &impl Template) -> Response {
    let words = template.render().expect("templates write into memory, and their parts do not fail");
    (status, [(header::CACHE_CONTROL, "no-store")], Html(words)).into_response()
}
