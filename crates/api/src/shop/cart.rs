//! Carts of players, and of guests.

use super::body::{ShopBody, ShopText, nothing, query, text};
use super::caller::{From, Server, Shopper};
use super::fault::INVALID_CART;
use super::item::no_project_item;
use super::{Fault, missing, refused};
use crate::{Answer, Auth, Route};
use axum::extract::{FromRequestParts, Path, RawQuery, State};
use axum::http::{HeaderMap, Method, StatusCode, request::Parts};
use axum::response::Response;
use axum::routing::{MethodRouter, delete, get, put};
use coinslot_app::Shared;
use coinslot_app::cart::{self, CartError, Left, Whose};
use coinslot_app::player::{self, Known};
use coinslot_domain::cart::{CURRENT, NAME_LENGTH};
use coinslot_domain::merchant::Project;
use coinslot_domain::money::Currency;
use coinslot_domain::order::Player;
use coinslot_wire::read;
use coinslot_wire::shape::Shape;
use coinslot_wire::shop::cart as wire;
use coinslot_wire::shop::player::is_player_id;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;

const LINES: &str = r#"{ "items": [{ "sku": "com.example.sword", "quantity": 2 }] }"#;
const QUANTITY: &str = r#"{ "quantity": 2 }"#;
/// A cart in examples.
pub(crate) const CART: &str = r#"{
    "cart_id": "current", "is_free": false,
    "price": { "amount": "9.98", "amount_without_discount": "9.98", "currency": "USD" },
    "items": [{
        "sku": "com.example.sword", "quantity": 2, "is_free": false, "is_bonus": false,
        "price": { "amount": "4.99", "amount_without_discount": "4.99", "currency": "USD" }
    }],
    "promotions": []
}"#;
const FILLED: &str = r#"{
    "cart_id": "current", "is_free": false, "price": null, "items": [], "promotions": [],
    "warnings": [{
        "sku": "shield", "quantity": 1, "errorCode": 4001,
        "errorMessage": "[0401-4001]: Item with sku = 'shield' not found"
    }]
}"#;
const NO_USER: &str = "User not found";
const NO_QUANTITY: &str = "Item quantity must be non-negative integer";
const FULL: &str = "Unprocessable Entity. The cart is full: it has 100 different items";

/// What is there for the current cart and for one with a name: whether it has
/// one, and what follows `cart` in the path.
pub(crate) const BOTH: [(bool, &str); 2] = [(false, ""), (true, "/{cart_id}")];

/// The operations here. Each is there for the current cart, and for one with a
/// name.
pub fn routes() -> Vec<Route> {
    let mut all = Vec::new();
    for (named, part) in BOTH {
        let name = |current: &'static str, other: &'static str| if named { other } else { current };
        let gone = || Answer::empty(StatusCode::NO_CONTENT, "Done.");
        let no_item = || {
            let text = "Item with Project Id = 18404 and Sku = shield not found";
            missing(4001, "There is no such thing.", text)
        };
        let bad = || refused(1401, "The cart's name cannot be one.", INVALID_CART);
        let mut route = |name, method, rest: &str, summary, handler: MethodRouter<Shared>| {
            all.push(Route {
                name,
                method,
                path: format!("/v2/project/{{project_id}}/cart{part}{rest}"),
                auth: Auth::Shopper,
                summary,
                query: None,
                body: None,
                example: None,
                answers: vec![bad()],
                handler,
            });
        };
        route(name("cart_get", "cart_get_by_id"), Method::GET, "", "Show a cart", get(show));
        route(name("cart_clear", "cart_clear_by_id"), Method::PUT, "/clear", "Empty a cart", put(clear));
        route(name("cart_fill", "cart_fill_by_id"), Method::PUT, "/fill", "Put lines into a cart", put(fill));
        let summary = "Put so many of a thing into a cart";
        route(name("cart_put", "cart_put_by_id"), Method::PUT, "/item/{item_sku}", summary, put(put_item));
        let summary = "Take a thing out of a cart";
        route(name("cart_remove", "cart_remove_by_id"), Method::DELETE, "/item/{item_sku}", summary, delete(remove));
        for route in all.iter_mut().rev().take(5) {
            match (&route.method, route.path.rsplit('/').next().unwrap_or_default()) {
                (&Method::GET, _) => {
                    route.query = Some(&wire::QUERY);
                    let what = "The cart; an empty one if it was never used.";
                    route.answers.push(Answer::json(StatusCode::OK, what, &wire::SHOWN, CART));
                }
                (_, "fill") => {
                    (route.body, route.example) = (Some(&wire::FILL), Some(LINES));
                    let what = "The cart, and what was left out.";
                    route.answers.push(Answer::json(StatusCode::OK, what, &wire::FILLED, FILLED));
                }
                (_, "clear") => route.answers.push(gone()),
                (&Method::DELETE, _) => route.answers.extend([gone(), no_item()]),
                _ => {
                    (route.body, route.example) = (Some(&wire::PUT), Some(QUANTITY));
                    route.answers.extend([gone(), no_item(), refused(1102, "It is no quantity.", NO_QUANTITY)]);
                }
            }
        }
        all.push(Route {
            name: name("cart_fill_for", "cart_fill_for_by_id"),
            method: Method::PUT,
            path: format!("/v2/admin/project/{{project_id}}/cart{part}/fill"),
            auth: Auth::Server,
            summary: "Put lines into the cart of a player",
            query: Some(&wire::QUERY),
            body: Some(&wire::SERVER_FILL),
            example: Some(LINES),
            answers: vec![
                Answer::json(StatusCode::OK, "The cart, and what was left out.", &wire::FILLED, FILLED),
                missing(5008, "Neither x-user-id nor x-user-for names a player.", NO_USER),
                bad(),
            ],
            handler: put(fill_for),
        });
    }
    all
}

/// The cart of the path, of the player who calls.
pub(crate) struct Own(pub Whose);

impl FromRequestParts<Shared> for Own {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Fault> {
        let shopper = Shopper::from_request_parts(parts, app).await?;
        let Ok(from) = From::from_request_parts(parts, app).await;
        let params = Path::<HashMap<String, String>>::from_request_parts(parts, app).await;
        let name = params.ok().and_then(|Path(params)| params.get("cart_id").cloned());
        Own::of(shopper, &from, name)
    }
}

impl Own {
    /// The cart with this name, or else the current one, of who calls from
    /// somewhere.
    pub(crate) fn of(Shopper(project, known): Shopper, from: &From, name: Option<String>) -> Result<Self, Fault> {
        let country = known.player.country.clone().or_else(|| from.country().map(str::to_string));
        whose(project, known, name, country).map(Own)
    }
}

/// The cart of a player with this name.
pub(crate) fn whose(
    project: Arc<Project>,
    known: Arc<Known>,
    name: Option<String>,
    country: Option<String>,
) -> Result<Whose, Fault> {
    let name = name.unwrap_or_else(|| CURRENT.into());
    if !(1..=NAME_LENGTH).contains(&name.chars().count()) || name.contains('\0') {
        return Err(Fault::refused(1401, INVALID_CART));
    }
    Ok(Whose { project, known, name, country, currency: None, locale: None })
}

/// How the cart is to be shown.
fn asked(whose: Whose, shape: &Shape, raw: &RawQuery) -> Result<Whose, Fault> {
    let query = query(shape, raw)?;
    let text = |name: &str| query.get(name).and_then(read::text);
    Ok(Whose {
        country: text("country").or(whose.country),
        currency: text("currency").and_then(|c| Currency::from_code(&c)),
        locale: text("locale").filter(|l| coinslot_domain::localized::is_locale(l)),
        ..whose
    })
}

async fn show(State(app): State<Shared>, Own(whose): Own, raw: RawQuery) -> Result<Response, Fault> {
    Ok(text(cart::show(&app, &asked(whose, &wire::QUERY, &raw)?, None).await?))
}

async fn clear(State(app): State<Shared>, Own(whose): Own) -> Result<Response, Fault> {
    cart::clear(&app, &whose).await?;
    Ok(nothing())
}

pub(super) async fn fill(State(app): State<Shared>, Own(whose): Own, body: ShopText) -> Result<Response, Fault> {
    let wire::Filling { lines, currency } = match wire::Filling::plain(&body.0) {
        Some(filling) => filling,
        None => wire::Filling::read(&body.value()?).map_err(Fault::invalid)?,
    };
    let currency = currency.and_then(|c| Currency::from_code(&c));
    filled(&app, &Whose { currency, ..whose }, lines).await
}

async fn filled(app: &Shared, whose: &Whose, lines: Vec<(String, i64)>) -> Result<Response, Fault> {
    let (left, cart) = cart::fill(app, whose, lines).await?;
    let warnings = Value::Array(left.iter().map(warning).collect()).to_string();
    Ok(text(cart::show_filled(app, whose, cart, Some(("warnings", &warnings))).await?))
}

fn warning(left: &Left) -> Value {
    let Left { sku, quantity, missing } = left;
    let (code, text) = match missing {
        true => (4001, format!("[0401-4001]: Item with sku = '{sku}' not found")),
        false => (1102, format!("[0401-1102]: {FULL}")),
    };
    json!({ "sku": sku, "quantity": quantity, "errorCode": code, "errorMessage": text })
}

async fn put_item(
    State(app): State<Shared>,
    Own(whose): Own,
    Path(params): Path<HashMap<String, String>>,
    ShopBody(body): ShopBody,
) -> Result<Response, Fault> {
    let quantity = wire::put(&body).ok_or_else(|| Fault::refused(1102, NO_QUANTITY))?;
    let sku = params.get("item_sku").cloned().unwrap_or_default();
    let done = cart::put(&app, &whose, sku.clone(), quantity).await;
    done.map(|()| nothing()).map_err(|e| fault(e, &whose, &sku))
}

async fn remove(
    State(app): State<Shared>,
    Own(whose): Own,
    Path(params): Path<HashMap<String, String>>,
) -> Result<Response, Fault> {
    let sku = params.get("item_sku").cloned().unwrap_or_default();
    let done = cart::take_out(&app, &whose, sku.clone()).await;
    done.map(|()| nothing()).map_err(|e| fault(e, &whose, &sku))
}

/// Why a cart stays as it is.
pub(crate) fn fault(e: CartError, whose: &Whose, sku: &str) -> Fault {
    match e {
        CartError::NotFound => no_project_item(&whose.project, sku),
        CartError::Full => Fault::refused(1102, FULL),
        CartError::NoCart => Fault::refused(1401, format!("Cart for user {} not found", whose.known.player.id)),
        CartError::Code(why) => super::fault::code(why),
        CartError::Store(e) => e.into(),
    }
}

/// Fills the cart of a player whom the headers name: by the id, or by a token.
async fn fill_for(
    State(app): State<Shared>,
    Server(project): Server,
    Path(params): Path<HashMap<String, String>>,
    headers: HeaderMap,
    raw: RawQuery,
    ShopBody(body): ShopBody,
) -> Result<Response, Fault> {
    let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).map(str::trim);
    let known = match (header("x-user-for"), header("x-user-id")) {
        (Some(token), _) => player::authenticate(&app, &project, token).await?,
        (None, Some(id)) if is_player_id(id) => {
            let player = Player { id: id.to_string(), ..Player::default() };
            Some(Arc::new(Known { player, guest: false, attributes: None }))
        }
        _ => None,
    };
    let known = known.ok_or_else(|| Fault::new(StatusCode::NOT_FOUND, 5008, NO_USER))?;
    let lines = wire::server_fill(&body).map_err(Fault::invalid)?;
    let text = |name: &str| body.get(name).and_then(read::text);
    let country = text("country").or_else(|| known.player.country.clone());
    let whose = whose(project, known, params.get("cart_id").cloned(), country)?;
    let asked = asked(whose, &wire::QUERY, &raw)?;
    let currency = text("currency").and_then(|c| Currency::from_code(&c)).or(asked.currency);
    filled(&app, &Whose { currency, ..asked }, lines).await
}
