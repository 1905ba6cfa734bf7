//! Do the domain's records lead here? Its own name servers are asked. Keeps no state.

use super::Check;
use super::Found;
use super::Often;
use super::Subject;
use crate::net::dns::Resolver;
use crate::reach;
use crate::reach::Judged;
use crate::reach::Place;
use crate::reach::Presence;
use crate::reach::Report;
use crate::reach::State;
use crate::reach::Trouble;
use crate::reach::own;
use crate::reach::words;
use crate::reach::words::Told;
use crate::texts::Lang;
use crate::texts::Text;

pub const CHECK: Check = Check { name: "dns", often: Often::EveryHour, look: |subject, _| Box::pin(look(subject)) };

/// What is looked for, and by whom.
#[derive(Clone)]
pub struct Records {
    pub place: Place,
    pub resolver: Resolver,
    /// Whose certificate is wanted, as CAA names it.
    pub authority: Option<&'static str>,
}

/// Endings that the internet gives to nobody (RFC 2606, RFC 6761, RFC 6762, RFC 7686, RFC 8375, ICANN 2024).
const NOBODYS: [&str; 8] = ["example", "test", "invalid", "localhost", "local", "internal", "onion", "arpa"];

async fn look(subject: &Subject) -> Found {
    let Some(records) = &subject.records else {
        return Found::skipped("nobody outside looks for this place");
    };
    let Records { place, resolver, authority } = records;
    if let Some(ending) = nobodys_ending(place, resolver) {
        return Found::skipped(format!("the internet gives no names that end in .{ending}"));
    }
    let report = reach::look((resolver, &subject.clock), place, &own::addresses(), *authority).await;
    judge(&report, place)
}

/// The domain's ending, where there is nothing to look for. A resolver that was set may know better.
pub fn nobodys_ending<'a>(place: &'a Place, resolver: &Resolver) -> Option<&'a str> {
    let ending = place.domain.rsplit('.').next().unwrap_or_default();
    (NOBODYS.contains(&ending) && resolver.asked().is_none()).then_some(ending)
}

/// The worst first: what shuts everybody out, then what some will notice.
fn judge(report: &Report, place: &Place) -> Found {
    let say = |text: &Text| Lang::En.book().plain(text).trim_end_matches('.').to_owned();
    let of_trouble = |trouble: &Trouble| {
        let (heading, next) = words::trouble(trouble, &place.domain);
        (say(&heading), say(&next))
    };
    let of_row = |row: &Judged| {
        let what = format!("{} {}", row.wanted.name, row.wanted.value.kind());
        match words::told(row, 0) {
            Told::Found(seen, next) => (format!("{what}: {}", say(&seen)), say(&next)),
            Told::Next(next) => (format!("{what}: {}", say(&words::chip(&row.state)).to_lowercase()), say(&next)),
            Told::Nothing => (what, String::new()),
        }
    };
    if report.troubles.contains(&Trouble::NoInternet) {
        return Found::skipped("this machine has no internet, or no name server that answers");
    }
    let shuts_out = |trouble: &&Trouble| {
        matches!(trouble, Trouble::NoDomain | Trouble::NoServers | Trouble::Signatures | Trouble::Silent { .. })
    };
    let missing = report.rows.iter().find(|row| {
        row.wanted.presence == Presence::Needed && matches!(row.state, State::Waiting | State::Wrong { .. })
    });
    let wrong = report.rows.iter().find(|row| matches!(row.state, State::Wrong { .. }));
    let bad = report.troubles.iter().find(shuts_out).map(of_trouble).or_else(|| missing.map(of_row));
    if let Some((what, next)) = bad {
        return Found::failed(what, next);
    }
    if let Some((what, next)) = wrong.map(of_row).or_else(|| report.troubles.first().map(of_trouble)) {
        return Found::warning(what, next);
    }
    let (found, of) = report.count();
    Found::ok(format!("{found} of {of} records of {} found", place.domain))
}

#[cfg(test)]
mod tests {
    use super::super::State as Health;
    use super::*;
    use crate::reach::Ours;
    use crate::reach::Row;
    use crate::reach::Why;
    use crate::reach::look;

    fn found() -> State {
        State::Found { via: None, unsure: None }
    }

    fn report(changed: Option<(Row, State)>, troubles: Vec<Trouble>) -> Found {
        let place = Place::new("beach.example", None, 5222).unwrap();
        let v4 = own::Way::At([203, 0, 113, 7].into());
        let ours = Ours { v4, ..Ours::default() };
        let mut rows = look::all(&place, &ours, &found());
        for row in &mut rows {
            match &changed {
                Some((which, state)) if row.wanted.row == *which => row.state = state.clone(),
                _ if row.wanted.presence == Presence::Spare => row.state = State::NotNeeded,
                _ => {}
            }
        }
        judge(&Report { at: 0, rows, troubles }, &place)
    }

    #[test]
    fn what_shuts_people_out_is_trouble_and_what_some_notice_a_warning() {
        assert_eq!(report(None, Vec::new()), Found::ok("2 of 2 records of beach.example found"));
        let wrong = |why| State::Wrong { seen: "198.51.100.4".to_owned(), why };
        let missing = report(Some((Row::Machine, State::Waiting)), Vec::new());
        assert_eq!((missing.state, missing.what.as_str()), (Health::Failed, "beach.example A: waiting"));
        let other = report(Some((Row::Machine, wrong(Why::AnotherMachine))), Vec::new());
        assert_eq!(other.what, "beach.example A: We found 198.51.100.4");
        assert!(other.next.unwrap().starts_with("That is another machine"));
        let foreign = report(Some((Row::Servers, wrong(Why::ForeignServer("x.example".to_owned())))), Vec::new());
        assert_eq!(foreign.state, Health::Warning);
        assert_eq!(report(Some((Row::Hotel, State::Waiting)), Vec::new()).state, Health::Ok, "nice to have");
        assert_eq!(report(None, vec![Trouble::Signatures]).state, Health::Failed);
        let lame = report(None, vec![Trouble::Lame { servers: vec!["ns2.x.example".to_owned()] }]);
        assert_eq!((lame.state, lame.what.as_str()), (Health::Warning, "ns2.x.example: no answer for this domain"));
        assert_eq!(report(None, vec![Trouble::NoInternet]).state, Health::Skipped);
    }
}
