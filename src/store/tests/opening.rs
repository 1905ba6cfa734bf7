//! Databases that are refused, each with its next step.

use super::*;

fn refusal(folder: &Path) -> OpenError {
    match Store::open(folder, OpenOptions::default(), Clock::stepped(0)) {
        Ok(_) => panic!("it opened"),
        Err(error) => error,
    }
}

/// A database with something in it, closed in good order.
async fn made() -> tempfile::TempDir {
    let folder = folder();
    let store = open(folder.path());
    store.submit(set("a", &"x".repeat(50_000))).await.expect("kept");
    store.close().await;
    folder
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let folder = made().await;
    let newer = Connection::open(folder.path().join(FILE)).expect("it opens");
    newer.pragma_update(None, "user_version", 99).expect("set");
    drop(newer);
    let error = refusal(folder.path());
    assert!(matches!(error, OpenError::Newer { found: 99, .. }), "{error}");
    assert!(error.to_string().contains("newer imera"), "{error}");
}

#[tokio::test]
async fn somebody_elses_database_and_what_is_none_are_refused() {
    let folder = folder();
    let other = Connection::open(folder.path().join(FILE)).expect("it opens");
    other.execute("CREATE TABLE x (y)", []).expect("a table");
    drop(other);
    assert!(matches!(refusal(folder.path()), OpenError::Foreign(_)));
    std::fs::write(folder.path().join(FILE), "this is a text and no database".repeat(100)).expect("written");
    assert!(matches!(refusal(folder.path()), OpenError::Foreign(_)));
    assert_eq!(std::fs::read(folder.path().join(FILE)).expect("it is there").len(), 3_000);
}

#[tokio::test]
async fn an_empty_file_becomes_a_database() {
    let folder = folder();
    std::fs::write(folder.path().join(FILE), "").expect("written");
    open(folder.path()).submit(set("a", "1")).await.expect("kept");
}

#[tokio::test]
async fn damage_is_found_after_an_unclean_end() {
    let folder = folder();
    let store = open(folder.path());
    for n in 0..20 {
        store.submit(set(&n.to_string(), &"x".repeat(20_000))).await.expect("kept");
    }
    store.close().await;
    let file = folder.path().join(FILE);
    let mut bytes = std::fs::read(&file).expect("it is there");
    let page_of_setting = bytes.len() / 4096 / 2 * 4096;
    bytes[page_of_setting..].fill(0x5a);
    std::fs::write(&file, bytes).expect("written");
    // A log that a power cut left before its first page: it hides nothing of the damage.
    std::fs::write(folder.path().join("imera.sqlite-wal"), [0; 32]).expect("written");
    let error = refusal(folder.path());
    assert!(matches!(error, OpenError::Corrupt { .. }), "{error}");
    assert!(error.to_string().contains("imera restore"), "{error}");
}

#[tokio::test]
async fn what_is_no_folder_or_not_there_is_refused() {
    let folder = folder();
    let file = folder.path().join("file");
    std::fs::write(&file, "").expect("written");
    assert!(matches!(refusal(&file), OpenError::NotAFolder(_)));
    assert!(matches!(refusal(&file.join("below")), OpenError::NotAFolder(_)));
    let options = OpenOptions { create: false, ..OpenOptions::default() };
    let missing = Store::open(&folder.path().join("x"), options, Clock::stepped(0));
    assert!(matches!(missing.err(), Some(OpenError::Missing(_))));
}

#[test]
fn what_the_system_refuses_has_its_own_words() {
    use std::io::{Error, ErrorKind};
    let of = |kind: ErrorKind| OpenError::of_io("data".into(), &Error::from(kind));
    assert!(matches!(of(ErrorKind::PermissionDenied), OpenError::Permission(_)));
    assert!(matches!(of(ErrorKind::ReadOnlyFilesystem), OpenError::ReadOnly(_)));
    assert!(matches!(of(ErrorKind::StorageFull), OpenError::DiskFull(_)));
}

#[tokio::test]
async fn a_database_made_now_has_the_settings_it_needs() {
    let folder = folder();
    let store = open(folder.path());
    let settings = store.write(|c| {
        let number = |name| c.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let mode: String = c.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
        Ok((mode, number("synchronous")?, number("wal_autocheckpoint")?, number("application_id")?))
    });
    assert_eq!(settings.await.unwrap(), ("wal".to_owned(), 2, 0, 0x696d_6572));
    use std::os::unix::fs::PermissionsExt as _;
    let below = folder.path().join("data");
    drop(open(&below));
    assert_eq!(below.metadata().expect("made").permissions().mode() & 0o777, 0o700);
}

#[tokio::test]
async fn an_older_schema_is_copied_and_then_brought_up_to_date() {
    let folder = made().await;
    let path = folder.path().join(FILE);
    let connection = Connection::open(&path).expect("it opens");
    let version = |c: &Connection| c.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0));
    let now = version(&connection).expect("a version");
    let mut schemas = vec![""; now as usize];
    schemas.push("CREATE TABLE second (x);");
    schemas.push("CREATE TABLE third (x); INSERT INTO third SELECT value FROM setting");
    open::migrate(&connection, &path, false, &schemas).expect("three schemas");
    let count = |c: &Connection| c.query_row("SELECT count(*) FROM third", [], |row| row.get::<_, i64>(0));
    assert_eq!(count(&connection), Ok(1));
    let copy = Connection::open(folder.path().join(format!("imera-schema-{now}.sqlite"))).expect("a copy");
    assert!(count(&copy).is_err());
    assert_eq!(copy.query_row("SELECT count(*) FROM setting", [], |row| row.get::<_, i64>(0)), Ok(1));
    assert_eq!(version(&copy), Ok(now));

    let mut broken = schemas;
    broken.push("CREATE TABLE fourth (x); no sql");
    assert!(open::migrate(&connection, &path, false, &broken).is_err());
    assert!(connection.execute("SELECT x FROM fourth", []).is_err(), "a step is done whole or not at all");
    assert_eq!(version(&connection), Ok(now + 2));
    drop((connection, copy));
    let OpenError::Newer { found, known, .. } = refusal(folder.path()) else { panic!("it opened") };
    assert_eq!((found, known), (now + 2, now));
}
