//! Authenticated → Bound: resource binding (RFC 6120 §7), or a resumption in its place.

use std::sync::Arc;

use super::hibernate;
use super::negotiate;
use super::sasl::LoggedIn;
use super::sm;
use super::wire::Gone;
use super::wire::Wire;
use crate::accounts::devices::DeviceId;
use crate::accounts::devices::SignIn;
use crate::features::Parts;
use crate::features::caps;
use crate::features::failed;
use crate::limits;
use crate::sessions::End;
use crate::sessions::LaneGuard;
use crate::sessions::Session;
use crate::texts::Lang;
use crate::xmpp::error::Condition;
use crate::xmpp::error::StanzaError;
use crate::xmpp::error::StreamCondition;
use crate::xmpp::error::StreamError;
use crate::xmpp::jid::Jid;
use crate::xmpp::ns;
use crate::xmpp::stanza::Iq;
use crate::xmpp::stanza::IqType;
use crate::xmpp::stanza::Stanza;
use crate::xmpp::xml::Element;
use crate::xmpp::xml::reader::Event;
use crate::xmpp::xml::reader::Raw;

/// A session and this connection's hold on it. Dropped before anybody serves it, since the client
/// went or took too long, the session waits to be resumed, or ends.
pub struct Bound {
    parts: Arc<Parts>,
    session: Option<Arc<Session>>,
    attachment: u64,
}

impl Bound {
    pub fn new(parts: &Arc<Parts>, session: Arc<Session>, attachment: u64) -> Bound {
        Bound { parts: parts.clone(), session: Some(session), attachment }
    }

    /// The session's people read this language, as its new stream says.
    fn reading(self, lang: Lang) -> Bound {
        if let Some(session) = &self.session {
            session.set_lang(lang);
        }
        self
    }

    /// From now on the caller serves it.
    pub fn serve(mut self) -> (Arc<Session>, u64) {
        let session = self.session.take().expect("only this function takes it, and itself");
        (session, self.attachment)
    }
}

impl Drop for Bound {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            hibernate::begin(self.parts.clone(), session, self.attachment);
        }
    }
}

/// The features of a stream after log-in.
fn features(parts: &Parts) -> Vec<Element> {
    vec![
        Element::new(ns::BIND, "bind"),
        Element::new(ns::SESSION, "session").child(Element::new(ns::SESSION, "optional")),
        Element::new(ns::SM, "sm"),
        Element::new(ns::ROSTER_VERSIONING, "ver"),
        Element::new(ns::PRE_APPROVAL, "sub"),
        caps::stream_feature(parts),
    ]
}

/// Opens the second stream and runs until a session is there.
pub async fn enter(parts: &Arc<Parts>, wire: &mut Wire, mut who: LoggedIn) -> Result<Bound, Gone> {
    let header = negotiate::open(parts, wire).await?;
    drop(header);
    negotiate::send_features(wire, features(parts));
    loop {
        let raw = match wire.event().await? {
            Event::Element(raw) => raw,
            Event::Close => return Err(negotiate::closed(wire).await),
            Event::Open(_) => return Err(StreamError::new(StreamCondition::BadFormat, "").into()),
        };
        if raw.is(ns::SM, "resume") {
            if let Some(resumed) = sm::resume(parts, wire, &who, &raw).await? {
                return Ok(resumed.reading(wire.lang));
            }
        } else if raw.ns == ns::SM {
            // §3: not before a resource is bound.
            wire.send(&sm::failed(Condition::UnexpectedRequest, None));
        } else if let Some(bound) = bind(parts, wire, &mut who, raw).await? {
            return Ok(bound.reading(wire.lang));
        }
    }
}

/// §7.6, §7.7. `None`: a refusal went out, the client may try again.
async fn bind(parts: &Arc<Parts>, wire: &mut Wire, who: &mut LoggedIn, raw: Raw) -> Result<Option<Bound>, Gone> {
    let iq = match raw.into_stanza() {
        Some(Ok(Stanza::Iq(iq))) if iq.kind == IqType::Set && iq.content.has(ns::BIND, "bind") => iq,
        Some(Err(refused)) => {
            wire.send(&refused.answer().map(|answer| answer.to_xml()).unwrap_or_default());
            return Ok(None);
        }
        // §7.1: no other stanza is processed before a resource is bound.
        _ => return Err(StreamError::new(StreamCondition::NotAuthorized, "Bind a resource first.").into()),
    };
    let jid = match granted(parts, who, &iq).await {
        Ok(jid) => jid,
        Err(error) => {
            wire.send(&iq.error(&error).to_xml());
            return Ok(None);
        }
    };
    let (account, device) = (who.account, who.by.device());
    let lane = parts.sessions.lane(account).await;
    if !make_room(&lane, &jid) {
        let error = StanzaError::resource_constraint("This account has too many sessions.");
        wire.send(&iq.error(&error).to_xml());
        return Ok(None);
    }
    let (session, attachment) = parts.sessions.bind(&lane, account, jid, device);
    drop(lane);
    let bound = Element::new(ns::BIND, "bind").child(Element::new(ns::BIND, "jid").with_text(session.jid().as_str()));
    wire.send(&iq.result(Some(bound)).to_xml());
    parts.accounts.seen(account);
    refuse_signed_out(parts, who, &session);
    if let Some(device) = device {
        look_again(parts, &session, device).await;
    }
    Ok(Some(Bound::new(parts, session, attachment)))
}

/// Ends a session whose log-in began before everybody of the account was signed out. Asked once the session is there:
/// whoever signs out later finds it.
pub fn refuse_signed_out(parts: &Parts, who: &LoggedIn, session: &Session) {
    if parts.accounts.signed_out(who.account) != who.since {
        session.end(End::SignedOut);
    }
}

/// Who was revoked on the way in is signed out: whoever revokes ends the sessions that are bound by then,
/// and this one is.
async fn look_again(parts: &Parts, session: &Session, device: DeviceId) {
    match parts.accounts.has_device(device).await {
        Ok(true) => parts.accounts.device_seen(device),
        Ok(false) => session.end(End::SignedOut),
        Err(error) => {
            tracing::error!(%error, "a device's password could not be looked at");
            session.end(End::SignedOut);
        }
    }
}

/// The full address: as the client wishes, else its device's, else one of ours. The first one that a
/// device binds is its own from then on.
async fn granted(parts: &Parts, who: &mut LoggedIn, iq: &Iq) -> Result<Jid, StanzaError> {
    let jid = address(parts, who, iq)?;
    let resource = jid.resource().unwrap_or_default();
    if who.by.resource().is_some_and(|own| own != resource) {
        return Err(StanzaError::not_allowed("This password belongs to another device."));
    }
    if let SignIn::NewDevice(id) = who.by {
        if !parts.accounts.claim_device(id, resource).await.map_err(failed)? {
            return Err(StanzaError::not_allowed("Another device was faster, or the code has run out."));
        }
        tracing::info!(account = who.account.0, device = id.0, "a device signed in by its code");
        who.by = SignIn::Device { id, resource: resource.to_owned() };
    }
    Ok(jid)
}

fn address(parts: &Parts, who: &LoggedIn, iq: &Iq) -> Result<Jid, StanzaError> {
    let name = parts.accounts.name(who.account).ok_or_else(|| StanzaError::not_allowed("The account is gone."))?;
    let wish = iq.payload().find(ns::BIND, "resource").map(Element::text).filter(|wish| !wish.is_empty());
    let resource = wish.or_else(|| who.by.resource().map(str::to_owned)).unwrap_or_else(crate::clock::short_token);
    Jid::from_parts(Some(&name), parts.domain.as_str(), Some(&resource))
        .map_err(|_| StanzaError::bad_request("The resource cannot be used."))
}

/// An account has a bound of sessions; one that waits for its client makes room.
fn make_room(lane: &LaneGuard, jid: &Jid) -> bool {
    let sessions = lane.sessions();
    if sessions.len() < limits::SESSIONS_PER_ACCOUNT_MAX || sessions.iter().any(|session| session.jid() == jid) {
        return true;
    }
    match sessions.iter().find(|session| !session.is_attached()) {
        Some(waiting) => {
            waiting.end(End::Replaced);
            true
        }
        None => false,
    }
}
