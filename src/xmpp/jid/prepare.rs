//! The three parts of an address made comparable (RFC 7622 §3.2 to §3.4).
//!
//! ASCII, which is nearly all there is, takes one look at a table. The rest takes the long way and
//! must be settled after it: what changes again, when prepared again, is refused.

use std::borrow::Cow;
use std::net::Ipv6Addr;

use idna::AsciiDenyList;
use idna::uts46::DnsLength;
use idna::uts46::Hyphens;
use idna::uts46::Uts46;
use precis_core::DerivedPropertyValue as Class;
use precis_core::FreeformClass;
use precis_core::IdentifierClass;
use precis_core::StringClass;
use precis_core::profile::Profile;
use precis_core::profile::Rules;
use precis_profiles::OpaqueString;
use precis_profiles::UsernameCaseMapped;

use super::JidError;
use crate::limits::JID_CONTEXT_MAX_CHARS;
use crate::limits::JID_PART_MAX_BYTES;
use crate::limits::JID_PART_MAX_BYTES_RAW;

/// A local part: UsernameCaseMapped (RFC 8265 §3.3) less the characters of RFC 7622 §3.3.1.
pub fn prepare_local(text: &str) -> Result<String, JidError> {
    local(text).map(Cow::into_owned)
}

/// A domain part in its Unicode form, lower case, without a final dot (RFC 7622 §3.2); an IPv6
/// address in brackets, as RFC 5952 writes it.
pub fn prepare_domain(text: &str) -> Result<String, JidError> {
    domain(text).map(Cow::into_owned)
}

/// A resource part: OpaqueString (RFC 8265 §4.2), with these freedoms: characters younger than
/// Unicode 6.3, where the tables of PRECIS end, are allowed if they are visible; and what only
/// tells emoji how to look is left out, as stringprep did (RFC 3454 §B.1). No space comes first
/// (RFC 7622 §3.5, example 18).
pub fn prepare_resource(text: &str) -> Result<String, JidError> {
    resource(text).map(Cow::into_owned)
}

/// The form of a prepared domain that DNS and certificates know: A-labels (RFC 5890 §2.3.2.1).
/// `Err`: labels or the whole are longer than DNS has them, or it is an IPv6 address.
pub fn ascii_domain(domain: &str) -> Result<Cow<'_, str>, JidError> {
    let ascii = Uts46::new().to_ascii(domain.as_bytes(), DENIED, Hyphens::CheckFirstLast, DnsLength::Verify);
    ascii.map_err(|_| JidError::Domain)
}

const LOCAL: u8 = 1;
const DOMAIN: u8 = 2;
const RESOURCE: u8 = 4;
const UPPER: u8 = 8;

/// Which bytes may stand in which part; nothing for what is not ASCII.
const BYTES: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 128 {
        let c = byte as u8;
        let mut parts = 0;
        if c.is_ascii_graphic() && !matches!(c, b'"' | b'&' | b'\'' | b'/' | b':' | b'<' | b'>' | b'@') {
            parts |= LOCAL;
        }
        if c.is_ascii_alphanumeric() || matches!(c, b'-' | b'.' | b'_') {
            parts |= DOMAIN;
        }
        if c.is_ascii_graphic() || c == b' ' {
            parts |= RESOURCE;
        }
        if c.is_ascii_uppercase() {
            parts |= UPPER;
        }
        table[byte] = parts;
        byte += 1;
    }
    table
};

/// Of all bytes of `text` what every one of them may, and what any of them is.
fn bytes(text: &str) -> (u8, u8) {
    text.bytes().fold((u8::MAX, 0), |(all, any), byte| {
        let parts = BYTES[byte as usize];
        (all & parts, any | parts)
    })
}

fn lower(text: &str, any: u8) -> Cow<'_, str> {
    match any & UPPER {
        0 => Cow::Borrowed(text),
        _ => Cow::Owned(text.to_ascii_lowercase()),
    }
}

/// As [`prepare_local`].
pub(super) fn local(text: &str) -> Result<Cow<'_, str>, JidError> {
    let (all, any) = bytes(text);
    if all & LOCAL != 0 {
        return bounded(text).map(|text| lower(text, any)).ok_or(JidError::Local);
    }
    if text.is_ascii() {
        return Err(JidError::Local);
    }
    settled(text, identifier).ok_or(JidError::Local)
}

/// As [`prepare_domain`].
pub(super) fn domain(text: &str) -> Result<Cow<'_, str>, JidError> {
    if let Some(address) = text.strip_prefix('[') {
        let address = address.strip_suffix(']').and_then(|address| address.parse::<Ipv6Addr>().ok());
        return address.map(|address| Cow::Owned(format!("[{address}]"))).ok_or(JidError::Domain);
    }
    let (all, any) = bytes(text);
    if all & DOMAIN != 0 {
        let text = text.strip_suffix('.').unwrap_or(text);
        match labels(text) {
            Labels::Plain => return bounded(text).map(|text| lower(text, any)).ok_or(JidError::Domain),
            Labels::Wrong => return Err(JidError::Domain),
            Labels::Reserved => {}
        }
    } else if text.is_ascii() {
        return Err(JidError::Domain);
    }
    settled(text, unicode_domain).ok_or(JidError::Domain)
}

/// As [`prepare_resource`].
pub(super) fn resource(text: &str) -> Result<Cow<'_, str>, JidError> {
    let (all, _) = bytes(text);
    if all & RESOURCE != 0 {
        return bounded(text).filter(|text| !text.starts_with(' ')).map(Cow::Borrowed).ok_or(JidError::Resource);
    }
    if text.is_ascii() {
        return Err(JidError::Resource);
    }
    settled(text, opaque).ok_or(JidError::Resource)
}

/// `text`, unless it is empty or too long.
fn bounded(text: &str) -> Option<&str> {
    (1..=JID_PART_MAX_BYTES).contains(&text.len()).then_some(text)
}

/// `prepare` of `text`, where `prepare` of that changes nothing any more.
fn settled(text: &str, prepare: fn(&str) -> Option<String>) -> Option<Cow<'_, str>> {
    if text.len() > JID_PART_MAX_BYTES_RAW || text.chars().filter(|c| has_context(*c)).count() > JID_CONTEXT_MAX_CHARS {
        return None;
    }
    let prepared = prepare(text)?;
    bounded(&prepared)?;
    match prepared == text || prepare(&prepared)? == prepared {
        true => Some(Cow::Owned(prepared)),
        false => None,
    }
}

/// Whether RFC 5892 §A has a rule for the surroundings of `c`, or of what it is mapped to.
fn has_context(c: char) -> bool {
    matches!(c, '\u{b7}' | '\u{375}' | '\u{5f3}' | '\u{5f4}' | '\u{660}'..='\u{669}' | '\u{6f0}'..='\u{6f9}')
        || matches!(c, '\u{200c}' | '\u{200d}' | '\u{30fb}' | '\u{ff65}')
}

/// UsernameCaseMapped, step by step (RFC 8265 §3.3.2), for text that is not ASCII.
fn identifier(text: &str) -> Option<String> {
    let profile = UsernameCaseMapped::new();
    let text = profile.prepare(text).ok()?;
    let text = profile.case_mapping_rule(text).ok()?;
    let text = profile.normalization_rule(text).ok()?;
    profile.directionality_rule(without_marks(&text)).ok()?;
    let banned = |byte: u8| byte.is_ascii() && BYTES[byte as usize] & LOCAL == 0;
    (!text.bytes().any(banned)).then(|| text.into_owned())
}

/// `text` without the marks inside it. The Bidi rule (RFC 5893 §2) allows them anywhere behind
/// the first character; precis-profiles 0.2.0 takes the first one for the end of the text.
fn without_marks(text: &str) -> String {
    let is_mark = |c| {
        matches!(c, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}')
            || matches!(c, '\u{5c4}' | '\u{5c5}' | '\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}')
            || matches!(c, '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e4}' | '\u{6e7}' | '\u{6e8}' | '\u{6ea}'..='\u{6ed}')
            || matches!(c, '\u{711}' | '\u{730}'..='\u{74a}' | '\u{7a6}'..='\u{7b0}' | '\u{7eb}'..='\u{7f3}')
            || matches!(c, '\u{8e4}'..='\u{8fe}')
    };
    text.char_indices().filter(|(at, c)| *at == 0 || !is_mark(*c)).map(|(_, c)| c).collect()
}

enum Labels {
    Plain,
    /// Two hyphens: it may be an A-label.
    Reserved,
    /// An empty label, or one that starts or ends with a hyphen (RFC 5890 §2.3.1).
    Wrong,
}

/// What the labels of a domain are like, of which all bytes may be in one.
fn labels(text: &str) -> Labels {
    let mut reserved = false;
    let mut previous = b'.';
    for byte in text.bytes() {
        match (previous, byte) {
            (b'.', b'.' | b'-') | (b'-', b'.') => return Labels::Wrong,
            (b'-', b'-') => reserved = true,
            _ => {}
        }
        previous = byte;
    }
    match (previous, reserved) {
        (b'.' | b'-', _) => Labels::Wrong,
        (_, true) => Labels::Reserved,
        (_, false) => Labels::Plain,
    }
}

/// ASCII that no domain has; `_` is none of it: local networks have such names.
const DENIED: AsciiDenyList = AsciiDenyList::new(true, "!\"#$%&'()*+,/:;<=>?@[\\]^`{|}~");

/// A domain with labels beyond ASCII, or with A-labels, in U-labels.
fn unicode_domain(text: &str) -> Option<String> {
    let text = text.strip_suffix('.').unwrap_or(text);
    let (domain, checked) = Uts46::new().to_unicode(text.as_bytes(), DENIED, Hyphens::CheckFirstLast);
    checked.ok()?;
    // Another full stop than the ASCII one is a dot only now (RFC 5895 §2.4).
    let domain = if text.ends_with(is_other_dot) { domain.strip_suffix('.')? } else { &domain };
    let whole = !matches!(labels(domain), Labels::Wrong);
    (whole && domain.chars().all(is_in_u_label)).then(|| domain.to_owned())
}

fn is_other_dot(c: char) -> bool {
    matches!(c, '\u{3002}' | '\u{ff0e}' | '\u{ff61}')
}

/// Whether IDNA 2008 allows it in a label (RFC 5892 §3): what PRECIS allows in identifiers, and
/// letters and digits younger than its tables. No symbols, so no emoji.
fn is_in_u_label(c: char) -> bool {
    c.is_ascii()
        || match IdentifierClass::default().get_value_from_char(c) {
            Class::PValid | Class::ContextJ | Class::ContextO => true,
            Class::Unassigned => c.is_alphanumeric(),
            Class::SpecClassPval | Class::SpecClassDis | Class::Disallowed => false,
        }
}

/// OpaqueString with the freedoms of [`prepare_resource`], for text that is not ASCII.
fn opaque(text: &str) -> Option<String> {
    let class = FreeformClass::default();
    let mut kept = String::with_capacity(text.len());
    // The same with old symbols in the place of young characters, for the rules on surroundings.
    let mut judged = String::with_capacity(text.len());
    for c in text.chars() {
        let is_style = match c {
            '\u{fe00}'..='\u{fe0f}' => true,
            // Between emoji; behind a virama it is part of a word (RFC 5892 §A.2).
            '\u{200d}' => class.allows(judged.chars().next_back().into_iter().chain([c]).collect::<String>()).is_err(),
            _ => false,
        };
        if is_style {
            continue;
        }
        kept.push(c);
        match class.get_value_from_char(c) {
            Class::Unassigned if is_invisible(c) => return None,
            Class::Unassigned => judged.push('\u{2603}'),
            _ => judged.push(c),
        }
    }
    class.allows(&judged).ok()?;
    let profile = OpaqueString::new();
    let kept = profile.additional_mapping_rule(kept).ok()?;
    let kept = profile.normalization_rule(kept).ok()?;
    (!kept.starts_with(' ')).then(|| kept.into_owned())
}

/// Characters younger than Unicode 6.3, or to come, that nobody would see: format controls and
/// default ignorables (PRECIS disallows the older ones, RFC 8264 §9.13).
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{890}' | '\u{891}' | '\u{8e2}' | '\u{180f}' | '\u{2065}' | '\u{fff0}'..='\u{fff8}' | '\u{110cd}')
        || matches!(c, '\u{13430}'..='\u{13455}' | '\u{1bca0}'..='\u{1bca3}' | '\u{e0000}'..='\u{e0fff}')
}
