//! SQLite's own file system with one thing changed: what a commit adds to the
//! log is written in one piece. SQLite writes the header of each page and the
//! page, so that a commit of thirty pages is sixty calls of the system; here it
//! is one for each 64 KiB, two. All else is passed on as it comes to the file system that is the
//! process's default.
//!
//! What is held back is written when the last page of a commit has come, and
//! before anything else is asked of the file. Until then nobody else has heard of
//! these pages. A write that fails later than SQLite asked for it fails before
//! the commit is known to anybody, and SQLite undoes it as it would have then.
//!
//! Nothing may be held back when a transaction is undone, or else it would be
//! written over what another process has committed since. So a connection keeps
//! in memory what it changes until it commits (`cache_spill`), and the log sees
//! nothing of a transaction that is undone.
//!
//! The only `unsafe` code of the product.

#![allow(unsafe_code, reason = "SQLite takes a file system as C function pointers")]

mod gathered;

use gathered::Gathered;
use rusqlite::ffi::{self, sqlite3_file, sqlite3_int64, sqlite3_io_methods, sqlite3_vfs};
use rusqlite::{Connection, OpenFlags};
use std::ffi::{CStr, c_char, c_int, c_void};
use std::mem::ManuallyDrop;
use std::path::Path;
use std::sync::OnceLock;

/// The name that a connection is opened with to write like this.
const NAME: &CStr = c"coinslot";

/// Room for a file of whichever file system is the default; SQLite's own for Unix
/// takes 120 bytes.
const ROOM: usize = 1_024;

/// Opens a database whose log is written so. It is to be the process's only
/// connection that writes: all that a transaction changes is in memory until it
/// is committed.
///
/// # Errors
/// As [`Connection::open`].
pub fn connect(path: &Path) -> rusqlite::Result<Connection> {
    register().map_err(|code| rusqlite::Error::SqliteFailure(ffi::Error::new(code), None))?;
    let connection = Connection::open_with_flags_and_vfs(path, OpenFlags::default(), NAME)?;
    connection.pragma_update(None, "cache_spill", false)?;
    Ok(connection)
}

/// Makes the file system known to SQLite, if it is not yet.
fn register() -> Result<(), c_int> {
    static DONE: OnceLock<c_int> = OnceLock::new();
    // SAFETY: a file system lives as long as the process; this one is leaked for
    // that. The methods that are not named below ignore whose they are.
    let done = DONE.get_or_init(|| unsafe {
        let Some(under) = default() else {
            return ffi::SQLITE_ERROR;
        };
        let ours = sqlite3_vfs {
            pNext: std::ptr::null_mut(),
            zName: NAME.as_ptr(),
            szOsFile: size_of::<File>() as c_int,
            pAppData: std::ptr::null_mut(),
            xOpen: Some(open),
            xDelete: Some(delete),
            xAccess: Some(access),
            xFullPathname: Some(full_pathname),
            ..*under
        };
        ffi::sqlite3_vfs_register(Box::leak(Box::new(ours)), 0)
    });
    if *done == ffi::SQLITE_OK { Ok(()) } else { Err(*done) }
}

/// The file system that does the work: the default at the time, since tests put
/// their own there.
fn default() -> Option<*mut sqlite3_vfs> {
    // SAFETY: may be called at any time.
    let found = unsafe { ffi::sqlite3_vfs_find(std::ptr::null()) };
    (!found.is_null()).then_some(found)
}

/// A log that is open.
#[repr(C)]
struct File {
    base: sqlite3_file,
    gathered: ManuallyDrop<Box<Gathered>>,
    under: Under,
}

/// The file of the file system below, in as much room as it may want.
#[repr(C, align(8))]
struct Under([u8; ROOM]);

impl File {
    /// Writes what is held back. What cannot be written is given up: SQLite is
    /// told, and undoes what it belonged to.
    fn flush(&mut self) -> c_int {
        let (bytes, at) = self.gathered.held();
        if bytes.is_empty() {
            return ffi::SQLITE_OK;
        }
        let (from, n) = (bytes.as_ptr().cast(), bytes.len() as c_int);
        let done = self.below(ffi::SQLITE_IOERR_WRITE, |methods, file| {
            // SAFETY: `from` has `n` bytes, which nothing changes meanwhile.
            methods.xWrite.map(|f| unsafe { f(file, from, n, at) })
        });
        self.gathered.forget();
        done
    }

    /// Calls the file system below.
    fn below(
        &mut self,
        without: c_int,
        call: impl FnOnce(&sqlite3_io_methods, *mut sqlite3_file) -> Option<c_int>,
    ) -> c_int {
        let file: *mut sqlite3_file = (&raw mut self.under).cast();
        // SAFETY: `open` has had the file system below put its file there, with
        // methods that live as long as the process.
        call(unsafe { &*(*file).pMethods }, file).unwrap_or(without)
    }

    /// The same, once everything that SQLite believes to be in the file is.
    fn after_all(
        &mut self,
        without: c_int,
        call: impl FnOnce(&sqlite3_io_methods, *mut sqlite3_file) -> Option<c_int>,
    ) -> c_int {
        match self.flush() {
            ffi::SQLITE_OK => self.below(without, call),
            failed => failed,
        }
    }
}

unsafe extern "C" fn open(
    _: *mut sqlite3_vfs,
    path: *const c_char,
    file: *mut sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: `file` has room for a `File`, which is enough for one of the file
    // system below too: that is looked at. SQLite calls the methods of a file that
    // it was not opened with only if there are any.
    unsafe {
        (*file).pMethods = std::ptr::null();
        let Some(under) = default().filter(|under| (**under).szOsFile as usize <= ROOM) else {
            return ffi::SQLITE_CANTOPEN;
        };
        let Some(open) = (*under).xOpen else {
            return ffi::SQLITE_CANTOPEN;
        };
        // Databases and journals are none of ours.
        if flags & ffi::SQLITE_OPEN_WAL == 0 {
            return open(under, path, file, flags, out);
        }
        let log = file.cast::<File>();
        let below: *mut sqlite3_file = (&raw mut (*log).under).cast();
        (*below).pMethods = std::ptr::null();
        let opened = open(under, path, below, flags, out);
        if opened == ffi::SQLITE_OK {
            (&raw mut (*log).gathered).write(ManuallyDrop::new(Box::default()));
            (*file).pMethods = &METHODS;
        }
        opened
    }
}

unsafe extern "C" fn delete(_: *mut sqlite3_vfs, path: *const c_char, sync: c_int) -> c_int {
    // SAFETY: passed on as it came.
    unsafe { default().and_then(|v| (*v).xDelete.map(|f| f(v, path, sync))).unwrap_or(ffi::SQLITE_IOERR_DELETE) }
}

unsafe extern "C" fn access(_: *mut sqlite3_vfs, path: *const c_char, flags: c_int, out: *mut c_int) -> c_int {
    // SAFETY: passed on as it came.
    unsafe { default().and_then(|v| (*v).xAccess.map(|f| f(v, path, flags, out))).unwrap_or(ffi::SQLITE_IOERR_ACCESS) }
}

unsafe extern "C" fn full_pathname(_: *mut sqlite3_vfs, path: *const c_char, n: c_int, out: *mut c_char) -> c_int {
    // SAFETY: passed on as it came.
    unsafe { default().and_then(|v| (*v).xFullPathname.map(|f| f(v, path, n, out))).unwrap_or(ffi::SQLITE_CANTOPEN) }
}

/// What SQLite asks of a log. Locks and shared memory are those of the database,
/// and a log is not mapped.
static METHODS: sqlite3_io_methods = sqlite3_io_methods {
    iVersion: 1,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: None,
    xShmLock: None,
    xShmBarrier: None,
    xShmUnmap: None,
    xFetch: None,
    xUnfetch: None,
};

/// The log that SQLite speaks of.
///
/// # Safety
/// One that [`open`] opened and [`close`] has not closed, of which SQLite uses one
/// from one thread at a time.
unsafe fn log<'a>(file: *mut sqlite3_file) -> &'a mut File {
    // SAFETY: as above.
    unsafe { &mut *file.cast::<File>() }
}

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    // SAFETY: SQLite closes a file once and then forgets it. What is held back
    // belongs to no commit, and is written all the same as SQLite thinks it was.
    unsafe {
        let log = log(file);
        let flushed = log.flush();
        let closed = log.below(ffi::SQLITE_IOERR_CLOSE, |m, f| m.xClose.map(|close| close(f)));
        ManuallyDrop::drop(&mut log.gathered);
        (*file).pMethods = std::ptr::null();
        if flushed == ffi::SQLITE_OK { closed } else { flushed }
    }
}

unsafe extern "C" fn read(file: *mut sqlite3_file, to: *mut c_void, n: c_int, at: sqlite3_int64) -> c_int {
    // SAFETY: passed on as it came.
    unsafe { log(file).after_all(ffi::SQLITE_IOERR_READ, |m, f| m.xRead.map(|read| read(f, to, n, at))) }
}

unsafe extern "C" fn write(file: *mut sqlite3_file, from: *const c_void, n: c_int, at: sqlite3_int64) -> c_int {
    // SAFETY: `from` has `n` bytes, which are at least one.
    let (log, bytes) = unsafe { (log(file), std::slice::from_raw_parts(from.cast::<u8>(), n as usize)) };
    let turn = log.gathered.turn(bytes, at);
    if turn.before {
        let done = log.flush();
        if done != ffi::SQLITE_OK {
            return done;
        }
    }
    log.gathered.add(bytes, at);
    if turn.after { log.flush() } else { ffi::SQLITE_OK }
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, size: sqlite3_int64) -> c_int {
    // SAFETY: see `log`.
    unsafe { log(file).after_all(ffi::SQLITE_IOERR_TRUNCATE, |m, f| m.xTruncate.map(|truncate| truncate(f, size))) }
}

unsafe extern "C" fn sync(file: *mut sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: see `log`.
    unsafe { log(file).after_all(ffi::SQLITE_IOERR_FSYNC, |m, f| m.xSync.map(|sync| sync(f, flags))) }
}

unsafe extern "C" fn file_size(file: *mut sqlite3_file, out: *mut sqlite3_int64) -> c_int {
    // SAFETY: passed on as it came.
    unsafe { log(file).after_all(ffi::SQLITE_IOERR_FSTAT, |m, f| m.xFileSize.map(|size| size(f, out))) }
}

unsafe extern "C" fn lock(file: *mut sqlite3_file, level: c_int) -> c_int {
    // SAFETY: see `log`.
    unsafe { log(file).below(ffi::SQLITE_IOERR_LOCK, |m, f| m.xLock.map(|lock| lock(f, level))) }
}

unsafe extern "C" fn unlock(file: *mut sqlite3_file, level: c_int) -> c_int {
    // SAFETY: see `log`.
    unsafe { log(file).below(ffi::SQLITE_IOERR_UNLOCK, |m, f| m.xUnlock.map(|unlock| unlock(f, level))) }
}

unsafe extern "C" fn check_reserved_lock(file: *mut sqlite3_file, out: *mut c_int) -> c_int {
    // SAFETY: passed on as it came.
    unsafe { log(file).below(ffi::SQLITE_IOERR_LOCK, |m, f| m.xCheckReservedLock.map(|check| check(f, out))) }
}

unsafe extern "C" fn file_control(file: *mut sqlite3_file, op: c_int, argument: *mut c_void) -> c_int {
    // SAFETY: passed on as it came.
    unsafe { log(file).after_all(ffi::SQLITE_NOTFOUND, |m, f| m.xFileControl.map(|control| control(f, op, argument))) }
}

unsafe extern "C" fn sector_size(file: *mut sqlite3_file) -> c_int {
    // SAFETY: see `log`.
    unsafe { log(file).below(0, |m, f| m.xSectorSize.map(|size| size(f))) }
}

unsafe extern "C" fn device_characteristics(file: *mut sqlite3_file) -> c_int {
    // SAFETY: see `log`.
    unsafe { log(file).below(0, |m, f| m.xDeviceCharacteristics.map(|what| what(f))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(connection: &Connection, rows: i64) -> rusqlite::Result<()> {
        connection.execute_batch("BEGIN")?;
        for _ in 0..rows {
            connection.execute("INSERT INTO t (text) VALUES (?1)", ["x".repeat(3_000)])?;
        }
        Ok(())
    }

    fn count(connection: &Connection) -> i64 {
        connection.query_row("SELECT COUNT(*) FROM t", [], |row| row.get(0)).unwrap()
    }

    /// Bytes of a database's log.
    fn length(path: &Path) -> u64 {
        std::fs::metadata(path.with_extension("db-wal")).unwrap().len()
    }

    fn is_sound(connection: &Connection) -> bool {
        connection.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0)).unwrap() == "ok"
    }

    /// What a commit holds is seen by everybody else at once, whatever is said
    /// about syncing; what is undone leaves nothing that could be written later.
    #[test]
    fn others_see_what_is_committed_and_write_in_between() {
        for synchronous in ["FULL", "NORMAL", "OFF"] {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("a.db");
            let connection = connect(&path).unwrap();
            connection.pragma_update(None, "journal_mode", "WAL").unwrap();
            connection.pragma_update(None, "synchronous", synchronous).unwrap();
            connection.pragma_update(None, "cache_size", 10).unwrap();
            connection.execute_batch("CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT NOT NULL)").unwrap();
            let other = Connection::open(&path).unwrap();
            let mut expected = 0;
            // More than is held back at one time, and more than the cache is to hold.
            for rows in [1, 20, 300, 2, 1_200, 3] {
                let before = length(&path);
                write(&connection, rows).unwrap();
                assert_eq!(length(&path), before, "of a transaction that is undone nothing is written");
                connection.execute_batch("ROLLBACK").unwrap();
                write(&other, 2).unwrap();
                other.execute_batch("COMMIT").unwrap();
                write(&connection, rows).unwrap();
                assert_eq!(count(&other), expected + 2);
                connection.execute_batch("COMMIT").unwrap();
                expected += rows + 2;
                assert_eq!((count(&other), count(&connection)), (expected, expected), "{synchronous}, {rows}");
            }
            assert!(is_sound(&other) && is_sound(&connection), "{synchronous}");
            // As a process that ends without a word leaves it.
            let copy = directory.path().join("b.db");
            std::fs::copy(&path, &copy).unwrap();
            std::fs::copy(path.with_extension("db-wal"), copy.with_extension("db-wal")).unwrap();
            let left = Connection::open(&copy).unwrap();
            assert!(count(&left) == expected && is_sound(&left), "{synchronous}");
            drop((connection, other));
            assert!(!path.with_extension("db-wal").exists(), "who closes it last takes the log away");
            assert_eq!(count(&Connection::open(&path).unwrap()), expected);
        }
    }

    #[test]
    fn what_cannot_be_opened_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        assert!(connect(directory.path()).is_err());
        assert!(connect(&directory.path().join("no/a.db")).is_err());
    }
}
