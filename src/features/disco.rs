//! XEP-0030 Service Discovery, version 2.5.0, with the forms of XEP-0128 Service Discovery
//! Extensions, version 1.0.1. Complete.
//!
//! What is announced comes from the registry. Strangers learn nothing of an account, not even
//! whether it exists (XEP-0030 §8).

use super::At;
use super::Ctx;
use super::Feature;
use super::IqRoute;
use super::Outbox;
use super::Parts;
use super::Reply;
use super::Spec;
use super::announced;
use super::failed;
use super::nodes;
use crate::xmpp::caps::Identity;
use crate::xmpp::caps::Info;
use crate::xmpp::error::StanzaError;
use crate::xmpp::form::Form;
use crate::xmpp::ns;
use crate::xmpp::stanza::Iq;
use crate::xmpp::stanza::IqType;
use crate::xmpp::xml::Element;

pub const FEATURE: Feature = Feature {
    name: "disco",
    specs: &[
        Spec { number: "XEP-0030", title: "Service Discovery", version: "2.5.0", missing: None },
        Spec { number: "XEP-0128", title: "Service Discovery Extensions", version: "1.0.1", missing: None },
    ],
    disco: &[
        (At::Host, ns::DISCO_INFO),
        (At::Host, ns::DISCO_ITEMS),
        (At::Account, ns::DISCO_INFO),
        (At::Account, ns::DISCO_ITEMS),
    ],
    iqs: &[
        IqRoute { at: At::Host, kind: IqType::Get, ns: ns::DISCO_INFO, name: "query", answer: host_info },
        IqRoute { at: At::Host, kind: IqType::Get, ns: ns::DISCO_ITEMS, name: "query", answer: host_items },
        IqRoute { at: At::Account, kind: IqType::Get, ns: ns::DISCO_INFO, name: "query", answer: account_info },
        IqRoute { at: At::Account, kind: IqType::Get, ns: ns::DISCO_ITEMS, name: "query", answer: account_items },
    ],
};

/// What the host says of itself, with the forms that other features add.
pub fn host(forms: Vec<Form>) -> Info {
    Info {
        identities: vec![Identity::new("server", "im", "imera")],
        features: announced(At::Host).into_iter().map(str::to_owned).collect(),
        forms,
    }
}

/// §3.1; the node of our own caps is answered like none (XEP-0115 §6.2).
fn host_info<'a>(cx: &'a Ctx<'a>, iq: &'a Iq, _: &'a mut Outbox) -> Reply<'a> {
    Box::pin(async move {
        let query = iq.payload();
        let node = query.get("node");
        if let Some((node, nodes)) = node.and_then(|node| Some((node, nodes(node)?))) {
            return Ok(Some((nodes.info)(cx, node)?.to_element(Some(node))));
        }
        if node.is_some_and(|node| !is_own_caps(cx.parts, node)) {
            return Err(StanzaError::item_not_found("There is no such node."));
        }
        Ok(Some(cx.parts.host.to_element(node)))
    })
}

fn is_own_caps(parts: &Parts, node: &str) -> bool {
    let ver = node.strip_prefix(super::CAPS_NODE).and_then(|rest| rest.strip_prefix('#'));
    ver == Some(parts.host_ver.as_str())
}

/// §4.1: no services yet.
fn host_items<'a>(cx: &'a Ctx<'a>, iq: &'a Iq, _: &'a mut Outbox) -> Reply<'a> {
    Box::pin(async move {
        let query = iq.payload();
        match query.get("node") {
            Some(node) => {
                let nodes = nodes(node).ok_or_else(|| StanzaError::item_not_found("There is no such node."))?;
                let items = (nodes.items)(cx, node);
                Ok(Some(Element::new(ns::DISCO_ITEMS, "query").attr("node", node).children_from(items)))
            }
            None => Ok(Some(Element::new(ns::DISCO_ITEMS, "query"))),
        }
    })
}

/// §8: for the account itself and those who see its presence.
async fn may_see(cx: &Ctx<'_>) -> Result<bool, StanzaError> {
    let Some(account) = cx.account else { return Ok(false) };
    if cx.is_own() {
        return Ok(true);
    }
    let roster = cx.parts.rosters.get(account).await.map_err(failed)?;
    Ok(roster.state(&cx.session.jid().to_bare()).seen_by_contact())
}

fn account_info<'a>(cx: &'a Ctx<'a>, iq: &'a Iq, _: &'a mut Outbox) -> Reply<'a> {
    Box::pin(async move {
        if !may_see(cx).await? {
            return Err(StanzaError::service_unavailable(""));
        }
        if iq.payload().get("node").is_some() {
            return Err(StanzaError::item_not_found("There is no such node."));
        }
        let info = Info {
            identities: vec![Identity::new("account", "registered", "")],
            features: announced(At::Account).into_iter().map(str::to_owned).collect(),
            forms: Vec::new(),
        };
        Ok(Some(info.to_element(None)))
    })
}

/// §4, §8: an account's devices are not listed; strangers get the same empty answer.
fn account_items<'a>(_: &'a Ctx<'a>, iq: &'a Iq, _: &'a mut Outbox) -> Reply<'a> {
    Box::pin(async move {
        let query = iq.payload();
        Ok(Some(Element::new(ns::DISCO_ITEMS, "query").attr_some("node", query.get("node"))))
    })
}
