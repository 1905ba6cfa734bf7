//! Questions about invitations: create, list, revoke. Keeps no state.

use std::fmt::Display;

use serde::Deserialize;
use serde_json::Value;
use serde_json::json;

use super::Reply;
use super::date;
use super::read;
use crate::accounts::Role;
use crate::accounts::invites::Invite;
use crate::accounts::invites::InviteId;
use crate::accounts::invites::InviteState;
use crate::accounts::invites::Made;
use crate::accounts::invites::Order;
use crate::accounts::invites::OrderError;
use crate::audit::By;
use crate::server::failure::Failure;
use crate::server::house::House;
use crate::server::people;
use crate::store::relative::absolute;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    #[serde(default)]
    uses: Option<u32>,
    /// `7d`.
    #[serde(default)]
    expires: Option<String>,
    #[serde(default)]
    note: Option<String>,
    #[serde(default)]
    role: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Numbered {
    id: i64,
}

/// In the name of who has been an owner longest: so invited people know somebody at once.
pub(super) async fn create(house: &House, with: Value) -> Reply {
    let domain = house.domain()?;
    let new: New = read(with)?;
    let inviter = house.accounts.owners().first().copied();
    let mut order = Order { machine: true, ..Order::account(inviter) };
    order.uses = new.uses.unwrap_or(order.uses);
    order.note = new.note.filter(|note| !note.is_empty());
    if let Some(text) = &new.expires {
        order.lasts_s = seconds(text).ok_or_else(|| {
            Failure::usage(format!("--expires cannot be \"{text}\""), "it has to be a time such as 12h, 7d or 4w")
        })?;
    }
    if let Some(text) = &new.role {
        let wrong = |_| Failure::usage(format!("there is no role \"{text}\""), "take owner, member or limited");
        order.role = text.parse::<Role>().map_err(wrong)?;
    }
    let made = house.invites.create(order).await.map_err(|error| of_order(house, error))?;
    Ok(told(house, &domain, &made))
}

/// A new link with all its forms: the only time that it is told.
pub(in crate::server) fn told(house: &House, domain: &str, made: &Made) -> Value {
    let links = people::links(house, domain);
    json!({
        "id": made.id.0,
        "link": links.landing(made),
        "uri": links.xmpp(made),
        "expires_at": date(made.expires_at),
    })
}

pub(super) async fn list(house: &House) -> Reply {
    let domain = house.domain()?;
    let now = house.clock.utc();
    let invites = house.invites.list(None).await.map_err(not_read)?;
    Ok(invites.iter().map(|invite| row(invite, &domain, now)).collect())
}

fn row(invite: &Invite, domain: &str, now: i64) -> Value {
    let state = match invite.state(now) {
        InviteState::Open => "open",
        InviteState::Paused => "paused",
        InviteState::Withdrawn => "withdrawn",
        InviteState::Used => "used",
        InviteState::RanOut => "run out",
    };
    let used_by = invite.used_by.iter().map(|(jid, at)| {
        let address = absolute(domain, jid).map(|jid| jid.to_string());
        json!({ "address": address, "at": date(*at) })
    });
    json!({
        "id": invite.id.0,
        "kind": invite.kind.as_str(),
        "state": state,
        "inviter": invite.inviter.as_ref().map(|inviter| &*inviter.name),
        "name": invite.name.as_deref(),
        "role": invite.role.as_str(),
        "note": invite.note,
        "uses": invite.uses,
        "of": invite.of,
        "ask_first": invite.ask_first,
        "created_at": date(invite.created_at),
        "expires_at": date(invite.expires_at),
        "used_by": used_by.collect::<Vec<_>>(),
    })
}

pub(super) async fn revoke(house: &House, with: Value) -> Reply {
    let numbered: Numbered = read(with)?;
    let revoked = house.invites.revoke(InviteId(numbered.id), None, &By::Machine).await;
    match revoked.map_err(|error| house.not_kept("the invitation was not taken back", error))? {
        true => Ok(json!({ "id": numbered.id })),
        false => {
            let what = format!("there is no invitation {} to take back", numbered.id);
            Err(Failure::new(what, "imera invite list names those there are"))
        }
    }
}

fn not_read(error: impl Display) -> Failure {
    Failure::new(format!("the invitations cannot be read ({error})"), "run imera check database")
}

pub(in crate::server) fn of_order(house: &House, error: OrderError) -> Failure {
    match error {
        OrderError::Store(error) => house.not_kept("the link was not made", error),
        OrderError::Quota(_) => Failure::new(error, "take some back by imera invite revoke"),
        error => Failure::usage(format!("there is no new link ({error})"), "choose another value"),
    }
}

/// `30min`, `12h`, `7d`, `4w`; a number alone is days.
fn seconds(text: &str) -> Option<u64> {
    let text = text.trim();
    let unit = text.trim_start_matches(|sign: char| sign.is_ascii_digit());
    let number: u64 = text[..text.len() - unit.len()].parse().ok()?;
    let seconds = match unit.trim() {
        "m" | "min" => 60,
        "h" => 3_600,
        "" | "d" => 86_400,
        "w" => 7 * 86_400,
        _ => return None,
    };
    number.checked_mul(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contract_expires_is_a_number_with_its_unit() {
        for (text, wanted) in [
            ("7d", Some(604_800)),
            ("2", Some(172_800)),
            ("12 h", Some(43_200)),
            ("30min", Some(1_800)),
            ("4w", Some(2_419_200)),
            ("d", None),
            ("-1d", None),
            ("7y", None),
            ("99999999999999999999d", None),
        ] {
            assert_eq!(seconds(text), wanted, "{text}");
        }
    }
}
