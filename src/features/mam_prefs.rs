//! XEP-0441 Message Archive Management Preferences, version 0.2.0. Complete.
//!
//! State: `archive/preferences.rs`. The namespace is that of XEP-0313.

use super::At;
use super::Ctx;
use super::Feature;
use super::IqRoute;
use super::Outbox;
use super::Reply;
use super::Spec;
use super::failed;
use super::writable;
use crate::archive::Preferences;
use crate::archive::Rule;
use crate::limits;
use crate::xmpp::error::StanzaError;
use crate::xmpp::jid::Jid;
use crate::xmpp::ns;
use crate::xmpp::stanza::Iq;
use crate::xmpp::stanza::IqType;
use crate::xmpp::xml::Element;

pub const FEATURE: Feature = Feature {
    name: "mam_prefs",
    specs: &[Spec {
        number: "XEP-0441",
        title: "Message Archive Management Preferences",
        version: "0.2.0",
        missing: None,
    }],
    disco: &[(At::Account, ns::MAM_PREFS)],
    iqs: &[
        IqRoute { at: At::Account, kind: IqType::Get, ns: ns::MAM, name: "prefs", answer: get },
        IqRoute { at: At::Account, kind: IqType::Set, ns: ns::MAM, name: "prefs", answer: set },
    ],
};

/// §2.1.
fn get<'a>(cx: &'a Ctx<'a>, _: &'a Iq, _: &'a mut Outbox) -> Reply<'a> {
    Box::pin(async move { Ok(Some(element(&cx.parts.archive.preferences(cx.own()?)))) })
}

/// §2.1: a missing list is an empty one. Answers with what is now in force.
fn set<'a>(cx: &'a Ctx<'a>, iq: &'a Iq, _: &'a mut Outbox) -> Reply<'a> {
    Box::pin(async move {
        let account = cx.own()?;
        let prefs = iq.payload();
        let rule = prefs.get("default").and_then(Rule::parse);
        let rule = rule.ok_or_else(|| StanzaError::bad_request("default is always, never or roster."))?;
        let wanted = Preferences { rule, always: jids(&prefs, "always")?, never: jids(&prefs, "never")? };
        writable(&cx.parts.store)?;
        cx.parts.archive.set_preferences(account, wanted).await.map_err(failed)?;
        Ok(Some(element(&cx.parts.archive.preferences(account))))
    })
}

fn jids(prefs: &Element, name: &str) -> Result<Vec<Jid>, StanzaError> {
    let Some(list) = prefs.find(ns::MAM, name) else { return Ok(Vec::new()) };
    let items = list.children().filter(|child| child.is(ns::MAM, "jid"));
    let jids: Result<Vec<Jid>, _> = items.map(|item| item.text().trim().parse()).collect();
    let jids = jids.map_err(|_| StanzaError::jid_malformed("An address in a list is none."))?;
    match jids.len() > limits::ARCHIVE_PREFERENCE_MAX_JIDS {
        true => Err(StanzaError::resource_constraint("A list is too long.")),
        false => Ok(jids),
    }
}

fn element(preferences: &Preferences) -> Element {
    let list = |name: &'static str, jids: &[Jid]| {
        let items = jids.iter().map(|jid| Element::new(ns::MAM, "jid").with_text(jid.as_str()));
        Element::new(ns::MAM, name).children_from(items)
    };
    Element::new(ns::MAM, "prefs")
        .attr("default", preferences.rule.as_str())
        .child(list("always", &preferences.always))
        .child(list("never", &preferences.never))
}
