//! What merchants are told that no webhook tells. Messages are added and never
//! changed.

use crate::engine::Row;
use crate::{StoreError, Tx};
use coinslot_domain::id::{MessageId, PaymentId, ProjectId};
use coinslot_domain::message::{Message, MessageKind};
use coinslot_domain::time::Time;

statements! {
    INSERT = "INSERT INTO message (project_id, message_id, created_at, kind, payment_id, detail)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (project_id, message_id) DO NOTHING";
    LIST = "SELECT message_id, created_at, kind, payment_id, detail FROM message
        WHERE project_id = $1 AND (created_at, message_id) < ($2, $3)
        ORDER BY created_at DESC, message_id DESC LIMIT $4";
}

/// Adds a message; of two about one thing the first stays.
pub fn insert(tx: &mut Tx<'_>, m: &Message) -> Result<(), StoreError> {
    let values = [
        m.project.get().into(),
        m.id.get().into(),
        m.at.0.into(),
        m.kind.name().into(),
        m.payment.map(PaymentId::get).into(),
        (&m.detail).into(),
    ];
    tx.execute(INSERT, &values).map(drop)
}

/// Messages of a project, newest first, from behind one.
pub fn list(
    tx: &mut Tx<'_>,
    project: ProjectId,
    before: Option<(Time, MessageId)>,
    limit: i64,
) -> Result<Vec<Message>, StoreError> {
    let (time, id) = before.map_or((i64::MAX, i64::MAX), |(time, id)| (time.0, id.get()));
    let row = |r: &Row| {
        let payment = r.maybe_int(3)?.and_then(PaymentId::new);
        let (id, kind) = (r.numbered(0, MessageId::new)?, r.named(2, MessageKind::from_name)?);
        Ok(Message { project, id, at: Time(r.int(1)?), kind, payment, detail: r.text(4)? })
    };
    tx.rows(LIST, &[project.get().into(), time.into(), id.into(), limit.into()])?.iter().map(row).collect()
}
