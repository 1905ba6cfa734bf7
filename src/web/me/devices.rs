//! `/me/devices`: what is signed in, apps and browsers, and each one's way out.
//!
//! Keeps no state.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;

use super::Tab;
use super::names;
use super::tab;
use crate::accounts::browsers::Browser;
use crate::features::Parts;
use crate::sessions::End;
use crate::sessions::Session;
use crate::texts::Markup;
use crate::texts::text;
use crate::web::Inner;
use crate::web::ask::Asked;
use crate::web::days;
use crate::web::form::Form;
use crate::web::frame::Errors;
use crate::web::frame::Frame;
use crate::web::frame::page;
use crate::web::sign_in::with_cookie;
use crate::web::signed;
use crate::web::signed::Signed;
use crate::xmpp::ns;

#[derive(Template)]
#[template(path = "me/devices.html")]
struct Page {
    f: Frame,
    tab: Tab,
    apps: Vec<Row>,
    browsers: Vec<Row>,
}

/// One device, as it is listed.
struct Row {
    /// A sign of the sprite, and what it means.
    sign: &'static str,
    state: Markup,
    name: Markup,
    says: Markup,
    /// What the button sends: the field's name is the list's.
    value: String,
}

/// GET `/me/devices`
pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked, who: Signed) -> Response {
    let parts = match site.chat(&asked) {
        Ok(parts) => parts,
        Err(reply) => return reply,
    };
    let browsers = match site.accounts.browsers(who.account).await {
        Ok(browsers) => browsers,
        Err(error) => return site.not_kept(&asked, &error),
    };
    let notice = match asked.query("n").as_deref() {
        Some("out") => Some(text("me-devices-done")),
        Some("others") => Some(text("me-devices-others-done")),
        Some("gone") => Some(text("me-devices-gone")),
        _ => None,
    };
    let (f, tab) = tab(&site, &asked, &who, ("/me/devices", text("me-devices-title")), Errors::default(), notice);
    let sessions = parts.sessions.of(who.account);
    let here = sessions.iter().filter(|session| session.ended().is_none());
    let apps = here.map(|session| app(&f, session)).collect();
    let now = site.clock.utc();
    let browsers = browsers.iter().map(|browser| row(&f, browser, browser.id == who.session, now)).collect();
    page(StatusCode::OK, &Page { f, tab, apps, browsers })
}

fn app(f: &Frame, session: &Session) -> Row {
    let resource = session.jid().resource().unwrap_or_default();
    let name = match names::app(resource) {
        Some(app) => text("me-device-app").with("app", app).with("resource", names::short(resource)),
        None => text("me-device-other").with("resource", names::short(resource)),
    };
    let show = session.presence().map(|presence| {
        let show = presence.content.find(ns::CLIENT, "show");
        show.map(|show| show.element().text()).unwrap_or_default()
    });
    let (sign, state) = match show.as_deref() {
        None => ("asleep", text("me-device-silent")),
        Some("away" | "xa") => ("away", text("me-device-away")),
        Some("dnd") => ("busy", text("me-device-busy")),
        Some(_) => ("here", text("me-device-here")),
    };
    let state = f.t.html(&state);
    Row { sign, says: Markup(state.0.clone()), state, name: f.t.html(&name), value: resource.to_owned() }
}

fn row(f: &Frame, browser: &Browser, this: bool, now: i64) -> Row {
    let name = match names::browser(&browser.agent) {
        (Some(browser), Some(system)) => text("me-browser-on").with("browser", browser).with("system", system),
        (Some(browser), None) => text("me-browser").with("browser", browser),
        _ if browser.agent.is_empty() => text("me-browser-silent"),
        _ => text("me-browser-other").with("agent", names::short(&browser.agent)),
    };
    let when = days::moment(&f.t, if this { browser.created_at } else { browser.seen_at }, now);
    let (sign, state, says) = match this {
        true => ("here", text("me-browser-this"), text("me-browser-since").with("when", when)),
        false => {
            let says = text("me-browser-seen").with("when", when).with("from", &browser.from);
            ("asleep", text("me-browser-away"), says)
        }
    };
    Row { sign, state: f.t.html(&state), name: f.t.html(&name), says: f.t.html(&says), value: browser.id.to_string() }
}

/// POST `/me/devices`: one button, one device; or all but this browser.
pub(super) async fn out(State(site): State<Arc<Inner>>, asked: Asked, who: Signed, fields: Form) -> Response {
    let parts = match site.chat(&asked) {
        Ok(parts) => parts,
        Err(reply) => return reply,
    };
    let browser = fields.text("browser").parse::<i64>().ok();
    let ended = match (fields.raw("app"), browser) {
        _ if !fields.text("others").is_empty() => {
            end_apps(parts, &who, None);
            site.accounts.end_other_browsers(who.account, who.session).await.map(|_| "others")
        }
        (_, Some(id)) if id == who.session => {
            return match signed::end(&site, &asked).await {
                Ok(cookie) => with_cookie(Redirect::to("/sign-in?n=out"), cookie),
                Err(reply) => reply,
            };
        }
        (_, Some(id)) => {
            let ended = site.accounts.end_browser(who.account, id).await;
            ended.map(|ended| if ended { "out" } else { "gone" })
        }
        ("", None) => Ok("gone"),
        (app, None) => Ok(if end_apps(parts, &who, Some(app)) { "out" } else { "gone" }),
    };
    match ended {
        Ok(note) => Redirect::to(&format!("/me/devices?n={note}")).into_response(),
        Err(error) => site.not_kept(&asked, &error),
    }
}

/// Whether there was one. `resource`: only this one.
fn end_apps(parts: &Parts, who: &Signed, resource: Option<&str>) -> bool {
    let sessions = parts.sessions.of(who.account);
    let meant =
        sessions.iter().filter(|session| resource.is_none_or(|wanted| session.jid().resource() == Some(wanted)));
    meant.map(|session| session.end(End::SignedOut)).count() > 0
}
