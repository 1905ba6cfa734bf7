//! SASL, server side, as states: RFC 4422 in the profile of RFC 6120 §6.
//!
//! Bytes in, [`Next`] out: [`begin`] with `<auth/>`, [`Exchange::respond`] with each `<response/>`.
//! A value of these types is one exchange, and a new `<auth/>` is a new one (RFC 6120 §6.4.2).
//! Mechanisms: SCRAM with three hashes and their -PLUS forms, PLAIN, ANONYMOUS. Missing: XEP-0484
//! and what XEP-0474 adds to SCRAM.

mod anonymous;
pub mod binding;
mod error;
pub mod plain;
pub mod scram;
pub mod verifier;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::limits::SASL_MESSAGE_MAX_BYTES;

use super::jid::Jid;
use super::ns;
use super::xml::Element;

pub use binding::{BindingType, Bindings};
pub use error::{SaslCondition, SaslError};
pub use verifier::{Hash, Ring, Spare, Verifier, Which};

/// A way to log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mechanism {
    /// RFC 5802, RFC 7677. `plus`: bound to the TLS channel.
    Scram { hash: Hash, plus: bool },
    /// RFC 4616.
    Plain,
    /// RFC 4505.
    Anonymous,
}

impl Mechanism {
    /// All of them, strongest first: the order in which they are offered (RFC 6120 §6.4.1).
    pub const STRONGEST_FIRST: [Mechanism; 8] = [
        Mechanism::Scram { hash: Hash::Sha512, plus: true },
        Mechanism::Scram { hash: Hash::Sha256, plus: true },
        Mechanism::Scram { hash: Hash::Sha1, plus: true },
        Mechanism::Scram { hash: Hash::Sha512, plus: false },
        Mechanism::Scram { hash: Hash::Sha256, plus: false },
        Mechanism::Scram { hash: Hash::Sha1, plus: false },
        Mechanism::Plain,
        Mechanism::Anonymous,
    ];

    /// As registered with IANA.
    pub fn name(self) -> &'static str {
        match self {
            Mechanism::Scram { hash: Hash::Sha1, plus: false } => "SCRAM-SHA-1",
            Mechanism::Scram { hash: Hash::Sha1, plus: true } => "SCRAM-SHA-1-PLUS",
            Mechanism::Scram { hash: Hash::Sha256, plus: false } => "SCRAM-SHA-256",
            Mechanism::Scram { hash: Hash::Sha256, plus: true } => "SCRAM-SHA-256-PLUS",
            Mechanism::Scram { hash: Hash::Sha512, plus: false } => "SCRAM-SHA-512",
            Mechanism::Scram { hash: Hash::Sha512, plus: true } => "SCRAM-SHA-512-PLUS",
            Mechanism::Plain => "PLAIN",
            Mechanism::Anonymous => "ANONYMOUS",
        }
    }

    /// From the `mechanism` attribute: exact, upper case (RFC 4422 §3.1).
    pub fn parse(name: &str) -> Result<Mechanism, SaslError> {
        let found = Mechanism::STRONGEST_FIRST.into_iter().find(|mechanism| mechanism.name() == name);
        found.ok_or_else(|| SaslError::invalid_mechanism("this mechanism is not known here"))
    }
}

/// What one stream may log in with. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Offer {
    domain: Arc<str>,
    mechanisms: Arc<[Mechanism]>,
    bindings: Bindings,
}

impl Offer {
    /// Of `allowed`, -PLUS only where there is something to bind to. `domain`: the prepared one that
    /// is served, which authorization identities must have.
    pub fn new(domain: Arc<str>, allowed: &[Mechanism], bindings: Bindings) -> Offer {
        let possible = |mechanism: &Mechanism| match mechanism {
            Mechanism::Scram { plus: true, .. } => !bindings.is_empty(),
            _ => true,
        };
        let mechanisms =
            Mechanism::STRONGEST_FIRST.into_iter().filter(|m| allowed.contains(m) && possible(m)).collect();
        Offer { domain, mechanisms, bindings }
    }

    pub fn mechanisms(&self) -> &[Mechanism] {
        &self.mechanisms
    }

    pub fn bindings(&self) -> &Bindings {
        &self.bindings
    }

    /// The stream feature `<mechanisms/>` (RFC 6120 §6.4.1), strongest first.
    pub fn mechanisms_element(&self) -> Element {
        let names = self.mechanisms.iter().map(|m| Element::new(ns::SASL, "mechanism").with_text(m.name()));
        Element::new(ns::SASL, "mechanisms").children_from(names)
    }

    /// The stream feature of XEP-0440; `None` where no -PLUS mechanism is offered, since clients
    /// take the one without the other for an attack (XEP-0440 §3).
    pub fn bindings_element(&self) -> Option<Element> {
        self.has_plus().then(|| self.bindings.element())
    }

    fn has_plus(&self) -> bool {
        self.mechanisms.iter().any(|m| matches!(m, Mechanism::Scram { plus: true, .. }))
    }

    /// Refuses an authorization identity other than `local`'s own bare address (RFC 6120 §6.3.8).
    /// Nobody acts for others here.
    fn check_authzid(&self, authzid: &str, local: &str) -> Result<(), SaslError> {
        let own = |jid: &Jid| jid.is_bare() && jid.local() == Some(local) && jid.domain() == &*self.domain;
        match authzid.parse::<Jid>() {
            Ok(jid) if own(&jid) => Ok(()),
            Ok(_) => Err(SaslError::invalid_authzid("only one's own bare address may be given")),
            Err(_) => Err(SaslError::invalid_authzid("this is no address")),
        }
    }
}

/// What the caller does next.
#[derive(Debug)]
pub enum Next {
    /// Send `data` as `<challenge/>` and hand the `<response/>` to [`Exchange::respond`].
    Challenge { data: Vec<u8>, exchange: Exchange },
    /// Fetch the account's ring, then [`scram::Lookup::continue_with`].
    Lookup(scram::Lookup),
    /// Check a password: right ends in success without data, wrong in [`SaslError::not_authorized`].
    Password(plain::Claim),
    /// The client is `account` (a prepared local part), by this password of its ring. Send `data` within
    /// `<success/>`.
    Success { account: String, by: Which, data: Vec<u8> },
    /// The client shall be somebody without a name.
    Anonymous,
    /// Send it; the exchange is over.
    Failure(SaslError),
}

impl From<Result<Next, SaslError>> for Next {
    fn from(result: Result<Next, SaslError>) -> Next {
        result.unwrap_or_else(Next::Failure)
    }
}

/// An exchange that waits for the client's next `<response/>`.
#[derive(Debug)]
pub struct Exchange(Waiting);

#[derive(Debug)]
enum Waiting {
    /// The `<auth/>` had no initial response (RFC 6120 §6.3.10).
    First { offer: Offer, mechanism: Mechanism },
    /// SCRAM: the server-first-message is out.
    Final(Box<scram::Challenged>),
}

/// Starts an exchange with what `<auth/>` had. `initial`: see [`decode_initial`].
pub fn begin(offer: &Offer, mechanism: Mechanism, initial: Option<&[u8]>) -> Next {
    if !offer.mechanisms.contains(&mechanism) {
        return Next::Failure(SaslError::invalid_mechanism("this mechanism is not offered here"));
    }
    match initial {
        Some(initial) => first(offer, mechanism, initial),
        None => {
            let exchange = Exchange(Waiting::First { offer: offer.clone(), mechanism });
            Next::Challenge { data: Vec::new(), exchange }
        }
    }
}

fn first(offer: &Offer, mechanism: Mechanism, message: &[u8]) -> Next {
    if message.len() > SASL_MESSAGE_MAX_BYTES {
        return Next::Failure(SaslError::malformed_request("too long"));
    }
    match mechanism {
        Mechanism::Scram { hash, plus } => scram::first(offer, hash, plus, message).map(Next::Lookup).into(),
        Mechanism::Plain => plain::claim(offer, message).map(Next::Password).into(),
        Mechanism::Anonymous => anonymous::check(message).map(|()| Next::Anonymous).into(),
    }
}

impl Exchange {
    /// Goes on with what `<response/>` had, decoded by [`decode`].
    pub fn respond(self, response: &[u8]) -> Next {
        if response.len() > SASL_MESSAGE_MAX_BYTES {
            return Next::Failure(SaslError::malformed_request("too long"));
        }
        match self.0 {
            Waiting::First { offer, mechanism } => first(&offer, mechanism, response),
            Waiting::Final(challenged) => challenged.finish(response).into(),
        }
    }
}

/// The text of `<auth/>` (RFC 6120 §6.4.2): `None` without an initial response; `=` is an empty one.
pub fn decode_initial(text: &str) -> Result<Option<Zeroizing<Vec<u8>>>, SaslError> {
    match text {
        "" => Ok(None),
        text => decode(text).map(Some),
    }
}

/// The text of `<response/>` (RFC 6120 §6.4.3): base64 of RFC 4648 §4 with padding and nothing
/// else; nothing or `=` is empty. Err: incorrect-encoding.
pub fn decode(text: &str) -> Result<Zeroizing<Vec<u8>>, SaslError> {
    match text {
        "" | "=" => Ok(Zeroizing::default()),
        text => match STANDARD.decode(text) {
            Ok(bytes) => Ok(Zeroizing::new(bytes)),
            Err(_) => Err(SaslError::incorrect_encoding("the data is not base64 as RFC 4648 §4 has it")),
        },
    }
}

/// `<challenge/>` (RFC 6120 §6.4.3).
pub fn challenge_element(data: &[u8]) -> Element {
    Element::new(ns::SASL, "challenge").with_text(STANDARD.encode(data))
}

/// `<success/>` (RFC 6120 §6.4.6). `data` is left out when empty: no mechanism here ends with
/// additional data of length zero.
pub fn success_element(data: &[u8]) -> Element {
    match data {
        [] => Element::new(ns::SASL, "success"),
        data => Element::new(ns::SASL, "success").with_text(STANDARD.encode(data)),
    }
}

#[cfg(test)]
mod tests;
