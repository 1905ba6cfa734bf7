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
    Certs::open(store.clone(), Clock::system(), "a.test", files.cloned()).await
}

#[tokio::test]
async fn the_self_signed_one_is_made_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let (first, _) = open(&store, None).await.unwrap();
    let (again, _) = open(&store, None).await.unwrap();
    assert_eq!(first.tls().current().end_point, again.tls().current().end_point);
    assert_eq!(again.serving().source, Source::SelfSigned);
    let other = Certs::open(store, Clock::system(), "b.test", None).await.unwrap().0;
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
        let files = with_files.then(|| files.clone());
        let (certs, complaint) = Certs::open(store.clone(), clock.clone(), "a.test", files).await.unwrap();
        assert_eq!(certs.serving().source, Source::Own);
        assert_eq!(complaint.is_some(), utc != 1_795_000_000_000_000, "{utc}");
    }
}
