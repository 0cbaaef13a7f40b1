//! Opening lootboxes, and checking that nobody cheated.

use super::wallet::no_user;
use super::{Project, User};
use crate::body::{JsonBody, json, query};
use crate::{Answer, AnswerBody, Auth, Problem, Route};
use axum::extract::{Path, RawQuery, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use coinslot_app::Shared;
use coinslot_app::draw::{self, Lack, Odds, OpenError, Opened, Promise, commitment};
use coinslot_app::wallet::WalletError;
use coinslot_domain::draw::Draw;
use coinslot_domain::id::ItemId;
use coinslot_wire::draw::{
    COMMITMENT, COMMITMENT_QUERY, DRAWS, DRAWS_QUERY, OPEN, OPEN_QUERY, OPENED, OpenBody, SETTINGS, awarded_json,
    draw_json, drawn_json, draws_page, item_id, odds_json, require_ownership,
};
use coinslot_wire::lootbox::limits_json;
use coinslot_wire::shape::Violation;
use serde_json::{Value, json};

const FOUND: &str = r#"{
    "slots": [{
        "id": 100000011,
        "value": { "virtual_items": [{ "id": 100000001, "amount": 10, "drop_rate": 20 }], "virtual_currency": [], "attribute": [] },
        "compensation_for_duplicate_percent": 10, "compensation_for_duplicate_value": 50, "compensation": null
    }],
    "draw": {
        "id": 100000012, "date": "2026-01-02T03:04:05+00:00", "item_id": 100000010, "table_version": 1, "nonce": 1,
        "commitment": "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd",
        "server_seed": "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "client_seed": "my own luck"
    },
    "next_commitment": "a8100ae6aa1940d0b663bb31cd466142ebbdbd5187131b92d93818987832eb89"
}"#;
const BOUND: &str = r#"{
    "commitment": "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd", "nonce": 1,
    "item_id": 100000010, "table_version": 1,
    "slots": [{
        "id": 100000011,
        "entries": [
            { "virtual_item": { "id": 100000001, "amount": 10 }, "drop_rate": 20, "weight": 2000 },
            { "virtual_currency": { "amount": 100 }, "drop_rate": 80, "weight": 8000 }
        ]
    }],
    "limits": { "virtual_item": [{ "id": 100000001, "max_items": 5 }], "attribute": [] }
}"#;
const LISTED: &str = r#"[{
    "id": 100000012, "date": "2026-01-02T03:04:05+00:00", "item_id": 100000010, "table_version": 1, "nonce": 1,
    "commitment": "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd",
    "server_seed": "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "client_seed": "my own luck",
    "slots": [{
        "id": 100000011,
        "entries": [
            { "virtual_item": { "id": 100000001, "amount": 10 }, "drop_rate": 20, "weight": 2000 },
            { "virtual_currency": { "amount": 100 }, "drop_rate": 80, "weight": 8000 }
        ],
        "place": 1, "compensation": null
    }],
    "limits": { "virtual_item": [{ "id": 100000001, "max_items": 5 }], "attribute": [] }
}]"#;

/// The operations here.
pub fn routes() -> Vec<Route> {
    let of_user = |rest: &str| format!("/projects/{{project_id}}/users/{{user_id}}/lootbox/{rest}");
    let settings = || Answer::json(StatusCode::OK, "The setting.", &SETTINGS, r#"{ "require_ownership": true }"#);
    let no_item = || {
        let what = "The project has no such item, or no such user.";
        Answer::error(StatusCode::NOT_FOUND, what, "Item with specified ID does not exist.")
    };
    vec![
        Route {
            name: "lootbox_open",
            method: Method::POST,
            path: "/projects/{project_id}/virtual_items/items/{item_id}/open".into(),
            auth: Auth::Merchant,
            summary: "Open a user's lootbox: take it, its key and its price, and give what is drawn",
            query: Some(&OPEN_QUERY),
            body: Some(&OPEN),
            example: Some(r#"{ "user_id": "1234567", "client_seed": "my own luck" }"#),
            answers: vec![
                Answer::json(StatusCode::OK, "What was in it.", &OPENED, FOUND),
                no_item(),
                Answer {
                    status: StatusCode::UNPROCESSABLE_ENTITY,
                    what: "The user lacks something, or the item cannot be opened; nothing was changed.",
                    body: AnswerBody::Faults(vec![Violation::new(Lack::Key.member(), Lack::Key.to_string())]),
                },
            ],
            handler: post(open),
        },
        Route {
            name: "lootbox_commitment",
            method: Method::GET,
            path: of_user("commitment"),
            auth: Auth::Merchant,
            summary: "Show what the server is bound to for a user's next lootbox, and its odds",
            query: Some(&COMMITMENT_QUERY),
            body: None,
            example: None,
            answers: vec![Answer::json(StatusCode::OK, "What it is bound to.", &COMMITMENT, BOUND), no_item()],
            handler: get(bound),
        },
        Route {
            name: "lootbox_draws",
            method: Method::GET,
            path: of_user("draws"),
            auth: Auth::Merchant,
            summary: "List the lootboxes a user opened, with all that is needed to check them",
            query: Some(&DRAWS_QUERY),
            body: None,
            example: None,
            answers: vec![Answer::json(StatusCode::OK, "Openings, newest first.", &DRAWS, LISTED), no_user()],
            handler: get(list),
        },
        Route {
            name: "lootbox_settings_get",
            method: Method::GET,
            path: "/projects/{project_id}/lootbox".into(),
            auth: Auth::Merchant,
            summary: "Show whether opening takes lootboxes and keys from what users have",
            query: None,
            body: None,
            example: None,
            answers: vec![settings()],
            handler: get(setting),
        },
        Route {
            name: "lootbox_settings_update",
            method: Method::PUT,
            path: "/projects/{project_id}/lootbox".into(),
            auth: Auth::Merchant,
            summary: "Say whether opening takes lootboxes and keys from what users have",
            query: None,
            body: Some(&SETTINGS),
            example: Some(r#"{ "require_ownership": false }"#),
            answers: vec![Answer::empty(StatusCode::NO_CONTENT, "It is noted.")],
            handler: put(set),
        },
    ]
}

async fn open(
    State(app): State<Shared>,
    Project(_, project): Project,
    Path((_, item)): Path<(String, String)>,
    raw: RawQuery,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let OpenBody { user, client_seed } = OpenBody::read(&body, &query(&OPEN_QUERY, &raw)?).map_err(Problem::invalid)?;
    let item: ItemId = item.parse().map_err(|()| OpenError::NoItem)?;
    let Opened { draw, table, next } = draw::open(&app, project.id, item, user, client_seed).await?;
    let slots: Vec<Value> =
        table.slots.iter().zip(&draw.outcomes).map(|(slot, outcome)| awarded_json(slot, *outcome)).collect();
    let answer = json!({ "slots": slots, "draw": shown(&draw), "next_commitment": next.commitment });
    Ok(json(StatusCode::OK, &answer))
}

fn shown(draw: &Draw) -> Value {
    draw_json(draw, &commitment(&draw.server_seed))
}

async fn bound(State(app): State<Shared>, User(project, user): User, raw: RawQuery) -> Result<Response, Problem> {
    let item = item_id(&query(&COMMITMENT_QUERY, &raw)?);
    let (Promise { commitment, nonce }, odds) = draw::promise(&app, project.id, user, item).await?;
    let mut answer = json!({ "commitment": commitment, "nonce": nonce });
    if let (Some(item), Some(Odds { table, weights })) = (item, odds) {
        answer["item_id"] = item.get().into();
        answer["table_version"] = table.version.into();
        answer["slots"] = table.slots.iter().zip(&weights).map(|(slot, weights)| odds_json(slot, weights)).collect();
        answer["limits"] = limits_json(&table.limits);
    }
    Ok(json(StatusCode::OK, &answer))
}

async fn list(State(app): State<Shared>, User(project, user): User, raw: RawQuery) -> Result<Response, Problem> {
    let (limit, offset) = draws_page(&query(&DRAWS_QUERY, &raw)?);
    let all = draw::list(&app, project.id, user, limit, offset).await?;
    Ok(json(StatusCode::OK, &all.iter().map(|(draw, odds)| whole(draw, odds)).collect()))
}

fn whole(draw: &Draw, Odds { table, weights }: &Odds) -> Value {
    let slots = table.slots.iter().zip(weights).zip(&draw.outcomes);
    let mut json = shown(draw);
    json["slots"] = slots.map(|((slot, weights), outcome)| drawn_json(slot, weights, *outcome)).collect();
    json["limits"] = limits_json(&table.limits);
    json
}

async fn setting(State(app): State<Shared>, Project(_, project): Project) -> Result<Response, Problem> {
    let takes = draw::takes_items(&app, project.id).await?;
    Ok(json(StatusCode::OK, &json!({ "require_ownership": takes })))
}

async fn set(
    State(app): State<Shared>,
    Project(_, project): Project,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let takes = require_ownership(&body).map_err(Problem::invalid)?;
    draw::set_takes_items(&app, project.id, takes).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

impl From<OpenError> for Problem {
    fn from(e: OpenError) -> Self {
        match e {
            OpenError::Store(e) => e.into(),
            OpenError::NoItem => Problem::not_found(e.to_string()),
            OpenError::Lacking(lacks) => {
                Problem::invalid(lacks.iter().map(|lack| Violation::new(lack.member(), lack.to_string())).collect())
            }
            OpenError::Wallet(WalletError::Disabled) => Problem::fault("user_id", e.to_string()),
            OpenError::Wallet(e) => e.into(),
            OpenError::NoLootbox | OpenError::Disabled => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, e.to_string()),
        }
    }
}
