//! Limits on failed log-ins, an address and an account (RFC 6120 §6.4.5, XEP-0205).
//!
//! State: in memory, bounded, gone with a restart; keys are hashes, so a long name costs as much as
//! a short one. Names that do not exist are counted like those that do. Four rules:
//! 1. An address (IPv4, or the /64 of an IPv6 one) may fail so often, whoever it claims to be.
//! 2. An address may fail so often for one name. Over either of these the answer is "wait".
//! 3. A name that fails from everywhere makes the answers slow, and never more than that: nobody
//!    can lock another one out.
//! 4. Where the name has logged in from before (30 days), only rule 2 holds.
//!
//! Wrong tokens of invitations are counted an address too.

use std::collections::HashMap;
use std::hash::BuildHasher as _;
use std::hash::RandomState;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::limits::LOGIN_ACCOUNT_BURST;
use crate::limits::LOGIN_ACCOUNT_REFILL_S;
use crate::limits::LOGIN_ADDRESS_BURST;
use crate::limits::LOGIN_ADDRESS_IN_FLIGHT_MAX;
use crate::limits::LOGIN_ADDRESS_REFILL_S;
use crate::limits::LOGIN_DELAY_MAX_S;
use crate::limits::LOGIN_FAMILIAR_S;
use crate::limits::LOGIN_PAIR_BURST;
use crate::limits::LOGIN_PAIR_REFILL_S;
use crate::limits::LOGIN_TABLE_MAX_ENTRIES;
use crate::limits::TOKEN_BURST;
use crate::limits::TOKEN_REFILL_S;

/// Counts failed log-ins. Cheap to clone.
#[derive(Clone)]
pub struct Throttle(Arc<Shared>);

struct Shared {
    on: AtomicBool,
    keys: RandomState,
    tables: Mutex<Tables>,
}

struct Tables {
    address: Buckets,
    pair: Buckets,
    account: Buckets,
    /// Wrong tokens.
    tokens: Buckets,
    /// Pairs that have logged in, until when they count as familiar.
    familiar: Deadlines,
    /// Attempts an address that have not ended. As many entries as addresses with connections.
    in_flight: HashMap<u64, u32>,
}

/// Too many failures: answer temporary-auth-failure without a look at the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait(pub Duration);

/// One attempt to log in. Dropped without [`Attempt::succeeded`] or [`Attempt::withdraw`], it counts
/// as failed.
#[must_use]
pub struct Attempt {
    throttle: Throttle,
    address: u64,
    pair: u64,
    account: u64,
    familiar: bool,
    at: Duration,
    delay: Duration,
    counts: bool,
}

impl Default for Throttle {
    fn default() -> Throttle {
        Throttle::new()
    }
}

impl Throttle {
    pub fn new() -> Throttle {
        let tables = Tables {
            address: Buckets::new(LOGIN_ADDRESS_BURST, LOGIN_ADDRESS_REFILL_S),
            pair: Buckets::new(LOGIN_PAIR_BURST, LOGIN_PAIR_REFILL_S),
            account: Buckets::new(LOGIN_ACCOUNT_BURST, LOGIN_ACCOUNT_REFILL_S),
            tokens: Buckets::new(TOKEN_BURST, TOKEN_REFILL_S),
            familiar: Deadlines::default(),
            in_flight: HashMap::new(),
        };
        let shared = Shared { on: AtomicBool::new(true), keys: RandomState::new(), tables: Mutex::new(tables) };
        Throttle(Arc::new(shared))
    }

    /// No limits from now on: the test profile, where suites log in sixty times in thirty seconds.
    pub fn switch_off(&self) {
        self.0.on.store(false, Ordering::Relaxed);
    }

    /// Asks before an attempt, at SCRAM's first message as well as at PLAIN's only one. `name`: the
    /// prepared one; `now`: `Clock::since_start`. Wait [`Attempt::delay`] before the answer.
    pub fn attempt(&self, address: IpAddr, name: &str, now: Duration) -> Result<Attempt, Wait> {
        let prefix = prefix(address);
        let keys = &self.0.keys;
        let (address, pair, account) = (keys.hash_one(prefix), keys.hash_one((prefix, name)), keys.hash_one(name));
        let counts = self.0.on.load(Ordering::Relaxed);
        let mut tables = self.tables();
        let familiar = tables.familiar.of(pair) > now;
        let delay = match counts {
            true => tables.admit(address, pair, account, familiar, now)?,
            false => Duration::ZERO,
        };
        drop(tables);
        Ok(Attempt { throttle: self.clone(), address, pair, account, familiar, at: now, delay, counts })
    }

    /// Asks before a token is looked up. Err: this address has tried too many wrong ones.
    pub fn may_try_token(&self, address: IpAddr, now: Duration) -> Result<(), Wait> {
        let key = self.0.keys.hash_one(prefix(address));
        match self.tables().tokens.wait(key, now) {
            wait if wait.is_zero() || !self.0.on.load(Ordering::Relaxed) => Ok(()),
            wait => Err(Wait(wait)),
        }
    }

    /// The token was none of ours.
    pub fn wrong_token(&self, address: IpAddr, now: Duration) {
        let key = self.0.keys.hash_one(prefix(address));
        self.tables().tokens.take(key, now);
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempt {
    /// How long to wait before the answer, right or wrong. At most 10 s, mostly 0.
    pub fn delay(&self) -> Duration {
        self.delay
    }

    /// The password was right.
    pub fn succeeded(mut self, now: Duration) {
        if self.take_back() {
            let familiar_until = now + Duration::from_secs(LOGIN_FAMILIAR_S);
            self.throttle.tables().familiar.set(self.pair, familiar_until, now);
        }
    }

    /// Nothing was compared: the server itself has failed, or the client went away first.
    pub fn withdraw(mut self) {
        self.take_back();
    }

    fn take_back(&mut self) -> bool {
        let counted = std::mem::replace(&mut self.counts, false);
        if counted {
            let mut tables = self.throttle.tables();
            tables.pair.give_back(self.pair);
            if !self.familiar {
                tables.account.give_back(self.account);
                tables.landed(self.address);
            }
        }
        counted
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if self.counts && !self.familiar {
            let mut tables = self.throttle.tables();
            tables.address.take(self.address, self.at);
            tables.landed(self.address);
        }
    }
}

impl Tables {
    /// Charges the pair and the account at once, so that attempts side by side gain nothing. The
    /// address is charged at the end: behind one router a whole school logs in at one time.
    fn admit(
        &mut self,
        address: u64,
        pair: u64,
        account: u64,
        familiar: bool,
        now: Duration,
    ) -> Result<Duration, Wait> {
        let mut wait = self.pair.wait(pair, now);
        if !familiar {
            wait = wait.max(self.address.wait(address, now));
            if wait.is_zero() && self.in_flight.get(&address).is_some_and(|&n| n >= LOGIN_ADDRESS_IN_FLIGHT_MAX) {
                wait = Duration::from_secs(1);
            }
        }
        if !wait.is_zero() {
            return Err(Wait(wait));
        }
        self.pair.take(pair, now);
        if familiar {
            return Ok(Duration::ZERO);
        }
        *self.in_flight.entry(address).or_default() += 1;
        let longest = Duration::from_secs(LOGIN_DELAY_MAX_S);
        let delay = self.account.wait(account, now);
        if delay < longest {
            self.account.take(account, now);
        }
        Ok(delay.min(longest))
    }

    /// An attempt of this address is over.
    fn landed(&mut self, address: u64) {
        if let Some(number) = self.in_flight.get_mut(&address) {
            *number -= 1;
            if *number == 0 {
                self.in_flight.remove(&address);
            }
        }
    }
}

/// Token buckets, each kept as the moment at which it will be full again.
struct Buckets {
    full_at: Deadlines,
    refill: Duration,
    burst: Duration,
}

impl Buckets {
    fn new(burst: u32, refill_s: u64) -> Buckets {
        let refill = Duration::from_secs(refill_s);
        Buckets { full_at: Deadlines::default(), refill, burst: refill * burst }
    }

    /// How long until there is a token; zero: there is one.
    fn wait(&self, key: u64, now: Duration) -> Duration {
        let missing = self.full_at.of(key).saturating_sub(now);
        (missing + self.refill).saturating_sub(self.burst)
    }

    fn take(&mut self, key: u64, now: Duration) {
        let full_at = self.full_at.of(key).max(now) + self.refill;
        self.full_at.set(key, full_at, now);
    }

    fn give_back(&mut self, key: u64) {
        if let Some(full_at) = self.full_at.0.get_mut(&key) {
            *full_at = full_at.saturating_sub(self.refill);
        }
    }
}

/// Moments by key. Full, it forgets what has passed, then what passes first.
#[derive(Default)]
struct Deadlines(HashMap<u64, Duration>);

impl Deadlines {
    fn of(&self, key: u64) -> Duration {
        self.0.get(&key).copied().unwrap_or_default()
    }

    fn set(&mut self, key: u64, at: Duration, now: Duration) {
        if self.0.len() >= LOGIN_TABLE_MAX_ENTRIES && !self.0.contains_key(&key) {
            self.make_room(now);
        }
        self.0.insert(key, at);
    }

    /// An eighth at a time, so that a flood of new keys costs little for each.
    fn make_room(&mut self, now: Duration) {
        self.0.retain(|_, at| *at > now);
        let keep = LOGIN_TABLE_MAX_ENTRIES / 8 * 7;
        if self.0.len() > keep {
            let mut moments: Vec<Duration> = self.0.values().copied().collect();
            let surplus = moments.len() - keep;
            let (_, &mut last_out, _) = moments.select_nth_unstable(surplus - 1);
            // Of those that pass at the very same moment, only as many as must.
            let mut left = surplus;
            self.0.retain(|_, at| {
                let out = *at <= last_out && left > 0;
                left -= usize::from(out);
                !out
            });
        }
    }
}

/// Who counts as one: an IPv4 address, also one mapped into IPv6, or the /64 of an IPv6 one.
fn prefix(address: IpAddr) -> (bool, u64) {
    match address.to_canonical() {
        IpAddr::V4(v4) => (false, u64::from(u32::from(v4))),
        IpAddr::V6(v6) => (true, (u128::from(v6) >> 64) as u64),
    }
}

#[cfg(test)]
mod tests;
