//! PostgreSQL: threads with a connection each, some of which write what waits
//! in one commit.

use super::{BATCH, Backend, Engine, Epoch, Held, Map, Row, StoreError, Tx, Value, Work};
use super::{gone, key, lock, migrate, panicked, spawn, with_causes};
use crate::meter::{Figures, Watch};
use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::pin::Pin;
use std::sync::{Arc, Mutex, mpsc};
use std::task::Poll;

impl From<tokio_postgres::Error> for StoreError {
    fn from(e: tokio_postgres::Error) -> Self {
        StoreError::Unavailable(text(&e))
    }
}

/// The driver's own text is only "db error"; the server's says what.
fn text(e: &tokio_postgres::Error) -> String {
    e.as_db_error().map_or_else(|| with_causes(e), server_text)
}

pub(super) fn server_text(e: &tokio_postgres::error::DbError) -> String {
    format!("{} ({})", e.message(), e.code().code())
}

/// An error and what led to it: "error connecting" alone helps nobody.
/// Connections to PostgreSQL, and so transactions at one time.
const POOL: usize = 8;
/// How many of them are for groups: while some wait for the disk, the others
/// run.
const GROUPS: usize = 4;

/// Connects, brings the tables up to date and begins to work.
pub(super) fn open(url: &str, figures: &Arc<Figures>, epoch: &Arc<Epoch>) -> Result<Engine, StoreError> {
    let url: Arc<str> = url.into();
    // The first connection is made here, so that a wrong address is told at once
    // and not with the first request.
    let first_url = url.clone();
    let first = std::thread::spawn(move || {
        let mut first = Connection::connect(&first_url)?;
        first.migrate()?;
        Ok::<_, StoreError>(first)
    });
    let mut first = Some(first.join().map_err(|p| panicked(&*p))??);
    let (jobs, work) = mpsc::channel();
    let (groups, group_work) = mpsc::channel();
    let (work, group_work) = (Arc::new(Mutex::new(work)), Arc::new(Mutex::new(group_work)));
    for i in 0..POOL {
        // Only threads for groups keep the others' work coming: both end when
        // nobody has the store any more.
        let apart = (i < GROUPS).then(|| jobs.clone());
        let group_work = group_work.clone();
        let (url, work, connection) = (url.clone(), work.clone(), first.take());
        let (figures, epoch) = (figures.clone(), epoch.clone());
        let held = Held { stripe: i as i64, ..Held::default() };
        spawn(&format!("store-pg-{i}"), move || {
            let thread = Thread { url: &url, connection, held, figures: &figures, epoch: &epoch };
            match apart {
                Some(apart) => thread.run_groups(&group_work, &apart),
                None => thread.run(&work),
            }
        })?;
    }
    Ok(Engine::Pg { jobs, groups })
}

/// After so many closures of groups a connection has the database look at the
/// tables, and again after so many times as many.
const FIRST_LOOK: usize = 100;
const NEXT_LOOK: usize = 10;

pub(super) enum Job {
    Write(Box<dyn Work>),
    Read(Box<dyn Work>),
}

/// How often a transaction is tried again after a conflict or a broken
/// connection before its caller is told that the database is unavailable.
const TRIES: usize = 12;

pub(crate) struct Connection {
    runtime: tokio::runtime::Runtime,
    client: tokio_postgres::Client,
    prepared: Map<tokio_postgres::Statement>,
}

impl Connection {
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
        Ok(Connection { runtime, client, prepared: Map::default() })
    }

    fn migrate(&mut self) -> Result<(), StoreError> {
        migrate(str::to_string, |runner| self.run(runner))
    }

    /// Runs migrations.
    pub(super) fn run(
        &mut self,
        runner: &refinery_core::Runner,
    ) -> Result<refinery_core::Report, refinery_core::Error> {
        self.runtime.block_on(runner.run_async(&mut self.client))
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
        Fault { error: StoreError::Unavailable(text(e)), retry: conflict || leaving || e.is_closed() }
    }
}

struct Alone<'a> {
    connection: &'a mut Connection,
    fault: Option<Fault>,
}

impl Alone<'_> {
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
        let Connection { runtime, client, prepared } = &mut *self.connection;
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

impl Backend for Alone<'_> {
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
struct Group<'a> {
    connection: &'a mut Connection,
    waiting: Vec<Waiting>,
}

/// A statement that is not sent yet, its parameters, and how many rows it is to
/// touch.
type Waiting = (&'static str, Vec<Value<'static>>, Option<u64>);

impl Group<'_> {
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
        let Connection { runtime, client, prepared } = &mut *self.connection;
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

impl Backend for Group<'_> {
    fn rows(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        self.flush()?;
        Alone { connection: &mut *self.connection, fault: None }.rows(sql, params)
    }

    fn execute(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<u64, StoreError> {
        self.flush()?;
        Alone { connection: &mut *self.connection, fault: None }.execute(sql, params)
    }

    fn change(&mut self, sql: &'static str, params: &[Value<'_>], rows: Option<u64>) -> Result<bool, StoreError> {
        self.wait(sql, params, rows);
        Ok(true)
    }
}

/// One of the connections, and what it is working on.
struct Thread<'a> {
    url: &'a str,
    connection: Option<Connection>,
    held: Held,
    figures: &'a Figures,
    epoch: &'a Epoch,
}

impl Thread<'_> {
    fn run(mut self, jobs: &Mutex<mpsc::Receiver<Job>>) {
        loop {
            // Idle threads queue for the lock; the one that holds it waits for
            // work.
            let job = lock(jobs).recv();
            let Ok(job) = job else { return };
            let (mut work, write) = match job {
                Job::Write(work) => (work, true),
                Job::Read(work) => (work, false),
            };
            let outcome = self.one(&mut *work, write);
            work.answer(outcome);
        }
    }

    /// Runs all that waits in one transaction each time. A group in which not
    /// all goes as usual is left to those who run each closure by itself.
    fn run_groups(mut self, groups: &Mutex<mpsc::Receiver<Box<dyn Work>>>, apart: &mpsc::Sender<Job>) {
        let (mut committed, mut next_look) = (0, FIRST_LOOK);
        loop {
            // While nobody waits for it: nobody knows of this group yet.
            if committed >= next_look {
                next_look *= NEXT_LOOK;
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
                self.held.tell(self.epoch);
                self.figures.committed(group.len(), began);
                committed += group.len();
                for work in group {
                    work.answer(Ok(()));
                }
                continue;
            }
            self.held.clear();
            for work in group {
                if let Err(mpsc::SendError(Job::Write(work) | Job::Read(work))) = apart.send(Job::Write(work)) {
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
        let mut backend = Group { connection, waiting: vec![] };
        backend.wait("BEGIN", &[], None);
        let mut good = group.iter_mut().all(|work| work.run(&mut Tx::new(&mut backend, &mut self.held)));
        good = good && Tx::new(&mut backend, &mut self.held).settle().is_ok() && backend.flush().is_ok();
        if good {
            return connection.simple("COMMIT").is_ok() && !crate::stop::loses_answer();
        }
        // When this fails the connection is gone, and so is the transaction.
        let _ = connection.simple("ROLLBACK");
        false
    }

    /// Runs the work until its answer stands, or gives up.
    fn one(&mut self, work: &mut dyn Work, write: bool) -> Result<(), StoreError> {
        let mut outcome = Err(gone());
        for turn in 0..TRIES {
            let began = Watch::start();
            let mut tried = self.attempt(work, write);
            if tried.is_ok() && write && turn == 0 && crate::stop::loses_answer() {
                tried = Err(Fault { error: gone(), retry: true });
            }
            self.held.tell(self.epoch);
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
        let mut backend = Alone { connection: &mut *connection, fault: None };
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
fn connected<'c>(slot: &'c mut Option<Connection>, url: &str) -> Result<&'c mut Connection, Fault> {
    if slot.as_ref().is_none_or(|c| c.client.is_closed()) {
        *slot = Some(Connection::connect(url).map_err(|error| Fault { error, retry: true })?);
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
