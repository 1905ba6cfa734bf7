//! Requests over the in-memory network.

use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;

use super::*;
use crate::net::memory;
use crate::store::OpenOptions;

async fn ask(options: OpenOptions, request: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), options, Clock::system()).unwrap();
    let _ = store.write(|c| c.execute("INSERT INTO setting VALUES ('a', 'b')", [])).await;
    let site = Site::new(store, Clock::system());
    let (mut near, far) = memory::pair();
    let serving = tokio::spawn(async move { site.serve(far).await });
    near.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    near.read_to_string(&mut answer).await.unwrap();
    serving.await.unwrap();
    answer
}

#[tokio::test]
async fn contract_healthz_is_200_while_all_is_well() {
    let answer = ask(OpenOptions::default(), "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\nok\n"), "{answer}");
}

#[tokio::test]
async fn contract_healthz_is_503_with_the_reason_while_nothing_can_be_written() {
    let full = OpenOptions { reserve: u64::MAX, ..OpenOptions::default() };
    let answer = ask(full, "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.ends_with("the disk is full: messages are refused until there is space\n"), "{answer}");
}

#[tokio::test]
async fn other_paths_are_404_in_plain_text() {
    let answer = ask(OpenOptions::default(), "GET /admin HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 404 ") && answer.contains("text/plain"), "{answer}");
}

#[tokio::test]
async fn a_head_beyond_the_bounds_ends_the_connection() {
    let many = "X-A: b\r\n".repeat(limits::WEB_HEADERS_MAX + 1);
    let answer = ask(OpenOptions::default(), &format!("GET /healthz HTTP/1.1\r\nHost: a\r\n{many}\r\n")).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    let long = "x".repeat(2 * limits::WEB_HEAD_MAX_BYTES);
    let answer = ask(OpenOptions::default(), &format!("GET /{long} HTTP/1.1\r\nHost: a\r\n\r\n")).await;
    assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
}
