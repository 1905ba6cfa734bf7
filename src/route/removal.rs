//! An account goes (XEP-0077 §3.2): its subscriptions end, its streams too, and what is stored of it.

use std::collections::VecDeque;

use super::presence;
use crate::audit::By;
use crate::features::Parts;
use crate::sessions::End;
use crate::store::AccountId;
use crate::store::Batch;
use crate::store::StoreError;
use crate::xmpp::jid::Jid;
use crate::xmpp::stanza::Presence;
use crate::xmpp::stanza::PresenceType;
use crate::xmpp::subscription;

/// Removes an account: durable when it returns. Its sessions then end by themselves.
pub async fn remove(parts: &Parts, account: AccountId, by: &By) -> Result<(), StoreError> {
    let Some(name) = parts.accounts.name(account) else { return Ok(()) };
    let Ok(me) = Jid::from_parts(Some(&name), parts.domain.domain(), None) else { return Ok(()) };
    let mut work = VecDeque::new();
    {
        let lane = parts.sessions.lane(account).await;
        let roster = parts.rosters.get(account).await?;
        for contact in roster.contacts.values() {
            let end = subscription::removal(contact.state);
            let mut send = |kind, from: &Jid| {
                let mut presence = Presence::new(kind);
                presence.head.from = Some(from.clone());
                presence.head.to = Some(contact.jid.clone());
                work.push_back(presence);
            };
            if end.unsubscribe {
                send(PresenceType::Unsubscribe, &me);
            }
            if end.unavailable {
                for session in lane.sessions().iter().filter(|session| session.presence().is_some()) {
                    send(PresenceType::Unavailable, session.jid());
                }
            }
            if end.unsubscribed {
                send(PresenceType::Unsubscribed, &me);
            }
        }
    }
    let mut batch = Batch::default();
    // One contact at a time: the bound on hops is for one chain.
    for presence in work {
        presence::send(parts, presence, &mut batch).await;
    }
    parts.store.submit(batch).await?;
    parts.archive.forget(account).await?;
    parts.accounts.remove(account, by).await?;
    parts.rosters.forget(account);
    parts.blocks.forget(account);
    for session in parts.sessions.of(account).iter() {
        session.end(End::AccountGone);
    }
    Ok(())
}
