//! Bounds of the port that all share, and of XMPP streams over the web. Keeps no state.

// One port

/// How long who names no protocol in the handshake may take to say the first byte, seconds: as a request's head.
pub const FIRST_BYTE_MAX_S: u64 = 10;
/// How long the stream header of another server may take, seconds; all that it gets is an answer.
pub const REFUSED_HEADER_MAX_S: u64 = 10;

// HTTP/2 (RFC 9113)

/// Requests at a time on one connection: a page and its assets, a few tabs.
pub const H2_STREAMS_MAX: u32 = 32;
/// Requests that a client has cancelled and that are still looked at; more are an attack (CVE-2023-44487).
pub const H2_RESETS_MAX: usize = 16;
/// Bytes that a client may send ahead, on one stream and on all of a connection.
pub const H2_AHEAD_BYTES: u32 = 65_536;
/// Bytes of an answer that wait for the client.
pub const H2_SEND_BYTES: usize = 65_536;
/// How often a silent connection is asked whether it is there, and how long it has to answer, seconds.
pub const H2_PING_S: u64 = 20;
pub const H2_PONG_MAX_S: u64 = 10;

/// Bytes read from one connection before others have the thread: frames that belong to no request cost time, too.
pub const H2_TURN_BYTES: usize = 16_384;

// WebSocket (RFC 7395)

/// Bytes read from a WebSocket at a time; each connection holds as many, also while it idles.
pub const WEBSOCKET_READ_BYTES: usize = 2_048;
/// Bytes that wait to be written before they are: a full record of TLS.
pub const WEBSOCKET_WRITE_BYTES: usize = 16_384;
/// Control frames looked at in a row before others have the thread.
pub const WEBSOCKET_CONTROL_IN_A_ROW: usize = 32;

// BOSH (XEP-0124, XEP-0206)

/// Bytes of a request: a stanza as large as any may be.
pub const BOSH_BODY_MAX_BYTES: usize = super::STANZA_MAX_BYTES;
/// The longest a request is held, seconds; proxies cut connections that are silent for longer.
pub const BOSH_WAIT_MAX_S: u64 = 60;
/// Requests of a session held at a time; one is what every client asks for.
pub const BOSH_HOLD_MAX: u64 = 2;
/// How long a session lives on without a request, seconds: a network under difficult conditions (§10). A session that
/// polls may stay away longer.
pub const BOSH_INACTIVITY_S: u64 = 60;
/// The longest pause a client may ask for, seconds: a browser that changes its page.
pub const BOSH_PAUSE_MAX_S: u64 = 120;
/// The shortest time between two empty requests of a session that polls, seconds (§12).
pub const BOSH_POLLING_S: u64 = 2;
/// Bytes of a session's requests that its stream has not read, as it has to say more than the client fetches.
pub const BOSH_AHEAD_MAX_BYTES: usize = 2 * super::STANZA_MAX_BYTES;
/// Requests on their way to their session: more than a window has.
pub const BOSH_ORDERS_MAX: usize = 8;
/// Bytes read from a stream at a time.
pub const BOSH_READ_BYTES: usize = 4_096;
