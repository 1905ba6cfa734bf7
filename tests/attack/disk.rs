//! A full disk and one that can only be read (house: deliver at once, acknowledge when durable).
//!
//! The disk is a small one of the server's own (`support/small_disk.rs`).

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::client::{Client, Error, Event};
use crate::process::Folder;
use crate::server::{Bystander, Server, command, ping};
use crate::small_disk;

/// MiB of the disk: the reserve and some.
const DISK_MIB: u64 = (imera::limits::STORE_RESERVE_BYTES >> 20) + 40;

/// `serve` on a small disk at the folder, where `before` was done.
fn on_small_disk(folder: &Folder, before: &str) -> Command {
    std::fs::create_dir_all(&folder.path).unwrap();
    let (path, size) = (folder.path.to_str().unwrap(), DISK_MIB.to_string());
    command(folder, &small_disk::words(path, &size, before))
}

/// The server's folder as seen from here.
fn inside(server: &Server, folder: &Folder) -> PathBuf {
    format!("/proc/{}/root{}", server.pid(), folder.path.display()).into()
}

/// Status and body of `/healthz`.
async fn health(server: &Server) -> (u16, String) {
    let mut socket = tokio::net::TcpStream::connect(server.address("http")).await.unwrap();
    socket.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
}

async fn health_becomes(server: &Server, status: u16) -> String {
    let begun = Instant::now();
    loop {
        let (now, body) = health(server).await;
        if now == status {
            return body;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{now} {body}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn status(server: &Server, folder: &Folder) -> serde_json::Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_imera"));
    let output = command.args(["status", "--json", "--data"]).arg(inside(server, folder)).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

/// Sends until its stream ends or a message is refused; the numbers that were acknowledged.
async fn write_until_full(server: &Server) -> Vec<u64> {
    let mut client = server.login_resumable("writer", "w").await;
    let (mut acknowledged, mut next) = (Vec::new(), 0u64);
    loop {
        for _ in 0..20 {
            next += 1;
            let text = format!("<message to='juliet@localhost' type='chat'><body>w {next}</body></message>");
            client.send_tagged(text, next);
        }
        client.request_ack();
        loop {
            match client.event().await.unwrap().expect("`Closed` comes first") {
                Event::Acked { tags, .. } => {
                    acknowledged.extend(tags);
                    if acknowledged.len() as u64 == next {
                        break;
                    }
                }
                Event::Stanza(stanza) if stanza.attr("type").as_deref() == Some("error") => {
                    assert!(stanza.text.contains("<resource-constraint "), "{}", stanza.text);
                    return acknowledged;
                }
                Event::Closed { why, .. } => {
                    assert!(why.contains("<resource-constraint "), "{why}");
                    return acknowledged;
                }
                Event::Stanza(_) => {}
            }
        }
    }
}

/// What a chat message of romeo's leads to: the error, or `None` once it is acknowledged.
async fn refusal(romeo: &mut Client, text: &str) -> Option<String> {
    let error = error_for(romeo, text).await;
    if error.is_none() {
        romeo.settle().await.unwrap();
    }
    error
}

/// The error that answers a message, if one does. While nothing can be counted on the disk, a message
/// that passes is not acknowledged.
async fn error_for(romeo: &mut Client, text: &str) -> Option<String> {
    romeo.send(text);
    romeo.request_ack();
    ping(romeo).await; // an error comes before this answer
    while let Ok(event) = romeo.events.try_recv() {
        match event {
            Event::Stanza(stanza) if stanza.attr("type").as_deref() == Some("error") => return Some(stanza.text),
            Event::Closed { why, .. } => panic!("{why}"),
            _ => {}
        }
    }
    None
}

fn chat(body: &str, more: &str) -> String {
    format!("<message to='juliet@localhost' type='chat' id='{body}'><body>{body}</body>{more}</message>")
}

/// Juliet's next message that is romeo's.
async fn from_romeo(juliet: &mut Client) -> String {
    let is_his = |from: Option<std::borrow::Cow<'_, str>>| from.is_some_and(|from| from.starts_with("romeo@"));
    let stanza = juliet.stanza(|stanza| stanza.is("message") && is_his(stanza.attr("from"))).await.unwrap();
    stanza.tree().child("body", "jabber:client").unwrap().text.clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn house_a_full_disk_refuses_what_must_be_kept_passes_the_rest_and_comes_back_by_itself() {
    let folder = Folder::new();
    let server = Server::spawn(on_small_disk(&folder, "true"), &folder);
    server.register(&["romeo", "juliet", "writer"]).await;
    let bystander = Bystander::arrive(&server).await;
    let mut romeo = server.login_resumable("romeo", "street").await;
    let mut juliet = server.login_resumable("juliet", "balcony").await;
    juliet.available();
    ping(&juliet).await;
    assert_eq!(refusal(&mut romeo, &chat("before", "")).await, None);
    assert_eq!(from_romeo(&mut juliet).await, "before");

    let ballast = inside(&server, &folder).join("ballast");
    let fill = ballast.clone();
    let filling = tokio::task::spawn_blocking(move || {
        let mut file = std::fs::File::create(fill).unwrap();
        while file.write_all(&[0; 65_536]).is_ok() {}
    });
    let (acknowledged, filled) = tokio::join!(write_until_full(&server), filling);
    filled.unwrap();
    let line = health_becomes(&server, 503).await;
    assert_eq!(line, "the disk is full: messages are refused until there is space\n");
    let status_now = status(&server, &folder);
    assert_eq!(status_now["database"]["writable"], false, "{status_now}");
    let notices = status_now["notices"].as_array().unwrap();
    assert!(notices.iter().any(|notice| notice["key"] == "store" && notice["next"] != ""), "{notices:?}");

    // refused before delivery; what nobody keeps passes
    let refused = refusal(&mut romeo, &chat("refused", "")).await.expect("nothing can be kept");
    assert!(refused.contains("<resource-constraint ") && refused.contains("type='wait'"), "{refused}");
    let no_store = "<no-store xmlns='urn:xmpp:hints'/>";
    assert_eq!(error_for(&mut romeo, &chat("passing", no_store)).await, None);
    assert_eq!(from_romeo(&mut juliet).await, "passing");
    let late = server.login("romeo").await;
    let refused = late.set_contact("juliet@localhost", "", &[]).await;
    assert!(matches!(&refused, Err(Error::Iq(text)) if text.contains("<resource-constraint ")), "{refused:?}");
    assert_eq!(late.roster().await.unwrap(), []);
    assert_eq!(late.archive(None, 50).await.unwrap().len(), 1);
    let mut other = server.login_resumable("juliet", "late").await;
    other.available(); // and reads what waits, though no mark can be cleared
    ping(&other).await;
    other.stanza(|stanza| stanza.is("presence")).await.unwrap();
    drop(other);

    std::fs::remove_file(ballast).unwrap();
    health_becomes(&server, 200).await;
    assert_eq!(refusal(&mut romeo, &chat("after", "")).await, None);
    assert_eq!(from_romeo(&mut juliet).await, "after");
    late.set_contact("juliet@localhost", "", &[]).await.unwrap();
    let archive = juliet.archive(None, 100).await.unwrap();
    let count = |body: &str| archive.iter().filter(|message| message.body() == body).count();
    for number in &acknowledged {
        assert_eq!(count(&format!("w {number}")), 1, "{number} was acknowledged");
    }
    assert_eq!(["before", "refused", "passing", "after"].map(count), [1, 0, 0, 1]);
    println!("{} messages were acknowledged before the disk was full", acknowledged.len());
    assert_eq!(status(&server, &folder)["database"]["writable"], true);
    bystander.leave().await;
    server.stop_well().await;
}

#[tokio::test]
async fn a_data_folder_that_was_moved_away_is_no_place_to_write_until_it_is_back() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    server.register(&["writer", "juliet"]).await;
    let away = folder.path.with_extension("away");
    std::fs::rename(&folder.path, &away).unwrap();
    let acknowledged = write_until_full(&server).await;
    let line = health_becomes(&server, 503).await;
    assert_eq!(line, "the data folder was moved or deleted: messages are refused\n");
    std::fs::rename(&away, &folder.path).unwrap();
    health_becomes(&server, 200).await;
    let mut juliet = server.login_resumable("juliet", "balcony").await;
    let archive = juliet.archive(None, 1_000).await.unwrap();
    for number in &acknowledged {
        let kept = archive.iter().filter(|message| message.body() == format!("w {number}")).count();
        assert_eq!(kept, 1, "{number} was acknowledged");
    }
    assert_eq!(refusal(&mut juliet, &chat("after", "")).await, None);
    server.stop_well().await;
}

#[tokio::test]
async fn a_start_on_a_disk_that_is_full_or_can_only_be_read_tells_the_next_step() {
    let good = Folder::new();
    Server::start(&good).stop_well().await;
    let copy = format!("cp {}/* {{}}", good.path.display());
    for (then, what) in [("mount -o remount,ro {}", "can only be read"), ("dd if=/dev/zero of={}/x bs=64k", "space")] {
        let folder = Folder::new();
        let path = folder.path.to_str().unwrap();
        let before = format!("{copy} && {{ {then}; true; }} 2>/dev/null").replace("{}", path);
        let output = on_small_disk(&folder, &before).stdin(Stdio::null()).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        let told: Vec<&str> = stderr.lines().filter(|line| line.starts_with("imera: ")).collect();
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(matches!(told[..], [line] if line.contains(what)), "{what}: {stderr}");
    }
}
