//! A stream's bytes, cut into elements that stand alone: what WebSocket and BOSH carry (RFC 7395 §3.3.3, XEP-0124 §5).
//!
//! State: bytes of an element whose end has not come yet; the server writes whole ones.

use crate::xmpp::error::StreamError;
use crate::xmpp::ns;
use crate::xmpp::stream::CLOSE;
use crate::xmpp::stream::StreamHeader;
use crate::xmpp::xml::reader::Event;
use crate::xmpp::xml::reader::Framer;
use crate::xmpp::xml::reader::Reader;
use crate::xmpp::xml::writer::push_attr;

/// What the server says next.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece {
    /// Its header.
    Open(StreamHeader),
    /// A child of the stream, with all declarations that it needs.
    Element(String),
    /// The stream's end.
    Close,
}

const DECLARATION: &[u8] = b"<?xml";
const HEADER: &[u8] = b"<stream:stream";

/// What a server writes as one stream, taken apart.
#[derive(Default)]
pub struct Cutter {
    buffer: Vec<u8>,
    start: usize,
}

impl Cutter {
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next piece that is complete. Err: this is no stream that our server writes.
    pub fn next(&mut self) -> Result<Option<Piece>, StreamError> {
        let rest = &self.buffer[self.start..];
        let Some((piece, bytes)) = cut(rest)? else {
            self.buffer.drain(..self.start);
            self.start = 0;
            if self.buffer.is_empty() {
                self.buffer = Vec::new();
            }
            return Ok(None);
        };
        self.start += bytes;
        Ok(Some(piece))
    }
}

/// The first piece, and how many bytes it has.
fn cut(bytes: &[u8]) -> Result<Option<(Piece, usize)>, StreamError> {
    // Empty, or not enough to tell.
    if [CLOSE.as_bytes(), DECLARATION, HEADER].iter().any(|whole| whole.starts_with(bytes) && whole.len() > bytes.len())
    {
        return Ok(None);
    }
    if bytes.starts_with(CLOSE.as_bytes()) {
        return Ok(Some((Piece::Close, CLOSE.len())));
    }
    if bytes.starts_with(DECLARATION) || bytes.starts_with(HEADER) {
        return header(bytes);
    }
    let Some(end) = Framer::default().element_end(bytes)? else { return Ok(None) };
    Ok(Some((Piece::Element(alone(&String::from_utf8_lossy(&bytes[..end]))), end)))
}

fn header(bytes: &[u8]) -> Result<Option<(Piece, usize)>, StreamError> {
    let mut end = 0;
    loop {
        let Some(tag) = Framer::default().tag_end(&bytes[end..]) else { return Ok(None) };
        let is_header = bytes[end..].starts_with(HEADER);
        end += tag;
        if is_header {
            break;
        }
    }
    let mut reader = Reader::new();
    reader.push(&bytes[..end]);
    match reader.next()? {
        Some(Event::Open(header)) => Ok(Some((Piece::Open(header), end))),
        _ => Ok(None),
    }
}

/// An element of the stream as one that needs no stream around it: the default namespace, where it says none itself,
/// and the prefix of the stream, where it may be used.
fn alone(element: &str) -> String {
    let name_end = element.find([' ', '\t', '\n', '\r', '/', '>']).unwrap_or(element.len());
    let tag_end = Framer::default().tag_end(element.as_bytes()).unwrap_or(element.len());
    let (name, attributes) = (&element[..name_end], &element[name_end..tag_end]);
    let mut out = String::with_capacity(element.len() + 96);
    out.push_str(name);
    if !name.contains(':') && !declares_default(attributes) {
        push_attr(&mut out, "xmlns", ns::CLIENT);
    }
    if memchr::memmem::find(element.as_bytes(), b"stream:").is_some() && !attributes.contains("xmlns:stream=") {
        push_attr(&mut out, "xmlns:stream", ns::STREAM);
    }
    out.push_str(&element[name_end..]);
    out
}

/// Whether one of these attributes is `xmlns`; what stands in quotes is none.
fn declares_default(attributes: &str) -> bool {
    let mut rest = attributes;
    while let Some(quote) = rest.find(['\'', '"']) {
        if rest[..quote].trim_end_matches([' ', '\t', '\n', '\r']).trim_end_matches('=').trim() == "xmlns" {
            return true;
        }
        let sign = &rest[quote..=quote];
        let Some(end) = rest[quote + 1..].find(sign) else { return false };
        rest = &rest[quote + 1 + end + 1..];
    }
    false
}

/// The header of a client's stream as its own transport said it, for the server behind it. `default_ns`: empty where
/// each element says its own.
pub fn client_header(header: &StreamHeader) -> String {
    let mut out = String::from("<stream:stream");
    let attributes =
        [("to", &header.to), ("from", &header.from), ("version", &header.version), ("xml:lang", &header.lang)];
    for (name, value) in attributes {
        if let Some(value) = value {
            push_attr(&mut out, name, value);
        }
    }
    if !header.default_ns.is_empty() {
        push_attr(&mut out, "xmlns", &header.default_ns);
    }
    push_attr(&mut out, "xmlns:stream", ns::STREAM);
    out.push('>');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xmpp::stream::ServerHeader;
    use crate::xmpp::stream::Version;
    use crate::xmpp::xml::reader::document;

    fn pieces(text: &str, at: usize) -> Vec<Piece> {
        let (mut cutter, mut pieces) = (Cutter::default(), Vec::new());
        for part in text.as_bytes().chunks(at) {
            cutter.push(part);
            while let Some(piece) = cutter.next().unwrap() {
                pieces.push(piece);
            }
        }
        assert!(cutter.buffer.is_empty(), "{text}");
        pieces
    }

    fn element(text: &str) -> String {
        match pieces(text, text.len()).pop() {
            Some(Piece::Element(element)) => element,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn rfc7395_3_3_3_what_a_server_writes_comes_as_elements_that_stand_alone_however_it_is_cut() {
        let (version, content) = (Version::XMPP_1_0, ns::CLIENT);
        let header = ServerHeader { from: "a.test", to: None, id: "i", lang: "en", version, content };
        let text = [
            &header.to_xml(),
            "<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>",
            "<message id='1'><body>a &lt; b</body></message><iq/><r xmlns='urn:xmpp:sm:3'/>",
            CLOSE,
        ]
        .concat();
        let whole = pieces(&text, text.len());
        assert!(matches!(&whole[0], Piece::Open(open) if open.id.as_deref() == Some("i")));
        assert_eq!(whole.len(), 6);
        assert_eq!(whole[5], Piece::Close);
        for piece in &whole[1..5] {
            let Piece::Element(element) = piece else { panic!("{piece:?}") };
            assert_ne!(document(element).unwrap().ns, "", "{element}");
        }
        for at in 1..40 {
            assert_eq!(pieces(&text, at), whole, "{at}");
        }
    }

    #[test]
    fn a_stanza_gets_the_namespace_once_and_no_attribute_is_taken_for_it() {
        for (given, ns) in [
            ("<message id=' xmlns='/>", "jabber:client"),
            ("<message id=\"' xmlns='x'\"><body/></message>", "jabber:client"),
            ("<message xmlns='jabber:client'/>", "jabber:client"),
            ("<a h='1' xmlns = \"urn:xmpp:sm:3\"/>", "urn:xmpp:sm:3"),
            ("<message\txmlns:a='b'><body xmlns='c'/></message>", "jabber:client"),
        ] {
            let alone = element(given);
            assert_eq!(document(&alone).unwrap().ns, ns, "{alone}");
        }
    }

    #[test]
    fn the_streams_prefix_is_declared_where_it_is_used() {
        let alone = element("<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>");
        assert!(document(&alone).unwrap().is(ns::STREAM, "error"), "{alone}");
        let alone = element("<message><stream:x/></message>");
        assert!(document(&alone).is_ok(), "{alone}");
    }

    #[test]
    fn rfc7395_3_4_an_open_becomes_a_header_and_its_values_stay_values() {
        let header =
            StreamHeader { to: Some("a'.test>".to_owned()), version: Some("1.0".to_owned()), ..Default::default() };
        let mut reader = Reader::new();
        reader.push(client_header(&header).as_bytes());
        let Some(Event::Open(read)) = reader.next().unwrap() else { panic!() };
        assert_eq!(
            (read.to.as_deref(), read.version.as_deref(), &*read.default_ns),
            (Some("a'.test>"), Some("1.0"), "")
        );
    }
}
