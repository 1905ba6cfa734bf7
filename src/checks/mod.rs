//! Is this imera well? One file a check, one line here. Asked by `imera check`, and by the server, each as often as
//! it costs little; what it finds is among the notices until a later look finds all well.
//!
//! State: what the last looks found ([`Latest`]). Missing until their issues: federation, push, calls.

pub mod backup;
pub mod certificate;
pub mod clock;
pub mod database;
pub mod disk;
pub mod dns;
pub mod ports;

use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use crate::certs::Serving;
use crate::certs::acme::Consent;
use crate::certs::acme::NameState;
use crate::clock::Clock;
use crate::clock::UtcMicros;
use crate::notices::Severity;
pub use crate::notices::size;
use crate::store::Store;

/// All checks, in the order of their rows.
pub const CHECKS: &[&Check] =
    &[&disk::CHECK, &database::CHECK, &backup::CHECK, &clock::CHECK, &certificate::CHECK, &ports::CHECK, &dns::CHECK];

/// One question about the server's health.
pub struct Check {
    pub name: &'static str,
    pub often: Often,
    pub look: Look,
}

/// How often the running server looks by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Often {
    EveryMinute,
    /// It knocks somewhere.
    EverySomeMinutes,
    /// It asks others, who may be slow.
    EveryHour,
    /// It reads all there is.
    EveryNight,
}

/// How far a long look is: done, of how many.
pub type Step<'a> = &'a (dyn Fn(u64, u64) + Send + Sync);
pub type Look = for<'a> fn(&'a Subject, Step<'a>) -> Pin<Box<dyn Future<Output = Found> + Send + 'a>>;

/// What is looked at.
pub struct Subject {
    pub data: PathBuf,
    pub store: Store,
    pub clock: Clock,
    /// What is served; `None` where no server runs.
    pub serving: Option<Serving>,
    /// What is known of the backups; `None`: it cannot be read.
    pub backup: Option<backup::Backup>,
    /// Doors by name, with their address; empty where no server runs.
    pub doors: Vec<(&'static str, Option<SocketAddr>)>,
    /// Whether an authority is asked, and how far it is.
    pub consent: Consent,
    pub names: Vec<NameState>,
    /// `None`: nobody looks for this place in DNS.
    pub records: Option<dns::Records>,
}

/// How it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    Ok,
    /// It cannot be told here.
    Skipped,
    Warning,
    Failed,
}

impl State {
    pub fn as_str(self) -> &'static str {
        match self {
            State::Ok => "ok",
            State::Skipped => "skipped",
            State::Warning => "warning",
            State::Failed => "failed",
        }
    }

    /// As a notice; `None`: nothing to tell.
    pub fn severity(self) -> Option<Severity> {
        match self {
            State::Ok | State::Skipped => None,
            State::Warning => Some(Severity::Warning),
            State::Failed => Some(Severity::Trouble),
        }
    }
}

/// What a look found: one line, and the next step where something is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub state: State,
    pub what: String,
    pub next: Option<String>,
}

/// What the last looks of a running server found. Cheap to clone.
#[derive(Clone, Default)]
pub struct Latest(Arc<Mutex<Option<Looked>>>);

/// Findings by the check's name, each from the last time that it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    /// When the last look was.
    pub at: UtcMicros,
    pub found: Vec<(&'static str, Found)>,
}

impl Latest {
    /// Takes in what a look found; what it left out stays as it was.
    pub fn note(&self, at: UtcMicros, mut found: Vec<(&'static str, Found)>) {
        let mut looked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = looked.take().map(|looked| looked.found).unwrap_or_default();
        let left_out = |name: &str, found: &[(&'static str, Found)]| found.iter().all(|(other, _)| *other != name);
        for (name, earlier) in before {
            if left_out(name, &found) {
                found.push((name, earlier));
            }
        }
        *looked = Some(Looked { at, found });
    }

    /// `None`: nobody has looked yet.
    pub fn get(&self) -> Option<Looked> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Found {
    pub fn ok(what: impl Into<String>) -> Found {
        Found { state: State::Ok, what: what.into(), next: None }
    }

    pub fn skipped(what: impl Into<String>) -> Found {
        Found { state: State::Skipped, what: what.into(), next: None }
    }

    pub fn warning(what: impl Into<String>, next: impl Into<String>) -> Found {
        Found { state: State::Warning, what: what.into(), next: Some(next.into()) }
    }

    pub fn failed(what: impl Into<String>, next: impl Into<String>) -> Found {
        Found { state: State::Failed, what: what.into(), next: Some(next.into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_replaces_what_it_looked_at_and_nothing_else() {
        let latest = Latest::default();
        assert_eq!(latest.get(), None);
        latest.note(1, vec![("disk", Found::ok("a")), ("ports", Found::ok("b"))]);
        latest.note(2, vec![("disk", Found::warning("c", "d"))]);
        let looked = latest.get().unwrap();
        assert_eq!(
            looked,
            Looked { at: 2, found: vec![("disk", Found::warning("c", "d")), ("ports", Found::ok("b"))] }
        );
    }
}
