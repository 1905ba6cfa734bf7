//! XEP-0191 Blocking Command, version 1.3. Complete.
//!
//! State: `accounts/blocks.rs`. Where a block stops a stanza: `route/`.

use std::sync::Arc;

use super::At;
use super::Ctx;
use super::Feature;
use super::IqRoute;
use super::Outbox;
use super::Reply;
use super::Spec;
use super::failed;
use super::writable;
use crate::accounts::blocks::BlockList;
use crate::limits;
use crate::sessions::Item;
use crate::sessions::Kind;
use crate::sessions::LaneGuard;
use crate::xmpp::error::ErrorType;
use crate::xmpp::error::StanzaError;
use crate::xmpp::jid::Jid;
use crate::xmpp::ns;
use crate::xmpp::stanza::Content;
use crate::xmpp::stanza::Head;
use crate::xmpp::stanza::Iq;
use crate::xmpp::stanza::IqType;
use crate::xmpp::stanza::Presence;
use crate::xmpp::stanza::PresenceType;
use crate::xmpp::xml::Element;

pub const FEATURE: Feature = Feature {
    name: "blocking",
    specs: &[Spec { number: "XEP-0191", title: "Blocking Command", version: "1.3", missing: None }],
    disco: &[(At::Host, ns::BLOCKING), (At::Account, ns::BLOCKING)],
    iqs: &[
        IqRoute { at: At::Account, kind: IqType::Get, ns: ns::BLOCKING, name: "", answer: get },
        IqRoute { at: At::Account, kind: IqType::Set, ns: ns::BLOCKING, name: "", answer: set },
    ],
};

/// §3.3: what a sender is told who has blocked the recipient.
pub fn outbound_error() -> StanzaError {
    StanzaError::not_acceptable("You have blocked this address.")
        .of_type(ErrorType::Cancel)
        .with(Element::new(ns::BLOCKING_ERRORS, "blocked"))
}

/// §3.2.
fn get<'a>(cx: &'a Ctx<'a>, iq: &'a Iq, _: &'a mut Outbox) -> Reply<'a> {
    Box::pin(async move {
        let account = cx.own()?;
        if !iq.payload().is(ns::BLOCKING, "blocklist") {
            return Err(StanzaError::bad_request("Only <blocklist/> can be asked for."));
        }
        let _lane = cx.parts.sessions.lane(account).await;
        let list = cx.parts.blocks.get(account).await.map_err(failed)?;
        cx.session.change_flags(|flags| flags.blocklist = true);
        Ok(Some(Element::new(ns::BLOCKING, "blocklist").children_from(list.0.iter().map(item))))
    })
}

fn item(jid: &Jid) -> Element {
    Element::new(ns::BLOCKING, "item").attr("jid", jid.as_str())
}

/// §3.3 to §3.5.
fn set<'a>(cx: &'a Ctx<'a>, iq: &'a Iq, out: &'a mut Outbox) -> Reply<'a> {
    Box::pin(async move {
        let account = cx.own()?;
        let command = iq.payload();
        let named = read_items(&command)?;
        let block = match command.name.as_ref() {
            "block" if named.is_empty() => return Err(StanzaError::bad_request("Nobody was named.")),
            "block" => true,
            "unblock" => false,
            _ => return Err(StanzaError::bad_request("Neither block nor unblock.")),
        };
        let lane = cx.parts.sessions.lane(account).await;
        writable(&cx.parts.store)?;
        let before = cx.parts.blocks.get(account).await.map_err(failed)?;
        let mut after = BlockList::clone(&before);
        match (block, named.is_empty()) {
            (true, _) => after.0.extend(named.iter().cloned()),
            (false, true) => after.0.clear(),
            (false, false) => after.0.retain(|jid| !named.contains(jid)),
        }
        if after.0.len() > limits::BLOCK_LIST_MAX_ITEMS {
            return Err(StanzaError::resource_constraint("The block list is full."));
        }
        let roster = cx.parts.rosters.get(account).await.map_err(failed)?;
        tell_watchers(&lane, roster.watchers(), &before, &after, out);
        cx.parts.blocks.put(&mut out.batch, account, after);
        push(&lane, if block { "block" } else { "unblock" }, &named);
        Ok(None)
    })
}

fn read_items(command: &Element) -> Result<Vec<Jid>, StanzaError> {
    let items = command.children().filter(|child| child.is(ns::BLOCKING, "item"));
    let jids = items.map(|item| {
        let jid = item.get("jid").ok_or_else(|| StanzaError::bad_request("An item has no jid."))?;
        jid.parse().map_err(|_| StanzaError::jid_malformed("An item's jid is no address."))
    });
    jids.collect()
}

/// Those who see the account's presence see it go when they are blocked, and come back after.
fn tell_watchers<'a>(
    lane: &LaneGuard,
    watchers: impl Iterator<Item = &'a Jid>,
    before: &BlockList,
    after: &BlockList,
    out: &mut Outbox,
) {
    for watcher in watchers {
        let (was, is) = (before.covers(watcher), after.covers(watcher));
        if was == is {
            continue;
        }
        for session in lane.sessions().iter() {
            let Some(current) = session.presence() else { continue };
            let mut presence = match is {
                true => Presence::new(PresenceType::Unavailable),
                false => Presence::clone(&current),
            };
            presence.head.from = Some(session.jid().clone());
            presence.head.to = Some(watcher.clone());
            out.presences.push(presence);
        }
    }
}

/// §3.3: every session that has asked for the list learns of the change, with addresses as the list has them.
fn push(lane: &LaneGuard, command: &'static str, named: &[Jid]) {
    let command = Element::new(ns::BLOCKING, command).children_from(named.iter().map(item));
    for session in lane.sessions().iter().filter(|session| session.flags().blocklist) {
        let head = Head {
            to: Some(session.jid().clone()),
            from: Some(session.jid().to_bare()),
            id: Some(format!("push-{}", crate::clock::short_token()).into()),
            lang: None,
        };
        let iq = Iq { head, kind: IqType::Set, content: Content::from(command.clone()) };
        session.push(Item { xml: Arc::from(iq.to_xml()), kind: Kind::Answer });
    }
}
