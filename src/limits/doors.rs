//! Bounds of the port that all share, and of XMPP streams over the web. Keeps no state.

// One port

/// How long who names no protocol in the handshake may take to say the first byte, seconds: as a request's head.
pub const FIRST_BYTE_MAX_S: u64 = 10;
/// How long the stream header of another server may take, seconds; all that it gets is an answer.
pub const REFUSED_HEADER_MAX_S: u64 = 10;
