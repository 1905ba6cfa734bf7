//! RFC 7395 XMPP over WebSocket: the handshake of RFC 6455 §4.2, and the stream over it.
//!
//! Keeps no state. Any origin may connect: what counts are the credentials in the stream, and no cookie is looked at
//! (RFC 6455 §10.2). Frames are read by tungstenite, which is well kept and has every rule of RFC 6455 §5 tested
//! against Autobahn; its handshake and SHA-1 stay out.

mod messages;

use std::net::IpAddr;
use std::sync::Arc;

use aws_lc_rs::digest;
use axum::http::HeaderMap;
use axum::http::Method;
use axum::http::Request;
use axum::http::Response;
use axum::http::StatusCode;
use axum::http::Version;
use axum::http::header;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use super::c2s;
use super::c2s::wire::Io;
use crate::features::Parts;
use crate::net::admission::Guest;

pub use messages::WebSocket;

/// RFC 6455 §1.3.
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// The answer to a request for a WebSocket: 101, after which [`serve`] goes on, or why not. `secure`: nobody on the way
/// can read along.
pub fn answer<B>(request: &Request<B>, secure: bool) -> Response<String> {
    let headers = request.headers();
    if request.method() != Method::GET {
        return refusal(StatusCode::METHOD_NOT_ALLOWED, "A WebSocket is opened by GET.");
    }
    if request.version() != Version::HTTP_11
        || !has_word(headers, header::UPGRADE, "websocket")
        || !has_word(headers, header::CONNECTION, "upgrade")
    {
        return upgrade_required("XMPP over WebSocket is spoken here (RFC 7395).");
    }
    if headers.get(header::SEC_WEBSOCKET_VERSION).is_none_or(|version| version != "13") {
        return upgrade_required("Version 13 of WebSocket is spoken here (RFC 6455).");
    }
    let Some(accept) = accept(headers) else {
        return refusal(StatusCode::BAD_REQUEST, "Sec-WebSocket-Key has to be 16 bytes in base64.");
    };
    if !has_word(headers, header::SEC_WEBSOCKET_PROTOCOL, "xmpp") {
        return refusal(StatusCode::BAD_REQUEST, "Sec-WebSocket-Protocol has to name xmpp.");
    }
    if !secure {
        return refusal(StatusCode::FORBIDDEN, "Others could read along here: use wss.");
    }
    let reply = Response::builder()
        .status(StatusCode::SWITCHING_PROTOCOLS)
        .header(header::UPGRADE, "websocket")
        .header(header::CONNECTION, "Upgrade")
        .header(header::SEC_WEBSOCKET_ACCEPT, accept)
        .header(header::SEC_WEBSOCKET_PROTOCOL, "xmpp");
    reply.body(String::new()).expect("all of these are headers")
}

/// RFC 6455 §4.2.2. `None`: the key is missing, or none.
fn accept(headers: &HeaderMap) -> Option<String> {
    let key = headers.get(header::SEC_WEBSOCKET_KEY)?.to_str().ok()?.trim();
    let bytes = BASE64_STANDARD.decode(key).ok()?;
    let hash = || digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &[key.as_bytes(), GUID].concat());
    (bytes.len() == 16).then(|| BASE64_STANDARD.encode(hash()))
}

/// Whether a list has this word (RFC 9110 §5.6.1); in any case, as RFC 6455 §4.2.1 wants most of them.
fn has_word(headers: &HeaderMap, name: header::HeaderName, word: &str) -> bool {
    let lists = headers.get_all(name).iter().filter_map(|list| list.to_str().ok());
    lists.flat_map(|list| list.split(',')).any(|one| one.trim().eq_ignore_ascii_case(word))
}

fn refusal(status: StatusCode, why: &str) -> Response<String> {
    let reply = Response::builder().status(status).header(header::CONTENT_TYPE, "text/plain; charset=utf-8");
    reply.body(format!("{why}\n")).expect("all of these are headers")
}

/// RFC 6455 §4.4, RFC 9110 §15.5.22.
fn upgrade_required(why: &str) -> Response<String> {
    let mut reply = refusal(StatusCode::UPGRADE_REQUIRED, why);
    let headers = reply.headers_mut();
    headers.insert(header::UPGRADE, header::HeaderValue::from_static("websocket"));
    headers.insert(header::CONNECTION, header::HeaderValue::from_static("Upgrade"));
    headers.insert(header::SEC_WEBSOCKET_VERSION, header::HeaderValue::from_static("13"));
    reply
}

/// The stream, from `<open/>` to its end, once the answer of [`answer`] is out.
pub async fn serve(parts: Arc<Parts>, upgraded: Upgraded, address: IpAddr, guest: Guest) {
    let (io, read) = match upgraded.downcast::<TokioIo<TlsStream<TcpStream>>>() {
        Ok(over_tls) => (Io::Tls(Box::new(over_tls.io.into_inner())), over_tls.read_buf),
        Err(upgraded) => match upgraded.downcast::<TokioIo<TcpStream>>() {
            Ok(plain) => (Io::Tcp(plain.io.into_inner()), plain.read_buf),
            Err(_) => return tracing::error!("a WebSocket over something that no door has"),
        },
    };
    let socket = WebSocket::new(io, read.to_vec()).await;
    c2s::serve_over(parts, Io::WebSocket(Box::new(socket)), address, guest).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: [(&str, &str); 5] = [
        ("upgrade", "WebSocket"),
        ("connection", "keep-alive, Upgrade"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("sec-websocket-protocol", "chat, xmpp"),
    ];

    fn asked(change: Option<(&str, &str)>) -> Request<()> {
        let mut request = Request::builder().uri("/xmpp-websocket").header("origin", "https://elsewhere.example");
        for (name, value) in GOOD {
            match change {
                Some((changed, value)) if changed == name && value.is_empty() => {}
                Some((changed, value)) if changed == name => request = request.header(name, value),
                _ => request = request.header(name, value),
            }
        }
        request.body(()).unwrap()
    }

    #[test]
    fn rfc7395_3_1_the_handshake_is_answered_as_in_the_rfc() {
        let reply = answer(&asked(None), true);
        assert_eq!(reply.status(), 101);
        assert_eq!(reply.headers()["sec-websocket-accept"], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assert_eq!(reply.headers()["sec-websocket-protocol"], "xmpp");
    }

    #[test]
    fn rfc6455_4_2_1_what_is_no_handshake_of_ours_is_refused() {
        for (name, value, status) in [
            ("upgrade", "", 426),
            ("upgrade", "h2c", 426),
            ("connection", "close", 426),
            ("sec-websocket-version", "", 426),
            ("sec-websocket-version", "8", 426),
            ("sec-websocket-key", "", 400),
            ("sec-websocket-key", "c2hvcnQ=", 400),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ", 400),
            ("sec-websocket-protocol", "", 400),
            ("sec-websocket-protocol", "mqtt", 400),
        ] {
            let reply = answer(&asked(Some((name, value))), true);
            assert_eq!(reply.status(), status, "{name}: {value}");
            assert_eq!(reply.headers().contains_key("sec-websocket-version"), status == 426);
        }
        let mut post = asked(None);
        *post.method_mut() = Method::POST;
        assert_eq!(answer(&post, true).status(), 405);
        let mut old = asked(None);
        *old.version_mut() = Version::HTTP_10;
        assert_eq!(answer(&old, true).status(), 426);
        assert_eq!(answer(&asked(None), false).status(), 403, "others could read along");
    }
}
