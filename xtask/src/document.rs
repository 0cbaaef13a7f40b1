//! The published document against the server: schemathesis makes requests from `/openapi.json`, right ones and wrong
//! ones, and holds the answers against it.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Another version finds other things: it is changed like a dependency.
const VERSION: &str = "4.32.5";
/// The same requests every time.
const SEED: &str = "20260102";
/// Requests made up for each operation, and the seconds for all of them: there are more operations every week.
const EXAMPLES: &str = "12";
const SECONDS: &str = "150";
/// Seconds for one answer. Moving a clock takes up to five, and longer on a busy machine.
const PATIENCE: &str = "60";
/// What is held against the document. Not who may call what (`ignored_auth`): a guest's own name is all that carts ask
/// for, any name is one, and the tool takes that for a credential that is not checked. `tests/tests/matrix.rs` tries
/// every route without credentials and with those of others.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance";
/// The demo merchant, which `coinslot dev` makes.
const CREDENTIALS: &str = "2340:demo_api_key";

/// Runs it against a server that nobody else uses.
pub fn run(server: &Path) -> Result<(), String> {
    let tool = install()?;
    let data = tempfile::tempdir().map_err(|error| format!("cannot make a directory for the data: {error}"))?;
    let serving = Serving::start(server, data.path())?;
    play(&tool, &serving.url)
}

fn directory() -> PathBuf {
    crate::root().join("target").join("schemathesis")
}

/// The tool, in a Python environment of its own.
fn install() -> Result<PathBuf, String> {
    let environment = directory().join(VERSION);
    let program = |name: &str| environment.join("bin").join(name);
    let tool = program("schemathesis");
    let is_there = || crate::read(Command::new(&tool).arg("--version")).is_ok_and(|said| said.contains(VERSION));
    if !is_there() {
        println!("Installing schemathesis {VERSION} into {}", environment.display());
        crate::call(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
        let package = format!("schemathesis=={VERSION}");
        crate::call(Command::new(program("pip")).args([
            "install",
            "--quiet",
            "--disable-pip-version-check",
            &package,
        ]))?;
        if !is_there() {
            return Err(format!("{} does not say that it is version {VERSION}", tool.display()));
        }
    }
    Ok(tool)
}

fn play(tool: &Path, url: &str) -> Result<(), String> {
    let mut command = Command::new(tool);
    command.arg("run").arg(format!("{url}/openapi.json")).args(["--auth", CREDENTIALS, "--seed", SEED]);
    command.args(["--max-examples", EXAMPLES, "--max-time", SECONDS, "--checks", CHECKS]);
    command.args(["--request-timeout", PATIENCE]);
    command.args(["--phases", "examples,coverage,fuzzing", "--continue-on-failure", "--no-shrink"]);
    command.args(["--generation-database", "none", "--no-color", "--workers", "1"]);
    // It keeps what it found before in the directory where it runs.
    crate::call(command.current_dir(directory()))
}

/// A server for developers, which ends with this value.
struct Serving {
    child: Child,
    url: String,
}

impl Serving {
    fn start(server: &Path, data: &Path) -> Result<Self, String> {
        let mut command = Command::new(server);
        command.args(["dev", "--listen", "127.0.0.1:0", "--data"]).arg(data).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("cannot run {}: {error}", server.display()))?;
        let said = child.stdout.take();
        let mut serving = Serving { child, url: String::new() };
        let mut lines = BufReader::new(said.ok_or("the server has no output")?);
        let mut line = String::new();
        while serving.url.is_empty() {
            line.clear();
            if lines.read_line(&mut line).map_err(|error| error.to_string())? == 0 {
                return Err("the server ended before it was ready".to_owned());
            }
            serving.url = address(&line).unwrap_or_default().to_owned();
        }
        // Somebody must read the rest, or the server waits.
        std::thread::spawn(move || lines.read_to_end(&mut Vec::new()));
        Ok(serving)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where the server says that it is, in a line of its greeting.
fn address(line: &str) -> Option<&str> {
    line.trim().strip_prefix("Demo game")?.trim().strip_suffix("/demo")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_says_where_it_is() {
        assert_eq!(address("  Demo game      http://127.0.0.1:8080/demo\n"), Some("http://127.0.0.1:8080"));
        assert_eq!(address("Coinslot 0.1.0 is ready, with play money only.\n"), None);
    }
}
