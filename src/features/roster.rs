//! RFC 6121 §2 The roster, with versioning (§2.6). Complete.
//!
//! State: `accounts/roster.rs`. Subscriptions change rosters too: that way is in `route/presence.rs`.

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
use crate::accounts::roster::Contact;
use crate::accounts::roster::Roster;
use crate::limits;
use crate::sessions::Item;
use crate::sessions::Kind;
use crate::sessions::Session;
use crate::store::AccountId;
use crate::xmpp::error::StanzaError;
use crate::xmpp::jid::Jid;
use crate::xmpp::ns;
use crate::xmpp::stanza::Content;
use crate::xmpp::stanza::Head;
use crate::xmpp::stanza::Iq;
use crate::xmpp::stanza::IqType;
use crate::xmpp::stanza::Presence;
use crate::xmpp::stanza::PresenceType;
use crate::xmpp::subscription;
use crate::xmpp::xml::Element;

pub const FEATURE: Feature = Feature {
    name: "roster",
    specs: &[Spec { number: "RFC 6121", title: "Instant Messaging and Presence", version: "2011-03", missing: None }],
    disco: &[],
    iqs: &[
        IqRoute { at: At::Account, kind: IqType::Get, ns: ns::ROSTER, name: "", answer: get },
        IqRoute { at: At::Account, kind: IqType::Set, ns: ns::ROSTER, name: "", answer: set },
    ],
};

/// §2.2: the whole roster, or what has changed since the version the client has.
fn get<'a>(cx: &'a Ctx<'a>, iq: &'a Iq, out: &'a mut Outbox) -> Reply<'a> {
    Box::pin(async move {
        let account = cx.own()?;
        let query = iq.payload();
        if !query.is(ns::ROSTER, "query") {
            return Err(StanzaError::bad_request("A roster is asked for with <query/>."));
        }
        if query.children().next().is_some() {
            return Err(StanzaError::bad_request("A roster is asked for with an empty <query/>."));
        }
        let _lane = cx.parts.sessions.lane(account).await;
        let roster = cx.parts.rosters.get(account).await.map_err(failed)?;
        cx.session.change_flags(|flags| flags.interested = true);
        // At once and under the lane: were it to wait for the disk like other answers, the push of a
        // later change would come before it, and be undone by it.
        out.answered = true;
        let answer = |payload| cx.session.push(Item::iq(&super::result(cx.session, iq, payload)));
        match query.get("ver").and_then(|ver| known_version(&roster, ver)) {
            Some(known) => {
                // §2.6.3: an empty result, then one push for each item that changed.
                answer(None);
                for (version, item) in changes_since(&roster, known) {
                    cx.session.push(push_item(cx.session.jid(), item, version));
                }
            }
            None => {
                let query = Element::new(ns::ROSTER, "query").attr("ver", roster.version.to_string());
                answer(Some(query.children_from(roster.listed().map(item))));
            }
        }
        Ok(None)
    })
}

/// The client's version, if the roster still knows what changed since.
fn known_version(roster: &Roster, ver: &str) -> Option<u64> {
    let known: u64 = ver.parse().ok()?;
    (known >= roster.floor && known <= roster.version && known > 0).then_some(known)
}

/// Items newer than a version, oldest change first.
fn changes_since(roster: &Roster, known: u64) -> Vec<(u64, Element)> {
    let shown = roster.listed().filter(|contact| contact.version > known);
    let removed = roster.removed.iter().filter(|(_, version)| **version > known);
    let mut changes: Vec<(u64, Element)> = shown
        .map(|contact| (contact.version, item(contact)))
        .chain(removed.map(|(jid, version)| (*version, removed_item(jid))))
        .collect();
    changes.sort_by_key(|(version, _)| *version);
    changes
}

/// §2.1.2: a contact as an item.
/// §2.1.2.
pub fn item(contact: &Contact) -> Element {
    let state = contact.state;
    Element::new(ns::ROSTER, "item")
        .attr("jid", contact.jid.as_str())
        .attr_some("name", contact.name.as_deref())
        .attr("subscription", state.subscription())
        .attr_some("ask", state.ask().then_some("subscribe"))
        .attr_some("approved", state.approved.then_some("true"))
        .children_from(contact.groups.iter().map(|group| Element::new(ns::ROSTER, "group").with_text(group)))
}

fn removed_item(jid: &Jid) -> Element {
    Element::new(ns::ROSTER, "item").attr("jid", jid.as_str()).attr("subscription", "remove")
}

/// §2.1.6: tells every interested session how a contact looks now. `None`: it is gone.
pub fn push(sessions: &[Arc<Session>], roster: &Roster, jid: &Jid) {
    let element = match roster.contacts.get(jid).filter(|contact| contact.listed) {
        Some(contact) => item(contact),
        None => removed_item(jid),
    };
    for session in sessions.iter().filter(|session| session.flags().interested) {
        session.push(push_item(session.jid(), element.clone(), roster.version));
    }
}

fn push_item(to: &Jid, item: Element, version: u64) -> Item {
    let query = Element::new(ns::ROSTER, "query").attr("ver", version.to_string()).child(item);
    let id = format!("push-{}", crate::clock::short_token());
    let head = Head { to: Some(to.clone()), from: Some(to.to_bare()), id: Some(id.into()), lang: None };
    let iq = Iq { head, kind: IqType::Set, content: Content::from(query) };
    // Nobody waits for the answer.
    Item { xml: iq.to_xml().into(), kind: Kind::Answer }
}

/// §2.3 to §2.5: adds, changes or removes one item.
fn set<'a>(cx: &'a Ctx<'a>, iq: &'a Iq, out: &'a mut Outbox) -> Reply<'a> {
    Box::pin(async move {
        let account = cx.own()?;
        let query = iq.payload();
        let wanted = Wanted::read(&query)?;
        writable(&cx.parts.store)?;
        if wanted.jid == cx.session.jid().to_bare() {
            return Err(StanzaError::not_allowed("You are not a contact of yourself."));
        }
        let lane = cx.parts.sessions.lane(account).await;
        let roster = cx.parts.rosters.get(account).await.map_err(failed)?;
        let sessions = lane.sessions();
        if wanted.remove {
            return remove(cx, account, &roster, &sessions, &wanted.jid, out);
        }
        let mut contact = roster.contacts.get(&wanted.jid).cloned().unwrap_or_else(|| Contact::new(wanted.jid.clone()));
        if !contact.listed && roster.listed().count() >= limits::ROSTER_MAX_ITEMS {
            return Err(StanzaError::resource_constraint("The roster is full."));
        }
        contact.name = wanted.name;
        contact.groups = wanted.groups;
        contact.listed = true;
        let roster = cx.parts.rosters.put(&mut out.batch, account, &roster, contact, true);
        push(&sessions, &roster, &wanted.jid);
        Ok(None)
    })
}

/// §2.5: the item goes, and with it what was subscribed in either direction.
fn remove(
    cx: &Ctx<'_>,
    account: AccountId,
    roster: &Roster,
    sessions: &[Arc<Session>],
    jid: &Jid,
    out: &mut Outbox,
) -> Result<Option<Element>, StanzaError> {
    let Some(contact) = roster.contacts.get(jid).filter(|contact| contact.listed) else {
        return Err(StanzaError::item_not_found("This contact is not in the roster.")
            .of_type(crate::xmpp::error::ErrorType::Modify));
    };
    let end = subscription::removal(contact.state);
    let me = cx.session.jid().to_bare();
    if end.unsubscribe {
        out.presences.push(presence(PresenceType::Unsubscribe, &me, jid));
    }
    if end.unavailable {
        let available = sessions.iter().filter(|session| session.presence().is_some());
        out.presences.extend(available.map(|session| presence(PresenceType::Unavailable, session.jid(), jid)));
    }
    if end.unsubscribed {
        out.presences.push(presence(PresenceType::Unsubscribed, &me, jid));
    }
    let roster = cx.parts.rosters.put(&mut out.batch, account, roster, Contact::new(jid.clone()), true);
    cx.parts.rosters.drop_request(&mut out.batch, account, jid);
    push(sessions, &roster, jid);
    Ok(None)
}

fn presence(kind: PresenceType, from: &Jid, to: &Jid) -> Presence {
    let mut presence = Presence::new(kind);
    presence.head.from = Some(from.clone());
    presence.head.to = Some(to.clone());
    presence
}

/// What a roster set asks for.
struct Wanted {
    jid: Jid,
    name: Option<String>,
    groups: Vec<String>,
    remove: bool,
}

impl Wanted {
    /// §2.1.5, and the errors of §2.3.3.
    fn read(query: &Element) -> Result<Wanted, StanzaError> {
        let mut items = query.children();
        let (Some(item), None) = (items.next(), items.next()) else {
            return Err(StanzaError::bad_request("A roster set has exactly one item."));
        };
        if !query.is(ns::ROSTER, "query") || !item.is(ns::ROSTER, "item") {
            return Err(StanzaError::bad_request("A roster set has exactly one item."));
        }
        let jid = item.get("jid").ok_or_else(|| StanzaError::bad_request("The item has no jid."))?;
        let jid: Jid = jid.parse().map_err(|_| StanzaError::jid_malformed("The item's jid is no address."))?;
        let name = item.get("name").filter(|name| !name.is_empty()).map(str::to_owned);
        if name.as_ref().is_some_and(|name| name.len() > limits::ROSTER_NAME_MAX_BYTES) {
            return Err(StanzaError::not_acceptable("The name is too long."));
        }
        let mut groups: Vec<String> = Vec::new();
        for group in item.children().filter(|child| child.is(ns::ROSTER, "group")) {
            let group = group.text();
            if group.is_empty() || group.len() > limits::ROSTER_NAME_MAX_BYTES {
                return Err(StanzaError::not_acceptable("A group's name is empty or too long."));
            }
            if groups.contains(&group) {
                return Err(StanzaError::bad_request("The same group twice."));
            }
            groups.push(group);
        }
        if groups.len() > limits::ROSTER_MAX_GROUPS {
            return Err(StanzaError::not_acceptable("Too many groups."));
        }
        Ok(Wanted { jid: jid.to_bare(), name, groups, remove: item.get("subscription") == Some("remove") })
    }
}
