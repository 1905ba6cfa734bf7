//! `imera account`: add, list, remove, reset.
//!
//! Keeps no state.

use std::io::BufRead;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::Value;
use serde_json::json;

use super::Common;
use super::ask;
use super::stdin;
use super::terminal;
use super::terminal::cell;
use crate::limits;
use crate::server::failure::Failure;

#[derive(Subcommand)]
pub enum Account {
    /// Add one account, or many
    Add {
        /// The chat name
        #[arg(required_unless_present = "batch", conflicts_with = "batch")]
        name: Option<String>,
        /// Read the password from the first line of standard input
        #[arg(long, conflicts_with = "batch")]
        password_stdin: bool,
        /// owner, member or limited
        #[arg(long, default_value = "member")]
        role: String,
        /// A file with a line "NAME PASSWORD" for each account, or - for standard input
        #[arg(long, value_name = "FILE")]
        batch: Option<PathBuf>,
    },
    /// All accounts
    List,
    /// Remove an account with all that is its own
    Remove { name: String },
    /// Make a link by which somebody chooses a new password, good for a day
    Reset {
        name: String,
        /// No link: read the new password from the first line of standard input
        #[arg(long)]
        password_stdin: bool,
    },
}

pub async fn run(common: &Common, account: Account) -> Result<ExitCode, Failure> {
    let (answer, line) = match account {
        Account::Add { batch: Some(file), role, .. } => {
            let accounts = read_batch(&file, &role)?;
            let answer = ask::ask(common, "account.add_batch", &json!({ "accounts": accounts })).await?;
            let line = format!("{} added, {} were there before.", answer["added"], answer["existing"]);
            (answer, line)
        }
        Account::Add { name, password_stdin, role, .. } => {
            let name = name.unwrap_or_default();
            if !password_stdin {
                let next = "add --password-stdin and give it on standard input";
                return Err(Failure::usage(format!("the password of {name} is missing"), next));
            }
            let password = stdin::password(&format!("Password of {name}"))?;
            let with = json!({ "name": name, "role": role, "password": &*password });
            let answer = ask::ask(common, "account.add", &with).await?;
            let line = format!("{} added.", cell(&answer["address"]));
            (answer, line)
        }
        Account::List => return list(common).await,
        Account::Remove { name } => {
            let answer = ask::ask(common, "account.remove", &json!({ "name": name })).await?;
            let line = format!("{} removed.", cell(&answer["address"]));
            (answer, line)
        }
        Account::Reset { name, password_stdin } => {
            let password = password_stdin.then(|| stdin::password(&format!("New password of {name}"))).transpose()?;
            let with = json!({ "name": name, "password": password.as_deref() });
            let answer = ask::ask(common, "account.reset", &with).await?;
            let line = match answer["link"].as_str() {
                Some(link) => format!("{link}\nFor apps: {}", cell(&answer["uri"])),
                None => format!("{} has a new password.", cell(&answer["address"])),
            };
            (answer, line)
        }
    };
    match common.json {
        true => terminal::json(&answer),
        false => line.lines().for_each(terminal::line),
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(common: &Common) -> Result<ExitCode, Failure> {
    let answer = ask::ask(common, "account.list", &json!({})).await?;
    if common.json {
        terminal::json(&answer);
        return Ok(ExitCode::SUCCESS);
    }
    let day = |at: &Value| cell(at).get(..10).unwrap_or("never").to_owned();
    let row = |account: &Value| {
        vec![
            cell(&account["address"]),
            cell(&account["role"]),
            day(&account["created_at"]),
            day(&account["last_seen_at"]),
            cell(&account["display_name"]),
        ]
    };
    let rows: Vec<_> = answer.as_array().map(|rows| rows.iter().map(row).collect()).unwrap_or_default();
    terminal::table(&["address", "role", "since", "last seen", "shown as"], &rows);
    Ok(ExitCode::SUCCESS)
}

/// Lines `NAME PASSWORD`, the password with its spaces. Empty lines are passed over.
fn read_batch(file: &PathBuf, role: &str) -> Result<Vec<Value>, Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::new(
            format!("{} cannot be read ({error})", file.display()),
            "name a file of text, or - for standard input",
        )
    };
    let lines: Box<dyn BufRead> = match file.as_os_str() == "-" {
        true => Box::new(std::io::stdin().lock()),
        false => Box::new(std::io::BufReader::new(std::fs::File::open(file).map_err(unreadable)?)),
    };
    let mut accounts = Vec::new();
    for (number, line) in (1..).zip(lines.lines()) {
        let line = line.map_err(unreadable)?;
        let line = line.strip_suffix('\r').unwrap_or(&line);
        if line.trim().is_empty() {
            continue;
        }
        let Some((name, password)) =
            line.split_once(' ').filter(|(name, password)| !name.is_empty() && !password.is_empty())
        else {
            let what = format!("line {number} of {} has no password", file.display());
            return Err(Failure::usage(what, "write NAME PASSWORD, with one space between"));
        };
        accounts.push(json!({ "name": name, "password": password, "role": role }));
        if accounts.len() > limits::ACCOUNT_BATCH_MAX {
            let what = format!("{} has more than {} lines", file.display(), limits::ACCOUNT_BATCH_MAX);
            return Err(Failure::usage(what, "split it"));
        }
    }
    Ok(accounts)
}
