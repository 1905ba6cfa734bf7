//! The domain's records in a real server, against name servers of our own: the page, `imera setup records`, the check.

#[allow(dead_code)] // tests/web.rs uses the rest
#[path = "support/browser.rs"]
mod browser;
#[path = "support/process.rs"]
#[allow(dead_code)] // tests/process.rs uses the rest
mod process;
#[path = "support/zone.rs"]
mod zone;

use browser::Browser;
use hickory_resolver::proto::rr::RecordType;
use imera::reach::own;
use process::Folder;
use process::Server;
use zone::Dns;
use zone::Manner;

/// A browser at the step of the name, in a server that asks `dns`.
fn begun(folder: &Folder, dns: &Dns) -> (Server, Browser) {
    let mut server = Server::with(folder, &["serve"], &[("IMERA_RESOLVER", dns.address.to_string().into())]);
    let line = server.line();
    let address = line.strip_prefix("setup http://").unwrap_or_else(|| panic!("{line}"));
    let (host, code) = address.split_once("/setup?code=").unwrap();
    let mut browser = Browser::new(host);
    browser.post("/setup", &[("code", code)]);
    browser.post("/setup/start", &[("start", "new")]);
    (server, browser)
}

/// The page for a domain whose web site is here, or elsewhere.
fn page(browser: &mut Browser, kind: &str, domain: &str) -> String {
    browser.post("/setup/who", &[("kind", kind)]);
    let fields = [("name", "Beach House"), ("domain", domain), ("host", "")];
    assert_eq!(browser.post("/setup/name", &fields).leads_to(), "/setup/records");
    let page = browser.get("/setup/records");
    assert_eq!(page.status, 200);
    page.body
}

/// The row of that heading, up to its end.
fn row<'a>(page: &'a str, name: &str) -> &'a str {
    let from = page.find(&format!(">{name} <span")).unwrap_or_else(|| panic!("{name}: {page}"));
    let start = page[..from].rfind("<li").unwrap();
    &page[start..from + page[from..].find("</li>").unwrap()]
}

fn our_address() -> String {
    match own::addresses().v4 {
        own::Way::At(ip) => ip.to_string(),
        _ => "203.0.113.7".to_owned(),
    }
}

#[test]
fn each_record_is_told_as_it_stands_and_going_on_is_always_possible() {
    let (folder, dns) = (Folder::new(), Dns::start(2));
    let (_server, mut browser) = begun(&folder, &dns);
    for domain in ["new.example", "beach.example", "old.example"] {
        dns.zone(domain);
    }
    let ours = our_address();
    dns.put(&format!("beach.example A {ours}"));
    dns.put_on(0, "_xmpps-client._tcp.beach.example SRV 0 5 443 beach.example");
    dns.put("old.example A 192.168.1.4");
    dns.put("_xmpp-client._tcp.old.example SRV 0 5 5222 chat.other.example");
    dns.put("old.example CAA 0 other.example");

    let new = page(&mut browser, "internet", "new.example");
    assert!(row(&new, "The machine").contains(">Waiting<"), "{new}");
    assert!(row(&new, "Hotel Wi-Fi").contains("show the name as <code>_xmpps-client._tcp.new.example</code>: that is"));
    assert!(!new.contains("Group chats") && !new.contains("Other servers"), "neither is there yet: {new}");
    assert!(row(&new, "Hotel Wi-Fi").contains(">Nice to have<") && !row(&new, "The machine").contains(">Nice"));
    assert!(new.contains("Continue while we wait") && new.contains("<title>0 of "), "{new}");

    let found = page(&mut browser, "internet", "beach.example");
    assert!(row(&found, "The machine").contains("class=\"ok\""), "{found}");
    let srv = row(&found, "Hotel Wi-Fi");
    for field in ["_xmpps-client._tcp", "<dd><code>443</code>", ">beach.example.</code>", ">Found on 1 of 2<"] {
        assert!(srv.contains(field), "{field}: {srv}");
    }
    assert!(!found.contains("Continue while we wait") && !found.contains("class=\"note"), "{found}");

    let old = page(&mut browser, "internet", "old.example");
    let machine = row(&old, "The machine");
    assert!(
        machine.contains(">Wrong value<")
            && machine.contains("<b>We found <code>192.168.1.4</code>.</b> That number works")
    );
    assert!(row(&old, "Chat apps").contains("<code>chat.other.example</code>.</b> That chat server is not"), "{old}");
    assert!(old.contains("It allows other.example alone"), "{old}");

    let nobody = page(&mut browser, "web-elsewhere", "nobody.example");
    assert!(nobody.contains("Nobody has registered nobody.example yet"), "{nobody}");
    assert!(row(&nobody, "Proof that the domain is yours").contains("http://chat.nobody.example/.well-known/"));
    let list = browser.get("/setup/records.txt");
    assert!(list.header("content-type").unwrap().starts_with("text/plain"));
    let srv = "\n_xmpps-client._tcp.nobody.example. SRV 0 5 443 chat.nobody.example.\n    Gets phones";
    assert!(list.body.contains(srv), "{}", list.body);
    assert_eq!(browser.post("/setup/records", &[]).leads_to(), "/setup/owner");
    assert_eq!(browser.get("/setup/owner").status, 200);
    let fields = [("name", "Beach House"), ("domain", "other.example"), ("host", "")];
    let changed = browser.post("/setup/name", &fields).leads_to().to_owned();
    assert_eq!(changed, "/setup/records?n=changed");
    let told = browser.get(&changed).body;
    assert!(told.contains("the records of other.example are looked at anew. Your account and the backups stay."));
    let behind_a_router = own::addresses().v4 == own::Way::Unsure;
    assert_eq!(told.contains("Does the address of your line change?"), behind_a_router, "{told}");
}

#[test]
fn without_internet_one_notice_says_so_and_going_on_is_possible() {
    let (folder, dns) = (Folder::new(), Dns::start(1));
    let (_server, mut browser) = begun(&folder, &dns);
    dns.manner(0, Manner::Silent);
    let first = page(&mut browser, "internet", "beach.example");
    assert!(first.contains("We are looking."), "nobody waits for a silent server: {first}");
    let told = loop {
        let page = browser.get("/setup/records").body;
        if !page.contains("We are looking.") {
            break page;
        }
    };
    assert_eq!(told.matches("This machine has no internet").count(), 1, "{told}");
    assert!(row(&told, "The machine").contains(">Could not look<") && !told.contains("did not answer"));
    assert_eq!(browser.post("/setup/records", &[]).leads_to(), "/setup/owner");
}

#[test]
fn a_place_at_home_has_no_records_and_is_not_asked_about_any() {
    let (folder, dns) = (Folder::new(), Dns::start(1));
    let (_server, mut browser) = begun(&folder, &dns);
    browser.post("/setup/who", &[("kind", "home")]);
    let fields = [("name", "Zuhause"), ("domain", "house.home.arpa")];
    assert_eq!(browser.post("/setup/name", &fields).leads_to(), "/setup/owner");
    assert!(browser.get("/setup/owner").body.contains("step 4 of 7"));
    assert_eq!(browser.get("/setup/records").leads_to(), "/setup/owner?n=first");
    assert_eq!(browser.get("/setup/records.txt").leads_to(), "/setup/owner?n=first");
    assert_eq!(dns.asked(), 0);
}

#[test]
fn contract_setup_records_and_check_dns_say_what_the_page_says() {
    let (folder, dns) = (Folder::new(), Dns::start(2));
    std::fs::create_dir(&folder.path).unwrap();
    std::fs::write(folder.file("imera.toml"), format!("resolver = \"{}\"\n", dns.address)).unwrap();
    dns.zone("beach.example");
    let wanted = ["setup", "records", "--domain", "beach.example"];
    let told = folder.imera(&wanted, "");
    assert_eq!((told.code, told.stderr.as_str()), (1, ""), "{}", told.stdout);
    assert!(told.stdout.contains("Waiting  beach.example.") && told.stdout.contains("\n0 of "), "{}", told.stdout);

    dns.put(&format!("beach.example A {}", our_address()));
    dns.put("_xmpp-server._tcp.beach.example SRV 0 5 5269 chat.other.example");
    let told = folder.imera(&wanted, "");
    assert_eq!(told.code, 0, "all that is needed is there: {}", told.stdout);
    let next =
        "_xmpp-server._tcp.beach.example. SRV: We found chat.other.example. That chat server is not this machine";
    assert!(told.stdout.contains(next), "{}", told.stdout);
    let json = folder.json(&wanted);
    assert_eq!((&json["enough"], &json["troubles"]), (&true.into(), &serde_json::json!([])));
    let rows = json["records"].as_array().unwrap();
    let machine = rows.iter().find(|row| row["type"] == "A").unwrap();
    assert_eq!((&machine["name"], &machine["state"]), (&"beach.example.".into(), &"found".into()));

    let set_up = ["setup", "--domain", "beach.example", "--owner", "mira", "--password-stdin"];
    assert_eq!(folder.imera(&set_up, "four everyday words\n").code, 0);
    dns.remove("_xmpp-server._tcp.beach.example", RecordType::SRV);
    let check = || folder.json(&["check", "dns"])[0].clone();
    assert_eq!(check()["state"], "ok", "{}", check());
    dns.put("_xmpp-server._tcp.beach.example SRV 0 5 5269 chat.other.example");
    assert_eq!(check()["state"], "warning");
    dns.remove("beach.example", RecordType::A);
    let missing = check();
    assert_eq!((&missing["state"], &missing["what"]), (&"failed".into(), &"beach.example A: waiting".into()));
    assert_eq!(folder.imera(&["check", "dns"], "").code, 1);
    dns.manner(0, Manner::Silent);
    assert_eq!(check()["state"], "skipped", "without internet nothing can be said");
}

#[test]
fn the_owners_first_page_tells_whether_the_domain_leads_here() {
    let (folder, dns) = (Folder::new(), Dns::start(2));
    let (mut server, mut mira) = begun(&folder, &dns);
    dns.zone("beach.example");
    dns.put(&format!("beach.example A {}", our_address()));
    let port = "_xmpp-client._tcp.beach.example SRV 0 5 5222 beach.example";
    page(&mut mira, "internet", "beach.example");
    mira.post("/setup/records", &[]);
    let password = [("password", "a good long one"), ("password_again", "a good long one")];
    mira.post("/setup/owner", &[&[("name", "mira")], &password[..]].concat());
    mira.post("/setup/certificate", &[("choice", "later")]);
    mira.post("/setup/backups", &[("at", "4:00"), ("days", "7"), ("weeks", "4"), ("months", "6")]);
    let look = mira.get("/setup/look").body;
    assert!(look.contains(" found. Those that are missing can come later."), "{look}");
    assert_eq!(mira.post("/setup/look", &[]).leads_to(), "/setup/done");
    assert!(mira.get("/setup/done").body.contains("href=\"/admin/records\""));
    server.read_ready();
    mira.post("/admin/look", &[]);
    let home = mira.get("/admin").body;
    assert!(home.contains("The domain leads here") && home.contains("href=\"/admin/records\""), "{home}");
    let records = mira.get("/admin/records");
    assert_eq!(records.status, 200);
    for told in [" found</b>", "Last look", &our_address(), "_xmpp-client", "data-live", "href=\"/admin/records\""] {
        assert!(records.body.contains(told), "{told}: {}", records.body);
    }
    assert!(records.body.len() < 60_000 && !records.body.contains("/setup/records"), "{}", records.body);
    assert!(mira.another().get("/admin/records").leads_to().starts_with("/sign-in"), "for owners only");

    dns.put("_xmpp-server._tcp.beach.example SRV 0 5 5269 chat.other.example");
    mira.post("/admin/look", &[]);
    let home = mira.get("/admin").body;
    assert!(home.contains("A record of the domain is not right") && home.contains("chat.other.example"), "{home}");
    dns.remove("beach.example", RecordType::A);
    mira.extra = "Accept-Language: de\r\n".to_owned();
    mira.post("/admin/look", &[]);
    let home = mira.get("/admin").body;
    assert!(home.contains("Freunde von draußen finden diesen Ort vielleicht nicht"), "{home}");
    assert_eq!(folder.json(&["check", "dns"])[0]["state"], "failed");
    dns.put(&format!("beach.example A {}", our_address()));
    dns.remove("_xmpp-server._tcp.beach.example", RecordType::SRV);
    dns.put(port);
    mira.post("/admin/look", &[]);
    assert!(mira.get("/admin").body.contains("Die Domain führt hierher"), "and goes when it is put right");
}

#[test]
fn nobody_is_asked_about_a_place_at_home_or_one_for_tests() {
    let (folder, dns) = (Folder::new(), Dns::start(1));
    std::fs::create_dir(&folder.path).unwrap();
    std::fs::write(folder.file("imera.toml"), format!("resolver = \"{}\"\n", dns.address)).unwrap();
    let set_up = ["setup", "--domain", "house.home.arpa", "--home", "--owner", "mira", "--password-stdin"];
    assert_eq!(folder.imera(&set_up, "four everyday words\n").code, 0);
    assert_eq!(folder.json(&["check", "dns"])[0]["state"], "skipped");
    let server = Server::test_profile(&folder);
    let mut mira = Browser::new(&server.address("http").to_string());
    mira.post("/sign-in", &[("name", "mira"), ("password", "four everyday words"), ("to", "/admin")]);
    assert_eq!(mira.get("/admin/records").status, 404);
    drop(server);
    let tests = Folder::new();
    let _server = Server::test_profile(&tests);
    assert_eq!(tests.json(&["check", "dns"])[0]["state"], "skipped");
    assert_eq!(dns.asked(), 0);
}

#[test]
fn the_owner_writes_down_who_takes_proofs_and_the_secret_never_comes_back() {
    const SECRET: &str = "c2VjcmV0IHNlY3JldCBzZWNyZXQ=";
    const PAGE: &str = "/admin/certificate/record";
    let (folder, dns) = (Folder::new(), Dns::start(1));
    dns.zone("beach.example");
    let set_up = ["setup", "--domain", "beach.example", "--owner", "mira", "--password-stdin"];
    assert_eq!(folder.imera(&set_up, "four everyday words\n").code, 0);
    let mut server = Server::with(&folder, &["serve"], &[("IMERA_RESOLVER", dns.address.to_string().into())]);
    server.read_ready();
    let mut mira = Browser::new(&server.address("http").to_string());
    assert!(mira.get(PAGE).leads_to().starts_with("/sign-in"), "for owners only");
    mira.post("/sign-in", &[("name", "mira"), ("password", "four everyday words"), ("to", "/admin")]);
    assert!(mira.get("/admin/certificate").body.contains(PAGE));
    let empty = mira.get(PAGE);
    assert!(empty.status == 200 && empty.body.len() < 20_000, "{}", empty.body);
    let form = |server, zone, key, algorithm, secret| {
        let names = ["acme_dns_server", "acme_dns_zone", "acme_dns_key", "acme_dns_algorithm", "acme_dns_secret"];
        std::iter::zip(names, [server, zone, key, algorithm, secret]).collect::<Vec<(&str, &str)>>()
    };
    let refused = mira.post(PAGE, &form("", "", "", "hmac-sha256", ""));
    assert_eq!((refused.status, refused.body.matches("Please type the ").count()), (422, 6), "{}", refused.body);
    let odd = mira.post(PAGE, &form("ns1.beach.example", "a b", "<b>", "hmac-md5", "not%base64"));
    let told = ["not the address of a name server", "cannot be a name of DNS", "value does not fit", "not base64"];
    assert!(odd.status == 422 && told.iter().all(|told| odd.body.contains(told)), "{}", odd.body);
    assert!(!odd.body.contains("not%base64") && odd.body.contains("ns1.beach.example"), "{}", odd.body);
    assert_eq!(mira.post(PAGE, &[("acme_dns_server", "192.0.2.53")]).status, 400, "no form of ours");

    let good = form("192.0.2.53", "Proof.beach.example.", "imera", "hmac-sha512", SECRET);
    assert_eq!(mira.post(PAGE, &good).leads_to(), format!("{PAGE}?n=proof"));
    let kept = mira.get(PAGE).body;
    for told in ["value=\"192.0.2.53:53\"", "value=\"proof.beach.example\"", "selected>hmac-sha512", "A secret is kept"]
    {
        assert!(kept.contains(told), "{told}: {kept}");
    }
    let again = form("192.0.2.54", "proof.beach.example", "imera", "hmac-sha512", "");
    assert_eq!(mira.post(PAGE, &again).leads_to(), format!("{PAGE}?n=proof"), "the secret stays");
    assert!(mira.get(PAGE).body.contains("Everything is set up"));
    let records = loop {
        let page = mira.get("/admin/records").body;
        if !page.contains("We are looking.") {
            break page;
        }
    };
    let alias = row(&records, "Proof by a record");
    assert!(alias.contains(">_acme-challenge</code>") && alias.contains(">beach.example.proof.beach.example.</code>"));
    let told = folder.imera(&["setup", "records"], "");
    assert!(told.stdout.contains("_acme-challenge.beach.example."), "{}", told.stdout);
    for path in [PAGE, "/admin/log", "/admin/settings"] {
        assert!(!mira.get(path).body.contains(SECRET), "{path}");
    }
    assert_eq!(mira.post(&format!("{PAGE}/forget"), &[]).leads_to(), format!("{PAGE}?n=no-proof"));
    let gone = mira.get(PAGE).body;
    assert!(!gone.contains("192.0.2.54") && !gone.contains("A secret is kept"), "{gone}");
}
