//! XMPP over WebSocket (RFC 7395) with the real server: log-in, messages both ways, resumption across transports, and
//! frames that are none (RFC 6455 §5, §7.4.1).
#![allow(clippy::disallowed_methods)] // real sockets, real time

#[path = "support/client.rs"]
mod client;
#[allow(dead_code)] // tests/process.rs uses the rest
#[path = "support/process.rs"]
mod process;
#[path = "support/websocket.rs"]
mod websocket;

use client::{Client, Door, Endpoint, Resumption};
use process::{Folder, Server};
use websocket::{BINARY, CLOSE, CONTINUATION, PING, PONG, Socket, TEXT};

const DOMAIN: &str = "localhost";
const PASSWORD: &str = "four everyday words";
const FRAMING: &str = "urn:ietf:params:xml:ns:xmpp-framing";

fn over_tcp(server: &Server) -> Endpoint {
    Endpoint::new(server.address("c2s_tls"), Door::DirectTls, DOMAIN)
}

async fn romeo(server: &Server) {
    client::register(&over_tcp(server), "romeo", PASSWORD).await.unwrap();
}

async fn socket(server: &Server) -> Socket {
    Socket::connect(server.address("https"), true).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rfc7395_3_from_open_to_close_with_messages_both_ways() {
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    romeo(&server).await;
    let mut juliet = Client::login(&over_tcp(&server), "admin", "admin", None).await.unwrap();
    juliet.available();
    let mut web = socket(&server).await;
    let jid = web.log_in(DOMAIN, "romeo", PASSWORD).await;
    assert!(jid.starts_with("romeo@localhost/"), "{jid}");
    web.say("<presence xmlns='jabber:client'/>").await;
    web.say("<message xmlns='jabber:client' to='admin@localhost' type='chat'><body>&lt;3</body></message>").await;
    let heard = juliet.stanza(|stanza| stanza.is("message")).await.unwrap();
    assert!(heard.text.contains("<body>&lt;3</body>"), "{}", heard.text);
    juliet.send(format!("<message to='{jid}' type='chat'><body>and you</body></message>"));
    let heard = web.until("<body>").await;
    assert!(heard.starts_with("<message") && heard.contains("xmlns='jabber:client'"), "{heard}");
    web.say(&format!("<close xmlns='{FRAMING}'/>")).await;
    assert!(web.until("<close").await.contains(FRAMING));
    assert_eq!(web.closed().await, Some(1000));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rfc7395_3_10_a_stream_is_resumed_from_tcp_to_websocket_and_back() {
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    romeo(&server).await;
    let tcp = over_tcp(&server);
    let first = Client::login_resumable(&tcp, "romeo", PASSWORD, None).await.unwrap();
    first.settle().await.unwrap();
    let mut was = first.cut().await;
    let mut web = socket(&server).await;
    web.authenticate(DOMAIN, "romeo", PASSWORD).await;
    let (previd, h) = (was.counters.previd.clone().unwrap(), was.counters.received);
    let resumed = web.ask(&format!("<resume xmlns='urn:xmpp:sm:3' previd='{previd}' h='{h}'/>")).await;
    assert!(resumed.starts_with("<resumed"), "{resumed}");
    web.say("<iq xmlns='jabber:client' type='get' id='p' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>").await;
    assert!(web.until("id='p'").await.contains("result"));
    web.say("<r xmlns='urn:xmpp:sm:3'/>").await;
    let acked = web.until("<a ").await;
    assert!(acked.contains("h='1'"), "{acked}");
    drop(web);
    was.counters.acked = 1;
    was.counters.received += 1;
    let (_, how) = Client::resume(&tcp, "romeo", PASSWORD, was).await.unwrap();
    assert!(matches!(how, Resumption::Resumed), "{how:?}");
}

#[tokio::test]
async fn rfc7395_3_3_2_headers_of_another_namespace_domain_or_version_are_answered_with_open_and_an_error() {
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    for (open, condition) in [
        ("<open xmlns='urn:x' to='localhost' version='1.0'/>".to_owned(), "invalid-namespace"),
        ("<open to='localhost' version='1.0'/>".to_owned(), "invalid-namespace"),
        (format!("<open xmlns='{FRAMING}' to='elsewhere.test' version='1.0'/>"), "host-unknown"),
        (format!("<open xmlns='{FRAMING}' to='localhost'/>"), "unsupported-version"),
    ] {
        let mut web = socket(&server).await;
        let opened = web.ask(&open).await;
        assert!(opened.starts_with("<open ") && opened.contains(FRAMING), "{open}: {opened}");
        let error = web.until("<stream:error").await;
        assert!(error.contains(condition) && error.contains("xmlns:stream="), "{open}: {error}");
        assert!(web.until("<close").await.contains(FRAMING));
        assert_eq!(web.closed().await, Some(1000));
    }
}

#[tokio::test]
async fn rfc7395_3_3_3_a_message_is_one_whole_element() {
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    for message in [
        "",
        " ",
        "\n<iq xmlns='jabber:client'/>",
        "<iq xmlns='jabber:client'>",
        "<iq xmlns='jabber:client'/><iq xmlns='jabber:client'/>",
        "</stream:stream>",
        "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='localhost'>",
        "<!DOCTYPE x><iq xmlns='jabber:client'/>",
        "<iq xmlns='jabber:client'><a></b></iq>",
        "<presence/>",
    ] {
        let mut web = socket(&server).await;
        web.log_in(DOMAIN, "admin", "admin").await;
        web.say(message).await;
        web.until("<stream:error").await;
        assert_eq!(web.closed().await, Some(1000), "{message:?}");
    }
    let mut web = socket(&server).await;
    web.log_in(DOMAIN, "admin", "admin").await;
    web.say(&format!("<open xmlns='{FRAMING}' to='localhost' version='1.0'/>")).await;
    web.until("<stream:error").await;
}

#[tokio::test]
async fn rfc6455_5_frames_that_are_none_close_with_their_code() {
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    let big = vec![b'a'; 300_000];
    let frames: [(&str, Vec<u8>, u16); 10] = [
        ("binary", websocket::frame(true, BINARY, b"<iq/>", true), 1003),
        ("not masked", websocket::frame(true, TEXT, b"<iq/>", false), 1002),
        ("not UTF-8", websocket::frame(true, TEXT, b"<iq a='\xff'/>", true), 1007),
        ("too large", websocket::frame(true, TEXT, &big, true), 1009),
        ("a reserved opcode", websocket::frame(true, 3, b"", true), 1002),
        (
            "a reserved bit",
            {
                let mut frame = websocket::frame(true, TEXT, b"<iq/>", true);
                frame[0] |= 0x40;
                frame
            },
            1002,
        ),
        ("a ping in parts", websocket::frame(false, PING, b"", true), 1002),
        ("a large ping", websocket::frame(true, PING, &big[..126], true), 1002),
        ("the end of nothing", websocket::frame(true, CONTINUATION, b"<iq/>", true), 1002),
        (
            "too large in parts",
            [
                websocket::frame(false, TEXT, &big[..200_000], true),
                websocket::frame(true, CONTINUATION, &big[..200_000], true),
            ]
            .concat(),
            1009,
        ),
    ];
    for (what, frame, code) in frames {
        let mut web = socket(&server).await;
        web.raw(&frame).await;
        assert_eq!(web.closed().await, Some(code), "{what}, before a log-in");
        let mut web = socket(&server).await;
        web.log_in(DOMAIN, "admin", "admin").await;
        web.raw(&frame).await;
        assert_eq!(web.closed().await, Some(code), "{what}");
    }
}

#[tokio::test]
async fn rfc6455_5_5_1_a_close_frame_is_answered_by_one_with_the_same_code() {
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    for stage in 0..2 {
        for code in [1000, 1001, 3000] {
            let mut web = socket(&server).await;
            if stage == 1 {
                web.log_in(DOMAIN, "admin", "admin").await;
            }
            web.raw(&websocket::frame(true, CLOSE, &u16::to_be_bytes(code), true)).await;
            assert_eq!(web.closed().await, Some(code), "stage {stage}");
        }
    }
}

#[tokio::test]
async fn rfc6455_5_4_a_message_may_come_in_parts_with_pings_between_and_byte_by_byte() {
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    let mut web = socket(&server).await;
    web.log_in(DOMAIN, "admin", "admin").await;
    web.raw(&websocket::frame(false, TEXT, b"<iq xmlns='jabber:client' type='get' id='p' ", true)).await;
    web.raw(&websocket::frame(true, PING, b"there?", true)).await;
    assert_eq!(web.frame().await, Some((PONG, b"there?".to_vec())));
    for byte in websocket::frame(true, CONTINUATION, b"to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>", true) {
        web.raw(&[byte]).await;
    }
    assert!(web.until("id='p'").await.contains("result"));
    web.raw(&websocket::frame(true, CLOSE, &1000_u16.to_be_bytes(), true)).await;
    assert_eq!(web.closed().await, Some(1000));
}

#[tokio::test]
async fn the_handshake_is_refused_by_http_and_a_wrong_way_in_is_told() {
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    for (lines, status) in [
        ("", "426"),
        ("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 8\r\n", "426"),
        (
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
            "400",
        ),
    ] {
        let answer = websocket::request(server.address("https"), lines).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
    }
    // Over plain HTTP from near, as behind a proxy of this machine.
    let mut near = Socket::connect(server.address("http"), false).await;
    near.log_in(DOMAIN, "admin", "admin").await;
}

/// It is cut without an end, so that the client comes back for it.
#[tokio::test]
async fn a_stream_that_a_stop_has_cut_is_resumed_after_it() {
    let folder = Folder::new();
    let mut server = Server::test_profile(&folder);
    let mut web = socket(&server).await;
    web.log_in(DOMAIN, "admin", "admin").await;
    let enabled = web.ask("<enable xmlns='urn:xmpp:sm:3' resume='true'/>").await;
    let previd = enabled.split("id='").nth(1).unwrap().split('\'').next().unwrap().to_owned();
    server.signal(rustix::process::Signal::TERM);
    assert_eq!(web.closed().await, None);
    server.stop();
    let server = Server::test_profile(&folder);
    let mut web = socket(&server).await;
    web.authenticate(DOMAIN, "admin", "admin").await;
    let resumed = web.ask(&format!("<resume xmlns='urn:xmpp:sm:3' previd='{previd}' h='0'/>")).await;
    assert!(resumed.starts_with("<resumed"), "{resumed}");
}
