//! Games sold by key, and their keys.

use super::{Merchant, Project};
use crate::body::{JsonBody, json, query};
use crate::{Answer, AnswerBody, Auth, Problem, Route};
use axum::extract::{Path, RawQuery, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use coinslot_app::Shared;
use coinslot_app::game::{self, Counted, GameError};
use coinslot_domain::id::GameId;
use coinslot_wire::game::{CREATE, GAME, GAMES, GameBody, KEYS, KeysBody, PLACES, STORED, UPDATE, places, view};
use coinslot_wire::page::{self, CREATED, PAGE};
use coinslot_wire::shape::Violation;
use serde_json::{Value, json};

const BODY: &str = r#"{
    "sku": "starfall", "name": { "en": "Starfall" }, "description": { "en": "A game of stars" },
    "default_currency": "USD", "release_date": "2026-06-01",
    "drm": [{ "id": 1, "platforms": [{ "id": 1 }, { "id": 2 }], "enabled": true, "prices": { "USD": 19.99 } }],
    "delivery": { "release_date_type": "exact_date", "delivery_method": { "default": ["key"], "exceptions": [] } }
}"#;
const ONE: &str = r#"{
    "id": 100000001, "sku": "starfall", "name": { "en": "Starfall" }, "drm": [{
        "id": 1, "name": "Steam", "image": null, "platforms": [{ "id": 1, "name": "Windows" }], "enabled": true,
        "prices": { "USD": 19.99 }, "codes": { "total": 3, "active": 2, "used": 1 }
    }]
}"#;
const SEVERAL: &str = r#"[{ "id": 100000001, "sku": "starfall", "name": { "en": "Starfall" }, "drm": [] }]"#;
const ALL_PLACES: &str = r#"{
    "platforms": [{ "id": 1, "name": "Windows" }],
    "drm": [{ "id": 1, "name": "Steam", "image": null, "platforms": [{ "id": 1, "name": "Windows" }] }]
}"#;
const NO_GAME: &str = "Game with specified ID does not exist.";
const TAKEN: &str = "is the SKU of another game";
const NO_EDITION: &str = "the game has no such edition";

fn no_game() -> Answer {
    Answer::error(StatusCode::NOT_FOUND, "The project has no such game.", NO_GAME)
}

fn taken() -> Answer {
    Answer {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        what: "Another game has this SKU.",
        body: AnswerBody::Faults(vec![Violation::new("sku", TAKEN)]),
    }
}

/// The operations here.
pub fn routes() -> Vec<Route> {
    let path = |rest: &str| format!("/projects/{{project_id}}/game_delivery{rest}");
    vec![
        Route {
            name: "game_create",
            method: Method::POST,
            path: path(""),
            auth: Auth::Merchant,
            summary: "Add a game that is sold by key",
            query: None,
            body: Some(&CREATE),
            example: Some(BODY),
            answers: vec![
                Answer::json(StatusCode::CREATED, "Its number.", &CREATED, r#"{ "id": 100000001 }"#),
                taken(),
            ],
            handler: post(create),
        },
        Route {
            name: "game_list",
            method: Method::GET,
            path: path(""),
            auth: Auth::Merchant,
            summary: "List games sold by key, with how many keys there are",
            query: Some(&PAGE),
            body: None,
            example: None,
            answers: vec![Answer::json(StatusCode::OK, "Games by their numbers.", &GAMES, SEVERAL)],
            handler: get(list),
        },
        Route {
            name: "game_get",
            method: Method::GET,
            path: path("/{game_delivery_id}"),
            auth: Auth::Merchant,
            summary: "Show a game sold by key, with how many keys there are",
            query: None,
            body: None,
            example: None,
            answers: vec![Answer::json(StatusCode::OK, "The game.", &GAME, ONE), no_game()],
            handler: get(find),
        },
        Route {
            name: "game_update",
            method: Method::PUT,
            path: path("/{game_delivery_id}"),
            auth: Auth::Merchant,
            summary: "Change a game; what is left out stays, null goes back to the default",
            query: None,
            body: Some(&UPDATE),
            example: Some(BODY),
            answers: vec![Answer::empty(StatusCode::NO_CONTENT, "It is changed."), no_game(), taken()],
            handler: put(update),
        },
        Route {
            name: "key_add",
            method: Method::POST,
            path: path("/{game_delivery_id}/keys"),
            auth: Auth::Merchant,
            summary: "Store keys of a game; one that came back with a refund is for sale again, any other that is there stays as it is",
            query: None,
            body: Some(&KEYS),
            example: Some(r#"{ "drm_id": 1, "keys": ["AAAAA-BBBBB-CCCCC", "DDDDD-EEEEE-FFFFF"] }"#),
            answers: vec![
                Answer::json(StatusCode::OK, "What came of it.", &STORED, r#"{ "added": 1, "duplicates": [1] }"#),
                no_game(),
                Answer {
                    status: StatusCode::UNPROCESSABLE_ENTITY,
                    what: "The game is not sold for that place.",
                    body: AnswerBody::Faults(vec![Violation::new("drm_id", NO_EDITION)]),
                },
            ],
            handler: post(add_keys),
        },
        Route {
            name: "game_places",
            method: Method::GET,
            path: "/merchants/{merchant_id}/drm".into(),
            auth: Auth::Merchant,
            summary: "List the places where keys are redeemed, and the platforms",
            query: None,
            body: None,
            example: None,
            answers: vec![Answer::json(StatusCode::OK, "All of them.", &PLACES, ALL_PLACES)],
            handler: get(list_places),
        },
    ]
}

async fn create(
    State(app): State<Shared>,
    Project(_, project): Project,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let body = GameBody::read(&CREATE, &body).map_err(Problem::invalid)?;
    let id = game::create(&app, project.id, body).await?;
    Ok(json(StatusCode::CREATED, &json!({ "id": id.get() })))
}

async fn list(State(app): State<Shared>, Project(_, project): Project, raw: RawQuery) -> Result<Response, Problem> {
    let (offset, limit) = page::read(&query(&PAGE, &raw)?);
    let all: Vec<Value> = game::list(&app, project.id, offset, limit).await?.iter().map(shown).collect();
    Ok(json(StatusCode::OK, &all.into()))
}

fn shown((game, codes): &Counted) -> Value {
    view(game, |drm| codes.get(&drm).copied().unwrap_or_default())
}

async fn find(
    State(app): State<Shared>,
    Project(_, project): Project,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let found = game::find(&app, project.id, number(&id)?).await?.ok_or(GameError::NotFound)?;
    Ok(json(StatusCode::OK, &shown(&found)))
}

async fn update(
    State(app): State<Shared>,
    Project(_, project): Project,
    Path((_, id)): Path<(String, String)>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let body = GameBody::read(&UPDATE, &body).map_err(Problem::invalid)?;
    game::update(&app, project.id, number(&id)?, body).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn add_keys(
    State(app): State<Shared>,
    Project(_, project): Project,
    Path((_, id)): Path<(String, String)>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let body = KeysBody::read(&body).map_err(Problem::invalid)?;
    let stored = game::add_keys(&app, project.id, number(&id)?, body).await?;
    Ok(json(StatusCode::OK, &json!({ "added": stored.added, "duplicates": stored.duplicates })))
}

async fn list_places(Merchant(_): Merchant) -> Response {
    json(StatusCode::OK, &places())
}

fn number(id: &str) -> Result<GameId, GameError> {
    id.parse().map_err(|()| GameError::NotFound)
}

impl From<GameError> for Problem {
    fn from(e: GameError) -> Self {
        match e {
            GameError::NotFound => Problem::not_found(NO_GAME),
            GameError::SkuTaken => Problem::fault("sku", TAKEN),
            GameError::NoEdition => Problem::fault("drm_id", NO_EDITION),
            GameError::Store(e) => e.into(),
        }
    }
}
