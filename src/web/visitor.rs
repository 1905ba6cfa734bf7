//! Who asks, and over what: the address of a connection, and whether nobody can listen in.
//!
//! Keeps no state.

use std::net::IpAddr;
use std::net::SocketAddr;

/// One connection's other end.
#[derive(Clone, Copy, Debug)]
pub struct Visitor {
    pub peer: SocketAddr,
    /// Under TLS.
    pub tls: bool,
    /// It called this machine by what it is called outside. Who comes from a private address then came through
    /// something that stands between: a proxy, a container's network, a router that puts itself in front.
    pub from_outside: bool,
}

impl Visitor {
    pub fn new(peer: SocketAddr, tls: bool) -> Visitor {
        Visitor { peer, tls, from_outside: false }
    }

    /// Whether codes and passwords may pass: under TLS, or where the way leads through this machine or this house only.
    pub fn may_tell_secrets(&self) -> bool {
        let ip = self.peer.ip().to_canonical();
        self.tls || ip.is_loopback() || is_near(ip) && !self.from_outside
    }

    /// `host`: as the browser wrote it, without a port.
    pub(super) fn calls(&mut self, host: &str) {
        self.from_outside = !is_of_the_house(host);
    }
}

/// Ends of names that mean something in one house only (RFC 6761, RFC 6762, RFC 8375; what routers give out).
const HOUSE_NAMES: [&str; 9] =
    ["local", "localhost", "localdomain", "lan", "home", "internal", "box", "home.arpa", "test"];

/// Whether a host is one that only the house knows: a near address, a bare name, or one below such an end.
pub(super) fn is_of_the_house(host: &str) -> bool {
    if let Ok(address) = host.trim_start_matches('[').trim_end_matches(']').parse() {
        return is_near(address);
    }
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    !host.contains('.') || HOUSE_NAMES.iter().any(|end| host.strip_suffix(end).is_some_and(|rest| rest.ends_with('.')))
}

/// Loopback, private or link-local (RFC 1918, RFC 3927, RFC 4193, RFC 4291 §2.5.6).
pub(super) fn is_near(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_pass_plainly_only_from_near() {
        for near in ["127.0.0.1", "::1", "10.1.2.3", "192.168.7.1", "::ffff:172.16.0.9", "fe80::1", "fd00::7"] {
            assert!(is_near(near.parse().unwrap()), "{near}");
        }
        let visitor = |host: &str| {
            let mut visitor = Visitor::new("172.17.0.1:9".parse().unwrap(), false);
            visitor.calls(host);
            visitor.may_tell_secrets()
        };
        for house in ["192.168.7.2", "imera.local", "[fe80::1]", "nas", "imera.fritz.box", "", "pi.home.arpa."] {
            assert!(visitor(house), "{house}");
        }
        for outside in ["203.0.113.7", "[2001:db8::1]", "beach.example", "xlocal.example", "arpa.example"] {
            assert!(!visitor(outside), "a proxy stands between: {outside}");
        }
        for far in ["203.0.113.7", "100.64.0.1", "2001:db8::1", "172.32.0.1", "::ffff:8.8.8.8"] {
            assert!(!is_near(far.parse().unwrap()), "{far}");
        }
    }
}
