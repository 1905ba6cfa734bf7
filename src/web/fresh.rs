//! Links that were just made: shown to the browser that asked for them, for a while. Then nobody can show them again,
//! since the database has their hashes only.
//!
//! State: those links, and the forms that made some, both bounded, in memory.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use crate::accounts::AccountId;
use crate::accounts::invites::InviteId;
use crate::clock::UtcMicros;
use crate::limits;

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    Invite(InviteId),
    Password(AccountId),
}

/// A link as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub about: About,
    pub address: String,
    pub expires_at: UtcMicros,
}

#[derive(Default)]
pub struct Fresh(Mutex<Memory>);

#[derive(Default)]
struct Memory {
    /// By the number of the browser; the oldest first.
    links: VecDeque<(i64, Link, Duration)>,
    forms: VecDeque<(i64, String)>,
}

impl Fresh {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a form of this browser comes for the first time. `once`: what the form was made with.
    pub fn is_first(&self, browser: i64, once: &str) -> bool {
        let mut memory = self.memory();
        let known = memory.forms.iter().any(|(other, form)| *other == browser && form == once);
        if !known {
            if memory.forms.len() >= limits::FRESH_FORMS_MAX {
                memory.forms.pop_front();
            }
            memory.forms.push_back((browser, once.to_owned()));
        }
        !known
    }

    /// Remembers a link for this browser, in the place of an older one for the same.
    pub fn put(&self, browser: i64, link: Link, now: Duration) {
        let mut memory = self.memory();
        memory.links.retain(|(other, known, until)| *until > now && !(*other == browser && known.about == link.about));
        if memory.links.len() >= limits::FRESH_LINKS_MAX {
            memory.links.pop_front();
        }
        let until = now + Duration::from_secs(limits::FRESH_LINK_S);
        memory.links.push_back((browser, link, until));
    }

    /// The newest link of this browser that `wanted` takes.
    pub fn find(&self, browser: i64, now: Duration, wanted: impl Fn(About) -> bool) -> Option<Link> {
        let memory = self.memory();
        let mut own = memory.links.iter().rev().filter(|(other, _, until)| *other == browser && *until > now);
        own.find(|(_, link, _)| wanted(link.about)).map(|(_, link, _)| link.clone())
    }

    /// The link holds no more, for whomever.
    pub fn forget(&self, about: About) {
        self.memory().links.retain(|(_, link, _)| link.about != about);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(number: i64) -> Link {
        Link { about: About::Invite(InviteId(number)), address: format!("https://a.test/{number}"), expires_at: 9 }
    }

    #[test]
    fn a_link_is_shown_to_its_browser_only_and_for_a_while() {
        let (fresh, now) = (Fresh::default(), Duration::from_secs(5));
        fresh.put(1, link(1), now);
        fresh.put(1, link(2), now);
        let any = |_| true;
        assert_eq!(fresh.find(1, now, any), Some(link(2)));
        assert_eq!(fresh.find(1, now, |about| about == About::Invite(InviteId(1))), Some(link(1)));
        assert_eq!(fresh.find(2, now, any), None);
        assert_eq!(fresh.find(1, now + Duration::from_secs(limits::FRESH_LINK_S), any), None);
        fresh.forget(About::Invite(InviteId(2)));
        assert_eq!(fresh.find(1, now, any), Some(link(1)));
        for number in 0..1_000 {
            fresh.put(number, link(number), now);
        }
        assert_eq!(fresh.memory().links.len(), limits::FRESH_LINKS_MAX);
    }

    #[test]
    fn a_form_that_comes_twice_is_known_in_its_browser() {
        let fresh = Fresh::default();
        assert!(fresh.is_first(1, "a") && !fresh.is_first(1, "a") && fresh.is_first(2, "a"));
        for number in 0..1_000 {
            fresh.is_first(1, &number.to_string());
        }
        assert_eq!(fresh.memory().forms.len(), limits::FRESH_FORMS_MAX);
    }
}
