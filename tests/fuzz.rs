//! Runs each fuzz target over its corpus and over damaged copies of it, for `IMERA_FUZZ_SECONDS`
//! each (default 1). `IMERA_FUZZ_SEED` (default 1) gives other damage. A failure prints its input,
//! which belongs into the corpus.

#[path = "fuzz/mutate.rs"]
mod mutate;
#[path = "fuzz/targets.rs"]
mod targets;

use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::panic::resume_unwind;
use std::path::Path;
use std::time::Duration;

use imera::clock::Clock;

#[test]
fn reader() {
    run("reader", targets::fuzz_reader);
}

#[test]
fn jid() {
    run("jid", targets::fuzz_jid);
}

#[test]
fn sasl() {
    run("sasl", targets::fuzz_sasl);
}

#[test]
fn session() {
    run("session", targets::fuzz_session);
}

fn run(name: &str, target: fn(&[u8])) {
    let corpus = corpus(name);
    for data in &corpus {
        try_one(name, target, data);
    }
    let seconds = number("IMERA_FUZZ_SECONDS").unwrap_or(1);
    let mut random = mutate::Random::new(number("IMERA_FUZZ_SEED").unwrap_or(1));
    let clock = Clock::system();
    let end = clock.since_start() + Duration::from_secs(seconds);
    let mut count = 0u64;
    while clock.since_start() < end {
        try_one(name, target, &mutate::mutate(&mut random, &corpus));
        count += 1;
    }
    println!("{name}: {count} inputs in {seconds} s");
}

fn try_one(name: &str, target: fn(&[u8]), data: &[u8]) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| target(data))) {
        println!("{name} fails for b\"{}\"", data.escape_ascii());
        resume_unwind(panic);
    }
}

/// The files of `tests/fuzz/corpus/NAME`, by name, so that a seed means the same everywhere.
fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new("tests/fuzz/corpus").join(name);
    let entries = std::fs::read_dir(&folder).expect("each target has a corpus");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{} is empty", folder.display());
    files.iter().map(|file| std::fs::read(file).expect("a readable file")).collect()
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}
