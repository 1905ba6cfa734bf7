//! `/admin/invites`: a new invitation, the link just made, and what became of all of them. Keeps no state.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::Inner;
use super::super::ask::Asked;
use super::super::faults::Fault;
use super::super::form::Form;
use super::super::frame::Errors;
use super::super::frame::Frame;
use super::super::frame::page;
use super::super::fresh::About;
use super::super::fresh::Link;
use super::super::invitations;
use super::super::invitations::Row;
use super::super::shown::ShownLink;
use super::super::signed::Owner;
use super::desk;
use super::desk::Desk;
use super::number;
use super::to;
use crate::accounts::Role;
use crate::accounts::invites::InviteId;
use crate::accounts::invites::Order;
use crate::accounts::invites::OrderError;
use crate::clock;
use crate::features::Parts;
use crate::limits;
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
        if let Some(error) = invitations::note_refused(&self.note) {
            errors.add("note", error);
        }
        let lasts_s = invitations::lasts_s(&self.lasts)?;
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
    let rows = shown.map(|invite| Row::of(&f.t, invite, owner.0.account, now)).collect();
    let before = (at > 1).then(|| at - 1);
    let behind = (invites.len() > first + limits::INVITES_PAGE).then(|| at + 1);
    let (once, most) = (clock::token(), limits::INVITE_USES_MAX);
    page(status, &Page { f, d, filled, once, most, link, rows, before, behind })
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
