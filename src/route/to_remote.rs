//! A stanza for another server (RFC 6120 §10.4). There is no federation yet: every other server
//! is one that cannot be found.

use crate::xmpp::error::StanzaError;
use crate::xmpp::jid::Jid;

/// What the sender is told.
pub fn unreachable(to: &Jid) -> StanzaError {
    StanzaError::remote_server_not_found(format!("This server cannot reach {} yet.", to.domain()))
}
