//! Accounts that are closed: locked by an owner, or on their way out with time to think it over.
//!
//! State: the columns `locked_at` and `leaves_at`, in memory too. Who changes them ends the
//! account's sessions (`route::sign_out`), browsers are signed out with the change itself; the streams refuse its log-in (RFC 6120 §6.5.2).

use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use rusqlite::params;

use super::AccountId;
use super::Accounts;
use super::ChangeError;
use super::Role;
use super::browsers;
use super::known;
use super::to_the_end;
use crate::audit;
use crate::audit::By;
use crate::audit::Deed;
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

/// Somebody is leaving.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaves {
    /// The account is removed then.
    pub at: UtcMicros,
    /// False: they were leaving already.
    pub now: bool,
}

type Deeds = Box<dyn Fn(String) -> Deed + Send>;
type Write = Box<dyn Fn(&Connection) -> rusqlite::Result<usize> + Send>;

/// A change of one account by somebody who may.
pub(super) struct Change {
    /// How many rows it changed; none where it is so already.
    pub write: Write,
    /// Refused where no other owner gets in.
    pub spares_owners: bool,
    /// Of the account's name, for the log of who changed what.
    pub deed: Option<Deeds>,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Changed {
    Done,
    Already,
    Unknown,
    OnlyOwner,
}

impl Change {
    /// The one writer makes it whole: two owners who close each other out at once do not both succeed.
    fn run(&self, c: &Connection, id: AccountId, by: &By, at: UtcMicros) -> rusqlite::Result<Changed> {
        let sql = "SELECT name, role = 'owner' AND NOT EXISTS (SELECT 1 FROM account other WHERE other.role = 'owner'
                   AND other.locked_at IS NULL AND other.leaves_at IS NULL AND other.id <> account.id)
                   FROM account WHERE id = ?";
        let found = c.query_row(sql, [id], |row| Ok((row.get::<_, String>(0)?, row.get(1)?))).optional()?;
        let Some((name, only_owner)) = found else { return Ok(Changed::Unknown) };
        if self.spares_owners && only_owner {
            return Ok(Changed::OnlyOwner);
        }
        if (self.write)(c)? == 0 {
            return Ok(Changed::Already);
        }
        browsers::forget_closed(c, id)?;
        if let Some(deed) = &self.deed {
            audit::note(c, by, &deed(name), at)?;
        }
        Ok(Changed::Done)
    }
}

impl Accounts {
    /// Whether, and why, an account does not get in.
    pub fn closed(&self, id: AccountId) -> Option<Closed> {
        self.names().by_id.get(&id).and_then(|known| known.closed)
    }

    /// How often everybody of an account was signed out in this run. A log-in counts only while this is what it was
    /// before the password was looked at: whoever signs out ends the sessions that are there, and this the ones to come.
    pub fn signed_out(&self, id: AccountId) -> u64 {
        self.names().by_id.get(&id).map_or(0, |known| known.signed_out)
    }

    /// Log-ins that have begun come to nothing. A new password, a lock and leaving do so by themselves; whoever signs
    /// somebody out otherwise calls it before the sessions are ended.
    pub fn void_log_ins(&self, id: AccountId) {
        if let Some(known) = self.names_mut().by_id.get_mut(&id) {
            known.signed_out += 1;
        }
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
    pub async fn lock(&self, id: AccountId, by: &By) -> Result<(), ChangeError> {
        let now = self.0.clock.utc();
        let change = Change {
            write: Box::new(move |c| {
                c.execute("UPDATE account SET locked_at = ? WHERE id = ? AND locked_at IS NULL", params![now, id])
            }),
            spares_owners: true,
            deed: Some(Box::new(|name| Deed::Locked { name })),
        };
        self.change(id, change, by, |known| known.close(Closed::Locked)).await
    }

    /// Open again, and it stays, if it was leaving.
    pub async fn unlock(&self, id: AccountId, by: &By) -> Result<(), ChangeError> {
        let change = Change {
            write: Box::new(move |c| {
                let sql = "UPDATE account SET locked_at = NULL, leaves_at = NULL WHERE id = ?
                           AND (locked_at IS NOT NULL OR leaves_at IS NOT NULL)";
                c.execute(sql, [id])
            }),
            spares_owners: false,
            deed: Some(Box::new(|name| Deed::Opened { name })),
        };
        self.change(id, change, by, |known| known.closed = None).await
    }

    /// Closed by an owner: locked, so that nobody takes it back by signing in, and removed after
    /// `LEAVE_GRACE_S` unless it is unlocked. Gives that time, which stays what it was where the account was closed or
    /// leaving before.
    pub async fn close(&self, id: AccountId, by: &By) -> Result<UtcMicros, ChangeError> {
        let now = self.0.clock.utc();
        let until = self.leaves_at(id).await?.unwrap_or(now + limits::LEAVE_GRACE_S as i64 * 1_000_000);
        let change = Change {
            write: Box::new(move |c| {
                let sql = "UPDATE account SET locked_at = coalesce(locked_at, ?2), leaves_at = coalesce(leaves_at, ?3)
                           WHERE id = ?1 AND (locked_at IS NULL OR leaves_at IS NULL)";
                c.execute(sql, params![id, now, until])
            }),
            spares_owners: true,
            deed: Some(Box::new(move |name| Deed::Closed { name, until })),
        };
        self.change(id, change, by, |known| known.close(Closed::Locked)).await?;
        Ok(until)
    }

    /// Closed now, removed after `LEAVE_GRACE_S`. Err(OnlyOwner): the place needs it.
    pub async fn leave(&self, id: AccountId) -> Result<Leaves, ChangeError> {
        let at = self.0.clock.utc() + limits::LEAVE_GRACE_S as i64 * 1_000_000;
        let change = Change {
            write: Box::new(move |c| {
                let sql = "UPDATE account SET leaves_at = ?2 WHERE id = ?1 AND leaves_at IS NULL";
                c.execute(sql, params![id, at])
            }),
            spares_owners: true,
            // One's own decision is nobody's to read in the log.
            deed: None,
        };
        let learn = move |known: &mut super::Known| known.close(known.closed.unwrap_or(Closed::Leaving { at }));
        match self.changes(id, change, &By::Machine, learn).await? {
            true => Ok(Leaves { at, now: true }),
            false => Ok(Leaves { at: self.leaves_at(id).await?.unwrap_or(at), now: false }),
        }
    }

    async fn leaves_at(&self, id: AccountId) -> Result<Option<UtcMicros>, StoreError> {
        let sql = "SELECT leaves_at FROM account WHERE id = ?";
        Ok(self.0.store.read(move |c| c.query_row(sql, [id], |row| row.get(0)).optional()).await?.flatten())
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

    /// Changes an account's row and notes who did it, in one transaction; then what is known of it.
    pub(super) async fn change(
        &self,
        id: AccountId,
        change: Change,
        by: &By,
        learn: impl FnOnce(&mut super::Known) + Send + 'static,
    ) -> Result<(), ChangeError> {
        self.changes(id, change, by, learn).await.map(drop)
    }

    /// As [`Accounts::change`]. False: it was so already.
    async fn changes(
        &self,
        id: AccountId,
        change: Change,
        by: &By,
        learn: impl FnOnce(&mut super::Known) + Send + 'static,
    ) -> Result<bool, ChangeError> {
        let (accounts, by, at) = (self.clone(), by.clone(), self.0.clock.utc());
        let changed = to_the_end(async move {
            let changed = accounts.0.store.write(move |c| change.run(c, id, &by, at)).await?;
            if let Some(known) = accounts.names_mut().by_id.get_mut(&id).filter(|_| changed == Changed::Done) {
                learn(known);
            }
            Ok(changed)
        });
        match changed.await? {
            Changed::Done => Ok(true),
            Changed::Already => Ok(false),
            Changed::Unknown => Err(ChangeError::Unknown),
            Changed::OnlyOwner => Err(ChangeError::OnlyOwner),
        }
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
        accounts.lock(tom, &By::Machine).await.unwrap();
        assert!(accounts.is_only_owner(mira) && accounts.closed(tom) == Some(Closed::Locked));
        let Leaves { at, now: true } = accounts.leave(tom).await.unwrap() else { panic!("it is the first time") };
        accounts.0.store.close().await;

        let accounts = open().await;
        assert_eq!(accounts.closed(tom), Some(Closed::Locked));
        accounts.stay(tom).await.unwrap();
        assert_eq!(accounts.closed(tom), Some(Closed::Locked));
        accounts.unlock(tom, &By::Machine).await.unwrap();
        assert_eq!(accounts.closed(tom), None);
        assert_eq!(accounts.leave(tom).await.unwrap(), Leaves { at, now: true });
        clock.advance(Duration::from_secs(60));
        assert_eq!(accounts.leave(tom).await.unwrap(), Leaves { at, now: false }, "the time stays");
        assert_eq!(accounts.closed(tom), Some(Closed::Leaving { at }));
        assert!(accounts.overdue().await.unwrap().is_empty());
        clock.advance(Duration::from_secs(limits::LEAVE_GRACE_S - 60));
        assert_eq!(accounts.overdue().await.unwrap(), [tom]);
        accounts.stay(tom).await.unwrap();
        assert_eq!((accounts.closed(tom), accounts.overdue().await.unwrap()), (None, Vec::new()));
        assert!(matches!(accounts.lock(AccountId(99), &By::Machine).await, Err(ChangeError::Unknown)));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn owners_who_close_each_other_out_at_once_leave_one_who_gets_in() {
        let folder = tempfile::tempdir().expect("a folder");
        let (clock, options) = (Clock::system(), OpenOptions { reserve: 0, ..OpenOptions::default() });
        let store = Store::open(folder.path(), options, clock.clone()).expect("it opens");
        let accounts = Accounts::open(store.clone(), clock).await.expect("it reads");
        let mira = accounts.create("mira", "x", Role::Owner).await.unwrap();
        let tom = accounts.create("tom", "x", Role::Owner).await.unwrap();
        for round in 0..20 {
            let by = |name: &str| By::Person(name.into());
            let (of_mira, of_tom) = (by("mira"), by("tom"));
            let (first, second) = tokio::join!(accounts.set_role(tom, Role::Member, &of_mira), async {
                match round % 3 {
                    0 => accounts.set_role(mira, Role::Limited, &of_tom).await,
                    1 => accounts.lock(mira, &of_tom).await,
                    _ => accounts.close(mira, &of_tom).await.map(drop),
                }
            });
            assert!(first.is_ok() != second.is_ok(), "{round}: {first:?} {second:?}");
            assert!(accounts.owners().iter().any(|owner| accounts.closed(*owner).is_none()));
            for owner in [mira, tom] {
                accounts.unlock(owner, &By::Machine).await.unwrap();
                accounts.set_role(owner, Role::Owner, &By::Machine).await.unwrap();
            }
        }
        let lines = store.read(|c| audit::page(c, None, 1_000)).await.unwrap();
        assert!(lines.iter().filter(|line| line.by != By::Machine).count() == 20, "what was refused is not noted");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn owners_who_leave_at_once_leave_one_and_closing_voids_log_ins_that_have_begun() {
        let folder = tempfile::tempdir().expect("a folder");
        let (clock, options) = (Clock::system(), OpenOptions { reserve: 0, ..OpenOptions::default() });
        let store = Store::open(folder.path(), options, clock.clone()).expect("it opens");
        let accounts = Accounts::open(store, clock).await.expect("it reads");
        let mira = accounts.create("mira", "x", Role::Owner).await.unwrap();
        let tom = accounts.create("tom", "x", Role::Owner).await.unwrap();
        for round in 0..20 {
            let begun = [accounts.signed_out(mira), accounts.signed_out(tom)];
            let (first, second) = tokio::join!(accounts.leave(mira), async {
                match round % 2 {
                    0 => accounts.leave(tom).await.map(drop),
                    _ => accounts.lock(tom, &By::Machine).await,
                }
            });
            assert!(first.is_ok() != second.is_ok(), "{round}: {first:?} {second:?}");
            let now = [accounts.signed_out(mira), accounts.signed_out(tom)];
            assert_eq!((now[0] > begun[0], now[1] > begun[1]), (first.is_ok(), second.is_ok()));
            for owner in [mira, tom] {
                accounts.unlock(owner, &By::Machine).await.unwrap();
            }
        }
        let begun = accounts.signed_out(tom);
        accounts.set_password(tom, "another").await.unwrap();
        assert!(accounts.signed_out(tom) > begun);
    }

    #[tokio::test]
    async fn who_is_closed_again_keeps_the_time_and_the_log_has_it_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Clock::stepped(1_767_225_600_000_000);
        let options = OpenOptions { reserve: 0, ..OpenOptions::default() };
        let store = Store::open(folder.path(), options, clock.clone()).expect("it opens");
        let accounts = Accounts::open(store.clone(), clock.clone()).await.expect("it reads");
        let tom = accounts.create("tom", "x", Role::Member).await.unwrap();
        let zoe = accounts.create("zoe", "x", Role::Member).await.unwrap();
        let until = accounts.close(tom, &By::Machine).await.unwrap();
        let Leaves { at, .. } = accounts.leave(zoe).await.unwrap();
        clock.advance(Duration::from_secs(86_400));
        assert_eq!(accounts.close(tom, &By::Machine).await.unwrap(), until);
        assert_eq!(
            accounts.close(zoe, &By::Machine).await.unwrap(),
            at,
            "locked too, and gone when it would have been"
        );
        assert_eq!(accounts.closed(zoe), Some(Closed::Locked));
        let log = store.read(|c| audit::page(c, None, 100)).await.unwrap();
        let of = |name: &str| log.iter().filter(|line| format!("{line:?}").contains(name)).count();
        assert_eq!((of("\"tom\""), of("\"zoe\"")), (1, 1), "{log:?}");
    }

    #[tokio::test]
    async fn who_was_closed_by_an_owner_cannot_take_it_back_by_signing_in() {
        let folder = tempfile::tempdir().expect("a folder");
        let (clock, options) = (Clock::system(), OpenOptions { reserve: 0, ..OpenOptions::default() });
        let store = Store::open(folder.path(), options, clock.clone()).expect("it opens");
        let accounts = Accounts::open(store, clock).await.expect("it reads");
        let tom = accounts.create("tom", "x", Role::Member).await.unwrap();
        let until = accounts.close(tom, &By::Machine).await.unwrap();
        assert_eq!(accounts.closed(tom), Some(Closed::Locked));
        let listed = accounts.list().await.unwrap();
        assert!(listed[0].leaves_at == Some(until) && listed[0].locked_at.is_some());
        accounts.unlock(tom, &By::Machine).await.unwrap();
        let listed = accounts.list().await.unwrap();
        assert_eq!((listed[0].leaves_at, listed[0].locked_at, accounts.closed(tom)), (None, None, None));
    }
}
