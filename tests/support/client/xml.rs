//! XML as the test client reads it: frames cut out of the stream, trees on demand.
//!
//! Independent of imera's reader on purpose. Reads what a correct server sends and says what is
//! wrong with anything else; it is no defence against hostile input.

use std::borrow::Cow;

/// What the stream brings, one piece each.
pub enum Frame {
    /// The stream's start tag.
    Open(String),
    /// One whole top-level element.
    Element(String),
    /// `</stream:stream>`.
    Close,
}

/// Cuts a byte stream into frames.
#[derive(Default)]
pub struct Framer {
    bytes: Vec<u8>,
    /// Where the frame at work begins.
    start: usize,
    /// How far it has been looked at.
    seen: usize,
    depth: usize,
}

impl Framer {
    pub fn push(&mut self, bytes: &[u8]) {
        if self.start > 0 && self.start == self.bytes.len() {
            self.bytes.clear();
            self.seen = 0;
            self.start = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// True while received bytes wait that `next` has not returned.
    pub fn has_unread(&self) -> bool {
        self.start < self.bytes.len()
    }

    /// Ok(None): more bytes are needed.
    pub fn next(&mut self) -> Result<Option<Frame>, String> {
        loop {
            let Some(at) = memchr::memchr(b'<', &self.bytes[self.seen..]).map(|at| at + self.seen) else {
                return Ok(self.keep_rest(self.bytes.len()));
            };
            if self.depth == 0 {
                self.start = at;
            }
            let Some(end) = tag_end(&self.bytes, at) else { return Ok(self.keep_rest(at)) };
            self.seen = end;
            let tag = &self.bytes[at..end];
            if tag.starts_with(b"<?") {
                self.start = end;
            } else if tag.starts_with(b"<![CDATA[") {
                continue;
            } else if tag.starts_with(b"</") {
                if self.depth == 0 {
                    self.start = end;
                    return Ok(Some(Frame::Close));
                }
                self.depth -= 1;
            } else if self.depth == 0 && tag.starts_with(b"<stream:stream") {
                return self.take(end).map(|text| Some(Frame::Open(text)));
            } else if !tag.ends_with(b"/>") {
                self.depth += 1;
                continue;
            }
            if self.depth == 0 && self.start < end {
                return self.take(end).map(|text| Some(Frame::Element(text)));
            }
        }
    }

    fn take(&mut self, end: usize) -> Result<String, String> {
        let text = self.bytes[self.start..end].to_vec();
        self.start = end;
        String::from_utf8(text).map_err(|error| format!("not UTF-8: {error}"))
    }

    /// Forgets what was returned; what begins at `seen` is looked at again with the next bytes.
    fn keep_rest(&mut self, seen: usize) -> Option<Frame> {
        self.seen = seen;
        if self.depth == 0 && seen == self.bytes.len() {
            self.start = seen;
        }
        if self.start > 0 {
            self.bytes.drain(..self.start);
            self.seen -= self.start;
            self.start = 0;
        }
        None
    }
}

/// The byte after the tag that begins at `at`.
fn tag_end(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = &bytes[at..];
    for (opening, closing) in [(&b"<![CDATA["[..], &b"]]>"[..]), (b"<?", b"?>")] {
        if rest.starts_with(opening) {
            return memchr::memmem::find(rest, closing).map(|end| at + end + closing.len());
        }
    }
    if rest.len() < 9 && b"<![CDATA[".starts_with(rest) {
        return None;
    }
    let mut from = at;
    loop {
        let stop = from + memchr::memchr3(b'>', b'"', b'\'', &bytes[from..])?;
        match bytes[stop] {
            b'>' => return Some(stop + 1),
            quote => from = stop + 1 + memchr::memchr(quote, &bytes[stop + 1..])? + 1,
        }
    }
}

/// One received top-level element, with the time at which it was read.
#[derive(Clone, Debug)]
pub struct Stanza {
    /// CLOCK_MONOTONIC, nanoseconds.
    pub at_ns: u64,
    pub text: String,
}

impl Stanza {
    pub fn name(&self) -> &str {
        name_of(&self.text)
    }

    /// An attribute of the start tag.
    pub fn attr(&self, name: &str) -> Option<Cow<'_, str>> {
        attrs(start_tag(&self.text)).find(|(key, _)| *key == name).map(|(_, value)| decoded(value))
    }

    pub fn is(&self, name: &str) -> bool {
        self.name() == name
    }

    /// The whole as a tree. Panics where the server sent what is not well-formed.
    pub fn tree(&self) -> Element {
        Element::parse(&self.text).unwrap_or_else(|error| panic!("{error} in {}", self.text))
    }
}

/// An element with its namespace resolved.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Element {
    /// Without prefix.
    pub name: String,
    pub ns: String,
    pub attrs: Vec<(String, String)>,
    pub children: Vec<Element>,
    /// All text directly inside.
    pub text: String,
}

impl Element {
    /// Reads one element; the default namespace outside it is jabber:client.
    pub fn parse(text: &str) -> Result<Element, String> {
        let mut stack: Vec<(Element, &str, usize)> = Vec::new();
        let mut names = vec![("", "jabber:client"), ("stream", "http://etherx.jabber.org/streams"), ("xml", "xml")];
        let mut at = 0;
        while at < text.len() {
            let next = memchr::memchr(b'<', &text.as_bytes()[at..]).map_or(text.len(), |next| next + at);
            if let Some((element, _, _)) = stack.last_mut() {
                element.text.push_str(&decoded(&text[at..next]));
            }
            let end = tag_end(text.as_bytes(), next).ok_or("a tag without end")?;
            let tag = &text[next..end];
            at = end;
            if let Some(data) = tag.strip_prefix("<![CDATA[") {
                stack.last_mut().ok_or("CDATA outside")?.0.text.push_str(&data[..data.len() - 3]);
                continue;
            }
            if let Some(name) = tag.strip_prefix("</") {
                let (element, opened, outer) = stack.pop().ok_or("an end tag too many")?;
                if name.trim_end_matches('>').trim_end() != opened {
                    return Err(format!("{tag} closes <{opened}>"));
                }
                names.truncate(outer);
                match stack.last_mut() {
                    Some((parent, _, _)) => parent.children.push(element),
                    None if at == text.len() => return Ok(element),
                    None => return Err("more than one element".into()),
                }
                continue;
            }
            let outer = names.len();
            let element = opened(tag, &mut names)?;
            if !tag.ends_with("/>") {
                stack.push((element, name_of(tag), outer));
                continue;
            }
            names.truncate(outer);
            match stack.last_mut() {
                Some((parent, _, _)) => parent.children.push(element),
                None => return Ok(element),
            }
        }
        Err("an element without end".into())
    }

    pub fn attr(&self, name: &str) -> Option<&str> {
        self.attrs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The first child of that name and namespace.
    pub fn child(&self, name: &str, ns: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name && child.ns == ns)
    }

    /// The first element of that name and namespace below this one, at any depth.
    pub fn find(&self, name: &str, ns: &str) -> Option<&Element> {
        self.children
            .iter()
            .find_map(|child| if child.name == name && child.ns == ns { Some(child) } else { child.find(name, ns) })
    }
}

/// The element of one start tag; its declarations are added to `names`.
fn opened<'a>(tag: &'a str, names: &mut Vec<(&'a str, &'a str)>) -> Result<Element, String> {
    let mut element = Element::default();
    for (key, value) in attrs(tag) {
        match key.strip_prefix("xmlns") {
            Some("") => names.push(("", value)),
            Some(prefix) if prefix.starts_with(':') => names.push((&prefix[1..], value)),
            _ => element.attrs.push((key.to_owned(), decoded(value).into_owned())),
        }
    }
    let (prefix, name) = name_of(tag).split_once(':').unwrap_or(("", name_of(tag)));
    let ns =
        names.iter().rev().find(|(bound, _)| *bound == prefix).ok_or_else(|| format!("unbound prefix in {tag}"))?;
    element.name = name.to_owned();
    element.ns = decoded(ns.1).into_owned();
    Ok(element)
}

fn name_of(text: &str) -> &str {
    let rest = text.strip_prefix('<').unwrap_or(text);
    &rest[..rest.find([' ', '\t', '\r', '\n', '/', '>']).unwrap_or(rest.len())]
}

fn start_tag(text: &str) -> &str {
    &text[..tag_end(text.as_bytes(), 0).unwrap_or(text.len())]
}

/// Names and values, as written.
fn attrs(tag: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = &tag[1 + name_of(tag).len()..];
    std::iter::from_fn(move || {
        let (key, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let (value, after) = after[1..].split_once(quote)?;
        rest = after;
        Some((key.trim(), value))
    })
}

/// Text with its references replaced.
fn decoded(text: &str) -> Cow<'_, str> {
    if memchr::memchr(b'&', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        let (name, after) = after.split_once(';').expect("a reference ends with ;");
        out.push_str(before);
        out.push(match name {
            "lt" => '<',
            "gt" => '>',
            "amp" => '&',
            "quot" => '"',
            "apos" => '\'',
            _ => {
                let number = name.strip_prefix('#').expect("a known entity");
                let number = number
                    .strip_prefix('x')
                    .map_or_else(|| number.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok());
                number.and_then(char::from_u32).expect("a character reference")
            }
        });
        rest = after;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Text fit for content and for attributes in either quotes.
pub fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['<', '>', '&', '"', '\'']) {
        return Cow::Borrowed(text);
    }
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    Cow::Owned(text.replace('"', "&quot;").replace('\'', "&apos;"))
}
