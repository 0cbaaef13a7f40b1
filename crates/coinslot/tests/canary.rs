//! Secrets go through every flow, and are then looked for in everything that
//! rests or leaves: logs at their most talkative, database files, a dump,
//! webhooks, figures, backups and what commands print.

mod common;

use common::{Server, coinslot, receiver, send};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

/// Keys of the demo, as scripts know them.
const API_KEY: &str = "demo_api_key";
const AUTHORIZATION: &str = "authorization: Basic MjM0MDpkZW1vX2FwaV9rZXk=";
const PROJECT_SECRET: &str = "demo_secret_key";
const WRONG_KEY: &str = "canary_wrong_api_key";
/// `2340:canary_wrong_api_key`.
const WRONG_AUTHORIZATION: &str = "authorization: Basic MjM0MDpjYW5hcnlfd3JvbmdfYXBpX2tleQ==";
const IDEMPOTENCY_KEY: &str = "canary-idempotency-key-5b1f";
const DATABASE_PASSWORD: &str = "canary_database_password";
/// Taken at once, asks the bank, is declined, and a real one that is refused.
const CARDS: [&str; 4] = ["4111111111111111", "4000000000000010", "4000000000000002", "4539148803436467"];
/// One that does not fit, and one that does. Three digits stand anywhere, so
/// they are looked for with what would be around them.
const CVVS: [&str; 2] = ["73917391739", "739"];
const CVV_SEEN: [&str; 4] = ["73917391739", "cvv=739", "\"739\"", "'739'"];

/// Everything that was kept, sent or printed, by what it is.
type Kept = BTreeMap<String, Vec<u8>>;

fn json(head: &[&str]) -> Vec<String> {
    head.iter().map(|h| h.to_string()).chain(["content-type: application/json".to_string()]).collect()
}

/// Buys, fails to buy, gives back and asks in every way; the tokens that were
/// given out.
fn flows(server: &Server) -> Vec<String> {
    let call = |method: &str, path: &str, headers: &[String], body: &str| {
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        send(server.address, method, path, &headers, body)
    };
    let form = vec!["content-type: application/x-www-form-urlencoded".to_string()];
    let key = json(&[AUTHORIZATION, &format!("idempotency-key: {IDEMPOTENCY_KEY}")]);
    let wish = r#"{"user":{"id":{"value":"1234567"},"email":{"value":"email@example.com"}},
        "settings":{"project_id":18404,"mode":"sandbox"},
        "purchase":{"checkout":{"currency":"USD","amount":9.99}}}"#;
    let token_path = "/merchant/v2/merchants/2340/token";
    let mut tokens = Vec::new();
    for (n, card) in CARDS.iter().enumerate() {
        // One key for one body; the others differ so that each makes a token.
        let body = wish.replace("9.99", &format!("{}.99", n + 1));
        let headers = if n == 0 { key.clone() } else { json(&[AUTHORIZATION]) };
        let (status, _, answer) = call("POST", token_path, &headers, &body);
        assert_eq!(status, 200, "{answer}");
        let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
        let token = answer["token"].as_str().unwrap().to_string();
        for page in ["/paystation2/?access_token=", "/paystation4/?token="] {
            call("GET", &format!("{page}{token}"), &[], "");
        }
        for cvv in CVVS {
            let pay = format!("access_token={token}&method=1380&card_number={card}&card_expiry=12%2F40&card_cvv={cvv}");
            call("POST", "/paystation2/pay", &form, &pay);
        }
        call("POST", "/paystation2/3ds", &form, &format!("access_token={token}&password=coinslot&answer=approve"));
        let (_, _, status) = call("GET", &format!("/paystation2/status.json?access_token={token}"), &[], "");
        call("GET", &format!("/paystation2/status?access_token={token}"), &[], "");
        call("GET", &format!("/paystation2/receipt?access_token={token}"), &[], "");
        let status: serde_json::Value = serde_json::from_str(&status).unwrap();
        if let Some(transaction) = status["invoice"].as_i64() {
            let path = format!("/merchant/v2/merchants/2340/reports/transactions/{transaction}");
            let part = r#"{"description":"a part","refund_amount":0.5}"#;
            call("PUT", &format!("{path}/partial_refund"), &json(&[AUTHORIZATION]), part);
            call("PUT", &format!("{path}/refund"), &json(&[AUTHORIZATION]), r#"{"description":"all"}"#);
        }
        tokens.push(token);
    }
    // What is refused must not be remembered either.
    assert_eq!(call("POST", token_path, &json(&[WRONG_AUTHORIZATION]), wish).0, 401);
    let broken = format!("{{\"token\":\"{}\",", tokens[0]);
    assert!(call("POST", token_path, &json(&[AUTHORIZATION]), &broken).0 >= 400);
    call("GET", &format!("/paystation2/?access_token={}x", tokens[0]), &[], "");
    let events = "/merchant/v2/merchants/2340/projects/18404/webhooks/events";
    assert_eq!(call("GET", events, &json(&[AUTHORIZATION]), "").0, 200);
    tokens
}

fn printed(database: &[&str], command: &[&str], kept: &mut Kept) {
    let output = coinslot().args(command).args(database).args(["--log", "trace"]).output().unwrap();
    kept.insert(format!("output of {}", command.join(" ")), [output.stdout, output.stderr].concat());
}

/// The life of a server with everything that came of it.
fn life(database: &[&str], directory: &Path) -> (Vec<String>, Kept) {
    let mut kept = Kept::new();
    let log = directory.join("server.log");
    let told = Arc::new(Mutex::new(Vec::new()));
    let heard = told.clone();
    let game = receiver(move |head, body: &str| {
        let mut heard = heard.lock().unwrap();
        heard.extend_from_slice(head.as_bytes());
        heard.extend_from_slice(body.as_bytes());
        // Some are refused, so that there are retries and errors to log.
        if body.contains(r#""notification_type":"payment""#) { (500, "not now") } else { (204, "") }
    });
    let url = format!("http://{game}/");
    let more = ["--webhook-url", &url, "--metrics-listen", "127.0.0.1:0", "--log", "trace"];
    let stderr = Stdio::from(std::fs::File::create(&log).unwrap());
    let server = Server::dev_logging(database, &more, stderr);
    let tokens = flows(&server);

    let said = std::fs::read_to_string(&log).unwrap();
    let metrics = said.lines().find(|line| line.contains("serving metrics")).unwrap();
    let metrics = metrics.rsplit("127.0.0.1:").next().unwrap();
    let port: String = metrics.chars().take_while(char::is_ascii_digit).collect();
    let (status, _, figures) = send(format!("127.0.0.1:{port}").parse().unwrap(), "GET", "/metrics", &[], "");
    assert_eq!(status, 200);
    // Each flow was really gone through.
    for (what, outcome) in [
        ("charges", "captured"),
        ("charges", "challenged"),
        ("charges", "declined"),
        ("refunds", "succeeded"),
        ("webhooks", "delivered"),
        ("webhooks", "retried"),
    ] {
        let count =
            figures.lines().find_map(|l| l.strip_prefix(&format!("coinslot_{what}_total{{outcome=\"{outcome}\"}} ")));
        assert!(count.is_some_and(|n| n != "0"), "no {what} were {outcome}: {figures}");
    }
    // Who plays, and what, is nobody's figure.
    for word in ["1234567", "18404", "email"] {
        assert!(!figures.contains(word), "{word} in {figures}");
    }
    kept.insert("metrics".into(), figures.into_bytes());

    let listen = server.address.to_string();
    printed(database, &["doctor", "--local", "--listen", &listen], &mut kept);
    printed(database, &["doctor", "--local", "--json"], &mut kept);
    printed(database, &["config", "print"], &mut kept);
    printed(database, &["config", "check"], &mut kept);
    printed(database, &["webhook", "events"], &mut kept);
    printed(database, &["webhook", "test", "payment", "--local"], &mut kept);
    printed(database, &["webhook", "replay", "--failed"], &mut kept);
    printed(database, &["clock", "advance", "13", "month", "--local"], &mut kept);
    if database[0] == "--data" {
        let backup = directory.join("backup.db");
        printed(database, &["backup", backup.to_str().unwrap()], &mut kept);
        kept.insert("backup".into(), std::fs::read(&backup).unwrap());
    }
    // As a crash leaves it, with the log that was not yet taken over.
    drop(server);
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("coinslot.db") {
            kept.insert(format!("database, {name}"), std::fs::read(&path).unwrap());
        }
    }
    kept.insert("log".into(), std::fs::read(&log).unwrap());
    kept.insert("webhooks".into(), std::mem::take(&mut *told.lock().unwrap()));
    (tokens, kept)
}

/// Whether a secret stands there.
fn holds(bytes: &[u8], secret: &str) -> bool {
    bytes.windows(secret.len()).any(|window| window == secret.as_bytes())
}

fn nothing_is_found(tokens: Vec<String>, kept: &Kept) {
    let mut secrets: Vec<(&str, String)> = vec![
        ("the API key", API_KEY.into()),
        ("its header", AUTHORIZATION["authorization: Basic ".len()..].into()),
        ("a wrong API key", WRONG_KEY.into()),
        ("its header", WRONG_AUTHORIZATION["authorization: Basic ".len()..].into()),
        ("the project's secret", PROJECT_SECRET.into()),
        ("the idempotency key", IDEMPOTENCY_KEY.into()),
        ("the database's password", DATABASE_PASSWORD.into()),
    ];
    secrets.extend(tokens.into_iter().map(|token| ("a token", token)));
    for card in CARDS {
        let spaced: Vec<&str> = (0..4).map(|n| &card[n * 4..n * 4 + 4]).collect();
        secrets.extend([("a card", card.to_string()), ("a card", spaced.join(" "))]);
    }
    secrets.extend(CVV_SEEN.map(|cvv| ("a CVV", cvv.to_string())));
    let mut found = Vec::new();
    for (what, secret) in &secrets {
        for (place, bytes) in kept {
            // The documented signature is a hash over body and secret, so the
            // server must know it: SECURITY.md says so.
            let documented = *what == "the project's secret" && (place.starts_with("database") || place == "backup");
            if holds(bytes, secret) && !documented {
                let at = bytes.windows(secret.len()).position(|window| window == secret.as_bytes()).unwrap_or(0);
                let around = &bytes[at.saturating_sub(200)..(at + 100).min(bytes.len())];
                found.push(format!("{what} in {place}: {}", String::from_utf8_lossy(around)));
            }
        }
    }
    assert!(found.is_empty(), "{} secrets:\n{}", found.len(), found.join("\n"));

    // It does not look past what is there.
    let everything = |secret: &str| kept.iter().filter(|(_, bytes)| holds(bytes, secret)).count();
    assert!(everything("user_validation") >= 3, "neither log nor webhooks nor database have a webhook");
    assert!(everything(PROJECT_SECRET) > 0, "the database does not have what it must");
    assert!(kept["log"].windows(5).any(|window| window == b"DEBUG"), "the log says less than it could");
}

#[test]
fn no_secret_rests_on_the_embedded_database() {
    let directory = tempfile::tempdir().unwrap();
    let (tokens, kept) = life(&["--data", directory.path().to_str().unwrap()], directory.path());
    assert!(kept.keys().any(|name| name.ends_with("-wal")), "{:?}", kept.keys());
    nothing_is_found(tokens, &kept);
}

#[test]
fn no_secret_rests_on_postgresql() {
    let directory = tempfile::tempdir().unwrap();
    let database = coinslot_testkit::postgres::database();
    // The server believes everybody, whatever password is said.
    let url = database.url().replacen('@', &format!(":{DATABASE_PASSWORD}@"), 1);
    assert!(url.contains(DATABASE_PASSWORD));
    let (tokens, mut kept) = life(&["--database-url", &url], directory.path());
    let dump = coinslot_testkit::postgres::bindir().unwrap().join("pg_dump");
    let dump = std::process::Command::new(dump).args(["--inserts", "--dbname", database.url()]).output().unwrap();
    assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
    kept.insert("database, dumped".into(), dump.stdout);
    // Who cannot connect says so without the password.
    let nowhere = format!("postgres://coinslot:{DATABASE_PASSWORD}@127.0.0.1:1/coinslot");
    printed(&["--database-url", &nowhere], &["serve", "--listen", "127.0.0.1:0"], &mut kept);
    printed(&["--database-url", &nowhere], &["doctor"], &mut kept);
    nothing_is_found(tokens, &kept);
}
