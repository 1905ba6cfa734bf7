//! Debian's prosody in the place of imera, to see which expectations a server of today shares.
//!
//! `IMERA_DIALOGUE_SERVER=prosody cargo test --test dialogues`. Nobody's gate: where prosody differs, the specs decide.

use std::fmt::Write as _;
use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::TcpStream;

use super::actor::{BoxedIo, DOMAIN, PASSWORD, PATIENCE, within};
use super::server::Setup;

pub struct Prosody {
    child: Child,
    port: u16,
    _folder: TempDir,
}

const MODULES: &[&str] = &[
    "roster",
    "saslauth",
    "disco",
    "ping",
    "time",
    "version",
    "offline",
    "carbons",
    "mam",
    "blocklist",
    "register",
    "smacks",
    "server_contact_info",
    "presence",
    "message",
    "iq",
    "posix",
    "csi",
];

impl Prosody {
    pub async fn start(setup: &Setup) -> Result<Prosody, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let accounts = folder.path().join("a%2etest/accounts");
        fs::create_dir_all(&accounts).map_err(|error| error.to_string())?;
        for account in &setup.accounts {
            let entry = format!("return {{\n\t[\"password\"] = \"{PASSWORD}\";\n}};\n");
            fs::write(accounts.join(format!("{account}.dat")), entry).map_err(|error| error.to_string())?;
        }
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .map_err(|error| error.to_string())?
            .port();
        let config = folder.path().join("prosody.cfg.lua");
        fs::write(&config, configuration(port, folder.path())).map_err(|error| error.to_string())?;
        let child = Command::new("prosody")
            .arg("--config")
            .arg(&config)
            .arg("-F")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("prosody: {error}"))?;
        let prosody = Prosody { child, port, _folder: folder };
        let up = within(PATIENCE, async {
            while TcpStream::connect(("127.0.0.1", prosody.port)).await.is_err() {
                within(Duration::from_millis(20), std::future::pending::<()>()).await;
            }
        });
        up.await.ok_or("prosody does not start")?;
        Ok(prosody)
    }

    pub async fn connect(&self) -> Result<BoxedIo, String> {
        match TcpStream::connect(("127.0.0.1", self.port)).await {
            Ok(socket) => Ok(Box::new(socket)),
            Err(error) => Err(error.to_string()),
        }
    }
}

impl Drop for Prosody {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn configuration(port: u16, folder: &std::path::Path) -> String {
    let mut text = String::new();
    let folder = folder.display();
    let _ = writeln!(text, "data_path = '{folder}'; pidfile = '{folder}/pid'; run_as_root = true");
    let _ = writeln!(text, "interfaces = {{ '127.0.0.1' }}; c2s_ports = {{ {port} }}; s2s_ports = {{}}");
    let _ = writeln!(text, "c2s_require_encryption = false; allow_unencrypted_plain_auth = true");
    let _ = writeln!(text, "allow_registration = true; authentication = 'internal_plain'; storage = 'internal'");
    let _ = writeln!(text, "modules_disabled = {{ 's2s', 'tls' }}; modules_enabled = {{ '{}' }}", MODULES.join("', '"));
    let _ = writeln!(text, "log = {{ error = '{folder}/log' }}; limits = {{}}");
    let _ = writeln!(text, "contact_info = {{ abuse = {{ 'xmpp:admin@{DOMAIN}' }} }}");
    let _ = writeln!(text, "VirtualHost '{DOMAIN}'");
    text
}
