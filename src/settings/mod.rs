//! What the owner chose: one table of settings, each with its type, default and reason.
//!
//! State: the table `setting`, all of it in memory too. Machine-level options are `config`'s.

mod kind;
mod proof;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;

use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use tokio::sync::watch;

use crate::audit;
use crate::audit::By;
use crate::audit::Deed;
use crate::store::Store;
use crate::store::StoreError;
use crate::texts::Lang;

pub use kind::Kind;
pub use kind::can_be_seen;
pub use kind::server;
pub use proof::*;

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    pub key: &'static str,
    pub kind: Kind,
    pub default: Option<&'static str>,
    /// Why it exists and why the default is what it is, one sentence.
    pub reason: &'static str,
    /// Why `imera settings set` refuses it; `None`: it does not.
    pub fixed: Option<&'static str>,
}

pub const DOMAIN: Setting = Setting {
    key: "domain",
    kind: Kind::Domain,
    default: None,
    reason: "What every address ends in",
    fixed: Some("addresses hold it, so it is chosen once, by imera setup"),
};
pub const HOST: Setting = Setting {
    key: "host",
    kind: Kind::Domain,
    default: None,
    reason: "The machine's own name, where the domain itself points elsewhere",
    fixed: None,
};
pub const HOME: Setting = Setting {
    key: "home",
    kind: Kind::Switch,
    default: Some("off"),
    reason: "In the home network only: nobody outside is expected",
    fixed: None,
};
pub const PLACE_NAME: Setting = Setting {
    key: "place_name",
    kind: Kind::Name { max_signs: 60 },
    default: None,
    reason: "What people call this server",
    fixed: None,
};
pub const LANGUAGE: Setting = Setting {
    key: "language",
    kind: Kind::Language,
    default: Some("en"),
    reason: "In which language owners and inviters are written to; pages follow each reader's browser",
    fixed: None,
};
pub const ALLOW_PLAIN: Setting = Setting {
    key: "allow_plain",
    kind: Kind::Switch,
    default: Some("off"),
    reason: "Lets old clients send the password itself, inside TLS; SCRAM never sends it",
    fixed: None,
};
pub const REGISTRATION: Setting = Setting {
    key: "registration",
    kind: Kind::Switch,
    default: Some("off"),
    reason: "Whether strangers may make accounts with their client",
    fixed: Some("it brings spammers; make accounts by imera account add"),
};
pub const MEMBERS_INVITE: Setting = Setting {
    key: "members_invite",
    kind: Kind::Switch,
    default: Some("off"),
    reason: "Whether members may invite people who get an account here; owners always may",
    fixed: None,
};
pub const INVITE_QUOTA: Setting = Setting {
    key: "invite_quota",
    kind: Kind::Number { min: 1, max: 500 },
    default: Some("10"),
    reason: "How many people a member may have open invitations for at once",
    fixed: None,
};
pub const ASK_FIRST: Setting = Setting {
    key: "ask_first",
    kind: Kind::Switch,
    default: Some("off"),
    reason: "Whether an owner says yes to each new account that comes by an invitation",
    fixed: None,
};
pub const BACKUP_AT: Setting = Setting {
    key: "backup_at",
    kind: Kind::TimeOfDay,
    default: Some("3:30"),
    reason: "When the nightly backup is made, local time",
    fixed: None,
};
pub const BACKUP_KEEP: Setting = Setting {
    key: "backup_keep",
    kind: Kind::Keep,
    default: Some("7,4,6"),
    reason: "How many daily, weekly and monthly backups are kept",
    fixed: None,
};
pub const BACKUP_RECIPIENT: Setting = Setting {
    key: "backup_recipient",
    kind: Kind::Text { max_signs: 200 },
    default: None,
    reason: "The public key that backups are locked with",
    fixed: Some("it is made from a passphrase, by imera backup lock"),
};
pub const BACKUP_FOLDER: Setting = Setting {
    key: "backup_folder",
    kind: Kind::Text { max_signs: 1_000 },
    default: None,
    reason: "A second place: a folder that each backup is copied to, such as a USB stick's",
    fixed: None,
};
pub const BACKUP_COMMAND: Setting = Setting {
    key: "backup_command",
    kind: Kind::Text { max_signs: 1_000 },
    default: None,
    reason: "A second place: a command that is run with each finished backup's name behind it, no shell",
    fixed: None,
};
pub const ACME: Setting = Setting {
    key: "acme",
    kind: Kind::Switch,
    default: None,
    reason: "Whether an authority is asked for certificates; on: you agree to its terms, https://letsencrypt.org/repository/",
    fixed: None,
};
pub const ACME_EAB_KID: Setting = Setting {
    key: "acme_eab_kid",
    kind: Kind::Text { max_signs: 200 },
    default: None,
    reason: "The key id of an account made at the certificate authority's site, where it wants one",
    fixed: None,
};
pub const ACME_EAB_KEY: Setting = Setting {
    key: "acme_eab_key",
    kind: Kind::Text { max_signs: 1_000 },
    default: None,
    reason: "The key that belongs to acme_eab_kid, base64url as the authority shows it",
    fixed: None,
};
/// Not for people: when set-up was finished, microseconds.
const SET_UP_AT: &str = "set_up_at";

/// All of them, in the order in which they are listed.
pub const SETTINGS: &[&Setting] = &[
    &DOMAIN,
    &HOST,
    &HOME,
    &PLACE_NAME,
    &LANGUAGE,
    &ALLOW_PLAIN,
    &REGISTRATION,
    &MEMBERS_INVITE,
    &INVITE_QUOTA,
    &ASK_FIRST,
    &BACKUP_AT,
    &BACKUP_KEEP,
    &BACKUP_FOLDER,
    &BACKUP_COMMAND,
    &BACKUP_RECIPIENT,
    &ACME,
    &ACME_EAB_KID,
    &ACME_EAB_KEY,
    &ACME_DNS_SERVER,
    &ACME_DNS_ZONE,
    &ACME_DNS_KEY,
    &ACME_DNS_ALGORITHM,
    &ACME_DNS_SECRET,
];

/// Those that are never shown again, nor noted.
const SECRET: [&Setting; 2] = [&ACME_EAB_KEY, &ACME_DNS_SECRET];

impl Setting {
    /// Whether its value is told to nobody.
    pub fn is_secret(&self) -> bool {
        SECRET.iter().any(|secret| secret.key == self.key)
    }
}

/// The setting of that name.
pub fn find(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().copied().find(|setting| setting.key == key)
}

/// The test profile: rights that hold for this process only, and are never stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    pub test: bool,
    /// Log-in without TLS.
    pub plain_tcp: bool,
}

/// The settings of one server. Cheap to clone.
#[derive(Clone)]
pub struct Settings(Arc<Inner>);

struct Inner {
    store: Store,
    profile: Profile,
    values: RwLock<BTreeMap<String, String>>,
    changed: watch::Sender<()>,
}

/// Why a setting was not changed. Shown as one line, the next step behind the colon.
#[derive(Debug, thiserror::Error)]
pub enum SettingError {
    #[error("there is no setting \"{0}\": imera settings list names them")]
    Unknown(String),
    #[error("{key} cannot be set: {why}")]
    Fixed { key: &'static str, why: &'static str },
    #[error("{key} cannot be \"{value}\": it has to be {wants}")]
    Value { key: &'static str, value: String, wants: String },
    #[error("the setting could not be kept ({0}): look at imera status")]
    Store(#[from] StoreError),
}

impl Settings {
    pub async fn open(store: &Store, profile: Profile) -> Result<Settings, StoreError> {
        let values = store
            .read(|c| {
                let mut all = c.prepare("SELECT key, value FROM setting")?;
                all.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
            })
            .await?;
        Ok(Settings(Arc::new(Inner {
            store: store.clone(),
            profile,
            values: RwLock::new(values),
            changed: watch::channel(()).0,
        })))
    }

    /// Hears of each change.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.0.changed.subscribe()
    }

    pub fn profile(&self) -> Profile {
        self.0.profile
    }

    /// Whether SASL PLAIN is offered under TLS.
    pub fn allows_plain(&self) -> bool {
        self.0.profile.test || self.is_on(&ALLOW_PLAIN)
    }

    /// Whether strangers may make accounts (XEP-0077).
    pub fn allows_registration(&self) -> bool {
        self.0.profile.test || self.is_on(&REGISTRATION)
    }

    /// As stored, else its default.
    pub fn text(&self, setting: &Setting) -> Option<String> {
        self.stored(setting.key).or_else(|| setting.default.map(str::to_owned))
    }

    pub fn is_on(&self, setting: &Setting) -> bool {
        self.text(setting).as_deref() == Some("on")
    }

    /// A [`Kind::Number`]'s value.
    pub fn number(&self, setting: &Setting) -> u32 {
        self.text(setting).and_then(|text| text.parse().ok()).unwrap_or_default()
    }

    /// The domain, once set-up was done.
    pub fn domain(&self) -> Option<String> {
        self.stored(SET_UP_AT)?;
        self.stored(DOMAIN.key)
    }

    /// The place's name, else its domain.
    pub fn place_name(&self) -> String {
        self.text(&PLACE_NAME).or_else(|| self.domain()).unwrap_or_else(|| "imera".to_owned())
    }

    /// In which owners and inviters are written to.
    pub fn language(&self) -> Lang {
        self.text(&LANGUAGE).as_deref().and_then(Lang::of_tag).unwrap_or(Lang::En)
    }

    fn stored(&self, key: &str) -> Option<String> {
        self.0.values.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    /// Checks a value and keeps it, for `imera settings set`. Returns it as it was kept. An empty
    /// value takes the default back.
    pub async fn set(&self, key: &str, value: &str, by: &By) -> Result<Option<String>, SettingError> {
        let setting = find(key).ok_or_else(|| SettingError::Unknown(key.to_owned()))?;
        if let Some(why) = setting.fixed {
            return Err(SettingError::Fixed { key: setting.key, why });
        }
        let checked = check(setting, value)?;
        self.keep_of(vec![(setting, checked.clone())], by).await?;
        Ok(checked.or_else(|| setting.default.map(str::to_owned)))
    }

    /// Checks several values and keeps them together, as [`Settings::set`] does one. Err: nothing was changed; the
    /// first that was refused.
    pub async fn set_all(&self, wanted: &[(&'static Setting, String)], by: &By) -> Result<(), SettingError> {
        let mut rows = Vec::with_capacity(wanted.len());
        for (setting, value) in wanted {
            if let Some(why) = setting.fixed {
                return Err(SettingError::Fixed { key: setting.key, why });
            }
            rows.push((*setting, check(setting, value)?));
        }
        self.keep_of(rows, by).await
    }

    /// Keeps what is another than before, and notes each.
    async fn keep_of(&self, mut rows: Vec<(&'static Setting, Option<String>)>, by: &By) -> Result<(), SettingError> {
        let in_force = |setting: &Setting, value: &Option<String>| match value {
            Some(value) => Some(value.clone()),
            None => setting.default.map(str::to_owned),
        };
        rows.retain(|(setting, value)| self.text(setting) != in_force(setting, value));
        if rows.is_empty() {
            return Ok(());
        }
        let (by, at) = (by.clone(), self.0.store.utc());
        let stored: Rows = rows.iter().map(|(setting, value)| (setting.key, value.clone())).collect();
        let learned = stored.clone();
        let job = move |c: &Connection| {
            write(c, &stored)?;
            for (key, value) in &stored {
                // A command may hold the password of another machine.
                let told = find(key).is_some_and(|setting| !setting.is_secret() && setting.key != BACKUP_COMMAND.key);
                let value = value.clone().filter(|_| told);
                audit::note(c, &by, &Deed::Setting { key: (*key).to_owned(), value }, at)?;
            }
            Ok(())
        };
        self.0.store.write(job).await?;
        self.remember(learned);
        Ok(())
    }

    /// Keeps what the server itself found out, fixed or not. `None` takes it away.
    pub async fn keep_own(&self, setting: &'static Setting, value: Option<String>) -> Result<(), SettingError> {
        let checked = value.map(|value| check(setting, &value)).transpose()?.flatten();
        self.keep(vec![(setting.key, checked)]).await
    }

    /// When set-up was finished.
    pub fn set_up_at(&self) -> Option<i64> {
        self.stored(SET_UP_AT)?.parse().ok()
    }

    /// Learns what [`Finishing::write`] has kept, once it is durable.
    pub fn learn(&self, finishing: Finishing) {
        self.remember(finishing.0);
    }

    async fn keep(&self, rows: Rows) -> Result<(), SettingError> {
        let stored = rows.clone();
        self.0.store.write(move |c| write(c, &stored)).await?;
        self.remember(rows);
        Ok(())
    }

    fn remember(&self, rows: Rows) {
        let mut values = self.0.values.write().unwrap_or_else(PoisonError::into_inner);
        for (key, value) in rows {
            match value {
                Some(value) => values.insert(key.to_owned(), value),
                None => values.remove(key),
            };
        }
        drop(values);
        self.0.changed.send_replace(());
    }
}

type Rows = Vec<(&'static str, Option<String>)>;

fn write(c: &Connection, rows: &Rows) -> rusqlite::Result<()> {
    for (key, value) in rows {
        match value {
            Some(value) => c.execute("INSERT OR REPLACE INTO setting VALUES (?1, ?2)", (key, value))?,
            None => c.execute("DELETE FROM setting WHERE key = ?1", [key])?,
        };
    }
    Ok(())
}

/// The end of set-up: its settings, the domain among them, and the mark that it was done.
#[derive(Clone)]
pub struct Finishing(Rows);

impl Finishing {
    /// Checks them.
    pub fn new(chosen: &[(&'static Setting, String)], at: i64) -> Result<Finishing, SettingError> {
        let mut rows = vec![(SET_UP_AT, Some(at.to_string()))];
        for (setting, value) in chosen {
            rows.push((setting.key, check(setting, value)?));
        }
        Ok(Finishing(rows))
    }

    /// The job, for the transaction of the whole set-up. Fails where another one was faster.
    pub fn write(&self, c: &Connection) -> rusqlite::Result<()> {
        let done: bool = c.query_row("SELECT count(*) FROM setting WHERE key = ?1", [SET_UP_AT], |row| row.get(0))?;
        if done { Err(rusqlite::Error::QueryReturnedMoreThanOneRow) } else { write(c, &self.0) }
    }
}

/// A switch as the database has it, for what is decided inside a transaction.
pub fn is_on(c: &Connection, switch: &Setting) -> rusqlite::Result<bool> {
    let mut select = c.prepare_cached("SELECT value FROM setting WHERE key = ?")?;
    let stored: Option<String> = select.query_row([switch.key], |row| row.get(0)).optional()?;
    Ok(stored.as_deref().or(switch.default) == Some("on"))
}

/// As a [`Kind::Switch`] is written.
pub fn switch(on: bool) -> String {
    if on { "on" } else { "off" }.to_owned()
}

/// Those that name what is on this machine alone: programs and folders.
const OF_MACHINE: [&Setting; 2] = [&BACKUP_COMMAND, &BACKUP_FOLDER];

/// What the machine of a database has chosen for itself: key and value.
pub fn of_machine(c: &Connection) -> rusqlite::Result<Vec<(&'static str, String)>> {
    let mut select = c.prepare("SELECT value FROM setting WHERE key = ?")?;
    let mut chosen = Vec::new();
    for setting in OF_MACHINE {
        let value = select.query_row([setting.key], |row| row.get(0)).optional()?;
        chosen.extend(value.map(|value| (setting.key, value)));
    }
    Ok(chosen)
}

/// Puts these in the place of what a database from elsewhere has: who brings one in a browser could run a command here
/// by it.
pub fn keep_of_machine(c: &Connection, chosen: &[(&'static str, String)]) -> rusqlite::Result<()> {
    for setting in OF_MACHINE {
        c.execute("DELETE FROM setting WHERE key = ?", [setting.key])?;
    }
    for (key, value) in chosen {
        c.execute("INSERT INTO setting (key, value) VALUES (?, ?)", [*key, value])?;
    }
    Ok(())
}

/// The value in its one way of writing; `None`: the default. Also asked by set-up before it begins.
pub fn check(setting: &'static Setting, value: &str) -> Result<Option<String>, SettingError> {
    if value.trim().is_empty() {
        return Ok(None);
    }
    setting.kind.normal(value).map(Some).ok_or_else(|| SettingError::Value {
        key: setting.key,
        value: if setting.is_secret() { "…".to_owned() } else { value.chars().take(80).collect() },
        wants: setting.kind.wants(),
    })
}

#[cfg(test)]
mod tests;
