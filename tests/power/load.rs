//! A recording: the server under the recorder, people who use it, and what each of them was promised when.
//!
//! Ten senders and ten receivers, half of whom are away; two of those come and go, senders and
//! receivers lose their connection and resume, senders change contacts, blocks and passwords; two
//! pairs go round and round through the states of a subscription. Everything is logged with the
//! monotonic time, so that [`super::judge`] can ask what had to be kept at any moment.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::client::{
    Client, Contact, Counters, Endpoint, Error, Event, Hibernated, Resumption, Stanza, now_ns, register,
};
use crate::disk::{Dice, Journal};
use crate::server::{DOMAIN, Recorder, Server};

pub const SENDERS: usize = 10;
pub const RECEIVERS: usize = 10;
pub const PAIRS: usize = 2;
/// How many of the receivers are away from the beginning; the last two of them come and go.
const AWAY: usize = 5;
const COME_AND_GO: usize = 2;
const WINDOW: usize = 20;
/// From noting a wish to sending it, nanoseconds, at most.
const JUST_NS: u64 = 30_000_000;

/// One step of something that only changes step by step.
#[derive(Clone, Debug)]
pub struct Step<T> {
    pub asked_ns: u64,
    /// u64::MAX: never promised.
    pub promised_ns: u64,
    /// How it is afterwards.
    pub after: T,
}

/// Steps, each asked for when the one before was promised.
#[derive(Clone, Debug)]
pub struct Steps<T>(Vec<Step<T>>);

impl<T: Clone> Steps<T> {
    /// What is so before anything is asked for.
    fn from(first: T, promised_ns: u64) -> Steps<T> {
        Steps(vec![Step { asked_ns: 0, promised_ns, after: first }])
    }

    fn ask(&mut self, after: T) {
        self.0.push(Step { asked_ns: now_ns(), promised_ns: u64::MAX, after });
    }

    fn promised(&mut self, at_ns: u64) {
        self.0.last_mut().expect("something was asked").promised_ns = at_ns;
    }

    /// How it is once all that was asked for is done.
    pub fn last(&self) -> &T {
        &self.0.last().expect("never empty").after
    }

    /// What may be so after a cut: what was promised last, and what was being asked for then.
    pub fn allowed(&self, t_ns: u64) -> Vec<&T> {
        let promised = self.0.iter().rposition(|step| step.promised_ns <= t_ns).unwrap_or(0);
        self.0[promised..].iter().take(2).filter(|step| step.asked_ns <= t_ns).map(|step| &step.after).collect()
    }

    /// What may be so once everything that was on its way was sent again. A step that was asked for
    /// only just before may not have been sent.
    pub fn settled(&self, t_ns: u64) -> Vec<&T> {
        let mut allowed = self.allowed(t_ns);
        if !self.0.iter().any(|step| step.asked_ns <= t_ns && t_ns < step.asked_ns + JUST_NS) {
            allowed.drain(..allowed.len() - 1);
        }
        allowed
    }

    /// Its place among all steps: what was promised last, and whether the next was being asked for.
    pub fn place(&self, t_ns: u64) -> (usize, bool) {
        let promised = self.0.iter().rposition(|step| step.promised_ns <= t_ns).unwrap_or(0);
        (promised, self.0.get(promised + 1).is_some_and(|step| step.asked_ns <= t_ns))
    }

    /// The same steps of something else.
    pub fn map(self, mut change: impl FnMut(T) -> T) -> Steps<T> {
        let step = |step: Step<T>| Step { after: change(step.after), ..step };
        Steps(self.0.into_iter().map(step).collect())
    }

    fn promises(&self) -> impl Iterator<Item = u64> {
        self.0.iter().map(|step| step.promised_ns).filter(|at| *at != u64::MAX)
    }
}

/// A stream with XEP-0198, with its history. Resumed ones are one stream.
#[derive(Clone, Debug)]
pub struct Stream {
    pub opened_ns: u64,
    /// u64::MAX: still open at the end.
    pub closed_ns: u64,
    pub jid: String,
    pub counters: Counters,
}

/// A message as its receiver saw it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub at_ns: u64,
    pub body: String,
    /// XEP-0359, by the receiver's account.
    pub id: String,
}

/// What was done with one account, and promised to it.
#[derive(Clone, Debug)]
pub struct Person {
    pub name: String,
    pub made: Step<()>,
    pub passwords: Steps<String>,
    pub contacts: Steps<BTreeMap<String, String>>,
    pub blocked: Steps<Vec<String>>,
    pub streams: Vec<Stream>,
    pub seen: Vec<Seen>,
    /// Tag (from 1) -> receiver and body.
    pub sent: Vec<(usize, String)>,
}

impl Person {
    pub fn jid(&self) -> String {
        format!("{}@{DOMAIN}", self.name)
    }

    async fn made(to: Endpoint, name: String) -> Result<Person, Error> {
        let asked_ns = now_ns();
        register(&to, &name, "first").await?;
        let made_ns = now_ns();
        Ok(Person {
            name,
            made: Step { asked_ns, promised_ns: made_ns, after: () },
            passwords: Steps::from("first".into(), made_ns),
            contacts: Steps::from(BTreeMap::new(), made_ns),
            blocked: Steps::from(Vec::new(), made_ns),
            streams: Vec::new(),
            seen: Vec::new(),
            sent: Vec::new(),
        })
    }

    async fn log_in(&self, to: &Endpoint) -> Result<(Client, u64), Error> {
        let client = Client::login_resumable(to, &self.name, self.passwords.last(), None).await?;
        client.keep_history();
        Ok((client, now_ns()))
    }

    async fn resume(&self, to: &Endpoint, was: Hibernated) -> Result<Client, Error> {
        match Client::resume(to, &self.name, self.passwords.last(), was).await? {
            (client, Resumption::Resumed) => Ok(client),
            (_, Resumption::Failed { .. }) => Err(Error::Server("a cut-off stream was not resumed".into())),
        }
    }

    fn keep(&mut self, client: &Client, opened_ns: u64, closed_ns: u64) {
        let counters = client.counters();
        self.streams.push(Stream { opened_ns, closed_ns, jid: client.jid().into(), counters });
    }

    /// Notes the messages that have come.
    fn look(&mut self, client: &mut Client) -> Result<(), Error> {
        while let Ok(event) = client.events.try_recv() {
            match event {
                Event::Stanza(stanza) => self.seen.extend(Seen::read(&stanza)),
                Event::Closed { why, .. } => return Err(Error::Server(why)),
                Event::Acked { .. } => {}
            }
        }
        Ok(())
    }
}

impl Seen {
    /// None: not a chat message.
    pub fn read(stanza: &Stanza) -> Option<Seen> {
        if !stanza.is("message") || stanza.attr("type").as_deref() != Some("chat") {
            return None;
        }
        let tree = stanza.tree();
        let body = tree.child("body", "jabber:client")?.text.clone();
        let id = tree.child("stanza-id", "urn:xmpp:sid:0").and_then(|id| id.attr("id")).unwrap_or_default();
        Some(Seen { at_ns: stanza.at_ns, body, id: id.to_owned() })
    }
}

/// Two accounts between which subscriptions come and go.
#[derive(Clone, Debug)]
pub struct Pair {
    pub people: [Person; 2],
    /// Steps through [`ROUND`].
    pub steps: Steps<usize>,
}

/// Who sends which presence to the other, and what both rosters then say: subscription and `ask`
/// (RFC 6121 appendix A).
#[allow(clippy::type_complexity)]
pub const ROUND: [(usize, &str, [(&str, bool); 2]); 6] = [
    (0, "subscribe", [("none", true), ("none", false)]),
    (1, "subscribed", [("to", false), ("from", false)]),
    (1, "subscribe", [("to", false), ("from", true)]),
    (0, "subscribed", [("both", false), ("both", false)]),
    (0, "unsubscribe", [("from", false), ("to", false)]),
    (1, "unsubscribe", [("none", false), ("none", false)]),
];

pub struct Recording {
    pub journal: Journal,
    pub began_ns: u64,
    pub ended_ns: u64,
    pub senders: Vec<Person>,
    pub receivers: Vec<Person>,
    pub pairs: Vec<Pair>,
}

impl Recording {
    /// When something was promised, in any order.
    pub fn promises(&self) -> Vec<u64> {
        let pairs = self.pairs.iter().flat_map(|pair| pair.people.iter().map(|_| &pair.steps));
        let mut all: Vec<u64> = pairs.flat_map(|steps| steps.promises().collect::<Vec<_>>()).collect();
        for person in self.senders.iter().chain(&self.receivers) {
            all.extend(person.contacts.promises().chain(person.passwords.promises()).chain(person.blocked.promises()));
            let histories = person.streams.iter().filter_map(|stream| stream.counters.history.as_ref());
            all.extend(histories.flat_map(|history| history.acks.iter().map(|(at, _)| *at)));
        }
        all.retain(|at| *at <= self.ended_ns);
        all
    }

    pub fn messages(&self) -> usize {
        self.senders.iter().map(|sender| sender.sent.len()).sum()
    }
}

/// Runs a server in a new folder for so long, then kills it.
pub async fn record(recorder: &Recorder, data: &Path, lasts: Duration, seed: u64) -> Result<Recording, String> {
    let began_ns = now_ns();
    let server = Server::start(data, Some(recorder))?;
    let load = load(server.endpoint(), lasts, seed).await;
    let ended_ns = load.as_ref().map_or(0, |load| load.3);
    server.kill();
    let (senders, receivers, pairs, _) = load.map_err(|error| error.to_string())?;
    let journal = Journal::read(&recorder.journal)?;
    journal.verify(data)?;
    Ok(Recording { journal, began_ns, ended_ns, senders, receivers, pairs })
}

type Load = (Vec<Person>, Vec<Person>, Vec<Pair>, u64);

async fn load(to: Endpoint, lasts: Duration, seed: u64) -> Result<Load, Error> {
    let names = ["s", "r", "x", "y"].into_iter().zip([SENDERS, RECEIVERS, PAIRS, PAIRS]);
    let names = names.flat_map(|(letter, count)| (0..count).map(move |n| format!("{letter}{n}")));
    let making: Vec<_> = names.map(|name| tokio::spawn(Person::made(to.clone(), name))).collect();
    let mut people = Vec::new();
    for made in making {
        people.push(joined(made.await)?);
    }
    let mut people = people.into_iter();
    let senders: Vec<Person> = people.by_ref().take(SENDERS).collect();
    let receivers: Vec<Person> = people.by_ref().take(RECEIVERS).collect();
    let (xs, ys): (Vec<Person>, Vec<Person>) = people.partition(|person| person.name.starts_with('x'));
    let over = Arc::new(AtomicBool::new(false));
    let mut dice = Dice::new(seed);
    let mut with = || (to.clone(), over.clone(), Dice::new(dice.next()));
    let receiving: Vec<_> = receivers
        .into_iter()
        .enumerate()
        .map(|(n, person)| {
            let (to, over, dice) = with();
            tokio::spawn(async move {
                match n {
                    _ if n < AWAY => stay(person, to, over, dice).await,
                    _ if n < RECEIVERS - COME_AND_GO => Ok(person),
                    _ => come_and_go(person, to, over, dice).await,
                }
            })
        })
        .collect();
    let sending = senders.into_iter().map(|person| (person, with()));
    let sending: Vec<_> =
        sending.map(|(person, (to, over, dice))| tokio::spawn(send(person, to, over, dice))).collect();
    let pairing = xs.into_iter().zip(ys).map(|(x, y)| (Person::pair(x, y), with()));
    let pairing: Vec<_> =
        pairing.map(|(pair, (to, over, dice))| tokio::spawn(subscribe(pair, to, over, dice))).collect();
    tokio::time::sleep(lasts).await;
    let ended_ns = now_ns();
    over.store(true, Ordering::Relaxed);
    let (mut senders, mut receivers, mut pairs) = (Vec::new(), Vec::new(), Vec::new());
    for task in sending {
        senders.push(joined(task.await)?);
    }
    for task in receiving {
        receivers.push(joined(task.await)?);
    }
    for task in pairing {
        pairs.push(joined(task.await)?);
    }
    Ok((senders, receivers, pairs, ended_ns))
}

fn joined<T>(task: Result<Result<T, Error>, tokio::task::JoinError>) -> Result<T, Error> {
    task.unwrap_or_else(|error| Err(Error::Server(error.to_string())))
}

async fn pause(dice: &mut Dice, ms: std::ops::Range<u64>) {
    tokio::time::sleep(Duration::from_millis(ms.start + dice.below(ms.end - ms.start))).await;
}

/// A sender: messages, now and then something else, now and then no network.
async fn send(mut person: Person, to: Endpoint, over: Arc<AtomicBool>, mut dice: Dice) -> Result<Person, Error> {
    let (mut client, opened_ns) = person.log_in(&to).await?;
    while !over.load(Ordering::Relaxed) {
        for _ in 0..dice.below(4) {
            let receiver = dice.below(RECEIVERS as u64) as usize;
            let body = format!("{} {}", person.name, person.sent.len() + 1);
            person.sent.push((receiver, body.clone()));
            let filling = "x".repeat(dice.below(400) as usize);
            client.send_tagged(
                format!(
                    "<message to='r{receiver}@{DOMAIN}' type='chat' id='{}'><body>{body}</body>\
                     <filling xmlns='test'>{filling}</filling></message>",
                    body.replace(' ', "-")
                ),
                person.sent.len() as u64,
            );
        }
        client.request_ack();
        client.unacked_at_most(WINDOW).await?;
        match dice.below(30) {
            0..6 => change(&mut person, &client, &mut dice).await?,
            8..12 => keeps_nothing(&client, &mut dice).await?,
            6 | 7 => {
                let was = client.cut().await;
                pause(&mut dice, 0..40).await;
                client = person.resume(&to, was).await?;
            }
            _ => pause(&mut dice, 0..50).await,
        }
    }
    person.keep(&client, opened_ns, u64::MAX);
    Ok(person)
}

/// Stanzas that are counted, though nothing of them is stored.
async fn keeps_nothing(client: &Client, dice: &mut Dice) -> Result<(), Error> {
    let receiver = dice.below(RECEIVERS as u64);
    match dice.below(3) {
        0 => drop(client.roster().await?),
        1 => client.presence_to(&format!("r{receiver}@{DOMAIN}"), "unavailable"),
        _ => client.send(format!(
            "<message to='r{receiver}@{DOMAIN}' type='chat'>\
             <composing xmlns='http://jabber.org/protocol/chatstates'/><no-store xmlns='urn:xmpp:hints'/></message>"
        )),
    }
    client.request_ack();
    Ok(())
}

/// One change by IQ: its result is the promise.
async fn change(person: &mut Person, client: &Client, dice: &mut Dice) -> Result<(), Error> {
    let jid = format!("contact{}@elsewhere.test", dice.below(6));
    match dice.below(6) {
        0..3 => {
            let mut contacts = person.contacts.last().clone();
            let name = format!("n{}", dice.below(1_000_000));
            contacts.insert(jid.clone(), name.clone());
            person.contacts.ask(contacts);
            let result = client.set_contact(&jid, &name, &["friends"]).await?;
            person.contacts.promised(result.at_ns);
        }
        3 => {
            let mut contacts = person.contacts.last().clone();
            if contacts.remove(&jid).is_some() {
                person.contacts.ask(contacts);
                let result = client.remove_contact(&jid).await?;
                person.contacts.promised(result.at_ns);
            }
        }
        4 => {
            let mut blocked = person.blocked.last().clone();
            let there = blocked.iter().position(|other| *other == jid);
            match there {
                Some(at) => drop(blocked.remove(at)),
                None => blocked.push(jid.clone()),
            }
            person.blocked.ask(blocked);
            let result = if there.is_some() { client.unblock(&[&jid]).await? } else { client.block(&[&jid]).await? };
            person.blocked.promised(result.at_ns);
        }
        _ => {
            let password = format!("p{}", dice.below(1_000_000));
            person.passwords.ask(password.clone());
            let result = client.set_password(&password).await?;
            person.passwords.promised(result.at_ns);
        }
    }
    Ok(())
}

/// A receiver who stays, and sometimes has to resume.
async fn stay(mut person: Person, to: Endpoint, over: Arc<AtomicBool>, mut dice: Dice) -> Result<Person, Error> {
    let (mut client, opened_ns) = person.log_in(&to).await?;
    client.available();
    while !over.load(Ordering::Relaxed) {
        pause(&mut dice, 5..60).await;
        person.look(&mut client)?;
        if dice.chance(5) {
            client = cut_and_resume(&mut person, client, &to, &mut dice).await?;
        }
    }
    person.look(&mut client)?;
    person.keep(&client, opened_ns, u64::MAX);
    Ok(person)
}

async fn cut_and_resume(person: &mut Person, client: Client, to: &Endpoint, dice: &mut Dice) -> Result<Client, Error> {
    let (was, events) = client.cut_with_events().await;
    person.seen.extend(events.iter().filter_map(|event| match event {
        Event::Stanza(stanza) => Seen::read(stanza),
        _ => None,
    }));
    pause(dice, 0..60).await;
    person.resume(to, was).await
}

/// A receiver who is away, comes, reads and goes again.
async fn come_and_go(mut person: Person, to: Endpoint, over: Arc<AtomicBool>, mut dice: Dice) -> Result<Person, Error> {
    while !over.load(Ordering::Relaxed) {
        pause(&mut dice, 100..500).await;
        let (mut client, opened_ns) = person.log_in(&to).await?;
        client.available();
        pause(&mut dice, 20..200).await;
        person.look(&mut client)?;
        if over.load(Ordering::Relaxed) {
            person.keep(&client, opened_ns, u64::MAX);
            break;
        }
        client.tell_ack();
        person.keep(&client, opened_ns, now_ns());
        client.send("<presence type='unavailable'/>");
        client
            .close_with(|event| {
                if let Event::Stanza(stanza) = event {
                    person.seen.extend(Seen::read(&stanza));
                }
            })
            .await?;
    }
    Ok(person)
}

impl Person {
    fn pair(x: Person, y: Person) -> Pair {
        Pair { people: [x, y], steps: Steps::from(0, 0) }
    }
}

/// Two people who subscribe and unsubscribe, each step promised by the acknowledgement of its presence.
async fn subscribe(mut pair: Pair, to: Endpoint, over: Arc<AtomicBool>, mut dice: Dice) -> Result<Pair, Error> {
    let mut clients = Vec::new();
    for person in &pair.people {
        let (client, opened_ns) = person.log_in(&to).await?;
        client.roster().await?;
        client.available();
        client.settle().await?;
        clients.push((client, opened_ns));
    }
    while !over.load(Ordering::Relaxed) {
        let (who, kind, _) = ROUND[*pair.steps.last()];
        let other = pair.people[1 - who].jid();
        pair.steps.ask((pair.steps.last() + 1) % ROUND.len());
        clients[who].0.presence_to(&other, kind);
        clients[who].0.settle().await?;
        pair.steps.promised(now_ns());
        pause(&mut dice, 0..40).await;
    }
    for (person, (client, opened_ns)) in pair.people.iter_mut().zip(&clients) {
        person.keep(client, *opened_ns, u64::MAX);
    }
    Ok(pair)
}

/// The contacts of a roster as [`Person::contacts`] has them.
pub fn by_jid(roster: &[Contact]) -> BTreeMap<String, String> {
    roster.iter().map(|contact| (contact.jid.clone(), contact.name.clone())).collect()
}
