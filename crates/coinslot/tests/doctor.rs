//! `coinslot doctor` as an operator runs it, against what is well and what is not.

mod common;

use common::{Server, coinslot, receiver};
use std::net::TcpListener;

/// Verdicts and texts by check, and whether the exit status was 0.
fn doctor(args: &[&str]) -> (Vec<(String, String, String)>, bool) {
    let output = coinslot().arg("doctor").arg("--json").args(args).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let report: serde_json::Value = serde_json::from_str(&text).unwrap_or_else(|e| {
        panic!("{e}: {text}{}", String::from_utf8_lossy(&output.stderr));
    });
    assert_eq!(report["well"], output.status.success());
    let field = |finding: &serde_json::Value, name: &str| finding[name].as_str().unwrap_or_default().to_string();
    let findings = report["findings"].as_array().unwrap().iter();
    let findings = findings.map(|f| (field(f, "check"), field(f, "verdict"), field(f, "text"))).collect();
    (findings, output.status.success())
}

fn of<'a>(findings: &'a [(String, String, String)], check: &str, verdict: &str) -> &'a str {
    let found = findings.iter().find(|(c, v, _)| c == check && v == verdict);
    &found.unwrap_or_else(|| panic!("no {verdict} of {check} in {findings:#?}")).2
}

#[test]
fn a_machine_before_the_first_start() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let (findings, well) = doctor(&["--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()]);
    assert!(well, "{findings:#?}");
    assert!(of(&findings, "database", "warn").contains("none here yet"));
    of(&findings, "clock", "ok");
    assert!(!data.exists(), "a doctor leaves no traces");

    std::fs::create_dir(&data).unwrap();
    std::fs::write(data.join("coinslot.db"), "this is no database at all, but long enough to be looked at").unwrap();
    let (findings, well) = doctor(&["--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()]);
    assert!(!well && of(&findings, "database", "fail").contains("not a database"), "{findings:#?}");

    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    std::thread::spawn(move || taken.incoming().for_each(drop));
    let nowhere = "postgres://coinslot:canary@127.0.0.1:1/coinslot";
    let (findings, well) = doctor(&["--database-url", nowhere, "--listen", "127.0.0.1:0"]);
    assert!(!well && of(&findings, "database", "fail").contains("onnection refused"), "{findings:#?}");
    assert!(!format!("{findings:?}").contains("canary"));
}

#[test]
fn a_port_that_is_taken() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    std::thread::spawn(move || taken.incoming().for_each(drop));
    let directory = tempfile::tempdir().unwrap();
    let (findings, well) = doctor(&["--listen", &address, "--data", directory.path().to_str().unwrap()]);
    assert!(!well && of(&findings, "port", "fail").contains("something else"), "{findings:#?}");
}

/// Both kinds of listeners, on a database of a kind.
fn listeners(database: &[&str]) {
    let server = Server::dev(database, &[]);
    let with = |more: &[&str]| {
        let listen = server.address.to_string();
        let mut args = vec!["--listen", &listen];
        args.extend(database);
        args.extend(more);
        doctor(&args)
    };
    let (findings, well) = with(&["--local"]);
    assert!(well, "{findings:#?}");
    assert!(of(&findings, "port", "ok").contains("says that it is well"), "{findings:#?}");
    of(&findings, "tables", "ok");
    let said: Vec<&str> = findings.iter().filter(|(c, ..)| c == "project 18404").map(|(.., text)| &**text).collect();
    assert!(said.len() == 2 && said[1].contains("refuses a wrong signature"), "{said:?}");

    // Without --local an address of this machine is not called.
    let (findings, well) = with(&[]);
    assert!(!well && of(&findings, "project 18404", "fail").starts_with("refused: "), "{findings:#?}");
    let (findings, well) = with(&["--no-webhooks"]);
    assert!(well && !findings.iter().any(|(check, ..)| check.starts_with("project")));
    drop(server);

    let gullible = receiver(|_, _| (204, ""));
    let url = format!("http://{gullible}/");
    drop(Server::dev(database, &["--webhook-url", &url]));
    let mut args = vec!["--local", "--listen", "127.0.0.1:0"];
    args.extend(database);
    let (findings, well) = doctor(&args);
    assert!(!well && of(&findings, "project 18404", "fail").contains("anybody"), "{findings:#?}");
}

#[test]
fn listeners_on_the_embedded_database() {
    let directory = tempfile::tempdir().unwrap();
    listeners(&["--data", directory.path().to_str().unwrap()]);
}

#[test]
fn listeners_on_postgresql() {
    let database = coinslot_testkit::postgres::database();
    listeners(&["--database-url", database.url()]);
}
