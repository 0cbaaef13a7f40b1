//! How a project is told of its orders.

use super::Fault;
use super::body::{ShopBody, json, nothing};
use super::caller::Server;
use crate::{Answer, Auth, Route};
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::{get, put};
use coinslot_app::{Shared, project};
use coinslot_wire::shop::webhook::{SETTINGS, SHOWN, WebhookBody, settings_json};

const BODY: &str = r#"{
    "url": "https://game.example/webhook", "secret": "demo_secret_key", "is_enabled": true, "version": 1
}"#;
const ONE: &str = r#"{
    "url": "https://game.example/webhook", "secret": "demo_secret_key", "is_enabled": true, "version": 1,
    "delivery": "separate"
}"#;

/// The operations here.
pub fn routes() -> Vec<Route> {
    let path = || "/v2/project/{project_id}/admin/webhook".to_string();
    vec![
        Route {
            name: "webhook_get",
            method: Method::GET,
            path: path(),
            auth: Auth::Server,
            summary: "Show how a project is told of what happens, with the secret",
            query: None,
            body: None,
            example: None,
            answers: vec![Answer::json(StatusCode::OK, "How it is told.", &SHOWN, ONE)],
            handler: get(find),
        },
        Route {
            name: "webhook_update",
            method: Method::PUT,
            path: path(),
            auth: Auth::Server,
            summary: "Say where a project is told of what happens, and how of its orders",
            query: None,
            body: Some(&SETTINGS),
            example: Some(BODY),
            answers: vec![Answer::empty(StatusCode::NO_CONTENT, "It is told so from now on.")],
            handler: put(update),
        },
    ]
}

async fn find(State(app): State<Shared>, Server(project): Server) -> Result<Response, Fault> {
    let (settings, telling) = project::told(&app, project.id).await?;
    Ok(json(&settings_json(&settings, telling)))
}

async fn update(
    State(app): State<Shared>,
    Server(project): Server,
    ShopBody(body): ShopBody,
) -> Result<Response, Fault> {
    let body = WebhookBody::read(&body).map_err(Fault::invalid)?;
    project::have_told(&app, project.id, body).await?;
    Ok(nothing())
}
