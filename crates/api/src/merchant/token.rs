//! Payment tokens.

use super::Merchant;
use crate::body::{self, JsonText};
use crate::{Answer, AnswerBody, Auth, Problem, Route};
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::post;
use coinslot_app::Shared;
use coinslot_app::token::TokenError;
use coinslot_app::wallet::WalletError;
use coinslot_wire::shape::{Field, Shape, Unknown, Violation};
use coinslot_wire::token::{Draft, TOKEN};

/// What a token is asked for with, at the least and a little more.
const EXAMPLE: &str = r#"{
    "user": { "id": { "value": "1234567" }, "email": { "value": "email@example.com" } },
    "settings": { "project_id": 18404, "mode": "sandbox", "return_url": "https://game.example/shop" },
    "purchase": {
        "checkout": { "currency": "USD", "amount": 9.99 },
        "description": { "value": "1,200 gems" }
    },
    "custom_parameters": { "user_level": 80 }
}"#;

const NOT_ACTIVE: &str = "Project is not active";

static CREATED: Shape = Shape::Object {
    fields: &[Field::required(
        "token",
        Shape::Text { min: 1, max: 255, rule: None },
        "Opens the payment page, as its parameter access_token.",
    )],
    unknown: Unknown::Ignore,
};

/// The operations here.
pub fn routes() -> Vec<Route> {
    vec![Route {
        name: "token_create",
        method: Method::POST,
        path: "/merchants/{merchant_id}/token".into(),
        auth: Auth::Merchant,
        summary: "Make a token that opens the payment page",
        query: None,
        body: Some(&TOKEN),
        example: Some(EXAMPLE),
        answers: vec![
            Answer::json(StatusCode::OK, "The token.", &CREATED, r#"{ "token": "4mq_foIdbHn4WNoqcNBF4qKA7pzv" }"#),
            Answer::error(
                StatusCode::PRECONDITION_FAILED,
                "The project is not active and the token asks for real payments.",
                NOT_ACTIVE,
            ),
            Answer {
                status: StatusCode::UNPROCESSABLE_ENTITY,
                what: "The user is disabled.",
                body: AnswerBody::Faults(vec![Violation::new("user.id.value", WalletError::Disabled.to_string())]),
            },
        ],
        handler: post(create),
    }]
}

async fn create(State(app): State<Shared>, merchant: Merchant, body: JsonText) -> Result<Response, Problem> {
    make(&app, merchant, &body).await
}

/// Makes a token.
pub(crate) async fn make(app: &Shared, Merchant(caller): Merchant, body: &JsonText) -> Result<Response, Problem> {
    let draft = match Draft::plain(&body.0) {
        Some(draft) => draft,
        None => Draft::read(body.value()?).map_err(Problem::invalid)?,
    };
    let token = coinslot_app::token::create(app, caller, draft).await?;
    // A token is letters, digits and underscores.
    Ok(body::bytes([r#"{"token":""#, &token, r#""}"#].concat().into()))
}

impl From<TokenError> for Problem {
    fn from(e: TokenError) -> Self {
        match e {
            TokenError::NotYours => Problem::forbidden(),
            TokenError::NotActive => Problem::new(StatusCode::PRECONDITION_FAILED, NOT_ACTIVE),
            TokenError::Disabled => Problem::fault("user.id.value", WalletError::Disabled.to_string()),
            TokenError::NoExternalId => Problem::fault("settings.external_id", "is missing and it is required"),
            TokenError::Store(e) => e.into(),
        }
    }
}
