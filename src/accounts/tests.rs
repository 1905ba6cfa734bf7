//! Accounts in a real database.

use std::path::Path;

use zeroize::Zeroizing;

use super::batch::BatchCreated;
use super::batch::BatchError;
use super::batch::NewAccount;
use super::*;
use crate::store::OpenOptions;
use crate::xmpp::sasl::Hash;

async fn open(folder: &Path) -> Accounts {
    let clock = Clock::system();
    let options = OpenOptions { reserve: 0, ..OpenOptions::default() };
    let store = Store::open(folder, options, clock.clone()).expect("it opens");
    Accounts::open(store, clock).await.expect("it reads")
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

async fn sql(accounts: &Accounts, sql: &'static str) {
    accounts.0.store.write(move |c| c.execute_batch(sql)).await.expect("it writes");
}

fn new(name: &str, password: &str) -> NewAccount {
    NewAccount { name: name.into(), password: Zeroizing::new(password.into()), role: Role::Member }
}

#[tokio::test]
async fn an_account_outlives_a_restart() {
    let folder = folder();
    let accounts = open(folder.path()).await;
    assert!(accounts.is_empty());
    let id = accounts.create("Juliet", "R0m30", Role::Owner).await.unwrap();
    accounts.set_display_name(id, Some("Juliet C.".into())).await.unwrap();
    let unknown = accounts.verifier("nobody", Hash::Sha256).await.unwrap();
    let own = accounts.verifier("juliet", Hash::Sha512).await.unwrap();
    accounts.0.store.close().await;

    let accounts = open(folder.path()).await;
    assert_eq!((accounts.find("juliet"), accounts.len()), (Some(id), 1));
    assert_eq!((accounts.name(id).as_deref(), accounts.role(id)), (Some("juliet"), Some(Role::Owner)));
    assert_eq!(accounts.list().await.unwrap()[0].display_name.as_deref(), Some("Juliet C."));
    assert_eq!(accounts.prove_password("juliet", "R0m30").await.unwrap().map(|proof| proof.account), Some(id));
    assert!(accounts.verifier("nobody", Hash::Sha256).await.unwrap() == unknown);
    assert!(accounts.verifier("juliet", Hash::Sha512).await.unwrap() == own);
}

#[tokio::test]
async fn rfc7622_3_3_names_are_prepared_and_taken_once() {
    let folder = folder();
    let accounts = open(folder.path()).await;
    accounts.create("juliet", "a", Role::Member).await.unwrap();
    assert!(matches!(accounts.create("JULIET", "b", Role::Member).await, Err(CreateError::Exists)));
    assert!(matches!(accounts.create("a@b", "b", Role::Member).await, Err(CreateError::Name(_))));
    assert!(matches!(accounts.create("", "b", Role::Member).await, Err(CreateError::Name(_))));
    let (one, two) =
        tokio::join!(accounts.create("romeo", "a", Role::Member), accounts.create("Romeo", "b", Role::Member));
    assert!(one.is_ok() != two.is_ok());
    assert_eq!(accounts.len(), 2);
}

#[tokio::test]
async fn rfc8265_4_passwords_are_prepared_before_they_are_compared() {
    let folder = folder();
    let accounts = open(folder.path()).await;
    let id = accounts.create("juliet", "Cafe\u{301}", Role::Member).await.unwrap();
    let verify =
        async |password: &str| accounts.prove_password("juliet", password).await.unwrap().map(|proof| proof.account);
    assert_eq!(verify("Caf\u{e9}").await, Some(id));
    for wrong in ["caf\u{e9}", "", "x", "\n", &"a".repeat(5_000)] {
        assert_eq!(verify(wrong).await, None, "{wrong:?}");
    }
    for bad in ["", "a\nb", &"a".repeat(1_025)] {
        assert!(matches!(accounts.create("romeo", bad, Role::Member).await, Err(CreateError::Password(_))));
        assert!(matches!(accounts.set_password(id, bad).await, Err(ChangeError::Password(_))));
    }
    assert_eq!(accounts.prove_password("nobody", "x").await.unwrap().map(|proof| proof.account), None);
}

#[tokio::test]
async fn rfc5802_3_each_hash_has_a_verifier_with_a_salt_of_its_own() {
    let folder = folder();
    let accounts = open(folder.path()).await;
    accounts.create("juliet", "R0m30", Role::Member).await.unwrap();
    let mut salts = Vec::new();
    for hash in Hash::ALL {
        let verifier = accounts.verifier("juliet", hash).await.unwrap();
        assert!(verifier.fits("R0m30") && !verifier.fits("r0m30"));
        assert_eq!((verifier.rounds.get(), verifier.salt.len()), (10_000, 16));
        salts.push(verifier.salt);
    }
    salts.dedup();
    assert_eq!(salts.len(), 3);
}

#[tokio::test]
async fn an_unknown_name_has_stand_ins_that_look_like_verifiers_and_stay() {
    let folder = folder();
    let accounts = open(folder.path()).await;
    let id = accounts.create("juliet", "R0m30", Role::Member).await.unwrap();
    for hash in Hash::ALL {
        let own = accounts.verifier("juliet", hash).await.unwrap();
        let nobody = accounts.verifier("nobody", hash).await.unwrap();
        assert!(nobody == accounts.verifier("nobody", hash).await.unwrap());
        assert!(nobody.salt != accounts.verifier("nobodi", hash).await.unwrap().salt);
        assert_eq!((own.hash, own.rounds, own.salt.len()), (nobody.hash, nobody.rounds, nobody.salt.len()));
        assert_eq!((own.stored_key.len(), own.server_key.len()), (nobody.stored_key.len(), nobody.server_key.len()));
    }
    let before = accounts.verifier("juliet", Hash::Sha1).await.unwrap();
    accounts.remove(id, &By::Machine).await.unwrap();
    let after = accounts.verifier("juliet", Hash::Sha1).await.unwrap();
    assert!(before.salt != after.salt && !after.fits("R0m30"));
}

#[tokio::test]
async fn an_absent_verifier_behaves_as_a_wrong_password_does() {
    let folder = folder();
    let accounts = open(folder.path()).await;
    let id = accounts.create("juliet", "R0m30", Role::Member).await.unwrap();
    sql(&accounts, "DELETE FROM verifier WHERE mechanism <> 'SCRAM-SHA-1'").await;
    assert!(accounts.verifier("juliet", Hash::Sha1).await.unwrap().fits("R0m30"));
    assert!(!accounts.verifier("juliet", Hash::Sha256).await.unwrap().fits("R0m30"));
    assert_eq!(accounts.prove_password("juliet", "R0m30").await.unwrap().map(|proof| proof.account), Some(id));
    sql(&accounts, "UPDATE verifier SET rounds = 4000000000").await;
    assert_eq!(accounts.prove_password("juliet", "R0m30").await.unwrap().map(|proof| proof.account), None);
    sql(&accounts, "DELETE FROM verifier").await;
    assert_eq!(accounts.prove_password("juliet", "R0m30").await.unwrap().map(|proof| proof.account), None);
    accounts.set_password(id, "n3w").await.unwrap();
    assert!(accounts.verifier("juliet", Hash::Sha256).await.unwrap().fits("n3w"));
}

#[tokio::test]
async fn a_new_password_replaces_all_verifiers() {
    let folder = folder();
    let accounts = open(folder.path()).await;
    let id = accounts.create("juliet", "old", Role::Member).await.unwrap();
    accounts.set_password(id, "new").await.unwrap();
    for hash in Hash::ALL {
        let verifier = accounts.verifier("juliet", hash).await.unwrap();
        assert!(verifier.fits("new") && !verifier.fits("old"));
    }
    assert!(matches!(accounts.set_password(AccountId(99), "x").await, Err(ChangeError::Unknown)));
}

#[tokio::test]
async fn a_removed_account_takes_its_rows_along_and_its_number_never_returns() {
    let folder = folder();
    let accounts = open(folder.path()).await;
    let id = accounts.create("juliet", "a", Role::Member).await.unwrap();
    assert!(accounts.remove(id, &By::Machine).await.unwrap());
    assert!(!accounts.remove(id, &By::Machine).await.unwrap());
    assert_eq!((accounts.find("juliet"), accounts.name(id), accounts.len()), (None, None, 0));
    let left = accounts.0.store.read(|c| c.query_row("SELECT count(*) FROM verifier", [], |row| row.get::<_, i64>(0)));
    assert_eq!(left.await.unwrap(), 0);
    assert!(accounts.create("juliet", "a", Role::Member).await.unwrap() > id);
}

#[tokio::test]
async fn roles_change_and_being_seen_is_noted() {
    let folder = folder();
    let accounts = open(folder.path()).await;
    let id = accounts.create("juliet", "a", Role::Limited).await.unwrap();
    accounts.set_role(id, Role::Owner, &By::Machine).await.unwrap();
    assert_eq!(accounts.role(id), Some(Role::Owner));
    accounts.seen(id);
    sql(&accounts, "SELECT 1").await;
    let listed = accounts.list().await.unwrap();
    assert!(listed[0].role == Role::Owner && listed[0].last_seen_at >= Some(listed[0].created_at));
    assert!(matches!(accounts.set_role(AccountId(9), Role::Owner, &By::Machine).await, Err(ChangeError::Unknown)));
    assert!("Owner".parse::<Role>().is_err() && "limited".parse() == Ok(Role::Limited));
}

#[tokio::test]
async fn a_batch_skips_existing_names_and_is_checked_first() {
    let folder = folder();
    let accounts = open(folder.path()).await;
    accounts.create("user3", "mine", Role::Owner).await.unwrap();
    let batch = || (0..70).map(|n| new(&format!("User{n}"), "pass")).collect::<Vec<_>>();
    let mut bad = batch();
    bad.push(new("a b", "x"));
    let error = accounts.create_batch(bad, |_| ()).await.unwrap_err();
    assert!(matches!(error, BatchError { number: 71, error: CreateError::Name(_) }));
    assert_eq!(accounts.len(), 1);

    let mut steps = Vec::new();
    let mut twice = batch();
    twice.push(new("user0", "other"));
    let outcome = accounts.create_batch(twice, |through| steps.push(through)).await.unwrap();
    assert_eq!((outcome.created, outcome.existing), (69, 2));
    assert_eq!(steps, [64, 71]);
    assert_eq!(
        accounts.prove_password("user3", "mine").await.unwrap().map(|proof| proof.account),
        accounts.find("user3")
    );
    assert_eq!(
        accounts.prove_password("user69", "pass").await.unwrap().map(|proof| proof.account),
        accounts.find("user69")
    );
    assert_eq!(accounts.create_batch(Vec::new(), |_| ()).await.unwrap(), BatchCreated::default());
}

#[tokio::test]
async fn a_log_in_does_not_wait_for_a_batch() {
    let folder = folder();
    let accounts = open(folder.path()).await;
    let id = accounts.create("juliet", "R0m30", Role::Member).await.unwrap();
    let many = (0..70).map(|n| new(&format!("user{n}"), "x")).collect();
    let batch = tokio::spawn({
        let accounts = accounts.clone();
        async move { accounts.create_batch(many, |_| ()).await }
    });
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
    assert_eq!(accounts.prove_password("juliet", "R0m30").await.unwrap().map(|proof| proof.account), Some(id));
    assert_eq!(accounts.len(), 1, "the log-in came before the first step's end");
    assert_eq!(batch.await.unwrap().unwrap().created, 70);
}
