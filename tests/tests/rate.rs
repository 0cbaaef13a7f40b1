//! An API key that is used too often is told to wait, and no other.

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
