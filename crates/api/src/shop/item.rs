//! What is sold: items, virtual currency and its packages, games and their keys.

use super::body::{json, query};
use super::caller::{From, Visitor};
use super::fault::no_item;
use super::{Fault, missing};
use crate::body::bytes;
use crate::{Answer, Auth, Route};
use axum::extract::{Path, RawQuery, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::{MethodRouter, get};
use coinslot_app::Shared;
use coinslot_app::player::Known;
use coinslot_app::shop::{self, List, Looking, One};
use coinslot_domain::merchant::Project;
use coinslot_wire::shape::Shape;
use coinslot_wire::shop::item as wire;
use std::collections::HashMap;
use std::sync::Arc;

const THING: &str = r#"{
    "item_id": 100000003, "sku": "com.example.sword", "type": "virtual_good", "name": "Sword",
    "description": "A sharp one", "image_url": "https://cdn.example/sword.png",
    "groups": [{ "external_id": "weapons", "name": "Weapons" }], "attributes": [], "is_free": false,
    "price": { "amount": "4.49", "amount_without_discount": "4.99", "currency": "USD" },
    "virtual_prices": [{
        "sku": "virtual_currency", "type": "virtual_currency", "name": "Gems", "description": "", "image_url": "",
        "amount": 90, "amount_without_discount": 100,
        "calculated_price": { "amount": "90", "amount_without_discount": "100" }, "is_default": true
    }],
    "inventory_options": { "consumable": null, "expiration_period": null }, "virtual_item_type": "non_consumable",
    "promotions": [{
        "name": "Spring sale", "date_start": "2026-04-01T00:00:00+00:00", "date_end": null,
        "discount": { "percent": "10.00", "value": null }, "bonus": [], "limits": null
    }],
    "limits": { "per_user": { "total": 1, "available": 1, "recurrent_schedule": null }, "per_item": null },
    "periods": null, "can_be_bought": true, "custom_attributes": {}, "vp_rewards": []
}"#;
const THINGS: &str = r#"{ "has_more": false, "items": [{
    "item_id": 100000005, "sku": "gems_500", "type": "bundle", "bundle_type": "virtual_currency_package",
    "name": "500 gems", "description": "", "image_url": "", "groups": [], "attributes": [], "is_free": false,
    "price": { "amount": "4.99", "amount_without_discount": "4.99", "currency": "USD" }, "virtual_prices": [],
    "content": [{
        "sku": "virtual_currency", "type": "virtual_currency", "name": "Gems", "description": "", "image_url": "",
        "quantity": 500
    }],
    "promotions": [], "limits": null, "periods": null, "can_be_bought": true, "custom_attributes": {}, "vp_rewards": []
}] }"#;
const SHORT: &str =
    r#"{ "items": [{ "sku": "com.example.sword", "name": "Sword", "groups": [], "description": "A sharp one" }] }"#;
const GAME: &str = r#"{
    "item_id": 100000001, "sku": "quest", "type": "unit", "unit_type": "game", "name": "Quest", "description": "",
    "image_url": "", "groups": [], "attributes": [], "promotions": [],
    "unit_items": [{
        "item_id": 100000001, "sku": "quest_steam", "type": "game_key", "is_free": false,
        "price": { "amount": "9.99", "amount_without_discount": "9.99", "currency": "USD" }, "virtual_prices": [],
        "drm_name": "Steam", "drm_sku": "steam", "has_keys": true, "is_pre_order": false, "release_date": null,
        "can_be_bought": true, "promotions": [], "limits": null, "periods": null, "custom_attributes": {},
        "vp_rewards": []
    }]
}"#;
const GAMES: &str = r#"{ "has_more": false, "items": [] }"#;
const PLACES: &str = r#"{ "drm": [{
    "sku": "steam", "name": "Steam", "image": "", "link": null, "redeem_instruction_link": "", "drm_id": 1
}] }"#;
const GROUPS: &str = r#"{ "groups": [{
    "external_id": "weapons", "name": "Weapons", "description": "", "image_url": null, "level": 0, "order": 1,
    "children": [], "parent_external_id": null
}] }"#;
const NO_GROUP: &str = "Item group not found";

/// The operations here.
pub fn routes() -> Vec<Route> {
    let list = |name, path: &str, summary, make: fn(Option<String>) -> List| {
        let (shape, example) = match make(None) {
            List::Short => (&wire::ALL, SHORT),
            List::Games(_) => (&wire::GAMES, GAMES),
            _ => (&wire::THINGS, THINGS),
        };
        let handler = get(move |app, visitor, from, path, raw| listed(app, visitor, from, path, raw, make));
        let mut route = route(name, path, summary, &wire::LIST, (shape, example), handler);
        if path.contains('{') {
            route.answers.push(missing(4403, "There is no such group.", NO_GROUP));
        }
        route
    };
    let one = |name, path: &str, summary, make: fn(&str) -> One| {
        let (shape, example) = match make("") {
            One::Game(_) => (&wire::GAME, GAME),
            _ => (&wire::THING, THING),
        };
        let handler = get(move |app, visitor, from, path, raw| found(app, visitor, from, path, raw, make));
        let mut route = route(name, path, summary, &wire::ONE, (shape, example), handler);
        route.answers.push(missing(4001, "There is no such thing.", "Item with sku = 'com.example.sword' not found"));
        route
    };
    vec![
        list("offer_list_virtual_items", "virtual_items", "List items", List::VirtualItems),
        list("offer_list_short", "virtual_items/all", "List all items in short", |_| List::Short),
        one("offer_get_virtual_item", "virtual_items/sku/{item_sku}", "Show an item", |sku| {
            One::VirtualItem(sku.into())
        }),
        list(
            "offer_list_virtual_items_of_group",
            "virtual_items/group/{external_id}",
            "List the items of a group",
            List::VirtualItems,
        ),
        list("offer_list_virtual_currencies", "virtual_currency", "List the virtual currency", |_| List::Currencies),
        one(
            "offer_get_virtual_currency",
            "virtual_currency/sku/{virtual_currency_sku}",
            "Show the virtual currency",
            |sku| One::Currency(sku.into()),
        ),
        list("offer_list_packages", "virtual_currency/package", "List packages of virtual currency", |_| {
            List::Packages
        }),
        one(
            "offer_get_package",
            "virtual_currency/package/sku/{virtual_currency_package_sku}",
            "Show a package of virtual currency",
            |sku| One::Package(sku.into()),
        ),
        list("offer_list_bundles", "bundle", "List bundles", List::Bundles),
        one("offer_get_bundle", "bundle/sku/{sku}", "Show a bundle", |sku| One::Bundle(sku.into())),
        list("offer_list_bundles_of_group", "bundle/group/{external_id}", "List the bundles of a group", List::Bundles),
        list("offer_list", "", "List everything that can be bought", List::Everything),
        one("offer_get_by_id", "id/{item_id}", "Show what has a number and can be bought", |id| {
            One::Id(id.parse().unwrap_or_default())
        }),
        one("offer_get", "sku/{sku}", "Show what has an SKU and can be bought", |sku| One::Sku(sku.into())),
        list("offer_list_of_group", "group/{external_id}", "List everything of a group", List::Everything),
        list("offer_list_games", "game", "List games", List::Games),
        list("offer_list_games_of_group", "game/group/{external_id}", "List the games of a group", List::Games),
        one("offer_get_game", "game/sku/{item_sku}", "Show a game", |sku| One::Game(sku.into())),
        one("offer_get_key", "game/key/sku/{item_sku}", "Show a key of a game", |sku| One::Key(sku.into())),
        list("offer_list_keys_of_group", "game/key/group/{external_id}", "List the keys of a group", List::Keys),
        route(
            "offer_list_drm",
            "game/drm",
            "List where keys are redeemed",
            &wire::ONE,
            (&wire::PLACES, PLACES),
            get(places),
        ),
        route(
            "offer_list_groups",
            "groups",
            "List the groups of items",
            &wire::ONE,
            (&wire::GROUPS, GROUPS),
            get(groups),
        ),
    ]
}

fn route(
    name: &'static str,
    path: &str,
    summary: &'static str,
    query: &'static Shape,
    (shape, example): (&'static Shape, &'static str),
    handler: MethodRouter<Shared>,
) -> Route {
    let slash = if path.is_empty() { "" } else { "/" };
    Route {
        name,
        method: Method::GET,
        path: format!("/v2/project/{{project_id}}/items{slash}{path}"),
        auth: Auth::Visitor,
        summary,
        query: Some(query),
        body: None,
        example: None,
        answers: vec![Answer::json(StatusCode::OK, "As this player sees it now.", shape, example)],
        handler,
    }
}

type Params = Path<HashMap<String, String>>;

fn looking(
    project: Arc<Project>,
    known: Option<Arc<Known>>,
    from: &From,
    shape: &Shape,
    raw: &RawQuery,
) -> Result<Looking, Fault> {
    let query = wire::Query::read(&query(shape, raw)?);
    let said = known.as_ref().and_then(|k| k.player.country.clone());
    let country = query.country.clone().or(said).or_else(|| from.country().map(str::to_string));
    Ok(Looking { project, known, query, country, currency: None })
}

async fn listed(
    State(app): State<Shared>,
    Visitor(project, known): Visitor,
    from: From,
    Path(params): Params,
    raw: RawQuery,
    make: fn(Option<String>) -> List,
) -> Result<Response, Fault> {
    let looking = looking(project, known, &from, &wire::LIST, &raw)?;
    let found = shop::list(&app, &looking, &make(params.get("external_id").cloned())).await?;
    found.map(bytes).ok_or_else(|| Fault::new(StatusCode::NOT_FOUND, 4403, NO_GROUP))
}

async fn found(
    State(app): State<Shared>,
    Visitor(project, known): Visitor,
    from: From,
    Path(params): Params,
    raw: RawQuery,
    make: fn(&str) -> One,
) -> Result<Response, Fault> {
    let looking = looking(project, known, &from, &wire::ONE, &raw)?;
    let named = params.iter().find(|(name, _)| *name != "project_id").map(|(_, value)| value.as_str());
    let named = named.unwrap_or_default();
    let one = make(named);
    let found = shop::one(&app, &looking, &one).await?;
    found.map(|value| json(&value)).ok_or_else(|| match one {
        One::Id(_) => Fault::new(StatusCode::NOT_FOUND, 4001, format!("Item with id = {named} not found")),
        One::VirtualItem(_) => no_project_item(&looking.project, named),
        _ => no_item(named),
    })
}

/// What is said of an item that is not there, by some operations.
pub(crate) fn no_project_item(project: &Project, sku: &str) -> Fault {
    let text = format!("Item with Project Id = {} and Sku = {sku} not found", project.id);
    Fault::new(StatusCode::NOT_FOUND, 4001, text)
}

async fn groups(
    State(app): State<Shared>,
    Visitor(project, known): Visitor,
    from: From,
    raw: RawQuery,
) -> Result<Response, Fault> {
    let looking = looking(project, known, &from, &wire::ONE, &raw)?;
    Ok(json(&shop::groups(&app, &looking).await?))
}

async fn places(_: Visitor) -> Response {
    json(&wire::places())
}
