//! `GET /healthz`: whether the server can do its work.

use crate::{Answer, Auth, Route};
use axum::Router;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::routing::get;
use coinslot_app::Shared;

const WELL: &str = "ok\n";
const UNWELL: &str = "the database does not answer\n";

/// The operations here.
pub fn routes() -> Vec<Route> {
    vec![Route {
        name: "health",
        method: Method::GET,
        path: "/healthz".into(),
        auth: Auth::None,
        summary: "Say whether the server can do its work",
        body: None,
        example: None,
        answers: vec![
            Answer::other(StatusCode::OK, "The database answers.", "text/plain", Some(WELL)),
            Answer::other(StatusCode::SERVICE_UNAVAILABLE, "It does not.", "text/plain", Some(UNWELL)),
        ],
        handler: get(find),
    }]
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
    match coinslot_app::webhook::next_due(&app).await {
        Ok(_) => (StatusCode::OK, WELL),
        Err(e) => {
            tracing::error!(error = %e, "not healthy");
            (StatusCode::SERVICE_UNAVAILABLE, UNWELL)
        }
    }
}
