//! `imera status`: how the server is, on one screen.
//!
//! Keeps no state.

use std::process::ExitCode;

use serde_json::Value;
use serde_json::json;

use super::Common;
use super::ask;
use super::terminal;
use super::terminal::cell;
use crate::checks;
use crate::server::failure::Failure;

pub async fn run(common: &Common) -> Result<ExitCode, Failure> {
    let status = ask::ask(common, "status", &json!({})).await?;
    if common.json {
        terminal::json(&status);
        return Ok(ExitCode::SUCCESS);
    }
    let size = |value: &Value| checks::size(value.as_u64().unwrap_or(0));
    let running = match status["running"] == true {
        true => format!(
            "running for {}, pid {}",
            terminal::duration(status["uptime_s"].as_u64().unwrap_or(0)),
            status["pid"]
        ),
        false if status["set_up"] == true => "not running".to_owned(),
        false => "not set up".to_owned(),
    };
    let mut rows = vec![
        ("imera", format!("{}, {running}", cell(&status["version"]))),
        ("Domain", status["domain"].as_str().unwrap_or("none yet").to_owned()),
        ("Data folder", cell(&status["data"])),
        ("Accounts", status["accounts"].to_string()),
    ];
    if status["running"] == true {
        rows.push(("Online", online(&status)));
        rows.push(("Doors", doors(&status["ports"])));
        let certificate = &status["certificate"];
        let until = cell(&certificate["not_after"]);
        rows.push((
            "Certificate",
            format!(
                "{}, holds until {}",
                super::setup::certificate(certificate["source"].as_str()),
                until.get(..10).unwrap_or("?")
            ),
        ));
        rows.push(("Memory", size(&status["memory_bytes"])));
    }
    let database = &status["database"];
    let writable = if database["writable"] == true { "" } else { ", CANNOT BE WRITTEN" };
    rows.push(("Database", format!("{}{writable}", size(&database["size_bytes"]))));
    rows.push(("Backup", backup(&status["backup"])));
    if !status["disk"].is_null() {
        let disk = &status["disk"];
        rows.push(("Disk", format!("{} of {} free", size(&disk["free_bytes"]), size(&disk["total_bytes"]))));
    }
    terminal::list(&rows);
    let notices = status["notices"].as_array().map(Vec::as_slice).unwrap_or_default();
    for notice in notices {
        let colour = if notice["severity"] == "trouble" { 31 } else { 33 };
        terminal::line("");
        let since = cell(&notice["since"]).get(..16).unwrap_or_default().replace('T', " ");
        terminal::line(&format!(
            "{} since {since} UTC: {}",
            terminal::coloured(&cell(&notice["severity"]), colour),
            cell(&notice["what"])
        ));
        terminal::line(&format!("  Next: {}", cell(&notice["next"])));
    }
    Ok(ExitCode::SUCCESS)
}

fn backup(backup: &Value) -> String {
    let minute = |at: &Value| cell(at).get(..16).map(|at| format!("{} UTC", at.replace('T', " ")));
    let next = minute(&backup["next_at"]).unwrap_or_default();
    match minute(&backup["last_good_at"]) {
        Some(at) => format!("good, of {at}, {}", checks::size(backup["size_bytes"].as_u64().unwrap_or(0))),
        None => format!("none yet, the first comes at {next}"),
    }
}

fn online(status: &Value) -> String {
    let connections = &status["connections"];
    let half_open = connections["half_open"].as_u64().unwrap_or(0);
    let inside = connections["all"].as_u64().unwrap_or(0).saturating_sub(half_open);
    let sessions = status["sessions"].as_u64().unwrap_or(inside);
    format!("{sessions} sessions, {inside} connections, {half_open} more before their log-in")
}

fn doors(ports: &Value) -> String {
    let names = ["c2s", "c2s_tls", "s2s", "s2s_tls", "http", "https", "component"];
    let open = names.iter().filter_map(|name| ports[*name].as_str().map(|address| format!("{name} {address}")));
    open.collect::<Vec<_>>().join(", ")
}
