//! The https door, where all share one port: the web, client streams, server streams, an authority's challenge. And
//! the http door, where nothing but HTTP is heard.
//!
//! State: none of its own; what is behind the doors for chat once they are open.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::OnceLock;
use std::time::Duration;

use tokio::io::AsyncBufReadExt;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::server::TlsStream;

use super::chat::Chat;
use crate::clock::Clock;
use crate::limits;
use crate::net::admission::Guest;
use crate::net::doors::Beginning;
use crate::net::doors::Door;
use crate::net::tls::ALPN_CLIENT;
use crate::net::tls::ALPN_H2;
use crate::net::tls::ALPN_HTTP;
use crate::net::tls::ALPN_SERVER;
use crate::net::tls::Tls;
use crate::net::tls::challenge;
use crate::streams::c2s;
use crate::streams::s2s;
use crate::web::Site;
use crate::web::visitor::Visitor;

/// What the port names in handshakes before set-up is finished, and after it; the first that the other side knows too
/// is taken.
pub const OF_WEB: &[&[u8]] = &[ALPN_H2, ALPN_HTTP];
pub const OF_ALL: &[&[u8]] = &[ALPN_H2, ALPN_HTTP, ALPN_CLIENT, ALPN_SERVER];

/// Cheap to clone: one a connection.
#[derive(Clone)]
pub struct OnePort {
    pub site: Site,
    pub tls: watch::Receiver<Tls>,
    pub clock: Clock,
    pub chat: Arc<OnceLock<Chat>>,
}

impl OnePort {
    /// From the first byte to the end of a connection of the https door.
    pub async fn serve(self, socket: TcpStream, peer: SocketAddr, guest: Guest) {
        match self.beginning(&socket).await {
            Some(Beginning::Tls) => self.serve_tls(socket, peer, guest).await,
            Some(Beginning::Http) => self.site.serve_misled(socket, Visitor::new(peer, false)).await,
            Some(Beginning::Xmpp) => {
                if let Some(chat) = self.chat.get() {
                    c2s::refuse_plain(chat.parts.clone(), socket).await;
                }
            }
            Some(Beginning::Other) | None => tracing::debug!(%peer, "nothing that https speaks"),
        }
    }

    /// The same at the http door. Who brings TLS is at the wrong one, and no answer of ours could be read.
    pub async fn serve_plain(self, socket: TcpStream, peer: SocketAddr, guest: Guest) {
        if self.beginning(&socket).await.is_some_and(|beginning| beginning != Beginning::Tls) {
            self.site.serve(socket, Visitor::new(peer, false), guest).await;
        }
    }

    /// The first byte stays where it is. `None`: none came in time.
    async fn beginning(&self, socket: &TcpStream) -> Option<Beginning> {
        let mut first = [0];
        let patience = Duration::from_secs(limits::FIRST_BYTE_MAX_S);
        match self.clock.timeout(patience, socket.peek(&mut first)).await {
            Some(Ok(1..)) => Some(Beginning::of(first[0])),
            _ => None,
        }
    }

    async fn serve_tls(self, socket: TcpStream, peer: SocketAddr, guest: Guest) {
        let tls = self.tls.borrow().clone();
        let patience = Duration::from_secs(limits::TLS_HANDSHAKE_MAX_S);
        let accepted = self.clock.timeout(patience, Box::pin(challenge::accept(&tls, socket))).await;
        let (mut stream, binding) = match accepted {
            Some(Ok(Some(accepted))) => accepted,
            Some(Ok(None)) => return tracing::info!(%peer, "an authority has seen the answer to its challenge"),
            Some(Err(error)) => return tracing::debug!(%peer, %error, "a handshake failed"),
            None => return,
        };
        let h2 = binding.alpn.as_deref() == Some(ALPN_H2);
        let named = Door::named(binding.alpn.as_deref());
        let Some(door) = (match named {
            Some(door) => Some(door),
            None => self.told(&mut stream).await,
        }) else {
            return;
        };
        match (door, self.chat.get()) {
            (Door::Client, Some(chat)) => chat.serve((stream, binding), peer, guest).await,
            (Door::Server, Some(chat)) => s2s::refuse(chat.parts.clone(), stream).await,
            _ if h2 => self.site.serve_h2(stream, Visitor::new(peer, true), guest).await,
            // Before set-up is finished there is the web alone, which answers what it does not understand.
            _ => self.site.serve(stream, Visitor::new(peer, true), guest).await,
        }
    }

    /// By the first byte under TLS, which stays where it is: a client may name no protocol (XEP-0368 §4).
    async fn told(&self, stream: &mut TlsStream<TcpStream>) -> Option<Door> {
        let patience = Duration::from_secs(limits::FIRST_BYTE_MAX_S);
        let first = self.clock.timeout(patience, stream.fill_buf()).await?.ok()?;
        first.first().copied().map(Door::told)
    }
}
