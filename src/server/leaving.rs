//! What time takes away: accounts whose grace is over, requests to join that nobody answered, invitations that ended
//! long ago, codes for devices that nobody used, and exports.
//!
//! Keeps no state.

use std::sync::Arc;
use std::time::Duration;

use super::house::House;
use super::people;
use crate::accounts::invites::Swept;
use crate::limits;
use crate::transfer::export;

/// Runs until it is dropped.
pub async fn every_hour(house: Arc<House>) {
    loop {
        once(&house).await;
        house.clock.sleep(Duration::from_secs(limits::SWEEP_EVERY_S)).await;
    }
}

/// What is over by now goes.
pub async fn once(house: &House) {
    match house.accounts.overdue().await {
        Ok(overdue) => {
            for account in overdue {
                match people::remove(house, account).await {
                    Ok(()) => tracing::info!(account = account.0, "an account was removed: its time to stay is over"),
                    Err(failure) => tracing::warn!(account = account.0, "{failure}"),
                }
            }
        }
        Err(error) => tracing::warn!(%error, "accounts that leave could not be read"),
    }
    match export::sweep(house.store.folder(), &house.accounts, house.clock.utc()).await {
        Ok(0) => {}
        Ok(files) => tracing::info!(files, "exports that were kept long enough are deleted"),
        Err(error) => tracing::warn!(%error, "old exports could not be deleted"),
    }
    match house.invites.sweep().await {
        Ok(Swept { requests: 0, invites: 0 }) => {}
        Ok(Swept { requests, invites }) => {
            tracing::info!(
                requests,
                invites,
                "requests that nobody answered have ended, old invitations are forgotten"
            );
        }
        Err(error) => tracing::warn!(%error, "old invitations could not be forgotten"),
    }
    if let Err(error) = house.accounts.sweep_devices().await {
        tracing::warn!(%error, "codes for devices could not be forgotten");
    }
}
