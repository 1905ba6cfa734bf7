//! RFC 7622 by its paragraphs and examples, and the traps of PRECIS and IDNA.

use proptest::prelude::*;

use super::*;
use crate::limits::JID_CONTEXT_MAX_CHARS;
use crate::limits::JID_PART_MAX_BYTES;
use crate::limits::JID_PART_MAX_BYTES_RAW;

fn jid(text: &str) -> Jid {
    text.parse().unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

/// The prepared form of an address.
fn prepared(text: &str) -> String {
    jid(text).to_string()
}

fn refused(text: &str) -> JidError {
    match text.parse::<Jid>() {
        Ok(jid) => panic!("{text:?} became {jid:?}"),
        Err(error) => error,
    }
}

#[test]
fn rfc7622_3_5_table_1_legal_addresses() {
    let legal = [
        ("juliet@example.com", Some("juliet"), "example.com", None),
        ("juliet@example.com/foo", Some("juliet"), "example.com", Some("foo")),
        ("juliet@example.com/foo bar", Some("juliet"), "example.com", Some("foo bar")),
        ("juliet@example.com/foo@bar", Some("juliet"), "example.com", Some("foo@bar")),
        ("foo\\20bar@example.com", Some("foo\\20bar"), "example.com", None),
        ("fussball@example.com", Some("fussball"), "example.com", None),
        ("fu\u{df}ball@example.com", Some("fu\u{df}ball"), "example.com", None),
        ("\u{3c0}@example.com", Some("\u{3c0}"), "example.com", None),
        ("\u{3a3}@example.com/foo", Some("\u{3c3}"), "example.com", Some("foo")),
        ("\u{3c3}@example.com/foo", Some("\u{3c3}"), "example.com", Some("foo")),
        ("\u{3c2}@example.com/foo", Some("\u{3c2}"), "example.com", Some("foo")),
        ("king@example.com/\u{265a}", Some("king"), "example.com", Some("\u{265a}")),
        ("example.com", None, "example.com", None),
        ("example.com/foobar", None, "example.com", Some("foobar")),
        ("a.example.com/b@example.net", None, "a.example.com", Some("b@example.net")),
    ];
    for (text, local, domain, resource) in legal {
        let jid = jid(text);
        assert_eq!((jid.local(), jid.domain(), jid.resource()), (local, domain, resource), "{text}");
        assert_eq!(Jid::from_parts(local, domain, resource), Ok(jid));
    }
}

#[test]
fn rfc7622_3_5_table_2_strings_that_are_no_addresses() {
    assert_eq!(refused("\"juliet\"@example.com"), JidError::Local);
    assert_eq!(refused("foo bar@example.com"), JidError::Local);
    assert_eq!(refused("juliet@example.com/ foo"), JidError::Resource);
    assert_eq!(refused("juliet@example.com/\u{3000}foo"), JidError::Resource);
    assert_eq!(refused("@example.com/"), JidError::Local);
    assert_eq!(refused("henry\u{2163}@example.com"), JidError::Local);
    assert_eq!(refused("\u{265a}@example.com"), JidError::Local);
    assert_eq!(refused("juliet@"), JidError::Domain);
    assert_eq!(refused("/foobar"), JidError::Domain);
}

#[test]
fn rfc7622_3_1_no_part_is_empty() {
    for text in ["", "@", "/", "@/", "a@/b", "@b/c"] {
        refused(text);
    }
    assert_eq!(refused("a@b/"), JidError::Resource);
    assert_eq!(refused("b/"), JidError::Resource);
}

#[test]
fn rfc7622_3_1_parts_have_up_to_1023_bytes_after_preparation() {
    let max = JID_PART_MAX_BYTES;
    for (before, part, after) in [("", "a", "@b"), ("", "a", ""), ("a@b/", "a", "")] {
        let of = |len: usize| format!("{before}{}{after}", part.repeat(len));
        assert_eq!(jid(&of(max)).as_str(), of(max));
        refused(&of(max + 1));
    }
    // Three bytes before, one after.
    assert_eq!(jid(&format!("{}@b", "\u{ff41}".repeat(max))).local().map(str::len), Some(max));
    refused(&format!("{}@b", "\u{ff41}".repeat(max + 1)));
    // Three bytes before, two after.
    assert_eq!(jid(&format!("b/{}", "e\u{301}".repeat(511))).resource().map(str::len), Some(1_022));
    refused(&format!("b/{}", "e\u{301}".repeat(512)));
    let whole = format!("{0}@{0}/{0}", "a".repeat(max));
    assert_eq!(jid(&whole).as_str(), whole);
    assert_eq!(jid(&whole).bare_str().len(), 2 * max + 1);
}

#[test]
fn rfc7622_3_2_the_first_slash_and_then_the_first_at_part_it() {
    assert_eq!(jid("a/b@c/d").domain(), "a");
    assert_eq!(jid("a/b@c/d").resource(), Some("b@c/d"));
    assert_eq!(refused("a@b@c"), JidError::Domain);
}

#[test]
fn rfc7622_3_2_a_final_dot_is_stripped_first() {
    assert_eq!(prepared("a@example.com."), "a@example.com");
    assert_eq!(prepared("a@example.com./r"), "a@example.com/r");
    assert_eq!(prepared("a@münchen.de."), "a@münchen.de");
    assert_eq!(prepared("a@münchen.de\u{3002}"), "a@münchen.de");
    for text in ["a@.", "a@..", "a@b..", "a@.b", "a@b..c", "a@münchen.de..", "a@münchen.\u{3002}", "a@ü..c", "a@.ü"]
    {
        assert_eq!(refused(text), JidError::Domain, "{text}");
    }
}

#[test]
fn rfc7622_3_2_ip_addresses_are_domains() {
    assert_eq!(prepared("a@127.0.0.1/r"), "a@127.0.0.1/r");
    assert_eq!(prepared("[::1]"), "[::1]");
    assert_eq!(prepared("a@[2001:DB8:0:0:0:0:0:1]/r"), "a@[2001:db8::1]/r");
    assert_eq!(prepared("[::ffff:192.0.2.1]"), "[::ffff:192.0.2.1]");
    for text in ["::1", "[::1", "::1]", "[]", "[::1].", "[127.0.0.1]", "[fe80::1%eth0]", "[::g]", "[[::1]]", "[::1]ü"]
    {
        assert_eq!(refused(text), JidError::Domain, "{text}");
    }
}

#[test]
fn rfc7622_3_2_1_a_labels_become_u_labels() {
    assert_eq!(prepared("a@xn--mnchen-3ya.de"), "a@münchen.de");
    assert_eq!(prepared("a@XN--MNCHEN-3YA.DE"), "a@münchen.de");
    assert_eq!(jid("a@xn--mnchen-3ya.de"), jid("a@mu\u{308}nchen.de"));
    for text in ["xn--", "xn--a", "xn--mnchen-3ya-", "xn--abc-", "xn--zzzzzzzz.de", "xn--MNCHEN-3YA\u{fc}.de"] {
        assert_eq!(refused(text), JidError::Domain, "{text}");
    }
    assert_eq!(prepared("r3---sn-4g5e.example"), "r3---sn-4g5e.example", "hyphens alone make no A-label");
}

#[test]
fn rfc7622_3_2_2_domains_are_mapped_to_lower_case_and_normal_width() {
    assert_eq!(prepared("Example.COM"), "example.com");
    assert_eq!(prepared("MÜNCHEN.de"), "münchen.de");
    assert_eq!(prepared("ｅｘａｍｐｌｅ．ｃｏｍ"), "example.com");
    assert_eq!(prepared("a@例え。テスト"), "a@例え.テスト");
    assert_eq!(jid("Ö.example"), jid("o\u{308}.example"));
    assert_eq!(prepared("ﬁ\u{ad}sh.example"), "fish.example", "UTS 46 maps more than RFC 5895 asks for");
}

#[test]
fn rfc5892_2_6_sharp_s_is_a_letter_of_its_own() {
    assert_eq!(prepared("a@faß.de"), "a@faß.de");
    assert_eq!(prepared("a@xn--fa-hia.de"), "a@faß.de");
    assert_ne!(jid("a@faß.de"), jid("a@fass.de"));
    assert_eq!(prepared("straße@b"), "straße@b");
    assert_eq!(prepared("STRAẞE@b"), "straße@b");
}

#[test]
fn rfc5890_2_3_2_only_letters_digits_and_hyphens_make_domains() {
    assert_eq!(prepared("_xmpp_.my_host"), "_xmpp_.my_host");
    for c in ['!', '"', '#', '$', '%', '&', '\'', '(', ')', '*', '+', ',', ':', ';', '<', '=', '>', '?', '@', '[', '\\']
    {
        assert_eq!(refused(&format!("x@a{c}b.de")), JidError::Domain, "{c}");
        assert_eq!(refused(&format!("x@ü{c}b.de")), JidError::Domain, "{c}");
    }
    for c in
        [']', '^', '`', '{', '|', '}', '~', ' ', '\t', '\n', '\0', '\u{7f}', '\u{80}', '\u{a0}', '\u{200e}', '\u{fdd0}']
    {
        assert_eq!(refused(&format!("a{c}b.de")), JidError::Domain, "{c:?}");
    }
    for text in
        ["-a.de", "a-.de", "a.-b", "a.b-", "-", "ü-.de", "-ü.de", "♚.de", "i❤.ws", "🫠.la", "a∕b.de", "a⁄b", "１⁄２.de"]
    {
        assert_eq!(refused(text), JidError::Domain, "{text}");
    }
}

#[test]
fn rfc5893_2_domains_obey_the_bidi_rule() {
    assert_eq!(prepared("a@שלום.example"), "a@שלום.example");
    assert_eq!(refused("a@aא.example"), JidError::Domain);
    assert_eq!(refused("a@אa.example"), JidError::Domain);
}

#[test]
fn rfc8265_3_3_local_parts_are_lower_case_nfc_and_of_normal_width() {
    assert_eq!(prepared("Juliet@b"), "juliet@b");
    assert_eq!(prepared("JÜRGEN@b"), "jürgen@b");
    assert_eq!(prepared("ju\u{308}rgen@b"), "jürgen@b");
    assert_eq!(prepared("ＪＵＬＩＥＴ@b"), "juliet@b");
    assert_eq!(prepared("ﾃｽﾄ@b"), "テスト@b");
    assert_eq!(prepared("!#$%()*+,-.;=?[\\]^_`{|}~@b"), "!#$%()*+,-.;=?[\\]^_`{|}~@b");
}

#[test]
fn rfc7622_3_3_1_eight_characters_are_banned_from_local_parts() {
    for c in ['"', '&', '\'', '/', ':', '<', '>', '@'] {
        assert_eq!(Jid::from_parts(Some(&format!("a{c}b")), "b", None), Err(JidError::Local), "{c}");
        let wide = char::from_u32(c as u32 - 0x20 + 0xff00).expect("fullwidth forms lie there");
        assert_eq!(Jid::from_parts(Some(&format!("a{wide}b")), "b", None), Err(JidError::Local), "{wide}");
        assert!(Jid::from_parts(None, "b", Some(&format!("a{c}b"))).is_ok(), "{c} in a resource");
    }
    for c in [
        ' ', '\t', '\n', '\0', '\u{7f}', '\u{a0}', '\u{ad}', '\u{200b}', '\u{202e}', '\u{fe0f}', '\u{e000}', '\u{fdd0}',
    ] {
        assert_eq!(Jid::from_parts(Some(&format!("a{c}b")), "b", None), Err(JidError::Local), "{c:?}");
    }
    for text in ["\u{212b}@b", "ﬁ@b", "①@b", "½@b", "☃@b", "🐎@b", "a🫠@b", "\u{1100}@b"] {
        assert_eq!(refused(text), JidError::Local, "{text}");
    }
}

#[test]
fn rfc8265_3_3_2_local_parts_obey_the_bidi_rule() {
    for text in ["שלום@b", "محمد@b", "אב1@b", "٣محمد٣@b", "abc1@b"] {
        let result = text.parse::<Jid>().map(|jid| jid.to_string());
        assert_eq!(result, if text.starts_with('٣') { Err(JidError::Local) } else { Ok(text.to_owned()) });
    }
    for text in ["אabc@b", "abcא@b", "1א@b", "א-@b"] {
        assert_eq!(refused(text), JidError::Local, "{text}");
    }
    // Marks inside and at the end: Hebrew points, Arabic vowel signs, Thaana, which always has them.
    for text in ["שָׁלוֹם@b", "مُحَمَّد@b", "މުޙައްމަދު@b"] {
        assert_eq!(
            jid(text).local().map(|local| local.chars().count()),
            text.strip_suffix("@b").map(|l| l.chars().count())
        );
    }
    assert_eq!(refused("\u{5b8}ש@b"), JidError::Local);
}

#[test]
fn rfc5892_a_joiners_and_digits_need_their_surroundings() {
    assert_eq!(prepared("क्\u{200d}ष@b"), "क्\u{200d}ष@b");
    assert_eq!(prepared("col·lecció@b"), "col·lecció@b");
    assert_eq!(prepared("b/ア・イ"), "b/ア・イ");
    for text in ["a\u{200d}b@b", "a\u{200c}b@b", "a·b@b", "b/a·b", "b/a・b", "b/\u{661}\u{6f1}", "b/\u{200c}"] {
        refused(text);
    }
    let digits = |count| format!("b/{}", "\u{661}".repeat(count));
    assert!(digits(JID_CONTEXT_MAX_CHARS).parse::<Jid>().is_ok());
    assert_eq!(refused(&digits(JID_CONTEXT_MAX_CHARS + 1)), JidError::Resource);
}

#[test]
fn rfc8265_4_2_resources_are_opaque() {
    assert_eq!(prepared("b/Juliet's \"PHONE\" <3 & more/@:"), "b/Juliet's \"PHONE\" <3 & more/@:");
    assert_eq!(prepared("b/e\u{301}"), "b/\u{e9}");
    assert_eq!(prepared("b/ＡＢ①ﬁ"), "b/ＡＢ①ﬁ", "width and compatibility stay");
    assert_eq!(prepared("b/a\u{a0}b\u{3000}c\u{2003}d "), "b/a b c d ");
    assert_eq!(prepared("b/אabc"), "b/אabc", "no Bidi rule here");
    for c in
        ['\0', '\t', '\n', '\u{7f}', '\u{85}', '\u{ad}', '\u{200b}', '\u{202e}', '\u{2028}', '\u{feff}', '\u{fdd0}']
    {
        assert_eq!(refused(&format!("b/a{c}c")), JidError::Resource, "{c:?}");
    }
    for c in [
        '\u{e000}',
        '\u{fffe}',
        '\u{10ffff}',
        '\u{1100}',
        '\u{180f}',
        '\u{2065}',
        '\u{1bca0}',
        '\u{e0041}',
        '\u{e0fff}',
    ] {
        assert_eq!(refused(&format!("b/a{c}c")), JidError::Resource, "{c:?}");
    }
}

#[test]
fn emoji_of_all_ages_name_people_in_rooms() {
    for nick in ["🐎", "😀", "🫠", "🫡 Ben", "🥷🏽", "🇩🇪", "🪿", "𞤀𞤣𞤤𞤢𞤥"] {
        assert_eq!(prepared(&format!("room@b/{nick}")), format!("room@b/{nick}"));
    }
    assert_eq!(prepared("room@b/Mum ❤\u{fe0f}"), "room@b/Mum ❤");
    assert_eq!(prepared("room@b/👩\u{200d}👧"), "room@b/👩👧");
    assert_eq!(refused("room@b/\u{fe0f}"), JidError::Resource);
    assert_eq!(prepared("room@b/क्\u{200d}ष"), "room@b/क्\u{200d}ष");
}

#[test]
fn equal_addresses_are_equal_bytes() {
    let one = jid("Juliet@Example.COM./Balcony");
    assert_eq!(one, jid("juliet@example.com/Balcony"));
    assert_ne!(one, jid("juliet@example.com/balcony"));
    assert_eq!(one.to_bare(), jid("JULIET@example.com"));
    assert_eq!(one.bare_str(), "juliet@example.com");
    assert!(!one.is_bare() && one.to_bare().is_bare());
    assert_eq!(one.to_bare().with_resource("Balcony"), Ok(one.clone()));
    assert_eq!(one.with_resource("e\u{301}").map(|jid| jid.to_string()), Ok("juliet@example.com/é".into()));
    assert_eq!(one.with_resource(""), Err(JidError::Resource));
    assert_eq!(jid("b/r").to_bare(), jid("b"));
    assert_eq!(jid("b/r").local(), None);
}

#[test]
fn rfc5890_2_3_2_1_dns_and_certificates_know_a_labels() {
    assert_eq!(ascii_domain("münchen.de").as_deref(), Ok("xn--mnchen-3ya.de"));
    assert_eq!(ascii_domain("example.com").as_deref(), Ok("example.com"));
    assert_eq!(ascii_domain(&format!("{}.de", "a".repeat(64))), Err(JidError::Domain));
    assert_eq!(ascii_domain("[::1]"), Err(JidError::Domain));
}

#[test]
fn a_long_part_is_refused_before_it_costs_much() {
    for text in ["\u{fe0f}".repeat(200_000), "\u{ad}".repeat(200_000), "ü.".repeat(100_000), "e\u{301}".repeat(70_000)]
    {
        assert!(text.len() > JID_PART_MAX_BYTES_RAW);
        assert_eq!(Jid::from_parts(Some(&text), "b", None), Err(JidError::Local));
        assert_eq!(Jid::from_parts(None, &text, None), Err(JidError::Domain));
        assert_eq!(Jid::from_parts(None, "b", Some(&text)), Err(JidError::Resource));
    }
}

/// Characters that the rules care about, and any others.
fn difficult() -> impl Strategy<Value = String> {
    let known = "aZ09-._~@/:\"' \u{a0}üßẞςΣİıǅǆﬁＡ＠ﾃﾞ・·l\u{375}αא\u{5f3}\u{5b8}م\u{64e}\u{661}\u{6f1}\u{200c}\u{200d}क्ष\
        \u{301}\u{308}\u{345}\u{fe0f}❤🫠🏽각\u{1100}\u{1161}。．\u{ad}\u{200b}\u{202e}\u{e000}\u{fdd0}🇩";
    let known: Vec<char> = known.chars().collect();
    let one = prop_oneof![4 => prop::sample::select(known), 1 => any::<char>()];
    let text = prop::collection::vec(one, 0..12).prop_map(|chars| chars.into_iter().collect::<String>());
    prop_oneof![6 => text, 1 => "(xn--)?[a-z0-9-]{0,12}(\\.(xn--)?[a-z0-9-]{0,12})?", 1 => "\\[[0-9a-f:.]{0,12}\\]"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_is_prepared_prepares_to_itself(text in difficult()) {
        for prepare in [prepare_local, prepare_domain, prepare_resource] {
            if let Ok(once) = prepare(&text) {
                prop_assert!((1..=JID_PART_MAX_BYTES).contains(&once.len()));
                prop_assert_eq!(prepare(&once), Ok(once));
            }
        }
    }

    #[test]
    fn an_address_is_read_back_as_itself(local in prop::option::of(difficult()), domain in difficult(), resource in prop::option::of(difficult())) {
        let resource = resource.as_deref();
        for domain in [&*domain, "münchen.de", "Example.com."] {
            if let Ok(jid) = Jid::from_parts(local.as_deref(), domain, resource) {
                prop_assert_eq!(jid.as_str().parse::<Jid>(), Ok(jid.clone()));
                prop_assert_eq!(Jid::from_parts(jid.local(), jid.domain(), jid.resource()), Ok(jid.clone()));
                prop_assert_eq!(jid.local().is_some(), local.is_some());
                prop_assert_eq!(jid.to_bare().to_string(), jid.bare_str());
            }
        }
    }

    #[test]
    fn splitting_by_hand_or_at_once_is_the_same(text in difficult()) {
        if let Ok(jid) = text.parse::<Jid>() {
            let (bare, resource) = text.split_once('/').map_or((&*text, None), |(bare, resource)| (bare, Some(resource)));
            let (local, domain) = bare.split_once('@').map_or((None, bare), |(local, domain)| (Some(local), domain));
            prop_assert_eq!(Jid::from_parts(local, domain, resource), Ok(jid));
        }
    }
}
