//! How fast the server is, as ratios to the least code that could do the same work on the same machine in the same
//! seconds. Run it with `cargo xtask bench`; `docs/performance.md` says how to read it.

#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "a bench divides rates, reads the real clock and waits for quiet; nothing of it is part of the server"
)]

mod bare;
mod items;
mod load;
mod machine;
mod postgres;
mod product;
mod rounds;
mod sqlite;
mod webhook;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// What anything here fails with: a sentence for whoever runs it.
type Fallible<T> = Result<T, String>;

/// The role in which this executable is a ceiling.
const BARE: &str = "bare";

const HELP: &str = "\
cargo xtask bench [--json FILE] [--only NAME]... [--rounds N] [--quick | --full] [--wait SECONDS]

  Measures the server's release build against bare ceilings, in short slices in turn, and prints a table.

  --json FILE     Also writes the figures to FILE, as one object.
  --only NAME     Only this measurement; can be given several times. One of:
                  checkout token poll storefront catalogue admin_token cart_order webhook renewals
                  postgres_checkout footprint growth
  --rounds N      Rounds that count (5; 2 with --quick, 9 with --full).
  --quick         Less than a minute: shows that the bench works, and no figure to rely on.
  --full          More rounds, 100,000 payments for memory and 1,000,000 for growth: half an hour.
  --wait SECONDS  How long to wait in all for a quiet machine before measuring anyway (120).
";

/// What to measure, and how long.
pub struct Options {
    json: Option<PathBuf>,
    only: Vec<String>,
    rounds: usize,
    slice: Duration,
    wait: Duration,
    /// Payments in the database that everything else is copied from.
    model: usize,
    /// Webhooks of one slice.
    webhooks: usize,
    /// Subscriptions that are due at one time.
    renewals: usize,
    /// Live subscriptions in the large database of `renewals`.
    subscriptions: usize,
    /// Payments after which memory is looked at.
    memory: usize,
    /// Payments in the large database of `growth`.
    growth: usize,
    /// Payments in the database that the server is started on.
    start: usize,
    mode: &'static str,
}

impl Options {
    fn read(arguments: &[String]) -> Fallible<Self> {
        let mut options = Options {
            json: None,
            only: Vec::new(),
            rounds: 5,
            slice: Duration::from_millis(1500),
            wait: Duration::from_secs(120),
            model: 1_000,
            webhooks: 2_000,
            renewals: 2_000,
            subscriptions: 1_000_000,
            memory: 20_000,
            growth: 100_000,
            start: 10_000,
            mode: "default",
        };
        let mut rounds = None;
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value\n\n{HELP}"));
            match argument.as_str() {
                "--json" => options.json = Some(PathBuf::from(value()?)),
                "--only" => {
                    let name = value()?;
                    if !items::NAMES.contains(&name.as_str()) {
                        return Err(format!("`{name}` is no measurement of this\n\n{HELP}"));
                    }
                    options.only.push(name.clone());
                }
                "--rounds" => {
                    let n = value()?.parse().ok().filter(|n| *n > 0);
                    rounds = Some(n.ok_or("--rounds needs a number from 1 on")?);
                }
                "--wait" => {
                    options.wait = Duration::from_secs(value()?.parse().map_err(|_| "--wait needs seconds")?);
                }
                "--quick" => {
                    options = Options {
                        rounds: 2,
                        slice: Duration::from_millis(200),
                        wait: Duration::from_secs(2),
                        model: 100,
                        webhooks: 100,
                        renewals: 500,
                        subscriptions: 2_000,
                        memory: 200,
                        growth: 2_000,
                        start: 200,
                        mode: "quick",
                        ..options
                    };
                }
                "--full" => {
                    options = Options {
                        rounds: 9,
                        wait: Duration::from_secs(600),
                        memory: 100_000,
                        growth: 1_000_000,
                        mode: "full",
                        ..options
                    };
                }
                _ => return Err(format!("`{argument}` is no argument of this\n\n{HELP}")),
            }
        }
        Ok(Options { rounds: rounds.unwrap_or(options.rounds), ..options })
    }

    fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == name)
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.split_first() {
        Some((first, rest)) if first == BARE => bare::serve(rest),
        Some((first, _)) if ["-h", "--help", "help"].contains(&first.as_str()) => {
            print!("{HELP}");
            Ok(())
        }
        _ => Options::read(&arguments).and_then(items::run),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str]) -> Fallible<Options> {
        Options::read(&arguments.iter().map(|argument| argument.to_string()).collect::<Vec<_>>())
    }

    #[test]
    fn arguments() {
        let options = read(&["--rounds", "3", "--quick", "--only", "token", "--only", "poll"]).unwrap();
        assert_eq!((options.rounds, options.mode), (3, "quick"));
        assert!(options.wants("poll") && !options.wants("checkout"));
        assert!(read(&[]).unwrap().wants("checkout"));
        for wrong in [&["--only", "tokens"][..], &["--rounds", "0"], &["--rounds"], &["--fast"]] {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
    }
}
