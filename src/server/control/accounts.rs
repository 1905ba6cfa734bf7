//! Questions about people: add, list, remove, new password or a link to one. Keeps no state.

use std::fmt::Display;

use serde::Deserialize;
use serde_json::Value;
use serde_json::json;

use super::Progress;
use super::Reply;
use super::date;
use super::invites;
use super::read;
use crate::accounts::ChangeError;
use crate::accounts::CreateError;
use crate::accounts::Role;
use crate::accounts::batch::NewAccount;
use crate::audit::Deed;
use crate::server::failure::Failure;
use crate::server::house::House;
use crate::server::people;
use crate::server::secret::Secret;
use crate::xmpp::jid::prepare_local;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    name: String,
    password: Secret,
    #[serde(default)]
    role: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Batch {
    accounts: Vec<New>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    name: String,
    #[serde(default)]
    password: Option<Secret>,
}

pub(super) async fn add(house: &House, with: Value) -> Reply {
    let domain = house.domain()?;
    let new: New = read(with)?;
    let role = role(new.role.as_deref())?;
    let name = local(&new.name, &domain)?;
    match house.accounts.create(&name, &new.password, role).await {
        Ok(_) => {
            house.note(Deed::Added { name: name.clone() }).await;
            Ok(json!({ "address": format!("{name}@{domain}"), "role": role.as_str() }))
        }
        Err(CreateError::Exists) => {
            let next = format!("choose another name, or give it a new password by imera account reset {name}");
            Err(Failure::new(format!("{name}@{domain} exists already"), next))
        }
        Err(error) => Err(of_create(house, &name, error)),
    }
}

/// Existing names are skipped. Names and passwords are all checked before the first is made.
pub(super) async fn add_batch(house: &House, with: Value, progress: &Progress) -> Reply {
    let domain = house.domain()?;
    let batch: Batch = read(with)?;
    let of = batch.accounts.len() as u64;
    let mut accounts = Vec::with_capacity(batch.accounts.len());
    for (number, new) in (1..).zip(batch.accounts) {
        let in_line = |failure: Failure| Failure { line: format!("account {number}: {}", failure.line), ..failure };
        let name = local(&new.name, &domain).map_err(in_line)?;
        let role = role(new.role.as_deref()).map_err(in_line)?;
        accounts.push(NewAccount { name, password: new.password.into_zeroizing(), role });
    }
    progress.step("accounts", 0, of);
    let made = house.accounts.create_batch(accounts, |done| progress.step("accounts", done as u64, of)).await;
    let made = made.map_err(|error| of_create(house, &format!("number {}", error.number), error.error))?;
    house.note(Deed::AddedMany { count: made.created }).await;
    Ok(json!({ "added": made.created, "existing": made.existing }))
}

pub(super) async fn list(house: &House) -> Reply {
    let domain = house.domain()?;
    let accounts = house.accounts.list().await.map_err(not_read)?;
    let rows = accounts.iter().map(|account| {
        json!({
            "name": &*account.name,
            "address": format!("{}@{domain}", account.name),
            "role": account.role.as_str(),
            "display_name": account.display_name,
            "created_at": date(account.created_at),
            "last_seen_at": account.last_seen_at.and_then(date),
            "locked_at": account.locked_at.and_then(date),
            "leaves_at": account.leaves_at.and_then(date),
        })
    });
    Ok(Value::Array(rows.collect()))
}

pub(super) async fn remove(house: &House, with: Value) -> Reply {
    let domain = house.domain()?;
    let named: Named = read(with)?;
    let name = local(&named.name, &domain)?;
    let id = house.accounts.find(&name).ok_or_else(|| unknown(&name, &domain))?;
    if house.accounts.is_only_owner(id) {
        let what = format!("{name} is the only owner");
        return Err(Failure::new(what, "add another one first, with --role owner"));
    }
    people::remove(house, id).await?;
    Ok(json!({ "address": format!("{name}@{domain}") }))
}

/// The password that was given, so that who is signed in with the old one has to sign in again; else
/// a link by which its owner chooses one.
pub(super) async fn reset(house: &House, with: Value) -> Reply {
    let domain = house.domain()?;
    let named: Named = read(with)?;
    let name = local(&named.name, &domain)?;
    let id = house.accounts.find(&name).ok_or_else(|| unknown(&name, &domain))?;
    let address = format!("{name}@{domain}");
    let Some(password) = &named.password else {
        let made = house.invites.reset_link(id, None).await.map_err(|error| invites::of_order(house, error))?;
        let mut told = invites::told(house, &domain, &made);
        told["address"] = json!(address);
        return Ok(told);
    };
    house.accounts.set_password(id, password).await.map_err(|error| match error {
        ChangeError::Password(error) => refused_password(&name, error),
        error => house.not_kept(&format!("the password of {name} was not changed"), error),
    })?;
    people::sign_out(house, id);
    house.note(Deed::Password { name }).await;
    Ok(json!({ "address": address }))
}

/// `romeo` or `romeo@our.domain`, prepared.
fn local(text: &str, domain: &str) -> Result<String, Failure> {
    let bare = text.strip_suffix(domain).and_then(|text| text.strip_suffix('@')).unwrap_or(text);
    prepare_local(bare).map_err(|_| {
        let what = format!("\"{}\" cannot be an account's name", text.chars().take(80).collect::<String>());
        Failure::usage(what, "use letters, digits, dots and dashes")
    })
}

fn role(text: Option<&str>) -> Result<Role, Failure> {
    let Some(text) = text else { return Ok(Role::Member) };
    text.parse().map_err(|_| Failure::usage(format!("there is no role \"{text}\""), "take owner, member or limited"))
}

fn unknown(name: &str, domain: &str) -> Failure {
    Failure::new(format!("there is no account {name}@{domain}"), "imera account list names those there are")
}

fn not_read(error: impl Display) -> Failure {
    Failure::new(format!("the accounts cannot be read ({error})"), "run imera check database")
}

fn refused_password(name: &str, error: impl Display) -> Failure {
    Failure::usage(format!("the password of {name} cannot be used ({error})"), "choose another one")
}

fn of_create(house: &House, name: &str, error: CreateError) -> Failure {
    match error {
        CreateError::Name(_) => Failure::usage(format!("{name} cannot be an account's name"), "use letters and digits"),
        CreateError::Password(error) => refused_password(name, error),
        CreateError::Exists => Failure::new(format!("{name} exists already"), "choose another name"),
        CreateError::Store(error) => house.not_kept(&format!("{name} was not added"), error),
    }
}
