//! Promise two with the real binary: pulling the plug loses and doubles nothing that was acknowledged.
//!
//! ```text
//! IMERA_POWER=50            cuts of the power; the main thing
//! IMERA_POWER_KILLS=100     SIGKILLs under load, IMERA_POWER_MESSAGES=10000 acknowledged in all of them
//! IMERA_POWER_RESTARTS=20   restarts in good order with IMERA_POWER_CLIENTS=200 resumable clients
//! IMERA_POWER_SEED=N        the dice; said at the start. A recording is never the same twice, though.
//! IMERA_BIN=FILE            the binary; default: what cargo built
//! IMERA_POWER_UNTIL_FAILED= stops at the first cut that failed (mutants)
//! IMERA_POWER_KEEP=DIR      where disks that failed are kept; default: a folder in target/tmp
//! ```
//! `tests/power/run` sets them; `tests/power/mutants.sh` shows that this test fails where it must.
//! What is not asked for is not run, not counted, and said so. Needs `cc`.
//!
//! **A cut.** SIGKILL alone proves little: the page cache survives it. So the server runs with
//! `power/record.c` preloaded, which journals each change to the data folder and each sync, in the
//! kernel's order, with the monotonic time. `power/load.rs` drives the server meanwhile and notes,
//! with the same clock, what every client was promised. `power/disk.rs` then makes the disk as it
//! may look after a cut at a moment: what was synced is there; the rest is kept, dropped or torn, as
//! the dice say. `power/judge.rs` starts the server on it and asks for everything that had been
//! promised: messages in both archives, once and in order; contacts, subscriptions and requests that
//! wait, block lists, passwords; offline messages at the first presence, once; and that `<failed h/>`
//! counts exactly what was kept, so that after resending nothing is missing and nothing is doubled.
//!
//! Half of the moments are anywhere in the recording, start and registration included; half lie just
//! behind a promise, where a server that promises too early is caught. Many cuts come from one
//! recording, and two are judged at a time. A sync takes as long as on a small machine's card and
//! does not go to the real disk. Before all that the judge is judged (`power/sqlite.rs`): a plain
//! SQLite writer must lose nothing with `synchronous=FULL` and something with `NORMAL`.
#![allow(clippy::disallowed_methods)] // real time

#[path = "support/client.rs"]
mod client;
#[path = "power/disk.rs"]
mod disk;
#[path = "power/judge.rs"]
mod judge;
#[path = "power/kills.rs"]
mod kills;
#[path = "power/load.rs"]
mod load;
#[path = "power/restarts.rs"]
mod restarts;
#[path = "power/server.rs"]
mod server;
#[path = "power/sqlite.rs"]
mod sqlite;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use disk::{Dice, Mood};
use load::Recording;
use server::Recorder;

/// How long a recording's load goes on.
const LOAD: Duration = Duration::from_secs(4);
const CUTS_A_RECORDING: usize = 25;
/// How many cuts are judged at a time.
const JUDGES: usize = 2;
/// How long a sync takes in a recording, microseconds.
const SYNC_US: u64 = 2_500;
/// One of so many syncs takes 1.3 s: then `<r/>` is answered before all is durable.
const STALL: u64 = 250;

#[derive(Default)]
struct Score {
    passed: AtomicUsize,
    failed: AtomicUsize,
}

impl Score {
    /// One failure is all that was asked for.
    fn is_enough(&self) -> bool {
        self.failed.load(Ordering::Relaxed) > 0 && std::env::var_os("IMERA_POWER_UNTIL_FAILED").is_some()
    }

    fn add(&self, what: &str, outcome: Result<String, String>) {
        match outcome {
            Ok(said) => {
                self.passed.fetch_add(1, Ordering::Relaxed);
                if !said.is_empty() {
                    println!("{what}: {said}");
                }
            }
            Err(why) => {
                self.failed.fetch_add(1, Ordering::Relaxed);
                println!("{what}: FAILED: {why}");
            }
        }
    }
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().collect();
    if let [_, role, synchronous, folder] = &args[..]
        && role == "sqlite-writer"
    {
        sqlite::write(Path::new(folder), synchronous, 1_000).expect("a plain SQLite database can be written");
        return ExitCode::SUCCESS;
    }
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<usize>().ok());
    let (cuts, kills, restarts) = (number("IMERA_POWER"), number("IMERA_POWER_KILLS"), number("IMERA_POWER_RESTARTS"));
    if cuts.is_none() && kills.is_none() && restarts.is_none() {
        println!("power: not asked for (IMERA_POWER, IMERA_POWER_KILLS, IMERA_POWER_RESTARTS)");
        return ExitCode::SUCCESS;
    }
    let seed = number("IMERA_POWER_SEED").map_or_else(client::now_ns, |seed| seed as u64);
    println!("power: {}, IMERA_POWER_SEED={seed}", server::binary().display());
    let scratch = tempfile::tempdir().expect("the system has a folder for temporary files");
    let score = Arc::new(Score::default());
    if let Some(count) = cuts {
        all_cuts(count, scratch.path(), seed, &score);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads can be started");
    if let Some(rounds) = kills {
        let began = Instant::now();
        let messages = number("IMERA_POWER_MESSAGES").unwrap_or(100 * rounds);
        let data = scratch.path().join("kills");
        let outcome =
            runtime.block_on(kills::kills(&data, rounds, messages, seed)).inspect_err(|_| keep(&data, "kills"));
        let say = |acked| format!("{rounds} kills, {acked} acknowledged messages, {} s", began.elapsed().as_secs());
        score.add("kills", outcome.map(say));
    }
    if let Some(rounds) = restarts {
        let began = Instant::now();
        let clients = number("IMERA_POWER_CLIENTS").unwrap_or(200);
        let data = scratch.path().join("restarts");
        let outcome = runtime.block_on(restarts::restarts(&data, rounds, clients, seed));
        let outcome = outcome.inspect_err(|_| keep(&data, "restarts"));
        let took =
            |sent| format!("{rounds} restarts, {clients} clients, {sent} messages, {} s", began.elapsed().as_secs());
        score.add("restarts", outcome.map(took));
    }
    let (passed, failed) = (score.passed.load(Ordering::Relaxed), score.failed.load(Ordering::Relaxed));
    println!("power: {passed} passed, {failed} failed");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The preload library, compiled. Err: what `cc` said.
fn recorder_library(scratch: &Path) -> Result<PathBuf, String> {
    let library = scratch.join("record.so");
    let source = Path::new("tests/power/record.c");
    let mut cc = Command::new("cc");
    cc.args(["-O2", "-Wall", "-Wextra", "-shared", "-fPIC", "-pthread", "-o"]).arg(&library).arg(source);
    let output = cc.output().map_err(|error| format!("cc: {error}"))?;
    match output.status.success() {
        true => Ok(library),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

fn all_cuts(count: usize, scratch: &Path, seed: u64, score: &Arc<Score>) {
    let mut dice = Dice::new(seed);
    let library = match recorder_library(scratch) {
        Ok(library) => library,
        Err(why) => return score.add("recorder", Err(why)),
    };
    score.add("judge", judge_judged(&library, scratch, &mut dice));
    let mut done = 0;
    for recording in 1.. {
        let now = CUTS_A_RECORDING.min(count - done);
        if now == 0 || score.is_enough() {
            break;
        }
        let folder = scratch.join(format!("recording{recording}"));
        cuts_of_one(&folder, &library, now, &mut dice, score);
        let _ = std::fs::remove_dir_all(folder);
        done += now;
    }
}

/// FULL loses nothing, NORMAL something.
fn judge_judged(library: &Path, scratch: &Path, dice: &mut Dice) -> Result<String, String> {
    let full = sqlite::losses(library, scratch, "FULL", 60, dice)?;
    let normal = sqlite::losses(library, scratch, "NORMAL", 60, dice)?;
    let said = format!("of 60 cuts SQLite loses something in {full} with FULL, in {normal} with NORMAL");
    if full == 0 && normal > 0 { Ok(said) } else { Err(said) }
}

fn cuts_of_one(folder: &Path, library: &Path, count: usize, dice: &mut Dice, score: &Arc<Score>) {
    let recorder =
        Recorder { library: library.into(), journal: folder.join("journal"), sync_us: SYNC_US, stall: STALL };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads can be started");
    let recorded = runtime.block_on(load::record(&recorder, &folder.join("data"), LOAD, dice.next()));
    let recording = match recorded {
        Ok(recording) => Arc::new(recording),
        Err(why) => {
            keep(folder, "recording");
            (0..count).for_each(|_| score.add("cut", Err(format!("no recording: {why}"))));
            return;
        }
    };
    let (bytes, syncs) = recording.journal.totals();
    let promises = recording.promises();
    println!(
        "recording: {} messages, {} promises, {bytes} bytes written, {syncs} syncs",
        recording.messages(),
        promises.len()
    );
    let moments: Vec<(u64, u64)> = (0..count).map(|_| (moment(&recording, &promises, dice), dice.next())).collect();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..JUDGES {
            scope.spawn(|| {
                while !score.is_enough()
                    && let Some((t_ns, seed)) = moments.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    one_cut(&recording, *t_ns, *seed, folder, score);
                }
            });
        }
    });
}

/// Anywhere, or just behind a promise.
fn moment(recording: &Recording, promises: &[u64], dice: &mut Dice) -> u64 {
    if promises.is_empty() || dice.chance(50) {
        return recording.began_ns + dice.below(recording.ended_ns - recording.began_ns);
    }
    promises[dice.below(promises.len() as u64) as usize] + dice.below(200_000)
}

fn one_cut(recording: &Arc<Recording>, t_ns: u64, seed: u64, folder: &Path, score: &Score) {
    let mut dice = Dice::new(seed);
    let mood = Mood::any(&mut dice);
    let disk = folder.join(format!("cut-{t_ns}-{seed}"));
    let made = std::fs::create_dir_all(&disk);
    let made = made.and_then(|()| recording.journal.rebuild(t_ns, mood, &mut dice, &disk.join("data")));
    let complaints = match made {
        Err(error) => vec![error.to_string()],
        Ok(()) => {
            let _ = copy(&disk.join("data"), &disk.join("before"));
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("one thread").block_on(judge::judge(recording.clone(), t_ns, &disk.join("data")))
        }
    };
    if complaints.is_empty() {
        score.add("cut", Ok(String::new()));
        let _ = std::fs::remove_dir_all(&disk);
        return;
    }
    let ms = (t_ns - recording.began_ns) / 1_000_000;
    let shown: Vec<&str> = complaints.iter().take(4).map(|line| line.get(..600).unwrap_or(line)).collect();
    score.add("cut", Err(format!("after {ms} ms, {mood:?}, {} complaints: {}", complaints.len(), shown.join("; "))));
    keep(&disk, &format!("cut-{t_ns}"));
}

/// Copies one level of files.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// Moves what failed to where it can be looked at.
fn keep(folder: &Path, name: &str) {
    let to = std::env::var_os("IMERA_POWER_KEEP").map_or_else(|| env!("CARGO_TARGET_TMPDIR").into(), PathBuf::from);
    let to = to.join(name);
    let _ = std::fs::remove_dir_all(&to);
    let moved = Command::new("cp").arg("-r").arg(folder).arg(&to).status();
    if moved.is_ok_and(|status| status.success()) {
        let _ = std::fs::copy(folder.with_extension("log"), to.with_extension("log"));
        println!("  kept: {}", to.display());
    }
}
