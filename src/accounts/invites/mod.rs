//! Invitations by link (XEP-0401, XEP-0445, XEP-0379), and links for a new password.
//!
//! State: tables `invite` and `invite_use`; in memory nothing but turns. A token has 144 bits and
//! is kept as SHA-256. It is spent only when what it is for is done: [`joining`](super::joining)
//! makes the account and spends it in one transaction. It lets people in only while whoever gave it
//! out may give out such a link ([`may_give`]): that is asked each time, and in the transaction that
//! spends it, so that a link works again once its inviter may invite again.

pub mod links;
mod rows;

use std::net::IpAddr;
use std::sync::Arc;

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::AccountId;
use super::Accounts;
use super::Role;
use super::joining;
use crate::audit;
use crate::audit::By;
use crate::audit::Deed;
use crate::clock;
use crate::clock::Clock;
use crate::clock::UtcMicros;
use crate::limits;
use crate::store::Batch;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::relative::relative;
use crate::xmpp::jid::Jid;
use crate::xmpp::jid::prepare_local;

pub(super) use rows::give_back;
pub(super) use rows::is_kept;
pub(super) use rows::spend;

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Makes an account; who has one already becomes a contact of the inviter.
    Account,
    /// Makes a contact of the inviter, nothing else.
    Contact,
    /// Gives an account a new password.
    Reset,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Account => "account",
            Kind::Contact => "contact",
            Kind::Reset => "reset",
        }
    }
}

/// Whether somebody of this role may give out such a link, and so whether those given out before let anybody in.
/// `members_invite`: the setting.
pub fn may_give(kind: Kind, role: Role, members_invite: bool) -> bool {
    match (kind, role) {
        (_, Role::Owner) => true,
        (Kind::Contact, Role::Member) => true,
        (Kind::Account, Role::Member) => members_invite,
        (Kind::Reset, Role::Member) | (_, Role::Limited) => false,
    }
}

/// An invitation's number: what people name it by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InviteId(pub i64);

/// What an invitation shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// [`Kind::Account`] or [`Kind::Contact`]; links for a new password have [`Invites::reset_link`].
    pub kind: Kind,
    /// `None`: the place itself invites.
    pub inviter: Option<AccountId>,
    /// 1 to `INVITE_USES_MAX`.
    pub uses: u32,
    /// Seconds, 60 to `INVITE_MAX_S`.
    pub lasts_s: u64,
    pub note: Option<String>,
    pub role: Role,
    /// The one name it is for, kept free until then (XEP-0401 §6.2).
    pub name: Option<String>,
    /// Inviter and invited become contacts.
    pub befriend: bool,
    /// An owner says yes to each account.
    pub ask_first: bool,
    /// How many invitations the inviter may have open; `None`: not counted.
    pub quota: Option<u32>,
    /// Made on the machine, in the inviter's name: the log of changes names the machine.
    pub machine: bool,
}

impl Order {
    /// For one person, a week, a member, a contact of the inviter.
    pub fn account(inviter: Option<AccountId>) -> Order {
        Order {
            kind: Kind::Account,
            inviter,
            uses: 1,
            lasts_s: limits::INVITE_S,
            note: None,
            role: Role::Member,
            name: None,
            befriend: true,
            ask_first: false,
            quota: None,
            machine: false,
        }
    }

    /// For one person, a week: a contact only.
    pub fn contact(inviter: AccountId) -> Order {
        Order { kind: Kind::Contact, ..Order::account(Some(inviter)) }
    }
}

/// A new link. The token is told this once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    pub id: InviteId,
    pub kind: Kind,
    pub token: String,
    pub expires_at: UtcMicros,
    /// The name that stands in the link: the one it is for, or whose password it resets.
    pub name: Option<Arc<str>>,
    /// The inviter, where the link makes a contact.
    pub friend: Option<Arc<str>>,
}

/// Why there is no new link.
#[derive(Clone, Debug, thiserror::Error)]
pub enum OrderError {
    #[error("an invitation is for 1 to {} people", limits::INVITE_USES_MAX)]
    Uses,
    #[error("an invitation lasts from a minute to a year")]
    Lasts,
    #[error("a note has one line of at most {} signs", limits::INVITE_NOTE_MAX_SIGNS)]
    Note,
    #[error("an invitation for one name is for one person")]
    NameOfMany,
    #[error("this is no name for an account")]
    Name,
    #[error("the name is taken, or kept for somebody else who is invited")]
    NameTaken,
    #[error("{0} invitations are open, which is all there may be")]
    Quota(u32),
    #[error("there is no such account")]
    Unknown,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Somebody as an invitation names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub account: AccountId,
    pub name: Arc<str>,
    /// As friends see it; the name where there is none.
    pub shown: String,
}

/// An invitation that holds: proof that a right token was shown while it did. What is begun with
/// it may end after the invitation has run out (XEP-0445 §4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    id: InviteId,
    pub kind: Kind,
    /// `None`: the place itself.
    pub inviter: Option<Person>,
    pub left: u32,
    pub of: u32,
    pub expires_at: UtcMicros,
    pub role: Role,
    /// The one name it is for; of a reset link the account's own.
    pub name: Option<Arc<str>>,
    /// Of a reset link.
    pub account: Option<AccountId>,
    pub befriend: bool,
    /// The invitation itself asks for an owner's yes; the setting may as well.
    pub ask_first: bool,
}

impl Ticket {
    pub fn id(&self) -> InviteId {
        self.id
    }
}

/// What a token comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked {
    Valid(Box<Ticket>),
    /// It was for one person.
    Used {
        kind: Kind,
        at: UtcMicros,
        inviter: Option<Person>,
    },
    /// All places are taken.
    Full {
        of: u32,
        inviter: Option<Person>,
    },
    RanOut {
        kind: Kind,
        at: UtcMicros,
        inviter: Option<Person>,
    },
    /// Taken back, or its inviter may not invite now. `inviter`: not where the account itself is closed.
    Withdrawn {
        kind: Kind,
        inviter: Option<Person>,
    },
    Unknown,
    /// This address has tried too many wrong ones: in so many seconds again.
    TooFast {
        wait_s: u64,
    },
}

/// An invitation as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invite {
    pub id: InviteId,
    pub kind: Kind,
    pub inviter: Option<Person>,
    /// The inviter is locked or leaves: what they gave out counts as taken back meanwhile.
    pub inviter_closed: bool,
    /// The inviter is in, and has no right to invite now: the same.
    pub inviter_may_not: bool,
    /// Of a reset link: whose password.
    pub account: Option<AccountId>,
    pub name: Option<Arc<str>>,
    pub role: Role,
    pub note: Option<String>,
    pub uses: u32,
    pub of: u32,
    pub befriend: bool,
    pub ask_first: bool,
    pub created_at: UtcMicros,
    pub expires_at: UtcMicros,
    pub revoked_at: Option<UtcMicros>,
    /// Who came by it, oldest first: relative addresses («tom@» is tom here), and when.
    pub used_by: Vec<(String, UtcMicros)>,
}

/// How an invitation stands, for lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InviteState {
    /// It lets somebody in at this moment.
    Open,
    /// Nobody, until its inviter may invite again.
    Paused,
    Withdrawn,
    Used,
    RanOut,
}

impl Invite {
    pub fn state(&self, now: UtcMicros) -> InviteState {
        match () {
            () if self.revoked_at.is_some() => InviteState::Withdrawn,
            () if self.uses >= self.of => InviteState::Used,
            () if self.expires_at <= now => InviteState::RanOut,
            () if self.is_paused() => InviteState::Paused,
            () => InviteState::Open,
        }
    }

    fn is_paused(&self) -> bool {
        self.inviter_closed || self.inviter_may_not
    }
}

/// What time has taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Swept {
    pub requests: usize,
    pub invites: usize,
}

/// All invitations. Cheap to clone.
#[derive(Clone)]
pub struct Invites(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) accounts: Accounts,
    /// Sign-ups that compute: log-ins wait behind these only.
    pub(super) turns: Semaphore,
}

pub(super) fn hash(token: &str) -> [u8; 32] {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes());
    digest.as_ref().try_into().expect("SHA-256 has 32 bytes")
}

impl Invites {
    pub fn new(store: Store, clock: Clock, accounts: Accounts) -> Invites {
        let turns = Semaphore::new(limits::JOINS_AT_ONCE);
        Invites(Arc::new(Inner { store, clock, accounts, turns }))
    }

    /// Makes an invitation, durable on return.
    pub async fn create(&self, order: Order) -> Result<Made, OrderError> {
        let name = checked(&order)?;
        let accounts = &self.0.accounts;
        let friend = match order.inviter.filter(|_| order.befriend || order.kind == Kind::Contact) {
            Some(inviter) => Some(accounts.name(inviter).ok_or(OrderError::Unknown)?),
            None => None,
        };
        let (kind, now) = (order.kind, self.0.clock.utc());
        let row = rows::New {
            name: name.clone(),
            account: None,
            created_at: now,
            expires_at: now + order.lasts_s as i64 * 1_000_000,
            order,
        };
        let noted = self.noted(&row.order).map(|by| (by, None));
        let (id, token, expires_at) = self.keep(row, noted).await?;
        Ok(Made { id, kind, token, expires_at, name, friend })
    }

    /// A link by which an account gets a new password, once, within a day. Older ones of the same
    /// account are taken back. `by`: the owner who makes it; `None`: the command line.
    pub async fn reset_link(&self, account: AccountId, by: Option<AccountId>) -> Result<Made, OrderError> {
        let name = self.0.accounts.name(account).ok_or(OrderError::Unknown)?;
        let now = self.0.clock.utc();
        let role = self.0.accounts.role(account).ok_or(OrderError::Unknown)?;
        let order = Order { kind: Kind::Reset, role, befriend: false, lasts_s: limits::RESET_S, ..Order::account(by) };
        let expires_at = now + limits::RESET_S as i64 * 1_000_000;
        let noted = self.noted(&order).map(|by| (by, Some(Deed::ResetLink { name: name.to_string() })));
        let row = rows::New { name: None, account: Some(account), created_at: now, expires_at, order };
        let (id, token, expires_at) = self.keep(row, noted).await?;
        Ok(Made { id, kind: Kind::Reset, token, expires_at, name: Some(name), friend: None })
    }

    /// Who stands in the log of changes. Members' invitations do not: they could push everything else out of it.
    fn noted(&self, order: &Order) -> Option<By> {
        match order.inviter.filter(|_| !order.machine) {
            None => Some(By::Machine),
            Some(inviter) if self.0.accounts.role(inviter) == Some(Role::Owner) => self.0.accounts.by(inviter),
            Some(_) => None,
        }
    }

    /// `noted`: by whom, and what; without a deed, the invitation.
    async fn keep(
        &self,
        row: rows::New,
        noted: Option<(By, Option<Deed>)>,
    ) -> Result<(InviteId, String, UtcMicros), OrderError> {
        let token = clock::token();
        let (hash, expires_at) = (hash(&token), row.expires_at);
        let job = move |c: &Connection| {
            let made = rows::insert(c, &row, &hash)?;
            if let (Ok(id), Some((by, deed))) = (&made, noted) {
                let Order { uses, note, .. } = &row.order;
                let deed = deed.unwrap_or_else(|| Deed::Invited { number: id.0, uses: *uses, note: note.clone() });
                audit::note(c, &by, &deed, row.created_at)?;
            }
            Ok(made)
        };
        let id = self.0.store.write(job).await??;
        Ok((id, token, expires_at))
    }

    /// Takes an invitation back. False: there is none of that number, or it was taken back before.
    /// `of`: only one that this account made.
    pub async fn revoke(&self, id: InviteId, of: Option<AccountId>, by: &By) -> Result<bool, StoreError> {
        let (by, now) = (by.clone(), self.0.clock.utc());
        let job = move |c: &Connection| {
            let Some(note) = rows::revoke(c, id, of, now)? else { return Ok(false) };
            if of.is_none() {
                audit::note(c, &by, &Deed::Withdrew { number: id.0, note }, now)?;
            }
            Ok(true)
        };
        self.0.store.write(job).await
    }

    /// Whether there is one of that account's to take back: open or paused.
    pub async fn has_open(&self, of: AccountId) -> Result<bool, StoreError> {
        let now = self.0.clock.utc();
        self.0.store.read(move |c| rows::has_open(c, of, now)).await
    }

    /// All that are remembered, newest first. `of`: those that this account made.
    pub async fn list(&self, of: Option<AccountId>) -> Result<Vec<Invite>, StoreError> {
        self.0.store.read(move |c| rows::list(c, of)).await
    }

    /// What a token comes to. `address`: who shows it; wrong ones are counted against it.
    pub async fn look(&self, token: &str, address: Option<IpAddr>) -> Result<Looked, StoreError> {
        let throttle = self.0.accounts.throttle();
        let since_start = self.0.clock.since_start();
        if let Some(Err(wait)) = address.map(|address| throttle.may_try_token(address, since_start)) {
            return Ok(Looked::TooFast { wait_s: wait.0.as_secs() + 1 });
        }
        let (hash, now) = (hash(token), self.0.clock.utc());
        let looked = self.0.store.read(move |c| rows::look(c, &hash, now)).await?;
        if let (Looked::Unknown, Some(address)) = (&looked, address) {
            throttle.wrong_token(address, since_start);
        }
        Ok(looked)
    }

    /// The invitation of this token, whatever became of it.
    pub async fn of_token(&self, token: &str) -> Result<Option<Invite>, StoreError> {
        let hash = hash(token);
        self.0.store.read(move |c| rows::whole(c, &hash)).await
    }

    /// What became of an invitation in the meantime.
    pub(super) async fn look_again(&self, ticket: &Ticket) -> Result<Looked, StoreError> {
        let (id, now) = (ticket.id, self.0.clock.utc());
        self.0.store.read(move |c| rows::look_by_id(c, id, now)).await
    }

    /// XEP-0379 §3.5: whether `from` may be a contact of `owner` by this token; one use is then
    /// spent, but not a second one for the same person.
    pub async fn vouch(&self, token: &str, owner: AccountId, from: &Jid, domain: &Jid) -> Result<bool, StoreError> {
        let (hash, now) = (hash(token), self.0.clock.utc());
        let jid = relative(domain.domain(), &from.to_bare());
        let held = self.0.store.read(move |c| rows::look(c, &hash, now)).await?;
        let Looked::Valid(ticket) = held else { return Ok(false) };
        let is_inviter = ticket.inviter.as_ref().is_some_and(|inviter| inviter.account == owner);
        if ticket.kind == Kind::Reset || !is_inviter || !ticket.befriend {
            return Ok(false);
        }
        let id = ticket.id;
        self.0.store.write(move |c| rows::spend_once(c, id, &jid, now)).await
    }

    /// The contacts that an invitation made and that are not in the rosters yet, after a power cut:
    /// inviter and invited.
    pub async fn unfinished(&self) -> Result<Vec<(AccountId, AccountId)>, StoreError> {
        self.0.store.read(rows::unfinished).await
    }

    /// Notes in the batch that changes the rosters that this was done.
    pub fn befriended(&self, batch: &mut Batch, inviter: AccountId, invited: AccountId) {
        batch.push(move |c| rows::befriended(c, inviter, invited));
    }

    /// Ends requests to join that nobody answered, and forgets invitations that ended long ago. How many.
    pub async fn sweep(&self) -> Result<Swept, StoreError> {
        let now = self.0.clock.utc();
        let (asked, ended) = (joining::over_before(now), now - limits::INVITE_KEPT_S as i64 * 1_000_000);
        let job =
            move |c: &Connection| Ok(Swept { requests: joining::lapse(c, asked)?, invites: rows::sweep(c, ended)? });
        self.0.store.write(job).await
    }
}

/// Takes all links for a new password back: who restores an older day does not open again those that were used since.
pub fn withdraw_resets(c: &Connection, at: UtcMicros) -> rusqlite::Result<()> {
    rows::withdraw_resets(c, at)
}

/// The name it is for, prepared.
fn checked(order: &Order) -> Result<Option<Arc<str>>, OrderError> {
    if !(1..=limits::INVITE_USES_MAX).contains(&order.uses) {
        return Err(OrderError::Uses);
    }
    if !(60..=limits::INVITE_MAX_S).contains(&order.lasts_s) {
        return Err(OrderError::Lasts);
    }
    let fits =
        |note: &String| note.chars().count() <= limits::INVITE_NOTE_MAX_SIGNS && !note.chars().any(char::is_control);
    if !order.note.as_ref().is_none_or(fits) {
        return Err(OrderError::Note);
    }
    match &order.name {
        Some(_) if order.uses != 1 => Err(OrderError::NameOfMany),
        Some(name) => Ok(Some(prepare_local(name).map_err(|_| OrderError::Name)?.into())),
        None => Ok(None),
    }
}

/// The token in what somebody pasted: a token, a link, or an `xmpp:` address.
pub fn token_in(pasted: &str) -> &str {
    let pasted = pasted.trim();
    let behind = |mark: &str| pasted.rsplit_once(mark).map(|(_, rest)| rest);
    let rest = behind("preauth=").or_else(|| behind("/invite/")).or_else(|| behind("/reset/")).unwrap_or(pasted);
    rest.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '-' && sign != '_').next().unwrap_or_default()
}

#[cfg(test)]
mod tests;
