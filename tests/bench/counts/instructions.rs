//! Instructions a message takes, under callgrind: this program runs itself, stage by stage.

use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use super::stages;
use super::table::Table;
use crate::Result;

/// Two lengths of a run: what they share (start, files, log-in) falls out of the difference.
const SHORT: u64 = 50;
const LONG: u64 = 250;

const STAGES: &[(&str, &str)] = &[
    ("parse", "instructions to parse"),
    ("archive", "instructions to archive"),
    ("whole", "instructions to parse, route, archive and deliver"),
    ("unkept", "instructions to deliver to one who is online without an archive"),
];

pub fn count(table: &mut Table) -> Result<()> {
    let folder = stages::prepare()?;
    for (stage, name) in STAGES {
        table.add(name, each(stage, folder.path())?);
    }
    Ok(())
}

/// Both lengths at the same time: there are two cores.
fn each(stage: &str, folder: &Path) -> Result<f64> {
    let (short, long) = std::thread::scope(|scope| {
        let short = scope.spawn(|| instructions(stage, SHORT, folder));
        let long = instructions(stage, LONG, folder);
        (short.join().expect("no panic"), long)
    });
    let (short, long) = (short?, long?);
    Ok(long.saturating_sub(short) as f64 / (LONG - SHORT) as f64)
}

fn instructions(stage: &str, count: u64, folder: &Path) -> Result<u64> {
    let scratch = tempfile::tempdir()?;
    let data = scratch.path().join("data");
    std::fs::create_dir(&data)?;
    for file in std::fs::read_dir(folder)?.flatten().filter(|file| file.path().is_file()) {
        std::fs::copy(file.path(), data.join(file.file_name()))?;
    }
    let log = scratch.path().join("log");
    // IMERA_CALLGRIND=FOLDER keeps the profiles, for callgrind_annotate.
    let kept = std::env::var_os("IMERA_CALLGRIND").map_or(scratch.path().to_owned(), PathBuf::from);
    let mut command = Command::new("valgrind");
    command.arg("--tool=callgrind").arg(format!("--log-file={}", log.display()));
    command.arg(format!("--callgrind-out-file={}", kept.join(format!("{stage}-{count}")).display()));
    command.arg(std::env::current_exe()?).args(["counts", "stage", stage, &count.to_string()]).arg(&data);
    let ran = command.output().map_err(|error| format!("valgrind: {error}: apt-get install valgrind"))?;
    let log = std::fs::read_to_string(log).unwrap_or_default();
    if !ran.status.success() {
        return Err(format!("stage {stage}: {}{log}", String::from_utf8_lossy(&ran.stderr)).into());
    }
    let collected = log.lines().find_map(|line| line.split_once("Collected : "));
    collected.and_then(|(_, number)| number.trim().parse().ok()).ok_or_else(|| format!("no count in {log}").into())
}
