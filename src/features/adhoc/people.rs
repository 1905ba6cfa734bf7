//! XEP-0133 Service Administration, version 1.3.1: what changes accounts.
//!
//! Keeps no state. Not offered: another's password or roster, which an owner is not to read;
//! messages of the day and of welcome; restart and shut-down, which are for who has the machine.

use super::Command;
use super::Ctx;
use super::Form;
use super::FormKind;
use super::Outbox;
use super::StanzaError;
use super::Who;
use crate::accounts::ChangeError;
use crate::accounts::CreateError;
use crate::accounts::Role;
use crate::audit;
use crate::audit::Deed;
use crate::features::failed;
use crate::features::writable;
use crate::limits;
use crate::sessions::End;
use crate::sessions::Item;
use crate::store::AccountId;
use crate::texts::Text;
use crate::texts::text;
use crate::xmpp::error::Condition;
use crate::xmpp::form::Field;
use crate::xmpp::form::FieldKind;
use crate::xmpp::jid::Jid;
use crate::xmpp::ns;
use crate::xmpp::stanza::Message;
use crate::xmpp::stanza::MessageType;
use crate::xmpp::xml::Element;

/// A command that only owners see.
macro_rules! of_owners {
    ($node:literal, $name:expr, $form:expr, $run:ident) => {
        Command {
            node: concat!("http://jabber.org/protocol/admin#", $node),
            name: $name,
            who: Who::Owner,
            form: $form,
            run: |cx, form, out| Box::pin($run(cx, form, out)),
        }
    };
}
pub(super) use of_owners;

pub(super) const COMMANDS: &[Command] = &[
    of_owners!("add-user", text("adhoc-add"), Some(add_form), add),
    of_owners!("delete-user", text("adhoc-remove"), Some(accounts_form), delete),
    of_owners!("disable-user", text("adhoc-lock"), Some(accounts_form), disable),
    of_owners!("reenable-user", text("adhoc-unlock"), Some(accounts_form), reenable),
    of_owners!("end-user-session", text("adhoc-sign-out"), Some(accounts_form), end_sessions),
    of_owners!("change-user-password", text("adhoc-password"), Some(password_form), change_password),
    of_owners!("announce", text("adhoc-announce"), Some(announce_form), announce),
    of_owners!("edit-admin", text("adhoc-owners"), Some(owners_form), edit_owners),
];

type Done = Result<Option<Form>, StanzaError>;

fn form(cx: &Ctx<'_>, title: &Text) -> Form {
    Form::about(FormKind::Form, ns::ADMIN).title(cx.say(title))
}

pub(super) fn account_field(cx: &Ctx<'_>) -> Field {
    Field::new(FieldKind::JidSingle, "accountjid").label(cx.say(&text("adhoc-address"))).required()
}

pub(super) fn accounts_form(cx: &Ctx<'_>) -> Form {
    let addresses = Field::new(FieldKind::JidMulti, "accountjids").label(cx.say(&text("adhoc-addresses")));
    form(cx, &text("adhoc-accounts")).field(addresses.required())
}

fn add_form(cx: &Ctx<'_>) -> Form {
    let field = |kind, var, label: Text| Field::new(kind, var).label(cx.say(&label));
    form(cx, &text("adhoc-add"))
        .field(account_field(cx))
        .field(field(FieldKind::TextPrivate, "password", text("password-label")).required())
        .field(field(FieldKind::TextPrivate, "password-verify", text("password-again")))
        .field(field(FieldKind::TextSingle, "given_name", text("adhoc-given-name")))
        .field(field(FieldKind::TextSingle, "surname", text("adhoc-family-name")))
}

fn password_form(cx: &Ctx<'_>) -> Form {
    let password = Field::new(FieldKind::TextPrivate, "password").label(cx.say(&text("me-password-new"))).required();
    form(cx, &text("adhoc-password")).field(account_field(cx)).field(password)
}

fn announce_form(cx: &Ctx<'_>) -> Form {
    let words = Field::new(FieldKind::TextMulti, "announcement").label(cx.say(&text("adhoc-announce-what")));
    form(cx, &text("adhoc-announce")).field(words.required())
}

fn owners_form(cx: &Ctx<'_>) -> Form {
    let all = cx.parts.accounts.owners();
    let owners = all.iter().filter_map(|owner| cx.parts.accounts.name(*owner));
    let addresses = owners.map(|name| Jid::of_prepared(Some(&name), cx.parts.domain.domain(), None).to_string());
    let field = Field::new(FieldKind::JidMulti, "adminjids").label(cx.say(&text("adhoc-owners-who"))).required();
    form(cx, &text("adhoc-owners")).field(field.values(addresses))
}

/// The account at an address of ours.
pub(super) fn account(cx: &Ctx<'_>, jid: &Jid) -> Result<AccountId, StanzaError> {
    let local = jid.local().filter(|_| jid.domain() == cx.parts.domain.domain());
    local.and_then(|local| cx.parts.accounts.find(local)).ok_or_else(|| {
        let words = text("adhoc-nobody").with("address", jid.to_bare().as_str());
        cx.told(Condition::ItemNotFound, &words)
    })
}

/// What `accountjids` names; all are there.
pub(super) fn accounts(cx: &Ctx<'_>, form: &Form) -> Result<Vec<(Jid, AccountId)>, StanzaError> {
    let jids = form.jids("accountjids")?.unwrap_or_default();
    jids.into_iter().map(|jid| account(cx, &jid).map(|account| (jid, account))).collect()
}

/// A place keeps an owner, and nobody locks themself out.
fn spare(cx: &Ctx<'_>, accounts: &[(Jid, AccountId)]) -> Result<(), StanzaError> {
    let named = |account: &AccountId| accounts.iter().any(|(_, other)| other == account);
    if named(&cx.asker()) {
        return Err(cx.told(Condition::NotAllowed, &text("adhoc-own")));
    }
    match cx.parts.accounts.owners().iter().all(named) {
        true => Err(cx.told(Condition::NotAllowed, &text("admin-only-owner"))),
        false => Ok(()),
    }
}

fn of_change(cx: &Ctx<'_>, error: ChangeError) -> StanzaError {
    match error {
        ChangeError::Password(_) => cx.told(Condition::NotAcceptable, &text("password-sign")),
        ChangeError::Unknown => cx.told(Condition::ItemNotFound, &text("adhoc-gone")),
        ChangeError::OnlyOwner => cx.told(Condition::NotAllowed, &text("admin-only-owner")),
        ChangeError::Store(error) => failed(error),
    }
}

/// A line in the log of changes, for what has none of its own.
async fn note(cx: &Ctx<'_>, deed: Deed) -> Result<(), StanzaError> {
    cx.parts.store.write(audit::job(cx.by(), deed, cx.parts.clock.utc())).await.map_err(failed)
}

/// §4.1. Any name and password: external suites make their accounts with it.
async fn add(cx: &Ctx<'_>, form: &Form, _: &mut Outbox) -> Done {
    let jid = form.jid("accountjid")?.ok_or_else(|| StanzaError::bad_request("Which address?"))?;
    let Some(name) = jid.local().filter(|_| jid.domain() == cx.parts.domain.domain() && jid.is_bare()) else {
        let words = text("adhoc-elsewhere").with("domain", cx.parts.domain.domain());
        return Err(cx.told(Condition::NotAcceptable, &words));
    };
    let password = form.text("password")?.unwrap_or_default();
    if form.text("password-verify")?.is_some_and(|again| !again.is_empty() && again != password) {
        return Err(cx.told(Condition::NotAcceptable, &text("password-differs")));
    }
    writable(&cx.parts.store)?;
    let created = cx.parts.accounts.create(name, password, Role::Member).await;
    let account = created.map_err(|error| match error {
        CreateError::Exists => cx.told(Condition::Conflict, &text("adhoc-name-taken")),
        CreateError::Name(_) => cx.told(Condition::NotAcceptable, &text("name-odd")),
        CreateError::Password(_) => cx.told(Condition::NotAcceptable, &text("password-sign")),
        CreateError::Store(error) => failed(error),
    })?;
    let names = [form.text("given_name")?, form.text("surname")?];
    let shown =
        names.into_iter().flatten().map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    if !shown.is_empty() && shown.len() <= limits::ROSTER_NAME_MAX_BYTES {
        cx.parts.accounts.set_display_name(account, Some(shown)).await.map_err(|error| of_change(cx, error))?;
    }
    note(cx, Deed::Added { name: name.to_owned() }).await?;
    Ok(None)
}

/// §4.2.
async fn delete(cx: &Ctx<'_>, form: &Form, out: &mut Outbox) -> Done {
    let accounts = accounts(cx, form)?;
    spare(cx, &accounts)?;
    writable(&cx.parts.store)?;
    out.remove.extend(accounts.into_iter().map(|(_, account)| (account, cx.by())));
    Ok(None)
}

/// §4.3: its sessions end, and log-in is refused.
async fn disable(cx: &Ctx<'_>, form: &Form, _: &mut Outbox) -> Done {
    let accounts = accounts(cx, form)?;
    spare(cx, &accounts)?;
    writable(&cx.parts.store)?;
    for (_, account) in accounts {
        cx.parts.accounts.lock(account, &cx.by()).await.map_err(|error| of_change(cx, error))?;
        end(cx, account, None);
    }
    Ok(None)
}

/// §4.4.
async fn reenable(cx: &Ctx<'_>, form: &Form, _: &mut Outbox) -> Done {
    writable(&cx.parts.store)?;
    for (_, account) in accounts(cx, form)? {
        cx.parts.accounts.unlock(account, &cx.by()).await.map_err(|error| of_change(cx, error))?;
    }
    Ok(None)
}

/// §4.5: all of a bare address, one of a full one.
async fn end_sessions(cx: &Ctx<'_>, form: &Form, _: &mut Outbox) -> Done {
    for (jid, account) in accounts(cx, form)? {
        end(cx, account, jid.resource());
        note(cx, Deed::SignedOut { name: jid.local().unwrap_or_default().to_owned() }).await?;
    }
    Ok(None)
}

/// Ends sessions, but not the one that asks.
fn end(cx: &Ctx<'_>, account: AccountId, resource: Option<&str>) {
    let sessions = cx.parts.sessions.of(account);
    let meant = sessions.iter().filter(|session| resource.is_none() || session.jid().resource() == resource);
    meant.filter(|session| session.jid() != cx.session.jid()).for_each(|session| session.end(End::SignedOut));
}

/// §4.7: who is signed in with the old one has to sign in again.
async fn change_password(cx: &Ctx<'_>, form: &Form, _: &mut Outbox) -> Done {
    let jid = form.jid("accountjid")?.ok_or_else(|| StanzaError::bad_request("Which address?"))?;
    let account = account(cx, &jid)?;
    writable(&cx.parts.store)?;
    let password = form.text("password")?.unwrap_or_default();
    cx.parts.accounts.set_password(account, password).await.map_err(|error| of_change(cx, error))?;
    end(cx, account, None);
    note(cx, Deed::Password { name: jid.local().unwrap_or_default().to_owned() }).await?;
    Ok(None)
}

/// §4.23: a headline for every device that is online.
async fn announce(cx: &Ctx<'_>, form: &Form, _: &mut Outbox) -> Done {
    let words = form.lines("announcement").unwrap_or_default();
    if words.len() > limits::ANNOUNCEMENT_MAX_BYTES {
        return Err(cx.told(Condition::NotAcceptable, &text("adhoc-announce-long")));
    }
    let mut message = Message::new(MessageType::Headline);
    message.head.from = Some(cx.parts.domain.clone());
    message.content.push(Element::new(ns::CLIENT, "subject").with_text(cx.parts.settings.place_name()));
    message.content.push(Element::new(ns::CLIENT, "body").with_text(words));
    for session in cx.parts.sessions.all().iter().filter(|session| session.presence().is_some()) {
        message.head.to = Some(session.jid().clone());
        session.push(Item::message(&message));
    }
    Ok(None)
}

/// §4.29: exactly these are owners from now on.
async fn edit_owners(cx: &Ctx<'_>, form: &Form, _: &mut Outbox) -> Done {
    let named = form.jids("adminjids")?.unwrap_or_default();
    let wanted: Vec<AccountId> = named.iter().map(|jid| account(cx, jid)).collect::<Result<_, _>>()?;
    if !wanted.iter().any(|owner| cx.parts.accounts.closed(*owner).is_none()) {
        return Err(cx.told(Condition::NotAllowed, &text("adhoc-owner-closed")));
    }
    writable(&cx.parts.store)?;
    let accounts = &cx.parts.accounts;
    for owner in &wanted {
        accounts.set_role(*owner, Role::Owner, &cx.by()).await.map_err(|error| of_change(cx, error))?;
    }
    for owner in accounts.owners().into_iter().filter(|owner| !wanted.contains(owner)) {
        accounts.set_role(owner, Role::Member, &cx.by()).await.map_err(|error| of_change(cx, error))?;
    }
    Ok(None)
}
