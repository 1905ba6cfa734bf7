//! Thousands of connections that never log in (XEP-0205 §3.1).

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpSocket, TcpStream};

use crate::process::Folder;
use crate::server::{Bystander, Server, is_full, ping};

/// As many files as the system allows; how many connections of the wished that leaves.
pub fn room_for(wished: usize) -> usize {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    let _ = setrlimit(Resource::Nofile, limit);
    let files = getrlimit(Resource::Nofile).current.map_or(usize::MAX, |files| files as usize);
    let room = wished.min(files.saturating_sub(400));
    if room < wished {
        println!("only {files} open files are allowed here: {room} connections instead of {wished}");
    }
    room
}

/// One from an address of its own loopback network, having said something, but not enough.
async fn half_open(server: &Server, number: usize) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    let source = Ipv4Addr::new(127, 0, 1 + (number / 200 % 200) as u8, 1 + (number % 200) as u8);
    socket.bind(SocketAddr::new(IpAddr::V4(source), 0))?;
    let (door, words): (_, &[u8]) = match number % 5 {
        0 => ("c2s", b""),
        1 => ("c2s", b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' "),
        2 => (
            "c2s",
            b"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' \
                       version='1.0' to='localhost'>",
        ),
        3 => ("c2s_tls", b""),
        _ => ("c2s_tls", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
    };
    let mut stream = socket.connect(server.address(door)).await?;
    stream.write_all(words).await?;
    Ok(stream)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn xep0205_3_1_thousands_of_half_open_sockets_keep_nobody_out() {
    let folder = Folder::new();
    let server = Server::start(&folder);
    server.register(&["romeo"]).await;
    let bystander = Bystander::arrive(&server).await;
    server.login("romeo").await.close().await.unwrap(); // the client knows its keys now, as clients do
    let wished = room_for(if is_full() { 20_000 } else { 5_000 });
    let mut sockets = Vec::with_capacity(wished);
    let mut log_ins = Vec::new();
    for number in 0..wished {
        match half_open(&server, number).await {
            Ok(socket) => sockets.push(socket),
            // it made room for a later one before it had spoken
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {}
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {}
            Err(error) => panic!("connection {number}: {error}"),
        }
        if number % (wished / 10) == wished / 10 - 1 {
            let begun = Instant::now();
            let romeo = server.login("romeo").await;
            log_ins.push(begun.elapsed());
            ping(&romeo).await;
            romeo.close().await.unwrap();
        }
    }
    log_ins.sort();
    println!("{} half-open; log-ins meanwhile took {log_ins:?}", sockets.len());
    // a machine that does other things at the same time may be slow now and then, not always
    assert!(log_ins[log_ins.len() / 2] < Duration::from_secs(1), "{log_ins:?}");
    bystander.leave().await;
    let memory = server.memory_kib();
    println!("{memory} KiB in all");
    assert!(memory < 400 * 1024, "{memory} KiB");
    server.stop_well().await;
}
