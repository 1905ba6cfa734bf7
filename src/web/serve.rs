//! One connection of the web, by HTTP/1.1 or HTTP/2 (RFC 9112, RFC 9113): its bounds, and who answers each request.
//!
//! Keeps no state.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::pin::pin;
use std::time::Duration;

use axum::http::HeaderValue;
use axum::http::header;
use axum::response::Response;
use futures_util::FutureExt;
use futures_util::future::Either;
use hyper::Request;
use hyper::body::Incoming;
use hyper::service::Service;
use hyper::service::service_fn;
use hyper_util::rt::TokioExecutor;
use hyper_util::rt::TokioIo;
use hyper_util::rt::TokioTimer;
use hyper_util::service::TowerToHyperService;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;

use super::Site;
use super::ask;
use super::beside::Next;
use super::beside::Visit;
use super::fair::Fair;
use super::guard;
use super::lasting::Lasting;
use super::visitor::Visitor;
use crate::limits;
use crate::net::admission::Guest;

impl Site {
    /// Serves one connection, at most for [`limits::WEB_CONNECTION_MAX_S`], or as long as a request lasts
    /// ([`super::lasting`]); and what follows on it ([`super::beside`]). `guest`: its place while it speaks HTTP.
    pub async fn serve(
        &self,
        io: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        visitor: Visitor,
        guest: Guest,
    ) {
        let (lasting, next) = (Lasting::default(), Next::default());
        let mut builder = hyper::server::conn::http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(Duration::from_secs(limits::WEB_HEAD_MAX_S))
            .max_headers(limits::WEB_HEADERS_MAX)
            .max_buf_size(limits::WEB_HEAD_MAX_BYTES);
        let answers = self.answers(Visit::new(visitor, &lasting, &next), &lasting);
        let served = builder.serve_connection(TokioIo::new(io), answers).with_upgrades();
        if self.patiently(served, &lasting, |served| served.graceful_shutdown()).await
            && let Some(next) = next.take()
        {
            drop(guest);
            next.await;
        }
    }

    /// The same by HTTP/2, which was agreed on in the handshake. Nothing else follows on such a connection.
    pub async fn serve_h2(
        &self,
        io: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        visitor: Visitor,
        guest: Guest,
    ) {
        let (lasting, next) = (Lasting::default(), Next::default());
        let mut builder = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .max_concurrent_streams(limits::H2_STREAMS_MAX)
            .max_pending_accept_reset_streams(limits::H2_RESETS_MAX)
            .max_local_error_reset_streams(limits::H2_RESETS_MAX)
            .max_header_list_size(limits::WEB_HEAD_MAX_BYTES as u32)
            .initial_stream_window_size(limits::H2_AHEAD_BYTES)
            .initial_connection_window_size(limits::H2_AHEAD_BYTES)
            .max_send_buf_size(limits::H2_SEND_BYTES)
            .keep_alive_interval(Duration::from_secs(limits::H2_PING_S))
            .keep_alive_timeout(Duration::from_secs(limits::H2_PONG_MAX_S));
        let answers = self.answers(Visit::new(visitor, &lasting, &next), &lasting);
        let served = builder.serve_connection(TokioIo::new(Fair::new(io)), answers);
        self.patiently(served, &lasting, |served| served.graceful_shutdown()).await;
        drop(guest);
    }

    /// True: it ended in good order. `end`: lets the request under way have its answer (RFC 9112 §9.6, RFC 9113 §6.8).
    async fn patiently<F: Future<Output = hyper::Result<()>>>(
        &self,
        served: F,
        lasting: &Lasting,
        end: impl Fn(Pin<&mut F>),
    ) -> bool {
        let mut served = pin!(served);
        let mut patience = Duration::from_secs(limits::WEB_CONNECTION_MAX_S);
        let mut ending = false;
        loop {
            match self.inner.clock.timeout(patience, &mut served).await {
                None if lasting.is_held() => {}
                None if !ending => {
                    ending = true;
                    end(served.as_mut());
                    patience = Duration::from_secs(limits::WEB_BODY_MAX_S);
                }
                Some(Ok(())) => return true,
                Some(Err(error)) => {
                    tracing::debug!(%error, "a web connection ended early");
                    return false;
                }
                None => return false,
            }
        }
    }

    /// What answers each request of a connection: what stands beside the pages, else the pages.
    fn answers(
        &self,
        visit: Visit,
        lasting: &Lasting,
    ) -> impl Service<Request<Incoming>, Response = Response, Error = Infallible, Future: Send + 'static> + use<> {
        let (routes, held, inner) =
            (TowerToHyperService::new(self.routes.clone()), lasting.clone(), self.inner.clone());
        service_fn(move |mut request: Request<Incoming>| {
            name_host(&mut request);
            let mut visit = visit.clone();
            visit.visitor.calls(ask::host(request.headers()).unwrap_or_default());
            let beside = inner.beside.get().filter(|beside| beside.is_at(request.uri().path()));
            match beside {
                Some(beside) => {
                    let (inner, visitor) = (inner.clone(), visit.visitor);
                    Either::Left(beside.answer(request, visit).map(move |mut reply| {
                        guard::seal(&mut reply, &visitor, &inner);
                        Ok(reply)
                    }))
                }
                None => {
                    request.extensions_mut().insert(visit.visitor);
                    request.extensions_mut().insert(held.clone());
                    Either::Right(routes.call(request))
                }
            }
        })
    }
}

/// RFC 9113 §8.3.1: what HTTP/1.1 calls Host stands in the address of an HTTP/2 request.
fn name_host(request: &mut Request<Incoming>) {
    if !request.headers().contains_key(header::HOST)
        && let Some(authority) = request.uri().authority()
        && let Ok(host) = HeaderValue::from_str(authority.as_str())
    {
        request.headers_mut().insert(header::HOST, host);
    }
}
