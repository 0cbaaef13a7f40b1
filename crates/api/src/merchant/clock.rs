//! The clocks of projects.

use super::Project;
use crate::body::{JsonBody, json};
use crate::{Answer, AnswerBody, Auth, Problem, Route};
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::{get, post, put};
use coinslot_app::Shared;
use coinslot_app::clock::{self, ClockError, Shown};
use coinslot_domain::time::Time;
use coinslot_wire::clock::{ADVANCE, Advance, CLOCK, SET_CLOCK, SetClockBody, clock_json};
use coinslot_wire::shape::Violation;

const EXAMPLE: &str = r#"{
    "now": "2027-01-31T10:00:00+00:00", "server": "2026-01-31T10:00:00+00:00", "ahead_seconds": 31536000,
    "time_zone": "Europe/Berlin"
}"#;
const MOVED: &str = r#"{
    "now": "2027-01-31T10:00:00+00:00", "server": "2026-01-31T10:00:00+00:00", "ahead_seconds": 31536000,
    "time_zone": "Europe/Berlin", "reached": true
}"#;

/// The operations here.
pub fn routes() -> Vec<Route> {
    let path = |rest: &str| format!("/projects/{{project_id}}/clock{rest}");
    let refused = || {
        [
            Answer {
                status: StatusCode::UNPROCESSABLE_ENTITY,
                what: "Clocks only move forward.",
                body: AnswerBody::Faults(vec![Violation::new("now", ClockError::Past.to_string())]),
            },
            Answer::error(
                StatusCode::UNPROCESSABLE_ENTITY,
                "The project took money outside the sandbox.",
                "The clock of a project that took real money cannot be moved",
            ),
        ]
    };
    let answers = |example| {
        let shown = Answer::json(StatusCode::OK, "The clock.", &CLOCK, example);
        [shown].into_iter().chain(refused()).collect()
    };
    vec![
        Route {
            name: "clock_get",
            method: Method::GET,
            path: path(""),
            auth: Auth::Merchant,
            summary: "Show a project's clock",
            query: None,
            body: None,
            example: None,
            answers: vec![Answer::json(StatusCode::OK, "The clock.", &CLOCK, EXAMPLE)],
            handler: get(show),
        },
        Route {
            name: "clock_set",
            method: Method::PUT,
            path: path(""),
            auth: Auth::Merchant,
            summary: "Set a project's clock or time zone; what falls due meanwhile happens",
            query: None,
            body: Some(&SET_CLOCK),
            example: Some(r#"{ "now": "2027-01-31T10:00:00Z", "time_zone": "Europe/Berlin" }"#),
            answers: answers(MOVED),
            handler: put(set),
        },
        Route {
            name: "clock_advance",
            method: Method::POST,
            path: path("/advance"),
            auth: Auth::Merchant,
            summary: "Move a project's clock; what falls due meanwhile happens",
            query: None,
            body: Some(&ADVANCE),
            example: Some(r#"{ "value": 13, "type": "month" }"#),
            answers: answers(MOVED),
            handler: post(advance),
        },
    ]
}

async fn show(State(app): State<Shared>, Project(_, project): Project) -> Result<Response, Problem> {
    Ok(shown(&clock::show(&app, project.id).await?, None))
}

async fn set(
    State(app): State<Shared>,
    Project(_, project): Project,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let body = SetClockBody::read(&body).map_err(Problem::invalid)?;
    if let Some(zone) = body.zone {
        clock::set_zone(&app, project.id, zone).await?;
    }
    match body.now {
        Some(to) => Ok(shown(&clock::advance(&app, project.id, to).await?, Some(to))),
        None => Ok(shown(&clock::show(&app, project.id).await?, None)),
    }
}

async fn advance(
    State(app): State<Shared>,
    Project(_, project): Project,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let by = Advance::read(&body).map_err(Problem::invalid)?;
    let to = clock::later(&app, project.id, by)
        .await?
        .ok_or_else(|| Problem::fault("value", "leads beyond the calendar"))?;
    Ok(shown(&clock::advance(&app, project.id, to).await?, Some(to)))
}

fn shown(clock: &Shown, to: Option<Time>) -> Response {
    json(StatusCode::OK, &clock_json(clock.now, clock.server, &clock.zone, to.map(|to| clock.now >= to)))
}

impl From<ClockError> for Problem {
    fn from(e: ClockError) -> Self {
        match e {
            ClockError::Store(e) => e.into(),
            ClockError::Past => Problem::fault("now", e.to_string()),
            ClockError::Live => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, e.to_string()),
        }
    }
}
