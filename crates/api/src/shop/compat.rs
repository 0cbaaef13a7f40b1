//! Where the published pages contradict each other, and a project chooses.

use super::Fault;
use super::body::{ShopBody, json, nothing};
use super::caller::Server;
use crate::{Answer, Auth, Route};
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::{get, put};
use coinslot_app::{Shared, project};
use coinslot_wire::shop::compat::{COMPAT, read, shown};

const ONE: &str = r#"{ "token_created_status": 201 }"#;

/// The operations here.
pub fn routes() -> Vec<Route> {
    let route = |name, method, summary, answer, handler| Route {
        name,
        method,
        path: "/v2/project/{project_id}/admin/compat".into(),
        auth: Auth::Server,
        summary,
        query: None,
        body: None,
        example: None,
        answers: vec![answer],
        handler,
    };
    let found = Answer::json(StatusCode::OK, "What is chosen.", &COMPAT, ONE);
    let done = Answer::empty(StatusCode::NO_CONTENT, "It holds from now on.");
    let summary = "Choose where the published pages contradict each other";
    vec![
        route("compat_get", Method::GET, "Show what a project chose where pages contradict", found, get(find)),
        Route {
            body: Some(&COMPAT),
            example: Some(ONE),
            ..route("compat_update", Method::PUT, summary, done, put(update))
        },
    ]
}

async fn find(Server(project): Server) -> Response {
    json(&shown(project.token_status))
}

async fn update(
    State(app): State<Shared>,
    Server(project): Server,
    ShopBody(body): ShopBody,
) -> Result<Response, Fault> {
    project::set_token_status(&app, project.id, read(&body).map_err(Fault::invalid)?).await?;
    Ok(nothing())
}
