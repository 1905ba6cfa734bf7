//! A backup's file on its way in, from a browser: into the data folder's `upload`, never more than there is room for.
//!
//! Its name is ours, whatever it was called. State: that file, removed with whoever holds it; what a crash has left
//! there goes by [`super::settle`].

use std::fs::File;
use std::io;
use std::io::Write as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::path::PathBuf;

use super::TransferError;
use super::work::Paced;
use crate::clock;
use crate::limits;

/// The folder of arriving files in the data folder.
pub(super) const UPLOAD: &str = ".imera-upload";

/// A file that arrives.
pub struct Arrival {
    to: Paced,
    file: Arrived,
    size: u64,
    most: u64,
}

/// A file that has arrived whole. Gone when this is.
#[derive(Debug)]
pub struct Arrived(PathBuf);

/// Bytes a file may have that arrives now: the free disk, but for what the server and the unpacking need at least.
pub fn room(data: &Path) -> u64 {
    let Ok(disk) = rustix::fs::statvfs(data) else { return 0 };
    disk.f_bavail.saturating_mul(disk.f_frsize.max(1)).saturating_sub(limits::UPLOAD_SPARED_BYTES)
}

impl Arrival {
    pub fn begin(data: &Path) -> Result<Arrival, TransferError> {
        let folder = data.join(UPLOAD);
        match std::fs::DirBuilder::new().mode(0o700).create(&folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(TransferError::io(&folder)(error));
            }
            _ => {}
        }
        let path = folder.join(format!("{}.backup", clock::short_token()));
        let to = Paced::create(&path).map_err(TransferError::io(&path))?;
        Ok(Arrival { to, file: Arrived(path), size: 0, most: room(data) })
    }

    /// Err(DoesNotFit): it is longer than there was room for when it began.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), TransferError> {
        self.size = self.size.saturating_add(bytes.len() as u64);
        if self.size > self.most {
            let folder = self.file.0.parent().unwrap_or(&self.file.0).to_owned();
            return Err(TransferError::DoesNotFit { folder, needs: self.size, free: self.most });
        }
        self.to.write_all(bytes).map_err(TransferError::io(&self.file.0))
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    /// All of it is durable then.
    pub fn finish(self) -> Result<Arrived, TransferError> {
        let Arrival { to, file, .. } = self;
        let synced: io::Result<File> = to.finish();
        synced.map_err(TransferError::io(&file.0))?;
        Ok(file)
    }
}

impl Arrived {
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Arrived {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(data: &Path) -> usize {
        std::fs::read_dir(data.join(UPLOAD)).map_or(0, Iterator::count)
    }

    #[test]
    fn a_file_that_is_given_up_is_gone_at_once_or_after_a_crash() {
        let data = tempfile::tempdir().unwrap();
        let mut first = Arrival::begin(data.path()).unwrap();
        let second = Arrival::begin(data.path()).unwrap();
        first.write(b"something").unwrap();
        assert_eq!((files(data.path()), first.size()), (2, 9));
        drop(second);
        let whole = first.finish().unwrap();
        assert_eq!(std::fs::read(whole.path()).unwrap(), b"something");
        assert_eq!(files(data.path()), 1);
        std::mem::forget(whole);
        super::super::settle(data.path()).unwrap();
        assert!(!data.path().join(UPLOAD).exists());
    }

    #[test]
    fn what_is_longer_than_the_room_is_refused() {
        let data = tempfile::tempdir().unwrap();
        let mut arrival = Arrival { most: 10, ..Arrival::begin(data.path()).unwrap() };
        arrival.write(b"ten  signs").unwrap();
        assert!(matches!(arrival.write(b"!"), Err(TransferError::DoesNotFit { needs: 11, free: 10, .. })));
    }
}
