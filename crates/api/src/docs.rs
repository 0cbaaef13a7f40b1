//! `GET /docs`: the published document as a page. It needs no script and no
//! other server, and shows nothing that is not in the document.

use crate::openapi::{document, printed};
use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use coinslot_app::{Shared, demo};
use coinslot_wire::shape::MAX_INTEGER;
use serde_json::Value;

/// Where the page's looks are.
pub(crate) const STYLE: &str = "/docs/docs.css";

const CSS: &str = include_str!("../assets/docs.css");
const CSS_HASH: u64 = fnv1a(CSS.as_bytes());

/// Everything from this server, nothing inline, nothing that runs.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// Rows that fit into one table before its objects get tables of their own.
const ROWS: usize = 16;

/// FNV-1a: told apart are versions of one file, not files of an attacker.
const fn fnv1a(bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut i = 0;
    while i < bytes.len() {
        hash = (hash ^ bytes[i] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        i += 1;
    }
    hash
}

fn style_version() -> String {
    format!("v={CSS_HASH:016x}")
}

/// The page.
pub(crate) async fn show(State(app): State<Shared>) -> Response {
    match page(&document(&app.public_url)) {
        Ok(html) => {
            let policy = (header::CONTENT_SECURITY_POLICY, POLICY);
            let features = HeaderName::from_static("permissions-policy");
            let features = (features, "camera=(), microphone=(), geolocation=(), payment=(), usb=()");
            answer("text/html; charset=utf-8", "no-cache", &[policy, features], html)
        }
        Err(e) => {
            tracing::error!(error = %e, "the documentation could not be filled in");
            (StatusCode::INTERNAL_SERVER_ERROR, "The page could not be shown").into_response()
        }
    }
}

/// Its looks. Under an address that names the version they are good for ever.
pub(crate) async fn style(RawQuery(query): RawQuery) -> Response {
    let keep = match query == Some(style_version()) {
        true => "public, max-age=31536000, immutable",
        false => "public, max-age=300",
    };
    answer("text/css; charset=utf-8", keep, &[], CSS)
}

fn answer(
    kind: &'static str,
    keep: &'static str,
    more: &[(HeaderName, &'static str)],
    body: impl IntoResponse,
) -> Response {
    let mut headers = HeaderMap::new();
    let fixed = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, keep),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    for (name, value) in fixed.iter().chain(more) {
        headers.insert(name, HeaderValue::from_static(value));
    }
    (headers, body).into_response()
}

/// An operation of a document.
pub(crate) struct Operation<'a> {
    pub path: &'a str,
    pub method: String,
    pub value: &'a Value,
}

/// The tags of a document in their order, each with its operations.
pub(crate) fn by_tag(document: &Value) -> Vec<(&Value, Vec<Operation<'_>>)> {
    list(&document["tags"])
        .iter()
        .map(|tag| {
            let operations = members(&document["paths"])
                .flat_map(|(path, methods)| members(methods).map(move |(method, value)| (path, method, value)))
                .filter(|(.., value)| list(&value["tags"]).contains(&tag["name"]))
                .map(|(path, method, value)| Operation { path, method: method.to_ascii_uppercase(), value });
            (tag, operations.collect())
        })
        .collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(key, value)| (key.as_str(), value))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[derive(Template)]
#[template(path = "docs.html")]
struct Page<'a> {
    style: String,
    title: &'a str,
    version: &'a str,
    summary: &'a str,
    server: &'a str,
    paragraphs: Vec<&'a str>,
    groups: Vec<Group<'a>>,
    errors: Table,
}

struct Group<'a> {
    name: &'a str,
    about: &'a str,
    operations: Vec<Shown<'a>>,
}

/// An operation as it is shown.
struct Shown<'a> {
    id: &'a str,
    method: String,
    path: &'a str,
    summary: &'a str,
    /// What tells it from others with the same summary, if there are such.
    apart: String,
    merchant: bool,
    path_parameters: Table,
    query: Table,
    body: Vec<Table>,
    request: String,
    answers: Vec<ShownAnswer<'a>>,
}

struct ShownAnswer<'a> {
    status: &'a str,
    reason: &'static str,
    what: &'a str,
    good: bool,
    rows: Table,
    examples: Vec<String>,
}

/// Properties, or parameters.
#[derive(Default)]
struct Table {
    /// What they are properties of; nothing for the whole.
    of: String,
    rows: Vec<Row>,
}

struct Row {
    /// The path to it within the table.
    parent: String,
    name: String,
    kind: String,
    required: bool,
    bounds: Vec<String>,
    values: Vec<String>,
    about: String,
    /// The end of the path to its own table, if it has one.
    continued: Option<String>,
}

fn page(document: &Value) -> Result<String, askama::Error> {
    let server = text(&document["servers"][0]["url"]);
    let groups = by_tag(document)
        .into_iter()
        .map(|(tag, operations)| {
            let mut operations: Vec<_> = operations.into_iter().map(|o| shown(server, o)).collect();
            let apart: Vec<_> = operations.iter().map(|o| apart(o, &operations)).collect();
            operations.iter_mut().zip(apart).for_each(|(o, apart)| o.apart = apart);
            Group { name: text(&tag["name"]), about: text(&tag["description"]), operations }
        })
        .collect();
    let info = &document["info"];
    Page {
        style: format!("{STYLE}?{}", style_version()),
        title: text(&info["title"]),
        version: text(&info["version"]),
        summary: text(&info["summary"]),
        server,
        paragraphs: text(&info["description"]).split("\n\n").collect(),
        groups,
        errors: whole(&document["components"]["schemas"]["Error"]),
    }
    .render()
}

/// What tells an operation from others with the same summary: its method and as
/// much of the end of its path as that takes. Nothing if there are none.
fn apart(one: &Shown<'_>, all: &[Shown<'_>]) -> String {
    let end = |o: &Shown<'_>, segments: usize| {
        let from = o.path.rmatch_indices('/').nth(segments - 1).map_or(0, |(at, _)| at);
        format!("{} {}{}", o.method, if from > 0 { "…" } else { "" }, &o.path[from..])
    };
    let alike: Vec<_> = all.iter().filter(|o| o.summary == one.summary && o.id != one.id).collect();
    let mut ends = (1..=one.path.matches('/').count()).map(|n| (n, end(one, n)));
    let told = ends.find(|(n, mine)| alike.iter().all(|o| end(o, *n) != *mine));
    told.filter(|_| !alike.is_empty()).map(|(_, end)| end).unwrap_or_default()
}

fn shown<'a>(server: &str, operation: Operation<'a>) -> Shown<'a> {
    let Operation { path, method, value } = operation;
    let mut body = Vec::new();
    let content = value.pointer("/requestBody/content/application~1json");
    if let Some(content) = content {
        tables(String::new(), &content["schema"], &mut body);
    }
    let parameters = |place: &str| {
        let here = list(&value["parameters"]).iter().filter(|p| p["in"] == place);
        let shown = here.map(|p| {
            let about = text(&p["description"]).to_string();
            Row { about, ..row(String::new(), text(&p["name"]), &p["schema"], p["required"] == true) }
        });
        Table { of: String::new(), rows: shown.collect() }
    };
    let answers = members(&value["responses"]).map(|(status, response)| {
        let media = members(&response["content"]).next().map(|(_, media)| media);
        ShownAnswer {
            status,
            reason: status.parse().ok().and_then(|s: StatusCode| s.canonical_reason()).unwrap_or_default(),
            what: text(&response["description"]),
            good: status.starts_with('2'),
            rows: media.map(|m| whole(&m["schema"])).unwrap_or_default(),
            examples: media
                .map(|m| members(&m["examples"]).map(|(_, e)| shown_value(&e["value"])))
                .map_or_else(Vec::new, Iterator::collect),
        }
    });
    Shown {
        id: text(&value["operationId"]),
        path,
        summary: text(&value["summary"]),
        apart: String::new(),
        merchant: !list(&value["security"]).is_empty(),
        path_parameters: parameters("path"),
        query: parameters("query"),
        body,
        request: curl(server, path, &method, value, content.map(|c| &c["example"])),
        answers: answers.collect(),
        method,
    }
}

fn shown_value(value: &Value) -> String {
    let shown = value.as_str().map_or_else(|| printed(value), str::to_string);
    shown.trim_end().to_string()
}

/// The request with the credentials of `coinslot dev`, to be pasted into a
/// shell.
fn curl(server: &str, path: &str, method: &str, operation: &Value, body: Option<&Value>) -> String {
    let mut url = format!("{server}{path}");
    for parameter in list(&operation["parameters"]) {
        url = url.replace(&format!("{{{}}}", text(&parameter["name"])), &parameter["example"].to_string());
    }
    let mut words = vec!["curl".to_string()];
    // What curl does by itself: GET, and POST when there is a body.
    if method != (if body.is_some() { "POST" } else { "GET" }) {
        words.push(format!("-X {method}"));
    }
    if !list(&operation["security"]).is_empty() {
        words.push(format!("-u {}:{}", demo::MERCHANT, demo::API_KEY));
    }
    words.push(quoted(&url));
    let mut line = words.join(" ");
    if let Some(body) = body {
        line.push_str(" \\\n  -H 'Content-Type: application/json' -d ");
        line.push_str(&quoted(&shown_value(body)));
    }
    line
}

/// A word of a shell's command.
fn quoted(word: &str) -> String {
    if word.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~:/@".contains(&b)) {
        return word.to_string();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// One table of all properties, nested ones too.
fn whole(schema: &Value) -> Table {
    let mut rows = Vec::new();
    all_rows("", schema, &mut rows);
    Table { of: String::new(), rows }
}

/// The properties of a schema, in one table if they are few, otherwise one for
/// each object.
fn tables(of: String, schema: &Value, into: &mut Vec<Table>) {
    let mut rows = Vec::new();
    all_rows("", schema, &mut rows);
    if rows.len() <= ROWS {
        into.push(Table { of, rows });
        return;
    }
    let (mut rows, mut nested) = (Vec::new(), Vec::new());
    for (name, property, required) in properties(schema) {
        let (inner, suffix) = inner(property);
        let continued = properties(inner).next().is_some().then(|| format!("{name}{suffix}"));
        if let Some(end) = &continued {
            let dot = if of.is_empty() { "" } else { "." };
            nested.push((format!("{of}{dot}{end}"), inner));
        }
        rows.push(Row { continued, ..row(String::new(), name, property, required) });
    }
    into.push(Table { of, rows });
    nested.into_iter().for_each(|(of, schema)| tables(of, schema, into));
}

fn all_rows(parent: &str, schema: &Value, into: &mut Vec<Row>) {
    for (name, property, required) in properties(schema) {
        into.push(row(parent.to_string(), name, property, required));
        let (inner, suffix) = inner(property);
        all_rows(&format!("{parent}{name}{suffix}."), inner, into);
    }
}

/// What may have properties below a property: itself, or a list's elements.
fn inner(property: &Value) -> (&Value, &'static str) {
    match property.get("items") {
        Some(items) => (items, "[]"),
        None => (property, ""),
    }
}

/// Name, schema, and whether it is required: those that are come first.
fn properties(schema: &Value) -> impl Iterator<Item = (&str, &Value, bool)> {
    let required = list(&schema["required"]);
    let of = move |wanted: bool| {
        members(&schema["properties"])
            .map(move |(name, property)| (name, property, required.iter().any(|r| r == name)))
            .filter(move |(.., required)| *required == wanted)
    };
    of(true).chain(of(false))
}

fn row(parent: String, name: &str, schema: &Value, required: bool) -> Row {
    let values = match schema.get("items") {
        Some(items) => items,
        None => schema,
    };
    Row {
        parent,
        name: name.to_string(),
        kind: kind(schema),
        required,
        bounds: bounds(schema),
        values: list(&values["enum"]).iter().map(shown_value).collect(),
        about: text(&schema["description"]).to_string(),
        continued: None,
    }
}

/// What to call a schema's type.
fn kind(schema: &Value) -> String {
    if let Some(shapes) = schema["anyOf"].as_array() {
        return shapes.iter().map(kind).collect::<Vec<_>>().join(" or ");
    }
    match &schema["type"] {
        Value::String(kind) if kind == "array" => format!("array of {}", kind_of_many(&schema["items"])),
        Value::String(kind) => kind.clone(),
        Value::Array(kinds) => kinds.iter().map(text).collect::<Vec<_>>().join(" or "),
        _ => "any".to_string(),
    }
}

fn kind_of_many(schema: &Value) -> String {
    let kind = kind(schema);
    if kind.contains(" or ") { format!("({kind})") } else { kind }
}

/// What bounds a value, in words.
fn bounds(schema: &Value) -> Vec<String> {
    let mut all = Vec::new();
    let number = |key: &str| schema[key].as_i64();
    match (number("minLength"), number("maxLength")) {
        (Some(min), Some(max)) => all.push(format!("{min} to {max} characters")),
        (Some(min), None) => all.push(format!("at least {min} characters")),
        (None, Some(max)) => all.push(format!("at most {max} characters")),
        (None, None) => {}
    }
    // What no number may exceed is not worth saying of each.
    let min = number("minimum").filter(|n| *n != -MAX_INTEGER);
    let max = number("maximum").filter(|n| *n != MAX_INTEGER);
    match (min, max) {
        (Some(min), Some(max)) => all.push(format!("{min} to {max}")),
        (Some(min), None) => all.push(format!("at least {min}")),
        (None, Some(max)) => all.push(format!("at most {max}")),
        (None, None) => {}
    }
    if let Some(bound) = number("exclusiveMinimum") {
        all.push(format!("greater than {bound}"));
    }
    match text(&schema["format"]) {
        "email" => all.push("e-mail address".into()),
        "uri" => all.push("absolute URL".into()),
        "iso-4217" => all.push("currency of ISO 4217".into()),
        "iso-3166-1-alpha-2" => all.push("country of ISO 3166-1".into()),
        _ if schema["type"].is_array() => {}
        _ => all.extend(schema["pattern"].as_str().map(|pattern| format!("like {pattern}"))),
    }
    for shape in list(&schema["anyOf"]) {
        all.extend(bounds(shape));
    }
    if let Some(items) = schema.get("items") {
        all.extend(bounds(items).into_iter().map(|bound| format!("each {bound}")));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn escaped(text: &str) -> String {
        askama::filters::escape(text, askama::filters::Html).unwrap().to_string()
    }

    #[test]
    fn the_page_shows_every_operation_and_property() {
        let document = document("http://coinslot.example");
        let html = page(&document).unwrap();
        for route in crate::routes() {
            assert!(html.contains(&format!("id=\"{}\"", route.name)), "{}", route.name);
            assert!(html.contains(&escaped(route.summary)), "{}", route.name);
        }
        let mut rows = Vec::new();
        let token = &document["paths"]["/merchant/v2/merchants/{merchant_id}/token"]["post"];
        all_rows("", &token["requestBody"]["content"]["application/json"]["schema"], &mut rows);
        assert!(rows.len() > 100);
        for about in rows.iter().map(|r| escaped(&r.about)) {
            assert!(html.contains(&about), "{about}");
        }
        let ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let unique: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!(ids.len(), unique.len(), "an id stands twice");
        let contents = html.split("<nav").nth(1).unwrap().split("</nav>").next().unwrap();
        for group in contents.split("<p>").skip(1) {
            let links: Vec<&str> = group.split("<li><a").skip(1).map(|l| l.split_once('>').unwrap().1).collect();
            let unique: std::collections::BTreeSet<_> = links.iter().collect();
            assert!(!links.is_empty());
            assert_eq!(links.len(), unique.len(), "two links that nobody can tell apart: {group}");
        }
        for target in html.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(ids.contains(&target), "#{target} leads nowhere");
        }
    }

    #[test]
    fn the_page_loads_only_its_style() {
        let html = page(&document("http://coinslot.example")).unwrap();
        let tags: Vec<&str> = html.split('<').skip(1).filter_map(|part| part.split('>').next()).collect();
        for tag in &tags {
            // Only the names of attributes: a label may well say "once".
            let names: String = tag.split('"').step_by(2).collect();
            let runs = names.starts_with("script") || names.contains(" on") || names.contains(" src=");
            assert!(!runs && !names.starts_with("style") && !names.contains(" style="), "{tag}");
        }
        assert_eq!(
            tags.iter().filter(|tag| tag.starts_with("link")).count(),
            2,
            "the icon, which is empty, and the style"
        );
        assert!(html.contains(&format!("href=\"{STYLE}?{}\"", style_version())));
        assert!(!CSS.contains("@import") && !CSS.contains("http") && !CSS.contains("url("));
        assert!(!POLICY.contains("unsafe"));
    }

    #[test]
    fn what_a_document_says_is_escaped() {
        let html = page(&document("http://<b>\"'")).unwrap();
        assert!(!html.contains("<b>"));
    }

    #[test]
    fn words_of_a_shell() {
        assert_eq!(quoted("http://127.0.0.1:8080/a"), "http://127.0.0.1:8080/a");
        assert_eq!(quoted("it's $HOME"), r"'it'\''s $HOME'");
    }

    #[test]
    fn types_and_bounds_in_words() {
        let words = |schema: Value| (kind(&schema), bounds(&schema).join(", "));
        let pair = |kind: &str, bounds: &str| (kind.to_string(), bounds.to_string());
        assert_eq!(
            words(json!({"type": "string", "minLength": 1, "maxLength": 9})),
            pair("string", "1 to 9 characters")
        );
        assert_eq!(words(json!({"type": "string", "pattern": "^a$"})), pair("string", "like ^a$"));
        assert_eq!(words(json!({"type": "string", "pattern": "^a$", "format": "iso-4217"})).1, "currency of ISO 4217");
        assert_eq!(
            words(json!({"type": "integer", "minimum": 1, "maximum": MAX_INTEGER})),
            pair("integer", "at least 1")
        );
        assert_eq!(words(json!({"type": "integer", "minimum": -MAX_INTEGER, "maximum": MAX_INTEGER})).1, "");
        assert_eq!(
            words(json!({"type": ["number", "string"], "pattern": "x", "exclusiveMinimum": 0})),
            pair("number or string", "greater than 0")
        );
        assert_eq!(
            words(
                json!({"type": "array", "items": {"anyOf": [{"type": "string", "maxLength": 2}, {"type": "boolean"}]}})
            ),
            pair("array of (string or boolean)", "each at most 2 characters")
        );
        assert_eq!(words(json!({})), pair("any", ""));
    }

    #[test]
    fn large_objects_get_tables_of_their_own() {
        let leaves: serde_json::Map<String, Value> =
            (0..ROWS).map(|i| (format!("f{i:02}"), json!({"type": "boolean"}))).collect();
        let inner = json!({"type": "object", "properties": leaves, "required": ["f03"]});
        let schema =
            json!({"properties": {"a": inner, "l": {"type": "array", "items": inner}, "z": {"type": "string"}}});
        let mut found = Vec::new();
        tables(String::new(), &schema, &mut found);
        let names: Vec<_> = found.iter().map(|t| (t.of.as_str(), t.rows.len())).collect();
        assert_eq!(names, [("", 3), ("a", ROWS), ("l[]", ROWS)]);
        assert!(found[0].rows[0].continued.is_some() && found[0].rows[2].continued.is_none());
        assert_eq!(found[1].rows[0].name, "f03", "what is required comes first");
    }
}
