//! `cargo xtask`: what this repository does to itself. `cargo xtask --help` teaches it.

mod bench;
mod campaign;
mod document;
mod golden;
#[path = "../../crates/testkit/src/postgres.rs"]
#[allow(
    dead_code,
    reason = "shared with the tests by its path: depending on testkit would build the whole server first"
)]
mod postgres;
mod prerequisites;
mod test;
mod tidy;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const HELP: &str = "\
cargo xtask COMMAND

  test              Everything that must hold before a change is done, in this order: prerequisites (installed when
                    they can be), formatting, tidy, clippy, all tests on SQLite and a real PostgreSQL, the published
                    document against the server (schemathesis, which it installs into target/), and the pages in a
                    real Chromium. It stops at the first failure and never skips a step.
  tidy              Only the rules of this repository that no other tool knows: which crate may depend on which, where
                    SQL and floats may be, names, line lengths. Takes a second; says what to do instead.
  golden --update   Writes the answers that the server gives now into tests/golden, and shows what changed. Read the
                    difference before you commit it: it is what clients will see.
  bench             How fast the release build is, as ratios to bare code that does the same work: docs/performance.md.
                    Takes about five minutes; --quick less than one, --json FILE, --only NAME, --rounds N, --full.
  campaign          kill -9, power cuts and disk errors for long: docs/reliability.md. Takes --rounds N (20 kills, 66 at
                    named places, 5 of PostgreSQL and 80 cuts each; 1 by default) or --hours N, and --seed S. Adds lines
                    to durability/campaigns.log.

Environment of `test`:
  COINSLOT_POSTGRES_BIN       directory of PostgreSQL's server binaries, when they are not where they usually are
  COINSLOT_TEST_POSTGRES_URL  a running PostgreSQL to use instead of a private one; needs the right to create databases
  CHROMIUM                    the browser to use, when it is not on the PATH

One test while you work:      cargo test -p coinslot-domain money
One browser test:             see e2e/README.md
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args[..] {
        ["test"] => test::run(),
        ["tidy"] => tidy::run(),
        ["golden", "--update"] => golden::update(),
        ["bench", ref options @ ..] => bench::run(options),
        ["campaign", ref options @ ..] => campaign::run(options),
        ["help" | "-h" | "--help"] | [_, "-h" | "--help"] => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        [] => Err(format!("a command is missing\n\n{HELP}")),
        ["golden"] => Err("golden needs --update: it overwrites files in tests/golden".to_owned()),
        _ => Err(format!("`{}` is no command of this\n\n{HELP}", args.join(" "))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The repository's root.
fn root() -> PathBuf {
    // Cargo says where this crate is now; the path it was compiled at may be another checkout.
    let here = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&here).parent().map(Path::to_owned).unwrap_or_default()
}

/// The Cargo that runs this, in the repository's root.
fn cargo<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(program);
    command.args(args).current_dir(root());
    // Cargo told us about this package; passed on, that makes crates whose build
    // scripts look at it build anew, back and forth.
    for (name, _) in std::env::vars_os() {
        if ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|p| name.to_string_lossy().starts_with(p)) {
            command.env_remove(name);
        }
    }
    command
}

/// Runs a command, its output on ours.
fn call(command: &mut Command) -> Result<(), String> {
    let name = name_of(command);
    let status = command.status().map_err(|error| format!("cannot run `{name}`: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{name}` failed ({status})")) }
}

/// What a command prints to standard output. What it says to standard error is part of the failure.
fn read(command: &mut Command) -> Result<String, String> {
    let name = name_of(command);
    let output = command.output().map_err(|error| format!("cannot run `{name}`: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(format!("`{name}` failed ({}): {said}", output.status));
    }
    String::from_utf8(output.stdout).map_err(|_| format!("`{name}` printed something that is not UTF-8"))
}

/// A command as somebody would type it.
fn name_of(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let args = command.get_args().map(|arg| arg.to_string_lossy().into_owned());
    std::iter::once(program).chain(args).collect::<Vec<_>>().join(" ")
}
