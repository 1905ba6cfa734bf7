//! Pages for what went wrong: 400, 403, 404, 405, 413, 429, 500, 503, each with a way on.
//!
//! State: 500 and 503 in each language, made at start, so that they need nothing when they are needed.

use std::sync::Arc;

use askama::Template;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::Html;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;

use super::Inner;
use super::ask::Asked;
use super::frame::Frame;
use super::frame::page;
use crate::clock;
use crate::features::Parts;
use crate::store::StoreError;
use crate::texts::Book;
use crate::texts::Lang;
use crate::texts::Markup;
use crate::texts::Text;
use crate::texts::escape;
use crate::texts::text;

/// What went wrong, as people are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The form did not come as our pages send it.
    Garbled,
    /// It came from another site's page.
    Foreign,
    NotFound,
    WrongMethod,
    TooLarge,
    /// Too many tries: again in so many seconds.
    TooMany(u64),
    /// The set-up pages are closed.
    Finished,
}

impl Fault {
    fn status(self) -> StatusCode {
        match self {
            Fault::Garbled => StatusCode::BAD_REQUEST,
            Fault::Foreign => StatusCode::FORBIDDEN,
            Fault::NotFound | Fault::Finished => StatusCode::NOT_FOUND,
            Fault::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Fault::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Fault::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
        }
    }

    /// Heading and what follows.
    fn words(self) -> (Text, Text) {
        match self {
            Fault::Garbled => (text("fault-garbled"), text("fault-garbled-next")),
            Fault::Foreign => (text("fault-foreign"), text("fault-foreign-next")),
            Fault::NotFound | Fault::WrongMethod => (text("fault-missing"), text("fault-missing-next")),
            Fault::TooLarge => (text("fault-large"), text("fault-large-next")),
            Fault::TooMany(wait_s) => {
                let minutes = wait_s.div_ceil(60).max(1) as usize;
                (text("fault-many"), text("fault-many-next").with("minutes", minutes))
            }
            Fault::Finished => (text("fault-finished"), text("fault-finished-next")),
        }
    }
}

#[derive(Template)]
#[template(path = "fault.html")]
struct Page {
    f: Frame,
    drawing: &'static str,
    heading: Markup,
    next: Markup,
    /// What the owner finds in the log beside the cause.
    word: Option<&'static str>,
}

/// Pages that are kept ready: HTML up to the word, and behind it.
pub(super) struct Ready {
    broken: [String; 2],
    busy: [String; 2],
}

/// Stands for the word and the place's name in [`Ready`]; no text has it.
const WORD: &str = "word-to-come";
const PLACE: &str = "place-to-come";

impl Ready {
    pub fn make() -> Ready {
        let made = |heading: &Text, next: &Text, word| {
            Lang::OFFERED.map(|(lang, _)| {
                // Read for this only: a language stays in memory once somebody asks for it.
                let book = Arc::new(Book::read(lang));
                let f = Frame { sky: "night", ..Frame::of_book(book, "/", heading, Some(PLACE.to_owned())) };
                let (heading, next) = (f.t.html(heading), f.t.html(next));
                let page = Page { f, drawing: "storm", heading, next, word };
                page.render().expect("templates write into memory, and their parts do not fail")
            })
        };
        Ready {
            broken: made(&text("fault-broken"), &text("fault-broken-next"), Some(WORD)),
            busy: made(&text("fault-busy"), &text("fault-busy-next"), None),
        }
    }
}

/// The German one for German readers, else the English one.
fn of_language(pages: &[String; 2], lang: Lang) -> &str {
    &pages[usize::from(lang == Lang::De)]
}

impl Inner {
    pub(super) fn fault(&self, asked: &Asked, fault: Fault) -> Response {
        let (heading, next) = fault.words();
        let mut reply = self.refusal(asked, fault.status(), &heading, &next);
        if let Fault::TooMany(wait_s) = fault {
            reply.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait_s));
        }
        if fault == Fault::TooLarge {
            // What is still on its way is not read.
            reply.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        reply
    }

    /// A page that is not for whoever asks, in its own words.
    pub(super) fn refusal(&self, asked: &Asked, status: StatusCode, heading: &Text, next: &Text) -> Response {
        let f = Frame { sky: "night", ..Frame::new(asked, heading, Some(self.place())) };
        let (heading, next) = (f.t.html(heading), f.t.html(next));
        page(status, &Page { f, drawing: "sleep", heading, next, word: None })
    }

    /// 500, with a word that stands in the log beside the cause.
    pub(super) fn broken(&self, lang: Lang, path: &str, cause: &str) -> Response {
        let word = word();
        tracing::error!(word, path, cause, "a page failed");
        let words = of_language(&self.ready.broken, lang).replace(WORD, &word).replace(PLACE, &escape(&self.place()));
        let headers = [(header::CACHE_CONTROL, "no-store")];
        (StatusCode::INTERNAL_SERVER_ERROR, headers, Html(words)).into_response()
    }

    /// Nothing was kept: 503 while the server stops or has too much to do, else 500.
    pub(super) fn not_kept(&self, asked: &Asked, error: &StoreError) -> Response {
        match error {
            StoreError::Closed | StoreError::Overloaded => self.busy(asked),
            other => self.broken(asked.lang, asked.uri.path(), &other.to_string()),
        }
    }

    /// 503: back in a minute.
    pub(super) fn busy(&self, asked: &Asked) -> Response {
        let words = of_language(&self.ready.busy, asked.lang).replace(PLACE, &escape(&self.place()));
        let headers = [(header::CACHE_CONTROL, "no-store"), (header::RETRY_AFTER, "60")];
        (StatusCode::SERVICE_UNAVAILABLE, headers, Html(words)).into_response()
    }

    /// What chat is made of, once the doors are open. Until then 503, or the way to set-up.
    pub(super) fn chat(&self, asked: &Asked) -> Result<&Arc<Parts>, Response> {
        self.open.get().ok_or_else(|| match self.settings.domain() {
            Some(_) => self.busy(asked),
            None => Redirect::to("/setup").into_response(),
        })
    }

    /// What the window's brand says.
    pub(super) fn place(&self) -> String {
        self.settings.place_name()
    }
}

/// One word and two digits, easy to read out.
fn word() -> String {
    const WORDS: [&str; 32] = [
        "maple", "olive", "cedar", "amber", "river", "harbor", "lemon", "pebble", "meadow", "copper", "violet",
        "anchor", "island", "saffron", "thyme", "basil", "coral", "ember", "lantern", "orchard", "poppy", "quartz",
        "raven", "sparrow", "summit", "velvet", "willow", "barley", "canyon", "dune", "falcon", "ginger",
    ];
    let [first, second] = clock::random::<2>();
    format!("{}-{}", WORDS[usize::from(first) % WORDS.len()], 10 + u32::from(second) % 90)
}
