//! XEP-0077 In-Band Registration, version 2.4: change of password and removal of one's account.
//!
//! A device with a password of its own may do neither (`accounts/devices`): who finds a lost phone shall
//! not shut its owner out for good.
//!
//! Keeps no state. New accounts in-band are made before log-in, in `streams/c2s/register.rs`.

use super::At;
use super::Ctx;
use super::Feature;
use super::IqRoute;
use super::Outbox;
use super::Reply;
use super::Spec;
use super::writable;
use crate::accounts::ChangeError;
use crate::accounts::passwords;
use crate::accounts::passwords::About;
use crate::sessions::End;
use crate::texts::text;
use crate::xmpp::error::Condition;
use crate::xmpp::error::StanzaError;
use crate::xmpp::jid::prepare_local;
use crate::xmpp::ns;
use crate::xmpp::stanza::Iq;
use crate::xmpp::stanza::IqType;
use crate::xmpp::xml::Element;

pub const FEATURE: Feature = Feature {
    name: "register",
    specs: &[Spec { number: "XEP-0077", title: "In-Band Registration", version: "2.4", missing: None }],
    disco: &[(At::Host, ns::REGISTER)],
    iqs: &[
        IqRoute { at: At::Host, kind: IqType::Get, ns: ns::REGISTER, name: "query", answer: get },
        IqRoute { at: At::Host, kind: IqType::Set, ns: ns::REGISTER, name: "query", answer: set },
        IqRoute { at: At::Account, kind: IqType::Get, ns: ns::REGISTER, name: "query", answer: get },
        IqRoute { at: At::Account, kind: IqType::Set, ns: ns::REGISTER, name: "query", answer: set },
    ],
};

/// §3.1.2: who asks has an account already.
fn get<'a>(cx: &'a Ctx<'a>, _: &'a Iq, _: &'a mut Outbox) -> Reply<'a> {
    Box::pin(async move {
        about_oneself(cx)?;
        let field = |name: &'static str| Element::new(ns::REGISTER, name);
        let username = field("username").with_text(cx.session.jid().local().unwrap_or_default());
        Ok(Some(field("query").child(field("registered")).child(username).child(field("password"))))
    })
}

fn about_oneself(cx: &Ctx<'_>) -> Result<(), StanzaError> {
    match cx.account.is_none() || cx.is_own() {
        true => Ok(()),
        false => Err(StanzaError::service_unavailable("")),
    }
}

fn set<'a>(cx: &'a Ctx<'a>, iq: &'a Iq, out: &'a mut Outbox) -> Reply<'a> {
    Box::pin(async move {
        about_oneself(cx)?;
        let query = iq.payload();
        match query.find(ns::REGISTER, "remove") {
            Some(_) => remove(cx, &query, out),
            None => change_password(cx, &query).await,
        }
    })
}

/// §3.2: the account goes, answered before its streams end.
fn remove(cx: &Ctx<'_>, query: &Element, out: &mut Outbox) -> Result<Option<Element>, StanzaError> {
    if query.children().count() != 1 {
        return Err(StanzaError::bad_request("<remove/> stands alone."));
    }
    if cx.session.device().is_some() {
        return Err(cx.told(Condition::Forbidden, &text("register-device")));
    }
    writable(&cx.parts.store)?;
    if cx.parts.accounts.is_only_owner(cx.asker()) && !cx.parts.policy.registration {
        return Err(cx.told(Condition::NotAllowed, &text("admin-only-owner")));
    }
    out.remove.push((cx.asker(), cx.by()));
    Ok(None)
}

/// §3.3.
async fn change_password(cx: &Ctx<'_>, query: &Element) -> Result<Option<Element>, StanzaError> {
    let given = |name| query.find(ns::REGISTER, name).map(Element::text);
    let (Some(username), Some(password)) = (given("username"), given("password")) else {
        return Err(StanzaError::bad_request("A new password needs <username/> and <password/>."));
    };
    let own = cx.session.jid().local();
    if prepare_local(&username).ok().as_deref() != own {
        return Err(StanzaError::not_allowed("You can change your own password only."));
    }
    if password.is_empty() {
        return Err(StanzaError::bad_request("The password is empty."));
    }
    if cx.session.device().is_some() {
        return Err(cx.told(Condition::NotAuthorized, &text("register-device")));
    }
    let place = cx.parts.settings.place_name();
    if let (Some(rules), Some(name)) = (cx.parts.rules(&place), own) {
        let about = About { name, domain: rules.domain, place: rules.place };
        passwords::check(&password, &about).map_err(|weak| cx.told(Condition::NotAcceptable, &weak.text()))?;
    }
    writable(&cx.parts.store)?;
    match cx.parts.accounts.set_password(cx.asker(), &password).await {
        Ok(()) => {
            sign_out_others(cx);
            Ok(None)
        }
        Err(ChangeError::Password(_)) => Err(cx.told(Condition::NotAcceptable, &text("password-sign"))),
        Err(error) => {
            tracing::error!(%error, "a password was not changed");
            Err(StanzaError::internal_server_error("The password was not changed."))
        }
    }
}

/// Whoever knew the old password only, or holds a stream of it, is out.
fn sign_out_others(cx: &Ctx<'_>) {
    for session in cx.parts.sessions.of(cx.asker()).iter().filter(|session| session.jid() != cx.session.jid()) {
        session.end(End::SignedOut);
    }
}
