//! Events and deliveries: what the game was told, telling it again, and trying
//! a listener out.

use super::Project;
use crate::body::{JsonBody, json, query};
use crate::{Answer, AnswerBody, Auth, Problem, Route};
use axum::extract::{Path, RawQuery, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use coinslot_app::Shared;
use coinslot_app::event::{self, Delivery, Event, Filter, ReplayError, TestError};
use coinslot_domain::id::EventId;
use coinslot_wire::event::{
    DeliveryView, EVENT, EVENT_WHOLE, EVENTS, EventView, LIST, ListQuery, REPLAY, REPLAYED, ReplayBody, TEST, TESTED,
    TestBody,
};
use coinslot_wire::shape::Violation;
use serde_json::{Map, Value, json};

const EXAMPLE: &str = r#"{
    "id": 100000005, "webhook_id": "evt_100000005", "type": "payment", "status": "pending", "attempts": 1,
    "created": "2026-01-02T03:04:05+00:00", "next_attempt": "2026-01-02T03:05:05+00:00", "transaction_id": 100000004
}"#;
const LISTED: &str = r#"{
    "events": [{
        "id": 100000005, "webhook_id": "evt_100000005", "type": "payment", "status": "delivered", "attempts": 2,
        "created": "2026-01-02T03:04:05+00:00", "transaction_id": 100000004
    }],
    "next_before": 100000005
}"#;
const WHOLE: &str = r#"{
    "id": 100000005, "webhook_id": "evt_100000005", "type": "payment", "status": "failed", "attempts": 1,
    "created": "2026-01-02T03:04:05+00:00", "transaction_id": 100000004,
    "body": "{\"notification_type\":\"payment\"}",
    "deliveries": [{
        "attempt": 1, "sent": "2026-01-02T03:04:06+00:00", "url": "https://game.example/webhook",
        "signature": "Signature 9907d938c524c721bdbacf22328421e0557b5f29", "status": 404, "answer": "Not Found",
        "duration_ms": 12
    }]
}"#;
const TRIED: &str = r#"{
    "attempt": 1, "sent": "2026-01-02T03:04:06+00:00", "url": "https://game.example/webhook",
    "signature": "Signature 4020dd9e444b1d3596a29a5c6cd3283dd9de3bd2", "status": 204, "answer": "", "duration_ms": 12,
    "event": {
        "id": 100000007, "webhook_id": "evt_100000007", "type": "user_validation", "status": "delivered",
        "attempts": 1, "created": "2026-01-02T03:04:06+00:00"
    },
    "body": "{\"notification_type\":\"user_validation\"}"
}"#;

fn no_event() -> Answer {
    Answer::error(StatusCode::NOT_FOUND, "The project has no such event.", "Event with specified ID does not exist.")
}

/// The operations here.
pub fn routes() -> Vec<Route> {
    let path = |rest: &str| format!("/merchants/{{merchant_id}}/projects/{{project_id}}/webhooks/{rest}");
    vec![
        Route {
            name: "event_list",
            method: Method::GET,
            path: path("events"),
            auth: Auth::Merchant,
            summary: "List what the game was told or is to be told",
            query: Some(&LIST),
            body: None,
            example: None,
            answers: vec![Answer::json(StatusCode::OK, "Events, newest first.", &EVENTS, LISTED)],
            handler: get(list),
        },
        Route {
            name: "event_get",
            method: Method::GET,
            path: path("events/{event_id}"),
            auth: Auth::Merchant,
            summary: "Show an event with its body and every attempt to deliver it",
            query: None,
            body: None,
            example: None,
            answers: vec![Answer::json(StatusCode::OK, "The event.", &EVENT_WHOLE, WHOLE), no_event()],
            handler: get(find),
        },
        Route {
            name: "event_replay",
            method: Method::POST,
            path: path("events/{event_id}/replay"),
            auth: Auth::Merchant,
            summary: "Send an event again, with the same bytes and the same webhook-id",
            query: None,
            body: None,
            example: None,
            answers: vec![
                Answer::json(StatusCode::ACCEPTED, "It is sent now, on a fresh schedule.", &EVENT, EXAMPLE),
                no_event(),
                Answer::error(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "It was a question or a test.",
                    "The event was a question to the game or a test, answered on the spot; only what tells of a \
                     payment can be sent again",
                ),
            ],
            handler: post(replay),
        },
        Route {
            name: "event_replay_all",
            method: Method::POST,
            path: path("replay"),
            auth: Auth::Merchant,
            summary: "Send all events again that failed, or that happened since a time",
            query: None,
            body: Some(&REPLAY),
            example: Some(r#"{ "status": "failed", "since": "2026-01-02T00:00:00Z" }"#),
            answers: vec![
                Answer::json(StatusCode::ACCEPTED, "So many are sent now.", &REPLAYED, r#"{ "replayed": 3 }"#),
                Answer {
                    status: StatusCode::UNPROCESSABLE_ENTITY,
                    what: "Neither is given: that would send everything there ever was.",
                    body: AnswerBody::Faults(ReplayBody::read(&json!({})).err().unwrap_or_default()),
                },
            ],
            handler: post(replay_all),
        },
        Route {
            name: "event_test",
            method: Method::POST,
            path: path("test"),
            auth: Auth::Merchant,
            summary: "Try the game's listener out with a webhook of any type, and see its answer",
            query: None,
            body: Some(&TEST),
            example: Some(r#"{ "notification_type": "user_validation" }"#),
            answers: vec![
                Answer::json(StatusCode::OK, "It was sent; what came of it.", &TESTED, TRIED),
                Answer::error(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "There is nowhere to send it.",
                    "The project has no webhook URL",
                ),
                Answer {
                    status: StatusCode::UNPROCESSABLE_ENTITY,
                    what: "There is no sample of this type.",
                    body: AnswerBody::Faults(vec![Violation::new("body", TestError::NoSample.to_string())]),
                },
            ],
            handler: post(test),
        },
    ]
}

async fn list(State(app): State<Shared>, Project(_, project): Project, raw: RawQuery) -> Result<Response, Problem> {
    let query = ListQuery::read(&query(&LIST, &raw)?);
    let filter = Filter { state: query.status, kind: query.kind, payment: query.transaction };
    let Some(page) = event::list(&app, project.id, filter, query.before, query.limit).await? else {
        return Err(Problem::invalid(vec![Violation::new("before", ReplayError::NotFound.to_string())]));
    };
    let events: Vec<Value> = page.events.iter().map(|e| view(e).into()).collect();
    let mut answer = json!({ "events": events });
    if let Some(last) = page.events.last().filter(|_| page.more) {
        answer["next_before"] = last.id.get().into();
    }
    Ok(json(StatusCode::OK, &answer))
}

async fn find(
    State(app): State<Shared>,
    Project(_, project): Project,
    Path((_, _, id)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let id: EventId = id.parse().map_err(|()| ReplayError::NotFound)?;
    let (event, deliveries) = event::find(&app, project.id, id).await?.ok_or(ReplayError::NotFound)?;
    let mut answer = view(&event);
    answer.insert("body".into(), event.body.into());
    answer.insert("deliveries".into(), deliveries.iter().map(|d| Value::from(attempt(d))).collect());
    Ok(json(StatusCode::OK, &answer.into()))
}

async fn replay(
    State(app): State<Shared>,
    Project(_, project): Project,
    Path((_, _, id)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let id: EventId = id.parse().map_err(|()| ReplayError::NotFound)?;
    let event = event::replay(&app, project.id, id).await?;
    Ok(json(StatusCode::ACCEPTED, &view(&event).into()))
}

async fn replay_all(
    State(app): State<Shared>,
    Project(_, project): Project,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let ReplayBody { failed, since } = ReplayBody::read(&body).map_err(Problem::invalid)?;
    let replayed = event::replay_all(&app, project.id, failed, since).await?;
    Ok(json(StatusCode::ACCEPTED, &json!({ "replayed": replayed })))
}

async fn test(
    State(app): State<Shared>,
    Project(_, project): Project,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let body = TestBody::read(&body).map_err(Problem::invalid)?;
    let (event, delivery) = event::test(&app, project, body).await?;
    let mut answer = attempt(&delivery);
    answer.insert("event".into(), view(&event).into());
    answer.insert("body".into(), event.body.into());
    Ok(json(StatusCode::OK, &answer.into()))
}

fn view(e: &Event) -> Map<String, Value> {
    EventView {
        id: e.id,
        kind: &e.kind,
        state: e.state,
        attempts: e.attempts,
        created: e.created_at,
        due: e.due_at,
        transaction: e.payment,
    }
    .to_json()
}

fn attempt(d: &Delivery) -> Map<String, Value> {
    DeliveryView {
        attempt: d.attempt,
        sent: d.sent_at,
        url: &d.url,
        signature: &d.signature,
        status: d.status,
        answer: &d.answer,
        error: d.error.as_deref(),
        duration_ms: d.took.0 / 1_000,
    }
    .to_json()
}

impl From<ReplayError> for Problem {
    fn from(e: ReplayError) -> Self {
        match e {
            ReplayError::Store(e) => e.into(),
            ReplayError::NotFound => Problem::not_found(e.to_string()),
            ReplayError::Never => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, e.to_string()),
        }
    }
}

impl From<TestError> for Problem {
    fn from(e: TestError) -> Self {
        match e {
            TestError::Store(e) => e.into(),
            TestError::NoUrl => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, e.to_string()),
            TestError::NoSample => Problem::invalid(vec![Violation::new("body", e.to_string())]),
        }
    }
}
