//! The bare relay: what no server can be cheaper than. TLS by tokio and rustls, stanzas found in the
//! stream and handed to whom `to` names; nothing is parsed further, nothing is stored. `<r/>`, where a
//! client asks, is answered by a count.
//!
//! A connection says who it is in the `from` of its stream header. State: name -> queue.

use std::collections::HashMap;
use std::io::Write as _;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::{Bytes, BytesMut};
use memchr::memmem;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_rustls::TlsAcceptor;

type People = Arc<Mutex<HashMap<Bytes, UnboundedSender<Bytes>>>>;

/// Prints `ready PORT` and relays until it is killed.
pub fn serve() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads");
    runtime.block_on(async {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.expect("a free port");
        println!("ready {}", listener.local_addr().expect("bound").port());
        std::io::stdout().flush().expect("whoever started us reads it");
        let (tls, people) = (acceptor(), People::default());
        loop {
            let Ok((socket, _)) = listener.accept().await else { continue };
            let (tls, people) = (tls.clone(), people.clone());
            tokio::spawn(async move {
                let _ = socket.set_nodelay(true);
                if let Ok(stream) = tls.accept(socket).await {
                    let (reading, writing) = tokio::io::split(stream);
                    let (out, outgoing) = unbounded_channel();
                    tokio::spawn(write_all(outgoing, writing));
                    let _ = relay(reading, out, people).await;
                }
            });
        }
    })
}

fn acceptor() -> TlsAcceptor {
    let key = rcgen::KeyPair::generate().expect("random bytes");
    let params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    let certificate = params.self_signed(&key).expect("a key");
    let key = rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).expect("PKCS #8");
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("TLS 1.2 and 1.3")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .expect("our own certificate");
    TlsAcceptor::from(Arc::new(config))
}

async fn write_all(mut outgoing: UnboundedReceiver<Bytes>, mut io: impl AsyncWrite + Unpin) -> std::io::Result<()> {
    let (mut stanzas, mut bytes) = (Vec::new(), Vec::new());
    while outgoing.recv_many(&mut stanzas, 64).await > 0 {
        stanzas.drain(..).for_each(|stanza| bytes.extend_from_slice(&stanza));
        io.write_all(&bytes).await?;
        io.flush().await?;
        bytes.clear();
    }
    Ok(())
}

async fn relay(mut io: impl AsyncRead + Unpin, out: UnboundedSender<Bytes>, people: People) -> std::io::Result<()> {
    let mut bytes = BytesMut::with_capacity(16 * 1024);
    let mut splitter = Splitter::default();
    let mut handled = 0;
    while io.read_buf(&mut bytes).await? > 0 {
        while let Some(end) = splitter.next(&bytes) {
            let stanza = bytes.split_to(end).freeze();
            let mut people = people.lock().unwrap_or_else(PoisonError::into_inner);
            if stanza.starts_with(b"<stream:stream") {
                people.insert(attr(&stanza, b" from='").unwrap_or_default(), out.clone());
            } else if stanza.starts_with(b"<r ") {
                let _ = out.send(format!("<a xmlns='urn:xmpp:sm:3' h='{handled}'/>").into());
            } else if let Some(to) = attr(&stanza, b" to='")
                && let Some(queue) = people.get(&to)
            {
                handled += 1;
                let _ = queue.send(stanza);
            }
        }
    }
    Ok(())
}

/// The value of an attribute in the start tag; our clients quote by `'`.
fn attr(stanza: &Bytes, key: &[u8]) -> Option<Bytes> {
    let tag = &stanza[..memchr::memchr(b'>', stanza)?];
    let from = memmem::find(tag, key)? + key.len();
    let length = memchr::memchr(b'\'', &tag[from..])?;
    Some(stanza.slice(from..from + length))
}

/// Finds where top-level elements end.
#[derive(Default)]
struct Splitter {
    depth: usize,
    /// How far the buffer has been looked at.
    seen: usize,
}

impl Splitter {
    fn next(&mut self, bytes: &[u8]) -> Option<usize> {
        loop {
            let start = self.seen + memchr::memchr(b'<', &bytes[self.seen..])?;
            let end = start + memchr::memchr(b'>', &bytes[start..])? + 1;
            self.seen = end;
            let tag = &bytes[start..end];
            if tag.starts_with(b"</") {
                self.depth -= 1;
            } else if !tag.ends_with(b"/>") && !tag.starts_with(b"<stream:stream") {
                self.depth += 1;
            }
            if self.depth == 0 {
                self.seen = 0;
                return Some(end);
            }
        }
    }
}
