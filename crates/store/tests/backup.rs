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
