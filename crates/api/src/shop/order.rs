//! Orders: how players make them and see theirs, and how a game's server searches
//! all of them.

use super::body::{ShopBody, json};
use super::caller::{From, Player as AsPlayer, Server, Shopper};
use super::cart::{BOTH, Own};
use super::fault::{
    self, INVALID_CART, INVALID_ITEM, IS_FREE, LIMIT, NO_CODE, NO_ORDER, NO_PRICE, NOT_ACTIVE, OUTDATED, OWNED, Of,
    TOO_FEW, TOO_LITTLE, USED_UP,
};
use super::{Fault, missing, refused};
use crate::{Answer, Auth, Route};
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use coinslot_app::Shared;
use coinslot_app::cart::{self, Whose};
use coinslot_app::order::{self, OrderError, Ordering};
use coinslot_app::player::Known;
use coinslot_domain::cart::Cart;
use coinslot_domain::id::OrderId;
use coinslot_domain::merchant::Project;
use coinslot_domain::order::Player;
use coinslot_wire::shape::Shape;
use coinslot_wire::shop::order::{self as wire, OrderBody};
use coinslot_wire::shop::token::MADE as MADE_SHAPE;
use coinslot_wire::token::TokenBody;
use serde_json::json;
use std::sync::Arc;

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

const OF_CART: &str = r#"{ "currency": "USD", "locale": "en", "sandbox": true }"#;
const OF_ITEM: &str = r#"{ "quantity": 1, "sandbox": true }"#;
const FOR_COINS: &str = r#"{ "custom_parameters": { "level": 7 } }"#;
const MADE: &str = r#"{ "token": "4mq_foIdbHn4WNoqcNBF4qKA7pzv", "order_id": 100000001 }"#;
const MADE_FREE: &str = r#"{ "order_id": 100000001 }"#;
const SEARCH: &str = r#"{ "limit": 10, "created_date_from": "2026-01-01T00:00:00+00:00" }"#;
const FOUND: &str = r#"{ "orders": [], "total_items_count": 0, "has_more": false }"#;

/// The operations here.
pub fn routes() -> Vec<Route> {
    let mut all = vec![
        Route {
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
        },
        Route {
            name: "order_search",
            method: Method::POST,
            path: "/v3/project/{project_id}/admin/order/search".into(),
            auth: Auth::Server,
            summary: "Search the orders of a project",
            query: None,
            body: Some(&wire::SEARCH),
            example: Some(SEARCH),
            answers: vec![Answer::json(StatusCode::OK, "What was found.", &wire::FOUND, FOUND)],
            handler: post(search),
        },
    ];
    let order = |name, path: &str, auth, summary, body: &'static Shape, example, answers: Vec<Answer>, handler| Route {
        name,
        method: Method::POST,
        path: format!("/v2/project/{{project_id}}/{path}"),
        auth,
        summary,
        query: None,
        body: Some(body),
        example: Some(example),
        answers,
        handler,
    };
    let paid = || Answer::json(StatusCode::OK, "The order and its token.", &MADE_SHAPE, MADE);
    let free = || Answer::json(StatusCode::OK, "The order.", &wire::MADE_FREE, MADE_FREE);
    let bought = || {
        vec![
            refused(1424, "There are fewer keys of a game than ordered.", TOO_FEW),
            refused(1460, "The player may not buy as many.", LIMIT),
            refused(1468, "The player can have it once, and has it.", OWNED),
            refused(1700, "The project is not active, and it is no test.", NOT_ACTIVE),
            refused(4054, "Not everything has a price in the currency that is asked for.", NO_PRICE),
            refused(9804, "The code was used as often as it can be.", USED_UP),
            refused(9810, "It is too late for the code.", OUTDATED),
            missing(9807, "There is no such code.", NO_CODE),
        ]
    };
    let cart = |first: Answer| {
        let mut all = vec![first, refused(1401, "Something in the cart cannot be ordered so.", INVALID_CART)];
        all.push(refused(1421, "Something in it costs nothing.", IS_FREE));
        all.extend(bought());
        all
    };
    let item = |first: Answer| {
        let mut all = vec![first, refused(1411, "It cannot be ordered so.", INVALID_ITEM)];
        all.push(missing(4001, "There is no such thing.", "Item with sku = 'shield' not found"));
        all.extend(bought());
        all
    };
    for (named, part) in BOTH {
        let mut of_both = |names: [&'static str; 2], what: &str, summary, answers, handler| {
            let path = format!("{what}/cart{part}");
            let name = names[usize::from(named)];
            all.push(order(name, &path, Auth::Shopper, summary, &wire::OF_CART, OF_CART, answers, handler));
        };
        let names = ["order_create", "order_create_by_cart_id"];
        of_both(names, "payment", "Order what is in a cart", cart(paid()), post(of_cart));
        let names = ["order_create_free", "order_create_free_by_cart_id"];
        let summary = "Order what is in a cart and costs nothing, and have it right away";
        of_both(names, "free", summary, cart(free()), post(free_cart));
    }
    all.push(order(
        "order_create_with_item",
        "payment/item/{item_sku}",
        Auth::Player,
        "Order a single thing",
        &wire::OF_ITEM,
        OF_ITEM,
        item(paid()),
        post(of_item),
    ));
    all.push(order(
        "order_create_free_with_item",
        "free/item/{item_sku}",
        Auth::Player,
        "Order a single thing that costs nothing, and have it right away",
        &wire::OF_ITEM,
        OF_ITEM,
        item(free()),
        post(free_item),
    ));
    let mut coins = item(free());
    coins.push(refused(5006, "The player has too little virtual currency.", TOO_LITTLE));
    all.push(order(
        "order_create_for_coins",
        "payment/item/{item_sku}/virtual/{virtual_currency_sku}",
        Auth::Player,
        "Buy an item for virtual currency, and have it right away",
        &wire::FOR_COINS,
        FOR_COINS,
        coins,
        post(for_coins),
    ));
    all
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

async fn search(
    State(app): State<Shared>,
    Server(project): Server,
    ShopBody(body): ShopBody,
) -> Result<Response, Fault> {
    let wire::Search { span, limit, offset } = wire::Search::read(&body).map_err(Fault::invalid)?;
    let (total, found) = order::search(&app, project.id, span, limit, offset).await?;
    let shown: Vec<_> = found.iter().map(|(o, status, paid)| wire::listed(o, *status, paid.as_ref())).collect();
    let has_more = offset.saturating_add(limit) < total;
    Ok(json(&json!({ "orders": shown, "total_items_count": total, "has_more": has_more })))
}

/// What is ordered of a cart.
pub(super) async fn ordering(app: &Shared, whose: &Whose, body: serde_json::Value) -> Result<Ordering, Fault> {
    let body = OrderBody::read(&wire::OF_CART, body).map_err(Fault::invalid)?;
    of_contents(whose, &body, &cart::contents(app, whose).await?)
}

/// The same of a cart with these contents.
fn of_contents(whose: &Whose, body: &OrderBody, cart: &Cart) -> Result<Ordering, Fault> {
    if cart.lines.is_empty() {
        return Err(Fault::refused(1401, INVALID_CART));
    }
    let player = Player { country: whose.country.clone(), ..whose.known.player.clone() };
    let attributes = whose.known.attributes.as_ref();
    let token = body.token(whose.project.id, &player, attributes, &cart.lines, cart.coupon.as_deref());
    // Nothing is shown of who a guest says to be, and nothing is saved.
    let token = if whose.known.guest { token.and_then(TokenBody::of_guest) } else { token };
    let body = token.ok_or_else(|| Fault::refused(1401, INVALID_CART))?;
    Ok(Ordering { project: whose.project.clone(), body, cart: Some(whose.name.clone()), seen: None })
}

pub(super) async fn of_cart(
    State(app): State<Shared>,
    Own(whose): Own,
    ShopBody(body): ShopBody,
) -> Result<Response, Fault> {
    let body = OrderBody::read(&wire::OF_CART, body).map_err(Fault::invalid)?;
    // Most carts are ordered as they were filled just before.
    let seen = cart::filled_last(&app, &whose).filter(|cart| !cart.lines.is_empty());
    let made = match seen {
        Some(cart) => {
            let ordering = of_contents(&whose, &body, &cart)?;
            order::place(&app, Ordering { seen: Some(cart), ..ordering }).await
        }
        None => Err(OrderError::Changed),
    };
    let made = match made {
        Err(OrderError::Changed) => {
            let ordering = of_contents(&whose, &body, &cart::contents(&app, &whose).await?)?;
            order::place(&app, ordering).await
        }
        made => made,
    };
    let (id, token) = made.map_err(|e| fault::order(e, Of::Cart))?;
    Ok(json(&json!({ "order_id": id.get(), "token": token })))
}

async fn free_cart(State(app): State<Shared>, Own(whose): Own, ShopBody(body): ShopBody) -> Result<Response, Fault> {
    let ordering = ordering(&app, &whose, body).await?;
    let id = order::place_free(&app, ordering).await.map_err(|e| fault::order(e, Of::Cart))?;
    Ok(json(&json!({ "order_id": id.get() })))
}

/// What is ordered of one thing.
pub(super) fn single(
    project: Arc<Project>,
    known: &Known,
    from: &From,
    sku: &str,
    (shape, body): (&Shape, serde_json::Value),
) -> Result<Ordering, Fault> {
    let body = OrderBody::read(shape, body).map_err(Fault::invalid)?;
    let country = known.player.country.clone().or_else(|| from.country().map(str::to_string));
    let player = Player { country, ..known.player.clone() };
    let items = [(sku.to_string(), body.quantity)];
    let token = body.token(project.id, &player, known.attributes.as_ref(), &items, body.code.as_deref());
    let body = token.ok_or_else(|| Fault::refused(1411, INVALID_ITEM))?;
    Ok(Ordering { project, body, cart: None, seen: None })
}

async fn of_item(
    State(app): State<Shared>,
    AsPlayer(project, known): AsPlayer,
    from: From,
    Path((_, sku)): Path<(String, String)>,
    ShopBody(body): ShopBody,
) -> Result<Response, Fault> {
    let ordering = single(project, &known, &from, &sku, (&wire::OF_ITEM, body))?;
    let (id, token) = order::place(&app, ordering).await.map_err(|e| fault::order(e, Of::Item(&sku)))?;
    Ok(json(&json!({ "order_id": id.get(), "token": token })))
}

async fn free_item(
    State(app): State<Shared>,
    AsPlayer(project, known): AsPlayer,
    from: From,
    Path((_, sku)): Path<(String, String)>,
    ShopBody(body): ShopBody,
) -> Result<Response, Fault> {
    let ordering = single(project, &known, &from, &sku, (&wire::OF_ITEM, body))?;
    let id = order::place_free(&app, ordering).await.map_err(|e| fault::order(e, Of::Item(&sku)))?;
    Ok(json(&json!({ "order_id": id.get() })))
}

async fn for_coins(
    State(app): State<Shared>,
    AsPlayer(project, known): AsPlayer,
    from: From,
    Path((_, sku, coins)): Path<(String, String, String)>,
    ShopBody(body): ShopBody,
) -> Result<Response, Fault> {
    let Ordering { project, body, .. } = single(project, &known, &from, &sku, (&wire::FOR_COINS, body))?;
    let made = order::place_for_coins(&app, project, body, sku.clone(), coins).await;
    let id = made.map_err(|e| fault::order(e, Of::Item(&sku)))?;
    Ok(json(&json!({ "order_id": id.get() })))
}
