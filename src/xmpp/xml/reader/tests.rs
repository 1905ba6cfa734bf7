//! The reader's rules, one by one. The oracle over mutated input is `tests/reader_oracle.rs`.

use super::*;
use crate::limits::XML_MAX_ATTRIBUTES;
use crate::limits::XML_MAX_DEPTH;
use crate::limits::XML_MAX_ELEMENTS;
use crate::limits::XML_MAX_NAME_BYTES;
use crate::limits::XML_MAX_NAMESPACE_BYTES;
use crate::limits::XML_MAX_NAMESPACES;
use crate::xmpp::error::StreamCondition::*;

const HEADER: &str = "<stream:stream to='a.test' version='1.0' xmlns='jabber:client' \
                      xmlns:stream='http://etherx.jabber.org/streams'>";

/// What the reader makes of these pieces: one line an event, the error's condition last.
fn read_pieces<'a>(reader: &mut Reader, pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<String> {
    let mut lines = Vec::new();
    for piece in pieces {
        reader.push(piece);
        loop {
            match reader.next() {
                Ok(None) => break,
                Ok(Some(event)) => lines.push(describe(&event)),
                Err(error) => {
                    lines.push(format!("error {}", error.condition.as_str()));
                    return lines;
                }
            }
        }
    }
    lines
}

fn describe(event: &Event) -> String {
    match event {
        Event::Open(header) => format!("open {header:?}"),
        Event::Element(raw) => {
            let children: Vec<_> = raw.content.children().map(|c| format!("{{{}}}{}", c.ns(), c.name())).collect();
            let mut content = String::new();
            raw.content.write(&mut content);
            format!("{} {children:?} {content}", raw.element().to_xml(""))
        }
        Event::Close => "close".to_owned(),
    }
}

/// The same for whole bytes, which must not depend on how they are cut.
fn read(bytes: impl AsRef<[u8]>) -> Vec<String> {
    let bytes = bytes.as_ref();
    let with = |pieces: Vec<&[u8]>| {
        let mut reader = Reader::new();
        reader.set_max_bytes(STANZA_MAX_BYTES);
        read_pieces(&mut reader, pieces)
    };
    let whole = with(vec![bytes]);
    assert_eq!(with(bytes.chunks(1).collect()), whole, "byte by byte");
    if bytes.len() < 600 {
        for at in 0..bytes.len() {
            assert_eq!(with(vec![&bytes[..at], &bytes[at..]]), whole, "cut at {at}");
        }
    }
    whole
}

/// The condition that ends a stream behind its header.
#[track_caller]
fn refused(behind_header: impl AsRef<[u8]>, condition: StreamCondition) {
    let bytes = [HEADER.as_bytes(), behind_header.as_ref()].concat();
    let lines = read(&bytes);
    let wanted = format!("error {}", condition.as_str());
    assert_eq!(lines.last(), Some(&wanted), "{}", String::from_utf8_lossy(behind_header.as_ref()));
}

/// The condition for a whole stream.
#[track_caller]
fn stream_refused(bytes: impl AsRef<[u8]>, condition: StreamCondition) {
    let lines = read(bytes.as_ref());
    let wanted = format!("error {}", condition.as_str());
    assert_eq!(lines, [wanted], "{}", String::from_utf8_lossy(bytes.as_ref()));
}

/// The one stanza behind the header.
#[track_caller]
fn stanza(text: &str) -> Raw {
    read(format!("{HEADER}{text}"));
    let mut reader = Reader::new();
    reader.set_max_bytes(STANZA_MAX_BYTES);
    reader.push(HEADER.as_bytes());
    reader.push(text.as_bytes());
    assert!(matches!(reader.next(), Ok(Some(Event::Open(_)))));
    match reader.next() {
        Ok(Some(Event::Element(raw))) => raw,
        other => panic!("{text}: {other:?}"),
    }
}

fn content(raw: &Raw) -> String {
    let mut out = String::new();
    raw.content.write(&mut out);
    out
}

#[test]
fn rfc6120_4_2_a_stream_opens_brings_elements_and_closes() {
    let lines =
        read(format!("<?xml version='1.0'?>{HEADER} <presence/>\n<r xmlns='urn:xmpp:sm:3'/></stream:stream>\n"));
    assert!(lines[0].contains("to: Some(\"a.test\")") && lines[0].contains("default_ns: \"jabber:client\""));
    assert_eq!(lines[1], "<presence xmlns='jabber:client'/> [] ");
    assert_eq!(lines[2..], ["<r xmlns='urn:xmpp:sm:3'/> [] ", "close"]);
}

#[test]
fn children_are_ranges_of_what_was_received() {
    let raw = stanza(
        "<message to='b@a.test' id='&lt;1' type='chat' xml:lang='de'>\n <body>a &amp; b</body>\
         <x:active xmlns:x='http://jabber.org/protocol/chatstates'/> </message>",
    );
    assert!(raw.is(ns::CLIENT, "message"));
    assert_eq!((raw.get("to"), raw.get("id"), raw.lang()), (Some("b@a.test"), Some("<1"), Some("de")));
    assert_eq!(raw.get("lang"), None);
    assert_eq!(content(&raw), "<body>a &amp; b</body><x:active xmlns:x='http://jabber.org/protocol/chatstates'/>");
    assert!(raw.content.has(ns::CHAT_STATES, "active"));
    assert_eq!(raw.content.find(ns::CLIENT, "body").unwrap().element().text(), "a & b");
}

#[test]
fn rfc6120_4_8_5_a_child_that_needs_outer_declarations_is_written_anew() {
    let header = HEADER.replace("xmlns:stream", "xmlns:s='urn:s' xmlns:stream");
    let lines = read(format!("{header}<message><s:a s:b='1'><c/></s:a><body/></message>"));
    assert!(
        lines[1].ends_with("<a xmlns='urn:s' xmlns:n0='urn:s' n0:b='1'><c xmlns='jabber:client'/></a><body/>"),
        "{}",
        lines[1]
    );
    // declared on the stanza
    let raw = stanza("<message xmlns:p='urn:p'><p:a/><b p:c=''/><d xmlns:p='urn:q'><p:e/></d></message>");
    assert_eq!(content(&raw), "<a xmlns='urn:p'/><b xmlns:n0='urn:p' n0:c=''/><d xmlns:p='urn:q'><p:e/></d>");
    // an inherited default namespace that is not jabber:client
    let raw = stanza("<enable xmlns='urn:xmpp:sm:3'><a/><b xmlns='urn:b'/></enable>");
    assert_eq!(content(&raw), "<a xmlns='urn:xmpp:sm:3'/><b xmlns='urn:b'/>");
    // the prefix xml is always there
    let raw = stanza("<message><body xml:lang='en'/></message>");
    assert_eq!(content(&raw), "<body xml:lang='en'/>");
}

#[test]
fn rfc6120_4_8_2_the_stream_may_be_free_of_prefixes() {
    let lines = read(
        "<stream xmlns='http://etherx.jabber.org/streams'><message xmlns='jabber:client'><body/></message></stream>",
    );
    assert!(lines[0].contains("default_ns: \"http://etherx.jabber.org/streams\""));
    assert_eq!(lines[1], "<message xmlns='jabber:client'><body/></message> [\"{jabber:client}body\"] <body/>");
    assert_eq!(lines[2], "close");
}

#[test]
fn rfc6120_4_8_1_another_stream_namespace_is_invalid_namespace() {
    stream_refused("<stream:stream xmlns='jabber:client' xmlns:stream='urn:x'>", InvalidNamespace);
    stream_refused("<stream xmlns='jabber:client'>", InvalidNamespace);
    stream_refused("<html>", InvalidNamespace);
    stream_refused("<stream:stream xmlns='jabber:client'>", NotWellFormed);
}

#[test]
fn rfc6120_4_8_5_another_stream_prefix_is_bad_namespace_prefix() {
    stream_refused("<s:stream xmlns='jabber:client' xmlns:s='http://etherx.jabber.org/streams'>", BadNamespacePrefix);
    stream_refused(
        "<stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>",
        BadNamespacePrefix,
    );
    refused("<c:message xmlns:c='jabber:client'/>", BadNamespacePrefix);
    let raw = stanza("<message><c:body xmlns:c='jabber:client'>x</c:body></message>");
    assert_eq!(content(&raw), "<body>x</body>");
}

#[test]
fn rfc6120_11_1_comments_instructions_types_and_entities_are_restricted_xml() {
    for text in [
        "<!-- c --><presence/>",
        "<presence><!-- c --></presence>",
        "<presence><?pi x?></presence>",
        "<?xml version='1.0'?><presence/>",
        "<presence><?xml version='1.0'?></presence>",
        "<!DOCTYPE x [<!ENTITY a 'b'>]><presence/>",
        "<presence><!DOCTYPE x></presence>",
        "<presence><!ELEMENT x></presence>",
        "<presence>&nbsp;</presence>",
        "<presence a='&nbsp;'/>",
        "<presence><a><![cdata[x]]></a></presence>",
    ] {
        refused(text, RestrictedXml);
    }
    stream_refused("<!DOCTYPE stream><stream:stream>", RestrictedXml);
    stream_refused("<!-- c --><stream:stream>", RestrictedXml);
    stream_refused("<?php echo 1 ?><stream:stream>", RestrictedXml);
    stream_refused(format!("<?{}", "x".repeat(200)), RestrictedXml);
}

#[test]
fn rfc6120_11_3_what_is_not_well_formed_ends_the_stream() {
    for text in [
        "<a></b>",
        "<a><b></a></b>",
        "<a></a b>",
        "<a></a b='1'>",
        "<a></ a>",
        "</a>",
        "</stream:streams>",
        "</stream>",
        "<>",
        "< a/>",
        "<a/ ></a>",
        "<1a/>",
        "<a!b/>",
        "<a:b:c/>",
        "<:a/>",
        "<a:/>",
        "<-a/>",
        "<\u{b7}a/>",
        "<a 1='x'/>",
        "<a b/>",
        "<a b=/>",
        "<a b=c/>",
        "<a b='x'c='y'/>",
        "<a b='x' b='y'/>",
        "<a 'x'/>",
        "<a ='x'/>",
        "<a b='<'/>",
        "<a b='&lt'/>",
        "<a b='&'/>",
        "<a b='a&amp'/>",
        "<a>&</a>",
        "<a>&amp</a>",
        "<a>& b;</a>",
        "<a>&;</a>",
        "<a>&#;</a>",
        "<a>&#x;</a>",
        "<a>&#xg;</a>",
        "<a>&#X41;</a>",
        "<a>&#+65;</a>",
        "<a>&#0;</a>",
        "<a>&#1;</a>",
        "<a b='&#1;'/>",
        "<a>&#xD800;</a>",
        "<a>&#xFFFE;</a>",
        "<a>&#x110000;</a>",
        "<a>&#99999999999999999999;</a>",
        "<a>]]></a>",
        "<a><![CDATA[x]]>]]></a>",
        "<a>\u{1}</a>",
        "<a>\u{0}</a>",
        "<a b='\u{b}'/>",
        "<a><![CDATA[\u{1f}]]></a>",
        "<a>\u{FFFE}</a>",
        "<a>\u{FFFF}</a>",
    ] {
        refused(text, NotWellFormed);
    }
}

#[test]
fn namespaces_7_what_is_not_namespace_well_formed_ends_the_stream() {
    for text in [
        "<p:a/>",
        "<a p:b=''/>",
        "<a xmlns:p=''/>",
        "<a xmlns:p='urn:x' xmlns:p='urn:x'/>",
        "<a xmlns='urn:x' xmlns='urn:x'/>",
        "<a xmlns:p='urn:x' xmlns:q='urn:x' p:b='' q:b=''/>",
        "<a xmlns:xmlns='urn:x'/>",
        "<a xmlns:xml='urn:x'/>",
        "<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>",
        "<a xmlns:p='http://www.w3.org/2000/xmlns/'/>",
        "<a xmlns='http://www.w3.org/XML/1998/namespace'/>",
        "<a xmlns='http://www.w3.org/2000/xmlns/'/>",
        "<xmlns:a/>",
        "<a xmlns:='urn:x'/>",
        "<a xmlns:1='urn:x'/>",
        "<a><b xmlns:p='urn:p'/><p:c/></a>",
    ] {
        refused(text, NotWellFormed);
    }
    refused("<a><xml:b/></a>", BadNamespacePrefix);
    stanza("<a xmlns:p='urn:p' xmlns:q='urn:q' b='' p:b='' q:b='' xmlns:xml='http://www.w3.org/XML/1998/namespace'/>");
}

#[test]
fn rfc6120_11_5_only_an_xml_declaration_may_precede_the_header() {
    for declaration in [
        "<?xml version='1.0'?>",
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n",
        "<?xml  version = '1.0'  encoding='UTF-8' standalone='yes' ?>",
        "\n ",
    ] {
        let lines = read(format!("{declaration}{HEADER}"));
        assert!(lines.len() == 1 && lines[0].starts_with("open"), "{declaration}: {lines:?}");
    }
    for bad in [
        "<?xml?>",
        "<?xml ?>",
        "<?xml encoding='UTF-8'?>",
        "<?xml version='1.1'?>",
        "<?xml version='1.0' version='1.0'?>",
        "<?xml version='1.0'encoding='UTF-8'?>",
        "<?xml version='1.0' a='b'?>",
        "<?xml version=1.0?>",
        "<?xml version='1.0' standalone='yes' encoding='UTF-8'?>",
    ] {
        let condition = if bad == "<?xml?>" { RestrictedXml } else { NotWellFormed };
        stream_refused(format!("{bad}{HEADER}"), condition);
    }
    stream_refused(format!("<?xml version='1.0' standalone='no'?>{HEADER}"), RestrictedXml);
    stream_refused(format!("\n<?xml version='1.0'?>{HEADER}"), RestrictedXml);
    stream_refused(format!("<?xml version='1.0'?><?xml version='1.0'?>{HEADER}"), RestrictedXml);
}

#[test]
fn rfc6120_11_6_other_encodings_and_bad_utf_8_are_unsupported_encoding() {
    stream_refused(format!("<?xml version='1.0' encoding='UTF-16'?>{HEADER}"), UnsupportedEncoding);
    stream_refused(format!("<?xml version='1.0' encoding='iso-8859-1'?>{HEADER}"), UnsupportedEncoding);
    stream_refused(b"\xff\xfe<\0?\0x\0", UnsupportedEncoding);
    stream_refused(b"\xfe\xff\0<\0?\0x", UnsupportedEncoding);
    stream_refused(b"<\0?\0x\0m\0l\0", UnsupportedEncoding);
    stream_refused(b"\0<\0?\0x\0m\0l", UnsupportedEncoding);
    refused(b"<a>\xff</a>", UnsupportedEncoding);
    refused(b"<a>\xc0\x80</a>", UnsupportedEncoding);
    refused(b"<a>\xed\xa0\x80</a>", UnsupportedEncoding);
    refused(b"<a b='\xe4'/>", UnsupportedEncoding);
    // a byte order mark is a character like others
    stream_refused(format!("\u{FEFF}{HEADER}"), NotWellFormed);
    assert_eq!(stanza("<a>\u{FEFF}</a>").text, "\u{FEFF}");
}

#[test]
fn text_between_stanzas_is_bad_format() {
    refused("hello", BadFormat);
    refused("<a/>x<b/>", BadFormat);
    refused("<![CDATA[ ]]>", BadFormat);
    refused("&#32;", BadFormat);
    stream_refused("GET / HTTP/1.1\r\n", NotWellFormed);
}

#[test]
fn nothing_follows_the_end_of_the_stream() {
    refused("</stream:stream><a/>", NotWellFormed);
    refused("</stream:stream>x", NotWellFormed);
    let lines = read(format!("{HEADER}</stream:stream \n> \n"));
    assert_eq!(lines.last().unwrap(), "close");
}

#[test]
fn limits_end_the_stream_with_policy_violation() {
    let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
    stanza(&nested(XML_MAX_DEPTH));
    refused(nested(XML_MAX_DEPTH + 1), PolicyViolation);
    refused("<a>".repeat(XML_MAX_DEPTH + 1), PolicyViolation);

    let attributes = |count: usize| (0..count).map(|n| format!(" a{n}=''")).collect::<String>();
    stanza(&format!("<a{}/>", attributes(XML_MAX_ATTRIBUTES)));
    refused(format!("<a{}/>", attributes(XML_MAX_ATTRIBUTES + 1)), PolicyViolation);

    stanza(&format!("<a>{}</a>", "<b/>".repeat(XML_MAX_ELEMENTS - 1)));
    refused(format!("<a>{}</a>", "<b/>".repeat(XML_MAX_ELEMENTS)), PolicyViolation);

    stanza(&format!("<{}/>", "n".repeat(XML_MAX_NAME_BYTES)));
    refused(format!("<{}/>", "n".repeat(XML_MAX_NAME_BYTES + 1)), PolicyViolation);
    refused(format!("<a {}='1'/>", "n".repeat(XML_MAX_NAME_BYTES + 1)), PolicyViolation);

    let declarations = |tag: usize| (0..50).map(|n| format!(" xmlns:p{tag}-{n}='urn:{n}'")).collect::<String>();
    let many = |tags: usize| (0..tags).map(|tag| format!("<a{}>", declarations(tag))).collect::<String>();
    const { assert!(100 < XML_MAX_NAMESPACES && XML_MAX_NAMESPACES < 150) };
    stanza(&format!("{}</a></a>", many(2)));
    refused(format!("{}</a></a></a>", many(3)), PolicyViolation);
}

#[test]
fn namespaces_cannot_be_used_to_blow_up_what_was_received() {
    let long = "n".repeat(XML_MAX_NAMESPACE_BYTES);
    stanza(&format!("<a xmlns='{long}'/>"));
    refused(format!("<a xmlns='{long}n'/>"), PolicyViolation);
    let children = |count: usize| format!("<a xmlns:p='{long}'>{}</a>", "<p:b/>".repeat(count));
    stanza(&children(500));
    refused(children(2000), PolicyViolation);
}

#[test]
fn rfc6120_13_12_a_stanza_has_at_most_max_bytes() {
    let with = |bytes: usize, max: usize| {
        let mut reader = Reader::new();
        read_pieces(&mut reader, [HEADER.as_bytes()]);
        reader.set_max_bytes(max);
        let stanza = format!("<a>{}</a>", "x".repeat(bytes - 7));
        read_pieces(&mut reader, stanza.as_bytes().chunks(50)).pop().unwrap()
    };
    assert!(with(1000, 1000).starts_with("<a "));
    assert_eq!(with(1001, 1000), "error policy-violation");
    assert_eq!(Reader::new().max_bytes, STANZA_MAX_BYTES_BEFORE_AUTH);
    // without an end, in every state
    for endless in ["<aaaa", "<a b='", "<a>", "<a><![CDATA[", "</aaaa", "<a></b"] {
        let mut reader = Reader::new();
        reader.set_max_bytes(1000);
        read_pieces(&mut reader, [HEADER.as_bytes(), endless.as_bytes()]);
        for _ in 0..998 {
            assert!(reader.unread_bytes() < 1000);
            reader.push(b"x");
            if reader.next().is_err() {
                break;
            }
        }
        assert_eq!(reader.next().unwrap_err().condition, PolicyViolation, "{endless}");
        assert_eq!(reader.buffer.capacity(), 0);
    }
}

#[test]
fn an_idle_reader_holds_no_buffer() {
    let mut reader = Reader::new();
    read_pieces(&mut reader, [HEADER.as_bytes()]);
    for text in ["<message><body>hi</body></message>", "  \n ", "<presence/> "] {
        read_pieces(&mut reader, [text.as_bytes()]);
        assert_eq!(reader.buffer.capacity(), 0, "{text}");
    }
    assert!(!reader.outer.spilled());
}

#[test]
fn a_restart_keeps_what_is_unread() {
    let mut reader = Reader::new();
    let first = format!("{HEADER}<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>AA=</auth>");
    reader.push(first.as_bytes());
    assert!(matches!(reader.next(), Ok(Some(Event::Open(_)))));
    assert!(reader.has_unread());
    let Ok(Some(Event::Element(auth))) = reader.next() else { panic!() };
    assert_eq!(auth.text, "AA=");
    assert!(!reader.has_unread());
    reader.push(format!("\n<?xml version='1.0'?>{HEADER}<presence/>").as_bytes());
    assert!(reader.has_unread());
    reader.restart();
    assert!(matches!(reader.next(), Ok(Some(Event::Open(_)))));
    assert!(matches!(reader.next(), Ok(Some(Event::Element(_)))));
    assert!(matches!(reader.next(), Ok(None)));
}

#[test]
fn rfc6120_5_3_3_bytes_behind_starttls_are_seen() {
    let mut reader = Reader::new();
    read_pieces(&mut reader, [HEADER.as_bytes()]);
    reader.push(b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/> ");
    assert!(matches!(reader.next(), Ok(Some(Event::Element(_)))));
    assert!(reader.has_unread());
}

#[test]
fn xml_2_11_and_3_3_3_line_ends_and_white_space_are_normalised() {
    let raw = stanza("<a b='1\r\n2\r3\t4\n5&#13;&#10;' c='&quot;&#x41;'>x\r\ny\rz&#13;<![CDATA[<&\r\n]]></a>");
    assert_eq!(raw.get("b"), Some("1 2 3 4 5\r\n"));
    assert_eq!(raw.get("c"), Some("\"A"));
    assert_eq!(raw.text, "x\ny\nz\r<&\n");
}

#[test]
fn rfc7395_3_3_a_frame_is_one_document_that_begins_with_its_element() {
    let raw = document("<message xmlns='jabber:client'><body>x</body></message>").unwrap();
    assert!(raw.is(ns::CLIENT, "message"));
    assert_eq!(content(&raw), "<body>x</body>");
    assert!(document("<r xmlns='urn:xmpp:sm:3'/>\n").is_ok());
    let condition = |frame: &str| document(frame).unwrap_err().condition;
    assert_eq!(condition(""), NotWellFormed);
    assert_eq!(condition(" <a/>"), NotWellFormed);
    assert_eq!(condition("<a/><b/>"), NotWellFormed);
    assert_eq!(condition("<a/>x"), NotWellFormed);
    assert_eq!(condition("<a>"), NotWellFormed);
    assert_eq!(condition("<a/></a>"), NotWellFormed);
    assert_eq!(condition("<?xml version='1.0'?><a/>"), RestrictedXml);
    assert_eq!(condition("<a/><![CDATA[]]>"), NotWellFormed);
    assert_eq!(condition("<a/>&#32;"), NotWellFormed);
    assert_eq!(condition(&"<a>".repeat(XML_MAX_DEPTH + 1)), PolicyViolation);
}
