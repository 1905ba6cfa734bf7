//! The web's port, where thousands say too little, too slowly, or the wrong thing again and again; others log in.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use crate::client::connect::Io;
use crate::client::tls_config;
use crate::half_open::room_for;
use crate::process::Folder;
use crate::server::{Bystander, DOMAIN, PASSWORD, Server, is_full, ping};
use crate::websocket::Socket;

/// What one of the flood says. The rest never comes.
#[derive(Clone, Copy, Debug)]
enum Part {
    Nothing,
    /// The first bytes of a ClientHello.
    Hello,
    /// TLS, and then nothing.
    Handshake,
    /// A request's head, cut in a line.
    Head,
    /// A request's head and ten of its hundred thousand bytes.
    Body,
    /// The same for BOSH, whose requests are looked at elsewhere.
    Bosh,
    /// A WebSocket that opens no stream.
    WebSocket,
    /// HTTP/2: a stream that never ends its head.
    H2Head,
}

const PARTS: [Part; 8] =
    [Part::Nothing, Part::Hello, Part::Handshake, Part::Head, Part::Body, Part::Bosh, Part::WebSocket, Part::H2Head];

/// HTTP/2's preface, empty SETTINGS, and HEADERS without END_HEADERS (RFC 9113 §3.4, §6.2).
const H2: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0\0\0\x01\x01\0\0\0\0\x01\x82";

impl Part {
    fn words(self) -> String {
        let post =
            |path: &str| format!("POST {path} HTTP/1.1\r\nHost: {DOMAIN}\r\nContent-Length: 100000\r\n\r\n<body a='b");
        match self {
            Part::Head => format!("GET / HTTP/1.1\r\nHost: {DOMAIN}\r\nX-Slow: a"),
            Part::Body => post("/setup/begin"),
            Part::Bosh => post("/http-bind"),
            Part::WebSocket => format!(
                "GET /xmpp-websocket HTTP/1.1\r\nHost: {DOMAIN}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                 Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
                 Sec-WebSocket-Protocol: xmpp\r\n\r\n"
            ),
            Part::Nothing | Part::Hello | Part::Handshake | Part::H2Head => String::new(),
        }
    }
}

/// One from an address of its own.
async fn one(server: &Server, number: usize) -> std::io::Result<Box<dyn Io>> {
    let socket = TcpSocket::new_v4()?;
    let source = Ipv4Addr::new(127, 0, 1 + (number / 200 % 200) as u8, 1 + (number % 200) as u8);
    socket.bind(SocketAddr::new(IpAddr::V4(source), 0))?;
    let mut stream = socket.connect(server.address("https")).await?;
    let part = PARTS[number % PARTS.len()];
    match part {
        Part::Nothing => return Ok(Box::new(stream)),
        Part::Hello => {
            stream.write_all(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03").await?;
            return Ok(Box::new(stream));
        }
        _ => {}
    }
    let mut tls = tls(stream, if matches!(part, Part::H2Head) { b"h2" } else { b"http/1.1" }).await?;
    let words = part.words();
    tls.write_all(if matches!(part, Part::H2Head) { H2 } else { words.as_bytes() }).await?;
    tls.flush().await?;
    Ok(Box::new(tls))
}

async fn tls(stream: TcpStream, protocol: &[u8]) -> std::io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
    let mut config = tls_config(false);
    Arc::make_mut(&mut config).alpn_protocols = vec![protocol.to_vec()];
    let name = rustls::pki_types::ServerName::try_from(DOMAIN).expect("a name");
    tokio_rustls::TlsConnector::from(config).connect(name, stream).await
}

/// By TCP, by WebSocket on the port that is flooded, and a page of it.
async fn log_ins(server: &Server) -> [Duration; 3] {
    let begun = Instant::now();
    let romeo = server.login("romeo").await;
    let tcp = begun.elapsed();
    ping(&romeo).await;
    romeo.close().await.unwrap();
    let begun = Instant::now();
    Socket::connect(server.address("https"), true).await.log_in(DOMAIN, "romeo", PASSWORD).await;
    let web = begun.elapsed();
    let begun = Instant::now();
    let mut page = tls(TcpStream::connect(server.address("https")).await.unwrap(), b"http/1.1").await.unwrap();
    let asked = format!("GET /.well-known/host-meta HTTP/1.1\r\nHost: {DOMAIN}\r\nConnection: close\r\n\r\n");
    page.write_all(asked.as_bytes()).await.unwrap();
    let mut heard = Vec::new();
    let _ = page.read_to_end(&mut heard).await;
    assert!(heard.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&heard));
    [tcp, web, begun.elapsed()]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_heads_slow_bodies_and_half_open_handshakes_on_the_webs_port_keep_nobody_out() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    server.register(&["romeo"]).await;
    let bystander = Bystander::arrive(&server).await;
    server.login("romeo").await.close().await.unwrap(); // the client knows its keys now, as clients do
    let wished = room_for(if is_full() { 4_000 } else { 800 });
    let (mut held, mut times) = (Vec::with_capacity(wished), Vec::new());
    for number in 0..wished {
        // Whoever is made to go for a later one may be gone before it has spoken.
        held.extend(one(&server, number).await.ok());
        if number % (wished / 10) == wished / 10 - 1 {
            times.push(log_ins(&server).await);
        }
    }
    println!("{} held; log-ins and a page meanwhile took {times:?}", held.len());
    for way in 0..3 {
        let mut taken: Vec<_> = times.iter().map(|times| times[way]).collect();
        taken.sort();
        // a machine that does other things at the same time may be slow now and then, not always
        assert!(taken[taken.len() / 2] < Duration::from_secs(1), "{times:?}");
    }
    bystander.leave().await;
    let memory = server.memory_kib();
    println!("{memory} KiB in all");
    assert!(memory < 200 * 1024, "{memory} KiB");
    server.stop_well().await;
}

/// openssl, which has just asked for another handshake, and what it says from now on.
fn asks_again(to: &str) -> (Child, BufReader<ChildStderr>) {
    let mut asks = Command::new("openssl")
        .args(["s_client", "-connect", to, "-servername", DOMAIN, "-tls1_2"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    asks.stdin.as_ref().unwrap().write_all(&b"R\n".repeat(200)).unwrap();
    let mut said = BufReader::new(asks.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("RENEGOTIATING") {
        line.clear();
        assert!(said.read_line(&mut line).unwrap() > 0, "openssl has ended");
    }
    (asks, said)
}

/// TLS 1.2 lets a client ask for another handshake on a connection (RFC 5746); each would cost the server ten times
/// what it costs the client.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_handshake_on_a_connection_is_refused_while_others_log_in() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    server.register(&["romeo"]).await;
    let bystander = Bystander::arrive(&server).await;
    for door in ["c2s_tls", "https"] {
        let to = server.address(door).to_string();
        let mut asking = Vec::new();
        for _ in 0..if is_full() { 40 } else { 8 } {
            let to = to.clone();
            asking.push(tokio::task::spawn_blocking(move || asks_again(&to)).await.unwrap());
        }
        let times = log_ins(&server).await;
        for (mut one, mut said) in asking {
            let _ = one.kill();
            let mut rest = String::new();
            let _ = said.read_to_string(&mut rest);
            let _ = one.wait();
            // What openssl says of the certificate at each handshake.
            assert!(!rest.contains("verify return"), "{door}: {rest}");
        }
        println!("{door}: log-ins and a page meanwhile took {times:?}");
        assert!(times.iter().max() < Some(&Duration::from_secs(1)), "{times:?}");
    }
    bystander.leave().await;
    server.stop_well().await;
}
