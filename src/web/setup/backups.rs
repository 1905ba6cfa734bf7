//! `/setup/backups`: the hour, how many are kept, and what locks them. Keeps no state.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::Entered;
use super::draft::Backups;
use super::enter;
use super::garbled;
use super::steps;
use super::steps::StepFrame;
use crate::checks;
use crate::limits;
use crate::settings;
use crate::texts::Bytes;
use crate::texts::text;
use crate::transfer::Passphrase;
use crate::transfer::TransferError;
use crate::transfer::lock;
use crate::web::Inner;
use crate::web::ask::Asked;
use crate::web::form::Form;
use crate::web::frame::Errors;
use crate::web::frame::Frame;
use crate::web::frame::page;

#[derive(Template)]
#[template(path = "setup/backups.html")]
struct Page {
    f: Frame,
    s: StepFrame,
    times: Vec<(String, bool)>,
    keep: [String; 3],
    /// A passphrase was chosen before, and stays.
    locked: bool,
    /// The fold of the passphrase is open.
    unfolded: bool,
    /// Of one backup, of all of them, free, of all the disk.
    sizes: Option<[String; 4]>,
    /// They will not fit.
    tight: bool,
}

/// The names of the three fields.
const KEEP: [&str; 3] = ["days", "weeks", "months"];
/// And of those in the fold.
const LOCK: [&str; 3] = ["passphrase", "passphrase_again", "written"];

pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked) -> Response {
    let entered = match enter(&site, &asked, &steps::BACKUPS).await {
        Ok(entered) => entered,
        Err(reply) => return reply,
    };
    let chosen = entered.draft.backups.clone().unwrap_or_else(default);
    let keep = chosen.keep.map(|count| count.to_string());
    let other = asked.query("lock").is_some();
    let unlocked = Shown { at: chosen.at, keep, locked: chosen.lock.is_some() && !other, unfolded: other };
    draw(&site, &asked, &entered, unlocked, Errors::default())
}

/// What stands in the fields.
struct Shown {
    at: String,
    keep: [String; 3],
    locked: bool,
    unfolded: bool,
}

fn draw(site: &Inner, asked: &Asked, entered: &Entered, shown: Shown, errors: Errors) -> Response {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let unfolded = shown.unfolded || LOCK.iter().any(|field| errors.has(field));
    let (f, s) = steps::frame(site, asked, entered, errors);
    let counts = shown.keep.iter().map(|count| count.parse().unwrap_or(0)).sum::<u64>();
    let all = limits::BACKUP_GUESS_BYTES.saturating_mul(counts);
    let space = checks::disk::space(site.desk.above().data()).filter(|_| counts > 0);
    let sizes = space.map(|space| {
        let all = [limits::BACKUP_GUESS_BYTES, all, space.free_bytes, space.total_bytes];
        all.map(|bytes| f.t.size(Bytes(bytes)))
    });
    let tight = space.is_some_and(|space| space.free_bytes < all);
    let Shown { at, keep, locked, .. } = shown;
    page(status, &Page { f, s, times: times(&at), keep, locked, unfolded, sizes, tight })
}

/// The settings' defaults.
fn default() -> Backups {
    let at = settings::BACKUP_AT.default.unwrap_or("3:30").to_owned();
    let keep = settings::BACKUP_KEEP.default.unwrap_or("7,4,6");
    let mut counts = keep.split(',').map(|count| count.parse().unwrap_or(1));
    Backups { at, keep: std::array::from_fn(|_| counts.next().unwrap_or(1)), lock: None }
}

/// Half hours of a day; the chosen one is marked.
fn times(chosen: &str) -> Vec<(String, bool)> {
    let all = (0..48).map(|half| format!("{}:{:02}", half / 2, half % 2 * 30));
    all.map(|time| (time.clone(), time == chosen)).collect()
}

pub(super) async fn send(State(site): State<Arc<Inner>>, asked: Asked, fields: Form) -> Response {
    let mut entered = match enter(&site, &asked, &steps::BACKUPS).await {
        Ok(entered) => entered,
        Err(reply) => return reply,
    };
    let at = fields.text("at").to_owned();
    if !times(&at).iter().any(|(_, chosen)| *chosen) {
        return garbled(&site, &asked);
    }
    let mut errors = Errors::default();
    let mut keep = [0; 3];
    for (count, name) in keep.iter_mut().zip(KEEP) {
        let typed = fields.text(name);
        let digits = (1..=4).contains(&typed.len()) && typed.bytes().all(|byte| byte.is_ascii_digit());
        match typed.parse().ok().filter(|count| digits && *count <= limits::BACKUPS_KEPT_MAX) {
            Some(number) => *count = number,
            None => errors.add(name, text("setup-backups-number").with("most", limits::BACKUPS_KEPT_MAX)),
        }
    }
    if errors.is_empty() && keep == [0; 3] {
        errors.add("days", text("setup-backups-none"));
    }
    let stays = entered.draft.backups.as_ref().and_then(|backups| backups.lock.clone());
    let stays = stays.filter(|_| fields.text("lock") == "kept");
    let passphrase = fields.raw("passphrase");
    if stays.is_none() {
        check_passphrase(&fields, &mut errors);
    }
    if !errors.is_empty() {
        let keep = KEEP.map(|name| fields.text(name).chars().take(20).collect());
        let shown = Shown { at, keep, locked: stays.is_some(), unfolded: false };
        return draw(&site, &asked, &entered, shown, errors);
    }
    let lock = match (stays, passphrase.is_empty()) {
        (Some(lock), _) => Some(lock),
        (None, true) => None,
        (None, false) => {
            let _one = site.wizard.locking.lock().await;
            match lock::recipient_of(Passphrase::new(passphrase.to_owned())).await {
                Ok(lock) => Some(lock),
                Err(error) => return site.broken(asked.lang, asked.uri.path(), &error.to_string()),
            }
        }
    };
    entered.draft.backups = Some(Backups { at, keep, lock });
    entered.keep(&site, &asked, None).await
}

/// Both fields empty: backups stay open.
fn check_passphrase(fields: &Form, errors: &mut Errors) {
    let (passphrase, again) = (fields.raw("passphrase"), fields.raw("passphrase_again"));
    if passphrase.is_empty() && again.is_empty() {
        return;
    }
    if let Err(TransferError::PassphraseShort { has, .. }) = lock::check(passphrase) {
        errors.add("passphrase", text("setup-lock-short").with("count", has));
    } else if passphrase != again {
        errors.add("passphrase_again", text("password-differs"));
    } else if fields.text("written") != "yes" {
        errors.add("written", text("setup-lock-unwritten"));
    }
}
