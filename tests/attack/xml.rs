//! Malformed, oversized and deep XML on real streams, before and after log-in (RFC 6120 §4.9, §11).

use std::sync::Arc;

use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::client::{Event, Opening};
use crate::process::Folder;
use crate::server::{Bystander, Server, assert_stream_error, last_words};

/// What is sent, and the condition it ends the stream with.
type Case = (&'static str, Vec<u8>, &'static str);

const STREAM: &str = "xmlns:stream='http://etherx.jabber.org/streams'";

/// Elements that no XMPP stream takes.
fn elements() -> Vec<Case> {
    let mut cases: Vec<Case> = [
        ("an end tag of another element", "<message><body></message></body>", "not-well-formed"),
        ("an end tag alone", "</message>", "not-well-formed"),
        ("an attribute twice", "<message id='1' id='2'/>", "not-well-formed"),
        ("one by two prefixes", "<message xmlns:a='u:x' xmlns:b='u:x' a:y='1' b:y='2'/>", "not-well-formed"),
        ("no quotes", "<message id=1/>", "not-well-formed"),
        ("a name that starts with a digit", "<1/>", "not-well-formed"),
        ("no name", "<>", "not-well-formed"),
        ("< in an attribute", "<message id='<'/>", "not-well-formed"),
        ("]]> in text", "<message><body>]]></body></message>", "not-well-formed"),
        ("a lone &", "<message><body>a & b</body></message>", "not-well-formed"),
        ("a reference to NUL", "<message><body>&#0;</body></message>", "not-well-formed"),
        ("a reference to a surrogate", "<message><body>&#xD800;</body></message>", "not-well-formed"),
        ("a number past all characters", "<message><body>&#99999999999;</body></message>", "not-well-formed"),
        ("a control character", "<message><body>\u{1}</body></message>", "not-well-formed"),
        ("U+FFFF", "<message><body>\u{ffff}</body></message>", "not-well-formed"),
        ("an unbound prefix", "<message><x:y/></message>", "not-well-formed"),
        ("a comment", "<!-- x -->", "restricted-xml"),
        ("a comment inside", "<message><!-- x --></message>", "restricted-xml"),
        ("a processing instruction", "<?x y?>", "restricted-xml"),
        ("one inside", "<message><?x y?></message>", "restricted-xml"),
        ("a document type", "<!DOCTYPE a [<!ENTITY b 'c'>]>", "restricted-xml"),
        ("an entity", "<message><body>&lol;</body></message>", "restricted-xml"),
        ("text between stanzas", "hello", "bad-format"),
        ("CDATA between stanzas", "<![CDATA[hello]]>", "bad-format"),
        ("no stanza", "<foo xmlns='urn:example'/>", "unsupported-stanza-type"),
        ("no stanza of ours", "<foo/>", "unsupported-stanza-type"),
        ("a stream error", "<stream:error/>", "unsupported-stanza-type"),
    ]
    .map(|(name, text, condition)| (name, text.as_bytes().to_vec(), condition))
    .into();
    cases.push(("a byte that is no UTF-8", b"<message><body>\xff</body></message>".into(), "unsupported-encoding"));
    cases.push(("an overlong slash", b"<message><body>\xc0\xaf</body></message>".into(), "unsupported-encoding"));
    cases.push(("a surrogate", b"<message><body>\xed\xa0\x80</body></message>".into(), "unsupported-encoding"));
    cases.push(("UTF-16", b"\xff\xfe<\0a\0/\0>\0".into(), "unsupported-encoding"));
    cases.extend(large());
    cases
}

fn large() -> Vec<Case> {
    let numbers = |count: usize, of: fn(usize) -> String| (0..count).map(of).collect::<String>();
    let body = |text: String| format!("<message><body>{text}</body></message>");
    [
        ("65 deep", "<message>".to_owned() + &"<a>".repeat(64) + &"</a>".repeat(64) + "</message>"),
        ("100,000 deep", "<message>".to_owned() + &"<a>".repeat(100_000)),
        ("65 attributes", format!("<message {}/>", numbers(65, |n| format!("a{n}='' ")))),
        ("a name of 257 bytes", format!("<message><{}/></message>", "a".repeat(257))),
        ("a namespace of 257 bytes", format!("<message><a xmlns='{}'/></message>", "u".repeat(257))),
        ("too many elements", format!("<message>{}</message>", "<a/>".repeat(8_192))),
        ("300,000 bytes of text", body("x".repeat(300_000))),
        ("3,000,000 bytes of text", body("x".repeat(3_000_000))),
        ("300,000 bytes of an attribute", format!("<message id='{}'/>", "x".repeat(300_000))),
        ("a start tag without an end", format!("<message {}", " ".repeat(300_000))),
        ("CDATA without an end", format!("<message><![CDATA[{}", "]".repeat(300_000))),
    ]
    .map(|(name, text)| (name, text.into_bytes(), "policy-violation"))
    .into()
}

/// First bytes on the STARTTLS port.
fn openings() -> Vec<Case> {
    let header = |xmlns: &str, rest: &str| format!("<stream:stream xmlns='{xmlns}' {STREAM} {rest}>");
    let good = header("jabber:client", "version='1.0' to='localhost'");
    let tls = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
    let auth = "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGEAYg==</auth>";
    let mut cases: Vec<Case> = [
        ("HTTP", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned(), "not-well-formed"),
        ("XML 1.1", format!("<?xml version='1.1'?>{good}"), "not-well-formed"),
        ("Latin-1", format!("<?xml version='1.0' encoding='ISO-8859-1'?>{good}"), "unsupported-encoding"),
        ("a document type", format!("<!DOCTYPE stream>{good}"), "restricted-xml"),
        ("a comment", format!("<!-- x -->{good}"), "restricted-xml"),
        ("another root", format!("<stream:foo xmlns='jabber:client' {STREAM}>"), "bad-format"),
        ("no stream at all", "<message>".to_owned(), "invalid-namespace"),
        ("another namespace", "<stream:stream xmlns:stream='urn:x'>".to_owned(), "invalid-namespace"),
        ("servers", header("jabber:server", "version='1.0' to='localhost'"), "invalid-namespace"),
        ("another domain", header("jabber:client", "version='1.0' to='example.com'"), "host-unknown"),
        ("no domain", header("jabber:client", "version='1.0'"), "host-unknown"),
        ("no version", header("jabber:client", "to='localhost'"), "unsupported-version"),
        ("a header without an end", format!("<stream:stream {}", "x".repeat(20_000)), "policy-violation"),
        ("an attribute twice", header("jabber:client", "to='a' to='b'"), "not-well-formed"),
        ("a stanza before TLS", format!("{good}<message/>"), "policy-violation"),
        ("a log-in before TLS", format!("{good}{auth}"), "policy-violation"),
        ("a stanza behind <starttls/>", format!("{good}{tls}<message/>"), "policy-violation"),
        ("a header behind <starttls/>", format!("{good}{tls}{good}"), "policy-violation"),
    ]
    .map(|(name, text, condition)| (name, text.into_bytes(), condition))
    .into();
    cases.push(("NUL", vec![0; 10], "unsupported-encoding"));
    cases.push(("UTF-16", b"\xff\xfe<\0s\0".into(), "unsupported-encoding"));
    cases.push(("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".into(), "not-well-formed"));
    cases
}

/// Runs the cases, a few at a time.
async fn each<F, Fut>(server: &Arc<Server>, cases: Vec<Case>, attack: F)
where
    F: Fn(Arc<Server>, usize, Case) -> Fut,
    Fut: Future<Output = ()> + Send + 'static,
{
    let mut running = JoinSet::new();
    for (number, case) in cases.into_iter().enumerate() {
        if running.len() == 8 {
            running.join_next().await.expect("eight run").unwrap();
        }
        running.spawn(attack(server.clone(), number, case));
    }
    while let Some(done) = running.join_next().await {
        done.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rfc6120_4_9_3_bad_xml_ends_its_stream_with_the_fitting_error_and_others_are_served() {
    let folder = Folder::new();
    let server = Arc::new(Server::start(&folder));
    let bystander = Bystander::arrive(&server).await;
    server.register(&["mallory", "witness"]).await;
    let mut witness = server.login("witness").await;
    witness.available();

    each(&server, openings(), |server, _, (name, bytes, condition)| async move {
        let socket = TcpStream::connect(server.address("c2s")).await.unwrap();
        let (said, in_order) = last_words(socket, bytes).await;
        assert_stream_error(name, &said, condition);
        assert!(in_order && !said.contains("<proceed"), "{name}: {said:?}");
    })
    .await;
    each(&server, elements(), |server, _, (name, bytes, condition)| async move {
        let opening = Opening::connect(&server.endpoint()).await.unwrap();
        let (said, in_order) = last_words(opening.io, bytes).await;
        assert_stream_error(&format!("before log-in: {name}"), &said, condition);
        assert!(in_order, "{name}: {said:?}");
    })
    .await;
    let count = elements().len();
    each(&server, elements(), |server, number, (name, bytes, condition)| async move {
        let opening = server.bound("mallory").await;
        let first = format!("<message to='witness@localhost' type='chat'><body>{number}</body></message>");
        let (said, in_order) = last_words(opening.io, [first.into_bytes(), bytes].concat()).await;
        assert_stream_error(&format!("after log-in: {name}"), &said, condition);
        assert!(in_order, "{name}: {said:?}");
    })
    .await;

    // what was good before the bad arrived, once each
    let mut numbers = Vec::new();
    while numbers.len() < count {
        match witness.event().await.unwrap() {
            Some(Event::Stanza(stanza)) if stanza.is("message") => {
                let tree = stanza.tree();
                let body = &tree.child("body", "jabber:client").expect("a chat message").text;
                numbers.push(body.parse::<usize>().unwrap());
            }
            Some(Event::Closed { why, .. }) => panic!("{why}"),
            _ => {}
        }
    }
    numbers.sort_unstable();
    assert!(numbers.into_iter().eq(0..count));
    assert_eq!(witness.archive(None, 50).await.unwrap().len(), count);
    witness.close().await.unwrap();
    bystander.leave().await;
    Arc::into_inner(server).expect("every case is over").stop_well().await;
}

#[tokio::test]
async fn rfc6120_5_4_3_what_is_said_in_the_clear_after_proceed_gets_no_answer() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let mut socket = TcpStream::connect(server.address("c2s")).await.unwrap();
    let header = format!("<stream:stream xmlns='jabber:client' {STREAM} version='1.0' to='localhost'>");
    let begin = header.clone() + "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
    heard_until(&mut socket, &begin, "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>").await;
    let (said, _) = last_words(socket, header.into_bytes()).await;
    assert!(!said.contains('<'), "TLS may complain, XMPP does not speak: {said:?}");
    server.stop_well().await;
}

/// Sends, and reads until this came.
async fn heard_until(socket: &mut TcpStream, text: &str, end: &str) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    socket.write_all(text.as_bytes()).await.unwrap();
    let mut heard = Vec::new();
    while !String::from_utf8_lossy(&heard).ends_with(end) {
        assert_ne!(socket.read_buf(&mut heard).await.unwrap(), 0, "{}", String::from_utf8_lossy(&heard));
    }
}
