//! `/setup/restore`, `/admin/restore`: which backup, and its passphrase. Keeps no state.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::desk::Stand;
use super::way::Way;
use super::wrong::Wrong;
use crate::texts::Bytes;
use crate::texts::Markup;
use crate::texts::text;
use crate::transfer;
use crate::transfer::Passphrase;
use crate::web::Inner;
use crate::web::ask::Asked;
use crate::web::faults::Fault;
use crate::web::form::Form;
use crate::web::frame::Errors;
use crate::web::frame::Frame;
use crate::web::frame::page;

#[derive(Template)]
#[template(path = "restore/choose.html")]
struct Page {
    f: Frame,
    way: Way,
    errors: Errors,
    /// What is wrong with the file: heading and next step.
    wrong: Option<(Markup, Markup)>,
    /// The file is here, and only its passphrase is asked for.
    again: bool,
    /// How one came here.
    notice: Option<Markup>,
    /// A checked backup waits.
    waits: bool,
    /// How much may be brought.
    room: String,
    /// One of the place's own: its name.
    kept: Option<String>,
}

pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked, way: Way) -> Response {
    match site.desk.stand() {
        Stand::Checking(_) | Stand::BringingBack { .. } => way.busy(&site),
        Stand::Wrong(wrong) => form(&site, &asked, &way, StatusCode::OK, Errors::default(), Some(&wrong)),
        _ => page_with(&site, &asked, &way, StatusCode::OK, Errors::default()),
    }
}

/// The form, with mistakes at its fields.
pub(super) fn page_with(site: &Inner, asked: &Asked, way: &Way, status: StatusCode, errors: Errors) -> Response {
    form(site, asked, way, status, errors, None)
}

/// The form, with what is wrong with the file that was brought.
pub(super) fn refused(site: &Inner, asked: &Asked, way: &Way, wrong: &Wrong) -> Response {
    form(site, asked, way, wrong.status, Errors::default(), Some(wrong))
}

fn form(site: &Inner, asked: &Asked, way: &Way, status: StatusCode, errors: Errors, wrong: Option<&Wrong>) -> Response {
    let mut title = text("restore-title");
    if !errors.is_empty() {
        let words = asked.lang.book().plain(&title);
        title = text("title-errors").with("count", errors.len()).with("page", words);
    }
    if let Some(wrong) = wrong {
        title = wrong.heading.clone();
    }
    let f = Frame { sky: "at-2", ..Frame::new(asked, &title, way.place.clone()) };
    let again = wrong.is_some_and(|wrong| wrong.again);
    let wrong = wrong.map(|wrong| (f.t.html(&wrong.heading), f.t.html(&wrong.next)));
    let notice = match asked.query("n").as_deref() {
        Some("back") => Some(f.t.html(&text("notice-back"))),
        Some("here") => Some(f.t.html(&text("notice-here"))),
        _ => None,
    };
    let waits = matches!(site.desk.stand(), Stand::Checked(_));
    let room = f.t.size(Bytes(transfer::room(site.desk.above().data())));
    let kept = way.place.as_ref().and_then(|_| asked.query("file"));
    let kept = kept.filter(|name| site.desk.above().kept(name).is_some());
    page(status, &Page { f, way: way.clone(), errors, wrong, again, notice, waits, room, kept })
}

/// One of the place's own backups, by its name in the list.
pub(super) async fn kept(State(site): State<Arc<Inner>>, asked: Asked, way: Way, fields: Form) -> Response {
    let file = way.place.as_ref().and_then(|_| site.desk.above().kept(fields.text("file")));
    let Some(file) = file else { return site.fault(&asked, Fault::NotFound) };
    match site.desk.take(file, passphrase(&fields)) {
        true => way.to("/check"),
        false => way.busy(&site),
    }
}

fn passphrase(fields: &Form) -> Option<Passphrase> {
    let typed = Some(fields.raw("passphrase")).filter(|passphrase| !passphrase.is_empty());
    typed.map(|passphrase| Passphrase::new(passphrase.to_owned()))
}

/// Another try with the file that is here, or another file.
pub(super) async fn again(State(site): State<Arc<Inner>>, _: Asked, way: Way, fields: Form) -> Response {
    if fields.text("do") == "other" {
        site.desk.forget();
        return way.to("");
    }
    match site.desk.again(passphrase(&fields)) {
        true => way.to("/check"),
        false => way.to(""),
    }
}
