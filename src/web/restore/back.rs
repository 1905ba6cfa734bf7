//! `/restored/MARK`: where a browser waits while the server begins again, and what it finds then.
//!
//! The mark begins the file's sum: who has it has seen the file. Nothing else is needed to come here, since nobody
//! is signed in across a restore. Keeps no state.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;

use super::desk::Stand;
use crate::limits;
use crate::texts::text;
use crate::transfer;
use crate::web::Inner;
use crate::web::ask::Asked;
use crate::web::days;
use crate::web::faults::Fault;
use crate::web::frame::Frame;
use crate::web::frame::page;

#[derive(Template)]
#[template(path = "restore/back.html")]
struct Page {
    f: Frame,
    place: String,
    /// When the backup was made; `None`: the server is about to begin again.
    made: Option<String>,
    /// Where yesterday's data lies, and until when.
    aside: Option<(String, String)>,
}

pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked, Path(mark): Path<String>) -> Response {
    let fits = mark.len() == limits::RESTORE_MARK_SIGNS && mark.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !fits {
        return site.fault(&asked, Fault::NotFound);
    }
    if matches!(site.desk.stand(), Stand::BringingBack { mark: coming } if coming == mark) {
        let f = Frame { sky: "at-6", ..Frame::new(&asked, &text("restore-coming-title"), None) };
        return page(StatusCode::OK, &Page { f, place: String::new(), made: None, aside: None });
    }
    let found = site.store.read(move |db| transfer::restored(db, &mark)).await;
    match found {
        Err(error) => site.not_kept(&asked, &error),
        // Another one came after it, or this address is made up.
        Ok(None) => Redirect::to("/").into_response(),
        Ok(Some(made_at)) => {
            let now = site.clock.utc();
            let said = |at| days::moment(&asked.lang.book(), at, now);
            let asides = transfer::asides(site.desk.above().data());
            let name = |aside: &transfer::Aside| aside.path.file_name().unwrap_or_default().to_string_lossy().into();
            let aside = asides.last().map(|aside| (name(aside), said(aside.until())));
            let place = site.place();
            let f = Frame::new(&asked, &text("restore-back-title"), Some(place.clone()));
            page(StatusCode::OK, &Page { f, place, made: Some(said(made_at)), aside })
        }
    }
}
