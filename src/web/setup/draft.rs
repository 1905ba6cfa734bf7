//! What is known of the place to come, and which browser may change it: the table `setup`.
//!
//! State: that table. Nothing of a draft acts before set-up is finished, and then the row is gone.

use aws_lc_rs::digest;
use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use rusqlite::params;
use serde::Deserialize;
use serde::Serialize;

use crate::accounts::Founder;
use crate::accounts::passwords::Strength;
use crate::certs::Pair;
use crate::clock::UtcMicros;
use crate::limits;
use crate::store::Store;
use crate::store::StoreError;

/// Where the people are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Internet,
    WebElsewhere,
    Home,
}

/// What is to be done here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    New,
    Restore,
}

/// The answers so far; a step without its answer is not done.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    pub start: Option<Start>,
    pub kind: Option<Kind>,
    pub name: Option<Name>,
    /// The page of the domain's records was left for this domain and machine: another one asks again.
    pub records: Option<String>,
    pub owner: Option<Founder>,
    /// How good the owner's password is: it is not kept itself.
    pub strength: Option<Strength>,
    pub certificate: Option<Certificate>,
    pub backups: Option<Backups>,
}

/// The place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name {
    pub place: String,
    pub domain: String,
    pub host: Option<String>,
    /// The kind that it was given for: another one asks again.
    pub kind: Kind,
}

impl Name {
    /// What the records of a domain depend on.
    pub fn records(&self) -> String {
        format!("{} {}", self.domain, self.host.as_deref().unwrap_or_default())
    }
}

/// What is done about the certificate, and for which names that was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    pub domain: String,
    pub host: Option<String>,
    /// An authority is asked during set-up.
    pub now: bool,
    /// One that was brought along: it was checked for that domain.
    #[serde(default)]
    pub brought: Option<Pair>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backups {
    /// `3:30`
    pub at: String,
    /// Days, weeks, months.
    pub keep: [u32; 3],
    /// The setting `backup_recipient` of the passphrase that was chosen; never that itself.
    #[serde(default)]
    pub lock: Option<String>,
}

/// SHA-256 of a browser's cookie.
pub type Browser = [u8; 32];

pub fn browser(cookie: &str) -> Browser {
    let hash = digest::digest(&digest::SHA256, cookie.as_bytes());
    hash.as_ref().try_into().expect("SHA-256 has 32 bytes")
}

/// Who a browser is to the set-up.
pub enum Holder {
    /// It holds it.
    This(Box<Draft>),
    /// Another one has taken over, then and from there.
    Other { at: UtcMicros, from: String },
    /// Nobody we know, or its cookie ran out.
    Nobody,
}

/// Who that browser is. Holding goes on for as long as pages are asked for.
pub async fn holder(store: &Store, browser: Browser, now: UtcMicros) -> Result<Holder, StoreError> {
    let found = store.read(move |c| {
        let columns = "SELECT browser, until, former, taken_at, taken_from, draft FROM setup";
        c.query_row(columns, [], |row| {
            let is = |column| {
                Ok::<_, rusqlite::Error>(row.get::<_, Option<Vec<u8>>>(column)?.as_deref() == Some(&browser[..]))
            };
            if is(2)? {
                return Ok((Holder::Other { at: row.get(3)?, from: row.get(4)? }, 0));
            }
            let until: UtcMicros = row.get(1)?;
            if !is(0)? || until < now {
                return Ok((Holder::Nobody, 0));
            }
            Ok((Holder::This(Box::new(read(&row.get::<_, String>(5)?))), until))
        })
        .optional()
    });
    let (holder, until) = found.await?.unwrap_or((Holder::Nobody, 0));
    let fresh = now + MAX_US;
    if matches!(holder, Holder::This(_)) && fresh - until > MAX_US / 24 {
        let longer =
            move |c: &Connection| c.execute("UPDATE setup SET until = ?2 WHERE browser = ?1", params![browser, fresh]);
        store.write(longer).await?;
    }
    Ok(holder)
}

const MAX_US: i64 = limits::SETUP_CODE_MAX_S as i64 * 1_000_000;

/// Whether a browser holds the set-up now.
pub async fn is_held(store: &Store, now: UtcMicros) -> Result<bool, StoreError> {
    let held = "SELECT EXISTS (SELECT 1 FROM setup WHERE browser IS NOT NULL AND until >= ?1)";
    store.read(move |c| c.query_row(held, [now], |row| row.get(0))).await
}

/// Gives the set-up to a browser. True: another one held it until now.
pub async fn take(store: &Store, browser: Browser, from: String, now: UtcMicros) -> Result<bool, StoreError> {
    let job = move |c: &Connection| {
        c.execute("INSERT INTO setup (id) VALUES (1) ON CONFLICT DO NOTHING", [])?;
        let held = c.query_row("SELECT browser IS NOT NULL AND until >= ?1 FROM setup", [now], |row| row.get(0))?;
        let take = "UPDATE setup SET former = iif(?5, browser, NULL), browser = ?1, until = ?2, taken_at = ?3,
                    taken_from = ?4";
        c.execute(take, params![browser, now + MAX_US, now, from, held])?;
        Ok(held)
    };
    store.write(job).await
}

/// Keeps a step. False: the browser holds it no longer, and nothing was kept.
pub async fn keep(store: &Store, browser: Browser, draft: &Draft, now: UtcMicros) -> Result<bool, StoreError> {
    let words = serde_json::to_string(draft).unwrap_or_default(); // strings and numbers are always JSON
    let job = move |c: &Connection| {
        let keep = "UPDATE setup SET draft = ?2, until = ?3 WHERE browser = ?1";
        Ok(c.execute(keep, params![browser, words, now + MAX_US])? == 1)
    };
    store.write(job).await
}

/// The end of set-up takes the draft with it, in its own transaction.
pub fn forget(c: &Connection) -> rusqlite::Result<()> {
    c.execute("DELETE FROM setup", []).map(drop)
}

/// Answers that another version wrote and this one does not know are asked for again.
fn read(words: &str) -> Draft {
    serde_json::from_str(words).unwrap_or_default()
}
