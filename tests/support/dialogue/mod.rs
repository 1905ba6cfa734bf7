//! Dialogues: conversations with a server as plain text. The language is told in tests/README.md.
//!
//! Each dialogue has a server and a runtime of its own; as many as there are cores run at a time.

mod actor;
pub mod appendix_a;
mod archive;
mod hear;
mod imera;
pub mod options;
pub mod pattern;
mod prosody;
mod sasl;
pub mod script;
mod server;
mod stage;
pub mod table_1;
pub mod xml;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use script::Dialogue;
use stage::Failure;

/// How long a dialogue may take in real time; they take milliseconds.
const HANGS: Duration = Duration::from_secs(120);
/// How much a failure tells of what was said before it, lines.
const TOLD: usize = 60;

/// Plays all whose title or file contains `IMERA_DIALOGUE`, and panics with what failed.
pub fn run(dialogues: Vec<Dialogue>) {
    let filter = std::env::var("IMERA_DIALOGUE").unwrap_or_default();
    let chosen: Vec<Dialogue> = dialogues
        .into_iter()
        .filter(|dialogue| format!("{}:{} {}", dialogue.file, dialogue.line, dialogue.title).contains(&filter))
        .collect();
    let (next, failures, left_out) = (AtomicUsize::new(0), Mutex::new(Vec::new()), AtomicUsize::new(0));
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(dialogue) = chosen.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match play(dialogue) {
                        Ok(()) => {}
                        Err(failure) if failure.why == server::UNSUPPORTED => {
                            left_out.fetch_add(1, Ordering::Relaxed);
                        }
                        Err(failure) => {
                            let text = report(dialogue, &failure);
                            failures.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(text);
                        }
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    failures.sort();
    let left_out = left_out.into_inner();
    println!("{} dialogues, {left_out} left out, {} failed", chosen.len(), failures.len());
    assert!(failures.is_empty(), "\n{}\n{} of {} dialogues failed", failures.join("\n"), failures.len(), chosen.len());
}

fn play(dialogue: &Dialogue) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime needs no more than a thread");
    let result = runtime.block_on(actor::within(HANGS, stage::play(dialogue))).unwrap_or_else(|| {
        let why = format!("nothing happens any more, for {} s", HANGS.as_secs());
        Err(Failure { line: dialogue.line, step: String::new(), why, transcript: Vec::new() })
    });
    runtime.shutdown_background();
    result
}

fn report(dialogue: &Dialogue, failure: &Failure) -> String {
    let first = failure.transcript.len().saturating_sub(TOLD);
    let transcript: String = failure.transcript[first..].iter().map(|line| format!("    {line}\n")).collect();
    format!(
        "{}:{}: {}\n  {}\n  {}\n{transcript}",
        dialogue.file, failure.line, dialogue.title, failure.step, failure.why
    )
}
