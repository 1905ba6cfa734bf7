//! Sockets: listening, which door is meant, TLS, and the network that tests have in memory.
//!
//! Missing until its issue: dialling for other servers.

pub mod admission;
pub mod bodies;
pub mod dns;
pub mod doors;
pub mod http;
pub mod listen;
pub mod memory;
pub mod tls;
