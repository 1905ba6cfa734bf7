//! Answers to tls-alpn-01 (RFC 8737; RFC 8738 §6 for addresses), and the handshake that looks for them.
//!
//! State: the certificates of challenges under way, by name. Who puts one there takes it away again, so there are
//! never more than names of one server.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::server::Acceptor;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::io::AsyncWriteExt;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

use super::Binding;
use super::Certificate;
use super::Tls;
use super::binding;

/// What an authority that validates names, and nothing beside it (RFC 8737 §3).
pub const ALPN_ACME: &[u8] = b"acme-tls/1";

/// The challenges under way. Cheap to clone; all clones are one.
#[derive(Clone, Default)]
pub struct Challenges {
    by_name: Arc<Mutex<HashMap<String, Arc<ServerConfig>>>>,
}

impl Challenges {
    /// Answers handshakes for `name` from now on. `name`: as the SNI has it, in ASCII; for an IP address its reverse
    /// name without the last dot (RFC 8738 §6). Another one for the same name takes its place.
    pub fn put(&self, name: String, certificate: Certificate) {
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .expect("aws-lc-rs has suites for both versions")
            .with_no_client_auth()
            .with_cert_resolver(certificate.resolver);
        config.alpn_protocols = vec![ALPN_ACME.to_vec()];
        config.send_tls13_tickets = 0;
        self.lock().insert(name.to_ascii_lowercase(), Arc::new(config));
    }

    pub fn remove(&self, name: &str) {
        self.lock().remove(&name.to_ascii_lowercase());
    }

    fn find(&self, name: &str) -> Option<Arc<ServerConfig>> {
        self.lock().get(&name.to_ascii_lowercase()).cloned()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<ServerConfig>>> {
        self.by_name.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Like [`super::accept`] with what `tls` serves now, at a door that names its protocols. `None`: it was an authority,
/// which has seen the answer to its challenge, and the connection is closed (RFC 8737 §3). Where no challenge is under
/// way for the name, an authority's handshake fails, since no door lists `acme-tls/1`.
pub async fn accept<IO>(tls: &Tls, io: IO) -> io::Result<Option<(TlsStream<IO>, Binding)>>
where
    IO: AsyncRead + AsyncWrite + Unpin,
{
    let start = LazyConfigAcceptor::new(Acceptor::default(), io).await?;
    let hello = start.client_hello();
    let validates = hello.alpn().is_some_and(|mut names| names.next() == Some(ALPN_ACME) && names.next().is_none());
    if validates && let Some(answer) = hello.server_name().and_then(|name| tls.challenges().find(name)) {
        let mut stream = start.into_stream(answer).await?;
        stream.shutdown().await?;
        return Ok(None);
    }
    let generation = tls.current();
    let stream = start.into_stream(generation.config.clone()).await?;
    let binding = binding(&stream, &generation);
    Ok(Some((stream, binding)))
}

#[cfg(test)]
mod tests {
    use rcgen::CertificateParams;
    use rcgen::CustomExtension;
    use rcgen::KeyPair;
    use rustls::ClientConfig;
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::PrivateKeyDer;
    use rustls::pki_types::ServerName;
    use tokio::io::AsyncReadExt;

    use super::*;
    use crate::net::memory;

    const HTTP: &[u8] = b"http/1.1";

    fn made(name: &str, challenge: bool) -> (CertificateDer<'static>, Certificate) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        if challenge {
            params.custom_extensions = vec![CustomExtension::new_acme_identifier(&[7; 32])];
        }
        let leaf = params.self_signed(&key).unwrap().der().clone();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        (leaf.clone(), Certificate::new(vec![leaf], key).unwrap())
    }

    fn served() -> (CertificateDer<'static>, Tls) {
        let (leaf, certificate) = made("a.test", false);
        (leaf, Tls::new(certificate).with_alpn(&[HTTP, b"xmpp-client"]))
    }

    /// The leaf that a client was shown, and whether the server said good-bye right after the handshake.
    async fn shown(tls: &Tls, sni: &str, alpn: &[&[u8]]) -> io::Result<(CertificateDer<'static>, bool)> {
        let (near, far) = memory::pair();
        let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Trusting))
            .with_no_client_auth();
        config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
        let server = async {
            if let Some((mut stream, _)) = accept(tls, far).await? {
                stream.write_all(b"in").await?;
                stream.shutdown().await?;
            }
            io::Result::Ok(())
        };
        let client = async {
            let name = ServerName::try_from(sni.to_owned()).unwrap();
            let mut stream = tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, near).await?;
            let mut said = Vec::new();
            stream.read_to_end(&mut said).await?;
            let leaf = stream.get_ref().1.peer_certificates().unwrap()[0].clone().into_owned();
            io::Result::Ok((leaf, said.is_empty()))
        };
        let (server, client) = tokio::join!(server, client);
        server.and(client)
    }

    #[tokio::test]
    async fn rfc8737_3_an_authority_is_shown_the_answer_and_the_connection_is_closed() {
        let (_, tls) = served();
        let (answer, certificate) = made("a.test", true);
        tls.challenges().put("A.test".to_owned(), certificate);
        assert_eq!(shown(&tls, "a.test", &[ALPN_ACME]).await.unwrap(), (answer, true));
    }

    #[tokio::test]
    async fn rfc8738_6_an_address_is_asked_for_by_its_reverse_name() {
        let (_, tls) = served();
        let (answer, certificate) = made("127.0.0.1", true);
        tls.challenges().put("1.0.0.127.in-addr.arpa".to_owned(), certificate);
        assert_eq!(shown(&tls, "1.0.0.127.in-addr.arpa", &[ALPN_ACME]).await.unwrap(), (answer, true));
    }

    #[tokio::test]
    async fn everybody_else_is_served_as_always_while_a_challenge_is_under_way() {
        let (leaf, tls) = served();
        tls.challenges().put("a.test".to_owned(), made("a.test", true).1);
        for alpn in [&[][..], &[HTTP], &[b"xmpp-client"], &[ALPN_ACME, HTTP], &[HTTP, ALPN_ACME]] {
            assert_eq!(shown(&tls, "a.test", alpn).await.unwrap(), (leaf.clone(), false), "{alpn:?}");
        }
    }

    #[tokio::test]
    async fn rfc8737_3_without_a_challenge_the_authoritys_handshake_fails_and_no_other() {
        let (leaf, tls) = served();
        assert!(shown(&tls, "a.test", &[ALPN_ACME]).await.is_err());
        tls.challenges().put("b.test".to_owned(), made("b.test", true).1);
        assert!(shown(&tls, "a.test", &[ALPN_ACME]).await.is_err(), "another name's");
        tls.challenges().remove("b.test");
        assert!(shown(&tls, "b.test", &[ALPN_ACME]).await.is_err(), "no more");
        assert_eq!(shown(&tls, "a.test", &[HTTP]).await.unwrap().0, leaf);
    }

    #[tokio::test]
    async fn challenges_outlive_the_certificate_in_service() {
        let (_, tls) = served();
        let challenges = Challenges::default();
        let (answer, certificate) = made("a.test", true);
        challenges.put("a.test".to_owned(), certificate);
        let tls = tls.with_challenges(&challenges);
        tls.replace(made("a.test", false).1);
        let of_next = Tls::new(made("a.test", false).1).with_challenges(&challenges).with_alpn(&[HTTP]);
        for tls in [tls, of_next] {
            assert_eq!(shown(&tls, "a.test", &[ALPN_ACME]).await.unwrap().0, answer);
        }
    }

    /// A client that looks at no certificate.
    #[derive(Debug)]
    struct Trusting;

    impl rustls::client::danger::ServerCertVerifier for Trusting {
        fn verify_server_cert(
            &self,
            _: &CertificateDer<'_>,
            _: &[CertificateDer<'_>],
            _: &ServerName<'_>,
            _: &[u8],
            _: rustls::pki_types::UnixTime,
        ) -> Result<rustls::client::danger::ServerCertVerified, rustls::Error> {
            Ok(rustls::client::danger::ServerCertVerified::assertion())
        }

        fn verify_tls12_signature(
            &self,
            _: &[u8],
            _: &CertificateDer<'_>,
            _: &rustls::DigitallySignedStruct,
        ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
            Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
        }

        fn verify_tls13_signature(
            &self,
            _: &[u8],
            _: &CertificateDer<'_>,
            _: &rustls::DigitallySignedStruct,
        ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
            Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
        }

        fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
            default_provider().signature_verification_algorithms.supported_schemes()
        }
    }
}
