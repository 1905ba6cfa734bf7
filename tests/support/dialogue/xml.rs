//! The actors' own view of XML, made with `rxml` so that it does not share a mistake with imera's reader.

use std::fmt;

use rxml::{Event, Options, Parse, Parser, WithOptions, error::EndOrError};

pub const CLIENT: &str = "jabber:client";
pub const STREAM: &str = "http://etherx.jabber.org/streams";
const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// An element as received. Attributes of a namespace other than `xml:` are named `{namespace}name`.
#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    pub ns: String,
    pub name: String,
    pub attrs: Vec<(String, String)>,
    pub children: Vec<Node>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    Element(Element),
    Text(String),
}

impl Element {
    pub fn is(&self, ns: &str, name: &str) -> bool {
        self.ns == ns && self.name == name
    }

    pub fn attr(&self, name: &str) -> Option<&str> {
        self.attrs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    pub fn child(&self, ns: &str, name: &str) -> Option<&Element> {
        self.elements().find(|child| child.is(ns, name))
    }

    pub fn text(&self) -> String {
        let texts = self.children.iter().filter_map(|node| match node {
            Node::Text(text) => Some(text.as_str()),
            Node::Element(_) => None,
        });
        texts.collect()
    }

    pub fn is_stanza(&self) -> bool {
        self.ns == CLIENT && matches!(self.name.as_str(), "message" | "presence" | "iq")
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, outer: &str) -> fmt::Result {
        write!(f, "<{}", self.name)?;
        if self.ns != outer {
            write!(f, " xmlns='{}'", self.ns)?;
        }
        for (name, value) in &self.attrs {
            write!(f, " {name}='{}'", escape(value))?;
        }
        if self.children.is_empty() {
            return f.write_str("/>");
        }
        f.write_str(">")?;
        for child in &self.children {
            match child {
                Node::Element(element) => element.write(f, &self.ns)?,
                Node::Text(text) => f.write_str(&escape(text))?,
            }
        }
        write!(f, "</{}>", self.name)
    }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, CLIENT)
    }
}

pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\'', "&apos;")
}

/// What a stream brings.
#[derive(Debug)]
pub enum Incoming {
    /// The stream's opening tag, as an element without children.
    Header(Element),
    Element(Element),
    /// `</stream:stream>`.
    Close,
}

/// Cuts a stream into its elements.
pub struct StreamParser {
    parser: Parser,
    open: Vec<Element>,
    in_stream: bool,
}

impl StreamParser {
    pub fn new() -> StreamParser {
        let options = Options { max_token_length: 1 << 20, ..Options::default() };
        StreamParser { parser: Parser::with_options(options), open: Vec::new(), in_stream: false }
    }

    /// The next thing in `bytes`, which it shortens by what it read. `None`: more bytes are needed.
    pub fn next(&mut self, bytes: &mut &[u8]) -> Result<Option<Incoming>, String> {
        loop {
            let event = match self.parser.parse(bytes, false) {
                Ok(Some(event)) => event,
                Ok(None) => return Ok(None),
                Err(EndOrError::NeedMoreData) => return Ok(None),
                Err(EndOrError::Error(error)) => return Err(format!("the server's XML is broken: {error}")),
            };
            if let Some(incoming) = self.event(event) {
                return Ok(Some(incoming));
            }
        }
    }

    fn event(&mut self, event: Event) -> Option<Incoming> {
        match event {
            Event::XmlDeclaration(..) => None,
            Event::StartElement(_, (ns, name), attrs) => {
                let attrs =
                    attrs.iter().map(|((ns, name), value)| (attr_name(ns.as_str(), name.as_str()), value.clone()));
                let element = Element {
                    ns: ns.as_str().to_owned(),
                    name: name.as_str().to_owned(),
                    attrs: attrs.collect(),
                    children: Vec::new(),
                };
                if !self.in_stream {
                    self.in_stream = true;
                    return Some(Incoming::Header(element));
                }
                self.open.push(element);
                None
            }
            Event::EndElement(_) => match (self.open.pop(), self.open.last_mut()) {
                (None, _) => Some(Incoming::Close),
                (Some(done), None) => Some(Incoming::Element(done)),
                (Some(done), Some(parent)) => {
                    parent.children.push(Node::Element(done));
                    None
                }
            },
            Event::Text(_, text) => {
                // White space between stanzas, where no parent is, keeps the connection alive.
                if let Some(parent) = self.open.last_mut() {
                    match parent.children.last_mut() {
                        Some(Node::Text(before)) => before.push_str(&text),
                        _ => parent.children.push(Node::Text(text)),
                    }
                }
                None
            }
        }
    }
}

fn attr_name(ns: &str, name: &str) -> String {
    match ns {
        "" => name.to_owned(),
        XML => format!("xml:{name}"),
        other => format!("{{{other}}}{name}"),
    }
}
