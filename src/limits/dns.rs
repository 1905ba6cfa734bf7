//! Bounds of names and their records. Keeps no state.

// The machine's resolver

/// How long the resolver may take over one question, retries included, seconds. Its own time-out is 2 s a try.
pub const DNS_LOOKUP_MAX_S: u64 = 8;
/// Resolvers of the machine that are asked one after another; resolv.conf(5) allows three.
pub const DNS_RESOLVERS_MAX: usize = 3;
/// How long one try waits, seconds.
pub const DNS_TRY_S: u64 = 2;
/// Answers that are remembered; few names are asked for twice.
pub const DNS_CACHE_MAX: u64 = 64;
/// How long an answer is believed, whatever it says itself, seconds.
pub const DNS_CACHE_MAX_S: u64 = 300;
/// How long it is believed that there is nothing, seconds: who just wrote a record does not wait for it.
pub const DNS_CACHE_NOTHING_MAX_S: u64 = 5;
/// Signs of a name (RFC 1035 §2.3.4).
pub const DNS_NAME_MAX_SIGNS: usize = 253;
/// Records of one answer that are looked at. A zone's real answers have under 20.
pub const DNS_RECORDS_MAX: usize = 256;

// A zone's own servers

/// Bytes of an answer by UDP that we take: what passes every network unfragmented (DNS flag day 2020).
pub const DNS_UDP_MAX_BYTES: u16 = 1_232;
/// Datagrams of one question that are thrown away because they answer another one.
pub const DNS_STRAYS_MAX: usize = 32;
/// How long connecting and answering by TCP may take, seconds.
pub const DNS_TCP_MAX_S: u64 = 4;
/// Name servers of one zone that are asked. Registries allow 13; four are usual.
pub const ZONE_SERVERS_MAX: usize = 8;
/// Aliases (CNAME) that are followed one after another; resolvers stop at about as many.
pub const DNS_ALIASES_MAX: usize = 8;
/// How long one look at all records may take, seconds.
pub const REACH_LOOK_MAX_S: u64 = 20;
/// How soon after a look the next one may begin, seconds: however many tabs are open, name servers are not bothered more.
pub const REACH_LOOK_PAUSE_S: u64 = 5;
/// How long a page waits for a look that runs before it shows what is known, ms.
pub const REACH_PAGE_WAIT_MS: u64 = 1_500;
/// How long a web site elsewhere may take to say where it leads, seconds: it is one request of a look.
pub const REDIRECT_MAX_S: u64 = 4;
/// Bytes of its answer's head that are read; web servers send under 2 kB.
pub const REDIRECT_HEAD_MAX_BYTES: usize = 8_192;
/// Signs of the address it leads to that are shown.
pub const REDIRECT_SHOWN_MAX_SIGNS: usize = 200;
/// Looks that are remembered: the domain that is typed now, and a few before.
pub const REACH_LOOKS_KEPT: usize = 8;
/// How long a record may be missing before we doubt that it was saved at the right place, seconds.
pub const RECORD_DOUBTED_S: u64 = 600;
/// How long name servers may be silent before we doubt that the domain is paid, seconds.
pub const SERVERS_DOUBTED_S: u64 = 300;
/// Values that are shown of a wrong record.
pub const RECORD_SHOWN_VALUES: usize = 4;
/// How often the running server looks at its records, seconds, and how long after its start first.
pub const CHECK_DNS_EVERY_S: u64 = 3_600;
pub const CHECK_DNS_FIRST_S: u64 = 600;

// Records that we write (RFC 2136)

/// How far our clock and a name server's may be apart for a signature to hold, seconds (RFC 8945 §10).
pub const DNS_CLOCK_FUDGE_S: u16 = 300;
/// Bytes of a key's secret: SHA-512 uses no more than 128.
pub const DNS_SECRET_MAX_BYTES: usize = 128;
/// How long others may remember a proof that we wrote, seconds: that of the rehearsal must not be seen in the place of
/// the one that counts, which comes seconds later.
pub const ACME_RECORD_TTL_S: u32 = 1;
/// How long a zone's name servers may take until all of them show a proof, seconds. Secondaries hear of it by NOTIFY
/// within seconds; some providers copy by the minute.
pub const ACME_RECORD_SHOWN_MAX_S: u64 = 150;
/// Signs of the list of proofs that are still to be taken away: two orders of [`super::ACME_NAMES_MAX`] names.
pub const ACME_RECORDS_LEFT_MAX_SIGNS: usize = 30_000;
