//! A clock that jumps by a year, both ways: order, paging, resumption and limits do not follow it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use imera::clock::Clock;
use imera::features::Parts;

use crate::client::xml::Framer;
use crate::client::{Credentials, Element, Error, Opening, Stanza};
use crate::inside;

const YEAR: i64 = 365 * 86_400 * 1_000_000;
/// 2026-01-01T00:00:00Z.
const BEGINNING: i64 = 1_767_225_600_000_000;

pub async fn opened(parts: &Arc<Parts>) -> Opening {
    let io = Box::new(inside::connect(parts));
    let mut stream =
        Opening { io, framer: Framer::default(), domain: inside::DOMAIN.into(), features: Element::default() };
    stream.open().await.unwrap();
    stream
}

async fn authenticated(parts: &Arc<Parts>, name: &str) -> Opening {
    let mut stream = opened(parts).await;
    stream.authenticate(Credentials::Plain { name, password: inside::PASSWORD }).await.unwrap();
    stream
}

/// Everything up to the answer to this.
async fn answers(stream: &mut Opening, id: &str, text: &str) -> Vec<Stanza> {
    stream.write(text).await.unwrap();
    let mut all = Vec::new();
    loop {
        let next = stream.next().await.unwrap();
        let last = next.is("iq") && next.attr("id").as_deref() == Some(id);
        all.push(next);
        if last {
            return all;
        }
    }
}

/// Bodies of a page and the id of its last message.
async fn page(stream: &mut Opening, rsm: &str) -> (Vec<String>, Option<String>) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let id = format!("page-{}", NEXT.fetch_add(1, Ordering::Relaxed)); // a resumed stream repeats older answers
    let set = format!("<set xmlns='http://jabber.org/protocol/rsm'>{rsm}</set>");
    let query = format!("<iq type='set' id='{id}'><query xmlns='urn:xmpp:mam:2'>{set}</query></iq>");
    let all = answers(stream, &id, &query).await;
    let text = |stanza: &Stanza, name, ns| stanza.tree().find(name, ns).map(|element| element.text.clone());
    let bodies = all.iter().filter_map(|stanza| text(stanza, "body", "jabber:client"));
    let last = all.last().and_then(|fin| text(fin, "last", "http://jabber.org/protocol/rsm"));
    (bodies.collect(), last)
}

#[tokio::test]
async fn a_clock_that_jumps_a_year_both_ways_changes_no_order_no_page_and_no_resumption() {
    let folder = inside::folder();
    let clock = Clock::stepped(BEGINNING);
    let parts = inside::parts(folder.path(), clock.clone(), true).await;
    for name in ["romeo", "juliet"] {
        inside::account(&parts, name).await;
    }
    let mut romeo = authenticated(&parts, "romeo").await;
    romeo.bind(Some("street")).await.unwrap();
    let mut juliet = authenticated(&parts, "juliet").await;
    juliet.bind(Some("balcony")).await.unwrap();
    juliet.write("<enable xmlns='urn:xmpp:sm:3' resume='true' max='600'/><presence/>").await.unwrap();
    let token = juliet.expect("enabled").await.unwrap().attr("id").unwrap().into_owned();

    let mut expected = Vec::new();
    for (number, jump) in [0, 1, -1, -2, 0, 2, 0].into_iter().enumerate() {
        clock.set_utc(BEGINNING + jump * YEAR);
        let text = format!(
            "<message to='juliet@localhost' type='chat'><body>{number}</body></message>\
             <iq type='get' id='p{number}'><ping xmlns='urn:xmpp:ping'/></iq>"
        );
        answers(&mut romeo, &format!("p{number}"), &text).await;
        expected.push(number.to_string());
    }
    // one page after the other, in the order of sending, whatever the dates say
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let (bodies, last) = page(&mut romeo, &format!("<max>2</max>{after}")).await;
        all.extend(bodies);
        match last {
            Some(last) => after = format!("<after>{last}</after>"),
            None => break,
        }
    }
    assert_eq!(all, expected);
    let (newest, _) = page(&mut romeo, "<max>3</max><before/>").await;
    assert_eq!(newest, expected[4..]);

    // cut: waits by time passed, not by the date
    drop(juliet);
    for jump in [2, -2, 0] {
        clock.set_utc(BEGINNING + jump * YEAR);
        clock.advance(Duration::from_secs(60));
        answers(&mut romeo, "wait", "<iq type='get' id='wait'><ping xmlns='urn:xmpp:ping'/></iq>").await;
    }
    let mut back = authenticated(&parts, "juliet").await;
    back.write(&format!("<resume xmlns='urn:xmpp:sm:3' previd='{token}' h='0'/>")).await.unwrap();
    back.expect("resumed").await.unwrap();
    let mut received = Vec::new();
    while received.len() < expected.len() {
        let next = back.next().await.unwrap();
        received.extend(next.is("message").then(|| next.tree().find("body", "jabber:client").unwrap().text.clone()));
    }
    assert_eq!(received, expected);
    parts.store.close().await;
}

#[tokio::test]
async fn a_clock_that_jumps_neither_lifts_nor_lengthens_the_limit_on_failed_log_ins() {
    let folder = inside::folder();
    let clock = Clock::stepped(BEGINNING);
    let parts = inside::parts(folder.path(), clock.clone(), true).await;
    inside::account(&parts, "romeo").await;
    let failure = |error: Error| match error {
        Error::Sasl(text) => text,
        other => panic!("{other}"),
    };
    let wrong = Credentials::Plain { name: "romeo", password: "wrong" };
    let right = Credentials::Plain { name: "romeo", password: inside::PASSWORD };
    for number in 0..imera::limits::LOGIN_PAIR_BURST {
        let text = failure(opened(&parts).await.authenticate(wrong).await.unwrap_err());
        assert!(text.contains("<not-authorized"), "{number}: {text}");
    }
    for jump in [0, 1, -1] {
        clock.set_utc(BEGINNING + jump * YEAR);
        let text = failure(opened(&parts).await.authenticate(right).await.unwrap_err());
        assert!(text.contains("<temporary-auth-failure"), "{jump}: {text}");
    }
    clock.advance(Duration::from_secs(imera::limits::LOGIN_PAIR_REFILL_S));
    opened(&parts).await.authenticate(right).await.unwrap();
    parts.store.close().await;
}

#[tokio::test]
async fn a_start_with_a_clock_that_is_a_year_off_keeps_order_and_sessions() {
    let folder = inside::folder();
    let mut token = String::new();
    for (start, jump) in [0, 1, -1, 0].into_iter().enumerate() {
        let clock = Clock::stepped(BEGINNING + jump * YEAR);
        let parts = inside::parts(folder.path(), clock.clone(), true).await;
        if start == 0 {
            inside::account(&parts, "romeo").await;
        }
        let mut romeo = authenticated(&parts, "romeo").await;
        if start == 0 {
            romeo.bind(Some("street")).await.unwrap();
            romeo.write("<enable xmlns='urn:xmpp:sm:3' resume='true'/>").await.unwrap();
            token = romeo.expect("enabled").await.unwrap().attr("id").unwrap().into_owned();
        } else {
            let before = (start - 1) * 2; // a message and a query each time; nothing is told to be handled
            romeo.write(&format!("<resume xmlns='urn:xmpp:sm:3' previd='{token}' h='0'/>")).await.unwrap();
            let answer = romeo.next().await.unwrap();
            assert!(answer.is("resumed"), "start {start}, {before}: {}", answer.text);
        }
        let text = format!("<message to='romeo@localhost' type='chat'><body>{start}</body></message>");
        romeo.write(&text).await.unwrap();
        let (bodies, _) = page(&mut romeo, "<max>50</max>").await;
        let expected: Vec<String> = (0..=start).map(|number| number.to_string()).collect();
        let mine: Vec<String> = bodies.into_iter().rev().take(start + 1).rev().collect();
        assert_eq!(mine, expected);
        let stop = imera::streams::c2s::shutdown(&parts);
        tokio::pin!(stop);
        loop {
            tokio::select! {
                biased;
                () = &mut stop => break,
                () = tokio::time::sleep(Duration::from_millis(1)) => clock.advance(Duration::from_millis(10)),
            }
        }
        drop(romeo);
        parts.store.close().await;
    }
}
