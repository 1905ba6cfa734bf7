//! The client's side of XEP-0198 Stream Management, version 1.6.3: counters and what is unacknowledged.

use std::collections::VecDeque;

use super::now_ns;

/// A stanza on its way.
#[derive(Clone, Debug)]
pub struct Sent {
    pub text: String,
    /// The caller's number for it; 0 where the caller does not care.
    pub tag: u64,
    /// When it was first handed over, CLOCK_MONOTONIC, nanoseconds.
    pub at_ns: u64,
}

/// One stream's counters. Public, so that a test can rebuild what a client knew at some moment.
#[derive(Clone, Debug, Default)]
pub struct Counters {
    /// The id to resume with; None where the server gave none.
    pub previd: Option<String>,
    /// Stanzas the server has acknowledged (modulo 2^32).
    pub acked: u32,
    /// What was sent since, oldest first.
    pub unacked: VecDeque<Sent>,
    /// Stanzas received: the `h` we answer with.
    pub received: u32,
    /// The last `h` we have told.
    pub told: u32,
    /// Everything that happened, where [`super::Handle::keep_history`] asked for it.
    pub history: Option<Box<History>>,
}

/// A stream's whole life, resumptions included: what a client knew at any moment of it.
#[derive(Clone, Debug, Default)]
pub struct History {
    pub sent: Vec<Sent>,
    /// When which `h` of the server was read.
    pub acks: Vec<(u64, u32)>,
    /// When each stanza was read.
    pub received_ns: Vec<u64>,
}

impl Counters {
    /// What the client knew at `at_ns`. Needs a history kept from the stream's beginning.
    pub fn at(&self, at_ns: u64) -> Counters {
        let history = self.history.as_deref().expect("kept from the beginning");
        let acked = history.acks.iter().rev().find(|(at, _)| *at <= at_ns).map_or(0, |(_, h)| *h);
        let received = history.received_ns.partition_point(|at| *at <= at_ns) as u32;
        let sent = history.sent.iter().take_while(|sent| sent.at_ns <= at_ns);
        let unacked = sent.skip(acked as usize).cloned().collect();
        Counters { previd: self.previd.clone(), acked, unacked, received, told: received, history: None }
    }

    /// Takes an `h` of the server; what it newly acknowledges. Err: it counts what was never sent.
    pub fn acknowledge(&mut self, h: u32) -> Result<Vec<Sent>, String> {
        let count = h.wrapping_sub(self.acked) as usize;
        if count > self.unacked.len() {
            let waiting = self.unacked.len();
            return Err(format!("h='{h}' after {} with {waiting} stanzas unacknowledged", self.acked));
        }
        self.acked = h;
        if let Some(history) = &mut self.history {
            history.acks.push((now_ns(), h));
        }
        Ok(self.unacked.drain(..count).collect())
    }
}

/// What is left of a stream that was cut off.
#[derive(Clone, Debug)]
pub struct Hibernated {
    /// The full JID it was bound to.
    pub jid: String,
    pub counters: Counters,
}

/// How the server answered `<resume/>`.
#[derive(Debug)]
pub enum Resumption {
    /// The stream goes on; what the server had not counted was sent again.
    Resumed,
    /// A new stream was bound. `h`: what the server says it kept of the old one; `unsent`: what it
    /// did not keep (by `h`, else all that was never acknowledged). Nothing is resent by itself.
    Failed { h: Option<u32>, unsent: Vec<Sent> },
}
