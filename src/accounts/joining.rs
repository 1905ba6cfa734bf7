//! By invitation into the house: the account and the spent token in one transaction; or a request
//! that waits for an owner's yes; or a new password by a reset link.
//!
//! State: tables `join_request` and `join_verifier`.

use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use rusqlite::params;

use super::AccountId;
use super::Accounts;
use super::Role;
use super::Row;
use super::invites;
use super::invites::InviteId;
use super::invites::Invites;
use super::invites::Kind;
use super::invites::Looked;
use super::invites::Ticket;
use super::names;
use super::names::NameError;
use super::names::Taken;
use super::passwords;
use super::passwords::WeakPassword;
use super::to_the_end;
use crate::audit;
use crate::audit::By;
use crate::audit::Deed;
use crate::clock;
use crate::clock::UtcMicros;
use crate::limits;
use crate::store::StoreError;
use crate::xmpp::jid::JidError;
use crate::xmpp::jid::prepare_local;
use crate::xmpp::sasl::verifier::PasswordError;
use crate::xmpp::sasl::verifier::prepare_password;

/// What names and passwords that people choose are held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules<'a> {
    pub domain: &'a str,
    /// What people call the place.
    pub place: &'a str,
}

/// What a sign-up came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Joined {
    /// `befriend`: this account and the new one become contacts (`route::befriend`).
    In { account: AccountId, name: Arc<str>, befriend: Option<AccountId> },
    /// An owner has to say yes. The token finds the request again.
    Waits { name: Arc<str>, token: String },
}

/// Why nobody came in. The invitation is as it was.
#[derive(Clone, Debug, thiserror::Error)]
pub enum JoinError {
    #[error(transparent)]
    Name(#[from] NameError),
    #[error(transparent)]
    Password(#[from] WeakPassword),
    /// The rules are off, and still it can be no name or no password.
    #[error("a name or a password cannot be used")]
    Impossible,
    /// The invitation is for another name.
    #[error("this invitation is for {0}")]
    OtherName(Arc<str>),
    /// Used up, taken back or forgotten since it was shown.
    #[error("this invitation is over")]
    Over(Box<Looked>),
    #[error("too many wait for the owner's yes")]
    TooMany,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<JidError> for JoinError {
    fn from(_: JidError) -> JoinError {
        JoinError::Impossible
    }
}

impl From<PasswordError> for JoinError {
    fn from(_: PasswordError) -> JoinError {
        JoinError::Impossible
    }
}

/// Somebody who waits for an owner's yes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinRequest {
    pub id: i64,
    pub name: Arc<str>,
    pub role: Role,
    /// The invitation's number, note and inviter, while they are remembered.
    pub invite: Option<(InviteId, Option<String>)>,
    pub inviter: Option<Arc<str>>,
    pub at: UtcMicros,
}

/// How a request stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It ends at that time, if nobody answers.
    Waits { name: Arc<str>, until: UtcMicros },
    /// Refused, let in, run out, or never there: the page says to sign in or to ask.
    Over,
}

/// What the transaction found.
enum Outcome<T> {
    Done(T),
    Taken,
    Over,
    TooMany,
}

impl Accounts {
    /// Whether somebody has this prepared name, or one that looks like it.
    pub fn taken(&self, name: &str) -> Taken {
        let names = self.names();
        match () {
            () if names.by_name.contains_key(name) => Taken::Same,
            () if names.skeletons.contains_key(&*names::skeleton(name)) => Taken::Alike,
            () => Taken::No,
        }
    }

    /// Checks a name that somebody chooses (see [`names`]).
    pub fn check_name(&self, typed: &str, domain: &str) -> Result<names::Chosen, NameError> {
        names::check(typed, domain, &|name| self.taken(name))
    }
}

impl Invites {
    /// Makes an account by an invitation, durable on return; or a request, where the invitation or
    /// `ask_first` wants an owner's yes. `rules`: `None` in the test profile only.
    pub async fn join(
        &self,
        ticket: &Ticket,
        name: &str,
        password: &str,
        ask_first: bool,
        rules: Option<&Rules<'_>>,
    ) -> Result<Joined, JoinError> {
        if ticket.kind != Kind::Account {
            return Err(JoinError::Over(Box::new(Looked::Unknown)));
        }
        let name: Arc<str> = self.name_for(ticket, name, rules)?;
        let password = self.password_for(&name, password, rules)?;
        // Who comes too late computes nothing.
        let _turn = self.0.turns.acquire().await.map_err(|_| StoreError::Closed)?;
        self.still_open(ticket).await?;
        let verifiers = self.0.accounts.derive(password).await?;
        let row = Row { name: name.clone(), role: ticket.role, verifiers };
        match ticket.ask_first || ask_first {
            true => self.ask(ticket, row).await,
            false => self.enter(ticket, row).await,
        }
    }

    async fn still_open(&self, ticket: &Ticket) -> Result<(), JoinError> {
        match self.look_again(ticket).await? {
            Looked::Valid(_) | Looked::RanOut { .. } => Ok(()),
            over => Err(JoinError::Over(Box::new(over))),
        }
    }

    fn name_for(&self, ticket: &Ticket, typed: &str, rules: Option<&Rules<'_>>) -> Result<Arc<str>, JoinError> {
        if let Some(own) = &ticket.name {
            // Chosen by the owner, who may take any.
            return match prepare_local(typed.trim()) {
                Ok(name) if *name == **own => Ok(own.clone()),
                _ => Err(JoinError::OtherName(own.clone())),
            };
        }
        Ok(match rules {
            Some(rules) => self.0.accounts.check_name(typed, rules.domain)?.name.into(),
            None => prepare_local(typed)?.into(),
        })
    }

    fn password_for(
        &self,
        name: &str,
        typed: &str,
        rules: Option<&Rules<'_>>,
    ) -> Result<zeroize::Zeroizing<String>, JoinError> {
        if let Some(rules) = rules {
            passwords::check(typed, &passwords::About { name, domain: rules.domain, place: rules.place })?;
        }
        Ok(prepare_password(typed)?)
    }

    /// Account and spent place together, or neither.
    async fn enter(&self, ticket: &Ticket, row: Row) -> Result<Joined, JoinError> {
        let (name, role) = (row.name.clone(), row.role);
        let befriend = ticket.inviter.as_ref().filter(|_| ticket.befriend).map(|inviter| inviter.account);
        let (id, own_name, to_befriend) = (ticket.id(), ticket.name.is_some(), befriend.is_some());
        let at = self.0.clock.utc();
        let accounts = self.0.accounts.clone();
        let outcome = to_the_end(async move {
            let known = (row.name.clone(), role);
            let job = move |c: &Connection| {
                let by = own_name.then_some(id);
                lapse(c, over_before(at))?;
                if exists(c, &row.name)? || invites::is_kept(c, &row.name, by, at)? {
                    return Ok(Outcome::Taken);
                }
                if !invites::spend(c, id, &format!("{}@", row.name), at, !to_befriend)? {
                    return Ok(Outcome::Over);
                }
                let account = super::insert(c, &row, at)?;
                Ok(account.map_or(Outcome::Taken, Outcome::Done))
            };
            let outcome = accounts.0.store.write(job).await?;
            if let Outcome::Done(account) = outcome {
                accounts.names_mut().insert(account, known.0, known.1);
            }
            Ok(outcome)
        });
        match outcome.await? {
            Outcome::Done(account) => Ok(Joined::In { account, name, befriend }),
            Outcome::Taken => Err(self.name_is_taken(&name)),
            Outcome::Over | Outcome::TooMany => Err(JoinError::Over(Box::new(self.look_again(ticket).await?))),
        }
    }

    /// Keeps a request and spends the place, so that a link brings no more requests than people.
    async fn ask(&self, ticket: &Ticket, row: Row) -> Result<Joined, JoinError> {
        let name = row.name.clone();
        let token = clock::token();
        let (hash, id, own_name) = (invites::hash(&token), ticket.id(), ticket.name.is_some());
        let at = self.0.clock.utc();
        let job = move |c: &Connection| {
            let by = own_name.then_some(id);
            lapse(c, over_before(at))?;
            if exists(c, &row.name)? || invites::is_kept(c, &row.name, by, at)? {
                return Ok(Outcome::Taken);
            }
            let waiting: u32 = c.query_row("SELECT count(*) FROM join_request", [], |row| row.get(0))?;
            if waiting >= limits::JOIN_REQUESTS_MAX {
                return Ok(Outcome::TooMany);
            }
            if !invites::spend(c, id, &format!("{}@", row.name), at, true)? {
                return Ok(Outcome::Over);
            }
            let sql = "INSERT INTO join_request (name, role, invite, token_hash, at) VALUES (?, ?, ?, ?, ?)";
            c.execute(sql, params![row.name, row.role.as_str(), id.0, hash, at])?;
            row.verifiers.insert_waiting(c, c.last_insert_rowid())?;
            Ok(Outcome::Done(()))
        };
        match self.0.store.write(job).await? {
            Outcome::Done(()) => Ok(Joined::Waits { name, token }),
            Outcome::Taken => Err(self.name_is_taken(&name)),
            Outcome::TooMany => Err(JoinError::TooMany),
            Outcome::Over => Err(JoinError::Over(Box::new(self.look_again(ticket).await?))),
        }
    }

    fn name_is_taken(&self, name: &str) -> JoinError {
        JoinError::Name(NameError::Taken { name: name.to_owned(), suggestions: Vec::new() })
    }

    /// How the request behind this token stands.
    pub async fn request_standing(&self, token: &str) -> Result<Standing, StoreError> {
        let hash = invites::hash(token);
        let over = over_before(self.0.clock.utc());
        let sql = "SELECT name, at FROM join_request WHERE token_hash = ? AND at > ?";
        let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, UtcMicros>(1)?));
        let found = self.0.store.read(move |c| c.query_row(sql, params![hash, over], read).optional()).await?;
        let until = |at| at + limits::JOIN_REQUEST_S as i64 * 1_000_000;
        Ok(found.map_or(Standing::Over, |(name, at)| Standing::Waits { name: name.into(), until: until(at) }))
    }

    /// Who waits for an owner's yes, oldest first.
    pub async fn requests(&self) -> Result<Vec<JoinRequest>, StoreError> {
        let over = over_before(self.0.clock.utc());
        let sql = "SELECT join_request.id, join_request.name, join_request.role, invite, note, account.name, at
                   FROM join_request LEFT JOIN invite ON invite.id = invite
                   LEFT JOIN account ON account.id = inviter WHERE at > ? ORDER BY join_request.id";
        self.0
            .store
            .read(move |c| {
                let mut select = c.prepare_cached(sql)?;
                let rows = select.query_map([over], |row| {
                    let invite: Option<i64> = row.get(3)?;
                    let note: Option<String> = row.get(4)?;
                    Ok(JoinRequest {
                        id: row.get(0)?,
                        name: row.get::<_, String>(1)?.into(),
                        // The schema allows no other role.
                        role: row.get::<_, String>(2)?.parse().unwrap_or(Role::Limited),
                        invite: invite.map(|id| (InviteId(id), note)),
                        inviter: row.get::<_, Option<String>>(5)?.map(Into::into),
                        at: row.get(6)?,
                    })
                })?;
                rows.collect()
            })
            .await
    }

    /// The owner says yes: the account, with the password that was chosen. `None`: nobody waits
    /// under this number.
    pub async fn approve(&self, request: i64, by: &By) -> Result<Option<Joined>, StoreError> {
        let (by, at) = (by.clone(), self.0.clock.utc());
        let accounts = self.0.accounts.clone();
        to_the_end(async move {
            let job = move |c: &Connection| {
                let made = approve(c, request, at)?;
                if let Some((_, name, ..)) = &made {
                    audit::note(c, &by, &Deed::LetIn { name: name.to_string() }, at)?;
                }
                Ok(made)
            };
            let made = accounts.0.store.write(job).await?;
            let Some((account, name, role, befriend)) = made else { return Ok(None) };
            accounts.names_mut().insert(account, name.clone(), role);
            Ok(Some(Joined::In { account, name, befriend }))
        })
        .await
    }

    /// The owner says no: name and place are free again. False: nobody waits under this number.
    pub async fn refuse(&self, request: i64, by: &By) -> Result<bool, StoreError> {
        let (by, at) = (by.clone(), self.0.clock.utc());
        let job = move |c: &Connection| {
            let sql = "DELETE FROM join_request WHERE id = ? AND at > ? RETURNING name, invite";
            let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get(1)?));
            match c.query_row(sql, params![request, over_before(at)], read).optional()? {
                Some((name, invite)) => {
                    free(c, &name, invite)?;
                    audit::note(c, &by, &Deed::TurnedAway { name }, at).map(|()| true)
                }
                None => Ok(false),
            }
        };
        self.0.store.write(job).await
    }

    /// A new password by a reset link, durable on return, and the link is spent. The caller ends the
    /// account's sessions.
    pub async fn reset(
        &self,
        ticket: &Ticket,
        password: &str,
        rules: Option<&Rules<'_>>,
    ) -> Result<AccountId, JoinError> {
        let (Kind::Reset, Some(account), Some(name)) = (ticket.kind, ticket.account, &ticket.name) else {
            return Err(JoinError::Over(Box::new(Looked::Unknown)));
        };
        let password = self.password_for(name, password, rules)?;
        let _turn = self.0.turns.acquire().await.map_err(|_| StoreError::Closed)?;
        self.still_open(ticket).await?;
        let verifiers = self.0.accounts.derive(password).await?;
        let (id, jid, at) = (ticket.id(), format!("{name}@"), self.0.clock.utc());
        let job = move |c: &Connection| {
            let done = invites::spend(c, id, &jid, at, true)?;
            if done {
                verifiers.replace(c, account)?;
            }
            Ok(done)
        };
        match self.0.store.write(job).await? {
            true => {
                self.0.accounts.void_log_ins(account);
                Ok(account)
            }
            false => Err(JoinError::Over(Box::new(self.look_again(ticket).await?))),
        }
    }
}

/// Requests from then or before are over, swept or not.
pub(super) fn over_before(now: UtcMicros) -> UtcMicros {
    now - limits::JOIN_REQUEST_S as i64 * 1_000_000
}

/// Requests from before that time end: their names and places are free again. How many.
pub(super) fn lapse(c: &Connection, before: UtcMicros) -> rusqlite::Result<usize> {
    let mut delete = c.prepare_cached("DELETE FROM join_request WHERE at <= ? RETURNING name, invite")?;
    let lapsed = delete.query_map([before], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
    let lapsed: Vec<(String, Option<i64>)> = lapsed.collect::<rusqlite::Result<_>>()?;
    lapsed.iter().try_for_each(|(name, invite)| free(c, name, *invite))?;
    Ok(lapsed.len())
}

/// The place that a request took, where its invitation is remembered.
fn free(c: &Connection, name: &str, invite: Option<i64>) -> rusqlite::Result<()> {
    invite.map_or(Ok(()), |invite| invites::give_back(c, InviteId(invite), &format!("{name}@")))
}

fn exists(c: &Connection, name: &str) -> rusqlite::Result<bool> {
    c.query_row("SELECT EXISTS (SELECT 1 FROM account WHERE name = ?)", [name], |row| row.get(0))
}

type Approved = (AccountId, Arc<str>, Role, Option<AccountId>);

fn approve(c: &Connection, request: i64, at: UtcMicros) -> rusqlite::Result<Option<Approved>> {
    let sql = "SELECT join_request.name, join_request.role, iif(befriend, inviter, NULL), invite
               FROM join_request LEFT JOIN invite ON invite.id = invite WHERE join_request.id = ? AND at > ?";
    let found = c.query_row(sql, params![request, over_before(at)], |row| {
        Ok((
            row.get::<_, String>(0)?,
            row.get::<_, String>(1)?,
            row.get::<_, Option<AccountId>>(2)?,
            row.get::<_, Option<i64>>(3)?,
        ))
    });
    let Some((name, role, befriend, invite)) = found.optional()? else { return Ok(None) };
    c.execute("INSERT INTO account (name, role, created_at) VALUES (?, ?, ?)", params![name, role, at])?;
    let account = AccountId(c.last_insert_rowid());
    let sql = "INSERT INTO verifier (account, mechanism, salt, rounds, stored_key, server_key)
               SELECT ?, mechanism, salt, rounds, stored_key, server_key FROM join_verifier WHERE request = ?";
    c.execute(sql, params![account, request])?;
    c.execute("DELETE FROM join_request WHERE id = ?", [request])?;
    if befriend.is_some() {
        let sql = "UPDATE invite_use SET befriended = 0 WHERE invite = ? AND jid = ?";
        c.execute(sql, params![invite, format!("{name}@")])?;
    }
    Ok(Some((account, name.into(), role.parse().unwrap_or(Role::Limited), befriend)))
}
