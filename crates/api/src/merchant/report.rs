//! Transactions: finding them, adding them up, and giving money back.

use super::{Merchant, Project};
use crate::body::{JsonBody, json, query};
use crate::{Answer, AnswerBody, Auth, Problem, Route};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use coinslot_app::refund::{ChargebackError, RefundError, Refunded, charge_back, give_back};
use coinslot_app::report::{self, Page};
use coinslot_app::{Shared, StoreError, shipping};
use coinslot_domain::id::PaymentId;
use coinslot_domain::merchant::Caller;
use coinslot_wire::report::{
    DATES, PARTIAL_REFUND, PartialRefundBody, REFUND, REGISTRY, RefundBody, RegistryQuery, SEARCH, SIMPLE, SearchQuery,
    dates, simple, snapshot_text, summary,
};
use coinslot_wire::shape::{Field, Shape, Unknown, Violation};
use coinslot_wire::shipping::{ADDRESS, address_json};
use coinslot_wire::table::{Format, Table};
use serde_json::{Value, json};

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

static ROWS: Shape = Shape::Array(&Shape::Object {
    fields: &[
        Field::required("payment_details", Shape::Map, "Money."),
        Field::required("transaction", Shape::Map, "What happened."),
        Field::required("user", Shape::Map, "The player."),
    ],
    unknown: Unknown::Ignore,
});

static ANY_ROWS: Shape = Shape::Array(&Shape::Map);

const ROW: &str = r#"[{
    "payment_details": { "payment": { "amount": 9.99, "currency": "USD" } },
    "transaction": {
        "external_id": "ext-1", "id": 100000004, "payment_date": "2026-01-02T03:04:05+00:00",
        "project": { "id": 18404, "name": "Starfall" }, "refund_reason": null, "status": "done"
    },
    "user": { "country": "US", "email": "email@example.com", "id": "1234567", "name": null, "phone": null }
}]"#;
const REPORT: &str = r#"[{
    "report_id": 202601840, "month": "January", "year": 2026, "currency": "USD", "agreement_document_id": "",
    "is_direct_payout": false, "is_draft_by_agreement": false
}]"#;
const OWED: &str = r#"[{
    "IsoCurrency": "USD", "PaymentsAmount": 1, "SumNominalSum": 9.99, "SumItems": 9.99, "SumCommissionAgent": 0.5,
    "SumCommissionUserTaxes": 0, "SumOutProject": 9.2, "SumPayoutSum": 9.2, "TaxesOfPayments": 0,
    "DirectTaxesOfPayments": 0
}]"#;
const ADDRESSED: &str = r#"{
    "name": "Ann Example", "street": "Am Hang 1", "city": "Berlin", "region": null, "zip": "10115", "country": "DE"
}"#;
const NOTHING_SENT: &str = "Transaction with specified ID has no address to be sent to.";
const NO_TRANSACTION: &str = "Transaction with specified ID does not exist.";

/// The lists that come in each format, by format.
const SEARCHES: [&str; 4] =
    ["transaction_search_json", "transaction_search_csv", "transaction_search_xls", "transaction_search_xml"];
const REGISTRIES: [&str; 4] =
    ["transaction_registry_json", "transaction_registry_csv", "transaction_registry_xls", "transaction_registry_xml"];

fn listed(format: Format) -> Answer {
    let what = "Transactions, oldest first. A page that is full carries X-Snapshot, by which the next is found.";
    match format {
        Format::Json => Answer::json(StatusCode::OK, what, &ROWS, ROW),
        Format::Csv => Answer::other(StatusCode::OK, what, "text/csv", None),
        Format::Xls => Answer::other(StatusCode::OK, what, Format::Xls.media_type(), None),
        Format::Xml => Answer::other(StatusCode::OK, what, "application/xml", None),
    }
}

/// Finding transactions and adding them up.
fn reading() -> Vec<Route> {
    let path = |rest: &str| format!("/merchants/{{merchant_id}}/reports{rest}");
    let mut all = Vec::new();
    for (format, (searching, registry)) in Format::ALL.into_iter().zip(SEARCHES.into_iter().zip(REGISTRIES)) {
        let of_format = |name, what: &str, summary, shape, handler| Route {
            name,
            method: Method::GET,
            path: path(&format!("/transactions/{what}.{}", format.ending())),
            auth: Auth::Merchant,
            summary,
            query: Some(shape),
            body: None,
            example: None,
            answers: vec![listed(format)],
            handler,
        };
        let look_up = get(move |app, merchant, raw| search(format, app, merchant, raw));
        all.push(of_format(searching, "search", "Find transactions", &SEARCH, look_up));
        let look_up = get(move |app, merchant, raw| list_booked(format, app, merchant, raw));
        let summary = "List what was booked in a range of time: a row for each payment and for each refund";
        all.push(of_format(registry, "registry", summary, &REGISTRY, look_up));
    }
    let simple = |name, what: &str, summary, query, answers, handler| Route {
        name,
        method: Method::GET,
        path: path(what),
        auth: Auth::Merchant,
        summary,
        query,
        body: None,
        example: None,
        answers,
        handler,
    };
    all.push(simple(
        "transaction_simple_search",
        "/transactions/simple_search",
        "Find transactions by number, or by the id that the game gave them",
        Some(&SIMPLE),
        vec![Answer::json(StatusCode::OK, "Transactions, oldest first.", &ROWS, ROW)],
        get(find_simply),
    ));
    all.push(simple(
        "transaction_details",
        "/transactions/{transaction_id}/details",
        "Show all that is known of a transaction",
        None,
        vec![
            Answer::json(StatusCode::OK, "A list of one.", &ROWS, ROW),
            Answer::error(StatusCode::NOT_FOUND, "The merchant has no such transaction.", NO_TRANSACTION),
        ],
        get(details),
    ));
    all.push(simple(
        "transaction_shipping",
        "/transactions/{transaction_id}/shipping",
        "Show where the goods of a transaction are sent, as the player said on the payment page",
        None,
        vec![
            Answer::json(StatusCode::OK, "The address.", &ADDRESS, ADDRESSED),
            Answer::error(StatusCode::NOT_FOUND, "The merchant has no such transaction.", NO_TRANSACTION),
            Answer::error(StatusCode::NOT_FOUND, "Its token did not ask for an address.", NOTHING_SENT),
        ],
        get(shipping_of),
    ));
    all.push(simple(
        "transaction_summary",
        "/transactions/summary/transfer",
        "Add up what is owed from a range of time, by currency",
        Some(&DATES),
        vec![Answer::json(StatusCode::OK, "A row for each currency.", &ANY_ROWS, OWED)],
        get(list_owed),
    ));
    all.push(simple(
        "report_transfers",
        "/transfers",
        "List payouts; this server makes none by itself",
        Some(&DATES),
        vec![Answer::json(StatusCode::OK, "Payouts.", &ANY_ROWS, "[]")],
        get(transfers),
    ));
    all.push(simple(
        "report_list",
        "",
        "List reports: a month and a currency each",
        Some(&DATES),
        vec![Answer::json(StatusCode::OK, "Reports, oldest first.", &ANY_ROWS, REPORT)],
        get(list_reports),
    ));
    all
}

/// The operations here.
pub fn routes() -> Vec<Route> {
    let mut all = reading();
    all.extend(giving_back());
    all
}

fn giving_back() -> Vec<Route> {
    vec![
        Route {
            name: "transaction_chargeback",
            method: Method::POST,
            path: "/merchants/{merchant_id}/projects/{project_id}/payments/{transaction_id}/chargeback".into(),
            auth: Auth::Merchant,
            summary: "Have the bank call a sandbox payment back",
            query: None,
            body: None,
            example: None,
            answers: vec![
                Answer::empty(StatusCode::NO_CONTENT, "It is called back, and the game will be told."),
                Answer::error(StatusCode::NOT_FOUND, "The project has no such transaction.", NO_TRANSACTION),
                Answer::error(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "It is no sandbox payment, was not paid, or all of it was given back.",
                    "Not a test payment: only payments of the sandbox can be charged back",
                ),
            ],
            handler: post(chargeback),
        },
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

/// Where the next page of a list begins.
const NEXT: HeaderName = HeaderName::from_static("x-snapshot");

/// A table as a file or as JSON.
fn written(table: &Table, format: Format, name: &str) -> Result<Response, Problem> {
    let bytes = table.write(format).map_err(|e| Problem::from(StoreError::Corrupt(e)))?;
    let mut response = (StatusCode::OK, [(header::CONTENT_TYPE, format.media_type())], bytes).into_response();
    if let Some(extension) = format.extension()
        && let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{name}.{extension}\""))
    {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}

fn paged(page: Option<Page>, format: Format, name: &str) -> Result<Response, Problem> {
    let Page { table, next } = page.ok_or_else(Problem::forbidden)?;
    let mut response = written(&table, format, name)?;
    if let Some(next) = next.and_then(|place| HeaderValue::from_str(&snapshot_text(place)).ok()) {
        response.headers_mut().insert(NEXT, next);
    }
    Ok(response)
}

async fn search(
    format: Format,
    State(app): State<Shared>,
    Merchant(caller): Merchant,
    raw: RawQuery,
) -> Result<Response, Problem> {
    let query = SearchQuery::read(&query(&SEARCH, &raw)?).map_err(Problem::invalid)?;
    paged(report::search(&app, caller.merchant, query).await?, format, "search")
}

async fn list_booked(
    format: Format,
    State(app): State<Shared>,
    Merchant(caller): Merchant,
    raw: RawQuery,
) -> Result<Response, Problem> {
    let query = RegistryQuery::read(&query(&REGISTRY, &raw)?, app.clock.now()).map_err(Problem::invalid)?;
    paged(report::registry(&app, caller.merchant, query).await?, format, "registry")
}

async fn find_simply(
    State(app): State<Shared>,
    Merchant(caller): Merchant,
    raw: RawQuery,
) -> Result<Response, Problem> {
    let (id, external_id) = simple(&query(&SIMPLE, &raw)?).map_err(Problem::invalid)?;
    written(&report::simple(&app, caller.merchant, id, external_id).await?, Format::Json, "")
}

async fn details(
    State(app): State<Shared>,
    Merchant(caller): Merchant,
    Path((_, transaction)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let id: PaymentId = transaction.parse().map_err(|()| RefundError::NotFound)?;
    written(&report::details(&app, caller.merchant, id).await?.ok_or(RefundError::NotFound)?, Format::Json, "")
}

async fn shipping_of(
    State(app): State<Shared>,
    Merchant(caller): Merchant,
    Path((_, transaction)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let id: PaymentId = transaction.parse().map_err(|()| RefundError::NotFound)?;
    let address = shipping::of_payment(&app, caller.merchant, id).await?.ok_or(RefundError::NotFound)?;
    let address = address.ok_or_else(|| Problem::not_found(NOTHING_SENT))?;
    Ok(json(StatusCode::OK, &address_json(&address)))
}

async fn list_owed(State(app): State<Shared>, Merchant(caller): Merchant, raw: RawQuery) -> Result<Response, Problem> {
    let (range, dry_run) = dates(&query(&DATES, &raw)?, app.clock.now()).map_err(Problem::invalid)?;
    let sums: Vec<Value> = report::owed(&app, caller.merchant, range, dry_run).await?.iter().map(summary).collect();
    Ok(json(StatusCode::OK, &sums.into()))
}

/// There are no payouts: money stays where the merchant's payment provider
/// keeps it, and this server moves none.
async fn transfers(State(app): State<Shared>, Merchant(_): Merchant, raw: RawQuery) -> Result<Response, Problem> {
    dates(&query(&DATES, &raw)?, app.clock.now()).map_err(Problem::invalid)?;
    Ok(json(StatusCode::OK, &json!([])))
}

async fn list_reports(
    State(app): State<Shared>,
    Merchant(caller): Merchant,
    raw: RawQuery,
) -> Result<Response, Problem> {
    let (range, dry_run) = dates(&query(&DATES, &raw)?, app.clock.now()).map_err(Problem::invalid)?;
    Ok(json(StatusCode::OK, &report::reports(&app, caller.merchant, range, dry_run).await?.into()))
}

async fn chargeback(
    State(app): State<Shared>,
    Project(_, project): Project,
    Path((_, _, transaction)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let id: PaymentId = transaction.parse().map_err(|()| ChargebackError::NotFound)?;
    charge_back(&app, project.id, id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
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

impl From<ChargebackError> for Problem {
    fn from(e: ChargebackError) -> Self {
        match e {
            ChargebackError::Store(e) => e.into(),
            ChargebackError::NotFound => Problem::not_found(e.to_string()),
            ChargebackError::NotTest | ChargebackError::NotPaid | ChargebackError::Busy => {
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, e.to_string())
            }
        }
    }
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
            | RefundError::Refused
            | RefundError::Partner => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, e.to_string()),
        }
    }
}
