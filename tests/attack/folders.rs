//! Data folders that cannot be served: told in one line with the next step, and left as they are.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;

use crate::process::Folder;
use crate::server::{Server, command};

const FILE: &str = "imera.sqlite";

/// Starts on the folder, which must be refused: exit 1 and one line that has `what`.
fn assert_refused(folder: &Folder, wrapper: &[&str], what: &str) {
    let before = contents(&folder.path);
    let output = command(folder, wrapper).stdin(Stdio::null()).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{what}: {stderr}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{what}");
    let told: Vec<&str> = stderr.lines().filter(|line| line.starts_with("imera: ")).collect();
    let [line] = told[..] else { panic!("{what}: {stderr}") };
    assert!(line.contains(what), "{what}: {line}");
    let next = line.rsplit_once(": ").unwrap().1;
    assert!(next.split(' ').count() >= 3, "a next step: {line}");
    assert!(contents(&folder.path) == before, "{what}: the folder was changed");
}

/// The bytes of the files that are the database.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let read = |path: &Path| if path.is_file() { std::fs::read(path).unwrap() } else { Vec::new() };
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    let named = entries.map(|entry| (entry.file_name().into_string().unwrap(), read(&entry.path())));
    named.filter(|(name, _)| name.starts_with(FILE) && !name.ends_with("-shm")).collect()
}

fn with_database(bytes: &[u8]) -> Folder {
    let folder = Folder::new();
    std::fs::create_dir(&folder.path).unwrap();
    std::fs::write(folder.file(FILE), bytes).unwrap();
    folder
}

#[tokio::test]
async fn contract_a_folder_that_cannot_be_served_is_told_in_one_line_and_left_alone() {
    let good = Folder::new();
    let server = Server::start(&good);
    server.register(&["romeo"]).await;
    assert_refused_while_running(&good, &server);
    server.stop_well().await;
    let bytes = std::fs::read(good.file(FILE)).unwrap();

    let newer = with_database(&bytes);
    rusqlite::Connection::open(newer.file(FILE)).unwrap().pragma_update(None, "user_version", 4_711).unwrap();
    assert_refused(&newer, &[], "was written by a newer imera (schema 4711");

    let foreign = with_database(b"");
    let sql = "CREATE TABLE address_book (name); PRAGMA application_id = 7;";
    rusqlite::Connection::open(foreign.file(FILE)).unwrap().execute_batch(sql).unwrap();
    assert_refused(&foreign, &[], "is no database of imera");
    let foreign = with_database(b"");
    let sql = "CREATE TABLE address_book (name)";
    rusqlite::Connection::open(foreign.file(FILE)).unwrap().execute_batch(sql).unwrap();
    assert_refused(&foreign, &[], "is no database of imera");
    assert_refused(&with_database(&b"Dear diary, ".repeat(1_000)), &[], "is no database of imera");

    let mut schema_gone = bytes.clone();
    schema_gone[100..1_100].fill(0xa5);
    assert_refused(&with_database(&schema_gone), &[], "is damaged");
    let cut_off = with_database(&bytes[..bytes.len() / 2]);
    assert_refused(&cut_off, &[], "is damaged");

    let folder = Folder::new();
    std::fs::create_dir_all(folder.file(FILE)).unwrap();
    assert_refused(&folder, &[], FILE);
    // what was good is still good
    Server::start(&good).stop_well().await;
}

fn assert_refused_while_running(folder: &Folder, server: &Server) {
    let output = command(folder, &[]).stdin(Stdio::null()).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    let told: Vec<&str> = stderr.lines().filter(|line| line.starts_with("imera: ")).collect();
    assert!(matches!(told[..], [line] if line.contains(&format!("(pid {})", server.pid()))), "{stderr}");
}

#[tokio::test]
async fn damage_inside_the_database_is_found_after_an_unclean_end() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    server.register(&["romeo"]).await;
    let romeo = server.login_resumable("romeo", "street").await;
    let body = "x".repeat(500);
    for number in 0..300 {
        romeo.send(format!("<message to='romeo@localhost' type='chat'><body>{number} {body}</body></message>"));
    }
    while romeo.unacked() > 0 {
        romeo.settle().await.unwrap();
    }
    drop((romeo, server)); // killed
    let server = Server::start(&folder);
    assert!(server.log().contains("after an unclean end"), "{}", server.log());
    let romeo = server.login("romeo").await;
    assert_eq!(romeo.archive(None, 100).await.unwrap().len(), 300);
    server.stop_well().await;

    let mut bytes = std::fs::read(folder.file(FILE)).unwrap();
    let half = bytes.len() / 4_096 / 2 * 4_096;
    bytes[half..].fill(0x5a);
    let damaged = with_database(&bytes);
    std::fs::write(damaged.file("imera.sqlite-wal"), [0; 32]).unwrap(); // as if it had been killed
    let output = command(&damaged, &[]).stdin(Stdio::null()).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    let told = stderr.lines().find(|line| line.starts_with("imera: ")).unwrap_or_default();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(told.contains("is damaged (") && told.contains("imera restore"), "{stderr}");
    assert!(std::fs::read(damaged.file(FILE)).unwrap() == bytes, "left as it was");
}
