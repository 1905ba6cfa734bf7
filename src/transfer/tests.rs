//! Backups made, listed, proved, locked, forgotten and brought back.

use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use rusqlite::Connection;
use zeroize::Zeroizing;

use super::*;
use crate::audit::By;
use crate::clock::Clock;
use crate::clock::UtcMicros;
use crate::settings;
use crate::settings::Finishing;
use crate::settings::Profile;
use crate::settings::Settings;
use crate::store::FILE;
use crate::store::OpenOptions;
use crate::store::Store;

mod damage;
mod kept;

/// 2026-11-21T12:00:00Z.
const NOON: UtcMicros = 1_795_262_400_000_000;
const HOUR: Duration = Duration::from_secs(3_600);
const PASSPHRASE: &str = "correct horse battery";

fn quiet(_: Stage, _: u64, _: u64) {}

struct Place {
    folder: tempfile::TempDir,
    clock: Clock,
    store: Store,
    settings: Settings,
    backups: Backups,
}

impl Place {
    async fn open(folder: tempfile::TempDir, clock: Clock) -> Place {
        let store = Store::open(folder.path(), OpenOptions::default(), clock.clone()).unwrap();
        let settings = Settings::open(&store, Profile::default()).await.unwrap();
        let backups = Backups::new(store.clone(), settings.clone(), clock.clone(), folder.path());
        Place { folder, clock, store, settings, backups }
    }

    /// Set up, with a person, a contact, a stream and two uploaded files.
    async fn new() -> Place {
        let place = Place::open(tempfile::tempdir().unwrap(), Clock::stepped(NOON)).await;
        let chosen = [(&settings::DOMAIN, "a.test".to_owned()), (&settings::PLACE_NAME, "Beach House".to_owned())];
        let finishing = Finishing::new(&chosen, NOON).unwrap();
        let rows = finishing.clone();
        place.store.write(move |c| rows.write(c)).await.unwrap();
        place.settings.learn(finishing);
        let filled = place.store.write(|db| {
            db.execute_batch(
                "INSERT INTO account (id, name, role, created_at) VALUES (7, 'mira', 'owner', 1), (8, 'tom', 'member', 1);
                 INSERT INTO roster_version VALUES (7, 12, 3);
                 INSERT INTO stream VALUES (x'01', 7, 'phone', 5, 1, NULL);
                 INSERT INTO secret VALUES ('a key', x'0102');",
            )
        });
        filled.await.unwrap();
        std::fs::create_dir_all(place.path("files/ab")).unwrap();
        std::fs::write(place.path("files/ab/cat.png"), vec![7; 70_000]).unwrap();
        std::fs::write(place.path("files/empty"), "").unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    async fn create(&self) -> Made {
        self.backups.create(Kind::ByHand, None, &quiet).await.unwrap()
    }

    async fn nightly(&self) -> Made {
        self.backups.create(Kind::Nightly, None, &quiet).await.unwrap()
    }

    async fn verify(&self, file: &Path, passphrase: Option<&str>) -> Result<Verified, TransferError> {
        let passphrase = passphrase.map(|text| Zeroizing::new(text.to_owned()));
        verify(file, passphrase, self.folder.path(), &self.clock, &quiet).await
    }

    /// Names in the data folder that a backup must not leave.
    fn left_over(&self) -> Vec<String> {
        let names = |folder: &Path| -> Vec<String> {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
        };
        let all = [names(self.folder.path()), names(&self.path(FOLDER))].concat();
        all.into_iter().filter(|name| name.starts_with(super::work::SCRATCH) || name.ends_with(".part")).collect()
    }
}

#[tokio::test]
async fn what_was_made_is_listed_proved_and_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new().await;
    assert_eq!(place.backups.list().await.unwrap(), []);
    let made = place.create().await;
    let list = place.backups.list().await.unwrap();
    assert_eq!((list.len(), &list[0].path, list[0].made_at, list[0].damaged), (1, &made.path, NOON, false));
    assert_eq!(made.path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let name = made.path.file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("imera-2026-11-2") && name.ends_with(".backup"), "{name}");
    let found = place.backups.verify(&made.path, None, &quiet).await.unwrap();
    let manifest = found.manifest.unwrap();
    assert_eq!(manifest, made.manifest);
    assert_eq!((manifest.accounts(), manifest.files, manifest.files_bytes), (2, 2, 70_000));
    assert_eq!(manifest.domain.as_deref(), Some("a.test"));
    assert_eq!((place.backups.path(name), place.left_over()), (Some(made.path), Vec::new()));
    for wrong in ["imera-x.backup", "../imera.sqlite", "imera-/../../imera.sqlite.backup", ""] {
        assert_eq!(place.backups.path(wrong), None, "{wrong}");
    }
}

#[tokio::test]
async fn a_backup_brings_everything_back_and_puts_aside_what_was_there() {
    let place = Place::new().await;
    let made = place.create().await;
    let other = tempfile::tempdir().unwrap();
    std::fs::create_dir(other.path().join("files")).unwrap();
    std::fs::write(other.path().join("files/old"), "old").unwrap();
    std::fs::write(other.path().join(FILE), "the old database").unwrap();
    let prepared = prepare(other.path(), &made.path, None, &place.clock, &quiet).await.unwrap();
    assert_eq!(prepared.manifest, made.manifest);
    assert_eq!(std::fs::read(other.path().join(FILE)).unwrap(), b"the old database", "nothing is touched yet");
    let aside = commit(other.path(), NOON, false).unwrap();
    assert_eq!(settle(other.path()).unwrap(), Some(aside.clone()));
    assert_eq!(settle(other.path()).unwrap(), None, "once");
    assert_eq!(std::fs::read(aside.join(FILE)).unwrap(), b"the old database");
    assert_eq!(std::fs::read(aside.join("files/old")).unwrap(), b"old");
    assert_eq!(std::fs::read(other.path().join("files/ab/cat.png")).unwrap(), vec![7; 70_000]);
    assert!(other.path().join("files/empty").is_file() && !other.path().join("files/old").exists());
    let back = Place::open(other, place.clock.clone()).await;
    assert_eq!(back.settings.place_name(), "Beach House");
    let row = |sql: &'static str| back.store.read(move |db| db.query_row(sql, [], |row| row.get::<_, i64>(0)));
    assert_eq!(row("SELECT count(*) FROM secret WHERE name = 'a key'").await.unwrap(), 1);
    assert_eq!(row("SELECT count(*) FROM stream").await.unwrap(), 0, "no client resumes a stream of another day");
    assert_eq!(row("SELECT version FROM roster_version WHERE account = 7").await.unwrap(), 12 + (1 << 50));
    assert_eq!(row("SELECT floor FROM roster_version WHERE account = 8").await.unwrap(), 1 << 50);
    assert_eq!(back.backups.summary().await.unwrap().since, Some(NOON));
}

#[tokio::test]
async fn a_restore_that_nobody_decided_for_leaves_nothing() {
    let place = Place::new().await;
    let made = place.create().await;
    let other = tempfile::tempdir().unwrap();
    prepare(other.path(), &made.path, None, &place.clock, &quiet).await.unwrap();
    assert!(other.path().join(RESTORED).is_dir());
    assert_eq!(settle(other.path()).unwrap(), None);
    assert_eq!(std::fs::read_dir(other.path()).unwrap().count(), 0);
    assert!(commit(other.path(), NOON, false).is_err(), "there is nothing to decide for");
}

#[tokio::test]
async fn a_restore_that_was_cut_off_between_two_renames_is_finished() {
    let place = Place::new().await;
    let made = place.create().await;
    let other = tempfile::tempdir().unwrap();
    let at = |name: &str| other.path().join(name);
    std::fs::create_dir(at("files")).unwrap();
    for name in [FILE, "imera.sqlite-wal", "files/old"] {
        std::fs::write(at(name), "old").unwrap();
    }
    prepare(other.path(), &made.path, None, &place.clock, &quiet).await.unwrap();
    let aside = commit(other.path(), NOON, false).unwrap();
    // All that the power may have let happen: each rename in its turn, and settled after each.
    std::fs::create_dir(&aside).unwrap();
    let renames = [
        (at("imera.sqlite-wal"), aside.join("imera.sqlite-wal")),
        (at("files"), aside.join("files")),
        (at(".imera-restore/new/files"), at("files")),
        (at(FILE), aside.join(FILE)),
        (at(".imera-restore/new/imera.sqlite"), at(FILE)),
    ];
    for done in 0..=renames.len() {
        let copy = tempfile::tempdir().unwrap();
        let copied = std::process::Command::new("cp").arg("-a").arg(other.path()).arg(copy.path()).status();
        assert!(copied.unwrap().success());
        let data = copy.path().join(other.path().file_name().unwrap());
        let aside = settle(&data).unwrap().unwrap();
        let whole = |data: &Path, aside: &Path| {
            assert!(
                Connection::open(data.join(FILE))
                    .unwrap()
                    .query_row("SELECT count(*) FROM account", [], |row| row.get::<_, i64>(0))
                    == Ok(2)
            );
            assert!(data.join("files/empty").is_file() && !data.join("imera.sqlite-wal").exists(), "{done}");
            let old = [FILE, "imera.sqlite-wal", "files/old"].map(|name| std::fs::read(aside.join(name)).unwrap());
            assert_eq!(old, [b"old", b"old", b"old"], "{done}");
            assert!(!data.join(RESTORED).exists());
        };
        whole(&data, &aside);
        if let Some((from, to)) = renames.get(done) {
            std::fs::rename(from, to).unwrap();
        }
    }
}

#[tokio::test]
async fn a_locked_backup_opens_with_its_passphrase_and_with_nothing_else() {
    let place = Place::new().await;
    let recipient = place.backups.lock(Zeroizing::new(PASSPHRASE.to_owned())).await.unwrap();
    assert!(recipient.starts_with("age1"));
    let made = place.create().await;
    let bytes = std::fs::read(&made.path).unwrap();
    assert!(bytes.starts_with(b"imera backup 1\nmade 2026-11-21T12:00:00Z\nsize "));
    assert!(!bytes.windows(4).any(|four| four == [0x28, 0xb5, 0x2f, 0xfd]), "nothing lies open");
    let found = place.verify(&made.path, None).await.unwrap();
    assert_eq!((found.manifest, &found.head), (None, &made.head), "without it the sum alone is compared");
    let found = place.verify(&made.path, Some(PASSPHRASE)).await.unwrap();
    assert_eq!(found.manifest, Some(made.manifest));
    let wrong = place.verify(&made.path, Some("correct horse batterY")).await;
    assert!(matches!(wrong, Err(TransferError::WrongPassphrase(_))), "{wrong:?}");
    let other = tempfile::tempdir().unwrap();
    let missing = prepare(other.path(), &made.path, None, &place.clock, &quiet).await;
    assert!(matches!(missing, Err(TransferError::PassphraseMissing(_))), "{missing:?}");
    assert_eq!(std::fs::read_dir(other.path()).unwrap().count(), 0);
    let passphrase = Some(Zeroizing::new(PASSPHRASE.to_owned()));
    prepare(other.path(), &made.path, passphrase, &place.clock, &quiet).await.unwrap();
    place.backups.unlock().await.unwrap();
    assert_eq!(place.backups.create(Kind::ByHand, None, &quiet).await.unwrap().head.lock, None);
    let short = place.backups.lock(Zeroizing::new("too short".to_owned())).await;
    assert!(matches!(short, Err(TransferError::PassphraseShort { needs: 12, has: 9 })));
}

#[tokio::test]
async fn older_ones_go_as_the_owner_wants_and_a_damaged_one_neither_counts_nor_goes() {
    let place = Place::new().await;
    place.settings.set("backup_keep", "2,0,0", &By::Machine).await.unwrap();
    let mut made = Vec::new();
    for _ in 0..4 {
        made.push(place.nightly().await.path);
        place.clock.advance(24 * HOUR);
    }
    let there = |made: &[PathBuf]| -> Vec<bool> { made.iter().map(|path| path.exists()).collect() };
    assert_eq!(there(&made), [false, false, true, true]);
    let bytes = std::fs::read(&made[3]).unwrap();
    std::fs::write(&made[3], &bytes[..bytes.len() - 1]).unwrap();
    let list = place.backups.list().await.unwrap();
    assert_eq!((list[0].damaged, list[1].damaged), (true, false));
    assert_eq!(place.backups.summary().await.unwrap().last_good.map(|(at, _)| at), Some(list[1].made_at));
    made.push(place.nightly().await.path);
    assert_eq!(there(&made), [false, false, true, true, true], "the damaged one is for the owner to look at");
}

#[tokio::test]
async fn one_byte_changed_is_found_by_a_later_look_and_remembered() {
    let place = Place::new().await;
    let made = place.create().await;
    let mut bytes = std::fs::read(&made.path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&made.path, bytes).unwrap();
    assert!(!place.backups.list().await.unwrap()[0].damaged, "nobody has looked yet");
    let found = place.backups.verify(&made.path, None, &quiet).await;
    assert!(matches!(found, Err(TransferError::Damaged { .. })));
    assert!(place.backups.list().await.unwrap()[0].damaged);
    assert_eq!(place.backups.summary().await.unwrap().last_good, None);
}

#[tokio::test]
async fn a_try_that_failed_is_recorded_and_leaves_nothing_and_two_never_run_at_once() {
    let place = Place::new().await;
    let good = place.create().await;
    place.clock.advance(HOUR);
    std::fs::remove_dir_all(place.path("backups")).unwrap();
    std::fs::write(place.path("backups"), "in the way").unwrap();
    let failed = place.backups.create(Kind::Nightly, None, &quiet).await.unwrap_err();
    assert!(matches!(failed, TransferError::Io { .. }), "{failed}");
    std::fs::remove_file(place.path("backups")).unwrap();
    let summary = place.backups.summary().await.unwrap();
    let (_, why) = summary.last_failure.unwrap();
    assert_eq!((why.line.as_str(), why.text().is_some()), (&*failed.to_string(), true), "and its cause");
    assert_eq!((summary.last_good, place.left_over()), (None, Vec::new()), "{}", good.path.display());
    let held = place.backups.hold().unwrap();
    let second = place.backups.create(Kind::ByHand, None, &quiet).await;
    assert!(matches!(second, Err(TransferError::Busy)));
    drop(held);
    place.create().await;
}

#[tokio::test]
async fn a_file_of_ones_own_choice_is_made_once() {
    let place = Place::new().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.backup");
    let made = place.backups.create(Kind::ByHand, Some(file.clone()), &quiet).await.unwrap();
    assert_eq!(made.path, file);
    let again = place.backups.create(Kind::ByHand, Some(file.clone()), &quiet).await;
    assert!(matches!(again, Err(TransferError::Exists(_))));
    let named = place.backups.create(Kind::ByHand, Some(folder.path().to_owned()), &quiet).await.unwrap();
    assert_eq!(named.path.parent(), Some(folder.path()));
    let nowhere = place.backups.create(Kind::ByHand, Some(folder.path().join("no/where")), &quiet).await;
    assert!(nowhere.is_err());
    assert_eq!(place.backups.list().await.unwrap().len(), 2, "elsewhere, but remembered");
}

#[tokio::test]
async fn the_second_place_gets_a_copy_and_its_absence_is_told() {
    let place = Place::new().await;
    let stick = tempfile::tempdir().unwrap();
    place.settings.set("backup_folder", stick.path().to_str().unwrap(), &By::Machine).await.unwrap();
    let made = place.create().await;
    let copy = stick.path().join(made.path.file_name().unwrap());
    assert_eq!(made.second, Some((stick.path().to_str().unwrap().to_owned(), Ok(()))));
    assert_eq!(std::fs::read(copy).unwrap(), std::fs::read(&made.path).unwrap());
    place.settings.set("backup_folder", "/nowhere/at/all", &By::Machine).await.unwrap();
    let made = place.create().await;
    assert!(made.path.is_file(), "the backup itself is good");
    let summary = place.backups.summary().await.unwrap();
    let why = summary.second_failed.unwrap();
    assert!(why.line.starts_with("the folder /nowhere/at/all is not there: ") && why.text().is_some());
    place.settings.set("backup_folder", "", &By::Machine).await.unwrap();
    place.settings.set("backup_command", "cp {} /nowhere/at/all/x", &By::Machine).await.unwrap();
    let (_, brought) = place.create().await.second.unwrap();
    assert!(brought.unwrap_err().line.starts_with("cp failed (exit status: 1)"));
}

#[tokio::test]
async fn the_nightly_one_is_due_once_a_night_and_after_a_night_without_power() {
    let place = Place::new().await;
    assert!(!place.backups.due().await.unwrap(), "set up just now: the first comes tonight");
    place.clock.advance(24 * HOUR);
    assert!(place.backups.due().await.unwrap());
    place.create().await;
    assert!(place.backups.due().await.unwrap(), "one by hand does not count");
    place.backups.create(Kind::Nightly, None, &quiet).await.unwrap();
    assert!(!place.backups.due().await.unwrap());
    place.clock.advance(72 * HOUR);
    assert!(place.backups.due().await.unwrap());
    place.settings.set("backup_folder", "x", &By::Machine).await.unwrap();
    std::fs::rename(place.path("backups"), place.path("elsewhere")).unwrap();
    std::fs::write(place.path("backups"), "").unwrap();
    place.backups.create(Kind::Nightly, None, &quiet).await.unwrap_err();
    assert!(!place.backups.due().await.unwrap(), "not again at once");
    place.clock.advance(HOUR);
    assert!(place.backups.due().await.unwrap());
}

#[tokio::test]
async fn what_a_crash_left_of_a_backup_is_gone_at_the_next_start() {
    let place = Place::new().await;
    let made = place.create().await;
    std::fs::create_dir(place.path(".imera-scratch-abc")).unwrap();
    std::fs::write(place.path(".imera-scratch-abc/plain"), "secret").unwrap();
    std::fs::write(place.path("backups/.imera-1.backup.part"), "half").unwrap();
    settle(place.folder.path()).unwrap();
    assert_eq!((place.left_over(), made.path.is_file()), (Vec::new(), true));
}
