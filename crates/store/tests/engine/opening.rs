//! Opening a database: what is said where it fails, and that a migration is whole.

use super::common::Place;
use super::{client, execute, is_there, put};
use coinslot_store::{Location, Store, StoreError};
use coinslot_testkit::postgres;
use std::net::TcpListener;

/// What opening says. It must be plain text that names the cause.
fn why(location: &str) -> String {
    match Store::open(&Location::parse(location)).map(drop) {
        Err(StoreError::Unavailable(why) | StoreError::File(why)) => {
            assert!(!why.contains(['\n', '{', '}']), "not plain: {why}");
            why
        }
        other => panic!("{location}: {other:?}"),
    }
}

#[test]
fn a_path_that_cannot_be_written_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a file");
    std::fs::write(&file, "This is text, and longer than the header of a database would be: a hundred bytes.").unwrap();

    // Below a file no directory can be made, not even by root.
    let below = file.join("data").join("coinslot.db");
    let text = why(below.to_str().unwrap());
    assert!(text.contains("a file/data"), "{text}");
    let text = why(dir.path().to_str().unwrap());
    assert!(text.contains(dir.path().to_str().unwrap()), "{text}");
    let text = why(file.to_str().unwrap());
    assert!(text.contains("a file") && text.contains("not a database"), "{text}");
}

#[test]
fn a_directory_that_is_made_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let own = dir.path().join("data");
    Store::open(&Location::File(own.join("coinslot.db"))).map(drop).unwrap();
    assert_eq!(std::fs::metadata(&own).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn a_server_that_is_not_there_is_told_with_the_cause() {
    // Reserved for this: the name never exists.
    let text = why("postgres://coinslot:hunter2@no-such-host.invalid/coinslot");
    assert!(text.starts_with("error connecting to server: "), "{text}");
    assert!(!text.contains("hunter2"), "{text}");

    // A port that was just free. Nobody listens there.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let text = why(&format!("postgres://coinslot:hunter2@127.0.0.1:{port}/coinslot"));
    assert!(text.contains("refused"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");

    let text = why("postgres://coinslot@127.0.0.1:notaport/coinslot");
    assert!(text.starts_with("invalid connection string: "), "{text}");

    let database = postgres::database();
    let url = database.url().replace(database.name(), "no_such_database");
    let text = why(&url);
    assert!(text.contains("\"no_such_database\" does not exist"), "{text}");
}

#[tokio::test]
async fn a_migration_is_whole_or_not_there() {
    for place in Place::both() {
        let name = place.name();
        // Somebody else's table stands in the way of the last one.
        execute(&place, "CREATE TABLE delivery (a BIGINT)").await;
        let text = refused(&place).await;
        assert!(text.contains("delivery") && text.contains("already exists"), "{name}: {text}");
        assert_eq!(tables(&place).await, ["delivery", "refinery_schema_history"], "{name}");
        execute(&place, "DROP TABLE delivery").await;
        place.open();
    }

    // The tables are made, and then the note of it fails.
    let [lite, _] = Place::both();
    execute(
        &lite,
        "CREATE TABLE refinery_schema_history (version INT4 PRIMARY KEY, name VARCHAR(255),
            applied_on VARCHAR(255), checksum VARCHAR(255));
        CREATE TRIGGER no BEFORE INSERT ON refinery_schema_history BEGIN SELECT RAISE(ABORT, 'no ink left'); END",
    )
    .await;
    let text = refused(&lite).await;
    assert!(text.contains("no ink left"), "{text}");
    assert_eq!(tables(&lite).await, ["refinery_schema_history"]);
    execute(&lite, "DROP TRIGGER no").await;
    lite.open();
}

/// Why a database cannot be opened.
async fn refused(place: &Place) -> String {
    match place.location() {
        Location::File(path) => why(path.to_str().unwrap()),
        Location::Postgres(url) => why(&url),
    }
}

async fn tables(place: &Place) -> Vec<String> {
    match place.location() {
        Location::File(path) => {
            let lite = rusqlite::Connection::open(path).unwrap();
            let sql = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name";
            let mut statement = lite.prepare(sql).unwrap();
            statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
        }
        Location::Postgres(url) => {
            let sql = "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
                ORDER BY relname";
            client(&url).await.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
        }
    }
}

#[tokio::test]
async fn reopening_keeps_data_and_runs_no_migration_twice() {
    for place in Place::both() {
        let name = place.name();
        let first = place.open();
        first.write(|tx| put(tx, "kept")).await.unwrap();
        let before = history(&place).await;
        assert!(!before.is_empty());
        // While the first is still open, as at a change of versions.
        let second = place.open();
        assert!(is_there(&second, "kept").await, "{name}");
        drop(first);
        second.write(|tx| put(tx, "more")).await.unwrap();
        drop(second);
        let third = place.open();
        assert!(is_there(&third, "kept").await && is_there(&third, "more").await, "{name}");
        assert_eq!(history(&place).await, before, "{name}");
    }
}

/// The migrations that ran, with the time of each.
async fn history(place: &Place) -> Vec<(String, String)> {
    let sql = "SELECT name, applied_on FROM refinery_schema_history ORDER BY version";
    match place.location() {
        Location::File(path) => {
            let lite = rusqlite::Connection::open(path).unwrap();
            let mut statement = lite.prepare(sql).unwrap();
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
            rows.collect::<Result<_, _>>().unwrap()
        }
        Location::Postgres(url) => {
            let rows = client(&url).await.query(sql, &[]).await.unwrap();
            rows.iter().map(|row| (row.get(0), row.get(1))).collect()
        }
    }
}

#[test]
fn servers_that_start_together_do_not_fall_over_each_other() {
    for place in Place::both() {
        let location = place.location();
        let opened = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| Store::open(&location).map(drop))).collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect::<Vec<_>>()
        });
        assert_eq!(opened, [Ok(()), Ok(()), Ok(()), Ok(())], "{}", place.name());
    }
}
