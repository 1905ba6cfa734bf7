//! XEP-0227 Portable Import/Export Format for XMPP-IM Servers, version 1.1: one account, as another server takes it in.
//!
//! Keeps no state. Missing: passwords (this file lies in downloads and mails), vCards and PEP, which the server does
//! not keep yet. Blocked addresses go as a privacy list (§4.8), the only form that the spec has for them.

use std::collections::BTreeMap;

use super::Source;
use super::TransferError;
use super::Zip;
use crate::archive::Row;
use crate::clock::UtcMicros;
use crate::features::roster;
use crate::limits;
use crate::xmpp::forward;
use crate::xmpp::jid::Jid;
use crate::xmpp::ns;
use crate::xmpp::xml::Element;
use crate::xmpp::xml::writer::push_attr;

const PIE: &str = "urn:xmpp:pie:0";
const PIE_ARCHIVE: &str = "urn:xmpp:pie:0#mam";
const PRIVACY: &str = "jabber:iq:privacy";

/// With whom there are messages.
#[derive(Default)]
pub struct Talks {
    pub with: BTreeMap<Jid, Talk>,
    /// There are more addresses than [`limits::EXPORT_CONVERSATIONS_MAX`]; messages with the rest are in the other files.
    pub more: bool,
    pub messages: usize,
}

#[derive(Clone, Debug, Default)]
pub struct Talk {
    pub messages: usize,
    pub last_at: UtcMicros,
    /// Its file in the zip.
    pub file: String,
}

impl Talks {
    fn count(&mut self, me: &Jid, row: &Row) {
        self.messages += 1;
        let other = if row.sender.to_bare() == *me { row.recipient.to_bare() } else { row.sender.to_bare() };
        if !self.with.contains_key(&other) && self.with.len() >= limits::EXPORT_CONVERSATIONS_MAX {
            self.more = true;
            return;
        }
        let talk = self.with.entry(other).or_default();
        talk.messages += 1;
        talk.last_at = row.at;
    }
}

/// `account.xml`. Gives with whom there are messages.
pub(super) fn write(source: &Source, zip: &mut Zip<'_>) -> Result<Talks, TransferError> {
    zip.file("account.xml")?;
    let mut head = format!("<?xml version='1.0' encoding='UTF-8'?>\n<server-data xmlns='{PIE}'>\n<host");
    push_attr(&mut head, "jid", source.parts.domain.domain());
    head.push_str(">\n<user");
    push_attr(&mut head, "name", &source.account.name);
    head.push_str(">\n");
    zip.write(&head)?;
    people(source, zip)?;
    let me = source.me()?;
    let mut talks = Talks::default();
    zip.write(&format!("<archive xmlns='{PIE_ARCHIVE}'>\n"))?;
    source.pages(None, |page| {
        for row in page.rows {
            talks.count(&me, &row);
            let (id, at) = (row.id.to_string(), row.at);
            let message = row.into_message();
            let mut result = String::with_capacity(message.content.size_hint() + 512);
            forward::wrap(ns::MAM, "result", &[("id", &id)], Some(at), &message).write(&mut result);
            result.push('\n');
            zip.write(&result)?;
        }
        Ok(())
    })?;
    zip.write("</archive>\n</user>\n</host>\n</server-data>\n")?;
    Ok(talks)
}

/// Contacts, blocked addresses, requests that wait for an answer (§4.4, §4.8, §4.9).
fn people(source: &Source, zip: &mut Zip<'_>) -> Result<(), TransferError> {
    let (parts, account) = (&source.parts, source.account.id);
    let contacts = source.handle.block_on(parts.rosters.get(account))?;
    let items = contacts.listed().map(roster::item);
    zip.write(&Element::new(ns::ROSTER, "query").children_from(items).to_xml(PIE))?;
    zip.write("\n")?;
    let blocked = source.handle.block_on(parts.blocks.get(account))?;
    if !blocked.0.is_empty() {
        zip.write(&privacy(blocked.0.iter()).to_xml(PIE))?;
        zip.write("\n")?;
    }
    for (from, stored) in source.handle.block_on(parts.rosters.requests(account))? {
        let mut request = String::from("<presence xmlns='jabber:client' type='subscribe'");
        push_attr(&mut request, "from", from.as_str());
        request.push_str(stored.strip_prefix("<presence").unwrap_or("/>"));
        request.push('\n');
        zip.write(&request)?;
    }
    Ok(())
}

fn privacy<'a>(blocked: impl Iterator<Item = &'a Jid>) -> Element {
    let item = |order: usize| Element::new(PRIVACY, "item").attr("order", order.to_string());
    let mut list = Element::new(PRIVACY, "list").attr("name", "blocked");
    let mut order = 0;
    for jid in blocked {
        order += 1;
        list = list.child(item(order).attr("type", "jid").attr("value", jid.as_str()).attr("action", "deny"));
    }
    list = list.child(item(order + 1).attr("action", "allow"));
    let default = Element::new(PRIVACY, "default").attr("name", "blocked");
    Element::new(PRIVACY, "query").child(default).child(list)
}
