//! XEP-0401 Ad-hoc Account Invitation Generation, version 0.6.0: its two commands.
//!
//! Keeps no state: invitations are `accounts/invites`. Where members may not make accounts their
//! invitations make contacts only, so that the address has no `ibr=y` (§5.1).

use super::Command;
use super::Ctx;
use super::Form;
use super::FormKind;
use super::Outbox;
use super::Running;
use super::StanzaError;
use super::Who;
use crate::accounts::Role;
use crate::accounts::invites::Order;
use crate::accounts::invites::OrderError;
use crate::features::failed;
use crate::features::writable;
use crate::settings::INVITE_QUOTA;
use crate::xmpp::form::Field;
use crate::xmpp::form::FieldKind;
use crate::xmpp::time;

pub(super) const COMMANDS: &[Command] = &[
    Command {
        node: "urn:xmpp:invite#invite",
        name: "Invite somebody",
        who: Who::Member,
        form: None,
        run: |cx, _, _| Box::pin(invite(cx)),
    },
    Command {
        node: "urn:xmpp:invite#create-account",
        name: "Invite somebody to an account here",
        who: Who::Inviter,
        form: Some(account_form),
        run: create_account,
    },
];

const INVITATION: &str = "urn:xmpp:invite#invitation";

/// What the asker may have open; `None`: owners count nothing.
fn quota(cx: &Ctx<'_>) -> Option<u32> {
    match cx.parts.accounts.role(cx.asker()) {
        Some(Role::Owner) => None,
        _ => Some(cx.parts.settings.number(&INVITE_QUOTA)),
    }
}

/// §5.1.
async fn invite(cx: &Ctx<'_>) -> Result<Option<Form>, StanzaError> {
    let order = match Who::Inviter.has(cx) {
        true => Order::account(Some(cx.asker())),
        false => Order::contact(cx.asker()),
    };
    made(cx, order).await
}

/// §5.4. RFC 6122's local part is RFC 7622's.
fn account_form(_: &Ctx<'_>) -> Form {
    Form::about(FormKind::Form, "urn:xmpp:invite#create-account")
        .title("Invite somebody to an account here")
        .instructions("Leave the name empty to let them choose it.")
        .field(Field::new(FieldKind::TextSingle, "username").label("Name of the account"))
        .field(Field::new(FieldKind::Boolean, "roster-subscription").label("Become contacts").boolean(true))
}

fn create_account<'a>(cx: &'a Ctx<'a>, form: &'a Form, _: &'a mut Outbox) -> Running<'a> {
    Box::pin(async move {
        let name = form.text("username")?.map(str::trim).filter(|name| !name.is_empty());
        if let (Some(name), Some(_)) = (name, quota(cx)) {
            // Owners may give any name away, members only what one could choose.
            let checked = cx.parts.accounts.check_name(name, cx.parts.domain.domain());
            checked.map_err(|error| StanzaError::conflict(error.to_string()))?;
        }
        let befriend = form.boolean("roster-subscription")?.unwrap_or(true);
        made(cx, Order { name: name.map(str::to_owned), befriend, ..Order::account(Some(cx.asker())) }).await
    })
}

async fn made(cx: &Ctx<'_>, order: Order) -> Result<Option<Form>, StanzaError> {
    writable(&cx.parts.store)?;
    let made = cx.parts.invites.create(Order { quota: quota(cx), ..order }).await.map_err(|error| match error {
        OrderError::NameTaken => StanzaError::conflict(error.to_string()),
        OrderError::Name => StanzaError::jid_malformed(error.to_string()),
        OrderError::Quota(_) => StanzaError::resource_constraint(error.to_string()),
        OrderError::Store(error) => failed(error),
        error => StanzaError::not_acceptable(error.to_string()),
    })?;
    let links = &cx.parts.links;
    let field = |var, value| Field::new(FieldKind::TextSingle, var).value(value);
    let result = Form::about(FormKind::Result, INVITATION)
        .field(field("uri", links.xmpp(&made)))
        .field(field("landing-url", links.landing(&made)))
        .field(field("expire", time::format(made.expires_at)));
    Ok(Some(result))
}
