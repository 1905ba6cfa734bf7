//! `imera invite`: create, list, revoke.
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
pub enum Invite {
    /// Make a link that lets somebody in
    Create {
        /// For how many people
        #[arg(long, value_name = "N", default_value_t = 1)]
        uses: u32,
        /// How long it lasts: 12h, 7d, 4w
        #[arg(long, value_name = "TIME", default_value = "7d")]
        expires: String,
        /// What it is for, for the list
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        /// owner, member or limited
        #[arg(long, value_name = "ROLE", default_value = "member")]
        role: String,
    },
    /// All links, and who came by them
    List,
    /// Take a link back; who came by it stays
    Revoke {
        /// Its number in the list
        id: i64,
    },
}

pub async fn run(common: &Common, invite: Invite) -> Result<ExitCode, Failure> {
    let (answer, lines) = match invite {
        Invite::Create { uses, expires, note, role } => {
            let with = json!({ "uses": uses, "expires": expires, "note": note, "role": role });
            let answer = ask::ask(common, "invite.create", &with).await?;
            let lines = [cell(&answer["link"]), format!("For apps: {}", cell(&answer["uri"]))];
            (answer, lines.to_vec())
        }
        Invite::List => return list(common).await,
        Invite::Revoke { id } => {
            let answer = ask::ask(common, "invite.revoke", &json!({ "id": id })).await?;
            (answer, vec![format!("Invitation {id} was taken back.")])
        }
    };
    match common.json {
        true => terminal::json(&answer),
        false => lines.iter().for_each(|line| terminal::line(line)),
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(common: &Common) -> Result<ExitCode, Failure> {
    let answer = ask::ask(common, "invite.list", &json!({})).await?;
    if common.json {
        terminal::json(&answer);
        return Ok(ExitCode::SUCCESS);
    }
    let row = |invite: &Value| {
        let used_by = invite["used_by"].as_array().cloned().unwrap_or_default();
        let people: Vec<String> = used_by.iter().map(|one| cell(&one["address"])).collect();
        vec![
            cell(&invite["id"]),
            cell(&invite["kind"]),
            cell(&invite["state"]),
            format!("{} of {}", invite["uses"], invite["of"]),
            cell(&invite["expires_at"]).get(..10).unwrap_or_default().to_owned(),
            cell(&invite["note"]),
            people.join(" "),
        ]
    };
    let rows: Vec<_> = answer.as_array().map(|rows| rows.iter().map(row).collect()).unwrap_or_default();
    terminal::table(&["number", "for", "state", "used", "until", "note", "who came"], &rows);
    Ok(ExitCode::SUCCESS)
}
