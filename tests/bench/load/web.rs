//! The doors beside plain TCP: what a TLS handshake takes, and a message over WebSocket and BOSH against one over TCP.
//!
//! No stream management here, one message of a pair in flight: the next one goes when the last has arrived. BOSH as
//! browsers do it: two connections that stay open, one request held.

use std::collections::VecDeque;
use std::sync::Arc;

use rustls::{ClientConfig, HandshakeKind};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::Result;
use crate::bosh::Session;
use crate::client::connect::Io;
use crate::client::{Client, tls_config};
use crate::people;
use crate::servers::{DOMAIN, Server};
use crate::talk::message;
use crate::websocket::{self, Socket};

/// How somebody is connected.
#[derive(Clone, Copy)]
pub enum Way {
    Tcp,
    WebSocket,
    Bosh,
}

enum Line {
    Tcp(Box<Client>),
    WebSocket(Socket),
    Bosh(Bosh),
}

/// Somebody's number, sender and receiver: from there on two by two.
pub struct Pairs(Vec<(usize, Line, Line)>);

impl Pairs {
    /// `first`: the number of the first sender. Nobody of them is connected another way, or would hear everything twice.
    pub async fn arrive(server: &Server, way: Way, first: usize, count: usize) -> Result<Pairs> {
        let mut pairs = Vec::new();
        for number in (first..).step_by(2).take(count) {
            let sender = Line::arrive(server, way, number).await?;
            pairs.push((number, sender, Line::arrive(server, way, number + 1).await?));
        }
        Ok(Pairs(pairs))
    }

    /// All pairs at the same time, `each` messages a pair.
    pub async fn talk(self, each: usize) -> Result<Pairs> {
        let mut tasks = JoinSet::new();
        for (first, mut sender, mut receiver) in self.0 {
            tasks.spawn(async move {
                for number in 0..each {
                    sender.say(&message(&people::jid(first + 1), number)).await?;
                    receiver.hears(number).await?;
                }
                Result::Ok((first, sender, receiver))
            });
        }
        let mut done = Vec::new();
        while let Some(ended) = tasks.join_next().await {
            done.push(ended??);
        }
        Ok(Pairs(done))
    }
}

impl Line {
    async fn arrive(server: &Server, way: Way, number: usize) -> Result<Line> {
        let name = people::name(number);
        let https = server.https.ok_or("this server has no port for the web")?;
        let mut line = match way {
            Way::Tcp => {
                Line::Tcp(Box::new(Client::login(&server.endpoint, &name, people::PASSWORD, Some("bench")).await?))
            }
            Way::WebSocket => {
                let mut socket = Socket::connect(https, true).await;
                socket.log_in(DOMAIN, &name, people::PASSWORD).await;
                Line::WebSocket(socket)
            }
            Way::Bosh => {
                let session = Session::log_in(https, "hold='1' wait='60'", &name, people::PASSWORD).await;
                let links = [websocket::io(https, true).await, websocket::io(https, true).await];
                let mut bosh = Bosh { session, links, held: 0, come: VecDeque::new() };
                bosh.post(0, "").await?;
                Line::Bosh(bosh)
            }
        };
        line.say("<presence/>").await?;
        Ok(line)
    }

    async fn say(&mut self, stanza: &str) -> Result<()> {
        // Away from a stream each stanza names its own namespace (RFC 7395 §3.3.3, XEP-0206 §4).
        let whole = |stanza: &str| {
            let end = stanza.find([' ', '/', '>']).unwrap_or(stanza.len());
            format!("{} xmlns='jabber:client'{}", &stanza[..end], &stanza[end..])
        };
        match self {
            Line::Tcp(client) => client.send(stanza),
            Line::WebSocket(socket) => socket.say(&whole(stanza)).await,
            Line::Bosh(bosh) => bosh.say(&whole(stanza)).await?,
        }
        Ok(())
    }

    /// The message of that number is the next that comes.
    async fn hears(&mut self, number: usize) -> Result<()> {
        let heard = loop {
            let next = match self {
                Line::Tcp(client) => client.stanza(|stanza| stanza.is("message")).await?.text,
                Line::WebSocket(socket) => socket.hear().await.ok_or("the socket has closed")?,
                Line::Bosh(bosh) => bosh.hear().await?,
            };
            if next.contains("<body>") {
                break next;
            }
        };
        match heard.contains(&format!("<body>number {number} ")) {
            true => Ok(()),
            false => Err(format!("message {number} was expected, this came: {heard}").into()),
        }
    }
}

/// One request is always held.
struct Bosh {
    session: Session,
    links: [Box<dyn Io>; 2],
    /// On which link.
    held: usize,
    come: VecDeque<String>,
}

impl Bosh {
    async fn post(&mut self, link: usize, inside: &str) -> Result<()> {
        let body = self.session.next("", inside);
        let length = body.len();
        let head = format!("POST /http-bind HTTP/1.1\r\nHost: {DOMAIN}\r\nContent-Length: {length}\r\n\r\n");
        self.links[link].write_all((head + &body).as_bytes()).await?;
        Ok(self.links[link].flush().await?)
    }

    async fn answer(&mut self) -> Result<String> {
        let link = &mut self.links[self.held];
        let (mut bytes, mut chunk) = (Vec::new(), [0; 4096]);
        loop {
            if let Some(end) = memchr::memmem::find(&bytes, b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
                let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
                let length: usize = length.ok_or("an answer without its length")?.parse()?;
                if bytes.len() == end + 4 + length {
                    return Ok(String::from_utf8(bytes.split_off(end + 4))?);
                }
            }
            match link.read(&mut chunk).await? {
                0 => return Err("the connection has closed".into()),
                count => bytes.extend_from_slice(&chunk[..count]),
            }
        }
    }

    /// The new request frees the one that is held.
    async fn say(&mut self, stanza: &str) -> Result<()> {
        let other = 1 - self.held;
        self.post(other, stanza).await?;
        let freed = self.answer().await?;
        self.come.push_back(freed);
        self.held = other;
        Ok(())
    }

    /// What the next answer holds.
    async fn hear(&mut self) -> Result<String> {
        if let Some(text) = self.come.pop_front() {
            return Ok(text);
        }
        let text = self.answer().await?;
        self.post(self.held, "").await?;
        Ok(text)
    }
}

/// WebSockets of these people, present and silent.
pub async fn idlers(server: &Server, numbers: impl Iterator<Item = usize>) -> Result<impl Sized> {
    let mut lines = Vec::new();
    for number in numbers {
        lines.push(Line::arrive(server, Way::WebSocket, number).await?);
    }
    Ok(lines)
}

/// Direct TLS and nothing else, one after the other. Err: a handshake was not of this kind.
pub async fn handshakes(server: &Server, tls: &Arc<ClientConfig>, kind: HandshakeKind, count: usize) -> Result<()> {
    for _ in 0..count {
        let done = handshake(server, tls).await?;
        if done != Some(kind) {
            return Err(format!("a handshake was {done:?}, {kind:?} was wanted").into());
        }
    }
    Ok(())
}

async fn handshake(server: &Server, tls: &Arc<ClientConfig>) -> Result<Option<HandshakeKind>> {
    let socket = TcpStream::connect(server.endpoint.addr).await?;
    let name = rustls::pki_types::ServerName::try_from(DOMAIN)?;
    let mut stream = tokio_rustls::TlsConnector::from(tls.clone()).connect(name, socket).await?;
    stream.shutdown().await?;
    // The tickets come with the end.
    let _ = stream.read_to_end(&mut Vec::new()).await;
    Ok(stream.get_ref().1.handshake_kind())
}

/// Configurations for [`handshakes`]: full ones, and resumed ones after a first, where the server gives tickets.
pub async fn configurations(server: &Server) -> Result<Vec<(Arc<ClientConfig>, HandshakeKind)>> {
    let resuming = tls_config(true);
    handshake(server, &resuming).await?;
    let mut all = vec![(tls_config(false), HandshakeKind::Full)];
    if handshake(server, &resuming).await? == Some(HandshakeKind::Resumed) {
        all.push((resuming, HandshakeKind::Resumed));
    }
    Ok(all)
}
