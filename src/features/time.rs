//! XEP-0202 Entity Time, version 2.0. Complete. The answer is in `xmpp/time.rs`.

use super::At;
use super::Ctx;
use super::Feature;
use super::IqRoute;
use super::Outbox;
use super::Reply;
use super::Spec;
use crate::xmpp::ns;
use crate::xmpp::stanza::Iq;
use crate::xmpp::stanza::IqType;

pub const FEATURE: Feature = Feature {
    name: "time",
    specs: &[Spec { number: "XEP-0202", title: "Entity Time", version: "2.0", missing: None }],
    disco: &[(At::Host, ns::TIME)],
    iqs: &[IqRoute { at: At::Host, kind: IqType::Get, ns: ns::TIME, name: "", answer: time }],
};

fn time<'a>(cx: &'a Ctx<'a>, _: &'a Iq, _: &'a mut Outbox) -> Reply<'a> {
    Box::pin(async move { Ok(Some(crate::xmpp::time::entity_time(cx.parts.clock.utc()))) })
}
