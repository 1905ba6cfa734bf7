//! The catalogue: every sentence that people read, in each language (`templates/texts/*.ftl`, Project Fluent 1.0).
//!
//! A [`Text`] is a key with its holes, asked for by [`text`] or in a template by [`Book::say`]; it becomes words only
//! when the language is known. State: each language's [`Book`], read on first use. The catalogue is ours and holds the
//! tags `b`, `code` and `bdi` only; what is put into a hole is escaped. `tests.rs` fails on a missing or unused key.

mod pseudo;

use std::fmt;
use std::sync::Arc;
use std::sync::OnceLock;

use fluent_bundle::FluentArgs;
use fluent_bundle::FluentResource;
use fluent_bundle::FluentValue;
use fluent_bundle::concurrent::FluentBundle;

/// A language that is complete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    #[default]
    En,
    De,
    /// English mirrored, for tests: the pseudo-language `ar-XB`, which nobody asks for by accident.
    Mirrored,
}

/// One sentence to come: which, and what goes into its holes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    key: &'static str,
    holes: Vec<(&'static str, Hole)>,
}

/// What fills a hole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hole {
    Word(String),
    /// Chooses the plural form.
    Count(i64),
    Size(Bytes),
}

/// So many bytes, said as the language says sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bytes(pub u64);

/// One language's sentences.
pub struct Book {
    lang: Lang,
    bundle: FluentBundle<FluentResource>,
}

/// A [`Text`] on its way into a template: shows itself as HTML.
#[derive(Clone)]
pub struct Saying<'a> {
    book: &'a Book,
    text: Text,
}

/// HTML that is safe as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Markup(pub String);

/// The sentence of that key.
pub const fn text(key: &'static str) -> Text {
    Text { key, holes: Vec::new() }
}

impl Text {
    #[must_use]
    pub fn with(mut self, name: &'static str, hole: impl Fill) -> Text {
        self.holes.push((name, hole.hole()));
        self
    }
}

impl Lang {
    /// Those that people are offered, with their own names.
    pub const OFFERED: [(Lang, &'static str); 2] = [(Lang::En, "English"), (Lang::De, "Deutsch")];

    /// As HTML and HTTP name it.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::De => "de",
            Lang::Mirrored => "ar-XB",
        }
    }

    pub fn direction(self) -> &'static str {
        if self == Lang::Mirrored { "rtl" } else { "ltr" }
    }

    /// By tag, also of a region: `de-AT` is German.
    pub fn of_tag(tag: &str) -> Option<Lang> {
        if tag.eq_ignore_ascii_case("ar-XB") {
            return Some(Lang::Mirrored);
        }
        let primary = tag.split('-').next().unwrap_or_default();
        Lang::OFFERED.into_iter().map(|(lang, _)| lang).find(|lang| lang.tag().eq_ignore_ascii_case(primary))
    }

    /// The best one for an `Accept-Language` (RFC 9110 §12.5.4); English where none fits.
    pub fn accepted(header: &str) -> Lang {
        let mut best = (0, Lang::En);
        for part in header.split(',').take(crate::limits::LANGUAGES_READ) {
            let (tag, rest) = part.split_once(';').unwrap_or((part, ""));
            let quality = rest.trim().strip_prefix("q=").map_or(Some(1.0), |q| q.trim().parse::<f32>().ok());
            let quality = (quality.unwrap_or(0.0).clamp(0.0, 1.0) * 1000.0) as u32;
            if let Some(lang) = Lang::of_tag(tag.trim()).filter(|_| quality > best.0) {
                best = (quality, lang);
            }
        }
        best.1
    }

    fn source(self) -> &'static str {
        match self {
            Lang::En | Lang::Mirrored => include_str!("../../templates/texts/en.ftl"),
            Lang::De => include_str!("../../templates/texts/de.ftl"),
        }
    }

    /// Its sentences, read when they are first asked for.
    pub fn book(self) -> Arc<Book> {
        static BOOKS: [OnceLock<Arc<Book>>; 3] = [OnceLock::new(), OnceLock::new(), OnceLock::new()];
        BOOKS[self as usize].get_or_init(|| Arc::new(Book::read(self))).clone()
    }
}

impl Book {
    /// Reads a language, to be dropped again.
    pub fn read(lang: Lang) -> Book {
        let tag = if lang == Lang::Mirrored { "en" } else { lang.tag() };
        let tag = tag.parse().expect("the tags above are well-formed");
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        // Marks around what is put in would be copied with it; `code` and `bdi` isolate.
        bundle.set_use_isolating(false);
        if lang == Lang::Mirrored {
            bundle.set_transform(Some(pseudo::mirrored));
        }
        let resource = match FluentResource::try_new(lang.source().to_owned()) {
            Ok(whole) => whole,
            Err((rest, errors)) => {
                debug_assert!(false, "{}: {errors:?}", lang.tag());
                rest
            }
        };
        let added = bundle.add_resource(resource);
        debug_assert!(added.is_ok(), "{}: {added:?}", lang.tag());
        Book { lang, bundle }
    }

    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// For templates: `{{ t.say("KEY").with("hole", value) }}`.
    pub fn say(&self, key: &'static str) -> Saying<'_> {
        Saying { book: self, text: text(key) }
    }

    /// As HTML, what is put in escaped.
    pub fn html(&self, text: &Text) -> Markup {
        Markup(self.format(text))
    }

    /// «1.4 GB», as disks are sold: powers of 1,000.
    pub fn size(&self, Bytes(bytes): Bytes) -> String {
        let tenths = |unit: u64| {
            let tenths = bytes.saturating_add(unit / 20) / (unit / 10);
            let point = if self.lang == Lang::De { ',' } else { '.' };
            format!("{}{point}{}", tenths / 10, tenths % 10)
        };
        match bytes {
            0..1_000 => format!("{bytes} B"),
            1_000..1_000_000 => format!("{} kB", bytes / 1_000),
            1_000_000..999_950_000 => format!("{} MB", tenths(1_000_000)),
            _ => format!("{} GB", tenths(1_000_000_000)),
        }
    }

    /// Without tags, for titles, terminals and chats.
    pub fn plain(&self, text: &Text) -> String {
        let html = self.format(text);
        match html.contains(['<', '&']) {
            true => without_tags(&html),
            false => html,
        }
    }

    /// As HTML.
    fn format(&self, text: &Text) -> String {
        let Some(pattern) = self.bundle.get_message(text.key).and_then(|message| message.value()) else {
            debug_assert!(false, "there is no text {}", text.key);
            return text.key.to_owned();
        };
        let mut holes = FluentArgs::with_capacity(text.holes.len());
        for (name, hole) in &text.holes {
            let value = match hole {
                Hole::Count(count) => FluentValue::from(*count),
                Hole::Size(bytes) => FluentValue::from(self.size(*bytes)),
                Hole::Word(word) => FluentValue::from(escape(word)),
            };
            holes.set(*name, value);
        }
        let mut errors = Vec::new();
        let words = self.bundle.format_pattern(pattern, Some(&holes), &mut errors).into_owned();
        debug_assert!(errors.is_empty(), "{}: {errors:?}", text.key);
        words
    }
}

impl Saying<'_> {
    #[must_use]
    pub fn with(mut self, name: &'static str, hole: impl Fill) -> Self {
        self.text = self.text.with(name, hole);
        self
    }
}

impl fmt::Display for Saying<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.book.format(&self.text))
    }
}

impl fmt::Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for Saying<'_> {}
impl askama::filters::HtmlSafe for Markup {}

/// For HTML's text and its quoted attributes.
pub fn escape(word: &str) -> String {
    let mut safe = String::with_capacity(word.len());
    for sign in word.chars() {
        match sign {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// The words of an HTML text of ours: where what was put in is escaped, a `<` begins a tag of the catalogue.
fn without_tags(html: &str) -> String {
    let mut words = String::with_capacity(html.len());
    for (number, part) in html.split('<').enumerate() {
        words.push_str(if number == 0 { part } else { part.split_once('>').map_or("", |(_, behind)| behind) });
    }
    let signs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    signs.into_iter().fold(words, |words, (escaped, sign)| words.replace(escaped, sign))
}

/// What can fill a hole. Templates pass references, and references to those.
pub trait Fill {
    fn hole(&self) -> Hole;
}

impl<T: Fill + ?Sized> Fill for &T {
    fn hole(&self) -> Hole {
        (**self).hole()
    }
}

impl Fill for str {
    fn hole(&self) -> Hole {
        Hole::Word(self.to_owned())
    }
}

impl Fill for String {
    fn hole(&self) -> Hole {
        Hole::Word(self.clone())
    }
}

impl Fill for usize {
    fn hole(&self) -> Hole {
        Hole::Count(i64::try_from(*self).unwrap_or(i64::MAX))
    }
}

impl Fill for u32 {
    fn hole(&self) -> Hole {
        Hole::Count(i64::from(*self))
    }
}

impl Fill for Bytes {
    fn hole(&self) -> Hole {
        Hole::Size(*self)
    }
}

#[cfg(test)]
mod tests;
