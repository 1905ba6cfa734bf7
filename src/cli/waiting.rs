//! `imera setup --certificate acme --wait`: until the certificate is there, each change of a name as a line.
//!
//! Keeps no state.

use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use super::Common;
use super::ask;
use super::terminal;
use super::terminal::cell;
use crate::clock::Clock;
use crate::server::failure::Failure;

/// What came of it.
pub struct Came {
    /// As `certificate.names` tells them.
    pub names: Value,
    /// Why the domain has none.
    pub failure: Option<Failure>,
}

/// `15m`, `90s`, `1h`: seconds.
pub fn patience(text: &str) -> Result<Duration, Failure> {
    let unit = text.trim_start_matches(|sign: char| sign.is_ascii_digit());
    let number: Option<u64> = text[..text.len() - unit.len()].parse().ok();
    let seconds = match unit {
        "s" => Some(1),
        "m" | "min" => Some(60),
        "h" => Some(3_600),
        _ => None,
    };
    let waits = number.zip(seconds).and_then(|(number, seconds)| number.checked_mul(seconds));
    let waits = waits.filter(|waits| (1..=86_400).contains(waits)).map(Duration::from_secs);
    waits.ok_or_else(|| {
        let what = format!("--wait cannot be \"{}\"", text.chars().take(80).collect::<String>());
        Failure::usage(what, "it has to be a time such as 90s, 15m or 1h, at most a day")
    })
}

/// Waits for the domain's. `None`: no server runs that could ask.
pub async fn wait(common: &Common, domain: &str, patience: Duration) -> Result<Option<Came>, Failure> {
    let clock = Clock::system();
    let end = clock.since_start() + patience;
    let mut seen = Value::Null;
    loop {
        let left = end.saturating_sub(clock.since_start());
        let with = json!({ "seen": seen });
        let asking = clock.timeout(left, ask::ask(common, "certificate.names", &with));
        let Some(answer) = asking.await else { return Ok(Some(late(domain, seen))) };
        let answer = answer?;
        if answer["running"] != true {
            return Ok(None);
        }
        let names = answer["names"].clone();
        if !common.json {
            changes(&seen, &names);
        }
        seen = names;
        let all = seen.as_array().map(Vec::as_slice).unwrap_or_default();
        let is_busy = all.iter().any(|name| name["state"] == "waiting" || name["state"] == "checking");
        match all.first() {
            Some(domain) if domain["state"] == "issued" && !is_busy => {
                return Ok(Some(Came { names: seen, failure: None }));
            }
            // Nothing comes of it before that.
            Some(first) if first["state"] == "failed" && !is_busy && is_beyond(first, &clock, end) => {
                return Ok(Some(late(domain, seen)));
            }
            _ => {}
        }
    }
}

/// Whether the next try is after the end.
fn is_beyond(name: &Value, clock: &Clock, end: Duration) -> bool {
    let again = name["again_at"].as_str().and_then(|at| at.parse::<jiff::Timestamp>().ok());
    let left = i64::try_from(end.saturating_sub(clock.since_start()).as_micros()).unwrap_or(i64::MAX);
    again.is_some_and(|again| again.as_microsecond() > clock.utc().saturating_add(left))
}

fn late(domain: &str, names: Value) -> Came {
    let (what, next) = match names.get(0) {
        Some(first) if first["state"] == "failed" => (
            cell(&first["what"]),
            format!("{} imera tries again at {}", cell(&first["next"]), cell(&first["again_at"])),
        ),
        _ => ("the authority has not decided yet".to_owned(), "imera goes on with it: see imera status".to_owned()),
    };
    let failure = Failure::new(format!("there is no certificate for {domain} yet ({what})"), next);
    Came { names, failure: Some(failure) }
}

/// A line for each name that is no longer as it was.
fn changes(before: &Value, now: &Value) {
    let known = before.as_array().map(Vec::as_slice).unwrap_or_default();
    for name in now.as_array().into_iter().flatten().filter(|name| !known.contains(name)) {
        let more = match name["state"].as_str() {
            Some("failed") => format!("failed: {}. {}", cell(&name["what"]), cell(&name["next"])),
            Some("issued") => format!("issued, until {}", cell(&name["until"]).get(..10).unwrap_or("?")),
            state => state.unwrap_or("?").to_owned(),
        };
        terminal::line(&format!("{}  {more}", cell(&name["name"])));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contract_wait_is_a_number_with_its_unit_and_at_most_a_day() {
        for (text, wanted) in [("15m", 900), ("90s", 90), ("1h", 3_600), ("24h", 86_400), ("2min", 120)] {
            assert_eq!(patience(text), Ok(Duration::from_secs(wanted)), "{text}");
        }
        for text in ["", "15", "m", "0s", "25h", "-1m", "1 h", "99999999999999999999h", "9999999999999999999h", "1é"] {
            assert!(patience(text).is_err_and(|failure| failure.usage), "{text}");
        }
    }

    #[test]
    fn one_that_did_not_come_in_time_is_told_with_its_cause_and_the_next_step() {
        let failed = json!([{ "name": "a.de", "state": "failed", "what": "Nobody answers", "next": "Open the port.",
                              "again_at": "2026-11-22T03:00:00Z" }]);
        let told = late("a.de", failed).failure.unwrap();
        assert_eq!(
            told.line,
            "there is no certificate for a.de yet (Nobody answers): Open the port. imera tries again at \
             2026-11-22T03:00:00Z"
        );
        assert!(late("a.de", Value::Null).failure.unwrap().line.contains("has not decided yet"));
    }
}
