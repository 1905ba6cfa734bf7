//! What a form sends: `application/x-www-form-urlencoded`, bounded, each field at most once.
//!
//! Keeps no state. A field that is missing is an empty one, unknown ones are passed over; a field that comes twice is
//! a mistake of no browser, and refused.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequest;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header;
use axum::response::Response;
use zeroize::Zeroizing;

use super::Inner;
use super::ask::Asked;
use super::faults::Fault;
use crate::limits;
use crate::net::bodies::NotRead;

/// The fields of one form. Wiped afterwards: they may be passwords.
pub struct Form(BTreeMap<String, Zeroizing<String>>);

impl Form {
    /// `None`: a field comes twice, or there are too many.
    fn parse(body: &[u8]) -> Option<Form> {
        let mut fields = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(body) {
            // Browsers send CR LF, and no field of ours has lines.
            let value = Zeroizing::new(value.into_owned());
            if fields.len() >= limits::FORM_FIELDS_MAX || fields.insert(name.into_owned(), value).is_some() {
                return None;
            }
        }
        Some(Form(fields))
    }

    /// As typed; empty where it is missing.
    pub fn raw(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |value| value.as_str())
    }

    /// Whether the field came at all.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Without blanks around.
    pub fn text(&self, name: &str) -> &str {
        self.raw(name).trim()
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// Told before the body is read: it says itself that it is too long.
fn is_long(headers: &HeaderMap) -> bool {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    length.is_some_and(|length| length > limits::FORM_MAX_BYTES as u64)
}

impl From<NotRead> for Fault {
    fn from(why: NotRead) -> Fault {
        match why {
            NotRead::TooLong => Fault::TooLarge,
            NotRead::Busy => Fault::TooMany(limits::WEB_BODY_MAX_S),
            NotRead::Broken => Fault::Garbled,
        }
    }
}

impl FromRequest<Arc<Inner>> for Form {
    type Rejection = Response;

    async fn from_request(request: Request, site: &Arc<Inner>) -> Result<Form, Response> {
        let (parts, body) = request.into_parts();
        let asked = Asked::of(&parts);
        if is_long(&parts.headers) {
            return Err(site.fault(&asked, Fault::TooLarge));
        }
        if !is_form(&parts.headers) {
            return Err(site.fault(&asked, Fault::Garbled));
        }
        let patience = Duration::from_secs(limits::WEB_BODY_MAX_S);
        let read = site.bodies.read(body, limits::FORM_MAX_BYTES, asked.visitor.peer.ip());
        let body = match site.clock.timeout(patience, read).await {
            Some(Ok(body)) => body,
            Some(Err(why)) => return Err(site.fault(&asked, why.into())),
            None => return Err(site.fault(&asked, Fault::Garbled)),
        };
        Form::parse(&body).ok_or_else(|| site.fault(&asked, Fault::Garbled))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_comes_once() {
        let form = Form::parse(b"a=+x%20&b=%C3%BC&c").unwrap();
        assert_eq!((form.raw("a"), form.text("a"), form.text("b"), form.raw("d")), (" x ", "x", "ü", ""));
        assert!(Form::parse(b"a=1&a=2").is_none());
        assert!(Form::parse("a&".repeat(2).as_bytes()).is_none());
        let many: String = (0..=limits::FORM_FIELDS_MAX).map(|n| format!("f{n}=1&")).collect();
        assert!(Form::parse(many.as_bytes()).is_none());
    }
}
