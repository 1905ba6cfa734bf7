//! Which door a connection wants, by the first byte, by ALPN and by the first byte under TLS (RFC 7301, XEP-0368 §4).
//!
//! Keeps no state and reads nothing: whoever holds the connection asks.

use super::tls::ALPN_CLIENT;
use super::tls::ALPN_SERVER;

/// What a connection begins with, before any TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning {
    /// A handshake (RFC 8446 §5.1: record type 22).
    Tls,
    /// A request (RFC 9112 §3: methods are letters).
    Http,
    /// A stream header.
    Xmpp,
    /// Nothing that this server speaks.
    Other,
}

/// What is wanted behind TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    Web,
    Client,
    /// A server that wants to talk to this one.
    Server,
}

impl Beginning {
    pub fn of(first: u8) -> Beginning {
        match first {
            22 => Beginning::Tls,
            b'<' => Beginning::Xmpp,
            letter if letter.is_ascii_alphabetic() => Beginning::Http,
            _ => Beginning::Other,
        }
    }
}

impl Door {
    /// By what both sides named in the handshake. `None`: nothing was named, the first byte decides.
    pub fn named(alpn: Option<&[u8]>) -> Option<Door> {
        match alpn? {
            ALPN_CLIENT => Some(Door::Client),
            ALPN_SERVER => Some(Door::Server),
            _ => Some(Door::Web),
        }
    }

    /// By the first byte under TLS. The web answers what is neither.
    pub fn told(first: u8) -> Door {
        match Beginning::of(first) {
            Beginning::Xmpp => Door::Client,
            _ => Door::Web,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tls::ALPN_H2;
    use super::super::tls::ALPN_HTTP;
    use super::*;

    #[test]
    fn the_first_byte_tells_tls_http_and_xmpp_apart() {
        assert_eq!(Beginning::of(0x16), Beginning::Tls);
        for request in ["GET / HTTP/1.1", "POST /http-bind", "PRI * HTTP/2.0", "get /"] {
            assert_eq!(Beginning::of(request.as_bytes()[0]), Beginning::Http, "{request}");
        }
        for header in ["<?xml version='1.0'?>", "<stream:stream"] {
            assert_eq!(Beginning::of(header.as_bytes()[0]), Beginning::Xmpp, "{header}");
        }
        for other in [0, 0x80, 0xff, b' ', b'\r', b'\n', b'1', 0x15, 0x17] {
            assert_eq!(Beginning::of(other), Beginning::Other, "{other}");
        }
    }

    #[test]
    fn rfc7301_what_was_named_decides_and_only_without_it_the_first_byte() {
        assert_eq!(Door::named(Some(ALPN_HTTP)), Some(Door::Web));
        assert_eq!(Door::named(Some(ALPN_H2)), Some(Door::Web));
        assert_eq!(Door::named(Some(ALPN_CLIENT)), Some(Door::Client));
        assert_eq!(Door::named(Some(ALPN_SERVER)), Some(Door::Server));
        assert_eq!(Door::named(None), None);
        assert_eq!((Door::told(b'<'), Door::told(b'G'), Door::told(0)), (Door::Client, Door::Web, Door::Web));
    }
}
