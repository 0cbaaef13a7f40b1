//! What holds for every request of the Store API: its number, the headers of
//! its answer, preflights, and errors in the documented form.

use super::Fault;
use super::caller::identify;
use crate::limit::Limits;
use crate::request::{JSON, admit, log};
use crate::{Problem, idempotency};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use coinslot_app::Shared;
use std::sync::Arc;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Wraps every handler of the API.
pub(crate) async fn layer(
    State((app, limits)): State<(Shared, Option<Arc<Limits>>)>,
    request: Request,
    next: Next,
) -> Response {
    let id = app.transaction_id();
    let (method, path) = (request.method().clone(), request.uri().path().to_string());
    let mut response = match method {
        Method::OPTIONS => preflight(request.headers()),
        _ => answer(&app, limits.as_deref(), request, next).await,
    };
    // The layers that both APIs share speak the other one's language.
    let problem = response.extensions_mut().remove::<Problem>().map(|problem| Fault::from(&problem));
    if let Some(fault) = problem.or_else(|| response.extensions_mut().remove::<Fault>()) {
        *response.body_mut() = fault.body(&id).to_json().into();
        response.headers_mut().remove(header::CONTENT_LENGTH);
        response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    }
    common_headers(response.headers_mut(), &id);
    log(&id, &method, &path, response.status());
    response
}

async fn answer(app: &Shared, limits: Option<&Limits>, mut request: Request, next: Next) -> Response {
    match identify(app, &mut request).await {
        Ok(()) => admit(app, limits, request, next).await,
        Err(fault) => fault.into_response(),
    }
}

fn common_headers(headers: &mut HeaderMap, id: &str) {
    let fixed = [
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, "X-Request-Id"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    for name in [idempotency::REPLAYED, header::RETRY_AFTER] {
        if headers.contains_key(&name) {
            headers.append(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from(name));
        }
    }
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
}

/// Headers that pages may send: those that mean something, and those by which
/// kits say what they are.
const ALLOWED: &str = "Authorization, Content-Type, Accept, Accept-Language, Idempotency-Key, x-unauthorized-id, \
                       x-user, x-user-ip, x-engine, x-engine-v, x-sdk, x-sdk-v, x-build-platform, x-game-engine, \
                       x-game-engine-v";

/// What a browser asks before it lets a page call the API. Whatever headers it
/// asks for are allowed: nothing here trusts one for being sent by a page.
fn preflight(asked: &HeaderMap) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let fixed = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, PATCH, DELETE, OPTIONS"),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    for (name, value) in fixed {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    let wanted = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned();
    let allowed = wanted.unwrap_or(HeaderValue::from_static(ALLOWED));
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    response
}
