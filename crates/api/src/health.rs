//! `GET /healthz`: whether the server can do its work.

use crate::{Auth, Route};
use axum::Router;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::routing::get;
use coinslot_app::Shared;

/// The operations here.
pub fn routes() -> Vec<Route> {
    vec![Route {
        name: "health",
        method: Method::GET,
        path: "/healthz".into(),
        auth: Auth::None,
        body: None,
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
        Ok(_) => (StatusCode::OK, "ok\n"),
        Err(e) => {
            tracing::error!(error = %e, "not healthy");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}
