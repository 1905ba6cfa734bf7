//! Who vouches for a certificate: an authority that phones and browsers know, or one of somebody's own.
//!
//! By the machine's roots, else those of the program (`net::http`). Keeps no state.

use std::time::Duration;

use rustls::RootCertStore;
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::UnixTime;
use rustls::pki_types::pem::PemObject;
use rustls::server::ParsedCertificate;

use crate::clock::UtcMicros;
use crate::net::http;

/// Whether one of the known roots vouches for the leaf. `issued_at`: by the day on which it was issued, as whether it
/// holds today is asked elsewhere. Reads the machine's files.
pub(super) fn is_known(chain: &str, issued_at: UtcMicros) -> bool {
    is_vouched_for(chain, issued_at, &http::known_roots())
}

fn is_vouched_for(chain: &str, issued_at: UtcMicros, roots: &RootCertStore) -> bool {
    let chain: Vec<CertificateDer<'_>> =
        CertificateDer::pem_slice_iter(chain.as_bytes()).filter_map(Result::ok).collect();
    let Some((leaf, between)) = chain.split_first() else { return false };
    let Ok(leaf) = ParsedCertificate::try_from(leaf) else { return false };
    let at = UnixTime::since_unix_epoch(Duration::from_micros(issued_at.max(0).unsigned_abs()));
    let algorithms = default_provider().signature_verification_algorithms.all;
    verify_server_cert_signed_by_trust_anchor(&leaf, roots, between, at, algorithms).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certs::self_signed;
    use crate::certs::tests::signed;

    /// 2026-06-01.
    const AT: i64 = 1_780_272_000_000_000;

    #[test]
    fn only_what_a_known_root_signed_is_vouched_for() {
        let (leaf, between, root) = signed("a.test");
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(root.as_bytes()).unwrap()).unwrap();
        let whole = format!("{}{between}", leaf.chain);
        assert!(is_vouched_for(&whole, AT, &roots));
        assert!(is_vouched_for(&format!("{whole}{root}"), AT, &roots), "the root may come along");
        assert!(!is_vouched_for(&leaf.chain, AT, &roots), "what is between is missing");
        assert!(!is_vouched_for(&whole, AT, &RootCertStore::empty()));
        let (_, stranger, _) = signed("a.test");
        assert!(!is_vouched_for(&format!("{}{stranger}", leaf.chain), AT, &roots));
        assert!(!is_vouched_for(&self_signed::make("a.test", AT).chain, AT, &roots));
        assert!(!is_vouched_for("", AT, &roots));
        assert!(!is_known(&whole, AT), "a root that was made just now is nobody's");
    }
}
