//! Bounds of the port that all share, and of XMPP streams over the web. Keeps no state.

// One port

/// How long who names no protocol in the handshake may take to say the first byte, seconds: as a request's head.
pub const FIRST_BYTE_MAX_S: u64 = 10;
/// How long the stream header of another server may take, seconds; all that it gets is an answer.
pub const REFUSED_HEADER_MAX_S: u64 = 10;

// WebSocket (RFC 7395)

/// Bytes read from a WebSocket at a time; each connection holds as many, also while it idles.
pub const WEBSOCKET_READ_BYTES: usize = 2_048;
/// Bytes that wait to be written before they are: a full record of TLS.
pub const WEBSOCKET_WRITE_BYTES: usize = 16_384;
/// Control frames looked at in a row before others have the thread.
pub const WEBSOCKET_CONTROL_IN_A_ROW: usize = 32;
