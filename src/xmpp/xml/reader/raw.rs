//! A child of the stream as it was received: its start tag taken apart, its children indexed.

use std::borrow::Cow;
use std::sync::Arc;

use smallvec::SmallVec;

use super::lexis;
use super::scope::Scope;
use super::strict::Sink;
use super::strict::Strict;
use super::strict::Tag;
use super::tree;
use crate::limits::STANZA_MAX_BYTES;
use crate::xmpp::error::StreamCondition;
use crate::xmpp::error::StreamError;
use crate::xmpp::ns;
use crate::xmpp::stanza::Content;
use crate::xmpp::xml::Attr;
use crate::xmpp::xml::Element;

/// A range of the source, bytes.
type Span = (u32, u32);

/// An element that was received whole. What it holds shares one text.
#[derive(Clone, Debug)]
pub struct Raw {
    pub ns: Cow<'static, str>,
    pub name: Cow<'static, str>,
    /// Its child elements, each fit for a place where `jabber:client` is the default namespace.
    pub content: Content,
    /// Its own text, as `<auth/>` has. White space before other text is not kept.
    pub text: String,
    source: Option<Arc<str>>,
    attributes: SmallVec<[Attribute; 4]>,
}

#[derive(Clone, Debug)]
struct Attribute {
    ns: Option<Cow<'static, str>>,
    name: Span,
    value: Value,
}

#[derive(Clone, Debug)]
enum Value {
    /// As in the source.
    Received(Span),
    /// With references.
    Decoded(Box<str>),
}

impl Raw {
    pub fn is(&self, ns: &str, name: &str) -> bool {
        self.name == name && self.ns == ns
    }

    /// The value of a plain attribute.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes().find(|attribute| attribute.0.is_none() && attribute.1 == name).map(|attribute| attribute.2)
    }

    /// The value of `xml:lang`.
    pub fn lang(&self) -> Option<&str> {
        let is_lang = |attribute: &(Option<&str>, &str, &str)| attribute.0 == Some(ns::XML) && attribute.1 == "lang";
        self.attributes().find(is_lang).map(|attribute| attribute.2)
    }

    /// Namespace (`None`: a plain attribute), name and value of each.
    pub fn attributes(&self) -> impl Iterator<Item = (Option<&str>, &str, &str)> {
        let source = self.source.as_deref().unwrap_or("");
        self.attributes.iter().map(|attribute| {
            let value = match &attribute.value {
                Value::Received(span) => slice(source, *span),
                Value::Decoded(value) => value,
            };
            (attribute.ns.as_deref(), slice(source, attribute.name), value)
        })
    }

    /// As a tree. Its own text comes before its children.
    pub fn element(&self) -> Element {
        let mut element = Element::new(self.ns.clone(), self.name.clone());
        element.attrs.extend(self.attributes().map(|(ns, name, value)| Attr {
            ns: ns.map(ns::intern),
            name: tree::known_name(name),
            value: value.to_owned(),
        }));
        if !self.text.is_empty() {
            element = element.with_text(self.text.as_str());
        }
        element.children_from(self.content.children().map(|child| child.element()))
    }
}

fn slice(source: &str, span: Span) -> &str {
    &source[span.0 as usize..span.1 as usize]
}

/// Checks and indexes the element that `text` is, in a place with these declarations.
pub fn raw_in<'a>(text: &'a str, scope: Scope<'a>) -> Result<Raw, StreamError> {
    debug_assert!(text.len() <= u32::MAX as usize, "spans are 32 bits wide");
    let mut index = Index {
        source: text,
        depth: 0,
        ns: Cow::Borrowed(""),
        name: "",
        attributes: SmallVec::new(),
        text: String::new(),
        children: SmallVec::new(),
        rewritten_bytes: 0,
        child: (Cow::Borrowed(""), (0, 0), 0),
    };
    Strict::new(text, scope).element(&mut index)?;
    Ok(index.finish())
}

/// A child of the root: a range of the source, or what had to be written anew.
enum Child {
    Received { ns: Cow<'static, str>, name: Span, range: Span },
    Rewritten(Element),
}

struct Index<'a> {
    source: &'a str,
    depth: usize,
    ns: Cow<'static, str>,
    name: &'a str,
    attributes: SmallVec<[Attribute; 4]>,
    text: String,
    children: SmallVec<[Child; 8]>,
    /// Bytes that the children written anew have: each declares its namespaces itself, so they may
    /// be many more than were received.
    rewritten_bytes: usize,
    /// Namespace, name and start of the child that is open.
    child: (Cow<'static, str>, Span, u32),
}

impl<'a> Index<'a> {
    /// Where `part` stands in the source, whose slice it is.
    fn span(&self, part: &str) -> Span {
        let start = part.as_ptr() as usize - self.source.as_ptr() as usize;
        (start as u32, (start + part.len()) as u32)
    }

    fn finish(self) -> Raw {
        let received = |child: &Child| matches!(child, Child::Received { .. });
        let needs_source = !self.attributes.is_empty() || self.children.iter().any(received);
        let source: Option<Arc<str>> = needs_source.then(|| Arc::from(self.source));
        let mut content = match &source {
            Some(source) if self.children.iter().any(received) => Content::of(source.clone()),
            _ => Content::new(),
        };
        for child in self.children {
            match child {
                Child::Received { ns, name, range } => content.push_received(ns, name, range),
                Child::Rewritten(element) => content.push(element),
            }
        }
        Raw {
            ns: self.ns,
            name: tree::known_name(self.name),
            content,
            text: self.text,
            source,
            attributes: self.attributes,
        }
    }

    fn rewrite(&mut self, text: &'a str, scope: &Scope<'a>) -> Result<Element, StreamError> {
        let element = tree::element_in(text, scope.clone())?;
        self.rewritten_bytes += element.to_xml(ns::CLIENT).len();
        match self.rewritten_bytes > STANZA_MAX_BYTES {
            true => Err(lexis::too_much("an element has too many bytes with its namespaces declared")),
            false => Ok(element),
        }
    }

    fn open_root(&mut self, tag: &Tag<'a, '_>) -> Result<(), StreamError> {
        if !tag.prefix.is_empty() && tag.ns == ns::CLIENT {
            let text = "elements of jabber:client have no prefix";
            return Err(StreamError::new(StreamCondition::BadNamespacePrefix, text));
        }
        self.ns = ns::intern(tag.ns);
        self.name = tag.local;
        for attribute in tag.attributes {
            let value = match attribute.value() {
                Cow::Borrowed(value) => Value::Received(self.span(value)),
                Cow::Owned(value) => Value::Decoded(value.into_boxed_str()),
            };
            let ns = attribute.ns(tag.scope).map(ns::intern);
            self.attributes.push(Attribute { ns, name: self.span(attribute.local), value });
        }
        Ok(())
    }
}

impl<'a> Sink<'a> for Index<'a> {
    fn open(&mut self, tag: Tag<'a, '_>, start: usize) -> Result<(), StreamError> {
        self.depth += 1;
        match self.depth {
            1 => self.open_root(&tag)?,
            2 => self.child = (ns::intern(tag.ns), self.span(tag.local), start as u32),
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, raw: &'a str) {
        if self.depth == 1 && !(self.text.is_empty() && raw.bytes().all(lexis::is_space)) {
            self.text.push_str(&lexis::decode_text(raw));
        }
    }

    fn character(&mut self, c: char) {
        if self.depth == 1 {
            self.text.push(c);
        }
    }

    fn close(&mut self, end: usize, alone: bool, scope: &Scope<'a>) -> Result<(), StreamError> {
        self.depth -= 1;
        if self.depth != 1 {
            return Ok(());
        }
        let (ns, name, start) = std::mem::take(&mut self.child);
        let child = match alone {
            true => Child::Received { ns, name, range: (start, end as u32) },
            // the scope is the root's again: the child's own declarations have ended
            false => Child::Rewritten(self.rewrite(&self.source[start as usize..end], scope)?),
        };
        self.children.push(child);
        Ok(())
    }
}
