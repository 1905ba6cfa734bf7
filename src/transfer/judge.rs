//! Is this a backup that can be brought back? The one judgement of a look and of a restore: what the first calls good,
//! the second takes. Keeps no state.

use std::path::Path;

use rusqlite::Connection;
use rusqlite::OpenFlags;

use super::Manifest;
use super::Passphrase;
use super::TransferError;
use super::head::Head;
use super::proof;
use super::records;
use super::records::Kind;
use super::records::Record;
use super::unpack;
use super::unpack::Wanted;
use super::work;
use super::work::Tell;
use crate::accounts::browsers;
use crate::accounts::invites;
use crate::accounts::roster;
use crate::audit;
use crate::audit::By;
use crate::audit::Deed;
use crate::clock::Clock;
use crate::config;
use crate::settings;
use crate::store::FILE;
use crate::store::OpenOptions;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::schema_version;

/// A setting's key and its value.
pub(super) type Chosen = (&'static str, String);

/// What the machine of this data folder has chosen for itself; nothing where no place is, or none that can be read.
pub(super) fn of_machine(data: &Path) -> Vec<Chosen> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let today = Connection::open_with_flags(data.join(FILE), flags);
    today.and_then(|today| settings::of_machine(&today)).unwrap_or_default()
}

/// Unpacks a file into the empty folder `to`, if that has the room, and proves its database. `below`: the folder that
/// people know, on the same disk.
pub(super) fn unpack(
    file: &Path,
    passphrase: Option<&Passphrase>,
    (to, below): (&Path, &Path),
    what: Wanted,
    tell: &Tell,
) -> Result<(Head, Manifest), TransferError> {
    let fits = |manifest: &Manifest| {
        // An older schema is copied before it is migrated.
        let copies = if manifest.schema < schema_version() { 3 } else { 1 };
        let files = if what == Wanted::All { manifest.files_bytes } else { 0 };
        let database = manifest.database_bytes.saturating_mul(copies);
        work::check_space(below, database.saturating_add(files).saturating_add(manifest.sums_bytes))
    };
    let (head, manifest) = unpack::unpack_file(file, passphrase, to, what, &fits, tell)?;
    let database = to.join(FILE);
    proof::prove(&database, &manifest, tell)
        .map_err(|reason| work::or_full(to, TransferError::damaged(file, reason)))?;
    match manifest.domain.as_deref().map(config::domain_name) {
        Some(None) => Err(TransferError::damaged(file, "its domain cannot be one")),
        _ => Ok((head, manifest)),
    }
}

/// Migrates the database that was unpacked into `folder`, and takes out of it what must not come back from an older
/// day. `file`: its name in errors. `machine`: what this machine has chosen for itself ([`of_machine`]).
pub(super) async fn make_ready(
    folder: &Path,
    file: &Path,
    head: &Head,
    machine: Vec<Chosen>,
    clock: &Clock,
) -> Result<(), TransferError> {
    let damaged = |reason: &dyn ToString| work::or_full(folder, TransferError::damaged(file, reason.to_string()));
    let options = OpenOptions { create: false, reserve: 0, ..OpenOptions::default() };
    let store = Store::open(folder, options, clock.clone()).map_err(|error| {
        // Where it was unpacked, and what helps against that in earnest, is nobody's concern here.
        let told = error.to_string().replace(&format!("{}/", folder.display()), "");
        damaged(&told.split_once(": ").map_or(told.as_str(), |(what, _)| what))
    })?;
    let record = Record {
        file: Some(file.to_string_lossy().into_owned()),
        size: head.size,
        sha256: Some(head.sha256.clone()),
        locked: head.lock.is_some(),
        ..Record::new(Kind::Restored, head.made_at, clock.utc())
    };
    let changed = store.write(move |db| make_older(db, &record, &machine)).await;
    store.close().await;
    changed.map_err(|error| match error {
        // Values that were never ours, such as a version at its end.
        StoreError::Sql(error) => damaged(&error),
        error => work::or_full(folder, TransferError::Store(error)),
    })
}

/// What clients remember of the days after the backup must not be taken for what the older
/// database says: the counts of their streams, and the versions of their rosters. Archive ids need
/// nothing: a new run begins with the start. Browsers that were signed out since stay so, and links for a new password
/// that were used since too. What decides over a machine comes out of no file.
fn make_older(db: &Connection, record: &Record, machine: &[Chosen]) -> rusqlite::Result<()> {
    settings::keep_of_machine(db, machine)?;
    invites::withdraw_resets(db, record.ended_at)?;
    db.execute("DELETE FROM stream", [])?;
    db.execute("DELETE FROM notice", [])?;
    browsers::forget_all(db)?;
    roster::leap_versions(db)?;
    records::insert(db, record)?;
    audit::note(db, &By::Machine, &Deed::Restored { made_at: record.begun_at }, record.ended_at)
}
