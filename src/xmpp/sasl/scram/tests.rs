//! SCRAM against the RFCs' examples and against clients that cheat.

use std::num::NonZeroU32;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::xmpp::sasl::Bindings;
use crate::xmpp::sasl::Mechanism;
use crate::xmpp::sasl::SaslCondition;
use crate::xmpp::sasl::SaslCondition::{InvalidAuthzid, MalformedRequest, NotAuthorized};
use crate::xmpp::sasl::Spare;
use crate::xmpp::sasl::Verifier;
use crate::xmpp::sasl::Which;
use crate::xmpp::sasl::begin;

const CLIENT: &str = "fyko+d2lbbFgONRv9qkxdawL";
const SERVER: &str = "3rfcNHYJY1ZVvWVs7j";

fn bound() -> Bindings {
    Bindings { exporter: Some([7; 32]), end_point: Some(Arc::new([9; 48])) }
}

fn verifier(hash: Hash, password: &str, salt: &[u8]) -> Verifier {
    Verifier::derive(hash, password, salt, NonZeroU32::new(4_096).unwrap())
}

fn start(hash: Hash, plus: bool, bindings: Bindings, message: &str) -> Result<Lookup, SaslCondition> {
    let offer = Offer::new("a.test".into(), &Mechanism::STRONGEST_FIRST, bindings);
    match begin(&offer, Mechanism::Scram { hash, plus }, Some(message.as_bytes())) {
        Next::Lookup(lookup) => Ok(lookup),
        Next::Failure(error) => Err(error.condition),
        other => panic!("{other:?}"),
    }
}

fn first(message: &str) -> Result<Lookup, SaslCondition> {
    start(Hash::Sha1, false, Bindings::default(), message)
}

/// The exchange up to the client-final-message; the server-first-message is checked.
fn finish(lookup: Lookup, verifier: Verifier, server_nonce: &str, server_first: &str, last: &str) -> Next {
    let Next::Challenge { data, exchange } = lookup.continue_with(verifier, server_nonce) else { panic!() };
    assert_eq!(String::from_utf8(data).unwrap(), server_first);
    exchange.respond(last.as_bytes())
}

fn assert_success(next: Next, name: &str, server_final: &str) {
    match next {
        Next::Success { account, data, .. } => {
            assert_eq!((account.as_str(), std::str::from_utf8(&data).unwrap()), (name, server_final));
        }
        other => panic!("{other:?}"),
    }
}

fn condition(next: Next) -> SaslCondition {
    match next {
        Next::Failure(error) => error.condition,
        other => panic!("{other:?}"),
    }
}

/// What an honest client ends with.
fn client_final(hash: Hash, password: &str, bare: &str, server_first: &str, binding: &[u8]) -> String {
    let part = |letter: &str| server_first.split(',').find_map(|part| part.strip_prefix(letter)).unwrap();
    let salt = STANDARD.decode(part("s=")).unwrap();
    let rounds: u32 = part("i=").parse().unwrap();
    let mut salted = hash.hmac(password.as_bytes(), &[&salt[..], &[0, 0, 0, 1]].concat()).as_ref().to_vec();
    let mut block = salted.clone();
    for _ in 1..rounds {
        block = hash.hmac(password.as_bytes(), &block).as_ref().to_vec();
        salted.iter_mut().zip(&block).for_each(|(sum, byte)| *sum ^= byte);
    }
    let client_key = hash.hmac(&salted, b"Client Key");
    let stored_key = hash.digest(client_key.as_ref());
    let without_proof = format!("c={},r={}", STANDARD.encode(binding), part("r="));
    let signature = hash.hmac(stored_key.as_ref(), format!("{bare},{server_first},{without_proof}").as_bytes());
    let proof: Vec<u8> = client_key.as_ref().iter().zip(signature.as_ref()).map(|(key, sign)| key ^ sign).collect();
    format!("{without_proof},p={}", STANDARD.encode(proof))
}

#[test]
fn rfc5802_5_the_example_of_scram_sha_1() {
    let salt = STANDARD.decode("QSXCR+Q6sek8bf92").unwrap();
    let lookup = first(&format!("n,,n=user,r={CLIENT}")).unwrap();
    assert_eq!((lookup.name(), lookup.hash()), ("user", Hash::Sha1));
    let next = finish(
        lookup,
        verifier(Hash::Sha1, "pencil", &salt),
        SERVER,
        "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
        "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
    );
    assert_success(next, "user", "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=");
}

#[test]
fn rfc7677_3_the_example_of_scram_sha_256() {
    let salt = STANDARD.decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap();
    let next = finish(
        start(Hash::Sha256, false, Bindings::default(), "n,,n=user,r=rOprNGfwEbeRWgbNEkqO").unwrap(),
        verifier(Hash::Sha256, "pencil", &salt),
        "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
    );
    assert_success(next, "user", "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
}

/// Made with Python's hashlib; the draft has no example.
#[test]
fn rfc5802_6_scram_sha_512_plus_bound_by_tls_exporter() {
    let next = finish(
        start(Hash::Sha512, true, bound(), "p=tls-exporter,,n=user,r=rOprNGfwEbeRWgbNEkqO").unwrap(),
        verifier(Hash::Sha512, "pencil", b"0123456789abcdef"),
        SERVER,
        "r=rOprNGfwEbeRWgbNEkqO3rfcNHYJY1ZVvWVs7j,s=MDEyMzQ1Njc4OWFiY2RlZg==,i=4096",
        "c=cD10bHMtZXhwb3J0ZXIsLAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH,r=rOprNGfwEbeRWgbNEkqO3rfcNHYJY1ZVvWVs7j,\
         p=kxG+/g7yDQtbntxI4mlDgvFlQ1Jf6UI5Zos6d/0S2O+QxJBr9X24L15hNC7ADNTVPvHBcnFNcJtg49UQKkvfEA==",
    );
    let server_final = "v=eC8Ni4pZjxaK5zbc8crp8fLAfIxCsp5eGH8Ymah00mQGeyE/0FskkleeUcPyKcovLu0hRiMerFh6IMAseLUTNA==";
    assert_success(next, "user", server_final);
}

/// A whole exchange of a client that may cheat: `edit` changes its last message.
fn exchange(flag: &str, binding: &[u8], password: &str, edit: impl Fn(String) -> String) -> Next {
    let bare = format!("n=user,r={CLIENT}");
    let plus = flag.starts_with("p=");
    let bindings = if flag == "y" { Bindings::default() } else { bound() };
    let lookup = start(Hash::Sha256, plus, bindings, &format!("{flag},,{bare}")).unwrap();
    let next = lookup.continue_with(verifier(Hash::Sha256, "pencil", b"salt"), SERVER);
    let Next::Challenge { data, exchange } = next else { panic!("{next:?}") };
    let server_first = String::from_utf8(data).unwrap();
    let channel = [flag.as_bytes(), b",,", binding].concat();
    exchange.respond(edit(client_final(Hash::Sha256, password, &bare, &server_first, &channel)).as_bytes())
}

fn as_it_is(message: String) -> String {
    message
}

#[test]
fn rfc5802_6_each_binding_and_none_works() {
    for (flag, data) in [("n", &[][..]), ("y", &[]), ("p=tls-exporter", &[7; 32]), ("p=tls-server-end-point", &[9; 48])]
    {
        assert!(matches!(exchange(flag, data, "pencil", as_it_is), Next::Success { .. }), "{flag}");
    }
}

#[test]
fn rfc5802_6_other_channel_binding_data_fails() {
    for (flag, data) in [
        ("p=tls-exporter", &[8; 32][..]),
        ("p=tls-exporter", &[]),
        ("p=tls-exporter", &[7; 31]),
        ("p=tls-server-end-point", &[7; 32]),
        ("n", &[7; 32]),
    ] {
        assert_eq!(condition(exchange(flag, data, "pencil", as_it_is)), NotAuthorized, "{flag} {data:?}");
    }
    let other_header = exchange("n", b"", "pencil", |last| last.replace("c=biws", "c=eSws"));
    assert_eq!(condition(other_header), NotAuthorized);
}

#[test]
fn rfc5802_6_y_while_plus_was_offered_is_a_downgrade() {
    let y = format!("y,,n=user,r={CLIENT}");
    assert_eq!(start(Hash::Sha1, false, bound(), &y).unwrap_err(), NotAuthorized);
    assert!(first(&y).is_ok());
}

#[test]
fn rfc5802_6_flag_and_mechanism_agree() {
    for (plus, flag) in
        [(true, "n"), (true, "y"), (false, "p=tls-exporter"), (true, "p=tls-unique"), (true, "p="), (false, "x")]
    {
        let message = format!("{flag},,n=user,r={CLIENT}");
        assert_eq!(start(Hash::Sha1, plus, bound(), &message).unwrap_err(), MalformedRequest, "{flag}");
    }
}

#[test]
fn rfc5802_3_a_wrong_proof_fails_without_a_hint() {
    let wrong = exchange("n", b"", "pencils", as_it_is);
    let Next::Failure(error) = wrong else { panic!() };
    assert_eq!(error, SaslError::wrong_password());
    let cut = |last: String| format!("{}p={}", &last[..last.len() - 46], STANDARD.encode([0; 20]));
    assert_eq!(condition(exchange("n", b"", "pencil", cut)), NotAuthorized);
    let zero = |last: String| format!("{}p={}", &last[..last.len() - 46], STANDARD.encode([0; 32]));
    assert_eq!(condition(exchange("n", b"", "pencil", zero)), NotAuthorized);
}

#[test]
fn rfc5802_5_1_a_changed_nonce_fails() {
    let edits: [(&str, &str); 4] =
        [("r=fyko", "r=fykp"), ("Vs7j,", "Vs7k,"), ("Vs7j,", "Vs7jj,"), ("3rfcNHYJY1ZVvWVs7j,", ",")];
    for (old, new) in edits {
        assert_eq!(condition(exchange("n", b"", "pencil", |last| last.replacen(old, new, 1))), NotAuthorized, "{new}");
    }
}

#[test]
fn rfc5802_7_a_final_message_against_the_grammar_is_malformed() {
    let edits: [fn(String) -> String; 10] = [
        |_| String::new(),
        |_| "garbage".into(),
        |last| last.replacen("c=", "d=", 1),
        |last| last.replacen("c=biws,", "", 1),
        |last| last.replacen("c=biws", "c=", 1),
        |last| last.replacen("c=biws", "c=bi ws", 1),
        |last| last.replacen(",p=", ",m=1,p=", 1),
        |last| last.split_once(",p=").unwrap().0.into(),
        |last| last + ",x=1",
        |last| last.replacen(",p=", ",p=%", 1),
    ];
    for (number, edit) in edits.into_iter().enumerate() {
        assert_eq!(condition(exchange("n", b"", "pencil", edit)), MalformedRequest, "{number}");
    }
    let long = |last: String| last.replacen(",p=", &format!(",x={},p=", "y".repeat(7_000)), 1);
    assert_eq!(condition(exchange("n", b"", "pencil", long)), MalformedRequest);
}

#[test]
fn rfc5802_5_1_unknown_extensions_are_part_of_what_is_signed() {
    let bare = format!("n=user,r={CLIENT},x=1");
    let lookup = first(&format!("n,,{bare}")).unwrap();
    let next = lookup.continue_with(verifier(Hash::Sha1, "pencil", b"salt"), SERVER);
    let Next::Challenge { data, exchange } = next else { panic!() };
    let server_first = String::from_utf8(data).unwrap();
    let last = client_final(Hash::Sha1, "pencil", &bare, &server_first, b"n,,");
    assert!(matches!(exchange.respond(last.as_bytes()), Next::Success { .. }));
    assert_eq!(condition(self::exchange("n", b"", "pencil", |last| last.replacen(",p=", ",x=1,p=", 1))), NotAuthorized);
}

#[test]
fn rfc5802_7_a_first_message_against_the_grammar_is_malformed() {
    for message in [
        "",
        "n",
        "n,",
        "n,,",
        "n,,n=user",
        "n,,r=abc,n=user",
        "n,,n=user,r=",
        "n,,n=,r=abc",
        "n,,n=user,r=a b",
        "n,,n=user,r=ä",
        "n,,m=1,n=user,r=abc",
        "n,,n=user,r=abc,m=1",
        "n,,n=us=er,r=abc",
        "n,,n=us=2c,r=abc",
        "n,,n=user,r=abc,",
        "n,,n=user,r=abc,x",
        "n,,n=user,r=abc,x=",
        "n,,n=user,r=abc,xy=1",
        "n,,n=user,r=abc,1=1",
        "n,user@a.test,n=user,r=abc",
        "n,a=,n=user,r=abc",
        "N,,n=user,r=abc",
        "n, ,n=user,r=abc",
        "n,,n=us\0er,r=abc",
    ] {
        assert_eq!(first(message).unwrap_err(), MalformedRequest, "{message:?}");
    }
    assert_eq!(first(&format!("n,,n=user,r={}", "a".repeat(257))).unwrap_err(), MalformedRequest);
    assert!(first(&format!("n,,n=user,r={}", "a".repeat(256))).is_ok());
    assert_eq!(first(&format!("n,,n={},r=abc", "a".repeat(7_000))).unwrap_err(), MalformedRequest);
}

#[test]
fn rfc5802_5_1_names_are_unescaped_and_prepared() {
    assert_eq!(first("n,,n=Us=2Cer=3D,r=abc").unwrap().name(), "us,er=");
    assert_eq!(first("n,,n=J\u{fc}RGEN,r=abc").unwrap().name(), "jürgen");
    for name in ["a@b", "a b", "a/b", &"a".repeat(1_024)] {
        assert_eq!(first(&format!("n,,n={name},r=abc")).unwrap_err(), NotAuthorized);
    }
}

#[test]
fn rfc6120_6_3_8_other_peoples_authzid_is_refused() {
    for own in ["user@a.test", "User@A.test"] {
        assert!(first(&format!("n,a={own},n=user,r=abc")).is_ok(), "{own}");
    }
    for others in ["admin@a.test", "user@a.test/x", "user", "a.test", "user@b.test", "=2C=3D"] {
        assert_eq!(first(&format!("n,a={others},n=user,r=abc")).unwrap_err(), InvalidAuthzid, "{others}");
    }
}

#[test]
fn an_authzid_is_part_of_the_bound_header() {
    let bare = "n=user,r=abc";
    let lookup = first(&format!("n,a=user@a.test,{bare}")).unwrap();
    let next = lookup.continue_with(verifier(Hash::Sha1, "pencil", b"salt"), SERVER);
    let Next::Challenge { data, exchange } = next else { panic!() };
    let server_first = String::from_utf8(data).unwrap();
    let last = client_final(Hash::Sha1, "pencil", bare, &server_first, b"n,a=user@a.test,");
    assert!(matches!(exchange.respond(last.as_bytes()), Next::Success { account, .. } if account == "user"));
}

#[test]
fn each_password_of_a_ring_opens_and_the_server_proves_that_it_knows_the_same_one() {
    let spare = |number: i64, password: &str| {
        let Verifier { stored_key, server_key, .. } = verifier(Hash::Sha256, password, b"salt");
        Spare { number, stored_key, server_key }
    };
    let own = verifier(Hash::Sha256, "pencil", b"salt");
    let ring = Ring { own, spare: vec![spare(7, "phone"), spare(9, "tablet"), spare(11, "tablet")] };
    let bare = "n=user,r=abc";
    for (password, wanted) in [
        ("pencil", Some(Which::Own)),
        ("phone", Some(Which::Spare(7))),
        ("tablet", Some(Which::Spare(9))),
        ("chalk", None),
    ] {
        let lookup = start(Hash::Sha256, false, Bindings::default(), &format!("n,,{bare}")).unwrap();
        let Next::Challenge { data, exchange } = lookup.continue_with(ring.clone(), SERVER) else { panic!() };
        let server_first = String::from_utf8(data).unwrap();
        let last = client_final(Hash::Sha256, password, bare, &server_first, b"n,,");
        let signed = format!("{bare},{server_first},{}", last.rsplit_once(",p=").unwrap().0);
        let key = verifier(Hash::Sha256, password, b"salt").server_key;
        let signature = STANDARD.encode(Hash::Sha256.hmac(&key, signed.as_bytes()));
        match exchange.respond(last.as_bytes()) {
            Next::Success { by, data, .. } => {
                assert_eq!((Some(by), data), (wanted, format!("v={signature}").into_bytes()), "{password}");
            }
            Next::Failure(error) => assert_eq!((wanted, error.condition), (None, NotAuthorized), "{password}"),
            other => panic!("{other:?}"),
        }
        assert_eq!(ring.fits(password), wanted);
    }
    assert!(!format!("{ring:?}").contains("key"));
}

#[test]
fn a_verifier_of_another_hash_lets_nobody_in() {
    let next = first("n,,n=user,r=abc").unwrap().continue_with(verifier(Hash::Sha256, "pencil", b"salt"), SERVER);
    assert_eq!(condition(next), SaslCondition::TemporaryAuthFailure);
}

proptest! {
    #[test]
    fn any_name_and_password_pass_when_right_and_only_then(
        name in "[a-z0-9=,ü]{1,20}", password in "[ -~é]{1,40}", other in "[ -~]{1,40}", binding in any::<bool>(),
    ) {
        let (flag, data) = if binding { ("p=tls-exporter", &[7; 32][..]) } else { ("n", &[][..]) };
        let escaped = name.replace('=', "=3D").replace(',', "=2C");
        let bare = format!("n={escaped},r={CLIENT}");
        let lookup = start(Hash::Sha1, binding, bound(), &format!("{flag},,{bare}")).unwrap();
        prop_assert_eq!(lookup.name(), &name);
        let verifier = Verifier::derive(Hash::Sha1, &password, b"salt", NonZeroU32::new(2).unwrap());
        prop_assert!(verifier.fits(&password));
        prop_assert_eq!(verifier.fits(&other), other == password);
        let Next::Challenge { data: server_first, exchange } = lookup.continue_with(verifier, SERVER) else { panic!() };
        let server_first = String::from_utf8(server_first).unwrap();
        let channel = [flag.as_bytes(), b",,", data].concat();
        let last = client_final(Hash::Sha1, &other, &bare, &server_first, &channel);
        let success = matches!(exchange.respond(last.as_bytes()), Next::Success { .. });
        prop_assert_eq!(success, other == password);
    }

    #[test]
    fn no_bytes_panic_and_none_log_in(message in proptest::collection::vec(any::<u8>(), 0..200), last: Vec<u8>) {
        let offer = Offer::new("a.test".into(), &Mechanism::STRONGEST_FIRST, bound());
        for mechanism in Mechanism::STRONGEST_FIRST {
            if let Next::Lookup(lookup) = begin(&offer, mechanism, Some(&message)) {
                let verifier = Verifier::derive(lookup.hash(), "x", b"salt", NonZeroU32::MIN);
                let Next::Challenge { exchange, .. } = lookup.continue_with(verifier, SERVER) else { panic!() };
                let failed = matches!(exchange.respond(&last), Next::Failure(_));
                prop_assert!(failed);
            }
        }
    }
}
