//! A session's mailbox: what waits to be written, what waits for an acknowledgement, and what
//! waits for the disk. Bounded; the one queue in the middle of a message's way.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Context;
use std::task::Poll;
use std::time::Duration;

use super::Delivery;
use super::Item;
use super::sm::AckDue;
use super::sm::Sm;
use super::sm::TokenHash;
use crate::limits;
use crate::store::Commit;
use crate::store::CommitError;
use crate::xmpp::ack;
use crate::xmpp::ack::Handled;
use crate::xmpp::ack::TooHigh;
use crate::xmpp::ns;

/// A stanza of the client that was handled and waits for its commit.
pub struct Pending {
    /// The client's count with this stanza; `None` before XEP-0198 is enabled.
    pub handled: Option<Handled>,
    /// Nothing to wait for: only its place in the order.
    pub commit: Option<Commit>,
    /// What answers it once it is durable.
    pub reply: Vec<Item>,
}

/// Asks the client what it has handled.
const ASK: &str = "<r xmlns='urn:xmpp:sm:3'/>";

#[derive(Default)]
pub(super) struct Mailbox {
    queue: VecDeque<Item>,
    /// What waits for offline messages to be read: each behind those up to a seq.
    behind: VecDeque<(u64, Item)>,
    behind_bytes: usize,
    /// Cost of `queue` and of the unacknowledged.
    bytes: usize,
    pending: VecDeque<Pending>,
    pub sm: Option<Sm>,
}

impl Mailbox {
    /// Queues an item. False: over its bound, and not queued.
    pub fn push(&mut self, item: Item) -> bool {
        let unacked = self.sm.as_ref().map_or(0, |sm| sm.unacked.len());
        if self.queue.len() + unacked >= limits::MAILBOX_MAX_ITEMS
            || self.bytes + item.cost() > limits::MAILBOX_MAX_BYTES
        {
            return false;
        }
        self.bytes += item.cost();
        if let Some(delivery) = item.delivery() {
            delivery.hold();
        }
        self.queue.push_back(item);
        true
    }

    /// Queues a message that is not kept, behind the offline messages up to `seq`. Bounded apart from
    /// the queue, or a full queue would wait for what waits for it. False: over its bound.
    pub fn push_behind(&mut self, seq: u64, item: Item) -> bool {
        if self.behind.len() >= limits::BEHIND_BACKLOG_MAX_ITEMS
            || self.behind_bytes + item.cost() > limits::BEHIND_BACKLOG_MAX_BYTES
        {
            return false;
        }
        self.behind_bytes += item.cost();
        self.behind.push_back((seq, item));
        true
    }

    /// The offline messages below `seq` are in the queue: what waited for them follows.
    pub fn release(&mut self, seq: u64) {
        while self.behind.front().is_some_and(|(after, _)| *after < seq) {
            let Some((_, item)) = self.behind.pop_front() else { break };
            self.behind_bytes -= item.cost();
            self.push_own(item);
        }
        if self.behind.is_empty() {
            self.behind.shrink_to(0);
        }
    }

    /// Queues what a saved session had, its own answers included, whose bound is another.
    pub fn restored(&mut self, item: Item) {
        if let Some(delivery) = item.delivery() {
            delivery.hold();
        }
        self.push_own(item);
    }

    /// Whether more may be read from the store, unacknowledged items counted.
    pub fn is_half_empty(&self) -> bool {
        let unacked = self.sm.as_ref().map_or(0, |sm| sm.unacked.len());
        self.queue.len() + unacked < limits::MAILBOX_MAX_ITEMS / 2 && self.bytes < limits::MAILBOX_MAX_BYTES / 2
    }

    /// Whether answers to its own requests have piled up far over the bound: it reads and never acknowledges.
    pub fn is_overfull(&self) -> bool {
        self.bytes > 2 * limits::MAILBOX_MAX_BYTES
    }

    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Moves items of about `max_bytes` to `out`. Without XEP-0198 their deliveries go to
    /// `written`, to be acknowledged once the socket took the bytes.
    pub fn take(&mut self, out: &mut Vec<u8>, max_bytes: usize, written: &mut Vec<Arc<Delivery>>) {
        let start = out.len();
        while out.len() - start < max_bytes {
            let Some(item) = self.queue.pop_front() else { break };
            out.extend_from_slice(item.xml.as_bytes());
            match &mut self.sm {
                Some(sm) if item.is_stanza() => {
                    sm.sent = sm.sent.advance(1);
                    sm.unacked.push_back(item);
                }
                _ => {
                    self.bytes -= item.cost();
                    written.extend(item.delivery().cloned());
                }
            }
        }
        if self.queue.is_empty() {
            self.queue.shrink_to(limits::MAILBOX_KEPT_ITEMS);
        }
        if let Some(sm) = &mut self.sm
            && !sm.asked
            && !sm.unacked.is_empty()
        {
            sm.asked = true;
            out.extend_from_slice(ASK.as_bytes());
        }
    }

    /// The client has handled all up to `h`. Returns the deliveries that this acknowledges.
    pub fn acked(&mut self, h: Handled) -> Result<Vec<Arc<Delivery>>, TooHigh> {
        let Some(sm) = &mut self.sm else { return Ok(Vec::new()) };
        let count = ack::acked(sm.acked, h, sm.sent)?;
        sm.asked = false;
        sm.acked = h;
        let mut deliveries = Vec::new();
        for item in sm.unacked.drain(..(count as usize).min(sm.unacked.len())) {
            self.bytes -= item.cost();
            deliveries.extend(item.delivery().cloned());
        }
        if sm.unacked.is_empty() {
            sm.unacked.shrink_to(limits::MAILBOX_KEPT_ITEMS);
        } else if count > 0 && self.queue.is_empty() {
            // Written while the last `<r/>` was on its way: nothing else would ask for them. Only after
            // progress, or a client that handles slowly would be asked without a pause.
            sm.asked = true;
            self.push_own(Item::nonza(ASK));
        }
        Ok(deliveries)
    }

    /// A resumed stream starts: what was not acknowledged is written again, first. An `<a/>` that
    /// was not written is dropped: its count is older than what `<resumed/>` says.
    pub fn rewind(&mut self) {
        let Some(sm) = &mut self.sm else { return };
        let bytes = &mut self.bytes;
        self.queue.retain(|item| {
            *bytes -= if item.is_stanza() { 0 } else { item.cost() };
            item.is_stanza()
        });
        sm.sent = sm.acked;
        sm.asked = false;
        sm.due.clear();
        sm.promised = None;
        while let Some(item) = sm.unacked.pop_back() {
            self.queue.push_front(item);
        }
    }

    /// The first `count` items were on their way when the session was saved.
    pub fn count_as_sent(&mut self, count: usize) {
        let Some(sm) = &mut self.sm else { return };
        for item in self.queue.drain(..count.min(self.queue.len())) {
            sm.sent = sm.sent.advance(1);
            sm.unacked.push_back(item);
        }
    }

    /// Everything not acknowledged, oldest first; the mailbox is empty afterwards.
    pub fn drain(&mut self) -> Vec<Item> {
        self.rewind();
        self.release(u64::MAX);
        self.bytes = 0;
        self.queue.drain(..).collect()
    }

    /// The items in the order they are owed to the client, for saving.
    pub fn owed(&self) -> impl Iterator<Item = &Item> {
        self.sm.iter().flat_map(|sm| &sm.unacked).chain(&self.queue)
    }

    /// What waits behind the offline messages, each with their last seq, for saving.
    pub fn owed_behind(&self) -> impl Iterator<Item = &(u64, Item)> {
        self.behind.iter()
    }

    /// A stanza was handled: its place in the order of what becomes durable.
    pub fn handled(&mut self, pending: Pending) {
        if let (Some(sm), Some(handled), Some(_)) = (&mut self.sm, pending.handled, &pending.commit) {
            sm.stored = handled;
        }
        if self.pending.is_empty() && pending.commit.is_none() {
            self.became_durable(pending);
        } else {
            self.pending.push_back(pending);
        }
    }

    /// Whether all that was taken from the client is durable.
    pub fn is_durable(&self) -> bool {
        self.pending.is_empty() && self.sm.as_ref().is_none_or(|sm| sm.durable == sm.handled)
    }

    pub fn pending_len(&self) -> usize {
        self.pending.len()
    }

    /// Follows the commits that are waited for, in order. Ready with whether any was done.
    pub fn poll_settled(&mut self, cx: &mut Context<'_>) -> Result<bool, CommitError> {
        let mut any = false;
        while let Some(front) = self.pending.front_mut() {
            if let Some(commit) = &mut front.commit {
                match Pin::new(commit).poll(cx) {
                    Poll::Pending => break,
                    Poll::Ready(Err(error)) => return Err(error),
                    Poll::Ready(Ok(())) => {}
                }
            }
            let done = self.pending.pop_front().expect("it was looked at above");
            self.became_durable(done);
            any = true;
        }
        if self.pending.is_empty() {
            self.pending.shrink_to(limits::MAILBOX_KEPT_ITEMS);
        }
        Ok(any)
    }

    fn became_durable(&mut self, done: Pending) {
        for reply in done.reply {
            self.push_own(reply);
        }
        let (Some(sm), Some(handled)) = (&mut self.sm, done.handled) else { return };
        sm.durable = handled;
        if done.commit.is_none() && sm.resumable.is_some() {
            return; // durable, as nothing of it is kept, but its count is not
        }
        sm.counted = handled;
        let mut answers = 0;
        while sm.due.front().is_some_and(|due| reaches(handled, due.target)) {
            sm.due.pop_front();
            answers += 1;
        }
        if sm.promised.is_some_and(|target| reaches(handled, target)) {
            sm.promised = None;
            answers += 1;
        }
        for _ in 0..answers {
            self.push_ack();
        }
    }

    /// What has its bound elsewhere: the session's own answers by its requests, one at a time.
    fn push_own(&mut self, item: Item) {
        self.bytes += item.cost();
        self.queue.push_back(item);
    }

    fn push_ack(&mut self) {
        if let Some(sm) = &self.sm {
            let xml = format!("<a xmlns='{}' h='{}'/>", ns::SM, sm.counted);
            self.push_own(Item::nonza(xml));
        }
    }

    /// A resumable stream's count that is not on its way to the disk: stanzas that keep nothing
    /// have raised it. What an `<a/>` says must be there, or a crash would take it back.
    pub fn unstored(&self) -> Option<(TokenHash, Handled)> {
        let sm = self.sm.as_ref()?;
        let (token, _) = sm.resumable?;
        (sm.stored != sm.handled).then_some((token, sm.handled))
    }

    /// The client asks what was handled. Answered once all before it is durable, at the latest
    /// at `deadline`. True: the deadline is to be watched.
    pub fn ack_requested(&mut self, deadline: Duration) -> bool {
        let settled = self.pending.is_empty();
        let Some(sm) = &mut self.sm else { return false };
        if settled {
            self.push_ack();
            return false;
        }
        if sm.due.len() < limits::SM_ACK_REQUESTS_MAX {
            sm.due.push_back(AckDue { target: sm.handled, deadline });
        }
        true
    }

    /// When the next `<r/>` must be answered with what there is.
    pub fn ack_deadline(&self) -> Option<Duration> {
        self.sm.as_ref().and_then(|sm| sm.due.front()).map(|due| due.deadline)
    }

    /// Answers each `<r/>` whose deadline has passed with what is durable; the rest follows unasked.
    pub fn answer_overdue(&mut self, now: Duration) {
        let mut answers = 0;
        if let Some(sm) = &mut self.sm {
            while sm.due.front().is_some_and(|due| due.deadline <= now) {
                sm.promised = sm.due.pop_front().map(|due| due.target);
                answers += 1;
            }
        }
        for _ in 0..answers {
            self.push_ack();
        }
    }
}

/// Whether a count has come to `target`: they are never further apart than what may wait.
fn reaches(count: Handled, target: Handled) -> bool {
    count.since(target) < u32::MAX / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(number: u32) -> Item {
        Item { xml: number.to_string().into(), kind: crate::sessions::Kind::Presence }
    }

    fn written(mailbox: &mut Mailbox) -> String {
        let mut out = Vec::new();
        mailbox.take(&mut out, usize::MAX, &mut Vec::new());
        String::from_utf8(out).expect("it was text")
    }

    #[test]
    fn xep0198_4_who_acknowledges_a_part_is_asked_again_while_the_count_goes_up() {
        let mut mailbox = Mailbox { sm: Some(Sm::new(None)), ..Mailbox::default() };
        (0..3).for_each(|number| assert!(mailbox.push(item(number))));
        assert_eq!(written(&mut mailbox), format!("012{ASK}"));
        for (h, asks) in [(1, true), (1, false), (2, true), (3, false)] {
            assert!(mailbox.acked(Handled(h)).is_ok());
            assert_eq!(!mailbox.is_empty(), asks, "h={h}");
            let again = if asks { ASK } else { "" };
            // what stands still is asked for with whatever is written next
            let again = if h == 1 && !asks { ASK } else { again };
            assert_eq!(written(&mut mailbox), again, "h={h}");
        }
        assert_eq!(mailbox.bytes, 0);
    }

    #[test]
    fn a_saved_mailbox_comes_back_whole_though_its_own_answers_went_over_the_bound() {
        let mut mailbox = Mailbox { sm: Some(Sm::new(None)), ..Mailbox::default() };
        (0..limits::MAILBOX_MAX_ITEMS as u32 + 10).for_each(|number| mailbox.restored(item(number)));
        mailbox.count_as_sent(5);
        assert_eq!(mailbox.owed().count(), limits::MAILBOX_MAX_ITEMS + 10);
        assert!(!mailbox.push(item(0)), "nothing more of others");
    }
}
