//! The payment page: what a player sees between the game's Buy button and the
//! way back. Also the simulated bank of the sandbox, the status page, the
//! receipt, the script that games embed, and the demo shop.
//!
//! Pages are rendered here, work without JavaScript, load nothing from
//! elsewhere and set no cookie: the token in the address is all they know. What
//! may happen is decided in `coinslot-app`.

mod art;
mod assets;
mod demo;
mod form;
mod frame;
mod gift;
mod http;
pub mod locale;
pub mod mail;
mod outcome;
mod pages;
mod pay2play;
mod profile;
mod region;
pub mod returning;
mod shipping;
mod showcase;
mod tv;
mod view;

pub use coinslot_app::ClientIp;
pub use demo::demo_router;
pub use pages::{PAY, SIMULATOR_PASSWORD};

use axum::BoxError;
use axum::body::HttpBody;
use axum::http::{Method, Request};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use coinslot_app::Shared;

/// A route, for lists of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// What it does, in the form `resource_action`.
    pub name: &'static str,
    /// Its method.
    pub method: &'static str,
    /// Its path, with parameters in braces.
    pub path: &'static str,
}

type Handler = fn() -> MethodRouter<Shared>;

/// Name, method, path and handler. The page has the three addresses that have
/// been published for it, each with and without a slash.
const ROUTES: &[(&str, &str, &str, Handler)] = &[
    ("page_open", "GET", pages::ENTRY, || get(pages::entry)),
    ("page_open", "GET", "/paystation2", || get(pages::entry)),
    ("page_open", "GET", "/paystation3/", || get(pages::entry)),
    ("page_open", "GET", "/paystation3", || get(pages::entry)),
    ("page_open", "GET", "/paystation4/", || get(pages::entry)),
    ("page_open", "GET", "/paystation4", || get(pages::entry)),
    ("region_show", "GET", pages::REGION, || get(region::region)),
    ("payment_create", "POST", pages::PAY, || post(pages::pay)),
    ("challenge_show", "GET", pages::CHALLENGE, || get(pages::challenge)),
    ("challenge_answer", "POST", pages::CHALLENGE, || post(pages::answer_challenge)),
    ("status_show", "GET", pages::STATUS, || get(outcome::status)),
    ("status_get", "GET", pages::STATUS_JSON, || get(outcome::status_json)),
    ("tv_status_get", "GET", tv::STATUS_JSON, || get(tv::status_json)),
    ("tv_code_enter", "GET", tv::ENTER, || get(tv::enter)),
    ("tv_code_show", "GET", tv::CODE, || get(tv::show)),
    ("tv_code_open", "POST", tv::CODE, || post(tv::open)),
    ("pay2play_init", "POST", pay2play::INIT, || post(pay2play::init)),
    ("account_change", "POST", profile::CHANGE, || post(profile::change)),
    ("gift_show", "GET", gift::GIFT, || get(gift::show)),
    ("gift_choose", "POST", gift::GIFT, || post(gift::choose)),
    ("shipping_show", "GET", shipping::SHIPPING, || get(shipping::show)),
    ("shipping_save", "POST", shipping::SHIPPING, || post(shipping::save)),
    ("receipt_show", "GET", pages::RECEIPT, || get(outcome::receipt)),
    ("asset_get", "GET", "/paystation2/assets/{file}", || get(pages::asset)),
    ("widget_get", "GET", "/embed/paystation/widget.min.js", || get(pages::widget)),
    ("widget_get", "GET", "/embed/paystation/{version}/widget.min.js", || get(pages::widget)),
    ("pay2play_get", "GET", "/embed/pay2play/widget.min.js", || get(pages::pay2play)),
    ("pay2play_get", "GET", "/embed/pay2play/{version}/widget.min.js", || get(pages::pay2play)),
];

/// Every route of [`router`].
pub fn routes() -> Vec<Route> {
    ROUTES.iter().map(|&(name, method, path, _)| Route { name, method, path }).collect()
}

/// Whether a request pays.
pub fn pays<B>(request: &Request<B>) -> bool {
    request.uri().path() == PAY && *request.method() == Method::POST
}

/// Answers a request of which [`pays`] is true, from an address, as the router
/// does.
pub async fn pay<B>(app: &Shared, request: Request<B>, ip: Option<&ClientIp>) -> Response
where
    B: HttpBody,
    B::Error: Into<BoxError>,
{
    let answer = async { pages::paid(app, http::Visit::of_form_from(request, ip).await?).await };
    answer.await.into_response()
}

/// The pages and files.
pub fn router(app: Shared) -> axum::Router {
    let routes = ROUTES.iter().fold(axum::Router::new(), |router, (_, _, path, handler)| router.route(path, handler()));
    routes.with_state(app)
}
