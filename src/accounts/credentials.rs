//! Passwords as SCRAM verifiers (RFC 5802 §3), and the same answers for names that do not exist.
//!
//! State: the table `verifier`, the secret `sasl.unknown`. An account has a verifier for each hash;
//! one brought along from elsewhere may lack some, and an absent one behaves as a wrong password
//! does: the client gets the same stand-in as for an unknown name. Stand-ins have our own rounds
//! and salt length, so only accounts brought along with other ones can be told from none, and only
//! by their rounds.

use std::num::NonZeroU32;
use std::sync::Arc;

use aws_lc_rs::hmac;
use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use rusqlite::Row;
use rusqlite::params;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::clock;
use crate::limits::PBKDF2_AT_ONCE;
use crate::limits::SCRAM_ROUNDS;
use crate::limits::SCRAM_ROUNDS_MAX;
use crate::limits::SCRAM_SALT_BYTES;
use crate::store::Store;
use crate::store::StoreError;
use crate::xmpp::sasl::Hash;
use crate::xmpp::sasl::Ring;
use crate::xmpp::sasl::Verifier;
use crate::xmpp::sasl::Which;
use crate::xmpp::sasl::verifier::prepare_password;

use super::AccountId;
use super::Accounts;
use super::ChangeError;
use super::browsers;
use super::devices;

/// The key of stand-ins in the table `secret`.
const SECRET: &str = "sasl.unknown";

const ROUNDS: NonZeroU32 = NonZeroU32::new(SCRAM_ROUNDS).expect("a bound above zero");

/// What all log-ins share.
pub(super) struct Credentials {
    unknown: hmac::Key,
    /// One permit a computation, in fair turns.
    computing: Arc<Semaphore>,
}

/// An account's verifiers, one a hash.
pub(super) struct Verifiers(pub(super) [Verifier; 3]);

impl Credentials {
    pub(super) async fn open(store: &Store) -> Result<Credentials, StoreError> {
        let secret = match store.read(secret).await? {
            Some(secret) => secret,
            None => store.write(make_secret).await?,
        };
        let unknown = hmac::Key::new(hmac::HMAC_SHA512, &secret);
        Ok(Credentials { unknown, computing: Arc::new(Semaphore::new(PBKDF2_AT_ONCE)) })
    }

    /// A verifier that no password fits, always the same one for a name and a hash.
    fn stand_in(&self, name: &str, hash: Hash) -> Verifier {
        let bytes = |part: &str, len: usize| {
            let tag = hmac::sign(&self.unknown, format!("{part}\0{}\0{name}", hash.mechanism()).as_bytes());
            tag.as_ref()[..len].to_vec()
        };
        Verifier {
            hash,
            salt: bytes("salt", SCRAM_SALT_BYTES),
            rounds: ROUNDS,
            stored_key: bytes("stored", hash.len_bytes()),
            server_key: bytes("server", hash.len_bytes()),
        }
    }
}

/// A password was right: it is as long as the account has the verifier it was compared with, which each new password
/// replaces, salt and all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    pub account: AccountId,
    pub(super) salt: Vec<u8>,
}

impl Accounts {
    /// The account's own password as SCRAM has it. Unknown names and absent verifiers give a stand-in,
    /// on the same way and with the same reading.
    pub async fn verifier(&self, name: &str, hash: Hash) -> Result<Verifier, StoreError> {
        let stand_in = self.0.credentials.stand_in(name, hash);
        let account = self.find(name).unwrap_or(AccountId(0));
        let found = self.0.store.read(move |c| select(c, account, hash)).await?;
        Ok(found.unwrap_or(stand_in))
    }

    /// What SCRAM asks for (`Lookup::name`, `Lookup::hash`): the account's own password, as above, and
    /// those of its devices.
    pub async fn ring(&self, name: &str, hash: Hash) -> Result<Ring, StoreError> {
        let stand_in = self.0.credentials.stand_in(name, hash);
        let (account, now) = (self.find(name).unwrap_or(AccountId(0)), self.0.clock.utc());
        let read = move |c: &Connection| Ok((select(c, account, hash)?, devices::spare(c, account, hash, now)?));
        let (own, spare) = self.0.store.read(read).await?;
        Ok(Ring { own: own.unwrap_or(stand_in), spare })
    }

    /// Whose name and own password these are; a device's password is none. `name`: a prepared local
    /// part; `password`: as typed. Takes the time of one PBKDF2 for unknown names too.
    pub async fn prove_password(&self, name: &str, password: &str) -> Result<Option<Proof>, StoreError> {
        let found = self.compare(name, password).await?;
        Ok(found.filter(|(_, which, _)| *which == Which::Own).map(|(account, _, salt)| Proof { account, salt }))
    }

    /// The same for chat: a device's password is as good.
    pub async fn verify_any(&self, name: &str, password: &str) -> Result<Option<(AccountId, Which)>, StoreError> {
        Ok(self.compare(name, password).await?.map(|(account, which, _)| (account, which)))
    }

    async fn compare(&self, name: &str, password: &str) -> Result<Option<(AccountId, Which, Vec<u8>)>, StoreError> {
        let Ok(password) = prepare_password(password) else { return Ok(None) };
        let stand_in = self.0.credentials.stand_in(name, Hash::Sha256);
        let account = self.find(name);
        let (id, now) = (account.unwrap_or(AccountId(0)), self.0.clock.utc());
        let read = move |c: &Connection| {
            let own = cheapest(c, id)?.unwrap_or(stand_in);
            let spare = devices::spare(c, id, own.hash, now)?;
            Ok(Ring { own, spare })
        };
        let ring = self.0.store.read(read).await?;
        let salt = ring.own.salt.clone();
        let which = self.compute(move || ring.fits(&password)).await?;
        Ok(account.zip(which).map(|(account, which)| (account, which, salt)))
    }

    /// Another password, durable on return; all verifiers are made anew.
    pub async fn set_password(&self, account: AccountId, password: &str) -> Result<(), ChangeError> {
        let password = prepare_password(password)?;
        let verifiers = self.derive(password).await?;
        let job = move |c: &Connection| {
            if c.query_row("SELECT 1 FROM account WHERE id = ?", [account.0], |_| Ok(())).optional()?.is_none() {
                return Ok(false);
            }
            verifiers.replace(c, account)?;
            Ok(true)
        };
        match self.0.store.write(job).await? {
            true => {
                self.void_log_ins(account);
                Ok(())
            }
            false => Err(ChangeError::Unknown),
        }
    }

    /// All verifiers of a prepared password, salted anew.
    pub(super) async fn derive(&self, password: Zeroizing<String>) -> Result<Verifiers, StoreError> {
        let derive = move |hash| Verifier::derive(hash, &password, &clock::random::<SCRAM_SALT_BYTES>(), ROUNDS);
        self.compute(move || Verifiers(Hash::ALL.map(derive))).await
    }

    /// Runs what takes milliseconds beside the tasks that serve. Err: the server ends.
    pub(super) async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let computing = self.0.credentials.computing.clone();
        let permit = computing.acquire_owned().await.map_err(|_| StoreError::Closed)?;
        let running = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(permit);
            result
        });
        running.await.map_err(|_| StoreError::Closed)
    }
}

impl Verifiers {
    /// In place of those that there are, and of the devices' passwords, which were made for their salt. Browsers that
    /// knew the old password are signed out, and a recovery code that somebody made with it is void.
    pub(super) fn replace(&self, c: &Connection, account: AccountId) -> rusqlite::Result<()> {
        browsers::forget(c, account)?;
        devices::remove_all(c, account)?;
        c.execute("DELETE FROM recovery_code WHERE account = ?", [account.0])?;
        c.execute("DELETE FROM verifier WHERE account = ?", [account.0])?;
        self.insert(c, account)
    }

    /// For somebody who waits for an owner's yes.
    pub(super) fn insert_waiting(&self, c: &Connection, request: i64) -> rusqlite::Result<()> {
        self.insert_as(c, "join_verifier (request", request)
    }

    pub(super) fn insert(&self, c: &Connection, account: AccountId) -> rusqlite::Result<()> {
        self.insert_as(c, "verifier (account", account.0)
    }

    fn insert_as(&self, c: &Connection, table: &str, whose: i64) -> rusqlite::Result<()> {
        let mut insert = c.prepare_cached(&format!(
            "INSERT INTO {table}, mechanism, salt, rounds, stored_key, server_key) VALUES (?, ?, ?, ?, ?, ?)"
        ))?;
        for v in &self.0 {
            let rounds = v.rounds.get();
            insert.execute(params![whose, v.hash.mechanism(), v.salt, rounds, v.stored_key, v.server_key])?;
        }
        Ok(())
    }
}

/// One verifier; `None`: absent, or not one that can work.
pub(super) fn select(c: &Connection, account: AccountId, hash: Hash) -> rusqlite::Result<Option<Verifier>> {
    let mut select = c.prepare_cached(
        "SELECT salt, rounds, stored_key, server_key FROM verifier WHERE account = ? AND mechanism = ?",
    )?;
    let found = select.query_row(params![account.0, hash.mechanism()], |row| from_row(row, hash)).optional()?;
    Ok(found.flatten())
}

/// The verifier that costs the least time to compare with: SHA-512 takes four times as long.
fn cheapest(c: &Connection, account: AccountId) -> rusqlite::Result<Option<Verifier>> {
    for hash in [Hash::Sha256, Hash::Sha1, Hash::Sha512] {
        if let Some(found) = select(c, account, hash)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn from_row(row: &Row<'_>, hash: Hash) -> rusqlite::Result<Option<Verifier>> {
    let rounds = u32::try_from(row.get::<_, i64>(1)?).ok().filter(|rounds| *rounds <= SCRAM_ROUNDS_MAX);
    let (salt, stored_key, server_key): (Vec<u8>, Vec<u8>, Vec<u8>) = (row.get(0)?, row.get(2)?, row.get(3)?);
    let whole = stored_key.len() == hash.len_bytes() && server_key.len() == hash.len_bytes();
    let rounds = rounds.and_then(NonZeroU32::new).filter(|_| whole);
    Ok(rounds.map(|rounds| Verifier { hash, salt, rounds, stored_key, server_key }))
}

fn secret(c: &Connection) -> rusqlite::Result<Option<Zeroizing<Vec<u8>>>> {
    let found = c.query_row("SELECT value FROM secret WHERE name = ?", [SECRET], |row| row.get(0)).optional()?;
    Ok(found.map(Zeroizing::new))
}

fn make_secret(c: &Connection) -> rusqlite::Result<Zeroizing<Vec<u8>>> {
    let fresh = Zeroizing::new(clock::random::<32>());
    c.execute(
        "INSERT INTO secret (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING",
        params![SECRET, fresh.as_slice()],
    )?;
    c.query_row("SELECT value FROM secret WHERE name = ?", [SECRET], |row| row.get(0).map(Zeroizing::new))
}
