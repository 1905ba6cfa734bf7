//! What the running server does as time passes: the server's parts with a stepped clock. Alarms, from what goes wrong
//! to the message that the owner finds; and what goes when its time is over.

mod code;

use std::net::SocketAddr;
use std::net::TcpListener;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;
use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::accounts::Role;
use crate::clock::UtcMicros;
use crate::config::Sources;
use crate::notices::Severity;
use crate::server::control::Progress;
use crate::server::secret::Secret;
use crate::server::set_up::Plan;

/// 2026-11-18, 11:06 UTC.
const NOW: UtcMicros = 1_795_000_000_000_000;
const DOMAIN: &str = "beach.example";

/// A place that is open, whose one door the test holds; owners are told what goes wrong.
struct Place {
    house: Arc<House>,
    folder: TempDir,
    door: SocketAddr,
    _jobs: JoinSet<()>,
}

impl Place {
    async fn open(door: &TcpListener) -> Place {
        let folder = tempfile::tempdir().unwrap();
        let sources = Sources { data: Some(folder.path().to_owned()), ..Sources::default() };
        let config = Config::load(sources).unwrap();
        let house = Arc::new(House::open(config, Clock::stepped(NOW), true).await.unwrap());
        let raised = house.notices.raised();
        let password = Secret::new("four everyday words".to_owned());
        let plan = Plan { domain: DOMAIN.to_owned(), owner: "mira".to_owned(), password, ..Plan::default() };
        set_up::set_up(&house, plan).await.unwrap();
        let parts = Arc::new(build(&house, DOMAIN).await.unwrap());
        let certs = open_certs(&house, DOMAIN).await.unwrap();
        let (streams, web) = doors::bounds(false);
        let (streams, web) = (Admission::new(streams), Admission::new(web));
        let door = door.local_addr().unwrap();
        let ports = Ports { pid: std::process::id(), c2s: Some(door), ..Ports::default() };
        let _ = house.open.set(Open { ports, certs, streams, web, parts: parts.clone() });
        let mut jobs = JoinSet::new();
        jobs.spawn(alerts::tell_owners(house.clone(), parts, raised));
        Place { house, folder, door, _jobs: jobs }
    }

    /// What the server has written to its owner so far.
    async fn messages(&self) -> Vec<String> {
        let all = |c: &rusqlite::Connection| {
            let mut all = c.prepare("SELECT content FROM message ORDER BY id")?;
            all.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()
        };
        self.house.store.read(all).await.unwrap()
    }

    /// Waits for a message that says so.
    async fn told(&self, words: &str) {
        let waiting = async { while !self.messages().await.iter().any(|message| message.contains(words)) {} };
        let came = Clock::system().timeout(Duration::from_secs(60), waiting).await;
        assert!(came.is_some(), "{words}: {:?}", self.messages().await);
    }

    /// The notices of `imera status`, with how bad they are.
    async fn notices(&self) -> Vec<(String, String)> {
        let status = self.ask("status", json!({})).await;
        let word = |value: &Value| value.as_str().unwrap().to_owned();
        let list = status["notices"].as_array().unwrap();
        list.iter().map(|notice| (word(&notice["key"]), word(&notice["severity"]))).collect()
    }

    async fn ask(&self, question: &str, with: Value) -> Value {
        control::answer(&self.house, question, with, &Progress::new().0).await.unwrap()
    }

    async fn set(&self, key: &str, value: &str) {
        self.ask("settings.set", json!({ "key": key, "value": value })).await;
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// A message of the server's to its owner.
async fn entry(place: &Place, words: &str) {
    let parts = &place.house.open.get().unwrap().parts;
    crate::route::entry::tell_owners(parts, None, words).await;
}

fn door() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}

fn pair(key: &str, severity: &str) -> Vec<(String, String)> {
    vec![(key.to_owned(), severity.to_owned())]
}

#[tokio::test]
async fn a_door_that_falls_silent_is_found_within_minutes_and_its_alarm_ends_when_it_answers() {
    let door = door();
    let place = Place::open(&door).await;
    watch::look_closely(&place.house).await;
    assert_eq!(place.notices().await, []);
    drop(door);
    let watching = tokio::spawn(watch::every_minute(place.house.clone()));
    let found = async {
        while place.notices().await.is_empty() {
            place.house.clock.advance(Duration::from_secs(limits::CHECK_EVERY_S));
        }
    };
    assert!(Clock::system().timeout(Duration::from_secs(60), found).await.is_some());
    watching.abort();
    assert_eq!(place.notices().await, pair("ports", "trouble"));
    place.told("A door of this server does not answer").await;
    watch::look(&place.house).await;
    assert_eq!(place.notices().await.len(), 1, "the cheap looks leave it standing");
    let _door = TcpListener::bind(place.door).unwrap();
    watch::look_closely(&place.house).await;
    assert_eq!(place.notices().await, []);
}

#[tokio::test]
async fn a_damaged_database_is_found_by_night_and_its_alarm_ends_with_a_look_that_finds_it_whole() {
    let door = door();
    let place = Place::open(&door).await;
    let mut read = None;
    backups::night(&place.house, &mut read).await;
    assert_eq!((place.notices().await, read), (Vec::new(), None), "the backup's proof is the look");
    let database = rusqlite::Connection::open(place.file("imera.sqlite")).unwrap();
    let root = "SELECT rootpage FROM sqlite_schema WHERE name = 'invite_use'";
    let page: u32 = database.query_row(root, [], |row| row.get(0)).unwrap();
    database.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    drop(database);
    let file = std::fs::File::options().read(true).write(true).open(place.file("imera.sqlite")).unwrap();
    let mut whole = [0; 4_096];
    let at = u64::from(page - 1) * whole.len() as u64;
    std::os::unix::fs::FileExt::read_exact_at(&file, &mut whole, at).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&file, &[0xee; 4_096], at).unwrap();

    place.house.clock.advance(Duration::from_secs(86_400));
    backups::night(&place.house, &mut read).await;
    let notices = place.notices().await;
    assert!(notices.contains(&pair("database", "trouble")[0]), "{notices:?}");
    assert!(notices.contains(&pair("backup", "warning")[0]), "{notices:?}");
    place.told("The database is damaged").await;
    let first = read;
    place.house.clock.advance(Duration::from_secs(3_600));
    backups::night(&place.house, &mut read).await;
    assert_eq!((first.is_some(), read), (true, first), "every hour would cost too much");

    std::os::unix::fs::FileExt::write_all_at(&file, &whole, at).unwrap();
    place.ask("check", json!({ "name": "database" })).await;
    backups::night(&place.house, &mut read).await;
    assert_eq!(place.notices().await, []);
}

#[tokio::test]
async fn a_clock_that_was_set_back_is_told_by_what_was_written_down_before() {
    let door = door();
    let place = Place::open(&door).await;
    place.ask("backup.create", json!({})).await;
    place.house.clock.advance(Duration::from_secs(3_600));
    watch::look(&place.house).await;
    assert_eq!(place.notices().await, []);
    let now = place.house.clock.utc();
    for earlier_s in [2 * 3_600, 5 * 86_400] {
        place.house.clock.set_utc(now - earlier_s * 1_000_000);
        watch::look(&place.house).await;
        assert_eq!(place.notices().await, pair("clock", "warning"));
    }
    place.told("but something was written down here on 2026-11-18").await;
    place.house.clock.set_utc(now);
    watch::look(&place.house).await;
    assert_eq!(place.notices().await, []);
    entry(&place, "hello").await;
    place.house.clock.set_utc(now - 1_800 * 1_000_000);
    watch::look(&place.house).await;
    assert_eq!(place.notices().await, pair("clock", "warning"), "by a message too");
}

#[tokio::test]
async fn a_backup_that_gets_old_is_told_to_the_owner_until_there_is_a_younger_one() {
    let door = door();
    let place = Place::open(&door).await;
    place.house.clock.advance(Duration::from_secs(limits::BACKUP_OLD_S as u64 - 60));
    watch::look(&place.house).await;
    assert_eq!(place.notices().await, [], "not yet");
    place.house.clock.advance(Duration::from_secs(120));
    watch::look(&place.house).await;
    assert_eq!(place.notices().await, pair("backup", "trouble"));
    place.told("there is no good one yet").await;
    place.ask("backup.create", json!({})).await;
    assert_eq!(place.notices().await, []);
    place.house.clock.advance(Duration::from_secs(limits::BACKUP_OLD_S as u64 + 60));
    watch::look(&place.house).await;
    assert_eq!(place.notices().await, pair("backup", "trouble"));
    place.told("the last good one is of 20").await;
}

#[tokio::test]
async fn an_alarm_tells_a_german_owner_its_cause_in_german() {
    let door = door();
    let place = Place::open(&door).await;
    place.set("language", "de").await;
    let stick = place.file("stick");
    std::fs::create_dir(&stick).unwrap();
    place.set("backup_folder", stick.to_str().unwrap()).await;
    std::fs::remove_dir(&stick).unwrap();
    place.house.clock.advance(Duration::from_secs(86_400));
    backups::night(&place.house, &mut None).await;
    place.told(&format!("\nDie Maschine sagt: Den Ordner {} gibt es nicht.", stick.display())).await;
    let messages = place.messages().await;
    let english = |message: &String| message.contains("not there");
    assert!(messages.len() == 1 && !messages.iter().any(english), "{messages:?}");
}

#[tokio::test]
async fn doors_that_a_stop_has_shut_are_no_alarm() {
    let door = door();
    let place = Place::open(&door).await;
    place.house.stopping.store(true, Ordering::SeqCst);
    drop(door);
    watch::look_closely(&place.house).await;
    assert_eq!(place.notices().await, []);
}

#[tokio::test]
async fn a_cause_that_comes_and_goes_is_told_again_only_after_hours() {
    let door = door();
    let place = Place::open(&door).await;
    drop(door);
    for (after_s, messages) in [(0, 1), (3_600, 1), (limits::ALERT_AGAIN_S as u64, 2)] {
        place.house.clock.advance(Duration::from_secs(after_s));
        watch::look_closely(&place.house).await;
        assert_eq!(place.notices().await, pair("ports", "trouble"));
        // Each is told in its turn: what is told now is the last of all.
        let last = format!("after {after_s}");
        place.house.notices.raise(last.clone(), Severity::Warning, &last, "nothing");
        place.told(&last).await;
        place.house.notices.clear(&last);
        let told = place.messages().await;
        let told = told.iter().filter(|message| message.contains("A door of this server")).count();
        assert_eq!(told, messages, "after {after_s} s");
        let _door = TcpListener::bind(place.door).unwrap();
        watch::look_closely(&place.house).await;
        assert_eq!(place.notices().await, []);
    }
}

#[tokio::test]
async fn an_account_that_leaves_stays_until_its_grace_is_over_and_not_longer() {
    let door = door();
    let place = Place::open(&door).await;
    let accounts = &place.house.accounts;
    let tom = accounts.create("tom", "four everyday words", Role::Member).await.unwrap();
    crate::route::entry::leave(&place.house.open.get().unwrap().parts, tom).await.unwrap();
    place.house.clock.advance(Duration::from_secs(limits::LEAVE_GRACE_S - 60));
    leaving::once(&place.house).await;
    assert_eq!(accounts.find("tom"), Some(tom));
    place.house.clock.advance(Duration::from_secs(120));
    leaving::once(&place.house).await;
    assert_eq!(accounts.find("tom"), None);
    assert!(accounts.find("mira").is_some());
}

#[tokio::test]
async fn backups_that_lie_here_alone_are_told_of_and_a_second_place_that_fails_is_an_alarm() {
    let door = door();
    let place = Place::open(&door).await;
    backups::night(&place.house, &mut None).await;
    assert_eq!(place.notices().await, []);
    place.house.clock.advance(Duration::from_secs(limits::BACKUP_FETCH_FIRST_S as u64 + 60));
    backups::night(&place.house, &mut None).await;
    assert_eq!(place.notices().await, pair("backup_copy", "info"), "a reminder, and no message");
    let stick = place.file("stick");
    std::fs::create_dir(&stick).unwrap();
    place.set("backup_folder", stick.to_str().unwrap()).await;
    std::fs::remove_dir(&stick).unwrap();
    place.house.clock.advance(Duration::from_secs(86_400));
    backups::night(&place.house, &mut None).await;
    assert_eq!(place.notices().await, pair("backup_copy", "warning"));
    place.told(&format!("The machine says: The folder {} is not there.", stick.display())).await;
    assert_eq!(place.messages().await.len(), 1);
    std::fs::create_dir(&stick).unwrap();
    place.house.clock.advance(Duration::from_secs(86_400));
    backups::night(&place.house, &mut None).await;
    assert_eq!(place.notices().await, []);
    assert_eq!(std::fs::read_dir(&stick).unwrap().count(), 1, "the nightly backup is there too");
}

/// Of an authority, for [`DOMAIN`], with so much of its life gone and left by [`NOW`], hours.
fn issued(gone_h: i64, left_h: i64) -> crate::certs::Pair {
    let at = |hours: i64| {
        let since = u64::try_from(NOW / 1_000_000 + hours * 3_600).unwrap();
        rcgen::date_time_ymd(1970, 1, 1) + Duration::from_secs(since)
    };
    let mut params = rcgen::CertificateParams::new(vec![]).unwrap();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    params.distinguished_name.push(rcgen::DnType::CommonName, "An authority");
    let issuer = rcgen::Issuer::new(params, rcgen::KeyPair::generate().unwrap());
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(vec![DOMAIN.to_owned()]).unwrap();
    (params.not_before, params.not_after) = (at(-gone_h), at(left_h));
    crate::certs::Pair { chain: params.signed_by(&key, &issuer).unwrap().pem(), key: key.serialize_pem() }
}

#[tokio::test]
async fn a_certificate_that_is_not_renewed_is_told_at_ten_five_and_one_days_and_a_short_one_at_a_quarter() {
    // Hours of its life that are gone and left; after which hours the owner is told.
    for (gone_h, left_h, wanted) in [(78 * 24, 12 * 24 + 1, &[50, 170, 266][..]), (1, 6 * 24 - 1, &[108, 120])] {
        let door = door();
        let place = Place::open(&door).await;
        let house = place.house.clone();
        let certs = house.open.get().unwrap().certs.clone();
        certs.take_up(issued(gone_h, left_h), |_| Ok(())).await.unwrap();
        let reminding = tokio::spawn(async move { acme::remind(&house).await });
        let (mut told, mut hours) = (0, Vec::new());
        for hour in 0..left_h {
            watch::look(&place.house).await;
            // Each is told in its turn: what is told now is the last of all.
            let last = format!("hour {hour}.");
            place.house.notices.raise(last.clone(), Severity::Warning, &last, "nothing");
            place.told(&last).await;
            place.house.notices.clear(&last);
            let now = place.messages().await;
            let now = now.iter().filter(|message| message.contains("The certificate needs you soon")).count();
            if now > told {
                (told, hours) = (now, [hours, vec![hour]].concat());
            }
            place.house.clock.advance(Duration::from_secs(limits::ACME_HOSTS_EVERY_S));
        }
        reminding.abort();
        assert_eq!((hours.as_slice(), told), (wanted, wanted.len()), "each once");
    }
}
