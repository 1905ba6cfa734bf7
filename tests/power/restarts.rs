//! Restarts in good order: every resumable client resumes, nothing is lost, doubled or out of order.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::client::{Client, Endpoint, Error, Event, Hibernated, Resumption, register};
use crate::disk::Dice;
use crate::load::Seen;
use crate::server::{DOMAIN, Server};

const PATIENCE: Duration = Duration::from_secs(30);

/// Somebody who writes to the next one in the ring and reads from the one before.
struct Neighbour {
    number: usize,
    next: usize,
    sent: usize,
    /// Bodies as they came.
    seen: Vec<String>,
    was: Option<Hibernated>,
    dice: Dice,
}

/// Err: what went wrong. Ok: how many messages went around.
pub async fn restarts(data: &Path, rounds: usize, clients: usize, seed: u64) -> Result<usize, String> {
    let mut dice = Dice::new(seed);
    let mut server = Server::start(data, None)?;
    let mut people = Vec::new();
    for number in 0..clients {
        let made = register(&server.endpoint(), &format!("n{number}"), "pw").await;
        made.map_err(|error| format!("registering: {error}"))?;
        let (next, dice) = ((number + 1) % clients, Dice::new(dice.next()));
        people.push(Neighbour { number, next, sent: 0, seen: Vec::new(), was: None, dice });
    }
    for round in 0..=rounds {
        let say = |why: String| format!("restart {round}: {why}");
        let to = server.endpoint();
        let (over, ready) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let last = round == rounds;
        let life = |person| tokio::spawn(live(person, to.clone(), over.clone(), ready.clone(), last));
        let living: Vec<_> = people.drain(..).map(life).collect();
        let began = Instant::now();
        while ready.load(Ordering::Relaxed) < clients && began.elapsed() < 2 * PATIENCE {
            if living.iter().any(|task| task.is_finished()) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        tokio::time::sleep(Duration::from_millis(100 + dice.below(200))).await;
        if last {
            over.store(true, Ordering::Relaxed);
        } else {
            let status = tokio::task::block_in_place(|| server.stop()).map_err(say)?;
            if !status.success() {
                return Err(say(format!("ended with {status}")));
            }
        }
        let mut clients = Vec::new();
        for task in living {
            let lived = task.await.map_err(|error| error.to_string())?;
            let (person, client) = lived.map_err(|error| say(error.to_string()))?;
            people.push(person);
            clients.extend(client);
        }
        if last {
            wait_for_the_rest(&mut people, &mut clients).await;
            break;
        }
        server = Server::start(data, None).map_err(say)?;
    }
    check(&people)
}

/// Until everything sent was seen, or the patience is over; the check tells which.
async fn wait_for_the_rest(people: &mut [Neighbour], clients: &mut [Client]) {
    let sent: usize = people.iter().map(|person| person.sent).sum();
    let began = Instant::now();
    while people.iter().map(|person| person.seen.len()).sum::<usize>() < sent && began.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(10)).await;
        people.iter_mut().zip(&mut *clients).for_each(|(person, client)| look_again(person, client));
    }
    tokio::time::sleep(Duration::from_millis(200)).await; // what must not come
    people.iter_mut().zip(clients).for_each(|(person, client)| look_again(person, client));
}

/// Sends until the server stops, or, in the last round, until it is over. The client: still connected.
async fn live(
    mut person: Neighbour,
    to: Endpoint,
    over: Arc<AtomicBool>,
    ready: Arc<AtomicUsize>,
    last: bool,
) -> Result<(Neighbour, Option<Client>), Error> {
    let name = format!("n{}", person.number);
    let mut client = match person.was.take() {
        None => {
            let client = Client::login_resumable(&to, &name, "pw", None).await?;
            client.available();
            client
        }
        Some(was) => match Client::resume(&to, &name, "pw", was).await? {
            (client, Resumption::Resumed) => client,
            (_, failed) => return Err(Error::Server(format!("{name}: not resumed: {failed:?}"))),
        },
    };
    ready.fetch_add(1, Ordering::Relaxed);
    let mut gone = false;
    while !gone && !over.load(Ordering::Relaxed) {
        if client.unacked() < 20 {
            for _ in 0..person.dice.below(3) {
                person.sent += 1;
                let (next, body) = (person.next, format!("{} {}", person.number, person.sent));
                client.send(format!("<message to='n{next}@{DOMAIN}' type='chat'><body>{body}</body></message>"));
            }
            client.request_ack();
        }
        tokio::time::sleep(Duration::from_millis(10 + person.dice.below(60))).await;
        gone = look(&mut person, &mut client);
    }
    if last {
        client.settle().await?;
        return Ok((person, Some(client)));
    }
    let (was, events) = client.cut_with_events().await;
    person.seen.extend(events.iter().filter_map(body));
    person.was = Some(was);
    Ok((person, None))
}

/// Takes what has come; true: the stream has ended.
fn look(person: &mut Neighbour, client: &mut Client) -> bool {
    while let Ok(event) = client.events.try_recv() {
        if matches!(event, Event::Closed { .. }) {
            return true;
        }
        person.seen.extend(body(&event));
    }
    false
}

fn look_again(person: &mut Neighbour, client: &mut Client) {
    let _ended = look(person, client);
}

fn body(event: &Event) -> Option<String> {
    match event {
        Event::Stanza(stanza) => Seen::read(stanza).map(|seen| seen.body),
        _ => None,
    }
}

/// Each has seen what the one before it has sent: all, once, in order.
fn check(people: &[Neighbour]) -> Result<usize, String> {
    for person in people {
        let before = people.iter().find(|other| other.next == person.number).ok_or("a ring without a beginning")?;
        let expected: Vec<String> = (1..=before.sent).map(|n| format!("{} {n}", before.number)).collect();
        if person.seen != expected {
            let wrong = person.seen.iter().zip(&expected).position(|(is, should)| is != should);
            let (seen, sent) = (&person.seen, expected.len());
            return Err(format!("n{}: of {sent} messages it saw {seen:?}, first wrong at {wrong:?}", person.number));
        }
    }
    Ok(people.iter().map(|person| person.sent).sum())
}
