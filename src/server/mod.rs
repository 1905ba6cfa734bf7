//! One server from its first file to its last: the order of building up and of taking down.
//!
//! State: the parts, built once here and in [`house`]. Everything that only the process does is in
//! this room: folder and lock, logs, signals, `sd_notify`, the control socket.

mod acme;
pub mod control;
mod alerts;
mod asides;
pub mod backups;
mod certificates;
mod chat;
mod doors;
pub mod failure;
pub mod folder;
pub mod house;
mod leaving;
pub mod log;
mod one_port;
mod pages;
mod people;
pub mod secret;
pub mod set_up;
#[cfg(test)]
mod tests;
mod upkeep;
mod watch;

use std::io;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use sd_notify::NotifyState;
use tokio::signal::unix::Signal;
use tokio::signal::unix::SignalKind;
use tokio::signal::unix::signal;
use tokio::sync::broadcast::Receiver;
use tokio::task::JoinSet;

use crate::certs::Certs;
use crate::clock::Clock;
use crate::config::Config;
use crate::features::Parts;
use crate::limits;
use crate::memory;
use crate::net::admission::Admission;
use crate::net::listen::Inherited;
use crate::notices::Notice;
use crate::streams::c2s;
use crate::web::Site;

use certificates::open_certs;
use chat::Chat;
use doors::Doors;
use failure::Failure;
use folder::Folder;
use folder::FolderError;
use folder::Ports;
use house::House;
use house::Open;
use pages::Pages;

/// Serves until a signal says to stop. Errors are those that keep it from starting.
pub async fn run(config: Config) -> Result<(), Failure> {
    let mut signals = Signals::new().map_err(|error| Failure::new(error, "report it"))?;
    let clock = Clock::system();
    for unused in &config.unused {
        tracing::warn!("{unused}");
    }
    let Some(folder) = lock(&config, &clock, &mut signals).await? else {
        say("stopped");
        return Ok(());
    };
    let mut kept = Doors::inherited()?;
    loop {
        let again = kept.again().map_err(|error| Failure::new(error, "report it"))?;
        let doors = Doors::bind(&config, again)?;
        doors.keep(&mut kept).map_err(|error| Failure::new(error, "report it"))?;
        match run_once(config.clone(), &clock, &folder, (doors, &mut kept), &mut signals).await? {
            End::Stopped => break,
            End::Restored => folder.settle().map_err(Failure::of)?,
        }
    }
    say("stopped");
    Ok(())
}

/// The data folder. A command of the command line that holds it lets go of it within moments, and is waited for; a
/// server answers, and does not. `None`: told to stop meanwhile.
async fn lock(config: &Config, clock: &Clock, signals: &mut Signals) -> Result<Option<Folder>, Failure> {
    let mut patience = limits::FOLDER_HELD_TRIES;
    loop {
        let held = match Folder::lock(&config.data, true) {
            Err(held @ FolderError::Held { .. }) if patience > 0 => held,
            locked => return locked.map(Some).map_err(Failure::of),
        };
        if control::socket::is_answered(&config.data).await {
            return Err(Failure::of(held));
        }
        if patience == limits::FOLDER_HELD_TRIES {
            let most_s = u64::from(limits::FOLDER_HELD_TRIES) * limits::FOLDER_HELD_PAUSE_MS / 1_000;
            tracing::warn!(most_s, "a command of imera has the data folder: waiting for its end");
        }
        patience -= 1;
        tokio::select! {
            () = clock.sleep(Duration::from_millis(limits::FOLDER_HELD_PAUSE_MS)) => {}
            order = signals.next() => if order == Order::Stop { return Ok(None) },
        }
    }
}

/// Why a server has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Stopped,
    /// A backup takes its place.
    Restored,
}

/// From the opening of the database to its end.
async fn run_once(
    config: Config,
    clock: &Clock,
    folder: &Folder,
    (mut doors, kept): (Doors, &mut Inherited),
    signals: &mut Signals,
) -> Result<End, Failure> {
    let ports = doors.ports();
    let house = Arc::new(House::open(config, clock.clone(), true).await?);
    // Until the doors are open a little is written on a disk that is nearly full, too: a place that does not come up
    // cannot say why.
    house.store.set_reserve(limits::STORE_START_RESERVE_BYTES);
    let raised = house.notices.raised();
    let control = control::socket::listen(folder.path()).map_err(|error| {
        Failure::new(format!("the control socket cannot be opened ({error})"), "check the data folder's disk")
    })?;
    let mut jobs = JoinSet::new();
    jobs.spawn(control::socket::serve(control, house.clone()));
    jobs.spawn(watch::store(house.clone()));
    jobs.spawn(acme::run(house.clone()));
    if let Some(profile) = &house.config.test_profile {
        set_up_for_tests(&house, profile).await?;
    }
    let (stop, stopping) = tokio::sync::watch::channel(false);
    let opening = Opening { folder, ports, stop, stopping, kept, raised };
    let result = match house.settings.domain() {
        Some(domain) => {
            let certs = open_certs(&house, &domain).await?;
            let pages = Pages::open(&house, &mut doors, &certs, &opening.stopping)?;
            serve(&house, opening, doors, pages, certs, &mut jobs, signals).await
        }
        None => set_up_and_serve(&house, opening, doors, &mut jobs, signals).await,
    };
    if !matches!(result, Ok(End::Restored)) {
        let _ = sd_notify::notify(&[NotifyState::Stopping]);
    }
    jobs.shutdown().await;
    house.store.close().await;
    folder.forget_run();
    result
}

/// What opening the doors needs beside them.
struct Opening<'a> {
    folder: &'a Folder,
    /// All that are bound.
    ports: Ports,
    stop: tokio::sync::watch::Sender<bool>,
    stopping: tokio::sync::watch::Receiver<bool>,
    /// The doors' sockets, for a server that begins again; shut with them when none does.
    kept: &'a mut Inherited,
    /// Troubles of this start on.
    raised: Receiver<Notice>,
}

/// Nobody gets in any more. Where a server begins again, who knocks waits, and who is in has the answer first.
async fn shut(house: &House, stop: &tokio::sync::watch::Sender<bool>, kept: &mut Inherited, end: End) {
    // First: a door that is found shut from now on is no trouble.
    house.stopping.store(true, Ordering::SeqCst);
    let _ = stop.send(true);
    match end {
        End::Stopped => *kept = Inherited::default(),
        End::Restored => house.clock.sleep(Duration::from_millis(limits::RESTORE_ANSWER_MS)).await,
    }
}

/// Without set-up only the web is open; once it was finished, everything.
async fn set_up_and_serve(
    house: &Arc<House>,
    opening: Opening<'_>,
    mut doors: Doors,
    jobs: &mut JoinSet<()>,
    signals: &mut Signals,
) -> Result<End, Failure> {
    let certs = certificates::of_set_up(house).await?;
    let mut pages = Pages::open(house, &mut doors, &certs, &opening.stopping)?;
    let Ports { pid, http, https, .. } = opening.ports;
    tell_ports(opening.folder, &Ports { pid, http, https, ..Ports::default() })?;
    if let Some(end) = set_up_done(house, signals).await {
        shut(house, &opening.stop, opening.kept, end).await;
        pages.end(&house.clock).await;
        return Ok(end);
    }
    let certs = open_certs(house, &house.domain()?).await?;
    pages.change_certificate(house, &certs);
    serve(house, opening, doors, pages, certs, jobs, signals).await
}

/// Waits until imera is set up, and shows a code for it, every day a new one. Some: it ended before.
async fn set_up_done(house: &House, signals: &mut Signals) -> Option<End> {
    let show = || house.site.get().map(Site::new_code);
    show();
    tracing::info!("not set up yet: waiting for a browser, or for imera setup");
    // A unit that waits for its owner has started all the same.
    let _ = sd_notify::notify(&[NotifyState::Ready, NotifyState::Status("waiting for set-up")]);
    let day = Duration::from_secs(limits::SETUP_CODE_MAX_S);
    // No other event puts it off.
    let mut next = std::pin::pin!(house.clock.sleep(day));
    loop {
        tokio::select! {
            () = house.set_up.notified() => return None,
            () = house.again.notified() => return Some(End::Restored),
            order = signals.next() => if order == Order::Stop { return Some(End::Stopped) },
            () = &mut next => {
                show();
                next.set(house.clock.sleep(day));
            }
        }
    }
}

fn tell_ports(folder: &Folder, ports: &Ports) -> Result<(), Failure> {
    folder.tell_ports(ports).map_err(|error| {
        Failure::new(format!("ports.json cannot be written ({error})"), "free the disk of the data folder")
    })
}

async fn set_up_for_tests(house: &House, profile: &crate::config::TestProfile) -> Result<(), Failure> {
    tracing::warn!("TEST PROFILE: ANYONE ON THIS MACHINE GETS IN (ADMIN/ADMIN, OPEN REGISTRATION, NO LIMITS)");
    if profile.plain_tcp {
        tracing::warn!("PLAIN TCP: PASSWORDS GO OVER THE NETWORK AS THEY ARE");
    }
    match house.settings.domain() {
        None => {
            let password = secret::Secret::new("admin".to_owned());
            let (domain, owner) = (profile.domain.clone(), "admin".to_owned());
            set_up::set_up(house, set_up::Plan { domain, owner, password, ..Default::default() }).await?;
            Ok(())
        }
        Some(domain) if profile.domain_asked && domain != profile.domain => Err(Failure::new(
            format!("{} is set up for {domain}, not for {}", house.config.data.display(), profile.domain),
            "leave IMERA_DOMAIN out, or take another folder",
        )),
        Some(_) => Ok(()),
    }
}

/// Opens the other doors, tells so, and serves until told to stop.
async fn serve(
    house: &Arc<House>,
    opening: Opening<'_>,
    doors: Doors,
    mut pages: Pages,
    certs: Certs,
    jobs: &mut JoinSet<()>,
    signals: &mut Signals,
) -> Result<End, Failure> {
    let domain = house.domain()?;
    if let Some(https) = opening.ports.https {
        let _ = house.https.set(https.port());
    }
    let parts = Arc::new(build(house, &domain).await?);
    c2s::restore(&parts).await.map_err(|error| {
        Failure::new(format!("the sessions that were kept cannot be read ({error})"), "run imera check database")
    })?;
    crate::route::finish_befriending(&parts).await.map_err(|error| house.not_kept("contacts were not made", error))?;
    let (streams, _) = doors::bounds(house.config.is_test_profile());
    let (streams, web) = (Admission::new(streams), pages.admission.clone());
    doors.open(&parts, &certs.tls(), &streams, &opening.stopping, &mut pages.connections)?;
    let chat = Chat::new(parts.clone(), streams.clone());
    pages.open_chat(&certs.tls(), &chat);
    tell_ports(opening.folder, &opening.ports)?;
    let ports = opening.ports;
    let ready = format!("ready {}", folder::to_line(&ports));
    if let Some(site) = house.site.get() {
        site.care(upkeep::care(house));
        site.open(parts.clone());
        site.beside(Box::new(chat));
    }
    let _ = house.open.set(Open { ports, certs, streams: streams.clone(), web, parts: parts.clone() });
    house.store.set_reserve(limits::STORE_RESERVE_BYTES);
    say(&ready);
    tracing::info!(%domain, data = %house.config.data.display(), start_ms = house.uptime().as_millis() as u64, "ready");
    let _ = sd_notify::notify(&[NotifyState::Ready, NotifyState::Status("serving")]);
    jobs.spawn(alerts::tell_owners(house.clone(), parts.clone(), opening.raised));
    jobs.spawn(watch::every_minute(house.clone()));
    jobs.spawn(certificates::every_minute(house.clone()));
    jobs.spawn(watch::every_hour(house.clone()));
    jobs.spawn(leaving::every_hour(house.clone()));
    jobs.spawn(watchdog(house.clock.clone()));
    jobs.spawn(settle(house.clock.clone()));
    jobs.spawn(backups::nightly(house.clone()));
    let end = loop {
        tokio::select! {
            () = house.again.notified() => break End::Restored,
            order = signals.next() => match order {
                Order::Reload => certificates::reload(house).await,
                Order::Stop => break End::Stopped,
            },
        }
    };
    tracing::info!("stopping in good order");
    shut(house, &opening.stop, opening.kept, end).await;
    streams.drive_out_all();
    c2s::shutdown(&parts).await;
    pages.end(&house.clock).await;
    Ok(end)
}

/// Everything a stanza's way leads through.
async fn build(house: &House, domain: &str) -> Result<Parts, Failure> {
    people::build(house, domain).await
}

/// The code of the start is needed no more.
async fn settle(clock: Clock) {
    clock.sleep(Duration::from_secs(limits::START_SETTLES_S)).await;
    memory::forget_code();
}

/// Tells systemd that we live, where it asks for it.
async fn watchdog(clock: Clock) {
    let Some(period) = sd_notify::watchdog_enabled() else { return };
    loop {
        let _ = sd_notify::notify(&[NotifyState::Watchdog]);
        clock.sleep(period / 2).await;
    }
}

/// One line on standard output (contract). Whoever reads it may be gone.
fn say(line: &str) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Stop,
    Reload,
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    fn new() -> io::Result<Signals> {
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> Order {
        tokio::select! {
            _ = self.terminate.recv() => Order::Stop,
            _ = self.interrupt.recv() => Order::Stop,
            _ = self.hang_up.recv() => Order::Reload,
        }
    }
}
