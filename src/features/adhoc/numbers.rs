//! XEP-0133 Service Administration, version 1.3.1: what tells how many there are, and who.
//!
//! Keeps no state. Addresses that people come from are not kept, so §4.10 tells none.

use super::Command;
use super::Ctx;
use super::Form;
use super::FormKind;
use super::Outbox;
use super::StanzaError;
use super::Who;
use super::people::account;
use super::people::account_field;
use super::people::accounts;
use super::people::accounts_form;
use super::people::of_owners;
use crate::accounts::Account;
use crate::features::failed;
use crate::limits;
use crate::store::AccountId;
use crate::texts::text;
use crate::xmpp::error::Condition;
use crate::xmpp::form::Field;
use crate::xmpp::form::FieldKind;
use crate::xmpp::jid::Jid;
use crate::xmpp::ns;
use crate::xmpp::time;

pub(super) const COMMANDS: &[Command] = &[
    of_owners!("get-user-lastlogin", text("adhoc-seen"), Some(accounts_form), last_login),
    of_owners!("get-user-statistics", text("adhoc-has"), Some(account_form), statistics),
    of_owners!("get-registered-users-num", text("adhoc-number"), None, registered_number),
    of_owners!("get-disabled-users-num", text("adhoc-number-locked"), None, disabled_number),
    of_owners!("get-online-users-num", text("adhoc-number-online"), None, online_number),
    of_owners!("get-registered-users-list", text("adhoc-list"), Some(list_form), registered_list),
    of_owners!("get-disabled-users-list", text("adhoc-list-locked"), Some(list_form), disabled_list),
    of_owners!("get-online-users-list", text("adhoc-list-online"), Some(list_form), online_list),
];

type Done = Result<Option<Form>, StanzaError>;

fn result() -> Form {
    Form::about(FormKind::Result, ns::ADMIN)
}

fn account_form(cx: &Ctx<'_>) -> Form {
    Form::about(FormKind::Form, ns::ADMIN).title(cx.say(&text("adhoc-has"))).field(account_field(cx))
}

fn list_form(cx: &Ctx<'_>) -> Form {
    let field = Field::new(FieldKind::ListSingle, "max_items").label(cx.say(&text("adhoc-most"))).value("none");
    let choices = ["25", "50", "75", "100", "150", "200"];
    let field = choices.into_iter().fold(field, |field, number| field.choice(number, number));
    Form::about(FormKind::Form, ns::ADMIN)
        .title(cx.say(&text("adhoc-accounts")))
        .field(field.choice("none", cx.say(&text("adhoc-all"))))
}

async fn all(cx: &Ctx<'_>) -> Result<Vec<Account>, StanzaError> {
    cx.parts.accounts.list().await.map_err(failed)
}

fn is_online(cx: &Ctx<'_>, account: AccountId) -> bool {
    cx.parts.sessions.of(account).iter().any(|session| session.presence().is_some())
}

/// §4.9: now, for who is online; empty for who never was.
async fn last_login(cx: &Ctx<'_>, form: &Form, _: &mut Outbox) -> Done {
    let known = all(cx).await?;
    let mut addresses = Field::new(FieldKind::JidMulti, "accountjids");
    let mut times = Field::new(FieldKind::TextMulti, "lastlogin");
    for (jid, account) in accounts(cx, form)? {
        let seen = known.iter().find(|one| one.id == account).and_then(|one| one.last_seen_at);
        let seen = if is_online(cx, account) { Some(cx.parts.clock.utc()) } else { seen };
        addresses = addresses.value(jid.to_bare().to_string());
        times = times.value(seen.map(time::format).unwrap_or_default());
    }
    Ok(Some(result().field(addresses).field(times)))
}

/// §4.10.
async fn statistics(cx: &Ctx<'_>, form: &Form, _: &mut Outbox) -> Done {
    let jid = form.jid("accountjid")?.ok_or_else(|| StanzaError::bad_request("Which address?"))?;
    let account = account(cx, &jid)?;
    let roster = cx.parts.rosters.get(account).await.map_err(failed)?;
    let sessions = cx.parts.sessions.of(account);
    let online = sessions.iter().filter(|session| session.presence().is_some());
    let resources = online.filter_map(|session| session.jid().resource().map(str::to_owned));
    let size = Field::new(FieldKind::TextSingle, "rostersize").value(roster.listed().count().to_string());
    Ok(Some(result().field(size).field(Field::new(FieldKind::TextMulti, "onlineresources").values(resources))))
}

fn number(var: &'static str, number: usize) -> Done {
    Ok(Some(result().field(Field::new(FieldKind::TextSingle, var).value(number.to_string()))))
}

async fn registered_number(cx: &Ctx<'_>, _: &Form, _: &mut Outbox) -> Done {
    number("registeredusersnum", cx.parts.accounts.len())
}

async fn disabled_number(cx: &Ctx<'_>, _: &Form, _: &mut Outbox) -> Done {
    number("disabledusersnum", all(cx).await?.iter().filter(|account| account.locked_at.is_some()).count())
}

async fn online_number(cx: &Ctx<'_>, _: &Form, _: &mut Outbox) -> Done {
    let mut online: Vec<AccountId> = online(cx).into_iter().map(|(account, _)| account).collect();
    online.sort_unstable();
    online.dedup();
    number("onlineusersnum", online.len())
}

fn online(cx: &Ctx<'_>) -> Vec<(AccountId, Jid)> {
    let sessions = cx.parts.sessions.all();
    let there = sessions.iter().filter(|session| session.presence().is_some());
    there.map(|session| (session.account(), session.jid().clone())).collect()
}

/// §4.18: as many as were asked for; an error where that is more than anybody reads.
fn list(cx: &Ctx<'_>, form: &Form, var: &'static str, mut jids: Vec<String>) -> Done {
    let asked = form.text("max_items")?.and_then(|text| text.parse::<usize>().ok());
    jids.sort_unstable();
    match asked {
        Some(asked) => jids.truncate(asked),
        None if jids.len() > limits::ADHOC_LIST_MAX => {
            return Err(cx.told(Condition::ResourceConstraint, &text("adhoc-too-many")));
        }
        None => {}
    }
    Ok(Some(result().field(Field::new(FieldKind::JidMulti, var).values(jids))))
}

fn address(cx: &Ctx<'_>, account: &Account) -> String {
    Jid::of_prepared(Some(&account.name), cx.parts.domain.domain(), None).to_string()
}

async fn registered_list(cx: &Ctx<'_>, form: &Form, _: &mut Outbox) -> Done {
    list(cx, form, "registereduserjids", all(cx).await?.iter().map(|account| address(cx, account)).collect())
}

async fn disabled_list(cx: &Ctx<'_>, form: &Form, _: &mut Outbox) -> Done {
    let accounts = all(cx).await?;
    let locked = accounts.iter().filter(|account| account.locked_at.is_some());
    list(cx, form, "disableduserjids", locked.map(|account| address(cx, account)).collect())
}

async fn online_list(cx: &Ctx<'_>, form: &Form, _: &mut Outbox) -> Done {
    let mut jids: Vec<String> = online(cx).into_iter().map(|(_, jid)| jid.to_bare().to_string()).collect();
    jids.sort_unstable();
    jids.dedup();
    list(cx, form, "onlineuserjids", jids)
}
