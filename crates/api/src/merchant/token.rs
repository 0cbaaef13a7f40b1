//! Payment tokens.

use super::Merchant;
use crate::body::{JsonBody, json};
use crate::{Auth, Problem, Route};
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::post;
use coinslot_app::Shared;
use coinslot_app::token::TokenError;
use coinslot_wire::token::{TOKEN, TokenBody};
use serde_json::json;

/// The operations here.
pub fn routes() -> Vec<Route> {
    vec![Route {
        name: "token_create",
        method: Method::POST,
        path: "/merchants/{merchant_id}/token".into(),
        auth: Auth::Merchant,
        body: Some(&TOKEN),
        handler: post(create),
    }]
}

async fn create(
    State(app): State<Shared>,
    Merchant(caller): Merchant,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let body = TokenBody::read(&body).map_err(Problem::invalid)?;
    let token = coinslot_app::token::create(&app, caller, &body).await?;
    Ok(json(StatusCode::OK, &json!({ "token": token })))
}

impl From<TokenError> for Problem {
    fn from(e: TokenError) -> Self {
        match e {
            TokenError::NotYours => Problem::forbidden(),
            TokenError::NotActive => Problem::new(StatusCode::PRECONDITION_FAILED, "Project is not active"),
            TokenError::Store(e) => e.into(),
        }
    }
}
