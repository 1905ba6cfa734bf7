//! What the machine itself has to say on a step's page: a wrong clock, a router in between. Keeps no state.

use jiff::Timestamp;

use super::Line;
use super::draft::Draft;
use super::draft::Kind;
use super::steps;
use super::steps::Step;
use crate::checks;
use crate::texts::Book;
use crate::texts::Markup;
use crate::texts::Text;
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
    if step.path == steps::NAME.path && world {
        let told = of_line(site.wizard.founding.line(), &site.wizard.founding.open_ports());
        all.extend(told.map(|(heading, next)| (t.html(&heading), t.html(&next))));
    }
    all
}

/// Why friends outside may not reach the machine.
fn of_line(line: Line, ports: &[u16]) -> Option<(Text, Text)> {
    match line {
        Line::Open => None,
        Line::Router => {
            let ports = ports.iter().map(u16::to_string).collect::<Vec<_>>().join(", ");
            Some((text("setup-router"), text("setup-router-next").with("ports", ports)))
        }
        Line::Shared => Some((text("setup-shared"), text("setup-shared-next"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Lang;

    #[test]
    fn a_router_and_a_shared_line_are_different_troubles() {
        let say = |line| {
            of_line(line, &[5222, 443]).map(|(heading, next)| {
                let book = Lang::En.book();
                (book.plain(&heading), book.plain(&next))
            })
        };
        assert_eq!(say(Line::Open), None);
        let (heading, next) = say(Line::Router).unwrap();
        assert_eq!(heading, "This machine is behind a router");
        assert!(next.contains("send 5222, 443 to this machine"), "{next}");
        let (heading, next) = say(Line::Shared).unwrap();
        assert_eq!(heading, "Your internet line has no address of its own");
        assert!(next.contains("whatever the router does"), "{next}");
    }
}
