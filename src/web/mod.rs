//! The door for people and their programs: HTTP/1.1, plain and under TLS.
//!
//! State: the set-up's code, what [`faults::Ready`] keeps, links that were just made ([`fresh`]), and [`entry::Entry`].
//! Missing until their issues: status, uploads, well-known files, WebSocket, BOSH.

mod acme;
pub mod admin;
mod ask;
mod assets;
mod brought;
mod certified;
mod days;
mod entry;
mod faults;
mod file_body;
mod form;
mod frame;
mod fresh;
mod front;
mod guard;
mod health;
mod invitations;
mod lasting;
mod me;
mod misled;
mod multipart;
mod names;
mod phone;
pub mod restore;
mod securely;
pub mod setup;
mod shown;
mod sign_in;
mod signed;
mod trust;
pub mod visitor;

use std::pin::pin;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::OnceLock;
use std::sync::PoisonError;
use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::extract::State;
use axum::middleware;
use axum::response::Response;
use axum::routing::get;
use axum::routing::post;
use hyper::service::Service as _;
use hyper_util::rt::TokioIo;
use hyper_util::rt::TokioTimer;
use hyper_util::service::TowerToHyperService;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;

use crate::accounts::Accounts;
use crate::certs::Certs;
use crate::certs::Serving;
use crate::certs::acme::Acme;
use crate::clock::Clock;
use crate::features::Parts;
use crate::limits;
use crate::settings::Settings;
use crate::store::Store;
use crate::transfer::export::Exports;

use admin::Care;
use ask::Asked;
use entry::Entry;
use faults::Fault;
use faults::Ready;
use fresh::Fresh;
use lasting::Lasting;
use restore::Restoring;
use restore::desk::Desk;
use setup::Founding;
use setup::Wizard;
use visitor::Visitor;

/// All pages of one server. Cheap to clone.
#[derive(Clone)]
pub struct Site {
    inner: Arc<Inner>,
    routes: Router,
}

/// What the pages need.
struct Inner {
    store: Store,
    clock: Clock,
    settings: Settings,
    accounts: Accounts,
    ready: Ready,
    wizard: Wizard,
    exports: Exports,
    entry: Entry,
    desk: Desk,
    /// What is served under TLS: that of the set-up, then that of the place.
    certs: Mutex<Option<Certs>>,
    /// Where the same pages stand under TLS.
    https_port: Option<u16>,
    /// Set once the doors for chat are open.
    open: OnceLock<Arc<Parts>>,
    /// Who gets certificates.
    acme: OnceLock<Acme>,
    /// The same, for the owner's pages.
    care: OnceLock<Care>,
    fresh: Fresh,
    work: admin::Work,
}

impl Site {
    /// `above`: what set-up and restoring need from the floor above; `https_port`: see [`Inner`].
    pub fn new(
        (store, clock): (Store, Clock),
        settings: Settings,
        accounts: Accounts,
        above: (Box<dyn Founding>, Box<dyn Restoring>),
        https_port: Option<u16>,
    ) -> Site {
        let (wizard, desk) = (Wizard::new(above.0), Desk::new(above.1, clock.clone()));
        let (ready, entry) = (Ready::make(), Entry::default());
        let (open, care, acme) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        let exports = Exports::new(store.folder());
        let inner = Arc::new(Inner {
            store,
            clock,
            settings,
            accounts,
            ready,
            wizard,
            desk,
            certs: Mutex::default(),
            https_port,
            open,
            acme,
            care,
            exports,
            entry,
            fresh: Default::default(),
            work: Default::default(),
        });
        let routes = Router::new()
            .route("/", get(front::door))
            .route("/assets/{name}", get(asset))
            .route("/healthz", get(health::answer))
            .route("/.well-known/acme-challenge/{token}", get(acme::answer))
            .route("/language", post(front::language))
            .route("/sign-in", get(sign_in::show).post(sign_in::send))
            .route("/sign-out", post(sign_in::out))
            .route("/stay", get(sign_in::stay_show).post(sign_in::stay))
            .merge(me::routes())
            .merge(entry::routes())
            .merge(setup::routes())
            .merge(admin::routes())
            .merge(restore::routes())
            .merge(trust::routes())
            .fallback(nothing_here)
            .method_not_allowed_fallback(wrong_method)
            .layer(middleware::from_fn_with_state(inner.clone(), guard::around))
            .with_state(inner.clone());
        Site { inner, routes }
    }

    /// Who gets certificates, and knows what an authority is to be answered. Before the doors are open.
    pub fn certify(&self, acme: Acme) {
        let _ = self.inner.acme.set(acme);
    }

    /// What the owner's pages need. Before [`Site::open`].
    pub fn care(&self, care: Care) {
        let _ = self.inner.care.set(care);
    }

    /// What the doors with TLS serve from now on.
    pub fn certified(&self, certs: Certs) {
        *self.inner.certs.lock().unwrap_or_else(PoisonError::into_inner) = Some(certs);
    }

    /// What they serve; `None`: nothing was said.
    pub fn serving(&self) -> Option<Serving> {
        self.inner.serving()
    }

    /// The doors for chat are open: from now on people can be let in.
    pub fn open(&self, parts: Arc<Parts>) {
        let _ = self.inner.open.set(parts);
    }

    /// A new set-up code, shown by [`Founding::show_code`]; the one before is void.
    pub fn new_code(&self) -> String {
        self.inner.wizard.new_code(&self.inner.clock)
    }

    /// Where a browser finds the set-up; `None`: nowhere.
    pub fn set_up_address(&self) -> Option<&str> {
        self.inner.wizard.address()
    }

    /// Serves one connection, at most for [`limits::WEB_CONNECTION_MAX_S`], or as long as a request lasts ([`lasting`]).
    pub async fn serve(&self, io: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, visitor: Visitor) {
        let mut builder = hyper::server::conn::http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(Duration::from_secs(limits::WEB_HEAD_MAX_S))
            .max_headers(limits::WEB_HEADERS_MAX)
            .max_buf_size(limits::WEB_HEAD_MAX_BYTES);
        let (routes, lasting) = (TowerToHyperService::new(self.routes.clone()), Lasting::default());
        let held = lasting.clone();
        let service = hyper::service::service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
            request.extensions_mut().insert(visitor);
            request.extensions_mut().insert(held.clone());
            routes.call(request)
        });
        let mut served = pin!(builder.serve_connection(TokioIo::new(io), service));
        let patience = Duration::from_secs(limits::WEB_CONNECTION_MAX_S);
        loop {
            match self.inner.clock.timeout(patience, &mut served).await {
                None if lasting.is_held() => {}
                Some(Err(error)) => return tracing::debug!(%error, "a web connection ended early"),
                _ => return,
            }
        }
    }
}

impl Inner {
    fn certs(&self) -> Option<Certs> {
        self.certs.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn serving(&self) -> Option<Serving> {
        self.certs().map(|certs| certs.serving())
    }
}

async fn asset(State(site): State<Arc<Inner>>, asked: Asked, name: Path<String>) -> Response {
    assets::find(name).unwrap_or_else(|| site.fault(&asked, Fault::NotFound))
}

async fn nothing_here(State(site): State<Arc<Inner>>, asked: Asked) -> Response {
    site.fault(&asked, Fault::NotFound)
}

async fn wrong_method(State(site): State<Arc<Inner>>, asked: Asked) -> Response {
    site.fault(&asked, Fault::WrongMethod)
}

#[cfg(test)]
mod tests;
