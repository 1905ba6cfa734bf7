//! XEP-0198 Stream Management, version 1.6.3: its counters.
//!
//! A count of handled stanzas starts at 0 and goes from 2^32 - 1 back to 0 (§4), so it is compared
//! only with a count that is known to be near. Missing: the elements, which `streams` writes.

use super::error::StreamCondition;
use super::error::StreamError;
use super::ns;
use super::xml::Element;

/// How many stanzas have been handled in one direction since `<enabled/>`, modulo 2^32: an `h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Handled(pub u32);

/// The peer acknowledges stanzas that it was never sent (§6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{h} stanzas acknowledged, {sent} sent")]
pub struct TooHigh {
    pub h: u32,
    pub sent: u32,
}

impl Handled {
    /// After `n` stanzas more.
    #[must_use]
    pub fn advance(self, n: u32) -> Handled {
        Handled(self.0.wrapping_add(n))
    }

    /// How many stanzas lie between `earlier` and this count: fewer than 2^32, as every queue of
    /// unacknowledged stanzas is.
    pub fn since(self, earlier: Handled) -> u32 {
        self.0.wrapping_sub(earlier.0)
    }

    /// An `h` as received: digits only, below 2^32 (§13, xs:unsignedInt).
    pub fn parse(text: &str) -> Option<Handled> {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| digits).map(Handled)
    }
}

impl std::fmt::Display for Handled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// How many of the oldest unacknowledged stanzas an `h` acknowledges. `previous`: the last `h`
/// the peer said; `sent`: how many stanzas it was sent in all. An `h` below `previous` is one
/// above `sent`: the peer can take nothing back.
pub fn acked(previous: Handled, h: Handled, sent: Handled) -> Result<u32, TooHigh> {
    let newly = h.since(previous);
    match newly <= sent.since(previous) {
        true => Ok(newly),
        false => Err(TooHigh { h: h.0, sent: sent.0 }),
    }
}

impl TooHigh {
    /// The stream error it is answered with (§6).
    pub fn stream_error(self) -> StreamError {
        let count = Element::new(ns::SM, "handled-count-too-high")
            .attr("h", self.h.to_string())
            .attr("send-count", self.sent.to_string());
        StreamError::new(
            StreamCondition::UndefinedCondition,
            format!("You acknowledged {} stanzas, but I sent {}", self.h, self.sent),
        )
        .with(count)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn xep0198_4_the_count_starts_at_zero_and_wraps() {
        assert_eq!(Handled::default(), Handled(0));
        assert_eq!(Handled(0).advance(3), Handled(3));
        assert_eq!(Handled(u32::MAX).advance(1), Handled(0));
        assert_eq!(Handled(1).since(Handled(u32::MAX)), 2);
    }

    #[test]
    fn xep0198_4_an_acknowledgement_counts_from_the_last_one() {
        assert_eq!(acked(Handled(0), Handled(0), Handled(0)), Ok(0));
        assert_eq!(acked(Handled(2), Handled(5), Handled(9)), Ok(3));
        assert_eq!(acked(Handled(2), Handled(9), Handled(9)), Ok(7));
        assert_eq!(acked(Handled(5), Handled(5), Handled(9)), Ok(0));
        assert_eq!(acked(Handled(u32::MAX - 1), Handled(2), Handled(3)), Ok(4));
    }

    #[test]
    fn xep0198_6_more_than_was_sent_is_refused() {
        assert_eq!(acked(Handled(2), Handled(10), Handled(9)), Err(TooHigh { h: 10, sent: 9 }));
        assert_eq!(acked(Handled(5), Handled(4), Handled(9)), Err(TooHigh { h: 4, sent: 9 }));
        assert!(acked(Handled(u32::MAX), Handled(5), Handled(4)).is_err());
        assert_eq!(
            TooHigh { h: 10, sent: 8 }.stream_error().to_xml(),
            "<stream:error><undefined-condition xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>\
             <text xmlns='urn:ietf:params:xml:ns:xmpp-streams' xml:lang='en'>You acknowledged 10 stanzas, but I sent 8</text>\
             <handled-count-too-high xmlns='urn:xmpp:sm:3' h='10' send-count='8'/></stream:error>"
        );
    }

    #[test]
    fn xep0198_13_h_is_an_unsigned_int() {
        assert_eq!(Handled::parse("0"), Some(Handled(0)));
        assert_eq!(Handled::parse("4294967295"), Some(Handled(u32::MAX)));
        for text in ["", " 1", "-1", "+1", "4294967296", "1e3", "٣"] {
            assert_eq!(Handled::parse(text), None, "{text:?}");
        }
        assert_eq!(Handled(7).to_string(), "7");
    }

    proptest! {
        #[test]
        fn any_part_of_the_queue_can_be_acknowledged(previous: u32, queued: u32, part: u32) {
            let (previous, part) = (Handled(previous), part % queued.max(1));
            let sent = previous.advance(queued);
            prop_assert_eq!(acked(previous, previous.advance(part), sent), Ok(part));
            if queued < u32::MAX {
                prop_assert!(acked(previous, sent.advance(1), sent).is_err());
            }
        }
    }
}
