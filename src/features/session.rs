//! RFC 3921 §3 Session Establishment: what old clients ask for before they go on. Does nothing.
//!
//! Keeps no state. RFC 6121 has dropped it; the stream's feature says that it is optional.

use super::At;
use super::Ctx;
use super::Feature;
use super::IqRoute;
use super::Outbox;
use super::Reply;
use crate::xmpp::ns;
use crate::xmpp::stanza::Iq;
use crate::xmpp::stanza::IqType;

pub const FEATURE: Feature = Feature {
    name: "session",
    specs: &[],
    disco: &[],
    iqs: &[
        IqRoute { at: At::Account, kind: IqType::Set, ns: ns::SESSION, name: "session", answer: granted },
        IqRoute { at: At::Host, kind: IqType::Set, ns: ns::SESSION, name: "session", answer: granted },
    ],
};

fn granted<'a>(_: &'a Ctx<'a>, _: &'a Iq, _: &'a mut Outbox) -> Reply<'a> {
    Box::pin(async { Ok(None) })
}
