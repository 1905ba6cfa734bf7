//! Invitations as the database has them. Keeps no state.

use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use rusqlite::Row;
use rusqlite::params;

use super::Invite;
use super::InviteId;
use super::Kind;
use super::Looked;
use super::Order;
use super::OrderError;
use super::Person;
use super::Ticket;
use super::may_give;
use crate::accounts::AccountId;
use crate::accounts::Role;
use crate::accounts::joining;
use crate::clock::UtcMicros;
use crate::limits;
use crate::settings;
use crate::settings::MEMBERS_INVITE;

/// A row to be written.
pub(super) struct New {
    pub order: Order,
    /// Prepared.
    pub name: Option<Arc<str>>,
    pub account: Option<AccountId>,
    pub created_at: UtcMicros,
    pub expires_at: UtcMicros,
}

/// Open: not taken back, not run out, places left. `?1` is now.
const OPEN: &str = "revoked_at IS NULL AND expires_at > ?1 AND uses < uses_max";

pub(super) fn insert(c: &Connection, new: &New, hash: &[u8; 32]) -> rusqlite::Result<Result<InviteId, OrderError>> {
    let order = &new.order;
    if let Some(account) = new.account {
        let sql = "UPDATE invite SET revoked_at = ?1 WHERE account = ?2 AND revoked_at IS NULL AND uses = 0";
        c.execute(sql, params![new.created_at, account])?;
    }
    if let Some(name) = &new.name
        && (exists(c, name)? || is_kept(c, name, None, new.created_at)?)
    {
        return Ok(Err(OrderError::NameTaken));
    }
    let open: u32 =
        c.query_row(&format!("SELECT count(*) FROM invite WHERE {OPEN}"), [new.created_at], |row| row.get(0))?;
    if open >= limits::INVITES_OPEN_MAX {
        return Ok(Err(OrderError::Quota(open)));
    }
    if let (Some(quota), Some(inviter)) = (order.quota, order.inviter) {
        let sql = format!("SELECT coalesce(sum(uses_max - uses), 0) FROM invite WHERE {OPEN} AND inviter = ?2");
        let own: u32 = c.query_row(&sql, params![new.created_at, inviter], |row| row.get(0))?;
        if own.saturating_add(order.uses) > quota {
            return Ok(Err(OrderError::Quota(own)));
        }
    }
    let sql = "INSERT INTO invite (token_hash, kind, inviter, account, name, role, note, uses_max, befriend, ask_first,
               created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    c.execute(
        sql,
        params![
            hash,
            order.kind.as_str(),
            order.inviter,
            new.account,
            new.name,
            order.role.as_str(),
            order.note,
            order.uses,
            order.befriend,
            order.ask_first,
            new.created_at,
            new.expires_at
        ],
    )?;
    Ok(Ok(InviteId(c.last_insert_rowid())))
}

/// Whether one of that account's may still let somebody in, now or when it may invite again.
pub(super) fn has_open(c: &Connection, of: AccountId, now: UtcMicros) -> rusqlite::Result<bool> {
    let sql = format!("SELECT EXISTS (SELECT 1 FROM invite WHERE {OPEN} AND inviter = ?2)");
    c.prepare_cached(&sql)?.query_row(params![now, of], |row| row.get(0))
}

fn exists(c: &Connection, name: &str) -> rusqlite::Result<bool> {
    c.query_row("SELECT EXISTS (SELECT 1 FROM account WHERE name = ?)", [name], |row| row.get(0))
}

/// Whether a name is kept for somebody: by an open invitation (XEP-0401 §6.2) other than `by`, or
/// by a request to join.
pub(in crate::accounts) fn is_kept(
    c: &Connection,
    name: &str,
    by: Option<InviteId>,
    now: UtcMicros,
) -> rusqlite::Result<bool> {
    let sql = format!(
        "SELECT EXISTS (SELECT 1 FROM invite WHERE {OPEN} AND name = ?2 AND id <> ?3)
         OR EXISTS (SELECT 1 FROM join_request WHERE name = ?2 AND at > ?4)"
    );
    let over = joining::over_before(now);
    c.prepare_cached(&sql)?.query_row(params![now, name, by.map_or(0, |id| id.0), over], |row| row.get(0))
}

/// Takes one place for a contact; who was let in before takes no second one. Else as [`spend`].
pub(super) fn spend_once(c: &Connection, id: InviteId, jid: &str, now: UtcMicros) -> rusqlite::Result<bool> {
    let known = "SELECT EXISTS (SELECT 1 FROM invite_use WHERE invite = ? AND jid = ?)";
    Ok(c.query_row(known, params![id.0, jid], |row| row.get(0))? || spend(c, id, jid, now, true)?)
}

/// Takes one place, whether or not the invitation has run out since it was shown. False: there is
/// none left, it was taken back, or whoever gave it out may not invite now.
pub(in crate::accounts) fn spend(
    c: &Connection,
    id: InviteId,
    jid: &str,
    now: UtcMicros,
    befriended: bool,
) -> rusqlite::Result<bool> {
    if by_id(c, id)?.is_none_or(|invite| invite.is_paused()) {
        return Ok(false);
    }
    let sql = "UPDATE invite SET uses = uses + 1 WHERE id = ? AND uses < uses_max AND revoked_at IS NULL";
    if c.execute(sql, [id.0])? == 0 {
        return Ok(false);
    }
    // A name that came and went may come again.
    let sql = "INSERT OR REPLACE INTO invite_use (invite, jid, at, befriended) VALUES (?, ?, ?, ?)";
    c.execute(sql, params![id.0, jid, now, befriended])?;
    Ok(true)
}

/// The place that somebody took who is not let in after all.
pub(in crate::accounts) fn give_back(c: &Connection, id: InviteId, jid: &str) -> rusqlite::Result<()> {
    let taken = c.execute("DELETE FROM invite_use WHERE invite = ? AND jid = ?", params![id.0, jid])?;
    c.execute("UPDATE invite SET uses = uses - ?2 WHERE id = ?1", params![id.0, taken as i64]).map(drop)
}

/// Some: its note. `None`: there is none to take back.
pub(super) fn revoke(
    c: &Connection,
    id: InviteId,
    of: Option<AccountId>,
    now: UtcMicros,
) -> rusqlite::Result<Option<Option<String>>> {
    let sql = "UPDATE invite SET revoked_at = ?1 WHERE id = ?2 AND revoked_at IS NULL AND (?3 IS NULL OR inviter = ?3)
               RETURNING note";
    c.query_row(sql, params![now, id.0, of], |row| row.get(0)).optional()
}

const COLUMNS: &str = "invite.id, kind, inviter, inviting.name, inviting.display_name, invite.account, invite.name,
     invite.role, note, uses, uses_max, befriend, ask_first, invite.created_at, expires_at, revoked_at, owned.name,
     inviting.locked_at IS NOT NULL OR inviting.leaves_at IS NOT NULL, inviting.role
     FROM invite LEFT JOIN account inviting ON inviting.id = inviter
     LEFT JOIN account owned ON owned.id = invite.account";

/// `members_invite`: the setting, as it is in the same transaction.
fn read(row: &Row<'_>, members_invite: bool) -> rusqlite::Result<Invite> {
    let inviter = match (row.get::<_, Option<AccountId>>(2)?, row.get::<_, Option<String>>(3)?) {
        (Some(account), Some(name)) => {
            let shown = row.get::<_, Option<String>>(4)?.unwrap_or_else(|| name.clone());
            Some(Person { account, name: name.into(), shown })
        }
        _ => None,
    };
    let (kind, role): (String, String) = (row.get(1)?, row.get(7)?);
    let own_name: Option<String> = row.get(16)?;
    let name = row.get::<_, Option<String>>(6)?.or(own_name);
    // The schema allows no other kind and role.
    let kind = [Kind::Account, Kind::Reset].into_iter().find(|one| one.as_str() == kind).unwrap_or(Kind::Contact);
    let inviting: Option<Role> = row.get::<_, Option<String>>(18)?.and_then(|role| role.parse().ok());
    Ok(Invite {
        id: InviteId(row.get(0)?),
        kind,
        inviter,
        inviter_closed: row.get(17)?,
        // The place itself always may.
        inviter_may_not: inviting.is_some_and(|role| !may_give(kind, role, members_invite)),
        account: row.get(5)?,
        name: name.map(Into::into),
        role: role.parse().unwrap_or(Role::Limited),
        note: row.get(8)?,
        uses: row.get(9)?,
        of: row.get(10)?,
        befriend: row.get(11)?,
        ask_first: row.get(12)?,
        created_at: row.get(13)?,
        expires_at: row.get(14)?,
        revoked_at: row.get(15)?,
        used_by: Vec::new(),
    })
}

fn uses(c: &Connection, id: InviteId) -> rusqlite::Result<Vec<(String, UtcMicros)>> {
    let mut select = c.prepare_cached("SELECT jid, at FROM invite_use WHERE invite = ? ORDER BY at, jid")?;
    select.query_map([id.0], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

pub(super) fn list(c: &Connection, of: Option<AccountId>) -> rusqlite::Result<Vec<Invite>> {
    let sql = format!("SELECT {COLUMNS} WHERE ?1 IS NULL OR inviter = ?1 ORDER BY invite.id DESC LIMIT ?2");
    let members_invite = settings::is_on(c, &MEMBERS_INVITE)?;
    let mut select = c.prepare_cached(&sql)?;
    let found = select.query_map(params![of, limits::INVITES_OPEN_MAX], |row| read(row, members_invite))?;
    let found: Vec<Invite> = found.collect::<rusqlite::Result<_>>()?;
    found.into_iter().map(|invite| Ok(Invite { used_by: uses(c, invite.id)?, ..invite })).collect()
}

pub(super) fn look(c: &Connection, hash: &[u8; 32], now: UtcMicros) -> rusqlite::Result<Looked> {
    let found = of_hash(c, hash)?;
    judge(c, found, now)
}

fn of_hash(c: &Connection, hash: &[u8; 32]) -> rusqlite::Result<Option<Invite>> {
    let members_invite = settings::is_on(c, &MEMBERS_INVITE)?;
    let sql = format!("SELECT {COLUMNS} WHERE token_hash = ?");
    c.prepare_cached(&sql)?.query_row([hash], |row| read(row, members_invite)).optional()
}

pub(super) fn whole(c: &Connection, hash: &[u8; 32]) -> rusqlite::Result<Option<Invite>> {
    of_hash(c, hash)?.map(|invite| Ok(Invite { used_by: uses(c, invite.id)?, ..invite })).transpose()
}

pub(super) fn look_by_id(c: &Connection, id: InviteId, now: UtcMicros) -> rusqlite::Result<Looked> {
    let found = by_id(c, id)?;
    judge(c, found, now)
}

fn by_id(c: &Connection, id: InviteId) -> rusqlite::Result<Option<Invite>> {
    let members_invite = settings::is_on(c, &MEMBERS_INVITE)?;
    let sql = format!("SELECT {COLUMNS} WHERE invite.id = ?");
    c.prepare_cached(&sql)?.query_row([id.0], |row| read(row, members_invite)).optional()
}

fn judge(c: &Connection, found: Option<Invite>, now: UtcMicros) -> rusqlite::Result<Looked> {
    let Some(invite) = found else { return Ok(Looked::Unknown) };
    let is_paused = invite.is_paused();
    let Invite { id, kind, inviter, uses: used, of, expires_at, .. } = invite;
    if invite.revoked_at.is_some() || is_paused {
        return Ok(Looked::Withdrawn { kind, inviter: inviter.filter(|_| !invite.inviter_closed) });
    }
    if used >= of {
        let at = uses(c, id)?.last().map_or(invite.created_at, |(_, at)| *at);
        return Ok(match of {
            1 => Looked::Used { kind, at, inviter },
            _ => Looked::Full { of, inviter },
        });
    }
    if expires_at <= now {
        return Ok(Looked::RanOut { kind, at: expires_at, inviter });
    }
    Ok(Looked::Valid(Box::new(Ticket {
        id,
        kind,
        inviter,
        left: of - used,
        of,
        expires_at,
        role: invite.role,
        name: invite.name,
        account: invite.account,
        befriend: invite.befriend,
        ask_first: invite.ask_first,
    })))
}

pub(super) fn unfinished(c: &Connection) -> rusqlite::Result<Vec<(AccountId, AccountId)>> {
    let sql = "SELECT invite.inviter, account.id FROM invite_use JOIN invite ON invite.id = invite_use.invite
               JOIN account ON account.name || '@' = invite_use.jid
               WHERE befriended = 0 AND invite.inviter IS NOT NULL";
    let mut select = c.prepare_cached(sql)?;
    select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

pub(super) fn befriended(c: &Connection, inviter: AccountId, invited: AccountId) -> rusqlite::Result<()> {
    let sql = "UPDATE invite_use SET befriended = 1 WHERE befriended = 0
               AND jid = (SELECT name || '@' FROM account WHERE id = ?2)
               AND invite IN (SELECT id FROM invite WHERE inviter = ?1)";
    c.prepare_cached(sql)?.execute(params![inviter, invited]).map(drop)
}

pub(super) fn withdraw_resets(c: &Connection, at: UtcMicros) -> rusqlite::Result<()> {
    c.execute("UPDATE invite SET revoked_at = ? WHERE kind = 'reset' AND revoked_at IS NULL", [at]).map(drop)
}

pub(super) fn sweep(c: &Connection, before: UtcMicros) -> rusqlite::Result<usize> {
    c.execute("DELETE FROM invite WHERE expires_at < ?1 OR revoked_at < ?1", [before])
}
