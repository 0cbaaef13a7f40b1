//! Subscriptions and their charges.

use super::{Merchant, Project};
use crate::body::{JsonBody, json, query};
use crate::{Answer, AnswerBody, Auth, Languages, Problem, Route};
use axum::extract::{Path, RawQuery, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::{get, put};
use coinslot_app::Shared;
use coinslot_app::subscription::{self, Listed, Refused, SubscriptionError};
use coinslot_domain::id::SubscriptionId;
use coinslot_wire::shape::Violation;
use coinslot_wire::subscription::{
    BODY, CURRENCIES, LIST, LIST_ALL, LIST_PAYMENTS, ListQuery, PAYMENTS, PaymentsQuery, SUBSCRIPTION, SUBSCRIPTIONS,
    UpdateBody, View, payment_json, subscription_json,
};
use serde_json::{Value, json};

/// A subscription as examples show it, with what stands around it.
macro_rules! example {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            r#"{
                "id": 45,
                "plan": {
                    "id": "54", "external_id": "sample_plan", "project_id": 18404, "group_id": "USA Products",
                    "name": { "en": "Sample Plan" }, "description": { "en": "Basic options plan" },
                    "localized_name": "Sample Plan",
                    "charge": { "period": { "value": 1, "type": "month" }, "amount": 10, "currency": "USD" },
                    "expiration": { "value": "", "type": "" }, "trial": { "value": 14, "type": "day" },
                    "grace_period": { "value": 3, "type": "day" }, "billing_retry": { "value": 1, "type": "day" },
                    "tags": [],
                    "status": {
                        "value": "active",
                        "counters": { "active": 1, "canceled": 0, "expired": 0, "frozen": 0, "non_renewing": 0 }
                    }
                },
                "user": { "id": "1234567", "name": "John Smith" },
                "product": null, "charge_amount": 10, "currency": "USD",
                "date_create": "2026-01-31T10:00:00+00:00", "date_end": null,
                "date_last_charge": "2026-02-28T10:00:00+00:00", "date_next_charge": "2026-03-31T10:00:00+00:00",
                "status": "active"
            }"#,
            $after
        )
    };
}

const EXAMPLE: &str = example!("", "");
const LISTED: &str = example!("[", "]");
const CHARGED: &str = example!(
    r#"[{
    "id": 118441192, "id_payment": 118441192, "date_payment": "2026-02-28T10:00:00+00:00", "status": "done",
    "subscription": "#,
    "}]"
);

fn no_subscription() -> Answer {
    let message = "Subscription with specified ID does not exist.";
    Answer::error(StatusCode::NOT_FOUND, "There is no such subscription.", message)
}

/// The operations here.
pub fn routes() -> Vec<Route> {
    let path = |rest: &str| format!("/projects/{{project_id}}/{rest}");
    let charged = || vec![Answer::json(StatusCode::OK, "Charges, oldest first.", &PAYMENTS, CHARGED)];
    let listed = || vec![Answer::json(StatusCode::OK, "Subscriptions, oldest first.", &SUBSCRIPTIONS, LISTED)];
    let shown = |name, path, summary, query, answers, handler| Route {
        name,
        method: Method::GET,
        path,
        auth: Auth::Merchant,
        summary,
        query,
        body: None,
        example: None,
        answers,
        handler,
    };
    vec![
        Route {
            name: "subscription_update",
            method: Method::PUT,
            path: path("users/{user_id}/subscriptions/{subscription_id}"),
            auth: Auth::Merchant,
            summary: "Cancel, freeze or take up a subscription, or move its next charge",
            query: None,
            body: Some(&BODY),
            example: Some(r#"{ "status": "active", "timeshift": { "value": "30", "type": "day" } }"#),
            answers: vec![
                Answer::json(StatusCode::OK, "The subscription as it is now.", &SUBSCRIPTION, EXAMPLE),
                no_subscription(),
                Answer {
                    status: StatusCode::UNPROCESSABLE_ENTITY,
                    what: "What was canceled stays so, and no charge is moved into the past.",
                    body: AnswerBody::Faults(vec![Violation::new(
                        "status",
                        SubscriptionError::Refused(Refused::State).to_string(),
                    )]),
                },
            ],
            handler: put(update),
        },
        shown(
            "subscription_list",
            path("users/{user_id}/subscriptions"),
            "List a player's subscriptions",
            Some(&LIST),
            listed(),
            get(list),
        ),
        shown(
            "subscription_list_all",
            "/merchants/{merchant_id}/subscriptions".into(),
            "List the subscriptions of all projects",
            Some(&LIST_ALL),
            listed(),
            get(list_all),
        ),
        shown(
            "subscription_get",
            path("subscriptions/{subscription_id}"),
            "Show a subscription",
            None,
            vec![Answer::json(StatusCode::OK, "The subscription.", &SUBSCRIPTION, EXAMPLE), no_subscription()],
            get(find),
        ),
        shown(
            "subscription_payments",
            path("subscriptions/payments"),
            "List charges of subscriptions",
            Some(&LIST_PAYMENTS),
            charged(),
            get(payments),
        ),
        shown(
            "subscription_payments_user",
            path("users/{user_id}/subscriptions/payments"),
            "List charges of a player's subscriptions",
            Some(&LIST_PAYMENTS),
            charged(),
            get(payments_of_user),
        ),
        shown(
            "subscription_currencies",
            path("subscriptions/currencies"),
            "List the currencies that plans may be charged in",
            None,
            vec![Answer::json(StatusCode::OK, "Codes of ISO 4217.", &CURRENCIES, r#"["AED", "ALL", "AMD"]"#)],
            get(currencies),
        ),
    ]
}

async fn update(
    State(app): State<Shared>,
    Project(_, project): Project,
    Languages(languages): Languages,
    Path((_, user, id)): Path<(String, String, String)>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let body = UpdateBody::read(&body).map_err(Problem::invalid)?;
    let view = subscription::update(&app, &project, user, subscription_id(&id)?, body).await?;
    Ok(json(StatusCode::OK, &subscription_json(&view, &languages)))
}

async fn list(
    State(app): State<Shared>,
    Project(_, project): Project,
    Languages(languages): Languages,
    Path((_, user)): Path<(String, String)>,
    raw: RawQuery,
) -> Result<Response, Problem> {
    let wanted = ListQuery { user: Some(user), ..ListQuery::read(&query(&LIST, &raw)?) };
    Ok(shown(&subscription::list(&app, project.id, wanted).await?, &languages))
}

async fn list_all(
    State(app): State<Shared>,
    Merchant(caller): Merchant,
    Languages(languages): Languages,
    raw: RawQuery,
) -> Result<Response, Problem> {
    let wanted = ListQuery::read(&query(&LIST_ALL, &raw)?);
    Ok(shown(&subscription::list_all(&app, caller.merchant, wanted).await?, &languages))
}

fn shown(views: &[View], languages: &[String]) -> Response {
    let all: Value = views.iter().map(|v| subscription_json(v, languages)).collect();
    json(StatusCode::OK, &all)
}

async fn find(
    State(app): State<Shared>,
    Project(_, project): Project,
    Languages(languages): Languages,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let view = subscription::find(&app, project.id, subscription_id(&id)?).await?;
    Ok(json(StatusCode::OK, &subscription_json(&view, &languages)))
}

async fn payments(
    State(app): State<Shared>,
    Project(_, project): Project,
    Languages(languages): Languages,
    raw: RawQuery,
) -> Result<Response, Problem> {
    let wanted = PaymentsQuery::read(&query(&LIST_PAYMENTS, &raw)?);
    Ok(charges(&subscription::payments(&app, project.id, wanted).await?, &languages))
}

async fn payments_of_user(
    State(app): State<Shared>,
    Project(_, project): Project,
    Languages(languages): Languages,
    Path((_, user)): Path<(String, String)>,
    raw: RawQuery,
) -> Result<Response, Problem> {
    let wanted = PaymentsQuery { user: Some(user), ..PaymentsQuery::read(&query(&LIST_PAYMENTS, &raw)?) };
    Ok(charges(&subscription::payments(&app, project.id, wanted).await?, &languages))
}

fn charges(listed: &[Listed], languages: &[String]) -> Response {
    let all: Value = listed.iter().map(|c| payment_json(c.payment, c.state, c.at, &c.view, languages)).collect();
    json(StatusCode::OK, &all)
}

async fn currencies(Project(_, _): Project) -> Response {
    let codes: Vec<&str> = coinslot_domain::plan::CURRENCIES.split(' ').collect();
    json(StatusCode::OK, &json!(codes))
}

fn subscription_id(text: &str) -> Result<SubscriptionId, SubscriptionError> {
    text.parse().map_err(|()| SubscriptionError::NotFound)
}

impl From<SubscriptionError> for Problem {
    fn from(e: SubscriptionError) -> Self {
        let path = match &e {
            SubscriptionError::Refused(Refused::State) => "status",
            _ => "timeshift",
        };
        match e {
            SubscriptionError::Store(e) => e.into(),
            SubscriptionError::NotFound => Problem::not_found(e.to_string()),
            SubscriptionError::Refused(_) => Problem::fault(path, e.to_string()),
        }
    }
}
