//! A client's connection: bytes in, through the reader; bytes out, when the socket takes them.
//!
//! State: the socket, what is read of an incomplete stanza, what is not written yet. An idle
//! connection holds no buffer: bytes are read into one of the thread's.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::Context;
use std::task::Poll;

use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::io::DuplexStream;
use tokio::io::ReadBuf;
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use crate::limits;
use crate::streams::websocket::WebSocket;
use crate::texts::Lang;
use crate::xmpp::error::StreamError;
use crate::xmpp::xml::reader::Event;
use crate::xmpp::xml::reader::Reader;

/// The socket under a stream.
pub enum Io {
    Tcp(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
    /// The tests' network, and what other transports end in.
    Memory(DuplexStream),
    WebSocket(Box<WebSocket>),
}

/// What [`Wire::drive`] saw.
#[derive(Debug)]
pub enum Driven {
    /// Bytes came: ask the reader.
    Received,
    /// Bytes went.
    Wrote,
    /// The other side sends no more.
    End,
}

/// Why a connection gives no more.
#[derive(Debug)]
pub enum Gone {
    /// It was cut, or closed without a word.
    Cut,
    /// It broke a rule.
    Error(StreamError),
}

impl From<StreamError> for Gone {
    fn from(error: StreamError) -> Gone {
        Gone::Error(error)
    }
}

impl From<io::Error> for Gone {
    fn from(_: io::Error) -> Gone {
        Gone::Cut
    }
}

/// A connection with its reader and what waits to be written.
pub struct Wire {
    io: Io,
    pub reader: Reader,
    pub out: Vec<u8>,
    /// How much of `out` the socket has taken.
    taken: usize,
    flushing: bool,
    /// The socket took bytes since [`Wire::moved`] was last asked.
    moved: bool,
    /// Our header of the current stream is out.
    pub greeted: bool,
    /// In which people on the other end read (RFC 6120 §4.7.4); the header of the current stream says it.
    pub lang: Lang,
    /// Looked at and put back: comes again first.
    back: Option<Box<Event>>,
}

thread_local! {
    static SCRATCH: RefCell<Box<[u8]>> = RefCell::new(vec![0; limits::READ_BYTES].into_boxed_slice());
}

impl Wire {
    pub fn new(io: Io) -> Wire {
        Wire {
            io,
            reader: Reader::new(),
            out: Vec::new(),
            taken: 0,
            flushing: false,
            moved: false,
            greeted: false,
            lang: Lang::En,
            back: None,
        }
    }

    /// The socket, to wrap it in TLS. What was read or not written is given up.
    pub fn into_io(self) -> Io {
        self.io
    }

    pub fn send(&mut self, xml: &str) {
        self.out.extend_from_slice(xml.as_bytes());
    }

    /// Bytes that the socket has not taken yet.
    pub fn unsent(&self) -> usize {
        self.out.len() - self.taken
    }

    /// Whether the socket took bytes since this was last asked.
    pub fn moved(&mut self) -> bool {
        std::mem::take(&mut self.moved)
    }

    pub fn is_flushed(&self) -> bool {
        self.out.is_empty() && !self.flushing
    }

    /// Writes what there is and, if `read`, reads what comes: whichever happens first.
    pub async fn drive(&mut self, read: bool) -> io::Result<Driven> {
        poll_fn(|cx| self.poll_drive(cx, read)).await
    }

    fn poll_drive(&mut self, cx: &mut Context<'_>, read: bool) -> Poll<io::Result<Driven>> {
        let wrote = self.poll_write(cx)?;
        let came = if read { self.poll_read(cx) } else { Poll::Pending };
        match came {
            Poll::Pending if wrote => Poll::Ready(Ok(Driven::Wrote)),
            came => came,
        }
    }

    /// Hands what came to the reader. Tried at each turn, so that a client who is sent a lot is
    /// heard all the same.
    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Driven>> {
        SCRATCH.with_borrow_mut(|scratch| {
            let mut buffer = ReadBuf::new(scratch);
            match Pin::new(&mut self.io).poll_read(cx, &mut buffer) {
                Poll::Pending => Poll::Pending,
                Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
                Poll::Ready(Ok(())) if buffer.filled().is_empty() => Poll::Ready(Ok(Driven::End)),
                Poll::Ready(Ok(())) => {
                    self.reader.push(buffer.filled());
                    Poll::Ready(Ok(Driven::Received))
                }
            }
        })
    }

    /// True: everything is written, and was not before.
    fn poll_write(&mut self, cx: &mut Context<'_>) -> io::Result<bool> {
        while self.taken < self.out.len() {
            match Pin::new(&mut self.io).poll_write(cx, &self.out[self.taken..]) {
                Poll::Pending => return Ok(false),
                Poll::Ready(Ok(0)) => return Err(io::ErrorKind::WriteZero.into()),
                Poll::Ready(Ok(count)) => {
                    self.taken += count;
                    self.moved = true;
                }
                Poll::Ready(Err(error)) => return Err(error),
            }
            self.flushing = true;
        }
        if !self.out.is_empty() {
            self.out = Vec::new();
            self.taken = 0;
        }
        if !self.flushing {
            return Ok(false);
        }
        match Pin::new(&mut self.io).poll_flush(cx) {
            Poll::Pending => Ok(false),
            Poll::Ready(Err(error)) => Err(error),
            Poll::Ready(Ok(())) => {
                self.flushing = false;
                Ok(true)
            }
        }
    }

    /// The stream's next element, header or end. Writes meanwhile. Who does not read what is answered is not heard: no
    /// more waits to be written than [`limits::OUT_HIGH_WATER_BYTES`] and one answer.
    pub async fn event(&mut self) -> Result<Event, Gone> {
        if let Some(event) = self.back.take() {
            return Ok(*event);
        }
        loop {
            while self.unsent() >= limits::OUT_HIGH_WATER_BYTES {
                self.drive(false).await?;
            }
            if let Some(event) = self.reader.next()? {
                return Ok(event);
            }
            if let Driven::End = self.drive(true).await? {
                return Err(Gone::Cut);
            }
        }
    }

    /// The next [`Wire::event`] is this one.
    pub fn put_back(&mut self, event: Event) {
        self.back = Some(Box::new(event));
    }

    /// The client opens a new stream on the same connection.
    pub fn restart(&mut self) {
        self.reader.restart();
        self.greeted = false;
    }

    /// Writes everything.
    pub async fn flush(&mut self) -> io::Result<()> {
        while !self.is_flushed() {
            self.drive(false).await?;
        }
        Ok(())
    }

    /// Writes everything and says good-bye to TLS and TCP.
    pub async fn close(&mut self) -> io::Result<()> {
        self.flush().await?;
        poll_fn(|cx| Pin::new(&mut self.io).poll_shutdown(cx)).await
    }
}

impl AsyncRead for Io {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Io::Tcp(io) => Pin::new(io).poll_read(cx, buffer),
            Io::Tls(io) => Pin::new(io).poll_read(cx, buffer),
            Io::Memory(io) => Pin::new(io).poll_read(cx, buffer),
            Io::WebSocket(io) => Pin::new(&mut **io).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Io {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Io::Tcp(io) => Pin::new(io).poll_write(cx, bytes),
            Io::Tls(io) => Pin::new(io).poll_write(cx, bytes),
            Io::Memory(io) => Pin::new(io).poll_write(cx, bytes),
            Io::WebSocket(io) => Pin::new(&mut **io).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Io::Tcp(io) => Pin::new(io).poll_flush(cx),
            Io::Tls(io) => Pin::new(io).poll_flush(cx),
            Io::Memory(io) => Pin::new(io).poll_flush(cx),
            Io::WebSocket(io) => Pin::new(&mut **io).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Io::Tcp(io) => Pin::new(io).poll_shutdown(cx),
            Io::Tls(io) => Pin::new(io).poll_shutdown(cx),
            Io::Memory(io) => Pin::new(io).poll_shutdown(cx),
            Io::WebSocket(io) => Pin::new(&mut **io).poll_shutdown(cx),
        }
    }
}
