//! Subscriptions and their charges.

use crate::engine::{Row, Value};
use crate::plan::{count, expiration, period, period_columns};
use crate::{StoreError, Tx};
use coinslot_domain::id::{AccountId, PaymentId, PlanId, ProductId, ProjectId, SubscriptionId};
use coinslot_domain::money::{Currency, Money};
use coinslot_domain::payment::PaymentState;
use coinslot_domain::plan::Terms;
use coinslot_domain::subscription::{State, Subscription};
use coinslot_domain::time::Time;

statements! {
    INSERT = "INSERT INTO subscription (project_id, subscription_id, user_id, user_name, user_email, user_country,
            custom_parameters, plan_id, product_id, state, period_value, period_unit, currency, amount,
            expiration_value, expiration_unit, trial_days, grace_days, retry_days, anchor, cycle, charges, tries,
            next_charge, due_at, last_charge, expires_at, ended_at, frozen_at, account_id, dry_run, created_at,
            token_hash)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
            $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33)
        ON CONFLICT (project_id, token_hash) DO NOTHING";
    FIND = "SELECT subscription_id, user_id, user_name, user_email, user_country, custom_parameters, plan_id,
            product_id, state, period_value, period_unit, currency, amount, expiration_value, expiration_unit,
            trial_days, grace_days, retry_days, anchor, cycle, charges, tries, next_charge, due_at, last_charge,
            expires_at, ended_at, frozen_at, account_id, dry_run, created_at
        FROM subscription WHERE project_id = $1 AND subscription_id = $2";
    LOCK = "SELECT subscription_id, user_id, user_name, user_email, user_country, custom_parameters, plan_id,
            product_id, state, period_value, period_unit, currency, amount, expiration_value, expiration_unit,
            trial_days, grace_days, retry_days, anchor, cycle, charges, tries, next_charge, due_at, last_charge,
            expires_at, ended_at, frozen_at, account_id, dry_run, created_at
        FROM subscription WHERE project_id = $1 AND subscription_id = $2 FOR UPDATE";
    OF_TOKEN = "SELECT subscription_id, user_id, user_name, user_email, user_country, custom_parameters, plan_id,
            product_id, state, period_value, period_unit, currency, amount, expiration_value, expiration_unit,
            trial_days, grace_days, retry_days, anchor, cycle, charges, tries, next_charge, due_at, last_charge,
            expires_at, ended_at, frozen_at, account_id, dry_run, created_at
        FROM subscription WHERE project_id = $1 AND token_hash = $2";
    TOKEN_OF = "SELECT token_hash FROM subscription WHERE project_id = $1 AND subscription_id = $2";
    LIST = "SELECT subscription_id, user_id, user_name, user_email, user_country, custom_parameters, plan_id,
            product_id, state, period_value, period_unit, currency, amount, expiration_value, expiration_unit,
            trial_days, grace_days, retry_days, anchor, cycle, charges, tries, next_charge, due_at, last_charge,
            expires_at, ended_at, frozen_at, account_id, dry_run, created_at
        FROM subscription WHERE project_id = $1 AND created_at >= $2 AND created_at < $3 AND subscription_id > $4
        ORDER BY subscription_id LIMIT $5";
    LIST_OF_USER = "SELECT subscription_id, user_id, user_name, user_email, user_country, custom_parameters, plan_id,
            product_id, state, period_value, period_unit, currency, amount, expiration_value, expiration_unit,
            trial_days, grace_days, retry_days, anchor, cycle, charges, tries, next_charge, due_at, last_charge,
            expires_at, ended_at, frozen_at, account_id, dry_run, created_at
        FROM subscription WHERE project_id = $1 AND created_at >= $2 AND created_at < $3 AND subscription_id > $4
            AND user_id = $6
        ORDER BY subscription_id LIMIT $5";
    UPDATE = "UPDATE subscription SET plan_id = $3, state = $4, period_value = $5, period_unit = $6, currency = $7,
            amount = $8, expiration_value = $9, expiration_unit = $10, grace_days = $11, retry_days = $12, anchor = $13,
            cycle = $14, charges = $15, tries = $16, next_charge = $17, due_at = $18, last_charge = $19,
            expires_at = $20, ended_at = $21, frozen_at = $22, account_id = $23
        WHERE project_id = $1 AND subscription_id = $2 AND state = $24 AND charges = $25 AND tries = $26";
    CLAIM = "UPDATE subscription SET due_at = $3 WHERE project_id = $1 AND subscription_id IN
        (SELECT e.subscription_id FROM subscription e WHERE e.project_id = $1 AND e.due_at <= $2
         ORDER BY e.due_at, e.subscription_id LIMIT $4 FOR UPDATE OF e SKIP LOCKED)
        RETURNING subscription_id";
    LEASE = "UPDATE subscription SET due_at = $3
        WHERE project_id = $1 AND subscription_id = $2 AND due_at IS NOT NULL";
    PROJECTS = "SELECT p.project_id FROM project p WHERE (SELECT MIN(s.due_at) FROM subscription s
            WHERE s.project_id = p.project_id AND s.due_at IS NOT NULL) <= $1 ORDER BY p.project_id";
    NEXT_DUE = "SELECT MIN(due_at) FROM subscription WHERE project_id = $1 AND due_at > $2";
    OF_ACCOUNT = "SELECT subscription_id FROM subscription
        WHERE project_id = $1 AND user_id = $2 AND account_id = $3 ORDER BY subscription_id";
    INSERT_CHARGE = "INSERT INTO subscription_charge (project_id, payment_id, subscription_id, number, user_id,
            charged_for, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (project_id, subscription_id, number) DO NOTHING";
    CHARGE_OF_PAYMENT = "SELECT payment_id, subscription_id, number, charged_for FROM subscription_charge
        WHERE project_id = $1 AND payment_id = $2";
    LAST_PAID = "SELECT c.payment_id FROM subscription_charge c, payment p
        WHERE c.project_id = $1 AND p.project_id = $1 AND p.payment_id = c.payment_id AND c.subscription_id = $2
            AND p.state = 'captured'
        ORDER BY c.number DESC LIMIT 1";
    CHARGES = "SELECT c.payment_id, c.subscription_id, c.number, c.charged_for, p.state, p.paid_at, p.created_at
        FROM subscription_charge c, payment p
        WHERE c.project_id = $1 AND p.project_id = $1 AND p.payment_id = c.payment_id AND c.payment_id > $2
            AND (c.subscription_id = $3 OR $3 = 0)
        ORDER BY c.payment_id LIMIT $4";
    CHARGES_OF_USER = "SELECT c.payment_id, c.subscription_id, c.number, c.charged_for, p.state, p.paid_at, p.created_at
        FROM subscription_charge c, payment p
        WHERE c.project_id = $1 AND p.project_id = $1 AND p.payment_id = c.payment_id AND c.payment_id > $2
            AND (c.subscription_id = $3 OR $3 = 0) AND c.user_id = $5
        ORDER BY c.payment_id LIMIT $4";
}

/// A charge of a subscription, by its payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charge {
    /// What pays it.
    pub payment: PaymentId,
    /// What it is a charge of.
    pub subscription: SubscriptionId,
    /// Which of its charges, from 1.
    pub number: i64,
    /// The date that it was due.
    pub charged_for: Time,
}

/// A charge with where its payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charged {
    /// The charge.
    pub charge: Charge,
    /// Where its payment stands.
    pub state: PaymentState,
    /// When it was paid, or else first tried.
    pub at: Time,
}

/// Adds a subscription and counts it; `false` when one began with the same
/// token already.
pub fn insert(tx: &mut Tx<'_>, s: &Subscription, token_hash: Option<&str>) -> Result<bool, StoreError> {
    let (value, unit) = period_columns(s.terms.period);
    let expiration = s.terms.expiration;
    let values = [
        s.project.get().into(),
        s.id.get().into(),
        (&s.user).into(),
        (&s.name).into(),
        (&s.email).into(),
        (&s.country).into(),
        (&s.custom_parameters).into(),
        s.plan.get().into(),
        s.product.map(ProductId::get).into(),
        s.state.name().into(),
        value.into(),
        unit.into(),
        s.terms.charge.currency.code().into(),
        s.terms.charge.minor.into(),
        expiration.map_or(0, |e| e.value).into(),
        expiration.map(|e| e.unit.name()).into(),
        s.terms.trial.into(),
        s.terms.grace.into(),
        s.terms.retry.into(),
        s.anchor.0.into(),
        s.cycle.into(),
        s.charges.into(),
        s.tries.into(),
        time(s.next_charge),
        time(s.due_at),
        time(s.last_charge),
        time(s.expires_at),
        time(s.ended_at),
        time(s.frozen_at),
        s.account.map(AccountId::get).into(),
        s.dry_run.into(),
        s.created_at.0.into(),
        token_hash.into(),
    ];
    let added = tx.execute(INSERT, &values)? == 1;
    if added {
        count(tx, s.project, s.plan, s.state.name(), s.id.get(), 1)?;
    }
    Ok(added)
}

fn time(t: Option<Time>) -> Value<'static> {
    t.map(|t| t.0).into()
}

/// Changes a subscription from what it was, which the caller holds, and counts
/// it where it stands now; `false` when someone was faster.
pub fn update(tx: &mut Tx<'_>, was: &Subscription, s: &Subscription) -> Result<bool, StoreError> {
    let (value, unit) = period_columns(s.terms.period);
    let expiration = s.terms.expiration;
    let values = [
        s.project.get().into(),
        s.id.get().into(),
        s.plan.get().into(),
        s.state.name().into(),
        value.into(),
        unit.into(),
        s.terms.charge.currency.code().into(),
        s.terms.charge.minor.into(),
        expiration.map_or(0, |e| e.value).into(),
        expiration.map(|e| e.unit.name()).into(),
        s.terms.grace.into(),
        s.terms.retry.into(),
        s.anchor.0.into(),
        s.cycle.into(),
        s.charges.into(),
        s.tries.into(),
        time(s.next_charge),
        time(s.due_at),
        time(s.last_charge),
        time(s.expires_at),
        time(s.ended_at),
        time(s.frozen_at),
        s.account.map(AccountId::get).into(),
        was.state.name().into(),
        was.charges.into(),
        was.tries.into(),
    ];
    let changed = tx.execute(UPDATE, &values)? == 1;
    if changed && (was.plan, was.state) != (s.plan, s.state) {
        count(tx, s.project, was.plan, was.state.name(), s.id.get(), -1)?;
        count(tx, s.project, s.plan, s.state.name(), s.id.get(), 1)?;
    }
    Ok(changed)
}

/// A subscription.
pub fn find(tx: &mut Tx<'_>, project: ProjectId, id: SubscriptionId) -> Result<Option<Subscription>, StoreError> {
    tx.row(FIND, &[project.get().into(), id.get().into()])?.map(|r| subscription(&r, project)).transpose()
}

/// A subscription, held until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, project: ProjectId, id: SubscriptionId) -> Result<Option<Subscription>, StoreError> {
    tx.row(LOCK, &[project.get().into(), id.get().into()])?.map(|r| subscription(&r, project)).transpose()
}

/// The subscription that began with a token without a payment.
pub fn of_token(tx: &mut Tx<'_>, project: ProjectId, token_hash: &str) -> Result<Option<Subscription>, StoreError> {
    tx.row(OF_TOKEN, &[project.get().into(), token_hash.into()])?.map(|r| subscription(&r, project)).transpose()
}

/// Subscriptions in the order of their ids, behind `after`: those made in
/// `from..to`, of one player or of all.
pub fn list(
    tx: &mut Tx<'_>,
    project: ProjectId,
    user: Option<&str>,
    (from, to): (Time, Time),
    after: i64,
    limit: i64,
) -> Result<Vec<Subscription>, StoreError> {
    let mut values = vec![project.get().into(), from.0.into(), to.0.into(), after.into(), limit.into()];
    let sql = match user {
        Some(user) => {
            values.push(user.into());
            LIST_OF_USER
        }
        None => LIST,
    };
    tx.rows(sql, &values)?.iter().map(|r| subscription(r, project)).collect()
}

/// Takes at most `limit` subscriptions that are due, oldest first, to look at
/// them. What is not settled by `until` is anyone's again.
pub fn claim(
    tx: &mut Tx<'_>,
    project: ProjectId,
    now: Time,
    until: Time,
    limit: i64,
) -> Result<Vec<SubscriptionId>, StoreError> {
    crate::stop::once("a subscription that nobody heard of having claimed is anyone's again at `until`");
    let rows = tx.rows(CLAIM, &[project.get().into(), now.0.into(), until.0.into(), limit.into()])?;
    let mut ids: Vec<_> = rows.iter().map(|r| r.numbered(0, SubscriptionId::new)).collect::<Result<_, _>>()?;
    ids.sort();
    Ok(ids)
}

/// Leaves a subscription alone until `until`, because its charge is under way.
pub fn lease(tx: &mut Tx<'_>, project: ProjectId, id: SubscriptionId, until: Time) -> Result<(), StoreError> {
    tx.execute(LEASE, &[project.get().into(), id.get().into(), until.0.into()]).map(drop)
}

/// Projects that have subscriptions to look at. One look into an index for each
/// project, however many subscriptions there are.
pub fn projects_due(tx: &mut Tx<'_>, now: Time) -> Result<Vec<ProjectId>, StoreError> {
    tx.rows(PROJECTS, &[now.0.into()])?.iter().map(|r| r.numbered(0, ProjectId::new)).collect()
}

/// When the next subscription of a project is due after `now`.
pub fn next_due(tx: &mut Tx<'_>, project: ProjectId, now: Time) -> Result<Option<Time>, StoreError> {
    Ok(tx
        .row(NEXT_DUE, &[project.get().into(), now.0.into()])?
        .map(|r| r.maybe_int(0))
        .transpose()?
        .flatten()
        .map(Time))
}

/// A player's subscriptions that are paid with an account.
pub fn of_account(
    tx: &mut Tx<'_>,
    project: ProjectId,
    user: &str,
    account: AccountId,
) -> Result<Vec<SubscriptionId>, StoreError> {
    let rows = tx.rows(OF_ACCOUNT, &[project.get().into(), user.into(), account.get().into()])?;
    rows.iter().map(|r| r.numbered(0, SubscriptionId::new)).collect()
}

/// Adds a charge; `false` when this one was made already: the constraint that
/// charges a period once.
pub fn insert_charge(
    tx: &mut Tx<'_>,
    subscription: &Subscription,
    charge: &Charge,
    now: Time,
) -> Result<bool, StoreError> {
    let values = [
        subscription.project.get().into(),
        charge.payment.get().into(),
        charge.subscription.get().into(),
        charge.number.into(),
        (&subscription.user).into(),
        charge.charged_for.0.into(),
        now.0.into(),
    ];
    Ok(tx.execute(INSERT_CHARGE, &values)? == 1)
}

/// What the token is known by with which a subscription was bought.
pub fn token_of(tx: &mut Tx<'_>, project: ProjectId, id: SubscriptionId) -> Result<Option<String>, StoreError> {
    let row = tx.row(TOKEN_OF, &[project.get().into(), id.get().into()])?;
    Ok(row.map(|r| r.maybe_text(0)).transpose()?.flatten())
}

/// The charge that a payment pays, if it pays one.
pub fn charge_of_payment(tx: &mut Tx<'_>, project: ProjectId, id: PaymentId) -> Result<Option<Charge>, StoreError> {
    tx.row(CHARGE_OF_PAYMENT, &[project.get().into(), id.get().into()])?.map(|r| charge(&r)).transpose()
}

/// The last payment of a subscription that can be given back as a whole.
pub fn last_paid(tx: &mut Tx<'_>, project: ProjectId, id: SubscriptionId) -> Result<Option<PaymentId>, StoreError> {
    tx.row(LAST_PAID, &[project.get().into(), id.get().into()])?.map(|r| r.numbered(0, PaymentId::new)).transpose()
}

/// Charges in the order of their payments, behind `after`: of one player or of
/// all, and of one subscription or of all.
pub fn charges(
    tx: &mut Tx<'_>,
    project: ProjectId,
    user: Option<&str>,
    subscription: Option<SubscriptionId>,
    after: i64,
    limit: i64,
) -> Result<Vec<Charged>, StoreError> {
    let subscription = subscription.map_or(0, SubscriptionId::get);
    let mut values = vec![project.get().into(), after.into(), subscription.into(), limit.into()];
    let sql = match user {
        Some(user) => {
            values.push(user.into());
            CHARGES_OF_USER
        }
        None => CHARGES,
    };
    let row = |r: &Row| {
        Ok(Charged {
            charge: charge(r)?,
            state: r.named(4, PaymentState::from_name)?,
            at: Time(r.maybe_int(5)?.map_or_else(|| r.int(6), Ok)?),
        })
    };
    tx.rows(sql, &values)?.iter().map(row).collect()
}

fn charge(row: &Row) -> Result<Charge, StoreError> {
    Ok(Charge {
        payment: row.numbered(0, PaymentId::new)?,
        subscription: row.numbered(1, SubscriptionId::new)?,
        number: row.int(2)?,
        charged_for: Time(row.int(3)?),
    })
}

fn subscription(row: &Row, project: ProjectId) -> Result<Subscription, StoreError> {
    let time = |column| Ok::<_, StoreError>(row.maybe_int(column)?.map(Time));
    Ok(Subscription {
        project,
        id: row.numbered(0, SubscriptionId::new)?,
        user: row.text(1)?,
        name: row.maybe_text(2)?,
        email: row.maybe_text(3)?,
        country: row.maybe_text(4)?,
        custom_parameters: row.maybe_text(5)?,
        plan: row.numbered(6, PlanId::new)?,
        product: row.maybe_int(7)?.and_then(ProductId::new),
        state: row.named(8, State::from_name)?,
        terms: Terms {
            period: period(row, 9)?,
            charge: Money::new(row.int(12)?, row.named(11, Currency::from_code)?),
            expiration: expiration(row, 13)?,
            trial: row.int(15)?,
            grace: row.int(16)?,
            retry: row.int(17)?,
        },
        anchor: Time(row.int(18)?),
        cycle: row.int(19)?,
        charges: row.int(20)?,
        tries: row.int(21)?,
        next_charge: time(22)?,
        due_at: time(23)?,
        last_charge: time(24)?,
        expires_at: time(25)?,
        ended_at: time(26)?,
        frozen_at: time(27)?,
        account: row.maybe_int(28)?.and_then(AccountId::new),
        dry_run: row.flag(29)?,
        created_at: Time(row.int(30)?),
    })
}
