//! `imera specs`: what is implemented, from the registry of features.
//!
//! Keeps no state.

use std::process::ExitCode;

use serde_json::json;

use super::Common;
use super::terminal;
use crate::features::Spec;
use crate::server::failure::Failure;
use crate::streams;

pub fn run(common: &Common) -> Result<ExitCode, Failure> {
    let specs = streams::specs();
    if common.json {
        let rows = specs.iter().map(|spec| {
            json!({ "number": spec.number, "title": spec.title, "version": spec.version, "missing": spec.missing })
        });
        terminal::json(&rows.collect());
        return Ok(ExitCode::SUCCESS);
    }
    let row = |spec: &Spec| {
        let missing = spec.missing.map_or_else(|| "complete".to_owned(), |missing| format!("without {missing}"));
        vec![spec.number.to_owned(), spec.version.to_owned(), spec.title.to_owned(), missing]
    };
    terminal::table(&["spec", "version", "title", "state"], &specs.iter().map(row).collect::<Vec<_>>());
    Ok(ExitCode::SUCCESS)
}
