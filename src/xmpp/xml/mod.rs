//! XML as XMPP restricts it (RFC 6120 §11): a bounded push parser, an element tree, escaping.

pub mod element;
pub mod reader;
pub mod writer;

pub use element::{Attr, Element, Node};
