//! XEP-0077 In-Band Registration, version 2.4, §3.1, and XEP-0445 Pre-Authenticated In-Band
//! Registration, version 0.2.0: a new account before log-in, or a new password by a reset link.
//!
//! By an invitation, or by the link that signs one app in (accounts/devices); without one in the test
//! profile only. Without TLS never (§9). The token comes in a `<preauth/>`, or as the field `token` of
//! the form, for apps that know forms only. What people read is in the request's language, else in the
//! stream's.

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
use crate::features::told;
use crate::features::writable;
use crate::route::entry;
use crate::texts::Lang;
use crate::texts::Text;
use crate::texts::text;
use crate::xmpp::error::Condition;
use crate::xmpp::error::ErrorType;
use crate::xmpp::error::StanzaError;
use crate::xmpp::error::StreamCondition;
use crate::xmpp::error::StreamError;
use crate::xmpp::form::Field;
use crate::xmpp::form::FieldKind;
use crate::xmpp::form::Form;
use crate::xmpp::form::FormKind;
use crate::xmpp::jid::prepare_local;
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

/// Who is before a registration's parts and reads its language.
#[derive(Clone, Copy)]
struct Desk<'a> {
    parts: &'a Parts,
    lang: Lang,
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
        let own = iq.head.lang.as_deref().and_then(Lang::of_tag);
        let desk = Desk { parts, lang: own.unwrap_or(wire.lang) };
        let done = match iq.kind {
            IqType::Set if payload.is(ns::PARS, "preauth") => {
                self.show(desk, payload.get("token").unwrap_or_default()).await.map(|()| None)
            }
            IqType::Get if payload.is(ns::REGISTER, "query") => Ok(Some(self.form(desk))),
            IqType::Set if payload.is(ns::REGISTER, "query") => self.register(desk, &payload).await.map(|()| None),
            _ => return Err(StreamError::new(StreamCondition::NotAuthorized, "Log in first.").into()),
        };
        let answer = done.map_or_else(
            |error| refuse(&iq, &error),
            |payload| {
                let lang = payload.is_some().then(|| desk.lang.tag().into());
                let mut answer = iq.result(payload);
                answer.head.lang = lang;
                answer
            },
        );
        wire.send(&answer.to_xml());
        Ok(())
    }

    /// XEP-0445 §4: whether a token holds is asked here and not again.
    async fn show(&mut self, desk: Desk<'_>, token: &str) -> Result<(), StanzaError> {
        let (accounts, now) = (&desk.parts.accounts, desk.parts.clock.since_start());
        if accounts.throttle().may_try_token(self.address, now).is_ok() {
            self.device = accounts.device_of_token(token).await.map_err(failed)?.map(Box::new);
        }
        if self.device.is_some() {
            return Ok(());
        }
        match desk.parts.invites.look(token, Some(self.address)).await.map_err(failed)? {
            Looked::Valid(ticket) if ticket.kind != Kind::Contact => {
                self.ticket = Some(ticket);
                Ok(())
            }
            over => Err(desk.of_token(&over)),
        }
    }

    /// §3.1.2, §4: fields for apps that know no forms, and the form.
    fn form(&self, desk: Desk<'_>) -> Element {
        let field = |name: &'static str| Element::new(ns::REGISTER, name);
        let needs_token = self.ticket.is_none() && self.device.is_none() && !desk.parts.policy.registration;
        let (title, what) = match (needs_token, self.ticket.as_ref().map(|ticket| ticket.kind)) {
            (true, _) => (text("register-title"), text("register-paste")),
            (_, Some(Kind::Reset)) => (text("register-title-reset"), text("register-reset")),
            _ => (text("register-title"), text("register-choose")),
        };
        let title = desk.say(&title.with("place", desk.parts.settings.place_name()));
        let what = desk.say(&what);
        let named = self.ticket.as_ref().and_then(|ticket| ticket.name.clone());
        let name = named.or(self.device.as_ref().map(|device| device.name.clone())).unwrap_or_default();
        let label = |words: &Text| desk.say(words);
        let mut username =
            Field::new(FieldKind::TextSingle, "username").label(label(&text("register-name"))).required();
        if !name.is_empty() {
            username = username.value(&*name);
        }
        let mut form = Form::about(FormKind::Form, ns::REGISTER).title(title).instructions(what.clone());
        if needs_token {
            let invitation = Field::new(FieldKind::TextSingle, TOKEN).label(label(&text("register-invitation")));
            form = form.field(invitation.required());
        }
        let password = Field::new(FieldKind::TextPrivate, "password").label(label(&text("password-label"))).required();
        field("query")
            .child(field("instructions").with_text(what))
            .child(field("username").with_text(&*name))
            .child(field("password"))
            .child(form.field(username).field(password).to_element())
    }

    /// §3.1.3, §4: from the form, if there is one.
    async fn register(&mut self, desk: Desk<'_>, query: &Element) -> Result<(), StanzaError> {
        let form = Form::submitted(query, ns::REGISTER)?;
        let of_field = |name: &'static str| match &form {
            Some(form) => form.text(name).ok().flatten().map(str::to_owned),
            None => query.find(ns::REGISTER, name).map(Element::text),
        };
        let given = |name| of_field(name).filter(|text| !text.is_empty());
        let (Some(name), Some(password)) = (given("username"), given("password")) else {
            return Err(desk.refuse(Condition::NotAcceptable, &text("register-missing")));
        };
        writable(&desk.parts.store)?;
        if let (None, None, Some(token)) = (&self.ticket, &self.device, given(TOKEN)) {
            self.show(desk, token_in(&token)).await?;
        }
        if let Some(device) = &self.device {
            return desk.sign_in(device, &name, &password).await;
        }
        match &self.ticket {
            Some(ticket) if ticket.kind == Kind::Reset => desk.reset(ticket, &name, &password).await,
            Some(ticket) => desk.join(ticket, &name, &password).await,
            None if desk.parts.policy.registration => desk.create(&name, &password).await,
            None => Err(desk.refuse(Condition::NotAllowed, &text("register-closed"))),
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

/// What somebody whose token does not hold is told.
fn over_words(over: &Looked) -> Text {
    match over {
        Looked::TooFast { wait_s } => {
            text("register-fast").with("count", usize::try_from(wait_s.div_ceil(60)).unwrap_or(usize::MAX))
        }
        Looked::Used { kind: Kind::Reset, .. } => text("register-reset-used"),
        Looked::RanOut { kind: Kind::Reset, .. } => text("register-reset-out"),
        Looked::Used { .. } => text("register-used"),
        Looked::Full { .. } => text("register-full"),
        Looked::RanOut { .. } => text("register-out"),
        Looked::Withdrawn { .. } => text("register-back"),
        Looked::Valid(_) => text("register-contact"),
        Looked::Unknown => text("register-unknown"),
    }
}

/// What a name that can be none, or else the password, is told.
fn impossible(name: &str) -> Text {
    if prepare_local(name).is_err() { text("name-odd") } else { text("password-sign") }
}

impl Desk<'_> {
    fn say(&self, words: &Text) -> String {
        self.lang.book().plain(words)
    }

    fn refuse(&self, condition: Condition, words: &Text) -> StanzaError {
        told(condition, words, self.lang)
    }

    /// XEP-0445 §4.
    fn of_token(&self, over: &Looked) -> StanzaError {
        let condition = match over {
            Looked::TooFast { .. } => Condition::ResourceConstraint,
            _ => Condition::ItemNotFound,
        };
        self.refuse(condition, &over_words(over))
    }

    async fn join(&self, ticket: &Ticket, name: &str, password: &str) -> Result<(), StanzaError> {
        match entry::join(self.parts, ticket, name, password).await {
            Ok(Joined::In { .. }) => Ok(()),
            // What was chosen is kept: the same name and password log in once the owner has said yes.
            Ok(Joined::Waits { .. }) => {
                Err(self.refuse(Condition::NotAllowed, &text("register-waits")).of_type(ErrorType::Wait))
            }
            Err(error) => Err(self.of_join(error, name)),
        }
    }

    async fn reset(&self, ticket: &Ticket, name: &str, password: &str) -> Result<(), StanzaError> {
        let own = prepare_local(name).ok();
        if own.as_deref() != ticket.name.as_deref() {
            return Err(self.refuse(Condition::NotAcceptable, &text("register-other")));
        }
        let renewed = entry::reset(self.parts, ticket, password).await;
        renewed.map(drop).map_err(|error| self.of_join(error, name))
    }

    /// One app of an account that there is: it logs in by the password that it has chosen.
    async fn sign_in(&self, device: &DeviceTicket, name: &str, password: &str) -> Result<(), StanzaError> {
        if prepare_local(name).ok().as_deref() != Some(&*device.name) {
            return Err(self.refuse(Condition::NotAcceptable, &text("register-other")));
        }
        let place = self.parts.settings.place_name();
        let signed_in = self.parts.accounts.sign_in_app(device, password, self.parts.rules(&place).as_ref()).await;
        signed_in.map_err(|error| self.of_join(error, name))
    }

    fn of_join(&self, error: JoinError, name: &str) -> StanzaError {
        let (condition, words) = match error {
            JoinError::Name(error) => (of_name(&error), error.text()),
            JoinError::Password(weak) => (Condition::NotAcceptable, weak.text()),
            JoinError::Impossible => (Condition::NotAcceptable, impossible(name)),
            JoinError::OtherName(own) => (Condition::NotAcceptable, text("register-named").with("name", &*own)),
            JoinError::Over(over) => return self.of_token(&over),
            JoinError::TooMany => (Condition::ResourceConstraint, text("join-many")),
            JoinError::Store(error) => return failed(error),
        };
        self.refuse(condition, &words)
    }

    /// Without an invitation.
    async fn create(&self, name: &str, password: &str) -> Result<(), StanzaError> {
        let (condition, words) = match self.parts.accounts.create(name, password, Role::Member).await {
            Ok(_) => return Ok(()),
            Err(CreateError::Exists) => (Condition::Conflict, text("name-taken").with("name", name)),
            Err(CreateError::Name(_) | CreateError::Password(_)) => (Condition::NotAcceptable, impossible(name)),
            Err(CreateError::Store(error)) => return Err(failed(error)),
        };
        Err(self.refuse(condition, &words))
    }
}

fn of_name(error: &NameError) -> Condition {
    match error {
        NameError::Taken { .. } | NameError::Alike { .. } | NameError::Reserved { .. } => Condition::Conflict,
        _ => Condition::NotAcceptable,
    }
}
