//! `cargo xtask tidy`: the rules of this repository that no other tool knows. A test over the source, not a formatter.

mod layers;
mod rust;
mod source;

use std::fmt;
use std::fs;
use std::path::Path;

/// One place that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    path: String,
    line: usize,
    rule: &'static str,
    instead: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.path, self.line, self.rule, self.instead)
    }
}

/// Directories without anything of ours, wherever they are. Other hidden ones are looked into by name only.
const SKIPPED: [&str; 4] = ["target", "node_modules", "out", "data"];
const HIDDEN: [&str; 4] = [".cargo", ".ci", ".config", ".github"];

pub fn run() -> Result<(), String> {
    let root = crate::root();
    let metadata = crate::read(&mut crate::cargo(["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata = serde_json::from_str(&metadata).map_err(|error| format!("cargo metadata is not JSON: {error}"))?;
    let mut findings = layers::check(&metadata);
    let mut files = 0;
    walk(&root, &root, &mut |path, text| {
        files += 1;
        findings.extend(source::check(path, text));
    })?;
    findings.sort();
    for finding in &findings {
        println!("{finding}");
    }
    if !findings.is_empty() {
        return Err(format!("{} places to tidy", findings.len()));
    }
    println!("tidy: {files} files and the dependencies between the crates are in order");
    Ok(())
}

/// Shows every text file of the repository, with its path from the root.
fn walk(root: &Path, dir: &Path, see: &mut dyn FnMut(&str, &str)) -> Result<(), String> {
    let failed = |error| format!("cannot read {}: {error}", dir.display());
    for entry in fs::read_dir(dir).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() {
            let hidden = name.starts_with('.') && !HIDDEN.contains(&&*name);
            if !hidden && !SKIPPED.contains(&&*name) {
                walk(root, &path, see)?;
            }
        // In a second work tree of one repository `.git` is a file.
        } else if kind.is_file() && name != ".git" {
            // What is not UTF-8 is a picture or a database, and no rule is about those.
            let Ok(text) = String::from_utf8(fs::read(&path).map_err(failed)?) else { continue };
            let path = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            see(&path, &text);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_a_place_a_rule_and_a_remedy() {
        let finding = Finding { path: "a.rs".into(), line: 3, rule: "sql", instead: "move it".into() };
        assert_eq!(finding.to_string(), "a.rs:3: sql: move it");
    }

    #[test]
    fn only_our_own_text_is_looked_at() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["a.rs", "src/b.rs", ".ci/run", ".git/config", "target/c.rs", "e2e/node_modules/d.js"] {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        fs::write(dir.path().join("picture.png"), [0xff, 0xfe]).unwrap();
        fs::write(dir.path().join("src/.git"), "gitdir: elsewhere").unwrap();
        let mut seen = Vec::new();
        walk(dir.path(), dir.path(), &mut |path, _| seen.push(path.to_owned())).unwrap();
        seen.sort();
        assert_eq!(seen, [".ci/run", "a.rs", "src/b.rs"]);
    }
}
