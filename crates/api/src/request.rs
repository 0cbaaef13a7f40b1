//! What holds for every request of the Merchant API: its id, the headers of its
//! answer, preflights, and errors in the documented form.

use crate::limit::{Limits, refused};
use crate::merchant::identify;
use crate::{Problem, idempotency};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use coinslot_app::Shared;
use std::sync::Arc;

/// Names a request in its answer, in errors and in logs.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Wraps every handler of the API.
pub(crate) async fn layer(
    State((app, limits)): State<(Shared, Option<Arc<Limits>>)>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = app.request_id();
    let (method, path) = (request.method().clone(), request.uri().path().to_string());
    let mut response = if method == Method::OPTIONS {
        preflight(ALLOWED)
    } else {
        request.extensions_mut().insert(RequestId(id.clone()));
        answer(&app, limits.as_deref(), request, next).await
    };
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        *response.body_mut() = problem.body(&id).to_json().into();
        response.headers_mut().remove(header::CONTENT_LENGTH);
        response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    }
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept-Language"));
    common_headers(response.headers_mut(), &id);
    log(&id, &method, &path, response.status());
    response
}

/// A line for each request that went well would be more than the request itself
/// costs; those that did not are few, and somebody will look for them.
pub(crate) fn log(id: &str, method: &Method, path: &str, status: StatusCode) {
    match status.is_client_error() || status.is_server_error() {
        true => tracing::info!(request = id, %method, path, status = status.as_u16(), "answered"),
        false => tracing::debug!(request = id, %method, path, status = status.as_u16(), "answered"),
    }
}

/// Who calls, whether they may, whether they did before, and then the handler.
async fn answer(app: &Shared, limits: Option<&Limits>, mut request: Request, next: Next) -> Response {
    if let Err(problem) = identify(app, &mut request).await {
        return problem.into_response();
    }
    admit(app, limits, request, next).await
}

/// Whether who calls may, whether they did before, and then the handler.
pub(crate) async fn admit(app: &Shared, limits: Option<&Limits>, request: Request, next: Next) -> Response {
    match refused(limits, &request) {
        Some(refused) => refused,
        None => idempotency::serve(app, request, next).await,
    }
}

/// The type of every body of the API.
pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=UTF-8");

/// Headers of every answer of the APIs.
pub(crate) fn common_headers(headers: &mut HeaderMap, id: &str) {
    let fixed = [
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, "X-Request-Id"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // Named only where they are: every other answer would be longer for them.
    for name in [idempotency::REPLAYED, header::RETRY_AFTER] {
        if headers.contains_key(&name) {
            headers.append(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from(name));
        }
    }
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
}

/// Headers that pages may send to the Merchant API.
const ALLOWED: HeaderValue = HeaderValue::from_static("Authorization, Content-Type, Accept, Idempotency-Key");

/// What a browser asks before it lets a page call an API, and which headers it
/// may send then. Answered without credentials, because browsers send none.
pub(crate) fn preflight(allowed: HeaderValue) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let fixed = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, PATCH, DELETE, OPTIONS"),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    for (name, value) in fixed {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    response
}
