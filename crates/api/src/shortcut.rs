//! The calls that games make most, without the router: finding the way through
//! it would cost a good part of the call itself. Everything that the router's
//! layers do for the call that makes a token is done here by the same functions,
//! in the same order; those of the Store API are in [`crate::shop::shortcut`].

use crate::body::JsonText;
use crate::idempotency;
use crate::limit::{Limits, refused};
use crate::merchant::{Merchant, PREFIXES, identify, token};
use crate::request::{Asked, answered};
use crate::shop;
use axum::BoxError;
use axum::body::HttpBody;
use axum::http::{Method, Request};
use axum::response::{IntoResponse, Response};
use coinslot_app::{ClientIp, Shared};
use std::sync::Arc;

/// Answers calls past the router.
#[derive(Clone)]
pub struct Shortcut {
    app: Shared,
    limits: Option<Arc<Limits>>,
    /// Those of the Store API.
    shop_limits: Option<Arc<Limits>>,
}

/// A call that has a shortcut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found(Call);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    /// Makes a token: the path as the router knows it, and how many bytes of it
    /// come before the merchant.
    Token(&'static str, usize),
    /// One of the Store API.
    Shop(shop::shortcut::Found),
}

impl Found {
    /// The path as the router knows it, with its parameter by name.
    pub fn route(self) -> &'static str {
        match self.0 {
            Call::Token(route, _) => route,
            Call::Shop(found) => found.route,
        }
    }
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
    pub(crate) fn new(app: Shared, limits: Option<Arc<Limits>>, shop_limits: Option<Arc<Limits>>) -> Self {
        Shortcut { app, limits, shop_limits }
    }

    /// Whether there is a shortcut for a request. What is rare goes through the
    /// router: an `Idempotency-Key`, a merchant that is not just digits.
    pub fn finds<B>(request: &Request<B>) -> Option<Found> {
        if request.headers().contains_key(idempotency::HEADER) {
            return None;
        }
        let (method, path) = (request.method(), request.uri().path());
        let token = Self::token(path).filter(|_| *method == Method::POST);
        token.or_else(|| shop::shortcut::find(method, path).map(Call::Shop)).map(Found)
    }

    fn token(path: &str) -> Option<Call> {
        PREFIXES.iter().zip(ROUTES).find_map(|(prefix, route)| {
            let name = path.strip_prefix(prefix)?.strip_prefix(MERCHANTS)?.strip_suffix(TOKEN)?;
            let digits = !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit());
            digits.then_some(Call::Token(route, prefix.len() + MERCHANTS.len()))
        })
    }

    /// Answers a request that was found to have a shortcut, from an address.
    pub async fn answer<B>(&self, found: Found, request: Request<B>, ip: Option<&ClientIp>) -> Response
    where
        B: HttpBody,
        B::Error: Into<BoxError>,
    {
        match found.0 {
            Call::Token(route, head) => {
                let asked = Asked::new(self.app.request_id(), &request);
                let response = self.make(route, head, request).await;
                answered(asked, response)
            }
            Call::Shop(found) => {
                shop::shortcut::answer(&self.app, self.shop_limits.as_deref(), found, request, ip).await
            }
        }
    }

    async fn make<B>(&self, route: &str, head: usize, request: Request<B>) -> Response
    where
        B: HttpBody,
        B::Error: Into<BoxError>,
    {
        let (parts, body) = request.into_parts();
        let known = match identify(&self.app, &parts.headers).await {
            Ok(known) => known,
            Err(problem) => return problem.into_response(),
        };
        if let Some(refused) = refused(self.limits.as_deref(), known.as_ref(), &parts.method, Some(route)) {
            return refused;
        }
        let name = parts.uri.path().get(head..).and_then(|rest| rest.strip_suffix(TOKEN));
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
        let Call::Token(route, head) = Shortcut::finds(&request)?.0 else { return None };
        Some((route, request.uri().path()[head..].to_string()))
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
