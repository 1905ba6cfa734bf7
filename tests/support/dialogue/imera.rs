//! imera in this process: a data folder in memory where there is one, a stepped clock, streams without sockets.
//!
//! Accounts are made once for each set of names; each dialogue gets a copy of that folder, since PBKDF2 takes its time.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use imera::accounts::batch::NewAccount;
use imera::accounts::invites::{Kind, Order};
use imera::accounts::{Accounts, Role};
use imera::audit::By;
use imera::clock::Clock;
use imera::features::{Parts, Policy};
use imera::settings;
use imera::store::Store;
use imera::streams::c2s;
use tempfile::TempDir;
use tokio::task::JoinHandle;

use super::actor::{BoxedIo, DOMAIN, PASSWORD};
use super::sasl::{MECHANISMS, one_round};
use super::server::Setup;

#[allow(dead_code)] // tests/fuzz and tests/attack use the rest
#[path = "../inside.rs"]
mod inside;

/// 2026-01-01T00:00:00Z, in microseconds: when every dialogue begins.
const BEGINNING: i64 = 1_767_225_600_000_000;
/// Runs the place, so that disco#info has somebody to name (XEP-0157).
const OWNER: &str = "admin";

pub struct Imera {
    parts: Arc<Parts>,
    clock: Clock,
    policy: Policy,
    folder: TempDir,
    /// Those that the dialogue names.
    chosen: Vec<String>,
    connections: Vec<JoinHandle<()>>,
}

/// Folders with accounts, by their names. Kept until the process ends.
static TEMPLATES: Mutex<BTreeMap<BTreeSet<String>, Arc<TempDir>>> = Mutex::new(BTreeMap::new());

impl Imera {
    pub async fn start(setup: &Setup) -> Result<Imera, String> {
        let policy = policy(&setup.settings)?;
        let folder = inside::folder();
        copy(template(&setup.accounts).await?.path(), folder.path())?;
        let clock = Clock::stepped(BEGINNING);
        let parts = open(folder.path(), clock.clone(), policy).await?;
        for (key, value) in setup.settings.iter().filter(|(key, _)| settings::find(key).is_some_and(is_chosen)) {
            parts.settings.set(key, value, &By::Machine).await.map_err(text)?;
        }
        let chosen = setup.settings.iter().map(|(key, _)| key.clone()).collect();
        Ok(Imera { parts, clock, policy, folder, chosen, connections: Vec::new() })
    }

    pub fn connect(&mut self) -> BoxedIo {
        let (ours, serving) = inside::connection(&self.parts);
        self.connections.push(serving);
        Box::new(ours)
    }

    /// The token of a new invitation: `INVITER[, for 3][, as a contact][, for the name NAME][, for a new password]
    /// [, for an hour][, with a yes first]`.
    pub async fn invite(&self, words: &str) -> Result<String, String> {
        let mut words = words.split(", ");
        let name = words.next().unwrap_or_default();
        let inviter = self.parts.accounts.find(name).ok_or_else(|| format!("nobody is called {name}"))?;
        let mut order = Order::account(Some(inviter));
        for option in words {
            match option.split_once("for the name ") {
                Some((_, name)) => order.name = Some(name.to_owned()),
                None => match option {
                    "for a new password" => {
                        return Ok(self.parts.invites.reset_link(inviter, None).await.map_err(text)?.token);
                    }
                    "as a contact" => order.kind = Kind::Contact,
                    "for an hour" => order.lasts_s = 3_600,
                    "for a minute" => order.lasts_s = 60,
                    "with a yes first" => order.ask_first = true,
                    other => {
                        let uses = other.strip_prefix("for ").and_then(|number| number.parse().ok());
                        order.uses = uses.ok_or_else(|| format!("«{other}» is no option of an invitation"))?;
                    }
                },
            }
        }
        if order.kind == Kind::Account && !self.chosen.iter().any(|key| key == "members_invite") {
            self.parts.settings.set("members_invite", "on", &By::Machine).await.map_err(text)?;
        }
        Ok(self.parts.invites.create(order).await.map_err(text)?.token)
    }

    /// The owner says yes to everybody who waits.
    pub async fn approve(&self) -> Result<(), String> {
        for request in self.parts.invites.requests().await.map_err(text)? {
            imera::route::entry::approve(&self.parts, request.id, &By::Machine).await.map_err(text)?;
        }
        Ok(())
    }

    /// A new password for one of this account's devices, or the token of a link with it.
    pub async fn device_secret(&self, name: &str, in_a_link: bool) -> Result<String, String> {
        let account = self.parts.accounts.find(name).ok_or_else(|| format!("nobody is called {name}"))?;
        let made = self.parts.accounts.make_device(account).await.map_err(text)?;
        Ok(if in_a_link { made.token() } else { made.password }.to_string())
    }

    /// All of this account's devices are signed out.
    pub async fn revoke_devices(&self, name: &str) -> Result<(), String> {
        let account = self.parts.accounts.find(name).ok_or_else(|| format!("nobody is called {name}"))?;
        for device in self.parts.accounts.devices(account).await.map_err(text)? {
            imera::route::entry::sign_out_device(&self.parts, account, device.id).await.map_err(text)?;
        }
        Ok(())
    }

    /// One step of the clock, and what it sets off.
    pub async fn advance(&self, by: Duration) {
        self.clock.advance(by);
        let_others_run().await;
    }

    pub fn set_back(&self, by: Duration) {
        self.clock.set_utc(self.clock.utc() - i64::try_from(by.as_micros()).unwrap_or(i64::MAX));
    }

    /// The first who writes finds out that it is full; that there is room again is found out by itself.
    pub async fn fill_disk(&self, full: bool) -> Result<(), String> {
        self.parts.store.set_reserve(if full { u64::MAX } else { 0 });
        for _ in 0..60 {
            self.advance(Duration::from_secs(1)).await;
            if self.parts.store.writable() {
                return Ok(());
            }
        }
        Err("there is room, and nothing is written".to_owned())
    }

    /// In good order: as after SIGTERM. Else: what is on the disk now is all that is left.
    pub async fn restart(&mut self, in_good_order: bool) -> Result<(), String> {
        if in_good_order {
            self.stop_in_good_order().await;
        } else {
            let left = inside::folder();
            copy(self.folder.path(), left.path())?;
            self.connections.drain(..).for_each(|connection| connection.abort());
            self.folder = left;
        }
        self.clock = Clock::stepped(self.clock.utc());
        self.parts = open(self.folder.path(), self.clock.clone(), self.policy).await?;
        Ok(())
    }

    async fn stop_in_good_order(&mut self) {
        let shutdown = c2s::shutdown(&self.parts);
        tokio::pin!(shutdown);
        // Waiting follows the clock, and nobody else steps it.
        loop {
            tokio::select! {
                biased;
                () = &mut shutdown => break,
                () = let_others_run() => self.clock.advance(Duration::from_millis(10)),
            }
        }
        let_others_run().await;
        self.parts.store.close().await;
    }

    pub async fn stop(self) {
        self.connections.iter().for_each(JoinHandle::abort);
        self.parts.store.close().await;
    }
}

/// Lets every task that can run do so, and gives threads (the database's) a moment.
async fn let_others_run() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    super::actor::within(Duration::from_micros(200), std::future::pending::<()>()).await;
}

/// Whether a dialogue may set it as an owner does, and not by the policy.
fn is_chosen(setting: &settings::Setting) -> bool {
    setting.fixed.is_none() && setting.key != "allow_plain"
}

/// The test profile's policy, with what the dialogue sets.
fn policy(settings: &[(String, String)]) -> Result<Policy, String> {
    let mut policy = inside::TEST_PROFILE;
    for (key, value) in settings {
        let on = matches!(value.as_str(), "open" | "on" | "true");
        match key.as_str() {
            "registration" => policy.registration = on,
            "plain" => policy.plain = on,
            "anonymous" => policy.anonymous = on,
            "throttle" => policy.throttle = on,
            other if settings::find(other).is_some_and(is_chosen) => {}
            other => return Err(format!("no such setting: {other}")),
        }
    }
    Ok(policy)
}

async fn open(folder: &Path, clock: Clock, policy: Policy) -> Result<Arc<Parts>, String> {
    let place = inside::Place { domain: DOMAIN, policy, options: inside::endless(), owner: Some(OWNER) };
    inside::open(folder, clock, place).await
}

fn store(folder: &Path, clock: Clock) -> Result<Store, String> {
    Store::open(folder, inside::endless(), clock).map_err(text)
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

async fn template(names: &BTreeSet<String>) -> Result<Arc<TempDir>, String> {
    if let Some(known) = TEMPLATES.lock().unwrap_or_else(PoisonError::into_inner).get(names) {
        return Ok(known.clone());
    }
    let made = inside::folder();
    let clock = Clock::stepped(BEGINNING);
    let store = store(made.path(), clock.clone())?;
    let accounts = Accounts::open(store.clone(), clock).await.map_err(text)?;
    let mut all: Vec<NewAccount> =
        names.iter().filter(|name| *name != OWNER).map(|name| account(name, Role::Member)).collect();
    all.push(account(OWNER, Role::Owner));
    accounts.create_batch(all, |_| {}).await.map_err(text)?;
    ease_log_in(&store).await?;
    store.close().await;
    let made = Arc::new(made);
    TEMPLATES.lock().unwrap_or_else(PoisonError::into_inner).insert(names.clone(), made.clone());
    Ok(made)
}

/// Verifiers of one round in place of real ones.
async fn ease_log_in(store: &Store) -> Result<(), String> {
    let salt = b"as good as sugar".to_vec();
    for mechanism in MECHANISMS {
        let (stored, server) = one_round(mechanism, PASSWORD, &salt)?;
        let row = (salt.clone(), stored, server, mechanism);
        let update = "UPDATE verifier SET salt = ?, rounds = 1, stored_key = ?, server_key = ? WHERE mechanism = ?";
        let changed = store.write(move |db| db.execute(update, row)).await.map_err(text)?;
        assert!(changed > 0, "accounts have no verifier for {mechanism}");
    }
    Ok(())
}

fn account(name: &str, role: Role) -> NewAccount {
    NewAccount { name: name.to_owned(), password: PASSWORD.to_owned().into(), role }
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    for entry in fs::read_dir(from).map_err(text)?.flatten() {
        let name = entry.file_name();
        if entry.path().is_file() && !name.to_string_lossy().ends_with("-shm") {
            fs::copy(entry.path(), to.join(&name)).map_err(|error| format!("{}: {error}", name.display()))?;
        }
    }
    Ok(())
}
