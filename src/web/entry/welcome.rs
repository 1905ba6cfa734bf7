//! `/welcome`: what somebody needs who is in now. A code that signs their phone in, their address, apps, settings, the
//! recovery code, who is in their list.
//!
//! The phone's code outlives this browser, so it is made only while a password was typed here not long ago: who finds an
//! open browser later gets none. State: recovery codes on their way here ([`Entry`](super::Entry)); each is shown by one page, and not again.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::Method;
use axum::http::StatusCode;
use axum::response::Response;

use super::device::Apps;
use super::device::Device;
use crate::accounts::AccountId;
use crate::features::Parts;
use crate::limits;
use crate::settings::HOST;
use crate::store::StoreError;
use crate::texts::Markup;
use crate::texts::text;
use crate::web::Inner;
use crate::web::ask::Asked;
use crate::web::frame::Frame;
use crate::web::frame::page;
use crate::web::phone;
use crate::web::phone::Code;
use crate::web::signed::Signed;

#[derive(Template)]
#[template(path = "entry/welcome.html")]
struct Page {
    f: Frame,
    place: String,
    name: String,
    device: Device,
    apps: Apps,
    address: Markup,
    /// The password is a new one.
    renewed: bool,
    /// Shown this once.
    recovery: Option<Markup>,
    phone: Option<Code>,
    host: Option<String>,
    ports: String,
    /// Who is in the list already.
    friends: Vec<Buddy>,
}

struct Buddy {
    name: String,
    address: String,
    here: bool,
}

/// GET `/welcome`
pub(super) async fn show(State(site): State<Arc<Inner>>, method: Method, asked: Asked, who: Signed) -> Response {
    let parts = match super::chat(&site, &asked) {
        Ok(parts) => parts,
        Err(reply) => return reply,
    };
    let friends = match friends(parts, who.account).await {
        Ok(friends) => friends,
        Err(error) => return site.not_kept(&asked, &error),
    };
    let place = site.place();
    let f = Frame { sky: "", ..Frame::new(&asked, &text("welcome-title"), Some(place.clone())) };
    let address = format!("{}@{}", who.name, parts.domain);
    let fresh = site.clock.utc() - who.proved_at < limits::WELCOME_FRESH_S * 1_000_000;
    // Who asks for the head only sees no codes.
    let (recovery, phone) = match (method, fresh) {
        (Method::HEAD, _) | (_, false) => (None, None),
        (_, true) => {
            let code = site.entry.codes().take(&who.account, site.clock.since_start());
            let recovery = code.map(|code| f.copy("recovery", &code, &text("copied-code")));
            (recovery, phone::code(&site, &f, who.account, &address).await)
        }
    };
    let ports = site.wizard.chat_ports().iter().map(u16::to_string).collect::<Vec<_>>().join(", ");
    let shown = Page {
        place,
        name: who.name,
        device: Device::of_agent(asked.agent()),
        apps: Apps,
        address: f.copy("address", &address, &text("copied-address")),
        renewed: asked.query("n").as_deref() == Some("renewed"),
        recovery,
        phone,
        host: site.settings.text(&HOST),
        ports,
        friends,
        f,
    };
    page(StatusCode::OK, &shown)
}

/// Contacts on both sides, the first few.
async fn friends(parts: &Parts, account: AccountId) -> Result<Vec<Buddy>, StoreError> {
    let roster = parts.rosters.get(account).await?;
    let both = roster.listed().filter(|contact| contact.state.sees_contact() && contact.state.seen_by_contact());
    let buddy = |contact: &crate::accounts::roster::Contact| {
        let local = contact.jid.local().unwrap_or_default();
        let known = parts.accounts.find(local).filter(|_| contact.jid.domain() == parts.domain.domain());
        Buddy {
            name: contact.name.clone().unwrap_or_else(|| local.to_owned()),
            address: contact.jid.to_string(),
            here: known.is_some_and(|friend| !parts.sessions.of(friend).is_empty()),
        }
    };
    Ok(both.take(limits::WELCOME_FRIENDS_SHOWN).map(buddy).collect())
}
