//! Who may do what: every operation, as each who could try.

use axum::body::Body;
use axum::http::{Method, Request};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use coinslot_api::openapi::answers;
use coinslot_api::{Auth, Route};
use coinslot_tests::golden::{Seen, parse, play, stories};
use coinslot_tests::world::Reply;
use coinslot_tests::{Engine, World};
use std::collections::BTreeSet;

/// What is denied, and not missing, when it is not there.
const DENIED: [&str; 2] = ["{promotion_id}", "{campaign_id}"];

/// Who tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    /// The merchant with a key of the company.
    Owner,
    /// The merchant with a key of one project.
    ProjectKey,
    /// Another merchant.
    Other,
    /// Somebody without credentials.
    Nobody,
    /// Somebody with the merchant's number and a wrong key.
    Guesser,
}

impl Who {
    const ALL: [Who; 5] = [Who::Owner, Who::ProjectKey, Who::Other, Who::Nobody, Who::Guesser];

    /// The user name and password in Base64.
    fn credentials(self) -> Option<&'static str> {
        match self {
            Who::Owner => Some("MjM0MDpkZW1vX2FwaV9rZXk="),
            Who::ProjectKey => Some("MjM0MDpwcm9qZWN0X2FwaV9rZXk="),
            Who::Other => Some("OTAwMDpvdGhlcl9hcGlfa2V5"),
            Who::Nobody => None,
            Who::Guesser => Some("MjM0MDpndWVzcw=="),
        }
    }
}

fn request(who: Who, method: &Method, path: &str, body: &str) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(credentials) = who.credentials() {
        request = request.header("authorization", format!("Basic {credentials}"));
    }
    if !body.is_empty() {
        request = request.header("content-type", "application/json");
    }
    request.body(Body::from(body.to_string())).unwrap()
}

/// The route's path, with these values for merchant and project and `other` for
/// everything else.
fn filled(route: &Route, merchant: i64, project: i64, other: &str) -> String {
    let part = |p: &str| match p {
        "{merchant_id}" => merchant.to_string(),
        "{project_id}" => project.to_string(),
        p if p.starts_with('{') => other.to_string(),
        p => p.to_string(),
    };
    route.path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// What an answer says, apart from the number of the request.
fn said(reply: &Reply) -> String {
    let body = reply.body.replace(reply.header("x-request-id"), "*");
    format!("{} {body}", reply.status)
}

fn guarded() -> impl Iterator<Item = Route> {
    coinslot_api::routes().into_iter().filter(|r| r.auth == Auth::Merchant)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_answers_each_caller_as_documented() {
    let world = World::new(Engine::Sqlite).await;
    let mut wrong = Vec::new();
    for route in guarded() {
        let of_project = route.path.contains("{project_id}");
        let of_merchant = route.path.contains("{merchant_id}");
        let body = route.example.unwrap_or_default();
        for who in Who::ALL {
            let path = filled(&route, 2340, 18404, "1");
            let reply = world.send(request(who, &route.method, &path, body)).await;
            let status = reply.status.as_u16();
            let fits = match who {
                // Of these even its own that are not there are denied.
                Who::Owner if status == 403 => DENIED.iter().any(|p| route.path.contains(p)),
                Who::Owner => status != 401,
                // Reaches what belongs to its project, and nothing of the company.
                Who::ProjectKey => (status == 403) != of_project && status != 401,
                Who::Other if of_merchant || of_project => status == 403,
                Who::Other => true,
                Who::Nobody | Who::Guesser => status == 401,
            };
            let documented = answers(&route).iter().any(|a| a.status == reply.status);
            if !fits || !documented {
                wrong.push(format!("{} as {who:?}: {status} {}", route.name, reply.body));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The Store API tells nobody whether a project is there or whose it is.
#[tokio::test(flavor = "multi_thread")]
async fn servers_of_the_store_api_reach_their_own_projects() {
    let world = World::new(Engine::Sqlite).await;
    let mut wrong = Vec::new();
    for route in coinslot_api::routes().into_iter().filter(|r| r.auth == Auth::Server) {
        let body = route.example.unwrap_or_default();
        for who in Who::ALL {
            let ask = |project: i64| request(who, &route.method, &filled(&route, 2340, project, "1"), body);
            let reply = world.send(ask(18404)).await;
            let reaches = [Who::Owner, Who::ProjectKey].contains(&who);
            let documented = answers(&route).iter().any(|a| a.status == reply.status);
            if (reply.status == 401) == reaches || !documented {
                wrong.push(format!("{} as {who:?}: {}", route.name, reply.body));
            }
            let absent = world.send(ask(777_777)).await;
            assert_eq!(absent.status, 401, "{}", route.name);
            if !reaches {
                assert_eq!(said(&reply), said(&absent), "{}", route.name);
            }
        }
        // The number of the project is as good a user name as that of the merchant.
        let own = |key: &str| {
            let request = request(Who::Nobody, &route.method, &filled(&route, 2340, 18404, "1"), body);
            let (mut parts, body) = request.into_parts();
            parts.headers.insert("authorization", format!("Basic {key}").parse().unwrap());
            Request::from_parts(parts, body)
        };
        // `18404:demo_api_key`, `18404:project_api_key` and `18404:other_api_key`.
        let keys = [
            ("MTg0MDQ6ZGVtb19hcGlfa2V5", true),
            ("MTg0MDQ6cHJvamVjdF9hcGlfa2V5", true),
            ("MTg0MDQ6b3RoZXJfYXBpX2tleQ==", false),
        ];
        for (key, reaches) in keys {
            let reply = world.send(own(key)).await;
            assert_eq!(reply.status != 401, reaches, "{} {key}: {}", route.name, reply.body);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What belongs to a partner, neither a merchant nor another partner reaches.
#[tokio::test(flavor = "multi_thread")]
async fn partners_reach_their_own_project() {
    let world = World::new(Engine::Sqlite).await;
    let path = "/merchant/v2/projects/18404/distribution_hub/partners";
    let made = world.send(request(Who::Owner, &Method::POST, path, r#"{"name":"Kiosk","sandbox":true}"#)).await.json();
    let (number, key) = (made["geotype_id"].to_string(), made["key"].as_str().unwrap().to_string());
    let good = format!("{number}:{key}");
    let others = [format!("{number}:guess"), format!("18404:{key}"), format!("1:{key}"), format!("{number}:")];
    let mut routes: Vec<Route> = coinslot_api::routes();
    routes.retain(|r| r.auth == Auth::Partner);
    assert_eq!(routes.len(), 3);
    for disabled in [false, true] {
        if disabled {
            let path = format!("{path}/{number}");
            let reply = world.send(request(Who::Owner, &Method::PUT, &path, r#"{"enabled":false}"#)).await;
            assert_eq!(reply.status, 204);
        }
        for route in &routes {
            let body = route.example.unwrap_or_default();
            let denied = if route.path.contains("{project_id}") { 401 } else { 403 };
            let ask = |project: i64| request(Who::Nobody, &route.method, &filled(route, 2340, project, "1"), body);
            for who in Who::ALL {
                let path = filled(route, 2340, 18404, "1");
                let reply = world.send(request(who, &route.method, &path, body)).await;
                assert_eq!(reply.status, denied, "{} as {who:?}: {}", route.name, reply.body);
            }
            let with = |mut request: Request<Body>, key: &str| {
                let key = format!("Basic {}", STANDARD.encode(key));
                request.headers_mut().insert("authorization", key.parse().unwrap());
                request
            };
            for key in &others {
                let reply = world.send(with(ask(18404), key)).await;
                assert_eq!(reply.status, denied, "{} {key}: {}", route.name, reply.body);
            }
            let reply = world.send(with(ask(18404), &good)).await;
            assert_eq!(reply.status == denied, disabled, "{}: {}", route.name, reply.body);
            if denied == 401 {
                let (foreign, absent) = (with(ask(World::OTHER_PROJECT), &good), with(ask(777_777), &good));
                let (foreign, absent) = (world.send(foreign).await, world.send(absent).await);
                assert_eq!(foreign.status, 401, "{}", route.name);
                assert_eq!(said(&foreign).split("transactionId").next(), said(&absent).split("transactionId").next());
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_project_looks_like_none() {
    let world = World::new(Engine::Sqlite).await;
    let mut looked = 0;
    for route in guarded().filter(|r| r.path.contains("{project_id}")) {
        let body = route.example.unwrap_or_default();
        for (merchant, foreign) in [(9000, 18404), (9000, World::INACTIVE_PROJECT)] {
            let ask = |project: i64| request(Who::Other, &route.method, &filled(&route, merchant, project, "1"), body);
            let (foreign, absent) = (world.send(ask(foreign)).await, world.send(ask(777_777)).await);
            assert_eq!(foreign.status, 403, "{}", route.name);
            assert_eq!(said(&foreign), said(&absent), "{}", route.name);
            let names = |reply: &Reply| reply.headers.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
            assert_eq!(names(&foreign), names(&absent), "{}", route.name);
            looked += 1;
        }
    }
    assert!(looked > 0);
}

/// Each request of the stories that the owner made of an object.
async fn made(world: &World, story: &std::path::Path) -> Vec<Seen> {
    let (_, steps) = parse(&std::fs::read_to_string(story).unwrap());
    let (_, seen) = play(world, &steps).await;
    let owner = |s: &Seen| s.status < 400 && s.authorization.ends_with(Who::Owner.credentials().unwrap_or_default());
    seen.into_iter().filter(owner).collect()
}

/// The values in a path that stand for parameters besides merchant and project.
fn children(route: &Route, path: &str) -> Vec<usize> {
    let all = route.path.split('/').zip(path.split('/')).enumerate();
    let child = |(i, (name, _)): (usize, (&str, &str))| {
        (name.starts_with('{') && !["{merchant_id}", "{project_id}"].contains(&name)).then_some(i)
    };
    all.filter_map(child).collect()
}

/// Another merchant asks, in a project of its own, for what another project has
/// and for what nobody has, and cannot tell the two apart.
#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_object_looks_like_none() {
    let routes: Vec<Route> = guarded().collect();
    let mut looked = BTreeSet::new();
    for story in stories() {
        let world = World::new(Engine::Sqlite).await;
        for seen in made(&world, &story).await {
            // A path without a parameter there wins over one with it, as in the router.
            let fits = routes.iter().filter(|r| seen.fits(r.method.as_str(), &r.path));
            let Some(route) = fits.min_by_key(|r| r.path.matches('{').count()) else { continue };
            let places = children(route, &seen.path);
            if places.is_empty() {
                continue;
            }
            let with = |absent: bool| {
                let part = |(i, p): (usize, &str)| match p {
                    "2340" => "9000".to_string(),
                    "18404" => "19000".to_string(),
                    p if absent && places.contains(&i) => match p.parse::<i64>() {
                        Ok(_) => "777777777".to_string(),
                        Err(_) => "nobody".to_string(),
                    },
                    p => p.to_string(),
                };
                seen.path.split('/').enumerate().map(part).collect::<Vec<_>>().join("/")
            };
            let body = route.example.unwrap_or_default();
            let foreign = world.send(request(Who::Other, &route.method, &with(false), body)).await;
            let absent = world.send(request(Who::Other, &route.method, &with(true), body)).await;
            let told = |reply: &Reply| {
                let digits = |c: char| if c.is_ascii_digit() { '0' } else { c };
                said(reply).replace("nobody", "0").chars().map(digits).collect::<String>()
            };
            let shape = |text: String| text.split('0').filter(|t| !t.is_empty()).collect::<Vec<_>>().join("0");
            assert_eq!(shape(told(&foreign)), shape(told(&absent)), "{} {}", route.name, seen.path);
            looked.insert(route.name);
        }
    }
    assert!(looked.contains("transaction_refund") && looked.contains("event_get"), "{looked:?}");
}
