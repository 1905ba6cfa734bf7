//! The way to an authority, as the protocol's crate asks for it; beside the answers it hears what their heads say.
//!
//! State: `Date` and `Retry-After` of the last answer (RFC 9110 §6.6.1, §10.2.3).

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use bytes::Bytes;
use http_body_util::BodyExt;
use http_body_util::Full;
use hyper::HeaderMap;
use hyper::Request;
use hyper::Response;
use hyper::header;
use instant_acme::BodyWrapper;
use instant_acme::BytesResponse;
use instant_acme::Error;
use instant_acme::HttpClient;

use super::cause::Cause;
use super::order::Failure;
use crate::clock::Clock;
use crate::clock::UtcMicros;
use crate::limits;
use crate::net::http::Client;
use crate::net::http::HttpError;

type Answering<'a> = Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'a>>;

/// What carries requests: a client, or a test's script.
pub(super) trait Exchange: Send + Sync + 'static {
    fn send(&self, request: Request<Bytes>) -> Answering<'_>;
}

impl Exchange for Client {
    fn send(&self, request: Request<Bytes>) -> Answering<'_> {
        Box::pin(Client::send(self, request))
    }
}

/// One attempt's way to its authority. Cheap to clone; all clones are one.
#[derive(Clone)]
pub(super) struct Line {
    clock: Clock,
    exchange: Arc<dyn Exchange>,
    heard: Arc<Mutex<Heard>>,
}

/// Of the last answer.
#[derive(Clone, Copy, Default)]
struct Heard {
    /// By how much our clock is ahead of its.
    ahead_s: Option<i64>,
    /// Not before then.
    again_at: Option<UtcMicros>,
}

impl Line {
    pub fn new(clock: Clock, exchange: Arc<dyn Exchange>) -> Line {
        Line { clock, exchange, heard: Arc::default() }
    }

    /// By how much our clock is ahead of the authority's, seconds, where that is too much for certificates.
    pub fn clock_ahead_s(&self) -> Option<i64> {
        self.heard().ahead_s.filter(|ahead_s| ahead_s.abs() > limits::ACME_CLOCK_WRONG_S)
    }

    /// When the last answer lets us ask again; at most [`limits::ACME_RETRY_AFTER_MAX_S`] from now.
    pub fn again_at(&self) -> Option<UtcMicros> {
        self.heard().again_at
    }

    /// What an error means.
    pub fn failure(&self, error: &Error) -> Failure {
        let again_at = self.again_at();
        let cause = match error {
            Error::Api(problem) => {
                let until = again_at.unwrap_or(self.clock.utc() + limits::ACME_AGAIN_MAX_S * 1_000_000);
                Cause::of_problem(problem, until)
            }
            Error::Other(other) => match other.downcast_ref::<HttpError>() {
                Some(HttpError::Trust { dates: true, .. }) => Cause::Clock { ahead_s: None },
                Some(_) => Cause::Unreachable,
                None => Cause::Unknown,
            },
            // A web page in the place of an answer: whatever stands before the authority.
            Error::Json(_) | Error::Timeout(_) | Error::Str(_) => Cause::Unreachable,
            _ => Cause::Unknown,
        };
        let detail = match error {
            Error::Api(problem) => problem.detail.clone().or_else(|| problem.r#type.clone()).unwrap_or_default(),
            other => other.to_string(),
        };
        Failure::new(cause, &detail, again_at)
    }

    fn hear(&self, head: &HeaderMap) {
        let now = self.clock.utc();
        let value = |name| head.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let ahead_s = value(header::DATE).and_then(date).map(|theirs| (now - theirs) / 1_000_000);
        let again_at = value(header::RETRY_AFTER).and_then(|value| match value.parse::<i64>() {
            Ok(seconds) => Some(seconds),
            // A date of theirs, by their clock.
            Err(_) => date(value).map(|at| (at - now) / 1_000_000 + ahead_s.unwrap_or_default()),
        });
        let again_at = again_at.map(|s| now + s.clamp(0, limits::ACME_RETRY_AFTER_MAX_S) * 1_000_000);
        *self.heard() = Heard { ahead_s, again_at };
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HttpClient for Line {
    fn request(
        &self,
        request: Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Result<BytesResponse, Error>> + Send>> {
        let line = self.clone();
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body: Result<_, Infallible> = body.collect().await;
            let body = body.map(|body| body.to_bytes()).unwrap_or_default();
            let answer = line.exchange.send(Request::from_parts(parts, body)).await;
            let answer = answer.map_err(|error| Error::Other(Box::new(error)))?;
            line.hear(answer.headers());
            Ok(BytesResponse::from(answer.map(Full::new)))
        })
    }
}

/// «Sun, 06 Nov 1994 08:49:37 GMT» (RFC 9110 §5.6.7), its one form of today.
fn date(text: &str) -> Option<UtcMicros> {
    let parsed = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(parsed.as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc9110_5_6_7_dates_are_read() {
        assert_eq!(date("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777_000_000));
        assert_eq!(date("soon"), None);
    }
}
