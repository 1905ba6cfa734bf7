//! The server processes of a run, and what they take: CPU time, memory.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use rcgen::{CertificateParams, KeyPair};
use rustix::process::{Pid, Resource, Rlimit, Signal};

use crate::Result;
use crate::client::{Door, Endpoint};

pub const DOMAIN: &str = "localhost";

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    Imera,
    Prosody,
    /// The relay, whose clients ask for acknowledgements like those of the others.
    Bare,
    /// The relay that is never asked anything.
    Mute,
}

impl Kind {
    /// Whether it is a server, and no relay.
    pub fn speaks_xmpp(self) -> bool {
        matches!(self, Kind::Imera | Kind::Prosody)
    }

    pub fn name(self) -> &'static str {
        match self {
            Kind::Imera => "imera",
            Kind::Prosody => "prosody",
            Kind::Bare => "bare",
            Kind::Mute => "mute",
        }
    }
}

/// A process that ends with this value.
pub struct Server {
    pub kind: Kind,
    /// Direct TLS.
    pub endpoint: Endpoint,
    /// Where the web's doors are; only imera has them.
    pub https: Option<SocketAddr>,
    child: Ending,
    /// CPU time by thread, nanoseconds: threads that have ended still count.
    threads: Mutex<HashMap<u32, u64>>,
    scratch: tempfile::TempDir,
}

impl Server {
    pub async fn start(kind: Kind) -> Result<Server> {
        let scratch = tempfile::Builder::new().prefix("imera-bench.").tempdir()?;
        Self::start_in(kind, scratch).await
    }

    /// Starts on a folder that may hold data already.
    pub async fn start_in(kind: Kind, scratch: tempfile::TempDir) -> Result<Server> {
        let here = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let (child, addr, https) = match kind {
            Kind::Imera => imera(scratch.path())?,
            Kind::Prosody => prosody(scratch.path()).await.map(|(child, port)| (child, here(port), None))?,
            Kind::Bare | Kind::Mute => bare().map(|(child, port)| (child, here(port), None))?,
        };
        let endpoint = Endpoint::new(addr, Door::DirectTls, DOMAIN);
        Ok(Server { kind, endpoint, https, child: Ending(child), threads: Mutex::default(), scratch })
    }

    /// Ends the process in order; the folder stays.
    pub fn stop(self) -> tempfile::TempDir {
        let Server { child, scratch, .. } = self;
        drop(child);
        scratch
    }

    pub fn pid(&self) -> u32 {
        self.child.0.id()
    }

    /// What the process has taken of the CPUs since it began, nanoseconds.
    pub fn cpu_ns(&self) -> u64 {
        let mut threads = self.threads.lock().expect("nobody panics under it");
        let tasks = fs::read_dir(format!("/proc/{}/task", self.pid())).into_iter().flatten().flatten();
        for task in tasks {
            let Ok(stat) = fs::read_to_string(task.path().join("schedstat")) else { continue };
            let tid = task.file_name().to_string_lossy().parse().unwrap_or_default();
            let ns = stat.split_whitespace().next().and_then(|ns| ns.parse().ok()).unwrap_or_default();
            threads.insert(tid, ns);
        }
        threads.values().sum()
    }

    /// Waits until the process rests: a tenth of a second without work, at most ten seconds.
    /// What it puts off (lazy writes, checkpoints) belongs to the turn that made it.
    pub async fn rests(&self) {
        let mut last = self.cpu_ns();
        let mut calm = 0;
        for _ in 0..500 {
            tokio::time::sleep(Duration::from_millis(20)).await;
            let now = self.cpu_ns();
            calm = if now - last < 200_000 { calm + 1 } else { 0 };
            if calm == 5 {
                return;
            }
            last = now;
        }
    }

    /// A line of /proc/PID/`file` in bytes.
    fn memory(&self, file: &str, key: &str) -> u64 {
        let text = fs::read_to_string(format!("/proc/{}/{file}", self.pid())).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or_default() * 1024
    }

    /// `imera account add --batch` with these lines, beside the running server. Err: not all were added.
    pub fn add_accounts(&self, lines: &[String]) -> Result<()> {
        let file = self.scratch.path().join("accounts");
        fs::write(&file, lines.join("\n"))?;
        let output = program(self.scratch.path()).args(["account", "add", "--json", "--batch"]).arg(&file).output()?;
        let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        match told["added"].as_u64() == Some(lines.len() as u64) {
            true => Ok(()),
            false => Err(format!("{told} {}", String::from_utf8_lossy(&output.stderr)).into()),
        }
    }

    /// The command line beside the running server.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = program(self.scratch.path());
        command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// From now on [`Server::peak_bytes`] counts anew.
    pub fn forget_peak(&self) -> Result<()> {
        Ok(fs::write(format!("/proc/{}/clear_refs", self.pid()), "5")?)
    }

    /// The most memory it had.
    pub fn peak_bytes(&self) -> u64 {
        self.memory("status", "VmHWM:")
    }

    pub fn rss_bytes(&self) -> u64 {
        self.memory("status", "VmRSS:")
    }

    pub fn pss_bytes(&self) -> u64 {
        self.memory("smaps_rollup", "Pss:")
    }
}

/// A process that is ended when nobody wants it any more.
struct Ending(Child);

impl Drop for Ending {
    fn drop(&mut self) {
        end(&mut self.0);
    }
}

/// SIGTERM, ten seconds, SIGKILL.
fn end(child: &mut Child) {
    let pid = Pid::from_child(child);
    let _ = rustix::process::kill_process(pid, Signal::TERM);
    for _ in 0..1000 {
        if matches!(child.try_wait(), Ok(Some(_))) {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// As many open files as the system allows: a client is one here and one in the server.
pub fn raise_file_limit() {
    let Rlimit { maximum, .. } = rustix::process::getrlimit(Resource::Nofile);
    let _ = rustix::process::setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}

/// Cargo runs benches in the package's folder.
pub fn root() -> PathBuf {
    std::env::current_dir().expect("the package's folder is there")
}

/// The binary on this folder, without the arguments.
fn program(scratch: &Path) -> Command {
    let binary =
        std::env::var_os("IMERA_BIN").map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_imera")), PathBuf::from);
    let mut command = Command::new(&binary);
    command.env_remove("IMERA_BIN"); // ours, not the server's
    command.env("IMERA_DATA", scratch.join("data"));
    command
}

/// Direct TLS and the web.
fn imera(scratch: &Path) -> Result<(Child, SocketAddr, Option<SocketAddr>)> {
    let mut command = program(scratch);
    command.args(["serve", "--test-profile"]);
    command.envs([("IMERA_DOMAIN", DOMAIN), ("IMERA_LISTEN", "127.0.0.1"), ("IMERA_LOG", "warn")]);
    for port in ["S2S", "S2S_TLS", "COMPONENT"] {
        command.env(format!("IMERA_PORT_{port}"), "off");
    }
    for port in ["C2S", "C2S_TLS", "HTTP", "HTTPS"] {
        command.env(format!("IMERA_PORT_{port}"), "0");
    }
    let (child, line) = first_line(command, &scratch.join("log"), "ready ")?;
    let ports: serde_json::Value = serde_json::from_str(&line)?;
    let address = |name: &str| ports[name].as_str().ok_or_else(|| format!("no port {name} in the ready line"));
    Ok((child, address("c2s_tls")?.parse()?, Some(address("https")?.parse()?)))
}

fn bare() -> Result<(Child, u16)> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("bare");
    let (child, line) = first_line(command, Path::new("/dev/null"), "ready ")?;
    Ok((child, line.trim().parse()?))
}

/// Starts it and waits for its first line, without the prefix.
fn first_line(mut command: Command, log: &Path, prefix: &str) -> Result<(Child, String)> {
    let log = fs::File::options().append(true).create(true).open(log)?;
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn()?;
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().expect("piped"));
    out.read_line(&mut line)?;
    child.stdout = Some(out.into_inner()); // stays open: its last words need a reader
    match line.strip_prefix(prefix) {
        Some(rest) => Ok((child, rest.to_owned())),
        None => {
            end(&mut child);
            Err(format!("{:?} said {line:?} instead of being ready", command.get_program()).into())
        }
    }
}

pub fn prosody_is_here() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join("prosody").exists())
}

/// Prosody with everything in SQLite, the settings of tests/interop/prosody.cfg.lua.
async fn prosody(scratch: &Path) -> Result<(Child, u16)> {
    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new(vec![DOMAIN.to_owned()])?.self_signed(&key)?;
    fs::write(scratch.join("cert.pem"), certificate.pem())?;
    fs::write(scratch.join("key.pem"), key.serialize_pem())?;
    fs::create_dir(scratch.join("data"))?;
    let [plain, tls] = [free_port()?, free_port()?];
    let log = fs::File::create(scratch.join("log"))?;
    let mut command = Command::new("prosody");
    command.args(["-F", "--root", "--config"]).arg(root().join("tests/interop/prosody.cfg.lua"));
    command.env("PEER_SCRATCH", scratch).env("PEER_DOMAIN", DOMAIN).env("PEER_LOG", "error");
    command.env("PEER_PORT", plain.to_string()).env("PEER_PORT_TLS", tls.to_string());
    command.env("PEER_STORAGE", "sql").env("PEER_HASH", "SHA-256");
    let mut child = command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()?;
    for _ in 0..500 {
        if tokio::net::TcpStream::connect(("127.0.0.1", tls)).await.is_ok() {
            return Ok((child, tls));
        }
        if child.try_wait()?.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    end(&mut child);
    Err(format!("prosody does not listen: {}", fs::read_to_string(scratch.join("log"))?).into())
}

fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
