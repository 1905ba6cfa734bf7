//! Browsers that are signed in: who each is, since when, and their end.
//!
//! State: the table `web_session`. The cookie itself is known to the browser only; here is its SHA-256. A new password,
//! a lock and leaving end all browsers of an account, in the transaction that changes it.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use rusqlite::Row;
use rusqlite::params;
use zeroize::Zeroizing;

use super::AccountId;
use super::Accounts;
use super::Proof;
use crate::clock;
use crate::clock::UtcMicros;
use crate::limits;
use crate::store::Batch;
use crate::store::StoreError;

/// One signed-in browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Browser {
    pub id: i64,
    pub account: AccountId,
    pub created_at: UtcMicros,
    /// At most [`limits::WEB_SESSION_TOUCH_S`] too early.
    pub seen_at: UtcMicros,
    /// When its password was last right.
    pub proved_at: UtcMicros,
    /// As the browser says of itself: anything, also a script.
    pub agent: String,
    pub from: String,
}

/// Where a browser stands at this request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// Its User-Agent; what is too long is cut off.
    pub agent: String,
    /// Its IP address.
    pub from: String,
}

const COLUMNS: &str = "id, account, created_at, seen_at, proved_at, agent, \"from\"";
const MAX_US: i64 = limits::WEB_SESSION_MAX_S as i64 * 1_000_000;
const TOUCH_US: i64 = limits::WEB_SESSION_TOUCH_S as i64 * 1_000_000;

impl Accounts {
    /// Signs a browser in, durable on return. Gives its number and its cookie: 256 bits in URL-safe base64. `proof`: of
    /// the password that was typed, `None` where it was just chosen. `None`: the password is another by now, or the
    /// account is locked or gone. The account's browsers beyond [`limits::WEB_SESSIONS_PER_ACCOUNT_MAX`], seen longest
    /// ago, are signed out.
    pub async fn begin_browser(
        &self,
        account: AccountId,
        proof: Option<&Proof>,
        trace: Trace,
    ) -> Result<Option<(i64, Zeroizing<String>)>, StoreError> {
        let cookie = Zeroizing::new(URL_SAFE_NO_PAD.encode(Zeroizing::new(clock::random::<32>())));
        let (hash, now) = (hash(&cookie), self.0.clock.utc());
        let (agent, salt) = (shortened(&trace.agent), proof.map(|proof| proof.salt.clone()));
        let job = move |c: &Connection| {
            c.execute("DELETE FROM web_session WHERE seen_at < ?", [now - MAX_US])?;
            // In the transaction of its own: a password that changes, or a lock, is before this or ends it.
            let insert = "INSERT INTO web_session (token_hash, account, created_at, seen_at, proved_at, agent, \"from\")
                          SELECT ?1, id, ?3, ?3, ?3, ?4, ?5 FROM account WHERE id = ?2 AND locked_at IS NULL AND (?6 IS NULL
                          OR EXISTS (SELECT 1 FROM verifier WHERE account = ?2 AND salt = ?6))";
            if c.execute(insert, params![hash, account, now, agent, trace.from, salt])? == 0 {
                return Ok(None);
            }
            let id = c.last_insert_rowid();
            let surplus = "DELETE FROM web_session WHERE account = ?1 AND id NOT IN (SELECT id FROM web_session
                           WHERE account = ?1 ORDER BY id = ?2 DESC, seen_at DESC, id DESC LIMIT ?3)";
            c.execute(surplus, params![account, id, limits::WEB_SESSIONS_PER_ACCOUNT_MAX])?;
            Ok(Some(id))
        };
        Ok(self.0.store.write(job).await?.map(|id| (id, cookie)))
    }

    /// Whose cookie that is. `None`: nobody's, or it was not used for [`limits::WEB_SESSION_MAX_S`]. Notes that the
    /// browser was here; that costs no commit of its own, and a power cut may lose it.
    pub async fn browser(&self, cookie: &str, trace: Trace) -> Result<Option<Browser>, StoreError> {
        let (hash, now) = (hash(cookie), self.0.clock.utc());
        let found = self.0.store.read(move |c| {
            let mut select = c.prepare_cached(&format!("SELECT {COLUMNS} FROM web_session WHERE token_hash = ?"))?;
            select.query_row([hash], read).optional()
        });
        let Some(browser) = found.await?.filter(|browser| browser.seen_at >= now - MAX_US) else { return Ok(None) };
        if browser.seen_at < now - TOUCH_US || browser.from != trace.from {
            self.touch(browser.id, trace);
        }
        Ok(Some(browser))
    }

    fn touch(&self, id: i64, trace: Trace) {
        let (now, agent) = (self.0.clock.utc(), shortened(&trace.agent));
        let mut batch = Batch::new();
        batch.push_again(move |c| {
            let sql = "UPDATE web_session SET seen_at = max(seen_at, ?2), agent = ?3, \"from\" = ?4 WHERE id = ?1";
            c.prepare_cached(sql)?.execute(params![id, now, agent, trace.from]).map(drop)
        });
        self.0.store.submit_later(batch);
    }

    /// Its password was right once more.
    pub async fn prove_browser(&self, id: i64) -> Result<(), StoreError> {
        let now = self.0.clock.utc();
        let job = move |c: &Connection| c.execute("UPDATE web_session SET proved_at = ?2 WHERE id = ?1", [id, now]);
        self.0.store.write(job).await.map(drop)
    }

    /// An account's browsers, last seen first.
    pub async fn browsers(&self, account: AccountId) -> Result<Vec<Browser>, StoreError> {
        let oldest = self.0.clock.utc() - MAX_US;
        self.0
            .store
            .read(move |c| {
                let sql = format!(
                    "SELECT {COLUMNS} FROM web_session WHERE account = ? AND seen_at >= ? ORDER BY seen_at DESC, id DESC"
                );
                c.prepare_cached(&sql)?.query_map(params![account, oldest], read)?.collect()
            })
            .await
    }

    /// Signs one of an account's browsers out. False: it has no such browser.
    pub async fn end_browser(&self, account: AccountId, id: i64) -> Result<bool, StoreError> {
        let sql = "DELETE FROM web_session WHERE account = ? AND id = ?";
        Ok(self.0.store.write(move |c| c.execute(sql, params![account, id])).await? > 0)
    }

    /// Signs all of an account's browsers out, but this one. Gives how many there were.
    pub async fn end_other_browsers(&self, account: AccountId, kept: i64) -> Result<usize, StoreError> {
        let sql = "DELETE FROM web_session WHERE account = ? AND id != ?";
        self.0.store.write(move |c| c.execute(sql, params![account, kept])).await
    }
}

/// All of an account's, as part of what changes the account.
pub(super) fn forget(c: &Connection, account: AccountId) -> rusqlite::Result<()> {
    c.execute("DELETE FROM web_session WHERE account = ?", [account]).map(drop)
}

/// The same, if the account is closed now.
pub(super) fn forget_closed(c: &Connection, account: AccountId) -> rusqlite::Result<()> {
    let sql = "DELETE FROM web_session WHERE account = (SELECT id FROM account
               WHERE id = ? AND (locked_at IS NOT NULL OR leaves_at IS NOT NULL))";
    c.execute(sql, [account]).map(drop)
}

/// Everybody's: who restores an older day is not signed in by what was signed out since.
pub fn forget_all(c: &Connection) -> rusqlite::Result<()> {
    c.execute("DELETE FROM web_session", []).map(drop)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Browser> {
    Ok(Browser {
        id: row.get(0)?,
        account: row.get(1)?,
        created_at: row.get(2)?,
        seen_at: row.get(3)?,
        proved_at: row.get(4)?,
        agent: row.get(5)?,
        from: row.get(6)?,
    })
}

fn hash(cookie: &str) -> [u8; 32] {
    let hash = digest::digest(&digest::SHA256, cookie.as_bytes());
    hash.as_ref().try_into().expect("SHA-256 has 32 bytes")
}

fn shortened(agent: &str) -> String {
    agent.chars().filter(|sign| !sign.is_control()).take(limits::WEB_AGENT_MAX_SIGNS).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::accounts::Role;
    use crate::audit::By;
    use crate::clock::Clock;
    use crate::store::OpenOptions;
    use crate::store::Store;

    async fn accounts(folder: &tempfile::TempDir) -> (Accounts, Clock, AccountId) {
        let clock = Clock::stepped(1_767_225_600_000_000);
        let options = OpenOptions { reserve: 0, ..OpenOptions::default() };
        let store = Store::open(folder.path(), options, clock.clone()).expect("it opens");
        let accounts = Accounts::open(store, clock.clone()).await.expect("it reads");
        let tom = accounts.create("tom", "x", Role::Member).await.unwrap();
        (accounts, clock, tom)
    }

    fn trace() -> Trace {
        Trace { agent: "Firefox".to_owned(), from: "192.0.2.7".to_owned() }
    }

    #[tokio::test]
    async fn a_cookie_is_one_browser_until_it_is_not_used_for_thirty_days() {
        let folder = tempfile::tempdir().unwrap();
        let (accounts, clock, tom) = accounts(&folder).await;
        let agent = format!("{}\u{7}\n", "ä".repeat(1_000));
        let (id, cookie) = accounts.begin_browser(tom, None, Trace { agent, ..trace() }).await.unwrap().unwrap();
        assert_eq!(cookie.len(), 43);
        let browser = accounts.browser(&cookie, trace()).await.unwrap().unwrap();
        assert_eq!((browser.id, browser.account, browser.from.as_str()), (id, tom, "192.0.2.7"));
        assert_eq!(browser.agent, "ä".repeat(limits::WEB_AGENT_MAX_SIGNS));
        assert_eq!(accounts.browser("", trace()).await.unwrap(), None);
        assert_eq!(accounts.browser(&cookie[1..], trace()).await.unwrap(), None);
        for _ in 0..3 {
            clock.advance(Duration::from_secs(limits::WEB_SESSION_MAX_S - 1));
            assert!(accounts.browser(&cookie, trace()).await.unwrap().is_some(), "used again and again");
            accounts.0.store.flush().await.unwrap();
        }
        assert_eq!(accounts.browsers(tom).await.unwrap()[0].agent, "Firefox", "it was brought up to date");
        clock.advance(Duration::from_secs(limits::WEB_SESSION_MAX_S + 1));
        assert_eq!(accounts.browser(&cookie, trace()).await.unwrap(), None);
        assert!(accounts.browsers(tom).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_new_password_a_lock_leaving_and_removal_end_all_browsers() {
        let folder = tempfile::tempdir().unwrap();
        let (accounts, _, tom) = accounts(&folder).await;
        let mira = accounts.create("mira", "x", Role::Owner).await.unwrap();
        let (_, hers) = accounts.begin_browser(mira, None, trace()).await.unwrap().unwrap();
        for change in 0..4 {
            let (id, cookie) = accounts.begin_browser(tom, None, trace()).await.unwrap().unwrap();
            accounts.prove_browser(id).await.unwrap();
            match change {
                0 => accounts.set_password(tom, "another").await.unwrap(),
                1 => accounts.lock(tom, &By::Machine).await.unwrap(),
                2 => accounts.leave(tom).await.map(drop).unwrap(),
                _ => drop(accounts.remove(tom, &By::Machine).await.unwrap()),
            }
            assert_eq!(accounts.browser(&cookie, trace()).await.unwrap(), None, "{change}");
            if change < 3 {
                accounts.unlock(tom, &By::Machine).await.unwrap();
            }
        }
        assert!(accounts.browser(&hers, trace()).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn a_password_that_was_right_before_it_changed_signs_nobody_in() {
        let folder = tempfile::tempdir().unwrap();
        let (accounts, _, tom) = accounts(&folder).await;
        assert_eq!(accounts.prove_password("tom", "y").await.unwrap(), None);
        let proof = accounts.prove_password("tom", "x").await.unwrap().unwrap();
        assert!(accounts.begin_browser(tom, Some(&proof), trace()).await.unwrap().is_some());
        accounts.set_password(tom, "another").await.unwrap();
        assert!(accounts.begin_browser(tom, Some(&proof), trace()).await.unwrap().is_none());
        let proof = accounts.prove_password("tom", "another").await.unwrap().unwrap();
        accounts.lock(tom, &By::Machine).await.unwrap();
        assert!(accounts.begin_browser(tom, Some(&proof), trace()).await.unwrap().is_none(), "locked meanwhile");
        assert!(accounts.begin_browser(tom, None, trace()).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn browsers_are_signed_out_one_by_one_all_others_and_the_oldest_of_too_many() {
        let folder = tempfile::tempdir().unwrap();
        let (accounts, clock, tom) = accounts(&folder).await;
        let mira = accounts.create("mira", "x", Role::Owner).await.unwrap();
        let (first, _) = accounts.begin_browser(tom, None, trace()).await.unwrap().unwrap();
        assert!(!accounts.end_browser(mira, first).await.unwrap(), "it is not hers");
        assert!(accounts.end_browser(tom, first).await.unwrap());
        let mut last = 0;
        for _ in 0..limits::WEB_SESSIONS_PER_ACCOUNT_MAX + 3 {
            clock.advance(Duration::from_secs(1));
            last = accounts.begin_browser(tom, None, trace()).await.unwrap().unwrap().0;
        }
        let all = accounts.browsers(tom).await.unwrap();
        assert_eq!((all.len(), all[0].id), (limits::WEB_SESSIONS_PER_ACCOUNT_MAX as usize, last));
        assert_eq!(accounts.end_other_browsers(tom, last).await.unwrap(), all.len() - 1);
        assert_eq!(accounts.browsers(tom).await.unwrap().len(), 1);
    }
}
