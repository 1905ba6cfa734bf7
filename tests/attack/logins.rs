//! Log-ins with wrong mechanisms, bindings, identities and proofs (RFC 6120 §6, RFC 5802).

use std::time::{Duration, Instant};

use aws_lc_rs::{digest, hmac, pbkdf2};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;

use crate::client::Opening;
use crate::process::Folder;
use crate::server::{Bystander, PASSWORD, Server, assert_stream_error, is_full, last_words, percentile};

const SASL: &str = "urn:ietf:params:xml:ns:xmpp-sasl";

fn auth(mechanism: &str, first: &str) -> String {
    format!("<auth xmlns='{SASL}' mechanism='{mechanism}'>{}</auth>", BASE64.encode(first))
}

/// The answer to one log-in.
async fn asked(stream: &mut Opening, text: &str) -> String {
    stream.write(text).await.unwrap();
    stream.next().await.unwrap().text
}

/// The name of the mechanism, what is sent first and what is sent as response, or the condition.
fn scram_final(password: &str, first_bare: &str, server_first: &str, binding: &str) -> String {
    let field = |key: &str| server_first.split(',').find_map(|part| part.strip_prefix(key)).unwrap();
    let salt = BASE64.decode(field("s=")).unwrap();
    let rounds = field("i=").parse::<std::num::NonZeroU32>().unwrap();
    let mut salted = [0; 32];
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, rounds, &salt, password.as_bytes(), &mut salted);
    let client = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &salted), b"Client Key");
    let stored = digest::digest(&digest::SHA256, client.as_ref());
    let last = format!("c={},r={}", BASE64.encode(binding), field("r="));
    let signed = format!("{first_bare},{server_first},{last}");
    let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, stored.as_ref()), signed.as_bytes());
    let proof: Vec<u8> = client.as_ref().iter().zip(signature.as_ref()).map(|(a, b)| a ^ b).collect();
    format!("{last},p={}", BASE64.encode(proof))
}

/// A SCRAM-SHA-256 exchange to its end; `spoil` changes the client's last message.
async fn scram(
    stream: &mut Opening,
    mechanism: &str,
    gs2: &str,
    binding: &str,
    spoil: impl Fn(String) -> String,
) -> String {
    let bare = "n=romeo,r=fyko-d2lbbFgONRv9qkxdawL";
    let challenge = asked(stream, &auth(mechanism, &format!("{gs2}{bare}"))).await;
    let Some(data) = challenge.strip_prefix(&format!("<challenge xmlns='{SASL}'>")) else { return challenge };
    let server_first = BASE64.decode(data.strip_suffix("</challenge>").unwrap()).unwrap();
    let server_first = String::from_utf8(server_first).unwrap();
    let last = spoil(scram_final(PASSWORD, bare, &server_first, binding));
    asked(stream, &format!("<response xmlns='{SASL}'>{}</response>", BASE64.encode(last))).await
}

#[tokio::test]
async fn rfc6120_6_5_every_wrong_log_in_gets_its_condition_and_the_right_one_still_works() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    let bystander = Bystander::arrive(&server).await;
    server.register(&["romeo", "juliet"]).await;
    let plain = |text: &str| auth("PLAIN", text);
    let cases = [
        (format!("<auth xmlns='{SASL}' mechanism='X-UNKNOWN'/>"), "invalid-mechanism"),
        (format!("<auth xmlns='{SASL}' mechanism='EXTERNAL'>=</auth>"), "invalid-mechanism"),
        (format!("<auth xmlns='{SASL}' mechanism='plain'/>"), "invalid-mechanism"),
        (format!("<auth xmlns='{SASL}'/>"), "invalid-mechanism"),
        (format!("<auth xmlns='{SASL}' mechanism='PLAIN'>*</auth>"), "incorrect-encoding"),
        (format!("<auth xmlns='{SASL}' mechanism='PLAIN'>AGEA</auth>"), "malformed-request"),
        (format!("<auth xmlns='{SASL}' mechanism='PLAIN'>=</auth>"), "malformed-request"),
        (plain(&format!("\0{}\0x", "n".repeat(5_000))), "not-authorized"),
        (plain("\0romeo\0wrong"), "not-authorized"),
        (plain("\0nobody\0wrong"), "not-authorized"),
        (plain("\0ro meo\0wrong"), "not-authorized"),
        (plain(&format!("juliet@localhost\0romeo\0{PASSWORD}")), "invalid-authzid"),
        (plain(&format!("romeo@example.com\0romeo\0{PASSWORD}")), "invalid-authzid"),
        (plain(&format!("@\0romeo\0{PASSWORD}")), "invalid-authzid"),
        (plain(&format!("\0romeo\0{PASSWORD}\0")), "malformed-request"),
        (auth("SCRAM-SHA-256", "n,,n=romeo"), "malformed-request"),
        (auth("SCRAM-SHA-256", "n,,m=x,n=romeo,r=abc"), "malformed-request"),
        (auth("SCRAM-SHA-256", "n,,n=ro=meo,r=abc"), "malformed-request"),
        (auth("SCRAM-SHA-256", "p=tls-exporter,,n=romeo,r=abc"), "malformed-request"),
        (auth("SCRAM-SHA-256", "y,,n=romeo,r=abc"), "not-authorized"),
        (auth("SCRAM-SHA-256", "n,a=juliet@localhost,n=romeo,r=abc"), "invalid-authzid"),
        (auth("SCRAM-SHA-256-PLUS", "n,,n=romeo,r=abc"), "malformed-request"),
        (auth("SCRAM-SHA-256-PLUS", "p=tls-unique,,n=romeo,r=abc"), "malformed-request"),
    ];
    for four in cases.chunks(4) {
        let mut stream = Opening::connect(&server.endpoint()).await.unwrap();
        for (text, condition) in four {
            let answer = asked(&mut stream, text).await;
            assert!(answer.starts_with(&format!("<failure xmlns='{SASL}'><{condition}/>")), "{text}: {answer}");
        }
        let right = asked(&mut stream, &plain(&format!("romeo@localhost\0romeo\0{PASSWORD}"))).await;
        assert!(right.starts_with("<success "), "{right}");
    }
    exchanges(&server).await;
    bystander.leave().await;
    server.stop_well().await;
}

/// SCRAM to its end, with one thing wrong each.
async fn exchanges(server: &Server) {
    let connect = || async { Opening::connect(&server.endpoint()).await.unwrap() };
    let refused = |answer: &str, condition: &str| {
        assert!(answer.starts_with(&format!("<failure xmlns='{SASL}'><{condition}/>")), "{condition}: {answer}");
    };
    let mut stream = connect().await;
    let (plain, plus) = ("SCRAM-SHA-256", "SCRAM-SHA-256-PLUS");
    let (exporter, end_point) = ("p=tls-exporter,,", "p=tls-server-end-point,,");
    let wrong = format!("{exporter}{}", "x".repeat(32));
    refused(&scram(&mut stream, plus, exporter, &wrong, |last| last).await, "not-authorized");
    refused(&scram(&mut stream, plus, end_point, end_point, |last| last).await, "not-authorized");
    refused(&scram(&mut stream, plain, "n,,", "y,,", |last| last).await, "not-authorized");
    let other_nonce = |last: String| last.replace("r=fyko", "r=fyka");
    refused(&scram(&mut stream, plain, "n,,", "n,,", other_nonce).await, "not-authorized");

    let mut stream = connect().await;
    let shorter = |last: String| format!("{},p={}", last.rsplit_once(",p=").unwrap().0, BASE64.encode("short"));
    refused(&scram(&mut stream, plain, "n,,", "n,,", shorter).await, "not-authorized");
    let none = |last: String| last.rsplit_once(",p=").unwrap().0.to_owned();
    refused(&scram(&mut stream, plain, "n,,", "n,,", none).await, "malformed-request");
    let challenge = asked(&mut stream, &auth(plain, "n,,n=romeo,r=abc")).await;
    assert!(challenge.starts_with("<challenge "), "{challenge}");
    refused(&asked(&mut stream, &format!("<abort xmlns='{SASL}'/>")).await, "aborted");
    let right = scram(&mut stream, plain, "n,a=romeo@localhost,", "n,a=romeo@localhost,", |last| last).await;
    assert!(right.starts_with("<success "), "{right}");

    // §6.4.5: the fifth failure ends the stream
    let five = auth("PLAIN", "\0romeo\0wrong").repeat(5);
    let (said, in_order) = last_words(connect().await.io, five.into_bytes()).await;
    assert_eq!(said.matches("<failure ").count(), 5, "{said}");
    assert_stream_error("the fifth failure", &said, "policy-violation");
    assert!(in_order);
    let response = format!("<response xmlns='{SASL}'>AA==</response>");
    let (said, _) = last_words(connect().await.io, response.into_bytes()).await;
    assert_stream_error("a response to nothing", &said, "unsupported-stanza-type");
}

#[tokio::test]
async fn an_unknown_name_is_not_told_from_a_wrong_password() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    server.register(&["romeo"]).await;
    let endpoint = server.endpoint();
    let connect = || async { Opening::connect(&endpoint).await.unwrap() };
    let rounds = if is_full() { 100 } else { 24 };
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..rounds {
        let mut answers = Vec::new();
        for (which, name) in ["romeo", "nobod"].into_iter().enumerate() {
            let mut stream = connect().await;
            let begun = Instant::now();
            let plain = asked(&mut stream, &auth("PLAIN", &format!("\0{name}\0wrong"))).await;
            let begun_scram = Instant::now();
            times[which].push(begun_scram - begun);
            let mut said = vec![plain];
            if round < 3 {
                said.extend(both_steps(&mut stream, name).await);
            }
            answers.push(said);
        }
        assert_eq!(answers[0], answers[1], "byte by byte");
    }
    for times in &mut times {
        times.sort();
    }
    let [known, unknown] = times.map(|times| percentile(&times, 50));
    let slack = Duration::from_millis(5); // a busy machine's
    assert!(known < unknown * 3 + slack && unknown < known * 3 + slack, "{known:?} {unknown:?}");
    // a name has one salt, as if it were an account
    let mut salts = Vec::new();
    for name in ["nobod", "nobod", "nobody-else"] {
        salts.push(challenge(&mut connect().await, "SCRAM-SHA-256", name).await.1);
    }
    assert!(salts[0] == salts[1] && salts[1] != salts[2], "{salts:?}");
    server.stop_well().await;
}

/// Server nonce and salt.
async fn challenge(stream: &mut Opening, mechanism: &str, name: &str) -> (String, String) {
    let answer = asked(stream, &auth(mechanism, &format!("n,,n={name},r=abc"))).await;
    let data = answer.strip_prefix(&format!("<challenge xmlns='{SASL}'>")).expect("a challenge for every name");
    let text = String::from_utf8(BASE64.decode(data.strip_suffix("</challenge>").unwrap()).unwrap()).unwrap();
    let mut parts = text.split(',');
    let (nonce, salt) = (parts.next().unwrap().to_owned(), parts.next().unwrap().to_owned());
    assert_eq!(parts.collect::<Vec<_>>(), ["i=10000"]);
    (nonce, salt)
}

/// What SCRAM says for this name and a wrong proof, but for what is random.
async fn both_steps(stream: &mut Opening, name: &str) -> Vec<String> {
    let mut said = Vec::new();
    for (mechanism, bytes) in [("SCRAM-SHA-1", 20), ("SCRAM-SHA-256", 32), ("SCRAM-SHA-512", 64)] {
        let (nonce, salt) = challenge(stream, mechanism, name).await;
        said.push(format!("{} {}", nonce.len(), salt.len()));
        let last = format!("c=biws,{nonce},p={}", BASE64.encode(vec![7; bytes]));
        said.push(asked(stream, &format!("<response xmlns='{SASL}'>{}</response>", BASE64.encode(last))).await);
    }
    said
}
