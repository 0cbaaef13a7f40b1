//! SQLite: one thread writes all that waits in one commit, and whoever reads
//! does it where it stands.

mod log;

use super::{BATCH, Backend, Engine, Epoch, Held, Map, Row, StoreError, Tx, Value, Work};
use super::{key, lock, migrate, spawn};
use crate::meter::{Figures, Watch};
use crate::token::Kept;
use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

impl From<rusqlite::Error> for StoreError {
    fn from(e: rusqlite::Error) -> Self {
        StoreError::Unavailable(text(&e))
    }
}

/// Without the statement, which the driver would append.
pub(super) fn text(e: &rusqlite::Error) -> String {
    match e {
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        other => other.to_string(),
    }
}

/// The most that the writer keeps of the database in memory.
const WRITER_CACHE_KIB: i64 = 8 << 10;

/// Opens a file, brings its tables up to date and begins to write.
pub(super) fn open(
    path: &Path,
    figures: &Arc<Figures>,
    (epoch, kept): (&Arc<Epoch>, &Arc<Kept>),
) -> Result<Engine, StoreError> {
    make_directory(directory_of(path))?;
    let mut connection = opened(path, coinslot_vfs::connect)?;
    // What the writer changes is in memory until it is committed, which is no way
    // to make a large table anew.
    let mut migrating = connect(path)?;
    migrate(migration, |runner| runner.run(&mut migrating))?;
    drop(migrating);
    let readers = Arc::new(Readers::of(path));
    // The writer alone comes back to the same pages: the ends of tables and
    // indexes. With SQLite's own 2 MiB it looks for them in the log again.
    connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    log::copy_beside(&mut connection, &readers)?;
    let (writer, work) = mpsc::channel();
    let (figures, epoch, kept) = (figures.clone(), epoch.clone(), kept.clone());
    spawn("store-writer", move || write(&connection, &figures, (&epoch, &kept), &work))?;
    Ok(Engine::Lite { writer, readers })
}

/// Makes a directory that survives a power cut: its name is on disk, not only
/// in its parent's memory. It is nobody else's to look into, for the secrets that
/// webhooks are signed with will be in there.
pub(crate) fn make_directory(dir: &Path) -> Result<(), StoreError> {
    if dir.is_dir() {
        return Ok(());
    }
    if dir.exists() {
        return Err(StoreError::File(format!("{}: is a file, and should be a directory", dir.display())));
    }
    let made = || {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
        std::fs::File::open(directory_of(dir))?.sync_all()
    };
    made().map_err(|e| StoreError::File(format!("{}: the directory cannot be made: {e}", dir.display())))
}

/// The directory that a file lies in.
pub(crate) fn directory_of(path: &Path) -> &Path {
    path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

pub(super) fn connect(path: &Path) -> Result<rusqlite::Connection, StoreError> {
    opened(path, |path| rusqlite::Connection::open(path))
}

/// A connection as all of ours are.
fn opened(
    path: &Path,
    open: impl Fn(&Path) -> rusqlite::Result<rusqlite::Connection>,
) -> Result<rusqlite::Connection, StoreError> {
    open(path).and_then(set_up).map_err(|e| {
        let told = format!("{}: {e}", path.display());
        match e.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase) => {
                StoreError::File(format!("{told}; see --data, or put a backup in its place: coinslot restore"))
            }
            Some(rusqlite::ErrorCode::CannotOpen) => StoreError::File(told),
            _ => StoreError::Unavailable(told),
        }
    })
}

fn set_up(connection: rusqlite::Connection) -> rusqlite::Result<rusqlite::Connection> {
    connection.busy_timeout(Duration::from_secs(10))?;
    // Plans do not depend on parameters; otherwise some statements are planned
    // anew each time they run.
    connection.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // SQLite does not wait for its lock here, so that two who open a new file at
    // one time can be in each other's way; it does wait to begin.
    let mut turns = 100;
    while let Err(e) = connection.pragma_update(None, "journal_mode", "WAL") {
        turns -= 1;
        if turns == 0 || e.sqlite_error_code() != Some(rusqlite::ErrorCode::DatabaseBusy) {
            return Err(e);
        }
        connection.execute_batch("BEGIN IMMEDIATE; COMMIT")?;
    }
    // NORMAL would lose acknowledged orders in a power cut.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.set_prepared_statement_cache_capacity(256);
    Ok(connection)
}

/// A connection with the statements it has prepared.
struct Writing<'c> {
    connection: &'c rusqlite::Connection,
    statements: Map<rusqlite::Statement<'c>>,
}

/// A connection that keeps its statements itself.
struct Reading<'a> {
    connection: &'a rusqlite::Connection,
    texts: &'a mut Texts,
}

/// Statements as SQLite wants them.
type Texts = Map<String>;

/// SQLite numbers `$1` by first appearance, not by its digit, and has no row
/// locks, because its writer is alone anyway. It knows pages of tokens by their
/// number alone. A statement of several rows keeps a copy of each page it changes,
/// to undo the first rows when a later one cannot be; where it says so, they are
/// left to whoever undoes the transaction.
pub fn for_sqlite(sql: &str) -> String {
    let sql =
        sql.replace("/* OR FAIL */", "OR FAIL").replace(" FOR UPDATE OF e SKIP LOCKED", "").replace(" FOR UPDATE", "");
    sql.replace("ON CONFLICT (project_id, page_id)", "ON CONFLICT (page_id)").replace('$', "?")
}

/// A migration as SQLite wants it: a table that is found by its key alone is its
/// own index, where the text says so. What concerns SQLite alone is a comment to
/// others.
pub(super) fn migration(sql: &str) -> String {
    let sql = sql.replace("/* WITHOUT ROWID */", "WITHOUT ROWID");
    sql.replace("/* SQLite\n", "").replace("SQLite */\n", "")
}

impl<'c> Writing<'c> {
    fn new(connection: &'c rusqlite::Connection) -> Self {
        Writing { connection, statements: Map::default() }
    }

    fn statement(&mut self, sql: &'static str) -> Result<&mut rusqlite::Statement<'c>, StoreError> {
        Ok(match self.statements.entry(key(sql)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                // SQLite is not to keep them where it has room for what is short-lived.
                let flags = rusqlite::PrepFlags::SQLITE_PREPARE_PERSISTENT;
                place.insert(self.connection.prepare_with_flags(&for_sqlite(sql), flags)?)
            }
        })
    }

    fn run(&mut self, sql: &'static str) -> Result<(), StoreError> {
        self.execute(sql, &[]).map(drop)
    }
}

impl Reading<'_> {
    fn statement(&mut self, sql: &'static str) -> Result<rusqlite::CachedStatement<'_>, StoreError> {
        let text = self.texts.entry(key(sql)).or_insert_with(|| for_sqlite(sql));
        Ok(self.connection.prepare_cached(text)?)
    }
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, Value as Owned, ValueRef};
        Ok(match self {
            Value::Null => ToSqlOutput::Owned(Owned::Null),
            Value::Int(n) => ToSqlOutput::Owned(Owned::Integer(*n)),
            Value::Text(s) => ToSqlOutput::Borrowed(ValueRef::Text(s.as_bytes())),
        })
    }
}

/// Text as it is stored. What is none, which nothing here writes, is replaced
/// where it is none; that it is some is found out much faster.
fn text_of(bytes: &[u8]) -> String {
    str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes).into_owned(), str::to_string)
}

fn rows(statement: &mut rusqlite::Statement<'_>, params: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
    use rusqlite::types::ValueRef;
    let columns = statement.column_count();
    let mut rows = statement.query(rusqlite::params_from_iter(params))?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let mut values = Vec::with_capacity(columns);
        for i in 0..columns {
            values.push(match row.get_ref(i)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(n) => Value::Int(n),
                ValueRef::Text(t) => Value::Text(Cow::Owned(text_of(t))),
                other => return Err(StoreError::Corrupt(format!("a {} in column {i}", other.data_type()))),
            });
        }
        all.push(Row(values));
    }
    Ok(all)
}

impl Backend for Writing<'_> {
    fn rows(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        rows(self.statement(sql)?, params)
    }

    fn execute(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<u64, StoreError> {
        Ok(self.statement(sql)?.execute(rusqlite::params_from_iter(params))? as u64)
    }
}

impl Backend for Reading<'_> {
    fn rows(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        let mut statement = self.statement(sql)?;
        rows(&mut statement, params)
    }

    fn execute(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<u64, StoreError> {
        Ok(self.statement(sql)?.execute(rusqlite::params_from_iter(params))? as u64)
    }
}

fn write(
    connection: &rusqlite::Connection,
    figures: &Figures,
    (epoch, kept): (&Epoch, &Kept),
    work: &mpsc::Receiver<Box<dyn Work>>,
) {
    let held = Held { written: Some(Vec::new()), ..Held::default() };
    let mut writer = Writer { lite: Writing::new(connection), held, pace: Pace::default() };
    while let Ok(first) = work.recv() {
        let mut batch = vec![first];
        gather(&mut batch, work, writer.pace.most());
        let began = Watch::start();
        let mut outcome = writer.commit(&mut batch);
        writer.held.tell(epoch);
        if outcome.is_ok() && crate::stop::loses_answer() {
            outcome = batch.chunks_mut(1).try_for_each(|work| writer.commit(work));
            writer.held.tell(epoch);
        }
        if let Some(written) = &mut writer.held.written {
            kept.add_written(written);
        }
        figures.committed(batch.len(), began);
        crate::reached("commit.synced");
        if let Err(e) = &outcome {
            figures.failed.count();
            tracing::error!(error = %e, lost = batch.len(), "a group of transactions was not committed");
        }
        for work in batch {
            work.answer(outcome.clone());
        }
    }
}

/// Adds to a batch whatever waits, up to `most`. While one batch syncs, the next
/// one gathers; besides, whoever is about to ask for something and has no
/// processor is let go first, for as long as more comes of it: a commit costs many
/// times what a transaction adds to it. Where a processor is free, this takes no
/// time.
fn gather(batch: &mut Vec<Box<dyn Work>>, work: &mpsc::Receiver<Box<dyn Work>>, most: usize) {
    let waiting = |room: usize| work.try_iter().take(room);
    batch.extend(waiting(most - batch.len()));
    while batch.len() < most {
        let before = batch.len();
        std::thread::yield_now();
        batch.extend(waiting(most - before));
        if batch.len() == before {
            break;
        }
    }
}

/// Closures that share a commit in any case, if so many wait.
const FEW: usize = 24;

/// How fast closures ran and were committed of late.
#[derive(Default)]
struct Pace {
    closures: u64,
    /// Microseconds that they ran.
    running: u64,
    commits: u64,
    /// Microseconds that their commits took.
    committing: u64,
}

impl Pace {
    /// How many closures the next commit should share. To share it spares syncs,
    /// but whoever is in a batch waits until all of it is on disk, and what would
    /// answer them has nothing to do meanwhile. So a batch runs half as long as its
    /// commit takes, or has a [`FEW`]; on a slow disk that is all that wait.
    fn most(&self) -> usize {
        let [closures, running, commits, committing] =
            [self.closures, self.running, self.commits, self.committing].map(u128::from);
        let fit = committing * closures / (2 * running * commits).max(1);
        usize::try_from(fit).unwrap_or(BATCH).clamp(FEW, BATCH)
    }

    /// Notes a batch, of which a sixteenth is forgotten with each later one.
    fn note(&mut self, closures: usize, running: u64, committing: u64) {
        let all = [&mut self.closures, &mut self.running, &mut self.commits, &mut self.committing];
        for (total, new) in all.into_iter().zip([closures as u64, running, 1, committing]) {
            // In 256ths, so that what is forgotten of a small number is not nothing.
            *total = *total - *total / 16 + new * 256;
        }
    }
}

struct Writer<'c> {
    lite: Writing<'c>,
    held: Held,
    pace: Pace,
}

impl Writer<'_> {
    /// Runs a batch and commits it. A savepoint keeps a copy of every page that
    /// changes, and hardly any closure refuses; so the batch runs without them
    /// first, and again with them when one did.
    fn commit(&mut self, batch: &mut [Box<dyn Work>]) -> Result<(), StoreError> {
        let done = match self.together(batch) {
            Ok(false) => self.apart(batch),
            done => done.map(drop),
        };
        if done.is_err() {
            self.undo();
        }
        done
    }

    /// Runs and commits all closures of a batch. `false` when one refused and
    /// others were there, who must not suffer for it: then nothing has happened.
    fn together(&mut self, batch: &mut [Box<dyn Work>]) -> Result<bool, StoreError> {
        let alone = batch.len() == 1;
        let began = Watch::start();
        self.lite.run("BEGIN IMMEDIATE")?;
        for work in &mut *batch {
            if !self.run(&mut **work)? {
                self.undo();
                return Ok(alone);
            }
        }
        // It may be one of them who wants what cannot be.
        if let Err(e) = self.settle() {
            if alone {
                return Err(e);
            }
            self.undo();
            return Ok(false);
        }
        let (running, committing) = (began.micros(), Watch::start());
        self.lite.run("COMMIT")?;
        self.pace.note(batch.len(), running, committing.micros());
        Ok(true)
    }

    /// Runs each closure so that it can be undone alone, and commits the others.
    fn apart(&mut self, batch: &mut [Box<dyn Work>]) -> Result<(), StoreError> {
        self.lite.run("BEGIN IMMEDIATE")?;
        let mut changed = false;
        for work in batch {
            self.lite.run("SAVEPOINT one")?;
            let mut keep = self.run(&mut **work)?;
            if keep && let Err(e) = self.settle() {
                work.fail(e);
                keep = false;
            }
            if keep {
                changed |= self.held.changed;
            } else {
                self.lite.run("ROLLBACK TO one")?;
                self.held.clear();
            }
            self.lite.run("RELEASE one")?;
        }
        self.held.changed = changed;
        self.lite.run("COMMIT")
    }

    /// Runs a closure; whether its changes are to be kept.
    fn run(&mut self, work: &mut dyn Work) -> Result<bool, StoreError> {
        let keep = work.run(&mut Tx::new(&mut self.lite, &mut self.held));
        // A full disk makes SQLite undo the whole transaction by itself. Then
        // nothing of this batch may be acknowledged.
        if self.lite.connection.is_autocommit() {
            return Err(StoreError::Unavailable("the transaction was undone by the database".into()));
        }
        Ok(keep)
    }

    fn settle(&mut self) -> Result<(), StoreError> {
        Tx::new(&mut self.lite, &mut self.held).settle()
    }

    /// Undoes what is not committed.
    fn undo(&mut self) {
        self.held.clear();
        // What cannot even be undone is tried again with the next batch, whose
        // beginning fails as long as it is there.
        if !self.lite.connection.is_autocommit()
            && let Err(e) = self.lite.run("ROLLBACK")
        {
            tracing::error!(error = %e, "a group of transactions cannot be undone");
        }
    }
}

/// Read-only connections, made when needed and kept.
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Reader>>,
    lasting: Mutex<Lasting>,
}

/// A connection with the statements it has prepared.
struct Reader {
    connection: rusqlite::Connection,
    texts: Texts,
}

/// Connections that see the database as it was when they began to read, and keep
/// what they read of it in memory meanwhile. To begin and end costs several times
/// what it costs to read a row, and whoever begins after a commit has forgotten
/// everything.
#[derive(Default)]
struct Lasting {
    idle: Vec<(Reader, usize)>,
    /// Whether none may last: what they see is kept in the log.
    ended: bool,
}

/// Reads after which a lasting connection looks at the database as it is then.
const LASTING: usize = 64;

impl Reader {
    fn open(path: &Path) -> Result<Self, StoreError> {
        let connection = connect(path)?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(Reader { connection, texts: Texts::default() })
    }

    fn read<T, E: From<StoreError>>(&mut self, f: impl Fn(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        let Reader { connection, texts } = self;
        Tx::new(&mut Reading { connection, texts }, &mut Held::default()).run(f)
    }

    fn lasts(&self) -> bool {
        !self.connection.is_autocommit()
    }

    fn end(&self) -> Result<(), StoreError> {
        if self.lasts() { Ok(self.connection.execute_batch("COMMIT")?) } else { Ok(()) }
    }
}

impl Readers {
    fn of(path: &Path) -> Self {
        Readers { path: path.into(), idle: Mutex::default(), lasting: Mutex::default() }
    }

    pub(super) fn read<T, E: From<StoreError>>(&self, f: impl Fn(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        let idle = lock(&self.idle).pop();
        let mut reader = match idle {
            Some(idle) => idle,
            None => Reader::open(&self.path)?,
        };
        let result = reader.read(f);
        lock(&self.idle).push(reader);
        result
    }

    /// Looks for something that never changes once it is there: first in the
    /// database as it was a moment ago, and only if it is not there as it is.
    pub(super) fn lasting<T>(
        &self,
        f: impl Fn(&mut Tx<'_>) -> Result<Option<T>, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let (idle, ended) = {
            let mut lasting = lock(&self.lasting);
            (lasting.idle.pop(), lasting.ended)
        };
        let (mut reader, mut reads) = match idle {
            Some(idle) => idle,
            None => (Reader::open(&self.path)?, 0),
        };
        let mut found = if reader.lasts() { reader.read(&f)? } else { None };
        if found.is_none() {
            reader.end()?;
            if !ended {
                reader.connection.execute_batch("BEGIN")?;
            }
            reads = 0;
            found = reader.read(&f)?;
        }
        reads += 1;
        let mut lasting = lock(&self.lasting);
        if reads == LASTING || lasting.ended {
            reader.end()?;
        }
        lasting.idle.push((reader, reads));
        Ok(found)
    }

    /// Says whether the log is to end, which it can once nobody reads in it: until
    /// it has, no connection lasts.
    fn let_log_end(&self, ends: bool) {
        let mut lasting = lock(&self.lasting);
        if lasting.ended != ends {
            lasting.ended = ends;
            if ends {
                // One that cannot end is no use either.
                lasting.idle.retain(|(reader, _)| reader.end().is_ok());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nothing;

    impl Work for Nothing {
        fn run(&mut self, _: &mut Tx<'_>) -> bool {
            true
        }

        fn fail(&mut self, _: StoreError) {}

        fn answer(self: Box<Self>, _: Result<(), StoreError>) {}
    }

    #[test]
    fn a_batch_has_no_more_than_its_most_and_ends() {
        let (sender, work) = mpsc::channel::<Box<dyn Work>>();
        let sizes = |sent: usize, most: usize| {
            (0..sent).for_each(|_| sender.send(Box::new(Nothing)).unwrap());
            let mut sizes = vec![];
            while let Ok(first) = work.try_recv() {
                let mut batch = vec![first];
                gather(&mut batch, &work, most);
                sizes.push(batch.len());
            }
            sizes
        };
        assert_eq!(sizes(1, FEW), [1]);
        assert_eq!(sizes(FEW + 1, FEW), [FEW, 1]);
        assert_eq!(sizes(BATCH + 7, BATCH), [BATCH, 7]);
    }

    #[test]
    fn a_batch_runs_half_as_long_as_its_commit_takes() {
        let mut pace = Pace::default();
        assert_eq!(pace.most(), FEW, "nothing is known yet");
        (0..100).for_each(|_| pace.note(10, 400, 8_000));
        assert!((98..=102).contains(&pace.most()), "40 us each, and 4 ms of them");
        (0..100).for_each(|_| pace.note(20, 800, 100));
        assert_eq!(pace.most(), FEW, "a fast disk");
        (0..100).for_each(|_| pace.note(1, 1, u64::MAX / (1 << 20)));
        assert_eq!(pace.most(), BATCH, "a disk that hangs");
    }

    fn text_of_row(readers: &Readers, n: i64) -> Option<String> {
        let text =
            |tx: &mut Tx<'_>| tx.row("SELECT text FROM t WHERE n = $1", &[n.into()])?.map(|r| r.text(0)).transpose();
        readers.lasting(text).unwrap()
    }

    #[test]
    fn what_never_changes_is_read_as_it_was_and_what_is_new_is_found() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.db");
        let writer = connect(&path).unwrap();
        writer
            .execute_batch("CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT); INSERT INTO t VALUES (1, 'a')")
            .unwrap();
        let readers = Readers::of(&path);
        assert_eq!(text_of_row(&readers, 1).as_deref(), Some("a"));
        writer.execute_batch("UPDATE t SET text = 'b'; INSERT INTO t VALUES (2, 'c')").unwrap();
        assert_eq!(text_of_row(&readers, 1).as_deref(), Some("a"), "as it was");
        assert_eq!(text_of_row(&readers, 2).as_deref(), Some("c"), "it was not there");
        assert_eq!(text_of_row(&readers, 3), None);
        writer.execute_batch("UPDATE t SET text = 'd'").unwrap();
        let reads = (1..=LASTING).take_while(|_| text_of_row(&readers, 1).as_deref() == Some("b")).count();
        assert!((1..LASTING).contains(&reads), "after {reads} reads it was looked at anew");

        let copied =
            || writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0)).unwrap() == 0;
        writer.busy_timeout(Duration::ZERO).unwrap();
        writer.execute_batch("UPDATE t SET text = 'e'").unwrap();
        assert!(!copied(), "somebody reads in the log");
        readers.let_log_end(true);
        assert!(copied());
        assert_eq!(text_of_row(&readers, 1).as_deref(), Some("e"));
        writer.execute_batch("UPDATE t SET text = 'f'").unwrap();
        assert!(copied());
        assert_eq!(text_of_row(&readers, 1).as_deref(), Some("f"));
        readers.let_log_end(false);
        assert_eq!(text_of_row(&readers, 1).as_deref(), Some("f"));
        writer.execute_batch("UPDATE t SET text = 'g'").unwrap();
        assert_eq!(text_of_row(&readers, 1).as_deref(), Some("f"));
    }
}
