//! `/setup`: the wizard that makes a place of an empty folder, and is gone for good once it has.
//!
//! State: the table `setup` ([`draft`]); in memory the code and what the last page shows. One file a page; their order
//! is [`steps::STEPS`].

pub(super) mod address;
mod backups;
mod begin;
mod certificate;
mod code;
pub mod domain;
mod done;
pub mod draft;
mod look;
mod name;
mod owner;
pub(super) mod records;
mod start;
mod steps;
mod warnings;
mod who;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use axum::Router;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;
use axum::routing::get;
use axum::routing::post;

use super::Inner;
use super::ask::Asked;
use super::faults::Fault;
use super::securely::securely;
use crate::accounts::Founder;
use crate::certs::Pair;
use crate::certs::acme::How;
use crate::clock::Clock;
use crate::reach::Lookout;
use crate::store::StoreError;

use code::Code;
use draft::Browser;
use draft::Draft;
use draft::Holder;
use steps::Step;

/// How the internet reaches the machine, as far as its own addresses tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// Directly, or nobody can tell.
    Open,
    /// A router stands in between, and has the address.
    Router,
    /// The provider shares one address among many (RFC 6598): nothing that the owner has lets anybody through.
    Shared,
}

/// What set-up needs from the floor above.
pub trait Founding: Send + Sync {
    /// Makes the place of a plan, in one transaction that also calls [`draft::forget`], and opens the doors.
    fn found(&self, plan: Plan) -> Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + '_>>;
    /// Shows a new code on the machine's screen.
    fn show_code(&self, code: &str);
    /// Where apps knock: STARTTLS, TLS from the start, the port of https, which lets them in too.
    fn chat_ports(&self) -> Vec<u16>;
    /// What has to lead here from outside, the most important first.
    fn open_ports(&self) -> Vec<u16>;
    /// Where a browser finds the set-up; `None`: nowhere.
    fn address(&self) -> Option<&str>;
    fn line(&self) -> Line;
    /// By which doors an authority can be shown that a name is ours.
    fn how(&self) -> How;
    /// Who looks at the domain's records.
    fn lookout(&self) -> Lookout;
}

/// A place that can be made: everything was checked.
#[derive(Clone, Debug)]
pub struct Plan {
    pub domain: String,
    pub host: Option<String>,
    pub home: bool,
    pub place_name: String,
    /// The tag of the language in which it was set up.
    pub language: &'static str,
    pub owner: Founder,
    pub backup_at: String,
    pub backup_keep: String,
    /// The setting `backup_recipient`: backups are locked with it.
    pub backup_lock: Option<String>,
    /// The owner agreed to an authority's terms, or wants none to be asked; `None`: that was no question.
    pub acme: Option<bool>,
    /// A certificate that was brought along.
    pub brought: Option<Pair>,
}

/// What the wizard keeps in memory.
pub(super) struct Wizard {
    founding: Box<dyn Founding>,
    lookout: Lookout,
    code: Mutex<Code>,
    /// The end comes once, however often it is asked for.
    finishing: tokio::sync::Mutex<()>,
    /// A passphrase becomes a key: 64 MiB each, so one at a time.
    locking: tokio::sync::Mutex<()>,
    finished: Mutex<Option<done::Finished>>,
    ticket: Mutex<Option<certificate::Ticket>>,
}

/// The cookie of the browser that brought the code.
const COOKIE: &str = "setup";

impl Wizard {
    pub fn new(founding: Box<dyn Founding>) -> Wizard {
        let (code, finished, ticket) = (Mutex::default(), Mutex::default(), Mutex::default());
        let (finishing, locking) = Default::default();
        let lookout = founding.lookout();
        Wizard { founding, lookout, code, finishing, locking, finished, ticket }
    }

    pub fn new_code(&self, clock: &Clock) -> String {
        let code = self.code().renew(clock.since_start());
        self.founding.show_code(&code);
        code
    }

    pub fn address(&self) -> Option<&str> {
        self.founding.address()
    }

    /// Where apps knock.
    pub fn chat_ports(&self) -> Vec<u16> {
        self.founding.chat_ports()
    }

    fn code(&self) -> MutexGuard<'_, Code> {
        self.code.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ticket(&self) -> MutexGuard<'_, Option<certificate::Ticket>> {
        self.ticket.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// By which doors an authority can be shown that a name is ours.
    pub fn how(&self) -> How {
        self.founding.how()
    }

    fn finished(&self) -> MutexGuard<'_, Option<done::Finished>> {
        self.finished.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All pages of set-up.
pub(super) fn routes() -> Router<Arc<Inner>> {
    Router::new()
        .route("/setup", get(begin::show).post(begin::send))
        .route("/setup/start", get(start::show).post(start::send))
        .route("/setup/who", get(who::show).post(who::send))
        .route("/setup/name", get(name::show).post(name::send))
        .route("/setup/records", get(records::show).post(records::send))
        .route("/setup/records.txt", get(records::list))
        .route("/setup/owner", get(owner::show).post(owner::send))
        .route("/setup/certificate", get(certificate::show).post(certificate::send))
        .route("/setup/certificate/bring", post(certificate::bring))
        .route("/setup/securely", get(address::show).post(address::ask))
        .route("/setup/move", get(certificate::go))
        .route("/setup/hello", get(certificate::hello))
        .route("/setup/backups", get(backups::show).post(backups::send))
        .route("/setup/look", get(look::show).post(look::send))
        .route("/setup/done", get(done::show))
}

/// A browser that may go on, at one of the steps.
struct Entered {
    browser: Browser,
    draft: Draft,
    step: &'static Step,
}

/// Lets the holder in at a step whose turn it can be. Anybody else is told where to go instead.
async fn enter(site: &Inner, asked: &Asked, step: &'static Step) -> Result<Entered, Response> {
    if site.settings.domain().is_some() {
        return Err(done::after(site, asked));
    }
    if !asked.visitor.may_tell_secrets() {
        return Err(securely(site, asked, "/setup"));
    }
    let Some(cookie) = asked.cookie(COOKIE) else {
        let just_begun = asked.query("n").is_some_and(|note| note == "begun" || note == "here");
        return Err(to(if just_begun { "/setup?n=cookies" } else { "/setup?n=again" }));
    };
    let browser = draft::browser(cookie);
    match draft::holder(&site.store, browser, site.clock.utc()).await {
        Err(error) => Err(site.not_kept(asked, &error)),
        Ok(Holder::Other { at, from }) => Err(begin::taken(site, asked, at, from)),
        Ok(Holder::Nobody) => Err(to("/setup?n=again")),
        Ok(Holder::This(draft)) => {
            let first = steps::first_open(&draft);
            match steps::may_come(step, &draft) {
                true => Ok(Entered { browser, draft: *draft, step }),
                false => Err(to(&format!("{}?n=first", first.path))),
            }
        }
    }
}

/// Lets the holder restore instead. Anybody else is told where to go.
pub(super) async fn may_restore(site: &Inner, asked: &Asked) -> Result<(), Response> {
    enter(site, asked, &steps::START).await.map(drop)
}

impl Entered {
    /// Keeps the changed draft and goes on: to the next step, `note` shown on it.
    async fn keep(&self, site: &Inner, asked: &Asked, note: Option<&str>) -> Response {
        match draft::keep(&site.store, self.browser, &self.draft, site.clock.utc()).await {
            Err(error) => site.not_kept(asked, &error),
            // Taken over in between: its next page says so.
            Ok(false) => to(self.step.path),
            Ok(true) => {
                let next = steps::after(self.step, &self.draft);
                to(&note.map_or_else(|| next.to_owned(), |note| format!("{next}?n={note}")))
            }
        }
    }
}

/// 303, so that reloading sends nothing twice.
fn to(path: &str) -> Response {
    Redirect::to(path).into_response()
}

/// A form with a value that no page of ours sends.
fn garbled(site: &Inner, asked: &Asked) -> Response {
    site.fault(asked, Fault::Garbled)
}
