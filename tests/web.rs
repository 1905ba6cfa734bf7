//! The wizard in a real server, by a browser made by hand: every step, wrong forms, floods, resuming after a kill.

#[path = "support/browser.rs"]
mod browser;
#[path = "support/process.rs"]
#[allow(dead_code)] // tests/process.rs uses the rest
mod process;

use browser::Browser;
use process::Folder;
use process::Server;
use rustix::process::Signal;

/// A server that is not set up yet, with its code and a browser at it.
fn begun(folder: &Folder) -> (Server, String, Browser) {
    let mut server = Server::start(folder, &["serve"]);
    let line = server.line();
    let address = line.strip_prefix("setup http://").unwrap_or_else(|| panic!("{line}"));
    let (host, code) = address.split_once("/setup?code=").unwrap();
    (server, code.to_owned(), Browser::new(host))
}

/// The same, with the code entered.
fn inside(folder: &Folder) -> (Server, String, Browser) {
    let (server, code, mut browser) = begun(folder);
    assert_eq!(browser.post("/setup", &[("code", &code)]).leads_to(), "/setup/start?n=begun");
    (server, code, browser)
}

const NAME: [(&str, &str); 2] = [("name", "Beach House"), ("domain", "beach.example")];
const OWNER: [(&str, &str); 3] =
    [("name", "mira"), ("password", "a good long one"), ("password_again", "a good long one")];
const LATER: [(&str, &str); 1] = [("choice", "later")];
const BACKUPS: [(&str, &str); 4] = [("at", "4:00"), ("days", "7"), ("weeks", "4"), ("months", "6")];

/// All steps but the last.
fn fill(browser: &mut Browser) {
    assert_eq!(browser.post("/setup/start", &[("start", "new")]).leads_to(), "/setup/who");
    assert_eq!(browser.post("/setup/who", &[("kind", "internet")]).leads_to(), "/setup/name");
    assert_eq!(browser.post("/setup/name", &NAME).leads_to(), "/setup/records");
    assert_eq!(browser.post("/setup/records", &[]).leads_to(), "/setup/owner");
    assert_eq!(browser.post("/setup/owner", &OWNER).leads_to(), "/setup/certificate");
    assert_eq!(browser.post("/setup/certificate", &LATER).leads_to(), "/setup/backups");
    assert_eq!(browser.post("/setup/backups", &BACKUPS).leads_to(), "/setup/look");
}

#[test]
fn contract_the_wizard_makes_a_place_and_is_gone_for_good() {
    let folder = Folder::new();
    let (mut server, code, mut browser) = begun(&folder);
    assert_eq!(browser.get("/").leads_to(), "/setup");
    let filled = browser.get(&format!("/setup?code={code}"));
    assert!(filled.body.contains(&format!("value=\"{code}\"")), "only filled in, not claimed");
    assert_eq!(browser.post("/setup", &[("code", &code.to_lowercase())]).leads_to(), "/setup/start?n=begun");
    fill(&mut browser);
    let look = browser.get("/setup/look").body;
    for told in ["@beach.example", "mira", "4:00", "Beach House"] {
        assert!(look.contains(told), "{told}: {look}");
    }
    assert_eq!(browser.post("/setup/look", &[]).leads_to(), "/setup/done");
    server.read_ready();
    let done = browser.get("/setup/done");
    assert_eq!(done.status, 200);
    assert!(done.body.contains("mira@beach.example") && done.body.contains("role=\"img\""), "{}", done.body);
    let link =
        |body: &str| body.split("<code id=\"invitation\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let invitation = link(&done.body);
    assert!(invitation.starts_with("https://beach.example:"), "{invitation}");
    assert_eq!(link(&browser.get("/setup/done").body), invitation, "made once");
    let page = browser.another().get(&invitation[invitation.find("/invite/").unwrap()..]);
    assert!(page.status == 200 && page.body.contains("<bdi>mira</bdi> invites you"), "{}", page.body);
    assert!(browser.get("/").body.contains("signed in as <b>mira</b>"));
    assert_eq!(browser.post("/setup/look", &[]).leads_to(), "/setup/done", "sent twice");
    let status = folder.json(&["status"]);
    assert_eq!((status["place_name"].as_str(), status["accounts"].as_u64()), (Some("Beach House"), Some(1)));
    assert_eq!(folder.json(&["settings", "get", "backup_at"])["value"], "4:00");
    let mut stranger = browser.another();
    for path in ["/setup", "/setup/who", "/setup/done", "/setup/look"] {
        assert_eq!(stranger.get(path).status, 404, "{path}");
        assert!(stranger.get(path).body.contains("Set-up is finished"), "{path}");
    }
    assert_eq!(stranger.post("/setup", &[("code", &code)]).status, 404);
    assert!(stranger.get("/").body.contains("This is <bdi>Beach House</bdi>"));
    assert_eq!(server.stop().0, Some(0));
}

#[test]
fn the_steps_come_in_their_order_and_done_ones_can_be_changed() {
    let folder = Folder::new();
    let (_server, _, mut browser) = inside(&folder);
    let all =
        ["who", "name", "records", "owner", "certificate", "backups", "look"].map(|step| format!("/setup/{step}"));
    for path in &all {
        assert_eq!(browser.get(path).leads_to(), "/setup/start?n=first", "{path}");
        assert_eq!(browser.post(path, &NAME).leads_to(), "/setup/start?n=first", "{path}");
    }
    fill(&mut browser);
    assert!(browser.get("/setup/owner").body.contains("kept as a fingerprint. Strength: good."));
    let another = browser.get("/setup/owner?password=new").body;
    assert!(another.contains("data-strength=\"password\" data-about=\"beach.example|Beach House|\""), "{another}");
    assert!(another.contains("data-strong=\"Strength: strong.\"") && another.contains("aria-live=\"polite\""));
    let renamed = [("name", "Mirabel"), ("shown", "Mira <3")];
    assert_eq!(browser.post("/setup/owner", &renamed).leads_to(), "/setup/certificate?n=small");
    assert!(browser.get("/setup/look").body.contains("mirabel"), "the password stayed");
    assert_eq!(browser.post("/setup/who", &[("kind", "web-elsewhere")]).leads_to(), "/setup/name");
    assert_eq!(browser.get("/setup/look").leads_to(), "/setup/name?n=first", "another kind asks for the name again");
    let machine = [NAME[0], ("domain", "https://www.Beach.example/x"), ("host", "")];
    assert_eq!(browser.post("/setup/name", &machine).leads_to(), "/setup/records?n=domain");
    assert_eq!(browser.get("/setup/look").leads_to(), "/setup/records?n=first", "other records are needed");
    assert_eq!(browser.post("/setup/records", &[]).leads_to(), "/setup/owner");
    assert_eq!(browser.get("/setup/look").leads_to(), "/setup/certificate?n=first", "and other names are certified");
    browser.post("/setup/certificate", &LATER);
    assert!(browser.get("/setup/look").body.contains("chat.beach.example"));
}

#[test]
fn what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost() {
    let folder = Folder::new();
    let (_server, _, mut browser) = inside(&folder);
    assert_eq!(browser.post("/setup/start", &[("start", "moon")]).status, 400);
    browser.post("/setup/start", &[("start", "new")]);
    assert_eq!(browser.post("/setup/who", &[("kind", "moon")]).status, 400);
    assert_eq!(browser.post("/setup/who", &[]).status, 400);
    browser.post("/setup/who", &[("kind", "internet")]);
    let wrong = browser.post("/setup/name", &[("name", "Beach House"), ("domain", "beach")]);
    assert_eq!(wrong.status, 422);
    for told in ["Fix one thing: ", "id=\"domain-error\"", "has no dot in it", "value=\"beach\"", "href=\"#domain\""] {
        assert!(wrong.body.contains(told), "{told}: {}", wrong.body);
    }
    assert_eq!(browser.post("/setup/name", &[]).status, 422);
    let unseen = browser.post("/setup/name", &[("name", "\u{200b}\u{202e}\u{301}"), NAME[1]]);
    assert!(unseen.status == 422 && unseen.body.contains("None of these signs can be seen."), "{}", unseen.body);
    browser.post("/setup/name", &NAME);
    browser.post("/setup/records", &[]);
    let wrong = browser.post("/setup/owner", &[("name", "mira k"), ("password", "short"), ("password_again", "x")]);
    for told in ["Fix 2 things: ", "<b>mira.k</b>", "This has 5 signs", "value=\"mira k\""] {
        assert!(wrong.body.contains(told), "{told}: {}", wrong.body);
    }
    assert!(!wrong.body.contains("value=\"short\""), "passwords never come back");
    let differs = [OWNER[0], OWNER[1], ("password_again", "another long one")];
    assert!(browser.post("/setup/owner", &differs).body.contains("differs from the first"));
    assert_eq!(browser.get("/setup/backups").leads_to(), "/setup/owner?n=first", "nothing was kept");
    browser.post("/setup/owner", &OWNER);
    for odd in [&[][..], &[("choice", "<b>")], &[("do", "again")]] {
        assert_eq!(browser.post("/setup/certificate", odd).status, 400, "{odd:?}");
    }
    assert_eq!(browser.get("/setup/backups").leads_to(), "/setup/certificate?n=first");
    browser.post("/setup/certificate", &LATER);
    for (days, status) in [("0", 422), ("61", 422), ("-1", 422), ("x", 422), ("", 422), ("1", 303)] {
        let keep = [("at", "3:30"), ("days", days), ("weeks", "0"), ("months", "0")];
        assert_eq!(browser.post("/setup/backups", &keep).status, status, "{days}");
    }
    assert_eq!(browser.post("/setup/backups", &[("at", "3:31")]).status, 400);
    assert_eq!(browser.raw_post("/setup/backups", "at=3%3A30&at=4%3A00").status, 400, "doubled");
}

#[test]
fn scripts_in_any_field_come_back_escaped() {
    let folder = Folder::new();
    let (_server, code, mut browser) = begun(&folder);
    let evil = "\"><script>alert(1)</script>'";
    assert!(!browser.get("/setup?code=%22%3E%3Cscript%3E").body.contains("<script>"));
    assert!(!browser.post("/setup", &[("code", evil)]).body.contains("<script>"));
    browser.post("/setup", &[("code", &code)]);
    browser.post("/setup/start", &[("start", "new")]);
    browser.post("/setup/who", &[("kind", "web-elsewhere")]);
    for fields in [
        [("name", evil), ("domain", "x"), ("host", "")],
        [("name", "x"), ("domain", evil), ("host", "")],
        [("name", "x"), ("domain", "a.example"), ("host", evil)],
    ] {
        let reply = browser.post("/setup/name", &fields);
        assert_eq!(reply.status, 422);
        assert!(!reply.body.contains("<script>"), "{}", reply.body);
    }
    let named = [("name", evil), ("domain", "a.example"), ("host", "")];
    assert_eq!(browser.post("/setup/name", &named).status, 303, "a name may have any sign");
    assert!(!browser.get("/setup/records").body.contains("<script>"));
    browser.post("/setup/records", &[]);
    let owner = [("name", evil), ("shown", evil), ("password", evil), ("password_again", evil)];
    assert!(!browser.post("/setup/owner", &owner).body.contains("<script>"));
    browser.post("/setup/owner", &OWNER);
    browser.post("/setup/certificate", &LATER);
    browser.post("/setup/backups", &BACKUPS);
    assert!(!browser.get("/setup/look").body.contains("<script>"));
    assert!(!browser.get("/setup/who?n=%3Cscript%3E").body.contains("<script>"));
}

#[test]
fn a_kill_loses_no_step_and_the_same_browser_goes_on() {
    let folder = Folder::new();
    let (server, _, mut browser) = inside(&folder);
    browser.post("/setup/start", &[("start", "new")]);
    browser.post("/setup/who", &[("kind", "internet")]);
    browser.post("/setup/name", &NAME);
    drop(server);
    let (_server, _, again) = begun(&folder);
    browser.host = again.host;
    assert_eq!(browser.get("/setup").leads_to(), "/setup/records?n=back");
    assert!(browser.get("/setup/records?n=back").body.contains("Welcome back."));
    assert!(browser.get("/setup/name").body.contains("value=\"beach.example\""));
}

#[test]
fn another_browser_takes_over_and_the_first_is_told() {
    let folder = Folder::new();
    let (_server, code, mut first) = inside(&folder);
    first.post("/setup/start", &[("start", "new")]);
    first.post("/setup/who", &[("kind", "home")]);
    let mut second = first.another();
    assert_eq!(second.get("/setup/name").leads_to(), "/setup?n=again");
    assert_eq!(second.post("/setup", &[("code", &code)]).leads_to(), "/setup/name?n=here");
    let told = first.get("/setup/name");
    assert_eq!(told.status, 403);
    assert!(told.body.contains("The set-up goes on in another browser"), "{}", told.body);
    assert_eq!(first.post("/setup/name", &NAME).status, 403, "the form just sent is not kept");
    assert_eq!(second.post("/setup/name", &NAME).leads_to(), "/setup/owner");
    assert_eq!(first.post("/setup", &[("code", &code)]).status, 303, "and takes it back");
    assert_eq!(second.get("/setup/owner").status, 403);
}

#[test]
fn a_flood_of_codes_waits_and_forms_of_other_sites_are_refused() {
    let folder = Folder::new();
    let (server, code, mut browser) = begun(&folder);
    browser.extra = "Sec-Fetch-Site: cross-site\r\n".to_owned();
    assert_eq!(browser.post("/setup", &[("code", &code)]).status, 403);
    browser.extra.clear();
    for wrong in ["", "abc", "2222-2222", "3333-3333", "4444-4444", "5555-5555"] {
        assert_eq!(browser.post("/setup", &[("code", wrong)]).status, 422, "{wrong}");
    }
    let last = browser.post("/setup", &[("code", "6666-6666")]);
    assert!(last.status == 429 && last.header("retry-after") == Some("600"), "{}", last.body);
    let page = browser.post("/setup", &[("code", &code)]);
    assert!(page.status == 429 && page.body.contains("That was fast"), "{}", page.body);
    server.signal(Signal::TERM);
}

#[test]
fn a_body_of_a_gigabyte_is_refused_at_once() {
    let folder = Folder::new();
    let (_server, code, mut browser) = begun(&folder);
    let refused = browser.announce("/setup", 1_000_000_000);
    assert_eq!(refused.status, 413);
    assert!(refused.body.contains("more than fits here"), "{}", refused.body);
    assert_eq!(browser.raw_post("/setup", &"a".repeat(40_000)).status, 413);
    let unbounded = browser.chunked("/setup", 4_000_000);
    assert!(unbounded.is_none_or(|reply| reply.status == 413));
    assert_eq!(browser.post("/setup", &[("code", &code)]).status, 303);
}

#[test]
fn the_command_line_ends_the_wizard() {
    let folder = Folder::new();
    let (mut server, _, mut browser) = inside(&folder);
    fill(&mut browser);
    let arguments = ["setup", "--domain", "other.example", "--owner", "tom", "--password-stdin"];
    let refused = folder.imera(&arguments, "a good password\n");
    assert_eq!(refused.stderr, "imera: a browser is at the set-up: finish it there, or add --take-over\n");
    assert_eq!(refused.code, 1);
    let unseen = [&arguments[..], &["--name", "\u{200b}\u{2066}", "--take-over"]].concat();
    let refused = folder.imera(&unseen, "a good password\n");
    assert!(refused.code == 2 && refused.stderr.contains("can be seen"), "{}", refused.stderr);
    let taken = folder.imera(&[&arguments[..], &["--take-over"]].concat(), "a good password\n");
    assert_eq!(taken.code, 0, "{}", taken.stderr);
    server.read_ready();
    assert_eq!(browser.post("/setup/look", &[]).status, 404);
    assert_eq!(browser.get("/setup").status, 404);
    assert_eq!(folder.json(&["status"])["domain"], "other.example");
}

#[test]
fn every_page_is_small_and_speaks_german_too() {
    let folder = Folder::new();
    let (_server, _, mut browser) = inside(&folder);
    fill(&mut browser);
    for lang in ["en", "de", "ar-XB"] {
        browser.extra = format!("Accept-Language: {lang}\r\n");
        let steps =
            ["start", "who", "name", "records", "owner", "backups", "look"].map(|step| format!("/setup/{step}"));
        for path in steps.iter().map(String::as_str).chain(["/none"]) {
            let page = browser.get(path);
            let mut size = page.body.len();
            for asset in page.assets() {
                let asset = browser.get(&asset);
                assert_eq!(asset.status, 200);
                size += asset.body.len();
            }
            assert!((1_000..60_000).contains(&size), "{path} has {size} bytes");
            assert!(page.body.contains(&format!("<html lang=\"{lang}\"")), "{path} {lang}");
        }
    }
}

#[test]
fn a_path_that_is_no_text_gets_a_page_of_ours() {
    let folder = Folder::new();
    let (_server, _, mut browser) = begun(&folder);
    for path in ["/invite/%ff", "/invite/%E2%9C/sign-up", "/assets/%zz", "/%"] {
        let reply = browser.get(path);
        assert!(reply.status == 404 && reply.body.contains("<html lang=\"en\""), "{path}: {}", reply.body);
    }
}
