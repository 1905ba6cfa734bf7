//! XEP-0199 XMPP Ping, version 2.0.1. Complete.
//!
//! Answers a client's ping to the host or to its own account (§4.2). Keeps no state.

use super::At;
use super::Ctx;
use super::Feature;
use super::IqRoute;
use super::Outbox;
use super::Reply;
use super::Spec;
use crate::xmpp::error::StanzaError;
use crate::xmpp::ns;
use crate::xmpp::stanza::Iq;
use crate::xmpp::stanza::IqType;

pub const FEATURE: Feature = Feature {
    name: "ping",
    specs: &[Spec { number: "XEP-0199", title: "XMPP Ping", version: "2.0.1", missing: None }],
    disco: &[(At::Host, ns::PING), (At::Account, ns::PING)],
    iqs: &[
        IqRoute { at: At::Host, kind: IqType::Get, ns: ns::PING, name: "", answer: pong },
        IqRoute { at: At::Account, kind: IqType::Get, ns: ns::PING, name: "", answer: pong },
    ],
};

fn pong<'a>(cx: &'a Ctx<'a>, _: &'a Iq, _: &'a mut Outbox) -> Reply<'a> {
    Box::pin(async move {
        match cx.account.is_none() || cx.is_own() {
            true => Ok(None),
            // Alike for accounts that exist and those that do not (RFC 6121 §8.5.1).
            false => Err(StanzaError::service_unavailable("")),
        }
    })
}
