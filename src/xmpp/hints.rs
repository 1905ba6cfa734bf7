//! XEP-0334 Message Processing Hints, version 1.0.0: the hints a server obeys (§4).

use super::ns;
use super::stanza::Message;

/// `<store/>` (§4.4): worth keeping although it has no body.
pub fn store(message: &Message) -> bool {
    message.content.has(ns::HINTS, "store")
}

/// `<no-store/>` (§4.2): neither archive nor offline storage.
pub fn no_store(message: &Message) -> bool {
    message.content.has(ns::HINTS, "no-store")
}

/// `<no-permanent-store/>` (§4.1): offline storage, but no archive.
pub fn no_permanent_store(message: &Message) -> bool {
    message.content.has(ns::HINTS, "no-permanent-store")
}

/// `<no-copy/>` (§4.3): no carbons.
pub fn no_copy(message: &Message) -> bool {
    message.content.has(ns::HINTS, "no-copy")
}
