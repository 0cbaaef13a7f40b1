//! Request bodies and answers of the Store API.

use super::Fault;
use crate::body::{is_packed, whole};
use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{FromRequest, RawQuery, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use coinslot_wire::shape::{self, BodyError, Shape};
use serde_json::Value;

/// The JSON of a request. No body at all reads as an empty object, for many
/// bodies may be left out. What kind the client says it is does not matter.
pub struct ShopBody(pub Value);

impl<S: Send + Sync> FromRequest<S> for ShopBody {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        ShopText::from_request(request, state).await?.value().map(ShopBody)
    }
}

/// The same, not read yet.
pub struct ShopText(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for ShopText {
    type Rejection = Fault;

    async fn from_request(request: Request, _: &S) -> Result<Self, Fault> {
        let (parts, body) = request.into_parts();
        ShopText::of(&parts.headers, body).await
    }
}

impl ShopText {
    /// The body that came with these headers.
    pub(crate) async fn of<B: HttpBody>(headers: &HeaderMap, body: B) -> Result<Self, Fault>
    where
        B::Error: Into<BoxError>,
    {
        let bytes = whole(body).await?;
        if is_packed(headers) && !bytes.is_empty() {
            let message = "The request body must not be compressed: no Content-Encoding is supported";
            return Err(Fault::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, 1000, message));
        }
        Ok(ShopText(bytes))
    }

    /// Its value.
    pub fn value(&self) -> Result<Value, Fault> {
        match shape::parse(&self.0) {
            Ok(value) => Ok(value),
            Err(BodyError::Empty) => Ok(Value::Object(serde_json::Map::new())),
            Err(e) => Err(Fault::refused(1102, format!("Unprocessable Entity. {e}"))),
        }
    }
}

/// The parameters behind a path, checked against a shape.
pub fn query(shape: &Shape, raw: &RawQuery) -> Result<Value, Fault> {
    coinslot_wire::read::query(shape, raw.0.as_deref().unwrap_or_default()).map_err(Fault::invalid)
}

/// An answer with a JSON body.
pub fn json(value: &Value) -> Response {
    let kind = (header::CONTENT_TYPE, crate::request::JSON);
    let text = serde_json::to_string(value).unwrap_or_else(|_| value.to_string());
    (StatusCode::OK, [kind], Body::from(text)).into_response()
}

/// An answer with a body that is JSON already.
pub fn text(whole: String) -> Response {
    crate::body::bytes(whole.into())
}

/// An answer without a body.
pub fn nothing() -> Response {
    StatusCode::NO_CONTENT.into_response()
}
