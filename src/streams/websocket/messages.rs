//! One element a message (RFC 7395 §3.3), as bytes of a stream for `c2s`, and back.
//!
//! State: what of a message is not read yet, whether the client's stream is open, and why the connection closes.

use std::io;
use std::pin::Pin;
use std::task::Context;
use std::task::Poll;
use std::task::ready;

use futures_util::Sink;
use futures_util::Stream;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::io::ReadBuf;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::Role;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::limits;
use crate::streams::c2s::wire::Io;
use crate::streams::elements::Cutter;
use crate::streams::elements::Piece;
use crate::streams::elements::client_header;
use crate::xmpp::ns;
use crate::xmpp::stream::CLOSE;
use crate::xmpp::stream::StreamHeader;
use crate::xmpp::xml::reader::Framer;
use crate::xmpp::xml::reader::Raw;
use crate::xmpp::xml::reader::document;
use crate::xmpp::xml::writer::push_attr;

/// What no reader takes for XML: stands for a message that is not one element.
const NOT_XML: &str = "<>";

/// A WebSocket that reads and writes as a stream over TCP does.
pub struct WebSocket {
    frames: WebSocketStream<Io>,
    /// The message at hand, as the stream has it, and how much of it is read.
    read: String,
    taken: usize,
    /// The client's stream is open; a log-in opens another.
    open: bool,
    cutter: Cutter,
    /// With what the connection closes.
    close: CloseCode,
    closing: bool,
}

impl WebSocket {
    /// `read`: bytes that came right behind the handshake.
    pub async fn new(io: Io, read: Vec<u8>) -> WebSocket {
        let config = WebSocketConfig::default()
            .read_buffer_size(limits::WEBSOCKET_READ_BYTES)
            .write_buffer_size(limits::WEBSOCKET_WRITE_BYTES)
            .max_message_size(Some(limits::STANZA_MAX_BYTES))
            .max_frame_size(Some(limits::STANZA_MAX_BYTES));
        WebSocket {
            frames: WebSocketStream::from_partially_read(io, read, Role::Server, Some(config)).await,
            read: String::new(),
            taken: 0,
            open: false,
            cutter: Cutter::default(),
            // Where the stream is cut, it may be resumed (RFC 6455 §7.4.1).
            close: CloseCode::Away,
            closing: false,
        }
    }

    /// A message of the client, as the bytes of its stream.
    fn hear(&mut self, message: &str) -> String {
        let element = without_declaration(message);
        let whole = Framer::default().element_end(element.as_bytes()).is_ok_and(|end| end == Some(element.len()));
        if !whole || !element.starts_with('<') {
            return NOT_XML.to_owned();
        }
        let named = |name: &str| {
            element[1..].strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '/', '>', '\t', '\r', '\n']))
        };
        let frame = if named("open") || named("close") { document(element).ok() } else { None };
        match frame {
            Some(open) if !self.open && open.name == "open" => {
                self.open = true;
                client_header(&header(&open))
            }
            Some(close) if close.is(ns::FRAMING, "close") => CLOSE.to_owned(),
            _ => element.to_owned(),
        }
    }

    /// The end of what is read: the stream is cut, and nobody shuts down what is cut. RFC 6455 §5.5.1, §7.1.7: a close
    /// frame with why, or tungstenite's answer to the client's own; as far as the socket takes it at once.
    fn hang_up(&mut self, cx: &mut Context<'_>, why: Option<CloseCode>) {
        self.closing = true;
        if let Some(code) = why {
            let frame = CloseFrame { code, reason: "".into() };
            let _ = Pin::new(&mut self.frames).start_send(Message::Close(Some(frame)));
        }
        let _ = Pin::new(&mut self.frames).poll_flush(cx);
    }

    /// A piece of the server's stream, as a message.
    fn say(&mut self, piece: Piece) -> String {
        match piece {
            Piece::Open(header) => opened(&header),
            Piece::Close => {
                self.close = CloseCode::Normal;
                format!("<close xmlns='{}'/>", ns::FRAMING)
            }
            Piece::Element(element) => {
                // RFC 7395 §3.7: the client opens another stream.
                if element.starts_with("<success ") {
                    self.open = false;
                }
                element
            }
        }
    }
}

/// A declaration says what is known already (RFC 7395 §3.3.3).
fn without_declaration(message: &str) -> &str {
    match message.strip_prefix("<?xml ").and_then(|rest| rest.split_once("?>")) {
        Some((_, element)) => element.trim_ascii_start(),
        None => message,
    }
}

/// What an `<open/>` says. In another namespace it is no header of ours, which the stream answers (RFC 7395 §3.3.2).
fn header(open: &Raw) -> StreamHeader {
    let get = |name| open.get(name).map(str::to_owned);
    let lang = open.lang().map(str::to_owned);
    let default_ns = match &*open.ns {
        ns::FRAMING => "".into(),
        "" => "none".into(),
        _ => open.ns.clone(),
    };
    StreamHeader { to: get("to"), from: get("from"), id: None, version: get("version"), lang, default_ns }
}

/// The server's `<open/>`.
fn opened(header: &StreamHeader) -> String {
    let mut out = String::from("<open");
    push_attr(&mut out, "xmlns", ns::FRAMING);
    let attributes = [
        ("from", &header.from),
        ("to", &header.to),
        ("id", &header.id),
        ("version", &header.version),
        ("xml:lang", &header.lang),
    ];
    for (name, value) in attributes {
        if let Some(value) = value {
            push_attr(&mut out, name, value);
        }
    }
    out.push_str("/>");
    out
}

/// RFC 6455 §7.4.1: what the client is told of its mistake.
fn code_of(error: &Error) -> CloseCode {
    match error {
        Error::Capacity(_) => CloseCode::Size,
        Error::Utf8(_) => CloseCode::Invalid,
        Error::Protocol(_) => CloseCode::Protocol,
        _ => CloseCode::Away,
    }
}

fn failed(error: Error) -> io::Error {
    match error {
        Error::Io(error) => error,
        error => io::Error::new(io::ErrorKind::ConnectionAborted, error),
    }
}

impl AsyncRead for WebSocket {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let mut controls = 0;
        while this.taken == this.read.len() {
            (this.read, this.taken) = (String::new(), 0);
            match ready!(Pin::new(&mut this.frames).poll_next(cx)) {
                Some(Ok(Message::Text(message))) => this.read = this.hear(&message),
                Some(Ok(Message::Binary(_))) => {
                    // RFC 7395 §3.2: text alone.
                    this.hang_up(cx, Some(CloseCode::Unsupported));
                    return Poll::Ready(Ok(()));
                }
                Some(Ok(Message::Close(_))) | None => {
                    this.hang_up(cx, None);
                    return Poll::Ready(Ok(()));
                }
                Some(Ok(_)) => {
                    controls += 1;
                    if controls == limits::WEBSOCKET_CONTROL_IN_A_ROW {
                        cx.waker().wake_by_ref();
                        return Poll::Pending;
                    }
                }
                Some(Err(error)) => {
                    this.hang_up(cx, Some(code_of(&error)));
                    return Poll::Ready(Ok(()));
                }
            }
        }
        let rest = &this.read.as_bytes()[this.taken..];
        let count = rest.len().min(buffer.remaining());
        buffer.put_slice(&rest[..count]);
        this.taken += count;
        if this.taken == this.read.len() {
            (this.read, this.taken) = (String::new(), 0);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for WebSocket {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(Pin::new(&mut this.frames).poll_ready(cx)).map_err(failed)?;
        this.cutter.push(bytes);
        loop {
            match this.cutter.next() {
                Ok(Some(piece)) => {
                    let message = this.say(piece);
                    Pin::new(&mut this.frames).start_send(Message::text(message)).map_err(failed)?;
                }
                Ok(None) => return Poll::Ready(Ok(bytes.len())),
                Err(error) => return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, error))),
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().frames).poll_flush(cx).map_err(failed)
    }

    /// The closing handshake is begun; whether the client goes on with it changes nothing for us.
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.closing {
            this.closing = true;
            let frame = CloseFrame { code: this.close, reason: "".into() };
            // The client may have closed already.
            let _ = Pin::new(&mut this.frames).start_send(Message::Close(Some(frame)));
        }
        match ready!(Pin::new(&mut this.frames).poll_flush(cx)) {
            Ok(()) | Err(Error::ConnectionClosed | Error::AlreadyClosed) => {}
            Err(error) => return Poll::Ready(Err(failed(error))),
        }
        Pin::new(this.frames.get_mut()).poll_shutdown(cx)
    }
}
