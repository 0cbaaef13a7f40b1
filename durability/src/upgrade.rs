//! A start that brings older tables up to date is cut short at each point, and
//! the next one makes of what is left exactly what an undisturbed one makes.
//!
//! Each version is made by its own migrations and holds what a server of the
//! first one wrote (`upgrades/v1.sql`). On SQLite the power goes at each
//! operation on the disk; on PostgreSQL the connection is cut at each statement
//! that changes tables, which is what a killed server, a killed PostgreSQL and a
//! broken network look like to the database.

use crate::audit::Findings;
use crate::disk::{Disk, Image, Syncing, Trouble};
use crate::power::{scratch, write};
use crate::seed::Seeded;
use crate::vfs::Mount;
use coinslot_store::{Location, Store, StoreError, migrate_to, versions};
use coinslot_testkit::postgres::{Database, database};
use std::collections::BTreeMap;
use std::path::Path;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

/// What a server of the first version wrote.
const FIRST: &str = include_str!("../upgrades/v1.sql");
/// What the power leaves of sectors that were not synced, in sixteenths.
const KEPT: [u64; 3] = [0, 8, 16];

/// What came of one upgrade, or of several.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Starts that were cut short.
    pub cuts: usize,
    /// What was wrong.
    pub findings: Findings,
}

impl Report {
    /// Adds another's.
    pub fn add(&mut self, other: Report) {
        self.cuts += other.cuts;
        self.findings.add(other.findings);
    }
}

/// Versions that a database may have before this program starts on it: none,
/// and each but the last.
///
/// # Panics
/// When the migrations cannot be read.
pub fn earlier() -> Vec<u32> {
    let known = versions().unwrap();
    let all: Vec<u32> = std::iter::once(0).chain(known).collect();
    all[..all.len() - 1].to_vec()
}

/// Everything in a database: its tables and indexes as they are defined, and
/// its rows. When migrations ran is left out.
type Whole = BTreeMap<String, Vec<String>>;

fn differences(of: &Whole, from: &Whole) -> Vec<String> {
    let names = of.keys().chain(from.keys()).collect::<std::collections::BTreeSet<_>>();
    let differ = names.into_iter().filter(|name| of.get(*name) != from.get(*name));
    differ.map(|name| format!("{name} is not as without a cut: {:?} and {:?}", of.get(name), from.get(name))).collect()
}

// ---------------------------------------------------------------- SQLite ---

/// Cuts the power at each operation of a start on a version's database, or at
/// each of so many.
///
/// # Panics
/// When a directory cannot be made.
pub fn sqlite(version: u32, every: usize) -> Report {
    let mut report = Report::default();
    let outcome = (|| {
        let before = scratch();
        let path = before.path().join("coinslot.db");
        older_sqlite(&path, version)?;
        let image = read(before.path());
        Store::open(&Location::File(path.clone()))?;
        let wanted = whole_sqlite(&path)?;
        report.findings.wrong.extend(lost(&wanted, version));
        let random = Seeded::new(u64::from(version));
        for at in (1..).step_by(every) {
            let mount = Mount::new(Disk::new(&image, Syncing::Honest, None));
            mount.disk.set(Trouble::Cut { at });
            let opened = Store::open(&Location::File(mount.path("coinslot.db")));
            let survived = opened.is_ok() && mount.disk.is_on();
            mount.disk.cut();
            drop(opened);
            if survived {
                return Ok::<_, StoreError>(());
            }
            report.cuts += 1;
            for kept in KEPT {
                let directory = scratch();
                let path = write(directory.path(), &mount.disk.image(kept, &random));
                let place = format!("SQLite, from version {version}, cut at operation {at} with {kept}/16 kept");
                let again = Store::open(&Location::File(path.clone())).and_then(|_| whole_sqlite(&path));
                match again {
                    Ok(found) => {
                        let wrong = differences(&found, &wanted);
                        report.findings.wrong.extend(wrong.iter().map(|w| format!("{place}: {w}")));
                    }
                    Err(e) => report.findings.damaged.push(format!("{place}: {e}")),
                }
            }
            if !report.findings.is_empty() {
                // Further cuts would find the same again.
                return Ok(());
            }
        }
        Ok(())
    })();
    if let Err(e) = outcome {
        report.findings.damaged.push(format!("SQLite, version {version}: {e}"));
    }
    report
}

fn unavailable(e: impl std::fmt::Display) -> StoreError {
    StoreError::Unavailable(e.to_string())
}

/// A database as a version left it.
fn older_sqlite(path: &Path, version: u32) -> Result<(), StoreError> {
    if version == 0 {
        return Ok(());
    }
    let location = Location::File(path.to_path_buf());
    migrate_to(&location, 1)?;
    let connection = rusqlite::Connection::open(path).map_err(unavailable)?;
    connection.execute_batch(FIRST).map_err(unavailable)?;
    drop(connection);
    migrate_to(&location, version)
}

fn read(directory: &Path) -> Image {
    let mut image = Image::new();
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        // The memory that processes share does not survive anything.
        if let (Ok(name), Ok(bytes)) = (entry.file_name().into_string(), std::fs::read(entry.path()))
            && !name.ends_with("-shm")
        {
            image.insert(name, bytes);
        }
    }
    image
}

fn whole_sqlite(path: &Path) -> Result<Whole, StoreError> {
    let connection = rusqlite::Connection::open(path).map_err(unavailable)?;
    let texts = |sql: &str| {
        let mut statement = connection.prepare(sql)?;
        let columns = statement.column_count();
        let row = |row: &rusqlite::Row<'_>| {
            let cells = (0..columns).map(|i| row.get::<_, rusqlite::types::Value>(i).map(|value| format!("{value:?}")));
            Ok(cells.collect::<Result<Vec<_>, _>>()?.join(", "))
        };
        statement.query_map([], row)?.collect::<rusqlite::Result<Vec<String>>>()
    };
    let mut whole = Whole::new();
    let integrity = texts("PRAGMA integrity_check").map_err(unavailable)?;
    if integrity != [r#"Text("ok")"#] {
        return Err(StoreError::Corrupt(integrity.join("; ")));
    }
    let defined = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name";
    whole.insert("definitions".into(), texts(defined).map_err(unavailable)?);
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    let mut statement = connection.prepare(tables).map_err(unavailable)?;
    let names = statement.query_map([], |row| row.get::<_, String>(0)).and_then(Iterator::collect);
    for name in names.map_err(unavailable).map(|names: Vec<String>| names)? {
        let columns = if name == "refinery_schema_history" { "version, name, checksum" } else { "*" };
        let mut rows = texts(&format!("SELECT {columns} FROM {name}")).map_err(unavailable)?;
        rows.sort();
        whole.insert(format!("table {name}"), rows);
    }
    Ok(whole)
}

/// Tables of the first version that have lost rows on the way.
fn lost(whole: &Whole, version: u32) -> Vec<String> {
    if version == 0 {
        return vec![];
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for line in FIRST.lines() {
        if let Some(rest) = line.strip_prefix("INSERT INTO ") {
            *counts.entry(rest.split([' ', '(']).next().unwrap_or_default()).or_default() += 1;
        }
    }
    let rows = |table: &str| whole.get(&format!("table {table}")).map_or(0, Vec::len);
    let short = counts.into_iter().filter(|(table, count)| rows(table) < *count);
    short.map(|(table, count)| format!("of {count} rows of {table} there are {}", rows(table))).collect()
}

// ------------------------------------------------------------ PostgreSQL ---

/// Counts statements that change tables, whatever becomes of their transaction,
/// and cuts the connection at one of them.
const CUTTER: &str = "
    CREATE SEQUENCE rig_step;
    CREATE FUNCTION rig_cut() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('rig_step') = {at} THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
    END $$;
    CREATE EVENT TRIGGER rig_cut ON ddl_command_end EXECUTE FUNCTION rig_cut();";
const NO_CUTTER: &str = "DROP EVENT TRIGGER rig_cut; DROP FUNCTION rig_cut(); DROP SEQUENCE rig_step;";

/// Cuts the connection at each statement of a start on a version's database, or
/// at each of so many.
pub fn postgres(version: u32, every: usize) -> Report {
    let mut report = Report::default();
    if let Err(e) = postgres_cuts(version, every, &mut report) {
        report.findings.damaged.push(format!("PostgreSQL, version {version}: {e}"));
    }
    report
}

fn postgres_cuts(version: u32, every: usize, report: &mut Report) -> Result<(), StoreError> {
    let undisturbed = older_postgres(version)?;
    Store::open(&Location::Postgres(undisturbed.url().into()))?;
    let wanted = whole_postgres(undisturbed.url())?;
    report.findings.wrong.extend(lost(&wanted, version));
    for at in (1..).step_by(every) {
        let database = older_postgres(version)?;
        let location = Location::Postgres(database.url().into());
        // Made after the trigger's own definition, so that it counts the start's.
        on(database.url(), &CUTTER.replace("{at}", &at.to_string()))?;
        if Store::open(&location).is_ok() {
            return Ok(());
        }
        report.cuts += 1;
        let place = format!("PostgreSQL, from version {version}, cut at statement {at}");
        let again = Store::open(&location).and_then(|store| {
            drop(store);
            on(database.url(), NO_CUTTER)?;
            whole_postgres(database.url())
        });
        match again {
            Ok(found) => {
                let wrong = differences(&found, &wanted);
                report.findings.wrong.extend(wrong.iter().map(|w| format!("{place}: {w}")));
            }
            Err(e) => report.findings.damaged.push(format!("{place}: {e}")),
        }
        if !report.findings.is_empty() {
            return Ok(());
        }
    }
    Ok(())
}

/// A database as a version left it.
fn older_postgres(version: u32) -> Result<Database, StoreError> {
    let database = database();
    let location = Location::Postgres(database.url().into());
    if version > 0 {
        migrate_to(&location, 1)?;
        on(database.url(), FIRST)?;
        migrate_to(&location, version)?;
    }
    Ok(database)
}

fn on(url: &str, sql: &str) -> Result<Vec<String>, StoreError> {
    let runtime = crate::shop::single();
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.map_err(unavailable)?;
        tokio::spawn(connection);
        texts(&client, sql).await
    })
}

/// The first column of every row.
async fn texts(client: &Client, sql: &str) -> Result<Vec<String>, StoreError> {
    let told = |e: tokio_postgres::Error| unavailable(e.as_db_error().map_or(e.to_string(), |e| e.message().into()));
    let messages = client.simple_query(sql).await.map_err(told)?;
    let first = |message: &SimpleQueryMessage| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_string),
        _ => None,
    };
    Ok(messages.iter().filter_map(first).collect())
}

fn whole_postgres(url: &str) -> Result<Whole, StoreError> {
    let mut whole = Whole::new();
    let columns = "SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default)
        FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1";
    whole.insert("columns".into(), on(url, columns)?);
    whole.insert("indexes".into(), on(url, "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1")?);
    let constraints =
        "SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace ORDER BY 1";
    whole.insert("constraints".into(), on(url, constraints)?);
    for name in on(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")? {
        let row = if name == "refinery_schema_history" { "concat_ws(' ', version, name, checksum)" } else { "t::text" };
        whole.insert(format!("table {name}"), on(url, &format!("SELECT {row} FROM {name} t ORDER BY 1"))?);
    }
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_seen() {
        let last = versions().unwrap().into_iter().max().unwrap();
        let wanted = {
            let directory = scratch();
            let path = directory.path().join("coinslot.db");
            older_sqlite(&path, last).unwrap();
            whole_sqlite(&path).unwrap()
        };
        assert!(lost(&wanted, last).is_empty());
        for damage in ["DELETE FROM delivery", "DROP INDEX outbox_due", "UPDATE orders SET total = total + 1"] {
            let directory = scratch();
            let path = directory.path().join("coinslot.db");
            older_sqlite(&path, last).unwrap();
            assert!(differences(&whole_sqlite(&path).unwrap(), &wanted).is_empty(), "the same is made the same");
            rusqlite::Connection::open(&path).unwrap().execute_batch(damage).unwrap();
            let found = whole_sqlite(&path).unwrap();
            assert!(!differences(&found, &wanted).is_empty(), "nobody missed {damage}");
            assert_eq!(lost(&found, last).is_empty(), !damage.starts_with("DELETE"), "{damage}");
        }
    }
}
