//! Asks a server that was started on a rebuilt disk for everything that had been promised.
//!
//! `t_ns` is the moment of the cut. Each complaint is one line; none: the promises were kept.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::client::{Archived, Client, Endpoint, Error, Event, Hibernated, Resumption, Sent};
use crate::load::{Pair, Person, ROUND, Recording, Seen, Steps, Stream, by_jid};
use crate::server::Server;

const PAGE: u32 = 200;
/// How long offline messages may take to come.
const OFFLINE_WAIT: Duration = Duration::from_secs(10);
/// How long is waited for what must not come.
const QUIET: Duration = Duration::from_millis(60);

type Complaints = Vec<String>;

/// Somebody who is back after the cut.
struct Back {
    client: Client,
    /// What the server says it has of the stream that was cut off; 0 where it knows nothing.
    h: u32,
    stream: Option<Stream>,
    unsent: Vec<Sent>,
}

pub async fn judge(recording: Arc<Recording>, t_ns: u64, data: &Path) -> Complaints {
    let server = match Server::start(data, None) {
        Ok(server) => server,
        Err(error) => return vec![error],
    };
    let to = server.endpoint();
    let mut complaints = Complaints::new();
    let (senders, kept) = senders_back(&recording, &to, t_ns, &mut complaints).await;
    let pairs = pairs_back(&recording, &to, t_ns, &mut complaints).await;
    let receivers = receivers_back(&recording, &to, t_ns, &kept, &mut complaints).await;
    if !complaints.is_empty() {
        return complaints; // resending on top of it would only hide where it began
    }
    resend(&recording, t_ns, &senders, &pairs, &mut complaints).await;
    let sent = everything_sent(&recording, t_ns);
    for (n, receiver) in receivers.iter().enumerate() {
        let Some((client, person)) = receiver.as_ref().zip(recording.receivers.get(n)) else { continue };
        match client.archive(None, PAGE).await {
            Ok(archive) => received_are(person, &archive, &sent, n, "resent", &mut complaints),
            Err(error) => complaints.push(format!("{}: its archive after resending: {error}", person.name)),
        }
    }
    for (n, (receiver, person)) in receivers.into_iter().zip(&recording.receivers).enumerate() {
        let Some(client) = receiver else { continue };
        let mine =
            |all: &Kept| all.values().flatten().filter(|(to, _)| *to == n).map(|(_, body)| body.clone()).collect();
        let (all, before): (BTreeSet<String>, BTreeSet<String>) = (mine(&sent), mine(&kept));
        if let Err(error) = nothing_waits(client, person, &to, t_ns, &all - &before).await {
            complaints.push(format!("{}: {error}", person.name));
        }
    }
    complaints
}

/// Logs in with one of the passwords that may hold, resuming the stream that was open at the cut.
async fn back(person: &Person, to: &Endpoint, t_ns: u64) -> Result<Back, String> {
    let stream = person.streams.iter().find(|stream| stream.opened_ns <= t_ns && t_ns < stream.closed_ns).cloned();
    let mut tried = String::new();
    for password in person.passwords.allowed(t_ns) {
        let outcome = match &stream {
            None => Client::login_resumable(to, &person.name, password, None).await.map(|client| (client, None)),
            Some(stream) => {
                let was = Hibernated { jid: stream.jid.clone(), counters: stream.counters.at(t_ns) };
                Client::resume(to, &person.name, password, was).await.map(|(client, how)| (client, Some(how)))
            }
        };
        match outcome {
            Ok((client, None)) => return Ok(Back { client, h: 0, stream, unsent: Vec::new() }),
            Ok((client, Some(Resumption::Failed { h, unsent }))) => {
                let acked = stream.as_ref().map_or(0, |stream| stream.counters.at(t_ns).acked);
                let h = h.unwrap_or(0);
                if h < acked {
                    return Err(format!("<failed h='{h}'/>, though {acked} stanzas were acknowledged"));
                }
                return Ok(Back { client, h, stream, unsent });
            }
            Ok((_, Some(Resumption::Resumed))) => return Err("resumed although everything was gone".into()),
            Err(Error::Sasl(why)) => tried = format!("none of its passwords: {why}"),
            Err(error) => return Err(format!("{error}, resuming {:?}", stream.map(|s| s.counters.at(t_ns).acked))),
        }
    }
    Err(tried)
}

/// Number -> body, of what each sender's archive holds.
type Kept = BTreeMap<usize, Vec<(usize, String)>>;

async fn senders_back(
    recording: &Arc<Recording>,
    to: &Endpoint,
    t_ns: u64,
    complaints: &mut Complaints,
) -> (Vec<Option<Back>>, Kept) {
    let visits: Vec<_> = (0..recording.senders.len())
        .map(|n| {
            let (recording, to) = (recording.clone(), to.clone());
            tokio::spawn(async move { sender_back(&recording.senders[n], &to, t_ns).await })
        })
        .collect();
    let (mut backs, mut kept) = (Vec::new(), Kept::new());
    for (n, visit) in visits.into_iter().enumerate() {
        let person = &recording.senders[n];
        match visit.await.unwrap_or_else(|error| Err(vec![error.to_string()])) {
            Ok(None) => backs.push(None),
            Ok(Some((back, numbers))) => {
                kept.insert(n, numbers.into_iter().map(|number| person.sent[number - 1].clone()).collect());
                backs.push(Some(back));
            }
            Err(why) => {
                complaints.extend(why.into_iter().map(|why| format!("{}: {why}", person.name)));
                backs.push(None);
            }
        }
    }
    (backs, kept)
}

/// None: the account had not been promised.
async fn sender_back(person: &Person, to: &Endpoint, t_ns: u64) -> Result<Option<(Back, Vec<usize>)>, Complaints> {
    if person.made.promised_ns > t_ns {
        return Ok(None);
    }
    let say = |error: Error| vec![error.to_string()];
    let back = back(person, to, t_ns).await.map_err(|why| vec![why])?;
    let mut complaints = Complaints::new();
    let roster = by_jid(&back.client.roster().await.map_err(say)?);
    holds("roster", &roster, &person.contacts, t_ns, &mut complaints);
    let mut blocked = back.client.blocked().await.map_err(say)?;
    blocked.sort();
    holds("block list", &blocked, &sorted(&person.blocked), t_ns, &mut complaints);
    let archive = back.client.archive(None, PAGE).await.map_err(say)?;
    let numbers: Vec<usize> = archive.iter().filter_map(|item| number(item.body(), &person.name)).collect();
    let counted = match &back.stream {
        None => 0,
        Some(stream) => messages_in(stream, back.h),
    };
    let (count, h) = (numbers.len(), back.h);
    if numbers.len() != archive.len() || numbers.iter().copied().ne(1..=count) {
        complaints.push(format!("its archive is {numbers:?} of {}", archive.len()));
    } else if count != counted {
        complaints.push(format!("h='{h}' counts {counted} messages, its archive holds {count}"));
    }
    if complaints.is_empty() { Ok(Some((back, numbers))) } else { Err(complaints) }
}

fn sorted(blocked: &Steps<Vec<String>>) -> Steps<Vec<String>> {
    blocked.clone().map(|mut list| {
        list.sort();
        list
    })
}

/// How many of the first `h` stanzas of a stream are messages.
fn messages_in(stream: &Stream, h: u32) -> usize {
    let history = stream.counters.history.as_ref().expect("the load keeps it");
    history.sent.iter().take(h as usize).filter(|sent| sent.tag != 0).count()
}

fn holds<T: PartialEq + std::fmt::Debug + Clone>(
    what: &str,
    is: &T,
    steps: &Steps<T>,
    t_ns: u64,
    complaints: &mut Complaints,
) {
    let allowed = steps.allowed(t_ns);
    if !allowed.contains(&is) {
        complaints.push(format!("its {what} is {is:?}, promised was {allowed:?}"));
    }
}

/// The number in the body of a message of `name`.
fn number(body: &str, name: &str) -> Option<usize> {
    body.strip_prefix(name)?.strip_prefix(' ')?.parse().ok()
}

/// Both rosters of each pair as one of the steps has them; requests that wait come with the first presence.
async fn pairs_back(
    recording: &Recording,
    to: &Endpoint,
    t_ns: u64,
    complaints: &mut Complaints,
) -> Vec<Option<[Back; 2]>> {
    let mut backs = Vec::new();
    for pair in &recording.pairs {
        if pair.people.iter().any(|person| person.made.promised_ns > t_ns) {
            backs.push(None);
            continue;
        }
        match pair_back(pair, to, t_ns).await {
            Ok(both) => backs.push(Some(both)),
            Err(why) => {
                complaints.push(format!("{} and {}: {why}", pair.people[0].name, pair.people[1].name));
                backs.push(None);
            }
        }
    }
    backs
}

async fn pair_back(pair: &Pair, to: &Endpoint, t_ns: u64) -> Result<[Back; 2], String> {
    let mut both = [back(&pair.people[0], to, t_ns).await?, back(&pair.people[1], to, t_ns).await?];
    for (n, one) in both.iter().enumerate() {
        let is = subscription(one, &pair.people[1 - n]).await?;
        let allowed: Vec<_> = pair.steps.allowed(t_ns).into_iter().map(|step| standing(*step)[n]).collect();
        if !allowed.contains(&(is.0.as_str(), is.1)) {
            return Err(format!("{}'s roster says {is:?}, promised was {allowed:?}", pair.people[n].name));
        }
    }
    let (_, asking) = pair.steps.place(t_ns);
    let promised = *pair.steps.allowed(t_ns)[0];
    if asking || !matches!(promised, 1 | 3) {
        return Ok(both);
    }
    let (asker, asked) = if promised == 1 { (0, 1) } else { (1, 0) };
    both[asked].client.available();
    let from = pair.people[asker].jid();
    let wanted = both[asked].client.stanza(|stanza| {
        stanza.is("presence")
            && stanza.attr("type").as_deref() == Some("subscribe")
            && stanza.attr("from").is_some_and(|jid| jid == from)
    });
    let came = tokio::time::timeout(OFFLINE_WAIT, wanted).await;
    came.map_err(|_| format!("the request of {from} does not come"))?.map_err(|error| error.to_string())?;
    Ok(both)
}

/// What both rosters say after that many steps of a round.
fn standing(steps: usize) -> [(&'static str, bool); 2] {
    ROUND[(steps + ROUND.len() - 1) % ROUND.len()].2
}

async fn subscription(one: &Back, other: &Person) -> Result<(String, bool), String> {
    let roster = one.client.roster().await.map_err(|error| error.to_string())?;
    let contact = roster.into_iter().find(|contact| contact.jid == other.jid());
    Ok(contact.map_or(("none".into(), false), |contact| (contact.subscription, contact.asked)))
}

/// Receivers become available, get what they have not seen, and their archives agree with the senders'.
async fn receivers_back(
    recording: &Arc<Recording>,
    to: &Endpoint,
    t_ns: u64,
    kept: &Kept,
    complaints: &mut Complaints,
) -> Vec<Option<Client>> {
    let sent: Vec<&(usize, String)> = kept.values().flatten().collect();
    let visits: Vec<_> = (0..recording.receivers.len())
        .map(|n| {
            let waits = sent.iter().filter(|(receiver, _)| *receiver == n).map(|(_, body)| body.clone()).collect();
            let (recording, to) = (recording.clone(), to.clone());
            tokio::spawn(async move { receiver_back(&recording.receivers[n], &to, t_ns, waits).await })
        })
        .collect();
    let mut clients = Vec::new();
    for (n, visit) in visits.into_iter().enumerate() {
        let person = &recording.receivers[n];
        match visit.await.unwrap_or_else(|error| Err(error.to_string())) {
            Ok(None) => clients.push(None),
            Ok(Some((client, archive, waited))) => {
                received_are(person, &archive, kept, n, "kept", complaints);
                seen_agree(person, t_ns, &archive, &waited, complaints);
                clients.push(Some(client));
            }
            Err(why) => {
                complaints.push(format!("{}: {why}", person.name));
                clients.push(None);
            }
        }
    }
    clients
}

type Received = (Client, Vec<Archived>, Vec<Seen>);

/// First the presence, since who reads the archive first gets no offline messages.
async fn receiver_back(
    person: &Person,
    to: &Endpoint,
    t_ns: u64,
    kept: BTreeSet<String>,
) -> Result<Option<Received>, String> {
    if person.made.promised_ns > t_ns {
        return Ok(None);
    }
    let mut client = back(person, to, t_ns).await?.client;
    let seen: BTreeSet<&str> = person.seen.iter().filter(|seen| seen.at_ns <= t_ns).map(|seen| &*seen.body).collect();
    let mut missing: BTreeSet<&String> = kept.iter().filter(|body| !seen.contains(body.as_str())).collect();
    client.available();
    let mut waited: Vec<Seen> = Vec::new();
    loop {
        let wait = if missing.is_empty() { QUIET } else { OFFLINE_WAIT };
        match tokio::time::timeout(wait, client.events.recv()).await {
            Ok(Some(Event::Stanza(stanza))) => {
                if let Some(message) = Seen::read(&stanza) {
                    missing.remove(&message.body);
                    waited.push(message);
                }
            }
            Ok(Some(Event::Acked { .. })) => {}
            Ok(Some(Event::Closed { why, .. })) => return Err(format!("its stream ended: {why}")),
            Ok(None) => return Err("its stream ended".into()),
            Err(_) if missing.is_empty() => break,
            Err(_) => return Err(format!("{} kept messages do not come, first {:?}", missing.len(), missing.first())),
        }
    }
    let mut once = BTreeSet::new();
    if let Some(again) = waited.iter().find(|message| !once.insert(&message.body)) {
        return Err(format!("{} came twice at its first presence", again.body));
    }
    if let Some(unknown) = waited.iter().find(|message| !kept.contains(&message.body)) {
        return Err(format!("{} came, though no sender's archive has it", unknown.body));
    }
    let archive = client.archive(None, PAGE).await.map_err(|error| error.to_string())?;
    Ok(Some((client, archive, waited)))
}

/// A receiver's archive holds exactly what was sent to it, each once, each sender's in its order.
fn received_are(
    person: &Person,
    archive: &[Archived],
    sent: &Kept,
    receiver: usize,
    when: &str,
    complaints: &mut Complaints,
) {
    let mut by_sender: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for item in archive {
        let sender = item.body().split(' ').next().unwrap_or_default();
        by_sender.entry(sender).or_default().push(item.body());
    }
    let mut expected: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (_, body) in sent.values().flatten().filter(|(to, _)| *to == receiver) {
        expected.entry(body.split(' ').next().unwrap_or_default()).or_default().push(body);
    }
    if by_sender != expected {
        let odd = by_sender.iter().find(|(sender, bodies)| expected.get(*sender) != Some(*bodies));
        let lost = expected.iter().find(|(sender, bodies)| by_sender.get(*sender) != Some(*bodies));
        complaints.push(format!("{}: archive {when}: has {odd:?}, should have {lost:?}", person.name));
    }
}

/// What it saw before the cut and at its first presence after it has the archive's ids and order.
fn seen_agree(person: &Person, t_ns: u64, archive: &[Archived], waited: &[Seen], complaints: &mut Complaints) {
    let places: HashMap<&str, (usize, &str)> =
        archive.iter().enumerate().map(|(place, item)| (item.body(), (place, item.id.as_str()))).collect();
    let mut known = BTreeSet::new();
    let live: Vec<&Seen> = person.seen.iter().filter(|seen| seen.at_ns <= t_ns && known.insert(&seen.id)).collect();
    for (when, list) in [("before the cut", live), ("after it", waited.iter().collect())] {
        let mut last = None;
        for seen in list {
            let Some((place, id)) = places.get(seen.body.as_str()) else { continue };
            if *id != seen.id {
                complaints.push(format!("{}: {} had id {} {when}, now {id}", person.name, seen.body, seen.id));
            }
            if last.is_some_and(|last| last > *place) {
                complaints.push(format!("{}: {} came {when} out of the archive's order", person.name, seen.body));
            }
            last = Some(*place);
        }
    }
}

/// Everybody sends what `<failed h/>` did not count; then all is there once, and every wish fulfilled.
async fn resend(
    recording: &Recording,
    t_ns: u64,
    senders: &[Option<Back>],
    pairs: &[Option<[Back; 2]>],
    complaints: &mut Complaints,
) {
    let sent = everything_sent(recording, t_ns);
    for (n, (back, person)) in senders.iter().zip(&recording.senders).enumerate() {
        let Some(back) = back else { continue };
        if let Err(why) = sender_resends(back, person, &sent[&n], t_ns).await {
            complaints.push(format!("{}: after resending: {why}", person.name));
        }
    }
    for (both, pair) in pairs.iter().zip(&recording.pairs) {
        let Some(both) = both else { continue };
        for (n, back) in both.iter().enumerate() {
            back.unsent.iter().for_each(|sent| back.client.send_again(sent.clone()));
            if let Err(error) = back.client.settle().await {
                complaints.push(format!("{}: resending: {error}", pair.people[n].name));
            }
        }
        for (n, back) in both.iter().enumerate() {
            let steps = pair.steps.settled(t_ns);
            match subscription(back, &pair.people[1 - n]).await {
                Ok((is, asked)) if steps.iter().any(|step| standing(**step)[n] == (is.as_str(), asked)) => {}
                other => complaints.push(format!("{}: {other:?} after resending {steps:?}", pair.people[n].name)),
            }
        }
    }
}

async fn sender_resends(back: &Back, person: &Person, sent: &[(usize, String)], t_ns: u64) -> Result<(), String> {
    back.unsent.iter().for_each(|sent| back.client.send_again(sent.clone()));
    let say = |error: Error| error.to_string();
    back.client.settle().await.map_err(say)?;
    let archive = back.client.archive(None, PAGE).await.map_err(say)?;
    if !archive.iter().map(Archived::body).eq(sent.iter().map(|(_, body)| body.as_str())) {
        let bodies: Vec<&str> = archive.iter().map(Archived::body).collect();
        return Err(format!("its archive has {} of {} messages: {bodies:?}", bodies.len(), sent.len()));
    }
    let roster = by_jid(&back.client.roster().await.map_err(say)?);
    let wished = person.contacts.settled(t_ns);
    if !wished.contains(&&roster) {
        return Err(format!("its roster is {roster:?}, wished was {wished:?}"));
    }
    Ok(())
}

/// What the senders had sent before the cut.
fn everything_sent(recording: &Recording, t_ns: u64) -> Kept {
    let until = |person: &Person| {
        let sent = person.streams.iter().flat_map(|stream| &stream.counters.history.as_ref().expect("kept").sent);
        sent.filter(|sent| sent.tag != 0 && sent.at_ns <= t_ns).count()
    };
    let sent = recording.senders.iter().map(|person| person.sent[..until(person)].to_vec());
    sent.enumerate().collect()
}

/// What was resent comes; a receiver that has acknowledged everything gets nothing at its next log-in.
async fn nothing_waits(
    mut client: Client,
    person: &Person,
    to: &Endpoint,
    t_ns: u64,
    mut resent: BTreeSet<String>,
) -> Result<(), String> {
    let say = |error: Error| error.to_string();
    while let Some(missing) = resent.first() {
        let came = tokio::time::timeout(OFFLINE_WAIT, client.stanza(|stanza| Seen::read(stanza).is_some())).await;
        let came = came.map_err(|_| format!("resent, it does not come: {missing}"))?.map_err(say)?;
        Seen::read(&came).map(|seen| resent.remove(&seen.body));
    }
    client.tell_ack();
    client.roster().await.map_err(say)?; // its answer comes behind the acknowledgement
    client.close().await.map_err(say)?;
    let password = person.passwords.allowed(t_ns)[0];
    let mut client = Client::login(to, &person.name, password, None).await.map_err(say)?;
    client.available();
    while let Ok(Some(event)) = tokio::time::timeout(QUIET, client.events.recv()).await {
        match event {
            Event::Stanza(stanza) if Seen::read(&stanza).is_some() => {
                return Err(format!("came again after it was acknowledged: {}", stanza.text));
            }
            Event::Closed { why, .. } => return Err(why),
            _ => {}
        }
    }
    Ok(())
}
