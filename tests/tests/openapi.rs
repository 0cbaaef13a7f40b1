//! The published document says what the server does, and nothing else.

use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use coinslot_api::merchant::PREFIXES;
use coinslot_api::openapi::{answers, document};
use coinslot_api::{AnswerBody, Auth, Route};
use coinslot_tests::golden::{Seen, parse, play, stories};
use coinslot_tests::world::{merchant_request, player};
use coinslot_tests::{Engine, World};
use coinslot_wire::shape;
use serde_json::Value;
use std::collections::BTreeSet;

/// A request without credentials and body.
fn bare(method: &str, path: &str) -> Request<Body> {
    Request::builder().method(method).uri(path).body(Body::empty()).unwrap()
}

/// A path with 1 for each parameter.
fn filled(path: &str) -> String {
    let part = |p: &str| if p.starts_with('{') { "1".to_string() } else { p.to_string() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_router_answers_what_the_document_lists() {
    let world = World::new(Engine::Sqlite).await;
    let document = world.send(bare("GET", "/openapi.json")).await.json();
    assert_eq!(document, self::document(&world.app.public_url));
    let mut listed = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let reply = world.send(bare(&method.to_uppercase(), &filled(path))).await;
            // There is no project of number 1 to be seen.
            let expected = match operation["security"].as_array().unwrap().first() {
                None => 200,
                Some(way) if way.as_object().unwrap().is_empty() => 404,
                // Those about codes say so to who does not say who calls, and so do pushed payments.
                Some(_) if operation["responses"].get("401").is_none() => 403,
                Some(_) if operation["responses"].get("403").is_some() && path.starts_with("/v2/") => 403,
                Some(_) => 401,
            };
            assert_eq!(reply.status, expected, "{method} {path}");
            assert!(operation["responses"].get(reply.status.as_str()).is_some(), "{method} {path}");
            listed += 1;
        }
    }
    assert_eq!(listed, coinslot_api::routes().len());
}

#[tokio::test(flavor = "multi_thread")]
async fn older_paths_are_described_once_and_answered_alike() {
    let world = World::new(Engine::Sqlite).await;
    let document = document(&world.app.public_url);
    let description = document["info"]["description"].as_str().unwrap();
    for prefix in PREFIXES {
        assert!(description.contains(&format!(" {prefix}/")), "{prefix}");
        for route in coinslot_api::routes().iter().filter(|r| r.auth == Auth::Merchant) {
            let path = route.path.replacen(PREFIXES[0], prefix, 1);
            let reply = world.send(bare(route.method.as_str(), &filled(&path))).await;
            assert_eq!(reply.status, 401, "{path}");
            assert_eq!(document["paths"].get(&path).is_some(), prefix == PREFIXES[0], "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn documented_bodies_are_taken() {
    let world = World::new(Engine::Sqlite).await;
    // The partner of the examples, for it is the first thing that is made here.
    let path = "/merchant/v2/projects/18404/distribution_hub/partners";
    let partner = world.send(merchant_request("POST", path, r#"{"name":"Kiosk","sandbox":true}"#)).await.json();
    let key = format!("{}:{}", partner["geotype_id"], partner["key"].as_str().unwrap());
    for route in coinslot_api::routes() {
        let (Some(shape), Some(example)) = (route.body, route.example) else { continue };
        assert_eq!(shape::check(shape, &shape::parse(example.as_bytes()).unwrap()), [], "{}", route.name);
        // As the page tells it to be sent; the transaction does not exist yet.
        let path = route.path.replace("{merchant_id}", "2340").replace("{project_id}", "18404");
        let mut request = merchant_request(route.method.as_str(), &filled(&path), example);
        if [Auth::Player, Auth::Shopper].contains(&route.auth) {
            request.headers_mut().insert("authorization", player("1234567").parse().unwrap());
        }
        if route.auth == Auth::Partner {
            request.headers_mut().insert("authorization", format!("Basic {}", STANDARD.encode(&key)).parse().unwrap());
        }
        let reply = world.send(request).await;
        // One that is missing looks like somebody else's where no project stands before it.
        let sealed = ["{promotion_id}", "{campaign_id}"].iter().any(|name| path.contains(name));
        let missing = if sealed { 403 } else { 404 };
        // An example that names a thing of the project names one that is not there.
        let names = reply.status == 422 && reply.body.contains(" of this project\"");
        // In the Store API, the example's SKU is no thing of the project.
        let names = names || (route.auth.is_shop() && reply.status == 422 && reply.body.contains("]: Invalid "));
        assert!(reply.status.is_success() || reply.status == missing || names, "{}: {}", route.name, reply.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_of_the_stories_is_documented() {
    let mut seen = Vec::new();
    for path in stories() {
        let (_, steps) = parse(&std::fs::read_to_string(path).unwrap());
        seen.extend(play(&World::new(Engine::Sqlite).await, &steps).await.1);
    }
    let document = document("http://coinslot.example");
    let mut wrong = BTreeSet::new();
    let routes = coinslot_api::routes();
    for route in &routes {
        let method = route.method.as_str();
        // `…/subscriptions/payments` is no subscription whose number is payments.
        let parameters = |path: &str| path.matches('{').count();
        let nearer = |s: &Seen| {
            routes.iter().any(|r| parameters(&r.path) < parameters(&route.path) && s.fits(r.method.as_str(), &r.path))
        };
        let responses = &document["paths"][&route.path][method.to_lowercase()]["responses"];
        for seen in seen.iter().map(canonical).filter(|s| s.fits(method, &route.path) && !nearer(s)) {
            match responses.get(seen.status.to_string()) {
                None => drop(wrong.insert(format!("{}: {} is not documented", route.name, seen.status))),
                Some(response) => wrong.extend(faults(route, response, &seen)),
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A request by its canonical path.
fn canonical(seen: &Seen) -> Seen {
    let mut seen = seen.clone();
    if let Some(path) = seen.path.strip_prefix("/api").filter(|p| p.starts_with("/v")) {
        seen.path = path.to_string();
    }
    for older in &PREFIXES[1..] {
        if let Some(rest) = seen.path.strip_prefix(older).filter(|rest| rest.starts_with("/merchants/")) {
            seen.path = format!("{}{rest}", PREFIXES[0]);
            break;
        }
    }
    seen
}

/// How the body of an answer differs from what is documented for its status.
fn faults(route: &Route, response: &Value, seen: &Seen) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut fault = |what: String| wrong.push(format!("{} {}: {what}", route.name, seen.status));
    if seen.body.is_empty() != response.get("content").is_none() {
        fault("has a body or has none".into());
    }
    let body = shape::parse(seen.body.as_bytes()).unwrap_or_default();
    for answer in answers(route).iter().filter(|a| a.status.as_u16() == seen.status) {
        match answer.body {
            AnswerBody::Json(shape, _) => {
                shape::check(shape, &body).into_iter().for_each(|v| fault(format!("{}: {}", v.path, v.text)));
            }
            AnswerBody::Error(_) | AnswerBody::Faults(_) => {
                let keys: Vec<&String> = body.as_object().into_iter().flat_map(|o| o.keys()).collect();
                if keys != ["extended_message", "http_status_code", "message", "request_id"] {
                    fault(format!("is no error: {}", seen.body));
                }
            }
            AnswerBody::Fault(..) => {
                let keys: BTreeSet<&str> = body.as_object().into_iter().flat_map(|o| o.keys()).map(|k| &**k).collect();
                let always = ["errorCode", "errorMessage", "statusCode", "transactionId"];
                if !always.iter().all(|key| keys.contains(key)) {
                    fault(format!("is no error: {}", seen.body));
                }
                // Every number that a story shows is documented.
                let documented = answers(route).iter().any(|a| {
                    matches!(a.body, AnswerBody::Fault(code, _) if a.status == answer.status && body["errorCode"] == code)
                });
                if !documented {
                    fault(format!("has a number that is not documented: {}", seen.body));
                }
            }
            AnswerBody::Other(..) | AnswerBody::Empty => {}
        }
    }
    wrong
}
