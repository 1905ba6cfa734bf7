//! Our side of a challenge: a file for http-01 (RFC 8555 §8.3), a handshake for tls-alpn-01 (RFC 8737 §3). For dns-01
//! see `record`.
//!
//! State: what is answered, as long as an [`Answer`] lives.

use std::net::IpAddr;

use instant_acme::ChallengeHandle;
use instant_acme::ChallengeType;
use rcgen::CertificateParams;
use rcgen::CustomExtension;
use rcgen::DistinguishedName;
use rcgen::KeyPair;
use rustls::pki_types::PrivateKeyDer;

use super::Name;
use super::Responses;
use super::Way;
use super::responses::Held;
use crate::net::tls::Certificate;
use crate::net::tls::challenge::Challenges;

impl Way {
    pub(super) fn challenge(self) -> ChallengeType {
        match self {
            Way::Http01 => ChallengeType::Http01,
            Way::TlsAlpn01 => ChallengeType::TlsAlpn01,
            Way::Dns01 => ChallengeType::Dns01,
        }
    }
}

/// Where answers are given.
#[derive(Clone, Default)]
pub(super) struct Answers {
    pub responses: Responses,
    pub challenges: Challenges,
}

/// Given until it is dropped.
pub(super) enum Answer {
    Http { _held: Held },
    Handshake { challenges: Challenges, name: String },
}

impl Drop for Answer {
    fn drop(&mut self) {
        if let Answer::Handshake { challenges, name } = self {
            challenges.remove(name);
        }
    }
}

impl Answers {
    /// Answers this challenge from now on. `None`: no certificate can be made for it, or none is needed.
    pub fn give(&self, name: &Name, way: Way, challenge: &ChallengeHandle<'_>) -> Option<Answer> {
        let proof = challenge.key_authorization();
        match way {
            Way::Http01 => Some(Answer::Http { _held: self.responses.hold(&challenge.token, proof.as_str()) }),
            Way::TlsAlpn01 => {
                let certificate = certificate(name, proof.digest().as_ref())?;
                let asked = sni(name);
                self.challenges.put(asked.clone(), certificate);
                Some(Answer::Handshake { challenges: self.challenges.clone(), name: asked })
            }
            // It was written before.
            Way::Dns01 => None,
        }
    }
}

/// Self-signed, for that name, with the digest in it (RFC 8737 §3).
fn certificate(name: &Name, digest: &[u8]) -> Option<Certificate> {
    // rcgen wants 32 bytes, which SHA-256 has.
    let extension = (digest.len() == 32).then(|| CustomExtension::new_acme_identifier(digest))?;
    let mut params = CertificateParams::new(vec![name.to_string()]).ok()?;
    params.distinguished_name = DistinguishedName::new();
    params.custom_extensions = vec![extension];
    let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).ok()?;
    let leaf = params.self_signed(&key).ok()?.der().clone();
    let key = PrivateKeyDer::try_from(key.serialize_der()).ok()?;
    Certificate::new(vec![leaf], key).ok()
}

/// What the handshake asks for: the name, or an address's reverse name (RFC 8738 §6).
fn sni(name: &Name) -> String {
    match name {
        Name::Dns(name) => name.clone(),
        Name::Ip(IpAddr::V4(address)) => {
            let [a, b, c, d] = address.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa")
        }
        Name::Ip(IpAddr::V6(address)) => {
            let nibbles = address.octets().into_iter().rev().flat_map(|octet| [octet & 15, octet >> 4]);
            let labels: Vec<String> = nibbles.map(|nibble| format!("{nibble:x}")).collect();
            format!("{}.ip6.arpa", labels.join("."))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc8738_6_an_address_is_asked_for_by_its_reverse_name() {
        assert_eq!(sni(&Name::of("192.0.2.7")), "7.2.0.192.in-addr.arpa");
        let reverse = "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa";
        assert_eq!(sni(&Name::of("2001:db8::567:89ab")), reverse);
        assert_eq!(sni(&Name::of("a.test")), "a.test");
    }
}
