//! What the job keeps in the database: accounts, the order under way, failures. Keeps no state of its own.

use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::Row;

use super::Name;
use super::cause::Cause;
use crate::clock::UtcMicros;
use crate::store::Store;
use crate::store::StoreError;

/// An order that was placed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Placed {
    pub url: String,
    pub names: Vec<Name>,
    /// PEM.
    pub key: String,
    pub at: UtcMicros,
}

/// A name that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    /// In a row.
    pub failures: u32,
    pub cause: Cause,
    pub detail: String,
    pub again_at: UtcMicros,
}

/// The credentials of our account there, as JSON.
pub(super) async fn account(store: &Store, directory: &str) -> Result<Option<String>, StoreError> {
    let directory = directory.to_owned();
    let select = "SELECT credentials FROM acme_account WHERE directory = ?";
    store.read(move |c| c.query_row(select, [&directory], |row| row.get(0)).optional()).await
}

/// `None`: the account is no more, and with it its order.
pub(super) async fn keep_account(
    store: &Store,
    directory: &str,
    credentials: Option<String>,
    at: UtcMicros,
) -> Result<(), StoreError> {
    let directory = directory.to_owned();
    store
        .write(move |c| {
            c.execute("DELETE FROM acme_account WHERE directory = ?", [&directory])?;
            forget_order_in(c, &directory)?;
            let Some(credentials) = &credentials else { return Ok(()) };
            c.execute("INSERT INTO acme_account VALUES (?, ?, ?)", (&directory, credentials, at)).map(drop)
        })
        .await
}

/// The order that was under way there.
pub(super) async fn order(store: &Store, directory: &str) -> Result<Option<Placed>, StoreError> {
    let directory = directory.to_owned();
    let select = "SELECT url, names, key, created_at FROM acme_order WHERE directory = ?";
    store.read(move |c| c.query_row(select, [&directory], placed).optional()).await
}

fn placed(row: &Row<'_>) -> rusqlite::Result<Placed> {
    let names: Vec<String> = serde_json::from_str(&row.get::<_, String>(1)?).unwrap_or_default();
    let names = names.iter().map(|name| Name::of(name)).collect();
    Ok(Placed { url: row.get(0)?, names, key: row.get(2)?, at: row.get(3)? })
}

pub(super) async fn keep_order(store: &Store, directory: &str, placed: &Placed) -> Result<(), StoreError> {
    let (directory, placed) = (directory.to_owned(), placed.clone());
    let names: Vec<String> = placed.names.iter().map(Name::to_string).collect();
    let names = serde_json::json!(names).to_string();
    let insert = "INSERT OR REPLACE INTO acme_order VALUES (?, ?, ?, ?, ?)";
    store.write(move |c| c.execute(insert, (&directory, &placed.url, &names, &placed.key, placed.at)).map(drop)).await
}

pub(super) async fn forget_order(store: &Store, directory: &str) -> Result<(), StoreError> {
    let directory = directory.to_owned();
    store.write(move |c| forget_order_in(c, &directory)).await
}

pub(super) fn forget_order_in(c: &Connection, directory: &str) -> rusqlite::Result<()> {
    c.execute("DELETE FROM acme_order WHERE directory = ?", [directory]).map(drop)
}

pub(super) async fn failures(store: &Store) -> Result<Vec<(Name, Trouble)>, StoreError> {
    store
        .read(|c| {
            let mut all = c.prepare("SELECT name, failures, cause, detail, again_at FROM acme_failure")?;
            let read = |row: &Row<'_>| {
                let again_at = row.get(4)?;
                let cause = Cause::of_key(&row.get::<_, String>(2)?, again_at);
                let trouble = Trouble { failures: row.get(1)?, cause, detail: row.get(3)?, again_at };
                Ok((Name::of(&row.get::<_, String>(0)?), trouble))
            };
            all.query_map([], read)?.collect()
        })
        .await
}

pub(super) async fn keep_failures(store: &Store, all: Vec<(Name, Trouble)>) -> Result<(), StoreError> {
    store
        .write(move |c| {
            for (name, trouble) in &all {
                let row = (name.to_string(), trouble.failures, trouble.cause.key(), &trouble.detail, trouble.again_at);
                c.execute("INSERT OR REPLACE INTO acme_failure VALUES (?, ?, ?, ?, ?)", row)?;
            }
            Ok(())
        })
        .await
}

/// For the transaction that keeps the certificate: these names have one, and the order is done.
pub(super) fn done_in(c: &Connection, directory: &str, names: &[Name]) -> rusqlite::Result<()> {
    for name in names {
        c.execute("DELETE FROM acme_failure WHERE name = ?", [name.to_string()])?;
    }
    forget_order_in(c, directory)
}
