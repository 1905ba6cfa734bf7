//! The data folder: made, closed to others, locked by one imera at a time (contract).
//!
//! State: `imera.lock` with the holder's pid, `ports.json` while the server runs.

use std::fs::File;
use std::fs::OpenOptions;
use std::io;
use std::io::Read;
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;

use rustix::fs::FlockOperation;
use serde::Serialize;

use crate::transfer;
use crate::transfer::TransferError;

/// The control socket's name in the folder.
pub const CONTROL: &str = "control.sock";
const LOCK: &str = "imera.lock";
const PORTS: &str = "ports.json";

/// The data folder, locked until this is dropped.
pub struct Folder {
    path: PathBuf,
    _lock: File,
}

/// Why the folder cannot be used. Shown as one line, the next step behind the colon.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    #[error("another imera (pid {pid}) runs on {}: stop it, or choose another folder with --data", path.display())]
    Held { pid: String, path: PathBuf },
    #[error("{} is not a folder: choose another one with --data", .0.display())]
    NotAFolder(PathBuf),
    #[error("there is no data folder {}: run imera serve or imera setup first, or name the right one with --data", .0.display())]
    Missing(PathBuf),
    #[error("{} can only be read: mount its disk for writing, or choose another folder with --data", .0.display())]
    ReadOnly(PathBuf),
    #[error("{} cannot be used ({reason}): let the user that runs imera own it, or choose another folder with --data", path.display())]
    Unusable { path: PathBuf, reason: io::Error },
    #[error("{0}")]
    Restore(#[from] TransferError),
}

/// Where each door listens: the object of `ports.json` and of the `ready` line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ports {
    pub pid: u32,
    pub c2s: Option<SocketAddr>,
    pub c2s_tls: Option<SocketAddr>,
    pub s2s: Option<SocketAddr>,
    pub s2s_tls: Option<SocketAddr>,
    pub http: Option<SocketAddr>,
    pub https: Option<SocketAddr>,
    pub component: Option<SocketAddr>,
}

impl Folder {
    /// Makes the folder where there is none (only with `create`), takes it away from other users of
    /// the machine, and locks it.
    pub fn lock(path: &Path, create: bool) -> Result<Folder, FolderError> {
        let unusable = |reason: io::Error| match reason.kind() {
            io::ErrorKind::ReadOnlyFilesystem => FolderError::ReadOnly(path.to_owned()),
            _ => FolderError::Unusable { path: path.to_owned(), reason },
        };
        // What is made in it is for its owner alone, too.
        rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
        match std::fs::metadata(path) {
            Ok(found) if !found.is_dir() => return Err(FolderError::NotAFolder(path.to_owned())),
            Ok(found) if found.permissions().mode() & 0o077 != 0 => {
                std::fs::set_permissions(path, PermissionsExt::from_mode(0o700)).map_err(unusable)?;
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound && create => {
                std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(unusable)?;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(FolderError::Missing(path.to_owned())),
            Err(error) => return Err(unusable(error)),
        }
        let mut lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path.join(LOCK))
            .map_err(unusable)?;
        if let Err(error) = rustix::fs::flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            if error != rustix::io::Errno::WOULDBLOCK {
                return Err(unusable(error.into()));
            }
            let mut pid = String::new();
            let _ = Read::by_ref(&mut lock).take(32).read_to_string(&mut pid);
            let pid = if pid.trim().is_empty() { "unknown".to_owned() } else { pid.trim().to_owned() };
            return Err(FolderError::Held { pid, path: path.to_owned() });
        }
        // The number is for people. A full disk must not keep a server from starting.
        let _ = lock.set_len(0).and_then(|()| lock.write_all(format!("{}\n", std::process::id()).as_bytes()));
        let folder = Folder { path: path.to_owned(), _lock: lock };
        folder.forget_run();
        folder.settle()?;
        Ok(folder)
    }

    /// Finishes or undoes a restore that was cut off. Nothing of the folder may be open.
    pub fn settle(&self) -> Result<(), TransferError> {
        if let Some(aside) = transfer::settle(&self.path)? {
            tracing::info!(aside = %aside.display(), "a backup was restored; what was there before is put aside");
        }
        Ok(())
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes `ports.json` whole or not at all.
    pub fn tell_ports(&self, ports: &Ports) -> io::Result<()> {
        let new = self.path.join("ports.json.new");
        std::fs::write(&new, to_line(ports) + "\n")?;
        std::fs::rename(new, self.path.join(PORTS))
    }

    /// Removes what is there only while a server runs, also what one that was killed has left.
    pub fn forget_run(&self) {
        for name in [PORTS, CONTROL] {
            let _ = std::fs::remove_file(self.path.join(name));
        }
    }
}

/// One line of JSON.
pub fn to_line(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("ports and counts are always JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contract_the_folder_is_for_its_owner_alone() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("new");
        let mode = || std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        drop(Folder::lock(&path, true).unwrap());
        assert_eq!(mode(), 0o700);
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
        drop(Folder::lock(&path, true).unwrap());
        assert_eq!(mode(), 0o700);
    }

    #[test]
    fn contract_a_second_one_is_told_the_first_ones_pid() {
        let path = tempfile::tempdir().unwrap();
        let first = Folder::lock(path.path(), true).unwrap();
        let told = Folder::lock(path.path(), true).err().unwrap().to_string();
        assert!(told.contains(&format!("(pid {})", std::process::id())), "{told}");
        drop(first);
        assert!(Folder::lock(path.path(), true).is_ok());
    }

    #[test]
    fn contract_ports_json_has_null_where_a_door_is_off() {
        let path = tempfile::tempdir().unwrap();
        let folder = Folder::lock(path.path(), true).unwrap();
        let c2s = Some("127.0.0.1:5222".parse().unwrap());
        folder.tell_ports(&Ports { pid: 7, c2s, ..Ports::default() }).unwrap();
        let told = std::fs::read_to_string(path.path().join(PORTS)).unwrap();
        let wanted = "{\"pid\":7,\"c2s\":\"127.0.0.1:5222\",\"c2s_tls\":null,\"s2s\":null,\"s2s_tls\":null,\
                      \"http\":null,\"https\":null,\"component\":null}\n";
        assert_eq!(told, wanted);
    }

    #[test]
    fn what_cannot_be_a_folder_is_told() {
        let path = tempfile::tempdir().unwrap();
        let file = path.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert!(matches!(Folder::lock(&file, true), Err(FolderError::NotAFolder(_))));
        assert!(matches!(Folder::lock(&path.path().join("none"), false), Err(FolderError::Missing(_))));
    }
}
