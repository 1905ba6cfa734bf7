//! Finds where an element of the stream ends, without a look at its details.
//!
//! Resumable at every byte and never looks at a byte twice. Holds a few integers. What it lets
//! pass is checked by `strict`, which must consume exactly the framed bytes: the two cannot disagree.

use memchr::memchr;
use memchr::memchr3;

use super::lexis::not_well_formed;
use super::lexis::restricted;
use super::lexis::too_much;
use crate::limits::XML_MAX_DEPTH;
use crate::xmpp::error::StreamError;

const CDATA: &[u8] = b"[CDATA[";

/// Where the scan stands.
#[derive(Clone, Copy, Debug, Default)]
enum At {
    #[default]
    Text,
    /// Behind a `<`.
    Markup,
    StartTag,
    /// Inside a start tag, inside this quote.
    Quoted(u8),
    EndTag,
    /// Behind `<!` and this many bytes of `[CDATA[`.
    Bang(u8),
    CData,
}

#[derive(Debug, Default)]
pub struct Framer {
    at: At,
    /// Bytes of the element that have been looked at.
    scanned: usize,
    depth: usize,
}

impl Framer {
    /// Bytes the element has that starts at `bytes[0]`; `None`: it has no end yet. To be called
    /// again with the same bytes and more.
    pub fn element_end(&mut self, bytes: &[u8]) -> Result<Option<usize>, StreamError> {
        while self.scanned < bytes.len() {
            if self.step(bytes)? {
                let end = self.scanned;
                *self = Framer::default();
                return Ok(Some(end));
            }
        }
        Ok(None)
    }

    /// Bytes the tag has that starts at `bytes[0]`, up to its `>`.
    pub fn tag_end(&mut self, bytes: &[u8]) -> Option<usize> {
        loop {
            let rest = bytes.get(self.scanned..).filter(|rest| !rest.is_empty())?;
            match self.at {
                At::Quoted(quote) => match memchr(quote, rest) {
                    Some(found) => self.pass(found + 1, At::StartTag),
                    None => self.pass(rest.len(), self.at),
                },
                _ => match memchr3(b'>', b'\'', b'"', rest) {
                    Some(found) if rest[found] == b'>' => {
                        let end = self.scanned + found + 1;
                        *self = Framer::default();
                        return Some(end);
                    }
                    Some(found) => self.pass(found + 1, At::Quoted(rest[found])),
                    None => self.pass(rest.len(), self.at),
                },
            }
        }
    }

    fn pass(&mut self, bytes: usize, at: At) {
        self.scanned += bytes;
        self.at = at;
    }

    /// Goes on to the next byte that matters. True: the element is complete.
    fn step(&mut self, bytes: &[u8]) -> Result<bool, StreamError> {
        let rest = &bytes[self.scanned..];
        match self.at {
            At::Text => match memchr(b'<', rest) {
                Some(found) => self.pass(found + 1, At::Markup),
                None => self.pass(rest.len(), At::Text),
            },
            At::Markup => match rest[0] {
                b'/' if self.depth == 0 => return Err(not_well_formed("an end tag without a start tag")),
                b'/' => self.pass(1, At::EndTag),
                b'!' => self.pass(1, At::Bang(0)),
                b'?' => return Err(restricted("a processing instruction")),
                _ if self.depth == XML_MAX_DEPTH => return Err(too_much("elements nest too deep")),
                first if first.is_ascii_alphabetic() || first == b'_' || !first.is_ascii() => {
                    self.depth += 1;
                    self.pass(1, At::StartTag);
                }
                _ => return Err(not_well_formed("a bad name")),
            },
            At::StartTag => match memchr3(b'>', b'\'', b'"', rest) {
                Some(found) if rest[found] == b'>' => {
                    let empty = bytes[self.scanned + found - 1] == b'/';
                    self.depth -= usize::from(empty);
                    self.pass(found + 1, At::Text);
                    return Ok(self.depth == 0);
                }
                Some(found) => self.pass(found + 1, At::Quoted(rest[found])),
                None => self.pass(rest.len(), At::StartTag),
            },
            At::Quoted(quote) => match memchr(quote, rest) {
                Some(found) => self.pass(found + 1, At::StartTag),
                None => self.pass(rest.len(), self.at),
            },
            At::EndTag => match memchr(b'>', rest) {
                Some(found) => {
                    self.depth -= 1;
                    self.pass(found + 1, At::Text);
                    return Ok(self.depth == 0);
                }
                None => self.pass(rest.len(), At::EndTag),
            },
            At::Bang(known) => {
                if self.depth == 0 || rest[0] != CDATA[known as usize] {
                    return Err(restricted("a comment or a document type"));
                }
                match known as usize + 1 == CDATA.len() {
                    true => self.pass(1, At::CData),
                    false => self.pass(1, At::Bang(known + 1)),
                }
            }
            At::CData => match memchr(b'>', rest) {
                Some(found) => {
                    let at = self.scanned + found;
                    let ended = bytes[..at].ends_with(b"]]");
                    self.pass(found + 1, if ended { At::Text } else { At::CData });
                }
                None => self.pass(rest.len(), At::CData),
            },
        }
        Ok(false)
    }
}
