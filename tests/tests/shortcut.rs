//! Calls that take the shortcut past the router are answered as the router
//! answers them.

use axum::body::Body;
use axum::http::Request;
use coinslot::server::{self, Options};
use coinslot_api::Shortcut;
use coinslot_domain::limit::Rate;
use coinslot_domain::time::Span;
use coinslot_tests::world::{OPTIONS, checkout_body, merchant_request, player, send};
use coinslot_tests::{Engine, World};
use std::collections::BTreeSet;

/// Each way of writing the merchant or the project in the path: the first is a
/// shortcut, and the router reads the second as the same.
const WAYS: [[&str; 2]; 2] = [["2340", "9000"], ["%32340", "%39000"]];
const PROJECTS: [[&str; 2]; 2] = [["18404", "19000"], ["%318404", "%319000"]];

/// A call, what it is for, and whether it came by the shortcut.
type Call = (&'static str, Request<Body>);

/// Calls that make a token, or are refused in every way.
fn calls(merchants: [&str; 2]) -> Vec<Call> {
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

/// Calls of players and of games that fill carts and order, or are refused in
/// every way.
fn shop_calls([own, other]: [&str; 2]) -> Vec<Call> {
    let call = |method: &str, project: &str, path: &str, body: &str| {
        let mut request = merchant_request(method, &format!("/api{path}").replace("{}", project), body);
        request.headers_mut().insert("authorization", player("p").parse().unwrap());
        request
    };
    let with = |mut request: Request<Body>, headers: &[(&'static str, &str)]| {
        request.headers_mut().remove("authorization");
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        request
    };
    let lines = r#"{"items":[{"sku":"com.demo.sword","quantity":1},{"sku":"nothing","quantity":2}]}"#;
    let fill = |body: &str| call("PUT", own, "/v2/project/{}/cart/fill", body);
    let order = |body: &str| call("POST", own, "/v2/project/{}/payment/cart", body);
    let token = |path: &str, body: &str| merchant_request("POST", &path.replace("{}", own), body);
    let admin = "/api/v3/project/{}/admin/payment/token";
    let body = r#"{"sandbox":true,"user":{"id":{"value":"p"},"country":{"value":"US"}},
        "purchase":{"items":[{"sku":"com.demo.sword","quantity":1}]}}"#;
    let nowhere = body.replace(r#","country":{"value":"US"}"#, "");
    let guest = [("x-unauthorized-id", "some-guest"), ("x-user", "YUBleGFtcGxlLmNvbQ==")];
    vec![
        ("an empty cart", order(r#"{"sandbox":true}"#)),
        ("a cart", fill(lines)),
        ("an order", order(r#"{"sandbox":true,"currency":"USD"}"#)),
        ("an order without a body", order("")),
        ("no price", order(r#"{"sandbox":true,"currency":"AED"}"#)),
        ("faults of an order", order(r#"{"sandbox":"yes"}"#)),
        ("faults", fill(r#"{"items":[{"sku":"","quantity":-1}]}"#)),
        ("no body", fill("")),
        ("no JSON", fill("{")),
        ("a body that is too large", fill(&" ".repeat((1 << 20) + 1))),
        ("a packed body", with(fill(lines), &[("authorization", &player("p")), ("content-encoding", "gzip")])),
        ("a packed answer", with(fill(lines), &[("authorization", &player("p")), ("accept-encoding", "gzip")])),
        ("another type", with(fill(lines), &[("authorization", &player("p")), ("content-type", "text/plain")])),
        ("no player", with(fill(lines), &[])),
        ("a guest", with(fill(lines), &guest)),
        ("a guest's order", with(order(r#"{"sandbox":true}"#), &guest)),
        ("a bad token", with(order(""), &[("authorization", "Bearer x.y.z")])),
        ("a server", merchant_request("PUT", &format!("/api/v2/project/{own}/cart/fill"), lines)),
        ("somebody else's player", call("PUT", other, "/v2/project/{}/cart/fill", lines)),
        // %37 is a 7, so that the second way reads the same.
        ("no such project", call("PUT", &own.replace("18404", "777"), "/v2/project/{}/cart/fill", lines)),
        ("another method", call("POST", own, "/v2/project/{}/cart/fill", lines)),
        ("a preflight", call("OPTIONS", own, "/v2/project/{}/cart/fill", "")),
        ("an Idempotency-Key", with(fill(lines), &[("authorization", &player("p")), ("idempotency-key", "a")])),
        ("a token", token(admin, body)),
        ("an older path", token("/v2/project/{}/admin/payment/token", body)),
        ("a token by an address", token(admin, &nowhere)),
        ("a game's address", {
            let mut request = token(admin, &nowhere);
            request.headers_mut().insert("x-user-ip", "203.0.113.7".parse().unwrap());
            request
        }),
        ("faults of a token", token(admin, r#"{"user":{}}"#)),
        ("a free token", token(admin, &body.replace("com.demo.sword", "nothing"))),
        ("a player's token", call("POST", own, "/v3/project/{}/admin/payment/token", body)),
        ("no credentials", with(token(admin, body), &[])),
        ("a wrong key", with(token(admin, body), &[("authorization", "Basic MjM0MDpndWVzcw==")])),
        ("somebody else's project", merchant_request("POST", &admin.replace("{}", other), body)),
        ("a key of the project", with(token(admin, body), &[("authorization", "Basic MTg0MDQ6cHJvamVjdF9hcGlfa2V5")])),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shortcut_answers_as_the_router_does() {
    for rate in [None, Rate::new(9, Span::minutes(1))] {
        let statuses = both(rate, WAYS.map(calls), 18).await;
        let usual = [200, 204, 400, 401, 403, 405, 413, 415, 422];
        assert!(rate.is_some() || usual.iter().all(|s| statuses.contains(s)), "{statuses:?}");
        assert_eq!(statuses.contains(&429), rate.is_some(), "{statuses:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn those_of_the_store_api_do_too() {
    for rate in [None, Rate::new(4, Span::minutes(1))] {
        let statuses = both(rate, PROJECTS.map(shop_calls), 28).await;
        let usual = [200, 204, 401, 404, 405, 413, 415, 422];
        assert!(rate.is_some() || usual.iter().all(|s| statuses.contains(s)), "{statuses:?}");
        assert_eq!(statuses.contains(&429), rate.is_some(), "{statuses:?}");
    }
}

/// A form that pays goes past the router too, unless its answer may be packed.
/// What is to be packed as it is has no other answer than what is not.
#[tokio::test(flavor = "multi_thread")]
async fn who_pays_does_too() {
    let card = "&method=1380&card_number=4111111111111111&card_expiry=12%2F40&card_cvv=123";
    let forms = |tokens: &[String]| {
        let form = |token: &str, rest: &str| [&format!("access_token={token}"), rest].concat();
        let asks = card.replace("4111111111111111", "4000000000000010");
        let mut forms = vec![String::new(), form("x", card), form(&tokens[0], ""), form(&tokens[0], card)];
        // Once more when it is paid; 3-D Secure; a wrong card; too much.
        forms.extend([form(&tokens[0], card), form(&tokens[1], &asks), form(&tokens[2], "&method=1380&card_number=1")]);
        forms.extend([form(&tokens[2], &format!("&lang=de{card}")), "x".repeat((64 << 10) + 1)]);
        forms
    };
    let mut told = Vec::new();
    for short in [true, false] {
        let world = World::new(Engine::Sqlite).await;
        let mut tokens = Vec::new();
        for _ in 0..3 {
            tokens.push(world.token("9.99", "USD").await);
        }
        let router = server::router(&world.app, OPTIONS);
        let mut replies = Vec::new();
        for form in forms(&tokens) {
            let mut request = Request::post("/paystation2/pay")
                .header("content-type", "application/x-www-form-urlencoded")
                .header("accept-language", "fr");
            if !short {
                request = request.header("accept-encoding", "identity");
            }
            let request = request.body(Body::from(form)).unwrap();
            assert!(coinslot_paystation::pays(&request));
            let reply = send(router.clone(), request).await;
            replies.push((reply.status, reply.headers, reply.body));
        }
        for method in ["GET", "PUT"] {
            let request = Request::builder().method(method).uri("/paystation2/pay").body(Body::empty()).unwrap();
            assert!(!coinslot_paystation::pays(&request));
        }
        told.push(replies);
    }
    assert_eq!(told[0], told[1]);
    let statuses: BTreeSet<u16> = told[0].iter().map(|(status, ..)| status.as_u16()).collect();
    assert!([303, 404, 413, 422].iter().all(|s| statuses.contains(s)), "{statuses:?}");
}

/// Sends calls that have shortcuts, more than `most` of them, and the same that
/// have none; the statuses of the answers, which are the same.
async fn both(rate: Option<Rate>, ways: [Vec<Call>; 2], most: usize) -> BTreeSet<u16> {
    let mut answers = Vec::new();
    for calls in ways {
        let world = World::new(Engine::Sqlite).await;
        let item = r#"{"sku":"com.demo.sword","name":{"en":"A sword"},"prices":{"USD":1.99},"default_currency":"USD",
            "enabled":true}"#;
        let made = merchant_request("POST", "/merchant/v2/projects/18404/virtual_items/items", item);
        world.send(made).await;
        let router = server::router(&world.app, Options { rate, ..OPTIONS });
        let mut told = Vec::new();
        for (what, request) in calls {
            told.push((what, Shortcut::finds(&request).is_some(), send(router.clone(), request).await));
        }
        answers.push(told);
    }
    let [short, long] = answers.try_into().expect("there are two ways");
    assert!(short.iter().filter(|(_, found, _)| *found).count() > most);
    assert!(long.iter().all(|(_, found, _)| !found));
    for ((what, _, short), (_, _, long)) in short.iter().zip(&long) {
        assert_eq!((short.status, &short.headers), (long.status, &long.headers), "{what}");
        // Only an Idempotency-Key tells of the path.
        assert_eq!(short.body, long.body, "{what}");
    }
    let status = |what: &str| short.iter().find(|(name, ..)| *name == what).map(|(_, _, reply)| reply.status.as_u16());
    assert!(["a token", "a cart", "an order"].iter().all(|good| status(good).is_none_or(|s| s == 200)));
    short.iter().map(|(_, _, reply)| reply.status.as_u16()).collect()
}
