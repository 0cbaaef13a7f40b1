//! Items, lootboxes among them.

use super::Project;
use crate::body::{JsonBody, json, query};
use crate::{Answer, AnswerBody, Auth, Languages, Problem, Route};
use axum::extract::{Path, RawQuery, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use coinslot_app::Shared;
use coinslot_app::catalogue::EditError;
use coinslot_app::item::{self, NOT_FOUND, Sold};
use coinslot_domain::id::ItemId;
use coinslot_wire::item::{CREATE, CREATED, ITEM, ITEMS, ItemBody, LIST, ListQuery, UPDATE, listed};
use coinslot_wire::shape::Violation;
use serde_json::{Value, json};

const EXAMPLE: &str = r#"{
    "sku": "T-34-3", "item_code": "medium-tank", "name": { "en": "T-34-3" }, "description": { "en": "A medium tank." },
    "long_description": { "en": "A medium tank, and a real beast in its class." },
    "prices": { "USD": 40.09 }, "default_currency": "USD", "virtual_currency_price": 1200, "enabled": true,
    "permanent": false, "image_url": "https://img.game.example/tank.jpg", "item_type": "Expiration",
    "expiration": 1296000, "groups": [], "purchase_limit": null, "advertisement_type": "recommended",
    "user_attribute_conditions": [
        { "user_attribute_key": "level", "operation": "greaterOrEqual", "right_operand": [8], "action": "block" }
    ],
    "keywords": { "en": ["tank", "medium"] }
}"#;
const SHOWN: &str = r#"{
    "id": 100000001, "sku": "box-1", "item_code": null, "name": { "en": "Chest" }, "description": {},
    "long_description": {}, "prices": { "USD": 4.99 }, "default_currency": "USD", "virtual_currency_price": null,
    "enabled": true, "permanent": false, "image_url": null, "item_type": "lootbox", "expiration": null, "groups": [],
    "user_attribute_conditions": [{
        "id": 100000002, "name": null, "user_attribute_key": "level", "operation": "greaterOrEqual",
        "right_operand": [8], "action": "block"
    }],
    "purchase_limit": null, "keywords": {}, "advertisement_type": null, "deleted": false,
    "key_virtual_item_id": null, "opening_price_vc": 0,
    "slots": [{
        "id": 100000003,
        "value": {
            "virtual_items": [{ "id": 100000004, "amount": 10, "drop_rate": 20 }],
            "virtual_currency": [{ "amount": 100, "drop_rate": 80 }],
            "attribute": []
        },
        "compensation_for_duplicate_percent": 10, "compensation_for_duplicate_value": 0
    }],
    "limits": { "virtual_item": [{ "id": 100000004, "max_items": 5 }], "attribute": [] }
}"#;
const LISTED: &str = r#"[{
    "id": 100000001, "sku": "T-34-3", "localized_name": "T-34-3", "prices": { "USD": 40.09 },
    "default_currency": "USD", "enabled": true, "permanent": false, "groups": [100000002], "advertisement_type": null,
    "virtual_currency_price": null
}]"#;

fn no_item() -> Answer {
    Answer::error(StatusCode::NOT_FOUND, "The project has no such item, or it is deleted.", NOT_FOUND)
}

fn refused() -> Answer {
    Answer {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        what: "The item does not fit what else there is: another item has its SKU, a group or a prize is not there.",
        body: AnswerBody::Faults(vec![
            Violation::new("sku", "A virtual item with this SKU already exists"),
            Violation::new("slots[1]", "the drop rates sum to 99.99, not 100.00"),
        ]),
    }
}

fn needed(path: &'static str) -> Answer {
    let text = "The item cannot be deleted: it is a prize or the key of box-1";
    Answer {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        what: "A lootbox needs the item.",
        body: AnswerBody::Faults(vec![Violation::new(path, text)]),
    }
}

/// The operations here.
pub fn routes() -> Vec<Route> {
    let all = || "/projects/{project_id}/virtual_items/items".to_string();
    let one = || "/projects/{project_id}/virtual_items/items/{item_id}".to_string();
    vec![
        Route {
            name: "item_list",
            method: Method::GET,
            path: all(),
            auth: Auth::Merchant,
            summary: "List items",
            query: Some(&LIST),
            body: None,
            example: None,
            answers: vec![Answer::json(StatusCode::OK, "Items, by number.", &ITEMS, LISTED)],
            handler: get(list),
        },
        Route {
            name: "item_get",
            method: Method::GET,
            path: one(),
            auth: Auth::Merchant,
            summary: "Show an item",
            query: None,
            body: None,
            example: None,
            answers: vec![Answer::json(StatusCode::OK, "The item.", &ITEM, SHOWN), no_item()],
            handler: get(find),
        },
        Route {
            name: "item_create",
            method: Method::POST,
            path: all(),
            auth: Auth::Merchant,
            summary: "Add an item, which may be a lootbox",
            query: None,
            body: Some(&CREATE),
            example: Some(EXAMPLE),
            answers: vec![
                Answer::json(StatusCode::CREATED, "It is added.", &CREATED, r#"{ "item_id": 100000001 }"#),
                refused(),
            ],
            handler: post(create),
        },
        Route {
            name: "item_update",
            method: Method::PUT,
            path: one(),
            auth: Auth::Merchant,
            summary: "Change an item",
            query: None,
            body: Some(&UPDATE),
            example: Some(EXAMPLE),
            answers: vec![
                Answer::empty(StatusCode::NO_CONTENT, "It is changed."),
                no_item(),
                refused(),
                needed("deleted"),
            ],
            handler: put(update),
        },
        Route {
            name: "item_delete",
            method: Method::DELETE,
            path: one(),
            auth: Auth::Merchant,
            summary: "Delete an item: players keep what they have, and its SKU is free again",
            query: None,
            body: None,
            example: None,
            answers: vec![Answer::empty(StatusCode::NO_CONTENT, "It is deleted."), no_item(), needed("item_id")],
            handler: delete(remove),
        },
    ]
}

async fn list(
    State(app): State<Shared>,
    Project(_, project): Project,
    Languages(languages): Languages,
    raw: RawQuery,
) -> Result<Response, Problem> {
    let ListQuery { limit, offset, has_price } = ListQuery::read(&query(&LIST, &raw)?);
    let sold = match has_price.as_deref() {
        Some("virtual_currency") => Sold::ForVirtualCurrency,
        Some(_) => Sold::ForMoney,
        None => Sold::Any,
    };
    let items = item::list(&app, project.id, sold, limit, offset).await?;
    let items: Vec<Value> = items.iter().map(|i| listed(i, &languages, project.default_locale())).collect();
    Ok(json(StatusCode::OK, &items.into()))
}

async fn find(
    State(app): State<Shared>,
    Project(_, project): Project,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (item, lootbox) = item::find(&app, project.id, number(&id)?).await?;
    Ok(json(StatusCode::OK, &coinslot_wire::item::json(&item, lootbox.as_ref())))
}

async fn create(
    State(app): State<Shared>,
    Project(_, project): Project,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let body = ItemBody::create(&body).map_err(Problem::invalid)?;
    let id = item::create(&app, project.id, body).await?;
    Ok(json(StatusCode::CREATED, &json!({ "item_id": id.get() })))
}

async fn update(
    State(app): State<Shared>,
    Project(_, project): Project,
    Path((_, id)): Path<(String, String)>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let id = number(&id)?;
    let body = ItemBody::update(&body).map_err(Problem::invalid)?;
    item::update(&app, project.id, id, body).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn remove(
    State(app): State<Shared>,
    Project(_, project): Project,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    item::delete(&app, project.id, number(&id)?).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn number(id: &str) -> Result<ItemId, EditError> {
    id.parse().map_err(|()| EditError::NotFound(NOT_FOUND))
}
