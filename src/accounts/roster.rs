//! Rosters and subscriptions (RFC 6121 §2, §3): one account's contacts with their states.
//!
//! State: tables `contact`, `roster_version` and `subscription_request`; the rosters in use in a
//! bounded cache. Whoever changes one holds the account's lane.

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::params;

use crate::clock::UtcMicros;
use crate::limits;
use crate::store::AccountId;
use crate::store::Batch;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::cache::Cache;
use crate::store::relative::absolute;
use crate::store::relative::relative;
use crate::xmpp::jid::Jid;
use crate::xmpp::subscription::State;

/// A contact, listed or only known by its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Bare.
    pub jid: Jid,
    pub name: Option<String>,
    pub groups: Vec<String>,
    pub state: State,
    /// Whether the roster shows it. A contact that only asked is not listed (§3.1.3).
    pub listed: bool,
    /// The roster's version when it last changed.
    pub version: u64,
}

impl Contact {
    /// A contact nobody knows yet.
    pub fn new(jid: Jid) -> Contact {
        Contact { jid, name: None, groups: Vec::new(), state: State::default(), listed: false, version: 0 }
    }
}

/// One account's roster at a version.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    pub contacts: BTreeMap<Jid, Contact>,
    /// Removed contacts with the version of their removal.
    pub removed: BTreeMap<Jid, u64>,
    pub version: u64,
    /// Changes since this version are all known.
    pub floor: u64,
}

impl Roster {
    /// The state towards a contact; the default for a stranger.
    pub fn state(&self, bare: &Jid) -> State {
        self.contacts.get(bare).map(|contact| contact.state).unwrap_or_default()
    }

    /// The contacts that the roster shows.
    pub fn listed(&self) -> impl Iterator<Item = &Contact> {
        self.contacts.values().filter(|contact| contact.listed)
    }

    /// Who gets the account's presence.
    pub fn watchers(&self) -> impl Iterator<Item = &Jid> {
        self.contacts.values().filter(|contact| contact.state.seen_by_contact()).map(|contact| &contact.jid)
    }

    /// Whose presence the account gets.
    pub fn watched(&self) -> impl Iterator<Item = &Jid> {
        self.contacts.values().filter(|contact| contact.state.sees_contact()).map(|contact| &contact.jid)
    }
}

/// All rosters.
#[derive(Clone)]
pub struct Rosters(Arc<Inner>);

struct Inner {
    store: Store,
    domain: Jid,
    cache: Cache<AccountId, Roster>,
}

impl Rosters {
    /// After an unclean end one write: versions told by pushes that were not kept never come again,
    /// and who knows one gets the whole roster.
    pub async fn open(store: Store, domain: Jid) -> Result<Rosters, StoreError> {
        if store.was_unclean() {
            store.write(renumber).await?;
        }
        Ok(Rosters(Arc::new(Inner { store, domain, cache: Cache::new(limits::ROSTER_CACHE_ENTRIES) })))
    }

    /// The account's roster as it is now, changes that wait for the disk included.
    pub async fn get(&self, account: AccountId) -> Result<Arc<Roster>, StoreError> {
        let generation = self.0.store.generation();
        if let Some(roster) = self.0.cache.get(&account, generation) {
            return Ok(roster);
        }
        let domain = self.0.domain.clone();
        let mut roster = self.0.store.read(move |db| load(db, &domain, account)).await?;
        if generation > 0 {
            // Commits failed: versions that were pushed and not kept must not come again.
            roster.version += generation * limits::ROSTER_VERSION_STEP;
            roster.floor = roster.version;
        }
        let roster = Arc::new(roster);
        self.0.cache.put(account, roster.clone(), generation);
        Ok(roster)
    }

    /// Stores a contact's new form; a contact back at its default that is not listed is
    /// forgotten. Gives the roster with it. `shown`: the item looks different now, so that the
    /// version rises.
    pub fn put(
        &self,
        batch: &mut Batch,
        account: AccountId,
        roster: &Roster,
        mut contact: Contact,
        shown: bool,
    ) -> Arc<Roster> {
        let mut next = roster.clone();
        if shown {
            next.version += 1;
        }
        contact.version = next.version;
        let jid = contact.jid.clone();
        let forget = !contact.listed && contact.state == State::default();
        if forget {
            next.contacts.remove(&jid);
            if shown {
                next.removed.insert(jid.clone(), next.version);
            }
        } else {
            next.removed.remove(&jid);
            next.contacts.insert(jid.clone(), contact.clone());
        }
        let trimmed = trim(&mut next);
        let row = relative(self.0.domain.domain(), &jid);
        let (version, floor) = (next.version, next.floor);
        batch.push(move |db| {
            if forget && shown {
                bury(db, account, &row, version)?;
            } else if forget {
                db.prepare_cached("DELETE FROM contact WHERE account = ?1 AND jid = ?2")?
                    .execute(params![account, row])?;
            } else {
                write(db, account, &row, &contact)?;
            }
            if shown {
                write_version(db, account, version, floor, trimmed)?;
            }
            Ok(())
        });
        self.changed(batch, account, next)
    }

    /// Keeps a subscription request whole until it is answered (§3.1.3).
    pub fn put_request(&self, batch: &mut Batch, account: AccountId, from: &Jid, presence: &str, at: UtcMicros) {
        let row = relative(self.0.domain.domain(), from);
        let presence = presence.to_owned();
        batch.push(move |db| {
            let sql = "INSERT INTO subscription_request (account, jid, content, at) VALUES (?1, ?2, ?3, ?4)
                       ON CONFLICT (account, jid) DO UPDATE SET content = ?3, at = ?4";
            db.prepare_cached(sql)?.execute(params![account, row, presence, at])?;
            Ok(())
        });
    }

    /// The request was answered or taken back.
    pub fn drop_request(&self, batch: &mut Batch, account: AccountId, from: &Jid) {
        let row = relative(self.0.domain.domain(), from);
        batch.push(move |db| {
            let sql = "DELETE FROM subscription_request WHERE account = ?1 AND jid = ?2";
            db.prepare_cached(sql)?.execute(params![account, row])?;
            Ok(())
        });
    }

    /// The requests that wait for an answer, oldest first: who asked, and the presence's children.
    pub async fn requests(&self, account: AccountId) -> Result<Vec<(Jid, String)>, StoreError> {
        let domain = self.0.domain.clone();
        let sql = "SELECT jid, content FROM subscription_request WHERE account = ?1 ORDER BY at, jid LIMIT ?2";
        self.0
            .store
            .read(move |db| {
                let mut select = db.prepare_cached(sql)?;
                let rows = select.query_map(params![account, limits::SUBSCRIPTION_REQUESTS_MAX], |row| {
                    Ok((row.get::<_, String>(0)?, row.get(1)?))
                })?;
                let known = rows.map(|row| row.map(|(jid, content)| (absolute(domain.domain(), &jid), content)));
                known.filter_map(|row| row.map(|(jid, content)| Some((jid?, content))).transpose()).collect()
            })
            .await
    }

    /// The account is gone.
    pub fn forget(&self, account: AccountId) {
        self.0.cache.remove(&account);
    }

    fn changed(&self, batch: &mut Batch, account: AccountId, roster: Roster) -> Arc<Roster> {
        let roster = Arc::new(roster);
        let pin = self.0.cache.put_changed(account, roster.clone(), self.0.store.generation());
        batch.hold(pin);
        roster
    }
}

fn renumber(db: &Connection) -> rusqlite::Result<()> {
    raise_versions(db, limits::ROSTER_VERSION_LEAP)
}

fn raise_versions(db: &Connection, by: u64) -> rusqlite::Result<()> {
    let sql = "INSERT INTO roster_version (account, version, floor) SELECT id, ?1, ?1 FROM account WHERE true
               ON CONFLICT (account) DO UPDATE SET version = version + ?1, floor = version + ?1";
    db.execute(sql, [by as i64]).map(drop)
}

/// Forgets removals beyond the bound. Some: the removals up to this version are to be deleted.
fn trim(roster: &mut Roster) -> Option<u64> {
    if roster.removed.len() <= limits::ROSTER_REMOVALS_KEPT {
        return None;
    }
    roster.floor = roster.version;
    roster.removed.clear();
    Some(roster.version)
}

fn load(db: &Connection, domain: &Jid, account: AccountId) -> rusqlite::Result<Roster> {
    let mut roster = Roster::default();
    let sql = "SELECT version, floor FROM roster_version WHERE account = ?1";
    let mut select = db.prepare_cached(sql)?;
    let mut rows = select.query([account])?;
    if let Some(row) = rows.next()? {
        (roster.version, roster.floor) = (row.get::<_, i64>(0)? as u64, row.get::<_, i64>(1)? as u64);
    }
    let sql = "SELECT jid, name, subscription, ask, pending_in, approved, groups, listed, version
               FROM contact WHERE account = ?1";
    let mut select = db.prepare_cached(sql)?;
    let mut rows = select.query([account])?;
    while let Some(row) = rows.next()? {
        let Some(jid) = absolute(domain.domain(), row.get_ref(0)?.as_str()?) else { continue };
        let version = row.get::<_, i64>(8)? as u64;
        let subscription = row.get_ref(2)?.as_str()?.to_owned();
        let Some(state) = State::of(&subscription, row.get(3)?, row.get(4)?, row.get(5)?) else {
            roster.removed.insert(jid, version);
            continue;
        };
        let groups = serde_json::from_str(row.get_ref(6)?.as_str()?).unwrap_or_default();
        let contact = Contact { jid: jid.clone(), name: row.get(1)?, groups, state, listed: row.get(7)?, version };
        roster.contacts.insert(jid, contact);
    }
    Ok(roster)
}

fn write(db: &Connection, account: AccountId, row: &str, contact: &Contact) -> rusqlite::Result<()> {
    let sql =
        "INSERT INTO contact (account, jid, name, subscription, ask, pending_in, approved, groups, listed, version)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
               ON CONFLICT (account, jid) DO UPDATE SET name = ?3, subscription = ?4, ask = ?5, pending_in = ?6,
               approved = ?7, groups = ?8, listed = ?9, version = ?10";
    let groups = serde_json::to_string(&contact.groups).expect("strings become JSON");
    let state = contact.state;
    db.prepare_cached(sql)?.execute(params![
        account,
        row,
        contact.name,
        state.subscription(),
        state.ask(),
        state.pending_in(),
        state.approved,
        groups,
        contact.listed,
        contact.version as i64
    ])?;
    Ok(())
}

/// A removed contact stays as a removal, so that clients that come back learn of it (§2.6).
fn bury(db: &Connection, account: AccountId, row: &str, version: u64) -> rusqlite::Result<()> {
    let sql = "INSERT INTO contact (account, jid, subscription, version) VALUES (?1, ?2, 'remove', ?3)
               ON CONFLICT (account, jid) DO UPDATE SET name = NULL, subscription = 'remove', ask = 0, pending_in = 0,
               approved = 0, groups = '[]', listed = 0, version = ?3";
    db.prepare_cached(sql)?.execute(params![account, row, version as i64])?;
    Ok(())
}

/// After a restore: no version that a client knows counts any more, so that each asks for all of it.
pub fn leap_versions(db: &Connection) -> rusqlite::Result<()> {
    raise_versions(db, limits::ROSTER_VERSION_RESTORED)
}

fn write_version(
    db: &Connection,
    account: AccountId,
    version: u64,
    floor: u64,
    trimmed: Option<u64>,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO roster_version (account, version, floor) VALUES (?1, ?2, ?3)
               ON CONFLICT (account) DO UPDATE SET version = ?2, floor = ?3";
    db.prepare_cached(sql)?.execute(params![account, version as i64, floor as i64])?;
    if let Some(upto) = trimmed {
        let sql = "DELETE FROM contact WHERE account = ?1 AND subscription = 'remove' AND version <= ?2";
        db.prepare_cached(sql)?.execute(params![account, upto as i64])?;
    }
    Ok(())
}
