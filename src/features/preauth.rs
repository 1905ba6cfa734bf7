//! XEP-0379 Pre-Authenticated Roster Subscription, version 0.3.3, and the token of XEP-0445
//! Pre-Authenticated In-Band Registration, version 0.2.0. Complete for a server.
//!
//! Keeps no state: tokens are `accounts/invites`. What a right one does to a subscription is in
//! `route/befriend.rs`, to a registration in `streams/c2s/register.rs`.

use super::Feature;
use super::Spec;
use crate::xmpp::ns;
use crate::xmpp::stanza::Content;

pub const FEATURE: Feature = Feature {
    name: "preauth",
    specs: &[
        Spec { number: "XEP-0379", title: "Pre-Authenticated Roster Subscription", version: "0.3.3", missing: None },
        Spec { number: "XEP-0445", title: "Pre-Authenticated In-Band Registration", version: "0.2.0", missing: None },
    ],
    disco: &[],
    iqs: &[],
};

/// The token beside a request. Malformed ones are ignored (XEP-0379 §4.1).
pub fn token(content: &Content) -> Option<String> {
    let preauth = content.find(ns::PARS, "preauth")?.element();
    preauth.get("token").filter(|token| !token.is_empty()).map(str::to_owned)
}
