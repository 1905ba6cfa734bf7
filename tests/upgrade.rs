//! Databases of every landed schema are opened by this version, and hold all they held (house: invariant 13).
//!
//! `tests/upgrade/NNNN.sql` is the database of schema NNNN as the release binary left it, as SQL, and what clients
//! knew of it. When a schema lands, its own is made once, and never again:
//! `IMERA_TEST_BIN=target/release/imera IMERA_UPGRADE_KEEP=tests/upgrade/NNNN.sql cargo test --test upgrade`
#![allow(clippy::disallowed_methods)] // real sockets, real time

#[path = "support/client.rs"]
mod client;
#[path = "upgrade/dump.rs"]
mod dump;
#[path = "upgrade/life.rs"]
mod life;
#[allow(dead_code)] // tests/process.rs uses the rest
#[path = "support/process.rs"]
mod process;

use std::path::{Path, PathBuf};

use process::Folder;

/// Ours in all of them.
const DOMAIN: &str = "verona.test";

/// The kept databases, oldest first.
fn kept() -> Vec<PathBuf> {
    let folder = Path::new("tests/upgrade");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|end| end == "sql")).collect();
    files.sort();
    files
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn house_13_a_database_of_every_landed_schema_opens_and_holds_all_it_held() {
    let files = kept();
    assert!(!files.is_empty());
    for file in files {
        println!("{}", file.display());
        let text = std::fs::read_to_string(&file).unwrap();
        let (folder, known) = dump::load(&text);
        life::goes_on(&folder, &known).await;
    }
}

/// The same for what this version writes: what is asked for above is what was there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_made_now_goes_on_and_is_the_same_from_its_text() {
    let folder = Folder::new();
    let known = life::begins(&folder).await;
    let text = dump::text(&folder, &known);
    if let Some(file) = std::env::var_os("IMERA_UPGRADE_KEEP") {
        std::fs::write(&file, &text).unwrap();
    }
    let (loaded, read) = dump::load(&text);
    assert_eq!(dump::text(&loaded, &read), text);
    life::goes_on(&loaded, &read).await;
}

/// Who opens an older file adds to it; what has landed stays as it is.
#[test]
fn house_13_the_newest_kept_schema_is_the_one_that_is_made_now() {
    let newest = std::fs::read_to_string(kept().last().unwrap()).unwrap();
    let folder = Folder::new();
    let told = folder
        .imera(&["setup", "--domain", DOMAIN, "--home", "--owner", "mira", "--password-stdin"], "pencil-and-paper\n");
    assert_eq!(told.code, 0, "{}", told.stderr);
    let now = dump::schema(&dump::open(&folder));
    let then = dump::schema(&dump::open(&dump::load(&newest).0));
    assert_eq!(now, then, "a new schema: a file of its own in store/schema, and a database of it in tests/upgrade");
}

#[test]
fn house_11_the_domain_is_stored_once() {
    let newest = std::fs::read_to_string(kept().last().unwrap()).unwrap();
    let (folder, _) = dump::load(&newest);
    let database = dump::open(&folder);
    // what a sleeping client is owed is kept word for word
    database.execute("UPDATE stream SET saved = NULL", []).unwrap();
    let text = dump::rows(&database);
    let with: Vec<&str> = text.lines().filter(|line| line.contains(DOMAIN)).collect();
    assert_eq!(with, [format!("('domain','{DOMAIN}'),")]);
}
