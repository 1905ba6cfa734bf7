//! The zone in which a name lies, and its own name servers: found by the resolver, then asked one by one.
//!
//! Keeps no state.

use std::net::IpAddr;
use std::net::SocketAddr;

use crate::clock::Clock;
use crate::limits;
use crate::net::dns;
use crate::net::dns::DnsError;
use crate::net::dns::Name;
use crate::net::dns::RData;
use crate::net::dns::Record;
use crate::net::dns::RecordType;
use crate::net::dns::Resolver;
use crate::net::dns::ResponseCode;
use crate::net::dns::ask;
use crate::net::dns::ask::Answer;
use crate::net::dns::ask::AskError;
use crate::net::dns::ask::How;

/// The port of all name servers but those of tests.
const PORT: u16 = 53;

/// A zone and who speaks for it.
#[derive(Clone, Debug)]
pub struct Zone {
    pub apex: Name,
    pub servers: Vec<Server>,
}

/// One name server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Without a dot at the end.
    pub name: String,
    /// `None`: its name has no address.
    pub at: Option<SocketAddr>,
}

/// Why there is no zone to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoZone {
    /// Not even the machine's resolver answers.
    NoInternet,
    /// Nobody has registered it, or it is very new.
    NoDomain,
    /// It is registered, and no name server is written down for it, or resolvers fail at it.
    Broken,
}

/// Finds the zone of a name: the nearest SOA at or above it, and its NS records.
pub async fn find(resolver: &Resolver, clock: &Clock, name: &Name) -> Result<Zone, NoZone> {
    let apex = apex(resolver, name).await?;
    let answer = resolver.fresh(&apex, RecordType::NS, true).await.map_err(no_zone)?;
    let servers = servers(resolver, &answer.answers, &[]).await;
    if !is_everybodys(&apex) || apex == *name {
        return if servers.is_empty() { Err(NoZone::Broken) } else { Ok(Zone { apex, servers }) };
    }
    // Resolvers remember for a while that a domain is not there; who gives domains away knows better.
    let mut knows = false;
    for server in servers.iter().filter_map(|server| server.at) {
        let Ok(answer) = ask::ask(clock, server, name, RecordType::NS, How::default()).await else { continue };
        knows |= matches!(answer.code, ResponseCode::NoError | ResponseCode::NXDomain);
        let named = |record: &&Record| record.record_type() == RecordType::NS && record.name != apex;
        let Some(first) = answer.authorities.iter().chain(&answer.answers).find(named) else { break };
        let apex = first.name.to_lowercase();
        let records: Vec<Record> = answer.authorities.iter().chain(&answer.answers).cloned().collect();
        let servers = self::servers(resolver, &records, &answer.additionals).await;
        return if servers.is_empty() { Err(NoZone::Broken) } else { Ok(Zone { apex, servers }) };
    }
    Err(if knows { NoZone::NoDomain } else { NoZone::Broken })
}

/// The nearest name at or above it that has an SOA record. What is nothing comes with that of its zone (RFC 2308 §3),
/// but some resolvers leave it out, systemd's among them: then it is asked for, label by label.
async fn apex(resolver: &Resolver, name: &Name) -> Result<Name, NoZone> {
    let mut at = name.to_lowercase();
    loop {
        let answer = resolver.fresh(&at, RecordType::SOA, true).await.map_err(no_zone)?;
        let all = answer.answers.iter().chain(&answer.authorities);
        let mut apexes = all.filter(|record| record.record_type() == RecordType::SOA && record.name.zone_of(name));
        match apexes.next() {
            Some(record) => return Ok(record.name.to_lowercase()),
            None if at.is_root() => return Err(NoZone::Broken),
            None => at = at.base_name(),
        }
    }
}

fn no_zone(error: DnsError) -> NoZone {
    match error {
        DnsError::NoAnswer | DnsError::NoServers(_) => NoZone::NoInternet,
        _ => NoZone::Broken,
    }
}

/// `com`, `co.uk`: under these people register. Two words are known by their shape.
fn is_everybodys(apex: &Name) -> bool {
    const SECOND: [&[u8]; 13] =
        [b"ac", b"co", b"com", b"edu", b"gov", b"id", b"ltd", b"me", b"ne", b"net", b"nom", b"or", b"org"];
    let labels: Vec<&[u8]> = apex.iter().collect();
    match labels[..] {
        [] | [_] => true,
        [second, country] => country.len() == 2 && SECOND.contains(&second),
        _ => false,
    }
}

/// The servers that NS records name, each with one address: the first few, in their order of names.
async fn servers(resolver: &Resolver, records: &[Record], glue: &[Record]) -> Vec<Server> {
    let mut names: Vec<Name> = records
        .iter()
        .filter_map(|record| match &record.data {
            RData::NS(server) => Some(server.0.to_lowercase()),
            _ => None,
        })
        .collect();
    names.sort();
    names.dedup();
    names.truncate(limits::ZONE_SERVERS_MAX);
    let port = resolver.asked().map_or(PORT, |asked| asked.port());
    let mut servers = Vec::new();
    for name in names {
        let mut ip = glue.iter().find_map(|record| (record.name == name).then(|| address(&record.data)).flatten());
        for kind in [RecordType::A, RecordType::AAAA] {
            if ip.is_none()
                && let Ok(answer) = resolver.fresh(&name, kind, true).await
            {
                ip = answer.answers.iter().find_map(|record| address(&record.data));
            }
        }
        servers.push(Server { name: plain(&name), at: ip.map(|ip| SocketAddr::new(ip, port)) });
    }
    servers
}

pub fn address(data: &RData) -> Option<IpAddr> {
    match data {
        RData::A(ip) => Some(IpAddr::V4(ip.0)),
        RData::AAAA(ip) => Some(IpAddr::V6(ip.0)),
        _ => None,
    }
}

/// As people write it: small, without the dot at the end.
pub fn plain(name: &Name) -> String {
    let name = name.to_lowercase().to_ascii();
    name.strip_suffix('.').unwrap_or(&name).to_owned()
}

/// What one server said of one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// The records, and over which aliases they were found. None: there is nothing.
    Records { records: Vec<RData>, aliases: Vec<String> },
    /// Aliases go round in a circle.
    Loop,
    /// It does not answer, or not for this zone.
    Nothing,
}

/// Asks one server. What it sends elsewhere for is asked of the resolver.
pub async fn ask_server(
    (resolver, clock, apex): (&Resolver, &Clock, &Name),
    server: SocketAddr,
    name: &Name,
    kind: RecordType,
) -> Result<Said, AskError> {
    let how = How { recursive: false, unchecked: true };
    let answer = ask::ask(clock, server, name, kind, how).await?;
    let below =
        |record: &&Record| record.record_type() == RecordType::NS && record.name != *apex && apex.zone_of(&record.name);
    if !answer.authoritative && answer.answers.is_empty() && answer.authorities.iter().any(|record| below(&record)) {
        return Ok(ask_resolver(resolver, name, kind).await);
    }
    let speaks = matches!(answer.code, ResponseCode::NoError | ResponseCode::NXDomain) && answer.authoritative;
    Ok(if speaks { follow(resolver, answer, name, kind).await } else { Said::Nothing })
}

/// Asks the machine's resolver, signatures aside.
pub async fn ask_resolver(resolver: &Resolver, name: &Name, kind: RecordType) -> Said {
    match resolver.fresh(name, kind, true).await {
        Ok(answer) if matches!(answer.code, ResponseCode::NoError | ResponseCode::NXDomain) => {
            match chain(&answer, name, kind) {
                Chain::Loop => Said::Loop,
                Chain::Ends { records, aliases, .. } => Said::Records { records, aliases },
            }
        }
        // Resolvers that meet a circle give up so.
        _ => Said::Nothing,
    }
}

async fn follow(resolver: &Resolver, answer: Answer, name: &Name, kind: RecordType) -> Said {
    match chain(&answer, name, kind) {
        Chain::Loop => Said::Loop,
        Chain::Ends { records, mut aliases, at } if records.is_empty() && !aliases.is_empty() => {
            // The last alias leads into another zone.
            match ask_resolver(resolver, &at, kind).await {
                Said::Records { records, aliases: more } => {
                    aliases.extend(more);
                    Said::Records { records, aliases }
                }
                Said::Loop => Said::Loop,
                Said::Nothing => Said::Records { records, aliases },
            }
        }
        Chain::Ends { records, aliases, .. } => Said::Records { records, aliases },
    }
}

enum Chain {
    Ends { records: Vec<RData>, aliases: Vec<String>, at: Name },
    Loop,
}

/// Follows the aliases inside one answer.
fn chain(answer: &Answer, name: &Name, kind: RecordType) -> Chain {
    let mut at = name.to_lowercase();
    let mut seen = vec![at.clone()];
    let mut aliases = Vec::new();
    loop {
        let here = answer.answers.iter().filter(|record| record.name == at && record.record_type() == kind);
        let records: Vec<RData> = here.map(|record| record.data.clone()).collect();
        let next = answer.answers.iter().find_map(|record| match &record.data {
            RData::CNAME(target) if record.name == at => Some(target.0.to_lowercase()),
            _ => None,
        });
        match next {
            Some(next) if records.is_empty() => {
                if seen.contains(&next) || seen.len() > limits::DNS_ALIASES_MAX {
                    return Chain::Loop;
                }
                aliases.push(plain(&next));
                seen.push(next.clone());
                at = next;
            }
            _ => return Chain::Ends { records, aliases, at },
        }
    }
}

/// The name, for one of ours: these were checked before.
pub fn name(text: &str) -> Option<Name> {
    dns::name(text).ok()
}
