//! `imera restore`: a backup becomes the data folder's content; what was there is put aside.
//!
//! Keeps no state.

use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;

use serde_json::Value;
use serde_json::json;

use super::Common;
use super::ask;
use super::backup;
use super::terminal;
use super::terminal::Bar;
use super::terminal::cell;
use crate::clock::Clock;
use crate::server::control;
use crate::server::failure::Failure;
use crate::server::folder::Folder;
use crate::transfer;

#[derive(clap::Args)]
pub struct Restore {
    /// A backup: imera-DATE.backup
    file: PathBuf,
    /// Read its passphrase from the first line of standard input
    #[arg(long)]
    passphrase_stdin: bool,
}

pub async fn run(common: &Common, restore: Restore) -> Result<ExitCode, Failure> {
    let file = backup::absolute(&restore.file);
    // What cannot be a backup is told before the passphrase is asked for, and before a folder is made.
    transfer::head::open(&file).map_err(Failure::of)?;
    let data = ask::config(common)?.data;
    let folder = Folder::lock(&data, true).map_err(Failure::of)?;
    let passphrase = backup::passphrase(restore.passphrase_stdin)?;
    let bar = Mutex::new(Bar::default());
    let step = |stage: transfer::Stage, done, of| {
        let step = control::Step { what: stage.as_str().to_owned(), done, of };
        if let Ok(mut bar) = bar.lock() {
            bar.step(&step);
        }
    };
    let clock = Clock::system();
    let prepared = transfer::prepare(folder.path(), &file, passphrase, &clock, &step).await.map_err(Failure::of)?;
    drop(bar);
    transfer::commit(folder.path(), clock.utc(), false).map_err(Failure::of)?;
    let aside = transfer::settle(folder.path()).map_err(Failure::of)?;
    let mut answer = control::backups::restored(&prepared.manifest);
    answer["aside"] = json!(aside);
    show(common, &answer, aside.as_deref());
    Ok(ExitCode::SUCCESS)
}

/// What came back, and where the data of before is.
pub fn show(common: &Common, answer: &Value, aside: Option<&Path>) {
    if common.json {
        return terminal::json(answer);
    }
    let place = answer["place_name"].as_str().or(answer["domain"].as_str()).unwrap_or("imera");
    terminal::line(&format!(
        "{place} is back as it was on {}: {}.",
        cell(&answer["made_at"]).replace('T', " at ").replace('Z', " UTC"),
        backup::content(answer)
    ));
    if let Some(aside) = aside {
        terminal::line(&format!("What was there before lies in {}; remove it when all is well.", aside.display()));
    }
}
