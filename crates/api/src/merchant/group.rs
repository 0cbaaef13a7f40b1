//! Groups of items, and the order of items in them.

use super::Project;
use crate::body::{JsonBody, json};
use crate::{Answer, AnswerBody, Auth, Languages, Problem, Route};
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use coinslot_app::Shared;
use coinslot_app::catalogue::EditError;
use coinslot_app::group::{self, NOT_FOUND};
use coinslot_domain::group::Misplaced;
use coinslot_domain::id::GroupId;
use coinslot_wire::group::{CREATE, CREATED, GROUP, GROUPS, GroupBody, SORT, SortBody, UPDATE, listed};
use coinslot_wire::shape::Violation;
use serde_json::{Value, json};

const EXAMPLE: &str = r#"{
    "name": { "en": "Tanks" }, "description": { "en": "Tanks of all nations" }, "enabled": true, "parent_id": null,
    "code": null
}"#;
const SHOWN: &str = r#"{
    "id": 100000001, "name": { "en": "Tanks" }, "description": { "en": "Tanks of all nations" }, "enabled": true,
    "parent_id": null, "code": 21
}"#;
const LISTED: &str = r#"[{
    "id": 100000001, "localized_name": "Tanks", "enabled": true, "parent_id": null, "has_groups": false,
    "has_virtual_items": true, "virtual_items_count": 6, "code": null
}]"#;

fn no_group() -> Answer {
    Answer::error(StatusCode::NOT_FOUND, "The project has no such group.", NOT_FOUND)
}

fn misplaced() -> Answer {
    Answer {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        what: "The parent is not there, or lies within the group.",
        body: AnswerBody::Faults(vec![Violation::new("parent_id", Misplaced::Cycle.to_string())]),
    }
}

fn sorting(method: Method, name: &'static str) -> Route {
    let handler = if method == Method::PUT { put(sort) } else { post(sort) };
    Route {
        name,
        method,
        path: "/projects/{project_id}/virtual_items/sort".into(),
        auth: Auth::Merchant,
        summary: "Sort the items of a group",
        query: None,
        body: Some(&SORT),
        example: Some(r#"{ "group_id": 100000001, "virtual_items": [] }"#),
        answers: vec![
            Answer::empty(StatusCode::NO_CONTENT, "They are sorted."),
            no_group(),
            Answer {
                status: StatusCode::UNPROCESSABLE_ENTITY,
                what: "An item is not in the group.",
                body: AnswerBody::Faults(vec![Violation::new("virtual_items[0]", "is not an item of this group")]),
            },
        ],
        handler,
    }
}

/// The operations here.
pub fn routes() -> Vec<Route> {
    let all = || "/projects/{project_id}/virtual_items/groups".to_string();
    let one = || "/projects/{project_id}/virtual_items/groups/{group_id}".to_string();
    vec![
        Route {
            name: "group_list",
            method: Method::GET,
            path: all(),
            auth: Auth::Merchant,
            summary: "List groups of items",
            query: None,
            body: None,
            example: None,
            answers: vec![Answer::json(StatusCode::OK, "The groups, by parent and number.", &GROUPS, LISTED)],
            handler: get(list),
        },
        Route {
            name: "group_get",
            method: Method::GET,
            path: one(),
            auth: Auth::Merchant,
            summary: "Show a group of items",
            query: None,
            body: None,
            example: None,
            answers: vec![Answer::json(StatusCode::OK, "The group.", &GROUP, SHOWN), no_group()],
            handler: get(find),
        },
        Route {
            name: "group_create",
            method: Method::POST,
            path: all(),
            auth: Auth::Merchant,
            summary: "Add a group of items",
            query: None,
            body: Some(&CREATE),
            example: Some(EXAMPLE),
            answers: vec![
                Answer::json(StatusCode::CREATED, "It is added.", &CREATED, r#"{ "group_id": 100000001 }"#),
                misplaced(),
            ],
            handler: post(create),
        },
        Route {
            name: "group_update",
            method: Method::PUT,
            path: one(),
            auth: Auth::Merchant,
            summary: "Change a group of items",
            query: None,
            body: Some(&UPDATE),
            example: Some(EXAMPLE),
            answers: vec![Answer::empty(StatusCode::NO_CONTENT, "It is changed."), no_group(), misplaced()],
            handler: put(update),
        },
        Route {
            name: "group_delete",
            method: Method::DELETE,
            path: one(),
            auth: Auth::Merchant,
            summary: "Delete a group: its items stay, the groups in it move up",
            query: None,
            body: None,
            example: None,
            answers: vec![Answer::empty(StatusCode::NO_CONTENT, "It is deleted."), no_group()],
            handler: delete(remove),
        },
        sorting(Method::PUT, "group_sort"),
        // As clients of 2015 call it.
        sorting(Method::POST, "group_sort_post"),
    ]
}

async fn list(
    State(app): State<Shared>,
    Project(_, project): Project,
    Languages(languages): Languages,
) -> Result<Response, Problem> {
    let all = group::list(&app, project.id).await?;
    let all: Vec<Value> =
        all.iter().map(|l| listed(&l.group, l.has_groups, l.items, &languages, project.default_locale())).collect();
    Ok(json(StatusCode::OK, &all.into()))
}

async fn find(
    State(app): State<Shared>,
    Project(_, project): Project,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let found = group::find(&app, project.id, number(&id)?).await?;
    Ok(json(StatusCode::OK, &coinslot_wire::group::json(&found)))
}

async fn create(
    State(app): State<Shared>,
    Project(_, project): Project,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let body = GroupBody::create(&body).map_err(Problem::invalid)?;
    let id = group::create(&app, project.id, body).await?;
    Ok(json(StatusCode::CREATED, &json!({ "group_id": id.get() })))
}

async fn update(
    State(app): State<Shared>,
    Project(_, project): Project,
    Path((_, id)): Path<(String, String)>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let id = number(&id)?;
    let body = GroupBody::update(&body).map_err(Problem::invalid)?;
    group::update(&app, project.id, id, body).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn remove(
    State(app): State<Shared>,
    Project(_, project): Project,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    group::delete(&app, project.id, number(&id)?).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn sort(
    State(app): State<Shared>,
    Project(_, project): Project,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let body = SortBody::read(&body).map_err(Problem::invalid)?;
    group::sort(&app, project.id, body).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn number(id: &str) -> Result<GroupId, EditError> {
    id.parse().map_err(|()| EditError::NotFound(NOT_FOUND))
}
