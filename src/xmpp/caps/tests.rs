//! XEP-0115 by its paragraphs, with its own examples.

use super::super::form::Field;
use super::super::form::FormKind;
use super::*;

fn features(features: &[&str]) -> Vec<String> {
    features.iter().map(|feature| (*feature).to_owned()).collect()
}

/// What the examples of §5.2 and §5.3 can, not in order.
fn example_features() -> Vec<String> {
    features(&[
        "http://jabber.org/protocol/muc",
        "http://jabber.org/protocol/disco#items",
        "http://jabber.org/protocol/caps",
        "http://jabber.org/protocol/disco#info",
    ])
}

fn exodus() -> Info {
    Info {
        identities: vec![Identity::new("client", "pc", "Exodus 0.9.1")],
        features: example_features(),
        forms: vec![],
    }
}

fn psi() -> Info {
    let identity = |lang: &str, name| Identity { lang: lang.into(), ..Identity::new("client", "pc", name) };
    let form = Form::about(FormKind::Result, "urn:xmpp:dataforms:softwareinfo")
        .field(Field::untyped("software_version").value("0.11"))
        .field(Field::new(FieldKind::TextMulti, "ip_version").value("ipv6").value("ipv4"))
        .field(Field::untyped("os").value("Mac"))
        .field(Field::untyped("os_version").value("10.5.1"))
        .field(Field::untyped("software").value("Psi"));
    Info {
        identities: vec![identity("en", "Psi 0.11"), identity("el", "Ψ 0.11")],
        features: example_features(),
        forms: vec![form],
    }
}

fn ver(info: &Info) -> String {
    info.ver().expect("well-formed")
}

#[test]
fn xep0115_5_2_simple_generation_example() {
    let s = "client/pc//Exodus 0.9.1<http://jabber.org/protocol/caps<http://jabber.org/protocol/disco#info<\
        http://jabber.org/protocol/disco#items<http://jabber.org/protocol/muc<";
    assert_eq!(exodus().to_hash().as_deref(), Ok(s));
    assert_eq!(ver(&exodus()), "QgayPKawpkPSDYmwT/WM94uAlu0=");
}

#[test]
fn xep0115_5_3_complex_generation_example() {
    let s = "client/pc/el/Ψ 0.11<client/pc/en/Psi 0.11<http://jabber.org/protocol/caps<\
        http://jabber.org/protocol/disco#info<http://jabber.org/protocol/disco#items<\
        http://jabber.org/protocol/muc<urn:xmpp:dataforms:softwareinfo<ip_version<ipv4<ipv6<os<Mac<\
        os_version<10.5.1<software<Psi<software_version<0.11<";
    assert_eq!(psi().to_hash().as_deref(), Ok(s));
    assert_eq!(ver(&psi()), "q07IKJEyjvHSyhy//CH0CxmKi8w=");
}

#[test]
fn xep0115_5_1_sorting_is_by_bytes() {
    // The order of bytes in UTF-8: capitals first, what is not ASCII last, a shorter text first.
    let info = Info { features: features(&["é", "a", "Z", "", "aa", "𐍈", "ﬀ"]), ..Info::default() };
    assert_eq!(info.to_hash().as_deref(), Ok("<Z<a<aa<é<ﬀ<𐍈<"));
    let mut info = Info { identities: vec![], ..Info::default() };
    for (category, kind) in [("b", "a"), ("a", "b"), ("a!", "a"), ("a", "a")] {
        info.identities.push(Identity::new(category, kind, "n"));
    }
    assert_eq!(info.to_hash().as_deref(), Ok("a/a//n<a/b//n<a!/a//n<b/a//n<"));
}

#[test]
fn xep0115_5_1_forms_are_sorted_by_their_type() {
    let form = |form_type: &str, var: &'static str| {
        Form::about(FormKind::Result, form_type).field(Field::untyped(var).value("1"))
    };
    let info = Info { forms: vec![form("urn:b", "x"), form("urn:a", "y")], ..Info::default() };
    assert_eq!(info.to_hash().as_deref(), Ok("urn:a<y<1<urn:b<x<1<"));
}

#[test]
fn xep0115_5_4_3_what_stands_there_twice_is_ill_formed() {
    let mut info = exodus();
    info.identities.push(info.identities[0].clone());
    assert_eq!(info.ver(), Err(IllFormed::Identities));
    let mut info = exodus();
    info.features.push(info.features[0].clone());
    assert_eq!(info.ver(), Err(IllFormed::Features));
    let mut info = psi();
    info.forms.push(info.forms[0].clone());
    assert_eq!(info.ver(), Err(IllFormed::Forms));
    let mut info = psi();
    info.forms[0].fields[0].values.push("urn:other".into());
    assert_eq!(info.ver(), Err(IllFormed::Forms));
    let mut info = psi();
    info.forms[0].fields[0].values.push("urn:xmpp:dataforms:softwareinfo".into());
    assert_eq!(ver(&info), ver(&psi()), "the same type twice says nothing new");
}

#[test]
fn xep0115_5_4_3_6_forms_without_a_hidden_form_type_are_ignored() {
    let without = Form::parse(&Element::new(ns::DATA_FORMS, "x").attr("type", "result")).expect("a form");
    let mut open = Form::about(FormKind::Result, "urn:open");
    open.fields[0].kind = None;
    let mut info = exodus();
    info.forms = vec![without.clone(), open, without];
    assert_eq!(ver(&info), ver(&exodus()));
}

#[test]
fn xep0115_5_4_an_announcement_is_verified() {
    let caps = Caps::of("http://code.google.com/p/exodus", &exodus()).expect("well-formed");
    assert_eq!(
        caps.to_element().to_xml(ns::CLIENT),
        "<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='http://code.google.com/p/exodus' \
         ver='QgayPKawpkPSDYmwT/WM94uAlu0='/>"
    );
    assert_eq!(Caps::read(&caps.to_element()), Some(caps.clone()));
    assert_eq!(caps.disco_node(), "http://code.google.com/p/exodus#QgayPKawpkPSDYmwT/WM94uAlu0=");
    assert!(caps.verify(&exodus()));
    assert!(!caps.verify(&psi()));
    let other_hash = Caps { hash: "sha-256".into(), ..caps };
    assert!(!other_hash.verify(&exodus()));
}

#[test]
fn xep0115_5_4_1_without_a_hash_it_is_the_legacy_format() {
    let c = Element::new(ns::CAPS, "c").attr("node", "http://psi-im.org").attr("ver", "0.10");
    assert_eq!(Caps::read(&c), None);
    assert_eq!(Caps::read(&Element::new(ns::CAPS, "c").attr("hash", "sha-1").attr("node", "").attr("ver", "x")), None);
    assert_eq!(
        Caps::read(&Element::new(ns::CLIENT, "c").attr("hash", "sha-1").attr("node", "n").attr("ver", "x")),
        None
    );
}

#[test]
fn xep0115_5_1_note_a_separator_in_a_part_is_not_trusted() {
    // One identity whose name swallows the features hashes like the honest answer.
    let name = "Exodus 0.9.1<http://jabber.org/protocol/caps<http://jabber.org/protocol/disco#info<\
        http://jabber.org/protocol/disco#items<http://jabber.org/protocol/muc";
    let forged = Info { identities: vec![Identity::new("client", "pc", name)], ..Info::default() };
    assert_eq!(ver(&forged), ver(&exodus()));
    let caps = Caps::of("n", &exodus()).expect("well-formed");
    assert!(!caps.verify(&forged));
    let with_entity =
        Info { identities: vec![Identity::new("client", "pc", &name.replace('<', "&lt;"))], ..Info::default() };
    assert_ne!(ver(&with_entity), ver(&exodus()), "the four characters &lt; are not the separator");
}

#[test]
fn xep0030_3_1_an_answer_is_written_and_read() {
    let query = psi().to_element(Some("http://psi-im.org#q07IKJEyjvHSyhy//CH0CxmKi8w="));
    assert_eq!(query.get("node"), Some("http://psi-im.org#q07IKJEyjvHSyhy//CH0CxmKi8w="));
    assert_eq!(Info::read(&query), psi());
    assert_eq!(
        exodus().to_element(None).to_xml(ns::CLIENT),
        "<query xmlns='http://jabber.org/protocol/disco#info'>\
         <identity category='client' type='pc' name='Exodus 0.9.1'/>\
         <feature var='http://jabber.org/protocol/muc'/><feature var='http://jabber.org/protocol/disco#items'/>\
         <feature var='http://jabber.org/protocol/caps'/><feature var='http://jabber.org/protocol/disco#info'/></query>"
    );
    let identity = query.children().next().expect("an identity");
    assert_eq!(
        identity.to_xml(ns::DISCO_INFO),
        "<identity category='client' type='pc' name='Psi 0.11' xml:lang='en'/>"
    );
}

#[test]
fn xep0030_3_1_what_lacks_a_name_is_left_out() {
    let query = Element::new(ns::DISCO_INFO, "query")
        .child(Element::new(ns::DISCO_INFO, "identity").attr("category", "client"))
        .child(Element::new(ns::DISCO_INFO, "feature"))
        .child(Element::new(ns::DATA_FORMS, "x").attr("type", "none"))
        .child(Element::new(ns::CAPS, "feature").attr("var", "x"));
    assert_eq!(Info::read(&query), Info::default());
}
