//! Fuzz targets as plain functions: they take any bytes and panic where an invariant does not hold.
//!
//! `tests/fuzz.rs` runs them over a corpus and damaged copies of it; cargo-fuzz may run the same
//! functions. A new target is a function here, a folder in `corpus/` and a line in `tests/fuzz.rs`.

#[path = "../support/inside.rs"]
mod inside;

use imera::limits::JID_PART_MAX_BYTES;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::LazyLock;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use imera::clock::Clock;
use imera::features::Parts;
use imera::limits::STANZA_MAX_BYTES;
use imera::xmpp::jid::Jid;
use imera::xmpp::jid::prepare_domain;
use imera::xmpp::jid::prepare_local;
use imera::xmpp::jid::prepare_resource;
use imera::xmpp::ns;
use imera::xmpp::sasl::{self, Bindings, Exchange, Hash, Mechanism, Next, Offer, SaslCondition, SaslError, Verifier};
use imera::xmpp::xml::reader::{self, Event, Raw, Reader};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::runtime::Runtime;

const HEADER: &[u8] =
    b"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' xmlns:o='urn:o'>";

/// A stream from its first byte, and the same bytes behind a good header. However the bytes are
/// cut, the reader finds the same; it never holds more than its bound; what it lets through can
/// be taken apart and written, and is then read as the same again.
pub fn fuzz_reader(data: &[u8]) {
    let behind_header = [HEADER, data].concat();
    for bytes in [data, &behind_header] {
        // a small bound, so that it is met
        for max_bytes in [300, STANZA_MAX_BYTES] {
            let whole = read(bytes, max_bytes, bytes.len().max(1));
            for piece_len in [1, 2, 7, 64] {
                assert_eq!(read(bytes, max_bytes, piece_len), whole, "in pieces of {piece_len} bytes");
            }
        }
    }
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(raw) = reader::document(text)
    {
        check_raw(&raw);
        let element = reader::element(text, "").expect("what document() takes, element() takes");
        assert_eq!(reader::element(&element.to_xml(""), "").as_ref(), Ok(&element), "written and read again");
    }
}

/// What comes out, a line an event.
fn read(bytes: &[u8], max_bytes: usize, piece_len: usize) -> Vec<String> {
    let mut reader = Reader::new();
    reader.set_max_bytes(max_bytes);
    let mut lines = Vec::new();
    for piece in bytes.chunks(piece_len) {
        reader.push(piece);
        loop {
            match reader.next() {
                Ok(None) => break,
                Ok(Some(Event::Element(raw))) => {
                    check_raw(&raw);
                    lines.push(raw.element().to_xml(""));
                }
                Ok(Some(event)) => lines.push(format!("{event:?}")),
                Err(error) => {
                    lines.push(error.to_xml());
                    assert!(!reader.has_unread(), "a failed reader keeps nothing");
                    return lines;
                }
            }
        }
        assert!(reader.unread_bytes() < max_bytes, "{} bytes held", reader.unread_bytes());
    }
    lines
}

fn check_raw(raw: &Raw) {
    for child in raw.content.children() {
        let element = child.element();
        assert!(child.is(&element.ns, &element.name), "the index and the tree agree");
    }
    // children stand alone in any element of jabber:client
    let mut inside = format!("<x xmlns='{}'>", ns::CLIENT);
    raw.content.write(&mut inside);
    inside.push_str("</x>");
    let again = reader::element(&inside, "").expect("children that stand alone");
    assert!(again.children().eq(raw.element().children()), "children mean the same where they are forwarded");
    match raw.clone().into_stanza() {
        None => {}
        Some(Ok(stanza)) => {
            reader::element(&stanza.to_xml(), ns::CLIENT).expect("a stanza is written well-formed");
        }
        Some(Err(refused)) => {
            let answer = refused.answer().map(|answer| answer.to_xml());
            answer
                .inspect(|answer| drop(reader::element(answer, ns::CLIENT).expect("an answer is written well-formed")));
        }
    }
}

/// An address, and its parts. What is prepared is bounded and prepares to itself; the text of an
/// address is that address again, however it is put together.
pub fn fuzz_jid(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for prepare in [prepare_local, prepare_domain, prepare_resource] {
        if let Ok(once) = prepare(&text) {
            assert!((1..=JID_PART_MAX_BYTES).contains(&once.len()), "{} bytes", once.len());
            assert_eq!(prepare(&once).as_deref(), Ok(&*once), "what is prepared prepares to itself");
        }
    }
    let Ok(jid) = text.parse::<Jid>() else { return };
    assert_eq!(jid.as_str().parse::<Jid>().as_ref(), Ok(&jid), "read back");
    assert_eq!(Jid::from_parts(jid.local(), jid.domain(), jid.resource()).as_ref(), Ok(&jid), "from its parts");
    let bare = jid.to_bare();
    assert_eq!(bare.as_str(), jid.bare_str());
    match jid.resource() {
        Some(resource) => assert_eq!(bare.with_resource(resource).as_ref(), Ok(&jid)),
        None => assert_eq!(bare, jid),
    }
}

/// The user of RFC 7677 §3, and a stand-in for a name that nobody has, for each hash.
static VERIFIERS: LazyLock<Vec<[Verifier; 2]>> = LazyLock::new(|| {
    let salt = STANDARD.decode("W22ZaJ0SNY7soEsUEjb6gQ==").expect("the RFC's salt");
    let rounds = NonZeroU32::new(4_096).expect("the RFC's rounds");
    let derive = |hash, password| Verifier::derive(hash, password, &salt, rounds);
    Hash::ALL.iter().map(|&hash| [derive(hash, "pencil"), derive(hash, "\u{1}stand-in")]).collect()
});

const SERVER_NONCE: &str = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";

/// An exchange: the first byte picks the mechanism and whether there is TLS, messages follow with
/// 0x1e between them. It ends, in success only with the right password, and a name that nobody has
/// gets byte by byte what a wrong password gets.
pub fn fuzz_sasl(data: &[u8]) {
    check_base64(data);
    let Some((&choice, messages)) = data.split_first() else { return };
    let mechanism = Mechanism::STRONGEST_FIRST[usize::from(choice % 8)];
    let bindings = match choice & 8 {
        0 => Bindings { exporter: Some([7; 32]), end_point: Some(Arc::new([9; 48])) },
        _ => Bindings::default(),
    };
    let offer = Offer::new("a.test".into(), &Mechanism::STRONGEST_FIRST, bindings);
    let mut messages = messages.split(|byte| *byte == 0x1e);
    let initial = messages.next().filter(|initial| !initial.is_empty());
    let mut next = sasl::begin(&offer, mechanism, initial);
    if let Next::Challenge { data, exchange } = next {
        assert!(initial.is_none() && data.is_empty(), "without an initial response an empty challenge");
        next = exchange.respond(messages.next().unwrap_or_default());
    }
    match next {
        Next::Lookup(lookup) => check_scram(&offer, mechanism, lookup, messages.next().unwrap_or_default(), data),
        Next::Password(claim) => assert!(!claim.name.is_empty() && !claim.password.is_empty()),
        Next::Anonymous => assert_eq!(mechanism, Mechanism::Anonymous),
        Next::Failure(error) => check_failure(&error),
        Next::Challenge { .. } | Next::Success { .. } => panic!("nothing was compared yet: {next:?}"),
    }
}

fn check_scram(offer: &Offer, mechanism: Mechanism, lookup: sasl::scram::Lookup, last: &[u8], data: &[u8]) {
    let Mechanism::Scram { hash, .. } = mechanism else { panic!("{mechanism:?} asks for a verifier") };
    assert_eq!(lookup.hash(), hash);
    let name = lookup.name().to_owned();
    let [own, stand_in] = &VERIFIERS[hash as usize];
    let (challenge, exchange) = challenged(lookup.continue_with(own.clone(), SERVER_NONCE));
    let with_own = exchange.respond(last);

    // the same messages for a name that nobody has
    let again = data[1..].split(|byte| *byte == 0x1e).find(|message| !message.is_empty());
    let Next::Lookup(lookup) = sasl::begin(offer, mechanism, again) else { panic!("what was read is read again") };
    let (same_challenge, exchange) = challenged(lookup.continue_with(stand_in.clone(), SERVER_NONCE));
    assert_eq!(challenge, same_challenge);
    match (with_own, exchange.respond(last)) {
        (Next::Success { account, data, .. }, Next::Failure(error)) => {
            assert_eq!((account, error), (name, SaslError::wrong_password()));
            assert!(data.starts_with(b"v="));
        }
        (Next::Failure(own), Next::Failure(stand_in)) => {
            assert_eq!(own, stand_in);
            check_failure(&own);
        }
        other => panic!("{other:?}"),
    }
}

fn challenged(next: Next) -> (Vec<u8>, Exchange) {
    match next {
        Next::Challenge { data, exchange } => (data, exchange),
        other => panic!("{other:?}"),
    }
}

fn check_failure(error: &SaslError) {
    reader::element(&error.element().to_xml(ns::STREAM), ns::STREAM).expect("a failure is written well-formed");
}

/// What is decoded is written the same way.
fn check_base64(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match sasl::decode(text) {
        Ok(bytes) if bytes.is_empty() => assert!(matches!(text, "" | "=")),
        Ok(bytes) => assert_eq!(STANDARD.encode(&*bytes), text),
        Err(error) => assert_eq!(error.condition, SaslCondition::IncorrectEncoding),
    }
}

/// A server of this thread's own; its folder goes with the thread.
struct Place {
    runtime: Runtime,
    parts: Arc<Parts>,
    _folder: tempfile::TempDir,
}

thread_local! {
    static PLACE: Place = Place::new();
}

impl Place {
    fn new() -> Place {
        let folder = inside::folder();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("one thread");
        let parts = runtime.block_on(inside::parts(folder.path(), Clock::system(), false));
        Place { runtime, parts, _folder: folder }
    }
}

const LAST: &str = "the-last-ping";

/// What a client sends after it was bound. Whatever it is, the server answers a ping behind it, or
/// has said why it ended the stream, and it ends when the client is gone.
pub fn fuzz_session(data: &[u8]) {
    PLACE.with(|place| place.runtime.block_on(session(&place.parts, data)));
}

async fn session(parts: &Arc<Parts>, data: &[u8]) {
    let ping = format!("<iq type='get' id='{LAST}' to='{}'><ping xmlns='urn:xmpp:ping'/></iq>", inside::DOMAIN);
    let bytes = [data, ping.as_bytes()].concat();
    let mut reader = Reader::new();
    reader.set_max_bytes(STANZA_MAX_BYTES);
    reader.push(&[HEADER, &bytes].concat());
    let (mut closes, mut pinged) = (false, false);
    let broken = loop {
        match reader.next() {
            Err(_) => break true,
            Ok(None) => break false,
            Ok(Some(Event::Close)) => closes = true,
            Ok(Some(Event::Element(raw))) => pinged = raw.get("id") == Some(LAST),
            Ok(Some(Event::Open(_))) => {}
        }
    };
    let said = talk(parts, bytes, pinged || broken || closes).await;
    let ended = said.ends_with("</stream:stream>");
    let error = said.contains("<stream:error>");
    match (closes, broken, pinged) {
        (true, ..) => assert!(ended, "the stream was closed: {said}"),
        (_, true, _) => assert!(ended && error, "it was no XML of XMPP: {said}"),
        (.., true) => assert!((ended && error) || said.contains(LAST), "neither an answer nor an error: {said}"),
        _ => {}
    }
    assert!(parts.store.writable(), "a client has broken the database");
}

/// All that the server says once the session is bound. `ends`: it will say something last.
async fn talk(parts: &Arc<Parts>, bytes: Vec<u8>, ends: bool) -> String {
    let patience = Duration::from_secs(60);
    for _ in 0..2 {
        if parts.accounts.find("fuzz").is_none() {
            inside::account(parts, "fuzz").await;
        }
        let (mut reading, mut writing) = tokio::io::split(inside::connect(parts));
        let begin = begin();
        let bytes = bytes.clone();
        let writes = tokio::spawn(async move {
            let _ = writing.write_all(begin.as_bytes()).await;
            let _ = writing.write_all(&bytes).await;
            writing
        });
        let mut said = Vec::new();
        let is_last = |said: &[u8]| {
            let text = String::from_utf8_lossy(said);
            text.contains(LAST) || text.ends_with("</stream:stream>") || text.contains("<failure ")
        };
        let whole = async {
            while ends && !is_last(&said) {
                if reading.read_buf(&mut said).await.unwrap_or(0) == 0 {
                    break;
                }
            }
            let mut writing = writes.await.expect("writing does not panic");
            let _ = writing.shutdown().await;
            while reading.read_buf(&mut said).await.unwrap_or(0) > 0 {}
        };
        let in_time = parts.clock.timeout(patience, whole).await;
        let said = String::from_utf8(said).expect("the server speaks UTF-8");
        assert!(in_time.is_some(), "it hangs: {said}");
        if !said.contains("<failure ") {
            let (_, bound) = said.split_once("id='bind'").unwrap_or_else(|| panic!("not bound: {said}"));
            return bound.to_owned();
        }
        // an input before this one has changed the password
        let account = parts.accounts.find("fuzz").expect("it was there a moment ago");
        parts.accounts.remove(account, &imera::audit::By::Machine).await.expect("the database works");
    }
    panic!("no log-in with a new account");
}

fn begin() -> String {
    let header = format!(
        "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' xmlns:o='urn:o' \
         version='1.0' to='{}'>",
        inside::DOMAIN
    );
    let plain = STANDARD.encode(format!("\0fuzz\0{}", inside::PASSWORD));
    let auth = format!("<auth xmlns='{}' mechanism='PLAIN'>{plain}</auth>", ns::SASL);
    let bind = format!("<bind xmlns='{}'><resource>f</resource></bind>", ns::BIND);
    format!("{header}{auth}{header}<iq type='set' id='bind'>{bind}</iq>")
}
