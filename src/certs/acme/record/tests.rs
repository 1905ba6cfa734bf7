//! Which way is likelier for a name, and when a proof has arrived, against name servers of our own. The whole way:
//! `tests/acme/record.rs`.

use super::*;
use crate::audit::By;
use crate::certs::acme::Acme;
use crate::certs::acme::Authority;
use crate::clock::Clock;
use crate::net::dns::Resolver;
use crate::net::dns::ResponseCode;
use crate::net::dns::zone::Dns;
use crate::net::dns::zone::Manner;
use crate::net::tls::challenge::Challenges;
use crate::settings::Profile;
use crate::settings::Settings;
use crate::store::OpenOptions;
use crate::store::Store;

async fn acme(folder: &std::path::Path, dns: &Dns) -> (Acme, Settings) {
    let clock = Clock::system();
    let store = Store::open(folder, OpenOptions::default(), clock.clone()).unwrap();
    let settings = Settings::open(&store, Profile::default()).await.unwrap();
    let authority = Authority::new(clock.clone(), Resolver::new(Some(dns.address)), None, None);
    (Acme::new((store, clock), settings.clone(), Challenges::default(), authority), settings)
}

fn beach(servers: usize) -> Dns {
    let dns = Dns::start(servers);
    dns.zone("beach.example");
    dns
}

#[tokio::test]
async fn a_proof_has_arrived_when_all_who_answer_show_it() {
    let (folder, dns) = (tempfile::tempdir().unwrap(), beach(3));
    let (acme, _) = acme(folder.path(), &dns).await;
    let at = dns::name("proof.beach.example").unwrap();
    let zone = servers::find(&acme.shared.authority.resolver, &acme.shared.clock, &at).await.unwrap();
    let spot = Spot { zone, at, is_alias: true };
    let proof = Proof { name: Name::of("beach.example"), spot, value: "digest".to_owned() };
    let lacking = async || acme.shared.lacking(&proof).await;
    let named = |numbers: &[u8]| numbers.iter().map(|n| format!("ns{n}.beach.example")).collect::<Vec<_>>();
    assert_eq!(lacking().await, named(&[1, 2, 3]));
    dns.put("proof.beach.example TXT another's");
    dns.put_on(0, "proof.beach.example TXT digest");
    assert_eq!(lacking().await, named(&[2, 3]), "others' values are none of ours");
    dns.put_on(1, "proof.beach.example TXT digest");
    assert_eq!(lacking().await, named(&[3]));
    dns.manner(2, Manner::Says(ResponseCode::Refused));
    assert!(lacking().await.is_empty(), "who knows nothing of the zone keeps nobody waiting");
    for server in 0..3 {
        dns.manner(server, Manner::Says(ResponseCode::Refused));
    }
    assert_eq!(lacking().await, named(&[1, 2, 3]), "but somebody has to show it");
}

#[tokio::test]
async fn a_record_is_the_last_way_where_doors_may_do_and_the_first_where_they_cannot() {
    let (folder, dns) = (tempfile::tempdir().unwrap(), beach(1));
    let (acme, settings) = acme(folder.path(), &dns).await;
    dns.put("beach.example A 203.0.113.7");
    dns.put("chat.beach.example A 203.0.113.8");
    let doors = [Way::Http01, Way::TlsAlpn01];
    let ways = async |name: &str| acme.shared.ways(&Name::of(name), &doors).await;
    assert_eq!(ways("beach.example").await, doors, "nobody has set up a name server");
    let chosen = [("acme_dns_server", "127.0.0.1"), ("acme_dns_key", "imera"), ("acme_dns_secret", "c2VjcmV0")];
    for (key, value) in chosen {
        assert!(!acme.writes_records(), "before {key}");
        settings.set(key, value, &By::Machine).await.unwrap();
    }
    assert!(acme.writes_records());
    let (last, first) = ([doors[0], doors[1], Way::Dns01], [Way::Dns01, doors[0], doors[1]]);
    assert_eq!(ways("beach.example").await, last);
    assert_eq!(ways("nothing.beach.example").await, first, "no address leads anywhere");
    assert_eq!(ways("203.0.113.7").await, doors, "an address has no records");
    settings.set("host", "chat.beach.example", &By::Machine).await.unwrap();
    assert_eq!(ways("beach.example").await, first, "its web site lives elsewhere");
    assert_eq!(ways("chat.beach.example").await, last);
    acme.shared.by_record().insert(Name::of("chat.beach.example"));
    assert_eq!(ways("chat.beach.example").await, first, "it did last time");
    dns.manner(0, Manner::Says(ResponseCode::ServFail));
    assert_eq!(ways("new.beach.example").await, last, "what cannot be asked says nothing");
}

#[tokio::test]
async fn what_is_left_of_a_life_that_was_cut_short_goes_on_by_records() {
    let (folder, dns) = (tempfile::tempdir().unwrap(), beach(1));
    let (acme, settings) = acme(folder.path(), &dns).await;
    let one = |name: &str| Written {
        name: name.to_owned(),
        zone: "proof.example".to_owned(),
        at: "a.proof.example".to_owned(),
        value: "digest".to_owned(),
    };
    acme.shared.keep_left(&[one("beach.example"), one("203.0.113.7")]).await.unwrap();
    acme.shared.go_on_by_records();
    assert_eq!(acme.shared.by_record().len(), 2);
    acme.shared.keep_left(&[]).await.unwrap();
    assert_eq!(settings.text(&settings::ACME_DNS_LEFT), None);
    settings.keep_own(&settings::ACME_DNS_LEFT, Some("nonsense".to_owned())).await.unwrap();
    assert!(acme.shared.left().is_empty(), "what cannot be read is nothing");
}
