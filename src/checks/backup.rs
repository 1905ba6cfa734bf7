//! Is there a good backup, and is it young enough? Keeps no state.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Check;
use super::Found;
use super::Often;
use super::Subject;
use super::size;
use crate::clock::UtcMicros;
use crate::limits;

pub const CHECK: Check =
    Check { name: "backup", often: Often::EveryMinute, look: |subject, _| Box::pin(look(subject)) };

/// What is known of the backups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backup {
    /// The newest good one: when it was made, bytes.
    pub last_good: Option<(UtcMicros, u64)>,
    /// The last try, if it failed: when, `WHAT HAPPENED: NEXT STEP`.
    pub last_failure: Option<(UtcMicros, String)>,
    /// Since when there should be some; `None`: not set up yet.
    pub since: Option<UtcMicros>,
    pub next_at: Option<UtcMicros>,
}

const SECOND: UtcMicros = 1_000_000;

async fn look(subject: &Subject) -> Found {
    match &subject.backup {
        None => Found::warning("the folder of backups cannot be read", "look at the data folder's disk"),
        Some(backup) => judge(backup, subject.clock.utc()),
    }
}

fn judge(backup: &Backup, now: UtcMicros) -> Found {
    let Some(since) = backup.since else { return Found::skipped("not set up yet, so there is nothing to keep") };
    let last = backup.last_good.map(|(at, _)| at);
    let age_s = (now - last.unwrap_or(since).max(since)) / SECOND;
    let old = age_s > limits::BACKUP_OLD_S;
    let state = match last {
        Some(at) => format!("the last good one is of {}", local(at)),
        None => "there is no good one yet".to_owned(),
    };
    if let Some((_, failure)) = backup.last_failure.as_ref().filter(|(at, _)| last.is_none_or(|last| *at > last)) {
        let (what, next) = failure.rsplit_once(": ").unwrap_or((failure, "run imera backup create"));
        let what = format!("the last try failed ({what}), {state}");
        return if old { Found::failed(what, next) } else { Found::warning(what, next) };
    }
    match (backup.last_good, backup.next_at) {
        _ if old => Found::failed(state, "make one now by imera backup create"),
        (Some((at, bytes)), _) => Found::ok(format!("of {}, {}, proved", local(at), size(bytes))),
        (None, Some(next)) => Found::ok(format!("the first one comes at {}", local(next))),
        (None, None) => Found::ok("the first one comes tonight"),
    }
}

/// As the owner's clock shows it.
fn local(at: UtcMicros) -> String {
    let at = Timestamp::from_microsecond(at).unwrap_or_default().to_zoned(TimeZone::system());
    at.strftime("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    const HOUR: UtcMicros = 3_600 * SECOND;

    fn state(last_good: Option<i64>, last_failure: Option<i64>, since: Option<i64>) -> State {
        let backup = Backup {
            last_good: last_good.map(|hour| (hour * HOUR, 5)),
            last_failure: last_failure.map(|hour| (hour * HOUR, "a disk is full: free some".to_owned())),
            since: since.map(|hour| hour * HOUR),
            next_at: None,
        };
        judge(&backup, 100 * HOUR).state
    }

    #[test]
    fn a_missing_a_failed_and_an_old_backup_are_told() {
        assert_eq!(state(None, None, None), State::Skipped, "not set up");
        assert_eq!(state(None, None, Some(90)), State::Ok, "the first comes tonight");
        assert_eq!(state(None, None, Some(63)), State::Failed, "no night brought one");
        assert_eq!(state(Some(65), None, Some(1)), State::Ok);
        assert_eq!(state(Some(63), None, Some(1)), State::Failed, "older than 36 h");
        assert_eq!(state(Some(63), None, Some(99)), State::Ok, "restored just now");
        assert_eq!(state(Some(90), Some(95), Some(1)), State::Warning);
        assert_eq!(state(Some(90), Some(80), Some(1)), State::Ok, "a later one was good");
        assert_eq!(state(Some(50), Some(95), Some(1)), State::Failed);
        let backup = Backup {
            last_failure: Some((5, "it does not fit: free some".to_owned())),
            since: Some(1),
            ..Backup::default()
        };
        let found = judge(&backup, 10);
        assert_eq!(found.what, "the last try failed (it does not fit), there is no good one yet");
        assert_eq!(found.next.as_deref(), Some("free some"));
    }
}
