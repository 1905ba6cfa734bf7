//! A session's reading of its offline messages: where it is, and what it has got already.
//!
//! While it reads, newer kept messages stay in the store too, and those that are not kept wait in
//! the mailbox behind them, so that all come in order. Saved whole with the session ([`super::saved`]).

use std::collections::BTreeSet;

use serde::Deserialize;
use serde::Serialize;

use super::Item;
use super::Session;
use super::session::State;
use super::session::wake;
use crate::limits;

/// Where the session is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Backlog {
    stage: Stage,
    /// The seq that came next when reading began: what is older is told as delayed.
    began: u64,
    /// Kept messages below this seq it has, or has from the store.
    has_below: u64,
    /// The newest kept message it was given directly.
    latest: u64,
    /// The newest kept message that waits in the store, or would.
    #[serde(default)]
    newest: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stage {
    #[default]
    NotYet,
    /// Those up to `after` were read. `more`: one came since the last look.
    Reading {
        after: u64,
        more: bool,
    },
    Done,
}

impl Backlog {
    pub fn is_reading(&self) -> bool {
        matches!(self.stage, Stage::Reading { .. })
    }

    /// A kept message came. True: it stays in the store, to be read in its turn.
    pub fn hold(&mut self, seq: u64) -> bool {
        match &mut self.stage {
            Stage::Reading { more, .. } => {
                *more = true;
                self.newest = self.newest.max(seq);
                true
            }
            Stage::NotYet | Stage::Done => false,
        }
    }

    /// A message that is not kept came. Some: it waits behind the kept ones up to this seq.
    pub fn behind(&self) -> Option<u64> {
        self.is_reading().then_some(self.newest)
    }
}

impl State {
    /// A message went into the mailbox; 0: one that is not kept.
    pub(super) fn gave(&mut self, seq: u64) {
        self.backlog.latest = self.backlog.latest.max(seq);
        if seq > 0 && self.backlog.stage == Stage::NotYet {
            self.early.insert(seq);
            if self.early.len() > limits::MAILBOX_MAX_ITEMS {
                self.early.pop_first();
            }
        }
    }
}

impl Session {
    /// From now on kept messages wait in the store, until [`Session::finish_backlog`]. Once a
    /// session; under the lane. `end`: the seq that comes next. False: it was done before.
    pub fn begin_backlog(&self, end: u64) -> bool {
        let state = &mut *self.lock();
        let backlog = &mut state.backlog;
        let first = backlog.stage == Stage::NotYet;
        if first {
            // After a restart these are all that is known of them.
            state.early.extend(state.mailbox.owed().filter_map(|item| item.delivery()).map(|delivery| delivery.seq));
            backlog.stage = Stage::Reading { after: 0, more: false };
            backlog.began = end;
            backlog.newest = end.saturating_sub(1);
        }
        first
    }

    /// It reads its history itself, which ends there.
    pub fn has_history_below(&self, end: u64) {
        let backlog = &mut self.lock().backlog;
        backlog.has_below = backlog.has_below.max(end);
    }

    /// Whether it has this kept message from the store, so that passing it on would double it.
    pub fn has(&self, seq: u64) -> bool {
        seq < self.lock().backlog.has_below
    }

    /// While offline messages are to be read: the seq up to which they were, and the one before
    /// which they are old.
    pub fn backlog(&self) -> Option<(u64, u64)> {
        let backlog = self.lock().backlog;
        match backlog.stage {
            Stage::Reading { after, .. } => Some((after, backlog.began)),
            Stage::NotYet | Stage::Done => None,
        }
    }

    /// An offline message, past what is held back. False: the mailbox is full, go on later.
    pub fn push_backlog(&self, item: Item) -> bool {
        let mut state = self.lock();
        let seq = item.delivery().map(|delivery| delivery.seq);
        if state.end.is_some() {
            return false;
        }
        state.mailbox.release(seq.unwrap_or(0));
        let has_it = seq.is_some_and(|seq| state.early.remove(&seq));
        if !has_it && !state.mailbox.push(item) {
            return false;
        }
        if let (Stage::Reading { after, .. }, Some(seq)) = (&mut state.backlog.stage, seq) {
            *after = seq;
            state.backlog.has_below = state.backlog.has_below.max(seq + 1);
        }
        wake(state);
        true
    }

    /// The store was read to its end. Where a message came meanwhile reading goes on. Under the
    /// lane, so that nothing comes between.
    pub fn finish_backlog(&self) {
        let mut state = self.lock();
        state.backlog.stage = match state.backlog.stage {
            Stage::Reading { after, more: true } => Stage::Reading { after, more: false },
            _ => Stage::Done,
        };
        if !state.backlog.is_reading() {
            state.early = BTreeSet::new();
            state.mailbox.release(u64::MAX);
        }
        wake(state);
    }

    pub(super) fn backlog_state(&self) -> Backlog {
        self.lock().backlog
    }

    /// After a start sessions do not know of each other's deliveries: what it was given it has.
    pub(super) fn restore_backlog(&self, mut backlog: Backlog) {
        backlog.has_below = backlog.has_below.max(backlog.latest + 1);
        self.lock().backlog = backlog;
    }
}

#[cfg(test)]
mod tests {
    use super::super::Delivery;
    use super::super::Kind;
    use super::super::session::Accepted;
    use super::*;
    use crate::store::AccountId;

    fn message(text: &str, seq: Option<u64>) -> Item {
        Item { xml: text.into(), kind: Kind::Message(seq.map(|seq| Delivery::new(AccountId(1), seq))) }
    }

    #[test]
    fn rfc6120_10_1_what_is_not_kept_comes_in_its_turn_behind_offline_messages() {
        let session = Session::new(AccountId(1), "romeo@a.test/orchard".parse().expect("an address"), None);
        assert!(session.begin_backlog(11));
        assert_eq!(session.push(message("[after 10]", None)), Accepted::Queued);
        assert_eq!(session.push(message("[11]", Some(11))), Accepted::Held);
        assert_eq!(session.push(message("[after 11]", None)), Accepted::Queued);
        for seq in [5, 10, 11] {
            assert!(session.push_backlog(message(&format!("[{seq}]"), Some(seq))));
        }
        session.finish_backlog();
        assert_eq!(session.push(message("[after all]", None)), Accepted::Queued, "it reads once more");
        session.finish_backlog();
        let mut out = Vec::new();
        session.take(&mut out, usize::MAX, &mut Vec::new());
        assert_eq!(String::from_utf8_lossy(&out), "[5][10][after 10][11][after 11][after all]");
    }
}
