//! What stands before anybody may come in: the database, settings, notices, people.
//!
//! The server builds on it, and the command line opens it by itself where no server runs. State:
//! see each part; here only what the running server adds once it is open.

use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::SetOnce;

use super::failure::Failure;
use super::folder::Ports;
use crate::accounts::Accounts;
use crate::accounts::invites::Invites;
use crate::audit;
use crate::audit::By;
use crate::audit::Deed;
use crate::certs::Certs;
use crate::certs::acme::Acme;
use crate::certs::acme::Authority;
use crate::checks::Latest;
use crate::clock::Clock;
use crate::config::Config;
use crate::net::admission::Admission;
use crate::net::dns::Resolver;
use crate::net::tls::challenge::Challenges;
use crate::notices::Notices;
use crate::settings::Profile;
use crate::settings::Settings;
use crate::store::OpenOptions;
use crate::store::Store;
use crate::transfer::Backups;
use crate::web::Site;

/// The parts that need no domain yet.
pub struct House {
    pub config: Config,
    pub clock: Clock,
    pub store: Store,
    pub settings: Settings,
    pub notices: Notices,
    /// What the looks of the running server found.
    pub found: Latest,
    pub accounts: Accounts,
    pub invites: Invites,
    /// The port of https that is bound, for links. Set before `open`.
    pub https: OnceLock<u16>,
    /// What the https door answers an authority with, before set-up and after it.
    pub challenges: Challenges,
    /// Who gets certificates of an authority.
    pub acme: Acme,
    pub resolver: Resolver,
    pub backups: Backups,
    /// Set when the doors are open.
    pub open: SetOnce<Open>,
    /// Rung when set-up was finished.
    pub set_up: Arc<Notify>,
    /// Somebody sets it up just now.
    pub setting_up: AtomicBool,
    /// The pages, in the process that serves.
    pub site: OnceLock<Site>,
    /// The doors of the running server are about to be shut.
    pub stopping: AtomicBool,
    /// Rung when a restore was decided for: the server ends and begins again.
    pub again: Arc<Notify>,
    /// The sum of the backup that is unpacked in `restore`; held while one is taken in.
    pub prepared: tokio::sync::Mutex<Option<String>>,
    /// One look at the domain's records at a time.
    pub looking_at_records: tokio::sync::Mutex<()>,
}

/// What the running server adds.
pub struct Open {
    pub ports: Ports,
    pub certs: Certs,
    pub streams: Admission,
    pub web: Admission,
    pub parts: Arc<crate::features::Parts>,
}

impl House {
    /// Opens the database and reads what is kept in memory. `create`: makes it where there is none.
    pub async fn open(config: Config, clock: Clock, create: bool) -> Result<House, Failure> {
        let options = OpenOptions { create, ..OpenOptions::default() };
        let store = Store::open(&config.data, options, clock.clone()).map_err(Failure::of)?;
        let profile = config.test_profile.as_ref();
        let profile = Profile { test: profile.is_some(), plain_tcp: profile.is_some_and(|profile| profile.plain_tcp) };
        let unreadable = |error| {
            Failure::new(format!("the database cannot be read ({error})"), "restore a backup with imera restore")
        };
        let settings = Settings::open(&store, profile).await.map_err(unreadable)?;
        let notices = Notices::open(&store, clock.clone()).await.map_err(unreadable)?;
        let accounts = Accounts::open(store.clone(), clock.clone()).await.map_err(unreadable)?;
        let invites = Invites::new(store.clone(), clock.clone(), accounts.clone());
        let backups = Backups::new(store.clone(), settings.clone(), clock.clone(), &config.data);
        let challenges = Challenges::default();
        let resolver = Resolver::new(config.resolver);
        let authority =
            Authority::new(clock.clone(), resolver.clone(), config.acme_directory.clone(), config.acme_root.clone());
        let parts = (store.clone(), clock.clone());
        let acme = Acme::new(parts, settings.clone(), challenges.clone(), authority);
        Ok(House {
            config,
            clock,
            store,
            settings,
            notices,
            found: Latest::default(),
            accounts,
            invites,
            https: OnceLock::new(),
            challenges,
            acme,
            resolver,
            backups,
            open: SetOnce::new(),
            set_up: Arc::default(),
            setting_up: AtomicBool::new(false),
            site: OnceLock::new(),
            stopping: AtomicBool::new(false),
            again: Arc::default(),
            prepared: tokio::sync::Mutex::default(),
            looking_at_records: tokio::sync::Mutex::default(),
        })
    }

    /// The domain, or what to do before there is one.
    pub fn domain(&self) -> Result<String, Failure> {
        self.settings.domain().ok_or_else(|| Failure::new("imera is not set up yet", set_up_command(&self.config)))
    }

    /// Something was not kept: why, where the store knows it, and what to do. `what` is a sentence.
    pub fn not_kept(&self, what: &str, error: impl Display) -> Failure {
        match self.store.trouble() {
            Some(trouble) => {
                let cause = trouble.what.text();
                let cause = cause.split_once(": ").map_or(cause, |(cause, _)| cause);
                Failure::new(format!("{what}, since {cause}"), trouble.what.next_step())
            }
            None => Failure::new(format!("{what} ({error})"), "look at imera status, then try again"),
        }
    }

    /// A line in the log of changes: the machine did it. What cannot be written there is in the log of the process.
    pub async fn note(&self, deed: Deed) {
        if let Err(error) = self.store.write(audit::job(By::Machine, deed, self.clock.utc())).await {
            tracing::warn!(%error, "a change is not in the log of changes");
        }
    }

    pub fn uptime(&self) -> Duration {
        self.clock.since_start()
    }
}

/// The one command that sets imera up, as people can copy it.
pub fn set_up_command(config: &Config) -> String {
    let folder = data_flag(&config.data);
    format!("imera setup{folder} --domain YOUR.DOMAIN --owner YOUR-NAME --password-stdin")
}

/// `--data DIR` where the command line would look elsewhere.
fn data_flag(data: &Path) -> String {
    let found = crate::config::Sources::of_process(None).and_then(|sources| sources.data_folder());
    match found {
        Ok(folder) if folder == data => String::new(),
        _ => format!(" --data {}", data.display()),
    }
}
