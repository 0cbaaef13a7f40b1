//! Subscription plans.

use super::Project;
use crate::body::{JsonBody, json, query};
use crate::{Answer, AnswerBody, Auth, Languages, Problem, Route};
use axum::extract::{Path, RawQuery, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, patch, post, put};
use coinslot_app::Shared;
use coinslot_app::plan::{self, Filter, PlanError};
use coinslot_domain::id::PlanId;
use coinslot_wire::plan::{BODY, CREATED, LIST, ListQuery, PLAN, PLANS, PlanBody, listed_json, plan_json};
use coinslot_wire::shape::Violation;
use serde_json::{Value, json};

const BODY_EXAMPLE: &str = r#"{
    "external_id": "sample_plan", "name": { "en": "Sample Plan" }, "description": { "en": "Basic options plan" },
    "group_id": "USA Products",
    "charge": { "period": { "value": 1, "type": "month" }, "amount": 10, "currency": "USD" },
    "expiration": { "value": "", "type": "" }, "trial": { "value": 14, "type": "day" },
    "grace_period": { "value": 3, "type": "day" }
}"#;
const EXAMPLE: &str = r#"{
    "id": "54", "external_id": "sample_plan", "project_id": 18404, "group_id": "USA Products",
    "name": { "en": "Sample Plan" }, "description": { "en": "Basic options plan" }, "localized_name": "Sample Plan",
    "charge": { "period": { "value": 1, "type": "month" }, "amount": 10, "currency": "USD" },
    "expiration": { "value": 90, "type": "day" }, "trial": { "value": 14, "type": "day" },
    "grace_period": { "value": 3, "type": "day" }, "billing_retry": { "value": 1, "type": "day" }, "tags": [],
    "status": {
        "value": "active", "counters": { "active": 0, "canceled": 0, "expired": 0, "frozen": 0, "non_renewing": 0 }
    }
}"#;

fn no_plan() -> Answer {
    Answer::error(StatusCode::NOT_FOUND, "The project has no such plan.", "Plan with specified ID does not exist.")
}

fn taken() -> Answer {
    Answer {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        what: "Another plan has this external id.",
        body: AnswerBody::Faults(vec![Violation::new("external_id", PlanError::Taken.to_string())]),
    }
}

/// The operations here.
pub fn routes() -> Vec<Route> {
    let path = |rest: &str| format!("/projects/{{project_id}}/subscriptions/plans{rest}");
    let done = |what| Answer::empty(StatusCode::NO_CONTENT, what);
    vec![
        Route {
            name: "plan_create",
            method: Method::POST,
            path: path(""),
            auth: Auth::Merchant,
            summary: "Make a subscription plan and sell it",
            query: None,
            body: Some(&BODY),
            example: Some(BODY_EXAMPLE),
            answers: vec![
                Answer::json(
                    StatusCode::CREATED,
                    "The plan's ids.",
                    &CREATED,
                    r#"{ "plan_id": 54, "external_id": "sample_plan" }"#,
                ),
                taken(),
            ],
            handler: post(create),
        },
        Route {
            name: "plan_list",
            method: Method::GET,
            path: path(""),
            auth: Auth::Merchant,
            summary: "List subscription plans",
            query: Some(&LIST),
            body: None,
            example: None,
            answers: vec![Answer::json(StatusCode::OK, "Plans, in the order of their ids.", &PLANS, LISTED)],
            handler: get(list),
        },
        Route {
            name: "plan_update",
            method: Method::PUT,
            path: path("/{plan_id}"),
            auth: Auth::Merchant,
            summary: "Change a subscription plan for those who will buy it",
            query: None,
            body: Some(&BODY),
            example: Some(BODY_EXAMPLE),
            answers: vec![Answer::json(StatusCode::OK, "The plan as it is now.", &PLAN, EXAMPLE), no_plan(), taken()],
            handler: put(update),
        },
        Route {
            name: "plan_disable",
            method: Method::DELETE,
            path: path("/{plan_id}"),
            auth: Auth::Merchant,
            summary: "Stop selling a subscription plan",
            query: None,
            body: None,
            example: None,
            answers: vec![done("It is not sold any more; subscriptions that run go on."), no_plan()],
            handler: delete(disable),
        },
        Route {
            name: "plan_enable",
            method: Method::PATCH,
            path: path("/{plan_id}"),
            auth: Auth::Merchant,
            summary: "Sell a subscription plan again",
            query: None,
            body: None,
            example: None,
            answers: vec![done("It is sold."), no_plan()],
            handler: patch(enable),
        },
        Route {
            name: "plan_delete",
            method: Method::DELETE,
            path: path("/{plan_id}/delete"),
            auth: Auth::Merchant,
            summary: "Delete a subscription plan",
            query: None,
            body: None,
            example: None,
            answers: vec![done("It is gone; subscriptions that run go on and show it still."), no_plan()],
            handler: delete(remove),
        },
    ]
}

const LISTED: &str = r#"[{
    "id": "54", "external_id": "sample_plan", "project_id": 18404, "group_id": "USA Products",
    "name": { "en": "Sample Plan" }, "description": { "en": "Basic options plan" }, "localized_name": "Sample Plan",
    "charge": { "period": { "value": 1, "type": "month" }, "amount": 10, "currency": "USD" },
    "expiration": { "value": "", "type": "" }, "trial": { "value": 14, "type": "day" },
    "grace_period": { "value": 3, "type": "day" }, "billing_retry": { "value": 1, "type": "day" }, "tags": [],
    "status": {
        "value": "disabled", "counters": { "active": 0, "canceled": 1, "expired": 0, "frozen": 0, "non_renewing": 0 }
    }
}]"#;

async fn create(
    State(app): State<Shared>,
    Project(_, project): Project,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let body = PlanBody::read(&body).map_err(Problem::invalid)?;
    let (id, external_id) = plan::create(&app, project.id, body).await?;
    Ok(json(StatusCode::CREATED, &json!({ "plan_id": id.get(), "external_id": external_id })))
}

async fn list(
    State(app): State<Shared>,
    Project(_, project): Project,
    Languages(languages): Languages,
    raw: RawQuery,
) -> Result<Response, Problem> {
    let q = ListQuery::read(&query(&LIST, &raw)?);
    let filter = Filter { external_id: q.external_id, group: q.group, plan: q.plan, product: q.product };
    let plans = plan::list(&app, project.id, filter, q.offset, q.limit).await?;
    let plans: Value = plans.iter().map(|(plan, counters)| listed_json(plan, counters, &languages)).collect();
    Ok(json(StatusCode::OK, &plans))
}

async fn update(
    State(app): State<Shared>,
    Project(_, project): Project,
    Languages(languages): Languages,
    Path((_, id)): Path<(String, String)>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let body = PlanBody::read(&body).map_err(Problem::invalid)?;
    let (plan, counters) = plan::update(&app, project.id, plan_id(&id)?, body).await?;
    Ok(json(StatusCode::OK, &plan_json(&plan, &counters, &languages)))
}

async fn disable(
    State(app): State<Shared>,
    Project(_, project): Project,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    plan::enable(&app, project.id, plan_id(&id)?, false).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn enable(
    State(app): State<Shared>,
    Project(_, project): Project,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    plan::enable(&app, project.id, plan_id(&id)?, true).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn remove(
    State(app): State<Shared>,
    Project(_, project): Project,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    plan::delete(&app, project.id, plan_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn plan_id(text: &str) -> Result<PlanId, PlanError> {
    text.parse().map_err(|()| PlanError::NotFound)
}

impl From<PlanError> for Problem {
    fn from(e: PlanError) -> Self {
        match e {
            PlanError::Store(e) => e.into(),
            PlanError::NotFound => Problem::not_found(e.to_string()),
            PlanError::Taken => Problem::fault("external_id", e.to_string()),
        }
    }
}
