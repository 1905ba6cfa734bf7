//! rxml, an independent parser of XMPP's XML, has the last word on what is well-formed: over a
//! mutated corpus it and our reader agree, on the tree too, and what we accept we write back.

#[path = "fuzz/mutate.rs"]
mod mutate;

use std::collections::BTreeMap;

use imera::xmpp::error::StreamCondition;
use imera::xmpp::error::StreamError;
use imera::xmpp::ns;
use imera::xmpp::xml::reader;
use imera::xmpp::xml::reader::Event;
use imera::xmpp::xml::reader::Reader;
use imera::xmpp::xml::{Attr, Element, Node};
use rxml::Parse;

/// `IMERA_FUZZ_INPUTS` asks for more, `IMERA_FUZZ_SEED` for others.
const INPUTS: usize = 12_000;

const HEADER: &str = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
const CLOSE: &str = "</stream:stream>";

fn number(variable: &str, default: usize) -> usize {
    std::env::var(variable).map_or(default, |text| text.parse().expect("a number"))
}

fn corpus() -> Vec<Vec<u8>> {
    [
        "<message to='b@a.test/x' type='chat' id='1' xml:lang='en'><body>Hi &amp; bye &lt;3</body><active xmlns='http://jabber.org/protocol/chatstates'/></message>",
        "<iq type='set' id='2'><query xmlns='jabber:iq:roster'><item jid='n@a.test' name=\"Nurse\"><group>Servants</group></item></query></iq>",
        "<p:a xmlns:p='urn:p' xmlns:q='urn:q' p:b='1' q:b='2' b='3'><p:c/><d xmlns='urn:d' p:e='&apos;&quot;'>x<f/>y</d></p:a>",
        "<a b = '1'\tc=\"2\n3\r\n4\" ><![CDATA[<raw> ]] & ]]>&#65;&#x1F40E; ]] ></a >",
        "<größe müller='ä'>名前 🐎 e\u{301}<_a.b-c d.e-f_1=''/></größe>",
        "<a><b><c><d><e xmlns:x='urn:1'><x:f xmlns:x='urn:2'/><x:g/></e></d></c></b>\n<b/> </a>",
        "<a xmlns=''><b xmlns='jabber:client' xmlns:n='a&amp;b' n:c='d&gt;'/></a>",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}

/// The tree that rxml reads; `None`: refused. Line ends are normalised before (XML 1.0 §2.11), as
/// rxml 0.14 refuses `<a b='\rc'/>`, which is well-formed.
fn rxml_tree(bytes: &[u8]) -> Option<Element> {
    let bytes = line_feeds(bytes);
    let mut bytes = &bytes[..];
    let options = rxml::Options { max_token_length: 1 << 20, ..Default::default() };
    let mut parser = <rxml::Parser as rxml::WithOptions>::with_options(options);
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        match parser.parse(&mut bytes, true) {
            Err(_) => return None,
            Ok(None) => return root,
            Ok(Some(rxml::Event::XmlDeclaration(..))) => {}
            Ok(Some(rxml::Event::StartElement(_, (ns, name), attributes))) => {
                let mut element = Element::new(ns.as_str().to_owned(), name.as_str().to_owned());
                for ((ns, name), value) in attributes {
                    let ns = (!ns.as_str().is_empty()).then(|| ns.as_str().to_owned().into());
                    element.attrs.push(Attr { ns, name: name.as_str().to_owned().into(), value });
                }
                open.push(element);
            }
            Ok(Some(rxml::Event::Text(_, text))) => open.last_mut()?.nodes.push(Node::Text(text)),
            Ok(Some(rxml::Event::EndElement(_))) => {
                let element = open.pop()?;
                match open.last_mut() {
                    Some(parent) => parent.nodes.push(Node::Element(element)),
                    None => root = Some(element),
                }
            }
        }
    }
}

fn line_feeds(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for (at, &byte) in bytes.iter().enumerate() {
        match byte {
            b'\r' if bytes.get(at + 1) == Some(&b'\n') => {}
            b'\r' => out.push(b'\n'),
            byte => out.push(byte),
        }
    }
    out
}

/// One text node for texts in a row, none for nothing; attributes by name: rxml keeps no order.
fn canonical(mut element: Element) -> Element {
    element.attrs.sort_by(|a, b| (&a.ns, &a.name).cmp(&(&b.ns, &b.name)));
    let mut nodes: Vec<Node> = Vec::new();
    for node in element.nodes {
        match (nodes.last_mut(), node) {
            (_, Node::Text(text)) if text.is_empty() => {}
            (Some(Node::Text(before)), Node::Text(text)) => before.push_str(&text),
            (_, Node::Element(child)) => nodes.push(Node::Element(canonical(child))),
            (_, node) => nodes.push(node),
        }
    }
    element.nodes = nodes;
    element
}

/// How our reader ends the stream; `None`: it accepts it whole.
fn our_error(bytes: &[u8]) -> Option<StreamError> {
    let mut reader = Reader::new();
    reader.set_max_bytes(usize::MAX);
    reader.push(bytes);
    let mut closed = false;
    loop {
        match reader.next() {
            Err(error) => return Some(error),
            Ok(Some(event)) => closed = matches!(event, Event::Close),
            // an element without an end: the stream waits for it
            Ok(None) if !closed || reader.has_unread() => {
                return Some(StreamError::new(StreamCondition::ConnectionTimeout, ""));
            }
            Ok(None) => return None,
        }
    }
}

/// What we refuse although it is well-formed, or more exactly than rxml does.
fn is_our_own_rule(error: &StreamError) -> bool {
    use StreamCondition::*;
    matches!(error.condition, BadFormat | BadNamespacePrefix | InvalidNamespace | PolicyViolation)
        // rxml takes `xmlns='' xmlns='urn:x'`
        || error.text == "a namespace declared twice"
}

#[test]
fn rxml_and_the_reader_agree_on_streams() {
    let corpus = corpus();
    let mut random = mutate::Random::new(number("IMERA_FUZZ_SEED", 1) as u64);
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let inputs = number("IMERA_FUZZ_INPUTS", INPUTS);
    for round in 0..inputs {
        let stanza = mutate::mutate(&mut random, &corpus);
        let stream = match round % 10 {
            // the header damaged too
            0 => mutate::mutate(&mut random, &[[HEADER.as_bytes(), &stanza, CLOSE.as_bytes()].concat()]),
            _ => [HEADER.as_bytes(), &stanza, CLOSE.as_bytes()].concat(),
        };
        let ours = our_error(&stream);
        let theirs = rxml_tree(&stream);
        *seen.entry(ours.as_ref().map_or("accepted", |error| error.condition.as_str())).or_default() += 1;
        match &ours {
            None => assert!(theirs.is_some(), "rxml refuses what we accept: b\"{}\"", stream.escape_ascii()),
            Some(error) if is_our_own_rule(error) => {}
            Some(error) => assert!(theirs.is_none(), "rxml accepts: {error}: b\"{}\"", stream.escape_ascii()),
        }
    }
    println!("{seen:?}");
    assert!(seen["accepted"] > inputs / 20 && seen["not-well-formed"] > inputs / 5, "a useful mixture: {seen:?}");
}

#[test]
fn rxml_and_the_reader_find_the_same_tree_and_it_is_written_back() {
    let corpus = corpus();
    let mut random = mutate::Random::new(number("IMERA_FUZZ_SEED", 2) as u64);
    let mut accepted = 0;
    let inputs = number("IMERA_FUZZ_INPUTS", INPUTS);
    for _ in 0..inputs {
        let input = mutate::mutate(&mut random, &corpus);
        let Ok(text) = std::str::from_utf8(&input) else { continue };
        let Ok(ours) = reader::element(text, "") else { continue };
        accepted += 1;
        let theirs = rxml_tree(text.as_bytes()).map(canonical);
        assert_eq!(Some(canonical(ours.clone())), theirs, "{text:?}");
        for default_ns in ["", ns::CLIENT, "urn:p"] {
            let written = ours.to_xml(default_ns);
            assert_eq!(reader::element(&written, default_ns).as_ref(), Ok(&ours), "{text:?} {written:?}");
        }
        let written = ours.to_xml("");
        assert_eq!(rxml_tree(written.as_bytes()).map(canonical), Some(canonical(ours)), "{text:?} {written:?}");
    }
    assert!(accepted > inputs / 20, "{accepted} of {inputs}");
}
