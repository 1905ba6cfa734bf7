//! Is the certificate good, and for how long? Keeps no state.

use super::Check;
use super::Found;
use super::Often;
use super::Subject;
use crate::certs::Serving;
use crate::certs::Source;
use crate::limits;

pub const CHECK: Check =
    Check { name: "certificate", often: Often::EveryMinute, look: |subject, _| Box::pin(look(subject)) };

async fn look(subject: &Subject) -> Found {
    match &subject.serving {
        None => Found::skipped("no server runs, so none is served"),
        Some(serving) => judge(serving, subject.clock.utc()),
    }
}

fn judge(serving: &Serving, now: i64) -> Found {
    let facts = &serving.facts;
    let days = facts.days_left(now);
    let day = |at| match jiff::Timestamp::from_microsecond(at) {
        Ok(at) => at.strftime("%Y-%m-%d").to_string(),
        Err(_) => "the end of the calendar".to_owned(),
    };
    let until = day(facts.not_after);
    if facts.not_before > now && !facts.self_signed {
        return Found::failed(format!("it holds only from {} on", day(facts.not_before)), "check the machine's clock");
    }
    let next = match serving.source {
        Source::SelfSigned => "restart imera: it makes a new one",
        Source::Own => "bring a new one, on the page /admin/certificate or into the files",
        Source::Home => "look at the machine's clock: imera renews it by itself",
    };
    match days {
        ..0 => Found::failed(format!("it ran out on {until}"), next),
        0..limits::CERTIFICATE_WARN_DAYS => Found::warning(format!("it runs out on {until}, in {days} days"), next),
        _ if facts.lacks_chain() => Found::warning(
            "the certificates between yours and the authority are missing",
            "append them to the file; your provider calls them chain or bundle",
        ),
        _ => Found::ok(format!("{}, holds until {until}", serving.source.as_str())),
    }
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;
    use crate::certs::Facts;

    fn serving(days: i64, self_signed: bool) -> Serving {
        let facts = Facts {
            names: vec!["a.test".to_owned()],
            not_before: 0,
            not_after: days * 86_400_000_000,
            issuer: "An authority".to_owned(),
            self_signed,
            chain_length: 1,
            missing: Vec::new(),
            sha256: [0; 32],
        };
        Serving { source: Source::Own, facts, root: None }
    }

    #[test]
    fn it_is_told_two_weeks_before_it_runs_out() {
        assert_eq!(judge(&serving(100, true), 0), Found::ok("own, holds until 1970-04-11"));
        assert_eq!(judge(&serving(13, true), 0).state, State::Warning);
        assert_eq!(judge(&serving(-1, true), 0).state, State::Failed);
        assert_eq!(judge(&serving(100, false), -1).state, State::Failed, "not yet");
        assert_eq!(judge(&serving(100, false), 0).state, State::Warning, "its chain is missing");
    }
}
