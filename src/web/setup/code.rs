//! The set-up code: eight signs, held as a hash; and how often it may be guessed.
//!
//! State, in memory: hashes of the code and of the one before, wrong tries by address. A restart makes a new code.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use super::draft::Browser;
use super::draft::browser as hash;
use crate::clock;
use crate::limits;

/// Signs that nobody mistakes for another: no 0 and O, no 1 and I.
const SIGNS: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";

/// The code and its guesses.
#[derive(Default)]
pub struct Code {
    current: Option<(Browser, Duration)>,
    /// One that ran out, so that who types it is told that.
    former: Option<Browser>,
    wrong: BTreeMap<(bool, u64), Tries>,
    wrong_by_all: Tries,
}

#[derive(Clone, Copy, Default)]
struct Tries {
    count: u32,
    since: Duration,
}

/// What a try came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tried {
    Right,
    Empty,
    /// So many signs, not eight.
    Length(usize),
    Wrong,
    /// It was right once.
    RanOut,
    /// The last wrong one for a while; seconds to wait.
    Last(u64),
    /// Not looked at: too many before; seconds to wait.
    Wait(u64),
}

impl Code {
    /// A new one, as it is shown: `7K4M-PQ2X`. The one before is void.
    pub fn renew(&mut self, now: Duration) -> String {
        let mut signs = String::with_capacity(limits::SETUP_CODE_SIGNS + 1);
        while signs.len() < limits::SETUP_CODE_SIGNS {
            // 248 = 8 * 31: each sign is as likely as any other.
            let [byte] = clock::random::<1>();
            if byte < 248 {
                signs.push(char::from(SIGNS[usize::from(byte) % SIGNS.len()]));
            }
        }
        self.former = self.current.take().map(|(code, _)| code);
        self.current = Some((hash(&signs), now + Duration::from_secs(limits::SETUP_CODE_MAX_S)));
        signs.insert(limits::SETUP_CODE_SIGNS / 2, '-');
        signs
    }

    /// Whether it is the code, without counting.
    pub fn is(&self, typed: &str, now: Duration) -> bool {
        self.current.is_some_and(|(code, until)| now < until && code == hash(&signs(typed)))
    }

    /// One try. Wrong ones are counted.
    pub fn tried(&mut self, typed: &str, from: IpAddr, now: Duration) -> Tried {
        let window = Duration::from_secs(limits::SETUP_TRIES_WINDOW_S);
        let from = prefix(from);
        let before = self.wrong.get(&from).copied().filter(|tries| now < tries.since + window).unwrap_or_default();
        if before.count >= limits::SETUP_TRIES_PER_ADDRESS {
            return Tried::Wait((before.since + window - now).as_secs().max(1));
        }
        let signs = signs(typed);
        match signs.chars().count() {
            0 => return Tried::Empty,
            limits::SETUP_CODE_SIGNS => {}
            other => return Tried::Length(other),
        }
        if self.is(&signs, now) {
            self.wrong.remove(&from);
            return Tried::Right;
        }
        let ran_out = [self.former, self.current.map(|(code, _)| code)].contains(&Some(hash(&signs)));
        self.count(from, before, now);
        if before.count + 1 >= limits::SETUP_TRIES_PER_ADDRESS {
            return Tried::Last(limits::SETUP_TRIES_WINDOW_S);
        }
        if ran_out { Tried::RanOut } else { Tried::Wrong }
    }

    fn count(&mut self, from: (bool, u64), before: Tries, now: Duration) {
        let hour = Duration::from_secs(3_600);
        if now >= self.wrong_by_all.since + hour {
            self.wrong_by_all = Tries { count: 0, since: now };
        }
        self.wrong_by_all.count += 1;
        let since = if before.count == 0 { now } else { before.since };
        if self.wrong.len() >= limits::SETUP_TRIES_ADDRESSES && !self.wrong.contains_key(&from) {
            let oldest = self.wrong.iter().min_by_key(|(_, tries)| tries.since).map(|(from, _)| *from);
            oldest.map(|oldest| self.wrong.remove(&oldest));
        }
        self.wrong.insert(from, Tries { count: before.count + 1, since });
    }

    /// Whether it was guessed at so often that there must be another one.
    pub fn is_worn(&mut self) -> bool {
        let worn = self.wrong_by_all.count >= limits::SETUP_TRIES_MAX;
        if worn {
            self.wrong_by_all = Tries::default();
        }
        worn
    }
}

/// As they were meant: capitals, no blanks, no dashes.
fn signs(typed: &str) -> String {
    let signs = typed.chars().filter(|sign| !sign.is_whitespace() && !"-\u{2010}\u{2011}\u{2013}".contains(*sign));
    signs.take(64).flat_map(char::to_uppercase).collect()
}

/// An IPv4 address, or the /64 of an IPv6 one.
fn prefix(address: IpAddr) -> (bool, u64) {
    match address.to_canonical() {
        IpAddr::V4(v4) => (false, u64::from(u32::from(v4))),
        IpAddr::V6(v6) => (true, (u128::from(v6) >> 64) as u64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1_000_000);

    fn from(number: u8) -> IpAddr {
        [192, 0, 2, number].into()
    }

    #[test]
    fn a_code_is_taken_in_any_way_of_writing() {
        let mut code = Code::default();
        let shown = code.renew(NOW);
        assert_eq!((shown.len(), shown.as_bytes()[4]), (9, b'-'));
        assert_eq!(code.tried(&shown.to_lowercase().replace('-', " - "), from(1), NOW), Tried::Right);
        assert_eq!(code.tried(" -", from(1), NOW), Tried::Empty);
        assert_eq!(code.tried("abc", from(1), NOW), Tried::Length(3));
        assert_eq!(code.tried("0000-0000", from(1), NOW), Tried::Wrong);
        let day = Duration::from_secs(limits::SETUP_CODE_MAX_S);
        assert_eq!(code.tried(&shown, from(1), NOW + day), Tried::RanOut);
        code.renew(NOW + day);
        assert_eq!(code.tried(&shown, from(2), NOW + day), Tried::RanOut);
    }

    #[test]
    fn five_wrong_ones_wait_and_fifty_from_anywhere_wear_it_out() {
        let mut code = Code::default();
        let shown = code.renew(NOW);
        for _ in 0..4 {
            assert_eq!(code.tried("ZZZZ-ZZZZ", from(1), NOW), Tried::Wrong);
        }
        assert_eq!(code.tried("ZZZZ-ZZZZ", from(1), NOW), Tried::Last(limits::SETUP_TRIES_WINDOW_S));
        assert!(matches!(code.tried(&shown, from(1), NOW), Tried::Wait(_)), "also the right one waits");
        assert_eq!(code.tried(&shown, from(2), NOW), Tried::Right);
        let later = NOW + Duration::from_secs(limits::SETUP_TRIES_WINDOW_S);
        assert_eq!(code.tried(&shown, from(1), later), Tried::Right);
        for number in 10..55 {
            assert!(!code.is_worn());
            code.tried("ZZZZ-ZZZZ", from(number), later);
        }
        assert!(code.is_worn() && !code.is_worn());
    }

    #[test]
    fn a_flood_of_addresses_is_bounded() {
        let mut code = Code::default();
        code.renew(NOW);
        for number in 0..4 * limits::SETUP_TRIES_ADDRESSES as u32 {
            code.tried("ZZZZ-ZZZZ", IpAddr::from(number.to_be_bytes()), NOW);
        }
        assert!(code.wrong.len() <= limits::SETUP_TRIES_ADDRESSES);
    }
}
