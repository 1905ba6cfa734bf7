//! XEP-0124 §6 BOSH, version 1.11.2: the `<body/>` around everything, read and written.
//!
//! Keeps no state.

use crate::xmpp::ns;
use crate::xmpp::stream::StreamHeader;
use crate::xmpp::xml::Element;
use crate::xmpp::xml::element::Node;
use crate::xmpp::xml::reader::Raw;
use crate::xmpp::xml::reader::document;
use crate::xmpp::xml::writer::push_attr;

/// The largest request ID (§14.1): what a double holds.
const RID_MAX: u64 = (1 << 53) - 1;

/// What a request says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    pub rid: u64,
    /// Empty: it asks for a session.
    pub sid: String,
    /// Its payloads, for a stream of `jabber:client`.
    pub payload: String,
    pub to: Option<String>,
    pub from: Option<String>,
    pub lang: Option<String>,
    /// XEP-0206: the version of XMPP.
    pub version: Option<String>,
    pub wait_s: u64,
    pub hold: u64,
    /// Of BOSH.
    pub ver: Option<String>,
    pub content: Option<String>,
    pub ack: Option<u64>,
    pub pause_s: Option<u64>,
    pub key: Option<String>,
    pub new_key: Option<String>,
    pub terminate: bool,
    pub restart: bool,
}

/// The terminal conditions that this server tells (§17.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    BadRequest,
    HostUnknown,
    ImproperAddressing,
    ItemNotFound,
    PolicyViolation,
    RemoteConnectionFailed,
    RemoteStreamError,
}

impl Condition {
    pub fn as_str(self) -> &'static str {
        match self {
            Condition::BadRequest => "bad-request",
            Condition::HostUnknown => "host-unknown",
            Condition::ImproperAddressing => "improper-addressing",
            Condition::ItemNotFound => "item-not-found",
            Condition::PolicyViolation => "policy-violation",
            Condition::RemoteConnectionFailed => "remote-connection-failed",
            Condition::RemoteStreamError => "remote-stream-error",
        }
    }
}

impl Asked {
    /// `None`: this is no `<body/>` of a request.
    pub fn parse(text: &str) -> Option<Asked> {
        let text = text.trim_ascii();
        let text = match text.strip_prefix("<?xml ").and_then(|rest| rest.split_once("?>")) {
            Some((_, body)) => body.trim_ascii_start(),
            None => text,
        };
        let raw = document(text).ok()?;
        if !raw.is(ns::BOSH, "body") || !raw.text.trim_ascii().is_empty() {
            return None;
        }
        let get = |name| raw.get(name).map(str::to_owned);
        let number = |name| match raw.get(name) {
            None => Some(None),
            Some(digits) if digits.bytes().all(|digit| digit.is_ascii_digit()) => digits.parse().ok().map(Some),
            Some(_) => None,
        };
        let rid = number("rid")?.filter(|rid| (1..=RID_MAX).contains(rid))?;
        let xbosh = |name| attribute(&raw, ns::XBOSH, name);
        Some(Asked {
            rid,
            sid: get("sid").unwrap_or_default(),
            payload: raw.content.children().map(|child| in_client_ns(child.element()).to_xml(ns::CLIENT)).collect(),
            to: get("to"),
            from: get("from"),
            lang: raw.lang().map(str::to_owned),
            version: xbosh("version").map(str::to_owned),
            wait_s: number("wait")?.unwrap_or(crate::limits::BOSH_WAIT_MAX_S),
            hold: number("hold")?.unwrap_or(1),
            ver: get("ver"),
            content: get("content"),
            ack: number("ack")?,
            pause_s: number("pause")?,
            key: get("key"),
            new_key: get("newkey"),
            terminate: raw.get("type") == Some("terminate"),
            restart: xbosh("restart").is_some_and(|restart| matches!(restart, "true" | "1")),
        })
    }

    /// The header of the stream that it begins (XEP-0206 §3, §5).
    pub fn header(&self) -> StreamHeader {
        StreamHeader {
            to: self.to.clone(),
            from: self.from.clone(),
            id: None,
            // Clients of old say none, and mean 1.0 all the same.
            version: Some(self.version.clone().unwrap_or_else(|| "1.0".to_owned())),
            lang: self.lang.clone(),
            default_ns: ns::CLIENT.into(),
        }
    }
}

fn attribute<'a>(raw: &'a Raw, ns: &str, name: &str) -> Option<&'a str> {
    raw.attributes().find(|found| found.0 == Some(ns) && found.1 == name).map(|found| found.2)
}

/// XEP-0206 §2: many clients leave the namespace of stanzas out, which makes it that of `<body/>`.
fn in_client_ns(mut element: Element) -> Element {
    if element.ns == ns::BOSH {
        element.ns = ns::CLIENT.into();
        element.nodes = element
            .nodes
            .into_iter()
            .map(|node| match node {
                Node::Element(child) => Node::Element(in_client_ns(child)),
                text => text,
            })
            .collect();
    }
    element
}

/// A response: these attributes, as they are, around this content.
pub fn write(attributes: &[(&str, &str)], content: &str) -> String {
    let mut out = String::with_capacity(content.len() + 256);
    out.push_str("<body");
    for (name, value) in attributes {
        push_attr(&mut out, name, value);
    }
    push_attr(&mut out, "xmlns", ns::BOSH);
    if attributes.iter().any(|(name, _)| name.starts_with("xmpp:")) {
        push_attr(&mut out, "xmlns:xmpp", ns::XBOSH);
    }
    if content.contains("<stream:") {
        push_attr(&mut out, "xmlns:stream", ns::STREAM);
    }
    match content.is_empty() {
        true => out.push_str("/>"),
        false => {
            out.push('>');
            out.push_str(content);
            out.push_str("</body>");
        }
    }
    out
}

/// The end of a session, in good order or for this reason.
pub fn terminal(condition: Option<Condition>, content: &str) -> String {
    match condition {
        Some(condition) => write(&[("type", "terminate"), ("condition", condition.as_str())], content),
        None => write(&[("type", "terminate")], content),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xep0124_7_1_a_request_is_read_with_all_it_says() {
        let asked = Asked::parse(
            "<?xml version='1.0'?>\n<body content='text/html' from='u@a.test' hold='1' rid='1573741820' to='a.test' \
             ver='1.6' wait='60' ack='1' xml:lang='de' xmpp:version='1.0' newkey='k' \
             xmlns='http://jabber.org/protocol/httpbind' xmlns:xmpp='urn:xmpp:xbosh'/>",
        );
        let asked = asked.unwrap();
        assert_eq!((asked.rid, asked.hold, asked.wait_s, asked.ack), (1_573_741_820, 1, 60, Some(1)));
        assert_eq!(
            (asked.to.as_deref(), asked.lang.as_deref(), asked.version.as_deref()),
            (Some("a.test"), Some("de"), Some("1.0"))
        );
        assert!(!asked.restart && !asked.terminate && asked.payload.is_empty());
    }

    #[test]
    fn xep0206_2_stanzas_without_a_namespace_of_their_own_are_the_clients() {
        let body = |inside: &str| {
            Asked::parse(&format!("<body rid='7' sid='s' xmlns='http://jabber.org/protocol/httpbind'>{inside}</body>"))
        };
        let bare = body("<message to='a'><body>x &amp; y</body><b xmlns='urn:b'/></message>").unwrap().payload;
        assert_eq!(bare, "<message to='a'><body>x &amp; y</body><b xmlns='urn:b'/></message>");
        let own = body("<iq xmlns='jabber:client'/><auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>=</auth>").unwrap();
        assert_eq!(own.payload, "<iq/><auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>=</auth>");
    }

    #[test]
    fn xep0124_6_what_is_no_body_of_a_request_is_none() {
        let ns = "xmlns='http://jabber.org/protocol/httpbind'";
        for bad in [
            String::new(),
            "<body/>".to_owned(),
            format!("<body {ns}/>"),
            format!("<body rid='0' {ns}/>"),
            format!("<body rid='-1' {ns}/>"),
            format!("<body rid='+1' {ns}/>"),
            format!("<body rid='9007199254740992' {ns}/>"),
            format!("<body rid='1' hold='many' {ns}/>"),
            format!("<body rid='1' {ns}>words</body>"),
            format!("<body rid='1' {ns}><iq></body>"),
            format!("<body rid='1' {ns}/><body rid='2' {ns}/>"),
            format!("<!DOCTYPE a><body rid='1' {ns}/>"),
            format!("<body rid='1' {ns}><!-- a --></body>"),
            format!("<other rid='1' {ns}/>"),
        ] {
            assert_eq!(Asked::parse(&bad), None, "{bad}");
        }
    }

    #[test]
    fn xep0124_13_the_end_of_a_session_says_why() {
        assert_eq!(terminal(None, ""), "<body type='terminate' xmlns='http://jabber.org/protocol/httpbind'/>");
        assert!(terminal(Some(Condition::ItemNotFound), "").contains("condition='item-not-found'"));
        assert!(write(&[], "<stream:features/>").contains("xmlns:stream='http://etherx.jabber.org/streams'"));
    }
}
