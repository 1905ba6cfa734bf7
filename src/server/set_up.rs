//! Set-up: domain, owner and certificate, once. The command line asks for it, or the wizard in a browser.
//!
//! State: settings `domain` and `set_up_at`, the owner's account. An authority's certificate comes afterwards, by
//! itself: `acme`.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde::Deserialize;
use serde::Serialize;

use super::control::invites;
use super::failure::Failure;
use super::house::House;
use super::secret::Secret;
use crate::accounts::CreateError;
use crate::accounts::Founder;
use crate::accounts::invites::Order;
use crate::accounts::names;
use crate::accounts::passwords;
use crate::certs;
use crate::certs::acme;
use crate::config::Config;
use crate::config::TlsFiles;
use crate::limits;
use crate::settings;
use crate::settings::Finishing;
use crate::settings::Setting;
use crate::store::StoreError;
use crate::texts::Lang;
use crate::texts::Text;
use crate::transfer;
use crate::web;
use crate::web::setup::domain;
use crate::web::setup::draft::Kind;

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
    /// A browser that holds the set-up loses it.
    pub take_over: bool,
    /// The first invitation is made too.
    pub invite: bool,
    /// Backups are locked with it.
    pub backup_passphrase: Option<Secret>,
    /// PEM, for a certificate brought along.
    pub chain: Option<String>,
    pub key: Option<Secret>,
    /// The owner agrees to an authority's terms, or wants none to be asked.
    pub acme: Option<bool>,
}

/// What it came to.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Done {
    pub domain: String,
    pub owner: String,
    /// `own`: made here; `files`: brought along; `acme`: an authority is asked.
    pub certificate: String,
    pub home: bool,
    /// When the first backup is made, in the machine's time.
    pub backup_at: Option<String>,
    pub backup_locked: bool,
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

/// Whether an authority can be asked for the certificate of such a place.
pub fn refuse_authority(config: &Config, plan: &Plan) -> Result<(), Failure> {
    let refused = |what: &str, next: &str| Err(Failure::usage(format!("--certificate acme {what}"), next));
    if plan.acme != Some(true) {
        return Ok(());
    }
    if config.tls_files.is_some() {
        return refused("has no effect, as the machine's options name files", "leave it out, or IMERA_TLS_CERT");
    }
    if config.acme_directory.is_some() {
        return Ok(());
    }
    let domain = crate::config::domain_name(&plan.domain).unwrap_or_default();
    match (plan.home, acme::is_public(&domain)) {
        (true, _) => refused("is not for a home network", "leave it out: the machine makes its own"),
        (_, false) => refused(&format!("is not for {domain}, which no authority knows"), "take own or files"),
        _ => Ok(()),
    }
}

/// What is told when the disk did not take it: the same command works again.
const NOT_FINISHED: &str = "set-up was not finished";

/// What can be said of a plan before there is a folder for it. Gives it back as it was meant.
pub fn check(plan: Plan) -> Result<Plan, Failure> {
    let plan = as_meant(plan)?;
    chosen(&plan)?;
    if let Some(passphrase) = &plan.backup_passphrase
        && let Err(error) = transfer::lock::check(passphrase)
    {
        return Err(Failure { usage: true, ..Failure::of(error) });
    }
    owner_name(&plan)?;
    chosen_well(&plan)?;
    Ok(plan)
}

/// What the place is called, by the rules of the pages and in their sentences.
fn as_meant(plan: Plan) -> Result<Plan, Failure> {
    let book = Lang::En.book();
    let refused = |option: &str, value: &str, error: Text| {
        let what = format!("{option} cannot be \"{}\"", value.chars().take(80).collect::<String>());
        Failure::usage(what, book.plain(&error).trim_end_matches('.'))
    };
    let kind = match (plan.home, &plan.host) {
        (true, _) => Kind::Home,
        (false, Some(_)) => Kind::WebElsewhere,
        (false, None) => Kind::Internet,
    };
    let domain =
        domain::domain(&plan.domain, kind).map_err(|error| match domain::domain(&plan.domain, Kind::Home) {
            Ok(domain) => Failure::usage(format!("{domain} works in a home network only"), "add --home"),
            Err(_) => refused("--domain", &plan.domain, error),
        })?;
    let host = plan.host.as_deref();
    let host = host.map(|host| domain::machine(host, &domain).map_err(|error| refused("--host", host, error)));
    let host = host.transpose()?;
    let place = plan.place_name.as_deref().map(str::trim).unwrap_or_default();
    domain::place(place).map_err(|error| refused("--name", place, error))?;
    let place = if place.is_empty() { domain::default_place(&domain) } else { place.to_owned() };
    Ok(Plan { domain, host, place_name: Some(place), ..plan })
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

/// Checks everything, then makes the place. Cut short, nothing was done, and it can be run again.
pub async fn set_up(house: &House, plan: Plan) -> Result<Done, Failure> {
    let Some(_turn) = Turn::take(&house.setting_up) else {
        return Err(Failure::new("somebody else sets imera up just now", "look at imera setup state"));
    };
    if let Some(domain) = house.settings.domain() {
        let next = "change it with imera settings, or start over in an empty data folder";
        return Err(Failure::new(is_set_up(&domain), next));
    }
    let plan = if house.settings.profile().test { plan } else { as_meant(plan)? };
    refuse_authority(&house.config, &plan)?;
    refuse_while_held(house, plan.take_over).await?;
    let mut chosen = chosen(&plan)?;
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
    if let Some(passphrase) = plan.backup_passphrase.clone() {
        let recipient = transfer::lock::recipient_of(passphrase.into_zeroizing()).await.map_err(Failure::of)?;
        chosen.push((&settings::BACKUP_RECIPIENT, recipient));
    }
    let owner = owner(house, &plan).await?;
    let certificate = match plan.acme {
        _ if pair.is_some() => certs::Source::Own,
        Some(true) => certs::Source::Acme,
        _ => certs::Source::SelfSigned,
    };
    let name = owner.name.clone();
    let finishing = Finishing::new(&chosen, house.clock.utc()).map_err(|error| house.not_kept(NOT_FINISHED, error))?;
    let found = found(house, finishing, owner, pair).await;
    found.map_err(|error| house.not_kept(NOT_FINISHED, error))?;
    opened(house).await;
    let invite = match (plan.invite, house.accounts.find(&name)) {
        (true, Some(id)) => {
            let made = house.invites.create(Order::account(Some(id))).await;
            Some(invites::told(house, &domain, &made.map_err(|error| invites::of_order(house, error))?))
        }
        _ => None,
    };
    Ok(Done {
        owner: format!("{name}@{domain}"),
        domain,
        certificate: certificate.told().to_owned(),
        home: plan.home,
        backup_at: house.settings.text(&settings::BACKUP_AT),
        backup_locked: house.settings.text(&settings::BACKUP_RECIPIENT).is_some(),
        invite,
    })
}

/// Where a server waited for this, whoever is told that all is done can sign in.
async fn opened(house: &House) {
    if house.site.get().is_some() {
        let patience = Duration::from_millis(limits::SETUP_OPENS_MAX_MS);
        let _ = house.clock.timeout(patience, house.open.wait()).await;
    }
}

/// What who sets up a second time is told.
pub fn is_set_up(domain: &str) -> String {
    format!("this place is set up already, for {domain}")
}

/// Err: a browser is at it, and nobody said that it does not matter.
pub async fn refuse_while_held(house: &House, take_over: bool) -> Result<(), Failure> {
    let held = web::setup::draft::is_held(&house.store, house.clock.utc()).await;
    match held.map_err(|error| house.not_kept(NOT_FINISHED, error))? && !take_over {
        true => Err(Failure::new("a browser is at the set-up", "finish it there, or add --take-over")),
        false => Ok(()),
    }
}

/// One at a time: two that run side by side would both be told that theirs is the domain.
pub struct Turn<'a>(&'a AtomicBool);

impl Turn<'_> {
    pub fn take(taken: &AtomicBool) -> Option<Turn<'_>> {
        (!taken.swap(true, Ordering::AcqRel)).then(|| Turn(taken))
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

/// The same for the browser, whose pages have checked every answer.
pub async fn set_up_of_pages(house: &House, plan: web::setup::Plan) -> Result<(), StoreError> {
    // The pages tell who was faster by the domain that is there.
    let turn = Turn::take(&house.setting_up).filter(|_| house.settings.domain().is_none());
    let _turn = turn.ok_or(StoreError::Overloaded)?;
    let mut chosen = vec![
        (&settings::DOMAIN, plan.domain),
        (&settings::PLACE_NAME, plan.place_name),
        (&settings::LANGUAGE, plan.language.to_owned()),
        (&settings::BACKUP_AT, plan.backup_at),
        (&settings::BACKUP_KEEP, plan.backup_keep),
    ];
    chosen.extend(plan.host.map(|host| (&settings::HOST, host)));
    chosen.extend(plan.backup_lock.map(|lock| (&settings::BACKUP_RECIPIENT, lock)));
    chosen.extend(plan.home.then(|| (&settings::HOME, "on".to_owned())));
    chosen.extend(plan.acme.map(|acme| (&settings::ACME, settings::switch(acme))));
    let finishing = Finishing::new(&chosen, house.clock.utc());
    // The pages let nothing through that the settings refuse; if they did, this is a page 500.
    let finishing = finishing.map_err(|error| StoreError::Unavailable(error.to_string().into()))?;
    found(house, finishing, plan.owner, plan.brought).await
}

/// Owner, certificate and settings with the mark that it was done, in one transaction, which takes the wizard's draft
/// with it. Then the doors may open. Goes on when the caller gives up waiting.
async fn found(
    house: &House,
    finishing: Finishing,
    owner: Founder,
    pair: Option<certs::Pair>,
) -> Result<(), StoreError> {
    let (store, settings, accounts) = (house.store.clone(), house.settings.clone(), house.accounts.clone());
    let (at, set_up) = (house.clock.utc(), house.set_up.clone());
    let to_the_end = tokio::spawn(async move {
        let (rows, founder) = (finishing.clone(), owner.clone());
        let id = store.write(move |c| {
            rows.write(c)?;
            if let Some(pair) = &pair {
                certs::keep_in(c, certs::Source::Own, pair, at)?;
            }
            web::setup::draft::forget(c)?;
            founder.write(c, at)
        });
        accounts.learn_founder(id.await?, &owner);
        settings.learn(finishing);
        set_up.notify_one();
        Ok(())
    });
    to_the_end.await.map_err(|_| StoreError::Closed)?
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
        (&settings::ACME, "--certificate", plan.acme.map(settings::switch)),
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
    Ok(chosen)
}

fn owner_name(plan: &Plan) -> Result<String, Failure> {
    crate::xmpp::jid::prepare_local(&plan.owner).map_err(|_| {
        let what = format!("--owner cannot be \"{}\"", plan.owner.chars().take(80).collect::<String>());
        Failure::usage(what, "use letters, digits, dots and dashes")
    })
}

async fn owner(house: &House, plan: &Plan) -> Result<Founder, Failure> {
    let name = owner_name(plan)?;
    let shown = plan.display_name.as_deref().map(str::trim).filter(|shown| !shown.is_empty()).map(str::to_owned);
    match house.accounts.founder(&name, &plan.password, shown).await {
        Ok(founder) => Ok(founder),
        Err(CreateError::Password(error)) => {
            Err(Failure::usage(format!("the password cannot be used ({error})"), "choose another one"))
        }
        Err(error) => Err(house.not_kept(NOT_FINISHED, error)),
    }
}
