//! One server at a time on an embedded database.
//!
//! What a server keeps of it in memory would be wrong with two, and each would
//! send the other's webhooks and letters. So it holds a lock while it runs, on
//! a file of its own: SQLite's locks on the database are gone as soon as the
//! process closes any other descriptor of it.

use crate::engine::{Location, StoreError, directory_of, make_directory};
use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// That no other server is on a database, for as long as this is kept. The
/// system takes it back when the process ends, however it ends.
#[derive(Debug)]
#[must_use = "it is given back when it is dropped"]
pub struct Alone {
    _lock: Option<File>,
}

impl Alone {
    /// Makes sure of it before anything is changed, but that the directory is
    /// made. Several servers may share one PostgreSQL.
    pub fn on(location: &Location) -> Result<Alone, StoreError> {
        let Location::File(database) = location else { return Ok(Alone { _lock: None }) };
        let why = "another server is using this directory; stop it, or give this one another with --data";
        let taken = || StoreError::File(format!("{}: {why}", directory_of(database).display()));
        let lock = lock(database)?.ok_or_else(taken)?;
        Ok(Alone { _lock: Some(lock) })
    }
}

/// The lock of a database; `None` while a server has it. Its file stays: who
/// deleted it could lock another one than who has it open already.
pub(crate) fn lock(database: &Path) -> Result<Option<File>, StoreError> {
    make_directory(directory_of(database))?;
    let path = database.with_extension("lock");
    let failed = |e: std::io::Error| StoreError::File(format!("{}: cannot be locked: {e}", path.display()));
    let file = OpenOptions::new().create(true).write(true).truncate(false).mode(0o600).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(e)) => Err(failed(e)),
    }
}
