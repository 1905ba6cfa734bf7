//! Is the certificate good, and for how long? Keeps no state.

use super::Check;
use super::Found;
use super::Often;
use super::Subject;
use crate::certs::Facts;
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
        Source::Acme => "imera status says why it was not renewed; look at the domain's records and the doors",
    };
    let strangers = match serving.is_of_strangers() {
        true => "; phones and browsers do not know who vouches for it",
        false => "",
    };
    if serving.source == Source::Acme && days >= 0 {
        return match is_late(facts, now) {
            true => Found::warning(format!("it runs out on {until}, in {days} days, and was not renewed"), next),
            false => Found::ok(format!("acme, {}, holds until {until}{strangers}", facts.names.join(" "))),
        };
    }
    match days {
        ..0 => Found::failed(format!("it ran out on {until}"), next),
        0..limits::CERTIFICATE_WARN_DAYS => Found::warning(format!("it runs out on {until}, in {days} days"), next),
        _ if facts.lacks_chain() => Found::warning(
            "the certificates between yours and the authority are missing",
            "append them to the file; your provider calls them chain or bundle",
        ),
        _ => Found::ok(format!("{}, holds until {until}{strangers}", serving.source.as_str())),
    }
}

/// Renewed at a third of its life, it should never come so far.
fn is_late(facts: &Facts, now: i64) -> bool {
    let (left, life) = (facts.not_after - now, facts.not_after - facts.not_before);
    let warned = limits::CERTIFICATE_TOLD_DAYS[0];
    let is_short = life < 2 * warned * 86_400_000_000;
    if is_short { left < life / limits::CERTIFICATE_TOLD_PART } else { facts.days_left(now) < warned }
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

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
        Serving { source: Source::Own, facts, root: None, known: !self_signed }
    }

    #[test]
    fn an_authoritys_is_told_of_when_it_should_have_been_renewed() {
        let judged = |life: i64, left: i64| {
            let mut serving = serving(life, false);
            serving.source = Source::Acme;
            judge(&serving, (life - left) * 86_400_000_000).state
        };
        for (life, left, state) in [
            (90, 30, State::Ok),
            (90, 10, State::Ok),
            (90, 9, State::Warning),
            (45, 9, State::Warning),
            (6, 2, State::Ok),
            (6, 1, State::Warning),
            (90, -1, State::Failed),
        ] {
            assert_eq!(judged(life, left), state, "{left} of {life}");
        }
    }

    #[test]
    fn an_authority_that_nobody_knows_is_told() {
        let mut serving = Serving { source: Source::Acme, known: false, ..serving(90, false) };
        let told = judge(&serving, 0);
        assert!(told.state == State::Ok && told.what.ends_with("do not know who vouches for it"), "{}", told.what);
        serving.known = true;
        assert!(!judge(&serving, 0).what.contains("do not know"));
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
