//! A small XMPP client for tests and load, over real sockets; nothing of imera's own code is in it.
//!
//! `client/connect.rs` opens and authenticates, `client/ack.rs` counts (XEP-0198), `client/xml.rs`
//! reads, `client/im.rs` asks for rosters, blocks and archives. Here: the bound session. Two tasks
//! a client: one reads, counts and answers `<r/>`; one writes, many stanzas at a time. What arrives
//! goes to whoever waits for it (IQ results, archive pages) or into `events`.
//!
//! ```text
//! let to = Endpoint::new(addr, Door::DirectTls, "localhost");
//! register(&to, "romeo", "secret").await?;
//! let mut romeo = Client::login_resumable(&to, "romeo", "secret", None).await?;
//! romeo.send("<presence/>");
//! romeo.send_tagged("<message to='juliet@localhost' type='chat'><body>hi</body></message>", 7);
//! romeo.settle().await?;                                  // everything sent is acknowledged
//! let roster = romeo.roster().await?;
//! let was = romeo.cut().await;                            // the network is gone
//! let (romeo, how) = Client::resume(&to, "romeo", "secret", was).await?;
//! ```
#![allow(dead_code, unused_imports)] // each test uses a part of it
#![allow(clippy::disallowed_methods)] // real sockets, real time

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinHandle;

#[path = "client/ack.rs"]
pub mod ack;
#[path = "client/connect.rs"]
pub mod connect;
#[path = "client/error.rs"]
pub mod error;
#[path = "client/im.rs"]
pub mod im;
#[path = "client/xml.rs"]
pub mod xml;

pub use ack::{Counters, Hibernated, History, Resumption, Sent};
pub use connect::{Credentials, Door, Endpoint, Opening, tls_config};
pub use error::{Error, Result};
pub use im::{Archived, Contact, Page};
pub use xml::{Element, Stanza, escaped};

use connect::Io;
use xml::{Frame, Framer};

/// How long a single answer may take before the test fails.
pub const PATIENCE: Duration = Duration::from_secs(30);

const SM: &str = "urn:xmpp:sm:3";

/// CLOCK_MONOTONIC, nanoseconds: comparable between processes.
pub fn now_ns() -> u64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
}

/// What a client tells its owner, in the order of the stream.
#[derive(Debug)]
pub enum Event {
    /// A message, a presence, or an IQ that nobody waits for.
    Stanza(Stanza),
    /// `<a/>`: the tags it newly acknowledges (those that are not 0).
    Acked { h: u32, tags: Vec<u64>, at_ns: u64 },
    /// The last event. The text is a stream error, or why reading failed; empty: ended in order.
    Closed { why: String, at_ns: u64 },
}

/// Makes an account in-band, on a connection of its own (XEP-0077).
pub async fn register(to: &Endpoint, name: &str, password: &str) -> Result<()> {
    Opening::connect(to).await?.register(name, password).await
}

/// A bound session. Dropped: the connection is gone without a word.
pub struct Client {
    handle: Handle,
    pub events: mpsc::UnboundedReceiver<Event>,
    tasks: Vec<JoinHandle<()>>,
}

impl Deref for Client {
    type Target = Handle;
    fn deref(&self) -> &Handle {
        &self.handle
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.tasks.iter().for_each(|task| task.abort());
    }
}

/// What may be shared between tasks: sending and asking.
#[derive(Clone)]
pub struct Handle(Arc<Shared>);

struct Shared {
    jid: String,
    domain: Arc<str>,
    out: mpsc::UnboundedSender<String>,
    /// Whether `<r/>` is answered.
    answers: AtomicBool,
    state: Mutex<State>,
    /// Something was acknowledged, or the stream ended.
    progress: Notify,
}

#[derive(Default)]
struct State {
    /// None: stream management is off.
    counters: Option<Counters>,
    /// IQ id -> who waits.
    waiting: HashMap<String, oneshot::Sender<Stanza>>,
    /// Archive query id -> what has come.
    pages: HashMap<String, Vec<Stanza>>,
    closed: Option<String>,
}

impl Client {
    /// Connects, SCRAM-SHA-256, binds. No presence is sent.
    pub async fn login(to: &Endpoint, name: &str, password: &str, resource: Option<&str>) -> Result<Client> {
        Self::login_with(to, Credentials::ScramSha256 { name, password }, resource).await
    }

    pub async fn login_with(to: &Endpoint, by: Credentials<'_>, resource: Option<&str>) -> Result<Client> {
        let mut opening = Opening::connect(to).await?;
        opening.authenticate(by).await?;
        let jid = opening.bind(resource).await?;
        Ok(Self::start(opening, jid, None))
    }

    /// Like [`Client::login`], with XEP-0198 enabled and resumption asked for.
    pub async fn login_resumable(to: &Endpoint, name: &str, password: &str, resource: Option<&str>) -> Result<Client> {
        let mut opening = Opening::connect(to).await?;
        opening.authenticate(Credentials::ScramSha256 { name, password }).await?;
        let jid = opening.bind(resource).await?;
        let counters = enable(&mut opening).await?;
        Ok(Self::start(opening, jid, Some(counters)))
    }

    /// Logs in and resumes. Where the server refuses, binds the same resource and enables anew.
    pub async fn resume(to: &Endpoint, name: &str, password: &str, was: Hibernated) -> Result<(Client, Resumption)> {
        let mut opening = Opening::connect(to).await?;
        opening.authenticate(Credentials::ScramSha256 { name, password }).await?;
        let mut counters = was.counters;
        let previd = counters.previd.clone().unwrap_or_default();
        let h = counters.received;
        opening.write(&format!("<resume xmlns='{SM}' previd='{}' h='{h}'/>", escaped(&previd))).await?;
        let answer = opening.next().await?;
        let counted = answer.attr("h").and_then(|h| h.parse().ok());
        // An `h` below what was acknowledged tells nothing new; the caller may want to complain.
        if let Some(h) = counted.filter(|h: &u32| h.wrapping_sub(counters.acked) < u32::MAX / 2) {
            counters.acknowledge(h).map_err(Error::Server)?;
        }
        match answer.name() {
            "resumed" if counted.is_some() => {
                let again = std::mem::take(&mut counters.unacked);
                counters.told = h;
                let client = Self::start(opening, was.jid, Some(counters));
                again.into_iter().for_each(|sent| client.enqueue(sent, false));
                Ok((client, Resumption::Resumed))
            }
            "failed" => {
                let resource = was.jid.split_once('/').map(|(_, resource)| resource);
                let jid = opening.bind(resource).await?;
                let fresh = enable(&mut opening).await?;
                let unsent = counters.unacked.into();
                Ok((Self::start(opening, jid, Some(fresh)), Resumption::Failed { h: counted, unsent }))
            }
            _ => Err(Error::Server(answer.text)),
        }
    }

    fn start(opening: Opening, jid: String, counters: Option<Counters>) -> Client {
        let (out, outgoing) = mpsc::unbounded_channel();
        let (inform, events) = mpsc::unbounded_channel();
        let (reading, writing) = tokio::io::split(opening.io);
        let state = Mutex::new(State { counters, ..State::default() });
        let (answers, progress) = (AtomicBool::new(true), Notify::new());
        let handle = Handle(Arc::new(Shared { jid, domain: opening.domain, out, answers, state, progress }));
        let reader = tokio::spawn(read_all(handle.clone(), reading, opening.framer, inform));
        let writer = tokio::spawn(write_all(outgoing, writing));
        Client { handle, events, tasks: vec![reader, writer] }
    }

    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Drops the connection without a word; what is needed to resume.
    pub async fn cut(self) -> Hibernated {
        self.cut_with_events().await.0
    }

    /// [`Client::cut`], and the events that nobody had taken.
    pub async fn cut_with_events(mut self) -> (Hibernated, Vec<Event>) {
        for task in self.tasks.drain(..) {
            task.abort();
            let _ = task.await;
        }
        let events = std::iter::from_fn(|| self.events.try_recv().ok()).collect();
        (Hibernated { jid: self.0.jid.clone(), counters: self.counters() }, events)
    }

    /// Ends the stream in order and waits until the server has ended it too.
    pub async fn close(self) -> Result<()> {
        self.close_with(|_| {}).await
    }

    /// [`Client::close`], and what still comes.
    pub async fn close_with(mut self, mut see: impl FnMut(Event)) -> Result<()> {
        self.send_raw("</stream:stream>");
        while let Some(event) = self.event().await? {
            if matches!(event, Event::Closed { .. }) {
                break;
            }
            see(event);
        }
        Ok(())
    }

    /// The next event; None after `Closed`.
    pub async fn event(&mut self) -> Result<Option<Event>> {
        tokio::time::timeout(PATIENCE, self.events.recv()).await.map_err(|_| Error::Late("an event"))
    }

    /// The next stanza that `wanted` picks; others are dropped.
    pub async fn stanza(&mut self, wanted: impl Fn(&Stanza) -> bool) -> Result<Stanza> {
        loop {
            match self.event().await? {
                Some(Event::Stanza(stanza)) if wanted(&stanza) => return Ok(stanza),
                Some(Event::Closed { why, .. }) => return Err(Error::Closed(why)),
                None => return Err(self.ended()),
                Some(_) => {}
            }
        }
    }
}

impl Handle {
    /// The full JID.
    pub fn jid(&self) -> &str {
        &self.0.jid
    }

    /// The JID without resource.
    pub fn bare(&self) -> &str {
        self.jid().split('/').next().expect("split gives one part at least")
    }

    pub fn domain(&self) -> &str {
        &self.0.domain
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().expect("nobody panics under it")
    }

    fn ended(&self) -> Error {
        Error::Closed(self.state().closed.clone().unwrap_or_default())
    }

    /// Sends a stanza.
    pub fn send(&self, text: impl Into<String>) {
        self.send_tagged(text, 0);
    }

    /// Sends a stanza whose acknowledgement is told with this tag.
    pub fn send_tagged(&self, text: impl Into<String>, tag: u64) {
        self.send_again(Sent { text: text.into(), tag, at_ns: now_ns() });
    }

    /// Sends what an earlier stream did not bring home, tag and time as they were.
    pub fn send_again(&self, sent: Sent) {
        self.enqueue(sent, true);
    }

    /// `fresh`: this stream has not sent it before.
    fn enqueue(&self, sent: Sent, fresh: bool) {
        let mut state = self.state();
        let text = match &mut state.counters {
            None => sent.text,
            Some(counters) => {
                let text = sent.text.clone();
                if let Some(history) = counters.history.as_mut().filter(|_| fresh) {
                    history.sent.push(sent.clone());
                }
                counters.unacked.push_back(sent);
                text
            }
        };
        let _ = self.0.out.send(text); // under the lock: the queue has the order of the stream
    }

    /// Sends bytes that are not counted.
    pub fn send_raw(&self, text: impl Into<String>) {
        let _ = self.0.out.send(text.into());
    }

    /// Asks for an acknowledgement.
    pub fn request_ack(&self) {
        self.send_raw(format!("<r xmlns='{SM}'/>"));
    }

    /// Whether `<r/>` is answered (it is, unless said otherwise).
    pub fn answer_acks(&self, yes: bool) {
        self.0.answers.store(yes, Ordering::Relaxed);
    }

    /// Acknowledges all that was received, unasked.
    pub fn tell_ack(&self) {
        let mut state = self.state();
        if let Some(counters) = &mut state.counters {
            counters.told = counters.received;
            self.send_raw(format!("<a xmlns='{SM}' h='{}'/>", counters.received));
        }
    }

    /// The counters as they are now; empty without stream management.
    pub fn counters(&self) -> Counters {
        self.state().counters.clone().unwrap_or_default()
    }

    /// Keeps what happens to this stream from now on; call it before anything is sent.
    pub fn keep_history(&self) {
        if let Some(counters) = &mut self.state().counters {
            counters.history = Some(Box::default());
        }
    }

    /// How many stanzas are sent and not acknowledged.
    pub fn unacked(&self) -> usize {
        self.state().counters.as_ref().map_or(0, |counters| counters.unacked.len())
    }

    /// Waits until at most `count` stanzas are unacknowledged.
    pub async fn unacked_at_most(&self, count: usize) -> Result<()> {
        let wait = async {
            loop {
                let progress = self.0.progress.notified();
                tokio::pin!(progress);
                progress.as_mut().enable();
                if self.unacked() <= count {
                    return Ok(());
                }
                if self.state().closed.is_some() {
                    return Err(self.ended());
                }
                progress.await;
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.map_err(|_| Error::Late("an acknowledgement"))?
    }

    /// Asks for an acknowledgement and waits until everything sent is acknowledged.
    pub async fn settle(&self) -> Result<()> {
        self.request_ack();
        self.unacked_at_most(0).await
    }

    /// Asks and waits for the result. `to`: None for the own account. Err(Iq): the error stanza.
    pub async fn iq(&self, kind: &str, to: Option<&str>, payload: &str) -> Result<Stanza> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let id = format!("iq{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let told = self.answer_to(&id)?;
        let to = to.map(|to| format!(" to='{}'", escaped(to))).unwrap_or_default();
        self.send(format!("<iq type='{kind}' id='{id}'{to}>{payload}</iq>"));
        let answer = tokio::time::timeout(PATIENCE, told).await.map_err(|_| Error::Late("an IQ's answer"))?;
        let answer = answer.map_err(|_| self.ended())?;
        if answer.attr("type").as_deref() == Some("result") { Ok(answer) } else { Err(Error::Iq(answer.text)) }
    }

    /// Where the answer to this IQ will come.
    fn answer_to(&self, id: &str) -> Result<oneshot::Receiver<Stanza>> {
        let (tell, told) = oneshot::channel();
        let mut state = self.state();
        if let Some(why) = &state.closed {
            return Err(Error::Closed(why.clone()));
        }
        state.waiting.insert(id.to_owned(), tell);
        Ok(told)
    }

    /// Takes a stanza to where it is waited for; gives it back where nobody waits.
    fn taken(&self, stanza: Stanza) -> Option<Stanza> {
        let mut state = self.state();
        if let Some(counters) = &mut state.counters {
            counters.received = counters.received.wrapping_add(1);
            if let Some(history) = &mut counters.history {
                history.received_ns.push(stanza.at_ns);
            }
        }
        if stanza.is("iq") && matches!(stanza.attr("type").as_deref(), Some("result" | "error")) {
            let waiting = stanza.attr("id").and_then(|id| state.waiting.remove(id.as_ref()));
            match waiting {
                Some(tell) => drop(tell.send(stanza)),
                None => return Some(stanza),
            }
            return None;
        }
        if !state.pages.is_empty() && stanza.is("message") && stanza.text.contains("queryid=") {
            let tree = stanza.tree();
            let query = tree.child("result", im::MAM).and_then(|result| result.attr("queryid"));
            if let Some(page) = query.and_then(|query| state.pages.get_mut(query)) {
                page.push(stanza);
                return None;
            }
        }
        Some(stanza)
    }

    /// Handles one element of the stream; what its owner should know.
    fn handle(&self, stanza: Stanza) -> std::result::Result<Option<Event>, String> {
        match stanza.name() {
            "message" | "presence" | "iq" => Ok(self.taken(stanza).map(Event::Stanza)),
            "r" => {
                if self.0.answers.load(Ordering::Relaxed) {
                    self.tell_ack();
                }
                Ok(None)
            }
            "a" => {
                let h = stanza.attr("h").and_then(|h| h.parse().ok()).ok_or_else(|| stanza.text.clone())?;
                let sent = match &mut self.state().counters {
                    Some(counters) => counters.acknowledge(h)?,
                    None => return Err(stanza.text),
                };
                self.0.progress.notify_waiters();
                let tags: Vec<u64> = sent.iter().map(|sent| sent.tag).filter(|tag| *tag != 0).collect();
                let at_ns = stanza.at_ns;
                Ok((!tags.is_empty()).then_some(Event::Acked { h, tags, at_ns }))
            }
            _ => Err(stanza.text), // a stream error, or nothing we know
        }
    }
}

async fn enable(opening: &mut Opening) -> Result<Counters> {
    opening.write(&format!("<enable xmlns='{SM}' resume='true'/>")).await?;
    let enabled = opening.expect("enabled").await?;
    Ok(Counters { previd: enabled.attr("id").map(|id| id.into_owned()), ..Counters::default() })
}

async fn write_all(mut outgoing: mpsc::UnboundedReceiver<String>, mut io: WriteHalf<Box<dyn Io>>) {
    let mut texts = Vec::new();
    let mut bytes = Vec::new();
    while outgoing.recv_many(&mut texts, 64).await > 0 {
        texts.drain(..).for_each(|text| bytes.extend_from_slice(text.as_bytes()));
        if io.write_all(&bytes).await.is_err() || io.flush().await.is_err() {
            return; // the reader tells why
        }
        bytes.clear();
    }
}

async fn read_all(
    handle: Handle,
    mut io: ReadHalf<Box<dyn Io>>,
    mut framer: Framer,
    inform: mpsc::UnboundedSender<Event>,
) {
    let why = read_until_end(&handle, &mut io, &mut framer, &inform).await.err().unwrap_or_default();
    let mut state = handle.state();
    state.closed = Some(why.clone());
    state.waiting.clear();
    drop(state);
    let _ = inform.send(Event::Closed { why, at_ns: now_ns() });
    handle.0.progress.notify_waiters();
}

/// Ok: the stream ended in order. Err: why it ended otherwise.
async fn read_until_end(
    handle: &Handle,
    io: &mut ReadHalf<Box<dyn Io>>,
    framer: &mut Framer,
    inform: &mpsc::UnboundedSender<Event>,
) -> std::result::Result<(), String> {
    let mut bytes = vec![0; 16 * 1024];
    loop {
        let at_ns = now_ns();
        while let Some(frame) = framer.next()? {
            let Frame::Element(text) = frame else { return Ok(()) };
            if let Some(event) = handle.handle(Stanza { at_ns, text })? {
                let _ = inform.send(event);
            }
        }
        match io.read(&mut bytes).await {
            Ok(0) => return Err("end of file".into()),
            Ok(count) => framer.push(&bytes[..count]),
            Err(error) => return Err(error.to_string()),
        }
    }
}
