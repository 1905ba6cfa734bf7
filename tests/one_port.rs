//! One process, one port: pages, client streams by ALPN and by their first byte, servers, strays, all at once on the
//! port of https (RFC 7301, XEP-0368 §4).
#![allow(clippy::disallowed_methods)] // real sockets, real time

#[path = "support/client.rs"]
mod client;
#[allow(dead_code)] // tests/process.rs uses the rest
#[path = "support/process.rs"]
mod process;
#[allow(dead_code)] // dialogues use the rest
#[path = "support/dialogue/sasl.rs"]
mod sasl;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use client::{Client, Door, Endpoint, Resumption};
use process::{Folder, Server};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const DOMAIN: &str = "localhost";
const SASL: &str = "urn:ietf:params:xml:ns:xmpp-sasl";
const HEADER: &str = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' \
                      version='1.0' to='localhost'>";
const GET: &str = "GET /sign-in HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

fn port(server: &Server) -> SocketAddr {
    server.address("https")
}

type Tls = tokio_rustls::client::TlsStream<TcpStream>;

async fn over_tls(to: SocketAddr, alpn: &[&str]) -> std::io::Result<Tls> {
    let mut config = client::tls_config(false);
    Arc::make_mut(&mut config).alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    let name = rustls::pki_types::ServerName::try_from(DOMAIN).unwrap();
    tokio_rustls::TlsConnector::from(config).connect(name, TcpStream::connect(to).await?).await
}

/// Says something, and hears all until the other side ends.
async fn asked(io: &mut (impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin), text: &[u8]) -> String {
    io.write_all(text).await.unwrap();
    let mut heard = Vec::new();
    let _ = tokio::time::timeout(client::PATIENCE, io.read_to_end(&mut heard)).await.expect("it ends");
    String::from_utf8(heard).unwrap()
}

/// Says something and reads until this comes.
async fn hears(io: &mut Tls, text: &str, end: &str) -> String {
    io.write_all(text.as_bytes()).await.unwrap();
    let (mut heard, mut bytes) = (String::new(), [0; 4_096]);
    while !heard.contains(end) {
        let count = io.read(&mut bytes).await.unwrap();
        assert_ne!(count, 0, "{heard}");
        heard.push_str(std::str::from_utf8(&bytes[..count]).unwrap());
    }
    heard
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn xep0368_4_a_client_on_the_port_of_https_lives_as_on_its_own() {
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    let to = Endpoint::new(port(&server), Door::DirectTls, DOMAIN);
    client::register(&to, "romeo", "four everyday words").await.unwrap();
    let romeo = Client::login_resumable(&to, "romeo", "four everyday words", None).await.unwrap();
    romeo.iq("get", Some(DOMAIN), "<ping xmlns='urn:xmpp:ping'/>").await.unwrap();
    let was = romeo.cut().await;
    let (romeo, how) = Client::resume(&to, "romeo", "four everyday words", was).await.unwrap();
    assert!(matches!(how, Resumption::Resumed), "{how:?}");
    // And on to the other port.
    let was = romeo.cut().await;
    let other = Endpoint::new(server.address("c2s_tls"), Door::DirectTls, DOMAIN);
    let (_, how) = Client::resume(&other, "romeo", "four everyday words", was).await.unwrap();
    assert!(matches!(how, Resumption::Resumed), "{how:?}");
}

#[tokio::test]
async fn rfc9266_2_a_log_in_is_bound_to_the_channel_there_too_and_tickets_are_taken() {
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    let mut config = client::tls_config(true);
    Arc::make_mut(&mut config).alpn_protocols = vec![b"xmpp-client".to_vec()];
    for kind in [rustls::HandshakeKind::Full, rustls::HandshakeKind::Resumed] {
        let name = rustls::pki_types::ServerName::try_from(DOMAIN).unwrap();
        let socket = TcpStream::connect(port(&server)).await.unwrap();
        let mut tls = tokio_rustls::TlsConnector::from(config.clone()).connect(name, socket).await.unwrap();
        let mut own = [0; 32];
        tls.get_ref().1.export_keying_material(&mut own, b"EXPORTER-Channel-Binding", None).unwrap();
        let features = hears(&mut tls, HEADER, "</stream:features>").await;
        assert!(features.contains("SCRAM-SHA-256-PLUS"), "{features}");
        assert_eq!(tls.get_ref().1.handshake_kind(), Some(kind));
        let mut scram = sasl::Scram::new("SCRAM-SHA-256", "admin", "admin").unwrap().bound("tls-exporter", &own);
        let auth = format!("<auth xmlns='{SASL}' mechanism='SCRAM-SHA-256-PLUS'>{}</auth>", scram.first());
        let challenge = hears(&mut tls, &auth, "</challenge>").await;
        let challenge = challenge.split_once('>').unwrap().1.split_once('<').unwrap().0;
        let response = format!("<response xmlns='{SASL}'>{}</response>", scram.last(challenge).unwrap());
        assert!(hears(&mut tls, &response, "</").await.contains("<success"));
    }
}

#[tokio::test]
async fn xep0368_4_who_names_no_protocol_is_known_by_the_first_byte() {
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    let mut tls = over_tls(port(&server), &[]).await.unwrap();
    assert!(hears(&mut tls, HEADER, "</stream:features>").await.contains("SCRAM-SHA-256-PLUS"));
    let mut tls = over_tls(port(&server), &[]).await.unwrap();
    assert!(hears(&mut tls, "<?xml version='1.0'?>", "").await.is_empty());
    assert!(hears(&mut tls, HEADER, "</stream:features>").await.contains("<mechanisms"));
    for alpn in [&[][..], &["http/1.1"], &["http/1.1", "xmpp-client"]] {
        let mut tls = over_tls(port(&server), alpn).await.unwrap();
        assert!(asked(&mut tls, GET.as_bytes()).await.starts_with("HTTP/1.1 200"), "{alpn:?}");
    }
    assert!(over_tls(port(&server), &["acme-tls/1"]).await.is_err(), "no challenge is under way");
    assert!(over_tls(port(&server), &["imap"]).await.is_err());
}

#[tokio::test]
async fn rfc6120_4_9_another_server_gets_a_stream_error_in_its_own_namespace() {
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    let header = "<?xml version='1.0'?><stream:stream xmlns='jabber:server' from='b.test' to='localhost' version='1.0' \
                  xmlns:stream='http://etherx.jabber.org/streams'>";
    let mut tls = over_tls(port(&server), &["xmpp-server"]).await.unwrap();
    let answer = asked(&mut tls, header.as_bytes()).await;
    assert!(answer.contains("xmlns='jabber:server'") && answer.contains("<policy-violation"), "{answer}");
    assert!(answer.ends_with("</stream:stream>"), "{answer}");
    let mut tls = over_tls(port(&server), &["xmpp-server"]).await.unwrap();
    assert_eq!(asked(&mut tls, b"GET / HTTP/1.1\r\n\r\n").await, "");
}

#[tokio::test]
async fn what_speaks_neither_tls_nor_what_the_port_wants_gets_a_fitting_answer_and_is_closed() {
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    let at = port(&server);
    let plain = |text: &'static [u8]| async move { asked(&mut TcpStream::connect(at).await.unwrap(), text).await };
    let request = "GET /sign-in?to=/me HTTP/1.1\r\nHost: localhost:1\r\n\r\n".as_bytes();
    let misled = plain(request).await;
    assert!(misled.starts_with("HTTP/1.1 400"), "{misled}");
    assert!(misled.contains(&format!("\"https://localhost:{}/sign-in?to=/me\"", at.port())), "{misled}");
    let xmpp = plain(HEADER.as_bytes()).await;
    assert!(xmpp.contains("<policy-violation") && xmpp.ends_with("</stream:stream>"), "{xmpp}");
    for rubbish in [&b"\0\0\0\0"[..], b"\r\n\r\n", &[0xff; 64], b"\x80\x2e\x01"] {
        assert_eq!(plain(rubbish).await, "", "{rubbish:?}");
    }
    // A handshake where plain HTTP is spoken, one cut off, and one that is none.
    let (mut http, hello) = (TcpStream::connect(server.address("http")).await.unwrap(), b"\x16\x03\x01\x02\x00\x01");
    assert_eq!(asked(&mut http, hello).await, "");
    let mut cut = TcpStream::connect(at).await.unwrap();
    cut.write_all(hello).await.unwrap();
    drop(cut);
    // At most an alert (RFC 8446 §6): record type 21.
    let mut broken = TcpStream::connect(at).await.unwrap();
    broken.write_all(b"\x16\x03\x01\x00\x04abcd").await.unwrap();
    let mut heard = Vec::new();
    let _ = broken.read_to_end(&mut heard).await;
    assert!(heard.is_empty() || heard[0] == 21, "{heard:?}");
    let mut tls = over_tls(at, &["http/1.1"]).await.unwrap();
    assert!(asked(&mut tls, GET.as_bytes()).await.starts_with("HTTP/1.1 200"), "all of that moved nothing");
}

#[tokio::test]
async fn before_set_up_is_finished_there_is_the_web_alone() {
    let folder = Folder::new();
    let mut server = Server::start(&folder, &["serve"]);
    assert!(server.line().starts_with("setup "));
    let ports: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(folder.file("ports.json")).unwrap()).unwrap();
    let at: SocketAddr = ports["https"].as_str().unwrap().parse().unwrap();
    for alpn in ["xmpp-client", "xmpp-server", "acme-tls/1"] {
        assert!(over_tls(at, &[alpn]).await.is_err(), "{alpn}");
    }
    let mut tls = over_tls(at, &[]).await.unwrap();
    assert!(asked(&mut tls, HEADER.as_bytes()).await.starts_with("HTTP/1.1 400"));
    assert_eq!(asked(&mut TcpStream::connect(at).await.unwrap(), HEADER.as_bytes()).await, "");
    let mut tls = over_tls(at, &["http/1.1"]).await.unwrap();
    assert!(asked(&mut tls, GET.as_bytes()).await.starts_with("HTTP/1.1 "));
}

#[tokio::test]
async fn xep0156_2_host_meta_tells_the_ways_over_the_web_in_both_forms_to_any_page() {
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    let at = port(&server);
    let get = |path: &'static str| async move {
        let mut tls = over_tls(at, &["http/1.1"]).await.unwrap();
        asked(&mut tls, format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes()).await
    };
    let (wss, https) =
        (format!("wss://localhost:{}/xmpp-websocket", at.port()), format!("https://localhost:{}/http-bind", at.port()));
    let xml = get("/.well-known/host-meta").await;
    let json = get("/.well-known/host-meta.json").await;
    for (answer, kind) in [(&xml, "application/xrd+xml"), (&json, "application/json")] {
        assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains(kind), "{answer}");
        assert!(answer.contains("access-control-allow-origin: *"), "{answer}");
    }
    let json: serde_json::Value = serde_json::from_str(json.split_once("\r\n\r\n").unwrap().1).unwrap();
    for (index, rel, href) in [(0, "websocket", &wss), (1, "xbosh", &https)] {
        let rel = format!("urn:xmpp:alt-connections:{rel}");
        assert!(xml.contains(&format!("<Link rel=\"{rel}\" href=\"{href}\"/>")), "{xml}");
        assert_eq!(json["links"][index], serde_json::json!({ "rel": rel, "href": href }));
    }
}

/// Pages, forms with their guard, and BOSH, many at a time on one connection.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rfc9113_the_web_speaks_http_2_to_who_names_it() {
    use axum::body::{Body, to_bytes};
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    let tls = over_tls(port(&server), &["h2", "http/1.1"]).await.unwrap();
    assert_eq!(tls.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (executor, io) = (hyper_util::rt::TokioExecutor::new(), hyper_util::rt::TokioIo::new(tls));
    let (sender, connection) = hyper::client::conn::http2::handshake::<_, _, Body>(executor, io).await.unwrap();
    let connection = tokio::spawn(connection);
    let ask = |method: &'static str, path: &'static str, origin: &'static str, body: &'static str| {
        let mut sender = sender.clone();
        async move {
            let request = hyper::Request::builder().method(method).uri(format!("https://localhost{path}"));
            let request = request.header("origin", origin).header("content-type", "application/x-www-form-urlencoded");
            let reply = sender.send_request(request.body(Body::from(body)).unwrap()).await.unwrap();
            let status = reply.status().as_u16();
            (status, to_bytes(Body::new(reply.into_body()), 1 << 20).await.unwrap())
        }
    };
    let pages = (0..20).map(|_| tokio::spawn(ask("GET", "/sign-in", "https://localhost", "")));
    for page in pages.collect::<Vec<_>>() {
        let (status, page) = page.await.unwrap();
        assert!(status == 200 && page.starts_with(b"<!doctype html>"));
    }
    assert_eq!(ask("POST", "/language", "https://localhost", "lang=de&to=/").await.0, 303);
    assert_eq!(
        ask("POST", "/language", "https://evil.example", "lang=de&to=/").await.0,
        403,
        "the guard knows the host"
    );
    let session = "<body rid='1' to='localhost' xmlns='http://jabber.org/protocol/httpbind'/>";
    let (status, body) = ask("POST", "/http-bind", "https://app.example", session).await;
    assert!(status == 200 && String::from_utf8_lossy(&body).contains("<mechanisms"), "{body:?}");
    assert_eq!(ask("GET", "/xmpp-websocket", "https://app.example", "").await.0, 426);
    drop(sender);
    connection.abort();
}

/// A certificate that an authority has issued, as files beside the data folder; that one alone is known to the machine.
fn issued(folder: &Folder) -> [(&'static str, std::path::PathBuf); 3] {
    std::fs::create_dir_all(&folder.path).unwrap();
    let (root, key) = (rcgen::KeyPair::generate().unwrap(), rcgen::KeyPair::generate().unwrap());
    let mut params = rcgen::CertificateParams::new(vec![]).unwrap();
    params.distinguished_name.push(rcgen::DnType::CommonName, "An authority");
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    std::fs::write(folder.file("root.pem"), params.self_signed(&root).unwrap().pem()).unwrap();
    let issuer = rcgen::Issuer::new(params, root);
    let leaf = rcgen::CertificateParams::new(vec![DOMAIN.to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    std::fs::write(folder.file("cert.pem"), leaf.pem()).unwrap();
    std::fs::write(folder.file("key.pem"), key.serialize_pem()).unwrap();
    let files = [("IMERA_TLS_CERT", "cert.pem"), ("IMERA_TLS_KEY", "key.pem"), ("SSL_CERT_FILE", "root.pem")];
    files.map(|(variable, name)| (variable, folder.file(name)))
}

#[tokio::test]
async fn rfc6797_7_browsers_stay_with_https_once_somebody_vouches_for_the_certificate() {
    // By the machine itself, by an authority that devices do not know, and by one that they do.
    for (files, vouched) in [(0, false), (2, false), (3, true)] {
        let folder = Folder::new();
        let files = issued(&folder)[..files].to_vec();
        let mut server = Server::with(&folder, &["serve", "--test-profile"], &files);
        server.read_ready();
        let mut tls = over_tls(port(&server), &["http/1.1"]).await.unwrap();
        let page = asked(&mut tls, GET.as_bytes()).await;
        assert_eq!(page.contains("strict-transport-security: max-age=31536000\r\n"), vouched, "{page:.600}");
        let plain = |path: &'static str| {
            let at = server.address("http");
            async move {
                let get = GET.replace("/sign-in", path);
                asked(&mut TcpStream::connect(at).await.unwrap(), get.as_bytes()).await
            }
        };
        let page = plain("/sign-in?to=/me").await;
        assert!(!page.contains("strict-transport"), "§7.2: {page:.600}");
        // Then nobody needs to come without TLS; what authorities and watchdogs ask for stays.
        let there = format!("location: https://localhost:{}/sign-in?to=/me\r\n", port(&server).port());
        assert_eq!((page.starts_with("HTTP/1.1 308 "), page.contains(&there)), (vouched, vouched), "{page:.600}");
        assert!(plain("/healthz").await.starts_with("HTTP/1.1 200 "));
        assert!(plain("/.well-known/acme-challenge/none").await.starts_with("HTTP/1.1 404 "));
    }
}

/// Slow heads and slow bodies have an end, and nobody waits for them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_sends_a_request_byte_by_byte_is_sent_away_in_time() {
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    let at = port(&server);
    let slow = (0..16).map(|_| {
        tokio::spawn(async move {
            let begun = std::time::Instant::now();
            let mut tls = over_tls(at, &["http/1.1"]).await.unwrap();
            tls.write_all(b"GET /sign-in HTTP/1.1\r\nHost: a\r\nX: ").await.unwrap();
            let mut heard = Vec::new();
            let _ = tokio::time::timeout(client::PATIENCE, tls.read_to_end(&mut heard)).await.expect("it ends");
            begun.elapsed()
        })
    });
    let slow: Vec<_> = slow.collect();
    let to = Endpoint::new(at, Door::DirectTls, DOMAIN);
    let begun = std::time::Instant::now();
    Client::login(&to, "admin", "admin", None).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    for one in slow {
        assert!(one.await.unwrap() < Duration::from_secs(15));
    }
}

/// Strays that say nothing wait, and hold up nobody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_at_once_while_strays_are_silent() {
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    let at = port(&server);
    let to = Endpoint::new(at, Door::DirectTls, DOMAIN);
    let mut strays = Vec::new();
    for round in 0..24_usize {
        let mut stray = TcpStream::connect(at).await.unwrap();
        stray.write_all(&b"\x16\x03\x01\x02"[..round % 4]).await.unwrap();
        strays.push(stray);
    }
    let mut silent = Vec::new();
    for alpn in [&[][..], &["xmpp-server"], &["http/1.1"]] {
        silent.push(over_tls(at, alpn).await.unwrap());
    }
    let begun = std::time::Instant::now();
    let chats = (0..8).map(|_| {
        let to = to.clone();
        tokio::spawn(async move {
            let client = Client::login(&to, "admin", "admin", None).await.unwrap();
            client.iq("get", Some(DOMAIN), "<ping xmlns='urn:xmpp:ping'/>").await.unwrap();
        })
    });
    let pages = (0..8).map(|_| {
        tokio::spawn(async move {
            let mut tls = over_tls(at, &["http/1.1"]).await.unwrap();
            assert!(asked(&mut tls, GET.as_bytes()).await.starts_with("HTTP/1.1 200"));
        })
    });
    for one in chats.chain(pages).collect::<Vec<_>>() {
        one.await.unwrap();
    }
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}
