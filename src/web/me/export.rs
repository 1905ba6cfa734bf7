//! `/me/data/export`: one's own data is made into a file in the background, and fetched by its owner's browser only.
//!
//! Keeps no state: see [`crate::transfer::export`].

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::clock::UtcMicros;
use crate::limits;
use crate::route;
use crate::texts::text;
use crate::transfer::export::Ready;
use crate::transfer::export::Standing;
use crate::web::Inner;
use crate::web::ask::Asked;
use crate::web::days;
use crate::web::faults::Fault;
use crate::web::file_body;
use crate::web::signed::Signed;

/// POST `/me/data/export`: begins, unless one is being made or was made just now.
pub(super) async fn make(State(site): State<Arc<Inner>>, asked: Asked, who: Signed) -> Response {
    let parts = match site.chat(&asked) {
        Ok(parts) => parts.clone(),
        Err(reply) => return reply,
    };
    let to_the_page = || Redirect::to("/me/data#export").into_response();
    match site.exports.standing(&site.accounts, who.account, site.clock.utc()).await {
        // The page says from when on.
        Ok(Standing::Ready(ready)) if site.clock.utc() < again(&ready) => return to_the_page(),
        Ok(_) => {}
        Err(error) => return site.not_kept(&asked, &error),
    }
    if let Some(making) = site.exports.begin(who.account) {
        let (account, book) = (who.account, asked.lang.book());
        tokio::spawn(async move {
            let words = match making.make(parts.clone(), book.clone()).await {
                Ok(ready) => {
                    tracing::info!(account = account.0, size_bytes = ready.bytes, "an export of somebody's own data");
                    let until = days::day(&book, ready.until(), ready.made_at);
                    let page = format!("{}/me/data", parts.links.web());
                    text("export-told").with("page", page).with("day", until)
                }
                Err(error) => {
                    tracing::error!(account = account.0, %error, "an export was not made");
                    text("export-told-failed")
                }
            };
            if let Err(error) = route::tell(&parts, account, &book.plain(&words)).await {
                tracing::warn!(account = account.0, ?error, "nobody could be told of an export");
            }
        });
    }
    to_the_page()
}

/// From when on there may be another one.
pub(super) fn again(ready: &Ready) -> UtcMicros {
    ready.made_at + limits::EXPORT_PAUSE_S as i64 * 1_000_000
}

/// GET `/me/data/export`: the file.
pub(super) async fn fetch(State(site): State<Arc<Inner>>, asked: Asked, who: Signed) -> Response {
    let ready = match site.exports.standing(&site.accounts, who.account, site.clock.utc()).await {
        Ok(Standing::Ready(ready)) => ready,
        Ok(_) => return site.fault(&asked, Fault::NotFound),
        Err(error) => return site.not_kept(&asked, &error),
    };
    let Ok(file) = std::fs::File::open(&ready.path) else { return site.fault(&asked, Fault::NotFound) };
    let day = Timestamp::from_microsecond(ready.made_at).unwrap_or_default().to_zoned(TimeZone::system());
    let disposition = format!("attachment; filename=\"imera-{}.zip\"", day.strftime("%Y-%m-%d"));
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CONTENT_LENGTH, ready.bytes.to_string()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, file_body::of(file, ready.bytes)).into_response()
}
