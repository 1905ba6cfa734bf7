//! What the owner's pages share around their content: tabs, who is signed in, what was just done, errors.
//!
//! Keeps no state.

use super::super::Inner;
use super::super::ask::Asked;
use super::super::frame::Errors;
use super::super::frame::Frame;
use super::super::invitations;
use super::super::signed::Owner;
use super::certificate;
use super::person;
use super::proof;
use super::settings;
use crate::texts::Book;
use crate::texts::Markup;
use crate::texts::Text;
use crate::texts::escape;
use crate::texts::text;

/// A tab: where, its sign, its name.
pub(super) struct Tab {
    pub path: &'static str,
    pub sign: &'static str,
    name: Text,
}

pub(super) static PEOPLE: Tab = Tab { path: "/admin/people", sign: "people", name: text("admin-tab-people") };
pub(super) static INVITES: Tab = Tab { path: "/admin/invites", sign: "ticket", name: text("admin-tab-invites") };
pub(super) static BACKUPS: Tab = Tab { path: "/admin/backups", sign: "floppy", name: text("admin-tab-backups") };
pub(super) static SETTINGS: Tab = Tab { path: "/admin/settings", sign: "knobs", name: text("admin-tab-settings") };
pub(super) static HOME: Tab = Tab { path: "/admin", sign: "day", name: text("admin-tab-home") };

/// In their order.
static TABS: [&Tab; 5] = [&HOME, &PEOPLE, &INVITES, &BACKUPS, &SETTINGS];

/// The frame of one of the owner's pages, beside [`Frame`].
pub(super) struct Desk {
    pub place: String,
    /// Who is signed in.
    pub name: String,
    pub tab: &'static Tab,
    /// The sky's face.
    pub orb: &'static str,
    /// What was just done: `ok` or `warn`, and its words.
    pub notice: Option<(&'static str, Markup)>,
    pub errors: Errors,
}

/// What the machine says of something that went wrong.
pub(super) struct Said {
    pub words: Markup,
    /// There is only the line for logs.
    pub english: bool,
}

/// A tab as it is shown.
pub(super) struct Shown {
    pub path: &'static str,
    pub sign: &'static str,
    pub name: Markup,
    pub now: bool,
}

impl Desk {
    pub fn tabs(&self, t: &Book) -> Vec<Shown> {
        let shown = |tab: &&'static Tab| Shown {
            path: tab.path,
            sign: tab.sign,
            name: t.html(&tab.name),
            now: tab.path == self.tab.path,
        };
        TABS.iter().map(shown).collect()
    }
}

impl Said {
    pub fn new(t: &Book, known: Option<&Text>, line: &str) -> Said {
        Said { words: known.map_or_else(|| Markup(escape(line)), |known| t.html(known)), english: known.is_none() }
    }
}

/// Both frames of a page on that tab. What the address's `n` names was just done, unless there are errors.
pub(super) fn desk(
    (site, asked, owner): (&Inner, &Asked, &Owner),
    tab: &'static Tab,
    title: &Text,
    errors: Errors,
) -> (Frame, Desk) {
    let t = asked.lang.book();
    let place = site.place();
    let title = match errors.is_empty() {
        true => title.clone(),
        false => text("title-errors").with("count", errors.len()).with("page", t.plain(title)),
    };
    let f = Frame::new(asked, &title, Some(place.clone()));
    let done = asked.query("n").filter(|_| errors.is_empty()).and_then(|n| done(&n));
    let notice = done.map(|(kind, words)| (kind, t.html(&words)));
    (f, Desk { place, name: owner.0.name.clone(), tab, orb: "sun", notice, errors })
}

/// What a page before has done.
fn done(note: &str) -> Option<(&'static str, Text)> {
    person::told(note)
        .or_else(|| invitations::told(note))
        .or_else(|| settings::told(note))
        .or_else(|| certificate::told(note))
        .or_else(|| proof::told(note))
}
