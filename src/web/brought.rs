//! A form that brings small files: all of it in memory, bounded, and wiped afterwards.
//!
//! Keeps no state. A field may come several times, as where several files are chosen.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::body::to_bytes;
use axum::extract::FromRequest;
use axum::extract::Request;
use axum::http::header;
use axum::response::Response;
use zeroize::Zeroizing;

use super::Inner;
use super::ask::Asked;
use super::faults::Fault;
use super::frame::Errors;
use super::frame::Frame;
use super::multipart::Garbled;
use super::multipart::Multipart;
use super::multipart::Piece;
use crate::limits;
use crate::texts::Markup;

/// The fields of such a form for a certificate and its key. The form itself has the id `brought`.
#[derive(Template)]
#[template(path = "bring.html")]
struct Fields<'a> {
    f: &'a Frame,
    errors: &'a Errors,
}

pub(super) fn fields(f: &Frame, errors: &Errors) -> Markup {
    Markup(Fields { f, errors }.render().expect("templates write into memory, and their parts do not fail"))
}

/// The contents of all fields, one behind the other, a line's end between.
pub(super) struct Brought(pub Zeroizing<Vec<u8>>);

impl Brought {
    fn parse(mut form: Multipart, body: &[u8]) -> Result<Brought, Garbled> {
        // Room for all of it: what is moved leaves a copy behind.
        let mut all = Zeroizing::new(Vec::with_capacity(body.len()));
        form.take(body, &mut |piece| {
            match piece {
                Piece::Part(_) => all.push(b'\n'),
                Piece::Content(bytes) => all.extend_from_slice(bytes),
            }
            Ok::<(), Garbled>(())
        })?;
        if form.is_whole() { Ok(Brought(all)) } else { Err(Garbled) }
    }
}

impl FromRequest<Arc<Inner>> for Brought {
    type Rejection = Response;

    async fn from_request(request: Request, site: &Arc<Inner>) -> Result<Brought, Response> {
        let (parts, body) = request.into_parts();
        let asked = Asked::of(&parts);
        let value = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let length = value(header::CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
        if length.is_some_and(|length| length > limits::BROUGHT_MAX_BYTES as u64) {
            return Err(site.fault(&asked, Fault::TooLarge));
        }
        let form = value(header::CONTENT_TYPE).and_then(Multipart::of);
        let form = form.ok_or_else(|| site.fault(&asked, Fault::Garbled))?;
        let patience = Duration::from_secs(limits::WEB_BODY_MAX_S);
        let body = match site.clock.timeout(patience, to_bytes(body, limits::BROUGHT_MAX_BYTES)).await {
            Some(Ok(body)) => body,
            Some(Err(_)) => return Err(site.fault(&asked, Fault::TooLarge)),
            None => return Err(site.fault(&asked, Fault::Garbled)),
        };
        Brought::parse(form, &body).map_err(|_| site.fault(&asked, Fault::Garbled))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_fields_come_one_behind_the_other_and_a_form_that_is_cut_off_is_none() {
        let whole = "--w\r\nContent-Disposition: form-data; name=\"chain\"; filename=\"a\"\r\n\r\none\r\n--w\r\n\
                     Content-Disposition: form-data; name=\"chain\"; filename=\"b\"\r\n\r\ntwo\r\n--w--\r\n";
        let form = || Multipart::of("multipart/form-data; boundary=w").unwrap();
        assert_eq!(*Brought::parse(form(), whole.as_bytes()).unwrap().0, b"\none\ntwo");
        for cut in [&whole[..whole.len() - 4], &whole[..60], ""] {
            assert!(Brought::parse(form(), cut.as_bytes()).is_err(), "{cut}");
        }
    }
}
