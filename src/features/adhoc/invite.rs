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
use crate::texts::text;
use crate::xmpp::error::Condition;
use crate::xmpp::form::Field;
use crate::xmpp::form::FieldKind;
use crate::xmpp::time;

pub(super) const COMMANDS: &[Command] = &[
    Command {
        node: "urn:xmpp:invite#invite",
        name: text("adhoc-invite"),
        who: Who::Member,
        form: None,
        run: |cx, _, _| Box::pin(invite(cx)),
    },
    Command {
        node: "urn:xmpp:invite#create-account",
        name: text("adhoc-invite-account"),
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
fn account_form(cx: &Ctx<'_>) -> Form {
    Form::about(FormKind::Form, "urn:xmpp:invite#create-account")
        .title(cx.say(&text("adhoc-invite-account")))
        .instructions(cx.say(&text("adhoc-invite-what")))
        .field(Field::new(FieldKind::TextSingle, "username").label(cx.say(&text("register-name"))))
        .field(
            Field::new(FieldKind::Boolean, "roster-subscription").label(cx.say(&text("adhoc-befriend"))).boolean(true),
        )
}

fn create_account<'a>(cx: &'a Ctx<'a>, form: &'a Form, _: &'a mut Outbox) -> Running<'a> {
    Box::pin(async move {
        let name = form.text("username")?.map(str::trim).filter(|name| !name.is_empty());
        if let (Some(name), Some(_)) = (name, quota(cx)) {
            // Owners may give any name away, members only what one could choose.
            let checked = cx.parts.accounts.check_name(name, cx.parts.domain.domain());
            checked.map_err(|error| cx.told(Condition::Conflict, &error.text()))?;
        }
        let befriend = form.boolean("roster-subscription")?.unwrap_or(true);
        made(cx, Order { name: name.map(str::to_owned), befriend, ..Order::account(Some(cx.asker())) }).await
    })
}

async fn made(cx: &Ctx<'_>, order: Order) -> Result<Option<Form>, StanzaError> {
    writable(&cx.parts.store)?;
    let made = cx.parts.invites.create(Order { quota: quota(cx), ..order }).await.map_err(|error| match error {
        OrderError::NameTaken => cx.told(Condition::Conflict, &text("adhoc-name-taken")),
        OrderError::Name => cx.told(Condition::JidMalformed, &text("name-odd")),
        OrderError::Quota(open) => cx.told(Condition::ResourceConstraint, &text("adhoc-quota").with("count", open)),
        OrderError::Store(error) => failed(error),
        // Nothing of it can be chosen here.
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
