//! Conversations to read: a text file for each address, and all messages as one line of JSON each.
//!
//! Keeps no state.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;

use super::Source;
use super::TransferError;
use super::Zip;
use super::account::Talks;
use crate::archive::Row;
use crate::clock::UtcMicros;
use crate::texts::Book;
use crate::texts::text;
use crate::xmpp::jid::Jid;
use crate::xmpp::ns;
use crate::xmpp::stanza::MessageType;
use crate::xmpp::time;
use crate::xmpp::xml::reader;

/// `messages.jsonl` and `conversations/*.txt`; gives each conversation the name of its file.
pub(super) fn write(source: &Source, book: &Book, zip: &mut Zip<'_>, talks: &mut Talks) -> Result<(), TransferError> {
    zip.file("messages.jsonl")?;
    source.pages(None, |page| page.rows.iter().try_for_each(|row| zip.write(&line(row))))?;
    let me = source.me()?;
    for (number, (with, talk)) in (1..).zip(&mut talks.with) {
        talk.file = format!("conversations/{number:04}-{}.txt", plain(with.as_str()));
        zip.file(&talk.file)?;
        zip.write(&format!("{}\n\n", book.plain(&text("export-talk").with("address", with.as_str()))))?;
        source.pages(Some(with), |page| page.rows.iter().try_for_each(|row| zip.write(&said(row, &me))))?;
    }
    Ok(())
}

/// What stands in the message for people. `None`: a receipt, a reaction, something only apps read.
fn body(row: &Row) -> Option<String> {
    let whole = reader::element(&format!("<message>{}</message>", row.content), ns::CLIENT).ok()?;
    whole.find(ns::CLIENT, "body").map(|body| body.text())
}

fn line(row: &Row) -> String {
    let mut message = json!({
        "at": time::format(row.at),
        "from": row.sender.as_str(),
        "to": row.recipient.as_str(),
        "type": row.kind.as_str(),
        "id": row.stanza_id.as_deref(),
        "archive_id": row.id.to_string(),
    });
    if let Some(body) = body(row) {
        message["body"] = body.into();
    }
    format!("{message}\n")
}

/// `2026-11-21 15:40  tom: hello`. Lines after the first are set in, so that nobody can write a line in another's name.
fn said(row: &Row, me: &Jid) -> String {
    let Some(body) = body(row) else { return String::new() };
    let own = row.sender.to_bare() == *me;
    let who = match row.kind {
        MessageType::Groupchat => row.sender.resource().or(row.sender.local()),
        _ if own => me.local(),
        _ => row.sender.local(),
    };
    let who = who.unwrap_or(row.sender.domain());
    let body = body.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n").replace('\n', "\n    ");
    format!("{}  {}: {body}\n", local(row.at), who.replace(['\n', '\r'], " "))
}

/// On the machine's clock.
pub(super) fn local(at: UtcMicros) -> String {
    let at = Timestamp::from_microsecond(at).unwrap_or_default().to_zoned(TimeZone::system());
    at.strftime("%Y-%m-%d %H:%M").to_string()
}

/// For a file's name anywhere.
fn plain(address: &str) -> String {
    let fits = |sign: char| sign.is_alphanumeric() || "@.-_".contains(sign);
    address.chars().map(|sign| if fits(sign) { sign } else { '_' }).take(80).collect()
}
