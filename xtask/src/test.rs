//! `cargo xtask test`: every check, in order, to the first failure.

use crate::postgres::{BIN_VARIABLE, Cluster, URL_VARIABLE};
use crate::prerequisites::{self, Tools};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

type Step = (&'static str, fn(&Tools) -> Result<(), String>);

/// What follows the prerequisites, cheap before dear.
const STEPS: [Step; 6] = [
    ("format", |_| crate::call(&mut crate::cargo(["fmt", "--all", "--check"]))),
    ("tidy", |_| crate::tidy::run()),
    ("clippy", |_| {
        crate::call(&mut crate::cargo(["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]))
    }),
    ("tests", tests),
    ("document", |_| crate::document::run(&build_server()?)),
    ("browser", browser),
];

pub fn run() -> Result<(), String> {
    let start = now();
    let count = STEPS.len() + 1;
    let tools = step(1, count, "prerequisites", || {
        let tools = prerequisites::get()?;
        println!("PostgreSQL in {}\nChromium at {}", tools.postgres_bin.display(), tools.chromium.display());
        Ok(tools)
    })?;
    for (index, (name, check)) in STEPS.iter().enumerate() {
        step(index + 2, count, name, || check(&tools))?;
    }
    println!("\nPASSED: all {count} steps in {}.", seconds(start.elapsed()));
    Ok(())
}

fn step<T>(number: usize, count: usize, name: &str, check: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    println!("\n== {number}/{count} {name}");
    let start = now();
    let result = check();
    let elapsed = seconds(start.elapsed());
    match &result {
        Ok(_) => println!("-- {name}: passed in {elapsed}"),
        Err(_) => println!("-- {name}: failed after {elapsed}"),
    }
    result.map_err(|error| format!("{error}\n\nFAILED at step {number} of {count}, {name}."))
}

fn tests(tools: &Tools) -> Result<(), String> {
    // One server for the whole run; it ends with this value.
    let (url, _cluster) = match std::env::var(URL_VARIABLE) {
        Ok(url) if !url.is_empty() => (url, None),
        _ => {
            let cluster = Cluster::start()?;
            (cluster.url(), Some(cluster))
        }
    };
    let nextest = crate::read(&mut crate::cargo(["nextest", "--version"])).is_ok();
    let mut command = match nextest {
        true => crate::cargo(["nextest", "run", "--workspace", "--locked"]),
        false => crate::cargo(["test", "--workspace", "--locked"]),
    };
    crate::call(command.env(BIN_VARIABLE, &tools.postgres_bin).env(URL_VARIABLE, url))
}

fn browser(tools: &Tools) -> Result<(), String> {
    let e2e = crate::root().join("e2e");
    if !is_installed(&e2e) {
        crate::call(Command::new("npm").args(["ci", "--no-fund", "--no-audit"]).current_dir(&e2e))?;
    }
    let server = build_server()?;
    crate::call(
        Command::new("npm")
            .args(["test", "--silent"])
            .current_dir(&e2e)
            .env("COINSLOT_BIN", server)
            .env("CHROMIUM", &tools.chromium),
    )
}

/// npm writes its own copy of the lock file last: when that is not older than ours, everything is in place.
fn is_installed(e2e: &Path) -> bool {
    let written = |name: &str| fs::metadata(e2e.join(name)).and_then(|file| file.modified());
    match (written("node_modules/.package-lock.json"), written("package-lock.json")) {
        (Ok(installed), Ok(wanted)) => installed >= wanted,
        _ => false,
    }
}

/// Builds the server; Cargo itself says where it put it, whatever target directory or platform is configured.
fn build_server() -> Result<PathBuf, String> {
    let mut cargo =
        crate::cargo(["build", "--locked", "--package", "coinslot", "--message-format", "json-render-diagnostics"]);
    let output = cargo.stderr(Stdio::inherit()).output().map_err(|error| format!("cannot run cargo: {error}"))?;
    if !output.status.success() {
        return Err("the server does not build".to_owned());
    }
    executable(&String::from_utf8_lossy(&output.stdout)).ok_or("Cargo built no executable named coinslot".to_owned())
}

/// The executable `coinslot` in the messages of a build.
fn executable(messages: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == "coinslot")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
}

#[expect(clippy::disallowed_methods, reason = "this only tells a person how long a step took")]
fn now() -> Instant {
    Instant::now()
}

fn seconds(elapsed: Duration) -> String {
    format!("{}.{} s", elapsed.as_secs(), elapsed.subsec_millis() / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_is_where_cargo_says() {
        let messages = r#"{"reason":"compiler-artifact","target":{"name":"coinslot-domain"},"executable":null}
not a message
{"reason":"compiler-artifact","target":{"name":"coinslot"},"executable":"/t/debug/coinslot"}"#;
        assert_eq!(executable(messages), Some(PathBuf::from("/t/debug/coinslot")));
        assert_eq!(executable(""), None);
    }

    #[test]
    fn packages_are_installed_again_when_the_lock_file_is_newer() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, at: u64| {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::File::create(path).unwrap().set_modified(std::time::UNIX_EPOCH + Duration::from_secs(at)).unwrap();
        };
        write("package-lock.json", 20);
        assert!(!is_installed(dir.path()));
        write("node_modules/.package-lock.json", 10);
        assert!(!is_installed(dir.path()));
        write("node_modules/.package-lock.json", 30);
        assert!(is_installed(dir.path()));
    }

    #[test]
    fn times_are_for_people() {
        assert_eq!(seconds(Duration::from_millis(93_180)), "93.1 s");
    }
}
