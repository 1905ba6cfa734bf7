//! imera inside of the test's process: a folder, streams in memory, the clock a test likes.
//!
//! The one place in tests that builds a server from its parts, as `server/people.rs` does in earnest.

use std::path::Path;
use std::sync::Arc;

use imera::accounts::blocks::Blocks;
use imera::accounts::invites::Invites;
use imera::accounts::invites::links::Links;
use imera::accounts::roster::Rosters;
use imera::accounts::{Accounts, Role};
use imera::archive::Archive;
use imera::clock::Clock;
use imera::features::{Parts, Policy, contact, disco};
use imera::sessions::Sessions;
use imera::settings::{Profile, Settings};
use imera::store::{OpenOptions, Store};
use imera::streams::c2s;
use imera::xmpp::jid::Jid;
use tokio::io::DuplexStream;
use tokio::task::JoinHandle;

pub const DOMAIN: &str = "localhost";
pub const PASSWORD: &str = "pencil-and-paper";
/// What the test profile allows.
pub const TEST_PROFILE: Policy =
    Policy { plain: true, anonymous: true, registration: true, plain_tcp: true, throttle: false };
/// Bytes a connection holds in each direction before the writer waits.
const PIPE_BYTES: usize = 64 * 1024;

/// What differs between one and another.
pub struct Place {
    pub domain: &'static str,
    pub policy: Policy,
    pub options: OpenOptions,
    /// The local part of who runs it (XEP-0157).
    pub owner: Option<&'static str>,
}

/// On a disk that never fills, for the folder may be in memory.
pub fn endless() -> OpenOptions {
    OpenOptions { reserve: 0, ..OpenOptions::default() }
}

/// A server on this folder, with the sessions that were saved there.
pub async fn open(folder: &Path, clock: Clock, place: Place) -> Result<Arc<Parts>, String> {
    let Place { domain: name, policy, options, owner } = place;
    let domain: Jid = name.parse().map_err(|error| format!("{name}: {error}"))?;
    let store = Store::open(folder, options, clock.clone()).map_err(text)?;
    let accounts = Accounts::open(store.clone(), clock.clone()).await.map_err(text)?;
    if !policy.throttle {
        accounts.throttle().switch_off();
    }
    let owner = owner.map(|owner| Jid::from_parts(Some(owner), name, None)).transpose().map_err(text)?;
    let host = disco::host(owner.and_then(|owner| contact::form(&[owner])).into_iter().collect());
    let host_ver = host.ver().map_err(text)?;
    let parts = Arc::new(Parts {
        archive: Archive::open(store.clone(), name, clock.clone()).await.map_err(text)?,
        rosters: Rosters::open(store.clone(), domain.clone()).await.map_err(text)?,
        blocks: Blocks::new(store.clone(), domain.clone()),
        sessions: Sessions::new(),
        commands: imera::features::adhoc::Waiting::default(),
        invites: Invites::new(store.clone(), clock.clone(), accounts.clone()),
        links: Links::new(name, None, None),
        settings: Settings::open(&store, Profile::default()).await.map_err(text)?,
        store,
        accounts,
        clock,
        domain,
        policy,
        host,
        host_ver,
    });
    c2s::restore(&parts).await.map_err(text)?;
    Ok(parts)
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// In the test profile; `throttle`: with limits on failed log-ins all the same.
pub async fn parts(folder: &Path, clock: Clock, throttle: bool) -> Arc<Parts> {
    let policy = Policy { throttle, ..TEST_PROFILE };
    let place = Place { domain: DOMAIN, policy, options: endless(), owner: None };
    open(folder, clock, place).await.expect("an empty folder, or one of ours")
}

/// Makes an account with [`PASSWORD`].
pub async fn account(parts: &Parts, name: &str) {
    parts.accounts.create(name, PASSWORD, Role::Member).await.expect("a new name");
}

/// A client's end of a new stream, and the task that serves it.
pub fn connection(parts: &Arc<Parts>) -> (DuplexStream, JoinHandle<()>) {
    let (ours, theirs) = tokio::io::duplex(PIPE_BYTES);
    (ours, tokio::spawn(c2s::serve_memory(parts.clone(), theirs)))
}

/// A client's end of a new stream.
pub fn connect(parts: &Arc<Parts>) -> DuplexStream {
    connection(parts).0
}

/// In memory where the system has such a place: no test with it proves durability, and fsyncs take time.
pub fn folder() -> tempfile::TempDir {
    match Path::new("/dev/shm") {
        memory if memory.is_dir() => tempfile::tempdir_in(memory),
        _ => tempfile::tempdir(),
    }
    .expect("a temporary folder")
}
