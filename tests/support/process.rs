//! The binary as a process: started, read line by line, stopped; and its commands.

use std::io::BufRead;
use std::io::BufReader;
use std::io::Write;
use std::net::SocketAddr;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::Child;
use std::process::ChildStderr;
use std::process::ChildStdout;
use std::process::Command;
use std::process::Stdio;

use rustix::process::Pid;
use rustix::process::Signal;
use serde_json::Value;

/// A data folder that vanishes.
pub struct Folder {
    pub path: PathBuf,
    _parent: tempfile::TempDir,
}

/// What a command said.
pub struct Told {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Folder {
    /// A name in a new folder; imera makes it.
    pub fn new() -> Folder {
        let parent = tempfile::tempdir().unwrap();
        Folder { path: parent.path().join("data"), _parent: parent }
    }

    /// One that is there already, such as in another process's mounts.
    #[allow(dead_code)] // for full_disk.rs
    pub fn at(path: PathBuf) -> Folder {
        Folder { path, _parent: tempfile::tempdir().unwrap() }
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// `IMERA_TEST_BIN` names another binary than the one cargo built for the tests.
    fn command(&self, arguments: &[&str]) -> Command {
        let built = || env!("CARGO_BIN_EXE_imera").into();
        let mut command = Command::new(std::env::var_os("IMERA_TEST_BIN").unwrap_or_else(built));
        command.args(arguments).arg("--data").arg(&self.path);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("IMERA_") {
                command.env_remove(name);
            }
        }
        for port in ["C2S", "C2S_TLS", "HTTP", "HTTPS"] {
            command.env(format!("IMERA_PORT_{port}"), "0");
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs a command to its end.
    pub fn imera(&self, arguments: &[&str], input: &str) -> Told {
        let mut child = self.command(arguments).spawn().unwrap();
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        Told {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// A command's answer with `--json`.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let told = self.imera(&[arguments, &["--json"]].concat(), "");
        serde_json::from_str(&told.stdout).unwrap_or_else(|_| panic!("{arguments:?}: {} {}", told.stdout, told.stderr))
    }
}

/// A running server. Killed when dropped.
pub struct Server {
    child: Child,
    stdout: BufReader<ChildStdout>,
    stderr: BufReader<ChildStderr>,
    /// The object of the `ready` line, once it was read.
    pub ports: Value,
}

impl Server {
    pub fn start(folder: &Folder, arguments: &[&str]) -> Server {
        Server::with(folder, arguments, &[])
    }

    pub fn with(folder: &Folder, arguments: &[&str], environment: &[(&str, PathBuf)]) -> Server {
        if !folder.path.exists() {
            std::fs::create_dir(&folder.path).unwrap();
        }
        Server::spawn(folder.command(arguments), environment)
    }

    /// `serve` started by other words before it, which become it in the end.
    #[allow(dead_code)] // for full_disk.rs
    pub fn wrapped(folder: &Folder, wrapper: &[&str]) -> Server {
        Server::wrapped_command(folder, wrapper, &["serve"])
    }

    /// The same of any command.
    pub fn wrapped_command(folder: &Folder, wrapper: &[&str], arguments: &[&str]) -> Server {
        let serve = folder.command(arguments);
        let mut command = Command::new(wrapper[0]);
        command.args(&wrapper[1..]).arg(serve.get_program()).args(serve.get_args());
        for (variable, value) in serve.get_envs() {
            match value {
                Some(value) => command.env(variable, value),
                None => command.env_remove(variable),
            };
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Server::spawn(command, &[])
    }

    /// `serve` as systemd starts it, with a socket passed under this name.
    pub fn activated(folder: &Folder, name: &str, socket: TcpListener, environment: &[(&str, PathBuf)]) -> Server {
        std::fs::create_dir(&folder.path).unwrap();
        let serve = folder.command(&["serve"]);
        let mut command = Command::new("sh");
        let script = "export LISTEN_PID=$$ LISTEN_FDS=1; exec \"$@\" 3<&0 0</dev/null";
        command.args(["-c", script, "sh"]).arg(serve.get_program()).args(serve.get_args());
        for (variable, value) in serve.get_envs() {
            match value {
                Some(value) => command.env(variable, value),
                None => command.env_remove(variable),
            };
        }
        command.env("LISTEN_FDNAMES", name);
        command.stdin(OwnedFd::from(socket)).stdout(Stdio::piped()).stderr(Stdio::piped());
        Server::spawn(command, environment)
    }

    fn spawn(mut command: Command, environment: &[(&str, PathBuf)]) -> Server {
        for (name, value) in environment {
            command.env(name, value);
        }
        let mut child = command.spawn().unwrap();
        let (stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        Server { child, stdout: BufReader::new(stdout), stderr: BufReader::new(stderr), ports: Value::Null }
    }

    /// In the test profile, ready.
    pub fn test_profile(folder: &Folder) -> Server {
        let mut server = Server::start(folder, &["serve", "--test-profile"]);
        server.read_ready();
        server
    }

    pub fn read_ready(&mut self) {
        let line = self.line();
        let ports = line.strip_prefix("ready ").unwrap_or_else(|| panic!("{line:?} {}", self.log_until("imera: ")));
        self.ports = serde_json::from_str(ports).unwrap();
    }

    /// The next line of standard output, without its end.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// The next line with its end, whatever it is made of; nothing at the end of all.
    #[allow(dead_code)] // for setup.rs
    pub fn line_as_it_is(&mut self) -> String {
        let mut line = Vec::new();
        // A terminal that was closed is an error to its reader.
        let _ = self.stdout.read_until(b'\n', &mut line);
        String::from_utf8_lossy(&line).into_owned()
    }

    /// The log up to the line that has `word`; all of it where none has.
    pub fn log_until(&mut self, word: &str) -> String {
        self.log_until_any(&[word])
    }

    /// The same with several words.
    pub fn log_until_any(&mut self, words: &[&str]) -> String {
        let mut log = String::new();
        loop {
            let before = log.len();
            if self.stderr.read_line(&mut log).unwrap() == 0 || words.iter().any(|word| log[before..].contains(word)) {
                return log;
            }
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Its resident memory now, KiB.
    #[allow(dead_code)] // tests/bosh.rs
    pub fn memory_kib(&self) -> u64 {
        memory_kib(self.pid())
    }

    pub fn address(&self, door: &str) -> SocketAddr {
        self.ports[door].as_str().unwrap().parse().unwrap()
    }

    pub fn signal(&self, signal: Signal) {
        rustix::process::kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// SIGTERM; the exit code, and what was still said.
    pub fn stop(&mut self) -> (Option<i32>, String) {
        self.signal(Signal::TERM);
        let mut said = String::new();
        std::io::Read::read_to_string(&mut self.stdout, &mut said).unwrap();
        (self.child.wait().unwrap().code(), said)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The resident memory of a process, KiB.
#[allow(dead_code)] // tests/bosh.rs, tests/attack.rs
pub fn memory_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
