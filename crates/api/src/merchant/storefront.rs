//! The storefront: what players see of a project's offers.

use super::Project;
use crate::body::{bytes, query};
use crate::{Answer, Auth, Languages, Problem, Route};
use axum::extract::{RawQuery, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::{MethodRouter, get};
use coinslot_app::Shared;
use coinslot_app::storefront::{self, Visitor};
use coinslot_domain::id::GroupId;
use coinslot_wire::shape::{Shape, Violation};
use coinslot_wire::storefront as wire;

const PACKAGES: &str = r#"{ "packages": [{
    "id": 100000005, "quantity": 500, "quantity_without_discount": 500, "bonus_quantity": 10, "amount": 4,
    "amount_without_discount": 4.99, "currency": "USD", "image": "//cdn.example/gold.jpg", "description": "500 Gold",
    "bonus_items": [{ "name": "Rabbit", "quantity": 1 }],
    "advertisement_label": { "type": "recommended", "name": "Most Popular" }, "offer_label": ""
}] }"#;
const GROUPS: &str = r#"{ "groups": [{
    "id": 100000006, "external_id": "21", "name": "Animals", "description": "", "level": 0,
    "children": [
        { "id": 100000007, "external_id": null, "name": "Small", "description": "", "children": [], "level": 1 }
    ]
}] }"#;
const ITEMS: &str = r#"{ "items": [{
    "id": 100000008, "sku": "1468", "name": "Rabbit", "image_url": "https://cdn.example/rabbit.png",
    "description": "Rabbits are small", "long_description": null, "currency": "USD", "amount": 0,
    "amount_without_discount": 0, "vc_amount": 2, "vc_amount_without_discount": 2, "bonus_virtual_currency": null,
    "bonus_virtual_items": [], "advertisement_label": null, "offer_label": ""
}] }"#;
const PLANS: &str = r#"{
    "packages": [{
        "id": "silver", "is_active": true, "charge_amount": 2.99, "charge_amount_without_discount": 2.99,
        "charge_currency": "USD", "period": 1, "period_unit": "month", "name": "Silver Status", "description": null,
        "bonus_virtual_currency": null, "bonus_virtual_items": [], "offer_label": "", "is_trial": false,
        "period_trial": 0
    }],
    "active_user_package": { "date_next_charge": "2026-06-28T06:35:02+00:00", "id": "silver" }
}"#;
const BONUS: &str = r#"{ "seconds": 86400, "name": "Spring sale", "description": "Everything is cheaper" }"#;

/// The operations here.
pub fn routes() -> Vec<Route> {
    let route =
        |name, rest: &str, summary, query, shape: &'static Shape, example, handler: MethodRouter<Shared>| Route {
            name,
            method: Method::GET,
            path: format!("/projects/{{project_id}}/storefront/{rest}"),
            auth: Auth::Merchant,
            summary,
            query: Some(query),
            body: None,
            example: None,
            answers: vec![Answer::json(StatusCode::OK, "As this player sees it now.", shape, example)],
            handler,
        };
    vec![
        route(
            "storefront_virtual_currency",
            "virtual_currency",
            "Show the packages of virtual currency",
            &wire::QUERY,
            &wire::PACKAGES,
            PACKAGES,
            get(packages),
        ),
        route(
            "storefront_groups",
            "virtual_items/groups",
            "Show the groups of items, as a tree",
            &wire::QUERY,
            &wire::GROUPS,
            GROUPS,
            get(groups),
        ),
        route(
            "storefront_items",
            "virtual_items/items",
            "Show the items of a group",
            &wire::ITEMS_QUERY,
            &wire::ITEMS,
            ITEMS,
            get(items),
        ),
        route(
            "storefront_subscriptions",
            "subscriptions",
            "Show the subscription plans, and the player's subscription",
            &wire::QUERY,
            &wire::PLANS,
            PLANS,
            get(plans),
        ),
        route(
            "storefront_bonus",
            "bonus",
            "Show the promotion that ends first",
            &wire::QUERY,
            &wire::BONUS,
            BONUS,
            get(bonus),
        ),
    ]
}

/// Who looks, and at which group.
fn visitor(shape: &Shape, raw: &RawQuery, languages: Languages) -> Result<(Visitor, Option<GroupId>), Problem> {
    let query = wire::Query::read(&query(shape, raw)?);
    let unknown = || Problem::invalid(vec![Violation::new("currency", "is not a currency of ISO 4217")]);
    let currency = query.currency.ok_or_else(unknown)?;
    let languages = std::iter::once(query.language).chain(languages.0).collect();
    Ok((Visitor { user: query.user, currency, languages }, query.group))
}

async fn packages(
    State(app): State<Shared>,
    Project(_, project): Project,
    raw: RawQuery,
    languages: Languages,
) -> Result<Response, Problem> {
    let (visitor, _) = visitor(&wire::QUERY, &raw, languages)?;
    Ok(bytes(storefront::packages(&app, &project, visitor).await?))
}

async fn groups(
    State(app): State<Shared>,
    Project(_, project): Project,
    raw: RawQuery,
    languages: Languages,
) -> Result<Response, Problem> {
    let (visitor, _) = visitor(&wire::QUERY, &raw, languages)?;
    Ok(bytes(storefront::groups(&app, &project, visitor).await?))
}

async fn items(
    State(app): State<Shared>,
    Project(_, project): Project,
    raw: RawQuery,
    languages: Languages,
) -> Result<Response, Problem> {
    let (visitor, group) = visitor(&wire::ITEMS_QUERY, &raw, languages)?;
    Ok(bytes(storefront::items(&app, &project, visitor, group).await?))
}

async fn plans(
    State(app): State<Shared>,
    Project(_, project): Project,
    raw: RawQuery,
    languages: Languages,
) -> Result<Response, Problem> {
    let (visitor, _) = visitor(&wire::QUERY, &raw, languages)?;
    Ok(bytes(storefront::plans(&app, &project, visitor).await?))
}

async fn bonus(
    State(app): State<Shared>,
    Project(_, project): Project,
    raw: RawQuery,
    languages: Languages,
) -> Result<Response, Problem> {
    let (visitor, _) = visitor(&wire::QUERY, &raw, languages)?;
    Ok(bytes(storefront::bonus(&app, &project, visitor).await?))
}
