//! Which certificate serves: the files, the kept one, or one made here.

use std::path::Path;

use super::*;
use crate::store::OpenOptions;

fn store(folder: &Path) -> Store {
    Store::open(folder, OpenOptions::default(), Clock::system()).unwrap()
}

fn write(folder: &Path, pair: &Pair) -> TlsFiles {
    let files = TlsFiles { cert: folder.join("cert.pem"), key: folder.join("key.pem") };
    std::fs::write(&files.cert, &pair.chain).unwrap();
    std::fs::write(&files.key, &pair.key).unwrap();
    files
}

async fn open(store: &Store, files: Option<&TlsFiles>) -> Result<(Certs, Option<CertError>), CertsError> {
    Certs::open(store.clone(), Clock::system(), wanted("a.test", files)).await
}

fn wanted(domain: &str, files: Option<&TlsFiles>) -> For {
    For { domain: domain.to_owned(), files: files.cloned(), home: None }
}

#[tokio::test]
async fn the_self_signed_one_is_made_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let (first, _) = open(&store, None).await.unwrap();
    let (again, _) = open(&store, None).await.unwrap();
    assert_eq!(first.tls().current().end_point, again.tls().current().end_point);
    assert_eq!(again.serving().source, Source::SelfSigned);
    let other = Certs::open(store, Clock::system(), wanted("b.test", None)).await.unwrap().0;
    assert_eq!(other.serving().facts.names[0], "b.test", "a kept one for another domain is not served");
}

#[tokio::test]
async fn files_that_went_bad_leave_the_last_good_ones_in_service() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let good = self_signed::make("a.test", 0);
    let bad = Pair { key: self_signed::make("a.test", 0).key, ..good.clone() };
    let files = write(folder.path(), &bad);
    let refused = open(&store, Some(&files)).await.err().expect("there was never a good one");
    assert!(matches!(refused, CertsError::Certificate(CertError::OtherKey)), "{refused}");
    write(folder.path(), &good);
    let (certs, complaint) = open(&store, Some(&files)).await.unwrap();
    assert_eq!((complaint, certs.serving().source), (None, Source::Own));
    write(folder.path(), &bad);
    assert!(certs.reload().await.is_err());
    let (later, complaint) = open(&store, Some(&files)).await.unwrap();
    assert_eq!(complaint, Some(CertError::OtherKey));
    assert_eq!(later.tls().current().end_point, certs.tls().current().end_point);
    let newer = self_signed::make("a.test", 0);
    write(folder.path(), &newer);
    assert!(later.reload().await.unwrap());
    assert_ne!(later.tls().current().end_point, certs.tls().current().end_point);
}

#[tokio::test]
async fn the_table_does_not_grow_with_each_start() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    for _ in 0..2 * limits::CERTIFICATES_KEPT {
        let pair = self_signed::make("a.test", 0);
        keep(&store, Source::Own, pair.clone(), 0).await.unwrap();
        keep(&store, Source::Own, pair, 0).await.unwrap();
    }
    let count = store.read(|c| c.query_row("SELECT count(*) FROM certificate", [], |row| row.get::<_, i64>(0)));
    assert_eq!(count.await.unwrap(), limits::CERTIFICATES_KEPT);
}

#[tokio::test]
async fn a_clock_that_jumps_does_not_shut_the_doors() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::stepped(1_795_000_000_000_000);
    let store = Store::open(folder.path(), OpenOptions::default(), clock.clone()).unwrap();
    let authority = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(vec![]).unwrap();
    params.distinguished_name.push(rcgen::DnType::CommonName, "An authority");
    let issuer = rcgen::Issuer::new(params, authority);
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(vec!["a.test".to_owned()]).unwrap();
    (params.not_before, params.not_after) = (rcgen::date_time_ymd(2026, 11, 1), rcgen::date_time_ymd(2027, 2, 1));
    let pair = Pair { chain: params.signed_by(&key, &issuer).unwrap().pem(), key: key.serialize_pem() };
    let files = write(folder.path(), &pair);
    for (utc, with_files) in [(0, true), (1_795_000_000_000_000, true), (0, false), (1_830_000_000_000_000, false)] {
        clock.set_utc(utc);
        let wanted = wanted("a.test", with_files.then_some(&files));
        let (certs, complaint) = Certs::open(store.clone(), clock.clone(), wanted).await.unwrap();
        assert_eq!(certs.serving().source, Source::Own);
        assert_eq!(complaint.is_some(), utc != 1_795_000_000_000_000, "{utc}");
    }
}

/// A leaf for `a.test` of an authority between it and a root: leaf with key, the one between, the root.
pub(super) fn signed(domain: &str) -> (Pair, String, String) {
    let ca = |name: &str| {
        let mut params = rcgen::CertificateParams::new(vec![]).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        (params, rcgen::KeyPair::generate().unwrap())
    };
    let (params, key) = ca("A root");
    let root = params.self_signed(&key).unwrap().pem();
    let issuer = rcgen::Issuer::new(params, key);
    let (params, key) = ca("Between");
    let between = params.signed_by(&key, &issuer).unwrap().pem();
    let issuer = rcgen::Issuer::new(params, key);
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(vec![domain.to_owned()]).unwrap();
    (params.not_before, params.not_after) = (rcgen::date_time_ymd(2026, 1, 1), rcgen::date_time_ymd(2028, 1, 1));
    let chain = params.signed_by(&key, &issuer).unwrap().pem();
    (Pair { chain, key: key.serialize_pem() }, between, root)
}

fn mira() -> By {
    By::Person("mira".into())
}

#[tokio::test]
async fn what_is_brought_is_served_at_once_and_forgotten_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let (certs, _) = open(&store, None).await.unwrap();
    let first = certs.tls().current();
    let (leaf, between, root) = signed("a.test");
    let whole = Pair { chain: format!("{}{between}{root}", leaf.chain), ..leaf.clone() };
    for (pair, wrong) in [
        (leaf.clone(), CertError::Chain),
        (Pair { chain: format!("{}{root}", leaf.chain), ..leaf.clone() }, CertError::Order(2)),
        (Pair { key: self_signed::make("a.test", 0).key, ..whole.clone() }, CertError::OtherKey),
    ] {
        let refused = certs.bring(pair, mira()).await.unwrap_err();
        assert!(matches!(&refused, CertsError::Certificate(error) if *error == wrong), "{refused}");
    }
    // The same names, but another one's key signed it.
    let (_, stranger, _) = signed("a.test");
    let mixed = Pair { chain: format!("{}{stranger}{root}", leaf.chain), ..leaf.clone() };
    let refused = certs.bring(mixed, mira()).await.unwrap_err();
    assert!(matches!(refused, CertsError::Certificate(CertError::Broken(_))), "{refused}");
    assert_eq!(certs.tls().current().end_point, first.end_point, "a wrong one changes nothing");
    assert_eq!(certs.bring(whole, mira()).await.unwrap().names, ["a.test"]);
    assert_ne!(certs.tls().current().end_point, first.end_point);
    assert_eq!(certs.serving().source, Source::Own);
    let (again, _) = open(&store, None).await.unwrap();
    assert_eq!(again.tls().current().end_point, certs.tls().current().end_point, "a restart serves it");
    certs.automatic(mira()).await.unwrap();
    certs.automatic(mira()).await.unwrap();
    assert_eq!(certs.tls().current().end_point, first.end_point, "the one from before");
    let deeds = store.read(|c| audit::page(c, None, 9)).await.unwrap();
    let deeds: Vec<_> = deeds.into_iter().map(|line| line.deed.unwrap()).collect();
    assert_eq!(deeds[0], Deed::CertificateAutomatic);
    assert!(matches!(deeds[..], [_, Deed::CertificateBrought { .. }]), "{deeds:?}");
}

#[tokio::test]
async fn files_that_change_are_read_anew_and_broken_ones_are_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let files = write(folder.path(), &self_signed::make("a.test", 0));
    let (certs, _) = open(&store, Some(&files)).await.unwrap();
    let first = certs.tls().current();
    assert!(!certs.look_after(&[]).await.unwrap());
    let newer = self_signed::make("a.test", 0);
    // Another program puts them there one after the other.
    std::fs::write(&files.key, &newer.key).unwrap();
    assert!(certs.look_after(&[]).await.is_err());
    assert!(!certs.look_after(&[]).await.unwrap(), "nothing has changed since");
    assert_eq!(certs.tls().current().end_point, first.end_point);
    std::fs::write(&files.cert, &newer.chain).unwrap();
    assert!(certs.look_after(&[]).await.unwrap());
    assert_ne!(certs.tls().current().end_point, first.end_point);
    std::fs::remove_file(&files.cert).unwrap();
    assert!(!certs.look_after(&[]).await.unwrap(), "one that is just being replaced");
}
