//! Long work beside the server: a thread that lets others go first, writes that the disk takes in
//! small portions, scratch folders.
//!
//! Keeps no state.

use std::fs::File;
use std::io;
use std::io::Seek;
use std::io::SeekFrom;
use std::io::Write;
use std::os::unix::fs::DirBuilderExt as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::path::PathBuf;

use tokio::sync::mpsc;

use super::TransferError;
use crate::clock;
use crate::limits;

/// The parts of a backup's or restore's work, as progress names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The database is copied.
    Snapshot,
    /// Files are summed up and packed.
    Pack,
    /// The file is locked.
    Lock,
    /// The file's own sum is compared.
    Sums,
    /// It is unpacked aside.
    Unpack,
    /// The unpacked database is checked, table by table.
    Integrity,
    /// It is copied to the second place.
    Second,
}

impl Stage {
    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Snapshot => "copying",
            Stage::Pack => "packing",
            Stage::Lock => "locking",
            Stage::Sums => "comparing sums",
            Stage::Unpack => "unpacking",
            Stage::Integrity => "opening",
            Stage::Second => "second place",
        }
    }
}

/// Who hears how far the work is: what, done, of how many.
pub type Step<'a> = &'a (dyn Fn(Stage, u64, u64) + Send + Sync);

/// The worker's end of it. A listener that is behind misses steps.
#[derive(Clone)]
pub(super) struct Tell(mpsc::Sender<(Stage, u64, u64)>);

impl Tell {
    pub fn step(&self, stage: Stage, done: u64, of: u64) {
        let _ = self.0.try_send((stage, done, of));
    }
}

/// Runs `job` on a thread of the lowest priority, to its end even if nobody waits for it any more.
pub(super) async fn run<T, F>(step: Step<'_>, job: F) -> Result<T, TransferError>
where
    T: Send + 'static,
    F: FnOnce(&Tell) -> Result<T, TransferError> + Send + 'static,
{
    let (tell, mut told) = mpsc::channel(16);
    let (answer, answered) = tokio::sync::oneshot::channel();
    let thread = std::thread::Builder::new().name("transfer".to_owned()).spawn(move || {
        // On Linux this is the thread's alone. Where it is refused the work is only less polite.
        let _ = rustix::process::setpriority_process(Some(rustix::thread::gettid()), 19);
        let _ = answer.send(job(&Tell(tell)));
    });
    thread.map_err(TransferError::io(Path::new("a thread")))?;
    while let Some((stage, done, of)) = told.recv().await {
        step(stage, done, of);
    }
    answered.await.unwrap_or(Err(TransferError::BrokeOff))
}

/// A new file for its owner alone, handed to the disk in portions: one big flush at the end would
/// let everybody's messages wait.
pub(super) struct Paced {
    file: File,
    unsynced: u64,
}

impl Paced {
    pub fn create(path: &Path) -> io::Result<Paced> {
        let file = File::options().read(true).write(true).create_new(true).mode(0o600).open(path)?;
        Ok(Paced { file, unsynced: 0 })
    }

    /// The file, all of it durable.
    pub fn finish(self) -> io::Result<File> {
        self.file.sync_all()?;
        Ok(self.file)
    }
}

impl Write for Paced {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.unsynced += written as u64;
        if self.unsynced >= limits::TRANSFER_SYNC_BYTES {
            self.file.sync_data()?;
            self.unsynced = 0;
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Paced {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// A folder that vanishes with this.
pub(super) struct Scratch(PathBuf);

/// What scratch folders begin with: what a crash left is found by it.
pub(super) const SCRATCH: &str = ".imera-scratch-";

impl Scratch {
    pub fn new(below: &Path) -> Result<Scratch, TransferError> {
        let path = below.join(format!("{SCRATCH}{}", clock::short_token()));
        std::fs::DirBuilder::new().mode(0o700).create(&path).map_err(TransferError::io(&path))?;
        Ok(Scratch(path))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Makes the names in a folder durable.
pub(super) fn sync_folder(folder: &Path) -> Result<(), TransferError> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(TransferError::io(folder))
}

/// Err: fewer than `needs` bytes and the server's own reserve are free there.
pub(super) fn check_space(folder: &Path, needs: u64) -> Result<(), TransferError> {
    let disk = rustix::fs::statvfs(folder).map_err(|error| TransferError::io(folder)(error.into()))?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize.max(1));
    let needs = needs.saturating_add(limits::STORE_RESERVE_BYTES);
    match free < needs {
        true => Err(TransferError::DoesNotFit { folder: folder.to_owned(), needs, free }),
        false => Ok(()),
    }
}

/// What a database's refusal comes to: without room SQLite fails in many words, and none of them is the file's fault.
pub(super) fn or_full(folder: &Path, refused: TransferError) -> TransferError {
    check_space(folder, 0).err().unwrap_or(refused)
}

/// `SHA-256` as text.
pub(super) fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
