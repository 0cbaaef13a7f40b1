//! Events for the game, and what came of sending them.

use crate::engine::Row;
use crate::{StoreError, Tx};
use coinslot_domain::id::{EventId, PaymentId, ProjectId};
use coinslot_domain::time::{Span, Time};
use coinslot_domain::webhook::{EventState, Telling, Version};

statements! {
    INSERT = "INSERT INTO event (project_id, event_id, payment_id, seq, kind, body, state, attempts, due_at, created_at)
        SELECT $1, $2, $3, COALESCE(MAX(e.seq), 0) + 1, $4, $5, 'pending', 0, $6, $6 FROM event e
        WHERE e.project_id = $1 AND e.payment_id = $3";
    INSERT_ASKED = "INSERT INTO event (project_id, event_id, kind, body, state, attempts, due_at, created_at)
        VALUES ($1, $2, $3, $4, $5, 1, $6, $6)";
    PROJECTS = "SELECT DISTINCT project_id FROM event WHERE state = 'pending' AND due_at <= $1 ORDER BY project_id";
    CLAIM = "UPDATE event SET due_at = $3, attempts = attempts + 1 WHERE project_id = $1 AND event_id IN
        (SELECT e.event_id FROM event e WHERE e.project_id = $1 AND e.state = 'pending' AND e.due_at <= $2
            AND NOT EXISTS (SELECT 1 FROM event b WHERE b.project_id = $1 AND b.payment_id = e.payment_id
                AND b.seq < e.seq AND b.state = 'pending')
         ORDER BY e.due_at, e.event_id LIMIT $4 FOR UPDATE OF e SKIP LOCKED)
        RETURNING event_id, payment_id, kind, body, attempts, attempts_before";
    WAITING = "SELECT COUNT(*) FROM event WHERE state = 'pending'";
    NEXT_DUE = "SELECT MIN(due_at) FROM event WHERE state = 'pending'";
    NEXT_DUE_OF = "SELECT MIN(due_at) FROM event WHERE project_id = $1 AND state = 'pending' AND due_at > $2";
    SETTLE = "UPDATE event SET state = $4, due_at = $5
        WHERE project_id = $1 AND event_id = $2 AND attempts = $3 AND state = 'pending'";
    INSERT_DELIVERY = "INSERT INTO delivery (project_id, event_id, attempt, url, signature, sent_at, took, status,
            answer, error) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (project_id, event_id, attempt) DO NOTHING";
    DELIVERIES = "SELECT d.event_id, e.kind, e.body, d.attempt, d.url, d.signature, d.sent_at, d.took, d.status,
            d.answer, d.error, e.state FROM delivery d, event e
        WHERE d.project_id = $1 AND e.project_id = $1 AND e.event_id = d.event_id AND d.sent_at < $2
        ORDER BY d.sent_at DESC, d.event_id DESC, d.attempt DESC LIMIT $3";
    SENT_AFTER = "SELECT d.event_id, e.kind, e.body, d.attempt, d.url, d.signature, d.sent_at, d.took, d.status,
            d.answer, d.error, e.state FROM delivery d, event e
        WHERE d.project_id = $1 AND e.project_id = $1 AND e.event_id = d.event_id
            AND (d.sent_at, d.event_id, d.attempt) > ($2, $3, $4)
        ORDER BY d.sent_at, d.event_id, d.attempt LIMIT $5";
    ATTEMPTS_OF = "SELECT d.event_id, e.kind, e.body, d.attempt, d.url, d.signature, d.sent_at, d.took, d.status,
            d.answer, d.error, e.state FROM delivery d, event e
        WHERE d.project_id = $1 AND e.project_id = $1 AND e.event_id = d.event_id AND d.event_id = $2
        ORDER BY d.attempt";
    EVENTS_OF = "SELECT event_id, payment_id, seq, kind, body, state, attempts, due_at, created_at FROM event
        WHERE project_id = $1 AND payment_id = $2 ORDER BY seq";
    FIND = "SELECT event_id, payment_id, seq, kind, body, state, attempts, due_at, created_at FROM event
        WHERE project_id = $1 AND event_id = $2";
    LIST = "SELECT event_id, payment_id, seq, kind, body, state, attempts, due_at, created_at FROM event
        WHERE project_id = $1 AND (created_at, event_id) < ($2, $3) AND (kind = $4 OR $4 = '')
            AND (state = $5 OR $5 = '')
        ORDER BY created_at DESC, event_id DESC LIMIT $6";
    LIST_UNDELIVERED = "SELECT event_id, payment_id, seq, kind, body, state, attempts, due_at, created_at FROM event
        WHERE project_id = $1 AND (created_at, event_id) < ($2, $3) AND (kind = $4 OR $4 = '')
            AND state = $5 AND state <> 'delivered'
        ORDER BY created_at DESC, event_id DESC LIMIT $6";
    LIST_OF = "SELECT event_id, payment_id, seq, kind, body, state, attempts, due_at, created_at FROM event
        WHERE project_id = $1 AND (created_at, event_id) < ($2, $3) AND (kind = $4 OR $4 = '')
            AND (state = $5 OR $5 = '') AND payment_id = $7
        ORDER BY created_at DESC, event_id DESC LIMIT $6";
    SINCE = "SELECT event_id, payment_id, seq, kind, body, state, attempts, due_at, created_at FROM event
        WHERE project_id = $1 AND (created_at, payment_id, seq) > ($2, $3, $4) AND created_at <= $5
            AND payment_id IS NOT NULL
        ORDER BY created_at, payment_id, seq LIMIT $6";
    FAILED_SINCE = "SELECT event_id, payment_id, seq, kind, body, state, attempts, due_at, created_at FROM event
        WHERE project_id = $1 AND (created_at, payment_id, seq) > ($2, $3, $4) AND created_at <= $5
            AND payment_id IS NOT NULL AND state = 'failed' AND state <> 'delivered'
        ORDER BY created_at, payment_id, seq LIMIT $6";
    TELLING = "SELECT version, combined FROM order_telling WHERE project_id = $1";
    SET_TELLING = "INSERT INTO order_telling (project_id, version, combined) VALUES ($1, $2, $3)
        ON CONFLICT (project_id) DO UPDATE SET version = $2, combined = $3";
    WAS_SENT = "SELECT attempt FROM delivery WHERE project_id = $1 AND event_id = $2 AND attempt = $3";
    REPLAY = "UPDATE event SET state = 'pending', due_at = $5, attempts_before = attempts
        WHERE project_id = $1 AND event_id = $2 AND state = $3 AND attempts = $4 AND payment_id IS NOT NULL";
}

/// An event to send, claimed for one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// Where it lives.
    pub project: ProjectId,
    /// Its id, the same on every attempt.
    pub id: EventId,
    /// The payment it tells of.
    pub payment: PaymentId,
    /// `notification_type` on the wire.
    pub kind: String,
    /// The exact bytes.
    pub body: String,
    /// The number of this attempt, from 1.
    pub attempt: i64,
    /// Attempts of earlier schedules: a replay begins a new one.
    pub attempts_before: i64,
}

/// One request that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Where it lives.
    pub project: ProjectId,
    /// What was sent.
    pub event: EventId,
    /// Which try it was, from 1.
    pub attempt: i64,
    /// Where to.
    pub url: String,
    /// The documented signature header.
    pub signature: String,
    /// When.
    pub sent_at: Time,
    /// How long it took.
    pub took: Span,
    /// The status, if there was an answer.
    pub status: Option<u16>,
    /// The answer's body, cut.
    pub answer: String,
    /// Why there was no answer.
    pub error: Option<String>,
}

/// A delivery with what was delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The request and its answer.
    pub delivery: Delivery,
    /// `notification_type` on the wire.
    pub kind: String,
    /// The exact bytes.
    pub body: String,
    /// Where the event stands now.
    pub state: EventState,
}

/// Puts an event into the outbox, behind the earlier ones of its payment. The
/// caller holds the payment's row.
pub fn insert(
    tx: &mut Tx<'_>,
    project: ProjectId,
    id: EventId,
    payment: PaymentId,
    kind: &str,
    body: &str,
    now: Time,
) -> Result<(), StoreError> {
    let values = [project.get().into(), id.get().into(), payment.get().into(), kind.into(), body.into(), now.0.into()];
    tx.put(INSERT, &values)
}

/// How a game is told of the orders of its Store API.
pub fn telling(tx: &mut Tx<'_>, project: ProjectId) -> Result<Telling, StoreError> {
    let Some(row) = tx.row(TELLING, &[project.get().into()])? else { return Ok(Telling::default()) };
    let unknown = || StoreError::Corrupt(format!("project {project} is told in an unknown version"));
    let version = Version::from_number(row.int(0)?).ok_or_else(unknown)?;
    Ok(Telling { version, combined: row.flag(1)? })
}

/// Says how a game is told of the orders of its Store API.
pub fn set_telling(tx: &mut Tx<'_>, project: ProjectId, telling: Telling) -> Result<(), StoreError> {
    let values = [project.get().into(), telling.version.number().into(), telling.combined.into()];
    tx.execute(SET_TELLING, &values).map(drop)
}

/// Records a question that was put to the game and answered on the spot.
pub fn insert_asked(
    tx: &mut Tx<'_>,
    kind: &str,
    body: &str,
    state: EventState,
    delivery: &Delivery,
) -> Result<(), StoreError> {
    let values = [
        delivery.project.get().into(),
        delivery.event.get().into(),
        kind.into(),
        body.into(),
        state.name().into(),
        delivery.sent_at.0.into(),
    ];
    tx.execute(INSERT_ASKED, &values)?;
    insert_delivery(tx, delivery)
}

/// Projects that have events to send.
pub fn projects_due(tx: &mut Tx<'_>, now: Time) -> Result<Vec<ProjectId>, StoreError> {
    tx.rows(PROJECTS, &[now.0.into()])?.iter().map(|r| r.numbered(0, ProjectId::new)).collect()
}

/// How many events are to be sent, now or later, of all projects.
pub fn waiting(tx: &mut Tx<'_>) -> Result<i64, StoreError> {
    tx.row(WAITING, &[])?.map_or(Ok(0), |row| row.int(0))
}

/// When the next event of a project is due after `now`.
pub fn next_due_of(tx: &mut Tx<'_>, project: ProjectId, now: Time) -> Result<Option<Time>, StoreError> {
    let row = tx.row(NEXT_DUE_OF, &[project.get().into(), now.0.into()])?;
    Ok(row.map(|r| r.maybe_int(0)).transpose()?.flatten().map(Time))
}

/// When the next event is due, of any project.
pub fn next_due(tx: &mut Tx<'_>) -> Result<Option<Time>, StoreError> {
    Ok(tx.row(NEXT_DUE, &[])?.map(|r| r.maybe_int(0)).transpose()?.flatten().map(Time))
}

/// Claims at most `limit` events that are due, at most one of each payment, and
/// none whose payment has an earlier one waiting. A claim not settled by
/// `until` is anyone's again.
pub fn claim(
    tx: &mut Tx<'_>,
    project: ProjectId,
    now: Time,
    until: Time,
    limit: i64,
) -> Result<Vec<Claimed>, StoreError> {
    let row = |r: &Row| {
        Ok(Claimed {
            project,
            id: r.numbered(0, EventId::new)?,
            payment: r.numbered(1, PaymentId::new)?,
            kind: r.text(2)?,
            body: r.text(3)?,
            attempt: r.int(4)?,
            attempts_before: r.int(5)?,
        })
    };
    let mut claimed: Vec<Claimed> = tx
        .rows(CLAIM, &[project.get().into(), now.0.into(), until.0.into(), limit.into()])?
        .iter()
        .map(row)
        .collect::<Result<_, StoreError>>()?;
    claimed.sort_by_key(|c| c.id);
    Ok(claimed)
}

/// Settles a claim: what became of the event, and when it is due again if it is
/// still pending. `false` when the claim was lost to another worker.
pub fn settle(tx: &mut Tx<'_>, delivery: &Delivery, state: EventState, due_at: Time) -> Result<bool, StoreError> {
    insert_delivery(tx, delivery)?;
    let values = [
        delivery.project.get().into(),
        delivery.event.get().into(),
        delivery.attempt.into(),
        state.name().into(),
        due_at.0.into(),
    ];
    tx.change(SETTLE, &values)
}

fn insert_delivery(tx: &mut Tx<'_>, d: &Delivery) -> Result<(), StoreError> {
    let values = [
        d.project.get().into(),
        d.event.get().into(),
        d.attempt.into(),
        (&d.url).into(),
        (&d.signature).into(),
        d.sent_at.0.into(),
        d.took.0.into(),
        d.status.map(i64::from).into(),
        (&d.answer).into(),
        (&d.error).into(),
    ];
    tx.put(INSERT_DELIVERY, &values)
}

/// Deliveries of a project sent before `before`, newest first.
pub fn deliveries(tx: &mut Tx<'_>, project: ProjectId, before: Time, limit: i64) -> Result<Vec<Listed>, StoreError> {
    listed(tx.rows(DELIVERIES, &[project.get().into(), before.0.into(), limit.into()])?, project)
}

/// The place of a delivery among those of its project: when it was sent, of
/// which event, which attempt.
pub type Place = (Time, i64, i64);

/// Deliveries of a project behind `after`, oldest first.
pub fn sent_after(tx: &mut Tx<'_>, project: ProjectId, after: Place, limit: i64) -> Result<Vec<Listed>, StoreError> {
    let (time, event, attempt) = after;
    listed(
        tx.rows(SENT_AFTER, &[project.get().into(), time.0.into(), event.into(), attempt.into(), limit.into()])?,
        project,
    )
}

/// Every delivery of an event, in the order they were made.
pub fn attempts_of(tx: &mut Tx<'_>, project: ProjectId, event: EventId) -> Result<Vec<Delivery>, StoreError> {
    let all = listed(tx.rows(ATTEMPTS_OF, &[project.get().into(), event.get().into()])?, project)?;
    Ok(all.into_iter().map(|l| l.delivery).collect())
}

fn listed(rows: Vec<Row>, project: ProjectId) -> Result<Vec<Listed>, StoreError> {
    let row = |r: &Row| {
        Ok(Listed {
            kind: r.text(1)?,
            body: r.text(2)?,
            state: r.named(11, EventState::from_name)?,
            delivery: Delivery {
                project,
                event: r.numbered(0, EventId::new)?,
                attempt: r.int(3)?,
                url: r.text(4)?,
                signature: r.text(5)?,
                sent_at: Time(r.int(6)?),
                took: Span(r.int(7)?),
                status: r.maybe_int(8)?.and_then(|n| u16::try_from(n).ok()),
                answer: r.text(9)?,
                error: r.maybe_text(10)?,
            },
        })
    };
    rows.iter().map(row).collect()
}

/// An event as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// The payment it tells of; none for a question or a test.
    pub payment: Option<PaymentId>,
    /// Its place among the events of its payment, from 1; 0 where there is
    /// none.
    pub seq: i64,
    /// `notification_type` on the wire.
    pub kind: String,
    /// The exact bytes.
    pub body: String,
    /// Where it stands.
    pub state: EventState,
    /// Attempts made, the one under way included.
    pub attempts: i64,
    /// When it is to be sent, if it is pending; while it is being sent, when
    /// whoever sends it is taken for dead.
    pub due_at: Time,
    /// When it happened.
    pub created_at: Time,
}

fn events(rows: Vec<Row>) -> Result<Vec<Event>, StoreError> {
    let row = |r: &Row| {
        let payment = match r.maybe_int(1)? {
            Some(_) => Some(r.numbered(1, PaymentId::new)?),
            None => None,
        };
        Ok(Event {
            id: r.numbered(0, EventId::new)?,
            payment,
            seq: r.maybe_int(2)?.unwrap_or(0),
            kind: r.text(3)?,
            body: r.text(4)?,
            state: r.named(5, EventState::from_name)?,
            attempts: r.int(6)?,
            due_at: Time(r.int(7)?),
            created_at: Time(r.int(8)?),
        })
    };
    rows.iter().map(row).collect()
}

/// The events of a payment, in the order they are told.
pub fn events_of(tx: &mut Tx<'_>, project: ProjectId, payment: PaymentId) -> Result<Vec<Event>, StoreError> {
    events(tx.rows(EVENTS_OF, &[project.get().into(), payment.get().into()])?)
}

/// An event.
pub fn find(tx: &mut Tx<'_>, project: ProjectId, id: EventId) -> Result<Option<Event>, StoreError> {
    Ok(events(tx.rows(FIND, &[project.get().into(), id.get().into()])?)?.pop())
}

/// Which events to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those that stand there.
    pub state: Option<EventState>,
    /// Only those of this `notification_type`.
    pub kind: Option<String>,
    /// Only those of this payment.
    pub payment: Option<PaymentId>,
}

/// Events of a project that are older than `before`, which is when one was
/// created and its id, newest first.
pub fn list(
    tx: &mut Tx<'_>,
    project: ProjectId,
    filter: &Filter,
    before: Option<(Time, EventId)>,
    limit: i64,
) -> Result<Vec<Event>, StoreError> {
    let (time, id) = before.map_or((i64::MAX, i64::MAX), |(time, id)| (time.0, id.get()));
    let mut values = vec![
        project.get().into(),
        time.into(),
        id.into(),
        filter.kind.as_deref().unwrap_or_default().into(),
        filter.state.map_or("", EventState::name).into(),
        limit.into(),
    ];
    let sql = match (filter.payment, filter.state) {
        (Some(payment), _) => {
            values.push(payment.get().into());
            LIST_OF
        }
        // The engines use the index only for a statement that says so.
        (None, Some(EventState::Pending | EventState::Failed)) => LIST_UNDELIVERED,
        (None, Some(EventState::Delivered) | None) => LIST,
    };
    events(tx.rows(sql, &values)?)
}

/// Events that tell of payments, behind `after` and created no later than
/// `until`, oldest first and in the order of their payment; all, or only those
/// that `failed`. The place of an event is when it was created, its payment and
/// its place there.
pub fn since(
    tx: &mut Tx<'_>,
    project: ProjectId,
    failed: bool,
    after: Place,
    until: Time,
    limit: i64,
) -> Result<Vec<Event>, StoreError> {
    let (time, payment, seq) = after;
    let values = [project.get().into(), time.0.into(), payment.into(), seq.into(), until.0.into(), limit.into()];
    events(tx.rows(if failed { FAILED_SINCE } else { SINCE }, &values)?)
}

/// Whether an attempt of an event is settled: it was made, and its answer is
/// known.
pub fn was_sent(tx: &mut Tx<'_>, project: ProjectId, event: EventId, attempt: i64) -> Result<bool, StoreError> {
    Ok(tx.row(WAS_SENT, &[project.get().into(), event.get().into(), attempt.into()])?.is_some())
}

/// Has an event that was seen as `seen` sent again at `now`, on a fresh
/// schedule. `false` when it moved on since: it was sent, or is about to be, or
/// tells of no payment.
pub fn replay(tx: &mut Tx<'_>, project: ProjectId, seen: &Event, now: Time) -> Result<bool, StoreError> {
    let values =
        [project.get().into(), seen.id.get().into(), seen.state.name().into(), seen.attempts.into(), now.0.into()];
    Ok(tx.execute(REPLAY, &values)? == 1)
}
