//! Events for the game, and what came of sending them.

use crate::engine::Row;
use crate::{StoreError, Tx};
use coinslot_domain::id::{EventId, PaymentId, ProjectId};
use coinslot_domain::time::{Span, Time};
use coinslot_domain::webhook::EventState;

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
        RETURNING event_id, payment_id, kind, body, attempts";
    NEXT_DUE = "SELECT MIN(due_at) FROM event WHERE state = 'pending'";
    SETTLE = "UPDATE event SET state = $4, due_at = $5
        WHERE project_id = $1 AND event_id = $2 AND attempts = $3 AND state = 'pending'";
    INSERT_DELIVERY = "INSERT INTO delivery (project_id, event_id, attempt, url, signature, sent_at, took, status,
            answer, error) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (project_id, event_id, attempt) DO NOTHING";
    DELIVERIES = "SELECT d.event_id, e.kind, e.body, d.attempt, d.url, d.signature, d.sent_at, d.took, d.status,
            d.answer, d.error, e.state FROM delivery d, event e
        WHERE d.project_id = $1 AND e.project_id = $1 AND e.event_id = d.event_id AND d.sent_at < $2
        ORDER BY d.sent_at DESC, d.event_id DESC, d.attempt DESC LIMIT $3";
    EVENTS_OF = "SELECT event_id, kind, body, state, attempts FROM event
        WHERE project_id = $1 AND payment_id = $2 ORDER BY seq";
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
    tx.execute(INSERT, &values).map(drop)
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
    Ok(tx.execute(SETTLE, &values)? == 1)
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
    tx.execute(INSERT_DELIVERY, &values).map(drop)
}

/// Deliveries of a project sent before `before`, newest first.
pub fn deliveries(tx: &mut Tx<'_>, project: ProjectId, before: Time, limit: i64) -> Result<Vec<Listed>, StoreError> {
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
    tx.rows(DELIVERIES, &[project.get().into(), before.0.into(), limit.into()])?.iter().map(row).collect()
}

/// An event as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// `notification_type` on the wire.
    pub kind: String,
    /// The exact bytes.
    pub body: String,
    /// Where it stands.
    pub state: EventState,
    /// Attempts made.
    pub attempts: i64,
}

/// The events of a payment, in the order they are told.
pub fn events_of(tx: &mut Tx<'_>, project: ProjectId, payment: PaymentId) -> Result<Vec<Event>, StoreError> {
    let row = |r: &Row| {
        Ok(Event {
            id: r.numbered(0, EventId::new)?,
            kind: r.text(1)?,
            body: r.text(2)?,
            state: r.named(3, EventState::from_name)?,
            attempts: r.int(4)?,
        })
    };
    tx.rows(EVENTS_OF, &[project.get().into(), payment.get().into()])?.iter().map(row).collect()
}
