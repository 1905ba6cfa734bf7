//! Do the doors answer? From this machine only: whether the world gets in is for `reach`, later.
//! Keeps no state.

use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::Ipv6Addr;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpStream;

use super::Check;
use super::Found;
use super::Often;
use super::Subject;
use crate::clock::Clock;
use crate::limits;

pub const CHECK: Check =
    Check { name: "ports", often: Often::EverySomeMinutes, look: |subject, _| Box::pin(look(subject)) };

async fn look(subject: &Subject) -> Found {
    if subject.doors.is_empty() {
        return Found::skipped("no server runs, so no door is open");
    }
    let mut open = Vec::new();
    let mut silent = Vec::new();
    for (name, address) in &subject.doors {
        let Some(address) = address else { continue };
        // Twice: a machine that is busy for a moment is no reason to call its owner.
        match answers(&subject.clock, *address).await || answers(&subject.clock, *address).await {
            true => open.push(format!("{name} {}", address.port())),
            false => silent.push(format!("{name} ({address})")),
        }
    }
    match silent.is_empty() {
        true => Found::ok(format!("{} answer", open.join(", "))),
        false => {
            Found::failed(format!("{} does not answer", silent.join(", ")), "look at the server's log, then restart it")
        }
    }
}

async fn answers(clock: &Clock, address: SocketAddr) -> bool {
    let patience = Duration::from_millis(limits::CHECK_CONNECT_MAX_MS);
    matches!(clock.timeout(patience, TcpStream::connect(reachable(address))).await, Some(Ok(_)))
}

/// «Everywhere» is reached by the loopback address.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
