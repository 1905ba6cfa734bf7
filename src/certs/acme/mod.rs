//! Certificates that come by themselves: an authority's client (RFC 8555), one job beside the server.
//!
//! IP addresses by RFC 8738, tls-alpn-01 by RFC 8737, renewal by RFC 9773 where the authority has it. State: what is
//! wanted, in memory; accounts, the order under way and failures in the tables `acme_*`; what is issued is in
//! `certificate`.

mod answer;
mod attempt;
mod cause;
mod consent;
mod job;
mod line;
mod order;
mod record;
mod renewal;
mod responses;
mod rows;

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use instant_acme::Identifier;
use tokio::sync::Notify;
use tokio::sync::watch;

use crate::clock::Clock;
use crate::clock::UtcMicros;
use crate::limits;
use crate::net::dns::Resolver;
use crate::net::http::Client;
use crate::net::http::HttpError;
use crate::net::tls::challenge::Challenges;
use crate::settings::Settings;
use crate::store::Store;

use super::Certs;
use answer::Answers;
use line::Exchange;

pub use cause::Cause;
pub use cause::Record;
pub use consent::Consent;
pub use consent::Terms;
pub use consent::is_public;
pub use responses::Responses;

/// What a certificate can be for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    /// A host, as A-labels in lower case.
    Dns(String),
    Ip(IpAddr),
}

impl Name {
    /// As [`Name::to_string`] writes it.
    pub fn of(text: &str) -> Name {
        text.parse().map_or_else(|_| Name::Dns(text.to_owned()), Name::Ip)
    }

    fn identifier(&self) -> Identifier {
        match self {
            Name::Dns(name) => Identifier::Dns(name.clone()),
            Name::Ip(address) => Identifier::Ip(*address),
        }
    }

    fn of_identifier(identifier: &Identifier) -> Option<Name> {
        match identifier {
            Identifier::Dns(name) => Some(Name::Dns(name.to_ascii_lowercase())),
            Identifier::Ip(address) => Some(Name::Ip(*address)),
            _ => None,
        }
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Name::Dns(name) => f.write_str(name),
            Name::Ip(address) => address.fmt(f),
        }
    }
}

/// A way to prove that a name is ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By a file on port 80.
    Http01,
    /// By a handshake on port 443.
    TlsAlpn01,
    /// By a record of the domain, where the owner has set up who takes it.
    Dns01,
}

/// How names are proved: the first way first, another one after a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct How {
    pub ways: Vec<Way>,
}

impl How {
    /// By the ports that are open here. One that is the authority's own is tried first; others may be mapped to it.
    pub fn of_ports(http: Option<u16>, https: Option<u16>) -> How {
        let mut ways = Vec::new();
        ways.extend(http.map(|_| Way::Http01));
        ways.extend(https.map(|_| Way::TlsAlpn01));
        if http != Some(80) && https == Some(443) {
            ways.reverse();
        }
        How { ways }
    }
}

/// How far a name is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameState {
    pub name: Name,
    pub state: State,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Its turn comes.
    Waiting,
    /// The authority looks at it.
    Checking,
    /// The certificate that is served names it.
    Issued { until: UtcMicros },
    Failed {
        cause: Cause,
        /// The authority's own words, or the system's; English, may be empty.
        detail: String,
        again_at: UtcMicros,
        /// In a row.
        failures: u32,
        /// The certificate that is served names it all the same, until then.
        served_until: Option<UtcMicros>,
    },
}

/// Gets certificates for the names that are wanted, and renews them. Cheap to clone.
#[derive(Clone)]
pub struct Acme {
    shared: Arc<Shared>,
}

/// The authority, and how it is reached.
pub struct Authority {
    /// The address of its directory; `None`: Let's Encrypt's.
    directory: Option<String>,
    connect: Arc<Connect>,
    resolver: Resolver,
}

type Connect = dyn Fn() -> Result<Arc<dyn Exchange>, HttpError> + Send + Sync;

impl Authority {
    /// `root`: a file of roots to trust for it, PEM.
    pub fn new(clock: Clock, resolver: Resolver, directory: Option<String>, root: Option<PathBuf>) -> Authority {
        let dialled_by = resolver.clone();
        let connect = move || {
            let client = Client::new(clock.clone(), dialled_by.clone(), root.as_deref())?;
            Ok(Arc::new(client) as Arc<dyn Exchange>)
        };
        Authority { directory, connect: Arc::new(connect), resolver }
    }
}

struct Shared {
    store: Store,
    clock: Clock,
    settings: Settings,
    authority: Authority,
    /// Who keeps and serves what is issued.
    certs: Mutex<Option<Certs>>,
    wanted: Mutex<Wanted>,
    /// Names that were proved by a record last time.
    by_record: Mutex<BTreeSet<Name>>,
    /// Rung when what is wanted has changed.
    rung: Notify,
    states: watch::Sender<Vec<NameState>>,
    answers: Answers,
}

#[derive(Clone, Default)]
struct Wanted {
    names: Vec<Name>,
    ways: Vec<Way>,
    /// Somebody wants another try now.
    again: bool,
    asked_at: UtcMicros,
}

impl Acme {
    /// `challenges`: those of the https door.
    pub fn new(
        (store, clock): (Store, Clock),
        settings: Settings,
        challenges: Challenges,
        authority: Authority,
    ) -> Acme {
        let shared = Shared {
            store,
            clock,
            settings,
            authority,
            certs: Mutex::default(),
            wanted: Mutex::default(),
            by_record: Mutex::default(),
            rung: Notify::new(),
            states: watch::channel(Vec::new()).0,
            answers: Answers { responses: Responses::default(), challenges },
        };
        Acme { shared: Arc::new(shared) }
    }

    /// What is issued from now on is kept and served by these.
    pub fn serve(&self, certs: Certs) {
        *self.shared.certs.lock().unwrap_or_else(PoisonError::into_inner) = Some(certs);
        self.shared.rung.notify_one();
    }

    /// From now on these names are wanted, in the place of those before; at most [`limits::ACME_NAMES_MAX`]. Asking for
    /// them anew changes nothing.
    pub fn want(&self, mut names: Vec<Name>, how: How) {
        names.truncate(limits::ACME_NAMES_MAX);
        let mut wanted = self.shared.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        if wanted.names == names && wanted.ways == how.ways {
            return;
        }
        self.shared.states.send_modify(|states| {
            let known = std::mem::take(states);
            *states = names.iter().map(|name| known_or_waiting(&known, name)).collect();
        });
        (wanted.names, wanted.ways) = (names, how.ways);
        drop(wanted);
        self.shared.rung.notify_one();
    }

    /// Somebody has put something right: what failed is tried again now, unless the authority has said when. Heard
    /// every [`limits::ACME_ASKED_MIN_S`].
    pub fn look_again(&self) {
        let now = self.shared.clock.utc();
        let mut wanted = self.shared.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        if now < wanted.asked_at.saturating_add(limits::ACME_ASKED_MIN_S * 1_000_000) && now >= wanted.asked_at {
            return;
        }
        (wanted.again, wanted.asked_at) = (true, now);
        drop(wanted);
        self.shared.rung.notify_one();
    }

    /// Whether the owner has set up a name server for proofs by record.
    pub fn writes_records(&self) -> bool {
        self.shared.access().is_some()
    }

    /// Each wanted name, in the order in which they were asked for.
    pub fn state(&self) -> Vec<NameState> {
        self.shared.states.borrow().clone()
    }

    /// Hears of each change of [`Acme::state`].
    pub fn changes(&self) -> watch::Receiver<Vec<NameState>> {
        self.shared.states.subscribe()
    }

    /// What the web answers an authority.
    pub fn responses(&self) -> &Responses {
        &self.shared.answers.responses
    }
}

impl Shared {
    fn by_record(&self) -> MutexGuard<'_, BTreeSet<Name>> {
        self.by_record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn known_or_waiting(known: &[NameState], name: &Name) -> NameState {
    let known = known.iter().find(|known| known.name == *name).cloned();
    known.unwrap_or_else(|| NameState { name: name.clone(), state: State::Waiting })
}

#[cfg(test)]
mod tests;
