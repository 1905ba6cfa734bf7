//! The way into the house: what streams, features and accounts are given, and their end.
//!
//! Keeps no state.

use serde_json::Value;
use serde_json::json;

use super::failure::Failure;
use super::house::House;
use super::house::Open;
use crate::accounts::AccountId;
use crate::accounts::Role;
use crate::accounts::blocks::Blocks;
use crate::accounts::invites::links::Links;
use crate::accounts::roster::Rosters;
use crate::archive::Archive;
use crate::audit::By;
use crate::config::Port;
use crate::features::Parts;
use crate::features::Policy;
use crate::features::contact;
use crate::features::disco;
use crate::sessions::Sessions;
use crate::settings;
use crate::store::StoreError;
use crate::xmpp::jid::Jid;

/// Everything a stanza's way leads through, in order.
pub async fn build(house: &House, domain: &str) -> Result<Parts, Failure> {
    let domain: Jid = domain.parse().map_err(|error| Failure::new(error, "report it"))?;
    let policy = policy(house);
    if !policy.throttle {
        house.accounts.throttle().switch_off();
    }
    let unreadable = |error| match error {
        StoreError::Unavailable(why) => Failure::new(format!("nothing can be kept ({why})"), "make room on the disk"),
        error => Failure::new(format!("the database cannot be read ({error})"), "run imera check database"),
    };
    let archive = Archive::open(house.store.clone(), domain.as_str(), house.clock.clone()).await.map_err(unreadable)?;
    let owners = owners(house, &domain).await.map_err(unreadable)?;
    let host = disco::host(contact::form(&owners).into_iter().collect());
    let host_ver = host.ver().map_err(|error| Failure::new(error, "report it"))?;
    Ok(Parts {
        store: house.store.clone(),
        accounts: house.accounts.clone(),
        rosters: Rosters::open(house.store.clone(), domain.clone()).await.map_err(unreadable)?,
        blocks: Blocks::new(house.store.clone(), domain.clone()),
        commands: crate::features::adhoc::Waiting::default(),
        invites: house.invites.clone(),
        links: links(house, domain.domain()),
        settings: house.settings.clone(),
        archive,
        sessions: Sessions::new(),
        clock: house.clock.clone(),
        domain,
        policy,
        host,
        host_ver,
    })
}

/// How links of this place begin. The port is the one that is bound, where the server runs.
pub fn links(house: &House, domain: &str) -> Links {
    let bound = house.https.get().copied();
    let https = bound.or(match house.config.ports.https {
        Port::Off | Port::Number(0) => None,
        Port::Number(number) => Some(number),
    });
    Links::new(domain, house.settings.text(&settings::HOST).as_deref(), https)
}

/// Who runs the place: whom disco#info names.
async fn owners(house: &House, domain: &Jid) -> Result<Vec<Jid>, StoreError> {
    let people = house.accounts.list().await?;
    let owners = people.iter().filter(|account| account.role == Role::Owner);
    Ok(owners.filter_map(|owner| Jid::from_parts(Some(&owner.name), domain.as_str(), None).ok()).collect())
}

fn policy(house: &House) -> Policy {
    let profile = house.settings.profile();
    Policy {
        plain: house.settings.allows_plain(),
        anonymous: profile.test,
        registration: house.settings.allows_registration(),
        plain_tcp: profile.plain_tcp,
        throttle: !profile.test,
    }
}

/// Removes an account, with all that is its own; its contacts are told.
pub async fn remove(house: &House, id: AccountId) -> Result<(), Failure> {
    let failed = |error| house.not_kept("the account was not removed", error);
    match house.open.get() {
        Some(open) => crate::route::remove_account(&open.parts, id, &By::Machine).await.map_err(failed),
        None => {
            let parts = build(house, &house.domain()?).await?;
            crate::route::remove_account(&parts, id, &By::Machine).await.map_err(failed)
        }
    }
}

/// Whether a changed setting waits for the next start to count.
pub fn waits_for_restart(house: &House, open: &Open) -> bool {
    policy(house) != open.parts.policy
}

/// Ends an account's sessions: its password is another now.
pub fn sign_out(house: &House, id: AccountId) {
    if let Some(open) = house.open.get() {
        crate::route::sign_out(&open.parts, id);
    }
}

/// How many are online.
pub fn sessions(open: &Open) -> Value {
    json!(open.parts.sessions.count())
}
