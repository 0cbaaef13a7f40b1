//! An API key that is used too often is told to wait, and no other.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use coinslot::server::{self, Options};
use coinslot_domain::limit::Rate;
use coinslot_domain::time::Span;
use coinslot_tests::world::{OPTIONS, checkout_body, merchant_request, send};
use coinslot_tests::{Engine, World};
use tokio::task::JoinSet;

const TOKEN: &str = "/merchant/v2/merchants/2340/token";

fn limited(world: &World, calls: i64) -> axum::Router {
    let rate = Rate::new(calls, Span::minutes(1));
    assert!(rate.is_some());
    server::router(&world.app, Options { rate, ..OPTIONS })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fourth_of_three_waits_as_long_as_it_is_told() {
    let world = World::new(Engine::Sqlite).await;
    let router = limited(&world, 3);
    let ask = || merchant_request("POST", TOKEN, &checkout_body("9.99", "USD"));
    for _ in 0..3 {
        assert_eq!(send(router.clone(), ask()).await.status, 200);
    }
    let refused = send(router.clone(), ask()).await;
    assert_eq!((refused.status.as_u16(), refused.header("retry-after")), (429, "20"));
    assert_eq!(refused.json()["http_status_code"], 429);
    assert_eq!(refused.json()["request_id"], refused.header("x-request-id"));
    let mut other = ask();
    // Of the same merchant, with a key of its own.
    other.headers_mut().insert("authorization", "Basic MjM0MDpwcm9qZWN0X2FwaV9rZXk=".parse().unwrap());
    assert_ne!(send(router.clone(), other).await.status, 429);
    let mut guess = ask();
    guess.headers_mut().insert("authorization", "Basic MjM0MDpndWVzcw==".parse().unwrap());
    assert_eq!(send(router.clone(), guess).await.status, 401, "who is nobody uses up nobody's calls");
    world.advance(Span::seconds(19));
    assert_eq!(send(router.clone(), ask()).await.header("retry-after"), "1");
    world.advance(Span::seconds(1));
    assert_eq!(send(router.clone(), ask()).await.status, 200);
    assert_eq!(send(router, ask()).await.status, 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_of_the_distribution_hub_waits_too() {
    let world = World::new(Engine::Sqlite).await;
    let partners = "/merchant/v2/projects/18404/distribution_hub/partners";
    let made = world.send(merchant_request("POST", partners, r#"{"name":"Kiosk","sandbox":true}"#)).await.json();
    let basic = |key: &str| format!("Basic {}", STANDARD.encode(format!("{}:{key}", made["geotype_id"])));
    let key = made["key"].as_str().unwrap();
    let router = limited(&world, 2);
    let push = |key: &str| {
        let mut request = merchant_request("POST", "/push-payments/cancel", r#"{"payment_id":1}"#);
        request.headers_mut().insert("authorization", basic(key).parse().unwrap());
        request
    };
    assert_eq!(send(router.clone(), push("guess")).await.status, 403);
    for _ in 0..2 {
        assert_eq!(send(router.clone(), push(key)).await.status, 404, "there is no such payment");
    }
    let refused = send(router.clone(), push(key)).await;
    assert_eq!((refused.status.as_u16(), refused.header("retry-after")), (429, "30"));
    assert_eq!((&refused.json()["statusCode"], &refused.json()["errorCode"]), (&429.into(), &1000.into()));
    assert_eq!(send(router.clone(), push("guess")).await.status, 403, "who is nobody uses up nobody's calls");
    world.advance(Span::seconds(30));
    assert_eq!(send(router, push(key)).await.status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_thirty_at_once_as_many_pass_as_may() {
    let world = World::new(Engine::Sqlite).await;
    let router = limited(&world, 7);
    let mut running = JoinSet::new();
    for _ in 0..30 {
        running.spawn(send(router.clone(), merchant_request("POST", TOKEN, &checkout_body("9.99", "USD"))));
    }
    let replies = running.join_all().await;
    assert_eq!(replies.iter().filter(|r| r.status == 200).count(), 7);
    assert_eq!(replies.iter().filter(|r| r.status == 429).count(), 23);
}
