//! What the real binary asks of the system for each message, by strace.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::table::Table;
use crate::Result;
use crate::people;
use crate::servers::{Kind, Server};
use crate::talk::{self, Pace, Run};

/// Senders of the second part.
const MANY: usize = 100;

pub async fn count(table: &mut Table) -> Result<()> {
    let server = Server::start(Kind::Imera).await?;
    people::make(&server, 0..2 * MANY).await?;
    for (pairs, each, who) in [(1, 200, "one sender"), (MANY, 20, "100 senders")] {
        let pairs = talk::pairs(&server, pairs).await?;
        let messages = (pairs.len() * each) as f64;
        // The first messages find cold caches and threads that do not exist yet.
        let (pairs, _) = talk::run(pairs, Run { each: 5, pace: Pace::Window(1) }).await?;
        server.rests().await;
        let tracer = Tracer::start(server.pid()).await?;
        let (pairs, _) = talk::run(pairs, Run { each, pace: Pace::Window(1) }).await?;
        let calls = tracer.end().await?;
        drop(pairs);
        server.rests().await;
        table.add(&format!("fsyncs a message, {who}"), calls.sum(&["fsync", "fdatasync"]) / messages);
        table.add(&format!("writes to disk a message, {who}"), calls.sum(&["pwrite64", "pwritev"]) / messages);
        table.add(&format!("bytes to disk a message, {who}"), calls.written as f64 / messages);
        table.add(&format!("system calls a message, {who}"), calls.all() / messages);
    }
    Ok(())
}

struct Tracer {
    child: Child,
    log: tempfile::NamedTempFile,
}

impl Tracer {
    /// Attached to every thread when this returns.
    async fn start(pid: u32) -> Result<Tracer> {
        let log = tempfile::NamedTempFile::new()?;
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "-s", "0", "-o"]).arg(log.path()).args(["-p", &pid.to_string()]);
        let started = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let child = started.map_err(|error| format!("strace: {error}: apt-get install strace"))?;
        for _ in 0..500 {
            if is_traced(pid) {
                return Ok(Tracer { child, log });
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Err("strace does not attach itself: may this user trace?".into())
    }

    async fn end(mut self) -> Result<Calls> {
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), rustix::process::Signal::INT)?;
        tokio::task::block_in_place(|| self.child.wait())?;
        Ok(Calls::read(self.log.path())?)
    }
}

fn is_traced(pid: u32) -> bool {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let mut states = tasks.map(|task| fs::read_to_string(task.path().join("status")).unwrap_or_default());
    states.all(|status| status.lines().any(|line| line.starts_with("TracerPid:") && !line.ends_with("\t0")))
}

/// System calls by name.
#[derive(Default)]
struct Calls {
    counts: HashMap<String, u64>,
    /// Bytes by positioned writes: the database and its log, no socket.
    written: u64,
}

impl Calls {
    /// Lines: `PID name(…) = result`, or `PID name(… <unfinished ...>` and `PID <... name resumed>…) = result`.
    fn read(log: &Path) -> std::io::Result<Calls> {
        let mut calls = Calls::default();
        for line in fs::read_to_string(log)?.lines() {
            let Some((_, rest)) = line.split_once(' ') else { continue };
            let rest = rest.trim_start();
            let (name, begins) = match rest.strip_prefix("<... ") {
                Some(resumed) => (resumed.split(' ').next().unwrap_or_default(), false),
                None => (rest.split('(').next().unwrap_or_default(), true),
            };
            if name.is_empty() || name.starts_with(['+', '-']) {
                continue; // exits and signals
            }
            if begins {
                *calls.counts.entry(name.to_owned()).or_default() += 1;
            }
            if name.starts_with("pwrite") {
                let result = rest.rsplit_once(" = ").and_then(|(_, result)| result.trim().parse::<u64>().ok());
                calls.written += result.unwrap_or_default();
            }
        }
        Ok(calls)
    }

    fn sum(&self, names: &[&str]) -> f64 {
        names.iter().filter_map(|name| self.counts.get(*name)).sum::<u64>() as f64
    }

    fn all(&self) -> f64 {
        self.counts.values().sum::<u64>() as f64
    }
}
