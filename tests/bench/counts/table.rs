//! The kept numbers and what may be.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::servers;

/// What a line allows.
struct Line {
    name: &'static str,
    /// How far above the kept number it may be: more where threads decide how work is grouped.
    tolerance: f64,
    /// What it may never exceed.
    most: Option<f64>,
}

const fn line(name: &'static str, tolerance: f64) -> Line {
    Line { name, tolerance, most: None }
}

const LINES: &[Line] = &[
    Line { name: "fsyncs a message, one sender", tolerance: 0.0, most: Some(1.0) },
    Line { name: "fsyncs a message, 100 senders", tolerance: f64::INFINITY, most: Some(0.1) },
    line("writes to disk a message, one sender", 0.2),
    line("writes to disk a message, 100 senders", 1.0),
    line("bytes to disk a message, one sender", 0.2),
    line("bytes to disk a message, 100 senders", 1.0),
    line("system calls a message, one sender", 0.2),
    line("system calls a message, 100 senders", 1.0),
    line("SQL statements a message", 0.02),
    line("heap allocations a message", 0.1),
    line("heap bytes a message", 0.1),
    line("instructions to parse", 0.1),
    line("instructions to archive", 0.1),
    line("instructions to parse, route, archive and deliver", 0.1),
    line("instructions to deliver to one who is online without an archive", 0.1),
];

#[derive(Default)]
pub struct Table(BTreeMap<&'static str, f64>);

impl Table {
    /// Panics for a line that does not exist: a typing error.
    pub fn add(&mut self, name: &str, value: f64) {
        let line = LINES.iter().find(|line| line.name == name).unwrap_or_else(|| panic!("no line {name}"));
        self.0.insert(line.name, value);
    }

    /// Against the kept numbers; the last line is `N passed, N failed`.
    pub fn judge(&self) -> ExitCode {
        let kept = kept();
        let (mut passed, mut failed) = (0, 0);
        for line in LINES {
            let Some(found) = self.0.get(line.name) else { continue };
            let ratchet = kept.get(line.name).map(|kept| kept * (1.0 + line.tolerance));
            let most = [ratchet, line.most].into_iter().flatten().fold(f64::INFINITY, f64::min);
            // A hundredth: what happens once in a run, such as a checkpoint, is not a message's.
            let good = *found <= most * 1.01;
            let word = if good { "ok    " } else { "FAILED" };
            let kept = kept.get(line.name).map_or("nothing kept".to_owned(), |kept| format!("kept {}", round(*kept)));
            println!("{word} {}: {} ({kept}, at most {})", line.name, round(*found), round(most));
            if good { passed += 1 } else { failed += 1 }
        }
        println!("{passed} passed, {failed} failed");
        ExitCode::from(u8::from(failed > 0))
    }

    /// Writes what was found; lines that were not counted stay.
    pub fn keep(&self) -> ExitCode {
        let mut all = kept();
        for (name, value) in &self.0 {
            let before = all.insert((*name).to_owned(), rounded(*value));
            println!("{name}: {} (before: {before:?})", round(*value));
        }
        let text = serde_json::to_string_pretty(&all).expect("names and numbers") + "\n";
        std::fs::write(path(), text).expect("the table can be written");
        ExitCode::SUCCESS
    }
}

fn path() -> PathBuf {
    servers::root().join("tests/bench/counts.json")
}

fn kept() -> BTreeMap<String, f64> {
    let text = std::fs::read_to_string(path()).unwrap_or_else(|_| "{}".to_owned());
    serde_json::from_str(&text).expect("counts.json is names and numbers")
}

fn rounded(value: f64) -> f64 {
    if value >= 1000.0 { value.round() } else { (value * 1000.0).round() / 1000.0 }
}

fn round(value: f64) -> String {
    rounded(value).to_string()
}
