//! Stanza floods, and a reader that stops reading (house: invariants 3, 7).

use std::collections::HashSet;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;

use crate::client::{Client, Event, Opening};
use crate::process::Folder;
use crate::server::{Bystander, PASSWORD, Server, is_full, percentile, ping};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_stanzas_is_served_and_others_are_answered_meanwhile() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    server.register(&["mallory", "juliet"]).await;
    // how quick this machine is today
    let quiet = Bystander::arrive(&server).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let quiet = percentile(&quiet.leave().await, 99);

    let kept = if is_full() { 20_000 } else { 2_000 };
    let light = 20_000 - kept.min(18_000);
    let mallory = server.login_resumable("mallory", "flood").await;
    let bystander = Bystander::come(&server).await;
    for number in 0..kept {
        mallory.send(format!("<message to='juliet@localhost' type='chat'><body>{number}</body></message>"));
        for more in 0..light / kept {
            mallory.send(match (number + more) % 3 {
                0 => "<presence type='unavailable'/>".to_owned(),
                1 => "<message to='juliet@localhost' type='headline'><body>x</body></message>".to_owned(),
                _ => format!("<iq type='get' id='f{number}-{more}'><ping xmlns='urn:xmpp:ping'/></iq>"),
            });
        }
    }
    settled(&mallory).await;
    let times = bystander.leave().await;
    let (typical, slow) = (percentile(&times, 50), percentile(&times, 99));
    println!("quiet p99 {quiet:?}; flood: median {typical:?}, p99 {slow:?} of {} pings", times.len());
    assert!(slow < Duration::from_millis(500) + 10 * quiet, "{slow:?}, quiet {quiet:?}");

    let juliet = server.login("juliet").await;
    let bodies: Vec<String> =
        juliet.archive(None, 100).await.unwrap().iter().map(|message| message.body().to_owned()).collect();
    assert!(bodies.iter().map(|body| body.parse::<usize>().unwrap()).eq(0..kept), "each once and in order");
    server.stop_well().await;
}

/// Waits until everything sent is acknowledged, however long it takes, while it goes on.
async fn settled(client: &Client) {
    while client.unacked() > 0 {
        let before = client.unacked();
        client.request_ack();
        client.unacked_at_most(before - 1).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_stops_reading_harms_nobody_and_gets_everything_once_later() {
    const COUNT: usize = 1_000;
    let folder = Folder::new();
    let server = Server::start(&folder);
    server.register(&["sleeper", "romeo"]).await;
    let bystander = Bystander::arrive(&server).await;
    let mut sleeper = server.authenticated("sleeper").await;
    sleeper.bind(Some("bed")).await.unwrap();
    sleeper.write("<enable xmlns='urn:xmpp:sm:3' resume='true'/><presence/>").await.unwrap();
    sleeper.expect("enabled").await.unwrap();
    sleeper.expect("presence").await.unwrap();
    // from here on nobody reads: neither its socket nor its mailbox empties

    let romeo = server.login_resumable("romeo", "street").await;
    let before = server.memory_kib();
    let ballast = "x".repeat(15_000);
    for number in 0..COUNT {
        let body = format!("{number} {ballast}");
        romeo.send(format!("<message to='sleeper@localhost' type='chat'><body>{body}</body></message>"));
        if number % 100 == 99 {
            settled(&romeo).await;
        }
    }
    settled(&romeo).await;
    let grown = server.memory_kib().saturating_sub(before);
    println!("15 MB sent to a reader that sleeps: {grown} KiB more memory");
    assert!(grown < 48 * 1024, "{grown} KiB");
    ping(&romeo).await;

    // it comes back while its old stream still hangs, then that one goes
    let mut back = Client::login_resumable(&server.endpoint(), "sleeper", PASSWORD, Some("bed")).await.unwrap();
    back.available();
    let mut got = bodies(&mut back, COUNT).await;
    drop(sleeper);
    got.extend(after_all(&mut back).await);
    assert!(got.iter().copied().eq(0..COUNT), "each once and in order: {:?}", strange(&got, COUNT));
    back.settle().await.unwrap();
    back.tell_ack();
    ping(&back).await;
    back.close().await.unwrap();
    let mut later = server.login_resumable("sleeper", "desk").await;
    later.available();
    assert_eq!(after_all(&mut later).await.len(), 0, "they do not wait any more");
    assert_eq!(later.archive(None, 100).await.unwrap().len(), COUNT);
    bystander.leave().await;
    server.stop_well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_sleeping_device_holds_is_not_doubled_on_another_when_it_goes() {
    const COUNT: usize = 20;
    let folder = Folder::new();
    let server = Server::start(&folder);
    server.register(&["sleeper", "romeo"]).await;
    let mut sleeper = server.authenticated("sleeper").await;
    sleeper.bind(Some("bed")).await.unwrap();
    sleeper.write("<enable xmlns='urn:xmpp:sm:3' resume='true' max='1'/><presence/>").await.unwrap();
    sleeper.expect("enabled").await.unwrap();
    sleeper.expect("presence").await.unwrap();
    let romeo = server.login_resumable("romeo", "street").await;
    for number in 0..COUNT {
        romeo.send(format!("<message to='sleeper@localhost' type='chat'><body>{number} </body></message>"));
    }
    settled(&romeo).await;
    let mut desk = server.login_resumable("sleeper", "desk").await;
    desk.available();
    let mut got = bodies(&mut desk, COUNT).await;
    desk.tell_ack();
    ping(&desk).await;
    drop(sleeper); // it may be resumed for a second, then it is over
    let gone = |stanza: &crate::client::Stanza| {
        let from = stanza.attr("from").unwrap_or_default().into_owned();
        stanza.is("presence") && from.ends_with("/bed") && stanza.attr("type").as_deref() == Some("unavailable")
    };
    loop {
        match desk.event().await.unwrap() {
            Some(Event::Stanza(stanza)) if gone(&stanza) => break,
            Some(Event::Stanza(stanza)) if stanza.is("message") => got.push(number(&stanza)),
            Some(Event::Closed { why, .. }) => panic!("{why}"),
            _ => {}
        }
    }
    got.extend(after_all(&mut desk).await);
    assert!(got.iter().copied().eq(0..COUNT), "each once and in order: {got:?}");
    server.stop_well().await;
}

/// The numbers of the next messages.
async fn bodies(client: &mut Client, count: usize) -> Vec<usize> {
    let mut got = Vec::new();
    while got.len() < count {
        let stanza = client.stanza(|stanza| stanza.is("message")).await;
        got.push(number(&stanza.unwrap_or_else(|error| panic!("{error} after {}", got.len()))));
        if got.len() % 50 == 0 {
            client.tell_ack();
        }
    }
    got
}

fn number(stanza: &crate::client::Stanza) -> usize {
    let tree = stanza.tree();
    let body = &tree.child("body", "jabber:client").expect("a chat message").text;
    body.split(' ').next().unwrap().parse().unwrap()
}

/// Messages that are there already, or come before the answers to two round trips.
async fn after_all(client: &mut Client) -> Vec<usize> {
    let mut got = Vec::new();
    for _ in 0..2 {
        ping(client).await;
        while let Ok(event) = client.events.try_recv() {
            match event {
                Event::Stanza(stanza) if stanza.is("message") => got.push(number(&stanza)),
                Event::Closed { why, .. } => panic!("{why}"),
                _ => {}
            }
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    got
}

/// What is missing and what came twice.
fn strange(got: &[usize], count: usize) -> (Vec<usize>, Vec<usize>) {
    let mut seen = HashSet::new();
    let twice = got.iter().copied().filter(|number| !seen.insert(*number)).collect();
    ((0..count).filter(|number| !seen.contains(number)).collect(), twice)
}

#[tokio::test]
async fn a_burst_that_asks_for_nothing_is_kept_to_its_end() {
    const COUNT: usize = 2 * imera::limits::UNSETTLED_MAX;
    let folder = Folder::new();
    let server = Server::start(&folder);
    server.register(&["romeo", "juliet"]).await;
    let juliet = server.login("juliet").await;
    let romeo = server.login("romeo").await;
    let text: String = (0..COUNT)
        .map(|n| format!("<message to='juliet@localhost' type='chat'><body>{n} {}</body></message>", "x".repeat(200)))
        .collect();
    romeo.send_raw(text);
    ping(&romeo).await;
    assert_eq!(juliet.archive(None, 100).await.unwrap().len(), COUNT);
    server.stop_well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_reads_and_never_acknowledges_is_cut_off_before_it_costs_memory() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    server.register(&["mallory"]).await;
    let bystander = Bystander::arrive(&server).await;
    let mallory = server.login_resumable("mallory", "greedy").await;
    mallory.answer_acks(false);
    let before = server.memory_kib();
    let info = "<query xmlns='http://jabber.org/protocol/disco#info'/>";
    let error = loop {
        let mut asked = tokio::task::JoinSet::new();
        for _ in 0..100 {
            let mallory = mallory.handle();
            asked.spawn(async move { mallory.iq("get", Some("localhost"), info).await.map(drop) });
        }
        let answers = asked.join_all().await;
        assert!(server.memory_kib() < before + 48 * 1024, "{} KiB", server.memory_kib() - before);
        if let Some(error) = answers.into_iter().find_map(Result::err) {
            break error;
        }
    };
    assert!(matches!(error, crate::client::Error::Closed(_)), "{error}");
    bystander.leave().await;
    server.stop_well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_without_reading_is_not_read_from() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    server.register(&["mallory"]).await;
    let bystander = Bystander::arrive(&server).await;
    let before = server.memory_kib();
    let mut deaf = Vec::new();
    for question in [
        "<iq type='get' id='1' to='localhost'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>",
        "<r xmlns='urn:xmpp:sm:3'/>",
        "<enable xmlns='urn:xmpp:sm:3'/>",
        "<message to='mallory@localhost/deaf'><body>to myself</body></message>",
    ] {
        let mut stream = server.bound("mallory").await;
        stream.write("<enable xmlns='urn:xmpp:sm:3' resume='true'/>").await.unwrap();
        let text = question.repeat(2_000);
        deaf.push(tokio::spawn(async move {
            // until the server has taken 40 MB, or no more
            for _ in 0..(40 << 20) / text.len() {
                let write = stream.io.write_all(text.as_bytes());
                match tokio::time::timeout(Duration::from_secs(2), write).await {
                    Ok(Ok(())) => {}
                    Ok(Err(_)) | Err(_) => break,
                }
            }
            stream
        }));
    }
    let mut streams = Vec::new();
    for one in deaf {
        streams.push(one.await.unwrap());
    }
    let grown = server.memory_kib().saturating_sub(before);
    println!("four that ask without reading: {grown} KiB more memory");
    assert!(grown < 48 * 1024, "{grown} KiB");
    bystander.leave().await;
    server.stop_well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_before_a_log_in_without_reading_is_sent_away_before_it_costs_memory() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let bystander = Bystander::arrive(&server).await;
    let before = server.memory_kib();
    for _ in 0..4 {
        let mut stream = Opening::connect(&server.endpoint()).await.unwrap();
        let form = "<iq type='get' id='r'><query xmlns='jabber:iq:register'/></iq>".repeat(1_000);
        // It may be gone before all is sent.
        for _ in 0..200 {
            if stream.write(&form).await.is_err() {
                break;
            }
        }
        let mut heard = String::new();
        while let Ok(stanza) = stream.next().await {
            heard.push_str(&stanza.text);
        }
        let answers = heard.matches("id='r'").count();
        assert!(answers < 100, "{answers} answers");
        let more = server.memory_kib().saturating_sub(before);
        assert!(more < 8 * 1024, "{more} KiB");
    }
    bystander.leave().await;
    server.stop_well().await;
}
