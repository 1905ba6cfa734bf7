//! `/setup/restore/check`: how far the check is. Renewed by script, or by «Check again». Keeps no state.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::desk::Checking;
use super::desk::Row;
use super::desk::Stand;
use super::way::Way;
use crate::texts::Bytes;
use crate::texts::Markup;
use crate::texts::text;
use crate::web::Inner;
use crate::web::ask::Asked;
use crate::web::frame::Frame;
use crate::web::frame::page;

#[derive(Template)]
#[template(path = "restore/check.html")]
struct Page {
    f: Frame,
    way: Way,
    rows: Vec<Shown>,
}

/// One row as it is shown.
pub(super) struct Shown {
    pub id: &'static str,
    /// A class of the style sheet.
    pub state: &'static str,
    /// Changes whenever the row does.
    pub now: String,
    pub name: Markup,
    pub chip: Markup,
    pub more: Markup,
}

impl Shown {
    /// Of the sprite.
    fn sign(&self) -> &'static str {
        if self.state == "off" { "wait" } else { self.state }
    }
}

pub(super) async fn show(State(site): State<Arc<Inner>>, asked: Asked, way: Way) -> Response {
    let (size, checking) = match site.desk.stand() {
        Stand::Empty | Stand::Wrong(_) => return way.to(""),
        Stand::Checked(_) => return way.to("/ready"),
        Stand::BringingBack { .. } => return way.busy(&site),
        Stand::Arriving { done, of } => ((done, of), None),
        Stand::Checking(checking) => ((checking.size, checking.size), Some(checking)),
    };
    let f = Frame { sky: "at-3", ..Frame::new(&asked, &text("restore-check-title"), way.place.clone()) };
    let rows = rows(&f, size, checking.as_ref());
    page(StatusCode::OK, &Page { f, way, rows })
}

const ROWS: [Row; 5] = [Row::Arrived, Row::Unlocked, Row::Complete, Row::Opens, Row::Counted];

/// `None`: it still arrives.
fn rows(f: &Frame, (done, of): (u64, u64), checking: Option<&Checking>) -> Vec<Shown> {
    let at = checking.map_or(Row::Arrived, |checking| checking.row);
    let shown = |row: Row| {
        let (id, name, more) = match row {
            Row::Arrived if of == 0 => {
                ("arrived", text("restore-row-arrived"), text("restore-row-arrived-some").with("done", Bytes(done)))
            }
            Row::Arrived => {
                let more = text("restore-row-arrived-more").with("done", Bytes(done)).with("of", Bytes(of));
                ("arrived", text("restore-row-arrived"), more)
            }
            Row::Unlocked => ("unlocked", text("restore-row-unlocked"), text("restore-row-unlocked-more")),
            Row::Complete => ("complete", text("restore-row-complete"), text("restore-row-complete-more")),
            Row::Opens => ("opens", text("restore-row-opens"), text("restore-row-opens-more")),
            Row::Counted => ("counted", text("restore-row-counted"), text("restore-row-counted-more")),
        };
        let percent = checking.map_or(0, |checking| checking.percent);
        let (state, chip) = match row.cmp(&at) {
            std::cmp::Ordering::Less => ("ok", text("restore-chip-good")),
            std::cmp::Ordering::Greater => ("off", text("restore-chip-later")),
            std::cmp::Ordering::Equal if percent == 0 => ("wait", text("restore-chip-now")),
            std::cmp::Ordering::Equal => ("wait", text("restore-chip-percent").with("percent", percent)),
        };
        let now = if state == "wait" { format!("wait-{percent}-{done}") } else { state.to_owned() };
        let (name, chip, more) = (f.t.html(&name), f.t.html(&chip), f.t.html(&more));
        Shown { id, state, now, name, chip, more }
    };
    ROWS.map(shown).into()
}
