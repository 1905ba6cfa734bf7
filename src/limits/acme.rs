//! Certificates of an authority, and the requests to servers elsewhere that they need.

// Requests outward

/// How long one address may take to answer a connection, seconds. Three TCP retries.
pub const DIAL_MAX_S: u64 = 10;
/// Addresses of a name that are tried, one after the other.
pub const DIAL_ADDRESSES_MAX: usize = 4;
/// How long a request may take in all, its answer included, seconds. Authorities answer within a second; at a bad hour
/// Let's Encrypt takes thirty.
pub const REQUEST_MAX_S: u64 = 60;
/// Bytes of an answer's body. A chain has 8 kB, a directory 1 kB.
pub const ANSWER_MAX_BYTES: usize = 262_144;
/// Bytes of an answer's head, all lines together.
pub const ANSWER_HEAD_MAX_BYTES: usize = 32_768;

/// Roots in the file of `IMERA_ACME_ROOT`.
pub const ROOTS_EXTRA_MAX: usize = 16;

// Orders (RFC 8555)

/// Names that are wanted at once: the domain, the machine's, the hosts under it; Let's Encrypt allows 100.
pub const ACME_NAMES_MAX: usize = 16;
/// Answers that wait for the authority: one a name.
pub const ACME_RESPONSES_MAX: usize = 2 * ACME_NAMES_MAX;
/// How long an authority may take to check our answers, and again to issue, seconds. Let's Encrypt takes five; pebble
/// sleeps up to fifteen.
pub const ACME_DECIDES_MAX_S: u64 = 180;
/// First pause between two looks at an order, milliseconds; each is half as long again, up to [`ACME_LOOK_MAX_MS`].
pub const ACME_LOOK_MS: u64 = 250;
pub const ACME_LOOK_MAX_MS: u64 = 8_000;
/// Orders one attempt may place: one for each way of proof, one without the names that failed, one for the account
/// that was lost. Let's Encrypt allows 300 in three hours.
pub const ACME_ORDERS_MAX: usize = 6;
/// How long an order that was cut short is gone on with, seconds. Let's Encrypt keeps one for seven days, but an hour
/// later its proofs are rather made anew.
pub const ACME_ORDER_MAX_S: i64 = 3_600;
/// Bytes of what an authority says that are kept and shown.
pub const ACME_DETAIL_MAX_BYTES: usize = 600;

// When it is tried again

/// Pause after the first failure, seconds: DNS records take minutes to arrive. The pause triples with each failure.
pub const ACME_AGAIN_S: i64 = 120;
/// Longest pause, seconds. The wizard promises an hour; Let's Encrypt allows five failed proofs of a name an hour.
pub const ACME_AGAIN_MAX_S: i64 = 3_600;
/// By how much a pause may be longer, a fraction of it in percent: so that not all imeras come at once.
pub const ACME_JITTER_PERCENT: i64 = 25;
/// How long `Retry-After` is obeyed at most, seconds. Let's Encrypt's longest limit lasts a week.
pub const ACME_RETRY_AFTER_MAX_S: i64 = 7 * 86_400;
/// How often somebody may ask for another try, seconds.
pub const ACME_ASKED_MIN_S: i64 = 10;
/// How wrong our clock may be by the authority's, seconds. New certificates hold from an hour before they are made.
pub const ACME_CLOCK_WRONG_S: i64 = 3_600;
/// How often the authority is asked when to renew (RFC 9773 §4.3.2), seconds: at least and at most, whatever it wants.
pub const ACME_RENEWAL_INFO_MIN_S: i64 = 3_600;
pub const ACME_RENEWAL_INFO_MAX_S: i64 = 86_400;
/// The longest sleep of the job, seconds: a clock that was put right is noticed then.
pub const ACME_SLEEP_MAX_S: i64 = 3_600;
/// How often the hosts under the domain are looked up anew, seconds: who has made their records gets them certified.
pub const ACME_HOSTS_EVERY_S: u64 = 3_600;
/// How long one look at the names of `imera setup --wait` lasts at most, seconds: then it looks again.
pub const ACME_WATCHED_S: u64 = 20;
/// How long `imera setup --certificate acme` waits where nobody says how long, seconds. DNS records take minutes.
pub const ACME_WAITED_FOR_S: u64 = 900;
/// Failures in a row after which the owner is told.
pub const ACME_TOLD_FAILURES: u32 = 2;
