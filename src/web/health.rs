//! `/healthz`: 200, or 503 with the reason in one line while nothing can be written (contract).
//! Keeps no state.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderName;
use axum::http::StatusCode;
use axum::http::header;

use super::Inner;

type Reply = (StatusCode, [(HeaderName, &'static str); 2], String);

pub(super) async fn answer(State(site): State<Arc<Inner>>) -> Reply {
    let (status, line) = match site.store.trouble() {
        _ if site.store.writable() => (StatusCode::OK, "ok\n".to_owned()),
        Some(trouble) => (StatusCode::SERVICE_UNAVAILABLE, format!("{}\n", trouble.what.text())),
        None => (StatusCode::SERVICE_UNAVAILABLE, "nothing can be written\n".to_owned()),
    };
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, line)
}
