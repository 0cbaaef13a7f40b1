//! The call that orders SKUs for a player and makes the token that pays for
//! them.

use super::body::{ShopText, json};
use super::caller::{DEFAULT_COUNTRY, Server, said_ip};
use super::fault::{self, EMPTY, INVALID_CART, IS_FREE, LIMIT, NO_COUNTRY, NO_PRICE, NOT_ACTIVE, OWNED, Of, TOO_FEW};
use super::{Fault, refused};
use crate::{Answer, Auth, Route};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use coinslot_app::order::{self, Ordering};
use coinslot_app::{Shared, country};
use coinslot_domain::merchant::is_country;
use coinslot_wire::shop::token::{ADMIN_TOKEN, AdminToken, MADE};
use serde_json::json;

const EXAMPLE: &str = r#"{
    "sandbox": true,
    "user": {
        "id": { "value": "1234567" }, "email": { "value": "email@example.com" }, "country": { "value": "US" }
    },
    "purchase": { "items": [{ "sku": "com.example.sword", "quantity": 1 }] },
    "settings": { "language": "en", "return_url": "https://game.example/shop" },
    "custom_parameters": { "user_level": 80 }
}"#;

/// The operations here.
pub fn routes() -> Vec<Route> {
    vec![Route {
        name: "order_create_token",
        method: Method::POST,
        path: "/v3/project/{project_id}/admin/payment/token".into(),
        auth: Auth::Server,
        summary: "Order SKUs for a player and make the token that pays for them",
        query: None,
        body: Some(&ADMIN_TOKEN),
        example: Some(EXAMPLE),
        answers: vec![
            Answer::json(
                StatusCode::OK,
                "The order and its token.",
                &MADE,
                r#"{ "token": "4mq_foIdbHn4WNoqcNBF4qKA7pzv", "order_id": 100000001 }"#,
            ),
            Answer::json(
                StatusCode::CREATED,
                "The same, for a project that chose 201.",
                &MADE,
                r#"{ "token": "4mq_foIdbHn4WNoqcNBF4qKA7pzv", "order_id": 100000001 }"#,
            ),
            refused(1102, "Neither the body nor X-User-Ip tells the player's country.", NO_COUNTRY),
            refused(1401, "Something is not there or not sold to this player.", INVALID_CART),
            refused(1417, "Nothing is ordered.", EMPTY),
            refused(1421, "Something costs nothing.", IS_FREE),
            refused(1424, "There are fewer keys of a game than ordered.", TOO_FEW),
            refused(1460, "The player may not buy as many.", LIMIT),
            refused(1468, "The player can have it once, and has it.", OWNED),
            refused(1700, "The project is not active, and it is no test.", NOT_ACTIVE),
            refused(4054, "Not everything has a price in the currency that is asked for.", NO_PRICE),
        ],
        handler: post(create),
    }]
}

pub(super) async fn create(
    State(app): State<Shared>,
    Server(project): Server,
    headers: HeaderMap,
    body: ShopText,
) -> Result<Response, Fault> {
    let body = match AdminToken::plain(&body.0) {
        Some(body) => body,
        None => AdminToken::read(body.value()?).map_err(Fault::invalid)?,
    };
    let by_address = || {
        let country = country::of_ip(said_ip(&headers)?).filter(|code| is_country(code));
        Some(country.unwrap_or(DEFAULT_COUNTRY).to_string())
    };
    let country = body.country.clone().or_else(by_address).ok_or_else(|| Fault::refused(1102, NO_COUNTRY))?;
    let token = body.token(project.id, &country).ok_or_else(|| Fault::refused(1401, INVALID_CART))?;
    let status = StatusCode::from_u16(project.token_status.number()).unwrap_or_default();
    let ordering = Ordering { project, body: token, cart: None, seen: None };
    let (id, token) = order::place(&app, ordering).await.map_err(|e| fault::order(e, Of::Lines))?;
    Ok((status, json(&json!({ "token": token, "order_id": id.get() }))).into_response())
}
