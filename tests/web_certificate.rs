//! The certificate at a real server's pages: what is told, one brought along, eight words, and trust at home.
#![allow(clippy::disallowed_methods)] // real time

#[path = "support/browser.rs"]
#[allow(dead_code)] // tests/web.rs uses the rest
mod browser;
#[path = "support/pebble.rs"]
#[allow(dead_code)] // tests/acme.rs uses the rest
mod pebble;
#[path = "support/process.rs"]
#[allow(dead_code)] // tests/process.rs uses the rest
mod process;

use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;

use browser::Browser;
use browser::Reply;
use imera::reach::own;
use pebble::Authority;
use process::Folder;
use process::Server;
use serde_json::json;

const PASSWORD: &str = "a good long one";

/// A place that mira owns; `kind`: options of `imera setup`.
fn place(folder: &Folder, domain: &str, kind: &[&str]) -> (Server, Browser) {
    place_with(folder, domain, kind, &[])
}

fn place_with(
    folder: &Folder,
    domain: &str,
    kind: &[&str],
    environment: &[(&'static str, PathBuf)],
) -> (Server, Browser) {
    let arguments = ["setup", "--domain", domain, "--owner", "mira", "--name", "Beach House", "--password-stdin"];
    let done = folder.imera(&[&arguments[..], kind].concat(), &format!("{PASSWORD}\n"));
    assert_eq!(done.code, 0, "{}", done.stderr);
    let mut server = Server::with(folder, &["serve"], environment);
    server.read_ready();
    let browser = Browser::new(&server.address("http").to_string());
    (server, browser)
}

fn sign_in(browser: &Browser) -> Browser {
    let mut browser = browser.another();
    let reply = browser.post("/sign-in", &[("name", "mira"), ("password", PASSWORD), ("to", "/admin")]);
    assert_eq!(reply.leads_to(), "/admin");
    browser
}

fn openssl(desk: &Path, arguments: &[&str]) -> String {
    let told = Command::new("openssl").args(arguments).current_dir(desk).output().unwrap();
    assert!(told.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&told.stderr));
    String::from_utf8(told.stdout).unwrap()
}

/// Files `NAME.pem` and `NAME.key` of a leaf for that domain, and `NAME-root.pem` of who signed it.
fn certificate(desk: &Path, name: &str, domain: &str, days: &str) {
    let (root, root_key) = (format!("{name}-root.pem"), format!("{name}-root.key"));
    let (leaf, key) = (format!("{name}.pem"), format!("{name}.key"));
    let new = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    let subject = format!("/CN=Authority of {name}");
    openssl(desk, &[&new[..], &["-keyout", &root_key, "-out", &root, "-subj", &subject, "-days", "900"]].concat());
    let names = format!("subjectAltName=DNS:{domain},DNS:conference.{domain}");
    let by = ["-CA", &root, "-CAkey", &root_key, "-keyout", &key, "-out", &leaf, "-subj", "/CN=leaf", "-days", days];
    let extensions = ["-addext", &names, "-addext", "basicConstraints=critical,CA:FALSE"];
    openssl(desk, &[&new[..], &by[..], &extensions[..]].concat());
}

/// What the door shows: the served certificate's SHA-256, as openssl writes it.
fn served(https: SocketAddr) -> String {
    let desk = tempfile::tempdir().unwrap();
    let shown = s_client(https, &["-servername", "beach.example"], "");
    std::fs::write(desk.path().join("served.pem"), shown).unwrap();
    let told = openssl(desk.path(), &["x509", "-in", "served.pem", "-noout", "-fingerprint", "-sha256"]);
    told.trim().split_once('=').unwrap().1.to_owned()
}

/// What openssl says and the door answers, over TLS.
fn s_client(https: SocketAddr, arguments: &[&str], request: &str) -> Vec<u8> {
    let https = https.to_string();
    let mut child = Command::new("openssl")
        .args([&["s_client", "-connect", &https], arguments].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Who refuses may be gone before it is asked.
    let _ = child.stdin.take().unwrap().write_all(request.as_bytes());
    child.wait_with_output().unwrap().stdout
}

/// The answer to a GET over TLS, whoever vouches for the machine.
fn under_tls(https: SocketAddr, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nHost: beach.example\r\nConnection: close\r\n\r\n");
    String::from_utf8(s_client(https, &["-quiet"], &request)).unwrap()
}

fn read(desk: &Path, name: &str) -> Vec<u8> {
    std::fs::read(desk.join(name)).unwrap()
}

fn refused(reply: &Reply, words: &str) {
    assert_eq!(reply.status, 422, "{words}");
    assert!(reply.body.contains(words) && reply.body.contains("id=\"errors\""), "{words}: {}", reply.body);
    assert!(!reply.body.contains("PRIVATE KEY-----"), "what was brought does not come back");
}

#[test]
fn one_brought_along_is_checked_served_at_once_and_forgotten_again() {
    let (folder, desk) = (Folder::new(), tempfile::tempdir().unwrap());
    let desk = desk.path();
    let known = [("SSL_CERT_FILE", desk.join("known.pem"))];
    let (server, browser) = place_with(&folder, "beach.example", &[], &known);
    let https = server.address("https");
    let mut mira = sign_in(&browser);
    let first = served(https);
    let page = mira.get("/admin/certificate").body;
    for told in ["Nobody vouches for this machine yet", "Good until", "proxy.beach.example", &first, "eight words"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(page.len() < 20_000 && !page.contains("/admin/certificate/automatic") && !page.contains("/trust"));
    certificate(desk, "good", "beach.example", "90");
    certificate(desk, "other", "lake.example", "90");
    let (leaf, key, root) = (read(desk, "good.pem"), read(desk, "good.key"), read(desk, "good-root.pem"));
    let other_key = read(desk, "other.key");
    let mut bring = |parts: &[(&str, &[u8])]| mira.upload("/admin/certificate", parts);
    refused(&bring(&[("chain", b""), ("key", b"")]), "There is no certificate in what you brought");
    refused(&bring(&[("chain", b"0\x82\x01\xff\x00 PKCS #12")]), "There is no certificate in what you brought");
    refused(&bring(&[("chain", &leaf), ("chain", &root)]), "The key is missing");
    refused(&bring(&[("chain", &leaf), ("key", &key)]), "are missing. Your provider calls them");
    refused(&bring(&[("chain", &leaf), ("chain", &root), ("key", &other_key)]), "does not belong to this certificate");
    refused(&bring(&[("chain", &root), ("chain", &leaf), ("key", &key)]), "");
    let other = [&read(desk, "other.pem")[..], &read(desk, "other-root.pem"), &other_key].concat();
    refused(&bring(&[("pasted", &other)]), "It is not for beach.example, but for lake.example");
    let cut = &leaf[..leaf.len() / 2];
    refused(&bring(&[("chain", cut), ("key", &key)]), "");
    let new = ["req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", "odd.key", "-out", "odd.pem"];
    openssl(desk, &[&new[..], &["-subj", "/CN=x", "-addext", "subjectAltName=DNS:beach.example"]].concat());
    let odd = [read(desk, "odd.pem"), read(desk, "odd.key")].concat();
    refused(&bring(&[("pasted", &odd)]), "Browsers do not take a key of this kind");
    assert_eq!(served(https), first, "wrong ones change nothing");
    let good = bring(&[("chain", &leaf), ("chain", &root), ("key", &key)]);
    assert_eq!(good.leads_to(), "/admin/certificate?n=brought");
    let now = served(https);
    assert_ne!(now, first);
    let page = mira.get("/admin/certificate?n=brought").body;
    let strange = "Phones and browsers do not know who vouches";
    for told in [strange, "served from now on", "Authority of good", "Not these names", "upload.beach"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(folder.json(&["check", "certificate"])[0]["what"].to_string().contains("do not know who vouches for it"));
    assert!(!under_tls(https, "/").contains("strict-transport-security"), "who was warned once must come in again");
    assert!(mira.get("/admin/log").body.contains("Brought a certificate along"));
    assert_eq!(folder.json(&["status"])["certificate"]["source"], "files");
    assert_eq!(mira.post("/admin/certificate/automatic", &[]).leads_to(), "/admin/certificate?n=automatic");
    assert_eq!(served(https), first);
    // Pasted, key first. By now the machine knows the authority.
    std::fs::copy(desk.join("good-root.pem"), desk.join("known.pem")).unwrap();
    let pasted = [&key[..], &leaf, &root].concat();
    assert_eq!(mira.upload("/admin/certificate", &[("pasted", &pasted)]).leads_to(), "/admin/certificate?n=brought");
    assert_eq!(served(https), now);
    let page = mira.get("/admin/certificate").body;
    assert!(page.contains("The certificate is good") && page.contains("Somebody vouches for it"), "{page}");
    assert!(under_tls(https, "/").contains("strict-transport-security: max-age="));
}

#[test]
fn forms_that_bring_a_certificate_are_bounded_and_of_their_own_kind() {
    let folder = Folder::new();
    let (_server, browser) = place(&folder, "beach.example", &[]);
    let mut mira = sign_in(&browser);
    assert_eq!(mira.post("/admin/certificate", &[("pasted", "x")]).status, 400, "no form with files");
    let large = vec![b'a'; 600_000];
    let reply = mira.upload_some("/admin/certificate", large.len(), &large[..1_000]);
    assert_eq!(reply.expect("an answer").status, 413);
    let cut = b"--wall\r\nContent-Disposition: form-data; name=\"chain\"\r\n\r\n-----BEGIN";
    assert_eq!(mira.upload_some("/admin/certificate", cut.len(), cut).expect("an answer").status, 400);
    let many = vec![("chain", &b"x"[..]); 50];
    assert_eq!(mira.upload("/admin/certificate", &many).status, 400);
    mira.extra = "Sec-Fetch-Site: cross-site\r\n".to_owned();
    assert_eq!(mira.upload("/admin/certificate", &[("chain", b"x")]).status, 403);
    mira.extra.clear();
    assert!(mira.get("/admin/certificate").body.contains("Nobody vouches for this machine yet"));
}

#[test]
fn files_of_the_machine_decide_and_the_page_says_so() {
    let (folder, desk) = (Folder::new(), tempfile::tempdir().unwrap());
    let desk = desk.path();
    certificate(desk, "good", "beach.example", "90");
    let chain = [read(desk, "good.pem"), read(desk, "good-root.pem")].concat();
    std::fs::write(desk.join("chain.pem"), chain).unwrap();
    let options = format!("tls_cert = '{0}/chain.pem'\ntls_key = '{0}/good.key'\n", desk.display());
    std::fs::create_dir(&folder.path).unwrap();
    std::fs::write(folder.file("imera.toml"), options).unwrap();
    let (_server, browser) = place(&folder, "beach.example", &[]);
    let mut mira = sign_in(&browser);
    let page = mira.get("/admin/certificate").body;
    assert!(page.contains("Files on the machine decide") && page.contains("/chain.pem") && page.contains("/good.key"));
    assert!(!page.contains("type=\"file\"") && !page.contains("/automatic"), "{page}");
    assert_eq!(mira.upload("/admin/certificate", &[("chain", b"x")]).status, 400);
}

#[test]
fn eight_words_stand_beside_the_code_and_on_the_first_page_under_tls() {
    let folder = Folder::new();
    let mut server = Server::start(&folder, &["serve"]);
    assert!(server.line().starts_with("setup http://"));
    let ports: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.file("ports.json")).unwrap()).unwrap();
    let door = |name: &str| ports[name].as_str().unwrap().parse::<SocketAddr>().unwrap();
    let https = door("https");
    let told = folder.json(&["setup", "code"]);
    let (words, sha256) = (told["certificate_words"].as_str().unwrap(), told["certificate_sha256"].as_str().unwrap());
    assert_eq!(words.split(' ').count(), 8, "{words}");
    assert_eq!(sha256, served(https));
    let lines = folder.imera(&["setup", "code"], "").stdout;
    assert!(lines.contains(words) && lines.contains(sha256), "{lines}");
    let page = under_tls(https, "/setup");
    assert!(page.contains(words) && page.contains(sha256) && page.contains("id=\"code\""), "{page}");
    // Plainly from near nobody is warned, so there is nothing to compare.
    let mut browser = Browser::new(&door("http").to_string());
    assert!(!browser.get("/setup").body.contains(words));
}

#[test]
fn at_home_devices_are_told_how_to_trust_the_machine_and_then_they_do() {
    let folder = Folder::new();
    let (server, mut browser) = place(&folder, "beach.home.arpa", &["--home"]);
    let (https, desk) = (server.address("https"), tempfile::tempdir().unwrap());
    let desk = desk.path();
    let page = browser.get("/trust");
    assert_eq!(page.status, 200, "for everybody");
    for told in ["iPhone, iPad", "Android", "Windows", "macOS", "Linux", "Firefox", "imera.local", "<svg role=\"img\""]
    {
        assert!(page.body.contains(told), "{told}: {}", page.body);
    }
    assert!(page.body.len() < 30_000, "{}", page.body.len());
    browser.extra = "User-Agent: Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)\r\n".to_owned();
    assert!(browser.get("/trust").body.contains("<details open><summary>iPhone"));
    browser.extra.clear();
    let (head, der) = browser.download("/root.crt");
    assert!(head.contains("content-type: application/x-x509-ca-cert") && head.contains("root.crt"), "{head}");
    std::fs::write(desk.join("root.crt"), &der).unwrap();
    let (head, pem) = browser.download("/root.pem");
    assert!(head.contains("content-type: application/x-pem-file"), "{head}");
    std::fs::write(desk.join("root.pem"), &pem).unwrap();
    let of = |file: &str, form: &str| {
        openssl(desk, &["x509", "-inform", form, "-in", file, "-noout", "-fingerprint", "-sha256"])
    };
    assert_eq!(of("root.crt", "DER"), of("root.pem", "PEM"));
    let (head, profile) = browser.download("/root.mobileconfig");
    assert!(head.contains("content-type: application/x-apple-aspen-config"), "{head}");
    std::fs::write(desk.join("root.mobileconfig"), &profile).unwrap();
    let script = "import plistlib, sys; whole = plistlib.load(open('root.mobileconfig', 'rb')); part = whole['PayloadContent'][0]; \
                assert whole['PayloadType'] == 'Configuration' and part['PayloadType'] == 'com.apple.security.root'; \
                assert part['PayloadContent'] == open('root.crt', 'rb').read(); assert whole['PayloadUUID'] != part['PayloadUUID']";
    let told = Command::new("python3").args(["-c", script]).current_dir(desk).output().unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let root = desk.join("root.pem").display().to_string();
    for (host, trusted) in [("beach.home.arpa", true), ("imera.local", true), ("bank.example", false)] {
        let asked = ["-servername", host, "-verify_hostname", host, "-CAfile", &root, "-no-CApath", "-no-CAstore"];
        let told = String::from_utf8(s_client(https, &asked, "")).unwrap();
        assert_eq!(told.contains("Verify return code: 0 (ok)"), trusted, "{host}: {told}");
    }
    let mut mira = sign_in(&browser);
    let page = mira.get("/admin/certificate").body;
    assert!(page.contains("At home this machine vouches for itself") && page.contains("href=\"/trust\""), "{page}");
    let link = folder.json(&["invite", "create"])["link"].as_str().unwrap().to_owned();
    let token = link.rsplit('/').next().unwrap();
    let invitation = browser.get(&format!("/invite/{token}")).body;
    assert!(invitation.contains("href=\"/trust\"") && invitation.contains("lives at home"), "{invitation}");
    // One that was brought goes before it, and then there is nothing to trust by hand.
    certificate(desk, "good", "beach.home.arpa", "90");
    let pasted = ["good.pem", "good-root.pem", "good.key"].map(|name| read(desk, name)).concat();
    assert_eq!(mira.upload("/admin/certificate", &[("pasted", &pasted)]).leads_to(), "/admin/certificate?n=brought");
    assert_eq!(browser.get("/trust").status, 404);
    assert_eq!(mira.post("/admin/certificate/automatic", &[]).leads_to(), "/admin/certificate?n=automatic");
    assert_eq!(browser.download("/root.pem").1, pem, "the same as before");
}

#[test]
fn a_place_of_the_internet_has_nothing_to_trust_by_hand() {
    let folder = Folder::new();
    let (_server, mut browser) = place(&folder, "beach.example", &[]);
    for path in ["/trust", "/root.crt", "/root.pem", "/root.mobileconfig"] {
        assert_eq!(browser.get(path).status, 404, "{path}");
    }
}

/// A server that is not set up yet and asks this authority, with a browser that has brought the code up to the
/// certificate.
fn at_the_certificate(folder: &Folder, authority: &Authority) -> (Server, Browser) {
    let mut server = Server::with(folder, &["serve"], &authority.environment());
    let line = server.line();
    let (host, code) = line.strip_prefix("setup http://").unwrap().split_once("/setup?code=").unwrap();
    let mut browser = Browser::new(host);
    browser.post("/setup", &[("code", code)]);
    browser.post("/setup/start", &[("start", "new")]);
    browser.post("/setup/who", &[("kind", "internet")]);
    browser.post("/setup/name", &[("name", "Beach House"), ("domain", "beach.example")]);
    browser.post("/setup/records", &[]);
    let owner = [("name", "mira"), ("password", PASSWORD), ("password_again", PASSWORD)];
    assert_eq!(browser.post("/setup/owner", &owner).leads_to(), "/setup/certificate");
    (server, browser)
}

/// Looks at a page until it says so.
fn until(browser: &mut Browser, path: &str, words: &str) -> String {
    let mut page = String::new();
    for _ in 0..2_000 {
        page = browser.get(path).body;
        if page.contains(words) {
            return page;
        }
    }
    panic!("{words}: {page}");
}

#[test]
fn the_wizard_gets_the_certificate_and_moves_to_the_padlock_without_losing_its_place() {
    let (authority, folder) = (Authority::start(json!({})), Folder::new());
    let (mut server, mut browser) = at_the_certificate(&folder, &authority);
    let bare = |https: SocketAddr| s_client(https, &["-noservername"], "");
    let https = SocketAddr::from(([127, 0, 0, 1], authority.https));
    let leaf = |shown: Vec<u8>| {
        let shown = String::from_utf8_lossy(&shown).into_owned();
        shown[shown.find("-----BEGIN").unwrap()..shown.find("-----END").unwrap()].to_owned()
    };
    let before = leaf(bare(https));
    let choice = browser.get("/setup/certificate").body;
    assert!(choice.contains("value=\"now\" checked") && choice.contains(&authority.directory()), "{choice}");
    let now = browser.post("/setup/certificate", &[("choice", "now")]);
    assert_eq!(now.leads_to(), "/setup/certificate", "the rows are looked at");
    let page = until(&mut browser, "/setup/certificate", "Issued");
    assert!(page.contains("<code>beach.example</code>") && page.contains("href=\"/setup/move\""), "{page}");
    assert_eq!(leaf(bare(https)), before, "who is at the bare address goes on there without a warning");
    let named = leaf(s_client(https, &["-servername", "beach.example"], ""));
    assert_ne!(named, before, "the domain has its own");
    let moved = browser.get("/setup/move");
    let there = format!("https://beach.example:{}/setup/hello?ticket=", authority.https);
    let ticket = moved.leads_to().strip_prefix(&there).unwrap_or_else(|| panic!("{}", moved.leads_to())).to_owned();
    let hello = format!("/setup/hello?ticket={ticket}");
    // Not over plain HTTP, not another one's, and once.
    assert_eq!(browser.another().get(&hello).leads_to(), "/setup");
    assert!(under_tls(https, "/setup/hello?ticket=AAAA").contains("location: /setup\r\n"));
    let answer = under_tls(https, &hello);
    assert!(answer.contains("location: /setup/backups?n=moved\r\n"), "{answer}");
    let cookie = answer.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
    assert!(cookie.contains("; Secure") && cookie.contains("; HttpOnly"), "{cookie}");
    assert!(under_tls(https, &hello).contains("location: /setup\r\n"), "a ticket is good once");
    let mut over = Browser::new(&browser.host);
    let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
    over.cookie(name, value);
    assert_eq!(browser.get("/setup/backups").status, 403, "the first one has let go");
    let backups = [("at", "4:00"), ("days", "7"), ("weeks", "4"), ("months", "6")];
    assert_eq!(over.post("/setup/backups", &backups).leads_to(), "/setup/look");
    assert_eq!(over.post("/setup/look", &[]).leads_to(), "/setup/done");
    server.read_ready();
    assert_eq!(folder.json(&["status"])["certificate"]["source"], "acme");
    let mut mira = sign_in(&Browser::new(&browser.host));
    let page = until(&mut mira, "/admin/certificate", "Issued");
    assert!(page.contains("do not know who vouches") && page.contains("renewed by itself"), "{page}");
    // One that was brought goes before it, and the authority's comes back.
    let desk = tempfile::tempdir().unwrap();
    certificate(desk.path(), "good", "beach.example", "90");
    let pasted = ["good.pem", "good-root.pem", "good.key"].map(|name| read(desk.path(), name)).concat();
    assert_eq!(mira.upload("/admin/certificate", &[("pasted", &pasted)]).leads_to(), "/admin/certificate?n=brought");
    assert!(!mira.get("/admin/certificate").body.contains("Issued"));
    mira.post("/admin/certificate/automatic", &[]);
    assert!(mira.get("/admin/certificate").body.contains("Pebble"));
}

#[test]
fn an_authority_that_does_not_answer_is_told_and_holds_nobody_up() {
    let (mut authority, folder) = (Authority::start(json!({})), Folder::new());
    authority.down();
    let (_server, mut browser) = at_the_certificate(&folder, &authority);
    browser.post("/setup/certificate", &[("choice", "now")]);
    let page = until(&mut browser, "/setup/certificate", "Failed");
    assert!(page.contains("The authority does not answer") && page.contains("The next try is"), "{page}");
    assert!(!page.contains("/setup/move"));
    assert_eq!(browser.get("/setup/move").leads_to(), "/setup/certificate");
    assert_eq!(browser.post("/setup/certificate", &[("do", "again")]).leads_to(), "/setup/certificate");
    assert_eq!(browser.post("/setup/certificate", &[]).leads_to(), "/setup/backups");
    // A padlock for the bare address fails as well, and the way goes on with the words.
    let mut far = browser.another();
    assert_eq!(far.post("/setup/securely", &[]).leads_to(), "/setup", "from near nothing of it is needed");
    assert_eq!(far.get("/setup/securely").leads_to(), "/setup");
}

#[test]
fn a_bare_address_that_is_not_certified_leaves_the_machines_own_certificate_and_its_words() {
    let (mut authority, folder) = (Authority::start(json!({})), Folder::new());
    authority.down();
    let mut server = Server::with(&folder, &["serve"], &authority.environment());
    assert!(server.line().starts_with("setup http://"));
    let words = folder.json(&["setup", "code"])["certificate_words"].as_str().unwrap().to_owned();
    let http = SocketAddr::from(([127, 0, 0, 1], authority.http));
    // A machine that knows its own address believes no other one.
    let own = match own::addresses().v4 {
        own::Way::At(address) => address.to_string(),
        _ => "203.0.113.7".to_owned(),
    };
    let ask_at = |host: &str, request: &str| {
        let mut stream = std::net::TcpStream::connect(http).unwrap();
        let head = format!("{request} HTTP/1.1\r\nHost: {host}:{}\r\nConnection: close\r\n", authority.http);
        let form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 0\r\n";
        let form = if request.starts_with("POST") { form } else { "" };
        stream.write_all(format!("{head}{form}\r\n").as_bytes()).unwrap();
        let mut answer = String::new();
        std::io::Read::read_to_string(&mut stream, &mut answer).unwrap();
        answer
    };
    let ask = |request: &str| ask_at(&own, request);
    assert!(ask("POST /setup/securely").contains("location: /setup/securely\r\n"));
    // Strangers may name whatever they like: behind a router a few of them are asked for, and nobody's is displaced.
    for number in 0..9 {
        ask_at(&format!("198.51.100.{number}"), "POST /setup/securely");
    }
    let failed = (0..2_000).map(|_| ask("GET /setup/securely")).find(|page| page.contains("Failed")).unwrap();
    assert!(failed.contains(&own) && failed.contains(&words), "{failed}");
    assert!(failed.contains(&format!("href=\"https://{own}:{}/setup\"", authority.https)), "{failed}");
    assert!(!failed.contains("name=\"code\""), "nothing is asked for");
}

#[test]
fn nobody_is_asked_until_the_owner_agrees_on_the_page() {
    let (authority, folder) = (Authority::start(json!({})), Folder::new());
    let kind = ["--certificate", "own"];
    let (_server, browser) = place_with(&folder, "beach.example", &kind, &authority.environment());
    let mut mira = sign_in(&browser);
    let page = mira.get("/admin/certificate").body;
    assert!(page.contains("By asking for it you agree") && page.contains(&authority.directory()), "{page}");
    assert!(page.contains("action=\"/admin/certificate/ask\"") && !page.contains("id=\"names\""), "{page}");
    assert_eq!(browser.another().post("/admin/certificate/ask", &[]).status, 303, "for owners only");
    assert!(mira.get("/admin/certificate").body.contains("/admin/certificate/ask"));
    let asked = mira.post("/admin/certificate/ask", &[]);
    assert_eq!(asked.leads_to(), "/admin/certificate?n=asked#names");
    let page = until(&mut mira, "/admin/certificate", "Issued");
    assert!(page.contains("renewed by itself") && !page.contains("/admin/certificate/ask"), "{page}");
    assert!(mira.get("/admin/log").body.contains("An authority is asked for certificates"));
    assert_eq!(folder.imera(&["settings", "set", "acme", "off"], "").code, 0);
    let page = until(&mut mira, "/admin/certificate", "/admin/certificate/ask");
    assert!(!page.contains("Issued"), "{page}");
}

#[test]
fn one_that_is_brought_to_the_wizard_is_checked_kept_and_served_when_the_place_opens() {
    let (authority, folder) = (Authority::start(json!({})), Folder::new());
    let (mut server, mut browser) = at_the_certificate(&folder, &authority);
    let desk = tempfile::tempdir().unwrap();
    certificate(desk.path(), "good", "beach.example", "90");
    certificate(desk.path(), "other", "lake.example", "90");
    let [leaf, root, key] = ["good.pem", "good-root.pem", "good.key"].map(|name| read(desk.path(), name));
    let other = ["other.pem", "other-root.pem", "other.key"].map(|name| read(desk.path(), name)).concat();
    let bring = "/setup/certificate/bring";
    let page = browser.get("/setup/certificate").body;
    assert!(page.contains("form=\"brought\"") && page.contains(&format!("action=\"{bring}\"")), "{page}");
    assert_eq!(browser.another().upload(bring, &[("pasted", &other)]).leads_to(), "/setup?n=again", "who holds it");
    refused(&browser.upload(bring, &[("pasted", &other)]), "It is not for beach.example, but for lake.example");
    refused(&browser.upload(bring, &[("chain", b"\xff\x00"), ("key", b"")]), "There is no certificate");
    refused(&browser.upload(bring, &[("chain", &leaf), ("chain", &root)]), "The key is missing");
    assert_eq!(browser.post(bring, &[("pasted", "x")]).status, 400, "no form with files");
    let good = browser.upload(bring, &[("chain", &leaf), ("chain", &root), ("key", &key)]);
    assert_eq!(good.leads_to(), "/setup/certificate");
    let page = browser.get("/setup/certificate").body;
    assert!(page.contains("Yours is checked and kept") && page.contains("every device warns"), "{page}");
    assert!(page.contains("value=\"kept\" checked") && !page.contains("PRIVATE KEY-----"), "{page}");
    assert_eq!(browser.post("/setup/certificate", &[("choice", "kept")]).leads_to(), "/setup/backups");
    let backups = [("at", "4:00"), ("days", "7"), ("weeks", "4"), ("months", "6")];
    assert_eq!(browser.post("/setup/backups", &backups).leads_to(), "/setup/look");
    assert!(browser.get("/setup/look").body.contains("The one you brought."));
    assert_eq!(browser.post("/setup/look", &[]).leads_to(), "/setup/done");
    server.read_ready();
    assert_eq!(folder.json(&["status"])["certificate"]["source"], "files");
    assert_eq!(folder.json(&["settings", "get", "acme"])["value"], false, "nobody is asked");
    let told = openssl(desk.path(), &["x509", "-in", "good.pem", "-noout", "-fingerprint", "-sha256"]);
    assert!(told.contains(&served(server.address("https"))), "{told}");
}

#[test]
fn the_wizard_never_moves_to_a_domain_whose_web_site_is_somebody_elses() {
    let (authority, folder) = (Authority::start(json!({})), Folder::new());
    authority.dns("add-a", &json!({ "host": "chat.beach.example.", "addresses": ["127.0.0.2"] }));
    let (_server, mut browser) = at_the_certificate(&folder, &authority);
    browser.post("/setup/who", &[("kind", "web-elsewhere")]);
    let fields = [("name", "Beach House"), ("domain", "beach.example"), ("host", "chat.beach.example")];
    assert_eq!(browser.post("/setup/name", &fields).leads_to(), "/setup/records?n=changed");
    browser.post("/setup/records", &[]);
    browser.post("/setup/certificate", &[("choice", "now")]);
    until(&mut browser, "/setup/certificate", "Failed");
    let page = until(&mut browser, "/setup/certificate", "Issued");
    assert!(page.contains("<code>chat.beach.example</code>") && !page.contains("/setup/move"), "{page}");
    assert!(page.contains("name=\"do\" value=\"again\""), "{page}");
    assert_eq!(browser.get("/setup/move").leads_to(), "/setup/certificate", "no ticket goes there");
}
