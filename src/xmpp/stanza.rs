//! Message, presence and IQ (RFC 6120 §8), kept so that they can be forwarded by splicing.
//!
//! Only the start tag is taken apart. The children stay as received, as ranges of one shared
//! text with their namespaces known; a child becomes a tree only when somebody looks into it.

use std::borrow::Cow;
use std::sync::Arc;

use smallvec::SmallVec;

use super::error::{ErrorType, StanzaError};
use super::jid::Jid;
use super::ns;
use super::xml::Element;
use super::xml::writer::push_attr;

/// One of the three stanzas.
#[derive(Clone, Debug)]
pub enum Stanza {
    Message(Message),
    Presence(Presence),
    Iq(Iq),
}

/// What every stanza has in its start tag.
#[derive(Clone, Debug, Default)]
pub struct Head {
    pub to: Option<Jid>,
    pub from: Option<Jid>,
    pub id: Option<Box<str>>,
    pub lang: Option<Box<str>>,
}

/// RFC 6121 §5.2.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageType {
    Chat,
    Error,
    Groupchat,
    Headline,
    Normal,
}

/// RFC 6121 §4.7.1; `Available` is the absence of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PresenceType {
    Available,
    Error,
    Probe,
    Subscribe,
    Subscribed,
    Unavailable,
    Unsubscribe,
    Unsubscribed,
}

/// RFC 6120 §8.2.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IqType {
    Get,
    Set,
    Result,
    Error,
}

#[derive(Clone, Debug)]
pub struct Message {
    pub head: Head,
    pub kind: MessageType,
    pub content: Content,
}

#[derive(Clone, Debug)]
pub struct Presence {
    pub head: Head,
    pub kind: PresenceType,
    pub content: Content,
}

/// An IQ. Get and set have exactly one child and an id: the reader of the stream has checked it.
#[derive(Clone, Debug)]
pub struct Iq {
    pub head: Head,
    pub kind: IqType,
    pub content: Content,
}

macro_rules! typed {
    ($type:ident { $($variant:ident = $text:literal),* }) => {
        impl $type {
            /// The value of the `type` attribute.
            pub fn as_str(self) -> &'static str {
                match self { $($type::$variant => $text),* }
            }
        }
    };
}

typed!(MessageType { Chat = "chat", Error = "error", Groupchat = "groupchat", Headline = "headline", Normal = "normal" });
typed!(PresenceType {
    Available = "available", Error = "error", Probe = "probe", Subscribe = "subscribe", Subscribed = "subscribed",
    Unavailable = "unavailable", Unsubscribe = "unsubscribe", Unsubscribed = "unsubscribed"
});
typed!(IqType { Get = "get", Set = "set", Result = "result", Error = "error" });

impl MessageType {
    /// An unknown type is `normal` (RFC 6121 §5.2.2).
    pub fn parse(text: Option<&str>) -> MessageType {
        match text {
            Some("chat") => MessageType::Chat,
            Some("error") => MessageType::Error,
            Some("groupchat") => MessageType::Groupchat,
            Some("headline") => MessageType::Headline,
            _ => MessageType::Normal,
        }
    }
}

impl PresenceType {
    pub fn parse(text: Option<&str>) -> Option<PresenceType> {
        Some(match text {
            None => PresenceType::Available,
            Some("error") => PresenceType::Error,
            Some("probe") => PresenceType::Probe,
            Some("subscribe") => PresenceType::Subscribe,
            Some("subscribed") => PresenceType::Subscribed,
            Some("unavailable") => PresenceType::Unavailable,
            Some("unsubscribe") => PresenceType::Unsubscribe,
            Some("unsubscribed") => PresenceType::Unsubscribed,
            Some(_) => return None,
        })
    }
}

impl IqType {
    pub fn parse(text: &str) -> Option<IqType> {
        Some(match text {
            "get" => IqType::Get,
            "set" => IqType::Set,
            "result" => IqType::Result,
            "error" => IqType::Error,
            _ => return None,
        })
    }
}

/// The children of a stanza. White space between them is not kept.
#[derive(Clone, Debug, Default)]
pub struct Content {
    source: Option<Arc<str>>,
    parts: SmallVec<[Part; 4]>,
}

/// A child of a stanza.
#[derive(Clone, Debug)]
enum Part {
    /// As received. `range` of the source stands alone where `jabber:client` is the default
    /// namespace: every prefix and default namespace it uses is declared inside it.
    Received {
        ns: Cow<'static, str>,
        name: (u32, u32),
        range: (u32, u32),
    },
    Made(Element),
}

/// A view of one child.
#[derive(Clone, Copy)]
pub struct Child<'a> {
    source: &'a str,
    part: &'a Part,
}

impl<'a> Child<'a> {
    pub fn ns(&self) -> &'a str {
        match self.part {
            Part::Received { ns, .. } => ns,
            Part::Made(element) => &element.ns,
        }
    }

    pub fn name(&self) -> &'a str {
        match self.part {
            Part::Received { name, .. } => &self.source[name.0 as usize..name.1 as usize],
            Part::Made(element) => &element.name,
        }
    }

    pub fn is(&self, ns: &str, name: &str) -> bool {
        self.name() == name && self.ns() == ns
    }

    /// As a tree: parses what was received.
    pub fn element(&self) -> Element {
        match self.part {
            Part::Received { range, .. } => {
                super::xml::reader::element(&self.source[range.0 as usize..range.1 as usize], ns::CLIENT)
                    .expect("the stream's reader has checked this text")
            }
            Part::Made(element) => element.clone(),
        }
    }
}

impl Content {
    /// No children.
    pub fn new() -> Content {
        Content::default()
    }

    /// Children that are ranges of `source`: see [`Content::push_received`].
    pub fn of(source: Arc<str>) -> Content {
        Content { source: Some(source), parts: SmallVec::new() }
    }

    /// Children nobody looks into any more: XML for a place where `jabber:client` is the default
    /// namespace, written as it is. They count as one child without a name.
    pub fn opaque(xml: impl Into<Arc<str>>) -> Content {
        let source: Arc<str> = xml.into();
        let end = source.len() as u32;
        let mut content = Content::of(source);
        if end > 0 {
            content.push_received(Cow::Borrowed(""), (0, 0), (0, end));
        }
        content
    }

    /// A child found in the source. The ranges are byte offsets into the text given to
    /// [`Content::of`]; `range` must stand alone under the default namespace `jabber:client`.
    pub fn push_received(&mut self, ns: Cow<'static, str>, name: (u32, u32), range: (u32, u32)) {
        self.parts.push(Part::Received { ns, name, range });
    }

    /// A child the server made.
    pub fn push(&mut self, element: Element) {
        self.parts.push(Part::Made(element));
    }

    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    pub fn len(&self) -> usize {
        self.parts.len()
    }

    pub fn children(&self) -> impl Iterator<Item = Child<'_>> {
        let source = self.source.as_deref().unwrap_or("");
        self.parts.iter().map(move |part| Child { source, part })
    }

    pub fn find(&self, ns: &str, name: &str) -> Option<Child<'_>> {
        self.children().find(|child| child.is(ns, name))
    }

    pub fn has(&self, ns: &str, name: &str) -> bool {
        self.find(ns, name).is_some()
    }

    pub fn has_ns(&self, ns: &str) -> bool {
        self.children().any(|child| child.ns() == ns)
    }

    /// Drops every child for which `keep` says no.
    pub fn retain(&mut self, mut keep: impl FnMut(Child<'_>) -> bool) {
        let source = self.source.as_deref().unwrap_or("");
        self.parts.retain(|part| keep(Child { source, part }));
    }

    /// Appends all children as XML for a place where `jabber:client` is the default namespace.
    pub fn write(&self, out: &mut String) {
        let source = self.source.as_deref().unwrap_or("");
        for part in &self.parts {
            match part {
                Part::Received { range, .. } => out.push_str(&source[range.0 as usize..range.1 as usize]),
                Part::Made(element) => element.write(out, ns::CLIENT),
            }
        }
    }

    /// About how many bytes [`Content::write`] appends.
    pub fn size_hint(&self) -> usize {
        self.source.as_deref().map_or(64, str::len) + 64
    }
}

impl From<Element> for Content {
    fn from(element: Element) -> Content {
        let mut content = Content::new();
        content.push(element);
        content
    }
}

/// Appends one stanza. `xmlns`: whether to declare `jabber:client` on it, as is needed inside
/// other elements and in WebSocket frames.
fn write_stanza(out: &mut String, name: &str, head: &Head, kind: Option<&str>, content: &Content, xmlns: bool) {
    out.reserve(content.size_hint() + 128);
    out.push('<');
    out.push_str(name);
    if xmlns {
        push_attr(out, "xmlns", ns::CLIENT);
    }
    if let Some(to) = &head.to {
        push_attr(out, "to", to.as_str());
    }
    if let Some(from) = &head.from {
        push_attr(out, "from", from.as_str());
    }
    if let Some(kind) = kind {
        push_attr(out, "type", kind);
    }
    if let Some(id) = &head.id {
        push_attr(out, "id", id);
    }
    if let Some(lang) = &head.lang {
        push_attr(out, "xml:lang", lang);
    }
    if content.is_empty() {
        out.push_str("/>");
        return;
    }
    out.push('>');
    content.write(out);
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

impl Message {
    /// Says only what its writer is doing (XEP-0085), with at most its thread and ids beside it.
    pub fn is_chat_state_only(&self) -> bool {
        let aside = |ns: &str, name: &str| match ns {
            ns::CHAT_STATES | ns::SID | ns::HINTS => true,
            ns::CLIENT => name == "thread",
            _ => false,
        };
        self.content.has_ns(ns::CHAT_STATES) && self.content.children().all(|child| aside(child.ns(), child.name()))
    }

    pub fn new(kind: MessageType) -> Message {
        Message { head: Head::default(), kind, content: Content::new() }
    }

    pub fn write(&self, out: &mut String, xmlns: bool) {
        let kind = (self.kind != MessageType::Normal).then(|| self.kind.as_str());
        write_stanza(out, "message", &self.head, kind, &self.content, xmlns);
    }

    pub fn to_xml(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, false);
        out
    }

    /// The error that answers it: addresses turned round, the content sent back (RFC 6120 §8.3.1).
    pub fn error(&self, error: &StanzaError) -> Message {
        let mut answer = self.clone();
        turn_round(&mut answer.head);
        answer.kind = MessageType::Error;
        answer.content.push(error.to_element());
        answer
    }
}

impl Presence {
    pub fn new(kind: PresenceType) -> Presence {
        Presence { head: Head::default(), kind, content: Content::new() }
    }

    pub fn write(&self, out: &mut String, xmlns: bool) {
        let kind = (self.kind != PresenceType::Available).then(|| self.kind.as_str());
        write_stanza(out, "presence", &self.head, kind, &self.content, xmlns);
    }

    pub fn to_xml(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, false);
        out
    }

    /// The priority (RFC 6121 §4.7.2.3): -128 to 127; 0 where absent or not a number.
    pub fn priority(&self) -> i8 {
        let text = self.content.find(ns::CLIENT, "priority").map(|child| child.element().text());
        text.and_then(|text| text.trim().parse().ok()).unwrap_or(0)
    }

    pub fn error(&self, error: &StanzaError) -> Presence {
        let mut answer = self.clone();
        turn_round(&mut answer.head);
        answer.kind = PresenceType::Error;
        answer.content.push(error.to_element());
        answer
    }
}

impl Iq {
    pub fn write(&self, out: &mut String, xmlns: bool) {
        write_stanza(out, "iq", &self.head, Some(self.kind.as_str()), &self.content, xmlns);
    }

    pub fn to_xml(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, false);
        out
    }

    /// Whether it wants an answer.
    pub fn is_request(&self) -> bool {
        matches!(self.kind, IqType::Get | IqType::Set)
    }

    /// The one child of a get or a set. Parsed at each call.
    pub fn payload(&self) -> Element {
        self.content.children().next().expect("a request has exactly one child").element()
    }

    /// The result that answers it, with a child or none.
    pub fn result(&self, payload: Option<Element>) -> Iq {
        let mut head =
            Head { id: self.head.id.clone(), to: self.head.to.clone(), from: self.head.from.clone(), lang: None };
        turn_round(&mut head);
        Iq { head, kind: IqType::Result, content: payload.map_or_else(Content::new, Content::from) }
    }

    /// The error that answers it, with the request sent back.
    pub fn error(&self, error: &StanzaError) -> Iq {
        let mut answer = self.clone();
        turn_round(&mut answer.head);
        answer.kind = IqType::Error;
        answer.content.push(error.to_element());
        answer
    }
}

fn turn_round(head: &mut Head) {
    std::mem::swap(&mut head.to, &mut head.from);
}

impl Stanza {
    pub fn head(&self) -> &Head {
        match self {
            Stanza::Message(message) => &message.head,
            Stanza::Presence(presence) => &presence.head,
            Stanza::Iq(iq) => &iq.head,
        }
    }

    pub fn head_mut(&mut self) -> &mut Head {
        match self {
            Stanza::Message(message) => &mut message.head,
            Stanza::Presence(presence) => &mut presence.head,
            Stanza::Iq(iq) => &mut iq.head,
        }
    }

    pub fn content(&self) -> &Content {
        match self {
            Stanza::Message(message) => &message.content,
            Stanza::Presence(presence) => &presence.content,
            Stanza::Iq(iq) => &iq.content,
        }
    }

    pub fn to_xml(&self) -> String {
        match self {
            Stanza::Message(message) => message.to_xml(),
            Stanza::Presence(presence) => presence.to_xml(),
            Stanza::Iq(iq) => iq.to_xml(),
        }
    }

    /// The error that answers it; `None` where it is itself an error or a result
    /// (RFC 6120 §8.3.1, §8.2.3).
    pub fn error(&self, error: &StanzaError) -> Option<Stanza> {
        match self {
            Stanza::Message(message) if message.kind != MessageType::Error => {
                Some(Stanza::Message(message.error(error)))
            }
            Stanza::Presence(presence) if presence.kind != PresenceType::Error => {
                Some(Stanza::Presence(presence.error(error)))
            }
            Stanza::Iq(iq) if iq.is_request() => Some(Stanza::Iq(iq.error(error))),
            _ => None,
        }
    }
}

/// The `type` of an error stanza, read leniently: unknown is `cancel`.
pub fn error_type(content: &Content) -> ErrorType {
    let error = content.find(ns::CLIENT, "error").map(|child| child.element());
    match error.as_ref().and_then(|error| error.get("type")) {
        Some("auth") => ErrorType::Auth,
        Some("continue") => ErrorType::Continue,
        Some("modify") => ErrorType::Modify,
        Some("wait") => ErrorType::Wait,
        _ => ErrorType::Cancel,
    }
}
