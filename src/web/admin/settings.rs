//! `/admin/settings`: sections as folds, saved one at a time. Keeps no state; see [`sections`].
//!
//! A wrong value stays in its field with what is wrong with it, and nothing of its section is changed.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::Inner;
use super::super::ask::Asked;
use super::super::faults::Fault;
use super::super::form::Form;
use super::super::frame::Errors;
use super::super::frame::Frame;
use super::super::frame::page;
use super::super::signed::Owner;
use super::desk;
use super::desk::Desk;
use super::sections;
use super::sections::Field;
use super::sections::SECTIONS;
use super::sections::Section;
use super::to;
use crate::settings;
use crate::settings::Kind;
use crate::settings::SettingError;
use crate::texts::Book;
use crate::texts::Bytes;
use crate::texts::Markup;
use crate::texts::Text;
use crate::texts::text;

#[derive(Template)]
#[template(path = "admin/settings.html")]
struct Page {
    f: Frame,
    d: Desk,
    sections: Vec<Fold>,
    machine: Vec<(Markup, String, &'static str)>,
}

struct Fold {
    key: &'static str,
    name: Markup,
    open: bool,
    fields: Vec<Shown>,
}

struct Shown {
    key: &'static str,
    name: Markup,
    why: Markup,
    cost: Option<Markup>,
    default: Option<Markup>,
    /// Values and their names, where there are few.
    options: Vec<(&'static str, String)>,
    value: String,
}

/// GET `/admin/settings`
pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked, owner: Owner) -> Response {
    let open = asked.query("open").unwrap_or_default();
    answer((&site, &asked, &owner), &open, None, Errors::default()).await
}

/// `sent`: the form of the section `open`, whose values stay.
async fn answer(
    (site, asked, owner): (&Inner, &Asked, &Owner),
    open: &str,
    sent: Option<&Form>,
    errors: Errors,
) -> Response {
    let care = match site.care(asked) {
        Ok(care) => care,
        Err(reply) => return reply,
    };
    let last = care.backups.summary().await.ok().and_then(|summary| summary.last_good);
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (f, d) = desk::desk((site, asked, owner), &desk::SETTINGS, &text("admin-tab-settings"), errors);
    let f = Frame { path: "/admin/settings".to_owned(), ..f };
    let cost = |field: &Field| match (field.setting.key == settings::BACKUP_KEEP.key, last) {
        (true, Some((_, bytes))) => Some(text("admin-cost-backup").with("size", Bytes(bytes))),
        _ => None,
    };
    let shown = |field: &Field, sent: Option<&Form>| {
        let kept = || site.settings.text(field.setting).unwrap_or_default();
        let value = sent.map_or_else(kept, |form| form.raw(field.setting.key).chars().take(300).collect());
        shown(&f.t, field, value, cost(field))
    };
    let fold = |section: &Section| {
        let sent = sent.filter(|_| section.key == open);
        let fields = section.fields.iter().map(|field| shown(field, sent)).collect();
        Fold { key: section.key, name: f.t.html(&section.name), open: section.key == open, fields }
    };
    let folds = SECTIONS.iter().map(fold).collect();
    let machine = machine(site, &f.t);
    page(status, &Page { sections: folds, machine, f, d })
}

fn shown(t: &Book, field: &Field, value: String, cost: Option<Text>) -> Shown {
    let setting = field.setting;
    let default = setting.default.map(|default| text("admin-usually").with("value", sections::said(t, default)));
    Shown {
        key: setting.key,
        name: t.html(&sections::name(setting.key)),
        why: t.html(&field.why),
        cost: cost.map(|cost| t.html(&cost)),
        default: default.map(|default| t.html(&default)),
        options: sections::options(t, setting.kind),
        value,
    }
}

/// Name, value and key of what is changed elsewhere. A command may hold a password.
fn machine(site: &Inner, t: &Book) -> Vec<(Markup, String, &'static str)> {
    let said = |setting: &settings::Setting| match site.settings.text(setting) {
        Some(_) if setting.key == settings::BACKUP_COMMAND.key => t.plain(&text("admin-is-set")),
        Some(value) if !value.is_empty() => sections::said(t, &value),
        _ => t.plain(&text("admin-is-not-set")),
    };
    let row = |setting: &&'static settings::Setting| (t.html(&sections::name(setting.key)), said(setting), setting.key);
    sections::ON_THE_MACHINE.iter().map(row).collect()
}

/// POST `/admin/settings/{section}`
pub(super) async fn save(
    State(site): State<Arc<Inner>>,
    asked: Asked,
    owner: Owner,
    Path(key): Path<String>,
    fields: Form,
) -> Response {
    let Some(section) = SECTIONS.iter().find(|section| section.key == key) else {
        return site.fault(&asked, Fault::NotFound);
    };
    let (mut wanted, mut errors) = (Vec::new(), Errors::default());
    for Field { setting, .. } in section.fields {
        let value = fields.text(setting.key);
        let empty = value.is_empty() && setting.default.is_some();
        match settings::check(setting, value) {
            // Nobody but a script sends that.
            _ if !fields.has(setting.key) => return site.fault(&asked, Fault::Garbled),
            Err(_) if matches!(setting.kind, Kind::Switch | Kind::Language) => {
                return site.fault(&asked, Fault::Garbled);
            }
            Ok(_) if !empty => wanted.push((*setting, value.to_owned())),
            _ => errors.add(setting.key, sections::wants(setting.kind)),
        }
    }
    if !errors.is_empty() {
        return answer((&site, &asked, &owner), &key, Some(&fields), errors).await;
    }
    match site.settings.set_all(&wanted, &owner.by()).await {
        Ok(()) => {
            let later = site.care.get().is_some_and(|care| care.upkeep.waits_for_restart());
            let note = if later { "later" } else { "saved" };
            to(&format!("/admin/settings?n={note}&open={key}#{key}"))
        }
        Err(SettingError::Store(error)) => site.not_kept(&asked, &error),
        // All was checked above.
        Err(_) => site.fault(&asked, Fault::Garbled),
    }
}

/// What the page says of a change.
pub(super) fn told(note: &str) -> Option<(&'static str, Text)> {
    Some(match note {
        "saved" => ("ok", text("admin-saved")),
        "later" => ("warn", text("admin-saved-later")),
        _ => return None,
    })
}
