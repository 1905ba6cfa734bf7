//! Who may stay while too many are at the doors: XEP-0205 §3.1, version 1.0.1.
//!
//! State: every open connection, by address. A connection is half-open until its log-in; when there
//! are too many of those, the oldest one of the address that holds most of them has to go. So a
//! flood drives out its own connections, and who comes alone gets in.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use tokio::sync::oneshot;

use crate::limits;

/// Bounds of one [`Admission`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    pub half_open: usize,
    pub half_open_per_address: usize,
    pub connections: usize,
    pub connections_per_address: usize,
}

impl Bounds {
    /// Those of the XMPP doors, for a process that may open `files` files.
    pub fn of_streams(files: usize) -> Bounds {
        let files = files.saturating_sub(limits::FILES_RESERVED).max(64);
        Bounds {
            half_open: limits::HALF_OPEN_MAX.min(files / 2),
            half_open_per_address: limits::HALF_OPEN_PER_ADDRESS_MAX,
            connections: limits::CONNECTIONS_MAX.min(files),
            connections_per_address: limits::CONNECTIONS_PER_ADDRESS_MAX,
        }
    }

    /// Those of the web's doors.
    pub fn of_web(files: usize) -> Bounds {
        let all = limits::WEB_CONNECTIONS_MAX.min(files / 4).max(16);
        let each = limits::WEB_CONNECTIONS_PER_ADDRESS_MAX;
        Bounds { half_open: all, half_open_per_address: each, connections: all, connections_per_address: all }
    }

    /// One address counts as many: suites open hundreds of connections from one.
    pub fn without_addresses(self) -> Bounds {
        let (half_open_per_address, connections_per_address) = (self.half_open, self.connections);
        Bounds { half_open_per_address, connections_per_address, ..self }
    }
}

/// The connections of some doors. Cheap to clone.
#[derive(Clone)]
pub struct Admission {
    bounds: Bounds,
    guests: Arc<Mutex<Guests>>,
}

#[derive(Default)]
struct Guests {
    next: u64,
    by_address: HashMap<Address, Held>,
    /// Addresses with half-open connections, by how many: the last one is first to lose one.
    ranking: BTreeSet<(usize, Address)>,
    half_open: usize,
    all: usize,
    driven_out: u64,
}

#[derive(Default)]
struct Held {
    half_open: BTreeMap<u64, oneshot::Sender<()>>,
    all: usize,
}

/// An IPv4 address, or the first half of an IPv6 one: whoever has one of those has the whole /64.
type Address = u64;

pub(super) fn address(ip: IpAddr) -> Address {
    match ip.to_canonical() {
        IpAddr::V4(ip) => u64::from(ip.to_bits()),
        IpAddr::V6(ip) => (ip.to_bits() >> 64) as u64 | 1 << 63,
    }
}

/// One connection's place. Gives it back when dropped.
pub struct Guest {
    admission: Option<Admission>,
    address: Address,
    number: u64,
    logged_in: bool,
}

/// Whether a connection has to make room for another.
pub struct Leave(oneshot::Receiver<()>);

/// How many are there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub half_open: usize,
    pub all: usize,
    /// Half-open ones that had to make room, since the start.
    pub driven_out: u64,
}

impl Admission {
    pub fn new(bounds: Bounds) -> Admission {
        Admission { bounds, guests: Arc::default() }
    }

    /// A place for a new connection, which may cost an older half-open one its own. `None`: full of
    /// connections that have logged in, or this address has all it may have.
    pub fn admit(&self, ip: IpAddr) -> Option<(Guest, Leave)> {
        let address = address(ip);
        let mut guests = self.guests.lock().unwrap_or_else(PoisonError::into_inner);
        let held = guests.by_address.get(&address);
        let (half_open, all) = held.map_or((0, 0), |held| (held.half_open.len(), held.all));
        if half_open >= self.bounds.half_open_per_address
            || (all >= self.bounds.connections_per_address && half_open > 0)
        {
            guests.drive_out(address);
        } else if all >= self.bounds.connections_per_address {
            return None;
        } else if guests.half_open >= self.bounds.half_open || guests.all >= self.bounds.connections {
            let (_, fullest) = *guests.ranking.last()?;
            guests.drive_out(fullest);
        }
        let (number, leave) = guests.enter(address);
        Some((Guest { admission: Some(self.clone()), address, number, logged_in: false }, Leave(leave)))
    }

    /// Makes room where the system has run out of files.
    pub fn drive_out_one(&self) -> bool {
        let mut guests = self.guests.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(&(_, fullest)) = guests.ranking.last() else { return false };
        guests.drive_out(fullest);
        true
    }

    /// The end of the server: whoever has not logged in goes at once.
    pub fn drive_out_all(&self) {
        while self.drive_out_one() {}
    }

    pub fn count(&self) -> Count {
        let guests = self.guests.lock().unwrap_or_else(PoisonError::into_inner);
        Count { half_open: guests.half_open, all: guests.all, driven_out: guests.driven_out }
    }
}

impl Guests {
    fn enter(&mut self, address: Address) -> (u64, oneshot::Receiver<()>) {
        let (send, leave) = oneshot::channel();
        self.next += 1;
        let number = self.next;
        self.all += 1;
        self.by_address.entry(address).or_default().all += 1;
        self.rerank(address, |half_open| drop(half_open.insert(number, send)));
        (number, leave)
    }

    /// Tells the oldest half-open connection of `address` to go. Its place is free at once.
    fn drive_out(&mut self, address: Address) {
        let mut oldest = None;
        self.rerank(address, |half_open| oldest = half_open.pop_first());
        if let Some((_, leave)) = oldest {
            let _ = leave.send(());
            self.driven_out += 1;
            self.forget(address);
        }
    }

    /// Changes an address's half-open connections and keeps sum and ranking true.
    fn rerank(&mut self, address: Address, change: impl FnOnce(&mut BTreeMap<u64, oneshot::Sender<()>>)) {
        let Some(held) = self.by_address.get_mut(&address) else { return };
        let before = held.half_open.len();
        change(&mut held.half_open);
        let after = held.half_open.len();
        self.half_open = self.half_open + after - before;
        self.ranking.remove(&(before, address));
        if after > 0 {
            self.ranking.insert((after, address));
        }
    }

    fn forget(&mut self, address: Address) {
        self.all -= 1;
        if let Some(held) = self.by_address.get_mut(&address) {
            held.all -= 1;
            if held.all == 0 {
                self.by_address.remove(&address);
            }
        }
    }
}

impl Guest {
    /// One that nobody counts: in-memory connections.
    pub fn uncounted() -> Guest {
        Guest { admission: None, address: 0, number: 0, logged_in: false }
    }

    /// It has logged in: nobody drives it out from now on. False: it was driven out just before.
    pub fn logged_in(&mut self) -> bool {
        let Some(admission) = &self.admission else { return true };
        if !self.logged_in {
            let mut guests = admission.guests.lock().unwrap_or_else(PoisonError::into_inner);
            guests.rerank(self.address, |half_open| self.logged_in = half_open.remove(&self.number).is_some());
        }
        self.logged_in
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let Some(admission) = self.admission.take() else { return };
        let mut guests = admission.guests.lock().unwrap_or_else(PoisonError::into_inner);
        let mut inside = self.logged_in;
        if !inside {
            guests.rerank(self.address, |half_open| inside = half_open.remove(&self.number).is_some());
        }
        // The place of one that was driven out was given away then.
        if inside {
            guests.forget(self.address);
        }
    }
}

impl Leave {
    /// Returns when the connection has to go; never for one that has logged in or is gone.
    pub async fn ordered(self) {
        if self.0.await.is_err() {
            std::future::pending().await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds =
        Bounds { half_open: 10, half_open_per_address: 4, connections: 12, connections_per_address: 6 };

    fn ip(last: u8) -> IpAddr {
        IpAddr::from([127, 0, 0, last])
    }

    fn is_driven_out(guest: &mut (Guest, Leave)) -> bool {
        guest.1.0.try_recv().is_ok()
    }

    #[test]
    fn xep0205_3_1_a_flood_of_one_address_drives_out_its_own() {
        let admission = Admission::new(BOUNDS);
        let mut other = admission.admit(ip(1)).unwrap();
        let mut flood: Vec<(Guest, Leave)> = (0..5).map(|_| admission.admit(ip(2)).unwrap()).collect();
        assert!(is_driven_out(&mut flood[0]) && !is_driven_out(&mut flood[1]));
        assert!(!is_driven_out(&mut other));
        assert_eq!(admission.count().half_open, 5);
    }

    #[test]
    fn xep0205_3_1_a_flood_of_many_addresses_leaves_who_comes_alone() {
        let admission = Admission::new(BOUNDS);
        let mut alone = admission.admit(ip(1)).unwrap();
        let mut flood = Vec::new();
        for round in 0..200u32 {
            flood.push(admission.admit(ip(2 + (round % 4) as u8)).unwrap());
            assert!(admission.count().half_open <= 10);
        }
        assert!(!is_driven_out(&mut alone));
        let gone = flood.iter_mut().map(is_driven_out).filter(|gone| *gone).count();
        assert_eq!(gone as u64, admission.count().driven_out);
    }

    #[test]
    fn who_has_logged_in_stays_and_counts_until_the_end() {
        let admission = Admission::new(BOUNDS);
        let mut inside: Vec<(Guest, Leave)> =
            (0..12).map(|last| admission.admit(ip(last)).unwrap()).collect::<Vec<_>>();
        // Two of them made room for the last two.
        inside.retain_mut(|guest| guest.0.logged_in());
        assert_eq!((inside.len(), admission.count().half_open, admission.count().all), (10, 0, 10));
        let _more = [admission.admit(ip(100)).unwrap(), admission.admit(ip(101)).unwrap()];
        assert!(admission.admit(ip(102)).is_some(), "in place of a half-open one");
        drop(inside);
        assert_eq!(admission.count().all, 1, "of the three half-open ones one was driven out, one is gone");
    }

    #[test]
    fn an_address_that_has_all_it_may_have_gets_no_more() {
        let admission = Admission::new(BOUNDS);
        let mut inside = Vec::new();
        for _ in 0..6 {
            let mut guest = admission.admit(ip(1)).unwrap();
            assert!(guest.0.logged_in());
            inside.push(guest);
        }
        assert!(admission.admit(ip(1)).is_none());
        assert!(admission.admit(ip(2)).is_some());
        inside.pop();
        assert!(admission.admit(ip(1)).is_some());
    }

    #[test]
    fn an_ipv6_address_counts_with_its_64() {
        let admission = Admission::new(BOUNDS);
        let mut flood: Vec<(Guest, Leave)> = (0..5u16)
            .map(|last| admission.admit(IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, last])).unwrap())
            .collect();
        assert!(is_driven_out(&mut flood[0]));
        let mapped = IpAddr::V4([10, 0, 0, 1].into());
        assert_eq!(address(mapped), address("::ffff:10.0.0.1".parse().unwrap()));
    }

    #[test]
    fn nothing_is_left_when_all_are_gone() {
        let admission = Admission::new(BOUNDS);
        let guests: Vec<Option<(Guest, Leave)>> = (0..100u8).map(|round| admission.admit(ip(round % 7))).collect();
        drop(guests);
        let guests = admission.guests.lock().unwrap();
        assert_eq!((guests.all, guests.half_open, guests.by_address.len(), guests.ranking.len()), (0, 0, 0, 0));
    }

    #[tokio::test]
    async fn the_order_to_leave_wakes_who_waits_for_it() {
        let admission = Admission::new(Bounds { half_open: 1, ..BOUNDS });
        let (mut first, leave) = admission.admit(ip(1)).unwrap();
        let _second = admission.admit(ip(2)).unwrap();
        leave.ordered().await;
        assert!(!first.logged_in(), "too late");
        drop(first);
        assert_eq!(admission.count(), Count { half_open: 1, all: 1, driven_out: 1 });
    }
}
