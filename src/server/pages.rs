//! The web beside the doors for XMPP: open before them, from the first moment of an imera that is not set up yet.
//!
//! State: the pages' doors and the certificate they serve; the set-up code's address on standard output.

use std::future::Future;
use std::io::IsTerminal;
use std::io::Write;
use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::path::Path;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::Weak;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::backups;
use super::chat::Chat;
use super::doors;
use super::doors::Doors;
use super::failure::Failure;
use super::folder::Ports;
use super::house;
use super::house::House;
use super::one_port;
use super::one_port::OnePort;
use super::set_up;
use crate::certs::Certs;
use crate::certs::Serving;
use crate::certs::acme::How;
use crate::certs::words;
use crate::clock::Clock;
use crate::limits;
use crate::net::admission::Admission;
use crate::net::tls::Tls;
use crate::net::tls::challenge::Challenges;
use crate::qr;
use crate::reach::Lookout;
use crate::reach::authority;
use crate::reach::own::outward_4;
use crate::reach::own::outward_6;
use crate::store::StoreError;
use crate::transfer::Passphrase;
use crate::transfer::Step;
use crate::transfer::TransferError;
use crate::web::Site;
use crate::web::restore::Preparing;
use crate::web::restore::Restoring;
use crate::web::setup::Founding;
use crate::web::setup::Line;
use crate::web::setup::Plan;

/// The web's doors, open.
pub struct Pages {
    pub admission: Admission,
    pub connections: JoinSet<()>,
    tls: watch::Sender<Tls>,
    challenges: Challenges,
    chat: Arc<OnceLock<Chat>>,
}

impl Pages {
    /// Opens them with the certificate of `certs`, until `stop` is true.
    pub fn open(
        house: &Arc<House>,
        doors: &mut Doors,
        certs: &Certs,
        stop: &watch::Receiver<bool>,
    ) -> Result<Pages, Failure> {
        let ports = doors.ports();
        let numbers = |doors: &[Option<SocketAddr>]| doors.iter().flatten().map(SocketAddr::port).collect();
        let chat_ports = numbers(&[ports.c2s, ports.c2s_tls, ports.https]);
        let open_ports = numbers(&[ports.https, ports.http, ports.c2s, ports.c2s_tls]);
        let port = |door: Option<SocketAddr>| door.map(|address| address.port());
        let how = How::of_ports(port(ports.http), port(ports.https));
        let authority = house.config.acme_directory.is_none().then(|| authority::USUAL.to_owned());
        let lookout = Lookout::new(house.resolver.clone(), house.clock.clone(), authority);
        let (house_of, address) = (Arc::downgrade(house), set_up_address(&ports));
        let founding = Founder { house: house_of, address, chat_ports, open_ports, how, lookout };
        let restorer = Restorer { house: Arc::downgrade(house), data: house.config.data.clone() };
        let port = ports.https.map(|address| address.port());
        let parts = (house.store.clone(), house.clock.clone());
        let site = Site::new(
            parts,
            house.settings.clone(),
            house.accounts.clone(),
            (Box::new(founding), Box::new(restorer)),
            port,
        );
        let (_, bounds) = doors::bounds(house.config.is_test_profile());
        let admission = Admission::new(bounds);
        site.certified(certs.clone());
        let tls = certs.tls().with_challenges(&house.challenges);
        let (tls, served) = watch::channel(tls.with_alpn(one_port::OF_WEB));
        let chat = Arc::default();
        let port = OnePort { site: site.clone(), tls: served, clock: house.clock.clone(), chat: Arc::clone(&chat) };
        let connections = doors.open_web(&port, &admission, stop)?;
        site.certify(house.acme.clone());
        let _ = house.site.set(site);
        Ok(Pages { admission, connections, tls, challenges: house.challenges.clone(), chat })
    }

    /// Ends all connections, those of the other doors too, that share the set: in good order, or after a while.
    pub async fn end(&mut self, clock: &Clock) {
        self.admission.drive_out_all();
        let all_ended = async { while self.connections.join_next().await.is_some() {} };
        if clock.timeout(Duration::from_millis(limits::STOP_CONNECTIONS_MAX_MS), all_ended).await.is_none() {
            tracing::warn!("some connections did not end in time");
            self.connections.shutdown().await;
        }
    }

    /// From now on new connections are served this certificate.
    pub fn change_certificate(&self, house: &House, certs: &Certs) {
        if let Some(site) = house.site.get() {
            site.certified(certs.clone());
        }
        self.tls.send_replace(certs.tls().with_challenges(&self.challenges).with_alpn(one_port::OF_WEB));
    }

    /// From now on the port of https is also that of chat. `tls`: of the domain.
    pub fn open_chat(&self, tls: &Tls, chat: &Chat) {
        let _ = self.chat.set(chat.clone());
        self.tls.send_replace(tls.with_challenges(&self.challenges).with_alpn(one_port::OF_ALL));
    }
}

/// Where a browser finds the set-up. `None`: no door of the web is open.
fn set_up_address(ports: &Ports) -> Option<String> {
    let (scheme, address) = match (ports.http, ports.https) {
        (Some(address), _) => ("http", address),
        (None, Some(address)) => ("https", address),
        (None, None) => return None,
    };
    Some(format!("{scheme}://{}/setup", reachable(address)))
}

/// The machine's own addresses in its home network, as far as a way out leads there.
pub fn addresses_at_home() -> Vec<IpAddr> {
    let is_home = |ip: &IpAddr| match ip {
        IpAddr::V4(v4) => v4.is_private(),
        IpAddr::V6(v6) => v6.is_unique_local(),
    };
    [outward_4(), outward_6()].into_iter().flatten().filter(is_home).collect()
}

/// By our own addresses on the way out: a private one in IPv4, and none in IPv6 that others could reach. Without any
/// way out nothing is sure; what stands behind a router of ours nobody can see from here.
fn line(v4: Option<IpAddr>, v6: Option<IpAddr>) -> Line {
    // RFC 6598: 100.64.0.0/10 is a provider's own net.
    let shared = |v4: Ipv4Addr| v4.octets()[0] == 100 && v4.octets()[1] >> 6 == 1;
    // RFC 4291 §2.4: 2000::/3 are those of the internet.
    let global = |ip: IpAddr| matches!(ip, IpAddr::V6(v6) if v6.segments()[0] >> 13 == 1);
    match v4 {
        _ if v6.is_some_and(global) => Line::Open,
        Some(IpAddr::V4(v4)) if shared(v4) => Line::Shared,
        Some(IpAddr::V4(v4)) if v4.is_private() => Line::Router,
        _ => Line::Open,
    }
}

/// An address that others can type: for «all addresses» the one that leads out of this machine.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => outward_4().unwrap_or(IpAddr::from([127, 0, 0, 1])),
        IpAddr::V6(_) => outward_4().or_else(outward_6).unwrap_or(IpAddr::from([127, 0, 0, 1])),
    };
    SocketAddr::new(ip, address.port())
}

/// What the wizard asks of the server.
struct Founder {
    /// The house holds the pages, and they hold this.
    house: Weak<House>,
    address: Option<String>,
    chat_ports: Vec<u16>,
    open_ports: Vec<u16>,
    how: How,
    lookout: Lookout,
}

impl Founding for Founder {
    fn found(&self, plan: Plan) -> Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + '_>> {
        Box::pin(async move {
            let house = self.house.upgrade().ok_or(StoreError::Closed)?;
            set_up::set_up_of_pages(&house, plan).await
        })
    }

    fn show_code(&self, code: &str) {
        match (&self.address, self.house.upgrade()) {
            (Some(address), house) => {
                show(&format!("{address}?code={code}"));
                show_words(house.as_ref().and_then(|house| house.site.get()).and_then(Site::serving).as_ref());
            }
            (None, Some(house)) => super::say(&format!("setup {}", house::set_up_command(&house.config))),
            (None, None) => {}
        }
    }

    fn chat_ports(&self) -> Vec<u16> {
        self.chat_ports.clone()
    }

    fn open_ports(&self) -> Vec<u16> {
        self.open_ports.clone()
    }

    fn address(&self) -> Option<&str> {
        self.address.as_deref()
    }

    fn how(&self) -> How {
        self.how.clone()
    }

    fn lookout(&self) -> Lookout {
        self.lookout.clone()
    }

    fn line(&self) -> Line {
        line(outward_4(), outward_6())
    }
}

/// What restoring in a browser asks of it.
struct Restorer {
    house: Weak<House>,
    data: PathBuf,
}

impl Restoring for Restorer {
    fn data(&self) -> &Path {
        &self.data
    }

    fn kept(&self, name: &str) -> Option<PathBuf> {
        self.house.upgrade()?.backups.path(name)
    }

    fn prepare<'a>(&'a self, file: &'a Path, passphrase: Option<Passphrase>, step: Step<'a>) -> Preparing<'a> {
        Box::pin(async move {
            let house = self.house.upgrade().ok_or(TransferError::BrokeOff)?;
            backups::prepare(&house, file, passphrase, step).await
        })
    }

    fn forget(&self) {
        if let Some(house) = self.house.upgrade() {
            backups::forget_prepared(&house);
        }
    }

    fn bring_back(&self, sum: &str) -> Result<(), TransferError> {
        let house = self.house.upgrade().ok_or(TransferError::BrokeOff)?;
        backups::bring_back(&house, sum)
    }
}

/// The contract's line; on a terminal also as a QR code.
fn show(address: &str) {
    super::say(&format!("setup {address}"));
    let mut out = std::io::stdout().lock();
    if out.is_terminal()
        && let Some(drawn) = qr::terminal(address)
    {
        let _ = writeln!(out, "{drawn}").and_then(|()| out.flush());
    }
}

/// On a terminal beside the code, else in the log: what the first page under TLS shows too.
fn show_words(serving: Option<&Serving>) {
    let Some((words, serving)) = serving.and_then(|serving| Some((serving.words()?, serving))) else { return };
    let mut out = std::io::stdout().lock();
    if out.is_terminal() {
        let hex = words::hex(&serving.facts.sha256);
        let _ = writeln!(out, "certificate: {words}\nSHA-256: {hex}").and_then(|()| out.flush());
    } else {
        tracing::info!(words, "the certificate of https until there is a better one, as eight words to compare");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_router_is_told_only_when_it_is_sure() {
        let ip = |text: &str| Some(text.parse().unwrap());
        assert_eq!(line(ip("192.168.1.7"), None), Line::Router);
        assert_eq!(line(ip("10.0.0.7"), ip("fd00::7")), Line::Router);
        assert_eq!(line(ip("100.64.0.1"), None), Line::Shared);
        assert_eq!(line(ip("100.127.0.7"), ip("fd00::7")), Line::Shared);
        assert_eq!(line(ip("100.128.0.7"), None), Line::Open);
        assert_eq!(line(ip("100.64.0.1"), ip("2001:db8::7")), Line::Open);
        for (v4, v6) in
            [(None, None), (ip("203.0.113.7"), None), (ip("10.0.0.7"), ip("2001:db8::7")), (None, ip("::1"))]
        {
            assert_eq!(line(v4, v6), Line::Open, "{v4:?} {v6:?}");
        }
    }

    #[test]
    fn contract_the_set_up_address_is_one_that_can_be_typed() {
        let at = |address: &str| Some(address.parse().unwrap());
        let ports = Ports { http: at("127.0.0.1:8080"), https: at("127.0.0.1:8443"), ..Ports::default() };
        assert_eq!(set_up_address(&ports).as_deref(), Some("http://127.0.0.1:8080/setup"));
        let ports = Ports { http: at("[::]:80"), ..Ports::default() };
        assert!(!set_up_address(&ports).unwrap().contains("[::]"));
        let ports = Ports { https: at("[2001:db8::7]:443"), ..Ports::default() };
        assert_eq!(set_up_address(&ports).as_deref(), Some("https://[2001:db8::7]:443/setup"));
        assert_eq!(set_up_address(&Ports::default()), None);
    }
}
