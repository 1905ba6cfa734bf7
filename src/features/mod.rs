//! The registry: one file a XEP, one line here.
//!
//! Features do not know each other and never call `route`: what they want to send they put into
//! the [`Outbox`]. In which order they see a message or a presence is written in `route/`.

pub mod adhoc;
pub mod blocking;
pub mod caps;
pub mod carbons;
pub mod contact;
pub mod disco;
pub mod hints;
pub mod mam;
pub mod mam_prefs;
pub mod offline;
pub mod ping;
pub mod preauth;
pub mod register;
pub mod roster;
pub mod session;
pub mod stanza_ids;
pub mod time;
pub mod version;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::accounts::Accounts;
use crate::accounts::blocks::Blocks;
use crate::accounts::invites::Invites;
use crate::accounts::invites::links::Links;
use crate::accounts::joining::Rules;
use crate::accounts::roster::Rosters;
use crate::archive::Archive;
use crate::audit::By;
use crate::clock::Clock;
use crate::sessions::Delivery;
use crate::sessions::Item;
use crate::sessions::Session;
use crate::sessions::Sessions;
use crate::settings::Settings;
use crate::store::AccountId;
use crate::store::Batch;
use crate::store::Store;
use crate::store::StoreError;
use crate::texts::Lang;
use crate::texts::Text;
use crate::xmpp::caps::Info;
use crate::xmpp::error::Condition;
use crate::xmpp::error::StanzaError;
use crate::xmpp::jid::Jid;
use crate::xmpp::stanza::Iq;
use crate::xmpp::stanza::IqType;
use crate::xmpp::stanza::Presence;
use crate::xmpp::xml::Element;

/// Every feature that answers or watches stanzas, by name.
pub const FEATURES: &[&Feature] = &[
    &adhoc::FEATURE,
    &blocking::FEATURE,
    &caps::FEATURE,
    &carbons::FEATURE,
    &contact::FEATURE,
    &disco::FEATURE,
    &hints::FEATURE,
    &mam::FEATURE,
    &mam_prefs::FEATURE,
    &offline::FEATURE,
    &ping::FEATURE,
    &preauth::FEATURE,
    &register::FEATURE,
    &roster::FEATURE,
    &session::FEATURE,
    &stanza_ids::FEATURE,
    &time::FEATURE,
    &version::FEATURE,
];

/// Disco nodes of the host that features answer for.
const NODES: &[&Nodes] = &[&adhoc::NODES];

/// Whose nodes these are.
pub fn nodes(node: &str) -> Option<&'static Nodes> {
    NODES.iter().copied().find(|nodes| (nodes.has)(node))
}

/// Disco nodes that a feature answers for (XEP-0030 §3.2, §4.2).
pub struct Nodes {
    pub has: fn(&str) -> bool,
    pub info: fn(&Ctx<'_>, &str) -> Result<Info, StanzaError>,
    pub items: fn(&Ctx<'_>, &str) -> Vec<Element>,
}

/// What a file of this folder declares.
pub struct Feature {
    pub name: &'static str,
    pub specs: &'static [Spec],
    /// What disco#info announces, and where.
    pub disco: &'static [(At, &'static str)],
    pub iqs: &'static [IqRoute],
}

/// A specification and how much of it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spec {
    /// `XEP-0199`, `RFC 6121`.
    pub number: &'static str,
    pub title: &'static str,
    pub version: &'static str,
    /// What is not there yet.
    pub missing: Option<&'static str>,
}

/// Which address a request was sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// The domain.
    Host,
    /// An account's bare address, or none at all.
    Account,
}

/// One kind of request and who answers it.
pub struct IqRoute {
    pub at: At,
    pub kind: IqType,
    pub ns: &'static str,
    /// The payload's name; empty: any.
    pub name: &'static str,
    pub answer: Answer,
}

/// Answers a request: `Ok(None)` is an empty result. Where it fills the outbox's batch the answer
/// waits until that is durable.
pub type Answer = for<'a> fn(&'a Ctx<'a>, &'a Iq, &'a mut Outbox) -> Reply<'a>;
/// Names our software in entity capabilities (XEP-0115 §4).
pub const CAPS_NODE: &str = "https://imera.chat";

pub type Reply<'a> = Pin<Box<dyn Future<Output = Result<Option<Element>, StanzaError>> + Send + 'a>>;

/// The parts a stanza's way leads through, built once by `server`.
pub struct Parts {
    pub store: Store,
    pub accounts: Accounts,
    pub rosters: Rosters,
    pub blocks: Blocks,
    pub invites: Invites,
    pub commands: adhoc::Waiting,
    pub links: Links,
    pub settings: Settings,
    pub archive: Archive,
    pub sessions: Sessions,
    pub clock: Clock,
    pub domain: Jid,
    pub policy: Policy,
    /// What disco#info says of the host, and its verification string (XEP-0115).
    pub host: Info,
    pub host_ver: String,
}

impl Parts {
    /// What names and passwords that people choose are held against, and what the place is called.
    /// `None`: open registration (the test profile) takes any.
    pub fn rules<'a>(&'a self, place: &'a str) -> Option<Rules<'a>> {
        (!self.policy.registration).then(|| Rules { domain: self.domain.domain(), place })
    }
}

/// What the owner allows, read at start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// SASL PLAIN inside TLS.
    pub plain: bool,
    /// SASL ANONYMOUS, in the test profile only.
    pub anonymous: bool,
    /// New accounts in-band, in the test profile only.
    pub registration: bool,
    /// Log-in without TLS, in the test profile only.
    pub plain_tcp: bool,
    /// Limits on failed log-ins. Off in the test profile only.
    pub throttle: bool,
}

/// Who asks, and about whom.
#[derive(Clone, Copy)]
pub struct Ctx<'a> {
    pub parts: &'a Parts,
    /// The session that asks.
    pub session: &'a Arc<Session>,
    /// The account asked about: the session's own where none was named. `None`: the host.
    pub account: Option<AccountId>,
    /// What the asker reads: the request's language, else the stream's.
    pub lang: Lang,
}

impl Ctx<'_> {
    /// Words for the asker.
    pub fn say(&self, words: &Text) -> String {
        self.lang.book().plain(words)
    }

    /// An error that the asker reads.
    pub fn told(&self, condition: Condition, words: &Text) -> StanzaError {
        told(condition, words, self.lang)
    }

    /// The account that asks.
    pub fn asker(&self) -> AccountId {
        self.session.account()
    }

    /// The asker, as the log of changes names them.
    pub fn by(&self) -> By {
        self.parts.accounts.by(self.asker()).unwrap_or(By::Machine)
    }

    /// Whether somebody asks about their own account.
    pub fn is_own(&self) -> bool {
        self.account == Some(self.asker())
    }

    /// Err unless it is about one's own account.
    pub fn own(&self) -> Result<AccountId, StanzaError> {
        match self.is_own() {
            true => Ok(self.asker()),
            false => Err(StanzaError::forbidden("Only the account itself may do this.")),
        }
    }
}

/// What a step leaves to do for `route`.
#[derive(Default)]
pub struct Outbox {
    /// What to store: one transaction, with the count of the stanza.
    pub batch: Batch,
    /// For the asking session, before the answer.
    pub before: Vec<Item>,
    /// The answer is in the mailbox already.
    pub answered: bool,
    /// Presence to send on, from and to whom it says.
    pub presences: Vec<Presence>,
    /// A message that went out before `batch` with its offline mark is queued.
    pub ahead: Option<Arc<Delivery>>,
    /// Accounts to remove, and by whom; it is answered when that is durable.
    pub remove: Vec<(AccountId, By)>,
}

/// The result of a request of one's own.
pub fn result(session: &Session, iq: &Iq, payload: Option<Element>) -> Iq {
    let mut result = iq.result(payload);
    if iq.head.to.is_none() {
        result.head.from = Some(session.jid().to_bare());
    }
    result
}

/// The request's route, if some feature answers it.
pub fn find(at: At, kind: IqType, ns: &str, name: &str) -> Option<&'static IqRoute> {
    let mut routes = FEATURES.iter().flat_map(|feature| feature.iqs);
    routes.find(|route| {
        route.at == at && route.kind == kind && route.ns == ns && (route.name.is_empty() || route.name == name)
    })
}

/// What disco#info announces at a place, sorted.
pub fn announced(at: At) -> Vec<&'static str> {
    let all = FEATURES.iter().flat_map(|feature| feature.disco);
    let mut here: Vec<&str> = all.filter(|(place, _)| *place == at).map(|(_, var)| *var).collect();
    here.sort_unstable();
    here.dedup();
    here
}

/// An error that people read.
pub fn told(condition: Condition, words: &Text, lang: Lang) -> StanzaError {
    StanzaError::new(condition, lang.book().plain(words)).in_language(lang.tag())
}

/// A peer is told that we failed, the log is told why.
pub fn failed(error: StoreError) -> StanzaError {
    tracing::error!(%error, "the database did not answer");
    StanzaError::internal_server_error("The server could not read or write its database.")
        .of_type(crate::xmpp::error::ErrorType::Wait)
}

/// What must be kept is refused before it is delivered while nothing can be written.
pub fn writable(store: &Store) -> Result<(), StanzaError> {
    match store.writable() {
        true => Ok(()),
        false => Err(StanzaError::resource_constraint("The server can store nothing at the moment.")),
    }
}
