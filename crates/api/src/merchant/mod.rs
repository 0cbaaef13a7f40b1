//! Merchant API v2.

mod account;
mod attribute;
mod caller;
mod clock;
mod coupon;
mod draw;
mod event;
mod game;
mod group;
mod hub;
mod inventory;
mod item;
mod message;
mod plan;
mod product;
mod project;
mod promotion;
mod report;
mod storefront;
mod subscription;
mod ticket;
pub(crate) mod token;
mod virtual_currency;
mod wallet;

pub(crate) use caller::{Known, basic, identify};
pub use caller::{Merchant, Project, User};

use crate::limit::Limits;
use crate::{Problem, Route, request};
use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use coinslot_app::Shared;
use std::sync::Arc;

/// The canonical prefix, and the older ones under which clients know the same
/// operations. A path without a version meant version 1 once; clients that use
/// it today expect version 2.
pub const PREFIXES: [&str; 4] = ["/merchant/v2", "/merchant", "/merchant/v1", "/merchant/current"];

/// The operations, at their canonical paths.
pub fn routes() -> Vec<Route> {
    let mut all = token::routes();
    all.extend(report::routes());
    all.extend(promotion::routes());
    all.extend(coupon::routes());
    all.extend(storefront::routes());
    all.extend(event::routes());
    all.extend(plan::routes());
    all.extend(product::routes());
    all.extend(wallet::routes());
    all.extend(project::routes());
    all.extend(attribute::routes());
    all.extend(group::routes());
    all.extend(item::routes());
    all.extend(virtual_currency::routes());
    all.extend(inventory::routes());
    all.extend(draw::routes());
    all.extend(game::routes());
    all.extend(ticket::routes());
    all.extend(message::routes());
    all.extend(subscription::routes());
    all.extend(account::routes());
    all.extend(clock::routes());
    all.extend(hub::routes());
    for route in &mut all {
        route.path.insert_str(0, PREFIXES[0]);
    }
    all
}

/// Serves them under every prefix.
pub(crate) fn router(app: Shared, limits: Option<Arc<Limits>>) -> Router {
    let mut router = Router::new();
    for route in routes() {
        let path = route.path.strip_prefix(PREFIXES[0]).unwrap_or(&route.path);
        for prefix in PREFIXES {
            router = router.route(&format!("{prefix}{path}"), route.handler.clone());
        }
    }
    router
        .route("/merchant/{*rest}", axum::routing::any(unknown))
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state((app.clone(), limits), request::layer))
        .with_state(app)
}

async fn unknown() -> Problem {
    Problem::not_found("No such resource")
}

async fn wrong_method() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "The resource does not support this method")
}
