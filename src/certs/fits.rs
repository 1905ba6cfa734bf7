//! Whether browsers and apps take a certificate of this kind: asked of what somebody brings, as one that they do not take
//! would lock its owner out of the very page where it is put right.
//!
//! RFC 5280 §4.2, the CA/Browser Forum's baseline requirements §6.1.5. Keeps no state.

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::FromDer;
use x509_parser::public_key::PublicKey;

use super::CertError;
use super::Facts;
use super::Pair;
use crate::clock::UtcMicros;
use crate::limits;

const P_256: &str = "1.2.840.10045.3.1.7";
const P_384: &str = "1.3.132.0.34";

pub(super) fn browsers(pair: &Pair, facts: &Facts, now: UtcMicros) -> Result<(), CertError> {
    if facts.chain_length > limits::CHAIN_MAX {
        return Err(CertError::Long(facts.chain_length));
    }
    // A self-signed one is no exception: nobody but us makes them for machines whose clock is wrong.
    if facts.not_before > now {
        return Err(CertError::NotYet(super::check::date(facts.not_before)));
    }
    let unreadable = |error: String| CertError::Unreadable(error);
    let leaf = CertificateDer::from_pem_slice(pair.chain.as_bytes()).map_err(|error| unreadable(error.to_string()))?;
    let (_, leaf) = X509Certificate::from_der(&leaf).map_err(|error| unreadable(error.to_string()))?;
    kind_of_key(&leaf)?;
    is_for_servers(&leaf, facts)?;
    let unknown = |kind: &ParsedExtension<'_>| {
        matches!(kind, ParsedExtension::UnsupportedExtension { .. } | ParsedExtension::ParseError { .. })
    };
    match leaf.extensions().iter().find(|extension| extension.critical && unknown(extension.parsed_extension())) {
        Some(extension) => Err(CertError::Unknown(extension.oid.to_id_string())),
        None => Ok(()),
    }
}

fn kind_of_key(leaf: &X509Certificate<'_>) -> Result<(), CertError> {
    let key = leaf.public_key();
    let curve = || {
        let parameters = key.algorithm.parameters.as_ref()?;
        parameters.as_oid().ok().map(|curve| curve.to_id_string())
    };
    match key.parsed() {
        Ok(PublicKey::RSA(rsa)) if rsa.key_size() >= limits::RSA_MIN_BITS => Ok(()),
        Ok(PublicKey::RSA(rsa)) => Err(CertError::Kind(format!("RSA with {} bits", rsa.key_size()))),
        Ok(PublicKey::EC(_)) => match curve() {
            Some(curve) if curve == P_256 || curve == P_384 => Ok(()),
            curve => Err(CertError::Kind(format!("the curve {}", curve.unwrap_or_else(|| "of its own".to_owned())))),
        },
        _ => Err(CertError::Kind(format!("the algorithm {}", key.algorithm.algorithm.to_id_string()))),
    }
}

fn is_for_servers(leaf: &X509Certificate<'_>, facts: &Facts) -> Result<(), CertError> {
    let usage = leaf.extended_key_usage().ok().flatten();
    let for_others = usage.is_some_and(|usage| !usage.value.any && !usage.value.server_auth);
    // `openssl req -x509` makes an authority of each self-signed one.
    let signs = leaf.basic_constraints().ok().flatten().is_some_and(|constraints| constraints.value.ca);
    if for_others || signs && !facts.self_signed { Err(CertError::Use) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use rcgen::CertificateParams;
    use rcgen::CustomExtension;
    use rcgen::ExtendedKeyUsagePurpose;
    use rcgen::KeyPair;
    use rcgen::SignatureAlgorithm;

    use super::*;
    use crate::certs::check;

    const NOW: i64 = 1_795_000_000_000_000; // November 2026

    /// What is said of a self-signed one with such a key.
    fn judged(kind: &'static SignatureAlgorithm, change: impl FnOnce(&mut CertificateParams)) -> Result<(), CertError> {
        let key = KeyPair::generate_for(kind).unwrap();
        let mut params = CertificateParams::new(vec!["a.test".to_owned()]).unwrap();
        (params.not_before, params.not_after) = (rcgen::date_time_ymd(2026, 1, 1), rcgen::date_time_ymd(2050, 1, 1));
        change(&mut params);
        let pair = Pair { chain: params.self_signed(&key).unwrap().pem(), key: key.serialize_pem() };
        check::check_strictly(&pair, "a.test", NOW).map(drop)
    }

    #[test]
    fn what_browsers_do_not_take_is_not_taken() {
        let p256 = &rcgen::PKCS_ECDSA_P256_SHA256;
        assert_eq!(judged(p256, |_| {}), Ok(()));
        assert_eq!(judged(&rcgen::PKCS_ECDSA_P384_SHA384, |_| {}), Ok(()));
        for kind in [&rcgen::PKCS_ED25519, &rcgen::PKCS_ECDSA_P521_SHA512] {
            assert!(matches!(judged(kind, |_| {}), Err(CertError::Kind(_))), "{kind:?}");
        }
        let future = judged(p256, |params| params.not_before = rcgen::date_time_ymd(2040, 1, 1));
        assert_eq!(future, Err(CertError::NotYet("2040-01-01".to_owned())));
        let usage = |usage| move |params: &mut CertificateParams| params.extended_key_usages = vec![usage];
        assert_eq!(judged(p256, usage(ExtendedKeyUsagePurpose::ClientAuth)), Err(CertError::Use));
        assert_eq!(judged(p256, usage(ExtendedKeyUsagePurpose::ServerAuth)), Ok(()));
        let strange = |critical| {
            move |params: &mut CertificateParams| {
                let mut strange = CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![5, 0]);
                strange.set_criticality(critical);
                params.custom_extensions = vec![strange];
            }
        };
        assert_eq!(judged(p256, strange(true)), Err(CertError::Unknown("1.2.3.4".to_owned())));
        assert_eq!(judged(p256, strange(false)), Ok(()));
    }

    #[test]
    fn a_chain_has_an_end_and_an_authority_is_no_server() {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["a.test".to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2026, 1, 1);
        let leaf = params.self_signed(&key).unwrap().pem();
        let many = Pair { chain: leaf.repeat(limits::CHAIN_MAX + 1), key: key.serialize_pem() };
        let refused = check::check_strictly(&many, "a.test", NOW).map(drop);
        assert_eq!(refused, Err(CertError::Long(limits::CHAIN_MAX + 1)));
        let root = KeyPair::generate().unwrap();
        let mut over = CertificateParams::new(vec![]).unwrap();
        over.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let over_pem = over.self_signed(&root).unwrap().pem();
        let issuer = rcgen::Issuer::new(over, root);
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, "below");
        let chain = params.signed_by(&key, &issuer).unwrap().pem() + &over_pem;
        let signs = Pair { chain, key: key.serialize_pem() };
        assert_eq!(check::check_strictly(&signs, "a.test", NOW).map(drop), Err(CertError::Use));
    }
}
