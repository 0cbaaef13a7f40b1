//! Projects.

use super::{Merchant, Project};
use crate::body::{JsonBody, json, query};
use crate::{Answer, Auth, Problem, Route};
use axum::extract::{RawQuery, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use coinslot_app::{Shared, project};
use coinslot_wire::page::{self, CREATED, PAGE};
use coinslot_wire::project::{CREATE, PROJECT, PROJECTS, ProjectBody, UPDATE, view};
use serde_json::{Value, json};

const BODY: &str = r#"{
    "name": { "en": "Starfall", "ru": "Звездопад" }, "description": { "en": "A game of stars" },
    "descriptor": "STARFALL", "url": "https://game.example", "payment_url": "https://game.example/webhook",
    "return_url": "https://game.example/back", "redirect_policy": { "redirect_conditions": "successful", "delay": 5 },
    "locale_list": ["en", "ru"], "ipn_enabled": true,
    "components": { "items": { "enabled": true, "custom_name": { "en": "Gear" } } }
}"#;
const ONE: &str = r#"{
    "id": 18404, "name": { "en": "Starfall" }, "description": {}, "descriptor": null, "url": null,
    "payment_url": "https://game.example/webhook", "key": "a secret", "return_url": null,
    "redirect_policy": { "redirect_conditions": "successful", "delay": 5 }, "locale_list": ["en"],
    "ipn_enabled": true, "is_external_id_required": false, "user_billing_enabled": false,
    "show_user_in_paystation": true, "user_public_id_enabled": false, "send_json_to_paystation": false,
    "components": { "items": { "enabled": false, "custom_name": [] } }, "enabled": true, "payments_available": true
}"#;
const SEVERAL: &str = r#"[{
    "id": 18404, "name": { "en": "Starfall" }, "description": {}, "payment_url": null, "key": "a secret",
    "locale_list": ["en"], "components": {}, "enabled": true, "payments_available": true
}]"#;

/// The operations here.
pub fn routes() -> Vec<Route> {
    vec![
        Route {
            name: "project_create",
            method: Method::POST,
            path: "/merchants/{merchant_id}/projects".into(),
            auth: Auth::Merchant,
            summary: "Add a project that takes payments right away",
            query: None,
            body: Some(&CREATE),
            example: Some(BODY),
            answers: vec![Answer::json(StatusCode::CREATED, "Its number.", &CREATED, r#"{ "id": 100000001 }"#)],
            handler: post(create),
        },
        Route {
            name: "project_list",
            method: Method::GET,
            path: "/merchants/{merchant_id}/projects".into(),
            auth: Auth::Merchant,
            summary: "List projects",
            query: Some(&PAGE),
            body: None,
            example: None,
            answers: vec![Answer::json(StatusCode::OK, "Projects by their numbers.", &PROJECTS, SEVERAL)],
            handler: get(list),
        },
        Route {
            name: "project_get",
            method: Method::GET,
            path: "/projects/{project_id}".into(),
            auth: Auth::Merchant,
            summary: "Show a project with the secret of its webhooks",
            query: None,
            body: None,
            example: None,
            answers: vec![Answer::json(StatusCode::OK, "The project.", &PROJECT, ONE)],
            handler: get(find),
        },
        Route {
            name: "project_update",
            method: Method::PUT,
            path: "/projects/{project_id}".into(),
            auth: Auth::Merchant,
            summary: "Change a project; what is left out stays, null goes back to the default",
            query: None,
            body: Some(&UPDATE),
            example: Some(BODY),
            answers: vec![Answer::empty(StatusCode::NO_CONTENT, "It is changed.")],
            handler: put(update),
        },
    ]
}

async fn create(
    State(app): State<Shared>,
    Merchant(caller): Merchant,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let body = ProjectBody::read(&CREATE, &body).map_err(Problem::invalid)?;
    let id = project::create(&app, caller.merchant, body).await?;
    Ok(json(StatusCode::CREATED, &json!({ "id": id.get() })))
}

async fn list(State(app): State<Shared>, Merchant(caller): Merchant, raw: RawQuery) -> Result<Response, Problem> {
    let (offset, limit) = page::read(&query(&PAGE, &raw)?);
    let found = project::list(&app, caller.merchant, offset, limit).await?;
    let all: Vec<Value> = found.iter().map(|(row, settings)| view(row.id, row.active, settings)).collect();
    Ok(json(StatusCode::OK, &all.into()))
}

async fn find(State(app): State<Shared>, Project(_, row): Project) -> Result<Response, Problem> {
    let settings = project::find(&app, row.id).await?;
    Ok(json(StatusCode::OK, &view(row.id, row.active, &settings)))
}

async fn update(
    State(app): State<Shared>,
    Project(_, row): Project,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let body = ProjectBody::read(&UPDATE, &body).map_err(Problem::invalid)?;
    project::update(&app, row.id, body).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
