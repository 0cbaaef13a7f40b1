//! Copies of the embedded database, made while it is in use, and put back.

use crate::alone::lock;
use crate::engine::{Location, StoreError, directory_of};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// What a copy was found to hold when it was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Projects in it.
    pub projects: i64,
    /// Payments in it.
    pub payments: i64,
    /// Size in bytes.
    pub bytes: u64,
}

fn failed(path: &Path, why: impl std::fmt::Display) -> StoreError {
    StoreError::Unavailable(format!("{}: {why}", path.display()))
}

/// Writes a copy of the database to `to` and checks it. Payments go on
/// meanwhile; the copy holds what was committed when it began. `to` must not
/// exist: a backup never replaces another.
pub fn back_up(from: &Location, to: &Path) -> Result<Checked, StoreError> {
    let Location::File(from) = from else {
        let why = "PostgreSQL is backed up with its own tools, pg_dump or pg_basebackup";
        return Err(StoreError::Unavailable(why.into()));
    };
    if !from.exists() {
        return Err(failed(from, "there is no database here"));
    }
    if to.exists() {
        return Err(failed(to, "exists already; choose another name"));
    }
    // Under another name until it is whole, so that nobody takes half a copy
    // for a backup.
    let partial = beside(to, "partial");
    let _ = fs::remove_file(&partial);
    let copy = || {
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE;
        let source = rusqlite::Connection::open_with_flags(from, flags)?;
        source.busy_timeout(std::time::Duration::from_secs(10))?;
        source.execute("VACUUM INTO ?1", [partial.to_string_lossy()])
    };
    copy().map_err(|e| failed(from, e))?;
    let checked = check(&partial)?;
    File::open(&partial).and_then(|f| f.sync_all()).map_err(|e| failed(&partial, e))?;
    rename(&partial, to)?;
    Ok(checked)
}

/// Puts a backup in the place of the embedded database, which no server may
/// have open. A database that is there is kept beside it; where, is answered.
pub fn restore(from: &Path, to: &Location) -> Result<(Checked, Option<PathBuf>), StoreError> {
    let Location::File(to) = to else {
        let why = "PostgreSQL is restored with its own tools, pg_restore or psql";
        return Err(StoreError::Unavailable(why.into()));
    };
    let checked = check(from)?;
    let in_use = || StoreError::File(format!("{}: a server is using it; stop the server first", to.display()));
    let _alone = lock(to)?.ok_or_else(in_use)?;
    let partial = beside(to, "partial");
    fs::copy(from, &partial).map_err(|e| failed(&partial, e))?;
    check(&partial)?;
    File::open(&partial).and_then(|f| f.sync_all()).map_err(|e| failed(&partial, e))?;
    let kept = if to.exists() { Some(set_aside(to)?) } else { None };
    rename(&partial, to)?;
    Ok((checked, kept))
}

/// Moves a database away, with the log that belongs to it.
fn set_aside(path: &Path) -> Result<PathBuf, StoreError> {
    {
        // A server that has it open holds a lock that this does not get past.
        let busy = |e: rusqlite::Error| failed(path, format!("stop the server first: {e}"));
        let connection = rusqlite::Connection::open(path).map_err(busy)?;
        // Long enough for a server that is just going, short enough to be told.
        connection.busy_timeout(std::time::Duration::from_millis(500)).map_err(busy)?;
        let alone = connection
            .pragma_update(None, "locking_mode", "EXCLUSIVE")
            .and_then(|()| connection.execute_batch("BEGIN EXCLUSIVE; COMMIT"));
        alone.map_err(busy)?;
    }
    let free = (1..).map(|n| beside(path, &format!("before-restore-{n}"))).find(|p| !p.exists());
    let kept = free.ok_or_else(|| failed(path, "no free name to keep it under"))?;
    for ending in ["", "-wal", "-shm"] {
        let with = |p: &Path| PathBuf::from(format!("{}{ending}", p.display()));
        if with(path).exists() {
            rename(&with(path), &with(&kept))?;
        }
    }
    Ok(kept)
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    PathBuf::from(format!("{}.{ending}", path.display()))
}

/// Renames, and makes the new name survive a power cut.
fn rename(from: &Path, to: &Path) -> Result<(), StoreError> {
    fs::rename(from, to).map_err(|e| failed(to, e))?;
    let dir = directory_of(to);
    File::open(dir).and_then(|d| d.sync_all()).map_err(|e| failed(dir, e))
}

/// Reads a copy from end to end.
fn check(path: &Path) -> Result<Checked, StoreError> {
    let bytes = fs::metadata(path).map_err(|e| failed(path, e))?.len();
    let read = || {
        let connection = rusqlite::Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let verdict: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
        let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        Ok::<_, rusqlite::Error>((
            verdict,
            count("SELECT COUNT(*) FROM project")?,
            count("SELECT COUNT(*) FROM payment")?,
        ))
    };
    let (verdict, projects, payments) =
        read().map_err(|e| failed(path, format!("is no database of this server: {e}")))?;
    if verdict != "ok" {
        return Err(failed(path, format!("is damaged: {verdict}")));
    }
    Ok(Checked { projects, payments, bytes })
}
