//! `imera settings`: get, set, list.
//!
//! Keeps no state.

use std::process::ExitCode;

use clap::Subcommand;
use serde_json::Value;
use serde_json::json;

use super::Common;
use super::ask;
use super::terminal;
use super::terminal::cell;
use crate::server::failure::Failure;

#[derive(Subcommand)]
pub enum Settings {
    /// One setting's value
    Get { key: String },
    /// Change one setting; an empty value takes the default back
    Set { key: String, value: String },
    /// All settings, with what they are for
    List,
}

pub async fn run(common: &Common, settings: Settings) -> Result<ExitCode, Failure> {
    let (answer, line) = match settings {
        Settings::Get { key } => {
            let answer = ask::ask(common, "settings.get", &json!({ "key": key })).await?;
            let line = cell(&answer["value"]);
            (answer, line)
        }
        Settings::Set { key, value } => {
            let answer = ask::ask(common, "settings.set", &json!({ "key": key, "value": value })).await?;
            let line = match &answer["value"] {
                Value::Null => format!("{key} has no value now."),
                value if answer["waits_for_restart"] == true => {
                    format!("{key} is {}, from the server's next start on.", cell(value))
                }
                value => format!("{key} is {} now.", cell(value)),
            };
            (answer, line)
        }
        Settings::List => {
            let answer = ask::ask(common, "settings.list", &json!({})).await?;
            if !common.json {
                let row = |row: &Value| vec![cell(&row["key"]), cell(&row["value"]), cell(&row["reason"])];
                let rows: Vec<_> = answer.as_array().map(|rows| rows.iter().map(row).collect()).unwrap_or_default();
                terminal::table(&["setting", "value", "what for"], &rows);
                return Ok(ExitCode::SUCCESS);
            }
            (answer, String::new())
        }
    };
    match common.json {
        true => terminal::json(&answer),
        false => terminal::line(&line),
    }
    Ok(ExitCode::SUCCESS)
}
