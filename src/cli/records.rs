//! `imera setup records`: what to type at the domain's provider (RFC 6120 §3.2.1, XEP-0368 §3).
//!
//! Keeps no state. Missing until its issue: looking whether they are there.

use std::net::IpAddr;
use std::net::UdpSocket;
use std::process::ExitCode;

use serde_json::json;

use super::Common;
use super::ask;
use super::terminal;
use crate::config::Port;
use crate::server::failure::Failure;

/// One record.
struct Record {
    name: String,
    kind: &'static str,
    value: String,
    why: &'static str,
    needed: bool,
}

pub async fn run(common: &Common, domain: Option<String>) -> Result<ExitCode, Failure> {
    let host = host(common).await;
    let domain = match domain {
        Some(domain) => crate::config::domain_name(&domain).ok_or_else(|| {
            Failure::usage(format!("--domain is \"{domain}\""), "it has to be a domain such as beach.example")
        })?,
        None => {
            let state = ask::ask(common, "setup.state", &json!({})).await?;
            let domain = state["domain"].as_str().map(str::to_owned);
            domain.ok_or_else(|| Failure::usage("imera is not set up yet", "name the domain with --domain"))?
        }
    };
    let ports = ask::config(common)?.ports;
    let records = records(&domain, host.as_deref(), (ports.c2s, ports.c2s_tls), own_addresses());
    if common.json {
        let rows = records.iter().map(|record| {
            json!({
                "name": record.name,
                "type": record.kind,
                "value": record.value,
                "why": record.why,
                "needed": record.needed,
            })
        });
        terminal::json(&rows.collect());
    } else {
        let row = |record: &Record| {
            vec![record.name.clone(), record.kind.to_owned(), record.value.clone(), record.why.to_owned()]
        };
        terminal::table(&["name", "type", "value", "why"], &records.iter().map(row).collect::<Vec<_>>());
    }
    Ok(ExitCode::SUCCESS)
}

/// The setting `host`, if there is a database to read.
async fn host(common: &Common) -> Option<String> {
    let setting = ask::ask(common, "settings.get", &json!({ "key": "host" })).await.ok()?;
    setting["value"].as_str().map(str::to_owned)
}

fn records(
    domain: &str,
    host: Option<&str>,
    (c2s, c2s_tls): (Port, Port),
    addresses: [Option<IpAddr>; 2],
) -> Vec<Record> {
    let ascii = |name: &str| idna::domain_to_ascii(name).unwrap_or_else(|_| name.to_owned());
    let domain = ascii(domain);
    let machine = host.map_or_else(|| domain.clone(), ascii);
    let [v4, v6] = addresses;
    let address =
        v4.map_or_else(|| "the IPv4 address of this machine, as the internet sees it".to_owned(), |ip| ip.to_string());
    let why = "Brings everybody to this machine.";
    let mut records = vec![Record { name: format!("{machine}."), kind: "A", value: address, why, needed: true }];
    if let Some(v6) = v6 {
        let why = "Phones on many mobile networks look here first.";
        records.push(Record { name: format!("{machine}."), kind: "AAAA", value: v6.to_string(), why, needed: false });
    }
    let services = [
        ("_xmpp-client", c2s, 5222, "Tells apps which machine speaks for the domain."),
        ("_xmpps-client", c2s_tls, 5223, "The same, with TLS from the first byte."),
    ];
    for (service, port, usual, why) in services {
        let number = match port {
            Port::Off => continue,
            Port::Number(0) => usual,
            Port::Number(number) => number,
        };
        let needed = host.is_some() || number != usual;
        let (name, value) = (format!("{service}._tcp.{domain}."), format!("0 5 {number} {machine}."));
        records.push(Record { name, kind: "SRV", value, why, needed: needed && service == "_xmpp-client" });
    }
    records
}

/// The addresses that this machine would use towards the internet, where they are the internet's own.
/// Asks the system only: nothing is sent.
fn own_addresses() -> [Option<IpAddr>; 2] {
    let towards = |from: &str, to: &str| {
        let socket = UdpSocket::bind((from, 0)).ok()?;
        socket.connect((to, 9)).ok()?;
        socket.local_addr().ok().map(|address| address.ip()).filter(is_public)
    };
    [towards("0.0.0.0", "192.0.2.1"), towards("::", "2001:db8::1")]
}

fn is_public(ip: &IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let shared = ip.octets()[0] == 100 && ip.octets()[1] & 0xc0 == 64;
            !(ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_unspecified()
                || ip.is_documentation()
                || shared)
        }
        // Global unicast, 2000::/3.
        IpAddr::V6(ip) => ip.segments()[0] & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(host: Option<&str>, c2s: Port) -> Vec<String> {
        let records = records("münchen.test", host, (c2s, Port::Off), [Some(IpAddr::from([203, 0, 113, 5])), None]);
        records
            .iter()
            .map(|record| format!("{} {} {} {}", record.name, record.kind, record.value, record.needed))
            .collect()
    }

    #[test]
    fn rfc6120_3_2_1_srv_is_needed_where_the_machine_has_another_name_or_port() {
        let domain = "xn--mnchen-3ya.test.";
        assert_eq!(
            lines(None, Port::Number(5222)),
            [format!("{domain} A 203.0.113.5 true"), format!("_xmpp-client._tcp.{domain} SRV 0 5 5222 {domain} false")]
        );
        assert_eq!(
            lines(Some("chat.test"), Port::Number(7000)),
            [
                "chat.test. A 203.0.113.5 true".to_owned(),
                format!("_xmpp-client._tcp.{domain} SRV 0 5 7000 chat.test. true")
            ]
        );
    }

    #[test]
    fn a_router_s_inner_address_is_not_told() {
        for (ip, public) in
            [("192.168.1.4", false), ("100.64.0.1", false), ("8.8.8.8", true), ("fd00::1", false), ("2a01::1", true)]
        {
            assert_eq!(is_public(&ip.parse().unwrap()), public, "{ip}");
        }
    }
}
