//! imera: the chat server that friends and families really run.
//!
//! Start with the map, `src/README.md`. The rooms stand in reading order, lowest floor first.

pub mod limits;
pub mod xmpp;
pub mod clock;
pub mod memory;
pub mod texts;
pub mod qr;
pub mod config;
pub mod store;
pub mod net;
pub mod audit;
pub mod settings;
pub mod notices;
pub mod accounts;
pub mod archive;
pub mod certs;
pub mod reach;
pub mod sessions;
pub mod features;
pub mod route;
pub mod transfer;
pub mod checks;
pub mod streams;
pub mod web;
pub mod server;
pub mod cli;
