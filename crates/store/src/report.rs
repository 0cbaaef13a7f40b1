//! Looking payments and bookings up by what merchants know of them.
//!
//! Lists come in the order in which things happened, by keys that never change,
//! and go on behind the last key: what arrives or changes while somebody pages
//! neither repeats nor vanishes.

use crate::engine::{Row, Value};
use crate::merchant::tax_kind;
use crate::{StoreError, Tx};
use coinslot_domain::id::{EntryId, PaymentId, ProjectId};
use coinslot_domain::report::Range;
use coinslot_domain::tax::TaxKind;
use coinslot_domain::time::Time;

/// What each search asks for besides the way it is found: the place to go on
/// from, the range, whether sandbox payments count, states and parameters.
macro_rules! search {
    ($from:literal, $time:literal, $details:expr) => {
        concat!(
            "SELECT p.created_at, p.payment_id ",
            $from,
            " AND ",
            $time,
            " AND p.dry_run >= $5 AND p.dry_run <= $6 AND ($7 = '' OR $7 LIKE '%|' || p.state || '|%')
            AND ($8 = '' OR ($8 = 'yes' AND p.reserved > p.refunded) OR ($8 = 'no' AND p.reserved = p.refunded))
            AND ($9 = '' OR o.custom_parameters = $9)",
            $details,
            " ORDER BY p.created_at, p.payment_id LIMIT $10"
        )
    };
    // By what a merchant knows of an order, of which there are few: the signs keep
    // SQLite from going through all payments of the time for each of them.
    ($from:literal) => {
        search!(
            $from,
            "(+p.created_at, +p.payment_id) > ($2, $3) AND +p.created_at < $4",
            " AND ($11 = '' OR o.external_id = $11) AND ($12 = '' OR o.user_id = $12)
            AND ($13 = '' OR o.user_email = $13) AND ($14 = '' OR o.user_phone = $14)
            AND ($15 = '' OR o.user_name = $15) AND (p.payment_id = $16 OR CAST($16 AS BIGINT) = 0)"
        )
    };
}

/// Bookings of money, each with its payment and, if it is one, its refund.
macro_rules! booked {
    ($columns:literal, $more:literal, $end:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM posting e CROSS JOIN payment p LEFT JOIN refund f ON f.project_id = $1 AND f.refund_id = e.entry_id ",
            $more,
            " WHERE e.project_id = $1 AND e.seq = 1 AND e.kind <> 'operation'
            AND p.project_id = $1 AND p.payment_id = e.payment_id
            AND (e.booked_at, e.entry_id) > ($2, $3) AND e.booked_at < $4 AND p.dry_run <= $5
            AND ($6 = '' OR $6 LIKE '%|' || e.kind || ':' || COALESCE(f.partial, 0) || '|%')
            AND ($7 = '' OR p.currency = $7) ",
            $end
        )
    };
}

statements! {
    BY_TIME = search!("FROM payment p CROSS JOIN orders o
        WHERE p.project_id = $1 AND o.project_id = $1 AND o.order_id = p.order_id",
        "(p.created_at, p.payment_id) > ($2, $3) AND p.created_at < $4", "");
    BY_ID = search!("FROM payment p CROSS JOIN orders o
        WHERE p.project_id = $1 AND p.payment_id = $16 AND o.project_id = $1 AND o.order_id = p.order_id");
    BY_EXTERNAL_ID = search!("FROM orders o CROSS JOIN payment p
        WHERE o.project_id = $1 AND o.external_id = $11 AND p.project_id = $1 AND p.payment_id = o.payment_id");
    BY_USER = search!("FROM orders o CROSS JOIN payment p
        WHERE o.project_id = $1 AND o.user_id = $12 AND p.project_id = $1 AND p.payment_id = o.payment_id");
    BY_EMAIL = search!("FROM contact c CROSS JOIN orders o CROSS JOIN payment p
        WHERE c.project_id = $1 AND c.kind = 'email' AND c.content = $13 AND o.project_id = $1
            AND o.user_id = c.user_id AND p.project_id = $1 AND p.payment_id = o.payment_id");
    BY_PHONE = search!("FROM contact c CROSS JOIN orders o CROSS JOIN payment p
        WHERE c.project_id = $1 AND c.kind = 'phone' AND c.content = $14 AND o.project_id = $1
            AND o.user_id = c.user_id AND p.project_id = $1 AND p.payment_id = o.payment_id");
    BY_NAME = search!("FROM contact c CROSS JOIN orders o CROSS JOIN payment p
        WHERE c.project_id = $1 AND c.kind = 'name' AND c.content = $15 AND o.project_id = $1
            AND o.user_id = c.user_id AND p.project_id = $1 AND p.payment_id = o.payment_id");
    BOOKED = booked!("e.booked_at, e.entry_id, e.kind, e.payment_id, COALESCE(f.partial, 0)", "",
        "ORDER BY e.booked_at, e.entry_id LIMIT $8");
    TOTALS = booked!("t.currency, t.debit, t.credit, p.tax_kind, CAST(SUM(t.amount) AS BIGINT),
            CAST(SUM(CASE WHEN t.seq = 1 AND e.kind = 'capture' THEN 1 ELSE 0 END) AS BIGINT)",
        "JOIN posting t ON t.project_id = $1 AND t.entry_id = e.entry_id",
        "GROUP BY t.currency, t.debit, t.credit, p.tax_kind ORDER BY t.currency, t.debit, t.credit, p.tax_kind");
    PARTS = "SELECT debit, credit, amount FROM posting WHERE project_id = $1 AND entry_id = $2 ORDER BY seq";
    REASON = "SELECT reason FROM refund WHERE project_id = $1 AND payment_id = $2 AND state = 'succeeded'
        ORDER BY updated_at DESC, refund_id DESC LIMIT 1";
    FIRST = "SELECT MIN(booked_at) FROM posting
        WHERE project_id = $1 AND seq = 1 AND kind <> 'operation'";
    CURRENCIES = "SELECT DISTINCT currency FROM balance WHERE project_id = $1 AND account = 'gateway' ORDER BY currency";
}

/// A place in a list: when, and which.
pub type Place = (Time, i64);

/// Which payments to look for. What is empty does not matter.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Sandbox payments: `Some(true)` for those only, `Some(false)` for none.
    pub dry_run: Option<bool>,
    /// States by name; an empty list is none at all.
    pub states: Option<Vec<&'static str>>,
    /// Whether money is set aside for a refund.
    pub awaiting_refund: Option<bool>,
    /// Its number.
    pub id: Option<PaymentId>,
    /// The game's own id of it.
    pub external_id: String,
    /// The player, by the game's id.
    pub user_id: String,
    /// The player's address.
    pub email: String,
    /// The player's number.
    pub phone: String,
    /// The player's name.
    pub user_name: String,
    /// The token's own parameters, as JSON text.
    pub custom: String,
}

/// Payments of a project that are wanted, in the order in which they began,
/// from behind a place.
pub fn search(
    tx: &mut Tx<'_>,
    project: ProjectId,
    wanted: &Wanted,
    range: Range,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<Place>, StoreError> {
    let sql = match wanted {
        w if w.states.as_ref().is_some_and(Vec::is_empty) => return Ok(vec![]),
        w if w.id.is_some() => BY_ID,
        w if !w.external_id.is_empty() => BY_EXTERNAL_ID,
        w if !w.email.is_empty() => BY_EMAIL,
        w if !w.phone.is_empty() => BY_PHONE,
        w if !w.user_id.is_empty() => BY_USER,
        w if !w.user_name.is_empty() => BY_NAME,
        _ => BY_TIME,
    };
    let (time, id) = begin(range, after);
    let any = |flag: Option<bool>| flag.map_or((0, 1), |f| (i64::from(f), i64::from(f)));
    let (least, most) = any(wanted.dry_run);
    let awaiting = wanted.awaiting_refund.map_or("", |yes| if yes { "yes" } else { "no" });
    let values = [
        project.get().into(),
        time,
        id,
        range.until.0.into(),
        least.into(),
        most.into(),
        wanted.states.as_ref().map_or(String::new(), |names| listed(names)).into(),
        awaiting.into(),
        (&wanted.custom).into(),
        limit.into(),
        (&wanted.external_id).into(),
        (&wanted.user_id).into(),
        (&wanted.email).into(),
        (&wanted.phone).into(),
        (&wanted.user_name).into(),
        wanted.id.map_or(0, PaymentId::get).into(),
    ];
    // Those that follow are what is not known of a payment that only its time tells.
    let values = if sql == BY_TIME { &values[..10] } else { &values[..] };
    tx.rows(sql, values)?.iter().map(|r| Ok((Time(r.int(0)?), r.int(1)?))).collect()
}

/// `|a|b|`, to be searched for `|a|`.
fn listed<T: AsRef<str>>(names: &[T]) -> String {
    names.iter().fold("|".to_string(), |all, name| all + name.as_ref() + "|")
}

/// Behind which key a list begins.
fn begin(range: Range, after: Option<Place>) -> (Value<'static>, Value<'static>) {
    match after.filter(|(time, _)| *time >= range.from) {
        Some((time, id)) => (time.0.into(), id.into()),
        None => (range.from.0.saturating_sub(1).into(), i64::MAX.into()),
    }
}

/// Which bookings to list.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Bookings {
    /// Whether those of sandbox payments count.
    pub dry_run: bool,
    /// Kinds with whether they are partial, as `refund:1`; none for all.
    pub kinds: Option<Vec<String>>,
    /// Only those in this currency.
    pub currency: String,
}

/// A booking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booking {
    /// When, and which.
    pub place: Place,
    /// The kind of its entry.
    pub kind: String,
    /// The payment it is about.
    pub payment: PaymentId,
    /// Whether it gave back a part.
    pub partial: bool,
}

/// Bookings of a project in the order in which they were made, from behind a
/// place.
pub fn booked(
    tx: &mut Tx<'_>,
    project: ProjectId,
    which: &Bookings,
    range: Range,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<Booking>, StoreError> {
    if which.kinds.as_ref().is_some_and(Vec::is_empty) {
        return Ok(vec![]);
    }
    let mut values = bookings(project, which, range, after);
    values.push(limit.into());
    let row = |r: &Row| {
        let (place, payment) = ((Time(r.int(0)?), r.int(1)?), r.numbered(3, PaymentId::new)?);
        Ok(Booking { place, kind: r.text(2)?, payment, partial: r.flag(4)? })
    };
    tx.rows(BOOKED, &values)?.iter().map(row).collect()
}

fn bookings(project: ProjectId, which: &Bookings, range: Range, after: Option<Place>) -> Vec<Value<'_>> {
    let (time, id) = begin(range, after);
    vec![
        project.get().into(),
        time,
        id,
        range.until.0.into(),
        which.dry_run.into(),
        which.kinds.as_ref().map_or(String::new(), |kinds| listed(kinds)).into(),
        (&which.currency).into(),
    ]
}

/// What was moved from one account to another, in minor units, and how many
/// captures began with such a movement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The currency.
    pub currency: String,
    /// The account it arrived at.
    pub debit: String,
    /// The account it left.
    pub credit: String,
    /// The tax that applied to the payments.
    pub tax_kind: TaxKind,
    /// How much.
    pub amount: i64,
    /// Captures among it, each counted once over all movements.
    pub captures: i64,
}

/// What bookings add up to, from the journal itself.
pub fn totals(tx: &mut Tx<'_>, project: ProjectId, which: &Bookings, range: Range) -> Result<Vec<Moved>, StoreError> {
    if which.kinds.as_ref().is_some_and(Vec::is_empty) {
        return Ok(vec![]);
    }
    let row = |r: &Row| {
        let (currency, debit, credit) = (r.text(0)?, r.text(1)?, r.text(2)?);
        let (tax_kind, amount, captures) = (r.named(3, tax_kind)?, r.int(4)?, r.int(5)?);
        Ok(Moved { currency, debit, credit, tax_kind, amount, captures })
    };
    tx.rows(TOTALS, &bookings(project, which, range, None))?.iter().map(row).collect()
}

/// The movements of one booking: debit, credit, minor units.
pub fn parts(tx: &mut Tx<'_>, project: ProjectId, entry: EntryId) -> Result<Vec<(String, String, i64)>, StoreError> {
    let rows = tx.rows(PARTS, &[project.get().into(), entry.get().into()])?;
    rows.iter().map(|r| Ok((r.text(0)?, r.text(1)?, r.int(2)?))).collect()
}

/// Why money of a payment was given back last.
pub fn reason(tx: &mut Tx<'_>, project: ProjectId, payment: PaymentId) -> Result<Option<String>, StoreError> {
    tx.row(REASON, &[project.get().into(), payment.get().into()])?.map(|r| r.text(0)).transpose()
}

/// When a project's first booking was made.
pub fn first(tx: &mut Tx<'_>, project: ProjectId) -> Result<Option<Time>, StoreError> {
    let row = tx.row(FIRST, &[project.get().into()])?;
    Ok(row.map_or(Ok(None), |r| r.maybe_int(0))?.map(Time))
}

/// Currencies that a project has bookings in.
pub fn currencies(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<String>, StoreError> {
    tx.rows(CURRENCIES, &[project.get().into()])?.iter().map(|r| r.text(0)).collect()
}
