//! The bounded push parser of XML streams (RFC 6120 §4, §11), on quick-xml.
//!
//! Bytes go in, elements come out; a `framer` finds where an element ends, `strict` checks it.
//! State: the unread bytes (none between stanzas), where the framer stands, the namespaces that
//! the stream's header declares. The result is the same however the bytes are cut.

mod framer;
mod lexis;
mod raw;
mod scope;
mod strict;
mod tree;

#[cfg(test)]
mod tests;

use memchr::memmem;
use smallvec::SmallVec;

pub use self::framer::Framer;
use self::lexis::not_well_formed;
use self::lexis::restricted;
use self::lexis::too_much;
pub use self::raw::Raw;
use self::scope::Binding;
use self::scope::Scope;
use self::strict::Sink;
use self::strict::Strict;
use self::strict::Tag;
use crate::limits::STANZA_MAX_BYTES;
use crate::limits::STANZA_MAX_BYTES_BEFORE_AUTH;
use crate::limits::XML_DECLARATION_MAX_BYTES;
use crate::xmpp::error::StreamCondition;
use crate::xmpp::error::StreamError;
use crate::xmpp::ns;
use crate::xmpp::stream::StreamHeader;
use crate::xmpp::xml::Element;

/// What a stream brings.
#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // nearly all are elements, and are taken apart at once
pub enum Event {
    /// The header: the stream is open.
    Open(StreamHeader),
    /// A child of the stream.
    Element(Raw),
    /// The stream's end tag. Nothing follows.
    Close,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Nothing but an XML declaration or the header may come. `first`: no white space before the
    /// declaration; on a restarted stream it may still belong to the old one.
    Start {
        first: bool,
    },
    /// The header must come: the declaration is over, or can no longer come.
    Header,
    Content,
    Closed,
}

/// The parser of one connection's incoming stream, and of those that follow it by a restart.
#[derive(Debug)]
pub struct Reader {
    stage: Stage,
    /// Received, `start` bytes of it returned already. Without memory when empty.
    buffer: Vec<u8>,
    start: usize,
    framer: Framer,
    max_bytes: usize,
    /// The qualified name of the stream element, for its end tag.
    root: &'static str,
    /// Declared in the stream's header.
    outer: SmallVec<[Binding<'static>; 2]>,
    failed: Option<Box<StreamError>>,
}

impl Default for Reader {
    fn default() -> Reader {
        Reader::new()
    }
}

impl Reader {
    /// For a new stream, with the bound of strangers.
    pub fn new() -> Reader {
        Reader {
            stage: Stage::Start { first: true },
            buffer: Vec::new(),
            start: 0,
            framer: Framer::default(),
            max_bytes: STANZA_MAX_BYTES_BEFORE_AUTH,
            root: "",
            outer: SmallVec::new(),
            failed: None,
        }
    }

    /// How many bytes the header and each child of the stream may have, at most `STANZA_MAX_BYTES`.
    pub fn set_max_bytes(&mut self, max_bytes: usize) {
        self.max_bytes = max_bytes.min(STANZA_MAX_BYTES);
    }

    /// Appends received bytes. [`Reader::next`] must be called until it wants more before the
    /// next ones come: then at most `max_bytes` and these are held.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.failed.is_none() {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// The next thing that is complete; `None`: more bytes are needed. An error is final.
    #[allow(clippy::should_implement_trait)] // no iterator: None is not the end
    pub fn next(&mut self) -> Result<Option<Event>, StreamError> {
        if let Some(error) = &self.failed {
            return Err((**error).clone());
        }
        let event = self.advance();
        match &event {
            Err(error) => {
                self.failed = Some(Box::new(error.clone()));
                self.start = self.buffer.len();
                self.release();
            }
            Ok(None) => self.release(),
            Ok(Some(_)) if self.start == self.buffer.len() => self.release(),
            Ok(Some(_)) => {}
        }
        event
    }

    /// A new stream begins (after TLS, after SASL). Unread bytes stay and belong to it.
    pub fn restart(&mut self) {
        self.stage = Stage::Start { first: false };
        self.framer = Framer::default();
        self.root = "";
        self.outer = SmallVec::new();
    }

    /// Whether anything but white space was received beyond what was returned: after `<starttls/>`
    /// there must be nothing (RFC 6120 §5.3.3). A line feed there, as go-xmpp sends one, says nothing.
    pub fn has_unread_markup(&self) -> bool {
        !self.unread().iter().all(u8::is_ascii_whitespace)
    }

    /// Whether there are bytes beyond what was returned, white space too.
    pub fn has_unread(&self) -> bool {
        self.start < self.buffer.len()
    }

    /// Bytes received and not yet returned.
    pub fn unread_bytes(&self) -> usize {
        self.buffer.len() - self.start
    }

    fn unread(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// Gives back the memory of what was returned.
    fn release(&mut self) {
        if self.start == self.buffer.len() {
            self.buffer = Vec::new();
        } else if self.start > 0 {
            self.buffer.drain(..self.start);
            if self.buffer.capacity() > 2 * self.buffer.len() + 1024 {
                self.buffer.shrink_to_fit();
            }
        }
        self.start = 0;
    }

    fn advance(&mut self) -> Result<Option<Event>, StreamError> {
        loop {
            if !matches!(self.stage, Stage::Start { first: true }) {
                self.skip_space();
            }
            let Some(&first) = self.unread().first() else { return Ok(None) };
            match self.stage {
                Stage::Start { .. } => match self.declaration()? {
                    true => self.stage = Stage::Header,
                    false => return Ok(None),
                },
                _ if first != b'<' => return Err(self.stray(first)),
                Stage::Header => return self.header(),
                Stage::Content => match self.unread().get(1) {
                    None => return Ok(None),
                    Some(b'/') => return self.end(),
                    Some(_) => return self.element(),
                },
                Stage::Closed => return Err(not_well_formed("an element behind the end of the stream")),
            }
        }
    }

    fn skip_space(&mut self) {
        self.start += self.unread().iter().take_while(|&&byte| lexis::is_space(byte)).count();
    }

    /// What to say about a byte that is no `<` between elements.
    fn stray(&self, byte: u8) -> StreamError {
        match self.stage {
            _ if byte == 0 || byte >= 0xFE => unsupported_encoding(),
            Stage::Content => StreamError::new(StreamCondition::BadFormat, "text between stanzas"),
            _ => not_well_formed("text outside of the stream"),
        }
    }

    /// Reads the XML declaration, if there is one. False: more bytes are needed.
    fn declaration(&mut self) -> Result<bool, StreamError> {
        let bytes = self.unread();
        if bytes[0] != b'<' {
            return match lexis::is_space(bytes[0]) {
                true => Ok(true),
                false => Err(self.stray(bytes[0])),
            };
        }
        match bytes.get(1) {
            None => return Ok(false),
            Some(b'?') => {}
            Some(_) => return Ok(true),
        }
        let window = &bytes[..bytes.len().min(XML_DECLARATION_MAX_BYTES)];
        let Some(found) = memmem::find(window, b"?>") else {
            return match bytes.len() >= XML_DECLARATION_MAX_BYTES {
                true => Err(restricted("a processing instruction")),
                false => Ok(false),
            };
        };
        let end = found + "?>".len();
        let text = std::str::from_utf8(&bytes[..end]).map_err(|_| unsupported_encoding())?;
        if !text["<?".len()..].starts_with("xml") || !text.as_bytes().get(5).is_some_and(|&b| lexis::is_space(b)) {
            return Err(restricted("a processing instruction"));
        }
        lexis::check_declaration(text)?;
        self.start += end;
        Ok(true)
    }

    /// The bytes the element or tag at hand may still have.
    fn window(&self) -> &[u8] {
        let unread = self.unread();
        &unread[..unread.len().min(self.max_bytes)]
    }

    /// No end within `window`: wait, or refuse.
    fn incomplete(&self) -> Result<Option<Event>, StreamError> {
        match self.unread().len() >= self.max_bytes {
            true => {
                Err(too_much("an element has too many bytes").with(Element::new("urn:xmpp:errors", "stanza-too-big")))
            }
            false => Ok(None),
        }
    }

    fn header(&mut self) -> Result<Option<Event>, StreamError> {
        match self.unread().get(1) {
            None => return Ok(None),
            Some(b'?' | b'!') => return Err(restricted("a comment, processing instruction or document type")),
            Some(b'/') => return Err(not_well_formed("an end tag without a start tag")),
            Some(0) => return Err(unsupported_encoding()),
            Some(_) => {}
        }
        let mut framer = std::mem::take(&mut self.framer);
        let Some(end) = framer.tag_end(self.window()) else {
            self.framer = framer;
            return self.incomplete();
        };
        let text = std::str::from_utf8(&self.unread()[..end]).map_err(|_| unsupported_encoding())?;
        if text.ends_with("/>") {
            return Err(StreamError::new(StreamCondition::BadFormat, "a stream that ends with its header"));
        }
        let mut root = Root::default();
        Strict::new(text, Scope::new("")).start_tag(&mut root)?;
        let header = root.header.expect("the pass gives the one tag there is");
        self.outer = root.outer;
        self.root = root.name;
        self.start += end;
        self.stage = Stage::Content;
        Ok(Some(Event::Open(header)))
    }

    fn end(&mut self) -> Result<Option<Event>, StreamError> {
        let mut framer = std::mem::take(&mut self.framer);
        let Some(end) = framer.tag_end(self.window()) else {
            self.framer = framer;
            return self.incomplete();
        };
        let name = &self.unread()[2..end - 1];
        let root = self.root.as_bytes();
        if !name.strip_prefix(root).is_some_and(|rest| rest.iter().all(|&b| lexis::is_space(b))) {
            return Err(not_well_formed("an end tag without a start tag"));
        }
        self.start += end;
        self.stage = Stage::Closed;
        Ok(Some(Event::Close))
    }

    fn element(&mut self) -> Result<Option<Event>, StreamError> {
        if self.unread().starts_with(b"<![") {
            return Err(StreamError::new(StreamCondition::BadFormat, "text between stanzas"));
        }
        let mut framer = std::mem::take(&mut self.framer);
        let Some(end) = framer.element_end(self.window())? else {
            self.framer = framer;
            return self.incomplete();
        };
        let text = std::str::from_utf8(&self.unread()[..end]).map_err(|_| unsupported_encoding())?;
        let raw = raw::raw_in(text, Scope::inside(&self.outer))?;
        self.start += end;
        Ok(Some(Event::Element(raw)))
    }
}

fn unsupported_encoding() -> StreamError {
    StreamError::new(StreamCondition::UnsupportedEncoding, "only UTF-8")
}

/// Takes the stream's header (RFC 6120 §4.7, §4.8).
#[derive(Default)]
struct Root {
    name: &'static str,
    outer: SmallVec<[Binding<'static>; 2]>,
    header: Option<StreamHeader>,
}

impl<'a> Sink<'a> for Root {
    fn open(&mut self, tag: Tag<'a, '_>, _start: usize) -> Result<(), StreamError> {
        self.outer = tag.scope.to_kept();
        let declared = |prefix: &str| self.outer.iter().find(|b| b.prefix == prefix).map(|b| b.ns.clone());
        match (tag.prefix, tag.ns) {
            // RFC 6120 §4.8.2: both styles are acceptable
            ("stream" | "", ns::STREAM) => {}
            (_, ns::STREAM) => return Err(bad_prefix("the prefix of the stream namespace is stream")),
            ("", _) if self.outer.iter().any(|b| b.ns == ns::STREAM) => {
                return Err(bad_prefix("the stream element lacks the prefix of its namespace"));
            }
            _ => return Err(StreamError::new(StreamCondition::InvalidNamespace, "not the stream namespace")),
        }
        if tag.local != "stream" {
            return Err(StreamError::new(StreamCondition::BadFormat, "the root is no stream element"));
        }
        self.name = match tag.prefix {
            "" => "stream",
            _ => "stream:stream",
        };
        let get = |ns: Option<&str>, name: &str| {
            let found = tag.attributes.iter().find(|a| a.local == name && a.ns(tag.scope) == ns);
            found.map(|attribute| attribute.value().into_owned())
        };
        self.header = Some(StreamHeader {
            to: get(None, "to"),
            from: get(None, "from"),
            id: get(None, "id"),
            version: get(None, "version"),
            lang: get(Some(ns::XML), "lang"),
            default_ns: declared("").unwrap_or_default(),
        });
        Ok(())
    }

    fn text(&mut self, _raw: &'a str) {}

    fn character(&mut self, _c: char) {}

    fn close(&mut self, _end: usize, _alone: bool, _scope: &Scope<'a>) -> Result<(), StreamError> {
        Ok(())
    }
}

fn bad_prefix(text: &'static str) -> StreamError {
    StreamError::new(StreamCondition::BadNamespacePrefix, text)
}

/// One whole document, as a WebSocket frame is (RFC 7395 §3.3): it begins with its `<`.
pub fn document(frame: &str) -> Result<Raw, StreamError> {
    match frame.len() > STANZA_MAX_BYTES {
        true => Err(too_much("an element has too many bytes")),
        false => raw::raw_in(frame, Scope::new("")),
    }
}

/// The element that `text` is, where `default_ns` is the default namespace and no prefix is declared.
pub fn element(text: &str, default_ns: &str) -> Result<Element, StreamError> {
    tree::element_in(text, Scope::new(default_ns))
}
