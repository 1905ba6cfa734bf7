//! Inviter and invited become contacts: both rosters, pushes to devices that are online, and the
//! presence of each for the other (XEP-0401 §5.5).

use super::presence;
use crate::accounts::roster::Contact;
use crate::features::Parts;
use crate::features::failed;
use crate::features::preauth;
use crate::features::roster;
use crate::limits;
use crate::store::AccountId;
use crate::store::Batch;
use crate::store::StoreError;
use crate::xmpp::error::StanzaError;
use crate::xmpp::jid::Jid;
use crate::xmpp::stanza::Presence;
use crate::xmpp::subscription::Half;

/// Makes two accounts contacts, subscribed both ways, whatever was between them before. Durable on
/// return. One that is gone or whose roster is full is left out.
pub async fn befriend(parts: &Parts, inviter: AccountId, invited: AccountId) -> Result<(), StoreError> {
    let address = |account| {
        let name = parts.accounts.name(account)?;
        Some(Jid::of_prepared(Some(&name), parts.domain.domain(), None))
    };
    let (Some(one), Some(two)) = (address(inviter), address(invited)) else { return Ok(()) };
    let mut batch = Batch::default();
    let mut shown = Vec::new();
    for (account, other) in [(inviter, &two), (invited, &one)] {
        take_in(parts, account, other, &mut batch, &mut shown).await?;
    }
    parts.invites.befriended(&mut batch, inviter, invited);
    let commit = parts.store.submit(batch);
    for presence in shown {
        let to = presence.head.to.clone().expect("presence for a contact is addressed");
        if let Err(error) = presence::deliver(parts, &presence, &to).await {
            tracing::warn!(to = %to, condition = error.condition.as_str(), "presence was not delivered");
        }
    }
    commit.await
}

/// One side, under its lane.
async fn take_in(
    parts: &Parts,
    account: AccountId,
    other: &Jid,
    batch: &mut Batch,
    shown: &mut Vec<Presence>,
) -> Result<(), StoreError> {
    let lane = parts.sessions.lane(account).await;
    let before = parts.rosters.get(account).await?;
    let mut contact = before.contacts.get(other).cloned().unwrap_or_else(|| Contact::new(other.clone()));
    if !contact.listed && before.listed().count() >= limits::ROSTER_MAX_ITEMS {
        tracing::warn!(account = account.0, "a roster is full, so that somebody invited is not in it");
        return Ok(());
    }
    let seen_before = contact.state.seen_by_contact();
    (contact.state.to, contact.state.from) = (Half::Subscribed, Half::Subscribed);
    contact.listed = true;
    let roster = parts.rosters.put(batch, account, &before, contact, true);
    parts.rosters.drop_request(batch, account, other);
    let sessions = lane.sessions();
    roster::push(&sessions, &roster, other);
    if !seen_before {
        let mut work = std::collections::VecDeque::new();
        presence::show(&sessions, other, true, &mut work);
        shown.extend(work);
    }
    Ok(())
}

/// What a power cut left undone: accounts that were made by an invitation and are no contacts yet.
pub async fn finish_befriending(parts: &Parts) -> Result<(), StoreError> {
    for (inviter, invited) in parts.invites.unfinished().await? {
        befriend(parts, inviter, invited).await?;
    }
    Ok(())
}

/// XEP-0379 §3.5: whether a request comes with a token of the account, which is spent then. Call it
/// without a lane: it waits for the disk.
pub(super) async fn is_vouched_for(parts: &Parts, account: AccountId, request: &Presence) -> Result<bool, StanzaError> {
    let Some(token) = preauth::token(&request.content) else { return Ok(false) };
    let Some(from) = &request.head.from else { return Ok(false) };
    if parts.blocks.get(account).await.map_err(failed)?.covers(from) {
        return Ok(false);
    }
    parts.invites.vouch(&token, account, from, &parts.domain).await.map_err(failed)
}
