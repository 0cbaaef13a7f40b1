//! One server at a time is on an embedded database.

mod common;

use common::{Server, coinslot};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Runs a command that ends; whether it did well, and what it said.
fn said(args: &[&str]) -> (bool, String) {
    let output = coinslot().args(args).output().unwrap();
    (output.status.success(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

fn names(dir: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    std::fs::read_dir(dir).unwrap().map(name).collect()
}

#[test]
fn a_second_server_is_refused_until_the_first_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let database = ["--data", data.to_str().unwrap()];
    let first = Server::dev(&database, &[]);
    let mode = std::fs::metadata(data.join("coinslot.lock")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    for command in ["serve", "dev"] {
        let (well, said) = said(&[command, "--listen", "127.0.0.1:0", database[0], database[1]]);
        let wanted = format!("{}: another server is using this directory; stop it", data.display());
        assert!(!well && said.contains(&wanted) && said.contains("--data"), "{said}");
    }

    // Whatever else there is goes on beside it, but what would take its database away.
    let copy = dir.path().join("copy.db");
    let copy = copy.to_str().unwrap();
    for command in
        [&["backup", copy][..], &["doctor", "--local"], &["key", "list"], &["webhook", "events"], &["migrate"]]
    {
        let (well, said) = said(&[command, &database].concat());
        assert!(well, "{command:?}: {said}");
    }
    let (well, told) = said(&["restore", copy, database[0], database[1]]);
    assert!(!well && told.contains("stop the server first"), "{told}");

    // It is killed, and has no time to tidy up.
    drop(first);
    let (well, told) = said(&["restore", copy, database[0], database[1]]);
    assert!(well, "{told}");
    drop(Server::dev(&database, &[]));
}

#[test]
fn a_second_server_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let lock = std::fs::File::create(dir.path().join("coinslot.lock")).unwrap();
    lock.lock().unwrap();
    let data = dir.path().to_str().unwrap();
    for command in ["serve", "dev"] {
        let (well, said) = said(&[command, "--listen", "127.0.0.1:0", "--data", data]);
        assert!(!well && said.contains("another server"), "{said}");
        assert_eq!(names(dir.path()), ["coinslot.lock"]);
    }
}

#[test]
fn several_servers_share_a_postgresql() {
    let database = coinslot_testkit::postgres::database();
    let one = Server::dev(&["--database-url", database.url()], &[]);
    let other = Server::dev(&["--database-url", database.url()], &[]);
    for server in [&one, &other] {
        assert_eq!(common::send(server.address, "GET", "/healthz", &[], "").0, 200);
    }
}
