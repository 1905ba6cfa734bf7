//! Certificates that come by themselves: an authority's client (RFC 8555), one job beside the server.
//!
//! IP addresses by RFC 8738, tls-alpn-01 by RFC 8737, renewal by RFC 9773 where the authority has it. State: what is
//! wanted, in memory; accounts, the order under way and failures in the tables `acme_*`; what is issued is in
//! `certificate`. Missing: dns-01.

mod cause;
mod responses;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use tokio::sync::Notify;
use tokio::sync::watch;

use crate::clock::Clock;
use crate::clock::UtcMicros;
use crate::limits;

pub use cause::Cause;
pub use responses::Responses;

/// What a certificate can be for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    /// A host, as A-labels in lower case.
    Dns(String),
    Ip(IpAddr),
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

struct Shared {
    clock: Clock,
    wanted: Mutex<Wanted>,
    /// Rung when what is wanted has changed.
    rung: Notify,
    states: watch::Sender<Vec<NameState>>,
    responses: Responses,
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
    pub fn new(clock: Clock) -> Acme {
        let shared = Shared {
            clock,
            wanted: Mutex::default(),
            rung: Notify::new(),
            states: watch::channel(Vec::new()).0,
            responses: Responses::default(),
        };
        Acme { shared: Arc::new(shared) }
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
        &self.shared.responses
    }
}

fn known_or_waiting(known: &[NameState], name: &Name) -> NameState {
    let known = known.iter().find(|known| known.name == *name).cloned();
    known.unwrap_or_else(|| NameState { name: name.clone(), state: State::Waiting })
}
