//! `/setup`: the code, so that only who can see the machine gets in.
//!
//! Opening the printed address only fills the field in: previews and prefetching must not claim. Keeps no state.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::Response;

use super::COOKIE;
use super::code::Tried;
use super::done;
use super::draft;
use super::draft::Holder;
use super::steps;
use super::to;
use crate::clock;
use crate::clock::UtcMicros;
use crate::limits;
use crate::store::StoreError;
use crate::texts::Markup;
use crate::texts::Text;
use crate::texts::text;
use crate::web::Inner;
use crate::web::ask::Asked;
use crate::web::certified::Known;
use crate::web::faults::Fault;
use crate::web::form::Form;
use crate::web::frame::Errors;
use crate::web::frame::Frame;
use crate::web::frame::page;
use crate::web::securely::securely;

#[derive(Template)]
#[template(path = "setup/begin.html")]
struct Page {
    f: Frame,
    errors: Errors,
    /// Heading and words of a warning.
    warning: Option<(Markup, Markup)>,
    code: String,
    /// Under TLS: nobody vouches for the machine but its screen.
    known: Option<Known>,
}

pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked) -> Response {
    if site.settings.domain().is_some() {
        return done::after(&site, &asked);
    }
    let code = asked.query("code").unwrap_or_default();
    if !asked.visitor.may_tell_secrets() {
        return burn(&site, &asked, &code);
    }
    if let Some(cookie) = asked.cookie(COOKIE) {
        match draft::holder(&site.store, draft::browser(cookie), site.clock.utc()).await {
            Err(error) => return site.not_kept(&asked, &error),
            Ok(Holder::This(draft)) => return to(&format!("{}?n=back", steps::goes_on(&draft))),
            Ok(Holder::Other { at, from }) => return taken(&site, &asked, at, from),
            Ok(Holder::Nobody) => {}
        }
    }
    let host = asked.host().unwrap_or("?").to_owned();
    let warning = match asked.query("n").as_deref() {
        Some("again") => Some((text("setup-code-again"), text("setup-code-again-next"))),
        Some("cookies") => Some((text("setup-code-again"), text("setup-code-cookies").with("host", host))),
        _ => None,
    };
    // What no code can be is not shown back.
    let code: String = code.chars().filter(|sign| sign.is_ascii_alphanumeric() || *sign == '-').take(12).collect();
    form((&site, &asked), StatusCode::OK, Errors::default(), warning, code)
}

/// A code that went over the internet for all to read is worth nothing now.
fn burn(site: &Inner, asked: &Asked, code: &str) -> Response {
    let burnt = site.wizard.code().is(code, site.clock.since_start());
    if burnt {
        tracing::warn!("the set-up code came over plain HTTP from a public address: here is another one");
        site.wizard.new_code(&site.clock);
    }
    securely(site, asked, "/setup")
}

pub(super) async fn send(State(site): State<Arc<Inner>>, asked: Asked, fields: Form) -> Response {
    if site.settings.domain().is_some() {
        return done::after(&site, &asked);
    }
    if !asked.visitor.may_tell_secrets() {
        return burn(&site, &asked, fields.text("code"));
    }
    let now = site.clock.since_start();
    let (tried, worn) = {
        let mut code = site.wizard.code();
        (code.tried(fields.text("code"), asked.visitor.peer.ip(), now), code.is_worn())
    };
    if worn {
        tracing::warn!("the set-up code was guessed at too often: here is another one");
        site.wizard.new_code(&site.clock);
    }
    let error = match tried {
        Tried::Right => return claim(&site, &asked).await,
        Tried::Empty => text("setup-code-empty"),
        Tried::Length(signs) => text("setup-code-length").with("count", signs),
        Tried::Wrong => text("setup-code-wrong"),
        Tried::RanOut => text("setup-code-ran-out"),
        Tried::Wait(wait_s) => return site.fault(&asked, Fault::TooMany(wait_s)),
        Tried::Last(wait_s) => {
            let error = text("setup-code-wait").with("minutes", wait_s.div_ceil(60) as usize);
            let mut reply = wrong((&site, &asked), StatusCode::TOO_MANY_REQUESTS, error);
            reply.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait_s));
            return reply;
        }
    };
    wrong((&site, &asked), StatusCode::UNPROCESSABLE_ENTITY, error)
}

/// This browser holds the set-up from now on.
async fn claim(site: &Inner, asked: &Asked) -> Response {
    let token = clock::token();
    let from = asked.visitor.peer.ip().to_canonical().to_string();
    let (browser, now) = (draft::browser(&token), site.clock.utc());
    let claimed = async {
        let before = draft::take(&site.store, browser, from, now).await?;
        Ok::<_, StoreError>((before, draft::holder(&site.store, browser, now).await?))
    };
    let (before, draft) = match claimed.await {
        Ok((before, Holder::This(draft))) => (before, draft),
        // Another one was faster, by a moment.
        Ok((_, Holder::Other { at, from })) => return taken(site, asked, at, from),
        Ok((_, Holder::Nobody)) => return to("/setup?n=again"),
        Err(error) => return site.not_kept(asked, &error),
    };
    let same = asked.cookie(COOKIE).is_some();
    let note = if before && !same { "here" } else { "begun" };
    let mut reply = to(&format!("{}?n={note}", steps::goes_on(&draft)));
    reply.headers_mut().insert(header::SET_COOKIE, cookie(&token, asked.visitor.tls));
    reply
}

/// The Set-Cookie value of the browser that holds the set-up.
pub(super) fn cookie(token: &str, tls: bool) -> HeaderValue {
    let (secure, age) = (if tls { "; Secure" } else { "" }, limits::SETUP_CODE_MAX_S);
    let cookie = format!("{COOKIE}={token}; Path=/setup; Max-Age={age}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&cookie).expect("a token is URL-safe base64")
}

/// Another browser holds the set-up now.
pub(super) fn taken(site: &Inner, asked: &Asked, at: UtcMicros, from: String) -> Response {
    let minutes = ((site.clock.utc() - at) / 60_000_000).max(0) as usize;
    let next = text("setup-code-taken-next").with("from", from).with("minutes", minutes);
    let warning = Some((text("setup-code-taken"), next));
    form((site, asked), StatusCode::FORBIDDEN, Errors::default(), warning, String::new())
}

fn wrong((site, asked): (&Inner, &Asked), status: StatusCode, error: Text) -> Response {
    let mut errors = Errors::default();
    errors.add("code", error);
    form((site, asked), status, errors, None, String::new())
}

fn form(
    (site, asked): (&Inner, &Asked),
    status: StatusCode,
    errors: Errors,
    warning: Option<(Text, Text)>,
    code: String,
) -> Response {
    let mut title = text("setup-code-title");
    if !errors.is_empty() {
        let page = asked.lang.book().plain(&title);
        title = text("title-errors").with("count", errors.len()).with("page", page);
    }
    let f = Frame { sky: "at-1", ..Frame::new(asked, &title, None) };
    let warning = warning.map(|(heading, next)| (f.t.html(&heading), f.t.html(&next)));
    let known = asked.visitor.tls.then(|| Known::of_serving(site.serving().as_ref())).flatten();
    page(status, &Page { f, errors, warning, code, known })
}
