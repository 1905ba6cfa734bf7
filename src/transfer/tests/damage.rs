//! Files that are no good backup: cut, changed, of others, forged. Each is refused, and nothing of
//! the folder it was to go to is changed.

use std::io::Write as _;

use super::super::head::Writing;
use super::super::unpack;
use super::super::unpack::Wanted;
use super::super::work;
use super::*;
use crate::limits;

/// What restoring it comes to. The folder must be as it was, and a look at the file must come to the same.
async fn refusal(file: &Path) -> TransferError {
    let data = tempfile::tempdir().unwrap();
    let looked = verify(file, None, data.path(), &Clock::stepped(NOON), &quiet).await;
    std::fs::write(data.path().join(FILE), "today").unwrap();
    let refused = prepare(data.path(), file, None, &Clock::stepped(NOON), &quiet).await;
    settle(data.path()).unwrap();
    assert_eq!(std::fs::read_dir(data.path()).unwrap().count(), 1, "{refused:?}");
    assert_eq!(std::fs::read(data.path().join(FILE)).unwrap(), b"today");
    let refused = refused.err().unwrap_or_else(|| panic!("{} was taken", file.display()));
    match (looked, &refused) {
        (Ok(found), TransferError::PassphraseMissing(_)) => assert_eq!(found.manifest, None),
        // A look needs no room for the files.
        (_, TransferError::DoesNotFit { .. }) => {}
        (looked, _) => assert_eq!(looked.map(|_| ()).unwrap_err().to_string(), refused.to_string()),
    }
    refused
}

#[tokio::test]
async fn a_file_cut_short_is_refused_wherever_it_was_cut() {
    let place = Place::new().await;
    for locked in [false, true] {
        if locked {
            place.backups.lock(Zeroizing::new(PASSPHRASE.to_owned())).await.unwrap();
        }
        let bytes = std::fs::read(place.create().await.path).unwrap();
        let file = place.path("cut");
        let places = (0..bytes.len()).step_by(151).chain(bytes.len() - 20..bytes.len());
        for cut in places {
            std::fs::write(&file, &bytes[..cut]).unwrap();
            let refused = refusal(&file).await;
            let known = matches!(
                refused,
                TransferError::CutShort { .. } | TransferError::Damaged { .. } | TransferError::NotOurs(_)
            );
            assert!(known, "cut at {cut}: {refused}");
        }
        std::fs::write(&file, [&bytes[..], b"x"].concat()).unwrap();
        assert!(matches!(refusal(&file).await, TransferError::Damaged { .. }), "something was added");
    }
}

#[tokio::test]
async fn one_bit_changed_is_refused_wherever_it_is() {
    let place = Place::new().await;
    let bytes = std::fs::read(place.create().await.path).unwrap();
    let file = place.path("changed");
    for at in (0..300).chain((300..bytes.len()).step_by(97)) {
        refuse_changed(&bytes, at, &file).await;
    }
}

async fn refuse_changed(bytes: &[u8], at: usize, file: &Path) {
    let mut changed = bytes.to_vec();
    changed[at] ^= 1 << (at % 8);
    std::fs::write(file, changed).unwrap();
    refusal(file).await;
}

/// The sum of the whole file is no protection against somebody who means it: the payload's own
/// guards hold by themselves.
#[tokio::test]
async fn a_payload_with_one_bit_changed_is_refused_or_means_the_same() {
    let place = Place::new().await;
    let made = place.create().await;
    let bytes = std::fs::read(&made.path).unwrap();
    let begin = bytes.windows(4).position(|four| four == [0x28, 0xb5, 0x2f, 0xfd]).unwrap();
    for at in (begin..begin + 40).chain((begin + 40..bytes.len()).step_by(13)) {
        let mut changed = bytes[begin..].to_vec();
        changed[at - begin] ^= 1 << (at % 8);
        let aside = tempfile::tempdir().unwrap();
        let to = aside.path().to_owned();
        let name = made.path.clone();
        let unpacked = work::run(&quiet, move |tell| {
            unpack::unpack(&changed[..], &name, &to, Wanted::Database, &|_| Ok(()), tell)
        });
        if let Ok(manifest) = unpacked.await {
            // Every byte of it was compared: only the size of zstd's window or unused bits differ.
            assert_eq!(manifest, made.manifest, "at {at}");
        }
    }
}

/// A tar as somebody else would write it: name, kind, declared size, content.
type Member<'a> = (&'a str, u8, u64, &'a [u8]);

fn forged(members: &[Member<'_>], file: &Path) {
    let _ = std::fs::remove_file(file);
    let mut zstd = zstd::Encoder::new(Writing::create(file, NOON, None).unwrap(), 3).unwrap();
    for (name, kind, size, content) in members {
        let mut header = [0; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[100..107].copy_from_slice(b"0000600");
        header[124..135].copy_from_slice(format!("{size:011o}").as_bytes());
        header[136..147].copy_from_slice(b"00000000000");
        header[148..156].fill(b' ');
        header[156] = *kind;
        header[157..168].copy_from_slice(b"/etc/passwd");
        header[257..265].copy_from_slice(b"ustar\x0000");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        zstd.write_all(&header).unwrap();
        zstd.write_all(content).unwrap();
        zstd.write_all(&vec![0; content.len().next_multiple_of(512) - content.len()]).unwrap();
    }
    zstd.write_all(&[0; 1024]).unwrap();
    zstd.finish().unwrap().finish().unwrap();
}

fn sum_of(bytes: &[u8]) -> String {
    work::hex(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes).as_ref())
}

/// A manifest and sums that fit these members, as an attacker would write them.
fn with_sums(members: &[Member<'_>], change: impl Fn(&mut Manifest)) -> (Vec<u8>, Vec<u8>) {
    let lines = members.iter().map(|(name, _, _, content)| format!("{}  {name}\n", sum_of(content)));
    let sums = lines.collect::<String>().into_bytes();
    let mut manifest = Manifest {
        format: 1,
        imera: "0.1.0".to_owned(),
        schema: 1,
        domain: None,
        place_name: None,
        made_at: "2026-11-21T12:00:00Z".to_owned(),
        database_bytes: members.first().map_or(0, |member| member.3.len() as u64),
        files: members.len().saturating_sub(1) as u64,
        files_bytes: members.iter().skip(1).map(|member| member.3.len() as u64).sum(),
        tables: Default::default(),
        sums_bytes: sums.len() as u64,
        sums_sha256: sum_of(&sums),
    };
    change(&mut manifest);
    (serde_json::to_vec(&manifest).unwrap(), sums)
}

async fn refusal_of(members: &[Member<'_>], change: impl Fn(&mut Manifest)) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("imera-1.backup");
    let (manifest, sums) = with_sums(members, change);
    let first: [Member<'_>; 2] =
        [("manifest.json", b'0', manifest.len() as u64, &manifest), ("SHA256SUMS", b'0', sums.len() as u64, &sums)];
    forged(&[&first[..], members].concat(), &file);
    let refused = refusal(&file).await.to_string();
    refused.replace(&file.display().to_string(), "FILE")
}

const DATABASE: Member<'static> = ("imera.sqlite", b'0', 4, b"none");

#[tokio::test]
async fn what_others_packed_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("imera-1.backup");
    for (members, told) in [
        (&[("etc/hosts", b'0', 1, &b"x"[..])][..], "is not an imera backup"),
        (&[][..], "manifest.json is missing"),
        (&[("manifest.json", b'2', 0, &b""[..])][..], "is not an imera backup"),
        (&[("manifest.json", b'0', 2, &b"{}"[..])][..], "its manifest is not whole"),
        (&[("manifest.json", b'0', 3, &b"xyz"[..])][..], "its manifest cannot be read"),
    ] {
        forged(members, &file);
        let refused = refusal(&file).await.to_string();
        assert!(refused.contains(told), "{refused}");
    }
    for other in
        [&b""[..], b"PK\x03\x04", b"\x28\xb5\x2f\xfd", b"imera backups\n", &[0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]]
    {
        std::fs::write(&file, other).unwrap();
        let refused = refusal(&file).await;
        assert!(matches!(refused, TransferError::NotOurs(_)), "{refused}");
    }
    assert!(matches!(refusal(folder.path()).await, TransferError::NotOurs(_)), "a folder");
    assert!(matches!(refusal(&folder.path().join("none")).await, TransferError::Io { .. }));
}

#[tokio::test]
async fn members_that_lead_elsewhere_are_refused() {
    for name in ["../evil", "/etc/evil", "files/../../evil", "files/a/../b", "imera.sqlite-wal", "files/./a", "other"] {
        let refused = refusal_of(&[DATABASE, (name, b'0', 4, b"evil")], |_| {}).await;
        assert!(refused.contains("(it holds what is none of ours)"), "{name}: {refused}");
    }
    // Links hard and soft, devices, folders, pipes, sparse files, long names, extended heads.
    for kind in *b"12345670SLKxgD" {
        let told = refusal_of(&[DATABASE, ("files/a", kind, 4, b"evil")], |_| {}).await;
        let wanted = if kind == b'0' { "its database does not open" } else { "files/a is not where it should be" };
        assert!(told.contains(wanted), "{}: {told}", kind as char);
    }
    for (one, other) in [("files/a", "files/a"), ("files/a", "files/a/b"), ("files/a/b", "files/a")] {
        let twice = refusal_of(&[DATABASE, (one, b'0', 1, b"x"), (other, b'0', 1, b"x")], |_| {}).await;
        assert!(twice.contains("(it holds the same name twice)"), "{twice}");
    }
    let twice = refusal_of(&[DATABASE, DATABASE], |_| {}).await;
    assert!(twice.contains("none of ours"), "{twice}");
}

#[tokio::test]
async fn what_is_declared_bounds_what_is_unpacked() {
    let file: Member<'_> = ("files/a", b'0', 4, b"1234");
    let bomb = |bytes| move |manifest: &mut Manifest| manifest.files_bytes = bytes;
    assert!(refusal_of(&[DATABASE, file], bomb(u64::MAX)).await.contains("does not fit on the disk"));
    assert!(refusal_of(&[DATABASE, file], bomb(3)).await.contains("another length than was told"));
    assert!(refusal_of(&[DATABASE, file], bomb(5)).await.contains("files are missing"));
    let sums = refusal_of(&[DATABASE], |manifest| manifest.sums_bytes = limits::BACKUP_SUMS_MAX_BYTES + 1).await;
    assert!(sums.contains("another length"), "{sums}");
    let long = refusal_of(&[("imera.sqlite", b'0', 4 << 30, b"none")], |_| {}).await;
    assert!(long.contains("another length than was told"), "{long}");
    let fewer = refusal_of(&[DATABASE, file], |manifest| manifest.files = 0).await;
    assert!(fewer.contains("files are missing"), "{fewer}");
    let tables = vec![b' '; limits::BACKUP_MANIFEST_MAX_BYTES as usize + 1];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("imera-1.backup");
    forged(&[("manifest.json", b'0', tables.len() as u64, &tables)], &path);
    assert!(refusal(&path).await.to_string().contains("its manifest is too long"));
}

#[tokio::test]
async fn a_newer_format_and_a_newer_schema_are_refused_with_the_version_to_take() {
    let newer = refusal_of(&[DATABASE], |manifest| (manifest.schema, manifest.imera) = (99, "1.2.0".to_owned())).await;
    assert_eq!(newer, "FILE was made by a newer imera (1.2.0): update this one first");
    let painted = |manifest: &mut Manifest| (manifest.schema, manifest.imera) = (99, "\u{1b}[31m1\n2".to_owned());
    let newer = refusal_of(&[DATABASE], painted).await;
    assert_eq!(newer, "FILE was made by a newer imera ([31m12): update this one first");
    let newer = refusal_of(&[DATABASE], |manifest| manifest.format = 2).await;
    assert!(newer.contains("newer imera"), "{newer}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("imera-1.backup");
    std::fs::write(&file, "imera backup 2\nwhatever the future brings\n\n").unwrap();
    assert!(matches!(refusal(&file).await, TransferError::Newer { .. }));
}

#[tokio::test]
async fn a_database_that_is_damaged_or_counts_otherwise_is_refused() {
    let place = Place::new().await;
    let copy = place.path("copy.sqlite");
    place.store.snapshot(copy.clone()).await.unwrap();
    let whole = std::fs::read(&copy).unwrap();
    let counted = super::super::proof::count(&copy).unwrap();
    let honest = |manifest: &mut Manifest| {
        (manifest.schema, manifest.tables) = (counted.schema, counted.tables.clone());
        (manifest.domain, manifest.place_name) = (counted.domain.clone(), counted.place_name.clone());
    };
    let mut torn = whole.clone();
    let page = torn.len() / 4_096 / 2 * 4_096;
    torn[page..page + 8_192].fill(0x5a);
    let refused = refusal_of(&[("imera.sqlite", b'0', torn.len() as u64, &torn)], honest).await;
    assert!(refused.contains("(its database "), "{refused}");
    let less = |manifest: &mut Manifest| {
        honest(manifest);
        manifest.tables.insert("account".to_owned(), 3);
    };
    let refused = refusal_of(&[("imera.sqlite", b'0', whole.len() as u64, &whole)], less).await;
    assert!(refused.contains("does not hold what the manifest counts"), "{refused}");
}

#[tokio::test]
async fn a_database_that_is_none_of_ours_is_refused_by_a_look_as_by_a_restore() {
    let place = Place::new().await;
    for (change, schema) in [
        ("DROP TABLE stream", crate::store::schema_version()),
        ("PRAGMA user_version = 1", 1),
        ("PRAGMA user_version = 99", 7),
        ("PRAGMA application_id = 5", crate::store::schema_version()),
        ("UPDATE setting SET value = 'no domain!' WHERE key = 'domain'", crate::store::schema_version()),
        ("DROP TABLE verifier", crate::store::schema_version()),
        ("ALTER TABLE invite DROP COLUMN note", crate::store::schema_version()),
        ("CREATE UNIQUE INDEX one ON account (role)", crate::store::schema_version()),
        ("CREATE VIEW seen AS SELECT * FROM account", crate::store::schema_version()),
        (
            "PRAGMA foreign_keys = OFF; INSERT INTO verifier SELECT 77, 'SCRAM-SHA-1', x'00', 4096, x'00', x'00'",
            crate::store::schema_version(),
        ),
        ("CREATE TRIGGER t AFTER INSERT ON backup BEGIN DELETE FROM account; END", crate::store::schema_version()),
    ] {
        let copy = place.path("copy.sqlite");
        place.store.snapshot(copy.clone()).await.unwrap();
        Connection::open(&copy).unwrap().execute_batch(change).unwrap();
        let counted = super::super::proof::count(&copy).unwrap();
        let bytes = std::fs::read(&copy).unwrap();
        std::fs::remove_file(&copy).unwrap();
        let honest = |manifest: &mut Manifest| {
            (manifest.schema, manifest.tables) = (schema, counted.tables.clone());
            (manifest.domain, manifest.place_name) = (counted.domain.clone(), counted.place_name.clone());
        };
        let refused = refusal_of(&[("imera.sqlite", b'0', bytes.len() as u64, &bytes)], honest).await;
        assert!(refused.starts_with("FILE is damaged ("), "{change}: {refused}");
    }
}

#[tokio::test]
async fn an_older_schema_is_migrated_beside_today_and_then_brought_in() {
    let place = Place::new().await;
    let copy = place.path("copy.sqlite");
    let older = Connection::open(&copy).unwrap();
    older.execute_batch(include_str!("../../../tests/upgrade/0001.sql")).unwrap();
    drop(older);
    let counted = super::super::proof::count(&copy).unwrap();
    let bytes = std::fs::read(&copy).unwrap();
    let database: Member<'_> = ("imera.sqlite", b'0', bytes.len() as u64, &bytes);
    let (manifest, sums) = with_sums(&[database], |manifest| {
        (manifest.schema, manifest.tables) = (counted.schema, counted.tables.clone());
        (manifest.domain, manifest.place_name) = (counted.domain.clone(), counted.place_name.clone());
    });
    let file = place.path("older.backup");
    let first: [Member<'_>; 2] =
        [("manifest.json", b'0', manifest.len() as u64, &manifest), ("SHA256SUMS", b'0', sums.len() as u64, &sums)];
    forged(&[&first[..], &[database]].concat(), &file);
    assert_eq!(place.verify(&file, None).await.unwrap().manifest.unwrap().schema, 1);
    assert_eq!(place.left_over(), Vec::<String>::new());
    let other = tempfile::tempdir().unwrap();
    let prepared = prepare(other.path(), &file, None, &place.clock, &quiet).await.unwrap();
    assert_eq!(prepared.manifest.schema, 1);
    commit(other.path(), NOON, false).unwrap();
    settle(other.path()).unwrap();
    let names: Vec<_> = std::fs::read_dir(other.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, [FILE], "without the copy that the migration kept");
    let schema =
        Connection::open(other.path().join(FILE)).unwrap().pragma_query_value(None, "user_version", |row| row.get(0));
    assert_eq!(schema, Ok(crate::store::schema_version()));
}

#[tokio::test]
async fn what_decides_over_a_machine_is_its_own_and_comes_out_of_no_file() {
    let place = Place::new().await;
    place.settings.set("backup_command", "cp {} /mnt", &By::Machine).await.unwrap();
    let file = place.create().await.path;
    let other = tempfile::tempdir().unwrap();
    let bring = async || {
        prepare(other.path(), &file, None, &place.clock, &quiet).await.unwrap();
        commit(other.path(), NOON, false).unwrap();
        settle(other.path()).unwrap();
        let today = Connection::open(other.path().join(FILE)).unwrap();
        let sql = "SELECT max(value) FROM setting WHERE key = 'backup_command'";
        (today.query_row(sql, [], |row| row.get::<_, Option<String>>(0)).unwrap(), today)
    };
    let (command, today) = bring().await;
    assert_eq!(command, None, "an empty machine runs nothing that a file names");
    today.execute("INSERT INTO setting VALUES ('backup_command', 'rsync {} nas:')", []).unwrap();
    drop(today);
    assert_eq!(bring().await.0.as_deref(), Some("rsync {} nas:"));
}

#[tokio::test]
async fn a_link_for_a_new_password_does_not_come_back() {
    let place = Place::new().await;
    let links = "INSERT INTO invite
        (token_hash, kind, account, role, uses_max, befriend, ask_first, created_at, expires_at, revoked_at) VALUES
        (x'01', 'reset', 8, 'member', 1, 0, 0, 1, 2, NULL), (x'02', 'reset', 8, 'member', 1, 0, 0, 1, 2, 5),
        (x'03', 'account', NULL, 'member', 1, 0, 0, 1, 2, NULL);";
    place.store.write(move |db| db.execute_batch(links)).await.unwrap();
    let file = place.create().await.path;
    let other = tempfile::tempdir().unwrap();
    prepare(other.path(), &file, None, &place.clock, &quiet).await.unwrap();
    commit(other.path(), NOON, false).unwrap();
    settle(other.path()).unwrap();
    let today = Connection::open(other.path().join(FILE)).unwrap();
    let mut revoked = today.prepare("SELECT revoked_at FROM invite ORDER BY token_hash").unwrap();
    let revoked: Vec<Option<i64>> = revoked.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(revoked, [Some(NOON), Some(5), None]);
}
