//! Bad input against the real binary: each case proves a clear error, nothing lost, others served.
//!
//! Each test has a server of its own and runs its cases side by side. `IMERA_ATTACK_FULL=1` makes the
//! floods as large as the issue names them. The folder `attack/` holds one file a kind of attack.
#![allow(clippy::disallowed_methods)] // real sockets, real time

#[path = "attack/clock.rs"]
mod clock;
#[path = "attack/codes.rs"]
mod codes;
#[path = "attack/disk.rs"]
mod disk;
#[path = "attack/floods.rs"]
mod floods;
#[path = "attack/folders.rs"]
mod folders;
#[path = "attack/half_open.rs"]
mod half_open;
#[path = "attack/logins.rs"]
mod logins;
#[path = "attack/rules.rs"]
mod rules;
#[path = "attack/server.rs"]
mod server;
#[path = "attack/stop.rs"]
mod stop;
#[path = "attack/web_floods.rs"]
mod web_floods;
#[path = "attack/xml.rs"]
mod xml;

#[path = "support/client.rs"]
mod client;
#[path = "support/inside.rs"]
mod inside;
#[allow(dead_code)] // tests/process.rs uses the rest
#[path = "support/process.rs"]
mod process;
#[path = "support/small_disk.rs"]
mod small_disk;
#[path = "support/websocket.rs"]
mod websocket;
