//! Backups: made while payments go on, checked, and put back.

use coinslot_domain::id::MerchantId;
use coinslot_domain::time::Time;
use coinslot_store::{Location, Store, StoreError, back_up, merchant, restore};
use std::path::PathBuf;

async fn add_merchant(store: &Store, id: i64) {
    let id = MerchantId::new(id).unwrap();
    let done: Result<(), StoreError> = store.write(move |tx| merchant::insert(tx, id, "M", Time(1))).await;
    done.unwrap();
}

fn file_in(dir: &tempfile::TempDir) -> (Location, PathBuf) {
    let path = dir.path().join("data").join("coinslot.db");
    (Location::File(path.clone()), path)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_made_while_writes_go_on_and_comes_back_whole() {
    let dir = tempfile::tempdir().unwrap();
    let (location, path) = file_in(&dir);
    let store = Store::open(&location).unwrap();
    for id in 1..=50 {
        add_merchant(&store, id).await;
    }
    let writer = {
        let store = store.clone();
        tokio::spawn(async move {
            for id in 51..=300 {
                add_merchant(&store, id).await;
            }
        })
    };
    let copy = path.with_file_name("copy.db");
    let checked = back_up(&location, &copy).unwrap();
    assert!(checked.bytes > 0);
    writer.await.unwrap();
    assert!(back_up(&location, &copy).unwrap_err().to_string().contains("exists already"));

    // Put back elsewhere, it is a database that serves.
    let elsewhere = Location::File(path.with_file_name("elsewhere.db"));
    let (found, kept) = restore(&copy, &elsewhere).unwrap();
    assert_eq!((found, kept), (checked, None));
    let restored = Store::open(&elsewhere).unwrap();
    add_merchant(&restored, 1_000).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_there_is_kept_and_a_running_server_is_not_robbed() {
    let dir = tempfile::tempdir().unwrap();
    let (location, path) = file_in(&dir);
    let store = Store::open(&location).unwrap();
    add_merchant(&store, 1).await;
    let copy = path.with_file_name("copy.db");
    back_up(&location, &copy).unwrap();
    let refused = restore(&copy, &location).unwrap_err().to_string();
    assert!(refused.contains("stop the server first"), "{refused}");
    add_merchant(&store, 2).await;

    // What no server has open makes room, and is kept.
    let older = path.with_file_name("older.db");
    std::fs::copy(&copy, &older).unwrap();
    let (_, kept) = restore(&copy, &Location::File(older.clone())).unwrap();
    let kept = kept.unwrap();
    assert!(kept.exists() && older.exists(), "{}", kept.display());
    let (_, next) = restore(&copy, &Location::File(older)).unwrap();
    assert_ne!(next.unwrap(), kept, "an earlier one is not overwritten");
}

#[test]
fn what_is_no_backup_is_refused_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let to = Location::File(dir.path().join("coinslot.db"));
    drop(Store::open(&to).unwrap());
    let good = std::fs::read(dir.path().join("coinslot.db")).unwrap();
    let bad = dir.path().join("bad.db");
    for bytes in [&b""[..], b"not a database at all", &good[..good.len() / 2]] {
        std::fs::write(&bad, bytes).unwrap();
        assert!(restore(&bad, &to).is_err(), "{} bytes", bytes.len());
    }
    assert!(restore(&dir.path().join("absent.db"), &to).is_err());
    assert!(Store::open(&to).is_ok());
    let postgres = Location::Postgres("postgres://x/y".into());
    assert!(back_up(&postgres, &bad).unwrap_err().to_string().contains("pg_dump"));
    assert!(restore(&bad, &postgres).unwrap_err().to_string().contains("pg_restore"));
}

/// The names in a directory, in their order.
fn names(dir: &std::path::Path) -> Vec<String> {
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut all: Vec<String> = std::fs::read_dir(dir).unwrap().map(name).collect();
    all.sort();
    all
}

/// A database that is in use and has two merchants, where it is, and a copy of
/// it with the first of them alone.
async fn outgrown(dir: &tempfile::TempDir) -> (Store, PathBuf, PathBuf) {
    let (location, path) = file_in(dir);
    let store = Store::open(&location).unwrap();
    add_merchant(&store, 1).await;
    let copy = dir.path().join("copy.db");
    back_up(&location, &copy).unwrap();
    add_merchant(&store, 2).await;
    (store, path, copy)
}

/// How many merchants a file holds that is alone in its directory.
async fn merchants(file: &std::path::Path) -> usize {
    let alone = tempfile::tempdir().unwrap();
    let path = alone.path().join("coinslot.db");
    std::fs::copy(file, &path).unwrap();
    let store = Store::open(&Location::File(path)).unwrap();
    let mut found = 0;
    for id in 1..=10 {
        let id = MerchantId::new(id).unwrap();
        let name: Result<_, StoreError> = store.read(move |tx| merchant::name(tx, id)).await;
        found += usize::from(name.unwrap().is_some());
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_server_left_is_kept_whole_and_in_one_file() {
    let dir = tempfile::tempdir().unwrap();
    let (_open, path, copy) = outgrown(&dir).await;
    // As it would be if the server were killed now: the last change is in the log.
    let killed = dir.path().join("killed");
    std::fs::create_dir(&killed).unwrap();
    for name in names(path.parent().unwrap()) {
        std::fs::copy(path.with_file_name(&name), killed.join(&name)).unwrap();
    }
    let left = ["coinslot.db", "coinslot.db-shm", "coinslot.db-wal"];
    assert_eq!(names(&killed), left);
    let place = Location::File(killed.join("coinslot.db"));
    let (_, kept) = restore(&copy, &place).unwrap();
    assert_eq!(names(&killed), ["coinslot.db", "coinslot.db.before-restore-1", "coinslot.lock"]);
    assert_eq!(merchants(&killed.join("coinslot.db")).await, 1);
    assert_eq!(merchants(&kept.clone().unwrap()).await, 2);

    // It is a backup like any other.
    let (_, next) = restore(&kept.unwrap(), &place).unwrap();
    assert_eq!(merchants(&killed.join("coinslot.db")).await, 2);
    assert_eq!(merchants(&next.unwrap()).await, 1);
    let all = ["coinslot.db", "coinslot.db.before-restore-1", "coinslot.db.before-restore-2", "coinslot.lock"];
    assert_eq!(names(&killed), all);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_damaged_is_kept_as_it_is_and_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let (_open, path, copy) = outgrown(&dir).await;
    let damaged = dir.path().join("damaged");
    std::fs::create_dir(&damaged).unwrap();
    let place = damaged.join("coinslot.db");
    let garbage = "no database, and longer than the header of one would be: at least a hundred bytes, and more";
    std::fs::write(&place, garbage.repeat(2)).unwrap();
    std::fs::write(damaged.join("coinslot.db-wal"), b"torn").unwrap();

    let (_, kept) = restore(&copy, &Location::File(place.clone())).unwrap();
    let kept = kept.unwrap();
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), garbage.repeat(2));
    assert_eq!(std::fs::read(damaged.join("coinslot.db.before-restore-1-wal")).unwrap(), b"torn");

    // A log without its database is not taken for that of another.
    let log = std::fs::read(path.with_file_name("coinslot.db-wal")).unwrap();
    std::fs::remove_file(&place).unwrap();
    std::fs::write(damaged.join("coinslot.db-wal"), &log).unwrap();
    let (_, kept) = restore(&copy, &Location::File(place.clone())).unwrap();
    assert_eq!(std::fs::read(kept.unwrap()).unwrap(), log);
    assert_eq!(merchants(&place).await, 1);
    let second = "coinslot.db.before-restore-2-wal";
    let all =
        ["coinslot.db", "coinslot.db.before-restore-1", "coinslot.db.before-restore-1-wal", second, "coinslot.lock"];
    assert_eq!(names(&damaged), all);
}
