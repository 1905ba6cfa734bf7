//! Certificates that come by themselves: the real server before a real authority (pebble) and its DNS.
#![allow(clippy::disallowed_methods)] // real sockets, real time

#[path = "support/bind.rs"]
mod bind;
#[path = "support/client.rs"]
mod client;
#[path = "acme/inside.rs"]
mod inside;
#[path = "support/pebble.rs"]
mod pebble;
#[allow(dead_code)] // tests/process.rs uses the rest
#[path = "support/process.rs"]
mod process;
#[path = "acme/record.rs"]
mod record;
#[allow(dead_code)] // dialogues use the rest
#[path = "support/dialogue/sasl.rs"]
mod sasl;

use std::net::SocketAddr;
use std::path::PathBuf;

use client::Client;
use client::Credentials;
use client::Door;
use client::Endpoint;
use imera::certs::acme::Cause;
use imera::certs::acme::State;
use imera::certs::acme::Way;
use imera::clock::Clock;
use inside::Inside;
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

#[test]
fn an_authority_that_is_away_is_asked_again_and_the_log_says_so() {
    let (mut authority, folder) = (Authority::start(json!({})), Folder::new());
    authority.down();
    let mut server = served(&folder, &authority, &[]);
    let log = server.log_until(FAILED);
    assert!(log.contains("cause=\"authority\""), "{log}");
    authority.up();
    server.signal(Signal::HUP);
    server.log_until(ISSUED);
    assert_eq!(shown(server.address("https"), DOMAIN).0, ALL);
}

#[test]
fn an_account_that_the_authority_has_lost_is_made_anew_and_the_renewal_goes_on() {
    let (mut authority, folder) = (Authority::start(json!({ "certificateValidityPeriod": 12 })), Folder::new());
    let mut server = served(&folder, &authority, &[]);
    issued(&mut server);
    authority.down();
    authority.up();
    let log = issued(&mut server);
    assert!(log.contains("does not know our account any more"), "{log}");
}

#[test]
fn rfc8555_7_4_an_order_that_a_kill_cuts_short_is_gone_on_with() {
    let (mut authority, folder) = (Authority::start(json!({})), Folder::new());
    authority.down();
    authority.dawdles_s = Some(3);
    authority.up();
    let mut server = served(&folder, &authority, &[]);
    server.log_until("an order for a certificate was placed");
    // It must not look while nobody is there to answer.
    authority.signal(Signal::STOP);
    server.signal(Signal::KILL);
    server.log_until("\n\n");
    drop(server);
    let mut server = served(&folder, &authority, &[]);
    authority.signal(Signal::CONT);
    let log = issued(&mut server);
    assert!(log.contains("gone on with") && log.contains("lives=true"), "{log}");
    assert_eq!(shown(server.address("https"), DOMAIN).0, ALL);
}

/// Logs in bound to the channel; what the handshake was.
async fn plus(server: &Server, tls: &std::sync::Arc<rustls::ClientConfig>) -> rustls::HandshakeKind {
    const SASL: &str = "urn:ietf:params:xml:ns:xmpp-sasl";
    let socket = tokio::net::TcpStream::connect(server.address("c2s_tls")).await.unwrap();
    let name = rustls::pki_types::ServerName::try_from(DOMAIN).unwrap();
    let mut stream = tokio_rustls::TlsConnector::from(tls.clone()).connect(name, socket).await.unwrap();
    let leaf = stream.get_ref().1.peer_certificates().unwrap()[0].clone();
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &leaf);
    let header = format!(
        "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0' to='{DOMAIN}'>"
    );
    inside::asked(&mut stream, &header, "</stream:features>").await;
    let scram = sasl::Scram::new("SCRAM-SHA-256", "admin", "admin").unwrap();
    let mut scram = scram.bound("tls-server-end-point", hash.as_ref());
    let auth = format!("<auth xmlns='{SASL}' mechanism='SCRAM-SHA-256-PLUS'>{}</auth>", scram.first());
    let challenge = inside::asked(&mut stream, &auth, "</challenge>").await;
    let last = scram.last(content(&challenge)).unwrap();
    let answer = inside::asked(&mut stream, &format!("<response xmlns='{SASL}'>{last}</response>"), "</").await;
    assert!(answer.contains("<success"), "{answer}");
    scram.check(content(&answer)).unwrap();
    stream.get_ref().1.handshake_kind().unwrap()
}

fn content(xml: &str) -> &str {
    let rest = xml.split_once("urn:ietf:params:xml:ns:xmpp-sasl'>").unwrap_or_else(|| panic!("{xml}")).1;
    rest.split_once("</").unwrap().0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_with_little_left_is_renewed_and_no_stream_of_five_hundred_ends() {
    let (authority, folder) = (Authority::start(json!({ "certificateValidityPeriod": 60 })), Folder::new());
    let mut server = served(&folder, &authority, &[]);
    issued(&mut server);
    let tickets = client::tls_config(true);
    assert_eq!(plus(&server, &tickets).await, rustls::HandshakeKind::Full);
    assert_eq!(plus(&server, &tickets).await, rustls::HandshakeKind::Resumed);
    let to = Endpoint::new(server.address("c2s_tls"), Door::DirectTls, DOMAIN);
    let people: String = (0..50).map(|number| format!("person{number} admin\n")).collect();
    assert_eq!(folder.imera(&["account", "add", "--batch", "-"], &people).code, 0);
    let mut streams = Vec::new();
    for number in 0..500 {
        let name = format!("person{}", number % 50);
        streams
            .push(Client::login_with(&to, Credentials::Plain { name: &name, password: "admin" }, None).await.unwrap());
    }
    let mut server = tokio::task::spawn_blocking(move || {
        issued(&mut server);
        server
    })
    .await
    .unwrap();
    for stream in &streams {
        stream.iq("get", Some(DOMAIN), "<ping xmlns='urn:xmpp:ping'/>").await.unwrap();
    }
    assert_eq!(plus(&server, &tickets).await, rustls::HandshakeKind::Full, "a ticket is of one certificate");
    assert_eq!(plus(&server, &tickets).await, rustls::HandshakeKind::Resumed);
    drop(streams);
    assert_eq!(server.stop().0, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rfc8738_a_bare_address_is_certified_by_either_way() {
    let authority = Authority::start(json!({}));
    for way in [Way::Http01, Way::TlsAlpn01] {
        let inside = Inside::start(&authority, Clock::system()).await;
        inside.want(&["127.0.0.1"], &[way]);
        inside.until(|state| matches!(state, State::Issued { .. })).await;
        assert_eq!(shown(inside.https, "localhost").0, ["127.0.0.1"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_a_year_wrong_is_told_and_nothing_is_ordered_before_it_is_right() {
    const YEAR: i64 = 365 * 86_400;
    let authority = Authority::start(json!({}));
    for wrong_s in [YEAR, -YEAR] {
        let clock = Clock::stepped(Clock::system().utc() + wrong_s * 1_000_000);
        let inside = Inside::start(&authority, clock).await;
        inside.want(&["a.beach.test"], &[Way::Http01]);
        let state = inside.until(|state| matches!(state, State::Failed { .. })).await;
        let State::Failed { cause: Cause::Clock { ahead_s: Some(ahead_s) }, .. } = state else { panic!("{state:?}") };
        assert!((ahead_s - wrong_s).abs() < 60, "{ahead_s}");
    }
}

/// A server that waits for its set-up, and asks this authority.
fn waiting(folder: &Folder, authority: &Authority) -> Server {
    let mut server = Server::with(folder, &["serve"], &authority.environment());
    assert!(server.line().starts_with("setup "));
    server
}

fn set_up(folder: &Folder, more: &[&str]) -> process::Told {
    let arguments = ["setup", "--domain", "beach.example", "--owner", "mira", "--password-stdin"];
    folder.imera(&[&arguments[..], &["--certificate", "acme", "--agree"], more].concat(), "four everyday words\n")
}

#[test]
fn contract_set_up_waits_for_the_certificate_and_tells_each_state() {
    let (authority, folder) = (Authority::start(json!({})), Folder::new());
    let _server = waiting(&folder, &authority);
    let told = set_up(&folder, &["--wait", "5m"]);
    assert_eq!(told.code, 0, "{} {}", told.stdout, told.stderr);
    let line = |words: &str| told.stdout.lines().position(|line| line.starts_with(words));
    let (asked, issued) = (line("Certificate  asked of an authority"), line("beach.example  issued, until 20"));
    assert!(asked.is_some() && asked < issued, "{}", told.stdout);
    assert_eq!(folder.json(&["status"])["certificate"]["source"], "acme");
}

#[test]
fn contract_set_up_that_waits_in_vain_says_why_and_what_to_do() {
    let (mut authority, folder) = (Authority::start(json!({})), Folder::new());
    authority.down();
    let _server = waiting(&folder, &authority);
    let told = set_up(&folder, &["--wait", "30s", "--json"]);
    assert_eq!(told.code, 1, "{} {}", told.stdout, told.stderr);
    // Told at once, as the next try is later than that.
    let wanted = "imera: there is no certificate for beach.example yet (The authority does not answer): ";
    assert!(told.stderr.starts_with(wanted) && told.stderr.contains("imera tries again at 20"), "{}", told.stderr);
    assert_eq!(told.stderr.lines().count(), 1, "{}", told.stderr);
    let done: serde_json::Value = serde_json::from_str(&told.stdout).unwrap();
    let name = &done["names"][0];
    assert_eq!(
        (&name["name"], &name["state"], &name["cause"]),
        (&"beach.example".into(), &"failed".into(), &"authority".into())
    );
}

#[test]
fn where_the_domain_leads_elsewhere_hosts_under_it_that_follow_it_are_not_asked_for() {
    let (authority, folder) = (Authority::start(json!({})), Folder::new());
    let arguments = ["setup", "--domain", "beach.example", "--host", "chat.beach.example", "--owner", "mira"];
    let told = folder.imera(&[&arguments[..], &["--password-stdin"]].concat(), "four everyday words\n");
    assert_eq!(told.code, 0, "{}", told.stderr);
    // As a web hoster's wildcard does.
    for name in ["", "conference.", "upload.", "pubsub.", "proxy."] {
        authority.dns("add-a", &json!({ "host": format!("{name}beach.example."), "addresses": ["127.0.0.2"] }));
    }
    let mut server = Server::with(&folder, &["serve"], &authority.environment());
    server.read_ready();
    let log = server.log_until(ISSUED);
    assert!(log.contains("names=\"beach.example chat.beach.example\"") && !log.contains("conference."), "{log}");
    assert_eq!(shown(server.address("https"), "chat.beach.example").0, ["chat.beach.example"]);
}
