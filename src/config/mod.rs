//! The machine's options: flags, environment and `imera.toml`, as typed and checked values.
//!
//! Precedence: flag, then `IMERA_*`, then `imera.toml` in the data folder, then the default. What
//! the owner chooses is no option of the machine: see `settings`. Keeps no state.

mod options;
mod sources;

use std::io::ErrorKind;
use std::net::IpAddr;
use std::net::SocketAddr;
use std::path::Path;
use std::path::PathBuf;

pub use sources::Sources;

/// Where an installed imera keeps its data.
pub const INSTALLED_DATA: &str = "/var/lib/imera";

/// Everything the machine was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The data folder, absolute.
    pub data: PathBuf,
    /// Whether this is an installed imera, not a checkout: decides the defaults of `listen` and the web's ports.
    pub installed: bool,
    /// The addresses that every listener binds.
    pub listen: Vec<IpAddr>,
    /// Whether `listen` was asked for: then each address must be there.
    pub listen_asked: bool,
    pub ports: Ports,
    /// The certificate brought along.
    pub tls_files: Option<TlsFiles>,
    /// Where all DNS goes.
    pub resolver: Option<SocketAddr>,
    /// Another certificate authority.
    pub acme_directory: Option<String>,
    /// A root to trust for it.
    pub acme_root: Option<PathBuf>,
    /// A filter of tracing.
    pub log: String,
    pub log_format: LogFormat,
    pub test_profile: Option<TestProfile>,
    /// What was said and is not used, a sentence each, for the log.
    pub unused: Vec<String>,
}

/// A port for each door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ports {
    pub c2s: Port,
    pub c2s_tls: Port,
    pub s2s: Port,
    pub s2s_tls: Port,
    pub http: Port,
    pub https: Port,
    pub component: Port,
}

/// `0` asks the system for one that is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Port {
    Off,
    Number(u16),
}

impl Port {
    /// `None`: the door stays shut.
    pub fn number(self) -> Option<u16> {
        match self {
            Port::Number(number) => Some(number),
            Port::Off => None,
        }
    }
}

/// PEM files: the chain, leaf first, and the leaf's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    pub cert: PathBuf,
    pub key: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// `serve --test-profile`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestProfile {
    pub domain: String,
    /// Whether `IMERA_DOMAIN` was given: then an existing folder must be for it.
    pub domain_asked: bool,
    /// Log-in without TLS is allowed.
    pub plain_tcp: bool,
}

/// An option that cannot be used. Shown as one line, the next step behind the colon.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {next}")]
pub struct ConfigError {
    pub what: String,
    pub next: String,
}

impl ConfigError {
    fn new(what: impl Into<String>, next: impl Into<String>) -> ConfigError {
        ConfigError { what: what.into(), next: next.into() }
    }
}

impl Config {
    /// Reads `imera.toml` of the data folder and joins it with `sources`.
    pub fn load(sources: Sources) -> Result<Config, ConfigError> {
        let data = sources.data_folder()?;
        let file = data.join("imera.toml");
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            // What is no folder is told where it is opened.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => String::new(),
            Err(error) => {
                let what = format!("{} cannot be read ({error})", file.display());
                return Err(ConfigError::new(what, "let the user that runs imera read it, or remove it"));
            }
        };
        options::build(sources, data, &text)
    }

    /// A file or socket in the data folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.data.join(name)
    }

    pub fn is_test_profile(&self) -> bool {
        self.test_profile.is_some()
    }
}

/// The addresses of the machine itself, and of nobody else.
fn loopback() -> Vec<IpAddr> {
    vec![IpAddr::from([127, 0, 0, 1]), IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1])]
}

/// A name that DNS and certificates can hold, prepared as in addresses (RFC 7622 §3.2); `None` for
/// anything else, IP addresses too.
pub fn domain_name(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_suffix('.').unwrap_or(text);
    if text.parse::<IpAddr>().is_ok() || text.split('.').any(|label| label.starts_with('-') || label.ends_with('-')) {
        return None;
    }
    let ascii = idna::domain_to_ascii_strict(text).ok()?;
    let short = ascii.len() <= 253 && ascii.split('.').all(|label| (1..=63).contains(&label.len()));
    if !short || ascii.split('.').any(|label| label.starts_with('-')) {
        return None;
    }
    crate::xmpp::jid::prepare_domain(text).ok()
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}

#[cfg(test)]
mod tests;
