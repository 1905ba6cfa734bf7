//! What of the settings stands on a page: each in its section, with its name and its reason in the reader's language.
//!
//! Keeps no state. Not here are those by which a stolen browser could turn the machine or its people against them: a
//! command that is run, a folder that everything is copied to, the name that invitations lead to, the key of backups.

use crate::settings;
use crate::settings::Kind;
use crate::settings::Setting;
use crate::texts::Book;
use crate::texts::Lang;
use crate::texts::Text;
use crate::texts::text;

/// One setting of a page.
pub(super) struct Field {
    pub setting: &'static Setting,
    /// What it is for, and what it costs.
    pub why: Text,
}

/// What is saved together.
pub(super) struct Section {
    /// In addresses.
    pub key: &'static str,
    pub name: Text,
    pub fields: &'static [Field],
}

static PLACE: [Field; 2] = [
    Field { setting: &settings::PLACE_NAME, why: text("admin-why-place-name") },
    Field { setting: &settings::LANGUAGE, why: text("admin-why-language") },
];
static PEOPLE: [Field; 3] = [
    Field { setting: &settings::MEMBERS_INVITE, why: text("admin-why-members-invite") },
    Field { setting: &settings::INVITE_QUOTA, why: text("admin-why-invite-quota") },
    Field { setting: &settings::ASK_FIRST, why: text("admin-why-ask-first") },
];
static APPS: [Field; 1] = [Field { setting: &settings::ALLOW_PLAIN, why: text("admin-why-allow-plain") }];
static BACKUPS: [Field; 2] = [
    Field { setting: &settings::BACKUP_AT, why: text("admin-why-backup-at") },
    Field { setting: &settings::BACKUP_KEEP, why: text("admin-why-backup-keep") },
];

/// In their order.
pub(super) static SECTIONS: [Section; 4] = [
    Section { key: "place", name: text("admin-section-place"), fields: &PLACE },
    Section { key: "people", name: text("admin-section-people"), fields: &PEOPLE },
    Section { key: "apps", name: text("admin-section-apps"), fields: &APPS },
    Section { key: "backups", name: text("admin-section-backups"), fields: &BACKUPS },
];

/// Those that are changed on the machine only.
pub(super) static ON_THE_MACHINE: [&Setting; 6] = [
    &settings::DOMAIN,
    &settings::HOST,
    &settings::HOME,
    &settings::REGISTRATION,
    &settings::BACKUP_FOLDER,
    &settings::BACKUP_COMMAND,
];

/// How a setting is called.
pub(super) fn name(key: &str) -> Text {
    match key {
        "domain" => text("admin-set-domain"),
        "host" => text("admin-set-host"),
        "home" => text("admin-set-home"),
        "place_name" => text("admin-set-place-name"),
        "language" => text("admin-set-language"),
        "allow_plain" => text("admin-set-allow-plain"),
        "registration" => text("admin-set-registration"),
        "members_invite" => text("admin-set-members-invite"),
        "invite_quota" => text("admin-set-invite-quota"),
        "ask_first" => text("admin-set-ask-first"),
        "backup_at" => text("admin-set-backup-at"),
        "backup_keep" => text("admin-set-backup-keep"),
        "backup_folder" => text("admin-set-backup-folder"),
        "backup_command" => text("admin-set-backup-command"),
        "acme" => text("admin-set-acme"),
        "acme_eab_kid" => text("admin-set-acme-eab-kid"),
        "acme_eab_key" => text("admin-set-acme-eab-key"),
        "acme_dns_server" => text("admin-set-acme-dns-server"),
        "acme_dns_zone" => text("admin-set-acme-dns-zone"),
        "acme_dns_key" => text("admin-set-acme-dns-key"),
        "acme_dns_algorithm" => text("admin-set-acme-dns-algorithm"),
        "acme_dns_secret" => text("admin-set-acme-dns-secret"),
        other => text("admin-set-other").with("key", other),
    }
}

/// A value as people read it.
pub(super) fn said(t: &Book, value: &str) -> String {
    match value {
        "on" => t.plain(&text("admin-on")),
        "off" => t.plain(&text("admin-off")),
        tag => Lang::OFFERED.into_iter().find(|(lang, _)| lang.tag() == tag).map_or(tag, |(_, name)| name).to_owned(),
    }
}

/// What can be chosen; nothing where it is typed.
pub(super) fn options(t: &Book, kind: Kind) -> Vec<(&'static str, String)> {
    let values: &[&'static str] = match kind {
        Kind::Switch => &["on", "off"],
        Kind::Language => &Lang::OFFERED.map(|(lang, _)| lang.tag()),
        _ => &[],
    };
    values.iter().map(|value| (*value, said(t, value))).collect()
}

/// What a refused value should have been.
pub(super) fn wants(kind: Kind) -> Text {
    match kind {
        Kind::Number { min, max } => text("admin-wants-number").with("min", min).with("max", max),
        Kind::TimeOfDay => text("admin-wants-time"),
        Kind::Keep => text("admin-wants-keep").with("most", crate::limits::BACKUPS_KEPT_MAX),
        Kind::Text { max_signs } => text("admin-wants-text").with("most", max_signs),
        Kind::Name { max_signs } => text("admin-wants-name").with("most", max_signs),
        Kind::Server => text("admin-wants-server"),
        Kind::DnsName => text("admin-wants-dns-name"),
        Kind::Base64 { .. } => text("admin-wants-base64"),
        Kind::Domain | Kind::Switch | Kind::Language | Kind::Choice(_) => text("admin-wants-other"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stolen_browser_changes_nothing_of_the_machine() {
        let shown: Vec<&str> =
            SECTIONS.iter().flat_map(|section| section.fields).map(|field| field.setting.key).collect();
        for key in ["backup_command", "backup_folder", "backup_recipient", "host", "domain", "registration", "acme"] {
            assert!(!shown.contains(&key), "{key}");
        }
        for section in &SECTIONS {
            assert!(section.fields.iter().all(|field| field.setting.fixed.is_none()), "{}", section.key);
        }
    }

    #[test]
    fn every_setting_has_a_name_or_is_not_for_people() {
        for setting in settings::SETTINGS {
            let named = name(setting.key) != text("admin-set-other").with("key", setting.key);
            assert!(named || setting.key == "backup_recipient", "{}", setting.key);
        }
    }
}
