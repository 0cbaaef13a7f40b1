//! Players, and what changed their virtual currency.

use crate::engine::{Row, Value};
use crate::{StoreError, Tx, ledger};
use coinslot_domain::id::{CouponId, OperationId, PaymentId, ProjectId};
use coinslot_domain::money::{Currency, Money};
use coinslot_domain::time::Time;
use coinslot_domain::wallet::{MOST, Operation, OperationKind, OperationStatus, Player};

statements! {
    INSERT = "INSERT INTO player (project_id, user_id, name, name_key, custom, email, email_key, enabled, balance,
            operations, registered_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, $9)
        ON CONFLICT (project_id, user_id) DO NOTHING";
    FIND = "SELECT user_id, name, custom, email, enabled, balance, registered_at FROM player
        WHERE project_id = $1 AND user_id = $2";
    LOCK = "SELECT user_id, name, custom, email, enabled, balance, registered_at FROM player
        WHERE project_id = $1 AND user_id = $2 FOR UPDATE";
    UPDATE = "UPDATE player SET name = $3, name_key = $4, custom = $5, email = $6, email_key = $7, enabled = $8
        WHERE project_id = $1 AND user_id = $2";
    LIST = "SELECT user_id, name, custom, email, enabled, balance, registered_at FROM player
        WHERE project_id = $1 AND ($2 = '' OR user_id = $2 OR name_key LIKE $3 ESCAPE '!')
            AND ($4 = '' OR email_key = $4)
        ORDER BY registered_at, user_id LIMIT $5 OFFSET $6";
    COUNT = "SELECT COUNT(user_id) FROM player
        WHERE project_id = $1 AND ($2 = '' OR user_id = $2 OR name_key LIKE $3 ESCAPE '!')
            AND ($4 = '' OR email_key = $4)";
    MOVE = "UPDATE player SET balance = balance + $3, operations = operations + 1
        WHERE project_id = $1 AND user_id = $2 AND balance + $3 >= 0 AND balance + $3 <= $4";
    MOVED = "SELECT balance, operations FROM player WHERE project_id = $1 AND user_id = $2";
    BOOK = "INSERT INTO operation (project_id, user_id, seq, operation_id, kind, status, amount, balance, payment_id,
            coupon_id, coupon_code, currency, sum, note, booked_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    BOOKED = "SELECT balance FROM operation WHERE project_id = $1 AND operation_id = $2";
    OPERATIONS = "SELECT o.operation_id, o.kind, o.status, o.amount, o.payment_id, o.coupon_id, o.coupon_code,
            o.currency, o.sum, o.note, o.booked_at, o.balance, p.notified
        FROM operation o LEFT JOIN payment p ON p.project_id = $1 AND p.payment_id = o.payment_id
        WHERE o.project_id = $1 AND o.user_id = $2 AND o.booked_at >= $3 AND o.booked_at < $4
            AND ($5 = '' OR o.kind = $5)
        ORDER BY o.seq DESC";
    DISABLED = "SELECT user_id FROM player WHERE project_id = $1 AND enabled = 0 ORDER BY user_id LIMIT $2";
    OFF = "SELECT p.user_id, p.balance, CAST(COALESCE(SUM(o.amount), 0) AS BIGINT)
        FROM player p LEFT JOIN operation o ON o.project_id = $1 AND o.user_id = p.user_id
        WHERE p.project_id = $1 GROUP BY p.user_id, p.balance
        HAVING p.balance <> COALESCE(SUM(o.amount), 0) ORDER BY p.user_id";
}

/// Adds a player, with a balance of nothing; `false` when the project knows one
/// of this id.
pub fn insert(tx: &mut Tx<'_>, p: &Player) -> Result<bool, StoreError> {
    if !p.enabled {
        tx.changes_known();
    }
    Ok(tx.execute(INSERT, &values(p))? == 1)
}

/// Adds a player, unless the project knows one of this id.
pub fn register(tx: &mut Tx<'_>, p: &Player) -> Result<(), StoreError> {
    tx.put(INSERT, &values(p))
}

fn values(p: &Player) -> [Value<'_>; 9] {
    [
        p.project.get().into(),
        (&p.user).into(),
        (&p.name).into(),
        key(p.name.as_ref()),
        (&p.custom).into(),
        (&p.email).into(),
        key(p.email.as_ref()),
        p.enabled.into(),
        p.registered_at.0.into(),
    ]
}

/// What a text is searched by.
fn key(text: Option<&String>) -> Value<'static> {
    text.map_or(Value::Null, |t| t.to_lowercase().into())
}

/// Sees to it that there is such a player, and holds its row: whoever changes
/// what a player owns comes by here first, so that such changes queue.
pub fn ensure(tx: &mut Tx<'_>, project: ProjectId, user: &str, now: Time) -> Result<Player, StoreError> {
    if let Some(player) = lock(tx, project, user)? {
        return Ok(player);
    }
    insert(tx, &Player::new(project, user, now))?;
    lock(tx, project, user)?.ok_or_else(|| StoreError::Corrupt(format!("player {user:?} is not there")))
}

/// A player.
pub fn find(tx: &mut Tx<'_>, project: ProjectId, user: &str) -> Result<Option<Player>, StoreError> {
    tx.row(FIND, &[project.get().into(), user.into()])?.map(|r| player(project, &r)).transpose()
}

/// A player, held until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, project: ProjectId, user: &str) -> Result<Option<Player>, StoreError> {
    tx.row(LOCK, &[project.get().into(), user.into()])?.map(|r| player(project, &r)).transpose()
}

fn player(project: ProjectId, r: &Row) -> Result<Player, StoreError> {
    Ok(Player {
        project,
        user: r.text(0)?,
        name: r.maybe_text(1)?,
        custom: r.maybe_text(2)?,
        email: r.maybe_text(3)?,
        enabled: r.flag(4)?,
        balance: r.int(5)?,
        registered_at: Time(r.int(6)?),
    })
}

/// Players that are disabled, at most `limit` of them.
pub fn disabled(tx: &mut Tx<'_>, project: ProjectId, limit: i64) -> Result<Vec<String>, StoreError> {
    tx.rows(DISABLED, &[project.get().into(), limit.into()])?.iter().map(|r| r.text(0)).collect()
}

/// Changes what is known of a player: everything but the balance and when it
/// was registered.
pub fn update(tx: &mut Tx<'_>, p: &Player) -> Result<(), StoreError> {
    let values = [
        p.project.get().into(),
        (&p.user).into(),
        (&p.name).into(),
        key(p.name.as_ref()),
        (&p.custom).into(),
        (&p.email).into(),
        key(p.email.as_ref()),
        p.enabled.into(),
    ];
    tx.changes_known();
    tx.execute(UPDATE, &values).map(drop)
}

/// Which players to list; nothing means all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Exactly this id, or a part of the name in any case.
    pub requisites: Option<String>,
    /// This address, in any case.
    pub email: Option<String>,
}

/// Players in the order in which they were registered, then by id: `limit` of
/// them after the first `offset`; and how many there are in all.
pub fn list(
    tx: &mut Tx<'_>,
    project: ProjectId,
    filter: &Filter,
    limit: i64,
    offset: i64,
) -> Result<(i64, Vec<Player>), StoreError> {
    let requisites = filter.requisites.as_deref().unwrap_or_default();
    let part = requisites.to_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_");
    let email = filter.email.as_deref().unwrap_or_default().to_lowercase();
    let values: [Value<'_>; 4] = [project.get().into(), requisites.into(), format!("%{part}%").into(), email.into()];
    let total = tx.row(COUNT, &values)?.map_or(Ok(0), |r| r.int(0))?;
    let [a, b, c, d] = values;
    let rows = tx.rows(LIST, &[a, b, c, d, limit.into(), offset.into()])?;
    Ok((total, rows.iter().map(|r| player(project, r)).collect::<Result<_, _>>()?))
}

/// Books an operation: moves the balance of a player who is there, notes the
/// entry in the ledger, and answers with the balance after it. `None`, and
/// nothing is changed, when the balance would fall below zero or rise above
/// [`MOST`]. Booking one that is booked changes nothing.
pub fn book(tx: &mut Tx<'_>, o: &Operation) -> Result<Option<i64>, StoreError> {
    if let Some(balance) = booked(tx, o)? {
        return Ok(Some(balance));
    }
    let (project, user) = (Value::from(o.project.get()), Value::from(&o.user));
    if tx.execute(MOVE, &[project.clone(), user.clone(), o.amount.into(), MOST.into()])? != 1 {
        return Ok(None);
    }
    let lost = || StoreError::Corrupt(format!("player {:?} is not there", o.user));
    let moved = tx.row(MOVED, &[project.clone(), user.clone()])?.ok_or_else(lost)?;
    let (balance, seq) = (moved.int(0)?, moved.int(1)?);
    let values = [
        project,
        user,
        seq.into(),
        o.id.get().into(),
        o.kind.name().into(),
        o.status.name().into(),
        o.amount.into(),
        balance.into(),
        o.payment.map(PaymentId::get).into(),
        o.coupon.as_ref().map(|(id, _)| id.get()).into(),
        o.coupon.as_ref().map(|(_, code)| code.as_str()).into(),
        o.paid.map(|m| m.currency.code()).into(),
        o.paid.map(|m| m.minor).into(),
        (&o.comment).into(),
        o.at.0.into(),
    ];
    tx.execute(BOOK, &values)?;
    if let Some(entry) = o.entry() {
        ledger::append(tx, &entry)?;
    }
    Ok(Some(balance))
}

/// The balance that an operation left; `None` while it is not booked.
pub fn booked(tx: &mut Tx<'_>, o: &Operation) -> Result<Option<i64>, StoreError> {
    tx.row(BOOKED, &[o.project.get().into(), o.id.get().into()])?.map(|r| r.int(0)).transpose()
}

/// An operation, and the balance that it left.
pub type Booked = (Operation, i64);

/// The operations of a player in `[from, to)`, newest first; of one kind if it
/// is given.
pub fn operations(
    tx: &mut Tx<'_>,
    project: ProjectId,
    user: &str,
    from: Time,
    to: Time,
    kind: Option<OperationKind>,
) -> Result<Vec<Booked>, StoreError> {
    let kind = kind.map_or("", OperationKind::name);
    let values = [project.get().into(), user.into(), from.0.into(), to.0.into(), kind.into()];
    tx.rows(OPERATIONS, &values)?.iter().map(|r| operation(project, user, r)).collect()
}

fn operation(project: ProjectId, user: &str, r: &Row) -> Result<Booked, StoreError> {
    let kind = r.named(1, OperationKind::from_name)?;
    let status = r.named(2, OperationStatus::from_name)?;
    let told = kind == OperationKind::Payment && r.maybe_text(12)?.as_deref() == Some("delivered");
    let coupon = match r.maybe_int(5)? {
        Some(_) => Some((r.numbered(5, CouponId::new)?, r.text(6)?)),
        None => None,
    };
    let paid = match r.maybe_text(7)? {
        Some(_) => Some(Money::new(r.int(8)?, r.named(7, Currency::from_code)?)),
        None => None,
    };
    let operation = Operation {
        project,
        user: user.to_string(),
        id: r.numbered(0, OperationId::new)?,
        kind,
        status: if told { OperationStatus::Notified } else { status },
        amount: r.int(3)?,
        payment: r.maybe_int(4)?.and_then(PaymentId::new),
        coupon,
        paid,
        comment: r.maybe_text(9)?,
        at: Time(r.int(10)?),
    };
    Ok((operation, r.int(11)?))
}

/// Players whose balance is not what their operations add up to, with both:
/// there must be none.
pub fn off(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<(String, i64, i64)>, StoreError> {
    tx.rows(OFF, &[project.get().into()])?.iter().map(|r| Ok((r.text(0)?, r.int(1)?, r.int(2)?))).collect()
}
