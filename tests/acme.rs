//! Certificates that come by themselves: the real server before a real authority (pebble) and its DNS.
#![allow(clippy::disallowed_methods)] // real sockets, real time

#[path = "support/client.rs"]
mod client;
#[path = "support/pebble.rs"]
mod pebble;
#[allow(dead_code)] // tests/process.rs uses the rest
#[path = "support/process.rs"]
mod process;

use std::net::SocketAddr;
use std::path::PathBuf;

use pebble::Authority;
use process::Folder;
use process::Server;
use rustix::process::Signal;
use serde_json::json;
use x509_parser::extensions::GeneralName;

const DOMAIN: &str = "beach.test";
const ISSUED: &str = "a certificate was issued";
const FAILED: &str = "no certificate for this name";

/// A server in the test profile that asks this authority.
fn served(folder: &Folder, authority: &Authority, more: &[(&'static str, &str)]) -> Server {
    let mut environment = authority.environment();
    environment.push(("IMERA_DOMAIN", DOMAIN.into()));
    for (name, value) in more {
        environment.retain(|(known, _)| known != name);
        environment.push((name, PathBuf::from(value)));
    }
    let mut server = Server::with(folder, &["serve", "--test-profile"], &environment);
    server.read_ready();
    server
}

/// The log until a certificate was issued.
fn issued(server: &mut Server) -> String {
    let log = server.log_until_any(&[ISSUED, FAILED]);
    assert!(log.contains(ISSUED), "{log}");
    log
}

/// Names of the leaf that is served there, and who signed it.
fn shown(address: SocketAddr, name: &str) -> (Vec<String>, String) {
    let config = client::tls_config(false);
    let name = rustls::pki_types::ServerName::try_from(name.to_owned()).unwrap();
    let mut connection = rustls::ClientConnection::new(config, name).unwrap();
    let mut socket = std::net::TcpStream::connect(address).unwrap();
    while connection.is_handshaking() {
        connection.complete_io(&mut socket).unwrap();
    }
    let leaf = connection.peer_certificates().unwrap()[0].clone();
    let (_, leaf) = x509_parser::parse_x509_certificate(&leaf).unwrap();
    let names = leaf.subject_alternative_name().unwrap().unwrap().value.general_names.iter();
    let mut names: Vec<String> = names
        .map(|name| match name {
            GeneralName::DNSName(name) => (*name).to_owned(),
            GeneralName::IPAddress([a, b, c, d]) => format!("{a}.{b}.{c}.{d}"),
            other => panic!("{other}"),
        })
        .collect();
    names.sort();
    (names, leaf.issuer().to_string())
}

const ALL: [&str; 5] =
    ["beach.test", "conference.beach.test", "proxy.beach.test", "pubsub.beach.test", "upload.beach.test"];

#[test]
fn rfc8555_8_3_the_first_one_comes_by_http_and_every_door_serves_it_also_after_a_restart() {
    let (authority, folder) = (Authority::start(json!({})), Folder::new());
    let mut server = served(&folder, &authority, &[]);
    issued(&mut server);
    for door in ["https", "c2s_tls"] {
        let (names, issuer) = shown(server.address(door), DOMAIN);
        assert_eq!(names, ALL, "{door}");
        assert!(issuer.contains("Pebble"), "{issuer}");
    }
    let check = folder.json(&["check", "certificate"]);
    assert!(check.to_string().contains("acme, "), "{check}");
    assert_eq!(server.stop().0, Some(0));
    let server = served(&folder, &authority, &[]);
    assert!(shown(server.address("c2s_tls"), DOMAIN).1.contains("Pebble"));
}

#[test]
fn rfc8737_where_no_http_port_is_open_it_comes_by_a_handshake() {
    let (authority, folder) = (Authority::start(json!({})), Folder::new());
    let mut server = served(&folder, &authority, &[("IMERA_PORT_HTTP", "off")]);
    issued(&mut server);
    assert_eq!(shown(server.address("https"), DOMAIN).0, ALL);
}

#[test]
fn what_the_first_way_cannot_prove_the_other_one_does_at_once() {
    let (authority, folder) = (Authority::start(json!({})), Folder::new());
    let elsewhere = pebble::free_port().to_string();
    let mut server = served(&folder, &authority, &[("IMERA_PORT_HTTP", &elsewhere)]);
    let log = issued(&mut server);
    assert!(!log.contains(FAILED), "{log}");
}

#[test]
fn one_name_that_fails_is_left_out_and_told_and_the_others_are_served() {
    let (authority, folder) = (Authority::start(json!({})), Folder::new());
    // The authority takes the first one, where nobody listens.
    authority.dns("add-a", &json!({ "host": "upload.beach.test.", "addresses": ["127.0.0.2", "127.0.0.1"] }));
    let mut server = served(&folder, &authority, &[]);
    issued(&mut server);
    let log = server.log_until(FAILED);
    assert!(log.contains("name=upload.beach.test") && log.contains("connection"), "{log}");
    assert_eq!(shown(server.address("https"), DOMAIN).0, ALL[..4]);
}

#[test]
fn rfc8555_7_3_4_an_authority_that_wants_an_account_of_its_own_gets_it() {
    let key = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";
    let options = json!({ "externalAccountBindingRequired": true, "externalAccountMACKeys": { "kid-1": key } });
    let (authority, folder) = (Authority::start(options), Folder::new());
    let mut server = served(&folder, &authority, &[]);
    let log = server.log_until(FAILED);
    assert!(log.contains("account"), "{log}");
    for (setting, value) in [("acme_eab_kid", "kid-1"), ("acme_eab_key", key)] {
        assert_eq!(folder.imera(&["settings", "set", setting, value], "").code, 0);
    }
    server.signal(Signal::HUP);
    server.log_until(ISSUED);
    assert_eq!(shown(server.address("https"), DOMAIN).0, ALL);
}
