//! Rules of stanzas and streams broken on purpose (RFC 6120 §7, §8, XEP-0198).

use crate::client::{Opening, Resumption, Stanza};
use crate::process::Folder;
use crate::server::{Bystander, Server, assert_stream_error, last_words, ping};

const SM: &str = "urn:xmpp:sm:3";

/// What comes back for `text`, up to the answer to a ping sent behind it.
async fn answers(opening: &mut Opening, text: &str) -> Vec<Stanza> {
    let ping = "<iq type='get' id='the-last' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>";
    opening.write(&format!("{text}{ping}")).await.unwrap();
    let mut all = Vec::new();
    loop {
        let next = opening.next().await.unwrap_or_else(|error| panic!("{text}: {error}"));
        if next.attr("id").as_deref() == Some("the-last") {
            assert_eq!(next.attr("type").as_deref(), Some("result"), "{text}: {}", next.text);
            return all;
        }
        if !next.is("r") {
            all.push(next);
        }
    }
}

/// One answer, an error with this condition.
async fn assert_refused(opening: &mut Opening, text: &str, condition: &str) {
    let all = answers(opening, text).await;
    let [answer] = &all[..] else { panic!("{text}: {all:?}") };
    assert_eq!(answer.attr("type").as_deref(), Some("error"), "{text}: {}", answer.text);
    assert!(answer.text.contains(&format!("<{condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>")), "{answer:?}");
}

#[tokio::test]
async fn rfc6120_8_stanzas_that_break_a_rule_are_answered_and_their_stream_goes_on() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    server.register(&["mallory", "juliet"]).await;
    let mut mallory = server.bound("mallory").await;
    let ping = "<ping xmlns='urn:xmpp:ping'/>";
    for (text, condition) in [
        (format!("<iq type='get'>{ping}</iq>"), "bad-request"),
        (format!("<iq type='get' id='1'>{ping}{ping}</iq>"), "bad-request"),
        ("<iq type='get' id='2'/>".into(), "bad-request"),
        (format!("<iq type='fetch' id='3'>{ping}</iq>"), "bad-request"),
        (format!("<iq id='4'>{ping}</iq>"), "bad-request"),
        (format!("<iq type='get' id='5' to='@'>{ping}</iq>"), "jid-malformed"),
        ("<message to='a@b@c' id='6'><body>x</body></message>".into(), "jid-malformed"),
        ("<presence type='sunny' id='7'/>".into(), "bad-request"),
        ("<iq type='set' id='8'><x xmlns='urn:unknown'/></iq>".into(), "service-unavailable"),
        ("<iq type='get' id='9' to='juliet@localhost'><query xmlns='jabber:iq:roster'/></iq>".into(), "forbidden"),
        ("<message to='juliet@example.com' id='10'><body>x</body></message>".into(), "remote-server-not-found"),
        ("<message to='nobody@localhost' id='11' type='chat'><body>x</body></message>".into(), "service-unavailable"),
    ] {
        assert_refused(&mut mallory, &text, condition).await;
    }
    // §8.3.1, §8.2.3: an error or a result is never answered
    for silent in [
        "<iq type='result' id='1'/>",
        "<iq type='error' id='2'/>",
        "<iq type='result' id='3'><a xmlns='urn:x'/><b xmlns='urn:x'/></iq>",
        "<iq type='result'/>",
        "<iq type='error' id='4' to='nobody@localhost/x'/>",
        "<message type='error' id='5' to='nobody@localhost'><body>x</body></message>",
        "<message type='error' id='6' to='a@b@c'/>",
        "<presence type='error' id='7' to='@'/>",
    ] {
        assert_eq!(answers(&mut mallory, silent).await.len(), 0, "{silent}");
    }
    // ids are the sender's own: the server keeps no track of them
    let twice = "<iq type='get' id='twin' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>";
    let both = answers(&mut mallory, &twice.repeat(2)).await;
    assert!(both.len() == 2 && both.iter().all(|answer| answer.attr("id").as_deref() == Some("twin")), "{both:?}");
    let message = "<message to='juliet@localhost' type='chat' id='twin'><body>hi</body></message>";
    assert_eq!(answers(&mut mallory, &message.repeat(2)).await.len(), 0);
    let juliet = server.login("juliet").await;
    assert_eq!(juliet.archive(None, 50).await.unwrap().len(), 2);
    server.stop_well().await;
}

#[tokio::test]
async fn rfc6120_8_1_2_1_who_claims_to_be_somebody_else_is_cut_off_unheard() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let bystander = Bystander::arrive(&server).await;
    server.register(&["mallory", "juliet"]).await;
    let juliet = server.login("juliet").await;
    juliet.available();
    for from in ["romeo@localhost", "juliet@localhost", "localhost", "mallory@localhost/another", "@", ""] {
        let to = juliet.jid();
        let text = format!("<message from='{from}' to='{to}' type='chat'><body>send me money</body></message>");
        let (said, in_order) = last_words(server.bound("mallory").await.io, text.into_bytes()).await;
        assert_stream_error(from, &said, "invalid-from");
        assert!(in_order);
    }
    assert_eq!(juliet.archive(None, 50).await.unwrap().len(), 0);
    // §7.1, §6.4.6: nothing counts before its turn
    let unbound = server.authenticated("mallory").await;
    let early = "<message to='juliet@localhost' type='chat'><body>early</body></message>";
    assert_stream_error("before bind", &last_words(unbound.io, early.into()).await.0, "not-authorized");
    let stranger = Opening::connect(&server.endpoint()).await.unwrap();
    assert_stream_error("before log-in", &last_words(stranger.io, early.into()).await.0, "not-authorized");
    let again = "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGEAYg==</auth>";
    let bound = server.bound("mallory").await;
    assert_stream_error("a second log-in", &last_words(bound.io, again.into()).await.0, "unsupported-stanza-type");
    assert_eq!(juliet.archive(None, 50).await.unwrap().len(), 0);
    bystander.leave().await;
    server.stop_well().await;
}

#[tokio::test]
async fn xep0198_5_nobody_resumes_the_stream_of_somebody_else() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    server.register(&["mallory", "juliet", "romeo"]).await;
    let mut juliet = server.login_resumable("juliet", "balcony").await;
    juliet.available();
    ping(&juliet).await;
    let steal = |token: &str| format!("<resume xmlns='{SM}' h='0' previd='{token}'/>");
    let token = juliet.counters().previd.expect("it is resumable");
    let mut mallory = server.authenticated("mallory").await;
    let refused = |answer: Stanza| {
        assert!(answer.is("failed") && answer.text.contains("<item-not-found "), "{}", answer.text);
        assert!(answer.attr("h").is_none(), "how much she sent is hers: {}", answer.text);
    };
    mallory.write(&steal(&token)).await.unwrap();
    refused(mallory.next().await.unwrap());
    ping(&juliet).await; // she is still there

    let was = juliet.cut().await;
    let romeo = server.login("romeo").await;
    romeo.send("<message to='juliet@localhost' type='chat'><body>for her eyes</body></message>");
    ping(&romeo).await;
    for token in [&token[..], "no-such-stream", "", &"x".repeat(5_000)] {
        mallory.write(&steal(token)).await.unwrap();
        refused(mallory.next().await.unwrap());
    }
    for broken in ["", " h='0'", " previd='x'", " h='-1' previd='x'", " h='4294967296' previd='x'"] {
        mallory.write(&format!("<resume xmlns='{SM}'{broken}/>")).await.unwrap();
        let answer = mallory.next().await.unwrap();
        assert!(answer.is("failed"), "{broken}: {}", answer.text);
    }
    mallory.bind(None).await.unwrap(); // and may be himself
    let (mut back, how) =
        crate::client::Client::resume(&server.endpoint(), "juliet", crate::server::PASSWORD, was).await.unwrap();
    assert!(matches!(how, Resumption::Resumed), "{how:?}");
    let message = back.stanza(|stanza| stanza.is("message")).await.unwrap();
    assert!(message.text.contains("for her eyes"), "{}", message.text);
    juliet = back;
    ping(&juliet).await;
    server.stop_well().await;
}

#[tokio::test]
async fn xep0198_what_is_out_of_turn_is_refused_and_miscounting_ends_the_stream() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    server.register(&["mallory"]).await;
    let mut stream = server.authenticated("mallory").await;
    stream.write(&format!("<enable xmlns='{SM}' resume='true'/>")).await.unwrap();
    assert!(stream.expect("failed").await.unwrap().text.contains("<unexpected-request "), "§3: not before bind");
    stream.bind(None).await.unwrap();
    stream.write(&format!("<enable xmlns='{SM}' resume='true'/>")).await.unwrap();
    stream.expect("enabled").await.unwrap();
    for twice in [format!("<enable xmlns='{SM}'/>"), format!("<resume xmlns='{SM}' previd='x' h='0'/>")] {
        stream.write(&twice).await.unwrap();
        assert!(stream.expect("failed").await.unwrap().text.contains("<unexpected-request "), "{twice}");
    }
    assert_eq!(answers(&mut stream, "<presence/>").await.iter().filter(|a| !a.is("presence")).count(), 0);
    stream.write(&format!("<r xmlns='{SM}'/>")).await.unwrap();
    let counted = loop {
        let next = stream.next().await.unwrap();
        if next.is("a") {
            break next.attr("h").unwrap().into_owned();
        }
    };
    assert_eq!(counted, "2", "presence and ping, in spite of all");
    let (said, _) = last_words(stream.io, format!("<a xmlns='{SM}' h='99'/>").into()).await;
    assert_stream_error("§4", &said, "undefined-condition");
    assert!(said.contains(&format!("<handled-count-too-high xmlns='{SM}' h='99' send-count=")), "{said}");
    for (out_of_turn, condition) in [
        (format!("<r xmlns='{SM}'/>"), "unsupported-stanza-type"),
        (format!("<a xmlns='{SM}' h='0'/>"), "unsupported-stanza-type"),
        (format!("<enable xmlns='{SM}'/><a xmlns='{SM}' h='x'/>"), "policy-violation"),
        (format!("<enable xmlns='{SM}'/><enabled xmlns='{SM}'/>"), "unsupported-stanza-type"),
    ] {
        let (said, _) = last_words(server.bound("mallory").await.io, out_of_turn.clone().into()).await;
        assert_stream_error(&out_of_turn, &said, condition);
    }
    server.stop_well().await;
}

/// Archive pages keep the old connection busy while another one takes its stream over; `last` is behind them.
async fn taken_over_while_busy(server: &Server, last: &str) -> (Opening, u32) {
    let mut old = server.bound_as("juliet", "balcony").await;
    old.write(&format!("<enable xmlns='{SM}' resume='true'/>")).await.unwrap();
    let token = old.expect("enabled").await.unwrap().attr("id").unwrap().into_owned();
    let mut new = server.authenticated("juliet").await;
    let page = "<iq type='set' id='q'><query xmlns='urn:xmpp:mam:2'>\
                <set xmlns='http://jabber.org/protocol/rsm'><max>20</max></set></query></iq>";
    old.write(&format!("{}{last}", page.repeat(90))).await.unwrap();
    new.write(&format!("<resume xmlns='{SM}' h='0' previd='{token}'/>")).await.unwrap();
    let h = new.expect("resumed").await.unwrap().attr("h").unwrap().parse().unwrap();
    (new, h)
}

#[tokio::test]
async fn xep0198_5_what_an_old_connection_still_has_is_not_handled_once_the_stream_was_resumed() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    server.register(&["juliet", "romeo"]).await;
    let juliet = server.login("juliet").await;
    for number in 0..100 {
        juliet.send(format!("<message to='romeo@localhost' type='chat'><body>{number}</body></message>"));
    }
    juliet.settle().await.unwrap();
    let mut romeo = server.bound_as("romeo", "orchard").await;
    let message = "<message to='romeo@localhost/orchard' type='headline' id='m'><body>x</body></message>";
    for _ in 0..5 {
        let (_new, h) = taken_over_while_busy(&server, &message.repeat(10)).await;
        let heard = answers(&mut romeo, "").await.iter().filter(|stanza| stanza.is("message")).count();
        // what is beyond h she sends again
        assert_eq!(heard as u32, h.saturating_sub(90), "h={h}");
    }
    // nor does its end end the stream for its successor
    for last in ["</stream:stream>", "<unknown xmlns='urn:x'/>", "<a xmlns='urn:xmpp:sm:3' h='9999'/>"] {
        let (mut new, h) = taken_over_while_busy(&server, last).await;
        if h == 90 {
            continue; // the old one was quicker, and its end in order
        }
        answers(&mut new, "").await;
        let hello = "<message to='juliet@localhost/balcony' type='headline'><body>hello</body></message>";
        assert_eq!(answers(&mut romeo, hello).await.len(), 0, "{last}");
        let heard = answers(&mut new, "").await;
        assert!(heard.iter().any(|stanza| stanza.text.contains("hello")), "{last}: nobody finds her");
    }
    server.stop_well().await;
}

#[tokio::test]
async fn xep0198_4_what_went_out_after_the_last_request_is_asked_for_once_that_was_answered() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    server.register(&["juliet", "romeo"]).await;
    let mut juliet = server.bound_as("juliet", "balcony").await;
    juliet.write(&format!("<enable xmlns='{SM}' resume='true'/>")).await.unwrap();
    juliet.expect("enabled").await.unwrap();
    let mut romeo = server.bound("romeo").await;
    let message = "<message to='juliet@localhost/balcony' type='chat'><body>x</body></message>";
    assert_eq!(answers(&mut romeo, message).await.len(), 0);
    juliet.expect("message").await.unwrap();
    juliet.expect("r").await.unwrap();
    assert_eq!(answers(&mut romeo, &message.repeat(2)).await.len(), 0);
    juliet.expect("message").await.unwrap();
    juliet.expect("message").await.unwrap();
    juliet.write(&format!("<a xmlns='{SM}' h='1'/>")).await.unwrap();
    juliet.expect("r").await.unwrap();
    // nothing new is no reason to ask again, or the two would talk without end
    let ping = "<iq type='get' id='p' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>";
    juliet.write(&format!("<a xmlns='{SM}' h='1'/>{ping}")).await.unwrap();
    juliet.expect("iq").await.unwrap();
    server.stop_well().await;
}

#[tokio::test]
async fn rfc6121_2_1_6_a_push_never_comes_before_an_older_roster() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    server.register(&["juliet", "romeo"]).await;
    let mut phone = server.bound("juliet").await;
    let writing = tokio::spawn(async move {
        for number in 0..400 {
            let item = format!("<item jid='c{number}@localhost'/>");
            let set = format!("<iq type='set' id='s'><query xmlns='jabber:iq:roster'>{item}</query></iq>");
            answers(&mut phone, &set).await;
        }
    });
    while !writing.is_finished() {
        let mut desk = server.bound_as("juliet", "desk").await;
        let busy = "<message to='romeo@localhost' type='chat'><body>x</body></message>".repeat(5);
        let asked = format!("{busy}<iq type='get' id='roster'><query xmlns='jabber:iq:roster'/></iq>");
        let heard = answers(&mut desk, &asked).await;
        let first = heard.iter().find(|stanza| stanza.text.contains("jabber:iq:roster")).unwrap();
        assert_eq!(first.attr("id").as_deref(), Some("roster"), "{}", first.text);
    }
    writing.await.unwrap();
    server.stop_well().await;
}
