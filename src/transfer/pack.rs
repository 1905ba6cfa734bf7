//! Packing: the snapshot and the uploaded files into one tar, compressed by zstd.
//!
//! State: a scratch folder with the snapshot, hard links to the files as they were, and the sums.

use std::fs::File;
use std::io;
use std::io::BufRead;
use std::io::BufReader;
use std::io::BufWriter;
use std::io::Read;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use aws_lc_rs::digest;

use super::TransferError;
use super::manifest;
use super::manifest::FILES;
use super::manifest::SUMS;
use super::work::Stage;
use super::work::Tell;
use super::work::hex;
use crate::limits;

/// What was found to pack.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    pub database_bytes: u64,
    pub files: u64,
    pub files_bytes: u64,
    pub sums_bytes: u64,
    pub sums_sha256: String,
}

/// Links every file of `data/files` into the scratch folder: what is deleted meanwhile stays there. Files of another
/// disk are copied.
pub fn link_files(data: &Path, scratch: &Path) -> Result<(), TransferError> {
    let from = data.join(FILES);
    if !from.is_dir() {
        return Ok(());
    }
    walk(&from, &mut |path, below| {
        let to = scratch.join(FILES).join(below);
        let folder = to.parent().unwrap_or(scratch);
        std::fs::create_dir_all(folder).map_err(TransferError::io(folder))?;
        let taken = match std::fs::hard_link(path, &to) {
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => std::fs::copy(path, &to).map(drop),
            linked => linked,
        };
        match taken {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            taken => taken.map_err(TransferError::io(path)),
        }
    })
}

/// Bytes of all uploaded files.
pub fn files_bytes(data: &Path) -> Result<u64, TransferError> {
    let from = data.join(FILES);
    let mut bytes = 0;
    if from.is_dir() {
        walk(&from, &mut |path, _| {
            bytes += path.metadata().map_or(0, |file| file.len());
            Ok(())
        })?;
    }
    Ok(bytes)
}

/// Every plain file below a folder, with its path from there. Links and the like are passed over:
/// uploads are none.
fn walk(root: &Path, each: &mut dyn FnMut(&Path, &Path) -> Result<(), TransferError>) -> Result<(), TransferError> {
    let mut folders = vec![PathBuf::new()];
    while let Some(below) = folders.pop() {
        let folder = root.join(&below);
        for entry in std::fs::read_dir(&folder).map_err(TransferError::io(&folder))? {
            let entry = entry.map_err(TransferError::io(&folder))?;
            let kind = entry.file_type().map_err(TransferError::io(&folder))?;
            let below = below.join(entry.file_name());
            if kind.is_dir() && below.components().count() < limits::BACKUP_FILE_DEPTH_MAX {
                folders.push(below);
            } else if kind.is_file() {
                each(&entry.path(), &below)?;
            }
        }
    }
    Ok(())
}

/// Writes the sums of the snapshot and the linked files. `of`: bytes, for the progress.
pub fn sum(scratch: &Path, tell: &Tell, of: u64) -> Result<Found, TransferError> {
    let path = scratch.join(SUMS);
    let mut sums = BufWriter::new(File::create_new(&path).map_err(TransferError::io(&path))?);
    let mut found = Found::default();
    let mut of_sums = digest::Context::new(&digest::SHA256);
    let mut done = 0;
    let mut line = |name: &str, found: &mut Found| -> Result<u64, TransferError> {
        let (sha256, bytes) = sum_of(&scratch.join(name))?;
        let line = format!("{sha256}  {name}\n");
        sums.write_all(line.as_bytes()).map_err(TransferError::io(&path))?;
        of_sums.update(line.as_bytes());
        found.sums_bytes += line.len() as u64;
        done += bytes;
        tell.step(Stage::Pack, done, 2 * of);
        Ok(bytes)
    };
    found.database_bytes = line(crate::store::FILE, &mut found)?;
    let files = scratch.join(FILES);
    if files.is_dir() {
        walk(&files, &mut |path, below| {
            let name = below.to_str().map(|below| format!("{FILES}/{below}"));
            let name = name.filter(|name| manifest::is_ours(name)).ok_or_else(|| {
                TransferError::io(path)(io::Error::new(io::ErrorKind::InvalidFilename, "no name for a backup"))
            })?;
            found.files_bytes += line(&name, &mut found)?;
            found.files += 1;
            Ok(())
        })?;
    }
    sums.flush().map_err(TransferError::io(&path))?;
    found.sums_sha256 = hex(of_sums.finish().as_ref());
    Ok(found)
}

fn sum_of(path: &Path) -> Result<(String, u64), TransferError> {
    let mut file = File::open(path).map_err(TransferError::io(path))?;
    let mut sum = digest::Context::new(&digest::SHA256);
    let mut buffer = vec![0; limits::TRANSFER_BUFFER_BYTES];
    let mut bytes = 0;
    loop {
        match file.read(&mut buffer).map_err(TransferError::io(path))? {
            0 => return Ok((hex(sum.finish().as_ref()), bytes)),
            read => {
                sum.update(&buffer[..read]);
                bytes += read as u64;
            }
        }
    }
}

/// Writes the tar into `to` and gives that back. `told`: its name in errors.
pub fn pack<W: Write>(scratch: &Path, manifest: &[u8], to: W, told: &Path, tell: &Tell) -> Result<W, TransferError> {
    let failed = TransferError::io;
    let mut zstd = zstd::Encoder::new(to, limits::BACKUP_ZSTD_LEVEL).map_err(failed(told))?;
    zstd.include_checksum(true).map_err(failed(told))?;
    let mut tar = tar::Builder::new(zstd);
    let made_at = manifest_time(manifest);
    append(&mut tar, manifest::NAME, manifest, manifest.len() as u64, made_at).map_err(failed(told))?;
    let sums_path = scratch.join(SUMS);
    let sums = || File::open(&sums_path).map_err(TransferError::io(&sums_path));
    let length = |file: &File, path: &Path| file.metadata().map(|file| file.len()).map_err(failed(path));
    let bytes = length(&sums()?, &sums_path)?;
    append(&mut tar, SUMS, sums()?, bytes, made_at).map_err(failed(told))?;
    for line in BufReader::new(sums()?).lines() {
        let line = line.map_err(TransferError::io(&sums_path))?;
        let (_, name) = line.split_once("  ").expect("we have written it just so");
        let path = scratch.join(name);
        let file = File::open(&path).map_err(TransferError::io(&path))?;
        let bytes = length(&file, &path)?;
        let told_bytes = Telling { file, tell, done: 0, of: bytes };
        append(&mut tar, name, told_bytes, bytes, made_at).map_err(failed(told))?;
    }
    let zstd = tar.into_inner().map_err(failed(told))?;
    zstd.finish().map_err(failed(told))
}

/// Seconds; the tar's members carry the date of the backup.
fn manifest_time(manifest: &[u8]) -> u64 {
    let manifest: Option<manifest::Manifest> = serde_json::from_slice(manifest).ok();
    let at = manifest.and_then(|manifest| manifest.made_at.parse::<jiff::Timestamp>().ok());
    at.map_or(0, |at| at.as_second().max(0) as u64)
}

fn append<W: Write>(
    tar: &mut tar::Builder<W>,
    name: &str,
    from: impl Read,
    bytes: u64,
    made_at: u64,
) -> io::Result<()> {
    let mut header = tar::Header::new_ustar();
    header.set_path(name)?;
    header.set_size(bytes);
    header.set_mode(0o600);
    header.set_mtime(made_at);
    header.set_uid(0);
    header.set_gid(0);
    header.set_entry_type(tar::EntryType::Regular);
    header.set_cksum();
    let mut from = from.take(bytes);
    tar.append(&header, &mut from)?;
    match from.limit() {
        0 => Ok(()),
        _ => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "a file became shorter meanwhile")),
    }
}

struct Telling<'a> {
    file: File,
    tell: &'a Tell,
    done: u64,
    of: u64,
}

impl Read for Telling<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(into)?;
        self.done += read as u64;
        self.tell.step(Stage::Pack, self.of + self.done, 2 * self.of);
        Ok(read)
    }
}
