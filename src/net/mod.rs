//! Sockets: listening, which door is meant, TLS, and the network that tests have in memory.
//!
//! Missing until their issues: dialling, the HTTP client.

pub mod admission;
pub mod dns;
pub mod doors;
pub mod listen;
pub mod memory;
pub mod tls;
