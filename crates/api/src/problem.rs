//! What went wrong, as the Merchant API says it.

use crate::idempotency::UNDER_WAY;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use coinslot_app::StoreError;
use coinslot_app::catalogue::EditError;
use coinslot_wire::error::ErrorBody;
use coinslot_wire::shape::{MAX_VIOLATIONS, Violation};

/// An error on its way out. It has no body yet: the request's id belongs into
/// it, and only the layer around all handlers knows that.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    message: String,
    violations: Vec<Violation>,
}

impl Problem {
    /// An error with a message.
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Problem { status, message: message.into(), violations: vec![] }
    }

    /// 401: no credentials, or wrong ones.
    pub fn unauthorized() -> Self {
        Problem::new(StatusCode::UNAUTHORIZED, "Invalid merchant ID or API key")
    }

    /// 403: not the caller's, or not there.
    pub fn forbidden() -> Self {
        Problem::new(StatusCode::FORBIDDEN, "Access denied")
    }

    /// 404: no such resource, with what is missing.
    pub fn not_found(message: impl Into<String>) -> Self {
        Problem::new(StatusCode::NOT_FOUND, message)
    }

    /// 422: one value of the body, or one parameter, and what is wrong with it.
    pub fn fault(path: impl Into<String>, text: impl Into<String>) -> Self {
        Problem::invalid(vec![Violation::new(path, text)])
    }

    /// 422: the body, with everything that is wrong with it.
    pub fn invalid(mut violations: Vec<Violation>) -> Self {
        violations.truncate(MAX_VIOLATIONS);
        Problem { status: StatusCode::UNPROCESSABLE_ENTITY, message: String::new(), violations }
    }

    /// 500: the server is at fault.
    pub fn internal() -> Self {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
    }

    /// Its status, its message and its faults.
    pub(crate) fn parts(&self) -> (StatusCode, &str, &[Violation]) {
        (self.status, &self.message, &self.violations)
    }

    /// What to keep of it, so that it can be said again.
    pub(crate) fn keep(&self) -> Kept {
        (self.message.clone(), self.violations.iter().map(|v| (v.path.clone(), v.text.clone())).collect())
    }

    /// One that was said before.
    pub(crate) fn again(status: StatusCode, (message, faults): Kept) -> Self {
        let violations = faults.into_iter().map(|(path, text)| Violation::new(path, text)).collect();
        Problem { status, message, violations }
    }

    /// The body, with the id of the request.
    pub fn body(&self, request_id: &str) -> ErrorBody {
        if self.violations.is_empty() {
            ErrorBody::new(self.status.as_u16(), &self.message, request_id)
        } else {
            ErrorBody::from_violations(&self.violations, request_id)
        }
    }
}

/// A problem without its status, as it is kept: message and faults.
pub(crate) type Kept = (String, Vec<(String, String)>);

impl From<StoreError> for Problem {
    fn from(e: StoreError) -> Self {
        if e == StoreError::Overtaken {
            return Problem::new(StatusCode::CONFLICT, UNDER_WAY);
        }
        tracing::error!(error = %e, "a request could not be served");
        match e {
            StoreError::Unavailable(_) | StoreError::File(_) => {
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable")
            }
            StoreError::Corrupt(_) | StoreError::Panicked(_) | StoreError::Overtaken => Problem::internal(),
        }
    }
}

impl From<EditError> for Problem {
    fn from(e: EditError) -> Self {
        match e {
            EditError::NotFound(message) => Problem::not_found(message),
            EditError::Invalid(violations) => Problem::invalid(violations),
            EditError::Store(e) => e.into(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            // Some clients send credentials only after being asked for them.
            let challenge = HeaderValue::from_static(r#"Basic realm="Merchant API", charset="UTF-8""#);
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response.extensions_mut().insert(self);
        response
    }
}
