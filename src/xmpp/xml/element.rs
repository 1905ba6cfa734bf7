//! An XML element as a tree: what is looked into or made by the server itself.
//!
//! Stanzas in transit are not trees: see [`crate::xmpp::stanza::Content`].

use std::borrow::Cow;

use super::writer::{push_attr, push_text};

/// An attribute. `ns` is `None` for plain ones; `xml:lang` has [`crate::xmpp::ns::XML`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attr {
    pub ns: Option<Cow<'static, str>>,
    pub name: Cow<'static, str>,
    pub value: String,
}

/// A child of an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    Element(Element),
    Text(String),
}

/// An element with its namespace resolved. Prefixes of the source are not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    pub ns: Cow<'static, str>,
    pub name: Cow<'static, str>,
    pub attrs: Vec<Attr>,
    pub nodes: Vec<Node>,
}

impl Element {
    /// An empty element.
    pub fn new(ns: impl Into<Cow<'static, str>>, name: impl Into<Cow<'static, str>>) -> Element {
        Element { ns: ns.into(), name: name.into(), attrs: Vec::new(), nodes: Vec::new() }
    }

    /// With a plain attribute more.
    pub fn attr(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Element {
        self.attrs.push(Attr { ns: None, name: name.into(), value: value.into() });
        self
    }

    /// With a plain attribute more, where there is a value.
    pub fn attr_some(self, name: &'static str, value: Option<impl Into<String>>) -> Element {
        match value {
            Some(value) => self.attr(name, value),
            None => self,
        }
    }

    /// With `xml:lang`.
    pub fn in_language(mut self, tag: impl Into<String>) -> Element {
        self.attrs.push(Attr { ns: Some(crate::xmpp::ns::XML.into()), name: "lang".into(), value: tag.into() });
        self
    }

    /// With a child more.
    pub fn child(mut self, child: Element) -> Element {
        self.nodes.push(Node::Element(child));
        self
    }

    /// With children more.
    pub fn children_from(mut self, children: impl IntoIterator<Item = Element>) -> Element {
        self.nodes.extend(children.into_iter().map(Node::Element));
        self
    }

    /// With text more.
    pub fn with_text(mut self, text: impl Into<String>) -> Element {
        self.nodes.push(Node::Text(text.into()));
        self
    }

    /// Whether it has this namespace and local name.
    pub fn is(&self, ns: &str, name: &str) -> bool {
        self.name == name && self.ns == ns
    }

    /// The value of a plain attribute.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attrs.iter().find(|a| a.ns.is_none() && a.name == name).map(|a| a.value.as_str())
    }

    /// The value of `xml:lang`.
    pub fn lang(&self) -> Option<&str> {
        let xml = Some(crate::xmpp::ns::XML);
        self.attrs.iter().find(|a| a.ns.as_deref() == xml && a.name == "lang").map(|a| a.value.as_str())
    }

    /// The child elements, in order.
    pub fn children(&self) -> impl Iterator<Item = &Element> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The first child of this namespace and name.
    pub fn find(&self, ns: &str, name: &str) -> Option<&Element> {
        self.children().find(|child| child.is(ns, name))
    }

    /// Its own text, without that of its children.
    pub fn text(&self) -> String {
        self.nodes
            .iter()
            .filter_map(|node| match node {
                Node::Text(text) => Some(text.as_str()),
                Node::Element(_) => None,
            })
            .collect()
    }

    /// Appends it as XML for a place where `default_ns` is the default namespace.
    pub fn write(&self, out: &mut String, default_ns: &str) {
        out.push('<');
        out.push_str(&self.name);
        if self.ns != default_ns {
            push_attr(out, "xmlns", &self.ns);
        }
        for (number, attr) in self.attrs.iter().enumerate() {
            match attr.ns.as_deref() {
                None => push_attr(out, &attr.name, &attr.value),
                Some(crate::xmpp::ns::XML) => push_attr(out, &format!("xml:{}", attr.name), &attr.value),
                Some(ns) => {
                    push_attr(out, &format!("xmlns:n{number}"), ns);
                    push_attr(out, &format!("n{number}:{}", attr.name), &attr.value);
                }
            }
        }
        if self.nodes.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        for node in &self.nodes {
            match node {
                Node::Element(element) => element.write(out, &self.ns),
                Node::Text(text) => push_text(out, text),
            }
        }
        out.push_str("</");
        out.push_str(&self.name);
        out.push('>');
    }

    /// As XML text for a place where `default_ns` is the default namespace.
    pub fn to_xml(&self, default_ns: &str) -> String {
        let mut out = String::with_capacity(128);
        self.write(&mut out, default_ns);
        out
    }
}
