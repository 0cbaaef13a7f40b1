//! What SQL may be written here: what SQLite, PostgreSQL and the engines that
//! speak PostgreSQL's language over many machines have in common.
//!
//! The lint reads words, not grammar. Where it cannot tell, it complains: a
//! statement is rewritten sooner than the lint.

use std::collections::BTreeSet;

/// Which rule a statement breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// A word or a form outside of the portable profile.
    Profile,
    /// `$1` to `$N`, none left out.
    Placeholders,
    /// A project's row is reached by its project.
    Project,
    /// A lock is taken in one project only.
    Lock,
}

/// A complaint.
#[derive(Debug)]
pub struct Problem {
    pub rule: Rule,
    pub text: String,
}

/// Words that name what some engine lacks, and why they are not missed.
const WORDS: &[(&str, &str)] = &[
    ("listen", "LISTEN reaches one node only: poll"),
    ("unlisten", "LISTEN reaches one node only: poll"),
    ("notify", "NOTIFY reaches one node only: poll"),
    ("pg_notify", "NOTIFY reaches one node only: poll"),
    ("nextval", "ids come from id_block"),
    ("currval", "ids come from id_block"),
    ("setval", "ids come from id_block"),
    ("sequence", "ids come from id_block"),
    ("serial", "ids come from id_block"),
    ("bigserial", "ids come from id_block"),
    ("smallserial", "ids come from id_block"),
    ("identity", "ids come from id_block"),
    ("autoincrement", "ids come from id_block"),
    ("rowid", "only SQLite has it"),
    ("ctid", "only PostgreSQL has it"),
    ("merge", "SQLite has no MERGE: INSERT … ON CONFLICT"),
    ("replace", "only SQLite has it: INSERT … ON CONFLICT"),
    ("random", "random values are parameters"),
    ("randomblob", "random values are parameters"),
    ("gen_random_uuid", "random values are parameters"),
    ("now", "the time is a parameter"),
    ("current_timestamp", "the time is a parameter"),
    ("current_date", "the time is a parameter"),
    ("current_time", "the time is a parameter"),
    ("localtime", "the time is a parameter"),
    ("localtimestamp", "the time is a parameter"),
    ("clock_timestamp", "the time is a parameter"),
    ("statement_timestamp", "the time is a parameter"),
    ("transaction_timestamp", "the time is a parameter"),
    ("strftime", "the time is a parameter"),
    ("datetime", "the time is a parameter"),
    ("julianday", "the time is a parameter"),
    ("unixepoch", "the time is a parameter"),
    ("truncate", "not every engine has it: DELETE"),
    ("trigger", "refused on distributed tables"),
    ("function", "no code in the database"),
    ("procedure", "no code in the database"),
    ("language", "no code in the database"),
    ("plpgsql", "no code in the database"),
    ("savepoint", "the engine's own business on SQLite, and missing on others"),
    ("temp", "not every engine has temporary tables"),
    ("temporary", "not every engine has temporary tables"),
    ("copy", "only PostgreSQL has it"),
    ("pragma", "only SQLite has it"),
    ("ilike", "only PostgreSQL has it"),
];

/// Complaints about words, for statements and migrations alike.
pub fn words(sql: &str) -> Vec<Problem> {
    let tokens = tokens(sql);
    let mut problems = Vec::new();
    let mut complain = |text: String| problems.push(Problem { rule: Rule::Profile, text });
    for (i, token) in tokens.iter().enumerate() {
        if let Some((word, why)) = WORDS.iter().find(|(word, _)| word == token) {
            complain(format!("{word}: {why}"));
        }
        if token.starts_with("pg_advisory") || token.starts_with("pg_try_advisory") {
            complain(format!("{token}: advisory locks are missing or do nothing elsewhere"));
        }
        if token == "$" {
            complain("$$: no code in the database".into());
        }
        if token == "\"" {
            complain("a quoted name: names need no quotes".into());
        }
        let before = i.checked_sub(1).map(|i| tokens[i].as_str());
        if token == "*" && matches!(before, Some("select" | "returning" | "," | "." | "distinct" | "all")) {
            complain("*: a column that is added must not change what a statement returns".into());
        }
    }
    if tokens.first().is_some_and(|t| t == "with") {
        // Also where the changes stand behind the WITH: SQLite has only that,
        // others only half of it.
        if let Some(verb) = tokens.iter().find(|t| matches!(t.as_str(), "insert" | "update" | "delete")) {
            complain(format!("WITH … {verb}: SQLite has no CTE that modifies"));
        }
    }
    problems
}

/// Complaints about a statement. The rows of every table belong to a project,
/// except those of the tables in `reference`.
pub fn statement(sql: &str, reference: &[&str]) -> Vec<Problem> {
    let mut problems = words(sql);
    let tokens = tokens(sql);
    placeholders(&tokens, &mut problems);
    let mut rest = tokens.as_slice();
    let level = tree(&mut rest);
    if !rest.is_empty() {
        problems.push(Problem { rule: Rule::Profile, text: "a parenthesis too many".into() });
    }
    change(&level, reference, &mut problems);
    selects(&level, reference, &mut problems);
    problems
}

fn placeholders(tokens: &[String], problems: &mut Vec<Problem>) {
    let used: BTreeSet<i64> = tokens.iter().filter_map(|t| t.strip_prefix('$')?.parse().ok()).collect();
    let wanted: BTreeSet<i64> = (1..).take(used.len()).collect();
    if used != wanted {
        problems.push(Problem { rule: Rule::Placeholders, text: format!("placeholders {used:?}") });
    }
    if tokens.iter().any(|t| t == "?") {
        problems.push(Problem { rule: Rule::Placeholders, text: "? instead of $N".into() });
    }
}

/// A word, or what stands in parentheses.
enum Node {
    Word(String),
    Group(Vec<Node>),
}

impl Node {
    fn word(&self) -> &str {
        match self {
            Node::Word(word) => word,
            Node::Group(_) => "()",
        }
    }
}

fn tree(tokens: &mut &[String]) -> Vec<Node> {
    let mut level = Vec::new();
    while let Some((first, rest)) = tokens.split_first() {
        match first.as_str() {
            ")" => break,
            "(" => {
                *tokens = rest;
                level.push(Node::Group(tree(tokens)));
                *tokens = tokens.get(1..).unwrap_or_default();
            }
            _ => {
                *tokens = rest;
                level.push(Node::Word(first.clone()));
            }
        }
    }
    level
}

fn position(level: &[Node], word: &str) -> Option<usize> {
    level.iter().position(|n| n.word() == word)
}

/// The statement's own verb, and the table it changes.
fn change(level: &[Node], reference: &[&str], problems: &mut Vec<Problem>) {
    let word = |i: usize| level.get(i).map_or("", Node::word);
    let mut complain = |rule, text: String| problems.push(Problem { rule, text });
    let (table, conditions) = match (word(0), word(1)) {
        ("select" | "with", _) => return,
        ("insert", "into") => {
            let table = word(2);
            let owned = !reference.contains(&table);
            let Some(Node::Group(columns)) = level.get(3) else {
                return complain(Rule::Profile, format!("INSERT INTO {table} does not name its columns"));
            };
            if owned && position(columns, "project_id").is_none() {
                complain(Rule::Project, format!("INSERT INTO {table} names no project_id"));
            }
            if let Some(conflict) = position(level, "conflict") {
                match level.get(conflict + 1) {
                    Some(Node::Group(key)) if !owned || key.first().is_some_and(|n| n.word() == "project_id") => {}
                    _ => complain(Rule::Project, format!("ON CONFLICT on {table} does not begin with project_id")),
                }
            }
            return;
        }
        ("update", table) => (table, level),
        ("delete", "from") => (word(2), level),
        (verb, _) => return complain(Rule::Profile, format!("{verb}: not a statement of the profile")),
    };
    let conditions = position(conditions, "where").map_or(&[][..], |i| &conditions[i..]);
    if !reference.contains(&table) && !bound(conditions, None) {
        complain(Rule::Project, format!("{} {table} without project_id = $N", word(0)));
    }
}

/// Every SELECT, however deep.
fn selects(level: &[Node], reference: &[&str], problems: &mut Vec<Problem>) {
    let starts: Vec<usize> = (0..level.len()).filter(|i| level[*i].word() == "select").collect();
    for (n, start) in starts.iter().enumerate() {
        let end = starts.get(n + 1).copied().unwrap_or(level.len());
        select(&level[*start..end], reference, problems);
    }
    for node in level {
        if let Node::Group(inner) = node {
            selects(inner, reference, problems);
        }
    }
}

fn select(level: &[Node], reference: &[&str], problems: &mut Vec<Problem>) {
    let Some(from) = position(level, "from") else { return };
    let after = &level[from + 1..];
    let ends = ["where", "group", "order", "limit", "having", "for", "union", "except", "intersect"];
    let end = after.iter().position(|n| ends.contains(&n.word())).unwrap_or(after.len());
    // (table, the name it goes by here)
    let mut sources: Vec<(&str, &str)> = Vec::new();
    for source in after[..end].split(|n| matches!(n.word(), "," | "join")) {
        let noise = ["as", "left", "right", "full", "inner", "outer", "cross", "natural"];
        let mut names = source.iter().take_while(|n| !matches!(n.word(), "on" | "using")).map(Node::word);
        let mut names = names.by_ref().filter(|w| !noise.contains(w));
        let Some(table) = names.next() else { continue };
        // A group is a SELECT of its own, and is looked at as one.
        if table != "()" {
            sources.push((table, names.next().unwrap_or(table)));
        }
    }
    let locks = position(after, "for").is_some();
    for (table, alias) in &sources {
        let alone = (sources.len() == 1).then_some(None).into_iter();
        if reference.contains(table) || alone.chain([Some(*alias)]).any(|alias| bound(after, alias)) {
            continue;
        }
        let text = format!("SELECT … FROM {table} without {alias}.project_id = $N");
        problems.push(Problem { rule: Rule::Project, text });
        if locks {
            let text = format!("rows of {table} are locked in more than one project");
            problems.push(Problem { rule: Rule::Lock, text });
        }
    }
}

/// Whether `[alias.]project_id = $N` is among conditions that must all hold.
fn bound(level: &[Node], alias: Option<&str>) -> bool {
    let words: Vec<&str> = level.iter().map(Node::word).collect();
    let wanted: Vec<&str> = match alias {
        None => vec!["project_id", "="],
        Some(alias) => vec![alias, ".", "project_id", "="],
    };
    let all = !words.contains(&"or");
    all && words.windows(wanted.len() + 1).enumerate().any(|(i, window)| {
        let before = i.checked_sub(1).map_or("where", |i| words[i]);
        let next = words.get(i + window.len()).copied().unwrap_or("and");
        let value = window[wanted.len()];
        window[..wanted.len()] == wanted
            && value.strip_prefix('$').is_some_and(|n| n.parse::<u32>().is_ok())
            && matches!(before, "where" | "and" | "on")
            && matches!(next, "and" | "order" | "group" | "limit" | "for" | "returning" | "where" | "having")
    })
}

/// The words of a text in lower case, without comments; a string is `'`.
fn tokens(sql: &str) -> Vec<String> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut rest = sql;
    let mut tokens = Vec::new();
    loop {
        rest = rest.trim_start();
        let Some(first) = rest.chars().next() else { return tokens };
        let length = if rest.starts_with("--") {
            rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
            continue;
        } else if rest.starts_with("/*") {
            rest = rest.split_once("*/").map_or("", |(_, rest)| rest);
            continue;
        } else if first == '\'' {
            tokens.push("'".into());
            // A doubled quote is two strings side by side, which is as good.
            rest = rest[1..].split_once('\'').map_or("", |(_, rest)| rest);
            continue;
        } else if is_word(first) {
            rest.find(|c| !is_word(c)).unwrap_or(rest.len())
        } else if first == '$' {
            1 + rest[1..].find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len() - 1)
        } else {
            first.len_utf8()
        };
        tokens.push(rest[..length].to_ascii_lowercase());
        rest = &rest[length..];
    }
}
