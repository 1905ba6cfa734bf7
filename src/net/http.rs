//! Requests to servers elsewhere: HTTP/1.1 (RFC 9112) under TLS, with bounds on time and size.
//!
//! Follows no redirects. Plain HTTP goes to loopback addresses only. State: the connection of the last request, which
//! the next one to the same server uses.

use std::fmt::Debug;
use std::io;
use std::net::IpAddr;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use http_body_util::Full;
use http_body_util::LengthLimitError;
use http_body_util::Limited;
use hyper::Request;
use hyper::Response;
use hyper::body::Body;
use hyper::client::conn::http1;
use hyper::client::conn::http1::SendRequest;
use hyper::header;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::ServerName;
use rustls::pki_types::UnixTime;
use rustls::pki_types::pem::PemObject;
use rustls::time_provider::TimeProvider;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio_rustls::TlsConnector;

use super::dns::DnsError;
use super::dns::Resolver;
use crate::clock::Clock;
use crate::limits;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    #[error("{0} is no address of a web server")]
    Address(String),
    #[error("the address of {host} is not found ({error})")]
    Dns { host: String, error: DnsError },
    #[error("{host} cannot be reached ({error})")]
    Connect { host: String, error: io::Error },
    /// `dates`: it would do by another clock.
    #[error("{host} cannot be trusted ({error})")]
    Trust { host: String, error: String, dates: bool },
    #[error("{0} did not answer in time")]
    Slow(String),
    #[error("{0} answered more than is read")]
    Long(String),
    #[error("{host} does not answer as HTTP should ({error})")]
    Broken { host: String, error: hyper::Error },
    #[error("the extra root {file} cannot be used ({reason})")]
    Root { file: String, reason: String },
}

/// A client of web servers.
pub struct Client {
    clock: Clock,
    resolver: Resolver,
    tls: TlsConnector,
    open: Mutex<Option<Open>>,
}

struct Open {
    to: Server,
    requests: SendRequest<Full<Bytes>>,
}

#[derive(Clone, PartialEq, Eq)]
struct Server {
    host: String,
    port: u16,
    secure: bool,
}

/// Whose certificates are judged by our clock.
struct OurClock(Clock);

impl Debug for OurClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OurClock")
    }
}

impl TimeProvider for OurClock {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.0.utc() / 1_000_000).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}

impl Client {
    /// Trusts the machine's roots, else those of the program, and `root` (PEM) too. Reads files.
    pub fn new(clock: Clock, resolver: Resolver, root: Option<&Path>) -> Result<Client, HttpError> {
        let roots = roots(root)?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_details(provider, Arc::new(OurClock(clock.clone())))
            .with_safe_default_protocol_versions()
            .expect("aws-lc-rs has suites for both versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let tls = TlsConnector::from(Arc::new(config));
        Ok(Client { clock, resolver, tls, open: Mutex::new(None) })
    }

    /// Sends it to the server of its URI, and reads the whole answer: at most [`limits::ANSWER_MAX_BYTES`], within
    /// [`limits::REQUEST_MAX_S`].
    pub async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let server = Server::of(request.uri())?;
        let host = server.host.clone();
        let patience = Duration::from_secs(limits::REQUEST_MAX_S);
        let answer = self.clock.timeout(patience, self.exchange(server, request)).await;
        answer.unwrap_or(Err(HttpError::Slow(host)))
    }

    async fn exchange(&self, server: Server, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let mut open = self.open.lock().await;
        let kept = open.take().filter(|open| open.to == server && !open.requests.is_closed());
        let (mut requests, used) = match kept {
            Some(open) => (open.requests, true),
            None => (self.connect(&server).await?, false),
        };
        let broken = |error| HttpError::Broken { host: server.host.clone(), error };
        let answer = match requests.send_request(of_origin(&request, &server)).await {
            // The server has shut it since the last request. Who sends what may not be done twice looks to that itself,
            // as RFC 8555 does by its nonces.
            Err(_) if used => {
                requests = self.connect(&server).await?;
                requests.send_request(of_origin(&request, &server)).await
            }
            answer => answer,
        };
        let (parts, body) = answer.map_err(broken)?.into_parts();
        if body.size_hint().lower() > limits::ANSWER_MAX_BYTES as u64 {
            return Err(HttpError::Long(server.host));
        }
        let body = match Limited::new(body, limits::ANSWER_MAX_BYTES).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => return Err(HttpError::Long(server.host)),
            Err(error) => {
                let error = io::Error::other(error);
                return Err(HttpError::Connect { host: server.host, error });
            }
        };
        *open = Some(Open { to: server, requests });
        Ok(Response::from_parts(parts, body))
    }

    async fn connect(&self, server: &Server) -> Result<SendRequest<Full<Bytes>>, HttpError> {
        let socket = self.dial(server).await?;
        if !server.secure {
            return greet(server, socket).await;
        }
        let odd = |_| HttpError::Address(server.host.clone());
        let name = ServerName::try_from(server.host.clone()).map_err(odd)?;
        match self.tls.connect(name, socket).await {
            Ok(stream) => greet(server, stream).await,
            Err(error) => Err(distrust(server, error)),
        }
    }

    /// The first of its addresses that answers.
    async fn dial(&self, server: &Server) -> Result<TcpStream, HttpError> {
        let host = &server.host;
        let found = self.resolver.addresses(host).await;
        let found = found.map_err(|error| HttpError::Dns { host: host.clone(), error })?;
        let mut last = io::Error::from(io::ErrorKind::NotFound);
        for ip in found.into_iter().filter(|ip| server.secure || ip.is_loopback()).take(limits::DIAL_ADDRESSES_MAX) {
            let dialled = TcpStream::connect(SocketAddr::new(ip, server.port));
            match self.clock.timeout(Duration::from_secs(limits::DIAL_MAX_S), dialled).await {
                Some(Ok(socket)) => return Ok(socket),
                Some(Err(error)) => last = error,
                None => last = io::Error::from(io::ErrorKind::TimedOut),
            }
        }
        Err(HttpError::Connect { host: host.clone(), error: last })
    }
}

/// Begins HTTP on a connection, which is driven until it ends.
async fn greet<IO>(server: &Server, io: IO) -> Result<SendRequest<Full<Bytes>>, HttpError>
where
    IO: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = http1::Builder::new();
    builder.max_buf_size(limits::ANSWER_HEAD_MAX_BYTES);
    let begun = builder.handshake(TokioIo::new(io)).await;
    let (requests, connection) = begun.map_err(|error| HttpError::Broken { host: server.host.clone(), error })?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection to a web server ended early");
        }
    });
    Ok(requests)
}

fn distrust(server: &Server, error: io::Error) -> HttpError {
    use rustls::CertificateError as Wrong;
    let host = server.host.clone();
    let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) else {
        return HttpError::Connect { host, error };
    };
    let dates = matches!(
        tls,
        rustls::Error::InvalidCertificate(
            Wrong::Expired | Wrong::ExpiredContext { .. } | Wrong::NotValidYet | Wrong::NotValidYetContext { .. }
        ) | rustls::Error::FailedToGetCurrentTime
    );
    HttpError::Trust { host, error: tls.to_string(), dates }
}

/// The same request as a server wants to read it: the path alone, and its own name in `Host` (RFC 9112 §3.2).
fn of_origin(request: &Request<Bytes>, server: &Server) -> Request<Full<Bytes>> {
    let mut own = Request::new(Full::new(request.body().clone()));
    *own.method_mut() = request.method().clone();
    *own.headers_mut() = request.headers().clone();
    let path = request.uri().path_and_query().cloned();
    *own.uri_mut() = path.map(Into::into).unwrap_or_default();
    let bare = match server.host.parse() {
        Ok(IpAddr::V6(address)) => format!("[{address}]"),
        _ => server.host.clone(),
    };
    let usual = if server.secure { 443 } else { 80 };
    let host = if server.port == usual { bare } else { format!("{bare}:{}", server.port) };
    if let Ok(host) = host.parse() {
        own.headers_mut().insert(header::HOST, host);
    }
    own
}

impl Server {
    fn of(uri: &hyper::Uri) -> Result<Server, HttpError> {
        let secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(HttpError::Address(uri.to_string())),
        };
        let host = uri.host().ok_or_else(|| HttpError::Address(uri.to_string()))?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        Ok(Server { host, port: uri.port_u16().unwrap_or(if secure { 443 } else { 80 }), secure })
    }
}

/// Whom the machine trusts; where that is nobody, whom the program does. Reads files.
pub fn known_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    roots
}

fn roots(extra: Option<&Path>) -> Result<RootCertStore, HttpError> {
    let mut roots = known_roots();
    let Some(file) = extra else { return Ok(roots) };
    let wrong = |reason: String| HttpError::Root { file: file.display().to_string(), reason };
    let certificates = CertificateDer::pem_file_iter(file).map_err(|error| wrong(error.to_string()))?;
    for certificate in certificates.take(limits::ROOTS_EXTRA_MAX) {
        let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
        roots.add(certificate).map_err(|error| wrong(error.to_string()))?;
    }
    Ok(roots)
}

#[cfg(test)]
mod tests;
