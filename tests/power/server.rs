//! The real binary as a child process: started, recorded, killed.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use crate::client::{Door, Endpoint};

/// How long a start or a stop in good order may take.
const PATIENCE: Duration = Duration::from_secs(20);

pub const DOMAIN: &str = "localhost";

/// A running imera. Dropped: killed.
pub struct Server {
    child: Child,
    lines: mpsc::Receiver<String>,
    c2s_tls: SocketAddr,
}

/// How record.c is told what to do.
pub struct Recorder {
    pub library: PathBuf,
    pub journal: PathBuf,
    /// How long a sync takes.
    pub sync_us: u64,
    /// One of so many takes 1.3 s.
    pub stall: u64,
}

/// `IMERA_BIN`, else what cargo built.
pub fn binary() -> PathBuf {
    std::env::var_os("IMERA_BIN").map_or_else(|| env!("CARGO_BIN_EXE_imera").into(), PathBuf::from)
}

impl Server {
    /// Starts the server on a folder and waits until it is ready. Its log goes to `FOLDER.log`.
    /// Err: what it said last.
    pub fn start(data: &Path, recorder: Option<&Recorder>) -> Result<Server, String> {
        let made = std::fs::DirBuilder::new().mode(0o700).recursive(true).create(data);
        made.map_err(|error| format!("{}: {error}", data.display()))?;
        let log = data.with_extension("log");
        let file =
            std::fs::OpenOptions::new().create(true).append(true).open(&log).map_err(|error| error.to_string())?;
        let mut command = Command::new(binary());
        command.args(["serve", "--test-profile"]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(file);
        command.env("IMERA_DATA", data).env("IMERA_DOMAIN", DOMAIN).env("IMERA_LISTEN", "127.0.0.1");
        command.env("IMERA_PORT_C2S", "0").env("IMERA_PORT_C2S_TLS", "0").env("IMERA_PORT_HTTP", "0");
        for off in ["S2S", "S2S_TLS", "HTTPS", "COMPONENT"] {
            command.env(format!("IMERA_PORT_{off}"), "off");
        }
        if let Some(recorder) = recorder {
            command.env("LD_PRELOAD", &recorder.library).env("RECORD_JOURNAL", &recorder.journal);
            command.env("RECORD_FOLDER", data.canonicalize().map_err(|error| error.to_string())?);
            command.env("RECORD_SYNC_US", recorder.sync_us.to_string()).env("RECORD_STALL", recorder.stall.to_string());
        }
        let mut child = command.spawn().map_err(|error| format!("{}: {error}", binary().display()))?;
        let (tell, lines) = mpsc::channel();
        let stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        std::thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| tell.send(line)));
        let mut server = Server { child, lines, c2s_tls: ([127, 0, 0, 1], 0).into() };
        let ready = server.line("ready ").ok_or_else(|| format!("it does not start: {}", last_lines(&log)))?;
        let ports: serde_json::Value = serde_json::from_str(&ready).map_err(|error| format!("{ready}: {error}"))?;
        let addr = ports["c2s_tls"].as_str().and_then(|addr| addr.parse().ok());
        server.c2s_tls = addr.ok_or_else(|| format!("no address for c2s_tls in {ready}"))?;
        Ok(server)
    }

    /// What stands behind this word on standard output; None where the output ends or nothing comes.
    fn line(&self, word: &str) -> Option<String> {
        loop {
            let line = self.lines.recv_timeout(PATIENCE).ok()?;
            if let Some(rest) = line.strip_prefix(word) {
                return Some(rest.to_owned());
            }
        }
    }

    pub fn endpoint(&self) -> Endpoint {
        Endpoint::new(self.c2s_tls, Door::DirectTls, DOMAIN)
    }

    /// SIGKILL.
    pub fn kill(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// SIGTERM, and how it ended. Err: it did not say `stopped`, or took too long.
    pub fn stop(mut self) -> Result<ExitStatus, String> {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).map_err(|error| error.to_string())?;
        self.line("stopped").ok_or("no word of having stopped")?;
        self.child.wait().map_err(|error| error.to_string())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn last_lines(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(8)..].join(" | ")
}
