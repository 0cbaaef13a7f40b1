//! Orders, as players see theirs.

use super::body::json;
use super::caller::Shopper;
use super::fault::NO_ORDER;
use super::{Fault, missing};
use crate::{Answer, Auth, Route};
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::get;
use coinslot_app::{Shared, order};
use coinslot_domain::id::OrderId;
use coinslot_wire::shop::order as wire;

const ORDER: &str = r#"{
    "order_id": 100000001, "status": "done",
    "content": {
        "price": { "amount": "9.98", "amount_without_discount": "9.98", "currency": "USD" },
        "virtual_price": null, "is_free": false,
        "items": [{
            "sku": "com.example.sword", "quantity": 2, "is_free": false,
            "price": { "amount": "4.99", "amount_without_discount": "4.99", "currency": "USD" }
        }]
    }
}"#;

/// The operations here.
pub fn routes() -> Vec<Route> {
    vec![Route {
        name: "order_get",
        method: Method::GET,
        path: "/v2/project/{project_id}/order/{order_id}".into(),
        auth: Auth::Shopper,
        summary: "Show an order to its player",
        query: None,
        body: None,
        example: None,
        answers: vec![
            Answer::json(StatusCode::OK, "The order.", &wire::ORDER, ORDER),
            missing(9001, "There is no such order, or it is another player's.", NO_ORDER),
        ],
        handler: get(find),
    }]
}

async fn find(
    State(app): State<Shared>,
    Shopper(project, known): Shopper,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let absent = || Fault::new(StatusCode::NOT_FOUND, 9001, NO_ORDER);
    let id: OrderId = id.parse().map_err(|()| absent())?;
    let (order, status) = order::find(&app, project.id, &known.player, id).await?.ok_or_else(absent)?;
    Ok(json(&wire::order(&order, status)))
}
