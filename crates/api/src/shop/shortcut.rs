//! The calls of the Store API that are made for each purchase, past the router:
//! what its layer and the arguments of the handlers do is done here by the same
//! functions, in the same order.

use super::body::{ShopBody, ShopText};
use super::caller::{From, Server, Shopper, identify};
use super::cart::Own;
use super::request::answered;
use super::{Fault, cart, order, token};
use crate::limit::{Limits, refused};
use crate::request::Asked;
use axum::BoxError;
use axum::body::HttpBody;
use axum::extract::State;
use axum::http::{Method, Request, request::Parts};
use axum::response::{IntoResponse, Response};
use coinslot_app::{ClientIp, Shared};
use coinslot_domain::id::ProjectId;

/// What is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    FillCart,
    OrderCart,
    MakeToken,
}

impl What {
    fn method(self) -> Method {
        match self {
            What::FillCart => Method::PUT,
            What::OrderCart | What::MakeToken => Method::POST,
        }
    }
}

/// What comes before and after the project in a path, and the path as the router
/// knows it.
type Way = (What, &'static str, &'static str, &'static str);

const WAYS: [Way; 8] = {
    use What::{FillCart, MakeToken, OrderCart};
    const FILL: &str = "/cart/fill";
    const ORDER: &str = "/payment/cart";
    const TOKEN: &str = "/admin/payment/token";
    [
        (FillCart, "/v2/project/", FILL, "/v2/project/{project_id}/cart/fill"),
        (FillCart, "/api/v2/project/", FILL, "/api/v2/project/{project_id}/cart/fill"),
        (OrderCart, "/v2/project/", ORDER, "/v2/project/{project_id}/payment/cart"),
        (OrderCart, "/api/v2/project/", ORDER, "/api/v2/project/{project_id}/payment/cart"),
        (MakeToken, "/v2/project/", TOKEN, "/v2/project/{project_id}/admin/payment/token"),
        (MakeToken, "/api/v2/project/", TOKEN, "/api/v2/project/{project_id}/admin/payment/token"),
        (MakeToken, "/v3/project/", TOKEN, "/v3/project/{project_id}/admin/payment/token"),
        (MakeToken, "/api/v3/project/", TOKEN, "/api/v3/project/{project_id}/admin/payment/token"),
    ]
};

/// A call that has a shortcut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    what: What,
    project: ProjectId,
    /// The path with its parameter by name.
    pub route: &'static str,
}

/// The call that a method and a path are, if it has a shortcut.
pub(crate) fn find(method: &Method, path: &str) -> Option<Found> {
    WAYS.iter().find_map(|(what, head, tail, route)| {
        let number = path.strip_prefix(head)?.strip_suffix(tail)?;
        let digits = number.bytes().all(|b| b.is_ascii_digit()) && *method == what.method();
        let project = number.parse().ok().filter(|_| digits)?;
        Some(Found { what: *what, project, route })
    })
}

/// Answers a call that was found.
pub(crate) async fn answer<B>(
    app: &Shared,
    limits: Option<&Limits>,
    found: Found,
    request: Request<B>,
    ip: Option<&ClientIp>,
) -> Response
where
    B: HttpBody,
    B::Error: Into<BoxError>,
{
    let asked = Asked::new(app.transaction_id(), &request);
    let (parts, body) = request.into_parts();
    let done = done(app, limits, found, (parts, body), ip).await;
    answered(asked, done.unwrap_or_else(IntoResponse::into_response))
}

async fn done<B>(
    app: &Shared,
    limits: Option<&Limits>,
    Found { what, project, route }: Found,
    (parts, body): (Parts, B),
    ip: Option<&ClientIp>,
) -> Result<Response, Fault>
where
    B: HttpBody,
    B::Error: Into<BoxError>,
{
    let headers = &parts.headers;
    let known = identify(app, headers).await?;
    if let Some(refused) = refused(limits, known.as_ref(), &parts.method, Some(route)) {
        return Ok(refused);
    }
    let own = async || Own::of(Shopper::of(app, headers, Some(project)).await?, &From::of(ip), None);
    let state = State(app.clone());
    match what {
        What::FillCart => cart::fill(state, own().await?, ShopText::of(headers, body).await?).await,
        What::OrderCart => {
            order::of_cart(state, own().await?, ShopBody(ShopText::of(headers, body).await?.value()?)).await
        }
        What::MakeToken => {
            let server = Server::of(app, known.as_ref(), Some(project)).await?;
            let body = ShopText::of(headers, body).await?;
            token::create(state, server, parts.headers, body).await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::{OTHER_VERSIONS, PREFIXES, routes};

    #[test]
    fn what_is_found_has_a_route() {
        let routes = routes();
        for (what, head, tail, route) in WAYS {
            assert_eq!(route, format!("{head}{{project_id}}{tail}"));
            let path = PREFIXES.iter().rev().find_map(|prefix| route.strip_prefix(prefix)).unwrap();
            let path = OTHER_VERSIONS.iter().find(|(_, other)| *other == path).map_or(path, |(path, _)| path);
            let found = routes.iter().find(|r| r.path == path && r.method == what.method());
            assert!(found.is_some(), "{route}");
            let found = find(&what.method(), &format!("{head}18404{tail}")).unwrap();
            assert_eq!((found.what, found.project.get(), found.route), (what, 18404, route));
            assert_eq!(find(&Method::GET, &format!("{head}18404{tail}")), None);
            for number in ["", "0", "-1", "+1", "1x", "%31", "1/2", "99999999999999999999"] {
                assert_eq!(find(&what.method(), &format!("{head}{number}{tail}")), None, "{number}");
            }
            for other in [format!("{head}1{tail}/"), format!("/x{head}1{tail}"), format!("{head}1")] {
                assert_eq!(find(&what.method(), &other), None, "{other}");
            }
        }
        assert_eq!(find(&Method::PUT, "/v2/project/1/cart/mine/fill"), None);
    }
}
