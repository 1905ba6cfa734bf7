//! The real binary under attack, somebody who must be served meanwhile, and raw connections.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::task::JoinHandle;

use crate::client::connect::Io;
use crate::client::{Client, Credentials, Door, Endpoint, Opening, PATIENCE, register};
use crate::process::Folder;

pub const DOMAIN: &str = "localhost";
/// Everybody's.
pub const PASSWORD: &str = "pencil-and-paper";
/// How long a start may take on a busy machine.
const START: Duration = Duration::from_secs(60);

/// Whether the floods are as large as the issue names them.
pub fn is_full() -> bool {
    std::env::var_os("IMERA_ATTACK_FULL").is_some_and(|value| value == "1")
}

/// A running imera whose log goes to a file beside the folder. Dropped: killed.
pub struct Server {
    child: Child,
    lines: Mutex<mpsc::Receiver<String>>,
    log: PathBuf,
    ports: serde_json::Value,
}

/// How a server ended.
#[derive(Debug)]
pub struct Stopped {
    pub code: Option<i32>,
    /// Whether its last line was `stopped`.
    pub told: bool,
    pub took: Duration,
}

impl Server {
    pub fn start(folder: &Folder) -> Server {
        Server::spawn(command(folder, &[]), folder)
    }

    /// `command` must become imera (exec), so that its id is the server's.
    pub fn spawn(mut command: Command, folder: &Folder) -> Server {
        let log = folder.path.with_extension("log");
        let file = std::fs::OpenOptions::new().create(true).append(true).open(&log).unwrap();
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(file).spawn().unwrap();
        let (tell, lines) = mpsc::channel();
        let stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        std::thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| tell.send(line)));
        let mut server = Server { child, lines: lines.into(), log, ports: serde_json::Value::Null };
        let line = server.line(START).unwrap_or_else(|| panic!("no start: {}", server.log()));
        let ports = line.strip_prefix("ready ").unwrap_or_else(|| panic!("{line}"));
        server.ports = serde_json::from_str(ports).unwrap();
        server
    }

    /// The next line of standard output.
    fn line(&self, patience: Duration) -> Option<String> {
        self.lines.lock().unwrap().recv_timeout(patience).ok()
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn address(&self, door: &str) -> std::net::SocketAddr {
        self.ports[door].as_str().unwrap().parse().unwrap()
    }

    /// Direct TLS.
    pub fn endpoint(&self) -> Endpoint {
        Endpoint::new(self.address("c2s_tls"), Door::DirectTls, DOMAIN)
    }

    pub async fn register(&self, names: &[&str]) {
        for name in names {
            register(&self.endpoint(), name, PASSWORD).await.unwrap();
        }
    }

    pub async fn login(&self, name: &str) -> Client {
        Client::login(&self.endpoint(), name, PASSWORD, None).await.unwrap()
    }

    pub async fn login_resumable(&self, name: &str, resource: &str) -> Client {
        Client::login_resumable(&self.endpoint(), name, PASSWORD, Some(resource)).await.unwrap()
    }

    /// A stream that is bound, for raw bytes.
    pub async fn bound(&self, name: &str) -> Opening {
        let mut opening = self.authenticated(name).await;
        opening.bind(None).await.unwrap();
        opening
    }

    /// The same with a resource of one's choice.
    pub async fn bound_as(&self, name: &str, resource: &str) -> Opening {
        let mut opening = self.authenticated(name).await;
        opening.bind(Some(resource)).await.unwrap();
        opening
    }

    pub async fn authenticated(&self, name: &str) -> Opening {
        let mut opening = Opening::connect(&self.endpoint()).await.unwrap();
        opening.authenticate(Credentials::ScramSha256 { name, password: PASSWORD }).await.unwrap();
        opening
    }

    /// Its resident memory now, KiB.
    pub fn memory_kib(&self) -> u64 {
        crate::process::memory_kib(self.pid())
    }

    pub fn log_path(&self) -> PathBuf {
        self.log.clone()
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    /// SIGTERM, and how it ended.
    pub async fn stop(mut self) -> Stopped {
        let begun = Instant::now();
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let waiting = tokio::task::spawn_blocking(move || {
            while self.child.try_wait().unwrap().is_none() && begun.elapsed() < START {
                std::thread::sleep(Duration::from_millis(5));
            }
            let took = begun.elapsed();
            let code = self.child.try_wait().unwrap().and_then(|status| status.code());
            let told = self.line(Duration::from_secs(5)).is_some_and(|line| line == "stopped");
            assert!(!self.log().contains("panicked"), "{}", self.log());
            Stopped { code, told, took }
        });
        waiting.await.unwrap()
    }

    /// Stops it, which must go well.
    pub async fn stop_well(self) {
        let stopped = self.stop().await;
        assert_eq!((stopped.code, stopped.told), (Some(0), true));
        assert!(stopped.took < Duration::from_secs(10), "{stopped:?}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> = log.lines().collect();
            println!("the server's last words:\n{}", lines[lines.len().saturating_sub(12)..].join("\n"));
        }
    }
}

/// `imera serve --test-profile` on a folder with free ports; `wrapper` stands before it.
pub fn command(folder: &Folder, wrapper: &[&str]) -> Command {
    let imera = [env!("CARGO_BIN_EXE_imera"), "serve", "--test-profile"];
    let words: Vec<&str> = wrapper.iter().chain(&imera).copied().collect();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("IMERA_") {
            command.env_remove(name);
        }
    }
    command.env("IMERA_DATA", &folder.path).env("IMERA_DOMAIN", DOMAIN).env("IMERA_LISTEN", "127.0.0.1");
    for port in ["C2S", "C2S_TLS", "HTTP", "HTTPS"] {
        command.env(format!("IMERA_PORT_{port}"), "0");
    }
    command
}

/// Somebody who is there all the time and asks the server whether it is, too.
pub struct Bystander {
    leave: Arc<AtomicBool>,
    task: JoinHandle<Vec<Duration>>,
}

impl Bystander {
    pub async fn arrive(server: &Server) -> Bystander {
        server.register(&["bystander"]).await;
        Bystander::come(server).await
    }

    /// The same person, once more.
    pub async fn come(server: &Server) -> Bystander {
        let client = server.login("bystander").await;
        client.available();
        let leave = Arc::new(AtomicBool::new(false));
        let leaves = leave.clone();
        let task = tokio::spawn(async move {
            let mut times = Vec::new();
            while !leaves.load(Ordering::Relaxed) || times.is_empty() {
                times.push(ping(&client).await);
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            client.close().await.unwrap();
            times
        });
        Bystander { leave, task }
    }

    /// How long each answer took, shortest first. Panics where one did not come.
    pub async fn leave(self) -> Vec<Duration> {
        self.leave.store(true, Ordering::Relaxed);
        let mut times = self.task.await.expect("every ping was answered");
        times.sort();
        times
    }
}

/// How long the server takes to answer (XEP-0199).
pub async fn ping(client: &Client) -> Duration {
    let begun = Instant::now();
    client.iq("get", Some(DOMAIN), "<ping xmlns='urn:xmpp:ping'/>").await.unwrap();
    begun.elapsed()
}

/// The value below which `percent` of sorted values lie.
pub fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    sorted[(sorted.len() * percent / 100).min(sorted.len() - 1)]
}

/// Sends bytes, as many as the server takes, and reads until it closes the connection. What it said, and
/// whether the end was one in order.
pub async fn last_words(io: impl Io + 'static, bytes: Vec<u8>) -> (String, bool) {
    let sent = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
    let (mut reading, mut writing) = tokio::io::split(io);
    let write = tokio::spawn(async move {
        let sent = writing.write_all(&bytes).await;
        (sent, writing.flush().await, writing) // kept open: the server has to close
    });
    let mut heard = Vec::new();
    let mut buffer = [0; 4096];
    let in_order = loop {
        match tokio::time::timeout(PATIENCE, reading.read(&mut buffer)).await {
            Ok(Ok(0)) => break true,
            Ok(Ok(count)) => heard.extend_from_slice(&buffer[..count]),
            Ok(Err(_)) => break false,
            Err(_) => panic!("not closed: {sent} {}", String::from_utf8_lossy(&heard)),
        }
    };
    write.abort();
    (String::from_utf8_lossy(&heard).into_owned(), in_order)
}

/// The last thing said is this stream error, and the end of the stream.
#[track_caller]
pub fn assert_stream_error(case: &str, said: &str, condition: &str) {
    let error = format!("<stream:error><{condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>");
    let at = said.find(&error);
    assert!(at.is_some(), "{case}: {condition} expected: {said:?}");
    assert!(said.ends_with("</stream:error></stream:stream>"), "{case}: {said:?}");
}
