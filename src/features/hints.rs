//! XEP-0334 Message Processing Hints, version 1.0.0. Complete.
//!
//! Keeps no state. The hints are read in `xmpp/hints.rs`; who obeys which: `mam.rs` and
//! `offline.rs` storing, `carbons.rs` copying.

use super::At;
use super::Feature;
use super::Spec;
use crate::xmpp::ns;

pub const FEATURE: Feature = Feature {
    name: "hints",
    specs: &[Spec { number: "XEP-0334", title: "Message Processing Hints", version: "1.0.0", missing: None }],
    disco: &[(At::Host, ns::HINTS)],
    iqs: &[],
};
