//! Our own addresses, as far as the machine itself knows them. Nothing is sent: the system is asked for its ways out.
//!
//! Keeps no state.

use std::fs;
use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::Ipv6Addr;
use std::net::UdpSocket;

/// Nobody's addresses (RFC 5737, RFC 3849), to ask for the way to the world.
const NOBODY_4: &str = "192.0.2.1:9";
const NOBODY_6: &str = "[2001:db8::1]:9";

/// Where this machine is on the internet.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Ours {
    pub v4: Way<Ipv4Addr>,
    pub v6: Way<Ipv6Addr>,
    /// Others that are ours too.
    pub also: Vec<IpAddr>,
}

/// One kind of network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Way<A> {
    /// Under this address.
    At(A),
    /// It leads out, under an address that we do not know or that changes.
    Unsure,
    #[default]
    None,
}

impl Ours {
    pub fn has(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        let named = match ip {
            IpAddr::V4(v4) => self.v4 == Way::At(v4),
            IpAddr::V6(v6) => self.v6 == Way::At(v6),
        };
        named || self.also.contains(&ip)
    }

    /// A browser reached us there, which is more than the machine itself may know behind a router.
    pub fn reached_at(mut self, ip: IpAddr) -> Ours {
        match ip.to_canonical() {
            IpAddr::V4(v4) if is_public(v4.into()) && !matches!(self.v4, Way::At(_)) => self.v4 = Way::At(v4),
            ip if is_public(ip) && !self.has(ip) => self.also.push(ip),
            _ => {}
        }
        self
    }
}

/// What the machine knows of itself now.
pub fn addresses() -> Ours {
    let (out_4, out_6) = (outward_4(), outward_6());
    let v4 = match out_4 {
        Some(IpAddr::V4(v4)) if is_public(v4.into()) => Way::At(v4),
        Some(_) => Way::Unsure,
        None if out_6.is_some_and(is_public) => Way::None,
        // Without any way out nothing is sure.
        None => Way::Unsure,
    };
    let out = match out_6 {
        Some(IpAddr::V6(v6)) if is_public(v6.into()) => Some(v6),
        _ => None,
    };
    let all = fs::read_to_string("/proc/net/if_inet6").unwrap_or_default();
    let lasting = lasting(&all);
    let v6 = match out {
        None => Way::None,
        Some(out) if all.is_empty() || lasting.contains(&out) => Way::At(out),
        Some(out) => lasting.iter().find(|ip| is_beside(**ip, out)).map_or(Way::Unsure, |ip| Way::At(*ip)),
    };
    Ours { v4, v6, also: lasting.into_iter().map(IpAddr::V6).collect() }
}

/// Our own address on the way out by IPv4.
pub fn outward_4() -> Option<IpAddr> {
    outward("0.0.0.0:0", NOBODY_4)
}

/// The same by IPv6.
pub fn outward_6() -> Option<IpAddr> {
    outward("[::]:0", NOBODY_6)
}

fn outward(from: &str, to: &str) -> Option<IpAddr> {
    let socket = UdpSocket::bind(from).ok()?;
    socket.connect(to).ok()?;
    socket.local_addr().ok().map(|address| address.ip())
}

fn is_beside(one: Ipv6Addr, other: Ipv6Addr) -> bool {
    one.segments()[..4] == other.segments()[..4]
}

/// Those of Linux's list that stay: global, and neither for privacy (RFC 8981), nor on their way in or out.
fn lasting(list: &str) -> Vec<Ipv6Addr> {
    const TEMPORARY_DEPRECATED_OR_TENTATIVE: u8 = 0x01 | 0x20 | 0x40;
    let line = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [ip, _, _, _, flags, _] = words[..] else { return None };
        let ip = Ipv6Addr::from(u128::from_str_radix(ip, 16).ok()?);
        let flags = u8::from_str_radix(flags, 16).ok()?;
        (is_public(ip.into()) && flags & TEMPORARY_DEPRECATED_OR_TENTATIVE == 0).then_some(ip)
    };
    list.lines().filter_map(line).collect()
}

/// Whether the internet knows the way there.
pub fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(v4) => {
            let shared = v4.octets()[0] == 100 && v4.octets()[1] >> 6 == 1;
            let nobody = v4.is_unspecified() || v4.is_broadcast() || v4.is_multicast() || v4.octets()[0] == 0;
            !(v4.is_private() || v4.is_loopback() || v4.is_link_local() || shared || nobody)
        }
        // RFC 4291 §2.4: 2000::/3.
        IpAddr::V6(v6) => v6.segments()[0] >> 13 == 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_router_s_inner_address_is_nobody_s_on_the_internet() {
        for (ip, public) in [
            ("192.168.1.4", false),
            ("100.64.0.1", false),
            ("100.128.0.1", true),
            ("127.0.0.1", false),
            ("0.0.0.0", false),
            ("8.8.8.8", true),
            ("fd00::1", false),
            ("::1", false),
            ("::ffff:10.0.0.1", false),
            ("2a01::1", true),
        ] {
            assert_eq!(is_public(ip.parse().unwrap()), public, "{ip}");
        }
    }

    #[test]
    fn rfc8981_an_address_for_privacy_is_none_to_write_down() {
        let list = "20010db8000000000000000000000007 02 40 00 00 eth0\n\
                    20010db8000000000000000000000008 02 40 00 01 eth0\n\
                    20010db8000000000000000000000009 02 40 00 20 eth0\n\
                    fe800000000000000000000000000001 02 40 20 80 eth0\n\
                    00000000000000000000000000000001 01 80 10 80 lo\nbroken\n";
        assert_eq!(lasting(list), ["2001:db8::7".parse::<Ipv6Addr>().unwrap()]);
    }

    #[test]
    fn where_a_browser_reached_us_is_ours() {
        let ours = Ours { v4: Way::Unsure, ..Ours::default() };
        let ip: IpAddr = "203.0.113.7".parse().unwrap();
        assert!(ours.clone().reached_at(ip).has(ip));
        assert_eq!(ours.clone().reached_at("192.168.1.7".parse().unwrap()), ours);
        let named = Ours { v4: Way::At([198, 51, 100, 1].into()), ..Ours::default() };
        assert!(named.clone().reached_at(ip).has(ip) && named.reached_at(ip).has([198, 51, 100, 1].into()));
    }
}
