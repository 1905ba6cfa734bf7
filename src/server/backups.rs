//! Backups of the running server: the one of the night, what the owner is told about them, and a
//! restore that the running server takes over.
//!
//! State: the notice `backup_copy`. The notices `backup` and `database` are the checks', see `watch`.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::control::Progress;
use super::failure::Failure;
use super::house::House;
use super::set_up::Turn;
use super::watch;
use crate::checks::backup::Backup;
use crate::limits;
use crate::memory;
use crate::notices::Severity;
use crate::transfer;
use crate::transfer::Kind;
use crate::transfer::Passphrase;
use crate::transfer::Prepared;
use crate::transfer::Summary;
use crate::transfer::TransferError;

/// Makes the nightly backup when it is due, also one that was missed. Runs until it is dropped; a
/// backup that runs then goes on to its end, or is cleaned away at the next start.
pub async fn nightly(house: Arc<House>) {
    house.clock.sleep(Duration::from_secs(limits::BACKUP_AFTER_START_S)).await;
    let mut database_read = None;
    loop {
        match house.backups.due().await {
            Ok(true) => night(&house, &mut database_read).await,
            Ok(false) => {}
            Err(error) => tracing::warn!("whether a backup is due cannot be told: {error}"),
        }
        house.clock.sleep(Duration::from_secs(limits::CHECK_EVERY_S)).await;
    }
}

/// The backup of the night, then a look at how things are. Where it did not come to a good end, nobody has proved the
/// database either, and it is read itself. `database_read`: when that was done last, for it costs.
pub async fn night(house: &House, database_read: &mut Option<Duration>) {
    // What came of it is in the table, which the checks read.
    let is_proved = house.backups.create(Kind::Nightly, None, &|_, _, _| {}).await.is_ok();
    memory::forget_code();
    let now = house.clock.since_start();
    let patience = Duration::from_secs(limits::CHECK_DATABASE_EVERY_S);
    if is_proved || database_read.is_none_or(|at| now.saturating_sub(at) >= patience) {
        if !is_proved {
            *database_read = Some(now);
        }
        watch::look_at_database(house, is_proved).await;
    }
    watch::look(house).await;
}

/// What the check looks at.
pub fn facts(summary: &Summary) -> Backup {
    Backup {
        last_good: summary.last_good,
        last_failure: summary.last_failure.as_ref().map(|(at, why)| (*at, why.line.clone())),
        since: summary.since,
        next_at: summary.next_at,
    }
}

/// Tells when all backups lie on this machine alone.
pub fn remind(house: &House, summary: &Summary) {
    const KEY: &str = "backup_copy";
    if let Some(failed) = summary.second_failed.as_ref().filter(|_| summary.second.is_some()) {
        let (what, next) = failed.line.rsplit_once(": ").unwrap_or((&failed.line, "look at imera settings list"));
        let what = format!("the second place has not got the last backup ({what})");
        return house.notices.raise(KEY, Severity::Warning, &what, next);
    }
    let age_s = |at: Option<i64>| at.map(|at| (house.clock.utc() - at) / 1_000_000);
    let grown = age_s(summary.first_at).is_some_and(|age| age > limits::BACKUP_FETCH_FIRST_S);
    let fetched = age_s(summary.fetched_at).is_some_and(|age| age < limits::BACKUP_FETCH_AGAIN_S);
    if summary.second.is_none() && grown && !fetched {
        let next = "copy one elsewhere by imera backup create --to FOLDER, or name a second place by \
                    imera settings set backup_folder FOLDER";
        house.notices.raise(KEY, Severity::Info, "all backups lie on this machine alone", next);
    } else {
        house.notices.clear(KEY);
    }
}

/// Proves a backup and unpacks it beside today's data, which is not touched. One at a time, and none beside a backup.
pub async fn prepare(
    house: &House,
    file: &Path,
    passphrase: Option<Passphrase>,
    step: transfer::Step<'_>,
) -> Result<Prepared, TransferError> {
    let mut prepared = house.prepared.try_lock().map_err(|_| TransferError::Busy)?;
    let _held = house.backups.hold()?;
    *prepared = None;
    let found = transfer::prepare(&house.config.data, file, passphrase, &house.clock, step).await?;
    *prepared = Some(found.head.sha256.clone());
    Ok(found)
}

/// Gives up what was prepared.
pub fn forget_prepared(house: &House) {
    // Whoever prepares just now has begun anew.
    if let Ok(mut prepared) = house.prepared.try_lock()
        && prepared.take().is_some()
    {
        transfer::forget(&house.config.data);
    }
}

/// Decides for what was prepared, if it has that sum: the server ends, and begins again as what the file holds. What
/// was set up is put aside.
pub fn bring_back(house: &House, sum: &str) -> Result<(), TransferError> {
    let mut prepared = house.prepared.try_lock().map_err(|_| TransferError::Busy)?;
    let held = house.backups.hold()?;
    // Nobody sets up what is about to be put aside.
    let turn = Turn::take(&house.setting_up).ok_or(TransferError::Busy)?;
    if prepared.take().is_none_or(|prepared| prepared != sum) {
        return Err(TransferError::BrokeOff);
    }
    transfer::commit(&house.config.data, house.clock.utc(), house.settings.domain().is_none())?;
    // Never given back: nothing else is made of what goes.
    std::mem::forget((prepared, held, turn));
    // Who asked is told first.
    let (again, clock) = (house.again.clone(), house.clock.clone());
    tokio::spawn(async move {
        clock.sleep(Duration::from_millis(limits::RESTORE_ANSWER_MS)).await;
        again.notify_one();
    });
    Ok(())
}

/// Takes a backup in at once.
pub async fn restore(
    house: &House,
    file: &Path,
    passphrase: Option<Passphrase>,
    progress: &Progress,
) -> Result<Prepared, Failure> {
    let step = |stage: transfer::Stage, done, of| progress.step(stage.as_str(), done, of);
    let prepared = prepare(house, file, passphrase, &step).await.map_err(Failure::of)?;
    bring_back(house, &prepared.head.sha256).map_err(Failure::of)?;
    Ok(prepared)
}
