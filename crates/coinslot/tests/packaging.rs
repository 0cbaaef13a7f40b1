//! What is packaged says only what the program understands.

mod common;

use common::coinslot;
use std::path::{Path, PathBuf};

fn packaged(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging").join(name)
}

/// Every variable in a text that begins like ours.
fn variables(text: &str) -> Vec<String> {
    let names = text.match_indices("COINSLOT_").map(|(at, _)| &text[at..]);
    let is_part = |c: char| !(c.is_ascii_uppercase() || c == '_');
    names.map(|rest| rest.split(is_part).next().unwrap_or_default().to_string()).collect()
}

#[test]
fn each_variable_is_a_setting() {
    let known = coinslot::config::reference();
    let operating = packaged("../docs/operating.md");
    for path in [packaged("Containerfile"), packaged("coinslot.service"), operating] {
        let text = std::fs::read_to_string(&path).unwrap();
        for name in variables(&text) {
            assert!(known.contains(&format!("`{name}`")), "{}: {name} is no setting", path.display());
        }
    }
}

#[test]
fn the_settings_of_the_unit_are_sound() {
    let output = coinslot().args(["config", "check", "--config"]).arg(packaged("coinslot.toml")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let unit = std::fs::read_to_string(packaged("coinslot.service")).unwrap();
    let start = unit.lines().find_map(|line| line.strip_prefix("ExecStart=/usr/local/bin/coinslot ")).unwrap();
    // A command that is not understood has no help.
    let words: Vec<&str> = start.split(' ').take_while(|word| !word.starts_with("--")).collect();
    assert!(coinslot().args(&words).arg("--help").output().unwrap().status.success(), "{start}");
}

#[test]
fn the_container_is_not_root_and_looks_after_itself() {
    let text = std::fs::read_to_string(packaged("Containerfile")).unwrap();
    let last = |word: &str| text.lines().rev().find_map(|line| line.strip_prefix(word)).unwrap_or_default();
    assert!(last("USER ").split(':').all(|id| id.parse::<u32>().is_ok_and(|id| id > 0)));
    assert!(last("HEALTHCHECK ").ends_with("CMD [\"coinslot\", \"ready\"]"));
    assert_eq!((last("ENTRYPOINT "), last("CMD ")), ("[\"coinslot\"]", "[\"serve\"]"));
    for command in ["ready", "serve"] {
        assert!(coinslot().args([command, "--help"]).output().unwrap().status.success(), "{command}");
    }
}
