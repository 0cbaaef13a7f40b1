//! Events for the game, and what came of sending them.

use crate::engine::{Row, Value};
use crate::{StoreError, Tx};
use coinslot_domain::id::{EventId, PaymentId, ProjectId};
use coinslot_domain::time::{Span, Time};
use coinslot_domain::webhook::{EventState, Telling, Version};

/// How an event stands: what waits is in the outbox, what was given up is noted
/// so, and what is in neither was acknowledged. Of `e`, after [`standing`].
macro_rules! state {
    () => {
        "CASE WHEN o.seq IS NOT NULL THEN 'pending' WHEN g.event_id IS NOT NULL THEN 'failed' ELSE 'delivered' END"
    };
}

/// What tells how `e` stands.
macro_rules! standing {
    () => {
        " LEFT JOIN outbox o ON o.project_id = $1 AND o.payment_id = e.payment_id AND o.seq = e.seq
        LEFT JOIN given_up g ON g.project_id = $1 AND g.created_at = e.created_at AND g.event_id = e.event_id "
    };
}

/// Attempts `d`, each with its event.
macro_rules! attempts {
    ($which:literal) => {
        concat!(
            "SELECT d.event_id, e.kind, e.body, d.attempt, d.url, d.signature, d.sent_at, d.took, d.status, d.answer,
            d.error, ",
            state!(),
            " FROM delivery d CROSS JOIN event e",
            standing!(),
            $which
        )
    };
}

/// The number of the last attempt of `e`.
macro_rules! made {
    () => {
        "(SELECT MAX(d.attempt) FROM delivery d WHERE d.project_id = $1 AND d.event_id = e.event_id)"
    };
}

/// Events `e`, however they stand.
macro_rules! events {
    ($which:literal) => {
        concat!(
            "SELECT e.event_id, e.payment_id, e.seq, e.kind, e.body, ",
            state!(),
            ", COALESCE(o.attempts, ",
            made!(),
            ", 0), COALESCE(o.due_at, e.created_at), e.created_at FROM event e",
            standing!(),
            $which
        )
    };
}

/// Events `e` that were given up.
macro_rules! failed {
    ($which:literal) => {
        concat!(
            "SELECT e.event_id, e.payment_id, e.seq, e.kind, e.body, 'failed', COALESCE(",
            made!(),
            ", 0), e.created_at, e.created_at FROM given_up g CROSS JOIN event e ",
            $which
        )
    };
}

statements! {
    INSERT = "INSERT INTO event (project_id, event_id, payment_id, seq, kind, body, created_at)
        SELECT $1, $2, $3, COALESCE(MAX(e.seq), 0) + 1, $4, $5, $6 FROM event e
        WHERE e.project_id = $1 AND e.payment_id = $3";
    SEND = "INSERT INTO outbox (project_id, payment_id, seq, event_id, attempts, attempts_before, due_at)
        SELECT $1, $3, MAX(e.seq), $2, 0, 0, $4 FROM event e WHERE e.project_id = $1 AND e.payment_id = $3";
    INSERT_ASKED = "INSERT INTO event (project_id, event_id, kind, body, created_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (project_id, event_id) DO NOTHING";
    PROJECTS = "SELECT DISTINCT project_id FROM outbox WHERE due_at <= $1 ORDER BY project_id";
    TAKE = "INSERT INTO sending (project_id, turn, ends_at) VALUES ($1, 1, $3)
        ON CONFLICT (project_id) DO UPDATE SET turn = sending.turn + 1, ends_at = $3
            WHERE sending.ends_at <= $2 OR sending.ends_at > $5 OR sending.turn = $4
        RETURNING turn";
    KEEP = "UPDATE sending SET ends_at = $3 WHERE project_id = $1 AND turn = $2";
    LEAVE = "UPDATE sending SET ends_at = 0 WHERE project_id = $1 AND turn = $2";
    TURNS = "SELECT project_id, turn FROM sending WHERE ends_at > 0 ORDER BY project_id";
    DUE = "SELECT o.event_id, o.payment_id, o.seq, e.kind, e.body, o.attempts, o.attempts_before, o.due_at
        FROM outbox o CROSS JOIN event e
        WHERE o.project_id = $1 AND o.due_at <= $2 AND (o.due_at, o.payment_id, o.seq) > ($3, $4, $5)
            AND e.project_id = $1 AND e.event_id = o.event_id
            AND NOT EXISTS (SELECT 1 FROM outbox b WHERE b.project_id = $1 AND b.payment_id = o.payment_id
                AND b.seq < o.seq)
        ORDER BY o.due_at, o.payment_id, o.seq LIMIT $6";
    WAITING = "SELECT COUNT(*) FROM outbox";
    NEXT_DUE = "SELECT MIN(due_at) FROM outbox";
    NEXT_DUE_OF = "SELECT MIN(due_at) FROM outbox WHERE project_id = $1 AND due_at > $2";
    TOLD = "DELETE FROM outbox WHERE project_id = $1 AND payment_id = $2 AND seq = $3 AND attempts = $4";
    AGAIN = "UPDATE outbox SET attempts = attempts + 1, due_at = $6
        WHERE project_id = $1 AND payment_id = $2 AND seq = $3 AND attempts = $4 AND due_at = $5";
    NO_MORE = "DELETE FROM outbox
        WHERE project_id = $1 AND payment_id = $2 AND seq = $3 AND attempts = $4 AND due_at = $5";
    GIVE_UP = "INSERT INTO given_up (project_id, created_at, event_id)
        SELECT $1, e.created_at, $2 FROM event e WHERE e.project_id = $1 AND e.event_id = $2";
    COUNT_ATTEMPT = "UPDATE outbox SET attempts = attempts + 1
        WHERE project_id = $1 AND payment_id = $2 AND seq = $3";
    INSERT_DELIVERY = "INSERT INTO delivery (project_id, event_id, attempt, url, signature, sent_at, took, status,
            answer, error) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (project_id, event_id, attempt) DO NOTHING";
    IS_NOTED = "SELECT attempt FROM delivery WHERE project_id = $1 AND event_id = $2 AND sent_at = $3 AND took = $4";
    LAST_ATTEMPT = "SELECT MAX(attempt) FROM delivery WHERE project_id = $1 AND event_id = $2";
    DELIVERIES = attempts!("WHERE d.project_id = $1 AND e.project_id = $1 AND e.event_id = d.event_id AND d.sent_at < $2
        ORDER BY d.sent_at DESC, d.event_id DESC, d.attempt DESC LIMIT $3");
    SENT_AFTER = attempts!("WHERE d.project_id = $1 AND e.project_id = $1 AND e.event_id = d.event_id
            AND (d.sent_at, d.event_id, d.attempt) > ($2, $3, $4)
        ORDER BY d.sent_at, d.event_id, d.attempt LIMIT $5");
    ATTEMPTS_OF = attempts!("WHERE d.project_id = $1 AND e.project_id = $1 AND e.event_id = d.event_id AND d.event_id = $2
        ORDER BY d.attempt");
    EVENTS_OF = events!("WHERE e.project_id = $1 AND e.payment_id = $2 ORDER BY e.seq");
    FIND = events!("WHERE e.project_id = $1 AND e.event_id = $2");
    LIST = events!("WHERE e.project_id = $1 AND (e.created_at, e.event_id) < ($2, $3) AND (e.kind = $4 OR $4 = '')
        ORDER BY e.created_at DESC, e.event_id DESC LIMIT $5");
    LIST_DELIVERED = events!("WHERE e.project_id = $1 AND (e.created_at, e.event_id) < ($2, $3) AND (e.kind = $4 OR $4 = '')
            AND o.seq IS NULL AND g.event_id IS NULL
        ORDER BY e.created_at DESC, e.event_id DESC LIMIT $5");
    LIST_PENDING = "SELECT e.event_id, e.payment_id, e.seq, e.kind, e.body, 'pending', o.attempts, o.due_at,
            e.created_at
        FROM outbox o CROSS JOIN event e
        WHERE o.project_id = $1 AND e.project_id = $1 AND e.event_id = o.event_id
            AND (e.created_at, e.event_id) < ($2, $3) AND (e.kind = $4 OR $4 = '')
        ORDER BY e.created_at DESC, e.event_id DESC LIMIT $5";
    LIST_FAILED = failed!("WHERE g.project_id = $1 AND (g.created_at, g.event_id) < ($2, $3)
            AND e.project_id = $1 AND e.event_id = g.event_id AND (e.kind = $4 OR $4 = '')
        ORDER BY g.created_at DESC, g.event_id DESC LIMIT $5");
    SINCE = events!("WHERE e.project_id = $1 AND (e.created_at, e.payment_id, e.seq) > ($2, $3, $4) AND e.created_at <= $5
            AND e.payment_id IS NOT NULL
        ORDER BY e.created_at, e.payment_id, e.seq LIMIT $6");
    FAILED_SINCE = failed!("WHERE g.project_id = $1 AND g.created_at >= $2 AND g.created_at <= $5
            AND e.project_id = $1 AND e.event_id = g.event_id
            AND (e.created_at, e.payment_id, e.seq) > ($2, $3, $4) AND e.payment_id IS NOT NULL
        ORDER BY g.created_at, e.payment_id, e.seq LIMIT $6");
    TELLING = "SELECT version, combined FROM order_telling WHERE project_id = $1";
    SET_TELLING = "INSERT INTO order_telling (project_id, version, combined) VALUES ($1, $2, $3)
        ON CONFLICT (project_id) DO UPDATE SET version = $2, combined = $3";
    HURRY = "UPDATE outbox SET attempts_before = attempts, due_at = CASE WHEN due_at > $5 THEN $5 ELSE due_at - 1 END
        WHERE project_id = $1 AND payment_id = $2 AND seq = $3 AND attempts = $4";
    TAKE_UP = "DELETE FROM given_up WHERE project_id = $1 AND created_at = $2 AND event_id = $3";
    SEND_AGAIN = "INSERT INTO outbox (project_id, payment_id, seq, event_id, attempts, attempts_before, due_at)
        VALUES ($1, $2, $3, $4, $5, $5, $6) ON CONFLICT (project_id, payment_id, seq) DO NOTHING";
}

/// An event to send, as it stood when it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Where it lives.
    pub project: ProjectId,
    /// Its id, the same on every attempt.
    pub id: EventId,
    /// The payment it tells of.
    pub payment: PaymentId,
    /// Its place among the events of its payment, from 1.
    pub seq: i64,
    /// `notification_type` on the wire.
    pub kind: String,
    /// The exact bytes.
    pub body: String,
    /// Attempts that were made and noted.
    pub attempts: i64,
    /// Those of earlier schedules: a replay begins a new one.
    pub attempts_before: i64,
    /// Since when it is due.
    pub due_at: Time,
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
    let (project, id, payment) = (project.get(), id.get(), payment.get());
    tx.put(INSERT, &[project.into(), id.into(), payment.into(), kind.into(), body.into(), now.0.into()])?;
    tx.put(SEND, &[project.into(), id.into(), payment.into(), now.0.into()])
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

/// Records a question that was put to the game and answered on the spot. Doing it
/// twice changes nothing.
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
        delivery.sent_at.0.into(),
    ];
    if tx.execute(INSERT_ASKED, &values)? == 0 {
        return Ok(());
    }
    if state == EventState::Failed {
        tx.execute(GIVE_UP, &values[..2])?;
    }
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

/// Clocks of servers differ by less.
const FAR: Span = Span::hours(1);

/// Takes the right to send what a project's outbox holds, until `ends_at`; the
/// turn it was taken in. `None` while another has it. One whose end lies far away
/// was taken by a clock that was wrong. Whoever had it last, in the turn `last`,
/// has it again without waiting.
pub fn take(
    tx: &mut Tx<'_>,
    project: ProjectId,
    last: i64,
    now: Time,
    ends_at: Time,
) -> Result<Option<i64>, StoreError> {
    crate::stop::once("a turn that nobody heard of having is over at `ends_at`");
    let wrong = ends_at + FAR;
    let values = [project.get().into(), now.0.into(), ends_at.0.into(), last.into(), wrong.0.into()];
    tx.row(TAKE, &values)?.map(|row| row.int(0)).transpose()
}

/// Keeps that right until `ends_at`; `false` when another has it meanwhile.
pub fn keep(tx: &mut Tx<'_>, project: ProjectId, turn: i64, ends_at: Time) -> Result<bool, StoreError> {
    Ok(tx.execute(KEEP, &[project.get().into(), turn.into(), ends_at.0.into()])? == 1)
}

/// Gives that right back, if it is not another's.
pub fn leave(tx: &mut Tx<'_>, project: ProjectId, turn: i64) -> Result<(), StoreError> {
    tx.put(LEAVE, &[project.get().into(), turn.into()])
}

/// Who has that right, of all projects: in which turn.
pub fn turns(tx: &mut Tx<'_>) -> Result<Vec<(ProjectId, i64)>, StoreError> {
    let rows = tx.rows(TURNS, &[])?;
    rows.iter().map(|r| Ok((r.numbered(0, ProjectId::new)?, r.int(1)?))).collect()
}

/// The place of an event in the outbox of its project: since when it is due, its
/// payment, and its place there.
pub type Waiting = (Time, i64, i64);

/// At most `limit` events that are due, from behind the place `after`: of each
/// payment the first that waits. Whoever sends them has the right to.
pub fn due(tx: &mut Tx<'_>, project: ProjectId, now: Time, after: Waiting, limit: i64) -> Result<Vec<Due>, StoreError> {
    let row = |r: &mut Row| {
        Ok(Due {
            project,
            id: r.numbered(0, EventId::new)?,
            payment: r.numbered(1, PaymentId::new)?,
            seq: r.int(2)?,
            kind: r.take_text(3)?,
            body: r.take_text(4)?,
            attempts: r.int(5)?,
            attempts_before: r.int(6)?,
            due_at: Time(r.int(7)?),
        })
    };
    let (time, payment, seq) = after;
    let values = [project.get().into(), now.0.into(), time.0.into(), payment.into(), seq.into(), limit.into()];
    tx.rows(DUE, &values)?.iter_mut().map(row).collect()
}

/// Notes an attempt of an event that was seen as `seen`: what became of it, and
/// when it is due again if it is still pending. `false` when it moved on since:
/// another sent it meanwhile, or it was replayed, which a failure does not undo.
/// Then the attempt is noted, and nothing else changes.
pub fn settle(
    tx: &mut Tx<'_>,
    seen: &Due,
    delivery: &Delivery,
    state: EventState,
    due_at: Time,
) -> Result<bool, StoreError> {
    let (project, id) = (seen.project.get(), seen.id.get());
    let values = [
        project.into(),
        seen.payment.get().into(),
        seen.seq.into(),
        seen.attempts.into(),
        seen.due_at.0.into(),
        due_at.0.into(),
    ];
    let as_seen = match state {
        EventState::Delivered => tx.change(TOLD, &values[..4])?,
        EventState::Pending => tx.change(AGAIN, &values)?,
        EventState::Failed => {
            let gone = tx.change(NO_MORE, &values[..5])?;
            if gone {
                tx.put(GIVE_UP, &[project.into(), id.into()])?;
            }
            gone
        }
    };
    if as_seen {
        insert_delivery(tx, delivery)?;
        return Ok(true);
    }
    // Noted already, and whoever did it was not told that it is.
    let noted = [project.into(), id.into(), delivery.sent_at.0.into(), delivery.took.0.into()];
    if tx.row(IS_NOTED, &noted)?.is_none() {
        let mut late = Delivery { attempt: last_attempt(tx, seen.project, seen.id)? + 1, ..delivery.clone() };
        // Others may be late, too.
        while tx.execute(INSERT_DELIVERY, &of_delivery(&late))? == 0 {
            late.attempt += 1;
        }
        tx.put(COUNT_ATTEMPT, &values[..3])?;
    }
    Ok(false)
}

/// The number of the last attempt of an event that is noted; 0 for none.
fn last_attempt(tx: &mut Tx<'_>, project: ProjectId, id: EventId) -> Result<i64, StoreError> {
    let row = tx.row(LAST_ATTEMPT, &[project.get().into(), id.get().into()])?;
    Ok(row.map(|r| r.maybe_int(0)).transpose()?.flatten().unwrap_or(0))
}

fn insert_delivery(tx: &mut Tx<'_>, delivery: &Delivery) -> Result<(), StoreError> {
    tx.put(INSERT_DELIVERY, &of_delivery(delivery))
}

fn of_delivery(d: &Delivery) -> [Value<'_>; 10] {
    [
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
    ]
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
    /// Attempts that were made and noted.
    pub attempts: i64,
    /// When it is to be sent, or since when, if it is pending.
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
    let kind = filter.kind.as_deref().unwrap_or_default();
    if let Some(payment) = filter.payment {
        let wanted = |e: &Event| {
            (e.created_at.0, e.id.get()) < (time, id)
                && (kind.is_empty() || e.kind == kind)
                && filter.state.is_none_or(|state| e.state == state)
        };
        // A payment has few.
        let mut all: Vec<Event> = events_of(tx, project, payment)?.into_iter().filter(wanted).collect();
        all.sort_by_key(|e| std::cmp::Reverse((e.created_at, e.id)));
        all.truncate(usize::try_from(limit).unwrap_or(0));
        return Ok(all);
    }
    let sql = match filter.state {
        Some(EventState::Pending) => LIST_PENDING,
        Some(EventState::Failed) => LIST_FAILED,
        Some(EventState::Delivered) => LIST_DELIVERED,
        None => LIST,
    };
    events(tx.rows(sql, &[project.get().into(), time.into(), id.into(), kind.into(), limit.into()])?)
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

/// Has an event that was seen as `seen` sent again at `now`, on a fresh
/// schedule. One that is due already is due a little longer, by which whoever
/// sends it at this moment sees that it was replayed. `false` when it moved on since, or tells of no payment.
pub fn replay(tx: &mut Tx<'_>, project: ProjectId, seen: &Event, now: Time) -> Result<bool, StoreError> {
    let Some(payment) = seen.payment else { return Ok(false) };
    let (of, attempts) = (project.get(), seen.attempts.into());
    if seen.state == EventState::Pending {
        let values = [of.into(), payment.get().into(), seen.seq.into(), attempts, now.0.into()];
        return Ok(tx.execute(HURRY, &values)? == 1);
    }
    if last_attempt(tx, project, seen.id)? != seen.attempts {
        return Ok(false);
    }
    let given_up = [of.into(), seen.created_at.0.into(), seen.id.get().into()];
    if seen.state == EventState::Failed && tx.execute(TAKE_UP, &given_up)? != 1 {
        return Ok(false);
    }
    let values = [of.into(), payment.get().into(), seen.seq.into(), seen.id.get().into(), attempts, now.0.into()];
    Ok(tx.execute(SEND_AGAIN, &values)? == 1)
}
