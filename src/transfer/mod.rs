//! What leaves and comes back whole: backups and restore. Missing until their issues: export and
//! import of accounts.
//!
//! State: the folder `backups`, the table `backup`, the setting `backup_recipient`; while something
//! runs, scratch folders in the data folder. A file: see [`head`], [`manifest`], [`pack`].

mod age;
mod backup;
mod error;
pub mod export;
pub mod head;
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
mod work;

pub use backup::Backups;
pub use backup::FOLDER;
pub use backup::Made;
pub use backup::Summary;
pub use error::TransferError;
pub use list::Entry;
pub use manifest::Manifest;
pub use records::Kind;
pub use restore::Prepared;
pub use restore::RESTORED;
pub use restore::commit;
pub use restore::prepare;
pub use restore::settle;
pub use unpack::Passphrase;
pub use verify::Verified;
pub use verify::key;
pub use verify::verify;
pub use work::Stage;
pub use work::Step;
