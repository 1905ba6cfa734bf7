//! XEP-0359 Unique and Stable Stanza IDs, version 0.7.0. Complete.
//!
//! An id `by` us is ours alone to give: what a stanza brings along is dropped (§3).

use super::At;
use super::Feature;
use super::Spec;
use crate::xmpp::jid::Jid;
use crate::xmpp::ns;
use crate::xmpp::stanza::Message;
use crate::xmpp::xml::Element;

pub const FEATURE: Feature = Feature {
    name: "stanza_ids",
    specs: &[Spec { number: "XEP-0359", title: "Unique and Stable Stanza IDs", version: "0.7.0", missing: None }],
    disco: &[(At::Account, ns::SID), (At::Host, ns::SID)],
    iqs: &[],
};

/// Drops every `<stanza-id/>` that claims to be by an address at `domain`.
pub fn remove_ours(message: &mut Message, domain: &str) {
    if !message.content.has(ns::SID, "stanza-id") {
        return;
    }
    message.content.retain(|child| {
        if !child.is(ns::SID, "stanza-id") {
            return true;
        }
        let by = child.element().get("by").and_then(|by| by.parse::<Jid>().ok());
        by.is_some_and(|by| by.domain() != domain)
    });
}

/// Adds the id under which `by` has archived the message.
pub fn add(message: &mut Message, by: &Jid, id: &str) {
    message.content.push(Element::new(ns::SID, "stanza-id").attr("by", by.bare_str()).attr("id", id));
}
