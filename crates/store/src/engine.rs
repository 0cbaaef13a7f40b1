//! What the two engines have in common; everything in which they differ is in
//! the two modules.
//!
//! A write is a closure over a [`Tx`]. It is not async, so it cannot call the
//! network, and it may run again, so it takes time, ids and random values from
//! outside. On SQLite one thread runs all waiting closures in savepoints of one
//! transaction and answers them after one sync. On PostgreSQL a pool of threads
//! runs each in a transaction of its own and repeats it after a conflict.

mod lite;
mod pg;

pub use lite::for_sqlite;
pub(crate) use lite::{directory_of, make_directory};
pub(crate) use pg::Connection as PgConnection;

use crate::contact::{self, Contacts};
use crate::idempotency;
use crate::ledger;
use crate::meter::Figures;
use crate::token::{self, Filling, Found, Kept, Paged, Pages};
use coinslot_domain::id::ProjectId;
use coinslot_domain::token::Place;
use std::any::Any;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, mpsc};
use tokio::sync::oneshot;

/// Why the database did not do it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// It could not be reached or could not write. Nothing was acknowledged.
    Unavailable(String),
    /// It holds something this program did not write.
    Corrupt(String),
    /// A file or directory is not what it should be: which, and what to do.
    File(String),
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
            StoreError::File(what) => f.write_str(what),
            StoreError::Corrupt(what) => write!(f, "the database holds something unexpected: {what}"),
            StoreError::Panicked(what) => write!(f, "a transaction panicked: {what}"),
            StoreError::Overtaken => f.write_str("another request with the same key was first"),
        }
    }
}

impl std::error::Error for StoreError {}

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

    /// A `TEXT` that is not null, which the row has no more.
    pub fn take_text(&mut self, column: usize) -> Result<String, StoreError> {
        match self.0.get_mut(column) {
            Some(Value::Text(s)) => Ok(std::mem::take(s).into_owned()),
            _ => self.text(column),
        }
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

/// Hashes numbers that differ enough by themselves: places in memory, hashes.
#[derive(Default)]
pub(crate) struct Places(u64);

impl Hasher for Places {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_usize(usize::from(*byte));
        }
    }

    fn write_u64(&mut self, n: u64) {
        self.0 = (self.0.rotate_left(5) ^ n).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_usize(&mut self, n: usize) {
        self.write_u64(n as u64);
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
    /// What is posted in the journal.
    postings: Vec<ledger::Written>,
    /// Tokens on their way to a page.
    pub(crate) pages: Pages,
    /// Under what players bought.
    contacts: Contacts,
    /// Whether something was changed of which there are copies in memory.
    changed: bool,
    /// Whose purchases were counted.
    bought: Vec<usize>,
    /// The versions of catalogues that this transaction saw.
    versions: Vec<(ProjectId, i64)>,
    /// Pages that are written, where they are kept once they are committed.
    written: Option<Vec<Filling>>,
    /// Which part of a balance is this connection's own.
    stripe: i64,
}

impl Held {
    /// Forgets what transactions that were undone wanted.
    fn clear(&mut self) {
        self.sums.clear();
        self.postings.clear();
        self.pages.clear();
        self.contacts.clear();
        self.changed = false;
        self.versions.clear();
        if let Some(written) = &mut self.written {
            written.clear();
        }
    }

    /// Once a transaction has ended, and before anybody knows who wanted it:
    /// copies of what it changed are old now. Of a player whose purchases were
    /// not counted after all, they are only read again.
    fn tell(&mut self, epoch: &Epoch) {
        if std::mem::take(&mut self.changed) {
            epoch.pass();
        }
        for place in self.bought.drain(..) {
            epoch.bought[place].fetch_add(1, Ordering::SeqCst);
        }
        self.versions.clear();
        self.contacts.committed();
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
        // Whoever reads what is put off sees it.
        let held = &self.held;
        let off = [
            (held.sums.is_empty(), "FROM balance"),
            (held.contacts.is_empty(), "FROM contact"),
            (held.postings.is_empty(), "FROM posting"),
        ];
        if off.iter().any(|(none, table)| !none && sql.contains(table)) {
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

    /// Takes a posting into the journal, together with what others post before the
    /// commit.
    pub(crate) fn post(&mut self, posting: ledger::Written) {
        self.held.postings.push(posting);
    }

    /// Takes a token to a page of what is committed together; where.
    pub(crate) fn keep_token(&mut self, line: token::Line<'_>) -> Place {
        self.held.pages.add(line)
    }

    /// Under what players bought, as far as this connection knows.
    pub(crate) fn contacts(&mut self) -> &mut Contacts {
        &mut self.held.contacts
    }

    /// Notes that something changes of which copies are kept in memory.
    pub(crate) fn changes_known(&mut self) {
        self.held.changed = true;
    }

    /// Notes that this counts purchases of a player, of which copies are kept in
    /// memory.
    pub(crate) fn changes_bought(&mut self, project: ProjectId, user: &str) {
        let place = Epoch::place(project, user);
        // One purchase counts several items.
        if self.held.bought.last() != Some(&place) {
            self.held.bought.push(place);
        }
    }

    /// What `read` finds of a project, once for each transaction.
    pub(crate) fn version(
        &mut self,
        project: ProjectId,
        read: impl FnOnce(&mut Self) -> Result<i64, StoreError>,
    ) -> Result<i64, StoreError> {
        if let Some((_, version)) = self.held.versions.iter().find(|(known, _)| *known == project) {
            return Ok(*version);
        }
        let version = read(self)?;
        self.held.versions.push((project, version));
        Ok(version)
    }

    /// Notes the version that this transaction gave a catalogue.
    pub(crate) fn has_version(&mut self, project: ProjectId, version: i64) {
        self.held.versions.retain(|(known, _)| *known != project);
        self.held.versions.push((project, version));
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
        let postings = std::mem::take(&mut self.held.postings);
        ledger::write(self, postings)?;
        for known in self.held.contacts.take() {
            contact::insert(self, &known)?;
        }
        for page in self.held.pages.take() {
            page.insert(self)?;
            if let Some(written) = self.held.written.as_mut().filter(|_| page.is_new()) {
                written.push(page);
            }
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
    kept: Arc<Kept>,
}

/// Counts changes of what is kept in memory, so that copies which are older
/// than a change are known as such.
struct Epoch {
    known: AtomicU64,
    /// Purchases, by whose they are. Several players share a place, and then one
    /// is read again for another.
    bought: Box<[AtomicU64]>,
}

/// Places of players.
const PLACES: usize = 4096;

impl Default for Epoch {
    fn default() -> Self {
        Epoch { known: AtomicU64::default(), bought: (0..PLACES).map(|_| AtomicU64::default()).collect() }
    }
}

impl Epoch {
    /// Something was changed, and is committed; whoever wanted it does not know
    /// yet.
    fn pass(&self) {
        self.known.fetch_add(1, Ordering::SeqCst);
    }

    /// Where a player's purchases are counted.
    fn place(project: ProjectId, user: &str) -> usize {
        let mut hasher = Places::default();
        hasher.write_i64(project.get());
        hasher.write(user.as_bytes());
        // The upper bits of a product are the well mixed ones.
        (hasher.finish() >> 40) as usize % PLACES
    }
}

#[derive(Clone)]
enum Engine {
    Lite { writer: mpsc::Sender<Box<dyn Work>>, readers: Arc<lite::Readers> },
    Pg { jobs: mpsc::Sender<pg::Job>, groups: mpsc::Sender<Box<dyn Work>> },
}

/// One closure on its way through an engine.
trait Work: Send {
    /// Runs the closure; whether its changes are to be kept.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Notes that they could not be.
    fn fail(&mut self, why: StoreError);
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

    fn fail(&mut self, why: StoreError) {
        self.result = Some(Err(E::from(why)));
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

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What the mutexes here guard is whole after any panic.
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// The most closures in one commit. Beyond this the first would wait for the
/// last longer than the sync takes.
const BATCH: usize = 256;

impl Store {
    /// Opens a database and brings its tables up to date.
    pub fn open(location: &Location) -> Result<Store, StoreError> {
        let figures = Arc::<Figures>::default();
        let epoch = Arc::<Epoch>::default();
        let kept = Arc::<Kept>::default();
        let engine = match location {
            Location::File(path) => lite::open(path, &figures, (&epoch, &kept))?,
            Location::Postgres(url) => pg::open(url, &figures, &epoch)?,
        };
        Ok(Store { engine, figures, epoch, kept })
    }

    /// Changes with each change that this program made of what is kept in
    /// memory: API keys, projects, and who is disabled. What is read after it
    /// was asked for, and while it does not change, is not older than any of
    /// these changes.
    pub fn epoch(&self) -> u64 {
        self.epoch.known.load(Ordering::SeqCst)
    }

    /// Changes with each purchase that this program counted, or counted back, for
    /// a player. What is read after it was asked for, and while it does not
    /// change, is not older than any of these.
    pub fn epoch_of_player(&self, project: ProjectId, user: &str) -> u64 {
        self.epoch.bought[Epoch::place(project, user)].load(Ordering::SeqCst)
    }

    /// The token at a place, if `is_its` says so of it. What stands there never
    /// changes, so it may come from memory, and on SQLite from the database as it
    /// was a moment ago, as long as it is there.
    pub async fn token(
        &self,
        project: ProjectId,
        place: Place,
        is_its: impl Fn(&Paged<'_>) -> bool,
    ) -> Result<Option<Found>, StoreError> {
        let read = |token: Option<Paged<'_>>| token.filter(&is_its).map(Paged::found);
        if let Some(found) = self.kept.find(project, place, read) {
            return Ok(found);
        }
        let number = place.page;
        let page = match &self.engine {
            Engine::Lite { readers, .. } => readers.lasting(|tx| token::page(tx, project, number))?,
            Engine::Pg { .. } => self.read(move |tx| token::page(tx, project, number)).await?,
        };
        Ok(page.and_then(|page| {
            self.kept.add_looked_at(project, number, &page);
            read(page.at(place.slot))
        }))
    }

    /// What the database did since it was opened.
    pub fn figures(&self) -> &Figures {
        &self.figures
    }

    /// Whether no other server works on this database: on a file there is one.
    pub fn is_alone(&self) -> bool {
        matches!(self.engine, Engine::Lite { .. })
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
            Engine::Pg { jobs, .. } => jobs.send(pg::Job::Write(work)).is_ok(),
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
                if jobs.send(pg::Job::Read(work)).is_err() {
                    return Err(E::from(gone()));
                }
                answer.await.unwrap_or_else(|_| Err(E::from(gone())))
            }
        }
    }
}

fn spawn(name: &str, f: impl FnOnce() + Send + 'static) -> Result<(), StoreError> {
    std::thread::Builder::new()
        .name(name.into())
        .spawn(f)
        .map(drop)
        .map_err(|e| StoreError::Unavailable(format!("cannot start a thread: {e}")))
}

/// The migrations, as `translate` makes them fit for an engine.
fn migrations(translate: fn(&str) -> String) -> Result<refinery_core::Runner, StoreError> {
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
        ("V17__shipping", include_str!("../migrations/V17__shipping.sql")),
        ("V18__gift", include_str!("../migrations/V18__gift.sql")),
        ("V19__optional_webhooks", include_str!("../migrations/V19__optional_webhooks.sql")),
        ("V20__bundles", include_str!("../migrations/V20__bundles.sql")),
        ("V21__compat", include_str!("../migrations/V21__compat.sql")),
        ("V22__journal_index", include_str!("../migrations/V22__journal_index.sql")),
        ("V23__outbox", include_str!("../migrations/V23__outbox.sql")),
        ("V24__cart_lines", include_str!("../migrations/V24__cart_lines.sql")),
        ("V25__redirect_policy", include_str!("../migrations/V25__redirect_policy.sql")),
        ("V26__hub_coins", include_str!("../migrations/V26__hub_coins.sql")),
        ("V27__mail_language", include_str!("../migrations/V27__mail_language.sql")),
        ("V28__own_index", include_str!("../migrations/V28__own_index.sql")),
        ("V29__contact", include_str!("../migrations/V29__contact.sql")),
        ("V30__numbers", include_str!("../migrations/V30__numbers.sql")),
        ("V31__order_payment", include_str!("../migrations/V31__order_payment.sql")),
    ];
    let all: Result<Vec<_>, _> =
        all.iter().map(|(name, sql)| refinery_core::Migration::unapplied(name, &translate(sql))).collect();
    // In one transaction with the note that they ran: otherwise a crash between
    // the two leaves tables that the next start would trip over.
    Ok(refinery_core::Runner::new(&all.map_err(migration_error)?).set_grouped(true))
}

/// The numbers of the migrations that there are.
pub(crate) fn known_migrations() -> Result<Vec<i64>, StoreError> {
    let mut known: Vec<i64> =
        migrations(str::to_string)?.get_migrations().iter().map(|m| i64::from(m.version())).collect();
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
    let target = refinery_core::Target::Version(version);
    let done = match location {
        Location::File(path) => {
            migrations(lite::migration)?.set_target(target).run(&mut lite::connect(path)?).map(drop)
        }
        Location::Postgres(url) => {
            pg::Connection::connect(url)?.run(&migrations(str::to_string)?.set_target(target)).map(drop)
        }
    };
    done.map_err(migration_error)
}

fn migration_error(e: refinery_core::Error) -> StoreError {
    // The runner's own text repeats the whole migration.
    let causes = std::iter::successors(Some(&e as &(dyn std::error::Error + 'static)), |e| e.source());
    let told =
        causes.filter_map(|e| e.downcast_ref().map(lite::text).or_else(|| e.downcast_ref().map(pg::server_text)));
    let told = told.last().unwrap_or_else(|| with_causes(&e));
    StoreError::Unavailable(format!("migration: {told}"))
}

/// Brings the tables up to date. Of servers that start at one time one is the
/// first to make the runner's own table, and one the first with the migrations;
/// the others fail, and find the work done when they look again.
fn migrate(
    translate: fn(&str) -> String,
    mut run: impl FnMut(&refinery_core::Runner) -> Result<refinery_core::Report, refinery_core::Error>,
) -> Result<(), StoreError> {
    let runner = migrations(translate)?;
    let mut result = run(&runner);
    for _ in 0..2 {
        if result.is_err() {
            result = run(&runner);
        }
    }
    result.map(drop).map_err(migration_error)
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
