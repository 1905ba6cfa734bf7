//! A database as text that can be reviewed, and back.

use rusqlite::Connection;

use crate::life::Known;
use crate::process::Folder;

const FILE: &str = "imera.sqlite";
/// What stands before what the clients knew.
const KNOWN: &str = "-- known by clients: ";

pub fn open(folder: &Folder) -> Connection {
    Connection::open(folder.file(FILE)).unwrap()
}

/// The whole database, and what clients know of it.
pub fn text(folder: &Folder, known: &Known) -> String {
    let database = open(folder);
    let number = |name: &str| database.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
    let mut text = format!("{KNOWN}{}\n", serde_json::to_string(known).unwrap());
    text += "PRAGMA foreign_keys = OFF;\nBEGIN;\n";
    for name in ["application_id", "user_version"] {
        text += &format!("PRAGMA {name} = {};\n", number(name));
    }
    for statement in schema(&database) {
        text += &format!("\n{statement};\n");
    }
    text + &rows(&database) + "\nCOMMIT;\n"
}

/// The statements that make its tables, in their order.
pub fn schema(database: &Connection) -> Vec<String> {
    let sql = "SELECT sql FROM sqlite_schema WHERE sql NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid";
    let mut statement = database.prepare(sql).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

/// All rows, one a line unless they hold line ends.
pub fn rows(database: &Connection) -> String {
    // Last the numbers that are never used again: filling the tables has raised them.
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name = 'sqlite_sequence', rowid";
    let mut statement = database.prepare(sql).unwrap();
    let tables: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    let mut text = String::new();
    for table in tables {
        let rows = rows_of(database, &table);
        if table == "sqlite_sequence" {
            text += "\nDELETE FROM sqlite_sequence;";
        }
        if !rows.is_empty() {
            text += &format!("\nINSERT INTO {table} VALUES\n{};\n", rows.join(",\n"));
        }
    }
    text
}

/// Ordered by their values, since their order in the file says nothing.
fn rows_of(database: &Connection, table: &str) -> Vec<String> {
    let mut columns = database.prepare(&format!("SELECT name FROM pragma_table_info('{table}')")).unwrap();
    let names = columns.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let names: Vec<String> = names.map(|name| format!("\"{}\"", name.unwrap())).collect();
    let quoted: Vec<String> = names.iter().map(|name| format!("quote({name})")).collect();
    let sql = format!("SELECT {} FROM {table} ORDER BY {}", quoted.join(", "), names.join(", "));
    let mut statement = database.prepare(&sql).unwrap();
    let line = |row: &rusqlite::Row<'_>| {
        let values: rusqlite::Result<Vec<String>> = (0..names.len()).map(|column| row.get(column)).collect();
        Ok(format!("({})", values?.join(",")))
    };
    statement.query_map([], line).unwrap().collect::<Result<_, _>>().unwrap()
}

/// A data folder with the database that the text describes.
pub fn load(text: &str) -> (Folder, Known) {
    let known = text.lines().next().and_then(|line| line.strip_prefix(KNOWN)).expect("the first line tells it");
    let folder = Folder::new();
    std::fs::create_dir(&folder.path).unwrap();
    let database = open(&folder);
    database.pragma_update(None, "page_size", 4096).unwrap();
    database.execute_batch(text).unwrap();
    database.pragma_update(None, "journal_mode", "WAL").unwrap();
    (folder, serde_json::from_str(known).unwrap())
}
