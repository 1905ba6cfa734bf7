//! XEP-0092 Software Version, version 1.1. The operating system is not told (§2: optional).

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
use crate::xmpp::xml::Element;

pub const FEATURE: Feature = Feature {
    name: "version",
    specs: &[Spec { number: "XEP-0092", title: "Software Version", version: "1.1", missing: None }],
    disco: &[(At::Host, ns::VERSION)],
    iqs: &[IqRoute { at: At::Host, kind: IqType::Get, ns: ns::VERSION, name: "", answer: version }],
};

fn version<'a>(_: &'a Ctx<'a>, _: &'a Iq, _: &'a mut Outbox) -> Reply<'a> {
    Box::pin(async {
        let name = Element::new(ns::VERSION, "name").with_text("imera");
        let version = Element::new(ns::VERSION, "version").with_text(env!("CARGO_PKG_VERSION"));
        Ok(Some(Element::new(ns::VERSION, "query").child(name).child(version)))
    })
}
