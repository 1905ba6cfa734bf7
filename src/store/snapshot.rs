//! Copies of the whole database while it is in use.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;

use super::error::{Cause, StoreError};
use crate::limits;

/// Writes the state of now into the new file `to`, compact. Reads only: the writer goes on.
pub(super) fn copy(connection: &Connection, to: &Path) -> rusqlite::Result<()> {
    let to = to.to_str().ok_or_else(|| rusqlite::Error::InvalidPath(to.to_owned()))?;
    connection.execute("VACUUM INTO ?1", [to]).map(|_| ())
}

/// Hands the copy to the disk in portions: one big flush at its end would let commits wait.
fn sync_as_it_grows(to: PathBuf) -> impl FnMut() -> bool + Send + 'static {
    let mut synced = 0;
    move || {
        let length = std::fs::metadata(&to).map_or(0, |file| file.len());
        if length >= synced + limits::TRANSFER_SYNC_BYTES {
            synced = length;
            let _ = std::fs::File::open(&to).and_then(|file| file.sync_data());
        }
        false
    }
}

/// [`copy`] on a connection of its own, checked and synced. What fails leaves no file behind.
pub(super) fn snapshot(folder: &Path, to: &Path) -> Result<(), StoreError> {
    let done = copy_and_sync(folder, to);
    if done.is_err() && !matches!(&done, Err(StoreError::Sql(_))) {
        let _ = std::fs::remove_file(to);
    }
    done
}

fn copy_and_sync(folder: &Path, to: &Path) -> Result<(), StoreError> {
    if to.exists() {
        return Err(StoreError::Sql(Arc::new(rusqlite::Error::InvalidPath(to.to_owned()))));
    }
    let of_sql = |error: rusqlite::Error| StoreError::Unavailable(error.to_string().into());
    let copier = super::open::copier(folder).map_err(of_sql)?;
    copier.progress_handler(limits::SNAPSHOT_LOOK_STEPS, Some(sync_as_it_grows(to.to_owned()))).map_err(of_sql)?;
    copy(&copier, to).map_err(of_sql)?;
    let copied = Connection::open(to).map_err(of_sql)?;
    let verdict: String = copied.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(of_sql)?;
    if verdict != "ok" {
        return Err(StoreError::Unavailable(Cause::Corrupt.text().into()));
    }
    let synced = std::fs::File::open(to).and_then(|file| file.sync_all());
    synced.map_err(|error| StoreError::Unavailable(error.to_string().into()))?;
    let parent = to.parent().unwrap_or(Path::new("."));
    super::open::sync_folder(parent).map_err(|error| StoreError::Unavailable(error.to_string().into()))
}
