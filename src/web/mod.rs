//! The door for people and their programs: HTTP/1.1, plain and under TLS, and HTTP/2 under TLS.
//!
//! State: the set-up's code, what [`faults::Ready`] keeps, links that were just made ([`fresh`]), and [`entry::Entry`].
//! Missing until their issues: status, uploads.

mod acme;
pub mod admin;
mod ask;
mod assets;
mod brought;
mod certified;
pub mod beside;
mod days;
mod entry;
mod fair;
mod faults;
mod file_body;
mod form;
mod frame;
mod fresh;
mod front;
mod guard;
mod health;
mod host_meta;
mod invitations;
mod lasting;
mod me;
mod misled;
mod multipart;
mod names;
mod phone;
pub mod restore;
mod securely;
mod serve;
pub mod setup;
mod shown;
mod sign_in;
mod signed;
mod trust;
pub mod visitor;

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::OnceLock;
use std::sync::PoisonError;

use axum::Router;
use axum::extract::Path;
use axum::extract::State;
use axum::middleware;
use axum::response::Response;
use axum::routing::get;
use axum::routing::post;

use crate::accounts::Accounts;
use crate::certs::Certs;
use crate::certs::Serving;
use crate::certs::acme::Acme;
use crate::clock::Clock;
use crate::features::Parts;
use crate::settings::Settings;
use crate::store::Store;
use crate::transfer::export::Exports;

use admin::Care;
use ask::Asked;
use beside::Beside;
use entry::Entry;
use faults::Fault;
use faults::Ready;
use fresh::Fresh;
use restore::Restoring;
use restore::desk::Desk;
use setup::Founding;
use setup::Wizard;

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
    /// The same, of the paths that are no pages.
    beside: OnceLock<Box<dyn Beside>>,
    /// The same, for the owner's pages.
    care: OnceLock<Care>,
    /// Who gets certificates.
    acme: OnceLock<Acme>,
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
        let (open, beside, care, acme) = Default::default();
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
            beside,
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
            .route("/.well-known/host-meta", get(host_meta::xml))
            .route("/.well-known/host-meta.json", get(host_meta::json))
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

    /// What answers at the paths that are no pages.
    pub fn beside(&self, beside: Box<dyn Beside>) {
        let _ = self.inner.beside.set(beside);
    }

    /// A new set-up code, shown by [`Founding::show_code`]; the one before is void.
    pub fn new_code(&self) -> String {
        self.inner.wizard.new_code(&self.inner.clock)
    }

    /// Where a browser finds the set-up; `None`: nowhere.
    pub fn set_up_address(&self) -> Option<&str> {
        self.inner.wizard.address()
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
