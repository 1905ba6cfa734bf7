//! Troubles and checks in the words of the pages: what happened, what it means, the next step.
//!
//! Keeps no state. Notices and findings are lines in English, for logs and terminals; here each cause has sentences of
//! its own, and the line stands below them as what the machine says.

use crate::checks::Found;
use crate::checks::Looked;
use crate::checks::State;
use crate::clock::UtcMicros;
use crate::notices;
use crate::notices::Notice;
use crate::notices::Severity;
use crate::store::Trouble;
use crate::texts::Text;
use crate::texts::text;
use crate::transfer::Summary;

/// Something that needs the owner.
pub(super) struct Thing {
    pub key: String,
    pub severity: Severity,
    pub since: Option<UtcMicros>,
    /// What the machine says, in the reader's language where its cause is known.
    pub cause: Option<Text>,
    /// The same as logs have it.
    pub said: String,
}

/// How it all is, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weather {
    /// Nobody has looked yet.
    Looking,
    Fine,
    /// Warnings only, so many.
    Wait(usize),
    /// Troubles, so many.
    Bad(usize),
    /// Friends cannot use it.
    Storm,
}

impl Thing {
    pub fn is(&self, key: &str) -> bool {
        self.key == key
    }

    fn of_notice(notice: Notice) -> Thing {
        let said = format!("{}. {}.", notice.what, notice.next);
        Thing { key: notice.key.into_owned(), severity: notice.severity, since: Some(notice.since), cause: None, said }
    }

    fn of_check(name: &str, found: &Found) -> Option<Thing> {
        let severity = found.state.severity()?;
        let said = format!("{name}: {}. {}.", found.what, found.next.as_deref().unwrap_or_default());
        Some(Thing { key: name.to_owned(), severity, since: None, cause: None, said })
    }

    /// Backups tell why they failed, the database why it keeps nothing.
    pub fn explain(&mut self, summary: Option<&Summary>, trouble: Option<&Trouble>) {
        let of_backup = summary.and_then(|summary| summary.explain(&self.key));
        self.cause = of_backup.or_else(|| notices::cause(&self.key, trouble));
    }

    /// Heading, and what follows.
    pub fn words(&self) -> (Text, Text) {
        notices::words(&self.key, self.severity)
    }

    /// Where something can be done about it.
    pub fn path(&self) -> Option<(&'static str, Text)> {
        match self.key.as_str() {
            "backup" | "backup_copy" | "database" => Some(("/admin/backups", text("admin-tab-backups"))),
            "certificate" | "certificate_files" => Some(("/admin/certificate", text("certificate-look"))),
            key if key.starts_with("acme_") => Some(("/admin/certificate", text("certificate-look"))),
            "dns" => Some(("/admin/records", text("admin-records"))),
            _ => None,
        }
    }

    /// Whether friends cannot use the place because of it.
    fn shuts_out(&self) -> bool {
        self.severity == Severity::Trouble && matches!(self.key.as_str(), "store" | "certificate" | "ports")
    }
}

/// The worst first, of those the oldest.
pub(super) fn all(notices: Vec<Notice>, looked: Option<&Looked>) -> Vec<Thing> {
    let mut things: Vec<Thing> = notices.into_iter().map(Thing::of_notice).collect();
    for (name, found) in looked.map(|looked| looked.found.as_slice()).unwrap_or_default() {
        if !things.iter().any(|thing| thing.is(name)) {
            things.extend(Thing::of_check(name, found));
        }
    }
    things.sort_by(|a, b| b.severity.cmp(&a.severity).then(a.since.cmp(&b.since)));
    things
}

pub(super) fn weather(things: &[Thing], looked: Option<&Looked>) -> Weather {
    let count = |severity| things.iter().filter(|thing| thing.severity == severity).count();
    match (count(Severity::Trouble), count(Severity::Warning)) {
        _ if things.iter().any(Thing::shuts_out) => Weather::Storm,
        (1.., _) => Weather::Bad(count(Severity::Trouble)),
        _ if looked.is_none() => Weather::Looking,
        (0, 0) => Weather::Fine,
        (0, warnings) => Weather::Wait(warnings),
    }
}

/// Whether a check was made and all is well with it.
pub(super) fn is_fine(looked: &Looked, name: &str) -> bool {
    looked.found.iter().any(|(other, found)| *other == name && found.state == State::Ok)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Cause;

    fn notice(key: &'static str, severity: Severity, since: i64) -> Notice {
        Notice { key: key.into(), severity, what: "a".to_owned(), since, next: "b".to_owned(), until: None }
    }

    #[test]
    fn why_nothing_can_be_kept_is_told_where_it_is_the_trouble() {
        let trouble = |what| Trouble { what, detail: "".into(), since: 1 };
        let explained = |key, trouble: Option<Trouble>| {
            let mut thing = all(vec![notice(key, Severity::Trouble, 1)], None).remove(0);
            thing.explain(None, trouble.as_ref());
            thing.cause
        };
        assert_eq!(explained("store", Some(trouble(Cause::DiskFull))), Some(text("store-full")));
        assert_eq!(explained("disk", Some(trouble(Cause::Moved))), Some(text("store-moved")));
        assert_eq!(explained("disk", None), None, "it is nearly full");
        assert_eq!(explained("clock", Some(trouble(Cause::DiskFull))), None);
    }

    #[test]
    fn the_worst_comes_first_and_the_sky_follows_it() {
        let fine = Looked { at: 1, found: vec![("disk", Found::ok("x"))] };
        assert_eq!(weather(&[], None), Weather::Looking);
        assert_eq!(weather(&all(Vec::new(), Some(&fine)), Some(&fine)), Weather::Fine);
        let info = all(vec![notice("backup_copy", Severity::Info, 1)], Some(&fine));
        assert_eq!(weather(&info, Some(&fine)), Weather::Fine);
        let warned = all(vec![notice("clock", Severity::Warning, 1)], Some(&fine));
        assert_eq!(weather(&warned, Some(&fine)), Weather::Wait(1));
        let many = vec![
            notice("clock", Severity::Warning, 1),
            notice("backup", Severity::Trouble, 5),
            notice("disk", Severity::Trouble, 2),
        ];
        let many = all(many, Some(&fine));
        assert_eq!(many.iter().map(|thing| thing.key.as_str()).collect::<Vec<_>>(), ["disk", "backup", "clock"]);
        assert_eq!(weather(&many, Some(&fine)), Weather::Bad(2));
        let shut = Looked { at: 1, found: vec![("ports", Found::failed("c2s does not answer", "restart"))] };
        assert_eq!(weather(&all(Vec::new(), Some(&shut)), Some(&shut)), Weather::Storm);
        let twice = Looked { at: 1, found: vec![("clock", Found::warning("x", "y"))] };
        assert_eq!(all(vec![notice("clock", Severity::Warning, 1)], Some(&twice)).len(), 1, "told once");
    }
}
