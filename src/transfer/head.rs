//! A backup's file: a clear head of text lines, then the payload.
//!
//! The payload is a tar, compressed by zstd; locked, that is the content of an age file. The head
//! tells what anybody may know and how the file opens without imera. In an open file it is a
//! skippable frame of zstd (RFC 8878 §3.1.2), so that `tar --zstd -xf` takes the whole file; of a
//! locked one it is cut off by its number of lines. `sha256` is over the head with zeros in the
//! places of `size` and `sha256`, and all that follows. Keeps no state.

use std::fs::File;
use std::io;
use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;
use std::io::Write;
use std::path::Path;

use aws_lc_rs::digest;
use jiff::Timestamp;

use super::TransferError;
use super::lock::Lock;
use super::work::Paced;
use super::work::Stage;
use super::work::Tell;
use super::work::hex;
use crate::clock::UtcMicros;
use crate::limits;

/// This version's format.
pub const FORMAT: u32 = 1;
const NAME: &str = "imera backup ";
/// The least significant of zstd's 16 numbers for skippable frames.
const SKIPPABLE: [u8; 4] = [0x50, 0x2a, 0x4d, 0x18];

/// What anybody sees of a backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub made_at: UtcMicros,
    /// Of the whole file.
    pub size: u64,
    pub sha256: String,
    pub lock: Option<Lock>,
}

const NO_SUM: &str = "0000000000000000000000000000000000000000000000000000000000000000";

impl Head {
    fn to_text(&self) -> String {
        let made = Timestamp::from_microsecond(self.made_at).unwrap_or_default();
        let made = made.strftime("%Y-%m-%dT%H:%M:%SZ");
        let (lock, open) = match &self.lock {
            None => ("lock none".to_owned(), "open imera restore FILE, or: tar --zstd -xf FILE"),
            Some(lock) => (
                format!("lock {}\nkey {}", lock.parameters(), lock.recipient.to_text()),
                "open imera restore FILE, or: imera backup key FILE > KEY; \
                 tail -n +9 FILE | age -d -i KEY | tar --zstd -x",
            ),
        };
        format!("{NAME}{FORMAT}\nmade {made}\nsize {:020}\nsha256 {}\n{lock}\n{open}\n\n", self.size, self.sha256)
    }

    fn to_bytes(&self) -> Vec<u8> {
        let text = self.to_text();
        let frame = match self.lock {
            None => [SKIPPABLE, (text.len() as u32).to_le_bytes()].concat(),
            Some(_) => Vec::new(),
        };
        [frame, text.into_bytes()].concat()
    }

    /// Strict: what we would not have written just so is none of ours.
    fn parse(bytes: &[u8], path: &Path) -> Result<Head, TransferError> {
        let text = std::str::from_utf8(bytes).map_err(|_| TransferError::NotOurs(path.to_owned()))?;
        let mut lines = text.lines();
        let format = lines.next().and_then(|line| line.strip_prefix(NAME));
        let format: u32 =
            format.and_then(|number| number.parse().ok()).ok_or_else(|| TransferError::NotOurs(path.to_owned()))?;
        if format > FORMAT {
            let made_by = format!("format {format}, this one knows {FORMAT}");
            return Err(TransferError::Newer { path: path.to_owned(), made_by });
        }
        let damaged = || TransferError::damaged(path, "its head is not whole");
        let mut field = |name: &str| {
            let line = lines.next()?;
            line.strip_prefix(name)?.strip_prefix(' ').map(str::to_owned)
        };
        let mut read = || {
            let made: Timestamp = field("made")?.parse().ok()?;
            let size = field("size")?.parse().ok()?;
            let sha256 = field("sha256")?;
            let parameters = field("lock")?;
            let lock = match parameters.as_str() {
                "none" => None,
                parameters => Some(Lock::parse(parameters, &field("key")?)?),
            };
            Some(Head { made_at: made.as_microsecond(), size, sha256, lock })
        };
        let head = read().ok_or_else(damaged)?;
        match head.to_bytes().ends_with(bytes) && head.sha256.len() == NO_SUM.len() {
            true => Ok(head),
            false => Err(damaged()),
        }
    }
}

/// Opens a file for reading: its head, and the file where the payload begins.
pub fn open(path: &Path) -> Result<(Head, File), TransferError> {
    // Opening a pipe would wait for its other end.
    let found = std::fs::metadata(path).map_err(TransferError::io(path))?;
    if !found.is_file() {
        return Err(TransferError::NotOurs(path.to_owned()));
    }
    let mut file = File::open(path).map_err(TransferError::io(path))?;
    let mut start = Vec::new();
    let read = Read::by_ref(&mut file).take(limits::BACKUP_HEAD_MAX_BYTES).read_to_end(&mut start);
    read.map_err(TransferError::io(path))?;
    let frame = if start.starts_with(&SKIPPABLE) { SKIPPABLE.len() + 4 } else { 0 };
    let text = start.get(frame..).unwrap_or_default();
    if !text.starts_with(NAME.as_bytes()) {
        let begun = !text.is_empty() && NAME.as_bytes().starts_with(text);
        return Err(match begun {
            true => TransferError::damaged(path, "it ends within its head"),
            false => TransferError::NotOurs(path.to_owned()),
        });
    }
    let end = text.windows(2).position(|two| two == b"\n\n").map(|at| at + 2);
    // A newer head may be longer; its first line tells.
    let head = Head::parse(&text[..end.unwrap_or(text.len())], path)?;
    let bytes = head.to_bytes();
    if !start.starts_with(&bytes) {
        return Err(TransferError::damaged(path, "its head is not whole"));
    }
    if found.len() < head.size {
        return Err(TransferError::CutShort { path: path.to_owned(), has: found.len(), of: head.size });
    }
    if found.len() > head.size {
        return Err(TransferError::damaged(path, "something was added to it"));
    }
    file.seek(SeekFrom::Start(bytes.len() as u64)).map_err(TransferError::io(path))?;
    Ok((head, file))
}

/// Reads the whole file and compares its sum; the payload begins where it began.
pub(super) fn check_sum(head: &Head, file: &mut File, path: &Path, tell: &Tell) -> Result<(), TransferError> {
    let begin = file.stream_position().map_err(TransferError::io(path))?;
    let mut sum = digest::Context::new(&digest::SHA256);
    sum.update(&Head { size: 0, sha256: NO_SUM.to_owned(), ..head.clone() }.to_bytes());
    let mut buffer = vec![0; limits::TRANSFER_BUFFER_BYTES];
    let mut done = begin;
    loop {
        match file.read(&mut buffer).map_err(TransferError::io(path))? {
            0 => break,
            read => {
                sum.update(&buffer[..read]);
                done += read as u64;
                tell.step(Stage::Sums, done, head.size);
            }
        }
    }
    if hex(sum.finish().as_ref()) != head.sha256 {
        return Err(TransferError::damaged(path, "its sum differs"));
    }
    file.seek(SeekFrom::Start(begin)).map_err(TransferError::io(path))?;
    Ok(())
}

/// A backup that is being written.
pub(super) struct Writing {
    to: Paced,
    head: Head,
    sum: digest::Context,
    written: u64,
}

impl Writing {
    /// A new file. `made_at` is cut to seconds.
    pub fn create(path: &Path, made_at: UtcMicros, lock: Option<Lock>) -> io::Result<Writing> {
        let made_at = made_at.div_euclid(1_000_000) * 1_000_000;
        let head = Head { made_at, size: 0, sha256: NO_SUM.to_owned(), lock };
        let mut writing =
            Writing { to: Paced::create(path)?, head, sum: digest::Context::new(&digest::SHA256), written: 0 };
        let bytes = writing.head.to_bytes();
        writing.write_all(&bytes)?;
        Ok(writing)
    }

    /// Completes the head; all of it is durable then.
    pub fn finish(self) -> io::Result<Head> {
        let Writing { to, mut head, sum, written } = self;
        (head.size, head.sha256) = (written, hex(sum.finish().as_ref()));
        let mut file = to.finish()?;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&head.to_bytes())?;
        file.sync_all()?;
        Ok(head)
    }
}

impl Write for Writing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.sum.update(&bytes[..written]);
        self.written += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
