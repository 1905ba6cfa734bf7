//! The options' names, defaults and checks (contract).
//!
//! `IMERA_PORT_C2S` in the environment is `port_c2s` in `imera.toml`. Keeps no state.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::net::SocketAddr;
use std::path::Path;
use std::path::PathBuf;

use super::Config;
use super::ConfigError;
use super::INSTALLED_DATA;
use super::LogFormat;
use super::Port;
use super::Ports;
use super::Sources;
use super::TestProfile;
use super::TlsFiles;
use super::loopback;

/// Every name that `imera.toml` may hold, as there.
const NAMES: &[&str] = &[
    "domain",
    "listen",
    "port_c2s",
    "port_c2s_tls",
    "port_s2s",
    "port_s2s_tls",
    "port_http",
    "port_https",
    "port_component",
    "tls_cert",
    "tls_key",
    "resolver",
    "acme_directory",
    "acme_root",
    "log",
    "log_format",
];

/// Lists and paths that any reader would call too long.
const VALUE_MAX_BYTES: usize = crate::limits::CONFIG_VALUE_MAX_BYTES;

/// A value as text, and where it came from: «IMERA_LOG» or «log in imera.toml».
struct Given {
    text: String,
    from: String,
}

impl Given {
    fn error(&self, wants: &str, next: &str) -> ConfigError {
        ConfigError::new(format!("{} is \"{}\", but has to be {wants}", self.from, self.text), next)
    }
}

/// Joins the sources with the text of `imera.toml` into a checked [`Config`].
pub(super) fn build(sources: Sources, data: PathBuf, file: &str) -> Result<Config, ConfigError> {
    let mut unused = Vec::new();
    let given = gather(&sources, file, &data, &mut unused)?;
    let installed = sources.inherited_sockets || data == Path::new(INSTALLED_DATA);
    let test_profile = test_profile(&sources, &given, &mut unused)?;
    let (listen, listen_asked) = listen(&given, installed, test_profile.is_some())?;
    Ok(Config {
        data,
        installed,
        listen,
        listen_asked,
        ports: ports(&given, installed)?,
        tls_files: tls_files(&given)?,
        resolver: resolver(&given)?,
        acme_directory: acme_directory(&given)?,
        acme_root: given.get("acme_root").map(|given| PathBuf::from(&given.text)),
        log: given.get("log").map_or_else(|| "info".to_owned(), |given| given.text.clone()),
        log_format: log_format(&given)?,
        test_profile,
        unused,
    })
}

type All = BTreeMap<&'static str, Given>;

/// The environment over the file. A name that nobody knows is an error in the file, and only
/// remarked on in the environment, where another version's names may stand.
fn gather(sources: &Sources, file: &str, data: &Path, unused: &mut Vec<String>) -> Result<All, ConfigError> {
    let path = data.join("imera.toml");
    let table: toml::Table = file.parse().map_err(|error: toml::de::Error| {
        let line = error.span().map_or(1, |span| 1 + file[..span.start.min(file.len())].matches('\n').count());
        let what = format!("{} line {line} is not TOML ({})", path.display(), error.message().trim());
        ConfigError::new(what, "write lines such as port_c2s = 5222")
    })?;
    let mut all = All::new();
    for (name, value) in &table {
        let Some(known) = NAMES.iter().find(|known| *known == name) else {
            return Err(unknown(name, &path));
        };
        let from = format!("{name} in {}", path.display());
        let text = text_of(value).ok_or_else(|| {
            ConfigError::new(format!("{from} is neither a text nor a number nor a list of texts"), "write it as one")
        })?;
        all.insert(known, Given { text, from });
    }
    for (name, text) in &sources.environment {
        // An empty variable is the shell's way of saying "unset".
        if text.trim().is_empty() {
            continue;
        }
        let key = name.strip_prefix("IMERA_").unwrap_or(name).to_ascii_lowercase();
        match NAMES.iter().find(|known| **known == key && name.as_str() != key) {
            Some(known) => drop(all.insert(known, Given { text: text.clone(), from: name.clone() })),
            None if key == "data" => {}
            None => unused.push(format!("{name} is set, but imera knows no such option")),
        }
    }
    match all.values().find(|given| given.text.len() > VALUE_MAX_BYTES) {
        Some(long) => {
            let what = format!("{} has more than {VALUE_MAX_BYTES} bytes", long.from);
            Err(ConfigError::new(what, "shorten it"))
        }
        None => Ok(all),
    }
}

fn unknown(name: &str, path: &Path) -> ConfigError {
    let what = format!("{} has \"{name}\", which imera does not know", path.display());
    if name == "data" {
        return ConfigError::new(what, "the file lies in the data folder, so name the folder by --data or IMERA_DATA");
    }
    let near =
        NAMES.iter().filter(|known| known.contains(name) || name.contains(*known) || distance_is_small(known, name));
    match near.min_by_key(|known| known.len().abs_diff(name.len())) {
        Some(near) => ConfigError::new(what, format!("did you mean {near}?")),
        None => ConfigError::new(what, format!("it knows {}", NAMES.join(", "))),
    }
}

/// One letter more, less or other, or the same letters in another order.
fn distance_is_small(a: &str, b: &str) -> bool {
    let same_start = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let same_end = a.bytes().rev().zip(b.bytes().rev()).take_while(|(a, b)| a == b).count();
    let sorted = |text: &str| {
        let mut letters = text.as_bytes().to_vec();
        letters.sort_unstable();
        letters
    };
    let one_letter = a.len().abs_diff(b.len()) <= 1 && same_start + same_end + 1 >= a.len().max(b.len());
    one_letter || sorted(a) == sorted(b)
}

fn text_of(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(false) => Some("off".to_owned()),
        toml::Value::Array(list) => {
            let texts: Option<Vec<&str>> = list.iter().map(toml::Value::as_str).collect();
            texts.map(|texts| texts.join(","))
        }
        _ => None,
    }
}

fn test_profile(sources: &Sources, given: &All, unused: &mut Vec<String>) -> Result<Option<TestProfile>, ConfigError> {
    let domain = given.get("domain");
    if !sources.test_profile {
        if sources.plain_tcp {
            let what = "--plain-tcp goes with --test-profile only";
            return Err(ConfigError::new(what, "log-in without TLS exists for test suites alone"));
        }
        if let Some(domain) = domain {
            unused
                .push(format!("{} counts in the test profile only: the domain is chosen by imera setup", domain.from));
        }
        return Ok(None);
    }
    let asked = domain.map(|given| {
        super::domain_name(&given.text).ok_or_else(|| given.error("a domain", "write a name such as chat.example"))
    });
    let domain_asked = asked.is_some();
    let domain = asked.transpose()?.unwrap_or_else(|| "localhost".to_owned());
    Ok(Some(TestProfile { domain, domain_asked, plain_tcp: sources.plain_tcp }))
}

fn listen(given: &All, installed: bool, test_profile: bool) -> Result<(Vec<IpAddr>, bool), ConfigError> {
    let Some(given) = given.get("listen") else {
        let everywhere = vec![IpAddr::from([0u16; 8])];
        return Ok((if installed && !test_profile { everywhere } else { loopback() }, false));
    };
    let next = "write for example IMERA_LISTEN=127.0.0.1,[::1] (ports have options of their own)";
    let mut addresses = Vec::new();
    for text in given.text.split(',').map(str::trim).filter(|text| !text.is_empty()) {
        let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
        let address: IpAddr = bare.parse().map_err(|_| given.error("a list of IP addresses", next))?;
        if test_profile && !address.is_loopback() {
            let next = "leave it out, or serve without --test-profile";
            return Err(given.error("a loopback address in the test profile", next));
        }
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    if addresses.is_empty() || addresses.len() > crate::limits::LISTEN_ADDRESSES_MAX {
        return Err(given.error("a list of 1 to 32 IP addresses", next));
    }
    Ok((addresses, true))
}

fn ports(given: &All, installed: bool) -> Result<Ports, ConfigError> {
    let web = |checkout, packaged| if installed { packaged } else { checkout };
    Ok(Ports {
        c2s: port(given, "port_c2s", 5222)?,
        c2s_tls: port(given, "port_c2s_tls", 5223)?,
        s2s: port(given, "port_s2s", 5269)?,
        s2s_tls: port(given, "port_s2s_tls", 5270)?,
        http: port(given, "port_http", web(8080, 80))?,
        https: port(given, "port_https", web(8443, 443))?,
        component: port(given, "port_component", 5347)?,
    })
}

fn port(given: &All, name: &str, default: u16) -> Result<Port, ConfigError> {
    let Some(given) = given.get(name) else { return Ok(Port::Number(default)) };
    match given.text.trim() {
        "off" => Ok(Port::Off),
        number => number
            .parse()
            .map(Port::Number)
            .map_err(|_| given.error("a port from 0 to 65535, or \"off\"", "0 asks for one that is free")),
    }
}

fn tls_files(given: &All) -> Result<Option<TlsFiles>, ConfigError> {
    match (given.get("tls_cert"), given.get("tls_key")) {
        (None, None) => Ok(None),
        // As certbot and its like keep them.
        (Some(folder), None) if Path::new(&folder.text).is_dir() => {
            let file = |name: &str| Path::new(&folder.text).join(name);
            Ok(Some(TlsFiles { cert: file("fullchain.pem"), key: file("privkey.pem") }))
        }
        (Some(cert), Some(key)) => {
            Ok(Some(TlsFiles { cert: PathBuf::from(&cert.text), key: PathBuf::from(&key.text) }))
        }
        (Some(one), None) => {
            let what = format!("{} names a certificate, but nothing names its key", one.from);
            Err(ConfigError::new(what, "set IMERA_TLS_KEY too, or name a folder with fullchain.pem and privkey.pem"))
        }
        (None, Some(one)) => {
            let what = format!("{} names a key, but nothing names its certificate", one.from);
            Err(ConfigError::new(what, "set IMERA_TLS_CERT too"))
        }
    }
}

fn resolver(given: &All) -> Result<Option<SocketAddr>, ConfigError> {
    let Some(given) = given.get("resolver") else { return Ok(None) };
    match given.text.trim().parse() {
        Ok(address) => Ok(Some(address)),
        Err(_) => Err(given.error("IP:PORT", "write for example 127.0.0.1:53 or [::1]:53")),
    }
}

fn acme_directory(given: &All) -> Result<Option<String>, ConfigError> {
    let Some(given) = given.get("acme_directory") else { return Ok(None) };
    match given.text.starts_with("https://") || given.text.starts_with("http://127.0.0.1") {
        true => Ok(Some(given.text.trim().to_owned())),
        false => Err(given.error("an https:// address", "copy the authority's directory address")),
    }
}

fn log_format(given: &All) -> Result<LogFormat, ConfigError> {
    match given.get("log_format").map(|given| (given, given.text.trim())) {
        None | Some((_, "text")) => Ok(LogFormat::Text),
        Some((_, "json")) => Ok(LogFormat::Json),
        Some((given, _)) => Err(given.error("text or json", "choose one of the two")),
    }
}
