//! `index.html` of the zip: what is in it, to read without any program of ours.
//!
//! Keeps no state.

use askama::Template;

use super::Source;
use super::TransferError;
use super::Zip;
use super::account::Talk;
use super::account::Talks;
use super::talk::local;
use crate::texts::Book;

#[derive(Template)]
#[template(path = "export/index.html")]
struct Index<'a> {
    t: &'a Book,
    place: String,
    address: String,
    made: String,
    joined: String,
    contacts: Vec<Contact>,
    blocked: Vec<String>,
    talks: Vec<(&'a str, &'a Talk, String)>,
    more: bool,
    messages: usize,
}

struct Contact {
    address: String,
    name: String,
    groups: String,
}

/// The last file: it knows all others.
pub(super) fn write(source: &Source, book: &Book, zip: &mut Zip<'_>, talks: &Talks) -> Result<(), TransferError> {
    let (parts, account) = (&source.parts, &source.account);
    let roster = source.handle.block_on(parts.rosters.get(account.id))?;
    let contacts = roster.listed().map(|contact| Contact {
        address: contact.jid.as_str().to_owned(),
        name: contact.name.clone().unwrap_or_default(),
        groups: contact.groups.join(", "),
    });
    let blocked = source.handle.block_on(parts.blocks.get(account.id))?;
    let page = Index {
        t: book,
        place: parts.settings.place_name(),
        address: source.me()?.as_str().to_owned(),
        made: local(source.made_at),
        joined: local(account.created_at),
        contacts: contacts.collect(),
        blocked: blocked.0.iter().map(|jid| jid.as_str().to_owned()).collect(),
        talks: talks.with.iter().map(|(with, talk)| (with.as_str(), talk, local(talk.last_at))).collect(),
        more: talks.more,
        messages: talks.messages,
    };
    zip.file("index.html")?;
    zip.write(&page.render().expect("templates write into memory, and their parts do not fail"))
}
