//! What pages say of a certificate: what is wrong with one, and the words by which people know one again.
//!
//! Keeps no state.

use crate::certs::CertError;
use crate::certs::Serving;
use crate::certs::words;
use crate::texts::Text;
use crate::texts::text;

/// How a certificate that nobody vouches for is known again: eight words, and what browsers show.
pub(super) struct Known {
    pub words: String,
    pub sha256: String,
}

impl Known {
    pub fn of(sha256: &[u8; 32]) -> Known {
        Known { words: words::words(sha256), sha256: words::hex(sha256) }
    }

    /// `None`: somebody vouches for what is served.
    pub fn of_serving(serving: Option<&Serving>) -> Option<Known> {
        serving.filter(|serving| serving.facts.self_signed).map(|serving| Known::of(&serving.facts.sha256))
    }
}

/// What is wrong with a certificate that somebody brought, and the next step.
pub(super) fn wrong(error: &CertError) -> Text {
    match error {
        CertError::NoCertificate => text("cert-none"),
        CertError::NoKey => text("cert-no-key"),
        CertError::LockedKey => text("cert-locked-key"),
        CertError::File { reason, .. } | CertError::Unreadable(reason) => {
            text("cert-unreadable").with("reason", reason)
        }
        CertError::OtherKey => text("cert-other-key"),
        CertError::OtherNames { domain, names } => {
            text("cert-other-names").with("domain", domain).with("names", names.chars().take(300).collect::<String>())
        }
        CertError::RanOut(date) => text("cert-ran-out").with("date", date),
        CertError::NotYet(date) => text("cert-not-yet").with("date", date),
        CertError::Order(number) => text("cert-order").with("number", *number),
        CertError::Chain => text("cert-chain"),
        CertError::Broken(reason) => text("cert-broken").with("reason", reason),
    }
}
