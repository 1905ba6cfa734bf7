//! How a proof that the domain is ours is written into DNS (RFC 2136, RFC 8945). Keeps no state.

use super::Kind;
use super::Setting;
use crate::limits;
use crate::net::dns::update::Algorithm;

pub const ACME_DNS_SERVER: Setting = Setting {
    key: "acme_dns_server",
    kind: Kind::Server,
    default: None,
    reason: "The name server that takes the proof that the domain is yours, where no port can be opened (RFC 2136)",
    fixed: None,
};
pub const ACME_DNS_ZONE: Setting = Setting {
    key: "acme_dns_zone",
    kind: Kind::DnsName,
    default: None,
    reason: "The zone on that server which proofs are written into; empty: the one that the name lies in",
    fixed: None,
};
pub const ACME_DNS_KEY: Setting = Setting {
    key: "acme_dns_key",
    kind: Kind::DnsName,
    default: None,
    reason: "The name of the key that this server lets write there",
    fixed: None,
};
pub const ACME_DNS_ALGORITHM: Setting = Setting {
    key: "acme_dns_algorithm",
    kind: Kind::Choice(&Algorithm::NAMES),
    default: Some("hmac-sha256"),
    reason: "How messages are signed with that key; the server's own configuration says which",
    fixed: None,
};
pub const ACME_DNS_SECRET: Setting = Setting {
    key: "acme_dns_secret",
    kind: Kind::Base64 { max_bytes: limits::DNS_SECRET_MAX_BYTES },
    default: None,
    reason: "The secret of acme_dns_key, base64 as the name server's configuration has it",
    fixed: None,
};
/// Not for people: proofs in others' zones that are still to be taken away.
pub const ACME_DNS_LEFT: Setting = Setting {
    key: "acme_dns_left",
    kind: Kind::Text { max_signs: limits::ACME_RECORDS_LEFT_MAX_SIGNS },
    default: None,
    reason: "What a restart has kept from being taken away",
    fixed: None,
};
