//! What waits in a mailbox: one stanza or stream element, ready to be written.

use std::sync::Arc;
use std::sync::atomic::AtomicU8;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;

use crate::store::AccountId;
use crate::xmpp::stanza::Iq;
use crate::xmpp::stanza::IqType;
use crate::xmpp::stanza::Message;
use crate::xmpp::stanza::Presence;

/// One thing to write to a client. The text is shared between all who get the same.
#[derive(Clone)]
pub struct Item {
    pub xml: Arc<str>,
    pub kind: Kind,
}

/// What an item is, and what becomes of it when nobody takes it.
#[derive(Clone)]
pub enum Kind {
    /// Of the stream itself: not counted by XEP-0198, never sent again.
    Nonza,
    /// A message; with the offline mark that its acknowledgement clears, where it has one.
    Message(Option<Arc<Delivery>>),
    Presence,
    /// Somebody waits for the answer: gets an error when the session ends first.
    Request(Arc<Iq>),
    /// An IQ's result or error.
    Answer,
}

impl Item {
    pub fn nonza(xml: impl Into<Arc<str>>) -> Item {
        Item { xml: xml.into(), kind: Kind::Nonza }
    }

    /// A message without an offline mark.
    pub fn message(message: &Message) -> Item {
        Item { xml: message.to_xml().into(), kind: Kind::Message(None) }
    }

    pub fn presence(presence: &Presence) -> Item {
        Item { xml: presence.to_xml().into(), kind: Kind::Presence }
    }

    pub fn iq(iq: &Iq) -> Item {
        let kind = match iq.kind {
            IqType::Get | IqType::Set if iq.head.from.is_some() => Kind::Request(Arc::new(iq.clone())),
            _ => Kind::Answer,
        };
        Item { xml: iq.to_xml().into(), kind }
    }

    /// Whether XEP-0198 counts it.
    pub fn is_stanza(&self) -> bool {
        !matches!(self.kind, Kind::Nonza)
    }

    pub fn delivery(&self) -> Option<&Arc<Delivery>> {
        match &self.kind {
            Kind::Message(delivery) => delivery.as_ref(),
            _ => None,
        }
    }

    /// Bytes it counts for in a mailbox's bound.
    pub fn cost(&self) -> usize {
        self.xml.len() + size_of::<Item>()
    }
}

/// The way of one kept message to its owner's devices: the first that acknowledges it clears
/// the offline mark.
pub struct Delivery {
    pub owner: AccountId,
    pub seq: u64,
    /// [`DONE`], [`QUEUED`].
    state: AtomicU8,
    /// Mailboxes that have it and have not acknowledged it.
    holders: AtomicU32,
}

/// A device has acknowledged it.
const DONE: u8 = 1;
/// Its mark is on its way to the disk, or there: what clears it comes behind.
const QUEUED: u8 = 2;

impl Delivery {
    /// One whose mark is in the store.
    pub fn new(owner: AccountId, seq: u64) -> Arc<Delivery> {
        Delivery::with(owner, seq, QUEUED)
    }

    /// One that goes out before its mark is queued; [`Delivery::queued`] follows.
    pub fn ahead(owner: AccountId, seq: u64) -> Arc<Delivery> {
        Delivery::with(owner, seq, 0)
    }

    fn with(owner: AccountId, seq: u64, state: u8) -> Arc<Delivery> {
        Arc::new(Delivery { owner, seq, state: AtomicU8::new(state), holders: AtomicU32::new(0) })
    }

    /// A device has it. True once: the mark is to be cleared now.
    pub fn acknowledge(&self) -> bool {
        self.holders.fetch_sub(1, Ordering::AcqRel);
        self.state.fetch_or(DONE, Ordering::AcqRel) == QUEUED
    }

    /// Its mark was queued. True: a device was quicker, and the mark is to be cleared now.
    pub fn queued(&self) -> bool {
        self.state.fetch_or(QUEUED, Ordering::AcqRel) == DONE
    }

    pub(super) fn hold(&self) {
        self.holders.fetch_add(1, Ordering::AcqRel);
    }

    /// A mailbox gives it up. True: nobody has it, nobody else is about to.
    pub fn give_up(&self) -> bool {
        let was = self.holders.fetch_sub(1, Ordering::AcqRel);
        was == 1 && self.state.load(Ordering::Acquire) & DONE == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xep0160_3_a_mark_is_cleared_once_and_never_before_it_is_queued() {
        let late = Delivery::ahead(AccountId(1), 1);
        late.hold();
        assert!(!late.queued());
        assert!(late.acknowledge(), "queued, then acknowledged: cleared by the device");
        let early = Delivery::ahead(AccountId(1), 2);
        early.hold();
        early.hold();
        assert!(!early.acknowledge(), "there is nothing to clear yet");
        assert!(early.queued(), "acknowledged, then queued: cleared by the sender's task");
        assert!(!early.acknowledge(), "another device of the owner");
    }
}
