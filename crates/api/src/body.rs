//! Request bodies and answers.

use crate::Problem;
use crate::request::JSON;
use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{FromRequest, RawQuery, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use coinslot_wire::shape::{self, BodyError, Shape};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::Value;

/// The largest body, in bytes.
pub const LIMIT: usize = 1 << 20;

/// The JSON of a request. No body at all reads as an empty object, so that what
/// is missing is named field by field.
pub struct JsonBody(pub Value);

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        JsonText::from_request(request, state).await?.value().map(JsonBody)
    }
}

/// The body of a request that says it is JSON, as it came.
pub struct JsonText(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for JsonText {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        JsonText::of(&parts.headers, body).await
    }
}

impl JsonText {
    /// The body that came with these headers.
    pub(crate) async fn of<B: HttpBody>(headers: &HeaderMap, body: B) -> Result<Self, Problem>
    where
        B::Error: Into<BoxError>,
    {
        let bytes = whole(body).await?;
        if bytes.is_empty() {
            return Ok(JsonText(bytes));
        }
        if !is_json(headers) {
            let message = "The Content-Type header must be application/json";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
        }
        if is_packed(headers) {
            let message = "The request body must not be compressed: no Content-Encoding is supported";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
        }
        Ok(JsonText(bytes))
    }

    /// What it says; see [`JsonBody`].
    pub fn value(&self) -> Result<Value, Problem> {
        if self.0.is_empty() {
            return Ok(Value::Object(serde_json::Map::new()));
        }
        shape::parse(&self.0).map_err(|e| match e {
            BodyError::Empty => Problem::new(StatusCode::BAD_REQUEST, "The request body is empty"),
            BodyError::NotJson => Problem::new(StatusCode::BAD_REQUEST, "The request body is not valid JSON"),
            BodyError::TooDeep => {
                let message = format!("The request body is nested deeper than {} levels", shape::MAX_DEPTH);
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, message)
            }
            BodyError::TooMany => {
                let message = format!("The request body has more than {} values", shape::MAX_VALUES);
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, message)
            }
        })
    }
}

/// All of a body.
pub(crate) async fn whole<B: HttpBody>(body: B) -> Result<Bytes, Problem>
where
    B::Error: Into<BoxError>,
{
    match Limited::new(body, LIMIT).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(e) if e.is::<LengthLimitError>() => {
            let message = format!("The request body is larger than {LIMIT} bytes");
            Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, message))
        }
        Err(_) => Err(Problem::new(StatusCode::BAD_REQUEST, "The request body did not arrive whole")),
    }
}

/// Whether a body came through a compressor. A small one may be huge.
pub(crate) fn is_packed(headers: &HeaderMap) -> bool {
    let plain = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"identity");
    headers.get_all(header::CONTENT_ENCODING).iter().any(|value| !plain(value))
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
    let kind = kind.split(';').next().unwrap_or("").trim();
    kind.eq_ignore_ascii_case("application/json")
}

/// The parameters behind a path, checked against a shape.
pub fn query(shape: &Shape, raw: &RawQuery) -> Result<Value, Problem> {
    coinslot_wire::read::query(shape, raw.0.as_deref().unwrap_or_default()).map_err(Problem::invalid)
}

/// An answer with a body that is JSON already.
pub fn bytes(whole: axum::body::Bytes) -> Response {
    (StatusCode::OK, [(header::CONTENT_TYPE, JSON)], Body::from(whole)).into_response()
}

/// An answer with a JSON body.
pub fn json(status: StatusCode, value: &Value) -> Response {
    let text = serde_json::to_string(value).unwrap_or_else(|_| value.to_string());
    (status, [(header::CONTENT_TYPE, JSON)], Body::from(text)).into_response()
}
