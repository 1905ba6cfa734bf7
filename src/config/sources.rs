//! Where options come from: flags and environment, gathered before anything is checked.
//!
//! State: none; a test makes its own [`Sources`].

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::ConfigError;
use super::INSTALLED_DATA;
use super::absolute;

/// What the command line and the environment say.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// `--data`.
    pub data: Option<PathBuf>,
    /// `--test-profile`.
    pub test_profile: bool,
    /// `--plain-tcp`.
    pub plain_tcp: bool,
    /// All of `IMERA_*`.
    pub environment: BTreeMap<String, String>,
    /// The service manager passed sockets.
    pub inherited_sockets: bool,
    /// The program lies in /usr, as packages put it.
    pub packaged: bool,
}

impl Sources {
    /// Those of this process, with the flags that `serve` was given.
    pub fn of_process(data: Option<PathBuf>) -> Result<Sources, ConfigError> {
        let mut environment = BTreeMap::new();
        for (name, value) in std::env::vars_os() {
            let Some(name) = name.to_str().filter(|name| name.starts_with("IMERA_")) else { continue };
            let Some(value) = value.to_str() else {
                return Err(ConfigError::new(format!("{name} is not valid UTF-8"), "set it to plain text"));
            };
            environment.insert(name.to_owned(), value.to_owned());
        }
        Ok(Sources {
            data,
            environment,
            inherited_sockets: std::env::var_os("LISTEN_FDS").is_some(),
            packaged: std::env::current_exe().is_ok_and(|exe| exe.starts_with("/usr/")),
            ..Sources::default()
        })
    }

    /// `--data`, else `IMERA_DATA`, else ./imera-data, or [`INSTALLED_DATA`] for a packaged program.
    pub fn data_folder(&self) -> Result<PathBuf, ConfigError> {
        let asked = self.data.clone().or_else(|| self.environment.get("IMERA_DATA").map(PathBuf::from));
        let folder = match asked {
            Some(folder) if folder.as_os_str().is_empty() => {
                return Err(ConfigError::new("the data folder's name is empty", "give --data or IMERA_DATA a folder"));
            }
            Some(folder) => folder,
            None if self.packaged => PathBuf::from(INSTALLED_DATA),
            None => PathBuf::from("imera-data"),
        };
        Ok(absolute(&folder))
    }
}
