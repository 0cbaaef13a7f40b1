//! Transactions: giving money back.

use super::Merchant;
use crate::body::{JsonBody, json};
use crate::{Auth, Problem, Route};
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::put;
use coinslot_app::Shared;
use coinslot_app::refund::{RefundError, Refunded, give_back};
use coinslot_domain::id::PaymentId;
use coinslot_domain::merchant::Caller;
use coinslot_wire::report::{PARTIAL_REFUND, PartialRefundBody, REFUND, RefundBody};
use coinslot_wire::shape::Violation;
use serde_json::json;

/// The operations here.
pub fn routes() -> Vec<Route> {
    vec![
        Route {
            name: "transaction_refund",
            method: Method::PUT,
            path: "/merchants/{merchant_id}/reports/transactions/{transaction_id}/refund".into(),
            auth: Auth::Merchant,
            body: Some(&REFUND),
            handler: put(refund),
        },
        Route {
            name: "transaction_partial_refund",
            method: Method::PUT,
            path: "/merchants/{merchant_id}/reports/transactions/{transaction_id}/partial_refund".into(),
            auth: Auth::Merchant,
            body: Some(&PARTIAL_REFUND),
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
