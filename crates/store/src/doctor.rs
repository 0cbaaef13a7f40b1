//! A look at a database that changes nothing: no tables are made, no migration
//! runs. It speaks to each engine in its own words.

use crate::engine::{Location, PgConnection, StoreError, known_migrations};
use coinslot_domain::time::Time;
use std::path::Path;

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    /// The engine and its version, for people.
    pub version: String,
    /// What the database's server takes for now; `None` where that is this
    /// machine.
    pub clock: Option<Time>,
    /// When the newest event happened, if there is any.
    pub newest: Option<Time>,
    /// Why it cannot be written to.
    pub unwritable: Option<String>,
    /// What is wrong with its pages.
    pub malformed: Option<String>,
    /// The migrations that ran, by number.
    pub migrated: Vec<i64>,
    /// Those that this program knows.
    pub known: Vec<i64>,
    /// Settings under which acknowledged changes can be lost, and the like.
    pub worries: Vec<String>,
}

/// Looks at a database; `None` where there is none yet.
pub fn inspect(location: &Location) -> Result<Option<Inspection>, StoreError> {
    match location {
        Location::File(path) if !path.exists() => Ok(None),
        Location::File(path) => lite(path).map(Some),
        Location::Postgres(url) => {
            // The connection waits in a runtime of its own, which a thread that
            // belongs to another one may not.
            let url = url.clone();
            let looked = std::thread::spawn(move || pg(&url)).join();
            looked.unwrap_or_else(|_| Err(StoreError::Panicked("while looking at the database".into()))).map(Some)
        }
    }
}

const MIGRATED: &str = "SELECT version FROM refinery_schema_history ORDER BY version";
const NEWEST: &str = "SELECT MAX(created_at) FROM event";

fn lite(path: &Path) -> Result<Inspection, StoreError> {
    let failed = |e: rusqlite::Error| StoreError::Unavailable(format!("{}: {e}", path.display()));
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE | rusqlite::OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = rusqlite::Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_timeout(std::time::Duration::from_secs(10)).map_err(failed)?;
    let one = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, Option<i64>>(0));
    let check: String = match connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)) {
        Ok(found) => found,
        // What is no database at all is told like one that is torn.
        Err(e) => e.to_string(),
    };
    let malformed = (check != "ok").then_some(check);
    let tables = "SELECT COUNT(*) FROM sqlite_master WHERE name IN ('refinery_schema_history', 'event')";
    let tables = if malformed.is_none() { one(tables).map_err(failed)?.unwrap_or(0) } else { 0 };
    let (migrated, newest) = match tables {
        2 => {
            let mut statement = connection.prepare(MIGRATED).map_err(failed)?;
            let rows = statement.query_map([], |row| row.get(0)).and_then(Iterator::collect).map_err(failed)?;
            (rows, one(NEWEST).map_err(failed)?.map(Time))
        }
        _ => (vec![], None),
    };
    let unwritable = connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK").err().map(|e| e.to_string());
    Ok(Inspection {
        version: format!("SQLite {}", rusqlite::version()),
        clock: None,
        newest,
        unwritable,
        malformed,
        migrated,
        known: known_migrations()?,
        worries: vec![],
    })
}

fn pg(url: &str) -> Result<Inspection, StoreError> {
    let mut connection = PgConnection::connect(url)?;
    let mut one = |sql: &str| Ok::<_, StoreError>(connection.texts(sql)?.into_iter().next());
    let number = |text: Option<String>| text.and_then(|text| text.parse::<i64>().ok());
    let version = one("SHOW server_version")?.unwrap_or_default();
    let clock = number(one("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)")?);
    let unwritable = if one("SELECT pg_is_in_recovery()")?.as_deref() == Some("t") {
        Some("this server is a standby; name the primary, or all hosts with target_session_attrs=read-write")
    } else if one("SHOW transaction_read_only")?.as_deref() == Some("on") {
        Some("its transactions are read-only")
    } else if one("SELECT has_schema_privilege(current_schema(), 'CREATE')")?.as_deref() != Some("t") {
        Some("this user may not create tables in its schema, which migrations need")
    } else {
        None
    };
    let mut worries = Vec::new();
    for (setting, why) in [
        ("fsync", "a crash of its machine can damage the database"),
        ("full_page_writes", "a crash of its machine can damage the database"),
        ("synchronous_commit", "a crash of its machine loses what was acknowledged just before"),
    ] {
        if one(&format!("SHOW {setting}"))?.as_deref() == Some("off") {
            worries.push(format!("{setting} is off: {why}"));
        }
    }
    let most = number(one("SHOW max_connections")?).unwrap_or(i64::MAX);
    let used = number(one("SELECT COUNT(*) FROM pg_stat_activity WHERE backend_type = 'client backend'")?).unwrap_or(0);
    if most - used < 10 {
        worries.push(format!("{used} of {most} connections are taken; a server takes 8"));
    }
    let tables = one("SELECT to_regclass('refinery_schema_history') IS NOT NULL AND to_regclass('event') IS NOT NULL")?;
    let (migrated, newest) = match tables.as_deref() {
        Some("t") => {
            let newest = number(one(NEWEST)?).map(Time);
            (connection.texts(MIGRATED)?.iter().filter_map(|version| version.parse().ok()).collect(), newest)
        }
        _ => (vec![], None),
    };
    Ok(Inspection {
        version: format!("PostgreSQL {version}"),
        clock: clock.map(Time),
        newest,
        unwritable: unwritable.map(str::to_string),
        malformed: None,
        migrated,
        known: known_migrations()?,
        worries,
    })
}
