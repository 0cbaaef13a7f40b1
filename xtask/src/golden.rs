//! `cargo xtask golden --update`: today's answers become the expected ones.

use std::process::Command;

pub fn update() -> Result<(), String> {
    let tests = crate::cargo(["test", "--locked", "-p", "coinslot-tests"]).env("COINSLOT_GOLDEN", "update").status();
    let tests = tests.map_err(|error| format!("cannot run cargo: {error}"))?;
    // Of what the stories show now.
    let mut page = crate::cargo(["test", "--locked", "-p", "coinslot-tests", "--test", "compatibility"]);
    crate::call(page.env("COINSLOT_GOLDEN", "update"))?;
    println!("\nWhat changed in tests/golden (new files are marked ??):");
    let git = |args: [&str; 4]| crate::call(Command::new("git").args(args).current_dir(crate::root()));
    git(["diff", "--stat", "--", "tests/golden"])?;
    git(["status", "--short", "--", "tests/golden"])?;
    if tests.success() { Ok(()) } else { Err("some tests failed for another reason than a changed answer".to_owned()) }
}
