//! XEP-0115 Entity Capabilities, version 1.6.0: our own, in the stream's features (§6.3, §8.4).
//!
//! Keeps no state: the string is made once at start, in [`super::Parts`]. What clients' caps say is
//! for PEP, which comes with it.

use super::At;
use super::CAPS_NODE;
use super::Feature;
use super::Parts;
use super::Spec;
use crate::xmpp::ns;
use crate::xmpp::xml::Element;

pub const FEATURE: Feature = Feature {
    name: "caps",
    specs: &[Spec {
        number: "XEP-0115",
        title: "Entity Capabilities",
        version: "1.6.0",
        missing: Some("reading clients' capabilities, which comes with PEP"),
    }],
    disco: &[(At::Host, ns::CAPS), (At::Host, ns::CAPS_OPTIMIZE)],
    iqs: &[],
};

/// The `<c/>` of a stream's features.
pub fn stream_feature(parts: &Parts) -> Element {
    Element::new(ns::CAPS, "c").attr("hash", "sha-1").attr("node", CAPS_NODE).attr("ver", parts.host_ver.as_str())
}
