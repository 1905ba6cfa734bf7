//! Logs: to standard error, as text or JSON, by the filter of `IMERA_LOG`.
//!
//! State: tracing's one subscriber of the process.

use std::io::IsTerminal;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::Config;
use crate::config::ConfigError;
use crate::config::LogFormat;

/// Starts logging. Once a process.
pub fn start(config: &Config) -> Result<(), ConfigError> {
    let filter: Targets = config.log.parse().map_err(|error| ConfigError {
        what: format!("IMERA_LOG is \"{}\", which is no log filter ({error})", config.log),
        next: "write for example info, or imera=debug,warn".to_owned(),
    })?;
    // It warns of each flood that it stops: strangers would fill the log.
    let filter = if config.log.contains("h2") { filter } else { filter.with_target("h2", LevelFilter::ERROR) };
    let to_stderr = tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE).with_writer(std::io::stderr);
    // To say on standard error that standard error is full, or that its reader is gone, would be a panic.
    let to_stderr = to_stderr.log_internal_errors(false);
    // A second call can only come from a test in the same process.
    let _ = match config.log_format {
        LogFormat::Json => to_stderr.json().flatten_event(true).finish().with(filter).try_init(),
        LogFormat::Text => {
            let text = to_stderr.with_ansi(std::io::stderr().is_terminal()).with_target(false);
            text.finish().with(filter).try_init()
        }
    };
    Ok(())
}
