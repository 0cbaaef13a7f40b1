//! What holds for every request of the Store API: its number, the headers of
//! its answer, preflights, and errors in the documented form.

use super::Fault;
use super::caller::identify;
use crate::Problem;
use crate::limit::Limits;
use crate::request::{Asked, admit, preflight};
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
    let asked = Asked::new(app.transaction_id(), &request);
    let response = match asked.method {
        Method::OPTIONS => preflight(allowed(request.headers())),
        _ => answer(&app, limits, request, next).await,
    };
    answered(asked, response)
}

/// Makes whole what is answered.
pub(crate) fn answered(asked: Asked, mut response: Response) -> Response {
    // The layers that both APIs share speak the other one's language.
    let problem = response.extensions_mut().remove::<Problem>().map(|problem| Fault::from(&problem));
    let fault = problem.or_else(|| response.extensions_mut().remove::<Fault>());
    let error = fault.map(|fault| fault.body(&asked.id).to_json());
    asked.answered(response, error)
}

async fn answer(app: &Shared, limits: Option<Arc<Limits>>, mut request: Request, next: Next) -> Response {
    if let Some(limits) = &limits {
        // Partners of the Distribution Hub show who they are to their handlers.
        request.extensions_mut().insert(limits.clone());
    }
    match identify(app, request.headers()).await {
        Ok(Some(known)) => drop(request.extensions_mut().insert(known)),
        Ok(None) => {}
        Err(fault) => return fault.into_response(),
    }
    admit(app, limits.as_deref(), request, next).await
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
