//! What leaves and comes back whole: backups and restore. Missing until their issues: export and
//! import of accounts.
//!
//! State: the folder `backups`, the table `backup`, the setting `backup_recipient`, folders `aside-DATE`; while
//! something runs, scratch folders in the data folder. A file: see [`head`], [`manifest`], [`pack`].

mod age;
mod arrival;
mod aside;
mod backup;
mod error;
pub mod export;
pub mod head;
mod judge;
pub mod keep;
mod list;
pub mod lock;
pub mod manifest;
mod pack;
mod proof;
mod records;
mod restore;
mod second;
#[cfg(test)]
mod tests;
mod unpack;
mod verify;
mod why;
mod work;

pub use arrival::Arrival;
pub use arrival::Arrived;
pub use arrival::room;
pub use aside::Aside;
pub use aside::asides;
pub use backup::Backups;
pub use backup::FOLDER;
pub use backup::Made;
pub use backup::Summary;
pub use error::TransferError;
pub use list::Entry;
pub use manifest::Manifest;
pub use records::Kind;
pub use records::restored;
pub use restore::Prepared;
pub use restore::RESTORED;
pub use restore::commit;
pub use restore::forget;
pub use restore::prepare;
pub use restore::settle;
pub use unpack::Passphrase;
pub use verify::Verified;
pub use verify::key;
pub use verify::verify;
pub use why::Why;
pub use work::Stage;
pub use work::Step;
