//! Every state of every record, against name servers of our own with all their manners.

use std::time::Duration;

use super::authority::Forbidden;
use super::own::Way;
use super::*;
use crate::clock::Clock;
use crate::limits;
use crate::net::dns::RecordType;
use crate::net::dns::Resolver;
use crate::net::dns::ResponseCode;
use crate::net::dns::zone::Dns;
use crate::net::dns::zone::Manner;

fn ours() -> Ours {
    let v6 = Way::At("2001:db8::7".parse().unwrap());
    Ours { v4: Way::At([203, 0, 113, 7].into()), v6, also: Vec::new() }
}

fn here() -> Place {
    Place::new("beach.example", None, 5222).unwrap()
}

fn elsewhere() -> Place {
    Place::new("beach.example", Some("chat.beach.example"), 5222).unwrap()
}

/// A zone with all that `place` wants but what the test is about.
fn beach(servers: usize, place: &Place, but: &[Row]) -> Dns {
    let dns = Dns::start(servers);
    dns.zone("beach.example");
    for wanted in wanted::records(place, &ours()) {
        let is_record = !matches!(wanted.value, Value::Redirect { .. });
        if is_record && wanted.presence != Presence::Spare && !but.contains(&wanted.row) {
            dns.put(&format!("{} {} {}", wanted.name, wanted.value.kind(), wanted.value));
        }
    }
    dns
}

async fn looked(dns: &Dns, place: &Place) -> Report {
    looked_as(dns, place, &ours()).await
}

async fn looked_as(dns: &Dns, place: &Place, ours: &Ours) -> Report {
    let resolver = Resolver::new(Some(dns.address));
    look((&resolver, &Clock::system()), place, ours, Some(authority::USUAL)).await
}

fn state(report: &Report, row: Row) -> State {
    report.rows.iter().find(|judged| judged.wanted.row == row).unwrap().state.clone()
}

fn found() -> State {
    State::Found { via: None, unsure: None }
}

fn via(name: &str) -> State {
    State::Found { via: Some(name.to_owned()), unsure: None }
}

fn wrong(seen: &str, why: Why) -> State {
    State::Wrong { seen: seen.to_owned(), why }
}

#[tokio::test]
async fn all_is_found_where_all_is_there() {
    for place in [here(), elsewhere()] {
        let report = looked(&beach(3, &place, &[]), &place).await;
        for judged in report.shown() {
            let wanted = if judged.wanted.row == Row::Proof { State::Later } else { found() };
            assert_eq!(judged.state, wanted, "{judged:?}");
        }
        assert!(report.is_enough() && report.machine_is_found());
        assert_eq!(report.troubles, []);
    }
}

#[tokio::test]
async fn a_new_domain_waits_for_all() {
    let dns = Dns::start(1);
    dns.zone("beach.example");
    let report = looked(&dns, &elsewhere()).await;
    for judged in report.shown().filter(|judged| judged.wanted.row != Row::Proof) {
        assert_eq!(judged.state, State::Waiting, "{judged:?}");
    }
    assert!(!report.is_enough() && !report.machine_is_found());
    let report = looked(&dns, &here()).await;
    assert_eq!(state(&report, Row::Apps), State::NotNeeded);
    assert_eq!((report.shown().count(), report.count()), (3, (0, 3)));
}

#[tokio::test]
async fn a_machine_s_address_that_is_not_ours_is_told_by_what_it_is() {
    for (record, wanted) in [
        ("A 198.51.100.4", wrong("198.51.100.4", Why::AnotherMachine)),
        ("A 192.168.1.4", wrong("192.168.1.4", Why::Private)),
        ("A 104.21.3.4", wrong("104.21.3.4", Why::Proxy("Cloudflare"))),
        ("CNAME home.dyn.example", via("home.dyn.example")),
        ("CNAME parking.dyn.example", wrong("198.51.100.9", Why::AnotherMachine)),
        ("CNAME nothing.dyn.example", wrong("nothing.dyn.example", Why::AnotherMachine)),
        ("CNAME round.beach.example", wrong("beach.example", Why::Loop)),
    ] {
        let dns = beach(1, &here(), &[Row::Machine, Row::Newer]);
        dns.put("home.dyn.example A 203.0.113.7");
        dns.put("parking.dyn.example A 198.51.100.9");
        dns.put("round.beach.example CNAME beach.example");
        dns.put(&format!("beach.example {record}"));
        assert_eq!(state(&looked(&dns, &here()).await, Row::Machine), wanted, "{record}");
    }
    // One of two is ours: some phones knock at the wrong door.
    let dns = beach(1, &here(), &[]);
    dns.put("beach.example A 198.51.100.4");
    assert_eq!(state(&looked(&dns, &here()).await, Row::Machine), wrong("198.51.100.4", Why::AnotherMachine));
    // Every name leads there.
    let dns = beach(1, &here(), &[Row::Machine]);
    dns.put("beach.example A 198.51.100.4");
    dns.put("*.beach.example A 198.51.100.4");
    assert_eq!(state(&looked(&dns, &here()).await, Row::Machine), wrong("198.51.100.4", Why::Parked));
}

#[tokio::test]
async fn an_aaaa_that_goes_nowhere_is_told_and_one_that_is_missing_is_not() {
    let without = Ours { v6: Way::None, ..ours() };
    let dns = beach(1, &here(), &[Row::Newer]);
    let report = looked_as(&dns, &here(), &without).await;
    assert_eq!(state(&report, Row::Newer), State::NotNeeded);
    assert!(report.shown().all(|judged| judged.wanted.row != Row::Newer));
    dns.put("beach.example AAAA 2001:db8:9::1");
    assert_eq!(state(&looked_as(&dns, &here(), &without).await, Row::Newer), wrong("2001:db8:9::1", Why::NoIpv6));
    let report = looked(&dns, &here()).await;
    assert_eq!(state(&report, Row::Newer), wrong("2001:db8:9::1", Why::AnotherMachine));
    assert!(report.is_enough(), "it never blocks");
}

#[tokio::test]
async fn behind_a_router_an_address_of_the_internet_is_believed_and_said_to_be() {
    let unsure = Ours { v4: Way::Unsure, v6: Way::None, also: Vec::new() };
    let dns = beach(1, &here(), &[Row::Newer]);
    let told = State::Found { via: None, unsure: Some("203.0.113.7".to_owned()) };
    assert_eq!(state(&looked_as(&dns, &here(), &unsure).await, Row::Machine), told);
    dns.remove("beach.example", RecordType::A);
    dns.put("beach.example A 10.0.0.7");
    assert_eq!(state(&looked_as(&dns, &here(), &unsure).await, Row::Machine), wrong("10.0.0.7", Why::Private));
}

#[tokio::test]
async fn rfc2782_services_lead_here_and_nowhere_else() {
    let foreign = |host: &str| wrong(host, Why::ForeignServer(host.to_owned()));
    for (records, wanted) in [
        (&["SRV 0 5 5222 chat.beach.example"][..], found()),
        (&["SRV 0 5 5222 CHAT.beach.example", "SRV 9 5 443 chat.beach.example"], found()),
        (&["SRV 0 5 5222 alias.beach.example"], via("alias.beach.example")),
        (&["SRV 0 5 5222 chat.other.example"], foreign("chat.other.example")),
        (&["SRV 0 5 5222 chat.beach.example", "SRV 5 5 5222 old.other.example"], foreign("old.other.example")),
        (&["SRV 0 5 5322 chat.beach.example"], wrong("chat.beach.example:5322", Why::OtherPort(5222))),
        (&["SRV 0 0 0 ."], wrong(".", Why::NotOffered)),
        (&[], State::Waiting),
    ] {
        let dns = beach(1, &elsewhere(), &[Row::Apps]);
        dns.put("alias.beach.example A 203.0.113.7");
        dns.put("chat.other.example A 198.51.100.4");
        for record in records {
            dns.put(&format!("_xmpp-client._tcp.beach.example {record}"));
        }
        assert_eq!(state(&looked(&dns, &elsewhere()).await, Row::Apps), wanted, "{records:?}");
    }
    // Left over of another provider, where none is needed.
    let dns = beach(1, &here(), &[]);
    dns.put("_xmpp-server._tcp.beach.example SRV 0 5 5269 chat.other.example");
    let report = looked(&dns, &here()).await;
    assert_eq!(state(&report, Row::Servers), foreign("chat.other.example"));
    assert_eq!(report.shown().count(), 4);
}

#[tokio::test]
async fn rfc8555_8_4_the_alias_of_proofs_is_found_wherever_in_the_zone_it_leads() {
    let place = here().proving(Some("proof.example".to_owned()));
    let name = "_acme-challenge.beach.example";
    for (record, wanted) in [
        ("CNAME beach.example.proof.example", found()),
        ("CNAME other.proof.example", via("other.proof.example")),
        ("CNAME way.beach.example", via("other.proof.example")),
        ("CNAME x.other.example", wrong("x.other.example", Why::OtherZone("proof.example".to_owned()))),
        ("CNAME x.notproof.example", wrong("x.notproof.example", Why::OtherZone("proof.example".to_owned()))),
        ("CNAME _acme-challenge.beach.example", wrong(name, Why::Loop)),
        ("TXT old", State::Waiting),
    ] {
        let dns = beach(1, &place, &[Row::Alias]);
        dns.put("way.beach.example CNAME other.proof.example");
        dns.put(&format!("{name} {record}"));
        assert_eq!(state(&looked(&dns, &place).await, Row::Alias), wanted, "{record}");
    }
    let report = looked(&beach(1, &here(), &[]), &here()).await;
    assert!(report.rows.iter().all(|judged| judged.wanted.row != Row::Alias), "nobody has set up any zone");
}

#[tokio::test]
async fn what_is_counted_is_what_is_to_be_written() {
    let dns = beach(1, &elsewhere(), &[Row::Hotel]);
    assert_eq!(looked(&dns, &elsewhere()).await.count(), (3, 4), "neither the redirect nor what may be missing");
    dns.put("_xmpp-server._tcp.beach.example SRV 0 5 5269 chat.other.example");
    let report = looked(&dns, &elsewhere()).await;
    assert_eq!(
        (report.count(), report.shown().count()),
        ((3, 4), 6),
        "a wrong one more is told, and not to be written"
    );
}

#[tokio::test]
async fn servers_that_do_not_agree_are_counted() {
    let dns = beach(3, &here(), &[Row::Machine, Row::Hotel]);
    dns.put_on(1, "beach.example A 203.0.113.7");
    dns.put_on(0, "_xmpps-client._tcp.beach.example SRV 0 5 443 beach.example");
    dns.put_on(1, "_xmpps-client._tcp.beach.example SRV 0 5 443 beach.example");
    dns.put_on(2, "_xmpps-client._tcp.beach.example SRV 0 5 5223 beach.example");
    let report = looked(&dns, &here()).await;
    assert_eq!(state(&report, Row::Machine), State::FoundOn { on: 1, of: 3 });
    assert_eq!(state(&report, Row::Hotel), State::FoundOn { on: 2, of: 3 }, "the third has the old value");
    assert!(!report.machine_is_found());
}

#[tokio::test]
async fn lame_and_silent_servers_are_named_and_the_others_believed() {
    let dns = beach(6, &here(), &[]);
    let bad = [
        Manner::Silent,
        Manner::Lame,
        Manner::Says(ResponseCode::Refused),
        Manner::Says(ResponseCode::ServFail),
        Manner::WrongId,
    ];
    for (server, manner) in bad.into_iter().enumerate() {
        dns.manner(server + 1, manner);
    }
    let report = looked(&dns, &here()).await;
    assert!(report.is_enough());
    let servers = [2, 3, 4, 5, 6].map(|server| format!("ns{server}.beach.example")).to_vec();
    assert_eq!(report.troubles, [Trouble::Lame { servers }]);
}

#[tokio::test]
async fn what_nobody_answers_is_no_missing_record() {
    // The resolver knows the zone, and its servers are none of ours.
    let dns = Dns::start(2);
    dns.put("beach.example SOA ns1.beach.example");
    dns.put("beach.example NS ns2.beach.example");
    dns.put("beach.example NS ns3.nowhere.example");
    dns.put("ns2.beach.example A 127.0.0.2");
    dns.manner(1, Manner::Says(ResponseCode::Refused));
    let report = looked(&dns, &here()).await;
    assert!(report.rows.iter().all(|judged| judged.state == State::CouldNotLook));
    let servers = vec!["ns2.beach.example".to_owned(), "ns3.nowhere.example".to_owned()];
    assert_eq!(report.troubles, [Trouble::Silent { servers }]);

    dns.remove("beach.example", RecordType::NS);
    assert_eq!(looked(&dns, &here()).await.troubles, [Trouble::NoServers]);

    dns.manner(0, Manner::Silent);
    let report = looked(&dns, &here()).await;
    assert_eq!(report.troubles, [Trouble::NoInternet]);
    assert_eq!(state(&report, Row::Machine), State::CouldNotLook);
}

#[tokio::test]
async fn where_only_the_resolver_can_be_asked_what_it_has_is_believed() {
    let dns = Dns::start(1);
    for record in ["SOA ns.other.example", "NS ns.other.example", "A 203.0.113.7"] {
        dns.put(&format!("beach.example {record}"));
    }
    let report = looked(&dns, &here()).await;
    assert_eq!((state(&report, Row::Machine), report.troubles.as_slice()), (found(), &[][..]));
    assert_eq!(state(&report, Row::Hotel), State::CouldNotLook, "it may have forgotten");
}

#[tokio::test]
async fn rfc2308_3_a_resolver_that_leaves_the_soa_out_is_asked_label_by_label() {
    let dns = Dns::start(1);
    dns.manner(0, Manner::Bare);
    dns.zone("beach.example");
    dns.put("family.beach.example A 203.0.113.7");
    let place = Place::new("family.beach.example", None, 5222).unwrap();
    assert_eq!(state(&looked(&dns, &place).await, Row::Machine), found());
    let nobody = Place::new("nobody.example", None, 5222).unwrap();
    assert_eq!(looked(&dns, &nobody).await.troubles, [Trouble::NoDomain]);
}

#[tokio::test]
async fn a_domain_that_nobody_has_registered_is_told_and_one_that_was_just_registered_is_found() {
    let dns = Dns::start(1);
    let report = looked(&dns, &here()).await;
    assert_eq!(report.troubles, [Trouble::NoDomain]);
    assert_eq!(state(&report, Row::Machine), State::Waiting);
    // Resolvers do not see it yet; the registry's servers hand on to its own.
    dns.put("beach.example NS ns1.example");
    dns.put("beach.example A 203.0.113.7");
    assert_eq!(state(&looked(&dns, &here()).await, Row::Machine), found());
}

#[tokio::test]
async fn rfc8659_3_caa_is_looked_for_upwards_and_who_is_not_named_is_told() {
    let place = elsewhere();
    let forbidden = |at: &str, allowed: &[&str]| {
        let allowed = allowed.iter().map(|name| name.to_string()).collect();
        vec![Trouble::Caa(Forbidden { at: at.to_owned(), allowed })]
    };
    for (records, wanted) in [
        (&["beach.example CAA 0 letsencrypt.org"][..], Vec::new()),
        (&["beach.example CAA 0 ;"], forbidden("beach.example", &[])),
        (&["beach.example CAA 0 other.example"], forbidden("beach.example", &["other.example"])),
        (&["chat.beach.example CAA 0 other.example"], forbidden("chat.beach.example", &["other.example"])),
        (
            &["chat.beach.example CAA 0 letsencrypt.org", "beach.example CAA 0 other.example"],
            forbidden("beach.example", &["other.example"]),
        ),
        (&["example CAA 0 other.example"], forbidden("example", &["other.example"])),
    ] {
        let dns = beach(1, &place, &[]);
        records.iter().for_each(|record| dns.put(record));
        assert_eq!(looked(&dns, &place).await.troubles, wanted, "{records:?}");
    }
}

#[tokio::test]
async fn rfc4035_5_5_signatures_that_do_not_hold_are_told_and_the_records_are_seen_all_the_same() {
    let dns = beach(1, &here(), &[]);
    dns.manner(0, Manner::BadSignatures);
    let report = looked(&dns, &here()).await;
    assert_eq!(report.troubles, [Trouble::Signatures]);
    assert!(report.is_enough());
}

#[tokio::test]
async fn answers_that_are_cut_and_huge_ones_are_read() {
    for manner in [Manner::Cut, Manner::Huge] {
        let dns = beach(1, &here(), &[]);
        dns.manner(0, manner);
        let report = looked(&dns, &here()).await;
        assert!(report.is_enough(), "{report:?}");
    }
}

#[tokio::test]
async fn however_often_a_page_is_loaded_name_servers_are_asked_once_in_five_seconds() {
    let dns = beach(1, &here(), &[Row::Machine]);
    let clock = Clock::stepped(0);
    let lookout = Lookout::new(Resolver::new(Some(dns.address)), clock.clone(), None);
    let see = || {
        let lookout = lookout.clone();
        async move { lookout.see(&here(), &ours()).await }
    };
    let (one, other) = tokio::join!(see(), see());
    for seen in [one, other] {
        assert_eq!(state(&seen.report.unwrap(), Row::Machine), State::Waiting);
    }
    let asked = dns.asked();
    dns.put("beach.example A 203.0.113.7");
    for _ in 0..20 {
        see().await;
    }
    assert_eq!(dns.asked(), asked);
    clock.advance(Duration::from_secs(limits::REACH_LOOK_PAUSE_S));
    let seen = see().await;
    assert_eq!(state(&seen.report.unwrap(), Row::Machine), found());
    assert_eq!((seen.for_s[0], seen.for_s[1]), (0, 5), "the other records stand as before");
    // Another domain is looked at without a pause, and the first one is remembered.
    let other = Place::new("other.example", None, 5222).unwrap();
    let seen = lookout.see(&other, &ours()).await;
    assert_eq!(seen.report.unwrap().troubles, [Trouble::NoDomain]);
    assert_eq!(state(&see().await.report.unwrap(), Row::Machine), found());
}
