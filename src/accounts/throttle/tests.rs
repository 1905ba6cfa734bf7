//! The four rules, and their bounds.

use super::*;

const HOME: &str = "192.0.2.1";
const ABROAD: &str = "198.51.100.7";

struct Door {
    throttle: Throttle,
    now: Duration,
}

impl Door {
    fn new() -> Door {
        Door { throttle: Throttle::new(), now: Duration::from_secs(1_000) }
    }

    fn attempt(&self, address: &str, name: &str) -> Result<Attempt, Wait> {
        self.throttle.attempt(address.parse().unwrap(), name, self.now)
    }

    /// Whether the attempt was let in, and after which delay.
    fn fails(&self, address: &str, name: &str) -> Option<Duration> {
        self.attempt(address, name).ok().map(|attempt| attempt.delay())
    }

    fn succeeds(&self, address: &str, name: &str) -> Option<Duration> {
        let attempt = self.attempt(address, name).ok()?;
        let delay = attempt.delay();
        attempt.succeeded(self.now);
        Some(delay)
    }

    fn passes(&mut self, seconds: u64) {
        self.now += Duration::from_secs(seconds);
    }
}

#[test]
fn an_address_that_guesses_one_name_must_wait() {
    let mut door = Door::new();
    for _ in 0..LOGIN_PAIR_BURST {
        assert!(door.fails(HOME, "juliet").is_some());
    }
    assert_eq!(door.attempt(HOME, "juliet").err(), Some(Wait(Duration::from_secs(LOGIN_PAIR_REFILL_S))));
    assert!(door.succeeds(HOME, "romeo").is_some());
    door.passes(LOGIN_PAIR_REFILL_S);
    assert!(door.fails(HOME, "juliet").is_some());
    assert!(door.fails(HOME, "juliet").is_none());
}

#[test]
fn an_address_that_guesses_many_names_must_wait() {
    let mut door = Door::new();
    for number in 0..LOGIN_ADDRESS_BURST {
        assert!(door.fails(HOME, &format!("user{number}")).is_some());
    }
    assert!(door.fails(HOME, "juliet").is_none());
    assert!(door.succeeds(ABROAD, "juliet").is_some());
    door.passes(LOGIN_ADDRESS_REFILL_S);
    assert!(door.succeeds(HOME, "juliet").is_some());
}

#[test]
fn right_passwords_are_not_counted() {
    let door = Door::new();
    for number in 0..1_000 {
        assert_eq!(door.succeeds(HOME, &format!("user{}", number % 3)), Some(Duration::ZERO));
    }
    for _ in 0..1_000 {
        door.attempt(ABROAD, "juliet").unwrap_or_else(|_| panic!()).withdraw();
    }
}

#[test]
fn a_school_behind_one_address_logs_in_at_once() {
    let door = Door::new();
    let attempts: Vec<_> = (0..200).map(|number| door.attempt(HOME, &format!("user{number}"))).collect();
    for attempt in attempts {
        attempt.unwrap_or_else(|_| panic!()).succeeded(door.now);
    }
    assert!(door.throttle.tables().in_flight.is_empty());
}

#[test]
fn guesses_side_by_side_gain_nothing() {
    let mut door = Door::new();
    let held: Vec<_> = (0..100).map_while(|_| door.attempt(HOME, "juliet").ok()).collect();
    assert_eq!(held.len(), LOGIN_PAIR_BURST as usize);
    let others: Vec<_> = (0..1_000).map_while(|n| door.attempt(HOME, &format!("user{n}")).ok()).collect();
    assert_eq!(held.len() + others.len(), LOGIN_ADDRESS_IN_FLIGHT_MAX as usize);
    drop((held, others));
    assert!(door.throttle.tables().in_flight.is_empty());
    // All of them were failures, and have to be waited for.
    door.passes(LOGIN_ADDRESS_REFILL_S * u64::from(LOGIN_ADDRESS_IN_FLIGHT_MAX - LOGIN_ADDRESS_BURST));
    assert!(door.attempt(HOME, "paris").is_err());
    door.passes(LOGIN_ADDRESS_REFILL_S);
    assert!(door.attempt(HOME, "paris").is_ok());
}

#[test]
fn guesses_from_everywhere_only_slow_a_name_down() {
    let mut door = Door::new();
    let guess = |door: &Door, n: u32| door.fails(&std::net::Ipv4Addr::from(n).to_string(), "juliet");
    for number in 0..LOGIN_ACCOUNT_BURST {
        assert_eq!(guess(&door, number), Some(Duration::ZERO));
    }
    assert_eq!(guess(&door, 1_000), Some(Duration::from_secs(LOGIN_ACCOUNT_REFILL_S)));
    for number in 2_000..9_000 {
        assert!(guess(&door, number).unwrap() <= Duration::from_secs(LOGIN_DELAY_MAX_S));
    }
    assert_eq!(door.succeeds(HOME, "juliet"), Some(Duration::from_secs(LOGIN_DELAY_MAX_S)));
    door.passes(LOGIN_DELAY_MAX_S + 2 * LOGIN_ACCOUNT_REFILL_S);
    assert_eq!(door.succeeds(ABROAD, "juliet"), Some(Duration::ZERO));
}

#[test]
fn a_familiar_address_is_not_locked_out_by_others() {
    let mut door = Door::new();
    assert!(door.succeeds(HOME, "juliet").is_some());
    for number in 0..2_000u32 {
        door.fails(&std::net::Ipv4Addr::from(number).to_string(), "juliet");
        door.fails(HOME, &format!("user{number}"));
    }
    assert_eq!(door.succeeds(HOME, "juliet"), Some(Duration::ZERO));
    assert!(door.succeeds(HOME, "romeo").is_none());
    assert!(door.succeeds(ABROAD, "juliet").unwrap() > Duration::ZERO);
    for _ in 0..LOGIN_PAIR_BURST {
        assert!(door.fails(HOME, "juliet").is_some());
    }
    assert!(door.fails(HOME, "juliet").is_none());
    door.passes(LOGIN_FAMILIAR_S + 1);
    for number in 0..LOGIN_ADDRESS_BURST {
        assert!(door.fails(HOME, &format!("user{number}")).is_some());
    }
    assert!(door.fails(HOME, "juliet").is_none());
}

#[test]
fn an_ipv6_address_counts_with_its_64_and_a_mapped_one_as_ipv4() {
    let prefix = |text: &str| super::prefix(text.parse().unwrap());
    assert_eq!(prefix("2001:db8::1"), prefix("2001:db8::ffff:0:0:1"));
    assert_ne!(prefix("2001:db8::1"), prefix("2001:db8:0:1::1"));
    assert_eq!(prefix("::ffff:192.0.2.1"), prefix("192.0.2.1"));
    assert_ne!(prefix("0.0.0.1"), prefix("::1:0:0:0:1"));
}

#[test]
fn the_tables_are_bounded_and_forget_the_least_first() {
    let door = Door::new();
    for _ in 0..LOGIN_PAIR_BURST {
        assert!(door.fails(HOME, "juliet").is_some());
    }
    for number in 0..40_000u32 {
        door.fails(&std::net::Ipv4Addr::from(number).to_string(), &format!("user{number}"));
    }
    let tables = door.throttle.tables();
    for table in [&tables.address.full_at, &tables.pair.full_at, &tables.account.full_at] {
        assert!(table.0.len() <= LOGIN_TABLE_MAX_ENTRIES);
    }
    drop(tables);
    assert!(door.fails(HOME, "juliet").is_none());
    let mut familiar = Deadlines::default();
    for number in 0..40_000 {
        familiar.set(number, door.now + Duration::from_secs(number), door.now);
    }
    assert!(familiar.0.len() <= LOGIN_TABLE_MAX_ENTRIES && familiar.of(39_999) > door.now);
}

#[test]
fn switched_off_it_lets_all_in() {
    let door = Door::new();
    door.throttle.switch_off();
    for _ in 0..1_000 {
        assert_eq!(door.fails(HOME, "juliet"), Some(Duration::ZERO));
    }
    assert!(door.throttle.tables().in_flight.is_empty());
}
