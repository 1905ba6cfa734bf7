//! XEP-0441 Message Archive Management Preferences, version 0.2.0: whose messages an account wants
//! kept. Complete.
//!
//! State: table `archive_preference`; in memory those who are not content with the default.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use rusqlite::Connection;
use rusqlite::params;

use super::Archive;
use crate::limits;
use crate::store::AccountId;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::relative::absolute;
use crate::store::relative::relative;
use crate::xmpp::jid::Jid;

/// For addresses on neither list (§2.1.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rule {
    #[default]
    Always,
    Never,
    Roster,
}

impl Rule {
    /// The value of the `default` attribute.
    pub fn as_str(self) -> &'static str {
        match self {
            Rule::Always => "always",
            Rule::Never => "never",
            Rule::Roster => "roster",
        }
    }

    pub fn parse(text: &str) -> Option<Rule> {
        Some(match text {
            "always" => Rule::Always,
            "never" => Rule::Never,
            "roster" => Rule::Roster,
            _ => return None,
        })
    }
}

/// One account's preferences. The default keeps everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    pub rule: Rule,
    /// At most `ARCHIVE_PREFERENCE_MAX_JIDS`, as the other list.
    pub always: Vec<Jid>,
    pub never: Vec<Jid>,
}

impl Preferences {
    /// Whether a message to or from `target` is history (§2.3). `in_roster` is asked for its bare
    /// address. The longer match wins, then «never».
    pub fn keeps(&self, target: &Jid, in_roster: impl FnOnce() -> bool) -> bool {
        let exactly = |list: &[Jid]| !target.is_bare() && list.contains(target);
        let barely = |list: &[Jid]| list.iter().any(|jid| jid.as_str() == target.bare_str());
        if exactly(&self.never) || exactly(&self.always) {
            return !exactly(&self.never);
        }
        if barely(&self.never) || barely(&self.always) {
            return !barely(&self.never);
        }
        match self.rule {
            Rule::Always => true,
            Rule::Never => false,
            Rule::Roster => in_roster(),
        }
    }
}

/// Everybody's.
pub(super) struct All {
    domain: Box<str>,
    default: Arc<Preferences>,
    set: Mutex<HashMap<AccountId, Arc<Preferences>>>,
}

impl All {
    pub async fn open(store: &Store, domain: &str) -> Result<All, StoreError> {
        let own: Box<str> = domain.into();
        let set = store.read(move |db| load(db, &own)).await?;
        Ok(All { domain: domain.into(), default: Arc::default(), set: Mutex::new(set) })
    }

    pub fn forget(&self, owner: AccountId) {
        self.set.lock().unwrap_or_else(PoisonError::into_inner).remove(&owner);
    }
}

impl Archive {
    /// The account's preferences, without waiting.
    pub fn preferences(&self, owner: AccountId) -> Arc<Preferences> {
        let all = &self.0.preferences;
        let set = all.set.lock().unwrap_or_else(PoisonError::into_inner);
        set.get(&owner).unwrap_or(&all.default).clone()
    }

    /// Stores preferences. They hold once they are durable. Lists over their bound are cut.
    pub async fn set_preferences(&self, owner: AccountId, mut preferences: Preferences) -> Result<(), StoreError> {
        for list in [&mut preferences.always, &mut preferences.never] {
            list.sort();
            list.dedup();
            list.truncate(limits::ARCHIVE_PREFERENCE_MAX_JIDS);
        }
        let domain = &self.0.preferences.domain;
        let stored = |list: &[Jid]| {
            let list: Vec<String> = list.iter().map(|jid| relative(domain, jid)).collect();
            serde_json::to_string(&list).expect("a list of texts is JSON")
        };
        let (rule, always, never) = (preferences.rule, stored(&preferences.always), stored(&preferences.never));
        let sql = "INSERT OR REPLACE INTO archive_preference VALUES (?1, ?2, ?3, ?4)";
        self.0.store.write(move |db| db.execute(sql, params![owner, rule.as_str(), always, never])).await?;
        let mut set = self.0.preferences.set.lock().unwrap_or_else(PoisonError::into_inner);
        set.insert(owner, Arc::new(preferences));
        Ok(())
    }
}

fn load(db: &Connection, domain: &str) -> rusqlite::Result<HashMap<AccountId, Arc<Preferences>>> {
    let mut select = db.prepare("SELECT account, default_rule, always, never FROM archive_preference")?;
    let rows = select.query_map([], |row| {
        let list = |at: usize| -> rusqlite::Result<Vec<Jid>> {
            let list: Vec<String> = serde_json::from_str(row.get_ref(at)?.as_str()?).unwrap_or_default();
            Ok(list.iter().filter_map(|jid| absolute(domain, jid)).collect())
        };
        let rule = Rule::parse(row.get_ref(1)?.as_str()?).unwrap_or_default();
        Ok((row.get(0)?, Arc::new(Preferences { rule, always: list(2)?, never: list(3)? })))
    })?;
    rows.collect()
}
