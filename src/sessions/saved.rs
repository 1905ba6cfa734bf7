//! A session written down at a good-order stop, and read back at the next start.
//!
//! One JSON value a session, in `stream.saved` (see `store/schema`). Counters, what the client has
//! not acknowledged, presence and switches: all that XEP-0198 §5 promises a resumed stream.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde::Serialize;

use super::Delivery;
use super::Flags;
use super::Item;
use super::Kind;
use super::Session;
use super::TokenHash;
use super::backlog::Backlog;
use super::sm::Sm;
use crate::store::AccountId;
use crate::store::DeviceId;
use crate::xmpp::ack::Handled;
use crate::xmpp::jid::Jid;
use crate::xmpp::ns;
use crate::xmpp::stanza::Presence;
use crate::xmpp::stanza::Stanza;
use crate::xmpp::xml::reader;

/// The form on disk. `version` 1.
#[derive(Serialize, Deserialize)]
struct Saved {
    version: u32,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    device: Option<DeviceId>,
    max_s: u64,
    handled: u32,
    acked: u32,
    /// How many of `owed` were on their way to the client.
    unacked: usize,
    interested: bool,
    carbons: bool,
    blocklist: bool,
    reads_archive: bool,
    backlog: Backlog,
    presence: Option<String>,
    directed: Vec<String>,
    owed: Vec<SavedItem>,
}

#[derive(Serialize, Deserialize)]
struct SavedItem {
    kind: SavedKind,
    xml: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    seq: Option<u64>,
    /// It waits behind the offline messages up to this seq.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    behind: Option<u64>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SavedKind {
    Message,
    Presence,
    Request,
    Answer,
}

/// A resumable session as bytes, with its count; `None` where it cannot be resumed.
pub fn save(session: &Session) -> Option<(TokenHash, Handled, Vec<u8>)> {
    let flags = session.flags();
    let backlog = session.backlog_state();
    let presence = session.presence().map(|presence| presence.to_xml());
    let directed = session.directed().iter().map(Jid::to_string).collect();
    session.with_mailbox(|mailbox| {
        let sm = mailbox.sm.as_ref()?;
        let (token, max) = sm.resumable?;
        let saved = Saved {
            version: 1,
            device: session.device(),
            max_s: max.as_secs(),
            handled: sm.handled.0,
            acked: sm.acked.0,
            unacked: sm.unacked.len(),
            interested: flags.interested,
            carbons: flags.carbons,
            blocklist: flags.blocklist,
            reads_archive: flags.reads_archive,
            backlog,
            presence,
            directed,
            owed: mailbox.owed().filter_map(save_item).chain(mailbox.owed_behind().filter_map(save_behind)).collect(),
        };
        Some((token, sm.handled, serde_json::to_vec(&saved).expect("plain data becomes JSON")))
    })
}

fn save_item(item: &Item) -> Option<SavedItem> {
    let kind = match item.kind {
        Kind::Nonza => return None,
        Kind::Message(_) => SavedKind::Message,
        Kind::Presence => SavedKind::Presence,
        Kind::Request(_) => SavedKind::Request,
        Kind::Answer => SavedKind::Answer,
    };
    let seq = item.delivery().map(|delivery| delivery.seq);
    Some(SavedItem { kind, xml: item.xml.to_string(), seq, behind: None })
}

fn save_behind((seq, item): &(u64, Item)) -> Option<SavedItem> {
    save_item(item).map(|saved| SavedItem { behind: Some(*seq), ..saved })
}

/// The session that was saved; `None` where the bytes make no sense to this version.
pub fn restore(account: AccountId, jid: Jid, token: TokenHash, bytes: &[u8]) -> Option<Arc<Session>> {
    let saved: Saved = serde_json::from_slice(bytes).ok().filter(|saved: &Saved| saved.version == 1)?;
    let session = Session::new(account, jid, saved.device);
    session.change_flags(|flags| {
        *flags = Flags {
            interested: saved.interested,
            carbons: saved.carbons,
            blocklist: saved.blocklist,
            reads_archive: saved.reads_archive,
        }
    });
    session.restore_backlog(saved.backlog);
    session.set_presence(saved.presence.as_deref().and_then(parse_presence).map(Arc::new));
    for to in saved.directed.iter().filter_map(|to| to.parse().ok()) {
        session.direct_presence(&to);
    }
    session.with_mailbox(|mailbox| {
        let mut sm = Sm::new(Some((token, Duration::from_secs(saved.max_s))));
        sm.handled = Handled(saved.handled);
        sm.durable = sm.handled;
        sm.counted = sm.handled;
        sm.stored = sm.handled;
        sm.acked = Handled(saved.acked);
        sm.sent = sm.acked;
        mailbox.sm = Some(sm);
        for item in saved.owed {
            let behind = item.behind;
            let item = restore_item(account, item);
            match behind {
                Some(seq) if mailbox.push_behind(seq, item.clone()) => {}
                _ => mailbox.restored(item),
            }
        }
        // Counted as sent, so that a resuming client's `h` is understood.
        mailbox.count_as_sent(saved.unacked);
    });
    Some(Arc::new(session))
}

fn restore_item(account: AccountId, item: SavedItem) -> Item {
    let kind = match item.kind {
        SavedKind::Message => Kind::Message(item.seq.map(|seq| Delivery::new(account, seq))),
        SavedKind::Presence => Kind::Presence,
        SavedKind::Request => match parse(&item.xml) {
            Some(Stanza::Iq(iq)) => Kind::Request(Arc::new(iq)),
            _ => Kind::Answer,
        },
        SavedKind::Answer => Kind::Answer,
    };
    Item { xml: item.xml.into(), kind }
}

fn parse_presence(xml: &str) -> Option<Presence> {
    match parse(xml) {
        Some(Stanza::Presence(presence)) => Some(presence),
        _ => None,
    }
}

/// What was written for a stream, read as a document of its own.
fn parse(xml: &str) -> Option<Stanza> {
    let name_end = xml.find([' ', '/', '>'])?;
    let (start, rest) = xml.split_at(name_end);
    let whole = format!("{start} xmlns='{}'{rest}", ns::CLIENT);
    reader::document(&whole).ok()?.into_stanza()?.ok()
}
