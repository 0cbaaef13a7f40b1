//! What somebody types who is new here is answered with what to do, and leaves
//! nothing behind.

mod common;

use common::coinslot;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[test]
fn a_mistake_is_answered_with_what_to_do() {
    let here = tempfile::tempdir().unwrap();
    std::fs::write(here.path().join("file"), "no directory").unwrap();
    let said = |line: &str| {
        let output = coinslot().args(line.split(' ')).current_dir(here.path()).output().unwrap();
        assert!(!output.status.success(), "{line}");
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    };
    for (line, what) in [
        ("dev --listen localhost:8080", "such as 127.0.0.1:8080"),
        ("dev --public-url ftp://pay.example.com", "begins with https:// or http://"),
        ("serve --public-url pay.example.com", "begins with https:// or http://"),
        ("dev --webhook-url game.example", "--webhook-url: refused: the webhook URL cannot be read"),
        ("dev --webhook-url https://10.0.0.1/", "--webhook-url: refused: 10.0.0.1 is a private address"),
        ("found --merchant= --project=Game", "must not be empty"),
        ("clock advance 40d", "as in 13 month"),
        ("key list --data nowhere", "there is no database at nowhere/coinslot.db; see --data"),
        ("clock show --data nowhere", "there is no database at nowhere/coinslot.db; see --data"),
        ("webhook events --data nowhere", "there is no database at nowhere/coinslot.db; see --data"),
        ("partner list --data nowhere", "there is no database at nowhere/coinslot.db; see --data"),
        ("migrate --data file", "file: is a file, and should be a directory"),
    ] {
        let said = said(line);
        assert!(said.contains(what), "{line}: {said}");
    }
    let left: Vec<_> = std::fs::read_dir(here.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["file"]);
}

/// What is there, with what is in it.
fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => all.extend(files(&path)),
            false => drop(all.insert(path.clone(), std::fs::read(path).unwrap())),
        }
    }
    all
}

#[test]
fn what_is_wrong_with_which_file_is_said() {
    let here = tempfile::tempdir().unwrap();
    let said = |line: &str| {
        let output = coinslot().args(line.split(' ')).current_dir(here.path()).output().unwrap();
        (output.status.success(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    };
    for line in ["migrate --data good", "backup --data good backup.db"] {
        assert!(said(line).0, "{line}");
    }
    let write = |name: &str, bytes: &[u8]| std::fs::write(here.path().join(name), bytes).unwrap();
    let whole = std::fs::read(here.path().join("backup.db")).unwrap();
    write("file", b"This is text, and longer than the header of a database would be: a hundred bytes, no less.");
    write("empty", b"");
    write("half.db", &whole[..whole.len() / 2]);
    write("live.db", &whole);
    write("live.db-wal", b"a log");
    for name in ["dir", "garbage"] {
        std::fs::create_dir(here.path().join(name)).unwrap();
    }
    std::fs::copy(here.path().join("file"), here.path().join("garbage/coinslot.db")).unwrap();

    let before = files(here.path());
    for (line, what) in [
        ("backup x.db --data nowhere", "nowhere/coinslot.db: there is no database here; say with --data where it is"),
        ("backup x.db --data file", "file/coinslot.db: there is no database here; say with --data where it is"),
        ("backup x.db --data garbage", "garbage/coinslot.db: cannot be copied to x.db: file is not a database"),
        ("backup file --data good", "file: exists already, and a backup replaces nothing; choose another name"),
        ("backup dir --data good", "dir: exists already, and a backup replaces nothing; choose another name"),
        ("backup no/x.db --data good", "no/x.db: there is no directory no; make it, or choose another"),
        ("backup file/x.db --data good", "file/x.db: there is no directory file; make it, or choose another"),
        ("backup x.db --database-url postgres://h/d", "pg_dump"),
        ("restore no.db --data good", "no.db: there is no such file; say which one coinslot backup wrote"),
        ("restore dir --data good", "dir: there is no such file; say which one coinslot backup wrote"),
        ("restore file --data good", "file: is no database of this server: file is not a database; say which"),
        ("restore empty --data good", "empty: is no database of this server: no such table: project; say which"),
        ("restore half.db --data good", "half.db: is "),
        ("restore live.db --data good", "live.db: is a database and no backup, its last changes are in live.db-wal"),
        ("restore file --data nowhere", "file: is no database of this server"),
        ("restore backup.db --data file", "file: is a file, and should be a directory"),
        ("restore backup.db --database-url postgres://h/d", "pg_restore"),
        ("migrate --data garbage", "garbage/coinslot.db: file is not a database; see --data, or put a backup"),
        ("key list --data garbage", "garbage/coinslot.db: file is not a database; see --data, or put a backup"),
        ("found --merchant A --project B --data file", "file: is a file, and should be a directory"),
        ("serve --listen 127.0.0.1:0 --data file", "file: is a file, and should be a directory"),
        ("dev --listen 127.0.0.1:0 --data file", "file: is a file, and should be a directory"),
    ] {
        let (well, said) = said(line);
        assert!(!well && said.contains(what) && !said.contains("unavailable"), "{line}: {said}");
    }
    let after = files(here.path());
    assert!(after == before, "{:?} in place of {:?}", after.keys(), before.keys());
}

#[test]
fn who_opens_the_address_of_a_development_server_sees_the_demo() {
    let here = tempfile::tempdir().unwrap();
    let server = common::Server::dev(&["--data", here.path().to_str().unwrap()], &[]);
    let (status, head, _) = common::send(server.address, "GET", "/", &[], "");
    assert_eq!((status, head.to_lowercase().contains("\r\nlocation: /demo\r\n")), (303, true), "{head}");
}
