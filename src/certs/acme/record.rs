//! dns-01 (RFC 8555 §8.4): proofs in TXT records, written where `_acme-challenge` leads to (RFC 2136).
//!
//! A zone's own name servers are asked, not a cache. State: what is still to be taken away, in the setting
//! `acme_dns_left`, kept before anything is written, so that a restart leaves nothing behind.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use instant_acme::AuthorizationStatus;
use instant_acme::ChallengeType;
use instant_acme::Order;
use serde::Deserialize;
use serde::Serialize;

use super::Name;
use super::Shared;
use super::Way;
use super::cause;
use super::cause::Cause;
use super::order::Desk;
use super::order::Failure;
use super::order::Wrong;
use crate::limits;
use crate::net::dns;
use crate::net::dns::RData;
use crate::net::dns::RecordType;
use crate::net::dns::servers;
use crate::net::dns::servers::Said;
use crate::net::dns::servers::Zone;
use crate::net::dns::update;
use crate::net::dns::update::Algorithm;
use crate::net::dns::update::Change;
use crate::net::dns::update::Key;
use crate::net::dns::update::UpdateError;
use crate::settings;

/// Who lets us write, and where.
pub(super) struct Access {
    server: std::net::SocketAddr,
    key: Key,
    /// `None`: the zone that a name lies in.
    zone: Option<dns::Name>,
}

/// A proof that was written, or is about to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Written {
    /// What it proves.
    name: String,
    zone: String,
    at: String,
    value: String,
}

/// Where the proof of a name has to stand.
struct Spot {
    zone: Zone,
    at: dns::Name,
    /// `_acme-challenge` led there.
    is_alias: bool,
}

/// One proof on its way.
struct Proof {
    name: Name,
    spot: Spot,
    value: String,
}

impl Proof {
    fn written(&self, access: &Access) -> Written {
        let zone = access.zone.as_ref().unwrap_or(&self.spot.zone.apex);
        let (name, zone) = (self.name.to_string(), servers::plain(zone));
        Written { name, zone, at: servers::plain(&self.spot.at), value: self.value.clone() }
    }
}

fn failure(record: cause::Record, detail: &str) -> Failure {
    Failure::new(Cause::Record(record), detail, None)
}

impl Shared {
    /// `None`: the owner has set up no name server for it.
    pub(super) fn access(&self) -> Option<Access> {
        let given = |setting| self.settings.text(setting);
        let server = settings::server(&given(&settings::ACME_DNS_SERVER)?)?;
        let name = dns::name(&given(&settings::ACME_DNS_KEY)?).ok()?;
        let algorithm = Algorithm::of_name(&given(&settings::ACME_DNS_ALGORITHM)?)?;
        let secret = zeroize::Zeroizing::new(STANDARD.decode(given(&settings::ACME_DNS_SECRET)?).ok()?);
        let zone = given(&settings::ACME_DNS_ZONE).and_then(|zone| dns::name(&zone).ok());
        Some(Access { server, key: Key::new(name, algorithm, &secret), zone })
    }

    /// The ways for a name, the likeliest first. A record comes first where it did last time, and where no address
    /// leads here; last where the doors may do.
    pub(super) async fn ways(&self, name: &Name, doors: &[Way]) -> Vec<Way> {
        let mut ways = doors.to_vec();
        let (Name::Dns(host), true) = (name, self.access().is_some()) else { return ways };
        let first = self.by_record().contains(name) || !self.leads_here(host).await;
        ways.insert(if first { 0 } else { ways.len() }, Way::Dns01);
        ways
    }

    /// Whether the name has an address, and that of the machine, where the machine has a name of its own.
    async fn leads_here(&self, host: &str) -> bool {
        let resolver = &self.authority.resolver;
        let found = match resolver.addresses(host).await {
            Ok(found) => found,
            Err(dns::DnsError::NoName | dns::DnsError::NoRecords) => return false,
            Err(_) => return true,
        };
        match self.settings.text(&settings::HOST) {
            Some(machine) if machine != host => {
                let machine = resolver.addresses(&machine).await;
                machine.map_or(true, |machine| machine.iter().any(|address| found.contains(address)))
            }
            _ => true,
        }
    }

    /// Follows the aliases, each asked of its own zone.
    async fn spot(&self, access: &Access, host: &str) -> Result<Spot, Failure> {
        let first = format!("_acme-challenge.{host}");
        let mut at = dns::name(&first).map_err(|error| failure(cause::Record::Alias, &error.to_string()))?;
        let mut seen = vec![at.clone()];
        let zone = loop {
            let nobody = |_| failure(cause::Record::Nowhere, &format!("no zone is found for {}", servers::plain(&at)));
            let zone = servers::find(&self.authority.resolver, &self.clock, &at).await.map_err(nobody)?;
            let Some(next) = self.alias(&zone, &at).await else { break zone };
            if seen.contains(&next) || seen.len() > limits::DNS_ALIASES_MAX {
                let path: Vec<String> = seen.iter().chain([&next]).map(servers::plain).collect();
                return Err(failure(cause::Record::Loop, &path.join(" → ")));
            }
            seen.push(next.clone());
            at = next;
        };
        let (is_alias, there) = (seen.len() > 1, servers::plain(&at));
        if let Some(ours) = &access.zone {
            let ours_plain = servers::plain(ours);
            if !ours.zone_of(&at) {
                let detail = match is_alias {
                    true => format!("{first} leads to {there}, which is not in {ours_plain}"),
                    false => format!("{first} has no CNAME into {ours_plain}"),
                };
                return Err(failure(cause::Record::Alias, &detail));
            }
            if zone.apex != *ours {
                let detail = format!("{there} is found in {}, not in {ours_plain}", servers::plain(&zone.apex));
                return Err(failure(cause::Record::Nowhere, &detail));
            }
        }
        Ok(Spot { zone, at, is_alias })
    }

    async fn alias(&self, zone: &Zone, at: &dns::Name) -> Option<dns::Name> {
        let target = |said: Said| match said {
            Said::Records { records, .. } => Some(records.into_iter().find_map(|record| match record {
                RData::CNAME(target) => Some(target.0.to_lowercase()),
                _ => None,
            })),
            Said::Loop | Said::Nothing => None,
        };
        let about = (&self.authority.resolver, &self.clock, &zone.apex);
        for server in zone.servers.iter().filter_map(|server| server.at) {
            let asked = servers::ask_server(about, server, at, RecordType::CNAME).await;
            if let Some(told) = asked.ok().and_then(target) {
                return told;
            }
        }
        target(servers::ask_resolver(&self.authority.resolver, at, RecordType::CNAME).await).flatten()
    }

    async fn change(&self, access: &Access, change: Change, written: &Written) -> Result<(), UpdateError> {
        let name = |text: &str| dns::name(text).map_err(|_| UpdateError::Refused(dns::ResponseCode::FormErr));
        let (zone, at) = (name(&written.zone)?, name(&written.at)?);
        let to = update::Access { clock: &self.clock, server: access.server, key: &access.key, zone: &zone };
        to.change(change, &at, &written.value).await
    }

    /// The name servers that do not show it. Who never answers is left out, as long as another one does.
    async fn lacking(&self, proof: &Proof) -> Vec<String> {
        let Spot { zone, at, .. } = &proof.spot;
        let about = (&self.authority.resolver, &self.clock, &zone.apex);
        let (mut lacking, mut silent, mut shown) = (Vec::new(), Vec::new(), false);
        for server in &zone.servers {
            let asked = match server.at {
                Some(address) => servers::ask_server(about, address, at, RecordType::TXT).await.ok(),
                None => None,
            };
            let is_it = |record: &RData| match record {
                RData::TXT(text) => text.txt_data.concat() == proof.value.as_bytes(),
                _ => false,
            };
            match asked {
                Some(Said::Records { records, .. }) if records.iter().any(is_it) => shown = true,
                Some(Said::Records { .. }) => lacking.push(server.name.clone()),
                _ => silent.push(server.name.clone()),
            }
        }
        if shown || !lacking.is_empty() { lacking } else { silent }
    }

    fn left(&self) -> Vec<Written> {
        let kept = self.settings.text(&settings::ACME_DNS_LEFT).unwrap_or_default();
        serde_json::from_str(&kept).unwrap_or_default()
    }

    async fn keep_left(&self, left: &[Written]) -> Result<(), Failure> {
        let text = serde_json::to_string(left).ok().filter(|_| !left.is_empty());
        let kept = self.settings.keep_own(&settings::ACME_DNS_LEFT, text).await;
        kept.map_err(|error| Failure::new(Cause::Unknown, &format!("nothing can be kept now: {error}"), None))
    }

    /// Takes away what is left of earlier proofs, but those that are wanted again.
    async fn sweep(&self, access: &Access, wanted: &[Written]) -> Vec<Written> {
        let mut left = self.left();
        left.retain(|written| !wanted.contains(written));
        let mut stays = Vec::new();
        for written in left.into_iter().take(2 * limits::ACME_NAMES_MAX) {
            match self.change(access, Change::Remove, &written).await {
                Ok(()) => {}
                // Where we may not write any more there is nothing to be done.
                Err(UpdateError::Refused(code)) => {
                    tracing::warn!(at = written.at, %code, "a proof of ours cannot be taken away");
                }
                Err(error) => {
                    tracing::warn!(at = written.at, %error, "a proof of ours is taken away later");
                    stays.push(written);
                }
            }
        }
        stays
    }

    /// After a start: names whose proofs were cut short go on by records.
    pub(super) fn go_on_by_records(&self) {
        self.by_record().extend(self.left().iter().map(|written| Name::of(&written.name)));
    }

    /// After an order: what was written for it goes.
    pub(super) async fn take_away(&self) {
        let (Some(access), false) = (self.access(), self.left().is_empty()) else { return };
        let stays = self.sweep(&access, &[]).await;
        if let Err(failure) = self.keep_left(&stays).await {
            tracing::warn!(detail = failure.detail, "which proofs are still there is not kept");
        }
    }
}

impl Desk<'_> {
    /// Writes the proofs of all names that go this way, and waits until each zone's name servers show them.
    pub(super) async fn write(
        &self,
        order: &mut Order,
        names: &[Name],
        way: &impl Fn(&Name) -> Option<Way>,
        failed: &mut Vec<(Name, Failure)>,
    ) -> Result<(), Wrong> {
        let mut asked = Vec::new();
        let mut authorizations = order.authorizations();
        while let Some(next) = authorizations.next().await {
            let mut authorization = next.map_err(|error| self.wrong(&error, names))?;
            let Some(name) = Name::of_identifier(authorization.identifier().identifier) else { continue };
            let open = authorization.status == AuthorizationStatus::Pending && way(&name) == Some(Way::Dns01);
            if let Some(challenge) = authorization.challenge(ChallengeType::Dns01).filter(|_| open) {
                asked.push((name, challenge.key_authorization().dns_value()));
            }
        }
        let (Some(access), false) = (self.shared.access(), asked.is_empty()) else { return Ok(()) };
        let mut proofs = Vec::new();
        for (name, value) in asked {
            match self.shared.spot(&access, &name.to_string()).await {
                Ok(spot) => proofs.push(Proof { name, spot, value }),
                Err(failure) => failed.push((name, failure)),
            }
        }
        let all: Vec<Written> = proofs.iter().map(|proof| proof.written(&access)).collect();
        let mut left = self.shared.sweep(&access, &all).await;
        left.extend(all);
        self.shared.keep_left(&left).await.map_err(Wrong::All)?;
        self.add(&access, &mut proofs, failed).await;
        self.wait(proofs, failed).await;
        Ok(())
    }

    async fn add(&self, access: &Access, proofs: &mut Vec<Proof>, failed: &mut Vec<(Name, Failure)>) {
        // What is wrong with the server itself is so for every name.
        let mut whole: Option<Failure> = None;
        let mut written = Vec::new();
        for proof in std::mem::take(proofs) {
            let came = match &whole {
                Some(failure) => Err(failure.clone()),
                None => match self.shared.change(access, Change::Add, &proof.written(access)).await {
                    Ok(()) => Ok(()),
                    Err(error) => {
                        let failure = of_update(access, &proof, &error);
                        whole = Some(failure.clone()).filter(|_| !matches!(error, UpdateError::Refused(_)));
                        Err(failure)
                    }
                },
            };
            match came {
                Ok(()) => {
                    tracing::info!(name = %proof.name, at = servers::plain(&proof.spot.at), "a proof was written");
                    written.push(proof);
                }
                Err(failure) => failed.push((proof.name, failure)),
            }
        }
        *proofs = written;
    }

    async fn wait(&self, mut proofs: Vec<Proof>, failed: &mut Vec<(Name, Failure)>) {
        let clock = &self.shared.clock;
        let end = clock.since_start() + Duration::from_secs(limits::ACME_RECORD_SHOWN_MAX_S);
        let mut pause = Duration::from_millis(limits::ACME_LOOK_MS);
        while !proofs.is_empty() {
            let is_over = clock.since_start() + pause > end;
            let mut open = Vec::new();
            for proof in proofs {
                let lacking = self.shared.lacking(&proof).await;
                match (lacking.is_empty(), is_over) {
                    (true, _) => {}
                    (false, false) => open.push(proof),
                    (false, true) => {
                        let at = servers::plain(&proof.spot.at);
                        let detail = format!("{} does not show {at}", lacking.join(", "));
                        failed.push((proof.name, failure(cause::Record::Late, &detail)));
                    }
                }
            }
            proofs = open;
            if !proofs.is_empty() {
                clock.sleep(pause).await;
            }
            pause = (pause * 3 / 2).min(Duration::from_millis(limits::ACME_LOOK_MAX_MS));
        }
    }
}

fn of_update(access: &Access, proof: &Proof, error: &UpdateError) -> Failure {
    let record = match error {
        UpdateError::Silent | UpdateError::Unreachable => cause::Record::Silent,
        UpdateError::Key(_) => cause::Record::Key,
        UpdateError::Clock { .. } => cause::Record::Clock,
        // Without an alias it is the domain's own zone, which hardly anybody may change.
        UpdateError::Refused(_) if !proof.spot.is_alias => cause::Record::Alias,
        UpdateError::Refused(_) | UpdateError::Garbled => cause::Record::Refused,
    };
    let at = servers::plain(&proof.spot.at);
    failure(record, &format!("the name server {} was asked to change {at}: {error}", access.server))
}

#[cfg(test)]
mod tests;
