//! Set-up: domain, owner and certificate, once. The command line asks for it, later the web too.
//!
//! State: settings `domain` and `set_up_at`, the owner's account. Missing until their issues: an
//! authority's certificate, restoring a backup.

use std::fmt::Display;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use serde::Deserialize;
use serde::Serialize;

use super::control::invites;
use super::failure::Failure;
use super::house::House;
use super::secret::Secret;
use crate::accounts::ChangeError;
use crate::accounts::CreateError;
use crate::accounts::Role;
use crate::accounts::invites::Order;
use crate::accounts::names;
use crate::accounts::passwords;
use crate::certs;
use crate::config::TlsFiles;
use crate::settings;
use crate::settings::Setting;

/// What set-up is told.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Plan {
    pub domain: String,
    pub host: Option<String>,
    pub home: bool,
    pub place_name: Option<String>,
    pub owner: String,
    pub password: Secret,
    pub display_name: Option<String>,
    pub backup_at: Option<String>,
    pub backup_keep: Option<String>,
    /// The first invitation is made too.
    pub invite: bool,
    /// PEM, for a certificate brought along.
    pub chain: Option<String>,
    pub key: Option<Secret>,
}

/// What it came to.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Done {
    pub domain: String,
    pub owner: String,
    /// `self-signed` or `own`.
    pub certificate: String,
    /// `link`, `uri`, `id`, `expires_at`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invite: Option<serde_json::Value>,
}

/// Reads a certificate's files for a [`Plan`], before anything is begun.
pub fn read_files(plan: &mut Plan, files: &TlsFiles) -> Result<(), Failure> {
    let pair = certs::read(files).map_err(Failure::of)?;
    (plan.chain, plan.key) = (Some(pair.chain), Some(Secret::new(pair.key)));
    Ok(())
}

/// What is told when the disk did not take it: the same command works again.
const NOT_FINISHED: &str = "set-up was not finished";

/// What can be said of a plan before there is a folder for it.
pub fn check(plan: &Plan) -> Result<(), Failure> {
    chosen(plan)?;
    owner_name(plan)?;
    chosen_well(plan)
}

/// The owner's name and password keep the rules for what people choose. The test profile's do not.
fn chosen_well(plan: &Plan) -> Result<(), Failure> {
    let domain = crate::config::domain_name(&plan.domain).unwrap_or_default();
    let refused = |what: &str, error: String| Failure::usage(what, error.trim_end_matches('.'));
    let name = names::check(&plan.owner, &domain, &|_| names::Taken::No)
        .map_err(|error| refused("--owner cannot be this name", error.to_string()))?;
    let place = plan.place_name.as_deref().unwrap_or_default();
    let about = passwords::About { name: &name.name, domain: &domain, place };
    let checked = passwords::check(&plan.password, &about);
    checked.map(drop).map_err(|error| refused("the owner's password is refused", error.to_string()))
}

/// Checks everything, then makes the owner's account, keeps the certificate, and last, in one
/// transaction, the settings with the mark that it was done. Cut short, it can be run again.
pub async fn set_up(house: &House, plan: Plan) -> Result<Done, Failure> {
    let Some(_turn) = Turn::take(&house.setting_up) else {
        return Err(Failure::new("somebody else sets imera up just now", "look at imera setup state"));
    };
    if let Some(domain) = house.settings.domain() {
        return Err(Failure::new(
            format!("imera is set up already, for {domain}"),
            "change settings by imera settings set; another domain needs another data folder",
        ));
    }
    let chosen = chosen(&plan)?;
    if !house.settings.profile().test {
        chosen_well(&plan)?;
    }
    let domain = crate::config::domain_name(&plan.domain).unwrap_or_default();
    let pair = match (&plan.chain, &plan.key) {
        (Some(chain), Some(key)) => Some(certs::Pair { chain: chain.clone(), key: key.to_string() }),
        _ => None,
    };
    if let Some(pair) = &pair {
        certs::check(pair, &domain, house.clock.utc()).map_err(Failure::of)?;
    }
    let owner = make_owner(house, &plan).await?;
    let not_kept = |error: &dyn Display| house.not_kept(NOT_FINISHED, error);
    let certificate = if pair.is_some() { certs::Source::Own } else { certs::Source::SelfSigned };
    if let Some(pair) = pair {
        let kept = certs::keep(&house.store, certs::Source::Own, pair, house.clock.utc()).await;
        kept.map_err(|error| not_kept(&error))?;
    }
    house.settings.finish_set_up(&chosen, house.clock.utc()).await.map_err(|error| not_kept(&error))?;
    let invite = match (plan.invite, house.accounts.find(&owner)) {
        (true, Some(id)) => {
            let made = house.invites.create(Order::account(Some(id))).await;
            Some(invites::told(house, &domain, &made.map_err(|error| invites::of_order(house, error))?))
        }
        _ => None,
    };
    house.set_up.notify_one();
    Ok(Done { invite, owner: format!("{owner}@{domain}"), domain, certificate: certificate.as_str().to_owned() })
}

/// One at a time: two that run side by side would both be told that theirs is the domain.
struct Turn<'a>(&'a AtomicBool);

impl Turn<'_> {
    fn take(taken: &AtomicBool) -> Option<Turn<'_>> {
        (!taken.swap(true, Ordering::AcqRel)).then(|| Turn(taken))
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

/// The settings, each checked. Option names in the messages are the command line's.
fn chosen(plan: &Plan) -> Result<Vec<(&'static Setting, String)>, Failure> {
    let mut chosen = Vec::new();
    let given = [
        (&settings::DOMAIN, "--domain", Some(plan.domain.clone())),
        (&settings::HOST, "--host", plan.host.clone()),
        (&settings::HOME, "--home", plan.home.then(|| "on".to_owned())),
        (&settings::PLACE_NAME, "--name", plan.place_name.clone()),
        (&settings::BACKUP_AT, "--backup-at", plan.backup_at.clone()),
        (&settings::BACKUP_KEEP, "--backup-keep", plan.backup_keep.clone()),
    ];
    for (setting, option, value) in given {
        let Some(value) = value else { continue };
        match settings::check(setting, &value) {
            Ok(Some(value)) => chosen.push((setting, value)),
            _ => {
                let what = format!("{option} is \"{}\"", value.chars().take(80).collect::<String>());
                return Err(Failure::usage(what, format!("it has to be {}", setting.kind.wants())));
            }
        }
    }
    let host_is_domain = plan.host.as_deref().and_then(crate::config::domain_name);
    if host_is_domain.is_some() && host_is_domain == crate::config::domain_name(&plan.domain) {
        let what = "--host is the domain itself";
        return Err(Failure::usage(what, format!("leave it out, or name the machine, such as chat.{}", plan.domain)));
    }
    Ok(chosen)
}

fn owner_name(plan: &Plan) -> Result<String, Failure> {
    crate::xmpp::jid::prepare_local(&plan.owner).map_err(|_| {
        let what = format!("--owner cannot be \"{}\"", plan.owner.chars().take(80).collect::<String>());
        Failure::usage(what, "use letters, digits, dots and dashes")
    })
}

/// An account left by a set-up that was cut short gets the new password.
async fn make_owner(house: &House, plan: &Plan) -> Result<String, Failure> {
    let name = owner_name(plan)?;
    let accounts = &house.accounts;
    let not_kept = |error: ChangeError| house.not_kept(NOT_FINISHED, error);
    let id = match accounts.create(&name, &plan.password, Role::Owner).await {
        Ok(id) => id,
        Err(CreateError::Exists) => {
            let id = accounts.find(&name).ok_or_else(|| not_kept(ChangeError::Unknown))?;
            accounts.set_password(id, &plan.password).await.map_err(not_kept)?;
            accounts.set_role(id, Role::Owner).await.map_err(not_kept)?;
            id
        }
        Err(CreateError::Password(error)) => {
            return Err(Failure::usage(format!("the password cannot be used ({error})"), "choose another one"));
        }
        Err(error) => return Err(house.not_kept(NOT_FINISHED, error)),
    };
    if let Some(shown) = plan.display_name.as_deref().map(str::trim).filter(|shown| !shown.is_empty()) {
        accounts.set_display_name(id, Some(shown.to_owned())).await.map_err(not_kept)?;
    }
    Ok(name)
}
