//! RFC 6120 §6, RFC 4616, RFC 4505 and XEP-0440, as far as no SCRAM is needed.

use super::*;

fn offer(bindings: Bindings) -> Offer {
    Offer::new("a.test".into(), &Mechanism::STRONGEST_FIRST, bindings)
}

fn exporter() -> Bindings {
    Bindings { exporter: Some([7; 32]), end_point: Some(Arc::new([9; 48])) }
}

fn plain(message: &[u8]) -> Result<(String, String), SaslCondition> {
    match begin(&offer(Bindings::default()), Mechanism::Plain, Some(message)) {
        Next::Password(claim) => Ok((claim.name, claim.password.to_string())),
        Next::Failure(error) => Err(error.condition),
        other => panic!("{other:?}"),
    }
}

#[test]
fn rfc6120_6_4_1_mechanisms_are_offered_strongest_first() {
    let names = |offer: &Offer| offer.mechanisms_element().children().map(Element::text).collect::<Vec<_>>();
    let bound = [
        "SCRAM-SHA-512-PLUS",
        "SCRAM-SHA-256-PLUS",
        "SCRAM-SHA-1-PLUS",
        "SCRAM-SHA-512",
        "SCRAM-SHA-256",
        "SCRAM-SHA-1",
        "PLAIN",
        "ANONYMOUS",
    ];
    assert_eq!(names(&offer(exporter())), bound);
    assert_eq!(names(&offer(Bindings::default())), bound[3..]);
    for name in bound {
        assert_eq!(Mechanism::parse(name).unwrap().name(), name);
    }
}

#[test]
fn xep0440_2_binding_types_are_offered_with_plus_and_never_without() {
    let element = offer(exporter()).bindings_element().unwrap().to_xml(ns::STREAM);
    assert_eq!(
        element,
        "<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'><channel-binding type='tls-exporter'/>\
         <channel-binding type='tls-server-end-point'/></sasl-channel-binding>"
    );
    assert!(offer(Bindings::default()).bindings_element().is_none());
    let without_plus = Offer::new("a.test".into(), &[Mechanism::Plain], exporter());
    assert!(without_plus.bindings_element().is_none());
}

#[test]
fn rfc6120_6_4_2_an_equals_sign_is_an_empty_initial_response() {
    assert!(decode_initial("").unwrap().is_none());
    assert_eq!(decode_initial("=").unwrap().unwrap().len(), 0);
    assert_eq!(decode_initial("AGE=").unwrap().unwrap().as_slice(), b"\0a");
    assert_eq!(decode("").unwrap().len(), 0);
    assert_eq!(decode("=").unwrap().len(), 0);
}

#[test]
fn rfc6120_6_5_5_what_is_not_base64_is_an_incorrect_encoding() {
    for text in ["AGE", "AGE==", "AGF=", "AG E=", "AGE=\n", "A-E=", "====", "==", "ä", "AGE=AGE="] {
        assert_eq!(decode(text).unwrap_err().condition, SaslCondition::IncorrectEncoding, "{text:?}");
    }
}

#[test]
fn rfc6120_6_5_7_unknown_and_unoffered_mechanisms_are_invalid() {
    for name in ["", "plain", "SCRAM-SHA-1-plus", "EXTERNAL", "SCRAM-SHA-384", " PLAIN"] {
        assert_eq!(Mechanism::parse(name).unwrap_err().condition, SaslCondition::InvalidMechanism);
    }
    let only_scram = Offer::new("a.test".into(), &[Mechanism::STRONGEST_FIRST[3]], Bindings::default());
    let Next::Failure(error) = begin(&only_scram, Mechanism::Plain, Some(b"\0a\0b")) else { panic!() };
    assert_eq!(error.condition, SaslCondition::InvalidMechanism);
    let unbound = begin(&offer(Bindings::default()), Mechanism::STRONGEST_FIRST[0], Some(b"p=tls-exporter,,n=a,r=b"));
    assert!(matches!(unbound, Next::Failure(error) if error.condition == SaslCondition::InvalidMechanism));
}

#[test]
fn rfc6120_6_3_10_an_initial_response_may_come_after_an_empty_challenge() {
    let offer = offer(Bindings::default());
    let Next::Challenge { data, exchange } = begin(&offer, Mechanism::Plain, None) else { panic!() };
    assert!(data.is_empty());
    assert_eq!(challenge_element(&data).text(), "");
    assert!(matches!(exchange.respond(b"\0juliet\0r0m30"), Next::Password(claim) if claim.name == "juliet"));
    let Next::Challenge { exchange, .. } = begin(&offer, Mechanism::Anonymous, None) else { panic!() };
    assert!(matches!(exchange.respond(b""), Next::Anonymous));
}

#[test]
fn rfc6120_6_4_5_a_failure_names_its_condition() {
    let xml = SaslError::not_authorized("").element().to_xml(ns::STREAM);
    assert_eq!(xml, "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>");
    let xml = SaslError::temporary_auth_failure("wait").element();
    assert_eq!(xml.find(ns::SASL, "text").map(|text| (text.lang(), text.text())), Some((Some("en"), "wait".into())));
}

#[test]
fn rfc6120_6_4_6_success_has_data_only_where_there_is_some() {
    assert!(success_element(b"").nodes.is_empty());
    assert_eq!(success_element(b"v=x").text(), "dj14");
}

#[test]
fn rfc4616_2_plain_has_three_parts_and_a_prepared_name() {
    assert_eq!(plain(b"\0juliet\0r0m30"), Ok(("juliet".into(), "r0m30".into())));
    assert_eq!(plain(b"\0Juliet\0R0m30"), Ok(("juliet".into(), "R0m30".into())));
    for bad in [&b""[..], b"\0", b"\0\0", b"juliet", b"\0juliet", b"\0juliet\0", b"\0\0r", b"\0a\0b\0c", b"\0\xff\0b"] {
        assert_eq!(plain(bad), Err(SaslCondition::MalformedRequest), "{bad:?}");
    }
    assert_eq!(plain(&[b'a'; SASL_MESSAGE_MAX_BYTES + 1]), Err(SaslCondition::MalformedRequest));
}

#[test]
fn rfc4616_2_a_name_that_no_account_can_have_fails_like_a_wrong_password() {
    for name in ["juliet@a.test", "a b", "a/b", "\u{1}"] {
        assert_eq!(plain(format!("\0{name}\0r").as_bytes()), Err(SaslCondition::NotAuthorized));
    }
}

#[test]
fn rfc6120_6_3_8_only_the_own_bare_address_is_an_authzid() {
    for own in ["juliet@a.test", "JULIET@A.TEST", "juliet@a.test."] {
        assert!(plain(format!("{own}\0juliet\0r").as_bytes()).is_ok(), "{own}");
    }
    for others in ["romeo@a.test", "juliet", "juliet@a.test/x", "juliet@b.test", "a.test", "@a.test", "a@b@c", "<>"] {
        assert_eq!(plain(format!("{others}\0juliet\0r").as_bytes()), Err(SaslCondition::InvalidAuthzid), "{others}");
    }
}

#[test]
fn rfc4505_2_a_trace_is_short_utf_8() {
    let anonymous = |message: &[u8]| begin(&offer(Bindings::default()), Mechanism::Anonymous, Some(message));
    assert!(matches!(anonymous(b""), Next::Anonymous));
    assert!(matches!(anonymous("ü".repeat(255).as_bytes()), Next::Anonymous));
    for bad in ["ü".repeat(256).as_bytes(), b"\xff", b"a\0"] {
        assert!(matches!(anonymous(bad), Next::Failure(error) if error.condition == SaslCondition::MalformedRequest));
    }
}

#[test]
fn rfc8265_4_2_2_passwords_are_composed_and_their_spaces_plain() {
    let prepared = |text: &str| prepare(text).map(|text| text.to_string());
    assert_eq!(prepared("pass word"), Ok("pass word".into()));
    assert_eq!(prepared("Cafe\u{301}\u{a0}!"), Ok("Caf\u{e9} !".into()));
    assert_eq!(prepared("🦊🫠"), Ok("🦊🫠".into()));
    for bad in ["", "a\nb", "a\u{7f}", "\u{85}", "é\u{fffe}", "\u{fdd0}", &"a".repeat(1_025), &"é".repeat(513)] {
        assert_eq!(prepared(bad), Err(verifier::PasswordError), "{bad:?}");
    }
    assert!(prepared(&"a".repeat(1_024)).is_ok() && prepared(&"é".repeat(512)).is_ok());
}

fn prepare(text: &str) -> Result<Zeroizing<String>, verifier::PasswordError> {
    verifier::prepare_password(text)
}

#[test]
fn passwords_and_keys_are_not_printed() {
    let claim = begin(&offer(exporter()), Mechanism::Plain, Some(b"\0juliet\0r0m30"));
    assert!(!format!("{claim:?}").contains("r0m30"));
    let verifier = Verifier::derive(Hash::Sha1, "r0m30", b"salt", std::num::NonZeroU32::MIN);
    assert!(!format!("{verifier:?}").contains("key"));
    assert_eq!(format!("{:?}", exporter()), "[TlsExporter, TlsServerEndPoint]");
}
