//! Who is online, as others see them. What somebody says of themself ("on the balcony") is for their contacts, and not
//! shown. Keeps no state.

use std::collections::HashMap;

use crate::features::Parts;
use crate::sessions::Session;
use crate::store::AccountId;
use crate::texts::Text;
use crate::texts::text;
use crate::xmpp::ns;

/// RFC 6121 §4.7.2.1, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Presence {
    Here,
    Busy,
    Away,
    /// No device is online.
    Gone,
}

impl Presence {
    /// The sign of the sprite.
    pub fn sign(self) -> &'static str {
        match self {
            Presence::Here => "here",
            Presence::Busy => "busy",
            Presence::Away => "away",
            Presence::Gone => "asleep",
        }
    }

    pub fn word(self) -> Text {
        match self {
            Presence::Here => text("admin-here"),
            Presence::Busy => text("admin-busy"),
            Presence::Away => text("admin-away"),
            Presence::Gone => text("admin-gone"),
        }
    }

    fn of_show(show: Option<&str>) -> Presence {
        match show {
            Some("away" | "xa") => Presence::Away,
            Some("dnd") => Presence::Busy,
            _ => Presence::Here,
        }
    }

    /// Of one device; a session that has sent no presence is online for nobody.
    pub fn of(session: &Session) -> Presence {
        let Some(presence) = session.presence() else { return Presence::Gone };
        let show = presence.content.find(ns::CLIENT, "show").map(|show| show.element().text());
        Presence::of_show(show.as_deref().map(str::trim))
    }
}

/// Who is online: the best of their devices, and how many there are.
pub(super) fn all(parts: &Parts) -> HashMap<AccountId, (Presence, usize)> {
    let mut all: HashMap<AccountId, (Presence, usize)> = HashMap::new();
    for session in parts.sessions.all() {
        let presence = Presence::of(&session);
        if presence != Presence::Gone {
            let entry = all.entry(session.account()).or_insert((presence, 0));
            *entry = (entry.0.min(presence), entry.1 + 1);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc6121_4_7_2_1_the_four_states_are_three_signs() {
        let shows = [None, Some("chat"), Some("away"), Some("xa"), Some("dnd"), Some("<script>")];
        let signs = shows.map(|show| Presence::of_show(show).sign());
        assert_eq!(signs, ["here", "here", "away", "away", "busy", "here"]);
        assert!(Presence::Here < Presence::Busy && Presence::Away < Presence::Gone);
    }
}
