//! Does the machine know what day it is? Certificates and history depend on it. Keeps no state.

use super::Check;
use super::Found;
use super::Often;
use super::Subject;
use crate::archive;
use crate::audit;
use crate::clock::UtcMicros;
use crate::limits;

pub const CHECK: Check = Check { name: "clock", often: Often::EveryMinute, look: |subject, _| Box::pin(look(subject)) };

/// imera was written then: before it no clock is right. 2026-11-01.
const WRITTEN: UtcMicros = 1_793_491_200_000_000;
const SECOND: UtcMicros = 1_000_000;

async fn look(subject: &Subject) -> Found {
    let now = subject.clock.utc();
    match subject.store.read(|c| Ok(archive::newest_at(c)?.max(audit::newest_at(c)?))).await {
        Ok(newest) => judge(now, newest),
        Err(error) => {
            Found::skipped(format!("{}, and the database tells nothing to compare it with: {error}", date(now)))
        }
    }
}

/// Whether the clock shows a day on which imera was not written yet. One that is ahead nobody can tell.
pub fn is_surely_wrong(now: UtcMicros) -> bool {
    now < WRITTEN - 86_400 * SECOND
}

fn judge(now: UtcMicros, newest: Option<UtcMicros>) -> Found {
    let next = "set the machine's clock, or let it ask the network (systemd-timesyncd)";
    if now < WRITTEN {
        return Found::failed(format!("it says {}, which is before imera was written", date(now)), next);
    }
    match newest {
        Some(newest) if newest > now + limits::CLOCK_WARN_S * SECOND => {
            let what = format!("it says {}, but something was written down here on {}", date(now), date(newest));
            Found::warning(what, next)
        }
        _ => Found::ok(date(now)),
    }
}

fn date(at: UtcMicros) -> String {
    match jiff::Timestamp::from_second(at.div_euclid(SECOND)) {
        Ok(at) => at.strftime("%Y-%m-%d %H:%M UTC").to_string(),
        Err(_) => "a day beyond the calendar".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    const NOW: UtcMicros = 1_795_000_000_000_000;

    #[test]
    fn a_clock_before_imera_or_before_what_was_written_down_is_told() {
        assert_eq!(judge(0, None).state, State::Failed);
        assert!(
            is_surely_wrong(0) && !is_surely_wrong(NOW) && !is_surely_wrong(WRITTEN - SECOND),
            "a day is no matter"
        );
        assert_eq!(judge(NOW, None), Found::ok("2026-11-18 11:06 UTC"));
        assert_eq!(judge(NOW, Some(NOW + 5 * SECOND)).state, State::Ok);
        assert_eq!(judge(NOW, Some(NOW + 86_400 * SECOND)).state, State::Warning);
    }
}
