//! One session of BOSH: requests in, a stream behind them, answers out (XEP-0124 §8 to §13, XEP-0206).
//!
//! State: its window, what the stream said that no request has taken along yet, when it last was asked.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::io::DuplexStream;
use tokio::io::ReadHalf;
use tokio::io::WriteHalf;
use tokio::sync::mpsc;
use tokio::sync::oneshot;

use super::body;
use super::body::Asked;
use super::body::Condition;
use super::window::Came;
use super::window::Window;
use crate::clock::Clock;
use crate::limits;
use crate::streams::elements::Cutter;
use crate::streams::elements::Piece;
use crate::streams::elements::client_header;
use crate::xmpp::stream::CLOSE;

/// Where the text of an answer goes. Whoever asked may be gone.
pub type Reply = oneshot::Sender<Arc<str>>;

/// A request with the way of its answer.
pub type Order = (Asked, Reply);

pub struct Session {
    clock: Clock,
    sid: String,
    domain: String,
    wait: Duration,
    hold: u64,
    window: Window<Reply>,
    /// The answer that made the session is out.
    created: bool,
    ver: Option<String>,
    first_rid: u64,
    /// From the stream's header.
    stream_id: Option<String>,
    /// What the stream said, and its bytes.
    ready: VecDeque<String>,
    ready_bytes: usize,
    /// For the stream.
    incoming: Vec<u8>,
    /// Since when nothing is held, and how long that may last.
    idle_since: Duration,
    idle_max: Duration,
    /// When an empty request was last answered by nothing (§12).
    polled: Option<Duration>,
    paused: bool,
    /// The stream is over: for this reason, or in good order.
    over: Option<Option<Condition>>,
}

/// Why the session goes on no more.
enum Ended {
    /// The client knows, or has gone.
    Told,
    /// It asked for the end.
    ByClient,
}

impl Session {
    pub fn new(clock: Clock, (sid, domain): (String, String), asked: Asked, reply: Reply) -> Session {
        let now = clock.since_start();
        let polls = asked.wait_s == 0 || asked.hold == 0;
        let hold = if polls { 0 } else { asked.hold.min(limits::BOSH_HOLD_MAX) };
        let wait = Duration::from_secs(asked.wait_s.min(limits::BOSH_WAIT_MAX_S));
        Session {
            sid,
            domain,
            wait,
            hold,
            window: Window::new(&asked, hold + 1, reply, now),
            created: false,
            first_rid: asked.rid,
            stream_id: None,
            ready: VecDeque::new(),
            ready_bytes: 0,
            incoming: client_header(&asked.header()).into_bytes(),
            ver: asked.ver,
            idle_since: now,
            idle_max: idle_max(hold),
            polled: None,
            paused: false,
            over: None,
            clock,
        }
    }

    /// To the end of the session; dropping `io` tells the stream.
    pub async fn run(mut self, mut orders: mpsc::Receiver<Order>, io: DuplexStream) {
        let (mut from, mut to) = tokio::io::split(io);
        let mut cutter = Cutter::default();
        let mut bytes = vec![0; limits::BOSH_READ_BYTES];
        let ended = loop {
            if let Some(ended) = self.settle() {
                break ended;
            }
            let patience = self.deadline().saturating_sub(self.clock.since_start());
            let reads = self.over.is_none() && self.ready_bytes < limits::OUT_HIGH_WATER_BYTES;
            let writes = self.over.is_none() && !self.incoming.is_empty();
            // The stream is slow: the client waits. Where it is the client that fetches no answers, see `take`.
            let takes = self.incoming.len() < limits::STANZA_MAX_BYTES || !self.ready.is_empty() || !writes;
            tokio::select! {
                order = orders.recv(), if takes => match order {
                    Some((asked, reply)) => if let Some(ended) = self.come(asked, reply) { break ended },
                    None => break Ended::Told,
                },
                read = from.read(&mut bytes), if reads => match read {
                    Ok(count) if count > 0 => self.hear(&mut cutter, &bytes[..count]),
                    _ => self.over = Some(Some(Condition::RemoteConnectionFailed)),
                },
                wrote = to.write(&self.incoming), if writes => match wrote {
                    Ok(count) if count > 0 => drop(self.incoming.drain(..count)),
                    _ => self.over = Some(Some(Condition::RemoteConnectionFailed)),
                },
                () = self.clock.sleep(patience) => {}
            }
        };
        if let Ended::ByClient = ended {
            self.close(from, to).await;
        }
    }

    /// The stream gets what it was sent, and its end.
    async fn close(mut self, mut from: ReadHalf<DuplexStream>, mut to: WriteHalf<DuplexStream>) {
        self.incoming.extend_from_slice(CLOSE.as_bytes());
        let write = async {
            let _ = to.write_all(&self.incoming).await;
        };
        let mut rest = vec![0; limits::BOSH_READ_BYTES];
        let read = async { while from.read(&mut rest).await.is_ok_and(|count| count > 0) {} };
        let patience = Duration::from_secs(limits::CLOSE_MAX_S);
        let _ = self.clock.timeout(patience, async { tokio::join!(write, read) }).await;
    }

    /// What the stream says.
    fn hear(&mut self, cutter: &mut Cutter, bytes: &[u8]) {
        cutter.push(bytes);
        loop {
            match cutter.next() {
                Ok(Some(Piece::Open(header))) => self.stream_id = header.id,
                Ok(Some(Piece::Element(element))) => {
                    if element.starts_with("<stream:error") {
                        self.over = Some(Some(Condition::RemoteStreamError));
                    }
                    self.ready_bytes += element.len();
                    self.ready.push_back(element);
                }
                Ok(Some(Piece::Close)) => self.over = Some(self.over.flatten()),
                Ok(None) => return,
                Err(error) => {
                    tracing::error!(%error, "a stream cannot be cut into elements");
                    self.over = Some(Some(Condition::RemoteConnectionFailed));
                    return;
                }
            }
        }
    }

    fn come(&mut self, asked: Asked, reply: Reply) -> Option<Ended> {
        let now = self.clock.since_start();
        match self.window.come(asked, reply, now) {
            Came::Early => None,
            Came::Again(reply, body) => {
                let _ = reply.send(body);
                None
            }
            Came::Instead(reply) => {
                // §17.3: recoverable; the client sends again what it has no answer to.
                let _ = reply.send(body::write(&[("type", "error")], "").into());
                None
            }
            Came::Wrong(reply, condition) => Some(self.refuse(Some(reply), condition)),
            Came::Turn(turn) => turn.into_iter().find_map(|asked| self.take(asked, now)),
        }
    }

    /// A request whose turn it is.
    fn take(&mut self, asked: Asked, now: Duration) -> Option<Ended> {
        let empty = asked.payload.is_empty() && !asked.restart && asked.pause_s.is_none() && !asked.terminate;
        let polling = Duration::from_secs(limits::BOSH_POLLING_S);
        if self.hold == 0 && empty && self.polled.is_some_and(|polled| now < polled + polling) {
            return Some(self.refuse(None, Condition::PolicyViolation));
        }
        self.polled = (self.hold == 0 && empty && self.ready.is_empty()).then_some(now);
        self.idle_max = idle_max(self.hold);
        if self.incoming.len() >= limits::BOSH_AHEAD_MAX_BYTES {
            return Some(self.refuse(None, Condition::PolicyViolation));
        }
        match asked.restart {
            // XEP-0206 §5: what else it says is ignored.
            true => self.incoming.extend_from_slice(client_header(&asked.header()).as_bytes()),
            false => self.incoming.extend_from_slice(asked.payload.as_bytes()),
        }
        if asked.terminate {
            self.answer_all(&body::terminal(None, ""));
            return Some(Ended::ByClient);
        }
        if let Some(pause_s) = asked.pause_s {
            if pause_s > limits::BOSH_PAUSE_MAX_S {
                return Some(self.refuse(None, Condition::PolicyViolation));
            }
            self.paused = true;
            self.idle_max = Duration::from_secs(pause_s);
        }
        None
    }

    /// Ends it against the client's will; the stream is cut.
    fn refuse(&mut self, reply: Option<Reply>, condition: Condition) -> Ended {
        let end = body::terminal(Some(condition), "");
        if let Some(reply) = reply {
            let _ = reply.send(end.as_str().into());
        }
        self.answer_all(&end);
        Ended::Told
    }

    /// Answers what can be answered now. Some: that was the last.
    fn settle(&mut self) -> Option<Ended> {
        let now = self.clock.since_start();
        let before = self.window.held();
        if std::mem::take(&mut self.paused) {
            while self.window.held() > 0 {
                self.answer_with_ready_unless(true);
            }
        }
        if let Some(condition) = self.over
            && self.window.held() > 0
        {
            let ready: String = self.ready.drain(..).collect();
            self.answer_all(&body::terminal(condition, &ready));
            return Some(Ended::Told);
        }
        while self.window.held() > 0 && !self.ready.is_empty() {
            self.answer_with_ready_unless(false);
        }
        while self.created && self.window.held() as u64 > self.hold {
            self.answer_with_ready_unless(false);
        }
        while self.window.oldest().is_some_and(|since| since + self.patience() <= now) {
            self.answer_with_ready_unless(false);
        }
        if self.window.held() > 0 || before > 0 {
            self.idle_since = now;
        }
        (self.window.held() == 0 && self.idle_since + self.idle_max <= now).then_some(Ended::Told)
    }

    /// How long a request is held; the first one at least until the stream's features have come.
    fn patience(&self) -> Duration {
        if self.created { self.wait } else { self.wait.max(Duration::from_secs(limits::CLOSE_MAX_S)) }
    }

    fn deadline(&self) -> Duration {
        match self.window.oldest() {
            Some(since) => since + self.patience(),
            None => self.idle_since + self.idle_max,
        }
    }

    /// The oldest request gets what is ready; without payloads where they must not be.
    fn answer_with_ready_unless(&mut self, bare: bool) {
        let mut content = String::new();
        while !bare && !self.window.is_pause() && content.len() < limits::OUT_CHUNK_BYTES {
            let Some(element) = self.ready.pop_front() else { break };
            self.ready_bytes -= element.len();
            content.push_str(&element);
        }
        let ack = self.window.ack().map(|ack| ack.to_string());
        let mut attributes: Vec<(&str, &str)> = Vec::new();
        let made = if self.created { Vec::new() } else { self.creation() };
        attributes.extend(made.iter().map(|(name, value)| (*name, value.as_str())));
        if let Some(ack) = ack.as_deref().filter(|_| self.created) {
            attributes.push(("ack", ack));
        }
        self.created = true;
        self.send(body::write(&attributes, &content));
    }

    /// §7.2, XEP-0206 §4.
    fn creation(&self) -> Vec<(&'static str, String)> {
        let mut made = vec![
            ("sid", self.sid.clone()),
            ("wait", self.wait.as_secs().to_string()),
            ("requests", (self.hold + 1).to_string()),
            ("hold", self.hold.to_string()),
            ("inactivity", idle_max(self.hold).as_secs().to_string()),
            ("maxpause", limits::BOSH_PAUSE_MAX_S.to_string()),
            ("ver", version(self.ver.as_deref()).to_owned()),
            ("ack", self.first_rid.to_string()),
            ("from", self.domain.clone()),
            ("xmpp:version", "1.0".to_owned()),
            ("xmpp:restartlogic", "true".to_owned()),
        ];
        if self.hold == 0 {
            made.push(("polling", limits::BOSH_POLLING_S.to_string()));
        }
        if let Some(id) = &self.stream_id {
            made.push(("authid", id.clone()));
        }
        made
    }

    /// The oldest one has this answer, the others an empty one (§13).
    fn answer_all(&mut self, end: &str) {
        let mut next = end.to_owned();
        while self.window.held() > 0 {
            self.send(std::mem::replace(&mut next, body::write(&[], "")));
        }
        for reply in self.window.take_early() {
            let _ = reply.send(end.into());
        }
    }

    fn send(&mut self, text: String) {
        if let Some((reply, text)) = self.window.answer(text) {
            let _ = reply.send(text);
        }
    }
}

/// §10, §12: who polls comes seldom.
fn idle_max(hold: u64) -> Duration {
    let polling = if hold == 0 { limits::BOSH_POLLING_S } else { 0 };
    Duration::from_secs(limits::BOSH_INACTIVITY_S + polling)
}

/// §7.2: the lower of both.
fn version(asked: Option<&str>) -> &str {
    let parts = |version: &str| -> Option<(u32, u32)> {
        let (major, minor) = version.split_once('.')?;
        Some((major.parse().ok()?, minor.parse().ok()?))
    };
    asked.filter(|asked| parts(asked).is_some_and(|asked| asked < (1, 11))).unwrap_or("1.11")
}
