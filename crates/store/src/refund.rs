//! Refunds.

use crate::engine::Row;
use crate::{StoreError, Tx};
use coinslot_domain::id::{EntryId, PaymentId, ProjectId, RefundId};
use coinslot_domain::money::{Currency, Money};
use coinslot_domain::payment::Breakdown;
use coinslot_domain::refund::{Refund, RefundState};
use coinslot_domain::time::Time;

statements! {
    INSERT = "INSERT INTO refund (project_id, refund_id, payment_id, state, currency, amount, payout, tax,
            platform_fee, method_fee, reason, partial, chargeback, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, 0, 0, 0, 0, $7, $8, $9, $10, $10)";
    FIND = "SELECT payment_id, state, currency, amount, reason, partial, chargeback FROM refund
        WHERE project_id = $1 AND refund_id = $2";
    BOOKED = "SELECT payout, tax, platform_fee, method_fee FROM refund
        WHERE project_id = $1 AND payment_id = $2 AND state = 'succeeded' ORDER BY +refund_id";
    SUCCEED = "UPDATE refund SET state = 'succeeded', payout = $3, tax = $4, platform_fee = $5, method_fee = $6,
            updated_at = $7 WHERE project_id = $1 AND refund_id = $2 AND state = 'pending'";
    FAIL = "UPDATE refund SET state = 'failed', updated_at = $3
        WHERE project_id = $1 AND refund_id = $2 AND state = 'pending'";
    OPEN_OF = "SELECT project_id, refund_id, updated_at FROM refund
        WHERE project_id = $3 AND state = 'pending' AND updated_at <= $1 ORDER BY updated_at LIMIT $2";
    OPEN = "SELECT project_id, refund_id, updated_at FROM refund
        WHERE state = 'pending' AND updated_at <= $1 ORDER BY updated_at LIMIT $2";
    TOUCH = "UPDATE refund SET updated_at = $4
        WHERE project_id = $1 AND refund_id = $2 AND updated_at = $3 AND state = 'pending'";
}

/// Adds a refund whose amount was reserved in the same transaction.
pub fn insert(tx: &mut Tx<'_>, r: &Refund, now: Time) -> Result<(), StoreError> {
    let values = [
        r.project.get().into(),
        r.id.get().into(),
        r.payment.get().into(),
        r.state.name().into(),
        r.amount.currency.code().into(),
        r.amount.minor.into(),
        (&r.reason).into(),
        r.partial.into(),
        r.chargeback.into(),
        now.0.into(),
    ];
    tx.execute(INSERT, &values).map(drop)
}

/// A refund. Its bookkeeping entry has the refund's own number.
pub fn find(tx: &mut Tx<'_>, project: ProjectId, id: RefundId) -> Result<Option<Refund>, StoreError> {
    let Some(row) = tx.row(FIND, &[project.get().into(), id.get().into()])? else { return Ok(None) };
    Ok(Some(Refund {
        project,
        id,
        payment: row.numbered(0, PaymentId::new)?,
        state: row.named(1, RefundState::from_name)?,
        amount: Money::new(row.int(3)?, row.named(2, Currency::from_code)?),
        reason: row.text(4)?,
        partial: row.flag(5)?,
        chargeback: row.flag(6)?,
        entry: EntryId::new(id.get()).ok_or_else(|| StoreError::Corrupt("a refund without an id".into()))?,
    }))
}

/// The parts of a payment's refunds that went through, oldest first.
pub fn booked(tx: &mut Tx<'_>, project: ProjectId, payment: PaymentId) -> Result<Vec<[i64; 4]>, StoreError> {
    let row = |r: &Row| Ok([r.int(0)?, r.int(1)?, r.int(2)?, r.int(3)?]);
    tx.rows(BOOKED, &[project.get().into(), payment.get().into()])?.iter().map(row).collect()
}

/// Notes that the money went back, and what it was made of; `false` when that
/// is noted already.
pub fn succeed(tx: &mut Tx<'_>, refund: &Refund, parts: &Breakdown, now: Time) -> Result<bool, StoreError> {
    let [payout, tax, platform, method] = parts.parts();
    let values = [
        refund.project.get().into(),
        refund.id.get().into(),
        payout.into(),
        tax.into(),
        platform.into(),
        method.into(),
        now.0.into(),
    ];
    Ok(tx.execute(SUCCEED, &values)? == 1)
}

/// Notes that the money did not go back; `false` when that is noted already.
pub fn fail(tx: &mut Tx<'_>, refund: &Refund, now: Time) -> Result<bool, StoreError> {
    Ok(tx.execute(FAIL, &[refund.project.get().into(), refund.id.get().into(), now.0.into()])? == 1)
}

/// Refunds of any project whose outcome is open and that nobody looked at since
/// `before`, oldest first, with the time they were looked at last.
pub fn open(tx: &mut Tx<'_>, before: Time, limit: i64) -> Result<Vec<(ProjectId, RefundId, Time)>, StoreError> {
    seen(tx.rows(OPEN, &[before.0.into(), limit.into()])?)
}

/// The same, of one project.
pub fn open_of(
    tx: &mut Tx<'_>,
    project: ProjectId,
    before: Time,
    limit: i64,
) -> Result<Vec<(ProjectId, RefundId, Time)>, StoreError> {
    seen(tx.rows(OPEN_OF, &[before.0.into(), limit.into(), project.get().into()])?)
}

fn seen(rows: Vec<Row>) -> Result<Vec<(ProjectId, RefundId, Time)>, StoreError> {
    let row = |r: &Row| Ok((r.numbered(0, ProjectId::new)?, r.numbered(1, RefundId::new)?, Time(r.int(2)?)));
    rows.iter().map(row).collect()
}

/// Takes an open refund to look at it; `false` when someone else did.
pub fn touch(tx: &mut Tx<'_>, project: ProjectId, id: RefundId, seen: Time, now: Time) -> Result<bool, StoreError> {
    Ok(tx.execute(TOUCH, &[project.get().into(), id.get().into(), seen.0.into(), now.0.into()])? == 1)
}
