//! One order, from its first request to the chain (RFC 8555 §7.4): placed or gone on with, proved, finalized.
//!
//! State: the order's row, written before anything is proved, so that a restart goes on with it.

use std::time::Duration;

use instant_acme::Account;
use instant_acme::AuthorizationState;
use instant_acme::AuthorizationStatus;
use instant_acme::CertificateIdentifier;
use instant_acme::ChallengeStatus;
use instant_acme::Error;
use instant_acme::Identifier;
use instant_acme::NewOrder;
use instant_acme::Order;
use instant_acme::OrderStatus;
use instant_acme::Problem;
use rcgen::CertificateParams;
use rcgen::DistinguishedName;
use rcgen::KeyPair;

use super::Name;
use super::Shared;
use super::Way;
use super::answer::Answer;
use super::cause::Cause;
use super::cause::Record;
use super::line::Line;
use super::rows;
use super::rows::Placed;
use crate::certs::Pair;
use crate::clock::UtcMicros;
use crate::limits;

/// What went wrong with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub cause: Cause,
    /// At most [`limits::ACME_DETAIL_MAX_BYTES`], one line.
    pub detail: String,
    /// The authority will not hear of it before.
    pub again_at: Option<UtcMicros>,
}

impl Failure {
    pub fn new(cause: Cause, detail: &str, again_at: Option<UtcMicros>) -> Failure {
        let mut detail: String = detail.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect();
        detail.truncate(detail.floor_char_boundary(limits::ACME_DETAIL_MAX_BYTES));
        Failure { cause, detail, again_at }
    }
}

/// Why an order came to nothing.
#[derive(Debug)]
pub(super) enum Wrong {
    /// Whatever was asked for.
    All(Failure),
    /// These names; the others may go on without them.
    Some(Vec<(Name, Failure)>),
    /// A new order may do.
    Again(Failure),
    /// The authority does not know our account.
    Lost,
}

/// What orders are placed with.
pub(super) struct Desk<'a> {
    pub shared: &'a Shared,
    pub line: Line,
    pub account: Account,
    pub directory: String,
    /// Proofs only: the order is not finalized, nor kept.
    pub rehearsal: bool,
    /// The certificate that comes to its end (RFC 9773 §5).
    pub replaces: Option<CertificateIdentifier<'static>>,
}

impl Desk<'_> {
    /// A certificate for exactly these names; `None` for a rehearsal that went well.
    pub async fn order(&self, names: &[Name], way: impl Fn(&Name) -> Option<Way>) -> Result<Option<Pair>, Wrong> {
        let (mut order, key) = self.begin(names).await?;
        let came = self.fulfil(&mut order, &key, names, way).await;
        // What is kept is gone on with, unless it is dead; where nobody answers it may yet live.
        let lives = matches!(&came, Err(Wrong::All(failure)) if failure.cause == Cause::Unreachable);
        if came.is_err() && !lives {
            self.forget().await;
        }
        came
    }

    async fn fulfil(
        &self,
        order: &mut Order,
        key: &KeyPair,
        names: &[Name],
        way: impl Fn(&Name) -> Option<Way>,
    ) -> Result<Option<Pair>, Wrong> {
        if order.state().status == OrderStatus::Pending {
            self.prove(order, names, way).await?;
        }
        if self.rehearsal {
            return Ok(None);
        }
        let chain = self.finish(order, key, names).await?;
        Ok(Some(Pair { chain, key: key.serialize_pem() }))
    }

    async fn begin(&self, names: &[Name]) -> Result<(Order, KeyPair), Wrong> {
        if let Some(gone_on) = self.go_on(names).await? {
            return Ok(gone_on);
        }
        let identifiers: Vec<Identifier> = names.iter().map(Name::identifier).collect();
        let order = self.place(&identifiers, names).await?;
        let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).expect("aws-lc-rs makes P-256 keys");
        if !self.rehearsal {
            let placed = Placed {
                url: order.url().to_owned(),
                names: names.to_vec(),
                key: key.serialize_pem(),
                at: self.shared.clock.utc(),
            };
            rows::keep_order(&self.shared.store, &self.directory, &placed).await.map_err(|error| not_kept(&error))?;
            tracing::info!(names = list(names), "an order for a certificate was placed");
        }
        Ok((order, key))
    }

    async fn place(&self, identifiers: &[Identifier], names: &[Name]) -> Result<Order, Wrong> {
        // RFC 8738 certificates live for days: Let's Encrypt gives them under this profile only.
        let has_address = names.iter().any(|name| matches!(name, Name::Ip(_)));
        let profile = has_address && self.account.profiles().any(|offered| offered.name == SHORT_LIVED);
        let new = || {
            let new = NewOrder::new(identifiers);
            if profile { new.profile(SHORT_LIVED) } else { new }
        };
        if let Some(replaces) = &self.replaces
            && let Ok(order) = self.account.new_order(&new().replaces(replaces.clone())).await
        {
            return Ok(order);
        }
        self.account.new_order(&new()).await.map_err(|error| self.wrong(&error, names))
    }

    /// With the order that a restart or a bad line has cut short, if it was for the same names.
    async fn go_on(&self, names: &[Name]) -> Result<Option<(Order, KeyPair)>, Wrong> {
        if self.rehearsal {
            return Ok(None);
        }
        let kept = rows::order(&self.shared.store, &self.directory).await.map_err(|error| not_kept(&error))?;
        let age = |placed: &Placed| (self.shared.clock.utc() - placed.at) / 1_000_000;
        let fits = |placed: &Placed| placed.names == names && (0..limits::ACME_ORDER_MAX_S).contains(&age(placed));
        let Some(placed) = kept.filter(fits) else { return Ok(None) };
        let Ok(key) = KeyPair::from_pem(&placed.key) else { return Ok(None) };
        match self.account.order(placed.url).await {
            Ok(mut order) => {
                let lives = order.state().status != OrderStatus::Invalid;
                tracing::info!(names = list(names), lives, "the order that was cut short is gone on with");
                Ok(lives.then_some((order, key)))
            }
            Err(error) => match self.wrong(&error, names) {
                Wrong::Lost => Err(Wrong::Lost),
                Wrong::All(failure) if failure.cause == Cause::Unreachable => Err(Wrong::All(failure)),
                _ => Ok(None),
            },
        }
    }

    /// Gives the answers, and waits until the authority has looked at all of them.
    async fn prove(&self, order: &mut Order, names: &[Name], way: impl Fn(&Name) -> Option<Way>) -> Result<(), Wrong> {
        let mut failed = Vec::new();
        let came = match self.write(order, names, &way, &mut failed).await {
            Ok(()) => self.prove_by_answers(order, names, &way, &mut failed).await,
            Err(wrong) => Err(wrong),
        };
        self.shared.take_away().await;
        came?;
        if failed.is_empty() { Ok(()) } else { Err(Wrong::Some(failed)) }
    }

    async fn prove_by_answers(
        &self,
        order: &mut Order,
        names: &[Name],
        way: &impl Fn(&Name) -> Option<Way>,
        failed: &mut Vec<(Name, Failure)>,
    ) -> Result<(), Wrong> {
        // Given until the end of this function.
        let _answers = self.answer(order, names, way, failed).await?;
        let mut looks = Looks::new(self.shared);
        while self.look(order, names, way, failed).await? {
            looks.pause(self.line.again_at()).await?;
        }
        Ok(())
    }

    async fn answer(
        &self,
        order: &mut Order,
        names: &[Name],
        way: &impl Fn(&Name) -> Option<Way>,
        failed: &mut Vec<(Name, Failure)>,
    ) -> Result<Vec<Answer>, Wrong> {
        let mut answers = Vec::new();
        let mut authorizations = order.authorizations();
        while let Some(next) = authorizations.next().await {
            let mut authorization = next.map_err(|error| self.wrong(&error, names))?;
            let Some(name) = Name::of_identifier(authorization.identifier().identifier) else { continue };
            let has_failed = failed.iter().any(|(failed, _)| *failed == name);
            if authorization.status != AuthorizationStatus::Pending || has_failed {
                continue;
            }
            let no_way = Failure::new(Cause::NoWay, "", None);
            let Some(way) = way(&name) else {
                failed.push((name, no_way));
                continue;
            };
            let Some(mut challenge) = authorization.challenge(way.challenge()) else {
                failed.push((name, no_way));
                continue;
            };
            answers.extend(self.shared.answers.give(&name, way, &challenge));
            if challenge.status == ChallengeStatus::Pending {
                challenge.set_ready().await.map_err(|error| self.wrong(&error, std::slice::from_ref(&name)))?;
            }
        }
        Ok(answers)
    }

    /// Whether the authority still looks at one; those that failed are added.
    async fn look(
        &self,
        order: &mut Order,
        names: &[Name],
        way: &impl Fn(&Name) -> Option<Way>,
        failed: &mut Vec<(Name, Failure)>,
    ) -> Result<bool, Wrong> {
        let mut open = false;
        let mut authorizations = order.authorizations();
        while let Some(next) = authorizations.next().await {
            let mut authorization = next.map_err(|error| self.wrong(&error, names))?;
            let Some(name) = Name::of_identifier(authorization.identifier().identifier) else { continue };
            if failed.iter().any(|(failed, _)| *failed == name) {
                continue;
            }
            if authorization.status == AuthorizationStatus::Pending {
                authorization.refresh().await.map_err(|error| self.wrong(&error, names))?;
            }
            match authorization.status {
                AuthorizationStatus::Pending => open = true,
                AuthorizationStatus::Valid => {}
                AuthorizationStatus::Invalid => {
                    let failure = self.why(&authorization, way(&name));
                    failed.push((name, failure));
                }
                _ => return Err(Wrong::Again(Failure::new(Cause::Unknown, "the proof ran out", None))),
            }
        }
        Ok(open)
    }

    /// What the authority says of a proof that failed.
    fn why(&self, authorization: &AuthorizationState, way: Option<Way>) -> Failure {
        let failure = match authorization.challenges.iter().find_map(|challenge| challenge.error.clone()) {
            Some(problem) => self.line.failure(&Error::Api(problem)),
            None => Failure::new(Cause::Unknown, "", None),
        };
        let about_machine = matches!(failure.cause, Cause::Dns | Cause::Connection | Cause::WrongAnswer);
        match way {
            // Its machine has nothing to do with it.
            Some(Way::Dns01) if about_machine => Failure { cause: Cause::Record(Record::Unseen), ..failure },
            _ => failure,
        }
    }

    /// The chain, once the authority has signed.
    async fn finish(&self, order: &mut Order, key: &KeyPair, names: &[Name]) -> Result<String, Wrong> {
        let mut looks = Looks::new(self.shared);
        loop {
            match order.state().status {
                OrderStatus::Ready => {
                    order.finalize_csr(&request(names, key)?).await.map_err(|error| self.wrong(&error, names))?;
                }
                OrderStatus::Valid => {
                    let chain = order.certificate().await.map_err(|error| self.wrong(&error, names))?;
                    return chain.ok_or_else(|| Wrong::Again(Failure::new(Cause::Unknown, "no certificate", None)));
                }
                OrderStatus::Invalid => {
                    let problem = order.state().error.clone().map(Error::Api);
                    return Err(match problem {
                        Some(problem) => self.wrong(&problem, names),
                        None => Wrong::Again(Failure::new(Cause::Unknown, "the order became invalid", None)),
                    });
                }
                OrderStatus::Pending | OrderStatus::Processing => {
                    looks.pause(self.line.again_at()).await?;
                    order.refresh().await.map_err(|error| self.wrong(&error, names))?;
                }
            }
        }
    }

    /// What an error means for the names of an order.
    pub fn wrong(&self, error: &Error, names: &[Name]) -> Wrong {
        let failure = self.line.failure(error);
        let Error::Api(problem) = error else { return Wrong::All(failure) };
        match problem.r#type.as_deref().and_then(|name| name.rsplit(':').next()) {
            Some("accountDoesNotExist") => return Wrong::Lost,
            Some("badNonce") => return Wrong::Again(failure),
            _ => {}
        }
        let named = named(problem, names, &failure, self.line.again_at());
        if named.is_empty() { Wrong::All(failure) } else { Wrong::Some(named) }
    }

    async fn forget(&self) {
        if let Err(error) = rows::forget_order(&self.shared.store, &self.directory).await {
            tracing::warn!(%error, "an order that came to nothing is not forgotten");
        }
    }
}

/// Let's Encrypt's name for a life of six days.
const SHORT_LIVED: &str = "shortlived";

/// Those of `names` that a problem is about: its subproblems say (RFC 8555 §6.7.1), else its text quotes one.
fn named(problem: &Problem, names: &[Name], failure: &Failure, again_at: Option<UtcMicros>) -> Vec<(Name, Failure)> {
    let of_subproblem = |sub: &instant_acme::Subproblem| {
        let name = Name::of_identifier(sub.identifier.as_ref()?)?;
        let alone = Problem { r#type: sub.r#type.clone(), detail: None, status: None, subproblems: Vec::new() };
        let cause = Cause::of_problem(&alone, again_at.unwrap_or_default());
        let detail = sub.detail.as_deref().unwrap_or_default();
        names.contains(&name).then(|| (name, Failure::new(cause, detail, again_at)))
    };
    let told: Vec<(Name, Failure)> = problem.subproblems.iter().filter_map(of_subproblem).collect();
    if !told.is_empty() || failure.cause != Cause::Rejected {
        return told;
    }
    let quoted = |name: &&Name| failure.detail.contains(&format!("\"{name}\""));
    names.iter().filter(quoted).map(|name| (name.clone(), failure.clone())).collect()
}

/// What is to be signed: these names and nothing else, in DER (RFC 2986).
fn request(names: &[Name], key: &KeyPair) -> Result<Vec<u8>, Wrong> {
    let texts: Vec<String> = names.iter().map(Name::to_string).collect();
    let made = CertificateParams::new(texts).and_then(|mut params| {
        params.distinguished_name = DistinguishedName::new();
        params.serialize_request(key)
    });
    let made = made.map_err(|error| Wrong::All(Failure::new(Cause::Rejected, &error.to_string(), None)))?;
    Ok(made.der().to_vec())
}

fn not_kept(error: &dyn std::fmt::Display) -> Wrong {
    Wrong::All(Failure::new(Cause::Unknown, &format!("nothing can be kept now: {error}"), None))
}

pub(super) fn list(names: &[Name]) -> String {
    names.iter().map(Name::to_string).collect::<Vec<_>>().join(" ")
}

/// The pauses between looks at what the authority does.
struct Looks<'a> {
    shared: &'a Shared,
    end: Duration,
    pause: Duration,
}

impl Looks<'_> {
    fn new(shared: &Shared) -> Looks<'_> {
        let end = shared.clock.since_start() + Duration::from_secs(limits::ACME_DECIDES_MAX_S);
        Looks { shared, end, pause: Duration::from_millis(limits::ACME_LOOK_MS) }
    }

    /// `asked`: not before then, by the authority.
    async fn pause(&mut self, asked: Option<UtcMicros>) -> Result<(), Wrong> {
        let clock = &self.shared.clock;
        let asked = asked.map(|at| Duration::from_micros(u64::try_from(at - clock.utc()).unwrap_or_default()));
        let pause = asked.unwrap_or_default().max(self.pause);
        if clock.since_start() + pause > self.end {
            let detail = "the authority has not decided in time";
            return Err(Wrong::All(Failure::new(Cause::Unreachable, detail, None)));
        }
        clock.sleep(pause).await;
        self.pause = (self.pause * 3 / 2).min(Duration::from_millis(limits::ACME_LOOK_MAX_MS));
        Ok(())
    }
}
