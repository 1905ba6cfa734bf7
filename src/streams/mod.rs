//! Doors for XMPP: from a connection's first byte to a bound session, and to its end.

pub mod c2s;
mod elements;
pub mod s2s;
pub mod websocket;

use crate::features::FEATURES;
use crate::features::Spec;

/// What the streams themselves implement.
const SPECS: &[Spec] = &[
    Spec { number: "RFC 6120", title: "XMPP: Core", version: "2011-03", missing: Some("federation") },
    Spec {
        number: "RFC 7395",
        title: "An Extensible Messaging and Presence Protocol (XMPP) Subprotocol for WebSocket",
        version: "2014-10",
        missing: None,
    },
    Spec { number: "RFC 7590", title: "Use of TLS in XMPP", version: "2015-06", missing: None },
    Spec { number: "RFC 7622", title: "XMPP: Address Format", version: "2015-09", missing: None },
    Spec { number: "RFC 7677", title: "SCRAM-SHA-256 and SCRAM-SHA-256-PLUS", version: "2015-11", missing: None },
    Spec { number: "RFC 9266", title: "Channel Bindings for TLS 1.3", version: "2022-07", missing: None },
    Spec { number: "XEP-0198", title: "Stream Management", version: "1.6.3", missing: None },
    Spec {
        number: "XEP-0368",
        title: "SRV records for XMPP over TLS",
        version: "1.1.0",
        missing: Some("server streams"),
    },
    Spec { number: "XEP-0440", title: "SASL Channel-Binding Type Capability", version: "1.0.0", missing: None },
];

/// All that is implemented, features and streams, by number.
pub fn specs() -> Vec<Spec> {
    let features = FEATURES.iter().flat_map(|feature| feature.specs);
    let mut specs: Vec<Spec> = features.chain(SPECS).copied().collect();
    specs.sort_by_key(|spec| spec.number);
    specs
}

/// The table of the README.
pub fn specs_table() -> String {
    let mut table = String::from("| spec | version | title | state |\n|---|---|---|---|\n");
    for spec in specs() {
        let state = spec.missing.map_or_else(|| "complete".to_owned(), |missing| format!("without {missing}"));
        table.push_str(&format!("| {} | {} | {} | {state} |\n", spec.number, spec.version, spec.title));
    }
    table
}
