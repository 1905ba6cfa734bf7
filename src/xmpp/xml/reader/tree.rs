//! Makes an [`Element`] of what the strict pass finds.

use std::borrow::Cow;

use super::lexis;
use super::scope::Scope;
use super::strict::Sink;
use super::strict::Strict;
use super::strict::Tag;
use crate::xmpp::error::StreamError;
use crate::xmpp::ns;
use crate::xmpp::xml::Attr;
use crate::xmpp::xml::Element;
use crate::xmpp::xml::Node;

/// The element that `text` is, in a place with these declarations.
pub fn element_in<'a>(text: &'a str, scope: Scope<'a>) -> Result<Element, StreamError> {
    let mut tree = Tree::default();
    Strict::new(text, scope).element(&mut tree)?;
    Ok(tree.root.expect("the pass ends with the root's end"))
}

#[derive(Default)]
struct Tree {
    /// From the root inwards; at most `XML_MAX_DEPTH`.
    open: Vec<Element>,
    root: Option<Element>,
}

impl Tree {
    /// Text that the innermost open element ends with.
    fn last_text(&mut self) -> &mut String {
        let nodes = &mut self.open.last_mut().expect("the pass gives text inside of elements only").nodes;
        if !matches!(nodes.last(), Some(Node::Text(_))) {
            nodes.push(Node::Text(String::new()));
        }
        match nodes.last_mut() {
            Some(Node::Text(text)) => text,
            _ => unreachable!("a text was pushed above"),
        }
    }
}

impl<'a> Sink<'a> for Tree {
    fn open(&mut self, tag: Tag<'a, '_>, _start: usize) -> Result<(), StreamError> {
        let ns = match self.open.last() {
            Some(parent) if parent.ns == tag.ns => parent.ns.clone(),
            _ => ns::intern(tag.ns),
        };
        let mut element = Element::new(ns, known_name(tag.local));
        element.attrs.extend(tag.attributes.iter().map(|attribute| Attr {
            ns: attribute.ns(tag.scope).map(ns::intern),
            name: known_name(attribute.local),
            value: attribute.value().into_owned(),
        }));
        self.open.push(element);
        Ok(())
    }

    fn text(&mut self, raw: &'a str) {
        if !raw.is_empty() {
            self.last_text().push_str(&lexis::decode_text(raw));
        }
    }

    fn character(&mut self, c: char) {
        self.last_text().push(c);
    }

    fn close(&mut self, _end: usize, _alone: bool, _scope: &Scope<'a>) -> Result<(), StreamError> {
        let element = self.open.pop().expect("the pass closes what it opened");
        match self.open.last_mut() {
            Some(parent) => parent.nodes.push(Node::Element(element)),
            None => self.root = Some(element),
        }
        Ok(())
    }
}

/// Names that nearly every stanza has, without an allocation.
pub fn known_name(name: &str) -> Cow<'static, str> {
    macro_rules! known {
        ($($name:literal)*) => {
            match name {
                $($name => Cow::Borrowed($name),)*
                other => Cow::Owned(other.to_owned()),
            }
        };
    }
    known!(
        "a" "abort" "active" "after" "auth" "before" "bind" "body" "c" "composing" "delay" "enable" "error" "feature"
        "field" "from" "group" "h" "hash" "id" "identity" "inactive" "iq" "item" "jid" "max" "message" "name" "node"
        "origin-id" "paused" "ping" "presence" "priority" "query" "r" "received" "request" "resource" "response"
        "resume" "set" "show" "stanza-id" "starttls" "status" "store" "stream" "subscription" "text" "thread" "to"
        "type" "value" "var" "ver" "version" "x" "xmlns"
    )
}
