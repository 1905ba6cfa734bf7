//! What is said of certificates that cannot be served.

use rcgen::CertificateParams;
use rcgen::Issuer;
use rcgen::KeyPair;

use super::*;
use crate::certs::self_signed;

const NOW: UtcMicros = 1_795_000_000_000_000; // November 2026

fn authority() -> (Issuer<'static, KeyPair>, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![]).unwrap();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    params.distinguished_name.push(rcgen::DnType::CommonName, "An authority");
    let pem = params.self_signed(&key).unwrap().pem();
    (Issuer::new(params, key), pem)
}

fn signed(names: &[&str], years: (i32, i32)) -> (Pair, String) {
    let (issuer, authority_pem) = authority();
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(names.iter().map(|name| name.to_string()).collect::<Vec<_>>()).unwrap();
    params.distinguished_name.push(rcgen::DnType::CommonName, "leaf");
    params.not_before = rcgen::date_time_ymd(years.0, 1, 1);
    params.not_after = rcgen::date_time_ymd(years.1, 1, 1);
    let pem = params.signed_by(&key, &issuer).unwrap().pem();
    (Pair { chain: pem, key: key.serialize_pem() }, authority_pem)
}

fn refused(pair: &Pair) -> CertError {
    check(pair, "a.test", NOW).err().expect("refused")
}

#[test]
fn the_self_signed_one_passes_its_own_check_for_ten_years() {
    for domain in ["localhost", "münchen.test"] {
        let (_, facts) = check(&self_signed::make(domain, NOW), domain, NOW).unwrap();
        assert!(facts.self_signed && facts.missing.is_empty());
        assert!((3_640..3_651).contains(&facts.days_left(NOW)), "{}", facts.days_left(NOW));
    }
    let (_, facts) = check(&self_signed::make("a.test", 0), "a.test", NOW).unwrap();
    assert!(facts.days_left(NOW) > 3_000, "made while the clock said 1970");
}

#[test]
fn a_chain_in_order_passes_and_a_lone_leaf_lacks_it() {
    let (mut pair, authority) = signed(&["a.test"], (2026, 2028));
    let (_, facts) = check(&pair, "a.test", NOW).unwrap();
    assert!(facts.lacks_chain());
    assert_eq!(facts.issuer, "An authority");
    assert_eq!(facts.missing.len(), 4);
    pair.chain.push_str(&authority);
    assert!(!check(&pair, "a.test", NOW).unwrap().1.lacks_chain());
}

#[test]
fn a_wildcard_stands_for_one_label() {
    let (pair, _) = signed(&["a.test", "*.a.test"], (2026, 2028));
    assert!(check(&pair, "a.test", NOW).unwrap().1.missing.is_empty());
    let (pair, _) = signed(&["*.test"], (2026, 2028));
    let missing = check(&pair, "a.test", NOW).unwrap().1.missing;
    assert_eq!(missing[0], "conference.a.test");
}

#[test]
fn each_mistake_is_told_with_a_next_step() {
    let (pair, authority) = signed(&["a.test"], (2026, 2028));
    let (other, _) = signed(&["b.test"], (2026, 2028));
    let mixed = Pair { chain: pair.chain.clone(), key: other.key.clone() };
    assert_eq!(refused(&mixed), CertError::OtherKey);
    let names = "b.test".to_owned();
    assert_eq!(refused(&other), CertError::OtherNames { domain: "a.test".to_owned(), names });
    assert_eq!(refused(&signed(&["a.test"], (2020, 2025)).0), CertError::RanOut("2025-01-01".to_owned()));
    assert_eq!(refused(&signed(&["a.test"], (2031, 2035)).0), CertError::NotYet("2031-01-01".to_owned()));
    let backwards = Pair { chain: format!("{}{}{authority}", pair.chain, other.chain), ..pair.clone() };
    assert_eq!(refused(&backwards), CertError::Order(2));
    assert_eq!(refused(&Pair { chain: "hello".to_owned(), ..pair.clone() }), CertError::NoCertificate);
    assert_eq!(refused(&Pair { key: "hello".to_owned(), ..pair.clone() }), CertError::NoKey);
    let torn = pair.chain.replacen("MII", "MIJ", 1);
    assert!(matches!(refused(&Pair { chain: torn, ..pair }), CertError::Unreadable(_)));
}
