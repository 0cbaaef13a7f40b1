//! Partners of the Distribution Hub, as the merchant who lets them sell sees
//! them.

use super::Project;
use crate::body::{JsonBody, json};
use crate::{Answer, Auth, Problem, Route};
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use coinslot_app::Shared;
use coinslot_app::hub::{self, PartnerError};
use coinslot_domain::id::PartnerId;
use coinslot_wire::hub::{CREATE, MADE, NewPartner, PARTNERS, PartnerChange, UPDATE, made_json, partner_json};
use serde_json::Value;

const NEW: &str = r#"{ "name": "Kiosk 24", "sandbox": true }"#;
const CHANGE: &str = r#"{ "name": "Kiosk 24/7", "enabled": false }"#;
const KEY: &str = r#"{ "geotype_id": 100000001, "key": "wQmSnv0aJ0SBqWBrhcDgD8wLCJRBUdRn" }"#;
const LIST: &str = r#"[{ "geotype_id": 100000001, "name": "Kiosk 24", "sandbox": true, "enabled": true }]"#;
const ABSENT: &str = "Distribution partner with specified ID does not exist.";

fn no_partner() -> Answer {
    Answer::error(StatusCode::NOT_FOUND, "The project has no such partner.", ABSENT)
}

/// The operations here.
pub fn routes() -> Vec<Route> {
    let path = |rest: &str| format!("/projects/{{project_id}}/distribution_hub/partners{rest}");
    vec![
        Route {
            name: "partner_create",
            method: Method::POST,
            path: path(""),
            auth: Auth::Merchant,
            summary: "Make a distribution partner and its key, which is shown once",
            query: None,
            body: Some(&CREATE),
            example: Some(NEW),
            answers: vec![Answer::json(StatusCode::CREATED, "The partner's credentials.", &MADE, KEY)],
            handler: post(create),
        },
        Route {
            name: "partner_list",
            method: Method::GET,
            path: path(""),
            auth: Auth::Merchant,
            summary: "List distribution partners",
            query: None,
            body: None,
            example: None,
            answers: vec![Answer::json(StatusCode::OK, "Partners, by their numbers.", &PARTNERS, LIST)],
            handler: get(list),
        },
        Route {
            name: "partner_update",
            method: Method::PUT,
            path: path("/{geotype_id}"),
            auth: Auth::Merchant,
            summary: "Rename a distribution partner, or have it call no more; what is left out stays",
            query: None,
            body: Some(&UPDATE),
            example: Some(CHANGE),
            answers: vec![Answer::empty(StatusCode::NO_CONTENT, "It is changed."), no_partner()],
            handler: put(update),
        },
        Route {
            name: "partner_renew_key",
            method: Method::POST,
            path: path("/{geotype_id}/key"),
            auth: Auth::Merchant,
            summary: "Give a distribution partner another key; the old one is worth nothing from then on",
            query: None,
            body: None,
            example: None,
            answers: vec![Answer::json(StatusCode::OK, "The partner's credentials.", &MADE, KEY), no_partner()],
            handler: post(renew_key),
        },
    ]
}

async fn create(
    State(app): State<Shared>,
    Project(_, project): Project,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let body = NewPartner::read(&body).map_err(Problem::invalid)?;
    let (id, key) = hub::create(&app, project.id, body).await?;
    Ok(json(StatusCode::CREATED, &made_json(id, &key)))
}

async fn list(State(app): State<Shared>, Project(_, project): Project) -> Result<Response, Problem> {
    let all: Value = hub::list(&app, project.id).await?.iter().map(partner_json).collect();
    Ok(json(StatusCode::OK, &all))
}

async fn update(
    State(app): State<Shared>,
    Project(_, project): Project,
    Path((_, id)): Path<(String, String)>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let change = PartnerChange::read(&body).map_err(Problem::invalid)?;
    hub::update(&app, project.id, partner_id(&id)?, change).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn renew_key(
    State(app): State<Shared>,
    Project(_, project): Project,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let id = partner_id(&id)?;
    let key = hub::renew_key(&app, project.id, id).await?;
    Ok(json(StatusCode::OK, &made_json(id, &key)))
}

fn partner_id(text: &str) -> Result<PartnerId, PartnerError> {
    text.parse().map_err(|()| PartnerError::NotFound)
}

impl From<PartnerError> for Problem {
    fn from(e: PartnerError) -> Self {
        match e {
            PartnerError::Store(e) => e.into(),
            PartnerError::NotFound => Problem::not_found(ABSENT),
        }
    }
}
