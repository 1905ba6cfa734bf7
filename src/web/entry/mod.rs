//! How friends come in, and back in: `/invite/TOKEN`, `/welcome`, `/reset/TOKEN`, `/recover`.
//!
//! State, in memory: [`Entry`]. The rules are `accounts::invites`, `accounts::joining` and `accounts::recovery`; what is
//! done goes through `route::entry`, as for apps.

mod again;
mod contact;
pub(super) mod device;
mod invite;
mod over;
mod recover;
mod reset;
mod sign_up;
mod waiting;
mod welcome;

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;
use axum::routing::get;
use axum::routing::post;
use zeroize::Zeroizing;

use super::Inner;
use super::ask::Asked;
use super::faults::Fault;
use super::frame::Errors;
use super::sign_in::with_cookie;
use super::signed;
use crate::accounts::AccountId;
use crate::accounts::invites::InviteId;
use crate::accounts::invites::Looked;
use crate::accounts::invites::token_in;
use crate::accounts::joining::Rules;
use crate::accounts::passwords;
use crate::accounts::passwords::About;
use crate::accounts::standing::Closed;
use crate::features::Parts;
use crate::limits;
use crate::route;
use crate::texts::Book;
use crate::texts::Text;
use crate::texts::text;
use crate::web::form::Form;

/// All pages of this room.
pub(super) fn routes() -> Router<Arc<Inner>> {
    Router::new()
        .route("/invite/{token}", get(invite::show))
        .route("/invite/{token}/", get(invite::slash))
        .route("/invite/{token}/ask", post(again::send))
        .route("/invite/{token}/add", post(contact::add))
        .route("/invite/{token}/sign-up", get(sign_up::show).post(sign_up::send))
        .route("/waiting/{token}", get(waiting::show))
        .route("/welcome", get(welcome::show))
        .route("/reset/{token}", get(reset::show).post(reset::send))
        .route("/recover", get(recover::show).post(recover::send))
}

/// What these pages remember.
#[derive(Default)]
pub(super) struct Entry {
    /// Recovery codes that were made and not shown yet.
    codes: Mutex<Passing<AccountId, Zeroizing<String>>>,
    /// Invitations whose inviter was asked for a new one.
    asked: Mutex<Passing<InviteId, ()>>,
    /// Whose leaving the owners were told of.
    left: Mutex<Passing<AccountId, ()>>,
}

/// Things that are kept until a time, and never more than so many.
struct Passing<K, V>(HashMap<K, (V, Duration)>);

impl<K, V> Default for Passing<K, V> {
    fn default() -> Self {
        Passing(HashMap::new())
    }
}

impl<K: Eq + Hash, V> Passing<K, V> {
    /// False: there is no room.
    fn put(&mut self, key: K, value: V, now: Duration, lasts_s: u64, most: usize) -> bool {
        self.0.retain(|_, (_, until)| *until > now);
        let fits = self.0.len() < most;
        if fits {
            self.0.insert(key, (value, now + Duration::from_secs(lasts_s)));
        }
        fits
    }

    fn has(&self, key: &K, now: Duration) -> bool {
        self.0.get(key).is_some_and(|(_, until)| *until > now)
    }

    fn take(&mut self, key: &K, now: Duration) -> Option<V> {
        self.0.remove(key).filter(|(_, until)| *until > now).map(|(value, _)| value)
    }
}

impl Entry {
    fn codes(&self) -> MutexGuard<'_, Passing<AccountId, Zeroizing<String>>> {
        self.codes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the owners are to be told that somebody is leaving; not again within a day. Where too many leave, no
    /// owner is told of the others: the list of people names them.
    pub(super) fn leaves_first(&self, account: AccountId, now: Duration) -> bool {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        !left.has(&account, now) && left.put(account, (), now, limits::LEFT_AGAIN_S, limits::LEFT_MAX)
    }

    fn asked(&self) -> MutexGuard<'_, Passing<InviteId, ()>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What chat is made of. A friend is not led to the set-up.
fn chat<'a>(site: &'a Inner, asked: &Asked) -> Result<&'a Arc<Parts>, Response> {
    match site.settings.domain() {
        Some(_) => site.chat(asked),
        None => {
            let heading = text("entry-closed").with("place", site.place());
            Err(site.refusal(asked, StatusCode::SERVICE_UNAVAILABLE, &heading, &text("entry-closed-next")))
        }
    }
}

/// A token as it stands in an address. Err: it cannot be one, or something hangs on it that a message put there.
fn token<'a>(site: &Inner, asked: &Asked, typed: &'a Path<String>) -> Result<&'a str, Response> {
    let token = token_in(typed);
    match token.len() {
        limits::TOKEN_SIGNS if token == typed.as_str() => Ok(token),
        limits::TOKEN_SIGNS => Err(Redirect::permanent(&format!("/invite/{token}")).into_response()),
        0..limits::TOKEN_SIGNS => {
            let next = text("entry-cut-next").with("count", limits::TOKEN_SIGNS);
            Err(site.refusal(asked, StatusCode::NOT_FOUND, &text("entry-cut"), &next))
        }
        _ => Err(site.fault(asked, Fault::NotFound)),
    }
}

/// What a token comes to; wrong ones are counted against who shows them.
async fn look(site: &Inner, asked: &Asked, parts: &Parts, token: &str) -> Result<Looked, Response> {
    let looked = parts.invites.look(token, Some(asked.visitor.peer.ip())).await;
    looked.map_err(|error| site.not_kept(asked, &error))
}

/// What is wrong with the password of a form. Without a script it is typed twice.
fn check_password(fields: &Form, name: &str, rules: Option<&Rules<'_>>, errors: &mut Errors) {
    let typed = fields.raw("password");
    let refused = rules.and_then(|rules| {
        let about = About { name, domain: rules.domain, place: rules.place };
        passwords::check(typed, &about).err()
    });
    if let Some(weak) = refused {
        errors.add("password", weak.text());
    } else if fields.text("twice") == "yes" && fields.raw("password_again") != typed {
        errors.add("password_again", text("password-differs"));
    }
}

/// The form's page again, or for the first time: its title counts the mistakes.
fn title(asked: &Asked, title: Text, errors: &Errors) -> Text {
    match errors.is_empty() {
        true => title,
        false => text("title-errors").with("count", errors.len()).with("page", asked.lang.book().plain(&title)),
    }
}

/// Signs the browser in and leads it to `/welcome`. A recovery code, where there is none yet, is made on the way.
async fn let_in(site: &Inner, asked: &Asked, parts: &Parts, account: AccountId, note: &str) -> Response {
    let leaving = match parts.accounts.closed(account) {
        Some(Closed::Locked) => return locked(site, asked),
        closed => closed.is_some(),
    };
    let cookie = match signed::begin(site, asked, account, None).await {
        Ok(cookie) => cookie,
        Err(reply) => return reply,
    };
    if leaving {
        // As after signing in: that page asks whether they stay.
        return with_cookie(Redirect::to("/stay"), cookie);
    }
    if let Ok(None) = parts.accounts.recovery_code_made_at(account).await {
        match parts.accounts.make_recovery_code(account).await {
            Ok(code) => {
                let (now, most) = (site.clock.since_start(), limits::RECOVERY_CODES_WAITING_MAX);
                site.entry.codes().put(account, code, now, limits::RECOVERY_CODE_WAITS_S, most);
            }
            // One can be made at any time.
            Err(error) => tracing::warn!(account = account.0, %error, "there is no recovery code yet"),
        }
    }
    with_cookie(Redirect::to(&format!("/welcome{note}")), cookie)
}

/// Who has shown a right link or code, and is locked all the same.
fn locked(site: &Inner, asked: &Asked) -> Response {
    site.refusal(asked, StatusCode::FORBIDDEN, &text("sign-in-locked"), &text("entry-locked-next"))
}

/// Says something to one of our people: in the visitor's language only what is the visitor's own. It waits for who is
/// away; who cannot be told now is noted in the log.
async fn tell(parts: &Parts, account: AccountId, book: &Book, message: &Text) -> bool {
    let told = route::tell(parts, account, &book.plain(message)).await;
    if let Err(error) = &told {
        tracing::warn!(account = account.0, ?error, "somebody could not be told");
    }
    told.is_ok()
}

/// What apps read without asking for the page's words: the one link, first in its header (XEP-0401 §5, and what apps
/// make of it), and any web page's leave to read it.
fn with_link(mut reply: Response, xmpp: &str) -> Response {
    if let Ok(link) = HeaderValue::from_str(&format!("<{xmpp}>; rel=\"alternate\"")) {
        reply.headers_mut().insert(header::LINK, link);
    }
    reply
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_kept_until_its_time_and_taken_once() {
        let mut passing = Passing::default();
        let at = Duration::from_secs;
        assert!(passing.put(1, 'a', at(0), 10, 2) && passing.put(2, 'b', at(5), 10, 2));
        assert!(!passing.put(3, 'c', at(9), 10, 2), "there is no room");
        assert!(passing.has(&1, at(9)) && !passing.has(&1, at(10)) && passing.put(3, 'c', at(10), 10, 2));
        assert_eq!(
            (passing.take(&2, at(14)), passing.take(&2, at(14)), passing.take(&3, at(99))),
            (Some('b'), None, None)
        );
    }
}
