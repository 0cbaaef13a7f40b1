//! Bundles, as a game's server sets them up.

use super::body::{ShopBody, json, nothing, query};
use super::caller::Server;
use super::{Fault, missing, refused};
use crate::{Answer, Auth, Route};
use axum::extract::{Path, RawQuery, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use coinslot_app::Shared;
use coinslot_app::bundle::{self, NOT_FOUND, Of, TAKEN};
use coinslot_app::catalogue::EditError;
use coinslot_domain::merchant::Project;
use coinslot_wire::read;
use coinslot_wire::shop::bundle::{BODY, BundleBody, LIST, LISTED, MADE, SHOWN};
use coinslot_wire::shop::item::MOST;
use serde_json::json;
use std::collections::HashMap;

const EXAMPLE: &str = r#"{
    "sku": "starter", "name": { "en": "Starter pack" }, "description": { "en": "All for a first evening" },
    "prices": [{ "amount": 9.99, "currency": "USD", "is_default": true, "is_enabled": true }],
    "content": [{ "sku": "com.example.sword", "quantity": 1 }, { "sku": "virtual_currency", "quantity": 500 }],
    "is_enabled": true, "is_show_in_store": true, "limits": { "per_user": { "total": 1 } }
}"#;
const BUNDLE: &str = r#"{
    "item_id": 100000007, "sku": "starter", "type": "bundle", "bundle_type": "standard",
    "name": { "en": "Starter pack" }, "description": { "en": "All for a first evening" }, "long_description": {},
    "image_url": null, "attributes": [], "is_free": false, "groups": [],
    "prices": [{
        "amount": "9.99", "currency": "USD", "is_default": true, "is_enabled": true, "country_iso": null
    }],
    "virtual_prices": [], "media_list": [], "order": 1, "is_enabled": true, "is_show_in_store": true, "regions": [],
    "content": [{
        "sku": "com.example.sword", "name": { "en": "Sword" }, "type": "virtual_good", "description": {},
        "image_url": null, "quantity": 1
    }],
    "limits": { "per_user": { "total": 1 }, "per_item": null, "recurrent_schedule": null }, "periods": [],
    "custom_attributes": {}
}"#;
const NO_GROUP: &str = "Item group not found";

/// The operations here.
pub fn routes() -> Vec<Route> {
    let route = |name, method, path: &str, summary, answers, handler| Route {
        name,
        method,
        path: format!("/v2/project/{{project_id}}/admin/items/bundle{path}"),
        auth: Auth::Server,
        summary,
        query: None,
        body: None,
        example: None,
        answers,
        handler,
    };
    let list = |name, path: &str, summary, handler| {
        let example = "{ \"items\": [] }";
        let mut answers = vec![Answer::json(StatusCode::OK, "Bundles.", &LISTED, example)];
        if !path.is_empty() {
            answers.push(missing(4403, "There is no such group.", NO_GROUP));
        }
        Route { query: Some(&LIST), ..route(name, Method::GET, path, summary, answers, handler) }
    };
    let done = |what| Answer::empty(StatusCode::NO_CONTENT, what);
    let absent = || missing(4001, "There is no such bundle.", NOT_FOUND);
    let taken = || refused(1102, "Something else has its SKU, or what it names is not there.", TAKEN);
    let sku = "/sku/{sku}";
    let body = |route| Route { body: Some(&BODY), example: Some(EXAMPLE), ..route };
    vec![
        list("bundle_list", "", "List bundles", get(all)),
        list("bundle_list_of_group_id", "/group/id/{group_id}", "List bundles of a group, by number", get(of_id)),
        list("bundle_list_of_group", "/group/external_id/{external_id}", "List bundles of a group", get(of_name)),
        body(route(
            "bundle_create",
            Method::POST,
            "",
            "Make a bundle",
            vec![Answer::json(StatusCode::CREATED, "It is made.", &MADE, r#"{ "sku": "starter" }"#), taken()],
            post(create),
        )),
        route(
            "bundle_get",
            Method::GET,
            sku,
            "Show a bundle",
            vec![Answer::json(StatusCode::OK, "The bundle.", &SHOWN, BUNDLE), absent()],
            get(find),
        ),
        body(route(
            "bundle_update",
            Method::PUT,
            sku,
            "Put a bundle in the place of another",
            vec![done("It is changed."), absent(), taken()],
            put(update),
        )),
        route("bundle_delete", Method::DELETE, sku, "Delete a bundle", vec![done("It is gone.")], delete(remove)),
        route(
            "bundle_show",
            Method::PUT,
            "/sku/{sku}/show",
            "Have lists show a bundle",
            vec![done("They do."), absent()],
            put(|app, server, path| shown(app, server, path, true)),
        ),
        route(
            "bundle_hide",
            Method::PUT,
            "/sku/{sku}/hide",
            "Have lists leave a bundle out",
            vec![done("They do."), absent()],
            put(|app, server, path| shown(app, server, path, false)),
        ),
    ]
}

type Params = Path<HashMap<String, String>>;

async fn all(State(app): State<Shared>, Server(project): Server, raw: RawQuery) -> Result<Response, Fault> {
    listed(&app, &project, Of::Everything, &raw).await
}

async fn of_id(
    State(app): State<Shared>,
    Server(project): Server,
    Path(params): Params,
    raw: RawQuery,
) -> Result<Response, Fault> {
    let id = params.get("group_id").and_then(|id| id.parse().ok()).unwrap_or_default();
    listed(&app, &project, Of::GroupId(id), &raw).await
}

async fn of_name(
    State(app): State<Shared>,
    Server(project): Server,
    Path(params): Params,
    raw: RawQuery,
) -> Result<Response, Fault> {
    let name = params.get("external_id").cloned().unwrap_or_default();
    listed(&app, &project, Of::Group(name), &raw).await
}

async fn listed(app: &Shared, project: &Project, of: Of, raw: &RawQuery) -> Result<Response, Fault> {
    let query = query(&LIST, raw)?;
    let number = |name: &str| query.get(name).and_then(read::integer);
    let [limit, offset] = [number("limit").unwrap_or(MOST).min(MOST), number("offset").unwrap_or(0)]
        .map(|n| usize::try_from(n).unwrap_or(usize::MAX));
    let found = bundle::list(app, project.id, of, limit, offset).await?;
    let items = found.ok_or_else(|| Fault::new(StatusCode::NOT_FOUND, 4403, NO_GROUP))?;
    Ok(json(&json!({ "items": items })))
}

async fn create(
    State(app): State<Shared>,
    Server(project): Server,
    ShopBody(body): ShopBody,
) -> Result<Response, Fault> {
    let body = BundleBody::read(&body).map_err(Fault::invalid)?;
    let sku = body.sku.clone();
    bundle::create(&app, project.id, body).await.map_err(fault)?;
    Ok((StatusCode::CREATED, json(&json!({ "sku": sku }))).into_response())
}

async fn find(State(app): State<Shared>, Server(project): Server, Path(params): Params) -> Result<Response, Fault> {
    let found = bundle::find(&app, project.id, sku(&params)).await?;
    found.map(|shown| json(&shown)).ok_or_else(absent)
}

async fn update(
    State(app): State<Shared>,
    Server(project): Server,
    Path(params): Params,
    ShopBody(body): ShopBody,
) -> Result<Response, Fault> {
    let body = BundleBody::read(&body).map_err(Fault::invalid)?;
    bundle::update(&app, project.id, sku(&params).to_string(), body).await.map_err(fault)?;
    Ok(nothing())
}

async fn remove(State(app): State<Shared>, Server(project): Server, Path(params): Params) -> Result<Response, Fault> {
    bundle::delete(&app, project.id, sku(&params).to_string()).await.map_err(fault)?;
    Ok(nothing())
}

async fn shown(
    State(app): State<Shared>,
    Server(project): Server,
    Path(params): Params,
    shown: bool,
) -> Result<Response, Fault> {
    bundle::show(&app, project.id, sku(&params).to_string(), shown).await.map_err(fault)?;
    Ok(nothing())
}

fn sku(params: &HashMap<String, String>) -> &str {
    params.get("sku").map(String::as_str).unwrap_or_default()
}

fn absent() -> Fault {
    Fault::new(StatusCode::NOT_FOUND, 4001, NOT_FOUND)
}

fn fault(e: EditError) -> Fault {
    match e {
        EditError::NotFound(_) => absent(),
        EditError::Invalid(faults) => Fault::invalid(faults),
        EditError::Store(e) => e.into(),
    }
}
