//! XMPP over BOSH (XEP-0124, XEP-0206) with the real server: log-in, long polling, order, retransmission, the end, and
//! requests that are none.
#![allow(clippy::disallowed_methods)] // real sockets, real time

#[path = "support/bosh.rs"]
mod bosh;
#[path = "support/client.rs"]
mod client;
#[allow(dead_code)] // tests/process.rs uses the rest
#[path = "support/process.rs"]
mod process;
#[path = "support/websocket.rs"]
mod websocket;

use std::time::{Duration, Instant};

use bosh::{Session, attribute, post, request};
use client::{Client, Door, Endpoint};
use process::{Folder, Server};

const DOMAIN: &str = "localhost";
const PASSWORD: &str = "four everyday words";
const PING: &str = "<iq xmlns='jabber:client' type='get' id='ID' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>";
const NS: &str = "xmlns='http://jabber.org/protocol/httpbind'";

fn over_tcp(server: &Server) -> Endpoint {
    Endpoint::new(server.address("c2s_tls"), Door::DirectTls, DOMAIN)
}

fn ping(id: &str) -> String {
    PING.replace("ID", id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn xep0124_8_from_the_first_request_to_the_last_with_messages_both_ways() {
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    let at = server.address("https");
    client::register(&over_tcp(&server), "romeo", PASSWORD).await.unwrap();
    let mut juliet = Client::login(&over_tcp(&server), "admin", "admin", None).await.unwrap();
    juliet.available();
    let (_, made) = Session::begin(at, "hold='1' wait='300' content='text/plain'").await;
    for (name, value) in [("wait", "60"), ("requests", "2"), ("hold", "1"), ("ver", "1.6"), ("from", "localhost")] {
        assert_eq!(attribute(&made, name).as_deref(), Some(value), "{made}");
    }
    assert!(made.contains("xmpp:restartlogic='true'") && made.contains("xmlns:stream="), "{made}");
    let mut romeo = Session::log_in(at, "hold='1' wait='60'", "romeo", PASSWORD).await;
    let hello = "<message xmlns='jabber:client' to='admin@localhost' type='chat'><body>hi</body></message>";
    let poll = romeo.next("", &format!("<presence xmlns='jabber:client'/>{hello}"));
    let held = romeo.post_later(poll);
    let heard = juliet.stanza(|stanza| stanza.is("message")).await.unwrap();
    assert!(heard.text.contains("<body>hi</body>"), "{}", heard.text);
    juliet.send("<message to='romeo@localhost' type='chat'><body>and you</body></message>");
    let mut answer = held.await.unwrap();
    while !answer.contains("and you") {
        answer = romeo.say("", "").await;
    }
    assert!(answer.contains("xmlns='jabber:client'"), "{answer}");
    let end = romeo.say("type='terminate'", "<presence xmlns='jabber:client' type='unavailable'/>").await;
    assert!(end.contains("type='terminate'") && !end.contains("condition"), "{end}");
    let after = romeo.say("", "").await;
    assert!(after.contains("item-not-found"), "{after}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn xep0124_14_2_requests_that_come_out_of_order_are_handled_in_order() {
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    let mut web = Session::log_in(server.address("https"), "hold='1' wait='60'", "admin", "admin").await;
    let (first, second) = (web.next("", &ping("one")), web.next("", &ping("two")));
    let later = web.post_later(second);
    tokio::task::yield_now().await;
    let first = web.post(&first).await;
    let second = later.await.unwrap();
    let mut all = first + &second;
    while !(all.contains("'one'") && all.contains("'two'")) {
        all += &web.say("", "").await;
    }
    assert!(all.find("'one'") < all.find("'two'"), "{all}");
}

#[tokio::test]
async fn xep0124_14_3_an_answer_that_was_lost_comes_again_and_an_old_one_ends_the_session() {
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    let mut web = Session::log_in(server.address("https"), "hold='1' wait='60'", "admin", "admin").await;
    let asked = web.next("", &ping("one"));
    let answer = web.post(&asked).await;
    assert!(answer.contains("'one'"), "{answer}");
    assert_eq!(web.post(&asked).await, answer);
    // Who waits is told that the connection was taken over, and the new one has the answer.
    let held = web.next("", "");
    let lost = web.post_later(held.clone());
    let again = loop {
        let again = web.post_later(held.clone());
        tokio::time::sleep(Duration::from_millis(100)).await;
        if lost.is_finished() {
            break again;
        }
    };
    assert!(lost.await.unwrap().contains("type='error'"));
    let next = web.next("", &ping("two"));
    let next = web.post_later(next);
    let all = again.await.unwrap() + &next.await.unwrap();
    assert!(all.contains("'two'"), "{all}");
    let old = web.text(web.rid - 9, "", "");
    let end = web.post(&old).await;
    assert!(end.contains("type='terminate'") && end.contains("item-not-found"), "{end}");
}

#[tokio::test]
async fn xep0124_7_1_a_request_is_held_as_long_as_was_asked_and_a_second_one_frees_it() {
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    let mut web = Session::log_in(server.address("https"), "hold='1' wait='1'", "admin", "admin").await;
    let begun = Instant::now();
    let empty = web.say("", "").await;
    assert_eq!(attribute(&empty, "type"), None, "{empty}");
    assert!(begun.elapsed() >= Duration::from_millis(900), "{:?}", begun.elapsed());
    let mut web = Session::log_in(server.address("https"), "hold='1' wait='60'", "admin", "admin").await;
    let (first, second) = (web.next("", ""), web.next("", &ping("one")));
    let (first, second) = (web.post_later(first), web.post_later(second));
    let all = first.await.unwrap() + &second.await.unwrap();
    assert!(all.contains("'one'"), "{all}");
    // §10: a pause frees all, and is answered by nothing.
    let held = web.next("", "");
    let held = web.post_later(held);
    let pause = web.say("pause='60'", "").await;
    assert_eq!((attribute(&pause, "type"), pause.contains("<iq")), (None, false), "{pause}");
    held.await.unwrap();
    let end = web.say("pause='100000'", "").await;
    assert!(end.contains("policy-violation"), "{end}");
}

#[tokio::test]
async fn xep0124_12_who_polls_is_answered_at_once_and_not_more_often_than_told() {
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    let (mut web, made) = Session::begin(server.address("https"), "hold='0' wait='0'").await;
    assert_eq!(attribute(&made, "requests").as_deref(), Some("1"), "{made}");
    assert_eq!(attribute(&made, "polling").as_deref(), Some("2"), "{made}");
    let begun = Instant::now();
    assert_eq!(attribute(&web.say("", "").await, "type"), None);
    let end = web.say("", "").await;
    assert!(end.contains("policy-violation"), "{end}");
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn xep0124_15_a_session_with_keys_is_nobody_elses() {
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    let keys = keys("seed", 3);
    let (mut web, _) = Session::begin(server.address("https"), &format!("hold='1' newkey='{}'", keys[2])).await;
    let answer = web.say(&format!("key='{}' pause='60'", keys[1]), "").await;
    assert_eq!(attribute(&answer, "type"), None, "{answer}");
    let mut thief = web.clone();
    let end = thief.say("key='guess'", "").await;
    assert!(end.contains("item-not-found"), "{end}");
}

fn keys(seed: &str, count: usize) -> Vec<String> {
    let next = |key: &String| {
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes());
        Some(hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect())
    };
    std::iter::successors(Some(seed.to_owned()), next).take(count).collect()
}

#[tokio::test]
async fn xep0124_17_2_what_is_no_request_of_a_session_ends_with_its_condition() {
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    let at = server.address("https");
    let large = format!("<body rid='1' sid='s' {NS}>{}</body>", "<a/>".repeat(100_000));
    for (body, condition) in [
        (String::new(), "bad-request"),
        ("\u{0}".to_owned(), "bad-request"),
        (format!("<body {NS}/>"), "bad-request"),
        (format!("<body rid='1' to='localhost' {NS}>text</body>"), "bad-request"),
        (large, "bad-request"),
        // As over TCP: what comes before a log-in is short.
        (format!("<body rid='1' to='localhost' {NS}>{}</body>", "<a/>".repeat(4_000)), "policy-violation"),
        (format!("<body rid='1' {NS}/>"), "improper-addressing"),
        (format!("<body rid='1' to='elsewhere.test' {NS}/>"), "host-unknown"),
        (format!("<body rid='1' sid='nobody' {NS}/>"), "item-not-found"),
    ] {
        let answer = post(at, &body).await;
        assert!(answer.contains("type='terminate'") && answer.contains(condition), "{:.80}: {answer}", body);
    }
    let mut web = Session::log_in(at, "hold='1'", "admin", "admin").await;
    web.rid += 9;
    assert!(web.say("", "").await.contains("item-not-found"));
    // XEP-0206 §2, XEP-0124 §17.2: a stream error is told as one.
    let mut web = Session::log_in(at, "hold='1'", "admin", "admin").await;
    let end = web.say("", "<message xmlns='jabber:client' from='romeo@localhost'/>").await;
    assert!(end.contains("remote-stream-error") && end.contains("<invalid-from"), "{end}");
}

#[tokio::test]
async fn any_page_may_ask_and_by_post_alone() {
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    let at = server.address("https");
    let lines = "Origin: https://app.example\r\nAccess-Control-Request-Method: POST\r\n";
    let (head, _) = request(at, "OPTIONS", lines, "").await;
    assert!(head.starts_with("HTTP/1.1 204 "), "{head}");
    for header in
        ["access-control-allow-origin: *", "access-control-allow-methods: POST", "allow-headers: Content-Type"]
    {
        assert!(head.contains(header), "{head}");
    }
    let (head, _) = request(at, "GET", "", "").await;
    assert!(head.starts_with("HTTP/1.1 405 ") && head.contains("allow: POST"), "{head}");
    let asked = format!("<body rid='1' to='localhost' {NS}/>");
    let (head, _) = request(at, "POST", "Origin: https://app.example\r\n", &asked).await;
    assert!(head.contains("access-control-allow-origin: *"), "{head}");
}

/// Answers are taken along a few at a time; who asks and asks without fetching them is not read for ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_more_than_is_fetched_is_sent_away_before_it_costs_memory() {
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    let mut web = Session::log_in(server.address("https"), "hold='1' wait='60'", "admin", "admin").await;
    let before = server.memory_kib();
    let many = ping("x").repeat(1_800);
    let mut asked = 0;
    let end = loop {
        let answer = web.say("", &many).await;
        asked += many.len();
        if answer.contains("terminate") {
            break answer;
        }
        assert!(asked < 40_000_000, "{asked} bytes were taken");
    };
    assert!(end.contains("policy-violation"), "{end}");
    let more = server.memory_kib().saturating_sub(before);
    println!("{asked} bytes were asked, {more} KiB more memory");
    assert!(more < 16 * 1024, "{more} KiB");
}

/// Another site's page may send a form here, and a browser would show the answer as a page of ours, with what somebody
/// wrote to the session in it.
#[tokio::test]
async fn an_answer_is_never_a_page_whatever_is_in_it() {
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    let at = server.address("https");
    for (wanted, given) in [
        ("text/html; charset=utf-8", "text/xml; charset=utf-8"),
        ("image/svg+xml", "text/xml; charset=utf-8"),
        ("a&#10;b", "text/xml; charset=utf-8"),
        ("text/plain", "text/plain; charset=utf-8"),
        ("Application/XML; charset=utf-16", "application/xml; charset=utf-8"),
    ] {
        let asked = format!("<body rid='1' to='localhost' content='{wanted}' {NS}/>");
        let (head, body) = request(at, "POST", "", &asked).await;
        assert!(head.contains(&format!("content-type: {given}\r\n")) && body.contains(" sid='"), "{wanted}: {head}");
        for line in
            ["content-security-policy: default-src 'none'; frame-ancestors 'none'; sandbox\r\n", "nosniff", "DENY"]
        {
            assert!(head.contains(line), "{wanted}: {head}");
        }
    }
    let asked = format!("<body rid='1' to='localhost' {NS}/>");
    let (head, body) = request(at, "POST", "Sec-Fetch-Mode: navigate\r\n", &asked).await;
    assert!(head.starts_with("HTTP/1.1 403 ") && !body.contains("sid="), "{head}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn xep0198_5_a_stream_is_resumed_from_bosh_to_websocket() {
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    let at = server.address("https");
    let mut web = Session::log_in(at, "hold='1'", "admin", "admin").await;
    let enabled = web.until("<enable xmlns='urn:xmpp:sm:3' resume='true'/>", "<enabled").await;
    let previd = enabled.split("id='").nth(1).unwrap().split('\'').next().unwrap().to_owned();
    let mut socket = websocket::Socket::connect(at, true).await;
    socket.authenticate(DOMAIN, "admin", "admin").await;
    let resumed = socket.ask(&format!("<resume xmlns='urn:xmpp:sm:3' previd='{previd}' h='0'/>")).await;
    assert!(resumed.starts_with("<resumed"), "{resumed}");
    let end = web.say("", "").await;
    assert!(end.contains("type='terminate'"), "{end}");
}
