//! Backups with the real binary: made under load, by night, locked; brought back on another machine.

#[path = "support/client.rs"]
mod client;
#[allow(dead_code)] // tests/process.rs uses the rest
#[path = "support/process.rs"]
mod process;

use std::path::Path;
use std::path::PathBuf;

use client::Client;
use client::Door;
use client::Endpoint;
use process::Folder;
use process::Server;
use rusqlite::Connection;
use serde_json::json;

const PASSWORD: &str = "a good password";

fn set_up(folder: &Folder) {
    let arguments =
        ["setup", "--domain", "localhost", "--home", "--owner", "mira", "--name", "Beach House", "--password-stdin"];
    let told = folder.imera(&arguments, &format!("{PASSWORD}\n"));
    assert_eq!(told.code, 0, "{}", told.stderr);
    let told = folder.imera(&["account", "add", "tom", "--password-stdin"], &format!("{PASSWORD}\n"));
    assert_eq!(told.code, 0, "{}", told.stderr);
}

fn started(folder: &Folder) -> Server {
    let mut server = Server::start(folder, &["serve"]);
    server.read_ready();
    server
}

async fn login(server: &Server, name: &str) -> Client {
    let endpoint = Endpoint::new(server.address("c2s_tls"), Door::DirectTls, "localhost");
    Client::login_resumable(&endpoint, name, PASSWORD, None).await.unwrap()
}

/// `count` messages of mira's to tom, all acknowledged.
async fn chat(server: &Server, count: usize) {
    let mira = login(server, "mira").await;
    for number in 0..count {
        let text = format!("<message to='tom@localhost' type='chat'><body>hello {number}</body></message>");
        mira.send_tagged(text, number as u64 + 1);
    }
    mira.settle().await.unwrap();
}

/// Every row of a table, as text, in order.
fn rows(data: &Path, table: &str) -> Vec<String> {
    let db = Connection::open(data.join("imera.sqlite")).unwrap();
    let mut select = db.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2")).unwrap();
    let columns = select.column_count();
    let row = |row: &rusqlite::Row<'_>| {
        (0..columns).map(|at| row.get_ref(at).map(|value| format!("{value:?}"))).collect::<Result<Vec<_>, _>>()
    };
    select.query_map([], row).unwrap().map(|row| row.unwrap().join("|")).collect()
}

fn the_backup(folder: &Folder) -> PathBuf {
    let list = folder.json(&["backup", "list"]);
    PathBuf::from(list[0]["file"].as_str().unwrap())
}

/// The history, as it is to come back: what waits to be moved counts as moved.
fn history(data: &Path) -> Vec<String> {
    let archive = "(SELECT * FROM archive UNION ALL SELECT * FROM archive_recent)";
    ["message", archive, "peer", "undelivered", "account", "verifier"].map(|table| rows(data, table)).concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_a_running_server_comes_back_row_by_row_on_an_empty_machine() {
    let folder = Folder::new();
    set_up(&folder);
    let mut server = started(&folder);
    chat(&server, 200).await;
    let told = folder.imera(&["backup", "create"], "");
    assert!(told.stdout.ends_with("It was opened again and proved.\n"), "{} {}", told.stdout, told.stderr);
    assert_eq!(server.stop().0, Some(0));
    let before = history(&folder.path);
    assert!(before.len() > 600, "{}", before.len());

    let other = Folder::new();
    let file = the_backup(&folder);
    let told = other.imera(&["restore", file.to_str().unwrap()], "");
    assert_eq!(told.code, 0, "{}", told.stderr);
    assert!(told.stdout.starts_with("Beach House is back as it was on 20"), "{}", told.stdout);
    assert!(!told.stdout.contains("What was there before"), "nothing was");
    assert_eq!(history(&other.path), before);
    assert_eq!(rows(&other.path, "certificate"), rows(&folder.path, "certificate"));
    let server = started(&other);
    let tom = login(&server, "tom").await;
    let page = tom.archive(Some("mira@localhost"), 100).await.unwrap();
    assert_eq!(page.len(), 200, "an old client logs in with the old password and has its history");
    let status = other.json(&["status"]);
    assert_eq!((&status["place_name"], &status["backup"]["last_good_at"]), (&json!("Beach House"), &json!(null)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_while_people_chat_holds_what_was_acknowledged_before_it_began() {
    let folder = Folder::new();
    set_up(&folder);
    let server = started(&folder);
    chat(&server, 50).await;
    let data = folder.path.clone();
    let binary = env!("CARGO_BIN_EXE_imera");
    let making = tokio::task::spawn_blocking(move || {
        std::process::Command::new(binary).args(["backup", "create", "--json", "--data"]).arg(data).output().unwrap()
    });
    chat(&server, 500).await;
    let made: serde_json::Value = serde_json::from_slice(&making.await.unwrap().stdout).unwrap();
    assert!(made["messages"].as_u64().unwrap() >= 50, "{made}");
    let verified = folder.json(&["backup", "verify", made["file"].as_str().unwrap()]);
    assert_eq!((&verified["opened"], &verified["messages"]), (&json!(true), &made["messages"]));
}

#[test]
fn restore_refuses_while_a_server_runs_and_puts_aside_what_was_there() {
    let folder = Folder::new();
    set_up(&folder);
    folder.imera(&["backup", "create"], "");
    let file = the_backup(&folder);
    let file = file.to_str().unwrap();
    folder.imera(&["account", "add", "later", "--password-stdin"], "a good password\n");
    let mut server = started(&folder);
    let refused = folder.imera(&["restore", file], "");
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.starts_with("imera: another imera (pid "), "{}", refused.stderr);
    server.stop();
    let told = folder.json(&["restore", file]);
    let aside = PathBuf::from(told["aside"].as_str().unwrap());
    assert_eq!((&told["accounts"], rows(&aside, "account").len()), (&json!(2), 3));
    assert_eq!(folder.json(&["account", "list"]).as_array().unwrap().len(), 2);
    assert_eq!(folder.json(&["backup", "list"])[0]["file"], file, "the backups stay where they are");
}

#[test]
fn a_locked_backup_asks_for_its_passphrase_and_set_up_takes_it_from_a_file() {
    let folder = Folder::new();
    let secret = Folder::new();
    std::fs::create_dir(&secret.path).unwrap();
    let passphrase = secret.file("passphrase");
    let arguments = ["--domain", "a.test", "--home", "--owner", "mira", "--password-stdin", "--backup-passphrase-file"];
    std::fs::write(&passphrase, "short\n").unwrap();
    let path = passphrase.to_str().unwrap();
    let short = folder.imera(&[&["setup"], &arguments[..], &[path]].concat(), "tall lamps at noon\n");
    assert_eq!(
        (short.code, short.stderr.as_str()),
        (2, "imera: a passphrase needs 12 signs, this has 5: add another word\n")
    );
    std::fs::write(&passphrase, "correct horse battery\n").unwrap();
    let told = folder.imera(&[&["setup"], &arguments[..], &[path]].concat(), "tall lamps at noon\n");
    assert_eq!(told.code, 0, "{}", told.stderr);
    let made = folder.json(&["backup", "create"]);
    assert_eq!(made["locked"], true);
    let file = made["file"].as_str().unwrap();
    assert_eq!(folder.json(&["backup", "verify", file])["opened"], false);
    let other = Folder::new();
    let missing = other.imera(&["restore", file], "");
    assert!(missing.stderr.ends_with("is locked: add --passphrase-stdin and give its passphrase on standard input\n"));
    let wrong = other.imera(&["restore", file, "--passphrase-stdin"], "incorrect horse\n");
    assert!(wrong.stderr.contains("that passphrase does not open"), "{}", wrong.stderr);
    assert!(!other.file("imera.sqlite").exists() && !other.file(".imera-restore").exists());
    let told = other.imera(&["setup", "--restore", file, "--passphrase-file", path], "");
    assert_eq!(told.code, 0, "{}", told.stderr);
    assert_eq!(other.json(&["setup", "state"])["domain"], "a.test");
    let left: Vec<_> = std::fs::read_dir(&other.path).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with("aside")), "{left:?}");
    let again = other.imera(&["setup", "--restore", file, "--passphrase-file", path], "");
    assert!(again.stderr.contains("this place is set up already, for a.test: "), "{}", again.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_waits_for_its_set_up_opens_as_what_the_backup_holds() {
    let folder = Folder::new();
    set_up(&folder);
    folder.imera(&["backup", "create"], "");
    let file = the_backup(&folder);
    let other = Folder::new();
    let mut server = Server::start(&other, &["serve"]);
    assert!(server.line().starts_with("setup "));
    let told = other.imera(&["setup", "--restore", file.to_str().unwrap()], "");
    assert_eq!(told.code, 0, "{}", told.stderr);
    server.read_ready();
    login(&server, "tom").await;
    assert_eq!(server.stop(), (Some(0), "stopped\n".to_owned()));
}

/// Asks the control socket, as the owner's pages do; the last line of the answer.
fn asked(folder: &Folder, question: &serde_json::Value) -> serde_json::Value {
    use std::io::BufRead;
    use std::io::Write;
    let mut socket = std::os::unix::net::UnixStream::connect(folder.file("control.sock")).unwrap();
    socket.write_all(format!("{question}\n").as_bytes()).unwrap();
    let last = std::io::BufReader::new(socket).lines().last().unwrap().unwrap();
    serde_json::from_str(&last).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_server_becomes_what_the_backup_holds_at_the_same_doors() {
    let folder = Folder::new();
    set_up(&folder);
    let mut server = started(&folder);
    chat(&server, 20).await;
    let made = folder.json(&["backup", "create"]);
    folder.imera(&["account", "remove", "tom"], "");
    chat_to_nobody(&server).await;
    let online = login(&server, "mira").await;
    let told = asked(&folder, &json!({ "ask": "restore", "with": { "file": made["file"] } }));
    assert_eq!(told["ok"]["accounts"], 2, "{told}");
    server.read_ready();
    assert!(folder.json(&["status"])["pid"] == server.ports["pid"], "the same process");
    drop(online);
    let tom = login(&server, "tom").await;
    assert_eq!(tom.archive(Some("mira@localhost"), 100).await.unwrap().len(), 20);
    assert_eq!(server.stop().0, Some(0));
}

/// Something that the backup does not hold.
async fn chat_to_nobody(server: &Server) {
    let mira = login(server, "mira").await;
    mira.send_tagged("<message to='mira@localhost' type='chat'><body>later</body></message>".to_owned(), 1);
    mira.settle().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_is_told_once_by_a_message_when_no_backup_comes() {
    let folder = Folder::new();
    set_up(&folder);
    std::fs::write(folder.file("backups"), "in the way").unwrap();
    let db = Connection::open(folder.file("imera.sqlite")).unwrap();
    db.execute("UPDATE setting SET value = value - 3 * 86400000000 WHERE key = 'set_up_at'", []).unwrap();
    drop(db);
    let mut server = started(&folder);
    server.log_until("no backup was made");
    let bodies = async |server: &Server| {
        let mira = login(server, "mira").await;
        let archived = mira.archive(Some("localhost"), 100).await.unwrap();
        archived.iter().map(|message| message.body().to_owned()).collect::<Vec<_>>()
    };
    let told = bodies(&server).await;
    assert!(told.len() == 1 && told[0].starts_with("Beach House: There is no recent backup. If"), "{told:?}");
    assert!(told[0].ends_with("there is no good one yet. make one now by imera backup create."), "{told:?}");
    server.stop();
    let mut server = started(&folder);
    server.log_until("notice=backup");
    assert_eq!(bodies(&server).await.len(), 1, "it stood before the restart");
}

#[test]
fn a_night_that_was_missed_is_made_up_for_soon_after_the_start() {
    let folder = Folder::new();
    set_up(&folder);
    let db = Connection::open(folder.file("imera.sqlite")).unwrap();
    db.execute("UPDATE setting SET value = value - 3 * 86400000000 WHERE key = 'set_up_at'", []).unwrap();
    drop(db);
    let checked = folder.imera(&["check", "backup"], "");
    assert_eq!(checked.code, 1);
    assert!(checked.stdout.contains("there is no good one yet") && checked.stdout.contains("imera backup create"));
    let mut server = started(&folder);
    assert!(server.log_until("backup made and proved").contains("backups/imera-"));
    let list = loop {
        let list = folder.json(&["backup", "list"]);
        if list[0]["kind"] == "nightly" {
            break list;
        }
    };
    assert_eq!((list.as_array().unwrap().len(), &list[0]["state"]), (1, &json!("good")));
    assert_eq!(folder.json(&["check", "backup"])[0]["state"], "ok");
}

#[test]
fn what_cannot_be_done_is_one_line_with_the_next_step() {
    let folder = Folder::new();
    set_up(&folder);
    let elsewhere = tempfile::tempdir().unwrap();
    let text = elsewhere.path().join("text");
    std::fs::write(&text, "this is no backup").unwrap();
    for (arguments, told) in [
        (vec!["restore", text.to_str().unwrap()], "is not an imera backup: name a file called imera-DATE.backup\n"),
        (
            vec!["backup", "verify", text.to_str().unwrap()],
            "is not an imera backup: name a file called imera-DATE.backup\n",
        ),
        (vec!["restore", "/nowhere"], "imera: /nowhere (No such file or directory): look whether the name is right\n"),
        (vec!["backup", "create", "--to", text.to_str().unwrap()], "is there already: choose another name\n"),
    ] {
        let refused = folder.imera(&arguments, "");
        let last = refused.stderr.lines().last().unwrap_or_default().to_owned() + "\n";
        assert!(refused.code == 1 && last.ends_with(told), "{arguments:?}: {}", refused.stderr);
    }
    let short = folder.imera(&["backup", "lock", "--passphrase-stdin"], "short\n");
    assert_eq!(short.code, 2, "{}", short.stderr);
}

/// Files bigger than 40 kB cannot be written there, as on a disk that fills up on the way.
#[test]
fn a_disk_that_fills_on_the_way_leaves_today_as_it_was() {
    let folder = Folder::new();
    set_up(&folder);
    folder.imera(&["backup", "create"], "");
    let file = the_backup(&folder);
    let small = |arguments: &[&str]| {
        let script = "trap '' XFSZ; ulimit -f 80; exec \"$@\"";
        let mut command = std::process::Command::new("sh");
        command.args(["-c", script, "sh", env!("CARGO_BIN_EXE_imera")]).args(arguments);
        let output = command.arg("--data").arg(&folder.path).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let before = history(&folder.path);
    let (code, told) = small(&["restore", file.to_str().unwrap()]);
    assert!(code == Some(1) && told.contains("free some of its disk"), "{told}");
    let (code, told) = small(&["backup", "create"]);
    assert!(code == Some(1), "{told}");
    assert_eq!(history(&folder.path), before);
    let left: Vec<String> = std::fs::read_dir(&folder.path)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with(".imera-"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(folder.json(&["backup", "list"]).as_array().unwrap().len(), 1);
}
