//! SIGKILL under load, again and again: clients resend by `<failed h/>`, nothing is lost, nothing doubled.
//!
//! The page cache survives a SIGKILL, so this proves less than the cuts; but it goes on for longer,
//! and the clients live through all of it.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::client::{Client, Endpoint, Error, Event, Hibernated, Resumption, Sent, register};
use crate::disk::Dice;
use crate::load::{RECEIVERS, SENDERS, Seen};
use crate::server::{DOMAIN, Server};

/// The first ones stay online, the others come when all is over.
const ONLINE: usize = RECEIVERS / 2;
const WINDOW: usize = 40;

/// A sender over all its streams.
struct Sender {
    name: String,
    /// Bodies by number - 1.
    sent: Vec<(usize, String)>,
    acked: usize,
    was: Option<Hibernated>,
    dice: Dice,
}

struct Receiver {
    name: String,
    /// Body and archive id of what was seen.
    seen: Vec<Seen>,
    was: Option<Hibernated>,
}

/// Err: what went wrong. Ok: how many messages were acknowledged.
pub async fn kills(data: &Path, rounds: usize, messages: usize, seed: u64) -> Result<usize, String> {
    let mut dice = Dice::new(seed);
    let mut server = Server::start(data, None)?;
    let mut senders = Vec::new();
    let mut receivers = Vec::new();
    for n in 0..SENDERS.max(RECEIVERS) {
        for letter in ["s", "r"] {
            let made = register(&server.endpoint(), &format!("{letter}{n}"), "pw").await;
            made.map_err(|error| format!("registering: {error}"))?;
        }
        let dice = Dice::new(dice.next());
        senders.push(Sender { name: format!("s{n}"), sent: Vec::new(), acked: 0, was: None, dice });
        receivers.push(Receiver { name: format!("r{n}"), seen: Vec::new(), was: None });
    }
    let (mut away, mut online) = (receivers.split_off(ONLINE), receivers);
    for round in 1..=rounds {
        let wanted = messages * round / rounds;
        let already: usize = senders.iter().map(|sender| sender.acked).sum();
        let share = wanted.saturating_sub(already).div_ceil(SENDERS);
        let to = server.endpoint();
        let reading: Vec<_> = online.drain(..).map(|person| tokio::spawn(read(person, to.clone()))).collect();
        let sending: Vec<_> = senders.drain(..).map(|person| tokio::spawn(send(person, to.clone(), share))).collect();
        // When each has its share acknowledged and goes on, the server is killed a little later.
        let enough = Arc::new(sending);
        let mut waited = 0;
        while !enough.iter().all(|task| task.is_finished()) && waited < 100 {
            tokio::time::sleep(Duration::from_millis(20)).await;
            waited += 1;
        }
        tokio::time::sleep(Duration::from_micros(dice.below(20_000))).await;
        server.kill();
        let tasks = Arc::into_inner(enough).expect("nobody else has it");
        for task in tasks {
            let (mut sender, client) = joined(task.await).map_err(|why| format!("round {round}: {why}"))?;
            if let Some(client) = client {
                sender.end(client).await;
            }
            senders.push(sender);
        }
        for task in reading {
            online.push(joined(task.await).map_err(|why| format!("round {round}: {why}"))?);
        }
        server = Server::start(data, None).map_err(|why| format!("after round {round}: {why}"))?;
    }
    let sent = senders.iter().map(|sender| sender.sent.len()).sum();
    all_is_there(senders, &mut online, &mut away, &server.endpoint()).await?;
    Ok(sent)
}

fn joined<T>(task: Result<Result<T, Error>, tokio::task::JoinError>) -> Result<T, String> {
    task.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
}

/// Back after a kill: what was not kept is sent again.
async fn back(name: &str, to: &Endpoint, was: Option<Hibernated>) -> Result<Client, Error> {
    let Some(was) = was else { return Client::login_resumable(to, name, "pw", None).await };
    let acked = was.counters.acked;
    match Client::resume(to, name, "pw", was).await? {
        (_, Resumption::Failed { h: None, .. }) if acked > 0 => {
            Err(Error::Server(format!("{name}: <failed/> without h after {acked} stanzas were acknowledged")))
        }
        (client, Resumption::Failed { unsent, .. }) => {
            unsent.into_iter().for_each(|sent: Sent| client.send_again(sent));
            Ok(client)
        }
        (_, Resumption::Resumed) => Err(Error::Server(format!("{name}: resumed after a SIGKILL"))),
    }
}

/// [`back`]; None: the server was killed meanwhile, so that all is as it was.
async fn back_or_gone(name: &str, to: &Endpoint, was: &mut Option<Hibernated>) -> Result<Option<Client>, Error> {
    match back(name, to, was.clone()).await {
        Ok(client) => {
            *was = None;
            Ok(Some(client))
        }
        Err(Error::Io(_) | Error::Closed(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns with its share acknowledged and more in flight, or when the server is gone.
async fn send(mut sender: Sender, to: Endpoint, share: usize) -> Result<(Sender, Option<Client>), Error> {
    let Some(client) = back_or_gone(&sender.name, &to, &mut sender.was).await? else { return Ok((sender, None)) };
    let target = sender.sent.len() + share;
    while sender.sent.len() < target + WINDOW / 2 {
        for _ in 0..1 + sender.dice.below(8) {
            let receiver = sender.dice.below(RECEIVERS as u64) as usize;
            let body = format!("{} {}", sender.name, sender.sent.len() + 1);
            sender.sent.push((receiver, body.clone()));
            let text = format!("<message to='r{receiver}@{DOMAIN}' type='chat'><body>{body}</body></message>");
            client.send_tagged(text, sender.sent.len() as u64);
        }
        client.request_ack();
        let room = if sender.sent.len() < target { WINDOW } else { WINDOW * 2 };
        if client.unacked_at_most(room).await.is_err() {
            break;
        }
    }
    Ok((sender, Some(client)))
}

impl Sender {
    /// The server is gone: what was acknowledged until then stays so.
    async fn end(&mut self, client: Client) {
        let was = client.cut().await;
        let open = was.counters.unacked.iter().filter(|sent| sent.tag != 0).count();
        self.acked = self.sent.len() - open;
        self.was = Some(was);
    }
}

/// An online receiver until the server is gone.
async fn read(mut person: Receiver, to: Endpoint) -> Result<Receiver, Error> {
    let Some(mut client) = back_or_gone(&person.name, &to, &mut person.was).await? else { return Ok(person) };
    client.available();
    while let Some(event) = client.events.recv().await {
        match event {
            Event::Stanza(stanza) => person.seen.extend(Seen::read(&stanza)),
            Event::Closed { .. } => break,
            Event::Acked { .. } => {}
        }
    }
    person.was = Some(client.cut().await);
    Ok(person)
}

async fn all_is_there(
    senders: Vec<Sender>,
    online: &mut [Receiver],
    away: &mut [Receiver],
    to: &Endpoint,
) -> Result<(), String> {
    let mut sent = Vec::new();
    for mut sender in senders {
        let client = back(&sender.name, to, sender.was.take()).await.map_err(|error| error.to_string())?;
        client.settle().await.map_err(|error| format!("{}: {error}", sender.name))?;
        let archive = client.archive(None, 250).await.map_err(|error| error.to_string())?;
        if !archive.iter().map(|item| item.body()).eq(sender.sent.iter().map(|(_, body)| body.as_str())) {
            return Err(format!("{}: sent {}, its archive has {}", sender.name, sender.sent.len(), archive.len()));
        }
        sent.extend(sender.sent);
    }
    for (n, person) in online.iter_mut().chain(away).enumerate() {
        let mut bodies: BTreeSet<&str> = BTreeSet::new();
        bodies.extend(sent.iter().filter(|(receiver, _)| *receiver == n).map(|(_, body)| body.as_str()));
        everything_came(person, &bodies, to).await.map_err(|why| format!("{}: {why}", person.name))?;
    }
    Ok(())
}

/// A receiver has seen all, each under one id only; the archive has each once.
async fn everything_came(person: &mut Receiver, sent: &BTreeSet<&str>, to: &Endpoint) -> Result<(), String> {
    let was_away = person.was.is_none() && person.seen.is_empty();
    let mut client = back(&person.name, to, person.was.take()).await.map_err(|error| error.to_string())?;
    client.available();
    let mut missing: BTreeSet<&str> = sent.clone();
    missing.retain(|body| !person.seen.iter().any(|seen| seen.body == *body));
    while !missing.is_empty() {
        match client.event().await {
            Ok(Some(Event::Stanza(stanza))) => {
                let Some(seen) = Seen::read(&stanza) else { continue };
                if !missing.remove(seen.body.as_str()) && was_away {
                    return Err(format!("{} came twice", seen.body));
                }
                person.seen.push(seen);
            }
            Ok(Some(Event::Acked { .. })) => {}
            other => return Err(format!("{} messages do not come: {other:?}", missing.len())),
        }
    }
    let archive = client.archive(None, 250).await.map_err(|error| error.to_string())?;
    let kept: BTreeSet<(&str, &str)> = archive.iter().map(|item| (item.body(), item.id.as_str())).collect();
    if archive.len() != sent.len() || archive.iter().any(|item| !sent.contains(item.body())) {
        return Err(format!("its archive has {} of {} messages", archive.len(), sent.len()));
    }
    // What was delivered before it was durable may have got another id when it was sent again.
    let strange = person.seen.iter().filter(|seen| !kept.contains(&(seen.body.as_str(), seen.id.as_str()))).count();
    let mut numbers: std::collections::BTreeMap<&str, Vec<u64>> = Default::default();
    for item in &archive {
        let (sender, number) = item.body().split_once(' ').ok_or("a strange body")?;
        numbers.entry(sender).or_default().push(number.parse().map_err(|_| "a strange number")?);
    }
    if numbers.values().any(|numbers| !numbers.is_sorted()) {
        return Err("its archive is out of order".into());
    }
    if strange > 0 {
        println!("  {}: {strange} of {} seen before they were kept, and sent again", person.name, person.seen.len());
    }
    Ok(())
}
