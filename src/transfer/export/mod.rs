//! Everybody's own data to take away: a zip with a page to read, every conversation as text, and the account as
//! XEP-0227 1.1.
//!
//! State: files in `exports/` of the data folder, for their owner alone, named by a hash of whose they are and when they
//! were made; in memory who waits for one. One is made at a time, page by page from the archive: however long that is,
//! memory holds a page of it and the list of conversations.

mod account;
mod index;
mod talk;

use std::collections::BTreeSet;
use std::fs::DirBuilder;
use std::io;
use std::io::Write as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use aws_lc_rs::digest;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use zip::CompressionMethod;
use zip::ZipWriter;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;

use super::TransferError;
use super::work;
use super::work::Paced;
use crate::accounts::Account;
use crate::accounts::Accounts;
use crate::archive::Page;
use crate::archive::PageError;
use crate::archive::Query;
use crate::clock::UtcMicros;
use crate::features::Parts;
use crate::limits;
use crate::store::AccountId;
use crate::store::StoreError;
use crate::texts::Book;
use crate::xmpp::jid::Jid;
use crate::xmpp::rsm;

const FOLDER: &str = "exports";
const KEEP_US: i64 = limits::EXPORT_KEEP_S as i64 * 1_000_000;

/// All that were made. Cheap to clone.
#[derive(Clone)]
pub struct Exports(Arc<Shared>);

struct Shared {
    folder: PathBuf,
    making: Mutex<BTreeSet<AccountId>>,
    turn: Semaphore,
}

/// How it stands with somebody's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    Nothing,
    /// It is being made, or waits for its turn.
    Making,
    Ready(Ready),
}

/// A finished file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ready {
    pub path: PathBuf,
    pub made_at: UtcMicros,
    pub bytes: u64,
}

impl Ready {
    /// It is deleted then.
    pub fn until(&self) -> UtcMicros {
        self.made_at + KEEP_US
    }
}

/// The right to make one. Given back when it is dropped.
pub struct Making {
    exports: Exports,
    account: AccountId,
}

impl Drop for Making {
    fn drop(&mut self) {
        self.exports.making().remove(&self.account);
    }
}

impl Exports {
    /// `data`: the data folder. Nothing is being made yet: what a kill has left unfinished is removed.
    pub fn new(data: &Path) -> Exports {
        let (folder, turn) = (data.join(FOLDER), Semaphore::new(1));
        for part in names(&folder).into_iter().filter(|name| !name.finished) {
            if let Err(error) = std::fs::remove_file(&part.path) {
                tracing::warn!(%error, "an unfinished export could not be removed");
            }
        }
        Exports(Arc::new(Shared { folder, making: Mutex::default(), turn }))
    }

    fn making(&self) -> MutexGuard<'_, BTreeSet<AccountId>> {
        self.0.making.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The newest one of an account.
    pub async fn standing(
        &self,
        accounts: &Accounts,
        account: AccountId,
        now: UtcMicros,
    ) -> Result<Standing, StoreError> {
        if self.making().contains(&account) {
            return Ok(Standing::Making);
        }
        let Some(account) = accounts.get(account).await? else { return Ok(Standing::Nothing) };
        let newest = found(&self.0.folder, &tag(&account)).into_iter().max_by_key(|ready| ready.made_at);
        let newest = newest.filter(|ready| ready.until() > now);
        Ok(newest.map_or(Standing::Nothing, Standing::Ready))
    }

    /// `None`: one is being made already.
    pub fn begin(&self, account: AccountId) -> Option<Making> {
        let fresh = self.making().insert(account);
        fresh.then(|| Making { exports: self.clone(), account })
    }
}

impl Making {
    /// Makes it, on a thread of the lowest priority; those made before are deleted. `book`: in whose language.
    pub async fn make(self, parts: Arc<Parts>, book: Arc<Book>) -> Result<Ready, TransferError> {
        let _turn = self.exports.0.turn.acquire().await.map_err(|_| TransferError::BrokeOff)?;
        let folder = self.exports.0.folder.clone();
        if let Err(error) = DirBuilder::new().mode(0o700).create(&folder)
            && error.kind() != io::ErrorKind::AlreadyExists
        {
            return Err(TransferError::io(&folder)(error));
        }
        let account = parts.accounts.get(self.account).await?.ok_or(TransferError::BrokeOff)?;
        let (tag, made_at) = (tag(&account), parts.clock.utc());
        let path = folder.join(format!("{tag}-{made_at}.zip"));
        let part = path.with_extension("part");
        let (handle, to, whole) = (Handle::current(), part.clone(), path.clone());
        let made = work::run(&|_, _, _| {}, move |_| {
            let source = Source { parts, handle, account, folder: folder.clone(), made_at };
            let written = write(&source, &book, &to).and_then(|()| {
                std::fs::rename(&to, &whole).map_err(TransferError::io(&whole))?;
                work::sync_folder(&folder)
            });
            if written.is_err() {
                let _ = std::fs::remove_file(&to);
            }
            written
        });
        made.await?;
        for older in found(&self.exports.0.folder, &tag).into_iter().filter(|ready| ready.path != path) {
            let _ = std::fs::remove_file(older.path);
        }
        let bytes = std::fs::metadata(&path).map_err(TransferError::io(&path))?.len();
        Ok(Ready { path, made_at, bytes })
    }
}

/// Deletes what was kept long enough, and whose account is gone. Gives how many.
pub async fn sweep(data: &Path, accounts: &Accounts, now: UtcMicros) -> Result<usize, StoreError> {
    let folder = data.join(FOLDER);
    let all = names(&folder);
    if all.is_empty() {
        return Ok(0);
    }
    let known: BTreeSet<String> = accounts.list().await?.iter().map(tag).collect();
    let over = |name: &Name| !known.contains(&name.tag) || name.made_at + KEEP_US <= now;
    let removed = all.iter().filter(|name| over(name) && std::fs::remove_file(&name.path).is_ok());
    Ok(removed.count())
}

/// What a file's name says.
struct Name {
    path: PathBuf,
    tag: String,
    made_at: UtcMicros,
    finished: bool,
}

fn names(folder: &Path) -> Vec<Name> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let read = |path: PathBuf| {
        let finished = path.extension()? == "zip";
        let (tag, made_at) = path.file_stem()?.to_str()?.split_once('-')?;
        let (tag, made_at) = (tag.to_owned(), made_at.parse().ok()?);
        Some(Name { path, tag, made_at, finished })
    };
    entries.filter_map(|entry| read(entry.path())).collect()
}

fn found(folder: &Path, tag: &str) -> Vec<Ready> {
    let own = names(folder).into_iter().filter(|name| name.finished && name.tag == tag);
    own.filter_map(|name| {
        let bytes = std::fs::metadata(&name.path).ok()?.len();
        Some(Ready { path: name.path, made_at: name.made_at, bytes })
    })
    .collect()
}

/// Whose a file is. More than the number: after a backup was brought back, a number may be given again.
fn tag(account: &Account) -> String {
    let whose = format!("{} {} {}", account.id.0, account.name, account.created_at);
    let hash = digest::digest(&digest::SHA256, whose.as_bytes());
    work::hex(&hash.as_ref()[..12])
}

/// What is read, and from where.
struct Source {
    parts: Arc<Parts>,
    handle: Handle,
    account: Account,
    folder: PathBuf,
    made_at: UtcMicros,
}

impl Source {
    fn me(&self) -> Result<Jid, TransferError> {
        let own = Jid::from_parts(Some(&self.account.name), self.parts.domain.domain(), None);
        own.map_err(|_| TransferError::BrokeOff)
    }

    /// All messages, or those with one address, oldest first, a page at a time.
    fn pages(
        &self,
        with: Option<&Jid>,
        mut each: impl FnMut(Page) -> Result<(), TransferError>,
    ) -> Result<(), TransferError> {
        let mut place = rsm::Place::First;
        loop {
            work::check_space(&self.folder, limits::EXPORT_STEP_BYTES)?;
            let page = rsm::Request { max: Some(limits::ARCHIVE_PAGE_MAX_ROWS), place };
            let query = Query { with: with.cloned(), page, ..Query::default() };
            let page = match self.handle.block_on(self.parts.archive.page(self.account.id, query)) {
                Ok(page) => page,
                Err(PageError::Store(error)) => return Err(error.into()),
                // The account was emptied meanwhile.
                Err(_) => return Err(TransferError::BrokeOff),
            };
            let (last, complete) = (page.rows.last().map(|row| row.id.to_string()), page.complete);
            each(page)?;
            match last {
                Some(last) if !complete => place = rsm::Place::After(last),
                _ => return Ok(()),
            }
        }
    }
}

/// The zip being written.
struct Zip<'a> {
    zip: ZipWriter<Paced>,
    path: &'a Path,
    options: SimpleFileOptions,
}

impl<'a> Zip<'a> {
    fn create(path: &'a Path) -> Result<Zip<'a>, TransferError> {
        let file = Paced::create(path).map_err(TransferError::io(path))?;
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .unix_permissions(0o600)
            .large_file(true);
        Ok(Zip { zip: ZipWriter::new(file), path, options })
    }

    /// What is written from now on is this file's.
    fn file(&mut self, name: &str) -> Result<(), TransferError> {
        self.zip.start_file(name, self.options).map_err(|error| self.failed(error))
    }

    fn write(&mut self, words: &str) -> Result<(), TransferError> {
        self.zip.write_all(words.as_bytes()).map_err(TransferError::io(self.path))
    }

    fn finish(self) -> Result<(), TransferError> {
        let path = self.path;
        let file = self.zip.finish().map_err(|error| TransferError::io(path)(error.into()))?;
        file.finish().map(drop).map_err(TransferError::io(path))
    }

    fn failed(&self, error: ZipError) -> TransferError {
        TransferError::io(self.path)(error.into())
    }
}

fn write(source: &Source, book: &Book, to: &Path) -> Result<(), TransferError> {
    let mut zip = Zip::create(to)?;
    let mut talks = account::write(source, &mut zip)?;
    talk::write(source, book, &mut zip, &mut talks)?;
    index::write(source, book, &mut zip, &talks)?;
    zip.finish()
}
