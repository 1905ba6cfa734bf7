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
use crate::accounts::devices::Device;
use crate::accounts::devices::DeviceId;
use crate::clock::UtcMicros;
use crate::features::Parts;
use crate::route;
use crate::route::entry;
use crate::sessions::End;
use crate::sessions::Session;
use crate::store::StoreError;
use crate::texts::Markup;
use crate::texts::Text;
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
    /// With a password of their own.
    devices: Vec<Row>,
    /// By the account's password.
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
    button: Markup,
}

/// GET `/me/devices`
pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked, who: Signed) -> Response {
    let parts = match site.chat(&asked) {
        Ok(parts) => parts,
        Err(reply) => return reply,
    };
    let listed = (site.accounts.browsers(who.account).await, site.accounts.devices(who.account).await);
    let (browsers, devices) = match listed {
        (Ok(browsers), Ok(devices)) => (browsers, devices),
        (Err(error), _) | (_, Err(error)) => return site.not_kept(&asked, &error),
    };
    let notice = match asked.query("n").as_deref() {
        Some("out") => Some(text("me-devices-done")),
        Some("others") => Some(text("me-devices-others-done")),
        Some("gone") => Some(text("me-devices-gone")),
        _ => None,
    };
    let (f, tab) = tab(&site, &asked, &who, ("/me/devices", text("me-devices-title")), Errors::default(), notice).await;
    let sessions = parts.sessions.of(who.account);
    let here: Vec<&Session> = sessions.iter().map(|session| &**session).filter(|s| s.ended().is_none()).collect();
    let now = site.clock.utc();
    let online = |device: &Device| here.iter().copied().find(|session| session.device() == Some(device.id));
    let devices = devices.iter().map(|device| phone(&f, device, online(device), now)).collect();
    let apps = here.iter().filter(|session| session.device().is_none());
    let apps = apps.map(|session| app(&f, session)).collect();
    let browsers = browsers.iter().map(|browser| row(&f, browser, browser.id == who.session, now)).collect();
    page(StatusCode::OK, &Page { f, tab, devices, apps, browsers })
}

fn name_of(resource: &str) -> Text {
    let shown = names::short(resource);
    match names::app(resource) {
        Some(app) => text("me-device-app").with("app", app).with("resource", shown),
        None => text("me-device-other").with("resource", shown),
    }
}

/// A sign of the sprite, and how the app shows its person to others.
fn state(session: &Session) -> (&'static str, Text) {
    let show = session.presence().map(|presence| {
        let show = presence.content.find(ns::CLIENT, "show");
        show.map(|show| show.element().text()).unwrap_or_default()
    });
    match show.as_deref() {
        None => ("asleep", text("me-device-silent")),
        Some("away" | "xa") => ("away", text("me-device-away")),
        Some("dnd") => ("busy", text("me-device-busy")),
        Some(_) => ("here", text("me-device-here")),
    }
}

fn app(f: &Frame, session: &Session) -> Row {
    let resource = session.jid().resource().unwrap_or_default();
    let (sign, state) = state(session);
    let (state, button) = (f.t.html(&state), f.t.html(&text("sign-out-do")));
    Row { sign, says: state.clone(), state, name: f.t.html(&name_of(resource)), value: resource.to_owned(), button }
}

fn phone(f: &Frame, device: &Device, session: Option<&Session>, now: UtcMicros) -> Row {
    let (name, seen) = match &device.claimed {
        Some(claimed) => {
            let when = days::moment(&f.t, claimed.seen_at, now);
            (name_of(&claimed.resource), text("me-device-seen").with("when", when))
        }
        None => {
            let when = days::moment(&f.t, device.expires_at, now);
            (text("me-device-code"), text("me-device-waits").with("when", when))
        }
    };
    let (sign, says) = session.map_or(("asleep", seen), state);
    let says = f.t.html(&says);
    let button = if device.claimed.is_some() { text("sign-out-do") } else { text("me-device-take-back") };
    let (name, button) = (f.t.html(&name), f.t.html(&button));
    Row { sign, state: says.clone(), says, name, value: device.id.0.to_string(), button }
}

fn row(f: &Frame, browser: &Browser, this: bool, now: UtcMicros) -> Row {
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
    let (state, button) = (f.t.html(&state), f.t.html(&text("sign-out-do")));
    Row { sign, state, name: f.t.html(&name), says: f.t.html(&says), value: browser.id.to_string(), button }
}

/// POST `/me/devices`: one button, one device; or all but this browser.
pub(super) async fn out(State(site): State<Arc<Inner>>, asked: Asked, who: Signed, fields: Form) -> Response {
    let parts = match site.chat(&asked) {
        Ok(parts) => parts,
        Err(reply) => return reply,
    };
    let number = |field: &str| fields.text(field).parse::<i64>().ok();
    let (app, browser, device) = (fields.raw("app"), number("browser"), number("device"));
    if browser == Some(who.session) && fields.text("others").is_empty() {
        return match signed::end(&site, &asked).await {
            Ok(cookie) => with_cookie(Redirect::to("/sign-in?n=out"), cookie),
            Err(reply) => reply,
        };
    }
    let ended = match (browser, device) {
        _ if !fields.text("others").is_empty() => end_others(&site, parts, &who).await.map(|()| "others"),
        (Some(id), _) => site.accounts.end_browser(who.account, id).await.map(out_or_gone),
        (_, Some(id)) => entry::sign_out_device(parts, who.account, DeviceId(id)).await.map(out_or_gone),
        (None, None) => Ok(out_or_gone(!app.is_empty() && end_app(parts, &who, app))),
    };
    match ended {
        Ok(note) => Redirect::to(&format!("/me/devices?n={note}")).into_response(),
        Err(error) => site.not_kept(&asked, &error),
    }
}

fn out_or_gone(ended: bool) -> &'static str {
    if ended { "out" } else { "gone" }
}

/// Devices lose their passwords, apps their connections, browsers their cookies.
async fn end_others(site: &Inner, parts: &Parts, who: &Signed) -> Result<(), StoreError> {
    for device in site.accounts.devices(who.account).await? {
        entry::sign_out_device(parts, who.account, device.id).await?;
    }
    route::sign_out(parts, who.account);
    site.accounts.end_other_browsers(who.account, who.session).await.map(drop)
}

/// Whether there was one.
fn end_app(parts: &Parts, who: &Signed, resource: &str) -> bool {
    let session = parts.sessions.find(who.account, resource);
    session.map(|session| session.end(End::SignedOut)).is_some()
}
