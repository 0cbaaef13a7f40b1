//! `cargo xtask bench`: builds the server and the bench for release, and runs the one on the other.

use std::path::PathBuf;
use std::process::{Command, Stdio};

pub fn run(options: &[&str]) -> Result<(), String> {
    // One after the other: together, what the bench wants of a library would be built into the server too.
    let server = build("coinslot")?;
    let bench = build("coinslot-bench")?;
    let mut command = Command::new(bench);
    crate::call(command.args(options).env("COINSLOT_BIN", server))
}

/// Builds one package for release; Cargo itself says where it put the executable.
fn build(package: &str) -> Result<PathBuf, String> {
    let mut cargo = crate::cargo(["build", "--release", "--package", package]);
    cargo.args(["--message-format", "json-render-diagnostics"]);
    let output = cargo.stderr(Stdio::inherit()).output().map_err(|error| format!("cannot run cargo: {error}"))?;
    if !output.status.success() {
        return Err(format!("{package} does not build"));
    }
    executable(&String::from_utf8_lossy(&output.stdout), package)
        .ok_or_else(|| format!("Cargo built no executable named {package}"))
}

/// The executable of a name in the messages of a build.
fn executable(messages: &str, name: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == name)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_executable_is_where_cargo_says() {
        let messages = r#"{"reason":"compiler-artifact","target":{"name":"coinslot"},"executable":null}
not a message
{"reason":"compiler-artifact","target":{"name":"coinslot"},"executable":"/t/release/coinslot"}"#;
        assert_eq!(executable(messages, "coinslot"), Some(PathBuf::from("/t/release/coinslot")));
        assert_eq!(executable(messages, "coinslot-bench"), None);
    }
}
