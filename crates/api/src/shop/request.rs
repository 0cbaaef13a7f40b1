//! What holds for every request of the Store API: its number, the headers of
//! its answer, preflights, and errors in the documented form.

use super::Fault;
use super::caller::identify;
use crate::Problem;
use crate::limit::Limits;
use crate::request::{JSON, admit, common_headers, log, preflight};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use coinslot_app::Shared;
use std::sync::Arc;

/// Wraps every handler of the API.
pub(crate) async fn layer(
    State((app, limits)): State<(Shared, Option<Arc<Limits>>)>,
    request: Request,
    next: Next,
) -> Response {
    let id = app.transaction_id();
    let (method, path) = (request.method().clone(), request.uri().path().to_string());
    let mut response = match method {
        Method::OPTIONS => preflight(allowed(request.headers())),
        _ => answer(&app, limits, request, next).await,
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

async fn answer(app: &Shared, limits: Option<Arc<Limits>>, mut request: Request, next: Next) -> Response {
    if let Some(limits) = &limits {
        // Partners of the Distribution Hub show who they are to their handlers.
        request.extensions_mut().insert(limits.clone());
    }
    match identify(app, &mut request).await {
        Ok(()) => admit(app, limits.as_deref(), request, next).await,
        Err(fault) => fault.into_response(),
    }
}

/// Headers that pages may send: those that mean something, and those by which
/// kits say what they are.
const ALLOWED: &str = "Authorization, Content-Type, Accept, Accept-Language, Idempotency-Key, x-unauthorized-id, \
                       x-user, x-user-ip, x-engine, x-engine-v, x-sdk, x-sdk-v, x-build-platform, x-game-engine, \
                       x-game-engine-v";

/// What a browser may send that asks first. Whatever headers it asks for are
/// allowed: nothing here trusts one for being sent by a page.
fn allowed(asked: &HeaderMap) -> HeaderValue {
    asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned().unwrap_or(HeaderValue::from_static(ALLOWED))
}
