//! The stairs: every way of a stanza, and the only place that knows an order.
//!
//! [`from_client`] takes a stanza of a bound session; `to_account` delivers to a local account;
//! [`tell`] says something in the house's own name; [`presence`] follows subscriptions; `to_remote` would leave the house.

mod backlog;
mod befriend;
pub mod entry;
pub mod from_client;
mod from_house;
mod presence;
mod removal;
pub mod session_end;
mod to_account;
mod to_remote;

pub use backlog::read_on as read_backlog;
pub use befriend::befriend;
pub use befriend::finish_befriending;
pub use from_house::tell;
pub use removal::remove as remove_account;

use crate::features::Parts;
use crate::sessions::End;
use crate::store::AccountId;
use crate::xmpp::jid::Jid;

/// Ends an account's sessions, and log-ins that have begun: its password is another now, or it is locked.
pub fn sign_out(parts: &Parts, account: AccountId) {
    parts.accounts.void_log_ins(account);
    for session in parts.sessions.of(account).iter() {
        session.end(End::SignedOut);
    }
}

/// Where an address leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    Host,
    Account(AccountId),
    /// A local account that does not exist.
    Nobody,
    /// Another server, or a service of ours that is not there.
    Remote,
}

impl Target {
    fn of(parts: &Parts, to: &Jid) -> Target {
        if to.domain() != parts.domain.domain() {
            return Target::Remote;
        }
        match to.local() {
            None => Target::Host,
            Some(local) => parts.accounts.find(local).map_or(Target::Nobody, Target::Account),
        }
    }
}
