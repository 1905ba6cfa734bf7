//! XEP-0124 BOSH, version 1.11.2, and XEP-0206 XMPP over BOSH, version 1.4.
//!
//! State: the sessions by their ID. A session is a task of its own with a stream behind it, which knows nothing of
//! BOSH. Missing: several streams in one session (§16), compression of bodies, reports of lost answers (§9.2).

mod body;
mod session;
mod window;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::Method;
use axum::http::Request;
use axum::http::Response;
use axum::http::StatusCode;
use axum::http::header;
use hyper::body::Incoming;
use tokio::sync::mpsc;
use tokio::sync::oneshot;

use super::c2s;
use super::c2s::wire::Io;
use crate::clock;
use crate::features::Parts;
use crate::limits;
use crate::net::admission::Admission;
use crate::net::memory;

use body::Asked;
use body::Condition;
use session::Order;
use session::Session;

/// All sessions. Cheap to clone.
#[derive(Clone)]
pub struct Bosh {
    parts: Arc<Parts>,
    streams: Admission,
    sessions: Arc<Mutex<HashMap<String, Way>>>,
}

/// The way to a session's task.
#[derive(Clone)]
struct Way {
    orders: mpsc::Sender<Order>,
    /// Of its answers (§7.1).
    content: HeaderValue,
}

const CONTENT: HeaderValue = HeaderValue::from_static("text/xml; charset=utf-8");

/// What a client may ask for instead (§7.1). Nothing that browsers show as a page: what is in an answer others wrote.
const CONTENTS: [&str; 3] = ["text/xml", "application/xml", "text/plain"];

/// Any page may ask: what counts are the session's ID and the credentials in the stream. No cookie is looked at.
const OPEN_TO_ALL: [(header::HeaderName, &str); 5] = [
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (header::ACCESS_CONTROL_ALLOW_METHODS, "POST, OPTIONS"),
    (header::ACCESS_CONTROL_ALLOW_HEADERS, "Content-Type"),
    (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    (header::CACHE_CONTROL, "no-store"),
];

impl Bosh {
    /// `streams`: among whom the sessions count.
    pub fn new(parts: Arc<Parts>, streams: Admission) -> Bosh {
        Bosh { parts, streams, sessions: Arc::default() }
    }

    /// One request of somebody at `address`. `secure`: nobody on the way can read along.
    pub async fn answer(&self, request: Request<Incoming>, address: IpAddr, secure: bool) -> Response<Body> {
        match *request.method() {
            // A page that would show the answer: no client of BOSH asks so (Fetch Metadata, §2.2).
            Method::POST if request.headers().get("sec-fetch-mode").is_some_and(|mode| mode == "navigate") => {
                return reply(StatusCode::FORBIDDEN, CONTENT, Body::empty());
            }
            Method::POST => {}
            Method::OPTIONS => return reply(StatusCode::NO_CONTENT, CONTENT, Body::empty()),
            _ => {
                let why = Body::from("BOSH is spoken here (XEP-0124): by POST.\n");
                let plain = HeaderValue::from_static("text/plain; charset=utf-8");
                let mut refused = reply(StatusCode::METHOD_NOT_ALLOWED, plain, why);
                refused.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST, OPTIONS"));
                return refused;
            }
        }
        let (content, text) = self.hear(request, address, secure).await;
        reply(StatusCode::OK, content, Body::from(text.to_string()))
    }

    async fn hear(&self, request: Request<Incoming>, address: IpAddr, secure: bool) -> (HeaderValue, Arc<str>) {
        let refuse = |condition| (CONTENT, body::terminal(Some(condition), "").into());
        let patience = Duration::from_secs(limits::WEB_BODY_MAX_S);
        let read = axum::body::to_bytes(Body::new(request.into_body()), limits::BOSH_BODY_MAX_BYTES);
        let Some(Ok(bytes)) = self.parts.clock.timeout(patience, read).await else {
            return refuse(Condition::BadRequest);
        };
        let Some(asked) = std::str::from_utf8(&bytes).ok().and_then(Asked::parse) else {
            return refuse(Condition::BadRequest);
        };
        drop(bytes);
        if !secure {
            return refuse(Condition::PolicyViolation);
        }
        let (send, answered) = oneshot::channel();
        let way = match asked.sid.is_empty() {
            true => match self.begin(asked, send, address) {
                Ok(way) => way,
                Err(condition) => return refuse(condition),
            },
            false => {
                let Some(way) = self.lock().get(&asked.sid).cloned() else { return refuse(Condition::ItemNotFound) };
                if way.orders.send((asked, send)).await.is_err() {
                    return refuse(Condition::ItemNotFound);
                }
                way
            }
        };
        match answered.await {
            Ok(text) => (way.content, text),
            // The session has ended while this request was under way.
            Err(_) => refuse(Condition::ItemNotFound),
        }
    }

    /// §7: a session, and the stream behind it.
    fn begin(&self, asked: Asked, reply: session::Reply, address: IpAddr) -> Result<Way, Condition> {
        match asked.to.as_deref() {
            None | Some("") => return Err(Condition::ImproperAddressing),
            Some(to) if to.parse().ok().as_ref() != Some(&self.parts.domain) => return Err(Condition::HostUnknown),
            Some(_) => {}
        }
        let (guest, leave) = self.streams.admit(address).ok_or(Condition::PolicyViolation)?;
        let sid = clock::token();
        let (orders, ordered) = mpsc::channel(limits::BOSH_ORDERS_MAX);
        let (near, far) = memory::pair();
        let way = Way { orders, content: content(asked.content.as_deref()) };
        self.lock().insert(sid.clone(), way.clone());
        let session = (sid.clone(), self.parts.domain.as_str().to_owned());
        let session = Session::new(self.parts.clock.clone(), session, asked, reply);
        let stream = Box::pin(c2s::serve_over(self.parts.clone(), Io::Memory(far), address, guest));
        let requests = Box::pin(session.run(ordered, near));
        let sessions = self.sessions.clone();
        tokio::spawn(async move {
            tokio::select! {
                _ = async { tokio::join!(stream, requests) } => {}
                () = leave.ordered() => tracing::debug!(%address, "made room for others before its log-in"),
            }
            sessions.lock().unwrap_or_else(PoisonError::into_inner).remove(&sid);
        });
        Ok(way)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Way>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The type of a session's answers. They are UTF-8, whatever was asked for.
fn content(asked: Option<&str>) -> HeaderValue {
    let kind = asked.and_then(|asked| asked.split(';').next()).unwrap_or_default().trim();
    match CONTENTS.iter().find(|known| known.eq_ignore_ascii_case(kind)) {
        Some(&"application/xml") => HeaderValue::from_static("application/xml; charset=utf-8"),
        Some(&"text/plain") => HeaderValue::from_static("text/plain; charset=utf-8"),
        _ => CONTENT,
    }
}

fn reply(status: StatusCode, content: HeaderValue, body: Body) -> Response<Body> {
    let mut reply = Response::new(body);
    *reply.status_mut() = status;
    let headers = reply.headers_mut();
    headers.insert(header::CONTENT_TYPE, content);
    for (name, value) in OPEN_TO_ALL {
        headers.insert(name, HeaderValue::from_static(value));
    }
    reply
}
