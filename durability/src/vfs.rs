//! The disk as SQLite's file system. Besides the product's own, which stands on
//! it in the rigs as on any other, this is the only `unsafe` code.
//!
//! It becomes the process's default, so that the product's own code opens it by
//! path and does not know. Paths that are no [`Mount`] go to the file system
//! that was the default before.

#![allow(unsafe_code, reason = "SQLite takes a file system as C function pointers")]
#![allow(clippy::missing_safety_doc, reason = "SQLite alone calls these, by its own documented contract")]

use crate::disk::{Disk, Open, REGION, Region, Role};
use rusqlite::ffi::{self, sqlite3_file, sqlite3_int64, sqlite3_io_methods, sqlite3_vfs};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};

static MOUNTS: Mutex<BTreeMap<PathBuf, Arc<Disk>>> = Mutex::new(BTreeMap::new());
static REGISTER: Once = Once::new();

fn mounts() -> MutexGuard<'static, BTreeMap<PathBuf, Arc<Disk>>> {
    MOUNTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A directory whose databases are on a [`Disk`].
pub struct Mount {
    directory: tempfile::TempDir,
    path: PathBuf,
    /// What is mounted.
    pub disk: Arc<Disk>,
}

impl Mount {
    /// Mounts a disk in a directory of its own.
    ///
    /// # Panics
    /// When no directory can be made.
    pub fn new(disk: Disk) -> Self {
        REGISTER.call_once(register);
        let directory = tempfile::tempdir().unwrap();
        // SQLite looks through symbolic links before it opens a file.
        let path = directory.path().canonicalize().unwrap();
        let disk = Arc::new(disk);
        mounts().insert(path.clone(), disk.clone());
        Mount { directory, path, disk }
    }

    /// A path on the disk.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        mounts().remove(&self.path);
    }
}

/// The disk and the name on it that a path stands for.
unsafe fn mounted<'a>(path: *const c_char) -> Option<(Arc<Disk>, &'a str)> {
    if path.is_null() {
        return None;
    }
    // SAFETY: SQLite's paths are C strings that outlive the call.
    let path = Path::new(unsafe { CStr::from_ptr(path) }.to_str().ok()?);
    let disk = mounts().get(path.parent()?)?.clone();
    Some((disk, path.file_name()?.to_str()?))
}

fn register() {
    // SAFETY: the default file system lives as long as the process, and ours is
    // leaked to do so too. Methods that are copied ignore the file system they
    // are called for.
    unsafe {
        let original = ffi::sqlite3_vfs_find(std::ptr::null());
        assert!(!original.is_null(), "SQLite has no file system of its own");
        let ours = sqlite3_vfs {
            pNext: std::ptr::null_mut(),
            zName: c"coinslot-crash".as_ptr(),
            szOsFile: (*original).szOsFile.max(size_of::<CrashFile>() as c_int),
            pAppData: original.cast(),
            xOpen: Some(open),
            xDelete: Some(delete),
            xAccess: Some(access),
            xFullPathname: Some(full_pathname),
            ..*original
        };
        let done = ffi::sqlite3_vfs_register(Box::leak(Box::new(ours)), 1);
        assert_eq!(done, ffi::SQLITE_OK, "SQLite does not take the file system");
        ffi::sqlite3_auto_extension(Some(note_opened));
    }
}

thread_local! {
    /// The connection that this thread opened last, and its pages per checkpoint.
    static OPENED: Cell<Option<(*mut ffi::sqlite3, c_int)>> = const { Cell::new(None) };
}

/// Notes new connections that are to checkpoint as often as their disk wants
/// it. SQLite sets its own default after this, so that it has to wait for the
/// first pragma, which the engine gives at once.
unsafe extern "C" fn note_opened(
    db: *mut ffi::sqlite3,
    _: *mut *mut c_char,
    _: *const ffi::sqlite3_api_routines,
) -> c_int {
    // SAFETY: the connection is open, and its file name lives as long as it.
    unsafe {
        let path = ffi::sqlite3_db_filename(db, c"main".as_ptr());
        OPENED.set(mounted(path).and_then(|(disk, _)| Some((db, disk.checkpoint_pages?))));
    }
    ffi::SQLITE_OK
}

#[repr(C)]
struct CrashFile {
    base: sqlite3_file,
    handle: *mut Handle,
}

struct Handle {
    open: Open,
    /// Regions that SQLite has pointers into.
    regions: Vec<Region>,
    attached: bool,
}

unsafe fn original(vfs: *mut sqlite3_vfs) -> *mut sqlite3_vfs {
    // SAFETY: set in `register`, and never changed.
    unsafe { (*vfs).pAppData.cast() }
}

unsafe extern "C" fn open(
    vfs: *mut sqlite3_vfs,
    path: *const c_char,
    file: *mut sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: `file` has room for `szOsFile` bytes, enough for either kind.
    unsafe {
        let Some((disk, name)) = mounted(path) else {
            let original = original(vfs);
            return (*original).xOpen.map_or(ffi::SQLITE_CANTOPEN, |f| f(original, path, file, flags, out));
        };
        (*file).pMethods = std::ptr::null();
        let role = match flags {
            _ if flags & ffi::SQLITE_OPEN_MAIN_DB != 0 => Role::Main,
            _ if flags & ffi::SQLITE_OPEN_WAL != 0 => Role::Wal,
            _ => Role::Journal,
        };
        let open = match disk.open(name, flags & ffi::SQLITE_OPEN_CREATE != 0, role) {
            Ok(open) => open,
            Err(code) => return code,
        };
        let handle = Box::into_raw(Box::new(Handle { open, regions: Vec::new(), attached: false }));
        file.cast::<CrashFile>().write(CrashFile { base: sqlite3_file { pMethods: &METHODS }, handle });
        if !out.is_null() {
            *out = flags;
        }
        ffi::SQLITE_OK
    }
}

unsafe extern "C" fn delete(vfs: *mut sqlite3_vfs, path: *const c_char, sync: c_int) -> c_int {
    // SAFETY: passed on as it came.
    unsafe {
        match mounted(path) {
            Some((disk, name)) => code(disk.delete(name, sync != 0)),
            None => {
                let original = original(vfs);
                (*original).xDelete.map_or(ffi::SQLITE_IOERR_DELETE, |f| f(original, path, sync))
            }
        }
    }
}

unsafe extern "C" fn access(vfs: *mut sqlite3_vfs, path: *const c_char, flags: c_int, out: *mut c_int) -> c_int {
    // SAFETY: passed on as it came; `out` is the caller's.
    unsafe {
        match mounted(path) {
            Some((disk, name)) => {
                *out = c_int::from(disk.has(name));
                ffi::SQLITE_OK
            }
            None => {
                let original = original(vfs);
                (*original).xAccess.map_or(ffi::SQLITE_IOERR_ACCESS, |f| f(original, path, flags, out))
            }
        }
    }
}

unsafe extern "C" fn full_pathname(
    vfs: *mut sqlite3_vfs,
    path: *const c_char,
    length: c_int,
    out: *mut c_char,
) -> c_int {
    // SAFETY: passed on as it came.
    unsafe {
        let original = original(vfs);
        (*original).xFullPathname.map_or(ffi::SQLITE_CANTOPEN, |f| f(original, path, length, out))
    }
}

static METHODS: sqlite3_io_methods = sqlite3_io_methods {
    // Version 2 has shared memory and no memory mapping.
    iVersion: 2,
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
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

unsafe fn handle<'a>(file: *mut sqlite3_file) -> &'a mut Handle {
    // SAFETY: `open` put it there, `close` takes it away, and SQLite uses one
    // file from one thread at a time.
    unsafe { &mut *(*file.cast::<CrashFile>()).handle }
}

fn code(outcome: Result<(), c_int>) -> c_int {
    outcome.err().unwrap_or(ffi::SQLITE_OK)
}

fn offset(n: sqlite3_int64) -> usize {
    usize::try_from(n).unwrap_or(0)
}

fn length(n: c_int) -> usize {
    usize::try_from(n).unwrap_or(0)
}

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    // SAFETY: SQLite closes a file once and then forgets it.
    unsafe {
        let handle = Box::from_raw((*file.cast::<CrashFile>()).handle);
        handle.open.unlock(ffi::SQLITE_LOCK_NONE);
        if handle.attached {
            handle.open.attach(false);
        }
        (*file).pMethods = std::ptr::null();
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(file: *mut sqlite3_file, to: *mut c_void, n: c_int, at: sqlite3_int64) -> c_int {
    // SAFETY: `to` has room for `n` bytes.
    unsafe { code(handle(file).open.read(offset(at), std::slice::from_raw_parts_mut(to.cast(), length(n)))) }
}

unsafe extern "C" fn write(file: *mut sqlite3_file, from: *const c_void, n: c_int, at: sqlite3_int64) -> c_int {
    // SAFETY: `from` holds `n` bytes.
    unsafe { code(handle(file).open.write(offset(at), std::slice::from_raw_parts(from.cast(), length(n)))) }
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, size: sqlite3_int64) -> c_int {
    // SAFETY: see `handle`.
    unsafe { code(handle(file).open.truncate(offset(size))) }
}

unsafe extern "C" fn sync(file: *mut sqlite3_file, _: c_int) -> c_int {
    // SAFETY: see `handle`.
    unsafe { code(handle(file).open.sync()) }
}

unsafe extern "C" fn file_size(file: *mut sqlite3_file, out: *mut sqlite3_int64) -> c_int {
    // SAFETY: `out` is the caller's.
    unsafe { *out = handle(file).open.length() as sqlite3_int64 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn lock(file: *mut sqlite3_file, level: c_int) -> c_int {
    // SAFETY: see `handle`.
    unsafe { code(handle(file).open.lock(level)) }
}

unsafe extern "C" fn unlock(file: *mut sqlite3_file, level: c_int) -> c_int {
    // SAFETY: see `handle`.
    unsafe { handle(file).open.unlock(level) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn check_reserved_lock(file: *mut sqlite3_file, out: *mut c_int) -> c_int {
    // SAFETY: `out` is the caller's.
    unsafe { *out = c_int::from(handle(file).open.is_reserved()) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn file_control(_: *mut sqlite3_file, op: c_int, _: *mut c_void) -> c_int {
    if op == ffi::SQLITE_FCNTL_PRAGMA
        && let Some((db, pages)) = OPENED.take()
    {
        // SAFETY: the thread that opened the connection gives it its first
        // pragma, so it is open and nobody else's.
        unsafe { ffi::sqlite3_wal_autocheckpoint(db, pages) };
    }
    ffi::SQLITE_NOTFOUND
}

/// What SQLite's own file system for Unix answers, so that SQLite writes here
/// as it would there.
unsafe extern "C" fn sector_size(_: *mut sqlite3_file) -> c_int {
    4096
}

unsafe extern "C" fn device_characteristics(_: *mut sqlite3_file) -> c_int {
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

unsafe extern "C" fn shm_map(
    file: *mut sqlite3_file,
    index: c_int,
    size: c_int,
    extend: c_int,
    out: *mut *mut c_void,
) -> c_int {
    // SAFETY: `out` is the caller's. The region is made of atomics, so that
    // many may write to it, and the handle keeps it until SQLite lets it go.
    unsafe {
        *out = std::ptr::null_mut();
        let handle = handle(file);
        if length(size) != REGION {
            return ffi::SQLITE_IOERR_SHMMAP;
        }
        if !handle.attached {
            handle.open.attach(true);
            handle.attached = true;
        }
        if let Some(region) = handle.open.region(length(index), extend != 0) {
            *out = region.as_ptr().cast_mut().cast();
            handle.regions.push(region);
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn shm_lock(file: *mut sqlite3_file, first: c_int, n: c_int, flags: c_int) -> c_int {
    let (take, exclusive) = (flags & ffi::SQLITE_SHM_LOCK != 0, flags & ffi::SQLITE_SHM_EXCLUSIVE != 0);
    // SAFETY: see `handle`.
    unsafe { code(handle(file).open.lock_region(length(first), length(n), take, exclusive)) }
}

unsafe extern "C" fn shm_barrier(_: *mut sqlite3_file) {
    std::sync::atomic::fence(std::sync::atomic::Ordering::SeqCst);
}

unsafe extern "C" fn shm_unmap(file: *mut sqlite3_file, _: c_int) -> c_int {
    // SAFETY: see `handle`; SQLite uses none of its pointers after this.
    let handle = unsafe { handle(file) };
    if handle.attached {
        handle.open.attach(false);
        handle.attached = false;
    }
    handle.regions.clear();
    ffi::SQLITE_OK
}
