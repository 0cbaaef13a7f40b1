//! Transactions: giving money back.

use super::Merchant;
use crate::body::{JsonBody, json};
use crate::{Answer, AnswerBody, Auth, Problem, Route};
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::put;
use coinslot_app::Shared;
use coinslot_app::refund::{RefundError, Refunded, give_back};
use coinslot_domain::id::PaymentId;
use coinslot_domain::merchant::Caller;
use coinslot_wire::report::{PARTIAL_REFUND, PartialRefundBody, REFUND, RefundBody};
use coinslot_wire::shape::{Field, Shape, Unknown, Violation};
use serde_json::json;

static REGISTERED: Shape = Shape::Object {
    fields: &[Field::required("message", Shape::Text { min: 1, max: 255, rule: None }, "English, for people.")],
    unknown: Unknown::Ignore,
};

/// What each refund may answer, besides its own.
fn answers(refused: Answer) -> Vec<Answer> {
    vec![
        Answer::empty(StatusCode::NO_CONTENT, "The money is given back, and the game will be told."),
        Answer::json(
            StatusCode::OK,
            "The payment provider has not answered yet; the refund is done as soon as it does.",
            &REGISTERED,
            r#"{ "message": "The refund request is registered" }"#,
        ),
        Answer::error(
            StatusCode::NOT_FOUND,
            "The merchant has no such transaction.",
            "Transaction with specified ID does not exist.",
        ),
        refused,
    ]
}

/// The operations here.
pub fn routes() -> Vec<Route> {
    vec![
        Route {
            name: "transaction_refund",
            method: Method::PUT,
            path: "/merchants/{merchant_id}/reports/transactions/{transaction_id}/refund".into(),
            auth: Auth::Merchant,
            summary: "Give all of a payment back",
            query: None,
            body: Some(&REFUND),
            example: Some(r#"{ "description": "Changed my mind", "email": "email@example.com" }"#),
            answers: answers(Answer::error(
                StatusCode::UNPROCESSABLE_ENTITY,
                "The transaction was not paid, or something of it was given back already.",
                "The transaction is refunded already",
            )),
            handler: put(refund),
        },
        Route {
            name: "transaction_partial_refund",
            method: Method::PUT,
            path: "/merchants/{merchant_id}/reports/transactions/{transaction_id}/partial_refund".into(),
            auth: Auth::Merchant,
            summary: "Give a part of a payment back",
            query: None,
            body: Some(&PARTIAL_REFUND),
            example: Some(r#"{ "description": "Half of it", "refund_amount": 5 }"#),
            answers: answers(Answer {
                status: StatusCode::UNPROCESSABLE_ENTITY,
                what: "The transaction was not paid, or less than that is left of it.",
                body: AnswerBody::Faults(vec![Violation::new("refund_amount", "At most 4.99 USD can be refunded")]),
            }),
            handler: put(partial_refund),
        },
    ]
}

async fn refund(
    State(app): State<Shared>,
    Merchant(caller): Merchant,
    Path((_, transaction)): Path<(String, String)>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let body = RefundBody::read(&body).map_err(Problem::invalid)?;
    answer(&app, caller, &transaction, None, body.description).await
}

async fn partial_refund(
    State(app): State<Shared>,
    Merchant(caller): Merchant,
    Path((_, transaction)): Path<(String, String)>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let body = PartialRefundBody::read(&body).map_err(Problem::invalid)?;
    answer(&app, caller, &transaction, Some(body.amount_text), body.description).await
}

async fn answer(
    app: &Shared,
    caller: Caller,
    transaction: &str,
    amount: Option<String>,
    reason: String,
) -> Result<Response, Problem> {
    let id: PaymentId = transaction.parse().map_err(|()| RefundError::NotFound)?;
    Ok(match give_back(app, caller.merchant, id, amount, reason).await? {
        Refunded::Done => StatusCode::NO_CONTENT.into_response(),
        Refunded::Registered => json(StatusCode::OK, &json!({ "message": "The refund request is registered" })),
    })
}

impl From<RefundError> for Problem {
    fn from(e: RefundError) -> Self {
        match e {
            RefundError::Store(e) => e.into(),
            RefundError::NotFound => Problem::not_found(e.to_string()),
            RefundError::TooMuch(_) | RefundError::Amount(_) => {
                Problem::invalid(vec![Violation::new("refund_amount", e.to_string())])
            }
            RefundError::NotPaid
            | RefundError::AlreadyRefunded
            | RefundError::PartlyRefunded
            | RefundError::Refused => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, e.to_string()),
        }
    }
}
