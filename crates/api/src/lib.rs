//! The published HTTP APIs. One file per resource; in each, `routes()` first,
//! then handlers of a few lines: read, ask the app, write.
//!
//! Who calls is an argument of the handler. Asking for it is the authorization:
//! a handler without [`merchant::Merchant`] or [`merchant::Project`] cannot know
//! whose data to touch.

mod answer;
mod body;
mod docs;
pub mod health;
mod idempotency;
mod language;
mod limit;
pub mod merchant;
pub mod openapi;
pub mod postman;
mod problem;
mod request;
pub mod shop;
mod shortcut;

pub use answer::{Answer, AnswerBody};
pub use language::Languages;
pub use problem::Problem;
pub use shortcut::{Found, Shortcut};

use axum::Router;
use axum::http::Method;
use axum::routing::MethodRouter;
use coinslot_app::Shared;
use coinslot_domain::limit::Rate;
use coinslot_wire::shape::Shape;
use limit::Limits;
use std::sync::Arc;

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// A merchant with a company-wide key; where the path names a project, also
    /// with a key of that project.
    Merchant,
    /// A game's server with a key of the merchant or of the project of the path,
    /// in the way of the Store API.
    Server,
    /// A partner of the Distribution Hub.
    Partner,
    /// A player with a token.
    Player,
    /// A player with a token, or a guest.
    Shopper,
    /// Anyone who looks at a project's shop; a player with a token sees it as
    /// that player.
    Visitor,
    /// Anyone.
    None,
}

impl Auth {
    /// Whether it is an operation of the Store API.
    pub fn is_shop(self) -> bool {
        matches!(self, Auth::Server | Auth::Partner | Auth::Player | Auth::Shopper | Auth::Visitor)
    }
}

/// An operation: what `coinslot routes` lists, the router serves, the published
/// document describes and the coverage test demands tests for.
pub struct Route {
    /// Unique, in the form `resource_action`.
    pub name: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The canonical path, with `{parameters}`.
    pub path: String,
    /// Who may call it.
    pub auth: Auth,
    /// What it does, in a line.
    pub summary: &'static str,
    /// Its parameters behind the path: an object.
    pub query: Option<&'static Shape>,
    /// What its body must look like.
    pub body: Option<&'static Shape>,
    /// A body that is accepted, as JSON text.
    pub example: Option<&'static str>,
    /// What it answers, besides what follows from `auth` and `body`; see
    /// [`openapi::answers`].
    pub answers: Vec<Answer>,
    handler: MethodRouter<Shared>,
}

/// Every operation at its canonical path.
pub fn routes() -> Vec<Route> {
    let mut all = merchant::routes();
    all.extend(shop::routes());
    all.extend(health::routes());
    all.extend(openapi::routes());
    all
}

/// Serves every operation; those that need credentials, at most at a rate for
/// each API key. Beside it, a shortcut to some of them.
pub fn router(app: Shared, rate: Option<Rate>) -> (Router, Shortcut) {
    let limits = || rate.map(|rate| Arc::new(Limits::new(app.clone(), rate)));
    let (merchant, shop) = (limits(), limits());
    let shortcut = Shortcut::new(app.clone(), merchant.clone(), shop.clone());
    let router = Router::new()
        .merge(merchant::router(app.clone(), merchant))
        .merge(shop::router(app.clone(), shop))
        .merge(health::router(app.clone()))
        .merge(openapi::router(app));
    (router, shortcut)
}
