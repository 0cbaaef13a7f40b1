//! Calls that take the shortcut past the router are answered as the router
//! answers them.

use axum::body::Body;
use axum::http::Request;
use coinslot::server::{self, Options};
use coinslot_api::Shortcut;
use coinslot_domain::limit::Rate;
use coinslot_domain::time::Span;
use coinslot_tests::world::{OPTIONS, checkout_body, merchant_request, send};
use coinslot_tests::{Engine, World};

/// Each way of writing the merchant in the path: the first is a shortcut, and
/// the router reads the second as the same.
const WAYS: [[&str; 2]; 2] = [["2340", "9000"], ["%32340", "%39000"]];

/// Calls that make a token, or are refused in every way.
fn calls(merchants: [&str; 2]) -> Vec<(&'static str, Request<Body>)> {
    let [own, other] = merchants.map(|merchant| format!("/merchant/v2/merchants/{merchant}/token"));
    let good = checkout_body("9.99", "USD");
    let call = |body: &str| merchant_request("POST", &own, body);
    let with = |header: &'static str, value: &'static str| {
        let mut request = call(&good);
        request.headers_mut().insert(header, value.parse().unwrap());
        request
    };
    let without = |header: &str| {
        let mut request = call(&good);
        request.headers_mut().remove(header);
        request
    };
    vec![
        ("a token", call(&good)),
        ("an older path", merchant_request("POST", &own.replace("/v2", "/v1"), &good)),
        ("a path without a version", merchant_request("POST", &own.replace("/v2", ""), &good)),
        ("escapes", call(&good.replace("USD", "\\u0055SD"))),
        ("attributes", call(&good.replace(r#""user":{"#, r#""user":{"attributes":{"vip":true},"#))),
        ("faults", call(r#"{"user":{"id":{"value":""}},"purchase":{"checkout":{"currency":"usd","amount":-1}}}"#)),
        ("a price that is too exact", call(&checkout_body("9.999", "USD"))),
        ("no body", call("")),
        ("no JSON", call("{")),
        ("another type", with("content-type", "text/plain")),
        ("no type", without("content-type")),
        ("a packed body", with("content-encoding", "gzip")),
        ("a packed answer", with("accept-encoding", "gzip")),
        ("a body that is too large", call(&" ".repeat((1 << 20) + 1))),
        ("no credentials", without("authorization")),
        ("a wrong key", with("authorization", "Basic MjM0MDpndWVzcw==")),
        ("no Basic", with("authorization", "Bearer MjM0MDpndWVzcw==")),
        ("the key of a project", with("authorization", "Basic MjM0MDpwcm9qZWN0X2FwaV9rZXk=")),
        ("somebody else's path", merchant_request("POST", &other, &good)),
        ("somebody else's project", call(&good.replace("18404", "19000"))),
        ("a project that is not there", call(&good.replace("18404", "777"))),
        ("another method", merchant_request("PATCH", &own, &good)),
        ("a preflight", merchant_request("OPTIONS", &own, "")),
        ("an Idempotency-Key", with("idempotency-key", "a")),
        ("an Idempotency-Key again", with("idempotency-key", "a")),
        ("another one", with("idempotency-key", " ")),
        ("the last", call(&good)),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shortcut_answers_as_the_router_does() {
    for rate in [None, Rate::new(9, Span::minutes(1))] {
        let mut answers = Vec::new();
        for way in WAYS {
            let world = World::new(Engine::Sqlite).await;
            let router = server::router(&world.app, Options { rate, ..OPTIONS });
            let mut told = Vec::new();
            for (what, request) in calls(way) {
                told.push((what, Shortcut::finds(&request).is_some(), send(router.clone(), request).await));
            }
            answers.push(told);
        }
        let [short, long] = answers.try_into().expect("there are two ways");
        assert!(short.iter().filter(|(_, found, _)| *found).count() > 18);
        assert!(long.iter().all(|(_, found, _)| !found));
        for ((what, _, short), (_, _, long)) in short.iter().zip(&long) {
            assert_eq!((short.status, &short.headers), (long.status, &long.headers), "{what}");
            // Only an Idempotency-Key tells of the path.
            assert_eq!(short.body, long.body, "{what}");
        }
        let statuses: std::collections::BTreeSet<_> = short.iter().map(|(_, _, r)| r.status.as_u16()).collect();
        let usual = [200, 204, 400, 401, 403, 405, 413, 415, 422];
        assert!(rate.is_some() || usual.iter().all(|s| statuses.contains(s)), "{statuses:?}");
        assert_eq!(statuses.contains(&429), rate.is_some(), "{statuses:?}");
    }
}
