//! XEP-0160 Best Practices for Handling Offline Messages, version 1.0.1, and the stamps of
//! XEP-0203 Delayed Delivery, version 2.0. Complete.
//!
//! State: the archive's offline marks. When they are set and read: `route/`.

use super::At;
use super::Feature;
use super::Spec;
use crate::xmpp::hints;
use crate::xmpp::ns;
use crate::xmpp::stanza::Message;
use crate::xmpp::stanza::MessageType;

pub const FEATURE: Feature = Feature {
    name: "offline",
    specs: &[
        Spec { number: "XEP-0160", title: "Offline Messages", version: "1.0.1", missing: None },
        Spec { number: "XEP-0203", title: "Delayed Delivery", version: "2.0", missing: None },
    ],
    disco: &[(At::Host, ns::MSGOFFLINE)],
    iqs: &[],
};

/// Whether a message waits for somebody who is away (§3): chat and normal, unless it is only a
/// chat state or says itself that it shall not be stored.
pub fn waits(message: &Message) -> bool {
    let kind = matches!(message.kind, MessageType::Chat | MessageType::Normal);
    kind && !hints::no_store(message) && !message.is_chat_state_only()
}
