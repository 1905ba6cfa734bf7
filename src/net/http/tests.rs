//! The client against a server that answers what it is told.

use std::net::Ipv4Addr;

use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use super::*;

/// Answers each connection with the next of `answers`, and tells what it was asked.
async fn server(answers: &'static [&'static [&'static str]]) -> (String, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move {
        let mut asked = Vec::new();
        for connection in answers {
            let (mut socket, _) = listener.accept().await.unwrap();
            for answer in *connection {
                let mut head = vec![0; 4_096];
                let read = socket.read(&mut head).await.unwrap();
                asked.push(String::from_utf8_lossy(&head[..read]).into_owned());
                let _ = socket.write_all(answer.as_bytes()).await;
            }
        }
        asked
    });
    (base, serving)
}

fn client() -> Client {
    Client::new(Clock::system(), Resolver::new(None), None).unwrap()
}

fn get(uri: &str) -> Request<Bytes> {
    Request::get(uri).body(Bytes::new()).unwrap()
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

#[tokio::test]
async fn a_connection_is_used_again_and_made_anew_once_it_was_shut() {
    let (base, serving) = server(&[&[OK, OK], &[OK]]).await;
    let client = client();
    for _ in 0..3 {
        let answer = client.send(get(&format!("{base}/a?b=c"))).await.unwrap();
        assert_eq!((answer.status().as_u16(), &answer.body()[..]), (200, &b"hi"[..]));
    }
    let asked = serving.await.unwrap();
    let host = base.trim_start_matches("http://");
    assert_eq!(asked.len(), 3);
    assert!(asked[0].starts_with("GET /a?b=c HTTP/1.1\r\n") && asked[0].contains(&format!("host: {host}\r\n")));
}

#[tokio::test]
async fn what_is_too_long_or_no_http_is_an_error() {
    let (base, serving) =
        server(&[&["HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\nhi"], &["SSH-2.0-dropbear\r\n"]]).await;
    let client = client();
    assert!(matches!(client.send(get(&base)).await, Err(HttpError::Long(_))));
    assert!(matches!(client.send(get(&base)).await, Err(HttpError::Broken { .. })));
    serving.await.unwrap();
    assert!(matches!(client.send(get(&base)).await, Err(HttpError::Connect { .. })), "nobody listens any more");
}

#[tokio::test]
async fn plain_http_goes_nowhere_but_to_this_machine() {
    let client = client();
    assert!(matches!(client.send(get("http://192.0.2.1/")).await, Err(HttpError::Connect { .. })));
    assert!(matches!(client.send(get("ftp://127.0.0.1/")).await, Err(HttpError::Address(_))));
}

#[tokio::test]
async fn who_is_silent_is_not_waited_for_beyond_the_bound() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let clock = Clock::stepped(0);
    let client = Client::new(clock.clone(), Resolver::new(None), None).unwrap();
    let uri = format!("http://{}", listener.local_addr().unwrap());
    let asking = tokio::spawn(async move { client.send(get(&uri)).await });
    let (_socket, _) = listener.accept().await.unwrap();
    clock.advance(Duration::from_secs(limits::REQUEST_MAX_S));
    assert!(matches!(asking.await.unwrap(), Err(HttpError::Slow(_))));
}
