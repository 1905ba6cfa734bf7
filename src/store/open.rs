//! Opening: the file, its settings, its schema.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::error::OpenError;
use crate::limits;

/// «imer»: whose file it is.
const APPLICATION_ID: i32 = 0x696d_6572;

/// Schemas in their order; `user_version` says how many a file has.
const SCHEMAS: &[&str] = &[
    include_str!("schema/0001_spine.sql"),
    include_str!("schema/0002_invites.sql"),
    include_str!("schema/0003_setup.sql"),
    include_str!("schema/0004_backup.sql"),
    include_str!("schema/0005_web_session.sql"),
    include_str!("schema/0006_device_password.sql"),
    include_str!("schema/0007_audit.sql"),
    include_str!("schema/0008_home_authority.sql"),
    include_str!("schema/0009_acme.sql"),
];

/// The schema that this version writes.
pub fn schema_version() -> u32 {
    SCHEMAS.len() as u32
}

/// Whether a database has the tables and indexes of its version, and nothing else: no trigger, no view, and each as it
/// was made. White space does not count.
pub fn has_our_schema(connection: &Connection) -> rusqlite::Result<bool> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let fresh = Connection::open_in_memory()?;
    for schema in SCHEMAS.iter().take(version.max(0) as usize) {
        fresh.execute_batch(schema)?;
    }
    Ok(things(connection)? == things(&fresh)?)
}

/// What a schema consists of: kind, name, table and how it was made. Statistics are SQLite's own.
fn things(connection: &Connection) -> rusqlite::Result<BTreeSet<[String; 4]>> {
    let sql =
        "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!'";
    let mut select = connection.prepare(sql)?;
    let rows = select.query_map([], |row| {
        let sql: String = row.get(3)?;
        Ok([row.get(0)?, row.get(1)?, row.get(2)?, sql.split_whitespace().collect()])
    })?;
    rows.collect()
}

/// The database's file in the data folder.
pub const FILE: &str = "imera.sqlite";

/// How to open.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// Makes the folder and the database where there is none.
    pub create: bool,
    /// Bytes that must stay free on the disk.
    pub reserve: u64,
    /// Pages in the log after which it is copied into the database; at four times as many the
    /// writer waits for that.
    pub log_pages: u32,
}

impl Default for OpenOptions {
    fn default() -> OpenOptions {
        OpenOptions {
            create: true,
            reserve: limits::STORE_RESERVE_BYTES,
            log_pages: limits::STORE_LOG_CHECKPOINT_PAGES,
        }
    }
}

/// The writer's connection to the database in `folder`, of this version's schema.
/// True: the last end was unclean.
pub(super) fn writer(folder: &Path, options: &OpenOptions) -> Result<(Connection, bool), OpenError> {
    let path = folder.join(FILE);
    check_folder(folder, options)?;
    let fresh = is_fresh(&path, options)?;
    let unclean = path.with_extension("sqlite-wal").metadata().is_ok_and(|log| log.len() > 0);
    let of_sql = |error: rusqlite::Error| OpenError::of_sql(path.clone(), &error);
    let connection = connect(&path, limits::STORE_WRITER_CACHE_KIB).map_err(of_sql)?;
    if fresh {
        connection.pragma_update(None, "page_size", 4096).map_err(of_sql)?;
    } else {
        check_owner(&connection, &path)?;
    }
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0)).map_err(of_sql)?;
    if mode != "wal" {
        return Err(OpenError::Io { path, detail: format!("the log cannot be used, journal mode {mode}") });
    }
    if unclean {
        check_whole(&connection, &path)?;
    }
    migrate(&connection, &path, fresh, SCHEMAS)?;
    if fresh {
        sync_folder(folder)?;
    }
    Ok((connection, unclean))
}

/// A connection with the settings all share.
pub(super) fn connect(path: &Path, cache_kib: u32) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.set_prepared_statement_cache_capacity(192);
    // Without it a statement is compiled anew whenever its LIMIT or what it compares with NULL is bound.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.execute_batch(&format!(
        "PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -{cache_kib}; PRAGMA mmap_size = 0; PRAGMA trusted_schema = OFF;
         PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = {};",
        4 * 4096 * limits::STORE_LOG_CHECKPOINT_PAGES
    ))?;
    #[cfg(feature = "mutants")]
    if super::mutants::is("normal") {
        connection.pragma_update(None, "synchronous", "NORMAL")?;
    }
    Ok(connection)
}

/// A connection for copies: of the log into the database, of the database into a file.
pub(super) fn copier(folder: &Path) -> rusqlite::Result<Connection> {
    connect(&folder.join(FILE), 512)
}

/// A connection that cannot write.
pub(super) fn reader(folder: &Path) -> rusqlite::Result<Connection> {
    let connection = connect(&folder.join(FILE), limits::STORE_READER_CACHE_KIB)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

fn check_folder(folder: &Path, options: &OpenOptions) -> Result<(), OpenError> {
    let of_io = |error: std::io::Error| OpenError::of_io(folder.to_owned(), &error);
    match std::fs::metadata(folder) {
        Ok(meta) if meta.is_dir() => Ok(()),
        Ok(_) => Err(OpenError::NotAFolder(folder.to_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && options.create => {
            use std::os::unix::fs::DirBuilderExt as _;
            std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(of_io)?;
            folder.parent().map_or(Ok(()), sync_folder)
        }
        Err(error) => Err(of_io(error)),
    }
}

/// Whether the database is yet to be made; its file is then there, empty, for our user alone.
fn is_fresh(path: &Path, options: &OpenOptions) -> Result<bool, OpenError> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let of_io = |error: std::io::Error| OpenError::of_io(path.to_owned(), &error);
    let mut open = std::fs::OpenOptions::new();
    open.read(true).write(true).create(options.create).truncate(false).mode(0o600);
    let empty = open.open(path).and_then(|file| file.metadata()).map_err(of_io)?.len() == 0;
    Ok(empty && !path.with_extension("sqlite-wal").exists())
}

fn check_owner(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    let of_sql = |error: rusqlite::Error| OpenError::of_sql(path.to_owned(), &error);
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0)).map_err(of_sql);
    let (owner, found) = (number("application_id")?, number("user_version")?);
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(of_sql)?;
    if owner != i64::from(APPLICATION_ID) && (owner != 0 || found != 0 || tables != 0) {
        return Err(OpenError::Foreign(path.to_owned()));
    }
    match found > SCHEMAS.len() as i64 {
        true => Err(OpenError::Newer { path: path.to_owned(), found, known: SCHEMAS.len() as i64 }),
        false => Ok(()),
    }
}

/// After an unclean end: whether the database is whole.
fn check_whole(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    tracing::info!(path = %path.display(), "checking the database after an unclean end");
    let of_sql = |error: rusqlite::Error| OpenError::of_sql(path.to_owned(), &error);
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(of_sql)?;
    match verdict == "ok" {
        true => Ok(()),
        false => Err(OpenError::Corrupt { path: path.to_owned(), detail: verdict }),
    }
}

/// Brings an older schema up to date, each step in a transaction; keeps a copy of the older file.
pub(super) fn migrate(connection: &Connection, path: &Path, fresh: bool, schemas: &[&str]) -> Result<(), OpenError> {
    let of_sql = |error: rusqlite::Error| OpenError::of_sql(path.to_owned(), &error);
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(of_sql)?;
    let found = found.max(0) as usize;
    if found == schemas.len() {
        return Ok(());
    }
    if !fresh && found > 0 {
        keep_copy(connection, path, found)?;
    }
    for (at, schema) in schemas.iter().enumerate().skip(found) {
        let version = at + 1;
        let step = format!(
            "BEGIN IMMEDIATE; {schema}
             ; PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {version}; COMMIT;"
        );
        if let Err(error) = connection.execute_batch(&step) {
            let _ = connection.execute_batch("ROLLBACK");
            return Err(of_sql(error));
        }
    }
    Ok(())
}

/// Copies the older file, under another name until the copy is whole.
fn keep_copy(connection: &Connection, path: &Path, version: usize) -> Result<(), OpenError> {
    let copy = copy_path(path, version);
    if copy.exists() {
        return Ok(());
    }
    let part = copy.with_extension("part");
    let of_io = |error: std::io::Error| OpenError::of_io(part.clone(), &error);
    let _ = std::fs::remove_file(&part);
    super::snapshot::copy(connection, &part).map_err(|error| OpenError::of_sql(part.clone(), &error))?;
    std::fs::File::open(&part).and_then(|file| file.sync_all()).map_err(of_io)?;
    std::fs::rename(&part, &copy).map_err(of_io)?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Where the file of an older schema is kept: `imera-schema-1.sqlite`.
fn copy_path(path: &Path, version: usize) -> PathBuf {
    path.with_file_name(format!("imera-schema-{version}.sqlite"))
}

/// Makes new names in a folder durable.
pub(super) fn sync_folder(folder: &Path) -> Result<(), OpenError> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let of_io = |error: std::io::Error| OpenError::of_io(folder.to_owned(), &error);
    std::fs::File::open(folder).map_err(of_io)?.sync_all().map_err(of_io)
}
