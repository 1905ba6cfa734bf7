//! How far an authority is with the names of this place, for `imera setup --wait`. Keeps no state.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use serde_json::json;

use super::Reply;
use super::date;
use super::read;
use crate::certs::acme::NameState;
use crate::certs::acme::State;
use crate::limits;
use crate::server::house::House;
use crate::texts::Lang;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seen {
    /// The names as they were told last; null at first.
    #[serde(default)]
    seen: Value,
}

/// `running`: whether a server is there that asks; `names`: in the order in which they are wanted, the domain first.
/// Answers as soon as they are others than `seen`, at the latest after [`limits::ACME_WATCHED_S`].
pub(super) async fn names(house: &House, with: Value) -> Reply {
    let seen: Seen = read(with)?;
    let mut changes = house.acme.changes();
    let patience = Duration::from_secs(limits::ACME_WATCHED_S);
    let others = async {
        loop {
            let names: Value = changes.borrow_and_update().iter().map(row).collect();
            if names != seen.seen || changes.changed().await.is_err() {
                return names;
            }
        }
    };
    let running = house.site.get().is_some();
    if !running {
        return Ok(json!({ "running": false, "names": [] }));
    }
    let names = house.clock.timeout(patience, others).await;
    Ok(json!({ "running": true, "names": names.unwrap_or_else(|| seen.seen.clone()) }))
}

/// One name, as all of `--json` has it.
fn row(name: &NameState) -> Value {
    let book = Lang::En.book();
    let base = |state: &str| json!({ "name": name.name.to_string(), "state": state });
    match &name.state {
        State::Waiting => base("waiting"),
        State::Checking => base("checking"),
        State::Issued { until } => {
            let mut row = base("issued");
            row["until"] = json!(date(*until));
            row
        }
        State::Failed { cause, detail, again_at, .. } => {
            let (what, next) = cause.words();
            let mut row = base("failed");
            row["cause"] = json!(cause.key());
            row["what"] = json!(book.plain(&what));
            row["next"] = json!(book.plain(&next));
            row["detail"] = json!(detail);
            row["again_at"] = json!(date(*again_at));
            row
        }
    }
}
