//! Payments and attempts. Every change names the state it starts from, so that
//! two who are at it at one time cannot both have their way.

use crate::engine::Row;
use crate::merchant::{tax_kind, tax_kind_name};
use crate::{StoreError, Tx};
use coinslot_domain::id::{AttemptId, MerchantId, OrderId, PaymentId, ProjectId};
use coinslot_domain::money::{BasisPoints, Currency, Money};
use coinslot_domain::payment::{
    AttemptState, Breakdown, Decline, Notified, Payment, PaymentEvent, PaymentState, Stand,
};
use coinslot_domain::tax::Tax;
use coinslot_domain::time::Time;

statements! {
    INSERT = "INSERT INTO payment (project_id, payment_id, order_id, token_hash, state, attempt_id, method, card,
            currency, amount, tax_kind, tax_rate, tax, platform_fee, method_fee, payout, reserved, refunded, dry_run,
            notified, created_at, paid_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 0, 0, $17, $18, $19, $20)
        ON CONFLICT (project_id, token_hash) DO NOTHING";
    FIND = "SELECT project_id, payment_id, order_id, state, attempt_id, method, card, decline, currency, amount,
            tax_kind, tax_rate, tax, platform_fee, method_fee, payout, reserved, refunded, dry_run, notified,
            created_at, paid_at FROM payment WHERE project_id = $1 AND payment_id = $2";
    LOCK = "SELECT project_id, payment_id, order_id, state, attempt_id, method, card, decline, currency, amount,
            tax_kind, tax_rate, tax, platform_fee, method_fee, payout, reserved, refunded, dry_run, notified,
            created_at, paid_at FROM payment WHERE project_id = $1 AND payment_id = $2 FOR UPDATE";
    OF_TOKEN = "SELECT project_id, payment_id, order_id, state, attempt_id, method, card, decline, currency, amount,
            tax_kind, tax_rate, tax, platform_fee, method_fee, payout, reserved, refunded, dry_run, notified,
            created_at, paid_at FROM payment WHERE project_id = $1 AND token_hash = $2";
    STAND = "SELECT payment_id, state, notified FROM payment WHERE project_id = $1 AND token_hash = $2";
    PROJECT_OF = "SELECT p.project_id FROM payment p WHERE p.payment_id = $2 AND p.project_id IN
        (SELECT j.project_id FROM project j WHERE j.merchant_id = $1)";
    RECENT = "SELECT project_id, payment_id, order_id, state, attempt_id, method, card, decline, currency, amount,
            tax_kind, tax_rate, tax, platform_fee, method_fee, payout, reserved, refunded, dry_run, notified,
            created_at, paid_at FROM payment WHERE project_id = $1 ORDER BY created_at DESC, payment_id DESC LIMIT $2";
    OF_USER = "SELECT p.project_id, p.payment_id, p.order_id, p.state, p.attempt_id, p.method, p.card, p.decline,
            p.currency, p.amount, p.tax_kind, p.tax_rate, p.tax, p.platform_fee, p.method_fee, p.payout, p.reserved,
            p.refunded, p.dry_run, p.notified, p.created_at, p.paid_at FROM orders o CROSS JOIN payment p
        WHERE o.project_id = $1 AND o.user_id = $2 AND p.project_id = $1 AND p.payment_id = o.payment_id
            AND p.paid_at IS NOT NULL ORDER BY p.payment_id DESC LIMIT $3";
    ADVANCE = "UPDATE payment SET state = $4, decline = $5, paid_at = $6, notified = $7
        WHERE project_id = $1 AND payment_id = $2 AND state = $3 AND attempt_id = $8";
    RETRY = "UPDATE payment SET state = $4, attempt_id = $5, method = $6, card = $7, decline = NULL
        WHERE project_id = $1 AND payment_id = $2 AND state = $3 AND attempt_id = $8";
    NOTIFIED = "UPDATE payment SET notified = $3
        WHERE project_id = $1 AND payment_id = $2 AND notified <> 'delivered'";
    RESERVE = "UPDATE payment SET reserved = reserved + $3
        WHERE project_id = $1 AND payment_id = $2 AND reserved + $3 <= amount";
    RELEASE = "UPDATE payment SET reserved = reserved - $3
        WHERE project_id = $1 AND payment_id = $2 AND reserved - $3 >= refunded";
    REFUNDED = "UPDATE payment SET refunded = refunded + $3, state = $5
        WHERE project_id = $1 AND payment_id = $2 AND state = $4 AND refunded = $6 AND refunded + $3 <= reserved";
    INSERT_ATTEMPT = "INSERT INTO attempt (project_id, attempt_id, payment_id, state, method, card_token, keep,
            created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)";
    FIND_ATTEMPT = "SELECT payment_id, state, method, card_token, keep FROM attempt
        WHERE project_id = $1 AND attempt_id = $2";
    ATTEMPT_MOVED = "SELECT updated_at FROM attempt WHERE project_id = $1 AND attempt_id = $2";
    ADVANCE_ATTEMPT = "UPDATE attempt SET state = $4, decline = $5, updated_at = $6
        WHERE project_id = $1 AND attempt_id = $2 AND state = $3";
    TOUCH_ATTEMPT = "UPDATE attempt SET updated_at = $4
        WHERE project_id = $1 AND attempt_id = $2 AND updated_at = $3 AND state IN ('pending', 'challenged')";
    OPEN_ATTEMPTS_OF = "SELECT project_id, attempt_id, updated_at FROM attempt
        WHERE project_id = $4 AND state IN ('pending', 'challenged')
            AND ((state = 'pending' AND updated_at <= $1) OR (state = 'challenged' AND updated_at <= $2))
        ORDER BY updated_at LIMIT $3";
    OPEN_ATTEMPTS = "SELECT project_id, attempt_id, updated_at FROM attempt
        WHERE state IN ('pending', 'challenged')
            AND ((state = 'pending' AND updated_at <= $1) OR (state = 'challenged' AND updated_at <= $2))
        ORDER BY updated_at LIMIT $3";
}

/// One try to take the money of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Where it lives.
    pub project: ProjectId,
    /// Its id; the key by which a gateway knows it again.
    pub id: AttemptId,
    /// What it is to pay.
    pub payment: PaymentId,
    /// Where it stands.
    pub state: AttemptState,
    /// The method's number.
    pub method: i64,
    /// The gateway's name for the card.
    pub card_token: Option<String>,
    /// Whether the way to pay is saved once it has paid.
    pub keep: bool,
}

/// Adds the payment of a token. `false` when the token has one already: then
/// nothing was changed.
pub fn insert(tx: &mut Tx<'_>, p: &Payment, token_hash: &str) -> Result<bool, StoreError> {
    let b = &p.breakdown;
    let values = [
        p.project.get().into(),
        p.id.get().into(),
        p.order.get().into(),
        token_hash.into(),
        p.state.name().into(),
        p.attempt.get().into(),
        p.method.into(),
        (&p.card).into(),
        b.payment.currency.code().into(),
        b.payment.minor.into(),
        tax_kind_name(b.tax_rule.kind).into(),
        b.tax_rule.rate.0.into(),
        b.tax.minor.into(),
        b.platform_fee.minor.into(),
        b.method_fee.minor.into(),
        b.payout.minor.into(),
        p.dry_run.into(),
        p.notified.name().into(),
        p.created_at.0.into(),
        p.paid_at.map(|at| at.0).into(),
    ];
    tx.change(INSERT, &values)
}

/// A payment.
pub fn find(tx: &mut Tx<'_>, project: ProjectId, id: PaymentId) -> Result<Option<Payment>, StoreError> {
    tx.row(FIND, &[project.get().into(), id.get().into()])?.as_ref().map(payment).transpose()
}

/// A payment, held until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, project: ProjectId, id: PaymentId) -> Result<Option<Payment>, StoreError> {
    tx.row(LOCK, &[project.get().into(), id.get().into()])?.as_ref().map(payment).transpose()
}

/// The payment made with a token.
pub fn of_token(tx: &mut Tx<'_>, project: ProjectId, token_hash: &str) -> Result<Option<Payment>, StoreError> {
    tx.row(OF_TOKEN, &[project.get().into(), token_hash.into()])?.as_ref().map(payment).transpose()
}

/// Which payment was made with a token, and where it stands.
pub fn stand(tx: &mut Tx<'_>, project: ProjectId, token_hash: &str) -> Result<Option<(PaymentId, Stand)>, StoreError> {
    let Some(row) = tx.row(STAND, &[project.get().into(), token_hash.into()])? else { return Ok(None) };
    let state = row.named(1, PaymentState::from_name)?;
    let stand = Stand { state, notified: row.named(2, Notified::from_name)? };
    Ok(Some((row.numbered(0, PaymentId::new)?, stand)))
}

/// The project of one of a merchant's payments.
pub fn project_of(tx: &mut Tx<'_>, merchant: MerchantId, id: PaymentId) -> Result<Option<ProjectId>, StoreError> {
    tx.row(PROJECT_OF, &[merchant.get().into(), id.get().into()])?.map(|r| r.numbered(0, ProjectId::new)).transpose()
}

/// The last payments of a project, newest first.
pub fn recent(tx: &mut Tx<'_>, project: ProjectId, limit: i64) -> Result<Vec<Payment>, StoreError> {
    tx.rows(RECENT, &[project.get().into(), limit.into()])?.iter().map(payment).collect()
}

/// The last payments of a player that were captured, newest first.
pub fn of_user(tx: &mut Tx<'_>, project: ProjectId, user: &str, limit: i64) -> Result<Vec<Payment>, StoreError> {
    tx.rows(OF_USER, &[project.get().into(), user.into(), limit.into()])?.iter().map(payment).collect()
}

/// What is new about a payment when it moves on.
#[derive(Clone, Copy, Debug, Default)]
pub struct News {
    /// Why it was declined.
    pub decline: Option<Decline>,
    /// When the money was taken.
    pub paid_at: Option<Time>,
    /// Whether the game is to be told.
    pub notified: Option<Notified>,
}

/// Moves a payment on; `None` when the domain refuses or someone was faster.
pub fn advance(
    tx: &mut Tx<'_>,
    payment: Payment,
    event: PaymentEvent,
    news: News,
) -> Result<Option<Payment>, StoreError> {
    let Some(next) = payment.state.after(event) else { return Ok(None) };
    let moved = Payment {
        state: next,
        decline: news.decline,
        paid_at: news.paid_at.or(payment.paid_at),
        notified: news.notified.unwrap_or(payment.notified),
        ..payment
    };
    let values = [
        moved.project.get().into(),
        moved.id.get().into(),
        payment.state.name().into(),
        next.name().into(),
        moved.decline.map(Decline::name).into(),
        moved.paid_at.map(|t| t.0).into(),
        moved.notified.name().into(),
        moved.attempt.get().into(),
    ];
    Ok(tx.change(ADVANCE, &values)?.then_some(moved))
}

/// Gives a declined payment a new attempt; `None` when it is not declined or
/// someone was faster.
pub fn retry(
    tx: &mut Tx<'_>,
    payment: Payment,
    attempt: AttemptId,
    method: i64,
    card: Option<String>,
) -> Result<Option<Payment>, StoreError> {
    let Some(next) = payment.state.after(PaymentEvent::Retried) else { return Ok(None) };
    let values = [
        payment.project.get().into(),
        payment.id.get().into(),
        payment.state.name().into(),
        next.name().into(),
        attempt.get().into(),
        method.into(),
        (&card).into(),
        payment.attempt.get().into(),
    ];
    let moved = tx.execute(RETRY, &values)? == 1;
    Ok(moved.then_some(Payment { state: next, attempt, method, card, decline: None, ..payment }))
}

/// Notes whether the game knows of a payment. What it acknowledged once it
/// knows, whatever it answers to a replay.
pub fn set_notified(tx: &mut Tx<'_>, project: ProjectId, id: PaymentId, notified: Notified) -> Result<(), StoreError> {
    tx.put(NOTIFIED, &[project.get().into(), id.get().into(), notified.name().into()])
}

/// Sets money aside for a refund; `false` when less than that is left.
pub fn reserve(tx: &mut Tx<'_>, payment: &Payment, amount: Money) -> Result<bool, StoreError> {
    Ok(tx.execute(RESERVE, &[payment.project.get().into(), payment.id.get().into(), amount.minor.into()])? == 1)
}

/// Undoes a reservation whose refund did not happen.
pub fn release(tx: &mut Tx<'_>, payment: &Payment, amount: Money) -> Result<bool, StoreError> {
    Ok(tx.execute(RELEASE, &[payment.project.get().into(), payment.id.get().into(), amount.minor.into()])? == 1)
}

/// Counts a refund whose money went back; `None` when the domain refuses, it
/// was not reserved or someone was faster.
pub fn refunded(tx: &mut Tx<'_>, payment: Payment, amount: Money) -> Result<Option<Payment>, StoreError> {
    let whole = payment.refunded.minor + amount.minor == payment.breakdown.payment.minor;
    let event = if whole { PaymentEvent::FullyRefunded } else { PaymentEvent::PartlyRefunded };
    gone_back(tx, payment, amount, event)
}

/// Counts what the bank called back: all that was left. `None` as above.
pub fn charged_back(tx: &mut Tx<'_>, payment: Payment, amount: Money) -> Result<Option<Payment>, StoreError> {
    gone_back(tx, payment, amount, PaymentEvent::ChargedBack)
}

fn gone_back(
    tx: &mut Tx<'_>,
    payment: Payment,
    amount: Money,
    event: PaymentEvent,
) -> Result<Option<Payment>, StoreError> {
    let Some(next) = payment.state.after(event) else { return Ok(None) };
    let values = [
        payment.project.get().into(),
        payment.id.get().into(),
        amount.minor.into(),
        payment.state.name().into(),
        next.name().into(),
        payment.refunded.minor.into(),
    ];
    let refunded = Money::new(payment.refunded.minor + amount.minor, amount.currency);
    Ok((tx.execute(REFUNDED, &values)? == 1).then_some(Payment { state: next, refunded, ..payment }))
}

/// Adds an attempt.
pub fn insert_attempt(tx: &mut Tx<'_>, a: &Attempt, now: Time) -> Result<(), StoreError> {
    let values = [
        a.project.get().into(),
        a.id.get().into(),
        a.payment.get().into(),
        a.state.name().into(),
        a.method.into(),
        (&a.card_token).into(),
        a.keep.into(),
        now.0.into(),
    ];
    tx.put(INSERT_ATTEMPT, &values)
}

/// An attempt.
pub fn find_attempt(tx: &mut Tx<'_>, project: ProjectId, id: AttemptId) -> Result<Option<Attempt>, StoreError> {
    let Some(row) = tx.row(FIND_ATTEMPT, &[project.get().into(), id.get().into()])? else { return Ok(None) };
    Ok(Some(Attempt {
        project,
        id,
        payment: row.numbered(0, PaymentId::new)?,
        state: row.named(1, AttemptState::from_name)?,
        method: row.int(2)?,
        card_token: row.maybe_text(3)?,
        keep: row.flag(4)?,
    }))
}

/// When an attempt was changed last.
pub fn attempt_moved(tx: &mut Tx<'_>, a: &Attempt) -> Result<Option<Time>, StoreError> {
    tx.row(ATTEMPT_MOVED, &[a.project.get().into(), a.id.get().into()])?.map(|r| r.int(0).map(Time)).transpose()
}

/// Moves an attempt on; `false` when the domain refuses or someone was faster.
pub fn advance_attempt(
    tx: &mut Tx<'_>,
    attempt: &Attempt,
    event: PaymentEvent,
    decline: Option<Decline>,
    now: Time,
) -> Result<bool, StoreError> {
    let Some(next) = attempt.state.after(event) else { return Ok(false) };
    let values = [
        attempt.project.get().into(),
        attempt.id.get().into(),
        attempt.state.name().into(),
        next.name().into(),
        decline.map(Decline::name).into(),
        now.0.into(),
    ];
    tx.change(ADVANCE_ATTEMPT, &values)
}

/// Attempts of any project whose outcome is open and that nobody looked at
/// since `pending`, or since `challenged` for those that wait for the player,
/// oldest first, with the time they were looked at last.
pub fn open_attempts(
    tx: &mut Tx<'_>,
    pending: Time,
    challenged: Time,
    limit: i64,
) -> Result<Vec<(ProjectId, AttemptId, Time)>, StoreError> {
    seen(tx.rows(OPEN_ATTEMPTS, &[pending.0.into(), challenged.0.into(), limit.into()])?)
}

/// The same, of one project.
pub fn open_attempts_of(
    tx: &mut Tx<'_>,
    project: ProjectId,
    pending: Time,
    challenged: Time,
    limit: i64,
) -> Result<Vec<(ProjectId, AttemptId, Time)>, StoreError> {
    let values = [pending.0.into(), challenged.0.into(), limit.into(), project.get().into()];
    seen(tx.rows(OPEN_ATTEMPTS_OF, &values)?)
}

fn seen(rows: Vec<Row>) -> Result<Vec<(ProjectId, AttemptId, Time)>, StoreError> {
    let row = |r: &Row| Ok((r.numbered(0, ProjectId::new)?, r.numbered(1, AttemptId::new)?, Time(r.int(2)?)));
    rows.iter().map(row).collect()
}

/// Takes an open attempt to look at it; `false` when someone else did.
pub fn touch_attempt(
    tx: &mut Tx<'_>,
    project: ProjectId,
    id: AttemptId,
    seen: Time,
    now: Time,
) -> Result<bool, StoreError> {
    Ok(tx.execute(TOUCH_ATTEMPT, &[project.get().into(), id.get().into(), seen.0.into(), now.0.into()])? == 1)
}

fn payment(row: &Row) -> Result<Payment, StoreError> {
    let currency = row.named(8, Currency::from_code)?;
    let money = |column: usize| Ok::<_, StoreError>(Money::new(row.int(column)?, currency));
    Ok(Payment {
        project: row.numbered(0, ProjectId::new)?,
        id: row.numbered(1, PaymentId::new)?,
        order: row.numbered(2, OrderId::new)?,
        state: row.named(3, PaymentState::from_name)?,
        attempt: row.numbered(4, AttemptId::new)?,
        method: row.int(5)?,
        card: row.maybe_text(6)?,
        decline: row.maybe_text(7)?.as_deref().and_then(Decline::from_name),
        breakdown: Breakdown {
            payment: money(9)?,
            tax_rule: Tax { kind: row.named(10, tax_kind)?, rate: BasisPoints(row.int(11)?) },
            tax: money(12)?,
            platform_fee: money(13)?,
            method_fee: money(14)?,
            payout: money(15)?,
        },
        reserved: money(16)?,
        refunded: money(17)?,
        dry_run: row.flag(18)?,
        notified: row.named(19, Notified::from_name)?,
        created_at: Time(row.int(20)?),
        paid_at: row.maybe_int(21)?.map(Time),
    })
}
