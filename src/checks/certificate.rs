//! Is the certificate good, and for how long? Keeps no state.

use super::Check;
use super::Found;
use super::Often;
use super::Subject;
use crate::certs::Serving;
use crate::certs::Source;
use crate::certs::acme;
use crate::certs::acme::Consent;
use crate::certs::acme::NameState;
use crate::certs::acme::State as NameIs;
use crate::limits;
use crate::texts::Lang;

pub const CHECK: Check =
    Check { name: "certificate", often: Often::EveryMinute, look: |subject, _| Box::pin(look(subject)) };

async fn look(subject: &Subject) -> Found {
    match &subject.serving {
        None => Found::skipped("no server runs, so none is served"),
        Some(serving) => {
            let domain = subject.records.as_ref().map(|records| records.place.domain.as_str());
            let unvouched = domain.and_then(|domain| unvouched(serving, domain, subject.consent, &subject.names));
            unvouched.unwrap_or_else(|| judge(serving, subject.clock.utc()))
        }
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
        return match facts.is_late(now) {
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

/// A place of the internet for whose domain nobody vouches: apps refuse, or warn their people. `None`: it is no such place.
fn unvouched(serving: &Serving, domain: &str, consent: Consent, names: &[NameState]) -> Option<Found> {
    let facts = &serving.facts;
    let is_vouched_for = serving.source == Source::Own || !facts.self_signed && !facts.is_for_others(domain);
    if is_vouched_for || !acme::is_public(domain) {
        return None;
    }
    let what = format!("no authority has vouched for {domain} yet, so apps refuse to connect, or ask their people");
    let failed = names.iter().find_map(|name| match &name.state {
        NameIs::Failed { cause, failures, .. } if *failures >= limits::ACME_TOLD_FAILURES => Some(cause),
        _ => None,
    });
    Some(match (consent, failed) {
        (Consent::Given, None) => {
            Found::ok(format!("{}, until the authority that is asked has decided", serving.source.as_str()))
        }
        (Consent::Given, Some(cause)) => {
            let (why, next) = cause.words();
            let book = Lang::En.book();
            Found::failed(format!("{what} ({})", book.plain(&why)), book.plain(&next))
        }
        _ => Found::failed(what, "on the page /admin/certificate let one come by itself, or bring one along"),
    })
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;
    use crate::certs::Facts;
    use crate::certs::acme::Cause;
    use crate::certs::acme::Name;

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
    fn a_place_of_the_internet_for_which_nobody_vouches_is_not_all_right() {
        let own = Serving { source: Source::SelfSigned, ..serving(3_650, true) };
        let failed = |failures| NameState {
            name: Name::of("beach.de"),
            state: NameIs::Failed {
                cause: Cause::Caa,
                detail: String::new(),
                again_at: 0,
                failures,
                served_until: None,
            },
        };
        let state = |serving: &Serving, domain, consent, names: &[NameState]| {
            unvouched(serving, domain, consent, names).map(|found| found.state)
        };
        assert_eq!(state(&own, "beach.de", Consent::Missing, &[]), Some(State::Failed));
        assert_eq!(state(&own, "beach.de", Consent::Given, &[failed(1)]), Some(State::Ok), "it is under way");
        assert_eq!(state(&own, "beach.de", Consent::Given, &[failed(2)]), Some(State::Failed));
        assert_eq!(state(&own, "beach.example", Consent::Never, &[]), None, "nobody's name");
        let mut issued = Serving { source: Source::Acme, ..serving(90, false) };
        assert_eq!(state(&issued, "beach.de", Consent::Given, &[]), None);
        issued.facts.missing = vec!["beach.de".to_owned()];
        assert_eq!(state(&issued, "beach.de", Consent::Missing, &[]), Some(State::Failed), "for another name alone");
        assert_eq!(state(&serving(90, true), "beach.de", Consent::Never, &[]), None, "the owner brought it");
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
