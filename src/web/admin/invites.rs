//! `/admin/invites`: a new invitation, the link just made, and what became of all of them. Keeps no state.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::Inner;
use super::super::ask::Asked;
use super::super::days;
use super::super::faults::Fault;
use super::super::form::Form;
use super::super::frame::Errors;
use super::super::frame::Frame;
use super::super::frame::page;
use super::super::signed::Owner;
use super::desk;
use super::desk::Desk;
use super::fresh::About;
use super::fresh::Link;
use super::number;
use super::shown::ShownLink;
use super::to;
use crate::accounts::Role;
use crate::accounts::invites::Invite;
use crate::accounts::invites::InviteId;
use crate::accounts::invites::InviteState;
use crate::accounts::invites::Kind;
use crate::accounts::invites::Order;
use crate::accounts::invites::OrderError;
use crate::clock;
use crate::clock::UtcMicros;
use crate::features::Parts;
use crate::limits;
use crate::texts::Book;
use crate::texts::Markup;
use crate::texts::Text;
use crate::texts::text;

#[derive(Template)]
#[template(path = "admin/invites.html")]
struct Page {
    f: Frame,
    d: Desk,
    filled: Filled,
    /// Marks the form, so that it makes one link however often it is sent.
    once: String,
    most: u32,
    link: Option<ShownLink>,
    rows: Vec<Row>,
    before: Option<usize>,
    behind: Option<usize>,
}

/// The form as it was sent, or as it begins.
struct Filled {
    note: String,
    uses: String,
    other: String,
    lasts: String,
    role: String,
    ask_first: bool,
}

struct Row {
    id: i64,
    title: Markup,
    note: Option<String>,
    by: Option<Markup>,
    chip: &'static str,
    state: Markup,
    used: Markup,
    /// Who came by it, and when.
    users: Vec<(String, String)>,
    more: usize,
    until: String,
    open: bool,
}

/// What the form offers: value, seconds.
const LASTS: [(&str, u64); 3] = [("1", 86_400), ("7", 7 * 86_400), ("28", 28 * 86_400)];

impl Default for Filled {
    fn default() -> Filled {
        let text = |text: &str| text.to_owned();
        let role = Role::Member.as_str();
        Filled {
            note: text(""),
            uses: text("1"),
            other: text(""),
            lasts: text("7"),
            role: text(role),
            ask_first: false,
        }
    }
}

impl Filled {
    fn of(fields: &Form) -> Filled {
        let short = |name: &str| fields.text(name).chars().take(2 * limits::INVITE_NOTE_MAX_SIGNS).collect();
        Filled {
            note: short("note"),
            uses: short("uses"),
            other: short("other"),
            lasts: short("lasts"),
            role: short("role"),
            ask_first: fields.text("ask_first") == "on",
        }
    }

    /// What is to be made. `None`: our form does not send that. Mistakes that people make go to `errors`.
    fn order(&self, errors: &mut Errors) -> Option<Order> {
        let uses = match self.uses.as_str() {
            "other" => {
                let digits = !self.other.is_empty() && self.other.bytes().all(|byte| byte.is_ascii_digit());
                let number = self.other.parse().ok().filter(|uses| digits && *uses >= 1);
                number.filter(|uses| *uses <= limits::INVITE_USES_MAX).unwrap_or_else(|| {
                    errors.add("other", text("admin-invite-number").with("most", limits::INVITE_USES_MAX));
                    0
                })
            }
            choice => ["1", "5", "20"].contains(&choice).then(|| choice.parse().ok())??,
        };
        if self.note.chars().count() > limits::INVITE_NOTE_MAX_SIGNS || self.note.chars().any(char::is_control) {
            errors.add("note", text("admin-invite-long").with("most", limits::INVITE_NOTE_MAX_SIGNS));
        }
        let (_, lasts_s) = LASTS.into_iter().find(|(value, _)| *value == self.lasts)?;
        // Who may change everything is never made by a link that can be passed on.
        let role = self.role.parse().ok().filter(|role| *role != Role::Owner)?;
        let note = Some(self.note.clone()).filter(|note| !note.is_empty());
        Some(Order { uses, lasts_s, note, role, ask_first: self.ask_first, ..Order::account(None) })
    }
}

/// GET `/admin/invites`
pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked, owner: Owner) -> Response {
    match site.chat(&asked) {
        Ok(parts) => answer((&site, &asked, &owner), parts, Filled::default(), Errors::default()).await,
        Err(reply) => reply,
    }
}

async fn answer(
    (site, asked, owner): (&Inner, &Asked, &Owner),
    parts: &Parts,
    filled: Filled,
    errors: Errors,
) -> Response {
    let invites = match parts.invites.list(None).await {
        Ok(invites) => invites,
        Err(error) => return site.not_kept(asked, &error),
    };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (f, d) = desk::desk((site, asked, owner), &desk::INVITES, &text("admin-invites"), errors);
    let now = site.clock.utc();
    let fresh = |about| matches!(about, About::Invite(_));
    let link = site.fresh.find(owner.0.session, site.clock.since_start(), fresh);
    let link = link.map(|link| ShownLink::of(&f, &link, now));
    let at = asked.query("page").and_then(|page| page.parse::<usize>().ok()).unwrap_or(1).clamp(1, 1_000_000);
    let first = (at - 1) * limits::INVITES_PAGE;
    let shown = invites.iter().skip(first).take(limits::INVITES_PAGE);
    let rows = shown.map(|invite| row(&f.t, invite, owner, now)).collect();
    let before = (at > 1).then(|| at - 1);
    let behind = (invites.len() > first + limits::INVITES_PAGE).then(|| at + 1);
    let (once, most) = (clock::token(), limits::INVITE_USES_MAX);
    page(status, &Page { f, d, filled, once, most, link, rows, before, behind })
}

fn row(t: &Book, invite: &Invite, owner: &Owner, now: UtcMicros) -> Row {
    let title = match (invite.kind, &invite.name) {
        (Kind::Reset, Some(name)) => text("admin-invite-password").with("name", &**name),
        (Kind::Contact, _) => text("admin-invite-contact"),
        (_, Some(name)) => text("admin-invite-for").with("name", &**name),
        _ => text("admin-invite-account"),
    };
    let (chip, state) = state(invite, now);
    let used = match (invite.uses, invite.of) {
        (0, 1) => text("admin-invite-unused"),
        (uses, of) => text("admin-invite-uses").with("uses", uses).with("of", of),
    };
    let users = invite.used_by.iter().rev().take(limits::INVITE_USERS_SHOWN);
    let users = users.map(|(jid, at)| (jid.trim_end_matches('@').to_owned(), days::moment(t, *at, now)));
    let other = invite.inviter.as_ref().filter(|inviter| inviter.account != owner.0.account);
    Row {
        id: invite.id.0,
        title: t.html(&title),
        note: invite.note.clone(),
        by: other.map(|inviter| t.html(&text("admin-invite-by").with("name", &*inviter.name))),
        chip,
        state: t.html(&state),
        used: t.html(&used),
        users: users.collect(),
        more: invite.used_by.len().saturating_sub(limits::INVITE_USERS_SHOWN),
        until: days::day(t, invite.expires_at, now),
        // What is paused may work again.
        open: matches!(invite.state(now), InviteState::Open | InviteState::Paused),
    }
}

/// Class of the chip, and its word.
fn state(invite: &Invite, now: UtcMicros) -> (&'static str, Text) {
    match invite.state(now) {
        InviteState::Open => ("wait", text("admin-invite-open")),
        InviteState::Paused => ("warn", text("admin-invite-paused")),
        InviteState::Withdrawn => ("bad", text("admin-invite-withdrawn")),
        InviteState::Used => ("ok", text("admin-invite-used")),
        InviteState::RanOut => ("off", text("admin-invite-ran-out")),
    }
}

/// POST `/admin/invites`
pub(super) async fn make(State(site): State<Arc<Inner>>, asked: Asked, owner: Owner, fields: Form) -> Response {
    let parts = match site.chat(&asked) {
        Ok(parts) => parts,
        Err(reply) => return reply,
    };
    let (filled, mut errors) = (Filled::of(&fields), Errors::default());
    let once = fields.text("once");
    let Some(order) = filled.order(&mut errors).filter(|_| once.len() == clock::token().len()) else {
        return site.fault(&asked, Fault::Garbled);
    };
    if !errors.is_empty() {
        return answer((&site, &asked, &owner), parts, filled, errors).await;
    }
    let browser = owner.0.session;
    if !site.fresh.is_first(browser, once) {
        return to("/admin/invites?n=twice#made-now");
    }
    match parts.invites.create(Order { inviter: Some(owner.0.account), ..order }).await {
        Ok(made) => {
            let about = About::Invite(made.id);
            let link = Link { about, address: parts.links.landing(&made), expires_at: made.expires_at };
            site.fresh.put(browser, link, site.clock.since_start());
            to("/admin/invites#made-now")
        }
        Err(OrderError::Store(error)) => site.not_kept(&asked, &error),
        Err(OrderError::Quota(_)) => to("/admin/invites?n=too-many"),
        // All else was checked above.
        Err(_) => site.fault(&asked, Fault::Garbled),
    }
}

/// POST `/admin/invites/{id}/withdraw`
pub(super) async fn withdraw(
    State(site): State<Arc<Inner>>,
    asked: Asked,
    owner: Owner,
    Path(id): Path<String>,
    _: Form,
) -> Response {
    let parts = match site.chat(&asked) {
        Ok(parts) => parts,
        Err(reply) => return reply,
    };
    let Some(id) = number(&id).map(InviteId) else { return site.fault(&asked, Fault::NotFound) };
    match parts.invites.revoke(id, None, &owner.by()).await {
        Ok(true) => {
            site.fresh.forget(About::Invite(id));
            to("/admin/invites?n=withdrawn")
        }
        Ok(false) => to("/admin/invites?n=over"),
        Err(error) => site.not_kept(&asked, &error),
    }
}

/// What the page says of a change.
pub(super) fn told(note: &str) -> Option<(&'static str, Text)> {
    Some(match note {
        "withdrawn" => ("ok", text("admin-done-withdrawn")),
        "over" => ("warn", text("admin-invite-over")),
        "twice" => ("ok", text("admin-invite-twice")),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(uses: &str, other: &str, lasts: &str, role: &str) -> Option<(Option<u32>, u64)> {
        let text = |text: &str| text.to_owned();
        let filled =
            Filled { uses: text(uses), other: text(other), lasts: text(lasts), role: text(role), ..Filled::default() };
        let mut errors = Errors::default();
        let order = filled.order(&mut errors)?;
        Some((errors.is_empty().then_some(order.uses), order.lasts_s))
    }

    #[test]
    fn only_what_the_form_offers_is_made() {
        assert_eq!(order("5", "", "1", "member"), Some((Some(5), 86_400)));
        assert_eq!(order("other", "500", "28", "limited"), Some((Some(500), 28 * 86_400)));
        for other in ["", "0", "-1", "501", "1000000000", "99999999999999999999", "1e9", "+5", "٣"] {
            assert_eq!(order("other", other, "7", "member"), Some((None, 7 * 86_400)), "{other}");
        }
        for (uses, lasts, role) in
            [("0", "7", "member"), ("-1", "7", "member"), ("1", "365", "member"), ("1", "7", "x")]
        {
            assert_eq!(order(uses, "", lasts, role), None, "{uses} {lasts} {role}");
        }
        assert_eq!(order("1", "", "7", "owner"), None, "no link makes an owner");
    }
}
