//! User attributes: what games say of players, by which offers are chosen.

use super::Project;
use crate::body::{JsonBody, json};
use crate::{Answer, AnswerBody, Auth, Languages, Problem, Route};
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use coinslot_app::Shared;
use coinslot_app::attribute::{self, NOT_FOUND};
use coinslot_app::catalogue::EditError;
use coinslot_domain::id::AttributeId;
use coinslot_wire::attribute::{ATTRIBUTE, ATTRIBUTES, AttributeBody, CREATE, CREATED, UPDATE};
use coinslot_wire::shape::Violation;
use serde_json::{Value, json};

const EXAMPLE: &str = r#"{
    "key": "class", "name": { "en": "Class", "de": "Klasse" }, "type": "enum", "list_of_values": ["Warrior", "magic"],
    "visible": true, "skip_condition_on_nonexistent_key": false
}"#;
const SHOWN: &str = r#"{
    "id": 100000001, "key": "class", "localized_name": { "en": "Class", "de": "Klasse" }, "name": "Class",
    "type": "enum", "list_of_values": ["Warrior", "magic"], "visible": true,
    "skip_condition_on_nonexistent_key": false
}"#;
const LISTED: &str = r#"[{
    "id": 100000001, "key": "class", "localized_name": [], "name": null, "type": "string", "list_of_values": [],
    "visible": true, "skip_condition_on_nonexistent_key": false
}]"#;

fn no_attribute() -> Answer {
    Answer::error(StatusCode::NOT_FOUND, "The project has no such attribute.", NOT_FOUND)
}

fn refused() -> Answer {
    Answer {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        what: "Another attribute has this key, or an enum has no values.",
        body: AnswerBody::Faults(vec![Violation::new("key", "A user attribute with this key already exists")]),
    }
}

/// The operations here.
pub fn routes() -> Vec<Route> {
    let all = || "/projects/{project_id}/user_attributes".to_string();
    let one = || "/projects/{project_id}/user_attributes/{user_attribute_id}".to_string();
    vec![
        Route {
            name: "attribute_list",
            method: Method::GET,
            path: all(),
            auth: Auth::Merchant,
            summary: "List user attributes",
            query: None,
            body: None,
            example: None,
            answers: vec![Answer::json(StatusCode::OK, "The attributes, by number.", &ATTRIBUTES, LISTED)],
            handler: get(list),
        },
        Route {
            name: "attribute_get",
            method: Method::GET,
            path: one(),
            auth: Auth::Merchant,
            summary: "Show a user attribute",
            query: None,
            body: None,
            example: None,
            answers: vec![Answer::json(StatusCode::OK, "The attribute.", &ATTRIBUTE, SHOWN), no_attribute()],
            handler: get(find),
        },
        Route {
            name: "attribute_create",
            method: Method::POST,
            path: all(),
            auth: Auth::Merchant,
            summary: "Add a user attribute",
            query: None,
            body: Some(&CREATE),
            example: Some(EXAMPLE),
            answers: vec![
                Answer::json(StatusCode::CREATED, "It is added.", &CREATED, r#"{ "id": 100000001 }"#),
                refused(),
            ],
            handler: post(create),
        },
        Route {
            name: "attribute_update",
            method: Method::PUT,
            path: one(),
            auth: Auth::Merchant,
            summary: "Change a user attribute",
            query: None,
            body: Some(&UPDATE),
            example: Some(EXAMPLE),
            answers: vec![Answer::empty(StatusCode::NO_CONTENT, "It is changed."), no_attribute(), refused()],
            handler: put(update),
        },
        Route {
            name: "attribute_delete",
            method: Method::DELETE,
            path: one(),
            auth: Auth::Merchant,
            summary: "Delete a user attribute",
            query: None,
            body: None,
            example: None,
            answers: vec![Answer::empty(StatusCode::NO_CONTENT, "It is deleted."), no_attribute()],
            handler: delete(remove),
        },
    ]
}

async fn list(
    State(app): State<Shared>,
    Project(_, project): Project,
    Languages(languages): Languages,
) -> Result<Response, Problem> {
    let all = attribute::list(&app, project.id).await?;
    let all: Vec<Value> =
        all.iter().map(|a| coinslot_wire::attribute::json(a, &languages, project.default_locale())).collect();
    Ok(json(StatusCode::OK, &all.into()))
}

async fn find(
    State(app): State<Shared>,
    Project(_, project): Project,
    Path((_, id)): Path<(String, String)>,
    Languages(languages): Languages,
) -> Result<Response, Problem> {
    let found = attribute::find(&app, project.id, number(&id)?).await?;
    Ok(json(StatusCode::OK, &coinslot_wire::attribute::json(&found, &languages, project.default_locale())))
}

async fn create(
    State(app): State<Shared>,
    Project(_, project): Project,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let body = AttributeBody::create(&body).map_err(Problem::invalid)?;
    let id = attribute::create(&app, project.id, body).await?;
    Ok(json(StatusCode::CREATED, &json!({ "id": id.get() })))
}

async fn update(
    State(app): State<Shared>,
    Project(_, project): Project,
    Path((_, id)): Path<(String, String)>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let id = number(&id)?;
    let body = AttributeBody::update(&body).map_err(Problem::invalid)?;
    attribute::update(&app, project.id, id, body).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn remove(
    State(app): State<Shared>,
    Project(_, project): Project,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    attribute::delete(&app, project.id, number(&id)?).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn number(id: &str) -> Result<AttributeId, EditError> {
    id.parse().map_err(|()| EditError::NotFound(NOT_FOUND))
}
