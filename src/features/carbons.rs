//! XEP-0280 Message Carbons, version 1.0.1, its rules of §6.1 binding. Complete.
//!
//! State: one flag a session. When copies are made: after the archive, see `route/`.

use std::sync::Arc;

use super::At;
use super::Ctx;
use super::Feature;
use super::IqRoute;
use super::Outbox;
use super::Reply;
use super::Spec;

use crate::sessions::Delivery;
use crate::sessions::Item;
use crate::sessions::Kind;
use crate::sessions::Session;
use crate::xmpp::error::StanzaError;
use crate::xmpp::forward;
use crate::xmpp::hints;
use crate::xmpp::ns;
use crate::xmpp::stanza::Iq;
use crate::xmpp::stanza::IqType;
use crate::xmpp::stanza::Message;
use crate::xmpp::stanza::MessageType;
use crate::xmpp::xml::writer::push_attr;

pub const FEATURE: Feature = Feature {
    name: "carbons",
    specs: &[Spec { number: "XEP-0280", title: "Message Carbons", version: "1.0.1", missing: None }],
    disco: &[(At::Host, ns::CARBONS), (At::Host, ns::CARBONS_RULES), (At::Account, ns::CARBONS)],
    iqs: &[IqRoute { at: At::Account, kind: IqType::Set, ns: ns::CARBONS, name: "", answer: switch }],
};

/// §4 and §5: `<enable/>` and `<disable/>`, as often as one likes (§10.1).
fn switch<'a>(cx: &'a Ctx<'a>, iq: &'a Iq, _: &'a mut Outbox) -> Reply<'a> {
    Box::pin(async move {
        if !cx.is_own() {
            return Err(StanzaError::not_allowed("Carbons are switched on for one's own account."));
        }
        let on = match iq.payload().name.as_ref() {
            "enable" => true,
            "disable" => false,
            _ => return Err(StanzaError::bad_request("Neither enable nor disable.")),
        };
        cx.session.change_flags(|flags| flags.carbons = on);
        Ok(None)
    })
}

/// Which side of a conversation gets the copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Received,
    Sent,
}

/// §6.1. An error is eligible by what it answers, which it may not repeat (§10.3): those that
/// look like an answer to a chat are copied.
pub fn is_eligible(message: &Message, direction: Direction) -> bool {
    let content = &message.content;
    if content.has(ns::CARBONS, "private") || message.kind == MessageType::Groupchat {
        return false;
    }
    // Somebody's carbons, sent on: never wrapped again.
    if content.has_ns(ns::CARBONS) {
        return false;
    }
    let muc_user = content.find(ns::MUC_USER, "x");
    let invitation = muc_user.is_some_and(|x| x.element().find(ns::MUC_USER, "invite").is_some())
        || content.has(ns::CONFERENCE, "x");
    if invitation {
        return true;
    }
    if muc_user.is_some() && direction == Direction::Received {
        return false;
    }
    match message.kind {
        MessageType::Chat | MessageType::Error => true,
        MessageType::Normal => content.has(ns::CLIENT, "body") || has_payload_of_chats(message),
        MessageType::Headline | MessageType::Groupchat => has_payload_of_chats(message),
    }
}

fn has_payload_of_chats(message: &Message) -> bool {
    [ns::RECEIPTS, ns::CHAT_STATES, ns::MARKERS].iter().any(|ns| message.content.has_ns(ns))
}

/// Copies a message to those of `sessions` that want carbons and that `skip` does not name.
/// `message` is as archived, with its stanza-id. Gives back whether anybody got one.
pub fn copy(
    message: &Message,
    direction: Direction,
    sessions: &[Arc<Session>],
    delivery: Option<&Arc<Delivery>>,
    skip: impl Fn(&Arc<Session>) -> bool,
) -> bool {
    if !sessions.iter().any(|session| session.flags().carbons && !skip(session)) || hints::no_copy(message) {
        return false;
    }
    if !is_eligible(message, direction) {
        return false;
    }
    let mut copied = false;
    for session in sessions.iter().filter(|session| session.flags().carbons && !skip(session)) {
        let item = Item { xml: wrap(message, direction, session).into(), kind: Kind::Message(delivery.cloned()) };
        session.push(item);
        copied = true;
    }
    copied
}

/// §7, §8: the wrapper comes from the owner's bare address, to one resource.
fn wrap(message: &Message, direction: Direction, session: &Session) -> String {
    let mut out = String::with_capacity(message.content.size_hint() + 512);
    out.push_str("<message");
    push_attr(&mut out, "to", session.jid().as_str());
    push_attr(&mut out, "from", session.jid().bare_str());
    if message.kind != MessageType::Normal {
        push_attr(&mut out, "type", message.kind.as_str());
    }
    let name = match direction {
        Direction::Received => "received",
        Direction::Sent => "sent",
    };
    out.push('>');
    forward::wrap(ns::CARBONS, name, &[], None, message).write(&mut out);
    out.push_str("</message>");
    out
}
