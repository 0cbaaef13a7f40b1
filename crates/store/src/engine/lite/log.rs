//! The log that SQLite writes to is copied into the file beside the writer, so
//! that nobody waits for it. Only the writer can have the log begin anew, because
//! it grows while others copy; so the last bit is the writer's.

use super::{Readers, StoreError, connect, spawn};
use rusqlite::Connection;
use rusqlite::hooks::Wal;
use std::path::Path;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, mpsc};

/// Lengths of the log, in frames: a page as it was once.
#[derive(Clone, Copy)]
struct Lengths {
    /// From here on it is copied.
    long: i32,
    /// So much is left for the writer.
    rest: i32,
    /// From here on the writer copies all of it: others do not keep up.
    too_long: i32,
}

/// A page that changes in each commit is copied once in so many pages, and not
/// once in a thousand, as SQLite has it.
const USUAL: Lengths = Lengths { long: 8_000, rest: 1_000, too_long: 40_000 };

/// Nobody copies, and nothing is known to be copied.
const IDLE: i32 = 0;
/// Somebody copies.
const COPYING: i32 = -1;

/// Pages after which SQLite has the writer copy the log, unless its file system
/// wants it otherwise.
const DEFAULT: i32 = 1_000;

/// Has the log of a file copied beside the one connection that writes it. Where
/// the file system wants it copied earlier, as that of the rigs does, the writer
/// does it.
pub(super) fn copy_beside(connection: &mut Connection, readers: &Arc<Readers>) -> Result<(), StoreError> {
    let wanted = connection.pragma_query_value(None, "wal_autocheckpoint", |row| row.get(0))?;
    let lengths = match wanted {
        DEFAULT => USUAL,
        pages => Lengths { long: pages, rest: -1, too_long: pages },
    };
    copy_at(connection, readers, lengths)
}

fn copy_at(connection: &mut Connection, readers: &Arc<Readers>, lengths: Lengths) -> Result<(), StoreError> {
    // How many frames are copied, or one of the two above.
    let copied = Arc::new(AtomicI32::new(IDLE));
    let (ask, asked) = mpsc::channel::<()>();
    let (readers, told) = (readers.clone(), copied.clone());
    let path = readers.path.clone();
    // Ends with the connection, whose hook asks.
    spawn("store-log", move || {
        while asked.recv().is_ok() {
            let frames = copy(&path).unwrap_or_else(|e| {
                tracing::warn!(error = %e, "the log of the database was not copied; its writer will do it");
                IDLE
            });
            told.store(frames, Ordering::Release);
        }
    })?;
    // How long the log was when anything was done about it.
    let mut last = 0;
    let hook = move |wal: &mut Wal, frames: i32| {
        if frames < last {
            last = 0;
        }
        readers.let_log_end(frames >= lengths.long);
        let known = copied.load(Ordering::Acquire);
        let ended = known > 0 && frames - known <= lengths.rest;
        // Where a reader keeps it from ending, it is not tried with each commit.
        let again = last == 0 || frames - last >= lengths.rest;
        if frames < lengths.long || !(ended || again) {
            return Ok(());
        }
        if ended || frames >= lengths.too_long {
            // What it cannot copy now it will next time: the commit stands.
            let _ = wal.checkpoint();
            if known != COPYING {
                copied.store(IDLE, Ordering::Release);
            }
        } else if known != COPYING {
            copied.store(COPYING, Ordering::Release);
            let _ = ask.send(());
        }
        last = frames;
        Ok(())
    };
    Ok(connection.wal_hook(Some(hook))?)
}

/// Copies what is in the log and nobody reads any more; how many frames of it
/// are copied by then.
fn copy(path: &Path) -> Result<i32, StoreError> {
    let connection = connect(path)?;
    Ok(connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get(2))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(path: &Path) -> Connection {
        let connection = connect(path).unwrap();
        connection.execute_batch("CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT NOT NULL)").unwrap();
        connection
    }

    fn add(connection: &Connection, n: i32) {
        connection.execute("INSERT INTO t VALUES (?1, ?2)", (n, "x".repeat(3_000))).unwrap();
    }

    /// Frames in the log, by its size; it is never made smaller.
    fn most_frames(path: &Path) -> u64 {
        std::fs::metadata(path.with_extension("db-wal")).unwrap().len() / (4_096 + 24)
    }

    #[test]
    fn what_was_committed_is_copied_while_others_write() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.db");
        let connection = table(&path);
        (0..40).for_each(|n| add(&connection, n));
        let frames = i32::try_from(most_frames(&path)).unwrap();
        connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        add(&connection, 40);
        assert_eq!(copy(&path).unwrap(), frames, "all but what is not committed");
        connection.execute_batch("COMMIT").unwrap();
    }

    #[test]
    fn the_log_begins_anew_again_and_again() {
        let directory = tempfile::tempdir().unwrap();
        for (name, lengths) in [
            ("beside.db", Lengths { long: 20, rest: 10, too_long: 2_000 }),
            // Nobody is ever asked.
            ("alone.db", Lengths { long: 20, rest: -1, too_long: 20 }),
        ] {
            let path = directory.path().join(name);
            let mut connection = table(&path);
            let readers = Arc::new(Readers::of(&path));
            copy_at(&mut connection, &readers, lengths).unwrap();
            for n in 0..4_000 {
                add(&connection, n);
                // Somebody always sees the database as it was a moment ago.
                let found = readers.lasting(|tx| tx.row("SELECT n FROM t WHERE n = 0", &[]));
                assert!(found.unwrap().is_some(), "{name}: {n}");
            }
            assert!(most_frames(&path) < 2_100, "{name}: {} frames", most_frames(&path));
            let (count, sound): (i32, String) = connection
                .query_row("SELECT COUNT(*), (SELECT * FROM pragma_integrity_check) FROM t", [], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })
                .unwrap();
            assert_eq!((count, sound.as_str()), (4_000, "ok"));
        }
    }

    #[test]
    fn a_reader_that_stays_keeps_nobody_from_writing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.db");
        let mut connection = table(&path);
        add(&connection, -1);
        let reader = connect(&path).unwrap();
        reader.execute_batch("BEGIN; SELECT COUNT(*) FROM t").unwrap();
        let readers = Arc::new(Readers::of(&path));
        copy_at(&mut connection, &readers, Lengths { long: 20, rest: 10, too_long: 100 }).unwrap();
        (0..500).for_each(|n| add(&connection, n));
        let count = |connection: &Connection| {
            connection.query_row("SELECT COUNT(*) FROM t", [], |row| row.get::<_, i32>(0)).unwrap()
        };
        assert_eq!((count(&reader), count(&connection)), (1, 501));
    }
}
