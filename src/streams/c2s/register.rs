//! XEP-0077 In-Band Registration, version 2.4, §3.1: a new account before log-in.
//!
//! In the test profile only, until there are invitations. Without TLS never (§9).

use super::wire::Gone;
use super::wire::Wire;
use crate::accounts::CreateError;
use crate::accounts::Role;
use crate::features::Parts;
use crate::xmpp::error::StanzaError;
use crate::xmpp::error::StreamCondition;
use crate::xmpp::error::StreamError;
use crate::xmpp::ns;
use crate::xmpp::stanza::Iq;
use crate::xmpp::stanza::IqType;
use crate::xmpp::stanza::Stanza;
use crate::xmpp::xml::Element;
use crate::xmpp::xml::reader::Raw;

/// Answers an IQ of somebody who has not logged in.
pub async fn answer(parts: &Parts, wire: &mut Wire, raw: Raw) -> Result<(), Gone> {
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
    let query = iq.payload();
    if !query.is(ns::REGISTER, "query") {
        return Err(StreamError::new(StreamCondition::NotAuthorized, "Log in first.").into());
    }
    let answer = match iq.kind {
        IqType::Get => iq.result(Some(form())),
        _ => match create(parts, &query).await {
            Ok(()) => iq.result(None),
            Err(error) => refuse(&iq, &error),
        },
    };
    wire.send(&answer.to_xml());
    Ok(())
}

/// §3.1.3: the password is not sent back.
fn refuse(iq: &Iq, error: &StanzaError) -> Iq {
    let mut answer = iq.result(None);
    answer.kind = IqType::Error;
    answer.content.push(error.to_element());
    answer
}

fn form() -> Element {
    let field = |name: &'static str| Element::new(ns::REGISTER, name);
    let instructions = field("instructions").with_text("Choose a name and a password.");
    field("query").child(instructions).child(field("username")).child(field("password"))
}

async fn create(parts: &Parts, query: &Element) -> Result<(), StanzaError> {
    let text = |name| query.find(ns::REGISTER, name).map(Element::text).filter(|text| !text.is_empty());
    let (Some(name), Some(password)) = (text("username"), text("password")) else {
        return Err(StanzaError::not_acceptable("A name and a password are needed."));
    };
    match parts.accounts.create(&name, &password, Role::Member).await {
        Ok(_) => Ok(()),
        Err(CreateError::Exists) => Err(StanzaError::conflict("This name is taken.")),
        Err(CreateError::Name(error)) => Err(StanzaError::not_acceptable(error.to_string())),
        Err(CreateError::Password(error)) => Err(StanzaError::not_acceptable(error.to_string())),
        Err(CreateError::Store(error)) => Err(crate::features::failed(error)),
    }
}
