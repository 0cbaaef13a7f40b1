//! Rules about the text of files. Each says what to do instead.

use super::Finding;
use super::rust::{self, Line, Parts};

/// The longest line of Rust, in characters.
const WIDTH: usize = 120;

/// The words that a statement begins with.
const STATEMENTS: [&str; 6] = ["SELECT", "INSERT INTO", "UPDATE", "DELETE FROM", "CREATE TABLE", "ALTER TABLE"];

/// The words of a file's name that say nothing about what is in it.
const EMPTY_NAMES: [&str; 6] = ["util", "utils", "helper", "helpers", "manager", "managers"];

/// What is never finished. In pieces, like everything here that would otherwise break its own rule.
const MARKS: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];

/// Directories of one machine.
const LOCAL: [&str; 3] = [concat!("/wo", "rk/"), concat!("/t", "mp/"), concat!("../sha", "red")];

/// The parts of a host's name that make it a place to download packages from. Which one is used, each machine knows.
const REGISTRIES: [&str; 5] = ["registry", "mirror", "mirrors", "artifactory", "nexus"];

/// How Cargo's own lock file says that a crate comes from the registry that is set up.
const FROM_REGISTRY: &str = "source = \"registry+";

/// Checks one file: its path from the repository's root, and its text.
pub fn check(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Findings { path, all: Vec::new() };
    let is_lock = path.ends_with(".lock") || path.ends_with("package-lock.json");
    // What is generated or recorded is as it is.
    if !is_lock && !path.starts_with("tests/golden/") && !path.ends_with(".min.js") {
        endings(text, &mut findings);
    }
    for (index, line) in text.lines().enumerate() {
        foreign(line, index, &mut findings);
        if is_lock {
            lock(line, index, &mut findings);
        } else if path.ends_with(".md") {
            marks(line, index, &mut findings);
        }
    }
    if path.ends_with(".rs") {
        let parts = rust::parts(text);
        name(&mut findings);
        for (index, (line, whole)) in parts.lines.iter().zip(text.lines()).enumerate() {
            width(line, whole, index, &mut findings);
            macros(line, index, &mut findings);
            floats(line, index, &mut findings);
            marks(&line.comment, index, &mut findings);
        }
        sql(&parts, &mut findings);
        front(text, &mut findings);
    }
    findings.all
}

struct Findings<'a> {
    path: &'a str,
    all: Vec<Finding>,
}

impl Findings<'_> {
    fn add(&mut self, index: usize, rule: &'static str, instead: impl Into<String>) {
        self.all.push(Finding { path: self.path.to_owned(), line: index + 1, rule, instead: instead.into() });
    }
}

fn endings(text: &str, findings: &mut Findings) {
    for (index, line) in text.split('\n').enumerate() {
        if line.ends_with([' ', '\t', '\r']) {
            findings.add(index, "trailing-space", "end the line after its last visible character");
        }
    }
    if !text.is_empty() && !text.ends_with('\n') {
        findings.add(text.lines().count() - 1, "final-newline", "end the file with a newline");
    }
    if text.ends_with("\n\n") {
        findings.add(
            text.lines().count() - 1,
            "final-newline",
            "end the file with one newline, not with an empty line",
        );
    }
}

/// What is true only on the machine where it was written.
fn foreign(line: &str, index: usize, findings: &mut Findings) {
    for place in LOCAL {
        // `src/NAME/` is somebody's directory; `/NAME/` at the root is this machine's.
        let whole = |at: usize| !line[..at].ends_with(|c: char| c.is_alphanumeric() || "._-/}".contains(c));
        if line.match_indices(place).any(|(at, _)| place.starts_with('.') || whole(at)) {
            findings.add(
                index,
                "local-path",
                format!("`{place}` is not everybody's: use a path in the repository, or ask"),
            );
        }
    }
    for (at, _) in line.match_indices("://") {
        let host = line[at + 3..].split(|c: char| !c.is_alphanumeric() && !".-".contains(c)).next().unwrap_or_default();
        if host.split('.').any(|part| REGISTRIES.contains(&part)) {
            findings.add(index, "registry", format!("do not name `{host}`: people have registries of their own"));
        }
    }
}

fn lock(line: &str, index: usize, findings: &mut Findings) {
    let line = line.trim();
    let from_elsewhere = line.starts_with("source = ") && !line.starts_with(FROM_REGISTRY);
    if from_elsewhere || line.starts_with("\"resolved\":") {
        findings.add(index, "registry", "lock a version of the public registry, without the address of the download");
    }
}

fn marks(prose: &str, index: usize, findings: &mut Findings) {
    // What is between backticks is named, not meant.
    for plain in prose.split('`').step_by(2) {
        for mark in MARKS.iter().filter(|mark| words(plain).any(|word| word == **mark)) {
            findings.add(index, "mark", format!("`{mark}`: do it, or write it down where work is planned"));
        }
    }
}

fn name(findings: &mut Findings) {
    let path = findings.path.strip_suffix(".rs").unwrap_or(findings.path);
    let empty = path.split(['/', '_', '-']).find(|word| EMPTY_NAMES.contains(word));
    if let Some(word) = empty {
        findings.add(0, "file-name", format!("`{word}` says nothing: name the file after what is in it"));
    }
}

fn width(line: &Line, whole: &str, index: usize, findings: &mut Findings) {
    let width = whole.chars().count();
    if width > WIDTH && !line.has_string && !whole.contains("://") {
        findings.add(index, "line-length", format!("{width} characters; break the line before {WIDTH}"));
    }
}

fn macros(line: &Line, index: usize, findings: &mut Findings) {
    for name in ["todo", "unimplemented", "dbg"] {
        let called = |at: usize| {
            let (before, after) = (&line.code[..at], &line.code[at + name.len()..]);
            !before.ends_with(|c: char| c.is_alphanumeric() || c == '_') && after.starts_with('!')
        };
        if line.code.match_indices(name).any(|(at, _)| called(at)) {
            let instead = match name {
                "dbg" => "log with tracing, or remove it",
                _ => "write it, or return an error that says what is not supported",
            };
            findings.add(index, "unfinished", format!("`{name}!`: {instead}"));
        }
    }
}

/// Literals such as `0.1`. Clippy forbids the names of the types, but a literal needs no name.
fn floats(line: &Line, index: usize, findings: &mut Findings) {
    // The bench divides rates, which are no money.
    if findings.path.starts_with("bench/") {
        return;
    }
    let code = line.code.as_bytes();
    let digit = |at: usize| code.get(at).is_some_and(u8::is_ascii_digit);
    for (at, _) in line.code.match_indices('.') {
        let start = code[..at].iter().rposition(|c| !c.is_ascii_digit() && *c != b'_').map_or(0, |before| before + 1);
        // In `pair.0.1` the digits name fields, and in `x1.0` they end a name.
        let number = !start.checked_sub(1).is_some_and(|at| code[at] == b'.' || code[at].is_ascii_alphabetic());
        if number && digit(start) && digit(at + 1) {
            findings.add(index, "float", "no floats: use Money, basis points, or an integer of a smaller unit");
            return;
        }
    }
}

fn sql(parts: &Parts, findings: &mut Findings) {
    let path = findings.path;
    if ["crates/store/", "crates/testkit/", "tests/", "bench/", "durability/"]
        .iter()
        .any(|place| path.starts_with(place))
        || path.contains("/tests/")
    {
        return;
    }
    // The tests of a file are its last module.
    let tests = parts.lines.iter().position(|line| line.code.trim() == "#[cfg(test)]").unwrap_or(usize::MAX);
    for (index, string) in parts.strings.iter().filter(|(index, _)| *index < tests) {
        let rest = |word: &&str| string.trim_start().strip_prefix(*word);
        let statement = STATEMENTS.iter().find(|word| rest(word).is_some_and(|rest| rest.starts_with([' ', '\n'])));
        if let Some(statement) = statement {
            findings.add(*index, "sql", format!("`{statement} …` belongs in crates/store: add a function there"));
        }
    }
}

/// A crate begins with what it is.
fn front(text: &str, findings: &mut Findings) {
    let is_crate = ["src/lib.rs", "src/main.rs"].iter().any(|root| findings.path.ends_with(root));
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    if is_crate && first.strip_prefix("//!").is_none_or(|prose| prose.trim().is_empty()) {
        findings.add(0, "crate-doc", "begin the crate with `//!` and a sentence that says what it is");
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rules that a file breaks, with the lines.
    fn broken(path: &str, text: &str) -> Vec<(&'static str, usize)> {
        check(path, text).into_iter().map(|finding| (finding.rule, finding.line)).collect()
    }

    const NOTHING: [(&str, usize); 0] = [];

    #[test]
    fn lines_and_files_end_properly() {
        assert_eq!(broken("docs/a.md", "a\n\nb\n"), NOTHING);
        assert_eq!(
            broken("docs/a.md", "a \nb\t\nc\r\n"),
            [("trailing-space", 1), ("trailing-space", 2), ("trailing-space", 3)]
        );
        assert_eq!(broken("docs/a.md", "a\nb"), [("final-newline", 2)]);
        assert_eq!(broken("docs/a.md", "a\n\n"), [("final-newline", 2)]);
        assert_eq!(broken("docs/a.md", "a\nb "), [("trailing-space", 2), ("final-newline", 2)]);
        assert_eq!(broken("tests/golden/a.http", "X: \na"), NOTHING);
    }

    #[test]
    fn paths_of_one_machine_are_found_in_code_comments_and_prose() {
        for place in LOCAL {
            assert_eq!(broken("a.toml", &format!("x = \"{place}a\"\n")), [("local-path", 1)], "{place}");
        }
        assert_eq!(broken("a.rs", &format!("// see {}a\n", LOCAL[0])), [("local-path", 1)]);
        assert_eq!(broken("a.rs", &format!("f(\"{}a\");\n", LOCAL[1])), [("local-path", 1)]);
        assert_eq!(broken("a.md", &format!("src{0}a, ~{0}\n", "/w/")), NOTHING);
        assert_eq!(broken("a.md", &format!("https://example.com{}\n", LOCAL[0])), NOTHING);
    }

    #[test]
    fn registries_are_not_named() {
        for host in [["registry", "example.org"], ["npm.mirror", "example"], ["files.nexus", "example.org"]] {
            assert_eq!(broken("a.md", &format!("get https://{}/x\n", host.join("."))), [("registry", 1)], "{host:?}");
        }
        assert_eq!(broken("a.md", "https://docs.rs/registry https://github.com/a/registry.b\n"), NOTHING);
    }

    #[test]
    fn lock_files_hold_versions_only() {
        assert_eq!(broken("Cargo.lock", &format!("{FROM_REGISTRY}https://example.org/index\"\n")), NOTHING);
        assert_eq!(broken("Cargo.lock", "source = \"git+https://github.com/a/b\"\n"), [("registry", 1)]);
        assert_eq!(
            broken("e2e/package-lock.json", "{\n  \"resolved\": \"https://example.com/a.tgz\"\n"),
            [("registry", 2)]
        );
        assert_eq!(broken("e2e/package-lock.json", "{ \"version\": \"1.0.0\" }"), NOTHING);
    }

    #[test]
    fn marks_are_words_in_prose() {
        for mark in MARKS {
            assert_eq!(broken("a.rs", &format!("f(); // {mark}: g\n")), [("mark", 1)], "{mark}");
            assert_eq!(broken("a.rs", &format!("/* a\n{mark} */\n")), [("mark", 2)], "{mark}");
            assert_eq!(broken("docs/a.md", &format!("- {mark}\n")), [("mark", 1)], "{mark}");
            assert_eq!(broken("a.rs", &format!("f(\"{mark}\"); // `{mark}` x{mark}\n")), NOTHING, "{mark}");
        }
    }

    #[test]
    fn unfinished_code_is_found_in_code_only() {
        assert_eq!(broken("a.rs", "fn f() {\n    todo!()\n}\n"), [("unfinished", 2)]);
        assert_eq!(broken("a.rs", "unimplemented! { }\n"), [("unfinished", 1)]);
        assert_eq!(broken("a.rs", "let x = std::dbg!(y);\n"), [("unfinished", 1)]);
        assert_eq!(broken("a.rs", "f(\"todo!()\"); // dbg!(x)\nmy_todo!(); todo();\n"), NOTHING);
    }

    #[test]
    fn names_of_files_mean_something() {
        assert_eq!(broken("crates/app/src/utils.rs", ""), [("file-name", 1)]);
        assert_eq!(broken("crates/app/src/order_helper.rs", ""), [("file-name", 1)]);
        assert_eq!(broken("crates/app/src/manager/mod.rs", ""), [("file-name", 1)]);
        assert_eq!(broken("crates/app/src/order.rs", ""), NOTHING);
        assert_eq!(broken("crates/app/src/utility_bill.rs", ""), NOTHING);
    }

    #[test]
    fn long_lines_are_broken_unless_they_cannot_be() {
        let long = "x".repeat(WIDTH + 1);
        assert_eq!(broken("a.rs", &format!("{}\n", "é".repeat(WIDTH))), NOTHING);
        assert_eq!(broken("a.rs", &format!("{long}\n")), [("line-length", 1)]);
        assert_eq!(broken("a.rs", &format!("// {long}\n")), [("line-length", 1)]);
        assert_eq!(broken("a.rs", &format!("f(\"{long}\");\n")), NOTHING);
        assert_eq!(broken("a.rs", &format!("f(\"\n{long}\n\");\n")), NOTHING);
        assert_eq!(broken("a.rs", &format!("// https://{long}\n")), NOTHING);
        assert_eq!(broken("a.md", &format!("{long}\n")), NOTHING);
    }

    #[test]
    fn floats_need_no_name_to_be_found() {
        for code in ["0.1", "x * 1_000.5", "(2.0)", "-3.25"] {
            assert_eq!(broken("a.rs", &format!("let x = {code};\n")), [("float", 1)], "{code}");
        }
        assert_eq!(broken("bench/src/a.rs", "let x = 0.1;\n"), NOTHING);
        for code in ["pair.0.1", "0..10", "x1.0", "1.max(2)", "\"0.1\"", "a.0 .1", "[0, 1]"] {
            assert_eq!(broken("a.rs", &format!("let x = {code}; // 0.1\n")), NOTHING, "{code}");
        }
    }

    #[test]
    fn sql_is_in_the_store() {
        for statement in STATEMENTS {
            for text in [format!("f(\"{statement} a\");\n"), format!("f(r#\"\n    {statement}\n  a\"#);\n")] {
                assert_eq!(broken("crates/app/src/a.rs", &text), [("sql", 1)], "{text}");
                assert_eq!(broken("crates/store/src/a.rs", &text), NOTHING, "{text}");
                assert_eq!(broken("tests/src/a.rs", &text), NOTHING, "{text}");
                assert_eq!(broken("bench/src/a.rs", &text), NOTHING, "{text}");
                assert_eq!(broken("crates/app/tests/a.rs", &text), NOTHING, "{text}");
                assert_eq!(broken("crates/app/src/a.rs", &format!("#[cfg(test)]\nmod tests {{ {text} }}\n")), NOTHING);
            }
        }
        assert_eq!(broken("crates/app/src/a.rs", "f(\"Select a card\"); g(\"UPDATED\"); // \"SELECT a\n"), NOTHING);
    }

    #[test]
    fn a_crate_says_what_it_is() {
        for root in ["crates/a/src/lib.rs", "crates/a/src/main.rs", "tests/src/lib.rs"] {
            assert_eq!(broken(root, "//! What it is.\n"), NOTHING);
            for text in ["fn f() {}\n", "//!\n", "", "// a\n//! b\n"] {
                assert_eq!(broken(root, text), [("crate-doc", 1)], "{text:?}");
            }
        }
        assert_eq!(broken("crates/a/src/order.rs", "fn f() {}\n"), NOTHING);
    }
}
