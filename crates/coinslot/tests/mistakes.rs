//! What somebody types who is new here is answered with what to do, and leaves
//! nothing behind.

mod common;

use common::coinslot;

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

#[test]
fn who_opens_the_address_of_a_development_server_sees_the_demo() {
    let here = tempfile::tempdir().unwrap();
    let server = common::Server::dev(&["--data", here.path().to_str().unwrap()], &[]);
    let (status, head, _) = common::send(server.address, "GET", "/", &[], "");
    assert_eq!((status, head.to_lowercase().contains("\r\nlocation: /demo\r\n")), (303, true), "{head}");
}
