//! The house itself says something to one of its people: a chat message from the domain.

use super::from_client;
use super::from_client::Keep;
use super::to_account;
use crate::clock;
use crate::features;
use crate::features::Parts;
use crate::features::failed;
use crate::features::mam;
use crate::features::offline;
use crate::store::AccountId;
use crate::store::Batch;
use crate::xmpp::error::StanzaError;
use crate::xmpp::jid::Jid;
use crate::xmpp::ns;
use crate::xmpp::stanza::Message;
use crate::xmpp::stanza::MessageType;
use crate::xmpp::xml::Element;

/// Delivered as any chat message: archived, and waiting for who is away. Durable when it returns.
/// Nothing for an account that is gone.
pub async fn tell(parts: &Parts, account: AccountId, text: &str) -> Result<(), StanzaError> {
    let name = parts.accounts.name(account);
    let to = name.and_then(|name| Jid::from_parts(Some(&name), parts.domain.domain(), None).ok());
    let Some(to) = to else { return Ok(()) };
    features::writable(&parts.store)?;
    let mut message = Message::new(MessageType::Chat);
    message.head.from = Some(parts.domain.clone());
    message.head.to = Some(to.clone());
    message.head.id = Some(clock::short_token().into());
    message.content.push(Element::new(ns::CLIENT, "body").with_text(text));
    let keep = Keep { history: mam::is_history(&message), waits: offline::waits(&message) };
    let mut keeping = parts.archive.message(from_client::body(&message, &parts.domain, &to));
    let delivered = to_account::message(parts, account, message, keep, &mut keeping).await;
    let mut batch = Batch::new();
    keeping.finish(&mut batch);
    let commit = parts.store.submit(batch);
    if let Some(delivery) = delivered?.filter(|delivery| delivery.queued()) {
        from_client::clear_mark(parts, &delivery);
    }
    commit.await.map_err(failed)
}
