//! Trouble is told to the owners as a chat message, each once: what, the next step, and the cause in their language or,
//! where it is not known, as logs have it.
//!
//! State: when each cause was last told, so that one that comes and goes does not flood them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::house::House;
use crate::clock::UtcMicros;
use crate::features::Parts;
use crate::limits;
use crate::notices;
use crate::notices::Notice;
use crate::route::entry;
use crate::texts::text;

/// Runs until it is dropped. `raised`: of the time since before the first trouble of this run.
pub async fn tell_owners(house: Arc<House>, parts: Arc<Parts>, mut raised: Receiver<Notice>) {
    let mut told: BTreeMap<Cow<'static, str>, UtcMicros> = BTreeMap::new();
    loop {
        let notice = match raised.recv().await {
            Ok(notice) => notice,
            Err(RecvError::Lagged(_)) => continue,
            Err(RecvError::Closed) => return,
        };
        let now = house.clock.utc();
        let wait = limits::ALERT_AGAIN_S * 1_000_000;
        if told.get(&notice.key).is_some_and(|at| (*at..at.saturating_add(wait)).contains(&now)) {
            continue;
        }
        told.retain(|_, at| now - *at < wait);
        told.insert(notice.key.clone(), now);
        tell(&house, &parts, &notice).await;
    }
}

async fn tell(house: &House, parts: &Parts, notice: &Notice) {
    let book = house.settings.language().book();
    let (what, next) = notices::words(&notice.key, notice.severity);
    let alert = text("alert-line").with("place", house.settings.place_name());
    let alert = alert.with("what", book.plain(&what)).with("next", book.plain(&next));
    let summary = house.backups.summary().await.ok();
    // A store that keeps nothing has a cause too (notices::cause), but keeps no message that could tell it.
    let said = match summary.and_then(|summary| summary.explain(&notice.key)) {
        Some(cause) => text("alert-cause").with("cause", book.plain(&cause)),
        None => text("alert-said").with("what", &notice.what).with("next", &notice.next),
    };
    let text = format!("{}\n{}", book.plain(&alert), book.plain(&said));
    entry::tell_owners(parts, None, &text).await;
}
