//! Characters, names and references: XML 1.0 (5th edition) §2.2, §2.3, §4.1, and Namespaces in XML 1.0 §4.

use std::borrow::Cow;

use memchr::memchr;
use memchr::memchr2;

use crate::limits::XML_MAX_NAME_BYTES;
use crate::xmpp::error::StreamCondition;
use crate::xmpp::error::StreamError;

/// Not well-formed (RFC 6120 §11.3).
pub fn not_well_formed(text: &'static str) -> StreamError {
    StreamError::new(StreamCondition::NotWellFormed, text)
}

/// XML that XMPP forbids (RFC 6120 §11.1).
pub fn restricted(text: &'static str) -> StreamError {
    StreamError::new(StreamCondition::RestrictedXml, text)
}

/// More than `limits.rs` allows.
pub fn too_much(text: &'static str) -> StreamError {
    StreamError::new(StreamCondition::PolicyViolation, text)
}

/// The white space of XML 1.0 §2.3.
pub fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// Refuses every character that XML 1.0 §2.2 does not have.
pub fn check_characters(text: &str) -> Result<(), StreamError> {
    let bytes = text.as_bytes();
    // without an early end in the inner loop, so that it becomes vector instructions
    for piece in bytes.chunks(64) {
        let bad = piece.iter().fold(false, |bad, &byte| bad | (byte < 0x20 && !is_space(byte)));
        if bad {
            return Err(not_well_formed("a control character"));
        }
    }
    if !text.is_ascii() && (text.contains('\u{FFFE}') || text.contains('\u{FFFF}')) {
        return Err(not_well_formed("U+FFFE or U+FFFF"));
    }
    Ok(())
}

fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// What an ASCII byte may be in a name.
const NAME_START: u8 = 1;
const NAME_REST: u8 = 2;

const NAME_BYTES: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 128 {
        let c = byte as u8;
        if c.is_ascii_alphabetic() || c == b'_' {
            table[byte] = NAME_START | NAME_REST;
        } else if c.is_ascii_digit() || c == b'-' || c == b'.' {
            table[byte] = NAME_REST;
        }
        byte += 1;
    }
    table
};

/// Splits a qualified name into prefix (empty: none) and local name, both checked.
pub fn split_name(name: &str) -> Result<(&str, &str), StreamError> {
    if name.len() > XML_MAX_NAME_BYTES {
        return Err(too_much("a name is too long"));
    }
    // names are short: a plain loop is quicker than memchr
    let (prefix, local) = match name.bytes().position(|byte| byte == b':') {
        Some(0) => return Err(not_well_formed("a name starts with a colon")),
        Some(at) => (&name[..at], &name[at + 1..]),
        None => ("", name),
    };
    match (prefix.is_empty() || is_ncname(prefix)) && is_ncname(local) {
        true => Ok((prefix, local)),
        false => Err(not_well_formed("a bad name")),
    }
}

/// Namespaces in XML 1.0 §3, `NCName`.
fn is_ncname(name: &str) -> bool {
    let Some(&first) = name.as_bytes().first() else { return false };
    let all = name.bytes().fold(NAME_REST, |all, byte| all & NAME_BYTES[byte as usize]);
    match all & NAME_REST != 0 {
        true => NAME_BYTES[first as usize] & NAME_START != 0,
        false => !name.is_ascii() && rxml_validation::validate_ncname(name).is_ok(),
    }
}

/// The character that `&name;` stands for. Other than the five of XML 1.0 §4.6 and character
/// references: `restricted-xml` (RFC 6120 §11.1).
pub fn resolve_reference(name: &str) -> Result<char, StreamError> {
    match name {
        "amp" => return Ok('&'),
        "lt" => return Ok('<'),
        "gt" => return Ok('>'),
        "quot" => return Ok('"'),
        "apos" => return Ok('\''),
        _ => {}
    }
    let Some(number) = name.strip_prefix('#') else {
        return Err(match is_ncname(name) {
            true => restricted("an entity reference"),
            false => not_well_formed("a bad reference"),
        });
    };
    let (digits, radix) = match number.strip_prefix('x') {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    let mut code = u32::from(digits.is_empty()) * u32::MAX;
    for digit in digits.chars() {
        let digit = digit.to_digit(radix).ok_or_else(|| not_well_formed("a bad character reference"))?;
        code = code.saturating_mul(radix).saturating_add(digit);
    }
    let c = char::from_u32(code).filter(|&c| is_xml_char(c));
    c.ok_or_else(|| not_well_formed("a reference to a character that XML does not have"))
}

/// Where the value of an attribute ends that `text` starts with, at its `quote`, and whether it
/// stands for itself: no reference, no white space but spaces. Checked: no `<`, each `&` a reference.
pub fn read_value(text: &str, quote: u8) -> Result<(usize, bool), StreamError> {
    let mut plain = true;
    // values are short: a plain loop is quicker than memchr
    let end = text.bytes().position(|byte| {
        plain &= !matches!(byte, b'&' | b'<' | b'\t' | b'\r' | b'\n');
        byte == quote
    });
    let end = end.ok_or_else(|| not_well_formed("an attribute without quotes"))?;
    if !plain {
        let mut rest = &text[..end];
        while let Some(at) = memchr2(b'<', b'&', rest.as_bytes()) {
            if rest.as_bytes()[at] == b'<' {
                return Err(not_well_formed("a < in an attribute"));
            }
            (_, rest) = reference_at(&rest[at..])?;
        }
    }
    Ok((end, plain))
}

/// The value of a checked attribute: references resolved, white space normalised (XML 1.0 §3.3.3).
pub fn decode_value(raw: &str) -> String {
    let mut value = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.bytes().position(|byte| matches!(byte, b'&' | b'\t' | b'\r' | b'\n')) {
        value.push_str(&rest[..at]);
        rest = &rest[at..];
        match rest.starts_with('&').then(|| reference_at(rest)) {
            Some(Ok((c, after))) => {
                value.push(c);
                rest = after;
            }
            _ => {
                value.push(' ');
                rest = rest.strip_prefix("\r\n").unwrap_or(&rest[1..]);
            }
        }
    }
    value.push_str(rest);
    value
}

/// The reference at the start of `text`, and what follows it.
fn reference_at(text: &str) -> Result<(char, &str), StreamError> {
    let end = memchr(b';', text.as_bytes()).ok_or_else(|| not_well_formed("a lone &"))?;
    Ok((resolve_reference(&text[1..end])?, &text[end + 1..]))
}

/// Character data with its line ends normalised (XML 1.0 §2.11).
pub fn decode_text(raw: &str) -> Cow<'_, str> {
    match memchr(b'\r', raw.as_bytes()) {
        None => Cow::Borrowed(raw),
        Some(_) => Cow::Owned(raw.replace("\r\n", "\n").replace('\r', "\n")),
    }
}

/// The XML declaration, `<?xml` to `?>` included: version 1.0, UTF-8 (RFC 6120 §11.5, §11.6, §11.8).
pub fn check_declaration(text: &str) -> Result<(), StreamError> {
    let bad = || not_well_formed("a bad XML declaration");
    let mut rest = text.strip_prefix("<?xml").and_then(|rest| rest.strip_suffix("?>")).ok_or_else(bad)?;
    // name and rank: each at most once, in this order
    let mut last = 0;
    while !rest.bytes().all(is_space) {
        let (name, value, after) = pseudo_attribute(rest).ok_or_else(bad)?;
        let rank = match name {
            "version" => 1,
            "encoding" => 2,
            "standalone" => 3,
            _ => return Err(bad()),
        };
        if rank <= last || (last == 0 && rank != 1) {
            return Err(bad());
        }
        match (name, value) {
            ("version", "1.0") | ("standalone", "yes") => {}
            ("version", _) => return Err(not_well_formed("another version of XML than 1.0")),
            ("encoding", value) if value.eq_ignore_ascii_case("utf-8") => {}
            ("encoding", _) => return Err(StreamError::new(StreamCondition::UnsupportedEncoding, "only UTF-8")),
            ("standalone", "no") => return Err(restricted("a standalone declaration")),
            _ => return Err(bad()),
        }
        last = rank;
        rest = after;
    }
    match last {
        0 => Err(bad()),
        _ => Ok(()),
    }
}

/// ` name = 'value'` at the start of `text`, and what follows.
fn pseudo_attribute(text: &str) -> Option<(&str, &str, &str)> {
    let space = |c: char| c.is_ascii() && is_space(c as u8);
    let trimmed = text.trim_start_matches(space);
    if trimmed.len() == text.len() {
        return None;
    }
    let (name, rest) = trimmed.split_once('=')?;
    let rest = rest.trim_start_matches(space);
    let quote = rest.chars().next().filter(|&c| matches!(c, '\'' | '"'))?;
    let (value, after) = rest[1..].split_once(quote)?;
    Some((name.trim_end_matches(space), value, after))
}
