//! Unpacking, and the doubt that goes with it: each member is the one that the sums name next, goes
//! where it belongs, has the length and the sum it should have, and nothing else is there.
//!
//! The tar is read without its extensions (long names, links, sparse files): ours has none, and a
//! stranger's get no memory. Keeps no state.

use std::fs::File;
use std::io;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use aws_lc_rs::digest;
use zeroize::Zeroizing;

use super::TransferError;
use super::age::OpenError;
use super::age::Opened;
use super::head;
use super::head::FORMAT;
use super::head::Head;
use super::manifest;
use super::manifest::Manifest;
use super::manifest::SUMS;
use super::work::Paced;
use super::work::Stage;
use super::work::Tell;
use super::work::hex;
use crate::limits;

/// What is written to the disk; everything is read and summed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The database alone: to be opened and counted.
    Database,
    /// The database, and of files their names: what cannot lie beside each other is found.
    Names,
    All,
}

pub type Passphrase = Zeroizing<String>;

/// Opens a backup, compares its sums and unpacks it into the empty folder `to`. `fits` sees the
/// manifest before anything is written.
pub fn unpack_file(
    path: &Path,
    passphrase: Option<&Passphrase>,
    to: &Path,
    what: Wanted,
    fits: &dyn Fn(&Manifest) -> Result<(), TransferError>,
    tell: &Tell,
) -> Result<(Head, Manifest), TransferError> {
    let (head, mut file) = head::open(path)?;
    // First: a flipped bit in the salt shall not look like a wrong passphrase.
    head::check_sum(&head, &mut file, path, tell)?;
    let identity = match (&head.lock, passphrase) {
        (None, _) => None,
        (Some(_), None) => return Err(TransferError::PassphraseMissing(path.to_owned())),
        (Some(lock), Some(passphrase)) => {
            let opened = lock.open(passphrase)?;
            Some(opened.ok_or_else(|| TransferError::WrongPassphrase(path.to_owned()))?)
        }
    };
    let file = BufReader::with_capacity(limits::TRANSFER_BUFFER_BYTES, file);
    let manifest = match identity {
        None => unpack(file, path, to, what, fits, tell)?,
        Some(identity) => {
            let opened = Opened::new(&identity, file).map_err(|error| match error {
                OpenError::WrongKey => TransferError::WrongPassphrase(path.to_owned()),
                other => TransferError::damaged(path, other),
            })?;
            unpack(BufReader::with_capacity(limits::TRANSFER_BUFFER_BYTES, opened), path, to, what, fits, tell)?
        }
    };
    Ok((head, manifest))
}

/// The payload alone: the compressed tar. `path`: its name in errors.
pub fn unpack(
    payload: impl BufRead,
    path: &Path,
    to: &Path,
    what: Wanted,
    fits: &dyn Fn(&Manifest) -> Result<(), TransferError>,
    tell: &Tell,
) -> Result<Manifest, TransferError> {
    let torn = |error: io::Error| TransferError::damaged(path, error);
    let mut zstd = zstd::Decoder::with_buffer(payload).map_err(torn)?.single_frame();
    zstd.window_log_max(limits::BACKUP_ZSTD_WINDOW_LOG_MAX).map_err(torn)?;
    let mut tar = tar::Archive::new(zstd);
    let mut members = tar.entries().map_err(torn)?.raw(true);
    let mut next = |name: &str| match members.next() {
        Some(Ok(member)) => expect(member, name, path),
        Some(Err(error)) => Err(torn(error)),
        None => Err(TransferError::damaged(path, format!("{name} is missing"))),
    };
    let manifest = read_manifest(next(manifest::NAME)?, path)?;
    fits(&manifest)?;
    let mut sums = next(SUMS)?;
    if sums.size() != manifest.sums_bytes || manifest.sums_bytes > limits::BACKUP_SUMS_MAX_BYTES {
        return Err(TransferError::damaged(path, "its list of sums has another length"));
    }
    let sums_path = to.join(SUMS);
    let kept = Paced::create(&sums_path).map_err(TransferError::io(&sums_path))?;
    if copy(&mut sums, Some(kept), path, &sums_path, &mut |_| {})? != manifest.sums_sha256 {
        return Err(TransferError::damaged(path, "the sum of its list of sums differs"));
    }
    let lines = Lines(BufReader::new(File::open(&sums_path).map_err(TransferError::io(&sums_path))?));
    let of = manifest.database_bytes.saturating_add(manifest.files_bytes);
    let (mut files, mut left, mut done) = (0, of, 0);
    for (number, line) in lines.enumerate() {
        let line = line.map_err(TransferError::io(&sums_path))?;
        let (sum, name) = line.split_once("  ").unwrap_or(("", ""));
        if !manifest::is_ours(name) || (name == crate::store::FILE) != (number == 0) {
            return Err(TransferError::damaged(path, "it holds what is none of ours"));
        }
        let mut member = next(name)?;
        let size = member.size();
        let wanted = if number == 0 { manifest.database_bytes } else { size };
        left = left
            .checked_sub(size)
            .filter(|_| size == wanted)
            .ok_or_else(|| TransferError::damaged(path, format!("{name} has another length than was told")))?;
        files += u64::from(number > 0);
        let place = to.join(name);
        if number > 0 && what == Wanted::Names {
            create(to, &place, path, &|place| File::create_new(place).map(drop))?;
        }
        let kept =
            (what == Wanted::All || number == 0).then(|| create(to, &place, path, &Paced::create)).transpose()?;
        let mut step = |read| {
            done += read;
            tell.step(Stage::Unpack, done, of);
        };
        if copy(&mut member, kept, path, &place, &mut step)? != sum {
            return Err(TransferError::damaged(path, format!("the sum of {name} differs")));
        }
    }
    if files != manifest.files || left != 0 || done < manifest.database_bytes {
        return Err(TransferError::damaged(path, "files are missing"));
    }
    match members.next() {
        None => check_end(tar.into_inner(), path)?,
        Some(_) => return Err(TransferError::damaged(path, "it holds more than its list names")),
    }
    std::fs::remove_file(&sums_path).map_err(TransferError::io(&sums_path))?;
    Ok(manifest)
}

/// Lines of at most `BACKUP_SUM_LINE_MAX_BYTES`; a longer one comes in pieces, none of which names a file of ours.
struct Lines<R>(R);

impl<R: BufRead> Iterator for Lines<R> {
    type Item = io::Result<String>;

    fn next(&mut self) -> Option<io::Result<String>> {
        let mut line = String::new();
        match self.0.by_ref().take(limits::BACKUP_SUM_LINE_MAX_BYTES).read_line(&mut line) {
            Ok(0) => None,
            Ok(_) => Some(Ok(line.trim_end_matches('\n').to_owned())),
            Err(error) => Some(Err(error)),
        }
    }
}

/// The member is a plain file of that name.
fn expect<'a, R: Read>(member: tar::Entry<'a, R>, name: &str, path: &Path) -> Result<tar::Entry<'a, R>, TransferError> {
    let plain = member.header().entry_type() == tar::EntryType::Regular;
    match plain && *member.path_bytes() == *name.as_bytes() {
        true => Ok(member),
        false if name == manifest::NAME => Err(TransferError::NotOurs(path.to_owned())),
        false => Err(TransferError::damaged(path, format!("{name} is not where it should be"))),
    }
}

fn read_manifest(member: impl Read, path: &Path) -> Result<Manifest, TransferError> {
    let mut text = Vec::new();
    let read = member.take(limits::BACKUP_MANIFEST_MAX_BYTES + 1).read_to_end(&mut text);
    let read = read.map_err(|error| TransferError::damaged(path, error))?;
    if read as u64 > limits::BACKUP_MANIFEST_MAX_BYTES {
        return Err(TransferError::damaged(path, "its manifest is too long"));
    }
    let value: serde_json::Value =
        serde_json::from_slice(&text).map_err(|_| TransferError::damaged(path, "its manifest cannot be read"))?;
    let made_by = value["imera"].as_str().unwrap_or("unknown").chars().take(40).collect::<String>();
    let newer = |newer: bool| match newer {
        true => Err(TransferError::Newer { path: path.to_owned(), made_by: made_by.clone() }),
        false => Ok(()),
    };
    newer(value["format"].as_u64().is_some_and(|format| format > u64::from(FORMAT)))?;
    newer(value["schema"].as_u64().is_some_and(|schema| schema > u64::from(crate::store::schema_version())))?;
    serde_json::from_value(value).map_err(|_| TransferError::damaged(path, "its manifest is not whole"))
}

/// A new file, with its folders. `path`: the backup, in errors.
fn create<T>(
    root: &Path,
    place: &Path,
    path: &Path,
    make: &dyn Fn(&Path) -> io::Result<T>,
) -> Result<T, TransferError> {
    let folder = place.parent().unwrap_or(root);
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.and_then(|()| make(place)).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory => {
            TransferError::damaged(path, "it holds the same name twice")
        }
        _ => TransferError::io(place)(error),
    })
}

/// Copies a member to its place, if it has one; gives its sum. The disk's errors are told apart
/// from the file's.
fn copy(
    member: &mut impl Read,
    mut to: Option<Paced>,
    path: &Path,
    place: &Path,
    step: &mut dyn FnMut(u64),
) -> Result<String, TransferError> {
    let mut sum = digest::Context::new(&digest::SHA256);
    let mut buffer = vec![0; limits::TRANSFER_BUFFER_BYTES];
    loop {
        let read = match member.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) => return Err(TransferError::damaged(path, error)),
        };
        sum.update(&buffer[..read]);
        if let Some(to) = &mut to {
            to.write_all(&buffer[..read]).map_err(TransferError::io(place))?;
        }
        step(read as u64);
    }
    if let Some(to) = to {
        to.finish().map_err(TransferError::io(place))?;
    }
    Ok(hex(sum.finish().as_ref()))
}

/// Behind the last member are only the tar's zeros, then the compressed frame's own sum, then nothing.
fn check_end<R: BufRead>(mut zstd: zstd::Decoder<'_, R>, path: &Path) -> Result<(), TransferError> {
    let torn = |error: io::Error| TransferError::damaged(path, error);
    let more = || TransferError::damaged(path, "something was added to it");
    let mut rest = Vec::new();
    zstd.by_ref().take(limits::BACKUP_MANIFEST_MAX_BYTES).read_to_end(&mut rest).map_err(torn)?;
    if rest.iter().any(|byte| *byte != 0) || rest.len() as u64 == limits::BACKUP_MANIFEST_MAX_BYTES {
        return Err(more());
    }
    let mut payload = zstd.finish();
    match payload.read(&mut [0]).map_err(torn)? {
        0 => Ok(()),
        _ => Err(more()),
    }
}
