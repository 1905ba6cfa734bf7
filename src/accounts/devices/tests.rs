//! Devices' passwords in a real database, with a stepped clock.

use std::time::Duration;

use super::*;
use crate::accounts::Role;
use crate::audit::By;
use crate::clock::Clock;
use crate::store::OpenOptions;
use crate::store::Store;

struct Place {
    _folder: tempfile::TempDir,
    clock: Clock,
    accounts: Accounts,
    tom: AccountId,
}

async fn place() -> Place {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = Clock::stepped(1_767_225_600_000_000);
    let options = OpenOptions { reserve: 0, ..OpenOptions::default() };
    let store = Store::open(folder.path(), options, clock.clone()).expect("it opens");
    let accounts = Accounts::open(store, clock.clone()).await.expect("it reads");
    let tom = accounts.create("tom", "own", Role::Member).await.expect("a new name");
    Place { _folder: folder, clock, accounts, tom }
}

impl Place {
    async fn made(&self) -> DevicePassword {
        self.accounts.make_device(self.tom).await.expect("there is room")
    }

    /// What a log-in with it comes to, by PLAIN and by each SCRAM alike.
    async fn sign_in(&self, password: &str) -> Option<SignIn> {
        let plain = self.accounts.verify_any("tom", password).await.unwrap().map(|(_, which)| which);
        for hash in Hash::ALL {
            assert_eq!(self.accounts.ring("tom", hash).await.unwrap().fits(password), plain, "{hash:?}");
        }
        self.accounts.sign_in_by(self.tom, plain?).await.unwrap()
    }

    async fn claim(&self, resource: &str) -> DevicePassword {
        let made = self.made().await;
        assert!(self.accounts.claim_device(made.id, resource).await.unwrap());
        made
    }
}

#[tokio::test]
async fn a_password_is_claimed_by_its_first_log_in_and_holds_for_ever() {
    let place = place().await;
    let made = place.made().await;
    assert!(made.password.len() == 26 && made.password.bytes().all(|sign| SIGNS.contains(&sign)));
    assert_eq!(place.sign_in(&made.password).await, Some(SignIn::NewDevice(made.id)));
    assert!(place.accounts.claim_device(made.id, "phone").await.unwrap());
    assert!(!place.accounts.claim_device(made.id, "other").await.unwrap());
    place.clock.advance(Duration::from_secs(10 * limits::DEVICE_CODE_S));
    let own = SignIn::Device { id: made.id, resource: "phone".into() };
    assert_eq!((own.device(), own.resource()), (Some(made.id), Some("phone")));
    assert_eq!(place.sign_in(&made.password).await, Some(own));
    assert_eq!(place.sign_in("own").await, Some(SignIn::Own));
    assert_eq!(place.sign_in(&made.password.to_uppercase()).await, None);
    place.accounts.device_seen(made.id);
    let devices = place.accounts.devices(place.tom).await.unwrap();
    assert_eq!(devices[0].claimed.as_ref().map(|claimed| &*claimed.resource), Some("phone"));
}

#[tokio::test]
async fn the_web_takes_the_account_s_own_password_only() {
    let place = place().await;
    let made = place.claim("phone").await;
    assert_eq!(place.accounts.prove_password("tom", &made.password).await.unwrap().map(|proof| proof.account), None);
    assert_eq!(place.accounts.prove_password("tom", "own").await.unwrap().map(|proof| proof.account), Some(place.tom));
    assert_eq!(place.accounts.verify_any("nobody", &made.password).await.unwrap(), None);
}

#[tokio::test]
async fn what_nobody_used_in_time_opens_nothing_and_is_forgotten() {
    let place = place().await;
    let (late, in_time) = (place.made().await, place.claim("phone").await);
    place.clock.advance(Duration::from_secs(limits::DEVICE_CODE_S));
    assert_eq!(place.sign_in(&late.password).await, None);
    assert_eq!(place.accounts.sign_in_by(place.tom, Which::Spare(late.id.0)).await.unwrap(), None);
    assert!(!place.accounts.claim_device(late.id, "late").await.unwrap());
    let open: Vec<DeviceId> = place.accounts.devices(place.tom).await.unwrap().iter().map(|device| device.id).collect();
    assert_eq!(open, [in_time.id]);
    assert_eq!(place.accounts.sweep_devices().await.unwrap(), 1);
    assert_eq!(place.accounts.sweep_devices().await.unwrap(), 0);
    assert!(place.accounts.has_device(in_time.id).await.unwrap() && !place.accounts.has_device(late.id).await.unwrap());
}

#[tokio::test]
async fn of_many_first_log_ins_at_once_one_claims_it() {
    let place = place().await;
    let id = place.made().await.id;
    let claims = (0..100).map(|number| {
        let accounts = place.accounts.clone();
        tokio::spawn(async move { accounts.claim_device(id, &format!("phone-{number}")).await.unwrap() })
    });
    let mut won = 0;
    for claim in claims.collect::<Vec<_>>() {
        won += usize::from(claim.await.unwrap());
    }
    assert_eq!(won, 1);
}

#[tokio::test]
async fn a_device_is_revoked_by_its_own_account_alone() {
    let place = place().await;
    let (made, other) = (place.claim("phone").await, place.claim("tablet").await);
    let mira = place.accounts.create("mira", "x", Role::Owner).await.unwrap();
    assert!(!place.accounts.revoke_device(mira, made.id).await.unwrap());
    assert!(place.accounts.revoke_device(place.tom, made.id).await.unwrap());
    assert!(!place.accounts.revoke_device(place.tom, made.id).await.unwrap());
    assert_eq!(place.sign_in(&made.password).await, None);
    assert!(place.sign_in(&other.password).await.is_some());
    place.accounts.remove(place.tom, &By::Machine).await.unwrap();
    assert!(!place.accounts.has_device(other.id).await.unwrap());
    assert!(matches!(place.accounts.make_device(place.tom).await, Err(DeviceError::Unknown)));
}

#[tokio::test]
async fn a_new_password_of_the_account_removes_them() {
    let place = place().await;
    let made = place.claim("phone").await;
    place.accounts.set_password(place.tom, "new").await.unwrap();
    assert_eq!((place.sign_in(&made.password).await, place.sign_in("new").await), (None, Some(SignIn::Own)));
    assert!(place.accounts.devices(place.tom).await.unwrap().is_empty());
    let again = place.claim("phone").await;
    let code = place.accounts.make_recovery_code(place.tom).await.unwrap();
    place.accounts.recover("tom", &code, "newer", None).await.unwrap();
    assert_eq!(place.sign_in(&again.password).await, None);
}

/// A salt of then, and an account of now.
#[tokio::test]
async fn a_password_that_changes_while_another_is_made_makes_it_void() {
    let place = place().await;
    let mut keys = Vec::new();
    for hash in Hash::ALL {
        keys.push(place.accounts.verifier("tom", hash).await.unwrap());
    }
    place.accounts.set_password(place.tom, "new").await.unwrap();
    let tom = place.tom;
    let made = place.accounts.0.store.write(move |c| insert(c, tom, &keys, (0, i64::MAX))).await.unwrap();
    assert!(matches!(made, Err(DeviceError::Changed)));
}

#[tokio::test]
async fn codes_and_devices_have_a_bound() {
    let place = place().await;
    let first = place.made().await;
    for _ in 0..limits::DEVICE_CODES_OPEN_MAX {
        place.made().await;
    }
    assert_eq!(place.sign_in(&first.password).await, None);
    let open = place.accounts.devices(place.tom).await.unwrap();
    assert_eq!(open.len(), limits::DEVICE_CODES_OPEN_MAX as usize);
    for device in open {
        assert!(place.accounts.claim_device(device.id, "phone").await.unwrap());
    }
    for _ in limits::DEVICE_CODES_OPEN_MAX..limits::DEVICES_PER_ACCOUNT_MAX {
        place.claim("phone").await;
    }
    assert!(matches!(place.accounts.make_device(place.tom).await, Err(DeviceError::TooMany)));
    let ring = place.accounts.ring("tom", Hash::Sha1).await.unwrap();
    assert_eq!(ring.spare.len(), limits::DEVICES_PER_ACCOUNT_MAX as usize);
}

/// One brought along from elsewhere.
#[tokio::test]
async fn where_the_account_has_no_verifier_the_stand_in_s_salt_serves() {
    let place = place().await;
    let sql = "DELETE FROM verifier WHERE mechanism <> 'SCRAM-SHA-1'";
    place.accounts.0.store.write(move |c| c.execute(sql, [])).await.unwrap();
    let made = place.made().await;
    assert_eq!(place.sign_in(&made.password).await, Some(SignIn::NewDevice(made.id)));
    let ring = place.accounts.ring("tom", Hash::Sha512).await.unwrap();
    assert_eq!((ring.fits("own"), ring.fits(&made.password)), (None, Some(Which::Spare(made.id.0))));
}

#[tokio::test]
async fn a_code_in_a_link_gives_way_once_to_the_app_s_own_password() {
    let place = place().await;
    let (made, other) = (place.made().await, place.made().await);
    let find = async |token: &str| place.accounts.device_of_token(token).await.unwrap();
    for wrong in ["", "x", "-", "1-", "99-abcdefghijkmnpqrstuvwxyz23", &format!("{}-{}", other.id.0, *made.password)] {
        assert!(find(wrong).await.is_none(), "{wrong}");
    }
    let ticket = find(&made.token()).await.expect("it is right");
    assert_eq!(&*ticket.name, "tom");
    let rules = Rules { domain: "a.test", place: "Beach House" };
    let weak = place.accounts.sign_in_app(&ticket, "password123", Some(&rules)).await;
    assert!(matches!(weak, Err(JoinError::Password(_))), "{weak:?}");
    place.accounts.sign_in_app(&ticket, "four grey geese", Some(&rules)).await.unwrap();
    let again = place.accounts.sign_in_app(&ticket, "five grey geese", Some(&rules)).await;
    assert!(matches!(again, Err(JoinError::Over(_))), "{again:?}");
    assert!(find(&made.token()).await.is_none() && place.sign_in(&made.password).await.is_none());
    assert_eq!(place.sign_in("four grey geese").await, Some(SignIn::NewDevice(made.id)));
    assert_eq!(place.sign_in("own").await, Some(SignIn::Own));
    assert!(place.accounts.claim_device(made.id, "phone").await.unwrap());

    // Two apps with one password could not be told apart, nor one from the account.
    let late = find(&other.token()).await.expect("it is right");
    for same in ["four grey geese", "own"] {
        let same = place.accounts.sign_in_app(&late, same, None).await;
        assert!(matches!(same, Err(JoinError::Password(WeakPassword::InUse))), "{same:?}");
    }

    // Not after its time, and not after the account has another password.
    place.accounts.set_password(place.tom, "another").await.unwrap();
    assert!(matches!(place.accounts.sign_in_app(&late, "six grey geese", None).await, Err(JoinError::Over(_))));
    let old = place.made().await;
    place.clock.advance(Duration::from_secs(limits::DEVICE_CODE_S));
    assert!(find(&old.token()).await.is_none());

    // What was chosen at the last moment has the time of a code to log in.
    let last = place.made().await;
    place.clock.advance(Duration::from_secs(limits::DEVICE_CODE_S - 60));
    let ticket = find(&last.token()).await.expect("it is right");
    place.accounts.sign_in_app(&ticket, "seven grey geese", None).await.unwrap();
    place.clock.advance(Duration::from_secs(120));
    assert_eq!(place.sign_in("seven grey geese").await, Some(SignIn::NewDevice(last.id)));
}
