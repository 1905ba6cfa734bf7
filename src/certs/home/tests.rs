//! What a home authority vouches for, as rustls sees it and as OpenSSL does.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::ServerName;
use rustls::pki_types::UnixTime;

use super::super::For;
use super::super::Source;
use super::*;
use crate::certs::Certs;
use crate::store::OpenOptions;

const NOW: UtcMicros = 1_795_000_000_000_000; // November 2026
const DAY: UtcMicros = 86_400_000_000;
const DOMAIN: &str = "beach.home.arpa";

fn ours() -> Vec<IpAddr> {
    vec!["192.168.7.4".parse().unwrap(), "fd00::7".parse().unwrap()]
}

/// Leaf first, as a file has them.
fn ders(pem: &str) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_slice_iter(pem.as_bytes()).map(Result::unwrap).collect()
}

/// Whether who trusts `root` believes `chain` that it is `name`.
fn rustls_believes(root: &str, chain: &str, name: &str, now: UtcMicros) -> Result<(), String> {
    let mut roots = RootCertStore::empty();
    roots.add(ders(root).remove(0)).unwrap();
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::new(default_provider()));
    let (chain, name) = (ders(chain), ServerName::try_from(name.to_owned()).unwrap());
    let now = UnixTime::since_unix_epoch(Duration::from_micros(now as u64));
    let verified = verifier.build().unwrap().verify_server_cert(&chain[0], &chain[1..], &name, &[], now);
    verified.map(drop).map_err(|error| error.to_string())
}

fn openssl_believes(folder: &Path, root: &str, chain: &str, name: &str) -> Result<(), String> {
    let (root_file, chain_file) = (folder.join("root.pem"), folder.join("chain.pem"));
    std::fs::write(&root_file, root).unwrap();
    std::fs::write(&chain_file, chain).unwrap();
    let asked = if name.parse::<IpAddr>().is_ok() { "-verify_ip" } else { "-verify_hostname" };
    let told = Command::new("openssl")
        .args(["verify", "-x509_strict", "-purpose", "sslserver", "-no-CApath", "-no-CAstore", asked, name, "-CAfile"])
        .arg(&root_file)
        .args(["-attime", &(NOW / 1_000_000).to_string(), "-untrusted"])
        .args([&chain_file, &chain_file])
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&told.stderr).into_owned();
    if told.status.success() { Ok(()) } else { Err(words) }
}

/// What somebody with the authority's key would sign.
fn forged(home: &Home, name: &str) -> String {
    let authority = KeyPair::from_pem(&home.key).unwrap();
    let issuer = Issuer::new(root_params(DOMAIN, &home.tag, &home.addresses, NOW), authority);
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.not_before = rcgen::date_time_ymd(2026, 11, 1);
    params.not_after = rcgen::date_time_ymd(2027, 2, 1);
    params.signed_by(&new_key(), &issuer).unwrap().pem()
}

#[test]
fn rfc5280_4_2_1_10_it_vouches_for_the_names_of_this_server_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    for addresses in [ours(), Vec::new()] {
        let home = Home::make(DOMAIN, &addresses, NOW);
        let served = home.served().chain;
        let own = names(DOMAIN).into_iter().chain(addresses.iter().map(IpAddr::to_string));
        for name in own {
            assert_eq!(rustls_believes(&home.root, &served, &name, NOW), Ok(()), "{name}");
            assert_eq!(openssl_believes(folder.path(), &home.root, &served, &name), Ok(()), "{name}");
        }
        for name in [
            "bank.example",
            "home.arpa",
            "xbeach.home.arpa",
            "other.local",
            "192.168.8.4",
            "fd00:0:0:1::7",
            "127.0.0.1",
        ] {
            let chain = forged(&home, name);
            let rustls = rustls_believes(&home.root, &chain, name, NOW).expect_err(name);
            assert!(rustls.contains("NameConstraint"), "{name}: {rustls}");
            let openssl = openssl_believes(folder.path(), &home.root, &chain, name).expect_err(name);
            assert!(openssl.contains("subtree violation"), "{name}: {openssl}");
        }
    }
}

#[test]
fn rfc5280_4_2_1_9_it_makes_no_other_authority() {
    let home = Home::make(DOMAIN, &ours(), NOW);
    let authority =
        Issuer::new(root_params(DOMAIN, &home.tag, &home.addresses, NOW), KeyPair::from_pem(&home.key).unwrap());
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "between");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = new_key();
    let between = params.signed_by(&key, &authority).unwrap().pem();
    let issuer = Issuer::new(params, key);
    let mut params = CertificateParams::new(vec![DOMAIN.to_owned()]).unwrap();
    params.not_after = rcgen::date_time_ymd(2027, 2, 1);
    let leaf = params.signed_by(&new_key(), &issuer).unwrap().pem();
    // rustls does not look at this of what it trusts, but at the names of all that is under it.
    let folder = tempfile::tempdir().unwrap();
    let refused = openssl_believes(folder.path(), &home.root, &format!("{leaf}{between}"), DOMAIN).unwrap_err();
    assert!(refused.contains("path length constraint exceeded"), "{refused}");
}

#[test]
fn what_is_served_holds_no_longer_than_devices_take_and_is_renewed_under_the_same_root() {
    let home = Home::make(DOMAIN, &ours(), NOW);
    let (_, facts) = check::check(&home.served(), DOMAIN, NOW).unwrap();
    let der = home.root_der();
    assert!(facts.not_after - facts.not_before <= 398 * DAY && facts.missing.is_empty() && !facts.lacks_chain());
    assert!(!is_due(&facts, &der, &ours(), NOW) && is_due(&facts, &der, &ours(), NOW + 270 * DAY));
    let (root, leaf) = (home.root.clone(), home.leaf.chain.clone());
    let renewed = home.renewed(DOMAIN, NOW + 270 * DAY);
    assert!(renewed.root == root && renewed.leaf.chain != leaf);
    for now in [NOW + 271 * DAY, NOW + 600 * DAY] {
        assert_eq!(rustls_believes(&root, &renewed.served().chain, "imera.local", now), Ok(()));
    }
    // A machine without a battery clock begins in 1970.
    let early = Home::make(DOMAIN, &[], 0);
    assert_eq!(rustls_believes(&early.root, &early.clone().renewed(DOMAIN, NOW).served().chain, DOMAIN, NOW), Ok(()));
}

#[tokio::test]
async fn it_is_made_once_kept_in_the_database_and_renewed_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::stepped(NOW);
    let store = Store::open(folder.path(), OpenOptions::default(), clock.clone()).unwrap();
    let open = |addresses: Vec<IpAddr>| {
        let wanted = For { domain: DOMAIN.to_owned(), files: None, home: Some(addresses) };
        Certs::open(store.clone(), clock.clone(), wanted)
    };
    let certs = open(ours()).await.unwrap().0;
    let first = certs.serving();
    assert_eq!((first.source, first.words()), (Source::Home, None));
    let root = first.root.unwrap();
    assert_eq!(root.sha256, check::fingerprint(&root.der));
    assert!(root.name.starts_with("beach.home.arpa (imera ") && root.pem.contains("BEGIN CERTIFICATE"));
    let again = open(Vec::new()).await.unwrap().0;
    assert_eq!(again.serving().root.as_ref(), Some(&root), "whoever trusts it need not do so twice");
    assert_eq!(again.serving().facts, first.facts);
    assert!(!certs.look_after(&ours()).await.unwrap());
    let standing = certs.tls().current();
    clock.set_utc(NOW + 270 * DAY);
    assert!(certs.look_after(&ours()).await.unwrap() && !certs.look_after(&ours()).await.unwrap());
    assert_eq!(certs.serving().root.as_ref(), Some(&root));
    assert!(certs.serving().facts.not_after > first.facts.not_after);
    assert_ne!(certs.tls().current().end_point, standing.end_point);
    let newest = open(ours()).await.unwrap().0;
    assert_eq!(newest.serving().facts, certs.serving().facts, "the renewed one is kept");
    let other = For { domain: "other.home.arpa".to_owned(), files: None, home: Some(ours()) };
    let other = Certs::open(store.clone(), clock.clone(), other).await.unwrap().0;
    assert_ne!(other.serving().root.unwrap().sha256, root.sha256, "another domain has an authority of its own");
}

#[tokio::test]
async fn another_address_of_the_same_network_is_learned_and_trusted_without_anybody_doing_a_thing() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::stepped(NOW);
    let store = Store::open(folder.path(), OpenOptions::default(), clock.clone()).unwrap();
    let wanted = For { domain: DOMAIN.to_owned(), files: None, home: Some(ours()) };
    let certs = Certs::open(store.clone(), clock.clone(), wanted.clone()).await.unwrap().0;
    let ip = |text: &str| text.parse::<IpAddr>().unwrap();
    let (root, first) = (certs.serving().root.unwrap(), certs.tls().current());
    for still in [&[][..], &ours(), &[ip("10.0.0.7")]] {
        assert!(
            !certs.look_after(still).await.unwrap(),
            "{still:?}: nothing new, or of a network it may not vouch for"
        );
    }
    let moved = [ip("192.168.7.99"), ip("10.0.0.7")];
    assert!(certs.look_after(&moved).await.unwrap() && !certs.look_after(&moved).await.unwrap());
    let serving = certs.serving();
    assert_eq!(serving.root.as_ref(), Some(&root), "whoever trusts it need not do so twice");
    let named = |address: &str| serving.facts.names.iter().any(|name| name == address);
    assert!(named("192.168.7.99") && named("192.168.7.4") && named("fd00::7") && !named("10.0.0.7"));
    assert_ne!(certs.tls().current().end_point, first.end_point);
    let kept = kept(&store).await.unwrap().unwrap();
    for name in ["192.168.7.99", "imera.local"] {
        assert_eq!(rustls_believes(&root.pem, &kept.served().chain, name, NOW), Ok(()), "{name}");
        assert_eq!(openssl_believes(folder.path(), &root.pem, &kept.served().chain, name), Ok(()), "{name}");
    }
    // Back and forth changes nothing, many addresses have an end, and a restart remembers.
    assert!(!certs.look_after(&ours()).await.unwrap());
    for last in 100..120 {
        assert!(certs.look_after(&[ip(&format!("192.168.7.{last}"))]).await.unwrap());
    }
    let names = certs.serving().facts.names;
    let addresses = names.iter().filter(|name| name.parse::<IpAddr>().is_ok()).count();
    assert_eq!((addresses, names.contains(&"192.168.7.119".to_owned())), (limits::HOME_ADDRESSES_MAX, true));
    let again = Certs::open(store, clock, For { home: Some(vec![ip("192.168.7.119")]), ..wanted }).await.unwrap().0;
    assert_eq!(again.serving().facts.names, names);
}
