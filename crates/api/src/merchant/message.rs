//! Messages: what went wrong or changed, for people.

use super::Merchant;
use crate::body::{json, query};
use crate::{Answer, Auth, Problem, Route};
use axum::extract::{RawQuery, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::get;
use coinslot_app::{Shared, message};
use coinslot_wire::message::{LIST, MESSAGES, view};
use coinslot_wire::page;
use serde_json::Value;

const LISTED: &str = r#"[{
    "id": 100000002, "date": "2026-01-02T03:04:05+00:00", "type": "payment_declined", "project_id": 18404,
    "message": "Transaction 100000004 was declined: insufficient_funds", "level": "warning",
    "transaction_id": 100000004
}]"#;

/// The operations here.
pub fn routes() -> Vec<Route> {
    vec![Route {
        name: "message_list",
        method: Method::GET,
        path: "/merchants/{merchant_id}/events/messages".into(),
        auth: Auth::Merchant,
        summary: "List declined payments, webhooks given up, refunds, chargebacks and changed settings",
        query: Some(&LIST),
        body: None,
        example: None,
        answers: vec![Answer::json(StatusCode::OK, "Messages, newest first.", &MESSAGES, LISTED)],
        handler: get(list),
    }]
}

async fn list(State(app): State<Shared>, Merchant(caller): Merchant, raw: RawQuery) -> Result<Response, Problem> {
    let (offset, limit) = page::read(&query(&LIST, &raw)?);
    let all: Vec<Value> = message::list(&app, caller.merchant, offset, limit).await?.iter().map(view).collect();
    Ok(json(StatusCode::OK, &all.into()))
}
