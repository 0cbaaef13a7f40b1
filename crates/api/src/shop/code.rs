//! Codes that players enter: for what is in a cart, or for what a coupon gives
//! by itself.

use super::body::{ShopBody, json, text};
use super::caller::{From, Player, Shopper};
use super::cart::{CART, fault, whose};
use super::fault::{INVALID_CART, NO_AUTHORIZATION, NO_CODE, NO_COUPON, OUTDATED, USED_UP};
use super::{Fault, missing, refused};
use crate::{Answer, AnswerBody, Auth, Route};
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::{get, post, put};
use coinslot_app::Shared;
use coinslot_app::cart::{self, Whose};
use coinslot_app::coupon::{self, CouponError, Refused};
use coinslot_domain::merchant::Project;
use coinslot_wire::read;
use coinslot_wire::shape::Shape;
use coinslot_wire::shop::cart as wire;
use serde_json::{Value, json};
use std::sync::Arc;

const CODE: &str = r#"{ "coupon_code": "SPRING", "cart": { "id": "current" } }"#;
const CART_OF: &str = r#"{ "cart": { "id": "current" } }"#;
const REDEEMED: &str = r#"{
    "cart_id": "current", "is_free": false, "price": null, "items": [], "promotions": [],
    "rewards": { "bonus": [], "discount": { "percent": "10.00" }, "discounted_items": [], "is_selectable": false }
}"#;
const REWARDS: &str =
    r#"{ "bonus": [], "discount": { "percent": "10.00" }, "discounted_items": [], "is_selectable": false }"#;
const GIVEN: &str = r#"{ "items": [{
    "sku": "com.example.sword", "quantity": 1, "type": "virtual_good", "name": "Sword", "description": "",
    "image_url": "", "is_free": true, "price": null, "groups": [], "attributes": [], "virtual_prices": []
}] }"#;

/// The operations here.
pub fn routes() -> Vec<Route> {
    let route = |name, method, path: &str, auth, summary, answers: Vec<Answer>, handler| Route {
        name,
        method,
        path: format!("/v2/project/{{project_id}}/{path}"),
        auth,
        summary,
        query: None,
        body: None,
        example: None,
        answers: answers
            .into_iter()
            .chain([Answer {
                status: StatusCode::FORBIDDEN,
                what: "Nobody says who calls.",
                body: AnswerBody::Fault(0, NO_AUTHORIZATION),
            }])
            .collect(),
        handler,
    };
    let with =
        |route: Route, body: &'static Shape, example| Route { body: Some(body), example: Some(example), ..route };
    let unknown = |text| missing(9807, "There is no such code.", text);
    let out = || {
        [
            refused(9804, "It was used as often as it can be.", USED_UP),
            refused(9810, "It is too late for it.", OUTDATED),
        ]
    };
    let of_cart = |what, shape, example| {
        let mut all = vec![Answer::json(StatusCode::OK, what, shape, example), unknown(NO_CODE)];
        all.extend(out());
        all.push(refused(1401, "The cart's name cannot be one.", INVALID_CART));
        all
    };
    let of_coupon = |what, shape, example| {
        let mut all = vec![Answer::json(StatusCode::OK, what, shape, example), unknown(NO_COUPON)];
        all.extend(out());
        all
    };
    vec![
        with(
            route(
                "code_redeem_in_cart",
                Method::POST,
                "promocode/redeem",
                Auth::Shopper,
                "Have a code count for a cart; it is used when the order is paid",
                of_cart("The cart, and what the code gives.", &wire::REDEEMED, REDEEMED),
                post(redeem),
            ),
            &wire::REDEEM,
            CODE,
        ),
        with(
            route(
                "code_remove_from_cart",
                Method::PUT,
                "promocode/remove",
                Auth::Shopper,
                "Have no code count for a cart",
                vec![
                    Answer::json(StatusCode::OK, "The cart.", &wire::SHOWN, CART),
                    refused(1401, "There is no such cart.", "Cart for user 1234567 not found"),
                ],
                put(remove),
            ),
            &wire::REMOVE,
            CART_OF,
        ),
        route(
            "code_get_rewards",
            Method::GET,
            "promocode/code/{promocode_code}/rewards",
            Auth::Player,
            "Show what a code adds to a purchase",
            of_cart("What it gives.", &wire::REWARDS, REWARDS),
            get(rewards),
        ),
        with(
            route(
                "coupon_redeem_own",
                Method::POST,
                "coupon/redeem",
                Auth::Player,
                "Use a coupon: the player has what it gives right away",
                of_coupon("What it gave.", &wire::GIVEN, GIVEN),
                post(redeem_coupon),
            ),
            &wire::REDEEM,
            CODE,
        ),
        route(
            "coupon_get_rewards",
            Method::GET,
            "coupon/code/{coupon_code}/rewards",
            Auth::Player,
            "Show what a coupon gives by itself",
            of_coupon("What it gives.", &wire::REWARDS, REWARDS),
            get(coupon_rewards),
        ),
    ]
}

/// What these operations say to who does not say who calls.
fn forbidden(fault: Fault) -> Fault {
    if fault.says(super::fault::NO_PLAYER) {
        return Fault::new(StatusCode::FORBIDDEN, 0, NO_AUTHORIZATION);
    }
    fault
}

fn country(known: &coinslot_app::player::Known, from: &From) -> Option<String> {
    known.player.country.clone().or_else(|| from.country().map(str::to_string))
}

fn own(
    project: Arc<Project>,
    known: Arc<coinslot_app::player::Known>,
    from: &From,
    name: Option<String>,
) -> Result<Whose, Fault> {
    let country = country(&known, from);
    whose(project, known, name, country)
}

/// The code of a body.
fn code(body: &Value, shape: &Shape) -> Result<String, Fault> {
    let body = read::checked(shape, body).map_err(Fault::invalid)?;
    Ok(body.get("coupon_code").and_then(read::text).unwrap_or_default())
}

async fn redeem(
    State(app): State<Shared>,
    shopper: Result<Shopper, Fault>,
    from: From,
    ShopBody(body): ShopBody,
) -> Result<Response, Fault> {
    let Shopper(project, known) = shopper.map_err(forbidden)?;
    let code = code(&body, &wire::REDEEM)?;
    let whose = own(project, known, &from, wire::cart_id(&body))?;
    let failed = |e| fault(e, &whose, "");
    cart::redeem(&app, &whose, code.clone()).await.map_err(failed)?;
    let rewards = cart::rewards(&app, &whose, code).await.map_err(failed)?.to_string();
    Ok(text(cart::show(&app, &whose, Some(("rewards", &rewards))).await?))
}

async fn remove(
    State(app): State<Shared>,
    shopper: Result<Shopper, Fault>,
    from: From,
    ShopBody(body): ShopBody,
) -> Result<Response, Fault> {
    let Shopper(project, known) = shopper.map_err(forbidden)?;
    code(&body, &wire::REMOVE)?;
    let whose = own(project, known, &from, wire::cart_id(&body))?;
    cart::forget_code(&app, &whose).await.map_err(|e| fault(e, &whose, ""))?;
    Ok(text(cart::show(&app, &whose, None).await?))
}

async fn rewards(
    State(app): State<Shared>,
    player: Result<Player, Fault>,
    from: From,
    Path((_, code)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let Player(project, known) = player.map_err(forbidden)?;
    let whose = own(project, known, &from, None)?;
    Ok(json(&cart::rewards(&app, &whose, code).await.map_err(|e| fault(e, &whose, ""))?))
}

async fn redeem_coupon(
    State(app): State<Shared>,
    player: Result<Player, Fault>,
    from: From,
    ShopBody(body): ShopBody,
) -> Result<Response, Fault> {
    let Player(project, known) = player.map_err(forbidden)?;
    let code = code(&body, &wire::REDEEM)?;
    let (id, user) = (project.id, known.player.id.clone());
    let given = coupon::redeem(&app, id, code, user).await.map_err(coupon_fault)?;
    let whose = own(project, known, &from, None)?;
    let rewards = cart::given(&app, &whose, &given).await?;
    let item = |bonus: &Value| {
        let mut item = bonus["item"].clone();
        item["is_free"] = true.into();
        item["price"] = Value::Null;
        for list in ["groups", "attributes", "virtual_prices"] {
            item[list] = json!([]);
        }
        item
    };
    let items: Vec<Value> = rewards["bonus"].as_array().into_iter().flatten().map(item).collect();
    Ok(json(&json!({ "items": items })))
}

async fn coupon_rewards(
    State(app): State<Shared>,
    player: Result<Player, Fault>,
    from: From,
    Path((_, code)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let Player(project, known) = player.map_err(forbidden)?;
    let shown = coupon::find(&app, project.id, code).await.map_err(coupon_fault)?;
    let whose = own(project, known, &from, None)?;
    Ok(json(&cart::given(&app, &whose, &shown).await?))
}

fn coupon_fault(e: CouponError) -> Fault {
    match e {
        CouponError::NotFound | CouponError::NotYours => Fault::new(StatusCode::NOT_FOUND, 9807, NO_COUPON),
        CouponError::Refused(Refused::Coupon(why)) => super::fault::code(Some(why)),
        CouponError::Refused(Refused::Player) => Fault::refused(1102, "Unprocessable Entity. The user is disabled"),
        CouponError::TooMuch => Fault::refused(1102, "Unprocessable Entity. The user cannot have more"),
        CouponError::Faults(violations) => Fault::invalid(violations),
        CouponError::Store(e) => e.into(),
    }
}
