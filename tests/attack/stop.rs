//! SIGTERM during log-ins, floods and archive queries: good order, and all that was promised is kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::client::{Client, Endpoint, Event, Hibernated, Resumption};
use crate::process::Folder;
use crate::server::{PASSWORD, Server};

const SENDERS: usize = 4;
const EACH: usize = 1_500;

/// Counts what is going on, so that the signal comes when everything is.
#[derive(Default)]
struct Doing {
    log_ins: AtomicUsize,
    pages: AtomicUsize,
    acknowledged: AtomicUsize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sigterm_during_everything_ends_in_good_order_and_resumable_clients_resume() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let names: Vec<String> = (0..SENDERS).map(|number| format!("sender-{number}")).collect();
    for name in &names {
        server.register(&[name]).await;
    }
    server.register(&["juliet", "late"]).await;
    let juliet = server.login_resumable("juliet", "balcony").await;
    juliet.available();
    let doing = Arc::new(Doing::default());
    let senders: Vec<_> =
        names.iter().map(|name| tokio::spawn(send_all(server.endpoint(), name.clone(), doing.clone()))).collect();
    for _ in 0..3 {
        tokio::spawn(log_in_again(server.endpoint(), doing.clone()));
        tokio::spawn(read_archive(server.endpoint(), doing.clone()));
    }
    while doing.log_ins.load(Ordering::Relaxed) < 6
        || doing.pages.load(Ordering::Relaxed) < 6
        || doing.acknowledged.load(Ordering::Relaxed) < 200
    {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    server.stop_well().await;
    let mut hibernated = Vec::new();
    for sender in senders {
        hibernated.push(sender.await.unwrap());
    }
    let (juliet, mut events) = juliet.cut_with_events().await;

    let server = Server::start(&folder);
    let before_restart = server.log();
    assert!(!before_restart.contains("unclean end"), "{before_restart}");
    let (mut juliet, how) = Client::resume(&server.endpoint(), "juliet", PASSWORD, juliet).await.unwrap();
    assert!(matches!(how, Resumption::Resumed), "juliet: {how:?}");
    for (name, was) in names.iter().zip(hibernated) {
        let (sender, how) = Client::resume(&server.endpoint(), name, PASSWORD, was).await.unwrap();
        assert!(matches!(how, Resumption::Resumed), "{name}: {how:?}");
        while sender.unacked() > 0 {
            let before = sender.unacked();
            sender.request_ack();
            sender.unacked_at_most(before - 1).await.unwrap();
        }
        sender.close().await.unwrap();
    }
    // each message once and in order, in the archive and on juliet's stream
    let archive = juliet.archive(None, 100).await.unwrap();
    check(&names, archive.iter().map(|message| message.body().to_owned()));
    while let Ok(event) = juliet.events.try_recv() {
        events.push(event);
    }
    let received = events.iter().filter_map(|event| match event {
        Event::Stanza(stanza) if stanza.is("message") => {
            Some(stanza.tree().child("body", "jabber:client")?.text.clone())
        }
        _ => None,
    });
    check(&names, received);
    server.stop_well().await;
}

#[track_caller]
fn check(names: &[String], bodies: impl Iterator<Item = String>) {
    let bodies: Vec<String> = bodies.collect();
    for name in names {
        let numbers = bodies.iter().filter_map(|body| body.strip_prefix(name)?.trim().parse::<usize>().ok());
        assert!(numbers.clone().eq(0..EACH), "{name}: {:?}", numbers.collect::<Vec<_>>());
    }
    assert_eq!(bodies.len(), names.len() * EACH);
}

/// Sends all it has and waits for the end of the stream.
async fn send_all(to: Endpoint, name: String, doing: Arc<Doing>) -> Hibernated {
    let mut client = Client::login_resumable(&to, &name, PASSWORD, Some("r")).await.unwrap();
    for number in 0..EACH {
        let body = format!("{name} {number}");
        let text = format!("<message to='juliet@localhost' type='chat'><body>{body}</body></message>");
        client.send_tagged(text, 1 + number as u64);
        if number % 50 == 49 {
            client.request_ack();
        }
    }
    loop {
        match client.event().await.unwrap() {
            Some(Event::Acked { tags, .. }) => {
                doing.acknowledged.fetch_add(tags.len(), Ordering::Relaxed);
            }
            Some(Event::Closed { why, .. }) => {
                assert!(!why.contains("stream:error"), "a resumable stream is cut without a word: {why}");
                return client.cut().await;
            }
            _ => {}
        }
    }
}

/// Until the server is gone.
async fn log_in_again(to: Endpoint, doing: Arc<Doing>) {
    while let Ok(client) = Client::login(&to, "late", PASSWORD, None).await {
        doing.log_ins.fetch_add(1, Ordering::Relaxed);
        drop(client);
    }
}

async fn read_archive(to: Endpoint, doing: Arc<Doing>) {
    let Ok(client) = Client::login(&to, "juliet", PASSWORD, None).await else { return };
    while client.page(&[], "<max>50</max><before/>").await.is_ok() {
        doing.pages.fetch_add(1, Ordering::Relaxed);
    }
}
