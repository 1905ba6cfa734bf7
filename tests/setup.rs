//! The real binary from its first start to the open doors: `imera setup` with each of its options, and what waits for it.

#[allow(dead_code)] // tests/process.rs uses the rest
#[path = "support/process.rs"]
mod process;

use std::io::ErrorKind;
use std::net::TcpListener;
use std::net::TcpStream;

use process::Folder;
use process::Server;

const PASSWORD: &str = "four everyday words\n";

/// A port that is free now.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn doors_of_chat_send_people_away_before_set_up_and_their_ports_are_taken_all_the_same() {
    let folder = Folder::new();
    let port = free_port();
    let variables = [("IMERA_PORT_C2S", port.to_string().into())];
    let mut server = Server::with(&folder, &["serve"], &variables);
    assert!(server.line().starts_with("setup "));
    let refused = TcpStream::connect(("127.0.0.1", port)).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused, "nobody waits in a queue for days");
    let told = folder.imera(&["setup", "--domain", "beach.example", "--owner", "mira", "--password-stdin"], PASSWORD);
    assert_eq!(told.code, 0, "{}", told.stderr);
    server.read_ready();
    assert_eq!(server.address("c2s").port(), port);
    drop(TcpStream::connect(("127.0.0.1", port)).unwrap());
    let other = Folder::new();
    let mut second = Server::with(&other, &["serve"], &variables);
    let told = second.log_until("imera: ");
    assert!(told.contains("is in use on 127.0.0.1: stop the other program, or set IMERA_PORT_C2S"), "{told}");
}

#[test]
fn a_server_waits_for_a_command_that_holds_the_folder_and_says_so() {
    let folder = Folder::new();
    std::fs::create_dir(&folder.path).unwrap();
    let lock = std::fs::File::create(folder.file("imera.lock")).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).unwrap();
    let mut waiting = Server::start(&folder, &["serve"]);
    let told = waiting.log_until("waiting for its end");
    assert!(told.contains("a command of imera has the data folder: waiting for its end"), "{told}");
    drop(lock);
    assert!(waiting.line().starts_with("setup "));
    assert_eq!(waiting.stop().0, Some(0));

    let lock = std::fs::File::open(folder.file("imera.lock")).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).unwrap();
    let mut waiting = Server::start(&folder, &["serve"]);
    waiting.log_until("waiting for its end");
    assert_eq!(waiting.stop(), (Some(0), "stopped\n".to_owned()), "it can be stopped while it waits");
}

fn set_up(folder: &Folder, arguments: &[&str]) -> process::Told {
    folder.imera(&[&["setup", "--owner", "mira", "--password-stdin"], arguments].concat(), PASSWORD)
}

#[test]
fn contract_set_up_takes_what_the_wizard_asks_and_says_what_happens_tonight() {
    let folder = Folder::new();
    let told = set_up(
        &folder,
        &[
            &["--domain", "beach.local", "--home", "--name", "Beach House", "--display-name", "Mira B."][..],
            &["--backup-at", "4:30", "--backup-keep", "3,2,1", "--certificate", "own", "--invite"],
        ]
        .concat(),
    );
    assert_eq!((told.code, told.stderr.as_str()), (0, ""));
    let lines: Vec<&str> = told.stdout.lines().collect();
    assert_eq!(lines[0], "imera is set up for beach.local.");
    assert_eq!(lines[2], "Certificate  made by this machine; apps ask once whether to trust it");
    assert!(lines[3].starts_with("The first invitation, for one person, a week: https://beach.local"), "{}", lines[3]);
    assert!(lines[4].starts_with("For apps: xmpp:mira@beach.local?roster;preauth="), "{}", lines[4]);
    assert_eq!(lines[5], "What happens tonight: 4:30. The first backup. And every night after that.");
    assert_eq!(lines[6..], ["Next: sign in as mira@beach.local."], "nobody needs records at home");
    let value = |key: &str| folder.json(&["settings", "get", key])["value"].clone();
    assert_eq!((value("home"), value("backup_at"), value("backup_keep")), (true.into(), "4:30".into(), "3,2,1".into()));
    let people = folder.json(&["account", "list"]);
    assert_eq!((&people[0]["display_name"], &people[0]["role"]), (&"Mira B.".into(), &"owner".into()));
    assert_eq!(folder.json(&["invite", "list"]).as_array().unwrap().len(), 1);
    let again = set_up(&folder, &["--domain", "beach.local", "--home"]);
    let wanted = "imera: this place is set up already, for beach.local: change it with imera settings, or start over in \
                  an empty data folder\n";
    assert_eq!((again.code, again.stderr.as_str()), (1, wanted));
}

#[test]
fn contract_host_names_the_machine_and_the_place_is_called_after_its_domain() {
    let folder = Folder::new();
    let arguments = ["--domain", "https://www.Beach.Example/", "--host", "chat.beach.example", "--invite"];
    let told = set_up(&folder, &arguments);
    assert_eq!(told.code, 0, "{}", told.stderr);
    assert!(told.stdout.contains("a week: https://chat.beach.example"), "{}", told.stdout);
    let next = "Next: give the domain its records (imera setup records), then sign in as mira@beach.example.\n";
    assert!(told.stdout.ends_with(next), "{}", told.stdout);
    let value = |key: &str| folder.json(&["settings", "get", key])["value"].clone();
    assert_eq!((value("host"), value("home")), ("chat.beach.example".into(), false.into()));
    assert_eq!(folder.json(&["status"])["place_name"], "Beach");
}

#[test]
fn names_are_refused_by_the_rules_of_the_pages_and_in_their_sentences() {
    let folder = Folder::new();
    for (arguments, wanted) in [
        (&["--domain", "beach"][..], "--domain cannot be \"beach\": beach has no dot in it. A domain looks like"),
        (&["--domain", "beach", "--home"], "--domain cannot be \"beach\": beach has no dot in it."),
        (&["--domain", "192.0.2.7"], "--domain cannot be \"192.0.2.7\": This is the number of a machine."),
        (
            &["--domain", "a_b.example"],
            "--domain cannot be \"a_b.example\": A domain has letters, digits and dashes; _",
        ),
        (
            &["--domain", "a<b.example"],
            "--domain cannot be \"a<b.example\": A domain has letters, digits and dashes; <",
        ),
        (&["--domain", "co.uk"], "--domain cannot be \"co.uk\": co.uk belongs to everybody. It needs your own word"),
        (&["--domain", "beach.local"], "beach.local works in a home network only: add --home\n"),
        (&["--domain", "a.test"], "a.test works in a home network only: add --home\n"),
        (
            &["--domain", "beach.example", "--host", "chat.other.example"],
            "--host cannot be \"chat.other.example\": The machine’s name must end in .beach.example\n",
        ),
        (
            &["--domain", "beach.example", "--host", "beach.example"],
            "--host cannot be \"beach.example\": For this the machine needs a name of its own, for example chat.",
        ),
        (&["--domain", "beach.example", "--name", &"a".repeat(41)], "--name cannot be \"aaaaaaaa"),
        (&["--domain", "beach.example", "--backup-at", "25:00"], "--backup-at is \"25:00\": "),
        (&["--domain", "beach.example", "--backup-keep", "0,0,0"], "--backup-keep is \"0,0,0\": "),
    ] {
        let told = set_up(&folder, arguments);
        assert_eq!(told.code, 2, "{arguments:?} {}", told.stderr);
        assert!(told.stderr.starts_with(&format!("imera: {wanted}")), "{}", told.stderr);
        assert_eq!(told.stderr.lines().count(), 1, "{}", told.stderr);
    }
    assert!(!folder.path.exists(), "nothing was begun");
}

#[test]
fn contract_a_certificate_of_ones_own_files_is_called_files_and_one_made_here_own() {
    let (folder, files) = (Folder::new(), tempfile::tempdir().unwrap());
    let path = |name: &str| files.path().join(name).to_str().unwrap().to_owned();
    let key = rcgen::KeyPair::generate().unwrap();
    let made = rcgen::CertificateParams::new(vec!["beach.example".to_owned()]).unwrap().self_signed(&key).unwrap();
    std::fs::write(path("cert.pem"), made.pem()).unwrap();
    std::fs::write(path("key.pem"), key.serialize_pem()).unwrap();
    let (cert, key) = (path("cert.pem"), path("key.pem"));
    let domain = ["--domain", "beach.example", "--json"];
    let named = ["--certificate", "files", "--cert", &cert, "--key", &key];
    let missing = set_up(&folder, &[&domain[..], &["--certificate", "files", "--cert", &cert]].concat());
    assert_eq!((missing.code, missing.stderr.contains("add --cert FILE and --key FILE")), (2, true));
    let swapped = set_up(&folder, &[&domain[..], &["--certificate", "files", "--cert", &key, "--key", &cert]].concat());
    assert_eq!(swapped.code, 1, "{}", swapped.stderr);
    let told = set_up(&folder, &[&domain[..], &named].concat());
    assert_eq!(told.code, 0, "{}", told.stderr);
    let told: serde_json::Value = serde_json::from_str(&told.stdout).unwrap();
    assert_eq!(told["certificate"], "files");
    let source = |folder: &Folder| {
        let mut server = Server::start(folder, &["serve"]);
        server.read_ready();
        folder.json(&["status"])["certificate"]["source"].clone()
    };
    assert_eq!(source(&folder), "files");
    let other = Folder::new();
    assert_eq!(set_up(&other, &domain[..2]).code, 0);
    assert_eq!(source(&other), "own");
}

/// What a terminal is shown of a command, which ends by itself or by the signal that `until` sends.
fn on_terminal(folder: &Folder, arguments: &[&str], until: impl Fn(&str) -> bool) -> String {
    let words = ["sh", "-c", "exec script -qefc \"exec $*\" /dev/null", "sh"];
    let mut shown = String::new();
    let mut server = Server::wrapped_command(folder, &words, arguments);
    loop {
        let line = server.line_as_it_is();
        shown += &line;
        if line.is_empty() || until(&shown) {
            break;
        }
    }
    // Behind the terminal it is no child of ours.
    let holder = std::fs::read_to_string(folder.file("imera.lock")).unwrap_or_default();
    if let Some(pid) = holder.trim().parse().ok().and_then(rustix::process::Pid::from_raw)
        && arguments[0] == "serve"
    {
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        while !server.line_as_it_is().is_empty() {}
    }
    shown
}

#[test]
fn the_set_up_address_is_a_qr_code_where_a_terminal_is() {
    let lines = |shown: &str| shown.lines().filter(|line| line.contains('▀') || line.contains('▄')).count();
    let folder = Folder::new();
    let shown = on_terminal(&folder, &["serve"], |shown| lines(shown) >= 14);
    assert!(shown.contains("setup http://127.0.0.1:"), "{shown}");
    assert!(lines(&shown) >= 14, "{shown}");
    let mut server = Server::start(&folder, &["serve"]);
    assert!(server.line().starts_with("setup "));
    let shown = on_terminal(&folder, &["setup", "code"], |_| false);
    assert!(shown.contains("Set-up code: ") && lines(&shown) >= 14, "{shown}");
    let piped = folder.imera(&["setup", "code"], "");
    assert_eq!((piped.code, lines(&piped.stdout)), (0, 0), "a file needs no picture");
}

#[test]
fn contract_an_authority_is_asked_only_by_who_agrees_and_bad_combinations_are_one_line() {
    let folder = Folder::new();
    let beach = ["--domain", "beach.example"];
    for (arguments, wanted) in [
        (&["--certificate", "acme"][..], "to whose terms you have to agree: read them at https://letsencrypt.org/"),
        (&["--agree"], "--agree has no effect: add --certificate acme"),
        (&["--certificate", "own", "--agree"], "--agree has no effect: add --certificate acme"),
        (&["--certificate", "own", "--wait", "1m"], "--wait has no effect: add --certificate acme and --agree"),
        (&["--certificate", "acme", "--agree", "--wait", "soon"], "--wait cannot be \"soon\": it has to be a time"),
        (&["--certificate", "acme", "--agree", "--cert", "x"], "--cert and --key have no effect: add --certificate"),
        (&["--certificate", "acme", "--agree", "--home"], "is not for a home network: leave it out"),
        (&["--certificate", "acme", "--agree"], "is not for beach.example, which no authority knows: take own or"),
        (&["--certificate", "magic"], "--certificate cannot be \"magic\": it is acme, own or files"),
    ] {
        let told = set_up(&folder, &[&beach[..], arguments].concat());
        assert_eq!(told.code, 2, "{arguments:?} {}", told.stderr);
        assert!(told.stderr.contains(wanted), "{}", told.stderr);
        assert_eq!(told.stderr.lines().count(), 1, "{}", told.stderr);
    }
    assert!(!folder.path.exists(), "nothing was begun");
    let chosen = |folder: &Folder| folder.json(&["settings", "get", "acme"])["value"].clone();
    let agreed = ["--domain", "beach-house.de", "--certificate", "acme", "--agree", "--json"];
    let told = set_up(&folder, &agreed);
    assert_eq!(told.code, 0, "{}", told.stderr);
    let told: serde_json::Value = serde_json::from_str(&told.stdout).unwrap();
    assert_eq!((&told["certificate"], chosen(&folder)), (&"acme".into(), true.into()));
    let nobody = Folder::new();
    let told = set_up(&nobody, &[&agreed[..], &["--wait", "9m"]].concat());
    assert_eq!((told.code, chosen(&nobody)), (1, true.into()), "it is set up all the same");
    assert!(told.stderr.contains("no server runs here that could ask for the certificate"), "{}", told.stderr);
    let other = Folder::new();
    assert_eq!(set_up(&other, &["--domain", "beach-house.de"]).code, 0);
    assert_eq!(chosen(&other), serde_json::Value::Null, "nobody has agreed to anything");
}
