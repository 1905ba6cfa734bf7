//! Which files a place lets go: its own and proved ones, nothing else.

use super::*;

#[tokio::test]
async fn two_places_with_one_second_folder_keep_what_is_the_others() {
    let (one, two) = (Place::new().await, Place::new().await);
    let stick = tempfile::tempdir().unwrap();
    for place in [&one, &two] {
        place.settings.set("backup_folder", stick.path().to_str().unwrap(), &By::Machine).await.unwrap();
        place.settings.set("backup_keep", "1,0,0", &By::Machine).await.unwrap();
    }
    two.settings.set("place_name", "Another House", &By::Machine).await.unwrap();
    // The same second, as every night.
    let (first, second) = (one.nightly().await, two.nightly().await);
    assert_eq!(first.path.file_name(), second.path.file_name());
    let there = || -> Vec<Vec<u8>> {
        let mut files: Vec<_> = std::fs::read_dir(stick.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.iter().map(|path| std::fs::read(path).unwrap()).collect()
    };
    let bytes = |made: &Made| std::fs::read(&made.path).unwrap();
    let both = there();
    assert!(both.len() == 2 && both.contains(&bytes(&first)) && both.contains(&bytes(&second)));
    one.clock.advance(24 * HOUR);
    let later = one.nightly().await;
    assert_eq!((there().len(), there().contains(&bytes(&second))), (2, true), "the other place's stays");
    assert!(there().contains(&bytes(&later)) && !first.path.exists());
}

#[tokio::test]
async fn what_nobody_has_proved_neither_counts_as_good_nor_goes() {
    let (place, other) = (Place::new().await, Place::new().await);
    place.settings.set("backup_keep", "1,0,0", &By::Machine).await.unwrap();
    let made = place.nightly().await;
    other.clock.advance(400 * 24 * HOUR);
    let foreign = other.nightly().await.path;
    let brought = place.path("backups").join("imera-of-paul.backup");
    std::fs::copy(&foreign, &brought).unwrap();
    let good = |summary: crate::transfer::Summary| summary.last_good.map(|(at, _)| at);
    assert_eq!(good(place.backups.summary().await.unwrap()), Some(NOON), "not one of the year to come");
    place.clock.advance(24 * HOUR);
    place.nightly().await;
    assert!(brought.exists() && !made.path.exists());
    let mut bytes = std::fs::read(&brought).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&brought, bytes).unwrap();
    assert!(place.backups.verify(&brought, None, &quiet).await.is_err());
    let list = place.backups.list().await.unwrap();
    assert!(list.iter().any(|entry| entry.path == brought && entry.damaged), "remembered, though it had no record");
}

#[tokio::test]
async fn those_made_by_hand_stay_a_week_beside_those_of_the_nights() {
    let place = Place::new().await;
    place.settings.set("backup_keep", "1,0,0", &By::Machine).await.unwrap();
    let (first, second) = (place.create().await, place.create().await);
    place.clock.advance(24 * HOUR);
    place.nightly().await;
    assert!(first.path.exists() && second.path.exists());
    place.clock.advance(7 * 24 * HOUR);
    place.nightly().await;
    assert!(!first.path.exists() && !second.path.exists());
}

#[tokio::test]
async fn a_backup_is_never_put_where_it_would_be_in_the_way() {
    let place = Place::new().await;
    for inside in ["restore", "imera.toml", "files/mine.backup", "files"] {
        let refused = place.backups.create(Kind::ByHand, Some(place.path(inside)), &quiet).await;
        assert!(matches!(refused, Err(TransferError::InDataFolder(_))), "{inside}: {refused:?}");
    }
    let made = place.backups.create(Kind::ByHand, Some(place.path("backups")), &quiet).await.unwrap();
    assert_eq!(made.path.parent(), Some(&*place.path("backups")), "the folder, also before it is there");
}

#[cfg(unix)]
#[tokio::test]
async fn a_pipe_with_a_backup_s_name_keeps_nobody_waiting() {
    let place = Place::new().await;
    let made = place.create().await;
    let pipe = place.path("backups/imera-x.backup");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0).unwrap();
    let list = place.backups.list().await.unwrap();
    assert_eq!(list.iter().map(|entry| &entry.path).collect::<Vec<_>>(), [&made.path]);
    assert!(matches!(place.verify(&pipe, None).await, Err(TransferError::NotOurs(_))));
}
