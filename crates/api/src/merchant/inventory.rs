//! What players have.

use super::User;
use super::wallet::no_user;
use crate::body::{JsonBody, json, query};
use crate::{Answer, AnswerBody, Auth, Languages, Problem, Route};
use axum::extract::{RawQuery, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use coinslot_app::Shared;
use coinslot_app::inventory::{self, InventoryError, LineFault};
use coinslot_app::wallet::WalletError;
use coinslot_wire::inventory::{HOLDINGS, ITEMS, holding_json, lines};
use coinslot_wire::page;
use coinslot_wire::shape::Violation;
use coinslot_wire::wallet::PAGE;

const BODY: &str = r#"{ "virtual_items": [{ "virtual_item": { "sku": "sword" }, "amount": 1 }] }"#;
const LISTED: &str = r#"[{
    "virtual_item": {
        "id": 100000001, "sku": "sword", "localized_name": "Sword", "image_url": null, "enabled": true,
        "advertisement_type": null, "virtual_currency_price": 10
    },
    "amount": 1, "quantity": 1, "expiration_date": null,
    "id": 100000001, "sku": "sword", "localized_name": "Sword", "image_url": null, "enabled": true,
    "advertisement_type": null, "virtual_currency_price": 10
}]"#;

/// The operations here.
pub fn routes() -> Vec<Route> {
    let path = |rest: &str| format!("/projects/{{project_id}}/users/{{user_id}}/virtual_items{rest}");
    let fault = |what, place: &str, why: LineFault| Answer {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        what,
        body: AnswerBody::Faults(vec![Violation::new(place, why.to_string())]),
    };
    let unknown = || {
        let place = "virtual_items[0].virtual_item.sku";
        fault("The project has no such item; nothing was changed.", place, LineFault::UnknownSku)
    };
    vec![
        Route {
            name: "user_items_list",
            method: Method::GET,
            path: path(""),
            auth: Auth::Merchant,
            summary: "List the items that a user has",
            query: Some(&PAGE),
            body: None,
            example: None,
            answers: vec![Answer::json(StatusCode::OK, "The items.", &HOLDINGS, LISTED), no_user()],
            handler: get(list),
        },
        Route {
            name: "user_items_add",
            method: Method::POST,
            path: path("/add"),
            auth: Auth::Merchant,
            summary: "Give a user items",
            query: None,
            body: Some(&ITEMS),
            example: Some(BODY),
            answers: vec![Answer::empty(StatusCode::NO_CONTENT, "The user has them."), no_user(), unknown()],
            handler: post(add),
        },
        Route {
            name: "user_items_remove",
            method: Method::POST,
            path: path("/remove"),
            auth: Auth::Merchant,
            summary: "Take items from a user",
            query: None,
            body: Some(&ITEMS),
            example: Some(BODY),
            answers: vec![
                Answer::empty(StatusCode::NO_CONTENT, "The user no longer has them."),
                no_user(),
                unknown(),
                fault("The user has fewer; nothing was changed.", "virtual_items[0].amount", LineFault::TooFew(2)),
            ],
            handler: post(remove),
        },
    ]
}

async fn list(
    State(app): State<Shared>,
    User(project, user): User,
    Languages(wanted): Languages,
    raw: RawQuery,
) -> Result<Response, Problem> {
    let (offset, limit) = page::read(&query(&PAGE, &raw)?);
    let all = inventory::list(&app, project.id, user, limit, offset).await?;
    let items = all
        .iter()
        .map(|(holding, item)| holding_json(holding, item, item.name.pick(&wanted, project.default_locale())));
    Ok(json(StatusCode::OK, &items.collect()))
}

async fn add(
    State(app): State<Shared>,
    User(project, user): User,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    inventory::add(&app, project.id, user, lines(&body).map_err(Problem::invalid)?).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn remove(
    State(app): State<Shared>,
    User(project, user): User,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    inventory::remove(&app, project.id, user, lines(&body).map_err(Problem::invalid)?).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

impl From<InventoryError> for Problem {
    fn from(e: InventoryError) -> Self {
        match e {
            InventoryError::Store(e) => e.into(),
            InventoryError::NoPlayer => WalletError::NotFound.into(),
            InventoryError::Lines(faults) => Problem::invalid(faults.iter().map(violation).collect()),
        }
    }
}

fn violation((place, why): &(usize, LineFault)) -> Violation {
    let member = match why {
        LineFault::UnknownSku => "virtual_item.sku",
        LineFault::TooFew(_) => "amount",
    };
    Violation::new(format!("virtual_items[{place}].{member}"), why.to_string())
}
