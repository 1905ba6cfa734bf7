//! Sockets: listening, TLS, and the network that tests have in memory.
//!
//! Missing until their issues: dialling for other servers, doors that share one port.

pub mod admission;
pub mod dns;
pub mod http;
pub mod listen;
pub mod memory;
pub mod tls;
