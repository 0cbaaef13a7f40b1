//! The Store API: what a game's server and its players call to show a shop, fill
//! carts and make orders.
//!
//! It sells the catalogue that the Merchant API sets up, and its orders are
//! those of the payment page.

mod body;
mod bundle;
mod caller;
mod cart;
mod code;
mod compat;
pub(crate) mod fault;
mod hub;
mod inventory;
mod item;
mod order;
mod request;
pub(crate) mod shortcut;
mod token;
mod tracking;
mod webhook;

pub use fault::Fault;

use crate::limit::Limits;
use crate::{Answer, AnswerBody, Route};
use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use coinslot_app::Shared;
use std::sync::Arc;

/// What may stand before the paths: clients know the API's address with this
/// behind the host, or without.
pub const PREFIXES: [&str; 2] = ["", "/api"];

/// Operations that some clients know by another path as well: what the paths
/// begin with.
const OTHER_VERSIONS: [(&str, &str); 1] =
    [("/v3/project/{project_id}/admin/payment/token", "/v2/project/{project_id}/admin/payment/token")];

/// The operations, at their canonical paths.
pub fn routes() -> Vec<Route> {
    let mut all = token::routes();
    all.extend(order::routes());
    all.extend(cart::routes());
    all.extend(code::routes());
    all.extend(item::routes());
    all.extend(bundle::routes());
    all.extend(inventory::routes());
    all.extend(hub::routes());
    all.extend(webhook::routes());
    all.extend(compat::routes());
    all
}

/// Serves them, with a slash at the end or without.
pub(crate) fn router(app: Shared, limits: Option<Arc<Limits>>) -> Router {
    let mut router = Router::new();
    for route in routes() {
        let others = OTHER_VERSIONS.iter().filter(|(path, _)| *path == route.path).map(|(_, other)| *other);
        for path in others.chain([route.path.as_str()]) {
            for prefix in PREFIXES {
                router = router.route(&format!("{prefix}{path}"), route.handler.clone());
                router = router.route(&format!("{prefix}{path}/"), route.handler.clone());
            }
        }
    }
    for rest in ["/v2/{*rest}", "/v3/{*rest}", "/api/{*rest}"] {
        router = router.route(rest, axum::routing::any(unknown));
    }
    router
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state((app.clone(), limits), request::layer))
        .with_state(app.clone())
        .merge(tracking::router(app))
}

async fn unknown() -> Fault {
    Fault::new(StatusCode::NOT_FOUND, 1000, "No such resource")
}

async fn wrong_method() -> Fault {
    Fault::new(StatusCode::METHOD_NOT_ALLOWED, 0, "The resource does not support this method")
}

/// A documented refusal with its number.
const fn refused(code: i64, what: &'static str, text: &'static str) -> Answer {
    Answer { status: StatusCode::UNPROCESSABLE_ENTITY, what, body: AnswerBody::Fault(code, text) }
}

/// A documented answer about what is not there, with its number.
const fn missing(code: i64, what: &'static str, text: &'static str) -> Answer {
    Answer { status: StatusCode::NOT_FOUND, what, body: AnswerBody::Fault(code, text) }
}
