//! What people see: lines, tables, bars. A reader that went away is no error.
//!
//! State: a progress bar's last line.

use std::io;
use std::io::IsTerminal;
use std::io::Write;
use std::time::Duration;

use serde_json::Value;

use crate::clock::Clock;
use crate::limits;
use crate::server::control::Step;

/// One line on standard output. Ends the process where it cannot be written: an answer that is cut
/// short must not count as done.
pub fn line(text: &str) {
    match writeln!(io::stdout().lock(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            complain(&format!("imera: standard output takes no more ({error}): make room, then ask again"));
            std::process::exit(1)
        }
        _ => {}
    }
}

/// Text as it is on standard output.
pub fn text(text: &str) {
    let _ = write!(io::stdout().lock(), "{text}");
}

/// One JSON value on standard output.
pub fn json(value: &Value) {
    line(&value.to_string());
}

/// One line on standard error.
pub fn complain(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Columns as wide as their widest cell; the last one ends where it ends.
pub fn table(head: &[&str], rows: &[Vec<String>]) {
    let mut widths: Vec<usize> = head.iter().map(|cell| cell.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let show = |cells: &[String]| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        line(padded.collect::<Vec<_>>().join("  ").trim_end());
    };
    show(&head.iter().map(|cell| cell.to_uppercase()).collect::<Vec<_>>());
    rows.iter().for_each(|row| show(row));
}

/// Names and values below each other.
pub fn list(rows: &[(&str, String)]) {
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (name, value) in rows {
        line(format!("{name:<width$}  {value}").trim_end());
    }
}

/// A word in colour, where standard output is a terminal that wants it: 32 green, 33 yellow, 31 red.
pub fn coloured(word: &str, colour: u8) -> String {
    match io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) {
        true => format!("\x1b[{colour}m{word}\x1b[0m"),
        false => word.to_owned(),
    }
}

/// A long answer's progress: a bar where standard error is a terminal, else a line every tenth.
/// Nothing for what is done within [`limits::PROGRESS_AFTER_MS`].
pub struct Bar {
    clock: Clock,
    /// Tenths told, or whether a bar stands on the line.
    told: u64,
    what: String,
}

const WIDTH: u64 = 30;

impl Default for Bar {
    fn default() -> Bar {
        Bar { clock: Clock::system(), told: 0, what: String::new() }
    }
}

impl Bar {
    pub fn step(&mut self, step: &Step) {
        let early = self.clock.since_start() < Duration::from_millis(limits::PROGRESS_AFTER_MS);
        if step.of == 0 || early {
            return;
        }
        let done = step.done.min(step.of);
        if io::stderr().is_terminal() {
            let full = done * WIDTH / step.of;
            let bar = "█".repeat(full as usize) + &"░".repeat((WIDTH - full) as usize);
            let _ = write!(io::stderr().lock(), "\r\x1b[K{}  {bar}  {done} of {}", step.what, step.of);
            self.told = 1;
            return;
        }
        if self.what != step.what {
            (self.what, self.told) = (step.what.clone(), 0);
        }
        let tenths = done * 10 / step.of;
        if tenths > self.told {
            self.told = tenths;
            complain(&format!("{}: {done} of {}", step.what, step.of));
        }
    }

    /// Leaves an empty line where the bar stood.
    pub fn end(&mut self) {
        if self.told > 0 && io::stderr().is_terminal() {
            let _ = write!(io::stderr().lock(), "\r\x1b[K");
        }
        self.told = 0;
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.end();
    }
}

/// «3 days, 4 hours», the two largest units.
pub fn duration(seconds: u64) -> String {
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let mut left = seconds;
    let mut parts = Vec::new();
    for (size, name) in units {
        let count = left / size;
        left %= size;
        if count > 0 {
            parts.push(format!("{count} {name}{}", if count == 1 { "" } else { "s" }));
        }
    }
    parts.truncate(2);
    if parts.is_empty() { "0 seconds".to_owned() } else { parts.join(", ") }
}

/// A text of a JSON value; nothing where it is null. Signs that steer a terminal are left out: some texts are others'.
pub fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.chars().filter(|sign| !sign.is_control()).collect(),
        Value::Bool(true) => "on".to_owned(),
        Value::Bool(false) => "off".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_does_not_steer_the_terminal() {
        assert_eq!(cell(&Value::from("Beach \u{1b}[31m\u{9b}House\n\u{7}")), "Beach [31mHouse");
    }

    #[test]
    fn durations_have_two_units() {
        assert_eq!(duration(0), "0 seconds");
        assert_eq!(duration(61), "1 minute, 1 second");
        assert_eq!(duration(2 * 86_400 + 3_600 + 5), "2 days, 1 hour");
    }
}
