//! What settings take, keep and tell.

use super::*;
use crate::clock::Clock;
use crate::store::OpenOptions;

async fn settings(folder: &std::path::Path) -> Settings {
    let store = Store::open(folder, OpenOptions::default(), Clock::system()).unwrap();
    Settings::open(&store, Profile::default()).await.unwrap()
}

#[test]
fn every_default_passes_its_own_check_and_every_key_is_one() {
    for setting in SETTINGS {
        assert_eq!(find(setting.key).unwrap().key, setting.key);
        assert!(!setting.reason.is_empty() && !setting.reason.ends_with('.'), "{}", setting.key);
        if let Some(default) = setting.default {
            assert_eq!(setting.kind.normal(default).as_deref(), Some(default), "{}", setting.key);
        }
    }
}

#[test]
fn values_have_one_way_of_writing() {
    for (kind, typed, kept) in [
        (Kind::Domain, " Beach.Example. ", Some("beach.example")),
        (Kind::Domain, "xn--mnchen-3ya.test", Some("münchen.test")),
        (Kind::Domain, "10.0.0.1", None),
        (Kind::Domain, "a b", None),
        (Kind::Domain, "-a.test", None),
        (Kind::Switch, "YES", Some("on")),
        (Kind::Switch, "2", None),
        (Kind::TimeOfDay, "03:5", Some("3:05")),
        (Kind::TimeOfDay, "24:00", None),
        (Kind::TimeOfDay, "-1:00", None),
        (Kind::Keep, " 7, 0,6", Some("7,0,6")),
        (Kind::Keep, "0,0,0", None),
        (Kind::Keep, "7,4", None),
        (Kind::Keep, "7,4,61", None),
        (Kind::Text { max_signs: 3 }, "münc", None),
        (Kind::Text { max_signs: 4 }, "münc", Some("münc")),
        (Kind::Text { max_signs: 9 }, "a\nb", None),
        (Kind::Name { max_signs: 9 }, " Beach ", Some("Beach")),
        (Kind::Name { max_signs: 9 }, "👨\u{200d}👩", Some("👨\u{200d}👩")),
        (Kind::Name { max_signs: 9 }, "\u{200b}\u{200d}\u{feff}", None),
        (Kind::Name { max_signs: 9 }, "\u{202e}\u{2066} \u{2069}", None),
        (Kind::Name { max_signs: 9 }, "\u{301}\u{20dd}\u{3164}\u{2800}", None),
        (Kind::Name { max_signs: 3 }, "münc", None),
        (Kind::Server, " 192.0.2.53 ", Some("192.0.2.53:53")),
        (Kind::Server, "[2001:db8::53]:5353", Some("[2001:db8::53]:5353")),
        (Kind::Server, "2001:db8::53", Some("[2001:db8::53]:53")),
        (Kind::Server, "ns1.beach.example", None),
        (Kind::Server, "192.0.2.53:0", None),
        (Kind::Server, "0.0.0.0", None),
        (Kind::DnsName, "_Keys.Imera.", Some("_keys.imera")),
        (Kind::DnsName, "a b", None),
        (Kind::Base64 { max_bytes: 4 }, "c2VjcmU=", None),
        (Kind::Base64 { max_bytes: 5 }, "c2VjcmU=", Some("c2VjcmU=")),
        (Kind::Base64 { max_bytes: 5 }, "c2VjcmU", None),
        (Kind::Choice(&["hmac-sha256"]), "HMAC-SHA256", Some("hmac-sha256")),
        (Kind::Choice(&["hmac-sha256"]), "hmac-md5", None),
    ] {
        assert_eq!(kind.normal(typed).as_deref(), kept, "{typed}");
    }
}

#[tokio::test]
async fn what_was_set_is_there_after_a_restart_and_empty_takes_the_default_back() {
    let folder = tempfile::tempdir().unwrap();
    {
        let settings = settings(folder.path()).await;
        assert!(!settings.allows_plain());
        assert_eq!(settings.set("allow_plain", "yes", &By::Machine).await.unwrap().as_deref(), Some("on"));
        assert_eq!(settings.domain(), None);
        let chosen = [(&DOMAIN, "A.Test".to_owned()), (&PLACE_NAME, "Beach House".to_owned())];
        let finishing = Finishing::new(&chosen, 5).unwrap();
        let rows = finishing.clone();
        settings.0.store.write(move |c| rows.write(c)).await.unwrap();
        let rows = finishing.clone();
        assert!(settings.0.store.write(move |c| rows.write(c)).await.is_err(), "set-up ends once");
        settings.learn(finishing);
        settings.0.store.close().await;
    }
    let settings = settings(folder.path()).await;
    assert!(settings.allows_plain());
    assert_eq!((settings.domain().as_deref(), settings.place_name().as_str()), (Some("a.test"), "Beach House"));
    assert_eq!(settings.set("allow_plain", "", &By::Machine).await.unwrap().as_deref(), Some("off"));
    assert!(!settings.allows_plain());
}

#[tokio::test]
async fn a_wrong_value_leaves_the_old_one_and_tells_what_is_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path()).await;
    for (key, value, told) in [
        ("backup_at", "soon", "backup_at cannot be \"soon\": it has to be a time of day such as 3:30"),
        ("domain", "b.test", "domain cannot be set: addresses hold it, so it is chosen once, by imera setup"),
        ("colour", "blue", "there is no setting \"colour\": imera settings list names them"),
    ] {
        assert_eq!(settings.set(key, value, &By::Machine).await.unwrap_err().to_string(), told);
    }
    assert_eq!(settings.text(&BACKUP_AT).as_deref(), Some("3:30"));
}
