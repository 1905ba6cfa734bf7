//! imera inside of the test's process: a temporary folder, streams in memory, the clock a test likes.

use std::path::Path;
use std::sync::Arc;

use imera::accounts::blocks::Blocks;
use imera::accounts::roster::Rosters;
use imera::accounts::{Accounts, Role};
use imera::archive::Archive;
use imera::clock::Clock;
use imera::features::{Parts, Policy, disco};
use imera::sessions::Sessions;
use imera::store::{OpenOptions, Store};
use imera::streams::c2s;
use imera::xmpp::jid::Jid;
use tokio::io::DuplexStream;

pub const DOMAIN: &str = "localhost";
pub const PASSWORD: &str = "pencil-and-paper";
/// Bytes a connection holds in each direction before the writer waits.
const PIPE_BYTES: usize = 64 * 1024;

/// In the test profile; `throttle`: with limits on failed log-ins all the same. On a disk that never
/// fills, for the folder may be in memory.
pub async fn parts(folder: &Path, clock: Clock, throttle: bool) -> Arc<Parts> {
    let domain: Jid = DOMAIN.parse().expect("a domain");
    let options = OpenOptions { reserve: 0, ..OpenOptions::default() };
    let store = Store::open(folder, options, clock.clone()).expect("an empty folder, or one of ours");
    let accounts = Accounts::open(store.clone(), clock.clone()).await.expect("a new database");
    if !throttle {
        accounts.throttle().switch_off();
    }
    let host = disco::host(Vec::new());
    let host_ver = host.ver().expect("no form is twice there");
    let parts = Arc::new(Parts {
        archive: Archive::open(store.clone(), DOMAIN, clock.clone()).await.expect("a new database"),
        rosters: Rosters::new(store.clone(), domain.clone()),
        blocks: Blocks::new(store.clone(), domain.clone()),
        sessions: Sessions::new(),
        store,
        accounts,
        clock,
        domain,
        policy: Policy { plain: true, anonymous: true, registration: true, plain_tcp: true, throttle },
        host,
        host_ver,
    });
    c2s::restore(&parts).await.expect("a new database");
    parts
}

/// Makes an account with [`PASSWORD`].
pub async fn account(parts: &Parts, name: &str) {
    parts.accounts.create(name, PASSWORD, Role::Member).await.expect("a new name");
}

/// A client's end of a new stream.
pub fn connect(parts: &Arc<Parts>) -> DuplexStream {
    let (ours, theirs) = tokio::io::duplex(PIPE_BYTES);
    tokio::spawn(c2s::serve_memory(parts.clone(), theirs));
    ours
}

/// In memory where the system has such a place.
pub fn folder() -> tempfile::TempDir {
    match Path::new("/dev/shm") {
        memory if memory.is_dir() => tempfile::tempdir_in(memory),
        _ => tempfile::tempdir(),
    }
    .expect("a temporary folder")
}
