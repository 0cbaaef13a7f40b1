//! The header `Idempotency-Key`: a request sent twice is done once.
//!
//! No handler knows of this. Whatever it writes is noted together with the key,
//! and what it answers is kept and given again.

use crate::merchant::Known;
use crate::{Problem, body, problem};
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use coinslot_app::Shared;
use coinslot_app::idempotency::{self, Begun, Conflict};
use coinslot_domain::idempotency::fault;
use http_body_util::BodyExt;

/// The header, as it is documented.
pub(crate) const HEADER: &str = "Idempotency-Key";
/// Says of an answer that it was given before.
pub(crate) const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// Whether requests of a method may carry a key: those that change something.
pub(crate) fn applies(method: &Method) -> bool {
    [Method::POST, Method::PUT, Method::PATCH, Method::DELETE].contains(method)
}

/// Serves requests that carry a key once.
pub(crate) async fn serve(app: &Shared, request: Request, next: Next) -> Response {
    let named = applies(request.method()) && request.headers().contains_key(HEADER);
    // Who is not known is told so by the handler.
    match request.extensions().get::<Known>().filter(|_| named).cloned() {
        Some(known) => once(app, &known, request, next).await.unwrap_or_else(IntoResponse::into_response),
        None => next.run(request).await,
    }
}

async fn once(app: &Shared, known: &Known, request: Request, next: Next) -> Result<Response, Problem> {
    let key = key(request.headers())?;
    let (parts, body) = request.into_parts();
    let body = body::whole(body).await?;
    let route = format!("{} {}", parts.method, parts.uri.path_and_query().map_or("/", |p| p.as_str()));
    let asked =
        idempotency::Request { caller: known.caller, api_key: &known.api_key, key: &key, route: &route, body: &body };
    let run = match idempotency::begin(app, asked).await? {
        Begun::Run(run) => run,
        Begun::Answered(text) => return again(&text),
        Begun::Refused(conflict) => return Ok(refuse(&conflict)),
    };
    let response = run.serve(next.run(Request::from_parts(parts, Body::from(body)))).await;
    if response.status().is_server_error() {
        return Ok(response);
    }
    if run.is_lost() {
        return Ok(refuse(&Conflict::Lost));
    }
    // What was refused and changed nothing may be corrected under the same key.
    if !run.changed() && !response.status().is_success() {
        return Ok(response);
    }
    let (text, response) = keep(response).await?;
    match run.answer(&text).await {
        Ok(true) => Ok(response),
        Ok(false) => Ok(refuse(&Conflict::UnderWay)),
        Err(e) => {
            // It is true all the same, and is found out again when it is asked for.
            tracing::warn!(error = %e, "an answer was not kept");
            Ok(response)
        }
    }
}

/// The key of a request.
fn key(headers: &HeaderMap) -> Result<String, Problem> {
    let mut all = headers.get_all(HEADER).iter();
    let text = match (all.next(), all.next()) {
        (Some(value), None) => std::str::from_utf8(value.as_bytes()).map_err(|_| "must be UTF-8".to_string()),
        _ => Err("must be sent once".to_string()),
    };
    text.and_then(|key| fault(key).map_or(Ok(key.to_string()), Err)).map_err(|text| Problem::fault(HEADER, text))
}

/// An answer as it is kept: status, headers, body, and the problem that it is.
type Kept = (u16, Vec<(String, String)>, String, Option<problem::Kept>);

/// Takes an answer apart and puts it together again.
async fn keep(response: Response) -> Result<(String, Response), Problem> {
    let (parts, body) = response.into_parts();
    let body = body.collect().await.map_err(|_| Problem::internal())?.to_bytes();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(|_| Problem::internal());
    let mut headers = Vec::new();
    for (name, value) in parts.headers.iter().filter(|(name, _)| *name != header::CONTENT_LENGTH) {
        headers.push((name.to_string(), text(value.as_bytes())?));
    }
    let problem = parts.extensions.get::<Problem>().map(Problem::keep);
    let kept: Kept = (parts.status.as_u16(), headers, text(&body)?, problem);
    let kept = serde_json::to_string(&kept).map_err(|_| Problem::internal())?;
    Ok((kept, Response::from_parts(parts, Body::from(body))))
}

/// An answer that was given before.
fn again(text: &str) -> Result<Response, Problem> {
    let (status, headers, body, problem): Kept = serde_json::from_str(text).map_err(|_| Problem::internal())?;
    let status = StatusCode::from_u16(status).map_err(|_| Problem::internal())?;
    let mut response = match problem {
        // Its body names this request, not the first.
        Some(problem) => Problem::again(status, problem).into_response(),
        None => (status, body).into_response(),
    };
    response.headers_mut().remove(header::CONTENT_TYPE);
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}

/// What is said of each conflict; of another route, where it went.
pub(crate) const UNDER_WAY: &str = "A request with this Idempotency-Key is being carried out; send it again later";

fn refuse(conflict: &Conflict) -> Response {
    let message = match conflict {
        Conflict::UnderWay => UNDER_WAY.to_string(),
        Conflict::OtherRoute(route) => format!("This Idempotency-Key belongs to another request: {route}"),
        Conflict::OtherBody => "This Idempotency-Key belongs to a request with another body".to_string(),
        Conflict::Lost => "The request with this Idempotency-Key was carried out, but its answer cannot be given \
                           again; look up what it changed"
            .to_string(),
    };
    let mut response = Problem::new(StatusCode::CONFLICT, message).into_response();
    if *conflict == Conflict::UnderWay {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}
