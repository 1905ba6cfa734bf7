//! `/admin/log`: who changed what, the newest first. Keeps no state; see `audit`.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::Inner;
use super::super::ask::Asked;
use super::super::days;
use super::super::frame::Errors;
use super::super::frame::Frame;
use super::super::frame::page;
use super::super::signed::Owner;
use super::capital;
use super::desk;
use super::desk::Desk;
use super::number;
use super::people::role_word;
use super::sections;
use crate::accounts::Role;
use crate::audit;
use crate::audit::By;
use crate::audit::Deed;
use crate::audit::Line;
use crate::clock::UtcMicros;
use crate::limits;
use crate::texts::Book;
use crate::texts::Markup;
use crate::texts::Text;
use crate::texts::text;

#[derive(Template)]
#[template(path = "admin/log.html")]
struct Page {
    f: Frame,
    d: Desk,
    rows: Vec<Row>,
    newest: bool,
    /// Where the older ones are.
    older: Option<i64>,
}

struct Row {
    when: String,
    /// `None`: the machine.
    who: Option<String>,
    what: Markup,
}

/// GET `/admin/log`
pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked, owner: Owner) -> Response {
    let before = asked.query("before").as_deref().and_then(number);
    let read = site.store.read(move |c| audit::page(c, before, limits::AUDIT_PAGE + 1)).await;
    let mut lines = match read {
        Ok(lines) => lines,
        Err(error) => return site.not_kept(&asked, &error),
    };
    let more = lines.len() > limits::AUDIT_PAGE;
    lines.truncate(limits::AUDIT_PAGE);
    let older = lines.last().map(|line| line.id).filter(|_| more);
    let (f, d) = desk::desk((&site, &asked, &owner), &desk::SETTINGS, &text("admin-log"), Errors::default());
    let now = site.clock.utc();
    let rows = lines.into_iter().map(|line| row(&f.t, line, now)).collect();
    page(StatusCode::OK, &Page { f, d, rows, newest: before.is_none(), older })
}

fn row(t: &Book, line: Line, now: UtcMicros) -> Row {
    let who = match line.by {
        By::Machine => None,
        By::Person(name) => Some(name.to_string()),
    };
    let what = line.deed.map_or_else(|| text("admin-log-other"), |deed| words(t, deed, now));
    Row { when: capital(&days::moment(t, line.at, now)), who, what: t.html(&what) }
}

/// A deed in the reader's language.
fn words(t: &Book, deed: Deed, now: UtcMicros) -> Text {
    let of = |text: Text, name: String| text.with("name", name);
    match deed {
        Deed::Setting { key, value } => {
            let setting = t.plain(&sections::name(&key));
            match value {
                Some(value) => text("admin-log-set").with("setting", setting).with("value", sections::said(t, &value)),
                None => text("admin-log-unset").with("setting", setting),
            }
        }
        Deed::Added { name } => of(text("admin-log-added"), name),
        Deed::AddedMany { count } => text("admin-log-added-many").with("count", count),
        Deed::Role { name, role } => {
            let role = role.parse::<Role>().map(|role| t.plain(&role_word(role))).unwrap_or(role);
            of(text("admin-log-role"), name).with("role", role)
        }
        Deed::Locked { name } => of(text("admin-log-locked"), name),
        Deed::Opened { name } => of(text("admin-log-opened"), name),
        Deed::Closed { name, until } => of(text("admin-log-closed"), name).with("day", days::day(t, until, now)),
        Deed::Removed { name } => of(text("admin-log-removed"), name),
        Deed::SignedOut { name } => of(text("admin-log-signed-out"), name),
        Deed::Password { name } => of(text("admin-log-password"), name),
        Deed::ResetLink { name } => of(text("admin-log-reset"), name),
        Deed::LetIn { name } => of(text("admin-log-let-in"), name),
        Deed::TurnedAway { name } => of(text("admin-log-turned-away"), name),
        Deed::Invited { number, uses, note } => match note {
            Some(note) => text("admin-log-invited-note").with("note", note).with("uses", uses),
            None => text("admin-log-invited").with("number", number.to_string()).with("uses", uses),
        },
        Deed::Withdrew { number, note } => match note {
            Some(note) => text("admin-log-withdrew-note").with("note", note),
            None => text("admin-log-withdrew").with("number", number.to_string()),
        },
        Deed::BackupMade { file } => text("admin-log-backup").with("file", file),
        Deed::BackupFetched { file } => text("admin-log-fetched").with("file", file),
        Deed::Restored { made_at } => text("admin-log-restored").with("when", days::moment(t, made_at, now)),
        Deed::Passphrase { on: true } => text("admin-log-lock"),
        Deed::Passphrase { on: false } => text("admin-log-unlock"),
        Deed::CertificateBrought { until } => text("admin-log-certificate").with("day", days::day(t, until, now)),
        Deed::CertificateAutomatic => text("admin-log-certificate-automatic"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Lang;

    #[test]
    fn every_deed_has_its_words_and_what_people_typed_is_escaped() {
        let evil = || "<script>".to_owned();
        let all = [
            Deed::Setting { key: "place_name".to_owned(), value: Some(evil()) },
            Deed::Setting { key: evil(), value: None },
            Deed::Added { name: evil() },
            Deed::AddedMany { count: 1 },
            Deed::Role { name: evil(), role: "owner".to_owned() },
            Deed::Role { name: evil(), role: evil() },
            Deed::Locked { name: evil() },
            Deed::Opened { name: evil() },
            Deed::Closed { name: evil(), until: 5 },
            Deed::Removed { name: evil() },
            Deed::SignedOut { name: evil() },
            Deed::Password { name: evil() },
            Deed::ResetLink { name: evil() },
            Deed::Invited { number: 5, uses: 1, note: Some(evil()) },
            Deed::Invited { number: 5, uses: 20, note: None },
            Deed::Withdrew { number: 5, note: Some(evil()) },
            Deed::Withdrew { number: 5, note: None },
            Deed::LetIn { name: evil() },
            Deed::TurnedAway { name: evil() },
            Deed::BackupMade { file: evil() },
            Deed::BackupFetched { file: evil() },
            Deed::Restored { made_at: 5 },
            Deed::Passphrase { on: true },
            Deed::Passphrase { on: false },
            Deed::CertificateBrought { until: 5 },
            Deed::CertificateAutomatic,
        ];
        for lang in [Lang::En, Lang::De] {
            let t = lang.book();
            for deed in all.clone() {
                let line = Line { id: 1, by: By::Machine, deed: Some(deed), at: 5 };
                let words = row(&t, line.clone(), 6).what.0;
                assert!(!words.contains("<script>") && words.ends_with('.'), "{line:?}: {words}");
            }
        }
    }
}
