//! The language: addresses, XML, stanzas, SASL and the small tables of the specs.
//!
//! Pure: no sockets, no files, no clock, no globals. Everything above builds on this room.

pub mod ack;
pub mod caps;
pub mod delay;
pub mod error;
pub mod form;
pub mod forward;
pub mod hints;
pub mod jid;
pub mod ns;
pub mod parse;
pub mod rsm;
pub mod sasl;
pub mod stanza;
pub mod stream;
pub mod subscription;
pub mod time;
pub mod xml;
