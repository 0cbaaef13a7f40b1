//! `cargo xtask campaign`: the rigs of `durability/` for long, and a line of each in its log.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

/// Where the lines go.
const LOG: &str = "durability/campaigns.log";

/// How long, and from which seed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Plan {
    /// Rounds, or hours.
    length: Length,
    seed: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Length {
    Rounds(u64),
    Hours(u64),
}

/// Lives of each rig in one round: 20 kills, 66 at named places, 5 of PostgreSQL, 80 power cuts, and as many on a disk
/// that must lose something.
const ROUND: [(&str, u64); 5] = [("kill", 1), ("stops", 1), ("cluster", 1), ("power", 10), ("control", 1)];

pub fn run(options: &[&str]) -> Result<(), String> {
    let plan = plan(options)?;
    let commit = commit()?;
    let mut failed = Vec::new();
    for (rig, lives) in ROUND {
        let mut arguments = vec![rig.to_owned(), "--seed".to_owned(), plan.seed.to_string()];
        match plan.length {
            Length::Rounds(n) => arguments.extend(["--lives".to_owned(), (n * lives).to_string()]),
            // Most of the time for the two that look for faults; the control only has to find one.
            Length::Hours(n) if rig == "control" => arguments.extend(["--minutes".to_owned(), n.to_string()]),
            Length::Hours(n) => arguments.extend(["--minutes".to_owned(), (n * 60 / 2).to_string()]),
        }
        arguments.extend(["--commit".to_owned(), commit.clone()]);
        if !one(&arguments)? {
            failed.push(rig);
        }
    }
    for rig in ["disk", "upgrade"] {
        if !one(&[rig.to_owned(), "--commit".to_owned(), commit.clone()])? {
            failed.push(rig);
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!("failed: {}; what and which seed stands above", failed.join(", ")))
    }
}

fn plan(options: &[&str]) -> Result<Plan, String> {
    let mut plan = Plan { length: Length::Rounds(1), seed: 1 };
    for pair in options.chunks(2) {
        let [name, value] = pair else { return Err(format!("{} needs a number", pair[0])) };
        let value: u64 = value.parse().map_err(|_| format!("{name} needs a number, not `{value}`"))?;
        match *name {
            "--rounds" if value > 0 => plan.length = Length::Rounds(value),
            "--hours" if value > 0 => plan.length = Length::Hours(value),
            "--seed" => plan.seed = value,
            _ => return Err(format!("`{name} {value}` is not --rounds N, --hours N or --seed S")),
        }
    }
    Ok(plan)
}

/// What is tested: the commit, with a plus when the product is not exactly that.
fn commit() -> Result<String, String> {
    let git = |args: &[&str]| crate::read(Command::new("git").args(args).current_dir(crate::root()));
    let changed = !git(&["status", "--porcelain", "--", "crates"])?.trim().is_empty();
    Ok(format!("{}{}", git(&["rev-parse", "--short", "HEAD"])?.trim(), if changed { "+" } else { "" }))
}

/// Runs a rig and keeps its line; whether it passed.
fn one(arguments: &[String]) -> Result<bool, String> {
    println!("== {}", arguments.join(" "));
    let mut cargo = crate::cargo(["run", "--quiet", "--locked", "--package", "coinslot-durability", "--"]);
    let output = cargo.args(arguments).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| format!("cannot run cargo: {error}"))?;
    print!("{}", String::from_utf8_lossy(&output.stdout));
    let path = crate::root().join(LOG);
    fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .and_then(|mut log| log.write_all(&output.stdout))
        .map_err(|error| format!("cannot write {LOG}: {error}"))?;
    Ok(output.status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_numbers_with_names() {
        assert_eq!(plan(&[]), Ok(Plan { length: Length::Rounds(1), seed: 1 }));
        assert_eq!(plan(&["--rounds", "7", "--seed", "9"]), Ok(Plan { length: Length::Rounds(7), seed: 9 }));
        assert_eq!(plan(&["--hours", "2"]), Ok(Plan { length: Length::Hours(2), seed: 1 }));
        for bad in [&["--rounds"][..], &["--rounds", "x"], &["--rounds", "0"], &["--days", "1"]] {
            assert!(plan(bad).is_err(), "{bad:?}");
        }
    }
}
