//! `/invite/TOKEN/ask`: who holds a link that is over asks the inviter for a new one, by a message from the place.
//!
//! State: which links asked today ([`Entry`](super::Entry)). Once a day a link; what a stranger writes along is a name
//! and nothing else, so that the place passes on no addresses and no letters.

use std::sync::Arc;

use axum::extract::Path;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;

use super::over;
use super::over::Typed;
use super::tell;
use crate::accounts::invites::Invite;
use crate::features::Parts;
use crate::limits;
use crate::texts::Text;
use crate::texts::text;
use crate::web::Inner;
use crate::web::ask::Asked;
use crate::web::days;
use crate::web::form::Form;
use crate::web::frame::Errors;

/// POST `/invite/TOKEN/ask`
pub(super) async fn send(State(site): State<Arc<Inner>>, asked: Asked, typed: Path<String>, fields: Form) -> Response {
    match ask(&site, &asked, &typed, &fields).await {
        Ok(reply) | Err(reply) => reply,
    }
}

async fn ask(site: &Inner, asked: &Asked, typed: &Path<String>, fields: &Form) -> Result<Response, Response> {
    let parts = super::chat(site, asked)?;
    let token = super::token(site, asked, typed)?;
    let looked = super::look(site, asked, parts, token).await?;
    let back = || Redirect::to(&format!("/invite/{token}#asked")).into_response();
    let Some(inviter) = over::friend_of(&looked) else {
        // It holds after all, or there is nobody to ask: its page tells.
        return Ok(back());
    };
    let who = fields.text("who");
    if let Some(error) = refused(who) {
        let mut errors = Errors::default();
        errors.add("who", error);
        let typed = Typed { who, errors, name: "" };
        return Ok(over::answer(site, asked, (parts, token), &looked, Some(typed)).await);
    }
    let invite = parts.invites.of_token(token).await.map_err(|error| site.not_kept(asked, &error))?;
    let Some(invite) = invite.filter(|invite| first_today(site, invite)) else { return Ok(back()) };
    // Whoever asks is a stranger: their language is not the inviter's.
    let book = parts.settings.language().book();
    let day = days::day(&book, invite.created_at, site.clock.utc());
    match tell(parts, inviter.account, &book, &message(parts, &invite, who, day)).await {
        true => {
            tracing::info!(account = inviter.account.0, invite = invite.id.0, "asked for a new invitation");
            Ok(back())
        }
        false => {
            site.entry.asked().take(&invite.id, site.clock.since_start());
            Err(site.busy(asked))
        }
    }
}

/// Notes that it asks. False: it has, within a day, or too many others have.
fn first_today(site: &Inner, invite: &Invite) -> bool {
    let (mut links, now) = (site.entry.asked(), site.clock.since_start());
    !links.has(&invite.id, now) && links.put(invite.id, (), now, limits::ASK_AGAIN_S, limits::ASKING_LINKS_MAX)
}

/// Only what names have. Nothing is fine too.
fn refused(who: &str) -> Option<Text> {
    let signs = who.chars().count();
    let fits = |sign: char| sign.is_alphanumeric() || matches!(sign, ' ' | '-' | '\'' | '’');
    match () {
        () if signs > limits::NAME_MAX_SIGNS => Some(text("over-who-long").with("count", signs)),
        () if !who.chars().all(fits) => Some(text("over-who-sign")),
        () => None,
    }
}

fn message(parts: &Parts, invite: &Invite, who: &str, day: String) -> Text {
    let message = match (who, &invite.note) {
        // The owner has taken the right away: nothing that the inviter could do alone.
        ("", _) if invite.inviter_may_not => text("over-tell-cannot"),
        (who, _) if invite.inviter_may_not => text("over-tell-cannot-who").with("who", who),
        ("", None) => text("over-tell"),
        ("", Some(note)) => text("over-tell-note").with("note", note),
        (who, None) => text("over-tell-who").with("who", who),
        (who, Some(note)) => text("over-tell-who-note").with("who", who).with("note", note),
    };
    message.with("day", day).with("web", parts.links.web())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_tells_a_name_and_nothing_else() {
        for good in ["", "Tom", "Tom aus der 7b", "Anne-Marie O’Neill", "太郎"] {
            assert_eq!(refused(good), None, "{good}");
        }
        for bad in ["evil.example", "https://x", "a@b", "a\nb", "<b>", "🦀", "call 555/123"] {
            assert_eq!(refused(bad), Some(text("over-who-sign")), "{bad}");
        }
        assert_eq!(refused(&"x".repeat(1_000)), Some(text("over-who-long").with("count", 1_000_usize)));
    }
}
