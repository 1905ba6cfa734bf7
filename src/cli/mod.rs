//! The command line: one file a command. Names, flags and exit codes are the contract's.
//!
//! Keeps no state.

mod account;
mod ask;
mod backup;
mod check;
mod invite;
mod records;
mod restore;
mod serve;
mod settings;
mod setup;
mod specs;
mod status;
mod stdin;
mod terminal;
mod waiting;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use clap::Subcommand;
use clap::error::ErrorKind;

use crate::memory;
use crate::server::failure::Failure;

/// The chat server that friends and families really run.
#[derive(Parser)]
#[command(name = "imera", version, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Option<Command>,
}

/// What every command takes.
#[derive(clap::Args)]
pub struct Common {
    /// The data folder [default: $IMERA_DATA, else ./imera-data]
    #[arg(long, value_name = "DIR", global = true)]
    pub data: Option<PathBuf>,
    /// Answer with one JSON value
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server in the foreground (also without any command)
    Serve(serve::Serve),
    /// Set imera up: domain, owner, certificate
    Setup(Box<setup::Setup>),
    /// Add, list and remove accounts
    #[command(subcommand)]
    Account(account::Account),
    /// Make links that let people in
    #[command(subcommand)]
    Invite(invite::Invite),
    /// Make, list and verify backups
    #[command(subcommand)]
    Backup(backup::Backup),
    /// Bring a backup back; no server may run
    Restore(restore::Restore),
    /// See and change what the owner chose
    #[command(subcommand)]
    Settings(settings::Settings),
    /// How the server is
    Status,
    /// Look for trouble: disk, database, backup, clock, certificate, ports
    Check(check::Check),
    /// The specifications that are implemented
    Specs,
    /// The program's version
    Version,
}

/// Runs the command that the process was given.
pub fn main() -> ExitCode {
    memory::return_large_blocks();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return misunderstood(&error),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(workers()).enable_all().build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(run(cli)),
        Err(error) => Err(Failure::new(format!("no threads to be had ({error})"), "end other programs")),
    };
    match done {
        Ok(code) => code,
        Err(failure) => fail(&failure),
    }
}

/// Half of the cores carry the tasks: the database's writer and readers have threads of their own,
/// and a thread less to wake saves a fifth of a log-in.
fn workers() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get().div_ceil(2))
}

async fn run(cli: Cli) -> Result<ExitCode, Failure> {
    let common = &cli.common;
    match cli.command {
        None => serve::run(common, serve::Serve::default()).await,
        Some(Command::Serve(serve)) => serve::run(common, serve).await,
        Some(Command::Setup(setup)) => setup::run(common, *setup).await,
        Some(Command::Account(account)) => account::run(common, account).await,
        Some(Command::Invite(invite)) => invite::run(common, invite).await,
        Some(Command::Backup(backup)) => backup::run(common, backup).await,
        Some(Command::Restore(restore)) => restore::run(common, restore).await,
        Some(Command::Settings(settings)) => settings::run(common, settings).await,
        Some(Command::Status) => status::run(common).await,
        Some(Command::Check(check)) => check::run(common, check).await,
        Some(Command::Specs) => specs::run(common),
        Some(Command::Version) => Ok(version(common)),
    }
}

fn version(common: &Common) -> ExitCode {
    let version = env!("CARGO_PKG_VERSION");
    match common.json {
        true => terminal::json(&serde_json::json!({ "version": version })),
        false => terminal::line(&format!("imera {version}")),
    }
    ExitCode::SUCCESS
}

/// Help goes to standard output; a mistake is told in one line.
fn misunderstood(error: &clap::Error) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            terminal::text(&error.to_string());
            ExitCode::SUCCESS
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            fail(&Failure::usage("a command is missing", help()))
        }
        _ => {
            let text = error.to_string();
            let told: Vec<&str> = text.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:")).collect();
            let told = told.join(" ");
            let (what, tip) = told.split_once(" tip: ").unwrap_or((&told, ""));
            let what = what.trim().trim_start_matches("error: ");
            let what =
                what.replace("the following required arguments were not provided:", "missing").replace(": ", " ");
            let next = if tip.contains("similar") { tip.trim().to_owned() } else { help() };
            fail(&Failure::usage(what.trim(), next))
        }
    }
}

/// Where the command's help is.
fn help() -> String {
    match std::env::args().nth(1).filter(|word| !word.starts_with('-')) {
        Some(command) if <Cli as clap::CommandFactory>::command().find_subcommand(&command).is_some() => {
            format!("see imera {command} --help")
        }
        _ => "see imera --help".to_owned(),
    }
}

/// One line on standard error (contract), and the code that goes with it.
fn fail(failure: &Failure) -> ExitCode {
    terminal::complain(&format!("imera: {}", failure.line));
    ExitCode::from(if failure.usage { 2 } else { 1 })
}
