//! Chat between pairs, each message checked: once, in order, and how long it took.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_rustls::client::TlsStream;

use crate::Result;
use crate::client::xml::{Frame, Framer};
use crate::client::{Client, Event, now_ns, tls_config};
use crate::people;
use crate::servers::{DOMAIN, Kind, Server};

/// A sender and a receiver.
pub struct Pair {
    ends: Ends,
    /// The next message's number: runs go on where the last one ended.
    next: usize,
}

enum Ends {
    /// Stream management on both sides.
    Xmpp { sender: Client, receiver: Client },
    /// The bare relay.
    Bare(Box<Bare>),
}

struct Bare {
    writing: Writing,
    /// What comes to the sender: acknowledgements, where it asks.
    answers: Lines,
    asks: bool,
    reading: Lines,
    to: String,
    _unused: Writing,
}

/// What comes over a connection to the relay.
struct Lines {
    io: ReadHalf<Tls>,
    framer: Framer,
    bytes: Vec<u8>,
}

impl Lines {
    fn new(io: ReadHalf<Tls>) -> Lines {
        Lines { io, framer: Framer::default(), bytes: vec![0; 16 * 1024] }
    }

    async fn next(&mut self) -> Result<String> {
        loop {
            match self.framer.next()? {
                Some(Frame::Element(text)) => return Ok(text),
                Some(_) => return Err("the relay made something up".into()),
                None => {}
            }
            match self.io.read(&mut self.bytes).await? {
                0 => return Err("the relay closed".into()),
                count => self.framer.push(&self.bytes[..count]),
            }
        }
    }
}

type Tls = TlsStream<TcpStream>;
type Writing = WriteHalf<Tls>;

/// How a run goes.
#[derive(Clone, Copy)]
pub struct Run {
    /// Messages of each pair.
    pub each: usize,
    pub pace: Pace,
}

#[derive(Clone, Copy)]
pub enum Pace {
    /// As fast as it goes with at most so many messages of a pair unacknowledged.
    Window(usize),
    /// One message each interval, whatever happens.
    Every(Duration),
}

/// Nanoseconds a message took.
#[derive(Default)]
pub struct Times {
    /// From the sender's hand to the receiver's.
    pub delivered: Vec<u64>,
    /// Until the sender knows that it is kept.
    pub acknowledged: Vec<u64>,
}

/// Pairs 2n and 2n+1, logged in; whatever arrives at log-in is read.
pub async fn pairs(server: &Server, count: usize) -> Result<Vec<Pair>> {
    let mut pairs = Vec::new();
    for number in 0..count {
        let ends = match server.kind {
            Kind::Bare | Kind::Mute => bare_ends(server, number).await?,
            _ => {
                let mut sender = people::arrive(server, 2 * number).await?;
                let mut receiver = people::arrive(server, 2 * number + 1).await?;
                for client in [&mut sender, &mut receiver] {
                    people::quiet(client).await?;
                    client.settle().await?;
                }
                Ends::Xmpp { sender, receiver }
            }
        };
        pairs.push(Pair { ends, next: 0 });
    }
    Ok(pairs)
}

async fn bare_ends(server: &Server, number: usize) -> Result<Ends> {
    let (answers, writing) = bare_link(server, &people::jid(2 * number)).await?;
    let to = people::jid(2 * number + 1);
    let (reading, unused) = bare_link(server, &to).await?;
    let (answers, reading) = (Lines::new(answers), Lines::new(reading));
    Ok(Ends::Bare(Box::new(Bare { writing, answers, asks: server.kind == Kind::Bare, reading, to, _unused: unused })))
}

async fn bare_link(server: &Server, jid: &str) -> Result<(ReadHalf<Tls>, Writing)> {
    let socket = TcpStream::connect(server.endpoint.addr).await?;
    socket.set_nodelay(true)?;
    let name = rustls::pki_types::ServerName::try_from(DOMAIN)?;
    let mut tls = tokio_rustls::TlsConnector::from(tls_config(false)).connect(name, socket).await?;
    tls.write_all(format!("<stream:stream from='{jid}'>").as_bytes()).await?;
    tls.flush().await?;
    // Its own echo says that it is known there.
    tls.write_all(format!("<message to='{jid}'/>").as_bytes()).await?;
    tls.flush().await?;
    let mut echo = [0; 256];
    if tls.read(&mut echo).await? == 0 {
        return Err("the relay has hung up".into());
    }
    Ok(tokio::io::split(tls))
}

/// All pairs at the same time.
pub async fn run(pairs: Vec<Pair>, run: Run) -> Result<(Vec<Pair>, Times)> {
    let mut tasks = JoinSet::new();
    for (place, pair) in pairs.into_iter().enumerate() {
        tasks.spawn(async move { one(pair, run, place).await.map(|(pair, times)| (place, pair, times)) });
    }
    let (mut done, mut all) = (Vec::new(), Times::default());
    while let Some(ended) = tasks.join_next().await {
        let (place, pair, times) = ended??;
        all.delivered.extend(times.delivered);
        all.acknowledged.extend(times.acknowledged);
        done.push((place, pair));
    }
    done.sort_by_key(|(place, _)| *place);
    Ok((done.into_iter().map(|(_, pair)| pair).collect(), all))
}

async fn one(mut pair: Pair, run: Run, place: usize) -> Result<(Pair, Times)> {
    let first = pair.next;
    pair.next += run.each;
    let times = match &mut pair.ends {
        Ends::Xmpp { sender, receiver } => {
            let to = receiver.bare().to_owned();
            let handle = sender.handle();
            let (sent, mut times) =
                tokio::try_join!(send(&handle, &to, first, run, place), receive(receiver, first, run.each))?;
            times.delivered.iter_mut().zip(&sent).for_each(|(at, sent)| *at -= sent);
            times.acknowledged = acknowledged(sender, first, &sent)?;
            times
        }
        Ends::Bare(bare) => {
            let Pace::Window(window) = run.pace else { return Err("the relay knows no pace".into()) };
            bare.exchange(first, run.each, window).await?;
            Times::default()
        }
    };
    Ok((pair, times))
}

/// About as long as people's messages are: 270 bytes as a stanza, 100 of them text.
pub fn message(to: &str, number: usize) -> String {
    format!(
        "<message to='{to}' type='chat' id='m{number}'><body>number {number} : the quick brown fox jumps over the lazy \
         dog and wonders what all these messages are about</body>\
         <origin-id xmlns='urn:xmpp:sid:0' id='m{number}'/></message>"
    )
}

fn number(stanza: &str) -> Option<usize> {
    let (_, rest) = stanza.split_once("<body>number ")?;
    rest.split(' ').next()?.parse().ok()
}

/// When each was sent, nanoseconds.
async fn send(to_server: &crate::client::Handle, to: &str, first: usize, run: Run, place: usize) -> Result<Vec<u64>> {
    let mut sent = Vec::with_capacity(run.each);
    let begin = tokio::time::Instant::now();
    for step in 0..run.each {
        match run.pace {
            Pace::Window(window) => to_server.unacked_at_most(window - 1).await?,
            // Pairs are spread over the interval.
            Pace::Every(interval) => {
                let shift = interval.mul_f64(place as f64 * 0.618 % 1.0);
                tokio::time::sleep_until(begin + shift + interval * step as u32).await;
            }
        }
        sent.push(now_ns());
        let text = message(to, first + step) + "<r xmlns='urn:xmpp:sm:3'/>";
        to_server.send_tagged(text, (first + step + 1) as u64);
    }
    to_server.unacked_at_most(0).await?;
    Ok(sent)
}

/// Times are moments here; the caller subtracts.
async fn receive(client: &mut Client, first: usize, count: usize) -> Result<Times> {
    let mut times = Times::default();
    while times.delivered.len() < count {
        match client.event().await? {
            Some(Event::Stanza(stanza)) if stanza.is("message") => {
                check(&stanza.text, first + times.delivered.len())?;
                times.delivered.push(stanza.at_ns);
            }
            Some(Event::Closed { why, .. }) => return Err(format!("{}: the stream ended: {why}", client.jid()).into()),
            None => return Err("the stream has ended".into()),
            Some(_) => {}
        }
    }
    Ok(times)
}

fn check(stanza: &str, expected: usize) -> Result<()> {
    match number(stanza) {
        Some(found) if found == expected => Ok(()),
        _ => Err(format!("message {expected} was expected, this came: {stanza}").into()),
    }
}

fn acknowledged(client: &mut Client, first: usize, sent: &[u64]) -> Result<Vec<u64>> {
    let mut times = Vec::with_capacity(sent.len());
    while let Ok(event) = client.events.try_recv() {
        match event {
            Event::Acked { tags, at_ns, .. } => {
                times.extend(tags.iter().map(|tag| at_ns - sent[*tag as usize - 1 - first]));
            }
            Event::Stanza(stanza) if stanza.is("message") => return Err(format!("unexpected: {}", stanza.text).into()),
            _ => {}
        }
    }
    if times.len() == sent.len() { Ok(times) } else { Err(format!("{} of {} told", times.len(), sent.len()).into()) }
}

impl Bare {
    /// What bounds the messages in flight: acknowledgements, or without them what has arrived.
    async fn exchange(&mut self, first: usize, each: usize, window: usize) -> Result<()> {
        let Bare { writing, answers, asks, reading, to, .. } = self;
        let free = Semaphore::new(window);
        let sending = async {
            let question = if *asks { "<r xmlns='urn:xmpp:sm:3'/>" } else { "" };
            for step in 0..each {
                free.acquire().await?.forget();
                writing.write_all((message(to, first + step) + question).as_bytes()).await?;
                writing.flush().await?;
            }
            Ok(())
        };
        let answered = async {
            for _ in 0..if *asks { each } else { 0 } {
                answers.next().await?;
                free.add_permits(1);
            }
            Ok(())
        };
        let receiving = async {
            for step in 0..each {
                check(&reading.next().await?, first + step)?;
                free.add_permits(usize::from(!*asks));
            }
            Ok(())
        };
        tokio::try_join!(sending, answered, receiving).map(drop)
    }
}
