//! `GET /healthz` and `GET /readyz`: whether the server can do its work.

use crate::body::json;
use crate::{Answer, Auth, Route};
use axum::Router;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::get;
use coinslot_app::{Shared, webhook};
use coinslot_domain::time::Span;
use coinslot_wire::shape::{Field, MAX_INTEGER, Shape, Unknown};
use serde_json::json;

/// The body of `GET /healthz` while the database answers.
pub const WELL: &str = "ok\n";
/// The body of `GET /healthz` while it does not.
pub const UNWELL: &str = "the database does not answer\n";

/// A webhook that waits longer than this after it was due says that nobody
/// sends them. One that the game does not take is not due meanwhile.
const STUCK: Span = Span::minutes(1);

static READINESS: Shape = Shape::Object {
    fields: &[
        Field::required("database", Shape::Enum(&["ok", "unavailable"]), "Whether the database answers."),
        Field::optional(
            "outbox_lag_seconds",
            Shape::Integer { min: 0, max: MAX_INTEGER },
            "How long the oldest webhook that is due has waited to be sent.",
        ),
    ],
    unknown: Unknown::Refuse,
};

/// The operations here.
pub fn routes() -> Vec<Route> {
    let health = Route {
        name: "health",
        method: Method::GET,
        path: "/healthz".into(),
        auth: Auth::None,
        summary: "Say whether the server can do its work",
        query: None,
        body: None,
        example: None,
        answers: vec![
            Answer::other(StatusCode::OK, "The database answers.", "text/plain", Some(WELL)),
            Answer::other(StatusCode::SERVICE_UNAVAILABLE, "It does not.", "text/plain", Some(UNWELL)),
        ],
        handler: get(find),
    };
    let ready = r#"{"database":"ok","outbox_lag_seconds":0}"#;
    let stuck = r#"{"database":"ok","outbox_lag_seconds":61}"#;
    let readiness = Route {
        name: "readiness",
        method: Method::GET,
        path: "/readyz".into(),
        auth: Auth::None,
        summary: "Say whether the server should be given work",
        query: None,
        body: None,
        example: None,
        answers: vec![
            Answer::json(StatusCode::OK, "It keeps up.", &READINESS, ready),
            Answer::json(
                StatusCode::SERVICE_UNAVAILABLE,
                "The database does not answer, or webhooks that are due have not been sent for a minute.",
                &READINESS,
                stuck,
            ),
        ],
        handler: get(readiness),
    };
    vec![health, readiness]
}

/// Serves them.
pub fn router(app: Shared) -> Router {
    let mut router = Router::new();
    for route in routes() {
        router = router.route(&route.path, route.handler);
    }
    router.with_state(app)
}

/// 200 when the database answers, 503 when it does not.
async fn find(State(app): State<Shared>) -> (StatusCode, &'static str) {
    match webhook::next_due(&app).await {
        Ok(_) => (StatusCode::OK, WELL),
        Err(e) => {
            tracing::error!(error = %e, "not healthy");
            (StatusCode::SERVICE_UNAVAILABLE, UNWELL)
        }
    }
}

/// 200 while the database answers and webhooks leave in time, else 503.
async fn readiness(State(app): State<Shared>) -> Response {
    let now = app.clock.now();
    match webhook::next_due(&app).await {
        Ok(due) => {
            let lag = due.map_or(Span(0), |due| Span((now - due).0.max(0)));
            let status = if lag <= STUCK { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
            json(status, &json!({ "database": "ok", "outbox_lag_seconds": lag.0 / 1_000_000 }))
        }
        Err(e) => {
            tracing::error!(error = %e, "not ready");
            json(StatusCode::SERVICE_UNAVAILABLE, &json!({ "database": "unavailable" }))
        }
    }
}
