//! Bounds of names and their records. Keeps no state.

// The machine's resolver

/// How long the resolver may take over one question, retries included, seconds. Its own time-out is 2 s a try.
pub const DNS_LOOKUP_MAX_S: u64 = 8;
/// How long one try waits, seconds.
pub const DNS_TRY_S: u64 = 2;
/// Answers that are remembered; few names are asked for twice.
pub const DNS_CACHE_MAX: u64 = 64;
/// How long an answer is believed, whatever it says itself, seconds.
pub const DNS_CACHE_MAX_S: u64 = 300;
/// How long it is believed that there is nothing, seconds: who just wrote a record does not wait for it.
pub const DNS_CACHE_NOTHING_MAX_S: u64 = 5;
/// Records of one answer that are looked at. A zone's real answers have under 20.
pub const DNS_RECORDS_MAX: usize = 256;

// A zone's own servers

/// Bytes of an answer by UDP that we take: what passes every network unfragmented (DNS flag day 2020).
pub const DNS_UDP_MAX_BYTES: u16 = 1_232;
/// Datagrams of one question that are thrown away because they answer another one.
pub const DNS_STRAYS_MAX: usize = 32;
/// How long connecting and answering by TCP may take, seconds.
pub const DNS_TCP_MAX_S: u64 = 4;
