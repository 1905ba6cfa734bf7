//! Server streams (RFC 6120 §4): each gets a stream error, as this server does not talk to others yet.
//!
//! Keeps no state.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncRead;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWrite;
use tokio::io::AsyncWriteExt;

use crate::features::Parts;
use crate::limits;
use crate::xmpp::error::StreamCondition;
use crate::xmpp::error::StreamError;
use crate::xmpp::ns;
use crate::xmpp::stream::CLOSE;
use crate::xmpp::stream::ServerHeader;
use crate::xmpp::stream::Version;
use crate::xmpp::xml::reader::Event;
use crate::xmpp::xml::reader::Reader;

/// Hears the other server's header, answers it with an error, and closes (§4.9.1.2). What is no header, or comes too
/// slowly, is closed without a word.
pub async fn refuse(parts: Arc<Parts>, mut io: impl AsyncRead + AsyncWrite + Unpin) {
    let refused = async {
        if !hears_header(&mut io).await {
            return;
        }
        let id = crate::clock::token();
        let (version, content) = (Version::XMPP_1_0, ns::SERVER);
        let header = ServerHeader { from: parts.domain.as_str(), to: None, id: &id, lang: "en", version, content };
        // §4.9.3.14: a local policy; no condition says "later".
        let text = "This server does not talk to other servers.";
        let error = StreamError::new(StreamCondition::PolicyViolation, text).to_xml();
        let _ = io.write_all([&header.to_xml(), &error, CLOSE].concat().as_bytes()).await;
        let _ = io.shutdown().await;
    };
    let patience = Duration::from_secs(limits::REFUSED_HEADER_MAX_S);
    let _ = parts.clock.timeout(patience, refused).await;
}

async fn hears_header(io: &mut (impl AsyncRead + Unpin)) -> bool {
    let mut reader = Reader::new();
    let mut bytes = [0; 512];
    loop {
        match io.read(&mut bytes).await {
            Ok(count) if count > 0 => reader.push(&bytes[..count]),
            _ => return false,
        }
        match reader.next() {
            Ok(None) => {}
            Ok(Some(event)) => return matches!(event, Event::Open(_)),
            Err(_) => return false,
        }
    }
}
