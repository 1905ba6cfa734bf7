//! One pass over the text of one element: everything quick-xml lets pass and XMPP does not
//! (XML 1.0, Namespaces in XML 1.0, RFC 6120 §11). quick-xml finds the tokens and matches end tags.
//!
//! What is to be made of the element is up to a [`Sink`].

use std::borrow::Cow;

use memchr::memchr;
use memchr::memmem;
use quick_xml::events::Event as Token;
use smallvec::SmallVec;

use super::lexis;
use super::lexis::is_space;
use super::lexis::not_well_formed;
use super::lexis::restricted;
use super::lexis::too_much;
use super::scope::Scope;
use crate::limits::XML_MAX_ATTRIBUTES;
use crate::limits::XML_MAX_DEPTH;
use crate::limits::XML_MAX_ELEMENTS;
use crate::xmpp::error::StreamError;
use crate::xmpp::ns;

/// An attribute of a start tag that is no namespace declaration.
#[derive(Clone, Copy, Debug)]
pub struct Attribute<'a> {
    pub prefix: &'a str,
    pub local: &'a str,
    /// As received, checked: see [`Attribute::value`].
    raw: &'a str,
    /// The raw value is the value.
    plain: bool,
    /// The binding of its prefix; not used where it has none.
    binding: usize,
}

impl<'a> Attribute<'a> {
    pub fn value(&self) -> Cow<'a, str> {
        value(self.raw, self.plain)
    }

    pub fn ns<'s>(&self, scope: &'s Scope<'a>) -> Option<&'s str> {
        (!self.prefix.is_empty()).then(|| scope.ns(self.binding))
    }
}

fn value(raw: &str, plain: bool) -> Cow<'_, str> {
    match plain {
        true => Cow::Borrowed(raw),
        false => Cow::Owned(lexis::decode_value(raw)),
    }
}

/// A checked start tag.
pub struct Tag<'a, 's> {
    pub prefix: &'a str,
    pub local: &'a str,
    pub ns: &'s str,
    pub attributes: &'s [Attribute<'a>],
    pub scope: &'s Scope<'a>,
}

/// Takes the parts of one element, in order. Offsets are into the text of the pass.
pub trait Sink<'a> {
    /// An element opens, its `<` at offset `start`.
    fn open(&mut self, tag: Tag<'a, '_>, start: usize) -> Result<(), StreamError>;
    /// Text as received, references apart.
    fn text(&mut self, raw: &'a str);
    /// A reference in text.
    fn character(&mut self, c: char);
    /// The innermost open element closes before offset `end`. `alone`: it is a child of the root
    /// and the same text means the same wherever `jabber:client` is the default namespace.
    fn close(&mut self, end: usize, alone: bool, scope: &Scope<'a>) -> Result<(), StreamError>;
}

pub struct Strict<'a> {
    text: &'a str,
    scope: Scope<'a>,
    attributes: SmallVec<[Attribute<'a>; 8]>,
    /// Bindings there were before each open element.
    marks: SmallVec<[usize; 16]>,
    elements: usize,
    /// Whether the child of the root that is open stands alone.
    alone: bool,
}

impl<'a> Strict<'a> {
    pub fn new(text: &'a str, scope: Scope<'a>) -> Strict<'a> {
        Strict { text, scope, attributes: SmallVec::new(), marks: SmallVec::new(), elements: 0, alone: true }
    }

    /// The whole text: one element, white space behind it.
    pub fn element(mut self, sink: &mut impl Sink<'a>) -> Result<(), StreamError> {
        if !self.text.starts_with('<') {
            return Err(not_well_formed("text where an element is due"));
        }
        lexis::check_characters(self.text)?;
        let mut tokens = quick_xml::Reader::from_str(self.text);
        loop {
            let start = tokens.buffer_position() as usize;
            let token = tokens.read_event().map_err(|_| self.broken_at(start))?;
            let end = tokens.buffer_position() as usize;
            match token {
                Token::Start(_) => self.open(start, end - 1, sink)?,
                Token::Empty(_) => {
                    self.open(start, end - 2, sink)?;
                    self.close(end, sink)?;
                }
                Token::End(_) => self.close(end, sink)?,
                Token::Text(_) => self.plain(&self.text[start..end], sink)?,
                Token::GeneralRef(_) => {
                    self.inside()?;
                    sink.character(lexis::resolve_reference(&self.text[start + 1..end - 1])?);
                }
                Token::CData(_) => {
                    self.inside()?;
                    sink.text(&self.text[start + "<![CDATA[".len()..end - "]]>".len()]);
                }
                Token::Comment(_) | Token::PI(_) | Token::Decl(_) | Token::DocType(_) => {
                    return Err(restricted("a comment, processing instruction or document type"));
                }
                Token::Eof if self.elements > 0 && self.marks.is_empty() => return Ok(()),
                Token::Eof => return Err(not_well_formed("an element without an end")),
            }
        }
    }

    /// The text as one start tag that stays open, as that of a stream.
    pub fn start_tag(mut self, sink: &mut impl Sink<'a>) -> Result<(), StreamError> {
        lexis::check_characters(self.text)?;
        self.open(0, self.text.len() - 1, sink)
    }

    /// What to say about a token that quick-xml refuses.
    fn broken_at(&self, start: usize) -> StreamError {
        let rest = self.text.get(start..).unwrap_or("");
        match rest.starts_with("<!") || rest.starts_with("<?") {
            true => restricted("a comment, processing instruction or document type"),
            false => not_well_formed("a broken tag or reference"),
        }
    }

    fn inside(&self) -> Result<(), StreamError> {
        match self.marks.is_empty() {
            true => Err(not_well_formed("text outside of an element")),
            false => Ok(()),
        }
    }

    fn plain(&mut self, raw: &'a str, sink: &mut impl Sink<'a>) -> Result<(), StreamError> {
        if self.marks.is_empty() {
            return match raw.bytes().all(is_space) {
                true => Ok(()),
                false => Err(not_well_formed("text outside of an element")),
            };
        }
        // `]]>` is for the end of CDATA only (XML 1.0 §2.4)
        if memchr(b']', raw.as_bytes()).is_some() && memmem::find(raw.as_bytes(), b"]]>").is_some() {
            return Err(not_well_formed("]]> in text"));
        }
        sink.text(raw);
        Ok(())
    }

    /// A start tag from its `<` at `start` to `end`, where its `>` or `/>` is.
    fn open(&mut self, start: usize, end: usize, sink: &mut impl Sink<'a>) -> Result<(), StreamError> {
        if self.marks.is_empty() && self.elements > 0 {
            return Err(not_well_formed("a second root"));
        }
        if self.marks.len() == XML_MAX_DEPTH {
            return Err(too_much("elements nest too deep"));
        }
        if self.elements == XML_MAX_ELEMENTS {
            return Err(too_much("too many elements"));
        }
        self.elements += 1;
        self.alone |= self.marks.len() == 1;
        self.marks.push(self.scope.len());

        let tag = &self.text[start + 1..end];
        let name_len = tag.bytes().position(is_space).unwrap_or(tag.len());
        let (prefix, local) = lexis::split_name(&tag[..name_len])?;
        self.read_attributes(&tag[name_len..])?;
        self.resolve_attributes()?;
        let binding = self.scope.find_element(prefix)?;
        self.note_use(prefix, binding);
        // RFC 6120 §4.8.5: elements of the content namespace have no prefix
        self.alone &= prefix.is_empty() || self.scope.ns(binding) != ns::CLIENT;
        let ns = self.scope.ns(binding);
        sink.open(Tag { prefix, local, ns, attributes: &self.attributes, scope: &self.scope }, start)
    }

    fn close(&mut self, end: usize, sink: &mut impl Sink<'a>) -> Result<(), StreamError> {
        let mark = self.marks.pop().expect("quick-xml refuses an end tag without a start tag");
        self.scope.truncate(mark);
        sink.close(end, self.alone, &self.scope)
    }

    /// A binding from outside of the root's child is used in it.
    fn note_use(&mut self, prefix: &str, binding: usize) {
        let Some(&mark) = self.marks.get(1) else { return };
        if binding < mark && prefix != "xml" {
            self.alone &= prefix.is_empty() && self.scope.ns(binding) == ns::CLIENT;
        }
    }

    /// `text`: what stands between the name and the end of a start tag.
    fn read_attributes(&mut self, text: &'a str) -> Result<(), StreamError> {
        self.attributes.clear();
        let bytes = text.as_bytes();
        let skip_space = |from: usize| from + bytes[from..].iter().take_while(|&&b| is_space(b)).count();
        let mut at = 0;
        let mut count = 0;
        loop {
            let name_start = skip_space(at);
            if name_start == bytes.len() {
                return Ok(());
            }
            if name_start == at {
                return Err(not_well_formed("no space before an attribute"));
            }
            count += 1;
            if count > XML_MAX_ATTRIBUTES {
                return Err(too_much("too many attributes"));
            }
            let name_len = bytes[name_start..].iter().take_while(|&&b| b != b'=' && !is_space(b)).count();
            let equals = skip_space(name_start + name_len);
            if bytes.get(equals) != Some(&b'=') {
                return Err(not_well_formed("an attribute without a value"));
            }
            let open = skip_space(equals + 1);
            let Some(&quote @ (b'\'' | b'"')) = bytes.get(open) else {
                return Err(not_well_formed("an attribute without quotes"));
            };
            let start = open + 1;
            let (len, plain) = lexis::read_value(&text[start..], quote)?;
            self.take_attribute(&text[name_start..name_start + name_len], &text[start..start + len], plain)?;
            at = start + len + 1;
        }
    }

    fn take_attribute(&mut self, name: &'a str, raw: &'a str, plain: bool) -> Result<(), StreamError> {
        if name == "xmlns" {
            return self.scope.declare("", value(raw, plain), self.mark());
        }
        let (prefix, local) = lexis::split_name(name)?;
        if prefix == "xmlns" {
            return self.scope.declare(local, value(raw, plain), self.mark());
        }
        self.attributes.push(Attribute { prefix, local, raw, plain, binding: 0 });
        Ok(())
    }

    fn mark(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    /// Finds the namespaces, once all of the tag's declarations are known, and refuses an
    /// attribute that is there twice, through two prefixes too (Namespaces in XML 1.0 §6.3).
    fn resolve_attributes(&mut self) -> Result<(), StreamError> {
        for number in 0..self.attributes.len() {
            let Attribute { prefix, local, .. } = self.attributes[number];
            if !prefix.is_empty() {
                let binding = self.scope.find(prefix)?;
                self.attributes[number].binding = binding;
                self.note_use(prefix, binding);
            }
            let ns = self.attributes[number].ns(&self.scope);
            if self.attributes[..number].iter().any(|a| a.local == local && a.ns(&self.scope) == ns) {
                return Err(not_well_formed("an attribute twice"));
            }
        }
        Ok(())
    }
}
