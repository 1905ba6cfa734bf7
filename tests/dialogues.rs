//! Every dialogue of tests/dialogues and every generated one, each against a server of its own.
//!
//! `IMERA_DIALOGUE=8.5.2 cargo test --test dialogues` plays those whose title or file holds "8.5.2".

#[path = "support/dialogue/mod.rs"]
mod dialogue;

use std::path::Path;

use dialogue::pattern::{Pattern, Vars};
use dialogue::script;
use dialogue::xml::{Incoming, StreamParser};

#[test]
fn the_dialogues_of_the_folder() {
    dialogue::run(script::read_folder(Path::new("tests/dialogues")));
}

#[test]
fn rfc6121_appendix_a_every_cell() {
    let dialogues = dialogue::appendix_a::dialogues();
    assert_eq!(dialogues.len(), 72);
    dialogue::run(dialogues);
}

#[test]
fn rfc6121_8_5_4_every_cell() {
    let dialogues = dialogue::table_1::dialogues();
    assert_eq!(dialogues.len(), 64);
    dialogue::run(dialogues);
}

/// Whether `pattern` fits `xml`, and what it captured.
fn fits(pattern: &str, xml: &str) -> Result<Vars, String> {
    let text = format!("<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>{xml}");
    let (mut parser, mut bytes, mut vars) = (StreamParser::new(), text.as_bytes(), Vars::new());
    while let Some(incoming) = parser.next(&mut bytes)? {
        if let Incoming::Element(element) = incoming {
            return Pattern::parse(pattern)?.matches(&element, &mut vars).map(|()| vars);
        }
    }
    Err("no element".to_owned())
}

#[test]
fn patterns_compare_what_they_say() {
    let xml = "<message from='a@b/c' id='1' type='chat'><body>hi</body><x xmlns='u:x' k='v'><y/><z/></x></message>";
    for good in [
        "<message type='chat'>…</message>",
        "<message from='a@b/…' type='chat'><x xmlns='u:x' k='v'><z/><y/></x><body>hi</body></message>",
        "<message type='chat'><body>h…</body><x …>…</x></message>",
        "<message type='chat'><body>$b</body>…</message>",
        "<message type='chat'><x xmlns='u:x' …><y/>…</x>…</message>",
    ] {
        assert!(fits(good, xml).is_ok(), "{good}: {:?}", fits(good, xml));
    }
    for bad in [
        "<message>…</message>",
        "<message type='chat'><body>hi</body></message>",
        "<message type='chat'><body>ho</body>…</message>",
        "<message type='chat'><x xmlns='u:x'>…</x>…</message>",
        "<message type='chat'><x k='v'>…</x>…</message>",
        "<message type='chat'><x …><y/><y/></x>…</message>",
        "<message type='chat' to='x'>…</message>",
        "<presence type='chat'>…</presence>",
        "<message type='chat' from='$a' id='$a'>…</message>",
    ] {
        assert!(fits(bad, xml).is_err(), "{bad}");
    }
    let vars = fits("<message type='$t' id='$i'><body>$b</body>…</message>", xml).expect("it fits");
    assert_eq!(
        vars.into_iter().collect::<Vec<_>>(),
        [("b".to_owned(), "hi".to_owned()), ("i".to_owned(), "1".to_owned()), ("t".to_owned(), "chat".to_owned())]
    );
}

#[test]
fn dialogue_files_are_cut_into_titles_steps_and_blocks() {
    let text = "# The header of the file.\n\n# One\n# rule\nromeo connects\nromeo sends\n  <a>\n    <b/>\n  </a>\n\n\
                # Two\nromeo receives in any order:\n  <a/>\n  <b>\n    <c/></b>\n";
    let dialogues = script::read("t.txt", text);
    assert_eq!(dialogues.iter().map(|d| d.title.as_str()).collect::<Vec<_>>(), ["One rule", "Two"]);
    assert_eq!(dialogues[0].steps[1].whole(), "romeo sends <a><b/></a>");
    assert_eq!(dialogues[1].steps[0].block, ["  <a/>", "  <b><c/></b>"]);
}
