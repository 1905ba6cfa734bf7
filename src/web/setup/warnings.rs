//! What the machine itself has to say on a step's page: a wrong clock, a router in between. Keeps no state.

use jiff::Timestamp;

use super::draft::Draft;
use super::draft::Kind;
use super::steps;
use super::steps::Step;
use crate::checks;
use crate::texts::Book;
use crate::texts::Markup;
use crate::texts::text;
use crate::web::Inner;
use crate::web::days;

/// Heading and words of each.
pub fn all(site: &Inner, t: &Book, step: &Step, draft: &Draft) -> Vec<(Markup, Markup)> {
    let mut all = Vec::new();
    let now = site.clock.utc();
    // Before the name nothing depends on it.
    if checks::clock::is_surely_wrong(now)
        && ![steps::START.path, steps::WHO.path, steps::NAME.path].contains(&step.path)
    {
        let heading = text("setup-clock").with("date", days::day(t, now, Timestamp::UNIX_EPOCH.as_microsecond()));
        all.push((t.html(&heading), t.html(&text("setup-clock-next"))));
    }
    let world = draft.kind.is_some_and(|kind| kind != Kind::Home);
    if step.path == steps::NAME.path && world && site.wizard.founding.is_behind_router() {
        let ports = site.wizard.founding.chat_ports().iter().map(u16::to_string).collect::<Vec<_>>().join(", ");
        all.push((t.html(&text("setup-router")), t.html(&text("setup-router-next").with("ports", ports))));
    }
    all
}
