//! The job that gets certificates, by itself in this process: two small doors, a stepped clock where one is wanted.

use std::net::Ipv4Addr;
use std::net::SocketAddr;

use imera::audit::By;
use imera::certs::Certs;
use imera::certs::For;
use imera::certs::acme::Acme;
use imera::certs::acme::Authority;
use imera::certs::acme::How;
use imera::certs::acme::Name;
use imera::certs::acme::State;
use imera::certs::acme::Way;
use imera::clock::Clock;
use imera::net::dns::Resolver;
use imera::net::tls::challenge;
use imera::net::tls::challenge::Challenges;
use imera::settings::Profile;
use imera::settings::Settings;
use imera::store::OpenOptions;
use imera::store::Store;
use tokio::io::AsyncRead;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWrite;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::pebble;

/// Stops when dropped.
pub struct Inside {
    acme: Acme,
    pub https: SocketAddr,
    _tasks: JoinSet<()>,
    _folder: tempfile::TempDir,
}

impl Inside {
    pub async fn start(authority: &pebble::Authority, clock: Clock) -> Inside {
        Inside::asking(authority, (authority.resolver(), clock), &[]).await
    }

    /// With that resolver and these settings.
    pub async fn asking(
        authority: &pebble::Authority,
        (resolver, clock): (SocketAddr, Clock),
        chosen: &[(&'static str, &str)],
    ) -> Inside {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), OpenOptions::default(), clock.clone()).unwrap();
        let settings = Settings::open(&store, Profile::default()).await.unwrap();
        for (key, value) in chosen {
            settings.set(key, value, &By::Machine).await.unwrap();
        }
        let challenges = Challenges::default();
        let asked = Authority::new(
            clock.clone(),
            Resolver::new(Some(resolver)),
            Some(authority.directory()),
            Some(authority.root()),
        );
        let acme = Acme::new((store.clone(), clock.clone()), settings, challenges.clone(), asked);
        let wanted = For { domain: "a.beach.test".to_owned(), files: None, home: None };
        let (certs, _) = Certs::open(store, clock, wanted).await.unwrap();
        acme.serve(certs.clone());
        let mut tasks = JoinSet::new();
        let http = TcpListener::bind((Ipv4Addr::LOCALHOST, authority.http)).await.unwrap();
        let responses = acme.responses().clone();
        tasks.spawn(async move {
            loop {
                let (mut socket, _) = http.accept().await.unwrap();
                let mut head = vec![0; 4_096];
                let read = socket.read(&mut head).await.unwrap_or_default();
                let head = String::from_utf8_lossy(&head[..read]).into_owned();
                let token = head.split_whitespace().nth(1).and_then(|path| path.rsplit('/').next());
                let answer = token.and_then(|token| responses.find(token)).unwrap_or_default();
                let length = answer.len();
                let answer =
                    format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{answer}");
                let _ = socket.write_all(answer.as_bytes()).await;
            }
        });
        let door = TcpListener::bind((Ipv4Addr::LOCALHOST, authority.https)).await.unwrap();
        let tls = certs.tls().with_challenges(&challenges).with_alpn(&[b"http/1.1"]);
        tasks.spawn(async move {
            loop {
                let (socket, _) = door.accept().await.unwrap();
                let _ = challenge::accept(&tls, socket).await;
            }
        });
        let job = acme.clone();
        tasks.spawn(async move { job.run().await });
        let https = SocketAddr::from((Ipv4Addr::LOCALHOST, authority.https));
        Inside { acme, https, _tasks: tasks, _folder: folder }
    }

    pub fn want(&self, names: &[&str], ways: &[Way]) {
        let names = names.iter().map(|name| Name::of(name)).collect();
        self.acme.want(names, How { ways: ways.to_vec() });
    }

    /// The first name's state, once it is so.
    pub async fn until(&self, is: impl Fn(&State) -> bool) -> State {
        let mut changes = self.acme.changes();
        loop {
            let state = changes.borrow_and_update().first().map(|first| first.state.clone());
            match state {
                Some(state) if is(&state) => return state,
                _ => changes.changed().await.unwrap(),
            }
        }
    }
}

/// Says something and reads until this comes.
pub async fn asked(io: &mut (impl AsyncRead + AsyncWrite + Unpin), text: &str, end: &str) -> String {
    io.write_all(text.as_bytes()).await.unwrap();
    let mut heard = String::new();
    let mut bytes = [0; 4_096];
    while !heard.contains(end) {
        let count = io.read(&mut bytes).await.unwrap();
        assert_ne!(count, 0, "{heard}");
        heard.push_str(std::str::from_utf8(&bytes[..count]).unwrap());
    }
    heard
}
