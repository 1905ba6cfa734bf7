//! The way in: TCP, TLS, stream, SASL, registration (RFC 6120 §4 to §7, RFC 5802, XEP-0077, XEP-0368).
//!
//! Every certificate is accepted: these are tests on loopback. Nothing here runs after binding.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock, Mutex};

use aws_lc_rs::{digest, hmac, pbkdf2};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

use super::xml::{Element, Frame, Framer, Stanza, escaped};
use super::{Error, PATIENCE, Result, now_ns};

/// How the door is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// No TLS at all (servers started with `--plain-tcp`).
    Plain,
    StartTls,
    DirectTls,
}

/// A server as a client sees it.
#[derive(Clone)]
pub struct Endpoint {
    pub addr: SocketAddr,
    pub door: Door,
    pub domain: Arc<str>,
    /// [`tls_config`]; exchange it to forbid or share session tickets.
    pub tls: Arc<ClientConfig>,
}

impl Endpoint {
    /// Full handshakes only: no tickets are kept.
    pub fn new(addr: SocketAddr, door: Door, domain: &str) -> Endpoint {
        Endpoint { addr, door, domain: domain.into(), tls: FULL_HANDSHAKES.clone() }
    }
}

static FULL_HANDSHAKES: LazyLock<Arc<ClientConfig>> = LazyLock::new(|| tls_config(false));

/// A TLS configuration that accepts every certificate. `tickets`: sessions are resumed.
pub fn tls_config(tickets: bool) -> Arc<ClientConfig> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let schemes = provider.signature_verification_algorithms.supported_schemes();
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider knows TLS 1.2 and 1.3")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCertificate(schemes)))
        .with_no_client_auth();
    if !tickets {
        config.resumption = rustls::client::Resumption::disabled();
    }
    Arc::new(config)
}

#[derive(Debug)]
struct AnyCertificate(Vec<SignatureScheme>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.clone()
    }
}

/// Any byte stream a client may speak over.
pub trait Io: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

/// A stream before it is bound: one request, one answer.
pub struct Opening {
    pub io: Box<dyn Io>,
    pub framer: Framer,
    pub domain: Arc<str>,
    pub features: Element,
}

/// Who logs in.
#[derive(Clone, Copy, Debug)]
pub enum Credentials<'a> {
    ScramSha256 { name: &'a str, password: &'a str },
    Plain { name: &'a str, password: &'a str },
    Anonymous,
}

impl Opening {
    /// Connects, has TLS done where the door asks for it, opens the stream and reads its features.
    pub async fn connect(to: &Endpoint) -> Result<Opening> {
        tokio::time::timeout(PATIENCE, Self::connect_now(to)).await.map_err(|_| Error::Late("connecting"))?
    }

    async fn connect_now(to: &Endpoint) -> Result<Opening> {
        let socket = TcpStream::connect(to.addr).await?;
        socket.set_nodelay(true)?;
        let io: Box<dyn Io> = match to.door {
            Door::DirectTls => over_tls(to, socket, Some(b"xmpp-client")).await?,
            Door::Plain | Door::StartTls => Box::new(socket),
        };
        let mut stream =
            Opening { io, framer: Framer::default(), domain: to.domain.clone(), features: Element::default() };
        stream.open().await?;
        if to.door != Door::StartTls {
            return Ok(stream);
        }
        stream.write("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>").await?;
        stream.expect("proceed").await?;
        if stream.framer.has_unread() {
            return Err(Error::Server("bytes behind <proceed/>".into()));
        }
        stream.io = over_tls(to, stream.io, None).await?;
        stream.open().await?;
        Ok(stream)
    }

    /// Sends a stream header and reads the server's and its features.
    pub async fn open(&mut self) -> Result<()> {
        self.framer = Framer::default();
        let header = format!(
            "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' \
             version='1.0' xml:lang='en' to='{}'>",
            self.domain
        );
        self.write(&header).await?;
        match self.frame().await? {
            Frame::Open(_) => {}
            Frame::Element(text) => return Err(Error::Server(text)),
            Frame::Close => return Err(Error::Closed(String::new())),
        }
        self.features = self.expect("stream:features").await?.tree();
        Ok(())
    }

    pub async fn write(&mut self, text: &str) -> Result<()> {
        self.io.write_all(text.as_bytes()).await?;
        Ok(self.io.flush().await?)
    }

    async fn frame(&mut self) -> Result<Frame> {
        let mut bytes = [0; 4096];
        loop {
            if let Some(frame) = self.framer.next().map_err(Error::Server)? {
                return Ok(frame);
            }
            let read = tokio::time::timeout(PATIENCE, self.io.read(&mut bytes)).await;
            match read.map_err(|_| Error::Late("reading"))?? {
                0 => return Err(Error::Closed(String::new())),
                count => self.framer.push(&bytes[..count]),
            }
        }
    }

    /// The next top-level element, whatever it is.
    pub async fn next(&mut self) -> Result<Stanza> {
        match self.frame().await? {
            Frame::Element(text) => Ok(Stanza { at_ns: now_ns(), text }),
            Frame::Open(text) => Err(Error::Server(text)),
            Frame::Close => Err(Error::Closed(String::new())),
        }
    }

    /// The next element, which must have this (prefixed) name.
    pub async fn expect(&mut self, name: &str) -> Result<Stanza> {
        let stanza = self.next().await?;
        if stanza.is(name) { Ok(stanza) } else { Err(Error::Server(stanza.text)) }
    }

    /// SASL, then a new stream header (RFC 6120 §6).
    pub async fn authenticate(&mut self, credentials: Credentials<'_>) -> Result<()> {
        match credentials {
            Credentials::Plain { name, password } => {
                self.auth("PLAIN", format!("\0{name}\0{password}").as_bytes()).await?;
                self.expect_success().await?;
            }
            Credentials::Anonymous => {
                self.auth("ANONYMOUS", b"").await?;
                self.expect_success().await?;
            }
            Credentials::ScramSha256 { name, password } => self.scram(name, password).await?,
        }
        self.open().await
    }

    async fn auth(&mut self, mechanism: &str, first: &[u8]) -> Result<()> {
        let first = BASE64.encode(first);
        self.write(&format!("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='{mechanism}'>{first}</auth>"))
            .await
    }

    async fn expect_success(&mut self) -> Result<Vec<u8>> {
        let answer = self.next().await?;
        if !answer.is("success") {
            return Err(Error::Sasl(answer.text));
        }
        BASE64.decode(answer.tree().text.trim()).map_err(|_| Error::Sasl(answer.text))
    }

    async fn scram(&mut self, name: &str, password: &str) -> Result<()> {
        let nonce = random_text();
        let first = format!("n={},r={nonce}", name.replace('=', "=3D").replace(',', "=2C"));
        self.auth("SCRAM-SHA-256", format!("n,,{first}").as_bytes()).await?;
        let challenge = self.next().await?;
        if !challenge.is("challenge") {
            return Err(Error::Sasl(challenge.text));
        }
        let bad = || Error::Sasl(challenge.text.clone());
        let server_first = BASE64.decode(challenge.tree().text.trim()).map_err(|_| bad())?;
        let server_first = String::from_utf8(server_first).map_err(|_| bad())?;
        let field = |key: char| server_first.split(',').find_map(|part| part.strip_prefix(key)?.strip_prefix('='));
        let (both, salt, rounds) = (field('r'), field('s'), field('i'));
        let (Some(both), Some(salt), Some(rounds)) = (both, salt, rounds) else { return Err(bad()) };
        if !both.starts_with(&nonce) {
            return Err(bad());
        }
        let keys = salted(password, &BASE64.decode(salt).map_err(|_| bad())?, rounds.parse().map_err(|_| bad())?);
        let last = format!("c=biws,r={both}");
        let signed = format!("{first},{server_first},{last}");
        let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &keys.stored), signed.as_bytes());
        let proof: Vec<u8> = keys.client.iter().zip(signature.as_ref()).map(|(a, b)| a ^ b).collect();
        let last = BASE64.encode(format!("{last},p={}", BASE64.encode(proof)));
        self.write(&format!("<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{last}</response>")).await?;
        let success = self.expect_success().await?;
        let expected = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &keys.server), signed.as_bytes());
        if success != format!("v={}", BASE64.encode(expected)).as_bytes() {
            return Err(Error::Sasl("the server's signature is wrong".into()));
        }
        Ok(())
    }

    /// Binds a resource; the full JID (RFC 6120 §7).
    pub async fn bind(&mut self, resource: Option<&str>) -> Result<String> {
        let resource = resource.map(|name| format!("<resource>{}</resource>", escaped(name))).unwrap_or_default();
        let bind = format!("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>{resource}</bind>");
        let answer = self.iq("bind", &bind).await?;
        let jid = answer.find("jid", "urn:ietf:params:xml:ns:xmpp-bind");
        jid.map(|jid| jid.text.clone()).ok_or(Error::Server(format!("no <jid/> in {answer:?}")))
    }

    /// An IQ of type set before the stream is bound.
    /// A request of type set, and its result.
    pub async fn iq(&mut self, id: &str, payload: &str) -> Result<Element> {
        self.write(&format!("<iq type='set' id='{id}'>{payload}</iq>")).await?;
        let answer = self.expect("iq").await?;
        if answer.attr("type").as_deref() == Some("result") { Ok(answer.tree()) } else { Err(Error::Iq(answer.text)) }
    }

    /// Makes an account in-band (XEP-0077 §3.1).
    pub async fn register(&mut self, name: &str, password: &str) -> Result<()> {
        let (name, password) = (escaped(name), escaped(password));
        let fields = format!("<username>{name}</username><password>{password}</password>");
        self.iq("register", &format!("<query xmlns='jabber:iq:register'>{fields}</query>")).await?;
        Ok(())
    }
}

async fn over_tls(to: &Endpoint, io: impl Io + 'static, alpn: Option<&[u8]>) -> Result<Box<dyn Io>> {
    let mut config = to.tls.clone();
    if let Some(alpn) = alpn {
        Arc::make_mut(&mut config).alpn_protocols = vec![alpn.to_vec()];
    }
    let name = ServerName::try_from(to.domain.to_string()).map_err(|error| Error::Io(io::Error::other(error)))?;
    Ok(Box::new(tokio_rustls::TlsConnector::from(config).connect(name, io).await?))
}

/// What a client keeps of a password for one salt (RFC 5802 §3).
#[derive(Clone)]
struct Salted {
    client: Vec<u8>,
    stored: Vec<u8>,
    server: Vec<u8>,
}

/// Password, salt, rounds.
type SaltedBy = (String, Vec<u8>, u32);

/// Kept between log-ins, as clients do: a load generator must not spend its time in PBKDF2.
fn salted(password: &str, salt: &[u8], rounds: u32) -> Salted {
    static KNOWN: LazyLock<Mutex<HashMap<SaltedBy, Salted>>> = LazyLock::new(Mutex::default);
    let by = (password.to_owned(), salt.to_vec(), rounds);
    if let Some(known) = KNOWN.lock().expect("nobody panics under it").get(&by) {
        return known.clone();
    }
    let mut key = [0; 32];
    let rounds = rounds.try_into().expect("at least one round");
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, rounds, salt, password.as_bytes(), &mut key);
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    let client = hmac::sign(&key, b"Client Key").as_ref().to_vec();
    let stored = digest::digest(&digest::SHA256, &client).as_ref().to_vec();
    let server = hmac::sign(&key, b"Server Key").as_ref().to_vec();
    let keys = Salted { client, stored, server };
    KNOWN.lock().expect("nobody panics under it").insert(by, keys.clone());
    keys
}

/// 144 random bits as text.
pub fn random_text() -> String {
    let mut bytes = [0; 18];
    aws_lc_rs::rand::fill(&mut bytes).expect("the system has random bytes");
    BASE64.encode(bytes).replace('+', "-").replace('/', "_")
}
