//! XEP-0077 In-Band Registration, version 2.4, §3.1, and XEP-0445 Pre-Authenticated In-Band
//! Registration, version 0.2.0: a new account before log-in, or a new password by a reset link.
//!
//! By an invitation, or by the link that signs one app in (accounts/devices); without one in the test profile only. Without TLS never (§9). The token comes
//! in a `<preauth/>`, or as the field `token` of the form, for apps that know forms only.

use std::net::IpAddr;

use super::wire::Gone;
use super::wire::Wire;
use crate::accounts::CreateError;
use crate::accounts::Role;
use crate::accounts::devices::DeviceTicket;
use crate::accounts::invites::Kind;
use crate::accounts::invites::Looked;
use crate::accounts::invites::Ticket;
use crate::accounts::invites::token_in;
use crate::accounts::joining::JoinError;
use crate::accounts::joining::Joined;
use crate::accounts::names::NameError;
use crate::features::Parts;
use crate::features::failed;
use crate::features::writable;
use crate::route::entry;
use crate::xmpp::error::ErrorType;
use crate::xmpp::error::StanzaError;
use crate::xmpp::error::StreamCondition;
use crate::xmpp::error::StreamError;
use crate::xmpp::form::Field;
use crate::xmpp::form::FieldKind;
use crate::xmpp::form::Form;
use crate::xmpp::form::FormKind;
use crate::xmpp::ns;
use crate::xmpp::stanza::Iq;
use crate::xmpp::stanza::IqType;
use crate::xmpp::stanza::Stanza;
use crate::xmpp::xml::Element;
use crate::xmpp::xml::reader::Raw;

/// The field of the form for an invitation.
const TOKEN: &str = "token";

/// What somebody who has not logged in has shown so far.
pub struct Registration {
    pub address: IpAddr,
    /// The invitation that was shown. It holds for this stream, even when it runs out meanwhile.
    ticket: Option<Box<Ticket>>,
    /// Or the code that signs one app in.
    device: Option<Box<DeviceTicket>>,
}

/// §8, XEP-0445 §3, and what apps from before XEP-0445 look for.
pub fn features() -> [Element; 3] {
    [ns::REGISTER_FEATURE, ns::IBR_TOKEN, ns::INVITE].map(|ns| Element::new(ns, "register"))
}

impl Registration {
    pub fn new(address: IpAddr) -> Registration {
        Registration { address, ticket: None, device: None }
    }

    /// Answers an IQ of somebody who has not logged in.
    pub async fn answer(&mut self, parts: &Parts, wire: &mut Wire, raw: Raw) -> Result<(), Gone> {
        let iq = match raw.into_stanza() {
            Some(Ok(Stanza::Iq(iq))) if iq.is_request() => iq,
            Some(Err(refused)) => {
                if let Some(answer) = refused.answer() {
                    wire.send(&answer.to_xml());
                }
                return Ok(());
            }
            _ => return Err(StreamError::new(StreamCondition::NotAuthorized, "Log in first.").into()),
        };
        let payload = iq.payload();
        let done = match iq.kind {
            IqType::Set if payload.is(ns::PARS, "preauth") => {
                self.show(parts, payload.get("token").unwrap_or_default()).await.map(|()| None)
            }
            IqType::Get if payload.is(ns::REGISTER, "query") => Ok(Some(self.form(parts))),
            IqType::Set if payload.is(ns::REGISTER, "query") => self.register(parts, &payload).await.map(|()| None),
            _ => return Err(StreamError::new(StreamCondition::NotAuthorized, "Log in first.").into()),
        };
        let answer = done.map_or_else(|error| refuse(&iq, &error), |payload| iq.result(payload));
        wire.send(&answer.to_xml());
        Ok(())
    }

    /// XEP-0445 §4: whether a token holds is asked here and not again.
    async fn show(&mut self, parts: &Parts, token: &str) -> Result<(), StanzaError> {
        if parts.accounts.throttle().may_try_token(self.address, parts.clock.since_start()).is_ok() {
            self.device = parts.accounts.device_of_token(token).await.map_err(failed)?.map(Box::new);
        }
        if self.device.is_some() {
            return Ok(());
        }
        match parts.invites.look(token, Some(self.address)).await.map_err(failed)? {
            Looked::Valid(ticket) if ticket.kind != Kind::Contact => {
                self.ticket = Some(ticket);
                Ok(())
            }
            over => Err(of_token(&over)),
        }
    }

    fn form(&self, parts: &Parts) -> Element {
        let field = |name: &'static str| Element::new(ns::REGISTER, name);
        let needs_token = self.ticket.is_none() && self.device.is_none() && !parts.policy.registration;
        let text = match (needs_token, self.ticket.as_ref().map(|ticket| ticket.kind)) {
            (true, _) => "New accounts are by invitation. Paste yours, choose a name and a password.",
            (_, Some(Kind::Reset)) => "Choose a new password.",
            _ => "Choose a name and a password.",
        };
        let named = self.ticket.as_ref().and_then(|ticket| ticket.name.clone());
        let name = named.or(self.device.as_ref().map(|device| device.name.clone())).unwrap_or_default();
        let mut username = Field::new(FieldKind::TextSingle, "username").label("Name").required();
        if !name.is_empty() {
            username = username.value(&*name);
        }
        let mut form = Form::about(FormKind::Form, ns::REGISTER).instructions(text);
        if needs_token {
            form = form.field(Field::new(FieldKind::TextSingle, TOKEN).label("Invitation").required());
        }
        let password = Field::new(FieldKind::TextPrivate, "password").label("Password").required();
        field("query")
            .child(field("instructions").with_text(text))
            .child(field("username").with_text(&*name))
            .child(field("password"))
            .child(form.field(username).field(password).to_element())
    }

    /// §3.1.3, §4: from the form, if there is one.
    async fn register(&mut self, parts: &Parts, query: &Element) -> Result<(), StanzaError> {
        let form = Form::submitted(query, ns::REGISTER)?;
        let text = |name: &'static str| match &form {
            Some(form) => form.text(name).ok().flatten().map(str::to_owned),
            None => query.find(ns::REGISTER, name).map(Element::text),
        };
        let given = |name| text(name).filter(|text| !text.is_empty());
        let (Some(name), Some(password)) = (given("username"), given("password")) else {
            return Err(StanzaError::not_acceptable("A name and a password are needed."));
        };
        writable(&parts.store)?;
        if let (None, None, Some(token)) = (&self.ticket, &self.device, given(TOKEN)) {
            self.show(parts, token_in(&token)).await?;
        }
        if let Some(device) = &self.device {
            return sign_in(parts, device, &name, &password).await;
        }
        match &self.ticket {
            Some(ticket) if ticket.kind == Kind::Reset => reset(parts, ticket, &name, &password).await,
            Some(ticket) => join(parts, ticket, &name, &password).await,
            None if parts.policy.registration => create(parts, &name, &password).await,
            None => Err(StanzaError::not_allowed("New accounts are by invitation only.")),
        }
    }
}

/// §3.1.3: the password is not sent back.
fn refuse(iq: &Iq, error: &StanzaError) -> Iq {
    let mut answer = iq.result(None);
    answer.kind = IqType::Error;
    answer.content.push(error.to_element());
    answer
}

/// XEP-0445 §4.
fn of_token(over: &Looked) -> StanzaError {
    match over {
        Looked::TooFast { .. } => StanzaError::resource_constraint("Too many wrong invitations; wait a minute."),
        Looked::Used { .. } | Looked::Full { .. } => StanzaError::item_not_found("This invitation has been used."),
        Looked::RanOut { .. } => StanzaError::item_not_found("This invitation has run out."),
        _ => StanzaError::item_not_found("This invitation is not known here, or was taken back."),
    }
}

async fn join(parts: &Parts, ticket: &Ticket, name: &str, password: &str) -> Result<(), StanzaError> {
    match entry::join(parts, ticket, name, password).await.map_err(of_join)? {
        Joined::In { .. } => Ok(()),
        // What was chosen is kept: the same name and password log in once the owner has said yes.
        Joined::Waits { .. } => {
            let text = "You are nearly in: the owner has to say yes first. Sign in later with this name and password.";
            Err(StanzaError::not_allowed(text).of_type(ErrorType::Wait))
        }
    }
}

async fn reset(parts: &Parts, ticket: &Ticket, name: &str, password: &str) -> Result<(), StanzaError> {
    let own = crate::xmpp::jid::prepare_local(name).ok();
    if own.as_deref() != ticket.name.as_deref() {
        return Err(StanzaError::not_acceptable("This link is for another account."));
    }
    entry::reset(parts, ticket, password).await.map(drop).map_err(of_join)
}

/// One app of an account that there is: it logs in by the password that it has chosen.
async fn sign_in(parts: &Parts, device: &DeviceTicket, name: &str, password: &str) -> Result<(), StanzaError> {
    if crate::xmpp::jid::prepare_local(name).ok().as_deref() != Some(&*device.name) {
        return Err(StanzaError::not_acceptable("This link is for another account."));
    }
    let place = parts.settings.place_name();
    parts.accounts.sign_in_app(device, password, parts.rules(&place).as_ref()).await.map_err(of_join)
}

fn of_join(error: JoinError) -> StanzaError {
    match error {
        JoinError::Name(error @ (NameError::Taken { .. } | NameError::Alike { .. } | NameError::Reserved { .. })) => {
            let instead = error.suggestions().join(" or ");
            let text = match instead.is_empty() {
                true => error.to_string(),
                false => format!("{error} Perhaps {instead}?"),
            };
            StanzaError::conflict(text)
        }
        JoinError::Over(over) => of_token(&over),
        JoinError::TooMany => StanzaError::resource_constraint("Too many wait for the owner's yes."),
        JoinError::Store(error) => failed(error),
        error => StanzaError::not_acceptable(error.to_string()),
    }
}

/// Without an invitation.
async fn create(parts: &Parts, name: &str, password: &str) -> Result<(), StanzaError> {
    match parts.accounts.create(name, password, Role::Member).await {
        Ok(_) => Ok(()),
        Err(CreateError::Exists) => Err(StanzaError::conflict("This name is taken.")),
        Err(CreateError::Name(error)) => Err(StanzaError::not_acceptable(error.to_string())),
        Err(CreateError::Password(error)) => Err(StanzaError::not_acceptable(error.to_string())),
        Err(CreateError::Store(error)) => Err(failed(error)),
    }
}
