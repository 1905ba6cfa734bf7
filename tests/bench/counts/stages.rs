//! A message's way in this process, whole and in parts, for counting: no sockets, no TLS, one thread
//! beside the database's.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use imera::accounts::batch::NewAccount;
use imera::accounts::{Accounts, Role};
use imera::archive::{Archive, Body};
use imera::clock::Clock;
use imera::features::Parts;
use imera::store::{Batch, OpenOptions, Store};
use imera::xmpp::jid::Jid;
use imera::xmpp::stanza::MessageType;
use imera::xmpp::xml::reader::{Event, Reader};
use memchr::memmem;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

use crate::Result;
use crate::inside;
use crate::servers::DOMAIN;

const PASSWORD: &str = "secret";
const NAMES: [&str; 2] = ["romeo", "juliet"];
const HEADER: &str = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' \
                      version='1.0' to='localhost'>";

/// Whether the archive may keep a message.
#[derive(Clone, Copy)]
pub enum Hint {
    None,
    /// XEP-0334 §4.3.
    NoStore,
}

/// For callgrind: one stage, `count` messages, on a folder that [`prepare`] made.
pub fn run(stage: &str, count: usize, folder: &str) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let done = runtime.block_on(async {
        match stage {
            "parse" => parse(count),
            "archive" => archive(count, Path::new(folder)).await,
            "whole" => Chat::begin(Path::new(folder)).await?.end_after(count, Hint::None).await,
            "unkept" => Chat::begin(Path::new(folder)).await?.end_after(count, Hint::NoStore).await,
            _ => Err("no such stage".into()),
        }
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{stage}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// A data folder with both accounts.
pub fn prepare() -> Result<TempDir> {
    let folder = TempDir::new()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (store, clock) = open(folder.path())?;
        let accounts = Accounts::open(store.clone(), clock).await?;
        let account = |name: &&str| NewAccount {
            name: (*name).to_owned(),
            password: PASSWORD.to_owned().into(),
            role: Role::Member,
        };
        accounts.create_batch(NAMES.iter().map(account).collect(), |_| {}).await?;
        store.close().await;
        Ok(folder)
    })
}

fn open(folder: &Path) -> Result<(Store, Clock)> {
    let clock = Clock::system();
    Ok((Store::open(folder, OpenOptions::default(), clock.clone())?, clock))
}

fn message(number: usize, hint: Hint) -> String {
    let hint = match hint {
        Hint::None => "",
        Hint::NoStore => "<no-store xmlns='urn:xmpp:hints'/>",
    };
    format!(
        "<message to='juliet@localhost' type='chat' id='m{number:06}'><body>number {number:06} : the quick brown fox \
         jumps over the lazy dog and wonders what all these messages are about</body>{hint}\
         <origin-id xmlns='urn:xmpp:sid:0' id='m{number:06}'/></message>"
    )
}

fn parse(count: usize) -> Result<()> {
    let mut reader = Reader::new();
    reader.set_max_bytes(65536);
    reader.push(HEADER.as_bytes());
    let mut come = 0;
    for number in 0..count {
        reader.push(message(number, Hint::None).as_bytes());
        while let Some(event) = reader.next().map_err(|error| format!("{error:?}"))? {
            if let Event::Element(raw) = event {
                std::hint::black_box(raw.into_stanza().ok_or("no stanza")?.map_err(|_| "refused")?);
                come += 1;
            }
        }
    }
    if come == count { Ok(()) } else { Err("some messages were not read".into()) }
}

async fn archive(count: usize, folder: &Path) -> Result<()> {
    let (store, clock) = open(folder)?;
    let accounts = Accounts::open(store.clone(), clock.clone()).await?;
    let archive = Archive::open(store.clone(), DOMAIN, clock).await?;
    let ids = NAMES.map(|name| accounts.find(name).expect("prepared"));
    let [romeo, juliet] = NAMES.map(|name| Jid::from_parts(Some(name), DOMAIN, None).expect("a name"));
    for number in 0..count {
        let text = message(number, Hint::None);
        let content = text.split_once('>').and_then(|(_, rest)| rest.strip_suffix("</message>"));
        let content: Arc<str> = content.expect("a message has children").into();
        let (sender, recipient) = (romeo.clone(), juliet.clone());
        let id = Some(format!("m{number}").into());
        let mut keeping = archive.message(Body { sender, recipient, kind: MessageType::Chat, id, lang: None, content });
        keeping.keep(ids[0], &juliet, true, false);
        keeping.keep(ids[1], &romeo, true, true);
        let mut batch = Batch::default();
        keeping.finish(&mut batch);
        store.submit(batch).await?;
    }
    store.close().await;
    Ok(())
}

/// Both people, online, with stream management, in one server.
pub struct Chat {
    parts: Arc<Parts>,
    romeo: Peer,
    juliet: Peer,
    next: usize,
}

impl Chat {
    pub async fn begin(folder: &Path) -> Result<Chat> {
        let place = inside::Place {
            domain: DOMAIN,
            policy: inside::TEST_PROFILE,
            options: OpenOptions::default(),
            owner: None,
        };
        let parts = inside::open(folder, Clock::system(), place).await?;
        let romeo = Peer::log_in(&parts, NAMES[0]).await?;
        let juliet = Peer::log_in(&parts, NAMES[1]).await?;
        Ok(Chat { parts, romeo, juliet, next: 0 })
    }

    /// Each message delivered and acknowledged before the next one.
    pub async fn send(&mut self, count: usize, hint: Hint) -> Result<()> {
        for _ in 0..count {
            self.romeo.write(&(message(self.next, hint) + "<r xmlns='urn:xmpp:sm:3'/>")).await?;
            self.juliet.until(b"</message>").await?;
            self.juliet.answer(self.next as u32 + 1).await?;
            self.romeo.until(b"<a ").await?;
            self.next += 1;
        }
        Ok(())
    }

    async fn end_after(mut self, count: usize, hint: Hint) -> Result<()> {
        self.send(count, hint).await?;
        self.parts.store.close().await;
        Ok(())
    }
}

/// A client that takes no memory for what it reads.
struct Peer {
    io: DuplexStream,
    bytes: Vec<u8>,
    filled: usize,
}

impl Peer {
    async fn log_in(parts: &Arc<Parts>, name: &str) -> Result<Peer> {
        let mut peer = Peer { io: inside::connect(parts), bytes: vec![0; 64 * 1024], filled: 0 };
        let plain = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, format!("\0{name}\0{PASSWORD}"));
        let auth = format!("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{plain}</auth>");
        let bind = "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>";
        for (text, answer) in [
            (HEADER, "</stream:features>"),
            (&auth, "<success"),
            (HEADER, "</stream:features>"),
            (bind, "</iq>"),
            ("<presence/>", "<presence"),
            ("<enable xmlns='urn:xmpp:sm:3' resume='true'/>", "<enabled"),
        ] {
            peer.write(text).await?;
            peer.until(answer.as_bytes()).await?;
        }
        Ok(peer)
    }

    async fn write(&mut self, text: &str) -> Result<()> {
        Ok(self.io.write_all(text.as_bytes()).await?)
    }

    /// Reads until this has come; what comes before it is dropped, what follows stays.
    async fn until(&mut self, wanted: &[u8]) -> Result<()> {
        loop {
            if let Some(at) = memmem::find(&self.bytes[..self.filled], wanted) {
                let end = at + wanted.len();
                self.bytes.copy_within(end..self.filled, 0);
                self.filled -= end;
                return Ok(());
            }
            let count = self.io.read(&mut self.bytes[self.filled..]).await?;
            if count == 0 {
                let text = String::from_utf8_lossy(&self.bytes[..self.filled]).into_owned();
                return Err(format!("the stream ended without {}: {text}", String::from_utf8_lossy(wanted)).into());
            }
            self.filled += count;
        }
    }

    /// Says how many stanzas have come, where that was asked for.
    async fn answer(&mut self, handled: u32) -> Result<()> {
        if memmem::find(&self.bytes[..self.filled], b"<r ").is_some() {
            self.filled = 0;
            self.write(&format!("<a xmlns='urn:xmpp:sm:3' h='{handled}'/>")).await?;
        }
        Ok(())
    }
}
