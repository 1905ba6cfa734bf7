//! Paths of this server that are no pages: streams over HTTP, which stand on this floor too and are joined from above.
//!
//! State: of each connection, what goes on with it when HTTP is over.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use axum::body::Body;
use axum::http::Request;
use axum::response::Response;
use hyper::body::Incoming;

use super::lasting::Held;
use super::lasting::Lasting;
use super::visitor::Visitor;

/// What is ready later.
pub type Later<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// What answers there.
pub trait Beside: Send + Sync {
    /// Whether a path is one of those; else it is the pages'.
    fn is_at(&self, path: &str) -> bool;

    fn answer(&self, request: Request<Incoming>, visit: Visit) -> Later<Response<Body>>;
}

/// One request's connection.
#[derive(Clone)]
pub struct Visit {
    pub visitor: Visitor,
    lasting: Lasting,
    next: Next,
}

/// What follows on the connection.
#[derive(Clone, Default)]
pub(super) struct Next(Arc<Mutex<Option<Later<()>>>>);

impl Visit {
    pub(super) fn new(visitor: Visitor, lasting: &Lasting, next: &Next) -> Visit {
        Visit { visitor, lasting: lasting.clone(), next: next.clone() }
    }

    /// Keeps the connection while a request waits for its answer.
    pub fn hold(&self) -> Held {
        self.lasting.hold()
    }

    /// Runs when the answer is out and HTTP has let go of the connection.
    pub fn go_on(&self, next: impl Future<Output = ()> + Send + 'static) {
        *self.next.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::pin(next));
    }
}

impl Next {
    pub(super) fn take(&self) -> Option<Later<()>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
