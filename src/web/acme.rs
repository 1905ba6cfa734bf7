//! `/.well-known/acme-challenge/TOKEN`: what an authority reads to see that a name is ours (RFC 8555 §8.3).
//!
//! Plain text, over plain HTTP too, before and after set-up, for whatever host was asked. Keeps no state: see
//! `certs::acme::Responses`.

use std::sync::Arc;

use axum::extract::Path;
use axum::extract::State;
use axum::http::HeaderName;
use axum::http::StatusCode;
use axum::http::header;

use super::Inner;

type Reply = (StatusCode, [(HeaderName, &'static str); 2], String);

pub(super) async fn answer(State(site): State<Arc<Inner>>, Path(token): Path<String>) -> Reply {
    let found = site.acme.get().and_then(|acme| acme.responses().find(&token));
    let (status, body) = match found {
        Some(answer) => (StatusCode::OK, answer),
        None => (StatusCode::NOT_FOUND, "no such challenge\n".to_owned()),
    };
    (status, [(header::CONTENT_TYPE, "text/plain"), (header::CACHE_CONTROL, "no-store")], body)
}
