//! Players and what they hold of the virtual currency.

use super::{Project, User};
use crate::body::{JsonBody, json, query};
use crate::{Answer, AnswerBody, Auth, Problem, Route};
use axum::extract::{RawQuery, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch, post, put};
use coinslot_app::Shared;
use coinslot_app::wallet::{self, Filter, WalletError};
use coinslot_domain::decimal::Decimal;
use coinslot_wire::shape::{Shape, Violation};
use coinslot_wire::wallet::{
    BALANCE_AFTER, OPERATION_LIST, OPERATIONS, OperationQuery, RECHARGE, RechargeBody, USER, USER_CREATE, USER_LIST,
    USER_PATCH, USER_UPDATE, USERS, UserBody, WITHDRAW, operation_json, user_json,
};
use coinslot_wire::{page, read};
use serde_json::{Value, json};

const ONE: &str = r#"{
    "user_id": "1234567", "user_name": "John", "user_custom": "Smith", "email": "email@example.com",
    "register_date": "2026-01-02T03:04:05+00:00", "balance": 100, "wallet_amount": 0, "wallet_currency": null,
    "enabled": true
}"#;
const SEVERAL: &str = r#"{
    "recordsTotal": 1,
    "data": [{
        "user_id": "1234567", "user_name": "John", "user_custom": null, "email": null,
        "register_date": "2026-01-02T03:04:05+00:00", "balance": 100, "wallet_amount": 0, "wallet_currency": null,
        "enabled": true
    }]
}"#;
const LISTED: &str = r#"[{
    "operation_id": 100000009, "transaction_id": null, "coupon_id": null, "coupon_code": null,
    "transaction_type": "internal", "comment": "Incoming payment", "date": "2026-01-02T03:04:05+00:00",
    "amount": 100, "sum": null, "currency": null, "status": "completed", "user_balance": 100, "user_id": "1234567"
}]"#;
const USER_BODY: &str =
    r#"{ "enabled": true, "user_name": "John", "user_custom": "Smith", "email": "email@example.com" }"#;

pub(super) fn no_user() -> Answer {
    Answer::error(StatusCode::NOT_FOUND, "The project has no such user.", "User with specified ID does not exist.")
}

/// The operations here.
pub fn routes() -> Vec<Route> {
    let path = |rest: &str| format!("/projects/{{project_id}}/users{rest}");
    let refused = |text: &str| Answer {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        what: "The user has less, or is disabled; nothing was changed.",
        body: AnswerBody::Faults(vec![Violation::new("amount", text)]),
    };
    let balance = || Answer::json(StatusCode::OK, "The balance after it.", &BALANCE_AFTER, r#"{ "amount": 100 }"#);
    vec![
        Route {
            name: "user_create",
            method: Method::POST,
            path: path(""),
            auth: Auth::Merchant,
            summary: "Register a user",
            query: None,
            body: Some(&USER_CREATE),
            example: Some(r#"{ "user_id": "1234567", "user_name": "John", "email": "email@example.com" }"#),
            answers: vec![
                Answer::empty(StatusCode::NO_CONTENT, "The user is registered, with a balance of 0."),
                Answer {
                    status: StatusCode::UNPROCESSABLE_ENTITY,
                    what: "There is a user of this id.",
                    body: AnswerBody::Faults(vec![Violation::new("user_id", WalletError::Exists.to_string())]),
                },
            ],
            handler: post(create),
        },
        Route {
            name: "user_list",
            method: Method::GET,
            path: path(""),
            auth: Auth::Merchant,
            summary: "List users, or search for some",
            query: Some(&USER_LIST),
            body: None,
            example: None,
            answers: vec![Answer::json(StatusCode::OK, "Users, oldest first.", &USERS, SEVERAL)],
            handler: get(list),
        },
        Route {
            name: "user_get",
            method: Method::GET,
            path: path("/{user_id}"),
            auth: Auth::Merchant,
            summary: "Show a user with the balance",
            query: None,
            body: None,
            example: None,
            answers: vec![Answer::json(StatusCode::OK, "The user.", &USER, ONE), no_user()],
            handler: get(find),
        },
        Route {
            name: "user_update",
            method: Method::PUT,
            path: path("/{user_id}"),
            auth: Auth::Merchant,
            summary: "Change a user; what is left out stays, and null takes a text away",
            query: None,
            body: Some(&USER_UPDATE),
            example: Some(USER_BODY),
            answers: vec![Answer::empty(StatusCode::NO_CONTENT, "It is changed."), no_user()],
            handler: put(update),
        },
        Route {
            name: "user_patch",
            method: Method::PATCH,
            path: path("/{user_id}"),
            auth: Auth::Merchant,
            summary: "Change a user, as older clients do: enabled may be left out too",
            query: None,
            body: Some(&USER_PATCH),
            example: Some(r#"{ "user_name": "Johnny" }"#),
            answers: vec![Answer::empty(StatusCode::NO_CONTENT, "It is changed."), no_user()],
            handler: patch(change),
        },
        Route {
            name: "user_operations",
            method: Method::GET,
            path: path("/{user_id}/transactions"),
            auth: Auth::Merchant,
            summary: "List what changed a user's virtual currency",
            query: Some(&OPERATION_LIST),
            body: None,
            example: None,
            answers: vec![Answer::json(StatusCode::OK, "Operations, newest first.", &OPERATIONS, LISTED), no_user()],
            handler: get(operations),
        },
        Route {
            name: "user_recharge",
            method: Method::POST,
            path: path("/{user_id}/recharge"),
            auth: Auth::Merchant,
            summary: "Give a user virtual currency, or take some away",
            query: None,
            body: Some(&RECHARGE),
            example: Some(r#"{ "amount": 100, "comment": "Incoming payment" }"#),
            answers: vec![balance(), no_user(), refused("The user has only 5")],
            handler: post(recharge),
        },
        Route {
            name: "user_withdraw",
            method: Method::POST,
            path: path("/{user_id}/withdraw"),
            auth: Auth::Merchant,
            summary: "Take virtual currency away, as older clients do",
            query: None,
            body: Some(&WITHDRAW),
            example: Some(r#"{ "amount": 50, "comment": "A fine" }"#),
            answers: vec![balance(), no_user(), refused("The user has only 5")],
            handler: post(withdraw),
        },
    ]
}

async fn create(
    State(app): State<Shared>,
    Project(_, project): Project,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let (user, body) = UserBody::create(&body).map_err(Problem::invalid)?;
    wallet::create(&app, project.id, user, body).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn list(State(app): State<Shared>, Project(_, project): Project, raw: RawQuery) -> Result<Response, Problem> {
    let query = query(&USER_LIST, &raw)?;
    let text = |name: &str| query.get(name).and_then(read::text);
    let filter = Filter { requisites: text("user_requisites"), email: text("email") };
    let (offset, limit) = page::read(&query);
    let (total, users) = wallet::list(&app, project.id, filter, limit, offset).await?;
    let data: Vec<Value> = users.iter().map(user_json).collect();
    Ok(json(StatusCode::OK, &json!({ "recordsTotal": total, "data": data })))
}

async fn find(State(app): State<Shared>, User(project, user): User) -> Result<Response, Problem> {
    let player = wallet::find(&app, project.id, user).await?;
    Ok(json(StatusCode::OK, &user_json(&player)))
}

async fn update(state: State<Shared>, user: User, body: JsonBody) -> Result<Response, Problem> {
    set(state, user, body, &USER_UPDATE).await
}

async fn change(state: State<Shared>, user: User, body: JsonBody) -> Result<Response, Problem> {
    set(state, user, body, &USER_PATCH).await
}

async fn set(
    State(app): State<Shared>,
    User(project, user): User,
    JsonBody(body): JsonBody,
    shape: &Shape,
) -> Result<Response, Problem> {
    let body = UserBody::update(shape, &body).map_err(Problem::invalid)?;
    wallet::update(&app, project.id, user, body).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn operations(State(app): State<Shared>, User(project, user): User, raw: RawQuery) -> Result<Response, Problem> {
    let OperationQuery { from, to, kind } = OperationQuery::read(&query(&OPERATION_LIST, &raw)?);
    let all = wallet::operations(&app, project.id, user, from, to, kind).await?;
    Ok(json(StatusCode::OK, &all.iter().map(|(operation, left)| operation_json(operation, *left)).collect()))
}

async fn recharge(
    State(app): State<Shared>,
    User(project, user): User,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let body = RechargeBody::read(&RECHARGE, &body).map_err(Problem::invalid)?;
    let left = wallet::recharge(&app, project.id, user, body).await?;
    Ok(json(StatusCode::OK, &json!({ "amount": read::units(left) })))
}

async fn withdraw(
    State(app): State<Shared>,
    User(project, user): User,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let RechargeBody { amount, comment } = RechargeBody::read(&WITHDRAW, &body).map_err(Problem::invalid)?;
    let body = RechargeBody { amount: Decimal::negated(amount), comment };
    let left = wallet::recharge(&app, project.id, user, body).await?;
    Ok(json(StatusCode::OK, &json!({ "amount": read::units(left) })))
}

impl From<WalletError> for Problem {
    fn from(e: WalletError) -> Self {
        match e {
            WalletError::Store(e) => e.into(),
            WalletError::NotFound => Problem::not_found(e.to_string()),
            WalletError::Exists => Problem::fault("user_id", e.to_string()),
            WalletError::Disabled => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, e.to_string()),
            WalletError::Zero | WalletError::Amount(_) | WalletError::TooLittle(_) | WalletError::TooMuch => {
                Problem::fault("amount", e.to_string())
            }
        }
    }
}
