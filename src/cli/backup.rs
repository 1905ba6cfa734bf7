//! `imera backup`: create, list, verify, and what goes with a passphrase: lock, unlock, key.
//!
//! Keeps no state.

use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::Value;
use serde_json::json;

use super::Common;
use super::ask;
use super::stdin;
use super::terminal;
use super::terminal::Bar;
use super::terminal::cell;
use crate::checks;
use crate::clock::Clock;
use crate::server::control;
use crate::server::failure::Failure;
use crate::server::secret::Secret;
use crate::transfer;
use crate::transfer::Passphrase;

#[derive(Subcommand)]
pub enum Backup {
    /// Make a backup now, and prove that it can be restored
    Create {
        /// Into this new file, or into this folder [default: backups in the data folder]
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
    },
    /// The backups there are
    List,
    /// Unpack a backup aside and check all of it; nothing is changed
    Verify {
        file: PathBuf,
        /// Read its passphrase from the first line of standard input
        #[arg(long)]
        passphrase_stdin: bool,
    },
    /// Lock all backups from now on with a passphrase; without it nobody opens them
    Lock {
        /// Read it from the first line of standard input
        #[arg(long, required = true)]
        passphrase_stdin: bool,
    },
    /// Do not lock backups any more
    Unlock,
    /// The key of a locked backup, for the program age
    Key {
        file: PathBuf,
        /// Read the passphrase from the first line of standard input
        #[arg(long, required = true)]
        passphrase_stdin: bool,
    },
}

/// The passphrase of a backup, if one is to be read.
pub fn passphrase(asked: bool) -> Result<Option<Passphrase>, Failure> {
    asked.then(|| stdin::password("Passphrase of the backup").map(Secret::into_zeroizing)).transpose()
}

/// A server that answers has another working directory.
pub fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

pub async fn run(common: &Common, backup: Backup) -> Result<ExitCode, Failure> {
    let (answer, line) = match backup {
        Backup::Create { to } => {
            let with = json!({ "to": to.as_deref().map(absolute) });
            let answer = ask::ask(common, "backup.create", &with).await?;
            let line = created(&answer);
            (answer, line)
        }
        Backup::List => return list(common).await,
        Backup::Verify { file, passphrase_stdin } => {
            let passphrase = passphrase(passphrase_stdin)?;
            let answer = verify(common, &absolute(&file), passphrase).await?;
            let line = verified(&file, &answer);
            (answer, line)
        }
        Backup::Lock { .. } => {
            let passphrase = stdin::password("Passphrase for backups")?;
            let answer = ask::ask(common, "backup.lock", &json!({ "passphrase": &*passphrase })).await?;
            let line = "Backups are locked from now on. Write the passphrase down on paper: without it \
                        nobody opens them, neither you nor we.";
            (answer, line.to_owned())
        }
        Backup::Unlock => {
            let answer = ask::ask(common, "backup.unlock", &json!({})).await?;
            (answer, "Backups are open from now on; those there are stay as they are.".to_owned())
        }
        Backup::Key { file, .. } => return key(common, &file).await,
    };
    match common.json {
        true => terminal::json(&answer),
        false => terminal::line(&line),
    }
    Ok(ExitCode::SUCCESS)
}

fn size(value: &Value) -> String {
    checks::size(value.as_u64().unwrap_or(0))
}

/// «9 accounts, 18204 messages, 312 files»
pub fn content(answer: &Value) -> String {
    let count = |name: &str, one: &str| match answer[name].as_u64().unwrap_or(0) {
        1 => format!("1 {one}"),
        many => format!("{many} {name}"),
    };
    format!("{}, {}, {}", count("accounts", "account"), count("messages", "message"), count("files", "file"))
}

fn created(answer: &Value) -> String {
    let locked = if answer["locked"] == true { ", locked" } else { "" };
    let made = format!(
        "{}: {}{locked}, {}. It was opened again and proved.",
        cell(&answer["file"]),
        size(&answer["size_bytes"]),
        content(answer)
    );
    match (answer["second"].as_str(), answer["second_failed"].as_str()) {
        (Some(_), Some(failed)) => format!("{made}\nThe second place has not got it: {failed}"),
        (Some(place), None) => format!("{made}\nThe second place has it too: {place}"),
        _ => made,
    }
}

fn verified(file: &Path, answer: &Value) -> String {
    match answer["opened"] == true {
        true => format!(
            "{} is good: {} of {}, made by imera {}.",
            file.display(),
            content(answer),
            cell(&answer["made_at"]),
            cell(&answer["made_by"])
        ),
        false => format!(
            "{} is as it was written on {}. It is locked: with --passphrase-stdin its content is checked too.",
            file.display(),
            cell(&answer["made_at"])
        ),
    }
}

async fn list(common: &Common) -> Result<ExitCode, Failure> {
    let answer = ask::ask(common, "backup.list", &json!({})).await?;
    let rows = answer.as_array().map(Vec::as_slice).unwrap_or_default();
    if common.json {
        terminal::json(&answer);
    } else if rows.is_empty() {
        terminal::line("No backup yet. Next: imera backup create");
    } else {
        let row = |row: &Value| {
            let locked = if row["locked"] == true { "locked" } else { "" };
            let made_at = cell(&row["made_at"]).replace('T', " ").replace('Z', " UTC");
            vec![made_at, size(&row["size_bytes"]), cell(&row["state"]), locked.to_owned(), cell(&row["file"])]
        };
        terminal::table(&["made", "size", "state", "", "file"], &rows.iter().map(row).collect::<Vec<_>>());
    }
    Ok(ExitCode::SUCCESS)
}

/// A file among our backups is verified by whoever has the database, so that the result is
/// remembered. Any other is looked at here, also where there is no imera.
async fn verify(common: &Common, file: &Path, passphrase: Option<Passphrase>) -> Result<Value, Failure> {
    let data = ask::config(common)?.data;
    if file.parent() == Some(&data.join(transfer::FOLDER)) {
        let with = json!({ "file": file, "passphrase": passphrase.as_ref().map(|text| text.as_str()) });
        return ask::ask(common, "backup.verify", &with).await;
    }
    let beside = file.parent().unwrap_or(Path::new("."));
    let below = if data.is_dir() { &data } else { beside };
    let bar = std::sync::Mutex::new(Bar::default());
    let step = |stage: transfer::Stage, done, of| {
        let step = control::Step { what: stage.as_str().to_owned(), done, of };
        if let Ok(mut bar) = bar.lock() {
            bar.step(&step);
        }
    };
    let found = transfer::verify(file, passphrase, below, &Clock::system(), &step).await.map_err(Failure::of)?;
    Ok(control::backups::verified(&found))
}

async fn key(common: &Common, file: &Path) -> Result<ExitCode, Failure> {
    let passphrase = stdin::password("Passphrase of the backup")?.into_zeroizing();
    let key = transfer::key(file, passphrase)
        .await
        .map_err(Failure::of)?
        .ok_or_else(|| Failure::new(format!("{} is not locked", file.display()), "open it by tar --zstd -xf FILE"))?;
    match common.json {
        true => terminal::json(&json!({ "key": &*key })),
        false => terminal::line(&key),
    }
    Ok(ExitCode::SUCCESS)
}
