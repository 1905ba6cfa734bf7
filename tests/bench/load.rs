//! The load generator: imera, a bare TLS relay and Debian's prosody in one run, by turns A B B A.
//!
//! `cargo bench -- [--rounds N] [--only FIGURE,…] [--quick] [--servers NAME,…] [--json]`
//! Every message is checked to arrive once and in order. The main figure is the CPU time of the
//! server's process an operation; only ratios of one run count. All servers listen on loopback.
#![allow(clippy::disallowed_methods)] // real sockets, real time

#[path = "load/backup.rs"]
mod backup;
#[path = "load/bare.rs"]
mod bare;
#[path = "../support/bosh.rs"]
mod bosh;
#[path = "../support/client.rs"]
mod client;
#[path = "counts.rs"]
mod counts;
#[path = "load/figures.rs"]
mod figures;
#[path = "load/fill.rs"]
mod fill;
#[allow(dead_code)] // tests of src use the rest
#[path = "../support/inside.rs"]
mod inside;
#[path = "load/people.rs"]
mod people;
#[path = "load/report.rs"]
mod report;
#[path = "load/servers.rs"]
mod servers;
#[path = "load/talk.rs"]
mod talk;
#[path = "load/web.rs"]
mod web;
#[path = "../support/websocket.rs"]
mod websocket;

use std::process::ExitCode;

use figures::Bench;
use report::Report;
use servers::{Kind, Server};

/// Whatever went wrong: the bench stops, no figure of a broken run counts.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// What the command line asks for.
pub struct Options {
    /// Turns a server takes in each figure.
    pub rounds: usize,
    /// Figures by name; empty: all.
    pub only: Vec<String>,
    /// A tenth of the operations: shows that all works, its figures are rough.
    pub quick: bool,
    /// By name; empty: all.
    pub servers: Vec<String>,
    pub json: bool,
}

const USAGE: &str = "load [--rounds N] [--only FIGURE,…] [--quick] [--servers NAME,…] [--json]
figures: message login page million presence pace memory handshakes web idle start accounts backup
       load counts …: see counts.rs
servers: imera prosody bare mute (a relay that gives acknowledgements, one that gives none)";

impl Options {
    /// None: not understood.
    fn read(mut args: impl Iterator<Item = String>) -> Option<Options> {
        let mut options = Options { rounds: 7, only: Vec::new(), quick: false, servers: Vec::new(), json: false };
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--rounds" => options.rounds = args.next()?.parse().ok().filter(|rounds| *rounds > 0)?,
                "--only" => options.only = args.next()?.split(',').map(str::to_owned).collect(),
                "--quick" => options.quick = true,
                "--servers" => options.servers = args.next()?.split(',').map(str::to_owned).collect(),
                "--json" => options.json = true,
                _ => return None,
            }
        }
        Some(options)
    }

    pub fn wants(&self, figure: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name == figure)
    }

    /// A number of operations, fewer when it must be quick.
    pub fn count(&self, full: usize) -> usize {
        if self.quick { (full / 10).max(2) } else { full }
    }
}

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1).peekable();
    if args.peek().is_some_and(|arg| arg == "bare") {
        return bare::serve();
    }
    let words: Vec<String> = args.filter(|arg| arg != "--bench").collect(); // cargo's own
    if let Some(("counts", rest)) = words.split_first().map(|(first, rest)| (first.as_str(), rest)) {
        return counts::main(&rest.iter().map(String::as_str).collect::<Vec<_>>());
    }
    let Some(options) = Options::read(words.into_iter()) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    servers::raise_file_limit();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("two threads and a poller");
    match runtime.block_on(run(&options)) {
        Ok(report) => {
            print!("{}", if options.json { report.json() } else { report.table() });
            ExitCode::from(u8::from(report.missed() > 0))
        }
        Err(error) => {
            eprintln!("load: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> Result<Report> {
    let mut servers = Vec::new();
    for kind in [Kind::Imera, Kind::Prosody, Kind::Bare, Kind::Mute] {
        let named = options.servers.is_empty() || options.servers.iter().any(|name| name == kind.name());
        if kind == Kind::Prosody && named && !servers::prosody_is_here() {
            eprintln!("without prosody: apt-get install prosody lua-dbi-sqlite3");
        } else if named && (kind.speaks_xmpp() || options.wants("message")) {
            servers.push(Server::start(kind).await?);
        }
    }
    let mut bench = Bench::new(options, servers);
    bench.idle();
    bench.start().await?;
    bench.message().await?;
    bench.login().await?;
    bench.page().await?;
    bench.million().await?;
    bench.accounts().await?;
    bench.presence().await?;
    bench.pace().await?;
    bench.memory().await?;
    bench.handshakes().await?;
    bench.web().await?;
    let mut report = bench.report;
    report.figures.extend(backup::figures(options).await?);
    Ok(report)
}
