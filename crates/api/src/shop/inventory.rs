//! What a player has.

use super::body::{ShopBody, json, nothing, query};
use super::caller::Player;
use super::{Fault, missing, refused};
use crate::{Answer, Auth, Route};
use axum::extract::{RawQuery, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use coinslot_app::Shared;
use coinslot_app::inventory::{self, InventoryError, LineFault};
use coinslot_wire::inventory::ItemLine;
use coinslot_wire::shape::Shape;
use coinslot_wire::shop::inventory as wire;

const ITEMS: &str = r#"{ "items": [{
    "sku": "com.example.potion", "name": "Potion", "type": "virtual_good", "virtual_item_type": "consumable",
    "description": "", "image_url": "", "attributes": [], "groups": [], "quantity": 3, "remaining_uses": 3,
    "instance_id": null
}] }"#;
const BALANCE: &str = r#"{ "items": [{
    "sku": "virtual_currency", "type": "virtual_currency", "name": "Gems", "description": "", "image_url": "",
    "amount": 500
}] }"#;
const LASTING: &str = r#"{ "items": [{
    "sku": "pass", "name": "Pass", "type": "virtual_good", "virtual_item_type": "non_renewing_subscription",
    "description": "", "image_url": "", "attributes": [], "groups": [], "expired_at": 1780000000, "status": "active"
}] }"#;
const CONSUME: &str = r#"{ "sku": "com.example.potion", "quantity": 1, "instance_id": null }"#;
const NO_QUANTITY: &str = "Quantity and item_id/sku must be specified";
const TOO_FEW: &str = "Could not find instance in inventory: the user has fewer of it";

/// The operations here.
pub fn routes() -> Vec<Route> {
    let route =
        |name, path: &str, summary, query, shape: &'static Shape, example, handler: MethodRouter<Shared>| Route {
            name,
            method: Method::GET,
            path: format!("/v2/project/{{project_id}}/user/{path}"),
            auth: Auth::Player,
            summary,
            query: Some(query),
            body: None,
            example: None,
            answers: vec![Answer::json(StatusCode::OK, "As it is now.", shape, example)],
            handler,
        };
    vec![
        route(
            "inventory_list",
            "inventory/items",
            "List the items that the player has",
            &wire::LIST,
            &wire::ITEMS,
            ITEMS,
            get(list),
        ),
        route(
            "inventory_balance",
            "virtual_currency_balance",
            "Show how much virtual currency the player has",
            &wire::QUERY,
            &wire::BALANCE,
            BALANCE,
            get(balance),
        ),
        route(
            "inventory_lasting",
            "time_limited_items",
            "List the items that last for a time, with what the player has of them",
            &wire::QUERY,
            &wire::LASTING,
            LASTING,
            get(lasting),
        ),
        Route {
            name: "inventory_consume",
            method: Method::POST,
            path: "/v2/project/{project_id}/user/inventory/item/consume".into(),
            auth: Auth::Player,
            summary: "Use items up",
            query: Some(&wire::QUERY),
            body: Some(&wire::CONSUME),
            example: Some(CONSUME),
            answers: vec![
                Answer::empty(StatusCode::NO_CONTENT, "They are used up."),
                missing(4001, "There is no such item.", "Item with sku = 'shield' not found"),
                missing(5004, "The player has fewer; nothing was changed.", TOO_FEW),
                refused(5002, "Nothing says how many.", NO_QUANTITY),
            ],
            handler: post(consume),
        },
    ]
}

async fn list(State(app): State<Shared>, Player(project, known): Player, raw: RawQuery) -> Result<Response, Fault> {
    let (limit, offset) = wire::page(&query(&wire::LIST, &raw)?);
    Ok(json(&inventory::shown(&app, project, known, limit, offset).await?))
}

async fn balance(State(app): State<Shared>, Player(project, known): Player, raw: RawQuery) -> Result<Response, Fault> {
    query(&wire::QUERY, &raw)?;
    Ok(json(&inventory::balance(&app, project, known).await?))
}

async fn lasting(State(app): State<Shared>, Player(project, known): Player, raw: RawQuery) -> Result<Response, Fault> {
    query(&wire::QUERY, &raw)?;
    Ok(json(&inventory::lasting(&app, project, known).await?))
}

async fn consume(
    State(app): State<Shared>,
    Player(project, known): Player,
    raw: RawQuery,
    ShopBody(body): ShopBody,
) -> Result<Response, Fault> {
    query(&wire::QUERY, &raw)?;
    let (sku, amount) = wire::consume(&body).map_err(Fault::invalid)?;
    let amount = amount.ok_or_else(|| Fault::refused(5002, NO_QUANTITY))?;
    let lines = vec![ItemLine { sku: sku.clone(), amount }];
    let fewer = || Fault::new(StatusCode::NOT_FOUND, 5004, TOO_FEW);
    let done = inventory::remove(&app, project.id, known.player.id.clone(), lines).await;
    done.map(|()| nothing()).map_err(|e| match e {
        // Who has nothing may be nobody whom the project knows.
        InventoryError::NoPlayer => fewer(),
        InventoryError::Lines(faults) => match faults.first() {
            Some((_, LineFault::UnknownSku)) => super::fault::no_item(&sku),
            _ => fewer(),
        },
        InventoryError::Store(e) => e.into(),
    })
}
