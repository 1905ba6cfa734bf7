//! A WebSocket of few words for tests: frames are made by hand, so that wrong ones can be sent (RFC 6455 §5.2).
#![allow(dead_code)] // each test uses a part of it

use std::net::SocketAddr;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::client::connect::Io;
use super::client::{PATIENCE, tls_config};

pub const CONTINUATION: u8 = 0;
pub const TEXT: u8 = 1;
pub const BINARY: u8 = 2;
pub const CLOSE: u8 = 8;
pub const PING: u8 = 9;
pub const PONG: u8 = 10;

const SASL: &str = "urn:ietf:params:xml:ns:xmpp-sasl";

pub struct Socket {
    io: Box<dyn Io>,
    /// The code of a close frame that came.
    code: Option<u16>,
}

/// One frame.
pub fn frame(last: bool, opcode: u8, payload: &[u8], masked: bool) -> Vec<u8> {
    let mut out = vec![(u8::from(last) << 7) | opcode];
    let mask = u8::from(masked) << 7;
    match payload.len() {
        length @ ..=125 => out.push(mask | length as u8),
        length @ ..=0xffff => {
            out.push(mask | 126);
            out.extend((length as u16).to_be_bytes());
        }
        length => {
            out.push(mask | 127);
            out.extend((length as u64).to_be_bytes());
        }
    }
    let key = [0x12, 0x34, 0x56, 0x78];
    if masked {
        out.extend(key);
        out.extend(payload.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key));
    } else {
        out.extend(payload);
    }
    out
}

pub async fn io(to: SocketAddr, tls: bool) -> Box<dyn Io> {
    let socket = TcpStream::connect(to).await.unwrap();
    if !tls {
        return Box::new(socket);
    }
    let mut config = tls_config(false);
    std::sync::Arc::make_mut(&mut config).alpn_protocols = vec![b"http/1.1".to_vec()];
    let name = rustls::pki_types::ServerName::try_from("localhost").unwrap();
    Box::new(tokio_rustls::TlsConnector::from(config).connect(name, socket).await.unwrap())
}

/// What a GET with these header lines is answered, up to the end of its head.
pub async fn request(to: SocketAddr, lines: &str) -> String {
    head(&mut io(to, true).await, lines).await
}

async fn head(io: &mut Box<dyn Io>, lines: &str) -> String {
    let asked = format!("GET /xmpp-websocket HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n");
    io.write_all(asked.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(io.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

impl Socket {
    pub async fn connect(to: SocketAddr, tls: bool) -> Socket {
        let mut io = io(to, tls).await;
        let lines = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nOrigin: https://app.example\
                     \r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: xmpp\r\n";
        let head = head(&mut io, lines).await;
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        assert!(head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{head}");
        Socket { io, code: None }
    }

    pub async fn raw(&mut self, bytes: &[u8]) {
        // Who is told to go may find the way shut.
        let _ = self.io.write_all(bytes).await;
        let _ = self.io.flush().await;
    }

    pub async fn say(&mut self, message: &str) {
        self.raw(&frame(true, TEXT, message.as_bytes(), true)).await;
    }

    /// The next frame; `None`: the connection is gone.
    pub async fn frame(&mut self) -> Option<(u8, Vec<u8>)> {
        tokio::time::timeout(PATIENCE, self.frame_now()).await.expect("a frame comes, or an end").ok()
    }

    async fn frame_now(&mut self) -> std::io::Result<(u8, Vec<u8>)> {
        let (first, second) = (self.io.read_u8().await?, self.io.read_u8().await?);
        assert_eq!(first & 0xf0, 0x80, "a server sends whole messages");
        assert_eq!(second & 0x80, 0, "a server masks nothing");
        let length = match second {
            126 => usize::from(self.io.read_u16().await?),
            127 => self.io.read_u64().await? as usize,
            length => usize::from(length),
        };
        let mut payload = vec![0; length];
        self.io.read_exact(&mut payload).await?;
        Ok((first & 0xf, payload))
    }

    /// The next message.
    pub async fn hear(&mut self) -> Option<String> {
        loop {
            match self.frame().await? {
                (TEXT, payload) => return Some(String::from_utf8(payload).unwrap()),
                (CLOSE, payload) => {
                    self.code = payload.get(..2).map(|code| u16::from_be_bytes([code[0], code[1]]));
                    return None;
                }
                _ => {}
            }
        }
    }

    pub async fn ask(&mut self, message: &str) -> String {
        self.say(message).await;
        self.hear().await.expect("an answer")
    }

    /// The next message that has this.
    pub async fn until(&mut self, part: &str) -> String {
        loop {
            let heard = self.hear().await.unwrap_or_else(|| panic!("the end before {part}: {:?}", self.code));
            if heard.contains(part) {
                return heard;
            }
        }
    }

    /// Hears to the end: the code of the close frame.
    pub async fn closed(&mut self) -> Option<u16> {
        while self.hear().await.is_some() {}
        self.code
    }

    async fn open(&mut self, domain: &str) -> String {
        let open = format!("<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='{domain}' version='1.0'/>");
        assert!(self.ask(&open).await.starts_with("<open "));
        self.until("<stream:features").await
    }

    /// PLAIN, which the test profile takes, and the stream after it.
    pub async fn authenticate(&mut self, domain: &str, name: &str, password: &str) {
        let features = self.open(domain).await;
        assert!(features.contains("PLAIN") && !features.contains("starttls"), "{features}");
        let proof = BASE64.encode(format!("\0{name}\0{password}"));
        let answer = self.ask(&format!("<auth xmlns='{SASL}' mechanism='PLAIN'>{proof}</auth>")).await;
        assert!(answer.starts_with("<success"), "{answer}");
        self.open(domain).await;
    }

    /// The full address.
    pub async fn log_in(&mut self, domain: &str, name: &str, password: &str) -> String {
        self.authenticate(domain, name, password).await;
        let bind = "<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>";
        let bound = self.ask(bind).await;
        bound.split_once("<jid>").unwrap_or_else(|| panic!("{bound}")).1.split('<').next().unwrap().to_owned()
    }
}
