//! Subscription plans.

use crate::engine::Row;
use crate::{StoreError, Tx, text};
use coinslot_domain::calendar::{Period, Unit};
use coinslot_domain::id::{PlanId, ProductId, ProjectId};
use coinslot_domain::money::{Currency, Money};
use coinslot_domain::plan::{Counters, Plan, Terms};
use coinslot_domain::time::Time;
use std::collections::BTreeMap;

statements! {
    INSERT = "INSERT INTO plan (project_id, plan_id, external_id, group_id, period_value, period_unit, currency, amount,
            expiration_value, expiration_unit, trial_days, grace_days, retry_days, tags, enabled, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        ON CONFLICT (project_id, external_id) WHERE deleted_at IS NULL DO NOTHING";
    UPDATE = "UPDATE plan SET external_id = $3, group_id = $4, period_value = $5, period_unit = $6, currency = $7,
            amount = $8, expiration_value = $9, expiration_unit = $10, trial_days = $11, grace_days = $12,
            retry_days = $13, tags = $14, enabled = $15
        WHERE project_id = $1 AND plan_id = $2 AND deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM plan o
            WHERE o.project_id = $1 AND o.external_id = $3 AND o.plan_id <> $2 AND o.deleted_at IS NULL)";
    FIND = "SELECT plan_id, external_id, group_id, period_value, period_unit, currency, amount, expiration_value,
            expiration_unit, trial_days, grace_days, retry_days, tags, enabled, deleted_at
        FROM plan WHERE project_id = $1 AND plan_id = $2";
    NAMED = "SELECT plan_id, external_id, group_id, period_value, period_unit, currency, amount, expiration_value,
            expiration_unit, trial_days, grace_days, retry_days, tags, enabled, deleted_at
        FROM plan WHERE project_id = $1 AND external_id = $2 AND deleted_at IS NULL";
    LIST = "SELECT plan_id, external_id, group_id, period_value, period_unit, currency, amount, expiration_value,
            expiration_unit, trial_days, grace_days, retry_days, tags, enabled, deleted_at
        FROM plan WHERE project_id = $1 AND deleted_at IS NULL AND (external_id = $2 OR $2 = '')
            AND (group_id = $3 OR $3 = '') AND (plan_id = $4 OR $4 = 0) AND (group_id IN (SELECT p.group_id
                FROM product p WHERE p.project_id = $1 AND p.product_id = $5 AND p.deleted_at IS NULL) OR $5 = 0)
        ORDER BY plan_id LIMIT $6 OFFSET $7";
    ENABLE = "UPDATE plan SET enabled = $3 WHERE project_id = $1 AND plan_id = $2 AND deleted_at IS NULL";
    DELETE = "UPDATE plan SET deleted_at = $3 WHERE project_id = $1 AND plan_id = $2 AND deleted_at IS NULL";
    COUNT = "INSERT INTO plan_count (project_id, plan_id, state, stripe, number) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (project_id, plan_id, state, stripe) DO UPDATE SET number = plan_count.number + $5";
    COUNTED = "SELECT state, CAST(SUM(number) AS BIGINT) FROM plan_count WHERE project_id = $1 AND plan_id = $2
        GROUP BY state ORDER BY state";
}

/// What texts of plans are kept as.
const TEXTS: &str = "plan";
/// The unit of a plan that is charged once.
const LIFETIME: &str = "lifetime";

/// Adds a plan; `false` when its external id is taken.
pub fn insert(tx: &mut Tx<'_>, p: &Plan, now: Time) -> Result<bool, StoreError> {
    let mut values = values(p);
    values.push(now.0.into());
    let added = tx.execute(INSERT, &values)? == 1;
    if added {
        set_texts(tx, p)?;
    }
    Ok(added)
}

/// Changes a plan; `false` when it is gone or its external id is another's. The
/// caller holds the project's plans.
pub fn update(tx: &mut Tx<'_>, p: &Plan) -> Result<bool, StoreError> {
    let changed = tx.execute(UPDATE, &values(p))? == 1;
    if changed {
        set_texts(tx, p)?;
    }
    Ok(changed)
}

fn set_texts(tx: &mut Tx<'_>, p: &Plan) -> Result<(), StoreError> {
    text::set(tx, p.project, TEXTS, p.id.get(), "name", &p.name)?;
    text::set(tx, p.project, TEXTS, p.id.get(), "description", &p.description)
}

fn values(p: &Plan) -> Vec<crate::engine::Value<'_>> {
    let (period, unit) = period_columns(p.terms.period);
    let expiration = p.terms.expiration;
    vec![
        p.project.get().into(),
        p.id.get().into(),
        (&p.external_id).into(),
        (&p.group).into(),
        period.into(),
        unit.into(),
        p.terms.charge.currency.code().into(),
        p.terms.charge.minor.into(),
        expiration.map_or(0, |e| e.value).into(),
        expiration.map(|e| e.unit.name()).into(),
        p.terms.trial.into(),
        p.terms.grace.into(),
        p.terms.retry.into(),
        p.tags.join("\n").into(),
        p.enabled.into(),
    ]
}

pub(crate) fn period_columns(period: Option<Period>) -> (i64, &'static str) {
    period.map_or((0, LIFETIME), |p| (p.value, p.unit.name()))
}

/// A period in two columns; none for life.
pub(crate) fn period(row: &Row, column: usize) -> Result<Option<Period>, StoreError> {
    if row.text(column + 1)? == LIFETIME {
        return Ok(None);
    }
    Ok(Some(Period { value: row.int(column)?, unit: row.named(column + 1, Unit::from_name)? }))
}

/// When something ends, in two columns, of which the unit may be null.
pub(crate) fn expiration(row: &Row, column: usize) -> Result<Option<Period>, StoreError> {
    if row.maybe_text(column + 1)?.is_none() {
        return Ok(None);
    }
    period(row, column)
}

fn plan(row: &Row, project: ProjectId, texts: &mut text::Texts) -> Result<Plan, StoreError> {
    Ok(Plan {
        project,
        id: row.numbered(0, PlanId::new)?,
        external_id: row.text(1)?,
        name: texts.remove("name").unwrap_or_default(),
        description: texts.remove("description").unwrap_or_default(),
        group: row.maybe_text(2)?,
        terms: Terms {
            period: period(row, 3)?,
            charge: Money::new(row.int(6)?, row.named(5, Currency::from_code)?),
            expiration: expiration(row, 7)?,
            trial: row.int(9)?,
            grace: row.int(10)?,
            retry: row.int(11)?,
        },
        tags: row.text(12)?.lines().map(str::to_string).collect(),
        enabled: row.flag(13)?,
        deleted_at: row.maybe_int(14)?.map(Time),
    })
}

fn one(tx: &mut Tx<'_>, project: ProjectId, row: Option<Row>) -> Result<Option<Plan>, StoreError> {
    let Some(row) = row else { return Ok(None) };
    let mut texts = text::of_owner(tx, project, TEXTS, row.int(0)?)?;
    plan(&row, project, &mut texts).map(Some)
}

/// A plan, deleted or not.
pub fn find(tx: &mut Tx<'_>, project: ProjectId, id: PlanId) -> Result<Option<Plan>, StoreError> {
    let row = tx.row(FIND, &[project.get().into(), id.get().into()])?;
    one(tx, project, row)
}

/// A plan that is not deleted, by its external id.
pub fn named(tx: &mut Tx<'_>, project: ProjectId, external_id: &str) -> Result<Option<Plan>, StoreError> {
    let row = tx.row(NAMED, &[project.get().into(), external_id.into()])?;
    one(tx, project, row)
}

/// Which plans to list. What is not said does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// The one with this external id.
    pub external_id: Option<String>,
    /// Those of this group.
    pub group: Option<String>,
    /// This one.
    pub plan: Option<PlanId>,
    /// Those of the group of this product.
    pub product: Option<ProductId>,
}

/// Plans that are not deleted, in the order of their ids: at most `limit` of
/// them, behind the first `offset`.
pub fn list(
    tx: &mut Tx<'_>,
    project: ProjectId,
    filter: &Filter,
    offset: i64,
    limit: i64,
) -> Result<Vec<Plan>, StoreError> {
    let values = [
        project.get().into(),
        filter.external_id.as_deref().unwrap_or_default().into(),
        filter.group.as_deref().unwrap_or_default().into(),
        filter.plan.map_or(0, PlanId::get).into(),
        filter.product.map_or(0, ProductId::get).into(),
        limit.into(),
        offset.into(),
    ];
    let rows = tx.rows(LIST, &values)?;
    // A list of one does not need the texts of all.
    let mut texts = match rows.as_slice() {
        [] => BTreeMap::new(),
        [row] => BTreeMap::from([(row.int(0)?, text::of_owner(tx, project, TEXTS, row.int(0)?)?)]),
        _ => text::of_kind(tx, project, TEXTS)?,
    };
    rows.iter().map(|r| plan(r, project, &mut texts.remove(&r.int(0)?).unwrap_or_default())).collect()
}

/// Has a plan sold, or not; `false` when it is gone.
pub fn enable(tx: &mut Tx<'_>, project: ProjectId, id: PlanId, enabled: bool) -> Result<bool, StoreError> {
    Ok(tx.execute(ENABLE, &[project.get().into(), id.get().into(), enabled.into()])? == 1)
}

/// Deletes a plan; `false` when it is gone.
pub fn delete(tx: &mut Tx<'_>, project: ProjectId, id: PlanId, now: Time) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE, &[project.get().into(), id.get().into(), now.0.into()])? == 1)
}

/// Stripes of a counter.
const STRIPES: i64 = 16;

/// Counts subscriptions of a plan that come to a state, or leave it for a
/// negative number. `spread` is any number, best the subscription's.
pub fn count(
    tx: &mut Tx<'_>,
    project: ProjectId,
    plan: PlanId,
    state: &str,
    spread: i64,
    by: i64,
) -> Result<(), StoreError> {
    let values = [project.get().into(), plan.get().into(), state.into(), (spread % STRIPES).into(), by.into()];
    tx.execute(COUNT, &values).map(drop)
}

/// How many subscriptions of a plan stand where.
pub fn counters(tx: &mut Tx<'_>, project: ProjectId, id: PlanId) -> Result<Counters, StoreError> {
    let mut counters = Counters::default();
    for row in tx.rows(COUNTED, &[project.get().into(), id.get().into()])? {
        let number = row.int(1)?;
        match row.text(0)?.as_str() {
            "canceled" => counters.canceled += number,
            "expired" => counters.expired += number,
            "frozen" => counters.frozen += number,
            "non_renewing" => counters.non_renewing += number,
            _ => counters.active += number,
        }
    }
    Ok(counters)
}
