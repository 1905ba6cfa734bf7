//! The network that tests have in memory: no ports, no kernel, no waiting.

use tokio::io::DuplexStream;

/// Bytes that wait on one way before its writer has to: about what a socket's buffers hold.
const BUFFER_BYTES: usize = 65_536;

/// Two ends of one connection. What is written into one comes out of the other.
pub fn pair() -> (DuplexStream, DuplexStream) {
    tokio::io::duplex(BUFFER_BYTES)
}

/// Like [`pair`], with room for `bytes` on each way: 1 makes every write partial.
pub fn pair_of(bytes: usize) -> (DuplexStream, DuplexStream) {
    tokio::io::duplex(bytes)
}
