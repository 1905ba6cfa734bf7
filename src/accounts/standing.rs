//! Accounts that are closed: locked by an owner, or on their way out with time to think it over.
//!
//! State: the columns `locked_at` and `leaves_at`, in memory too. Who changes them ends the
//! account's sessions (`route::sign_out`), browsers are signed out with the change itself; the streams refuse its log-in (RFC 6120 §6.5.2).

use rusqlite::Connection;
use rusqlite::params;

use super::AccountId;
use super::Accounts;
use super::ChangeError;
use super::Role;
use super::browsers;
use super::known;
use super::to_the_end;
use crate::clock::UtcMicros;
use crate::limits;
use crate::store::StoreError;

/// Why an account does not get in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// By an owner.
    Locked,
    /// It is removed at this time. [`Accounts::stay`] takes that back.
    Leaving { at: UtcMicros },
}

impl Closed {
    pub(super) fn of(locked_at: Option<UtcMicros>, leaves_at: Option<UtcMicros>) -> Option<Closed> {
        match (locked_at, leaves_at) {
            (Some(_), _) => Some(Closed::Locked),
            (None, Some(at)) => Some(Closed::Leaving { at }),
            (None, None) => None,
        }
    }
}

impl Accounts {
    /// Whether, and why, an account does not get in.
    pub fn closed(&self, id: AccountId) -> Option<Closed> {
        self.names().by_id.get(&id).and_then(|known| known.closed)
    }

    /// All owners, closed ones too, by number.
    pub fn owners(&self) -> Vec<AccountId> {
        let names = self.names();
        let mut owners: Vec<AccountId> =
            names.by_id.iter().filter(|(_, known)| known.role == Role::Owner).map(|(id, _)| *id).collect();
        owners.sort_unstable();
        owners
    }

    /// A place needs an owner: whether this one is the only who gets in.
    pub fn is_only_owner(&self, id: AccountId) -> bool {
        let names = self.names();
        let runs_it = |known: &super::Known| known.role == Role::Owner && known.closed.is_none();
        names.by_id.get(&id).is_some_and(|known| known.role == Role::Owner)
            && !names.by_id.iter().any(|(other, known)| *other != id && runs_it(known))
    }

    /// Locked until [`Accounts::unlock`]; an account that leaves goes on leaving.
    pub async fn lock(&self, id: AccountId) -> Result<(), ChangeError> {
        let now = self.0.clock.utc();
        let sql = "UPDATE account SET locked_at = coalesce(locked_at, ?2) WHERE id = ?1";
        self.change_standing(id, sql, now, |closed| *closed = Some(Closed::Locked)).await
    }

    /// Open again, and it stays, if it was leaving.
    pub async fn unlock(&self, id: AccountId) -> Result<(), ChangeError> {
        let sql = "UPDATE account SET locked_at = NULL, leaves_at = NULL WHERE id = ?1 AND ?2 IS NOT NULL";
        self.change_standing(id, sql, 0, |closed| *closed = None).await
    }

    /// Closed now, removed after `LEAVE_GRACE_S`. Gives that time.
    pub async fn leave(&self, id: AccountId) -> Result<UtcMicros, ChangeError> {
        let at = self.0.clock.utc() + limits::LEAVE_GRACE_S as i64 * 1_000_000;
        let sql = "UPDATE account SET leaves_at = ?2 WHERE id = ?1";
        self.change_standing(id, sql, at, move |closed| *closed = closed.or(Some(Closed::Leaving { at }))).await?;
        Ok(at)
    }

    /// Whoever was leaving has signed in and stays. A lock stays too.
    pub async fn stay(&self, id: AccountId) -> Result<(), ChangeError> {
        let sql = "UPDATE account SET leaves_at = NULL WHERE id = ?1 AND ?2 IS NOT NULL";
        self.change_standing(id, sql, 0, |closed| {
            *closed = closed.filter(|closed| *closed == Closed::Locked);
        })
        .await
    }

    /// Whose time to think it over has passed: to be removed.
    pub async fn overdue(&self) -> Result<Vec<AccountId>, StoreError> {
        let now = self.0.clock.utc();
        self.0
            .store
            .read(move |c| {
                let mut select = c.prepare_cached("SELECT id FROM account WHERE leaves_at <= ? ORDER BY id")?;
                select.query_map([now], |row| row.get(0))?.collect()
            })
            .await
    }

    async fn change_standing(
        &self,
        id: AccountId,
        sql: &'static str,
        value: UtcMicros,
        change: impl FnOnce(&mut Option<Closed>) + Send + 'static,
    ) -> Result<(), ChangeError> {
        let accounts = self.clone();
        let changed = to_the_end(async move {
            let job = move |c: &Connection| {
                let changed = c.execute(sql, params![id, value])?;
                browsers::forget_closed(c, id)?;
                Ok(changed)
            };
            let changed = accounts.0.store.write(job).await?;
            if let Some(known) = accounts.names_mut().by_id.get_mut(&id) {
                change(&mut known.closed);
            }
            Ok(changed)
        });
        known(changed.await?)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::Clock;
    use crate::store::OpenOptions;
    use crate::store::Store;

    #[tokio::test]
    async fn accounts_are_locked_and_leave_and_that_outlives_a_restart() {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Clock::stepped(1_767_225_600_000_000);
        let open = async || {
            let options = OpenOptions { reserve: 0, ..OpenOptions::default() };
            let store = Store::open(folder.path(), options, clock.clone()).expect("it opens");
            Accounts::open(store, clock.clone()).await.expect("it reads")
        };
        let accounts = open().await;
        let mira = accounts.create("mira", "x", Role::Owner).await.unwrap();
        let tom = accounts.create("tom", "x", Role::Owner).await.unwrap();
        assert!(!accounts.is_only_owner(mira));
        accounts.lock(tom).await.unwrap();
        assert!(accounts.is_only_owner(mira) && accounts.closed(tom) == Some(Closed::Locked));
        let at = accounts.leave(tom).await.unwrap();
        accounts.0.store.close().await;

        let accounts = open().await;
        assert_eq!(accounts.closed(tom), Some(Closed::Locked));
        accounts.stay(tom).await.unwrap();
        assert_eq!(accounts.closed(tom), Some(Closed::Locked));
        accounts.unlock(tom).await.unwrap();
        assert_eq!(accounts.closed(tom), None);
        assert_eq!(accounts.leave(tom).await.unwrap(), at);
        assert_eq!(accounts.closed(tom), Some(Closed::Leaving { at }));
        assert!(accounts.overdue().await.unwrap().is_empty());
        clock.advance(Duration::from_secs(limits::LEAVE_GRACE_S));
        assert_eq!(accounts.overdue().await.unwrap(), [tom]);
        accounts.stay(tom).await.unwrap();
        assert_eq!((accounts.closed(tom), accounts.overdue().await.unwrap()), (None, Vec::new()));
        assert!(matches!(accounts.lock(AccountId(99)).await, Err(ChangeError::Unknown)));
    }
}
