//! `imera serve`, and `imera` alone: the server in the foreground.
//!
//! Keeps no state.

use std::process::ExitCode;

use super::Common;
use crate::config::Config;
use crate::config::Sources;
use crate::server;
use crate::server::failure::Failure;

#[derive(clap::Args, Default)]
pub struct Serve {
    /// For tests: loopback only, domain $IMERA_DOMAIN, account admin with password admin, no limits
    #[arg(long)]
    test_profile: bool,
    /// With --test-profile: log-in without TLS is allowed
    #[arg(long)]
    plain_tcp: bool,
}

pub async fn run(common: &Common, serve: Serve) -> Result<ExitCode, Failure> {
    let usage = |error| Failure { usage: true, ..Failure::of(error) };
    let sources = Sources::of_process(common.data.clone()).map_err(usage)?;
    let sources = Sources { test_profile: serve.test_profile, plain_tcp: serve.plain_tcp, ..sources };
    let config = Config::load(sources).map_err(usage)?;
    server::log::start(&config).map_err(usage)?;
    server::run(config).await?;
    Ok(ExitCode::SUCCESS)
}
