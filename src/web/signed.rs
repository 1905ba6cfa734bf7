//! How a browser is somebody: the cookie, and what pages ask of it.
//!
//! Keeps no state; browsers that are signed in are `accounts::browsers`. Under TLS the cookie is `__Host-imera`, which
//! browsers take and send only there; plainly, from near only, it is `imera`. Each is read on its own way only.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::extract::OptionalFromRequestParts;
use axum::http::HeaderValue;
use axum::http::Method;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;

use super::Inner;
use super::ask::Asked;
use super::ask::is_our_path;
use super::visitor::Visitor;
use crate::accounts::AccountId;
use crate::accounts::Proof;
use crate::accounts::Role;
use crate::accounts::browsers::Browser;
use crate::accounts::browsers::Trace;
use crate::accounts::standing::Closed;
use crate::clock::UtcMicros;
use crate::limits;
use crate::texts::text;

/// Who asks. As an extractor it leads others to `/sign-in`; `Option<Signed>` takes whoever comes.
#[derive(Clone, Debug)]
pub struct Signed {
    pub account: AccountId,
    /// The chat name.
    pub name: String,
    pub role: Role,
    /// Which of the account's browsers, as `accounts::browsers` counts them.
    pub session: i64,
    /// When the password was last right in this browser.
    pub proved_at: UtcMicros,
}

/// An owner asks. Others get a page that says whom the page is for.
#[derive(Clone, Debug)]
pub struct Owner(pub Signed);

/// Somebody whose account is to be removed, unless they stay: all they may do is that, or sign out.
#[derive(Clone, Debug)]
pub(super) struct Leaving {
    pub who: Signed,
    pub at: UtcMicros,
}

/// Who a request is from.
enum Found {
    In(Signed),
    Leaving(Leaving),
    Nobody,
}

/// Signs this browser in: a new cookie, so that nobody knows it beforehand. The one it had is void. Gives the
/// Set-Cookie value; Err: nothing was kept, and the page says why.
/// `proof`: of the password that was typed; `None` where it was just chosen.
pub(super) async fn begin(
    site: &Inner,
    asked: &Asked,
    account: AccountId,
    proof: Option<&Proof>,
) -> Result<HeaderValue, Response> {
    let kept = async {
        if let Some(before) = browser(site, asked).await? {
            site.accounts.end_browser(before.account, before.id).await?;
        }
        site.accounts.begin_browser(account, proof, trace(asked)).await
    };
    match kept.await {
        Ok(Some((_, cookie))) => Ok(cookie_line(asked.visitor, &cookie, limits::WEB_SESSION_MAX_S)),
        // The password changed a moment ago, or the account was locked: the form says which.
        Ok(None) => Err(Redirect::to("/sign-in?n=again").into_response()),
        Err(error) => Err(site.not_kept(asked, &error)),
    }
}

/// Signs this browser out. Gives the Set-Cookie value that takes its cookie away.
pub(super) async fn end(site: &Inner, asked: &Asked) -> Result<HeaderValue, Response> {
    let ended = async {
        match browser(site, asked).await? {
            Some(browser) => site.accounts.end_browser(browser.account, browser.id).await,
            None => Ok(false),
        }
    };
    match ended.await {
        Ok(_) => Ok(cookie_line(asked.visitor, "", 0)),
        Err(error) => Err(site.not_kept(asked, &error)),
    }
}

/// Lax, not Strict: who follows a link from a chat message is still signed in; forms of other sites are the guard's.
fn cookie_line(visitor: Visitor, value: &str, age_s: u64) -> HeaderValue {
    let (name, secure) = (name(visitor), if visitor.tls { "; Secure" } else { "" });
    let line = format!("{name}={value}; Path=/; Max-Age={age_s}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&line).expect("a token is URL-safe base64")
}

fn name(visitor: Visitor) -> &'static str {
    if visitor.tls { "__Host-imera" } else { "imera" }
}

fn trace(asked: &Asked) -> Trace {
    Trace { agent: asked.agent().to_owned(), from: asked.visitor.peer.ip().to_canonical().to_string() }
}

/// The browser whose cookie came. Over plain HTTP from afar none counts: others may have read it.
async fn browser(site: &Inner, asked: &Asked) -> Result<Option<Browser>, crate::store::StoreError> {
    let cookie = asked.cookie(name(asked.visitor)).filter(|_| asked.visitor.may_tell_secrets());
    match cookie {
        Some(cookie) => site.accounts.browser(cookie, trace(asked)).await,
        None => Ok(None),
    }
}

/// Err: the page that says why nobody can be known now.
async fn find(site: &Inner, asked: &Asked) -> Result<Found, Response> {
    let browser = browser(site, asked).await.map_err(|error| site.not_kept(asked, &error))?;
    let Some(browser) = browser else { return Ok(Found::Nobody) };
    let (account, session, proved_at) = (browser.account, browser.id, browser.proved_at);
    let known = site.accounts.name(account).zip(site.accounts.role(account));
    let Some((name, role)) = known else { return Ok(Found::Nobody) };
    let who = Signed { account, name: name.to_string(), role, session, proved_at };
    Ok(match site.accounts.closed(account) {
        None => Found::In(who),
        Some(Closed::Leaving { at }) => Found::Leaving(Leaving { who, at }),
        Some(Closed::Locked) => Found::Nobody,
    })
}

/// To the sign-in page, and from there back to where somebody wanted to go.
fn to_sign_in(parts: &Parts, asked: &Asked) -> Response {
    let path = parts.uri.path();
    let back = match parts.method == Method::GET || parts.method == Method::HEAD {
        true => path,
        // What a form changes has no page of its own; its room has one.
        false if path.starts_with("/invite/") => path.rsplit_once('/').map_or(path, |(page, _)| page),
        false => path.get(1..).and_then(|rest| rest.find('/')).map_or(path, |end| &path[..=end]),
    };
    let mut address = "/sign-in".to_owned();
    if is_our_path(back) {
        address = format!("{address}?to={back}");
    }
    if asked.cookie(name(asked.visitor)).is_some() {
        address.push_str(if address.contains('?') { "&n=again" } else { "?n=again" });
    }
    Redirect::to(&address).into_response()
}

impl FromRequestParts<Arc<Inner>> for Signed {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Inner>) -> Result<Signed, Response> {
        let asked = Asked::of(parts);
        site.chat(&asked)?;
        match find(site, &asked).await? {
            Found::In(who) => Ok(who),
            Found::Leaving(_) => Err(Redirect::to("/stay").into_response()),
            Found::Nobody => Err(to_sign_in(parts, &asked)),
        }
    }
}

impl OptionalFromRequestParts<Arc<Inner>> for Signed {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Inner>) -> Result<Option<Signed>, Response> {
        let asked = Asked::of(parts);
        match find(site, &asked).await? {
            Found::In(who) => Ok(Some(who)),
            Found::Leaving(_) | Found::Nobody => Ok(None),
        }
    }
}

impl FromRequestParts<Arc<Inner>> for Leaving {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Inner>) -> Result<Leaving, Response> {
        let asked = Asked::of(parts);
        site.chat(&asked)?;
        match find(site, &asked).await? {
            Found::Leaving(leaving) => Ok(leaving),
            Found::In(_) => Err(Redirect::to("/").into_response()),
            Found::Nobody => Err(Redirect::to("/sign-in").into_response()),
        }
    }
}

impl FromRequestParts<Arc<Inner>> for Owner {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Inner>) -> Result<Owner, Response> {
        let who = <Signed as FromRequestParts<_>>::from_request_parts(parts, site).await?;
        match who.role {
            Role::Owner => Ok(Owner(who)),
            Role::Member | Role::Limited => Err(for_the_owner(site, &Asked::of(parts), &who)),
        }
    }
}

fn for_the_owner(site: &Inner, asked: &Asked, who: &Signed) -> Response {
    let owner = site.accounts.owners().into_iter().find(|owner| site.accounts.closed(*owner).is_none());
    let owner = owner.and_then(|owner| site.accounts.name(owner)).unwrap_or_default();
    let next = text("fault-owner-next").with("name", &who.name).with("owner", &*owner);
    site.refusal(asked, StatusCode::FORBIDDEN, &text("fault-owner"), &next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc6265bis_4_1_3_2_the_cookie_is_bound_to_this_host_and_to_tls() {
        let line = |tls, value, age| {
            let visitor = Visitor::new(([127, 0, 0, 1], 9).into(), tls);
            cookie_line(visitor, value, age).to_str().unwrap().to_owned()
        };
        assert_eq!(line(true, "x", 5), "__Host-imera=x; Path=/; Max-Age=5; HttpOnly; SameSite=Lax; Secure");
        assert_eq!(line(false, "", 0), "imera=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    }
}
