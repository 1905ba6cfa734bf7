//! The resolver and one question to one server, against servers of our own with all their bad manners.

use std::net::IpAddr;

use super::ask::Answer;
use super::ask::AskError;
use super::ask::How;
use super::ask::ask;
use super::zone::Dns;
use super::zone::Manner;
use super::*;

fn beach(servers: usize) -> Dns {
    let dns = Dns::start(servers);
    dns.zone("beach.example");
    dns.put("beach.example A 203.0.113.7");
    dns.put("beach.example AAAA 2001:db8::7");
    dns.put("chat.beach.example CNAME beach.example");
    dns
}

async fn asked(dns: &Dns, kind: RecordType) -> Result<Answer, AskError> {
    asked_at(dns.address, kind).await
}

async fn asked_at(server: SocketAddr, kind: RecordType) -> Result<Answer, AskError> {
    ask(&Clock::system(), server, &name("beach.example").unwrap(), kind, How::default()).await
}

#[tokio::test]
async fn contract_all_questions_go_to_the_resolver_that_was_set() {
    let dns = beach(1);
    let resolver = Resolver::new(Some(dns.address));
    let mut found = resolver.addresses("chat.Beach.example").await.unwrap();
    found.sort();
    assert_eq!(found, ["203.0.113.7", "2001:db8::7"].map(|ip| ip.parse::<IpAddr>().unwrap()));
    let records = resolver.lookup("beach.example", RecordType::NS).await.unwrap();
    assert!(matches!(&records[..], [RData::NS(server)] if server.0.to_ascii() == "ns1.beach.example."));
    assert_eq!(resolver.addresses("nothing.beach.example").await, Err(DnsError::NoName));
    assert_eq!(resolver.lookup("beach.example", RecordType::CAA).await, Err(DnsError::NoRecords));
    let before = dns.asked();
    assert_eq!(resolver.addresses("[2001:db8::1]").await.unwrap(), ["2001:db8::1".parse::<IpAddr>().unwrap()]);
    for odd in ["", ".", "a b.example", "a..example", &"x".repeat(64), &"x.".repeat(200)] {
        assert!(matches!(resolver.addresses(odd).await, Err(DnsError::Odd(_))), "{odd}");
    }
    assert_eq!(dns.asked(), before, "neither an address nor what is no name is asked for");
}

#[tokio::test]
async fn what_the_resolver_cannot_tell_is_told_apart() {
    let dns = beach(1);
    let resolver = Resolver::new(Some(dns.address));
    dns.manner(0, Manner::Says(ResponseCode::ServFail));
    assert_eq!(resolver.addresses("beach.example").await, Err(DnsError::Refused(ResponseCode::ServFail)));
    dns.manner(0, Manner::Silent);
    assert_eq!(resolver.addresses("beach.example").await, Err(DnsError::NoAnswer));
    dns.manner(0, Manner::Good);
    assert!(resolver.addresses("beach.example").await.is_ok(), "it is made anew");
}

#[tokio::test]
async fn rfc7766_5_an_answer_that_was_cut_is_fetched_by_tcp() {
    let dns = beach(1);
    for (manner, records) in [(Manner::Good, 1), (Manner::Cut, 1), (Manner::Huge, 201)] {
        dns.manner(0, manner);
        let answer = asked(&dns, RecordType::A).await.unwrap();
        assert!(answer.authoritative);
        assert_eq!(answer.answers.len(), records);
    }
    dns.manner(0, Manner::BrokenOff);
    assert_eq!(asked(&dns, RecordType::A).await, Err(AskError::Unreachable));
}

#[tokio::test]
async fn rfc5452_9_1_an_answer_to_another_question_is_thrown_away() {
    let dns = beach(5);
    let manners = [Manner::WrongId, Manner::OtherQuestion, Manner::Garbage, Manner::Silent];
    for (server, manner) in manners.into_iter().enumerate() {
        dns.manner(server, manner);
    }
    let at = |last| asked_at(SocketAddr::from(([127, 0, 0, last], dns.address.port())), RecordType::A);
    let answers = tokio::join!(at(1), at(2), at(3), at(4));
    let silent = || Err(AskError::Silent);
    assert_eq!(answers, (silent(), silent(), silent(), silent()));
    dns.manner(4, Manner::Says(ResponseCode::Refused));
    assert_eq!(at(5).await.unwrap().code, ResponseCode::Refused);
}

#[test]
fn damaged_answers_are_read_or_thrown_away_and_nothing_else() {
    use hickory_resolver::proto::op::Message;
    use hickory_resolver::proto::op::MessageType;
    use proptest::prelude::*;

    let owner = name("beach.example").unwrap();
    let question = ask::question(&owner, RecordType::CAA, How::default());
    let mut whole: Message = question.clone();
    whole.metadata.message_type = MessageType::Response;
    let alias = name("chat.beach.example").unwrap();
    for data in [
        RData::CNAME(rdata::CNAME(alias.clone())),
        RData::SRV(rdata::SRV::new(0, 5, 443, alias.clone())),
        RData::CAA(rdata::CAA::new_issue(true, Some(alias), Vec::new())),
        RData::TXT(rdata::TXT::new(vec!["x".repeat(255); 3])),
        RData::A("203.0.113.7".parse().unwrap()),
    ] {
        whole.add_answer(Record::from_rdata(owner.clone(), 60, data));
    }
    let whole = whole.to_vec().unwrap();
    assert!(ask::read(&whole, &question).is_some());
    let damage = (proptest::collection::vec((0..whole.len(), any::<u8>()), 0..8), 0..=whole.len());
    proptest!(ProptestConfig::with_cases(2_000), |((bytes, length) in damage)| {
        let mut damaged = whole.clone();
        bytes.into_iter().for_each(|(at, byte)| damaged[at] = byte);
        damaged.truncate(length);
        let _ = ask::read(&damaged, &question);
        // The header whole, and anything behind it.
        let head: Vec<u8> = whole[..12].iter().chain(&damaged).copied().collect();
        let _ = ask::read(&head, &question);
    });
}
