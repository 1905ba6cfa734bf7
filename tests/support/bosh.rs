//! A client of BOSH of few words: one connection a request, request IDs that count by themselves (XEP-0124).
#![allow(dead_code)] // each test uses a part of it

use std::net::SocketAddr;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::client::PATIENCE;
use super::websocket::io;

const BODY: &str = "xmlns='http://jabber.org/protocol/httpbind' xmlns:xmpp='urn:xmpp:xbosh'";

#[derive(Clone)]
pub struct Session {
    to: SocketAddr,
    pub rid: u64,
    pub sid: String,
}

/// Head and body of the answer to one request.
pub async fn request(to: SocketAddr, method: &str, lines: &str, body: &str) -> (String, String) {
    let mut io = io(to, true).await;
    let length = body.len();
    let head = format!("{method} /http-bind HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{lines}");
    let asked = format!("{head}Content-Length: {length}\r\n\r\n{body}");
    let _ = io.write_all(asked.as_bytes()).await;
    let mut answer = Vec::new();
    tokio::time::timeout(PATIENCE * 3, io.read_to_end(&mut answer)).await.expect("an answer").unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer}"));
    (head.to_owned(), body.to_owned())
}

/// The body of an answer, which is 200 always.
pub async fn post(to: SocketAddr, body: &str) -> String {
    let (head, body) = request(to, "POST", "", body).await;
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    body
}

pub fn attribute(xml: &str, name: &str) -> Option<String> {
    let tag = xml.split('>').next()?;
    Some(tag.split(&format!(" {name}='")).nth(1)?.split('\'').next()?.to_owned())
}

impl Session {
    /// A session with these attributes, and the answer.
    pub async fn begin(to: SocketAddr, attributes: &str) -> (Session, String) {
        let rid = 1_573_741_820;
        let asked = format!("<body rid='{rid}' to='localhost' xmpp:version='1.0' ver='1.6' {attributes} {BODY}/>");
        let answer = post(to, &asked).await;
        (Session { to, rid, sid: attribute(&answer, "sid").unwrap_or_default() }, answer)
    }

    /// The next request's text.
    pub fn next(&mut self, attributes: &str, inside: &str) -> String {
        self.rid += 1;
        self.text(self.rid, attributes, inside)
    }

    pub fn text(&self, rid: u64, attributes: &str, inside: &str) -> String {
        format!("<body rid='{rid}' sid='{}' {attributes} {BODY}>{inside}</body>", self.sid)
    }

    pub async fn say(&mut self, attributes: &str, inside: &str) -> String {
        let text = self.next(attributes, inside);
        self.post(&text).await
    }

    pub async fn post(&self, text: &str) -> String {
        post(self.to, text).await
    }

    /// The request is under way; its answer comes.
    pub fn post_later(&self, text: String) -> tokio::task::JoinHandle<String> {
        let to = self.to;
        tokio::spawn(async move { post(to, &text).await })
    }

    /// Says something, and asks on until this comes.
    pub async fn until(&mut self, inside: &str, part: &str) -> String {
        let mut answer = self.say("", inside).await;
        while !answer.contains(part) {
            assert!(!answer.contains("terminate"), "the end before {part}: {answer}");
            answer = self.say("", "").await;
        }
        answer
    }

    pub async fn authenticate(to: SocketAddr, attributes: &str, name: &str, password: &str) -> Session {
        let (mut session, answer) = Session::begin(to, attributes).await;
        assert!(answer.contains("<mechanism>PLAIN<"), "{answer}");
        let proof = BASE64.encode(format!("\0{name}\0{password}"));
        let auth = format!("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{proof}</auth>");
        session.until(&auth, "<success").await;
        let restarted = session.say("xmpp:restart='true' to='localhost'", "").await;
        assert!(restarted.contains("<bind "), "{restarted}");
        session
    }

    pub async fn log_in(to: SocketAddr, attributes: &str, name: &str, password: &str) -> Session {
        let mut session = Session::authenticate(to, attributes, name, password).await;
        let bind = "<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>";
        session.until(bind, "<jid>").await;
        session
    }
}
