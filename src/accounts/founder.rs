//! The first owner: made as part of the one transaction that ends set-up.
//!
//! Keeps no state. Until then a [`Founder`] can be kept elsewhere: it holds SCRAM verifiers, never the password.

use std::num::NonZeroU32;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use rusqlite::params;
use serde::Deserialize;
use serde::Serialize;

use super::AccountId;
use super::Accounts;
use super::CreateError;
use super::Role;
use super::Row;
use super::Verifiers;
use super::insert;
use crate::clock::UtcMicros;
use crate::limits::SCRAM_ROUNDS_MAX;
use crate::xmpp::jid::prepare_local;
use crate::xmpp::sasl::Hash;
use crate::xmpp::sasl::Verifier;
use crate::xmpp::sasl::verifier::prepare_password;

/// Who will own the place.
#[derive(Clone, Serialize, Deserialize)]
pub struct Founder {
    /// A prepared local part.
    pub name: String,
    /// The name as friends see it.
    pub display_name: Option<String>,
    keys: [Keys; 3],
}

/// One verifier, in base64.
#[derive(Clone, Serialize, Deserialize)]
struct Keys {
    rounds: NonZeroU32,
    salt: String,
    stored: String,
    server: String,
}

impl std::fmt::Debug for Founder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Founder").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Founder {
    /// The same password under another prepared name: verifiers do not hold it.
    pub fn renamed(self, name: String, display_name: Option<String>) -> Founder {
        Founder { name, display_name, keys: self.keys }
    }

    /// `None`: what was kept is not ours.
    fn verifiers(&self) -> Option<Verifiers> {
        let read = |keys: &Keys, hash: Hash| {
            let bytes = |text: &str| STANDARD_NO_PAD.decode(text).ok();
            let (stored_key, server_key) = (bytes(&keys.stored)?, bytes(&keys.server)?);
            let whole = stored_key.len() == hash.len_bytes() && server_key.len() == hash.len_bytes();
            let rounds = keys.rounds;
            let fits = whole && rounds.get() <= SCRAM_ROUNDS_MAX;
            let salt = bytes(&keys.salt)?;
            fits.then_some(Verifier { hash, salt, rounds, stored_key, server_key })
        };
        let [a, b, c] = [0, 1, 2].map(|at| read(&self.keys[at], Hash::ALL[at]));
        Some(Verifiers([a?, b?, c?]))
    }

    /// The job: a new account, or the one of that name that an older set-up has left, made owner.
    pub fn write(&self, c: &Connection, at: UtcMicros) -> rusqlite::Result<AccountId> {
        let verifiers = self.verifiers().ok_or(rusqlite::Error::InvalidQuery)?;
        let known = c.query_row("SELECT id FROM account WHERE name = ?", [&self.name], |row| row.get(0)).optional()?;
        let id = match known.map(AccountId) {
            Some(id) => {
                c.execute("UPDATE account SET role = 'owner' WHERE id = ?", [id.0])?;
                c.execute("DELETE FROM verifier WHERE account = ?", [id.0])?;
                verifiers.insert(c, id)?;
                id
            }
            None => {
                let row = Row { name: self.name.as_str().into(), role: Role::Owner, verifiers };
                insert(c, &row, at)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?
            }
        };
        c.execute("UPDATE account SET display_name = ?2 WHERE id = ?1", params![id.0, self.display_name])?;
        Ok(id)
    }
}

impl Accounts {
    /// Prepares name and password (RFC 7622 §3.3, RFC 8265 §4); keeps nothing.
    pub async fn founder(
        &self,
        name: &str,
        password: &str,
        display_name: Option<String>,
    ) -> Result<Founder, CreateError> {
        let name = prepare_local(name)?;
        let Verifiers(verifiers) = self.derive(prepare_password(password)?).await?;
        let keys = verifiers.map(|verifier| Keys {
            rounds: verifier.rounds,
            salt: STANDARD_NO_PAD.encode(&verifier.salt),
            stored: STANDARD_NO_PAD.encode(&verifier.stored_key),
            server: STANDARD_NO_PAD.encode(&verifier.server_key),
        });
        Ok(Founder { name, display_name, keys })
    }

    /// Learns what [`Founder::write`] has kept, once it is durable.
    pub fn learn_founder(&self, id: AccountId, founder: &Founder) {
        let name: Arc<str> = founder.name.as_str().into();
        self.names_mut().insert(id, name, Role::Owner);
    }
}
