//! Restore: a backup becomes the data folder's content. Cut off at any moment, the folder holds the
//! old server or the new one, whole.
//!
//! [`prepare`] unpacks into `restore/new`, proves, migrates (see [`judge`]); today's data is not touched. [`commit`]
//! writes the order to switch, `restore/switch.json`: from then on it is the new server. [`settle`]
//! carries the order out by renames, each of which can be repeated; whoever locks the folder calls
//! it first. Without an order it removes what was prepared. What was there goes to `aside-DATE`.

use std::fs::File;
use std::io;
use std::io::Write as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::path::PathBuf;

use serde::Deserialize;
use serde::Serialize;

use super::Manifest;
use super::Passphrase;
use super::Step;
use super::TransferError;
use super::arrival::UPLOAD;
use super::aside;
use super::head::Head;
use super::judge;
use super::manifest::FILES;
use super::unpack::Wanted;
use super::work;
use super::work::Paced;
use super::work::SCRATCH;
use super::work::Tell;
use crate::clock::Clock;
use crate::clock::UtcMicros;
use crate::store::FILE;

/// The folder of a restore that goes on, in the data folder. Hidden, as all that may be removed unasked is.
pub const RESTORED: &str = ".imera-restore";
const NEW: &str = "new";
const ORDER: &str = "switch.json";
/// What belongs to a database beside its file.
const BESIDE: [&str; 2] = ["imera.sqlite-wal", "imera.sqlite-shm"];

/// A backup that is unpacked beside today's data, proved and ready to take its place.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub head: Head,
    pub manifest: Manifest,
}

/// The order to switch.
#[derive(Debug, Serialize, Deserialize)]
struct Order {
    /// The folder for what was there, in the data folder.
    aside: String,
    /// Whether uploaded files come with it.
    files: bool,
    /// What was there goes away at the end: it was never set up.
    discard: bool,
}

/// Verifies a backup and unpacks it into the data folder's `restore`. Nothing of today is touched;
/// what an earlier call has left there is replaced. The folder must be ours (locked).
pub async fn prepare(
    data: &Path,
    file: &Path,
    passphrase: Option<Passphrase>,
    clock: &Clock,
    step: Step<'_>,
) -> Result<Prepared, TransferError> {
    let prepared = {
        let (data, file) = (data.to_owned(), file.to_owned());
        work::run(step, move |tell| unpack_aside(&data, &file, passphrase.as_ref(), tell)).await
    };
    let brought = match prepared {
        Ok(prepared) => make_ready(data, file, &prepared, clock).await.map(|()| prepared),
        Err(error) => Err(error),
    };
    if brought.is_err() {
        let _ = std::fs::remove_dir_all(data.join(RESTORED));
    }
    brought
}

fn unpack_aside(
    data: &Path,
    file: &Path,
    passphrase: Option<&Passphrase>,
    tell: &Tell,
) -> Result<Prepared, TransferError> {
    check_in_place(data)?;
    let restore = data.join(RESTORED);
    remove(&restore)?;
    let new = restore.join(NEW);
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&new);
    made.map_err(TransferError::io(&new))?;
    let (head, manifest) = judge::unpack(file, passphrase, (&new, data), Wanted::All, tell)?;
    Ok(Prepared { head, manifest })
}

/// Err: something of today's data is a disk of its own, which no rename can put aside.
fn check_in_place(data: &Path) -> Result<(), TransferError> {
    use rustix::fs::AtFlags;
    use rustix::fs::StatxAttributes;
    use rustix::fs::StatxFlags;
    for name in [FILES, FILE] {
        let path = data.join(name);
        let found = rustix::fs::statx(rustix::fs::CWD, &path, AtFlags::SYMLINK_NOFOLLOW, StatxFlags::BASIC_STATS);
        // Older kernels do not say; what is not there is in nobody's way.
        if found.is_ok_and(|found| found.stx_attributes.contains(StatxAttributes::MOUNT_ROOT)) {
            return Err(TransferError::Mounted(path));
        }
    }
    Ok(())
}

/// Makes the copy today's, and all of it durable.
async fn make_ready(data: &Path, file: &Path, prepared: &Prepared, clock: &Clock) -> Result<(), TransferError> {
    let new = data.join(RESTORED).join(NEW);
    judge::make_ready(&new, file, &prepared.head, judge::of_machine(data), clock).await?;
    for entry in std::fs::read_dir(&new).map_err(TransferError::io(&new))? {
        let name = entry.map_err(TransferError::io(&new))?.file_name();
        if name != FILE && name != FILES {
            let path = new.join(name);
            std::fs::remove_file(&path).map_err(TransferError::io(&path))?;
        }
    }
    let path = new.join(FILE);
    let synced = File::open(&path).and_then(|file| file.sync_all());
    synced.map_err(TransferError::io(&path))?;
    sync_tree(&new)?;
    work::sync_folder(&data.join(RESTORED))?;
    work::sync_folder(data)
}

/// Makes the names of all folders below durable. Their files are already.
fn sync_tree(root: &Path) -> Result<(), TransferError> {
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(TransferError::io(&folder))? {
            let entry = entry.map_err(TransferError::io(&folder))?;
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(entry.path());
            }
        }
        work::sync_folder(&folder)?;
    }
    Ok(())
}

/// Decides for what [`prepare`] made: the next [`settle`], however often it is cut off, makes it
/// today's data. Gives the folder for what was there; with `discard` that is removed at the end.
pub fn commit(data: &Path, now: UtcMicros, discard: bool) -> Result<PathBuf, TransferError> {
    check_in_place(data)?;
    let restore = data.join(RESTORED);
    let new = restore.join(NEW);
    let missing = || TransferError::io(&new)(io::ErrorKind::NotFound.into());
    if !new.join(FILE).is_file() {
        return Err(missing());
    }
    let name = aside::name(now);
    let names = [name.clone()].into_iter().chain((2..1_000).map(|number| format!("{name}-{number}")));
    let aside = names.into_iter().find(|name| !data.join(name).exists()).ok_or_else(missing)?;
    let order = Order { aside: aside.clone(), files: new.join(FILES).is_dir(), discard };
    let part = restore.join("switch.part");
    remove(&part)?;
    let written = || -> io::Result<()> {
        let mut file = Paced::create(&part)?;
        file.write_all(&serde_json::to_vec(&order)?)?;
        file.finish().map(drop)
    };
    written().map_err(TransferError::io(&part))?;
    std::fs::rename(&part, restore.join(ORDER)).map_err(TransferError::io(&restore))?;
    work::sync_folder(&restore)?;
    Ok(data.join(aside))
}

/// Gives up what [`prepare`] made. Not after [`commit`].
pub fn forget(data: &Path) {
    if let Err(error) = remove(&data.join(RESTORED)) {
        tracing::warn!("what a restore has left stays: {error}");
    }
}

/// Finishes a restore that was decided for, else removes what one or a backup has left. Before
/// anything of the folder is opened. Some: the folder where yesterday's data lies now.
pub fn settle(data: &Path) -> Result<Option<PathBuf>, TransferError> {
    let restore = data.join(RESTORED);
    let path = restore.join(ORDER);
    let aside = match std::fs::read(&path) {
        Ok(text) => {
            let order: Order =
                serde_json::from_slice(&text).map_err(|error| TransferError::io(&path)(io::Error::other(error)))?;
            let aside = data.join(&order.aside);
            switch(data, &restore.join(NEW), &aside, order.files)?;
            if order.discard {
                remove(&aside)?;
            }
            remove(&path)?;
            work::sync_folder(&restore)?;
            Some(aside)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(TransferError::io(&path)(error)),
    };
    remove(&restore)?;
    remove(&data.join(UPLOAD))?;
    remove_scratch(data);
    Ok(aside.filter(|aside| aside.is_dir()))
}

/// Every rename is done once: it is skipped where it was done before. The database comes last.
fn switch(data: &Path, new: &Path, aside: &Path, files: bool) -> Result<(), TransferError> {
    if !new.join(FILE).exists() {
        return Ok(());
    }
    let older = std::fs::read_dir(data).map_err(TransferError::io(data))?;
    for entry in older {
        let name = entry.map_err(TransferError::io(data))?.file_name();
        let text = name.to_string_lossy();
        if BESIDE.contains(&&*text) || (text.starts_with("imera-schema-") && text.ends_with(".sqlite")) {
            put_aside(data, aside, &text)?;
        }
    }
    // The new files are there already if they have left their place.
    if !files || new.join(FILES).exists() {
        put_aside(data, aside, FILES)?;
    }
    if files {
        bring(data, new, FILES)?;
    }
    put_aside(data, aside, FILE)?;
    bring(data, new, FILE)
}

fn put_aside(data: &Path, aside: &Path, name: &str) -> Result<(), TransferError> {
    let from = data.join(name);
    if !from.exists() {
        return Ok(());
    }
    if !aside.is_dir() {
        std::fs::DirBuilder::new().mode(0o700).create(aside).map_err(TransferError::io(aside))?;
        work::sync_folder(data)?;
    }
    std::fs::rename(&from, aside.join(name)).map_err(TransferError::io(&from))?;
    work::sync_folder(aside)?;
    work::sync_folder(data)
}

fn bring(data: &Path, new: &Path, name: &str) -> Result<(), TransferError> {
    let from = new.join(name);
    if !from.exists() {
        return Ok(());
    }
    std::fs::rename(&from, data.join(name)).map_err(TransferError::io(&from))?;
    work::sync_folder(data)?;
    work::sync_folder(new)
}

/// A file or folder with all in it, if it is there.
pub(super) fn remove(path: &Path) -> Result<(), TransferError> {
    let removed = match std::fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => std::fs::remove_dir_all(path),
        Ok(_) => std::fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(TransferError::io(path)(error)),
        _ => Ok(()),
    }
}

/// What backups that were cut off have left.
fn remove_scratch(data: &Path) {
    let names = |folder: &Path, ours: &dyn Fn(&str) -> bool| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.filter(|entry| ours(&entry.file_name().to_string_lossy())).map(|entry| entry.path()).collect()
    };
    let scratch = names(data, &|name| name.starts_with(SCRATCH));
    let parts = names(&data.join(super::FOLDER), &|name| name.starts_with(".imera-") && name.ends_with(".part"));
    for path in scratch.into_iter().chain(parts) {
        if let Err(error) = remove(&path) {
            tracing::warn!("what a backup has left stays: {error}");
        }
    }
}
