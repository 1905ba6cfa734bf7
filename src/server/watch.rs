//! Looks after the running server: every minute the cheap checks, at once what the disk says; the
//! findings become notices.
//!
//! State: the notices `disk`, `backup`, `clock`, `certificate`, `store`; see also `backups` and `asides`.

use std::sync::Arc;
use std::time::Duration;

use super::asides;
use super::backups;
use super::house::House;
use crate::checks::CHECKS;
use crate::checks::Check;
use crate::checks::Subject;
use crate::checks::database;
use crate::limits;
use crate::notices::Severity;

/// What the checks look at.
pub async fn subject(house: &House) -> Subject {
    let open = house.open.get();
    let doors = open.map(|open| {
        let ports = &open.ports;
        vec![
            ("c2s", ports.c2s),
            ("c2s_tls", ports.c2s_tls),
            ("s2s", ports.s2s),
            ("s2s_tls", ports.s2s_tls),
            ("http", ports.http),
            ("https", ports.https),
            ("component", ports.component),
        ]
    });
    Subject {
        data: house.config.data.clone(),
        store: house.store.clone(),
        clock: house.clock.clone(),
        serving: open.map(|open| open.certs.serving()),
        doors: doors.unwrap_or_default(),
        backup: house.backups.summary().await.ok().as_ref().map(backups::facts),
    }
}

/// Runs until it is dropped.
pub async fn every_minute(house: Arc<House>) {
    loop {
        look(&house).await;
        house.clock.sleep(Duration::from_secs(limits::CHECK_EVERY_S)).await;
    }
}

/// Makes the cheap checks now.
pub async fn look(house: &House) {
    look_at(house, |check| check.every_minute).await;
}

/// Makes all checks but the one that reads the whole database.
pub async fn look_closely(house: &House) {
    look_at(house, |check| check.name != database::CHECK.name).await;
}

async fn look_at(house: &House, wanted: fn(&Check) -> bool) {
    let subject = subject(house).await;
    let mut all = Vec::new();
    for check in CHECKS.iter().filter(|check| wanted(check)) {
        let found = (check.look)(&subject, &|_, _| {}).await;
        all.push((check.name, found.clone()));
        // A notice goes when the next minute finds all well: of the others nobody would take it away.
        if !check.every_minute {
            continue;
        }
        match found.state.severity() {
            Some(severity) => {
                let what = format!("{}: {}", check.name, found.what);
                house.notices.raise(check.name, severity, &what, found.next.as_deref().unwrap_or_default());
            }
            None => house.notices.clear(check.name),
        }
    }
    house.found.note(house.clock.utc(), all);
    if let Ok(summary) = house.backups.summary().await {
        backups::remind(house, &summary);
    }
    asides::look(house).await;
}

/// Turns what the store reports into the notice `store`, at once. Runs until it is dropped.
pub async fn store(house: Arc<House>) {
    let mut troubles = house.store.troubles();
    loop {
        let trouble = troubles.borrow_and_update().clone();
        match trouble {
            Some(trouble) => {
                house.notices.raise("store", Severity::Trouble, trouble.what.text(), trouble.what.next_step());
            }
            None => house.notices.clear("store"),
        }
        if troubles.changed().await.is_err() {
            return;
        }
    }
}
