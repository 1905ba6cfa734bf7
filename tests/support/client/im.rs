//! What the test client asks for: rosters, subscriptions, blocks, passwords, archives
//! (RFC 6121 §2 and §3, XEP-0191, XEP-0077 §3.3, XEP-0313 with XEP-0059).

use super::connect::random_text;
use super::xml::{Element, Stanza, escaped};
use super::{Error, Handle, Result};

pub const MAM: &str = "urn:xmpp:mam:2";
pub const ROSTER: &str = "jabber:iq:roster";
pub const BLOCKING: &str = "urn:xmpp:blocking";
pub const RSM: &str = "http://jabber.org/protocol/rsm";
pub const FORWARD: &str = "urn:xmpp:forward:0";
pub const DELAY: &str = "urn:xmpp:delay";
pub const STANZA_ID: &str = "urn:xmpp:sid:0";

/// A contact as the server keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Contact {
    pub jid: String,
    pub name: String,
    /// none, to, from or both.
    pub subscription: String,
    /// `ask='subscribe'`.
    pub asked: bool,
    pub groups: Vec<String>,
}

/// Reads the `<item/>`s of a roster result or push.
pub fn contacts(query: &Element) -> Vec<Contact> {
    let items = query.children.iter().filter(|item| item.name == "item");
    let read = |item: &Element| Contact {
        jid: item.attr("jid").unwrap_or_default().to_owned(),
        name: item.attr("name").unwrap_or_default().to_owned(),
        subscription: item.attr("subscription").unwrap_or("none").to_owned(),
        asked: item.attr("ask") == Some("subscribe"),
        groups: item.children.iter().filter(|group| group.name == "group").map(|group| group.text.clone()).collect(),
    };
    items.map(read).collect()
}

/// One result of an archive.
#[derive(Clone, Debug)]
pub struct Archived {
    pub id: String,
    pub stamp: String,
    /// The forwarded message.
    pub message: Element,
}

impl Archived {
    fn read(stanza: &Stanza) -> Result<Archived> {
        let tree = stanza.tree();
        let wrong = || Error::Server(stanza.text.clone());
        let result = tree.child("result", MAM).ok_or_else(wrong)?;
        let forwarded = result.child("forwarded", FORWARD).ok_or_else(wrong)?;
        let message = forwarded.child("message", "jabber:client").ok_or_else(wrong)?;
        let stamp = forwarded.child("delay", DELAY).and_then(|delay| delay.attr("stamp")).unwrap_or_default();
        let id = result.attr("id").ok_or_else(wrong)?.to_owned();
        Ok(Archived { id, stamp: stamp.to_owned(), message: message.clone() })
    }

    pub fn body(&self) -> &str {
        self.message.child("body", "jabber:client").map_or("", |body| &body.text)
    }
}

/// One page of an archive.
#[derive(Clone, Debug, Default)]
pub struct Page {
    pub items: Vec<Archived>,
    pub first: Option<String>,
    pub last: Option<String>,
    pub count: Option<u64>,
    pub complete: bool,
}

impl Handle {
    /// Presence to everybody who may see it; the first one makes the session available.
    pub fn available(&self) {
        self.send("<presence/>");
    }

    /// `kind`: subscribe, subscribed, unsubscribe, unsubscribed, unavailable, probe.
    pub fn presence_to(&self, to: &str, kind: &str) {
        self.send(format!("<presence to='{}' type='{kind}'/>", escaped(to)));
    }

    pub async fn roster(&self) -> Result<Vec<Contact>> {
        let answer = self.iq("get", None, "<query xmlns='jabber:iq:roster'/>").await?.tree();
        Ok(answer.child("query", ROSTER).map(contacts).unwrap_or_default())
    }

    /// The result of the set: the moment from which it must be durable.
    pub async fn set_contact(&self, jid: &str, name: &str, groups: &[&str]) -> Result<Stanza> {
        let groups: String = groups.iter().map(|group| format!("<group>{}</group>", escaped(group))).collect();
        let (jid, name) = (escaped(jid), escaped(name));
        let item = format!("<item jid='{jid}' name='{name}'>{groups}</item>");
        self.iq("set", None, &format!("<query xmlns='jabber:iq:roster'>{item}</query>")).await
    }

    pub async fn remove_contact(&self, jid: &str) -> Result<Stanza> {
        let item = format!("<item jid='{}' subscription='remove'/>", escaped(jid));
        self.iq("set", None, &format!("<query xmlns='jabber:iq:roster'>{item}</query>")).await
    }

    pub async fn block(&self, jids: &[&str]) -> Result<Stanza> {
        self.iq("set", None, &format!("<block xmlns='{BLOCKING}'>{}</block>", items(jids))).await
    }

    /// No JIDs: unblock all.
    pub async fn unblock(&self, jids: &[&str]) -> Result<Stanza> {
        self.iq("set", None, &format!("<unblock xmlns='{BLOCKING}'>{}</unblock>", items(jids))).await
    }

    pub async fn blocked(&self) -> Result<Vec<String>> {
        let answer = self.iq("get", None, &format!("<blocklist xmlns='{BLOCKING}'/>")).await?.tree();
        let list = answer.child("blocklist", BLOCKING).map(|list| list.children.as_slice()).unwrap_or_default();
        Ok(list.iter().filter_map(|item| item.attr("jid").map(str::to_owned)).collect())
    }

    /// Changes the own password in-band (XEP-0077 §3.3).
    pub async fn set_password(&self, password: &str) -> Result<Stanza> {
        let name = self.bare().split('@').next().expect("split gives one part at least");
        let fields = format!("<username>{}</username><password>{}</password>", escaped(name), escaped(password));
        let domain = self.domain().to_owned();
        self.iq("set", Some(&domain), &format!("<query xmlns='jabber:iq:register'>{fields}</query>")).await
    }

    /// One page. `fields`: var and value of the form; `rsm`: the content of `<set/>`, e.g. `<max>50</max>`.
    pub async fn page(&self, fields: &[(&str, &str)], rsm: &str) -> Result<Page> {
        let query = random_text();
        self.state().pages.insert(query.clone(), Vec::new());
        let answer = self.iq("set", None, &archive_query(&query, fields, rsm)).await;
        let stanzas = self.state().pages.remove(&query).unwrap_or_default();
        let answer = answer?.tree();
        let fin = answer.child("fin", MAM).ok_or_else(|| Error::Server(format!("no <fin/> in {answer:?}")))?;
        let text = |name| fin.child("set", RSM)?.child(name, RSM).map(|element| element.text.clone());
        Ok(Page {
            items: stanzas.iter().map(Archived::read).collect::<Result<_>>()?,
            first: text("first"),
            last: text("last"),
            count: text("count").and_then(|count| count.parse().ok()),
            complete: matches!(fin.attr("complete"), Some("true" | "1")),
        })
    }

    /// The whole archive, or what was exchanged `with` somebody, oldest first, by pages of `max`.
    pub async fn archive(&self, with: Option<&str>, max: u32) -> Result<Vec<Archived>> {
        let fields: Vec<(&str, &str)> = with.map(|jid| ("with", jid)).into_iter().collect();
        let mut all: Vec<Archived> = Vec::new();
        let mut after = String::new();
        loop {
            let page = self.page(&fields, &format!("<max>{max}</max>{after}")).await?;
            all.extend(page.items);
            match page.last {
                Some(last) if !page.complete => after = format!("<after>{}</after>", escaped(&last)),
                _ => return Ok(all),
            }
        }
    }
}

fn archive_query(query: &str, fields: &[(&str, &str)], rsm: &str) -> String {
    let form = |(var, value): &(&str, &str)| format!("<field var='{var}'><value>{}</value></field>", escaped(value));
    let fields: String = fields.iter().map(form).collect();
    format!(
        "<query xmlns='{MAM}' queryid='{query}'><x xmlns='jabber:x:data' type='submit'>\
         <field var='FORM_TYPE' type='hidden'><value>{MAM}</value></field>{fields}</x>\
         <set xmlns='{RSM}'>{rsm}</set></query>"
    )
}

fn items(jids: &[&str]) -> String {
    jids.iter().map(|jid| format!("<item jid='{}'/>", escaped(jid))).collect()
}
