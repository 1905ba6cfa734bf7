//! Making a backup: a snapshot that stops nobody, packed, opened again and proved, then locked, then
//! given its name. What has its name is good; what failed leaves nothing but its record.
//!
//! State: the folder `backups` in the data folder, the table `backup`, and which of them runs: one
//! at a time.

use std::fs::File;
use std::io::BufReader;
use std::io::Write as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::OwnedMutexGuard;

use super::Manifest;
use super::Passphrase;
use super::Step;
use super::TransferError;
use super::age::Locked;
use super::head;
use super::head::FORMAT;
use super::head::Head;
use super::head::Writing;
use super::keep;
use super::list;
use super::list::Entry;
use super::list::PREFIX;
use super::list::SUFFIX;
use super::list::is_name;
use super::lock::Lock;
use super::manifest;
use super::pack;
use super::proof;
use super::records;
use super::records::Kind;
use super::records::Record;
use super::second;
use super::unpack;
use super::unpack::Wanted;
use super::verify;
use super::verify::Verified;
use super::why::Why;
use super::work;
use super::work::Paced;
use super::work::Scratch;
use super::work::Stage;
use super::work::Tell;
use crate::clock::Clock;
use crate::clock::UtcMicros;
use crate::limits;
use crate::settings;
use crate::settings::Settings;
use crate::store::FILE;
use crate::store::Store;
use crate::texts::Text;

/// The folder of backups in the data folder.
pub const FOLDER: &str = "backups";

/// The backups of one server. Cheap to clone.
#[derive(Clone)]
pub struct Backups(Arc<Inner>);

struct Inner {
    store: Store,
    settings: Settings,
    clock: Clock,
    data: PathBuf,
    running: Arc<tokio::sync::Mutex<()>>,
}

/// A new backup.
#[derive(Clone, Debug)]
pub struct Made {
    pub path: PathBuf,
    pub head: Head,
    pub manifest: Manifest,
    /// The second place, and why it has not got the file.
    pub second: Option<(String, Result<(), Why>)>,
}

/// How it stands with backups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The newest one that is good: when it was made, bytes.
    pub last_good: Option<(UtcMicros, u64)>,
    /// The last try, if it failed: when, and why.
    pub last_failure: Option<(UtcMicros, Why)>,
    /// Since when there should be backups: set-up, or the restore.
    pub since: Option<UtcMicros>,
    pub next_at: Option<UtcMicros>,
    /// The second place as set, and why it has not got the last file.
    pub second: Option<String>,
    pub second_failed: Option<Why>,
    /// The newest download.
    pub fetched_at: Option<UtcMicros>,
    /// The oldest backup that is known of.
    pub first_at: Option<UtcMicros>,
    pub locked: bool,
    pub running: bool,
}

impl Summary {
    /// Why the last try failed, if no good one came after it.
    pub fn failure(&self) -> Option<&Why> {
        let last = self.last_failure.as_ref();
        last.filter(|(at, _)| self.last_good.is_none_or(|(good, _)| good < *at)).map(|(_, why)| why)
    }

    /// Whole sentences for a notice about backups, by its key. `None`: another's, or only a line is known.
    pub fn explain(&self, key: &str) -> Option<Text> {
        let why = match key {
            "backup" => self.failure(),
            "backup_copy" => self.second_failed.as_ref(),
            _ => None,
        };
        why.and_then(Why::text)
    }
}

/// What a try works with, on its own thread.
struct Job {
    inner: Arc<Inner>,
    kind: Kind,
    to: Option<PathBuf>,
    lock: Option<Lock>,
    begun_at: UtcMicros,
    _running: OwnedMutexGuard<()>,
}

impl Backups {
    pub fn new(store: Store, settings: Settings, clock: Clock, data: &Path) -> Backups {
        let running = Arc::default();
        Backups(Arc::new(Inner { store, settings, clock, data: data.to_owned(), running }))
    }

    /// Makes a backup: into `backups`, or into the new file or the folder `to`. It goes on to its
    /// end when nobody waits for it any more. Err(Busy): one runs already.
    pub async fn create(&self, kind: Kind, to: Option<PathBuf>, step: Step<'_>) -> Result<Made, TransferError> {
        let running = self.0.running.clone().try_lock_owned().map_err(|_| TransferError::Busy)?;
        let lock = self.lock_setting()?;
        let begun_at = self.0.clock.utc();
        let job = Job { inner: self.0.clone(), kind, to, lock, begun_at, _running: running };
        let runtime = tokio::runtime::Handle::current();
        work::run(step, move |tell| job.run(tell, &runtime)).await
    }

    /// Holds backups off, for a restore. Err(Busy): one runs.
    pub fn hold(&self) -> Result<OwnedMutexGuard<()>, TransferError> {
        self.0.running.clone().try_lock_owned().map_err(|_| TransferError::Busy)
    }

    /// All that can be restored from here, the newest first.
    pub async fn list(&self) -> Result<Vec<Entry>, TransferError> {
        let records = self.0.store.read(records::all).await?;
        let folder = self.folder();
        let listed = tokio::task::spawn_blocking(move || list::list(&folder, &records)).await;
        listed.map_err(|_| TransferError::BrokeOff)?
    }

    /// The file of that name in `backups`, for a download. `None`: there is no such one.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        let plain = is_name(name) && !name.contains(['/', '\\', '\0']);
        Some(self.folder().join(name)).filter(|path| plain && path.is_file())
    }

    /// Remembers that somebody took a copy away.
    pub async fn fetched(&self, path: &Path) -> Result<(), TransferError> {
        let (head, _) = head::open(path)?;
        let (file, now) = (path.to_string_lossy().into_owned(), self.0.clock.utc());
        Ok(self.0.store.write(move |db| records::set_fetched(db, &file, head.made_at, now)).await?)
    }

    /// Proves a file again, and remembers what came of it.
    pub async fn verify(
        &self,
        path: &Path,
        passphrase: Option<Passphrase>,
        step: Step<'_>,
    ) -> Result<Verified, TransferError> {
        let found = verify::verify(path, passphrase, &self.0.data, &self.0.clock, step).await;
        let damaged = match &found {
            Ok(_) => Some(None),
            Err(TransferError::Damaged { .. } | TransferError::CutShort { .. }) => Some(Some(self.0.clock.utc())),
            Err(_) => None,
        };
        if let Some(at) = damaged {
            let (file, now) = (path.to_string_lossy().into_owned(), self.0.clock.utc());
            let made_at = head::open(path).map_or(now, |(head, _)| head.made_at);
            self.0.store.write(move |db| records::set_damaged(db, &file, made_at, at)).await?;
        }
        found
    }

    /// From now on backups are locked by a passphrase; the public key is given back.
    pub async fn lock(&self, passphrase: Passphrase) -> Result<String, TransferError> {
        let lock = work::run(&|_, _, _| {}, move |_| Lock::new(&passphrase)).await?;
        self.keep_lock(Some(lock.to_setting())).await?;
        Ok(lock.recipient.to_text())
    }

    /// From now on backups are open.
    pub async fn unlock(&self) -> Result<(), TransferError> {
        self.keep_lock(None).await
    }

    async fn keep_lock(&self, value: Option<String>) -> Result<(), TransferError> {
        use crate::settings::SettingError;
        self.0.settings.keep_own(&settings::BACKUP_RECIPIENT, value).await.map_err(|error| match error {
            SettingError::Store(error) => TransferError::Store(error),
            _ => TransferError::Recipient,
        })
    }

    pub async fn summary(&self) -> Result<Summary, TransferError> {
        let (list, records) = (self.list().await?, self.0.store.read(records::all).await?);
        let now = self.0.clock.utc();
        // Without a record nobody has proved it; what is dated after now was made while the clock was wrong.
        let proved = |entry: &&Entry| !entry.damaged && entry.kind.is_some() && entry.made_at <= now;
        let good = list.iter().find(proved).map(|entry| (entry.made_at, entry.size));
        let tries: Vec<&Record> = records.iter().filter(|record| record.kind != Kind::Restored).collect();
        let restored = records.iter().find(|record| record.kind == Kind::Restored);
        let last = tries.first().and_then(|record| Some((record.begun_at, record.failed.clone()?)));
        let at = self.0.settings.text(&settings::BACKUP_AT);
        Ok(Summary {
            last_good: good,
            last_failure: last,
            since: self.0.settings.set_up_at().max(restored.map(|record| record.ended_at)),
            next_at: at.and_then(|at| keep::next_due(now, &at, &TimeZone::system())),
            second: self.second(),
            second_failed: tries
                .iter()
                .find(|record| record.second.is_some())
                .and_then(|record| record.second_failed.clone()),
            fetched_at: records.iter().filter_map(|record| record.fetched_at).max(),
            first_at: tries.iter().filter(|record| record.failed.is_none()).map(|record| record.begun_at).min(),
            locked: self.0.settings.text(&settings::BACKUP_RECIPIENT).is_some(),
            running: self.0.running.try_lock().is_err(),
        })
    }

    /// Whether the nightly backup is to be made now: none was since it was due. A try that failed
    /// waits for `BACKUP_RETRY_S`.
    pub async fn due(&self) -> Result<bool, TransferError> {
        let records = self.0.store.read(records::all).await?;
        let (now, at) = (self.0.clock.utc(), self.0.settings.text(&settings::BACKUP_AT));
        let due = at.and_then(|at| keep::last_due(now, &at, &TimeZone::system()));
        let (Some(due), Some(set_up)) = (due, self.0.settings.set_up_at()) else { return Ok(false) };
        // What is dated after now was made while the clock was wrong.
        let past = || records.iter().filter(|record| record.begun_at <= now);
        let done = past()
            .any(|record| record.failed.is_none() && record.begun_at >= due && record.kind != Kind::ByHand)
            || (set_up >= due && set_up <= now);
        let tried =
            past().any(|record| record.failed.is_some() && now - record.begun_at < limits::BACKUP_RETRY_S * 1_000_000);
        Ok(!done && !tried)
    }

    fn second(&self) -> Option<String> {
        let place = |setting| self.0.settings.text(setting);
        place(&settings::BACKUP_FOLDER).or_else(|| place(&settings::BACKUP_COMMAND))
    }

    /// The data folder.
    pub fn data(&self) -> &Path {
        &self.0.data
    }

    fn folder(&self) -> PathBuf {
        self.0.data.join(FOLDER)
    }

    fn lock_setting(&self) -> Result<Option<Lock>, TransferError> {
        let kept = self.0.settings.text(&settings::BACKUP_RECIPIENT);
        kept.map(|kept| Lock::of_setting(&kept).ok_or(TransferError::Recipient)).transpose()
    }
}

impl Job {
    /// Makes it, looks after the second place and the older ones, and records what came of it.
    fn run(self, tell: &Tell, runtime: &tokio::runtime::Handle) -> Result<Made, TransferError> {
        let made = self.make(tell);
        let mut record = Record::new(self.kind, self.begun_at, self.inner.clock.utc());
        let made = match made {
            Ok((path, head, manifest)) => {
                let records = runtime.block_on(self.inner.store.read(records::all)).unwrap_or_default();
                let second = second::bring(&self.inner.settings, (&path, self.begun_at), &records, tell);
                (record.file, record.size) = (Some(path.to_string_lossy().into_owned()), head.size);
                (record.sha256, record.locked) = (Some(head.sha256.clone()), head.lock.is_some());
                if let Some((place, brought)) = &second {
                    (record.second, record.second_failed) = (Some(place.clone()), brought.clone().err());
                }
                Ok(Made { path, head, manifest, second })
            }
            Err(error) => {
                tracing::error!("no backup was made: {error}");
                record.failed = Some(Why::from(&error));
                Err(error)
            }
        };
        let kept = runtime.block_on(self.inner.store.write(move |db| records::insert(db, &record)));
        if let Err(error) = kept {
            tracing::warn!(%error, "what came of the backup was not recorded");
        }
        if made.is_ok() && self.to.is_none() {
            let records = runtime.block_on(self.inner.store.read(records::all)).unwrap_or_default();
            let folder = self.inner.data.join(FOLDER);
            let newest = made.as_ref().map_or(folder.as_path(), |made| made.path.as_path());
            list::forget_old(&self.inner.settings, &folder, (newest, self.begun_at), &records);
        }
        made
    }

    fn make(&self, tell: &Tell) -> Result<(PathBuf, Head, Manifest), TransferError> {
        let data = &self.inner.data;
        let target = self.target()?;
        let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let bytes = database_bytes(data).saturating_add(pack::files_bytes(data)?);
        // The snapshot or its proof, and the packed file, which may have to lie here open first.
        work::check_space(data, bytes.saturating_mul(2 + u64::from(self.lock.is_some())))?;
        work::check_space(folder, bytes)?;
        let scratch = Scratch::new(data)?;
        let manifest = self.snapshot(scratch.path(), tell, bytes)?;
        let part = Part(folder.join(format!(".{}.part", target.file_name().unwrap_or_default().to_string_lossy())));
        let _ = std::fs::remove_file(&part.0);
        let head = match &self.lock {
            None => self.pack_open(scratch.path(), &manifest, &part.0, tell)?,
            Some(lock) => self.pack_locked(lock, scratch.path(), &manifest, &part.0, tell)?,
        };
        if target.exists() {
            return Err(TransferError::Exists(target));
        }
        std::fs::rename(&part.0, &target).map_err(TransferError::io(&target))?;
        work::sync_folder(folder)?;
        tracing::info!(file = %target.display(), size_bytes = head.size, "backup made and proved");
        Ok((target, head, manifest))
    }

    /// Where it will lie. The name is the local time, as people look for it.
    fn target(&self) -> Result<PathBuf, TransferError> {
        let now = Timestamp::from_microsecond(self.begun_at).unwrap_or_default().to_zoned(TimeZone::system());
        let name = |more: &str| format!("{PREFIX}{}{more}{SUFFIX}", now.strftime("%Y-%m-%d-%H%M%S"));
        let own = self.inner.data.join(FOLDER);
        let folder = match &self.to {
            None => own.clone(),
            Some(to) if *to == own => own.clone(),
            Some(to) if is_below(to, &self.inner.data) && !is_below(to, &own) => {
                return Err(TransferError::InDataFolder(to.clone()));
            }
            Some(to) if to.is_dir() => to.clone(),
            Some(to) if to.exists() => return Err(TransferError::Exists(to.clone())),
            Some(to) => return Ok(to.clone()),
        };
        if folder == own && !folder.is_dir() {
            std::fs::DirBuilder::new().mode(0o700).create(&folder).map_err(TransferError::io(&folder))?;
            work::sync_folder(&self.inner.data)?;
        }
        let names = [name("")].into_iter().chain((2..100).map(|number| name(&format!("-{number}"))));
        let free = names.map(|name| folder.join(name)).find(|path| !path.exists());
        free.ok_or_else(|| TransferError::Exists(folder.join(name(""))))
    }

    fn snapshot(&self, scratch: &Path, tell: &Tell, bytes: u64) -> Result<Manifest, TransferError> {
        tell.step(Stage::Snapshot, 0, 1);
        let database = scratch.join(FILE);
        self.inner.store.snapshot_here(&database)?;
        tell.step(Stage::Snapshot, 1, 1);
        let unreadable = |error: rusqlite::Error| TransferError::NotProved(error.to_string());
        let counted = proof::count(&database).map_err(unreadable)?;
        pack::link_files(&self.inner.data, scratch)?;
        let found = pack::sum(scratch, tell, bytes)?;
        let made_at = Timestamp::from_second(self.begun_at.div_euclid(1_000_000)).unwrap_or_default();
        Ok(Manifest {
            format: FORMAT,
            imera: env!("CARGO_PKG_VERSION").to_owned(),
            schema: counted.schema,
            domain: counted.domain,
            place_name: counted.place_name,
            made_at: made_at.to_string(),
            database_bytes: found.database_bytes,
            files: found.files,
            files_bytes: found.files_bytes,
            tables: counted.tables,
            sums_bytes: found.sums_bytes,
            sums_sha256: found.sums_sha256,
        })
    }

    fn pack_open(&self, scratch: &Path, manifest: &Manifest, part: &Path, tell: &Tell) -> Result<Head, TransferError> {
        let to = Writing::create(part, self.begun_at, None).map_err(TransferError::io(part))?;
        let head =
            pack::pack(scratch, &to_json(manifest), to, part, tell)?.finish().map_err(TransferError::io(part))?;
        let aside = clear(scratch)?;
        let fits = |_: &Manifest| Ok(());
        let unpacked = unpack::unpack_file(part, None, &aside, Wanted::Database, &fits, tell);
        prove(unpacked.map(|(_, found)| found), manifest, &aside, tell)?;
        Ok(head)
    }

    /// The proof is of what is packed; then it is locked, and what lies on the disk compared again.
    fn pack_locked(
        &self,
        lock: &Lock,
        scratch: &Path,
        manifest: &Manifest,
        part: &Path,
        tell: &Tell,
    ) -> Result<Head, TransferError> {
        let plain = scratch.join("plain");
        let to = Paced::create(&plain).map_err(TransferError::io(&plain))?;
        let packed = pack::pack(scratch, &to_json(manifest), to, &plain, tell)?;
        packed.finish().map_err(TransferError::io(&plain))?;
        let aside = clear(scratch)?;
        let packed = File::open(&plain).map_err(TransferError::io(&plain))?;
        let packed = BufReader::with_capacity(limits::TRANSFER_BUFFER_BYTES, packed);
        let unpacked = unpack::unpack(packed, &plain, &aside, Wanted::Database, &|_| Ok(()), tell);
        prove(unpacked, manifest, &aside, tell)?;
        tell.step(Stage::Lock, 0, 1);
        let locked = || -> std::io::Result<Head> {
            let to = Writing::create(part, self.begun_at, Some(lock.clone()))?;
            let mut locked = Locked::new(&lock.recipient, to)?;
            std::io::copy(&mut File::open(&plain)?, &mut locked)?;
            locked.flush()?;
            locked.finish()?.finish()
        };
        let head = locked().map_err(TransferError::io(part))?;
        tell.step(Stage::Lock, 1, 1);
        let (found, mut file) = head::open(part)?;
        head::check_sum(&found, &mut file, part, tell)?;
        Ok(head)
    }
}

/// Whether a path, there or to be made, leads into that folder.
fn is_below(path: &Path, folder: &Path) -> bool {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let place = path.canonicalize().or_else(|_| parent.canonicalize());
    place.is_ok_and(|place| folder.canonicalize().is_ok_and(|folder| place.starts_with(folder)))
}

/// Removes what is packed, and makes the folder for the proof.
fn clear(scratch: &Path) -> Result<PathBuf, TransferError> {
    for name in [FILE, manifest::SUMS] {
        let path = scratch.join(name);
        std::fs::remove_file(&path).map_err(TransferError::io(&path))?;
    }
    let _ = std::fs::remove_dir_all(scratch.join(manifest::FILES));
    let aside = scratch.join("proof");
    std::fs::create_dir(&aside).map_err(TransferError::io(&aside))?;
    Ok(aside)
}

fn prove(
    unpacked: Result<Manifest, TransferError>,
    manifest: &Manifest,
    aside: &Path,
    tell: &Tell,
) -> Result<(), TransferError> {
    let found = unpacked.map_err(|error| match error {
        TransferError::Damaged { detail, .. } => TransferError::NotProved(detail),
        other => other,
    })?;
    if found != *manifest {
        return Err(TransferError::NotProved("its manifest came back changed".to_owned()));
    }
    let proved = proof::prove(&aside.join(FILE), manifest, tell);
    proved.map_err(|reason| work::or_full(aside, TransferError::NotProved(reason)))?;
    std::fs::remove_dir_all(aside).map_err(TransferError::io(aside))
}

fn to_json(manifest: &Manifest) -> Vec<u8> {
    serde_json::to_vec_pretty(manifest).expect("texts and numbers are always JSON")
}

/// The database with its log: as much as a snapshot can have.
fn database_bytes(data: &Path) -> u64 {
    let size = |name: &str| std::fs::metadata(data.join(name)).map_or(0, |file| file.len());
    size(FILE).saturating_add(size("imera.sqlite-wal"))
}

/// A file without its name yet; gone when this is, unless it was renamed.
struct Part(PathBuf);

impl Drop for Part {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
