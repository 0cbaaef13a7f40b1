//! Saved ways to pay.

use super::Project;
use crate::body::{JsonBody, json};
use crate::{Answer, AnswerBody, Auth, Problem, Route};
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use coinslot_app::Shared;
use coinslot_app::account::{self, AccountError, Charged, Charging};
use coinslot_domain::id::AccountId;
use coinslot_wire::account::{ACCOUNTS, CHARGE, CHARGED, ChargeBody, SCRIPT, ScriptBody, account_json};
use coinslot_wire::shape::Violation;
use serde_json::{Value, json};

const LISTED: &str = r#"[{
    "type": "card", "id": 1, "name": "Visa •••• 1111", "payment_system": { "id": 1380, "name": "Credit/Debit Cards" }
}]"#;
const CHARGE_EXAMPLE: &str = r#"{
    "user": { "ip": "127.0.0.1", "name": "John Smith" },
    "purchase": { "virtual_currency": { "quantity": 100 }, "description": { "value": "Test Purchase" } },
    "settings": { "mode": "sandbox" }
}"#;

fn no_account() -> Answer {
    let message = "Payment account with specified ID does not exist.";
    Answer::error(StatusCode::NOT_FOUND, "The player has no such account.", message)
}

/// The operations here.
pub fn routes() -> Vec<Route> {
    let path = |rest: &str| format!("/projects/{{project_id}}/users/{{user_id}}/{rest}");
    let forget = |name, path, summary| Route {
        name,
        method: Method::DELETE,
        path,
        auth: Auth::Merchant,
        summary,
        query: None,
        body: None,
        example: None,
        answers: vec![
            Answer::empty(
                StatusCode::NO_CONTENT,
                "It is forgotten. Subscriptions that are paid with it end with what is paid.",
            ),
            no_account(),
        ],
        handler: delete(remove),
    };
    vec![
        Route {
            name: "account_list",
            method: Method::GET,
            path: path("payment_accounts"),
            auth: Auth::Merchant,
            summary: "List a player's saved ways to pay",
            query: None,
            body: None,
            example: None,
            answers: vec![Answer::json(StatusCode::OK, "The accounts, oldest first.", &ACCOUNTS, LISTED)],
            handler: get(list),
        },
        Route {
            name: "account_charge",
            method: Method::POST,
            path: path("payments/{type}/{account_id}"),
            auth: Auth::Merchant,
            summary: "Charge a saved way to pay",
            query: None,
            body: Some(&CHARGE),
            example: Some(CHARGE_EXAMPLE),
            answers: vec![
                Answer::json(StatusCode::CREATED, "It is paid.", &CHARGED, r#"{ "transaction_id": 119478390 }"#),
                Answer::json(
                    StatusCode::ACCEPTED,
                    "The provider did not answer; it is asked again, and the payment webhook tells if it is paid.",
                    &CHARGED,
                    r#"{ "transaction_id": 119478391 }"#,
                ),
                Answer::error(StatusCode::PAYMENT_REQUIRED, "The provider declined it.", "Payment declined"),
                no_account(),
                Answer {
                    status: StatusCode::UNPROCESSABLE_ENTITY,
                    what: "It cannot be paid, or is not sold.",
                    body: AnswerBody::Faults(vec![Violation::new("purchase", AccountError::Price.to_string())]),
                },
            ],
            handler: post(charge),
        },
        forget("account_delete", path("payment_accounts/{type}/{account_id}"), "Forget a saved way to pay"),
        forget(
            "account_delete_older",
            path("payments/{type}/{account_id}"),
            "Forget a saved way to pay, at the path that many clients use",
        ),
        Route {
            name: "account_decline",
            method: Method::POST,
            path: path("payment_accounts/{type}/{account_id}/declines"),
            auth: Auth::Merchant,
            summary: "Have charges to come of a saved way to pay declined, in the sandbox",
            query: None,
            body: Some(&SCRIPT),
            example: Some(r#"{ "charges": [3, 4], "reason": "insufficient_funds" }"#),
            answers: vec![Answer::empty(StatusCode::NO_CONTENT, "They will be declined."), no_account()],
            handler: post(decline),
        },
    ]
}

async fn list(
    State(app): State<Shared>,
    Project(_, project): Project,
    Path((_, user)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let accounts = account::list(&app, project.id, user).await?;
    let accounts: Value = accounts.iter().map(|(a, method)| account_json(a, method)).collect();
    Ok(json(StatusCode::OK, &accounts))
}

type Named = Path<(String, String, String, String)>;

async fn charge(
    State(app): State<Shared>,
    Project(_, project): Project,
    Path((_, user, kind, id)): Named,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let body = ChargeBody::read(&body).map_err(Problem::invalid)?;
    let wanted = Charging {
        user,
        kind,
        account: account_id(&id)?,
        name: body.name,
        ip: body.ip,
        what: body.what,
        description: body.description,
        external_id: body.external_id,
        custom_parameters: body.custom_parameters,
        sandbox: body.sandbox,
    };
    let (status, payment) = match account::charge(&app, &project, wanted).await? {
        Charged::Paid(payment) => (StatusCode::CREATED, payment),
        Charged::Pending(payment) => (StatusCode::ACCEPTED, payment),
    };
    Ok(json(status, &json!({ "transaction_id": payment.get() })))
}

async fn remove(
    State(app): State<Shared>,
    Project(_, project): Project,
    Path((_, user, kind, id)): Named,
) -> Result<Response, Problem> {
    account::delete(&app, &project, user, kind, account_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn decline(
    State(app): State<Shared>,
    Project(_, project): Project,
    Path((_, user, kind, id)): Named,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let body = ScriptBody::read(&body).map_err(Problem::invalid)?;
    account::script(&app, project.id, user, kind, account_id(&id)?, body.charges, body.reason).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn account_id(text: &str) -> Result<AccountId, AccountError> {
    text.parse().map_err(|()| AccountError::NotFound)
}

impl From<AccountError> for Problem {
    fn from(e: AccountError) -> Self {
        match e {
            AccountError::Store(e) => e.into(),
            AccountError::NotFound => Problem::not_found(e.to_string()),
            AccountError::Declined(_) => Problem::new(StatusCode::PAYMENT_REQUIRED, e.to_string()),
            AccountError::Price | AccountError::Refused(_) => Problem::fault("purchase", e.to_string()),
            AccountError::NoAgreement => Problem::fault("settings.mode", e.to_string()),
        }
    }
}
