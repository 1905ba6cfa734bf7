//! TLS 1.2 and 1.3 for our doors, with the channel bindings of RFC 5929 §4 and RFC 9266.
//!
//! State: the certificate in service, exchangeable at run time. Each certificate is one
//! [`Generation`] with a ticket key of its own, and each connection belongs to one: a session
//! resumed by a ticket is never bound to a certificate that was not served to it.

pub mod challenge;

use std::io;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use aws_lc_rs::digest;
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::PrivateKeyDer;
use rustls::server::ClientHello;
use rustls::server::NoServerSessionStorage;
use rustls::server::ProducesTickets;
use rustls::server::ResolvesServerCert;
use rustls::sign::CertifiedKey;
use rustls::sign::SingleCertAndKey;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use x509_parser::oid_registry;
use x509_parser::prelude::FromDer;
use x509_parser::prelude::X509Certificate;
use x509_parser::signature_algorithm::SignatureAlgorithm;

use challenge::Challenges;

/// What a client of direct TLS names (XEP-0368 §4).
pub const ALPN_CLIENT: &[u8] = b"xmpp-client";

/// What a server of direct TLS names (XEP-0368 §4).
pub const ALPN_SERVER: &[u8] = b"xmpp-server";

/// What HTTP/2 names (RFC 9113 §3.2).
pub const ALPN_H2: &[u8] = b"h2";

/// What HTTP/1.1 over TLS names (RFC 7301 §6).
pub const ALPN_HTTP: &[u8] = b"http/1.1";

/// RFC 9266 §2. The context is empty, and given: to TLS 1.2 an absent one is another.
const EXPORTER_LABEL: &[u8] = b"EXPORTER-Channel-Binding";

/// The served certificate, for one kind of door. Cheap to clone.
#[derive(Clone)]
pub struct Tls {
    shared: Arc<Shared>,
    /// Which of the doors.
    door: usize,
    challenges: Challenges,
}

struct Shared {
    provider: Arc<CryptoProvider>,
    served: Mutex<Served>,
}

struct Served {
    certificate: Arc<Certificate>,
    doors: Vec<Door>,
}

struct Door {
    alpn: Vec<Vec<u8>>,
    generation: Arc<Generation>,
}

/// A chain and key that belong together, ready to be served.
pub struct Certificate {
    resolver: Arc<dyn ResolvesServerCert>,
    /// What who names no host is served.
    unnamed: Arc<dyn ResolvesServerCert>,
    ticketer: Arc<dyn ProducesTickets>,
    end_point: Option<Arc<[u8]>>,
}

/// One certificate at one kind of door, as long as connections use it.
pub struct Generation {
    pub config: Arc<ServerConfig>,
    /// `tls-server-end-point` of its leaf; `None` where RFC 5929 §4.1 leaves it undefined (Ed25519).
    pub end_point: Option<Arc<[u8]>>,
}

/// What SASL may bind a log-in to.
#[derive(Clone, Debug)]
pub struct Binding {
    /// `tls-exporter`. We speak TLS 1.2 only with extended master secret, so it is always there
    /// after a handshake.
    pub exporter: Option<[u8; 32]>,
    /// `tls-server-end-point` of the certificate that this connection was served.
    pub end_point: Option<Arc<[u8]>>,
    /// The protocol that both sides named.
    pub alpn: Option<Vec<u8>>,
}

/// Why a chain and a key cannot be served.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    #[error("the file with the certificate has none")]
    Empty,
    #[error("the certificate cannot be read ({0})")]
    Certificate(String),
    #[error("the key cannot be read ({0})")]
    Key(String),
    #[error("the key does not belong to this certificate")]
    OtherKey,
}

impl Certificate {
    /// `chain`: leaf first. Fails where the key is another one's.
    pub fn new(
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
    ) -> Result<Certificate, CertificateError> {
        let leaf = chain.first().ok_or(CertificateError::Empty)?;
        let (_, parsed) =
            X509Certificate::from_der(leaf).map_err(|error| CertificateError::Certificate(error.to_string()))?;
        let (end_point, public) = (end_point(leaf, &parsed), parsed.public_key().raw.to_vec());
        let key = default_provider()
            .key_provider
            .load_private_key(key)
            .map_err(|error| CertificateError::Key(error.to_string()))?;
        // Not `CertifiedKey::keys_match`: it reads no certificate with a critical extension that it does not know, as
        // the answer to an authority's challenge has (RFC 8737 §3).
        if key.public_key().is_some_and(|own| own.as_ref() != public) {
            return Err(CertificateError::OtherKey);
        }
        let certified = CertifiedKey::new(chain, key);
        let ticketer =
            rustls::crypto::aws_lc_rs::Ticketer::new().map_err(|error| CertificateError::Key(error.to_string()))?;
        let resolver = Arc::new(SingleCertAndKey::from(certified));
        Ok(Certificate { unnamed: resolver.clone(), resolver, ticketer, end_point })
    }
}

impl Tls {
    /// Serves `certificate`, at doors that speak one protocol only and look at no ALPN.
    pub fn new(certificate: Certificate) -> Tls {
        let provider = Arc::new(default_provider());
        let certificate = Arc::new(certificate);
        let generation = Arc::new(Generation::new(&provider, &certificate, &[]));
        let doors = vec![Door { alpn: Vec::new(), generation }];
        let shared = Arc::new(Shared { provider, served: Mutex::new(Served { certificate, doors }) });
        Tls { shared, door: 0, challenges: Challenges::default() }
    }

    /// The same certificate, now and later, at doors that know these protocols. A client that names
    /// none is welcome, one that names only others is not (RFC 7301 §3.2).
    pub fn with_alpn(&self, protocols: &[&[u8]]) -> Tls {
        let mut served = self.shared.served.lock().unwrap_or_else(PoisonError::into_inner);
        let alpn: Vec<Vec<u8>> = protocols.iter().map(|name| name.to_vec()).collect();
        let door = served.doors.iter().position(|door| door.alpn == alpn).unwrap_or_else(|| {
            let generation = Arc::new(Generation::new(&self.shared.provider, &served.certificate, &alpn));
            served.doors.push(Door { alpn, generation });
            served.doors.len() - 1
        });
        Tls { shared: self.shared.clone(), door, challenges: self.challenges.clone() }
    }

    /// The same, with challenges that outlive this certificate and come before it.
    pub fn with_challenges(&self, challenges: &Challenges) -> Tls {
        Tls { challenges: challenges.clone(), ..self.clone() }
    }

    /// What [`challenge::accept`] answers an authority with.
    pub fn challenges(&self) -> &Challenges {
        &self.challenges
    }

    /// Serves another certificate from the next connection on. Those that stand keep theirs.
    pub fn replace(&self, certificate: Certificate) {
        let certificate = Arc::new(certificate);
        let mut served = self.shared.served.lock().unwrap_or_else(PoisonError::into_inner);
        for door in &mut served.doors {
            door.generation = Arc::new(Generation::new(&self.shared.provider, &certificate, &door.alpn));
        }
        served.certificate = certificate;
    }

    /// The same for who asks for a host by name. Who names none, as a browser does at a bare address (RFC 6066 §3), is
    /// served what was served there before.
    pub fn replace_for_names(&self, certificate: Certificate) {
        let served = self.shared.served.lock().unwrap_or_else(PoisonError::into_inner);
        let unnamed = served.certificate.unnamed.clone();
        drop(served);
        let resolver = Arc::new(ByName { named: certificate.resolver, unnamed: unnamed.clone() });
        self.replace(Certificate { resolver, unnamed, ..certificate });
    }

    /// What the next connection is served.
    pub fn current(&self) -> Arc<Generation> {
        let served = self.shared.served.lock().unwrap_or_else(PoisonError::into_inner);
        served.doors[self.door].generation.clone()
    }
}

/// One for who names a host, another for who does not.
#[derive(Debug)]
struct ByName {
    named: Arc<dyn ResolvesServerCert>,
    unnamed: Arc<dyn ResolvesServerCert>,
}

impl ResolvesServerCert for ByName {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let one = if hello.server_name().is_some() { &self.named } else { &self.unnamed };
        one.resolve(hello)
    }
}

impl Generation {
    fn new(provider: &Arc<CryptoProvider>, certificate: &Certificate, alpn: &[Vec<u8>]) -> Generation {
        let versions = [&rustls::version::TLS13, &rustls::version::TLS12];
        let mut config = ServerConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(&versions)
            .expect("aws-lc-rs has suites for both versions")
            .with_no_client_auth()
            .with_cert_resolver(certificate.resolver.clone());
        config.alpn_protocols = alpn.to_vec();
        config.require_ems = true;
        config.ticketer = certificate.ticketer.clone();
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 1;
        Generation { config: Arc::new(config), end_point: certificate.end_point.clone() }
    }
}

/// A TLS handshake as the server. Has no time-out: the caller sets [`crate::limits::TLS_HANDSHAKE_MAX_S`].
pub async fn accept<IO>(generation: Arc<Generation>, io: IO) -> io::Result<(TlsStream<IO>, Binding)>
where
    IO: AsyncRead + AsyncWrite + Unpin,
{
    let stream = TlsAcceptor::from(generation.config.clone()).accept(io).await?;
    let binding = binding(&stream, &generation);
    Ok((stream, binding))
}

/// Of a connection whose handshake is done.
fn binding<IO>(stream: &TlsStream<IO>, generation: &Generation) -> Binding {
    let connection = stream.get_ref().1;
    Binding {
        exporter: connection.export_keying_material([0; 32], EXPORTER_LABEL, Some(b"")).ok(),
        end_point: generation.end_point.clone(),
        alpn: connection.alpn_protocol().map(<[u8]>::to_vec),
    }
}

/// RFC 5929 §4.1: the leaf's hash by the hash of its own signature, SHA-256 in place of MD5 and SHA-1.
/// `None` for signatures with no hash or with several.
fn end_point(leaf: &[u8], certificate: &X509Certificate<'_>) -> Option<Arc<[u8]>> {
    let algorithm = SignatureAlgorithm::try_from(&certificate.signature_algorithm);
    let hash = match algorithm {
        Ok(SignatureAlgorithm::RSASSA_PSS(parameters)) => hash_of_digest(parameters.hash_algorithm_oid()),
        _ => hash_of_signature(&certificate.signature_algorithm.algorithm),
    };
    hash.map(|hash| digest::digest(hash, leaf).as_ref().into())
}

fn hash_of_signature(oid: &oid_registry::Oid<'_>) -> Option<&'static digest::Algorithm> {
    let table = [
        (oid_registry::OID_PKCS1_MD5WITHRSAENC, &digest::SHA256),
        (oid_registry::OID_PKCS1_SHA1WITHRSA, &digest::SHA256),
        (oid_registry::OID_PKCS1_SHA224WITHRSA, &digest::SHA224),
        (oid_registry::OID_PKCS1_SHA256WITHRSA, &digest::SHA256),
        (oid_registry::OID_PKCS1_SHA384WITHRSA, &digest::SHA384),
        (oid_registry::OID_PKCS1_SHA512WITHRSA, &digest::SHA512),
        (oid_registry::OID_SIG_ECDSA_WITH_SHA224, &digest::SHA224),
        (oid_registry::OID_SIG_ECDSA_WITH_SHA256, &digest::SHA256),
        (oid_registry::OID_SIG_ECDSA_WITH_SHA384, &digest::SHA384),
        (oid_registry::OID_SIG_ECDSA_WITH_SHA512, &digest::SHA512),
    ];
    // ecdsa-with-SHA1 (RFC 3279 §2.2.3) is in no registry of the crate.
    if oid.to_id_string() == "1.2.840.10045.4.1" {
        return Some(&digest::SHA256);
    }
    table.into_iter().find(|(known, _)| known == oid).map(|(_, hash)| hash)
}

/// The hash that RSASSA-PSS names in its parameters (RFC 4055 §3.1).
fn hash_of_digest(oid: &oid_registry::Oid<'_>) -> Option<&'static digest::Algorithm> {
    match oid.to_id_string().as_str() {
        "1.3.14.3.2.26" | "2.16.840.1.101.3.4.2.1" => Some(&digest::SHA256),
        "2.16.840.1.101.3.4.2.4" => Some(&digest::SHA224),
        "2.16.840.1.101.3.4.2.2" => Some(&digest::SHA384),
        "2.16.840.1.101.3.4.2.3" => Some(&digest::SHA512),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
