//! Which names this place has certified by an authority, and what the owner is told of it.
//!
//! State: the notices `acme_*`; how many days of the certificate were left at the last look.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use super::house::House;
use crate::certs;
use crate::certs::Source;
use crate::certs::acme::Cause;
use crate::certs::acme::Consent;
use crate::certs::acme::How;
use crate::certs::acme::Name;
use crate::certs::acme::NameState;
use crate::certs::acme::State;
use crate::limits;
use crate::net::dns::DnsError;
use crate::notices::Severity;
use crate::settings;
use crate::texts::Lang;
use crate::texts::Text;

/// Runs until it is dropped, before set-up too: then the wizard says what is wanted.
pub async fn run(house: Arc<House>) {
    tokio::join!(house.acme.run(), want(&house), tell(&house), remind(&house));
}

/// Once the doors are open and the owner has agreed: the names of this place, looked at again every
/// [`limits::ACME_HOSTS_EVERY_S`] and when a setting was changed.
async fn want(house: &House) {
    let open = house.open.wait().await;
    let Some(domain) = house.settings.domain() else { return };
    let ports = &open.ports;
    let how = How::of_ports(ports.http.map(|door| door.port()), ports.https.map(|door| door.port()));
    if let Err(error) = house.acme.adopt().await {
        tracing::warn!(%error, "whether certificates of an authority are renewed cannot be kept");
    }
    let mut changes = house.settings.changes();
    loop {
        changes.borrow_and_update();
        if house.acme.consent() == Consent::Given {
            let names = names(house, &domain).await;
            house.acme.want(names, how.clone());
        } else {
            house.acme.want(Vec::new(), how.clone());
            put_up(house, None);
        }
        let _ = house.clock.timeout(Duration::from_secs(limits::ACME_HOSTS_EVERY_S), changes.changed()).await;
    }
}

/// The domain, the machine's own name, and those hosts under the domain whose records lead to the same machine: who has
/// made the records wants them used.
async fn names(house: &House, domain: &str) -> Vec<Name> {
    let mut all = certs::names_under(domain).into_iter();
    let mut names: Vec<String> = all.next().into_iter().collect();
    let host = house.settings.text(&settings::HOST).and_then(|host| certs::names_under(&host).into_iter().next());
    names.extend(host.filter(|host| !names.contains(host)));
    let mut ours: BTreeSet<IpAddr> = BTreeSet::new();
    for name in &names {
        ours.extend(house.resolver.addresses(name).await.unwrap_or_default());
    }
    let known: Vec<String> = house.acme.state().into_iter().map(|known| known.name.to_string()).collect();
    for host in all.filter(|host| !names.contains(host)).collect::<Vec<_>>() {
        let leads_here = match house.resolver.addresses(&host).await {
            Ok(found) => found.iter().any(|address| ours.contains(address)),
            // A name server that is silent for once takes nothing away.
            Err(DnsError::NoAnswer | DnsError::NoServers(_)) => known.contains(&host),
            Err(_) => false,
        };
        if leads_here {
            names.push(host);
        }
    }
    names.into_iter().map(Name::Dns).collect()
}

/// Keeps one notice up for as long as names fail again and again.
async fn tell(house: &House) {
    let mut changes = house.acme.changes();
    loop {
        let states = changes.borrow_and_update().clone();
        // While the authority looks, nothing is known to be over.
        let is_known = !states.is_empty() && !states.iter().any(|name| name.state == State::Checking);
        if is_known {
            put_up(house, notice(&states));
        }
        if changes.changed().await.is_err() {
            return;
        }
    }
}

fn put_up(house: &House, notice: Option<Notice>) {
    for cause in Cause::KEYS.iter().filter(|cause| notice.as_ref().is_none_or(|notice| notice.key != **cause)) {
        house.notices.clear(&format!("acme_{cause}"));
    }
    if let Some(notice) = notice {
        let next = Lang::En.book().plain(&notice.next);
        house.notices.raise(format!("acme_{}", notice.key), notice.severity, &notice.what, &next);
    }
}

struct Notice {
    key: &'static str,
    severity: Severity,
    what: String,
    next: Text,
}

/// The first name that failed often enough, with all that share its fate.
fn notice(states: &[NameState]) -> Option<Notice> {
    let failing = |of: &'_ NameState| match &of.state {
        State::Failed { cause, detail, failures, served_until, .. } if *failures >= limits::ACME_TOLD_FAILURES => {
            Some((of.name.to_string(), cause.clone(), detail.clone(), served_until.is_some()))
        }
        _ => None,
    };
    let all: Vec<_> = states.iter().filter_map(failing).collect();
    let (_, cause, detail, _) = all.first()?.clone();
    let alike: Vec<_> = all.into_iter().filter(|(_, other, ..)| other.key() == cause.key()).collect();
    let names: Vec<&str> = alike.iter().map(|(name, ..)| name.as_str()).collect();
    let served = alike.iter().all(|(.., served)| *served);
    let detail = if detail.is_empty() { cause.key().to_owned() } else { detail };
    let what = format!("no certificate for {}: {detail}", names.join(", "));
    let severity = if served { Severity::Warning } else { Severity::Trouble };
    Some(Notice { key: cause.key(), severity, what, next: cause.words().1 })
}

/// Says again that the certificate runs out, at 10, 5 and 1 days left.
pub(super) async fn remind(house: &House) {
    house.open.wait().await;
    let mut left = left(house);
    loop {
        house.clock.sleep(Duration::from_secs(limits::ACME_HOSTS_EVERY_S)).await;
        let now = self::left(house);
        if now < left {
            house.notices.tell_again("certificate");
        }
        left = now;
    }
}

/// The smallest of the days named there that is not yet over; many, where it runs out for nobody but this machine.
fn left(house: &House) -> i64 {
    let Some(open) = house.open.get() else { return i64::MAX };
    let serving = open.certs.serving();
    let days = serving.facts.days_left(house.clock.utc());
    let told = limits::CERTIFICATE_TOLD_DAYS.into_iter().filter(|told| days < *told).min();
    told.filter(|_| matches!(serving.source, Source::Acme | Source::Own)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_is_told_after_two_failures_and_of_all_names_at_once() {
        let failed = |name: &str, failures, served_until| NameState {
            name: Name::of(name),
            state: State::Failed {
                cause: Cause::Dns,
                detail: "NXDOMAIN".to_owned(),
                again_at: 0,
                failures,
                served_until,
            },
        };
        assert!(notice(&[failed("a.de", 1, None)]).is_none());
        let told = notice(&[failed("a.de", 2, None), failed("b.de", 3, Some(9))]).unwrap();
        assert_eq!((told.key, told.severity), ("dns", Severity::Trouble));
        assert_eq!(told.what, "no certificate for a.de, b.de: NXDOMAIN");
        let told = notice(&[failed("a.de", 2, Some(9))]).unwrap();
        assert_eq!(told.severity, Severity::Warning, "the old one still serves");
    }
}
