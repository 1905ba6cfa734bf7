//! The real doors: what they offer before and after TLS, log-in bound to the channel, tickets, a certificate that
//! changes, and a log that keeps secrets (RFC 6120 §5, RFC 9266, XEP-0368, XEP-0440, house: invariant 9).
#![allow(clippy::disallowed_methods)] // real sockets, real time

#[path = "support/client.rs"]
mod client;
#[allow(dead_code)] // tests/process.rs uses the rest
#[path = "support/process.rs"]
mod process;
#[allow(dead_code)] // dialogues use the rest
#[path = "support/dialogue/sasl.rs"]
mod sasl;
#[allow(dead_code)] // tests/attack.rs uses the rest
#[path = "attack/server.rs"]
mod server;

use std::path::PathBuf;

use client::{Client, Credentials, Door, Element, Endpoint, Event, Opening};
use process::{Folder, Server};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const DOMAIN: &str = "localhost";
const PASSWORD: &str = "a-word-that-stands-in-no-log";
const TLS: &str = "urn:ietf:params:xml:ns:xmpp-tls";
const SASL: &str = "urn:ietf:params:xml:ns:xmpp-sasl";

fn endpoint(server: &Server, door: Door) -> Endpoint {
    let port = if door == Door::DirectTls { "c2s_tls" } else { "c2s" };
    Endpoint::new(server.address(port), door, DOMAIN)
}

fn mechanisms(features: &Element) -> Vec<String> {
    let list = features.child("mechanisms", SASL).map(|list| list.children.clone()).unwrap_or_default();
    list.into_iter().map(|mechanism| mechanism.text).collect()
}

#[tokio::test]
async fn rfc6120_5_4_1_starttls_alone_is_offered_before_tls_and_never_after_it() {
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    let before = Opening::connect(&endpoint(&server, Door::Plain)).await.unwrap();
    assert!(before.features.children.len() == 1, "{:?}", before.features);
    assert!(before.features.child("starttls", TLS).is_some_and(|starttls| starttls.child("required", TLS).is_some()));
    for door in [Door::StartTls, Door::DirectTls] {
        let mut after = Opening::connect(&endpoint(&server, door)).await.unwrap();
        assert!(after.features.child("starttls", TLS).is_none(), "{door:?}");
        assert!(!mechanisms(&after.features).is_empty(), "{door:?}");
        after.authenticate(Credentials::Plain { name: "admin", password: "admin" }).await.unwrap();
        assert!(after.features.child("starttls", TLS).is_none(), "{door:?}");
    }
}

/// XEP-0077 §9: nobody's password goes over the network as it is.
#[tokio::test]
async fn xep0077_9_there_is_no_registration_before_tls() {
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    let mut stream = Opening::connect(&endpoint(&server, Door::Plain)).await.unwrap();
    let refused = stream.register("mallory", PASSWORD).await.unwrap_err().to_string();
    assert!(refused.contains("policy-violation"), "{refused}");
    let accounts = folder.json(&["account", "list"]);
    assert_eq!(accounts.as_array().unwrap().len(), 1, "{accounts}");
}

/// Some suites know nothing else (contract).
#[tokio::test]
async fn contract_plain_tcp_lets_in_without_tls_and_offers_it_all_the_same() {
    let folder = Folder::new();
    let mut server = Server::start(&folder, &["serve", "--test-profile", "--plain-tcp"]);
    server.read_ready();
    for door in [Door::Plain, Door::StartTls] {
        let to = endpoint(&server, door);
        let mut stream = Opening::connect(&to).await.unwrap();
        let names = mechanisms(&stream.features);
        let bound = names.iter().any(|name| name.ends_with("-PLUS"));
        assert_eq!(bound, door == Door::StartTls, "there is nothing to bind to without TLS: {names:?}");
        assert_eq!(stream.features.child("starttls", TLS).is_some(), door == Door::Plain);
        stream.authenticate(Credentials::ScramSha256 { name: "admin", password: "admin" }).await.unwrap();
        stream.bind(None).await.unwrap();
    }
}

/// A certificate of our own and its key, as files beside the data folder.
fn certificate(folder: &Folder, name: &str) -> [(&'static str, PathBuf); 2] {
    std::fs::create_dir_all(&folder.path).unwrap();
    write_certificate(folder, name);
    [("IMERA_TLS_CERT", folder.file("cert.pem")), ("IMERA_TLS_KEY", folder.file("key.pem"))]
}

fn write_certificate(folder: &Folder, name: &str) {
    let key = rcgen::KeyPair::generate().unwrap();
    let params = rcgen::CertificateParams::new(vec![name.to_owned(), DOMAIN.to_owned()]).unwrap();
    std::fs::write(folder.file("cert.pem"), params.self_signed(&key).unwrap().pem()).unwrap();
    std::fs::write(folder.file("key.pem"), key.serialize_pem()).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn contract_a_certificate_that_changes_ends_no_stream() {
    let folder = Folder::new();
    let files = certificate(&folder, "first.test");
    let mut server = Server::with(&folder, &["serve", "--test-profile"], &files);
    server.read_ready();
    let to = endpoint(&server, Door::DirectTls);
    let client = Client::login(&to, "admin", "admin", None).await.unwrap();
    write_certificate(&folder, "second.test");
    server.signal(rustix::process::Signal::HUP);
    server.log_until("certificate changed");
    client.iq("get", Some(DOMAIN), "<ping xmlns='urn:xmpp:ping'/>").await.unwrap();
    Client::login(&to, "admin", "admin", None).await.unwrap();
    client.iq("get", Some(DOMAIN), "<ping xmlns='urn:xmpp:ping'/>").await.unwrap();
}

/// A TLS connection by itself: what was agreed on can be asked.
async fn over_tls(server: &Server, config: &std::sync::Arc<rustls::ClientConfig>) -> Tls {
    let socket = TcpStream::connect(server.address("c2s_tls")).await.unwrap();
    let name = rustls::pki_types::ServerName::try_from(DOMAIN).unwrap();
    tokio_rustls::TlsConnector::from(config.clone()).connect(name, socket).await.unwrap()
}

type Tls = tokio_rustls::client::TlsStream<TcpStream>;

/// Says something and reads until this comes.
async fn asked(tls: &mut Tls, text: &str, end: &str) -> String {
    tls.write_all(text.as_bytes()).await.unwrap();
    let mut heard = String::new();
    let mut bytes = [0; 4_096];
    while !heard.contains(end) {
        let count = tls.read(&mut bytes).await.unwrap();
        assert_ne!(count, 0, "{heard}");
        heard.push_str(std::str::from_utf8(&bytes[..count]).unwrap());
    }
    heard
}

const HEADER: &str = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' \
                      version='1.0' to='localhost'>";

#[tokio::test]
async fn a_second_connection_resumes_the_first_ones_tls_by_its_ticket() {
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    let config = client::tls_config(true);
    for kind in [rustls::HandshakeKind::Full, rustls::HandshakeKind::Resumed] {
        let mut tls = over_tls(&server, &config).await;
        asked(&mut tls, HEADER, "</stream:features>").await;
        assert_eq!(tls.get_ref().1.handshake_kind(), Some(kind));
    }
}

fn content<'a>(xml: &'a str, name: &str) -> &'a str {
    let rest = xml.split_once(&format!("<{name} xmlns='{SASL}'>")).unwrap_or_else(|| panic!("{xml}")).1;
    rest.split_once("</").unwrap().0
}

#[tokio::test]
async fn rfc9266_2_who_binds_to_the_channel_logs_in_with_each_hash_and_not_over_another_channel() {
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    let config = client::tls_config(false);
    let mut other = [0; 32];
    for mechanism in sasl::MECHANISMS {
        let mut tls = over_tls(&server, &config).await;
        let mut own = [0; 32];
        tls.get_ref().1.export_keying_material(&mut own, b"EXPORTER-Channel-Binding", None).unwrap();
        let features = asked(&mut tls, HEADER, "</stream:features>").await;
        for offered in [mechanism, &format!("{mechanism}-PLUS"), "'tls-exporter'", "'tls-server-end-point'"] {
            assert!(features.contains(offered), "{offered}: {features}");
        }
        for (data, good) in [(other, false), (own, true)] {
            let mut scram = sasl::Scram::new(mechanism, "admin", "admin").unwrap().bound("tls-exporter", &data);
            let auth = format!("<auth xmlns='{SASL}' mechanism='{mechanism}-PLUS'>{}</auth>", scram.first());
            let challenge = asked(&mut tls, &auth, "</challenge>").await;
            let last = scram.last(content(&challenge, "challenge")).unwrap();
            let response = format!("<response xmlns='{SASL}'>{last}</response>");
            let answer = asked(&mut tls, &response, "</").await;
            match good {
                true => scram.check(content(&answer, "success")).unwrap(),
                false => assert!(answer.contains("<not-authorized/>"), "{answer}"),
            }
        }
        other = own;
    }
}

/// Passwords, tokens and what people say, at the most talkative level there is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn house_9_the_log_keeps_secrets() {
    const SAID: &str = "what-romeo-whispers";
    let folder = Folder::new();
    let mut command = server::command(&folder, &[]);
    command.env("IMERA_LOG", "trace");
    let server = server::Server::spawn(command, &folder);
    let to = server.endpoint();
    client::register(&to, "romeo", PASSWORD).await.unwrap();
    assert!(Client::login(&to, "romeo", "another-secret-word", None).await.is_err());
    let plain = Credentials::Plain { name: "romeo", password: PASSWORD };
    Client::login_with(&to, plain, None).await.unwrap().close().await.unwrap();
    let romeo = Client::login_resumable(&to, "romeo", PASSWORD, Some("garden")).await.unwrap();
    romeo.available();
    for to in ["romeo@localhost", "nobody@localhost", "juliet@example.com", "@"] {
        romeo.send(format!("<message to='{to}' type='chat'><body>{SAID}</body></message>"));
    }
    romeo.send(format!("<iq type='get' id='x' to='localhost'><{SAID} xmlns='urn:x'/></iq>"));
    romeo.settle().await.unwrap();
    romeo.set_password("a-third-secret-word").await.unwrap();
    let was = romeo.cut().await;
    let token = was.counters.previd.clone().unwrap();
    let (romeo, _) = Client::resume(&to, "romeo", "a-third-secret-word", was).await.unwrap();
    romeo.send_raw(format!("<message><body>{SAID}</wrong></message>"));
    let mut romeo = romeo;
    while let Some(event) = romeo.event().await.unwrap() {
        if matches!(event, Event::Closed { .. }) {
            break;
        }
    }
    let path = server.log_path();
    server.stop_well().await;
    let log = std::fs::read_to_string(path).unwrap();
    assert!(log.contains("romeo@localhost/garden"), "it does say something: {log}");
    for secret in [PASSWORD, "another-secret-word", "a-third-secret-word", SAID, &token] {
        let told: Vec<&str> = log.lines().filter(|line| line.contains(secret)).collect();
        assert!(told.is_empty(), "{told:?}");
    }
}
