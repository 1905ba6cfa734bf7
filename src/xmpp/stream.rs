//! The stream element (RFC 6120 §4.7, §4.8): what a header says, and writing the server's own.
//!
//! The `<open/>` of WebSocket streams (RFC 7395) is missing.

use std::borrow::Cow;

use super::ns;
use super::xml::writer::push_attr;

/// A stream header's attributes as received, unescaped but not yet understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamHeader {
    pub to: Option<String>,
    pub from: Option<String>,
    pub id: Option<String>,
    pub version: Option<String>,
    pub lang: Option<String>,
    /// The default namespace; empty: none is declared.
    pub default_ns: Cow<'static, str>,
}

impl StreamHeader {
    /// Without the attribute, or with one that is no version, 0.9 (RFC 6120 §4.7.5).
    pub fn version(&self) -> Version {
        self.version.as_deref().and_then(Version::parse).unwrap_or(Version::BEFORE_XMPP)
    }

    /// Whether its content namespace is that of clients, or each stanza will say its own (RFC 6120
    /// §4.8.2). Where it is not: `invalid-namespace`.
    pub fn is_for_clients(&self) -> bool {
        matches!(&*self.default_ns, ns::CLIENT | ns::STREAM | "")
    }
}

/// `major.minor`, compared as numbers (RFC 6120 §4.7.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    pub major: u32,
    pub minor: u32,
}

impl Version {
    /// What this server speaks.
    pub const XMPP_1_0: Version = Version { major: 1, minor: 0 };
    /// What a header without a version means: no features, no stream errors.
    pub const BEFORE_XMPP: Version = Version { major: 0, minor: 9 };

    /// Leading zeros count nothing. `None`: not two numbers.
    pub fn parse(text: &str) -> Option<Version> {
        let (major, minor) = text.split_once('.')?;
        Some(Version { major: number(major)?, minor: number(minor)? })
    }
}

/// Digits only; numbers too large to hold are as large as can be held.
fn number(digits: &str) -> Option<u32> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let next = |number: u32, digit: u8| number.saturating_mul(10).saturating_add(u32::from(digit - b'0'));
    Some(digits.bytes().fold(0, next))
}

/// The server's header (RFC 6120 §4.7.6).
#[derive(Clone, Copy, Debug)]
pub struct ServerHeader<'a> {
    pub from: &'a str,
    /// The initiator's address, where it gave one.
    pub to: Option<&'a str>,
    /// Unpredictable, unique (RFC 6120 §4.7.3).
    pub id: &'a str,
    pub lang: &'a str,
    /// What the initiator speaks: 1.0 answers that and all later ones, none what is older.
    pub version: Version,
    /// The content namespace (RFC 6120 §4.8.2).
    pub content: &'static str,
}

impl ServerHeader<'_> {
    /// Appends the XML declaration and the start tag.
    pub fn write(&self, out: &mut String) {
        out.push_str("<?xml version='1.0'?><stream:stream");
        push_attr(out, "from", self.from);
        if let Some(to) = self.to {
            push_attr(out, "to", to);
        }
        push_attr(out, "id", self.id);
        if self.version >= Version::XMPP_1_0 {
            push_attr(out, "version", "1.0");
        }
        push_attr(out, "xml:lang", self.lang);
        push_attr(out, "xmlns", self.content);
        push_attr(out, "xmlns:stream", ns::STREAM);
        out.push('>');
    }

    pub fn to_xml(&self) -> String {
        let mut out = String::with_capacity(256);
        self.write(&mut out);
        out
    }
}

/// Ends a stream (RFC 6120 §4.4).
pub const CLOSE: &str = "</stream:stream>";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc6120_4_7_5_versions_are_compared_as_numbers() {
        let v = |text| Version::parse(text).unwrap();
        assert!(v("2.4") < v("2.13"));
        assert!(v("2.13") < v("12.3"));
        assert_eq!(v("6.01"), v("6.1"));
        assert_eq!(v("1.99999999999999999999").minor, u32::MAX);
        for bad in ["", "1", "1.", ".0", "+1.0", "1.0.0", "one.zero", "1. 0"] {
            assert_eq!(Version::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn rfc6120_4_7_5_a_header_without_a_version_means_0_9_and_is_answered_without_one() {
        let header = StreamHeader::default();
        assert_eq!(header.version(), Version::BEFORE_XMPP);
        let (version, content) = (header.version(), ns::CLIENT);
        let answer = ServerHeader { from: "a.test", to: None, id: "x", lang: "en", version, content };
        assert!(!answer.to_xml().contains(" version='1.0' "));
    }

    #[test]
    fn rfc6120_4_7_6_the_server_s_header_has_from_to_id_lang_version() {
        let version = Version { major: 1, minor: 7 };
        let (to, content) = (Some("b'<@a.test"), ns::CLIENT);
        let header = ServerHeader { from: "a.test", to, id: "i1", lang: "en", version, content };
        assert_eq!(
            header.to_xml(),
            "<?xml version='1.0'?><stream:stream from='a.test' to='b&apos;&lt;@a.test' id='i1' version='1.0' \
             xml:lang='en' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
        );
    }
}
