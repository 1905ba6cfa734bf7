//! Can the world find us: the domain's records, asked of the zone's own name servers.
//!
//! [`wanted`] says which records there should be, `net::dns::servers` finds and asks the name servers, [`judge`]
//! compares, [`look`] does all of it once, [`Lookout`] for pages, [`words`] tells it. State: the last looks, in memory.
//! Missing until their issues: ports seen from outside, changing addresses, router port mapping.

pub mod authority;
pub mod judge;
pub mod look;
mod lookout;
pub mod own;
mod redirect;
#[cfg(test)]
mod tests;
pub mod wanted;
pub mod words;

pub use judge::State;
pub use judge::Why;
pub use look::Judged;
pub use look::Report;
pub use look::Trouble;
pub use look::look;
pub use lookout::Lookout;
pub use own::Ours;
pub use wanted::Place;
pub use wanted::Presence;
pub use wanted::Row;
pub use wanted::Value;
pub use wanted::Wanted;
