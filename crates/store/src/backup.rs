//! Copies of the embedded database, made while it is in use, and put back.

use crate::alone::lock;
use crate::engine::{Location, StoreError, directory_of};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

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
    StoreError::File(format!("{}: {why}", path.display()))
}

const IN_USE: &str = "it is in use; stop the server first";

/// Writes a copy of the database to `to` and checks it. Payments go on
/// meanwhile; the copy holds what was committed when it began. `to` must not
/// exist: a backup never replaces another.
pub fn back_up(from: &Location, to: &Path) -> Result<Checked, StoreError> {
    let Location::File(from) = from else {
        let why = "PostgreSQL is backed up with its own tools, pg_dump or pg_basebackup";
        return Err(StoreError::File(why.into()));
    };
    if !from.exists() {
        return Err(failed(from, "there is no database here; say with --data where it is"));
    }
    if to.exists() {
        return Err(failed(to, "exists already, and a backup replaces nothing; choose another name"));
    }
    let dir = directory_of(to);
    if !dir.is_dir() {
        return Err(failed(to, format!("there is no directory {}; make it, or choose another", dir.display())));
    }
    // Under another name until it is whole, so that nobody takes half a copy
    // for a backup.
    let partial = Partial::beside(to)?;
    let copy = || {
        let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        source.busy_timeout(Duration::from_secs(10))?;
        source.execute("VACUUM INTO ?1", [partial.0.to_string_lossy()])
    };
    copy().map_err(|e| failed(from, format!("cannot be copied to {}: {e}", to.display())))?;
    let checked = partial.check()?;
    partial.finish(to)?;
    Ok(checked)
}

/// Puts a backup in the place of the embedded database, which no server may
/// have open. A database that is there is kept beside it; where, is answered.
pub fn restore(from: &Path, to: &Location) -> Result<(Checked, Option<PathBuf>), StoreError> {
    let Location::File(to) = to else {
        let why = "PostgreSQL is restored with its own tools, pg_restore or psql";
        return Err(StoreError::File(why.into()));
    };
    if !from.is_file() {
        return Err(failed(from, "there is no such file; say which one coinslot backup wrote"));
    }
    let log = with(from, "-wal");
    if fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
        let why = "is a database and no backup, its last changes are in";
        let advice = "make a backup of its directory with coinslot backup --data, and restore that";
        return Err(failed(from, format!("{why} {}; {advice}", log.display())));
    }
    check(from).map_err(|why| failed(from, format!("{why}; say which file coinslot backup wrote")))?;
    let _alone = lock(to)?.ok_or_else(|| failed(to, IN_USE))?;
    let partial = Partial::beside(to)?;
    fs::copy(from, &partial.0)
        .map_err(|e| failed(from, format!("cannot be copied to {}: {e}", partial.0.display())))?;
    let checked = partial.check()?;
    let kept = set_aside(to)?;
    partial.finish(to)?;
    Ok((checked, kept))
}

/// Moves a database away, so that it is whole by itself: what is in its log is
/// copied into it first. Where it is now; `None` if there was none.
fn set_aside(path: &Path) -> Result<Option<PathBuf>, StoreError> {
    let (log, index) = (with(path, "-wal"), with(path, "-shm"));
    if path.exists() {
        // Without a log a database belongs to one alone, so this waits for
        // everybody else, and ends both files beside it.
        let alone = Connection::open(path).and_then(|connection| {
            // Long enough for who is just going, short enough to be told.
            connection.busy_timeout(Duration::from_millis(500))?;
            // What is damaged is not to be written to on the way out.
            connection.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
            connection.pragma_update(None, "journal_mode", "DELETE")
        });
        match alone.map_err(|e| (e.sqlite_error_code(), e)) {
            // What is damaged is kept as it is, with its log.
            Ok(()) | Err((Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt), _)) => {}
            Err((Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked), _)) => return Err(failed(path, IN_USE)),
            Err((_, e)) => return Err(failed(path, format!("cannot be moved out of the way: {e}"))),
        }
    }
    let mut names = (1..).map(|n| beside(path, &format!("before-restore-{n}")));
    let free = names.find(|name| !name.exists() && !with(name, "-wal").exists());
    let kept = free.ok_or_else(|| failed(path, "no free name to keep it under"))?;
    let mut moved = None;
    // A log is never left to another database, which would take it for its own.
    for (from, to) in [(path, kept.clone()), (&log, with(&kept, "-wal"))] {
        if from.exists() {
            rename(from, &to)?;
            moved.get_or_insert(to);
        }
    }
    // Holds nothing that is not in the log.
    match fs::remove_file(&index) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(failed(&index, e)),
        _ => Ok(moved),
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    with(path, &format!(".{ending}"))
}

fn with(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_os_string();
    name.push(ending);
    name.into()
}

/// A copy under way. It is deleted if it does not become whole.
struct Partial(PathBuf);

impl Partial {
    fn beside(path: &Path) -> Result<Partial, StoreError> {
        let partial = beside(path, "partial");
        match fs::remove_file(&partial) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(failed(&partial, e)),
            _ => Ok(Partial(partial)),
        }
    }

    /// Reads it from end to end, and sees that it is on disk.
    fn check(&self) -> Result<Checked, StoreError> {
        let checked = check(&self.0).map_err(|why| failed(&self.0, why))?;
        File::open(&self.0).and_then(|f| f.sync_all()).map_err(|e| failed(&self.0, e))?;
        Ok(checked)
    }

    /// Gives it its name.
    fn finish(self, name: &Path) -> Result<(), StoreError> {
        rename(&self.0, name)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // It is gone already when it has its name.
        let _ = fs::remove_file(&self.0);
    }
}

/// Renames, and makes the new name survive a power cut.
fn rename(from: &Path, to: &Path) -> Result<(), StoreError> {
    fs::rename(from, to).map_err(|e| failed(to, e))?;
    let dir = directory_of(to);
    File::open(dir).and_then(|d| d.sync_all()).map_err(|e| failed(dir, e))
}

/// Reads a copy from end to end; what is wrong with it.
fn check(path: &Path) -> Result<Checked, String> {
    let bytes = fs::metadata(path).map_err(|e| e.to_string())?.len();
    let read = || {
        let connection = open_as_it_is(path)?;
        let verdict: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
        let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        Ok::<_, rusqlite::Error>((
            verdict,
            count("SELECT COUNT(*) FROM project")?,
            count("SELECT COUNT(*) FROM payment")?,
        ))
    };
    let (verdict, projects, payments) = read().map_err(|e| format!("is no database of this server: {e}"))?;
    match verdict.as_str() {
        "ok" => Ok(Checked { projects, payments, bytes }),
        why => Err(format!("is damaged: {why}")),
    }
}

/// Opens a file that nobody writes to, so that SQLite neither looks for other
/// files beside it nor makes any.
fn open_as_it_is(path: &Path) -> rusqlite::Result<Connection> {
    let mut uri = String::from("file:");
    for byte in path.as_os_str().as_bytes() {
        // Formatting into a string does not fail.
        let _ = write!(uri, "%{byte:02x}");
    }
    uri.push_str("?immutable=1");
    Connection::open_with_flags(uri, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI)
}
