//! Whether the web site elsewhere sends an authority's question on to this machine (RFC 8555 §8.3, RFC 9110 §15.4).
//!
//! One request of plain HTTP, as the authority makes it, with its first answer read and nothing followed. Keeps no state.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use super::judge::State;
use super::judge::Why;
use super::own;
use crate::clock::Clock;
use crate::limits;
use crate::net::dns::Resolver;

/// Asked for below the challenge's path: no authority's token.
const PROBE: &str = "imera";

/// `at`: the address that an authority begins with; `to`: where it has to come to, up to the last slash.
pub(super) async fn look((resolver, clock): (&Resolver, &Clock), at: &str, to: &str) -> State {
    let Some((host, path)) = at.strip_prefix("http://").and_then(|rest| rest.split_once('/')) else {
        return State::Later;
    };
    let Ok(addresses) = resolver.addresses(host).await else { return State::Later };
    // What a domain says must not make us knock inside somebody's network.
    let address = addresses.into_iter().find(|address| own::is_public(*address));
    let Some(address) = address else { return State::Later };
    let most = Duration::from_secs(limits::REDIRECT_MAX_S);
    let request = format!("GET /{path}{PROBE} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    match clock.timeout(most, head(SocketAddr::new(address, 80), &request)).await {
        Some(Some(head)) => judge(&head, host, to),
        _ => State::Later,
    }
}

/// The answer up to its first empty line, at most [`limits::REDIRECT_HEAD_MAX_BYTES`].
async fn head(server: SocketAddr, request: &str) -> Option<String> {
    let stream = &mut TcpStream::connect(server).await.ok()?;
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut read = Vec::new();
    let most = limits::REDIRECT_HEAD_MAX_BYTES;
    while read.len() < most && !read.windows(4).any(|end| end == b"\r\n\r\n") {
        let left = (most - read.len()) as u64;
        if (&mut *stream).take(left).read_buf(&mut read).await.ok()? == 0 {
            break;
        }
    }
    String::from_utf8(read).ok()
}

fn judge(head: &str, host: &str, to: &str) -> State {
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
    let field = |line: &str| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("location").then(|| value.trim().to_owned())
    };
    let location = lines.take_while(|line| !line.is_empty()).find_map(field);
    let Some(location) = location.filter(|_| matches!(status, "301" | "302" | "303" | "307" | "308")) else {
        return State::Waiting;
    };
    // Anybody can write anything there, and it is shown.
    let seen: String = location.chars().filter(char::is_ascii_graphic).take(limits::REDIRECT_SHOWN_MAX_SIGNS).collect();
    let bare = |address: &str| {
        let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"))?;
        let (host, path) = rest.split_once('/')?;
        let port = host.rsplit_once(':').map(|(_, port)| port);
        let host = host.strip_suffix(":80").or_else(|| host.strip_suffix(":443")).unwrap_or(host);
        Some((host.to_ascii_lowercase(), format!("/{path}"), port.is_none_or(|port| port == "80" || port == "443")))
    };
    match (bare(&seen), bare(&format!("{to}{PROBE}"))) {
        (Some(seen), Some(wanted)) if seen == wanted => State::Found { via: None, unsure: None },
        // To its own https: what comes then only the authority sees.
        (Some((other, ..)), _) if other == host => State::Later,
        _ => State::Wrong { seen, why: Why::OtherRedirect },
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    const TO: &str = "http://chat.beach.example/.well-known/acme-challenge/";

    fn judged(status: &str, location: &str) -> State {
        judge(&format!("HTTP/1.1 {status}\r\nServer: a\r\nlocation: {location}\r\n\r\n"), "beach.example", TO)
    }

    #[test]
    fn rfc8555_8_3_one_redirect_with_the_whole_path_is_the_proof_s_way() {
        let found = State::Found { via: None, unsure: None };
        assert_eq!(judged("301 Moved", &format!("{TO}imera")), found);
        let by_tls = "https://Chat.beach.example:443/.well-known/acme-challenge/imera";
        assert_eq!(judged("308 Moved", by_tls), found);
        assert_eq!(judged("302 Found", "https://beach.example/.well-known/acme-challenge/imera"), State::Later);
        for wrong in [TO, "http://chat.beach.example/", "https://www.other.example/", "http://chat.beach.example:81/x"]
        {
            let why = Why::OtherRedirect;
            assert_eq!(judged("301 Moved", wrong), State::Wrong { seen: wrong.to_owned(), why }, "{wrong}");
        }
        assert_eq!(judged("404 Not Found", TO), State::Waiting);
        assert_eq!(judge("HTTP/1.1 301 Moved\r\n\r\n", "beach.example", TO), State::Waiting);
        assert_eq!(judge("SSH-2.0", "beach.example", TO), State::Waiting);
        let hostile = judged("301 Moved", &format!("http://x/\u{1b}[31m<b>{}", "y".repeat(9_000)));
        let State::Wrong { seen, .. } = hostile else { panic!("{hostile:?}") };
        assert!(seen.len() <= limits::REDIRECT_SHOWN_MAX_SIGNS && !seen.contains('\u{1b}'));
    }

    #[tokio::test]
    async fn an_answer_without_an_end_is_read_up_to_its_bound() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let endless = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            while socket.write_all(b"x: y\r\n").await.is_ok() {}
        });
        let head = head(at, "GET / HTTP/1.1\r\n\r\n").await.unwrap();
        assert_eq!(head.len(), limits::REDIRECT_HEAD_MAX_BYTES);
        endless.await.unwrap();
    }
}
