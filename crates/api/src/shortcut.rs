//! The call that games make most, without the router: finding the way through
//! it would cost more than the call itself. Everything that the router's layers
//! do for this call is done here by the same functions, in the same order.

use crate::body::JsonText;
use crate::idempotency;
use crate::limit::{Limits, refused};
use crate::merchant::{Merchant, PREFIXES, identify, token};
use crate::request::Asked;
use axum::BoxError;
use axum::body::HttpBody;
use axum::http::{Method, Request};
use axum::response::{IntoResponse, Response};
use coinslot_app::Shared;
use std::sync::Arc;

/// Answers calls that make tokens.
#[derive(Clone)]
pub struct Shortcut {
    app: Shared,
    limits: Option<Arc<Limits>>,
}

/// A call that makes a token, by the path that the router knows it by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The path with its parameter by name.
    pub route: &'static str,
    /// How many bytes of the path come before the parameter.
    head: usize,
}

/// What comes before and after the merchant in the path.
const MERCHANTS: &str = "/merchants/";
const TOKEN: &str = "/token";

/// In the order of [`PREFIXES`].
const ROUTES: [&str; PREFIXES.len()] = [
    "/merchant/v2/merchants/{merchant_id}/token",
    "/merchant/merchants/{merchant_id}/token",
    "/merchant/v1/merchants/{merchant_id}/token",
    "/merchant/current/merchants/{merchant_id}/token",
];

impl Shortcut {
    pub(crate) fn new(app: Shared, limits: Option<Arc<Limits>>) -> Self {
        Shortcut { app, limits }
    }

    /// Whether there is a shortcut for a request. What is rare goes through the
    /// router: an `Idempotency-Key`, a merchant that is not just digits.
    pub fn finds<B>(request: &Request<B>) -> Option<Found> {
        if request.method() != Method::POST || request.headers().contains_key(idempotency::HEADER) {
            return None;
        }
        let path = request.uri().path();
        PREFIXES.iter().zip(ROUTES).find_map(|(prefix, route)| {
            let name = path.strip_prefix(prefix)?.strip_prefix(MERCHANTS)?.strip_suffix(TOKEN)?;
            let digits = !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit());
            digits.then_some(Found { route, head: prefix.len() + MERCHANTS.len() })
        })
    }

    /// Answers a request that was found to make a token.
    pub async fn answer<B>(&self, found: Found, request: Request<B>) -> Response
    where
        B: HttpBody,
        B::Error: Into<BoxError>,
    {
        let asked = Asked::new(&self.app, &request);
        let response = self.make(found, request).await;
        asked.answered(response)
    }

    async fn make<B>(&self, found: Found, request: Request<B>) -> Response
    where
        B: HttpBody,
        B::Error: Into<BoxError>,
    {
        let (parts, body) = request.into_parts();
        let known = match identify(&self.app, &parts.headers).await {
            Ok(known) => known,
            Err(problem) => return problem.into_response(),
        };
        if let Some(refused) = refused(self.limits.as_deref(), known.as_ref(), &parts.method, Some(found.route)) {
            return refused;
        }
        let name = parts.uri.path().get(found.head..).and_then(|rest| rest.strip_suffix(TOKEN));
        let made = async {
            let merchant = Merchant::named(known.as_ref(), name.unwrap_or_default())?;
            token::make(&self.app, merchant, &JsonText::of(&parts.headers, body).await?).await
        };
        made.await.into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(method: Method, path: &str, header: &'static str) -> Option<(&'static str, String)> {
        let request = Request::builder().method(method).uri(path).header(header, "x").body(()).unwrap();
        let found = Shortcut::finds(&request)?;
        Some((found.route, request.uri().path()[found.head..].to_string()))
    }

    #[test]
    fn only_tokens_are_found() {
        for (prefix, route) in PREFIXES.iter().zip(ROUTES) {
            assert_eq!(route, format!("{prefix}/merchants/{{merchant_id}}/token"));
            let path = format!("{prefix}/merchants/2340/token?a=b");
            assert_eq!(found(Method::POST, &path, "x-a"), Some((route, "2340/token".into())));
            assert_eq!(found(Method::POST, &path, "Idempotency-Key"), None);
            assert_eq!(found(Method::GET, &path, "x-a"), None);
        }
        for path in ["/", "/merchants/1/token", "/merchant/v3/merchants/1/token", "/merchant/merchants//token"] {
            assert_eq!(found(Method::POST, path, "x-a"), None, "{path}");
        }
        for end in ["%31/token", "1/token/", "1/2/token", "-1/token", "+1/token", "1/tokens", "1/x/token", "1token"] {
            assert_eq!(found(Method::POST, &format!("/merchant/v2/merchants/{end}"), "x-a"), None, "{end}");
        }
    }
}
