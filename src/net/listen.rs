//! Listening: our own sockets on many addresses, or those that the service manager passes.
//!
//! State: the open sockets. RFC 6120 §3.2 leaves ports to us; their names are the contract's.

use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::net::SocketAddr;
use std::os::fd::AsFd;
use std::os::fd::BorrowedFd;
use std::os::fd::OwnedFd;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::net::TcpSocket;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::admission::Admission;
use super::admission::Guest;
use crate::clock::Clock;
use crate::limits;

/// One door's sockets, bound: the port is ours, and who knocks is sent away until it listens.
pub struct Bound {
    door: &'static str,
    sockets: Vec<Socket>,
    address: SocketAddr,
}

enum Socket {
    Bound(TcpSocket),
    /// It was passed so.
    Listening(TcpListener),
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Socket::Bound(socket) => socket.as_fd(),
            Socket::Listening(socket) => socket.as_fd(),
        }
    }
}

/// One door's sockets, listening.
pub struct Listener {
    sockets: Vec<TcpListener>,
}

/// Sockets that the service manager passed, or a server of this process has left, by the name of their door.
#[derive(Default)]
pub struct Inherited(BTreeMap<String, Vec<OwnedFd>>);

/// Why a door stays shut.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    #[error("port {port} is in use on {ip}: stop the other program, or set {option} to another port, 0 or off")]
    InUse { ip: IpAddr, port: u16, option: String },
    #[error("port {port} is only for root: set {option} to one above 1023, or let systemd open it")]
    Privileged { port: u16, option: String },
    #[error("this machine has no address {ip}: correct IMERA_LISTEN")]
    NoSuchAddress { ip: IpAddr },
    #[error("{door} cannot listen on {ip} ({reason}): correct IMERA_LISTEN")]
    Other { door: &'static str, ip: IpAddr, reason: io::Error },
    #[error(
        "the socket that systemd passed as \"{name}\" cannot be used ({reason}): set FileDescriptorName= in the socket unit to a door such as c2s"
    )]
    Inherited { name: String, reason: String },
}

impl Inherited {
    /// Those of this process. `doors`: the names they may have.
    pub fn take(doors: &[&str]) -> Result<Inherited, ListenError> {
        let refuse = |name: &str, reason: &dyn ToString| ListenError::Inherited {
            name: name.to_owned(),
            reason: reason.to_string(),
        };
        let passed = sd_notify::listen_fds_with_names().map_err(|error| refuse("?", &error))?;
        let mut by_door: BTreeMap<String, Vec<OwnedFd>> = BTreeMap::new();
        for (number, name) in passed {
            if !doors.contains(&name.as_str()) {
                return Err(refuse(&name, &"it names no door"));
            }
            let socket = own(number).map_err(|error| refuse(&name, &error))?;
            if !rustix::net::sockopt::socket_acceptconn(&socket).unwrap_or(false) {
                return Err(refuse(&name, &"it does not listen"));
            }
            by_door.entry(name).or_default().push(socket);
        }
        Ok(Inherited(by_door))
    }

    /// The same sockets once more, for a server that begins again in this process.
    pub fn again(&self) -> std::io::Result<Inherited> {
        let again = |sockets: &Vec<OwnedFd>| sockets.iter().map(OwnedFd::try_clone).collect::<std::io::Result<_>>();
        let doors = self.0.iter().map(|(door, sockets)| Ok((door.clone(), again(sockets)?)));
        Ok(Inherited(doors.collect::<std::io::Result<_>>()?))
    }

    /// Keeps a door's sockets too, so that whoever knocks while a server begins again has to wait, but gets in.
    pub fn keep(&mut self, door: &str, bound: &Bound) -> std::io::Result<()> {
        if !self.0.contains_key(door) {
            let sockets = bound.sockets.iter().map(|socket| socket.as_fd().try_clone_to_owned());
            self.0.insert(door.to_owned(), sockets.collect::<std::io::Result<_>>()?);
        }
        Ok(())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A descriptor that we have by number only, as one that we own. By way of our own pidfd: this is
/// the one safe call that turns a number into a descriptor (Linux 5.6; under a seccomp filter the
/// unit has to allow pidfd_getfd).
fn own(number: i32) -> io::Result<OwnedFd> {
    let this = rustix::process::pidfd_open(rustix::process::getpid(), rustix::process::PidfdFlags::empty())?;
    Ok(rustix::process::pidfd_getfd(&this, number, rustix::process::PidfdGetfdFlags::empty())?)
}

impl Bound {
    /// Binds a door on every address, or takes what was passed for it. `None`: it is off.
    /// `asked`: the owner named the addresses; without it those the machine lacks are left out.
    pub fn bind(
        door: &'static str,
        listen: &[IpAddr],
        asked: bool,
        port: Option<u16>,
        inherited: &mut Inherited,
    ) -> Result<Option<Bound>, ListenError> {
        if let Some(passed) = inherited.0.remove(door) {
            return Ok(Some(Bound::of_passed(door, passed)?));
        }
        let Some(number) = port else { return Ok(None) };
        let mut bound = open_all(door, listen, asked, number);
        // A port that is free on one address may be in use on the next.
        for _ in 1..limits::LISTEN_PORT_TRIES {
            match bound {
                Err(ListenError::InUse { .. }) if number == 0 => bound = open_all(door, listen, asked, number),
                _ => break,
            }
        }
        Bound::of(door, bound?).map(Some)
    }

    fn of_passed(door: &'static str, passed: Vec<OwnedFd>) -> Result<Bound, ListenError> {
        let refuse =
            |reason: &dyn ToString| ListenError::Inherited { name: door.to_owned(), reason: reason.to_string() };
        let mut sockets = Vec::new();
        for socket in passed {
            rustix::io::ioctl_fionbio(&socket, true).map_err(|error| refuse(&error))?;
            sockets.push(match rustix::net::sockopt::socket_acceptconn(&socket) {
                Ok(true) => Socket::Listening(TcpListener::from_std(socket.into()).map_err(|error| refuse(&error))?),
                // A server of this process has left it before its time.
                _ => Socket::Bound(TcpSocket::from_std_stream(socket.into())),
            });
        }
        Bound::of(door, sockets)
    }

    fn of(door: &'static str, sockets: Vec<Socket>) -> Result<Bound, ListenError> {
        let unknown = IpAddr::from([0, 0, 0, 0]);
        let address = sockets[0].address().map_err(|reason| ListenError::Other { door, ip: unknown, reason })?;
        Ok(Bound { door, sockets, address })
    }

    /// The first one's, as `ports.json` tells it.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on who knocks waits to be let in. Err also where another program, bound like us, was faster.
    pub fn listen(self) -> Result<Listener, ListenError> {
        let (door, address) = (self.door, self.address);
        let listening = self.sockets.into_iter().map(|socket| match socket {
            Socket::Listening(socket) => Ok(socket),
            Socket::Bound(socket) => {
                let address = socket.local_addr().unwrap_or(address);
                socket.listen(limits::LISTEN_BACKLOG).map_err(|reason| refused(door, address, reason))
            }
        });
        Ok(Listener { sockets: listening.collect::<Result<_, _>>()? })
    }
}

impl Socket {
    fn address(&self) -> io::Result<SocketAddr> {
        match self {
            Socket::Bound(socket) => socket.local_addr(),
            Socket::Listening(socket) => socket.local_addr(),
        }
    }
}

impl Listener {
    /// Accepts until `stop` is true, and returns when every connection has ended. Dropping the
    /// future ends them all at once.
    pub async fn serve<F, S>(self, admission: Admission, clock: Clock, stop: watch::Receiver<bool>, connection: F)
    where
        F: Fn(TcpStream, SocketAddr, Guest) -> S + Clone + Send + 'static,
        S: Future<Output = ()> + Send + 'static,
    {
        let mut all = JoinSet::new();
        for socket in self.sockets {
            all.spawn(accept_all(socket, admission.clone(), clock.clone(), stop.clone(), connection.clone()));
        }
        while all.join_next().await.is_some() {}
    }
}

/// One socket on each address, all with one port.
fn open_all(door: &'static str, listen: &[IpAddr], asked: bool, mut port: u16) -> Result<Vec<Socket>, ListenError> {
    let mut sockets = Vec::new();
    let mut missing = None;
    for &ip in listen {
        match open(door, ip, port, listen.len() == 1) {
            Ok(socket) => {
                port = socket.local_addr().map_or(port, |address| address.port());
                sockets.push(Socket::Bound(socket));
            }
            Err(ListenError::NoSuchAddress { ip }) if !asked => missing = Some(ip),
            Err(error) => return Err(error),
        }
    }
    match missing {
        // No IPv6 on this machine: everywhere is everywhere in IPv4.
        Some(ip) if sockets.is_empty() && ip.is_ipv6() && ip.is_unspecified() => {
            sockets.push(Socket::Bound(open(door, IpAddr::from([0, 0, 0, 0]), port, true)?));
        }
        Some(ip) if sockets.is_empty() => return Err(ListenError::NoSuchAddress { ip }),
        _ => {}
    }
    Ok(sockets)
}

/// Binds one socket. `both`: an IPv6 one takes IPv4 too.
fn open(door: &'static str, ip: IpAddr, port: u16, both: bool) -> Result<TcpSocket, ListenError> {
    let opened = || -> io::Result<TcpSocket> {
        let socket = if ip.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.set_reuseaddr(true)?;
        if ip.is_ipv6() {
            rustix::net::sockopt::set_ipv6_v6only(&socket, !(both && ip.is_unspecified()))?;
        }
        socket.bind(SocketAddr::new(ip, port))?;
        Ok(socket)
    };
    opened().map_err(|reason| refused(door, SocketAddr::new(ip, port), reason))
}

/// Why the system did not give us that address.
fn refused(door: &'static str, address: SocketAddr, reason: io::Error) -> ListenError {
    use rustix::io::Errno;
    let (ip, port) = (address.ip(), address.port());
    let option = format!("IMERA_PORT_{}", door.to_ascii_uppercase());
    match reason.raw_os_error().map(Errno::from_raw_os_error) {
        Some(Errno::ADDRINUSE) => ListenError::InUse { ip, port, option },
        Some(Errno::ACCESS | Errno::PERM) if port < 1024 => ListenError::Privileged { port, option },
        Some(Errno::ADDRNOTAVAIL | Errno::AFNOSUPPORT) => ListenError::NoSuchAddress { ip },
        _ => ListenError::Other { door, ip, reason },
    }
}

async fn accept_all<F, S>(
    socket: TcpListener,
    admission: Admission,
    clock: Clock,
    mut stop: watch::Receiver<bool>,
    connection: F,
) where
    F: Fn(TcpStream, SocketAddr, Guest) -> S,
    S: Future<Output = ()> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => continue,
            accepted = socket.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let Some((guest, leave)) = admission.admit(peer.ip()) else { continue };
                let _ = stream.set_nodelay(true);
                // Boxed: a task that holds what it awaits in itself holds it twice.
                let served = Box::pin(connection(stream, peer, guest));
                connections.spawn(async move {
                    tokio::select! {
                        () = served => {}
                        () = leave.ordered() => tracing::debug!(%peer, "made room for others before its log-in"),
                    }
                });
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                admission.drive_out_one();
                tracing::warn!(%error, "cannot accept connections; trying again");
                clock.sleep(Duration::from_millis(limits::ACCEPT_PAUSE_MS)).await;
            }
        }
    }
    drop(socket);
    while connections.join_next().await.is_some() {}
}

/// accept(2) passes on what befell that one connection while it waited.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::*;
    matches!(error.kind(), ConnectionAborted | ConnectionReset | ConnectionRefused | Interrupted | HostUnreachable)
        || matches!(error.kind(), NetworkDown | NetworkUnreachable | TimedOut)
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;
    use tokio::io::AsyncWriteExt;

    use super::super::admission::Bounds;
    use super::*;

    fn loopback() -> Vec<IpAddr> {
        vec![IpAddr::from([127, 0, 0, 1])]
    }

    fn bound(listen: &[IpAddr], port: Option<u16>) -> Result<Option<Bound>, ListenError> {
        Bound::bind("c2s", listen, true, port, &mut Inherited::default())
    }

    #[tokio::test]
    async fn contract_port_0_is_a_free_one_the_same_on_every_address() {
        let listen = [IpAddr::from([127, 0, 0, 1]), IpAddr::from([127, 0, 0, 2])];
        let listener = bound(&listen, Some(0)).unwrap().unwrap();
        let ports: Vec<u16> = listener.sockets.iter().map(|socket| socket.address().unwrap().port()).collect();
        assert!(ports[0] != 0 && ports[0] == ports[1] && ports[0] == listener.address().port());
        assert!(bound(&listen, None).unwrap().is_none());
    }

    #[tokio::test]
    async fn a_port_in_use_is_told_with_its_option() {
        let first = bound(&loopback(), Some(0)).unwrap().unwrap();
        let port = first.address().port();
        let like_us = bound(&loopback(), Some(port)).unwrap().unwrap();
        let _first = first.listen().unwrap();
        for told in [bound(&loopback(), Some(port)).err(), like_us.listen().err()] {
            let told = told.unwrap().to_string();
            assert!(told.contains("is in use on 127.0.0.1: stop the other program, or set IMERA_PORT_C2S"), "{told}");
        }
    }

    #[tokio::test]
    async fn a_bound_door_sends_people_away_until_it_listens_also_when_it_was_handed_on() {
        let first = bound(&loopback(), Some(0)).unwrap().unwrap();
        let address = first.address();
        let mut kept = Inherited::default();
        kept.keep("c2s", &first).unwrap();
        drop(first);
        let refused = TcpStream::connect(address).await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
        let again = Bound::bind("c2s", &loopback(), true, None, &mut kept.again().unwrap()).unwrap().unwrap();
        assert_eq!(again.address(), address);
        drop(again.listen().unwrap());
        TcpStream::connect(address).await.expect("what is kept listens too, so that who knocks waits");
        let third = Bound::bind("c2s", &loopback(), true, None, &mut kept.again().unwrap()).unwrap().unwrap();
        let listener = third.listen().unwrap();
        listener.sockets[0].accept().await.unwrap();
    }

    #[tokio::test]
    async fn an_address_that_is_not_ours_counts_only_when_asked_for() {
        let listen = [IpAddr::from([192, 0, 2, 1]), IpAddr::from([127, 0, 0, 1])];
        assert!(matches!(bound(&listen, Some(0)), Err(ListenError::NoSuchAddress { .. })));
        let found = Bound::bind("c2s", &listen, false, Some(0), &mut Inherited::default());
        assert_eq!(found.unwrap().unwrap().address().ip(), listen[1]);
    }

    #[tokio::test]
    async fn what_has_not_logged_in_makes_room_and_the_end_waits_for_the_rest() {
        let listener = bound(&loopback(), Some(0)).unwrap().unwrap();
        let address = listener.address();
        let bounds = Bounds { half_open: 2, half_open_per_address: 2, connections: 8, connections_per_address: 8 };
        let (stop, stopped) = watch::channel(false);
        let greet = |mut stream: TcpStream, _, mut guest: Guest| async move {
            let mut name = [0];
            if stream.read_exact(&mut name).await.is_ok() && guest.logged_in() {
                let _ = stream.write_all(b"in").await;
                let _ = stream.read(&mut name).await;
            }
        };
        let listener = listener.listen().unwrap();
        let serving = tokio::spawn(listener.serve(Admission::new(bounds), Clock::system(), stopped, greet));
        let mut inside = TcpStream::connect(address).await.unwrap();
        inside.write_all(b"x").await.unwrap();
        inside.read_exact(&mut [0; 2]).await.unwrap();
        let mut waiting = Vec::new();
        for _ in 0..3 {
            waiting.push(TcpStream::connect(address).await.unwrap());
        }
        assert_eq!(waiting[0].read(&mut [0]).await.unwrap_or(0), 0, "the oldest was sent away");
        stop.send(true).unwrap();
        drop(waiting);
        drop(inside);
        serving.await.unwrap();
        assert!(TcpStream::connect(address).await.is_err());
    }
}
