//! A bound session and its connection: stanzas in, the mailbox out, until either ends.
//!
//! One task. While the client does not read, it is not read from: what it asks for is made at its
//! pace. While the disk does not answer, likewise.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::alarm::Alarm;
use super::bind::Bound;
use super::hibernate;
use super::negotiate;
use super::sm;
use super::wire::Driven;
use super::wire::Gone;
use super::wire::Wire;
use crate::features::Parts;
use crate::limits;
use crate::route;
use crate::sessions::Delivery;
use crate::sessions::End;
use crate::sessions::Session;
use crate::sessions::Work;
use crate::xmpp::error::StreamCondition;
use crate::xmpp::error::StreamError;
use crate::xmpp::jid::Jid;
use crate::xmpp::ns;
use crate::xmpp::xml::reader::Event;
use crate::xmpp::xml::reader::Raw;

/// How a connection and its session part.
pub enum Parting {
    /// The client has closed its stream: the session is over.
    Closed,
    /// The connection is gone; the session may be resumed.
    Lost(Option<StreamError>),
    /// The session is over, with this to say.
    Over(StreamError),
    /// Another connection has the session.
    Taken,
    /// The server stops.
    Shutdown,
}

/// Serves the session with this connection, and what follows.
pub async fn live(parts: Arc<Parts>, wire: Wire, bound: Bound) {
    let (session, attachment) = bound.serve();
    tracing::debug!(session = %session.jid(), "bound");
    let mut connection = Connection::new(&parts, wire, session.clone(), attachment);
    let parting = connection.run().await;
    Box::pin(part(parts, connection.wire, session, attachment, parting)).await;
}

async fn part(parts: Arc<Parts>, wire: Wire, session: Arc<Session>, attachment: u64, parting: Parting) {
    match ended(parting, &session, attachment) {
        Parting::Closed => {
            close(&parts, wire, &session, Farewell::End).await;
            route::session_end::end(&parts, &session).await;
        }
        Parting::Over(error) => {
            close(&parts, wire, &session, Farewell::Error(error)).await;
            route::session_end::end(&parts, &session).await;
        }
        Parting::Taken => {
            let error = StreamError::new(StreamCondition::Conflict, "The stream goes on over another connection.");
            hang_up(&parts, wire, Farewell::Error(error)).await;
        }
        Parting::Lost(error) => {
            hang_up(&parts, wire, error.map_or(Farewell::Nothing, Farewell::Error)).await;
            hibernate::begin(parts, session, attachment);
        }
        Parting::Shutdown => hibernate::stop(&parts, &session, attachment, wire).await,
    }
}

/// Ends the session where the connection did, unless another one has taken it over meanwhile:
/// then it is not this one's to end.
fn ended(parting: Parting, session: &Session, attachment: u64) -> Parting {
    if !matches!(parting, Parting::Closed | Parting::Over(_)) {
        return parting;
    }
    session.expire(attachment);
    if session.is_held_by(attachment) { parting } else { Parting::Taken }
}

/// The last that is said on a connection.
enum Farewell {
    /// The stream is cut: it may be resumed.
    Nothing,
    End,
    Error(StreamError),
}

/// Writes what the session still owes, then the stream's end.
async fn close(parts: &Parts, mut wire: Wire, session: &Session, farewell: Farewell) {
    let mut written = Vec::new();
    if session.ended() != Some(End::Overflow) {
        session.take(&mut wire.out, limits::MAILBOX_MAX_BYTES, &mut written);
    }
    if hang_up(parts, wire, farewell).await {
        sm::acknowledge(parts, written);
    }
}

/// Closes the stream and the connection, in a bounded time. True: all of it was written.
async fn hang_up(parts: &Parts, mut wire: Wire, farewell: Farewell) -> bool {
    match farewell {
        Farewell::Nothing => {}
        Farewell::End => wire.send(crate::xmpp::stream::CLOSE),
        Farewell::Error(error) => negotiate::send_error(parts, &mut wire, &error),
    }
    let closed = parts.clock.timeout(Duration::from_secs(limits::CLOSE_MAX_S), wire.close()).await;
    matches!(closed, Some(Ok(())))
}

struct Connection {
    parts: Arc<Parts>,
    wire: Wire,
    session: Arc<Session>,
    attachment: u64,
    /// Messages in `wire.out`, for clients without XEP-0198.
    written: Vec<Arc<Delivery>>,
    /// When bytes last came, and when some last went, on [`crate::clock::Clock::since_start`].
    heard: Duration,
    wrote: Duration,
    /// Asked whether it is still there.
    nudged: bool,
    /// Stanzas handled since others last had the thread.
    in_a_row: u32,
    alarm: Alarm,
}

/// What the reader's next event asks for.
enum Step<'a> {
    /// A stanza goes its way. Boxed, so that an idle connection does not hold the room it needs.
    Way(Pin<Box<dyn Future<Output = ()> + Send + 'a>>),
    Done,
    Part(Parting),
    /// Bytes.
    Wait,
}

/// What happened next.
enum Happened {
    Work(Work),
    Driven(std::io::Result<Driven>),
    Alarm,
}

impl Connection {
    fn new(parts: &Arc<Parts>, wire: Wire, session: Arc<Session>, attachment: u64) -> Connection {
        let now = parts.clock.since_start();
        Connection {
            parts: parts.clone(),
            wire,
            session,
            attachment,
            written: Vec::new(),
            heard: now,
            wrote: now,
            nudged: false,
            in_a_row: 0,
            alarm: Alarm::new(&parts.clock, now + Duration::from_secs(limits::SILENCE_MAX_S)),
        }
    }

    async fn run(&mut self) -> Parting {
        loop {
            let reads =
                self.wire.unsent() < limits::OUT_HIGH_WATER_BYTES && self.session.unsettled() < limits::UNSETTLED_MAX;
            let handled = match if reads { self.step() } else { Step::Wait } {
                Step::Way(way) => {
                    way.await;
                    true
                }
                Step::Done => true,
                Step::Wait => false,
                Step::Part(parting) => return parting,
            };
            if handled {
                self.give_way().await;
                continue;
            }
            self.in_a_row = 0;
            if let Some(parting) = self.next(reads).await {
                return parting;
            }
        }
    }

    /// Waits for whatever comes first and does it.
    async fn next(&mut self, reads: bool) -> Option<Parting> {
        let takes = self.wire.unsent() < limits::OUT_HIGH_WATER_BYTES;
        let (session, attachment) = (&self.session, self.attachment);
        let happened = tokio::select! {
            work = poll_fn(|cx| session.poll_work(attachment, takes, cx)) => Happened::Work(work),
            driven = self.wire.drive(reads) => Happened::Driven(driven),
            () = self.alarm.rings() => Happened::Alarm,
        };
        match happened {
            Happened::Work(Work::Write) => {
                self.session.take(&mut self.wire.out, limits::OUT_CHUNK_BYTES, &mut self.written);
                self.wrote_something_new();
                None
            }
            Happened::Work(Work::Settled) => None,
            Happened::Work(Work::Backlog) => self.read_backlog().await,
            Happened::Work(Work::Detached) => Some(Parting::Taken),
            Happened::Work(Work::End(end)) => Some(parting_of(end)),
            Happened::Driven(driven) => self.driven(driven),
            Happened::Alarm => self.rang(),
        }
    }

    fn driven(&mut self, driven: std::io::Result<Driven>) -> Option<Parting> {
        if self.wire.moved() {
            self.wrote = self.parts.clock.since_start();
        }
        if !self.written.is_empty() && self.wire.is_flushed() {
            sm::acknowledge(&self.parts, std::mem::take(&mut self.written));
        }
        match driven {
            Ok(Driven::Wrote) => None,
            Ok(Driven::Received) => {
                self.heard = self.parts.clock.since_start();
                self.nudged = false;
                None
            }
            Ok(Driven::End) | Err(_) => Some(Parting::Lost(None)),
        }
    }

    /// The time in which the socket must take the bytes begins.
    fn wrote_something_new(&mut self) {
        if self.wire.unsent() > 0 {
            self.wrote = self.parts.clock.since_start();
            self.alarm.not_later_than(self.wrote + Duration::from_secs(limits::WRITE_STALL_MAX_S));
        }
    }

    async fn read_backlog(&mut self) -> Option<Parting> {
        match route::read_backlog(&self.parts, &self.session).await {
            Ok(()) => None,
            Err(error) => {
                tracing::error!(%error, session = %self.session.jid(), "offline messages could not be read");
                Some(Parting::Lost(Some(StreamError::new(StreamCondition::InternalServerError, ""))))
            }
        }
    }

    /// A stanza, or an element of the stream's own.
    fn step(&mut self) -> Step<'_> {
        let raw = match self.wire.reader.next() {
            Ok(Some(Event::Element(raw))) => raw,
            Ok(Some(Event::Close)) => return Step::Part(Parting::Closed),
            Ok(Some(Event::Open(_))) => return Step::over(StreamCondition::BadFormat, ""),
            Ok(None) => return Step::Wait,
            Err(error) => return Step::Part(Parting::Over(error)),
        };
        if raw.ns == ns::SM {
            return self.stream_management(&raw).map_or(Step::Done, Step::Part);
        }
        if raw.ns == ns::CLIENT
            && let Some(from) = raw.get("from")
            && !self.is_own(from)
        {
            return Step::over(StreamCondition::InvalidFrom, "from is not your address.");
        }
        let Some(stanza) = raw.into_stanza() else {
            return Step::over(StreamCondition::UnsupportedStanzaType, "This is no stanza.");
        };
        // XEP-0198 §5: what comes after the client was told its count must not be handled, for it
        // comes again on the new connection.
        let Ok(handled) = self.session.count(self.attachment) else { return Step::Part(Parting::Taken) };
        match stanza {
            Ok(stanza) => Step::Way(Box::pin(route::from_client::stanza(&self.parts, &self.session, handled, stanza))),
            Err(refused) => {
                route::from_client::refused(&self.session, handled, refused);
                Step::Done
            }
        }
    }

    /// RFC 6120 §8.1.2.1: one's own full or bare address.
    fn is_own(&self, from: &str) -> bool {
        let own = self.session.jid();
        from == own.as_str() || from.parse::<Jid>().is_ok_and(|from| from == *own || from == own.to_bare())
    }

    fn stream_management(&mut self, raw: &Raw) -> Option<Parting> {
        match &*raw.name {
            "r" if self.session.has_sm() => {
                sm::store_count(&self.parts, &self.session);
                let deadline = self.parts.clock.since_start() + Duration::from_secs(limits::SM_ACK_WAIT_S);
                if self.session.ack_requested(deadline) {
                    self.alarm.not_later_than(deadline);
                }
                None
            }
            "a" if self.session.has_sm() => sm::acked(&self.parts, &self.session, raw).err().map(Parting::Over),
            "enable" => {
                sm::enable(&self.parts, &mut self.wire, &self.session, raw, &mut self.written);
                None
            }
            "resume" => {
                self.wire.send(&sm::failed(crate::xmpp::error::Condition::UnexpectedRequest, None));
                None
            }
            _ => {
                let error = StreamError::new(StreamCondition::UnsupportedStanzaType, "Not here, not now.");
                Some(Parting::Over(error))
            }
        }
    }

    /// A client that sends without a pause lets others have the thread.
    async fn give_way(&mut self) {
        self.in_a_row += 1;
        if self.in_a_row >= limits::STANZAS_IN_A_ROW {
            self.in_a_row = 0;
            tokio::task::yield_now().await;
        }
    }

    /// Looks at every deadline, and sets the alarm to the next.
    fn rang(&mut self) -> Option<Parting> {
        let now = self.parts.clock.since_start();
        self.session.answer_overdue(now);
        let stalled = self.wrote + Duration::from_secs(limits::WRITE_STALL_MAX_S);
        if self.wire.unsent() > 0 && stalled <= now {
            return Some(Parting::Lost(None));
        }
        let silent = self.heard + Duration::from_secs(limits::SILENCE_MAX_S);
        let dead = silent + Duration::from_secs(limits::SILENCE_GRACE_S);
        if self.nudged && dead <= now {
            let error = StreamError::new(StreamCondition::ConnectionTimeout, "Nothing was heard for too long.");
            return Some(Parting::Lost(Some(error)));
        }
        if !self.nudged && silent <= now {
            self.nudge();
        }
        let mut next = if self.nudged { dead } else { silent };
        if self.wire.unsent() > 0 {
            next = next.min(stalled);
        }
        if let Some(due) = self.session.ack_deadline() {
            next = next.min(due);
        }
        self.alarm.set(next.max(now + Duration::from_millis(1)));
        None
    }

    /// Is anybody there? By `<r/>` where the client knows it, else by a ping (XEP-0199 §4.1).
    fn nudge(&mut self) {
        self.nudged = true;
        if self.session.has_sm() {
            self.wire.send("<r xmlns='urn:xmpp:sm:3'/>");
        } else {
            let id = crate::clock::short_token();
            let (from, to) = (self.parts.domain.as_str(), self.session.jid().as_str());
            let mut xml = String::from("<iq type='get'");
            for (name, value) in [("from", from), ("to", to), ("id", &id)] {
                crate::xmpp::xml::writer::push_attr(&mut xml, name, value);
            }
            xml.push_str("><ping xmlns='urn:xmpp:ping'/></iq>");
            self.wire.send(&xml);
        }
        self.wrote = self.parts.clock.since_start();
    }
}

impl Step<'_> {
    fn over(condition: StreamCondition, text: &'static str) -> Self {
        Step::Part(Parting::Over(StreamError::new(condition, text)))
    }
}

fn parting_of(end: End) -> Parting {
    let over = |condition, text| Parting::Over(StreamError::new(condition, text));
    match end {
        End::Replaced => over(StreamCondition::Conflict, "Another log-in has this resource."),
        End::Overflow => over(StreamCondition::PolicyViolation, "Too much waited for you to read it."),
        End::NotStored => over(StreamCondition::ResourceConstraint, "What you sent could not be stored."),
        End::AccountGone => over(StreamCondition::NotAuthorized, "The account is gone."),
        End::SignedOut => over(StreamCondition::NotAuthorized, "You were signed out: sign in again."),
        End::Expired => over(StreamCondition::ConnectionTimeout, "The session is over."),
        End::Shutdown => Parting::Shutdown,
    }
}

impl From<Gone> for Parting {
    fn from(gone: Gone) -> Parting {
        match gone {
            Gone::Cut => Parting::Lost(None),
            Gone::Error(error) => Parting::Over(error),
        }
    }
}
