//! People: names, roles, credentials, and what limits guessing them.
//!
//! State: the tables `account` and `verifier`; in memory every account's name and role, which
//! follow each commit. A name is a prepared local part (RFC 7622 §3.3), a password lives only as
//! SCRAM verifiers.

pub mod batch;
pub mod blocks;
pub mod browsers;
mod credentials;
pub mod devices;
mod founder;
pub mod invites;
pub mod joining;
pub mod names;
pub mod passwords;
pub mod recovery;
pub mod roster;
pub mod standing;
pub mod throttle;

use std::collections::HashMap;
use std::future::Future;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;
use std::sync::RwLockReadGuard;
use std::sync::RwLockWriteGuard;

use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use rusqlite::params;

use crate::audit;
use crate::audit::By;
use crate::audit::Deed;
use crate::clock::Clock;
use crate::clock::UtcMicros;
pub use crate::store::AccountId;
use crate::store::Batch;
use crate::store::Store;
use crate::store::StoreError;
use crate::xmpp::jid::JidError;
use crate::xmpp::jid::prepare_local;
use crate::xmpp::sasl::verifier::PasswordError;
use crate::xmpp::sasl::verifier::prepare_password;

pub use credentials::Proof;
pub use founder::Founder;

use credentials::Credentials;
use credentials::Verifiers;
use standing::Change;
use standing::Closed;
use throttle::Throttle;

/// What an account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Runs the place: settings, people, backups.
    Owner,
    Member,
    /// A guest.
    Limited,
}

impl Role {
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Owner => "owner",
            Role::Member => "member",
            Role::Limited => "limited",
        }
    }
}

/// Not a role's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a role is owner, member or limited")]
pub struct RoleError;

impl FromStr for Role {
    type Err = RoleError;

    fn from_str(text: &str) -> Result<Role, RoleError> {
        let found = [Role::Owner, Role::Member, Role::Limited].into_iter().find(|role| role.as_str() == text);
        found.ok_or(RoleError)
    }
}

/// One account as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub id: AccountId,
    pub name: Arc<str>,
    pub role: Role,
    pub display_name: Option<String>,
    pub created_at: UtcMicros,
    pub last_seen_at: Option<UtcMicros>,
    /// An owner has locked it.
    pub locked_at: Option<UtcMicros>,
    /// It is removed then, unless it stays.
    pub leaves_at: Option<UtcMicros>,
}

/// Why there is no new account.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CreateError {
    #[error(transparent)]
    Name(#[from] JidError),
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error("an account of this name exists, or it is kept for somebody who is invited")]
    Exists,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why an account was not changed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ChangeError {
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error("there is no such account")]
    Unknown,
    /// A place needs an owner who gets in.
    #[error("this is the only owner")]
    OnlyOwner,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// All accounts. Cheap to clone.
#[derive(Clone)]
pub struct Accounts(Arc<Shared>);

struct Shared {
    store: Store,
    clock: Clock,
    names: RwLock<Names>,
    credentials: Credentials,
    throttle: Throttle,
}

#[derive(Default)]
struct Names {
    by_name: HashMap<Arc<str>, AccountId>,
    by_id: HashMap<AccountId, Known>,
    /// How many names look like this (see [`names::skeleton`]).
    skeletons: HashMap<Box<str>, u32>,
}

/// What is asked of an account all the time.
struct Known {
    name: Arc<str>,
    role: Role,
    closed: Option<Closed>,
    /// Raised when everybody is signed out: who began to log in before does not get in.
    signed_out: u64,
}

impl Known {
    /// Nobody gets in any more, those who are on their way neither.
    fn close(&mut self, why: Closed) {
        self.closed = Some(why);
        self.signed_out += 1;
    }
}

impl Names {
    fn insert(&mut self, id: AccountId, name: Arc<str>, role: Role) {
        *self.skeletons.entry(names::skeleton(&name).into()).or_default() += 1;
        self.by_name.insert(name.clone(), id);
        self.by_id.insert(id, Known { name, role, closed: None, signed_out: 0 });
    }

    fn remove(&mut self, id: AccountId) {
        let Some(Known { name, .. }) = self.by_id.remove(&id) else { return };
        self.by_name.remove(&name);
        let skeleton = names::skeleton(&name);
        if let Some(alike) = self.skeletons.get_mut(&*skeleton) {
            *alike -= 1;
            if *alike == 0 {
                self.skeletons.remove(&*skeleton);
            }
        }
    }
}

/// A row to be written.
struct Row {
    name: Arc<str>,
    role: Role,
    verifiers: Verifiers,
}

impl Accounts {
    /// Reads all names.
    pub async fn open(store: Store, clock: Clock) -> Result<Accounts, StoreError> {
        let credentials = Credentials::open(&store).await?;
        let mut names = Names::default();
        for account in store.read(|c| list(c, None)).await? {
            let closed = Closed::of(account.locked_at, account.leaves_at);
            names.insert(account.id, account.name, account.role);
            if let Some(known) = names.by_id.get_mut(&account.id) {
                known.closed = closed;
            }
        }
        let names = RwLock::new(names);
        Ok(Accounts(Arc::new(Shared { store, clock, names, credentials, throttle: Throttle::new() })))
    }

    /// By prepared local part.
    pub fn find(&self, local: &str) -> Option<AccountId> {
        self.names().by_name.get(local).copied()
    }

    pub fn name(&self, id: AccountId) -> Option<Arc<str>> {
        self.names().by_id.get(&id).map(|known| known.name.clone())
    }

    /// As the log of changes names somebody.
    pub fn by(&self, id: AccountId) -> Option<By> {
        self.name(id).map(By::Person)
    }

    pub fn role(&self, id: AccountId) -> Option<Role> {
        self.names().by_id.get(&id).map(|known| known.role)
    }

    pub fn len(&self) -> usize {
        self.names().by_id.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn throttle(&self) -> &Throttle {
        &self.0.throttle
    }

    /// A new account, durable on return. Prepares name and password (RFC 7622 §3.3, RFC 8265 §4).
    /// Goes on when the caller gives up waiting.
    pub async fn create(&self, name: &str, password: &str, role: Role) -> Result<AccountId, CreateError> {
        let name: Arc<str> = prepare_local(name)?.into();
        let password = prepare_password(password)?;
        if self.find(&name).is_some() {
            return Err(CreateError::Exists);
        }
        let verifiers = self.derive(password).await?;
        let created = self.insert(vec![Row { name, role, verifiers }]).await?;
        created.first().copied().flatten().ok_or(CreateError::Exists)
    }

    /// Keeps rows in one commit, then learns their names. `None`: that name existed.
    async fn insert(&self, rows: Vec<Row>) -> Result<Vec<Option<AccountId>>, StoreError> {
        let accounts = self.clone();
        to_the_end(async move {
            let at = accounts.0.clock.utc();
            let names: Vec<_> = rows.iter().map(|row| (row.name.clone(), row.role)).collect();
            let unless_kept = move |c: &Connection, row: &Row| match invites::is_kept(c, &row.name, None, at)? {
                true => Ok(None),
                false => insert(c, row, at),
            };
            let job = move |c: &Connection| rows.iter().map(|row| unless_kept(c, row)).collect::<Result<Vec<_>, _>>();
            let created = accounts.0.store.write(job).await?;
            let mut known = accounts.names_mut();
            for (id, (name, role)) in created.iter().zip(names) {
                if let Some(id) = id {
                    known.insert(*id, name, role);
                }
            }
            drop(known);
            Ok(created)
        })
        .await
    }

    /// Deletes the account with all that hangs on its row. False: there was none. Its archive must
    /// be emptied before: a long one would hold up the writer, and bodies are shared.
    pub async fn remove(&self, id: AccountId, by: &By) -> Result<bool, StoreError> {
        let Some(name) = self.name(id) else { return Ok(false) };
        let (accounts, by, at) = (self.clone(), by.clone(), self.0.clock.utc());
        to_the_end(async move {
            let job = move |c: &Connection| {
                let removed = c.execute("DELETE FROM account WHERE id = ?", [id.0])? > 0;
                if removed {
                    audit::note(c, &by, &Deed::Removed { name: name.to_string() }, at)?;
                }
                Ok(removed)
            };
            let removed = accounts.0.store.write(job).await?;
            accounts.names_mut().remove(id);
            Ok(removed)
        })
        .await
    }

    /// All, by name.
    pub async fn list(&self) -> Result<Vec<Account>, StoreError> {
        self.0.store.read(|c| list(c, None)).await
    }

    /// One of them.
    pub async fn get(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        Ok(self.0.store.read(move |c| list(c, Some(id))).await?.pop())
    }

    /// Err(OnlyOwner): somebody has to run the place. Nothing where it is so already.
    pub async fn set_role(&self, id: AccountId, role: Role, by: &By) -> Result<(), ChangeError> {
        let change = Change {
            write: Box::new(move |c| {
                c.execute("UPDATE account SET role = ?2 WHERE id = ?1 AND role <> ?2", params![id, role.as_str()])
            }),
            spares_owners: role != Role::Owner,
            deed: Some(Box::new(move |name| Deed::Role { name, role: role.as_str().to_owned() })),
        };
        self.change(id, change, by, move |known| known.role = role).await
    }

    /// The name shown to others; `None`: none.
    pub async fn set_display_name(&self, id: AccountId, display_name: Option<String>) -> Result<(), ChangeError> {
        let job = move |c: &Connection| {
            c.execute("UPDATE account SET display_name = ? WHERE id = ?", params![display_name, id.0])
        };
        known(self.0.store.write(job).await?)
    }

    /// Notes that the account was here now. Costs no commit of its own; a power cut may lose it.
    pub fn seen(&self, id: AccountId) {
        let at = self.0.clock.utc();
        let mut batch = Batch::new();
        batch.push_again(move |c| {
            let mut update = c.prepare_cached("UPDATE account SET last_seen_at = ? WHERE id = ?")?;
            update.execute(params![at, id.0]).map(|_| ())
        });
        self.0.store.submit_later(batch);
    }

    fn names(&self) -> RwLockReadGuard<'_, Names> {
        self.0.names.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn names_mut(&self) -> RwLockWriteGuard<'_, Names> {
        self.0.names.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs `work` even when the caller stops waiting, so that names in memory follow each commit.
async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::spawn(work).await.unwrap_or(Err(StoreError::Closed))
}

fn known(rows: usize) -> Result<(), ChangeError> {
    match rows {
        0 => Err(ChangeError::Unknown),
        _ => Ok(()),
    }
}

fn insert(c: &Connection, row: &Row, at: UtcMicros) -> rusqlite::Result<Option<AccountId>> {
    let mut insert = c.prepare_cached(
        "INSERT INTO account (name, role, created_at) VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING RETURNING id",
    )?;
    let values = params![row.name, row.role.as_str(), at];
    let id = insert.query_row(values, |row| row.get(0).map(AccountId)).optional()?;
    if let Some(id) = id {
        row.verifiers.insert(c, id)?;
    }
    Ok(id)
}

/// All, or one.
fn list(c: &Connection, id: Option<AccountId>) -> rusqlite::Result<Vec<Account>> {
    let mut select = c.prepare(
        "SELECT id, name, role, display_name, created_at, last_seen_at, locked_at, leaves_at FROM account
         WHERE ?1 IS NULL OR id = ?1 ORDER BY name",
    )?;
    let rows = select.query_map([id], |row| {
        let role: String = row.get(2)?;
        Ok(Account {
            id: AccountId(row.get(0)?),
            name: row.get::<_, String>(1)?.into(),
            // The schema allows no other role.
            role: role.parse().unwrap_or(Role::Limited),
            display_name: row.get(3)?,
            created_at: row.get(4)?,
            last_seen_at: row.get(5)?,
            locked_at: row.get(6)?,
            leaves_at: row.get(7)?,
        })
    })?;
    rows.collect()
}

#[cfg(test)]
mod tests;
