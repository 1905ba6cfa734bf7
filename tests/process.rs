//! The real binary as a process: its lines, files, signals and command line, as the contract has them.

#[path = "support/client.rs"]
mod client;
#[path = "support/process.rs"]
mod process;

use std::io::Read;
use std::io::Write;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::ServerName;
use serde_json::Value;
use serde_json::json;

use imera::clock::Clock;
use process::Folder;
use process::Server;
use process::Told;

#[test]
fn contract_the_test_profile_is_ready_tells_its_ports_and_stops_in_good_order() {
    let folder = Folder::new();
    let mut server = Server::test_profile(&folder);
    let ports: Value = serde_json::from_str(&std::fs::read_to_string(folder.file("ports.json")).unwrap()).unwrap();
    assert_eq!(server.ports, ports);
    assert_eq!(ports["pid"], server.pid());
    for (door, open) in
        [("c2s", true), ("c2s_tls", true), ("http", true), ("https", true), ("s2s", false), ("component", false)]
    {
        assert_eq!(ports[door].is_string(), open, "{door}");
    }
    let mode = std::fs::metadata(&folder.path).unwrap().permissions().mode() & 0o777;
    let socket = std::fs::metadata(folder.file("control.sock")).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode, socket), (0o700, 0o600));
    assert!(server.log_until("ready").contains("TEST PROFILE"));
    assert_eq!(server.stop(), (Some(0), "stopped\n".to_owned()));
    assert!(!folder.file("ports.json").exists() && !folder.file("control.sock").exists());
}

#[test]
fn contract_the_log_is_text_or_one_json_object_a_line() {
    for (format, is_json) in [("json", true), ("text", false)] {
        let folder = Folder::new();
        let variables = [("IMERA_LOG_FORMAT", format.into()), ("IMERA_LOG", "info".into())];
        let mut server = Server::with(&folder, &["serve", "--test-profile"], &variables);
        server.read_ready();
        server.signal(rustix::process::Signal::TERM);
        let log = server.log_until("\n\n");
        let objects = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let levels: Vec<Value> = objects.map(|line| line["level"].clone()).collect();
        assert_eq!(levels.len() == log.lines().count(), is_json, "{log}");
        assert!(!is_json || levels.contains(&json!("WARN")), "{log}");
    }
    let folder = Folder::new();
    let mut quiet = Server::with(&folder, &["serve", "--test-profile"], &[("IMERA_LOG", "off".into())]);
    quiet.read_ready();
    quiet.signal(rustix::process::Signal::TERM);
    assert_eq!(quiet.log_until("\n\n"), "");
}

#[test]
fn contract_healthz_answers_on_the_http_port() {
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    let mut stream = TcpStream::connect(server.address("http")).unwrap();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("ok\n"), "{answer}");
}

#[test]
fn contract_a_second_server_exits_1_and_names_the_first_ones_pid() {
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    let second = folder.imera(&["serve", "--test-profile"], "");
    assert_eq!(second.code, 1);
    assert!(second.stderr.ends_with("or choose another folder with --data\n"), "{}", second.stderr);
    assert!(second.stderr.contains(&format!("(pid {})", server.pid())), "{}", second.stderr);
    assert!(second.stdout.is_empty());
}

#[test]
fn contract_a_server_that_was_killed_leaves_nothing_in_the_way() {
    let folder = Folder::new();
    drop(Server::test_profile(&folder));
    assert!(folder.file("ports.json").exists(), "killed, not stopped");
    let server = Server::test_profile(&folder);
    assert_eq!(folder.json(&["status"])["pid"], server.pid());
}

#[test]
fn contract_without_set_up_the_address_is_told_and_the_server_opens_once_the_command_was_run() {
    let folder = Folder::new();
    let mut server = Server::start(&folder, &["serve"]);
    let told = server.line();
    assert!(told.starts_with("setup http://127.0.0.1:") && told.contains("/setup?code="), "{told}");
    let code = folder.json(&["setup", "code"]);
    let address = code["address"].as_str().unwrap();
    assert_eq!(server.line(), format!("setup {address}"));
    assert!(address.ends_with(&format!("/setup?code={}", code["code"].as_str().unwrap())) && address != &told[6..]);
    assert_eq!(folder.json(&["setup", "state"])["set_up"], false);
    let too_early = folder.imera(&["account", "list"], "");
    assert_eq!(too_early.code, 1);
    assert!(too_early.stderr.starts_with("imera: imera is not set up yet: imera setup"), "{}", too_early.stderr);
    let arguments = [
        "setup",
        "--domain",
        "Beach.Example",
        "--owner",
        "Mira",
        "--name",
        "Beach House",
        "--invite",
        "--password-stdin",
    ];
    let done = folder.imera(&arguments, "a good password\n");
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    assert!(done.stdout.starts_with("imera is set up for beach.example.\n"), "{}", done.stdout);
    assert_eq!(folder.json(&["status"])["running"], true, "who is told that it is done can sign in");
    let ready = server.line();
    assert!(ready.starts_with("ready {\"pid\":"));
    let https = &serde_json::from_str::<Value>(&ready[6..]).unwrap()["https"];
    let port = https.as_str().and_then(|address| address.rsplit(':').next()).unwrap();
    assert!(done.stdout.contains(&format!("https://beach.example:{port}/invite/")), "{}", done.stdout);
    assert_eq!(folder.imera(&["setup", "code"], "").code, 1, "no code is needed any more");
    let again = folder.imera(&arguments, "a good password\n");
    assert_eq!(again.code, 1);
    assert!(again.stderr.contains("is set up already, for beach.example: "), "{}", again.stderr);
    let status = folder.json(&["status"]);
    assert_eq!((&status["place_name"], &status["accounts"]), (&json!("Beach House"), &json!(1)));
}

#[test]
fn contract_of_several_set_ups_at_once_one_is_told_that_it_is_done() {
    let folder = Folder::new();
    let mut server = Server::start(&folder, &["serve"]);
    assert!(server.line().starts_with("setup "));
    let set_up = |number: usize| {
        let (domain, owner) = (format!("beach{number}.example"), format!("owner{number}"));
        folder.imera(&["setup", "--domain", &domain, "--owner", &owner, "--password-stdin"], "pencil-and-paper\n")
    };
    let told: Vec<Told> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..4).map(|number| scope.spawn(move || set_up(number))).collect();
        asking.into_iter().map(|asking| asking.join().unwrap()).collect()
    });
    let done: Vec<usize> = (0..4).filter(|number| told[*number].code == 0).collect();
    let [done] = done[..] else { panic!("{done:?} are done") };
    assert_eq!(folder.json(&["settings", "get", "domain"])["value"], format!("beach{done}.example"));
    assert_eq!(names(&folder), [format!("owner{done}")]);
}

#[test]
fn a_command_waits_for_who_holds_the_folder_for_a_moment() {
    let folder = Folder::new();
    let owner = ["setup", "--domain", "beach.example", "--owner", "mira", "--password-stdin"];
    assert_eq!(folder.imera(&owner, "pencil-and-paper\n").code, 0);
    let lock = std::fs::File::open(folder.file("imera.lock")).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).unwrap();
    let asked = std::thread::scope(|scope| {
        let asking = scope.spawn(|| folder.imera(&["account", "list"], ""));
        std::thread::sleep(std::time::Duration::from_millis(200));
        drop(lock);
        asking.join().unwrap()
    });
    assert_eq!((asked.code, &asked.stderr[..]), (0, ""));
}

#[test]
fn a_full_disk_under_the_log_stops_nothing_and_under_an_answer_is_told() {
    let folder = Folder::new();
    let imera = |redirected: &str| {
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &format!("exec \"$0\" \"$@\" {redirected}"), env!("CARGO_BIN_EXE_imera")]);
        shell.env("IMERA_DATA", &folder.path);
        for port in ["C2S", "C2S_TLS", "HTTP", "HTTPS"] {
            shell.env(format!("IMERA_PORT_{port}"), "0");
        }
        shell
    };
    let mut server = imera(">/dev/full 2>/dev/full").args(["serve", "--test-profile"]).spawn().unwrap();
    while !folder.file("ports.json").exists() {
        assert_eq!(server.try_wait().unwrap(), None, "it ended");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let listed = imera(">/dev/full").args(["account", "list"]).output().unwrap();
    assert_eq!(listed.status.code(), Some(1));
    assert!(String::from_utf8(listed.stderr).unwrap().starts_with("imera: standard output takes no more ("));
    let pid = rustix::process::Pid::from_child(&server);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert_eq!(server.wait().unwrap().code(), Some(0));
}

#[test]
fn contract_set_up_is_there_under_tls_with_a_certificate_of_the_machines_own() {
    let folder = Folder::new();
    let mut server = Server::start(&folder, &["serve"]);
    assert!(server.line().starts_with("setup http://"));
    let ports: Value = serde_json::from_str(&std::fs::read_to_string(folder.file("ports.json")).unwrap()).unwrap();
    assert!(ports["c2s"].is_null() && ports["http"].is_string(), "only the web is open: {ports}");
    let mut stream = tls(ports["https"].as_str().unwrap().parse().unwrap());
    stream.write_all(b"GET /setup HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").unwrap();
    let mut page = String::new();
    let _ = stream.read_to_string(&mut page);
    assert!(page.starts_with("HTTP/1.1 200 ") && page.contains("name=\"code\""), "{page}");
}

#[test]
fn contract_set_up_works_without_a_server_and_the_server_opens_at_once_then() {
    let folder = Folder::new();
    let done = folder.imera(
        &["setup", "--domain", "a.example", "--owner", "mira", "--password-stdin", "--json"],
        "pencil-and-paper\n",
    );
    let told: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(
        told,
        json!({ "domain": "a.example", "owner": "mira@a.example", "certificate": "own", "home": false,
            "backup_at": "3:30", "backup_locked": false })
    );
    assert_eq!(folder.json(&["status"])["running"], false);
    let mut server = Server::start(&folder, &["serve"]);
    assert!(server.line().starts_with("ready "));
}

#[test]
fn contract_accounts_are_added_listed_reset_and_removed_with_and_without_a_server() {
    let folder = Folder::new();
    let mut server = Server::test_profile(&folder);
    accounts(&folder, "romeo");
    server.stop();
    accounts(&folder, "juliet");
    let clock = Clock::system();
    let batch = folder.imera(&["account", "add", "--batch", "-", "--json"], "a pw one\nb pw\n\nadmin pw\n");
    let was_short = clock.since_start() < Duration::from_millis(200);
    assert_eq!(batch.stdout, "{\"added\":2,\"existing\":1}\n", "{}", batch.stderr);
    assert!(!was_short || !batch.stderr.contains(" of 3"), "short work tells no progress: {}", batch.stderr);
    let torn = folder.imera(&["account", "add", "--batch", "-"], "c pw\nd\n");
    assert_eq!((torn.code, torn.stderr.contains("line 2 of - has no password: write NAME PASSWORD")), (2, true));
    assert_eq!(names(&folder), ["a", "admin", "b"]);
}

#[test]
fn habits_long_work_tells_its_progress_in_plain_lines_where_no_terminal_is() {
    let folder = Folder::new();
    let _server = Server::test_profile(&folder);
    let many: String = (0..250).map(|number| format!("n{number} pw\n")).collect();
    let batch = folder.imera(&["account", "add", "--batch", "-"], &many);
    assert!(batch.stderr.contains("accounts: 250 of 250"), "{}", batch.stderr);
}

fn names(folder: &Folder) -> Vec<String> {
    let list = folder.json(&["account", "list"]);
    list.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
}

fn accounts(folder: &Folder, name: &str) {
    let run = |arguments: &[&str], input: &str| {
        let told = folder.imera(arguments, input);
        (told.code, told.stdout, told.stderr)
    };
    let added = run(&["account", "add", name, "--password-stdin"], "pw\r\n");
    assert_eq!(added, (0, format!("{name}@localhost added.\n"), String::new()));
    let (code, _, told) = run(&["account", "add", name, "--password-stdin"], "pw\n");
    assert_eq!(code, 1);
    assert!(told.starts_with(&format!("imera: {name}@localhost exists already: ")), "{told}");
    assert_eq!(run(&["account", "add", "x", "--password-stdin"], "\n").0, 2, "an empty password");
    assert_eq!(run(&["account", "add", "a@b@c", "--password-stdin"], "pw\n").0, 2);
    assert_eq!(run(&["account", "add", "x", "--role", "king", "--password-stdin"], "pw\n").0, 2);
    assert_eq!(names(folder), ["admin", name]);
    let reset = run(&["account", "reset", name, "--password-stdin"], "other\n");
    assert_eq!(reset.1, format!("{name}@localhost has a new password.\n"));
    let link = run(&["account", "reset", name], "").1;
    assert!(link.starts_with("https://localhost") && link.contains("/reset/"), "{link}");
    assert!(link.contains(&format!("\nFor apps: xmpp:{name}@localhost?register;preauth=")), "{link}");
    assert_eq!(run(&["account", "remove", &format!("{name}@localhost")], "").0, 0);
    let (code, _, told) = run(&["account", "remove", name], "");
    assert_eq!((code, told.contains("there is no account")), (1, true));
    let (code, _, told) = run(&["account", "remove", "admin"], "");
    assert_eq!((code, told.contains("is the only owner")), (1, true));
}

#[test]
fn contract_invitations_are_made_listed_and_taken_back() {
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    let told = folder.imera(&["invite", "create", "--uses", "3", "--expires", "12h", "--note", "for Tom"], "").stdout;
    assert!(told.starts_with("https://localhost"), "{told}");
    assert!(told.contains("\nFor apps: xmpp:admin@localhost?roster;preauth=") && told.contains(";ibr=y\n"), "{told}");
    drop(server);
    let made = folder.json(&["invite", "create", "--role", "limited"]);
    assert_snake_case(&made);
    for bad in [
        &["invite", "create", "--uses", "0"][..],
        &["invite", "create", "--uses", "501"],
        &["invite", "create", "--expires", "soon"],
        &["invite", "create", "--role", "king"],
    ] {
        let told = folder.imera(bad, "");
        assert_eq!((told.code, told.stderr.lines().count()), (2, 1), "{bad:?} {}", told.stderr);
    }
    assert_eq!(folder.imera(&["invite", "revoke", &made["id"].to_string()], "").code, 0);
    assert_eq!(folder.imera(&["invite", "revoke", &made["id"].to_string()], "").code, 1);
    let list = folder.json(&["invite", "list"]);
    assert_snake_case(&list);
    let states: Vec<_> = list.as_array().unwrap().iter().map(|row| (&row["state"], &row["of"], &row["note"])).collect();
    assert_eq!(
        states,
        [(&"withdrawn".into(), &1.into(), &Value::Null), (&"open".into(), &3.into(), &"for Tom".into())]
    );
}

#[test]
fn xep0401_5_5_contacts_that_a_power_cut_prevented_are_made_at_the_next_start() {
    let folder = Folder::new();
    let mut server = Server::test_profile(&folder);
    assert_eq!(folder.imera(&["account", "add", "tom", "--password-stdin"], "pw\n").code, 0);
    let id = folder.json(&["invite", "create"])["id"].as_i64().unwrap();
    server.stop();
    let database = rusqlite::Connection::open(folder.file("imera.sqlite")).unwrap();
    let sql = "INSERT INTO invite_use (invite, jid, at, befriended) VALUES (?, 'tom@', 1, 0)";
    database.execute(sql, [id]).unwrap();
    drop(database);
    Server::test_profile(&folder).stop();
    let database = rusqlite::Connection::open(folder.file("imera.sqlite")).unwrap();
    let count = |sql: &str| database.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count("SELECT count(*) FROM contact WHERE subscription = 'both' AND listed"), 2);
    assert_eq!(count("SELECT count(*) FROM invite_use WHERE befriended"), 1);
}

#[test]
fn contract_settings_are_kept_and_json_is_snake_case() {
    let folder = Folder::new();
    let server = Server::test_profile(&folder);
    assert_eq!(folder.imera(&["settings", "set", "allow_plain", "yes"], "").stdout, "allow_plain is on now.\n");
    assert_eq!(folder.json(&["settings", "get", "allow_plain"])["value"], true);
    let wrong = folder.imera(&["settings", "set", "backup_at", "soon"], "");
    assert_eq!((wrong.code, wrong.stderr.contains("it has to be a time of day")), (2, true));
    drop(server);
    assert_eq!(folder.json(&["settings", "get", "allow_plain"])["value"], true);
    for question in
        [&["status"][..], &["settings", "list"], &["check"], &["specs"], &["version"], &["setup", "records"]]
    {
        assert_snake_case(&folder.json(question));
    }
}

fn assert_snake_case(value: &Value) {
    match value {
        Value::Object(object) => object.iter().for_each(|(key, value)| {
            assert!(
                key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'),
                "{key}"
            );
            assert_snake_case(value);
        }),
        Value::Array(list) => list.iter().for_each(assert_snake_case),
        _ => {}
    }
}

#[test]
fn a_newer_or_foreign_database_is_refused_with_the_next_step() {
    let folder = Folder::new();
    drop(
        folder.imera(&["setup", "--domain", "a.example", "--owner", "mira", "--password-stdin"], "pencil-and-paper\n"),
    );
    let database = rusqlite::Connection::open(folder.file("imera.sqlite")).unwrap();
    database.pragma_update(None, "user_version", 9_999).unwrap();
    drop(database);
    let refused = folder.imera(&["serve"], "");
    assert_eq!((refused.code, refused.stdout.as_str()), (1, ""));
    assert!(refused.stderr.contains("was written by a newer imera"), "{}", refused.stderr);
    std::fs::remove_file(folder.file("imera.sqlite")).unwrap();
    std::fs::write(folder.file("imera.sqlite"), "not a database, but some text that is long enough").unwrap();
    let refused = folder.imera(&["status"], "");
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("is no database of imera: move it away"), "{}", refused.stderr);
    assert_eq!(refused.stderr.lines().count(), 1);
}

#[test]
fn contract_usage_errors_are_one_line_and_exit_2() {
    let folder = Folder::new();
    for arguments in [
        &["bogus"][..],
        &["account"],
        &["account", "add"],
        &["setup"],
        &["setup", "--domain", "a b", "--owner", "mira", "--password-stdin"],
        &["setup", "--domain", "a.example", "--owner", "a b@", "--password-stdin"],
        &["setup", "--domain", "a.example", "--owner", "mira", "--certificate", "acme"],
        &["setup", "--domain", "a.example", "--owner", "mira", "--password-stdin"],
        &["setup", "--domain", "a.example", "--owner", "admin", "--password-stdin"],
        &["setup", "--passphrase-file", "file"],
        &["backup"],
        &["backup", "key", "file"],
        &["restore"],
        &["serve", "--plain-tcp"],
    ] {
        let told = folder.imera(arguments, "pw\n");
        assert_eq!(told.code, 2, "{arguments:?} {}", told.stderr);
        assert!(told.stderr.starts_with("imera: ") && told.stderr.contains(": "), "{}", told.stderr);
        assert_eq!(told.stderr.lines().count(), 1, "{}", told.stderr);
    }
    assert!(!folder.path.exists(), "nothing was begun");
}

#[test]
fn contract_sighup_rereads_the_certificate_and_a_bad_one_changes_nothing() {
    let folder = Folder::new();
    let (first, second) = (certificate(), certificate());
    let write = |(chain, key): &(String, String)| {
        std::fs::write(folder.file("cert.pem"), chain).unwrap();
        std::fs::write(folder.file("key.pem"), key).unwrap();
    };
    std::fs::create_dir(&folder.path).unwrap();
    write(&first);
    let files = [("IMERA_TLS_CERT", folder.file("cert.pem")), ("IMERA_TLS_KEY", folder.file("key.pem"))];
    let mut server = Server::with(&folder, &["serve", "--test-profile"], &files);
    server.read_ready();
    let served = |server: &Server| leaf(server.address("c2s_tls"));
    assert_eq!(pem(&served(&server)), pem_body(&first.0));
    write(&second);
    server.signal(rustix::process::Signal::HUP);
    server.log_until("certificate changed");
    assert_eq!(pem(&served(&server)), pem_body(&second.0));
    assert_eq!(pem(&leaf(server.address("https"))), pem_body(&second.0), "the web's door follows");
    write(&(first.0.clone(), second.1.clone()));
    server.signal(rustix::process::Signal::HUP);
    let told = server.log_until("the key does not belong to this certificate");
    assert!(told.contains("the old one serves on"), "{told}");
    assert_eq!(pem(&served(&server)), pem_body(&second.0));
    assert_eq!(folder.json(&["status"])["notices"][0]["key"], "certificate_files");
    assert_eq!(server.stop().0, Some(0));
}

#[test]
fn contract_systemd_is_told_and_its_sockets_are_taken() {
    let folder = Folder::new();
    let parent = tempfile::tempdir().unwrap();
    let notices = std::os::unix::net::UnixDatagram::bind(parent.path().join("notify")).unwrap();
    let passed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = passed.local_addr().unwrap();
    let files = [("NOTIFY_SOCKET", parent.path().join("notify"))];
    let mut server = Server::activated(&folder, "c2s", passed, &files);
    assert!(server.line().starts_with("setup "));
    let told = |expected: &str| {
        let mut buffer = [0; 512];
        let length = notices.recv(&mut buffer).unwrap();
        let told = String::from_utf8_lossy(&buffer[..length]);
        assert!(told.starts_with(expected), "{told}");
    };
    told("READY=1\nSTATUS=waiting for set-up");
    drop(
        folder.imera(&["setup", "--domain", "a.example", "--owner", "mira", "--password-stdin"], "pencil-and-paper\n"),
    );
    server.read_ready();
    told("READY=1\nSTATUS=serving");
    assert_eq!(server.address("c2s"), address);
    drop(TcpStream::connect(address).unwrap());
    assert_eq!(server.stop().0, Some(0));
    told("STOPPING=1");
}

#[test]
fn a_socket_of_no_door_and_a_port_in_use_are_told() {
    let folder = Folder::new();
    let passed = || std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut server = Server::activated(&folder, "imap", passed(), &[]);
    let told = server.log_until("imera: ");
    assert!(told.contains("the socket that systemd passed as \"imap\" cannot be used"), "{told}");
    let taken = passed();
    let port = taken.local_addr().unwrap().port().to_string();
    let mut server = Server::with(&folder, &["serve", "--test-profile"], &[("IMERA_PORT_HTTP", port.into())]);
    let told = server.log_until("imera: ");
    assert!(told.contains("is in use on 127.0.0.1: stop the other program, or set IMERA_PORT_HTTP"), "{told}");
}

#[test]
fn contract_sigterm_does_not_wait_for_who_says_nothing() {
    let folder = Folder::new();
    let mut server = Server::test_profile(&folder);
    let silent = ["c2s", "c2s_tls", "http"].map(|door| TcpStream::connect(server.address(door)).unwrap());
    folder.json(&["check", "ports"]);
    let clock = imera::clock::Clock::system();
    assert_eq!(server.stop().0, Some(0));
    assert!(clock.since_start().as_secs() < 5, "{:?}", clock.since_start());
    drop(silent);
}

#[test]
fn contract_sigterm_ends_it_before_set_up_too() {
    let folder = Folder::new();
    let mut server = Server::start(&folder, &["serve"]);
    assert!(server.line().starts_with("setup "));
    assert_eq!(server.stop(), (Some(0), "stopped\n".to_owned()));
}

fn certificate() -> (String, String) {
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    (certificate.pem(), key.serialize_pem())
}

fn pem_body(pem: &str) -> String {
    pem.lines().filter(|line| !line.starts_with('-')).map(str::trim).collect()
}

fn pem(leaf: &CertificateDer<'_>) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(leaf)
}

/// The leaf that direct TLS serves, whoever signed it.
fn leaf(address: std::net::SocketAddr) -> CertificateDer<'static> {
    tls(address).conn.peer_certificates().unwrap()[0].clone().into_owned()
}

/// A stream under TLS with whoever is there.
fn tls(address: std::net::SocketAddr) -> rustls::StreamOwned<rustls::ClientConnection, TcpStream> {
    let mut socket = TcpStream::connect(address).unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let mut connection = rustls::ClientConnection::new(client::tls_config(false), name).unwrap();
    while connection.is_handshaking() {
        connection.complete_io(&mut socket).unwrap();
    }
    rustls::StreamOwned::new(connection, socket)
}
