//! Looks after the running server: every minute the cheap checks, every five our own doors, every hour the domain's
//! records, by night the database, at once what the disk says; the findings become notices.
//!
//! State: the notices `store` and one of each check's name; see also `backups` and `asides`.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::asides;
use super::backups;
use super::house::House;
use crate::checks::CHECKS;
use crate::checks::Check;
use crate::checks::Found;
use crate::checks::Often;
use crate::checks::Subject;
use crate::checks::database;
use crate::checks::dns;
use crate::checks::dns::Records;
use crate::config::Port;
use crate::limits;
use crate::notices::Severity;
use crate::reach::Place;
use crate::reach::authority;
use crate::settings;

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
        consent: house.acme.consent(),
        names: house.acme.state(),
        records: records(house),
    }
}

/// Where others look for this place. `None`: nobody does, at home or in tests.
fn records(house: &House) -> Option<Records> {
    let settings = &house.settings;
    let domain = settings.domain().filter(|_| !settings.is_on(&settings::HOME) && !house.config.is_test_profile())?;
    let chat_port = match house.config.ports.c2s {
        Port::Number(port) if port != 0 => port,
        _ => 5222,
    };
    let place = Place::new(&domain, settings.text(&settings::HOST).as_deref(), chat_port)?;
    let place = place.proving(settings.text(&settings::ACME_DNS_ZONE));
    let authority = house.config.acme_directory.is_none().then_some(authority::USUAL);
    Some(Records { place, resolver: house.resolver.clone(), authority })
}

/// Runs until it is dropped.
pub async fn every_minute(house: Arc<House>) {
    for round in 0u64.. {
        match round % limits::CHECK_DOORS_EVERY_ROUNDS {
            0 => look_closely(&house).await,
            _ => look(&house).await,
        }
        house.clock.sleep(Duration::from_secs(limits::CHECK_EVERY_S)).await;
    }
}

/// Looks at the domain's records every hour. Runs until it is dropped.
pub async fn every_hour(house: Arc<House>) {
    house.clock.sleep(Duration::from_secs(limits::CHECK_DNS_FIRST_S)).await;
    loop {
        look_at_records(&house).await;
        house.clock.sleep(Duration::from_secs(limits::CHECK_DNS_EVERY_S)).await;
    }
}

/// Looks at the domain's records now, which takes as long as name servers do.
/// Nothing where somebody just does so.
pub async fn look_at_records(house: &House) {
    let Ok(_one) = house.looking_at_records.try_lock() else { return };
    let found = (dns::CHECK.look)(&subject(house).await, &|_, _| {}).await;
    take_in(house, vec![(&dns::CHECK, found)]);
}

/// The same, for a page that waits no longer than a moment for it.
pub async fn look_at_records_soon(house: Arc<House>) {
    let clock = house.clock.clone();
    let looking = tokio::spawn(async move { look_at_records(&house).await });
    let _ = clock.timeout(Duration::from_millis(limits::REACH_PAGE_WAIT_MS), looking).await;
}

/// Makes the cheap checks now.
pub async fn look(house: &House) {
    look_at(house, Often::EveryMinute).await;
}

/// Makes all checks but those that read the whole database or ask others.
pub async fn look_closely(house: &House) {
    look_at(house, Often::EverySomeMinutes).await;
}

/// Looks at the whole database, or notes that somebody just did: a backup of it `is_proved`. What was found wrong is
/// looked at itself.
pub async fn look_at_database(house: &House, is_proved: bool) {
    let doubted = house.notices.list().iter().any(|notice| notice.key == database::CHECK.name);
    let found = match is_proved && !doubted {
        true => database::proved(),
        false => (database::CHECK.look)(&subject(house).await, &|_, _| {}).await,
    };
    take_in(house, vec![(&database::CHECK, found)]);
}

async fn look_at(house: &House, often: Often) {
    let subject = subject(house).await;
    let mut all = Vec::new();
    for check in CHECKS.iter().filter(|check| check.often <= often) {
        all.push((*check, (check.look)(&subject, &|_, _| {}).await));
    }
    take_in(house, all);
    if let Ok(summary) = house.backups.summary().await {
        backups::remind(house, &summary);
    }
    asides::look(house).await;
}

/// What the running server's looks found becomes notices, and these go where all is well again. One that ends has shut
/// its doors itself.
pub fn take_in(house: &House, all: Vec<(&Check, Found)>) {
    if house.stopping.load(Ordering::SeqCst) {
        return;
    }
    for (check, found) in &all {
        match found.state.severity() {
            Some(severity) => {
                let what = format!("{}: {}", check.name, found.what);
                house.notices.raise(check.name, severity, &what, found.next.as_deref().unwrap_or_default());
            }
            None => house.notices.clear(check.name),
        }
    }
    house.found.note(house.clock.utc(), all.into_iter().map(|(check, found)| (check.name, found)).collect());
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
