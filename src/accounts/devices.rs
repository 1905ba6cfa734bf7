//! Passwords of single devices: a code that is scanned signs a phone in, and the phone keeps what was
//! in it for ever.
//!
//! State: the tables `device_password` and `device_key`. The first log-in with such a password claims
//! it: from then on it is that device's, known by its resource. It has the salt and the rounds of the
//! account's own verifiers, so that one exchange can be for either; a new password of the account has
//! another salt, and removes them all. On the phone itself nobody can scan its screen: there the code comes in a link
//! that apps take as an invitation's (XEP-0445), and the password that the app then registers with takes its place
//! ([`Accounts::sign_in_app`]). It is for chat alone: the web, a new password and the removal
//! of the account want the account's own, so that taking a lost phone's away takes all it could do.

use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use rusqlite::Row;
use rusqlite::params;
use zeroize::Zeroizing;

use super::AccountId;
use super::Accounts;
use super::credentials;
use super::invites::Looked;
use super::joining::JoinError;
use super::joining::Rules;
use super::passwords;
use super::passwords::WeakPassword;
use crate::clock;
use crate::clock::UtcMicros;
use crate::limits;
pub use crate::store::DeviceId;
use crate::store::StoreError;
use crate::xmpp::sasl::Hash;
use crate::xmpp::sasl::Spare;
use crate::xmpp::sasl::Verifier;
use crate::xmpp::sasl::Which;
use crate::xmpp::sasl::verifier::prepare_password;

/// 32 that are not mistaken for one another where somebody types them after all.
const SIGNS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Of five bits each: 130 bits.
const PASSWORD_SIGNS: usize = 26;

/// Claimed, or there is still time to. `?3` is now.
const OPENS: &str = "(claimed_at IS NOT NULL OR expires_at > ?3)";

/// A new password, told this once.
pub struct DevicePassword {
    pub id: DeviceId,
    /// Small letters and digits.
    pub password: Zeroizing<String>,
    pub expires_at: UtcMicros,
}

impl DevicePassword {
    /// As the token of a link. The number stands before it, so that a right one is known by one key, not by each.
    pub fn token(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{}-{}", self.id.0, *self.password))
    }
}

/// Proof that a code's right token was shown while nobody had claimed it.
#[derive(Clone, Debug)]
pub struct DeviceTicket {
    id: DeviceId,
    /// Whose it is.
    pub name: Arc<str>,
    account: AccountId,
    stored_key: Vec<u8>,
}

/// A device that has a password of its own, or a code that waits for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    pub id: DeviceId,
    pub made_at: UtcMicros,
    /// When the code runs out, if nothing has claimed it.
    pub expires_at: UtcMicros,
    pub claimed: Option<Claimed>,
}

/// The device that a password belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    pub at: UtcMicros,
    pub resource: String,
    pub seen_at: UtcMicros,
}

/// Why there is no new password.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DeviceError {
    #[error("there is no such account")]
    Unknown,
    #[error("{} devices are signed in by a code; sign one out first", limits::DEVICES_PER_ACCOUNT_MAX)]
    TooMany,
    #[error("the account's password was changed meanwhile; try again")]
    Changed,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// By which password somebody has logged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// The account's own.
    Own,
    /// A device's that nobody has claimed.
    NewDevice(DeviceId),
    /// By the device that has claimed it.
    Device { id: DeviceId, resource: String },
}

impl SignIn {
    pub fn device(&self) -> Option<DeviceId> {
        match self {
            SignIn::Own => None,
            SignIn::NewDevice(id) | SignIn::Device { id, .. } => Some(*id),
        }
    }

    /// The one resource that it may bind.
    pub fn resource(&self) -> Option<&str> {
        match self {
            SignIn::Device { resource, .. } => Some(resource),
            _ => None,
        }
    }
}

impl Accounts {
    /// A password for one more device, durable on return. It opens nothing after `DEVICE_CODE_S` unless a
    /// device has claimed it. Of those that wait `DEVICE_CODES_OPEN_MAX` stay, the newest ones.
    pub async fn make_device(&self, account: AccountId) -> Result<DevicePassword, DeviceError> {
        let name = self.name(account).ok_or(DeviceError::Unknown)?;
        let password = fresh();
        let keys = self.keys(&name, password.clone()).await?;
        let made_at = self.0.clock.utc();
        let expires_at = made_at + limits::DEVICE_CODE_S as i64 * 1_000_000;
        let job = move |c: &Connection| insert(c, account, &keys, (made_at, expires_at));
        let id = self.0.store.write(job).await??;
        Ok(DevicePassword { id, password, expires_at })
    }

    /// A password's keys by the account's own salt and rounds.
    async fn keys(&self, name: &str, password: Zeroizing<String>) -> Result<Vec<Verifier>, StoreError> {
        let mut own = Vec::with_capacity(Hash::ALL.len());
        for hash in Hash::ALL {
            own.push(self.verifier(name, hash).await?);
        }
        let derive = move |own: Verifier| Verifier::derive(own.hash, &password, &own.salt, own.rounds);
        self.compute(move || own.into_iter().map(derive).collect()).await
    }

    /// Whose code a link's token is. `None`: nobody's, or it was claimed, revoked or ran out. The caller limits tries.
    pub async fn device_of_token(&self, token: &str) -> Result<Option<DeviceTicket>, StoreError> {
        let Some((number, password)) = token.split_once('-') else { return Ok(None) };
        let fits = password.len() == PASSWORD_SIGNS && number.bytes().all(|byte| byte.is_ascii_digit());
        let Some(id) = number.parse().ok().filter(|_| fits).map(DeviceId) else { return Ok(None) };
        let now = self.0.clock.utc();
        let find = move |c: &Connection| {
            let whose = c.query_row(WAITS, params![id, KEPT.mechanism(), now], |row| Ok((row.get(0)?, row.get(1)?)));
            whose.optional()
        };
        let Some((account, stored_key)) = self.0.store.read(find).await? else { return Ok(None) };
        let Some(name) = self.name(account) else { return Ok(None) };
        let known = self.verify_any(&name, password).await?.map(|(_, which)| which);
        let ticket = DeviceTicket { id, name, account, stored_key };
        Ok((known == Some(Which::Spare(id.0))).then_some(ticket))
    }

    /// An app that has shown a code's token has chosen this password: it takes the code's place, durable on return, and
    /// its first log-in claims the device. Err(Over): somebody was faster; Err(Password): also where it
    /// opens the account already. `rules`: `None` in the test profile only.
    pub async fn sign_in_app(
        &self,
        ticket: &DeviceTicket,
        password: &str,
        rules: Option<&Rules<'_>>,
    ) -> Result<(), JoinError> {
        if let Some(rules) = rules {
            let about = passwords::About { name: &ticket.name, domain: rules.domain, place: rules.place };
            passwords::check(password, &about)?;
        }
        let keys = self.keys(&ticket.name, prepare_password(password)?).await?;
        let (ticket, now) = (ticket.clone(), self.0.clock.utc());
        let job = move |c: &Connection| replace(c, &ticket, &keys, now);
        match self.0.store.write(job).await? {
            Replaced::Yes => Ok(()),
            Replaced::Over => Err(JoinError::Over(Box::new(Looked::Unknown))),
            Replaced::InUse => Err(WeakPassword::InUse.into()),
        }
    }

    /// Those that open something, the oldest first.
    pub async fn devices(&self, account: AccountId) -> Result<Vec<Device>, StoreError> {
        let now = self.0.clock.utc();
        let sql = format!(
            "SELECT id, made_at, expires_at, claimed_at, resource, seen_at FROM device_password
             WHERE account = ?1 AND id > ?2 AND {OPENS} ORDER BY id"
        );
        self.0.store.read(move |c| c.prepare_cached(&sql)?.query_map(params![account, 0, now], device)?.collect()).await
    }

    /// Its password opens nothing any more, durable on return. False: the account has no such device. Its
    /// session is the caller's to end (`route::entry::sign_out_device`).
    pub async fn revoke_device(&self, account: AccountId, id: DeviceId) -> Result<bool, StoreError> {
        let sql = "DELETE FROM device_password WHERE account = ? AND id = ?";
        self.0.store.write(move |c| Ok(c.execute(sql, params![account, id])? > 0)).await
    }

    /// What it means that somebody knew this password. `None`: it was revoked or ran out meanwhile.
    pub async fn sign_in_by(&self, account: AccountId, which: Which) -> Result<Option<SignIn>, StoreError> {
        let Which::Spare(id) = which else { return Ok(Some(SignIn::Own)) };
        let now = self.0.clock.utc();
        let sql = format!("SELECT resource FROM device_password WHERE account = ?1 AND id = ?2 AND {OPENS}");
        let read = move |c: &Connection| {
            let mut select = c.prepare_cached(&sql)?;
            select.query_row(params![account, id, now], |row| row.get::<_, Option<String>>(0)).optional()
        };
        let id = DeviceId(id);
        Ok(self.0.store.read(read).await?.map(|resource| match resource {
            Some(resource) => SignIn::Device { id, resource },
            None => SignIn::NewDevice(id),
        }))
    }

    /// The first log-in: the password is this device's from now on, durable on return. False: another one
    /// was faster, or it was revoked or ran out.
    pub async fn claim_device(&self, id: DeviceId, resource: &str) -> Result<bool, StoreError> {
        let (now, resource) = (self.0.clock.utc(), resource.to_owned());
        let sql = "UPDATE device_password SET claimed_at = ?3, resource = ?2, seen_at = ?3
                   WHERE id = ?1 AND claimed_at IS NULL AND expires_at > ?3";
        self.0.store.write(move |c| Ok(c.execute(sql, params![id, resource, now])? > 0)).await
    }

    /// Whether it still has its password.
    pub async fn has_device(&self, id: DeviceId) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM device_password WHERE id = ?";
        let read = move |c: &Connection| c.prepare_cached(sql)?.query_row([id], |_| Ok(())).optional();
        Ok(self.0.store.read(read).await?.is_some())
    }

    /// Notes that it was here now, as [`Accounts::seen`] does of the account.
    pub fn device_seen(&self, id: DeviceId) {
        let at = self.0.clock.utc();
        let mut batch = crate::store::Batch::new();
        batch.push_again(move |c| {
            let mut update = c.prepare_cached("UPDATE device_password SET seen_at = ?2 WHERE id = ?1")?;
            update.execute(params![id, at]).map(drop)
        });
        self.0.store.submit_later(batch);
    }

    /// Forgets codes that nobody used in time; tells how many.
    pub async fn sweep_devices(&self) -> Result<usize, StoreError> {
        let now = self.0.clock.utc();
        self.0.store.write(move |c| c.execute(RAN_OUT, [now])).await
    }
}

/// The mechanism whose key tells that a code is still what it was.
const KEPT: Hash = Hash::Sha256;
const WAITS: &str = "SELECT account, stored_key FROM device_password JOIN device_key ON device = id
                     WHERE id = ?1 AND mechanism = ?2 AND claimed_at IS NULL AND expires_at > ?3";

enum Replaced {
    Yes,
    /// The code is not what it was, or the account has another salt.
    Over,
    /// By the account itself or another app: a log-in could not tell which it is.
    InUse,
}

fn replace(c: &Connection, ticket: &DeviceTicket, keys: &[Verifier], now: UtcMicros) -> rusqlite::Result<Replaced> {
    let kept = c.query_row(WAITS, params![ticket.id, KEPT.mechanism(), now], |row| row.get::<_, Vec<u8>>(1));
    if kept.optional()?.as_ref() != Some(&ticket.stored_key) || !fit(c, ticket.account, keys)? {
        return Ok(Replaced::Over);
    }
    let sql = "SELECT EXISTS (SELECT 1 FROM device_password JOIN device_key ON device = id
               WHERE account = ?1 AND id <> ?2 AND mechanism = ?3 AND stored_key = ?4)
               OR EXISTS (SELECT 1 FROM verifier WHERE account = ?1 AND mechanism = ?3 AND stored_key = ?4)";
    for key in keys {
        let same = params![ticket.account, ticket.id, key.hash.mechanism(), key.stored_key];
        if c.query_row(sql, same, |row| row.get(0))? {
            return Ok(Replaced::InUse);
        }
    }
    let sql = "UPDATE device_key SET stored_key = ?3, server_key = ?4 WHERE device = ?1 AND mechanism = ?2";
    let mut update = c.prepare_cached(sql)?;
    for key in keys {
        update.execute(params![ticket.id, key.hash.mechanism(), key.stored_key, key.server_key])?;
    }
    // Its first log-in has the time of a code anew.
    let until = now + limits::DEVICE_CODE_S as i64 * 1_000_000;
    c.execute("UPDATE device_password SET expires_at = ?2 WHERE id = ?1", params![ticket.id, until])?;
    Ok(Replaced::Yes)
}

/// Whether the account still has the salt and the rounds of these.
fn fit(c: &Connection, account: AccountId, keys: &[Verifier]) -> rusqlite::Result<bool> {
    for key in keys {
        let own = credentials::select(c, account, key.hash)?;
        if own.is_some_and(|own| own.salt != key.salt || own.rounds != key.rounds) {
            return Ok(false);
        }
    }
    Ok(true)
}

const RAN_OUT: &str = "DELETE FROM device_password WHERE claimed_at IS NULL AND expires_at <= ?1";

fn fresh() -> Zeroizing<String> {
    let random = Zeroizing::new(clock::random::<PASSWORD_SIGNS>());
    Zeroizing::new(random.iter().map(|byte| char::from(SIGNS[usize::from(byte % 32)])).collect())
}

fn insert(
    c: &Connection,
    account: AccountId,
    keys: &[Verifier],
    (made_at, expires_at): (UtcMicros, UtcMicros),
) -> rusqlite::Result<Result<DeviceId, DeviceError>> {
    if !fit(c, account, keys)? {
        return Ok(Err(DeviceError::Changed));
    }
    c.execute(RAN_OUT, [made_at])?;
    let sql = "DELETE FROM device_password WHERE id IN (SELECT id FROM device_password
               WHERE account = ?1 AND claimed_at IS NULL ORDER BY id DESC LIMIT -1 OFFSET ?2)";
    c.execute(sql, params![account, limits::DEVICE_CODES_OPEN_MAX - 1])?;
    let sql = "SELECT count(*) FROM device_password WHERE account = ?";
    let others: u32 = c.query_row(sql, [account], |row| row.get(0))?;
    if others >= limits::DEVICES_PER_ACCOUNT_MAX {
        return Ok(Err(DeviceError::TooMany));
    }
    let sql = "INSERT INTO device_password (account, made_at, expires_at) SELECT id, ?2, ?3 FROM account WHERE id = ?1
               RETURNING id";
    let made = c.query_row(sql, params![account, made_at, expires_at], |row| row.get(0)).optional()?;
    let Some(id): Option<DeviceId> = made else { return Ok(Err(DeviceError::Unknown)) };
    let sql = "INSERT INTO device_key (device, mechanism, stored_key, server_key) VALUES (?, ?, ?, ?)";
    let mut insert = c.prepare_cached(sql)?;
    for key in keys {
        insert.execute(params![id, key.hash.mechanism(), key.stored_key, key.server_key])?;
    }
    Ok(Ok(id))
}

/// The keys that log-ins of this account by this mechanism are compared with, beside its own.
pub(super) fn spare(c: &Connection, account: AccountId, hash: Hash, now: UtcMicros) -> rusqlite::Result<Vec<Spare>> {
    let mut select = c.prepare_cached(&format!(
        "SELECT id, stored_key, server_key FROM device_password JOIN device_key ON device = id
         WHERE account = ?1 AND mechanism = ?2 AND {OPENS} ORDER BY id"
    ))?;
    let rows = select.query_map(params![account, hash.mechanism(), now], |row| {
        Ok(Spare { number: row.get(0)?, stored_key: row.get(1)?, server_key: row.get(2)? })
    })?;
    rows.collect()
}

/// The account has another password: nothing fits its salt any more.
pub(super) fn remove_all(c: &Connection, account: AccountId) -> rusqlite::Result<usize> {
    c.execute("DELETE FROM device_password WHERE account = ?", [account])
}

fn device(row: &Row<'_>) -> rusqlite::Result<Device> {
    let claimed_at: Option<UtcMicros> = row.get(3)?;
    let claimed = match claimed_at {
        Some(at) => Some(Claimed { at, resource: row.get(4)?, seen_at: row.get::<_, Option<_>>(5)?.unwrap_or(at) }),
        None => None,
    };
    Ok(Device { id: row.get(0)?, made_at: row.get(1)?, expires_at: row.get(2)?, claimed })
}

#[cfg(test)]
mod tests;
