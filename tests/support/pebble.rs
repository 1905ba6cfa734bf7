//! An authority and the DNS it asks: Debian's pebble and pebble-challtestsrv, on free loopback ports.
//!
//! Its own https certificate is a leaf below a root made here, which imera is told to trust.

use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::net::TcpListener;
use std::net::TcpStream;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use serde_json::json;

/// Ports and files; the processes that run. Killed when dropped.
pub struct Authority {
    folder: tempfile::TempDir,
    pub options: Value,
    /// What the authority is told to sleep before it looks; `None`: not at all.
    pub dawdles_s: Option<u32>,
    /// The DNS that it asks instead of its own.
    pub other_dns: Option<SocketAddr>,
    ports: [u16; 4],
    /// Where it looks for proofs.
    pub http: u16,
    pub https: u16,
    pebble: Option<Child>,
    dns: Child,
}

/// One that nobody listens on; taken again soon, so that races are unlikely.
pub fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// Until somebody listens there.
pub fn wait_for(port: u16, what: &mut Child) {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    for _ in 0..400 {
        if TcpStream::connect(address).is_ok() {
            return;
        }
        assert!(what.try_wait().unwrap().is_none(), "it ended at once");
        std::thread::sleep(Duration::from_millis(25));
    }
    panic!("nobody listens on {port}");
}

impl Authority {
    /// `options`: laid over those of pebble's configuration.
    pub fn start(options: Value) -> Authority {
        let folder = tempfile::tempdir().unwrap();
        write_certificates(folder.path());
        let ports = std::array::from_fn(|_| free_port());
        let [_, _, dns_port, dns_management] = ports;
        let mut dns = Command::new("pebble-challtestsrv")
            .args(["-defaultIPv4", "127.0.0.1", "-defaultIPv6", "", "-http01", "", "-https01", "", "-tlsalpn01", ""])
            .args(["-dns01", &format!("127.0.0.1:{dns_port}")])
            .args(["-management", &format!("127.0.0.1:{dns_management}")])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("tests/run installs pebble");
        wait_for(dns_management, &mut dns);
        let (http, https) = (free_port(), free_port());
        let (dawdles_s, other_dns) = (None, None);
        let mut authority = Authority { folder, options, dawdles_s, other_dns, ports, http, https, pebble: None, dns };
        authority.up();
        authority
    }

    /// Starts pebble, which knows nothing of an earlier life.
    pub fn up(&mut self) {
        let [acme, management, ..] = self.ports;
        let mut pebble = json!({
            "listenAddress": format!("127.0.0.1:{acme}"),
            "managementListenAddress": format!("127.0.0.1:{management}"),
            "certificate": self.folder.path().join("leaf.pem"),
            "privateKey": self.folder.path().join("leaf.key"),
            "httpPort": self.http,
            "tlsPort": self.https,
            "ocspResponderURL": "",
            "externalAccountBindingRequired": false,
        });
        for (key, value) in self.options.as_object().unwrap() {
            pebble[key] = value.clone();
        }
        let file = self.folder.path().join("pebble.json");
        std::fs::write(&file, json!({ "pebble": pebble }).to_string()).unwrap();
        let mut command = Command::new("pebble");
        command.arg("-config").arg(file).args(["-dnsserver", &self.resolver().to_string()]);
        match self.dawdles_s {
            None => command.env("PEBBLE_VA_NOSLEEP", "1"),
            Some(s) => command.env("PEBBLE_VA_SLEEPTIME", s.to_string()),
        };
        command.env("PEBBLE_AUTHZREUSE", "0").stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let log = BufReader::new(child.stdout.take().unwrap());
        let asked = std::env::var_os("IMERA_PEBBLE_LOG").is_some();
        std::thread::spawn(move || {
            for line in log.lines().map_while(Result::ok).filter(|_| asked) {
                eprintln!("pebble: {line}");
            }
        });
        wait_for(acme, &mut child);
        self.pebble = Some(child);
    }

    pub fn down(&mut self) {
        if let Some(mut pebble) = self.pebble.take() {
            let _ = pebble.kill();
            let _ = pebble.wait();
        }
    }

    /// To pebble alone: stopped, it answers nobody and looks at nothing.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let pebble = self.pebble.as_ref().expect("it is up");
        rustix::process::kill_process(rustix::process::Pid::from_child(pebble), signal).unwrap();
    }

    pub fn directory(&self) -> String {
        format!("https://127.0.0.1:{}/dir", self.ports[0])
    }

    pub fn root(&self) -> PathBuf {
        self.folder.path().join("root.pem")
    }

    pub fn resolver(&self) -> SocketAddr {
        self.other_dns.unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, self.ports[2])))
    }

    /// What imera is told by its environment.
    pub fn environment(&self) -> Vec<(&'static str, PathBuf)> {
        vec![
            ("IMERA_ACME_DIRECTORY", self.directory().into()),
            ("IMERA_ACME_ROOT", self.root()),
            ("IMERA_RESOLVER", self.resolver().to_string().into()),
            ("IMERA_PORT_HTTP", self.http.to_string().into()),
            ("IMERA_PORT_HTTPS", self.https.to_string().into()),
        ]
    }

    /// Changes what its DNS answers: `set-default-ipv4`, `add-a`, `set-servfail`.
    pub fn dns(&self, what: &str, body: &Value) {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.ports[3])).unwrap();
        let body = body.to_string();
        let head = format!("POST /{what} HTTP/1.1\r\nHost: dns\r\nConnection: close\r\nContent-Length: {}", body.len());
        stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        self.down();
        let _ = self.dns.kill();
        let _ = self.dns.wait();
    }
}

fn write_certificates(folder: &Path) {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(vec![]).unwrap();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    std::fs::write(folder.join("root.pem"), params.self_signed(&key).unwrap().pem()).unwrap();
    let issuer = rcgen::Issuer::new(params, key);
    let key = rcgen::KeyPair::generate().unwrap();
    let names = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
    let leaf = rcgen::CertificateParams::new(names).unwrap().signed_by(&key, &issuer).unwrap();
    std::fs::write(folder.join("leaf.pem"), leaf.pem()).unwrap();
    std::fs::write(folder.join("leaf.key"), key.serialize_pem()).unwrap();
}
