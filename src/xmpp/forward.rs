//! XEP-0297 Stanza Forwarding, version 1.0: `<forwarded/>` around a message, made and read.
//!
//! A message is forwarded by splicing, as everywhere: its children never become a tree.
//! Missing: forwarded presence and IQs, which no spec of a server sends.

use std::borrow::Cow;

use super::delay;
use super::delay::Delay;
use super::ns;
use super::stanza::Content;
use super::stanza::Message;
use super::xml::Element;
use super::xml::writer::push_attr;

/// Appends `<forwarded/>` with a `<delay/>` of `stamp` (microseconds, UTC), where there is one,
/// and the message in its own namespace (§3.2 rules 2 and 3).
pub fn write(out: &mut String, stamp: Option<i64>, message: &Message) {
    out.push_str("<forwarded xmlns='");
    out.push_str(ns::FORWARD);
    out.push_str("'>");
    if let Some(stamp) = stamp {
        delay::at(stamp).write(out, ns::FORWARD);
    }
    message.write(out, true);
    out.push_str("</forwarded>");
}

/// The content of a stanza that carries a forwarded message inside an element of another protocol
/// (§3.2 rule 5): `<sent/>` of XEP-0280, `<result id='…'/>` of XEP-0313. `name` and the names of
/// `attrs` are written as they are; values are escaped.
pub fn wrap(
    wrapper: &'static str,
    name: &str,
    attrs: &[(&str, &str)],
    stamp: Option<i64>,
    message: &Message,
) -> Content {
    let mut text = String::with_capacity(message.content.size_hint() + 512);
    text.push('<');
    text.push_str(name);
    let name_range = (1, text.len() as u32);
    push_attr(&mut text, "xmlns", wrapper);
    for (attr, value) in attrs {
        push_attr(&mut text, attr, value);
    }
    text.push('>');
    write(&mut text, stamp, message);
    text.push_str("</");
    text.push_str(name);
    text.push('>');
    let range = (0, text.len() as u32);
    let mut content = Content::of(text.into());
    content.push_received(Cow::Borrowed(wrapper), name_range, range);
    content
}

/// A `<forwarded/>` as a tree, from a stanza that is a tree.
pub fn element(stamp: Option<i64>, stanza: Element) -> Element {
    Element::new(ns::FORWARD, "forwarded").children_from(stamp.map(delay::at)).child(stanza)
}

/// Reads a `<forwarded/>`: when it was received by who forwards it, and the stanza. `None`:
/// another element, or nothing forwarded, or several stanzas.
pub fn read(element: &Element) -> Option<(Option<Delay>, &Element)> {
    if !element.is(ns::FORWARD, "forwarded") {
        return None;
    }
    let mut stanzas = element.children().filter(|child| {
        matches!(&*child.ns, ns::CLIENT | ns::SERVER) && matches!(&*child.name, "message" | "presence" | "iq")
    });
    let (stanza, None) = (stanzas.next()?, stanzas.next()) else { return None };
    Some((element.children().find_map(delay::read), stanza))
}

#[cfg(test)]
mod tests {
    use super::super::stanza::MessageType;
    use super::*;

    fn yet_i_should_kill_thee() -> Message {
        let mut message = Message::new(MessageType::Chat);
        message.head.from = Some("juliet@capulet.lit/orchard".parse().expect("an address"));
        message.head.to = Some("romeo@montague.lit".parse().expect("an address"));
        message.head.id = Some("0202197".into());
        message.content.push(Element::new(ns::CLIENT, "body").with_text("Yet I should kill thee"));
        let mood = "http://jabber.org/protocol/mood";
        message.content.push(Element::new(mood, "mood").child(Element::new(mood, "amorous")));
        message
    }

    const FORWARDED: &str = "<forwarded xmlns='urn:xmpp:forward:0'>\
        <delay xmlns='urn:xmpp:delay' stamp='2010-07-10T23:08:25Z'/>\
        <message xmlns='jabber:client' to='romeo@montague.lit' from='juliet@capulet.lit/orchard' \
        type='chat' id='0202197'><body>Yet I should kill thee</body>\
        <mood xmlns='http://jabber.org/protocol/mood'><amorous/></mood></message></forwarded>";

    fn stamp() -> Option<i64> {
        super::super::time::parse("2010-07-10T23:08:25Z")
    }

    #[test]
    fn xep0297_3_1_a_message_is_forwarded_whole() {
        let mut out = String::new();
        write(&mut out, stamp(), &yet_i_should_kill_thee());
        assert_eq!(out, FORWARDED);
    }

    #[test]
    fn xep0297_3_2_rule_3_the_namespace_is_kept_in_a_tree_too() {
        let stanza = Element::new(ns::CLIENT, "message").child(Element::new(ns::CLIENT, "body").with_text("hi"));
        assert_eq!(
            element(None, stanza).to_xml(ns::CLIENT),
            "<forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client'><body>hi</body></message></forwarded>"
        );
    }

    #[test]
    fn xep0297_3_2_rule_5_it_stands_inside_the_protocol_that_uses_it() {
        let content = wrap(
            "urn:xmpp:mam:2",
            "result",
            &[("id", "28482-98726"), ("queryid", "a'b")],
            stamp(),
            &yet_i_should_kill_thee(),
        );
        let child = content.children().next().expect("one child");
        assert!(child.is("urn:xmpp:mam:2", "result"));
        assert_eq!(content.len(), 1);
        let mut out = String::new();
        content.write(&mut out);
        let expected =
            format!("<result xmlns='urn:xmpp:mam:2' id='28482-98726' queryid='a&apos;b'>{FORWARDED}</result>");
        assert_eq!(out, expected);
    }

    #[test]
    fn xep0297_8_at_most_one_stanza_is_forwarded() {
        let message = || Element::new(ns::CLIENT, "message");
        let forwarded = element(stamp(), message());
        let (delay, stanza) = read(&forwarded).expect("a forwarded message");
        assert_eq!(delay.map(|delay| delay.stamp), stamp());
        assert!(stanza.is(ns::CLIENT, "message"));
        assert_eq!(read(&element(None, message()).child(message())), None);
        assert_eq!(read(&Element::new(ns::FORWARD, "forwarded")), None);
        assert_eq!(read(&Element::new(ns::FORWARD, "forwarded").child(Element::new(ns::FORWARD, "message"))), None);
        assert_eq!(read(&Element::new(ns::CARBONS, "forwarded").child(message())), None);
    }
}
