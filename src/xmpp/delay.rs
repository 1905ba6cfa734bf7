//! XEP-0203 Delayed Delivery, version 2.0: `<delay/>` made, read and taken away.
//!
//! Missing: the old `jabber:x:delay` (XEP-0091, obsolete).

use super::jid::Jid;
use super::ns;
use super::stanza::Content;
use super::time;
use super::xml::Element;

/// What a `<delay/>` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delay {
    /// Who sent the stanza first or held it back. `None`: not said, or no address.
    pub from: Option<Jid>,
    /// When the stanza was sent first: microseconds, UTC.
    pub stamp: i64,
}

/// A `<delay/>` by `from` (§2). `stamp`: microseconds, UTC.
pub fn by(from: &Jid, stamp: i64) -> Element {
    Element::new(ns::DELAY, "delay").attr("from", from.as_str()).attr("stamp", time::format(stamp))
}

/// A `<delay/>` that names nobody, as inside `<forwarded/>` (XEP-0297 §3.2).
pub fn at(stamp: i64) -> Element {
    Element::new(ns::DELAY, "delay").attr("stamp", time::format(stamp))
}

/// Reads a `<delay/>`. `None`: another element, or one without a readable time.
pub fn read(element: &Element) -> Option<Delay> {
    if !element.is(ns::DELAY, "delay") {
        return None;
    }
    let stamp = time::parse(element.get("stamp")?)?;
    Some(Delay { from: element.get("from").and_then(|from| from.parse().ok()), stamp })
}

/// Removes what claims to be delayed by `us`, the server or the receiving account: nobody else
/// may write that (§5).
pub fn remove_by(content: &mut Content, us: &Jid) {
    content.retain(|child| {
        if !child.is(ns::DELAY, "delay") {
            return true;
        }
        let delay = child.element();
        delay.get("from").and_then(|from| from.parse::<Jid>().ok()).as_ref() != Some(us)
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jid(text: &str) -> Jid {
        text.parse().expect("an address")
    }

    #[test]
    fn xep0203_2_a_delay_names_who_and_when() {
        let stamp = time::parse("2002-09-10T23:08:25Z").expect("a date");
        let element = by(&jid("capulet.com"), stamp);
        assert_eq!(
            element.to_xml(ns::CLIENT),
            "<delay xmlns='urn:xmpp:delay' from='capulet.com' stamp='2002-09-10T23:08:25Z'/>"
        );
        assert_eq!(read(&element), Some(Delay { from: Some(jid("capulet.com")), stamp }));
        assert_eq!(read(&at(stamp)), Some(Delay { from: None, stamp }));
    }

    #[test]
    fn xep0203_2_the_stamp_is_required_and_must_be_a_date() {
        assert_eq!(read(&Element::new(ns::DELAY, "delay")), None);
        assert_eq!(read(&Element::new(ns::DELAY, "delay").attr("stamp", "20020910T23:08:25")), None);
        assert_eq!(read(&Element::new("jabber:x:delay", "x").attr("stamp", "2002-09-10T23:08:25Z")), None);
        let from_nobody = Element::new(ns::DELAY, "delay").attr("from", "@").attr("stamp", "2002-09-10T23:08:25Z");
        assert_eq!(read(&from_nobody).map(|delay| delay.from), Some(None));
    }

    #[test]
    fn xep0203_5_delays_forged_in_our_name_are_removed() {
        let us = jid("capulet.com");
        let mut content = Content::new();
        content.push(by(&us, 0));
        content.push(Element::new(ns::DELAY, "delay").attr("from", "CAPULET.com").attr("stamp", "yesterday"));
        content.push(by(&jid("coven@macbeth.shakespeare.lit"), 1));
        content.push(at(2));
        content.push(Element::new(ns::CLIENT, "body").with_text("Open, locks"));
        remove_by(&mut content, &us);
        let left: Vec<_> = content.children().map(|child| read(&child.element()).map(|delay| delay.stamp)).collect();
        assert_eq!(left, [Some(1), Some(2), None]);
    }
}
