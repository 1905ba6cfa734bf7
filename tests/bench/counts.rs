//! Counts that gate a change where times cannot: what a chat message costs in fsyncs, writes, bytes,
//! system calls, SQL statements, heap allocations and instructions.
//!
//! `cargo bench --bench counts -- [--keep] [--only PART,…]`; the parts are disk, memory, instructions.
//! The kept numbers are `tests/bench/counts.json`; a count may exceed its own by the line's tolerance.
//! `--keep` writes what was found: only downwards, unless a comment in the commit says why.
#![allow(clippy::disallowed_methods)] // real sockets, real time

#[path = "../support/client.rs"]
mod client;
#[allow(dead_code)]
#[path = "../support/inside.rs"]
mod inside;
#[path = "counts/instructions.rs"]
mod instructions;
#[path = "counts/memory.rs"]
mod memory;
#[allow(dead_code)]
#[path = "load/people.rs"]
mod people;
#[allow(dead_code)]
#[path = "load/servers.rs"]
mod servers;
#[path = "counts/stages.rs"]
mod stages;
#[path = "counts/table.rs"]
mod table;
#[allow(dead_code)]
#[path = "load/talk.rs"]
mod talk;
#[path = "counts/trace.rs"]
mod trace;

use std::process::ExitCode;

use table::Table;

pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[global_allocator]
static ALLOCATOR: memory::Counting = memory::Counting;

const USAGE: &str = "counts [--keep] [--only disk,memory,instructions]";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let (keep, only) = match words.as_slice() {
        ["stage", name, count, folder] => return stages::run(name, count.parse().expect("a number"), folder),
        [] => (false, None),
        ["--keep"] => (true, None),
        ["--only", parts] => (false, Some(*parts)),
        ["--keep", "--only", parts] => (true, Some(*parts)),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    let wanted = |part: &str| only.is_none_or(|only| only.split(',').any(|name| name == part));
    match count(&wanted) {
        Ok(table) if keep => table.keep(),
        Ok(table) => table.judge(),
        Err(error) => {
            println!("FAILED counts: {error}\n0 passed, 1 failed");
            ExitCode::FAILURE
        }
    }
}

fn count(wanted: &dyn Fn(&str) -> bool) -> Result<Table> {
    let mut table = Table::default();
    if wanted("disk") {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(trace::count(&mut table))?;
    }
    if wanted("memory") {
        memory::count(&mut table)?;
    }
    if wanted("instructions") {
        instructions::count(&mut table)?;
    }
    Ok(table)
}
