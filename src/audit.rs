//! Who changed what: the log that owners read, written in the transaction of the change where there is one.
//!
//! State: the table `audit`, bounded in rows and age. A line holds names and values as they were then, no words: those
//! come from the catalogue in the reader's language. It never holds a secret.

use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::params;
use serde::Deserialize;
use serde::Serialize;

use crate::clock::UtcMicros;
use crate::limits;

/// Whose hand it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// The command line, or the server by itself.
    Machine,
    /// The chat name of then: the account may be gone when somebody reads it.
    Person(Arc<str>),
}

/// What was done. `name`: a chat name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", content = "holes", rename_all = "snake_case")]
pub enum Deed {
    /// `None`: the default again, or a value that is nobody's to read here.
    Setting {
        key: String,
        value: Option<String>,
    },
    Added {
        name: String,
    },
    AddedMany {
        count: usize,
    },
    Role {
        name: String,
        role: String,
    },
    Locked {
        name: String,
    },
    /// Open again; it stays if it was to go.
    Opened {
        name: String,
    },
    /// To be removed at that time.
    Closed {
        name: String,
        until: UtcMicros,
    },
    Removed {
        name: String,
    },
    SignedOut {
        name: String,
    },
    /// An owner or the machine chose it.
    Password {
        name: String,
    },
    ResetLink {
        name: String,
    },
    Invited {
        number: i64,
        uses: u32,
        note: Option<String>,
    },
    Withdrew {
        number: i64,
        note: Option<String>,
    },
    LetIn {
        name: String,
    },
    TurnedAway {
        name: String,
    },
    /// By hand. Those of the night stand among the backups.
    BackupMade {
        file: String,
    },
    BackupFetched {
        file: String,
    },
    /// The database is that of a backup, made then.
    Restored {
        made_at: UtcMicros,
    },
    /// Backups are locked by a passphrase from now on, or no more.
    Passphrase {
        on: bool,
    },
    /// It holds until then.
    CertificateBrought {
        until: UtcMicros,
    },
    /// What was brought is forgotten.
    CertificateAutomatic,
}

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub id: i64,
    pub by: By,
    /// `None`: a newer imera wrote it.
    pub deed: Option<Deed>,
    pub at: UtcMicros,
}

/// Adds a line, and forgets those beyond the bounds.
pub fn note(c: &Connection, by: &By, deed: &Deed, at: UtcMicros) -> rusqlite::Result<()> {
    let (what, holes) = to_columns(deed);
    let name = match by {
        By::Machine => None,
        By::Person(name) => Some(name),
    };
    let sql = "INSERT INTO audit (by, what, holes, at) VALUES (?, ?, ?, ?)";
    c.prepare_cached(sql)?.execute(params![name, what, holes, at])?;
    let sql = "DELETE FROM audit WHERE id <= ?1 OR at < ?2";
    let oldest = c.last_insert_rowid() - i64::from(limits::AUDIT_ROWS_MAX);
    c.prepare_cached(sql)?.execute(params![oldest, at - limits::AUDIT_KEPT_S * 1_000_000]).map(drop)
}

/// [`note`] as a job of its own, for what was done outside the database or across several transactions.
pub fn job(by: By, deed: Deed, at: UtcMicros) -> impl FnOnce(&Connection) -> rusqlite::Result<()> + Send + 'static {
    move |c| note(c, &by, &deed, at)
}

/// When the newest change was made.
pub fn newest_at(c: &Connection) -> rusqlite::Result<Option<UtcMicros>> {
    c.query_row("SELECT max(at) FROM audit", [], |row| row.get(0))
}

/// The newest lines, or those before `before`; at most `count`.
pub fn page(c: &Connection, before: Option<i64>, count: usize) -> rusqlite::Result<Vec<Line>> {
    let sql = "SELECT id, by, what, holes, at FROM audit WHERE id < ?1 ORDER BY id DESC LIMIT ?2";
    let mut select = c.prepare_cached(sql)?;
    let rows = select.query_map(params![before.unwrap_or(i64::MAX), count as i64], |row| {
        let (what, holes): (String, String) = (row.get(2)?, row.get(3)?);
        Ok(Line {
            id: row.get(0)?,
            by: row.get::<_, Option<String>>(1)?.map_or(By::Machine, |name| By::Person(name.into())),
            deed: of_columns(&what, &holes),
            at: row.get(4)?,
        })
    })?;
    rows.collect()
}

fn to_columns(deed: &Deed) -> (String, String) {
    let value = serde_json::to_value(deed).expect("texts and numbers are always JSON");
    (value["what"].as_str().unwrap_or_default().to_owned(), value["holes"].to_string())
}

fn of_columns(what: &str, holes: &str) -> Option<Deed> {
    let holes: serde_json::Value = serde_json::from_str(holes).ok()?;
    serde_json::from_value(serde_json::json!({ "what": what, "holes": holes })).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database() -> Connection {
        let c = Connection::open_in_memory().unwrap();
        c.execute_batch(include_str!("store/schema/0007_audit.sql")).unwrap();
        c
    }

    fn tom() -> Deed {
        Deed::Role { name: "tom".to_owned(), role: "owner".to_owned() }
    }

    #[test]
    fn lines_come_back_as_they_were_the_newest_first() {
        let c = database();
        let deeds = [tom(), Deed::Setting { key: "ask_first".to_owned(), value: None }, Deed::Passphrase { on: true }];
        for (at, deed) in (1..).zip(&deeds) {
            note(&c, &By::Person("mira".into()), deed, at).unwrap();
        }
        c.execute("INSERT INTO audit (what, holes, at) VALUES ('of tomorrow', '{}', 4)", []).unwrap();
        let lines = page(&c, None, 2).unwrap();
        assert_eq!((lines[0].by.clone(), lines[0].deed.clone()), (By::Machine, None));
        assert_eq!((lines[1].at, lines[1].deed.as_ref()), (3, Some(&deeds[2])));
        let rest = page(&c, Some(lines[1].id), 9).unwrap();
        assert_eq!(
            rest.iter().map(|line| line.deed.clone().unwrap()).collect::<Vec<_>>(),
            [deeds[1].clone(), deeds[0].clone()]
        );
    }

    #[test]
    fn the_log_is_bounded_in_rows_and_age() {
        let c = database();
        let count = |c: &Connection| c.query_row("SELECT count(*) FROM audit", [], |row| row.get::<_, u32>(0)).unwrap();
        let year = limits::AUDIT_KEPT_S * 1_000_000;
        for at in 0..i64::from(limits::AUDIT_ROWS_MAX) + 10 {
            note(&c, &By::Machine, &tom(), at).unwrap();
        }
        assert_eq!(count(&c), limits::AUDIT_ROWS_MAX);
        note(&c, &By::Machine, &tom(), year + 500_000_000).unwrap();
        assert_eq!(count(&c), 1);
    }
}
