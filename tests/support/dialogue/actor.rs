//! One client of a dialogue: a connection, what it brought and nobody has looked at yet, XEP-0198 counters.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadHalf, WriteHalf};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;

use super::sasl::{Scram, plain};
use super::xml::{CLIENT, Element, Incoming, STREAM, StreamParser};

pub const DOMAIN: &str = "a.test";
pub const PASSWORD: &str = "pencil-and-paper";
pub const SM: &str = "urn:xmpp:sm:3";
pub const SASL: &str = "urn:ietf:params:xml:ns:xmpp-sasl";
const STANZA_ERRORS: &str = "urn:ietf:params:xml:ns:xmpp-stanzas";
const BIND: &str = "urn:ietf:params:xml:ns:xmpp-bind";

/// How long an answer may take in real time before a dialogue fails. Only failing dialogues wait that long.
pub const PATIENCE: Duration = Duration::from_secs(10);

pub trait Io: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}
pub type BoxedIo = Box<dyn Io>;

/// What was said, in order; shared by all actors of a dialogue.
pub type Transcript = Rc<RefCell<Vec<String>>>;

/// What `future` gives, or `None` after `patience` of real time.
#[allow(clippy::disallowed_methods)]
pub async fn within<F: Future>(patience: Duration, future: F) -> Option<F::Output> {
    tokio::time::timeout(patience, future).await.ok()
}

pub struct Connection {
    writer: WriteHalf<BoxedIo>,
    incoming: UnboundedReceiver<Result<Incoming, String>>,
    pub header: Option<Element>,
    /// `</stream:stream>` was received.
    pub closed: bool,
    /// Nothing more will come.
    pub ended: bool,
    reader: AbortHandle,
}

impl Drop for Connection {
    /// The reading half goes too, else the other side would not notice.
    fn drop(&mut self) {
        self.reader.abort();
    }
}

/// XEP-0198 as the client counts.
#[derive(Clone, Debug)]
pub struct StreamManagement {
    pub id: Option<String>,
    /// Stanzas received since `<enabled/>`, as far as they were looked at.
    pub received: u32,
    /// Each `<r/>` not yet answered: whether it is the engine's own, whose answer no dialogue shall see.
    requests: VecDeque<bool>,
}

pub struct Actor {
    /// `romeo/orchard`.
    pub name: String,
    pub account: String,
    pub resource: String,
    pub connection: Option<Connection>,
    /// The connection that a resumption took over.
    pub old: Option<Connection>,
    /// Received and not yet expected.
    pub queue: VecDeque<Element>,
    pub sm: Option<StreamManagement>,
    pub bound: bool,
    /// `xml:lang` of its stream headers.
    pub lang: Option<String>,
    synced: u64,
    transcript: Transcript,
}

impl Actor {
    pub fn new(name: &str, transcript: &Transcript) -> Actor {
        let (account, resource) = name.split_once('/').unwrap_or((name, "one"));
        Actor {
            name: name.to_owned(),
            account: account.to_owned(),
            resource: resource.to_owned(),
            connection: None,
            old: None,
            queue: VecDeque::new(),
            sm: None,
            bound: false,
            lang: None,
            synced: 0,
            transcript: Rc::clone(transcript),
        }
    }

    pub fn note(&self, arrow: &str, what: &str) {
        self.transcript.borrow_mut().push(format!("{:>18} {arrow} {what:.600}", self.name));
    }

    /// Takes a new connection; what the old one brought is forgotten.
    pub fn take(&mut self, io: BoxedIo) {
        let (reader, writer) = tokio::io::split(io);
        let (sender, incoming) = unbounded_channel();
        let reader = tokio::spawn(read(reader, sender)).abort_handle();
        self.connection = Some(Connection { writer, incoming, header: None, closed: false, ended: false, reader });
        self.queue.clear();
        self.bound = false;
    }

    pub async fn send_quietly(&mut self, text: &str) -> Result<(), String> {
        let Some(connection) = &mut self.connection else { return Err(format!("{} has no connection", self.name)) };
        let sent = async {
            connection.writer.write_all(text.as_bytes()).await?;
            connection.writer.flush().await
        };
        match within(PATIENCE, sent).await {
            Some(Ok(())) => Ok(()),
            Some(Err(error)) => Err(format!("{} cannot send: {error}", self.name)),
            None => Err(format!("{} cannot send: the server does not read", self.name)),
        }
    }

    pub async fn send(&mut self, text: &str) -> Result<(), String> {
        self.note("→", text);
        if let Some(sm) = self.sm.as_mut().filter(|_| text.starts_with("<r ")) {
            sm.requests.push_back(false);
        }
        self.send_quietly(text).await
    }

    /// Sends the opening tag again, and takes the header and the features, which are kept in the queue.
    pub async fn open_stream(&mut self) -> Result<(), String> {
        let lang = self.lang.as_ref().map(|lang| format!(" xml:lang='{lang}'")).unwrap_or_default();
        let header = format!(
            "<?xml version='1.0'?><stream:stream xmlns='{CLIENT}' xmlns:stream='{STREAM}' to='{DOMAIN}' \
             version='1.0'{lang}>"
        );
        self.send_quietly(&header).await?;
        let features = self.next(PATIENCE).await?;
        if !features.is(STREAM, "features") {
            return Err(format!("{} received {features} instead of stream features", self.name));
        }
        self.queue.push_front(features);
        Ok(())
    }

    /// Whole SASL exchange and the stream behind it. Leaves a `<failure/>` or the new features in the queue.
    pub async fn authenticate(&mut self, mechanism: &str, account: &str, password: &str) -> Result<(), String> {
        self.queue.clear();
        let mut scram = if mechanism == "PLAIN" { None } else { Some(Scram::new(mechanism, account, password)?) };
        let first = scram.as_ref().map_or_else(|| plain(account, password), Scram::first);
        self.send(&format!("<auth xmlns='{SASL}' mechanism='{mechanism}'>{first}</auth>")).await?;
        let mut answer = self.next(PATIENCE).await?;
        if let Some(scram) = scram.as_mut().filter(|_| answer.is(SASL, "challenge")) {
            let last = scram.last(&answer.text())?;
            self.send(&format!("<response xmlns='{SASL}'>{last}</response>")).await?;
            answer = self.next(PATIENCE).await?;
        }
        if !answer.is(SASL, "success") {
            self.queue.push_front(answer);
            return Ok(());
        }
        if let Some(scram) = &scram {
            scram.check(&answer.text())?;
        }
        self.open_stream().await
    }

    /// Opens, authenticates; fails unless both go well. The features behind are still in the queue.
    pub async fn log_in(&mut self, mechanism: &str, password: &str) -> Result<(), String> {
        self.open_stream().await?;
        let account = self.account.clone();
        self.authenticate(mechanism, &account, password).await?;
        match self.queue.front() {
            Some(features) if features.is(STREAM, "features") => Ok(()),
            other => {
                Err(format!("{} cannot log in: {}", self.name, other.map(ToString::to_string).unwrap_or_default()))
            }
        }
    }

    pub async fn bind(&mut self) -> Result<(), String> {
        self.queue.clear();
        let resource = &self.resource;
        let ask = format!("<iq type='set' id='bind'><bind xmlns='{BIND}'><resource>{resource}</resource></bind></iq>");
        self.send(&ask).await?;
        let answer = self.next(PATIENCE).await?;
        let wanted = format!("{}@{DOMAIN}/{}", self.account, self.resource);
        let jid = answer.child(BIND, "bind").and_then(|bind| bind.child(BIND, "jid")).map(Element::text);
        if jid.as_deref() != Some(&wanted) {
            return Err(format!("{} wants to bind {wanted} and receives {answer}", self.name));
        }
        self.bound = true;
        self.sm = None;
        Ok(())
    }

    pub async fn enable(&mut self, resumable: bool) -> Result<(), String> {
        let resume = if resumable { " resume='true'" } else { "" };
        self.send(&format!("<enable xmlns='{SM}'{resume}/>")).await?;
        let answer = self.next(PATIENCE).await?;
        let granted = matches!(answer.attr("resume"), Some("true" | "1"));
        if !answer.is(SM, "enabled") || granted != resumable {
            return Err(format!("{} enables stream management and receives {answer}", self.name));
        }
        Ok(())
    }

    /// Asks to resume; the answer is in the queue, what the server sends again behind it.
    pub async fn ask_to_resume(&mut self, id: &str, h: u32) -> Result<(), String> {
        self.queue.clear();
        self.send(&format!("<resume xmlns='{SM}' previd='{id}' h='{h}'/>")).await?;
        match self.next(PATIENCE).await {
            Ok(answer) => {
                self.bound = answer.is(SM, "resumed");
                self.queue.push_front(answer);
                Ok(())
            }
            // A refusal may end the stream.
            Err(_) if self.connection.as_ref().is_some_and(|connection| connection.ended) => Ok(()),
            Err(why) => Err(why),
        }
    }

    /// Takes in what has arrived, without waiting.
    pub fn pump(&mut self) -> Result<(), String> {
        while let Some(connection) = &mut self.connection {
            match connection.incoming.try_recv() {
                Ok(incoming) => self.absorb(incoming)?,
                Err(tokio::sync::mpsc::error::TryRecvError::Empty) => break,
                Err(tokio::sync::mpsc::error::TryRecvError::Disconnected) => {
                    connection.ended = true;
                    break;
                }
            }
        }
        Ok(())
    }

    /// Waits until something arrives; `false`: nothing did, or nothing can any more.
    pub async fn wait(&mut self, patience: Duration) -> Result<bool, String> {
        let Some(connection) = &mut self.connection else { return Ok(false) };
        match within(patience, connection.incoming.recv()).await {
            Some(Some(incoming)) => self.absorb(incoming).map(|()| true),
            Some(None) => {
                connection.ended = true;
                Ok(false)
            }
            None => Ok(false),
        }
    }

    /// The next element that is not `<r/>`.
    pub async fn next(&mut self, patience: Duration) -> Result<Element, String> {
        loop {
            self.pump()?;
            self.queue.retain(|element| !element.is(SM, "r"));
            if let Some(element) = self.queue.pop_front() {
                return Ok(element);
            }
            if !self.wait(patience).await? {
                let ended = self.connection.as_ref().is_none_or(|connection| connection.ended);
                let why = if ended { "its stream is at its end" } else { "nothing comes" };
                return Err(format!("{} waits in vain: {why}", self.name));
            }
        }
    }

    fn absorb(&mut self, incoming: Result<Incoming, String>) -> Result<(), String> {
        let Some(connection) = &mut self.connection else { return Ok(()) };
        match incoming.map_err(|why| format!("{}: {why}", self.name))? {
            Incoming::Header(header) => connection.header = Some(header),
            Incoming::Close => {
                connection.closed = true;
                self.note("←", "</stream:stream>");
            }
            Incoming::Element(element) => {
                if element.is(SM, "enabled") {
                    let id = element.attr("id").map(str::to_owned);
                    self.sm = Some(StreamManagement { id, received: 0, requests: VecDeque::new() });
                }
                let counted = element.is_stanza();
                if let Some(sm) = self.sm.as_mut().filter(|_| counted && self.bound) {
                    sm.received = sm.received.wrapping_add(1);
                }
                if !self.is_own(&element) {
                    self.note("←", &element.to_string());
                    self.queue.push_back(element);
                }
            }
        }
        Ok(())
    }

    /// Whether it answers a question of the engine's own.
    fn is_own(&mut self, element: &Element) -> bool {
        if let Some(sm) = self.sm.as_mut().filter(|_| element.is(SM, "a")) {
            let own = sm.requests.pop_front().unwrap_or(false);
            self.synced += u64::from(own);
            return own;
        }
        let own = element.name == "iq" && element.attr("id").is_some_and(|id| id.starts_with("sync-"));
        self.synced += u64::from(own);
        own
    }

    /// A round trip: when it returns, the server has handled what this actor sent, and this actor has what the server
    /// had for it by then. With XEP-0198 by `<r/>`, which does not count; else by a ping.
    pub async fn sync(&mut self) -> Result<(), String> {
        if !self.bound || self.connection.as_ref().is_none_or(|connection| connection.ended || connection.closed) {
            return self.pump();
        }
        let wanted = self.synced + 1;
        let ask = match &mut self.sm {
            Some(sm) => {
                sm.requests.push_back(true);
                format!("<r xmlns='{SM}'/>")
            }
            None => {
                format!("<iq type='get' id='sync-{wanted}' to='{DOMAIN}'><ping xmlns='urn:xmpp:ping'/></iq>")
            }
        };
        if self.send_quietly(&ask).await.is_err() {
            // The server hung up: what it said before is all there is.
            while self.wait(PATIENCE).await? {}
            return Ok(());
        }
        while self.synced < wanted {
            if !self.wait(PATIENCE).await? {
                let ended = self.connection.as_ref().is_none_or(|connection| connection.ended);
                return if ended {
                    Ok(())
                } else {
                    Err(format!("{} asks for a sign of life and gets none", self.name))
                };
            }
        }
        self.pump()
    }

    /// Cuts the connection: no closing tag.
    pub fn drop_connection(&mut self) {
        self.note("→", "(cuts the connection)");
        self.connection = None;
        self.bound = false;
    }
}

/// The stanza error's type and condition.
pub fn stanza_error(element: &Element) -> Option<(String, String)> {
    let error = element.child(CLIENT, "error").filter(|_| element.attr("type") == Some("error"))?;
    let condition = error.elements().find(|child| child.ns == STANZA_ERRORS && child.name != "text")?;
    Some((error.attr("type").unwrap_or_default().to_owned(), condition.name.clone()))
}

async fn read(mut reader: ReadHalf<BoxedIo>, sender: UnboundedSender<Result<Incoming, String>>) {
    let mut parser = StreamParser::new();
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = reader.read(&mut buffer).await {
        let mut bytes = &buffer[..count];
        loop {
            match parser.next(&mut bytes) {
                Ok(None) => break,
                Ok(Some(incoming)) => {
                    // RFC 6120 §6.4.6: behind success both sides begin a new document.
                    if matches!(&incoming, Incoming::Element(element) if element.is(SASL, "success")) {
                        parser = StreamParser::new();
                    }
                    if sender.send(Ok(incoming)).is_err() {
                        return;
                    }
                }
                Err(why) => {
                    let _ = sender.send(Err(why));
                    return;
                }
            }
        }
    }
}
