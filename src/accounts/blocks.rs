//! Block lists (XEP-0191): whom an account does not want to hear from.
//!
//! State: table `block`; the lists in use in a bounded cache. Whoever changes one holds the
//! account's lane.

use std::collections::BTreeSet;
use std::sync::Arc;

use rusqlite::params;

use crate::limits;
use crate::store::AccountId;
use crate::store::Batch;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::cache::Cache;
use crate::store::relative::absolute;
use crate::store::relative::relative;
use crate::xmpp::jid::Jid;

/// One account's block list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockList(pub BTreeSet<Jid>);

impl BlockList {
    /// Whether the list covers an address (XEP-0191 §3.1): itself, its bare address, its domain
    /// with this resource, or its domain.
    pub fn covers(&self, jid: &Jid) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let domain = Jid::from_parts(None, jid.domain(), None);
        let domain_with_resource = jid.resource().map(|resource| Jid::from_parts(None, jid.domain(), Some(resource)));
        self.0.contains(jid)
            || self.0.contains(&jid.to_bare())
            || domain.is_ok_and(|domain| self.0.contains(&domain))
            || domain_with_resource.is_some_and(|full| full.is_ok_and(|full| self.0.contains(&full)))
    }
}

/// All block lists.
#[derive(Clone)]
pub struct Blocks(Arc<Inner>);

struct Inner {
    store: Store,
    domain: Jid,
    cache: Cache<AccountId, BlockList>,
}

impl Blocks {
    pub fn new(store: Store, domain: Jid) -> Blocks {
        Blocks(Arc::new(Inner { store, domain, cache: Cache::new(limits::BLOCK_CACHE_ENTRIES) }))
    }

    /// The account's list as it is now, changes that wait for the disk included.
    pub async fn get(&self, account: AccountId) -> Result<Arc<BlockList>, StoreError> {
        let generation = self.0.store.generation();
        if let Some(list) = self.0.cache.get(&account, generation) {
            return Ok(list);
        }
        let domain = self.0.domain.clone();
        let read = move |db: &rusqlite::Connection| {
            let mut select = db.prepare_cached("SELECT jid FROM block WHERE account = ?1")?;
            let rows = select.query_map([account], |row| row.get::<_, String>(0))?;
            rows.map(|row| Ok(absolute(domain.domain(), &row?))).collect::<rusqlite::Result<Vec<_>>>()
        };
        let jids = self.0.store.read(read).await?;
        let list = Arc::new(BlockList(jids.into_iter().flatten().collect()));
        self.0.cache.put(account, list.clone(), generation);
        Ok(list)
    }

    /// Replaces the account's list.
    pub fn put(&self, batch: &mut Batch, account: AccountId, list: BlockList) {
        let rows: Vec<String> = list.0.iter().map(|jid| relative(self.0.domain.domain(), jid)).collect();
        batch.push(move |db| {
            db.prepare_cached("DELETE FROM block WHERE account = ?1")?.execute([account])?;
            let mut insert = db.prepare_cached("INSERT INTO block (account, jid) VALUES (?1, ?2)")?;
            for row in rows {
                insert.execute(params![account, row])?;
            }
            Ok(())
        });
        let pin = self.0.cache.put_changed(account, Arc::new(list), self.0.store.generation());
        batch.hold(pin);
    }

    /// The account is gone.
    pub fn forget(&self, account: AccountId) {
        self.0.cache.remove(&account);
    }
}
