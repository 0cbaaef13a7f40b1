//! Subscription plans: making, changing and listing them.

use crate::App;
use crate::catalogue::edit;
use coinslot_domain::id::{PlanId, ProjectId};
use coinslot_domain::plan::{Counters, Plan, Terms};
pub use coinslot_store::plan::Filter;
use coinslot_store::{StoreError, plan, project};
use coinslot_wire::plan::PlanBody;
use std::fmt::Write;

/// Why a plan was not made or changed.
#[derive(Debug)]
pub enum PlanError {
    /// There is none.
    NotFound,
    /// Another plan of the project has this external id.
    Taken,
    /// The database did not do it.
    Store(StoreError),
}

impl From<StoreError> for PlanError {
    fn from(e: StoreError) -> Self {
        PlanError::Store(e)
    }
}

impl std::fmt::Display for PlanError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PlanError::NotFound => f.write_str("Plan with specified ID does not exist."),
            PlanError::Taken => f.write_str("External id is already exist"),
            PlanError::Store(e) => e.fmt(f),
        }
    }
}

/// Eight hex digits: a name for a plan that got none.
fn made_up(app: &App) -> String {
    let mut bytes = app.bytes();
    (0..4).fold(String::with_capacity(8), |mut text, _| {
        let _ = write!(text, "{:02x}", bytes());
        text
    })
}

/// Makes a plan, which is sold from now on. Its id and its external id.
pub async fn create(app: &App, project: ProjectId, body: PlanBody) -> Result<(PlanId, String), PlanError> {
    let id = app.id(PlanId::new).await?;
    let none = |period| Terms { period, charge: body.charge, expiration: None, trial: 0, grace: 0, retry: 1 };
    let empty = Plan {
        project,
        id,
        external_id: made_up(app),
        name: body.name.clone(),
        description: Default::default(),
        group: None,
        terms: none(body.period),
        tags: vec![],
        enabled: true,
        deleted_at: None,
    };
    let plan = changed(empty, body);
    let now = app.now(project);
    edit(app, project, move |tx| {
        // Its own row answers too, in a run whose commit was not heard of.
        let added = plan::insert(tx, &plan, now)? || plan::find(tx, project, id)?.is_some();
        if added { Ok((id, plan.external_id.clone())) } else { Err(PlanError::Taken) }
    })
    .await
}

/// A plan with what a body says of it. What it does not say stays.
fn changed(old: Plan, body: PlanBody) -> Plan {
    let external_id = match body.external_id.or_none(Some(old.external_id.clone())) {
        Some(new) => new,
        // A plan is never without a name by which it can be bought.
        None => old.external_id.clone(),
    };
    Plan {
        external_id,
        name: body.name,
        description: body.description.or(old.description, Default::default()),
        group: body.group.or_none(old.group),
        terms: Terms {
            period: body.period,
            charge: body.charge,
            expiration: body.expiration.or_none(old.terms.expiration),
            trial: body.trial.or(old.terms.trial, 0),
            grace: body.grace.or(old.terms.grace, 0),
            retry: body.retry.or(old.terms.retry, 1),
        },
        tags: body.tags.or(old.tags, vec![]),
        ..old
    }
}

/// Changes a plan. Subscriptions that run keep their terms.
pub async fn update(app: &App, project: ProjectId, id: PlanId, body: PlanBody) -> Result<(Plan, Counters), PlanError> {
    edit(app, project, move |tx| {
        project::lock(tx, project)?;
        let old = plan::find(tx, project, id)?.filter(|p| p.deleted_at.is_none()).ok_or(PlanError::NotFound)?;
        let plan = changed(old, body.clone());
        if !plan::update(tx, &plan)? {
            return Err(PlanError::Taken);
        }
        let counters = plan::counters(tx, project, id)?;
        Ok((plan, counters))
    })
    .await
}

/// Has a plan sold, or not. Doing it twice changes nothing.
pub async fn enable(app: &App, project: ProjectId, id: PlanId, enabled: bool) -> Result<(), PlanError> {
    let found = edit(app, project, move |tx| plan::enable(tx, project, id, enabled)).await?;
    if found { Ok(()) } else { Err(PlanError::NotFound) }
}

/// Deletes a plan. Subscriptions that run go on.
pub async fn delete(app: &App, project: ProjectId, id: PlanId) -> Result<(), PlanError> {
    let now = app.now(project);
    let found = edit(app, project, move |tx| plan::delete(tx, project, id, now)).await?;
    if found { Ok(()) } else { Err(PlanError::NotFound) }
}

/// Plans with how many subscriptions they have, in the order of their ids: at
/// most `limit`, behind the first `offset`.
pub async fn list(
    app: &App,
    project: ProjectId,
    filter: Filter,
    offset: i64,
    limit: i64,
) -> Result<Vec<(Plan, Counters)>, StoreError> {
    app.store
        .read(move |tx| {
            let plans = plan::list(tx, project, &filter, offset, limit)?;
            plans.into_iter().map(|p| Ok((p.clone(), plan::counters(tx, project, p.id)?))).collect()
        })
        .await
}
