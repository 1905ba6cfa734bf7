//! Which backups stay: the newest of each of the last days, weeks and months that have one.
//!
//! The newest of all always stays. Keeps no state.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::clock::UtcMicros;

/// How many of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    pub days: usize,
    pub weeks: usize,
    pub months: usize,
}

impl Keep {
    /// From the setting: `7,4,6`.
    pub fn parse(text: &str) -> Option<Keep> {
        let counts: Vec<usize> = text.split(',').map(|count| count.parse().ok()).collect::<Option<_>>()?;
        let [days, weeks, months] = counts[..] else { return None };
        Some(Keep { days, weeks, months })
    }

    /// Those that may go, by their place in `made`.
    pub fn superfluous(self, made: &[UtcMicros], zone: &TimeZone) -> Vec<usize> {
        let mut newest_first: Vec<usize> = (0..made.len()).collect();
        newest_first.sort_by_key(|at| std::cmp::Reverse(made[*at]));
        let mut kept: BTreeSet<usize> = newest_first.first().copied().into_iter().collect();
        let day = |at: usize| date(made[at], zone);
        let week = |at: usize| {
            let week = date(made[at], zone).iso_week_date();
            (week.year(), week.week())
        };
        let month = |at: usize| {
            let date = date(made[at], zone);
            (date.year(), date.month())
        };
        newest_of_each(&newest_first, self.days, day, &mut kept);
        newest_of_each(&newest_first, self.weeks, week, &mut kept);
        newest_of_each(&newest_first, self.months, month, &mut kept);
        (0..made.len()).filter(|at| !kept.contains(at)).collect()
    }
}

fn newest_of_each<P: Ord>(
    newest_first: &[usize],
    count: usize,
    period: impl Fn(usize) -> P,
    kept: &mut BTreeSet<usize>,
) {
    let mut seen = BTreeSet::new();
    for at in newest_first {
        let period = period(*at);
        if seen.len() == count && !seen.contains(&period) {
            return;
        }
        if seen.insert(period) {
            kept.insert(*at);
        }
    }
}

fn date(at: UtcMicros, zone: &TimeZone) -> Date {
    Timestamp::from_microsecond(at).unwrap_or_default().to_zoned(zone.clone()).date()
}

/// The last moment, at or before `now`, at which the nightly backup was due. `at`: `3:30`.
pub fn last_due(now: UtcMicros, at: &str, zone: &TimeZone) -> Option<UtcMicros> {
    due(now, at, zone, true)
}

/// The first one after `now`.
pub fn next_due(now: UtcMicros, at: &str, zone: &TimeZone) -> Option<UtcMicros> {
    due(now, at, zone, false)
}

fn due(now: UtcMicros, at: &str, zone: &TimeZone, last: bool) -> Option<UtcMicros> {
    let (hour, minute) = at.split_once(':')?;
    let (hour, minute) = (hour.parse().ok()?, minute.parse().ok()?);
    let today = Timestamp::from_microsecond(now).ok()?.to_zoned(zone.clone()).date();
    // An hour that summer time leaves out comes an hour later.
    let on = |date: Date| Some(date.at(hour, minute, 0, 0).to_zoned(zone.clone()).ok()?.timestamp().as_microsecond());
    let days = [today.yesterday().ok()?, today, today.tomorrow().ok()?];
    let mut moments = days.into_iter().filter_map(on);
    match last {
        true => moments.filter(|moment| *moment <= now).max(),
        false => moments.find(|moment| *moment > now),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: UtcMicros = 86_400_000_000;

    fn at(text: &str) -> UtcMicros {
        text.parse::<Timestamp>().unwrap().as_microsecond()
    }

    fn kept(keep: &str, made: &[UtcMicros]) -> Vec<usize> {
        let gone = Keep::parse(keep).unwrap().superfluous(made, &TimeZone::UTC);
        (0..made.len()).filter(|at| !gone.contains(at)).collect()
    }

    #[test]
    fn a_year_of_nights_leaves_seven_days_four_weeks_and_six_months() {
        let first = at("2026-01-01T03:30:00Z");
        let mut here: Vec<UtcMicros> = Vec::new();
        for night in 0..365 {
            here.push(first + night * DAY);
            let gone = Keep::parse("7,4,6").unwrap().superfluous(&here, &TimeZone::UTC);
            here = (0..here.len()).filter(|at| !gone.contains(at)).map(|at| here[at]).collect();
        }
        let days: Vec<String> = here.iter().map(|at| date(*at, &TimeZone::UTC).strftime("%m-%d").to_string()).collect();
        let wanted = [
            "07-31", "08-31", "09-30", "10-31", "11-30", "12-13", "12-20", "12-25", "12-26", "12-27", "12-28", "12-29",
            "12-30", "12-31",
        ];
        assert_eq!(days, wanted);
    }

    #[test]
    fn the_newest_always_stays_and_of_one_day_only_the_newest_does() {
        assert_eq!(kept("0,0,1", &[0, DAY, 5]), [1]);
        assert_eq!(kept("1,0,0", &[DAY + 2, DAY + 9, 3]), [1]);
        assert_eq!(kept("7,0,0", &[]), [0; 0]);
        assert_eq!(kept("2,0,0", &[0, 40 * DAY, 90 * DAY]), [1, 2], "days without one do not count");
    }

    #[test]
    fn the_night_is_the_owners_own_and_comes_once_when_the_clocks_change() {
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let last = |now: &str, hour| {
            last_due(at(now), hour, &zone).map(|at| Timestamp::from_microsecond(at).unwrap().to_string())
        };
        assert_eq!(last("2026-11-21T02:29:59Z", "3:30").as_deref(), Some("2026-11-20T02:30:00Z"));
        assert_eq!(last("2026-11-21T02:30:00Z", "3:30").as_deref(), Some("2026-11-21T02:30:00Z"));
        assert_eq!(last("2026-07-01T12:00:00Z", "3:30").as_deref(), Some("2026-07-01T01:30:00Z"));
        assert_eq!(last("2026-03-29T06:00:00Z", "2:30").as_deref(), Some("2026-03-29T01:30:00Z"), "left out");
        assert_eq!(last("2026-10-25T06:00:00Z", "2:30").as_deref(), Some("2026-10-25T00:30:00Z"), "there twice");
        let next = next_due(at("2026-11-21T02:30:00Z"), "3:30", &zone);
        assert_eq!(next, Some(at("2026-11-22T02:30:00Z")));
    }
}
