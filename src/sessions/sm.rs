//! XEP-0198 Stream Management, version 1.6.3: the counters and queues of one session.
//!
//! The elements on the wire are in `streams/c2s/sm.rs`.

use std::collections::VecDeque;
use std::time::Duration;

use super::Item;
use crate::xmpp::ack::Handled;

/// SHA-256 of a resumption token: the token itself is only with the client.
pub type TokenHash = [u8; 32];

/// The hash under which a token is kept.
pub fn token_hash(token: &str) -> TokenHash {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes());
    digest.as_ref().try_into().expect("SHA-256 has 32 bytes")
}

/// What XEP-0198 keeps about one session.
pub(super) struct Sm {
    /// Set where the stream can be resumed: the token's hash and how long it may be away.
    pub resumable: Option<(TokenHash, Duration)>,
    /// Stanzas taken from the client.
    pub handled: Handled,
    /// Those of them that are durable.
    pub durable: Handled,
    /// Those whose count is on the disk too, where it must be: what an `<a/>` says.
    pub counted: Handled,
    /// The count that is on its way to the disk, or there.
    pub stored: Handled,
    /// Stanzas written to the client.
    pub sent: Handled,
    /// Those of them that it acknowledged.
    pub acked: Handled,
    pub unacked: VecDeque<Item>,
    /// An `<r/>` of ours is on its way.
    pub asked: bool,
    /// Each `<r/>` of the client that is not answered: up to which stanza, until when.
    pub due: VecDeque<AckDue>,
    /// An answer went out early: tell the rest unasked, up to this stanza.
    pub promised: Option<Handled>,
}

pub(super) struct AckDue {
    pub target: Handled,
    /// On [`crate::clock::Clock::since_start`].
    pub deadline: Duration,
}

impl Sm {
    pub fn new(resumable: Option<(TokenHash, Duration)>) -> Sm {
        Sm {
            resumable,
            handled: Handled::default(),
            durable: Handled::default(),
            counted: Handled::default(),
            stored: Handled::default(),
            sent: Handled::default(),
            acked: Handled::default(),
            unacked: VecDeque::new(),
            asked: false,
            due: VecDeque::new(),
            promised: None,
        }
    }
}
