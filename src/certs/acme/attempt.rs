//! One attempt for several names: account, rehearsal, then orders, by one way of proof and another, until what can be
//! certified is.
//!
//! State: our account at the authority, made once.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use instant_acme::Account;
use instant_acme::AccountCredentials;
use instant_acme::CertificateIdentifier;
use instant_acme::Error;
use instant_acme::ExternalAccountKey;
use instant_acme::LetsEncrypt;
use instant_acme::NewAccount;

use super::Name;
use super::Shared;
use super::Way;
use super::cause::Cause;
use super::line::Line;
use super::order::Desk;
use super::order::Failure;
use super::order::Wrong;
use super::rows;
use crate::certs::Pair;
use crate::limits;
use crate::settings;

/// What is asked for.
pub(super) struct Asked {
    pub names: Vec<Name>,
    /// Those that must not wait for others that fail.
    pub urgent: Vec<Name>,
    pub ways: Vec<Way>,
    /// Never certified yet, so that a wrong set-up is likely: the default authority's test service is asked first.
    pub new: bool,
    pub replaces: Option<CertificateIdentifier<'static>>,
}

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Came {
    /// For all names but those that failed.
    pub pair: Option<Pair>,
    pub names: Vec<Name>,
    pub failed: BTreeMap<Name, Failure>,
}

impl Shared {
    /// Where accounts and orders are kept under.
    pub(super) fn directory(&self) -> String {
        self.authority.directory.clone().unwrap_or_else(|| LetsEncrypt::Production.url().to_owned())
    }

    pub(super) async fn attempt(&self, asked: Asked) -> Came {
        let all = asked.names.len();
        let mut ways = BTreeMap::new();
        for name in &asked.names {
            ways.insert(name.clone(), self.ways(name, &asked.ways).await);
        }
        let mut run = Run { ways, names: asked.names, came: Came::default() };
        if asked.new && self.authority.directory.is_none() {
            self.rehearse(&mut run).await;
        }
        let directory = self.directory();
        for _ in 0..limits::ACME_ORDERS_MAX {
            // What is served already waits for the others a while.
            let is_worth = run.names.len() == all || run.names.iter().any(|name| asked.urgent.contains(name));
            if run.names.is_empty() || !is_worth {
                break;
            }
            let line = match self.line().await {
                Ok(line) => line,
                Err(failure) => {
                    run.all(failure);
                    break;
                }
            };
            if self.order(&mut run, &directory, line, asked.replaces.clone()).await {
                break;
            }
        }
        run.came
    }

    /// The same with the test service: what fails there is not tried for good. One that does not answer is done without.
    async fn rehearse(&self, run: &mut Run) {
        for _ in 0..limits::ACME_ORDERS_MAX {
            if run.names.is_empty() {
                return;
            }
            let Ok(line) = self.line().await else { return };
            let directory = LetsEncrypt::Staging.url();
            let desk = match self.desk(line, directory).await {
                Ok(desk) => Desk { rehearsal: true, ..desk },
                Err(Wrong::All(failure)) if matches!(failure.cause, Cause::Clock { .. }) => return run.all(failure),
                Err(_) => return,
            };
            match desk.order(&run.names, |name| run.way(name)).await {
                Ok(_) => return,
                Err(Wrong::Some(failed)) => run.some(failed),
                Err(Wrong::All(_)) => return,
                Err(Wrong::Again(_)) => {}
                Err(Wrong::Lost) => self.forget_account(directory).await,
            }
        }
    }

    /// One order. Whether that was the last one.
    async fn order(
        &self,
        run: &mut Run,
        directory: &str,
        line: Line,
        replaces: Option<CertificateIdentifier<'static>>,
    ) -> bool {
        let came = match self.desk(line, directory).await {
            Ok(desk) => Desk { replaces, ..desk }.order(&run.names, |name| run.way(name)).await,
            Err(wrong) => Err(wrong),
        };
        match came {
            Ok(pair) => {
                run.came.pair = pair;
                run.came.names = std::mem::take(&mut run.names);
                run.came.failed.retain(|name, _| !run.came.names.contains(name));
                for name in &run.came.names {
                    match run.way(name) {
                        Some(Way::Dns01) => self.by_record().insert(name.clone()),
                        _ => self.by_record().remove(name),
                    };
                }
                return true;
            }
            Err(Wrong::Some(failed)) => run.some(failed),
            Err(Wrong::All(failure)) => {
                run.all(failure);
                return true;
            }
            Err(Wrong::Again(failure)) => run.last(failure),
            Err(Wrong::Lost) => {
                tracing::warn!(directory, "the authority does not know our account any more: a new one is made");
                self.forget_account(directory).await;
                run.last(Failure::new(Cause::Account, "the account is lost", None));
            }
        }
        false
    }

    async fn forget_account(&self, directory: &str) {
        if let Err(error) = rows::keep_account(&self.store, directory, None, 0).await {
            tracing::warn!(%error, "an account that is lost is not forgotten");
        }
    }

    /// A new way to the authority.
    pub(super) async fn line(&self) -> Result<Line, Failure> {
        let connect = self.authority.connect.clone();
        let connected = tokio::task::spawn_blocking(move || connect()).await;
        let exchange = match connected {
            Ok(Ok(exchange)) => exchange,
            Ok(Err(error)) => return Err(Failure::new(Cause::Unknown, &error.to_string(), None)),
            Err(error) => return Err(Failure::new(Cause::Unknown, &error.to_string(), None)),
        };
        Ok(Line::new(self.clock.clone(), exchange))
    }

    /// Where orders are placed: with our account, and a clock that will do.
    pub(super) async fn desk(&self, line: Line, directory: &str) -> Result<Desk<'_>, Wrong> {
        let account = self.account(&line, directory).await?;
        Ok(Desk { shared: self, line, account, directory: directory.to_owned(), rehearsal: false, replaces: None })
    }

    async fn account(&self, line: &Line, directory: &str) -> Result<Account, Wrong> {
        let not_kept = |error: &dyn std::fmt::Display| {
            Wrong::All(Failure::new(Cause::Unknown, &format!("nothing can be kept now: {error}"), None))
        };
        let kept = rows::account(&self.store, directory).await.map_err(|error| not_kept(&error))?;
        let kept = kept.and_then(|kept| serde_json::from_str::<AccountCredentials>(&kept).ok());
        let builder = || Account::builder_with_http(Box::new(line.clone()));
        let opened = match kept {
            Some(credentials) => builder().from_credentials(credentials).await.map(|account| (account, None)),
            None => {
                let new = NewAccount { contact: &[], terms_of_service_agreed: true, only_return_existing: false };
                let bound = self.bound_account()?;
                let made = builder().create(&new, directory.to_owned(), bound.as_ref()).await;
                made.map(|(account, credentials)| (account, Some(credentials)))
            }
        };
        // A wrong clock explains whatever else is wrong.
        if let Some(ahead_s) = line.clock_ahead_s() {
            return Err(Wrong::All(Failure::new(Cause::Clock { ahead_s: Some(ahead_s) }, "", None)));
        }
        let (account, made) = opened.map_err(|error| match &error {
            Error::Api(problem) if is_bad_nonce(problem) => Wrong::Again(line.failure(&error)),
            _ => Wrong::All(line.failure(&error)),
        })?;
        if let Some(credentials) = made {
            let credentials = serde_json::to_string(&credentials).map_err(|error| not_kept(&error))?;
            let kept = rows::keep_account(&self.store, directory, Some(credentials), self.clock.utc()).await;
            kept.map_err(|error| not_kept(&error))?;
            tracing::info!(directory, "an account was made at the authority");
        }
        Ok(account)
    }

    /// The account that the owner made at the authority's site (RFC 8555 §7.3.4).
    fn bound_account(&self) -> Result<Option<ExternalAccountKey>, Wrong> {
        let given = |setting| self.settings.text(setting);
        let (Some(id), Some(key)) = (given(&settings::ACME_EAB_KID), given(&settings::ACME_EAB_KEY)) else {
            return Ok(None);
        };
        match URL_SAFE_NO_PAD.decode(key.trim_end_matches('=')) {
            Ok(key) => Ok(Some(ExternalAccountKey::new(id, &key))),
            Err(_) => Err(Wrong::All(Failure::new(Cause::Account, "acme_eab_key is not base64url", None))),
        }
    }
}

fn is_bad_nonce(problem: &instant_acme::Problem) -> bool {
    problem.r#type.as_deref().is_some_and(|name| name.ends_with(":badNonce"))
}

/// How far an attempt is.
struct Run {
    /// The ways that are left for a name, the one that is taken first.
    ways: BTreeMap<Name, Vec<Way>>,
    /// Those that may still be certified.
    names: Vec<Name>,
    came: Came,
}

impl Run {
    fn way(&self, name: &Name) -> Option<Way> {
        self.ways.get(name)?.first().copied()
    }

    /// These are tried by the next way, or not any more.
    fn some(&mut self, failed: Vec<(Name, Failure)>) {
        for (name, failure) in failed {
            let left = self.ways.entry(name.clone()).or_default();
            if !left.is_empty() {
                left.remove(0);
            }
            let goes_on = match (failure.cause.clone(), left.first()) {
                (_, None) => false,
                (Cause::Connection | Cause::WrongAnswer | Cause::NoWay | Cause::Record(_), Some(_)) => true,
                // A record needs no address.
                (Cause::Dns, Some(next)) => *next == Way::Dns01,
                _ => false,
            };
            if !goes_on {
                self.names.retain(|wanted| *wanted != name);
            }
            // The first way is the likelier one: what it came to says more. Who has set up records means them.
            let first = self.came.failed.entry(name).or_insert_with(|| failure.clone());
            if first.cause == Cause::NoWay || matches!(failure.cause, Cause::Record(_)) {
                *first = failure;
            }
        }
    }

    fn all(&mut self, failure: Failure) {
        for name in std::mem::take(&mut self.names) {
            self.came.failed.insert(name, failure.clone());
        }
    }

    /// What it is if no further order does better.
    fn last(&mut self, failure: Failure) {
        for name in &self.names {
            self.came.failed.entry(name.clone()).or_insert_with(|| failure.clone());
        }
    }
}
