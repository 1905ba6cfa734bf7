//! Secured → Authenticated: SASL (RFC 6120 §6). The mechanisms themselves are in `xmpp/sasl`.
//!
//! An unknown name is not told from a wrong password, neither by the answer nor by its time.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Client;
use super::negotiate;
use super::register;
use super::wire::Gone;
use super::wire::Wire;
use crate::accounts::Role;
use crate::accounts::devices::SignIn;
use crate::accounts::standing::Closed;
use crate::accounts::throttle::Attempt;
use crate::features::Parts;
use crate::features::caps;
use crate::limits;
use crate::store::AccountId;
use crate::xmpp::error::StreamCondition;
use crate::xmpp::error::StreamError;
use crate::xmpp::ns;
use crate::xmpp::sasl;
use crate::xmpp::sasl::Bindings;
use crate::xmpp::sasl::Exchange;
use crate::xmpp::sasl::Mechanism;
use crate::xmpp::sasl::Next;
use crate::xmpp::sasl::Offer;
use crate::xmpp::sasl::SaslError;
use crate::xmpp::sasl::Which;
use crate::xmpp::sasl::plain::Claim;
use crate::xmpp::sasl::scram::Lookup;
use crate::xmpp::xml::Element;
use crate::xmpp::xml::reader::Event;
use crate::xmpp::xml::reader::Raw;

/// What may be offered at all.
fn allowed(parts: &Parts) -> Vec<Mechanism> {
    let allowed = |mechanism: &Mechanism| match mechanism {
        Mechanism::Plain => parts.policy.plain,
        Mechanism::Anonymous => parts.policy.anonymous,
        _ => true,
    };
    Mechanism::STRONGEST_FIRST.into_iter().filter(allowed).collect()
}

fn offer(parts: &Parts, bindings: &Bindings) -> Offer {
    Offer::new(parts.domain.as_str().into(), &allowed(parts), bindings.clone())
}

/// The features of a stream before log-in.
pub fn features(parts: &Parts, bindings: &Bindings) -> Vec<Element> {
    let offer = offer(parts, bindings);
    let mut features = vec![offer.mechanisms_element()];
    features.extend(offer.bindings_element());
    features.extend(register::features());
    features.push(caps::stream_feature(parts));
    features
}

/// Who has logged in.
pub struct LoggedIn {
    pub account: AccountId,
    pub by: SignIn,
    /// `Accounts::signed_out` of before the password was looked at.
    pub since: u64,
}

/// Runs until somebody has logged in; the client's new stream has not begun then.
/// `reads_form`: set while somebody fills in the form of XEP-0077.
pub async fn log_in(
    parts: &Arc<Parts>,
    wire: &mut Wire,
    client: &mut Client,
    reads_form: &AtomicBool,
) -> Result<LoggedIn, Gone> {
    if !wire.greeted {
        negotiate::open(parts, wire).await?;
        negotiate::send_features(wire, features(parts, &client.bindings));
    }
    let offer = offer(parts, &client.bindings);
    let mut registration = register::Registration::new(client.address);
    let (mut failures, mut asked) = (0, 0);
    loop {
        let raw = match wire.event().await? {
            Event::Element(raw) => raw,
            Event::Close => return Err(negotiate::closed(wire).await),
            Event::Open(_) => return Err(StreamError::new(StreamCondition::BadFormat, "").into()),
        };
        if raw.is(ns::SASL, "auth") {
            match (Login { parts, wire, client, offer: &offer, attempt: None, since: 0 }).run(&raw).await? {
                Ok((logged_in, success)) => {
                    wire.send(&success);
                    wire.restart();
                    return Ok(logged_in);
                }
                Err(failure) => wire.send(&failure.element().to_xml(ns::CLIENT)),
            }
            failures += 1;
            if failures >= limits::LOGIN_TRIES {
                let text = "Too many failed tries.";
                return Err(StreamError::new(StreamCondition::PolicyViolation, text).into());
            }
        } else if raw.is(ns::CLIENT, "iq") {
            asked += 1;
            if asked > limits::IQS_BEFORE_LOGIN_MAX {
                let text = "Too much was asked before a log-in.";
                return Err(StreamError::new(StreamCondition::PolicyViolation, text).into());
            }
            reads_form.store(true, Ordering::Relaxed);
            registration.answer(parts, wire, raw).await?;
        } else {
            return Err(not_yet(&raw));
        }
    }
}

/// §6.4.6, §7.1: before log-in nothing else is heard.
fn not_yet(raw: &Raw) -> Gone {
    let stanza = raw.ns == ns::CLIENT && matches!(&*raw.name, "message" | "presence" | "iq");
    let condition = match stanza {
        true => StreamCondition::NotAuthorized,
        false => StreamCondition::UnsupportedStanzaType,
    };
    StreamError::new(condition, "Log in first.").into()
}

/// One exchange.
struct Login<'a> {
    parts: &'a Parts,
    wire: &'a mut Wire,
    client: &'a Client,
    offer: &'a Offer,
    attempt: Option<Attempt>,
    since: u64,
}

impl Login<'_> {
    /// From `<auth/>` to who it is and the `<success/>` to send.
    async fn run(&mut self, auth: &Raw) -> Result<Result<(LoggedIn, String), SaslError>, Gone> {
        let mut next = match begin(self.offer, auth) {
            Ok(next) => next,
            Err(error) => return Ok(Err(error)),
        };
        loop {
            next = match next {
                Next::Failure(error) => return Ok(Err(self.failed(error).await)),
                Next::Challenge { data, exchange } => {
                    self.wire.send(&sasl::challenge_element(&data).to_xml(ns::CLIENT));
                    match self.response(exchange).await? {
                        Ok(next) => next,
                        Err(error) => return Ok(Err(error)),
                    }
                }
                Next::Lookup(lookup) => match self.look_up(lookup).await {
                    Ok(next) => next,
                    Err(error) => return Ok(Err(error)),
                },
                Next::Password(claim) => return Ok(self.check(claim).await),
                Next::Success { account, by, data } => return Ok(self.succeeded(&account, by, &data).await),
                Next::Anonymous => return Ok(self.somebody().await),
            };
        }
    }

    async fn response(&mut self, exchange: Exchange) -> Result<Result<Next, SaslError>, Gone> {
        match self.wire.event().await? {
            Event::Element(raw) if raw.is(ns::SASL, "response") => {
                Ok(sasl::decode(&raw.text).map(|data| exchange.respond(&data)))
            }
            Event::Element(raw) if raw.is(ns::SASL, "abort") => Ok(Err(SaslError::aborted(""))),
            Event::Element(raw) => Err(not_yet(&raw)),
            Event::Close => Err(negotiate::closed(self.wire).await),
            Event::Open(_) => Err(StreamError::new(StreamCondition::BadFormat, "").into()),
        }
    }

    /// Limits guessing, by address and by name (XEP-0205 §3).
    async fn admit(&mut self, name: &str) -> Result<(), SaslError> {
        self.since = self.parts.accounts.find(name).map_or(0, |account| self.parts.accounts.signed_out(account));
        let now = self.parts.clock.since_start();
        match self.parts.accounts.throttle().attempt(self.client.address, name, now) {
            Ok(attempt) => {
                let delay = attempt.delay();
                self.attempt = Some(attempt);
                if delay > Duration::ZERO {
                    self.parts.clock.sleep(delay).await;
                }
                Ok(())
            }
            Err(_) => Err(SaslError::temporary_auth_failure("Too many failed log-ins; wait a while.")),
        }
    }

    async fn look_up(&mut self, lookup: Lookup) -> Result<Next, SaslError> {
        self.admit(lookup.name()).await?;
        let ring = self.parts.accounts.ring(lookup.name(), lookup.hash()).await.map_err(|error| unread(&error))?;
        Ok(lookup.continue_with(ring, &crate::clock::token()))
    }

    async fn check(&mut self, claim: Claim) -> Result<(LoggedIn, String), SaslError> {
        self.admit(&claim.name).await?;
        let found = self.parts.accounts.verify_any(&claim.name, &claim.password).await;
        match found.map_err(|error| unread(&error))? {
            Some((_, by)) => self.succeeded(&claim.name, by, &[]).await,
            None => Err(self.failed(SaslError::wrong_password()).await),
        }
    }

    async fn succeeded(&mut self, name: &str, by: Which, data: &[u8]) -> Result<(LoggedIn, String), SaslError> {
        let account = self.parts.accounts.find(name).ok_or_else(SaslError::wrong_password)?;
        let by = self.parts.accounts.sign_in_by(account, by).await.map_err(|error| unread(&error))?;
        let Some(by) = by else { return Err(self.failed(SaslError::wrong_password()).await) };
        if let Some(attempt) = self.attempt.take() {
            attempt.succeeded(self.parts.clock.since_start());
        }
        // §6.5.2: told to who knows the password only.
        match self.parts.accounts.closed(account) {
            Some(Closed::Locked) => return Err(SaslError::account_disabled("An owner has locked this account.")),
            Some(Closed::Leaving { .. }) => {
                return Err(SaslError::account_disabled(
                    "This account is being removed; sign in on the web to keep it.",
                ));
            }
            None => {}
        }
        Ok((LoggedIn { account, by, since: self.since }, sasl::success_element(data).to_xml(ns::CLIENT)))
    }

    /// The attempt counts as failed when it is dropped.
    async fn failed(&mut self, error: SaslError) -> SaslError {
        if let Some(attempt) = self.attempt.take() {
            tracing::info!(peer = %self.client.address, condition = error.condition.as_str(), "a log-in failed");
            drop(attempt);
        }
        error
    }

    /// ANONYMOUS, in the test profile: a new account that nobody else gets into.
    async fn somebody(&mut self) -> Result<(LoggedIn, String), SaslError> {
        let name = crate::clock::short_token().to_lowercase();
        let password = crate::clock::token();
        match self.parts.accounts.create(&format!("anonymous-{name}"), &password, Role::Limited).await {
            Ok(account) => {
                Ok((LoggedIn { account, by: SignIn::Own, since: 0 }, sasl::success_element(&[]).to_xml(ns::CLIENT)))
            }
            Err(error) => {
                tracing::warn!(%error, "no account for somebody anonymous");
                Err(SaslError::temporary_auth_failure(""))
            }
        }
    }
}

fn begin(offer: &Offer, auth: &Raw) -> Result<Next, SaslError> {
    let mechanism = auth.get("mechanism").ok_or_else(|| SaslError::invalid_mechanism("No mechanism was named."))?;
    let mechanism = Mechanism::parse(mechanism)?;
    let initial = sasl::decode_initial(&auth.text)?;
    Ok(sasl::begin(offer, mechanism, initial.as_ref().map(|data| data.as_slice())))
}

fn unread(error: &crate::store::StoreError) -> SaslError {
    tracing::error!(%error, "a log-in could not be checked");
    SaslError::temporary_auth_failure("The server cannot check this now.")
}
