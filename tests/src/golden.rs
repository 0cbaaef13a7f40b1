//! Golden HTTP: a file holds requests and the exact answers, as text.
//!
//! A file is a story on one fresh server. Each step begins with `### ` and a
//! title, then either a request or a command, then `<<<`, then the answer, to
//! the byte. Between steps stand answers' top-level JSON members as `{{name}}`,
//! what is in the query of a `Location` as `{{location.name}}`, the code and the
//! saved account that a television shows as `{{tv}}` and `{{saved}}`, and what a
//! player's account offers to `{{forget}}` and to `{{cancel}}`. Clock, ids and
//! randomness are fixed, so nothing is blanked out.
//!
//! Commands: `@advance 90s`, `@deliver` (does all that is due and shows the
//! webhooks), `@game 500 text` (how the game answers next), `@game silent`,
//! `@books`, `@mail` (the letters that players got), `@keep key as other_key`
//! (another name for a member of an answer).

use crate::world::{Reply, World, answered, silence};
use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use coinslot_app::port::Post;
use coinslot_domain::id::ProjectId;
use coinslot_domain::time::Span;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// A step of a story.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it shows.
    pub title: String,
    /// The request or command, as it stands in the file.
    pub input: String,
    /// The answer as it stands in the file.
    pub expected: String,
}

/// What a step did, for the coverage check.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The method.
    pub method: String,
    /// The path, without its query.
    pub path: String,
    /// The `Authorization` header.
    pub authorization: String,
    /// The status of the answer.
    pub status: u16,
    /// The body of the answer.
    pub body: String,
}

impl Seen {
    /// Whether it was for a route, by its canonical path.
    pub fn fits(&self, method: &str, path: &str) -> bool {
        let (want, have): (Vec<&str>, Vec<&str>) = (path.split('/').collect(), self.path.split('/').collect());
        let part = |(w, h): (&&str, &&str)| w == h || (w.starts_with('{') && !h.is_empty());
        method == self.method && want.len() == have.len() && want.iter().zip(&have).all(part)
    }
}

/// The files with the stories, in the order of their names.
pub fn stories() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let entries = std::fs::read_dir(directory).expect("a directory of stories");
    let mut all: Vec<PathBuf> = entries.map(|e| e.expect("an entry").path()).collect();
    all.retain(|p| p.extension().is_some_and(|e| e == "http"));
    all.sort();
    assert!(!all.is_empty());
    all
}

/// Reads a story. The text before the first step is its introduction.
pub fn parse(text: &str) -> (String, Vec<Step>) {
    let mut parts = text.split("\n### ");
    let introduction = parts.next().unwrap_or_default().to_string();
    let steps = parts
        .map(|part| {
            let (title, rest) = part.split_once('\n').unwrap_or((part, ""));
            let (input, expected) = rest.split_once("\n<<<\n").unwrap_or((rest, ""));
            Step { title: title.into(), input: input.trim().into(), expected: expected.trim_end().into() }
        })
        .collect();
    (introduction, steps)
}

/// Writes a story back.
pub fn write(introduction: &str, steps: &[Step]) -> String {
    let mut text = introduction.trim_end().to_string();
    text.push('\n');
    for step in steps {
        let _ = write!(text, "\n### {}\n{}\n<<<\n{}\n", step.title, step.input, step.expected);
    }
    text
}

/// Plays a story; the steps with the answers that came, and what was seen.
pub async fn play(world: &World, steps: &[Step]) -> (Vec<Step>, Vec<Seen>) {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut seen = Vec::new();
    let mut played = Vec::new();
    for step in steps {
        let mut input = step.input.clone();
        for (name, value) in &names {
            input = input.replace(&format!("{{{{{name}}}}}"), value);
        }
        let answer = match input.strip_prefix('@') {
            Some(command) if command.starts_with("keep ") => {
                let (old, new) = command["keep ".len()..].split_once(" as ").expect("two names");
                match names.get(old).cloned() {
                    Some(value) => {
                        names.insert(new.to_string(), value);
                        "kept".into()
                    }
                    None => format!("{old} is not known"),
                }
            }
            Some(command) => run(world, command).await,
            None => {
                let (request, mut note) = request(&input);
                let reply = world.send(request).await;
                note.status = reply.status.as_u16();
                note.body.clone_from(&reply.body);
                remember(&mut names, &reply);
                let shown = show(&reply, &note.path);
                seen.push(note);
                shown
            }
        };
        played.push(Step { expected: answer, ..step.clone() });
    }
    (played, seen)
}

fn request(input: &str) -> (Request<Body>, Seen) {
    let (head, body) = input.split_once("\n\n").unwrap_or((input, ""));
    let mut lines = head.lines();
    let (method, target) = lines.next().and_then(|l| l.split_once(' ')).expect("a request line");
    let mut request = Request::builder().method(method).uri(target);
    let mut authorization = String::new();
    for line in lines {
        let (name, value) = line.split_once(": ").unwrap_or_else(|| panic!("a header in {line:?}"));
        if name.eq_ignore_ascii_case("authorization") {
            authorization = value.into();
        }
        request = request.header(name, credentials(value));
    }
    let path = target.split('?').next().unwrap_or(target).to_string();
    let seen = Seen { method: method.into(), path, authorization, status: 0, body: String::new() };
    (request.body(Body::from(body.to_string())).expect("a request"), seen)
}

/// The value of a header; `Basic` with a number, a colon and a key is written
/// out, for a story cannot know a key before it is made.
fn credentials(value: &str) -> String {
    let pair = value.strip_prefix("Basic ").filter(|pair| pair.contains(':'));
    pair.map_or_else(|| value.to_string(), |pair| format!("Basic {}", STANDARD.encode(pair)))
}

fn remember(names: &mut BTreeMap<String, String>, reply: &Reply) {
    if let Some((_, query)) = reply.header("location").split_once('?') {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        names.extend(pairs.map(|(name, value)| (format!("location.{name}"), value.to_string())));
    }
    let marks = [
        ("tv", "&#38;code="),
        ("saved", "account="),
        ("forget", "name=\"forget\" value=\""),
        ("cancel", "name=\"cancel\" value=\""),
    ];
    for (name, before) in marks {
        if let Some(rest) = reply.body.split(before).nth(1) {
            let value = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-');
            names.insert(name.into(), value.collect());
        }
    }
    if let Ok(serde_json::Value::Object(members)) = serde_json::from_str(&reply.body) {
        for (name, value) in members {
            match value {
                serde_json::Value::String(text) => names.insert(name, text),
                serde_json::Value::Number(n) => names.insert(name, n.to_string()),
                _ => None,
            };
        }
    }
}

/// What is generated from the routes, and grows with each of them: other tests
/// hold it against them, and here it would bury what changed.
const GENERATED: [&str; 2] = ["/openapi.json", "/docs"];

/// What is no text.
const WORKBOOK: &str = "application/vnd.openxmlformats";

fn show(reply: &Reply, path: &str) -> String {
    let mut text = format!("{}\n", reply.status);
    let generated = GENERATED.contains(&path);
    for (name, value) in reply.headers.iter().filter(|(name, _)| !generated || name != "content-length") {
        let _ = writeln!(text, "{name}: {value}");
    }
    let kind = reply.header("content-type");
    let body = if generated {
        format!("({} generated from the routes)", kind.split(';').next().unwrap_or(kind))
    } else if ["text/css", "image/", WORKBOOK].iter().any(|k| kind.starts_with(k)) || kind.contains("javascript") {
        // Assets are compared by the pages that use them.
        format!("({} of our own)", kind.split(';').next().unwrap_or(kind))
    } else {
        reply.body.clone()
    };
    if !body.is_empty() {
        let _ = write!(text, "\n{body}");
    }
    text.trim_end().to_string()
}

async fn run(world: &World, command: &str) -> String {
    let (name, rest) = command.split_once(' ').unwrap_or((command, ""));
    match name {
        "advance" => {
            let (number, unit) = rest.split_at(rest.len() - 1);
            let number: i64 = number.parse().expect("a number of seconds, minutes or hours");
            world.advance(match unit {
                "s" => Span::seconds(number),
                "m" => Span::minutes(number),
                "h" => Span::hours(number),
                other => panic!("{other} is no unit"),
            });
            format!("{}", world.app.clock.now())
        }
        "game" if rest == "silent" => {
            world.game.answer_next(silence());
            "the game will not answer".into()
        }
        "game" => {
            let (status, body) = rest.split_once(' ').unwrap_or((rest, ""));
            world.game.answer_next(answered(status.parse().expect("a status"), body));
            format!("the game will answer {status}")
        }
        "deliver" => {
            world.run_due().await;
            told(world)
        }
        "told" => told(world),
        "mail" => letters(world),
        "books" => {
            let project = ProjectId::new(coinslot_app::demo::PROJECT).expect("a project");
            let faults = coinslot_app::audit::books(&world.app, project).await.expect("the books");
            let read = world.app.store.read(move |tx| coinslot_store::ledger::balances(tx, project));
            let balances = read.await.unwrap_or_else(|e: coinslot_store::StoreError| panic!("{e}"));
            let mut text = String::new();
            for (account, currency, amount) in balances {
                let _ = writeln!(text, "{account:14}{currency} {amount:>8}");
            }
            for fault in faults {
                let _ = writeln!(text, "FAULT {fault}");
            }
            text.trim_end().to_string()
        }
        other => panic!("@{other} is no command"),
    }
}

fn letters(world: &World) -> String {
    let mut text = String::new();
    for letter in world.post.caught().unwrap_or_default().iter().rev() {
        let _ = writeln!(text, "To: {}\nSubject: {}\n\n{}\n", letter.to, letter.subject, letter.text.trim_end());
    }
    if text.is_empty() { "nothing was mailed".into() } else { text.trim_end().to_string() }
}

fn told(world: &World) -> String {
    let mut text = String::new();
    for (request, answer) in world.game.take() {
        // Webhooks have a body, and questions that are asked with GET have none.
        let _ = writeln!(text, "{} {}", if request.body.is_empty() { "GET" } else { "POST" }, request.url);
        for (name, value) in &request.headers {
            let _ = writeln!(text, "{name}: {value}");
        }
        let status = answer.status.map_or("no answer".to_string(), |s| s.to_string());
        let _ = writeln!(text, "\n{}\n\nanswer: {status} {}\n", request.body, answer.body);
    }
    if text.is_empty() { "nothing was told".into() } else { text.trim_end().to_string() }
}
