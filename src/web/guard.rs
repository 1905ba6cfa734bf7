//! What stands before and behind every page: forms from other sites, panics, the headers.
//!
//! Keeps no state. The rule against forms of other sites is Go 1.25's `CrossOriginProtection`: Sec-Fetch-Site, else
//! Origin against Host. Written here and not taken from tower-http 0.7, as its refusal is a bare 403, and ours is a
//! page in the reader's language; the crate would bring a layer for these ten lines.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use axum::extract::Request;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::middleware::Next;
use axum::response::IntoResponse;
use axum::response::Response;
use percent_encoding::percent_decode_str;

use super::Inner;
use super::ask::Asked;
use super::faults::Fault;
use super::visitor::Visitor;

/// Nothing inline, nothing from elsewhere, no frames.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// `same-origin`, not `no-referrer`: under that browsers send `Origin: null` with our own forms, and where there is no
/// Sec-Fetch-Site (plain HTTP in a home network) the rule above would have nothing to go by. To others both tell nothing.
const HEADERS: [(HeaderName, &str); 4] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
];

/// Browsers heed it under TLS only, and over plain HTTP in a home network they complain of it on every page.
const OPENER: (HeaderName, &str) = (HeaderName::from_static("cross-origin-opener-policy"), "same-origin");

/// RFC 6797 §6.1: a year. Not for the hosts under it: other sites may live there.
const STRICT: (HeaderName, &str) = (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");

/// What is no page is never one: whatever stands in it, a browser that shows it runs nothing and has no origin.
const NO_PAGE: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

/// The headers of an answer beside the pages, whose text may be anybody's.
pub(super) fn seal(reply: &mut Response, visitor: &Visitor, site: &Inner) {
    let strict = (visitor.tls && site.is_vouched_for()).then_some(STRICT);
    for (name, value) in HEADERS.into_iter().chain(strict) {
        reply.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    reply.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(NO_PAGE));
}

/// Around every request.
pub(super) async fn around(State(site): State<Arc<Inner>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let asked = Asked::of(&parts);
    let foreign = !parts.method.is_safe() && is_foreign(&parts.headers);
    let readable = percent_decode_str(parts.uri.path()).decode_utf8().is_ok();
    let request = Request::from_parts(parts, body);
    let elsewhere = to_tls(&site, &asked);
    let mut reply = match (foreign, readable) {
        _ if let Some(elsewhere) = elsewhere => elsewhere,
        (true, _) => site.fault(&asked, Fault::Foreign),
        // A router of axum answers this with a bare line of its own.
        (_, false) => site.fault(&asked, Fault::NotFound),
        (false, true) => match caught(next.run(request)).await {
            Ok(reply) => reply,
            Err(cause) => site.broken(asked.lang, asked.uri.path(), &cause),
        },
    };
    let secured = asked.visitor.tls;
    let strict = (secured && site.is_vouched_for()).then_some(STRICT);
    for (name, value) in HEADERS.into_iter().chain(secured.then_some(OPENER)).chain(strict) {
        reply.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    reply.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-language, cookie"));
    reply
}

/// Plain HTTP, although the same page stands under TLS and somebody vouches for it. What authorities and watchdogs ask
/// for stays.
fn to_tls(site: &Inner, asked: &Asked) -> Option<Response> {
    let path = asked.uri.path();
    if asked.visitor.tls || path == "/healthz" || path.starts_with("/.well-known/acme-challenge/") {
        return None;
    }
    let web = site.vouched_web(asked)?;
    let there = format!("{web}{}", asked.uri.path_and_query().map_or("/", |path| path.as_str()));
    // Not kept: a place may lose its certificate.
    let kept = (header::CACHE_CONTROL, "no-store");
    Some((StatusCode::PERMANENT_REDIRECT, [kept, (header::LOCATION, &there)], ()).into_response())
}

impl Inner {
    /// Somebody outside vouches for our certificate: to come without TLS would be a mistake from now on.
    fn is_vouched_for(&self) -> bool {
        self.serving().is_some_and(|serving| serving.is_public())
    }
}

/// Whether a form comes from another site's page. What sends neither header is no browser of today.
fn is_foreign(headers: &HeaderMap) -> bool {
    let value = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("null"));
    match (value("sec-fetch-site"), value("origin"), value("host")) {
        (Some(site), ..) => site != "same-origin" && site != "none",
        (None, None, _) => false,
        (None, Some(origin), host) => {
            let origin = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
            origin.is_none() || origin != host
        }
    }
}

/// What `future` gives, or what it panicked with. It is not used again, so nothing torn is seen.
async fn caught<T>(future: impl Future<Output = T>) -> Result<T, String> {
    let mut future = pin!(future);
    std::future::poll_fn(move |context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(poll) => poll.map(Ok),
        Err(panic) => {
            let told = panic.downcast_ref::<&str>().map(|told| (*told).to_owned());
            let told = told.or_else(|| panic.downcast_ref::<String>().cloned());
            Poll::Ready(Err(told.unwrap_or_else(|| "a panic".to_owned())))
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(all: &[(&'static str, &'static str)]) -> HeaderMap {
        all.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn forms_of_other_sites_are_known() {
        let host = ("host", "beach.example:8443");
        for own in [
            &[host][..],
            &[host, ("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")],
            &[host, ("sec-fetch-site", "none")],
            &[host, ("origin", "https://beach.example:8443")],
        ] {
            assert!(!is_foreign(&headers(own)), "{own:?}");
        }
        for foreign in [
            &[host, ("sec-fetch-site", "cross-site")][..],
            &[host, ("sec-fetch-site", "same-site"), ("origin", "https://beach.example:8443")],
            &[host, ("origin", "https://beach.example")],
            &[host, ("origin", "null")],
            &[("origin", "https://beach.example")],
        ] {
            assert!(is_foreign(&headers(foreign)), "{foreign:?}");
        }
    }

    #[tokio::test]
    async fn a_panic_is_caught_with_its_words() {
        assert_eq!(caught(async { 7 }).await, Ok(7));
        let bad: Result<(), _> = caught(async { [].first().copied().expect("it is empty") }).await;
        assert_eq!(bad, Err("it is empty".to_owned()));
    }
}
