//! Compares what the name servers said with what is wanted. Pure.
//!
//! Keeps no state.

use std::net::IpAddr;

use super::own;
use super::own::Ours;
use super::own::Way;
use super::wanted::Presence;
use super::wanted::Value;
use super::wanted::Wanted;
use crate::limits;
use crate::net::dns::RData;
use crate::net::dns::servers::Said;
use crate::net::dns::servers::address;
use crate::net::dns::servers::plain;

/// How a record is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing is there yet.
    Waiting,
    Found {
        /// Over an alias.
        via: Option<String>,
        /// `None`: it is ours for sure. Else what stands there: an address of which we cannot tell.
        unsure: Option<String>,
    },
    /// Some servers have it already.
    FoundOn { on: usize, of: usize },
    Wrong {
        /// What stands there instead.
        seen: String,
        why: Why,
    },
    /// It is missing and may be.
    NotNeeded,
    /// No server told.
    CouldNotLook,
    /// Only the authority can try it.
    Later,
}

/// Why a value is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    AnotherMachine,
    /// It works at home only.
    Private,
    /// Chat goes to another server.
    ForeignServer(String),
    /// The machine is right and the port is not: the one that would be.
    OtherPort(u16),
    /// `.`: the domain has no such service.
    NotOffered,
    /// Every name of the domain leads there: the provider's own page.
    Parked,
    /// Somebody's network in between, which lets only web pages pass.
    Proxy(&'static str),
    /// There is no IPv6 here.
    NoIpv6,
    /// Aliases in a circle.
    Loop,
    /// It leads to none that we may write to: that zone.
    OtherZone(String),
    /// The web site sends who asks somewhere else.
    OtherRedirect,
}

/// What is known beside the answers.
pub struct Known<'a> {
    pub ours: &'a Ours,
    pub machine: &'a str,
    /// Where a name leads that nobody has written down.
    pub anything: &'a [IpAddr],
    /// Names that were asked for besides, with their addresses.
    pub others: &'a [(String, Vec<IpAddr>)],
}

/// One server's answer, judged.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Verdict {
    Right { via: Option<String>, unsure: Option<String> },
    Missing,
    Wrong { seen: String, why: Why },
}

/// Judges a record by what each server said.
pub fn judge(wanted: &Wanted, said: &[Said], known: &Known) -> State {
    // See `redirect`.
    if matches!(wanted.value, Value::Redirect { .. }) {
        return State::Later;
    }
    let verdicts: Vec<Verdict> = said.iter().filter_map(|said| verdict(wanted, said, known)).collect();
    let right = verdicts.iter().filter(|verdict| matches!(verdict, Verdict::Right { .. })).count();
    let of = verdicts.len();
    let first = verdicts.iter().max_by_key(|verdict| match verdict {
        Verdict::Wrong { .. } => 2,
        Verdict::Right { .. } => 1,
        Verdict::Missing => 0,
    });
    match first.cloned() {
        None => State::CouldNotLook,
        Some(_) if right > 0 && right < of => State::FoundOn { on: right, of },
        Some(Verdict::Right { via, unsure }) => State::Found { via, unsure },
        Some(Verdict::Wrong { seen, why }) => State::Wrong { seen, why },
        Some(Verdict::Missing) if wanted.presence == Presence::Spare => State::NotNeeded,
        Some(Verdict::Missing) => State::Waiting,
    }
}

fn verdict(wanted: &Wanted, said: &Said, known: &Known) -> Option<Verdict> {
    let (records, aliases) = match said {
        Said::Nothing => return None,
        Said::Loop => return Some(Verdict::Wrong { seen: wanted.name.clone(), why: Why::Loop }),
        Said::Records { records, aliases } => (records, aliases),
    };
    let via = aliases.last().cloned();
    Some(match &wanted.value {
        Value::A(_) | Value::Aaaa(_) => addresses(wanted, records, via, known),
        Value::Srv { port, .. } => services(*port, records, known),
        Value::Cname(target) => alias(wanted, target, aliases),
        Value::Redirect { .. } => return None,
    })
}

fn addresses(wanted: &Wanted, records: &[RData], via: Option<String>, known: &Known) -> Verdict {
    let seen: Vec<IpAddr> = records.iter().filter_map(address).collect();
    if seen.is_empty() {
        return match via {
            Some(via) => Verdict::Wrong { seen: via, why: Why::AnotherMachine },
            None => Verdict::Missing,
        };
    }
    let foreign: Vec<IpAddr> = seen.iter().copied().filter(|ip| !known.ours.has(*ip)).collect();
    if foreign.is_empty() {
        return Verdict::Right { via, unsure: None };
    }
    let told = list(foreign.iter().map(IpAddr::to_string));
    // Behind a router nobody here knows the line's address.
    let is_unknown = match wanted.value {
        Value::A(_) => known.ours.v4 == Way::Unsure,
        _ => known.ours.v6 == Way::Unsure,
    };
    match why_foreign(&foreign, known) {
        Why::AnotherMachine if is_unknown => Verdict::Right { via, unsure: Some(told) },
        Why::AnotherMachine | Why::Private if wanted.value == Value::Aaaa(None) => {
            Verdict::Wrong { seen: told, why: Why::NoIpv6 }
        }
        why => Verdict::Wrong { seen: told, why },
    }
}

fn why_foreign(foreign: &[IpAddr], known: &Known) -> Why {
    if let Some(network) = foreign.iter().find_map(|ip| proxy(*ip)) {
        return Why::Proxy(network);
    }
    match foreign {
        _ if foreign.iter().any(|ip| !own::is_public(*ip)) => Why::Private,
        _ if foreign.iter().all(|ip| known.anything.contains(ip)) => Why::Parked,
        _ => Why::AnotherMachine,
    }
}

/// `_acme-challenge`, which may lead to any name of the zone that we write to.
fn alias(wanted: &Wanted, target: &str, aliases: &[String]) -> Verdict {
    let Some(last) = aliases.last() else { return Verdict::Missing };
    let domain = wanted.name.strip_prefix("_acme-challenge.").unwrap_or_default();
    let zone = target.strip_prefix(domain).unwrap_or(target);
    if aliases.iter().any(|alias| alias.ends_with(zone)) {
        return Verdict::Right { via: Some(last.clone()).filter(|last| last != target), unsure: None };
    }
    let zone = zone.trim_start_matches('.').to_owned();
    Verdict::Wrong { seen: last.clone(), why: Why::OtherZone(zone) }
}

fn services(port: u16, records: &[RData], known: &Known) -> Verdict {
    let all: Vec<(u16, String)> = records
        .iter()
        .filter_map(|record| match record {
            RData::SRV(srv) => Some((srv.port, plain(&srv.target))),
            _ => None,
        })
        .collect();
    if all.is_empty() {
        return Verdict::Missing;
    }
    let leads_here = |target: &str| {
        let others = known.others.iter().find(|(name, _)| name == target);
        target == known.machine
            || others.is_some_and(|(_, ips)| !ips.is_empty() && ips.iter().all(|ip| known.ours.has(*ip)))
    };
    if let [(_, none)] = &all[..]
        && none.is_empty()
    {
        return Verdict::Wrong { seen: ".".to_owned(), why: Why::NotOffered };
    }
    if let Some((_, foreign)) = all.iter().find(|(_, target)| !leads_here(target)) {
        return Verdict::Wrong { seen: foreign.clone(), why: Why::ForeignServer(foreign.clone()) };
    }
    match all.iter().find(|(seen, _)| *seen == port) {
        Some((_, target)) => {
            Verdict::Right { via: Some(target.clone()).filter(|at| at != known.machine), unsure: None }
        }
        None => Verdict::Wrong {
            seen: list(all.iter().map(|(port, at)| format!("{at}:{port}"))),
            why: Why::OtherPort(port),
        },
    }
}

/// Names that SRV records lead to and that are not the machine's own: their addresses are needed for the verdict.
pub fn targets(said: &[Said], machine: &str) -> Vec<String> {
    let records = said.iter().flat_map(|said| match said {
        Said::Records { records, .. } => &records[..],
        Said::Loop | Said::Nothing => &[],
    });
    let mut targets: Vec<String> = records
        .filter_map(|record| match record {
            RData::SRV(srv) => Some(plain(&srv.target)).filter(|target| !target.is_empty() && target != machine),
            _ => None,
        })
        .collect();
    targets.sort();
    targets.dedup();
    targets.truncate(limits::RECORD_SHOWN_VALUES);
    targets
}

fn list(values: impl Iterator<Item = String>) -> String {
    values.take(limits::RECORD_SHOWN_VALUES).collect::<Vec<_>>().join(", ")
}

/// Networks that stand before others' machines and let web pages pass alone: first bits, and how many count
/// (cloudflare.com/ips, unchanged since 2021).
const CLOUDFLARE_4: [([u8; 4], u32); 15] = [
    ([103, 21, 244, 0], 22),
    ([103, 22, 200, 0], 22),
    ([103, 31, 4, 0], 22),
    ([104, 16, 0, 0], 13),
    ([104, 24, 0, 0], 14),
    ([108, 162, 192, 0], 18),
    ([131, 0, 72, 0], 22),
    ([141, 101, 64, 0], 18),
    ([162, 158, 0, 0], 15),
    ([172, 64, 0, 0], 13),
    ([173, 245, 48, 0], 20),
    ([188, 114, 96, 0], 20),
    ([190, 93, 240, 0], 20),
    ([197, 234, 240, 0], 22),
    ([198, 41, 128, 0], 17),
];
const CLOUDFLARE_6: [(u32, u32); 7] = [
    (0x2400_cb00, 32),
    (0x2405_8100, 32),
    (0x2405_b500, 32),
    (0x2606_4700, 32),
    (0x2803_f800, 32),
    (0x2a06_98c0, 29),
    (0x2c0f_f248, 32),
];

fn proxy(ip: IpAddr) -> Option<&'static str> {
    let begins = |bits: u32, net: u32, count: u32| (bits ^ net) >> (32 - count) == 0;
    let inside = match ip.to_canonical() {
        IpAddr::V4(v4) => {
            CLOUDFLARE_4.iter().any(|(net, count)| begins(v4.to_bits(), u32::from_be_bytes(*net), *count))
        }
        IpAddr::V6(v6) => CLOUDFLARE_6.iter().any(|(net, count)| begins((v6.to_bits() >> 96) as u32, *net, *count)),
    };
    inside.then_some("Cloudflare")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_in_between_is_known_by_its_addresses() {
        for (ip, named) in [
            ("104.21.3.4", true),
            ("104.28.0.1", false),
            ("172.67.1.1", true),
            ("198.41.255.1", true),
            ("198.42.0.1", false),
            ("2606:4700::6810:1", true),
            ("2a06:98c7::1", true),
            ("2a06:98c8::1", false),
            ("203.0.113.7", false),
        ] {
            assert_eq!(proxy(ip.parse().unwrap()).is_some(), named, "{ip}");
        }
    }
}
