//! Many subscribe, cancel and renew at one time: a subscription begins once, is
//! charged once and gives its last payment back once.

use coinslot_app::demo;
use coinslot_domain::id::{PaymentId, ProjectId};
use coinslot_domain::payment::Payment;
use coinslot_domain::time::Span;
use coinslot_store::{StoreError, payment};
use coinslot_tests::world::{merchant_request, pay_request, silence};
use coinslot_tests::{Engine, World};
use serde_json::Value;
use std::sync::Arc;
use tokio::task::JoinSet;

const AT_ONCE: usize = 30;
const CARD: &str = "4111111111111111";
const PROJECT: &str = "/merchant/v2/projects/18404";
const PLAYER: &str = "/merchant/v2/projects/18404/users/1234567/subscriptions";

async fn ok(world: &World, method: &str, path: &str, body: &str) -> Value {
    let reply = world.send(merchant_request(method, path, body)).await;
    assert!(reply.status.is_success(), "{method} {path}: {}", reply.body);
    serde_json::from_str(&reply.body).unwrap_or_default()
}

/// A world with a plan of ten dollars a month, and a token that buys it.
async fn subscribing(engine: Engine) -> (Arc<World>, String) {
    let world = Arc::new(World::new(engine).await);
    let plan = r#"{"external_id":"gold","name":{"en":"Gold"},"group_id":"g",
        "charge":{"period":{"value":1,"type":"month"},"amount":10,"currency":"USD"}}"#;
    ok(&world, "POST", &format!("{PROJECT}/subscriptions/plans"), plan).await;
    let wish = r#"{"user":{"id":{"value":"1234567"},"email":{"value":"email@example.com"}},
        "settings":{"project_id":18404,"mode":"sandbox"},"purchase":{"subscription":{"plan_id":"gold"}}}"#;
    let token = world.token_of(wish).await;
    (world, token)
}

/// The player's only subscription.
async fn only(world: &World) -> Value {
    let all = ok(world, "GET", PLAYER, "").await;
    assert_eq!(all.as_array().unwrap().len(), 1, "{all}");
    all[0].clone()
}

/// Does the same many times at one time; the statuses.
async fn burst(world: &Arc<World>, request: impl Fn() -> axum::http::Request<axum::body::Body>) -> Vec<u16> {
    let mut running = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (world, request) = (world.clone(), request());
        running.spawn(async move { world.send(request).await.status.as_u16() });
    }
    running.join_all().await
}

/// How often the game was told of this, once everything that is due was done.
async fn told(world: &World, kind: &str) -> usize {
    world.run_due().await;
    let kind = format!(r#""notification_type":"{kind}""#);
    world.game.take().iter().filter(|(sent, _)| sent.body.contains(&kind)).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_token_pressed_thirty_times_subscribes_once() {
    for engine in Engine::BOTH {
        let (world, token) = subscribing(engine).await;
        let statuses = burst(&world, || pay_request(&token, CARD)).await;
        assert!(statuses.iter().all(|s| *s < 500), "{engine:?} {statuses:?}");
        only(&world).await;
        assert_eq!((world.gateway.charges(), world.gateway.taken()), (1, 1_000), "{engine:?}");
        assert_eq!(told(&world, "create_subscription").await, 1, "{engine:?}");
        assert_eq!(world.held().await, 1_000, "{engine:?}");
        world.check_books().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thirty_cancellations_give_the_last_payment_back_once() {
    for engine in Engine::BOTH {
        let (world, token) = subscribing(engine).await;
        world.pay(&token, CARD).await;
        let path = format!("{PLAYER}/{}", only(&world).await["id"]);
        told(&world, "payment").await;
        let body = r#"{"status":"canceled","cancel_subscription_payment":true}"#;
        let statuses = burst(&world, || merchant_request("PUT", &path, body)).await;
        assert!(statuses.contains(&200) && statuses.iter().all(|s| *s < 500), "{engine:?} {statuses:?}");
        assert_eq!(told(&world, "refund").await, 1, "{engine:?}");
        assert_eq!(world.gateway.given_back(), 1_000, "{engine:?}");
        assert_eq!(world.held().await, 0, "{engine:?}");
        assert_eq!(only(&world).await["status"], "canceled", "{engine:?}");
        world.check_books().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_renewal_and_a_cancellation_agree_on_who_was_first() {
    for (engine, at_once) in Engine::BOTH.into_iter().flat_map(|engine| [(engine, false), (engine, true)]) {
        let (world, token) = subscribing(engine).await;
        if at_once {
            world.gateway.answer_at_once();
        }
        world.pay(&token, CARD).await;
        let path = format!("{PLAYER}/{}", only(&world).await["id"]);
        world.advance(Span::hours(24 * 31));
        let renewing = world.clone();
        let renewal = tokio::spawn(async move { renewing.run_due().await });
        let body = r#"{"status":"canceled","cancel_subscription_payment":true}"#;
        let statuses = burst(&world, || merchant_request("PUT", &path, body)).await;
        renewal.await.unwrap();
        assert!(statuses.iter().all(|s| *s < 500), "{engine:?} {statuses:?}");
        world.run_due().await;
        // Whichever was first, one payment went back, and nothing is charged later.
        let paid = world.payments().await.len();
        let charges = if at_once { 0 } else { paid };
        assert!(paid <= 2, "{engine:?}, at once: {at_once}");
        assert_eq!(world.gateway.charges(), charges, "{engine:?}, at once: {at_once}");
        assert_eq!(world.gateway.given_back(), 1_000, "{engine:?}, at once: {at_once}");
        assert_eq!(world.held().await, 1_000 * (paid as i64 - 1), "{engine:?}, at once: {at_once}");
        assert_eq!(only(&world).await["status"], "canceled", "{engine:?}, at once: {at_once}");
        world.check_books().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_project_that_took_real_money_has_no_clock_to_move() {
    for engine in Engine::BOTH {
        let world = World::new(engine).await;
        let path = format!("{PROJECT}/clock/advance");
        ok(&world, "POST", &path, r#"{"value":1,"type":"day"}"#).await;
        // No gateway takes real money yet, so the row is put there.
        world.pay(&world.token("9.99", "USD").await, CARD).await;
        let played = world.payments().await.swap_remove(0);
        let real = Payment { id: PaymentId::new(1).unwrap(), dry_run: false, ..played };
        let put = world.app.store.write(move |tx| payment::insert(tx, &real, "another token")).await;
        assert!(put.unwrap_or_else(|e: StoreError| panic!("{e}")));
        let refused = world.send(merchant_request("POST", &path, r#"{"value":1,"type":"day"}"#)).await;
        assert_eq!(refused.status, 422, "{engine:?} {}", refused.body);
        assert!(refused.body.contains("real money"), "{engine:?} {}", refused.body);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_stops_on_the_way_when_the_game_takes_its_time() {
    for engine in Engine::BOTH {
        let world = World::new(engine).await;
        world.pay(&world.token("9.99", "USD").await, CARD).await;
        world.game.take();
        world.game.take_time(world.clock.clone());
        world.game.answer_next(silence());
        let path = format!("{PROJECT}/clock/advance");
        let before = world.app.now(ProjectId::new(demo::PROJECT).unwrap());
        let moved = ok(&world, "POST", &path, r#"{"value":1,"type":"day"}"#).await;
        assert_eq!(moved["reached"], false, "{engine:?} {moved}");
        assert_eq!(world.game.take().len(), 1, "{engine:?}: nothing more is begun");
        let to = (before + Span::hours(24)).rfc3339();
        let moved = ok(&world, "PUT", &format!("{PROJECT}/clock"), &format!(r#"{{"now":"{to}"}}"#)).await;
        assert_eq!((&moved["reached"], &moved["now"]), (&true.into(), &to.into()), "{engine:?} {moved}");
        assert_eq!(world.game.take().len(), 1, "{engine:?}: it is told again, and hears it");
    }
}
