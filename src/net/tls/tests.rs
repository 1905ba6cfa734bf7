//! Channel bindings and the exchange of certificates, over the in-memory network.

use rcgen::CertificateParams;
use rcgen::KeyPair;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use rustls::pki_types::pem::PemObject;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;

use super::*;
use crate::net::memory;

fn self_signed(algorithm: &'static rcgen::SignatureAlgorithm) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
    let key = KeyPair::generate_for(algorithm).unwrap();
    let certificate = CertificateParams::new(vec!["a.test".to_owned()]).unwrap().self_signed(&key).unwrap();
    (certificate.der().clone(), PrivateKeyDer::try_from(key.serialize_der()).unwrap())
}

fn tls() -> (Tls, CertificateDer<'static>) {
    let (leaf, key) = self_signed(&rcgen::PKCS_ECDSA_P256_SHA256);
    (Tls::new(Certificate::new(vec![leaf.clone()], key).unwrap()), leaf)
}

fn sha(algorithm: &'static digest::Algorithm, bytes: &[u8]) -> Arc<[u8]> {
    digest::digest(algorithm, bytes).as_ref().into()
}

fn from_pem(pem: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()
}

fn of_leaf(leaf: &CertificateDer<'_>) -> Option<Arc<[u8]>> {
    end_point(leaf, &X509Certificate::from_der(leaf).unwrap().1)
}

#[test]
fn rfc5929_4_1_the_end_point_is_hashed_by_the_signatures_hash() {
    for (algorithm, hash) in [
        (&rcgen::PKCS_ECDSA_P256_SHA256, &digest::SHA256),
        (&rcgen::PKCS_ECDSA_P384_SHA384, &digest::SHA384),
        (&rcgen::PKCS_ECDSA_P521_SHA512, &digest::SHA512),
        (&rcgen::PKCS_RSA_SHA256, &digest::SHA256),
        (&rcgen::PKCS_RSA_SHA384, &digest::SHA384),
        (&rcgen::PKCS_RSA_SHA512, &digest::SHA512),
    ] {
        let (leaf, _) = self_signed(algorithm);
        assert_eq!(of_leaf(&leaf), Some(sha(hash, &leaf)), "{algorithm:?}");
    }
}

#[test]
fn rfc5929_4_1_sha_1_becomes_sha_256_and_pss_names_its_hash() {
    let old = from_pem(include_str!("rsa_sha1.pem"));
    assert_eq!(of_leaf(&old), Some(sha(&digest::SHA256, &old)));
    let pss = from_pem(include_str!("rsa_pss_sha384.pem"));
    assert_eq!(of_leaf(&pss), Some(sha(&digest::SHA384, &pss)));
}

#[test]
fn rfc5929_4_1_the_issuers_key_decides_not_the_leafs() {
    let issuer_key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
    let issuer = rcgen::Issuer::new(CertificateParams::new(vec![]).unwrap(), issuer_key);
    let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let leaf = CertificateParams::new(vec!["a.test".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    assert_eq!(of_leaf(leaf.der()), Some(sha(&digest::SHA384, leaf.der())));
}

#[test]
fn rfc5929_4_1_ed25519_has_no_end_point() {
    let (leaf, _) = self_signed(&rcgen::PKCS_ED25519);
    assert_eq!(of_leaf(&leaf), None);
}

#[test]
fn the_key_of_another_certificate_is_refused() {
    let (leaf, _) = self_signed(&rcgen::PKCS_ECDSA_P256_SHA256);
    let (_, other_key) = self_signed(&rcgen::PKCS_ECDSA_P256_SHA256);
    assert_eq!(Certificate::new(vec![leaf], other_key).err(), Some(CertificateError::OtherKey));
}

/// What the client saw, and the server's binding.
struct Met {
    exporter: [u8; 32],
    leaf: CertificateDer<'static>,
    resumed: bool,
    binding: Binding,
}

/// A client that trusts `leaf` shakes hands with what `tls` serves now.
async fn meet(tls: &Tls, config: &Arc<ClientConfig>) -> io::Result<Met> {
    let (near, far) = memory::pair();
    let generation = tls.current();
    let server = async {
        let (mut stream, binding) = accept(generation, far).await?;
        stream.write_all(b"hello").await?;
        stream.shutdown().await?;
        io::Result::Ok(binding)
    };
    let client = async {
        let connector = tokio_rustls::TlsConnector::from(config.clone());
        let mut stream = connector.connect(ServerName::try_from("a.test").unwrap(), near).await?;
        let mut greeting = Vec::new();
        stream.read_to_end(&mut greeting).await?;
        let connection = stream.get_ref().1;
        let exporter = connection.export_keying_material([0; 32], b"EXPORTER-Channel-Binding", Some(b"")).unwrap();
        let leaf = connection.peer_certificates().unwrap()[0].clone().into_owned();
        let resumed = connection.handshake_kind() == Some(rustls::HandshakeKind::Resumed);
        io::Result::Ok((exporter, leaf, resumed))
    };
    let (binding, client) = tokio::join!(server, client);
    let (exporter, leaf, resumed) = client?;
    Ok(Met { exporter, leaf, resumed, binding: binding? })
}

fn client(
    leaves: &[&CertificateDer<'static>],
    version: &'static rustls::SupportedProtocolVersion,
    alpn: &[&[u8]],
) -> Arc<ClientConfig> {
    let mut roots = rustls::RootCertStore::empty();
    for leaf in leaves {
        roots.add((*leaf).clone()).unwrap();
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
    Arc::new(config)
}

#[tokio::test]
async fn rfc9266_2_both_sides_export_the_same_bytes_in_both_versions() {
    let (tls, leaf) = tls();
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let met = meet(&tls, &client(&[&leaf], version, &[])).await.unwrap();
        assert_eq!(met.binding.exporter, Some(met.exporter), "{version:?}");
        assert_eq!(met.binding.end_point, Some(sha(&digest::SHA256, &met.leaf)));
    }
}

#[tokio::test]
async fn xep0368_4_alpn_is_agreed_on_and_its_absence_accepted() {
    let (tls, leaf) = tls();
    let direct = tls.with_alpn(&[ALPN_CLIENT]);
    let version = &rustls::version::TLS13;
    let named = meet(&direct, &client(&[&leaf], version, &[ALPN_CLIENT])).await.unwrap();
    assert_eq!(named.binding.alpn.as_deref(), Some(ALPN_CLIENT));
    let silent = meet(&direct, &client(&[&leaf], version, &[])).await.unwrap();
    assert_eq!(silent.binding.alpn, None);
    assert!(meet(&direct, &client(&[&leaf], version, &[b"http/1.1"])).await.is_err());
}

#[tokio::test]
async fn a_ticket_is_worth_nothing_after_the_certificate_changed() {
    let (tls, first) = tls();
    let (second, second_key) = self_signed(&rcgen::PKCS_ECDSA_P256_SHA256);
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let config = client(&[&first, &second], version, &[]);
        let (first_copy, key) = self_signed(&rcgen::PKCS_ECDSA_P256_SHA256);
        let config_of_first = client(&[&first_copy], version, &[]);
        tls.replace(Certificate::new(vec![first_copy.clone()], key).unwrap());
        assert!(!meet(&tls, &config_of_first).await.unwrap().resumed);
        let again = meet(&tls, &config_of_first).await.unwrap();
        assert!(again.resumed, "{version:?}");
        assert_eq!(again.binding.end_point, Some(sha(&digest::SHA256, &first_copy)));
        assert!(meet(&tls, &config).await.is_err(), "neither of the two it trusts is served");
        tls.replace(Certificate::new(vec![second.clone()], second_key.clone_key()).unwrap());
        let met = meet(&tls, &client(&[&second], version, &[])).await.unwrap();
        assert_eq!(met.leaf, second);
        // The first one's client brings its ticket: it is not resumed, and distrusts the new leaf.
        assert!(meet(&tls, &config_of_first).await.is_err());
    }
}

#[tokio::test]
async fn all_doors_change_together() {
    let (tls, _) = tls();
    let direct = tls.with_alpn(&[ALPN_CLIENT]);
    let before = direct.current();
    let (leaf, key) = self_signed(&rcgen::PKCS_ECDSA_P384_SHA384);
    tls.replace(Certificate::new(vec![leaf.clone()], key).unwrap());
    assert_eq!(direct.current().end_point, Some(sha(&digest::SHA384, &leaf)));
    assert_ne!(before.end_point, direct.current().end_point);
    assert_eq!(direct.current().config.alpn_protocols, [ALPN_CLIENT]);
    assert!(tls.current().config.alpn_protocols.is_empty());
}
