//! Which records a place needs, in the order in which they are told (RFC 6120 §3.2.1, XEP-0368 §3). Pure.
//!
//! Keeps no state.

use std::fmt;
use std::net::Ipv4Addr;
use std::net::Ipv6Addr;

use super::own::Ours;
use super::own::Way;

/// What a place is called, in A-labels, without dots at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What addresses end in.
    pub domain: String,
    /// The machine's own name; the domain itself, where that is here.
    pub machine: String,
    /// Where apps knock without TLS; 5222 needs no record to be found.
    pub chat_port: u16,
    /// Where proofs by record are written, if the owner has set that up.
    pub proofs: Option<String>,
}

/// What a record is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Row {
    /// Where the machine is.
    Machine,
    /// The same in IPv6.
    Newer,
    /// `_xmpp-client._tcp`
    Apps,
    /// `_xmpps-client._tcp` on 443.
    Hotel,
    /// `_xmpp-server._tcp`
    Servers,
    /// `_acme-challenge`, into the zone that we may write to.
    Alias,
    /// Where the web site elsewhere leads who asks whether the domain is ours.
    Proof,
}

/// How much it is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Nobody comes in without it.
    Needed,
    Nice,
    /// It may be missing; there must only be no wrong one.
    Spare,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `None`: ours, which we do not know ourselves.
    A(Option<Ipv4Addr>),
    /// `None`: we have none.
    Aaaa(Option<Ipv6Addr>),
    Srv {
        port: u16,
        target: String,
    },
    Cname(String),
    /// No record: the web site sends who asks there on.
    Redirect {
        to: String,
    },
}

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub row: Row,
    pub presence: Presence,
    /// The whole name, or address, without a dot at the end.
    pub name: String,
    pub value: Value,
}

impl Place {
    /// Err: no name of DNS.
    pub fn new(domain: &str, host: Option<&str>, chat_port: u16) -> Option<Place> {
        let ascii = |name: &str| idna::domain_to_ascii(name.trim_end_matches('.')).ok().filter(|name| !name.is_empty());
        let domain = ascii(domain)?;
        let machine = match host {
            Some(host) => ascii(host)?,
            None => domain.clone(),
        };
        Some(Place { domain, machine, chat_port, proofs: None })
    }

    /// With the zone that proofs are written into.
    pub fn proving(self, zone: Option<String>) -> Place {
        Place { proofs: zone, ..self }
    }

    /// The domain's web site lives elsewhere.
    pub fn is_elsewhere(&self) -> bool {
        self.machine != self.domain
    }
}

impl Value {
    /// The record's type.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::A(_) => "A",
            Value::Aaaa(_) => "AAAA",
            Value::Srv { .. } => "SRV",
            Value::Cname(_) => "CNAME",
            Value::Redirect { .. } => "HTTP",
        }
    }
}

/// As in a zone file. Nothing for an address that we do not know.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::A(Some(ip)) => ip.fmt(f),
            Value::Aaaa(Some(ip)) => ip.fmt(f),
            Value::A(None) | Value::Aaaa(None) => Ok(()),
            Value::Srv { port, target } => write!(f, "0 5 {port} {target}."),
            Value::Cname(target) => write!(f, "{target}."),
            Value::Redirect { to } => to.fmt(f),
        }
    }
}

impl Wanted {
    /// The whole name as in a zone file.
    pub fn full_name(&self) -> String {
        match self.value {
            Value::Redirect { .. } => self.name.clone(),
            _ => format!("{}.", self.name),
        }
    }

    /// The name as most providers ask for it: without the domain, `@` for the domain itself.
    pub fn short(&self, domain: &str) -> &str {
        match self.name.strip_suffix(domain) {
            Some("") => "@",
            Some(front) => front.strip_suffix('.').unwrap_or(&self.name),
            None => &self.name,
        }
    }
}

/// All records of a place, in their order.
pub fn records(place: &Place, ours: &Ours) -> Vec<Wanted> {
    let (domain, machine) = (&place.domain, &place.machine);
    let elsewhere = place.is_elsewhere();
    let wanted = |row, presence, name: String, value| Wanted { row, presence, name, value };
    let mut all = Vec::new();
    let v6 = match ours.v6 {
        Way::At(ip) => Some(ip),
        Way::Unsure | Way::None => None,
    };
    let only_v6 = ours.v4 == Way::None && v6.is_some();
    if !only_v6 {
        let v4 = match ours.v4 {
            Way::At(ip) => Some(ip),
            Way::Unsure | Way::None => None,
        };
        all.push(wanted(Row::Machine, Presence::Needed, machine.clone(), Value::A(v4)));
    }
    let (row, presence) = match (only_v6, v6) {
        (true, _) => (Row::Machine, Presence::Needed),
        (false, Some(_)) => (Row::Newer, Presence::Nice),
        (false, None) => (Row::Newer, Presence::Spare),
    };
    all.push(wanted(row, presence, machine.clone(), Value::Aaaa(v6)));
    let srv = |row, presence, service: &str, port| {
        wanted(row, presence, format!("{service}._tcp.{domain}"), Value::Srv { port, target: machine.clone() })
    };
    let apps = if elsewhere || place.chat_port != 5222 { Presence::Needed } else { Presence::Spare };
    all.push(srv(Row::Apps, apps, "_xmpp-client", place.chat_port));
    all.push(srv(Row::Hotel, Presence::Nice, "_xmpps-client", 443));
    // Nobody else's server is talked to yet; but an old record leads friends astray.
    all.push(srv(Row::Servers, Presence::Spare, "_xmpp-server", 5269));
    if let Some(zone) = &place.proofs {
        let target = Value::Cname(format!("{domain}.{zone}"));
        all.push(wanted(Row::Alias, Presence::Nice, format!("_acme-challenge.{domain}"), target));
    }
    if elsewhere {
        let path = "/.well-known/acme-challenge/";
        let to = format!("http://{machine}{path}");
        all.push(wanted(Row::Proof, Presence::Nice, format!("http://{domain}{path}"), Value::Redirect { to }));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours() -> Ours {
        let v6 = Way::At("2001:db8::7".parse().unwrap());
        Ours { v4: Way::At([203, 0, 113, 7].into()), v6, also: Vec::new() }
    }

    fn lines(place: &Place, ours: &Ours, with_spare: bool) -> Vec<String> {
        let records = records(place, ours);
        let shown = records.iter().filter(|wanted| with_spare || wanted.presence != Presence::Spare);
        shown
            .map(|wanted| format!("{} {} {}", wanted.short(&place.domain), wanted.value.kind(), wanted.value))
            .collect()
    }

    #[test]
    fn a_domain_on_this_machine_needs_three_records() {
        let place = Place::new("Bücher.example", None, 5222).unwrap();
        let domain = "xn--bcher-kva.example.";
        assert_eq!(
            lines(&place, &ours(), false),
            [
                "@ A 203.0.113.7".to_owned(),
                "@ AAAA 2001:db8::7".to_owned(),
                format!("_xmpps-client._tcp SRV 0 5 443 {domain}"),
            ]
        );
        assert_eq!(lines(&place, &ours(), true).len(), 5, "and none may lead elsewhere");
    }

    #[test]
    fn rfc6120_3_2_1_a_machine_of_another_name_or_port_needs_srv() {
        let place = Place::new("beach.example", Some("chat.beach.example"), 5222).unwrap();
        let behind_a_router = Ours { v4: Way::Unsure, ..Ours::default() };
        assert_eq!(
            lines(&place, &behind_a_router, false),
            [
                "chat A ",
                "_xmpp-client._tcp SRV 0 5 5222 chat.beach.example.",
                "_xmpps-client._tcp SRV 0 5 443 chat.beach.example.",
                "http://beach.example/.well-known/acme-challenge/ HTTP \
                 http://chat.beach.example/.well-known/acme-challenge/",
            ]
        );
        let proving = place.proving(Some("proof.example".to_owned()));
        let alias = "_acme-challenge CNAME beach.example.proof.example.";
        assert!(lines(&proving, &behind_a_router, false).contains(&alias.to_owned()));
        let other_port = Place::new("beach.example", None, 7000).unwrap();
        assert!(lines(&other_port, &ours(), false)[2].starts_with("_xmpp-client._tcp SRV 0 5 7000"));
    }

    #[test]
    fn where_there_is_only_ipv6_its_record_is_the_first_one() {
        let place = Place::new("beach.example", None, 5222).unwrap();
        let records = records(&place, &Ours { v4: Way::None, ..ours() });
        assert_eq!((records[0].row, records[0].value.kind()), (Row::Machine, "AAAA"));
        assert!(Place::new("", None, 1).is_none() && Place::new("a.example", Some("xn--\u{fc}"), 1).is_none());
    }
}
