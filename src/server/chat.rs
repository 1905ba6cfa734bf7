//! What stands behind the web's doors beside the pages: XMPP streams, under TLS or over HTTP.
//!
//! State: none of its own; how many streams there are is `Admission`'s.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use axum::response::Response;
use hyper::body::Incoming;
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use crate::features::Parts;
use crate::net::admission::Admission;
use crate::net::admission::Guest;
use crate::net::tls::Binding;
use crate::streams::bosh::Bosh;
use crate::streams::c2s;
use crate::streams::websocket;
use crate::web::beside::Beside;
use crate::web::beside::Later;
use crate::web::beside::Visit;

/// Where streams over HTTP are found (contract).
const WEBSOCKET: &str = "/xmpp-websocket";
const BOSH: &str = "/http-bind";

/// What stands behind the port beside the web, once it is open. Cheap to clone.
#[derive(Clone)]
pub struct Chat {
    pub parts: Arc<Parts>,
    streams: Admission,
    bosh: Bosh,
}

impl Chat {
    /// `streams`: among whom those of every door count.
    pub fn new(parts: Arc<Parts>, streams: Admission) -> Chat {
        Chat { bosh: Bosh::new(parts.clone(), streams.clone()), parts, streams }
    }

    /// A client of direct TLS, at the port of https.
    pub async fn serve(&self, stream: (TlsStream<TcpStream>, Binding), peer: SocketAddr, guest_of_web: Guest) {
        let parts = self.parts.clone();
        self.admit(peer, |guest| {
            drop(guest_of_web);
            c2s::serve_tls(parts, stream, peer, guest)
        })
        .await;
    }

    /// From here on a connection counts among the streams, not among the web's.
    async fn admit<F: Future<Output = ()>>(&self, peer: SocketAddr, serve: impl FnOnce(Guest) -> F) {
        let Some((guest, leave)) = self.streams.admit(peer.ip()) else { return };
        tokio::select! {
            () = Box::pin(serve(guest)) => {}
            () = leave.ordered() => tracing::debug!(%peer, "made room for others before its log-in"),
        }
    }

    fn websocket(self, mut request: Request<Incoming>, visit: Visit) -> Response<Body> {
        let visitor = visit.visitor;
        let reply = websocket::answer(&request, visitor.may_tell_secrets());
        if reply.status().is_informational() {
            let upgrade = hyper::upgrade::on(&mut request);
            visit.go_on(async move {
                let Ok(upgraded) = upgrade.await else { return };
                let (parts, address) = (self.parts.clone(), visitor.peer.ip());
                self.admit(visitor.peer, |guest| websocket::serve(parts, upgraded, address, guest)).await;
            });
        }
        reply.map(Body::from)
    }
}

impl Beside for Chat {
    fn is_at(&self, path: &str) -> bool {
        matches!(path, WEBSOCKET | BOSH)
    }

    fn answer(&self, request: Request<Incoming>, visit: Visit) -> Later<Response<Body>> {
        let chat = self.clone();
        Box::pin(async move {
            if request.uri().path() == WEBSOCKET {
                return chat.websocket(request, visit);
            }
            let (visitor, _held) = (visit.visitor, visit.hold());
            chat.bosh.answer(request, visitor.peer.ip(), visitor.may_tell_secrets()).await
        })
    }
}
