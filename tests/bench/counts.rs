//! Counts that gate a change where times cannot: what a chat message costs in fsyncs, writes, bytes,
//! system calls, SQL statements, heap allocations and instructions.
//!
//! `cargo bench -- counts [--keep] [--only PART,…]`; the parts are disk, memory, instructions.
//! The kept numbers are `tests/bench/counts.json`; a count may exceed its own by the line's tolerance.
//! `--keep` writes what was found: only downwards, unless a comment in the commit says why.

#[path = "counts/instructions.rs"]
mod instructions;
#[path = "counts/memory.rs"]
mod memory;
#[path = "counts/stages.rs"]
mod stages;
#[path = "counts/table.rs"]
mod table;
#[path = "counts/trace.rs"]
mod trace;

use std::process::ExitCode;

use crate::Result;
use table::Table;

#[global_allocator]
static ALLOCATOR: memory::Counting = memory::Counting;

const USAGE: &str = "counts [--keep] [--only disk,memory,instructions]";

/// The command line behind the word `counts`.
pub fn main(words: &[&str]) -> ExitCode {
    let (keep, only) = match words {
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
