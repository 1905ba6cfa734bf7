//! The door for people and their programs: HTTP/1.1.
//!
//! Keeps no state. Missing until their issues: set-up, invitations, portal, admin, status, uploads,
//! well-known files, WebSocket, BOSH, HTTPS. Until then only `/healthz` is there.

mod health;

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use hyper_util::rt::TokioIo;
use hyper_util::rt::TokioTimer;
use hyper_util::service::TowerToHyperService;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;

use crate::clock::Clock;
use crate::limits;
use crate::store::Store;

/// What the pages need.
#[derive(Clone)]
pub struct Site {
    routes: Router,
    clock: Clock,
}

impl Site {
    pub fn new(store: Store, clock: Clock) -> Site {
        let routes = Router::new().route("/healthz", get(health::answer)).fallback(nothing_here).with_state(store);
        Site { routes, clock }
    }

    /// Serves one connection, at most for [`limits::WEB_CONNECTION_MAX_S`].
    pub async fn serve(&self, io: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let mut builder = hyper::server::conn::http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(Duration::from_secs(limits::WEB_HEAD_MAX_S))
            .max_headers(limits::WEB_HEADERS_MAX)
            .max_buf_size(limits::WEB_HEAD_MAX_BYTES);
        let service = TowerToHyperService::new(self.routes.clone());
        let served = builder.serve_connection(TokioIo::new(io), service);
        if let Some(Err(error)) = self.clock.timeout(Duration::from_secs(limits::WEB_CONNECTION_MAX_S), served).await {
            tracing::debug!(%error, "a web connection ended early");
        }
    }
}

async fn nothing_here() -> Result<(StatusCode, &'static str), Infallible> {
    Ok((StatusCode::NOT_FOUND, "There is nothing here.\n"))
}

#[cfg(test)]
mod tests;
