//! Requests that name themselves, so that sending them twice does them once.
//!
//! While such a request is served, each of its transactions also notes that it
//! was committed ([`Store::write`] sees to it), so that the note and the effect
//! are both there or both not. A run that takes such a request up again runs
//! the transactions that are noted once more, for what they return, and undoes
//! them.

use crate::{Store, StoreError, Tx};
use coinslot_domain::id::{MerchantId, ProjectId};
use coinslot_domain::merchant::KeyScope;
use coinslot_domain::time::Time;
use std::sync::Arc;

statements! {
    FIND = "SELECT route, body_hash, run, step, drawn, answer, begun_at, seen_at FROM idempotency
        WHERE project_id = $1 AND merchant_id = $2 AND key_hash = $3";
    LOCK = "SELECT run, step FROM idempotency
        WHERE project_id = $1 AND merchant_id = $2 AND key_hash = $3 FOR UPDATE";
    INSERT = "INSERT INTO idempotency (project_id, merchant_id, key_hash, route, body_hash, run, step, drawn, answer,
            begun_at, seen_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
        ON CONFLICT (project_id, merchant_id, key_hash) DO NOTHING";
    ADVANCE = "UPDATE idempotency SET step = $5, drawn = $6, seen_at = $7
        WHERE project_id = $1 AND merchant_id = $2 AND key_hash = $3 AND run = $4 AND step + 1 = $5";
    TAKE_OVER = "UPDATE idempotency SET run = $6, seen_at = $7 WHERE project_id = $1 AND merchant_id = $2
            AND key_hash = $3 AND run = $4 AND step = $5 AND answer IS NULL";
    ANSWER = "UPDATE idempotency SET answer = $5, seen_at = $6
        WHERE project_id = $1 AND merchant_id = $2 AND key_hash = $3 AND run = $4 AND answer IS NULL";
    FORGET = "DELETE FROM idempotency
        WHERE project_id = $1 AND merchant_id = $2 AND key_hash = $3 AND begun_at < $4";
    PURGE = "DELETE FROM idempotency WHERE project_id = $1 AND (merchant_id, key_hash) IN
        (SELECT i.merchant_id, i.key_hash FROM idempotency i WHERE i.project_id = $1 AND i.begun_at < $2
         ORDER BY i.begun_at LIMIT $3)";
    PROJECTS = "SELECT p.project_id FROM (SELECT 0 AS project_id UNION ALL SELECT project_id FROM project) p
        WHERE EXISTS (SELECT 1 FROM idempotency i WHERE i.project_id = p.project_id AND i.begun_at < $1)";
}

/// What a request is known by: who may repeat it, and the name it was given.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    /// The merchant whose API key it came with.
    pub merchant: MerchantId,
    /// The project of that API key; 0 for a key of the whole company.
    pub project: i64,
    /// SHA-256 of the `Idempotency-Key`, in hex.
    pub key_hash: String,
}

impl Name {
    /// The name of a request of a merchant, by a key's scope and a hash.
    pub fn new(merchant: MerchantId, scope: KeyScope, key_hash: String) -> Self {
        let project = match scope {
            KeyScope::Company => 0,
            KeyScope::Project(id) => id.get(),
        };
        Name { merchant, project, key_hash }
    }

    fn values(&self) -> [crate::engine::Value<'_>; 3] {
        [self.project.into(), self.merchant.get().into(), (&self.key_hash).into()]
    }
}

/// What the request asks for; it must be the same each time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Method and path with its query.
    pub route: String,
    /// SHA-256 of the body, in hex.
    pub body_hash: String,
}

/// A transaction of a request, about to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which request.
    pub name: Name,
    /// What it asks for.
    pub asked: Asked,
    /// Which run of it.
    pub run: String,
    /// Which of its transactions that are kept: 1 for the first.
    pub number: i64,
    /// What the run drew from outside so far, sealed.
    pub drawn: String,
    /// When the run began.
    pub at: Time,
}

/// A request that was seen before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What it asked for.
    pub asked: Asked,
    /// The last run of it.
    pub run: String,
    /// Transactions of it that are committed.
    pub step: i64,
    /// What it drew from outside until the last of them, sealed.
    pub drawn: String,
    /// What was answered, sealed; `None` while it is not known.
    pub answer: Option<String>,
    /// When it came first.
    pub begun_at: Time,
    /// When the last run of it began.
    pub seen_at: Time,
}

/// A request as its transactions see it.
pub trait Witness: Send + Sync {
    /// The transaction that is about to run.
    fn step(&self) -> Step;
    /// It is committed, or was when the request ran before.
    fn taken(&self);
    /// A transaction that was committed when the request ran before came to
    /// nothing this time, so this run tells nothing about that one.
    fn strayed(&self);
}

tokio::task_local! {
    static WITNESS: Option<Arc<dyn Witness>>;
}

/// Runs `f` so that each write in it, on this task, is noted as a step of a
/// request; or of none.
pub async fn witnessed<F: Future>(by: Option<Arc<dyn Witness>>, f: F) -> F::Output {
    WITNESS.scope(by, f).await
}

/// The request that is served on this task.
pub(crate) fn witness() -> Option<Arc<dyn Witness>> {
    WITNESS.try_with(Clone::clone).ok().flatten()
}

/// How a step ends that does not commit.
enum Undone<T, E> {
    /// It was committed before; this is what it returns.
    Known(T),
    /// It was committed before, and fails when it runs again.
    Strayed(E),
    Failed(E),
}

impl<T, E: From<StoreError>> From<StoreError> for Undone<T, E> {
    fn from(e: StoreError) -> Self {
        Undone::Failed(e.into())
    }
}

/// A write that is a step of a request.
pub(crate) async fn write<T, E>(
    store: &Store,
    witness: &dyn Witness,
    f: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let step = witness.step();
    let done = store.commit(move |tx| {
        let known = taken(tx, &step)?;
        match f(tx) {
            Ok(value) if known => Err(Undone::Known(value)),
            Ok(value) => {
                note(tx, &step)?;
                Ok(value)
            }
            Err(e) if known => Err(Undone::Strayed(e)),
            Err(e) => Err(Undone::Failed(e)),
        }
    });
    match done.await {
        Ok(value) | Err(Undone::Known(value)) => {
            witness.taken();
            Ok(value)
        }
        Err(Undone::Strayed(e)) => {
            witness.strayed();
            Err(e)
        }
        Err(Undone::Failed(e)) => Err(e),
    }
}

/// Whether a step is committed already: by a run before this one, or by this
/// one when its commit was not heard of.
fn taken(tx: &mut Tx<'_>, step: &Step) -> Result<bool, StoreError> {
    match tx.row(LOCK, &step.name.values())? {
        Some(row) if row.text(0)? == step.run => Ok(row.int(1)? >= step.number),
        None if step.number == 1 => Ok(false),
        _ => Err(StoreError::Overtaken),
    }
}

fn note(tx: &mut Tx<'_>, step: &Step) -> Result<(), StoreError> {
    let noted = if step.number == 1 {
        insert(tx, step, None)?
    } else {
        let [project, merchant, key] = step.name.values();
        let run = (&step.run).into();
        let values = [project, merchant, key, run, step.number.into(), (&step.drawn).into(), step.at.0.into()];
        tx.execute(ADVANCE, &values)? == 1
    };
    if noted { Ok(()) } else { Err(StoreError::Overtaken) }
}

fn insert(tx: &mut Tx<'_>, step: &Step, answer: Option<&str>) -> Result<bool, StoreError> {
    let [project, merchant, key] = step.name.values();
    let values = [
        project,
        merchant,
        key,
        (&step.asked.route).into(),
        (&step.asked.body_hash).into(),
        (&step.run).into(),
        step.number.into(),
        (&step.drawn).into(),
        answer.into(),
        step.at.0.into(),
    ];
    Ok(tx.execute(INSERT, &values)? == 1)
}

/// A request by its name, however old.
pub fn find(tx: &mut Tx<'_>, name: &Name) -> Result<Option<Found>, StoreError> {
    let Some(row) = tx.row(FIND, &name.values())? else { return Ok(None) };
    Ok(Some(Found {
        asked: Asked { route: row.text(0)?, body_hash: row.text(1)? },
        run: row.text(2)?,
        step: row.int(3)?,
        drawn: row.text(4)?,
        answer: row.maybe_text(5)?,
        begun_at: Time(row.int(6)?),
        seen_at: Time(row.int(7)?),
    }))
}

/// Puts the run `to` in the place of the one that was found, which is not heard
/// of any more; `false` when it was after all.
pub fn take_over(tx: &mut Tx<'_>, name: &Name, found: &Found, to: &str, now: Time) -> Result<bool, StoreError> {
    let [project, merchant, key] = name.values();
    let values = [project, merchant, key, (&found.run).into(), found.step.into(), to.into(), now.0.into()];
    if tx.execute(TAKE_OVER, &values)? == 1 {
        return Ok(true);
    }
    // Ours already, of a run whose commit was not heard of.
    Ok(find(tx, name)?.is_some_and(|found| found.run == to))
}

/// Keeps what was answered, sealed. `last` is the last step that was taken, of
/// number 0 when there was none. `false` when another run was in between.
pub fn answer(tx: &mut Tx<'_>, last: &Step, answer: &str) -> Result<bool, StoreError> {
    if last.number == 0 && insert(tx, last, Some(answer))? {
        return Ok(true);
    }
    let [project, merchant, key] = last.name.values();
    let values = [project, merchant, key, (&last.run).into(), answer.into(), last.at.0.into()];
    if tx.execute(ANSWER, &values)? == 1 {
        return Ok(true);
    }
    // Ours already, of a run whose commit was not heard of.
    let found = find(tx, &last.name)?;
    Ok(found.is_some_and(|found| found.run == last.run && found.answer.as_deref() == Some(answer)))
}

/// Whether a transaction runs for the first time. For one whose changes look the
/// same when it made them and when another did: `run` is a number of
/// [`crate::id::Kind::Run`] that only its runs have, and is noted with what they
/// change. `now` is the server's time, not the project's.
pub fn is_first(tx: &mut Tx<'_>, project: ProjectId, run: i64, now: Time) -> Result<bool, StoreError> {
    let run = run.to_string();
    // No merchant has the number 0, so this is nobody's request.
    let (nobody, none) = (0_i64, "");
    let values = [
        project.get().into(),
        nobody.into(),
        (&run).into(),
        none.into(),
        none.into(),
        (&run).into(),
        0_i64.into(),
        none.into(),
        none.into(),
        now.0.into(),
    ];
    Ok(tx.execute(INSERT, &values)? == 1)
}

/// Forgets a request that came before `before`.
pub fn forget(tx: &mut Tx<'_>, name: &Name, before: Time) -> Result<(), StoreError> {
    let [project, merchant, key] = name.values();
    tx.execute(FORGET, &[project, merchant, key, before.0.into()]).map(drop)
}

/// Scopes of API keys with requests that came before `before`: numbers of
/// projects, and 0.
pub fn projects_to_purge(tx: &mut Tx<'_>, before: Time) -> Result<Vec<i64>, StoreError> {
    tx.rows(PROJECTS, &[before.0.into()])?.iter().map(|row| row.int(0)).collect()
}

/// Forgets at most `limit` requests that came before `before`; how many.
pub fn purge(tx: &mut Tx<'_>, project: i64, before: Time, limit: i64) -> Result<u64, StoreError> {
    tx.execute(PURGE, &[project.into(), before.0.into(), limit.into()])
}
