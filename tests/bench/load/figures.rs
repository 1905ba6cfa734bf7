//! The figures of the issue: what is done, how often, and the bar.

use std::time::{Duration, Instant};

use crate::client::Client;
use crate::people::{self, arrive, arrive_all, crowd, quiet};
use crate::report::{Bar, Figure, Report, Seen, median, quantile};
use crate::servers::{Kind, Server};
use crate::talk::{self, Pace, Pair, Run};
use crate::web::{self, Pairs, Way};
use crate::{Options, Result, fill};

/// Who takes part in what: numbers of accounts.
const PAIRS: usize = 10;
const LOGINS: std::ops::Range<usize> = 20..40;
const ARCHIVED: (usize, usize) = (40, 41);
const STAR: usize = 100;
const CONTACTS: std::ops::Range<usize> = 101..201;
const IDLERS: std::ops::Range<usize> = 1000..2000;

/// Messages in the short archive.
const ARCHIVE: usize = 600;
const PAGE: usize = 50;
const ACCOUNTS: usize = 10_000;

pub struct Bench<'a> {
    options: &'a Options,
    servers: Vec<Server>,
    pub report: Report,
}

impl<'a> Bench<'a> {
    pub fn new(options: &'a Options, servers: Vec<Server>) -> Bench<'a> {
        Bench { options, servers, report: Report::default() }
    }

    /// Servers that speak XMPP.
    fn xmpp(&self) -> Vec<&Server> {
        self.servers.iter().filter(|server| server.kind.speaks_xmpp()).collect()
    }

    fn begin(&self, name: &str) -> bool {
        let wanted = self.options.wants(name);
        if wanted {
            eprintln!("{name} …");
        }
        wanted
    }

    fn add(&mut self, name: &'static str, unit: &'static str, seen: Vec<Seen>, bars: Vec<Bar>) {
        self.report.figures.push(Figure { name, unit, seen, bars });
    }

    /// Comes first: before anybody has logged in.
    pub fn idle(&mut self) {
        if !self.begin("idle") {
            return;
        }
        let rss = |server: &&Server| Seen { kind: server.kind, values: vec![server.rss_bytes() as f64 / 1e6] };
        let seen = self.xmpp().iter().map(rss).collect();
        self.add("idle server, RSS", "MB", seen, vec![Bar::AtMost(14.0)]);
    }

    /// Only imera: the test profile is ready in 200 ms on an empty folder (contract).
    pub async fn start(&mut self) -> Result<()> {
        if !self.xmpp().iter().any(|server| server.kind == Kind::Imera) || !self.begin("start") {
            return Ok(());
        }
        let mut values = Vec::new();
        for _ in 0..self.options.rounds {
            let begin = Instant::now();
            let server = Server::start(Kind::Imera).await?;
            values.push(begin.elapsed().as_secs_f64() * 1_000.0);
            drop(server.stop());
        }
        let seen = vec![Seen { kind: Kind::Imera, values }];
        self.add("ready on an empty folder", "ms", seen, vec![Bar::AtMost(200.0)]);
        Ok(())
    }

    /// Twice: with many messages in flight, and with one of each sender, as people write.
    pub async fn message(&mut self) -> Result<()> {
        if !self.begin("message") {
            return Ok(());
        }
        let servers: Vec<&Server> = self.servers.iter().collect();
        let mut pairs = Vec::new();
        for server in &servers {
            if server.kind.speaks_xmpp() {
                people::make(server, 0..2 * PAIRS).await?;
            }
            pairs.push(Some(talk::pairs(server, PAIRS).await?));
        }
        let each = |kind| match kind {
            Kind::Imera => self.options.count(600),
            Kind::Prosody => self.options.count(100),
            Kind::Bare | Kind::Mute => self.options.count(2000),
        };
        let mut figures = Vec::new();
        for (window, name) in [(1, MESSAGE_ALONE), (10, MESSAGE)] {
            let mut seen = nothing_seen(&servers);
            for turn in turns(servers.len(), self.options.rounds) {
                let (server, run) = (servers[turn], Run { each: each(servers[turn].kind), pace: Pace::Window(window) });
                let taken = pairs[turn].take().expect("given back below");
                let before = server.cpu_ns();
                let (back, _) = talk::run(taken, run).await?;
                server.rests().await;
                seen[turn].values.push(micros(server.cpu_ns() - before, run.each * PAIRS));
                pairs[turn] = Some(back);
            }
            figures.push((name, seen));
        }
        for (name, seen) in figures {
            let bars = vec![Bar::OfPeer(Kind::Prosody, 0.1), Bar::OfPeer(Kind::Bare, 5.0)];
            self.add(name, "µs", seen, bars);
        }
        Ok(())
    }

    pub async fn login(&mut self) -> Result<()> {
        if !self.begin("login") {
            return Ok(());
        }
        let servers = self.xmpp();
        let mut seen = nothing_seen(&servers);
        for server in &servers {
            people::make(server, LOGINS).await?;
        }
        for turn in turns(servers.len(), self.options.rounds) {
            let (server, count) = (servers[turn], self.options.count(200));
            let before = server.cpu_ns();
            let endpoint = &server.endpoint;
            let one = |n| log_in_and_out(endpoint.clone(), LOGINS.start + n % LOGINS.len());
            crowd::bounded(4, (0..count).map(one)).await?;
            server.rests().await;
            seen[turn].values.push(micros(server.cpu_ns() - before, count));
        }
        let bars = vec![Bar::OfPeer(Kind::Prosody, 1.0 / 8.0)];
        self.add("CPU a log-in: TLS 1.3, SCRAM-SHA-256, bind, roster, presence", "µs", seen, bars);
        Ok(())
    }

    pub async fn page(&mut self) -> Result<()> {
        if !self.begin("page") {
            return Ok(());
        }
        let servers = self.xmpp();
        let mut clients = Vec::new();
        for server in &servers {
            people::make(server, [ARCHIVED.0, ARCHIVED.1]).await?;
            clients.push(with_history(server).await?);
        }
        let mut seen = nothing_seen(&servers);
        for turn in turns(servers.len(), self.options.rounds) {
            // About as long a turn as the other: a short one is mostly the cold start behind it.
            let walks = if servers[turn].kind == Kind::Prosody { 1 } else { 50 };
            seen[turn].values.push(pages(servers[turn], &clients[turn], walks).await?);
        }
        let bars = vec![Bar::OfPeer(Kind::Prosody, 1.0 / 60.0)];
        self.add("CPU an archive page of 50 out of 600", "µs", seen, bars);
        Ok(())
    }

    /// Only imera: whether a page costs the same in a long archive.
    pub async fn million(&mut self) -> Result<()> {
        if !self.xmpp().iter().any(|server| server.kind == Kind::Imera) || !self.begin("million") {
            return Ok(());
        }
        let server = Server::start(Kind::Imera).await?;
        people::make(&server, [ARCHIVED.0, ARCHIVED.1]).await?;
        let scratch = server.stop();
        let count = self.options.count(1_000_000);
        let begin = Instant::now();
        fill::history(&scratch.path().join("data"), ARCHIVED.0, ARCHIVED.1, count).await?;
        eprintln!("    {count} messages written in {:.0} s", begin.elapsed().as_secs_f64());
        let server = Server::start_in(Kind::Imera, scratch).await?;
        let client = arrive(&server, ARCHIVED.0).await?;
        pages(&server, &client, 1).await?;
        let mut values = Vec::new();
        for _ in 0..self.options.rounds {
            values.push(pages(&server, &client, 10).await?);
        }
        let short = self.report.figures.iter().find(|figure| figure.name.ends_with("out of 600"));
        let short = short.and_then(|figure| figure.seen.iter().find(|seen| seen.kind == Kind::Imera).map(Seen::median));
        let bars = short.map(|short| Bar::AtMost(short * SAME)).into_iter().collect();
        let seen = vec![Seen { kind: Kind::Imera, values }];
        self.add("CPU an archive page of 50 out of 1,000,000: the same", "µs", seen, bars);
        Ok(())
    }

    /// Only imera: 10,000 accounts in two minutes (contract), with a server that runs meanwhile.
    pub async fn accounts(&mut self) -> Result<()> {
        if !self.xmpp().iter().any(|server| server.kind == Kind::Imera) || !self.begin("accounts") {
            return Ok(());
        }
        let server = Server::start(Kind::Imera).await?;
        let count = self.options.count(ACCOUNTS);
        let lines: Vec<String> = (0..count).map(|number| format!("user{number} password {number}")).collect();
        let begin = Instant::now();
        server.add_accounts(&lines)?;
        let seconds = begin.elapsed().as_secs_f64() * (ACCOUNTS as f64 / count as f64);
        for number in [0, count - 1] {
            let (name, password) = (format!("user{number}"), format!("password {number}"));
            Client::login(&server.endpoint, &name, &password, None).await?.close().await?;
        }
        let seen = vec![Seen { kind: Kind::Imera, values: vec![seconds] }];
        self.add("10,000 accounts by imera account add --batch", "s", seen, vec![Bar::AtMost(120.0)]);
        Ok(())
    }

    pub async fn presence(&mut self) -> Result<()> {
        if !self.begin("presence") {
            return Ok(());
        }
        let servers = self.xmpp();
        let mut people = Vec::new();
        for server in &servers {
            people::make(server, STAR..CONTACTS.end).await?;
            let mut star = arrive(server, STAR).await?;
            let mut contacts = arrive_all(server, CONTACTS).await?;
            people::befriend(&mut star, &mut contacts).await?;
            settle(&mut star, &mut contacts).await?;
            people.push((star, contacts));
        }
        let mut seen = nothing_seen(&servers);
        for turn in turns(servers.len(), self.options.rounds) {
            let (server, (star, contacts)) = (servers[turn], &mut people[turn]);
            let count = self.options.count(if server.kind == Kind::Prosody { 30 } else { 200 });
            server.rests().await;
            let before = server.cpu_ns();
            for number in 0..count {
                star.send(format!("<presence><status>status {number}</status></presence>"));
                for contact in contacts.iter_mut() {
                    let come = contact.stanza(|stanza| stanza.text.contains("<status>")).await?;
                    if !come.text.contains(&format!("<status>status {number}<")) {
                        return Err(format!("status {number} was expected, this came: {}", come.text).into());
                    }
                }
            }
            server.rests().await;
            seen[turn].values.push(micros(server.cpu_ns() - before, count * CONTACTS.len()));
        }
        let bars = vec![Bar::OfPeer(Kind::Prosody, 1.0 / 15.0)];
        self.add("CPU a presence delivery, 100 contacts", "µs", seen, bars);
        Ok(())
    }

    /// A hundred messages a second, as a busy evening has them.
    pub async fn pace(&mut self) -> Result<()> {
        if !self.begin("pace") {
            return Ok(());
        }
        let servers = self.xmpp();
        let mut pairs: Vec<Option<Vec<Pair>>> = Vec::new();
        for server in &servers {
            people::make(server, 0..2 * PAIRS).await?;
            pairs.push(Some(talk::pairs(server, PAIRS).await?));
        }
        let (mut cpu, mut delivered, mut kept) =
            (nothing_seen(&servers), nothing_seen(&servers), nothing_seen(&servers));
        let run = Run { each: self.options.count(80), pace: Pace::Every(Duration::from_millis(100)) };
        for turn in turns(servers.len(), self.options.rounds) {
            let (server, taken) = (servers[turn], pairs[turn].take().expect("given back below"));
            let before = server.cpu_ns();
            let (back, times) = talk::run(taken, run).await?;
            server.rests().await;
            cpu[turn].values.push(micros(server.cpu_ns() - before, run.each * PAIRS));
            delivered[turn].values.push(quantile(&times.delivered, 0.99) as f64 / 1e6);
            kept[turn].values.push(quantile(&times.acknowledged, 0.99) as f64 / 1e6);
            pairs[turn] = Some(back);
        }
        self.add("p99 to the receiver at 100 messages/s", "ms", delivered, vec![Bar::OfPeer(Kind::Prosody, 0.25)]);
        self.add("p99 to the acknowledgement at 100 messages/s", "ms", kept, vec![]);
        self.add("CPU a message at 100 messages/s", "µs", cpu, vec![Bar::OfPeer(Kind::Prosody, 0.1)]);
        Ok(())
    }

    pub async fn memory(&mut self) -> Result<()> {
        if !self.begin("memory") {
            return Ok(());
        }
        let count = self.options.count(IDLERS.len());
        let mut seen = Vec::new();
        for kind in self.xmpp().iter().map(|server| server.kind).collect::<Vec<_>>() {
            let server = Server::start(kind).await?; // nobody has left traces in it
            people::make(&server, IDLERS.take(count)).await?;
            server.rests().await;
            let before = server.pss_bytes();
            let clients = arrive_all(&server, IDLERS.take(count)).await?;
            server.rests().await;
            let each = (server.pss_bytes().saturating_sub(before)) as f64 / count as f64 / 1024.0;
            seen.push(Seen { kind, values: vec![each] });
            drop(clients);
        }
        self.add("memory an idle TLS client, PSS", "KiB", seen, vec![Bar::AtMost(16.0)]);
        Ok(())
    }

    /// Each server does as many in one second of a CPU.
    pub async fn handshakes(&mut self) -> Result<()> {
        if !self.begin("handshakes") {
            return Ok(());
        }
        let servers = self.xmpp();
        let mut seen = [nothing_seen(&servers), nothing_seen(&servers)];
        let count = self.options.count(500);
        for turn in turns(servers.len(), self.options.rounds) {
            let server = servers[turn];
            for (place, (tls, kind)) in web::configurations(server).await?.into_iter().enumerate() {
                server.rests().await;
                let before = server.cpu_ns();
                web::handshakes(server, &tls, kind, count).await?;
                server.rests().await;
                seen[place][turn].values.push(count as f64 * 1e9 / (server.cpu_ns() - before) as f64);
            }
        }
        let [full, resumed] = seen.map(|seen| seen.into_iter().filter(|seen| !seen.values.is_empty()).collect());
        self.add("TLS 1.3 handshakes a CPU second, full", "1/s", full, vec![]);
        self.add("TLS 1.3 handshakes a CPU second, resumed", "1/s", resumed, vec![]);
        Ok(())
    }

    /// Only imera: the web's transports beside TCP.
    pub async fn web(&mut self) -> Result<()> {
        if !self.xmpp().iter().any(|server| server.kind == Kind::Imera) || !self.begin("web") {
            return Ok(());
        }
        let server = Server::start(Kind::Imera).await?;
        people::make(&server, 0..3 * 2 * PAIRS).await?;
        let ways = [(Way::Tcp, None), (Way::WebSocket, Some(WEBSOCKET_TIMES)), (Way::Bosh, Some(BOSH_TIMES))];
        let mut pairs = Vec::new();
        for (place, (way, _)) in ways.into_iter().enumerate() {
            pairs.push(Some(Pairs::arrive(&server, way, place * 2 * PAIRS, PAIRS).await?));
        }
        let (each, mut values) = (self.options.count(300), vec![Vec::new(); ways.len()]);
        for turn in turns(ways.len(), self.options.rounds) {
            let taken = pairs[turn].take().expect("given back below");
            server.rests().await;
            let before = server.cpu_ns();
            pairs[turn] = Some(taken.talk(each).await?);
            server.rests().await;
            values[turn].push(micros(server.cpu_ns() - before, each * PAIRS));
        }
        let tcp = median(&values[0]);
        for ((name, (_, times)), values) in WEB_FIGURES.into_iter().zip(ways).zip(values) {
            let bars = times.map(|times| Bar::AtMost(tcp * times)).into_iter().collect();
            self.add(name, "µs", vec![Seen { kind: Kind::Imera, values }], bars);
        }
        self.websockets().await
    }

    /// Only imera: WebSockets on which nothing is said.
    async fn websockets(&mut self) -> Result<()> {
        let count = self.options.count(IDLERS.len());
        let server = Server::start(Kind::Imera).await?; // nobody has left traces in it
        people::make(&server, IDLERS.take(count)).await?;
        server.rests().await;
        let before = server.pss_bytes();
        let sockets = web::idlers(&server, IDLERS.take(count)).await?;
        server.rests().await;
        let each = (server.pss_bytes().saturating_sub(before)) as f64 / count as f64 / 1024.0;
        drop(sockets);
        let seen = vec![Seen { kind: Kind::Imera, values: vec![each] }];
        self.add("memory an idle WebSocket, PSS", "KiB", seen, vec![Bar::AtMost(32.0)]);
        Ok(())
    }
}

const MESSAGE: &str = "CPU a chat message, in both archives and fsynced before its ack, 10 in flight each";
const MESSAGE_ALONE: &str = "CPU a chat message, in both archives and fsynced before its ack, 1 in flight each";

const WEB_FIGURES: [&str; 3] = [
    "CPU a chat message over TCP, 1 in flight, no acks",
    "CPU a chat message over WebSocket, against TCP",
    "CPU a chat message over BOSH, against TCP",
];

/// What they may take, in times of TCP: frames are unmasked and looked at again; BOSH is two requests a message.
const WEBSOCKET_TIMES: f64 = 1.5;
const BOSH_TIMES: f64 = 4.0;

/// What «the same» may differ by.
const SAME: f64 = 1.25;

fn nothing_seen(servers: &[&Server]) -> Vec<Seen> {
    servers.iter().map(|server| Seen { kind: server.kind, values: Vec::new() }).collect()
}

/// A B B A A B …: whatever drifts in the machine hits all alike.
fn turns(count: usize, rounds: usize) -> Vec<usize> {
    let round =
        |round: usize| (0..count).map(move |place| if round.is_multiple_of(2) { place } else { count - 1 - place });
    (0..rounds).flat_map(round).collect()
}

fn micros(ns: u64, operations: usize) -> f64 {
    ns as f64 / operations as f64 / 1000.0
}

async fn log_in_and_out(endpoint: crate::client::Endpoint, number: usize) -> crate::client::Result<()> {
    let client = Client::login(&endpoint, &people::name(number), people::PASSWORD, None).await?;
    client.roster().await?;
    client.available();
    client.iq("get", Some(&endpoint.domain), "<ping xmlns='urn:xmpp:ping'/>").await?;
    client.close().await
}

/// Sends until the archive is long enough.
async fn with_history(server: &Server) -> Result<Client> {
    let client = arrive(server, ARCHIVED.0).await?;
    for number in 0..ARCHIVE {
        client.unacked_at_most(20).await?;
        let text = talk::message(&people::jid(ARCHIVED.1), number) + "<r xmlns='urn:xmpp:sm:3'/>";
        client.send_tagged(text, number as u64 + 1);
    }
    client.settle().await?;
    let all = client.archive(None, 100).await?;
    let bodies = all.iter().map(|item| item.body()).enumerate();
    match bodies.clone().find(|(place, body)| !body.starts_with(&format!("number {place} "))) {
        None if all.len() == ARCHIVE => Ok(client),
        wrong => Err(format!("the archive has {} messages, wrong: {wrong:?}", all.len()).into()),
    }
}

/// CPU a page, µs: half an archive of 600 forwards from its beginning, half backwards from its end.
async fn pages(server: &Server, client: &Client, walks: usize) -> Result<f64> {
    let steps = ARCHIVE / PAGE / 2;
    server.rests().await;
    let before = server.cpu_ns();
    for _ in 0..walks {
        for backwards in [false, true] {
            let mut at = if backwards { "<before/>".to_owned() } else { String::new() };
            for _ in 0..steps {
                let page = client.page(&[], &format!("<max>{PAGE}</max>{at}")).await?;
                if page.items.len() != PAGE {
                    return Err(format!("a page of {} messages", page.items.len()).into());
                }
                at = if backwards {
                    format!("<before>{}</before>", page.first.unwrap_or_default())
                } else {
                    format!("<after>{}</after>", page.last.unwrap_or_default())
                };
            }
        }
    }
    server.rests().await;
    Ok(micros(server.cpu_ns() - before, walks * steps * 2))
}

async fn settle(star: &mut Client, contacts: &mut [Client]) -> Result<()> {
    quiet(star).await?;
    for contact in contacts {
        quiet(contact).await?;
    }
    Ok(())
}
