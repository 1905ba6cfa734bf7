//! The first member of a backup's tar: what it holds, of whom, by which imera.
//!
//! The sums of all other members are the second one, `SHA256SUMS`, as `sha256sum -c` reads it; the
//! manifest holds that one's own. Keeps no state.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

/// The manifest's name in the tar.
pub const NAME: &str = "manifest.json";
/// The name of the sums in the tar.
pub const SUMS: &str = "SHA256SUMS";
/// The folder of uploaded files, in the data folder and in the tar.
pub const FILES: &str = "files";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    /// The version that made it.
    pub imera: String,
    /// The database's schema.
    pub schema: u32,
    /// `None`: imera was not set up yet.
    pub domain: Option<String>,
    pub place_name: Option<String>,
    /// RFC 3339, UTC.
    pub made_at: String,
    pub database_bytes: u64,
    pub files: u64,
    pub files_bytes: u64,
    /// Rows of each table.
    pub tables: BTreeMap<String, u64>,
    pub sums_bytes: u64,
    pub sums_sha256: String,
}

impl Manifest {
    pub fn accounts(&self) -> u64 {
        self.rows("account")
    }

    pub fn messages(&self) -> u64 {
        self.rows("message")
    }

    fn rows(&self, table: &str) -> u64 {
        self.tables.get(table).copied().unwrap_or(0)
    }

    /// What unpacking writes.
    pub fn unpacked_bytes(&self) -> u64 {
        self.database_bytes.saturating_add(self.files_bytes).saturating_add(self.sums_bytes)
    }
}

/// Where a member may go: the database, or a plain path below `files`.
pub fn is_ours(path: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    let signs = |part: &str| !part.chars().any(|sign| sign.is_control() || sign == '\\');
    path == crate::store::FILE
        || path.strip_prefix("files/").is_some_and(|below| {
            let parts = below.split('/').count();
            parts <= crate::limits::BACKUP_FILE_DEPTH_MAX && below.split('/').all(|part| plain(part) && signs(part))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_goes_nowhere_but_to_its_place() {
        for path in ["imera.sqlite", "files/a", "files/ab/cd.png"] {
            assert!(is_ours(path), "{path}");
        }
        for path in [
            "",
            "files",
            "files/",
            "/etc/passwd",
            "../x",
            "files/../x",
            "files/./x",
            "files//x",
            "files/a/..",
            "x",
            "imera.sqlite-wal",
            "./imera.sqlite",
            "files/a\nb",
            "files/a\\b",
            "files/a/b/c/d/e/f/g/h/i",
        ] {
            assert!(!is_ours(path), "{path}");
        }
    }
}
