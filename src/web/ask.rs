//! What every page wants to know of a request: who, in which language, with which cookies.
//!
//! Keeps no state.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::Uri;
use axum::http::header;
use axum::http::request::Parts;

use super::Inner;
use super::visitor::Visitor;
use crate::texts::Lang;

/// The head of a request.
#[derive(Clone, Debug)]
pub struct Asked {
    pub visitor: Visitor,
    pub lang: Lang,
    pub uri: Uri,
    headers: HeaderMap,
}

/// The cookie of the language switch. Kept for a year; it says nothing of who asks.
pub(super) const LANGUAGE: &str = "lang";

impl Asked {
    pub fn of(parts: &Parts) -> Asked {
        let nobody = Visitor::new(([192, 0, 2, 1], 0).into(), false);
        let visitor = parts.extensions.get::<Visitor>().copied().unwrap_or(nobody);
        let headers = parts.headers.clone();
        let accepted = || Lang::accepted(value(&headers, header::ACCEPT_LANGUAGE).unwrap_or_default());
        let lang = cookie(&headers, LANGUAGE).and_then(Lang::of_tag).unwrap_or_else(accepted);
        Asked { visitor, lang, uri: parts.uri.clone(), headers }
    }

    pub fn cookie(&self, name: &str) -> Option<&str> {
        cookie(&self.headers, name)
    }

    /// The host as the browser wrote it, without a port; only signs that hosts have.
    pub fn host(&self) -> Option<&str> {
        host(&self.headers)
    }

    /// What the browser says of itself: anything.
    pub fn agent(&self) -> &str {
        value(&self.headers, header::USER_AGENT).unwrap_or_default()
    }

    /// A value of the address's query.
    pub fn query(&self, name: &str) -> Option<String> {
        let query = self.uri.query().unwrap_or_default().as_bytes();
        form_urlencoded::parse(query).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

/// [`Asked::host`]
pub(super) fn host(headers: &HeaderMap) -> Option<&str> {
    let host = value(headers, header::HOST)?;
    let end = host.rfind(':').filter(|at| !host[*at..].contains(']')).unwrap_or(host.len());
    let host = &host[..end];
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
    (!host.is_empty() && host.bytes().all(fits)).then_some(host)
}

fn value(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// RFC 6265 §4.2.1.
fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value)
}

impl FromRequestParts<Arc<Inner>> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Inner>) -> Result<Asked, Infallible> {
        Ok(Asked::of(parts))
    }
}

/// A path of this server, and nothing that a browser takes for another one.
pub fn is_our_path(to: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte);
    to.starts_with('/') && !to.starts_with("//") && to.bytes().all(plain)
}

/// The same, with a query of plain signs that names no other server, or without.
pub fn is_our_address(to: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.=&".contains(&byte);
    let (path, query) = to.split_once('?').unwrap_or((to, ""));
    is_our_path(path) && !query.contains("//") && query.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_switch_leads_nowhere_else() {
        for ours in ["/setup?code=7K4M-PQ2X", "/sign-in?to=/invite/a-B_9&n=again"] {
            assert!(super::is_our_address(ours), "{ours}");
        }
        for other in
            ["//evil.example?a", "/a?to=//evil.example", "?a", "/a?b=%0d", "/a?b?c", "/a?b#c", "/a?b\r\nc", "/a?b c"]
        {
            assert!(!super::is_our_address(other), "{other}");
        }
        for ours in ["/", "/setup/who", "/invite/a-B_9"] {
            assert!(super::is_our_path(ours), "{ours}");
        }
        for other in ["", "//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nb", "/a?b"] {
            assert!(!super::is_our_path(other), "{other}");
        }
    }
}
