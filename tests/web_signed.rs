//! Who is somebody at the pages: over TLS, plainly from near, plainly from afar; and an app that is signed out there.
#![allow(clippy::disallowed_methods)] // real sockets, real time

#[path = "support/browser.rs"]
#[allow(dead_code)] // tests/web.rs uses the rest
mod browser;
#[path = "support/client.rs"]
mod client;
#[path = "support/inside.rs"]
#[allow(dead_code)] // tests/attack.rs uses the rest
mod inside;
#[path = "support/process.rs"]
#[allow(dead_code)] // tests/process.rs uses the rest
mod process;

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;

use browser::Browser;
use client::{Client, Door, Endpoint};
use imera::audit::By;
use imera::clock::Clock;
use imera::net::admission::Guest;
use imera::net::memory;
use imera::settings::{Profile, Settings};
use imera::store::StoreError;
use imera::transfer::{Passphrase, Step, TransferError};
use imera::web::Site;
use imera::web::restore::{Preparing, Restoring};
use imera::web::setup::{Founding, Line, Plan};
use imera::web::visitor::Visitor;
use process::{Folder, Server};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const NEAR: &str = "192.168.7.9:9";
const FAR: &str = "203.0.113.9:9";

/// Nothing is founded here, and nothing brought back.
struct Nobody;

impl Founding for Nobody {
    fn lookout(&self) -> imera::reach::Lookout {
        imera::reach::Lookout::new(imera::net::dns::Resolver::new(None), Clock::system(), None)
    }

    fn found(&self, _: Plan) -> Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + '_>> {
        Box::pin(async { Err(StoreError::Closed) })
    }

    fn show_code(&self, _: &str) {}

    fn chat_ports(&self) -> Vec<u16> {
        Vec::new()
    }

    fn open_ports(&self) -> Vec<u16> {
        Vec::new()
    }

    fn address(&self) -> Option<&str> {
        None
    }

    fn how(&self) -> imera::certs::acme::How {
        imera::certs::acme::How::of_ports(None, None)
    }

    fn line(&self) -> Line {
        Line::Open
    }
}

impl Restoring for Nobody {
    fn data(&self) -> &Path {
        Path::new("/")
    }

    fn kept(&self, _: &str) -> Option<PathBuf> {
        None
    }

    fn prepare<'a>(&'a self, _: &'a Path, _: Option<Passphrase>, _: Step<'a>) -> Preparing<'a> {
        Box::pin(async { Err(TransferError::Busy) })
    }

    fn forget(&self) {}

    fn bring_back(&self, _: &str) -> Result<(), TransferError> {
        Err(TransferError::Busy)
    }
}

/// What is answered to one request.
async fn ask(site: &Site, (peer, tls): (&str, bool), request: &str) -> String {
    let (mut near, far) = memory::pair();
    let (site, visitor) = (site.clone(), Visitor::new(peer.parse().unwrap(), tls));
    let serving = tokio::spawn(async move { site.serve(far, visitor, Guest::uncounted()).await });
    near.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    near.read_to_string(&mut answer).await.unwrap();
    serving.await.unwrap();
    answer
}

fn get(path: &str, cookie: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: {cookie}\r\n\r\n")
}

fn sign_in() -> String {
    let body = format!("name=tom&password={}", inside::PASSWORD);
    format!(
        "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}",
        body.len()
    )
}

/// The cookie that an answer sets.
fn cookie(answer: &str) -> (&str, &str) {
    let line = answer.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap_or_else(|| panic!("{answer}"));
    line.split_once("; ").unwrap()
}

#[tokio::test]
async fn a_cookie_counts_only_on_the_way_it_was_given_for_and_never_over_plain_http_from_afar() {
    let folder = inside::folder();
    let clock = Clock::system();
    let parts = inside::parts(folder.path(), clock.clone(), false).await;
    inside::account(&parts, "tom").await;
    let settings = Settings::open(&parts.store, Profile::default()).await.unwrap();
    let site = Site::new(
        (parts.store.clone(), clock),
        settings,
        parts.accounts.clone(),
        (Box::new(Nobody), Box::new(Nobody)),
        Some(8443),
    );
    site.open(parts.clone());

    let answer = ask(&site, (FAR, true), &sign_in()).await;
    let (secure, rest) = cookie(&answer);
    assert!(secure.starts_with("__Host-imera=") && rest.ends_with("; HttpOnly; SameSite=Lax; Secure"), "{answer}");
    let answer = ask(&site, (NEAR, false), &sign_in()).await;
    let (plain, rest) = cookie(&answer);
    assert!(plain.starts_with("imera=") && !rest.contains("Secure"), "{answer}");

    for (way, cookie, known) in [
        ((FAR, true), secure, true),
        ((NEAR, true), secure, true),
        ((NEAR, false), plain, true),
        ((FAR, false), plain, false),
        ((FAR, false), secure, false),
        ((NEAR, false), secure, false),
        ((NEAR, true), plain, false),
    ] {
        let answer = ask(&site, way, &get("/me", cookie)).await;
        assert_eq!(answer.starts_with("HTTP/1.1 200 "), known, "{way:?} {cookie}: {answer}");
        assert!(known || answer.contains("location: /sign-in?to=/me"), "{answer}");
    }
    let form = get("/sign-in?to=/me", "");
    for request in [form.as_str(), &sign_in()] {
        let answer = ask(&site, (FAR, false), request).await;
        assert!(answer.contains("href=\"https://localhost:8443/sign-in"), "{answer}");
        assert!(!answer.contains("name=\"password\"") && !answer.contains("set-cookie"), "{answer}");
    }
    assert!(ask(&site, (FAR, true), &form).await.contains("name=\"password\""));

    parts.accounts.lock(parts.accounts.find("tom").unwrap(), &By::Machine).await.unwrap();
    assert!(ask(&site, (FAR, true), &get("/me", secure)).await.contains("location: /sign-in?to=/me&n=again"));
    let locked = ask(&site, (FAR, true), &sign_in()).await;
    assert!(locked.starts_with("HTTP/1.1 403 ") && locked.contains("This account is locked"), "{locked}");
    let wrong = sign_in().replace(inside::PASSWORD, "pencil-and-pepper").replace("Length: 34", "Length: 35");
    let wrong = ask(&site, (FAR, true), &wrong).await;
    assert!(wrong.starts_with("HTTP/1.1 422 ") && !wrong.contains("is locked"), "told with the right password only");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_that_is_online_is_listed_and_signed_out() {
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    let domain = folder.json(&["status"])["domain"].as_str().unwrap().to_owned();
    let endpoint = Endpoint::new(server.address("c2s_tls"), Door::DirectTls, &domain);
    let mut app = Client::login(&endpoint, "admin", "admin", Some("Conversations.<b>")).await.unwrap();
    let mut browser = Browser::new(&server.address("http").to_string());
    assert_eq!(browser.post("/sign-in", &[("name", "admin"), ("password", "admin")]).leads_to(), "/admin");
    let page = browser.get("/me/devices").body;
    assert!(page.contains("Conversations (<code>Conversations.&lt;b&gt;</code>)"), "{page}");
    assert!(page.contains("signed in, shown to nobody"), "it sent no presence: {page}");
    let out = browser.post("/me/devices", &[("app", "Conversations.<b>")]);
    assert_eq!(out.leads_to(), "/me/devices?n=out");
    while let Ok(Some(_)) = app.event().await {}
    assert_eq!(browser.post("/me/devices", &[("app", "Conversations.<b>")]).leads_to(), "/me/devices?n=gone");
}
