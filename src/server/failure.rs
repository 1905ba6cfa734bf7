//! What people are told when something did not work: one line, what happened and the next step.
//!
//! Keeps no state.

use std::fmt::Display;

use serde::Deserialize;
use serde::Serialize;

/// A line `WHAT HAPPENED: NEXT STEP`, and whether it was asked for wrongly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{line}")]
pub struct Failure {
    pub line: String,
    /// The question was wrong, so that asking again changes nothing (exit code 2).
    pub usage: bool,
}

impl Failure {
    /// From its two halves.
    pub fn new(what: impl Display, next: impl Display) -> Failure {
        Failure::of(format!("{what}: {next}"))
    }

    /// From an error that shows itself as `WHAT HAPPENED: NEXT STEP`.
    pub fn of(error: impl Display) -> Failure {
        let line = error.to_string().lines().collect::<Vec<_>>().join(" ");
        Failure { line: without_numbers(&line), usage: false }
    }

    /// The same, asked for wrongly.
    pub fn usage(what: impl Display, next: impl Display) -> Failure {
        Failure { usage: true, ..Failure::new(what, next) }
    }
}

/// The system's words without «(os error 2)»: the number tells people nothing.
fn without_numbers(line: &str) -> String {
    let mut words = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once(" (os error ") {
        words.push_str(before);
        rest = after.split_once(')').map_or("", |(_, rest)| rest);
    }
    words + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_one_line_without_the_systems_numbers() {
        let told = Failure::of("x cannot be used (No such file (os error 2)):\nname another");
        assert_eq!(told.line, "x cannot be used (No such file): name another");
    }
}
