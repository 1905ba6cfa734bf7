//! What restores have put aside: the owner is told where it lies and until when, then it goes.
//!
//! State: the notice `aside`.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::house::House;
use crate::notices::Severity;
use crate::transfer;
use crate::transfer::Aside;

const KEY: &str = "aside";

/// Tells of the newest one, and removes those whose time is over. Only while backups work: until a newer good one is
/// there, what was put aside may be the last of its days.
pub async fn look(house: &House) {
    let data = house.config.data.clone();
    let all = tokio::task::spawn_blocking(move || transfer::asides(&data)).await.unwrap_or_default();
    let now = house.clock.utc();
    let good = house.backups.summary().await.ok().and_then(|summary| summary.last_good);
    let over = |aside: &Aside| aside.until() <= now && good.is_some_and(|(at, _)| at > aside.since);
    let (gone, stays): (Vec<Aside>, Vec<Aside>) = all.into_iter().partition(over);
    for aside in gone {
        let removed = tokio::task::spawn_blocking(move || (aside.remove(), aside.path)).await;
        match removed {
            Ok((Ok(()), path)) => tracing::info!(aside = %path.display(), "what a restore had put aside is removed"),
            Ok((Err(error), _)) => tracing::warn!("what a restore has put aside stays: {error}"),
            Err(error) => tracing::warn!(%error, "what a restore has put aside stays"),
        }
    }
    match stays.last() {
        None => house.notices.clear(KEY),
        Some(aside) => {
            let what = format!("a backup was brought back; what was there before lies in {}", aside.path.display());
            let next = format!("nothing: it is removed after {}; or remove it when all is well", day(aside.until()));
            house.notices.raise_until(KEY, Severity::Info, &what, &next, Some(aside.until()));
        }
    }
}

fn day(at: crate::clock::UtcMicros) -> String {
    let at = Timestamp::from_microsecond(at).unwrap_or_default().to_zoned(TimeZone::system());
    at.strftime("%Y-%m-%d").to_string()
}
