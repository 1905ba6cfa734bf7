//! The doors: which there are, what stands behind each, and their good-order end.
//!
//! State: the tasks that accept.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::failure::Failure;
use super::folder::Ports;
use crate::clock::Clock;
use crate::config::Config;
use crate::config::Port;
use crate::features::Parts;
use crate::limits;
use crate::net::admission::Admission;
use crate::net::admission::Bounds;
use crate::net::listen::Bound;
use crate::net::listen::Inherited;
use crate::net::tls::ALPN_CLIENT;
use crate::net::tls::Tls;
use crate::net::tls::challenge;
use crate::streams::c2s;
use crate::web::Site;
use crate::web::visitor::Visitor;

/// The doors that are built. Those of the other ports come with their issues, and stay null.
const DOORS: [&str; 4] = ["c2s", "c2s_tls", "http", "https"];

/// Bound, but not yet open: who knocks is sent away, and does not wait for a set-up that may take days.
pub struct Doors {
    c2s: Option<Bound>,
    c2s_tls: Option<Bound>,
    http: Option<Bound>,
    https: Option<Bound>,
}

impl Doors {
    /// The sockets that came with the process, once.
    pub fn inherited() -> Result<Inherited, Failure> {
        Inherited::take(&DOORS).map_err(Failure::of)
    }

    /// Takes the ports, so that a wrong one is told before anything else is done.
    pub fn bind(config: &Config, mut inherited: Inherited) -> Result<Doors, Failure> {
        let mut bind = |door, port: Port| {
            Bound::bind(door, &config.listen, config.listen_asked, port.number(), &mut inherited).map_err(Failure::of)
        };
        Ok(Doors {
            c2s: bind("c2s", config.ports.c2s)?,
            c2s_tls: bind("c2s_tls", config.ports.c2s_tls)?,
            http: bind("http", config.ports.http)?,
            https: bind("https", config.ports.https)?,
        })
    }

    /// Keeps all of them for a server that begins again in this process.
    pub fn keep(&self, kept: &mut Inherited) -> std::io::Result<()> {
        let doors = [&self.c2s, &self.c2s_tls, &self.http, &self.https];
        DOORS.into_iter().zip(doors).try_for_each(|(name, door)| match door {
            Some(door) => kept.keep(name, door),
            None => Ok(()),
        })
    }

    pub fn ports(&self) -> Ports {
        let address = |door: &Option<Bound>| door.as_ref().map(Bound::address);
        Ports {
            pid: std::process::id(),
            c2s: address(&self.c2s),
            c2s_tls: address(&self.c2s_tls),
            http: address(&self.http),
            https: address(&self.https),
            ..Ports::default()
        }
    }

    /// Opens those of the web until `stop` is true. `tls`: what the next connection is served.
    pub fn open_web(
        &mut self,
        site: &Site,
        tls: &watch::Receiver<Tls>,
        (admission, clock): (&Admission, &Clock),
        stop: &watch::Receiver<bool>,
    ) -> Result<JoinSet<()>, Failure> {
        let mut open = JoinSet::new();
        if let Some(door) = self.http.take() {
            let listener = door.listen().map_err(Failure::of)?;
            let site = site.clone();
            let serve = listener.serve(admission.clone(), clock.clone(), stop.clone(), move |socket, peer, guest| {
                let site = site.clone();
                async move {
                    site.serve(socket, Visitor { peer, tls: false }).await;
                    drop(guest);
                }
            });
            open.spawn(serve);
        }
        if let Some(door) = self.https.take() {
            let listener = door.listen().map_err(Failure::of)?;
            let (site, tls, clock) = (site.clone(), tls.clone(), clock.clone());
            let serve = listener.serve(admission.clone(), clock.clone(), stop.clone(), move |socket, peer, guest| {
                let (site, tls, clock) = (site.clone(), tls.borrow().clone(), clock.clone());
                async move {
                    let patience = Duration::from_secs(limits::TLS_HANDSHAKE_MAX_S);
                    match clock.timeout(patience, challenge::accept(&tls, socket)).await {
                        Some(Ok(Some((stream, _)))) => site.serve(stream, Visitor { peer, tls: true }).await,
                        Some(Ok(None)) => tracing::info!(%peer, "an authority has seen the answer to its challenge"),
                        Some(Err(error)) => tracing::debug!(%peer, %error, "a handshake of the web failed"),
                        None => {}
                    }
                    drop(guest);
                }
            });
            open.spawn(serve);
        }
        Ok(open)
    }

    /// Opens the others, beside those that are `open`; the set is empty when every connection has ended.
    pub fn open(
        self,
        parts: &Arc<Parts>,
        tls: &Tls,
        streams: &Admission,
        stop: &watch::Receiver<bool>,
        open: &mut JoinSet<()>,
    ) -> Result<(), Failure> {
        let clock: &Clock = &parts.clock;
        if let Some(door) = self.c2s {
            let listener = door.listen().map_err(Failure::of)?;
            let (parts, tls) = (parts.clone(), tls.clone());
            open.spawn(listener.serve(streams.clone(), clock.clone(), stop.clone(), move |socket, peer, guest| {
                c2s::serve_tcp(parts.clone(), tls.clone(), socket, peer, guest)
            }));
        }
        if let Some(door) = self.c2s_tls {
            let listener = door.listen().map_err(Failure::of)?;
            let (parts, tls) = (parts.clone(), tls.with_alpn(&[ALPN_CLIENT]));
            open.spawn(listener.serve(streams.clone(), clock.clone(), stop.clone(), move |socket, peer, guest| {
                c2s::serve_direct_tls(parts.clone(), tls.clone(), socket, peer, guest)
            }));
        }
        Ok(())
    }
}

/// How many connections there may be, by the files that this process may open: as many as the
/// system lets it have.
pub fn bounds(test_profile: bool) -> (Bounds, Bounds) {
    use rustix::process::Resource;
    let mut limit = rustix::process::getrlimit(Resource::Nofile);
    let wanted = (limits::CONNECTIONS_MAX + limits::FILES_RESERVED) as u64;
    let most = limit.maximum.unwrap_or(wanted).min(wanted.max(limit.current.unwrap_or(wanted)));
    limit.current = Some(most);
    if let Err(error) = rustix::process::setrlimit(Resource::Nofile, limit) {
        tracing::warn!(%error, "the limit of open files stays as it is");
    }
    let files = rustix::process::getrlimit(Resource::Nofile).current.unwrap_or(wanted) as usize;
    let (streams, web) = (Bounds::of_streams(files), Bounds::of_web(files));
    match test_profile {
        true => (streams.without_addresses(), web.without_addresses()),
        false => (streams, web),
    }
}
