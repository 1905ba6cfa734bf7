//! The front door: `/`. Says whose place this is; before set-up it leads there. Also the language switch.
//!
//! Keeps no state.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;

use super::Inner;
use super::ask::Asked;
use super::ask::LANGUAGE;
use super::form::Form;
use super::frame::Frame;
use super::frame::page;
use crate::texts::Lang;
use crate::texts::text;

#[derive(Template)]
#[template(path = "front.html")]
struct Page {
    f: Frame,
    place: String,
    domain: String,
}

/// `/`
pub(super) async fn door(State(site): State<Arc<Inner>>, asked: Asked) -> Response {
    let Some(domain) = site.settings.domain() else { return Redirect::to("/setup").into_response() };
    let place = site.place();
    let f = Frame::new(&asked, &text("front-title"), Some(place.clone()));
    page(StatusCode::OK, &Page { f, place, domain })
}

/// `/language`: keeps the choice in a cookie and leads back to where it was made.
pub(super) async fn language(form: Form) -> Response {
    let lang = Lang::of_tag(form.text("lang")).unwrap_or(Lang::En);
    let back = Some(form.text("to")).filter(|to| is_our_path(to)).unwrap_or("/");
    let cookie = format!("{LANGUAGE}={}; Path=/; Max-Age=31536000; SameSite=Lax", lang.tag());
    ([(header::SET_COOKIE, cookie)], Redirect::to(back)).into_response()
}

/// A path of this server, and nothing that a browser takes for another one.
fn is_our_path(to: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte);
    to.starts_with('/') && !to.starts_with("//") && to.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_switch_leads_nowhere_else() {
        for ours in ["/", "/setup/who", "/invite/a-B_9"] {
            assert!(super::is_our_path(ours), "{ours}");
        }
        for other in ["", "//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nb", "/a?b"] {
            assert!(!super::is_our_path(other), "{other}");
        }
    }
}
