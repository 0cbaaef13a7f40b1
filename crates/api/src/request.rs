//! What holds for every request of the Merchant API: its id, the headers of its
//! answer, preflights, and errors in the documented form.

use crate::limit::{Limits, refused};
use crate::merchant::identify;
use crate::{Problem, idempotency};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
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
    let asked = Asked::new(app.request_id(), &request);
    let response = if asked.method == Method::OPTIONS {
        preflight(ALLOWED)
    } else {
        answer(&app, limits.as_deref(), request, next).await
    };
    answered(asked, response)
}

/// A request under way: its id, and what the log says of it.
pub(crate) struct Asked {
    pub id: String,
    pub method: Method,
    uri: Uri,
}

impl Asked {
    /// Names a request.
    pub(crate) fn new<B>(id: String, request: &axum::http::Request<B>) -> Self {
        Asked { id, method: request.method().clone(), uri: request.uri().clone() }
    }

    /// Makes whole what is answered: the headers, and the body of an error, if it
    /// is one.
    pub(crate) fn answered(self, mut response: Response, error: Option<String>) -> Response {
        let Asked { id, method, uri } = self;
        if let Some(error) = error {
            *response.body_mut() = error.into();
            response.headers_mut().remove(header::CONTENT_LENGTH);
            response.headers_mut().insert(header::CONTENT_TYPE, JSON);
        }
        common_headers(response.headers_mut(), &id);
        log(&id, &method, uri.path(), response.status());
        response
    }
}

/// Makes whole what the Merchant API answers.
pub(crate) fn answered(asked: Asked, mut response: Response) -> Response {
    let problem = response.extensions_mut().remove::<Problem>();
    let error = problem.map(|problem| problem.body(&asked.id).to_json());
    let mut response = asked.answered(response, error);
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept-Language"));
    response
}

/// A line for each request that went well would be more than the request itself
/// costs; those that did not are few, and somebody will look for them.
fn log(id: &str, method: &Method, path: &str, status: StatusCode) {
    match status.is_client_error() || status.is_server_error() {
        true => tracing::info!(request = id, %method, path, status = status.as_u16(), "answered"),
        false => tracing::debug!(request = id, %method, path, status = status.as_u16(), "answered"),
    }
}

/// Who calls, whether they may, whether they did before, and then the handler.
async fn answer(app: &Shared, limits: Option<&Limits>, mut request: Request, next: Next) -> Response {
    match identify(app, request.headers()).await {
        Ok(Some(known)) => drop(request.extensions_mut().insert(known)),
        Ok(None) => {}
        Err(problem) => return problem.into_response(),
    }
    admit(app, limits, request, next).await
}

/// Whether who calls may, whether they did before, and then the handler.
pub(crate) async fn admit(app: &Shared, limits: Option<&Limits>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    match refused(limits, request.extensions().get(), request.method(), path) {
        Some(refused) => refused,
        None => idempotency::serve(app, request, next).await,
    }
}

/// The type of every body of the API.
pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=UTF-8");

/// Headers of every answer of the APIs.
fn common_headers(headers: &mut HeaderMap, id: &str) {
    // Nearly every answer has nothing but a type so far.
    let bare = headers.len() == 1 && headers.contains_key(header::CONTENT_TYPE);
    headers.reserve(8);
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
        if !bare && headers.contains_key(&name) {
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
