//! `imera check`: looks for trouble, one row a check. Exit code 1 if one failed.
//!
//! Keeps no state.

use std::process::ExitCode;

use serde_json::Value;
use serde_json::json;

use super::Common;
use super::ask;
use super::terminal;
use super::terminal::cell;
use crate::server::failure::Failure;

#[derive(clap::Args)]
pub struct Check {
    /// Only this one: disk, database, backup, clock, certificate, ports or dns
    name: Option<String>,
}

pub async fn run(common: &Common, check: Check) -> Result<ExitCode, Failure> {
    let answer = ask::ask(common, "check", &json!({ "name": check.name })).await?;
    let rows = answer.as_array().map(Vec::as_slice).unwrap_or_default();
    match common.json {
        true => terminal::json(&answer),
        false => rows.iter().for_each(show),
    }
    match rows.iter().any(|row| row["state"] == "failed") {
        true => Ok(ExitCode::from(1)),
        false => Ok(ExitCode::SUCCESS),
    }
}

fn show(row: &Value) {
    let (word, colour) = match row["state"].as_str() {
        Some("ok") => ("ok", 32),
        Some("warning") => ("warning", 33),
        Some("failed") => ("FAILED", 31),
        _ => ("skipped", 0),
    };
    let word = terminal::coloured(&format!("{word:<7}"), colour);
    terminal::line(&format!("{word}  {:<11}  {}", cell(&row["name"]), cell(&row["what"])));
    if let Some(next) = row["next"].as_str() {
        terminal::line(&format!("{:<22}Next: {next}", ""));
    }
}
