//! The two engines, and everything in which they differ.
//!
//! A write is a closure over a [`Tx`]. It is not async, so it cannot call the
//! network, and it may run again, so it takes time, ids and random values from
//! outside. On SQLite one thread runs all waiting closures in savepoints of one
//! transaction and answers them after one sync. On PostgreSQL a pool of threads
//! runs each in a transaction of its own and repeats it after a conflict.

use crate::idempotency;
use crate::meter::{Figures, Watch};
use crate::token::{self, Pages};
use coinslot_domain::token::Place;
use std::any::Any;
use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, mpsc};
use std::task::Poll;
use tokio::sync::oneshot;

/// Why the database did not do it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// It could not be reached or could not write. Nothing was acknowledged.
    Unavailable(String),
    /// It holds something this program did not write.
    Corrupt(String),
    /// A closure panicked; its changes were undone.
    Panicked(String),
    /// Another request with the same `Idempotency-Key` was first; nothing was
    /// changed.
    Overtaken,
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::Unavailable(why) => write!(f, "the database is unavailable: {why}"),
            StoreError::Corrupt(what) => write!(f, "the database holds something unexpected: {what}"),
            StoreError::Panicked(what) => write!(f, "a transaction panicked: {what}"),
            StoreError::Overtaken => f.write_str("another request with the same key was first"),
        }
    }
}

impl std::error::Error for StoreError {}

impl From<rusqlite::Error> for StoreError {
    fn from(e: rusqlite::Error) -> Self {
        StoreError::Unavailable(lite_text(&e))
    }
}

/// Without the statement, which the driver would append.
fn lite_text(e: &rusqlite::Error) -> String {
    match e {
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        other => other.to_string(),
    }
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(e: tokio_postgres::Error) -> Self {
        StoreError::Unavailable(pg_text(&e))
    }
}

/// The driver's own text is only "db error"; the server's says what.
fn pg_text(e: &tokio_postgres::Error) -> String {
    e.as_db_error().map_or_else(|| with_causes(e), server_text)
}

fn server_text(e: &tokio_postgres::error::DbError) -> String {
    format!("{} ({})", e.message(), e.code().code())
}

/// An error and what led to it: "error connecting" alone helps nobody.
fn with_causes(e: &(dyn std::error::Error + 'static)) -> String {
    let mut text = e.to_string();
    let mut cause = e.source();
    while let Some(e) = cause {
        text = format!("{text}: {e}");
        cause = e.source();
    }
    text
}

/// A value of a parameter or a column. What a caller holds is borrowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// Nothing.
    Null,
    /// A `BIGINT`.
    Int(i64),
    /// A `TEXT`.
    Text(Cow<'a, str>),
}

macro_rules! into_value {
    ($($from:ty => |$x:ident| $to:expr;)*) => {$(
        impl<'a> From<$from> for Value<'a> {
            fn from($x: $from) -> Value<'a> { $to }
        }
    )*};
}

into_value! {
    i64 => |x| Value::Int(x);
    bool => |x| Value::Int(i64::from(x));
    &'a str => |x| Value::Text(Cow::Borrowed(x));
    String => |x| Value::Text(Cow::Owned(x));
    &'a String => |x| Value::Text(Cow::Borrowed(x));
    Option<i64> => |x| x.map_or(Value::Null, Value::Int);
    Option<&'a str> => |x| x.map_or(Value::Null, Value::from);
    &'a Option<String> => |x| x.as_deref().into();
}

/// A row of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row(Vec<Value<'static>>);

impl Row {
    /// A `BIGINT` that is not null.
    pub fn int(&self, column: usize) -> Result<i64, StoreError> {
        self.maybe_int(column)?.ok_or_else(|| StoreError::Corrupt(format!("column {column} is null")))
    }

    /// A `BIGINT` or null.
    pub fn maybe_int(&self, column: usize) -> Result<Option<i64>, StoreError> {
        match self.0.get(column) {
            Some(Value::Int(n)) => Ok(Some(*n)),
            Some(Value::Null) => Ok(None),
            other => Err(StoreError::Corrupt(format!("column {column} is {other:?}, not a number"))),
        }
    }

    /// A `TEXT` that is not null.
    pub fn text(&self, column: usize) -> Result<String, StoreError> {
        self.maybe_text(column)?.ok_or_else(|| StoreError::Corrupt(format!("column {column} is null")))
    }

    /// A `TEXT` or null.
    pub fn maybe_text(&self, column: usize) -> Result<Option<String>, StoreError> {
        match self.0.get(column) {
            Some(Value::Text(s)) => Ok(Some(s.to_string())),
            Some(Value::Null) => Ok(None),
            other => Err(StoreError::Corrupt(format!("column {column} is {other:?}, not a text"))),
        }
    }

    /// The same, without a copy.
    pub fn maybe_str(&self, column: usize) -> Result<Option<&str>, StoreError> {
        match self.0.get(column) {
            Some(Value::Text(s)) => Ok(Some(s)),
            Some(Value::Null) => Ok(None),
            other => Err(StoreError::Corrupt(format!("column {column} is {other:?}, not a text"))),
        }
    }

    /// A truth value, stored as 0 or 1.
    pub fn flag(&self, column: usize) -> Result<bool, StoreError> {
        Ok(self.int(column)? != 0)
    }

    /// A value that `read` makes of a text; anything it refuses is corrupt.
    pub fn named<T>(&self, column: usize, read: impl Fn(&str) -> Option<T>) -> Result<T, StoreError> {
        let text = self.maybe_str(column)?.ok_or_else(|| StoreError::Corrupt(format!("column {column} is null")))?;
        read(text).ok_or_else(|| StoreError::Corrupt(format!("column {column} holds {text:?}")))
    }

    /// A value that `read` makes of a number; anything it refuses is corrupt.
    pub fn numbered<T>(&self, column: usize, read: impl Fn(i64) -> Option<T>) -> Result<T, StoreError> {
        let n = self.int(column)?;
        read(n).ok_or_else(|| StoreError::Corrupt(format!("column {column} holds {n}")))
    }
}

/// A statement by where its constant lies: cheaper than hashing its text.
type Key = (usize, usize);

fn key(sql: &'static str) -> Key {
    (sql.as_ptr().addr(), sql.len())
}

/// Something for each statement.
type Map<T> = HashMap<Key, T, BuildHasherDefault<Places>>;

/// Hashes places in memory, which differ enough by themselves.
#[derive(Default)]
struct Places(u64);

impl Hasher for Places {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_usize(usize::from(*byte));
        }
    }

    fn write_usize(&mut self, n: usize) {
        self.0 = (self.0.rotate_left(5) ^ n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

trait Backend {
    fn rows(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<Vec<Row>, StoreError>;
    fn execute(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<u64, StoreError>;
    /// Runs a statement that touches as many rows as are expected, or any
    /// number; whether it does. One that is far away may be sent later, and
    /// answered for until then.
    fn change(&mut self, sql: &'static str, params: &[Value<'_>], rows: Option<u64>) -> Result<bool, StoreError> {
        let touched = self.execute(sql, params)?;
        Ok(rows.is_none_or(|rows| touched == rows))
    }
}

/// A transaction under way, or a read.
pub struct Tx<'a> {
    backend: &'a mut dyn Backend,
    held: &'a mut Held,
    fault: Option<StoreError>,
}

/// What transactions that share a commit want of the database together, once
/// before they are committed.
#[derive(Default)]
pub(crate) struct Held {
    /// What is added to each balance, by the statement that adds it.
    sums: BTreeMap<(&'static str, Total), i64>,
    /// Tokens on their way to a page.
    pub(crate) pages: Pages,
    /// Whether something was changed of which there are copies in memory.
    changed: bool,
    /// Which part of a balance is this connection's own.
    stripe: i64,
}

impl Held {
    /// Forgets what transactions that were undone wanted.
    fn clear(&mut self) {
        self.sums.clear();
        self.pages.clear();
        self.changed = false;
    }
}

/// A number that many transactions change: project, account and unit.
pub(crate) type Total = (i64, &'static str, &'static str);

impl<'a> Tx<'a> {
    fn new(backend: &'a mut dyn Backend, held: &'a mut Held) -> Self {
        Tx { backend, held, fault: None }
    }

    /// After a fault PostgreSQL refuses everything until the rollback, and so
    /// does this for SQLite; the first error is the one that tells.
    fn unless_faulty<T>(&mut self, f: impl FnOnce(&mut dyn Backend) -> Result<T, StoreError>) -> Result<T, StoreError> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        f(self.backend).inspect_err(|e| self.fault = Some(e.clone()))
    }

    /// Runs a closure. A panic is an error, and so is a fault that the closure
    /// paid no heed to.
    fn run<T, E: From<StoreError>>(&mut self, f: impl Fn(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| f(self)));
        let result = result.unwrap_or_else(|panic| Err(E::from(panicked(&*panic))));
        match &self.fault {
            Some(fault) if result.is_ok() => Err(E::from(fault.clone())),
            _ => result,
        }
    }

    /// The rows of a statement.
    pub(crate) fn rows(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        // Whoever reads balances sees what was added to them.
        if !self.held.sums.is_empty() && sql.contains("FROM balance") {
            self.settle()?;
        }
        self.unless_faulty(|backend| backend.rows(sql, params))
    }

    /// The first row of a statement, if any.
    pub(crate) fn row(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, params)?.into_iter().next())
    }

    /// Runs a statement; how many rows it touched.
    pub(crate) fn execute(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<u64, StoreError> {
        self.unless_faulty(|backend| backend.execute(sql, params))
    }

    /// Runs a statement that should change one row; whether it did. On
    /// PostgreSQL this may be answered before it is known; when it turns out to
    /// be wrong, everything is undone and done again, step by step.
    pub(crate) fn change(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<bool, StoreError> {
        self.unless_faulty(|backend| backend.change(sql, params, Some(1)))
    }

    /// Runs a statement of which only errors matter.
    pub(crate) fn put(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<(), StoreError> {
        self.unless_faulty(|backend| backend.change(sql, params, None)).map(drop)
    }

    /// Adds to a total, together with what others add to it before the commit.
    /// The statement takes the total, a stripe and the amount.
    pub(crate) fn add(&mut self, sql: &'static str, total: Total, amount: i64) {
        *self.held.sums.entry((sql, total)).or_insert(0) += amount;
    }

    /// Takes a token to a page of what is committed together; where.
    pub(crate) fn keep_token(&mut self, line: token::Line<'_>) -> Place {
        self.held.pages.add(line)
    }

    /// Notes that something changes of which copies are kept in memory.
    pub(crate) fn changes_known(&mut self) {
        self.held.changed = true;
    }

    /// Does what was put off.
    fn settle(&mut self) -> Result<(), StoreError> {
        let stripe = self.held.stripe;
        for ((sql, (project, account, unit)), amount) in std::mem::take(&mut self.held.sums) {
            if amount != 0 {
                let values = [project.into(), account.into(), unit.into(), stripe.into(), amount.into()];
                self.put(sql, &values)?;
            }
        }
        for page in self.held.pages.take() {
            page.insert(self)?;
        }
        Ok(())
    }
}

/// Which engine, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A SQLite file.
    File(PathBuf),
    /// A PostgreSQL URL, possibly with several hosts.
    Postgres(String),
}

impl Location {
    /// Reads `postgres://…` or `postgresql://…`; anything else is a file.
    pub fn parse(text: &str) -> Self {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Location::Postgres(text.to_string())
        } else {
            Location::File(PathBuf::from(text.strip_prefix("sqlite:").unwrap_or(text)))
        }
    }
}

/// A database that is open. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    engine: Engine,
    figures: Arc<Figures>,
    epoch: Arc<Epoch>,
}

/// Counts changes of what is kept in memory, so that copies which are older
/// than a change are known as such.
#[derive(Default)]
struct Epoch(AtomicU64);

impl Epoch {
    /// Something was changed, and is committed; whoever wanted it does not know
    /// yet.
    fn pass(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[derive(Clone)]
enum Engine {
    Lite { writer: mpsc::Sender<Box<dyn Work>>, readers: Arc<Readers> },
    Pg { jobs: mpsc::Sender<PgJob>, groups: mpsc::Sender<Box<dyn Work>> },
}

/// One closure on its way through an engine.
trait Work: Send {
    /// Runs the closure; whether its changes are to be kept.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Answers the caller, who gets `outcome`'s error in place of a success.
    fn answer(self: Box<Self>, outcome: Result<(), StoreError>);
}

struct Closure<T, E, F> {
    run: F,
    result: Option<Result<T, E>>,
    caller: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Work for Closure<T, E, F>
where
    T: Send,
    E: From<StoreError> + Send,
    F: Fn(&mut Tx<'_>) -> Result<T, E> + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        let result = tx.run(&self.run);
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn answer(self: Box<Self>, outcome: Result<(), StoreError>) {
        let result = match (self.result, outcome) {
            (Some(Ok(_)) | None, Err(e)) => Err(E::from(e)),
            (Some(result), _) => result,
            (None, Ok(())) => Err(E::from(StoreError::Unavailable("the transaction did not run".into()))),
        };
        // A caller that went away does not want to know.
        let _ = self.caller.send(result);
    }
}

fn panicked(panic: &(dyn Any + Send)) -> StoreError {
    let text = panic.downcast_ref::<&str>().map(|s| s.to_string());
    StoreError::Panicked(text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default())
}

fn gone() -> StoreError {
    StoreError::Unavailable("the database thread has stopped".into())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What the mutexes here guard is whole after any panic.
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Connections to PostgreSQL, and so transactions at one time.
const PG_POOL: usize = 8;
/// How many of them are for groups: while some wait for the disk, the others
/// run.
const PG_GROUPS: usize = 4;

impl Store {
    /// Opens a database and brings its tables up to date.
    pub fn open(location: &Location) -> Result<Store, StoreError> {
        let figures = Arc::<Figures>::default();
        let epoch = Arc::<Epoch>::default();
        let engine = match location {
            Location::File(path) => {
                if let Some(dir) = path.parent().filter(|d| !d.as_os_str().is_empty()) {
                    make_directory(dir).map_err(|e| StoreError::Unavailable(format!("{}: {e}", dir.display())))?;
                }
                let mut connection = lite_connect(path)?;
                migrate(|runner| runner.run(&mut connection))?;
                let (writer, work) = mpsc::channel();
                let (noted, passed) = (figures.clone(), epoch.clone());
                spawn("store-writer", move || lite_writer(&connection, &noted, &passed, &work))?;
                Engine::Lite { writer, readers: Arc::new(Readers { path: path.clone(), idle: Mutex::default() }) }
            }
            Location::Postgres(url) => {
                let url: Arc<str> = url.as_str().into();
                // The first connection is made here, so that a wrong address
                // is told at once and not with the first request.
                let first_url = url.clone();
                let first = std::thread::spawn(move || {
                    let mut first = PgConnection::connect(&first_url)?;
                    first.migrate()?;
                    Ok::<_, StoreError>(first)
                });
                let mut first = Some(first.join().map_err(|p| panicked(&*p))??);
                let (jobs, work) = mpsc::channel();
                let (groups, group_work) = mpsc::channel();
                let (work, group_work) = (Arc::new(Mutex::new(work)), Arc::new(Mutex::new(group_work)));
                for i in 0..PG_POOL {
                    // Only threads for groups keep the others' work coming: both
                    // end when nobody has the store any more.
                    let apart = (i < PG_GROUPS).then(|| jobs.clone());
                    let group_work = group_work.clone();
                    let (url, work, connection) = (url.clone(), work.clone(), first.take());
                    let (noted, passed) = (figures.clone(), epoch.clone());
                    let held = Held { stripe: i as i64, ..Held::default() };
                    spawn(&format!("store-pg-{i}"), move || {
                        let thread = PgThread { url: &url, connection, held, figures: &noted, epoch: &passed };
                        match apart {
                            Some(apart) => thread.run_groups(&group_work, &apart),
                            None => thread.run(&work),
                        }
                    })?;
                }
                Engine::Pg { jobs, groups }
            }
        };
        Ok(Store { engine, figures, epoch })
    }

    /// Changes with each change that this program made of what is kept in
    /// memory: API keys, projects, and who is disabled. What is read after it
    /// was asked for, and while it does not change, is not older than any of
    /// these changes.
    pub fn epoch(&self) -> u64 {
        self.epoch.0.load(Ordering::SeqCst)
    }

    /// What the database did since it was opened.
    pub fn figures(&self) -> &Figures {
        &self.figures
    }

    /// The engine's name, for people.
    pub fn engine(&self) -> &'static str {
        match self.engine {
            Engine::Lite { .. } => "SQLite",
            Engine::Pg { .. } => "PostgreSQL",
        }
    }

    /// Runs `f` in a transaction and answers when its changes are durable. An
    /// `Err` of `f` undoes them. `f` may run more than once; only the last run
    /// counts. What of a request is being served goes with it; see
    /// [`crate::idempotency`].
    pub async fn write<T, E>(&self, f: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        match idempotency::witness() {
            Some(witness) => idempotency::write(self, &*witness, f).await,
            None => self.commit(f).await,
        }
    }

    /// Runs `f` in a transaction, and nothing with it.
    pub(crate) async fn commit<T, E>(&self, f: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (caller, answer) = oneshot::channel();
        let work = Box::new(Closure { run: f, result: None, caller });
        let sent = match &self.engine {
            Engine::Lite { writer, .. } => writer.send(work).is_ok(),
            Engine::Pg { jobs, .. } => jobs.send(PgJob::Write(work)).is_ok(),
        };
        if !sent {
            return Err(E::from(gone()));
        }
        answer.await.unwrap_or_else(|_| Err(E::from(gone())))
    }

    /// The same as [`Store::write`], for what is done all the time and holds
    /// nothing that another such closure would take in another order: rows of a
    /// payment or a token of its own. Those that wait share a transaction, on
    /// PostgreSQL too.
    pub async fn write_together<T, E>(&self, f: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let Engine::Pg { groups, .. } = &self.engine else { return self.write(f).await };
        if idempotency::witness().is_some() {
            return self.write(f).await;
        }
        let (caller, answer) = oneshot::channel();
        if groups.send(Box::new(Closure { run: f, result: None, caller })).is_err() {
            return Err(E::from(gone()));
        }
        answer.await.unwrap_or_else(|_| Err(E::from(gone())))
    }

    /// Runs `f` on committed data. On SQLite it runs where it stands: a point
    /// read takes microseconds, less than handing it to another thread.
    pub async fn read<T, E>(&self, f: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        match &self.engine {
            Engine::Lite { readers, .. } => readers.read(f),
            Engine::Pg { jobs, .. } => {
                let (caller, answer) = oneshot::channel();
                let work = Box::new(Closure { run: f, result: None, caller });
                if jobs.send(PgJob::Read(work)).is_err() {
                    return Err(E::from(gone()));
                }
                answer.await.unwrap_or_else(|_| Err(E::from(gone())))
            }
        }
    }
}

/// Makes a directory that survives a power cut: its name is on disk, not only
/// in its parent's memory.
fn make_directory(dir: &Path) -> std::io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    std::fs::create_dir_all(dir)?;
    let parent = dir.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::File::open(parent)?.sync_all()
}

fn spawn(name: &str, f: impl FnOnce() + Send + 'static) -> Result<(), StoreError> {
    std::thread::Builder::new()
        .name(name.into())
        .spawn(f)
        .map(drop)
        .map_err(|e| StoreError::Unavailable(format!("cannot start a thread: {e}")))
}

fn migrations() -> Result<refinery_core::Runner, StoreError> {
    let all = [
        ("V1__first_purchase", include_str!("../migrations/V1__first_purchase.sql")),
        ("V2__replays", include_str!("../migrations/V2__replays.sql")),
        ("V3__texts", include_str!("../migrations/V3__texts.sql")),
        ("V4__catalogue", include_str!("../migrations/V4__catalogue.sql")),
        ("V5__wallet", include_str!("../migrations/V5__wallet.sql")),
        ("V6__promotions", include_str!("../migrations/V6__promotions.sql")),
        ("V7__projects_reports_games", include_str!("../migrations/V7__projects_reports_games.sql")),
        ("V8__subscriptions", include_str!("../migrations/V8__subscriptions.sql")),
        ("V9__purchase", include_str!("../migrations/V9__purchase.sql")),
        ("V10__idempotency", include_str!("../migrations/V10__idempotency.sql")),
        ("V11__token_pages", include_str!("../migrations/V11__token_pages.sql")),
        ("V12__shop", include_str!("../migrations/V12__shop.sql")),
        ("V13__tv", include_str!("../migrations/V13__tv.sql")),
        ("V14__mail", include_str!("../migrations/V14__mail.sql")),
        ("V15__hub", include_str!("../migrations/V15__hub.sql")),
        ("V16__order_webhook", include_str!("../migrations/V16__order_webhook.sql")),
    ];
    let all: Result<Vec<_>, _> = all.iter().map(|(name, sql)| refinery_core::Migration::unapplied(name, sql)).collect();
    // In one transaction with the note that they ran: otherwise a crash between
    // the two leaves tables that the next start would trip over.
    Ok(refinery_core::Runner::new(&all.map_err(migration_error)?).set_grouped(true))
}

/// The numbers of the migrations that there are.
pub(crate) fn known_migrations() -> Result<Vec<i64>, StoreError> {
    let mut known: Vec<i64> = migrations()?.get_migrations().iter().map(|m| i64::from(m.version())).collect();
    known.sort_unstable();
    Ok(known)
}

/// The numbers of the migrations, for the rigs.
#[cfg(feature = "rigs")]
pub fn versions() -> Result<Vec<u32>, StoreError> {
    Ok(known_migrations()?.into_iter().filter_map(|n| u32::try_from(n).ok()).collect())
}

/// Makes a database what an earlier version of this program left, for the rigs.
#[cfg(feature = "rigs")]
pub fn migrate_to(location: &Location, version: u32) -> Result<(), StoreError> {
    let version = version.try_into().map_err(|_| StoreError::Unavailable("there is no such version".into()))?;
    let runner = migrations()?.set_target(refinery_core::Target::Version(version));
    match location {
        Location::File(path) => runner.run(&mut lite_connect(path)?).map(drop).map_err(migration_error),
        Location::Postgres(url) => {
            let mut connection = PgConnection::connect(url)?;
            let ran = connection.runtime.block_on(runner.run_async(&mut connection.client));
            ran.map(drop).map_err(migration_error)
        }
    }
}

fn migration_error(e: refinery_core::Error) -> StoreError {
    // The runner's own text repeats the whole migration.
    let causes = std::iter::successors(Some(&e as &(dyn std::error::Error + 'static)), |e| e.source());
    let told = causes.filter_map(|e| e.downcast_ref().map(lite_text).or_else(|| e.downcast_ref().map(server_text)));
    let told = told.last().unwrap_or_else(|| with_causes(&e));
    StoreError::Unavailable(format!("migration: {told}"))
}

/// Brings the tables up to date. Of servers that start at one time one is the
/// first to make the runner's own table, and one the first with the migrations;
/// the others fail, and find the work done when they look again.
fn migrate(
    mut run: impl FnMut(&refinery_core::Runner) -> Result<refinery_core::Report, refinery_core::Error>,
) -> Result<(), StoreError> {
    let runner = migrations()?;
    let mut result = run(&runner);
    for _ in 0..2 {
        if result.is_err() {
            result = run(&runner);
        }
    }
    result.map(drop).map_err(migration_error)
}

// ---------------------------------------------------------------- SQLite ---

/// The most closures in one commit. Beyond this the first would wait for the
/// last longer than the sync takes.
const BATCH: usize = 256;

fn lite_connect(path: &Path) -> Result<rusqlite::Connection, StoreError> {
    lite_try_connect(path).map_err(|e| StoreError::Unavailable(format!("{}: {e}", path.display())))
}

fn lite_try_connect(path: &Path) -> rusqlite::Result<rusqlite::Connection> {
    let connection = rusqlite::Connection::open(path)?;
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
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
    // A page that changes in each batch is copied into the file once in ten
    // thousand pages of the log, and not once in a thousand.
    connection.pragma_update(None, "wal_autocheckpoint", 10_000)?;
    connection.set_prepared_statement_cache_capacity(256);
    Ok(connection)
}

/// A connection with the statements it has prepared.
struct LiteBackend<'c> {
    connection: &'c rusqlite::Connection,
    statements: Map<rusqlite::Statement<'c>>,
}

/// A connection that keeps its statements itself.
struct LiteReader<'a> {
    connection: &'a rusqlite::Connection,
    texts: &'a mut Texts,
}

/// Statements as SQLite wants them.
type Texts = Map<String>;

/// SQLite numbers `$1` by first appearance, not by its digit, and has no row
/// locks, because its writer is alone anyway.
pub fn for_sqlite(sql: &str) -> String {
    let sql = sql.replace(" FOR UPDATE OF e SKIP LOCKED", "").replace(" FOR UPDATE", "");
    sql.replace('$', "?")
}

impl<'c> LiteBackend<'c> {
    fn new(connection: &'c rusqlite::Connection) -> Self {
        LiteBackend { connection, statements: Map::default() }
    }

    fn statement(&mut self, sql: &'static str) -> Result<&mut rusqlite::Statement<'c>, StoreError> {
        Ok(match self.statements.entry(key(sql)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(self.connection.prepare(&for_sqlite(sql))?),
        })
    }

    fn run(&mut self, sql: &'static str) -> Result<(), StoreError> {
        self.execute(sql, &[]).map(drop)
    }
}

impl LiteReader<'_> {
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

fn lite_rows(statement: &mut rusqlite::Statement<'_>, params: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
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
                ValueRef::Text(t) => Value::Text(Cow::Owned(String::from_utf8_lossy(t).into_owned())),
                other => return Err(StoreError::Corrupt(format!("a {} in column {i}", other.data_type()))),
            });
        }
        all.push(Row(values));
    }
    Ok(all)
}

impl Backend for LiteBackend<'_> {
    fn rows(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        lite_rows(self.statement(sql)?, params)
    }

    fn execute(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<u64, StoreError> {
        Ok(self.statement(sql)?.execute(rusqlite::params_from_iter(params))? as u64)
    }
}

impl Backend for LiteReader<'_> {
    fn rows(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        let mut statement = self.statement(sql)?;
        lite_rows(&mut statement, params)
    }

    fn execute(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<u64, StoreError> {
        Ok(self.statement(sql)?.execute(rusqlite::params_from_iter(params))? as u64)
    }
}

fn lite_writer(
    connection: &rusqlite::Connection,
    figures: &Figures,
    epoch: &Epoch,
    work: &mpsc::Receiver<Box<dyn Work>>,
) {
    let mut writer = LiteWriter { lite: LiteBackend::new(connection), held: Held::default() };
    while let Ok(first) = work.recv() {
        // No delay is added: while one batch syncs, the next one gathers.
        let mut batch = vec![first];
        while batch.len() < BATCH {
            match work.try_recv() {
                Ok(next) => batch.push(next),
                Err(_) => break,
            }
        }
        let began = Watch::start();
        let outcome = writer.commit(&mut batch);
        if std::mem::take(&mut writer.held.changed) {
            epoch.pass();
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

struct LiteWriter<'c> {
    lite: LiteBackend<'c>,
    held: Held,
}

impl LiteWriter<'_> {
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
        self.lite.run("BEGIN IMMEDIATE")?;
        for work in batch {
            if !self.run(&mut **work)? {
                self.undo();
                return Ok(alone);
            }
        }
        self.settle()?;
        self.lite.run("COMMIT")?;
        Ok(true)
    }

    /// Runs each closure so that it can be undone alone, and commits the others.
    fn apart(&mut self, batch: &mut [Box<dyn Work>]) -> Result<(), StoreError> {
        self.lite.run("BEGIN IMMEDIATE")?;
        let mut changed = false;
        for work in batch {
            self.lite.run("SAVEPOINT one")?;
            if self.run(&mut **work)? {
                self.settle()?;
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
struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<(rusqlite::Connection, Texts)>>,
}

impl Readers {
    fn read<T, E: From<StoreError>>(&self, f: impl Fn(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        let idle = lock(&self.idle).pop();
        let (connection, mut texts) = match idle {
            Some(idle) => idle,
            None => {
                let connection = lite_connect(&self.path)?;
                connection.pragma_update(None, "query_only", true).map_err(StoreError::from)?;
                (connection, Texts::default())
            }
        };
        let mut held = Held::default();
        let result = Tx::new(&mut LiteReader { connection: &connection, texts: &mut texts }, &mut held).run(f);
        lock(&self.idle).push((connection, texts));
        result
    }
}

// ------------------------------------------------------------ PostgreSQL ---

/// After so many closures of groups a connection has the database look at the
/// tables, and again after so many times as many.
const PG_FIRST_LOOK: usize = 100;
const PG_NEXT_LOOK: usize = 10;

enum PgJob {
    Write(Box<dyn Work>),
    Read(Box<dyn Work>),
}

/// How often a transaction is tried again after a conflict or a broken
/// connection before its caller is told that the database is unavailable.
const PG_TRIES: usize = 12;

pub(crate) struct PgConnection {
    runtime: tokio::runtime::Runtime,
    client: tokio_postgres::Client,
    prepared: Map<tokio_postgres::Statement>,
}

impl PgConnection {
    pub(crate) fn connect(url: &str) -> Result<Self, StoreError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| StoreError::Unavailable(format!("cannot start a runtime: {e}")))?;
        let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|e| StoreError::Unavailable(e.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let tls = tokio_postgres_rustls::MakeRustlsConnect::new(tls);
        let client = runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(url, tls).await?;
            tokio::spawn(async move {
                if let Err(e) = connection.await {
                    tracing::warn!(error = %e, "a connection to PostgreSQL ended");
                }
            });
            Ok::<_, tokio_postgres::Error>(client)
        })?;
        Ok(PgConnection { runtime, client, prepared: Map::default() })
    }

    fn migrate(&mut self) -> Result<(), StoreError> {
        migrate(|runner| self.runtime.block_on(runner.run_async(&mut self.client)))
    }

    /// The first column of a statement's rows, as text, without nulls.
    pub(crate) fn texts(&mut self, sql: &str) -> Result<Vec<String>, StoreError> {
        let messages = self.runtime.block_on(self.client.simple_query(sql))?;
        let first = |message: &tokio_postgres::SimpleQueryMessage| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_string),
            _ => None,
        };
        Ok(messages.iter().filter_map(first).collect())
    }

    fn simple(&mut self, sql: &str) -> Result<(), Fault> {
        self.runtime.block_on(self.client.batch_execute(sql)).map_err(|e| Fault::of(&e))
    }
}

/// What an error of PostgreSQL means for the transaction.
#[derive(Clone, Debug)]
struct Fault {
    error: StoreError,
    retry: bool,
}

impl Fault {
    fn of(e: &tokio_postgres::Error) -> Self {
        use tokio_postgres::error::SqlState;
        let conflict =
            matches!(e.code(), Some(&SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED));
        // 57P01 and its kin: the server is going down; another may take over.
        let leaving = e.code().is_some_and(|c| c.code().starts_with("57P"));
        Fault { error: StoreError::Unavailable(pg_text(e)), retry: conflict || leaving || e.is_closed() }
    }
}

struct PgBackend<'a> {
    connection: &'a mut PgConnection,
    fault: Option<Fault>,
}

impl PgBackend<'_> {
    fn run<T>(
        &mut self,
        sql: &'static str,
        params: &[Value<'_>],
        f: impl AsyncFnOnce(
            &tokio_postgres::Client,
            &tokio_postgres::Statement,
            &[&(dyn tokio_postgres::types::ToSql + Sync)],
        ) -> Result<T, tokio_postgres::Error>,
    ) -> Result<T, StoreError> {
        let PgConnection { runtime, client, prepared } = &mut *self.connection;
        let done = runtime.block_on(async {
            let statement = match prepared.get(&key(sql)) {
                Some(s) => s.clone(),
                None => {
                    let s = client.prepare(sql).await?;
                    prepared.insert(key(sql), s.clone());
                    s
                }
            };
            let params: Vec<&(dyn tokio_postgres::types::ToSql + Sync)> =
                params.iter().map(|p| p as &(dyn tokio_postgres::types::ToSql + Sync)).collect();
            f(client, &statement, &params).await
        });
        done.map_err(|e| {
            let fault = Fault::of(&e);
            let error = fault.error.clone();
            self.fault = Some(fault);
            error
        })
    }
}

impl tokio_postgres::types::ToSql for Value<'_> {
    fn to_sql(
        &self,
        ty: &tokio_postgres::types::Type,
        out: &mut tokio_postgres::types::private::BytesMut,
    ) -> Result<tokio_postgres::types::IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Value::Null => Ok(tokio_postgres::types::IsNull::Yes),
            Value::Int(n) => n.to_sql(ty, out),
            Value::Text(s) => s.to_sql(ty, out),
        }
    }
    fn accepts(ty: &tokio_postgres::types::Type) -> bool {
        use tokio_postgres::types::Type;
        matches!(*ty, Type::INT8 | Type::TEXT)
    }
    tokio_postgres::types::to_sql_checked!();
}

impl Backend for PgBackend<'_> {
    fn rows(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        use tokio_postgres::types::Type;
        let rows = self.run(sql, params, async |client, statement, params| client.query(statement, params).await)?;
        let cell = |row: &tokio_postgres::Row, i: usize| {
            Ok::<_, StoreError>(match *row.columns()[i].type_() {
                Type::INT8 => row.try_get::<_, Option<i64>>(i)?.map_or(Value::Null, Value::Int),
                Type::TEXT => row.try_get::<_, Option<String>>(i)?.map_or(Value::Null, Value::from),
                ref other => return Err(StoreError::Corrupt(format!("a {other} in column {i}"))),
            })
        };
        rows.iter().map(|row| (0..row.len()).map(|i| cell(row, i)).collect::<Result<_, _>>().map(Row)).collect()
    }

    fn execute(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<u64, StoreError> {
        self.run(sql, params, async |client, statement, params| client.execute(statement, params).await)
    }
}

/// A connection to which what can wait is sent in one piece.
struct PgGroup<'a> {
    connection: &'a mut PgConnection,
    waiting: Vec<Waiting>,
}

/// A statement that is not sent yet, its parameters, and how many rows it is to
/// touch.
type Waiting = (&'static str, Vec<Value<'static>>, Option<u64>);

impl PgGroup<'_> {
    fn wait(&mut self, sql: &'static str, params: &[Value<'_>], rows: Option<u64>) {
        let own = |value: &Value<'_>| match value {
            Value::Null => Value::Null,
            Value::Int(n) => Value::Int(*n),
            Value::Text(text) => Value::Text(Cow::Owned(text.to_string())),
        };
        self.waiting.push((sql, params.iter().map(own).collect(), rows));
    }

    /// Sends what waits in one piece, and waits for all answers.
    fn flush(&mut self) -> Result<(), StoreError> {
        let waiting = std::mem::take(&mut self.waiting);
        if waiting.is_empty() {
            return Ok(());
        }
        let PgConnection { runtime, client, prepared } = &mut *self.connection;
        let sent = runtime.block_on(async {
            for (sql, ..) in &waiting {
                if let Entry::Vacant(place) = prepared.entry(key(sql)) {
                    place.insert(client.prepare(sql).await?);
                }
            }
            let execute = async |sql: &'static str, params: &[Value<'static>], rows: Option<u64>| {
                let statement = &prepared[&key(sql)];
                let params: Vec<&(dyn tokio_postgres::types::ToSql + Sync)> =
                    params.iter().map(|p| p as &(dyn tokio_postgres::types::ToSql + Sync)).collect();
                let touched = client.execute(statement, &params).await?;
                Ok::<_, tokio_postgres::Error>(rows.is_none_or(|rows| touched == rows))
            };
            let all = waiting.iter().map(|(sql, params, rows)| Box::pin(execute(sql, params, *rows)));
            all_of(all.collect()).await
        });
        match sent {
            Ok(true) => Ok(()),
            // Not an error of the database; what it means is found out step by
            // step.
            Ok(false) => Err(StoreError::Unavailable("a statement of a group did not change what it should".into())),
            Err(e) => Err(e.into()),
        }
    }
}

/// Runs futures at one time, each begun in its turn; whether all say `true`.
async fn all_of<F, E>(futures: Vec<Pin<Box<F>>>) -> Result<bool, E>
where
    F: Future<Output = Result<bool, E>>,
{
    let mut futures: Vec<Option<_>> = futures.into_iter().map(Some).collect();
    let (mut first, mut all) = (0, true);
    let mut begun = false;
    std::future::poll_fn(move |cx| {
        for slot in &mut futures[first..] {
            let Some(future) = slot else { continue };
            match future.as_mut().poll(cx) {
                Poll::Ready(Ok(as_wanted)) => {
                    all &= as_wanted;
                    *slot = None;
                }
                Poll::Ready(Err(e)) => return Poll::Ready(Err(e)),
                // All are begun in the first turn; their answers come in order.
                Poll::Pending if begun => break,
                Poll::Pending => {}
            }
        }
        begun = true;
        first = futures.iter().position(Option::is_some).unwrap_or(futures.len());
        if first == futures.len() { Poll::Ready(Ok(all)) } else { Poll::Pending }
    })
    .await
}

impl Backend for PgGroup<'_> {
    fn rows(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        self.flush()?;
        PgBackend { connection: &mut *self.connection, fault: None }.rows(sql, params)
    }

    fn execute(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<u64, StoreError> {
        self.flush()?;
        PgBackend { connection: &mut *self.connection, fault: None }.execute(sql, params)
    }

    fn change(&mut self, sql: &'static str, params: &[Value<'_>], rows: Option<u64>) -> Result<bool, StoreError> {
        self.wait(sql, params, rows);
        Ok(true)
    }
}

/// One of the connections, and what it is working on.
struct PgThread<'a> {
    url: &'a str,
    connection: Option<PgConnection>,
    held: Held,
    figures: &'a Figures,
    epoch: &'a Epoch,
}

impl PgThread<'_> {
    fn run(mut self, jobs: &Mutex<mpsc::Receiver<PgJob>>) {
        loop {
            // Idle threads queue for the lock; the one that holds it waits for
            // work.
            let job = lock(jobs).recv();
            let Ok(job) = job else { return };
            let (mut work, write) = match job {
                PgJob::Write(work) => (work, true),
                PgJob::Read(work) => (work, false),
            };
            let outcome = self.one(&mut *work, write);
            work.answer(outcome);
        }
    }

    /// Runs all that waits in one transaction each time. A group in which not
    /// all goes as usual is left to those who run each closure by itself.
    fn run_groups(mut self, groups: &Mutex<mpsc::Receiver<Box<dyn Work>>>, apart: &mpsc::Sender<PgJob>) {
        let (mut committed, mut next_look) = (0, PG_FIRST_LOOK);
        loop {
            // While nobody waits for it: nobody knows of this group yet.
            if committed >= next_look {
                next_look *= PG_NEXT_LOOK;
                self.look();
            }
            let mut group = Vec::new();
            {
                let groups = lock(groups);
                let Ok(first) = groups.recv() else { return };
                group.push(first);
                while group.len() < BATCH
                    && let Ok(next) = groups.try_recv()
                {
                    group.push(next);
                }
            }
            let began = Watch::start();
            let done = self.together(&mut group);
            if done {
                if std::mem::take(&mut self.held.changed) {
                    self.epoch.pass();
                }
                self.figures.committed(group.len(), began);
                committed += group.len();
                for work in group {
                    work.answer(Ok(()));
                }
                continue;
            }
            self.held.clear();
            for work in group {
                if let Err(mpsc::SendError(PgJob::Write(work) | PgJob::Read(work))) = apart.send(PgJob::Write(work)) {
                    work.answer(Err(gone()));
                }
            }
        }
    }

    /// Has the database look at what groups fill. It does so by itself, but not
    /// in the first minute of a table, and until then takes an index by chance:
    /// one that has the whole project under one entry, say.
    fn look(&mut self) {
        let Ok(connection) = connected(&mut self.connection, self.url) else { return };
        if let Err(fault) = connection.simple("ANALYZE orders; ANALYZE payment; ANALYZE attempt; ANALYZE event") {
            tracing::debug!(error = %fault.error, "the database did not look at its tables");
        }
    }

    /// Runs a group; `false` when nothing has happened, or nobody knows whether
    /// it has.
    fn together(&mut self, group: &mut [Box<dyn Work>]) -> bool {
        let Ok(connection) = connected(&mut self.connection, self.url) else { return false };
        let mut backend = PgGroup { connection, waiting: vec![] };
        backend.wait("BEGIN", &[], None);
        let mut good = group.iter_mut().all(|work| work.run(&mut Tx::new(&mut backend, &mut self.held)));
        good = good && Tx::new(&mut backend, &mut self.held).settle().is_ok() && backend.flush().is_ok();
        if good {
            return connection.simple("COMMIT").is_ok();
        }
        // When this fails the connection is gone, and so is the transaction.
        let _ = connection.simple("ROLLBACK");
        false
    }

    /// Runs the work until its answer stands, or gives up.
    fn one(&mut self, work: &mut dyn Work, write: bool) -> Result<(), StoreError> {
        let mut outcome = Err(gone());
        for turn in 0..PG_TRIES {
            let began = Watch::start();
            let tried = self.attempt(work, write);
            if std::mem::take(&mut self.held.changed) {
                self.epoch.pass();
            }
            if tried.is_err() {
                self.held.clear();
            }
            match tried {
                Ok(()) => {
                    if write {
                        self.figures.committed(1, began);
                    }
                    outcome = Ok(());
                    break;
                }
                Err(fault) => {
                    let retry = fault.retry;
                    outcome = Err(fault.error);
                    if !retry {
                        break;
                    }
                    self.figures.again.count();
                    back_off(turn);
                }
            }
        }
        if outcome.is_err() {
            self.figures.failed.count();
        }
        outcome
    }

    /// Runs the work once. `Ok` means that its answer stands: committed, or
    /// undone because the closure said so.
    fn attempt(&mut self, work: &mut dyn Work, write: bool) -> Result<(), Fault> {
        let connection = connected(&mut self.connection, self.url)?;
        if write {
            connection.simple("BEGIN")?;
        }
        let mut backend = PgBackend { connection: &mut *connection, fault: None };
        let mut tx = Tx::new(&mut backend, &mut self.held);
        let keep = work.run(&mut tx);
        let settled = if write && keep { tx.settle() } else { Ok(()) };
        let fault = backend.fault;
        if !write {
            return fault.filter(|f| f.retry).map_or(Ok(()), Err);
        }
        if let Some(fault) = fault {
            // When the rollback fails too, the connection is gone and so is the
            // transaction.
            let _ = connection.simple("ROLLBACK");
            self.held.clear();
            // What went wrong in the closure is its answer already; what went
            // wrong after it is not.
            return if fault.retry || settled.is_err() { Err(fault) } else { Ok(()) };
        }
        if let Err(error) = settled {
            let _ = connection.simple("ROLLBACK");
            return Err(Fault { error, retry: false });
        }
        if keep {
            return connection.simple("COMMIT");
        }
        self.held.clear();
        connection.simple("ROLLBACK")
    }
}

/// The connection, made anew if it is gone.
fn connected<'c>(slot: &'c mut Option<PgConnection>, url: &str) -> Result<&'c mut PgConnection, Fault> {
    if slot.as_ref().is_none_or(|c| c.client.is_closed()) {
        *slot = Some(PgConnection::connect(url).map_err(|error| Fault { error, retry: true })?);
    }
    slot.as_mut().ok_or_else(|| Fault { error: gone(), retry: false })
}

/// Waits longer each time, so that transactions in each other's way part and a
/// standby has time to take over: about 8 seconds in all.
fn back_off(turn: usize) {
    let wait = std::time::Duration::from_millis((2_u64 << turn.min(10)).min(2_000));
    // The thread is the engine's own; nobody else's work waits on it.
    std::thread::park_timeout(wait);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_for_sqlite() {
        assert_eq!(for_sqlite("UPDATE a SET s = $3 WHERE id = $1"), "UPDATE a SET s = ?3 WHERE id = ?1");
        assert_eq!(for_sqlite("SELECT a FROM b WHERE c = $1 FOR UPDATE"), "SELECT a FROM b WHERE c = ?1");
    }

    #[test]
    fn locations() {
        assert_eq!(Location::parse("data/coinslot.db"), Location::File("data/coinslot.db".into()));
        assert_eq!(Location::parse("sqlite:x.db"), Location::File("x.db".into()));
        assert!(matches!(Location::parse("postgres://h/db"), Location::Postgres(_)));
    }
}
