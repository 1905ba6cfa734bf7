//! Every bound of the program: value, unit, reason, spec. No bound stands anywhere else.

mod acme;
mod dns;
mod doors;
mod pages;
mod transfer;

pub use acme::*;
pub use dns::*;
pub use doors::*;
pub use pages::*;
pub use transfer::*;

// XML (RFC 6120 §11, XEP-0205)

/// Bytes a stanza may have. RFC 6120 §13.12 asks for at least 10,000; clients send vCards with
/// pictures of up to 200 kB.
pub const STANZA_MAX_BYTES: usize = 262_144;
/// Bytes an element may have before log-in: SASL needs little, strangers get little.
pub const STANZA_MAX_BYTES_BEFORE_AUTH: usize = 10_000;
/// How deep elements may nest, the stanza itself being 1. Real stanzas stay under 15.
pub const XML_MAX_DEPTH: usize = 64;
/// Attributes an element may have, namespace declarations included.
pub const XML_MAX_ATTRIBUTES: usize = 64;
/// Elements a stanza may have.
pub const XML_MAX_ELEMENTS: usize = 8_192;
/// Bytes of one name, prefix included.
pub const XML_MAX_NAME_BYTES: usize = 256;
/// Namespace declarations in force at one place, the stream's own included: looking one up is a
/// walk over them.
pub const XML_MAX_NAMESPACES: usize = 128;
/// Bytes of a namespace's name. Each element of a tree may hold a copy: without a bound 8,192 empty
/// elements would hold a gigabyte.
pub const XML_MAX_NAMESPACE_BYTES: usize = 256;
/// Bytes of an XML declaration; `<?xml version='1.0' encoding='UTF-8'?>` has 38.
pub const XML_DECLARATION_MAX_BYTES: usize = 128;

// Addresses (RFC 7622 §3)

/// Bytes a part of an address may have after preparation.
pub const JID_PART_MAX_BYTES: usize = 1_023;
/// Bytes a part may have before preparation: no mapping makes a text shorter than a third.
pub const JID_PART_MAX_BYTES_RAW: usize = 4 * JID_PART_MAX_BYTES;
/// Characters of a part that PRECIS judges by their surroundings (RFC 5892 §A): each costs a walk
/// over the part.
pub const JID_CONTEXT_MAX_CHARS: usize = 64;

// Database (house: invariant 5)

/// Jobs that may wait for the writer. A job is a stanza or an IQ; at 10,000 a second, over a second.
pub const STORE_QUEUE_MAX_JOBS: usize = 16_384;
/// Bytes that waiting jobs may hold.
pub const STORE_QUEUE_MAX_BYTES: usize = 32 << 20;
/// Jobs one commit may hold.
pub const STORE_GROUP_MAX_JOBS: usize = 1_024;
/// After a commit with so many jobs the writer waits a moment for as many to come: a person alone
/// never waits, a crowd shares its fsyncs.
pub const STORE_GATHER_FROM_JOBS: usize = 4;
/// That moment, microseconds.
pub const STORE_GATHER_US: u64 = 2_000;
/// How long the writer works before it commits, ms.
pub const STORE_STEP_MAX_MS: u64 = 10;
/// How long a lazy write waits for a commit to go with, seconds.
pub const LAZY_WRITE_MAX_S: u64 = 5;
/// Lazy writes that may wait; one more and they are committed.
pub const LAZY_WRITE_MAX_JOBS: usize = 512;
/// Threads that read.
pub const STORE_READERS: usize = 2;
/// Readings that may wait.
pub const STORE_READS_MAX_WAITING: usize = 4_096;
/// How long one reading may take, ms: a longer one would keep the log from shrinking.
pub const STORE_READ_MAX_MS: u64 = 2_000;
/// How often a writer that failed tries again, seconds.
pub const STORE_PROBE_S: u64 = 5;
/// Free bytes on the disk below which nothing is written: room for the log and a backup's start.
pub const STORE_RESERVE_BYTES: u64 = 64 << 20;
/// How long the free space is believed, ms.
pub const STORE_RESERVE_CHECK_MS: u64 = 250;
/// Commits after which it is asked for again, however quick they were.
pub const STORE_RESERVE_CHECK_COMMITS: u32 = 64;
/// Streams remembered for which a batch was not kept.
pub const STORE_BROKEN_STREAMS_MAX: usize = 4_096;
/// Pages in the log after which it is copied into the database: 16 MiB. At four times as many the
/// writer waits for that.
pub const STORE_LOG_CHECKPOINT_PAGES: u32 = 4_096;
/// How long a commit stays in the log only, seconds.
pub const STORE_LOG_CHECKPOINT_S: u64 = 60;
/// Memory for pages: the writer's, KiB.
pub const STORE_WRITER_CACHE_KIB: u32 = 8_192;
/// Memory for pages: a reader's, KiB.
pub const STORE_READER_CACHE_KIB: u32 = 2_048;

// SASL (RFC 6120 §6)

/// Bytes of one decoded SASL message: PLAIN's three parts at their longest fit.
pub const SASL_MESSAGE_MAX_BYTES: usize = 6_144;
/// Bytes of a client's SCRAM nonce. Clients send 16 to 64.
pub const SASL_NONCE_MAX_BYTES: usize = 256;
/// Characters of ANONYMOUS trace information (RFC 4505 §2).
pub const SASL_TRACE_MAX_CHARS: usize = 255;
/// Bytes of a prepared password: all that people and their password stores make up, and no more
/// work for PBKDF2 than that.
pub const PASSWORD_MAX_BYTES: usize = 1_024;

// Log-in (RFC 6120 §6.4.5, XEP-0205)

/// PBKDF2 rounds of new verifiers. RFC 7677 §4 asks for 4,096 at least and clients pay for each
/// log-in: 10,000 are 4 ms on a phone.
pub const SCRAM_ROUNDS: u32 = 10_000;
/// PBKDF2 rounds a verifier brought along may have: 0.4 s of one core for a log-in by PLAIN.
pub const SCRAM_ROUNDS_MAX: u32 = 1_000_000;
/// Bytes of a new verifier's salt (RFC 5802 §5.1 leaves it open; RFC 8018 §4.1 asks for 8).
pub const SCRAM_SALT_BYTES: usize = 16;
/// PBKDF2 computations at one time: both cores of a small machine, and no more blocking threads.
pub const PBKDF2_AT_ONCE: usize = 2;
/// Accounts a step of a long list of new ones, committed together: the writer is busy for 10 ms.
pub const ACCOUNT_BATCH: usize = 64;
/// Failed log-ins an address has free, then one each so many seconds.
pub const LOGIN_ADDRESS_BURST: u32 = 30;
pub const LOGIN_ADDRESS_REFILL_S: u64 = 10;
/// Log-ins of an address at one time, where none has failed yet.
pub const LOGIN_ADDRESS_IN_FLIGHT_MAX: u32 = 256;
/// Failed log-ins an address has free for one name, then one each so many seconds.
pub const LOGIN_PAIR_BURST: u32 = 10;
pub const LOGIN_PAIR_REFILL_S: u64 = 30;
/// Failed log-ins a name has free from everywhere, then one each so many seconds, or a delay.
pub const LOGIN_ACCOUNT_BURST: u32 = 30;
pub const LOGIN_ACCOUNT_REFILL_S: u64 = 5;
/// The longest delay of an answer, seconds: people still wait for it.
pub const LOGIN_DELAY_MAX_S: u64 = 10;
/// How long an address stays familiar to a name that logged in from it, seconds: 30 days.
pub const LOGIN_FAMILIAR_S: u64 = 30 * 86_400;
/// Entries of each of the throttle's four tables: 24 bytes each.
pub const LOGIN_TABLE_MAX_ENTRIES: usize = 16_384;
// The machine's options, doors and certificates

/// Blocks of memory beyond this are the system's again as soon as they are freed, bytes: recovery codes and backups
/// need large ones for moments.
pub const LARGE_BLOCK_BYTES: i32 = 1 << 20;
/// How long after the start code that only the start needs is given back, seconds.
pub const START_SETTLES_S: u64 = 5;
/// Bytes an option's value may have.
pub const CONFIG_VALUE_MAX_BYTES: usize = 4_096;
/// Addresses that every listener binds.
pub const LISTEN_ADDRESSES_MAX: usize = 32;
/// How often a free port is looked for that is free on all addresses.
pub const LISTEN_PORT_TRIES: u32 = 16;
/// Connections the kernel keeps for us before we accept them. Linux cuts it to net.core.somaxconn.
pub const LISTEN_BACKLOG: u32 = 4_096;
/// Connections that have not logged in, over all XMPP doors. Beyond it the oldest one of the address
/// that holds most of them goes, so that a flood drives out itself (XEP-0205 §3.1).
pub const HALF_OPEN_MAX: usize = 4_096;
/// Connections that have not logged in, of one address (IPv6: of one /64). A hotel's guests share one.
pub const HALF_OPEN_PER_ADDRESS_MAX: usize = 256;
/// Connections over all XMPP doors; fewer where the system allows fewer open files.
pub const CONNECTIONS_MAX: usize = 50_000;
/// Connections of one address, logged in or not (IPv6: of one /64).
pub const CONNECTIONS_PER_ADDRESS_MAX: usize = 2_000;
/// Open files kept free of connections: the database, control connections, the web.
pub const FILES_RESERVED: usize = 256;
/// How long the doors stay shut when the system is out of files, milliseconds.
pub const ACCEPT_PAUSE_MS: u64 = 50;
/// How long a TLS handshake may take, seconds.
pub const TLS_HANDSHAKE_MAX_S: u64 = 20;
/// Bytes of a certificate file or its key. A chain has four of 2 kB.
pub const CERTIFICATE_MAX_BYTES: u64 = 262_144;
/// Days that the self-signed certificate holds. People trust it once by hand, so it must not
/// run out under them; ten years is what devices last.
pub const SELF_SIGNED_DAYS: i64 = 3_650;
/// Days that what the home authority signs holds, first and last day counted. Devices take at most 398; it is renewed
/// at a third left.
pub const HOME_LEAF_DAYS: i64 = 397;
/// Addresses of the machine that it names: those of today, and of the days before for devices that remember them.
pub const HOME_ADDRESSES_MAX: usize = 8;
/// Certificates of one kind that stay in the table, the newest ones.
pub const CERTIFICATES_KEPT: i64 = 4;
/// Days before a certificate runs out from which on we complain.
pub const CERTIFICATE_WARN_DAYS: i64 = 14;
/// Days left at which the owner is told, where imera should have renewed it by itself; of a life of six days, a quarter.
pub const CERTIFICATE_TOLD_DAYS: [i64; 3] = [10, 5, 1];
pub const CERTIFICATE_TOLD_PART: i64 = 4;

// Sessions (house: invariant 7)

/// Items a mailbox may hold, unacknowledged ones included.
pub const MAILBOX_MAX_ITEMS: usize = 4_096;
/// Bytes a mailbox may hold, unacknowledged ones included. At 512 MB of memory 100 full ones fit.
pub const MAILBOX_MAX_BYTES: usize = 4 << 20;
/// Messages that are not kept, waiting until a session has read its offline messages.
pub const BEHIND_BACKLOG_MAX_ITEMS: usize = 1_024;
/// Their bytes.
pub const BEHIND_BACKLOG_MAX_BYTES: usize = 1 << 20;
/// Places an emptied queue keeps, so that idle sessions hold no memory.
pub const MAILBOX_KEPT_ITEMS: usize = 4;
/// Requests for an acknowledgement that may wait for the disk; further ones share an answer.
pub const SM_ACK_REQUESTS_MAX: usize = 64;
/// How long an `<r/>` waits for the disk before it is answered with what is durable, seconds.
pub const SM_ACK_WAIT_S: u64 = 1;
/// How long a resumable session waits for its client, seconds. Phones sleep through a night.
pub const SM_RESUME_MAX_S: u64 = 86_400;
/// Counts of an account's streams that a crash has ended, kept for clients that ask for them. Four
/// times as many as it may have sessions.
pub const STREAM_COUNTS_PER_ACCOUNT_MAX: u32 = 128;
/// Sessions an account may have; the oldest hibernating one makes room.
pub const SESSIONS_PER_ACCOUNT_MAX: usize = 32;
/// Addresses a session may send its presence to directly (RFC 6121 §4.6).
pub const DIRECTED_PRESENCE_MAX: usize = 512;
/// Handled stanzas of one client that may wait for the disk before it is read from again.
pub const UNSETTLED_MAX: usize = 512;

// Rosters and block lists

/// Contacts an account may list.
pub const ROSTER_MAX_ITEMS: usize = 2_000;
/// Groups a contact may be in.
pub const ROSTER_MAX_GROUPS: usize = 50;
/// Bytes of a contact's or group's name.
pub const ROSTER_NAME_MAX_BYTES: usize = 1_023;
/// Removals remembered for clients that come back (RFC 6121 §2.6).
pub const ROSTER_REMOVALS_KEPT: usize = 256;
/// Roster versions left out for each commit that failed: more than pushes can have been on their way to the disk.
pub const ROSTER_VERSION_STEP: u64 = 1 << 20;
/// Those left out after an unclean end: more than failed commits of one run can have taken.
pub const ROSTER_VERSION_LEAP: u64 = 1 << 36;
/// Those left out by a restore: more than 16,000 unclean ends between the backup and now leave out.
pub const ROSTER_VERSION_RESTORED: u64 = 1 << 50;
/// Rosters in memory.
pub const ROSTER_CACHE_ENTRIES: usize = 512;
/// Subscription requests that wait for one account's answer; the newest beyond are not shown.
pub const SUBSCRIPTION_REQUESTS_MAX: u32 = 256;
/// Bytes of a stored subscription request.
pub const SUBSCRIPTION_REQUEST_MAX_BYTES: usize = 10_000;
/// Addresses an account may block.
pub const BLOCK_LIST_MAX_ITEMS: usize = 2_000;
/// Block lists in memory.
pub const BLOCK_CACHE_ENTRIES: usize = 1_024;
// Data forms (XEP-0004)

/// Fields of one form. The configuration of a room, the longest form there is, has about 60.
pub const FORM_MAX_FIELDS: usize = 256;

// The log of who changed what

/// Lines that are remembered: some a day for a year, and what a script of an owner adds.
pub const AUDIT_ROWS_MAX: u32 = 10_000;
/// Lines of one page.
pub const AUDIT_PAGE: usize = 50;
/// How long, seconds: a year.
pub const AUDIT_KEPT_S: i64 = 366 * 86_400;

// Settings and notices

/// Backups of one kind that may be kept.
pub const BACKUPS_KEPT_MAX: u32 = 60;
/// How long the owners hear nothing more of one cause that comes and goes, seconds.
pub const ALERT_AGAIN_S: i64 = 6 * 3_600;
/// Notices that stand at once: causes are few, and a list nobody can read helps nobody.
pub const NOTICES_MAX: usize = 64;
/// Offline messages read at a time.
pub const BACKLOG_PAGE: usize = 50;
/// Subscription stanzas that one may set off: ask, approval, and what follows from it.
pub const SUBSCRIPTION_HOPS_MAX: usize = 8;
// Archive (XEP-0313)

/// Messages on a page, whatever was asked for (§4.3.1).
pub const ARCHIVE_PAGE_MAX_ROWS: u64 = 100;
/// Bytes of content on a page; a page has at least one message.
pub const ARCHIVE_PAGE_MAX_BYTES: usize = 1 << 20;
/// Rows looked at in one reading where each must be compared (a full address, no groupchat).
pub const ARCHIVE_SCAN_ROWS: usize = 2_000;
/// Ids one query may name (§4.1.3).
pub const ARCHIVE_QUERY_MAX_IDS: usize = 100;
/// How far messages are counted for those who ask for a count only (XEP-0059 §2.7).
pub const ARCHIVE_COUNT_MAX: u64 = 10_000;
/// Rows of `archive_recent` that move to `archive` together: about 5 ms.
pub const ARCHIVE_RECENT_ROWS: usize = 1_024;
/// A clock that goes back by no more than this stands still instead, ms.
pub const ARCHIVE_CLOCK_SLACK_MS: i64 = 1_000;
/// Addresses whose numbers the archive remembers, for writing and for reading each.
pub const ARCHIVE_PEERS_CACHED: usize = 4_096;
/// Addresses in one of an account's preference lists (XEP-0441 §2.1).
pub const ARCHIVE_PREFERENCE_MAX_JIDS: usize = 1_000;
/// Archive rows deleted in one step: under 10 ms.
pub const ARCHIVE_DELETE_ROWS: usize = 500;

// Client streams

/// How long a client may take from its first byte to its session, seconds.
pub const NEGOTIATION_MAX_S: u64 = 60;
/// The same for one who reads the form for a new account (XEP-0077), seconds.
pub const REGISTRATION_MAX_S: u64 = 600;
/// Failed log-ins on one stream (RFC 6120 §6.4.5: 2 to 5).
pub const LOGIN_TRIES: u32 = 5;
/// What may be asked on one stream before a log-in: the forms of several tries to come in (XEP-0077).
pub const IQS_BEFORE_LOGIN_MAX: u32 = 64;
/// How long the end of a stream may take to be written, seconds.
pub const CLOSE_MAX_S: u64 = 5;
/// Bytes read from a socket at a time: a TLS record. One buffer a thread.
pub const READ_BYTES: usize = 16_384;
/// Bytes taken from a mailbox at a time.
pub const OUT_CHUNK_BYTES: usize = 16_384;
/// Bytes that wait for the socket before the client is read from again.
pub const OUT_HIGH_WATER_BYTES: usize = 65_536;
/// How long the socket may take nothing while bytes wait, seconds.
pub const WRITE_STALL_MAX_S: u64 = 60;
/// How long a client may be silent before it is asked whether it is there, seconds.
pub const SILENCE_MAX_S: u64 = 600;
/// How long it may be silent after that, seconds.
pub const SILENCE_GRACE_S: u64 = 60;
/// Stanzas of one client in a row before others have the thread.
pub const STANZAS_IN_A_ROW: u32 = 32;
/// How long a resumption waits for the disk, seconds.
pub const SM_SETTLE_MAX_S: u64 = 10;
/// How long a good-order stop waits for sessions, seconds, twice; and how often it looks, ms.
pub const STOP_SESSIONS_MAX_S: u64 = 3;
pub const STOP_LOOK_MS: u64 = 10;

// The control socket

/// Control connections at once: a few commands and the admin pages.
pub const CONTROL_CONNECTIONS_MAX: usize = 16;
/// Bytes of a question: a batch of 10,000 accounts has 400 kB.
pub const CONTROL_QUESTION_MAX_BYTES: u64 = 32 << 20;
/// How long a question may take to arrive, seconds.
pub const CONTROL_QUESTION_MAX_S: u64 = 30;
/// How long connections may take to end once their sessions have, ms: with twice
/// `STOP_SESSIONS_MAX_S` it stays under the contract's 10 s.
pub const STOP_CONNECTIONS_MAX_MS: u64 = 1_500;

// Checks

/// Free bytes on the disk below which we complain: a day of pictures.
pub const DISK_WARN_BYTES: u64 = 1_000_000_000;
/// How far the newest message may lie in the future before the clock is doubted, seconds.
pub const CLOCK_WARN_S: i64 = 600;
/// How long one of our own doors may take to answer a check, ms.
pub const CHECK_CONNECT_MAX_MS: u64 = 2_000;
/// How often the cheap checks are made, seconds.
pub const CHECK_EVERY_S: u64 = 60;
/// Of how many of these rounds one also knocks at our own doors: every five minutes.
pub const CHECK_DOORS_EVERY_ROUNDS: u64 = 5;
/// How long the whole database is not read again by itself, seconds: once a night, whatever hour the backup has.
pub const CHECK_DATABASE_EVERY_S: u64 = 20 * 3_600;

// The command line

/// How often a command, or a server that starts, tries a folder that somebody else holds and nobody answers for, and
/// the pause between, ms: a server takes up to 10 s to stop.
pub const FOLDER_HELD_TRIES: u32 = 240;
pub const FOLDER_HELD_PAUSE_MS: u64 = 50;

/// Accounts of one batch.
pub const ACCOUNT_BATCH_MAX: usize = 100_000;
/// Bytes of the line that holds a password.
pub const PASSWORD_LINE_MAX_BYTES: u64 = 4_096;

/// How long the command line works before it tells of progress, ms.
pub const PROGRESS_AFTER_MS: u64 = 300;
// Invitations and accounts

/// Uses of one invitation.
pub const INVITE_USES_MAX: u32 = 500;
/// How long an invitation may last, seconds: a year.
pub const INVITE_MAX_S: u64 = 366 * 86_400;
/// How long one lasts where nothing else is said, seconds.
pub const INVITE_S: u64 = 7 * 86_400;
/// How long a link for a new password lasts, seconds.
pub const RESET_S: u64 = 86_400;
/// Signs of an invitation's note.
pub const INVITE_NOTE_MAX_SIGNS: usize = 200;
/// Invitations that are open at once, for the whole place.
pub const INVITES_OPEN_MAX: u32 = 10_000;
/// How long an invitation is remembered after its end, so that its page can tell what became of it,
/// seconds.
pub const INVITE_KEPT_S: u64 = 60 * 86_400;
/// Sign-ups that compute at once; the others wait, and fail early where the last place went.
pub const JOINS_AT_ONCE: usize = 2;
/// Who may wait for an owner's yes.
pub const JOIN_REQUESTS_MAX: u32 = 1_000;
/// How long somebody waits for an owner's yes, seconds: 30 days. Requests that nobody answers would keep their names and
/// places for ever, and in the end shut the door for all.
pub const JOIN_REQUEST_S: u64 = 30 * 86_400;
/// Wrong tokens from one address in a row, then one in so many seconds. 144 bits cannot be guessed:
/// this is against the load.
pub const TOKEN_BURST: u32 = 30;
pub const TOKEN_REFILL_S: u64 = 20;
/// Signs of a name that somebody chooses.
pub const NAME_MAX_SIGNS: usize = 40;
/// Signs of a password that somebody chooses, at least (NIST SP 800-63B asks for 8).
pub const PASSWORD_MIN_SIGNS: usize = 10;
/// Bytes of a password that somebody chooses.
pub const PASSWORD_CHOSEN_MAX_BYTES: usize = 256;
/// How long somebody who leaves may change their mind, seconds: 30 days.
pub const LEAVE_GRACE_S: u64 = 30 * 86_400;
/// Devices of one account that have a password of their own: as many as it may have sessions. A log-in
/// is compared with each.
pub const DEVICES_PER_ACCOUNT_MAX: u32 = 32;
/// Those among them that no device has claimed: a newer code puts out the oldest one.
pub const DEVICE_CODES_OPEN_MAX: u32 = 4;
/// How long a code waits to be used, seconds: until the other phone is found and charged.
pub const DEVICE_CODE_S: u64 = 1_800;
/// Ad-hoc commands (XEP-0050) that wait for their form, for all and for one account; the oldest go.
pub const ADHOC_SESSIONS_MAX: usize = 256;
pub const ADHOC_SESSIONS_PER_ACCOUNT: usize = 8;
/// How long one waits, seconds.
pub const ADHOC_SESSION_MAX_S: u64 = 900;
/// Names in one list of accounts that a command gives.
pub const ADHOC_LIST_MAX: usize = 1_000;
/// Bytes of an announcement.
pub const ANNOUNCEMENT_MAX_BYTES: usize = 8_192;
/// How often accounts that leave and old invitations are looked for, seconds.
pub const SWEEP_EVERY_S: u64 = 3_600;
