//! Questions about backups: make, list, verify, lock; and set-up from one. Keeps no state.

use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;
use serde_json::json;

use super::Progress;
use super::Reply;
use super::date;
use super::read;
use crate::audit::Deed;
use crate::server::backups;
use crate::server::failure::Failure;
use crate::server::house::House;
use crate::server::secret::Secret;
use crate::server::set_up;
use crate::server::watch;
use crate::transfer;
use crate::transfer::Entry;
use crate::transfer::Kind;
use crate::transfer::Manifest;
use crate::transfer::Passphrase;
use crate::transfer::Summary;
use crate::transfer::Verified;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    #[serde(default)]
    to: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Of {
    file: PathBuf,
    #[serde(default)]
    passphrase: Option<Secret>,
    /// Of set-up alone: a browser that holds it loses it.
    #[serde(default)]
    take_over: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lock {
    passphrase: Secret,
}

pub(super) async fn create(house: &House, with: Value, progress: &Progress) -> Reply {
    let asked: Create = read(with)?;
    let step = |stage: transfer::Stage, done, of| progress.step(stage.as_str(), done, of);
    let made = house.backups.create(Kind::ByHand, asked.to, &step).await;
    if house.open.get().is_some() {
        watch::look(house).await;
    }
    let made = made.map_err(Failure::of)?;
    house.note(Deed::BackupMade { file: made.path.to_string_lossy().into_owned() }).await;
    let (second, second_failed) = match made.second {
        Some((place, brought)) => (Some(place), brought.err().map(|why| why.line)),
        None => (None, None),
    };
    let mut told = json!({
        "file": made.path,
        "size_bytes": made.head.size,
        "sha256": made.head.sha256,
        "locked": made.head.lock.is_some(),
        "second": second,
        "second_failed": second_failed,
    });
    add(&mut told, &made.manifest);
    Ok(told)
}

/// What a manifest tells of the content.
fn add(told: &mut Value, manifest: &Manifest) {
    told["made_at"] = json!(manifest.made_at);
    told["made_by"] = json!(manifest.imera);
    told["domain"] = json!(manifest.domain);
    told["place_name"] = json!(manifest.place_name);
    told["schema"] = json!(manifest.schema);
    told["accounts"] = json!(manifest.accounts());
    told["messages"] = json!(manifest.messages());
    told["files"] = json!(manifest.files);
    told["unpacked_bytes"] = json!(manifest.unpacked_bytes());
}

pub(super) async fn list(house: &House) -> Reply {
    let list = house.backups.list().await.map_err(Failure::of)?;
    Ok(list.iter().map(row).collect())
}

fn row(entry: &Entry) -> Value {
    json!({
        "file": entry.path,
        "made_at": date(entry.made_at),
        "size_bytes": entry.size,
        "locked": entry.locked,
        "kind": entry.kind.map(Kind::as_str),
        "state": if entry.damaged { "damaged" } else { "good" },
        "fetched_at": entry.fetched_at.and_then(date),
    })
}

pub(super) async fn verify(house: &House, with: Value, progress: &Progress) -> Reply {
    let of: Of = read(with)?;
    let step = |stage: transfer::Stage, done, of| progress.step(stage.as_str(), done, of);
    let found = house.backups.verify(&of.file, of.passphrase.map(Secret::into_zeroizing), &step).await;
    Ok(verified(&found.map_err(Failure::of)?))
}

/// The answer to both ways of verifying.
pub fn verified(found: &Verified) -> Value {
    let mut told = json!({
        "made_at": date(found.head.made_at),
        "size_bytes": found.head.size,
        "sha256": found.head.sha256,
        "locked": found.head.lock.is_some(),
        "opened": found.manifest.is_some(),
    });
    if let Some(manifest) = &found.manifest {
        add(&mut told, manifest);
    }
    told
}

pub(super) async fn lock(house: &House, with: Value) -> Reply {
    let lock: Lock = read(with)?;
    let recipient = house.backups.lock(lock.passphrase.into_zeroizing()).await.map_err(of_lock)?;
    house.note(Deed::Passphrase { on: true }).await;
    Ok(json!({ "recipient": recipient }))
}

/// A passphrase that is too short was asked for wrongly.
fn of_lock(error: transfer::TransferError) -> Failure {
    let usage = matches!(error, transfer::TransferError::PassphraseShort { .. });
    Failure { usage, ..Failure::of(error) }
}

pub(super) async fn unlock(house: &House) -> Reply {
    house.backups.unlock().await.map_err(Failure::of)?;
    house.note(Deed::Passphrase { on: false }).await;
    Ok(json!({ "recipient": null }))
}

/// A running server becomes what a backup holds: asked by the owner's pages, never by the command
/// line, which wants it stopped.
pub(super) async fn restore(house: &House, with: Value, progress: &Progress) -> Reply {
    let of: Of = read(with)?;
    let passphrase: Option<Passphrase> = of.passphrase.map(Secret::into_zeroizing);
    let prepared = backups::restore(house, &of.file, passphrase, progress).await?;
    Ok(restored(&prepared.manifest))
}

/// Set-up from a backup: only where nothing is yet.
pub(super) async fn set_up_from(house: &House, with: Value, progress: &Progress) -> Reply {
    let of: Of = read(with)?;
    if let Some(domain) = house.settings.domain() {
        let next = "stop it and run imera restore FILE, which puts aside what is there";
        return Err(Failure::new(set_up::is_set_up(&domain), next));
    }
    set_up::refuse_while_held(house, of.take_over).await?;
    let passphrase: Option<Passphrase> = of.passphrase.map(Secret::into_zeroizing);
    let prepared = backups::restore(house, &of.file, passphrase, progress).await?;
    Ok(restored(&prepared.manifest))
}

/// What a restore brought back.
pub fn restored(manifest: &Manifest) -> Value {
    let mut told = json!({});
    add(&mut told, manifest);
    told
}

/// For `status`.
pub(super) fn summary(summary: &Summary) -> Value {
    json!({
        "last_good_at": summary.last_good.and_then(|(at, _)| date(at)),
        "size_bytes": summary.last_good.map(|(_, size)| size),
        "last_failed_at": summary.last_failure.as_ref().and_then(|(at, _)| date(*at)),
        "last_failure": summary.last_failure.as_ref().map(|(_, why)| &why.line),
        "next_at": summary.next_at.and_then(date),
        "locked": summary.locked,
        "running": summary.running,
        "second": summary.second,
        "second_failed": summary.second_failed.as_ref().map(|why| &why.line),
    })
}
