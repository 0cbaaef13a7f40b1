//! A project's clock is moved by command while the server runs.

mod common;

use common::{Server, coinslot, receiver, send};
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::time::Duration;

const AUTHORIZATION: &str = "authorization: Basic MjM0MDpkZW1vX2FwaV9rZXk=";
const CLOCK: &str = "/merchant/v2/projects/18404/clock";

#[test]
fn a_year_of_subscriptions_by_command() {
    let directory = tempfile::tempdir().unwrap();
    let database = ["--data", directory.path().to_str().unwrap()];
    let (tell, renewals) = channel();
    let tell = Mutex::new(tell);
    let game = receiver(move |_, body: &str| {
        if body.contains(r#""notification_type":"update_subscription""#) {
            let _ = tell.lock().unwrap().send(());
        }
        (204, "")
    });
    let server = Server::dev(&database, &["--webhook-url", &format!("http://{game}/")]);
    let run = |args: &[&str]| {
        let output = coinslot().arg("clock").args(args).args(database).output().unwrap();
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        (output.status.success(), text)
    };

    // Webhooks could not be sent to this machine: said before anything is done.
    let (moved, why) = run(&["advance", "13", "month"]);
    assert!(!moved && why.contains("--local"), "{why}");
    let (_, shown) = run(&["show"]);
    assert!(shown.contains("0 days, 0 hours, 0 minutes"), "{shown}");
    assert!(renewals.try_recv().is_err());

    // The demo player's subscription renews each quarter.
    let (moved, shown) = run(&["advance", "13", "months", "--local", "--json"]);
    assert!(moved, "{shown}");
    for n in 1..=4 {
        // The server may be the one that tells; a webhook that never comes fails.
        renewals.recv_timeout(Duration::from_secs(60)).unwrap_or_else(|e| panic!("renewal {n}: {e}"));
    }
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    let (status, _, answer) = send(server.address, "GET", CLOCK, &[AUTHORIZATION], "");
    assert_eq!(status, 200, "{answer}");
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    assert!(answer["now"].as_str() >= shown["now"].as_str(), "{answer} {shown}");

    let (moved, why) = run(&["set", "2026-01-01", "--local"]);
    assert!(!moved && why.contains("2026-01-01T00:00:00+00:00 lies before"), "{why}");
    let (moved, shown) = run(&["set", "2999-01-01", "--project", "1"]);
    assert!(!moved && shown.contains("there is no project 1"), "{shown}");
}
