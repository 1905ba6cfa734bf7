//! Invitations on the pages of those who made them: what the form offers, and the rows of their list
//! (`templates/invitations.html`).
//!
//! Keeps no state.

use super::days;
use crate::accounts::AccountId;
use crate::accounts::invites::Invite;
use crate::accounts::invites::InviteState;
use crate::accounts::invites::Kind;
use crate::clock::UtcMicros;
use crate::limits;
use crate::texts::Book;
use crate::texts::Markup;
use crate::texts::Text;
use crate::texts::text;

/// How long one may last: what the form sends, seconds.
const LASTS: [(&str, u64); 3] = [("1", 86_400), ("7", 7 * 86_400), ("28", 28 * 86_400)];

/// `None`: our form does not send that.
pub fn lasts_s(sent: &str) -> Option<u64> {
    LASTS.into_iter().find(|(value, _)| *value == sent).map(|(_, seconds)| seconds)
}

/// What is wrong with a note, if anything is.
pub fn note_refused(note: &str) -> Option<Text> {
    let fits = note.chars().count() <= limits::INVITE_NOTE_MAX_SIGNS && !note.chars().any(char::is_control);
    (!fits).then(|| text("admin-invite-long").with("most", limits::INVITE_NOTE_MAX_SIGNS))
}

/// One of the list.
pub struct Row {
    pub id: i64,
    pub title: Markup,
    pub note: Option<String>,
    pub by: Option<Markup>,
    pub chip: &'static str,
    pub state: Markup,
    pub used: Markup,
    /// Who came by it, and when.
    pub users: Vec<(String, String)>,
    pub more: usize,
    pub until: String,
    pub open: bool,
}

impl Row {
    /// `reader`: whose own invitations need no name.
    pub fn of(t: &Book, invite: &Invite, reader: AccountId, now: UtcMicros) -> Row {
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
        let other = invite.inviter.as_ref().filter(|inviter| inviter.account != reader);
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

/// What a page says of a change: `ok` or `warn`, and its words.
pub fn told(note: &str) -> Option<(&'static str, Text)> {
    Some(match note {
        "withdrawn" => ("ok", text("admin-done-withdrawn")),
        "over" => ("warn", text("admin-invite-over")),
        "twice" => ("ok", text("admin-invite-twice")),
        _ => return None,
    })
}
