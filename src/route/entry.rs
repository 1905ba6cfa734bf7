//! People come in by an invitation, come back by a link or a code, and are closed out: what the
//! streams and the web pages do alike.

use super::befriend::befriend;
use super::sign_out;
use super::tell;
use crate::accounts::ChangeError;
use crate::accounts::devices::DeviceId;
use crate::accounts::invites::Ticket;
use crate::accounts::joining::JoinError;
use crate::accounts::joining::Joined;
use crate::accounts::recovery::RecoverError;
use crate::accounts::standing::Leaves;
use crate::audit::By;
use crate::clock::UtcMicros;
use crate::features::Parts;
use crate::sessions::End;
use crate::settings::ASK_FIRST;
use crate::store::AccountId;
use crate::store::StoreError;
use crate::texts::text;

/// A new account by an invitation, or a request where an owner has to say yes; the owners are told by
/// a chat message. Inviter and invited are contacts on return.
pub async fn join(parts: &Parts, ticket: &Ticket, name: &str, password: &str) -> Result<Joined, JoinError> {
    let place = parts.settings.place_name();
    let ask_first = parts.settings.is_on(&ASK_FIRST);
    let joined = parts.invites.join(ticket, name, password, ask_first, parts.rules(&place).as_ref()).await?;
    if let Joined::In { account, .. } = &joined {
        tracing::info!(account = account.0, invite = ticket.id().0, "an account by invitation");
    }
    make_contacts(parts, &joined).await;
    if let Joined::Waits { name, .. } = &joined {
        tell_of_waiting(parts, ticket, name).await;
    }
    Ok(joined)
}

/// Somebody waits for a yes.
async fn tell_of_waiting(parts: &Parts, ticket: &Ticket, name: &str) {
    let message = match &ticket.inviter {
        Some(inviter) => text("waiting-tell-by").with("inviter", &inviter.shown),
        None => text("waiting-tell"),
    };
    let message = message.with("name", name).with("web", parts.links.web());
    tell_owners(parts, None, &parts.settings.language().book().plain(&message)).await;
}

/// An owner says yes to somebody who waits. `None`: nobody waits under this number.
pub async fn approve(parts: &Parts, request: i64, by: &By) -> Result<Option<Joined>, StoreError> {
    let joined = parts.invites.approve(request, by).await?;
    if let Some(joined) = &joined {
        make_contacts(parts, joined).await;
    }
    Ok(joined)
}

/// What fails here is made up for at the next start.
async fn make_contacts(parts: &Parts, joined: &Joined) {
    if let Joined::In { account, befriend: Some(inviter), .. } = joined
        && let Err(error) = befriend(parts, *inviter, *account).await
    {
        tracing::warn!(account = account.0, %error, "inviter and invited are no contacts yet");
    }
}

/// A new password by a reset link; all devices are signed out.
pub async fn reset(parts: &Parts, ticket: &Ticket, password: &str) -> Result<AccountId, JoinError> {
    let place = parts.settings.place_name();
    let account = parts.invites.reset(ticket, password, parts.rules(&place).as_ref()).await?;
    sign_out(parts, account);
    Ok(account)
}

/// A new password by the recovery code; all devices are signed out. The caller limits tries as those
/// of a log-in.
pub async fn recover(parts: &Parts, name: &str, code: &str, password: &str) -> Result<AccountId, RecoverError> {
    let place = parts.settings.place_name();
    let account = parts.accounts.recover(name, code, password, parts.rules(&place).as_ref()).await?;
    sign_out(parts, account);
    Ok(account)
}

/// A new password by somebody who knows the old one; all devices and browsers are signed out. The caller has asked
/// for the old one, and `accounts::passwords` for the new one.
pub async fn change_password(parts: &Parts, account: AccountId, password: &str) -> Result<(), ChangeError> {
    parts.accounts.set_password(account, password).await?;
    sign_out(parts, account);
    Ok(())
}

/// Tells all owners something by a chat message of the place, `but` one.
pub async fn tell_owners(parts: &Parts, but: Option<AccountId>, words: &str) {
    for owner in parts.accounts.owners().into_iter().filter(|owner| Some(*owner) != but) {
        if let Err(error) = tell(parts, owner, words).await {
            tracing::warn!(account = owner.0, ?error, "an owner could not be told");
        }
    }
}

/// A device's password opens nothing any more, and the device is signed out. False: the account has no
/// such device.
pub async fn sign_out_device(parts: &Parts, account: AccountId, device: DeviceId) -> Result<bool, StoreError> {
    let revoked = parts.accounts.revoke_device(account, device).await?;
    let sessions = parts.sessions.of(account);
    sessions.iter().filter(|session| session.device() == Some(device)).for_each(|session| session.end(End::SignedOut));
    Ok(revoked)
}

/// Locks an account and signs it out. Err(OnlyOwner): the place needs it.
pub async fn lock(parts: &Parts, account: AccountId, by: &By) -> Result<(), ChangeError> {
    parts.accounts.lock(account, by).await?;
    sign_out(parts, account);
    Ok(())
}

/// An owner closes an account: signed out now, removed later, open again until then. Gives the time
/// of its removal. Err(OnlyOwner): the place needs it.
pub async fn close(parts: &Parts, account: AccountId, by: &By) -> Result<UtcMicros, ChangeError> {
    let until = parts.accounts.close(account, by).await?;
    sign_out(parts, account);
    Ok(until)
}

/// Closes an account that is to be removed, and signs it out. Err(OnlyOwner): the place needs it.
pub async fn leave(parts: &Parts, account: AccountId) -> Result<Leaves, ChangeError> {
    let leaves = parts.accounts.leave(account).await?;
    sign_out(parts, account);
    Ok(leaves)
}
