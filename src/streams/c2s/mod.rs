//! Client streams (RFC 6120 §4 to §7): Opened → Secured → Authenticated → Bound.
//!
//! Each step is a function that takes the connection as the last one left it. What may be said
//! when is the shape of this file.

mod alarm;
mod bind;
mod hibernate;
mod negotiate;
mod register;
mod sasl;
mod session;
mod shutdown;
mod sm;
pub(super) mod wire;

use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::io::DuplexStream;
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use crate::features::Parts;
use crate::limits;
use crate::net::admission::Guest;
use crate::net::tls;
use crate::net::tls::Binding;
use crate::net::tls::Tls;
use crate::xmpp::error::StreamCondition;
use crate::xmpp::error::StreamError;
use crate::xmpp::sasl::Bindings;

use wire::Gone;
use wire::Io;
use wire::Wire;

pub use shutdown::restore;
pub use shutdown::shutdown;

/// Who is on the other end, and what protects the way there.
pub struct Client {
    pub address: IpAddr,
    /// Nobody on the way can read along, or the test profile does not mind.
    pub secure: bool,
    pub bindings: Bindings,
    pub guest: Guest,
}

/// A client that came to the STARTTLS port (RFC 6120 §5).
pub async fn serve_tcp(parts: Arc<Parts>, tls: Tls, socket: TcpStream, peer: SocketAddr, guest: Guest) {
    let _ = socket.set_nodelay(true);
    let mut client = Client { address: peer.ip(), secure: false, bindings: Bindings::default(), guest };
    let wire = Wire::new(Io::Tcp(socket));
    let clock = parts.clock.clone();
    let secured = Box::pin(secure(&parts, &tls, wire, &mut client));
    let Some(Some(wire)) = clock.timeout(Duration::from_secs(limits::NEGOTIATION_MAX_S), secured).await else { return };
    serve(parts, wire, client).await;
}

/// A client that came to the port of direct TLS (XEP-0368).
pub async fn serve_direct_tls(parts: Arc<Parts>, tls: Tls, socket: TcpStream, peer: SocketAddr, guest: Guest) {
    let _ = socket.set_nodelay(true);
    let Some((io, binding)) = handshake(&parts, &tls, socket).await else { return };
    let client = Client { address: peer.ip(), secure: true, bindings: bindings(binding), guest };
    serve(parts, Wire::new(io), client).await;
}

/// The same at the port that all share, where the handshake has told who it is.
pub async fn serve_tls(
    parts: Arc<Parts>,
    (stream, binding): (TlsStream<TcpStream>, Binding),
    peer: SocketAddr,
    guest: Guest,
) {
    let client = Client { address: peer.ip(), secure: true, bindings: bindings(binding), guest };
    serve(parts, Wire::new(Io::Tls(Box::new(stream))), client).await;
}

/// A client that speaks XMPP where TLS comes first: it is told so, and nothing of what it said is looked at.
pub async fn refuse_plain(parts: Arc<Parts>, socket: TcpStream) {
    let mut wire = Wire::new(Io::Tcp(socket));
    let text = "This port speaks TLS from the first byte.";
    end_with(&parts, &mut wire, StreamError::new(StreamCondition::PolicyViolation, text).into()).await;
}

/// A client that came over another transport, which has told who it is and what protects the way.
pub(super) async fn serve_over(parts: Arc<Parts>, io: Io, address: IpAddr, guest: Guest) {
    let client = Client { address, secure: true, bindings: Bindings::default(), guest };
    serve(parts, Wire::new(io), client).await;
}

/// A client in the same process: counts as secure.
pub async fn serve_memory(parts: Arc<Parts>, io: DuplexStream) {
    let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let client = Client { address, secure: true, bindings: Bindings::default(), guest: Guest::uncounted() };
    serve(parts, Wire::new(Io::Memory(io)), client).await;
}

fn bindings(binding: Binding) -> Bindings {
    Bindings { exporter: binding.exporter, end_point: binding.end_point }
}

async fn handshake(parts: &Parts, tls: &Tls, socket: TcpStream) -> Option<(Io, Binding)> {
    let time = Duration::from_secs(limits::TLS_HANDSHAKE_MAX_S);
    let accepted = parts.clock.timeout(time, Box::pin(tls::accept(tls.current(), socket))).await?;
    match accepted {
        Ok((stream, binding)) => Some((Io::Tls(Box::new(stream)), binding)),
        Err(error) => {
            tracing::debug!(%error, "a TLS handshake failed");
            None
        }
    }
}

/// Opened → Secured. `None`: it ends here.
async fn secure(parts: &Parts, tls: &Tls, mut wire: Wire, client: &mut Client) -> Option<Wire> {
    match negotiate::until_tls(parts, &mut wire).await {
        Ok(negotiate::Chosen::Tls) => {
            let Io::Tcp(socket) = wire.into_io() else { return None };
            let (io, binding) = handshake(parts, tls, socket).await?;
            client.bindings = bindings(binding);
            client.secure = true;
            Some(Wire::new(io))
        }
        Ok(negotiate::Chosen::Plain) => Some(wire),
        Err(gone) => {
            end_with(parts, &mut wire, gone).await;
            None
        }
    }
}

/// Secured → Authenticated → Bound, and the session's life.
///
/// What an idle session need not hold is boxed, and gone when its step is.
async fn serve(parts: Arc<Parts>, wire: Wire, client: Client) {
    if let Some((wire, bound, guest)) = Box::pin(come_in(&parts, wire, client)).await {
        Box::pin(session::live(parts, wire, bound)).await;
        drop(guest);
    }
}

/// `None`: it ends here.
async fn come_in(parts: &Arc<Parts>, mut wire: Wire, mut client: Client) -> Option<(Wire, bind::Bound, Guest)> {
    let reads_form = AtomicBool::new(false);
    let mut entering = Box::pin(enter(parts, &mut wire, &mut client, &reads_form));
    let mut entered = parts.clock.timeout(Duration::from_secs(limits::NEGOTIATION_MAX_S), &mut entering).await;
    if entered.is_none() && reads_form.load(Ordering::Relaxed) {
        let left = limits::REGISTRATION_MAX_S - limits::NEGOTIATION_MAX_S;
        entered = parts.clock.timeout(Duration::from_secs(left), &mut entering).await;
    }
    drop(entering);
    let gone = match entered {
        Some(Ok(bound)) => return Some((wire, bound, client.guest)),
        Some(Err(gone)) => gone,
        None => Gone::Error(StreamError::new(StreamCondition::ConnectionTimeout, "Logging in took too long.")),
    };
    end_with(parts, &mut wire, gone).await;
    None
}

/// `reads_form`: told when somebody has the form of XEP-0077 before them, which takes a while.
async fn enter(
    parts: &Arc<Parts>,
    wire: &mut Wire,
    client: &mut Client,
    reads_form: &AtomicBool,
) -> Result<bind::Bound, Gone> {
    let who = sasl::log_in(parts, wire, client, reads_form).await?;
    if !client.guest.logged_in() {
        return Err(Gone::Cut);
    }
    wire.reader.set_max_bytes(limits::STANZA_MAX_BYTES);
    bind::enter(parts, wire, who).await
}

/// Says why, closes the stream, and the connection.
async fn end_with(parts: &Parts, wire: &mut Wire, gone: Gone) {
    if let Gone::Error(error) = gone {
        tracing::debug!(condition = error.condition.as_str(), text = %error.text, "a stream ends");
        negotiate::send_error(parts, wire, &error);
        let _ = parts.clock.timeout(Duration::from_secs(limits::CLOSE_MAX_S), wire.close()).await;
    }
}
