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
}

impl Visitor {
    /// Whether codes and passwords may pass: under TLS, or where the way leads through this machine or this house only.
    pub fn may_tell_secrets(&self) -> bool {
        self.tls || is_near(self.peer.ip())
    }
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
        for far in ["203.0.113.7", "100.64.0.1", "2001:db8::1", "172.32.0.1", "::ffff:8.8.8.8"] {
            assert!(!is_near(far.parse().unwrap()), "{far}");
        }
    }
}
