//! Many accounts at once, as the command line makes them from a file: checked whole, kept in steps.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

use super::Accounts;
use super::CreateError;
use super::Role;
use super::Row;
use super::credentials::Verifiers;
use crate::limits::ACCOUNT_BATCH;
use crate::limits::PBKDF2_AT_ONCE;
use crate::store::StoreError;
use crate::xmpp::jid::prepare_local;
use crate::xmpp::sasl::verifier::prepare_password;

/// One of many to be made by [`Accounts::create_batch`]; name and password as typed.
pub struct NewAccount {
    pub name: String,
    pub password: Zeroizing<String>,
    pub role: Role,
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BatchCreated {
    pub created: usize,
    /// Skipped: accounts of that name were there before.
    pub existing: usize,
}

/// Why a batch ended early. What was committed before stays.
#[derive(Clone, Debug, thiserror::Error)]
#[error("account {number}: {error}")]
pub struct BatchError {
    /// Counted from 1.
    pub number: usize,
    pub error: CreateError,
}

/// Name and password, both prepared.
type Prepared = (Arc<str>, Zeroizing<String>, Role);

/// Verifiers that a thread of their own computes.
type Deriving = JoinHandle<Result<Verifiers, StoreError>>;

/// A part of a batch whose verifiers are being computed.
struct Step {
    /// With those whose names exist.
    size: usize,
    deriving: Vec<(Arc<str>, Role, Deriving)>,
}

impl Accounts {
    /// Makes many, some at a time; existing names are skipped. All names and passwords are checked
    /// first. `progress` hears after each step how many are through.
    pub async fn create_batch(
        &self,
        accounts: Vec<NewAccount>,
        mut progress: impl FnMut(usize),
    ) -> Result<BatchCreated, BatchError> {
        let mut prepared = Vec::with_capacity(accounts.len());
        for (number, account) in (1..).zip(accounts) {
            prepared.push(account.prepare().map_err(|error| BatchError { number, error })?);
        }
        let turns = Arc::new(Semaphore::new(PBKDF2_AT_ONCE));
        let mut prepared = prepared.into_iter().peekable();
        let mut start = || self.start_step(prepared.by_ref().take(ACCOUNT_BATCH), &turns);
        let mut outcome = BatchCreated::default();
        let mut through = 0;
        let mut step = start();
        while step.size > 0 {
            // The next step computes while this one waits for the disk.
            let next = start();
            let size = step.size;
            let failed = |error: StoreError| BatchError { number: through + 1, error: error.into() };
            let created = self.finish_step(std::mem::replace(&mut step, next)).await.map_err(failed)?;
            through += size;
            outcome.created += created;
            outcome.existing += size - created;
            progress(through);
        }
        Ok(outcome)
    }

    /// `turns`: how many of the batch stand in line for the processor at one time, so that log-ins
    /// wait behind these only.
    fn start_step(&self, prepared: impl Iterator<Item = Prepared>, turns: &Arc<Semaphore>) -> Step {
        let mut step = Step { size: 0, deriving: Vec::new() };
        for (name, password, role) in prepared {
            step.size += 1;
            if self.find(&name).is_none() {
                let (accounts, turns) = (self.clone(), turns.clone());
                let verifiers = tokio::spawn(async move {
                    let _turn = turns.acquire().await.map_err(|_| StoreError::Closed)?;
                    accounts.derive(password).await
                });
                step.deriving.push((name, role, verifiers));
            }
        }
        step
    }

    /// How many of the step were made.
    async fn finish_step(&self, step: Step) -> Result<usize, StoreError> {
        let mut rows = Vec::with_capacity(step.deriving.len());
        for (name, role, verifiers) in step.deriving {
            let verifiers = verifiers.await.map_err(|_| StoreError::Closed)??;
            rows.push(Row { name, role, verifiers });
        }
        Ok(self.insert(rows).await?.into_iter().flatten().count())
    }
}

impl NewAccount {
    fn prepare(self) -> Result<Prepared, CreateError> {
        Ok((prepare_local(&self.name)?.into(), prepare_password(&self.password)?, self.role))
    }
}
