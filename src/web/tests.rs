//! Requests over the in-memory network.

use std::future::Future;
use std::pin::Pin;

use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;

use super::*;
use crate::limits;
use crate::net::admission::Guest;
use crate::net::memory;
use crate::settings::Profile;
use crate::store::OpenOptions;
use crate::store::StoreError;
use crate::web::setup::Line;
use crate::web::visitor::Visitor;

/// A floor above that founds nothing.
struct Nobody;

impl Founding for Nobody {
    fn found(&self, _: setup::Plan) -> Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + '_>> {
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

    fn lookout(&self) -> crate::reach::Lookout {
        crate::reach::Lookout::new(crate::net::dns::Resolver::new(None), Clock::system(), None)
    }

    fn line(&self) -> Line {
        Line::Open
    }

    fn how(&self) -> crate::certs::acme::How {
        crate::certs::acme::How::of_ports(None, None)
    }
}

impl Restoring for Nobody {
    fn data(&self) -> &std::path::Path {
        std::path::Path::new("/")
    }

    fn kept(&self, _: &str) -> Option<std::path::PathBuf> {
        None
    }

    fn prepare<'a>(
        &'a self,
        _: &'a std::path::Path,
        _: Option<crate::transfer::Passphrase>,
        _: crate::transfer::Step<'a>,
    ) -> restore::Preparing<'a> {
        Box::pin(async { Err(crate::transfer::TransferError::Busy) })
    }

    fn forget(&self) {}

    fn bring_back(&self, _: &str) -> Result<(), crate::transfer::TransferError> {
        Err(crate::transfer::TransferError::Busy)
    }
}

/// What is answered to one request of somebody at `peer`, over plain HTTP. `full`: the disk is.
async fn ask_from(peer: &str, full: bool, request: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::system();
    let mut store = Store::open(folder.path(), OpenOptions::default(), clock.clone()).unwrap();
    if full {
        drop(Accounts::open(store.clone(), clock.clone()).await.unwrap());
        store.close().await;
        let options = OpenOptions { reserve: u64::MAX, ..OpenOptions::default() };
        store = Store::open(folder.path(), options, clock.clone()).unwrap();
        let _ = store.write(|c| c.execute("INSERT INTO setting VALUES ('a', 'b')", [])).await;
    }
    let settings = Settings::open(&store, Profile::default()).await.unwrap();
    let accounts = Accounts::open(store.clone(), clock.clone()).await.unwrap();
    let site = Site::new((store, clock), settings, accounts, (Box::new(Nobody), Box::new(Nobody)), Some(8443));
    let request = &request.replace("THE-CODE!", &site.new_code());
    if request.contains("Too-Late") {
        site.inner.store.close().await;
    }
    let (mut near, far) = memory::pair();
    let visitor = Visitor::new(peer.parse().unwrap(), false);
    let serving = tokio::spawn(async move { site.serve(far, visitor, Guest::uncounted()).await });
    near.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    near.read_to_string(&mut answer).await.unwrap();
    serving.await.unwrap();
    answer
}

const NEAR: &str = "127.0.0.1:9";
const FAR: &str = "203.0.113.9:9";

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: beach.example\r\nConnection: close\r\n\r\n")
}

fn post(path: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: beach.example\r\nConnection: close\r\n{headers}\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

#[tokio::test]
async fn contract_healthz_is_200_while_all_is_well() {
    let answer = ask_from(NEAR, false, &get("/healthz")).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\nok\n"), "{answer}");
}

#[tokio::test]
async fn contract_healthz_is_503_with_the_reason_while_nothing_can_be_written() {
    let answer = ask_from(NEAR, true, &get("/healthz")).await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.ends_with("the disk is full: messages are refused until there is space\n"), "{answer}");
}

#[tokio::test]
async fn rfc8555_8_3_an_authority_is_answered_in_plain_text_and_not_led_elsewhere() {
    let answer = ask_from(FAR, false, &get("/.well-known/acme-challenge/some-token")).await;
    assert!(answer.starts_with("HTTP/1.1 404 ") && answer.contains("content-type: text/plain\r\n"), "{answer}");
    assert!(!answer.contains("set-cookie") && !answer.contains("location:"), "{answer}");
}

#[tokio::test]
async fn every_answer_has_the_policy_and_no_word_inline() {
    for path in ["/setup", "/nothing", "/assets/none.css", "/healthz"] {
        let answer = ask_from(NEAR, false, &get(path)).await;
        for header in [
            "content-security-policy: default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
             connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'\r\n",
            "x-content-type-options: nosniff\r\n",
            "referrer-policy: same-origin\r\n",
        ] {
            assert!(answer.contains(header), "{path} {header}: {answer}");
        }
        assert!(!answer.contains("cross-origin-opener-policy"), "over plain HTTP browsers complain of it");
        assert!(
            !answer.contains(" style=") && !answer.contains("<script>") && !answer.contains(" onclick="),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn a_page_that_is_not_there_is_404_in_the_readers_language() {
    let answer = ask_from(NEAR, false, &get("/nothing")).await;
    assert!(answer.starts_with("HTTP/1.1 404 ") && answer.contains("Nothing lives at this address"), "{answer}");
    let german = get("/nothing").replace("Connection", "Accept-Language: de-CH,en;q=0.5\r\nConnection");
    let answer = ask_from(NEAR, false, &german).await;
    assert!(answer.contains("<html lang=\"de\" dir=\"ltr\">") && answer.contains("Zur Haustür"), "{answer}");
    let chosen = german.replace("Connection", "Cookie: a=b; lang=en\r\nConnection");
    assert!(ask_from(NEAR, false, &chosen).await.contains("<html lang=\"en\""));
}

#[tokio::test]
async fn rfc9110_9_3_2_head_is_get_without_a_body() {
    let answer = ask_from(NEAR, false, &get("/setup").replace("GET", "HEAD")).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\n"), "{answer}");
}

#[tokio::test]
async fn assets_are_kept_for_ever_under_names_with_their_hash() {
    for asset in [assets::style(), assets::script(), assets::sprite(), assets::icon()] {
        let answer = ask_from(NEAR, false, &get(&asset)).await;
        assert!(answer.contains("cache-control: public, max-age=31536000, immutable\r\n"), "{asset}");
    }
}

#[tokio::test]
async fn over_plain_http_from_afar_nothing_is_asked_for_and_nothing_taken() {
    for request in [get("/setup"), get("/setup?code=7K4M-PQ2X"), get("/setup/owner"), post("/setup", "", "code=x")] {
        let answer = ask_from(FAR, false, &request).await;
        assert!(answer.contains("href=\"https://beach.example:8443/setup\""), "{answer}");
        assert!(!answer.contains("name=\"code\"") && !answer.contains("set-cookie"), "{answer}");
    }
    assert!(ask_from(NEAR, false, &get("/setup")).await.contains("name=\"code\""));
}

#[tokio::test]
async fn a_form_of_another_site_is_403() {
    for foreign in ["Sec-Fetch-Site: cross-site\r\n", "Origin: https://evil.example\r\n", "Origin: null\r\n"] {
        let answer = ask_from(NEAR, false, &post("/setup", foreign, "code=7K4M-PQ2X")).await;
        assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
    }
    let own = ask_from(NEAR, false, &post("/setup", "Origin: http://beach.example\r\n", "code=7K4M-PQ2X")).await;
    assert!(own.starts_with("HTTP/1.1 422 "), "{own}");
}

#[tokio::test]
async fn a_form_is_whole_or_nothing() {
    let doubled = ask_from(NEAR, false, &post("/setup", "", "code=a&code=b")).await;
    assert!(doubled.starts_with("HTTP/1.1 400 "), "{doubled}");
    let other = post("/setup", "", "code=a").replace("x-www-form-urlencoded", "json");
    assert!(ask_from(NEAR, false, &other).await.starts_with("HTTP/1.1 400 "));
    let long = post("/setup", "", "").replace("Content-Length: 0", "Content-Length: 1000000000");
    assert!(ask_from(NEAR, false, &long).await.starts_with("HTTP/1.1 413 "));
}

#[tokio::test]
async fn what_cannot_be_kept_is_500_with_a_word_and_503_while_it_stops() {
    let request = post("/setup", "", "code=THE-CODE!");
    let taken = ask_from(NEAR, false, &request).await;
    assert!(taken.starts_with("HTTP/1.1 303 ") && taken.contains("location: /setup/start?n=begun\r\n"), "{taken}");
    assert!(taken.contains("; Path=/setup; Max-Age=86400; HttpOnly; SameSite=Strict\r\n"), "{taken}");
    let broken = ask_from(NEAR, true, &request.replace("Connection", "Accept-Language: de\r\nConnection")).await;
    assert!(broken.starts_with("HTTP/1.1 500 ") && broken.contains("Bei uns ist etwas kaputtgegangen"), "{broken}");
    assert!(broken.contains("Die Ursache steht im Protokoll") && !broken.contains("geht es gut"), "{broken}");
    let word = broken.split("<code id=\"word\">").nth(1).and_then(|rest| rest.split('<').next()).unwrap();
    let (name, digits) = word.split_once('-').unwrap();
    assert!(name.bytes().all(|byte| byte.is_ascii_lowercase()) && digits.parse::<u8>().is_ok_and(|digits| digits > 9));
    let late = ask_from(NEAR, false, &request.replace("Connection", "Too-Late: yes\r\nConnection")).await;
    assert!(late.starts_with("HTTP/1.1 503 ") && late.contains("retry-after: 60\r\n"), "{late}");
    assert!(!broken.contains("-to-come") && !late.contains("-to-come"), "{late}");
}

#[tokio::test]
async fn the_switch_keeps_a_language_and_leads_back() {
    let answer = ask_from(NEAR, false, &post("/language", "", "lang=de&to=/setup")).await;
    assert!(answer.starts_with("HTTP/1.1 303 ") && answer.contains("location: /setup\r\n"), "{answer}");
    assert!(answer.contains("set-cookie: lang=de; Path=/; Max-Age=31536000; SameSite=Lax\r\n"), "{answer}");
    let astray = ask_from(NEAR, false, &post("/language", "", "lang=xx&to=//evil.example")).await;
    assert!(astray.contains("location: /\r\n") && astray.contains("lang=en;"), "{astray}");
    // With what the address filled in, if it is plain.
    for (asked, to) in [("code=7K4M-PQ2X", "/setup?code=7K4M-PQ2X"), ("code=%22%3E", "/setup")] {
        let page = ask_from(NEAR, false, &get(&format!("/setup?{asked}"))).await;
        assert!(page.contains(&format!("name=\"to\" value=\"{to}\"")), "{page}");
        let answer = ask_from(NEAR, false, &post("/language", "", &format!("lang=de&to={to}"))).await;
        assert!(answer.contains(&format!("location: {to}\r\n")), "{answer}");
    }
}

#[tokio::test]
async fn a_head_beyond_the_bounds_ends_the_connection() {
    let many = "X-A: b\r\n".repeat(limits::WEB_HEADERS_MAX + 1);
    let answer = ask_from(NEAR, false, &format!("GET /healthz HTTP/1.1\r\nHost: a\r\n{many}\r\n")).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    let long = "x".repeat(2 * limits::WEB_HEAD_MAX_BYTES);
    let answer = ask_from(NEAR, false, &format!("GET /{long} HTTP/1.1\r\nHost: a\r\n\r\n")).await;
    assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
}
