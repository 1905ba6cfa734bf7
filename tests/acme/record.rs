//! dns-01 against a name server that takes updates (named): what nobody's open port proves, a record does.

use std::net::SocketAddr;

use imera::certs::acme::Cause;
use imera::certs::acme::Record;
use imera::certs::acme::State;
use imera::certs::acme::Way;
use imera::clock::Clock;
use imera::net::dns;
use imera::net::dns::RData;
use imera::net::dns::RecordType;
use imera::net::dns::ask;
use imera::net::dns::ask::How;
use rustix::process::Signal;
use serde_json::json;

use crate::ALL;
use crate::DOMAIN;
use crate::FAILED;
use crate::ISSUED;
use crate::bind;
use crate::bind::Bind;
use crate::inside::Inside;
use crate::issued;
use crate::pebble;
use crate::pebble::Authority;
use crate::process::Folder;
use crate::process::Server;
use crate::served;
use crate::shown;

/// An authority that asks this name server.
fn authority(bind: &Bind) -> Authority {
    let mut authority = Authority::start(json!({}));
    authority.down();
    authority.other_dns = Some(bind.address);
    authority.up();
    authority
}

/// The TXT records there.
async fn texts(server: SocketAddr, name: &str) -> Vec<String> {
    let name = dns::name(name).unwrap();
    let answer = ask::ask(&Clock::system(), server, &name, RecordType::TXT, How::default()).await.unwrap();
    let text = |record: &dns::Record| match &record.data {
        RData::TXT(text) => Some(String::from_utf8(text.txt_data.concat()).unwrap()),
        _ => None,
    };
    answer.answers.iter().filter_map(text).collect()
}

fn set(folder: &Folder, all: &[(&str, &str)]) {
    for (key, value) in all {
        let ran = folder.imera(&["settings", "set", key, value], "");
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
}

/// A server whose doors are not where the authority knocks, with these settings.
fn shut(folder: &Folder, authority: &Authority) -> Server {
    let elsewhere = pebble::free_port().to_string();
    served(folder, authority, &[("IMERA_PORT_HTTP", "off"), ("IMERA_PORT_HTTPS", &elsewhere)])
}

fn settings(bind: &Bind) -> [(&'static str, String); 4] {
    [
        ("acme_dns_server", bind.address.to_string()),
        ("acme_dns_zone", "proof.test".to_owned()),
        ("acme_dns_key", "imera".to_owned()),
        ("acme_dns_secret", bind::SECRET.to_owned()),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rfc8555_8_4_who_can_open_no_port_proves_all_names_by_records_and_leaves_others_alone() {
    let bind = Bind::start();
    let (authority, folder) = (authority(&bind), Folder::new());
    let mut server = shut(&folder, &authority);
    server.log_until(FAILED);
    let all = settings(&bind);
    let all: Vec<(&str, &str)> = all.iter().map(|(key, value)| (*key, value.as_str())).collect();
    set(&folder, &all);
    let log = server.log_until(ISSUED);
    assert!(log.contains("a proof was written") && log.contains("at=\"beach.proof.test\""), "{log}");
    assert!(!log.contains(bind::SECRET), "{log}");
    assert_eq!(shown(server.address("https"), DOMAIN).0, ALL);
    assert_eq!(texts(bind.address, "beach.proof.test").await, ["somebody else's"]);
    assert!(texts(bind.address, "upload.proof.test").await.is_empty());
    assert!(!bind.journal().is_empty(), "it was written there");
    let list = folder.imera(&["settings", "list"], "");
    assert!(list.stdout.contains("acme_dns_secret") && !list.stdout.contains(bind::SECRET), "{}", list.stdout);
    assert!(!folder.imera(&["settings", "get", "acme_dns_secret"], "").stdout.contains(bind::SECRET));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_leaves_a_proof_that_the_next_life_goes_on_with_and_takes_away() {
    let bind = Bind::start();
    let (mut authority, folder) = (authority(&bind), Folder::new());
    let all = settings(&bind);
    let all: Vec<(&str, &str)> = all.iter().map(|(key, value)| (*key, value.as_str())).collect();
    authority.down();
    let mut server = shut(&folder, &authority);
    server.log_until(FAILED);
    authority.dawdles_s = Some(3);
    authority.up();
    set(&folder, &all);
    // Its doors fail first; a record is the way that is left.
    for _ in ALL {
        server.log_until("a proof was written");
    }
    authority.signal(Signal::STOP);
    server.signal(Signal::KILL);
    server.log_until("\n\n");
    drop(server);
    assert_eq!(texts(bind.address, "beach.proof.test").await.len(), 5, "four of ours");
    let mut server = shut(&folder, &authority);
    authority.signal(Signal::CONT);
    let log = issued(&mut server);
    assert!(log.contains("gone on with") && log.contains("lives=true"), "{log}");
    assert_eq!(shown(server.address("https"), DOMAIN).0, ALL);
    assert_eq!(texts(bind.address, "beach.proof.test").await, ["somebody else's"]);
}

/// What a name comes to with these settings, by a record alone.
async fn came_to(authority: &Authority, at: (SocketAddr, Clock), name: &str, all: &[(&'static str, &str)]) -> State {
    let inside = Inside::asking(authority, at, all).await;
    inside.want(&[name], &[]);
    inside.until(|state| matches!(state, State::Failed { .. } | State::Issued { .. })).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_keeps_a_proof_from_standing_there_has_its_own_cause() {
    let bind = Bind::start();
    let authority = authority(&bind);
    let address = bind.address.to_string();
    let nobody = format!("127.0.0.1:{}", pebble::free_port());
    let server = ("acme_dns_server", address.as_str());
    let (key, secret) = (("acme_dns_key", "imera"), ("acme_dns_secret", bind::SECRET));
    let zone = ("acme_dns_zone", "proof.test");
    let now = Clock::system();
    let late = Clock::stepped(Clock::system().utc() - 900_000_000);
    for (name, clock, all, record) in [
        ("beach.test", &now, [server, key, ("acme_dns_secret", "d3Jvbmc="), zone], Record::Key),
        ("beach.test", &now, [server, ("acme_dns_key", "nobody"), secret, zone], Record::Key),
        ("beach.test", &now, [server, ("acme_dns_key", "stranger"), secret, zone], Record::Refused),
        ("beach.test", &now, [("acme_dns_server", &nobody), key, secret, zone], Record::Silent),
        ("beach.test", &late, [server, key, secret, zone], Record::Clock),
        ("other.beach.test", &now, [server, key, secret, zone], Record::Alias),
        ("other.beach.test", &now, [server, key, secret, ("acme_dns_zone", "")], Record::Alias),
        ("astray.beach.test", &now, [server, key, secret, zone], Record::Alias),
        ("loop.beach.test", &now, [server, key, secret, zone], Record::Loop),
        ("lost.beach.test", &now, [server, key, secret, ("acme_dns_zone", "")], Record::Nowhere),
    ] {
        let state = came_to(&authority, (bind.address, clock.clone()), name, &all).await;
        let State::Failed { cause, detail, .. } = state else { panic!("{name} {all:?}: {state:?}") };
        assert_eq!(cause, Cause::Record(record), "{name} {all:?}: {detail}");
        assert!(!detail.is_empty() && !detail.contains(bind::SECRET), "{detail}");
    }
    let long = [server, ("acme_dns_key", "long"), secret, ("acme_dns_algorithm", "hmac-sha512")];
    let state = came_to(&authority, (bind.address, now), "upload.beach.test", &long).await;
    assert!(matches!(state, State::Issued { .. }), "{state:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proof_that_the_authority_does_not_see_is_told_in_its_words() {
    let bind = Bind::start();
    // Its own DNS knows nothing of what was written.
    let authority = Authority::start(json!({}));
    let all = settings(&bind);
    let all: Vec<(&'static str, &str)> = all.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let state = came_to(&authority, (bind.address, Clock::system()), DOMAIN, &all).await;
    let State::Failed { cause: Cause::Record(Record::Unseen), detail, .. } = state else { panic!("{state:?}") };
    assert!(detail.contains("TXT"), "{detail}");
    assert_eq!(texts(bind.address, "beach.proof.test").await, ["somebody else's"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_whose_doors_are_open_needs_no_record() {
    let bind = Bind::start();
    let authority = authority(&bind);
    let all = settings(&bind);
    let all: Vec<(&'static str, &str)> = all.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let inside = Inside::asking(&authority, (bind.address, Clock::system()), &all).await;
    inside.want(&["beach.test"], &[Way::Http01]);
    inside.until(|state| matches!(state, State::Issued { .. })).await;
    assert!(bind.journal().is_empty());
}
