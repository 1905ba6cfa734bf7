//! XEP-0124 §9, §11, §14, §15 BOSH, version 1.11.2: request IDs in order, retransmission, keys.
//!
//! State: requests that came before their turn, those that are held, the last answers. Pure: no clock, no sockets.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest;

use super::body::Asked;
use super::body::Condition;

/// One session's requests. `R`: where an answer goes.
pub struct Window<R> {
    /// Requests at a time (`requests` of the session's creation).
    size: u64,
    /// The request ID whose turn is next.
    next: u64,
    early: BTreeMap<u64, (Asked, R)>,
    held: VecDeque<Held<R>>,
    answered: VecDeque<Answered>,
    /// §15.4: what the hash of the next key must be.
    key: Option<String>,
}

struct Held<R> {
    rid: u64,
    key: Option<String>,
    since: Duration,
    reply: R,
    is_pause: bool,
}

struct Answered {
    rid: u64,
    key: Option<String>,
    body: Arc<str>,
}

/// What a request means.
#[derive(Debug, PartialEq, Eq)]
pub enum Came<R> {
    /// The turn of these has come, in order; they are held from now on.
    Turn(Vec<Asked>),
    /// It is held until those before it have come.
    Early,
    /// It came before: its answer once more (§14.3).
    Again(R, Arc<str>),
    /// It came before and is not answered: the one that waited gets a recoverable error (§17.3).
    Instead(R),
    /// The session is over.
    Wrong(R, Condition),
}

impl<R> Window<R> {
    /// With the request that asked for the session.
    pub fn new(asked: &Asked, size: u64, reply: R, now: Duration) -> Window<R> {
        let held = Held { rid: asked.rid, key: None, since: now, reply, is_pause: false };
        let (early, answered) = (BTreeMap::new(), VecDeque::new());
        Window { size, next: asked.rid + 1, early, held: [held].into(), answered, key: asked.new_key.clone() }
    }

    pub fn come(&mut self, asked: Asked, reply: R, now: Duration) -> Came<R> {
        let rid = asked.rid;
        if rid < self.next {
            return self.again(&asked, reply, now);
        }
        // §11: one more to pause or to end.
        let more = u64::from(asked.terminate || asked.pause_s.is_some());
        if rid >= self.next + self.size + more {
            return Came::Wrong(reply, Condition::ItemNotFound);
        }
        if let Some((_, before)) = self.early.insert(rid, (asked, reply)) {
            return Came::Instead(before);
        }
        let mut turn = Vec::new();
        while let Some((asked, reply)) = self.early.remove(&self.next) {
            if !self.has_key(&asked) {
                return Came::Wrong(reply, Condition::ItemNotFound);
            }
            let (key, is_pause) = (asked.key.clone(), asked.pause_s.is_some());
            self.held.push_back(Held { rid: self.next, key, since: now, reply, is_pause });
            self.next += 1;
            turn.push(asked);
        }
        if turn.is_empty() { Came::Early } else { Came::Turn(turn) }
    }

    /// §14.3. A key shows who has sent the original.
    fn again(&mut self, asked: &Asked, reply: R, now: Duration) -> Came<R> {
        if let Some(held) = self.held.iter_mut().find(|held| held.rid == asked.rid && held.key == asked.key) {
            held.since = now;
            return Came::Instead(std::mem::replace(&mut held.reply, reply));
        }
        match self.answered.iter().find(|answered| answered.rid == asked.rid && answered.key == asked.key) {
            Some(answered) => Came::Again(reply, answered.body.clone()),
            None => Came::Wrong(reply, Condition::ItemNotFound),
        }
    }

    /// §15.4: the hash of each key is the key before it.
    fn has_key(&mut self, asked: &Asked) -> bool {
        if let Some(expected) = &self.key {
            let Some(key) = &asked.key else { return false };
            if hashed(key) != *expected {
                return false;
            }
            self.key = Some(key.clone());
        }
        if asked.new_key.is_some() {
            self.key.clone_from(&asked.new_key);
        }
        true
    }

    /// How many wait, whose turn was.
    pub fn held(&self) -> usize {
        self.held.len()
    }

    /// Where the answer of the oldest one goes.
    pub fn front(&self) -> Option<&R> {
        self.held.front().map(|held| &held.reply)
    }

    /// Since when the oldest one waits.
    pub fn oldest(&self) -> Option<Duration> {
        self.held.front().map(|held| held.since)
    }

    /// What an answer to the oldest one acknowledges (§9.1); `None`: nothing new.
    pub fn ack(&self) -> Option<u64> {
        self.held.front().filter(|held| held.rid + 1 < self.next).map(|_| self.next - 1)
    }

    /// Whether the oldest one asked for a pause: its answer has no payload (§10).
    pub fn is_pause(&self) -> bool {
        self.held.front().is_some_and(|held| held.is_pause)
    }

    /// Answers the oldest one.
    pub fn answer(&mut self, body: String) -> Option<(R, Arc<str>)> {
        let held = self.held.pop_front()?;
        let body: Arc<str> = body.into();
        if !held.is_pause {
            self.answered.push_back(Answered { rid: held.rid, key: held.key, body: body.clone() });
            while self.answered.len() as u64 > self.size {
                self.answered.pop_front();
            }
        }
        Some((held.reply, body))
    }

    /// Those whose turn never came.
    pub fn take_early(&mut self) -> impl Iterator<Item = R> {
        std::mem::take(&mut self.early).into_values().map(|(_, reply)| reply)
    }
}

/// SHA-1 in hexadecimal (§15.3).
fn hashed(key: &str) -> String {
    let digest = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes());
    digest.as_ref().iter().fold(String::with_capacity(40), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::ZERO;

    fn asked(rid: u64) -> Asked {
        Asked { rid, ..Asked::default() }
    }

    fn window() -> Window<&'static str> {
        Window::new(&asked(10), 2, "first", NOW)
    }

    fn rids(came: Came<&'static str>) -> Vec<u64> {
        match came {
            Came::Turn(turn) => turn.into_iter().map(|asked| asked.rid).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn xep0124_14_2_requests_are_handled_in_the_order_of_their_ids() {
        let mut window = window();
        assert_eq!(window.come(asked(12), "b", NOW), Came::Early);
        assert_eq!(rids(window.come(asked(11), "a", NOW)), [11, 12]);
        let answered: Vec<&str> = (0..3).map(|_| window.answer(String::new()).unwrap().0).collect();
        assert_eq!(answered, ["first", "a", "b"]);
        assert!(window.answer(String::new()).is_none());
    }

    #[test]
    fn xep0124_14_2_an_id_beyond_the_window_ends_the_session_and_one_more_may_pause_or_end_it() {
        assert_eq!(window().come(asked(13), "far", NOW), Came::Wrong("far", Condition::ItemNotFound));
        let end = Asked { terminate: true, ..asked(13) };
        assert_eq!(window().come(end, "end", NOW), Came::Early);
        let pause = Asked { pause_s: Some(9), ..asked(13) };
        assert_eq!(window().come(pause, "pause", NOW), Came::Early);
        assert_eq!(window().come(asked(u64::MAX >> 11), "far", NOW), Came::Wrong("far", Condition::ItemNotFound));
    }

    #[test]
    fn xep0124_14_3_what_was_answered_comes_again_and_what_waits_is_taken_over() {
        let mut window = window();
        window.answer("one".to_owned());
        assert_eq!(window.come(asked(10), "again", NOW), Came::Again("again", "one".into()));
        assert_eq!(rids(window.come(asked(11), "a", NOW)), [11]);
        assert_eq!(window.come(asked(11), "b", NOW), Came::Instead("a"));
        assert_eq!(window.answer("two".to_owned()).unwrap().0, "b");
        for rid in [12, 13] {
            window.come(asked(rid), "c", NOW);
            window.answer("more".to_owned());
        }
        assert_eq!(window.come(asked(10), "late", NOW), Came::Wrong("late", Condition::ItemNotFound));
        assert_eq!(window.come(asked(9), "before", NOW), Came::Wrong("before", Condition::ItemNotFound));
    }

    #[test]
    fn xep0124_9_1_an_answer_acknowledges_what_came_behind_its_request() {
        let mut window = window();
        assert_eq!(window.ack(), None);
        window.come(asked(11), "a", NOW);
        assert_eq!(window.ack(), Some(11));
        window.answer(String::new());
        assert_eq!(window.ack(), None);
    }

    #[test]
    fn xep0124_15_only_who_has_the_next_key_goes_on() {
        let (k1, k2) = (hashed("seed"), hashed(&hashed("seed")));
        let keyed = |rid, key: &str| Asked { key: Some(key.to_owned()), ..asked(rid) };
        let begun = || Window::new(&Asked { new_key: Some(k2.clone()), ..asked(10) }, 2, "first", NOW);
        let mut window = begun();
        assert_eq!(rids(window.come(keyed(11, &k1), "a", NOW)), [11]);
        window.answer(String::new());
        window.answer("its answer".to_owned());
        assert!(matches!(window.come(keyed(11, &k1), "again", NOW), Came::Again(..)));
        assert_eq!(window.come(keyed(11, "guess"), "thief", NOW), Came::Wrong("thief", Condition::ItemNotFound));
        let last = Asked { new_key: Some(hashed("other")), ..keyed(12, "seed") };
        assert_eq!(rids(window.come(last, "b", NOW)), [12]);
        assert_eq!(rids(window.come(keyed(13, "other"), "c", NOW)), [13]);
        for wrong in [asked(11), keyed(11, "guess"), keyed(11, &k2)] {
            assert_eq!(begun().come(wrong, "thief", NOW), Came::Wrong("thief", Condition::ItemNotFound));
        }
        assert_eq!(hashed("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
    }

    #[test]
    fn xep0124_10_the_answer_to_a_pause_is_not_kept() {
        let mut window = window();
        window.answer(String::new());
        window.come(Asked { pause_s: Some(60), ..asked(11) }, "pause", NOW);
        assert!(window.is_pause());
        window.answer(String::new());
        assert_eq!(window.come(asked(11), "again", NOW), Came::Wrong("again", Condition::ItemNotFound));
    }
}
