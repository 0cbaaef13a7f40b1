//! Every statement is understood by both engines and keeps to the portable
//! profile, and the migrations make the same tables on both.

mod common;
mod lint;

use coinslot_store::{Location, for_sqlite, statements};
use common::Place;
use lint::{Problem, Rule};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use tokio_postgres::NoTls;
use tokio_postgres::types::Type;

/// Tables whose rows belong to no project: small, and the same everywhere.
const REFERENCE: &[&str] =
    &["merchant", "api_key", "id_block", "partner", "promotion_directory", "campaign_directory", "tv_directory"];

/// Reads that look into every project, and why they must. None of them locks
/// or changes anything: what they find is then taken up project by project.
const FAN_OUT: &[(&str, &str, &str)] = &[
    (
        "payment",
        "PROJECT_OF",
        "the documented path names merchant and payment only; looks into the merchant's projects",
    ),
    ("clock", "ALL", "the worker asks which projects have a clock that is ahead"),
    ("idempotency", "PROJECTS", "the worker asks under which projects' keys there are requests to forget"),
    ("mail", "PROJECTS", "the worker asks which projects have letters to send"),
    ("payment", "OPEN_ATTEMPTS", "the worker asks which attempts of any project wait for an answer"),
    ("project", "OF_MERCHANT", "a merchant's projects are found by the merchant"),
    ("refund", "OPEN", "the worker asks which refunds of any project wait for an answer"),
    ("subscription", "PROJECTS", "the worker asks which projects have subscriptions to charge"),
    ("cart", "PROJECTS", "the worker asks which projects have carts to forget"),
    ("token", "PROJECTS", "the worker asks which projects have tokens to forget"),
    ("token", "PAGED_PROJECTS", "the worker asks which projects have pages of tokens to forget"),
    ("webhook", "PROJECTS", "the worker asks which projects have events to send"),
    ("merchant", "PROJECTS", "the doctor calls each project's webhook URL"),
    ("webhook", "TURNS", "a server that begins forgets who sent before it"),
    ("webhook", "WAITING", "figures for the operator, once a scrape"),
    ("webhook", "NEXT_DUE", "the worker asks how long it may sleep"),
];

async fn postgres(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// Both engines with their tables, for a look behind the store.
async fn open_both() -> ([Place; 2], rusqlite::Connection, tokio_postgres::Client) {
    let places = Place::both();
    for place in &places {
        place.open();
    }
    let [Location::File(path), Location::Postgres(url)] = [places[0].location(), places[1].location()] else {
        unreachable!("a file and a server");
    };
    let lite = rusqlite::Connection::open(path).unwrap();
    let pg = postgres(&url).await;
    (places, lite, pg)
}

#[tokio::test]
async fn both_engines_prepare_every_statement() {
    let (_places, lite, pg) = open_both().await;
    for (file, name, sql) in statements() {
        let on_pg = pg.prepare(sql).await.unwrap_or_else(|e| panic!("{file}.{name} on PostgreSQL: {e:?}"));
        let on_lite = lite.prepare(&for_sqlite(sql)).unwrap_or_else(|e| panic!("{file}.{name} on SQLite: {e}"));

        assert_eq!(on_pg.params().len(), on_lite.parameter_count(), "{file}.{name}: parameters");
        assert_eq!(on_pg.columns().len(), on_lite.column_count(), "{file}.{name}: columns");
        for (n, param) in on_pg.params().iter().enumerate() {
            assert!(matches!(*param, Type::INT8 | Type::TEXT), "{file}.{name}: ${} is a {param}", n + 1);
            // The engines count alike only if the name of each is its number.
            let named = on_lite.parameter_name(n + 1).map(str::to_string);
            assert_eq!(named, Some(format!("?{}", n + 1)), "{file}.{name}");
        }
        for column in on_pg.columns() {
            let kind = column.type_();
            // An EXISTS test or a literal has a type that the store does not read.
            assert!(matches!(*kind, Type::INT8 | Type::TEXT), "{file}.{name}: {} is a {kind}", column.name());
        }
    }
}

/// Tables that grow with every sale, year after year.
const GROWING: &[&str] = &[
    "token",
    "orders",
    "order_line",
    "payment",
    "attempt",
    "refund",
    "posting",
    "event",
    "delivery",
    "message",
    "player",
    "operation",
    "inventory",
    "bought",
    "draw",
    "draw_outcome",
    "game_key",
    "redemption",
    "subscription",
    "subscription_charge",
    "payment_account",
    "player_attribute",
    "ticket",
    "ticket_comment",
    "idempotency",
];

/// Reads of such tables that go through all of a project's rows, and why that is
/// what they are for, or through an index that holds few of them.
const WHOLE: &[(&str, &str, &str)] = &[
    ("clock", "IS_LIVE", "the first row of an index of what is not play money"),
    ("key", "COUNT_ALL", "counts the keys of all games, from an index"),
    ("ledger", "CREDITS", "the audit adds up all bookings"),
    ("ledger", "DEBITS", "the audit adds up all bookings"),
    ("ledger", "HELD", "the audit adds up what all players hold"),
    ("payment", "OPEN_ATTEMPTS", "an index of attempts that are open"),
    ("payment", "OPEN_ATTEMPTS_OF", "an index of attempts that are open"),
    ("payment", "RECENT", "ends at its limit"),
    ("refund", "OPEN", "an index of refunds that are open"),
    ("report", "FIRST", "the first row of an index"),
    ("wallet", "COUNT", "counts the players whose name has a part"),
    ("wallet", "DISABLED", "an index of players who are disabled"),
    ("wallet", "LIST", "ends at its limit; looks for a part of a name"),
    ("wallet", "OFF", "the audit compares all wallets with their operations"),
];

/// A statement that reads more the more was sold makes an old server slow, and
/// no test with a dozen rows shows it. SQLite's plan does; it plans without
/// statistics, as on the first day. Where it would rather read in the order that
/// is asked for than by the narrow index, `ORDER BY +column` keeps it from that.
#[tokio::test]
async fn no_statement_goes_through_all_that_was_sold() {
    let (_places, lite, _pg) = open_both().await;
    let mut used = BTreeSet::new();
    let mut faults = Vec::new();
    for (file, name, sql) in statements() {
        let mut prepared = lite.prepare(&format!("EXPLAIN QUERY PLAN {}", for_sqlite(sql))).unwrap();
        let mut steps = prepared.raw_query();
        while let Some(step) = steps.next().unwrap() {
            let step: String = step.get(3).unwrap();
            let Some(rest) = step.strip_prefix("SCAN ").or_else(|| step.strip_prefix("SEARCH ")) else { continue };
            let table = aliased(sql, rest.split(' ').next().unwrap());
            let narrow = step.starts_with("SEARCH ") && !step.ends_with("(project_id=?)");
            if narrow || !GROWING.contains(&table) {
                continue;
            }
            match WHOLE.iter().find(|(f, n, _)| (*f, *n) == (file, name)) {
                Some(exception) => drop(used.insert(exception)),
                None => faults.push(format!("{file}.{name}: {step}")),
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(used.len(), WHOLE.len(), "an exception that is not needed: {used:?}");
}

/// The table that a statement means by a name: its own, or one it got after it.
fn aliased<'a>(sql: &'a str, name: &'a str) -> &'a str {
    let words: Vec<&str> = sql.split([' ', '\n', ',', '(', ')']).filter(|w| !w.is_empty()).collect();
    let table = words.windows(2).find(|pair| pair[1] == name && GROWING.contains(&pair[0]));
    table.map_or(name, |pair| pair[0])
}

#[test]
fn the_list_of_statements_is_whole() {
    let all = statements();
    let names: BTreeSet<(&str, &str)> = all.iter().map(|(file, name, _)| (*file, *name)).collect();
    assert_eq!(names.len(), all.len(), "a name twice");
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        // The modules of the engine are as exempt as the engine itself.
        if path.is_dir() && path.ends_with("engine") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let stem = path.file_stem().unwrap().to_str().unwrap();
        if text.lines().any(|l| l == "statements! {") {
            assert!(names.iter().any(|(file, _)| *file == stem), "the statements of {stem}.rs are not listed");
        } else if !["engine", "backup", "doctor"].contains(&stem) {
            // Those speak to one engine at a time and say so.
            let sql = ["\"SELECT ", "\"INSERT ", "\"UPDATE ", "\"DELETE "];
            assert!(!sql.iter().any(|verb| text.contains(verb)), "{stem}.rs has SQL outside of statements!");
        }
    }
}

#[test]
fn statements_keep_to_the_profile() {
    let mut used = BTreeSet::new();
    for (file, name, sql) in statements() {
        let problems = lint::statement(sql, REFERENCE);
        let fan_out = FAN_OUT.iter().any(|(f, n, _)| (*f, *n) == (file, name));
        if fan_out {
            assert!(sql.starts_with("SELECT "), "{file}.{name} looks into every project and is more than a read");
            assert!(problems.iter().any(|p| p.rule == Rule::Project), "{file}.{name} needs no exception any more");
            used.insert((file, name));
        }
        let left: Vec<&Problem> = problems.iter().filter(|p| !(fan_out && p.rule == Rule::Project)).collect();
        assert!(left.is_empty(), "{file}.{name}: {left:?}");
    }
    assert_eq!(used.len(), FAN_OUT.len(), "an exception for a statement that is not there");
    assert!(FAN_OUT.iter().all(|(.., why)| !why.is_empty()));
}

fn migrations() -> Vec<(String, String)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut all: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            (path.file_name().unwrap().to_str().unwrap().to_string(), std::fs::read_to_string(&path).unwrap())
        })
        .collect();
    // V10 comes after V9.
    all.sort_by_key(|(name, _)| name[1..].split_once("__").unwrap().0.parse::<u32>().unwrap());
    all
}

#[test]
fn migrations_keep_to_the_profile() {
    let all = migrations();
    assert!(!all.is_empty());
    for (name, sql) in all {
        let problems = lint::words(&sql);
        assert!(problems.is_empty(), "{name}: {problems:?}");
    }
}

#[test]
fn the_lint_accepts_what_is_good() {
    for good in [
        "SELECT a FROM coin WHERE project_id = $1",
        "SELECT c.a, COUNT(*) FROM coin c WHERE c.project_id = $1 AND c.b = 'now()' GROUP BY c.a",
        "SELECT c.a FROM coin c, purse AS p WHERE c.project_id = $1 AND p.project_id = $1 AND p.id = c.id",
        "SELECT c.a FROM coin c JOIN purse p ON p.project_id = $1 AND p.id = c.id WHERE c.project_id = $1",
        "SELECT a * 2 FROM merchant ORDER BY a -- random()",
        "SELECT a FROM coin WHERE project_id = $1 AND (b = $2 OR b = $3) LIMIT 1 FOR UPDATE SKIP LOCKED",
        "INSERT INTO coin (project_id, a) VALUES ($1, $2) ON CONFLICT (project_id, a) DO UPDATE SET a = $2",
        "INSERT INTO id_block (name) VALUES ($1) ON CONFLICT (name) DO NOTHING",
        "INSERT INTO coin (project_id, a) SELECT $1, MAX(c.a) FROM coin c WHERE c.project_id = $1",
        "UPDATE coin SET a = $2 WHERE project_id = $1 RETURNING a",
        "UPDATE coin SET a = 1 WHERE project_id = $1 AND b IN (SELECT x.b FROM coin x WHERE x.project_id = $1)",
        "DELETE FROM coin WHERE a = $2 AND project_id = $1",
        "WITH few AS (SELECT a FROM coin WHERE project_id = $1) SELECT f.a FROM (SELECT 1) f",
    ] {
        let problems = lint::statement(good, REFERENCE);
        assert!(problems.is_empty(), "{good}: {problems:?}");
    }
}

#[test]
fn the_lint_refuses_what_is_bad() {
    use Rule::{Lock, Placeholders, Profile, Project};
    for (bad, rule) in [
        ("SELECT pg_advisory_lock($1)", Profile),
        ("SELECT pg_try_advisory_xact_lock($1)", Profile),
        ("LISTEN webhooks", Profile),
        ("NOTIFY webhooks", Profile),
        ("SELECT pg_notify('a', 'b')", Profile),
        ("INSERT INTO coin (project_id, a) VALUES ($1, nextval('coins'))", Profile),
        ("CREATE TABLE coin (a BIGSERIAL)", Profile),
        ("CREATE TABLE coin (a BIGINT GENERATED ALWAYS AS IDENTITY)", Profile),
        ("MERGE INTO coin USING purse ON a = b WHEN MATCHED THEN DELETE", Profile),
        ("UPDATE coin SET a = random() WHERE project_id = $1", Profile),
        ("UPDATE coin SET a = Now() WHERE project_id = $1", Profile),
        ("UPDATE coin SET a = CURRENT_TIMESTAMP WHERE project_id = $1", Profile),
        ("UPDATE coin SET a = strftime('%s') WHERE project_id = $1", Profile),
        ("TRUNCATE coin", Profile),
        ("INSERT INTO coin (project_id) VALUES ($1) RETURNING *", Profile),
        ("SELECT * FROM coin WHERE project_id = $1", Profile),
        ("SELECT c.* FROM coin c WHERE c.project_id = $1", Profile),
        ("SELECT DISTINCT * FROM coin WHERE project_id = $1", Profile),
        ("SELECT a, * FROM coin WHERE project_id = $1", Profile),
        ("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN END $$", Profile),
        ("DO $$ BEGIN END $$", Profile),
        ("CREATE TRIGGER t AFTER INSERT ON coin EXECUTE f()", Profile),
        ("WITH gone AS (DELETE FROM coin WHERE project_id = $1 RETURNING a) SELECT a FROM gone", Profile),
        ("WITH few AS (SELECT 1) UPDATE coin SET a = 1 WHERE project_id = $1", Profile),
        ("with new as (insert into coin (project_id) values ($1) returning a) select a from new", Profile),
        ("SAVEPOINT here", Profile),
        ("CREATE TABLE coin (a BIGINT)", Profile),
        ("INSERT INTO coin VALUES ($1)", Profile),
        ("REPLACE INTO coin (project_id) VALUES ($1)", Profile),
        ("SELECT \"a\" FROM coin WHERE project_id = $1", Profile),
        ("SELECT a FROM coin WHERE project_id = $1)", Profile),
        ("SELECT a FROM coin WHERE project_id = $1 AND b = $3", Placeholders),
        ("SELECT a FROM coin WHERE project_id = $2", Placeholders),
        ("SELECT a FROM coin WHERE project_id = $1 AND b = $0", Placeholders),
        ("SELECT a FROM coin WHERE project_id = ?", Placeholders),
        ("SELECT a FROM coin", Project),
        ("SELECT a FROM coin WHERE b = $1", Project),
        ("SELECT project_id FROM coin WHERE b = $1", Project),
        ("SELECT a FROM coin WHERE project_id <> $1", Project),
        ("SELECT a FROM coin WHERE project_id = a", Project),
        ("SELECT a FROM coin WHERE project_id = $1 + 1", Project),
        ("SELECT a FROM coin WHERE project_id = $1 OR b = $2", Project),
        ("SELECT a FROM coin WHERE NOT project_id = $1", Project),
        ("SELECT a FROM coin WHERE old_project_id = $1", Project),
        ("SELECT a FROM coin WHERE (project_id = $1 OR b = $2)", Project),
        ("SELECT a FROM coin WHERE b = 'project_id = $1'", Project),
        ("SELECT c.a FROM coin c, purse p WHERE c.project_id = $1 AND p.id = c.id", Project),
        ("SELECT c.a FROM coin c JOIN purse p ON p.id = c.id WHERE c.project_id = $1", Project),
        ("SELECT c.a FROM coin c, purse p WHERE project_id = $1", Project),
        ("SELECT a FROM coin WHERE project_id = $1 UNION SELECT a FROM coin", Project),
        ("SELECT a FROM merchant WHERE a IN (SELECT b FROM coin)", Project),
        ("SELECT f.a FROM (SELECT a FROM coin) f", Project),
        ("INSERT INTO coin (a) VALUES ($1)", Project),
        ("INSERT INTO coin (project_id) SELECT project_id FROM purse", Project),
        ("INSERT INTO coin (project_id, a) VALUES ($1, $2) ON CONFLICT (a) DO NOTHING", Project),
        ("INSERT INTO coin (project_id, a) VALUES ($1, $2) ON CONFLICT DO NOTHING", Project),
        ("UPDATE coin SET a = $1", Project),
        ("UPDATE coin SET project_id = $1", Project),
        ("UPDATE coin SET a = $1 WHERE b = $2", Project),
        ("UPDATE coin SET a = 1 WHERE project_id = $1 AND b IN (SELECT b FROM coin)", Project),
        ("UPDATE coin SET a = 1 WHERE b IN (SELECT b FROM coin WHERE project_id = $1)", Project),
        ("DELETE FROM coin", Project),
        ("DELETE FROM coin WHERE a = $1", Project),
        ("SELECT a FROM coin WHERE b = $1 FOR UPDATE SKIP LOCKED", Lock),
        ("UPDATE coin SET a = 1 WHERE project_id = $1 AND b IN (SELECT b FROM coin LIMIT 1 FOR UPDATE)", Lock),
    ] {
        let problems = lint::statement(bad, REFERENCE);
        assert!(problems.iter().any(|p| p.rule == rule), "{bad}: {rule:?} is not among {problems:?}");
    }
    // The words are looked for in migrations as well.
    let text = "CREATE TABLE coin (at BIGINT NOT NULL DEFAULT now());";
    assert_eq!(lint::words(text).iter().map(|p| p.text.as_str()).collect::<Vec<_>>(), ["now: the time is a parameter"]);
}

// ---------------------------------------------------------------- schema ---

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Table {
    /// Name, type and whether it may be null, in their order.
    columns: Vec<(String, String, bool)>,
    primary: Vec<String>,
    unique: BTreeSet<Vec<String>>,
    /// Those that only make reads fast, and whether they are partial.
    indexes: BTreeSet<(Vec<String>, bool)>,
    /// How many CHECK constraints there are.
    checks: usize,
}

type Schema = BTreeMap<String, Table>;

/// The migration runner's own table, which each engine makes in its own way.
const HISTORY: &str = "refinery_schema_history";

fn schema_of_lite(lite: &rusqlite::Connection) -> Schema {
    let texts = |sql: &str, of: &str| -> Vec<Vec<rusqlite::types::Value>> {
        let mut statement = lite.prepare(sql).unwrap();
        let columns = statement.column_count();
        let rows = statement.query_map([of], |row| (0..columns).map(|i| row.get(i)).collect());
        rows.unwrap().collect::<Result<_, _>>().unwrap()
    };
    let text = |v: &rusqlite::types::Value| match v {
        rusqlite::types::Value::Text(s) => s.clone(),
        rusqlite::types::Value::Integer(n) => n.to_string(),
        other => panic!("{other:?}"),
    };
    let tables = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name <> ?1 AND name NOT LIKE 'sqlite_%'";
    let mut schema = Schema::new();
    for row in texts(tables, HISTORY) {
        let (name, sql) = (text(&row[0]), text(&row[1]));
        let mut table = Table { checks: sql.matches("CHECK (").count(), ..Table::default() };
        for column in texts("SELECT name, type, \"notnull\" FROM pragma_table_info(?1) ORDER BY cid", &name) {
            let (column, kind, nullable) = (text(&column[0]), text(&column[1]), text(&column[2]) == "0");
            // The number that a row has anyway, which is no index.
            if kind == "INTEGER" {
                table.primary = vec![column.clone()];
            }
            table.columns.push((column, kind.replace("INTEGER", "BIGINT"), nullable));
        }
        for index in texts("SELECT name, \"unique\", origin, partial FROM pragma_index_list(?1)", &name) {
            let columns = texts("SELECT name FROM pragma_index_info(?1) ORDER BY seqno", &text(&index[0]));
            let columns = columns.iter().map(|c| text(&c[0])).collect();
            table.index(columns, text(&index[2]) == "pk", text(&index[1]) == "1", text(&index[3]) == "1");
        }
        schema.insert(name, table);
    }
    schema
}

impl Table {
    fn index(&mut self, columns: Vec<String>, primary: bool, unique: bool, partial: bool) {
        if primary {
            self.primary = columns;
        } else if unique {
            self.unique.insert(columns);
        } else {
            self.indexes.insert((columns, partial));
        }
    }
}

async fn schema_of_pg(pg: &tokio_postgres::Client) -> Schema {
    let mut schema = Schema::new();
    let columns = "SELECT table_name::text, column_name::text, data_type::text, is_nullable = 'YES'
        FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> $1
        ORDER BY table_name, ordinal_position";
    for row in pg.query(columns, &[&HISTORY]).await.unwrap() {
        let kind: String = row.get(2);
        let table = schema.entry(row.get(0)).or_default();
        table.columns.push((row.get(1), kind.to_uppercase(), row.get(3)));
    }
    let indexes = "SELECT c.relname::text, i.indisprimary, i.indisunique, i.indpred IS NOT NULL,
            ARRAY(SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (n, place)
                JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.n ORDER BY k.place)
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace s ON s.oid = c.relnamespace
        WHERE s.nspname = 'public' AND c.relname <> $1";
    for row in pg.query(indexes, &[&HISTORY]).await.unwrap() {
        let table: &str = row.get(0);
        schema.get_mut(table).unwrap().index(row.get(4), row.get(1), row.get(2), row.get(3));
    }
    let checks = "SELECT c.relname::text FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        JOIN pg_namespace s ON s.oid = c.relnamespace WHERE s.nspname = 'public' AND k.contype = 'c'";
    for row in pg.query(checks, &[]).await.unwrap() {
        let table: &str = row.get(0);
        schema.get_mut(table).unwrap().checks += 1;
    }
    schema
}

/// Tables that on SQLite, where no machine has a part of the projects, are found
/// by a number that no two projects share.
const NUMBERED: [&str; 5] = ["token_page", "orders", "payment", "attempt", "posting"];

/// The tables with each key by project, as they are elsewhere.
fn with_projects_first(mut schema: Schema) -> Schema {
    let first = |key: &Vec<String>| {
        let rest = key.iter().filter(|column| *column != "project_id").cloned();
        std::iter::once("project_id".to_string()).chain(rest).collect::<Vec<_>>()
    };
    for (_, table) in schema.iter_mut().filter(|(name, _)| NUMBERED.contains(&name.as_str())) {
        table.primary = first(&table.primary);
        table.unique = table.unique.iter().map(first).collect();
        table.indexes = table.indexes.iter().map(|(key, partial)| (first(key), *partial)).collect();
    }
    schema
}

/// What is wrong with a schema, if anything.
fn complaints(schema: &Schema) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, table) in schema {
        for (column, kind, _) in &table.columns {
            if !matches!(kind.as_str(), "BIGINT" | "TEXT") {
                wrong.push(format!("{name}.{column} is a {kind}"));
            }
        }
        if table.primary.is_empty() {
            wrong.push(format!("{name} has no primary key"));
        }
        if REFERENCE.contains(&name.as_str()) {
            continue;
        }
        for key in table.unique.iter().chain([&table.primary]) {
            if key.first().is_none_or(|c| c != "project_id") {
                wrong.push(format!("a key of {name} begins with {:?}", key.first()));
            }
        }
    }
    wrong
}

#[tokio::test]
async fn both_engines_have_the_same_tables() {
    let (_places, lite, pg) = open_both().await;
    let (on_lite, on_pg) = (with_projects_first(schema_of_lite(&lite)), schema_of_pg(&pg).await);
    assert_eq!(on_lite.keys().collect::<Vec<_>>(), on_pg.keys().collect::<Vec<_>>());
    for (name, table) in &on_lite {
        assert_eq!(Some(table), on_pg.get(name), "{name} on SQLite and on PostgreSQL");
    }
    assert_eq!(complaints(&on_pg), Vec::<String>::new());
    for name in REFERENCE {
        assert!(on_lite.contains_key(*name), "the reference table {name} is not there");
    }
    // So that a reader that sees nothing cannot pass.
    let payment = &on_pg["payment"];
    assert_eq!(payment.primary, ["project_id", "payment_id"]);
    assert!(payment.unique.contains(&vec!["project_id".to_string(), "token_hash".into()]));
    assert_eq!(payment.checks, 3);
    assert_eq!(schema_of_lite(&lite)["payment"].primary, ["payment_id"]);
    assert!(on_lite["attempt"].indexes.contains(&(vec!["project_id".into(), "updated_at".into()], true)));
}

#[tokio::test]
async fn the_comparison_sees_differences() {
    let (_places, lite, pg) = open_both().await;
    lite.execute_batch(
        "ALTER TABLE token ADD COLUMN more TEXT; CREATE UNIQUE INDEX u ON token (token_hash);
         CREATE INDEX w ON orders (project_id, state); CREATE TABLE loose (at DOUBLE NOT NULL);",
    )
    .unwrap();
    pg.batch_execute(
        "ALTER TABLE payment ALTER COLUMN card SET NOT NULL; ALTER TABLE refund DROP CONSTRAINT refund_pkey",
    )
    .await
    .unwrap();
    let (on_lite, on_pg) = (with_projects_first(schema_of_lite(&lite)), schema_of_pg(&pg).await);
    let names: BTreeSet<&String> = on_lite.keys().chain(on_pg.keys()).collect();
    let differ: Vec<_> = names.into_iter().filter(|n| on_lite.get(*n) != on_pg.get(*n)).collect();
    assert_eq!(differ, ["loose", "orders", "payment", "refund", "token"]);
    assert_eq!(
        complaints(&on_lite),
        [
            "loose.at is a DOUBLE",
            "loose has no primary key",
            "a key of loose begins with None",
            "a key of token begins with Some(\"token_hash\")",
        ]
    );
    assert_eq!(complaints(&on_pg), ["refund has no primary key", "a key of refund begins with None"]);
}

#[tokio::test]
async fn every_migration_is_applied() {
    let (_places, lite, pg) = open_both().await;
    let files: Vec<String> = migrations().iter().map(|(name, _)| name.trim_end_matches(".sql").to_string()).collect();
    let sql = format!("SELECT version, name FROM {HISTORY} ORDER BY version");
    let named = |version: i64, name: String| format!("V{version}__{name}");
    let mut statement = lite.prepare(&sql).unwrap();
    let rows = statement.query_map([], |row| Ok(named(row.get(0)?, row.get(1)?))).unwrap();
    assert_eq!(rows.collect::<Result<Vec<_>, _>>().unwrap(), files, "SQLite");
    let rows = pg.query(&sql, &[]).await.unwrap();
    let rows: Vec<_> = rows.iter().map(|r| named(i64::from(r.get::<_, i32>(0)), r.get(1))).collect();
    assert_eq!(rows, files, "PostgreSQL");
}
